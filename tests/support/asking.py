"""What tests of the index ask of a view, in a line each."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dragoman.index.analysis import analyze
from dragoman.index.constraints import AllOf, Constraint
from dragoman.index.reading.plan import PASSAGE, Deadline, Meaning, Plan, SameWord, Words
from dragoman.index.reading.view import Located, View, Weighed
from dragoman.index.segments.bm25f import BM25F
from dragoman.index.units import Unit, terms_of

ALL = 10_000
"""More than there are passages of anything."""

FREE = BM25F()
EVERYTHING = AllOf(())
_ANY_WAY = np.eye(1, 8, dtype=np.float32)[0]  # a vector of the shelf's dimension


class ByWords(NamedTuple):
    """What the keyword leg makes of units: int64, the passages that match; float64, what these score; and the units."""

    numbers: NDArray[np.int64]
    scores: NDArray[np.float64]
    weighed: tuple[Weighed, ...]


def same_word(view: View, term: str) -> frozenset[str]:
    """The terms that have a stem in common with one, in any language."""
    return terms_of(view.terms([SameWord(term)], Deadline())[0])


def unit(view: View, text: str, field: str = "") -> Unit:
    """A word or phrase as the engine asks for it."""
    return Unit(tuple(same_word(view, token.term) for token in analyze(text)), field)


def admitted(view: View, constraint: Constraint = EVERYTHING) -> list[int]:
    """The passages that satisfy a constraint, in ascending order."""
    matches = view.candidates(Plan(AllOf((constraint,))), ALL, Deadline()).matches
    every = matches.listed(np.zeros(0), sort="relevance", per_document=False, fold=False, limit=ALL)
    return sorted(every.numbers.tolist())


def by_words(
    view: View,
    units: Iterable[Unit],
    constraint: Constraint = EVERYTHING,
    *,
    bm25f: BM25F = FREE,
    all_of_them: bool = False,
) -> ByWords:
    """What the keyword leg makes of some units; `all_of_them` is for scores of what does not match as well."""
    words = {"keyword": Words(tuple(units), (), bm25f, documents=False)}
    near = {"meaning": Meaning(_ANY_WAY, floor=-2.0)} if all_of_them else {}
    found = view.candidates(Plan(AllOf((constraint,)), words | near), ALL, Deadline())
    return ByWords(found.numbers, found.legs["keyword"].evidence[PASSAGE], found.weighed)


def nearest(view: View, vector: NDArray[np.float32], depth: int, constraint: Constraint = EVERYTHING) -> list[int]:
    """The passages nearest to a vector, the nearest first."""
    plan = Plan(AllOf((constraint,)), {"meaning": Meaning(vector, floor=-2.0)})
    found = view.candidates(plan, depth, Deadline())
    ranks = found.legs["meaning"].ranks.tolist()
    assert sorted(ranks) == list(range(1, len(ranks) + 1))
    return [number for _, number in sorted(zip(ranks, found.numbers.tolist(), strict=True))]


def located(view: View, number: int) -> Located:
    """Where a passage is."""
    return view.locate(np.array([number]))[0]
