"""Dates told from today: yesterday, last week, the past two years, three days ago, last November."""

from collections.abc import Callable
from datetime import date
from typing import Final, NamedTuple

from ..document import DateInterval
from . import periods
from .cursor import Cursor

_UNITS: Final = ("day", "week", "month", "quarter", "half", "year", "decade", "century")
_DAYS: Final = (("today", 0), ("yesterday", 1), ("eve", 2), ("tomorrow", -1), ("overmorrow", -2))
_SAID: Final = (("last", 1), ("this", 0), ("next", -1))
_KINDS: Final = ("month_name", "season", "weekday")
_MOST: Final = 9999  # units: farther back there is no calendar


class RelativeDate(NamedTuple):
    """The token after a date told from today, the days that it means, and whether it may well mean something else."""

    end: int
    days: DateInterval
    weak: bool = False


def relative_date(cursor: Cursor, at: int, today: date) -> RelativeDate | None:
    """The date that begins with a token and is told from today, or None.

    A week, month or year that is the last one is the calendar's before this; "the past week" and "the last 30 days" run
    up to today.

    Args:
        cursor: The text.
        at: The number of the token.
        today: From which day it is told.
    """
    if not cursor.begins(at):
        return None
    try:
        for name, back in _DAYS:
            if found := cursor.word(at, name):
                longer = name == "tomorrow" and cursor.word(at, "overmorrow")
                if not longer:
                    return RelativeDate(found[0], periods.around(today, "day", back), weak=name == "today")
        for name, back in _SAID:
            for unit in ("week", "month", "year"):
                if found := cursor.word(at, f"{name}_{unit}"):
                    return RelativeDate(found[0], periods.around(today, unit, back))
        return _so_many(cursor, at, today) or _nearest(cursor, at, today)
    except (ValueError, OverflowError):
        return None


def _so_many(cursor: Cursor, at: int, today: date) -> RelativeDate | None:
    """The last 30 days, past two years, son 30 gün, 3 days ago, vor 3 Tagen, il y a 3 jours."""
    before = ""
    for name in ("last", "past", "back"):
        if said := cursor.word(at, name):
            at, before = said[0], name
            break
    if not (number := _number(cursor, at)):
        return None
    end, many = number
    between = cursor.word(end, "last", "past")
    if not before and between:
        end, before = between[0], "last"
    if not (unit := _unit(cursor, end)):
        return None
    end, name = unit
    if not before or before == "back":
        after = cursor.word(end, "ago") if not before else None
        if not before and not after:
            after = cursor.word(end, "last", "past")
            return RelativeDate(after[0], periods.rolling(today, name, many)) if after else None
        return RelativeDate(after[0] if after else end, periods.around(today, name, many))
    # The last two years of the war were others.
    return RelativeDate(end, periods.rolling(today, name, many), weak=cursor.word(end, "whole") is not None)


def _number(cursor: Cursor, at: int) -> tuple[int, int] | None:
    token = cursor.token(at)
    if token.kind == "number":
        return (at + 1, token.value) if 1 <= token.value <= _MOST else None
    return cursor.word(at, "number")


def _unit(cursor: Cursor, at: int) -> tuple[int, str] | None:
    for name in _UNITS:
        if found := cursor.word(at, name):
            return found[0], name
    return None


def _nearest(cursor: Cursor, at: int, today: date) -> RelativeDate | None:
    """Last week, this year, next month, last November, the past week; semana pasada, mese scorso."""
    for name, back in _SAID:
        if said := cursor.word(at, name):
            found = _of(cursor, said[0], today, back, lambda end: 0 if cursor.word(end, "whole") else end)
            if found:
                return found
    for name, back in (("last_post", 1), ("next_post", -1)):
        found = _of(
            cursor, at, today, back, lambda end, name=name: after[0] if (after := cursor.word(end, name)) else 0
        )
        if found:
            return found
    if (said := cursor.word(at, "past")) and (unit := _unit(cursor, said[0])) and not cursor.word(said[0], "plural"):
        return RelativeDate(unit[0], periods.rolling(today, unit[1], 1))
    return None


def _of(cursor: Cursor, at: int, today: date, back: int, ends: Callable[[int], int]) -> RelativeDate | None:
    """A unit, month, season or day of the week that is the last, this or the next one, if it ends anywhere."""
    if (unit := _unit(cursor, at)) and not cursor.word(at, "plural") and (end := ends(unit[0])):
        return RelativeDate(end, periods.around(today, unit[1], back))
    for kind in _KINDS:
        small = cursor.word(at, "verbs") and cursor.token(at).text.islower()
        if not small and (noun := cursor.word(at, kind)) and (end := ends(noun[0])):
            return RelativeDate(end, _latest(today, kind, noun[1], back))
    return None


def _latest(today: date, kind: str, number: int, back: int) -> DateInterval:
    """The last, this or the next month, season or day of the week of that number, seen from a day."""
    if kind == "weekday":
        distance = (today.weekday() - (number - 1)) % 7
        return periods.around(today, "day", (distance or 7 * back) if back >= 0 else distance - 7)
    make = periods.month_of if kind == "month_name" else periods.season
    candidates = [make(today.year - years, number) for years in (2, 1, 0, -1)]
    if back > 0:
        return next(each for each in reversed(candidates) if each.last < today)
    if back < 0:
        return next(each for each in candidates if each.first > today)
    return make(today.year, number)
