"""Checks in the background: what is damaged where no opening looks is found, block by block, and left out."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dragoman.corpus.document import Document
from dragoman.errors import CollectionDamaged
from dragoman.index.keeping import open_segments
from dragoman.index.keeping.examination import Checked
from dragoman.index.writing import store
from dragoman.search.collection import Collection, open_collection
from support.folders import folder_of

if TYPE_CHECKING:
    from conftest import MakeCollection

TREATY = Document("treaty", "The treaty was signed in Vienna.")
ENVOY = Document("envoy", "The envoy left Vienna by train.")


@pytest.fixture(autouse=True)
def _large(monkeypatch: pytest.MonkeyPatch) -> None:
    """All files count as large: not one byte of them is looked at when a collection is opened."""
    monkeypatch.setattr(store, "CHECKED_BYTES", 0)


@pytest.fixture
def collection(make_collection: "MakeCollection") -> Collection:
    """One of two segments, with a document each."""
    made = make_collection([TREATY])
    made.add([ENVOY])
    return made


def segments(collection: Collection) -> list[Path]:
    known = folder_of(collection)
    return [known.folder / "segments" / name for _, name in known.ledger.state().segments]


def flip(path: Path, at: int = -1) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def begun(collection: Collection) -> Iterator[Checked]:
    """A round that has come as far as the first segment."""
    round_ = collection.checks()
    for _ in range(2):  # the ledger, and then a block
        next(round_)
    return round_


def faults(collection: Collection) -> list[str]:
    return [each.fault for each in collection.checks() if each.fault]


def asked(collection: Collection) -> tuple[list[str], list[str]]:
    """The documents that a question finds, and what is left out."""
    results = collection.search("Vienna", mode="keyword")
    return sorted(hit.document.id for hit in results), [each.part for each in results.left_out]


def test_every_sealed_byte_of_a_sound_collection_is_looked_at_once(collection: Collection) -> None:
    assert faults(collection) == []
    known = folder_of(collection)
    sealed = sum(each.size for seal in known.ledger.seals().values() for each in seal.values())
    assert sum(each.size for each in collection.checks()) == sealed + known.database.path.stat().st_size


def test_what_is_damaged_is_left_out_here_and_by_other_programs(collection: Collection) -> None:
    damaged = segments(collection)[0]
    flip(damaged / "postings" / "lengths.npy")
    part = f"segments/{damaged.name}"
    assert asked(collection) == (["envoy", "treaty"], [])  # nobody has looked
    (fault,) = faults(collection)
    assert fault.startswith(f"{part}/postings/lengths.npy was altered within its bytes from 0 on: its 1 passages")
    assert asked(collection) == (["envoy"], [part])
    with open_collection(collection.path) as other:
        assert asked(other) == (["envoy"], [part])
    assert faults(collection) == [fault]  # it is not whole because it was found once


def test_what_is_put_right_by_hand_is_asked_again_without_a_restart(collection: Collection) -> None:
    damaged = segments(collection)[0]
    kept = shutil.copytree(damaged, collection.path.parent / "kept")
    for spoil in (
        lambda: flip(damaged / "postings" / "lengths.npy"),
        lambda: (damaged / "columns" / "start.npy").unlink(),
        lambda: shutil.rmtree(damaged),
        lambda: (damaged / "more").touch(),
        lambda: (damaged / "vectors" / "sentences.npy").write_bytes(b""),
    ):
        spoil()
        assert faults(collection) != []
        assert asked(collection) == (["envoy"], [f"segments/{damaged.name}"])
        flip(kept / "postings" / "counts.npy")  # not put right yet
        shutil.rmtree(damaged, ignore_errors=True)
        shutil.copytree(kept, damaged)
        assert asked(collection) == (["envoy"], [f"segments/{damaged.name}"])
        flip(kept / "postings" / "counts.npy")
        shutil.rmtree(damaged)
        shutil.copytree(kept, damaged)
        assert asked(collection) == (["envoy", "treaty"], [])
        with open_collection(collection.path) as other:  # which looks at no byte, and goes by what is noted
            assert asked(other) == (["envoy"], [f"segments/{damaged.name}"])
        assert faults(collection) == []
        with open_collection(collection.path) as other:
            assert asked(other) == (["envoy", "treaty"], [])


def test_what_nobody_puts_right_is_read_once_and_left_out_for_good(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = segments(collection)[0]
    flip(damaged / "postings" / "lengths.npy")
    assert faults(collection) != []
    read: list[Path] = []
    monkeypatch.setattr(open_segments, "first_fault", lambda folder, _: read.append(folder))
    for _ in range(3):
        assert asked(collection) == (["envoy"], [f"segments/{damaged.name}"])
    assert read == []


def test_where_nothing_can_be_noted_it_is_left_out_all_the_same(collection: Collection) -> None:
    damaged = segments(collection)[0]
    flip(damaged / "postings" / "lengths.npy")
    with open_collection(collection.path) as other, folder_of(other).writing(0):
        assert len(faults(collection)) == 1
    assert asked(collection) == (["envoy"], [f"segments/{damaged.name}"])
    assert folder_of(collection).ledger.faults() == {}


def test_what_does_not_belong_there_and_what_is_missing_is_found(collection: Collection) -> None:
    first, second = segments(collection)
    (first / "more").touch()
    shutil.rmtree(second)
    more, missing = faults(collection)
    assert more.startswith(f"segments/{first.name}/more does not belong there")
    assert missing.startswith(f"segments/{second.name}/")
    assert " is missing: " in missing


def test_an_altered_ledger_is_asked_no_more(collection: Collection) -> None:
    collection.add([Document(str(number), f"Cable {number}. " * 50) for number in range(100)])
    path = folder_of(collection).database.path
    content = path.read_bytes()
    flip(path, content.rindex(b"Cable 7. Cable 7."))
    assert collection.search("Vienna", mode="keyword").total == 2
    (fault,) = faults(collection)
    assert fault.startswith("ledger.sqlite was altered within its bytes from 0 on: no answer can be trusted")
    with pytest.raises(CollectionDamaged, match="no answer can be trusted"):
        collection.search("Vienna", mode="keyword")


def test_what_is_taken_away_meanwhile_is_no_fault(collection: Collection) -> None:
    round_ = begun(collection)
    collection.purge(["treaty"])  # removes its segment at once
    assert [each.fault for each in round_ if each.fault] == []
    assert asked(collection) == (["envoy"], [])
    assert faults(collection) == []


def test_a_collection_that_is_replaced_meanwhile_is_looked_at_next(
    collection: Collection, make_collection: "MakeCollection"
) -> None:
    other = make_collection([TREATY], "other")
    flip(segments(other)[0] / "postings" / "lengths.npy")
    other.close()
    round_ = begun(collection)
    shutil.move(collection.path, collection.path.with_name("old"))
    shutil.move(other.path, collection.path)
    shutil.rmtree(collection.path.with_name("old"))
    (fault,) = [each.fault for each in round_ if each.fault]
    assert "lengths.npy was altered" in fault
    assert asked(collection) == ([], [f"segments/{segments(collection)[0].name}"])


def test_a_collection_that_is_gone_has_no_fault(collection: Collection) -> None:
    round_ = begun(collection)
    shutil.rmtree(collection.path)
    assert [each.fault for each in round_ if each.fault] == []


def test_collections_side_by_side_are_looked_at_each(collection: Collection, make_collection: "MakeCollection") -> None:
    other = make_collection([Document("cable", "Vienna cabled.")], "other")
    for each in (collection, other):
        flip(segments(each)[0] / "postings" / "lengths.npy")
    with open_collection([collection.path, other.path]) as both:
        assert [each.partition(": ")[0] for each in faults(both)] == [str(collection.path), str(other.path)]
        assert asked(both)[0] == ["envoy"]


def test_a_kept_state_is_looked_at_as_it_was(collection: Collection) -> None:
    collection.keep("then")
    damaged = segments(collection)[0]
    collection.compact()
    flip(damaged / "postings" / "lengths.npy")
    with open_collection(collection.path, at="then") as then:
        (fault,) = faults(then)
        assert "its 1 passages are left out of the kept state then; " in fault
        assert asked(then) == (["envoy"], [f"segments/{damaged.name}"])
        assert asked(collection) == (["envoy", "treaty"], [])


def test_what_is_taken_away_while_doctor_looks_is_no_problem(collection: Collection) -> None:
    purges = iter([lambda: collection.purge(["treaty"])])  # removes its segment at once

    def read(_done: int, _whole: int) -> None:
        for purge in purges:
            purge()

    assert folder_of(collection).problems(read) == []
