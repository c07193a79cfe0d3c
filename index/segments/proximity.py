"""Words that stand near each other: arithmetic on codes, each of which is a position in a passage's field.

A code is the number of a group, which is one field of one passage, shifted left by POSITION_BITS, plus a token's
position there. So the distance of two codes of one group is that of the tokens, and codes of two groups are farther
apart than any two words that count as near.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .arrays import distinct

POSITION_BITS: Final = 17
"""One more than a position has, so that a position less a word's offset in a phrase fits as well."""

Codes = NDArray[np.int64]


class Stretches(NamedTuple):
    """Runs of words: int64 [n] each, the codes of the first and the last word; in the order of the first."""

    first: Codes
    last: Codes


def strayed(words: Sequence[tuple[int, Codes]], alike: Sequence[Sequence[int]], slop: int) -> Stretches:
    """Where all words of a phrase stand, each about where it should be: see `units.Unit.slop`.

    Args:
        words: Of each word its offset in the phrase and, ascending and without repeats, the codes at which the phrase
            would begin if the word stood where it does.
        alike: For each word the indices of the words before it that the same token might be taken for.
        slop: How far they may have strayed, all together.

    Returns:
        The stretches that contain no shorter one, in codes of where the phrase would begin. Each token is one word's,
        and goes to the first that can have it: where words have some terms in common and not all, as in "treaty
        treat*", a stretch may go unseen that another division of the tokens would make.
    """
    begin = distinct(np.concatenate([codes for _, codes in words]))
    complete = np.ones(len(begin), bool)
    begins: list[Codes] = []  # for each word, where the phrase would begin by the first token at or after `begin`
    for (offset, codes), others in zip(words, alike, strict=True):
        at = np.searchsorted(codes, begin)
        padded = np.append(codes, np.iinfo(np.int64).max // 2)
        for _ in others:  # or by the next one, as often as the token has been taken already
            for other in others:
                at += padded[at] + offset == begins[other] + words[other][0]
        complete &= at < len(codes)
        begins.append(padded[at])
    first, last = np.minimum.reduce(begins), np.maximum.reduce(begins)
    complete &= last - first <= slop
    order = np.lexsort((-first[complete], last[complete]))
    first, last = first[complete][order], last[complete][order]
    # One that ends no earlier than another contains it unless it begins later than all of those.
    latest = np.maximum.accumulate(np.concatenate([[np.iinfo(np.int64).min], first]))
    shortest = first > latest[:-1]
    return Stretches(first[shortest], last[shortest])


def within(these: Stretches, others: Stretches, words: int) -> NDArray[np.bool_]:
    """Which stretches have another one before or after them with at most so many words between: bool [n]."""
    before, after = _neighbours(these, others)
    return (these.first - before - 1 <= words) | (after - these.last - 1 <= words)


def in_same_sentence(these: Stretches, others: Stretches, starts: Codes) -> NDArray[np.bool_]:
    """Which stretches have another one before or after them in their own sentence: bool [n].

    Args:
        these: The stretches.
        others: What is looked for around them.
        starts: int64, ascending: the codes at which a sentence begins that is not the first of its group.
    """

    def same(left: Codes, right: Codes) -> NDArray[np.bool_]:
        begun = np.searchsorted(starts, left, "right") == np.searchsorted(starts, right, "right")
        return begun & (left >> POSITION_BITS == right >> POSITION_BITS)

    before, after = _neighbours(these, others)
    return same(before, these.first) | same(these.last, after)


def _neighbours(these: Stretches, others: Stretches) -> tuple[Codes, Codes]:
    """The last word of the next other stretch before each, and the first word of the next one after it."""
    far = np.iinfo(np.int64).max // 2
    ends = np.concatenate([[-far], np.sort(others.last)])
    starts = np.append(others.first, far)
    before = ends[np.searchsorted(ends, these.first) - 1]
    return before, starts[np.searchsorted(starts, these.last, "right")]
