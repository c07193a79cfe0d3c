"""Dates in a question: understood, evidence for documents of those days, offered as a constraint, never applied."""

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from dragoman.corpus.document import DateInterval, Document
from dragoman.errors import QueryError
from dragoman.index.encoding.floors import Floors
from dragoman.index.reading.plan import OTHERWISE, PASSAGE
from dragoman.search.advice.date_offers import date_offers
from dragoman.search.collection import Collection
from dragoman.search.language.input.texts import read
from dragoman.search.language.parser import parse
from dragoman.search.language.query import Dates
from dragoman.search.ranking.engine import fuse
from dragoman.search.ranking.legs.leg import ScoredQuery
from dragoman.search.ranking.settings import Settings
from support.places import SHARED

if TYPE_CHECKING:
    from conftest import MakeCollection

MONDAY = date(2025, 11, 24)
MODES = ["hybrid", "keyword"]
"""Not meaning alone: what the model of these tests takes for near is anything."""


def dated(identity: str, day: str, text: str, title: str = "") -> Document:
    first, _, last = day.partition("..")
    days = DateInterval(date.fromisoformat(first), date.fromisoformat(last or first)) if day else None
    return Document(identity, text, title, dates=days)


@pytest.fixture
def collection(make_collection: "MakeCollection") -> Collection:
    greeting = "On behalf of the government we send the people of Samoa our best wishes on their national day."
    return make_collection(
        [
            dated("y21", "2021-06-01", f"{greeting} Long live the friendship.", "Samoa National Day"),
            dated("y22", "2022-06-01", f"{greeting} Our two countries work together.", "Samoa National Day"),
            dated("y23", "2023-06-01", f"{greeting} We honour the bonds of family.", "Samoa National Day"),
            dated("none", "", f"{greeting} We look ahead.", "Samoa National Day"),
            dated("other", "2022-06-15", "The envoys spoke of fishing quotas in the strait.", "Fishing"),
            dated("march", "2022-03-05", "Troops began to march on the capital in columns.", "Troops"),
        ]
    )


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "when",
    ["June 2022", "in June 2022", "2022-06-01", "1 June 2022", "on June 1st, 2022", "01.06.2022", "en juin 2022",
     "im Juni 2022", "в июне 2022 года", "Haziran 2022", "2022年6月", "in the summer of 2022", "Q2 2022", "2022",
     "between May and July 2022"],
)  # fmt: skip
def test_a_document_of_the_date_comes_first(collection: Collection, when: str, mode: Any) -> None:
    found = collection.search(f"Samoa National Day {when}", mode=mode)
    assert found.hits[0].document.id == "y22"
    assert "date 1st" in found.hits[0].reason
    shown = {hit.document.id for hit in found}
    assert {"y21", "y23", "none"} <= shown, "the date is evidence, and confines nothing"
    assert "other" not in shown or mode == "hybrid", "and what is only of that date does not match"


def test_a_date_is_offered_as_a_constraint(collection: Collection) -> None:
    found = collection.search("Samoa National Day, in June 2022")
    [notice] = [each for each in found.notices if each.kind == "date"]
    assert notice.text == "Only June 2022?"
    assert notice.span == (20, 32)
    assert notice.question == "Samoa National Day, date:2022-06"
    assert [hit.document.id for hit in collection.search(notice.question)][:1] == ["y22"]
    confined = collection.search(notice.question)
    assert {hit.document.id for hit in confined} <= {"y22", "other"}
    assert not [each for each in confined.notices if each.kind == "date"], "it is confined already"
    within = collection.search("Samoa in June 2022", after="2022")
    assert not [each for each in within.notices if each.kind == "date"]


@pytest.mark.parametrize(
    ("question", "texts", "offers"),
    [
        ("(truce November 2025) country:France", ["Only November 2025?"], ["(truce date:2025-11) country:France"]),
        ("truce last week", ["Only 17–23 November 2025?"], ["truce date:2025-11-17..2025-11-23"]),
        ("truce since 2024?", ["Only since 1 January 2024?"], ["truce date:2024-01-01..?"]),
        (
            "talks 05/06/2025",
            ["Only 5 June 2025?", "Or, month first, 6 May 2025?"],
            ["talks date:2025-06-05", "talks date:2025-05-06"],
        ),
        ("visits of 2016, 2017 and 2018 and 2019", ["Only 2016?", "Only 2017?", "Only 2018?"], None),
        ("truce", [], []),
        ("harbour since 2021 until 2023", ["Only 2021–2023?"], ["harbour date:2021..2023"]),
        ('"joint statement" March 2022', ["Only March 2022?"], ['"joint statement" date:2022-03']),
        (
            "talks date:05/06/2025",
            ["05/06/2025 is 5 June 2025. Month first, 6 May 2025?"],
            ["talks date:2025-05-06"],
        ),
        ("talks date:13/06/2025", [], []),
        ('"November 2025"', [], []),
        # Dates of which a sign takes a part
        ("Lee OR March 2022", [], []),
        ("NOT March 2022", [], []),
        ('harbour "March" 2022', [], []),
        ("harbour -März 2022", [], []),
        ("harbour AND mars 2022", [], []),
        ("May NEAR/3 June 2022", [], []),
        ("kind:march 2022", [], []),
        ("2000 troops", [], []),
    ],
)
def test_what_is_offered(question: str, texts: list[str], offers: list[str] | None) -> None:
    notices = list(date_offers(parse(question, today=MONDAY)))
    assert [each.text for each in notices] == texts
    assert offers is None or [each.question for each in notices] == offers
    for each in notices:
        assert each.question
        assert parse(each.question).must, "the offered question can be asked"


@pytest.mark.parametrize(
    ("text", "offer"),
    [
        ('Lee says: "We agree" in March 2022.', "Lee says: We agree date:2022-03"),
        ('Präsident sagt: "Wir stimmen zu" im März 2022.', "Präsident sagt: Wir stimmen zu date:2022-03"),
        ('Lavrov a dit: "non" en mars 2022, (encore).', "Lavrov a dit: non (encore). date:2022-03"),
    ],
)
def test_a_date_of_a_pasted_text_is_offered_with_its_words_alone(text: str, offer: str) -> None:
    [notice] = date_offers(read(text))
    assert notice.question == offer
    assert [type(node) for node in read(offer).must] == [Dates]
    assert list(date_offers(read(text, literal=True))) == [], "where signs mean nothing, a constraint would be text"


@pytest.mark.parametrize("value", ["2024 to 2025", "2024–2025", "entre 2020 et 2022", "2025..2026", "none"])
def test_an_option_is_one_date(collection: Collection, value: str) -> None:
    with pytest.raises(QueryError, match="must be a day, month or year"):
        collection.search("", after=value)


def test_date_words_need_not_stand_in_the_text(collection: Collection) -> None:
    found = collection.search("Samoa December 2022", mode="keyword")
    assert {hit.document.id for hit in found} == {"y21", "y22", "y23", "none"}
    assert [each for each in found.notices if each.kind == "unknown"] == [], "nor are they missed"
    assert found.suggestion is None


def test_date_words_that_stand_in_an_undated_text_find_it(make_collection: "MakeCollection") -> None:
    texts = [
        "The fort was rebuilt by hand. In 1964 masons laid its last stone.",
        "The envoys built a common market and published an article on it.",
        "An article on fisheries was the delegates' last word.",
        "Which stone was laid is told nowhere.",
    ]
    collection = make_collection([Document(str(number), text) for number, text in enumerate(texts)])
    hits = collection.search("Which article praises the fort of 1964?", mode="keyword").hits
    assert [hit.document.id for hit in hits][:1] == ["0"]


@pytest.mark.parametrize("mode", MODES)
def test_a_date_alone_finds_what_is_of_it(collection: Collection, mode: Any) -> None:
    found = collection.search("in June 2022", mode=mode)
    assert {hit.document.id for hit in found.hits[:2]} == {"y22", "other"}
    assert {"y21", "y23", "none"}.isdisjoint(hit.document.id for hit in found if "date" in hit.standing.legs)


def test_a_question_without_a_date_is_ranked_as_ever(collection: Collection) -> None:
    for question in ("Samoa National Day", "2000 troops march on the capital", "may we march", "fishing quotas"):
        for mode in ("hybrid", "keyword", "meaning"):
            for hit in collection.search(question, mode=mode):
                assert "date" not in hit.standing.parts


def test_the_nearer_in_time_and_the_more_exact_is_worth_more(make_collection: "MakeCollection") -> None:
    text = "The ministers agreed on the text of the treaty."
    days = {"day": "2022-03-10", "month": "2022-03-01..2022-03-31", "year": "2022-01-01..2022-12-31",
            "near": "2022-04-05", "far": "2024-04-05", "none": ""}  # fmt: skip
    collection = make_collection(dated(name, day, text) for name, day in days.items())
    found = collection.search("treaty March 2022", mode="keyword", fold=False)
    worth = {hit.document.id: hit.standing.part("date") for hit in found}
    assert worth["day"] == worth["month"] > worth["year"] > worth["near"] > worth["far"] > worth["none"] == 0


def test_beside_a_date_words_and_meaning_are_shares_of_the_best() -> None:
    """Else of three passages with much the same words one would get all, and no date could make up for it."""
    keyword = np.zeros((OTHERWISE + 1, 3))
    keyword[PASSAGE] = 9.9, 9.8, 9.6
    found = {"keyword": keyword, "meaning": np.array([[0.8, 0.76, 0.72]]), "date": np.array([[0.0, 0.5, 1.0]] * 2)}
    query, settings = ScoredQuery("", (), (), 0.0, 1.0, None, Floors(0, 0)), Settings(keyword_weight=0.75)
    parts, _ = fuse(found, query, settings)
    assert parts[0] == pytest.approx([0.75, 0.75 * 9.8 / 9.9, 0.75 * 9.6 / 9.9])
    assert parts[1] == pytest.approx([0.25, 0.25 * 0.95, 0.25 * 0.9])
    assert parts.sum(axis=0).argmax() == 2
    undated, _ = fuse({name: found[name] for name in ("keyword", "meaning")}, query, settings)
    assert undated.min(axis=1).tolist() == [0, 0], "without a date, min-max makes the most of the difference"


def test_a_year_alone_is_weaker_evidence() -> None:
    assert [each.weak for each in parse("1962 missile crisis").dates] == [True]
    assert [each.weak for each in parse("missile crisis in 1962").dates] == [False]
    assert [each.weak for each in parse("Resolution 2803 (2025)").dates] == [True]


@pytest.mark.shared("cases")
def test_the_truce_of_that_month(make_collection: "MakeCollection") -> None:
    cases = SHARED / "cases" / "asking" / "cases.jsonl"
    records = [json.loads(line) for line in cases.read_text("utf-8").splitlines()]
    collection = make_collection(
        dated(each["id"], each.get("date", ""), each["text"], each.get("title", "")) for each in records
    )
    for mode in MODES:
        for question in ("truce November 2025", "truce in November 2025", "truce 22.11.2025", "truce 2025"):
            assert collection.search(question, mode=mode).hits[0].document.id == "hy1"  # type: ignore[arg-type]


def test_dates_of_fields_and_options_are_read_alike(collection: Collection) -> None:
    for value in ("Jun 2022", "2022/06", "06/2022", "juin 2022"):
        assert {hit.document.id for hit in collection.search("", after=value, before=value)} == {"y22", "other"}
        assert {hit.document.id for hit in collection.search(f'date:"{value}"')} == {"y22", "other"}
    assert {hit.document.id for hit in collection.search("date:none")} == {"none"}
    assert {hit.document.id for hit in collection.search("date:>=2023")} == {"y23"}
    assert {hit.document.id for hit in collection.search("date:2023.")} == {"y23"}, "with the full stop of a sentence"
