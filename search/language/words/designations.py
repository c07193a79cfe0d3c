"""Designations, of letters and a number: F-35, F35 and F 35 are one, and it has varieties, such as F-35A."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from ....index.terms import tells
from .compounds import is_prefix

_LETTERS = re.compile(r"[a-z]{1,4}")
_NUMBER = re.compile(r"(\d{1,4})([a-z]{0,2}\d{0,2})")
_WRITTEN_TOGETHER = re.compile(rf"({_LETTERS.pattern})({_NUMBER.pattern})")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")

_VARIETY = re.compile(r"[a-z]\d?|[a-z]?s")


def varieties(terms: Iterable[str], pattern: str) -> frozenset[str]:
    """Those of the terms of a pattern, such as `35??`, that name varieties or several of something: 35a, 72b3, 35s."""
    begins = len(pattern.rstrip("?"))
    return frozenset(term for term in terms if _VARIETY.fullmatch(term, begins))


class Designation(NamedTuple):
    """A designation.

    Attributes:
        letters: Those before the number.
        number: The number, with the letter of a variety if it has one.
        is_variety: Whether it has one.
    """

    letters: str
    number: str
    is_variety: bool


def designation(letters: str, number: str) -> Designation | None:
    """What two words with a hyphen between them designate; None if they do not: post-1991 is a time.

    Args:
        letters: A surface term.
        number: The one that follows.
    """
    found = _NUMBER.fullmatch(number)
    single = len(letters) == 1
    if not found or not _LETTERS.fullmatch(letters) or is_prefix(letters) or not (single or tells(letters)):
        return None
    if _YEAR.fullmatch(number) and len(letters) > 2:
        return None
    return Designation(letters, number, bool(found[2]))


def written_together(term: str) -> Designation | None:
    """What a word of letters and a number designates; None if it does not."""
    found = _WRITTEN_TOGETHER.fullmatch(term)
    return designation(found[1], found[2]) if found else None
