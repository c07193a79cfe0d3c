"""Giving a whole collection its place, so that at every moment a whole one is there, or is found again.

A collection is built beside its place as `.NAME.HEX.unfinished`, and changes names with what is there in one step.
Where the filesystem knows no such step there are two: the old one gets out of the way as `.NAME.HEX.old`. Of a program
that is killed between the two, both are left and nothing at the place: whoever opens that next finishes the move.
"""

import errno
import os
import re
import shutil
import time
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from ...errors import CollectionExists, CollectionLocked, DragomanError
from ..ledger.database import Database
from ..segments.durability import exchange, rename, sync
from .lock import LOCK_TIMEOUT, writer_lock

LEDGER = "ledger.sqlite"

_UNFINISHED, _OLD = ".unfinished", ".old"
_BESIDE = re.compile(rf"\.(.+)\.[0-9a-f]{{12}}({_UNFINISHED}|{_OLD})", re.DOTALL)

_BEGINNING_SECONDS = 60.0
"""Within this time a collection that is being built may not be locked yet."""


def building_place(folder: Path) -> Path:
    """Where to build a collection before it gets its place: beside it, so that a name is all that changes."""
    return folder.with_name(f".{folder.name}.{uuid4().hex[:12]}{_UNFINISHED}")


def check_place(folder: Path, *, replace: bool) -> None:
    """Refuse a folder that a new collection may not be put into.

    Args:
        folder: The collection's.
        replace: Whether a collection may be there, to be replaced.

    Raises:
        CollectionExists: Something else is in the folder.
        DragomanError: Its path is not UTF-8.
    """
    check_name(folder)
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not (folder / LEDGER).is_file():
        raise CollectionExists(f"{folder} is not a collection, and is not replaced: choose another place")
    if not replace:
        raise CollectionExists(f"{folder} exists: add to it with `dragoman add`, or give --replace to start anew")


def check_name(folder: Path) -> None:
    """Refuse a path that the libraries which keep the index cannot take.

    Raises:
        DragomanError: The path is not UTF-8.
    """
    try:
        str(folder).encode()
    except UnicodeEncodeError as error:
        shown = os.fsencode(folder).decode("utf-8", "backslashreplace")
        raise DragomanError(f"a collection's path must be UTF-8, and {shown} is not: rename the folder") from error


def place(work: Path, folder: Path, *, replace: bool) -> None:
    """Give a complete collection its place, for good. What was there is gone only then.

    Args:
        work: What `building_place` gave, with a collection of which every file is on disk.
        folder: Its place.
        replace: Whether a collection there gives way. Its writer's lock must be held.

    Raises:
        CollectionExists: Something has been put there meanwhile.
        OSError: It cannot be done; what was there is still there.
        DragomanError: It is done, but may not last: the disk does not confirm the new names. What was there is kept.
    """
    check_place(folder, replace=replace)  # it may have been taken meanwhile
    discarded = work.with_suffix(_OLD)
    if (folder / LEDGER).is_file():
        try:
            exchange(work, folder)
        except OSError:
            _take_turns(work, discarded, folder)
        else:
            with suppress(OSError):
                work.rename(discarded)
    else:
        try:
            work.rename(folder)
        except OSError as error:
            if error.errno in (errno.ENOTEMPTY, errno.EEXIST):  # taken since it was checked
                check_place(folder, replace=False)
            raise
    try:
        sync(folder.parent)
    except OSError as error:
        kept = "; what was there before lies beside it" if discarded.exists() or work.exists() else ""
        raise DragomanError(
            f"the new collection is at {folder}, but the disk does not confirm that it has noted this "
            f"({error.strerror}){kept} until something is written there: look into the system's log (dmesg)"
        ) from error
    for leftover in (work, discarded):
        shutil.rmtree(leftover, ignore_errors=True)


def _take_turns(work: Path, discarded: Path, folder: Path) -> None:
    folder.rename(discarded)
    try:
        work.rename(folder)
    except BaseException:
        if not folder.exists():
            discarded.rename(folder)
        raise


def give_up(work: Path, folder: Path) -> None:
    """Remove what was built and did not get its place, unless it is what the next opening puts there.

    Args:
        work: What `building_place` gave.
        folder: Its place.
    """
    if not _is_between(work, work.with_suffix(_OLD), folder):
        shutil.rmtree(work, ignore_errors=True)


def finish_placing(folder: Path) -> None:
    """Put a collection in its place where a program was killed while it did that, and has left nothing there.

    Another process that is doing so at this moment is waited for.

    Args:
        folder: Where a collection is expected, and none is.

    Raises:
        CollectionLocked: Another process is at it and does not finish in time.
        DragomanError: One may not write there.
    """
    folder = folder.resolve()
    for discarded in _leftovers(folder):
        work = discarded.with_suffix(_UNFINISHED)
        if discarded.suffix != _OLD or not _is_between(work, discarded, folder):
            continue
        try:
            with writer_lock(discarded, LOCK_TIMEOUT):
                if _is_between(work, discarded, folder):
                    rename(work, folder)
        except (DragomanError, OSError) as error:
            if (folder / LEDGER).is_file():  # whoever had the lock has done it, and removed what was locked
                return
            if isinstance(error, CollectionLocked):
                raise
            raise DragomanError(
                f"the collection at {folder} was being replaced when the program was killed, and lies beside it as "
                f"{work.name}: whoever may write to {folder.parent} finishes that with `dragoman status`"
            ) from error
        return


def _is_between(work: Path, discarded: Path, folder: Path) -> bool:
    """Whether a new collection and the one that it replaces are whole, and neither is at its place."""
    if not all((each / LEDGER).is_file() for each in (work, discarded)):
        return False
    return not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))


def sweep_beside(folder: Path) -> list[Path]:
    """Remove what programs left beside a collection that were killed while they built or replaced it.

    Nothing that might be the only whole collection of that name is removed: only where one is in its place are those.

    Args:
        folder: The collection's.

    Returns:
        What is left, because somebody may be at work on it, or it cannot be removed; or what may come back with a power
        cut, because the disk does not confirm that it is gone.
    """
    folder = folder.resolve()
    leftovers = _leftovers(folder)
    spare = bool(leftovers) and _can_be_opened(folder) and _is_noted(folder)
    for leftover in leftovers:
        with suppress(DragomanError, OSError):  # somebody is at work on it, or it is gone
            if time.time() - leftover.stat().st_mtime < _BEGINNING_SECONDS and leftover.suffix == _UNFINISHED:
                continue
            if (leftover / LEDGER).exists() and not spare:
                continue
            with writer_lock(leftover, 0):
                shutil.rmtree(leftover, ignore_errors=True)
    left = [each for each in leftovers if each.exists()]
    return left if len(left) == len(leftovers) or _is_noted(folder) else leftovers


def _leftovers(folder: Path) -> list[Path]:
    """The folders beside a collection that were to be it, or have been."""
    with suppress(OSError), os.scandir(folder.parent) as entries:
        names = [entry.name for entry in entries if entry.name.startswith(f".{folder.name}.")]
        matched = [_BESIDE.fullmatch(name) for name in names]
        return [folder.with_name(match[0]) for match in matched if match and match[1] == folder.name]
    return []


def _is_noted(folder: Path) -> bool:
    """Whether the disk has the names that there are now, so that no other ones come back."""
    try:
        sync(folder.parent)
    except OSError:
        return False
    return True


def _can_be_opened(folder: Path) -> bool:
    try:
        Database(folder / LEDGER).close()
    except DragomanError:
        return False
    return True
