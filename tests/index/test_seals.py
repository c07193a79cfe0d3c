"""Seals: every file of a segment and of a query encoder is known by its size and by a checksum a block."""

import shutil
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dragoman.corpus.document import Document
from dragoman.errors import CollectionDamaged, CollectionNotFound
from dragoman.index.keeping.ledger_seal import is_seal_damaged, ledger_blocks, ledger_fault, seal_ledger
from dragoman.index.keeping.seals import BLOCK, Fault, block_fault, faults, seal, total
from dragoman.index.ledger.database import Database, count_revisions
from dragoman.index.segments.durability import exchange
from dragoman.index.writing.store import LEDGER
from dragoman.search.collection import open_collection
from support.folders import folder_of

if TYPE_CHECKING:
    from conftest import MakeCollection

    from support.programs import Ran


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a file of two and a half blocks, one of a single byte within a folder, and an empty one."""
    (tmp_path / "a" / "within").mkdir(parents=True)
    (tmp_path / "a" / "large").write_bytes(b"treaty!?" * (BLOCK // 8 * 5 // 2))
    (tmp_path / "a" / "within" / "small").write_bytes(b"x")
    (tmp_path / "a" / "empty").touch()
    return tmp_path / "a"


def flip(path: Path, position: int) -> None:
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)


def test_a_folder_is_as_it_was_sealed(folder: Path) -> None:
    sealed = seal(folder)
    assert {name: (each.size, each.block_count) for name, each in sealed.items()} == {
        "empty": (0, 0),
        "large": (BLOCK * 5 // 2, 3),
        "within/small": (1, 1),
    }
    assert total(sealed) == BLOCK * 5 // 2 + 1
    read: list[int] = []
    assert list(faults(folder, sealed, read=read.append)) == []
    assert sum(read) == total(sealed)
    assert [block_fault(folder, sealed, "large", block) for block in range(3)] == [None] * 3


def test_a_flipped_bit_is_found_in_its_block(folder: Path) -> None:
    sealed = seal(folder)
    flip(folder / "large", BLOCK * 2 + 5)
    (found,) = faults(folder, sealed)
    assert found == Fault("large", "was altered within its bytes from 2,097,152 on", 2)
    assert [block_fault(folder, sealed, "large", block) for block in range(3)] == [None, None, found]
    assert list(faults(folder, sealed, content=False)) == []


def test_what_is_missing_added_or_of_another_size_is_found_without_reading_it(folder: Path) -> None:
    sealed = seal(folder)
    with (folder / "large").open("ab") as large:
        large.write(b".")
    (folder / "within" / "small").unlink()
    (folder / "more").touch()
    assert list(faults(folder, sealed, content=False)) == [
        Fault("more", "does not belong there"),
        Fault("large", "has 2,621,441 bytes instead of 2,621,440"),
        Fault("within/small", "is missing"),
    ]
    shutil.rmtree(folder)
    assert [fault.what for fault in faults(folder, sealed)] == ["is missing"] * 3
    assert block_fault(folder, sealed, "large", 0) == Fault("large", "is missing")


def test_a_seal_is_kept_whole_or_not_at_all(make_collection: "MakeCollection", folder: Path) -> None:
    store = folder_of(make_collection([Document("a", "The treaty was signed.")]))
    store.ledger.keep_seal("segments/one", seal(folder))
    store.database.connection.execute(
        """CREATE TEMP TRIGGER fails BEFORE INSERT ON seals WHEN NEW.file = 'large'
        BEGIN SELECT RAISE(ABORT, 'disk I/O error'); END"""
    )
    with pytest.raises(sqlite3.IntegrityError):
        store.ledger.keep_seal("segments/two", seal(folder))
    assert store.ledger.seal_of("segments/one") == seal(folder)
    assert "segments/two" not in store.ledger.seals()  # else what it lacks would be taken for damage


def test_segments_and_encoders_are_sealed_when_they_are_written(make_collection: "MakeCollection") -> None:
    collection = make_collection([Document("a", "The treaty was signed.")])
    collection.add([Document("b", "The envoy left.")])
    store = folder_of(collection)
    (encoder,) = (store.folder / "encoders").iterdir()
    live = {f"segments/{name}" for name in store.ledger.segment_names()}
    sealed = store.ledger.seals()
    assert sealed.keys() == live | {f"encoders/{encoder.name}"}
    assert all(list(faults(store.folder / name, each)) == [] for name, each in sealed.items())


@pytest.mark.parametrize(
    "damaged",
    [
        lambda seal: seal[:-40] + (b"1" if seal[-40:-39] == b"0" else b"0") + seal[-39:],
        lambda seal: seal[: len(seal) // 2],
        lambda seal: bytes(len(seal)),
        lambda seal: seal.replace(b"revision", b"revisjon"),
        lambda _: b"",
    ],
)
def test_doctor_says_that_the_ledgers_seal_was_damaged_and_makes_it_anew(
    damaged: Callable[[bytes], bytes], make_collection: "MakeCollection", command: "Callable[..., Ran]"
) -> None:
    collection = make_collection([Document("a", "The treaty was signed.")])
    seal_file = collection.path / "ledger.seal"
    before = seal_file.read_bytes()
    for repair, made in (
        ((), "ledger.seal was damaged: made anew"),
        (("--repair",), "mended: ledger.seal was damaged"),
    ):
        seal_file.write_bytes(damaged(before))
        ran = command("doctor", "--collection", collection.path, *repair)
        assert ran.code == (0 if repair else 1)
        assert made in ran.out
        assert seal_file.read_bytes() == before
        assert command("doctor", "--collection", collection.path).out == "the collection is sound\n"
    seal_file.unlink()  # as whoever rewrites a ledger leaves it
    assert "ledger.sqlite had no seal: sealed as it is on" in command("doctor", "--collection", collection.path).out


def test_a_ledger_that_was_put_back_from_an_earlier_state_is_told_and_repair_says_what_is_lost(
    make_collection: "MakeCollection", briefs: list[Document], tmp_path: Path, command: "Callable[..., Ran]"
) -> None:
    collection = make_collection(briefs[:2])
    collection.close()
    shutil.copy(collection.path / LEDGER, earlier := tmp_path / "earlier")
    with open_collection(collection.path) as changed:
        changed.remove([briefs[0].id])
    shutil.copy(earlier, collection.path / LEDGER)
    with open_collection(collection.path) as opened, pytest.raises(CollectionDamaged, match="older than its seal"):
        opened.search("the")
    with open_collection(collection.path) as opened, pytest.raises(CollectionDamaged, match="older than its seal"):
        opened.remove([briefs[1].id])
    for _ in range(2):  # looking does not make it right
        ran = command("doctor", "--collection", collection.path)
        assert (ran.code, "older than its seal" in ran.out, "sealed as it is" in ran.out) == (1, True, False)
    ran = command("doctor", "--repair", "--collection", collection.path)
    assert (ran.code, "lost: what was changed after the state that the ledger is of" in ran.out) == (1, True)
    assert command("doctor", "--collection", collection.path).out == "the collection is sound\n"
    with open_collection(collection.path) as opened:
        assert opened.status().documents == 2


def test_another_ledgers_seal_in_the_place_is_no_damage_and_is_left_as_it_is(
    make_collection: "MakeCollection", briefs: list[Document]
) -> None:
    few, many = make_collection(briefs[:1], "few"), make_collection(briefs[:1], "many")
    many.remove([briefs[0].id])
    few_open, many_open = folder_of(few), folder_of(many)
    exchange(few.path, many.path)
    before = {each: (each / "ledger.seal").read_bytes() for each in (few.path, many.path)}
    for store in (few_open, many_open):  # the seal in its place has counted more changes, or fewer
        assert ledger_fault(store.database) is None
        assert list(ledger_blocks(store.database)) == []
        assert store.sealing.seal_rest() == []
        store.sealing.seal_ledger()
    assert {each: (each / "ledger.seal").read_bytes() for each in before} == before
    for each in before:
        with open_collection(each) as opened:
            assert opened.problems() == []


def test_a_ledger_that_is_changed_or_replaced_while_it_is_looked_at_is_not_damaged(tmp_path: Path) -> None:
    def make(name: str, changes: int) -> Path:
        (tmp_path / name).mkdir()
        with closing(Database.create(tmp_path / name / LEDGER, {})) as database:
            change(database, changes)
        return tmp_path / name

    def change(database: Database, changes: int) -> None:
        for number in range(changes):
            with database.change():
                database.set("number", number)
            seal_ledger(database)

    def look() -> None:
        while not ends.is_set():
            with closing(Database(place / LEDGER)) as database:
                for _ in range(5):
                    assert ledger_fault(database) is None
                    assert not is_seal_damaged(database)

    place, ends = make("collection", 3), threading.Event()
    with ThreadPoolExecutor() as readers:
        looking = [readers.submit(look) for _ in range(2)]
        try:
            for number in range(30):
                exchange(make(f"work-{number}", number % 5 + 1), place)
                shutil.rmtree(tmp_path / f"work-{number}")
            with closing(Database(place / LEDGER)) as database:
                change(database, 60)
        finally:
            ends.set()
        assert [each.result() for each in looking] == [None, None]


def test_a_ledger_without_a_count_of_its_changes_is_no_earlier_one() -> None:
    assert [count_revisions(each) for each in ("", "1" * 32, "7-" + "1" * 32, "c0ffee-1")] == [0, 0, 7, 0]


def test_a_collection_whose_ledger_is_gone_is_told_as_that(
    make_collection: "MakeCollection", briefs: list[Document], command: "Callable[..., Ran]", tmp_path: Path
) -> None:
    collection = make_collection(briefs[:1])
    collection.close()
    (collection.path / LEDGER).unlink()
    for asked in (("doctor",), ("doctor", "--repair"), ("status",), ("list",), ("add", tmp_path)):
        ran = command(*asked, "--collection", collection.path)
        assert f"{collection.path / LEDGER} is gone, and with it the text of every document" in ran.out + ran.err
        assert ran.code == (1 if asked == ("doctor",) else 2)
    for folder in (tmp_path / "nothing", collection.path / "segments"):
        with pytest.raises(CollectionNotFound, match="no collection at"):
            open_collection(folder)
