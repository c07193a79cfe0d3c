"""The floors of a collection, measured at each commit without looking at more vectors than are new.

For each folder of vectors it is kept which of its passages come nearest to the unrelated questions. As long as these
live, that stays so.
"""

from collections.abc import Callable, Iterator
from functools import cache
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...encoding.floors import Floors, floors
from ...encoding.query_encoder import QueryEncoder
from ...encoding.questions import unrelated_questions
from ...ledger.database import Database
from ...reading.snapshot import Snapshot
from ...segments.similarity.vector_rows import VectorPart


class _Nearest(NamedTuple):
    """The passages of a folder that are nearest to the questions: their ordinals, and how near, both [questions]."""

    ordinals: NDArray[np.int64]
    cosines: NDArray[np.float64]


def measured_floors(snapshot: Snapshot, database: Database, encoder: Callable[[], QueryEncoder]) -> Floors:
    """The floors of a generation; to be called within `Database.change`.

    Args:
        snapshot: The generation, as it will be after the change.
        database: The collection's.
        encoder: Loads the one that its vectors belong to. It is needed only if there are new ones.
    """
    asked = unrelated_questions()
    stamp = blake2b("\n".join((snapshot.manifest.encoder.query_hash, *asked)).encode(), digest_size=16).hexdigest()
    questions = cache(lambda: encoder().encode(asked))
    found: list[NDArray[np.float64]] = []
    for live, name, part in _parts(snapshot):
        known = _known(database, name, stamp)
        if known is None or not live[known.ordinals].all():
            database.connection.execute("DELETE FROM nearest WHERE folder = ?", (name,))
            known = _measured(part, questions(), live)
            if known is not None:
                row = name, stamp, known.ordinals.tobytes(), known.cosines.tobytes()
                database.connection.execute("INSERT INTO nearest VALUES (?, ?, ?, ?)", row)
        if known is not None:
            found.append(known.cosines)
    return floors(np.max(found, axis=0).tolist() if found else [])


def _parts(snapshot: Snapshot) -> Iterator[tuple[NDArray[np.bool_], str, VectorPart]]:
    """All vectors, folder by folder: which passages of the segment live, the folder's name, and the vectors."""
    for base, segment in snapshot.stack:
        live = snapshot.stack.live[base : base + len(segment)]
        own, *others = segment.vectors.parts
        if own.count:
            yield live, segment.folder.name, own
        yield from ((live, part.folder.name, part) for part in others)


def _known(database: Database, name: str, stamp: str) -> _Nearest | None:
    query = "SELECT ordinals, cosines FROM nearest WHERE folder = ? AND stamp = ?"
    for ordinals, cosines in database.rows(query, (name, stamp)):
        return _Nearest(np.frombuffer(ordinals, np.int64), np.frombuffer(cosines, np.float64))
    return None


def _measured(part: VectorPart, questions: NDArray[np.float32], live: NDArray[np.bool_]) -> _Nearest | None:
    """What is nearest in a folder, of what lives there; None if nothing does."""
    ordinals: list[int] = []
    cosines: list[float] = []
    for question in questions:
        nearest, _ = part.nearest(question, 1, live)
        if not len(nearest):
            return None
        ordinals.append(int(nearest[0]))
        cosines.append(float(part.cosines(question, nearest)[0]))
    return _Nearest(np.array(ordinals, np.int64), np.array(cosines, np.float64))
