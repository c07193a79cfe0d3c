"""Files read ahead: by as many processes as there are cores, given in order, and only a few of them at a time.

To read a web page or a PDF, and to clean it, takes longer than to index it. Who reads few files, or quick ones, starts
no process for them. Nobody waits idly: what no other process has begun to read, the one that asks reads itself.
"""

import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, wait
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Final, NamedTuple, Protocol, Self, TypeVar

from ...cores import cores
from ...errors import UnreadableSource
from ..document import Document
from .contract import MEGABYTE, Format, ReadOptions, Skipped
from .files import shown_name
from .opening import read_file
from .registry import format_named, unpacking
from .support.apart import Apart, is_possible

WORTH_SECONDS: Final = 3.0
"""So long files are read by the process that asks for them alone: another takes a second or two to start."""

MOST_FILES: Final = 32
"""So many files are read ahead at most."""

MOST_BYTES: Final = 64 * MEGABYTE
"""So many bytes they have together, unless one alone has more."""


_A_MOMENT = 1.0  # seconds


class File(Protocol):
    """A file to be read, with whatever else is known of it."""

    @property
    def path(self) -> Path:
        """Where it is."""
        ...

    @property
    def form(self) -> Format:
        """The format that it is read in."""
        ...


_File = TypeVar("_File", bound=File)


class _Waiting(NamedTuple):
    """What waits for its turn, with its bytes, and what is in it if it is read ahead."""

    file: Any
    size: int = 0
    found: Future[list[Document | Skipped]] | None = None


class _Task(NamedTuple):
    """A file for a process to read."""

    path: Path
    form: str
    options: ReadOptions
    found: Future[list[Document | Skipped]]


class ReadingAhead:
    """Reads files, and others ahead of them once that is worth it; the processes end with the context.

    Files of many documents are read where they are asked for, document by document, and so are those in which text is
    recognised, which takes all cores for each, and those of other packages' formats.
    """

    def __init__(self) -> None:
        self._spent = 0.0
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._processes: dict[Thread, Apart] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(Empty):
            while True:
                self._tasks.get_nowait()
        for each in self._processes.values():
            self._tasks.put(None)
            each.end()
        for thread, each in self._processes.items():
            thread.join()
            each.end()  # it may have been started once more

    def read(
        self, files: Iterable[_File | Skipped], options: ReadOptions
    ) -> Iterator[tuple[_File | Skipped, Iterable[Document | Skipped]]]:
        """Read files.

        Args:
            files: What is to be read, taken as there is room for it; what is skipped comes as it is.
            options: How it is read.

        Yields:
            Each in its turn, with what is in it: see `opening.read_file`.
        """
        waiting: deque[_Waiting] = deque()
        taken = 0
        for file in files:
            waiting.append(self._begun(file, options))
            taken += waiting[-1].size
            while waiting and (waiting[0].found is None or len(waiting) > MOST_FILES or taken > MOST_BYTES):
                taken -= waiting[0].size
                yield self._found(waiting.popleft(), options)
        while waiting:
            yield self._found(waiting.popleft(), options)

    def _begun(self, file: File | Skipped, options: ReadOptions) -> _Waiting:
        if isinstance(file, Skipped) or not _may_go_ahead(file.form, options):
            return _Waiting(file)
        task = _Task(file.path, file.form.name, options, Future())
        if not self._processes and self._spent > WORTH_SECONDS:
            self._start(task)
        if not self._processes:
            return _Waiting(file)
        self._tasks.put(task)
        return _Waiting(file, _size(file.path), task.found)

    def _start(self, first: _Task) -> None:
        """Start the processes; the file is one of those that they will read."""
        for _ in range(cores() - 1 if is_possible() else 0):
            process = Apart(memory=0)
            # Nobody waits for it when the program ends: without it, the process ends by itself.
            thread = Thread(target=self._work, args=(process, first), name="reading ahead", daemon=True)
            self._processes[thread] = process
            thread.start()

    def _work(self, process: Apart, first: _Task) -> None:
        """In a thread: have a process read one file after the other. One that breaks it ends no other.

        Where no process can be started, the files are left to whoever waits: readers are not made for threads.
        """
        with suppress(Exception), process.lasting(0):
            # To no end but that what reading takes is loaded before anybody waits for it.
            if process.is_there():
                process.do(_read, first.path, first.form, first.options)
        while (task := self._tasks.get()) is not None:
            if not process.is_there():
                self._tasks.put(task)
                return
            try:
                with process.lasting(0):
                    task.found.set_result(process.do(_read, task.path, task.form, task.options))
            except UnreadableSource as error:
                task.found.set_result([Skipped(shown_name(task.path), str(error))])
            except BaseException as error:
                task.found.set_exception(error)

    def _help(self, until: Future[Any]) -> None:
        """Read what no process has begun to, here, as long as something else is not read yet."""
        while not until.done():
            try:
                task = self._tasks.get_nowait()
            except Empty:
                wait([until], _A_MOMENT)  # a file may yet be put back
            else:
                if task:
                    task.found.set_result(_read(task.path, task.form, task.options))

    def _found(self, waiting: _Waiting, options: ReadOptions) -> tuple[Any, Iterable[Document | Skipped]]:
        file = waiting.file
        if isinstance(file, Skipped):
            return file, [file]
        if waiting.found:
            self._help(until=waiting.found)
            return file, waiting.found.result()
        if not _may_go_ahead(file.form, options):
            return file, read_file(file.path, file.form, options)
        began = time.perf_counter()
        found = list(read_file(file.path, file.form, options))
        self._spent += time.perf_counter() - began
        return file, found


def _read(path: Path, form: str, options: ReadOptions) -> list[Document | Skipped]:
    """In a process apart: all that is in a file."""
    return list(read_file(path, unpacking(format_named(form), path.name), options))


def _may_go_ahead(form: Format, options: ReadOptions) -> bool:
    return form.one_document and not form.package and not options.ocr


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except (OSError, ValueError):  # which reading it tells
        return 0
