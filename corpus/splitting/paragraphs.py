"""The paragraphs of a text: what blank lines part."""

import os
import re
from bisect import bisect_right
from collections.abc import Iterator
from threading import Lock
from typing import NamedTuple

from cachetools import LRUCache, cached

from ..document import Span

_STRIDE = 65_536  # characters of a long text that are counted through for one span
_GAP = re.compile(r"\n[^\S\n]*\n\s*")


def paragraphs(text: str, start: int = 0, end: int | None = None) -> Iterator[Span]:
    """Split a text into paragraphs.

    Args:
        text: The text.
        start: The offset to begin at, in characters.
        end: The offset to end before, the text's end by default. One that falls into a paragraph cuts it.

    Returns:
        The spans of the paragraphs in order, without white space around them; no span is empty.
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
    """Tell which paragraphs a span touches.

    Args:
        text: The text. A long one is counted through once, even if many of its spans are asked for in turn.
        span: The span in it.

    Returns:
        The numbers of the first and the last paragraph, counted from 1; (0, 0) if the span touches none.
    """
    first = last = 0
    milestones = _milestones(text) if span.start > _STRIDE else [_Milestone(0, 0)]
    at, number = milestones[bisect_right(milestones, span.start, key=lambda each: each.at) - 1]
    for paragraph in paragraphs(text, at, span.end):
        number += 1
        if paragraph.end > span.start:
            first, last = first or number, number
    return first, last


class _Milestone(NamedTuple):
    """A boundary between two paragraphs of a text, and how many there are before it."""

    at: int
    number: int


def _length_and_hash(text: str) -> tuple[int, int]:
    """What stands for a text in the cache, which is not to keep so many long texts themselves."""
    return len(text), hash(text)


_lock = Lock()
os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)


@cached(LRUCache(64), key=_length_and_hash, lock=_lock)
def _milestones(text: str) -> list[_Milestone]:
    """Offsets in a text that lie some `_STRIDE` characters apart, the first at its beginning."""
    milestones = [_Milestone(0, 0)]
    for number, (start, _) in enumerate(paragraphs(text)):
        if start - milestones[-1].at >= _STRIDE:
            milestones.append(_Milestone(start, number))
    return milestones


def _trimmed(text: str, start: int, end: int) -> Span | None:
    """The span without the white space at its ends; None if nothing else is in it."""
    part = text[start:end]
    kept = part.lstrip()
    start = end - len(kept)
    return Span(start, start + len(kept.rstrip())) if kept else None
