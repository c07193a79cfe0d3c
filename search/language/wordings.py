"""The other ways to write what stands in a question: names of the same, and spellings of the same word.

Names (`variants`) go by a table, which has one group a line; words (`spellings`) by rules. What follows for a passage
is the same: it holds what was asked for if it holds any of the ways to write it.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

from ...index.analysis import Token
from ...index.reading.plan import SameWord
from .spellings import spellings
from .variants import name_at

Way: TypeAlias = tuple[SameWord, ...]
"""One way to write something: what may stand for each of its words, in order."""


class Wording(NamedTuple):
    """Some words of a question that stand for one thing.

    Attributes:
        start: The position of the first of them among the words of a run.
        length: How many they are.
        others: The other ways to write them.
    """

    start: int
    length: int
    others: tuple[Way, ...]


class Switches(NamedTuple):
    """Which other ways to write something count as much.

    Attributes:
        variants: Different names of the same thing.
        spellings: Different spellings of the same word.
    """

    variants: bool = True
    spellings: bool = True


def wordings(run: Sequence[Token], switches: Switches) -> Iterator[Wording]:
    """What the words of a run stand for: the longest known names, and the other words one by one.

    Args:
        run: Words that nothing but blanks and the like divide.
        switches: What counts as another way to write them.
    """
    terms = [token.term for token in run]
    position = 0
    while position < len(run):
        name = name_at(terms, position) if switches.variants else None
        length = name.length if name else 1
        others = [tuple(map(SameWord, other)) for other in (name.others if name else ())]
        if length == 1 and switches.spellings:
            others += [(SameWord(other),) for other in spellings(terms[position])]
        yield Wording(position, length, tuple(others))
        position += length
