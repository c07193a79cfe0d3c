"""Dates: titles that recur are told apart by the date in the question; and dates are read as people write them."""

import calendar
import json
import lzma
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import dragoman

from .share import Share, shared

_OTHERS = 20  # of the releases whose title is their own, every so many is indexed as well, for want of time
_LONGEST = 600  # characters of a release: a passage or two, in which it says what it is about
_WAYS = {
    "2025-09-03": (
        "2025-09-03", "2025/09/03", "3.9.2025", "03/09/2025", "09/13/2025|2025-09-13", "3 September 2025",
        "September 3, 2025", "3rd of September 2025", "Sept. 3, 2025", "3 septembre 2025", "3 de septiembre de 2025",
        "3. September 2025", "3 settembre 2025", "3 de setembro de 2025", "3 сентября 2025 года", "3 Eylül 2025",
        "2025年9月3日", "2025년 9월 3일", "Wed, 3 Sep 2025", "20250903", "2025-W36-3",
    ),
    "2025-09-01..2025-09-30": (
        "2025-09", "2025/09", "09/2025", "Sep 2025", "September 2025", "septembre 2025", "septiembre de 2025",
        "settembre 2025", "setembro de 2025", "сентябрь 2025", "в сентябре 2025 года", "Eylül 2025", "2025年9月",
    ),
    "1962-06-01..1962-08-31": (
        "summer of 1962", "summer 1962", "été 1962", "verano de 1962", "Sommer 1962", "estate 1962", "verão de 1962",
        "лето 1962", "1962 yazı", "June to August 1962", "juin-août 1962", "Juni bis August 1962",
    ),
    "1960-01-01..1969-12-31": (
        "1960s", "the 1960s", "the 60s", "années 1960", "años 60", "1960er Jahre", "anni '60", "anos 60", "1960-е годы",
        "1960'lar", "1960年代", "between 1960 and 1969", "entre 1960 et 1969", "zwischen 1960 und 1969",
        "между 1960 и 1969", "1960 ile 1969 arasında", "1960–1969",
    ),
    "2024-01-01..": (
        ">=2024", "since 2024", "depuis 2024", "desde 2024", "seit 2024", "dal 2024", "с 2024 года", "2024'ten beri",
        ">2023", "after 2023", "2024..",
    ),
    "..2025-05-31": (
        "<2025-06", "<=2025-05", "before June 2025", "avant juin 2025", "antes de junio de 2025", "vor Juni 2025",
        "prima di giugno 2025", "antes de junho de 2025", "до июня 2025", "Haziran 2025'ten önce", "..2025-05",
    ),
    "2025-07-01..2025-09-30": ("Q3 2025", "2025-Q3", "third quarter of 2025", "3. Quartal 2025", "3e trimestre 2025"),
}  # fmt: skip
"""Days, and the ways to write them; where a way means other days, these stand after a bar."""


def measure(work: Path) -> Iterator[Share]:
    """Recurring titles of press releases with a date, and dates as values of `date:`."""
    yield from _titles(work)
    yield _written(work)


def _titles(work: Path) -> Iterator[Share]:
    with lzma.open(shared("modern/statepr.corpus.jsonl.xz"), "rt", encoding="utf-8") as lines:
        releases = [json.loads(line) for line in lines]
    by_title: dict[str, list[dict[str, str]]] = defaultdict(list)
    for each in releases:
        by_title[each["title"]].append(each)
    recurring = [each for group in by_title.values() if len(group) > 1 for each in group]
    others = [group[0] for group in by_title.values() if len(group) == 1][::_OTHERS]
    documents = [
        dragoman.Document(
            each["id"], each["text"][:_LONGEST], each["title"], dates=dragoman.DateInterval(*2 * (_day(each["date"]),))
        )
        for each in (*recurring, *others)
    ]
    in_month = Counter((each["title"], each["date"][:7]) for each in recurring)
    asked = [each for each in recurring if in_month[each["title"], each["date"][:7]] == 1]
    with dragoman.create_collection(work / "releases.idx") as collection:
        collection.add(documents)
        for kind, when in (("title and month", "in {month} {year}"), ("title and day", "{date}")):
            right = 0
            for each in asked:
                year, month, _ = each["date"].split("-")
                words = when.format(month=calendar.month_name[int(month)], year=year, date=each["date"])
                question = f"{each['title'].translate(_PLAIN)} {words}"
                right += _first(collection, question) == each["id"]
            yield Share(f"a date in the question: {kind}", right, len(asked))


def _written(work: Path) -> Share:
    """One document a day around the ends of each period: exactly those within are to be found."""
    ends = {part for days in _WAYS for part in days.split("..") if part} | {"2025-09-13"}
    days = {date.fromisoformat(end) + timedelta(days=step) for end in ends for step in (-1, 0, 1)}
    documents = [
        dragoman.Document(str(each), "The envoys met.", dates=dragoman.DateInterval(each, each))
        for each in sorted(days)
    ]
    right = asked = 0
    with dragoman.create_collection(work / "days.idx") as collection:
        collection.add(documents)
        for period, ways in _WAYS.items():
            for way in ways:
                value, _, other = way.partition("|")
                first, dots, last = (other or period).partition("..")
                last = last if dots else first
                within = {str(each) for each in days if (first or "0000") <= str(each) <= (last or "9999")}
                asked += 1
                right += _within(collection, value) == within
    return Share("dates as people write them", right, asked)


_PLAIN = str.maketrans({":": " ", '"': " ", "(": " ", ")": " "})


def _first(collection: dragoman.Collection, question: str) -> str:
    try:
        hits = collection.search(question, limit=1).hits
    except dragoman.DragomanError:
        return ""
    return hits[0].document.id if hits else ""


def _within(collection: dragoman.Collection, value: str) -> set[str] | None:
    try:
        return {hit.document.id for hit in collection.search(f'date:"{value}"', limit=100, fold=False)}
    except dragoman.DragomanError:
        return None


def _day(text: str) -> date:
    return date.fromisoformat(text)
