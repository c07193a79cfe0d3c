"""Highlights: the right words are marked, at the right places of the document's text."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.index.analysis import Analysed, analyze
from dragoman.index.units import ANY_WORD, Near, Unit
from dragoman.search.results.highlight import Highlight, Marker, Piece, Shade, nearest_sentence, pieces
from dragoman.search.results.stretches import stretches
from support.memory_view import occurrences

TEXT = "The U.S. and the strategic partnerships: Lee’s visit, a strategic one, may not last. Partnership, then?"


def unit(*places: str, field: str = "") -> Unit:
    """A unit from places such as "lee" or "visit|visits"."""
    return Unit(tuple(frozenset(place.split("|")) for place in places), field)


def marked(text: str, *units: Unit, start: int = 0) -> list[str]:
    whole = "x" * start + text
    marks = Marker(units).words(text, start)
    assert all(mark.shade == "keyword" for mark in marks)
    return [whole[mark.start : mark.end] for mark in marks]


@pytest.mark.parametrize("start", [0, 17])
def test_words_are_marked_in_all_the_forms_that_count_as_them(start: int) -> None:
    partnership = unit("partnership|partnerships")
    assert marked(TEXT, partnership, start=start) == ["partnerships", "Partnership"]
    assert marked(TEXT, unit("US"), unit("lee"), start=start) == ["U.S.", "Lee’s"]


def test_neighbours_and_phrases_become_one_mark() -> None:
    assert marked(TEXT, unit("strategic", "partnerships")) == ["strategic partnerships"]
    assert marked(TEXT, unit("strategic"), unit("partnerships")) == ["strategic partnerships", "strategic"]
    assert marked(TEXT, unit("last"), unit("partnership")) == ["last", "Partnership"], "a full stop lies between"


def test_a_phrase_is_marked_only_as_a_whole() -> None:
    assert marked(TEXT, unit("strategic", "one")) == ["strategic one"]
    assert marked("one two one", unit("one", "two", "one")) == ["one two one"]
    assert marked("one one one", unit("one", "one")) == ["one one one"]
    assert marked("the end of the", unit("the", "end", "x")) == []


def test_a_gap_is_marked_with_its_phrase() -> None:
    assert marked(TEXT, Unit((frozenset({"us"}) | {"US"}, ANY_WORD, frozenset({"the"})))) == ["U.S. and the"]


def test_words_that_stand_near_others_are_marked_there_and_nowhere_else() -> None:
    text = "Peace came. The peace of the treaty held, the treaty; long after, others spoke of peace."
    peace, treaty = Unit((frozenset({"peace"}),)), Unit((frozenset({"treaty"}),))
    near = [peace._replace(near=Near(treaty, 2)), treaty._replace(near=Near(peace, 2))]
    assert marked(text, *near) == ["peace", "treaty"]
    assert [mark.start for mark in Marker(near).words(text, 0)] == [16, 29]
    assert marked(text, Unit((frozenset({"peace"}), frozenset({"treaty"})), slop=2)) == ["peace", "treaty"]
    same = [peace._replace(near=Near(treaty, None))]
    assert [mark.start for mark in Marker(same).words(text, 7, sentences=[7, 19])] == [23, 89]
    assert [mark.start for mark in Marker(same).words(text, 7)] == [7, 23, 89], "a text of one sentence"


WORD = st.sampled_from([frozenset({"a"}), frozenset({"b"}), frozenset({"c", "d"})])
FORM = st.lists(WORD, min_size=1, max_size=3).map(tuple)


@given(
    st.lists(st.sampled_from("abcde.")),
    FORM,
    st.sampled_from([0, 0, 1, 4]),
    st.none() | st.builds(Near, FORM.map(Unit), st.sampled_from([None, 0, 2])),
)
def test_what_is_marked_is_what_counts(
    text: list[str], form: tuple[frozenset[str], ...], slop: int, near: Near | None
) -> None:
    terms = [each for each in text if each != "."]
    sentences = [text[:at].count(".") for at, each in enumerate(text) if each != "."]
    wanted = Unit(form, slop=0 if near else slop, near=near)
    marks = stretches(Analysed(" ".join(terms)), wanted, sentences)
    if wanted.slop == 0:
        assert [(each[0], each[-1]) for each in marks] == occurrences(terms, wanted, sentences)
    else:
        assert len(marks) == len(occurrences(terms, wanted, sentences))


def test_function_words_are_marked_only_within_phrases_or_alone() -> None:
    assert marked(TEXT, unit("the"), unit("visit")) == ["visit"]
    assert marked(TEXT, unit("the"), unit("not")) == ["The", "the", "not"]
    assert marked(TEXT, unit("may", "not"), unit("the")) == ["may not"]
    assert marked("They told us that the US may", unit("us|US")) == ["us", "US"]


def test_words_of_the_title_are_not_marked_in_the_text() -> None:
    assert marked(TEXT, unit("visit", field="title")) == []
    assert marked(TEXT, unit("visit", field="text")) == ["visit"]
    assert marked(TEXT, unit("strategic", field="title"), unit("the")) == ["The", "the"]


def test_chinese_words_of_several_characters_are_one_mark() -> None:
    assert marked("去中国人民", *(unit(token.term) for token in analyze("中国人"))) == ["中国人"]


def test_what_the_index_does_not_hold_marks_nothing() -> None:
    assert marked(TEXT, Unit((frozenset(),))) == []
    assert marked("", unit("visit")) == []
    assert Marker([]).words(TEXT, 0) == []


def test_the_sentence_nearest_in_meaning_is_found_whatever_its_scale() -> None:
    sentences = np.array([[0, 5], [6, 9], [10, 30]], np.int32)
    vectors = np.array([[127, 127], [0, 3], [127, -20]], np.int8)
    question = np.array([0.0, 1.0], np.float32)
    assert nearest_sentence(question, sentences, vectors) == Highlight(6, 9, "meaning")
    assert nearest_sentence(question, sentences[:0], vectors[:0]) is None


@given(
    st.text(max_size=20),
    st.integers(0, 5),
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30), st.sampled_from(["keyword", "meaning"])), max_size=6),
)
def test_pieces_give_the_text_back_under_the_right_shades(
    text: str, start: int, marks: list[tuple[int, int, str]]
) -> None:
    highlights = [Highlight(min(a, b), max(a, b), shade) for a, b, shade in marks if a != b]  # pyright: ignore[reportArgumentType]
    cut = list(pieces(text, start, highlights))
    assert "".join(piece.text for piece in cut) == text
    assert all(piece.text for piece in cut)
    place = start
    for piece in cut:
        for character in range(place, place + len(piece.text)):
            assert piece.shades == {mark.shade for mark in highlights if mark.start <= character < mark.end}
        place += len(piece.text)


@given(st.text(alphabet="xb cU.S'’\né中国", max_size=30), st.integers(0, 9))
def test_marks_are_in_order_apart_and_within_the_passage(text: str, start: int) -> None:
    units = [unit("xx"), unit("b", "c"), unit("US"), unit("中国")]
    marks = Marker(units).words(text, start)
    assert all(start <= mark.start < mark.end <= start + len(text) for mark in marks)
    assert all(left.end < right.start for left, right in pairwise(marks))
    told = " ".join(piece.text for piece in pieces(text, start, marks) if piece.shades)
    assert {token.term for token in analyze(text)} & {"xx", "US", "中国"} <= {token.term for token in analyze(told)}


def test_overlapping_shades_are_cut_where_either_begins_or_ends() -> None:
    marks = [Highlight(0, 10, "meaning"), Highlight(4, 7, "keyword")]
    light: frozenset[Shade] = frozenset({"meaning"})
    both: frozenset[Shade] = frozenset({"meaning", "keyword"})
    assert list(pieces("abcdefghijkl", 0, marks)) == [
        Piece("abcd", light), Piece("efg", both), Piece("hij", light), Piece("kl", frozenset())
    ]  # fmt: skip
