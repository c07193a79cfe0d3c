"""Words near each other: what the position arrays say, against trying everything, and against Whoosh's own spans."""

import random
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from whoosh.query import positional, spans
from whoosh.query import terms as single
from whoosh.searching import Searcher

from dragoman.corpus.document import Document, Note, Span
from dragoman.index.analysis import FIELDS, analyze
from dragoman.index.reading.snapshot import Snapshot
from dragoman.index.units import ANY_WORD, Form, Near, Unit, Word
from support.memory_view import occurrences
from support.random_documents import RandomDocuments
from support.whoosh_reference import inverted

if TYPE_CHECKING:
    from support.shelf import Shelf

WORDS = "the the the of of summit treaty treaties envoy pact quota zeal summit. pact.".split()
DOCUMENTS = RandomDocuments(words=WORDS, lines=range(1, 4), length=range(1, 20), title=range(6), notes=(0, 0, 1, 3))
TERMS = sorted({token.term for each in WORDS for token in analyze(each)})


@pytest.fixture(scope="module")
def shelved(make_shelf: "Callable[[], Shelf]") -> Snapshot:
    shelf = make_shelf()
    shelf.add(*DOCUMENTS.make_many(range(120)))
    return shelf.snapshot()


CLASSES: list[Word] = [*(frozenset({term}) for term in TERMS if "treat" not in term), frozenset({"treaty", "treaties"})]


def word(rng: random.Random) -> Word:
    return rng.choice(CLASSES)


def phrase(rng: random.Random, length: int) -> Form:
    inner = (ANY_WORD if rng.random() < 0.2 else word(rng) for _ in range(length - 2))
    return (word(rng), *inner, word(rng)) if length > 1 else (word(rng),)


def asked() -> Iterator[Unit]:
    rng = random.Random(5)
    for _ in range(150):
        field = rng.choice(["", "", *FIELDS])
        yield Unit(phrase(rng, rng.randint(2, 4)), field, slop=rng.choice([0, 1, 2, 3, 5, 9]))
        sides = [phrase(rng, rng.choice([1, 1, 2, 3])) for _ in range(3)]
        other = Unit(sides[1], variants=(sides[2],) if rng.random() < 0.3 else ())
        yield Unit(sides[0], field, near=Near(other, rng.choice([None, 0, 1, 2, 5, 20])))


def fields_of(snapshot: Snapshot, number: int) -> Iterator[tuple[list[str], list[int]]]:
    """The terms of each field of a passage, and the sentences that they are in."""
    (passage,) = snapshot.passages([number])
    document, span = passage.document, passage.span
    sentences = [f"{each}." for each in document.text[span.start : span.end].split(". ")]
    for parts in ([document.title], sentences, [note.text for note in document.notes_in(span)], []):
        terms = [[token.term for token in analyze(part)] for part in parts]
        yield list(chain.from_iterable(terms)), [n for n, sentence in enumerate(terms) for _ in sentence]


def test_every_occurrence_counts_and_no_other(shelved: Snapshot) -> None:
    (segment,) = shelved.stack.segments
    fields = {number: list(fields_of(shelved, number)) for number in range(len(segment))}
    matched = 0
    for unit in asked():
        expected = {
            number: [
                len(occurrences(terms, unit, sentences)) if unit.field in ("", name) else 0
                for name, (terms, sentences) in zip(FIELDS, passage, strict=True)
            ]
            for number, passage in fields.items()
        }
        found = segment.postings.occurrences(unit)
        counts = dict(zip(found.ordinals.tolist(), found.counts.tolist(), strict=True))
        assert counts == {number: each for number, each in expected.items() if any(each)}, unit
        some = np.flatnonzero(np.arange(len(segment)) % 3 == 0).astype(np.int32)
        among = segment.postings.occurrences(unit, some)
        assert dict(zip(among.ordinals.tolist(), among.counts.tolist(), strict=True)) == {
            number: each for number, each in counts.items() if number % 3 == 0
        }
        matched += len(counts)
    assert matched > 3000


def test_whoosh_finds_the_same_passages_near_and_far(shelved: Snapshot, tmp_path: Path) -> None:
    (segment,) = shelved.stack.segments
    rng = random.Random(3)
    matched = 0
    passages = ([terms for terms, _ in fields_of(shelved, number)] for number in range(len(segment)))
    with Searcher(inverted(tmp_path / "whoosh", passages)) as searcher:
        for _ in range(120):
            left, right = rng.sample(TERMS, 2)
            field, words = rng.choice(FIELDS), rng.choice([0, 1, 2, 4, 8])
            sides = single.Term(field, left), single.Term(field, right)
            # Whoosh counts positions, of which there is one more than words between; and its slop is of words in order.
            near = spans.SpanNear(*sides, slop=words + 1, ordered=False)
            in_order = positional.Phrase(field, [left, right], slop=words + 1)
            other = Unit((frozenset({right}),), field)
            found = segment.postings.occurrences(Unit((frozenset({left}),), field, near=Near(other, words)))
            assert found.ordinals.tolist() == sorted(searcher.docs_for_query(near)), (field, left, right, words)
            strayed = segment.postings.occurrences(Unit((frozenset({left}), frozenset({right})), field, slop=words))
            assert set(strayed.ordinals.tolist()) >= set(searcher.docs_for_query(in_order))
            assert set(strayed.ordinals.tolist()) <= set(found.ordinals.tolist())
            matched += len(found.ordinals)
    assert matched > 1000


def test_of_two_words_that_have_changed_places_two_fewer_may_stand_between(shelf: "Shelf") -> None:
    shelf.add(*(Document(str(n), f"peace {'x ' * n}treaty") for n in range(8)))
    shelf.add(*(Document(f"r{n}", f"treaty {'x ' * n}peace") for n in range(8)))
    snapshot = shelf.snapshot()
    unit = Unit((frozenset({"peace"}), frozenset({"treaty"})), slop=5)
    found = [segment.postings.occurrences(unit).ordinals.tolist() for segment in snapshot.stack.segments]
    assert found == [[0, 1, 2, 3, 4, 5], [0, 1, 2, 3]]


def test_a_sentence_ends_where_the_splitter_ends_it_and_a_footnote_is_one(shelf: "Shelf") -> None:
    shelf.add(
        Document("same", "The envoy signed a treaty. Peace came."),
        Document("next", "The envoy left. A treaty was signed."),
        Document("title", "Nothing.", title="Envoy leaves. Treaty signed"),
        Document("notes", "Nothing.", notes=(Note("1", 3, "an envoy"), Note("2", 5, "a treaty"))),
        Document("note", "Nothing.", notes=(Note("1", 3, "an envoy with a treaty"),)),
    )
    snapshot = shelf.snapshot()
    (segment,) = snapshot.stack.segments
    unit = Unit((frozenset({"envoy"}),), near=Near(Unit((frozenset({"treaty"}),)), None))
    located = snapshot.locate(segment.postings.occurrences(unit).ordinals.astype(np.int64))
    assert [each.document_id for each in located] == ["same", "title", "note"]
    assert Span(0, 26) in [Span(*each) for each in next(snapshot.passages([0])).sentences.tolist()]
