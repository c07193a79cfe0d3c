"""Single dates in a text of one language: days, months, seasons, years, decades, and those told from today."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from . import periods
from .cursor import SHARE_SIGNS
from .parts import Parts, Point
from .relative import relative_date
from .tables.calendar_words import Words
from .tokens import END, Token

_THIRDS: Final = ("early", "mid", "late")
_PIECES: Final = ("day", "week", "month", "quarter", "half", "year")
_MONTH: Final = timedelta(days=27)


class Points(Parts):
    """Reads single dates. Takes the arguments of `Parts`."""

    def __init__(self, tokens: Sequence[Token], words: Words, today: date, *, lenient: bool) -> None:
        super().__init__(tokens, words, today, lenient=lenient)
        self._read: dict[int, Point | None] = {}

    def point(self, at: int) -> Point | None:
        """The longest date that begins with a token."""
        if at not in self._read:
            self._read[at] = self._longest(at)
        return self._read[at]

    def _longest(self, at: int) -> Point | None:
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
            self._season, self._decade, self._part, self._piece, self._from_today, self._year,
        )  # fmt: skip
        for read in readers:
            if found := read(at):
                yield found

    def _numeric(self, at: int) -> Point | None:
        """2025-11-22, 2025/11/22, 22.11.2025, 11/22/2025, 2025-11, 11/2025, 20251122, 2025-W47."""
        first, mark, second = self.token(at), self.token(at + 1), self.token(at + 2)
        if first.kind != "number":
            return None
        if self._lenient and len(first.text) == 8:
            text = first.text
            return self.point_of(at + 1, int(text[:4]), int(text[4:6]), int(text[6:]))
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
            return self.point_of(at + 3, first.value, second.value) if self._is_month(second) else None
        if len(second.text) == 4 and (self._lenient or (mark.text == "/" and len(first.text) == 2)):
            return self.point_of(at + 3, second.value, first.value) if second.value else None
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
            return self.point_of(end, first.value, second.value, third.value)
        if len(third.text) != 4 or len(first.text) > 2 or len(second.text) > 2:
            return None
        day, month, year = first.value, second.value, third.value
        if month > 12 >= day and mark != ".":
            return self.point_of(end, year, day, month)
        point = self.point_of(end, year, month, day)
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
        if not (month := self.month_at(self._behind_hyphen(day[0]), after_day=True)):
            return None
        year = self._year_behind(self._behind_hyphen(month[0]))
        return self.point_of(year[0] if year else month[0], year[1] if year else 0, month[1], day[1])

    def _month_first(self, at: int) -> Point | None:
        """November 22, 2025; November 2025; Nov. 2025; novembre del 2025."""
        if not (month := self.month_at(at)):
            return None
        after = self._behind_hyphen(month[0])
        if year := self._year_behind(after):
            return self.point_of(year[0], year[1], month[1])
        if day := self.day_at(after):
            if year := self._year_behind(self._within(day[0])):
                return self.point_of(year[0], year[1], month[1], day[1])
            return self.point_of(day[0], 0, month[1], day[1])
        return self.point_of(month[0], 0, month[1])

    def _year_first(self, at: int) -> Point | None:
        """2025年11月22日, 去年3月, 2025 Kasım, 2025 November 22."""
        if not (year := self._year_behind(at)):
            return None
        if not (month := self.month_at(self.skip(year[0], "of"))):
            return None
        day = self.day_at(month[0])
        if day and len(self.token(day[0] - 1).text) == 4:
            day = None
        return self.point_of(day[0] if day else month[0], year[1], month[1], day[1] if day else 0)

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
            if year := self._year_behind(self._within(after)):
                return self._months(year[0], year[1], part[1], part[2])
        return None

    def _share_of_year(self, at: int) -> tuple[int, int, int] | None:
        """The token after a quarter or half of a year, and its first and last month."""
        token, number = self.token(at), self.token(at + 1)
        if token.key in SHARE_SIGNS and number.glued and len(number.text) == 1:
            size = SHARE_SIGNS[token.key]
            end, which = at + 2, number.value
        elif len(token.text) == 1 and token.value and number.glued and number.key in SHARE_SIGNS:
            size = SHARE_SIGNS[number.key]
            end, which = at + 2, token.value
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
            if not (year := self._year_behind(self._within(season[0]))):
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
        """Early 1962, late March, mid-1962, end of June 2025, late last year, Anfang März, 1962 sonunda."""
        for which, name in enumerate(_THIRDS):
            if part := self.word(at, name):
                after = part[0] + (self.token(part[0]).text == "-")
                inner = self._whole(self.skip(after, "of", "in"))
                return self._third(inner.end, inner, which) if inner else None
        inner = self._whole(at)
        for which, name in enumerate(_THIRDS):
            if inner and (part := self.word(inner.end, f"{name}_post")):
                return self._third(part[0], inner, which)
        return None

    def _whole(self, at: int) -> Point | None:
        """The longest date that may have parts: a month or more, and no part of anything itself."""
        readers = (
            self._numeric, self._year_first, self._month_first, self._quarter, self._season, self._decade,
            self._from_today, self._year,
        )  # fmt: skip
        found: Point | None = None
        for read in readers:
            point = read(at)
            if point and not point.day and point.days.last - point.days.first >= _MONTH:
                found = point if found is None or point.end > found.end else found
        return found

    def _piece(self, at: int) -> Point | None:
        """First week of November 2025, last quarter of 2025, letzte Woche im März 2022."""
        if not (which := self.word(at, "ordinal") or self.word(at, "last")):
            return None
        number = which[1]  # 0 for the last
        for name in _PIECES:
            if (unit := self.word(which[0], name)) and not self.word(which[0], "plural"):
                begin = self.skip(unit[0], "of", "in")
                whole = self._whole(begin) if begin > unit[0] else None
                days = self.days(lambda: periods.piece(whole.days, name, number)) if whole else None  # noqa: B023
                return replace(whole, end=whole.end, days=days, weak=False) if whole and days else None
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

    def _from_today(self, at: int) -> Point | None:
        """Yesterday, last week, last 30 days, two years ago: see `relative_date`."""
        found = relative_date(self, at, self._today)
        return Point(found.end, found.days, weak=found.weak) if found else None
