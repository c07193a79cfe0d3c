"""The words of dates in each language, read from words.toml."""

import tomllib
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple, TypeAlias

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
    """The words of every language, by its code."""
    tables = tomllib.loads(files(__package__ or "").joinpath("words.toml").read_text("utf-8"))
    return {code: _words(table) for code, table in tables.items()}


def english(name: str) -> list[list[str]]:
    """The English words of a list, each with its other forms, in lower case."""
    tables = tomllib.loads(files(__package__ or "").joinpath("words.toml").read_text("utf-8"))
    return [forms.split() for forms in tables["en"][name]]


@cache
def fold(word: str) -> str:
    """A word in small letters without accents, as people type it."""
    decomposed = unicodedata.normalize("NFKD", word.lower())
    return "".join(each for each in decomposed if not unicodedata.combining(each)).replace("ı", "i")


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
