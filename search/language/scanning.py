"""From what somebody typed to the tokens of the query language: where each begins and ends, and of what kind it is."""

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from ...corpus.document import Span
from ...corpus.fields import Fields
from ...errors import QueryError
from ...index.analysis import FIELDS as TEXT_FIELDS
from ..advice.notices import Notice
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
    | (?P<same>   (?<![^\s()"“”„«»-]) = (?= [^\W_"“”„«»] | ["“„«»] ) )
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


def scan(text: str, fields: Fields, mended: list[Notice] | None = None) -> Iterator[Token]:
    """The tokens of a question, and one at its end.

    Args:
        text: The question.
        fields: Those that it may name.
        mended: Gets a notice for what is no token, and is taken as text: a field that there is not, a mark that has no
            counterpart. Without it such things are errors.

    Raises:
        QueryError: Something is not a token; with its column.
    """
    tokens = _tokens(text, fields, mended)
    yield from _closed(tokens) if mended is None else _balanced(list(tokens), mended)


def _closed(tokens: Iterable[Token]) -> Iterator[Token]:
    """The tokens, of which no quotation mark stands alone."""
    for token in tokens:
        if token.kind == "quote":
            raise _unclosed(token)
        yield token


def _unclosed(quote: Token) -> QueryError:
    return QueryError(f"the quote {quote.text} is never closed: close it or leave it out", quote.column)


def _balanced(tokens: Iterable[Token], mended: list[Notice]) -> list[Token]:
    """The tokens without marks that have no counterpart, and without parentheses around nothing."""
    kept: list[Token] = []
    alone: list[Token] = []
    opened: list[int] = []
    for token in tokens:
        if token.kind == "quote" and _has_owner(kept, len(kept)):
            raise _unclosed(token)
        empty = token.kind == "phrase" and not LETTER.search(token.text) and not _has_owner(kept, len(kept))
        if token.kind == "quote" or empty or (token.kind == ")" and not opened):
            alone.append(token)
            continue
        if token.kind == "(":
            opened.append(len(kept))
        elif token.kind == ")" and (start := opened.pop()) == len(kept) - 1 and not _has_owner(kept, start):
            kept.pop()
            continue
        kept.append(token)
    # What a field opens is an error in the parser.
    alone += [kept.pop(start) for start in reversed(opened) if not _has_owner(kept, start)]
    if alone:
        alone.sort(key=lambda token: token.column)
        start = alone[0].column - 1
        named = " ".join(dict.fromkeys(token.text if token.kind != "phrase" else '""' for token in alone))
        said = f"Taken as text, as it has no counterpart or holds no word: {named}"
        mended.append(Notice("mended", said, Span(start, alone[0].end)))
    return kept


def _has_owner(tokens: Sequence[Token], start: int) -> bool:
    return start > 0 and tokens[start - 1].kind in ("field", "exact")


def _tokens(text: str, fields: Fields, mended: list[Notice] | None) -> Iterator[Token]:
    for found in TOKEN.finditer(text):
        kind, token, column, end = found.lastgroup, found[0], found.start() + 1, found.end()
        if kind == "tilde":
            yield _distance(found, column)
        elif kind == "field":
            yield from _field(found, column, fields, mended)
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
            yield Token("quote" if kind == "quote" else token, token, column, end)
    yield Token("end", "", len(text) + 1, len(text))


def all_names(fields: Fields) -> tuple[str, ...]:
    """What may stand before a colon: the fields to filter by, the date, and the fields in which words are sought."""
    return (*fields.names, "date", *TEXT_FIELDS)


def field_called(name: str, fields: Fields) -> str | None:
    """The field that a name or alias means, one of `all_names`; None if it means no field."""
    known = fields.called(name)
    return known.name if known else name.lower() if name.lower() in ("date", *TEXT_FIELDS) else None


def _no_field(found: re.Match[str], fields: Fields) -> Notice:
    name, names = found["name"][:-1], all_names(fields)
    near = get_close_matches(name.lower(), names, 1, cutoff=0.75)
    meant = f"{found.string[: found.start()]}{near[0]}{found.string[found.start() + len(name) :]}" if near else None
    said = f"“{name[:40]}:” is no field, so it was searched as text; fields are {', '.join(names)}."
    span = Span(found.start(), found.start() + len(name))
    return Notice("mended", f"{said} Did you mean:" if meant else said, span, meant)


def _distance(found: re.Match[str], column: int) -> Token:
    """How far words may have strayed, after a phrase; the punctuation that follows is a sentence's."""
    if found.string[column - 2] == ")":
        raise QueryError("~ goes with a word or a phrase, not with a group", column)
    number = found[0][1:].rstrip(".,;:?!’'")
    if not number.isascii() or not number.isdigit() or int(number) > MAX_DISTANCE:
        said = f"after a phrase ~ takes how many words may stand between its own: write ~5, {MAX_DISTANCE} at most"
        raise QueryError(said, column)
    return Token("~", number, column, column + len(number))


def _field(found: re.Match[str], column: int, fields: Fields, mended: list[Notice] | None) -> Iterator[Token]:
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
        if mended is None:
            raise QueryError(f"unknown field {name[:40]!r}: {use}; to search the text for it, quote it", column)
        mended.append(_no_field(found, fields))
        yield Token("word", found[0], column, found.end())
        return
    if exact and field == "date":
        *names, last = *fields.names, *TEXT_FIELDS
        raise QueryError(f"only {', '.join(names)} and {last} take an exact value: write date: without the =", column)
    if not given:
        raise QueryError(f"{field}: needs a value right after the {'=' if exact else 'colon'}", column)
    yield Token("exact" if exact else "field", field, column, starts)
    if value:
        yield Token("value", value, starts + 1, found.end())
