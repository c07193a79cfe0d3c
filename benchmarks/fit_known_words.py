"""Which words each language has: search/advice/known_words.npz, made of the frequency lists of wordfreq.

    pip download --no-deps wordfreq==3.1.1 pyspellchecker==0.9.1 && pip install msgpack
    python benchmarks/fit_known_words.py wordfreq-3.1.1-py3-none-any.whl pyspellchecker-0.9.1-py3-none-any.whl

Of each language its commonest words go into a filter of bits: see `search.advice.known_words`. What people write is not
always right: of a language that pyspellchecker has a dictionary of, rare words that are not in that and are a slip of
much commoner ones are left out. Sources and licences of the words stand in search/advice/known_words.md.
"""

import gzip
import json
import sys
import zipfile
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from dragoman.index.segments.slips import _alphabet, _slips_at
from dragoman.search.advice import known_words
from dragoman.search.advice.known_words import BITS_PER_WORD, bits_of, plain

MOST = 100_000
MANY_FORMS = frozenset("ar cs de fi pl ru uk".split())
MOST_OF_MANY = 160_000
LANGUAGES = {
    **{code: code for code in "ar bg ca cs da de el en es fa fi fr hi hu id it lt nl pl pt ro ru sv tr uk".split()},
    "no": "nb",
}
"""Our code for a language, and the one that wordfreq has for it."""
DICTIONARIES = frozenset("de en es fr it nl pt".split())
"""Of these languages pyspellchecker has a dictionary that is large enough."""

RARE = 600
"""Words are in buckets of a hundredth of a power of ten: from this one on a word is rarer than one in a million."""
MUCH = 150
"""Buckets between a slip and the word that it is one of."""


def main() -> None:
    """Write the filters of all languages."""
    import msgpack  # pyright: ignore[reportMissingImports]  # a tool of this script alone

    filters: dict[str, Any] = {}
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        held = set(wheel.namelist())
        for code, theirs in LANGUAGES.items():
            sizes = (f"wordfreq/data/{size}_{theirs}.msgpack.gz" for size in ("large", "small"))
            content = wheel.read(next(name for name in sizes if name in held))
            _, *by_frequency = msgpack.loads(gzip.decompress(content))
            words: dict[str, int] = {}
            for rarity, bucket in enumerate(by_frequency):
                for word in bucket:
                    if not any(map(str.isdigit, word)):
                        words.setdefault(plain(word), rarity)
            right = _dictionary(code) if code in DICTIONARIES else words.keys()
            rightly = (word for word in words if word in right or not _is_slip(word, words))
            kept = list(islice(rightly, MOST_OF_MANY if code in MANY_FORMS else MOST))
            filters[code] = _filter(kept)
            print(code, f"{len(kept):,} words, {len(filters[code]):,} bytes")
    target = Path(str(known_words.__file__)).with_suffix(".npz")
    np.savez(target, **filters)
    print(f"{target.stat().st_size:,} bytes in {target}")


def _dictionary(code: str) -> set[str]:
    with zipfile.ZipFile(sys.argv[2]) as wheel:
        content = gzip.decompress(wheel.read(f"spellchecker/resources/{code}.json.gz"))
    return set(map(plain, json.loads(content)))


def _is_slip(word: str, words: dict[str, int]) -> bool:
    """Whether a rare word is a slip of a much commoner one."""
    rarity = words[word]
    if rarity < RARE:
        return False
    letters = _alphabet(word)
    slips = (slip for position in range(len(word) + 1) for slip in _slips_at(word, position, letters))
    return any(words.get(slip, rarity) <= rarity - MUCH for slip in slips)


def _filter(words: list[str]) -> Any:
    size = 8 * -(-len(words) * BITS_PER_WORD // 8)
    bits = np.zeros(size, bool)
    for word in words:
        bits[bits_of(word, size)] = True
    return np.packbits(bits)


if __name__ == "__main__":
    main()
