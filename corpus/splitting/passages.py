"""Passages: runs of whole sentences, of a size that an encoder's window holds together with the title."""

from collections.abc import Iterator
from itertools import chain, pairwise
from typing import Final, NamedTuple

from ..document import Document, Passage, Span
from .sentences import estimate_tokens, split_sentences
from .sizes import DEFAULT, Splitting

__all__ = ["DEFAULT", "Splitting", "split_passages", "split_sentences"]


_TOKENS: Final = {
    "ar": 1.75, "de": 1.75, "el": 1.7, "es": 1.6, "fr": 1.45, "id": 2.0, "ko": 1.8, "ms": 2.0, "ro": 1.75, "ru": 1.75,
    "tr": 2.3, "vi": 1.55,
    "": 1.0, "en": 1.0, "hi": 1.0, "ja": 1.0, "th": 1.0, "zh": 1.0,
}  # fmt: skip
"""How many wordpieces of the default model, whose vocabulary is English, an estimated token of each language makes.

Measured by benchmarks/description.py. A document of unknown language counts as English.
"""
_OTHER_TOKENS: Final = 1.75


class _Sentence(NamedTuple):
    span: Span
    cost: float
    ends_paragraph: bool


def split_passages(document: Document, splitting: Splitting = DEFAULT) -> Iterator[Passage]:
    """Split a document into passages.

    Args:
        document: The document. Its language tells where sentences end, and how many tokens they take.
        splitting: How large passages are.

    Returns:
        The passages in order. Each sentence is in exactly one; a blank text has none.
    """
    held: list[_Sentence] = []
    for run in _runs(_sentences(document, splitting), splitting):
        if not held:
            held = run
            continue
        first, held = _even_out(held, run, splitting)
        if first:
            yield _passage(document, first)
    if held:
        yield _passage(document, held)


def _sentences(document: Document, splitting: Splitting) -> Iterator[_Sentence]:
    text = document.text
    tokens = _TOKENS.get(document.language, _OTHER_TOKENS)
    spans = split_sentences(text, document.language, splitting.limit / tokens)
    for span, following in pairwise(chain(spans, (Span(len(text), len(text)),))):
        cost = tokens * estimate_tokens(text[span.start : span.end])
        yield _Sentence(span, cost, text.find("\n", span.end, following.start) >= 0)


def _runs(sentences: Iterator[_Sentence], splitting: Splitting) -> Iterator[list[_Sentence]]:
    """Greedy runs: as many sentences as fit, but no further than a paragraph's end once there are enough."""
    run: list[_Sentence] = []
    cost = 0.0
    for sentence in sentences:
        if run and cost + sentence.cost > splitting.limit:
            yield run
            run, cost = [], 0.0
        run.append(sentence)
        cost += sentence.cost
        if sentence.ends_paragraph and cost >= splitting.enough:
            yield run
            run, cost = [], 0.0
    if run:
        yield run


def _even_out(
    first: list[_Sentence], second: list[_Sentence], splitting: Splitting
) -> tuple[list[_Sentence], list[_Sentence]]:
    """Both runs as they are unless one is tiny; then one run of both if it fits, else the most even division."""
    cost, rest = _cost(first), _cost(second)
    if min(cost, rest) >= splitting.least:
        return first, second
    together = first + second
    total = cost + rest
    if total <= splitting.limit:
        return [], together
    best, best_gap = len(first), abs(total - 2 * cost)
    before = 0.0
    for number, sentence in enumerate(together[:-1], start=1):
        before += sentence.cost
        # A paragraph's end may be a little off the middle.
        gap = abs(total - 2 * before) - (splitting.least / 2 if sentence.ends_paragraph else 0)
        if gap < best_gap and max(before, total - before) <= splitting.limit:
            best, best_gap = number, gap
    return together[:best], together[best:]


def _cost(run: list[_Sentence]) -> float:
    return sum(sentence.cost for sentence in run)


def _passage(document: Document, run: list[_Sentence]) -> Passage:
    return Passage(document, run[0].span.start, run[-1].span.end, tuple(sentence.span for sentence in run))
