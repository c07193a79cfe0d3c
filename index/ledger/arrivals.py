"""When documents came in: a time for each version of one, kept by runs of versions that came in together.

A commit brings in a run of versions at one time, and the rows of documents are never touched for it. A version that
stands for what came in earlier, as where a repair indexes a document anew or a pack is unpacked, keeps that time.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...errors import DragomanError
from .database import Database

_LATEST = datetime(9999, 12, 31, tzinfo=UTC).timestamp()

ARRIVAL_OF = "SELECT CAST(at AS REAL) FROM arrivals WHERE last >= ? ORDER BY last LIMIT 1"
"""The time of a version. If its own is lost, as a repair may find, it is the next one's: by then it had come in."""


class ArrivalTimes(NamedTuple):
    """When all versions of a ledger's documents came in.

    Attributes:
        last: int64, ascending: the last version of each run.
        at: float64 [runs + 1]: the time of each, in seconds since the epoch, and that of all later versions.
    """

    last: NDArray[np.int64]
    at: NDArray[np.float64]

    def of(self, versions: NDArray[np.int64]) -> NDArray[np.float64]:
        """The times of some versions: float64, in their order."""
        return self.at[np.searchsorted(self.last, versions)]

    def moment_of(self, version: int) -> datetime:
        """The time of one version."""
        return moment(float(self.at[np.searchsorted(self.last, version)]))


class Arrivals:
    """When the documents of one ledger came in; safe to share among threads.

    Args:
        database: The ledger's.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, version: int) -> datetime:
        """When a version of a document came in. In a ledger that does not say: when that was last written to."""
        rows = self._database.rows(ARRIVAL_OF, (version,)) if self._is_known else []
        return self.moment(rows[0][0] if rows else None)

    def moment(self, at: float | None) -> datetime:
        """The time of a version that the ledger gives in seconds since the epoch, or does not say."""
        return moment(self._written_at() if at is None else at)

    def all(self) -> ArrivalTimes:
        """Those of all versions, in one go."""
        query = "SELECT last, CAST(at AS REAL) FROM arrivals ORDER BY last"
        rows = self._database.rows(query) if self._is_known else []
        last = np.fromiter((row[0] for row in rows), np.int64, len(rows))
        return ArrivalTimes(last, np.array([*(row[1] for row in rows), self._written_at()]))

    @property
    def _is_known(self) -> bool:
        """Whether there is the table: without it, the ledger is as an older Dragoman left it."""
        return bool(self._database.rows("SELECT 1 FROM sqlite_master WHERE name = 'arrivals'"))

    def _written_at(self) -> float:
        try:
            return self._database.path.stat().st_mtime
        except OSError as error:
            raise DragomanError(f"{self._database.path} cannot be read: {error.strerror}") from error

    # How they change: within `Database.change`

    def keep(self, version: int, at: datetime) -> None:
        """Let a version have come in at a time of its own; versions are to be told in their order."""
        connection = self._database.connection
        row = version - 1, at.timestamp()
        if not connection.execute("UPDATE arrivals SET last = last + 1 WHERE last = ? AND at = ?", row).rowcount:
            connection.execute("INSERT OR REPLACE INTO arrivals VALUES (?, ?, ?)", (version, version, at.timestamp()))

    def close(self, after: int, at: float) -> None:
        """Let all versions have come in now that have no time of their own.

        Args:
            after: The last version that there was before.
            at: Now, in seconds since the epoch.
        """
        connection = self._database.connection
        (newest,) = connection.execute("SELECT coalesce(max(version), 0) FROM documents").fetchone()
        told = connection.execute("SELECT first, last FROM arrivals WHERE last > ? ORDER BY last", (after,))
        gaps: list[tuple[int, int, float]] = []
        for first, last in chain(told, [(newest + 1, newest + 1)]):
            if first > after + 1:
                gaps.append((first - 1, after + 1, at))
            after = last
        connection.executemany("INSERT INTO arrivals VALUES (?, ?, ?)", gaps)

    def replace(self, told: Iterable[tuple[int, datetime]]) -> None:
        """Let versions have come in at other times than it said so far.

        Args:
            told: Each version with its time, in the order of versions.
        """
        self._database.connection.execute("DELETE FROM arrivals")
        for version, at in told:
            self.keep(version, at)

    def forget(self, gone: Iterable[tuple[int]]) -> None:
        """Forget the time of each run of versions of which not one is left any more.

        Args:
            gone: The versions that have just been forgotten, a row each.
        """
        self._database.connection.executemany(
            """DELETE FROM arrivals WHERE last = (SELECT min(last) FROM arrivals WHERE last >= ?)
            AND NOT EXISTS (SELECT 1 FROM documents WHERE version BETWEEN first AND last)""",
            gone,
        )


def moment(seconds: float) -> datetime:
    """A time in seconds since the epoch, of those that a ledger may have, as one that the calendar has."""
    return datetime.fromtimestamp(min(max(seconds, 0.0), _LATEST), UTC)
