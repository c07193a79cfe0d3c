"""Periods of days, and how days, months, years and what lies between are made into them."""

from calendar import monthrange
from datetime import date, timedelta
from typing import Final, NamedTuple

from ..document import DateInterval

MONTH_NAMES: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
"""Not strftime's, which follow the locale of the process."""


class Period(NamedTuple):
    """The days from the first to the last, both included; None is an open side."""

    first: date | None
    last: date | None

    def __str__(self) -> str:
        """As a question says it, as short as can be: `2025`, `2025-11`, `2025-11-22`, `2025-11..2026-01`, `2025..`."""
        first, last = self
        if first is None or last is None:
            return f"{first or ''}..{last or ''}"
        if first == last:
            return str(first)
        begins_year, ends_year = (first.month, first.day) == (1, 1), (last.month, last.day) == (12, 31)
        begins_month, ends_month = first.day == 1, last.day == monthrange(last.year, last.month)[1]
        size = 4 if begins_year and ends_year else 7 if begins_month and ends_month else 10
        begin, end = str(first)[:size], str(last)[:size]
        return begin if begin == end else f"{begin}..{end}"


FIRST: Final = date(1, 1, 1)
"""The first day of the calendar."""


def day(year: int, month: int, number: int) -> DateInterval:
    """One day. Raises ValueError if the calendar has no such day, and says why."""
    whole = month_of(year, month)
    days = monthrange(year, month)[1]
    if not 1 <= number <= days:
        which = MONTH_NAMES[month - 1] + (f" {year}" if month == 2 else "")
        raise ValueError(f"{which} has {days} days")
    only = whole.first.replace(day=number)
    return DateInterval(only, only)


def month_of(year: int, month: int, last: int | None = None) -> DateInterval:
    """A month, or those from one to another of a year. Raises ValueError if there is none of that number."""
    _check_year(year)
    last = month if last is None else last
    if not (1 <= month <= 12 and 1 <= last <= 12):
        raise ValueError(f"a year has 12 months, and there is no month {month}")
    return DateInterval(date(year, month, 1), date(year, last, monthrange(year, last)[1]))


def years(first: int, last: int | None = None) -> DateInterval:
    """A year, or those from one to another. Raises ValueError for a year that no date has."""
    last = first if last is None else last
    _check_year(first)
    _check_year(last)
    return DateInterval(date(first, 1, 1), date(last, 12, 31))


def week(year: int, number: int, weekday: int | None = None) -> DateInterval:
    """A week as ISO 8601 counts them, from Monday to Sunday, or a day of it. Raises ValueError if there is none."""
    _check_year(year)
    try:
        monday = date.fromisocalendar(year, number, weekday or 1)
    except ValueError:
        last = date(year, 12, 28).isocalendar().week
        raise ValueError(f"{year} has {last} weeks, and a week 7 days") from None
    return DateInterval(monday, monday + timedelta(days=0 if weekday else 6))


def season(year: int, number: int) -> DateInterval:
    """A season as meteorologists have it, 1 for winter, which begins in December of its year. Raises ValueError."""
    if number == 1:
        return DateInterval(month_of(year, 12).first, month_of(year + 1, 2).last)
    return month_of(year, 3 * number - 3, 3 * number - 1)


def third(whole: DateInterval, number: int) -> DateInterval:
    """The first, middle or last third (0, 1, 2) of a period: of whole months where it has several."""
    first, last = whole
    if last.year - first.year >= 9:  # of a decade: 1960–1963, 1963–1966, 1966–1969
        size = (last.year - first.year) // 3
        return years(first.year + size * number, first.year + size * (number + 1))
    if (last.day >= 28 and first.day == 1 and first.month != last.month) or first.year != last.year:
        months = (last.year - first.year) * 12 + last.month - first.month + 1
        begin, end = (months_before(first, -months * each // 3) for each in (number, number + 1))
        return DateInterval(begin, end - timedelta(days=1))
    size = (last - first).days + 1
    begin = first + timedelta(days=10 * number if size >= 28 else size * number // 3)
    end = first + timedelta(days=(10 * number + 9) if size >= 28 else size * (number + 1) // 3 - 1)
    return DateInterval(begin, last if number == 2 else end)


def piece(whole: DateInterval, unit: str, which: int) -> DateInterval:
    """The first, second or other day, week, month, quarter, half or year of a period; 0 for the last one.

    Raises:
        ValueError: The period has not so many.
    """
    number = max(which - 1, 0)
    if unit in ("day", "week"):
        size = timedelta(days=1 if unit == "day" else 7)
        first = whole.first + size * number if which else whole.last - (size - timedelta(days=1))
        last = first + (size - timedelta(days=1))
    else:
        months = {"month": 1, "quarter": 3, "half": 6, "year": 12}[unit]
        begin = months_before(whole.last.replace(day=1), months - 1)
        first = months_before(whole.first, -months * number) if which else begin
        end = months_before(first, 1 - months)
        last = month_of(end.year, end.month).last
    if first < whole.first or last > whole.last:
        raise ValueError(f"there is no such {unit} in it")
    return DateInterval(first, last)


def around(day: date, unit: str, back: int) -> DateInterval:
    """The day, week, month, quarter, half, year, decade or century of a day, or the one so many before it.

    Raises:
        ValueError: The calendar does not go so far back.
    """
    if unit == "day":
        return DateInterval(day - timedelta(days=back), day - timedelta(days=back))
    if unit == "week":
        monday = day - timedelta(days=day.weekday() + 7 * back)
        return DateInterval(monday, monday + timedelta(days=6))
    if (size := {"month": 1, "quarter": 3, "half": 6}.get(unit)) is not None:
        first = months_before(day.replace(day=1), (day.month - 1) % size + size * back)
        return month_of(first.year, first.month, first.month + size - 1)
    length = {"year": 1, "decade": 10, "century": 100}[unit]
    first_year = day.year - day.year % length - length * back
    return years(first_year, first_year + length - 1)


def rolling(today: date, unit: str, number: int) -> DateInterval:
    """So many days, weeks or other units up to today. Raises ValueError if the calendar does not go so far back."""
    if unit in ("day", "week"):
        return DateInterval(today - timedelta(days=number * (7 if unit == "week" else 1)), today)
    months = {"month": 1, "quarter": 3, "half": 6, "year": 12, "decade": 120, "century": 1200}[unit]
    return DateInterval(months_before(today, months * number), today)


def months_before(day: date, number: int) -> date:
    """The same day so many months earlier, or the last of that month if it has none. Raises ValueError."""
    months = day.year * 12 + day.month - 1 - number
    year, month = months // 12, months % 12 + 1
    _check_year(year)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _check_year(year: int) -> None:
    if not 1 <= year <= 9999:
        raise ValueError(f"there is no year {year}")
