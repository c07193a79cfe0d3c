"""Backups: whole while the collection changes, whole whenever their making is cut short, and the way back from them."""

import errno
import fcntl
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dragoman.corpus.document import Document
from dragoman.errors import CollectionDamaged, CollectionExists, CollectionLocked, CollectionNotFound, DragomanError
from dragoman.index.keeping import backup
from dragoman.index.writing import placing, writer
from dragoman.index.writing.lease import copying, taking_away
from dragoman.search.collection import open_collection
from dragoman.search.making import build_collection, create_collection, restore

if TYPE_CHECKING:
    from conftest import MakeCollection

DOCUMENTS = [Document(f"d{n}", f"The treaty number {n} was signed. The envoy left.") for n in range(6)]


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is retired be collected by the very next change."""
    monkeypatch.setattr(writer, "GRACE_SECONDS", -1.0)


def contents(path: Path, at: str | None = None) -> dict[str, str]:
    """The documents of a sound collection as a search finds them."""
    with open_collection(path, at=at) as collection:
        assert collection.problems() == []
        assert {hit.document.id for hit in collection.search("-zebra", limit=1000, fold=False)} == {
            *collection.document_ids()
        }
        return {each: collection.document(each).text for each in collection.document_ids()}


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_it_is_a_collection_with_all_that_is_kept(make_collection: "MakeCollection", tmp_path: Path) -> None:
    collection = make_collection(DOCUMENTS)
    collection.keep("spring")
    collection.remove(["d1"])
    collection.compact()
    place = tmp_path / "far" / "away"
    made = collection.backup(place)
    assert (made.generation, made.documents, made.present) == (3, 5, 0)
    assert contents(place) == contents(collection.path)
    assert contents(place, at="spring") == {each.id: each.text for each in DOCUMENTS}
    with open_collection(place) as copy:
        found = [[(hit.passage, hit.score) for hit in each.search("treaty")] for each in (copy, collection)]
        assert found[0] == found[1] != []
    with (
        pytest.raises(DragomanError, match="one collection in a folder"),
        open_collection([place, collection.path]) as b,
    ):
        b.backup(tmp_path / "both")


@pytest.mark.usefixtures("at_once")
def test_what_is_there_and_whole_is_not_copied_again(make_collection: "MakeCollection", tmp_path: Path) -> None:
    collection = make_collection(DOCUMENTS)
    place = tmp_path / "backup"
    first = collection.backup(place)
    again = collection.backup(place)
    assert (again.copied, again.present) == (0, first.copied)
    collection.add([Document("new", "A new summit.")])
    more = collection.backup(place)
    assert more.present == first.copied
    assert 0 < more.copied < first.copied
    (vectors,) = [path for path in place.rglob("vectors/*") if path.stat().st_size == max_size(place, "vectors/*")][:1]
    flip(vectors, 100)
    assert collection.backup(place).copied > 0, "what was damaged is copied anew"
    assert contents(place) == contents(collection.path)
    collection.remove(["d0"])
    collection.compact()
    collection.backup(place)
    assert len(list((place / "segments").iterdir())) == 1, "what belonged to the earlier backup is gone"


def max_size(folder: Path, pattern: str) -> int:
    return max(path.stat().st_size for path in folder.rglob(pattern))


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at % len(content)] ^= 0x10
    path.write_bytes(content)


def test_what_is_only_left_for_readers_is_not_in_it(make_collection: "MakeCollection", tmp_path: Path) -> None:
    collection = make_collection(
        [*DOCUMENTS, Document("long", " ".join(f"Qumranzo left on day {n}." for n in range(900)))]
    )
    collection.remove(["long"])
    collection.compact()
    assert b"Qumranzo" in b"".join(files(collection.path).values())
    collection.backup(tmp_path / "backup")
    assert [path for path, content in files(tmp_path / "backup").items() if b"qumranzo" in content.lower()] == []


def test_who_reads_the_backup_sees_the_next_one(make_collection: "MakeCollection", tmp_path: Path) -> None:
    collection = make_collection(DOCUMENTS)
    collection.backup(tmp_path / "backup")
    with open_collection(tmp_path / "backup") as reading:
        assert reading.search("summit", mode="keyword").total == 0
        collection.add([Document("new", "A new summit.")])
        collection.remove(["d0"])
        collection.compact()
        collection.backup(tmp_path / "backup")
        assert reading.search("summit", mode="keyword").total == 1


@pytest.mark.usefixtures("at_once")
def test_it_is_of_one_moment_while_the_collection_is_written_to(
    make_collection: "MakeCollection", tmp_path: Path
) -> None:
    collection = make_collection(DOCUMENTS)
    states = [contents(collection.path)]
    wrong: list[object] = []
    done = threading.Event()

    def write() -> None:
        chance = random.Random(15)
        try:
            for n in range(8):
                text = f"Note {n} on the treaty, {chance.random()}."
                with open_collection(collection.path) as changed:
                    changed.add([Document(f"d{chance.randrange(6)}", text), Document(f"n{n}", text)])
                    states.append({each: changed.document(each).text for each in changed.document_ids()})
                    changed.compact()
                    changed.remove([f"n{n}"])
                    states.append({each: changed.document(each).text for each in changed.document_ids()})
        except Exception as error:
            wrong.append(error)
        done.set()

    thread = threading.Thread(target=write)
    thread.start()
    backed_up: list[dict[str, str]] = []
    while not done.is_set():
        collection.backup(tmp_path / "backup")
        backed_up.append(contents(tmp_path / "backup"))
    thread.join()
    assert wrong == []
    assert backed_up
    assert [each for each in backed_up if each not in states] == []


class Killed:
    """Ends the process, like a kill, at the n-th call of the system that changes something on a disk."""

    CALLS = ("fsync", "rename", "replace", "mkdir", "unlink", "rmdir", "open")

    def __init__(self, at: int) -> None:
        self.left = at
        for name in self.CALLS:
            setattr(os, name, self._counted(getattr(os, name)))

    def _counted(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **options: Any) -> Any:
            if self.left == 0:
                os._exit(9)
            self.left -= 1
            return call(*arguments, **options)

        return counted


def killed(at: int, work: Callable[[], object]) -> bool:
    """Whether work was killed at a step, in a process of its own."""
    child = os.fork()
    if child == 0:
        Killed(at)
        try:
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def test_wherever_it_is_killed_a_whole_one_is_there_and_the_next_goes_on(
    make_collection: "MakeCollection", tmp_path: Path
) -> None:
    collection = make_collection(DOCUMENTS)
    place = tmp_path / "backup"

    def back_up() -> None:
        with open_collection(collection.path) as opened:
            opened.backup(place)

    steps = 0
    while killed(steps, back_up):  # nothing is there yet
        assert not (place / "ledger.sqlite").exists() or contents(place) == contents(collection.path)
        steps += random.Random(steps).randint(4, 12)
    assert steps > 20
    before = contents(place)
    collection.add([Document("new", "A new summit.")])
    collection.remove(["d0"])
    collection.compact()
    after = contents(collection.path)
    steps = 0
    whole = tmp_path / "whole"
    shutil.copytree(place, whole)
    while killed(steps, back_up):
        assert contents(place) in (before, after)
        if contents(place) == after:
            shutil.rmtree(place)
            shutil.copytree(whole, place)
        steps += random.Random(steps).randint(4, 12)
    assert contents(place) == after
    assert [path for path in place.rglob("*") if "unfinished" in path.name] == []


def test_one_that_is_killed_leaves_no_lease(make_collection: "MakeCollection") -> None:
    folder = make_collection(DOCUMENTS).path
    code = "import sys, pathlib; from dragoman.index.writing.lease import copying\n"
    code += "with copying(pathlib.Path(sys.argv[1]), 1): print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        with taking_away(folder) as nobody_copies:
            assert not nobody_copies
        with copying(folder, 0):
            pass  # several copies may be made at a time
        holder.kill()
        holder.wait()
    with taking_away(folder) as nobody_copies:
        assert nobody_copies
        with pytest.raises(CollectionLocked, match="is being removed"), copying(folder, 0):
            pass


def test_a_lease_is_had_where_locks_are_as_in_nfs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = fcntl.flock

    def as_in_nfs(descriptor: int, kind: int) -> None:
        needed = {fcntl.LOCK_EX: {os.O_RDWR, os.O_WRONLY}, fcntl.LOCK_SH: {os.O_RDWR, os.O_RDONLY}}
        if fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_ACCMODE not in needed[kind & ~fcntl.LOCK_NB]:
            raise OSError(errno.EBADF, os.strerror(errno.EBADF))
        real(descriptor, kind)

    monkeypatch.setattr(fcntl, "flock", as_in_nfs)
    with copying(tmp_path, 0), taking_away(tmp_path) as nobody_copies:
        assert not nobody_copies
    with taking_away(tmp_path) as nobody_copies:
        assert nobody_copies
        with pytest.raises(CollectionLocked), copying(tmp_path, 0):
            pass
    opened = os.open

    def to_read(path: Path, flags: int, mode: int = 0o777) -> int:
        if flags & os.O_ACCMODE != os.O_RDONLY:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return opened(path, flags, mode)

    monkeypatch.setattr(os, "open", to_read)
    with copying(tmp_path, 0):
        pass
    with taking_away(tmp_path) as nobody_copies:
        assert not nobody_copies, "who cannot ask whether somebody is copying takes nothing away"


@pytest.mark.usefixtures("at_once")
def test_nothing_is_collected_while_a_copy_is_made(make_collection: "MakeCollection") -> None:
    collection = make_collection(DOCUMENTS)
    segment, *_ = (collection.path / "segments").iterdir()
    with copying(collection.path, 0):
        collection.remove(["d0"])
        collection.compact()
        collection.add([Document("new", "A new summit.")])
        assert segment.exists()
    collection.remove(["new"])
    assert not segment.exists()


# What is refused


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Path]:
    """A disk with room for little."""
    place = tmp_path / "full"
    place.mkdir()
    if (
        os.geteuid()
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=700k", "none", str(place)], check=False, capture_output=True
        ).returncode
    ):
        pytest.skip("only root can mount a small disk")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_full_disk_leaves_the_backup_before(make_collection: "MakeCollection", full: Path) -> None:
    collection = make_collection(DOCUMENTS)
    collection.backup(full / "backup")
    before = contents(full / "backup")
    collection.add([Document("long", "\n".join(f"Paragraph {n} on treaty {n * n}." for n in range(900)))])
    with pytest.raises(DragomanError, match=r"full/backup.*no room is left.*what was there before is whole") as refused:
        collection.backup(full / "backup")
    assert "\n" not in str(refused.value)
    assert contents(full / "backup") == before


def test_a_place_that_is_not_free_is_refused_and_left_as_it_is(
    make_collection: "MakeCollection", tiny_models: tuple[Path, Path], tmp_path: Path
) -> None:
    collection = make_collection(DOCUMENTS)
    other = create_collection(tmp_path / "other", model=str(tiny_models[0]))  # no copy of one that was empty once
    other.add(DOCUMENTS[:1])
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "note.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    other.backup(tmp_path / "of-other")
    for place, told in (
        (collection.path / "backup", "within one another"),
        (collection.path, "within one another"),
        (tmp_path, "within one another"),
        (tmp_path / "papers", "no backup"),
        (tmp_path / "file", "not a folder"),
        (other.path, "a collection and no backup"),
        (tmp_path / "of-other", "a backup of another collection"),
    ):
        before = files(tmp_path)
        with pytest.raises(DragomanError, match=told):
            collection.backup(place)
        assert files(tmp_path) == before, place
    other.close()


def test_what_somebody_wrote_into_a_backup_is_not_lost(make_collection: "MakeCollection", tmp_path: Path) -> None:
    collection = make_collection(DOCUMENTS)
    collection.backup(tmp_path / "backup")
    with open_collection(tmp_path / "backup") as copy:
        copy.add([Document("mine", "A note of mine.")])
    with pytest.raises(CollectionExists, match="changed since it was made"):
        collection.backup(tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "mine")
    assert "mine" in contents(tmp_path / "mine")


def test_a_collection_older_than_its_backup_does_not_replace_it(
    make_collection: "MakeCollection", tmp_path: Path
) -> None:
    collection = make_collection(DOCUMENTS)
    collection.backup(tmp_path / "old")
    collection.add([Document("new", "A new summit.")])
    collection.backup(tmp_path / "new")
    restore(tmp_path / "old", tmp_path / "restored")
    with open_collection(tmp_path / "restored") as restored:
        with pytest.raises(CollectionExists, match="is newer"):
            restored.backup(tmp_path / "new")
        restored.backup(tmp_path / "old")


def test_a_damaged_collection_is_no_backup(make_collection: "MakeCollection", tmp_path: Path) -> None:
    collection = make_collection(DOCUMENTS)
    collection.backup(tmp_path / "backup")
    before = contents(tmp_path / "backup")
    collection.add([Document("new", "A new summit of some delegates.")])
    newest = {*(collection.path / "segments").iterdir()} - {
        collection.path / "segments" / each.name for each in (tmp_path / "backup" / "segments").iterdir()
    }
    flip(next(path for each in newest for path in each.glob("vectors/*")), 7)
    with pytest.raises(CollectionDamaged, match="dragoman doctor"):
        collection.backup(tmp_path / "backup")
    assert contents(tmp_path / "backup") == before


# The way back


def test_what_is_restored_is_what_was_backed_up(make_collection: "MakeCollection", tmp_path: Path) -> None:
    collection = make_collection(DOCUMENTS)
    collection.keep("spring")
    collection.backup(tmp_path / "backup")
    expected = contents(collection.path)
    collection.close()
    shutil.rmtree(collection.path)
    made = restore(tmp_path / "backup", collection.path)
    assert (made.path, made.documents) == (str(collection.path), len(DOCUMENTS))
    assert contents(collection.path) == expected == contents(collection.path, at="spring")
    with open_collection(collection.path) as restored:
        restored.remove(["d1"])
        assert restored.backup(tmp_path / "backup").copied == 0
        with pytest.raises(CollectionExists, match="exists"):
            restore(tmp_path / "backup", collection.path)
    with pytest.raises(CollectionNotFound):
        restore(tmp_path / "nowhere", tmp_path / "new")
    with pytest.raises(DragomanError, match="within one another"):
        restore(tmp_path / "backup", tmp_path / "backup" / "new")


def test_a_damaged_backup_is_not_restored(make_collection: "MakeCollection", tmp_path: Path) -> None:
    make_collection(DOCUMENTS).backup(tmp_path / "backup")
    chance = random.Random(15)
    damaged = [path for path in sorted((tmp_path / "backup").rglob("*")) if path.is_file() and path.stat().st_size]
    damaged = [path for path in damaged if path.parent != tmp_path / "backup"]
    for path in chance.sample(damaged, 8):
        content = path.read_bytes()
        flip(path, chance.randrange(len(content)))
        with pytest.raises(CollectionDamaged):
            restore(tmp_path / "backup", tmp_path / "new")
        assert not [each for each in tmp_path.iterdir() if "new" in each.name]
        path.write_bytes(content)
    restore(tmp_path / "backup", tmp_path / "new")


def test_a_strangers_backup_writes_nothing_elsewhere(make_collection: "MakeCollection", tmp_path: Path) -> None:
    make_collection(DOCUMENTS).backup(tmp_path / "backup")
    (tmp_path / "backup" / "outside").write_bytes(b"x")
    for statement in (
        "UPDATE seals SET file = '../../../outside' WHERE file = (SELECT min(file) FROM seals)",
        "UPDATE segments SET name = '../../elsewhere'",
        "UPDATE settings SET value = json_quote('../../elsewhere') WHERE key = 'encoder_folder'",
    ):
        shutil.copytree(tmp_path / "backup", tmp_path / "hostile")
        with closing(sqlite3.connect(tmp_path / "hostile" / "ledger.sqlite")) as ledger, ledger:
            assert ledger.execute(statement).rowcount
        with pytest.raises(CollectionDamaged):
            restore(tmp_path / "hostile", tmp_path / "new")
        shutil.rmtree(tmp_path / "hostile")
    shutil.copytree(tmp_path / "backup", tmp_path / "hostile")
    linked = next(path for path in sorted((tmp_path / "hostile" / "segments").rglob("*")) if path.is_file())
    shutil.move(linked, tmp_path / "hostile" / "elsewhere")
    linked.symlink_to(tmp_path / "hostile" / "elsewhere")
    with pytest.raises(CollectionDamaged):
        restore(tmp_path / "hostile", tmp_path / "new")
    shutil.rmtree(tmp_path / "hostile")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["backup", "collection"]


def test_a_collection_that_is_being_copied_is_replaced_afterwards(
    make_collection: "MakeCollection", tmp_path: Path
) -> None:
    collection = make_collection(DOCUMENTS)
    (tmp_path / "new.txt").write_text("A new text.\n")
    model = collection.status().model
    held = threading.Event()
    go_on = threading.Event()

    def copy() -> None:
        with copying(collection.path, 0):
            held.set()
            go_on.wait()
            contents(collection.path)  # all of the old one is still there

    def replace() -> None:
        build_collection(collection.path, [tmp_path / "new.txt"], replace=True, model=model)

    threads = [threading.Thread(target=each) for each in (copy, replace)]
    threads[0].start()
    held.wait()
    threads[1].start()
    threads[1].join(1)
    assert len(contents(collection.path)) == len(DOCUMENTS)
    go_on.set()
    for thread in threads:
        thread.join()
    assert len(contents(collection.path)) == 1


# What a ledger says is believed only as it was written


def alter(ledger: Path) -> bytes:
    """Change a word of a document in a ledger's file; what was there before."""
    content = ledger.read_bytes()
    assert b"treaty number 3" in content
    ledger.write_bytes(content.replace(b"treaty number 3", b"TREASU number 3"))
    return content


@pytest.mark.parametrize("sealed", [True, False])
def test_a_ledger_with_another_word_is_neither_backed_up_nor_packed(
    make_collection: "MakeCollection", tmp_path: Path, sealed: bool
) -> None:
    collection = make_collection(DOCUMENTS)
    collection.backup(tmp_path / "backup")
    before = contents(tmp_path / "backup")
    collection.close()
    with open_collection(collection.path) as damaged:
        if not sealed:
            (collection.path / "ledger.seal").unlink()
        alter(collection.path / "ledger.sqlite")
        with pytest.raises(CollectionDamaged, match="dragoman doctor"):
            damaged.backup(tmp_path / "backup")
        with pytest.raises(CollectionDamaged, match="dragoman doctor"):
            damaged.pack(tmp_path / "pack")
        assert damaged.problems()
    assert contents(tmp_path / "backup") == before
    assert not [each for each in tmp_path.iterdir() if "pack" in each.name]


def test_a_backup_whose_ledger_is_damaged_is_not_restored(make_collection: "MakeCollection", tmp_path: Path) -> None:
    collection = make_collection(DOCUMENTS)
    place = tmp_path / "backup"
    collection.backup(place)
    collection.add([Document("new", "A new summit.")])
    collection.backup(place)  # in the place of another ledger
    assert (place / "ledger.seal").exists()
    ledger = place / "ledger.sqlite"
    content = alter(ledger)
    for sealed in (True, False):
        if not sealed:
            (place / "ledger.seal").rename(tmp_path / "seal")
        with pytest.raises(CollectionDamaged):
            restore(place, tmp_path / "new")
    (tmp_path / "seal").rename(place / "ledger.seal")
    chance = random.Random(15)
    for _ in range(6):  # wherever it is, in what nothing reads as well
        ledger.write_bytes(content)
        flip(ledger, chance.randrange(100, len(content)))
        with pytest.raises(CollectionDamaged):
            restore(place, tmp_path / "new")
        assert not (tmp_path / "new").exists()
    ledger.write_bytes(content)
    restore(place, tmp_path / "new")
    assert (tmp_path / "new" / "ledger.seal").exists()
    assert "new" in contents(tmp_path / "new")


# Which backup may be brought up to date


def test_what_doctor_finds_in_a_backup_does_not_stand_in_the_way_of_the_next(
    make_collection: "MakeCollection", tmp_path: Path
) -> None:
    collection = make_collection(DOCUMENTS)
    collection.backup(tmp_path / "backup")
    flip(next(path for path in sorted((tmp_path / "backup" / "segments").rglob("vectors/*"))), 100)
    with open_collection(tmp_path / "backup") as copy:
        assert copy.problems()
        assert copy.seal_rest() == []
    collection.backup(tmp_path / "backup")
    assert contents(tmp_path / "backup") == contents(collection.path)


def test_a_state_that_somebody_keeps_or_drops_in_a_backup_is_not_lost(
    make_collection: "MakeCollection", tmp_path: Path
) -> None:
    collection = make_collection(DOCUMENTS)
    collection.keep("spring")
    for change in (lambda copy: copy.keep("mine"), lambda copy: copy.drop("spring")):
        place = tmp_path / f"backup-{len(list(tmp_path.iterdir()))}"
        collection.backup(place)
        with open_collection(place) as copy:
            change(copy)
        with pytest.raises(CollectionExists, match="changed since it was made"):
            collection.backup(place)
    collection.keep("summer")
    collection.backup(tmp_path / "backup")
    collection.drop("summer")
    collection.backup(tmp_path / "backup")
    with open_collection(tmp_path / "backup") as copy:
        assert [each.name for each in copy.kept()] == ["spring"]


def test_of_copies_that_went_on_apart_none_replaces_the_backup_of_the_other(
    make_collection: "MakeCollection", tmp_path: Path
) -> None:
    collection = make_collection(DOCUMENTS)
    collection.backup(tmp_path / "first")
    collection.backup(tmp_path / "second")
    restore(tmp_path / "first", tmp_path / "restored")
    collection.add([Document("here", "A note that was added here.")])
    collection.backup(tmp_path / "first")
    with open_collection(tmp_path / "restored") as restored:
        for n in range(3):
            restored.add([Document(f"there-{n}", "A note that was added there.")])
        before = contents(tmp_path / "first")
        with pytest.raises(CollectionExists, match="changed elsewhere"):
            restored.backup(tmp_path / "first")
        assert contents(tmp_path / "first") == before
        restored.backup(tmp_path / "second")  # all of which it has
        restored.backup(tmp_path / "second")
    for n in range(5):
        collection.add([Document(f"more-{n}", "More notes.")])
    with pytest.raises(CollectionExists, match="changed elsewhere"):
        collection.backup(tmp_path / "second")
    collection.backup(tmp_path / "first")
    restore(tmp_path / "second", tmp_path / "again")
    with open_collection(tmp_path / "again") as again:
        again.backup(tmp_path / "second")
        with pytest.raises(CollectionExists, match="is newer"):
            again.backup(tmp_path / "first")


# Where the backups are


def test_backups_are_remembered_by_what_is_restored_or_put_in_the_place(
    make_collection: "MakeCollection", tmp_path: Path
) -> None:
    collection = make_collection(DOCUMENTS)
    model = collection.status().model
    places = [str(tmp_path / "first"), str(tmp_path / "second")]
    for place in places:
        assert collection.backup(place).is_remembered
    restore(places[1], tmp_path / "restored")
    (tmp_path / "new.txt").write_text("A new text.\n")
    for _ in range(2):
        build_collection(collection.path, [tmp_path / "new.txt"], replace=True, model=model)
    for path in (tmp_path / "restored", collection.path):
        with open_collection(path) as opened:
            assert [each.path for each in opened.purge(["d1"]).backups] == places, path


def test_a_collection_that_cannot_remember_its_backup_says_so(
    make_collection: "MakeCollection", tmp_path: Path
) -> None:
    collection = make_collection(DOCUMENTS)
    (collection.path / "backups.jsonl").symlink_to(tmp_path / "elsewhere")
    assert not collection.backup(tmp_path / "backup").is_remembered
    assert not (tmp_path / "elsewhere").exists()


def rights(folder: Path) -> set[int]:
    return {path.stat().st_mode & 0o777 for path in [folder, *folder.rglob("*")]}


def test_a_private_collection_stays_private(make_collection: "MakeCollection", tmp_path: Path) -> None:
    collection = make_collection(DOCUMENTS)
    for path in [collection.path, *collection.path.rglob("*")]:
        path.chmod(0o700 if path.is_dir() else 0o600)
    mask = os.umask(0o022)
    try:
        collection.backup(tmp_path / "backup")
        restore(tmp_path / "backup", tmp_path / "restored")
    finally:
        os.umask(mask)
    assert rights(tmp_path / "backup") == rights(tmp_path / "restored") == {0o700, 0o600}


def test_nobody_sweeps_away_what_is_being_restored_and_what_was_killed_is_swept(
    make_collection: "MakeCollection", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placing, "_BEGINNING_SECONDS", -1.0)
    collection = make_collection(DOCUMENTS)
    collection.backup(tmp_path / "backup")
    killed_before = tmp_path / ".new.0123456789ab.unfinished"
    (killed_before / "segments").mkdir(parents=True)
    seen: list[list[Path]] = []

    def meanwhile(_done: int, _whole: int) -> None:
        if not seen:
            placing.sweep_beside(tmp_path / "new")
            seen.append(list(tmp_path.glob(".new.*")))

    restore(tmp_path / "backup", tmp_path / "new", progress=meanwhile)
    assert len(seen[0]) == 1
    assert seen[0] != [killed_before]
    assert contents(tmp_path / "new") == contents(collection.path)
    assert not list(tmp_path.glob(".new.*"))


# What is told


def test_a_place_where_a_backup_was_only_begun_is_called_no_collection(
    make_collection: "MakeCollection", tmp_path: Path
) -> None:
    collection = make_collection(DOCUMENTS)
    (tmp_path / "begun" / "segments").mkdir(parents=True)
    (tmp_path / "begun" / "ledger.sqlite.unfinished").write_bytes(b"x")
    (tmp_path / "new.txt").write_text("A new text.\n")
    with pytest.raises(CollectionExists, match="is not a collection, and"):
        build_collection(tmp_path / "begun", [tmp_path / "new.txt"], model=collection.status().model)
    collection.backup(tmp_path / "begun")


def test_a_collection_that_was_just_replaced_is_called_that(
    make_collection: "MakeCollection", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection = make_collection(DOCUMENTS)
    collection.backup(tmp_path / "backup")
    (tmp_path / "new.txt").write_text("A new text.\n")
    model = collection.status().model
    lease = backup.copying

    def after_a_replacement(folder: Path, timeout: float) -> AbstractContextManager[None]:
        build_collection(folder, [tmp_path / "new.txt"], replace=True, model=model)
        return lease(folder, timeout)

    monkeypatch.setattr(backup, "copying", after_a_replacement)
    with pytest.raises(DragomanError, match="another collection was put at"):
        collection.backup(tmp_path / "backup")
    assert len(contents(tmp_path / "backup")) == len(DOCUMENTS)


def test_a_restore_without_room_says_that_nothing_is_left(make_collection: "MakeCollection", full: Path) -> None:
    collection = make_collection(
        [*DOCUMENTS, Document("long", "\n".join(f"Paragraph {n} on treaty {n * n}." for n in range(900)))]
    )
    collection.backup(full.parent / "backup")
    with pytest.raises(DragomanError, match=r"nothing was restored, and nothing of it is left"):
        restore(full.parent / "backup", full / "new")
    assert list(full.iterdir()) == []
