"""What a match set consists of, as every view says it: values by field, and passages over time."""

from datetime import date
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...frozen import frozen

TimeUnit: TypeAlias = Literal["day", "month", "year", "decade", "century"]

MOST_BARS: dict[TimeUnit, int] = {"day": 62, "month": 120, "year": 150, "decade": 200, "century": 200}
"""A histogram is drawn in the first unit that needs no more bars than this. All of history is a hundred centuries."""

_EPOCH = date(1970, 1, 1).toordinal()
_YEARS = {"year": 1, "decade": 10, "century": 100}


@frozen
class FacetValue:
    """A value of a column, and how many passages of the match set have it, and documents with such passages."""

    value: str
    passages: int
    documents: int


@frozen
class FacetColumn:
    """The commonest values of a column in a match set, and how many different ones there are in all."""

    values: tuple[FacetValue, ...]
    distinct: int


@frozen
class Bar:
    """A stretch of time, first and last day included, and how many passages are of documents dated then.

    A document dated with several days counts wherever they overlap, as it does for a date constraint. `of` counts all
    passages of the collection that are of that time, whether they match or not.
    """

    first: date
    last: date
    passages: int
    of: int = 0


@frozen
class Histogram:
    """A match set over time: bars without gaps, from the first date in it to the last, each a whole `unit` long."""

    unit: TimeUnit
    bars: tuple[Bar, ...]


@frozen
class Facets:
    """What a match set consists of: by column, the commonest values; by date, a histogram.

    `histogram` is None if nothing in the match set is dated; `undated` counts the passages that are not.
    """

    columns: dict[str, FacetColumn]
    histogram: Histogram | None
    undated: int


class Dated(NamedTuple):
    """Some documents and when they are of.

    Attributes:
        first: int64 [n], the first day of each, as `date.toordinal` counts.
        last: int64 [n], the last day of each.
        passages: int64 [n], how many passages each one counts for.
    """

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    passages: NDArray[np.int64]


def histogram(matching: Dated, every: Dated) -> Histogram:
    """The histogram of some documents.

    Args:
        matching: Those documents; there is at least one.
        every: All of the collection.
    """
    unit, start, stop = _scale(np.array([matching.first.min(), matching.last.max()]))
    days = _opening(np.arange(start, stop + 1), unit)
    firsts, lasts = np.maximum(days[:-1], 1), days[1:] - 1
    counts = (_counts(dated, unit, start, stop).tolist() for dated in (matching, every))
    bars = zip(firsts.tolist(), lasts.tolist(), *counts, strict=True)
    return Histogram(unit, tuple(Bar(date.fromordinal(a), date.fromordinal(b), n, of) for a, b, n, of in bars))


def _counts(dated: Dated, unit: TimeUnit, start: int, stop: int) -> NDArray[np.int64]:
    """How many passages are of each unit of time from the one numbered `start` to the one before `stop`."""
    begins = np.clip(_bar(dated.first, unit), start, stop) - start
    ends = np.clip(_bar(dated.last, unit) + 1, start, stop) - start
    # What begins in a bar counts from there on, until after the bar in which it ends; outside, both are the same.
    size = stop - start + 1
    changes = np.bincount(begins, dated.passages, size) - np.bincount(ends, dated.passages, size)
    return np.cumsum(changes)[:-1].astype(np.int64)


def _scale(ends: NDArray[np.int64]) -> tuple[TimeUnit, int, int]:
    """The unit of the bars that reach from one day to another, the number of the first one and that after the last."""
    fitting: list[TimeUnit] = [unit for unit, most in MOST_BARS.items() if np.ptp(_bar(ends, unit)) < most]
    first, last = _bar(ends, fitting[0]).tolist()
    return fitting[0], first, last + 1


def _bar(days: NDArray[np.int64], unit: TimeUnit) -> NDArray[np.int64]:
    """The number of the unit of time in which each day lies."""
    if unit == "day":
        return days
    stamps = (days - _EPOCH).astype("datetime64[D]")
    if unit == "month":
        return stamps.astype("datetime64[M]").astype(np.int64)
    return (stamps.astype("datetime64[Y]").astype(np.int64) + 1970) // _YEARS[unit]


def _opening(bars: NDArray[np.int64], unit: TimeUnit) -> NDArray[np.int64]:
    """The first day of each unit of time, given by number; before the first of all days for one that begins earlier."""
    if unit == "day":
        return bars
    stamps = bars.astype("datetime64[M]") if unit == "month" else (bars * _YEARS[unit] - 1970).astype("datetime64[Y]")
    return stamps.astype("datetime64[D]").astype(np.int64) + _EPOCH
