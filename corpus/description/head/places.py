"""What is the name of a place: the towns that datelines name, regions, and what looks like a place and is none."""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Final

from ...dates.tables.calendar_words import fold
from ...dates.written import is_weekday, month_number
from ..countries import canonical_country, is_capital

_DATA: Final = files(__package__ or "")
_WORDS: Final[dict[str, list[str]]] = tomllib.loads(_DATA.joinpath("places.toml").read_text("utf-8"))

CAPITALISED: Final = r"[^\W\d_a-zß-öø-ÿ][\w.'’\u0900-\u0963\u0e31-\u0e4e-]*"
"""A pattern for a word with a capital, or of a script that has none."""

PLACE: Final = (
    rf"(?!(?:{'|'.join(_WORDS['no_place'])})\b){CAPITALISED}"
    rf"(?: (?:{'|'.join(_WORDS['particles'])})?{CAPITALISED}){{0,3}}"
)
"""A pattern for what may be the name of a place: `may_be_place` tells whether it can be."""

_SMALL: Final = re.compile(
    r"(?<=[\w.] )(?:De|Des|Du|La|Of|The|Am|Del|Do|Da)(?= )|(?<=\w-)(?:Au|Sur|En|Le|La|De|Des|Du|Upon|On|An|Der|Am)(?=-)"
)
_AGENCIES: Final = frozenset(_WORDS["agencies"])
_NEVER: Final = frozenset(_WORDS["never"])


def may_be_place(name: str) -> bool:
    """Whether a name is none of a day, a month, a person, an office, a room or a label."""
    if _key(name) in _known():
        return True
    words = fold(name).replace(".", " ").replace("-", " ").split()
    if not words or len(name) > 40 or any(map(str.isdecimal, name)):
        return False
    return not any(word in _NEVER or is_weekday(word) or month_number(word) for word in words)


def is_town(name: str) -> bool:
    """Whether that is a town that is known, in whatever language and case."""
    return _key(name) in _known() or is_capital(named(name))


def is_place(name: str) -> bool:
    """Whether that is a town, region or country that is known, in whatever language and case."""
    return is_town(name) or (len(name) > 3 and is_region(name))  # shorter ones are codes


def is_agency(name: str) -> bool:
    """Whether that may be a news agency's name: one that is known, or more than capitals, as NationPress is."""
    return any(part.casefold() in _AGENCIES for part in re.split(r"[/, ]+", name)) or not name.isupper()


def is_told_of(name: str, text: str) -> bool:
    """Whether a text itself speaks of a name as of a place: "in Nara" below NARA."""
    return re.search(rf"\b(?:in|at|near|from|to|à|en|im|aus|nach|w|в|a) {re.escape(named(name))}\b", text) is not None


def is_region(name: str) -> bool:
    """Whether that is what stands behind a town's name: a country, a state or a province."""
    plain = name.replace(".", "").replace(" ", "")
    known = plain.upper() == "DC" or canonical_country(name) is not None
    return known or name.removeprefix("the ") in _regions() or named(name) in _regions()


def last_place(words: str) -> str:
    """The known place that a line of words ends with: Washington of "Benjamin Franklin Room Washington"; else ""."""
    parts = words.split()
    return next((rest for at in range(len(parts)) if is_place(rest := " ".join(parts[at:]))), "")


def named(name: str) -> str:
    """A name as it is usually written: SEOUL is Seoul."""
    if not name.isupper() or len(name) <= 3:
        return name
    return _SMALL.sub(lambda each: each[0].lower(), name.title())


def _key(name: str) -> str:
    return " ".join(re.sub(r"[-.'’‘]", " ", fold(name)).split())


@cache
def _known() -> frozenset[str]:
    lines = (line for line in _DATA.joinpath("cities.txt").read_text("utf-8").splitlines() if line[0] != "#")
    return frozenset(_key(name) for name in (*(name for line in lines for name in line.split("|")), *_WORDS["towns"]))


@cache
def _regions() -> frozenset[str]:
    """States and provinces that stand after a town's name, by name and by postal code."""
    import pycountry

    subdivisions: Any = pycountry.subdivisions
    states: list[Any] = [
        each for code in _WORDS["countries_with_regions"] for each in subdivisions.get(country_code=code) or ()
    ]
    return frozenset({each.name for each in states} | {each.code[3:] for each in states} | {*_WORDS["regions"]})
