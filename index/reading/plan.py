"""What a view is asked for, as data: what passages must satisfy, and what each leg is to look for among them.

Search makes plans, in the view's own terms (see `Lookup`); every view evaluates them in its own way.
"""

import time
from collections.abc import Mapping
from dataclasses import field
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...errors import SearchTimeout
from ...frozen import frozen
from ..constraints import AllOf
from ..segments.bm25f import BM25F
from ..units import Unit

Sort: TypeAlias = Literal["relevance", "newest", "oldest", "added"]
"""In what order: by what passages are worth, by the dates of their documents, or what came in last before all else."""

ANSWERING: Final = 0.65
"""A match answers a question if it is worth as much as this share of the one that is worth most, or 1."""


class Deadline:
    """A point in time after which `check` raises SearchTimeout.

    Args:
        seconds: From now until then; None for one that never comes.
    """

    def __init__(self, seconds: float | None = None) -> None:
        self._seconds = seconds
        self._end = None if seconds is None else time.monotonic() + seconds

    @property
    def is_over(self) -> bool:
        """Whether it has come."""
        return self._end is not None and time.monotonic() > self._end

    def check(self) -> None:
        """Raise SearchTimeout if the time is over."""
        if self.is_over:
            raise SearchTimeout(f"the search took longer than {self._seconds:g} s: ask for less, or allow more time")


# What terms there are


class SameWord(NamedTuple):
    """The surface terms that have a stem in common with one, each confined to the languages in which it has.

    They are in passages of these languages; so is the term itself, wherever it stands. `written` is how the word is
    written, if that is known; else, and if it is written without accents, it may be written as it is anywhere.
    """

    term: str
    written: str = ""


class Pattern(NamedTuple):
    """The surface terms that a pattern with `*` and `?` stands for, in one field or, if that is empty, in any."""

    pattern: str
    field: str = ""


class Spelling(NamedTuple):
    """The surface terms within so many edits of one, in one field or, if that is empty, in any."""

    term: str
    edits: int
    field: str = ""


class Slip(NamedTuple):
    """The surface terms that one mistake makes of one: a letter more, less or other, or two neighbours exchanged."""

    term: str


class Beginning(NamedTuple):
    """The surface terms that go on from a beginning; function words are left out."""

    prefix: str


Lookup: TypeAlias = SameWord | Pattern | Spelling | Slip | Beginning
"""A question about the terms in live passages."""


# What is looked for


class Pair(NamedTuple):
    """Two units that stand side by side in a question."""

    left: Unit
    right: Unit


PASSAGE: Final = 0
"""The row of the keyword leg's evidence that has the BM25F of a passage's own words."""

DOCUMENT: Final = 1
"""The row that has the BM25F of its document, taken as a whole."""

PAIRS: Final = 2
"""The row that has what it scores for words that stand in it side by side as in the question."""

LACK: Final = 3
"""The row that has what a passage lacks without the question's rarest known word: from 0 to 1, this word's share of the
question's idf, unknown words counted as if one passage held them, times its idf over that of a word in one passage. 0
for what holds it."""

OTHERWISE: Final = 4
"""The row that has how much of PASSAGE comes of words that the passage writes otherwise than the question does, with
other accents, where others write them as the question does: 0 for what writes all of them so."""


FAINT: Final = 0.2
"""What the idf of a faint unit counts: function words are rare enough in a small collection to outweigh a name, and of
some use all the same. From 0.1 to 0.3 questions of five languages are answered alike, and better than at 0 or 1."""


@frozen
class Words:
    """What the keyword leg looks for: passages that hold enough of some units. Its evidence is [5, n].

    Attributes:
        units: What is scored.
        pairs: Which units stand side by side; the evidence for it is gathered only if there are any.
        bm25f: How occurrences are weighed. A view that cannot vary it says so when a collection is tuned.
        documents: Whether the evidence of passages' whole documents is gathered as well.
        optional: Those of the units that a match need not hold, such as the words of a date.
        faint: Those that hardly tell, as function words of the question's language: their idf counts `FAINT` times.
        any_word: Whether a passage matches that holds any unit at all, rather than enough of them.
        written: How the question writes those of the units that are single words; each may be written in several ways.
    """

    units: tuple[Unit, ...]
    pairs: tuple[Pair, ...]
    bm25f: BM25F
    documents: bool
    optional: frozenset[Unit] = frozenset()
    faint: frozenset[Unit] = frozenset()
    any_word: bool = False
    written: Mapping[Unit, frozenset[str]] = field(default_factory=dict[Unit, frozenset[str]])


@frozen
class Meaning:
    """What the meaning leg looks for: passages near a vector.

    Its evidence is [1, n], each passage's similarity to it, or NaN for a passage that has no vector yet.

    Attributes:
        vector: float32 [dimension], of length 1.
        floor: The least similarity that a match has.
        nearness: A match is at least so near as the nearest passage of the whole collection, times this.
    """

    vector: NDArray[np.float32]
    floor: float
    nearness: float = 0.0


NEARNESS: Final = 0
"""The row of the date leg's evidence that has how near in time a passage's document is, from 0 to 1."""

OVERLAP: Final = 1
"""The row that has 1 for what is of the days that were asked for, and 0 for the rest."""


class AskedDays(NamedTuple):
    """Days of a question, as `date.toordinal` counts them, both included; an open side is infinite.

    `weight`, from 0 to 1, is how sure it is that they were meant.
    """

    first: float
    last: float
    weight: float = 1.0


@frozen
class Days:
    """What the date leg looks for: passages of documents of some days. Its evidence is [2, n].

    Attributes:
        periods: The days; of several, the nearest counts.
        alone: Whether nothing else is asked: then what is of these days matches.
    """

    periods: tuple[AskedDays, ...]
    alone: bool = False


_EVERYTHING: Final = AllOf(())

Request: TypeAlias = Words | Meaning | Days | object
"""What a leg looks for; whoever adds a leg adds a kind of request, which each view must know."""


_NO_NAME: Final = 0.2
"""Lacking a word that is worth this or less (see `LACK`) makes no difference."""

_NAME: Final = 0.4
"""Lacking one that is worth this or more makes all the difference."""


def without_the_name(lack: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far passages lack what a question is about: float64 [n], from 0 to 1.

    Args:
        lack: float64 [n], their evidence in the row LACK.
    """
    return np.clip((lack - _NO_NAME) / (_NAME - _NO_NAME), 0, 1)


def which_answer(worth: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which matches answer the question, rather than having something to do with it: bool [n].

    What holds all the words does, and what lies nearest; in between, words and nearness make up for each other.

    Args:
        worth: float64 [n], for each match the sum over the legs of what it is worth there, 1 at most: the share that it
            holds of the units' idf, less what it lacks without the name; or its similarity over that of the nearest
            passage, 0 where that is not known.
    """
    best = float(worth.max()) if len(worth) else 0.0
    return worth >= min(1.0, ANSWERING * best if best > 0 else best) - 1e-9


@frozen
class Plan:
    """A question in a view's own terms.

    Attributes:
        constraint: What every match satisfies.
        legs: What each leg looks for, by its name; without any, all that satisfies the constraint matches.
    """

    constraint: AllOf = _EVERYTHING
    legs: Mapping[str, Request] = field(default_factory=dict[str, Request])
