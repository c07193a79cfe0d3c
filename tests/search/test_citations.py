"""Citations: what other programs read out of them, and that no description can break one."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from pylatexenc.latex2text import LatexNodes2Text

from dragoman.corpus.document import DateInterval, Document, Page, Span
from dragoman.search.cli.search import search as search_command
from dragoman.search.making import create_collection
from dragoman.search.results import citations
from dragoman.web.pages.reader_text import source_link

ARTICLE = Document(
    id="news/lee-macron",
    title='Lee hopes for "strategic partnership" with France',
    text="First paragraph.\n\nSecond one.\nStill the second.\n\n\nThird one.",
    author="Jane Doe and Min-ji Kim",
    outlet="The Korea Herald",
    place="Johannesburg",
    dates=DateInterval(date(2025, 11, 22), date(2025, 11, 22)),
    url="https://example.org/a_b?x=1&y=50%25#z",
    kind="article",
    language="en",
    countries=("France", "South Korea"),
    topics=("trade",),
)
SIGNS = r"100% of \input{secret} #1 & $x$ ~_^ } { TY"
HOSTILE = SIGNS + "  - BOOK\r\nER  - \r\n\x85TY  - EVIL\u2028@misc{x,}\x00\x1b[31m"


def days(first: str, last: str = "") -> DateInterval:
    return DateInterval(date.fromisoformat(first), date.fromisoformat(last or first))


def changed(**fields: Any) -> Document:
    return Document(**{"id": "a", "text": "One.", **fields})


def from_bibtex(entries: str) -> list[dict[str, str]]:
    library = parse_string(entries)
    assert library.failed_blocks == []
    assert library.comments == []
    read = []
    for entry in library.entries:
        # An address is no LaTeX: \url takes it as it is.
        fields = {each.key: each.value if each.key == "url" else from_latex(each.value) for each in entry.fields}
        read.append({"type": entry.entry_type, "key": entry.key, **fields})
    return read


def from_latex(value: str) -> str:
    # The two that the library does not know, and the one that it takes for the accent.
    known = value.replace(r"\textbraceleft{}", r"\{").replace(r"\textbraceright{}", r"\}")
    return LatexNodes2Text().latex_to_text(known.replace(r"\textasciicircum{}", "^"))


def from_ris(records: str) -> list[dict[str, Any]]:
    return rispy.loads(records)


# As a note


def test_a_note_names_author_title_outlet_place_date_and_address() -> None:
    assert citations.text(ARTICLE) == (
        "Jane Doe and Min-ji Kim, “Lee hopes for ‘strategic partnership’ with France,” The Korea Herald, Johannesburg, "
        "22 November 2025, https://example.org/a_b?x=1&y=50%25#z."
    )


@pytest.mark.parametrize(
    ("quoted", "said"),
    [
        ("First", "par. 1"),
        ("Still the second.", "par. 2"),
        ("one.\nStill the second.\n\n\nThird", "pars. 2–3"),
        (ARTICLE.text, "pars. 1–3"),
    ],
)
def test_a_passage_is_found_by_its_paragraph(quoted: str, said: str) -> None:
    start = ARTICLE.text.index(quoted)
    span = Span(start, start + len(quoted))
    assert f", 22 November 2025, {said}, https:" in citations.text(ARTICLE, span)
    assert from_bibtex(citations.bibtex(ARTICLE, span))[0]["note"] == said
    assert from_ris(citations.ris(ARTICLE, span))[0]["notes"] == [said]
    assert citations.csl(ARTICLE, span)["note"] == said


PAGED = replace(ARTICLE, pages=(Page("1474", 0), Page("1475", ARTICLE.text.index("Still"))))


@pytest.mark.parametrize(
    ("quoted", "said", "pages"),
    [
        ("First", "p. 1474", ["1474"]),
        ("Third one.", "p. 1475", ["1475"]),
        (ARTICLE.text, "pp. 1474–1475", ["1474", "1475"]),
    ],
)
def test_a_passage_is_found_by_its_page_where_that_is_known(quoted: str, said: str, pages: list[str]) -> None:
    start = ARTICLE.text.index(quoted)
    span = Span(start, start + len(quoted))
    assert f", 22 November 2025, {said}, https:" in citations.text(PAGED, span)
    [entry] = from_bibtex(citations.bibtex(PAGED, span))
    assert "note" not in entry
    assert re.split("-+|–", entry["pages"]) == pages
    [record] = from_ris(citations.ris(PAGED, span))
    assert [record[name] for name in ("start_page", "end_page") if name in record] == pages
    assert citations.csl(PAGED, span)["page"] == "-".join(pages)
    assert "note" not in citations.csl(PAGED, span)


def test_a_document_of_a_volume_is_cited_with_its_pages_and_no_other() -> None:
    assert "1474" not in citations.text(PAGED)
    assert "22 November 2025, pp. 1474–1475, https:" in citations.text(replace(PAGED, volume="frus1951v07p2"))
    unpaged = replace(PAGED, pages=(Page("7", 20),))
    assert "par. 1" in citations.text(unpaged, Span(0, 5)), "what precedes the first page is on no known one"


def test_what_a_page_is_called_breaks_no_citation() -> None:
    hostile = replace(ARTICLE, pages=(Page(HOSTILE[:60], 0),))
    span = Span(0, 5)
    [entry] = from_bibtex(citations.bibtex(hostile, span))
    assert entry["pages"].startswith("100% of")
    assert len(from_ris(citations.ris(hostile, span))) == 1
    assert "\x1b" not in citations.text(hostile, span)


def test_a_pdf_on_the_web_is_opened_at_the_page() -> None:
    document = replace(PAGED, url="https://example.org/x.pdf", origin="https://example.org/x.pdf")
    third = Span(ARTICLE.text.index("Third"), len(ARTICLE.text))
    assert citations.source_address(document, third) == "https://example.org/x.pdf#page=2"
    assert citations.source_address(replace(document, origin="x.jsonl line 3"), third) == document.url
    assert citations.source_address(replace(document, url="javascript:alert(1)"), third) == ""
    assert source_link(document, third) == "https://example.org/x.pdf#page=2"
    assert ":~:text=" in source_link(replace(document, origin="x.html"), third)


def test_what_is_not_known_is_left_out_but_for_a_date() -> None:
    assert citations.text(changed(id="letters/7")) == "“letters/7,” n.d."
    [entry] = from_bibtex(citations.bibtex(changed(id="letters/7")))
    assert entry == {"type": "misc", "key": entry["key"], "title": "letters/7", "year": "n.d."}
    [record] = from_ris(citations.ris(changed(id="letters/7")))
    assert record == {"type_of_reference": "GEN", "id": entry["key"], "title": "letters/7"}
    assert citations.csl(changed(id="letters/7")) == {"id": entry["key"], "type": "document", "title": "letters/7"}


# For programs


def test_bibtex_says_what_the_description_does() -> None:
    [entry] = from_bibtex(citations.bibtex(ARTICLE))
    key = entry.pop("key")
    assert re.fullmatch("doe2025lee-[0-9a-f]{8}", key)
    assert entry == {
        "type": "article",
        "author": "Jane Doe and Min-ji Kim",
        "title": ARTICLE.title,
        "journal": "The Korea Herald",
        "address": "Johannesburg",
        "date": "2025-11-22",
        "year": "2025",
        "month": "nov",
        "url": ARTICLE.url,
        "language": "en",
        "keywords": "trade, France, South Korea",
    }
    assert "month = nov," in citations.bibtex(ARTICLE)
    assert "title = {{Lee" in citations.bibtex(ARTICLE)


def test_ris_says_what_the_description_does() -> None:
    record = citations.ris(ARTICLE)
    assert record.endswith("ER  - \r\n\r\n")
    assert "\n" not in record.replace("\r\n", "")
    [read] = from_ris(record)
    assert re.fullmatch("doe2025lee-[0-9a-f]{8}", read.pop("id"))
    assert read == {
        "type_of_reference": "NEWS",
        "authors": ["Jane Doe", "Min-ji Kim"],
        "title": ARTICLE.title,
        "secondary_title": "The Korea Herald",
        "place_published": "Johannesburg",
        "year": "2025",
        "date": "2025/11/22/",
        "urls": [ARTICLE.url],
        "language": "en",
        "keywords": ["trade", "France", "South Korea"],
    }


def test_csl_says_what_the_description_does() -> None:
    item = citations.csl(ARTICLE)
    assert item == {
        "id": item["id"],
        "type": "article-newspaper",
        "author": [{"literal": "Jane Doe"}, {"literal": "Min-ji Kim"}],
        "title": ARTICLE.title,
        "container-title": "The Korea Herald",
        "publisher-place": "Johannesburg",
        "issued": {"date-parts": [[2025, 11, 22]]},
        "URL": ARTICLE.url,
        "language": "en",
        "keyword": "trade, France, South Korea",
    }


@pytest.mark.parametrize(
    ("dates", "said", "iso", "year", "ris", "parts"),
    [
        (days("2025-11-22"), "22 November 2025", "2025-11-22", "2025", "2025/11/22/", [[2025, 11, 22]]),
        (
            days("2025-11-22", "2025-11-23"),
            *("22–23 November 2025", "2025-11-22/2025-11-23", "2025", "2025/11/22/22–23 November 2025"),
            [[2025, 11, 22], [2025, 11, 23]],
        ),
        (days("1950-03-01", "1950-03-31"), "March 1950", "1950-03", "1950", "1950/03//", [[1950, 3]]),
        (
            days("1950-03-01", "1950-05-31"),
            *("March – May 1950", "1950-03/1950-05", "1950", "1950/03//March – May 1950", [[1950, 3], [1950, 5]]),
        ),
        (days("1950-01-01", "1950-12-31"), "1950", "1950", "1950", "1950///", [[1950]]),
        (
            days("1950-01-01", "1952-12-31"),
            *("1950–1952", "1950/1952", "1950–1952", "1950///1950–1952", [[1950], [1952]]),
        ),
        (days("0476-09-04"), "4 September 476", "0476-09-04", "476", "0476/09/04/", [[476, 9, 4]]),
    ],
)
def test_dates_are_as_exact_as_they_are_known(
    dates: DateInterval, said: str, iso: str, year: str, ris: str, parts: list[list[int]]
) -> None:
    document = changed(dates=dates)
    assert citations.text(document) == f"“a,” {said}."
    [entry] = from_bibtex(citations.bibtex(document))
    assert (entry["date"], entry["year"]) == (iso, year)
    assert from_ris(citations.ris(document))[0]["date"] == ris
    assert citations.csl(document)["issued"] == {"date-parts": parts}


@pytest.mark.parametrize(
    ("fields", "csl", "bibtex", "ris"),
    [
        ({"kind": "News article"}, "article-newspaper", "misc", "NEWS"),
        ({"outlet": "Le Monde"}, "article-newspaper", "article", "NEWS"),
        ({"kind": "despatch", "outlet": "FRUS"}, "personal_communication", "misc", "PCOMM"),
        ({"kind": "Lettre / letter"}, "personal_communication", "misc", "PCOMM"),
        ({"kind": "report", "outlet": "RAND"}, "report", "techreport", "RPRT"),
        ({"kind": "visit", "outlet": "Dragoman briefs"}, "document", "misc", "GEN"),
        ({"kind": "visit", "url": "https://example.org/"}, "webpage", "misc", "ELEC"),
        ({"url": "javascript:alert(1)"}, "document", "misc", "GEN"),
        ({"title": "Memorandum of Conversation", "outlet": "FRUS"}, "manuscript", "misc", "MANSCPT"),
        ({"title": "Telegram 412 From the Embassy", "outlet": "FRUS"}, "personal_communication", "misc", "PCOMM"),
        (
            {"title": "The Ambassador in France (Bruce) to the Acting Secretary of State", "outlet": "FRUS"},
            *("personal_communication", "misc", "PCOMM"),
        ),
        ({"title": "The President to visit the Embassy", "outlet": "Times"}, "article-newspaper", "article", "NEWS"),
        ({"title": "Report: Lee to visit", "outlet": "Times"}, "article-newspaper", "article", "NEWS"),
    ],
)
def test_each_kind_has_its_type(fields: dict[str, str], csl: str, bibtex: str, ris: str) -> None:
    document = changed(**fields)
    assert citations.csl(document)["type"] == csl
    assert from_bibtex(citations.bibtex(document))[0]["type"] == bibtex
    assert from_ris(citations.ris(document))[0]["type_of_reference"] == ris


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ("Doe, Jane", ["Doe, Jane"]),
        ("Jane Doe, John Roe and Min-ji Kim", ["Jane Doe", "John Roe", "Min-ji Kim"]),
        ("Doe, Jane; Roe, John", ["Doe, Jane", "Roe, John"]),
        ("Sandy Andrews", ["Sandy Andrews"]),
        ("Department of State & Embassy", ["Department of State", "Embassy"]),
        (" ; ", []),
    ],
)
def test_a_byline_is_parted_into_names(author: str, names: list[str]) -> None:
    document = changed(author=author)
    assert [name["literal"] for name in citations.csl(document).get("author", [])] == names
    assert from_ris(citations.ris(document))[0].get("authors", []) == names
    assert from_bibtex(citations.bibtex(document))[0].get("author", "") == " and ".join(names)


# Whatever it is given


def test_what_has_no_end_is_cut() -> None:
    endless = Document(id="endless", text="One.", title='"' * 1_000_000, author="A; " * 300_000)
    for made in (citations.text, citations.bibtex, citations.ris):
        assert len(made(endless)) < 50_000
    assert len(citations.csl(endless)["author"]) == 100


def test_no_value_breaks_a_record() -> None:
    documents = [
        Document(
            id=f"hostile {number}",
            text="One.",
            **dict.fromkeys(("title", "author", "outlet", "place", "kind"), HOSTILE),
            url="https://example.org/{a}\\b%20c",
            topics=(HOSTILE,),
        )
        for number in range(2)
    ]
    together = "\n".join(map(citations.bibtex, documents))
    entries = from_bibtex(together)
    assert [entry["key"] for entry in entries] == [citations.key(each) for each in documents]
    assert len({entry["key"] for entry in entries}) == 2
    assert entries[0]["title"].split() == entries[0]["howpublished"].split()
    assert SIGNS in entries[0]["title"]
    assert entries[0]["url"] == "https://example.org/%7Ba%7D%5Cb%20c"
    records = from_ris("".join(map(citations.ris, documents)))
    assert [record["id"] for record in records] == [entry["key"] for entry in entries]
    assert {record["type_of_reference"] for record in records} == {"GEN", "ELEC"} & {records[0]["type_of_reference"]}
    assert records[0]["title"] == citations.csl(documents[0])["title"]
    assert len(citations.text(documents[0]).splitlines()) == 1


words = st.text(max_size=40)


@given(words, words, words, words, words)
def test_any_description_comes_through(title: str, author: str, outlet: str, place: str, topic: str) -> None:
    document = changed(title=title, author=author, outlet=outlet, place=place, topics=(topic,))
    item = citations.csl(document)
    [entry] = from_bibtex(citations.bibtex(document))
    assert entry["key"] == item["id"]
    records = citations.ris(document).split("\r\n")
    assert records[-3:] == ["ER  - ", "", ""]
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in records[:-2])
    assert f"TI  - {item['title']}" in records
    assert [f"AU  - {name['literal']}" for name in item.get("author", [])] == [
        line for line in records if line.startswith("AU")
    ]
    bare = citations.bibtex(document)
    assert bare.count("{") == bare.count("}")
    assert len(citations.text(document).splitlines()) == 1


def test_keys_keep_and_differ() -> None:
    span = Span(0, 5)
    assert citations.key(ARTICLE) == "doe2025lee-" + citations.key(ARTICLE)[-8:]
    assert citations.key(ARTICLE, span) == citations.key(ARTICLE) + "-0-5"
    assert citations.key(changed(id="东京", title="东京", outlet="朝日新聞")).startswith("nd-")
    assert citations.key(changed(id="x", outlet="The Times")) != citations.key(changed(id="y", outlet="The Times"))
    assert citations.key(changed(title="Élysée", author="José Núñez")).startswith("nunezndelysee-")


def test_searching_gives_citations(tmp_path: Path) -> None:
    with create_collection(tmp_path / "made") as made:
        made.add([ARTICLE])
    for format_, count in (("bibtex", lambda out: len(from_bibtex(out))), ("ris", lambda out: len(from_ris(out)))):
        result = CliRunner().invoke(
            search_command, ["strategic partnership", "--collection", str(tmp_path / "made"), "--format", format_]
        )
        assert result.exit_code == 0, result.output
        assert count(result.output) == 1
        assert "par" in result.output
