"""How long a collection is open, and where: it is closed, copied, carried to other processes, moved away from."""

import copy
import gc
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dragoman import errors
from dragoman.corpus.document import Document
from dragoman.errors import CollectionClosed, CollectionNotFound, QueryError, SystemRefusal
from dragoman.search.collection import Collection, open_collection

if TYPE_CHECKING:
    from conftest import MakeCollection

LETTERS = [Document(f"letter {n}", f"The envoy wrote letter {n}. The minister signed the treaty.") for n in range(3)]

USES: dict[str, Callable[[Collection], Any]] = {
    "search": lambda collection: collection.search("envoy"),
    "facets": lambda collection: collection.facets("envoy"),
    "contents": lambda collection: collection.contents(),
    "export": lambda collection: collection.export("envoy"),
    "complete": lambda collection: collection.complete("env"),
    "similar": lambda collection: collection.similar("letter 1"),
    "document": lambda collection: collection.document("letter 1"),
    "document_ids": lambda collection: list(collection.document_ids()),
    "fields": lambda collection: collection.fields,
    "settings": lambda collection: collection.settings,
    "generation": lambda collection: collection.generation,
    "version": lambda collection: collection.version,
    "status": lambda collection: collection.status(),
    "problems": lambda collection: collection.problems(),
    "sources": lambda collection: collection.sources(),
    "kept": lambda collection: collection.kept(),
    "at": lambda collection: collection.at("then"),
    "add": lambda collection: collection.add(LETTERS),
    "remove": lambda collection: collection.remove(["letter 1"]),
    "compact": lambda collection: collection.compact(),
    "with": lambda collection: collection.__enter__(),
}


@pytest.fixture
def collection(make_collection: "MakeCollection") -> Collection:
    return make_collection(LETTERS)


def opened_files(folder: Path) -> set[str]:
    """The files below a folder that this process has open, or mapped into memory."""
    names: set[str] = set()
    for link in Path("/proc/self/fd").iterdir():
        try:
            names.add(str(link.readlink()))
        except OSError:  # it was that of the listing
            continue
    names |= {line.split(maxsplit=5)[-1] for line in Path("/proc/self/maps").read_text().splitlines()}
    return {name for name in names if name.startswith(f"{folder.resolve()}/")}


def test_what_has_been_closed_says_so_and_opens_nothing_again(collection: Collection) -> None:
    collection.keep("then")
    collection.search("envoy")
    begun = [collection.export("envoy"), collection.document_ids()]
    collection.close()
    collection.close()
    for name, use in {**USES, "what was begun": lambda _: list(begun.pop())}.items():
        with pytest.raises(CollectionClosed) as closed:
            use(collection)
        assert str(closed.value) == f"the collection at {collection.path} has been closed: open it again", name
    with pytest.raises(CollectionClosed):
        list(begun.pop())
    assert opened_files(collection.path) == set()


@pytest.mark.parametrize("how", ["alone", "side by side", "kept"])
def test_closing_lets_go_of_every_file_at_once(how: str, make_collection: "MakeCollection") -> None:
    first = make_collection(LETTERS, "first")
    make_collection(LETTERS, "second").close()
    if how == "kept":
        first.keep("then")
    first.close()
    folder = first.path.parent
    gc.collect()
    gc.disable()  # what needs it would wait for it, and might wait long
    try:
        path = [first.path, folder / "second"] if how == "side by side" else first.path
        with open_collection(path, at="then" if how == "kept" else None) as opened:
            found = opened.search("envoy", facets=3, explain=True)
            opened.complete("env")
            opened.similar(found.hits[0].passage)
            assert list(opened.export("envoy"))
            assert opened_files(folder)
        assert found.total
        assert opened_files(folder) == set()
    finally:
        gc.enable()


def test_threads_that_are_asking_while_it_is_closed_are_told(collection: Collection) -> None:
    wrong: list[BaseException] = []

    def ask() -> None:
        try:
            while True:
                collection.search("envoy minister", facets=3)
                collection.document("letter 1")
        except CollectionClosed:
            pass
        except BaseException as error:
            wrong.append(error)

    for moment in range(5):
        collection = open_collection(collection.path)
        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for _ in range(moment):
            collection.search("treaty")
        collection.close()
        for thread in threads:
            thread.join()
    assert wrong == []


COPIES: dict[str, Callable[[Any], Any]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda each: pickle.loads(pickle.dumps(each)),
}


@pytest.mark.parametrize("how", COPIES)
def test_a_copy_is_opened_by_its_path_and_closed_by_itself(how: str, collection: Collection) -> None:
    copied = COPIES[how](collection)
    assert copied is not collection
    assert copied.search("envoy").hits == collection.search("envoy").hits
    copied.close()
    assert collection.search("envoy").total == 3
    collection.close()
    with COPIES[how](collection) as again:  # by its path, which is still known
        assert again.search("envoy").total == 3


def test_what_it_answers_with_can_be_copied_as_well(collection: Collection) -> None:
    answers = (
        collection.search("envoy", facets=3, explain=True),
        collection.facets("envoy"),
        collection.fields,
        collection.settings,
        collection.status(),
        collection.complete("env"),
        collection.document("letter 1"),
    )
    for each in answers:
        assert [copied(each) for copied in COPIES.values()] == [each] * len(COPIES)


def test_every_error_can_be_raised_by_a_worker_process() -> None:
    raised = [
        QueryError("the phrase is not closed", 3, "another question"),
        SystemRefusal("/data/ledger", "no room is left on the disk", "make room"),
        errors.MissingExtra("there is no mcp", name="mcp"),
        *(kind("it is so") for kind in vars(errors).values() if isinstance(kind, type) and kind not in (
            QueryError, SystemRefusal
        )),
    ]  # fmt: skip
    for error in raised:
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))
    assert len(raised) > 15


def test_it_stays_where_it_is_when_the_program_goes_elsewhere(
    collection: Collection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(collection.path.parent)
    with open_collection(collection.path.name) as opened:
        pickled = pickle.dumps(opened)
        (tmp_path / "elsewhere").mkdir()
        monkeypatch.chdir(tmp_path / "elsewhere")
        found: list[int] = []
        thread = threading.Thread(target=lambda: found.append(opened.search("envoy").total))
        thread.start()
        thread.join()
        assert found == [3]
        assert opened.add([Document("late", "A late envoy.")]).added == 1
        with pickle.loads(pickled) as again:
            assert again.search("envoy").total == 4
    (tmp_path / "elsewhere").rmdir()
    with pytest.raises(CollectionNotFound, match="lies in a working directory that is gone: give the path in full"):
        open_collection("relative")


PROGRAM = """
import multiprocessing, os, sys
import dragoman

def total_in(collection):
    return os.getpid(), collection.search("envoy").total

if __name__ == "__main__":
    with dragoman.open_collection(sys.argv[1]) as collection:
        assert collection.search("envoy").total == 3
        for method in ("spawn", "fork"):
            with multiprocessing.get_context(method).Pool(1) as pool:
                process, total = pool.apply(total_in, (collection,))
                assert total == 3 and process != os.getpid()
                try:
                    pool.apply(collection.search, ("(envoy",))
                except dragoman.DragomanError as error:
                    assert error.column == 7, error
"""


@pytest.mark.process
def test_other_processes_are_given_it(collection: Collection, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    command = [sys.executable, str(tmp_path / "program.py"), str(collection.path)]
    ran = subprocess.run(command, capture_output=True, check=False, text=True, timeout=100)
    assert (ran.returncode, ran.stderr) == (0, "")
