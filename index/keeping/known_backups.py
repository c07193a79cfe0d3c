"""The backups that were made of a collection, as it remembers them: a line each in a file of its folder.

They do not stand in the ledger, where a backup would have to wait for a commit that may take hours.
"""

import json
import os
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

from ...errors import DragomanError
from ..ledger.database import UNFINISHED, Database
from ..writing.placing import LEDGER
from ..writing.rights import share

KNOWN_BACKUPS: Final = "backups.jsonl"


class KnownBackup(NamedTuple):
    """A backup of a collection.

    Attributes:
        path: Its folder.
        made_at: When it was last begun, in seconds since the epoch.
        device: The number of the file system that the folder lies on; 0 if that is not known.
    """

    path: str
    made_at: float
    device: int = 0


def remember(collection: Path, *backups: KnownBackup) -> bool:
    """Remember some backups of a collection; whether that can be written."""
    return _append(collection, [each._asdict() for each in backups])


def forget(collection: Path, *backups: KnownBackup) -> None:
    """Forget some backups of a collection, as far as that can be written."""
    _append(collection, [{"path": each.path, "made_at": None} for each in backups])


def known_backups(collection: Path) -> list[KnownBackup]:
    """The backups of a collection, by path."""
    found: dict[str, KnownBackup] = {}
    with suppress(OSError):
        for line in (collection / KNOWN_BACKUPS).read_bytes().splitlines():
            with suppress(ValueError, KeyError, TypeError):
                each = json.loads(line)
                if each["made_at"] is None:
                    found.pop(each["path"], None)
                else:
                    path = str(each["path"])
                    found[path] = KnownBackup(path, float(each["made_at"]), int(each.get("device", 0)))
    return [found[path] for path in sorted(found)]


def is_deleted(backup: KnownBackup) -> bool:
    """Whether a backup is gone for good, and does not only lie on a disk that is out of reach at present."""
    path = Path(backup.path)
    try:
        return not path.exists() and path.parent.stat().st_dev == backup.device
    except OSError:
        return False


def may_hold(backup: KnownBackup, document_ids: Sequence[str]) -> bool:
    """Whether a backup has some document, live or retired, or cannot be asked at present.

    One that was not finished, or of which somebody was reading what it replaced, may have what its ledger does not
    name: so it has until it is made anew.
    """
    place = Path(backup.path)
    try:
        with closing(Database(place / LEDGER)) as ledger:
            asked = json.dumps(list(document_ids))
            found = ledger.rows(
                "SELECT 1 FROM documents WHERE id IN (SELECT value FROM json_each(?)) LIMIT 1", (asked,)
            )
            named = {name for (name,) in ledger.rows("SELECT name FROM segments")}
            log = place / f"{LEDGER}-wal"
            return (
                bool(found)
                or any(place.glob(f"{LEDGER}{UNFINISHED}*"))
                or any(each.name not in named for each in (place / "segments").iterdir())
                or (log.exists() and log.stat().st_size > 0)
            )
    except (DragomanError, OSError, sqlite3.Error):
        return True


def _append(collection: Path, lines: Sequence[Mapping[str, Any]]) -> bool:
    """Add lines to what a collection remembers; whether that can be written."""
    if not lines:
        return True
    path = collection / KNOWN_BACKUPS
    text = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in lines)
    try:
        # A stranger's collection may have a link there.
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(path, flags, 0o666)
        try:
            # An earlier line may have been cut short.
            os.write(descriptor, b"\n" + text.encode("utf-8", "surrogateescape"))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError:
        return False
    share(path, collection)
    return True
