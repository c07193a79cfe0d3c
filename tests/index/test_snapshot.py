"""One generation of a collection: constraints, both legs, and that nothing depends on how documents were batched."""

import random
from collections.abc import Callable
from datetime import date
from itertools import product
from statistics import fmean
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pytest

from dragoman.corpus.document import Document, Span
from dragoman.errors import QueryError, SearchTimeout
from dragoman.index import constraints
from dragoman.index.analysis import analyze
from dragoman.index.constraints import AllOf, Constraint, Dated, Has, Holds, Not, Of, Undated
from dragoman.index.reading import vocabulary
from dragoman.index.reading.selection import Deadline
from dragoman.index.reading.snapshot import Snapshot
from dragoman.index.segments.bm25f import BM25F
from dragoman.index.units import Unit
from support.random_documents import RandomDocuments, random_vector

if TYPE_CHECKING:
    from support.shelf import Shelf

NONE = np.zeros(0, np.int64)
FREE = BM25F()
DOCUMENTS = RandomDocuments(countries=("France", "Japan", "Korea"), people=("Lee Jae Myung", "Kim Koo"))

Identity: TypeAlias = tuple[str, int, int]


@pytest.fixture(scope="module")
def shelved(make_shelf: "Callable[[], Shelf]") -> Snapshot:
    """Three segments, with a few documents replaced and a few deleted."""
    shelf = make_shelf()
    shelf.add(*DOCUMENTS.make_many(range(50)))
    shelf.add(*DOCUMENTS.make_many(range(50, 120)), *DOCUMENTS.make_many(range(5), seed=1))
    shelf.add(*DOCUMENTS.make_many(range(120, 150)))
    shelf.remove("d010", "d060", "d061")
    return shelf.snapshot()


def unit(snapshot: Snapshot, text: str, field: str = "") -> Unit:
    return Unit(tuple(snapshot.same_word(token.term) for token in analyze(text)), field)


def identity(snapshot: Snapshot, number: int) -> Identity:
    found, span = snapshot.passage(number)
    return found.id, span.start, span.end


# Constraints


def _holds(found: Document, span: Span, constraint: Constraint) -> bool:
    """The constraint, in plain Python."""
    match constraint:
        case Holds(Unit(places, field)):
            notes = "\n".join(note.text for note in found.notes_in(span))
            texts = {"title": found.title, "text": found.text[span.start : span.end], "notes": notes}
            return any(
                all(terms[at + n] in place for n, place in enumerate(places))
                for name, text in texts.items()
                if field in ("", name)
                for terms in [[token.term for token in analyze(text)]]
                for at in range(len(terms) - len(places) + 1)
            )
        case Has("country", value, _):
            return value in found.countries
        case Has(_, value, _):
            return any(value.lower() in person.name.lower().split() for person in found.people)
        case Dated(first, last):
            return bool(
                found.dates
                and (first is None or found.dates.last >= first)
                and (last is None or found.dates.first <= last)
            )
        case Undated():
            return found.dates is None
        case Not(negated):
            return not _holds(found, span, negated)
        case AllOf(parts):
            return all(_holds(found, span, part) for part in parts)
        case constraints.AnyOf(parts):
            return any(_holds(found, span, part) for part in parts)
        case Of(document):
            return found.id == document


TREATY, PHRASE, TITLE = (
    Holds(Unit((frozenset({"treaty"}),))),
    Holds(Unit((frozenset({"of"}), frozenset({"the"})))),
    Holds(Unit((frozenset({"summit"}),), "title")),
)
CONSTRAINTS: list[Constraint] = [
    AllOf(()),
    constraints.AnyOf(()),
    TREATY,
    PHRASE,
    TITLE,
    Has("country", "France", exact=True),
    Has("person", "Lee"),
    Dated(date(2025, 2, 1), None),
    Dated(date(2025, 1, 10), date(2025, 2, 10)),
    Undated(),
    Not(TREATY),
    Not(Not(PHRASE)),
    AllOf((TREATY, Not(Has("country", "Japan", exact=True)), Dated(None, date(2025, 2, 20)))),
    constraints.AnyOf((TITLE, AllOf((PHRASE, Has("person", "Kim"))), Undated())),
    Not(constraints.AnyOf((TREATY, Has("country", "Korea", exact=True)))),
]


@pytest.mark.parametrize("constraint", CONSTRAINTS)
def test_both_legs_obey_constraints_and_deletions(shelved: Snapshot, constraint: Constraint) -> None:
    expected = [
        number for number in np.flatnonzero(shelved.live).tolist() if _holds(*shelved.passage(number), constraint)
    ]
    selection = shelved.select(constraint)
    assert selection.numbers.tolist() == expected
    assert sorted(selection.nearest(random_vector(1), 10_000).tolist()) == expected
    the = unit(shelved, "the")
    by_words = shelved.select(AllOf((constraint, Holds(the)))).numbers.tolist()
    assert selection.keyword([the], FREE, NONE).numbers.tolist() == by_words


def test_what_was_deleted_or_replaced_is_in_neither_leg(shelved: Snapshot) -> None:
    everything = shelved.select(AllOf(()))
    gone = {"d010", "d060", "d061"}
    replaced = {f"d{n:03}" for n in range(5)}
    for numbers in (
        everything.nearest(random_vector(2), 10_000),
        everything.keyword([unit(shelved, word) for word in set(DOCUMENTS.words)], FREE, NONE).numbers,
    ):
        found = [shelved.passage(number)[0] for number in numbers.tolist()]
        assert not gone & {each.id for each in found}
        assert all(each == DOCUMENTS.make(each.id, 1) for each in found if each.id in replaced)


# The meaning leg


@pytest.mark.parametrize("depth", [1, 7, 100, 10_000])
@pytest.mark.parametrize("constraint", [AllOf(()), TREATY, Not(TREATY)])
def test_the_nearest_are_the_nearest(shelved: Snapshot, depth: int, constraint: Constraint) -> None:
    asked, selection = random_vector(3), shelved.select(constraint)
    numbers = selection.numbers.tolist()
    cosines = np.round([(shelved.vectors(np.array([n]))[0].astype(float) * asked).sum() for n in numbers], 6)
    expected = sorted(zip((-cosines).tolist(), (identity(shelved, n) for n in numbers), strict=True))[:depth]
    found = selection.nearest(asked, depth)
    assert [identity(shelved, n) for n in found.tolist()] == [each for _, each in expected]
    assert shelved.cosines(asked, found).tolist() == [-each for each, _ in expected]


def test_a_cosine_is_the_same_in_whatever_company(shelved: Snapshot) -> None:
    everything = shelved.select(AllOf(())).numbers
    together = shelved.cosines(random_vector(4), everything)
    alone = [shelved.cosines(random_vector(4), np.array([number]))[0] for number in everything]
    assert together.tolist() == alone


# The match set


def _brute_force(
    snapshot: Snapshot, units: list[Unit], constraint: Constraint
) -> tuple[set[int], dict[int, float], dict[int, float]]:
    """The match set, and every passage's score and idf mass, by looking at each passage for each unit."""
    live = np.flatnonzero(snapshot.live)
    admitted = set(snapshot.select(constraint).numbers.tolist())
    scores = dict.fromkeys(live.tolist(), 0.0)
    mass = dict.fromkeys(live.tolist(), 0.0)
    weighed = snapshot.select(AllOf(())).keyword(units, FREE, NONE).weighed
    for number in live.tolist():
        for each in snapshot.contributions(number, weighed, FREE):
            scores[number] += each.impact
            mass[number] += each.weighed.idf * bool(sum(each.counts.values()))
    wanted = fmean([each.idf for each in weighed if each.passages] or [0]) * min(len(weighed) / 2, 1.5)
    return {n for n in admitted if mass[n] > 0 and mass[n] >= wanted - 1e-9}, scores, mass


@pytest.mark.parametrize("constraint", [AllOf(()), TREATY, Not(TREATY), constraints.AnyOf(())])
@pytest.mark.parametrize(
    "text", ["the", "zeal", "the of", "zeal the", "summit treaty", "the of summit", "US us the zeal quota pact of 1950"]
)
def test_passing_over_common_words_changes_neither_match_set_nor_scores(
    shelved: Snapshot, text: str, constraint: Constraint
) -> None:
    units = [unit(shelved, word) for word in text.split()]
    expected, scores, _ = _brute_force(shelved, units, constraint)
    selection = shelved.select(constraint)
    also = selection.numbers[::7]
    found = selection.keyword(units, FREE, also)
    assert set(found.numbers.tolist()) == expected
    for number in [*found.numbers.tolist(), *also.tolist()]:
        assert found.scores[number] == pytest.approx(scores[number], rel=1e-12)


def test_the_match_set_is_what_holds_half_of_the_idf(shelf: "Shelf") -> None:
    shelf.add(Document("1", "alpha beta"), Document("2", "alpha"), Document("3", "beta"), Document("4", "gamma"))
    snapshot = shelf.snapshot()
    units = [unit(snapshot, "alpha"), unit(snapshot, "beta")]
    found = snapshot.select(AllOf(())).keyword(units, FREE, NONE)
    assert found.numbers.tolist() == [0, 1, 2], "exactly half is enough"
    found = snapshot.select(AllOf(())).keyword([*units, unit(snapshot, "gamma")], FREE, NONE)
    assert found.numbers.tolist() == [0], "the rarest word alone weighs less than half of the three"
    assert snapshot.select(AllOf(())).keyword([unit(snapshot, "omega")], FREE, NONE).numbers.tolist() == []
    assert snapshot.select(AllOf(())).keyword([], FREE, NONE).numbers.tolist() == []


def test_of_a_long_question_one_and_a_half_words_are_enough(shelf: "Shelf") -> None:
    shelf.add(Document("1", "alpha beta"), Document("2", "alpha"), Document("3", "gamma delta"), Document("4", "none"))
    snapshot = shelf.snapshot()
    asked = [unit(snapshot, word) for word in ("alpha", "beta", "gamma", "delta", "epsilon", "zeta")]
    found = snapshot.select(AllOf(())).keyword(asked, FREE, NONE)
    assert found.numbers.tolist() == [0, 2], "two words of six, not one"


def test_unknown_words_count_as_what_was_asked(shelf: "Shelf") -> None:
    shelf.add(Document("1", "a visit"), Document("2", "a summit"), Document("3", "a summit and a treaty"))
    select = shelf.snapshot().select(AllOf(()))

    def matching(text: str) -> list[int]:
        places = [shelf.snapshot().same_word(word) or frozenset({word}) for word in text.split()]
        return select.keyword([Unit((place,)) for place in places], FREE, NONE).numbers.tolist()

    assert matching("summit bread") == [1, 2], "half of two words"
    assert matching("summit bread yeast") == [], "a third of three"
    assert matching("summit treaty bread") == [2]


def test_contributions_add_up_to_the_score(shelved: Snapshot) -> None:
    units = [unit(shelved, "summit"), unit(shelved, "of the"), unit(shelved, "treaty", "title")]
    found = shelved.select(AllOf(())).keyword(units, FREE, NONE)
    for number in found.numbers[:20].tolist():
        parts = shelved.contributions(number, found.weighed, FREE)
        assert sum(part.impact for part in parts) == pytest.approx(found.scores[number], rel=1e-12)


# Batches


UNITS = [("the", ""), ("summit", ""), ("of the", ""), ("US", ""), ("zeal", "title"), ("the the", "text")]


def _observed(snapshot: Snapshot) -> dict[str, object]:
    """All that a search could be told, by the identity of passages."""
    names = {number: identity(snapshot, number) for number in np.flatnonzero(snapshot.live).tolist()}
    observed: dict[str, object] = {"count": snapshot.count, "averages": snapshot.stack.averages.tolist()}
    observed["words"] = {word: sorted(snapshot.same_word(word)) for word in ("summits", "us", "US", "gone", "new")}
    observed["frequency"] = {word: snapshot.frequency(word) for word in ("summit", "zeal", "gone", "new")}
    for constraint, chosen in product(CONSTRAINTS, (UNITS[:1], UNITS[1:3], UNITS)):
        selection = snapshot.select(constraint)
        near = selection.nearest(random_vector(5), 40)
        found = selection.keyword([unit(snapshot, *each) for each in chosen], FREE, near)
        ordered = snapshot.order(found.numbers, found.scores[found.numbers], 50)
        recent = snapshot.order(selection.numbers, snapshot.days(selection.numbers), 50)
        observed[f"{constraint} {chosen}"] = (
            selection.numbers.size,
            [(each.passages, each.idf) for each in found.weighed],
            [(names[n], found.scores[n]) for n in ordered.tolist()],
            [(names[n], c) for n, c in zip(near.tolist(), snapshot.cosines(random_vector(5), near), strict=True)],
            [names[n] for n in recent.tolist()],
        )
    return observed


def test_nothing_depends_on_how_documents_were_batched(make_shelf: "Callable[[], Shelf]") -> None:
    final = [DOCUMENTS.make(f"d{n:03}", 1 if n % 3 == 0 else 0) for n in range(60) if n % 10]
    at_once, bit_by_bit = make_shelf(), make_shelf()
    at_once.add(*final)
    expected = _observed(at_once.snapshot())

    rng = random.Random(8)
    rng.shuffle(final)
    bit_by_bit.add(*DOCUMENTS.make_many(range(60)), Document("gone", "gone gone summit", "gone"))
    bit_by_bit.remove("gone", *(f"d{n:03}" for n in range(0, 60, 10)))
    for step in range(0, len(final), 7):
        bit_by_bit.add(*final[step : step + 7])
    assert bit_by_bit.snapshot().segments > 5
    assert _observed(bit_by_bit.snapshot()) == expected
    bit_by_bit.compact()
    assert bit_by_bit.snapshot().segments == 1
    assert _observed(bit_by_bit.snapshot()) == expected


# Order


def test_order_prefers_high_keys_then_the_id_then_the_start(shelved: Snapshot) -> None:
    rng = np.random.default_rng(1)
    numbers = np.flatnonzero(shelved.live)
    for most in (1, 2, 5, 1000):
        keys = rng.integers(-most, most, len(numbers))
        expected = sorted(zip((-keys).tolist(), (identity(shelved, n) for n in numbers.tolist()), strict=True))
        for limit in (0, 1, 2, 10, len(numbers) - 1, len(numbers), len(numbers) + 5):
            found = shelved.order(numbers, keys, limit)
            assert [identity(shelved, n) for n in found.tolist()] == [each for _, each in expected[:limit]]
    assert shelved.order(NONE, NONE, 5).tolist() == []


# The rest


def test_a_document_is_found_with_its_passages_in_order(shelved: Snapshot) -> None:
    for name in ("d000", "d070"):
        numbers = shelved.find(name)
        spans = [shelved.passage(number)[1] for number in numbers.tolist()]
        assert spans == sorted(spans)
        assert spans[-1].end == len(shelved.passage(int(numbers[0]))[0].text)
        assert shelved.find(name, spans[0]).tolist() == [numbers[0]]
    assert shelved.find("d000", Span(1, 2)).size == 0
    assert shelved.find("d010").size == 0
    assert shelved.find("nobody").size == 0


def test_an_empty_snapshot_answers(shelf: "Shelf") -> None:
    snapshot = shelf.snapshot()
    selection = snapshot.select(AllOf((Has("country", "France", exact=True), Not(Undated()))))
    assert selection.numbers.size == 0
    assert selection.nearest(random_vector(1), 5).size == 0
    assert selection.keyword([unit(snapshot, "summit")], FREE, NONE).numbers.size == 0
    assert snapshot.order(NONE, NONE, 3).size == 0
    assert snapshot.like_pattern("s*") == set()


def test_a_deadline_ends_a_search(shelved: Snapshot) -> None:
    with pytest.raises(SearchTimeout, match="longer than 0 s"):
        shelved.select(TREATY, Deadline(0))
    selection = shelved.select(TREATY, Deadline(1000))
    assert selection.numbers.size


def test_a_pattern_for_too_many_words_is_refused(shelved: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "MAX_EXPANSION", 3)
    with pytest.raises(QueryError, match=r"\*.*different words"):
        shelved.like_pattern("*")
