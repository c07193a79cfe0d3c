"""A collection on disk: whole commits, one writer, any number of readers, and what is refused."""

import gc
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dragoman.corpus.document import Document
from dragoman.errors import (
    CollectionDamaged,
    CollectionExists,
    CollectionLocked,
    CollectionMismatch,
    CollectionNotFound,
    DragomanError,
    SystemRefusal,
)
from dragoman.index.segments import postings_writer, segment
from dragoman.index.writing import writer
from dragoman.search.collection import Collection, open_collection
from dragoman.search.making import create_collection, reindex_collection
from support.folders import folder_of, unseal

if TYPE_CHECKING:
    from conftest import MakeCollection

BEFORE = [Document(f"d{n}", f"The old treaty number {n} was signed. The envoy left.") for n in range(6)]
CHANGED = Document("d0", "A new summit was held.")
NEW = Document("d9", "Talks on peace began at a new summit.")
LEFT_OUT = "d1"


def contents(collection: Collection) -> dict[str, str]:
    """All live documents, as the passages that a search finds make them up."""
    assert collection.problems() == []
    found = collection.search("-nothing", limit=1000)
    assert found.total == collection.status().passages
    by_document: dict[str, list[tuple[int, str]]] = {}
    for hit in found:
        by_document.setdefault(hit.document.id, []).append((hit.start, hit.text))
    ids = set(by_document)
    assert ids == set(collection.document_ids())
    return {each: " ".join(text for _, text in sorted(passages)) for each, passages in sorted(by_document.items())}


def segment_folders(path: Path) -> set[str]:
    return {folder.name for folder in (path / "segments").iterdir()}


def live_segments(collection: Collection) -> set[str]:
    """The folders of its segments, and of vectors that these were given later."""
    state = folder_of(collection).ledger.state()
    return {each for number, name in state.segments for each in (name, *state.parts.get(number, ()))}


def open_files() -> list[str]:
    return [str(each.readlink()) for each in Path("/proc/self/fd").iterdir() if each.is_symlink()]


# Crashes

KILLED = """
import os, signal, sys
from pathlib import Path
import torch
torch.set_num_threads(1)  # a forked process has no pool of threads
from dragoman.corpus.document import Document
from dragoman.index.segments import segment
from dragoman.index.writing import writer
from dragoman.index.writing.vectors.passage_vectors import PassageVectors
from dragoman.search.collection import open_collection

def die(*args, **options):
    os.kill(os.getpid(), signal.SIGKILL)

def documents():
    yield Document("d0", "A new summit was held.")
    if point == "reading":
        die()
    yield Document("d9", "Talks on peace began at a new summit.")

encoder = None
for line in sys.stdin.read().splitlines():
    point, path = line.split(maxsplit=1)
    if encoder is None:  # loading it takes longer than all else
        with open_collection(path) as collection:
            encoder = PassageVectors(collection._store.folder, None).encoder
            PassageVectors.encoder = encoder
    child = os.fork()
    if child:
        assert os.WIFSIGNALED(os.waitpid(child, 0)[1]), point
        continue
    collection = open_collection(path)
    progress = None
    match point:
        case "encoding":
            progress = die
        case "renaming":
            Path.rename = die
        case "syncing":
            segment.sync = die
        case "renamed":
            writer.Writer._measured_floors = die
        case "committing":
            connection = collection._store.folder.database.connection
            seen = set()
            def trace(statement):
                seen.add(statement[:20])
                if statement == "COMMIT" and "INSERT INTO segments" in seen:
                    die()
            connection.set_trace_callback(trace)
        case "committed":
            writer.Writer._merge_if_many = die
    collection.add(documents(), progress=progress)
    os._exit(0)
"""
POINTS = ("reading", "encoding", "syncing", "renaming", "renamed", "committing", "committed")


@pytest.fixture(scope="module")
def killed(empty_collections: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a collection whose writer was killed at a point, by the point's name."""
    folder = tmp_path_factory.mktemp("killed")
    shutil.copytree(empty_collections[0], folder / "before")
    with open_collection(folder / "before") as collection:
        collection.add(BEFORE)
    for point in POINTS:
        shutil.copytree(folder / "before", folder / point)
    asked = "".join(f"{point} {folder / point}\n" for point in POINTS)
    done = subprocess.run([sys.executable, "-c", KILLED], input=asked, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return lambda point: folder / point


@pytest.mark.process
@pytest.mark.parametrize("point", POINTS)
def test_a_killed_writer_leaves_the_old_generation_or_the_new_one(killed: Callable[[str], Path], point: str) -> None:
    old = {document.id: document.text for document in BEFORE}
    new = old | {"d0": CHANGED.text, "d9": NEW.text}
    with open_collection(killed(point)) as collection:
        assert contents(collection) == (new if point == "committed" else old)
        assert collection.status().generation == (3 if point == "committed" else 2)
        if point in ("syncing", "renaming", "renamed", "committing"):
            assert segment_folders(killed(point)) != live_segments(collection)
        report = collection.add([CHANGED, NEW])
        assert report.added + report.updated == (0 if point == "committed" else 2)
        assert contents(collection) == new
        assert segment_folders(killed(point)) == live_segments(collection), "the orphan was swept"


def test_an_error_among_the_documents_leaves_nothing_half_done(make_collection: "MakeCollection") -> None:
    def documents() -> Iterator[Document]:
        yield CHANGED
        yield NEW
        raise ValueError("no more")

    collection = make_collection(BEFORE)
    generation = collection.status().generation
    with pytest.raises(ValueError, match="no more"):
        collection.add(documents())
    assert contents(collection) == {document.id: document.text for document in BEFORE}
    assert collection.status().generation == generation
    assert segment_folders(collection.path) == live_segments(collection)


def test_an_error_in_the_midst_of_a_segment_leaves_no_file_behind(make_collection: "MakeCollection") -> None:
    def fail(progress: object) -> None:
        raise RuntimeError(progress)

    collection = make_collection(BEFORE)
    with pytest.raises(RuntimeError) as caught:  # which keeps all frames alive, and what they hold
        collection.add([CHANGED, NEW], progress=fail)
    assert not [name for name in open_files() if ".unfinished" in name], caught
    assert segment_folders(collection.path) == live_segments(collection)
    assert contents(collection) == {document.id: document.text for document in BEFORE}


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError("disk full")])
def test_steps_that_were_committed_stay(
    make_collection: "MakeCollection", monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    monkeypatch.setattr(writer, "COMMIT_PASSAGES", 2)

    def documents() -> Iterator[Document]:
        yield from BEFORE[:5]
        raise error

    collection = make_collection()
    with folder_of(collection).writing(1):
        change = writer.Writer(folder_of(collection))
        with pytest.raises(type(error) if isinstance(error, OSError) else KeyboardInterrupt):
            change.add(documents())
        assert change.committed.added == 4
        assert change.committed.passages == 4
    assert sorted(contents(collection)) == ["d0", "d1", "d2", "d3"]
    assert segment_folders(collection.path) == live_segments(collection)


def test_an_error_while_a_segment_is_written_out_is_told_as_it_is(
    make_collection: "MakeCollection", monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    collection = make_collection(BEFORE)
    for module, name in ((postings_writer, "write_postings"), (segment, "sync")):
        with monkeypatch.context() as patch:
            patch.setattr(module, name, fail)
            with pytest.raises(SystemRefusal, match="no room is left"):
                collection.add([CHANGED, NEW])
        gc.collect()
        assert segment_folders(collection.path) == live_segments(collection)
    assert contents(collection) == {document.id: document.text for document in BEFORE}


def test_removing_something_that_is_not_there_removes_nothing(make_collection: "MakeCollection") -> None:
    collection = make_collection(BEFORE)
    with pytest.raises(DragomanError, match="no document 'nobody'"):
        collection.remove(["d0", "nobody"])
    assert len(contents(collection)) == 6
    assert collection.remove(["d0", "d1", "d0"]).removed == 2
    assert sorted(contents(collection)) == ["d2", "d3", "d4", "d5"]


# Locking


def test_a_second_writer_waits_and_is_then_told_who_writes(make_collection: "MakeCollection") -> None:
    collection = make_collection(BEFORE[:1])
    with open_collection(collection.path) as other, ThreadPoolExecutor(1) as pool:
        with folder_of(collection).writing(1):
            refused = pool.submit(other.remove, ["d0"], lock_timeout=0.05).exception()
            assert isinstance(refused, CollectionLocked)
            assert f"process {os.getpid()} on " in str(refused)
            waiting = pool.submit(other.remove, ["d0"], lock_timeout=60)
            assert not waiting.done()
        assert waiting.result().removed == 1
    assert collection.status().documents == 0


def test_a_writer_within_a_writer_is_refused(make_collection: "MakeCollection") -> None:
    collection = make_collection(BEFORE[:1])
    with folder_of(collection).writing(1):
        for timeout in (0, 0.05):
            with pytest.raises(CollectionLocked):
                collection.remove(["d0"], lock_timeout=timeout)
    assert collection.remove(["d0"]).removed == 1


@pytest.mark.process
def test_a_writer_in_another_process_is_waited_for(make_collection: "MakeCollection") -> None:
    collection = make_collection(BEFORE[:1])
    code = (
        "import sys; from pathlib import Path; from dragoman.index.writing.store import Store\n"
        "store = Store(Path(sys.argv[1]))\n"
        "with store.writing(5): print('held', flush=True); sys.stdin.read()\n"
        "store.close()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(collection.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "held\n"
        with pytest.raises(CollectionLocked, match=f"process {process.pid} on "):
            collection.remove(["d0"], lock_timeout=0.05)
        assert collection.search("treaty").total == 1, "readers are not disturbed"
        process.kill()
        process.wait()
    assert collection.remove(["d0"]).removed == 1, "the lock goes with its holder"


def test_readers_see_whole_generations_while_a_writer_commits(
    make_collection: "MakeCollection", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "MAX_SEGMENTS", 3)
    monkeypatch.setattr(writer, "COMMIT_PASSAGES", 1)
    monkeypatch.setattr(writer, "GRACE_SECONDS", 0.2)
    collection = make_collection([Document("round", "Summit of round 0."), Document("pact", "The pact of round 0.")])
    done = threading.Event()
    searches: list[int] = []

    def read(number: int) -> None:
        queries = ("round", "summ* round", '"of round"', "sumit~", "-nothing", "summit pact")
        while not done.is_set():
            found = collection.search(
                queries[number % len(queries)], limit=50, mode="hybrid" if number % 2 else "keyword"
            )
            texts = [hit.text for hit in found]
            assert found.total >= len(texts) > 0
            ids = [hit.document.id for hit in found]
            assert len(set(ids)) == len(ids)
            # Each document names the round it was written in; there is one version of each at any time.
            for hit in found:
                assert hit.text == hit.document.text
                for mark in hit.highlights:
                    assert 0 <= mark.start < mark.end <= len(hit.document.text)
            searches.append(number)
            time.sleep(0.02)  # or the writer never gets a turn

    def write() -> None:
        try:
            for first in range(1, 21, 5):
                collection.add(Document("round", f"Summit of round {n}.") for n in range(first, first + 5))
            collection.compact()
        finally:
            done.set()

    with ThreadPoolExecutor(9) as pool:
        tasks = [pool.submit(write), *(pool.submit(read, number) for number in range(8))]
        for task in tasks:
            task.result()
    assert len(searches) > 20
    assert contents(collection) == {"pact": "The pact of round 0.", "round": "Summit of round 20."}
    assert collection.status().segments == 1


@pytest.mark.process
def test_a_reader_in_another_process_follows(make_collection: "MakeCollection") -> None:
    collection = make_collection(BEFORE[:2])
    code = (
        "import sys; from dragoman.search.collection import open_collection\n"
        "with open_collection(sys.argv[1]) as c:\n"
        "    for line in sys.stdin: print(c.search(line.strip(), mode='keyword').total, flush=True)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(collection.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout

        def ask(query: str) -> int:
            assert process.stdin
            assert process.stdout
            print(query, file=process.stdin, flush=True)
            return int(process.stdout.readline())

        assert ask("treaty") == 2
        collection.add([CHANGED, NEW])
        assert (ask("treaty"), ask("summit")) == (1, 2)
        collection.compact()
        assert (ask("treaty"), ask("summit")) == (1, 2)
        process.stdin.close()


def test_threads_that_have_ended_leave_no_connection_open(make_collection: "MakeCollection") -> None:
    collection = make_collection(BEFORE[:1])
    for _ in range(20):
        thread = threading.Thread(target=collection.search, args=("treaty",))
        thread.start()
        thread.join()
    # One is the file that its bytes are compared with the seal by, and one of another thread goes with the next.
    assert open_files().count(str(collection.path / "ledger.sqlite")) <= 4


def test_closing_lets_go_of_all_files(make_collection: "MakeCollection") -> None:
    collection = make_collection(BEFORE[:2])
    with open_collection(collection.path) as other:
        assert other.search("treat*").total == 2
    collection.close()
    gc.collect()
    here = str(collection.path)
    assert [name for name in open_files() if name.startswith(here)] == []
    mapped = Path("/proc/self/maps").read_text()
    assert here not in mapped


# Bad collections


def test_where_there_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    for path in (tmp_path / "missing", tmp_path, tmp_path / "file"):
        with pytest.raises(CollectionNotFound, match="no collection at"):
            open_collection(path)


def test_a_folder_in_use_is_not_taken(make_collection: "MakeCollection", tmp_path: Path) -> None:
    collection = make_collection()
    for path in (collection.path, tmp_path):
        with pytest.raises(CollectionExists):
            create_collection(path)


@pytest.mark.parametrize("content", [b"", b"not SQLite at all" * 100, b"SQLite format 3\0" + bytes(200)])
def test_a_ledger_that_is_none_is_damaged(make_collection: "MakeCollection", content: bytes) -> None:
    collection = make_collection(BEFORE[:1])
    collection.close()
    (collection.path / "ledger.sqlite").write_bytes(content)
    with pytest.raises(CollectionDamaged, match=r"ledger\.sqlite is not a ledger"):
        open_collection(collection.path)


def test_a_truncated_ledger_is_damaged(make_collection: "MakeCollection") -> None:
    collection = make_collection([Document(f"d{n}", f"Treaty {n}. " * 300) for n in range(10)])
    collection.close()
    ledger = collection.path / "ledger.sqlite"
    os.truncate(ledger, ledger.stat().st_size // 2)
    with pytest.raises(CollectionDamaged), open_collection(collection.path) as opened:
        opened.search("treaty")


def _set(path: Path, key: str, value: object) -> None:
    unseal(path)
    connection = sqlite3.connect(path / "ledger.sqlite")
    with connection:
        connection.execute("UPDATE settings SET value = ? WHERE key = ?", (json.dumps(value), key))
    connection.close()


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("format", 99, "upgrade dragoman"),
        ("analyzer", 0, "dragoman reindex"),
        ("splitting", {"limit": 5}, "dragoman reindex"),
    ],
)
def test_what_was_built_otherwise_is_refused(
    make_collection: "MakeCollection", key: str, value: object, message: str
) -> None:
    collection = make_collection(BEFORE[:1])
    collection.close()
    _set(collection.path, key, value)
    with pytest.raises(CollectionMismatch, match=message):
        open_collection(collection.path)
    gc.collect()


def test_reindexing_mends_another_analyzer(
    make_collection: "MakeCollection", empty_collections: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(empty_collections[0].parent / "cache"))
    collection = make_collection(BEFORE)
    collection.close()
    _set(collection.path, "analyzer", 0)
    assert reindex_collection(collection.path).updated == 6
    with open_collection(collection.path) as opened:
        assert contents(opened) == {document.id: document.text for document in BEFORE}


def test_every_file_of_a_segment_is_missed(make_collection: "MakeCollection") -> None:
    collection = make_collection(BEFORE[:1])
    collection.close()
    (segment,) = {each.parent for each in collection.path.glob("segments/*/columns")}
    for file in [each for each in segment.rglob("*") if each.is_file()]:
        kept = file.read_bytes()
        name = file.relative_to(segment).as_posix()
        for content in (None, kept[:-1] if kept else b"more"):
            file.unlink(missing_ok=True)
            if content is not None:
                file.write_bytes(content)
            with open_collection(collection.path) as opened:
                results = opened.search("treaty", mode="keyword")
                assert len(results) == 0
                (left_out,) = results.left_out
                assert (left_out.part, left_out.passages) == (f"segments/{segment.name}", 1)
                assert left_out.reason.startswith(name)
                assert opened.problems()[0].startswith(f"{left_out.part}/{name}")
        file.write_bytes(kept)
    shutil.rmtree(segment)
    with open_collection(collection.path) as opened:
        assert "is missing" in opened.problems()[0]


def test_a_missing_encoder_is_missed_when_it_is_needed(make_collection: "MakeCollection") -> None:
    collection = make_collection(BEFORE)
    collection.close()
    shutil.rmtree(collection.path / "encoders")
    with open_collection(collection.path) as opened:
        assert opened.search("treaty", mode="keyword").total == 6
        results = opened.search("treaty")
        assert results.total == 6
        assert [each.part for each in results.left_out] == ["the query encoder"]
        with pytest.raises(CollectionDamaged):
            opened.search("treaty", mode="meaning")
        with pytest.raises(CollectionDamaged, match="needs the whole collection"):
            opened.export("treaty")
        assert opened.problems()


def test_another_encoder_of_the_same_dimension_is_a_mismatch(
    make_collection: "MakeCollection", empty_collections: tuple[Path, Path]
) -> None:
    collection = make_collection(BEFORE)
    collection.close()
    (own,), (other,) = (list((path / "encoders").iterdir()) for path in (collection.path, empty_collections[1]))
    shutil.rmtree(own)
    shutil.copytree(other, own)
    with open_collection(collection.path) as opened:
        (left_out,) = opened.search("treaty").left_out
        assert "encoder.json has " in left_out.reason
        assert "encoder.json has " in opened.problems()[0]


def test_a_segment_folder_that_is_empty_may_be_left_out_of_a_copy(
    make_collection: "MakeCollection", tmp_path: Path
) -> None:
    collection = make_collection()
    collection.close()
    (collection.path / "segments").rmdir()
    with open_collection(collection.path) as opened:
        assert opened.search("treaty").total == 0
        assert opened.add(BEFORE[:1]).added == 1
        assert opened.search("treaty").total == 1


def test_a_copy_elsewhere_works(make_collection: "MakeCollection", tmp_path: Path) -> None:
    collection = make_collection(BEFORE)
    collection.close()
    moved = tmp_path / "a folder" / "elsewhere #1?%41é"
    moved.parent.mkdir()
    collection.path.rename(moved)
    with open_collection(moved) as opened:
        assert opened.remove([LEFT_OUT]).removed == 1
        assert opened.search("treaty").total == 5


def test_a_log_that_was_left_behind_counts(make_collection: "MakeCollection", tmp_path: Path) -> None:
    collection = make_collection(BEFORE)
    collection.remove([LEFT_OUT])
    # As after a crash: the files of an open collection.
    shutil.copytree(collection.path, tmp_path / "copy")
    assert (tmp_path / "copy" / "ledger.sqlite-wal").stat().st_size
    with open_collection(tmp_path / "copy") as opened:
        assert contents(opened) == contents(collection)


READ_ONLY = """
import os, sys
from dragoman.errors import DragomanError
from dragoman.search.collection import open_collection
with open_collection(sys.argv[2]) as collection:
    collection.search("treat* treaty")  # Python itself may be out of another user's reach
    collection.remove([])
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
with open_collection(sys.argv[1]) as collection:
    print(collection.search("treaty", mode="keyword").total, collection.search("treat* treaty").total)
    try:
        collection.remove(["d0"])
    except DragomanError as error:
        print(error)
"""


@pytest.mark.process
def test_a_read_only_collection_can_be_asked(make_collection: "MakeCollection", open_folder: Path) -> None:
    collection = make_collection(BEFORE)
    collection.close()
    here = open_folder / "collection"
    shutil.copytree(collection.path, here)
    for each in [here, *here.rglob("*")]:
        each.chmod(0o555 if each.is_dir() else 0o444)
    asked = [sys.executable, "-c", READ_ONLY, str(here), str(collection.path)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    found, refused = done.stdout.splitlines()
    assert found == "6 6"
    assert refused.startswith(f"{here / 'writer.lock'}: no permission for user "), done.stderr


# What is retired


def test_retired_segments_are_kept_for_a_while(
    make_collection: "MakeCollection", monkeypatch: pytest.MonkeyPatch
) -> None:
    collection = make_collection(BEFORE)
    collection.add([CHANGED])
    collection.compact()
    assert segment_folders(collection.path) > live_segments(collection)
    monkeypatch.setattr(writer, "GRACE_SECONDS", -1.0)
    time.sleep(0.01)
    collection.remove(["d5"])
    collection.remove(["d4"])
    assert segment_folders(collection.path) == live_segments(collection)
    assert collection.problems() == []
    assert collection.search("treaty", mode="keyword").total == 3


def test_commits_merge_by_themselves(make_collection: "MakeCollection", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "MAX_SEGMENTS", 4)
    monkeypatch.setattr(writer, "COMMIT_PASSAGES", 1)
    collection = make_collection()
    collection.add(BEFORE)
    assert collection.status().segments <= 4
    vectors = {}
    for document in BEFORE:
        snapshot = collection._store.view
        vectors[document.id] = snapshot.vectors(snapshot.find(document.id)).tolist()
    collection.compact()
    snapshot = collection._store.view
    assert collection.status().segments == 1
    assert {each: snapshot.vectors(snapshot.find(each)).tolist() for each in vectors} == vectors
    generation = collection.status().generation
    collection.compact()
    assert collection.status().generation == generation, "there was nothing to do"


def test_segments_stay_within_their_size(make_collection: "MakeCollection", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "SEGMENT_PASSAGES", 2)
    collection = make_collection([*BEFORE, Document("long", "The envoy spoke at length of peace. " * 200)])
    assert contents(collection)["long"].count("envoy") == 200
    assert collection.status().segments == -(-collection.status().passages // 2)
    collection.remove(["d0", "d1", "d2"])
    collection.compact()
    assert collection.status().segments == -(-collection.status().passages // 2)
    assert collection.passages("long")[0].start == 0
