"""Where a text in another language than English names a country.

Scripts with blanks are read word by word: a word is looked up, and where several make a name, the longest counts.
Chinese, Japanese, Korean and Thai are searched for the names themselves, with a look at what stands beside them.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import Final, NamedTuple

from .country_tables import CountryTable, country_table
from .endings import (
    SHORTEST_STEM,
    STEMS_OF_NAMES,
    STEMS_OF_PEOPLES,
    forms_of_name,
    forms_of_people,
    longest_ending,
    stem_of,
)

_WITHOUT_BLANKS: Final = frozenset(("zh", "ja", "ko", "th"))
# Vowel signs of scripts in which they are no letters, and the joiner that stands within Persian words.
_WORD = re.compile(r"[^\W\d_][\w\u0300-\u036f\u064b-\u0655\u0670\u0900-\u097f\u200c״׳]*")
_WITHIN = re.compile(r"[\w\u064b-\u0655\u0900-\u097f]")
_LONGEST_WORD: Final = 40
_NEXT_NAME = re.compile(r" [^\W\d_]")
_LAST_WORD = re.compile(r"(?<!\w)[\d_]*+([^\W\d_]\w*+) $")
_AT_START: Final = frozenset(("Anh", "Ý", "Áo", "Bỉ"))  # in Vietnamese also he, an idea, a shirt, to despise


def _letters(pairs: str) -> dict[str, str]:
    return {pair[0]: pair[1:] for pair in pairs.split()}


# The state of the US, where a language has one name for both.
_GEORGIA: Final = frozenset(
    ("Georgia", "Geórgia", "Géorgie", "Gruzia", "ジョージア", "조지아", "جورجيا", "喬治亞", "จอร์เจีย", "जॉर्जिया")
)
_AMERICAN: Final = re.compile(
    r"Atlanta|Savannah|Alabama|Florida|Carolina|Tennessee|アトランタ|フロリダ|애틀랜타|플로리다|أتلانتا|فلوريدا|亞特蘭大|亚特兰大|แอตแลนตา|अटलांटा"
)
_CAUCASUS: Final = re.compile(
    r"Tbilis|Tiflis|Abkh|Abjas|Abcas|Abhas|Oss?et|C[aáà]ucas|Kauka|Kavka|Kaukas|Arm[eéê]n|Azer"
    r"|トビリシ|アブハジア|オセチア|アルメニア|트빌리시|압하|오세티야|아르메니아|تبليسي|أبخاز|أرمين|第比利斯|亞美尼亞|ทบิลิซี|अर्मेनिया"
)

_JAPANESE_LETTERS: Final = _letters(
    "日JP 米US 韓KR 朝KP 中CN 露RU ロRU 英GB 仏FR 独DE 豪AU 印IN 伊IT 加CA 台TW 比PH 越VN"
)
_CHINESE_LETTERS: Final = _letters(
    "中CN 美US 俄RU 日JP 韩KR 韓KR 朝KP 英GB 法FR 德DE 印IN 欧EU 歐EU 澳AU 加CA 乌UA 烏UA"
)
_KOREAN_LETTERS: Final = _letters("한KR 미US 일JP 중CN 북KP 러RU 영GB 독DE 불FR")
_LETTERS: Final = {"ja": _JAPANESE_LETTERS, "zh": _CHINESE_LETTERS, "ko": _KOREAN_LETTERS}
_PARTICLES: Final = (
    r"(?:인|군|측|계|산|제|식|발|행|령|어|판|국|정부|대통령|총리|외교부|외교|국민|당국|언론|의회|대사관?|외무부?|외무장관|외교장관|국방부?|국무부|주석|본토|내|간|전"
    r"|대표팀?|선수|시장|기업|사회|경제|역사|문화|정상|연방)?(?:들)?"
    r"(?:은|는|이|가|을|를|의|에|에서|에게|에선|에는|에도|와|과|도|로|으로|로부터|으로부터|만|보다|까지|부터|처럼|라고|이라고|이나|나|며|이며|고|이고|및|라는|이라는"
    r"|에서는|에서의|에서도|든|조차|마저|뿐|와의|과의|와는|과는|로의|이다|였다|이었다|란)?"
)
_HAN: Final = "\u3400-\u9fff"
_KATAKANA: Final = "ァ-ヺー"
_HANGUL: Final = "가-힣"


class _Mention(NamedTuple):
    """Where a text names a country, and its ISO code."""

    start: int
    end: int
    code: str


class _Words(NamedTuple):
    """A language's forms by their first word, each with what follows that and its code, and its stems."""

    forms: dict[str, list[tuple[str, str]]]
    stems: dict[str, str]
    doubtful: set[str]


def mentions_abroad(text: str, language: str) -> Iterator[tuple[int, int, str]]:
    """Find where a text in another language names a country.

    Args:
        text: The text.
        language: The ISO 639-1 code of a language that there is a table for.

    Yields:
        Start, end and ISO code (SU, YU, CS and DD for states that are no more) of each mention, in order.
    """
    text = text.replace("\xa0", " ")
    found = _without_blanks(text, language) if language in _WITHOUT_BLANKS else _by_words(text, language)
    for mention in found:
        if not (mention.code == "GE" and text[mention.start : mention.end] in _GEORGIA and _is_american(text)):
            yield mention


def _is_american(text: str) -> bool:
    return bool(_AMERICAN.search(text)) and not _CAUCASUS.search(text)


def _by_words(text: str, language: str) -> Iterator[_Mention]:
    words = _words(language)
    taken = 0
    for word in _WORD.finditer(text):
        start, end = word.span()
        if start < taken:
            continue
        code = None
        for rest, each in words.forms.get(word[0], ()):
            if text.startswith(rest, end) and not (rest and _WITHIN.match(text, end + len(rest))):
                end, code = end + len(rest), each
                break
        if code is None and words.stems:
            code = _by_stem(word[0], words.stems)
        if code is None:
            continue
        taken = end
        if code and not (text[start:end] in words.doubtful and _is_another(text, start, end, language)):
            yield _Mention(start, end, code)


def _by_stem(word: str, stems: dict[str, str]) -> str | None:
    for length in range(min(len(word), _LONGEST_WORD), SHORTEST_STEM - 1, -1):
        stem = word[:length]
        if stem in stems:
            return stems[stem] if len(word) - length <= longest_ending(stem) else None
    return None


def _is_another(text: str, start: int, end: int, language: str) -> bool:
    """Whether a name that is also a person's or a word has a capital letter beside it."""
    before = _LAST_WORD.search(text, max(0, start - 30), start)
    if before and before[1][0].isupper():
        return True
    if language == "vi":
        name = text[start:end]
        return (name in _AT_START and not before) or (
            (name in _AT_START or name.isascii()) and _is_capital_next(text, end)
        )
    return _is_capital_next(text, end)


def _is_capital_next(text: str, end: int) -> bool:
    return bool(_NEXT_NAME.match(text, end)) and text[end + 1].isupper()


@lru_cache(maxsize=16)
def _words(language: str) -> _Words:
    table, found = country_table(language), dict[str, str]()
    for code, name in _names(table):
        for form in forms_of_name(name, language):
            found.setdefault(form, code)
            if len(form) > 3:
                found.setdefault(form.upper(), code)
    for code, peoples in table.words["peoples"].items():
        for people in peoples:
            found |= {form: code for form in forms_of_people(people, language) if form not in found}
    found |= {name.replace("’", "'"): code for name, code in found.items() if "’" in name}
    found |= dict.fromkeys(table.never, "")
    forms: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for form in sorted(found, key=len, reverse=True):
        if first := _WORD.match(form):
            forms[first[0]].append((form[first.end() :], found[form]))
    return _Words(forms, _stems(table, language), table.doubtful)


def _stems(table: CountryTable, language: str) -> dict[str, str]:
    stems: dict[str, str] = {}
    if language in STEMS_OF_NAMES:
        stems |= {stem: code for code, name in _names(table) if (stem := stem_of(name))}
    if language in STEMS_OF_PEOPLES:
        for code, peoples in table.words["peoples"].items():
            for people in peoples:
                stems |= {people: code, people.capitalize(): code} if " " not in people else {}
    return stems


def _names(table: CountryTable) -> Iterator[tuple[str, str]]:
    """Names and seats with their codes: our own before CLDR's, which come first in the table."""
    for kind in ("names", "seats"):
        for code, names in table.words[kind].items():
            yield from ((code, name) for name in names)


def _without_blanks(text: str, language: str) -> Iterator[_Mention]:
    pattern, codes = _pattern(language)
    table = country_table(language)
    letters = _LETTERS.get(language, {})
    for found in pattern.finditer(text):
        if found.lastgroup == "name":
            code = codes[found["name"]]
            doubtful = found["name"] in table.doubtful and text.startswith("・", found.end("name"))  # a first name
            if code and not doubtful:
                yield _Mention(found.start("name"), found.end("name"), code)
        elif found.lastgroup:
            at = found.start(found.lastgroup)
            for place, letter in enumerate(found[found.lastgroup]):
                yield _Mention(at + place, at + place + 1, letters[letter])


@lru_cache(maxsize=4)
def _pattern(language: str) -> tuple[re.Pattern[str], dict[str, str]]:
    """The pattern of a language's names, and of letters that stand for two or three of them (中美关系, 한미 동맹)."""
    table = country_table(language)
    codes = {name: code for code, name in _names(table)}
    codes |= {name: code for code, names in table.words["peoples"].items() for name in names}
    codes |= dict.fromkeys(table.never, "")
    names = "|".join(
        f"{first}(?:{'|'.join(re.escape(name[1:]) for name in sorted(some, key=len, reverse=True))})"
        for first, some in groupby(sorted(codes), key=lambda name: name[0])
    )
    letters = "".join(_LETTERS.get(language, {}))
    if language == "ko":
        several = (
            rf"(?<![{_HANGUL}])(?P<several>[{letters}]{{2,3}})(?= ?(?:관계|정상"
            r"|회담|동맹|연합|양국|외교|FTA|협상|무역|갈등|전쟁|군사|대화|공조|훈련|합의|방위"
            r"|국방|외무|고위급|협력|통상|관세|안보|원자력|방위비|3국|2\+2))"
        )
        return re.compile(rf"(?:(?<![{_HANGUL}])(?P<name>{names})(?={_PARTICLES}(?![{_HANGUL}]))|{several})"), codes
    if language == "ja":
        several = (
            rf"(?<![{_HAN}])(?P<several>[{letters}]{{2,3}})(?=関係|首脳|両国|会談|同盟|安保|外相|防衛|貿易|対立|交渉|協議|共同|合意|間|友好|外交|の|国交|経済|軍事|合同)"
            rf"|(?<![{_HAN}{_KATAKANA}])(?P<one>[米英仏独露韓豪印中])(?=大統領|首相|外相|国防|国務|政府|軍|議会|側|当局|財務|上院|下院|副大統領|メディア|外務|司法)"
            rf"|(?P<after>(?<=[{_KATAKANA}])[米英仏独露韓豪印中])(?=大統領|首相|外相|国防|国務|副大統領)"
        )
        name = rf"(?P<name>(?<![{_KATAKANA}・](?=[{_KATAKANA}]))(?:{names}))(?!(?<=[{_KATAKANA}])[{_KATAKANA}])"
        return re.compile(rf"(?:{name}|{several})"), codes
    if language == "zh":
        several = (
            rf"(?P<several>[{letters}]{{2,3}})(?=关系|關係|两国|兩國|双方|雙方|会谈|會談|首脑|元首|领导人|領導人|峰会|峰會|贸易|貿易|经贸|經貿|战争|戰爭|冲突|衝突|同盟|联盟|联合|聯合"
            r"|军事|軍事|外长|外長|外交|合作|边境|邊境|谈判|談判|对话|對話|友好|三国|三國|高层|高層|建交|之间|之間|协议|協議|军演|軍演|关税|關稅|防长|边界|紧张)"
        )
        return re.compile(rf"(?:(?<![今近昨当每即同](?=日本))(?P<name>{names})|{several})"), codes
    return re.compile(rf"(?P<name>{names})"), codes
