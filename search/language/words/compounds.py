"""Compounds, which writers put in one word, with a hyphen or apart: ceasefire, cease-fire, cease fire.

compounds.txt says what may stand in front and behind, and which are none; compound_parts.txt which words there are to
split one into. Whether anybody writes it in one word or apart, a collection's own words say.
"""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from ....index.terms import tells
from ....shipped import shipped_text

_SHORTEST = 3  # letters that a part has which is no prefix or particle
_LONGEST = 40  # letters of a compound


class _Compounds(NamedTuple):
    """What compounds are made of: see compounds.txt."""

    prefixes: frozenset[str]
    bound: frozenset[str]
    particles: frozenset[str]
    firsts: frozenset[str]
    parts: frozenset[str]
    never: frozenset[tuple[str, str]]


def joined(left: str, right: str, *, hyphened: bool) -> str | None:
    """The one word that two may be written as; None if they are not.

    Args:
        left: The first word, as a surface term.
        right: The second.
        hyphened: Whether there is a hyphen between them, and not a blank: two words side by side are rarely one.
    """
    compounds = _compounds()
    letters = left.isalpha() and right.isalpha() and left.islower() and right.islower()
    if not letters or len(left) + len(right) > _LONGEST or (left, right) in compounds.never:
        return None
    if not hyphened:
        return left + right if _is_compound(left, right) else None
    first = len(left) >= _SHORTEST or left in compounds.prefixes or left in compounds.bound
    second = len(right) >= _SHORTEST or right in compounds.particles
    return left + right if first and second and (tells(left) or tells(right)) else None


def is_prefix(word: str) -> bool:
    """Whether a word is a prefix, which is none by itself."""
    compounds = _compounds()
    return word in compounds.prefixes or (len(word) > 1 and word in compounds.bound)


def halves(term: str) -> Iterator[tuple[str, str]]:
    """The words that a word may be made of, two by two: cease and fire.

    Args:
        term: A surface term.
    """
    if not (2 * _SHORTEST - 1 <= len(term) <= _LONGEST and term.isascii() and term.isalpha() and tells(term)):
        return
    bound = _compounds().bound
    for cut in range(1, len(term) - 1):
        left, right = term[:cut], term[cut:]
        if _is_compound(left, right) or (left in bound and len(right) >= _SHORTEST and right in _parts()):
            yield left, right


def _is_compound(left: str, right: str) -> bool:
    """Whether two words are such as make a compound without any mark between them."""
    compounds, parts = _compounds(), _parts()
    if left not in parts and left not in compounds.prefixes and left not in compounds.firsts:
        return False
    bases = list(_bases(right))
    if any((left, base) in compounds.never for base in bases):
        return False
    return any(base in parts or (base in compounds.particles and left in parts) for base in bases)


def _bases(word: str) -> Iterator[str]:
    """What an English word may be a form of, itself first."""
    yield word
    for ending in ("s", "es", "d", "ed", "ing"):
        if word.endswith(ending):
            yield word.removesuffix(ending)
    if word.endswith("ing"):
        yield word.removesuffix("ing") + "e"


@cache
def _compounds() -> _Compounds:
    said: dict[str, list[str]] = {"prefix": [], "bound": [], "particle": [], "first": [], "part": [], "never": []}
    for line in _lines("compounds.txt"):
        kind, *words = line.split()
        said[kind] += words
    never = frozenset((left, right) for left, _, right in (pair.partition("_") for pair in said["never"]))
    kinds = (frozenset(said[kind]) for kind in ("prefix", "bound", "particle", "first", "part"))
    return _Compounds(*kinds, never=never)


@cache
def _parts() -> frozenset[str]:
    return frozenset(_lines("compound_parts.txt")) | _compounds().parts


def _lines(name: str) -> list[str]:
    text = shipped_text(__package__ or "", name)
    return [line for line in text.splitlines() if not line.startswith("#")]
