"""People beside an office in Korean, Japanese and Chinese texts, which have neither capitals nor, mostly, blanks.

A name counts as full if it begins with a surname of the three languages and has as many syllables as such names have,
or if it is written in several parts (도널드 트럼프, エマニュエル・マクロン, 埃马纽埃尔·马克龙).
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Final

from ...document import Person
from ..countries import country_mentions
from .office_table import offices_in, words_in

_HANGUL: Final = "가-힣"
_HAN: Final = "\u3400-\u9fff"
_KATAKANA: Final = "ァ-ヺー"

_KOREAN_SURNAMES: Final = words_in("ko", "surnames")
_JAPANESE_SURNAMES: Final = "|".join(sorted(words_in("ja", "surnames")))
_SURNAMES_IN_HAN: Final = "".join(sorted(words_in("zh", "surnames")))
_NOT_GIVEN: Final = words_in("zh", "no_name")
_KOREAN_PARTICLE: Final = re.compile(
    r".*(?:은|는|이|가|을|를|의|에|에서|에게|와|과|도|로|고|며|서|한|된|할|등|및|던|인|적|간|차|일|월|년)$"
)
_LETTERS: Final = {
    "미": "United States", "米": "United States", "仏": "France", "英": "United Kingdom", "独": "Germany",
    "露": "Russia", "韓": "South Korea", "中": "China", "豪": "Australia", "印": "India",
}  # fmt: skip
_BEFORE_A_NAME: Final = "，。、；：“（《 与與和同对對向由请請见見邀给給从從"
_KOREAN_BODY: Final = re.compile(r".+(?:부|처|청|실|위원회|당)")
_KOREAN_GROUP: Final = re.compile(r".+(?:부|처|청|당|국|측|군|들)")
_NEVER_GIVEN: Final = frozenset("期内年月第今的了")
_FOREIGN_PARTS: Final = rf"[{_KATAKANA}]{{2,}}(?:[・＝][{_KATAKANA}]{{2,}}){{1,3}}"
_PART: Final = rf"(?:(?![和与與及在的])[{_HAN}])"
_TRANSLITERATED: Final = rf"{_PART}{{1,6}}(?:[·・•‧-]{_PART}{{1,6}}){{0,2}}[·・•‧]{_PART}{{1,6}}?"
_FOLLOWING: Final = (
    r"(?=$|[\s。，、；：！？）》”’」』,.;:!?)\"\d（(]|[在于於与與和同对對向将將就说說称稱表会會指强強发發访訪抵率致应應邀宣签簽主等的及从從为為以要也还還曾又再并並被把给給"
    r"是有到来來去今昨认認警呼承批谈談接举舉祝回参參通提拒重离離赴未已下上共进進出则則即后後先反]"
    r"|本人|近日|最近|之间|之間|星期|周[一二三四五六日]|週[一二三四五六日]|明确|明天|当选|当天|當選|因(?!斯)|让|讓)"
)
"""What may follow a name that an office stands before: a mark, or a word that goes on about whoever it is."""


_GOES_ON: Final = frozenset("说說称稱表在和与與同向对對将將就会會于於出访訪抵致应應宣签簽指")
"""What ends no name of three letters where two are one already: 毛宁说."""

_JAPANESE_BODIES: Final = (
    "国連|欧州委員会|北大西洋条約機構|NATO|EU|IAEA|朝鮮労働党|中国共産党|共産党|自民党|立憲民主党|公明党|国民民主党"
)
_KOREAN_ORGANISATIONS: Final = frozenset(("나토", "유엔", "유럽연합"))
_KOREAN_LIKE: Final = frozenset(("South Korea", "North Korea", "China", "Taiwan"))
"""Countries whose people have a name of one word in Korean."""


def east_asian_holders(text: str, language: str) -> Iterator[Person]:
    """Find the people whom a Korean, Japanese or Chinese text names in full beside an office.

    Args:
        text: The text.
        language: Its ISO 639-1 code: ko, ja or zh.

    Yields:
        The people in the order in which they stand.
    """
    find: Callable[[str], Iterator[Person]] = {"ko": _korean, "ja": _japanese, "zh": _chinese}[language]
    for line in re.finditer(r"[^\n]+", text):
        yield from find(line[0])


def _country_of(words: str, language: str) -> str:
    first = next(country_mentions(words, language), None)
    if first:
        return first.country
    return _LETTERS.get(words.strip(), "")


@lru_cache(maxsize=1)
def _korean_pattern() -> re.Pattern[str]:
    body = rf"[{_HANGUL}]{{1,7}}(?:부|처|청|실|원|위원회|당)"
    return re.compile(
        rf"(?P<words>(?:(?<![{_HANGUL}])[{_HANGUL}]{{1,7}} ){{1,4}}?)(?P<past>전 |신임 )?(?P<body>(?:{body} ){{0,2}})"
        rf"(?P<office>(?:{offices_in('ko')}))(?=(?:은|는|이|가|을|를|의|에게|에|와|과|도|께서|님|으로|로|이다|측|,|\s|$|\.|\)|[^{_HANGUL}]))"
    )


def _korean(line: str) -> Iterator[Person]:
    for found in _korean_pattern().finditer(line):
        words = found["words"].split()
        body = found["body"].split()
        past = (found["past"] or "").strip()
        if not past and words[-1] == "전" and len(words) > 1:
            past = words.pop()
        while len(words) > 1 and _KOREAN_BODY.fullmatch(words[-1]) and not _is_korean_name(words[-1]):
            body.insert(0, words.pop())
        country = ""
        foreign = len(words) > 1 and words[-1] in _KOREAN_ORGANISATIONS
        if foreign:
            words.pop()
        elif len(words) > 1 and (named := _country_of(words[-1], "ko")):
            country = named
            words.pop()
        name = _korean_name(words, foreign or (bool(country) and country not in _KOREAN_LIKE))
        if name:
            yield Person(name, " ".join((*((past,) if past else ()), *body, found["office"])), country)


def _korean_name(words: list[str], foreign: bool) -> str:
    """A full name at the end of words: a surname and two syllables, or two words before a foreign country."""
    no_name = words_in("ko", "no_name")
    last = words[-1]
    if not foreign:
        return last if _is_korean_name(last) else ""
    if last in no_name or len(words) < 2 or _country_of(last, "ko"):
        return ""
    first = words[-2]
    usable = len(first) > 1 and first not in no_name and not _KOREAN_PARTICLE.fullmatch(first)
    return f"{first} {last}" if usable and not _country_of(first, "ko") else ""


def _is_korean_name(word: str) -> bool:
    if word in words_in("ko", "no_name") or next(country_mentions(word, "ko"), None):
        return False
    if len(word) in (3, 4) and word[:2] in _KOREAN_SURNAMES:
        return True
    if len(word) not in (2, 3) or word[0] not in _KOREAN_SURNAMES or _KOREAN_GROUP.fullmatch(word):
        return False
    return word[-1] not in ("한된할던적는을를의에와과" if len(word) == 3 else "한된할던적")


@lru_cache(maxsize=1)
def _japanese_pattern() -> re.Pattern[str]:
    han = rf"(?:{_JAPANESE_SURNAMES})[{_HAN}\u3041-\u3096]{{1,3}}?|[{_SURNAMES_IN_HAN}](?!国)[{_HAN}]{{1,2}}?"
    country = rf"(?:[米仏英独露韓中豪印]|[{_KATAKANA}]{{2,9}}|[{_HAN}]{{1,3}}国|{_JAPANESE_BODIES})?"
    return re.compile(
        rf"(?<![{_HAN}])(?P<name>{han})(?P<country>{country})(?P<office>(?:前|元)?(?:{offices_in('ja')}))"
        rf"|(?<![{_KATAKANA}・])(?P<parts>{_FOREIGN_PARTS})(?:・)?(?P<land>(?:[米仏英独露韓豪印中]|[{_HAN}]{{1,3}}国|{_JAPANESE_BODIES})?)"
        rf"(?P<post>(?:前|元)?(?:{offices_in('ja')}))"
    )


def _japanese(line: str) -> Iterator[Person]:
    for found in _japanese_pattern().finditer(line):
        name, country, office = found["name"], found["country"], found["office"]
        if name is None:
            name, country, office = found["parts"], found["land"], found["post"]
            head, _, last = name.rpartition("・")
            if not country and "・" in head and _country_of(last, "ja"):
                name, country = head, last
        elif _names_nobody(name, "ja"):
            continue
        yield Person(name, office, _country_of(country or "", "ja") or _country_right_before(line, found.start(), "ja"))


@lru_cache(maxsize=1)
def _chinese_pattern() -> re.Pattern[str]:
    han = rf"(?:{_JAPANESE_SURNAMES})[{_HAN}]{{1,2}}|[{_SURNAMES_IN_HAN}](?![国國方])[{_HAN}]{{1,2}}"
    shorter = rf"(?:{_JAPANESE_SURNAMES})[{_HAN}]{{1,2}}?|[{_SURNAMES_IN_HAN}](?![国國方])[{_HAN}]{{1,2}}?"
    offices = offices_in("zh")
    return re.compile(
        rf"(?P<office>{offices})(?:候选人|候選人)?(?:(?P<parts>{_TRANSLITERATED})|(?P<name>{han}|{shorter})){_FOLLOWING}"
        rf"|(?:(?<=[{_BEFORE_A_NAME}])|^)(?P<before>{han}|{shorter})(?P<post>{offices})"
    )


def _chinese(line: str) -> Iterator[Person]:
    for found in _chinese_pattern().finditer(line):
        if parts := found["parts"]:
            yield Person(parts, found["office"], _country_right_before(line, found.start(), "zh"))
            continue
        name, office = (found["name"], found["office"]) if found["name"] else (found["before"], found["post"])
        if len(name) == 3 and name[-1] in _GOES_ON and name == found["name"]:
            name = name[:-1]
        if not _names_nobody(name, "zh"):
            yield Person(name, office, _country_right_before(line, found.start(), "zh"))


def _names_nobody(name: str, language: str) -> bool:
    if any(letter in _NEVER_GIVEN for letter in name[1:]):
        return True
    return any(name[at : at + 2] in _NOT_GIVEN for at in range(len(name))) or bool(
        next(country_mentions(name, language), None)
    )


def _country_right_before(line: str, start: int, language: str) -> str:
    begin = max(0, start - 12)
    for mention in country_mentions(line[begin:start], language):
        if line[begin + mention.end : start] in ("", "の", "的", " "):
            return mention.country
    return ""
