"""Words that a language has, whether or not the collection holds them: a correct word is not to be mended.

`known_words.npz` has, for each language, a Bloom filter of its commonest words, read when a question first holds a word
that no passage does. It says yes to every word that was put in, and to one in a hundred others.
`benchmarks/fit_known_words.py` made it; `known_words.md` says of what.
"""

import unicodedata
from collections.abc import Iterable
from functools import cache
from io import BytesIO
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ...shipped import shipped

BITS_PER_WORD: Final = 10
_HASHES: Final = 7

DEEP: Final = frozenset("ar ca cs de en es fi fr it nl no pl pt ru sv uk".split())
"""The languages of which there are enough words that most of those that are missing are rare names."""

_CODES: Final = {"nb": "no", "nn": "no"}


def is_known(word: str, languages: Iterable[str]) -> bool:
    """Whether one of some languages has a word, in this very form; accents and case make no difference.

    Args:
        word: The word.
        languages: ISO 639-1 codes; a language that there is no list of knows no word.
    """
    return any(_has(_words(_CODES.get(language, language)), plain(word)) for language in languages)


def plain(word: str) -> str:
    """A word in lower case without any mark: not by the analyzer, so that the file outlives a change of that."""
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).replace("ı", "i")


def bits_of(word: str, size: int) -> list[int]:
    """Which bits of a filter of that size a word sets."""
    from hashlib import blake2b  # late, as most questions have no word that is not known

    digest = blake2b(word.encode(errors="surrogatepass"), digest_size=16).digest()
    first, step = int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:], "little") | 1
    return [(first + number * step) % size for number in range(_HASHES)]


def _has(words: NDArray[np.uint8] | None, word: str) -> bool:
    return words is not None and all(words[bit >> 3] & (0x80 >> (bit & 7)) for bit in bits_of(word, 8 * len(words)))


@cache
def _words(language: str) -> Any:
    """The filter of a language: uint8 [bytes]; None if there is none."""
    with np.load(BytesIO(shipped(__package__ or "", "known_words.npz"))) as filters:
        return filters[language] if language in filters.files else None
