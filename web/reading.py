"""A document as a page shows it: its paragraphs, cut where marks and the cited passage begin and end."""

import re
from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from ..corpus.document import DateInterval, Document, Span
from ..errors import QueryError
from ..search import highlight
from ..search.collection import Collection
from ..search.highlight import Highlight, Piece

MARKING_BUDGET = 1_000_000
"""Characters times words of the question. Beyond it only the passage is marked, so that a page stays quick."""

_PARAGRAPH = re.compile(r"\S(?:[^\n]|\n(?![^\S\n]*(?:\n|\Z)))*")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)  # not strftime's, which follow the locale of the process
_SPAN = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")


class Run(NamedTuple):
    """A part of a paragraph, all of it inside the cited passage or all outside. `lands` is where a link arrives."""

    pieces: tuple[Piece, ...]
    cited: bool
    lands: bool


def parse_span(value: str) -> Span | None:
    """The span that `START-END` names, or None for an empty value. Raises QueryError for anything else."""
    if not value:
        return None
    found = _SPAN.fullmatch(value)
    if found is None:
        raise QueryError(f"passage is {value[:40]!r}, and must be START-END, such as 0-120")
    return Span(int(found[1]), int(found[2]))


def marks(collection: Collection, question: str, document: Document, cited: Span | None) -> list[Highlight]:
    """The words of a question in a document's text; none for a question that cannot be understood."""
    too_long = len(document.text) * len(question.split()) > MARKING_BUDGET
    try:
        return collection.marks(document, question, (cited or Span(0, 0)) if too_long else None)
    except QueryError:
        return []


def paragraphs(document: Document, cited: Span | None, marks: Sequence[Highlight]) -> Iterator[list[Run]]:
    """The paragraphs of a document: what blank lines part. `marks` are in order and do not overlap."""
    starts, ends = [mark.start for mark in marks], [mark.end for mark in marks]
    landed = False
    for found in _PARAGRAPH.finditer(document.text):
        start, end = found.start(), found.start() + len(found[0].rstrip())
        cuts = {start, end}
        if cited:
            cuts |= {min(max(edge, start), end) for edge in cited}
        edges = sorted(cuts)
        runs: list[Run] = []
        for left, right in pairwise(edges):
            inside = cited is not None and cited.start <= left and right <= cited.end
            here = marks[bisect_right(ends, left) : bisect_left(starts, right)]
            pieces = tuple(highlight.pieces(document.text[left:right], left, here))
            runs.append(Run(pieces, inside, inside and not landed))
            landed = landed or inside
        yield runs


def day_names(dates: DateInterval) -> str:
    """Dates in words, as short as they can be: 22 November 2025, 22–23 November 2025, March 1950, 1950."""
    first, last = dates
    month = _MONTHS[last.month - 1]
    if first == last:
        return f"{last.day} {month} {last.year}"
    whole_months = first.day == 1 and last.day == monthrange(last.year, last.month)[1]
    if first.year != last.year:
        return f"{first.day} {_MONTHS[first.month - 1]} {first.year} – {last.day} {month} {last.year}"
    if first.month == last.month:
        return f"{month} {last.year}" if whole_months else f"{first.day}–{last.day} {month} {last.year}"
    if whole_months and (first.month, last.month) == (1, 12):
        return str(last.year)
    return f"{first.day} {_MONTHS[first.month - 1]} – {last.day} {month} {last.year}"
