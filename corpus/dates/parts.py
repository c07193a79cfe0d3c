"""The parts of dates in a text of one language, and the dates that are made of them."""

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from ..document import DateInterval
from . import periods
from .cursor import Cursor
from .relative import relative_date
from .tables.calendar_words import Words
from .tokens import Token

_AHEAD: Final = 10  # years that '35 may lie ahead


@dataclass(frozen=True, slots=True)
class Point:
    """A date that was read.

    Attributes:
        end: The number of the token after it.
        days: The days that it means.
        day: The day, month and year that were said, as numbers; 0 for what was not.
        month: See `day`.
        year: See `day`.
        weak: Whether it may be something else: a year without anything that says so, or "today".
        other: What it means if the month comes first, where nothing tells which does.
    """

    end: int
    days: DateInterval
    day: int = 0
    month: int = 0
    year: int = 0
    weak: bool = False
    other: DateInterval | None = None

    @property
    def lacks_year(self) -> bool:
        """Whether it names a day or a month without its year."""
        return not self.year and bool(self.day or self.month)


class Parts(Cursor):
    """Reads days, months and years, and makes dates of them.

    Args:
        tokens: Those of the text.
        words: Those of its language.
        today: The day from which "yesterday" and the like are counted.
        lenient: Whether the text is known to be a date: then words that may mean something else are months as well.
    """

    def __init__(self, tokens: Sequence[Token], words: Words, today: date, *, lenient: bool) -> None:
        super().__init__(tokens, words)
        self.faults: list[str] = []
        """Why the calendar has no such days, of what looks like a date."""
        self._today = today
        self._lenient = lenient

    def _within(self, at: int) -> int:
        """The first token from there that is no "of", comma or full stop."""
        if self.token(at).text == "." and self.token(at).glued:
            at += 1
        if self.token(at).text == ",":
            at += 1
        return self.skip(at, "of")

    def _behind_hyphen(self, at: int) -> int:
        """The first token from there that is none of those, nor a hyphen between two that it joins: 22-Nov-2025."""
        joined = self.token(at).text == "-" and self.token(at).glued and self.token(at + 1).glued
        return at + 1 if joined else self._within(at)

    # Parts of dates: each gives the token after it and its number

    def day_at(self, at: int) -> tuple[int, int] | None:
        """A day's number: 22, 22nd, 22., 1er, 22日."""
        token = self.token(at)
        if not 1 <= token.value <= 31 or len(token.text) > 2:
            return None
        end = at + 1
        if self.token(end).glued and (glued := self.word(end, "nth", "day_sign")):
            end = glued[0]
        elif self.token(end).glued and self.token(end).text == ".":
            end += 1
        elif sign := self.word(end, "day_sign"):
            end = sign[0]
        return end, token.value

    def month_at(self, at: int, *, after_day: bool = False) -> tuple[int, int] | None:
        """A month's name, or its number with a sign behind it: November, Nov, 11月."""
        token = self.token(at)
        if 1 <= token.value <= 12 and (sign := self.word(at + 1, "month_sign")):
            return sign[0], token.value
        found = self.word(at, "month_name")
        if found is None:
            return None
        end, number = found
        if not self._lenient:
            if token.key in self._words.lower and token.text != self._words.lower[token.key]:
                return None
            small = token.text.islower() and self.word(at, "verbs")
            if small and self.word(at - 1, "last", "this", "next"):
                return None
            if token.key in self._words.wary and not after_day and self.token(end).text != ".":
                return None
        if self.token(end).glued and (suffix := self.word(end, "nth")):
            end = suffix[0]
        return end, number

    def year_at(self, at: int) -> tuple[int, int] | None:
        """A year of four digits: 2025, 2025'te, 2025 года, 2025年."""
        token = self.token(at)
        if len(token.text) != 4 or not token.value:
            return None
        end = at + 1
        hyphen = self.token(end).text == "-" and self.token(end).glued
        if self.token(end).glued and (suffix := self.word(end + hyphen, "nth")) and self.token(end + hyphen).glued:
            end = suffix[0]
        if unit := self.word(end, "years"):
            end = unit[0]
            if len(self.token(end - 1).text) <= 2 and self.token(end).text == "." and self.token(end).glued:
                end += 1
        return end, token.value

    def _year_behind(self, at: int) -> tuple[int, int] | None:
        """A year that stands with a month or season: 2025, FY2025, '25, last year, de l'année dernière."""
        if before := self.word(at, "years"):
            at = before[0] if self.year_at(before[0]) else at
        if year := self.year_at(at):
            return year
        token = self.token(at)
        if token.cut and token.kind == "number" and len(token.text) == 2:
            century = self._today.year - self._today.year % 100
            return at + 1, century + token.value - 100 * (century + token.value > self._today.year + _AHEAD)
        told = relative_date(self, at, self._today) if self.begins(at) and token.kind == "word" else None
        whole = told and (told.days.first.month, told.days.last.month) == (1, 12)
        if not told or not whole or told.days.first.year != told.days.last.year:
            return None
        return told.end, told.days.first.year

    def days(self, make: Callable[[], DateInterval]) -> DateInterval | None:
        """What `make` gives, or None with a fault for days that the calendar has not got."""
        try:
            return make()
        except (ValueError, OverflowError) as error:
            self.faults.append(str(error))
            return None

    def point_of(self, end: int, year: int, month: int, day: int = 0) -> Point | None:
        """A point of numbers. Without a year, the latest such day or month that has begun."""
        if not year:
            # In eight years there is no such day if there is none in a leap year.
            if day and 1 <= month <= 12 and not 1 <= day <= (longest := monthrange(2000, month)[1]):
                self.faults.append(f"{periods.MONTH_NAMES[month - 1]} has {longest} days")
                return None
            dated = next(
                (y for y in range(self._today.year, self._today.year - 9, -1) if self._has_begun(y, month, day)), 0
            )
            days = self.days(lambda: periods.day(dated, month, day) if day else periods.month_of(dated, month))
        else:
            days = self.days(lambda: periods.day(year, month, day) if day else periods.month_of(year, month))
        return Point(end, days, day, month, year) if days else None

    def _has_begun(self, year: int, month: int, day: int) -> bool:
        try:
            return date(year, month, day or 1) <= self._today
        except ValueError:
            return False
