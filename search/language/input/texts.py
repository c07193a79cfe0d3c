"""How a question is read: in the query language, or, if it looks as if it was pasted, as plain text.

Prose is full of signs of the query language: quotation marks, dashes, colons, asterisks. Who pastes a paragraph means
none of them. A text counts as pasted if it

- has a line break between two words, or
- is as long as a sentence: SENTENCE words and more, or at least SHORT words with a full stop behind them, or
- reports what somebody said: a colon before a quotation mark, or a full stop or the like within it, or
- is a headline in capitals, in which AND, OR and NOT are words: one that has, outside of parentheses, two other words
  side by side (`TRUMP AND XI MEET`), where single words with an operator between them are a query (`NATO OR EU`),

and has nothing that only a query has: a field that there is with its value (`country:France`), AND, OR or NOT among
words that are not in capitals, NEAR/5, or `~5` after a phrase. If it makes no difference, it is read as a query.
"""

import re
import unicodedata
from dataclasses import replace
from itertools import pairwise
from typing import Final

from ....corpus.fields import FIELDS, Fields
from ....errors import QueryError
from ....index.analysis import BLANKS
from ...advice.notices import Notice
from ..parser import parse
from ..query import MAX_QUERY_LENGTH, Query
from ..scanning import scan
from ..unparser import unparse
from .mending import offer
from .plain import read_plain

SENTENCE: Final = 12
"""As many words make a sentence, whatever it ends with: typed questions are shorter."""

SHORT: Final = 4
"""As many words do if there is a full stop behind them."""

_LINE_BREAK = re.compile(r"\S[^\S\r\n\u2028\u2029]*[\r\n\u2028\u2029]\s*\S")
# But not behind an initial, as in U.S. or Washington, D.C.
_FULL_STOP = re.compile(r"(?:(?<![\W\d_][^\W\d_])(?<!^[^\W\d_])[.!…]|[。！．۔।։؟])[\s\"'”“’»«」』)\]]*$")
_SPEECH = re.compile(r"\w\s*[:：]\s*[\"“”„«»][^:]|[^\W_]{2}\s?[.!?…,。！？，؟][\"”“»]|[»”],?\s?[—–]")
_PHRASE = re.compile(r"[\"“„«»][^\"“”„«»]*[\"”“»«]")
_BINDING_GROUP = re.compile(r"\([^()]*\b(?:AND|OR|NOT)\b[^()]*\)")
_BINDING = frozenset({"AND", "OR", "NOT"})
_LONGEST_OFFER = 300  # characters


def read(text: str, fields: Fields = FIELDS, *, literal: bool = False) -> Query:
    """The query that a text says.

    Args:
        text: What somebody typed or pasted.
        fields: Those that it may filter by: the collection's.
        literal: Whether it is plain text, whatever it looks like.

    Raises:
        QueryError: It cannot be understood. It offers a question that can be.
    """
    if len(text) > MAX_QUERY_LENGTH:
        raise QueryError(f"the query has {len(text)} characters, more than {MAX_QUERY_LENGTH}: shorten it")
    if literal:
        return read_plain(text)
    try:
        query = parse(text, fields)
    except QueryError as error:
        if _is_prose(text):
            return _as_plain(text, None, fields)
        raise QueryError(error.message, error.column, offer(text, fields)) from error
    odd = query.must or (query.notices and _LINE_BREAK.search(text))
    if odd and looks_pasted(text) and not holds_operators(text, fields):
        return _as_plain(text, query, fields)
    return replace(query, notices=tuple(_checked(notice, fields) for notice in query.notices))


def looks_pasted(text: str) -> bool:
    """Whether a text looks like prose: see the module.

    Args:
        text: What somebody typed or pasted.
    """
    return _is_prose(text) or (_SPEECH.search(text) is not None and not _PHRASE.fullmatch(text.strip()))


def _is_prose(text: str) -> bool:
    # Somebody may type several phrases, each of which stands for one thing.
    words = _words(_PHRASE.sub(" x ", text) if len(_PHRASE.findall(text)) > 1 else text)
    sentence = words >= SENTENCE or (words >= SHORT and _FULL_STOP.search(text) is not None)
    return sentence or _LINE_BREAK.search(text) is not None or _is_shouted(text)


def holds_operators(text: str, fields: Fields) -> bool:
    """Whether a text has something that only a query has: see the module.

    Args:
        text: What somebody typed or pasted.
        fields: Those that it may name.
    """
    try:
        kinds = {token.kind for token in scan(BLANKS.sub(" ", text), fields, [])}
    except QueryError:
        return False
    return bool(kinds & {"field", "exact", "NEAR", "~"}) or (bool(kinds & _BINDING) and not _is_shouted(text))


def _checked(notice: Notice, fields: Fields) -> Notice:
    """A notice without the question that it offers if that cannot be understood."""
    if notice.question is None or _parsed(notice.question, fields):
        return notice
    return replace(notice, text=re.sub(r"[;.][^;.]*:$", ".", notice.text), question=None)


def _parsed(text: str, fields: Fields) -> Query | None:
    try:
        return parse(text, fields, dated=False)
    except QueryError:
        return None


def _as_plain(text: str, typed: Query | None, fields: Fields) -> Query:
    query = read_plain(text)
    offered = _demand(typed, fields) if typed and typed.must else None
    said = "Read as plain text, so no sign in it is an operator."
    pasted = Notice("pasted", f"{said} As one, ask:" if offered else said, None, offered)
    # A short text may be a question whose field was not joined to its value.
    told = typed.notices if typed and not _is_prose(text) else ()
    return query.noted(pasted, *(notice for each in told if (notice := _checked(each, fields)).question))


def _demand(typed: Query, fields: Fields) -> str | None:
    """The question that demands what a text would if it were a query; None where it would be read as a text again."""
    demanded = " ".join(map(unparse, typed.must))
    free = " ".join(word.text for word in typed.free).rstrip(".!?…。")
    for each in (f"{demanded} {free}", demanded):
        if len(each) > _LONGEST_OFFER or (looks_pasted(each) and not holds_operators(each, fields)):
            continue
        query = _parsed(each, fields)
        if query and query.must == typed.must:
            return each.strip()
    return None


def _words(text: str) -> int:
    """How many words a text has, roughly: scripts without blanks between words have as many as their length tells."""
    return sum(max(1, _ideographs(run) // 2, len(run) // 15) for run in text.split() if any(map(str.isalnum, run)))


def _ideographs(run: str) -> int:
    return sum(character > "\u0e00" and unicodedata.category(character) == "Lo" for character in run)


def _is_shouted(text: str) -> bool:
    """Whether a text is a headline in capitals: see the module."""
    if not text.isupper() or _BINDING_GROUP.search(text):
        return False
    words = [word for word in _PHRASE.sub(" X ", text).split() if any(map(str.isalpha, word))]
    return any(word not in _BINDING and after not in _BINDING for word, after in pairwise(words)) and len(words) > 3
