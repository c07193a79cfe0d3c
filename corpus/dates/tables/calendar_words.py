"""The words of dates in each language, read from words.toml; months and days of the week in more, from cldr.toml."""

import tomllib
import unicodedata
from functools import cache
from typing import Any, Final, NamedTuple, TypeAlias

from ....shipped import shipped_text

Meaning: TypeAlias = tuple[str, int]
"""What a word may be, such as a month, and which of these: ("month_name", 11)."""

_LISTS: Final = {"months": "month_name", "weekdays": "weekday", "seasons": "season", "ordinals": "ordinal"}
_NUMBERED: Final = {"numbers": "number"}
_CAUTIONS: Final = ("lower", "wary")


class Words(NamedTuple):
    """The words of one language.

    Attributes:
        meanings: What each word or phrase, as folded tokens, may mean.
        beginnings: The first tokens of all these.
        longest: The number of tokens of the longest phrase.
        lower: The words, folded and as written, that mean a month only as written here.
        wary: The abbreviations, folded, that mean a month only with a full stop or after a day.
    """

    meanings: dict[tuple[str, ...], list[Meaning]]
    beginnings: frozenset[str]
    longest: int
    lower: dict[str, str]
    wary: frozenset[str]


@cache
def languages() -> dict[str, Words]:
    """The words of every language that questions are asked in, by its code."""
    tables = _tables("words.toml")
    return {code: _words(table) for code, table in tables.items()}


def english(name: str) -> list[list[str]]:
    """The English words of a list, each with its other forms, in lower case."""
    return [forms.split() for forms in _tables("words.toml")["en"][name]]


@cache
def names(kind: str) -> dict[str, int]:
    """The names of the months or of the days of the week in all languages that either table has.

    Args:
        kind: "months" or "weekdays".

    Returns:
        The number of each, from 1, by its name as `name_key` has it. What means one in this language and another in
        that is left out.
    """
    numbers: dict[str, set[int]] = {}
    for table in (*_tables("words.toml").values(), *_tables("cldr.toml").values()):
        for number, forms in enumerate(table.get(kind, ()), 1):
            for form in forms.split():
                numbers.setdefault(name_key(form.replace("_", " ")), set()).add(number)
    return {name: found.pop() for name, found in numbers.items() if len(found) == 1}


def name_key(name: str) -> str:
    """A name as `names` has it: folded, without full stops."""
    return fold(name).replace(".", "")


@cache
def fold(word: str) -> str:
    """A word in small letters without accents, as people type it."""
    if word.isascii():
        return word.lower()
    decomposed = unicodedata.normalize("NFKD", word.lower())
    return "".join(each for each in decomposed if not unicodedata.combining(each)).replace("ı", "i")


@cache
def _tables(name: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads(shipped_text(__package__ or "", name))


def _words(table: dict[str, str | list[str]]) -> Words:
    meanings: dict[tuple[str, ...], list[Meaning]] = {}
    for name, forms in table.items():
        if name in _CAUTIONS:
            continue
        if isinstance(forms, list):
            named = [(form, (_LISTS[name], number)) for number, each in enumerate(forms, 1) for form in each.split()]
        elif name in _NUMBERED:
            named = [(form, (_NUMBERED[name], number)) for number, form in enumerate(forms.split(), 1)]
        else:
            named = [(form, (name, 0)) for form in forms.split()]
        for form, meaning in named:
            known = meanings.setdefault(tuple(fold(part) for part in form.split("_")), [])
            if meaning not in known:
                known.append(meaning)
    lower, wary = (str(table.get(name, "")).split() for name in _CAUTIONS)
    return Words(
        meanings,
        frozenset(keys[0] for keys in meanings),
        max(map(len, meanings)),
        {fold(word): word for word in lower},
        frozenset(map(fold, wary)),
    )
