"""From what somebody typed to the tokens of the query language: where each begins and ends, and of what kind it is."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from ...errors import QueryError
from ...index.analysis import FIELDS

TEXT_FIELDS = FIELDS  # where words, phrases, patterns and fuzzy words can be sought
FILTER_FIELDS = ("country", "person", "outlet", "place", "kind", "lang")  # `language` means `lang`; `date` is apart
ALL_FIELDS = (*FILTER_FIELDS, "date", *TEXT_FIELDS)
LETTER = re.compile(r"[^\W_]")
NAME = re.compile(r"[^\W\d_]+:")
_RUN = r'[^\s()"“”„«»]'
TOKEN = re.compile(
    rf"""
      (?P<phrase> "[^"]*" | “[^”]*” | „[^“”]*[“”] | ”[^”]*” | «[^»]*» | »[^«»]*[«»] )
    | (?P<quote>  ["“”„«»] )
    | (?P<tilde>  (?<=[)"“”„«»]) ~ )
    | (?P<minus>  (?<![^\s(]) -++ (?= {_RUN}*[^\W_] | [("“”„«»] ) )  # any other dash is punctuation
    | (?P<field>  (?P<name>{NAME.pattern}) (?!/) (?P<exact>=?) (?P<value>{_RUN}*) )
    | (?P<sign>   [()] | (?:OR|AND|NOT)(?!{_RUN}) )
    | (?P<word>   (?!-){_RUN}+ )
    """,
    re.VERBOSE,
)
"""One token. What it leaves out between two of them is blank, or a dash that is punctuation."""


class Token(NamedTuple):
    """A part of a question, at `text[column - 1 : end]`.

    `kind` is a parenthesis, an operator, "-", "field", "exact" (a field of which an exact value is wanted), "phrase",
    "value" (a bare one), "word" or, last, "end".
    """

    kind: str
    text: str
    column: int
    end: int


def scan(text: str) -> Iterator[Token]:
    """The tokens of a question, and one at its end. Raises QueryError, with its column, for what can be none."""
    for found in TOKEN.finditer(text):
        kind, token, column, end = found.lastgroup, found[0], found.start() + 1, found.end()
        if kind == "quote":
            raise QueryError(f"the quote {token} is never closed: close it or leave it out", column)
        if kind == "tilde":
            raise QueryError("fuzziness is for words: put ~ after one word, not after a phrase or group", column)
        if kind == "field":
            yield from _field(found, column)
        elif kind == "phrase":
            yield Token("phrase", " ".join(token[1:-1].split()), column, end)
        elif kind == "word":
            if LETTER.search(token) or "*" in token:  # Else it is punctuation standing alone.
                yield Token("word", token, column, end)
        elif token.startswith("--"):
            raise QueryError("too many dashes: write -word to exclude a word, -- with a space after it", column)
        else:
            yield Token(token, token, column, end)
    yield Token("end", "", len(text) + 1, len(text))


def field_called(name: str) -> str | None:
    """The field that a name means, or None."""
    known = {"language": "lang"}.get(name.lower(), name.lower())
    return known if known in ALL_FIELDS else None


def _field(found: re.Match[str], column: int) -> Iterator[Token]:
    name, exact, value = found["name"][:-1], found["exact"], found["value"]
    field = field_called(name)
    given = value or found.string[found.end() : found.end() + 1].strip().strip(")")
    starts = found.end() - len(value)
    if field is None:
        if not given:
            yield Token("word", found[0], column, found.end())
            return
        fields = f"{', '.join(ALL_FIELDS[:-1])} or {ALL_FIELDS[-1]}"
        raise QueryError(f"unknown field {name[:40]!r}: use {fields}; to search the text for it, quote it", column)
    if exact and field not in FILTER_FIELDS:
        columns = f"{', '.join(FILTER_FIELDS[:-1])} and {FILTER_FIELDS[-1]}"
        raise QueryError(f"only {columns} take an exact value: write {field}: without the =", column)
    if not given:
        raise QueryError(f"{field}: needs a value right after the {'=' if exact else 'colon'}", column)
    yield Token("exact" if exact else "field", field, column, starts)
    if value:
        yield Token("value", value, starts + 1, found.end())
