"""States of a collection that are kept: what it was on a day can be asked for as long as its owner wants.

A kept state costs what it holds and nobody else does: segments that are retired by now, with the texts of their
documents, and the query encoder if the collection has another one since. These are not collected. Deletions, settings
and near-copies go on changing, and so a kept state has its own.
"""

import json
import re
import sqlite3
import time
from collections.abc import Iterable
from contextlib import nullcontext
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from ...errors import CollectionExists, CollectionNotFound, DragomanError
from ..ledger.database import Database, transaction
from ..ledger.ledger import State, parts_of_segments
from ..ledger.near_copies import groups_of_copies
from ..ledger.schema import CHANGE, IDENTITY
from ..writing.status import folder_size

_SINCE: Final = 6
"""The first format in which states are kept."""

_NAME: Final = re.compile(r"[^\W_][\w.-]{0,99}")


class KeptState(NamedTuple):
    """A state that is kept.

    Attributes:
        name: What it is called.
        kept_at: Since when, in seconds since the epoch.
        generation: That of the collection which it is.
        bytes: What would be gone from the disk without it, if no other state holds the same.
    """

    name: str
    kept_at: float
    generation: int
    bytes: int


class KeptStates:
    """The states of one collection that are kept. Changes belong into `Store.writing`.

    Args:
        database: The collection's.
        folder: The collection's folder.
    """

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder

    @property
    def _are_known(self) -> bool:
        """Whether the ledger has a place for them: an older Dragoman's has none, and is not changed by who reads it."""
        return self._database.setting("format") >= _SINCE

    def names(self) -> list[str]:
        """What they are called, in order of their age."""
        if not self._are_known:
            return []
        return [name for (name,) in self._database.rows("SELECT name FROM kept_states ORDER BY kept_at, name")]

    def all(self) -> list[KeptState]:
        """All that are kept, the oldest first."""
        found: list[KeptState] = []
        for name in self.names():
            rows = self._database.rows("SELECT kept_at, settings FROM kept_states WHERE name = ?", (name,))
            for kept_at, settings in rows:  # none, if it has just been dropped
                found.append(KeptState(name, kept_at, json.loads(settings)["generation"], self._size([name])))
        return found

    def encoders(self) -> list[str]:
        """The folders of the query encoders that they need."""
        if not self._are_known:
            return []
        rows = self._database.rows("SELECT DISTINCT json_extract(settings, '$.encoder_folder') FROM kept_states")
        return [name for (name,) in rows if name]

    def bytes(self) -> int:
        """How many bytes lie on the disk for nothing but kept states: what several hold counts once."""
        names = self.names()
        return self._size(names) if names else 0

    def stamp(self, name: str) -> str:
        """What differs from that of any other state, were it kept under the same name later; empty if there is none."""
        if not self._are_known:
            return ""
        rows = self._database.rows(
            f"""SELECT kept_at, json_extract(settings, '$.{IDENTITY}'), json_extract(settings, '$.generation'),
            json_extract(settings, '$.{CHANGE}') FROM kept_states WHERE name = ?""",  # noqa: S608  # names of ours
            (name,),
        )
        return " ".join(map(str, rows[0])) if rows else ""

    def state(self, name: str) -> State:
        """What a reader needs to open it. Raises CollectionNotFound if there is none of that name."""
        found = self._database.read(lambda connection: _state(connection, name)) if self._are_known else None
        if found is None:
            raise self._unknown(name)
        return found

    def keep(self, name: str) -> None:
        """Keep what the collection is now. No answer of today changes by that.

        Raises:
            DragomanError: That is no name.
            CollectionExists: A state of that name is kept already.
        """
        if not _NAME.fullmatch(name):
            raise DragomanError(
                f"{name!r} is no name for a state: take letters, digits, dots and dashes, as in before-2026"
            )
        if self.stamp(name):
            raise CollectionExists(
                f"a state {name!r} is kept already: drop it with `dragoman keep --drop {name}`, or take another name"
            )
        with self._database.change():
            connection = self._database.connection
            copies = groups_of_copies(connection).astype("<i8").tobytes()
            settings = dict(connection.execute("SELECT key, value FROM settings").fetchall())
            row = name, time.time(), json.dumps({key: json.loads(value) for key, value in settings.items()}), copies
            self._database.note("INSERT INTO kept_states VALUES (?, ?, ?, ?)", row)
            for (number,) in connection.execute("SELECT number FROM segments WHERE retired_at IS NULL").fetchall():
                gone = connection.execute("SELECT ordinal FROM deletions WHERE segment = ? ORDER BY ordinal", (number,))
                deleted = np.fromiter((ordinal for (ordinal,) in gone), np.dtype("<i4")).tobytes()
                self._database.note("INSERT INTO kept_segments VALUES (?, ?, ?)", (number, name, deleted))

    def drop(self, name: str) -> None:
        """Keep a state no longer. Who is asking it has as much time to finish as if all in it had just been retired.

        Raises:
            CollectionNotFound: There is none of that name.
        """
        if not self.stamp(name):
            raise self._unknown(name)
        with self._database.change():
            self._database.note(
                """UPDATE segments SET retired_at = ? WHERE retired_at IS NOT NULL
                AND EXISTS (SELECT 1 FROM kept_segments WHERE segment = number AND state = ?)""",
                (time.time(), name),
            )
            self._database.note("DELETE FROM kept_segments WHERE state = ?", (name,))
            self._database.note("DELETE FROM kept_states WHERE name = ?", (name,))

    def holding(self, document_ids: Iterable[str]) -> list[str]:
        """The names of the states in whose segments passages of some documents are, in any version, deleted or not."""
        if not self._are_known:
            return []
        rows = self._database.rows(
            """SELECT DISTINCT state FROM json_each(?) AS asked JOIN documents ON documents.id = asked.value
            JOIN passages USING (version) JOIN kept_segments USING (segment) ORDER BY state""",
            (json.dumps(list(document_ids)),),
        )
        return [name for (name,) in rows]

    def _unknown(self, name: str) -> CollectionNotFound:
        return CollectionNotFound(
            f"no state {name!r} is kept of the collection: `dragoman keep --list` shows those that are"
        )

    def _size(self, names: Iterable[str]) -> int:
        """How many bytes lie on the disk for nothing but some states."""
        asked = json.dumps(list(names))
        segments = self._database.rows(
            """SELECT DISTINCT number, name FROM json_each(?) AS asked JOIN kept_segments ON state = asked.value
            JOIN segments ON number = segment WHERE retired_at IS NOT NULL""",
            (asked,),
        )
        parts = self._database.read(parts_of_segments)
        encoders = self._database.rows(
            """SELECT DISTINCT json_extract(settings, '$.encoder_folder') FROM json_each(?) AS asked
            JOIN kept_states ON name = asked.value""",
            (asked,),
        )
        now = self._database.settings().get("encoder_folder", "")
        ((texts,),) = self._database.rows(
            """SELECT coalesce(sum(length(CAST(text AS BLOB))), 0) FROM documents
            WHERE retired_at IS NOT NULL AND EXISTS (SELECT 1 FROM passages JOIN kept_segments USING (segment)
            JOIN segments ON number = segment AND segments.retired_at IS NOT NULL
            WHERE passages.version = documents.version AND state IN (SELECT value FROM json_each(?)))""",
            (asked,),
        )
        held = chain.from_iterable([name, *parts.get(number, ())] for number, name in segments)
        folders = [self._folder / "segments" / name for name in held]
        folders += [self._folder / "encoders" / name for (name,) in encoders if name and name != now]
        return texts + sum(folder_size(folder) for folder in folders)


def _state(connection: sqlite3.Connection, name: str) -> State | None:
    with nullcontext() if connection.in_transaction else transaction(connection, "BEGIN"):
        row = connection.execute("SELECT settings, copies FROM kept_states WHERE name = ?", (name,)).fetchone()
        rows = connection.execute(
            """SELECT number, segments.name, deleted FROM kept_segments JOIN segments ON number = segment
            WHERE state = ? ORDER BY number""",
            (name,),
        ).fetchall()
        parts = parts_of_segments(connection)
    if row is None:
        return None
    settings = json.loads(row[0])
    deleted = {number: np.frombuffer(gone, "<i4").astype(np.int64) for number, _, gone in rows}
    copies = np.frombuffer(row[1], "<i8").astype(np.int64).reshape(-1, 2)
    segments = [(number, of) for number, of, _ in rows]
    return State(settings["generation"], segments, parts, deleted, settings, copies)
