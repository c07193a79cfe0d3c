"""Names that are no UTF-8 or not printable stop nothing; and neither does a fault that nobody foresaw."""

import os
import re
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dragoman.corpus.document import Document
from dragoman.corpus.readers import text as text_reader
from dragoman.corpus.readers.files import path_id, path_named
from dragoman.errors import DragomanError
from dragoman.index.feeding.feeder import source_name, source_named
from dragoman.index.feeding.watcher import Watch
from dragoman.search.collection import open_collection
from dragoman.search.making import create_collection

if TYPE_CHECKING:
    from conftest import MakeCollection

    from support.programs import Programs

LATIN = os.fsdecode(b"caf\xe9")
ODD = (LATIN, os.fsdecode(b"\xff\xfe"), "line\nbreak", "no\N{NO-BREAK SPACE}break", "right\u202eleft", "bell\x07")


def write(folder: Path, *names: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / f"{name}.txt").write_bytes(b"The consul of " + os.fsencode(name).hex().encode() + b" wrote home.")


@pytest.mark.parametrize(
    "name", ["plain", r"caf\xe9", r"c:\xerox", r"\x5cxe9", "Brontë 習近平", *ODD, f"{LATIN}\\xe9\n", "*[?"]
)
def test_a_path_as_text_leads_back_to_the_file_and_is_no_other_files(name: str, tmp_path: Path) -> None:
    text = path_id(tmp_path / name)
    assert text.isprintable()
    assert path_named(text) == str(tmp_path / name)
    assert source_named(source_name(str(tmp_path / name))) == str(tmp_path / name)


def test_different_names_have_different_texts() -> None:
    names = [LATIN, r"caf\xe9", r"caf\x5cxe9", os.fsdecode(b"caf\xe8"), "café"]
    assert len({path_id(name) for name in names}) == len(names)
    assert path_id(f"/{LATIN}.md") == r"/caf\xe9.md"


@pytest.mark.parametrize("name", ODD)
def test_files_and_folders_of_any_name_are_read_known_again_and_missed(
    name: str, make_collection: "MakeCollection", tmp_path: Path
) -> None:
    folder = tmp_path / "letters"
    write(folder, "good", name)
    write(folder / name, "within")
    collection = make_collection()
    report = collection.feed([folder])
    assert (report.added, report.skipped) == (3, ())
    assert collection.search("consul", fold=False).total == 3
    assert collection.feed([folder]).unchanged == 3
    (folder / f"{name}.txt").unlink()
    assert collection.feed([folder]).removed == 1
    assert collection.feed([folder / name]).unchanged == 1  # a source by itself


def test_watch_takes_in_what_has_such_a_name(
    programs: "Programs", make_collection: "MakeCollection", tmp_path: Path
) -> None:
    make_collection().close()
    write(tmp_path / LATIN, LATIN)
    watching = programs.start(
        "dragoman",
        *("watch", tmp_path / LATIN, "--every", "0.1", "--collection", tmp_path / "collection"),
        text=True,
        encoding="utf-8",
    )
    with watching:
        assert watching.stdout
        assert watching.stderr
        assert "1 added" in watching.stdout.readline()
        write(tmp_path / LATIN, "good")
        assert "1 added" in watching.stdout.readline()
        watching.terminate()


def test_a_collections_own_name_must_be_utf8(programs: "Programs", tmp_path: Path) -> None:
    write(tmp_path, "good")
    for arguments in (("index", tmp_path), ("add", tmp_path), ("status",), ("watch", tmp_path), ("serve",)):
        ran = programs("dragoman", *arguments, "--collection", tmp_path / LATIN)
        assert (ran.code, ran.err.count("\n")) == (2, 1)
        assert r"caf\xe9 is not: rename the folder" in ran.err
    for opening in (open_collection, create_collection):
        with pytest.raises(DragomanError, match="must be UTF-8"):
            opening(tmp_path / LATIN)
    assert not (tmp_path / LATIN).exists()


@pytest.mark.parametrize("command", ["show", "remove", "similar"])
def test_an_id_that_is_no_utf8_is_one_that_nothing_has(command: str, programs: "Programs") -> None:
    ran = programs("dragoman", command, LATIN)
    assert (ran.code, ran.err.count("\n")) == (2, 1)
    assert "in the collection" in ran.err


# What nobody foresaw


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader of plain text with a fault that shows in some files."""
    read = text_reader.read

    def faulty_read(source: Any, options: Any) -> Iterator[Any]:
        if "bad" in source.name:
            raise ZeroDivisionError("division\nby zero")
        return read(source, options)

    monkeypatch.setattr(text_reader, "read", faulty_read)


@pytest.mark.usefixtures("faulty")
def test_a_fault_of_a_readers_costs_that_file_alone(make_collection: "MakeCollection", tmp_path: Path) -> None:
    write(tmp_path / "letters", "a", "bad", "c")
    report = make_collection().feed([tmp_path / "letters"])
    assert report.added == 2
    (skipped,) = report.skipped
    assert skipped.origin.endswith("bad.txt")
    assert skipped.reason == "a fault in Dragoman itself (ZeroDivisionError: division by zero): please report it"


def test_a_fault_in_splitting_costs_that_document_alone(
    make_collection: "MakeCollection", monkeypatch: pytest.MonkeyPatch
) -> None:
    from dragoman.index.writing import admission

    split = admission.split_passages
    monkeypatch.setattr(admission, "split_passages", lambda each: split(each) if each.id != "bad" else {}["bad"])
    report = make_collection().add([Document(id=name, text=f"The consul of {name}.") for name in ("a", "bad", "c")])
    assert (report.added, [each.origin for each in report.skipped]) == (2, ["bad"])


def test_a_watch_goes_on_after_whatever_goes_wrong(
    make_collection: "MakeCollection", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dragoman.index.feeding import watcher as watching

    collection = make_collection()
    write(tmp_path / "letters", "a")
    write(tmp_path / "others", "b")
    news, complaints, told, looked = watching.news, [], [], []
    collection.feed([tmp_path / "letters", tmp_path / "others"])

    def faulty_news(sources: Any, source: str, feeding: Any) -> str:
        looked.append(source)
        if len(looked) > 20:  # lest it go on without end where it does not come to the others
            raise KeyboardInterrupt
        if source.endswith("letters"):
            raise ZeroDivisionError("division by zero")
        return news(sources, source, feeding)

    def tell(report: Any) -> None:
        told.append(report)
        write(tmp_path / "others", "c")
        if len(told) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(watching, "news", faulty_news)
    monkeypatch.setattr(watching, "SETTLE_SECONDS", 0.0)
    watch = Watch(
        tmp_path / "collection",
        (),
        every=0.01,
        urls_every=1,
        lock_timeout=1,
        tell=tell,
        complain=complaints.append,
        stop=threading.Event(),
    )
    with pytest.raises(KeyboardInterrupt):
        watch.run()
    assert told[1].added == 1
    (complaint,) = complaints  # once, while it lasts
    assert "letters: a fault in Dragoman itself (ZeroDivisionError: division by zero)" in complaint


@pytest.mark.process
def test_a_server_goes_on_after_a_fault_in_its_loop(make_collection: "MakeCollection", tmp_path: Path) -> None:
    make_collection([Document(id="a", text="The consul wrote home.")]).close()
    code = """
import sys
import threading
from waitress import wasyncore
from dragoman.__main__ import main
loop, faults = wasyncore.loop, [ZeroDivisionError("planted")]
def faulty(*arguments, **options):
    if faults:
        raise faults.pop()
    return loop(*arguments, **options)
wasyncore.loop = faulty
sys.argv[0] = "dragoman"
main()
"""
    command = [sys.executable, "-c", code, "serve", "--port", "0", "--collection", str(tmp_path / "collection")]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr
        said: list[str] = []
        try:
            for line in server.stderr:
                said.append(line)
                if found := re.search(r"http://\S+", line):
                    with urllib.request.urlopen(f"{found[0]}api/v1/search?q=consul", timeout=30) as answer:
                        assert answer.status == 200
                    break
        finally:
            server.terminate()
        said += server.stderr
    assert any("planted" in line for line in said)
