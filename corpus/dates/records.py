"""Dates as records and texts have them: the forms of which there is no doubt, read as intervals of days."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from typing import Final

from ..document import DateInterval
from . import periods
from .tables.calendar_words import english
from .written import parse_written

MONTHS: Final = {name: number for number, names in enumerate(english("months"), start=1) for name in names}
"""The number of each English month, by its name and its abbreviations in lower case."""

MONTH: Final = rf"(?:{'|'.join(MONTHS)})\.?"
"""A pattern for an English month; to be used without regard to case."""

FULL_DATE: Final = (
    rf"(?:\d{{1,2}}(?:st|nd|rd|th)? {MONTH},? \d{{4}}|{MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}|\d{{4}}-\d\d-\d\d"
    r"|\d{4} ?年 ?\d\d? ?月 ?\d\d? ?日|\d{4} ?년 ?\d\d? ?월 ?\d\d? ?일|\d{4}(?:\. ?\d\d?){2}\.?|\d{4}(?:/\d\d?){2})"
)
"""A pattern for a day with its year, as `parse_dates` reads it; to be used without regard to case."""

_ISO = re.compile(r"(\d{4})(?:-?(\d{2})(?:-?(\d{2})(?:[T ].*)?)?)?", re.ASCII)
# 2025年11月23日, 2025년 11월 23일, 2025. 11. 23., 2025/11/23: with the year first there is no doubt which is the month.
_YEAR_FIRST = re.compile(r"(\d{4}) ?[年년./] ?(\d\d?) ?[月월./] ?(\d\d?) ?[日일.]?", re.ASCII)
# In an address: 2025/11/23, 2025-11-23 or 20251123 anywhere; /2025/nov/23/; /2025/11/; /2025/ as a folder of its own.
_IN_ADDRESS: Final = (
    re.compile(
        r"(?<!\d)((?:19|20)\d\d)([/_.-]?)(?P<month>0[1-9]|1[0-2])\2(?P<day>0[1-9]|[12]\d|3[01])(?!\d)", re.ASCII
    ),
    re.compile(rf"/((?:19|20)\d\d)/(?P<month>{MONTH})/(?P<day>\d\d?)/", re.ASCII | re.IGNORECASE),
    re.compile(r"/((?:19|20)\d\d)[/-](?P<month>0?[1-9]|1[0-2])/(?P<day>)", re.ASCII),
    re.compile(r"/((?:19|20)\d\d)/(?P<month>)(?P<day>)", re.ASCII),
)
_MENTION = re.compile(rf"(?<!\w)(?:{FULL_DATE}|{MONTH},? \d{{4}})(?![\w-])", re.IGNORECASE | re.ASCII)
_ENGLISH = re.compile(
    rf"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?"
    rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<month>{MONTH})|(?P<month2>{MONTH})\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?"
    rf"|(?P<month3>{MONTH})),?\s+(?P<year>\d{{4}})(?:[\sT,]+\d\d?:\d\d.*)?",
    re.IGNORECASE | re.ASCII,
)


def parse_dates(value: object) -> DateInterval | None:
    """The days that a value means, or None if it is empty.

    Read are dates and datetimes; `2025-11-22`, `2025-11`, `2025` and ISO timestamps; "22 November 2025", "Nov. 22,
    2025" and "November 2025"; 2025年11月22日 and other forms with the year first; days in the words of other languages,
    see `parse_written`; two of them as a list or around `..` or `/`. The day is the one that is written; a time zone
    changes nothing.

    Raises:
        ValueError: If the value has no such form, or a day that no calendar has.
    """
    match value:
        case None | "":
            return None
        case datetime():
            return DateInterval(value.date(), value.date())
        case date():
            return DateInterval(value, value)
        case int() if not isinstance(value, bool):
            return _parse(str(value)) if abs(value) < 10**8 else _refuse(value)
        case str():
            return _parse_text(value.strip())
        case [object() as only] if not isinstance(only, list):
            return parse_dates(only)
        case [object() as first, object() as last] if not (isinstance(first, list) or isinstance(last, list)):
            return _between(first, last)
        case _:
            raise ValueError(_not_a_date(value))


def dates_in_address(address: str) -> DateInterval | None:
    """The day, month or year that a URL or a file's name is filed under, or None if it shows none.

    A year counts only as a folder of its own: "agenda-2030" is about 2030, "/2025/agenda" is of 2025.
    """
    for pattern in _IN_ADDRESS:
        if found := pattern.search(address[:1000]):
            month = MONTHS.get(found["month"].lower().rstrip("."), found["month"])
            try:
                return _interval(address, found[1], str(month or 0), found["day"] or "0")
            except ValueError:
                continue
    return None


def date_mentions(text: str) -> Iterator[tuple[int, int, DateInterval]]:
    """Find where a text names a day with its year, or a month with its year: start, end and the days meant."""
    for found in _MENTION.finditer(text):
        with suppress(ValueError):
            if dates := parse_dates(found[0]):
                yield found.start(), found.end(), dates


def _parse_text(text: str) -> DateInterval | None:
    if found := _YEAR_FIRST.fullmatch(text):
        return _interval(text, found[1], found[2], found[3])
    if written := None if _ISO.fullmatch(text) else _written(text):
        return written
    first, separator, last = text.partition(".." if ".." in text else "/")
    if separator:
        return _between(first, last)
    return _parse(first) if first else None


def _written(text: str) -> DateInterval | None:
    try:
        return parse_written(text)
    except ValueError as error:
        raise ValueError(_no_day(text, error)) from None


def _between(first: object, last: object) -> DateInterval:
    begin, end = parse_dates(first), parse_dates(last)
    if begin is None or end is None:
        raise ValueError(_not_a_date(f"{first}..{last}"))
    return DateInterval(begin.first, end.last)


def _parse(text: str) -> DateInterval:
    if found := _ISO.fullmatch(text):
        return _interval(text, found[1], found[2], found[3])
    if found := _ENGLISH.fullmatch(text):
        month = found["month"] or found["month2"] or found["month3"]
        day = found["day"] or found["day2"]
        return _interval(text, found["year"], str(MONTHS[month.lower().rstrip(".")]), day)
    return _refuse(text)


def _interval(text: str, year: str, month: str | None, day: str | None) -> DateInterval:
    number, month_number, day_number = int(year), int(month or 0), int(day or 0)
    try:
        # Archives write an unknown month or day as 00.
        if month_number == 0:
            return periods.years(number)
        return periods.day(number, month_number, day_number) if day_number else periods.month_of(number, month_number)
    except ValueError as error:
        raise ValueError(_no_day(text, error)) from None


def _refuse(value: object) -> DateInterval:
    raise ValueError(_not_a_date(value))


def _no_day(text: str, error: ValueError) -> str:
    return f"{text[:40]!r} is no day of the calendar: {error}"


def _not_a_date(value: object) -> str:
    shown = repr(value)
    return f"{shown if len(shown) <= 60 else shown[:60] + '…'} is not a date such as 2025-11-22, 2025-11 or 2025"
