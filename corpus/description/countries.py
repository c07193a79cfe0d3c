"""Countries: one usual English short name for each, and where a text names them.

The names come from pycountry (ISO 3166) and, where its names are not the usual ones or it has none, from
countries.toml: the European Union, Kosovo and states that are no more are in the archives as much as any other.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from ...shipped import shipped_text
from .abroad.countries_abroad import mentions_abroad
from .abroad.country_tables import table_languages

_SAMPLE: Final = 20_000
"""How much of a text is looked at to tell which Georgia it speaks of, in characters."""

_FIRST_NAMES: Final = (
    r"Air|Michael|Vernon|Hamilton|Barbara|Neil|Jim|James|Eric|Robert|Thomas|William|David|Amy|Jeff|Louis|Deandre|Don|Len|George|Denzel|Kerry|"
    r"Mr\.?|Mrs\.?|Ms\.?|Miss|Dr\.?|Senator|Sen\.|Congressman|Congresswoman|Secretary|General|Gen\.|Col\."
)
_NAMED_PERSON = re.compile(rf"\b(?:{_FIRST_NAMES}|[A-Z]\.)\s$")
# After a country a capital letter means a headline's verb ("Jordan Says") or an office; after a first name, a surname.
_AFTER_A_COUNTRY = re.compile(
    r"\s(?:[A-Z]\w*[a-z]s|And|Is|To|Has|Will|On|In|For|King|Queen|Prime|Foreign|President|Crown|Army|Air|Government|Deal|"
    r"Border|Talks|Summit|Visit|Trip|Ties|Aid|War|Ministry|Embassy|[A-Z]{2,})\b"
)
_SURNAME = re.compile(r"\s[A-Z][a-z]+")
_US_STATE = re.compile(
    r"Atlanta|Savannah|Augusta|Macon\b|Columbus|Plains|Fort (?:Benning|Gordon|McPherson|Stewart)|Warm Springs"
    r"|Alabama|Florida|Carolina|Tennessee|Mississippi|Louisiana|Virginia|Texas|Senator|Congress(?:man|woman)|Governor"
    r"|Gov\.|Sen\.|Rep\.|Republican|Democrat(?:ic|s)\b|State of|Jimmy Carter|Dean Rusk|Sam Nunn|Emory|University of"
)
_CAUCASUS = re.compile(r"Tbilisi|Tiflis|Abkhaz|Ossetia|Russia|Armenia|Azerbaijan|Black Sea|NATO|EU\b|Saakashvili")
# Where the words around Georgia tell nothing, the rest of the text does.
_US_STATE_ELSEWHERE = re.compile(
    r"Atlanta|Savannah|Ellabell|Bryan County|state of Georgia|Georgia (?:state|National Guard)|Hyundai"
    r"|Immigration and Customs|\bICE\b|Brian Kemp|Governor Kemp|Raffensperger|Fort (?:Benning|Gordon|Moore)"
)
_CAUCASUS_ELSEWHERE = re.compile(
    r"Tbilisi|Tiflis|Abkhaz|Ossetia|Caucas|Saakashvili|Zourabichvili|Kavelashvili|Kobakhidze|Georgian|Armenia|Azerbaijan"
)
_BIRD = re.compile(r"(?:Thanksgiving|[Rr]oast(?:ed)?|[Ss]tuffed|[Ww]ild) $")
_OF_THE_BIRD = re.compile(r" (?:dinner|sandwich|breast|leg|Trot|is (?:served|roasted|carved))")
_SEE_CONTEXT: Final = frozenset({"US", "Jordan", "Chad", "Georgia", "Israel", "Turkey"})

_ACTING: Final = (
    r"(?:has |had )?(?:said|says|agreed|agrees|warned|insist(?:s|ed)|denie[sd]|accuse[sd]|reject(?:s|ed)|welcome[sd]"
    r"|condemn(?:s|ed)|announced|wants|hopes|seeks|aims|pledged|urged|refuse[sd]|responded|retaliated|summoned|vowed"
    r"|recogni[sz]e[sd]|protested|proposed|imposed|threatened|backs|backed|supports|demands|demanded|considers|believes"
    r"|expelled|recalled|is (?:ready|willing|seeking|pressing|considering|concerned))"
)
_OF_STATE: Final = (
    r"(?i:government|leaders(?:hip)?|authorities|administration|regime|officials|diplomats|envoys?|ambassadors?"
    r"|(?:foreign|defen[cs]e|unification|trade|finance) (?:ministry|minister|policy)|position)"
)
_OWN: Final = (
    r"(?:stance|decisions?|polic(?:y|ies)|proposals?|offers?|demands?|requests?|refusal|responses?|reactions?|interests?|concerns?"
    r"|relations(?:hip)?|ties|alliances?|all(?:y|ies)|claims?|pledges?|commitments?|sanctions|troops|forces|army|military"
    r"|invasion|war|aggression|threats?|missiles?|nuclear|president|prime minister|chancellor|defen[cs]e|security"
    r"|intelligence|diplomacy|diplomatic|influence|intentions?|ambitions?|strategy|approach|backing|involvement|rhetoric"
    r"|propaganda|tariffs?|consent|approval|denial|accusations?|insistence|willingness|readiness|territorial|unification)"
)
_AFTER_A_CAPITAL: Final = re.compile(
    rf"(?:(?:['’]s?)? {_OF_STATE}| {_ACTING}|['’]s (?:[\w-]+ ){{0,2}}{_OWN})\b"
    rf"|-[A-Z]\w+(?: [A-Z]\w+)? (?:relations|ties|talks|alliance|axis|summit|dialogue|trade|rivalry)\b"
    rf"| and [A-Z]\w+(?: [A-Z]\w+)? (?:have |both )?{_ACTING}\b"
)
_LOOK_BACK: Final = 60
_BEFORE_A_CAPITAL: Final = re.compile(
    r"\b(?i:(?:relations?|ties|alliance|talks|cooperation|tensions?|dialogue|negotiations|rapprochement|contacts|treaty"
    r"|pact) (?:with|between)|(?:pressure|sanctions|tariffs|embargo) (?:on|against)|(?:support|assurances) (?:for|from)"
    r"|urge[ds]?|call(?:s|ed)? on|press(?:es|ed)|accus(?:es|ed)|warn(?:s|ed)|blame[ds]?|told|thank(?:s|ed)) $"
    r"|\b(?:between|with) (?P<other>[A-Z][\w’]+(?: [A-Z]\w+)?) and $"
    r"|[A-Z]\w+-$"
)
_TALKS: Final = re.compile(r" (?:relations|ties|talks|alliance|axis|summit|dialogue|trade|rivalry)\b")
_ON_THE_WAY: Final = re.compile(
    r"(?i:flights?|trains?|railway|route|road|distance|miles|line|travel\w*|flew|fly) (?:\w+ )?between "
)
_AS_A_PLACE: Final = re.compile(r"\b(?:in|at|near|[Ee]mbassy|(?:in|at) the city of) $")
_PAPER: Final = re.compile(r" (?!And\b|And$)[A-Z]")


class Mention(NamedTuple):
    """Where a text names a country, with the country's usual name."""

    start: int
    end: int
    country: str


def canonical_country(name: str) -> str | None:
    """The usual English short name of the country that `name` stands for, or None if it stands for none.

    `name` is a short or an official name, an ISO 3166 code of two or three letters, or a usual abbreviation; case,
    accents, full stops and a leading "the" make no difference, and it may be in the order of an index: "Korea, Republic
    of". "Korea" and "Congo" mean two countries each and so none here.
    """
    first, comma, rest = name.partition(",")
    turned = _names().get(_key(f"{rest} {first}")) if comma else None
    return turned or _names().get(_key(name))


def usual_name(code: str) -> str:
    """The usual English name of a country by its ISO code, or by EU, SU, YU, CS or DD (states that are no more)."""
    return _all_states()[code]


def is_capital(name: str) -> bool:
    """Whether that is the English name of one of the capitals that the news speaks of."""
    return name in _capitals()


def country_mentions(text: str, language: str = "en") -> Iterator[Mention]:
    """Find where a text names a country, by a name, an abbreviation or an adjective, in order.

    A capital names its country where the words around it mean the government: "Seoul’s position", "Seoul agreed",
    "relations with Seoul". A seat of government ("the Kremlin") always does.

    Args:
        text: The text.
        language: Its ISO 639-1 code. A text in a language that there is no table for is read like an English one.

    Yields:
        Each mention, with the country's usual English name.
    """
    if language not in ("", "en") and language in table_languages():
        for start, end, code in mentions_abroad(text, language):
            if code not in _tables().not_states:
                yield Mention(start, end, usual_name(code))
        return
    pattern, countries = _mentions()
    for found in pattern.finditer(text):
        if capital := found["capital"]:
            if _governs(text, found):
                yield Mention(found.start(), found.end(), _capitals()[capital])
            continue
        country = countries[found[0]]
        if country and not (found[0] in _SEE_CONTEXT and _means_something_else(text, found)):
            yield Mention(found.start(), found.end(), country)


def _governs(text: str, found: re.Match[str]) -> bool:
    """Whether the words around a capital tell that its government is meant, and not a person (George Washington)."""
    before = text[max(0, found.start() - _LOOK_BACK) : found.start()]
    if _AFTER_A_CAPITAL.match(text, found.end()):
        return not _NAMED_PERSON.search(before) and not _AS_A_PLACE.search(before)
    told = _BEFORE_A_CAPITAL.search(before)
    if not told or _ON_THE_WAY.search(before) or _PAPER.match(text, found.end()):
        return False
    if other := told["other"]:
        return is_capital(other) or canonical_country(other) is not None
    return told[0][-1] != "-" or _TALKS.match(text, found.end()) is not None


def _means_something_else(text: str, found: re.Match[str]) -> bool:
    """Whether the words around a name tell that it is a person's, a state's of the US, or the pronoun in capitals."""
    before, after = text[max(0, found.start() - 60) : found.start()], text[found.end() : found.end() + 60]
    if found[0] == "US":
        line = before.rpartition("\n")[2] + after.partition("\n")[0]
        return line.isupper() and sum(map(str.isalpha, line)) > 8
    if found[0] == "Georgia":
        around = f"{before[-40:]} {after[:40]}"
        return not _CAUCASUS.search(around) and (bool(_US_STATE.search(around)) or _is_american(text[:_SAMPLE]))
    if found[0] == "Turkey":
        return bool(_BIRD.search(before) or _OF_THE_BIRD.match(after))
    if _NAMED_PERSON.search(before):
        return True
    return found[0] != "Israel" and bool(_SURNAME.match(after)) and not _AFTER_A_COUNTRY.match(after)


@lru_cache(maxsize=1)
def _is_american(sample: str) -> bool:
    """Whether a text that names Georgia speaks of the United States; kept, since it may name it on every line."""
    return bool(_US_STATE_ELSEWHERE.search(sample)) and not _CAUCASUS_ELSEWHERE.search(sample)


def _key(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.replace("’", "'"))
    folded = "".join(char for char in letters if not unicodedata.combining(char) and char != ".")
    words = folded.casefold().replace("&", " and ").replace("-", " ").replace(",", " ").split()
    words = ["saint" if word == "st" else word for word in words]
    return " ".join(words[1:] if words[:1] == ["the"] and len(words) > 1 else words)


class _Tables(NamedTuple):
    """What countries.toml holds; names are by ISO code, except for `aliases`, which are by the usual name."""

    not_countries: list[str]
    not_states: list[str]
    usual: dict[str, str]
    aliases: dict[str, list[str]]
    demonyms: dict[str, list[str]]
    capitals: dict[str, list[str]]
    seats: dict[str, list[str]]


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    return _Tables(**tomllib.loads(shipped_text(__package__ or "", "countries.toml")))


def _aliases() -> Iterator[tuple[str, str]]:
    """Each usual name of the table and each other name, with the usual one before it."""
    for country, others in _tables().aliases.items():
        for name in (country, *others):
            yield country, name


def _states() -> dict[str, str]:
    """Usual names by ISO code."""
    import pycountry

    usual = _tables().usual
    return {each.alpha_2: usual.get(each.alpha_2, each.name) for each in pycountry.countries} | {"XK": "Kosovo"}


@lru_cache(maxsize=1)
def _all_states() -> dict[str, str]:
    """Usual names by ISO code, with the European Union and states that are no more."""
    return _states() | {
        "EU": "European Union",
        "SU": "Soviet Union",
        "YU": "Yugoslavia",
        "CS": "Czechoslovakia",
        "DD": "East Germany",
    }


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    import pycountry

    names = {_key(country): country for country in _states().values()}
    for each in pycountry.countries:
        usual = _tables().usual.get(each.alpha_2, each.name)
        for attribute in ("alpha_2", "alpha_3", "name", "official_name", "common_name"):
            if (name := getattr(each, attribute, None)) is not None:
                names[_key(name)] = usual
    names |= {"xk": "Kosovo", "xkx": "Kosovo", "scotland": "United Kingdom", "wales": "United Kingdom"}
    names.update((_key(name), country) for country, name in _aliases())
    for ambiguous in ("congo", "korea"):
        names.pop(ambiguous, None)
    return names


@lru_cache(maxsize=1)
def _capitals() -> dict[str, str]:
    """The usual name of each capital's country."""
    states = _states()
    return {name: states[code] for code, names in _tables().capitals.items() for name in names}


@lru_cache(maxsize=1)
def _mentions() -> tuple[re.Pattern[str], dict[str, str]]:
    """The one pattern of all names, longest first, and the country of each; "" for names that mean none."""
    states, tables = _states(), _tables()
    countries = {name: name for code, name in states.items() if code not in tables.not_states and "," not in name}
    for code, adjectives in tables.demonyms.items():
        for adjective in adjectives:
            countries[adjective] = states[code]
            if not adjective.endswith(("s", "sh", "ese", "ch", "men", "man")):
                countries[f"{adjective}s"] = states[code]
    countries.update((name, country) for country, name in _aliases())
    countries.update((name, "") for name in tables.not_countries)
    seats = {name: states[code] for code, names in tables.seats.items() for name in names}
    for name, country in list(countries.items()):
        for spelling in (name.replace("’", "'"), name.replace("ü", "u").replace("ô", "o")):
            countries.setdefault(spelling, country)
        if len(name) > 3:
            countries.setdefault(name.upper(), country)
    countries |= seats
    pattern = rf"(?<!\w)(?:{_any_of(countries)}|(?P<capital>{_any_of(_capitals())}))(?!\w)"
    return re.compile(pattern), countries


def _any_of(names: Iterable[str]) -> str:
    """A pattern for any of some names, the longest first, that looks at no letter twice."""
    rests: dict[str, set[str]] = {}
    for name in names:
        rests.setdefault(name[:1], set()).add(name[1:])
    may_end = rests.pop("", None) is not None
    branches = "|".join(re.escape(letter) + _any_of(rest) for letter, rest in sorted(rests.items()))
    return f"(?:{branches}){'?' * may_end}" if branches else ""
