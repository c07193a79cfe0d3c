"""People whom a text names with their office: "President Lee Jae Myung", "Emmanuel Macron, the French president".

Rules and no model. In English an office, in capitals or small letters, stands before or after a full name, with all
that it is for ("Assistant Secretary for East Asian and Pacific Affairs Daniel Kritenbrink", "the foreign minister of
Turkey, Hakan Fidan"). What is found is nearly always a person; missed is everybody who is named without an office or by
a surname alone ("President Lee"), and who stands in a headline, whose capitals tell nothing. Other languages have
tables of their own, in abroad/.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from typing import Final, NamedTuple

from ...shipped import shipped_text
from ..document import Person
from .abroad.east_asian_holders import east_asian_holders
from .abroad.holders import holders_abroad
from .abroad.office_table import knows_offices_of
from .countries import country_mentions, is_capital

MOST_PEOPLE: Final = 40
"""How many people a document has at most: a list of delegates names hundreds."""

_LARGEST: Final = 200_000
"""How much of a text is read for people, in characters."""

_LOOK_BACK: Final = 120
"""How far before an office its holder's name and country begin at most, in characters."""

_MOST_BETWEEN: Final = 9
_LONGEST_CHARGE: Final = 80
_WORDS_KEPT: Final = 8192  # for which it is kept whether they may be part of a name: most come again and again
_MOST_WORDS: Final = 16
"""How many words an office has at most, before or after its own."""

_WORDS: Final[dict[str, list[str]]] = tomllib.loads(shipped_text(__package__ or "", "people.toml"))

OFFICE: Final = rf"(?:(?:{'|'.join(_WORDS['ranks'])})[ -]){{0,4}}(?:{'|'.join(_WORDS['offices'])})"
"""A pattern for an office that is named before or after whoever holds it."""


def _by_first_letter(patterns: Iterable[str]) -> str:
    """One pattern in small letters for any of these, longest first, whose first letter is looked at only once."""
    ordered = sorted(map(str.lower, patterns), key=lambda each: (each[0], -len(each.partition("(")[0])))
    return "|".join(
        f"{first}(?:{'|'.join(each[1:] for each in some)})"
        for first, some in groupby(ordered, key=lambda each: each[0])
    )


def _bare(offices: Iterable[str]) -> Iterator[str]:
    """Offices without what they are for, which begins with a capital: here case makes no difference."""
    return (each.partition("(?: for")[0] for each in offices)


_CAPITALS: Final = "A-Z" + "".join(letter for letter in map(chr, range(0xC0, 0x250)) if letter.isupper())
_LETTERS = rf"[{_CAPITALS}][^\W\d_{_CAPITALS}]+(?:[-’'][^\W\d_]{{2,}})*"
_INITIALS = rf"(?:[{_CAPITALS}]\.){{1,3}}|(?!TO|OF|I[NST]|O[NR]|A[TNS]|BY|U[SNK]|EU|HE|NO)[A-Z]{{2}}(?= [A-Z][a-z])"
_WORD = rf"(?:{_INITIALS}|(?:[Aa][dhlnrstz]h?-|[Ee]l-|O['’]|Ma?c|[dD]['’]|De|Di|Du|La|Le|Fitz|Van)?{_LETTERS})"
NAME: Final = rf"{_WORD}(?: (?:(?:{'|'.join(_WORDS['particles'])}) ){{0,2}}{_WORD}){{1,4}}(?: I{{1,3}}(?!\w))?"
"""A pattern for a full name: two to five words, some of them particles."""

_TITLE = rf"(?:(?:{'|'.join(_WORDS['titles'])})\.? )"
_REIGN = rf"{_LETTERS} [IVX]{{1,5}}(?!\w)"  # Charles III
_HOLDER = re.compile(rf" ?(?P<titles>{_TITLE}{{0,3}})(?P<name>{NAME}|{_REIGN})")
_NEXT_HOLDER = re.compile(rf"(?:,|,? and|,? &) (?P<titles>{_TITLE}{{0,3}})(?P<name>{NAME})")
_LAST_WORDS = re.compile(rf"{NAME}$")
_CLOSED = re.compile(r"['’]s\b|[,.;:)\]?!]|$| and | – | — | who | in | at ")
_OFFICE = (
    rf"(?:{_by_first_letter((*_bare(_WORDS['offices']), *_WORDS['more_offices']))})"
    r"(?P<plural>s)?(?P<chosen>[- ](?:elect|designate))?"
)
# Of lines in small letters. What begins with a class is searched for several times faster than with a lookbehind.
_OFFICES = re.compile(rf"\W{_OFFICE}(?![\w-])")
_IS_OFFICE = re.compile(_OFFICE)
_CHARGE_WORD = re.compile(r"(?:,? |/|-)?(?:& |\([A-Z/&-]{2,12}\),? )?([^\W\d_][^\s,;:.()/]*)(?: \([A-Z/&-]{2,12}\))?")
_PAST: Final = frozenset(("former", "late", "then", "ex", "outgoing", "incoming"))
_RANKS: Final = frozenset(map(str.lower, _WORDS["ranks"]))
_CHARGES: Final = frozenset(_WORDS["charges"])
_PREPOSITIONS: Final = frozenset(("of", "for", "to", "on", "at", "in"))
_FOR: Final = tuple(f" {each} " for each in ("of", "for", "to", "on", "at", "in"))
_WITHIN: Final = frozenset(("the", "prime", "vice", "deputy", "joint", "of"))  # before an office that another is for
_JOINING: Final = frozenset(
    ("a", "an", "and", "the", "of", "for", "to", "on", "at", "in", "his", "her", "its", "their", "our")
)
_BETWEEN: Final = (_CHARGES - {"in", "at", "on", "to"}) | _RANKS | _PAST | {"who", "is", "was", "has", "been", "now"}
_NO_NAME: Final = frozenset(_WORDS["no_name"])
_FAMILY: Final = frozenset(each.capitalize() for each in _WORDS["particles"])  # Di Maio is a surname
_NAMES: Final = (frozenset(_WORDS["first_names"]), frozenset(_WORDS["last_names"]))
# Endings of words for things and doings, and the few names that have them.
_NO_NAME_ENDING = re.compile(
    r"(?!Clement|Felicity|Trinity|Charity|Constance|Temperance|Chance)"
    r"[^\W\d_]{2,}(?:tions?|sions?|ments?|it(?:y|ies)|ships?|ness|isms?|ogy|ances?|ences?(?<![wFr]ence)|ics|ings)$"
)
_EXCELLENCIES: Final = frozenset(("H.E.", "HE", "Hon.", "Rt.", "Honorable", "Honourable", "Excellency"))
_ALONE = re.compile(  # where a word begins
    rf"(?:Mr|Mrs|Ms|Dr|Gen|Lt\. Gen|Col|Sen|Rep|Gov|Amb|Prof|Sir|Dame|counterpart)\.? (?=(?P<name>{NAME}))"
)
_LIST = re.compile(
    r"(?im)^\W{0,4}(?:(?:list of )?participants?|present|attendees|in attendance|members of the delegation)\W{0,3}[:\n]"
    r"(?P<names>(?:[^\n]{2,120}(?:\n|$)|[^\n]{121,2000}$){1,40})"
)
_HEAD_IN_CAPITALS = re.compile(
    r"(?:[A-Z][A-Z’'-]+,? ){1,10}(?:[A-Z]\. ){1,2}[A-Z’'-]{2,}(?: [A-Z’'-]{2,})?(?=$|,| [A-Z][a-z])"
)
_LISTED = re.compile(rf"\W{{0,4}}{_TITLE}{{0,3}}(?P<name>{NAME})\s*(?:$|[,(–—-])")
_NO_HEADLINE = re.compile(r"[.:;…][\"”’)\]]*\s*$|; |^\W*[A-Za-z ]{4,40}: ")  # a sentence, a list, or what has a label


class _Office(NamedTuple):
    """Where an office is named, whether of several people, and the word for somebody who does not hold it yet."""

    start: int
    end: int
    is_plural: bool
    chosen: str


class _Charge(NamedTuple):
    """What an office is for: where that ends, its words as far as they name no country, and the country it is "of"."""

    end: int
    words: str
    country: str


def find_people(text: str, language: str = "en") -> tuple[Person, ...]:
    """Find the people whom a text names in full beside their office.

    Args:
        text: The text, of which the first 200,000 characters are read.
        language: Its ISO 639-1 code, empty if unknown. Nobody is found in a language whose offices are not known.

    Returns:
        The people in order of first mention, each once. Their country is the one named right before the office or, with
        "of", right after it or the name; otherwise it is empty.
    """
    people: dict[str, Person] = {}
    for person in _in_language(text[:_LARGEST], language):
        key = re.sub(r"[^\w ]| \w\.", "", person.name.replace("-", " ")).casefold()
        known = people.get(key)
        if known is None and len(people) < MOST_PEOPLE:
            people[key] = person
        elif known is not None and ((person.country and not known.country) or (person.role and not known.role)):
            people[key] = Person(known.name, known.role or person.role, known.country or person.country)
    return tuple(people.values())


def _in_language(text: str, language: str) -> Iterator[Person]:
    if language in ("", "en"):
        yield from _mentioned(text)
    elif language in ("ko", "ja", "zh"):
        yield from east_asian_holders(text, language)
    elif knows_offices_of(language):
        yield from holders_abroad(text, language)


def _mentioned(text: str) -> Iterator[Person]:
    yield from _participants(text)
    for line in re.finditer(r"[^\n]{12,}", text):
        if head := _HEAD_IN_CAPITALS.match(line[0]):
            yield from _in_capitals(head[0])
        found = sorted(_in_line(line[0]), key=lambda each: each[0])
        if found and not _is_headline(line[0], found):
            yield from (person for _, _, person in found)


def _participants(text: str) -> Iterator[Person]:
    """Those whom a list names, with or without an office: "PARTICIPANTS: Dr. Henry A. Kissinger; Anatoly Dobrynin"."""
    for found in _LIST.finditer(text):
        for entry in re.split(r"\n|;", found["names"])[:MOST_PEOPLE]:
            name = _LISTED.match(entry)
            if name and (full := _name(name["name"])) == name["name"]:
                yield Person(full)


def _in_capitals(head: str) -> Iterator[Person]:
    """Those whom the head of a schedule names in capitals, with an initial: "SECRETARY ANTONY J. BLINKEN"."""
    words = [word.lower() if word.lower() in _JOINING else word.capitalize() for word in head.split()]
    line = re.sub(r"\bMc([a-z])", lambda each: f"Mc{each[1].upper()}", " ".join(words))
    yield from (person for _, _, person in _in_line(line) if "." in person.name)


def _is_headline(line: str, found: list[tuple[int, int, Person]]) -> bool:
    """Whether a line's words begin with capitals, those of the people and their offices not counted."""
    if _NO_HEADLINE.search(line) or (len(found) > 2 and line.count(",") > 1):
        return False
    others: list[str] = []
    at = 0
    for start, end, _ in found:
        others.append(line[at:start])
        at = max(at, end)
    words = re.findall(r"[^\W\d_][^\s]*", " ".join([*others, line[at:]]))
    words = [word for word in words if not _is_of_a_country(word)]
    if not words:
        return found[0][0] > 0 and len(found) < 2
    return sum(word[0].islower() for word in words) < 0.4 * len(words)


def _in_line(line: str) -> Iterator[tuple[int, int, Person]]:
    """The people of a line, with the span of each and of the office beside it."""
    taken = 0
    for office in _offices(line):
        if office.start < taken:
            continue
        charge = _charge(line, office.end)
        holders = list(_holders(line, charge.end, office.is_plural))
        if not holders and (before := _holder_before(line, office.start)):
            holders = [before]
        if not holders:
            continue
        begin, role = _role(line, office, charge)
        for start, end, name in holders:
            country = _country_before(line, begin) or charge.country or _country_after(line, end)
            yield min(start, begin), max(end, charge.end), Person(name, role, country)
            taken = max(taken, end)
    for found in _ALONE.finditer(line):
        at = found.start()
        if (not at or not (line[at - 1].isalnum() or line[at - 1] in "_-")) and (name := _name(found["name"])):
            yield at, found.end("name"), Person(name)


def _offices(line: str) -> Iterator[_Office]:
    small = line.replace("İ", "I").lower()  # the one letter that is longer when small
    for found in _OFFICES.finditer(f" {small}"):  # an office is then one further on than in the line
        yield _Office(found.start(), found.end() - 1, bool(found["plural"]), found["chosen"] or "")


def _role(line: str, office: _Office, charge: _Charge) -> tuple[int, str]:
    """Where an office begins with the ranks before its word, and what it is called with all that it is for."""
    begin = office.start
    for word in reversed(re.findall(r"[^\s/(]+\s|[^\s/(-]+-", line[max(0, begin - _LOOK_BACK) : begin])[-6:]):
        plain = word[:-1].lower()
        if plain not in _PAST and (plain not in _RANKS or not (word[0].isupper() or line[office.start].islower())):
            break
        if not line.startswith(word, begin - len(word)):
            break
        begin -= len(word)
        if plain in _PAST:
            break
    named = line[begin : office.end - len(office.chosen)]
    named = named.removesuffix("s") if office.is_plural else named
    named = re.sub(r"^(?i:ex)[- ]", "former ", named)
    words = f"{named.replace('-', ' ')}{charge.words if len(charge.words) < _LONGEST_CHARGE else ''}".split()
    role = " ".join(word if word in _JOINING else word[0].upper() + word[1:] for word in words)
    return begin, role + (f"-{office.chosen[1:]}" if office.chosen else "")


def _charge(line: str, end: int) -> _Charge:
    """What the office that ends here is for."""
    if not line.startswith(_FOR, end):
        return _Charge(end, "", "")
    at = last = end
    country, before, mentions = "", "", None
    for _ in range(_MOST_WORDS):
        word = _CHARGE_WORD.match(line, at)
        if not word or (at == end and word[1] not in _PREPOSITIONS):
            break
        if mentions is None and word[1][0].isupper():
            mentions = {end + each.start: each for each in country_mentions(line[end : end + 240])}
        plain = re.sub(r"['’]s$", "", word[1].lower())
        if mention := (mentions or {}).get(word.start(1)):
            owner = before == "of" or line.endswith(" of the ", 0, word.start(1))
            country = country or (mention.country if owner else "")
            at = end + mention.end
            last = at
        elif (plain in _CHARGES and (before in _WITHIN or not _IS_OFFICE.fullmatch(plain))) or is_capital(word[1]):
            at = word.end()
            last = last if plain in _JOINING else at
        else:
            break
        before = plain
    charge = line[end:last]
    for mention in (mentions or {}).values():
        charge = charge[: mention.start] if mention.start < len(charge) else charge
    charge = re.sub(r"(?<![ ,])(?:[ ,]++(?:an?|and|the|of|for|to|on|at|in|our|its)\b)+[ ,]*+$", "", charge)
    return _Charge(last, charge, country)


def _holders(line: str, at: int, plural: bool) -> Iterator[tuple[int, int, str]]:
    """Those named right after the office that ends here, or after a comma behind it."""
    comma = line.startswith(",", at)
    found = _HOLDER.match(line, at + comma)
    if not found or not line[at : found.start("name")].startswith((" ", ", ", ". ")):
        return
    name = _name(found["name"], initials=True)
    start = line.find(name, found.start("name"))
    end = start + len(name)
    if not name or (comma and not (_CLOSED.match(line, end) and end == found.end("name"))):
        return
    yield start, end, name
    while plural and (found := _NEXT_HOLDER.match(line, end)) and (name := _name(found["name"])):
        start = line.find(name, found.start("name"))
        end = start + len(name)
        yield start, end, name


def _holder_before(line: str, at: int) -> tuple[int, int, str] | None:
    """Whoever is named right before the office that begins here: "Hakan Fidan, Turkey’s foreign minister"."""
    begin = max(0, at - _LOOK_BACK)
    comma = max(line.rfind(mark, begin, at) for mark in (", ", " ("))
    if comma < 0 or line[line.rfind(" ", begin, comma) + 1 : comma].islower():
        return None
    between = line[comma + 2 : at]
    words = between.split()
    if len(words) > _MOST_BETWEEN or not (found := _LAST_WORDS.search(line, begin, comma)):
        return None
    others = between
    for mention in reversed(list(country_mentions(between)) if words else []):
        others = others[: mention.start] + others[mention.end :]
    others = re.sub(r"^(?:who)?['’](?:s|is|was)\b|['’]s?(?!\w)", " ", others)
    if any(word.lower() not in _BETWEEN for word in others.replace("-", " ").split()):
        return None
    name = _name_at_end(found[0])
    return (comma - len(name), comma, name) if name else None


def _name(words: str, initials: bool = False) -> str:
    """A full name out of capitalised words: what follows a country or a word that is in no name is not part of it."""
    kept: list[str] = []
    for word in words.split(" "):
        bare = re.sub(r"['’]s?$", "", word)
        if bare in _EXCELLENCIES and not kept:
            continue
        known = len(kept) < 2 and bare in _NAMES[len(kept)]
        if not known and (_is_no_name(bare) or (is_capital(bare) and kept)):
            break
        kept.append(bare)
        if bare != word:
            break
    while kept and kept[-1].islower():
        kept.pop()
    longer = [word for word in kept if len(word) > 1 and word not in _FAMILY and not word.islower() and "." not in word]
    if len(kept) > 2:
        longer = kept
    enough = len(longer) >= 2 or (initials and len(longer) == 1 and len(kept) == 2 and "." in kept[0])
    return " ".join(kept) if enough and not is_capital(" ".join(kept)) else ""


@lru_cache(maxsize=_WORDS_KEPT)
def _is_no_name(word: str) -> bool:
    if any(map(_IS_OFFICE.fullmatch, (word.lower(), *word.lower().split("-")))):
        return True
    return word in _NO_NAME or bool(_NO_NAME_ENDING.match(word)) or _is_of_a_country(word)


@lru_cache(maxsize=_WORDS_KEPT)
def _is_of_a_country(word: str) -> bool:
    """Whether a word by itself names a country or its people."""
    return next(country_mentions(word), None) is not None


def _name_at_end(words: str) -> str:
    """A full name at the end of capitalised words: what stands before the last that is in no name is not part of it."""
    parts = words.split(" ")
    for at in range(len(parts) - 1, -1, -1):
        bare = re.sub(r"['’]s$", "", parts[at])
        if bare != parts[at] or (_is_no_name(bare) and bare not in (_NAMES[1] if at else _NAMES[0])):
            parts = parts[at + 1 :]
            break
    while parts and parts[0].islower():
        parts = parts[1:]
    return _name(" ".join(parts)) if len(parts) > 1 else ""


def _country_before(line: str, begin: int) -> str:
    """The country that is named right before an office, or before another one that stands before it."""
    before = line[max(0, begin - _LOOK_BACK) : begin]
    if before.endswith((" and ", "/", " & ")):
        other = next((each for each in _offices(before) if each.end >= len(before) - len(" and ")), None)
        if other:
            return _country_before(before, _role(before, other, _Charge(0, "", ""))[0])
    for mention in country_mentions(before):
        if before[mention.end :].strip(" ") in ("", "'s", "’s", "’", "'"):
            return mention.country
    return ""


def _country_after(line: str, end: int) -> str:
    if line.startswith(" of ", end):
        at = end + (8 if line.startswith(" of the ", end) else 4)
        first = next(country_mentions(line[at : at + 60]), None)
        if first and first.start == 0:
            return first.country
    return ""
