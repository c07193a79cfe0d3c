"""Processes that are forked off one that has searched: they search and add too, and so does their parent afterwards."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from dragoman.corpus.document import Document
from dragoman.search.collection import open_collection
from support.places import ROOT

BOUND = 60.0
"""Seconds after which a program is taken to hang: it needs a few."""

DOCUMENTS = [Document(f"d{n}", f"The old treaty number {n} was signed. The envoy left for talks.") for n in range(9)]

BEGIN = """
import gc, multiprocessing, os, sys, threading, time
from functools import partial

import dragoman
from dragoman.corpus.document import Document

collection = dragoman.open_collection(sys.argv[1])

def search(question="old treaty envoy", mode="hybrid"):
    hits = collection.search(question, mode=mode, fold=False, facets=3, limit=100)
    return sorted(hit.document.id for hit in hits if collection.document(hit.document.id).text == hit.document.text)

def in_a_child(work):
    child = os.fork()
    if not child:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return child

def end(child):
    assert os.waitpid(child, 0)[1] == 0

def check(wanted):
    assert search() == wanted, (search(), wanted)

everything = search()
assert len(everything) == 9, everything
"""


@pytest.fixture(scope="module")
def made(empty_collections: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("forked") / "collection"
    shutil.copytree(empty_collections[0], path)
    with open_collection(path) as collection:
        collection.add(DOCUMENTS)
    return path


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Callable[[str], None]:
    """Runs a program after BEGIN, with a collection to itself and as many threads as the libraries like."""

    def run(program: str) -> None:
        path = shutil.copytree(made, tmp_path / "collection")
        environment = {name: value for name, value in os.environ.items() if name != "OMP_NUM_THREADS"}
        process = subprocess.Popen(
            [sys.executable, "-c", BEGIN + program, str(path)],
            env=environment,
            cwd=ROOT.parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            told, _ = process.communicate(timeout=BOUND)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)  # it, and the children that it waits for
            told, _ = process.communicate()
            pytest.fail(f"it hangs: {told}")
        assert (process.returncode, told) == (0, ""), told

    return run


def test_a_child_searches(run: Callable[[str], None]) -> None:
    run("""
for _ in range(3):
    end(in_a_child(partial(check, everything)))
    check(everything)
""")


def test_a_child_of_a_child_searches(run: Callable[[str], None]) -> None:
    run("""
def work():
    check(everything)
    end(in_a_child(partial(check, everything)))
    check(everything)

end(in_a_child(work))
""")


def test_threads_of_a_child_search(run: Callable[[str], None]) -> None:
    run("""
def work():
    threads = [threading.Thread(target=answers.append, args=(search(),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [everything] * 4

answers = []
end(in_a_child(work))
""")


def test_a_pool_searches(run: Callable[[str], None]) -> None:
    run("""
with multiprocessing.get_context("fork").Pool(3) as pool:
    assert pool.map(search, ["old treaty envoy"] * 9) == [everything] * 9
check(everything)
""")


def test_children_search_while_their_parents_threads_do(run: Callable[[str], None]) -> None:
    run("""
def ask(mode):
    while not stopping.is_set():
        try:
            search("tre* envoy~ treaty", mode)
            assert collection.generation and collection.contents()
            with dragoman.open_collection(sys.argv[1]) as other:
                other.search("treaty", mode=mode)
        except BaseException as error:
            wrong.append(error)
            raise

wrong, stopping = [], threading.Event()
threads = [threading.Thread(target=ask, args=(mode,), daemon=True) for mode in ("hybrid", "keyword", "meaning")]
for thread in threads:
    thread.start()
for _ in range(12):
    children = [in_a_child(partial(check, everything)) for _ in range(2)]
    for child in children:
        end(child)
stopping.set()
for thread in threads:
    thread.join()
assert not wrong
check(everything)
""")


def test_a_child_adds_a_document_and_its_parent_another(run: Callable[[str], None]) -> None:
    run("""
def add(name):
    assert collection.add([Document(name, "An old treaty, and a new envoy.")]).added == 1
    assert name in search()

add("parents-first")
before = search()
end(in_a_child(partial(add, "childs")))
assert search() == sorted([*before, "childs"])
add("parents-second")
end(in_a_child(partial(add, "second-childs")))
assert search() == sorted([*before, "childs", "parents-second", "second-childs"])
assert collection.problems() == []
""")


def test_what_a_child_commits_outlives_a_parent_that_closes_first(run: Callable[[str], None]) -> None:
    # A child with a connection of its parent's has no locks of its own: the last to close would take its log away.
    run("""
read_end, write_end = os.pipe()

def work():
    check(everything)
    os.read(read_end, 1)  # until the parent has closed the collection
    assert collection.add([Document("late", "An old treaty, and a late envoy.")]).added == 1

child = in_a_child(work)
time.sleep(1)
collection.close()
os.write(write_end, b"x")
end(child)
with dragoman.open_collection(sys.argv[1]) as opened:
    assert opened.document("late") and opened.problems() == []
""")


def test_a_fork_in_the_middle_of_a_change_leaves_the_change_whole(run: Callable[[str], None]) -> None:
    run("""
def work():
    check(everything)
    gc.collect()

def documents():
    yield Document("first", "An old treaty, and a first envoy.")
    end(in_a_child(work))
    thread = threading.Thread(target=lambda: end(in_a_child(work)))
    thread.start()
    thread.join()
    yield Document("second", "An old treaty, and a second envoy.")

assert collection.add(documents()).added == 2
assert search() == sorted([*everything, "first", "second"])
assert collection.problems() == []
""")


def test_a_site_that_was_warmed_up_answers_in_children(run: Callable[[str], None]) -> None:
    run("""
from dragoman.web import create_app

client = create_app(collection, rate="1000/minute").test_client()

def ask():
    answer = client.get("/api/v1/search", query_string={"q": "old treaty envoy"})
    assert answer.status_code == 200 and answer.json["total"] == 9, answer.json
    assert client.get("/?q=old+treaty").status_code == 200

ask()
for child in [in_a_child(ask) for _ in range(3)]:  # as `gunicorn --preload` makes its workers
    end(child)
ask()
""")


def test_a_fork_waits_for_a_thread_that_must_not_be_disturbed(run: Callable[[str], None]) -> None:
    run("""
from dragoman.index.forking import undisturbed

def work():
    with undisturbed():
        entered.set()
        while not forking.is_set():
            pass
        for _ in range(100):  # which a fork that did not wait would come into
            time.sleep(0.001)
            with dragoman.open_collection(sys.argv[1]):  # which registers itself
                pass
        left.append(True)

entered, forking, left = threading.Event(), threading.Event(), []
thread = threading.Thread(target=work)
thread.start()
entered.wait()
os.register_at_fork(before=forking.set)
end(in_a_child(lambda: left[0]))
thread.join()
""")


def test_a_child_has_views_and_an_encoder_of_its_own(run: Callable[[str], None]) -> None:
    run("""
def used():
    store = collection._store.folder
    return store.snapshot(), store.snapshot().stack.segments[0], store.encoder(store.ledger.manifest)

def work():
    check(everything)
    assert all(own is not theirs for own, theirs in zip(used(), parents, strict=True))

parents = used()
end(in_a_child(work))
assert all(own is theirs for own, theirs in zip(used(), parents, strict=True))
""")


def test_a_child_can_compute_what_a_thread_of_its_parent_was_computing(run: Callable[[str], None]) -> None:
    run("""
from functools import cached_property

kinds = [kind for name, module in sys.modules.items() if name.startswith("dragoman") for kind in vars(module).values()]
cached = [each for kind in kinds if isinstance(kind, type) for each in vars(kind).values()]
locks = [each.lock for each in cached if isinstance(each, cached_property) and hasattr(each, "lock")]  # Python 3.11's

def compute():
    for lock in locks:
        lock.acquire()
    computing.set()
    stopping.wait()

computing, stopping = threading.Event(), threading.Event()
threading.Thread(target=compute).start()
computing.wait()
child = in_a_child(lambda: (check(everything), collection.contents(), collection.document("d1").content_hash))
stopping.set()
end(child)
""")


def test_a_child_of_a_process_that_was_changing_the_collection_says_that_it_cannot(run: Callable[[str], None]) -> None:
    run("""
entered, leave = threading.Event(), threading.Event()

def change():
    with collection._store.folder.database.change():
        collection._store.folder.database.set("note", 1)
        entered.set()
        leave.wait()

def work():
    began = time.monotonic()
    try:
        collection.remove(["d1"], lock_timeout=1)
    except dragoman.DragomanError as error:
        assert "forked while its parent was changing the collection" in str(error), error
    else:
        raise AssertionError("it was changed")
    assert time.monotonic() - began < 10

thread = threading.Thread(target=change)
thread.start()
entered.wait()
child = in_a_child(work)
end(child)
leave.set()
thread.join()
check(everything)
""")
