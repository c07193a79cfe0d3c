"""Keyword in context: each occurrence of a question's words in a line of its own, one below the other, by date.

Occurrences are what the highlights of hits mark for their words: passages that were found by their meaning alone have
none.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date

from ...frozen import frozen
from .printing import columns, visible
from .results import Hit, Results

DEFAULT_WIDTH = 100
_LEAST_CONTEXT = 10
_LONGEST_CONTEXT = 400  # characters of a text that are looked at on either side
_GAP = "  "
_ELLIPSIS = "…"
_BLANKS = re.compile(r"\s+")


@frozen
class Occurrence:
    """A word or phrase of a question where it stands.

    Attributes:
        hit: The hit that it stands in.
        start: Where it starts, as a character of the document's text, or of the note's.
        note: The mark of the footnote that it stands in; None in the text itself.
        before: What stands before it, in one line.
        keyword: Itself, as it is written there.
        after: What stands after it, in one line.
    """

    hit: Hit
    start: int
    note: str | None
    before: str
    keyword: str
    after: str

    @property
    def day(self) -> date | None:
        """The first day of its document, or None."""
        dates = self.hit.document.dates
        return dates.first if dates else None

    @property
    def source(self) -> str:
        """Where it stands: the title of its document, or its id, and the note; and which of several collections."""
        name = self.hit.document.title or self.hit.document.id
        note = f", note {self.note}" if self.note is not None else ""
        return " ".join(name.split()) + note + (f", in {self.hit.label}" if self.hit.label else "")


def occurrences(hits: Iterable[Hit]) -> list[Occurrence]:
    """Where the words of a question stand in hits, by date, and in each document by position; the undated come last.

    Args:
        hits: With their highlights.
    """
    found = [each for hit in hits for each in _of(hit)]
    return sorted(
        found,
        key=lambda each: (
            each.day or date.max,
            each.hit.document.id,
            each.note is not None,
            each.hit.start,
            each.start,
        ),
    )


def as_kwic(results: Results, width: int = DEFAULT_WIDTH) -> str:
    """The occurrences in the hits of an answer, a line each: date, context, keyword, context, source.

    Args:
        results: The answer.
        width: How many columns a line has at most, if there is room for some context.
    """
    return "".join(f"{line.rstrip()}\n" for line in kwic_lines(occurrences(results), width))


def kwic_lines(
    found: Iterable[Occurrence], width: int, emphasise: Callable[[str], str] = lambda keyword: keyword
) -> Iterator[str]:
    """Occurrences as lines in which all keywords begin in the same column.

    Args:
        found: The occurrences, in their order.
        width: How many columns a line has.
        emphasise: Sets a keyword off without changing its width, as colours do.
    """
    every = list(found)
    dates = max((len(_day(each)) for each in every), default=0)
    source = min(max((_width(visible(each.source)) for each in every), default=0), width // 4)
    room = max(width - dates - source - 2 * len(_GAP), 3 * _LEAST_CONTEXT)
    ahead = room * 2 // 5
    for each in every:
        keyword = _cut(visible(each.keyword), room - ahead)
        before = _cut(visible(each.before), ahead, from_end=True)
        after = _cut(visible(each.after), room - ahead - _width(keyword))
        filled = " " * (room - ahead - _width(keyword) - _width(after))
        context = f"{' ' * (ahead - _width(before))}{before}{emphasise(keyword)}{after}{filled}"
        yield _GAP.join((_day(each).ljust(dates), context, _cut(visible(each.source), source)))


def _of(hit: Hit) -> Iterator[Occurrence]:
    """The occurrences in a hit and in its footnotes."""
    marked = [(None, hit.document.text, hit.highlights)]
    marked += [(each.note.mark, each.note.text, each.highlights) for each in hit.notes]
    for note, text, highlights in marked:
        for mark in highlights:
            if mark.shade == "keyword":
                before = _in_one_line(text[max(mark.start - _LONGEST_CONTEXT, 0) : mark.start])
                after = _in_one_line(text[mark.end : mark.end + _LONGEST_CONTEXT])
                keyword = _in_one_line(text[mark.start : mark.end])
                yield Occurrence(hit, mark.start, note, before.lstrip(), keyword, after.rstrip())


def _day(occurrence: Occurrence) -> str:
    return str(occurrence.day or "undated")


def _in_one_line(text: str) -> str:
    return _BLANKS.sub(" ", text)


def _width(text: str) -> int:
    return sum(map(columns, text))


def _cut(text: str, width: int, *, from_end: bool = False) -> str:
    """As much of the beginning of a text, or of its end, as so many columns hold, with an ellipsis where it is cut."""
    if _width(text) <= width:
        return text
    if width < 1:  # no room for as much as an ellipsis
        return ""
    kept: list[str] = []
    room = width - 1
    for character in reversed(text) if from_end else text:
        room -= columns(character)
        if room < 0:
            break
        kept.append(character)
    return _ELLIPSIS + "".join(reversed(kept)) if from_end else "".join(kept) + _ELLIPSIS
