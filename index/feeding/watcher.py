"""Keeping a collection current: looking at its sources again and again, and feeding it what has changed.

Files are looked at by size and time alone, and read only when they have held still for a moment; URLs are asked far
more rarely. A look takes at most a tenth of the time, however many files there are.
"""

import logging
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from threading import Event

from ...corpus.readers.files import is_url, shown_name
from ...errors import DragomanError, SystemRefusal
from ...refusals import refusal
from ..writing.store import Store
from ..writing.tally import Report
from ..writing.vectors.later_vectors import and_encoded, encode_some
from ..writing.writer import Writer
from .feeder import Feeding, feed, news, remembered, source_name, source_named, with_fields

_LOG = logging.getLogger("dragoman.watching")

SETTLE_SECONDS = 1.0
"""Files that are being written are left alone until nothing about them has changed for so long."""

SETTLE_LOOKS = 30
"""After so many looks they are read all the same: a log never holds still, and others should not wait for it."""


class Watch:
    """Keeps a collection current with what it is fed from. After an error it goes on.

    Args:
        folder: The collection's.
        sources: What to watch; if empty, all that the collection is fed from, looked up anew each time.
        every: The seconds between two looks at files.
        urls_every: The seconds until a URL is asked again.
        lock_timeout: How many seconds to wait for another writer.
        tell: Called with the report of each feeding.
        complain: Called with each error in one line, once for as long as it lasts.
        stop: Ends the watching once it is set, between two looks.
    """

    def __init__(
        self,
        folder: Path,
        sources: Sequence[str],
        *,
        every: float,
        urls_every: float,
        lock_timeout: float,
        tell: Callable[[Report], None],
        complain: Callable[[str], None],
        stop: Event,
    ) -> None:
        self._folder = folder
        self._sources = sources
        self._every = every
        self._urls_every = urls_every
        self._lock_timeout = lock_timeout
        self._tell = tell
        self._complain = complain
        self._stop = stop
        self._asked: dict[str, float] = {}
        self._begun: set[str] = set()
        self._complaints: set[str] = set()
        self._lasting: set[str] = set()
        self._looking = 0.0

    def run(self) -> None:
        """Watch until that is to end."""
        while not self._stop.is_set():
            self._lasting, self._complaints = self._complaints, set()
            self._looking = 0.0
            is_done = True
            try:
                is_done = self.look()
            except Exception as error:
                self._complain_of(_line(error))
            if is_done:
                self._stop.wait(max(self._every, 10 * self._looking))

    def look(self) -> bool:
        """Look once, and feed what is due: new or changed files that hold still, URLs that were not asked of late.

        After that, some of the passages are encoded that have no vectors yet.

        Returns:
            Whether there are no more of these.

        Raises:
            CollectionLocked: Another program writes to the collection for too long.
            DragomanError: It cannot be opened, or not be encoded.
        """
        # Opened each time: a collection that was replaced meanwhile is another one.
        with closing(Store(self._folder)) as store:
            due = [each for each in self._listed(store) if self._is_due_or_tells(store, *each)]
            report = Report()
            if due:
                with store.writing(self._lock_timeout):
                    report = feed(Writer(store), due)
                for name, _ in due:
                    self._begun.add(name)
                    if is_url(name):
                        self._asked[name] = time.monotonic()
            try:
                report = and_encoded(report, encode_some(store, lock_timeout=self._lock_timeout))
            finally:
                if due or report.encoded:
                    self._tell(report)
            return not (report.encoded and report.unencoded)

    def _listed(self, store: Store) -> list[tuple[str, Feeding]]:
        fields = store.ledger.manifest.fields
        feedings = dict(remembered(store.origins, fields))
        names = [source_named(source_name(each)) for each in self._sources] or [*feedings]
        return [(name, with_fields(feedings.get(name, Feeding()), fields)) for name in names]

    def _is_due_or_tells(self, store: Store, name: str, feeding: Feeding) -> bool:
        """Whether a source is due. What goes wrong with it is told, and keeps the others from nothing."""
        try:
            return self._is_due(store, name, feeding)
        except (SystemRefusal, sqlite3.Error):
            raise
        except Exception as error:
            self._complain_of(f"{shown_name(name)}: {_line(error)}")
            return False

    def _complain_of(self, line: str) -> None:
        if line not in self._complaints | self._lasting:
            self._complain(line)
        self._complaints.add(line)

    def _is_due(self, store: Store, name: str, feeding: Feeding) -> bool:
        if is_url(name):
            return time.monotonic() - self._asked.get(name, float("-inf")) >= self._urls_every
        if name not in self._begun:
            return True
        found = self._news(store, name, feeding)
        for _ in range(SETTLE_LOOKS if found else 0):
            if self._stop.wait(SETTLE_SECONDS):
                return False
            before, found = found, self._news(store, name, feeding)
            if found == before:
                break
        return bool(found)

    def _news(self, store: Store, name: str, feeding: Feeding) -> str:
        began = time.monotonic()
        found = news(store.origins, name, feeding)
        self._looking += time.monotonic() - began
        return found


def _line(error: Exception) -> str:
    """An error in one line. One that nobody foresaw says what it is, and its traceback goes to the log."""
    error = refusal(error, "the system") or error
    said = " ".join(str(error).split())
    if isinstance(error, DragomanError | OSError | sqlite3.Error):
        return said
    _LOG.debug("unforeseen while watching", exc_info=error)
    return f"a fault in Dragoman itself ({type(error).__name__}: {said[:200]}): please report it; watching goes on"
