"""Keyword in context: every occurrence in its line, by date, the keywords below each other."""

from datetime import date
from typing import TYPE_CHECKING

import pytest

from dragoman.corpus.document import DateInterval, Document, Note
from dragoman.search.collection import Collection
from dragoman.search.results.kwic import as_kwic, kwic_lines, occurrences
from dragoman.search.results.printing import columns

if TYPE_CHECKING:
    from conftest import MakeCollection


NOTE = Note("7", 24, "A treaty of 1949.")


def dated(name: str, year: int | None, text: str, **described: object) -> Document:
    dates = DateInterval(date(year, 5, 1), date(year, 5, 1)) if year else None
    return Document(name, text, title=f"Report {name}", dates=dates, **described)  # pyright: ignore[reportArgumentType]


@pytest.fixture
def collection(make_collection: "MakeCollection") -> Collection:
    return make_collection(
        [
            dated("late", 1961, "Treaties were signed.\n\nNobody read the\ttreaty\x1b[2J."),
            dated("early", 1950, f"The consul kept a treaty. {'He ate. ' * 60}", notes=(NOTE,)),
            dated("never", None, "An undated treaty lies in the drawer."),
            dated("asia", 1955, "外交部长访问巴黎，签署条约，讨论港口税。", language="zh"),
        ]
    )


def test_each_occurrence_has_a_line_by_date(collection: Collection) -> None:
    lines = as_kwic(collection.search("treaty", mode="keyword", limit=50), 90).splitlines()
    years = [line.split("  ")[0].partition("-")[0] for line in lines]
    assert years == ["1950", "1950", "1961", "1961", "undated"]
    starts = [line.lower().index("treat") for line in lines]
    assert len(set(starts)) == 1
    assert [line[starts[0] :].split()[0] for line in lines] == ["treaty.", "treaty", "Treaties", "treaty", "treaty"]
    assert [line.rpartition("Report ")[2] for line in lines] == ["early", "early, note 7", "late", "late", "never"]
    assert "Nobody read the treaty [2J." in lines[3]
    assert all(len(line) <= 90 for line in lines)


def test_only_what_matched_is_listed(collection: Collection) -> None:
    found = occurrences(collection.search('"a treaty" -undated', mode="keyword", limit=50))
    assert [(each.keyword.lower(), each.note) for each in found] == [("a treaty", None), ("a treaty", "7")]
    assert not occurrences(collection.search("treaty", mode="keyword", highlights=False))
    assert as_kwic(collection.search("xyzzy", mode="keyword")) == ""


def test_a_line_is_no_wider_than_it_may_be_though_its_keyword_is(make_collection: "MakeCollection") -> None:
    word = "k" * 60
    collection = make_collection([dated("long", 1950, f"They wrote {word} and {word} again, and nothing else.")])
    for width in (60, 61, 80):
        for line in kwic_lines(occurrences(collection.search(word, mode="keyword")), width):
            assert sum(map(columns, line)) <= width
            assert "……" not in line


def test_wide_characters_take_two_columns(collection: Collection) -> None:
    for width in (60, 100):
        [line] = kwic_lines(occurrences(collection.search("条约", mode="keyword")), width)
        assert "条约" in line
        assert sum(map(columns, line)) <= width
    hits = [hit for word in ("条约", "treaty") for hit in collection.search(word, mode="keyword")]
    lines = list(kwic_lines(occurrences(hits), 80))
    starts = [line.lower().index("treat") if "treat" in line.lower() else line.index("条约") for line in lines]
    assert len(lines) == 6
    assert len({sum(map(columns, line[:start])) for line, start in zip(lines, starts, strict=True)}) == 1
