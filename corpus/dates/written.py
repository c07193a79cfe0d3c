"""Days with their year as people write them, in all languages that the tables have months of.

Strict: what is a date and nothing else, such as a line of a text or a field of a record. 13 January 2026; Dienstag, 13.
Januar 2026; 13 января 2026 г.; 13 de enero de 2026; 13 Ocak 2026 Salı; 13 มกราคม 2569; ١٣ كانون الثاني/يناير ٢٠٢٦;
2026年1月13日(火); 令和8年1月13日; 13.01.2026; and a few days on end, 13–14 January 2026. Where nothing tells whether
the day or the month comes first, as in 05/06/2026, it is none.
"""

import re
import unicodedata
from functools import cache
from typing import Final

from ..document import DateInterval
from . import periods
from .tables.calendar_words import name_key, names

_WORD: Final = r"[^\W\d_][^\s\d,;:()/\[\]–—]{0,23}"
_NAME: Final = rf"{_WORD}(?: {_WORD})?(?:/{_WORD}(?: {_WORD})?)?"
_NTH: Final = r"(?:st|nd|rd|th|er|ère|ος|º|ª|°|\.|-?(?:го|е)\b)?"
_OF: Final = r"(?:(?:del?|of|di|do|în) |(?:พ\.ศ\.|ค\.ศ\.) ?|d[’'])?"
_TO: Final = r"(?: ?[-–—~〜] ?| (?:to|bis(?: zum)?|au|al?|ao|по|și|ile) )"
_ERAS: Final = {"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "明治": 1867, "民國": 1911, "民国": 1911}
_SIGN: Final = "[日일号號]"

# The groups are the parts of `_parts`: their names with a digit behind where one pattern has several of them.
_FORMS: Final = (
    # 13 January 2026, 13.–14. Januar 2026, 13 de enero de 2026, 1er février 2026, 13 tháng 1 năm 2026
    rf"(?P<first>\d\d?){_NTH}(?:{_TO}(?P<last>\d\d?){_NTH})? ?{_OF}(?P<name>{_NAME}),? {_OF}(?P<year>\d{{4}})",
    r"(?P<first>\d\d?) tháng (?P<month>\d\d?)(?:,| năm)? (?P<year>\d{4})",
    # January 13, 2026; January 13-14, 2026; 2026. január 13.
    rf"(?P<name>{_WORD}) (?:the )?(?P<first>\d\d?){_NTH}(?: ?[-–—] ?(?P<last>\d\d?){_NTH})?,? (?P<year>\d{{4}})",
    # 30 January – 2 February 2026, 30 December 2025 to 2 January 2026; January 30 – February 2, 2026
    rf"(?P<first>\d\d?){_NTH} ?{_OF}(?P<name>{_WORD})(?:,? {_OF}(?P<since>\d{{4}}))?"
    rf"{_TO}(?P<last>\d\d?){_NTH} ?{_OF}(?P<until>{_WORD}),? {_OF}(?P<year>\d{{4}})",
    rf"(?P<name>{_WORD}) (?P<first>\d\d?){_NTH}(?:, ?(?P<since>\d{{4}}))?"
    rf"{_TO}(?P<until>{_WORD}) (?P<last>\d\d?){_NTH},? (?P<year>\d{{4}})",
    rf"(?P<year>\d{{4}})\.? (?P<name>{_WORD}) (?P<first>\d\d?)\.?",
    # 2026年1月13日, 2026년 1월 13일, 令和8年1月13日, 2026年1月13日至14日
    rf"(?P<era>{'|'.join(_ERAS)})?(?P<year>\d{{1,4}}|元) ?[年년] ?(?P<month>\d\d?) ?[月월]"
    rf" ?(?P<first>\d\d?) ?{_SIGN}?(?: ?[-–—~〜至] ?(?P<last>\d\d?) ?{_SIGN})?",
    # 2026-01-13, 2026-01-13T17:21:00Z, 2026. 1. 13., 2026/01/13, 13.01.2026
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<first>\d\d)(?:T\d\d:\d\d[\d:.,]*(?:Z|[+-]\d\d:?\d\d)?)?",
    r"(?P<year>\d{4})\. ?(?P<month>\d\d?)\. ?(?P<first>\d\d?)\.?",
    r"(?P<year>\d{4})/(?P<month>\d\d?)/(?P<first>\d\d?)",
    r"(?P<first>\d\d?)\. ?(?P<month>\d\d?)\. ?(?P<year>\d{4})",
    r"(?P<either>\d\d?)/(?P<other>\d\d?)/(?P<year>\d{4})",
    # 二〇二六年一月十三日
    rf"(?P<han>[〇零○一二三四五六七八九]{{4}}年[一二三四五六七八九十]{{1,2}}月[一二三四五六七八九十]{{1,3}}){_SIGN}",
)
_BEFORE: Final = rf"(?:{_WORD}(?:, ?| )){{0,3}}?"
_BEHIND: Final = r"(?:,? ?\(?[^\W\d_][^\s\d,;:()]{0,12}\)?(?:,? \(?[^\W\d_][^\s\d,;:()]{0,12}\)?)??)??"

_AT: Final = (
    r"(?:(?:at|um|à|a las?|alle(?: ore)?|às|в|kl\.?|klo|(?:o )?godz\.|om|ora|ore|saat|lúc|เวลา|pukul|στις) )?"
    "(?:(?:午前|午後|오전|오후|上午|下午|[ap]m) ?)?"
)
_HOUR: Final = (
    r"(?:\d\d?[:.]\d\d(?:[:.]\d\d)?|\d\d? ?h(?: ?\d\d)?|\d\d?(?= ?[ap]\.? ?m\b)|noon|midnight"
    r"|\d\d? ?[時时点點시] ?(?:\d\d? ?[分분]|半)?)"
)
_ZONE: Final = (
    r"(?: ?(?:Uhr|hrs?|hours|h|น\.|ч\.|local time|(?:[A-Z]{2,5}|МСК)(?: ?[+-]\d\d?(?::?\d\d)?)?)(?!\w))?"
    r"(?: ?\([^()]{2,30}\))?"
)
CLOCK: Final = rf"{_AT}{_HOUR}(?: ?[ap]\.? ?m\b\.?)?{_ZONE}"
"""A pattern for a time of the day: 14:05, 7 p.m. EST, 14.05 Uhr, 14h05, 午後2時5分. Case does not count."""

WRITTEN_DAY: Final = re.sub(r"\?P<\w+>", "?:", rf"(?:{_BEFORE}(?:{'|'.join(_FORMS)}){_BEHIND})")
"""A pattern for what may be a day with its year, in a line that `plain` has made; `parse_written` tells whether it is.

It is to be used without regard to case.
"""

_HAN: Final = "〇一二三四五六七八九"
_BUDDHIST: Final = 543
"""How many years the era of Thai calendars is ahead."""

_LONGEST: Final = 80
_UNSEEN: Final = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
_OTHER_DIGIT: Final = re.compile(r"[^\D0-9]")
_BESIDE: Final = frozenset(
    map(
        name_key,
        "on the le la du el del den der am vom from il o em в ngày hari วันที่ ที่ rok roku r г год года року".split(),
    )
)
"""Words that may stand around a date and its day of the week, as `name_key` has them."""

_THAI_AT: Final = name_key("ที่")


def plain(text: str) -> str:
    """A line with blanks and digits as a pattern expects them: full-width, Arabic and Thai digits are 0 to 9."""
    if text.isascii():
        return " ".join(text.split())
    shown = _UNSEEN.sub("", unicodedata.normalize("NFKC", text))
    return " ".join(_OTHER_DIGIT.sub(lambda digit: str(unicodedata.digit(digit[0])), shown).split())


def parse_written(text: str, language: str = "") -> DateInterval | None:
    """The day that a text is, or the few days on end; None if it is anything else.

    Args:
        text: A day with its year, perhaps with the day of the week and a time of the day before or behind it.
        language: The ISO 639-1 code of the text around it, which may tell of 05/06/2026 which is the day. English does
            not: where it is not told otherwise, such a date is none.

    Raises:
        ValueError: If no calendar has such a day.
    """
    line = plain(text).strip(" ,") if len(text) <= _LONGEST else ""
    if not any(map(str.isdecimal, line)) and "年" not in line:
        return None
    for form in _compiled():
        found = form.fullmatch(line)
        if found and _is_beside(found["before"]) and _is_beside(found["behind"]):
            parts = {name: value for name, value in found.groupdict().items() if value}
            if days := _days(parts, language):
                return days
    return None


def month_number(name: str) -> int:
    """The number of the month of that name, in whatever language; 0 if it is none."""
    months = names("months")
    numbers = {months.get(_without_small_words(each), 0) for each in name.split("/")} - {0}
    if not numbers and name.startswith("ב"):
        return month_number(name[1:])  # "in January", as Hebrew has it
    return numbers.pop() if len(numbers) == 1 else 0


def is_weekday(name: str) -> bool:
    """Whether that is the name of a day of the week, in whatever language."""
    return name_key(name) in names("weekdays") or name_key(name) in _weekday_words()


@cache
def _compiled() -> list[re.Pattern[str]]:
    clock = rf"{CLOCK}(?: ?[-–—] ?{CLOCK})?"
    around = rf"(?:{clock},? )?(?P<before>{_BEFORE})(?:%s)(?P<behind>{_BEHIND})(?:,? ?(?:[/|·@–—-] ?)?{clock})?"
    return [re.compile(around % form, re.IGNORECASE) for form in _FORMS]


@cache
def _weekday_words() -> frozenset[str]:
    return frozenset(word for name in names("weekdays") for word in name.split())


def _is_beside(words: str) -> bool:
    """Whether some words are all days of the week or articles: what may stand beside a date."""
    told = (name_key(word).strip("-()") for word in re.split(r"[\s,()-]+", words) if word)
    return all(word in _BESIDE or word.removesuffix(_THAI_AT) in _weekday_words() for word in told)


def _without_small_words(name: str) -> str:
    return name_key(" ".join(word for word in name.split() if not re.fullmatch(_OF, f"{word} ")))


def _days(parts: dict[str, str], language: str) -> DateInterval | None:
    if "han" in parts:
        year, month, day = re.split("[年月]", parts["han"])
        return _interval(int("".join(str(_HAN.index(_digit(each))) for each in year)), _number(month), _number(day))
    year = 1 if parts["year"] == "元" else int(parts["year"])
    if "either" in parts:
        return _either(year, int(parts["either"]), int(parts["other"]), language)
    if "era" in parts:
        year += _ERAS[parts["era"]]
    elif len(parts["year"]) != 4:
        return None
    name = parts.get("name", "")
    if year > 2400 and re.search("[\u0e01-\u0e4e]", name):
        year -= _BUDDHIST
    month = month_number(name) if name else int(parts["month"])
    if name and not month:
        return None
    if "until" in parts:
        return _across_months(parts, month, year)
    return _interval(year, month, int(parts["first"]), int(parts.get("last", 0)))


def _across_months(parts: dict[str, str], month: int, year: int) -> DateInterval | None:
    """From a day of one month to one of another, of which the first may leave out its year."""
    last_month = month_number(parts["until"])
    # Nobody leaves out the year of a day that is far away.
    since = int(parts.get("since", year - (month > last_month + 6)))
    if not last_month or (since, month) >= (year, last_month) or year - since > 1:
        return None
    first, last = periods.day(since, month, int(parts["first"])), periods.day(year, last_month, int(parts["last"]))
    return DateInterval(first.first, last.last)


def _either(year: int, first: int, second: int, language: str) -> DateInterval | None:
    """05/06/2026: the day comes first in other languages than English, and where the second is no month."""
    if first > 12 or first == second or (second <= 12 and language not in ("", "en")):
        return _interval(year, second, first)
    return _interval(year, first, second) if second > 12 else None


def _interval(year: int, month: int, first: int, last: int = 0) -> DateInterval | None:
    begin = periods.day(year, month, first)
    if not last:
        return begin
    return DateInterval(begin.first, periods.day(year, month, last).last) if last > first else None


def _digit(sign: str) -> str:
    return "〇" if sign in "零○" else sign


def _number(signs: str) -> int:
    """Up to 99: 三, 十, 十三, 二十, 二十三."""
    tens, ten, ones = signs.rpartition("十")
    number = _HAN.index(ones) if ones else 0
    return number + 10 * (_HAN.index(tens) if tens else 1) if ten else number
