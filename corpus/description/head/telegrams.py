"""What telegrams, memoranda and letters say of themselves above their text: their subject, their date group."""

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from itertools import islice
from typing import Final

from ...dates import periods
from ...document import DateInterval
from .labels import is_dated, is_paragraph

_HEAD: Final = 50
"""How many lines above the text of a telegram may hold its subject: the addressees of some take up forty."""

_SUBJECT: Final = re.compile(
    r"(?:\(?[UCS]\)? |\d{1,2}\. )?"
    r"(?:subject|subj|sub|re|betreff|betr\.?|betrifft|objet|oggetto|asunto|assunto|тема|предмет|konu|onderwerp|temat|dotyczy|θέμα"
    r"|ämne|emne|předmět|věc|tárgy|perihal|hal|v/v|subiect|الموضوع|הנדון|विषय|เรื่อง|件名|主题|主題|主旨|事由|제목|건명)"
    r"(?: ?[:：=]|\.?-(?= )|$)\s*(?P<subject>.*)",
    re.IGNORECASE,
)
_MARK: Final = re.compile(r"(?<!\s)\s*+\((?:U|C|S|SBU|TS|S//NF|C//NF|FOUO)\)\s*")
# What follows a subject and is none of it: another field, a numbered paragraph.
_FIELD: Final = re.compile(r"(?:[^\W\d_][\w .’/-]{0,24}[:：]|\d{1,2}\. |\(?[a-z]\) |[-=_*]{3,})", re.IGNORECASE)
_UNDATED: Final = re.compile(r"[^\W\d_][\w .’-]{1,40}, (?:undated|n\.d\.)\.?", re.IGNORECASE)
_LONGEST: Final = 250

_MONTHS: Final = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"
# R 131200Z JAN 76  |  O 131200Z JAN 2026 ZFF4  |  DTG: 131200ZJAN26
_DATE_GROUP: Final = re.compile(
    r"(?:(?:DTG|DATE)[ :]{1,3}|(?:[ZOPRMDEYB]{1,2} ){1,3})?(?P<day>[0-3]\d)(?:[01]\d|2[0-3])[0-5]\d ?[A-Z] ?"
    rf"(?P<month>{_MONTHS.replace(' ', '|')})[A-Z]{{0,6}}\.? ?(?P<year>\d{{4}}|\d\d)(?: .{{0,40}})?",
)


def find_subject(lines: Iterable[str]) -> str:
    """The subject that a telegram, memorandum or letter names above its text; "" if it names none.

    Args:
        lines: Its lines, stripped, with the empty ones: they end a subject that goes on in the next line.
    """
    head = list(islice(lines, 2 * _HEAD))
    for at, line in enumerate(head):
        if is_paragraph(line):
            return ""
        found = _SUBJECT.fullmatch(line) if len(line) <= _LONGEST else None
        if not found or (not found["subject"] and line.islower()):
            continue
        parts = [found["subject"]] if found["subject"] else []
        rest = head[at + 1 :]
        if not parts:
            rest = rest[next((number for number, each in enumerate(rest) if each), len(rest)) :]
            parts, rest = rest[:1], rest[1:]
        for following in rest[:3]:
            if not following or _FIELD.match(following) or not parts or parts[-1].endswith((".", "。")):
                break
            if not parts[-1].endswith(",") and (is_dated(following) or _UNDATED.fullmatch(following)):
                break
            parts.append(following)
        subject = " ".join(_MARK.sub(" ", " ".join(parts)).split()).rstrip(". 。")
        if 3 <= len(subject) <= _LONGEST and any(map(str.isalpha, subject)):
            return subject
    return ""


def find_date_group(lines: Iterable[str]) -> DateInterval | None:
    """The day in the first line that is a telegram's date group: "R 131200Z JAN 76" is 13 January 1976.

    A year of two digits is the last one that is not more than a year ahead.
    """
    for line in islice(lines, _HEAD):
        if found := _DATE_GROUP.fullmatch(line):
            year = int(found["year"])
            if year < 100:
                latest = date.today().year + 1
                year += latest - latest % 100
                year -= 100 * (year > latest)
            with suppress(ValueError):
                return periods.day(year, _MONTHS.index(found["month"]) // 4 + 1, int(found["day"]))
    return None
