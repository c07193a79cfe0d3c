"""Dates and what lies between, before or since them, in a text of one language."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from ..document import DateInterval
from . import periods
from .parts import Point
from .periods import Period
from .points import Points

_DASHES: Final = ("-", "–", "—", "−")
_COMPARED: Final = {">=": "since", "≥": "since", ">": "after", "<": "before", "<=": "until", "≤": "until"}
_ONE_SIDED: Final = ("since", "before", "after", "until")


@dataclass(frozen=True, slots=True)
class Range:
    """What was read: a date or a range of them.

    Attributes:
        end: The number of the token after it.
        period: Its days.
        weak: Whether it may be something else: see `Point`.
        bare: Whether it names years alone, by their numbers.
        sides: How many ends of it are named, such as 2 by "2024 to 2025"; 0 for a date.
        lacks_year: Whether it names a day or a month without its year, and nothing but it.
        lacks_day: Whether it names no day.
        other: What it means if the month comes first, where nothing tells which does.
    """

    end: int
    period: Period
    weak: bool = False
    bare: bool = False
    sides: int = 0
    lacks_year: bool = False
    lacks_day: bool = True
    other: Period | None = None


class Ranges:
    """Reads dates and ranges of them.

    Args:
        points: Reads single ones.
        lenient: Whether the text is known to be a date: then `>=2025` and `2025..` are ranges as well.
    """

    def __init__(self, points: Points, *, lenient: bool) -> None:
        self.points = points
        self._lenient = lenient

    def range(self, at: int) -> Range | None:
        """The longest date or range that begins with a token."""
        found: Range | None = None
        for each in self._ranges(at):
            if each and (found is None or each.end > found.end):
                found = each
        return found

    def _ranges(self, at: int) -> Iterator[Range | None]:
        read = self.points
        if one := self._one_sided(at):
            yield one
            yield self._both_sided(one)
        for opening, middle in (("between", ("and",)), ("from", ("to",))):
            if said := read.word(at, opening):
                yield self._two_sided(read.skip(said[0], "of", "in"), middle, dashes=opening == "from")
        yield self._days_of_month(at)
        yield self._two_sided(at, ("to",), dashes=True)
        if (amid := self._two_sided(at, ("and",), dashes=False)) and (after := read.word(amid.end, "amid")):
            yield replace(amid, end=after[0], bare=False)
        yield self._years_on_end(at)
        if point := read.point(at):
            yield self._with_postposition(point)
            other = Period(*point.other) if point.other else None
            yield Range(
                point.end,
                Period(*point.days),
                weak=point.weak,
                bare=_is_bare(point),
                lacks_year=point.lacks_year,
                lacks_day=not point.day,
                other=other,
            )

    def _one_sided(self, at: int) -> Range | None:
        """Since 2024, before June 2025, >=2025, ..2025, 2025.."""
        read = self.points
        if self._lenient:
            token = read.token(at)
            if (name := _COMPARED.get(token.text)) and (point := read.point(at + 1)):
                return self._open(point.end, name, point.days)
            if token.text == ".." and (point := read.point(at + 1)):
                return self._open(point.end, "until", point.days)
            if (point := read.point(at)) and read.token(point.end).text == "..":
                return self._open(point.end + 1, "since", point.days)
        for name in _ONE_SIDED:
            if (said := read.word(at, name)) and (point := read.point(read.skip(said[0], "of", "in"))):
                return self._open(point.end, name, point.days, bare=_is_bare(point))
        return None

    def _both_sided(self, since: Range) -> Range | None:
        """Since 2021 until 2023, seit März bis Juni 2022."""
        if since.period.first is None or since.period.last:
            return None
        until = self._one_sided(self.points.skip(since.end, "and"))
        if not until or not until.period.last or until.period.last < since.period.first:
            return None
        return Range(until.end, Period(since.period.first, until.period.last), sides=2)

    def _with_postposition(self, point: Point) -> Range | None:
        for name in _ONE_SIDED:
            if said := self.points.word(point.end, f"{name}_post"):
                return self._open(said[0], name, point.days)
        return None

    def _open(self, end: int, name: str, days: DateInterval, *, bare: bool = False) -> Range | None:
        day = timedelta(days=1)
        make: dict[str, Callable[[], Period]] = {
            "since": lambda: Period(days.first, None),
            "until": lambda: Period(None, days.last),
            "after": lambda: Period(days.last + day, None),
            "before": lambda: Period(None, days.first - day),
        }
        try:
            return Range(end, make[name](), bare=bare, sides=1)
        except OverflowError:
            return None

    def _two_sided(self, at: int, words: tuple[str, ...], *, dashes: bool) -> Range | None:
        """2024 to 2026, March–June 2022, 22 to 24 November 2025, December 2025 – January 2026, 2025..2026."""
        read = self.points
        for left in self._lefts(at):
            after = self._separated(left.end, words, dashes=dashes)
            if self._lenient and dashes and left.year and self.points.token(left.end).text == "/":
                after = left.end + 1  # as ISO 8601 has it
                if not (right := read.point(after)) or not right.year:
                    after = 0
            if not after and left.lacks_year:
                after = self._separated(left.end, ("and",), dashes=False)
            right = read.point(read.skip(after, "of", "in")) if after else None
            if right and not (left.month or left.year or right.day):
                right = None  # 22-Nov-2025 is a day
            if right and right.lacks_year and left.year and left.month and bool(left.day) == bool(right.day):
                right = self._after(left, right)  # 2022年3月から6月
            if not right or (right.lacks_year and not left.lacks_year) or (left.lacks_year and not right.month):
                continue
            first = self._completed(left, right) if left.lacks_year and right.year else left.days
            if first and (first.first <= right.days.last or self._lenient):
                # から … まで, с … по
                closed = read.word(right.end, "until_post") if dashes else None
                end = closed[0] if closed else right.end
                bare = _is_bare(left) and _is_bare(right)
                return Range(end, Period(first.first, right.days.last), bare=bare, sides=2, lacks_year=right.lacks_year)
        return None

    def _lefts(self, at: int) -> Iterator[Point]:
        if point := self.points.point(at):
            yield point
        if (day := self.points.day_at(at)) and self.points.token(at - 1).text not in (".", "/"):
            # Its month and year come from the other side.
            yield Point(day[0], DateInterval(periods.FIRST, periods.FIRST), day=day[1])

    def _separated(self, at: int, words: tuple[str, ...], *, dashes: bool) -> int:
        """The token after what stands between two dates; 0 if none of that stands there."""
        read = self.points
        if dashes and (read.token(at).text in _DASHES or (self._lenient and read.token(at).text == "..")):
            return at + 1
        found = read.word(at, *words)
        return found[0] if found else 0

    def _completed(self, left: Point, right: Point) -> DateInterval | None:
        """The left side of a range of which only the right one says the year, and perhaps the month."""
        month = left.month or right.month
        year = right.year - (month > right.month)
        return self.points.days(
            lambda: periods.day(year, month, left.day) if left.day else periods.month_of(year, month)
        )

    def _after(self, left: Point, right: Point) -> Point | None:
        """The right side of a range of which only the left one says the year."""
        year = left.year + (right.month < left.month)
        days = self.points.days(
            lambda: periods.day(year, right.month, right.day) if right.day else periods.month_of(year, right.month)
        )
        return replace(right, days=days, year=year) if days else None

    def _days_of_month(self, at: int) -> Range | None:
        """November 22–24, 2025."""
        read = self.points
        if not (month := read.month_at(at)) or not (first := read.day_at(month[0])):
            return None
        after = self._separated(first[0], ("to", "and"), dashes=True)
        if not after or not (last := read.day_at(after)):
            return None
        year = read.year_at(last[0] + (read.token(last[0]).text == ","))
        if not year:
            return None
        begin = read.days(lambda: periods.day(year[1], month[1], first[1]))
        end = read.days(lambda: periods.day(year[1], month[1], last[1]))
        return Range(year[0], Period(begin.first, end.last), sides=2) if begin and end and begin <= end else None

    def _years_on_end(self, at: int) -> Range | None:
        """1962/63, 1962–63, 2025/2026."""
        read = self.points
        first, mark, second = (read.token(at + number) for number in range(3))
        if len(first.text) != 4 or not first.value or mark.text not in ("/", *_DASHES) or not second.glued:
            return None
        if len(second.text) == 2 and (second.value > 12 or mark.text == "–"):
            last = first.value - first.value % 100 + second.value
        elif len(second.text) == 4 and mark.text == "/":
            last = second.value
        else:
            return None
        days = read.days(lambda: periods.years(first.value, last)) if first.value < last else None
        return Range(at + 3, Period(*days), bare=len(second.text) == 4, sides=2) if days else None


def _is_bare(point: Point) -> bool:
    """Whether a point is a year alone, which nothing says to be one."""
    return point.weak and point.year > 0
