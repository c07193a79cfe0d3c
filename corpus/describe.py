"""What a document's own text tells of it: title, dateline, byline, countries, the language of its script.

Only what is not given is looked for, and what the text does not tell stays empty. A date in the running text is
never taken for the document's date: only a dateline's is, and only with its year.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from typing import Final, NamedTuple

from .countries import country_mentions
from .dates import MONTH, parse_dates
from .document import DateInterval, Document
from .languages import language_of_script
from .sentences import split_sentences

LONGEST_TITLE: Final = 120
"""A title that is made from the first sentence is no longer than this; a headline may be half as long again."""

_HEAD: Final = 16
"""How many lines at the top of a text may hold its dateline or byline."""

_CAPITALISED = r"[^\W\d_a-z][\w.'’-]*"
_PLACE = rf"{_CAPITALISED}(?: (?:of |de |la |le |the )?{_CAPITALISED}){{0,3}}"
_DAY = rf"(?P<day>{MONTH} \d{{1,2}}(?P<year>,? \d{{4}})?|\d{{1,2}} {MONTH}(?P<year2>,? \d{{4}})?)"
# Johannesburg, Nov 23 (NationPress) …  |  SEOUL, South Korea (AP) — …  |  PARIS, 23 November 2025 — …
_DATELINE = re.compile(
    rf"(?P<place>{_PLACE})(?:, (?!{MONTH} )(?P<region>{_PLACE}))?"
    rf"(?:,? (?i:{_DAY}),? ?[(\[](?P<outlet>[^()\[\]\d]{{2,40}})[)\]]"
    rf"| ?\((?P<only_outlet>[^()\[\]\d]{{2,40}})\) ?[-–—]"
    rf"|,? (?i:{_DAY.replace('<', '<only_')}) ?[-–—:])"
)
# Washington, 2 January 1951, 3:30 p.m. — a line of its own
_DATE_LINE = re.compile(
    rf"(?P<place>{_PLACE}) ?, (?i:(?P<day>{MONTH} \d{{1,2}}, \d{{4}}|\d{{1,2}} {MONTH},? \d{{4}}))"
    r"(?:, (?:\d|noon|midnight)[^,]{0,30})?\.?"
)
_BYLINE = re.compile(
    rf"(?i:(?:post(?:ed)?|written|reported|story) by ?:?|author ?:|by:?) "
    rf"(?P<name>{_CAPITALISED}(?: (?:al-|bin |van |von |de |da |del |el )?{_CAPITALISED}){{1,3}})(?:,.{{0,60}})?"
)
_NO_PERSON = re.compile(
    r"\b(?:staff|editor\w*|admin\w*|desk|team|newsroom|bureau|agency|reporter|correspondent|\w+day)\b", re.IGNORECASE
)


class Dateline(NamedTuple):
    """What a dateline tells: where a report was filed, by which agency, and on which days if it names the year."""

    place: str = ""
    outlet: str = ""
    dates: DateInterval | None = None


def describe(document: Document, cut: Iterable[str] = ()) -> Document:
    """The document, with what is empty in its description filled from its text where the text tells it.

    `cut` are lines that cleaning took out of the text: a byline is often among them.
    """
    lines = [line.strip() for line in islice(_lines(document.text), _HEAD)]
    dateline = find_dateline(lines) if not (document.place and document.outlet and document.dates) else Dateline()
    language = document.language or language_of_script(document.text)
    title = document.title or find_title(document.text, language)
    return replace(
        document,
        title=title,
        place=document.place or dateline.place,
        outlet=document.outlet or dateline.outlet,
        dates=document.dates or dateline.dates,
        author=document.author or find_byline([*cut, *lines]),
        language=language,
        countries=document.countries or find_countries(title, document.text),
    )


def without_title(text: str, title: str) -> str:
    """The text without its first line where that only repeats the title.

    A first sentence that the title was made from has a full stop which the title lacks, and so stays.
    """
    first, newline, rest = text.lstrip().partition("\n")
    repeats = newline and title and _plain(first) == _plain(title) and rest.strip()
    return rest.lstrip("\n") if repeats else text


def find_title(text: str, language: str = "") -> str:
    """The first line if it looks like a headline, else the first sentence, shortened with "…" where it is long."""
    lines = list(islice(_lines(text), 2))
    if not lines:
        return ""
    first = " ".join(lines[0].split())
    if len(lines) > 1 and _looks_like_headline(first):
        return first
    head = text[:4000]
    sentences = (" ".join(head[start:end].split()) for start, end in split_sentences(head, language))
    told = [sentence for sentence in sentences if sum(map(str.isalnum, sentence)) >= 12] or [first]
    return _shortened(_after_dateline(told[0]))


def find_dateline(lines: Iterable[str]) -> Dateline:
    """The first dateline at the beginning of a line, or one that tells nothing."""
    for line in lines:
        head = line[:200]
        if found := _DATE_LINE.fullmatch(head):
            return Dateline(_named(found["place"]), "", _dates(found["day"]))
        if found := _DATELINE.match(head):
            has_year = found["year"] or found["year2"] or found["only_year"] or found["only_year2"]
            day = found["day"] or found["only_day"]
            outlet = (found["outlet"] or found["only_outlet"] or "").strip()
            return Dateline(_named(found["place"]), outlet, _dates(day) if day and has_year else None)
    return Dateline()


def find_byline(lines: Iterable[str]) -> str:
    """The name in the first line that is a byline, such as "By Jane Doe"; "" if none names a person."""
    for line in lines:
        found = _BYLINE.fullmatch(line.replace(" :", ":").replace(":  ", ": ")) if len(line) < 120 else None
        if found and not _NO_PERSON.search(found["name"]):
            return _named(found["name"])
    return ""


def find_countries(title: str, text: str) -> tuple[str, ...]:
    """The countries that a document is about, by the simplest of rules, in order of first mention.

    Those in its title or its first paragraph, and those that the text names at least twice and at least a tenth as
    often as the one it names most.
    """
    mentions = list(country_mentions(text))
    counts = Counter(mention.country for mention in mentions)
    often = max(2, max(counts.values(), default=0) / 10)
    begin, end = _first_paragraph(text)
    named = [mention.country for mention in country_mentions(title)]
    named += [each.country for each in mentions if counts[each.country] >= often or begin <= each.start < end]
    return tuple(dict.fromkeys(named))


def _lines(text: str) -> Iterable[str]:
    return (found[0] for found in re.finditer(r"[^\n]+", text) if not found[0].isspace())


def _plain(line: str) -> str:
    return " ".join(line.split()).casefold()


def _looks_like_headline(line: str) -> bool:
    words = line.split()
    return (
        10 <= len(line) <= LONGEST_TITLE * 1.5
        and (len(words) >= 3 or not line.isascii())
        and not line.endswith((".", ":", ";", ",", "。", "-", "—", "।", "۔"))
        and not line[0].islower()
        and not line.startswith(("-", "*", "•", "–", "(", "["))
        and not _DATELINE.match(line)
        and not _DATE_LINE.fullmatch(line)
        and not _BYLINE.fullmatch(line)
    )


def _after_dateline(sentence: str) -> str:
    found = _DATELINE.match(sentence[:200])
    return sentence[found.end() :].lstrip(" -–—:") or sentence if found else sentence


def _shortened(sentence: str) -> str:
    """At most LONGEST_TITLE characters: up to the last comma or the like in the second half, else the last word."""
    if len(sentence) <= LONGEST_TITLE:
        return sentence.rstrip(".。")
    head = sentence[:LONGEST_TITLE]
    clause = max(head.rfind(mark) for mark in (", ", "; ", ": ", " – ", " — ", "，", "、"))
    end = clause if clause >= LONGEST_TITLE / 2 else head.rfind(" ") if " " in head else LONGEST_TITLE - 1
    return head[:end].rstrip(" ,;:–—") + "…"


def _named(name: str) -> str:
    """A name as one writes it: SEOUL is Seoul."""
    return name.title() if name.isupper() and len(name) > 3 else name


def _dates(day: str) -> DateInterval | None:
    try:
        return parse_dates(day)
    except ValueError:
        return None


def _first_paragraph(text: str) -> tuple[int, int]:
    """The span of the first line that is long enough to be a paragraph, and no point of a list."""
    for found in re.finditer(r"[^\n]+", text):
        line = found[0].strip()
        if len(line) >= 120 and not line.startswith(("-", "*", "•")):
            return found.span()
    return 0, min(len(text), 1000)
