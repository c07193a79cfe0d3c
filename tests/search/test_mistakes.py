"""What whoever embeds a collection may get wrong: nothing is dropped in silence, and each error is one clear line."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from dragoman.corpus.document import Document
from dragoman.corpus.fields import RESERVED, OwnField
from dragoman.errors import InvalidDocument, InvalidField, QueryError
from dragoman.index.ledger.manifest import FIELDS
from dragoman.search.collection import open_collection
from dragoman.search.making import create_collection
from dragoman.search.options import OPTIONS
from support.folders import folder_of

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import MakeCollection

    from dragoman.search.collection import Collection


@pytest.fixture
def collection(make_collection: "MakeCollection") -> "Collection":
    return make_collection(
        [
            Document("a", "The envoys signed a treaty.", countries=("France",), senders=("Rusk",)),
            Document("b", "The envoys signed a pact.", countries=("Japan",)),
        ]
    )


@pytest.mark.parametrize(
    "filters",
    [{"Country": "France"}, {"COUNTRY": ["France"]}, {"From": "rusk"}, {"sender": "Rusk"}, {"from": ["Rusk"]}],
)
def test_a_filter_by_any_spelling_of_its_field_filters(collection: "Collection", filters: dict[str, Any]) -> None:
    assert [hit.document.id for hit in collection.search("envoys", **filters)] == ["a"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"limit": 2.5}, "limit is 2.5, and must be a whole number from 0 to 1000"),
        ({"offset": True}, "offset is True, and must be a whole number"),
        ({"timeout": "5"}, "timeout is '5', and must be 0 or more seconds"),
        ({"country": [None]}, r"country takes texts, not \[None\]"),
        ({"person": 9}, r"person takes texts, not \[9\]"),
        ({"contry": "France"}, "there is no filter 'contry': use after, before, country"),
    ],
)
def test_a_value_of_the_wrong_kind_is_one_clear_line(
    collection: "Collection", options: dict[str, Any], said: str
) -> None:
    with pytest.raises(QueryError, match=said):
        collection.search("envoys", **options)


def test_a_moment_is_as_good_as_its_day(collection: "Collection") -> None:
    assert collection.search("envoys", after=datetime(2025, 1, 1, 12), before="2026").undated == 2


def test_no_field_may_be_called_like_an_option_or_a_part_of_an_answer() -> None:
    for name in (*OPTIONS, "histogram", "undated", "similar", "q"):
        if name.isalpha():
            with pytest.raises(InvalidField, match="there is a field"):
                OwnField(name, "key")
    assert {"mode", "facets", "histogram"} <= RESERVED


def test_a_collection_opens_whose_own_field_has_a_name_that_was_taken_since(tmp_path: "Path") -> None:
    create_collection(tmp_path / "c", fields=[OwnField("desk", "department")]).close()
    with open_collection(tmp_path / "c") as collection:
        collection.add([Document("a", "The envoys signed a treaty.", extra={"desk": ("Asia",)})])
        database = folder_of(collection).database
        with database.change():
            database.set(FIELDS, [["mode", "department", "facet"], ["desk", "department", "facet"]])
    with open_collection(tmp_path / "c") as collection:
        assert [each.name for each in collection.fields][-1] == "desk"
        assert collection.search("desk:asia").total == 1
        assert [line for line in collection.problems() if "'mode'" in line]


def test_values_of_own_fields_are_texts_and_those_of_none_are_named(collection: "Collection") -> None:
    for wrong in ({"desk": "Asia"}, {"desk": [1]}, {"desk": ({},)}):
        with pytest.raises(InvalidDocument, match=r"the field 'desk' has .*, and must have texts"):
            Document("x", "A text.", extra=wrong)  # pyright: ignore[reportArgumentType]
    report = collection.add([Document("x", "The minister spoke of fish.", extra={"desk": ("Asia",)})])
    assert (report.added, report.unused) == (1, {"desk": 1})
