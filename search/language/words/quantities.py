"""Numbers and measures: 28,500 is 28500 and 28 500, 5bn is 5 billion, and 15 % is 15 percent.

units.txt has the units. A text's own numbers are as `index.analysis` makes them: without commas, and with a unit that
is written to them as part of the term.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final, NamedTuple, TypeAlias

from ....index.analysis import Analysed
from ....shipped import shipped_text

Terms: TypeAlias = tuple[str, ...]

DOTTED: Final = frozenset(
    "az be bg bs ca cs da de el es et eu fi fo fr gl hr hu id is it lt lv mk nl no nb nn pl pt ro ru sk sl sq sr sv tr "
    "uk vi".split()
)
"""The languages that write 28.500 for what is 28,500 in English, as their decimals have a comma."""

_WHOLE = re.compile(r"\d{4,12}")
_DOTTED = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")
_MEASURE = re.compile(r"(\d+(?:\.\d+)?)([a-z]+\d?)")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_MOST_GROUPS = 4


class _Units(NamedTuple):
    """The units by their names: each group that a name is in, and whether the name needs a number beside it."""

    groups: dict[Terms, list[tuple[Terms, ...]]]
    needy: frozenset[Terms]
    longest: int


def numbers(term: str, languages: frozenset[str]) -> Iterator[Terms]:
    """The other ways to write a whole number, such as 28500 or, in some languages, 28.500.

    Args:
        term: A surface term.
        languages: Those of the passages that are asked.
    """
    dotted = languages & DOTTED
    if _WHOLE.fullmatch(term) and term[0] != "0":
        groups = _grouped(term)
        yield groups
        if dotted:
            yield (".".join(groups),)
    elif dotted and _DOTTED.fullmatch(term):
        yield (term.replace(".", ""),)
        yield tuple(term.split("."))


def _grouped(digits: str) -> Terms:
    """The digits of a number by thousands."""
    return tuple(f"{int(digits):,}".split(","))


def grouped_number(terms: Sequence[str]) -> int:
    """How many of some terms that blanks divide are one number with its digits in groups: 28 500. 0 for none."""
    if not terms or not re.fullmatch(r"[1-9]\d{0,2}", terms[0]):
        return 0
    count = 1
    while count < min(len(terms), _MOST_GROUPS) and re.fullmatch(r"\d{3}", terms[count]):
        count += 1
    return count if count > 1 else 0


def is_number(term: str) -> bool:
    """Whether a term is a number and nothing else."""
    return _NUMBER.fullmatch(term) is not None


def unit_at(terms: Sequence[str], position: int) -> Terms:
    """The longest name of a unit that begins somewhere; empty if none does."""
    units = _units()
    for length in range(min(units.longest, len(terms) - position), 0, -1):
        if (name := _singular(tuple(terms[position : position + length]))) is not None:
            return name
    return ()


def unit_names(unit: Terms) -> Iterator[Terms]:
    """The other names of a unit that need no number beside them to be understood."""
    units = _units()
    if unit not in units.needy:
        yield from (name for group in units.groups[unit] for name in group if name not in (*units.needy, unit))


def measures(number: str, unit: Terms) -> Iterator[Terms]:
    """All ways to write so much of a unit, with a blank and without one."""
    for group in _units().groups[unit]:
        for name in group:
            yield (number, *name)
            if len(name) == 1 and name[0].isascii() and name[0] != "%":
                yield (number + name[0],)


def measure(term: str) -> tuple[str, Terms] | None:
    """The number and the unit of a term that is both, such as 5bn; None if it is not."""
    found = _MEASURE.fullmatch(term)
    unit = _singular((found[2],)) if found else None
    return (found[1], unit) if found and unit else None


def _singular(name: Terms) -> Terms | None:
    """The name of a unit by which it is known; None for what is none."""
    known = _units().groups
    if name in known:
        return name
    singular = (*name[:-1], name[-1].removesuffix("s"))
    return singular if len(name[-1]) > 3 and singular in known else None


@cache
def _units() -> _Units:
    groups: dict[Terms, list[tuple[Terms, ...]]] = {}
    needy: set[Terms] = set()
    for line in shipped_text(__package__ or "", "units.txt").splitlines():
        if line.startswith("#"):
            continue
        names: list[Terms] = []
        for written in line.split(", "):
            name = tuple(Analysed(written).terms)
            names.append(name)
            if written.startswith("("):
                needy.add(name)
        for name in names:
            groups.setdefault(name, []).append(tuple(names))
    return _Units(groups, frozenset(needy), max(map(len, groups)))
