"""Different names of the same thing: a country and its people, an organisation and its acronym, spellings of a person.

A question about Türkiye means the Turkish ministers as well, and an archive that writes ROK means South Korea. The
names stand in variants.txt; `Settings.variants` turns them off, and quotation marks do so for one name.
"""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple, TypeAlias

from ....index.analysis import analyze

Terms: TypeAlias = tuple[str, ...]


class Name(NamedTuple):
    """A name at some position in a question: how many of the words it takes, and the other names of the same."""

    length: int
    others: tuple[Terms, ...]


def name_at(terms: Sequence[str], position: int) -> Name | None:
    """The longest known name that begins somewhere in a question.

    Args:
        terms: The terms of the question, one for each word.
        position: The position of the word that the name begins with.

    Returns:
        The name; None if no known name begins there.
    """
    names, longest = _table()
    for length in range(min(longest, len(terms) - position), 0, -1):
        if (others := names.get(tuple(terms[position : position + length]))) is not None:
            return Name(length, others)
    return None


@cache
def _table() -> tuple[dict[Terms, tuple[Terms, ...]], int]:
    """The other names of each name, and the number of terms in the longest one."""
    table: dict[Terms, tuple[Terms, ...]] = {}
    for line in files(__package__ or "").joinpath("variants.txt").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            group = [tuple(token.term for token in analyze(name)) for name in line.split(",")]
            table.update({name: tuple(other for other in group if other != name) for name in group})
    return table, max(map(len, table))
