"""Dates in words."""

from calendar import monthrange

from ..document import DateInterval
from .periods import MONTH_NAMES, Period


def day_names(dates: DateInterval) -> str:
    """Dates in words, as short as they can be: 22 November 2025, 22–23 November 2025, March 1950, 1950."""
    first, last = dates
    month = MONTH_NAMES[last.month - 1]
    if first == last:
        return f"{last.day} {month} {last.year}"
    if is_whole(dates, "year"):
        return str(last.year) if first.year == last.year else f"{first.year}–{last.year}"
    if is_whole(dates, "month"):
        if (first.year, first.month) == (last.year, last.month):
            return f"{month} {last.year}"
        year = f" {first.year}" if first.year != last.year else ""
        return f"{MONTH_NAMES[first.month - 1]}{year} – {month} {last.year}"
    if first.year != last.year:
        return f"{first.day} {MONTH_NAMES[first.month - 1]} {first.year} – {last.day} {month} {last.year}"
    if first.month == last.month:
        return f"{first.day}–{last.day} {month} {last.year}"
    return f"{first.day} {MONTH_NAMES[first.month - 1]} – {last.day} {month} {last.year}"


def is_whole(dates: DateInterval, unit: str) -> bool:
    """Whether dates are whole months or years.

    Args:
        dates: The days.
        unit: `"month"` or `"year"`.

    Returns:
        Whether they run from the first day of such a unit to the last day of the same or a later one.
    """
    first, last = dates
    if unit == "year":
        return (first.month, first.day, last.month, last.day) == (1, 1, 12, 31)
    return first.day == 1 and last.day == monthrange(last.year, last.month)[1]


def period_name(period: Period) -> str:
    """A period in words: as `day_names`, or "since 1 March 2024", "until 31 May 2025"."""
    first, last = period
    if first and last:
        return day_names(DateInterval(first, last))
    if first:
        return f"since {day_names(DateInterval(first, first))}"
    return f"until {day_names(DateInterval(last, last))}" if last else "any time"
