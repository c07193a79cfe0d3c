"""How a question was understood, with what there is of each of its words within its filters."""

from typing import TYPE_CHECKING, Any

import pytest

from dragoman.corpus.document import Document
from dragoman.index.units import terms_of
from dragoman.search.collection import Collection

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
        "words": [{"forms": [[["treaties", "treaty"]]], "field": None, "passages": 0, "documents": 0}],
    }
    assert "explanation" not in collection.search("treaty").to_dict()
