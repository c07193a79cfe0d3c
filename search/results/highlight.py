"""Highlights: which parts of a passage to mark, dark for words, light for the sentence nearest in meaning.

Offsets are into the document's text. Nothing here knows of terminals or HTML: `pieces` cuts a text for those that do.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...corpus.document import Span
from ...index.analysis import analyze
from ...index.terms import DEFAULT_LANGUAGE
from ...index.units import Unit, terms_of

Shade = Literal["keyword", "meaning"]


@dataclass(frozen=True, slots=True)
class Highlight:
    """A part `[start, end)` of a document's text to mark, and why: it holds the words, or it is nearest in meaning."""

    start: int
    end: int
    shade: Shade


class Piece(NamedTuple):
    """A run of text under the same shades."""

    text: str
    shades: frozenset[Shade]


def words(text: str, start: int, units: Sequence[Unit], field: str = "text", language: str = "") -> list[Highlight]:
    """The words and phrases of a question that occur in a text.

    Function words are marked only within a phrase, or if there are no others. Neighbouring words become one mark.

    Args:
        text: The text.
        start: Where it starts in its document, in characters.
        units: The words and phrases.
        field: Which field the text is of: units that are confined to another field are left out.
        language: What it is written in, as an ISO 639-1 code: terms that are confined to others are left out.

    Returns:
        The marks in order, with offsets into the document.
    """
    here = [unit for unit in units if unit.field in ("", field)]
    telling = [unit for unit in here if unit.tells] or here
    language = language or DEFAULT_LANGUAGE
    every = (form for unit in telling for form in (unit.positions, *unit.variants))
    forms = [tuple(terms_of(word, language) for word in form) for form in every]
    tokens = analyze(text)
    single = frozenset[str]().union(*(form[0] for form in forms if len(form) == 1))
    marked = [Span(token.start, token.end) for token in tokens if token.term in single]
    for form in (form for form in forms if len(form) > 1):
        runs = (tokens[first : first + len(form)] for first in range(len(tokens) - len(form) + 1))
        marked += (
            Span(run[0].start, run[-1].end)
            for run in runs
            if all(token.term in terms for token, terms in zip(run, form, strict=True))
        )
    merged: list[Span] = []
    for span in sorted(marked):
        if merged and (span.start <= merged[-1].end or text[merged[-1].end : span.start].isspace()):
            merged[-1] = Span(merged[-1].start, max(span.end, merged[-1].end))
        else:
            merged.append(span)
    return [Highlight(start + span.start, start + span.end, "keyword") for span in merged]


def nearest_sentence(
    question: NDArray[np.float32], sentences: NDArray[np.int32], vectors: NDArray[np.int8]
) -> Highlight | None:
    """The sentence of a passage that is nearest in meaning to a question.

    Args:
        question: float32 [dimension], a unit vector.
        sentences: int32 [n, 2], the sentences' spans in the document.
        vectors: int8 [n, dimension], the sentences' vectors, of any length.

    Returns:
        The mark; None for a passage without sentences.
    """
    if not len(sentences):
        return None
    decoded = vectors.astype(np.float32)
    cosines = decoded @ question / np.maximum(np.linalg.norm(decoded, axis=1), 1e-9)
    start, end = sentences[int(np.argmax(cosines))].tolist()
    return Highlight(start, end, "meaning")


def pieces(text: str, start: int, highlights: Sequence[Highlight]) -> Iterator[Piece]:
    """A text cut wherever a highlight begins or ends.

    Args:
        text: A passage's text, or a note's.
        start: Where it starts, in the characters that the highlights' offsets count.
        highlights: They may overlap, and reach beyond the text.
    """
    stop = start + len(text)
    inside = [mark for mark in highlights if mark.start < stop and mark.end > start]
    edges = {start, stop} | {min(max(edge, start), stop) for mark in inside for edge in (mark.start, mark.end)}
    begun = Counter[Shade]()
    begins: dict[int, list[Shade]] = {}
    ends: dict[int, list[Shade]] = {}
    for mark in inside:
        begins.setdefault(max(mark.start, start), []).append(mark.shade)
        ends.setdefault(min(mark.end, stop), []).append(mark.shade)
    for left, right in pairwise(sorted(edges)):
        begun.subtract(ends.get(left, ()))
        begun.update(begins.get(left, ()))
        shades: frozenset[Shade] = frozenset(shade for shade, depth in begun.items() if depth > 0)
        yield Piece(text[left - start : right - start], shades)
