"""From what somebody typed to the tokens of the query language: where each begins and ends, and of what kind it is."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from ...corpus.fields import Fields
from ...errors import QueryError
from ...index.analysis import FIELDS as TEXT_FIELDS
from .query import MAX_DISTANCE

LETTER = re.compile(r"[^\W_]|%")
NAME = re.compile(r"[^\W\d_]+:")
_RUN = r'[^\s()"“”„«»]'
TOKEN = re.compile(
    rf"""
      (?P<phrase> "[^"]*" | “[^”]*” | „[^“”]*[“”] | ”[^”]*” | «[^»]*» | »[^«»]*[«»] )
    | (?P<quote>  ["“”„«»] )
    | (?P<tilde>  (?<=[)"“”„«»]) ~ {_RUN}* )
    | (?P<minus>  (?<![^\s(]) -++ (?= {_RUN}*[^\W_] | =?[("“”„«»] ) )  # any other dash is punctuation
    | (?P<same>   (?<![^\s(-]) = (?= [^\W_"“”„«»] | ["“„«»] ) )
    | (?P<field>  (?P<name>{NAME.pattern}) (?!/) (?P<exact>=?) (?P<value>{_RUN}*) )
    | (?P<sign>   [()] | (?:OR|AND|NOT|NEAR/(?:\d+|[sS]))(?!{_RUN}) )
    | (?P<word>   (?!-){_RUN}+ )
    """,
    re.VERBOSE,
)
"""One token. What it leaves out between two of them is blank, or a dash that is punctuation."""


class Token(NamedTuple):
    """A part of a question, at `text[column - 1 : end]`.

    Attributes:
        kind: A parenthesis, an operator, "-", "=" (before an exact word or phrase), "field", "exact" (a field before an
            exact value), "phrase", "~" (after a phrase), "value" (without quotes), "word" or, last, "end".
        text: The token itself; of a field its name, of a phrase what is between the quotes.
        column: Where it starts, from 1.
        end: Where it ends, from 0, the character itself excluded.
    """

    kind: str
    text: str
    column: int
    end: int


def scan(text: str, fields: Fields) -> Iterator[Token]:
    """The tokens of a question, and one at its end.

    Args:
        text: The question.
        fields: Those that it may name.

    Raises:
        QueryError: Something is not a token; with its column.
    """
    for found in TOKEN.finditer(text):
        kind, token, column, end = found.lastgroup, found[0], found.start() + 1, found.end()
        if kind == "quote":
            raise QueryError(f"the quote {token} is never closed: close it or leave it out", column)
        if kind == "tilde":
            yield _distance(found, column)
        elif kind == "field":
            yield from _field(found, column, fields)
        elif kind == "phrase":
            yield Token("phrase", " ".join(token[1:-1].split()), column, end)
        elif kind == "word":
            if LETTER.search(token) or "*" in token:  # Else it is punctuation standing alone.
                yield Token("word", token, column, end)
        elif token.startswith("--"):
            raise QueryError("too many dashes: write -word to exclude a word, -- with a space after it", column)
        elif token.startswith("NEAR/"):
            yield Token("NEAR", token, column, end)
        else:
            yield Token(token, token, column, end)
    yield Token("end", "", len(text) + 1, len(text))


def all_names(fields: Fields) -> tuple[str, ...]:
    """What may stand before a colon: the fields to filter by, the date, and the fields in which words are sought."""
    return (*fields.names, "date", *TEXT_FIELDS)


def field_called(name: str, fields: Fields) -> str | None:
    """The field that a name or alias means, one of `all_names`; None if it means no field."""
    known = fields.called(name)
    return known.name if known else name.lower() if name.lower() in ("date", *TEXT_FIELDS) else None


def _distance(found: re.Match[str], column: int) -> Token:
    """How far words may have strayed, after a phrase; the punctuation that follows is a sentence's."""
    if found.string[column - 2] == ")":
        raise QueryError("~ goes with a word or a phrase, not with a group", column)
    number = found[0][1:].rstrip(".,;:?!’'")
    if not number.isascii() or not number.isdigit() or int(number) > MAX_DISTANCE:
        said = f"after a phrase ~ takes how many words may stand between its own: write ~5, {MAX_DISTANCE} at most"
        raise QueryError(said, column)
    return Token("~", number, column, column + len(number))


def _field(found: re.Match[str], column: int, fields: Fields) -> Iterator[Token]:
    name, exact, value = found["name"][:-1], found["exact"], found["value"]
    field = field_called(name, fields)
    given = value or found.string[found.end() : found.end() + 1].strip().strip(")")
    starts = found.end() - len(value)
    if field is None:
        if not given:
            yield Token("word", found[0], column, found.end())
            return
        *names, last = all_names(fields)
        use = f"use {', '.join(names)} or {last}"
        raise QueryError(f"unknown field {name[:40]!r}: {use}; to search the text for it, quote it", column)
    if exact and field == "date":
        *names, last = *fields.names, *TEXT_FIELDS
        raise QueryError(f"only {', '.join(names)} and {last} take an exact value: write date: without the =", column)
    if not given:
        raise QueryError(f"{field}: needs a value right after the {'=' if exact else 'colon'}", column)
    yield Token("exact" if exact else "field", field, column, starts)
    if value:
        yield Token("value", value, starts + 1, found.end())
