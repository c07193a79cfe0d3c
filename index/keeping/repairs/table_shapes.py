"""What rows of the ledger's tables look like, by which those of a damaged file are known for what they are."""

import sqlite3
from contextlib import closing
from typing import Final, NamedTuple

from ...ledger.schema import TABLES
from .raw_database import Row, Value

_TYPES: Final[dict[str, tuple[type, ...]]] = {"INTEGER": (int,), "REAL": (int, float), "TEXT": (str,), "BLOB": (bytes,)}


class Column(NamedTuple):
    """A column's name, its type in SQL, and whether it may be null."""

    name: str
    type: str
    may_be_null: bool


class Shape(NamedTuple):
    """The shape of one table.

    Attributes:
        name: The table's.
        columns: Its columns, in the order in which they are stored.
        rowid: Which of them is the rowid, or None.
        is_index: Whether it has no rowids, and so is kept as an index is.
    """

    name: str
    columns: tuple[Column, ...]
    rowid: int | None
    is_index: bool

    def fitted(self, row: Row) -> tuple[Value, ...] | None:
        """A row as the table has it, or None if it cannot be one of its rows."""
        values = list(row.values)
        if len(values) != len(self.columns):
            return None
        if self.rowid is not None:
            if values[self.rowid] is not None or row.key <= 0:
                return None
            values[self.rowid] = row.key
        for value, (_, kind, may_be_null) in zip(values, self.columns, strict=True):
            if not (may_be_null if value is None else isinstance(value, _TYPES[kind])):
                return None
        return tuple(values)


def shapes() -> dict[str, Shape]:
    """The shapes of all tables, by name."""
    found: dict[str, Shape] = {}
    with closing(sqlite3.connect(":memory:")) as model:
        model.executescript(TABLES)
        made = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        for name, sql in model.execute(made).fetchall():
            is_index = "WITHOUT ROWID" in sql
            described = model.execute(f"PRAGMA table_info({name})").fetchall()
            if is_index:  # its key is kept first
                described.sort(key=lambda column: (not column[5], column[5]))
            columns = tuple(
                Column(each, kind, not not_null and not key) for _, each, kind, not_null, _, key in described
            )
            keys = [number for number, (_, _, kind, _, _, key) in enumerate(described) if key and kind == "INTEGER"]
            found[name] = Shape(name, columns, keys[0] if keys and not is_index else None, is_index)
    return found


def default_roots() -> dict[str, int]:
    """Where the first page of each table and index lies in a ledger whose tables were made in one go."""
    with closing(sqlite3.connect(":memory:")) as model:
        model.executescript(TABLES)
        return dict(model.execute("SELECT name, rootpage FROM sqlite_master").fetchall())
