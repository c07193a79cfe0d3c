"""Which passages hold a word or a phrase, and what that says: against the paper, and against Whoosh's own search."""

import errno
import gc
import math
import os
import random
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest
from whoosh.query import compound, positional, qcore
from whoosh.query import terms as single
from whoosh.searching import Searcher
from whoosh.writing import PostingPool

from dragoman.corpus.document import Document, Span
from dragoman.index.analysis import FIELDS, analyze
from dragoman.index.reading.plan import Beginning, Deadline, Pattern, SameWord, Slip, Spelling
from dragoman.index.reading.snapshot import Snapshot
from dragoman.index.segments import postings_writer, whoosh_index
from dragoman.index.segments.bm25f import BM25F, idf
from dragoman.index.segments.whoosh_index import KeywordWriter
from dragoman.index.terms import stem
from dragoman.index.units import Unit, Word
from support.asking import by_words, same_word, unit
from support.random_documents import RandomDocuments
from support.whoosh_reference import inverted

if TYPE_CHECKING:
    from support.shelf import Shelf

# Several forms of a stem, function words, an acronym and its pronoun, numbers; few are common, as in any text.
WORDS = (
    "the the the the of of of summit summits treaty treaties sign signed signing may not US us will pact envoy envoys "
    "trade trading quota 1950 28,500 zeal"
).split()
PHRASES = ("the summit", "of the", "the the", "the the the", "US envoy", "signed the treaty of", "28,500 us", "pact")


DOCUMENTS = RandomDocuments(
    words=WORDS, lines=range(1, 4), length=range(1, 13), title=range(5), notes=(0, 0, 1, 3)
)  # short lines, many of them alike


@pytest.fixture(scope="module")
def shelved(make_shelf: "Callable[[], Shelf]") -> Snapshot:
    """Three segments, with a few documents replaced and a few deleted."""
    shelf = make_shelf()
    shelf.add(*DOCUMENTS.make_many(range(60), "a"))
    shelf.add(*DOCUMENTS.make_many(range(80), "b"), *DOCUMENTS.make_many(range(5), "a", seed=1))
    shelf.add(*DOCUMENTS.make_many(range(40), "c"))
    shelf.remove("b003", "b004", "a020")
    return shelf.snapshot()


class Row(NamedTuple):
    """A live passage as the reference sees it: the terms of its title, text, footnotes and description."""

    number: int
    document: str
    start: int
    fields: tuple[list[str], ...]


def rows(snapshot: Snapshot) -> Iterator[Row]:
    live = np.flatnonzero(snapshot.stack.live).tolist()
    for number, passage in zip(live, snapshot.passages(live), strict=True):
        document, (start, end) = passage.document, passage.span
        notes = (note.text for note in document.notes_in(Span(start, end)))
        own = [token.term for part in (document.title, document.text) for token in analyze(part)]
        own += [token.term for note in document.notes for token in analyze(note.text)]
        names = [token.term for person in document.people for token in analyze(person.name)]
        about = " ".join(term for term in names if term not in own)
        texts = document.title, document.text[start:end], "\n".join(notes), about
        yield Row(number, document.id, start, tuple([t.term for t in analyze(text)] for text in texts))


def word(text: str, field: str = "") -> tuple[tuple[set[str], ...], str]:
    """A word or phrase as the reference sees it: for each place the terms of the same English stem, and the field."""
    stems = [stem(token.term, "en") for token in analyze(text)]
    vocabulary = {token.term for other in WORDS for token in analyze(other)}
    return tuple({term for term in vocabulary if stem(term, "en") == each} for each in stems), field


def times(terms: list[str], places: tuple[set[str], ...]) -> int:
    starts = range(len(terms) - len(places) + 1)
    return sum(all(terms[at + n] in place for n, place in enumerate(places)) for at in starts)


def counts(row: Row, asked: tuple[tuple[set[str], ...], str]) -> list[int]:
    places, field = asked
    return [times(terms, places) if field in ("", name) else 0 for name, terms in zip(FIELDS, row.fields, strict=True)]


def reference(passages: list[Row], asked: list[tuple[tuple[set[str], ...], str]], free: BM25F) -> list[float]:
    """BM25F of every passage, by the formulas of Robertson and Zaragoza (2009), 3.6.

    A field's frequency is divided by B_f = (1 - b_f) + b_f * length / average; the weighted sum of these over the
    fields is saturated once, tf / (k1 + tf), and weighed by the idf.
    """
    average = [sum(len(row.fields[f]) for row in passages) / len(passages) for f in range(len(FIELDS))]
    scores = [0.0] * len(passages)
    for each in asked:
        held = [counts(row, each) for row in passages]
        holding = sum(map(any, held))
        if not holding:
            continue
        weight = math.log(1 + (len(passages) - holding + 0.5) / (holding + 0.5))
        for n, (row, by_field) in enumerate(zip(passages, held, strict=True)):
            frequency = sum(
                free.weights[f]
                * by_field[f]
                / ((1 - free.b[f]) + free.b[f] * len(row.fields[f]) / max(average[f], 1e-9))
                for f in range(len(FIELDS))
            )
            scores[n] += weight * frequency / (free.k1 + frequency)
    return scores


def like_pattern(snapshot: Snapshot, pattern: str, field: str = "") -> Word:
    return snapshot.terms([Pattern(pattern, field)], Deadline())[0]


def like_spelling(snapshot: Snapshot, term: str, edits: int, field: str = "") -> Word:
    return snapshot.terms([Spelling(term, edits, field)], Deadline())[0]


QUESTIONS: list[list[tuple[str, str]]] = [
    [("summit", "")],
    [("treaties", ""), ("signing", "")],
    [("the", ""), ("of", ""), ("US", ""), ("us", ""), ("zeal", "")],
    [("summit", "title"), ("summit", "text"), ("envoy", "title")],
    [("the summit", ""), ("may not", "title"), ("28500", "")],
    [("the the", ""), ("US envoy", "text")],
    [("unheard", ""), ("quota", "")],
]


@pytest.mark.parametrize("free", [BM25F(), BM25F(k1=1.7, b=(0.9, 0.1, 0.5, 0.2), weights=(2.5, 0.7, 0.4, 1.3))])
@pytest.mark.parametrize("question", QUESTIONS)
def test_scores_are_those_of_the_paper(shelved: Snapshot, question: list[tuple[str, str]], free: BM25F) -> None:
    passages = list(rows(shelved))
    units = [unit(shelved, *each) for each in question]
    found = by_words(shelved, units, bm25f=free, all_of_them=True)
    expected = reference(passages, [word(*each) for each in question], free)
    assert found.numbers.tolist() == [row.number for row in passages]
    np.testing.assert_allclose(found.scores, expected, rtol=1e-12, atol=1e-12)
    assert max(expected) > 0


def test_idf_is_never_negative_and_falls_with_frequency() -> None:
    values = [idf(100, holding) for holding in range(1, 101)]
    assert values == sorted(values, reverse=True)
    assert values[-1] > 0


def test_statistics_count_live_passages_alone(shelved: Snapshot) -> None:
    passages = list(rows(shelved))
    assert shelved.info.passages == shelved.stack.count == len(passages)
    lengths = np.array([[len(terms) for terms in row.fields] for row in passages])
    np.testing.assert_array_equal(shelved.stack.averages, lengths.sum(axis=0) / len(passages))
    (weighed,) = by_words(shelved, [unit(shelved, "summit")]).weighed
    assert weighed.passages == sum(any(counts(row, word("summit"))) for row in passages)


@pytest.mark.parametrize("limit", [1, 2, 5, 17, 60, 1000])
@pytest.mark.parametrize("text", ["summit", "the", "US"])
def test_the_best_come_first_and_ties_go_by_document_and_place(shelved: Snapshot, text: str, limit: int) -> None:
    numbers, scores, _ = by_words(shelved, [unit(shelved, text)])
    ordered = shelved.stack.order(numbers, scores, limit)
    known = {row.number: row for row in rows(shelved)}
    worth = dict(zip(numbers.tolist(), scores.tolist(), strict=True))
    expected = sorted(worth, key=lambda n: (-worth[n], known[n].document, known[n].start))
    assert len(set(worth.values())) < len(worth), "nothing ties"
    assert ordered.tolist() == expected[:limit]


@pytest.mark.parametrize("asked", [*((phrase, "") for phrase in PHRASES), ("the summit", "title"), ("of the", "text")])
def test_counts_of_words_and_phrases_are_right_in_each_field(shelved: Snapshot, asked: tuple[str, str]) -> None:
    wanted = unit(shelved, *asked)
    found = {}
    for base, segment in shelved.stack:
        occurrences = segment.postings.occurrences(wanted)
        assert np.all(np.diff(occurrences.ordinals) > 0)
        found |= dict(zip((base + occurrences.ordinals).tolist(), occurrences.counts.tolist(), strict=True))
    expected = {row.number: counts(row, word(*asked)) for row in rows(shelved)}
    assert {number: each for number, each in expected.items() if any(each)} == {
        number: each for number, each in found.items() if shelved.stack.live[number]
    }


def test_a_phrase_does_not_run_from_one_field_or_passage_into_another(shelf: "Shelf") -> None:
    shelf.add(
        Document("1", "Nations met in Geneva\nand the United", title="the United"), Document("2", "Nations", title="x")
    )
    shelf.add(Document("3", "the United Nations United Nations"), Document("4", "text", title="United Nations"))
    snapshot = shelf.snapshot()
    wanted = Unit((frozenset({"united"}), frozenset({"nations"})))
    found = by_words(snapshot, [wanted])
    assert [each.document_id for each in snapshot.locate(found.numbers)] == ["3", "4"]
    both = [segment.postings.occurrences(wanted) for segment in snapshot.stack.segments]
    assert [each.counts.tolist() for each in both] == [[], [[0, 2, 0, 0], [1, 0, 0, 0]]]


def test_a_word_is_also_its_other_forms_in_the_language_of_the_passage(shelf: "Shelf") -> None:
    shelf.add(
        Document("en", "two partnerships and one Verhandlung", language="en"),
        Document("de", "lange Verhandlungen und partnerships", language="de"),
        Document("xx", "partnership"),
    )
    snapshot = shelf.snapshot()
    assert same_word(snapshot, "partnership") == {"partnership", "partnerships"}
    assert same_word(snapshot, "verhandlung") == {"verhandlung", "verhandlungen"}
    assert same_word(snapshot, "lang") == {"lange"}, "a German ending, in a German text"
    assert same_word(snapshot, "unheard") == set()


def test_patterns_and_near_spellings_name_terms(shelf: "Shelf") -> None:
    shelf.add(Document("1", "summit summits US us [note] Évian colour color", title="Summoned"), Document("2", "sum"))
    shelf.add(Document("3", "submit Summit"))
    snapshot = shelf.snapshot()
    assert like_pattern(snapshot, "summ*") == {"summit", "summits", "summoned"}
    assert like_pattern(snapshot, "SUMM*", "text") == {"summit", "summits"}
    assert like_pattern(snapshot, "s?m") == {"sum"}
    assert like_pattern(snapshot, "évi*") == {"evian"}
    assert like_pattern(snapshot, "[sn]*") == set()
    assert like_pattern(snapshot, "*o?r") == {"colour"}
    assert like_spelling(snapshot, "summit", 1) == {"summit", "submit", "summits"}
    assert like_spelling(snapshot, "color", 1) == {"color", "colour"}
    assert like_spelling(snapshot, "summoned", 1, "text") == set()


def test_common_terms_are_in_live_passages_alone(shelf: "Shelf") -> None:
    shelf.add(Document("1", "summit summits"), Document("2", "summit sums"), Document("3", "summary summit"))
    shelf.remove("3")
    snapshot = shelf.snapshot()
    assert snapshot.common_terms(Pattern("sum*"), 9) == [("summit", 2), ("summits", 1), ("sums", 1)]
    assert snapshot.common_terms(Pattern("sum*"), 2) == [("summit", 2), ("summits", 1)]
    assert snapshot.common_terms(Spelling("sum", 1), 9) == [("sums", 1)]
    assert snapshot.common_terms(Beginning("sum"), 9) == [("summit", 2), ("summits", 1), ("sums", 1)]
    assert snapshot.common_terms(Pattern("summa*"), 9) == []
    assert snapshot.common_terms(SameWord("summit"), 1) == [("summit", 2)]


def test_slips_are_one_mistake_anywhere_in_any_script(shelf: "Shelf") -> None:
    shelf.add(Document("1", "переговоры переговорщик Ελλάδα treaty treaties quota"))
    shelf.add(Document("2", " ".join(f"tre{number:03}" for number in range(400)) + " trea tread"))
    snapshot = shelf.snapshot()

    def slips(term: str) -> Word:
        return snapshot.terms([Slip(term)], Deadline())[0]

    for slip in ("пееговоры", "перегвооры", "переговорыы", "ереговоры", "жпереговоры", "пегеговоры"):
        assert slips(slip) == {"переговоры"}, slip
    for slip in ("rteaty", "traety", "treayt", "reaty", "ttreaty", "treatyy", "treatz"):
        assert slips(slip) == {"treaty"}, slip
    assert slips("ελλαδ") == {"ελλαδα"}
    assert slips("trea") == {"tread"}
    assert slips("treaty") == slips("etraty") == slips("переворот") == set()


# Whoosh itself, on an index of the same passages


def _words(field: str, text: str) -> list[str]:
    return [token.term for token in analyze(text)]


def _by_whoosh(kind: str, field: str, text: str) -> qcore.Query:
    terms = _words(field, text)
    match kind:
        case "or":
            return compound.Or([single.Term(field, term) for term in terms])
        case "phrase":
            return positional.Phrase(field, terms)
        case "pattern":
            return single.Wildcard(field, text)
        case _:
            return single.FuzzyTerm(field, text, maxdist=1, prefixlength=1)


def _by_postings(snapshot: Snapshot, kind: str, field: str, text: str) -> Unit:
    terms = _words(field, text)
    match kind:
        case "or":
            return Unit((frozenset(terms),), field)
        case "phrase":
            return Unit(tuple(frozenset({term}) for term in terms), field)
        case "pattern":
            return Unit((like_pattern(snapshot, text, field),), field)
        case _:
            return Unit((like_spelling(snapshot, text, 1, field),), field)


def _asked() -> Iterator[tuple[str, str]]:
    rng = random.Random(7)
    for _ in range(60):
        yield "or", " ".join(rng.choices(WORDS, k=rng.randint(1, 3)))
        yield "phrase", " ".join(rng.choices(WORDS, k=rng.randint(2, 4)))
    yield from (("pattern", text) for text in ("s*", "sign*", "*s", "t?e", "*", "t*y", "tr??ing", "x*", "2*"))
    yield from (("fuzzy", text) for text in ("summit", "sing", "envoi", "pat", "the", "1951", "quotas"))


def test_whoosh_finds_the_same_passages(shelf: "Shelf", tmp_path: Path) -> None:
    shelf.add(*DOCUMENTS.make_many(range(300), seed=2))
    snapshot = shelf.snapshot()
    (segment,) = snapshot.stack.segments
    matched = 0
    with Searcher(inverted(tmp_path / "whoosh", (row.fields for row in rows(snapshot)))) as searcher:
        for kind, text in _asked():
            for field in FIELDS:
                expected = sorted(searcher.docs_for_query(_by_whoosh(kind, field, text)))
                found = segment.postings.occurrences(_by_postings(snapshot, kind, field, text))
                assert found.ordinals.tolist() == expected, (kind, field, text)
                matched += len(expected)
    assert matched > 1000


def test_whoosh_counts_the_same(shelf: "Shelf", tmp_path: Path) -> None:
    shelf.add(*DOCUMENTS.make_many(range(100), seed=3))
    snapshot = shelf.snapshot()
    (segment,) = snapshot.stack.segments
    reader = inverted(tmp_path / "whoosh", (row.fields for row in rows(snapshot)))
    for column, field in enumerate(FIELDS):
        for term in reader.lexicon(field):
            matcher = reader.postings(field, term)
            found = segment.postings.occurrences(Unit((frozenset({term.decode()}),), field))
            for ordinal, count in zip(found.ordinals.tolist(), found.counts[:, column].tolist(), strict=True):
                assert (matcher.id(), matcher.weight()) == (ordinal, count)
                matcher.next()
            assert not matcher.is_active()


def test_what_does_not_fit_into_memory_is_merged(shelf: "Shelf", monkeypatch: pytest.MonkeyPatch) -> None:
    documents = DOCUMENTS.make_many(range(200), seed=4)

    def files() -> dict[str, bytes]:
        shelf.add(*documents)
        folder = shelf.snapshot().stack.segments[-1].folder / "postings"
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    whole = files()
    runs: list[str] = []
    save = PostingPool.save
    monkeypatch.setattr(PostingPool, "save", lambda pool: (runs.append(""), save(pool)))
    monkeypatch.setattr(whoosh_index, "_BLOCK_TOKENS", 200)
    monkeypatch.setattr(whoosh_index, "_POOL_MEGABYTES", 0.01)
    monkeypatch.setattr(postings_writer, "_CHUNK_POSTINGS", 50)
    assert files() == whole
    assert len(runs) > 5


def test_where_the_merging_of_what_was_too_much_fails_all_is_let_go_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files are closed before their folder is removed: else each says so, where the garbage collector finds it."""
    monkeypatch.setattr(whoosh_index, "_BLOCK_TOKENS", 200)
    monkeypatch.setattr(whoosh_index, "_POOL_MEGABYTES", 0.01)

    def take(terms: Iterator[object]) -> None:
        next(terms)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    writer = KeywordWriter(tmp_path, take)
    rng = random.Random(1)
    for _ in range(300):
        writer.add([[f"word{rng.randrange(900)}" for _ in range(20)], [], [], []])
    with pytest.raises(OSError, match="No space"):
        writer.commit()
    writer.cancel()
    gc.collect()
    assert not list(tmp_path.rglob("*.run"))


def _spelling(rng: random.Random) -> str:
    """A word of few letters in several scripts, so that many are alike, with what patterns and Unicode make special."""
    return "".join(rng.choices(["a", "a", "b", "o", "ρ", "п", "條", "1", "\U0001f4a7"], k=rng.randint(1, 6)))


@pytest.mark.parametrize("seed", range(4))
def test_whoosh_expands_to_the_same_terms(shelf: "Shelf", tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    words = [_spelling(rng) for _ in range([20, 300, 300, 1000][seed])]
    recipe = RandomDocuments(words=words, lines=range(1, 4), length=range(1, 13), title=range(3), notes=(0, 0, 1))
    shelf.add(*recipe.make_many(range(150), seed=seed))
    snapshot = shelf.snapshot()
    (segment,) = snapshot.stack.segments
    reader = inverted(tmp_path / "whoosh", (row.fields for row in rows(snapshot)))
    matched = [0, 0]
    for field in ("", *FIELDS):
        among = [field] if field else FIELDS
        for _ in range(60):
            start = rng.choice(words)[: rng.randint(0, 3)]
            pattern = start + rng.choice(["*", "?", "?*", "*a", "*b*", "??o*"]) + rng.choice(["", "", "a"])
            expected = {
                term.decode()
                for name in among
                for _, term in single.Wildcard(name, pattern).existing_terms(reader, expand=True)
            }
            assert segment.like_pattern(pattern, field) == expected, (pattern, field)
            matched[0] += len(expected)
        for word, distance in product(rng.sample(words, 15), (1, 2)):
            near = {term for name in among for term in reader.terms_within(name, word, distance, prefix=1)}
            assert segment.like_spelling(word, distance, field) == near, (word, distance, field)
            matched[1] += len(near)
    assert min(matched) > 100


def test_of_very_many_passages_that_hold_a_word_the_last_one_may_have_it_in_a_field(shelf: "Shelf") -> None:
    documents = [Document(f"{number:05}", "peace") for number in range(600)]
    shelf.add(*documents, Document("last", "none", title="peace"))
    snapshot = shelf.snapshot()
    assert like_pattern(snapshot, "pea*", "title") == {"peace"}
    assert like_pattern(snapshot, "pea*", "notes") == set()
