"""Highlights: which parts of a passage to mark, dark for words, light for the sentence nearest in meaning.

Offsets are into the document's text. Nothing here knows of terminals or HTML: `pieces` cuts a text for those that do.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
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
    sought = _sought(tuple(units), field, language or DEFAULT_LANGUAGE)
    tokens = analyze(text)
    marked = [Span(token.start, token.end) for token in tokens if token.term in sought.words]
    if sought.others:
        terms = [token.term for token in tokens]
        begun = list(sentences)
        numbers = [bisect_right(begun, start + token.start) for token in tokens]
        for unit in sought.others:
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


class _Sought(NamedTuple):
    """What is looked for in texts of one field and language: single words, of which there may be thousands, at once."""

    words: frozenset[str]
    others: tuple[Unit, ...]


# Of a question's units, which may have thousands of terms, for the few fields and languages of its hits.
@lru_cache(maxsize=8)
def _sought(units: tuple[Unit, ...], field: str, language: str) -> _Sought:
    here = [unit for unit in _confined(units, language) if unit.field in ("", field)]
    telling = [unit for unit in here if unit.tells] or here
    single = [unit for unit in telling if _is_word(unit)]
    words = frozenset[str]().union(*(terms_of(unit.positions[0]) for unit in single))
    return _Sought(words, tuple(unit for unit in telling if not _is_word(unit)))


@lru_cache(maxsize=8)
def _confined(units: tuple[Unit, ...], language: str) -> tuple[Unit, ...]:
    return tuple(unit.within(language) for unit in units)


def _is_word(unit: Unit) -> bool:
    return not unit.near and not unit.variants and len(unit.positions) == 1


def missing(texts: Iterable[tuple[str, str]], units: Sequence[Unit], *, language: str = "") -> list[Unit]:
    """Those of some units that tell, and occur in none of some texts of a document.

    Args:
        texts: Each after the name of the field that it is of; one sentence each.
        units: The words and phrases.
        language: As for `words`.
    """
    left = [unit for unit in _confined(tuple(units), language or DEFAULT_LANGUAGE) if unit.tells]
    for field, text in texts:
        if not left:
            break
        terms = [token.term for token in analyze(text)]
        left = [unit for unit in left if unit.field not in ("", field) or not _occurs(unit, terms)]
    return left


def _occurs(unit: Unit, terms: Sequence[str]) -> bool:
    if _is_word(unit):
        return any(term in unit.positions[0] for term in terms)
    return bool(stretches(terms, unit, [0] * len(terms)))


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
