"""Did you mean: a question with the words mended that the index has never seen."""

from collections.abc import Sequence

from ...corpus.document import Span
from ...index.analysis import fold
from ...index.reading.plan import Deadline, Spelling
from ...index.reading.view import View

_LETTERS_BY_EDITS = ((1, 4), (2, 6))  # edits, and how many letters a word needs: most shorter ones are near some word
_LONGEST = 40  # letters
_MOST = 4  # words, the first unknown ones: looking for each takes about 50 ms in every segment


def suggest(view: View, query: str, unknown: Sequence[Span], deadline: Deadline) -> str | None:
    """The query with unknown words replaced by the likeliest known ones.

    The likeliest is the nearest by edit distance, and among those the one in most passages. As this is an extra, only
    the first few words are mended, and none once the time is over.

    Args:
        view: Whose words are known.
        query: The question's text.
        unknown: Where in it the words are that the view has not seen.
        deadline: The end of the search.

    Returns:
        The mended query, or None if no word has a likely one.
    """
    mended: list[str] = []
    end = 0
    for start, stop in sorted(unknown)[:_MOST]:
        word = query[start:stop]
        if deadline.is_over:
            break
        if (better := _likeliest(view, fold(word))) is not None:
            mended += [query[end:start], better.capitalize() if word[:1].isupper() else better]
            end = stop
    return "".join([*mended, query[end:]]) if mended else None


def _likeliest(view: View, word: str) -> str | None:
    for edits, fewest in _LETTERS_BY_EDITS if word.isalpha() else ():
        if fewest <= len(word) <= _LONGEST and (near := view.common_terms(Spelling(word, edits), 1)):
            return near[0][0]
    return None
