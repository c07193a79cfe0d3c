"""Files that are read ahead by other processes: the same comes out, in the same order, and nothing stays behind."""

import gzip
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dragoman.corpus.document import Document
from dragoman.corpus.read import read
from dragoman.corpus.readers import ahead
from dragoman.corpus.readers.ahead import ReadingAhead
from dragoman.corpus.readers.contract import ReadOptions, Skipped
from dragoman.corpus.readers.opening import find
from dragoman.corpus.readers.support import apart
from dragoman.corpus.readers.support.apart import Apart

PAGE = "<html><head><title>Note {0}</title></head><body><article><p>{1}</p></article></body></html>"
COUNT = 12
STORY = "The ambassador of country {0} called on the minister and left a note about the treaty of the straits. "


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files of several formats, some of which hold many documents, or cannot be read."""
    made = tmp_path / "sources"
    made.mkdir()
    for number in range(COUNT):
        text = STORY.format(number) * 3
        (made / f"{number:02}.html").write_text(PAGE.format(number, text))
        (made / f"{number:02}.md").write_text(f"---\ntitle: Note {number}\n---\n{text}")
        (made / f"{number:02}.txt").write_text(f"Menu\nHome | About\n\n{text}")
    (made / "packed.txt.gz").write_bytes(gzip.compress(STORY.encode()))
    (made / "records.jsonl").write_text("\n".join(f'{{"id": "r{n}", "text": "{STORY}"}}' for n in range(5)))
    (made / "empty.txt").write_text("")
    (made / "broken.pdf").write_bytes(b"%PDF-1.7 nothing")
    (made / "picture.png").write_bytes(b"")
    return made


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other processes from the first file on, which do all the work that they can."""
    monkeypatch.setattr(ahead, "WORTH_SECONDS", -1)
    monkeypatch.setattr(ahead, "cores", lambda: 3)
    monkeypatch.setattr(ReadingAhead, "_help", lambda *_, **__: None)


def test_the_same_comes_out_in_the_same_order(folder: Path, others: None, monkeypatch: pytest.MonkeyPatch) -> None:
    found = list(read([folder]))
    monkeypatch.undo()
    assert found == list(read([folder]))
    assert sum(isinstance(each, Document) for each in found) == 3 * COUNT + 6
    assert sum(isinstance(each, Skipped) for each in found) == 3


def test_who_waits_helps(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = list(read([folder]))
    monkeypatch.setattr(ahead, "WORTH_SECONDS", -1)
    monkeypatch.setattr(ahead, "cores", lambda: 2)
    assert list(read([folder])) == expected


def test_one_that_is_just_being_started_when_reading_ends_is_ended_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "WORTH_SECONDS", -1)
    monkeypatch.setattr(ahead, "cores", lambda: 2)
    started, is_over = list[Any](), threading.Event()

    def start(memory: int) -> Any:
        started.append(process := own_start(memory))
        is_over.wait(10)
        time.sleep(0.1)  # in which it is ended
        return process

    def end(process: Apart) -> None:
        is_over.set()
        own_end(process)

    own_start, own_end = apart._start, Apart.end
    monkeypatch.setattr(apart, "_start", start)
    monkeypatch.setattr(Apart, "end", end)
    assert len(list(read([folder]))) > COUNT
    assert started
    assert all(each.returncode is not None for each in started)


def test_where_no_process_can_be_started_all_is_read_here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected, threads = list(read([folder])), set[str]()
    monkeypatch.setattr(ahead, "WORTH_SECONDS", -1)
    monkeypatch.setattr(ahead, "cores", lambda: 3)
    monkeypatch.setattr(apart, "_start", lambda _: None)

    def noted(*given: Any) -> list[Document | Skipped]:
        threads.add(threading.current_thread().name)
        return own(*given)

    own = ahead._read
    monkeypatch.setattr(ahead, "_read", noted)
    assert list(read([folder])) == expected
    assert threads == {threading.main_thread().name}


def test_a_format_that_is_named_is_the_one_they_read_in(
    tmp_path: Path, others: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        (tmp_path / f"{number}.log.gz").write_bytes(gzip.compress(STORY.format(number).encode()))
    (tmp_path / "4.log").write_text(STORY.format(4))
    texts = [each.text for each in read([tmp_path], options=ReadOptions(format="text")) if isinstance(each, Document)]
    assert texts == [STORY.format(number).strip() for number in range(5)]


def started(reading: ReadingAhead) -> Iterator[int]:
    """The ids of the processes that run."""
    for process in reading._processes.values():
        if process._process is not None:
            yield process._process.pid


def test_nothing_stays_behind_when_nobody_asks_any_more(folder: Path, others: None) -> None:
    with ReadingAhead() as reading:
        next(reading.read(find(folder, ReadOptions()), ReadOptions()))
        running = list(started(reading))
        assert running
    for process in running:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)
    assert not any(thread.is_alive() for thread in reading._processes)


def test_a_process_that_breaks_down_costs_the_file_that_it_reads(folder: Path, others: None) -> None:
    paths: list[Path] = []
    lost: list[str] = []
    with ReadingAhead() as reading:
        for file, found in reading.read(find(folder, ReadOptions()), ReadOptions()):
            if isinstance(file, Skipped):
                continue
            paths.append(file.path)
            results = list(found)
            assert results
            lost += [each.origin for each in results if isinstance(each, Skipped) and "breaks what" in each.reason]
            if len(paths) == 5:
                for process in list(started(reading)):
                    os.kill(process, signal.SIGKILL)
    assert paths == sorted(path for path in folder.iterdir() if path.suffix != ".png")
    assert len(lost) <= 2
    assert {*lost} <= {*map(str, paths)}
