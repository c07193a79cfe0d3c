"""What a question's words are worth in the passages that hold them, which alone are touched.

Blocks of passages are looked at one after the other, so that what a question needs beside its results is bounded.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...segments.arrays import is_among
from ...segments.bm25f import BM25F
from ...segments.postings import Occurrences
from ..selection import Selection

BLOCK = 1 << 17
"""So many passages are looked at together: three arrays of numbers, a megabyte each."""


class Scored(NamedTuple):
    """A unit that passages are scored by.

    Attributes:
        idf: What it is worth.
        occurrences: Its occurrences in each segment.
        is_optional: Whether a match need not hold it.
        is_open: Whether a passage that holds none of the units before it may yet match.
    """

    idf: float
    occurrences: Sequence[Occurrences]
    is_optional: bool
    is_open: bool


class Touched(NamedTuple):
    """The passages that were looked at. All others have a score of 0, and hold nothing.

    Attributes:
        numbers: int64 [n], ascending.
        scores: float64 [n], what their own words are worth.
        mass: float64 [n], the idf of the units that they hold and that are not optional.
        optional: float64 [n], that of those that are.
    """

    numbers: NDArray[np.int64]
    scores: NDArray[np.float64]
    mass: NDArray[np.float64]
    optional: NDArray[np.float64]

    def of(self, values: NDArray[np.float64], numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """Those of some values beside `self.numbers` that are some passages': float64 beside `numbers`."""
        found = np.zeros(len(numbers))
        here = is_among(numbers, self.numbers)
        found[here] = values[np.searchsorted(self.numbers, numbers[here])]
        return found


NOTHING = Touched(np.zeros(0, np.int64), np.zeros(0), np.zeros(0), np.zeros(0))


def score_words(selection: Selection, units: Sequence[Scored], also: NDArray[np.int64], bm25f: BM25F) -> Touched:
    """Score the passages of a selection that hold words.

    Args:
        selection: The passages.
        units: The words. Of those after the last open one only what has been touched before is looked at.
        also: int64, ascending: passages of the selection that are looked at in any case.
        bm25f: How occurrences are weighed.
    """
    blocks = [NOTHING, *_blocks(selection, units, also, bm25f)]
    return Touched(*map(np.concatenate, zip(*blocks, strict=True)))


def _blocks(selection: Selection, units: Sequence[Scored], also: NDArray[np.int64], bm25f: BM25F) -> Iterator[Touched]:
    for index, (base, segment) in enumerate(selection.stack):
        for start in range(0, len(segment), BLOCK):
            selection.deadline.check()
            here = range(start, min(start + BLOCK, len(segment)))
            from_also = slice(*np.searchsorted(also, [base + here.start, base + here.stop]))
            yield _block(selection, index, here, units, also[from_also] - (base + start), bm25f)


def _block(
    selection: Selection, index: int, here: range, units: Sequence[Scored], also: NDArray[np.int64], bm25f: BM25F
) -> Touched:
    """Score what is in one block of a segment: its ordinals in `here`, from the first of which `also` is counted."""
    stack, start = selection.stack, here.start
    segment, base = stack.segments[index], int(stack.bases[index])
    admitted = selection.admitted[base + here.start : base + here.stop]
    admits_all = bool(admitted.all())
    touched = np.zeros(len(here), bool)
    touched[also] = True
    scores, mass = np.zeros(len(here)), np.zeros(len(here))
    optional = np.zeros(len(here) if any(each.is_optional for each in units) else 0)
    for each in units:
        found = each.occurrences[index]
        first, end = np.searchsorted(found.ordinals, [here.start, here.stop]).tolist()
        ordinals, counts = found.ordinals[first:end], found.counts[first:end]
        if not (each.is_open and admits_all):
            rows = np.flatnonzero((admitted if each.is_open else touched)[ordinals - start])
            ordinals, counts = ordinals[rows], counts[rows]
        if not len(ordinals):
            continue
        saturated = bm25f.saturated(counts, segment.postings.lengths[ordinals], stack.averages)
        offsets = ordinals - start
        scores[offsets] += each.idf * saturated
        (optional if each.is_optional else mass)[offsets] += each.idf
        touched[offsets] = True
    at = np.flatnonzero(touched)
    return Touched(at + (base + start), scores[at], mass[at], optional[at] if len(optional) else np.zeros(len(at)))
