"""What stands between quotes: words, wildcards within words, and gaps that any one word fills."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import islice
from typing import Final, Literal, TypeAlias

from ...index.analysis import Token, analyze
from .query import MAX_TERMS, Phrase, Query, Word

GAP: Final = "*"
"""A `*` alone."""

Part: TypeAlias = Token | str | Literal["*"]
"""A word, placed in the phrase's text; a pattern with wildcards; or GAP."""

_RUN = re.compile(r"\S+")
_UNDIVIDED = re.compile(r"[\s\-‐‑'’&.]*")


def parts(text: str) -> list[Part]:
    """The parts of a phrase, in order. Gaps at its ends mean nothing, and are left out.

    Args:
        text: What is between the quotes.
    """
    found = list(_parts(text))
    words = [index for index, part in enumerate(found) if part != GAP]
    return found[words[0] : words[-1] + 1] if words else []


def _parts(text: str) -> Iterator[Part]:
    start = 0  # of what has no wildcard, which is analyzed as one text
    for run in _RUN.finditer(text):
        if run[0] != GAP and not any(map(is_pattern, _pieces(run[0]))):
            continue
        yield from _words(text, start, run.start())
        start = run.end()
        if run[0] == GAP:
            yield GAP
            continue
        at = run.start()
        for piece in _pieces(run[0]):
            at = text.index(piece, at)
            if is_pattern(piece):
                yield piece.rstrip("?")
            else:
                yield from _words(text, at, at + len(piece))
            at += len(piece)
    yield from _words(text, start, len(text))


def _words(text: str, start: int, end: int) -> Iterator[Token]:
    for token in analyze(text[start:end]):
        yield token._replace(start=start + token.start, end=start + token.end)


def is_pattern(piece: str) -> bool:
    """Whether a piece of a word has a wildcard beside a letter or digit; a last `?` asks, and is none."""
    rest = piece.rstrip("?")
    return ("*" in rest or "?" in rest) and any(map(str.isalnum, rest))


def _pieces(run: str) -> list[str]:
    """What a run consists of where it is cut at whatever is neither a wildcard nor part of a word."""
    cut = "".join(each if each in "*?" or unicodedata.category(each)[0] in "LMN" else " " for each in run)
    return cut.split()


def words_in(term: Word | Phrase) -> list[Token]:
    """The words of a term, placed in its text; what has wildcards is left out."""
    if isinstance(term, Word):
        return analyze(term.text)
    return [part for part in parts(term.text) if isinstance(part, Token)]


def patterns_in(term: Word | Phrase) -> list[str]:
    """What has wildcards within a phrase."""
    if isinstance(term, Word):
        return []
    return [part for part in parts(term.text) if isinstance(part, str) and part != GAP]


def free_runs(query: Query) -> Iterator[list[Token]]:
    """The first MAX_TERMS tokens of the free words, placed in the query's text.

    They come in runs that nothing but blanks and the like divide.

    Args:
        query: The query.
    """
    run: list[Token] = []
    for word, token in islice(_free_tokens(query), MAX_TERMS):
        start = query.text.find(word.text, max(word.column - 1, 0))
        placed = Token(token.term, start + token.start, start + token.end)
        # Pairs of Chinese characters overlap.
        close = run and (placed.start < run[-1].end or _UNDIVIDED.fullmatch(query.text, run[-1].end, placed.start))
        if run and (start < 0 or not close):
            yield run
            run = []
        run.append(placed)
    if run:
        yield run


def _free_tokens(query: Query) -> Iterator[tuple[Word, Token]]:
    return ((word, token) for word in query.free for token in analyze(word.text))
