"""Single dates in a text of one language: days, months, seasons, years, decades, and those told from today."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from ..document import DateInterval
from . import periods
from .calendar_words import Words
from .cursor import Cursor
from .relative import told_from_today
from .tokens import END, Token

_THIRDS: Final = ("early", "mid", "late")


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


class Points(Cursor):
    """Reads single dates.

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

    # Dates

    def point(self, at: int) -> Point | None:
        """The longest date that begins with a token."""
        found: Point | None = None
        start = at
        if weekday := self.word(at, "weekday"):
            start = weekday[0] + (self.token(weekday[0]).text in (",", "."))
            start = self.skip(start + (self.token(start).text == ","), "in", "of")
        for each in self._points(start):
            if (start == at or each.day) and (found is None or each.end > found.end):
                found = each
        if start != at and found is None:
            for each in self._points(at):
                if found is None or each.end > found.end:
                    found = each
        return found

    def _points(self, at: int) -> Iterator[Point]:
        readers = (
            self._numeric, self._day_first, self._month_first, self._year_first, self._week, self._quarter,
            self._season, self._decade, self._part, self._told_from_today, self._year,
        )  # fmt: skip
        for read in readers:
            if found := read(at):
                yield found

    def days(self, make: Callable[[], DateInterval]) -> DateInterval | None:
        """What `make` gives, or None with a fault for days that the calendar has not got."""
        try:
            return make()
        except (ValueError, OverflowError) as error:
            self.faults.append(str(error))
            return None

    def named(self, end: int, year: int, month: int, day: int = 0) -> Point | None:
        """A point of numbers. Without a year, the latest such day or month that has begun."""
        if not year:
            dated = next(
                (y for y in range(self._today.year, self._today.year - 9, -1) if self._has_begun(y, month, day)), 0
            )
            days = self.days(lambda: periods.day(dated or 2000, month, day) if day else periods.month_of(dated, month))
        else:
            days = self.days(lambda: periods.day(year, month, day) if day else periods.month_of(year, month))
        return Point(end, days, day, month, year) if days else None

    def _has_begun(self, year: int, month: int, day: int) -> bool:
        try:
            return date(year, month, day or 1) <= self._today
        except ValueError:
            return False

    def _numeric(self, at: int) -> Point | None:
        """2025-11-22, 2025/11/22, 22.11.2025, 11/22/2025, 2025-11, 11/2025, 20251122, 2025-W47."""
        first, mark, second = self.token(at), self.token(at + 1), self.token(at + 2)
        if first.kind != "number":
            return None
        if self._lenient and len(first.text) == 8:
            text = first.text
            return self.named(at + 1, int(text[:4]), int(text[4:6]), int(text[6:]))
        spaced = mark.text == "."
        if mark.text not in ("-", "/", ".") or not mark.glued or not (second.glued or spaced):
            return None
        if len(first.text) == 4 and mark.text == "-" and second.key == "w":
            return self._iso_week(at)
        if second.kind != "number" or len(second.text) > 4:
            return None
        again, third = self.token(at + 3), self.token(at + 4)
        if again.text == mark.text and again.glued and (third.glued or spaced) and third.kind == "number":
            return self._three_numbers(at + 5, mark.text, first, second, third)
        if len(first.text) == 4 and len(second.text) <= 2 and not (spaced and not self._lenient):
            # 1962/63 and 2025-26 are years on end: see `Ranges`.
            return self.named(at + 3, first.value, second.value) if self._is_month(second) else None
        if len(second.text) == 4 and (self._lenient or (mark.text == "/" and len(first.text) == 2)):
            return self.named(at + 3, second.value, first.value) if second.value else None
        return None

    def _is_month(self, token: Token) -> bool:
        if 1 <= token.value <= 12:
            return True
        if self._lenient:
            self.faults.append(f"a year has 12 months, and there is no month {token.value}")
        return False

    def _three_numbers(self, end: int, mark: str, first: Token, second: Token, third: Token) -> Point | None:
        if mark == "." and self.token(end).text == "." and self.token(end).glued and len(first.text) == 4:
            end += 1  # 2025. 11. 22.
        if first.text == "0000" or third.text == "0000":
            self.faults.append("there is no year 0")
            return None
        if len(first.text) == 4 and len(second.text) <= 2 and len(third.text) <= 2:
            # Archives write an unknown month or day as 00.
            if self._lenient and not second.value and not third.value:
                days = self.days(lambda: periods.years(first.value))
                return Point(end, days, year=first.value) if days else None
            return self.named(end, first.value, second.value, third.value)
        if len(third.text) != 4 or len(first.text) > 2 or len(second.text) > 2:
            return None
        day, month, year = first.value, second.value, third.value
        if month > 12 >= day and mark != ".":
            return self.named(end, year, day, month)
        point = self.named(end, year, month, day)
        if point and day <= 12 and day != month and mark != ".":
            return replace(point, other=periods.day(year, day, month))
        return point

    def _iso_week(self, at: int) -> Point | None:
        number = self.token(at + 3)
        if not (number.glued and number.value and len(number.text) == 2):
            return None
        end, weekday = at + 4, 0
        if self.token(end).text == "-" and self.token(end + 1).glued and len(self.token(end + 1).text) == 1:
            end, weekday = end + 2, self.token(end + 1).value
        year = self.token(at).value
        days = self.days(lambda: periods.week(year, number.value, weekday or None))
        return Point(end, days, year=year) if days else None

    def _day_first(self, at: int) -> Point | None:
        """22 November 2025, 22nd of November, 2025, le 1er mars 1962, 22. November 2025."""
        if not (day := self.day_at(at)):
            return None
        if not (month := self.month_at(self._within(day[0]), after_day=True)):
            return None
        year = self.year_at(self._within(month[0]))
        return self.named(year[0] if year else month[0], year[1] if year else 0, month[1], day[1])

    def _month_first(self, at: int) -> Point | None:
        """November 22, 2025; November 2025; Nov. 2025; novembre del 2025."""
        if not (month := self.month_at(at)):
            return None
        after = self._within(month[0])
        if year := self.year_at(after):
            return self.named(year[0], year[1], month[1])
        if day := self.day_at(after):
            if year := self.year_at(self._within(day[0])):
                return self.named(year[0], year[1], month[1], day[1])
            return self.named(day[0], 0, month[1], day[1])
        return self.named(month[0], 0, month[1])

    def _year_first(self, at: int) -> Point | None:
        """2025年11月22日, 2025 Kasım, 2025 November 22."""
        if not (year := self.year_at(at)):
            return None
        if not (month := self.month_at(self.skip(year[0], "of"))):
            return None
        day = self.day_at(month[0])
        if day and len(self.token(day[0] - 1).text) == 4:
            day = None
        return self.named(day[0] if day else month[0], year[1], month[1], day[1] if day else 0)

    def _week(self, at: int) -> Point | None:
        """Week 47 of 2025, KW 47/2025."""
        unit = self.word(at, "week")
        number = self.token(unit[0]) if unit else END
        if not unit or not 1 <= number.value <= 53:
            return None
        after = unit[0] + 1
        after += self.token(after).text == "/"
        if not (year := self.year_at(self._within(after))):
            return None
        days = self.days(lambda: periods.week(year[1], number.value))
        return Point(year[0], days, year=year[1]) if days else None

    def _quarter(self, at: int) -> Point | None:
        """Q3 2025, 2025-Q3, H1 2025, third quarter of 2025, 3. Quartal 2025, first half of 2025, 3e trimestre 2025."""
        if year := self.year_at(at):
            after = year[0] + (self.token(year[0]).text in ("-", "/"))
            part = self._share_of_year(self.skip(after, "of"))
            return self._months(part[0], year[1], part[1], part[2]) if part else None
        if part := self._share_of_year(at):
            after = part[0] + (self.token(part[0]).text in ("-", "/"))
            if year := self.year_at(self._within(after)):
                return self._months(year[0], year[1], part[1], part[2])
        return None

    def _share_of_year(self, at: int) -> tuple[int, int, int] | None:
        """The token after a quarter or half of a year, and its first and last month."""
        token, number = self.token(at), self.token(at + 1)
        if token.key in ("q", "t", "h", "s") and number.glued and len(number.text) == 1:
            size = 3 if token.key in ("q", "t") else 6
            end, which = at + 2, number.value
        else:
            which = token.value if len(token.text) == 1 else 0
            end = at + 1
            if which:
                if self.token(end).text == "." or (self.token(end).glued and self.token(end).kind == "word"):
                    end += 1
            elif ordinal := self.word(at, "ordinal"):
                end, which = ordinal
            if not which or not (unit := self.word(end, "quarter", "half")):
                return None
            size = 3 if self.word(end, "quarter") else 6
            end = unit[0]
        return (end, size * (which - 1) + 1, size * which) if 1 <= which <= 12 // size else None

    def _months(self, end: int, year: int, first: int, last: int) -> Point | None:
        days = self.days(lambda: periods.month_of(year, first, last))
        return Point(end, days, year=year) if days else None

    def _season(self, at: int) -> Point | None:
        """Summer of 1962, winter 1962/63, 1962 yazı."""
        if season := self.word(at, "season"):
            if not (year := self.year_at(self._within(season[0]))):
                return None
            end = year[0]
            if self.token(end).text in ("/", "-", "–") and self.token(end).glued and self.token(end + 1).glued:
                following = self.token(end + 1)
                if following.value in (year[1] + 1, (year[1] + 1) % 100):
                    end += 2
            return self._of_season(end, year[1], season[1])
        if (year := self.year_at(at)) and (season := self.word(year[0], "season")):
            return self._of_season(season[0], year[1], season[1])
        return None

    def _of_season(self, end: int, year: int, season: int) -> Point | None:
        days = self.days(lambda: periods.season(year, season))
        return Point(end, days, year=year) if days else None

    def _decade(self, at: int) -> Point | None:
        """1960s, the 60s, 1960er Jahre, années 1960, anni '60, 1960-е, 1960'larda, 1960年代."""
        before = self.word(at, "decades_pre")
        number = self.token(before[0] if before else at)
        end = (before[0] if before else at) + 1
        if number.kind != "number" or number.value % 10 or len(number.text) not in (2, 4):
            return None
        if not before:
            hyphen = self.token(end).text == "-" and self.token(end).glued
            if sign := self.word(end, "decades_post"):
                end = sign[0]
            elif self.token(end + hyphen).glued and (suffix := self.word(end + hyphen, "decades")):
                end = self.skip(suffix[0], "year", "years")
            else:
                return None
        value = number.value if len(number.text) == 4 else 1900 + number.value
        if len(number.text) == 2 and number.value < 30:
            return None
        days = self.days(lambda: periods.years(value, value + 9))
        return Point(end, days, year=value) if days else None

    def _part(self, at: int) -> Point | None:
        """Early 1962, late March, mid-1962, end of June 2025, Anfang März, 1962 sonunda."""
        for which, name in enumerate(_THIRDS):
            if part := self.word(at, name):
                after = part[0] + (self.token(part[0]).text == "-")
                inner = self.point(self.skip(after, "of", "in"))
                if inner and not inner.day and (inner.year or inner.month):
                    return self._third(inner.end, inner, which)
        for read in (self._year_first, self._month_first, self._year):
            inner = read(at)
            for which, name in enumerate(_THIRDS):
                if inner and not inner.day and (part := self.word(inner.end, f"{name}_post")):
                    return self._third(part[0], inner, which)
        return None

    def _third(self, end: int, whole: Point, which: int) -> Point | None:
        return replace(whole, end=end, days=periods.third(whole.days, which), day=0, weak=False)

    def _year(self, at: int) -> Point | None:
        """2025, the year 2025, 2025 года."""
        before = self.word(at, "years")
        if not (year := self.year_at(before[0] if before else at)):
            return None
        days = self.days(lambda: periods.years(year[1]))
        said = before is not None or year[0] > at + 1
        return Point(year[0], days, year=year[1], weak=not said) if days else None

    def _told_from_today(self, at: int) -> Point | None:
        """Yesterday, last week, last 30 days, two years ago: see `told`."""
        found = told_from_today(self, at, self._today)
        return Point(found.end, found.days, weak=found.weak) if found else None
