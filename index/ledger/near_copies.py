"""Which documents of a collection are near-copies of each other: kept up to date at each commit, read with a snapshot.

Of each live document the ledger keeps the signature, and its bands as an index: documents that share one may be
near-copies. The groups that follow are kept as well, and a commit works out anew only those that it touches. They are
a function of the live documents alone: neither the order of additions, updates and deletions nor their division into
commits makes a difference.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...corpus.signatures import SIGNATURE_VERSION, Rule, Signature, Signatures, bands, signature, stars
from .database import Database

FULL = 64
"""In a band that at most so many documents share, each is compared with each."""

HUBS = 4
"""In a band that more share, each is compared with only so many of them, the first by id: what stands on every page of
a site, or a story that went round the world, must not cost the square of its copies. The story comes together all the
same, around one of these."""

_BATCH = 4000  # documents whose signatures are held in memory at once

DEFAULT = Rule()


class Copies:
    """The groups of near-copies in one generation. Safe to share among threads.

    Args:
        rows: int64 [n, 2], the version and the group of each document that has copies, ascending by version.
    """

    def __init__(self, rows: NDArray[np.int64]) -> None:
        self._versions, self._groups = np.ascontiguousarray(rows.T)

    def raised(self, by: int) -> NDArray[np.int64]:
        """Its rows, with all versions and groups raised by a number."""
        return np.stack([self._versions, self._groups], axis=1) + by

    def group(self, versions: NDArray[np.int64]) -> NDArray[np.int64]:
        """The groups that some documents are in.

        Args:
            versions: int64 [n], the documents.

        Returns:
            int64 [n]: a document that has no copies is in a group of its own, with its version for a number.
        """
        if not len(self._versions):
            return versions
        at = np.minimum(np.searchsorted(self._versions, versions), len(self._versions) - 1)
        return np.where(self._versions[at] == versions, self._groups[at], versions)

    def has(self, versions: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of some documents have copies: bool [n] for the int64 [n] of their versions."""
        return np.isin(versions, self._versions)


def groups_of_copies(connection: sqlite3.Connection) -> NDArray[np.int64]:
    """The groups as the ledger has them, fit for `Copies`."""
    rows = connection.execute("SELECT version, centre FROM copies ORDER BY version").fetchall()
    return np.array(rows, np.int64).reshape(-1, 2)


class NearCopies:
    """Keeps the signatures and groups of one collection.

    Args:
        database: The collection's.
        rule: What counts as near.
    """

    def __init__(self, database: Database, rule: Rule = DEFAULT) -> None:
        self._database = database
        self._rule = rule

    def update(self) -> None:
        """Bring signatures and groups in line with the live documents, within `Database.change`.

        What was built under another rule, or not at all, is built anew.
        """
        connection, rule = self._database.connection, self._rule
        built: dict[str, Any] = {"signature": SIGNATURE_VERSION, **asdict(rule)}
        row = connection.execute("SELECT value FROM settings WHERE key = 'copies'").fetchone()
        known: dict[str, Any] = json.loads(row[0]) if row else {}
        if known.get("built") != built:
            known = {"built": built, "seen": 0}
            for table in ("signatures", "bands", "copies"):
                connection.execute(f"DELETE FROM {table}")  # noqa: S608  # one of the three
        (last,) = connection.execute("SELECT coalesce(max(version), 0) FROM documents").fetchone()
        gone = connection.execute(
            "SELECT version FROM documents CROSS JOIN signatures USING (version) WHERE retired_at IS NOT NULL"
        )
        if leaving := [version for (version,) in gone]:
            _Regrouping(connection, rule).exchange(leaving, {})
        if last <= known["seen"]:
            return
        coming: dict[int, Signature] = {}
        added = "SELECT version, text FROM documents WHERE version > ? AND retired_at IS NULL"
        for version, text in connection.execute(added, (known["seen"],)):
            if made := signature(text):
                coming[version] = made
            if len(coming) == _BATCH:
                _Regrouping(connection, rule).exchange([], coming)
                coming = {}
        _Regrouping(connection, rule).exchange([], coming)
        known["seen"] = last
        connection.execute("INSERT OR REPLACE INTO settings VALUES ('copies', ?)", (json.dumps(known),))


class _Regrouping:
    """One exchange of documents for others, and the groups that follow from it.

    A pair of documents is one number here, `first << 32 | second` of their versions, so that sets of pairs are arrays.
    """

    def __init__(self, connection: sqlite3.Connection, rule: Rule) -> None:
        self._connection = connection
        self._rule = rule
        self._ids: dict[int, str] = {}
        self._signatures: dict[int, Signature] = {}

    def exchange(self, leaving: Sequence[int], coming: Mapping[int, Signature]) -> None:
        """Take out the documents of some versions, bring in others with their signatures, and regroup."""
        self._load(leaving)
        self._signatures.update(coming)
        # A pair changes only in a band that somebody leaves or comes to, if often one between two others there.
        keys = self._keys([*leaving, *coming])
        before = self._near_pairs(keys)
        self._take_out(leaving)
        self._bring_in(coming)
        changed = np.setxor1d(before, self._near_pairs(keys), assume_unique=True)
        touched = {*(changed >> 32).tolist(), *(changed & 0xFFFFFFFF).tolist()}
        self._write(self._neighbourhood(touched.difference(leaving)))

    def _take_out(self, versions: Sequence[int]) -> None:
        for table in ("signatures", "copies"):
            delete = f"DELETE FROM {table} WHERE version = ?"  # noqa: S608  # one of the two
            self._connection.executemany(delete, ((version,) for version in versions))
        self._connection.executemany("DELETE FROM bands WHERE key = ? AND version = ?", self._band_rows(versions))

    def _bring_in(self, coming: Mapping[int, Signature]) -> None:
        rows = ((version, made.shingles, made.values.astype("<u2").tobytes()) for version, made in coming.items())
        self._connection.executemany("INSERT INTO signatures VALUES (?, ?, ?)", rows)
        self._connection.executemany("INSERT INTO bands VALUES (?, ?)", sorted(self._band_rows([*coming])))

    def _write(self, neighbours: Mapping[int, set[int]]) -> None:
        """Replace the groups of some documents, which are near-copies of no others."""
        self._connection.executemany("DELETE FROM copies WHERE version = ?", ((version,) for version in neighbours))
        self._load(neighbours)
        centres = stars(neighbours, self._ids)
        shared = {centre for version, centre in centres.items() if version != centre}
        rows = (row for row in centres.items() if row[1] in shared)
        self._connection.executemany("INSERT INTO copies VALUES (?, ?)", rows)

    def _neighbourhood(self, versions: Iterable[int]) -> dict[int, set[int]]:
        """These documents, their near-copies, those of these and so on, each with its near-copies."""
        neighbours: defaultdict[int, set[int]] = defaultdict(set)
        reached: set[int] = set()
        looked_at: set[int] = set()
        frontier = set(versions)
        while frontier:
            reached |= frontier
            self._load(frontier)
            keys = self._keys(frontier) - looked_at
            looked_at |= keys
            for pair in self._near_pairs(keys).tolist():
                first, second = pair >> 32, pair & 0xFFFFFFFF
                neighbours[first].add(second)
                neighbours[second].add(first)
            frontier = {other for version in frontier for other in neighbours[version]} - reached
        return {version: neighbours[version] for version in reached}

    def _near_pairs(self, keys: Iterable[int]) -> NDArray[np.int64]:
        """The near-copies among documents that share one of some bands, each pair once."""
        sharing = [members for members in self._members(keys) if len(members) > 1]
        versions = sorted({version for members in sharing for version in members})
        self._load(versions)
        row = {version: number for number, version in enumerate(versions)}
        pairs = [np.zeros(0, np.int64)]
        for members in sharing:
            if len(members) > FULL:
                members.sort(key=lambda version: self._ids[version])
            rows = np.array([row[version] for version in members])
            left, right = (rows[positions] for positions in _compared(len(members)))
            pairs.append(np.minimum(left, right) << 32 | np.maximum(left, right))
        packed = np.unique(np.concatenate(pairs))
        unpacked = np.stack([packed >> 32, packed & 0xFFFFFFFF], axis=1)
        made = [self._signatures[version] for version in versions]
        shingles = np.array([each.shingles for each in made], np.int64)
        values = np.array([each.values for each in made], np.uint16)
        near = unpacked[self._rule.near(Signatures(shingles, values), unpacked)]
        first, second = np.array(versions, np.int64)[near].T
        return first << 32 | second

    def _members(self, keys: Iterable[int]) -> Iterable[list[int]]:
        """The documents that share each of some bands."""
        rows = self._connection.execute(
            "SELECT bands.key, version FROM json_each(?) AS asked CROSS JOIN bands ON bands.key = asked.value",
            (json.dumps(sorted(keys)),),
        )
        return ([version for _, version in group] for _, group in groupby(rows, itemgetter(0)))

    def _load(self, versions: Iterable[int]) -> None:
        """Have ids and signatures of these documents at hand."""
        missing = [version for version in versions if version not in self._ids]
        for version, id_, shingles, minima in self._connection.execute(
            """SELECT version, documents.id, shingles, minima FROM json_each(?) AS asked
            CROSS JOIN signatures ON version = asked.value CROSS JOIN documents USING (version)""",
            (json.dumps(missing),),
        ):
            self._ids[version] = id_
            self._signatures[version] = Signature(shingles, np.frombuffer(minima, "<u2"))

    def _keys(self, versions: Iterable[int]) -> set[int]:
        return {key for key, _ in self._band_rows(versions)}

    def _band_rows(self, versions: Iterable[int]) -> list[tuple[int, int]]:
        """Key and version for each band of some documents."""
        listed = list(versions)
        values = np.array([self._signatures[version].values for version in listed], np.uint16)
        keys: list[list[int]] = bands(values.reshape(len(listed), -1)).tolist() if listed else []
        return [(key, version) for version, row in zip(listed, keys, strict=True) for key in row]


def _compared(members: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The positions of those that are compared in a list of documents that share a band."""
    return np.triu_indices(members if members <= FULL else HUBS, 1, members)
