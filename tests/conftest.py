"""Fixtures shared by tests, the marks that they get, and what continuous integration does not let pass.

A test under tests/browser is `browser`, one that runs the programs is `process`, one whose file or fixtures make
collections with an encoder is `collection`, one that reads data beside the checkout says which:
`@pytest.mark.shared("seeds")`. Every other test is `unit`.
"""

import json
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import pytest

from dragoman.corpus.document import Document
from dragoman.corpus.read import read
from dragoman.search.collection import Collection, open_collection
from dragoman.search.making import create_collection
from support.folders import add_with_vectors
from support.hostile import HOSTILE
from support.places import BRIEFS, ROOT, SHARED
from support.programs import Programs, Ran, finished, run_here
from support.shelf import Shelf
from support.tiny_model import make_tiny_model

# Threads of a model this small wait for each other far longer than they work, above all on a busy machine.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# What a shell starts in the background ignores Ctrl-C, and so would all that it starts, for which the tests then wait.
signal.signal(signal.SIGINT, signal.default_int_handler)

MakeCollection: TypeAlias = Callable[..., Collection]
MAKING = {"create_collection", "open_collection"}
Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

IN_CI = os.environ.get("CI") == "true"
MACHINE = ("only root can", "this Python does not know yet", "cannot be installed beside", "about graphics cards")
"""How the reasons begin for which a test may be skipped anywhere: what a machine is, and not what it lacks."""


def pytest_configure(config: pytest.Config) -> None:
    """Give all processes of a run one cache of its own: what is cached at home would be tested otherwise."""
    if not hasattr(config, "workerinput"):
        cache = tempfile.TemporaryDirectory(prefix="dragoman-tests-")
        config.add_cleanup(cache.cleanup)
        os.environ["XDG_CACHE_HOME"] = cache.name


@pytest.hookimpl(tryfirst=True)  # before -m selects
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with its kind."""
    for item in items:
        if item.path.is_relative_to(ROOT / "tests" / "browser"):
            item.add_marker("browser")
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & {"programs", "here"}:
            item.add_marker("process")
        if fixtures & {"tiny_models"} or vars(getattr(item, "module", None) or item).keys() & MAKING:
            item.add_marker("collection")
        if not any(item.get_closest_marker(kind) for kind in ("process", "browser", "shared", "collection")):
            item.add_marker("unit")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose data is not beside this checkout."""
    for mark in item.iter_markers("shared"):
        for path in (SHARED / name for name in mark.args):
            if not path.exists():
                pytest.skip(f"the shared data is not beside this checkout: no {path}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In continuous integration, let a test fail that is skipped for what is missing."""
    return forbid_absence((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """In continuous integration, let a file fail that is skipped for what is missing."""
    return forbid_absence((yield))


def forbid_absence(report: Report) -> Report:
    """In continuous integration, turn a skipped test into a failed one, unless the reason is what the machine is."""
    if IN_CI and report.skipped and not hasattr(report, "wasxfail") and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2].removeprefix("Skipped: ")
        if not reason.startswith(MACHINE):
            report.outcome, report.longrepr = "failed", f"continuous integration must not skip this: {reason}"
    return report


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
    """Makes collections with a tiny model, at `tmp_path / name`, and closes them in the end.

    What is in them is as a merge leaves it. What is added to them later has its vectors beside its segment.
    """
    opened: list[Collection] = []

    def make(documents: Iterable[Document] = (), name: str = "collection", **options: Any) -> Collection:
        shutil.copytree(empty_collections[0], tmp_path / name)
        collection = open_collection(tmp_path / name, **options)
        opened.append(collection)
        if documents:
            add_with_vectors(collection, documents)
        return collection

    yield make
    for collection in opened:
        collection.close()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can read, unlike pytest's."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    for each in [folder, *folder.rglob("*")]:
        each.chmod(0o755)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def briefs() -> list[Document]:
    """The documents that ship with the package."""
    return sorted((each for each in read([BRIEFS]) if isinstance(each, Document)), key=lambda each: each.id)


@pytest.fixture
def here(programs: Programs, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Runs `dragoman` within this process, which has to load the model only once."""
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, programs.environment[name])

    return partial(run_here, capfd)


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Runs `dragoman` within this process, with a cache of its own and no collection of the user's."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("DRAGOMAN_COLLECTION", raising=False)
    return partial(run_here, capfd)


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Programs:
    """The programs, after three first calls at the same moment, which made the user's collection of the briefs."""
    started = Programs(tmp_path_factory.mktemp("home"))
    together = [started.start("search", "Nara", "--format", "json") for _ in range(3)]
    started.first_calls += [finished(process) for process in together]
    return started


@pytest.fixture(scope="session")
def hostile(programs: Programs, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection of documents that mean no good."""
    folder = tmp_path_factory.mktemp("hostile") / "hostile.idx"
    records = "".join(json.dumps(record) + "\n" for record in HOSTILE).encode()
    ran = programs("dragoman", "index", "-", "--as", "jsonl", "--collection", folder, stdin=records)
    assert (ran.code, ran.err) == (0, "")
    return folder


@pytest.fixture
def copy(programs: Programs, tmp_path: Path) -> Path:
    """A copy of the collection of the briefs, to be spoilt."""
    return shutil.copytree(programs.collection, tmp_path / "copy.idx")
