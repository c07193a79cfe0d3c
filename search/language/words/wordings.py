"""The other ways to write what stands in a question: names of the same, and spellings of the same word.

Names go by a table, which has one group a line (`variants`); spellings by rules (`spellings`, `compounds`,
`quantities`, `designations`). What follows for a passage is the same: it holds what was asked for if it holds any of
the ways to write it.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, pairwise, product
from typing import Final, NamedTuple, TypeAlias

from ....corpus.scripts import script_of
from ....index.analysis import Token
from ....index.reading.plan import Pattern, SameWord
from ....index.terms import tells
from ....index.units import Confined
from .compounds import halves, joined
from .designations import Designation, designation, written_together
from .quantities import DOTTED, grouped_number, is_number, measure, measures, numbers, unit_at, unit_names
from .spellings import spellings
from .variants import Name, name_at

Way: TypeAlias = tuple[SameWord | Pattern | Confined, ...]
"""One way to write something: what may stand for each of its words, in order. A pattern stands for varieties alone."""

_HYPHENS = frozenset("-‐‑")
_LEAST_SHARE: Final = 0.02
_MOST_WAYS = 64


class Wording(NamedTuple):
    """Some words of a question that stand for one thing.

    Attributes:
        start: The position of the first of them among the words of a run.
        length: How many they are.
        others: The other ways to write them.
        apart: What they stand for one by one, if that is in doubt: they are one thing only if a passage holds one of
            the other ways.
        share: They are so only if as many passages hold another way as this share of those that hold the rarest of
            the words. In an archive that was read by a machine, any two words may run together once.
    """

    start: int
    length: int
    others: tuple[Way, ...]
    apart: "tuple[Wording, ...]" = ()
    share: float = 0.0


class Switches(NamedTuple):
    """Which other ways to write something count as much.

    Attributes:
        variants: Different names of the same thing.
        spellings: Different spellings of the same word.
    """

    variants: bool = True
    spellings: bool = True


class Known(NamedTuple):
    """What is known of a collection's words.

    Attributes:
        languages: Those of its passages.
        scripts: Those of `corpus.scripts.OTHER_SCRIPTS` in which there may be words.
        variants: The groups of names that it has beside ours.
    """

    languages: frozenset[str] = frozenset()
    scripts: frozenset[str] = frozenset()
    variants: tuple[str, ...] = ()


def wordings(run: Sequence[Token], text: str, switches: Switches, known: Known) -> Iterator[Wording]:
    """What the words of a run stand for.

    Args:
        run: Words that nothing but blanks and the like divide, none of whose spans is empty.
        text: What the words' spans are of.
        switches: What counts as another way to write them.
        known: The collection that is asked.
    """
    looked_at = _Run(run, text, switches, known)
    position = 0
    while position < len(run):
        wording = looked_at.wording(position)
        yield wording
        position += wording.length


class _Run:
    """A run of words, looked at word by word."""

    def __init__(self, run: Sequence[Token], text: str, switches: Switches, known: Known) -> None:
        self._terms = [token.term for token in run]
        self._gaps = [text[left.end : right.start] for left, right in pairwise(run)]
        self._switches = switches
        self._languages = known.languages
        self._scripts = known.scripts
        self._variants = known.variants
        self._number: dict[int, tuple[int, str]] = {}
        """Where a number begins: of how many words it is, and its digits."""
        self._behind: dict[int, str] = {}
        """What stands right behind a number: that number."""
        position = 0
        while position < len(run):
            count = grouped_number(self._terms[position : position + self._apart(position)])
            if count or is_number(self._terms[position]):
                count = count or 1
                number = "".join(self._terms[position : position + count])
                self._number[position] = count, number
                self._behind[position + count] = number
            position += count or 1

    def _apart(self, position: int) -> int:
        """How many words from a position on have nothing but a blank between them."""
        count = 1
        while position + count <= len(self._gaps) and self._gaps[position + count - 1].isspace():
            count += 1
        return count

    def wording(self, position: int) -> Wording:
        """What begins at a position."""
        name = name_at(self._terms, position, self._variants) if self._switches.variants else None
        if name and name.length > 1:
            return Wording(position, name.length, tuple(self._of_name(name)))
        if self._switches.spellings and (together := self._together(position)):
            return together
        return self._single(position, name)

    def _of_name(self, name: Name) -> Iterator[Way]:
        """The other names, in scripts that there are words in: a name is known in a dozen."""
        for other in name.others:
            script = script_of(other[0][0])
            if not script or script in self._scripts:
                yield _way(other)

    def _single(self, position: int, name: Name | None = None) -> Wording:
        """A word by itself."""
        ways = list(self._of_name(name)) if name else []
        if self._switches.spellings:
            ways += self._spelt(self._terms[position])
            ways += self._with_neighbours(position)
        return Wording(position, 1, tuple(dict.fromkeys(ways))[:_MOST_WAYS])

    def _spelt(self, term: str) -> Iterator[Way]:
        """The other ways to write one word."""
        others = spellings(term)
        yield from (_way((other,)) for other in others)
        for pair in chain.from_iterable(map(halves, (term, *others))):
            yield from map(_way, _respelt(pair))
        yield from self._numbers(term)
        if said := written_together(term):
            yield from _of_designation(said)
        if amount := measure(term):
            yield from self._amount(*amount)
        elif unit := unit_at([term], 0):
            yield from map(_way, unit_names(unit))

    def _amount(self, number: str, unit: tuple[str, ...]) -> Iterator[Way]:
        for written in ((SameWord(number),), *self._numbers(number)):
            for way in measures(written[-1].term, unit):
                yield (*written[:-1], *_way(way))

    def _numbers(self, number: str) -> Iterator[tuple[SameWord | Confined, ...]]:
        """The other ways to write a number; one with points in it is another one in other languages."""
        for written in numbers(number, self._languages):
            dotted = "." in written[0]
            yield (Confined(written[0], DOTTED & self._languages),) if dotted else tuple(map(SameWord, written))

    def _with_neighbours(self, position: int) -> Iterator[Way]:
        """What a word is together with the one before it or after it, if one writes them in one word as well."""
        yield from self._amounts(position)
        for left in (position - 1, position):
            if left < 0 or left + 1 >= len(self._terms) or not self._is_close(left):
                continue
            first, second = self._terms[left : left + 2]
            if other := joined(first, second, hyphened=self._is_hyphened(left)):
                yield from (_way((each,)) for each in (other, *spellings(other)))
            elif first.isalpha() and written_together(first + second):
                yield _way((first + second,))

    def _amounts(self, position: int) -> Iterator[Way]:
        """The ways to write so much of a unit, if its number or its unit begins at a position."""
        count, number = self._number.get(position, (0, ""))
        number, after = (number, position + count) if number else (self._behind.get(position, ""), position)
        close = number and after < len(self._terms) and self._is_close(after - 1)
        if close and (unit := unit_at(self._terms, after)):
            yield from self._amount(number, unit)

    def _together(self, position: int) -> Wording | None:
        """Several words from a position on that are one thing; None if they are not."""
        rest = self._terms[position:]
        if (unit := unit_at(self._terms, position)) and len(unit) > 1:
            ways = (*map(_way, unit_names(unit)), *self._amounts(position))
            return Wording(position, len(unit), tuple(dict.fromkeys(ways)))
        count, number = self._number.get(position, (0, ""))
        if count > 1:
            ways = (_way((number,)), *self._numbers(number), *self._amounts(position))
            others = tuple(way for way in dict.fromkeys(ways) if way != _way(rest[:count]))
            return Wording(position, count, others, tuple(self._single(position + step) for step in range(count)))
        if not self._is_hyphened(position):
            return None
        if said := designation(*rest[:2]):
            return Wording(position, 2, tuple(way for way in _of_designation(said) if way != _way(rest[:2])))
        if not (one := joined(*rest[:2], hyphened=True)):
            return None
        others = [_way((each,)) for each in (one, *spellings(one))]
        others += [_way(pair) for pair in _respelt(rest[:2]) if pair != tuple(rest[:2])]
        if not all(map(tells, rest[:2])):  # follow-up: "follow" alone says something else
            return Wording(position, 2, tuple(others))
        apart = (self._single(position), self._single(position + 1))
        return Wording(position, 2, tuple(others), apart, _LEAST_SHARE)

    def _is_close(self, left: int) -> bool:
        return self._is_hyphened(left) or not self._gaps[left].strip()

    def _is_hyphened(self, left: int) -> bool:
        return left < len(self._gaps) and self._gaps[left] in _HYPHENS


def _respelt(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Some words in all their spellings, as they are first."""
    return product(*((word, *spellings(word)) for word in words))


def _of_designation(said: Designation) -> Iterator[Way]:
    letters, number, is_variety = said
    yield _way((letters + number,))
    yield _way((letters, number))
    if not is_variety:
        for more in ("?", "??"):
            yield (Pattern(letters + number + more),)
            yield (SameWord(letters), Pattern(number + more))


def _way(terms: Sequence[str]) -> Way:
    return tuple(map(SameWord, terms))
