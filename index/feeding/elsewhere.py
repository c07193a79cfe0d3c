"""Texts that come in once more, from elsewhere: as a rule a folder has moved, and nobody meant to have them twice."""

import json
import shlex
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

from ...corpus.readers.files import path_named
from ..ledger.database import Database

_MOST: Final = 1000
_MOST_PAIRS: Final = 20_000
"""Of so many files it is found out whether their texts were there already, and so many others are compared."""


class Elsewhere(NamedTuple):
    """Texts that were there already and came in once more, from another file or folder.

    Attributes:
        documents: How many documents they are, of those that were looked at.
        before: Where most of them were before.
        now: Where these came in from.
    """

    documents: int
    before: str
    now: str

    def __str__(self) -> str:
        """A line that says so, and what to do if they were moved."""
        command = shlex.join(("dragoman", "sources", "--moved", self.before, self.now))
        what = "1 document that was added is" if self.documents == 1 else f"{self.documents:,} that were added are"
        return f"{what} there already, from {self.before}: if that was moved, `{command}` makes one of both"


def came_from_elsewhere(database: Database, source: str, after: int) -> Elsewhere | None:
    """Whether texts that came in from a new source were there already, from files elsewhere.

    Args:
        database: The collection's.
        source: The source's name.
        after: The newest version of a document before it came in.
    """
    pairs = Counter(_parted(*each) for each in _twins(database, source, after))
    if not pairs:
        return None
    ((before, now), _), *_ = pairs.most_common(1)
    return Elsewhere(sum(pairs.values()), before, now)


def _twins(database: Database, source: str, after: int) -> Iterator[tuple[str, str]]:
    """The paths of files with the same text, or of archives of the same name and size: the older one, the newer one."""
    query = "SELECT path, size, document FROM files WHERE source = ? AND documents > 0 LIMIT ?"
    came = {path: (size, document) for path, size, document in database.rows(query, (source, _MOST))}
    sizes = json.dumps(list({size for size, _ in came.values()}))
    query = "SELECT path, size, document FROM files WHERE size IN (SELECT value FROM json_each(?)) LIMIT ?"
    known: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    for path, size, document in database.rows(query, (sizes, _MOST_PAIRS)):
        if path not in came:
            known[size].append((path, document))
    pairs = ((path, document, *old) for path, (size, document) in came.items() for old in known[size])
    found: set[str] = set()
    for path, document, old, before in islice(pairs, _MOST_PAIRS):
        if (
            path not in found
            and bool(document) == bool(before)
            and _is_same(database, path, document, old, before, after)
        ):
            found.add(path)
            yield old, path


def _is_same(database: Database, path: str, document: str, old: str, before: str, after: int) -> bool:
    if document:
        same = """SELECT 1 FROM documents AS new JOIN documents AS old ON new.text = old.text
            WHERE new.id = ? AND new.retired_at IS NULL AND new.version > ?
            AND old.id = ? AND old.retired_at IS NULL AND old.version <= ?"""
        return bool(database.rows(same, (document, after, before, after)))
    within = "SELECT 1 FROM documents WHERE id > ? AND id < ? AND retired_at IS NULL AND version {} ? LIMIT 1"
    return Path(old).name == Path(path).name and all(
        database.rows(within.format(sign), (f"{each}!", f'{each}"', after)) for each, sign in ((old, "<="), (path, ">"))
    )


def _parted(old: str, new: str) -> tuple[str, str]:
    """Two paths without the end that they have in common: from where to where it may have moved."""
    before, now = Path(path_named(old)), Path(path_named(new))
    while before.name == now.name and before.parent != before and now.parent != now:
        before, now = before.parent, now.parent
    return str(before), str(now)
