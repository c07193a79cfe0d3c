"""The lines at the head of a text that label it: a date, a place, a byline, an office, a room, a marking of secrecy.

Only lines of a known form count, which hold that and nothing else. A date within a sentence is about what the sentence
tells, and is never taken for the document's. The words by which such lines are known stand in labels.toml.
"""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from itertools import takewhile
from typing import Final

from ....shipped import shipped_text
from ...dates.written import CLOCK, WRITTEN_DAY, is_weekday, month_number, parse_written, plain
from ...document import DateInterval
from ...scripts import LATIN_ENDS, WIDE
from ..countries import is_capital
from ..people import NAME, OFFICE
from .datelines import dated_place
from .places import CAPITALISED, PLACE, is_region, last_place, may_be_place, named

_WORDS: Final[dict[str, list[str]]] = tomllib.loads(shipped_text(__package__ or "", "labels.toml"))


def _any(name: str) -> str:
    """A pattern for any of the patterns that labels.toml has under a name."""
    return f"(?:{'|'.join(_WORDS[name])})"


LONGEST_LINE: Final = 120
"""A longer line is no label."""

_LONGEST_WIDE: Final = 60
"""The same of one in Chinese, Japanese or Korean."""

_LONGEST_SIGNATURE: Final = 160
"""The same of one that names a person with an office, or two."""

_LONGEST_PLACE: Final = 60
_LONGEST_NAME: Final = 80
# Geneva, Switzerland  |  Los Angeles, California  |  Washington, D.C. — a line of its own
_PLACE_LINE: Final = re.compile(rf"(?P<place>{PLACE}),? (?P<region>D\.? ?C\.?|(?<=, )(?:the )?{PLACE})")
_PUBLISHED: Final = _any("published")
_UPDATED: Final = _any("updated")
# Media Note / September 3, 2024  |  Published: Nov. 24, 2025 10:15 IST  |  2025年11月23日  |  입력 2026.01.13 14:05
_DATED_LINE: Final = (
    rf"(?:(?:(?:{_PUBLISHED}|(?P<updated>{_UPDATED}))(?: on| at)?(?: ?[/|:·•–—-])* ?))?"
    rf"[(\[]?(?:{CLOCK},? )?(?P<day>{WRITTEN_DAY})[)\]]?"
    rf"(?:,? ?(?:[/|·•@–—-] ?)?(?:{CLOCK}.{{0,25}}|{_PUBLISHED}|{_UPDATED}))?"
    rf"(?:,? ?(?:[/|·•;(–—-] ?)?(?:{_UPDATED}).{{0,50}})?\.?"
)
_YEAR: Final = re.compile(r"\d{4}|年")
_WIDE: Final = re.compile(f"[{WIDE}]")
# Tuesday, January 13  |  13. Januar
_DAY_AND_MONTH: Final = re.compile(
    r"(?:(?P<weekday>[^\W\d_]{2,15}),? )?(?:(?P<month>[^\W\d_]{3,15}\.?) \d\d?(?:st|nd|rd|th)?"
    r"|\d\d?(?:st|nd|rd|th|\.|er)? (?:de )?(?P<month2>[^\W\d_]{3,15}\.?))"
)
_QUOTES: Final = ("“", '"', "«", "„", "–", "—")
_BYLINE: Final = re.compile(
    rf"(?i:{_any('byline')}) "
    rf"(?P<name>{CAPITALISED}(?: (?:al-|bin |van |von |de |da |del |el )?{CAPITALISED}){{1,3}})(?:,.{{0,60}})?"
)
# Antony J. Blinken, Secretary of State  |  Ned Price, Department Spokesperson — the first line of a statement
_SIGNED: Final = re.compile(rf"(?P<name>{NAME}), (?:\w+ ){{0,3}}{OFFICE}(?: (?:of|for|to|and)\b.{{0,60}})?")
# Anne A. Witkowsky, Assistant SecretaryBureau of Conflict and … — an office that is less usual, or runs on
_SOMEBODY: Final = (
    rf"(?:(?:Dr|Amb|Gen|Prof|H\.E)\. )?{NAME} ?,(?: [JS]r\.,)? (?:{CAPITALISED} |of |for |the |and |to |at ){{0,9}}"
    rf"(?:{OFFICE}|Director|Coordinator|Chair(?:person|man|woman)?|Chief|Head|Administrator|Professor|Counselor|Member|Envoy)"
    r"[^,.;:]{0,90}(?:, [^;:]{3,80})?"
)
_NO_PERSON: Final = re.compile(rf"\b{_any('no_person')}\b", re.IGNORECASE)
_CAPITALS: Final = rf"{CAPITALISED}(?: (?:of |and )?{CAPITALISED}){{0,5}}"
_OF_OTHERS: Final = r"(?i:de|des|du|del|della|delle|degli|dos|das|do|da|der|für|d[’']|ds) ?"
_VENUE_WORDS: Final = rf"(?>{CAPITALISED}|\d{{1,4}}|{_any('particles')}|d[’']{CAPITALISED}|\(.{{1,20}}\))"
_TOWN: Final = rf"(?:{CAPITALISED},? ){{1,4}}"
_POSTAL: Final = (
    # Washington, D.C. 20520  |  London SW1A 2AH  |  Ottawa, Ontario K1A 0G2
    rf"{_TOWN}(?:(?:[A-Z]\.? ?){{2}},? ?\d{{5}}(?:-\d{{4}})?|[A-Z]{{1,2}}\d[A-Z\d]? \d[A-Z]{{2}})",
    rf"{_TOWN}[A-Z]\d[A-Z] \d[A-Z]\d",
    # 10117 Berlin  |  F-75007 Paris  |  2500 EB Den Haag  |  1211 Genève 10  |  75700 Paris Cedex 07
    r"(?:[A-Z]{1,3}-)?(?!(?:1[5-9]|20)\d\d )\d{4,6}(?: [A-Z]{2})?"
    rf"(?: {CAPITALISED}){{1,3}}(?: \d{{1,2}})?(?: (?i:cedex)(?: \d\d?)?)?",
)
_HEADLINE: Final = rf"\b{_any('headline')}\b"


def find_date_line(lines: Iterable[str], *, labelled: bool = False, language: str = "") -> DateInterval | None:
    """Find the day in the first line that is a date, alone or with a label such as "Media Note" or "Published".

    Args:
        lines: The lines at the head of a text, stripped. A date alone counts only before the first paragraph, and not
            below a quotation, which it may date.
        labelled: Whether only dates with a label count, and those after a paragraph too: for lines that were cut out
            of a text.
        language: That of the text: it may tell which number is the day.

    Returns:
        The day; that of the last update where there is no other, and None where there is none.
    """
    updated, before = None, ""
    for line in lines:
        quoted, before = before.startswith(_QUOTES), line
        if is_paragraph(line) and not labelled:
            break
        found = _dated_line(line)
        if not found or (found.start("day") == 0 and (labelled or quoted)):
            continue
        if dates := _day(found, language):
            if not found["updated"]:
                return dates
            updated = updated or dates
    return updated


def find_place_line(lines: Iterable[str]) -> str:
    """Find the place in the one line before the first paragraph that is a place with its country, or a capital's name.

    "Geneva, Switzerland" is one, with a state or province too; any other name alone may be anything. Where there are
    several it is a list, and none counts.
    """
    head = takewhile(lambda line: not is_paragraph(line), lines)
    places = {place for line in head if (place := _place(line))}
    return places.pop() if len(places) == 1 else ""


def find_byline(lines: Iterable[str]) -> str:
    """The name in the first line that is a byline, such as "By Jane Doe"; "" if none names a person.

    A name with its office, "Ned Price, Department Spokesperson", is a line of that kind as well.
    """
    for line in lines:
        if "," in line and len(line) < LONGEST_LINE and (signed := _SIGNED.fullmatch(line)):
            return signed["name"]
        found = _BYLINE.fullmatch(line.replace(" :", ":").replace(":  ", ": ")) if len(line) < LONGEST_LINE else None
        if found and not _NO_PERSON.search(found["name"]):
            return named(found["name"])
    return ""


def is_label(line: str) -> bool:
    """Whether a line is only a place, a date, a time, a byline, an office, a room or the like, and no headline."""
    line = plain(line) if len(line) <= _LONGEST_SIGNATURE else ""
    if is_signature(line):
        return True
    return 0 < len(line) <= LONGEST_LINE and (is_dated(line) or _is_venue(line) or _is_letterhead(line))


def is_signature(line: str) -> bool:
    """Whether a line only says who speaks, or where: what a ministry puts between a headline and its text."""
    if len(line) > _LONGEST_SIGNATURE:
        return False
    forms = _compiled()
    return bool(
        _BYLINE.fullmatch(line)
        or forms["bylines"].fullmatch(line)
        or (line.isupper() and forms["holder"].fullmatch(line) and not forms["headline"].search(line))
        or ("," in line and (_SIGNED.fullmatch(line) or forms["somebody"].fullmatch(line)))
        or _place(line)
    )


def is_of_address(line: str, below: str) -> bool:
    """Whether a line begins an address, by what is below: the street, or whose it is, above a town with its code."""
    first, second = (*below.lstrip("\n").split("\n", 2), "", "")[:2]
    street, town = (first, second) if not any(map(str.isdecimal, line)) else (line, first)
    return any(map(str.isdecimal, street)) and _compiled()["postal"].fullmatch(plain(town)) is not None


def is_name(line: str) -> bool:
    """Whether a line may be a name of whatever kind: capitalised words, none of which is a headline's."""
    line = plain(line)
    forms = _compiled()
    return (
        len(line) <= _LONGEST_PLACE + 20 and bool(forms["name"].fullmatch(line)) and not forms["headline"].search(line)
    )


def is_dated(line: str) -> bool:
    """Whether a line is only a date, perhaps with its label or place, or a time of the day."""
    if len(line) > LONGEST_LINE or not (
        any(map(str.isdecimal, line)) or "年" in line or line.lower() in ("noon", "midnight")
    ):
        return False
    if _compiled()["clock"].fullmatch(line) or dated_place(line):
        return True
    if (without_year := _DAY_AND_MONTH.fullmatch(line)) and month_number(
        without_year["month"] or without_year["month2"]
    ):
        return not without_year["weekday"] or is_weekday(without_year["weekday"])
    found = _dated_line(line)
    return found is not None and _day(found, "") is not None


def is_paragraph(line: str) -> bool:
    """Whether a line is part of the running text: a headline may be as long, but ends without a full stop."""
    return len(line) > LONGEST_LINE and line.rstrip("\"'”’»)").endswith((*LATIN_ENDS, ":", "。"))


@cache
def _compiled() -> dict[str, re.Pattern[str]]:
    """The patterns that only some lines are held against, by name."""
    markings = rf"(?:{_any('marking')}|[a-z](?: [a-z]){{4,}})"
    office = rf"(?:(?:The|THE) )?(?:{CAPITALISED} ){{0,6}}(?:{_any('office')}|{_any('office').upper()})"
    return {
        "dated": re.compile(_DATED_LINE, re.IGNORECASE),
        "clock": re.compile(rf"\(?(?:[-–—] ?)?{CLOCK}(?: ?[-–—] ?{CLOCK})?\)?\.?", re.IGNORECASE),
        "somebody": re.compile(_SOMEBODY),
        "bylines": re.compile(rf"(?i:by|von|par|por|di) {NAME}(?:(?:,| and| &| und| et| y| e) {NAME})+"),
        "holder": re.compile(rf"(?:[A-Z]+ ){{0,3}}(?i:{OFFICE})(?: [A-Z][A-Z.’'-]*){{2,4}}"),
        "marking": re.compile(rf"[\W_]*{markings}(?:[\s/,;.()–—-]+{markings}){{0,5}}[\W_]*", re.IGNORECASE),
        "release": re.compile(rf"[-–—*\s(\[]*{_any('release')}[-–—*\s)\]:]*", re.IGNORECASE),
        "office": re.compile(
            rf"{office}(?: (?:of|for|to|OF|FOR)(?> (?:{_any('particles')}|{CAPITALISED}),?)++"
            rf"| {_OF_OTHERS}[^.;:!?]{{2,70}}| [\u0400-\u04ff][^.;:!?]{{2,70}})?"
            rf"(?:, {CAPITALISED}(?: {CAPITALISED}){{0,4}})?"
        ),
        "office signs": re.compile(_any("office_signs")),
        "venue": re.compile(
            rf"(?:The )?{_any('venue_first')}(?:,? {_VENUE_WORDS}){{1,5}}"
            rf"|\d{{1,4}} {CAPITALISED} (?:Street|Avenue)(?:, .{{2,30}})?"
            rf"|(?!An? )(?:(?:{CAPITALISED}|of|de|the|la) ){{0,6}}{_any('venue')}(?: \d{{1,4}}| [A-Z])?"
            rf"(?: (?:of|for|at|in|to) (?:the )?{_CAPITALS}| {_OF_OTHERS}[^.;:!?]{{2,40}})?"
            rf"(?P<place>,? (?:{_VENUE_WORDS} ){{0,4}}{_VENUE_WORDS})?"
        ),
        "venue signs": re.compile(_any("venue_signs")),
        "postal": re.compile(rf"(?:{'|'.join(_POSTAL)})(?:,? {CAPITALISED}){{0,2}}"),
        "name": re.compile(rf"{_VENUE_WORDS}(?:,? {_VENUE_WORDS}){{0,9}}"),
        "headline": re.compile(_HEADLINE, re.IGNORECASE),
    }


def _dated_line(line: str) -> re.Match[str] | None:
    longest = LONGEST_LINE if line.isascii() or not _WIDE.search(line) else _LONGEST_WIDE
    if len(line) > longest or not _YEAR.search(line) or line.endswith(("。", "；")):
        return None
    return _compiled()["dated"].fullmatch(plain(line))


def _day(found: re.Match[str], language: str) -> DateInterval | None:
    try:
        return parse_written(found["day"], language)
    except ValueError:
        return None


def _is_letterhead(line: str) -> bool:
    """Whether a line says whose text it is, how secret, or what may be done with it."""
    forms = _compiled()
    if any(forms[name].fullmatch(line) for name in ("marking", "release", "office signs", "postal")):
        return True
    return forms["office"].fullmatch(line) is not None and not forms["headline"].search(line)


def _is_venue(line: str) -> bool:
    """Whether a line is only a room or a house."""
    forms = _compiled()
    if forms["venue signs"].fullmatch(line):
        return True
    found = forms["venue"].fullmatch(line) if len(line) <= _LONGEST_PLACE and not line.isupper() else None
    if not found or forms["headline"].search(line):
        return False
    place = found["place"] or ","
    return place.startswith(",") or bool(last_place(place))


def _place(line: str) -> str:
    """The place that a line is nothing but the name of; "" if it is not."""
    if len(line) > _LONGEST_PLACE:
        return ""
    found = _PLACE_LINE.fullmatch(line)
    if found and is_region(found["region"]):
        place = found["place"]
        return named(place if may_be_place(place) else last_place(place))
    return named(line) if is_capital(named(line)) else ""
