"""Removing for good: no text of a document is left in any file of a collection's folder, and nothing else is lost."""

import os
import random
import resource
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dragoman.corpus.document import Document, Note, Person
from dragoman.errors import CollectionDamaged, CollectionLocked, DragomanError, SystemRefusal
from dragoman.index.encoding.vector_cache import cache_file
from dragoman.index.ledger import connections
from dragoman.index.writing import writer
from dragoman.index.writing.lease import copying
from dragoman.search.collection import Collection, open_collection
from dragoman.search.making import repair_collection
from support.folders import unseal

if TYPE_CHECKING:
    from conftest import MakeCollection

WORDS = ("Qumranzo", "Ölbergaxi", "Τριπολιζα", "plivoxun", "trabuxil", "menuxor", "wexlorda")
SECRET = Document(
    "wexlorda/secret",
    f"The envoy {WORDS[0]} left for {WORDS[1]}. He met {WORDS[2]} there and signed the treaty.",
    title=f"On {WORDS[3]}",
    people=(Person(WORDS[4]),),
    notes=(Note("1", 20, f"See {WORDS[3]}."),),
    cut=(f"{WORDS[5]} | Home",),
)
OTHERS = [Document(f"d{n}", f"The treaty number {n} was signed. The envoy left.") for n in range(6)]


def left_in(folder: Path) -> set[tuple[str, str]]:
    """In which files which of the words stand, as they are written, folded, or in other encodings."""
    found: set[tuple[str, str]] = set()
    for path in folder.rglob("*"):
        content = path.read_bytes().lower() if path.is_file() else b""
        for word in WORDS:
            forms = {word, word.lower(), word.casefold(), word.lower().replace("ö", "o"), word.lower()[:5]}
            for form in forms:
                coded = [form.encode(each).lower() for each in ("utf-8", "utf-16-le", "utf-32-le")]
                coded.append(form.encode("ascii", "backslashreplace").lower())  # as JSON may have it
                if any(each in content or each in os.fsencode(path.name).lower() for each in coded):
                    found.add((path.relative_to(folder).as_posix(), word))
    return found


def rest(collection: Collection) -> dict[str, str]:
    assert collection.problems() == []
    return {each: collection.document(each).text for each in collection.document_ids() if each != SECRET.id}


@pytest.fixture
def collection(make_collection: "MakeCollection") -> Collection:
    """A collection with a document of which there are several versions, in segments that are live and retired."""
    collection = make_collection([*OTHERS, SECRET])
    collection.add([Document("copy", SECRET.text.replace("there", "here"))])
    collection.remove(["copy"])
    collection.add([Document(SECRET.id, f"Another text on {WORDS[0]} and {WORDS[2]}.", title=WORDS[4])])
    collection.compact()
    collection.add([SECRET])
    assert {word for _, word in left_in(collection.path)} == set(WORDS)
    return collection


def test_nothing_of_it_is_left_in_any_file(collection: Collection) -> None:
    before = rest(collection)
    found = [(hit.passage, hit.text) for hit in collection.search("number", mode="keyword", fold=False)]
    done = collection.purge([SECRET.id, "copy"])
    assert (done.removed, done.purged, done.unknown, done.backups) == (1, (SECRET.id, "copy"), (), ())
    assert left_in(collection.path) == set()
    assert rest(collection) == before
    assert [(hit.passage, hit.text) for hit in collection.search("number", mode="keyword", fold=False)] == found
    assert collection.search("Qumranzo", mode="keyword").total == 0


def test_what_was_removed_earlier_is_purged(collection: Collection) -> None:
    collection.remove([SECRET.id])
    assert left_in(collection.path)
    done = collection.purge([SECRET.id, "copy"])
    assert (done.removed, done.purged) == (0, (SECRET.id, "copy"))
    assert left_in(collection.path) == set()


def test_what_was_collected_is_purged_from_free_pages(collection: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "GRACE_SECONDS", -1.0)
    collection.remove([SECRET.id])
    collection.compact()
    collection.add([Document("oslo", "Talks in Oslo.")])
    with closing(sqlite3.connect(collection.path / "ledger.sqlite", isolation_level=None)) as ledger:
        assert not ledger.execute("SELECT 1 FROM documents WHERE id = ?", (SECRET.id,)).fetchall()
        ledger.execute("PRAGMA secure_delete = OFF")  # as SQLite is built in some places
        ledger.execute("CREATE TABLE others AS SELECT ? AS text", (SECRET.text * 200,))
        ledger.execute("DROP TABLE others")
        assert ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    (collection.path / "ledger.seal").unlink(missing_ok=True)  # or what was just done there passes for damage
    assert {file for file, _ in left_in(collection.path)} == {"ledger.sqlite"}
    done = collection.purge([SECRET.id])
    assert (done.removed, done.purged, done.unknown) == (0, (), (SECRET.id,))
    assert left_in(collection.path) == set()


def test_what_interrupted_writers_left_goes_as_well(collection: Collection) -> None:
    text = SECRET.text.encode()
    for name in ("ledger.sqlite.unfinished", "purge.json", "ledger.sqlite-journal"):
        (collection.path / name).write_bytes(text)
    for name in (f"segments/{'0' * 32}.unfinished", f"segments/{'1' * 32}", "x.unfinished"):
        (collection.path / name).mkdir()
        (collection.path / name / "file").write_bytes(text)
    collection.purge([SECRET.id, "copy"])
    assert left_in(collection.path) == set()


def test_a_kept_state_that_holds_it_is_named_and_nothing_is_removed(collection: Collection) -> None:
    collection.remove([SECRET.id])
    collection.compact()
    collection.keep("without")
    assert collection.purge([SECRET.id, "copy"]).purged == (SECRET.id, "copy")
    collection.add([SECRET])
    collection.keep("spring")
    collection.remove([SECRET.id])
    collection.keep("summer")
    before = rest(collection)
    with pytest.raises(DragomanError, match=r"nothing was removed: spring, summer; drop them with"):
        collection.purge([SECRET.id, "copy"])
    assert rest(collection) == before
    collection.drop("spring")
    collection.drop("summer")
    collection.purge([SECRET.id])
    assert left_in(collection.path) == set()
    with open_collection(collection.path, at="without") as kept:
        assert rest(kept) == before


def test_backups_that_hold_it_are_named_until_they_are_made_anew(collection: Collection, tmp_path: Path) -> None:
    for name in ("first", "second", "gone"):
        collection.backup(tmp_path / name)
    shutil.rmtree(tmp_path / "gone")
    done = collection.purge([SECRET.id, "copy"])
    assert [each.path for each in done.backups] == [str(tmp_path / name) for name in ("first", "second")]
    assert [each.path for each in done.deleted] == [str(tmp_path / "gone")]
    collection.backup(tmp_path / "first")
    assert left_in(tmp_path / "first") == set()
    done = collection.purge([SECRET.id])
    assert [each.path for each in done.backups] == [str(tmp_path / "second")]
    assert done.deleted == (), "which was named"


def test_a_backup_on_a_disk_that_is_not_there_is_named_again_and_again(collection: Collection, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "none", str(tmp_path / "disk")], check=False).returncode:
        pytest.skip("only root can mount a disk")
    try:
        collection.backup(tmp_path / "disk" / "backup")
    finally:
        subprocess.run(["umount", str(tmp_path / "disk")], check=True)
    for _ in range(2):
        done = collection.purge([SECRET.id, "copy"])
        assert [each.path for each in done.backups] == [str(tmp_path / "disk" / "backup")]
        assert done.deleted == ()


def test_its_file_is_named_while_it_is_there(make_collection: "MakeCollection", tmp_path: Path) -> None:
    collection = make_collection()
    (tmp_path / "news").mkdir()
    for word in WORDS[:2]:
        (tmp_path / "news" / f"{word}.txt").write_text(f"The envoy {word} left for {WORDS[6]}.")
    collection.feed([tmp_path / "news"])
    first, second = collection.document_ids()
    (tmp_path / "news" / f"{WORDS[0]}.txt").unlink()
    done = collection.purge([first, second])
    assert done.sources == (str(tmp_path / "news" / f"{WORDS[1]}.txt"),)
    assert left_in(collection.path) == set()
    assert collection.feed([tmp_path / "news"]).added == 1, "what is fed again comes back"


def test_copies_and_readers_of_the_log_are_waited_for(collection: Collection) -> None:
    with copying(collection.path, 0), pytest.raises(CollectionLocked, match="is being copied"):
        collection.purge([SECRET.id, "copy"], lock_timeout=0)
    assert collection.document(SECRET.id) == SECRET
    with closing(sqlite3.connect(collection.path / "ledger.sqlite", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM documents").fetchone()
        with pytest.raises(CollectionLocked, match="purge it once more"):
            collection.purge([SECRET.id, "copy"], lock_timeout=0)
        reader.execute("COMMIT")
        assert collection.purge([SECRET.id, "nothing"]).purged == (SECRET.id,), "it is still told what was there"
        assert collection.purge([SECRET.id]).unknown == (SECRET.id,)
    assert left_in(collection.path) == set()


def test_who_asks_meanwhile_may_have_to_ask_once_more_and_then_is_answered(collection: Collection) -> None:
    with open_collection(collection.path) as other:
        hits = other.export("Qumranzo OR treaty")
        collection.purge([SECRET.id, "copy"])
        with pytest.raises(DragomanError, match="has changed since it was opened"):
            list(hits)
        assert SECRET.id not in {hit.document.id for hit in other.search("treaty")}


def test_wherever_it_is_killed_the_next_one_goes_on(collection: Collection, tmp_path: Path) -> None:
    before = rest(collection)
    collection.close()
    whole = tmp_path / "whole"
    shutil.copytree(collection.path, whole)
    steps = 0
    while _killed(steps, lambda: _purge(collection.path)):
        with open_collection(collection.path) as opened:
            assert rest(opened) == before
        _purge(collection.path)
        assert left_in(collection.path) == set()
        shutil.rmtree(collection.path)
        shutil.copytree(whole, collection.path)
        steps += random.Random(steps).randint(25, 50)
    assert steps > 30
    assert left_in(collection.path) == set()


def _purge(path: Path) -> None:
    with open_collection(path) as opened:
        opened.purge([SECRET.id, "copy"])


def _killed(at: int, work: Callable[[], object]) -> bool:
    """Whether work was killed at its n-th call of the system that changes something, in a process of its own."""
    child = os.fork()
    if child == 0:
        left = [at]

        def counted(call: Callable[..., Any]) -> Callable[..., Any]:
            def count(*arguments: Any, **options: Any) -> Any:
                if not left[0]:
                    os._exit(9)
                left[0] -= 1
                return call(*arguments, **options)

            return count

        for name in ("fsync", "rename", "replace", "mkdir", "unlink", "rmdir", "open"):
            setattr(os, name, counted(getattr(os, name)))
        try:
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def unfinished(place: Path) -> None:
    """As a backup is left that is killed before its ledger is in place."""
    (place / "ledger.sqlite.unfinished").write_bytes(b"x")


def killed_while_copying(place: Path) -> None:
    (place / "segments" / f"{'0' * 32}.unfinished").mkdir()


def killed_before_sweeping(place: Path) -> None:
    (place / "segments" / ("0" * 32)).mkdir()


def taken_away(place: Path) -> None:
    shutil.rmtree(place / "segments")


def without_its_tables(place: Path) -> None:
    with closing(sqlite3.connect(place / "ledger.sqlite")) as ledger:
        ledger.execute("ALTER TABLE documents RENAME TO papers")


@pytest.mark.parametrize(
    "leave", [unfinished, killed_while_copying, killed_before_sweeping, taken_away, without_its_tables]
)
def test_a_backup_with_what_its_ledger_does_not_name_may_hold_it(
    make_collection: "MakeCollection", tmp_path: Path, leave: Callable[[Path], None]
) -> None:
    collection = make_collection(OTHERS)
    collection.backup(tmp_path / "backup")
    collection.add([SECRET])
    assert collection.purge([SECRET.id]).backups == ()
    leave(tmp_path / "backup")
    assert [each.path for each in collection.purge([SECRET.id]).backups] == [str(tmp_path / "backup")]


def test_a_backup_that_somebody_was_reading_or_restoring_holds_it_until_the_next(
    collection: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "WAIT", 0.5)
    place = tmp_path / "backup"
    collection.backup(place)
    collection.purge([SECRET.id, "copy"])
    with copying(place, 0):
        collection.backup(place)
    assert left_in(place)
    assert [each.path for each in collection.purge([SECRET.id]).backups] == [str(place)]
    collection.add([SECRET])
    collection.backup(place)
    collection.purge([SECRET.id])
    with closing(sqlite3.connect(place / "ledger.sqlite", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM documents").fetchone()
        collection.backup(place)
        assert left_in(place)
        assert [each.path for each in collection.purge([SECRET.id]).backups] == [str(place)]
    collection.backup(place)
    assert left_in(place) == set()
    assert collection.purge([SECRET.id]).backups == ()


@pytest.mark.parametrize("unfit", ["d1\0x", "d1\0", "\ud800", "d1\n", ""])
def test_an_id_that_no_document_can_have_is_unknown(make_collection: "MakeCollection", unfit: str) -> None:
    collection = make_collection(OTHERS)
    assert collection.purge([unfit]).unknown == (unfit,)
    done = collection.purge([unfit, "d2"])
    assert (done.removed, done.purged, done.unknown) == (1, ("d2",), (unfit,))
    assert collection.problems() == []
    assert collection.search("treaty", mode="keyword", fold=False).total == len(OTHERS) - 1


def test_the_folder_of_a_segment_that_was_mended_goes_as_well(collection: Collection) -> None:
    before = rest(collection)
    damage_segments(collection)
    assert repair_collection(collection.path).mended
    with open_collection(collection.path) as opened:
        assert opened.purge([SECRET.id, "copy"]).removed == 1
        assert left_in(collection.path) == set()
        assert rest(opened) == before


def test_a_damaged_ledger_that_was_kept_goes_only_with_what_it_may_hold(collection: Collection) -> None:
    kept = collection.path / "ledger.sqlite.damaged-20260101-000000"
    for path in (kept, kept.with_name(f"{kept.name}-wal")):
        path.write_bytes(SECRET.text.encode())
    assert collection.purge(["nothing"]).ledgers == ()
    assert kept.exists()
    assert collection.purge([SECRET.id, "copy"]).ledgers == (kept.name,)
    assert left_in(collection.path) == set()


@pytest.mark.parametrize("refused", ["ledger", "cache"])
def test_on_a_full_disk_it_says_that_it_is_unfinished_and_the_next_one_tells_all(
    refused: str, make_collection: "MakeCollection", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    collection = make_collection(OTHERS)
    file, most = cache_file(), 100_000
    with closing(sqlite3.connect(file)) as cache, cache:  # before what is purged, there
        cache.executemany("INSERT INTO vectors VALUES (randomblob(16), 0, randomblob(?))", [(400,)] * 1_000)
    (tmp_path / "a.txt").write_text(SECRET.text)
    collection.feed([tmp_path / "a.txt"])
    fed = next(each for each in collection.document_ids() if each.endswith("a.txt"))
    if refused == "ledger":
        file, most = collection.path / "ledger.sqlite", 4_000_000
        unseal(collection.path)
        with closing(sqlite3.connect(file)) as ledger, ledger:
            ledger.execute("CREATE TABLE much AS SELECT randomblob(8000000) AS it")  # it cannot be written anew
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        with pytest.raises(SystemRefusal, match="not all of it could be removed: purge it once more") as told:
            collection.purge([fed])
        assert str(file.parent) in str(told.value)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    done = collection.purge([fed])
    assert (done.removed, done.purged, done.unknown) == (refused == "cache", (fed,), ())
    assert done.sources == (str(tmp_path / "a.txt"),)
    assert not {file for file, word in left_in(collection.path) if word in SECRET.text}


def test_what_may_still_be_built_beside_it_is_named(collection: Collection) -> None:
    beside = collection.path.with_name(f".{collection.path.name}.0123456789ab.unfinished")
    beside.mkdir()
    (beside / "text").write_text(SECRET.text)
    assert collection.purge([SECRET.id, "copy"]).beside == (str(beside.resolve()),)
    os.utime(beside, (1, 1))
    assert collection.purge([SECRET.id]).beside == ()
    assert not beside.exists()


def test_damage_elsewhere_is_no_hindrance(make_collection: "MakeCollection") -> None:
    collection = make_collection(OTHERS)
    damage_segments(collection)
    with open_collection(collection.path) as opened:
        opened.add([SECRET])
        assert opened.purge([SECRET.id]).removed == 1
        assert left_in(collection.path) == set()


def test_what_is_refused_because_of_damage_changes_no_answer(make_collection: "MakeCollection") -> None:
    collection = make_collection(OTHERS)
    damage_segments(collection)
    with open_collection(collection.path) as opened:
        opened.add([SECRET])
        assert opened.search("Qumranzo", mode="keyword").total == 1
        with pytest.raises(CollectionDamaged, match="nothing is rewritten of what is damaged"):
            opened.purge([SECRET.id, "d1"])
        assert opened.search("Qumranzo", mode="keyword").total == 1


def damage_segments(collection: Collection) -> None:
    """Close a collection, and alter the vectors of each of its segments."""
    collection.close()
    for vectors in collection.path.glob("segments/*/vectors"):
        largest = max(vectors.iterdir(), key=lambda path: path.stat().st_size)
        content = bytearray(largest.read_bytes())
        content[len(content) // 2] ^= 0x10
        largest.write_bytes(content)
