"""Whoever waits to write, or reads, while another collection is put in the place."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dragoman.corpus.document import Document
from dragoman.errors import CollectionLocked
from dragoman.index.ledger.database import Database
from dragoman.index.writing.build import build
from dragoman.index.writing.lease import copying
from dragoman.index.writing.tally import Progress
from dragoman.search.collection import open_collection

if TYPE_CHECKING:
    from conftest import MakeCollection


def test_a_writer_that_waited_writes_to_the_new_one(
    make_collection: "MakeCollection", tiny_models: tuple[Path, Path]
) -> None:
    collection = make_collection([Document("old", "The old treaty.")])
    begun, waits = threading.Event(), threading.Event()

    def documents() -> Iterator[Document]:
        begun.set()
        waits.wait(0.5)  # the other one is by then at the lock
        yield Document("new", "The new treaty.")

    replacing = threading.Thread(
        target=lambda: build(collection.path, documents(), model=str(tiny_models[0]), replace=True)
    )
    replacing.start()
    begun.wait()
    collection.add([Document("later", "A later envoy.")])
    replacing.join()
    with open_collection(collection.path) as now:
        assert list(now.document_ids()) == ["later", "new"]
        assert now.problems() == []


@pytest.mark.parametrize("is_there_before", [True, False])
def test_what_is_complete_and_waits_for_a_copy_is_swept_by_nobody(
    make_collection: "MakeCollection", tiny_models: tuple[Path, Path], tmp_path: Path, is_there_before: bool
) -> None:
    folder, model = tmp_path / "collection", str(tiny_models[0])
    waits, finished = threading.Event(), threading.Event()
    told: list[str] = []

    def documents() -> Iterator[Document]:
        yield Document("new", "The new treaty.")
        if not is_there_before:
            make_collection([Document("old", "The old treaty.")])
        copies.start()
        held.wait()

    def copy() -> None:
        with copying(folder, 0):
            held.set()
            finished.wait()

    def show(progress: Progress) -> None:
        if progress.waits_for:
            told.append(progress.waits_for)
            waits.set()

    held, copies = threading.Event(), threading.Thread(target=copy)
    if is_there_before:
        make_collection([Document("old", "The old treaty.")])
    replacing = threading.Thread(target=lambda: build(folder, documents(), model=model, replace=True, progress=show))
    replacing.start()
    try:
        assert waits.wait(60)
        assert told == [f"nobody copies the collection at {folder} any more"]
        (complete,) = tmp_path.glob(".collection.*")
        os.utime(complete, (0, 0))
        with pytest.raises(CollectionLocked):
            build(folder, [Document("other", "Another treaty.")], model=model, replace=True, lock_timeout=0)
        assert complete.exists()
    finally:
        finished.set()
        replacing.join()
    with open_collection(folder) as now:
        assert list(now.document_ids()) == ["new"]
    assert list(tmp_path.glob(".collection.*")) == []


def test_what_goes_with_the_replaced_one_is_not_taken_for_damage(
    make_collection: "MakeCollection", tiny_models: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    collection = make_collection([Document("old", "The old treaty.")])
    with open_collection(collection.path) as reader:
        build(collection.path, [Document("new", "The new treaty.")], model=str(tiny_models[0]), replace=True)
        sees = iter([True])  # it has looked just before that, and opens its segments just after
        really = Database.is_in_place.fget
        assert really
        monkeypatch.setattr(Database, "is_in_place", property(lambda database: next(sees, None) or really(database)))
        assert [hit.document.id for hit in reader.search("treaty")] == ["new"]
        assert reader.left_out == ()
        build(collection.path, [Document("newer", "A newer treaty.")], model=str(tiny_models[0]), replace=True)
        sees = iter([True])
        assert reader.problems() == []
        assert next(sees, None) is None
