"""People beside an office in a text of another language, whose names begin with capital letters.

The office stands before the name, with all that it is for and its country between them ("le ministre français des
Affaires étrangères, Jean-Noël Barrot", "президент Франции Эммануэль Макрон"), or behind it and a comma.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from ...document import Person
from ..countries import Mention, country_mentions
from .office_table import offices_in, words_in

_MOST_BETWEEN: Final = 12
_LOOK_BACK: Final = 120
_LONGEST_LINK: Final = 3  # "de", "für", "και": what an office's name does not end with
_OWNING: Final = frozenset(("de", "sv", "da", "nb", "nl"))
"""Languages whose genitive is an s without an apostrophe."""

_CASED: Final = frozenset(("de", "tr", "id", "vi"))
"""Languages whose offices count as they are written: with a capital, or with letters that case folds badly."""

_LETTERS: Final = [chr(each) for each in (*range(0x41, 0x530), *range(0x1E00, 0x2000))]
_CAPITALS: Final = "".join(letter for letter in _LETTERS if letter.isupper())
_PARTICLES: Final = "von|van|zu|zur|der|den|de|du|da|do|dos|das|di|del|della|la|le|el|al|bin|ibn|ter|ten|ben"
_INITIALS: Final = rf"(?:[{_CAPITALS}]\.)+|[A-Z]{{2}}(?= [{_CAPITALS}])"
_LONGER: Final = rf"(?:al-|el-|O['’]|D['’]|Mc|Mac)?[{_CAPITALS}][^\W\d_{_CAPITALS}]+(?:-[^\W\d_]+)*"
_WORD: Final = rf"(?:{_INITIALS}|{_LONGER})"
_NAME: Final = rf"{_WORD}(?: (?:(?:{_PARTICLES}) ){{0,2}}{_WORD}){{1,3}}"
_REIGN: Final = rf"{_LONGER} [IVX]{{1,5}}(?!\w)"  # Felipe VI
_HOLDER: Final = re.compile(rf"(?P<comma>,)? (?P<name>{_NAME}|{_REIGN})")
_LAST_NAME: Final = re.compile(rf"{_NAME}$")
_CLOSED: Final = re.compile(r"\s*[,.;:)»“”\"!?]|$")
_BETWEEN: Final = re.compile(r"(?:[ -]|['’])([^\W\d_][\w’'-]*)|( \([^()\n]{2,20}\))")
_ELIDED: Final = re.compile(r"^(?:l|d|dell|all|nell)['’]")
_GERMAN_NOUN: Final = re.compile(
    r"\w{3,}(?:ungen|ung|heit|keit|schaft|ionen|ion|tät|ismus|gespräche|besuch|reise|krieg|hilfe|pläne)$"
)
_GERMAN_CASE: Final = re.compile(r"(?:(?<=räsident)|(?<=ronprinz))en$|(?:(?<=inister)|(?<=anzler)|(?<=sekretär))s$")
_WORD_BEFORE: Final = re.compile(r"([^\W\d_]+)[ -]$")
_LINKS: Final = words_in("all", "links")
_NOWHERE: Final = words_in("all", "no_name")
_GENITIVE: Final = re.compile(r"\w+(?:ого|его|ой|ых|их|ої)$")
_OWNED: Final = re.compile(r"(?:['’]\w{1,4})?[ -]$")


class _Table(NamedTuple):
    """What a language's people are found by."""

    offices: re.Pattern[str]
    charges: frozenset[str]
    past: frozenset[str]
    no_name: frozenset[str]


@lru_cache(maxsize=16)
def _table(language: str) -> _Table:
    flags = "" if language in _CASED else "i"
    offices = rf"(?<!\w)(?{flags}:{offices_in(language)})(?!\w)"
    return _Table(re.compile(offices), *(words_in(language, kind) for kind in ("charges", "past", "no_name")))


def holders_abroad(text: str, language: str) -> Iterator[Person]:
    """Find the people whom a text names in full beside an office.

    Args:
        text: The text.
        language: The ISO 639-1 code of a language with capital letters and a table of offices.

    Yields:
        The people in the order of their offices.
    """
    table = _table(language)
    for line in re.finditer(r"[^\n]+", text.replace("\xa0", " ")):
        mentions: dict[int, Mention] | None = None
        for found in table.offices.finditer(line[0]):
            if mentions is None:
                mentions = {mention.start: mention for mention in country_mentions(line[0], language)}
            person = _holder(line[0], found, table, mentions, language)
            if person and not (language in _OWNING and _is_owner(person.name, text)):
                yield person


def _is_owner(name: str, text: str) -> bool:
    """Whether a name begins with somebody's genitive: in "Präsident Trumps Wahlkampfteam" the team belongs to Trump."""
    first = name.partition(" ")[0]
    return first.endswith("s") and re.search(rf"\b{re.escape(first[:-1])}\b", text) is not None


def _holder(
    line: str, found: re.Match[str], table: _Table, mentions: dict[int, Mention], language: str
) -> Person | None:
    end, last, country = _passed(line, found.end(), table, mentions)
    linked = line[found.end() : end].rpartition(" ")[2] in _LINKS
    after = None if linked else _HOLDER.match(line, end)
    name = _name(after["name"], table, language) if after else ""
    if after and after["comma"] and not (name == after["name"] and _CLOSED.match(line, after.end())):
        name = ""
    before, began = _country_before(line, found.start(), mentions)
    if not name:
        name = _name_before(line, began, table, mentions, language)
    if not name:
        return None
    role = _GERMAN_CASE.sub("", found[0]) + line[found.end() : last] if language == "de" else line[found.start() : last]
    past = _WORD_BEFORE.search(line, max(0, began - 20), began)
    if past and past[1].lower() in table.past:
        role = f"{past[1]} {role}"
    return Person(name, role[0].upper() + role[1:], before or country)


def _passed(line: str, end: int, table: _Table, mentions: dict[int, Mention]) -> tuple[int, int, str]:
    """Where a name may begin behind an office, where the words for what it is for end, and the country between them."""
    last, country = end, ""
    for _ in range(_MOST_BETWEEN):
        word = _BETWEEN.match(line, end)
        if not word:
            break
        if word[2]:
            end = word.end()
            continue
        start = word.start(1) + len((_ELIDED.match(word[1]) or [""])[0])
        if mention := mentions.get(start) or mentions.get(word.start(1)):
            end, country = mention.end, country or mention.country
        elif _ELIDED.sub("", word[1]).lower() in table.charges:
            end = word.end()
            if not country and (len(word[1]) > _LONGEST_LINK or not word[1].islower() or word[1] == "дел"):
                last = end
        else:
            break
    return end, last, country


def _country_before(line: str, start: int, mentions: dict[int, Mention]) -> tuple[str, int]:
    """The country right before an office, and where the two begin."""
    near = [each for each in mentions.values() if start - 40 <= each.start and each.end < start]
    if near and _OWNED.fullmatch(line[near[-1].end : start]):
        return near[-1].country, near[-1].start
    return "", start


def _name_before(line: str, start: int, table: _Table, mentions: dict[int, Mention], language: str) -> str:
    """Whoever is named before a comma and an office: "Emmanuel Macron, le président français"."""
    begin = max(0, start - _LOOK_BACK)
    comma = line.rfind(", ", begin, start)
    words = line[comma + 2 : start].split() if comma >= 0 else []
    known = table.charges | table.past | {"the", "el", "la", "il", "o", "a", "ο", "η"}
    if comma < 0 or len(words) > 4 or any(word.lower() not in known for word in words):
        return ""
    found = _LAST_NAME.search(line, begin, comma)
    if not found or any(found.start() <= at < found.end() for at in mentions):
        return ""
    parts = found[0].split(" ")
    while parts and (parts[0] in table.no_name or table.offices.fullmatch(parts[0])):
        parts.pop(0)
    return _name(" ".join(parts), table, language) if len(parts) > 1 else ""


def _name(words: str, table: _Table, language: str) -> str:
    """A full name out of words with capitals: it ends before a country, an office or a word that is in no name."""
    kept: list[str] = []
    for word in words.split(" "):
        if (
            word in table.no_name
            or word in _NOWHERE
            or table.offices.fullmatch(word)
            or next(country_mentions(word, language), None)
        ):
            break
        if language == "de" and len(kept) >= 2 and _GERMAN_NOUN.fullmatch(word):
            break
        kept.append(word)
    while kept and kept[-1].islower():
        kept.pop()
    longer = [word for word in kept if len(word.rstrip(".")) > 1 and not word.islower()]
    if len(longer) < 2 or (language in ("ru", "uk") and _GENITIVE.fullmatch(kept[0])):
        return ""
    return " ".join(kept)
