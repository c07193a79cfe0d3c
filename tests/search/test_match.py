"""How many of a question's words a match holds, and what an order by date leaves out."""

import random
import re
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from dragoman.corpus.document import DateInterval, Document
from dragoman.errors import QueryError
from dragoman.index.terms import tells
from dragoman.search.collection import Collection, open_collection
from dragoman.web import create_app
from support.programs import Programs, Ran

if TYPE_CHECKING:
    from conftest import MakeCollection

TEXTS = {
    "both": "Macron's visit to Tokyo ended with a treaty.",
    "forms": "The visits of Macron went on, and treaties were signed.",
    "name": "Macron spoke of nuclear power.",
    "visit": "A visit of the minister to the harbour.",
    "visits": "Visits are planned, said the minister, to harbours in the north.",
    "fish": "The quota of herring was cut.",
    "stadtbesuch": "Der Besuch der Minister in der Stadt.",
}


@pytest.fixture
def collection(make_collection: "MakeCollection") -> Collection:
    """A few documents, each a day later than the one before."""
    days = (date(2025, 3, number) for number in range(1, 1 + len(TEXTS)))
    return make_collection(
        Document(name, text, dates=DateInterval(day, day), countries=("France",) if "Macron" in text else ())
        for (name, text), day in zip(TEXTS.items(), days, strict=True)
    )


def found(collection: Collection, question: str, **options: Any) -> list[str]:
    return [hit.document.id for hit in collection.search(question, limit=100, **options)]


@pytest.mark.parametrize("mode", ["hybrid", "keyword", "meaning"])
def test_with_all_every_word_stands_in_the_passage_in_one_of_its_forms(collection: Collection, mode: str) -> None:
    options: dict[str, Any] = {"mode": mode, "match": "all"}
    assert set(found(collection, "visit Macron", **options)) == {"both", "forms"}
    assert set(found(collection, "what was the treaty of the visit of Macron", **options)) == {"both", "forms"}
    assert set(found(collection, "Macron nuclear", **options)) == {"name"}
    assert found(collection, "Macron nuclear herring", **options) == []
    assert found(collection, "Macron Scholz", **options) == [], "nor what holds all words but an unknown one"
    assert set(found(collection, "Besuch Stadt", **options)) == {"stadtbesuch"}


@pytest.mark.parametrize("mode", ["hybrid", "keyword", "meaning"])
@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("nuclear OR herring", {"name", "fish"}),
        ("Macron AND (nuclear OR treaty)", {"both", "forms", "name"}),
        ("(nuclear OR treaty) Macron", {"both", "forms", "name"}),
        ("(quota OR minister) visit harbour", {"visit", "visits"}),
        ("herr* OR nucl*", {"fish", "name"}),
        ("Besuch (Stadt OR Hafen)", {"stadtbesuch"}),
        ("(treaty AND Tokyo) OR quota", {"both", "fish"}),
        ("Macron nuclear OR herring", {"name"}),
        ("visit -Macron", {"visit", "visits"}),
        ('"quota of herring" OR "nuclear power"', {"fish", "name"}),
    ],
)
def test_with_all_the_free_words_are_demanded_and_or_stays_or(
    collection: Collection, question: str, expected: set[str], mode: str
) -> None:
    assert set(found(collection, question, mode=mode, match="all")) == expected
    if mode == "hybrid":
        assert expected <= set(found(collection, question)), "what all finds, most finds too"


@pytest.mark.parametrize("mode", ["hybrid", "keyword", "meaning"])
def test_with_all_a_longer_question_never_finds_more(programs: Programs, mode: Any) -> None:
    rng = random.Random(4)
    with open_collection(programs.collection) as opened:
        texts = " ".join(hit.text for hit in opened.search("summit", limit=20)).split()
        words = [word for word in texts if word.isalpha() and tells(word.lower())]
        for _ in range(12):
            asked = (
                rng.sample(words, 3) if rng.random() < 0.5 else words[(at := rng.randrange(len(words) - 3)) : at + 3]
            )
            totals = [
                opened.search(" ".join(asked[:many]), mode=mode, match="all", limit=0).total for many in (1, 2, 3)
            ]
            assert totals == sorted(totals, reverse=True), asked


def test_other_names_do_not_widen_a_longer_question(make_collection: "MakeCollection") -> None:
    texts = ("South Korea agreed.", "The ROK agreed.", "Korea agreed.", "The ROK did not.")
    collection = make_collection(Document(f"d{number}", text) for number, text in enumerate(texts))
    assert set(found(collection, "South Korea", mode="keyword")) > {"d0", "d1"}
    assert found(collection, "South Korea", match="all") == ["d0"]


def test_with_any_one_word_is_enough(collection: Collection) -> None:
    holding = {"both", "forms", "name", "visit", "visits", "fish"}
    assert set(found(collection, "Macron visit herring harbour", mode="keyword", match="any")) == holding
    most = set(found(collection, "Macron visit herring harbour", mode="keyword"))
    assert most < holding


def test_by_date_only_what_answers_is_listed(collection: Collection) -> None:
    by_relevance = collection.search("Macron visit", limit=100, mode="keyword", facets=5)
    newest = collection.search("Macron visit", limit=100, mode="keyword", sort="newest", facets=5)
    assert [hit.document.id for hit in newest] == ["forms", "both"]
    assert newest.total == newest.documents == 2
    assert by_relevance.weaker == 0
    assert (newest.weaker, by_relevance.total) == (1, 3)
    assert newest.facets
    assert newest.facets.columns["country"].values[0].passages == 2, "what is counted is what is listed"
    (notice,) = (each for each in newest.notices if each.kind == "weaker")
    assert str(newest.weaker) in notice.text
    assert "match any" in notice.text
    assert newest.to_dict()["weaker"] == newest.weaker
    page = (
        create_app(collection)
        .test_client()
        .get("/", query_string={"q": "Macron visit", "mode": "keyword", "sort": "newest"})
    )
    link = re.search(r'<p class="notice weaker">.*?href="([^"]+)"', page.text)
    assert link
    assert "match=any" in link[1]
    assert "q=Macron+visit" in link[1]
    assert "sort=newest" in link[1]
    oldest = collection.search("Macron visit", limit=100, mode="keyword", sort="oldest")
    assert [hit.document.id for hit in oldest] == ["both", "forms"]


@pytest.mark.parametrize("mode", ["hybrid", "keyword", "meaning"])
def test_by_date_all_matches_are_listed_with_any(collection: Collection, mode: str) -> None:
    options: dict[str, Any] = {"mode": mode, "match": "any"}
    results = collection.search("Macron treaty visit", sort="newest", limit=100, **options)
    assert {hit.passage for hit in results} == {
        hit.passage for hit in collection.search("Macron treaty visit", limit=100, **options)
    }
    assert results.weaker == 0


def test_pages_by_date_neither_repeat_nor_lose_a_hit(programs: Programs) -> None:
    with open_collection(programs.collection) as opened:
        question = "Macron visit to Korea on nuclear power"
        whole = opened.search(question, sort="newest", limit=1000)
        paged = [
            hit for at in range(0, whole.total, 7) for hit in opened.search(question, sort="newest", limit=7, offset=at)
        ]
        best = opened.search(question, limit=5)
    assert paged == list(whole)
    assert 0 < whole.total < opened_total(programs, question)
    assert set(best) <= set(whole), "the best by relevance answer"


def opened_total(programs: Programs, question: str) -> int:
    with open_collection(programs.collection) as opened:
        return opened.search(question).total


def test_a_word_alone_lists_all_that_hold_it(collection: Collection) -> None:
    assert found(collection, "visit", mode="keyword", sort="newest") == ["visits", "visit", "forms", "both"]


def test_what_only_constrains_is_listed_whole(collection: Collection) -> None:
    results = collection.search("visit OR herring", sort="newest", limit=100)
    assert {hit.document.id for hit in results} >= {"visits", "visit", "forms", "both", "fish"}
    assert results.weaker == 0
    assert collection.search("", country="France", sort="newest").total == 3


def test_the_command_and_the_checks(command: Callable[..., Ran], collection: Collection) -> None:
    with pytest.raises(QueryError, match="match is 'some'"):
        collection.search("visit", match="some")  # pyright: ignore[reportArgumentType]
    assert collection.facets("Macron visit", match="all").columns["country"].values[0].passages == 2
    assert {hit.document.id for hit in collection.export("Macron visit", match="all")} == {"both", "forms"}


@pytest.mark.parametrize("question", ["Carney visit and trade", "what did Erdogan agree on"])
def test_by_date_what_lacks_the_name_is_left_out(programs: Programs, question: str) -> None:
    name = next(word for word in question.split() if word.istitle())
    with open_collection(programs.collection) as opened:
        newest, best = opened.search(question, sort="newest", limit=100), opened.search(question, limit=100)
    assert len(newest) > 0
    assert all(name in f"{hit.document.title} {hit.document.text}" for hit in newest)
    assert any(name not in f"{hit.document.title} {hit.document.text}" for hit in best)
    assert newest.weaker > 0
