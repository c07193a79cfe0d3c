"""When a web page was published, from what it says of itself in its head and shows around its article.

A date of publication goes before all others, whatever it is written in. Dates of related stories, of the day on which
the page was fetched, of its last change or its expiry are never taken; what stays doubtful is left open.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from email.utils import parsedate
from typing import Any, Final, NamedTuple

from ...cleaning.lines import ends_sentence
from ...dates.mentions import find_dates
from ...dates.records import parse_dates
from ...dates.written import parse_written
from ...document import DateInterval
from .html_text import Line
from .page_data import PageData, letters
from .page_words import any_of
from .surroundings import Part

_PUBLISHED_METAS: Final = (
    "article:published_time", "og:article:published_time", "og:published_time", "article:published", "og:pubdate",
    "datepublished", "rnews:datepublished", "dcterms.issued", "dc.date.issued", "dc.date.published",
    "citation_publication_date", "citation_online_date", "citation_date", "prism.publicationdate", "parsely-pub-date",
    "sailthru.date", "article.published", "article_date_original", "originalpublicationdate", "publication_date",
    "publication-date", "publicationdate", "publish-date", "publish_date", "publishdate", "published-date",
    "published_date", "publisheddate", "published_time", "published_at", "published", "pubdate", "pub_date",
    "displaydate", "dcterms.created", "dc.date.created", "datecreated", "date.created", "created", "creation_date",
    "shareaholic:article_published_time", "cxenseparse:recs:publishtime", "bt:pubdate", "ptime", "release_date",
    "releasedate", "issued", "date.issued", "news:publication_date", "vr:published_time",
)  # fmt: skip
_PLAIN_METAS: Final = ("date", "dc.date", "dcterms.date", "dcterms:date", "dc:date", "article.date", "article_date")

_PUBLISHED: Final = any_of("published", glued="published_glued")
_CHANGED: Final = any_of("changed", glued="changed_glued")
_OTHER: Final = any_of("other")
_BY: Final = re.compile(rf"\W*(?:{any_of('by').pattern})", re.IGNORECASE)
_LONGEST: Final = 160
"""A longer line tells something, and may name any day."""

_SENTENCE: Final = 50
"""One that ends as a sentence does is one from this length on."""

_NEAR: Final = 40
"""How many characters may stand between a label and its date."""

_ABOVE: Final = 6
_BETWEEN: Final = 25
"""How many lines around the heading, and between it and the text, may tell the date."""

_BESIDE: Final = 4
"""How many lines from the heading its box reaches at most."""

_QUOTES: Final = ("“", '"', "«", "„", "–", "—", "「", "『")
_NUMERIC = re.compile(r"(?<![\d/.-])(\d\d?)([/.-])(\d\d?)\2(\d{4})(?![\d/.-])")
_MONTH_FIRST: Final = frozenset({"en-US", "en-PH"})
_DAY_FIRST: Final = frozenset(
    {"en-GB", "en-IE", "en-AU", "en-NZ", "en-IN", "en-ZA", "en-SG", "en-HK", "en-KE", "en-NG"}
)
_STAMP = re.compile(r"\d{10}(?:\d{3})?")
_EPOCH: Final = "1970-01-01T00:00"
_EARLIEST: Final = 1400
"""Earlier years are those of programs that know none."""


class Near(NamedTuple):
    """The lines of a page that may tell of its article: below its heading, above it, and behind the text."""

    below: list[Line]
    above: list[Line]
    behind: list[Line]


def near(lines: Sequence[Line], mine: Sequence[bool], title: str) -> Near:
    """Find the lines around an article that may tell its date and its author.

    Args:
        lines: All lines of the page.
        mine: For each whether it is the article's.
        title: The article's title, whose line is looked for above the text and in it.
    """
    if not any(mine):
        return Near([], [], [])
    first, last = mine.index(True), len(mine) - mine[::-1].index(True)
    at = _heading(lines, first, title)
    heading = lines[at]
    # A box for the date may be called so like one for related stories; right beside the heading, it is the article's.
    reach = range(at - _BESIDE, at + _BESIDE + 1)
    lines = [
        line._replace(part=line.part & ~Part.ASIDE) if row in reach and _is_beside(line, heading) else line
        for row, line in enumerate(lines)
    ]
    below = lines[at : min(max(last, at + 2), max(first, at) + 5, at + _BETWEEN)]
    above = [line for line in lines[max(0, at - _ABOVE) : at] if _is_beside(line, heading)]
    return Near(list(below), above[::-1], list(lines[max(at, last - 2) : last + _ABOVE]))


def _is_beside(line: Line, heading: Line) -> bool:
    """Whether a line stands in the heading's box, or next to it: not in the head of the whole page."""
    return 0 != line.box in (heading.box, heading.outer) or 0 != line.outer in (heading.box, heading.outer)


def stated_date(data: PageData, lines: Sequence[Line], around: Near) -> DateInterval | None:
    """The day of publication that a page states: in its structured data, its head, or an element that is called so.

    Args:
        data: What the page says of itself.
        lines: All lines of the page.
        around: Those around its article.
    """
    told = [_value(value, data.language) for value in _metas(data.metas, _PUBLISHED_METAS)]
    told.append(_only({_value(article.get("datePublished"), data.language) for article in data.articles}))
    if day := next(filter(None, told), None):
        return day
    if day := _only({_value(value, data.language) for value in _metas(data.items, ("datepublished",))}):
        return day
    beside = (line for line in [*around.above, *around.behind] if not _is_away(line))
    marked = (_marked(line, data.language) for line in [*around.below, *beside])
    if day := next(filter(None, marked), None):
        return day
    if day := _only({_marked(line, data.language) for line in lines if not _is_away(line)}):
        return day
    created = _only({_value(each.get("dateCreated"), data.language) for each in data.articles})
    return created or _only({_value(value, data.language) for value in _metas(data.metas, _PLAIN_METAS)})


def _marked(line: Line, language: str) -> DateInterval | None:
    """The day of a line that its markup calls that of publication."""
    return _only({_value(value or line.text, language) for kind, value in line.dated if kind == "published"})


def _is_away(line: Line) -> bool:
    """Whether a line stands in a menu or beside the matter, and not in a line of the author's and the date."""
    return bool(line.part & (Part.ASIDE | Part.FURNITURE)) and not line.part & Part.CREDIT


def tells_change(line: str) -> bool:
    """Whether a line tells nothing but when something was last changed."""
    return len(line) < _SENTENCE and _CHANGED.match(line) is not None and next(_days(line, ""), None) is not None


def _is_elsewhere(line: Line) -> bool:
    """Whether a line is a link, which leads to another page; a date may be one to the article itself."""
    return line.linked >= 0.9 * len(line.text) and not line.part & Part.CREDIT and not line.dated


def shown_date(around: Near, title: str, language: str) -> DateInterval | None:
    """The day of publication that a page shows around its article: with a label, or near the heading.

    Args:
        around: The lines that may tell it.
        title: The article's title: without one, no date counts that has no label.
        language: The language of the page, perhaps with a region, which may tell the day from the month.
    """
    labelled = (_first(each, language, labelled=True) for each in around)
    if day := next(filter(None, labelled), None):
        return day
    alone = (_first(each, language, labelled=False) for each in (around.below, around.above))
    return next(filter(None, alone), None) if title else None


def _first(lines: Sequence[Line], language: str, *, labelled: bool) -> DateInterval | None:
    before = ""
    for line in lines:
        label, before = before, line.text
        quoted = label.startswith(_QUOTES) or line.text.startswith(_QUOTES)
        label = label if len(label) < _NEAR else ""
        told = len(line.text) > _LONGEST or (len(line.text) > _SENTENCE and ends_sentence(line.text))
        # A date below a quotation is the quotation's.
        if told or (quoted and not labelled) or _is_away(line) or _is_elsewhere(line):
            continue
        day = _labelled(line, label, language) if labelled else _alone(line, label, language)
        if day:
            return day
    return None


def _labelled(line: Line, label: str, language: str) -> DateInterval | None:
    """The day behind a label in the line, or on the line of its own below a label."""
    text = line.text
    days = list(_days(text, language))
    if not days:
        return None
    if not _PUBLISHED.search(text) and _PUBLISHED.search(label) and not _CHANGED.search(label):
        return _dated(line, language) or (days[0][2] if len(text) < 60 and not _CHANGED.search(text) else None)
    ends = [0, *(end for _, end, _ in days)]
    starts = [*(start for start, _, _ in days), len(text)]
    for at, (start, end, day) in enumerate(days):
        before, behind = text[ends[at] : start], text[end : starts[at + 1]]
        labels = [found.end() for found in _PUBLISHED.finditer(before)]
        if labels and not _CHANGED.search(before, labels[-1]) and len(before) - labels[-1] < _NEAR:
            return day
        if not _CHANGED.search(before) and _PUBLISHED.match(behind.lstrip(" ([|·,")):
            return day
    return None


def _alone(line: Line, label: str, language: str) -> DateInterval | None:
    """The one day of a line that holds little else."""
    text = line.text
    if _CHANGED.search(text) or _CHANGED.search(label) or (_OTHER.search(text) or "©" in text):
        return None
    if day := _dated(line, language):
        return day
    days = list(_days(text, language))
    if len({day for *_, day in days}) != 1:
        return None
    start, end, day = days[0]
    rest = text[:start] + text[end:]
    is_byline = bool(re.search("[|·•]", rest) or _BY.match(rest))
    # A heading that tells something may name any day.
    most = 12 if line.part & Part.HEADING else 60 if is_byline else 25
    return day if len(letters(rest)) <= most and not rest.rstrip().endswith(".") else None


def _dated(line: Line, language: str) -> DateInterval | None:
    values = {_value(value, language) for kind, value in line.dated if kind == "" and value} - {None}
    return values.pop() if len(values) == 1 else None


def _heading(lines: Sequence[Line], first: int, title: str) -> int:
    """The line of the title nearest to the beginning of the text."""
    wanted = letters(title)
    found = [
        at
        for at, line in enumerate(lines[: first + 6])
        if wanted and (key := letters(line.text)) and (key == wanted or (line.part & Part.HEADING and key in wanted))
    ]
    return found[-1] if found else first


def _metas(metas: Sequence[tuple[str, str]], names: Sequence[str]) -> Iterator[str]:
    for name in names:
        yield from (value for key, value in metas if key == name)


def _only(days: set[DateInterval | None]) -> DateInterval | None:
    days.discard(None)
    return days.pop() if len(days) == 1 else None


def _value(value: Any, language: str) -> DateInterval | None:
    """The day that a value of a page's data is."""
    if isinstance(value, list):
        value = value[0] if value else None  # pyright: ignore[reportUnknownVariableType]
    text = " ".join(str(value).split()) if isinstance(value, str | int) else ""
    if not text or text.startswith(_EPOCH) or len(text) > _LONGEST:
        return None
    if _STAMP.fullmatch(text):
        from datetime import UTC, datetime

        return _day(str(datetime.fromtimestamp(int(text[:10]), UTC).date()))
    if found := re.match(r"\d{4}-\d\d-\d\d(?=\D|$)", text):
        return _day(found[0])
    if parsed := parsedate(text) if re.match(r"[A-Za-z]{3}, \d", text) else None:
        return _day(f"{parsed[0]:04}-{parsed[1]:02}-{parsed[2]:02}")
    return _day(text) if re.fullmatch(r"\d{8}", text) else _only({day for *_, day in _days(text, language)})


def _day(text: str) -> DateInterval | None:
    with suppress(ValueError):
        day = parse_dates(text)
        return day if day and day.first == day.last and day.first.year >= _EARLIEST else None
    return None


def _days(text: str, language: str) -> Iterator[tuple[int, int, DateInterval]]:
    """Each day with its year in a short text: where it stands, and the day."""
    with suppress(ValueError):
        if not _NUMERIC.search(text) and (day := parse_written(text, language[:2])) and day.first == day.last:
            yield 0, len(text), day
            return
    numeric = {found.start(): found for found in _NUMERIC.finditer(text)}
    for found in numeric.values():
        if day := _numeric(found, language):
            yield found.start(), found.end(), day
    for mention in find_dates(text):
        start, end = mention.words
        first, last = mention.period
        if any(start <= at < end for at in numeric) or first is None or first != last or mention.weak:
            continue
        if first.year >= _EARLIEST and re.search(r"\d{4}", text[start:end]):
            yield start, end, DateInterval(first, first)


def _numeric(found: re.Match[str], language: str) -> DateInterval | None:
    """13/01/2026: day or month first, as the page's language has it; none where that does not tell."""
    one, two, year = int(found[1]), int(found[3]), found[4]
    if one > 12 or two > 12 or one == two:
        day, month = (two, one) if two > 12 else (one, two)
    elif found[2] == "." or language in _DAY_FIRST or language[:2] not in ("", "en"):
        day, month = one, two
    elif language in _MONTH_FIRST:
        day, month = two, one
    else:
        return None
    return _day(f"{year}-{month:02}-{day:02}")
