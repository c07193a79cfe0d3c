"""When a document came in: as it is now, by the clock of its commit, wherever the collection goes from there."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dragoman.corpus.document import Document
from dragoman.errors import InvalidPack
from dragoman.index.writing import writer
from dragoman.search.collection import Collection, open_collection
from dragoman.search.making import reindex_collection, repair_collection, restore, unpack
from support.folders import unseal

if TYPE_CHECKING:
    from conftest import MakeCollection


A, B, C = (Document(name, f"The envoy signed the treaty of {name}.") for name in ("Aachen", "Basel", "Cateau"))


@pytest.fixture
def folder(make_collection: "MakeCollection") -> Path:
    """A collection of three documents that came in one after the other."""
    collection = make_collection()
    for each in (A, B, C):
        collection.add([each])
    collection.close()
    return collection.path


@pytest.fixture
def model(tiny_models: tuple[Path, Path]) -> str:
    """The model that the collection is made with."""
    return str(tiny_models[0])


def times(collection: Collection | Path) -> dict[str, datetime | None]:
    """When each document came in."""
    if isinstance(collection, Path):
        with open_collection(collection) as opened:
            return times(opened)
    return {each: collection.document(each).added for each in collection.document_ids()}


def now() -> datetime:
    return datetime.now(UTC)


def test_a_document_came_in_when_it_was_added(make_collection: "MakeCollection") -> None:
    collection = make_collection()
    before = now()
    collection.add([A, B])
    between = now()
    collection.add([C])
    added = times(collection)
    assert added["Aachen"] == added["Basel"]
    assert before <= (added["Aachen"] or before) <= between <= (added["Cateau"] or between) <= now()
    [hit] = collection.search("Cateau", mode="keyword")
    assert hit.document.added == added["Cateau"]
    assert A.added is None


def test_what_is_read_again_unchanged_came_in_when_it_did_and_what_changed_comes_in_anew(folder: Path) -> None:
    before = times(folder)
    changed = now()
    with open_collection(folder) as collection:
        collection.add([A, replace(B, title="Of Basel"), C])
    after = times(folder)
    assert (after["Aachen"], after["Cateau"]) == (before["Aachen"], before["Cateau"])
    assert (after["Basel"] or changed) > changed


def test_it_keeps_its_time_when_the_index_is_written_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "GRACE_SECONDS", 0.0)
    with open_collection(folder) as collection:
        collection.add([replace(A, title="Of Aachen")])  # what it was before is collected below
        before = times(collection)
        collection.compact()
        collection.remove(["Basel"])
        collection.compact()
    reindex_collection(folder)
    assert times(folder) == {name: at for name, at in before.items() if name != "Basel"}
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as ledger:
        assert ledger.execute("SELECT count(*) FROM arrivals").fetchone()[0] <= len(before)


def test_copies_of_the_collection_keep_it(folder: Path, tmp_path: Path, model: str) -> None:
    before = times(folder)
    with open_collection(folder) as collection:
        collection.keep("then")
        collection.backup(tmp_path / "backup")
        collection.pack(tmp_path / "a.pack")
    restore(tmp_path / "backup", tmp_path / "restored")
    unpack(tmp_path / "a.pack", tmp_path / "unpacked", model=model)
    unpack(tmp_path / "a.pack", tmp_path / "encoded", model=model, reencode=True)
    for copy in ("backup", "restored", "unpacked", "encoded"):
        assert times(tmp_path / copy) == before, copy
    with open_collection(folder) as collection:
        collection.add([replace(A, title="Of Aachen"), Document("Dresden", "Another one.")])
        assert times(collection.at("then")) == before


def test_what_comes_into_a_copy_later_has_its_own_time(folder: Path, tmp_path: Path, model: str) -> None:
    with open_collection(folder) as collection:
        collection.pack(tmp_path / "a.pack")
    unpack(tmp_path / "a.pack", tmp_path / "unpacked", model=model)
    later = now()
    with open_collection(tmp_path / "unpacked") as collection:
        collection.add([Document("Dresden", "Another one.")])
    added = times(tmp_path / "unpacked")
    assert (added.pop("Dresden") or later) > later
    assert added == times(folder)


@pytest.mark.parametrize("said", ["yesterday", "2026-11-01T10:00:00", "1969-12-31T23:00:00+00:00", "9999-12-31T00:00Z"])
def test_a_pack_says_no_time_that_cannot_be(
    folder: Path, tmp_path: Path, said: str, change_pack: "Change", model: str
) -> None:
    with open_collection(folder) as collection:
        collection.pack(tmp_path / "a.pack")
    at = str((times(folder)["Basel"] or now()).isoformat())
    with pytest.raises(InvalidPack, match="line 2"):
        unpack(change_pack(tmp_path / "a.pack", at, said), tmp_path / "unpacked", model=model)


def test_a_pack_of_the_first_layout_comes_in_when_it_is_unpacked(
    folder: Path, tmp_path: Path, change_pack: "Change", model: str
) -> None:
    with open_collection(folder) as collection:
        collection.pack(tmp_path / "a.pack")
    pack = change_pack(tmp_path / "a.pack", '"pack": 2', '"pack": 1')
    for at in times(folder).values():
        pack = change_pack(pack, f'"added":"{at.isoformat() if at else ""}",', "")
    before = now()
    unpack(pack, tmp_path / "unpacked", model=model)
    assert all((at or before) > before for at in times(tmp_path / "unpacked").values())


Change = Callable[[Path, str, str], Path]


@pytest.fixture
def change_pack() -> Change:
    """Replaces a text in the files of a pack."""
    import zipfile

    def change(pack: Path, old: str, new: str) -> Path:
        changed = pack.with_name(f"{pack.name}.")
        with zipfile.ZipFile(pack) as source, zipfile.ZipFile(changed, "w") as target:
            for name in source.namelist():
                target.writestr(name, source.read(name).replace(old.encode(), new.encode()))
        return changed

    return change


def forget_arrivals(folder: Path) -> None:
    """Make of a collection one of format 6, which does not say when its documents came in."""
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as ledger, ledger:
        ledger.execute("DROP TABLE arrivals")
        ledger.execute("UPDATE settings SET value = '6' WHERE key = 'format'")
    (folder / "ledger.seal").unlink(missing_ok=True)


def test_one_of_an_older_dragoman_came_in_when_its_segment_was_written(folder: Path) -> None:
    before = times(folder)
    forget_arrivals(folder)
    with open_collection(folder) as collection:
        collection.add([Document("Dresden", "Another one.")])
    after = times(folder)
    assert sorted(after, key=lambda name: after[name] or now()) == ["Aachen", "Basel", "Cateau", "Dresden"]
    for name, at in before.items():
        assert at is not None
        assert abs((at - (after[name] or now())).total_seconds()) < 60


def test_where_no_seal_says_that_it_came_in_by_the_day_of_the_upgrade(folder: Path) -> None:
    unseal(folder)
    forget_arrivals(folder)
    upgraded = now()
    with open_collection(folder) as collection:
        collection.add([Document("Dresden", "Another one.")])
    assert all(upgraded < (at or upgraded) <= now() for at in times(folder).values())


def test_where_nobody_has_written_since_it_came_in_by_the_last_write(folder: Path) -> None:
    forget_arrivals(folder)
    os.utime(folder / "ledger.sqlite", (1_000_000_000, 1_000_000_000))
    assert set(times(folder).values()) == {datetime.fromtimestamp(1_000_000_000, UTC)}
    with open_collection(folder) as collection:
        assert [hit.document.id for hit in collection.search("envoy", mode="keyword", sort="added")]


def test_a_repair_keeps_it(folder: Path) -> None:
    before = times(folder)
    ledger = folder / "ledger.sqlite"
    with closing(sqlite3.connect(ledger)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'deletions'").fetchone()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(ledger.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = os.urandom(4096)
    ledger.write_bytes(content)
    repaired = repair_collection(folder)
    assert repaired.mended
    assert times(folder) == before
    vectors = sorted((folder / "segments").glob("*/vectors/vectors.faiss"))
    for each in vectors:
        each.unlink()
    repair_collection(folder)
    assert times(folder) == before


def test_where_a_repair_finds_no_time_it_is_told_and_the_document_has_come_in_by_then(folder: Path) -> None:
    ledger = folder / "ledger.sqlite"
    with closing(sqlite3.connect(ledger)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'arrivals'").fetchone()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(ledger.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = bytes(4096)
    ledger.write_bytes(content)
    before = now()
    repaired = repair_collection(folder)
    assert any("when some of its documents came in" in line for line in repaired.lost)
    assert all(before <= (at or before) <= now() for at in times(folder).values())


def test_a_clock_that_shows_nonsense_is_no_error(folder: Path) -> None:
    unseal(folder)
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as ledger, ledger:
        ledger.execute("UPDATE arrivals SET at = CASE last WHEN 1 THEN 9e999 WHEN 2 THEN -5 ELSE 'x' END")
    with open_collection(folder) as collection:
        assert [at and at.year for at in times(collection).values()] == [9999, 1970, 1970]
        assert collection.search("envoy", mode="keyword", sort="added")[0].document.id == "Aachen"
