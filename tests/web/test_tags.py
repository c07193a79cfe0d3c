"""The tag of an answer: the same from whoever has the same to say, and never the same for another answer."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask.testing import FlaskClient

from dragoman.corpus.document import Document
from dragoman.search.collection import Collection, open_collection
from dragoman.search.making import repair_collection, restore
from dragoman.web.app import create_app

if TYPE_CHECKING:
    from conftest import MakeCollection

ASKED = "/api/v1/search?q=telegraph&mode=keyword"


@pytest.fixture
def collection(make_collection: "MakeCollection") -> Collection:
    """A collection of two documents, each in a segment of its own."""
    made = make_collection([Document("one", "The telegraph to Zanzibar was cut.")])
    made.add([Document("two", "The telegraph to Lamu was cut.")])
    return made


def served(folder: Path) -> FlaskClient:
    """Another server of a collection."""
    return create_app(open_collection(folder)).test_client()


def tag(client: FlaskClient, url: str = ASKED) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, answer.text
    return answer.headers.get("ETag", "")


def is_unchanged(client: FlaskClient, known: str, url: str = ASKED) -> bool:
    """Whether a client with an answer of that tag is told to go on with it."""
    return client.get(url, headers={"If-None-Match": known}).status_code == 304


def test_two_servers_and_one_that_was_started_anew_have_the_same(collection: Collection) -> None:
    first, second = served(collection.path), served(collection.path)
    assert tag(first) == tag(second) == tag(served(collection.path)) != ""
    collection.add([Document("three", "The telegraph to Mombasa was cut.")])
    known = tag(first)
    assert is_unchanged(second, known)
    assert is_unchanged(served(collection.path), known)


@pytest.mark.parametrize("path", [ASKED, "/api/v1/documents?limit=5", "/api/v1/documents/one", "/api/v1/export?q=cut"])
def test_a_state_that_is_kept_anew_under_the_name_of_another_has_its_own(collection: Collection, path: str) -> None:
    url = f"{path}{'&' if '?' in path else '?'}at=spring"
    collection.keep("spring")
    collection.add([Document("one", "The telegraph to Zanzibar was cut again."), Document("three", "A telegraph.")])
    here, there = create_app(collection).test_client(), served(collection.path)
    before, known = here.get(url).text, tag(here, url)
    assert is_unchanged(here, known, url)
    collection.drop("spring")
    assert here.get(url, headers={"If-None-Match": known}).status_code == 404
    collection.keep("spring")  # at the generation that the collection had all the while
    for client in (here, there):
        assert not is_unchanged(client, known, url)
        assert client.get(url).text != before
    assert tag(here, url) == tag(there, url)


def test_a_kept_state_has_the_same_whatever_becomes_of_the_collection(collection: Collection) -> None:
    collection.keep("spring")
    client = create_app(collection).test_client()
    known = tag(client, f"{ASKED}&at=spring")
    collection.remove(["one"])
    assert is_unchanged(client, known, f"{ASKED}&at=spring")


@pytest.mark.parametrize(
    "change", [lambda copy: copy.remove(["one"]), lambda copy: copy.keep_variants(["telegraph, wire"])]
)
def test_one_that_was_restored_and_changed_in_another_way_has_its_own(
    collection: Collection, tmp_path: Path, change: Callable[[Collection], object]
) -> None:
    collection.backup(tmp_path / "backup")
    collection.remove(["two"])
    client = create_app(collection).test_client()
    generation, known = collection.generation, tag(client)
    shutil.move(collection.path, tmp_path / "aside")
    restore(tmp_path / "backup", collection.path)
    with open_collection(collection.path) as again:
        change(again)
        assert again.generation == generation
    assert not is_unchanged(served(collection.path), known)
    assert not is_unchanged(client, known)


def test_what_lacks_a_damaged_part_is_never_taken_for_the_whole(collection: Collection) -> None:
    folder = collection.path
    blind = create_app(collection).test_client()  # which has it open, and will not see the damage
    whole = tag(blind)
    lengths = min(folder.glob("segments/*/postings/lengths.npy"))
    content = lengths.read_bytes()
    lengths.unlink()
    lengths.write_bytes(content[:-1] + b"!")
    seeing = served(folder)
    lesser = seeing.get(ASKED)
    assert len(lesser.get_json()["left_out"]) == 1
    assert lesser.headers["ETag"] != whole
    assert not is_unchanged(seeing, whole)
    assert not is_unchanged(blind, lesser.headers["ETag"])
    repair_collection(folder)
    assert not is_unchanged(served(folder), lesser.headers["ETag"])


def test_what_is_answered_without_the_encoder_has_no_tag(collection: Collection) -> None:
    """Another server may have loaded it before it was damaged, and answers by meaning as well."""
    url = "/api/v1/search?q=telegraph"
    known = tag(create_app(collection).test_client(), url)
    for path in (collection.path / "encoders").glob("*/query.onnx"):
        path.unlink()
    client = served(collection.path)
    lesser = client.get(url)
    assert [each["part"] for each in lesser.get_json()["left_out"]] == ["the query encoder"]
    assert "ETag" not in lesser.headers
    assert known
    assert lesser.headers["Cache-Control"] == "private, no-cache"
    assert "ETag" not in client.get("/?q=telegraph").headers
    assert "ETag" in client.get("/?q=telegraph&mode=keyword").headers


def test_one_of_an_older_dragoman_has_one_too(collection: Collection) -> None:
    with closing(sqlite3.connect(collection.path / "ledger.sqlite")) as ledger, ledger:
        ledger.execute("DELETE FROM settings WHERE key = 'change'")
    first, second = served(collection.path), served(collection.path)
    assert tag(first) == tag(second) != ""
    known = tag(first)
    collection.add([Document("three", "The telegraph to Mombasa was cut.")])
    assert not is_unchanged(first, known)
