"""The checks in the background of `serve`: all that has a checksum, block after block, round after round.

Of several workers one does them. The others look where it has found something, so that all of them leave it out.
"""

import logging
import math
import sqlite3
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from ...errors import DragomanError
from ...search.collection import Collection
from .shared_memory import Counts

_LOG = logging.getLogger("dragoman.checks")

SPEED: Final = 8_000_000
"""How many bytes a second are looked at, at most."""

PAUSE: Final = 3600.0
"""How many seconds pass between two rounds."""

CHECKED: Final = "checked"
"""The name of the number that says when a round last came to its end, in seconds since the epoch."""

_FAULTS: Final = "faults"
_GLANCE: Final = 5.0
"""How many seconds pass before a worker looks again whether another one has found something, or has ended."""


class Checks:
    """A thread that looks at a collection from the beginning to the end of a `with` statement.

    What it finds is left out from then on, and said in the log, once.

    Args:
        collection: The collection.
        counts: What all workers share.
        speed: How many bytes a second are looked at, at most.
        pause: How many seconds pass between two rounds.
        glance: How many seconds pass before a worker looks at what another one has found.
    """

    def __init__(
        self,
        collection: Collection,
        counts: Counts,
        *,
        speed: float = SPEED,
        pause: float = PAUSE,
        glance: float = _GLANCE,
    ) -> None:
        self._collection = collection
        self._counts = counts
        self._glance = glance
        self._speed = speed
        self._pause = pause
        self._told: set[str] = set()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="checks", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._stopping.set()
        self._thread.join(timeout=1)  # a failing disk may keep it longer, and nobody is to wait for that

    def _run(self) -> None:
        seen = self._found()
        while not self._stopping.is_set():
            if not self._counts.leads():
                self._stopping.wait(self._glance)
                if self._found() != seen:
                    seen = self._found()
                    self._try(lambda: self._look(math.inf, tell=False))
                continue
            if self._try(lambda: self._look(self._speed)):
                self._counts.put(CHECKED, time.time())
            self._stopping.wait(self._pause)

    def _found(self) -> float:
        """How often damage has been found by any worker."""
        return self._counts.all().get(_FAULTS, 0)

    def _try(self, look: Callable[[], bool]) -> bool:
        """Whether a look at everything came to its end."""
        try:
            return look()
        except (DragomanError, OSError, sqlite3.Error) as error:
            self._tell(f"the checks are put off: {error}")
        except Exception:  # what is unforeseen must not end them
            _LOG.exception("unforeseen while checking")
        return False

    def _look(self, speed: float, *, tell: bool = True) -> bool:
        """Look at everything once, so many bytes a second; whether it came to the end."""
        for size, fault in self._collection.checks():
            if fault and tell and self._tell(fault):
                self._counts.add({_FAULTS: 1})
            if self._stopping.wait(size / speed):
                return False
        return True

    def _tell(self, line: str) -> bool:
        """Say something in the log, once; whether it was new."""
        if line in self._told or self._stopping.is_set():
            return False
        _LOG.warning("%s", line)
        self._told.add(line)
        return True
