"""Which passages write a question's word otherwise than the question does: "ano" where it says "año"."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from ...terms import is_written_so
from ...units import Confined, Unit
from ..stack import Stack


def written_otherwise(stack: Stack, unit: Unit, asked: Iterable[str], numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of some passages hold a word in other spellings alone, although it is in live passages as it was asked for.

    Only what terms leave out, accents and the like, makes another spelling. A form of the word that nobody writes as
    the question does may have to be written so ("canciones" beside "canción"), and is as good as any.

    Args:
        stack: Where they are.
        unit: A word.
        asked: How the question writes it, in any case.
        numbers: int64 [n], ascending: the passages.

    Returns:
        bool [n].
    """
    otherwise, so = np.zeros(len(numbers), bool), np.zeros(len(numbers), bool)
    for word in unit.positions[0]:
        term, languages = word if isinstance(word, Confined) else (word, None)
        if not any(segment.postings.is_spelt(term) for segment in stack.segments):
            continue
        right, wrong, lives = np.zeros(len(numbers), bool), np.zeros(len(numbers), bool), False
        for base, segment in stack:
            for spelling, language, ordinals in segment.postings.written(term):
                if languages is not None and language not in languages:
                    continue
                is_so = any(is_written_so(term, spelling, each, language) for each in asked)
                lives = lives or (is_so and bool(stack.live[base + ordinals].any()))
                (right if is_so else wrong)[_held(numbers, base + ordinals.astype(np.int64))] = True
        so |= right
        if lives:
            otherwise |= wrong & ~right
        else:
            so |= wrong
    if not otherwise.any():
        return otherwise
    otherwise &= ~so
    return otherwise & ~_in_other_forms(stack, unit, numbers)


def _in_other_forms(stack: Stack, unit: Unit, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which of some passages hold a form of the word that has one spelling only."""
    held = np.zeros(len(numbers), bool)
    for word in unit.positions[0]:
        term, languages = word if isinstance(word, Confined) else (word, (None,))
        if not any(segment.postings.is_spelt(term) for segment in stack.segments):
            for base, segment in stack:
                for language in languages:
                    held[_held(numbers, base + segment.postings.holding(term, language).astype(np.int64))] = True
    return held


def _held(numbers: NDArray[np.int64], some: NDArray[np.int64]) -> NDArray[np.int64]:
    """The positions in `numbers` of those that are in `some`; both ascend."""
    if not len(some):
        return np.zeros(0, np.int64)
    at = np.minimum(np.searchsorted(some, numbers), len(some) - 1)
    return np.flatnonzero(some[at] == numbers)
