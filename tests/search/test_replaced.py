"""Another collection in the place of one that is open, as `dragoman index --replace` puts it there every night."""

import gc
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dragoman.corpus.document import Document
from dragoman.errors import CollectionDamaged, CollectionNotFound
from dragoman.index.writing.build import build
from dragoman.search.collection import Collection, open_collection
from dragoman.web.app import create_app


def letters(edition: int) -> list[Document]:
    """Those of one edition, which alone name its number; each edition has more of them, so that all numbers shift."""
    return [
        Document(
            id=f"edition-{edition}/{n}", title=f"Edition {edition}", text=f"Quarantine of ships, edition {edition}."
        )
        for n in range(3 * edition)
    ]


if TYPE_CHECKING:
    from conftest import MakeCollection

Replace = Callable[[Path, int], object]


@pytest.fixture
def collection(make_collection: "MakeCollection") -> Collection:
    collection = make_collection()
    collection.add(letters(1))
    return collection


@pytest.fixture
def folder(collection: Collection) -> Path:
    return collection.path


@pytest.fixture
def replace(tiny_models: tuple[Path, Path]) -> Replace:
    return lambda folder, edition: build(folder, letters(edition), model=str(tiny_models[0]), replace=True)


def editions(collection: Collection) -> set[str]:
    """Which edition each hit says it is of, by its document's id and by its words."""
    found = collection.search("quarantine", limit=100, fold=False)
    return {f"{hit.document.id.partition('/')[0]} {hit.text[-2:-1]}" for hit in found}


def test_it_is_asked_from_then_on_by_every_thread(folder: Path, collection: Collection, replace: Replace) -> None:
    before = collection.version, collection.generation
    assert editions(collection) == {"edition-1 1"}
    replace(folder, 2)
    with ThreadPoolExecutor(1) as other:  # which has no connection to the old ledger
        assert other.submit(editions, collection).result() == {"edition-2 2"}
    assert editions(collection) == {"edition-2 2"}
    assert collection.document("edition-2/0").title == "Edition 2"
    assert list(collection.document_ids()) == [f"edition-2/{n}" for n in range(6)]
    assert collection.generation == before[1]
    assert collection.version != before[0]


def test_what_is_added_goes_there(folder: Path, collection: Collection, replace: Replace) -> None:
    replace(folder, 2)
    collection.add([Document(id="new", text="A telegraph to Zanzibar.")])
    with open_collection(folder) as other:
        assert other.search("telegraph", mode="keyword").total == 1
    gc.collect()  # closes the old ledger, which must leave the new one's log alone
    assert collection.problems() == []
    with open_collection(folder) as other:
        assert other.status().documents == 7


def test_whoever_is_at_work_with_the_old_one_finishes(folder: Path, collection: Collection, replace: Replace) -> None:
    export = collection.export("quarantine", fold=False)
    first = next(export)
    replace(folder, 2)
    assert {first.document.title, *(hit.document.title for hit in export)} == {"Edition 1"}


def test_no_thread_reads_the_old_one_in_the_new_ones_ledger(
    folder: Path, collection: Collection, replace: Replace
) -> None:
    export = collection.export("quarantine", fold=False)
    replace(folder, 2)
    with ThreadPoolExecutor(1) as other, pytest.raises(CollectionDamaged, match="replaced"):
        other.submit(next, export).result()


def test_as_long_as_there_is_none_the_old_one_answers(folder: Path, collection: Collection, replace: Replace) -> None:
    assert editions(collection) == {"edition-1 1"}
    folder.rename(folder.with_name("elsewhere"))
    assert editions(collection) == {"edition-1 1"}
    replace(folder, 2)
    assert editions(collection) == {"edition-2 2"}


def test_every_answer_is_of_one_edition(folder: Path, collection: Collection, replace: Replace) -> None:
    stop, seen = threading.Event(), set[frozenset[str]]()

    def ask() -> None:
        while not stop.is_set():
            seen.add(frozenset(editions(collection)))

    with ThreadPoolExecutor(3) as askers:
        asking = [askers.submit(ask) for _ in range(3)]
        for edition in range(2, 8):
            replace(folder, edition)
        stop.set()
        for each in asking:
            each.result()
    assert editions(collection) == {"edition-7 7"}
    assert seen <= {frozenset({f"edition-{n} {n}"}) for n in range(1, 8)}
    assert len(seen) > 1


def test_a_site_serves_it_and_no_browser_keeps_the_old_pages(folder: Path, replace: Replace) -> None:
    client = create_app(folder).test_client()
    old = client.get("/?q=quarantine")
    assert client.get("/?q=quarantine", headers={"If-None-Match": old.headers["ETag"]}).status_code == 304
    replace(folder, 2)
    new = client.get("/?q=quarantine", headers={"If-None-Match": old.headers["ETag"]})
    assert new.status_code == 200
    assert "Edition 2" in new.text
    assert "Edition 1" not in new.text


def test_a_collection_that_is_gone_for_good_is_said_to_be(folder: Path, collection: Collection) -> None:
    shutil.rmtree(folder)
    with ThreadPoolExecutor(1) as other, pytest.raises(CollectionNotFound, match="no collection at"):
        other.submit(editions, collection).result()
