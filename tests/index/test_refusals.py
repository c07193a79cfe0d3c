"""What the system refuses is told as that, and costs nothing: room, files, rights, on real disks and under real limits.

Small disks and other users take root; elsewhere these tests are skipped.
"""

import errno
import gc
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from dragoman.corpus.document import Document
from dragoman.errors import SystemRefusal
from dragoman.index.ledger.database import Database
from dragoman.index.writing.build import build
from dragoman.index.writing.store import LEDGER
from dragoman.refusals import refusal, telling_refusals
from dragoman.search.collection import open_collection
from support.disks import Disk, small_disk
from support.folders import folder_of

pytestmark = [
    pytest.mark.collection,
    # Of files that Whoosh leaves open where it is refused one.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

FIRST = [Document(id=f"{n}", text=f"The consul wrote letter {n} to the ministry.") for n in range(3)]
MORE = [Document(id=f"more {n}", text=f"The envoy {n} answered from Nara.") for n in range(4)]
NOBODY = 65534


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with small_disk(tmp_path / "disk") as disk:
        yield disk


@pytest.fixture
def folder(disk: Disk, empty_collections: tuple[Path, Path]) -> Path:
    """A collection of a few letters on the small disk."""
    return make(disk.folder / "collection", empty_collections)


def make(folder: Path, empty_collections: tuple[Path, Path]) -> Path:
    shutil.copytree(empty_collections[0], folder)
    add(folder, FIRST)
    return folder


def add(folder: Path, documents: list[Document]) -> None:
    with open_collection(folder) as collection:
        collection.add(documents)


def ids(folder: Path) -> list[str]:
    """The documents that there are, all of which a question finds."""
    with open_collection(folder) as collection:
        found = {hit.document.id for hit in collection.search("consul OR envoy", limit=100, fold=False).hits}
        assert found == {*collection.document_ids()}
        assert collection.status().documents == len(found)
        return sorted(found)


def names(documents: list[Document]) -> list[str]:
    return sorted(document.id for document in documents)


@contextmanager
def limited(what: int, to: int) -> Generator[None]:
    """Set a limit of this process for a while."""
    soft, hard = resource.getrlimit(what)
    resource.setrlimit(what, (to, hard))
    try:
        yield
    finally:
        resource.setrlimit(what, (soft, hard))


@contextmanager
def other_user() -> Generator[None]:
    """Be nobody for a while."""
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


def refused(attempt: Callable[[], object], lacking: str) -> str:
    """What is said where something is refused: one line, which names a path, what is lacking, and a remedy."""
    with pytest.raises(SystemRefusal) as error:
        attempt()
    said = str(error.value)
    assert "\n" not in said
    assert "damaged" not in said
    assert "restore" not in said
    path, told, remedy = said.split(": ", 2)
    assert path.startswith("/")
    assert lacking in told
    assert remedy
    return said


def lack_of(attempt: Callable[[], object]) -> str:
    """What is said to be lacking where something is refused; empty if it is done."""
    try:
        attempt()
    except SystemRefusal as refusal:
        return refusal.lacking
    return ""


# A full disk


def test_a_full_disk_is_asked_as_before_and_a_change_that_it_refuses_is_made_later(disk: Disk, folder: Path) -> None:
    for free in (0, 30_000, 80_000, 250_000):
        disk.fill(but=free)
        assert ids(folder) == names(FIRST)
        refused(lambda: add(folder, MORE), "no room is left on the disk")
        assert ids(folder) == names(FIRST)
        disk.tidy()
    add(folder, MORE)
    disk.fill()
    with open_collection(folder) as collection:
        refused(lambda: collection.remove(["0"]), "no room is left")
        assert collection.search("consul").total == 3
        disk.tidy()
        collection.remove(["0"])  # the same that had been opened while the disk was full
    assert ids(folder) == names([*FIRST[1:], *MORE])


def test_a_disk_without_inodes_is_asked_as_before(disk: Disk, folder: Path) -> None:
    for free in (0, 2, 12, 40):
        disk.use_up_files(but=free)
        refused(lambda: add(folder, MORE), "no free inodes")
        assert ids(folder) == names(FIRST)
        disk.tidy()
    add(folder, MORE)
    assert ids(folder) == names([*FIRST, *MORE])


@pytest.mark.parametrize("index", ["as it was", "empty", "gone"])
def test_what_a_killed_writer_committed_is_read_on_a_full_disk(disk: Disk, folder: Path, index: str) -> None:
    killed = disk.folder / "killed"
    with open_collection(folder) as collection:  # open, so that what is committed stays in the log
        collection.add(MORE)
        shutil.copytree(folder, killed)
    assert (killed / "ledger.sqlite-wal").stat().st_size
    if index == "empty":
        os.truncate(killed / "ledger.sqlite-shm", 0)
    if index == "gone":
        (killed / "ledger.sqlite-shm").unlink()
    disk.fill()
    if index == "gone":
        disk.use_up_files()  # without it, what the log holds cannot be read, and less would be wrong
        refused(lambda: ids(killed), "no room is left on the disk")
        disk.tidy()
    assert ids(killed) == names([*FIRST, *MORE])


def test_a_full_disk_follows_who_still_can_write(disk: Disk, folder: Path) -> None:
    disk.fill()
    with open_collection(folder) as reader:
        assert reader.search("envoy").total == 0
        generation = reader.generation
        disk.tidy()
        add(folder, MORE)
        disk.fill()
        assert reader.search("envoy").total == 4
        assert reader.generation > generation


def test_a_full_disk_is_packed_and_backed_up_to_another_one(disk: Disk, folder: Path, tmp_path: Path) -> None:
    disk.fill()
    with open_collection(folder) as collection:
        assert collection.pack(tmp_path / "it.pack").documents == len(FIRST)
        collection.backup(tmp_path / "backup")
    assert ids(tmp_path / "backup") == names(FIRST)


def test_a_new_collection_that_does_not_fit_leaves_what_there_was(
    disk: Disk, folder: Path, tiny_models: tuple[Path, Path]
) -> None:
    disk.fill(but=20_000)
    model = str(tiny_models[0])
    for new in ("new", "collection"):
        said = refused(lambda new=new: build(disk.folder / new, MORE, model=model, replace=True), "no room is left")
        assert said.startswith(f"{disk.folder}/")
    assert sorted(path.name for path in disk.folder.iterdir()) == ["collection", "rubbish"]
    assert ids(folder) == names(FIRST)


def test_a_ledger_that_does_not_fit_leaves_nothing(disk: Disk) -> None:
    folder = disk.folder / "collection"

    def create() -> None:
        with telling_refusals(folder):
            Database.create(folder / LEDGER, {"said": "much " * 10_000}).close()

    refusals = 0
    for free in range(0, 1_000_000, 16_384):  # its log fits before the ledger itself does
        folder.mkdir()
        disk.fill(but=free)
        if lacking := lack_of(create):
            refusals += 1
            assert lacking == "no room is left on the disk"
            assert [*folder.glob("*")] == []
        else:
            with closing(Database(folder / LEDGER)) as ledger:
                assert ledger.setting("said") == "much " * 10_000
            assert {path.name for path in folder.iterdir()} <= {LEDGER, f"{LEDGER}-wal", f"{LEDGER}-shm"}
        disk.tidy()
        shutil.rmtree(folder)
    assert 10 < refusals < 60


def test_a_half_made_ledger_is_swept_by_the_next_writer(tmp_path: Path, empty_collections: tuple[Path, Path]) -> None:
    folder = make(tmp_path / "collection", empty_collections)
    for end in ("", "-journal", "-wal", "-shm"):
        (folder / f"{LEDGER}.unfinished{end}").write_bytes(b"half")
    add(folder, MORE)
    assert [*folder.glob("*.unfinished*")] == []
    assert ids(folder) == names([*FIRST, *MORE])


# Limits of a process


def test_a_limit_on_the_size_of_files_is_told_and_nothing_is_lost(
    tmp_path: Path, empty_collections: tuple[Path, Path]
) -> None:
    folder = make(tmp_path / "collection", empty_collections)
    for limit in (0, 4096, 20_000):
        with limited(resource.RLIMIT_FSIZE, limit):
            refused(lambda: add(folder, MORE), "a file would be larger than allowed")
            assert ids(folder) == names(FIRST)
    add(folder, MORE)
    assert ids(folder) == names([*FIRST, *MORE])


def test_too_many_open_files_are_told_and_nothing_is_lost(tmp_path: Path, empty_collections: tuple[Path, Path]) -> None:
    folder = make(tmp_path / "collection", empty_collections)
    ids(folder)  # loads what is loaded once
    gc.collect()
    for spare in (0, 1, 3):
        with limited(resource.RLIMIT_NOFILE, len([*Path("/proc/self/fd").iterdir()]) + spare):
            refused(lambda: ids(folder), "too many open files in this process")
    assert ids(folder) == names(FIRST)


def test_too_many_open_files_are_told_at_every_step_of_a_change(
    tmp_path: Path, empty_collections: tuple[Path, Path]
) -> None:
    folder = make(tmp_path / "collection", empty_collections)
    add(folder, [Document(id="0", text=FIRST[0].text)])  # loads what is loaded once
    is_done, refusals, found = False, 0, names(FIRST)
    while not is_done:
        gc.collect()
        with limited(resource.RLIMIT_NOFILE, len([*Path("/proc/self/fd").iterdir()]) + refusals):
            lacking = lack_of(lambda: add(folder, MORE))
        assert lacking in ("too many open files in this process", "")
        refusals, is_done = refusals + bool(lacking), not lacking
        if ids(folder) != found:  # by their words, before they are encoded
            assert found == names(FIRST)
            found = ids(folder)
    assert found == names([*FIRST, *MORE])
    assert refusals > 10
    with open_collection(folder) as collection:
        collection.remove(["0"])  # sweeps
        assert {each.name for each in folder.glob("segments/*")} == folder_of(collection).ledger.segment_names()
        assert collection.status().unencoded == 0
        assert collection.problems() == []


def test_a_name_that_is_too_long_is_told(tmp_path: Path) -> None:
    refused(lambda: open_collection(tmp_path / ("n" * 300)), "the name is too long")


# Rights, and broken disks


@pytest.mark.parametrize(
    "name", ["ledger.sqlite", "*.onnx", "encoder.json", "vectors.faiss", "segment.json", "lengths.npy", "columns"]
)
def test_what_may_not_be_read_is_told_with_its_path(
    open_folder: Path, empty_collections: tuple[Path, Path], name: str
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    folder = make(open_folder / "collection", empty_collections)
    ids(folder)
    locked = max(folder.rglob(name), key=lambda path: path.stat().st_size)
    locked.chmod(0)
    with other_user():
        said = refused(lambda: ids(folder), "no permission for user nobody")
    assert locked.name in said or locked.parent.name in said
    assert ids(folder) == names(FIRST)


def test_who_may_only_read_is_told_so(open_folder: Path, empty_collections: tuple[Path, Path]) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    folder = make(open_folder / "collection", empty_collections)
    with other_user():
        refused(lambda: add(folder, MORE), "no permission for user nobody")
        assert ids(folder) == names(FIRST)


def test_an_error_of_the_disk_is_no_damage(tmp_path: Path, empty_collections: tuple[Path, Path]) -> None:
    folder = make(tmp_path / "collection", empty_collections)
    broken = folder / "ledger.sqlite"
    # What is opened like a file, and gives EIO when it is read.
    mount = ["mount", "--bind", f"/proc/{os.getpid()}/mem", str(broken)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a broken file")
    try:
        assert broken.name in refused(lambda: ids(folder), "the disk reports an error")
    finally:
        subprocess.run(["umount", "--lazy", broken], check=True)
    assert ids(folder) == names(FIRST)


def test_what_is_gone_is_damage(tmp_path: Path, empty_collections: tuple[Path, Path]) -> None:
    folder = make(tmp_path / "collection", empty_collections)
    gone, *_ = folder.rglob("vectors.faiss")
    gone.unlink()
    with open_collection(folder) as collection:
        assert any("vectors.faiss is missing" in problem for problem in collection.problems())


@pytest.mark.parametrize("code", ["READONLY", "CANTOPEN", "IOERR", "FULL"])
def test_to_find_out_what_is_refused_takes_nobodys_locks(
    tmp_path: Path, empty_collections: tuple[Path, Path], code: str
) -> None:
    """Closing a file takes all locks of the process on it: another program would remove the log of who is reading."""
    shutil.copytree(empty_collections[0], tmp_path / "collection")
    ledger = tmp_path / "collection" / LEDGER
    log = ledger.with_name(f"{LEDGER}-wal")
    with closing(Database(ledger)) as reading:
        generation = reading.generation
        for path in (ledger, ledger.parent):
            error = sqlite3.OperationalError()
            error.sqlite_errorcode = getattr(sqlite3, f"SQLITE_{code}")
            assert refusal(error, path)
            assert refusal(OSError(errno.EACCES, "refused"), path)
            assert refusal(OSError(errno.EIO, "refused"), path)
        before = log.stat().st_ino
        asking = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT * FROM settings'); c.close()"
        subprocess.run([sys.executable, "-c", asking, ledger], check=True)
        assert log.exists()
        assert log.stat().st_ino == before
        assert reading.generation == generation


def test_a_ledger_that_another_program_holds_is_no_damage(
    tmp_path: Path, empty_collections: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make(tmp_path / "collection", empty_collections)
    monkeypatch.setattr("dragoman.index.ledger.connections.WAIT", 0.1)
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        other.execute("UPDATE settings SET value = value")
        refused(lambda: ids(folder), "another program keeps it locked")
        other.rollback()
    assert ids(folder) == names(FIRST)


# Whose new files are


@pytest.mark.parametrize("mode", [0o755, 0o775, 0o2770])
def test_new_files_take_the_rights_of_the_folder(
    tmp_path: Path, empty_collections: tuple[Path, Path], mode: int
) -> None:
    folder = make(tmp_path / "collection", empty_collections)
    group = 0
    if os.geteuid() == 0:
        group = 12345
        os.chown(folder, 23456, group)
    folder.chmod(mode)
    (folder / "ledger.sqlite").chmod(mode & 0o666)
    if os.geteuid() == 0:
        os.chown(folder / "ledger.sqlite", 23456, group)
    before = {*folder.rglob("*")}
    for name in ("ledger.sqlite-wal", "ledger.sqlite-shm", "writer.lock"):
        (folder / name).unlink(missing_ok=True)
        before.discard(folder / name)
    umask = os.umask(0o077)
    try:
        with open_collection(folder) as collection:
            collection.add(MORE)
            log = {path.name for path in folder.iterdir()}
            new = {path: path.stat() for path in {*folder.rglob("*")} - before}
    finally:
        os.umask(umask)
    assert {"ledger.sqlite-wal", "ledger.sqlite-shm"} <= log
    for path, rights in new.items():
        assert rights.st_mode & 0o7777 == (mode if path.is_dir() else mode & 0o666), path
        if os.geteuid() == 0:
            assert (rights.st_uid, rights.st_gid) == (23456, group), path
    assert len(new) > 30


def test_a_collection_that_is_replaced_leaves_its_rights_to_the_new_one(
    tmp_path: Path, empty_collections: tuple[Path, Path], tiny_models: tuple[Path, Path]
) -> None:
    folder = make(tmp_path / "collection", empty_collections)
    folder.chmod(0o2775)
    with suppress(PermissionError):
        os.chown(folder, -1, 12345)
    group = folder.stat().st_gid
    umask = os.umask(0o077)
    try:
        build(folder, MORE, model=str(tiny_models[0]), replace=True)
        build(tmp_path / "new", MORE, model=str(tiny_models[0]))
    finally:
        os.umask(umask)
    for path in [folder, *folder.rglob("*")]:
        assert path.stat().st_mode & 0o7777 == (0o2775 if path.is_dir() else 0o664), path
        assert path.stat().st_gid == group
    for path in [tmp_path / "new", *(tmp_path / "new").rglob("*")]:  # one that is anew follows the umask
        assert path.stat().st_mode & 0o077 == 0, path
