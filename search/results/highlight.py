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
from ...index.analysis import Analysed
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


def analysed(text: str) -> Analysed:
    """A title or a value, cut into tokens: many a hit has the same."""
    return _analysed(text) if len(text) <= _SHORT else Analysed(text)


_SHORT = 200  # characters
_analysed = lru_cache(maxsize=1 << 12)(Analysed)


class Marker:
    """Finds the words and phrases of a question in texts.

    Args:
        units: The words and phrases.
    """

    def __init__(self, units: Sequence[Unit]) -> None:
        self.units = units
        self._lacking: dict[tuple[str, tuple[int, ...]], Marker] = {}
        self._confined: dict[str, _Confined] = {}
        self._sought: dict[tuple[str, str], _Sought] = {}

    def words(
        self,
        text: Analysed | str,
        start: int,
        field: str = "text",
        *,
        sentences: Iterable[int] = (),
        language: str = "",
    ) -> list[Highlight]:
        """The words and phrases of the question that occur in a text.

        Function words are marked only within a phrase, or if there are no others. What must stand near something else
        is marked where it does. Neighbouring words become one mark.

        Args:
            text: The text.
            start: Where it starts in its document, in characters.
            field: Which field the text is of: units that are confined to another field are left out.
            sentences: Where the text's sentences start in its document, in order; none if it is one sentence.
            language: What it is written in, as an ISO 639-1 code: terms that are confined to others are left out.

        Returns:
            The marks in order, with offsets into the document.
        """
        here = text if isinstance(text, Analysed) else Analysed(text)
        sought = self._sought_in(field, language or DEFAULT_LANGUAGE)
        marked: list[Span] = []
        if not here.held.isdisjoint(sought.words):
            marked += (Span(*here[n][1:]) for n, term in enumerate(here.terms) if term in sought.words)
        begun = list(sentences)
        numbers: list[int] | None = None  # counted only where a unit needs it
        for unit in sought.others:
            if unit.near and numbers is None:
                numbers = [bisect_right(begun, start + token.start) for token in here]
            for stretch in stretches(here, unit, numbers or ()):
                ends = ((each, each) for each in stretch) if unit.slop else [(stretch[0], stretch[-1])]
                marked += (Span(here[first].start, here[last].end) for first, last in ends)
        merged: list[Span] = []
        for span in sorted(marked):
            if merged and (span.start <= merged[-1].end or here.text[merged[-1].end : span.start].isspace()):
                merged[-1] = Span(merged[-1].start, max(span.end, merged[-1].end))
            else:
                merged.append(span)
        return [Highlight(start + span.start, start + span.end, "keyword") for span in merged]

    def lacking(self, texts: Iterable[tuple[str, Analysed]], *, language: str = "") -> "Marker":
        """One of those of the units that tell, and occur in none of some texts of a document.

        Args:
            texts: Each after the name of the field that it is of; one sentence each.
            language: As for `words`.
        """
        telling = self._within(language or DEFAULT_LANGUAGE).telling
        left = range(len(telling))
        for field, text in texts:
            left = [n for n in left if telling[n].field not in ("", field) or not _occurs(telling[n], text)]
        key = language, tuple(left)  # many hits lack the same
        if key not in self._lacking:
            self._lacking[key] = Marker([telling[n] for n in left])
        return self._lacking[key]

    def _within(self, language: str) -> "_Confined":
        if language not in self._confined:
            units = [unit.within(language) for unit in self.units]
            self._confined[language] = _Confined(units, [unit for unit in units if unit.tells])
        return self._confined[language]

    def _sought_in(self, field: str, language: str) -> "_Sought":
        if (field, language) not in self._sought:
            every, telling = ([unit for unit in units if unit.field in ("", field)] for units in self._within(language))
            telling = telling or every
            single = [unit for unit in telling if _is_word(unit)]
            words = frozenset[str]().union(*(terms_of(unit.positions[0]) for unit in single))
            others = tuple(unit for unit in telling if not _is_word(unit))
            self._sought[field, language] = _Sought(words, others)
        return self._sought[field, language]


class _Confined(NamedTuple):
    """The units as they count in a language: all of them, and those that tell."""

    units: list[Unit]
    telling: list[Unit]


class _Sought(NamedTuple):
    """What is looked for in texts of one field and language: single words, of which there may be thousands, at once."""

    words: frozenset[str]
    others: tuple[Unit, ...]


def _is_word(unit: Unit) -> bool:
    return not unit.near and not unit.variants and len(unit.positions) == 1


def _occurs(unit: Unit, text: Analysed) -> bool:
    if _is_word(unit):
        return not text.held.isdisjoint(unit.positions[0])
    return bool(stretches(text, unit, [0] * len(text) if unit.near else ()))


def nearest_sentence(
    question: NDArray[np.float32], sentences: NDArray[np.int32], vectors: NDArray[np.int8]
) -> Highlight | None:
    """The sentence of a passage that is nearest in meaning to a question.

    Args:
        question: float32 [dimension], a unit vector.
        sentences: int32 [n, 2], the sentences' spans in the document.
        vectors: int8 [n, dimension], the sentences' vectors, of any length; none as long as they are not encoded.

    Returns:
        The mark; None for a passage without sentences, or without vectors.
    """
    if not len(vectors):
        return None
    decoded = vectors.astype(np.float32)
    cosines = decoded @ question / np.sqrt(np.maximum(np.einsum("ij,ij->i", decoded, decoded), 1e-18))
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
