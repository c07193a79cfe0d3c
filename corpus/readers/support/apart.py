"""Work in a process of its own, with an end to its time and memory: for libraries that nothing else can stop.

The process is started when it is first needed, does one thing after the other, and ends with this one. Where there can
be none, as in a program that is frozen into one file, the work is done here, without an end.
"""

import atexit
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final, ParamSpec, TypeVar

from ....errors import UnreadableSource

LARGEST_MEMORY: Final = 2_000_000_000
"""How many bytes of memory the process may take."""

_READY: Final = b"ready\n"

_Given = ParamSpec("_Given")
_Found = TypeVar("_Found")


class Apart:
    """The process.

    Args:
        memory: How many bytes it may take; 0 for any number.
    """

    def __init__(self, memory: int = LARGEST_MEMORY) -> None:
        self._memory = memory
        self._lock = threading.RLock()
        self._starting = threading.Lock()  # and ending, which another thread does than the one that waits for it
        self._process: subprocess.Popen[bytes] | None = None
        self._is_tried = False
        self._seconds = 0
        self._patience = 0

    @contextmanager
    def lasting(self, seconds: int, patience: int = 0) -> Generator["Apart"]:
        """Have it for oneself: it keeps what it is given, and no other thread asks it for anything.

        Args:
            seconds: How much of a processor's time each piece of work may take; 0 for any.
            patience: How many seconds may pass meanwhile; 0 for any number. Then the process is killed.
        """
        with self._lock:
            self._seconds, self._patience = seconds, patience
            yield self

    def do(self, work: Callable[_Given, _Found], *given: _Given.args, **named: _Given.kwargs) -> _Found:
        """Let it do something.

        Args:
            work: A function of a module.
            given: What it is given, to be pickled like what it gives back.
            named: The same by name.

        Raises:
            UnreadableSource: It takes too long or too much memory, or makes the process break down.
        """
        process = self._started()
        if process is None:
            return work(*given, **named)
        assert process.stdin  # noqa: S101
        assert process.stdout  # noqa: S101
        end = threading.Timer(self._patience, process.kill)
        end.daemon = True
        try:
            pickle.dump((self._seconds, work, given, named), process.stdin, pickle.HIGHEST_PROTOCOL)
            process.stdin.flush()
            if self._patience:
                end.start()
            is_well, found = pickle.load(process.stdout)  # noqa: S301  # it is our own
        except (OSError, EOFError, pickle.UnpicklingError):
            self.end()
            limits = f"it takes more than {self._seconds} seconds or {self._memory / 10**9:g} GB, or "
            raise UnreadableSource(f"{limits if self._seconds else 'it '}breaks what reads it") from None
        except BaseException:  # whoever asked does not wait any more
            self.end()
            raise
        finally:
            end.cancel()
        if not is_well:
            raise found
        return found

    def is_there(self) -> bool:
        """Whether there is a process, which is started if need be; or else what it is given is done here."""
        with self._lock:
            return self._started() is not None

    def end(self) -> None:
        """End the process. The next piece of work starts another one."""
        with self._starting:
            process, self._process, self._is_tried = self._process, None, False
        if process:
            process.kill()
            with process, suppress(OSError):  # which closes its pipes, and waits for it
                pass

    def forget(self) -> None:
        """Take no notice of the process: it is that of a parent."""
        self.__init__(self._memory)

    def _started(self) -> subprocess.Popen[bytes] | None:
        with self._starting:
            if not self._is_tried:
                self._process = _start(self._memory)
                self._is_tried = True
            return self._process


def is_possible() -> bool:
    """Whether there can be such a process: in a program that is frozen into one file there is no interpreter for it."""
    return bool(sys.executable) and not getattr(sys, "frozen", False)


def _start(memory: int) -> subprocess.Popen[bytes] | None:
    """A process that is ready to work; None if there can be none."""
    if not is_possible():
        return None
    try:
        process = subprocess.Popen(  # noqa: S603  # this very interpreter, and our own line
            (sys.executable, "-c", f"from {__name__} import serve; serve({memory})"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
    except OSError:
        return None
    assert process.stdout  # noqa: S101
    if process.stdout.readline() == _READY:
        return process
    process.kill()
    process.communicate()
    return None


def serve(memory: int) -> None:
    """What the process does: one thing after the other, until nobody asks any more.

    Args:
        memory: How many bytes it may take; 0 for any number.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is meant for whoever asks
    asked, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    _limit_memory(memory)
    answers.write(_READY)
    answers.flush()
    with suppress(EOFError):
        while True:
            _answer(asked, answers)


def _answer(asked: IO[bytes], answers: IO[bytes]) -> None:
    seconds, work, given, named = pickle.load(asked)  # noqa: S301  # it is our own
    _limit_time(seconds)
    answer: tuple[bool, Any]
    try:
        answer = True, work(*given, **named)
    except MemoryError:
        os._exit(1)
    except Exception as error:
        answer = False, error
    pickle.dump(answer, answers, pickle.HIGHEST_PROTOCOL)
    answers.flush()


def _limit_memory(memory: int) -> None:
    if not memory:
        return
    with suppress(ImportError, OSError, ValueError):
        import resource

        taken = Path("/proc/self/statm")
        pages = int(taken.read_text(encoding="ascii").split()[0]) if taken.exists() else 0
        most = pages * resource.getpagesize() + memory
        resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _limit_time(seconds: int) -> None:
    if not seconds:
        return
    with suppress(ImportError, OSError, ValueError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        most = int(used.ru_utime + used.ru_stime) + seconds
        resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))


APART: Final = Apart()
"""The one of this process."""

atexit.register(APART.end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=APART.forget)
