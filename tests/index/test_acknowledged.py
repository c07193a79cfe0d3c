"""What is acknowledged is on disk: whatever got a name or lost it before that has its folder synced afterwards.

SQLite does the same for its own files. What becomes of a collection when power fails, `make torture` tries.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dragoman.corpus.document import Document
from dragoman.index.writing.build import build
from dragoman.search.making import create_collection, reindex_collection

if TYPE_CHECKING:
    from conftest import MakeCollection

Named = list[tuple[str, Path]]

_recorded: list[Named] = []


def _record(event: str, arguments: tuple[object, ...]) -> None:
    if _recorded and event in ("os.mkdir", "os.rename"):
        path = Path(os.fsdecode(arguments[event == "os.rename"]))  # pyright: ignore[reportArgumentType]
        if event == "os.rename" or not path.exists():  # libraries try to make what is there
            for each in _recorded:
                each.append(("made", path))
    elif _recorded and event in ("os.remove", "os.rmdir"):
        path, folder = Path(os.fsdecode(arguments[0])), arguments[1]  # pyright: ignore[reportArgumentType]
        whole = path if folder == -1 else Path(f"/proc/self/fd/{folder}").readlink() / path
        for each in _recorded:
            each.append(("removed", whole))


sys.addaudithook(_record)


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> Iterator[Named]:
    """What gets a name from now on, what loses it, and what is synced, in turn."""
    done, fsync = Named(), os.fsync

    def sync(descriptor: int) -> None:
        fsync(descriptor)
        done.append(("synced", Path(f"/proc/self/fd/{descriptor}").readlink()))

    monkeypatch.setattr(os, "fsync", sync)
    _recorded.append(done)
    yield done
    _recorded.remove(done)


def unsynced(named: Named, below: Path) -> list[Path]:
    """What got a name that it still has, in a folder that was not synced afterwards."""
    return [
        path
        for number, (event, path) in enumerate(named)
        if event == "made" and path.is_relative_to(below) and path.exists()
        if not any(other == ("synced", path.parent) for other in named[number:])
    ]


@pytest.fixture
def model(tiny_models: tuple[Path, Path], empty_collections: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> str:
    """The folder of a tiny model, whose exported twin is at hand."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(empty_collections[0].parent / "cache"))
    return str(tiny_models[0])


def unsynced_removals(named: Named, below: Path) -> list[Path]:
    """What was removed from a folder that is still there and was not synced afterwards."""
    return [
        path
        for number, (event, path) in enumerate(named)
        if event == "removed" and path.is_relative_to(below) and path.parent.exists()
        if not any(other == ("synced", path.parent) for other in named[number:])
    ]


OLD, NEW = Document("old", "The old treaty."), Document("new", "The new treaty.")

Act = Callable[[Path, str], object]
ACTS: dict[str, Act] = {
    "create": lambda folder, model: create_collection(folder / "quite" / "new", model=model).close(),
    "index": lambda folder, model: build(folder / "quite" / "new", [NEW], model=model),
    "replace": lambda folder, model: build(folder / "collection", [NEW], model=model, replace=True),
}


@pytest.mark.parametrize("act", ACTS)
def test_a_collection_and_the_folders_above_it_stay(
    make_collection: "MakeCollection", model: str, tmp_path: Path, named: Named, act: str
) -> None:
    if act == "replace":
        make_collection([OLD]).close()
        named.clear()
    ACTS[act](tmp_path, model)
    assert [path for event, path in named if event == "made" and path.is_relative_to(tmp_path)], "something is seen"
    assert unsynced(named, tmp_path) == []
    assert ("synced", tmp_path) in named, "the place itself, whatever way it got its name"


def test_what_is_added_and_indexed_anew_stays(
    make_collection: "MakeCollection", model: str, tiny_models: tuple[Path, Path], tmp_path: Path, named: Named
) -> None:
    collection = make_collection([OLD])
    collection.add([NEW])
    named.clear()
    collection.add([Document("more", "One more envoy.")])
    collection.compact()
    reindex_collection(collection.path, model=str(tiny_models[1]))
    assert {path.parent.name for event, path in named if event == "made"} >= {"segments", "encoders"}
    assert unsynced(named, tmp_path) == []


def test_what_is_purged_does_not_come_back(make_collection: "MakeCollection", tmp_path: Path, named: Named) -> None:
    with make_collection([OLD]) as collection:
        collection.add([NEW])
        left = tmp_path / f".{collection.path.name}.{'0' * 12}.unfinished"  # by who was killed while building
        shutil.copytree(collection.path, left)
        os.utime(left, (0, 0))
        named.clear()
        purged = collection.purge([OLD.id])
        removed = [path for event, path in named if event == "removed"]
        assert left in removed
        assert any(path.parent == collection.path / "segments" for path in removed)
        assert unsynced_removals(named, collection.path / "segments") == []
        assert (purged.beside, ("synced", tmp_path) in named[named.index(("removed", left)) :]) == ((), True)
        assert ("synced", collection.path / "ledger.sqlite-wal") in named, "it held the text, and is empty by now"


def test_a_collection_is_made_where_somebody_was_killed_while_making_one(model: str, tmp_path: Path) -> None:
    (tmp_path / "new" / "segments").mkdir(parents=True)
    for end in ("", "-journal", "-wal"):
        (tmp_path / "new" / f"ledger.sqlite.unfinished{end}").write_bytes(b"half of it")
    with create_collection(tmp_path / "new", model=model) as collection:
        assert collection.add([NEW]).added == 1
    assert not list((tmp_path / "new").glob("*.unfinished*"))
