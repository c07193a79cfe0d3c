"""Fixtures shared by tests: quick snapshots with made-up vectors, quick collections, and the real programs."""

import os
import shutil
import subprocess
import sysconfig
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray

from dragoman.__main__ import dragoman
from dragoman.corpus.document import Document, Span
from dragoman.corpus.read import read
from dragoman.index.encoding.query_encoder import EncoderInfo
from dragoman.index.ledger.database import Database
from dragoman.index.ledger.ledger import Ledger
from dragoman.index.reading.snapshot import Snapshot
from dragoman.index.segments.encoded_passage import EncodedPassage
from dragoman.index.segments.segment import Segment, SegmentWriter
from dragoman.index.writing.store import built_with
from dragoman.search.cli.terminal import run
from dragoman.search.collection import Collection, open_collection
from dragoman.search.making import create_collection
from support.places import BRIEFS
from support.tiny_model import make_tiny_model

# Threads of a model this small wait for each other far longer than they work, above all on a busy machine.
os.environ.setdefault("OMP_NUM_THREADS", "1")

DIMENSION = 8
SENTENCE = np.ones((1, DIMENSION), np.int8)

MakeCollection: TypeAlias = Callable[..., Collection]


class Shelf:
    """Segments and a ledger without an encoder: every line of a document is a passage, its vector made up from it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        info = EncoderInfo("made up", "", DIMENSION, 64, "", "", True, "float32", "mean", "int8", "", "")
        settings: dict[str, Any] = {**built_with(), "encoder": asdict(info), "floors": [0.2, 0.1]}
        folder.mkdir()
        self.database = Database.create(folder / "ledger.sqlite", settings)
        self.ledger = Ledger(self.database)
        self._segments: dict[str, Segment] = {}

    def add(self, *documents: Document) -> None:
        """Write a segment of these documents, which replace those of the same ids."""
        with self.database.change():
            rows = []
            for document in documents:
                if known := self.ledger.live_version(document.id):
                    self.ledger.retire_document(known.version)
                version, start = self.ledger.add_document(document), 0
                for line in document.text.split("\n"):
                    rows.append((version, document, Span(start, start + len(line)), made_up_vector(document.id, line)))
                    start += len(line) + 1
            self._write(rows)

    def remove(self, *ids: str) -> None:
        """Delete documents."""
        with self.database.change():
            for document_id in ids:
                known = self.ledger.live_version(document_id)
                assert known
                self.ledger.retire_document(known.version)

    def compact(self) -> None:
        """Write all that is live into one new segment, the newest passages first."""
        snapshot = self.snapshot()
        with self.database.change():
            rows = []
            for number, _ in reversed(self.ledger.state().segments):
                for version, passages in snapshot.live_by_document(number):
                    document = self.ledger.document(version)
                    assert document
                    rows += [(version, document, stored.span, stored.vector) for stored in passages]
                self.ledger.retire_segment(number)
            self._write(rows)

    def snapshot(self) -> Snapshot:
        """What is on the shelf now."""
        state = self.ledger.state()
        return Snapshot(self.ledger, state, [self._segments[name] for _, name in state.segments])

    def _write(self, rows: Iterable[tuple[int, Document, Span, NDArray[np.float32]]]) -> None:
        name = f"segment{len(self._segments)}"
        writer = SegmentWriter(self.folder / name, DIMENSION)
        number = self.ledger.add_segment(name)
        kept = [
            (
                writer.add(EncodedPassage(version, document, span, vector, [span], SENTENCE)),
                version,
                span.start,
                span.end,
            )
            for version, document, span, vector in rows
        ]
        self._segments[name] = writer.close()
        self.ledger.add_passages(number, kept)


def made_up_vector(document_id: str, text: str) -> NDArray[np.float32]:
    """A unit vector that depends on nothing but the passage."""
    vector = np.random.default_rng(zlib.crc32(f"{document_id} {text}".encode())).standard_normal(DIMENSION)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


@pytest.fixture(scope="module")
def make_shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Shelf]]:
    """Makes empty shelves."""
    shelves: list[Shelf] = []

    def make() -> Shelf:
        shelves.append(Shelf(tmp_path_factory.mktemp("shelf") / "here"))
        return shelves[-1]

    yield make
    for shelf in shelves:
        shelf.database.close()


@pytest.fixture
def shelf(make_shelf: Callable[[], Shelf]) -> Shelf:
    """An empty shelf."""
    return make_shelf()


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folders of two tiny models of the same dimension with different weights."""
    folder = tmp_path_factory.mktemp("models")
    return make_tiny_model(folder / "first", seed=1), make_tiny_model(folder / "second", seed=2)


@pytest.fixture(scope="session")
def empty_collections(
    tiny_models: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, Path]]:
    """An empty collection for each of the tiny models. Copy them; the encoders' cache goes with the session."""
    folder = tmp_path_factory.mktemp("empty")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        for name, model in zip(("first", "second"), tiny_models, strict=True):
            create_collection(folder / name, model=str(model)).close()
        yield folder / "first", folder / "second"


@pytest.fixture
def make_collection(empty_collections: tuple[Path, Path], tmp_path: Path) -> Iterator[MakeCollection]:
    """Makes collections with a tiny model, at `tmp_path / name`, and closes them in the end."""
    opened: list[Collection] = []

    def make(documents: Iterable[Document] = (), name: str = "collection", **options: Any) -> Collection:
        shutil.copytree(empty_collections[0], tmp_path / name)
        collection = open_collection(tmp_path / name, **options)
        opened.append(collection)
        if documents:
            collection.add(documents)
        return collection

    yield make
    for collection in opened:
        collection.close()


@pytest.fixture(scope="session")
def briefs() -> list[Document]:
    """The documents that ship with the package."""
    return sorted((each for each in read([BRIEFS]) if isinstance(each, Document)), key=lambda each: each.id)


class Ran(NamedTuple):
    """What a program did: its exit code, standard output and standard error."""

    code: int
    out: str
    err: str


class Programs:
    """The real `search` and `dragoman`, as processes with a data and a cache folder of their own."""

    def __init__(self, home: Path) -> None:
        strangers = ("DRAGOMAN_", "NO_COLOR", "COLUMNS", "LINES", "LESS", "PAGER", "PYTHONIOENCODING", "PYTEST_")
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(strangers)},
            "XDG_DATA_HOME": str(home / "data"),
            "XDG_CACHE_HOME": str(home / "cache"),
            "HF_HUB_OFFLINE": "1",
            "TERM": "xterm",
        }
        self.collection = home / "data" / "dragoman" / "collection"
        self.first_calls: list[Ran] = []

    def command(self, name: str, *arguments: str | Path) -> list[str]:
        """The command line of a program."""
        return [str(Path(sysconfig.get_path("scripts")) / name), *map(str, arguments)]

    def start(self, name: str, *arguments: str | Path, **options: Any) -> subprocess.Popen[Any]:
        """A program that runs."""
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        settings: dict[str, Any] = {"env": self.environment, **pipes, **options}
        return subprocess.Popen(self.command(name, *arguments), **settings)

    def __call__(self, name: str, *arguments: str | Path, stdin: bytes = b"", **variables: str) -> Ran:
        """Run a program to its end, with these environment variables."""
        return finished(self.start(name, *arguments, env={**self.environment, **variables}), stdin)


def finished(process: subprocess.Popen[Any], stdin: bytes | None = None) -> Ran:
    """What a program did once it has ended; nothing that it writes is lost."""
    with process:
        out, err = process.communicate(stdin, timeout=300)
    return Ran(process.returncode, *((each or b"").decode("utf-8", "surrogateescape") for each in (out, err)))


@pytest.fixture
def here(programs: Programs, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Runs `dragoman` within this process, which has to load the model only once."""
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, programs.environment[name])

    def call(*arguments: str | Path) -> Ran:
        capfd.readouterr()
        with pytest.raises(SystemExit) as left:
            run(dragoman, "dragoman", [str(each) for each in arguments])
        out, err = capfd.readouterr()
        return Ran(int(left.value.code or 0), out, err)

    return call


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Programs:
    """The programs, after three first calls at the same moment, which made the user's collection of the briefs."""
    started = Programs(tmp_path_factory.mktemp("home"))
    together = [started.start("search", "Nara", "--format", "json") for _ in range(3)]
    started.first_calls += [finished(process) for process in together]
    return started
