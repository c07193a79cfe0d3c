"""Who and what a document is about, asked in plain words: its description finds it where its text does not say so."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dragoman.corpus.document import Document, Person
from dragoman.corpus.fields import OwnField
from dragoman.search.collection import Collection
from dragoman.search.making import create_collection
from dragoman.search.ranking.settings import Settings, apply_changes
from support.places import SHARED
from support.programs import Ran

if TYPE_CHECKING:
    from conftest import MakeCollection

CANAL = "The memorandum sets out a plan for the canal and its tolls."
PAPER = Document(
    "paper",
    f"{CANAL}\n\n" + "Dredging goes on at the southern end, where the locks are old. " * 30,
    title="Paper",
    author="Ellsworth Bunker",
    topics=("shipbuilding", "droit de la mer"),
    people=(Person("Walt Rostow", "Adviser"), Person("Åsa Lindström")),
    senders=("Embassy in Ankara",),
    recipients=("Department of State",),
    outlet="Gazette",
)
OTHERS = [
    Document("named", "Bunker spoke. Nobody answered him for an hour.", people=(Person("Ellsworth Bunker"),)),
    Document(
        "long", "Rostow arrived. " + "The talks went on and on, as they do. " * 60, people=(Person("Walt Rostow"),)
    ),
    Document("else", "Fisheries and herring, quotas and cod."),
]


@pytest.fixture
def collection(make_collection: "MakeCollection") -> Collection:
    """A paper whose description says what its text does not, and others."""
    return make_collection([PAPER, *OTHERS])


def found(collection: Collection, question: str) -> set[str]:
    return {hit.document.id for hit in collection.search(question, mode="keyword", limit=100)}


@pytest.mark.parametrize(
    "question",
    ["shipbuilding", "Rostow", "Ellsworth", "Lindstrom", "Ankara", "droit mer", "tolls Bunker", "who is Walt Rostow?"],
)
def test_free_words_find_a_document_by_its_description(collection: Collection, question: str) -> None:
    assert "paper" in found(collection, question)


def test_what_says_it_comes_before_what_is_only_described_so(collection: Collection) -> None:
    for question, first in (("Bunker", "named"), ("What is Rostow", "long")):
        assert collection.search(question).hits[0].document.id == first


def test_what_does_not_describe_a_document_does_not_find_it(collection: Collection) -> None:
    assert found(collection, "Gazette") == found(collection, "Adviser") == set()
    assert found(collection, "Bunker herring") <= {"named", "paper", "else"}


def test_what_the_text_says_is_left_to_the_passages_that_say_it(collection: Collection) -> None:
    hits = collection.search("Rostow", mode="keyword", limit=100)
    assert sum(hit.document.id == "long" for hit in hits) == 1
    assert sum(hit.document.id == "paper" for hit in hits) == len(collection.passages("paper")) > 1


def test_a_hit_says_why(collection: Collection) -> None:
    hit = next(hit for hit in collection.search("tolls Bunker Rostow", mode="keyword") if CANAL in hit.text)
    assert [(each.field, each.value) for each in hit.described] == [
        ("person", "Walt Rostow"),
        ("author", "Ellsworth Bunker"),
    ]
    ((start, end, _),) = ((mark.start, mark.end, mark.shade) for mark in hit.described[1].highlights)
    assert hit.described[1].value[start:end] == "Bunker"
    assert hit.to_dict()["described"][1]["value"] == "Ellsworth Bunker"
    assert all(not hit.described for hit in collection.search("tolls canal", mode="keyword"))
    named = next(hit for hit in collection.search("Bunker", mode="keyword") if hit.document.id == "named")
    assert not named.described, "the passage says it itself"


def test_the_description_alone_is_asked_with_about(collection: Collection) -> None:
    assert found(collection, "about:Bunker") == {"paper"}
    assert found(collection, "about:ship*") == {"paper"}
    assert found(collection, "Bunker -about:bunker") == {"named"}


def test_fields_of_a_collections_own_describe_its_documents(tiny_models: tuple[Path, Path], tmp_path: Path) -> None:
    own = [OwnField("desk", "desk"), OwnField("votes", "votes", "number")]
    with create_collection(tmp_path / "own.idx", model=str(tiny_models[0]), fields=own) as collection:
        _check_own_fields(collection)


def _check_own_fields(collection: Collection) -> None:
    collection.add([Document("a", "Tolls.", extra={"desk": ("Levant",), "votes": ("1955",)}), Document("b", "Locks.")])
    assert found(collection, "Levant") == {"a"}
    assert found(collection, "1955") == set()


def test_a_description_that_changes_is_found_anew(collection: Collection) -> None:
    collection.add([Document("else", OTHERS[2].text, topics=("whaling",))])
    assert found(collection, "whaling") == {"else"}


def test_settings_from_before_there_was_such_a_field_are_read() -> None:
    read = apply_changes(Settings(), {"bm25f": {"k1": 1.2, "b": [0.1, 0.2, 0.3], "weights": [2, 1, 0.5]}})
    assert read.bm25f.b == (0.1, 0.2, 0.3, Settings().bm25f.b[3])
    assert read.bm25f.weights == (2.0, 1.0, 0.5, Settings().bm25f.weights[3])


def test_the_cases_that_were_seen(command: Callable[..., Ran], tmp_path: Path) -> None:
    cases = SHARED / "cases/asking/metadata.jsonl"
    if not cases.is_file():
        pytest.skip("there is no ../shared/cases/asking")
    place = tmp_path / "cases.idx"
    assert command("index", cases, "--collection", place).code == 0
    with Collection(place) as opened:
        for question in ("Bunker", "shipbuilding", "Rostow", "author:Bunker", "topic:shipbuilding"):
            assert [hit.document.id for hit in opened.search(question)] == ["t1"]
