"""Dates as one writes them: `22–23 November 2025`."""

from calendar import monthrange

from .document import DateInterval

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)  # not strftime's, which follow the locale of the process


def day_names(dates: DateInterval) -> str:
    """Dates in words, as short as they can be: 22 November 2025, 22–23 November 2025, March 1950, 1950."""
    first, last = dates
    month = _MONTHS[last.month - 1]
    if first == last:
        return f"{last.day} {month} {last.year}"
    if is_whole(dates, "year"):
        return str(last.year) if first.year == last.year else f"{first.year}–{last.year}"
    if is_whole(dates, "month"):
        if (first.year, first.month) == (last.year, last.month):
            return f"{month} {last.year}"
        year = f" {first.year}" if first.year != last.year else ""
        return f"{_MONTHS[first.month - 1]}{year} – {month} {last.year}"
    if first.year != last.year:
        return f"{first.day} {_MONTHS[first.month - 1]} {first.year} – {last.day} {month} {last.year}"
    if first.month == last.month:
        return f"{first.day}–{last.day} {month} {last.year}"
    return f"{first.day} {_MONTHS[first.month - 1]} – {last.day} {month} {last.year}"


def is_whole(dates: DateInterval, unit: str) -> bool:
    """Whether dates are whole months, or whole years, from the first day of one to the last day of one."""
    first, last = dates
    if unit == "year":
        return (first.month, first.day, last.month, last.day) == (1, 1, 12, 31)
    return first.day == 1 and last.day == monthrange(last.year, last.month)[1]
