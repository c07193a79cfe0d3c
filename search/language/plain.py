"""Plain text as a question, taken word for word: nothing in it belongs to the query language."""

import re
from collections.abc import Iterator

from ...errors import QueryError
from .parser import parse
from .query import MAX_CLAUSES, MAX_QUERY_LENGTH

# The language's signs, and what it takes for a space: control characters, invisible ones, lone surrogates.
_BETWEEN_SIGNS = re.compile(r'[^\s()"“”„«»*?~:\x00-\x1f\x7f-\x9f\u200b\ufeff\ud800-\udfff]+')
_LETTER = re.compile(r"[^\W_]")
_OPERATORS = frozenset({"AND", "OR", "NOT"})


def plain(text: str) -> str:
    """The text as a query of free words alone: no phrase, no filter, no operator, no wildcard.

    Runs of characters that the query language reads as words stay as they are, punctuation included, for the meaning
    leg sees that too; of any other run only the words stay, and AND, OR and NOT are written small. What goes beyond
    the limits of a query, 4,000 characters or 256 words, is cut off. Empty if the text holds no word.
    """
    kept: list[str] = []
    room = MAX_CLAUSES
    for run in text[:MAX_QUERY_LENGTH].split():
        for part, words in _free(run):
            room -= words
            if room < 0:
                return " ".join(kept)
            kept.append(part)
    return " ".join(kept)


def _free(run: str) -> Iterator[tuple[str, int]]:
    """The parts of a run that are free words to the query language, each with how many they are."""
    try:
        query = parse(run)
    except QueryError:
        query = None
    if query is not None and not query.must:
        yield run, len(query.free)
    else:
        for piece in _BETWEEN_SIGNS.findall(run):
            word = piece.lstrip("-")
            if _LETTER.search(word):
                yield word.lower() if word in _OPERATORS else word, 1
