"""Copies and near-copies: which documents are one text that several sources carry.

A text is taken as the set of its shingles, the runs of five words in it. Two texts are near-copies if they share most
of their shingles, or if one holds nearly all of the other and not much else; reports of one event that were written
separately share few. Sets are compared by MinHash signatures of 512 bytes, and the pairs worth comparing are found by
bands of these, so that the cost grows with the number of texts and not with its square.

Broder, "On the resemblance and containment of documents" (SEQUENCES 1997), has shingles and MinHash; Leskovec,
Rajaraman and Ullman, "Mining of Massive Datasets", section 3.4, the bands.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from ..frozen import frozen
from .scripts import UNSPACED

SIGNATURE_VERSION = 1
"""Raised when a text's signature changes: signatures of two versions cannot be compared."""

SHINGLE = 5
"""Words in a shingle. A changed word changes five shingles: a name or a date weighs in a short text, not in a long."""

LEAST_SHINGLES = 16
"""A text of fewer, some 20 words, says too little to tell a copy from a coincidence, and has no signature."""

VALUES = 256
"""Values in a signature. The standard error of a Jaccard similarity read off two of them is at most 1/32."""

BANDS, _ROWS = 24, 3
"""Two texts of Jaccard similarity s share a band with probability 1 - (1 - s³)^24: .96 at .5, .99996 at .7."""

_WORD: Final = rf"[{UNSPACED}]|[^\W{UNSPACED}]+"


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The numbers with their bits mixed: the finaliser of Steele, Lea and Flood's SplitMix (OOPSLA 2014)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


# Made by arithmetic rather than by a random generator, whose stream could change with a release of NumPy.
_STEP: Final = np.uint64(0x9E3779B97F4A7C15)
_SEEDS: Final = (_mixed(np.arange(1, 2 * VALUES + 1, dtype=np.uint64) * _STEP) >> np.uint64(32)).reshape(2, VALUES)
_FACTORS: Final = _SEEDS[0].astype(np.uint32) | np.uint32(1)  # odd, so that multiplying by it permutes
_OFFSETS: Final = _SEEDS[1].astype(np.uint32)


class Signature(NamedTuple):
    """What stands for a text in comparisons: how many shingles it has, and its MinHash values: uint16 [VALUES]."""

    shingles: int
    values: NDArray[np.uint16]


def signature(text: str) -> Signature | None:
    """A text's signature, made of its words alone, not of case, punctuation or layout; None if the text is too short.

    The same on every machine and in every version of Python, except for characters that only a newer Unicode knows.
    """
    shingles = _shingles(text)
    if len(shingles) < LEAST_SHINGLES:
        return None
    least = np.full(VALUES, np.iinfo(np.uint32).max, np.uint32)
    for start in range(0, len(shingles), 256):  # so few at once that they stay in the processor's cache
        permuted = shingles[start : start + 256, None] * _FACTORS
        permuted += _OFFSETS
        np.minimum(least, permuted.min(axis=0), out=least)
    # The lower half says as much: a chance agreement is one in 65,536.
    return Signature(len(shingles), least.astype(np.uint16))


def _shingles(text: str) -> NDArray[np.uint32]:
    """The text's shingles, each once, as numbers."""
    words = re.findall(_WORD, unicodedata.normalize("NFKC", text).casefold())
    codes = {word: crc32(word.encode()) for word in set(words)}
    coded = np.fromiter((codes[word] for word in words), np.uint64, len(words))
    count = max(0, len(words) - SHINGLE + 1)
    rolled = np.zeros(count, np.uint64)
    for offset in range(SHINGLE):
        rolled = rolled * _STEP + coded[offset : offset + count]
    return np.unique((_mixed(rolled) >> np.uint64(32)).astype(np.uint32))


def bands(values: NDArray[np.uint16]) -> NDArray[np.int64]:
    """The bands of some signatures, [n, VALUES] → [n, BANDS]. Texts worth comparing have one in common."""
    rows = values[:, : BANDS * _ROWS].reshape(-1, BANDS, _ROWS).astype(np.int64)
    return (np.arange(BANDS) << 48) + (rows[..., 0] << 32) + (rows[..., 1] << 16) + rows[..., 2]


@frozen
class Rule:
    """When two texts are near-copies. The defaults are what measured best: see docs/corpus.md.

    Either the Jaccard similarity of their shingles is at least `jaccard`; or one holds at least `containment` of the
    other's shingles and the similarity is at least `held`, so that a statement is no copy of the briefing that quotes
    it in full.
    """

    jaccard: float = 0.7
    containment: float = 0.9
    held: float = 0.45

    def near(self, signatures: "Signatures", pairs: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell which pairs are near-copies, by what their signatures let one estimate.

        Args:
            signatures: The signatures of all texts.
            pairs: Pairs of rows of `signatures`, int64 [n, 2].

        Returns:
            Whether each pair is one, bool [n].
        """
        found = [np.zeros(0, bool)]
        for start in range(0, len(pairs), 8192):
            left, right = pairs[start : start + 8192].T
            similarity = (signatures.values[left] == signatures.values[right]).mean(axis=1)
            sizes = signatures.shingles[left], signatures.shingles[right]
            containment = similarity / (1 + similarity) * np.add(*sizes) / np.minimum(*sizes)
            held = (similarity >= self.held) & (containment >= self.containment)
            found.append(held | (similarity >= self.jaccard))
        return np.concatenate(found)


class Signatures(NamedTuple):
    """Signatures in rows: how many shingles each text has, int64 [n], and its values, uint16 [n, VALUES]."""

    shingles: NDArray[np.int64]
    values: NDArray[np.uint16]


def stars(neighbours: Mapping[int, Iterable[int]], ids: Mapping[int, str]) -> dict[int, int]:
    """Group texts around centres.

    A text with the most near-copies becomes a centre and takes those that are not taken yet; then the next. So no chain
    of ever slightly different texts ends up in one group, as it would if near-copies of near-copies were taken along;
    and the outcome depends only on the texts. Aslam, Pelekhov and Rus, "The star clustering algorithm" (2004).

    Args:
        neighbours: The near-copies of each text.
        ids: The id of each text, which settles ties.

    Returns:
        Each text's centre: one that it is a near-copy of, or itself.
    """
    near = {text: set(others) for text, others in neighbours.items()}
    centres: dict[int, int] = {}
    for text in sorted(near, key=lambda each: (-len(near[each]), ids[each])):
        if text not in centres:
            centres.update(dict.fromkeys(near[text] - centres.keys(), text))
            centres[text] = text
    return centres
