# ruff: noqa: PT017  # what an error says is looked at where there is one
"""Questions that are much of one thing: each is answered or refused within bounds, in lines that people can read."""

from typing import TYPE_CHECKING

import pytest
from bombs.questions import QUESTIONS

from dragoman.corpus.document import Document
from dragoman.errors import DragomanError, QueryError
from dragoman.index.units import Unit
from dragoman.search.collection import Collection
from dragoman.search.language.input.texts import read
from dragoman.search.language.parser import parse
from dragoman.search.language.query import MAX_TERMS
from dragoman.search.language.scanning import without_emphasis
from dragoman.search.results.highlight import Marker

if TYPE_CHECKING:
    from conftest import MakeCollection

LONG = "中国" * 3_000


@pytest.fixture
def collection(make_collection: "MakeCollection") -> Collection:
    """A collection of two documents, one of them in Chinese."""
    return make_collection([Document("a", "The envoy left."), Document("b", "中国与法国会谈。", language="zh")])


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_flood_is_understood_or_refused_in_a_line(name: str) -> None:
    try:
        notices = read(QUESTIONS[name]).notices
    except DragomanError as error:
        assert len(str(error)) < 500
        assert "\n" not in str(error)
    else:
        assert all(len(each.text) < 500 for each in notices)


def test_a_question_without_blanks_is_searched_for_by_its_beginning(collection: Collection) -> None:
    results = collection.search(LONG)
    told = f"Of so much the first {MAX_TERMS:,} words are searched for; the meaning is that of all."
    assert [each.text for each in results.notices if each.kind == "cut"] == [told]
    assert [hit.document.id for hit in results] == ["b"]
    assert not [each for each in collection.search("中国与法国会谈").notices if each.kind == "cut"]


@pytest.mark.parametrize("question", ["{} AND envoy", "{} NEAR/5 envoy", "title:{}", '"{}"~50', "envoy OR (a AND {})"])
def test_what_is_demanded_has_no_more_words_than_it_may_have(collection: Collection, question: str) -> None:
    with pytest.raises(QueryError, match=rf"中国… has 5,999 words, {MAX_TERMS:,} at most: shorten it"):
        collection.search(question.format(LONG))
    assert collection.search(question.format("中国")) is not None


def test_a_distance_of_many_digits_is_too_far() -> None:
    for number in ("101", "9" * 30, "9" * 9_000):
        with pytest.raises(QueryError, match="100 at most"):
            parse(f'"a b"~{number}')


def test_a_long_word_that_nobody_says_is_named_by_its_beginning(collection: Collection) -> None:
    (told,) = (each.text for each in collection.search("x" * 9_000).notices if each.kind == "unknown")
    assert told == f"No passage says “{'x' * 60}…”."


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("**Lee resigns**", "  Lee resigns  "),
        ("a***b", "a  *b"),
        ("x ***Lee*** y", "x    Lee    y"),
        ("a ** b", "a ** b"),
        ("*" * 9 + "Lee", " " * 9 + "Lee"),
        ("*" * 5_000, "*" * 5_000),
    ],
)
def test_asterisks_that_set_words_off(text: str, left: str) -> None:
    assert without_emphasis(text) == left


def test_a_long_phrase_in_a_long_text_is_marked_once_where_it_overlaps() -> None:
    phrase = Unit((frozenset({"a"}),) * 200)
    (mark,) = Marker([phrase]).words("a " * 3_000, 0)
    assert (mark.start, mark.end) == (0, 5_999)
