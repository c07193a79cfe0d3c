"""What a ledger says of its segments, restored from the segments: which there are, and which passages they have."""

import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ....errors import CollectionDamaged
from ...segments.columns import Columns
from ...segments.segment import open_columns, open_vectors
from ...segments.similarity.vectors import owner_of
from ...writing.store import SEGMENTS
from ..seals import FileSeal, Seal, faults
from .restored_settings import Samples

_SAMPLES = 8


class _Known(NamedTuple):
    """The columns of a segment, and whether a seal says that they are as they were written."""

    columns: Columns
    is_sealed: bool


class SegmentRows:
    """The rows of segments and passages in a ledger that is being salvaged.

    Args:
        folder: The collection's.
        target: The new ledger, with all rows that could be read.
        doubtful: Whether rows of passages may be missing.
    """

    def __init__(self, folder: Path, target: sqlite3.Connection, *, doubtful: bool) -> None:
        self._folder = folder / SEGMENTS
        self._target = target
        self._doubtful = doubtful
        self._known: dict[str, _Known | None] = {}

    def restore(self) -> None:
        """Have the passages of all live segments as these have them, where they can be read."""
        for number, name in self._live():
            self._take_passages(number, name)

    def adopt(self, uncertain: set[int], next_number: int) -> set[int]:
        """Decide about segments of which the ledger does not say, or not any more, whether they are live.

        One is live if it has a passage of a live document that no other one has; the latest are asked first.

        Args:
            uncertain: The numbers of those of whose rows only the name is known; folders that no row names are others.
            next_number: The first number that no segment had.

        Returns:
            The versions of the documents of which passages lie in several of them.
        """
        named = dict(self._target.execute("SELECT name, number FROM segments").fetchall())
        folders = [each for each in self._folder.glob("*") if each.is_dir() and each.suffix != ".unfinished"]
        open_ = [each for each in folders if each.name not in named or named[each.name] in uncertain]
        repeated: set[int] = set()
        for folder in sorted(open_, key=_written, reverse=True):
            known = self._columns(folder.name)
            if known is None:
                continue  # as it was: one that has a row is damaged, and its documents are indexed anew
            rows = _rows(known.columns)
            number = named.get(folder.name) or self._number_of(rows) or next_number
            live = [(version, start) for _, version, start, _ in rows.tolist() if self._is_live(version)]
            taken = [(version, start) for version, start in live if self._is_taken(number, version, start)]
            if len(taken) == len(live):
                if folder.name in named:
                    self._target.execute("UPDATE segments SET retired_at = ? WHERE number = ?", (time.time(), number))
                continue
            if folder.name not in named:
                self._target.execute("INSERT INTO segments VALUES (?, ?, NULL)", (number, folder.name))
                next_number = max(next_number, number + 1)
            self._write(number, rows)
            repeated |= {version for version, _ in taken}
        self._target.execute("DELETE FROM passages WHERE segment NOT IN (SELECT number FROM segments)")
        return repeated

    def restore_parts(self) -> None:
        """Have the vectors that passages were given later, as the folders say whose they are.

        What is no part of anything is encoded once more.
        """
        numbers = dict(self._target.execute("SELECT name, number FROM segments").fetchall())
        rows = [
            (folder.name, numbers[owner], _written(folder, "vectors.faiss"))
            for folder in self._folder.glob("*")
            if folder.suffix != ".unfinished" and (owner := owner_of(folder)) in numbers
        ]
        self._target.execute("DELETE FROM vector_parts")
        self._target.executemany("INSERT INTO vector_parts VALUES (?, ?, ?)", rows)

    def id_of(self, version: int) -> str:
        """The id of the document of a version, as a segment has it; empty if none has."""
        for _, name in self._live():
            if known := self._columns(name):
                found = np.flatnonzero(known.columns.version == version)
                if len(found):
                    with suppress(UnicodeDecodeError, IndexError):
                        return known.columns.ids[int(found[0])]
        return ""

    def fields(self) -> frozenset[str]:
        """The names of the columns that all segments have."""
        known = [each.columns.fields for _, name in self._live() if (each := self._columns(name))]
        return known[0].intersection(*known[1:]) if known else frozenset()

    def seals(self) -> dict[str, dict[str, FileSeal]]:
        """All seals that could be read, by folder."""
        found: dict[str, dict[str, FileSeal]] = {}
        for folder, file, size, blocks in self._target.execute("SELECT folder, file, size, blocks FROM seals"):
            found.setdefault(folder, {})[file] = FileSeal(size, blocks)
        return found

    def drop_partial_seals(self) -> None:
        """Forget the seals that do not have all files of their folders: these are sealed anew, as they are."""
        for folder, sealed in self.seals().items():
            if any(each.file not in sealed for each in faults(self._folder.parent / folder, sealed, content=False)):
                self._target.execute("DELETE FROM seals WHERE folder = ?", (folder,))

    def samples(self) -> Samples:
        """The texts of a few passages, each with its vector."""
        for number, name in self._live():
            with suppress(CollectionDamaged):
                vectors = open_vectors(self._folder / name)
                rows = self._target.execute(
                    """SELECT ordinal, substr(text, start + 1, end - start) FROM passages JOIN documents USING (version)
                    WHERE segment = ? AND retired_at IS NULL AND ordinal < ? LIMIT ?""",
                    (number, len(vectors), _SAMPLES),
                ).fetchall()
                if rows:
                    return [(text, vectors.get(np.array([ordinal]))[0]) for ordinal, text in rows]
        return []

    def _live(self) -> list[tuple[int, str]]:
        return self._target.execute("SELECT number, name FROM segments WHERE retired_at IS NULL").fetchall()

    def _take_passages(self, number: int, name: str) -> None:
        known = self._columns(name)
        if known is None:
            return
        rows = _rows(known.columns)
        # What neither a seal nor a gap in the ledger speaks against may be a fault of the columns.
        if not np.array_equal(self._passages(number), rows) and (known.is_sealed or self._doubtful):
            self._write(number, rows)

    def _number_of(self, rows: NDArray[np.int64]) -> int | None:
        """The number of a segment of which only the passages are known, and are these."""
        unknown = "SELECT DISTINCT segment FROM passages WHERE segment NOT IN (SELECT number FROM segments)"
        for (number,) in self._target.execute(unknown).fetchall():
            if np.array_equal(self._passages(number), rows):
                return number
        return None

    def _passages(self, number: int) -> NDArray[np.int64]:
        """The passages of a segment as the ledger has them: as `_rows` gives those of its columns."""
        query = "SELECT ordinal, version, start, end FROM passages WHERE segment = ? ORDER BY ordinal"
        return np.array(self._target.execute(query, (number,)).fetchall(), np.int64).reshape(-1, 4)

    def _write(self, number: int, rows: NDArray[np.int64]) -> None:
        self._target.execute("DELETE FROM passages WHERE segment = ?", (number,))
        insert = "INSERT INTO passages (segment, ordinal, version, start, end) VALUES (?, ?, ?, ?, ?)"
        self._target.executemany(insert, ((number, *row) for row in rows.tolist()))

    def _is_live(self, version: int) -> bool:
        asked = "SELECT 1 FROM documents WHERE version = ? AND retired_at IS NULL"
        return self._target.execute(asked, (version,)).fetchone() is not None

    def _is_taken(self, number: int, version: int, start: int) -> bool:
        """Whether another live segment has a passage."""
        return (
            self._target.execute(
                """SELECT 1 FROM passages JOIN segments ON number = segment AND retired_at IS NULL
                WHERE version = ? AND start = ? AND segment <> ?""",
                (version, start, number),
            ).fetchone()
            is not None
        )

    def _columns(self, name: str) -> _Known | None:
        """The columns of a segment, unless they are damaged."""
        if name not in self._known:
            self._known[name] = self._opened(name)
        return self._known[name]

    def _opened(self, name: str) -> _Known | None:
        asked = "SELECT file, size, blocks FROM seals WHERE folder = ?"
        sealed = {
            file: FileSeal(size, blocks) for file, size, blocks in self._target.execute(asked, (f"{SEGMENTS}/{name}",))
        }
        if sealed and not are_whole(self._folder / name, sealed, "columns"):
            return None
        try:
            columns = Columns(self._folder / name / "columns") if sealed else open_columns(self._folder / name)
            rows = _rows(columns)
        except Exception:  # a damaged file can make NumPy raise anything
            return None
        if not sealed and ((rows[:, 2] < 0).any() or (rows[:, 3] < rows[:, 2]).any() or (rows[:, 1] < 1).any()):
            return None
        return _Known(columns, bool(sealed))


def are_whole(folder: Path, sealed: Seal, part: str) -> bool:
    """Whether all files of one part of a segment are as they were sealed.

    Args:
        folder: The segment's.
        sealed: Its seal.
        part: The part's folder within the segment's.
    """
    begins = f"{part}/"
    own = {file: each for file, each in sealed.items() if file.startswith(begins)}
    return bool(own) and not any(each.file.startswith(begins) or not each.file for each in faults(folder, own))


def sealed_passages(folder: Path, sealed: Seal) -> NDArray[np.int64] | None:
    """The passages of a segment as its columns have them: ordinal, version, start and end, int64 [passages, 4].

    Args:
        folder: The segment's.
        sealed: Its seal.

    Returns:
        None if no seal says that the columns are whole.
    """
    return _rows(Columns(folder / "columns")) if are_whole(folder, sealed, "columns") else None


def _rows(columns: Columns) -> NDArray[np.int64]:
    """The passages of a segment: ordinal, version, start and end, int64 [passages, 4]. Raises IndexError."""
    return np.stack(
        [np.arange(len(columns)), columns.version[columns.document], columns.start, columns.end], axis=1
    ).astype(np.int64)


def _written(folder: Path, file: str = "segment.json") -> float:
    """When a segment, or a part of its vectors, was written."""
    try:
        return (folder / file).stat().st_mtime
    except OSError:
        return 0.0
