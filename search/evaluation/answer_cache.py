"""Rankings kept between runs, so that a question is asked once per state of a collection, settings and program.

They lie in one SQLite file in the user's cache directory. Each is written at once, so that an interruption loses none.
Rankings that were not used for 30 days are deleted. Deleting the file costs nothing but time.
"""

import hashlib
import json
import sqlite3
import sys
import time
import zlib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ...errors import DragomanError
from ...refusals import refusal, telling_refusals
from ...user_folders import user_cache

Location = tuple[str, int, int]
"""A result: the document's id, and where the passage starts and ends; 0 and 0 if no passage is known."""

_KEPT_SECONDS = 30 * 24 * 3600.0
_SCHEMA = """
CREATE TABLE IF NOT EXISTS systems (number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, used REAL NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS answers (
    system INTEGER NOT NULL REFERENCES systems ON DELETE CASCADE,
    question TEXT NOT NULL,
    depth INTEGER NOT NULL,
    places BLOB NOT NULL,
    PRIMARY KEY (system, question)
) STRICT, WITHOUT ROWID;
"""


class Answers:
    """The kept rankings. Use it as a context manager.

    Args:
        path: The file; in the user's cache directory if it is not given. Where that cannot be used, they are kept in
            memory, as long as this object exists.
        fresh: Whether to ignore, and then replace, rankings from earlier runs.

    Attributes:
        lack: Why they are kept no longer than that, if they are not.

    Raises:
        DragomanError: The file that is given cannot be written.
    """

    def __init__(self, path: Path | None = None, *, fresh: bool = False) -> None:
        self._fresh = fresh
        self._written: set[tuple[int, str]] = set()
        self.lack: DragomanError | None = None
        try:
            self.path = path or user_cache() / "answers-1.sqlite"
            self._database = self._open()
        except DragomanError as refused:
            if path is not None:
                raise
            self.lack, self.path = refused, Path(":memory:")
            self._database = _opened(self.path)

    def _open(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            try:
                return _opened(self.path)
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError):
                    raise
                self.path.unlink()  # a damaged cache is worth nothing
                return _opened(self.path)
        except (OSError, sqlite3.Error) as error:
            if refused := refusal(error, self.path):
                raise refused from error
            raise DragomanError(f"answers cannot be kept in {self.path} ({error})") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._database.close()

    def system(self, *parts: Any) -> int:
        """A number for all that a ranking depends on beside the question: JSON-ready values, and the program's code."""
        key = hashlib.sha256(json.dumps([*parts, _program()], sort_keys=True).encode()).hexdigest()
        upsert = "INSERT INTO systems (key, used) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET used = excluded.used"
        with telling_refusals(self.path):
            self._database.execute(upsert, (key, time.time()))
        return self._database.execute("SELECT number FROM systems WHERE key = ?", (key,)).fetchone()[0]

    def get(self, system: int, question: str, depth: int) -> list[Location] | None:
        """A kept ranking, or None.

        Args:
            system: See `system`.
            question: The question's text.
            depth: How many results are needed: a shorter ranking is of no use, unless it was asked for as deep.
        """
        if self._fresh and (system, question) not in self._written:
            return None
        row = self._database.execute(
            "SELECT depth, places FROM answers WHERE system = ? AND question = ?", (system, question)
        ).fetchone()
        if row is None or row[0] < depth:
            return None
        return [(document, start, end) for document, start, end in json.loads(zlib.decompress(row[1]))[:depth]]

    def keep(self, system: int, question: str, depth: int, locations: Sequence[Location]) -> None:
        """Keep a ranking.

        Args:
            system: See `system`.
            question: The question's text.
            depth: How many results were asked for; there may be fewer.
            locations: The results, best first.
        """
        packed = zlib.compress(json.dumps(locations).encode())
        row = (system, question, depth, packed)
        with telling_refusals(self.path):
            self._database.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?)", row)
        self._written.add((system, question))


def _opened(path: Path) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=60, isolation_level=None)
    try:
        # In this mode a commit does not wait for the disk. If the machine crashes, the last answers are lost: no harm.
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = NORMAL")
        database.execute("PRAGMA foreign_keys = ON")
        database.executescript(_SCHEMA)
        database.execute("DELETE FROM systems WHERE used < ?", (time.time() - _KEPT_SECONDS,))
    except BaseException:
        database.close()
        raise
    return database


_ROOMS = ("corpus", "index", "search")


@cache
def _program() -> str:
    """A fingerprint of the code that reads, finds and ranks."""
    made = fingerprint(files(__name__.removesuffix(".search.evaluation.answer_cache")))
    if getattr(sys, "frozen", False):  # the code is in the program, where nobody can look into it
        program = Path(sys.executable).stat()
        made += f" {program.st_size} {program.st_mtime_ns}"
    return made


def fingerprint(package: Traversable) -> str:
    """A text that changes with any file of the code that answers depend on, by a release or an edit.

    Args:
        package: The folder that the rooms lie in, which may be one in an archive.

    Returns:
        SHA-256 of the files' paths and contents, in hexadecimal. Compiled files (.pyc) are left out.
    """
    digest = hashlib.sha256()
    for path, file in sorted(each for room in _ROOMS for each in _files(package.joinpath(room), room)):
        content = file.read_bytes()
        digest.update(f"{path} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _files(folder: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
    for each in folder.iterdir():
        inner = f"{path}/{each.name}"
        if each.is_dir():
            yield from _files(each, inner)
        elif not each.name.endswith(".pyc"):
            yield inner, each
