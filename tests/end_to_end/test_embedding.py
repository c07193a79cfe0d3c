"""Dragoman inside another program: names of its own, nothing heavy, nothing printed, shared among threads."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import dragoman

if TYPE_CHECKING:
    from support.programs import Programs

HOST = {
    "search.py": "def find(): return 'the search of the host'\n",
    "index.py": "NAME = 'the index of the host'\n",
    "corpus.py": "raise AssertionError('nobody asked for this')\n",
    "errors.py": "class HostError(Exception): ...\n",
    "terminal.py": "raise AssertionError('nobody asked for this')\n",
    "web/__init__.py": "",
    "web/pages.py": "import search\ntitle = search.find()\n",
    "main.py": """
import sys
import index, search, errors
from web import pages
import dragoman

with dragoman.open_collection(sys.argv[1]) as collection:
    hit = collection.search('"strategic partnership" -Macron').hits[0]
    collection.search("shuttl* Japn~")
from dragoman.web.app import create_app  # its web, beside the host's
print(pages.title, index.NAME, errors.HostError.__name__, hit.document.id, sep="; ")
for name in ("search", "index", "errors", "web"):
    assert sys.modules[name].__file__.startswith(sys.path[0]), name
""",
}


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """An application with modules that are called as Dragoman's are."""
    for name, content in HOST.items():
        path = tmp_path / "host" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return tmp_path / "host"


def test_a_host_with_modules_of_the_same_names_embeds_it(programs: "Programs", host: Path) -> None:
    ran = subprocess.run(
        [sys.executable, host / "main.py", programs.collection],
        env=programs.environment,
        capture_output=True,
        check=False,
        cwd=host,
        text=True,
    )
    assert ran.stderr == ""
    assert ran.stdout == ("the search of the host; the index of the host; HostError; briefs/wong-lee-seoul\n")


@pytest.mark.process
def test_importing_loads_nothing() -> None:
    script = """
import sys
before = set(sys.modules)
import dragoman
dir(dragoman), dragoman.__version__
print(*sorted({name.partition(".")[0] for name in set(sys.modules) - before} - sys.stdlib_module_names))
print(*{"asyncio", "json", "sqlite3", "subprocess"} & set(sys.modules) - before)
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)
    assert ran.stdout.split() == ["dragoman"]


def test_all_public_names_are_there() -> None:
    for name in dragoman.__all__:
        assert getattr(dragoman, name) is not None
    assert set(dragoman.__all__) <= set(dir(dragoman))
    assert sorted(dragoman.__all__) == dragoman.__all__
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        _ = dragoman.nonsense  # pyright: ignore[reportAttributeAccessIssue]


def test_results_are_frozen(programs: "Programs") -> None:
    with dragoman.open_collection(programs.collection) as collection:
        results = collection.search("Lee Macron strategic partnership", explain=True)
    hit = results.hits[0]
    assert tuple(results) == results.hits
    frozen: list[Any] = [results, hit, hit.document, hit.highlights[0], hit.keyword, hit.meaning, hit.explanation]
    for each in frozen:
        for name in (field.name for field in fields(each)):
            assert not isinstance(getattr(each, name), list), f"{type(each).__name__}.{name}"
            with pytest.raises(FrozenInstanceError):
                setattr(each, name, None)


QUESTIONS = (
    '"strategic partnership" -Macron',
    "what did France ask about quantum and space",
    "shuttl* Japn~",
    "country:Japan date:2026-01",
    "shutle diplomasy",
    "title:summit Lee",
    "Xi Trump Busan",
    "nuclear submarines",
)


def test_eight_threads_share_a_collection(programs: "Programs") -> None:
    def answer(question: str) -> list[Any]:
        results = collection.search(question, explain=True)
        near = [hit.passage for hit in collection.similar(results.hits[0].passage)] if results.hits else []
        return [results.total, results.suggestion, results.hits, near]

    with dragoman.open_collection(programs.collection) as collection:
        alone = [answer(question) for question in QUESTIONS]
    with dragoman.open_collection(programs.collection) as collection, ThreadPoolExecutor(8) as threads:
        for _ in range(4):
            assert list(threads.map(answer, QUESTIONS)) == alone


def test_a_collection_closed_by_another_thread_leaves_no_handle(programs: "Programs") -> None:
    collection = dragoman.open_collection(programs.collection)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda question: collection.search(question).total, QUESTIONS))
    collection.close()
    open_files = [link.readlink() for link in Path("/proc/self/fd").iterdir() if link.exists()]
    ledgers = [path for path in open_files if path.name.startswith("ledger.sqlite")]
    assert not [path for path in ledgers if path.parent == collection.path.resolve()]


def test_nothing_is_printed(
    programs: "Programs",
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", programs.environment["XDG_CACHE_HOME"])
    (tmp_path / "bad.txt").write_bytes(bytes(range(256)) * 50)
    (tmp_path / "good.txt").write_text("The envoy arrived in Geneva. Talks on fisheries began.")
    with dragoman.create_collection(tmp_path / "new.idx") as collection:
        report = collection.add(dragoman.read([tmp_path]))
        assert (report.added, len(report.skipped) > 0) == (1, True)
        assert collection.search("fisheries talks").total == 1
        assert collection.search("fishries").suggestion == "fisheries"
        with pytest.raises(dragoman.DragomanError):
            collection.search("country:(Geneva")
        with pytest.raises(dragoman.DragomanError):
            collection.document("nobody")
        collection.remove([collection.search("Geneva").hits[0].document.id])
        collection.compact()
        assert collection.search("Geneva").total == 0
    assert capfd.readouterr() == ("", "")
