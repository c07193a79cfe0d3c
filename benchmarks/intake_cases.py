"""Inputs that readers are easily wrong about, and what is right of each: see `intake.py`.

A case is right if all its checks hold. A check sees what was read, documents and what was skipped, and nothing of how.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from dragoman import Document
from dragoman.corpus.read import read
from dragoman.corpus.readers.contract import Skipped


@dataclass(frozen=True)
class Intake:
    """What was read of an input."""

    documents: list[Document]
    skipped: list[Skipped]

    @property
    def only(self) -> Document:
        """Its only document. Raises ValueError if there is another number of them."""
        (document,) = self.documents
        return document

    @property
    def text(self) -> str:
        """All texts, with every run of white space as one blank."""
        return " ".join(" ".join(document.text for document in self.documents).split())


Check = Callable[[Intake], bool]


class Case(NamedTuple):
    """An input, and what is right of it."""

    kind: str
    name: str
    checks: tuple[Check, ...]

    def is_right(self, folder: Path) -> bool:
        """Read the input and check it; an exception is wrong as well."""
        try:
            results = list(read([folder / self.name]))
            intake = Intake(
                [each for each in results if isinstance(each, Document)],
                [each for each in results if isinstance(each, Skipped)],
            )
            return all(check(intake) for check in self.checks)
        except Exception:
            return False


def says(*parts: str) -> Check:
    """The text has all these, word for word but for white space."""
    return lambda intake: all(part in intake.text for part in parts)


def silent_about(*parts: str) -> Check:
    """A document was read, and its text has none of these."""
    return lambda intake: bool(intake.documents) and not any(part in intake.text for part in parts)


def count(number: int) -> Check:
    """So many documents."""
    return lambda intake: len(intake.documents) == number


def paragraphs(least: int, most: int | None = None) -> Check:
    """So many paragraphs."""
    return lambda intake: least <= len(re.findall(r"[^\n]+", intake.only.text)) <= (most or least)


def titled(title: str) -> Check:
    """Exactly this title."""
    return lambda intake: intake.only.title == title


def title_has(part: str) -> Check:
    """A title with this in it."""
    return lambda intake: part in intake.only.title


def dated(*dates: str) -> Check:
    """One of these dates; "none" is no date."""
    return lambda intake: str(intake.only.dates or "none").lower() in dates


def dated_rows(**dates: str) -> Check:
    """Of several documents, each with that date; "none" is no date."""
    return lambda intake: (
        {each.id: str(each.dates or "none").lower() for each in intake.documents}.items()
        >= {name.removeprefix("row"): date for name, date in dates.items()}.items()
    )


def has(name: str, *values: object) -> Check:
    """That attribute of the document is one of these values."""
    return lambda intake: getattr(intake.only, name) in values


def people(*names: str) -> Check:
    """These people and nobody else."""
    return lambda intake: _names(intake.only) == set(names)


def _names(document: Document) -> set[str]:
    return {person.name for person in document.people}


def noted(text: str) -> Check:
    """A footnote with exactly this text."""
    return lambda intake: text in [note.text for note in intake.only.notes]


def refused(*words: str) -> Check:
    """Nothing is read, and a reason has one of these words."""
    return lambda intake: not intake.documents and complains(*words)(intake)


def complains(*words: str) -> Check:
    """Something is skipped, or remarked on, for a reason that has one of these words."""

    def holds(intake: Intake) -> bool:
        said = [each.reason for each in intake.skipped]
        said += [f"{each.kind} {each.example}" for document in intake.documents for each in document.remarks]
        return any(word in each.lower() for each in said for word in words)

    return holds


def either(*checks: Check) -> Check:
    """One of these at least."""

    def holds(intake: Intake) -> bool:
        return any(_tried(check, intake) for check in checks)

    return holds


def _tried(check: Check, intake: Intake) -> bool:
    try:
        return check(intake)
    except ValueError:
        return False


_SENTENCE = "The minister’s “non-paper”"
_DRAFT = "The two foreign ministers met in Nara"

CASES: Iterable[Case] = [
    Case(kind, name, checks)
    for kind, inputs in {
        "one bad byte in UTF-8": {
            "01_utf8_one_bad_byte.html": (titled("Ministers and the non-paper"), says("minister’s “non-paper”")),
            "01b_utf8_one_bad_byte_ru.html": (title_has("Переговоры"), says("Министр иностранных")),
        },
        "labels": {
            "02_latin1_label_cp1252.html": (says(_SENTENCE, "€5 million"),),
            "02b_latin1_label.eml": (says(f"{_SENTENCE}—handed over in Ankara—asks for €5 million."),),
        },
        "encodings without a label": {
            "03_turkish_cp1254.txt": (says("Dışişleri Bakanı"),),
            "03c_iso2022jp.txt": (has("language", "ja"),),
            "03d_utf16_no_bom.txt": (either(says(_SENTENCE), refused("utf-16")),),
        },
        "dates of web pages": {
            **{
                f"04_date_{name}.html": (dated("2026-01-13"),)
                for name in (
                    "time_related_after",
                    "drupal_related",
                    "jsonld_related",
                    "govuk_like",
                    "mod_meta_and_text_line",
                    "today_header_plus",
                    "es",
                    "ru",
                    "ko",
                )
            },
            "04_date_yoast_cpt.html": (dated("2020-07-10"),),
            "04_date_ogupdated_vs_jsonld.html": (dated("2020-07-10"),),
            "04_date_expires.html": (dated("none"),),
            "04_date_today_header.html": (dated("none"),),
            "04_date_dmy_slash_us.html": (dated("2026-01-05", "none"),),
            "04_date_old_1963_meta.html": (dated("1963-11-22"),),
        },
        "language of web pages": {"04_date_lang_cond.html": (has("language", "fr"),)},
        "text of web pages": {
            "05_body_ul_lost.html": (says("zebra corridor", "staffed by day and night", "until March"),),
            "05b_list_in_table_lost.html": (says("zebra corridor", "4 billion yen", "ban on squid", "two observers"),),
            "05d_old_html_body_text_then_p.html": (says(_DRAFT, "zebra corridor"),),
            "05d_old_html_font.html": (says(_DRAFT, "zebra corridor"),),
            "05d_old_html_h1_in_link_list.html": (says("One", "Two", _DRAFT, "zebra corridor", "Busan"),),
            "08_layout_table.html": (
                says("which the Asahi first reported", "visa regime"),
                silent_about("Archive", "|"),
                paragraphs(3),
            ),
            "19_html_named.txt": (says("The ministers met in Nara."), silent_about("<")),
        },
        "note marks, soft hyphens": {
            "06_sup_glued.html": (says("Nara", "H2O", "CO2", "the talks"), silent_about("Nara1", "talks2", "spring3")),
            "07_shy_title.html": (
                titled("Ministers agree to resume fisheries talks"),
                silent_about("Ministers agree", "\u00ad"),
                says("negotiations"),
            ),
        },
        "pages that are none": {
            "captcha.html": (refused("captcha", "javascript", "robot", "check"),),
            "spa.html": (refused("javascript"),),
            "404.html": (refused("not found", "404", "error"),),
        },
        "Word": {
            "10_inline_content_control.docx": (says("Prepared for the Zebra Committee on request."),),
            "10b_altchunk.docx": (
                either(says("altChunk"), lambda intake: len(intake.text) > 60, complains("altchunk")),
            ),
            "10c_core_title.docx": (titled("Memorandum"),),
        },
        "Markdown": {
            "11_footnote_lost.md": (noted("The squid note."), silent_about("[^1]")),
            "11b_toml.md": (titled("Title: something about hotlines"), dated("2026-01-13")),
            "11c_author_list.md": (has("author", "Jane Doe, John Roe", "Jane Doe; John Roe", "Jane Doe and John Roe"),),
            "11d_less_than.md": (says("a<b and c>d"),),
        },
        "e-mail": {
            "12_06_forward_att.eml": (says("names three colonels"),),
            "12_08_apple_inline.eml": (says("First half", "zebra corridor"),),
            "12_09_stub.eml": (says("establish a zebra corridor"),),
            "12_11_mbox_as_eml.eml": (either(count(2), complains("mbox", "messages")),),
            "12_17_he_8i.eml": (says("שר החוץ"), titled("שלום")),
            "12_25_utf8hdr.eml": (
                has("author", "Jøhn Døe"),
                lambda intake: all(name in str(intake.only) for name in ("Łukasz Żak", "김철수", "Zażółć")),
            ),
        },
        "records": {
            "13_open_quote.csv": (complains("quote"), complains("line 2", "2")),
            "date_us.csv": (count(2), dated_rows(row1="2026-01-13")),
            "date_pandas.csv": (count(9), dated_rows(row1="2026-01-13", row2="none", row7="none")),
            "datetypes.jsonl": (
                count(27),
                dated_rows(
                    row5="2026-01-13",
                    row16="none",
                    row17="none",
                    row19="none",
                    row21="1951-01-01..1951-12-31",
                    row24="2026-01-13",
                ),
            ),
            "people.csv": (
                count(2),
                lambda intake: all(set(each.countries) == {"Japan", "South Korea"} for each in intake.documents),
                lambda intake: (
                    {"Lee Jae Myung", "Sanae Takaichi"} <= {each.name for each in intake.documents[0].people}
                ),
            ),
            "excel_sep.csv": (count(1), dated("2026-01-13")),
            "utf16.jsonl": (count(1), says(_DRAFT)),
        },
        "PDF": {
            "14_arabic.pdf": (says("وزير", "القاهرة يوم الأحد 23 نوفمبر 2025"),),
            "14c_two_pages_heads.pdf": (titled("Memorandum of Conversation"), silent_about("F-2017-00123", "Page 1")),
            "14d_no_tounicode.pdf": (refused("gibberish", "tounicode", "unreadable", "letters"),),
            "14e_letterspaced.pdf": (
                titled("JOINT STATEMENT"),
                says("Ministry of Foreign Affairs", "The Parties agreed"),
            ),
            "14g_letterhead_title.pdf": (
                titled("Joint Statement on the Corridor between the Two Coasts of the Strait"),
                dated("2025-11-22"),
            ),
            "14h_german_false_breaks.pdf": (paragraphs(1),),
        },
        "WARC": {
            "15_warc_charset_8_9.warc.gz": (says("The minister’s envoys"),),
            "15b_brotli.warc.gz": (either(lambda intake: len(intake.text) > 40, complains("brotli", "br")),),
        },
        "EPUB": {"16_calibre_0101.epub": (dated("none"),)},
        "XML": {"17_undefined_entity_says_empty.xml": (complains("eacute"),)},
        "plain text": {
            "18_title_7pm.txt": (title_has("The Foreign Minister told me"),),
            "18b_ocr_hyphens.txt": (
                says("negotiations", "discuss", "counter-proposal", "unacceptable"),
                silent_about("EMBASSY ANKARA 1234", "-1-"),
            ),
            "18d_place_Wednesday.txt": (has("place", ""), dated("2026-05-13")),
            "18e_line_iso_T.txt": (dated("2026-01-13"),),
            "18e_line_ja.txt": (dated("2026-01-13"),),
            "18e_line_range.txt": (dated("2026-01-13", "2026-01-13..2026-01-14"),),
        },
        "authors of web pages": {
            "20_author_month_glued.html": (lambda intake: intake.only.author.lower() == "jane doe",),
            "20b_author_month_glued2.html": (has("author", "Jane Doe"),),
            "20c_author_last_updated.html": (has("author", ""),),
            "20e_author_case_dup.html": (has("author", "Jane Doe"),),
            "20g_author_follow.html": (has("author", ""),),
            "20h_author_agency_and_i.html": (has("author", "Mac & i"),),
        },
        "people": {"21_lowercase_offices.txt": (people("Emmanuel Macron", "Donald Trump", "Wang Yi"),)},
    }.items()
    for name, checks in inputs.items()
]
