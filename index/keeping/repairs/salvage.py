"""A damaged ledger, salvaged: every row that can be read goes into a new one, which then takes its place.

What the ledger says twice, or the segments say as well, is taken from where it is whole: which passages a segment has
from its columns, which documents are live from an index, what is deleted from the documents. Groups of near-copies are
made anew. Documents stand nowhere else: one whose row is lost is lost, and named.
"""

import json
import re
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ....errors import CollectionDamaged
from ...ledger.database import UNFINISHED, remove_unfinished
from ...ledger.schema import TABLES
from ...writing.store import LEDGER
from .document_rows import DocumentRows, shown
from .raw_database import RawDatabase, Value
from .replaced_ledger import damaged_log, put_in_place
from .restored_settings import restored, sealed_encoders
from .segment_rows import SegmentRows
from .table_shapes import Column, Shape, default_roots, shapes

_MADE_ANEW: Final = ("signatures", "bands", "copies", "nearest")
"""Tables that are made anew from documents and vectors."""

_LIVE: Final = Shape("live_documents", (Column("id", "TEXT", False), Column("version", "INTEGER", False)), None, True)
_NAMES: Final = Shape(
    "sqlite_autoindex_segments_1", (Column("name", "TEXT", False), Column("number", "INTEGER", False)), None, True
)
_NUMBERED: Final = Shape(
    "sqlite_sequence", (Column("name", "TEXT", False), Column("seq", "INTEGER", False)), None, False
)
_FOLDERS: Final = {"segments": 1, "vector_parts": 0}
"""Tables with the names of folders, each with the position of the column."""

_NAME: Final = re.compile("[0-9A-Za-z_-]+")
_SETTING: Final = re.compile("[a-z_]+")


@dataclass
class Salvaged:
    """What became of a damaged ledger.

    Attributes:
        kept_as: Where the damaged one is now.
        documents: How many documents were saved, those included that are not what they were.
        lost: The documents that could not be read, by id where that is known.
        altered: The ids of those that could be read and are not what was added.
        gaps: What else is lost, or may be, a line each.
        remarks: What was found out from elsewhere, a line each.
        needs_reindexing: Whether it is unknown how the index was made.
    """

    kept_as: Path
    documents: int = 0
    lost: list[str] = field(default_factory=list[str])
    altered: list[str] = field(default_factory=list[str])
    gaps: list[str] = field(default_factory=list[str])
    remarks: list[str] = field(default_factory=list[str])
    needs_reindexing: bool = False


def salvage(folder: Path) -> Salvaged:
    """Put a whole ledger in the place of a collection's damaged one; to be called under the writer's lock.

    Until the last moment the damaged one stays where it is, and an interruption leaves it there.

    Args:
        folder: The collection's.

    Raises:
        CollectionDamaged: Not one document can be read from it, or nothing says what the vectors were made with.
        OSError: The new one cannot be written.
    """
    ledger = folder / LEDGER
    work = ledger.with_name(ledger.name + UNFINISHED)
    remove_unfinished(ledger)
    log = damaged_log(ledger)
    try:
        with RawDatabase(ledger, log) as raw, closing(sqlite3.connect(work, isolation_level=None)) as target:
            target.execute("PRAGMA journal_mode = OFF")
            target.execute("BEGIN")
            salvaged = _Salvage(folder, raw, target).run()
            target.execute("COMMIT")
            target.execute("PRAGMA journal_mode = WAL")
        salvaged.kept_as = put_in_place(work, ledger, log)
    finally:
        with suppress(OSError):  # the next writer does it
            remove_unfinished(ledger)
    return salvaged


class _Salvage:
    """One salvage, from a file into an empty database.

    Args:
        folder: The collection's.
        raw: The damaged ledger.
        target: The new one, in a transaction.
    """

    def __init__(self, folder: Path, raw: RawDatabase, target: sqlite3.Connection) -> None:
        self._folder = folder
        self._raw = raw
        self._target = target
        self._report = Salvaged(folder)
        self._broken: set[str] = set()
        self._stray: set[int] = set()
        self._live: dict[int, str] = {}
        self._numbered: dict[str, int] = {}
        self._is_listed = False

    def run(self) -> Salvaged:
        """Do all of it."""
        for statement in TABLES.split(";"):
            if "UNIQUE INDEX" not in statement:  # two rows may both say that they are the live one
                self._target.execute(statement)
        uncertain = self._copy()
        now = self._next("documents") - 1, time.time()
        self._target.execute(  # what has lost its time has come in by then; else by the next one's
            "INSERT INTO arrivals SELECT ?1, coalesce(max(last), 0) + 1, ?2 FROM arrivals "
            "HAVING coalesce(max(last), 0) < ?1",
            now,
        )
        documents = DocumentRows(
            self._target,
            self._live,
            is_complete=_LIVE.name not in self._broken,
            next_number=lambda: self._next("documents"),
        )
        documents.settle(self._stray)
        segments = SegmentRows(self._folder, self._target, doubtful="passages" in self._broken)
        segments.restore()
        if uncertain or "segments" in self._broken:
            for version in segments.adopt(uncertain, self._next("segments")):
                documents.renew(version)
        segments.restore_parts()
        documents.name_lost(segments.id_of)
        documents.renew_altered()
        documents.delete()
        self._report.lost, self._report.altered = documents.lost, documents.altered
        self._report.documents = self._number("SELECT count(*) FROM documents WHERE retired_at IS NULL")
        if not self._report.documents and (documents.lost or _LIVE.name in self._broken):
            raise CollectionDamaged(
                f"not one document can be read from {self._folder / LEDGER}: "
                "restore a backup, or index the sources anew"
            )
        self._restore_settings(segments)
        if "seals" in self._broken:
            segments.drop_partial_seals()
        self._finish()
        return self._report

    # Rows

    def _copy(self) -> set[int]:
        """Copy all rows that can be read; return the numbers of segments of whose rows only an index has any."""
        known = shapes()
        roots = self._roots([*known.values(), _LIVE, _NAMES, _NUMBERED])
        for shape in known.values():
            self._insert(shape, self._walked(shape, roots.pop(shape.name, 0)))
        self._live |= {version: id_ for id_, version in self._walked(_LIVE, roots.pop(_LIVE.name, 0))}
        names = {number: name for name, number in self._walked(_NAMES, roots.pop(_NAMES.name, 0))}
        self._numbered |= dict(self._walked(_NUMBERED, roots.pop(_NUMBERED.name, 0)))
        for root in roots.values():
            for _ in self._raw.rows(root):  # an index's, which are not needed: only so that they count as read
                pass
        self._copy_strays([shape for shape in (*known.values(), _LIVE, _NAMES) if shape.name in self._broken], names)
        numbers = {number for (number,) in self._target.execute("SELECT number FROM segments")}
        uncertain = {number: name for number, name in names.items() if number not in numbers and _NAME.fullmatch(name)}
        self._target.executemany("INSERT OR IGNORE INTO segments VALUES (?, ?, NULL)", uncertain.items())
        if self._raw.log.lost:
            self._report.gaps.append("its log was damaged: what was committed last may be lost")
        return set(uncertain)

    def _roots(self, wanted: Iterable[Shape]) -> dict[str, int]:
        """Where tables and indexes begin: as the schema says, or where they usually do if that is what lies there."""
        roots, usual = self._raw.roots(), default_roots()
        if roots and not self._raw.broken:
            self._is_listed = True  # a table that is not among them is one that an older Dragoman did not have
            return roots
        for shape in wanted:
            root = usual.get(shape.name, 0)
            if shape.name not in roots and root not in roots.values():
                rows = self._raw.sample(root)
                if rows and all(shape.fitted(row) for row in rows):
                    roots[shape.name] = root
        return roots

    def _walked(self, shape: Shape, root: int) -> Iterator[tuple[Any, ...]]:
        """The rows of a table or index. If there may be more than can be read, it is put among the broken ones."""
        if not root and self._is_listed:
            return
        before = self._raw.broken
        for row in self._raw.rows(root, of_index=shape.is_index):
            if values := shape.fitted(row):
                yield values
            else:
                self._broken.add(shape.name)
        if self._raw.broken > before:
            self._broken.add(shape.name)

    def _copy_strays(self, broken: list[Shape], names: dict[int, str]) -> None:
        """Copy rows that nothing leads to any more into the tables that rows may be missing from."""
        if not broken:
            return
        before = self._target.execute("SELECT version FROM documents").fetchall()
        for row in self._raw.stray():
            for shape in sorted(broken, key=lambda shape: -len(shape.columns)):
                if (values := shape.fitted(row)) is None:
                    continue
                if shape is _LIVE or shape is _NAMES:
                    self._take_index(str(values[0]), int(values[1] or 0), names)
                elif shape.name != "settings" or _SETTING.fullmatch(str(values[0])):
                    self._insert(shape, [values])
                else:
                    continue
                break
        self._stray = {version for (version,) in self._target.execute("SELECT version FROM documents")}
        self._stray -= {version for (version,) in before}

    def _take_index(self, text: str, number: int, names: dict[int, str]) -> None:
        """Take a stray row that the index of live documents and that of segments' names may both have."""
        if (self._folder / "segments" / text).is_dir() and text:
            names.setdefault(number, text)
        else:
            self._live.setdefault(number, text)

    def _insert(self, shape: Shape, rows: Iterable[tuple[Value, ...]]) -> None:
        if shape.name in _MADE_ANEW:
            for _ in rows:
                pass
            return
        if shape.name == "documents":
            rows = (tuple(map(_replaced, values)) for values in rows)
        else:
            rows = (values for values in rows if self._is_text(shape, values))
            if shape.name in _FOLDERS:  # no path leads out of the collection
                at = _FOLDERS[shape.name]
                rows = (values for values in rows if _NAME.fullmatch(str(values[at])))
        columns = ", ".join(column.name for column in shape.columns)
        places = ", ".join("?" for _ in shape.columns)
        self._target.executemany(f"INSERT OR IGNORE INTO {shape.name} ({columns}) VALUES ({places})", rows)  # noqa: S608

    def _is_text(self, shape: Shape, values: tuple[Value, ...]) -> bool:
        """Whether all text in a row is that: if not, it counts as broken."""
        try:
            "".join(value for value in values if isinstance(value, str)).encode()
        except UnicodeEncodeError:
            self._broken.add(shape.name)
            return False
        return True

    # The rest

    def _restore_settings(self, segments: SegmentRows) -> None:
        found = dict(self._target.execute("SELECT key, value FROM settings").fetchall())
        settings = restored(
            self._folder,
            found,
            may_lack="settings" in self._broken,
            columns=segments.fields(),
            samples=segments.samples(),
            encoders=sealed_encoders(self._folder, segments.seals()),
        )
        self._target.execute("DELETE FROM settings")
        rows = [(name, json.dumps(value)) for name, value in settings.values.items()]
        self._target.executemany("INSERT INTO settings VALUES (?, ?)", rows)
        self._report.gaps += settings.gaps
        self._report.remarks += settings.remarks
        self._report.needs_reindexing = settings.needs_reindexing

    def _finish(self) -> None:
        report = self._report
        if report.lost or report.altered:  # so that the next feeding looks for them in what they were read from
            again = "UPDATE files SET reading = '' WHERE document = ?"
            self._target.executemany(again, [("",), *((id_,) for id_ in (*report.lost, *report.altered))])
            self._target.execute("UPDATE urls SET reading = ''")
        for name, what in (("sources", "sources"), ("files", "files that were read"), ("urls", "URLs that were read")):
            if name in self._broken:
                report.gaps.append(f"the list of its {what} may lack some: `dragoman add PATH…` makes it anew")
        if "arrivals" in self._broken:
            report.gaps.append(
                "when some of its documents came in: they count as having come in later, by now at the latest"
            )
        for name in ("documents", "segments"):
            self._target.execute("DELETE FROM sqlite_sequence WHERE name = ?", (name,))
            self._target.execute("INSERT INTO sqlite_sequence VALUES (?, ?)", (name, self._next(name) - 1))
        for statement in TABLES.split(";"):
            self._target.execute(statement)

    def _next(self, table: str) -> int:
        """The first number that no document's version, or no segment, ever had."""
        asked = {
            "documents": ("SELECT max(version) FROM documents", "SELECT max(version) FROM passages"),
            "segments": ("SELECT max(number) FROM segments", "SELECT max(segment) FROM passages"),
        }[table]
        known = max(self._live, default=0) if table == "documents" else 0
        return 1 + max(known, self._numbered.get(table, 0), *map(self._number, asked))

    def _number(self, query: str) -> int:
        return int(self._target.execute(query).fetchone()[0] or 0)


def _replaced(value: Value) -> Value:
    """A value whose text is text, with a sign where bytes of it are none."""
    return shown(value) if isinstance(value, str) else value
