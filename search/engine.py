"""The whole hybrid algorithm: from a query and its vector to a match set in order.

Read `rank` first; what it needs stands below it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..corpus.document import Span
from ..errors import QueryError
from ..index import constraints
from ..index.analysis import analyze
from ..index.constraints import Constraint
from ..index.postings import BM25F, Unit
from ..index.probes import Floors
from ..index.selection import Deadline, Weighed
from . import query as language
from .backend import Index, Selection
from .fusion import FUSIONS, ranks

Mode = Literal["hybrid", "keyword", "meaning"]
Sort = Literal["relevance", "newest", "oldest"]


@dataclass(frozen=True, slots=True)
class Settings:
    """How the engine ranks. The defaults are what measured best on judged queries: see docs/relevance.md.

    `depth` is how many passages of each leg are candidates for fusion. `keyword_weight` is the keyword leg's share in
    the fused score, from 0 to 1; the meaning leg has the rest.
    """

    depth: int = 1000
    fusion: str = "min-max"
    keyword_weight: float = 0.7
    bm25f: BM25F = field(default_factory=BM25F)


@dataclass(frozen=True, slots=True)
class Reading:
    """A query in the index's own terms: what is scored, and what is demanded.

    `known` says whether the index has seen any word of it that tells, function words aside. `unknown` are the words
    that it has not, as spans of the query's text.
    """

    units: tuple[Unit, ...]
    constraint: constraints.All
    known: bool
    unknown: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Leg:
    """A passage's place in one leg: its rank among the candidates, from 1, and its score there."""

    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class Ranked:
    """The match set of a query, in order, as far as it was asked for.

    `numbers` are its passages, best first; of the rest of the match set only its size is known, `total`. `parts` has
    for each candidate what the keyword and the meaning leg add to its score. `keyword` and `meaning` have the legs of
    the candidates. `weighed` are the units with their idf; `undated` counts what a date constraint left out only for
    want of a date.
    """

    numbers: NDArray[np.int64]
    total: int
    parts: dict[int, tuple[float, float]]
    keyword: dict[int, Leg]
    meaning: dict[int, Leg]
    weighed: tuple[Weighed, ...]
    undated: int


def rank(
    index: Index,
    reading: Reading,
    question: NDArray[np.float32] | None,
    *,
    mode: Mode,
    sort: Sort,
    per_document: bool,
    limit: int,
    floors: Floors,
    settings: Settings,
    deadline: Deadline,
) -> Ranked:
    """The first `limit` passages that a query matches, and how many there are.

    `question` is the query's unit vector, or None if it says nothing to the meaning leg. The match set: the admitted
    passages with at least half of the query's idf, and the admitted neighbours in meaning above the floor. Without
    words it is all that the constraints admit.
    """
    selection = index.select(reading.constraint, deadline)
    units = () if mode == "meaning" and question is not None else reading.units
    if mode == "keyword":
        question = None
    undated = _undated(index, reading, units, settings, deadline)
    if not units and question is None:
        return _listing(index, selection.numbers, sort, per_document, limit, undated)

    # Each leg's best are the candidates; both legs score all of them.
    near = selection.nearest(question, settings.depth) if question is not None else _NOTHING
    words = selection.keyword(units, settings.bm25f, near)
    best_by_words = index.order(words.numbers, words.scores[words.numbers], settings.depth)
    candidates = np.union1d(best_by_words, near)
    by_words = words.scores[candidates]
    by_meaning = index.cosines(question, candidates) if question is not None else np.zeros(len(candidates))

    # What neither holds enough of the words nor lies near enough is no match.
    floor = floors.lenient if reading.known else floors.strict
    worded = np.isin(candidates, words.numbers, assume_unique=True)
    matches = worded | (by_meaning >= floor) & (question is not None)
    candidates, by_words, by_meaning = candidates[matches], by_words[matches], by_meaning[matches]
    parts = np.stack([by_words, by_meaning])  # one of them is all zeros where only one leg was asked
    if question is not None and units:
        parts = FUSIONS[settings.fusion](by_words, by_meaning, settings.keyword_weight)

    numbers, keys, more = candidates, parts.sum(axis=0), len(words.numbers) - int(worded.sum())
    if limit > len(candidates) or sort != "relevance" or per_document:
        # The rest of the match set follows by keyword score.
        beyond = words.numbers[~np.isin(words.numbers, candidates, assume_unique=True)]
        numbers, more = np.concatenate([candidates, beyond]), 0
        keys = np.concatenate([len(beyond) + _places(keys), _places(words.scores[beyond])])
    numbers, total = _best(index, numbers, keys, sort, per_document, limit)
    return Ranked(
        numbers=numbers,
        total=total + more,
        parts=dict(zip(candidates.tolist(), zip(*parts.tolist(), strict=True), strict=True)),
        keyword=_legs(candidates, by_words, by_words > 0),
        meaning=_legs(candidates, by_meaning, by_meaning >= floor) if question is not None else {},
        weighed=words.weighed,
        undated=undated,
    )


_NOTHING = np.zeros(0, np.int64)


def _legs(candidates: NDArray[np.int64], scores: NDArray[np.float64], found: NDArray[np.bool_]) -> dict[int, Leg]:
    rows = zip(candidates[found].tolist(), ranks(scores)[found].tolist(), scores[found].tolist(), strict=True)
    return {number: Leg(rank, score) for number, rank, score in rows}


def _listing(
    index: Index, numbers: NDArray[np.int64], sort: Sort, per_document: bool, limit: int, undated: int
) -> Ranked:
    """Passages that were only filtered: by date, newest first unless the oldest are asked for."""
    by_date: Sort = "newest" if sort == "relevance" else sort
    numbers, total = _best(index, numbers, np.zeros(len(numbers), np.int64), by_date, per_document, limit)
    return Ranked(numbers, total, {}, {}, {}, (), undated)


def _best(
    index: Index, numbers: NDArray[np.int64], keys: NDArray[Any], sort: Sort, per_document: bool, limit: int
) -> tuple[NDArray[np.int64], int]:
    """The first `limit` of some passages in that sort, and how many there are; `keys` are higher the more relevant."""
    if sort != "relevance":
        keys = _places(_recency(index, numbers, sort)) * (len(numbers) + 1) + _places(keys)
    if per_document:
        documents = index.documents(numbers)
        best = np.lexsort((index.starts(numbers), -keys, documents))
        best = best[np.flatnonzero(np.diff(documents[best], prepend=-1))]
        numbers, keys = numbers[best], keys[best]
    return index.order(numbers, keys, limit), len(numbers)


def _places(keys: NDArray[Any]) -> NDArray[np.int64]:
    """The place of each key among the different ones, the lowest at 0: integers in the same order."""
    return np.unique(keys, return_inverse=True)[1]


def _recency(index: Index, numbers: NDArray[np.int64], sort: Sort) -> NDArray[np.int64]:
    """Keys that are higher the earlier a passage comes in that sort; the undated come last in both."""
    days = index.days(numbers)
    return np.where(days > 0, -days, np.iinfo(np.int64).min + 1) if sort == "oldest" else days


def _undated(index: Index, reading: Reading, units: tuple[Unit, ...], settings: Settings, deadline: Deadline) -> int:
    parts = reading.constraint.constraints
    if not any(isinstance(part, constraints.Dated) for part in parts):
        return 0
    others = tuple(part for part in parts if not isinstance(part, constraints.Dated))
    selection: Selection = index.select(constraints.All((*others, constraints.Undated())), deadline)
    return len(selection.keyword(units, settings.bm25f, _NOTHING).numbers if units else selection.numbers)


def read(index: Index, query: language.Query) -> Reading:
    """A query in the terms of an index. Raises QueryError if a phrase or pattern in it holds no word."""
    units: list[Unit] = []
    unknown: list[Span] = []
    for term in query.scoring_terms():
        found = list(_units(index, term))
        # A free word that the analyzer takes apart ("trust-building") is several words; elsewhere it is a phrase.
        units += [Unit((place,)) for unit in found for place in unit.places] if term in query.free else found
        if isinstance(term, language.Word | language.Phrase):
            start = query.text.find(term.text, max(term.column - 1, 0))
            unseen = [token for token in analyze(term.text) if not index.same_word(token.term)]
            unknown += [Span(start + token.start, start + token.end) for token in unseen if start >= 0]
    known = any(unit.tells and any(map(index.frequency, place)) for unit in units for place in unit.places)
    demanded = tuple(_constraint(index, node) for node in query.must)
    return Reading(tuple(dict.fromkeys(units)), constraints.All(demanded), known, tuple(unknown))


def _units(index: Index, term: language.Term) -> Iterator[Unit]:
    """The unit that a term stands for; none for a word of punctuation alone."""
    tokens = [token.term for token in analyze(term.text)]
    match term:
        case language.Pattern(text, name):
            yield Unit((index.like_pattern(text, name),), name)
        case language.Fuzzy(_, distance, name):
            if len(tokens) != 1:
                raise QueryError(f"{term.text}~ is not one word: put ~ after a single word", term.column or None)
            yield Unit((index.like_spelling(tokens[0], _edits(tokens[0], distance), name),), name)
        case language.Word(_, name) | language.Phrase(_, name):
            if tokens:
                # An unknown word stands for itself, and counts: it is part of what was asked.
                yield Unit(tuple(index.same_word(token) or frozenset({token}) for token in tokens), name)


def _edits(term: str, asked: int | None) -> int:
    """How many edits a fuzzy word allows: as many as asked for, else 1 for a short word and 2 for a longer one."""
    return asked if asked is not None else 1 if len(term) < 6 else 2


def _constraint(index: Index, node: language.Node) -> Constraint:
    match node:
        case language.Filter(column, value):
            return constraints.Has(column, *_value(column, value))
        case language.Dates(first, last):
            return constraints.Dated(first, last)
        case language.Not(negated):
            return constraints.Not(_constraint(index, negated))
        case language.And(nodes):
            return constraints.All(tuple(_constraint(index, each) for each in nodes))
        case language.Or(nodes):
            return constraints.Any(tuple(_constraint(index, each) for each in nodes))
        case _:
            units = list(_units(index, node))
            if not units:
                raise QueryError(f"{node.text!r} holds no word: nothing can match it", node.column or None)
            return constraints.Holds(units[0])


def _value(column: str, value: str) -> tuple[str, bool]:
    """A filter's value as documents have it, and whether it must be the whole value."""
    if column == "country":
        from ..corpus.countries import canonical_country

        if name := canonical_country(value):
            return name, True
    if column == "lang":
        return value.lower(), True
    return value, False
