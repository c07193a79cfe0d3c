"""Dates as the fields of records state them: with what archives, catalogues and programs put around them.

"c. 1951", "[1951?]", "1951-52", "1/13/2026", "2026-01-13 to 14", 1768262400, {"$date": …}. What a program writes for
nothing (NaT, null, 0000-00-00) is none. Where nothing tells the day from the month, as in 3/4/2026, it is no date.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Final, cast

from ..document import DateInterval
from . import periods
from .records import parse_dates

_NOTHING: Final = frozenset(("", "-", "–", "—", "?", "nat", "nan", "none", "null", "nil", "n/a", "na", "<na>", "~"))
_ZEROS = re.compile(r"0000[-/.]?00[-/.]?00(?:[T ][0:.]*Z?)?")
_LONGEST: Final = 100

# Around a year or day that a cataloguer took from elsewhere, or is not sure of.
_BRACKETS = re.compile(r"[\[(<{]++(.*?)(?<![\])>}])[\])>}]++\.?", re.DOTALL)
_ABOUT = re.compile(
    r"(?:c|ca|cca|circa|approx|approximately|about|around|probably|prob|vers|env|environ|um|etwa|около|ок|hacia|h|verso|yak|約|约)"
    r"(?:\.\s*|\s+|(?=\d))",
    re.IGNORECASE,
)
_DOUBTFUL = re.compile(r"(?<!\s)\s*+(?:[\[(]|(?<!\?))\?++[\])]?$")
_CLOCK = re.compile(r"(?<![T,\s])[T,\s]++\d{1,2}[:.]\d{2}(?::\d{2})?\b.*$", re.DOTALL)
_LOOSE_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_SHORT_END = re.compile(r"(\d{4})\s?[-–/]\s?(\d{2})", re.ASCII)
_YEARS = re.compile(r"(\d{4})\s?[-–—]\s?(\d{4})", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})", re.ASCII)
_TO = re.compile(
    r"(?:(?<!\s)|(?<=[–—]\s))\s++(?:to|until|till|through|thru|bis|au|à|al|hasta|по|–|—|-)\s++|\s?[–—]\s?",
    re.IGNORECASE,
)

_SECONDS = re.compile(r"1\d{9}(?:\.\d{1,9})?", re.ASCII)
_MILLISECONDS = re.compile(r"1\d{12}", re.ASCII)
_COMPACT_HOUR = re.compile(r"1[5-9]\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])(?:\d{3})?", re.ASCII)
"""Year, month, day and hour in a row, which a number of seconds may look like."""


def stated_dates(value: object) -> DateInterval | None:
    """The days that the value of a field means, or None if it means none.

    Args:
        value: As it stands in JSON, YAML, TOML or a cell of a table: see `parse_dates`, and the head of this module.

    Raises:
        ValueError: If no day can be made out of it, or if it may be one of several.
    """
    if isinstance(value, Mapping):
        return _of_object(cast("Mapping[str, object]", value))
    if isinstance(value, list):
        return _of_list(cast("list[object]", value))
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return parse_dates(value)
    # Programs that know of missing numbers make fractions of all the others.
    text = str(value).removesuffix(".0" if isinstance(value, float) else "")
    try:
        return _of_text(text)
    except ValueError:
        # What stands around a date may be taken off in any order: each text that is left is looked at once.
        waiting, known = _barer(text), {text}
        while waiting:
            bare = waiting.pop(0)
            if bare not in known:
                known.add(bare)
                with suppress(ValueError):
                    return _of_text(bare)
                waiting = [*_barer(bare), *waiting]
        raise


def _of_text(text: str) -> DateInterval | None:
    """The days of a text that holds nothing else; None if it means none."""
    text = " ".join(text.split())
    if text.casefold() in _NOTHING or _ZEROS.fullmatch(text):
        return None
    if len(text) > _LONGEST:
        raise ValueError("too long for a date")
    return _moment(text) or _unlike_iso(text) or _without_doubt(text) or parse_dates(text)


def _of_object(value: Mapping[str, object]) -> DateInterval | None:
    """The day of an object that programs wrap one in, such as {"$date": "2026-01-13T09:00:00Z"}."""
    if len(value) == 1:
        ((key, inner),) = value.items()
        if "date" in key.lower() and not isinstance(inner, Mapping | list):
            return stated_dates(inner)
    raise ValueError("an object is no date")


def _of_list(values: list[object]) -> DateInterval | None:
    """From the first of two days to the last."""
    if len(values) > 2 or any(isinstance(each, list) for each in values):
        raise ValueError("more than two dates")
    days = [found for each in values if (found := stated_dates(each))]
    return DateInterval(days[0].first, days[-1].last) if days else None


def _barer(text: str) -> list[str]:
    """The same without what stands around the date itself, each of one kind; nothing if it is too long for a date."""
    text = " ".join(text.split())
    if len(text) > _LONGEST:
        return []
    bare = [_CLOCK.sub("", text), _DOUBTFUL.sub("", text)]
    if found := _ABOUT.match(text):
        bare.append(text[found.end() :])
    if found := _BRACKETS.fullmatch(text):
        bare.append(found[1])
    return [each for each in bare if each != text and re.search(r"\d{4}", each)]


def _moment(text: str) -> DateInterval | None:
    """The day of a number of seconds or milliseconds since 1970, in Greenwich."""
    if _COMPACT_HOUR.fullmatch(text):
        return None
    if _SECONDS.fullmatch(text):
        day = datetime.fromtimestamp(float(text), UTC).date()
    elif _MILLISECONDS.fullmatch(text):
        day = datetime.fromtimestamp(int(text) // 1000, UTC).date()
    else:
        return None
    return DateInterval(day, day)


def _unlike_iso(text: str) -> DateInterval | None:
    """The days that are written nearly as ISO has them: 2026-1-3, 1951-52, 1951-1953, 2026-01-13 to 14."""
    if found := _LOOSE_ISO.fullmatch(text):
        return periods.day(*map(int, found.groups()))
    if (found := _SHORT_END.fullmatch(text)) and int(found[2]) > max(12, int(found[1][2:])):
        return periods.years(int(found[1]), int(found[1][:2] + found[2]))
    if (found := _YEARS.fullmatch(text)) and found[1] <= found[2]:
        return periods.years(int(found[1]), int(found[2]))
    first, *others = _TO.split(text)
    if len(others) != 1 or not re.search(r"\d", first):
        return None
    with suppress(ValueError):
        begin = parse_dates(first)
        if begin is None:
            return None
        if others[0].isdecimal() and len(others[0]) <= 2:
            end = date(begin.first.year, begin.first.month, int(others[0]))
            return DateInterval(begin.first, end) if end > begin.first else None
        last = parse_dates(others[0])
        return DateInterval(begin.first, last.last) if last and last.last >= begin.first else None
    return None


def _without_doubt(text: str) -> DateInterval | None:
    """The day of a date with the year last, if its numbers or its dots tell the day from the month."""
    if not (found := _YEAR_LAST.fullmatch(text)):
        return None
    one, other, year = int(found[1]), int(found[3]), int(found[4])
    if found[2] == "." or one > 12 or one == other:
        return periods.day(year, other, one)
    if other > 12:
        return periods.day(year, one, other)
    raise ValueError("the day or the month may come first")
