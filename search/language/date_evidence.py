"""What the date leg looks for: the days that a question names, and how much each of them counts."""

from math import inf
from typing import Final

from ...index.reading.plan import AskedDays, Days
from .query import Query

_WEAK: Final = 0.5  # what a date counts that may be something else, such as a year alone


def days_of(query: Query, *, alone: bool) -> Days | None:
    """What the date leg looks for, if a query names any days.

    Args:
        query: The question's parse.
        alone: Whether no other word of it tells.
    """
    periods = [
        AskedDays(
            period.first.toordinal() if period.first else -inf,
            period.last.toordinal() if period.last else inf,
            _WEAK if each.weak else 1.0,
        )
        for each in query.dates
        for period in (each.period, each.other)
        if period
    ]
    return Days(tuple(periods), alone=alone) if periods else None
