"""The histogram of a match set as a picture: where its bars and labels stand, and what they are called.

Horizontal measures are in percent, so that the picture fits any width without being stretched; vertical ones in pixels.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from ...corpus.dates.wording import day_names
from ...corpus.document import DateInterval
from ...index.reading.facets import Bar, Histogram, TimeUnit

HEIGHT = 64
"""The height of the highest bar in pixels."""

MAX_TICKS = 8
"""The most labels under a chart; a narrow screen shows half of them at most."""

_LOWEST = 1.5  # pixels: even a single passage must be seen
_WIDEST = 5.0  # percent: three bars should not look like walls
_EDGE = 4.0  # percent from either side: a centred label would run out of the picture; up to twice that, of a narrow one
_STEPS: dict[TimeUnit, tuple[int, ...]] = {
    "day": (1, 2, 7, 14),
    "month": (1, 2, 3, 6, 12, 24, 60, 120),
    "year": (1, 2, 5, 10, 20, 25, 50, 100),
    "decade": (10, 20, 50, 100, 200, 500, 1000, 2000),
    "century": (100, 200, 500, 1000, 2000, 5000),
}


@dataclass(frozen=True, slots=True)
class DrawnBar:
    """A bar as it is drawn.

    Attributes:
        bar: What it stands for.
        name: The days that it stands for, in words.
        share: How many percent that is of all passages of these days, in words; empty for a bar that was cut.
        slot: The left edge and the width, in percent, of the strip that it stands in.
        x: Its own left edge, in percent.
        width: Its own width, in percent.
        y: Its upper edge, in pixels from the top.
        height: Its height, in pixels.
    """

    bar: Bar
    name: str
    share: str
    slot: tuple[float, float]
    x: float
    width: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Tick:
    """A label on the time axis, at `x` percent. A `minor` one is left out where there is little room."""

    text: str
    x: float
    anchor: str
    minor: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """A histogram drawn. `name` is the time it spans; `most` the number of passages in its highest bar."""

    unit: TimeUnit
    name: str
    most: int
    bars: tuple[DrawnBar, ...]
    ticks: tuple[Tick, ...]
    height: int = HEIGHT


def chart(histogram: Histogram | None, first: date | None = None, last: date | None = None) -> Chart | None:
    """The picture of a histogram.

    Args:
        histogram: The counts, if anything is dated.
        first: The first day that the question is confined to, if it is. No bar begins before it, because none counts
            what lies before it, and a bar must not lead to more than it counts.
        last: The last day that the question is confined to, in the same way.

    Returns:
        The picture; None where there are not two bars to compare.
    """
    bars = list(_within(histogram.bars, first or date.min, last or date.max)) if histogram else []
    if histogram is None or len(bars) < 2:
        return None
    unit = histogram.unit
    most = max(bar.passages for bar in bars)
    slot = 100 / len(bars)
    width = min(slot * 0.8, _WIDEST)
    shapes: list[DrawnBar] = []
    for position, bar in enumerate(bars):
        height = max(HEIGHT * bar.passages / most, _LOWEST) if bar.passages else 0.0
        left = position * slot
        shapes.append(
            DrawnBar(
                bar,
                name=day_names(DateInterval(bar.first, bar.last)),
                share=_share(bar),
                slot=(round(left, 3), round(slot, 3)),
                x=round(left + (slot - width) / 2, 3),
                width=round(width, 3),
                y=round(HEIGHT - height, 1),
                height=round(height, 1),
            )
        )
    return Chart(
        unit, day_names(DateInterval(bars[0].first, bars[-1].last)), most, tuple(shapes), tuple(_ticks(bars, unit))
    )


def _within(bars: Sequence[Bar], first: date, last: date) -> Iterator[Bar]:
    for bar in bars:
        if bar.first <= last and bar.last >= first:
            cut = bar.first < first or bar.last > last
            yield Bar(max(bar.first, first), min(bar.last, last), bar.passages, 0 if cut else bar.of)


def _share(bar: Bar) -> str:
    if not bar.of or not bar.passages:
        return ""
    percent = 100 * bar.passages / bar.of
    return f"{percent:.0f}% of {bar.of:,}" if percent >= 10 else f"{percent:.2g}% of {bar.of:,}"


def _ticks(bars: Sequence[Bar], unit: TimeUnit) -> Iterator[Tick]:
    """Labels at round times, as many as there is room for, each in the middle of its bar."""
    numbers = [_number(bar.first, unit) for bar in bars]
    for step in _STEPS[unit]:
        at = [position for position, number in enumerate(numbers) if number % step == 0]
        if len(at) <= MAX_TICKS:
            break
    else:
        at, step = [0], 1
    coarse = unit == "month" and step % 12 == 0
    fewer = -(-len(at) // (MAX_TICKS // 2))
    for count, position in enumerate(at):
        x = 100 * (position + 0.5) / len(bars)
        anchor = "start" if x < _EDGE else "end" if x > 100 - _EDGE else "middle"
        minor = count % fewer != 0 or (anchor == "middle" and not 2 * _EDGE <= x <= 100 - 2 * _EDGE)
        x = {"start": 0.0, "end": 100.0}.get(anchor, round(x, 3))
        yield Tick(_tick_text(bars[position].first, unit, coarse=coarse), x, anchor, minor)


def _number(day: date, unit: TimeUnit) -> int:
    """A bar's number among all bars of its unit, such that round numbers are times that look round to a reader."""
    return {"day": day.toordinal(), "month": 12 * day.year + day.month - 1}.get(unit, day.year)


def _tick_text(day: date, unit: TimeUnit, *, coarse: bool) -> str:
    if unit == "day":
        return f"{day.day} {_month(day)}"
    if unit == "month" and not coarse:
        return f"{_month(day)} {day.year}"
    return str(day.year)


def _month(day: date) -> str:
    return day_names(DateInterval(day, day)).split()[1][:3]
