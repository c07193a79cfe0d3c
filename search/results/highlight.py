"""Highlights: which parts of a passage to mark, dark for words, light for the sentence nearest in meaning.

Offsets are into the document's text. Nothing here knows of terminals or HTML: `pieces` cuts a text for those that do.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...corpus.document import Span
from ...index.analysis import analyze
from ...index.terms import DEFAULT_LANGUAGE
from ...index.units import Unit, terms_of
from .stretches import stretches

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


def words(
    text: str,
    start: int,
    units: Sequence[Unit],
    field: str = "text",
    *,
    sentences: Iterable[int] = (),
    language: str = "",
) -> list[Highlight]:
    """The words and phrases of a question that occur in a text.

    Function words are marked only within a phrase, or if there are no others. What must stand near something else is
    marked where it does. Neighbouring words become one mark.

    Args:
        text: The text.
        start: Where it starts in its document, in characters.
        units: The words and phrases.
        field: Which field the text is of: units that are confined to another field are left out.
        sentences: Where the text's sentences start in its document, in order; none if it is one sentence.
        language: What it is written in, as an ISO 639-1 code: terms that are confined to others are left out.

    Returns:
        The marks in order, with offsets into the document.
    """
    here = [unit.within(language or DEFAULT_LANGUAGE) for unit in units if unit.field in ("", field)]
    telling = [unit for unit in here if unit.tells] or here
    tokens = analyze(text)
    terms = [token.term for token in tokens]
    begun = list(sentences)
    numbers = [bisect_right(begun, start + token.start) for token in tokens]
    # Single words, of which there may be hundreds, are looked for all at once.
    single = [unit for unit in telling if not unit.near and not unit.variants and len(unit.positions) == 1]
    wanted = frozenset[str]().union(*(terms_of(unit.positions[0]) for unit in single))
    marked = [Span(token.start, token.end) for token in tokens if token.term in wanted]
    for unit in (unit for unit in telling if unit not in single):
        for stretch in stretches(terms, unit, numbers):
            ends = ((each, each) for each in stretch) if unit.slop else [(stretch[0], stretch[-1])]
            marked += (Span(tokens[first].start, tokens[last].end) for first, last in ends)
    merged: list[Span] = []
    for span in sorted(marked):
        if merged and (span.start <= merged[-1].end or text[merged[-1].end : span.start].isspace()):
            merged[-1] = Span(merged[-1].start, max(span.end, merged[-1].end))
        else:
            merged.append(span)
    return [Highlight(start + span.start, start + span.end, "keyword") for span in merged]


def held(text: str, units: Iterable[Unit], field: str, *, language: str = "") -> frozenset[Unit]:
    """Those of some units that occur in a text. Arguments are as for `words`; the text is taken as one sentence."""
    terms = [token.term for token in analyze(text)]
    here = ((unit, unit.within(language or DEFAULT_LANGUAGE)) for unit in units if unit.field in ("", field))
    numbers = [0] * len(terms)
    return frozenset(unit for unit, confined in here if any(True for _ in stretches(terms, confined, numbers)))


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
