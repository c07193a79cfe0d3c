"""How a question was understood, with what there is of each of its words within its filters."""

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from dragoman.corpus.document import Document
from dragoman.index.units import terms_of
from dragoman.search.cli.layout import text
from dragoman.search.collection import Collection
from dragoman.search.results.answer import Answer

if TYPE_CHECKING:
    from conftest import MakeCollection


@pytest.fixture
def collection(make_collection: "MakeCollection") -> Collection:
    return make_collection(
        [
            Document("a", "The envoys signed a treaty.", countries=("France",)),
            Document("b", "Treaties are read by envoys.\n\n" + "Nothing else happened. " * 80, countries=("France",)),
            Document("c", "The envoys signed a pact.", countries=("Japan",)),
        ]
    )


def test_the_question_is_explained(collection: Collection) -> None:
    said = collection.search('treaty envoys country:France "signed a"', explain=True, mode="keyword").explanation
    assert said is not None
    assert said.expression == 'treaty envoys country:France "signed a"'
    assert said.filters == ("country:France",)
    within = collection.search(None, country="France", fold=False)
    assert (said.passages, said.documents) == (within.total, within.documents)
    counted = {
        "|".join(sorted(terms_of(each.unit.positions[0]))): (each.passages, each.documents) for each in said.holdings
    }
    assert counted["treaties|treaty"] == (2, 2)
    assert next(each for each in said.holdings if len(each.unit.positions) == 2).passages == 1
    assert collection.search("treaty").explanation is None


@pytest.mark.parametrize(
    ("question", "filters", "count"),
    [
        ("treaty -country:France", {}, 0),
        ("treaty", {"where": "-country:France"}, 0),
        ("treaty", {"document": "a"}, 1),
        ("treaty", {}, 2),
    ],
)
def test_the_counts_are_within_all_filters(
    collection: Collection, question: str, filters: dict[str, Any], count: int
) -> None:
    said = collection.search(question, explain=True, **filters).explanation
    assert said is not None
    assert [each.passages for each in said.holdings] == [count]


def test_json_has_it_where_it_was_asked_for(collection: Collection) -> None:
    said = collection.search("treaty country:Japan", explain=True).to_dict()["explanation"]
    assert said == {
        "expression": "treaty country:Japan",
        "filters": ["country:Japan"],
        "passages": 1,
        "documents": 1,
        "words": [{"forms": [[["treaties", "treaty"]]], "more": 0, "field": None, "passages": 0, "documents": 0}],
    }
    assert "explanation" not in collection.search("treaty").to_dict()


def test_of_a_beginning_of_many_words_the_first_are_listed_and_the_others_counted(
    make_collection: "MakeCollection",
) -> None:
    words = [f"pact{number:03}" for number in range(200)]
    collection = make_collection([Document("a", " ".join(words))])
    said = collection.search("pact*", explain=True, mode="keyword").to_dict()
    (holding,) = said["explanation"]["words"]
    assert holding["forms"] == [[words[:64]]]
    assert holding["more"] == 200 - 64
    (unit,) = said["hits"][0]["explanation"]["keyword_units"]
    assert (unit["words"], unit["more"]) == ([words[:64]], 200 - 64)


def test_an_answer_is_given_though_there_is_no_time_to_explain_it(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock is moved on once the hits are made."""
    began, passed = time.monotonic(), 0.0
    monkeypatch.setattr(time, "monotonic", lambda: began + passed)
    to_hits = Answer.hits

    def then_it_is_late(self: Answer, **options: Any) -> Iterator[Any]:
        nonlocal passed
        yield from to_hits(self, **options)
        passed = 60.0

    monkeypatch.setattr(Answer, "hits", then_it_is_late)
    results = collection.search("treaty country:France", explain=True, mode="keyword", timeout=30)
    said = results.explanation
    assert len(results) == 2
    assert said is not None
    assert (said.expression, said.filters, said.passages) == ("treaty country:France", ("country:France",), None)
    assert [(each.passages, each.documents) for each in said.holdings] == [(None, None)]
    assert "not counted in time" in " ".join(text(results).split())
