"""Slips: terms that one mistake makes of another, found in a sorted list without going through it.

A mistake is one letter more, less or other, or two exchanged that stand side by side; the first letter is no safer than
the others.
"""

from collections.abc import Iterator

from ..analysis import fold
from .arrays import Strings

_BLOCK = 0x80
"""Alphabets lie in blocks of so many characters of Unicode: Latin without diacritics, Cyrillic, Greek, Arabic."""

_FEW = 256
"""So many terms with a common beginning are looked at one by one."""


def slips(terms: Strings, term: str) -> set[str]:
    """Those of some terms that one mistake makes of a term, or the term of them, in letters of its own scripts.

    Args:
        terms: The terms, sorted as for `Strings.find`.
        term: The term, which need not be among them.
    """
    letters = _alphabet(term)
    found: set[str] = set()
    for position in range(len(term) + 1):
        alike = terms.beginning(term[:position])
        if len(alike) <= _FEW:
            near = (terms[number] for number in alike)
            found.update(other for other in near if _is_slip(term, other) and letters.issuperset(other))
            break
        found.update(other for other in _slips_at(term, position, letters) if terms.find(other) is not None)
    return found - {term}


def _is_slip(term: str, other: str) -> bool:
    if abs(len(term) - len(other)) > 1:
        return False
    pairs = zip(term, other, strict=False)
    start = next((at for at, (left, right) in enumerate(pairs) if left != right), min(len(term), len(other)))
    term, other = term[start:], other[start:]
    while term and other and term[-1] == other[-1]:
        term, other = term[:-1], other[:-1]
    return (len(term) <= 1 and len(other) <= 1) or (len(term) == 2 and term == other[::-1])


def _alphabet(term: str) -> frozenset[str]:
    """The letters, as terms have them, of the scripts that a term is written in."""
    blocks = {ord(letter) // _BLOCK for letter in term}
    letters = (chr(code) for block in blocks for code in range(block * _BLOCK, (block + 1) * _BLOCK))
    return frozenset(letter for letter in letters if letter.isalpha() and fold(letter) == letter).union(term)


def _slips_at(term: str, position: int, letters: frozenset[str]) -> Iterator[str]:
    """What one mistake makes of a term at a position, from 0 to its length."""
    before, after = term[:position], term[position:]
    yield from (before + letter + after for letter in letters)
    if after:
        yield before + after[1:]
        yield from (before + letter + after[1:] for letter in letters)
    if len(after) > 1:
        yield before + after[1] + after[0] + after[2:]
