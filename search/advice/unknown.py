"""Words of a question that no passage holds: they are named beside the hits, which say nothing of them."""

from collections.abc import Iterator, Sequence

from ...corpus.document import Span
from ...index.analysis import Analysed
from ...index.terms import tells
from .notices import Notice

_LONGEST = 60  # characters of a word that is named
_NAMED = 3  # of a long text most words may be unknown


def unknown_words(text: str, unknown: Sequence[Span]) -> dict[str, Span]:
    """The words at some spans, each once and in order, function words left out, with where it first stands.

    Args:
        text: The question's text.
        unknown: Where the words stand that the view has not seen.
    """
    words: dict[str, Span] = {}
    seen: set[str] = set()
    for start, end in sorted(set(unknown)):
        terms = Analysed(text[start:end]).terms
        if any(map(tells, terms)) and not seen.issuperset(terms):
            words[text[start:end]] = Span(start, end)
            seen.update(terms)
    return words


def unknown_notices(words: dict[str, Span]) -> Iterator[Notice]:
    """What is said of them: a notice for each of the first few, and one that counts the others."""
    for word, span in list(words.items())[:_NAMED]:
        shown = word if len(word) <= _LONGEST else f"{word[:_LONGEST]}…"
        yield Notice("unknown", f"No passage says “{shown}”.", span)
    if (more := len(words) - _NAMED) > 0:
        yield Notice("unknown", f"Nor {'one other word' if more == 1 else f'{more} other words'} of the question.")
