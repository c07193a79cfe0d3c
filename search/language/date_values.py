"""Dates as values: of `date:`, of fields whose type is date, of the options after and before."""

from datetime import date

from ...corpus.dates.mentions import LONGEST_DATE, DateValue, longest_date, parse_value
from ...corpus.dates.periods import Period
from ...errors import QueryError

_FORMS = '2025, 2025-11, 2025-11-22, "Nov 2025", "last 30 days", a range such as 2025-11..2026-01, >=2025, or none'


def parse_date_value(value: str, column: int | None = None, today: date | None = None) -> Period | None:
    """The days that a question means by a date.

    Args:
        value: See `corpus.dates.mentions.parse_period`.
        column: The 1-based column of the question at which an error is to point, if it was typed there.
        today: The day from which "yesterday" is told; by default the real one.

    Returns:
        The days; None for documents that have no date.

    Raises:
        QueryError: If it is no date, or ends before it begins.
    """
    return _read(value, column, today).period


def _read(value: str, column: int | None, today: date | None) -> DateValue:
    full_stop = value.endswith(".") and not value.endswith("..")
    try:
        read = parse_value(value[:-1] if full_stop else value, today)
    except ValueError as error:
        why = f": {error}" if str(error) else f": write {_FORMS}"
        raise QueryError(f"{value[:40]!r} is no date{why}", column) from None
    period = read.period
    if period and period.first and period.last and period.last < period.first:
        raise QueryError(f"the dates {value[:40]!r} end before they begin: write the earlier one first", column)
    return read


def parse_date_range(value: str, column: int | None = None, today: date | None = None) -> Period:
    """The days of a date that is not to be `none`.

    Args:
        value: A date, as for `parse_date_value`.
        column: The column at which an error is to point.
        today: The day from which "yesterday" is told.

    Raises:
        QueryError: As `parse_date_value` does, and for `none`.
    """
    period = parse_date_value(value, column, today)
    if period is None:
        raise QueryError(f"{value[:40]!r} is no day: write date:none in the question for what has no date", column)
    return period


def parse_date_side(name: str, value: str, side: int) -> date:
    """The first or last day (0, 1) of an option's date.

    Raises:
        QueryError: It is no date, or a range, of which one end would mean nothing.
    """
    read = _read(value, None, None)
    day = read.period[side] if read.period else None
    if read.sides > 1 or ".." in value or day is None:
        raise QueryError(f"{name} is {value[:40]!r}, and must be a day, month or year, such as 2025-11")
    return day


def check_quoted(name: str, text: str, start: int, value: str, today: date | None = None) -> None:
    """Refuse a date of several words without quotation marks, of which only the first would count.

    Args:
        name: The field's.
        text: The question.
        start: Where in it the value starts.
        value: The value as it would be taken, up to the first blank.
        today: The day from which "yesterday" is told.

    Raises:
        QueryError: The date goes on behind the value; with its column, and the way to write it.
    """
    if len(value) > LONGEST_DATE or '"' in value:
        return
    end = longest_date(text[start:], today)
    whole = text[start : start + end].rstrip(" .,;")
    if any(map(str.isspace, whole)) and len(whole) > len(value.rstrip(".,;?")):
        raise QueryError(f'a date of several words stands in quotation marks: write {name}:"{whole}"', start + 1)
