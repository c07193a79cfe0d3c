"""Operators of other query languages, which mean nothing here: each is an error that says what to write instead.

Only where a whole token has an operator's shape: `+49`, `and/or`, `/s/`, C++ and 10^6 of pasted text are text. So is
a ^2 with no word before it, at the beginning or behind a bracket of numbers: it weighs nothing.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Final, NamedTuple

from ....errors import QueryError
from ..scanning import phrase_in

_QUOTES = r'"“”„«»'
_START = rf"(?<![^\s():{_QUOTES}-])"
_NO_UNIT = "".join(
    rf"(?<!{unit})"
    for unit in ("met[er][er]", "met[er][er]s", "feet", "foot", "inch", "inches", "mile", "miles", "yard", "yards")
)
_END = rf"(?![^\s(){_QUOTES}])"


class _Operator(NamedTuple):
    """An operator: what it looks like, what an error says of it, and what is written in its place here."""

    shape: str
    message: str
    instead: Callable[[re.Match[str]], str]


def _nothing(_: re.Match[str]) -> str:
    return ""


def _quoted(found: re.Match[str]) -> str:
    word = found[0].lstrip("+")
    return f'"{word}"' if word and not re.search(r"[*?~]", word) else word


def _wildcards(found: re.Match[str]) -> str:
    """The nearest that wildcards come to a regular expression."""
    simple = re.sub(r"\\(.)", r"\1", found[0].strip("/").strip("^$"))
    simple = re.sub(r"(?:\.|\\w|\[[^\]]*\]|\([^)]*\))[*+]\??", "*", simple)
    simple = re.sub(r"\w\?", "*", simple).replace(".", "?")
    return re.sub(r"[^\w*?]+", "*", simple)


def _range(found: re.Match[str]) -> str:
    return "..".join("" if end == "*" else end for end in re.split(r"\s+TO\s+", found[0][1:-1]))


def _distance(found: re.Match[str]) -> str:
    return found[0].upper() if re.fullmatch(r"near/(?:\d+|s)", found[0], re.IGNORECASE) else "NEAR/5"


_WORDS = {"||": "OR", "&&": "AND", "!": "-"}


def _translated(found: re.Match[str]) -> str:
    return _WORDS[found[0]]


_OPERATORS: Final = (
    _Operator(
        rf"{_START}\+(?:[^\W\d_][^\s(){_QUOTES}]*|(?=[({_QUOTES}]))",
        "+ means nothing here: to demand a word, quote it or write it with AND",
        _quoted,
    ),
    _Operator(
        rf"(?:(?<=[^\W\d_]{{4}}){_NO_UNIT}|(?<=[^\W\d_]{{2}}\))|(?<=[~*{_QUOTES}])|(?<=[\s(:-]))\^\d+(?:\.\d+)?{_END}",
        "^ means nothing here: no word weighs more than its rarity gives it, so leave it out",
        _nothing,
    ),
    _Operator(
        rf"{_START}/(?=[^\s/]*[*+?\[({{\\|^$])[^\s/]+/{_END}",
        "regular expressions mean nothing here: write * for any letters and ? for one, as in summ* or wom?n",
        _wildcards,
    ),
    _Operator(r"(?<!\S)\|\|(?!\S)", "|| means nothing here: write OR", _translated),
    _Operator(r"(?<!\S)&&(?!\S)", "&& means nothing here: write AND", _translated),
    _Operator(
        rf"{_START}!(?=[^\W\d_]|[({_QUOTES}])", "! means nothing here: to exclude a word, write -word", _translated
    ),
    _Operator(
        r"[\[{][^\s\[\]{}]+\s+TO\s+[^\s\[\]{}]+[\]}]",
        "a range is written with two dots: date:2025-11..2026-01, and of a number votes:10..20",
        _range,
    ),
    _Operator(
        rf"{_START}(?:(?!NEAR/(?:\d+|[sS]){_END})(?i:near)/\w*|(?<=\w\s)NEAR(?=\s+\w)){_END}",
        "NEAR is written with how many words may stand between: NEAR/5, or NEAR/s for the same sentence",
        _distance,
    ),
)


@cache
def _shapes(phrase: str) -> re.Pattern[str]:
    return re.compile("|".join((phrase, *(f"({each.shape})" for each in _OPERATORS))))


def refuse_foreign(text: str) -> None:
    """Raise QueryError, with its column, for the first operator of another language outside of quotation marks."""
    for found in _shapes(phrase_in(text)).finditer(text):
        if found.lastindex:
            raise QueryError(_OPERATORS[found.lastindex - 1].message, found.start() + 1)


def translate_foreign(text: str) -> str:
    """The text with what is written here in the place of operators of other languages.

    Args:
        text: A question.
    """

    def translated(found: re.Match[str]) -> str:
        return _OPERATORS[found.lastindex - 1].instead(found) if found.lastindex else found[0]

    return _shapes(phrase_in(text)).sub(translated, text)
