"""The documents that ship with the package: well formed, and true to the notes they were written from."""

import calendar
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.places import BRIEFS, SHARED

EVENTS = SHARED / "facts" / "events.json"
PATHS = sorted(BRIEFS.glob("*.md"))

REQUIRED = {"id", "title", "place", "kind", "language", "outlet", "countries", "people", "topics", "sources"}
LONGEST_RUN = 8
"""A run of this many consecutive words in common with a note counts as copied."""

MONTHS = {name: number for number, name in enumerate(calendar.month_name) if name}
MONTH = "|".join(MONTHS)
# "22 November 2025", "24-25 November 2025", "24 and 25 November", "4 to 7 January"
DATE = re.compile(rf"\b(\d{{1,2}})(?:\s*(?:-|–|to|and)\s*(\d{{1,2}}))?\s+({MONTH})\b(?:\s+(\d{{4}}))?")
MONTH_YEAR = re.compile(rf"\b({MONTH})\s+(\d{{4}})\b")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")

# Number words up to ten may be ours ("the two leaders"); greater ones must be the event's.
TEENS = ["eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
ROUND = ["dozen", "hundred", "thousand", "million", "billion", "trillion", "decade", "century"]
NUMBER_WORDS: dict[str, int | None] = {
    **{word: number for number, word in enumerate(TEENS, start=11)},
    **{word: 10 * number for number, word in enumerate(TENS, start=2)},
    **dict.fromkeys(ROUND),
}

# Capitalised words that name nobody and nothing that an event would have to list.
GENERAL_NAMES = set(
    re.findall(
        r"\w+",
        """American Argentine Brazilian Chinese French German Japanese Korean Turkish President Prime Minister Foreign
        Ministry National Security Adviser Treasury Secretary Consul General Admiral House""",
    )
)

Fields = dict[str, Any]


@dataclass(frozen=True)
class Brief:
    path: Path
    fields: Fields
    body: str


def read(path: Path) -> Brief:
    text = path.read_text(encoding="utf-8")
    opening, front, body = re.split(r"^---\n", text, maxsplit=2, flags=re.MULTILINE)
    assert opening == ""
    return Brief(path, yaml.safe_load(front), body.strip())


def days(fields: Fields) -> list[str]:
    """The first and last day of a brief, as ISO dates."""
    assert ("date" in fields) != ("dates" in fields)
    return [str(fields["date"])] * 2 if "date" in fields else [str(day) for day in fields["dates"]]


def plain(text: str) -> str:
    return text.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"')


def words(text: str) -> list[str]:
    return re.findall(r"\w+(?:'\w+)?", plain(text).casefold())


@cache
def events() -> dict[str, Fields]:
    return {event["id"]: event for event in json.loads(EVENTS.read_text(encoding="utf-8"))}


def event_of(brief: Brief) -> Fields:
    return events()[brief.path.stem]


def event_days(event: Fields) -> list[str]:
    when = event["date"]
    return [when, when] if isinstance(when, str) else [when["start"], when["end"]]


def material(event: Fields) -> str:
    """What a brief may draw on: not `notes`, which hold doubts, nor what sources' titles claim."""
    parts = [fact["text"] for fact in event["facts"]]
    parts += [quote["text"] for quote in event["quotes"]]
    parts += [event["place"], *event["topics"], *event["countries"]]
    parts += [f"{person['name']} {person['role']} {person['country']}" for person in event["participants"]]
    parts += event_days(event)
    return "\n".join(parts)


def numbers(text: str) -> set[str]:
    return {number.replace(",", "") for number in NUMBER.findall(text)}


def calendar_days(text: str) -> Iterator[tuple[int, int, int | None]]:
    """(day, month, year or None) of each date in a text; a range gives its two ends."""
    for first, last, month, year in DATE.findall(text):
        for day in filter(None, (first, last)):
            yield int(day), MONTHS[month], int(year) if year else None


def unknown_numbers(brief: Brief, event: Fields) -> list[str]:
    known = numbers(material(event))
    wrong = [number for number in sorted(numbers(brief.body)) if number not in known]
    known_words = set(words(material(event)))
    for word in re.split(r"\W+", brief.body.casefold()):
        stem = re.sub(r"(?:s|th)$", "", word.replace("ieth", "y"))
        if stem in NUMBER_WORDS and not {word, stem, f"{stem}s", str(NUMBER_WORDS[stem])} & (known_words | known):
            wrong.append(word)
    return wrong


def unknown_dates(brief: Brief, event: Fields) -> list[str]:
    source = material(event)
    ends = [tuple(map(int, day.split("-"))) for day in event_days(event)]
    known = {(day, month) for day, month, _ in calendar_days(source)} | {(day, month) for _, month, day in ends}
    dated = {(day, month, year) for day, month, year in calendar_days(source) if year}
    dated |= {(day, month, year) for year, month, day in ends}
    wrong = [
        f"{day} {month} {year or ''}"
        for day, month, year in calendar_days(brief.body)
        if (day, month) not in known or (year and (day, month, year) not in dated)
    ]
    known_months = {(name, int(year)) for name, year in MONTH_YEAR.findall(source)}
    known_months |= {(name, year) for year, month, _ in ends for name, number in MONTHS.items() if number == month}
    wrong += [
        f"{name} {year}" for name, year in MONTH_YEAR.findall(brief.body) if (name, int(year)) not in known_months
    ]
    return wrong


def unknown_names(brief: Brief, event: Fields) -> list[str]:
    """Capitalised words that nothing in the event accounts for. A sentence's first word is let pass."""
    titles = [f"{source['outlet']} {source['title'] or ''}" for source in event["sources"]]
    months = {name for name, number in MONTHS.items() if any(int(day[5:7]) == number for day in event_days(event))}
    known = set(re.findall(r"\w+", "\n".join([material(event), *titles]))) | GENERAL_NAMES | months
    wrong: list[str] = []
    for sentence in re.split(r"(?<=[.!?])\s+|\n+", plain(brief.body)):
        _first, *others = re.findall(r"\w+(?:'\w+)?", sentence)
        wrong += [word for word in others if word[0].isupper() and word.removesuffix("'s") not in known]
    return wrong


def copied_runs(brief: Brief, event: Fields) -> list[str]:
    def runs(text: str) -> set[tuple[str, ...]]:
        sequence = words(text)
        return {tuple(sequence[i : i + LONGEST_RUN]) for i in range(len(sequence) - LONGEST_RUN + 1)}

    body = runs(brief.body)
    return [" ".join(run) for fact in event["facts"] for run in sorted(runs(fact["text"]) & body)]


def invented_quotations(brief: Brief, event: Fields) -> list[str]:
    known = {plain(quote["text"]).casefold() for quote in event["quotes"]}
    return [quote for quote in re.findall(r'"([^"]*)"', plain(brief.body)) if quote.casefold() not in known]


CHECKS: dict[str, Callable[[Brief, Fields], list[str]]] = {
    "numbers": unknown_numbers,
    "dates": unknown_dates,
    "names": unknown_names,
    "copied": copied_runs,
    "quotations": invented_quotations,
}


@pytest.fixture(params=PATHS, ids=[path.stem for path in PATHS])
def brief(request: pytest.FixtureRequest) -> Brief:
    return read(request.param)


def test_every_brief_has_an_id_of_its_own() -> None:
    assert len(PATHS) >= 80
    assert len({read(path).fields["id"] for path in PATHS}) == len(PATHS)


def test_front_matter(brief: Brief) -> None:
    fields = brief.fields
    assert fields.keys() - {"date", "dates"} == REQUIRED
    assert fields["id"] == f"briefs/{brief.path.stem}"
    assert fields["outlet"] == "Dragoman briefs"
    assert fields["language"] == "en"
    first, last = days(fields)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", first)
    assert first <= last
    for name in ("title", "place", "kind"):
        assert isinstance(fields[name], str)
        assert fields[name].strip()
    for name in ("countries", "people", "topics", "sources"):
        assert fields[name]
    assert all(isinstance(entry, str) for name in ("countries", "topics") for entry in fields[name])
    assert all(person.keys() == {"name", "role", "country"} for person in fields["people"])
    for source in fields["sources"]:
        assert {"outlet", "url"} <= source.keys() <= {"outlet", "title", "url", "published"}
        assert source["url"].startswith(("https://", "http://"))
        assert all(value is not None for value in source.values())


def test_body(brief: Brief) -> None:
    assert 150 <= len(brief.body.split()) <= 350
    paragraphs = brief.body.split("\n\n")
    assert len(paragraphs) >= 3
    assert {len(re.split(r"(?<=[.!?”])\s+(?=[A-Z“])", paragraph)) for paragraph in paragraphs} <= {2, 3, 4}
    assert not any("\n" in paragraph or re.match(r"[#>*+-]|\d+\. ", paragraph) for paragraph in paragraphs)


def test_people_are_in_the_text(brief: Brief) -> None:
    for person in brief.fields["people"]:
        assert person["name"] in brief.body


@pytest.mark.parametrize(
    ("stem", "said"),
    [
        ("lee-macron-johannesburg", ["strategic partnership", "quantum", "space"]),
        ("wong-lee-seoul", ["strategic partnership"]),
        ("nara-summit", ["shuttle", "diplomacy"]),
    ],
)
def test_examples_of_the_documentation_find_their_words(stem: str, said: list[str]) -> None:
    body = read(BRIEFS / f"{stem}.md").body
    assert [phrase for phrase in said if phrase not in body] == []


def test_a_strategic_partnership_without_macron() -> None:
    bodies = [read(path).body for path in PATHS]
    assert any("strategic partnership" in body and "Macron" not in body for body in bodies)


@pytest.mark.shared("facts")
def test_description_is_the_event_s(brief: Brief) -> None:
    event, fields = event_of(brief), brief.fields
    assert days(fields) == event_days(event)
    assert fields["place"] == event["place"]
    assert fields["kind"] == event["kind"]
    assert set(fields["countries"]) <= set(event["countries"])
    assert set(fields["topics"]) <= set(event["topics"])
    participants = {(person["name"], person["country"]): person["role"] for person in event["participants"]}
    for person in fields["people"]:
        # "absent President" is a part in the event; "President" is the office.
        assert set(words(person["role"])) <= set(words(participants[person["name"], person["country"]]))


@pytest.mark.shared("facts")
def test_sources_are_the_event_s(brief: Brief) -> None:
    def key(source: Fields) -> tuple[str, str, str, str]:
        return source["outlet"], source.get("title") or "", source["url"], str(source.get("published") or "")

    known = {key(source) for source in event_of(brief)["sources"]}
    assert {key(source) for source in brief.fields["sources"]} <= known


@pytest.mark.shared("facts")
@pytest.mark.parametrize("check", CHECKS)
def test_nothing_is_invented_or_copied(brief: Brief, check: str) -> None:
    assert CHECKS[check](brief, event_of(brief)) == []


@pytest.mark.shared("facts")
def test_disagreement_is_kept(brief: Brief) -> None:
    if any(fact["text"].startswith("Sources differ") for fact in event_of(brief)["facts"]):
        assert re.search(r"[Ss]ources differ", brief.body)


@pytest.mark.shared("facts")
@pytest.mark.parametrize(
    ("check", "sentence", "found"),
    [
        ("numbers", "Some 28,500 troops are there.", ["28500"]),
        ("numbers", "In the 141st year, nineteen of them.", ["141", "nineteen"]),
        ("dates", "They met on 21 November 2025.", ["21 11 2025"]),
        ("dates", "They met on 22 November 2024.", ["22 11 2024"]),
        ("dates", "They spoke in August 2025.", ["August 2025"]),
        ("names", "There he met Friedrich Merz.", ["Friedrich", "Merz"]),
        ("copied", "Lee hopes to raise ties to a strategic partnership.", ["hopes to raise ties to a strategic"]),
        ("quotations", "He called it “a triumph”.", ["a triumph"]),
    ],
)
def test_the_checks_find_what_they_look_for(check: str, sentence: str, found: list[str]) -> None:
    brief = read(BRIEFS / "lee-macron-johannesburg.md")
    report = CHECKS[check](Brief(brief.path, brief.fields, f"{brief.body}\n\n{sentence}"), event_of(brief))
    assert [any(entry in line for line in report) for entry in found] == [True] * len(found)
