"""What the lines at the head of a text tell of when, where and by whom it was written.

Only lines of a known form count: a dateline before the first sentence, a line that holds a place, a date or a byline
and nothing else. A date within a sentence is about what the sentence tells, and is never taken for the document's. The
words by which such lines are known stand in datelines.toml.
"""

import re
import tomllib
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from itertools import takewhile
from typing import Any, Final, NamedTuple

from ..dates.records import FULL_DATE, MONTH, MONTHS, parse_dates
from ..document import DateInterval
from ..scripts import LATIN_ENDS
from .countries import canonical_country, is_capital
from .people import NAME, OFFICE

_WORDS: Final[dict[str, list[str]]] = tomllib.loads(
    files(__package__ or "").joinpath("datelines.toml").read_text("utf-8")
)


def _any(name: str) -> str:
    """A pattern for any of the words or patterns that datelines.toml has under a name."""
    return f"(?:{'|'.join(_WORDS[name])})"


_CAPITALISED = r"[^\W\d_a-z][\w.'’-]*"
_PLACE = rf"(?!{_any('no_place')}\b){_CAPITALISED}(?: {_any('place_particles')}?{_CAPITALISED}){{0,3}}"
_DAY = rf"(?P<day>{MONTH} \d{{1,2}}(?P<year>,? \d{{4}})?|\d{{1,2}} {MONTH}(?P<year2>,? \d{{4}})?)"
# Johannesburg, Nov 23 (NationPress) …  |  SEOUL, South Korea (AP) — …  |  PARIS, 23 November 2025 — …
_DATELINE = re.compile(
    rf"(?P<place>{_PLACE})(?:, (?!{MONTH} )(?P<region>{_PLACE}))?"
    rf"(?:,? (?i:{_DAY}),? ?[(\[](?P<outlet>[^()\[\]\d]{{2,40}})[)\]]"
    rf"| ?\((?P<only_outlet>[^()\[\]\d]{{2,40}})\) ?[-–—]"
    rf"|,? (?i:{_DAY.replace('<', '<only_')}) ?[-–—:])"
)
# Washington, 2 January 1951, 3:30 p.m. — a line of its own
_DATE_LINE = re.compile(
    rf"(?P<place>{_PLACE}) ?, (?i:(?P<day>{MONTH} \d{{1,2}}, \d{{4}}|\d{{1,2}} {MONTH},? \d{{4}}))"
    r"(?:, (?:\d|noon|midnight)[^,]{0,30})?\.?"
)
# Geneva, Switzerland  |  Los Angeles, California  |  Washington, D.C. — a line of its own
_PLACE_LINE = re.compile(rf"(?P<place>{_PLACE}),? (?P<region>D\.? ?C\.?|(?<=, )(?:the )?{_PLACE})")
_PUBLISHED: Final = _any("published")
_UPDATED: Final = _any("updated")
# Media Note / September 3, 2024  |  Published: Nov. 24, 2025 10:15 IST  |  2025年11月23日
_WEEKDAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?,? )?"
_DATED_LINE = re.compile(
    rf"(?:(?:(?:{_PUBLISHED}|(?P<updated>{_UPDATED}))(?: on| at)?(?: ?[/|:·•–—-])* ?))?{_WEEKDAY}(?P<day>{FULL_DATE})"
    rf"(?:,? ?(?:[/|·•@–—-] ?)?(?:at )?(?:\d\d?[:.h]\d\d.{{0,25}}|\d\d? ?[ap]\.?m\..{{0,20}}|{_PUBLISHED})?)?",
    re.IGNORECASE,
)
_QUOTES: Final = ("“", '"', "«", "„", "–", "—")
_LONGEST_LINE: Final = 120
_LONGEST_PLACE: Final = 60
_BYLINE = re.compile(
    rf"(?i:{_any('byline')}) (?P<name>{_CAPITALISED}(?: {_any('name_particles')}?{_CAPITALISED}){{1,3}})(?:,.{{0,60}})?"
)
# Antony J. Blinken, Secretary of State  |  Office of the Spokesperson — the first line of a ministry's statement
_SIGNED = re.compile(rf"(?P<name>{NAME}), (?:\w+ ){{0,3}}{OFFICE}(?: (?:of|for|to|and)\b.{{0,60}})?")
_OFFICE_LINE = re.compile(rf"{_any('office')} of (?:the )?[A-Z][\w ,’'&-]{{2,60}}")
_NO_PERSON = re.compile(rf"\b{_any('no_person')}\b", re.IGNORECASE)
_NEAR_DAYS: Final = 45
"""How far a dateline's day may lie from the date that its year is taken from: archives file by month."""


class Dateline(NamedTuple):
    """What a dateline tells: where a report was filed, by which agency, and when.

    `dates` are its days if it names the year; `day` is (month, day of the month) if it does not.
    """

    place: str = ""
    outlet: str = ""
    dates: DateInterval | None = None
    day: tuple[int, int] | None = None


def find_dateline(lines: Iterable[str]) -> Dateline:
    """The first dateline at the beginning of a line, or one that tells nothing."""
    for line in lines:
        head = line[:200]
        if found := _DATE_LINE.fullmatch(head):
            return Dateline(named(found["place"]), "", _dates(found["day"]))
        if found := _DATELINE.match(head):
            has_year = found["year"] or found["year2"] or found["only_year"] or found["only_year2"]
            day = found["day"] or found["only_day"]
            outlet = (found["outlet"] or found["only_outlet"] or "").strip()
            if day and not has_year:
                return Dateline(named(found["place"]), outlet, day=_month_and_day(day))
            return Dateline(named(found["place"]), outlet, _dates(day) if day else None)
    return Dateline()


def after_dateline(sentence: str) -> str:
    """A sentence without the dateline that it begins with, if it does."""
    found = _DATELINE.match(sentence[:200])
    return sentence[found.end() :].lstrip(" -–—:") or sentence if found else sentence


def find_place_line(lines: Iterable[str]) -> str:
    """Find the place in the one line before the first paragraph that is a place with its country, or a capital's name.

    "Geneva, Switzerland" is one, with a state or province too; any other name alone may be anything. Where there are
    several it is a list, and none counts.
    """
    head = takewhile(lambda line: not _is_paragraph(line), lines)
    places = {place for line in head if (place := _place(line))}
    return places.pop() if len(places) == 1 else ""


def find_date_line(lines: Iterable[str], *, labelled: bool = False) -> DateInterval | None:
    """Find the day in the first line that is a date, alone or with a label such as "Media Note" or "Published".

    Args:
        lines: The lines at the head of a text, stripped. A date alone counts only before the first paragraph, and not
            below a quotation, which it may date.
        labelled: Whether only dates with a label count, and those after a paragraph too: for lines that were cut out
            of a text.

    Returns:
        The day; that of the last update where there is no other, and None where there is none.
    """
    updated, before = None, ""
    for line in lines:
        quoted, before = before.startswith(_QUOTES), line
        if _is_paragraph(line) and not labelled:
            break
        found = _DATED_LINE.fullmatch(line) if len(line) <= _LONGEST_LINE else None
        if not found or (found.start("day") == 0 and (labelled or quoted)):
            continue
        if dates := _dates(found["day"]):
            if not found["updated"]:
                return dates
            updated = updated or dates
    return updated


def find_byline(lines: Iterable[str]) -> str:
    """The name in the first line that is a byline, such as "By Jane Doe"; "" if none names a person.

    A name with its office, "Ned Price, Department Spokesperson", is a line of that kind as well.
    """
    for line in lines:
        if len(line) < _LONGEST_LINE and (signed := _SIGNED.fullmatch(line)):
            return signed["name"]
        found = _BYLINE.fullmatch(line.replace(" :", ":").replace(":  ", ": ")) if len(line) < _LONGEST_LINE else None
        if found and not _NO_PERSON.search(found["name"]):
            return named(found["name"])
    return ""


def is_label(line: str) -> bool:
    """Whether a line is only a place, a date, a byline or an office, and so neither a headline nor a sentence."""
    forms = (_BYLINE, _DATE_LINE, _DATED_LINE, _SIGNED, _OFFICE_LINE)
    return len(line) <= _LONGEST_LINE and (any(form.fullmatch(line) for form in forms) or bool(_place(line)))


def has_dateline(line: str) -> bool:
    """Whether a line begins with a dateline."""
    return _DATELINE.match(line[:200]) is not None


def with_year(day: tuple[int, int], near: DateInterval) -> DateInterval | None:
    """Complete a day with its year. "Dec 30" near 2 January 2026 was in 2025.

    Args:
        day: Month and day of the month, counted from 1.
        near: Days that it lies close to; a whole year, perhaps.

    Returns:
        The day in the year that brings it closest to `near`; None if that is more than 45 days away, or if no year has
        such a day.
    """
    years = range(near.first.year - 1, near.last.year + 2)
    days = [dates.first for year in years if (dates := _dates(f"{year}-{day[0]:02}-{day[1]:02}"))]
    distances = {each: max((near.first - each).days, (each - near.last).days, 0) for each in days}
    best = min(distances, key=lambda each: distances[each], default=None)
    return None if best is None or distances[best] > _NEAR_DAYS else DateInterval(best, best)


def named(name: str) -> str:
    """A name as it is usually written: SEOUL is Seoul."""
    return name.title() if name.isupper() and len(name) > 3 else name


def _dates(day: str) -> DateInterval | None:
    try:
        return parse_dates(day)
    except ValueError:
        return None


def _month_and_day(text: str) -> tuple[int, int] | None:
    words = sorted(text.replace(".", "").lower().split(), key=str.isdecimal)
    month, day = MONTHS[words[0]], int(words[1])
    return (month, day) if _dates(f"2000-{month:02}-{day:02}") else None


def _is_paragraph(line: str) -> bool:
    """Whether a line is part of the running text: a headline may be as long, but ends without a full stop."""
    return len(line) > _LONGEST_LINE and line.rstrip("\"'”’»)").endswith((*LATIN_ENDS, ":", "。"))


def _place(line: str) -> str:
    """The place that a line is nothing but the name of; "" if it is not."""
    if len(line) > _LONGEST_PLACE:
        return ""
    found = _PLACE_LINE.fullmatch(line)
    if found and _is_region(found["region"]):
        return named(found["place"])
    return named(line) if is_capital(named(line)) else ""


def _is_region(name: str) -> bool:
    plain = name.replace(".", "").replace(" ", "")
    return plain.upper() == "DC" or canonical_country(name) is not None or name.removeprefix("the ") in _regions()


@lru_cache(maxsize=1)
def _regions() -> frozenset[str]:
    """States and provinces that stand after a town's name, by name and by postal code."""
    import pycountry

    subdivisions: Any = pycountry.subdivisions
    codes = _WORDS["countries_with_regions"]
    states: list[Any] = [each for code in codes for each in subdivisions.get(country_code=code) or ()]
    return frozenset({each.name for each in states} | {each.code[3:] for each in states} | {*_WORDS["regions"]})
