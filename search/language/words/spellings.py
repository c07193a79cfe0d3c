"""British and American spellings of the same word.

The rules and their exceptions stand in spellings.txt. `Settings.spellings` turns them off, and so do quotation marks.
"""

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Final, NamedTuple

from ....index.terms import STOP_WORDS
from ....shipped import shipped_text

MOST: Final = 8
"""A word has at most so many other spellings."""

_LONGEST = 40  # letters: no word is longer
_BEFORE_ENDING = 3  # letters, so that neither "rise" nor "size" is taken for a verb in -ise


class _Rules(NamedTuple):
    """What may stand for what: parts of a word, endings and, as exceptions, whole words."""

    parts: Mapping[str, tuple[str, ...]]
    endings: Mapping[str, str]
    never: frozenset[frozenset[str]]
    lengths: range


@lru_cache(maxsize=1 << 14)
def spellings(term: str) -> tuple[str, ...]:
    """The other spellings of a word. Some of them are no word at all: whoever asks takes those that are held somewhere.

    Args:
        term: A surface term, as `analysis.analyze` makes them.

    Returns:
        At most MOST, those that differ least first.
    """
    if len(term) > _LONGEST or not term.isascii() or not term.isalpha() or term in STOP_WORDS:
        return ()
    rules = _rules()
    written = [term]
    for one in written:  # A spelling may differ in several parts, so that what is found is looked at again.
        for other in _respelt(one, rules):
            if other not in written and frozenset((one, other)) not in rules.never and len(written) <= MOST:
                written.append(other)
    return tuple(written[1:])


def _respelt(term: str, rules: _Rules) -> Iterator[str]:
    """What one rule makes of a word, at one position."""
    for start in range(len(term)):
        for length in rules.lengths:  # of the parts that begin here, the longest
            part = term[start : start + length]
            if others := rules.parts.get(part):
                yield from (term[:start] + other + term[start + len(part) :] for other in others)
                break
    for start in range(_BEFORE_ENDING, len(term)):
        if other := rules.endings.get(term[start:]):
            yield term[:start] + other


@cache
def _rules() -> _Rules:
    parts: dict[str, tuple[str, ...]] = {}
    endings: dict[str, str] = {}
    never: set[frozenset[str]] = set()
    for line in shipped_text(__package__ or "", "spellings.txt").splitlines():
        if not line or line.startswith("#"):
            continue
        british, american = line.removeprefix("! ").split()
        if line.startswith("!"):
            never.add(frozenset((british, american)))
            continue
        for one, other in ((british, american), (american, british)):
            if line.startswith("-"):
                endings[one.removeprefix("-")] = other.removeprefix("-")
            else:
                parts[one] = (*parts.get(one, ()), other)
    lengths = range(max(map(len, parts)), min(map(len, parts)) - 1, -1)
    return _Rules(parts, endings, frozenset(never), lengths)
