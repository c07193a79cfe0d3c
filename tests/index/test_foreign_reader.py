"""A reader that may not write: another user's collection, or one on a read-only mount, while its owner goes on adding.

The reader is a process of its own, in which several threads answer at once. It loads what it needs, asking a
collection of its own, before it gives up its rights: nobody else may read where this Python may be installed.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from dragoman.corpus.document import Document
from dragoman.errors import CollectionDamaged
from dragoman.index.ledger.database import Database, transaction
from dragoman.search.collection import open_collection

pytestmark = pytest.mark.process

THREADS = 4

READER = f"""
import json, os, sys, threading
from concurrent.futures import ThreadPoolExecutor
import dragoman

with dragoman.open_collection(sys.argv[1]) as own:
    own.search("consul")
if sys.argv[3] == "another user":
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
together = threading.Barrier({THREADS})

def answer(end):
    seen = []
    while True:
        if not end:
            together.wait()
        found = collection.search("consul", limit=100, fold=False)
        seen.append([collection.generation, len(list(collection.document_ids())), found.total, len(found.hits)])
        if not end or os.path.exists(end):
            return seen

with dragoman.open_collection(sys.argv[2]) as collection, ThreadPoolExecutor({THREADS}) as threads:
    print("ready", flush=True)
    for line in sys.stdin:
        try:
            print(json.dumps([*threads.map(answer, [line.strip()] * {THREADS})]), flush=True)
        except Exception as error:
            print(json.dumps(repr(error)), flush=True)
"""


class Reader:
    """The process that reads without the right to write."""

    def __init__(self, folder: Path, own: Path, how: str) -> None:
        command = [sys.executable, "-c", READER, str(own), str(folder), how]
        if how == "read-only mount":
            mount = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
            command = ["unshare", "--mount", "sh", "-c", mount, str(folder), *command]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        assert self.process.stdout.readline() == "ready\n"

    def begin(self, end: Path | None = None) -> None:
        """Let all threads ask until there is a file of that name, and once more; just once if none is given."""
        assert self.process.stdin
        self.process.stdin.write(f"{end or ''}\n")
        self.process.stdin.flush()

    def end(self) -> list[list[list[int]]]:
        """What each thread was answered: generation, number of documents, total, number of hits."""
        assert self.process.stdout
        answers = json.loads(self.process.stdout.readline())
        assert isinstance(answers, list), answers
        return answers

    def ask(self) -> list[list[int]]:
        """What all threads are answered at the same moment."""
        self.begin()
        return [thread[0] for thread in self.end()]


def _may_mount() -> bool:
    tried = subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False) if _is_root() else None
    return tried is not None and tried.returncode == 0


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


@pytest.fixture(
    params=[
        pytest.param("another user", marks=pytest.mark.skipif(not _is_root(), reason="only root can become another")),
        pytest.param("read-only mount", marks=pytest.mark.skipif(not _may_mount(), reason="only root can mount")),
    ]
)
def how(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def folder(empty_collections: tuple[Path, Path]) -> Iterator[Path]:
    """A collection at a place that everybody may enter."""
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o755)
        shutil.copytree(empty_collections[0], Path(place) / "collection")
        yield Path(place) / "collection"


@pytest.fixture
def own(empty_collections: tuple[Path, Path], tmp_path: Path) -> Path:
    """A collection of the reader's own, with which it loads all that asking needs."""
    shutil.copytree(empty_collections[1], tmp_path / "own")
    add(tmp_path / "own", 1)
    return tmp_path / "own"


@pytest.fixture
def reader(folder: Path, own: Path, how: str) -> Iterator[Reader]:
    add(folder, 3)
    started = Reader(folder, own, how)
    yield started
    with started.process:
        assert started.process.stdin
        started.process.stdin.close()
        started.process.kill()


def add(folder: Path, count: int, first: int = 0) -> None:
    """Add letters as the owner does: open, one commit, close."""
    letters = [Document(id=f"{n}", text=f"The consul wrote letter {n}.") for n in range(first, first + count)]
    with open_collection(folder) as own:
        own.add(letters)


def test_every_thread_sees_every_commit(folder: Path, reader: Reader) -> None:
    assert reader.ask() == [[2, 3, 3, 3]] * THREADS
    add(folder, 20, first=3)
    assert reader.ask() == [[4, 23, 23, 23]] * THREADS
    with open_collection(folder) as own:  # one that stays open, so that the log holds what the ledger does not yet
        own.remove(["0", "1"])
        assert reader.ask() == [[5, 21, 21, 21]] * THREADS
        own.compact()
        assert reader.ask() == [[6, 21, 21, 21]] * THREADS
    assert reader.ask() == [[6, 21, 21, 21]] * THREADS


def test_a_collection_without_a_log_is_followed_from_the_first_commit_on(folder: Path, own: Path, how: str) -> None:
    add(folder, 3)
    for name in ("ledger.sqlite-wal", "ledger.sqlite-shm"):  # as in collections made before, and in some copies
        (folder / name).unlink()
    reader = Reader(folder, own, how)
    with reader.process:
        assert reader.ask() == [[2, 3, 3, 3]] * THREADS
        add(folder, 2, first=3)
        assert reader.ask() == [[4, 5, 5, 5]] * THREADS
        reader.process.kill()


def test_no_question_fails_while_the_owner_adds(folder: Path, reader: Reader) -> None:
    reader.begin(end := folder.with_name("end"))
    for n in range(3, 43, 4):
        add(folder, 4, first=n)
    end.touch()
    for thread in reader.end():
        assert thread == sorted(thread)  # what was there is never gone again
        assert all(documents - 4 <= total <= documents + 4 for _, documents, total, _ in thread)
    assert reader.ask() == [[22, 43, 43, 43]] * THREADS


def test_who_asks_while_the_index_of_the_log_is_written_anew_waits_for_it(folder: Path, reader: Reader) -> None:
    with open_collection(folder) as own:
        assert reader.ask() == [[2, 3, 3, 3]] * THREADS
        with (folder / "ledger.sqlite-shm").open("r+b") as index:
            index.write(bytes(136))  # its two heads and what follows them, as SQLite begins to write it anew
        reader.begin()
        time.sleep(0.3)  # so that it has asked
        own.add([Document(id="3", text="The consul wrote letter 3.")])
        for ((generation, documents, total, hits),) in reader.end():
            assert (generation, documents, total, hits) in [(2, 3, 3, 3), (3, 4, 4, 4), (4, 4, 4, 4)]


def test_a_new_log_may_be_read_by_those_who_may_read_the_ledger(folder: Path) -> None:
    (folder / "ledger.sqlite").chmod(0o664)
    before = os.umask(0o077)
    try:
        add(folder, 1)
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in folder.glob("ledger.sqlite*")} == {0o664}
    assert len(list(folder.glob("ledger.sqlite-*"))) == 2


@pytest.mark.skipif(not _is_root(), reason="only root can become another")
def test_what_is_read_as_of_one_moment_is_never_of_two(open_folder: Path) -> None:
    Database.create(path := open_folder / "ledger.sqlite", {}).close()
    for log in open_folder.glob("*-*"):  # so that the ledger is taken for a file that does not change
        log.unlink()

    def read() -> None:
        with closing(Database(path)) as reader, transaction(reader.connection, "BEGIN"):
            assert reader.generation == 0
            os.seteuid(0)
            with closing(Database(path)) as owner, owner.change():
                owner.set("more", 1)
            os.seteuid(65534)
            reader.setting("generation")

    os.seteuid(65534)
    try:
        with pytest.raises(CollectionDamaged, match="has been changed while it was read"):
            read()
    finally:
        os.seteuid(0)
