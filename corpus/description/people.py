"""People whom a text names with their office: "President Lee Jae Myung", "Foreign Minister Cho Hyun".

A rule and no model: an office before a full name, in running English prose. What it finds is nearly always a person;
it misses everybody named without an office, by a surname alone ("President Lee"), or before the office ("Emmanuel
Macron, the president of France"), and everybody in other languages.
"""

import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from typing import Final

from ..document import Person
from .countries import country_mentions

MOST_PEOPLE: Final = 40
"""How many people a document has at most: a list of delegates names hundreds."""

_SHORTEST_LINE: Final = 80
"""Shorter lines are headlines and labels."""

_LARGEST: Final = 200_000
"""How much of a text is read for people, in characters."""

_WORDS: Final[dict[str, list[str]]] = tomllib.loads(files(__package__ or "").joinpath("people.toml").read_text("utf-8"))

OFFICE: Final = rf"(?:(?:{'|'.join(_WORDS['ranks'])})[ -]){{0,4}}(?:{'|'.join(_WORDS['offices'])})"
"""A pattern for an office that is named before or after whoever holds it."""

_WORD = r"(?:[A-Z]\.|(?:al-|Al-|O['’]|Mc|d['’]|D['’])?[A-Z][^\W\d_A-Z]+(?:-[^\W\d_]+)*)"
NAME: Final = rf"{_WORD}(?: (?:(?:{'|'.join(_WORDS['particles'])}) ){{0,2}}{_WORD}){{1,4}}"
"""A pattern for a full name: two to five words, some of them particles."""

_PERSON = re.compile(
    rf"(?<![\w-])(?P<past>(?i:former|late|then|ex)[ -])?(?P<office>{OFFICE}) "
    rf"(?P<name>{NAME})(?P<of> of (?:the )?)?"
)
_NO_NAME: Final = frozenset(_WORDS["no_name"])


def find_people(text: str, language: str = "en") -> tuple[Person, ...]:
    """Find the people whom an English text names in full after their office.

    Args:
        text: The text, of which the first 200,000 characters are read.
        language: Its ISO 639-1 code, empty if unknown. Nobody is found in other languages than English.

    Returns:
        The people in order of first mention, each once. Their country is the one named right before the office or, with
        "of", right after the name; otherwise it is empty.
    """
    if language not in ("", "en"):
        return ()
    people: dict[str, Person] = {}
    for person in _mentioned(text[:_LARGEST]):
        key = re.sub(r"[^\w ]| \w\.", "", person.name.replace("-", " ")).casefold()
        known = people.get(key)
        if known is None and len(people) < MOST_PEOPLE:
            people[key] = person
        elif known is not None and person.country and not known.country:
            people[key] = Person(known.name, known.role, person.country)
    return tuple(people.values())


def _mentioned(text: str) -> Iterator[Person]:
    for line in re.finditer(rf"[^\n]{{{_SHORTEST_LINE},}}", text):
        for found in _PERSON.finditer(line[0]):
            name = _name(found["name"])
            if not name or _is_headline(line[0]):
                continue
            whole = name == found["name"]
            role = f"{found['past'] or ''}{found['office']}".replace("-", " ") if found["past"] else found["office"]
            yield Person(name, role[0].upper() + role[1:], _country(line[0], found, whole))


def _is_headline(line: str) -> bool:
    words = line[:300].split()
    return sum(word[0].islower() for word in words) < 0.4 * len(words)


def _name(words: str) -> str:
    """A full name out of capitalised words: what follows a country or a word that is in no name is not part of it."""
    kept: list[str] = []
    for word in words.split(" "):
        if word in _NO_NAME or next(country_mentions(word), None):
            break
        kept.append(word)
    while kept and kept[-1][0].islower():
        kept.pop()
    longer = [word for word in kept if len(word.rstrip(".")) > 1 and not word[0].islower()]
    return " ".join(kept) if len(longer) >= 2 else ""


def _country(line: str, found: re.Match[str], whole: bool) -> str:
    begin = found.start()
    for mention in country_mentions(line[max(0, begin - 50) : begin]):
        if line[max(0, begin - 50) + mention.end : begin].strip(" ") in ("", "'s", "’s"):
            return mention.country
    if found["of"] and whole:
        first = next(country_mentions(line[found.end() : found.end() + 60]), None)
        if first and first.start == 0:
            return first.country
    return ""
