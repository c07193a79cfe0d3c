"""One generation of a collection: constraints, both legs, and that nothing depends on how documents were batched."""

import random
from collections.abc import Callable, Iterable
from datetime import date
from itertools import product
from statistics import fmean
from typing import TYPE_CHECKING, get_args

import numpy as np
import pytest
from numpy.typing import NDArray

from dragoman.corpus.document import Document, Span
from dragoman.errors import QueryError, SearchTimeout
from dragoman.index import constraints
from dragoman.index.analysis import analyze
from dragoman.index.constraints import AllOf, Between, Constraint, Dated, Has, Holds, Not, Of, Undated
from dragoman.index.reading import lexicon
from dragoman.index.reading.local_legs.by_words import LocalKeyword
from dragoman.index.reading.plan import (
    PASSAGE,
    Beginning,
    Deadline,
    Meaning,
    Pair,
    Pattern,
    Plan,
    SameWord,
    Sort,
    Words,
)
from dragoman.index.reading.selection import Selection
from dragoman.index.reading.snapshot import Snapshot
from dragoman.index.reading.view import Contribution, Located, Weighed
from dragoman.index.units import Unit
from support.asking import ALL, EVERYTHING, FREE, admitted, by_words, located, nearest, same_word, unit
from support.random_documents import RandomDocuments, random_vector

if TYPE_CHECKING:
    from support.shelf import Shelf

NONE = np.zeros(0, np.int64)
DOCUMENTS = RandomDocuments(countries=("France", "Japan", "Korea"), people=("Lee Jae Myung", "Kim Koo"))


@pytest.fixture(scope="module")
def shelved(make_shelf: "Callable[[], Shelf]") -> Snapshot:
    """Three segments, with a few documents replaced and a few deleted."""
    shelf = make_shelf()
    shelf.add(*DOCUMENTS.make_many(range(50)))
    shelf.add(*DOCUMENTS.make_many(range(50, 120)), *DOCUMENTS.make_many(range(5), seed=1))
    shelf.add(*DOCUMENTS.make_many(range(120, 150)))
    shelf.remove("d010", "d060", "d061")
    return shelf.snapshot()


def contributions(snapshot: Snapshot, number: int, weighed: Iterable[Weighed]) -> tuple[Contribution, ...]:
    (passage,) = snapshot.passages([number], weighed=tuple(weighed))
    return passage.contributions


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
        case Between():
            raise NotImplementedError("see test_fields.py")


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
    live = np.flatnonzero(shelved.stack.live).tolist()
    expected = [
        number
        for number, passage in zip(live, shelved.passages(live), strict=True)
        if _holds(passage.document, passage.span, constraint)
    ]
    assert admitted(shelved, constraint) == expected
    selection = Selection(shelved.stack, constraint, Deadline())
    assert selection.numbers.tolist() == expected
    left_out = np.zeros(len(live), bool) if selection.left_out is None else selection.left_out
    assert sorted([*expected, *np.flatnonzero(left_out).tolist()]) == live
    assert sorted(nearest(shelved, random_vector(1), ALL, constraint)) == expected
    the = unit(shelved, "the")
    holding = admitted(shelved, AllOf((constraint, Holds(the))))
    assert by_words(shelved, [the], constraint).numbers.tolist() == holding


def test_what_was_deleted_or_replaced_is_in_neither_leg(shelved: Snapshot) -> None:
    gone = {"d010", "d060", "d061"}
    replaced = {f"d{n:03}" for n in range(5)}
    units = [unit(shelved, word) for word in set(DOCUMENTS.words)]
    for numbers in (nearest(shelved, random_vector(2), ALL), by_words(shelved, units).numbers.tolist()):
        found = [passage.document for passage in shelved.passages(numbers)]
        assert not gone & {each.id for each in found}
        assert all(each == DOCUMENTS.make(each.id, 1) for each in found if each.id in replaced)
        assert replaced <= {each.id for each in found}


# The meaning leg


@pytest.mark.parametrize("depth", [1, 7, 100, ALL])
@pytest.mark.parametrize("constraint", [EVERYTHING, TREATY, Not(TREATY)])
def test_the_nearest_are_the_nearest(shelved: Snapshot, depth: int, constraint: Constraint) -> None:
    asked, numbers = random_vector(3), admitted(shelved, constraint)
    cosines = np.round([(shelved.vectors(np.array([n]))[0].astype(float) * asked).sum() for n in numbers], 6)
    expected = sorted(zip((-cosines).tolist(), (located(shelved, n) for n in numbers), strict=True))[:depth]
    found = nearest(shelved, asked, depth, constraint)
    assert [located(shelved, n) for n in found] == [each for _, each in expected]
    assert shelved.stack.cosines(asked, np.array(found)).tolist() == [-each for each, _ in expected]


def test_a_cosine_is_the_same_in_whatever_company(shelved: Snapshot) -> None:
    everything = np.array(admitted(shelved))
    together = shelved.stack.cosines(random_vector(4), everything)
    alone = [shelved.stack.cosines(random_vector(4), np.array([number]))[0] for number in everything]
    assert together.tolist() == alone


@pytest.mark.parametrize("nearness", [0.0, 0.5, 0.9])
def test_what_is_near_enough_does_not_change_with_filters(shelved: Snapshot, nearness: float) -> None:
    def near(constraint: Constraint) -> dict[int, float]:
        plan = Plan(AllOf((constraint,)), {"meaning": Meaning(random_vector(6), 0.2, nearness)})
        found = shelved.candidates(plan, ALL, Deadline())
        assert found.legs["meaning"].matching.all()
        return dict(zip(found.numbers.tolist(), found.legs["meaning"].evidence[0].tolist(), strict=True))

    everything = near(EVERYTHING)
    floor = max(0.2, nearness * max(everything.values()))
    cosines = shelved.stack.cosines(random_vector(6), np.array(admitted(shelved)))
    assert len(everything) == (cosines >= floor).sum()
    for constraint in CONSTRAINTS:
        chosen = set(admitted(shelved, constraint))
        assert near(constraint) == {number: each for number, each in everything.items() if number in chosen}


# The match set


def _brute_force(
    snapshot: Snapshot, units: list[Unit], constraint: Constraint
) -> tuple[set[int], dict[int, float], dict[int, float]]:
    """The match set, and every passage's score and idf mass, by looking at each passage for each unit."""
    live = admitted(snapshot)
    scores = dict.fromkeys(live, 0.0)
    mass = dict.fromkeys(live, 0.0)
    weighed = by_words(snapshot, units).weighed
    for number in live:
        for each in contributions(snapshot, number, weighed):
            scores[number] += each.impact
            mass[number] += each.weighed.idf * bool(sum(each.counts.values()))
    wanted = fmean([each.idf for each in weighed if each.passages] or [0]) * min(len(weighed) / 2, 1.5)
    chosen = admitted(snapshot, constraint)
    return {n for n in chosen if mass[n] > 0 and mass[n] >= wanted - 1e-9}, scores, mass


@pytest.mark.parametrize("constraint", [EVERYTHING, TREATY, Not(TREATY), constraints.AnyOf(())])
@pytest.mark.parametrize(
    "text", ["the", "zeal", "the of", "zeal the", "summit treaty", "the of summit", "US us the zeal quota pact of 1950"]
)
def test_passing_over_common_words_changes_neither_match_set_nor_scores(
    shelved: Snapshot, text: str, constraint: Constraint
) -> None:
    units = [unit(shelved, word) for word in text.split()]
    expected, scores, _ = _brute_force(shelved, units, constraint)
    selection = Selection(shelved.stack, constraint, Deadline())
    also = selection.numbers[::7]
    leg = LocalKeyword(selection, Words(tuple(units), (), FREE, documents=False))
    leg.leading(ALL, also)
    assert set(leg.matches.tolist()) == expected
    for number in [*leg.matches.tolist(), *also.tolist()]:
        assert leg.evidence(np.array([number]))[PASSAGE, 0] == pytest.approx(scores[number], rel=1e-12)
    found = by_words(shelved, units, constraint)
    assert set(found.numbers.tolist()) == expected
    assert found.scores.tolist() == leg.evidence(found.numbers)[PASSAGE].tolist()


def test_the_match_set_is_what_holds_half_of_the_idf(shelf: "Shelf") -> None:
    shelf.add(Document("1", "alpha beta"), Document("2", "alpha"), Document("3", "beta"), Document("4", "gamma"))
    snapshot = shelf.snapshot()
    units = [unit(snapshot, "alpha"), unit(snapshot, "beta")]
    assert by_words(snapshot, units).numbers.tolist() == [0, 1, 2], "exactly half is enough"
    found = by_words(snapshot, [*units, unit(snapshot, "gamma")])
    assert found.numbers.tolist() == [0], "the rarest word alone weighs less than half of the three"
    assert by_words(snapshot, [unit(snapshot, "omega")]).numbers.tolist() == []
    assert by_words(snapshot, []).numbers.tolist() == []


def test_of_a_long_question_one_and_a_half_words_are_enough(shelf: "Shelf") -> None:
    shelf.add(Document("1", "alpha beta"), Document("2", "alpha"), Document("3", "gamma delta"), Document("4", "none"))
    snapshot = shelf.snapshot()
    asked = [unit(snapshot, word) for word in ("alpha", "beta", "gamma", "delta", "epsilon", "zeta")]
    assert by_words(snapshot, asked).numbers.tolist() == [0, 2], "two words of six, not one"


def test_unknown_words_count_as_what_was_asked(shelf: "Shelf") -> None:
    shelf.add(Document("1", "a visit"), Document("2", "a summit"), Document("3", "a summit and a treaty"))
    snapshot = shelf.snapshot()

    def matching(text: str) -> list[int]:
        places = [same_word(snapshot, word) or frozenset({word}) for word in text.split()]
        return by_words(snapshot, [Unit((place,)) for place in places]).numbers.tolist()

    assert matching("summit bread") == [1, 2], "half of two words"
    assert matching("summit bread yeast") == [], "a third of three"
    assert matching("summit treaty bread") == [2]


def test_contributions_add_up_to_the_score(shelved: Snapshot) -> None:
    units = [unit(shelved, "summit"), unit(shelved, "of the"), unit(shelved, "treaty", "title")]
    found = by_words(shelved, units)
    assert len(found.numbers) > 20
    for number, score in zip(found.numbers[:20].tolist(), found.scores.tolist(), strict=False):
        parts = contributions(shelved, number, found.weighed)
        assert [part.weighed for part in parts] == list(found.weighed)
        assert sum(part.impact for part in parts) == pytest.approx(score, rel=1e-12)


# Batches


UNITS = [("the", ""), ("summit", ""), ("of the", ""), ("US", ""), ("zeal", "title"), ("the the", "text")]
LOOKUPS = [SameWord("summits"), SameWord("us"), SameWord("US"), SameWord("gone"), SameWord("new"), Pattern("*u*")]


def _observed(snapshot: Snapshot) -> dict[str, object]:
    """All that a search could be told, by the identity of passages."""
    names = {number: located(snapshot, number) for number in admitted(snapshot)}

    def named(numbers: NDArray[np.int64]) -> list[Located]:
        return [names[number] for number in numbers.tolist()]

    observed: dict[str, object] = {
        "passages": snapshot.info.passages,
        "languages": snapshot.info.languages,
        "averages": snapshot.stack.averages.tolist(),
        "terms": list(map(sorted, snapshot.terms(LOOKUPS, Deadline()))),
        "common": [snapshot.common_terms(lookup, 9) for lookup in (*LOOKUPS, Beginning("t"), Beginning("g"))],
        "values": [snapshot.values(field, "k", 9) for field in ("country", "person", "topic")],
    }
    every = tuple(unit(snapshot, *each) for each in UNITS)
    for constraint, (units, depth) in product(CONSTRAINTS, ((every[:1], 40), (every[1:3], ALL), (every, 40))):
        pairs = tuple(map(Pair, units, units[1:]))
        legs = {"keyword": Words(units, pairs, FREE, documents=True), "meaning": Meaning(random_vector(5), 0.5, 0.8)}
        found = snapshot.candidates(Plan(AllOf((constraint,)), legs), depth, Deadline())
        said = {
            name: sorted(zip(named(found.numbers), each.evidence.T.tolist(), each.matching, each.ranks, strict=True))
            for name, each in found.legs.items()
        }
        lists: list[object] = []
        for sort in get_args(Sort):
            scores, per_document = found.legs["keyword"].evidence.sum(axis=0), sort == "newest"
            listing = found.matches.listed(scores, sort=sort, per_document=per_document, fold=True, limit=50)
            lists.append((named(listing.numbers), listing.total, listing.documents, listing.more.tolist()))
            lists.append(listing.facets(5))
        weighed = [(each.passages, each.idf) for each in found.weighed]
        observed[f"{constraint} {len(units)}"] = said, weighed, found.undated, found.cut, lists
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
    assert len(bit_by_bit.snapshot().stack.segments) > 5
    assert _observed(bit_by_bit.snapshot()) == expected
    bit_by_bit.compact()
    assert len(bit_by_bit.snapshot().stack.segments) == 1
    assert _observed(bit_by_bit.snapshot()) == expected


# Order


def test_order_prefers_high_keys_then_the_id_then_the_start(shelved: Snapshot) -> None:
    rng = np.random.default_rng(1)
    numbers = np.array(admitted(shelved))
    for most in (1, 2, 5, 1000):
        keys = rng.integers(-most, most, len(numbers))
        expected = sorted(zip((-keys).tolist(), shelved.locate(numbers), strict=True))
        for limit in (0, 1, 2, 10, len(numbers) - 1, len(numbers), len(numbers) + 5):
            found = shelved.stack.order(numbers, keys, limit)
            assert shelved.locate(found) == [each for _, each in expected[:limit]]
    assert shelved.stack.order(NONE, NONE, 5).tolist() == []


# The rest


def test_a_document_is_found_with_its_passages_in_order(shelved: Snapshot) -> None:
    for name in ("d000", "d070"):
        numbers = shelved.find(name)
        passages = list(shelved.passages(numbers.tolist()))
        spans = [passage.span for passage in passages]
        assert spans == sorted(spans)
        assert spans[-1].end == len(passages[0].document.text)
        assert {passage.document.id for passage in passages} == {name}
        assert shelved.locate(numbers) == [(name, *span) for span in spans]
        assert shelved.find(name, spans[0]).tolist() == [numbers[0]]
    assert shelved.find("d000", Span(1, 2)).size == 0
    assert shelved.find("d010").size == 0
    assert shelved.find("nobody").size == 0


def test_an_empty_snapshot_answers(shelf: "Shelf") -> None:
    snapshot = shelf.snapshot()
    constraint = AllOf((Has("country", "France", exact=True), Not(Undated())))
    assert admitted(snapshot, constraint) == []
    assert nearest(snapshot, random_vector(1), 5, constraint) == []
    assert by_words(snapshot, [unit(snapshot, "summit")], constraint).numbers.size == 0
    assert snapshot.stack.order(NONE, NONE, 3).size == 0
    assert snapshot.terms([Pattern("s*")], Deadline()) == [frozenset()]
    assert snapshot.values("country", "f", 5) == []
    assert snapshot.info.passages == 0
    assert snapshot.info.lacking == frozenset()


def test_a_deadline_ends_a_search(shelved: Snapshot) -> None:
    plan = Plan(AllOf((TREATY,)))
    with pytest.raises(SearchTimeout, match="longer than 0 s"):
        shelved.candidates(plan, ALL, Deadline(0))
    with pytest.raises(SearchTimeout, match="longer than 0 s"):
        shelved.terms([SameWord("summit")], Deadline(0))
    for leg in (Words((unit(shelved, "summit"),), (), FREE, documents=False), Meaning(random_vector(1), 0.0)):
        name = "keyword" if isinstance(leg, Words) else "meaning"
        with pytest.raises(SearchTimeout, match="longer than 0 s"):
            shelved.candidates(Plan(legs={name: leg}), ALL, Deadline(0))
    assert shelved.candidates(plan, ALL, Deadline(1000)).matches


def test_a_pattern_for_too_many_words_is_refused(shelved: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lexicon, "MAX_EXPANSION", 3)
    with pytest.raises(QueryError, match=r"\*.*different words"):
        shelved.terms([Pattern("*")], Deadline())
