"""Plain text as a question, taken word for word: nothing in it belongs to the query language."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from ....errors import QueryError
from ....index.analysis import BLANKS, analyze, one_line
from ....index.terms import tells
from ...advice.notices import Notice
from ..date_words import dates_in
from ..parser import parse
from ..query import MAX_CLAUSES, MAX_QUERY_LENGTH, Query, Word
from .foreign import refuse_foreign

# The language's signs, and what it takes for a space: control characters, invisible ones, lone surrogates.
_BETWEEN_SIGNS = re.compile(r'[^\s()"“”„«»*?~:=\x00-\x1f\x7f-\x9f\u200b\ufeff\ud800-\udfff]+')
_WORD = re.compile(r"[^\W_][\w.,;'’%$€-]*")  # no sign of any language is in it
_OPERATORS = frozenset({"AND", "OR", "NOT"})


class _Part(NamedTuple):
    """A part of a text that holds `words` free words, and where it starts."""

    text: str
    start: int
    words: int


def plain(text: str) -> str:
    """The text as a query of free words alone: no phrase, no filter, no operator, no wildcard.

    Runs of characters that the query language reads as words stay as they are, punctuation included, for the meaning
    leg sees that too; of any other run only the words stay, and AND, OR and NOT are written small. What goes beyond
    the limits of a query, MAX_QUERY_LENGTH characters or MAX_CLAUSES words, is cut off. Empty if there is no word.
    """
    kept: list[str] = []
    room = MAX_CLAUSES
    for part in _parts(text[:MAX_QUERY_LENGTH]):
        room -= part.words
        if room < 0:
            break
        kept.append(part.text.lower() if part.text in _OPERATORS else part.text)
    text = " ".join(kept)
    try:
        refuse_foreign(text)
    except QueryError:  # a few of its signs take several words
        text = " ".join(re.sub(r"[\[\]{}]", " ", text).replace(" NEAR ", " near ").split())
    return text


def read_plain(text: str) -> Query:
    """A text as a query of free words alone, placed in the text, which is taken whole for its meaning.

    Of more words than a query may have those stay that tell most: no function words, and of the others those first that
    recur, and then those that come first.

    Args:
        text: Any text of at most MAX_QUERY_LENGTH characters.

    Raises:
        QueryError: It holds no word.
    """
    text = BLANKS.sub(" ", text)
    words = [Word(part.text, column=part.start + 1) for part in _parts(text) if analyze(part.text)]
    if not words:
        raise QueryError("the question holds no word: type one")
    kept, notices, dates = words, (), ()
    if len(words) > MAX_CLAUSES:
        kept = _most_telling(words)
        said = f"Of {len(words):,} words, the {len(kept)} that tell most are searched for; the meaning is that of all."
        notices = (Notice("cut", said),)
    else:  # an article has many dates that nobody asks for
        dates = dates_in(text, (), None)
    return Query(text, tuple(kept), whole=one_line(text), dates=dates, notices=notices)


def _most_telling(words: list[Word]) -> list[Word]:
    first: dict[str, Word] = {}
    times: Counter[str] = Counter()
    for word in words:
        terms = [token.term for token in analyze(word.text) if tells(token.term)]
        if terms:
            key = " ".join(terms)
            times[key] += 1
            first.setdefault(key, word)
    best = sorted(first, key=lambda key: (-times[key], first[key].column))[:MAX_CLAUSES]
    return sorted((first[key] for key in best), key=lambda word: word.column)


def _parts(text: str) -> Iterator[_Part]:
    known: dict[str, int] = {}  # a long text says the same again and again
    for run in re.finditer(r"\S+", text):
        if run[0] not in known:
            known[run[0]] = _free_words(run[0])
        if words := known[run[0]]:
            yield _Part(run[0], run.start(), words)
            continue
        for piece in _BETWEEN_SIGNS.finditer(run[0]):
            word = piece[0].lstrip("-+!")
            start = run.start() + piece.end() - len(word)
            # Where signs of other languages are left, only the words stay.
            for part in re.finditer(r"\S+" if _free_words(word) else r"[^\W_]+", word):
                yield _Part(part[0], start + part.start(), 1)


def _free_words(run: str) -> int:
    """How many free words a run is to the query language; 0 if it is anything else."""
    if run in _OPERATORS or (_WORD.fullmatch(run) and run != "NEAR"):
        return 1
    try:
        query = parse(run, strict=True, dated=False)
    except QueryError:
        return 0
    return 0 if query.must else len(query.free)
