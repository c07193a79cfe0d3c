"""Datelines: what stands before the first sentence of a report of where, when and for whom it was written.

Only known forms count, and only places that are known, or that the rest of the dateline or the text shows to be places.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final, NamedTuple

from ...dates.records import parse_dates
from ...dates.written import WRITTEN_DAY, month_number, parse_written, plain
from ...document import DateInterval
from .places import PLACE, is_agency, is_place, is_region, is_told_of, is_town, last_place, may_be_place, named

_DASH: Final = r"(?:--|[-–—―])"
_MONTH: Final = r"[^\W\d_][^\s\d,;:()/\[\]–—-]{0,14}"
_DAY: Final = (
    rf"(?:le |den |am |el )?(?P<day>(?:{_MONTH} \d\d?|\d\d?(?:\.|er|st|nd|rd|th)? (?:de )?{_MONTH})"
    r"(?:(?:,| de| del)? \d{4}(?: ?г\.?)?)?)"
)
_AGENCY: Final = r"(?P<outlet>[^()\[\]\d/—–:]{2,40}?)"
_WHERE: Final = rf"(?P<place>{PLACE})(?:/{PLACE})?(?: ?[,(] ?(?!{_MONTH} \d)(?P<region>(?:the )?{PLACE})\)?)?"
_LINE_BEGINS: Final = r"[\"“«„‘'(\[]?[^\W_a-z]"

_FORMS: Final = (
    # Johannesburg, Nov 23 (NationPress) …  |  París, 13 ene (EFE).- …  |  القاهرة 13 يناير 2026 (شينخوا) -- …
    rf"{_WHERE},? {_DAY},? ?[(\[]{_AGENCY}[)\]]",
    # SEOUL, South Korea (AP) — …  |  BERLIN (dpa) - …  |  القاهرة (رويترز) - …  |  WIEN (APA/Reuters) 13. Januar – …
    rf"{_WHERE} ?[(\[](?P<outlet>[^()\[\]\d]{{2,40}})[)\]](?:,? {_DAY})?(?: ?{_DASH}| ?\.-| \|)",
    # MOSCOW, January 13. /TASS/.  |  ANKARA, 13 Ocak /AA/ —
    rf"{_WHERE},? {_DAY}\.? ?/(?P<outlet>[^/\d]{{2,40}})/",
    # Москва. 13 января. INTERFAX.RU - …
    rf"{_WHERE}\. {_DAY}\. ?(?P<outlet>[A-ZА-Я][\w.]{{1,20}}) ?{_DASH}",
    # МОСКВА, 13 янв — РИА Новости.
    rf"{_WHERE}, {_DAY} ?{_DASH} ?(?P<outlet>[A-ZА-Я]\w+(?: [A-ZА-Я]\w+)?)\. (?={_LINE_BEGINS})",
    # WIEN, 13. Januar. Die …
    rf"{_WHERE}, {_DAY}\. (?={_LINE_BEGINS})",
    # PARIS, 23 November 2025 — …
    rf"{_WHERE},? {_DAY} ?(?:{_DASH}(?!\d)|:|\.-)",
)
_MAY_BE: Final = re.compile(rf"{PLACE}(?: ?[,(\[/—–:.|]| -|,? \d|,? (?:le|den|am|el) \d| {_MONTH} \d)")
_DAY_OR_AGENCY: Final = re.compile(r"[\d(\[]")
_FARTHEST: Final = 100
"""Within how many characters a dateline has its day or its agency's bracket."""

_YEAR: Final = re.compile(r"\d{4}|年")
_BARE: Final = (
    # CAIRO — …  |  KYIV, Ukraine — …  |  GENÈVE – …  |  NEW DELHI: …
    rf"{_WHERE} ?(?:(?<= ){_DASH}(?= )|—|\.-) ?(?={_LINE_BEGINS})",
    rf"(?P<place>{PLACE}): (?={_LINE_BEGINS})",
)
_HAN: Final = r"[\u4e00-\u9fff]"
_AGENCIES: Final = "新[华華]社|中新[社网]|中国新闻网|人民[网日]报?|央视网?|环球网|中通社"
_EAST_ASIAN: Final = (
    # 新华社北京1月13日电（记者…）  |  （中央社記者張三台北13日電）
    rf"[（(]?(?:本报|本社|(?P<outlet>{_AGENCIES}))?(?!{_AGENCIES}|本)(?P<place>{_HAN}{{2,8}}?)"
    r"(?P<month>\d\d?)月(?P<date>\d\d?)日(?:综合)?[电電讯訊](?: ?[（(]记者[^）)]{1,30}[）)])?",
    rf"[（(](?P<outlet>中央社)記者{_HAN}{{2,4}}?(?P<place>{_HAN}{{2,3}})(?:(?P<month>\d\d?)月)?(?P<date>\d\d?)日[专專]?[电電][）)]",
    # 【北京＝田中太郎】  |  【ワシントン共同】  |  【東京】
    r"【(?P<place>[^】＝=・\s]{2,12}?)(?P<outlet>共同|時事|AFP=?時事|AFP|AP|ロイター|CNS|新華社|朝日|毎日)?(?:[＝=・][^】]{1,20})?】",
    # ［東京　１３日　ロイター］  |  [ジュネーブ 13日 ロイター]
    r"[\[［](?P<place>[^\]］\s\d]{2,12})\s(?:(?P<month>\d\d?)月)?(?P<date>\d\d?)日\s(?P<outlet>[^\]］\s]{2,10})[^\]］]*[\]］]",
    # (서울=연합뉴스) 홍길동 기자 =  |  [도쿄=AP/뉴시스]  |  서울=연합뉴스
    r"[(\[（]?(?P<place>[가-힣]{2,8}(?:·[가-힣]{2,6})?)=(?P<outlet>[^\s)\]）=]{2,14})(?:[)\]）]|(?=\s|$))"
    r"(?: ?[가-힣]{2,4}(?:·[가-힣]{2,4})* (?:기자|특파원) ?=?)?",
)
_LONGEST: Final = 200
_LONGEST_LINE: Final = 120
_PARAGRAPH: Final = 80
"""A line below this many characters is a headline or a label: a place alone with a dash stands before more."""

_NEAR_DAYS: Final = 45
"""How far a dateline's day may lie from the date that its year is taken from: archives file by month."""


# Washington, 2 January 1951, 3:30 p.m.  |  Cairo - 12 May 2020
# Ankara, November 4, 1979—7 p.m.  |  Genf, den 13. Januar 2026 — a whole line
_DATED_PLACE: Final = (
    rf"(?:г\. ?)?(?P<place>{PLACE})(?: ?, ?(?P<region>(?:the )?{PLACE}))?(?:(?P<comma> ?[,،])| ?[|·]| [-–—])? "
    rf"(?i:(?:le |den |am |a |dne )?(?P<day>{WRITTEN_DAY}))"
    r"(?: ?[,—–-]? ?(?i:at |um |à |a las? |alle (?:ore )?|às |в |o godz\. )?(?:\d|noon|midnight|undated)[^,]{0,30})?\.?"
)


class Dateline(NamedTuple):
    """What a dateline tells: where a report was filed, by which agency, and when.

    `dates` are its days if it names the year; `day` is (month, day of the month) if it does not.
    """

    place: str = ""
    outlet: str = ""
    dates: DateInterval | None = None
    day: tuple[int, int] | None = None


def find_dateline(lines: Iterable[str], text: str = "") -> Dateline:
    """The first dateline at the beginning of a line, or one that tells nothing.

    Args:
        lines: The lines at the head of a text.
        text: The whole text: "NARA — " is a dateline where it says "in Nara".
    """
    for line in lines:
        if found := dated_place(line):
            return found
        for dateline, _ in _datelines(line, text):
            return dateline
    return Dateline()


def dated_place(line: str) -> Dateline | None:
    """What a line tells that is a place and a day with its year, and nothing else."""
    if len(line) > _LONGEST_LINE or not _YEAR.search(line):
        return None
    found = _compiled((_DATED_PLACE,))[0].fullmatch(plain(line))
    place = found["place"] if found else ""
    if found and len(place.split()) > 2 and not is_place(place):
        place = last_place(place) or place  # The White House Washington
    is_sure = found and found["comma"] and place.upper() != place.lower()
    if not found or not may_be_place(place) or not (is_sure or is_place(place)):
        return None
    try:
        dates = parse_written(found["day"])
    except ValueError:
        return Dateline(named(place))
    return Dateline(named(place), "", dates) if dates else None


def after_dateline(sentence: str, text: str = "") -> str:
    """A sentence without the dateline that it begins with, if it does."""
    for _, end in _datelines(sentence, text):
        return re.sub(r"^[\s\-–—:.=]+", "", sentence[end:]) or sentence
    return sentence


def has_dateline(line: str) -> bool:
    """Whether a line begins with a dateline."""
    return next(_datelines(line, ""), None) is not None


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
    days = [dates.first for year in years if (dates := dates_or_none(f"{year}-{day[0]:02}-{day[1]:02}"))]
    distances = {each: max((near.first - each).days, (each - near.last).days, 0) for each in days}
    best = min(distances, key=lambda each: distances[each], default=None)
    return None if best is None or distances[best] > _NEAR_DAYS else DateInterval(best, best)


def dates_or_none(text: str) -> DateInterval | None:
    """The days that a text means, or None if it means none."""
    try:
        return parse_dates(text)
    except ValueError:
        return None


@cache
def _compiled(forms: tuple[str, ...]) -> list[re.Pattern[str]]:
    return [re.compile(form) for form in forms]


def _datelines(line: str, text: str) -> Iterator[tuple[Dateline, int]]:
    """The dateline that a line begins with, and where it ends; nothing if there is none."""
    head = line[:_LONGEST]
    may_be = _MAY_BE.match(head)
    for form in _compiled(_FORMS) if may_be and _DAY_OR_AGENCY.search(head, 0, _FARTHEST) else ():
        if (found := form.match(head)) and (dateline := _of_words(found)):
            yield dateline, found.end()
    for form in _compiled(_BARE) if may_be and len(line) >= _PARAGRAPH else ():
        found = form.match(head)
        if found and _is_bare_dateline(found, text):
            yield Dateline(named(found["place"])), found.end()
    if not head.isascii():
        for form in _compiled(_EAST_ASIAN):
            if (found := form.match(head)) and (dateline := _of_signs(found)):
                yield dateline, found.end()


def _of_words(found: re.Match[str]) -> Dateline | None:
    parts = found.groupdict()
    if not may_be_place(found["place"]):
        return None
    place, outlet, day = named(found["place"]), (parts.get("outlet") or "").strip(), parts.get("day")
    if not day:
        return Dateline(place, outlet) if _stands_for_place(found) else None
    told = "," in found.string[found.end("place") : found.start("day")] or place != found["place"] or bool(outlet)
    if not told and not is_place(place):
        return None  # "Anniversaries 4 May: …"
    if re.search(r"\d{4}", day):
        return Dateline(place, outlet, dates_or_none(day)) if _month_of(day) else None
    month_and_day = _month_and_day(day)
    return Dateline(place, outlet, day=month_and_day) if month_and_day else None


def _stands_for_place(found: re.Match[str]) -> bool:
    """Whether a name before an agency's is a place: known, with its country, in capitals, or before a known agency.

    "National Park Service (NPS) –" is none, nor is any first word in scripts without capitals.
    """
    place, region, outlet = found["place"], found["region"], found["outlet"].strip()
    if is_place(place) or (region and is_region(region)):
        return True
    if place.upper() == place.lower() or outlet == "".join(word[0] for word in place.split()).upper():
        return False
    return place.isupper() or (" " not in place and is_agency(outlet))


def _is_bare_dateline(found: re.Match[str], text: str) -> bool:
    """Whether a name before a dash or colon is a place: a known one, one with its country, one that the text is on."""
    place, region = found["place"], found.groupdict().get("region")
    if not may_be_place(place):
        return False
    if region and not is_region(region) and not is_region(named(region)):
        return is_place(place) and (place.isupper() or "--" in found[0])  # Jakarta, CNN Indonesia -- …
    if region:
        return True
    if is_town(place):
        return not place.islower() and (place.isupper() or place == place.upper() or ":" not in found[0])
    return place.isupper() and len(place) > 3 and ":" not in found[0] and is_told_of(place, text)


def _of_signs(found: re.Match[str]) -> Dateline | None:
    parts = found.groupdict()
    place, outlet = found["place"], parts.get("outlet") or ""
    if found[0].startswith("【") and not (outlet or "＝" in found[0] or "=" in found[0] or is_place(place)):
        return None
    if parts.get("month"):
        day = int(parts["month"]), int(parts["date"])
        return Dateline(place, outlet, day=day if dates_or_none(f"2000-{day[0]:02}-{day[1]:02}") else None)
    return Dateline(place, outlet)


def _month_of(day: str) -> int:
    words = (word for word in re.split(r"[\s,]+", day) if word.lower() not in ("de", "del"))
    return next((month_number(word) for word in words if word[0].isalpha()), 0)


def _month_and_day(text: str) -> tuple[int, int] | None:
    month, number = _month_of(text), re.search(r"\d\d?", text)
    if not month or not number:
        return None
    day = int(number[0])
    return (month, day) if dates_or_none(f"2000-{month:02}-{day:02}") else None
