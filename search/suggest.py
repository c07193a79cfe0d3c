"""Did you mean: a question with the words mended that the index has never seen."""

from collections.abc import Sequence

from ..corpus.document import Span
from ..index.analysis import fold
from ..index.snapshot import Snapshot

_LETTERS_BY_EDITS = ((1, 4), (2, 6))  # edits, and the letters from which on a word has not a neighbour for everything


def suggest(index: Snapshot, query: str, unknown: Sequence[Span]) -> str | None:
    """The query with each unknown word replaced by the likeliest known one; None if there is none for any of them.

    The likeliest is the nearest by edit distance, and among those the one in most passages.
    """
    mended, end = [], 0
    for start, stop in sorted(unknown):
        word = query[start:stop]
        if (better := _likeliest(index, fold(word))) is not None:
            mended += [query[end:start], better.capitalize() if word[:1].isupper() else better]
            end = stop
    return "".join([*mended, query[end:]]) if mended else None


def _likeliest(index: Snapshot, word: str) -> str | None:
    for edits, letters in _LETTERS_BY_EDITS if word.isalpha() else ():
        if len(word) >= letters and (found := index.like_spelling(word, edits)):
            return min(found, key=lambda term: (-index.frequency(term), term))
    return None
