"""The paragraphs of a text: what blank lines part."""

import re
from collections.abc import Iterator

from .document import Span

_GAP = re.compile(r"\n[^\S\n]*\n\s*")


def paragraphs(text: str, start: int = 0, end: int | None = None) -> Iterator[Span]:
    """The spans of the paragraphs of `text[start:end]`, in order, without white space around them, and none empty.

    An end that falls into a paragraph cuts it.
    """
    stop = len(text) if end is None else end
    at = start
    for gap in _GAP.finditer(text, start, stop):
        if trimmed := _trimmed(text, at, gap.start()):
            yield trimmed
        at = gap.end()
    if trimmed := _trimmed(text, at, stop):
        yield trimmed


def paragraph_numbers(text: str, span: Span) -> tuple[int, int]:
    """The numbers of the first and the last paragraph that a span touches, counted from 1; (0, 0) if it touches none.

    Reads the text up to the span's end and no further.
    """
    first = last = number = 0
    for number, paragraph in enumerate(paragraphs(text, 0, span.end), 1):
        if paragraph.end > span.start:
            first, last = first or number, number
    return first, last


def _trimmed(text: str, start: int, end: int) -> Span | None:
    """The span without the white space at its ends; None if nothing else is in it."""
    part = text[start:end]
    kept = part.lstrip()
    start = end - len(kept)
    return Span(start, start + len(kept.rstrip())) if kept else None
