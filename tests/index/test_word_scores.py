"""What a question's words are worth in passages, against a slow evaluation that looks at every passage by itself."""

from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.index.constraints import AllOf, Dated, Not, Of
from dragoman.index.reading import stack as stacks
from dragoman.index.reading.local_legs import word_scores
from dragoman.index.reading.local_legs.by_words import LocalKeyword
from dragoman.index.reading.plan import PAIRS, PASSAGE, Deadline, Meaning, Pair, Plan, Words
from dragoman.index.reading.selection import Selection
from dragoman.index.reading.snapshot import Snapshot
from dragoman.index.reading.view import Weighed
from dragoman.index.segments.bm25f import BM25F
from dragoman.index.units import Unit
from support.random_documents import RandomDocuments

if TYPE_CHECKING:
    from support.shelf import Shelf

VOCABULARY = "the the the of of summit summits treaty envoy envoys trade pact zeal".split()
DOCUMENTS = RandomDocuments(words=VOCABULARY, lines=range(1, 5), length=range(1, 9), title=range(3), notes=(0, 0, 1))


def unit(*words: str, field: str = "") -> Unit:
    """A word or phrase; several terms that count as one word stand between bars."""
    return Unit(tuple(frozenset(word.split("|")) for word in words), field)


UNITS = [unit(text) for text in ("the", "of", "summit|summits", "treaty", "envoy|envoys", "trade", "zeal", "nobody")]
UNITS += [unit("the", "summit"), unit("pact", field="title")]
CONSTRAINTS = [AllOf(()), AllOf((Not(Of("a01")),)), AllOf((Of("b02"),)), AllOf((Dated(date(1950, 1, 1), None),))]
B = BM25F()


@pytest.fixture(scope="module")
def shelved(make_shelf: "Callable[[], Shelf]") -> Snapshot:
    """Three segments, with a few documents deleted."""
    shelf = make_shelf()
    for name in "abc":
        shelf.add(*DOCUMENTS.make_many(range(12), name))
    shelf.remove("a003", "b004", "b005")
    return shelf.snapshot()


def counted(shelved: Snapshot, of: Unit, number: int) -> list[int] | None:
    """How often each field of one passage holds a unit; None if none does."""
    segment, ordinal = shelved.stack.locate(number)
    found = segment.postings.occurrences(of)
    at = np.flatnonzero(found.ordinals == ordinal)
    return found.counts[at[0]].tolist() if len(at) else None


def worth(shelved: Snapshot, of: Unit, number: int) -> float:
    """What the occurrences of a unit say of one passage."""
    segment, ordinal = shelved.stack.locate(number)
    counts, lengths = counted(shelved, of, number), segment.postings.lengths[[ordinal]]
    return float(B.saturated(np.array([counts]), lengths, shelved.stack.averages)[0]) if counts else 0.0


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.sampled_from(UNITS), min_size=1, max_size=6, unique=True),
    st.sets(st.integers(0, 5)),
    st.sampled_from(CONSTRAINTS),
    st.lists(st.integers(0, 10_000), max_size=5),
    st.booleans(),
    st.sampled_from([1, 7, 1 << 17]),
)
def test_passages_score_as_if_each_were_looked_at_by_itself(
    shelved: Snapshot,
    units: list[Unit],
    optional: set[int],
    constraint: AllOf,
    others: list[int],
    any_word: bool,
    block: int,
) -> None:
    selection = Selection(shelved.stack, constraint, Deadline())
    admitted = selection.numbers
    also = np.unique([int(admitted[each % len(admitted)]) for each in others if len(admitted)]).astype(np.int64)
    may_lack = frozenset(each for at, each in enumerate(units) if at in optional)
    asked = Words(tuple(units), (), B, documents=False, optional=may_lack, any_word=any_word)
    leg = LocalKeyword(selection, asked)
    before = word_scores.BLOCK
    word_scores.BLOCK = block
    try:
        leading = leg.leading(10, also)
    finally:
        word_scores.BLOCK = before

    demanded = [each for each in leg.weighed if each.unit not in may_lack]
    matches: dict[int, float] = {}
    for number in admitted.tolist():
        held = [each for each in leg.weighed if counted(shelved, each.unit, number)]
        score = sum((each.idf * worth(shelved, each.unit, number) for each in held), 0.0)
        enough = [
            sum(each.idf for each in group if each in held) >= (0 if any_word else wanted(group)) - 1e-9
            and any(each in held and each.idf > 0 for each in group)
            for group in (demanded, [*leg.weighed])
        ]
        if any(enough if may_lack else enough[:1]):
            matches[number] = score
        if number in also or number in matches:
            assert leg.keys(np.array([number]))[0] == pytest.approx(score, abs=1e-12)
            assert leg.evidence(np.array([number]))[PASSAGE, 0] == pytest.approx(score, abs=1e-12)
    assert leg.matches.tolist() == sorted(matches)
    assert [round(matches[number], 9) for number in leading.tolist()] == [
        round(each, 9) for each in sorted(matches.values(), reverse=True)[:10]
    ]


def wanted(units: list[Weighed]) -> float:
    """Half of the idf of what any passage holds, or that of one and a half units on average."""
    known = [each for each in units if each.passages]
    return sum(each.idf for each in known) / max(len(known), 1) * min(len(units) / 2, 1.5)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.sampled_from(["the", "of", "summit|summits", "treaty", "zeal", "nobody"]), min_size=2, max_size=6))
def test_words_side_by_side_count_as_their_phrase_does(shelved: Snapshot, words: list[str]) -> None:
    units = [unit(each) for each in words]
    pairs = tuple(Pair(left, right) for left, right in pairwise(units))
    leg = LocalKeyword(
        Selection(shelved.stack, AllOf(()), Deadline()), Words(tuple(dict.fromkeys(units)), pairs, B, documents=False)
    )
    leg.leading(0, np.zeros(0, np.int64))
    some = np.flatnonzero(shelved.stack.live)[::3]
    worth_of = {each.unit: each.idf for each in leg.weighed if each.passages}
    expected = [
        sum(
            (worth_of[left] + worth_of[right]) / 2 * worth(shelved, Unit((*left.positions, *right.positions)), number)
            for left, right in pairs
            if left in worth_of and right in worth_of
        )
        for number in some.tolist()
    ]
    assert leg.evidence(some)[PAIRS] == pytest.approx(expected, abs=1e-12)


def test_what_holds_a_word_is_remembered_within_bounds(shelved: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    stack = stacks.Stack(shelved.stack.segments, [np.zeros(0, np.int64)] * 3)
    found = stack.holding(UNITS[2])
    assert stack.holding(UNITS[2]) is found
    for each in UNITS:
        assert stack.holding(each).passages == sum(counted(shelved, each, n) is not None for n in range(len(stack)))
    monkeypatch.setattr(stacks, "MOST_REMEMBERED", 4000)
    small = stacks.Stack(shelved.stack.segments, [np.zeros(0, np.int64)] * 3)
    first = small.holding(UNITS[0])
    for each in UNITS[1:]:
        small.holding(each)
    assert small.holding(UNITS[0]) is not first, "it has made room for what was asked for later"
    assert [each.tolist() for each in small.holding(UNITS[0]).occurrences[0]] == [
        each.tolist() for each in first.occurrences[0]
    ]


def test_one_segment_and_twenty_give_the_same_answer(make_shelf: "Callable[[], Shelf]") -> None:
    documents = DOCUMENTS.make_many(range(60), "s")
    one, many = make_shelf(), make_shelf()
    one.add(*documents)
    for start in range(0, len(documents), 3):
        many.add(*documents[start : start + 3])
    vector = np.array([[0.5, 0.5, -0.5, 0.5, 0, 0, 0, 0]], np.float32)[0]
    words = Words(tuple(UNITS), (Pair(UNITS[2], UNITS[3]),), B, documents=True)
    plan = Plan(AllOf(()), {"keyword": words, "meaning": Meaning(vector, floor=0.1, nearness=0.5)})

    def answer(shelf: "Shelf") -> list[Any]:
        view = shelf.snapshot()
        found = view.candidates(plan, 25, Deadline())
        said = zip(view.locate(found.numbers), *(leg.evidence.T.tolist() for leg in found.legs.values()), strict=True)
        ranks = [leg.ranks.tolist() for leg in found.legs.values()]
        return sorted(zip(said, *ranks, strict=True))

    assert answer(one) == answer(many)
