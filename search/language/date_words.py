"""Dates among the words of a question: where they stand, and what they mean."""

from collections.abc import Iterable
from datetime import date
from typing import Final

from ...corpus.dates.mentions import DateMention, find_dates

_COVER: Final = "\x01"  # a mark that stands in no date


def dates_in(text: str, taken: Iterable[tuple[int, int]], today: date | None = None) -> tuple[DateMention, ...]:
    """The dates among the free words of a question.

    Args:
        text: The question.
        taken: The spans of what is no free word in it.
        today: The day from which "yesterday" is told; by default the real one.
    """
    for start, end in taken:
        text = text[:start] + _COVER * (end - start) + text[end:]
    return tuple(find_dates(text, today))
