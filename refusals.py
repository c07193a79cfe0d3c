"""What the system refuses, in words: room, rights, files, memory. It is never taken for damage.

Python, SQLite and the libraries written in C each tell it in their own way: by an errno, by a code that hides it, by a
text. `refusal` makes one error of all of them, which names the path, says what is lacking, and how to mend it.
"""

import errno
import os
import pwd
import resource
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

from .errors import SystemRefusal


class _Words(NamedTuple):
    """What is lacking, and how to mend it."""

    lacking: str
    remedy: str


_RIGHTS: Final = _Words("no permission", "its owner can give the right with chmod, chgrp or chown")
_AWAY: Final = _Words("the drive that it is on does not answer", "see that it is mounted and reachable, and try again")
_BROKEN: Final = _Words("the file system reports that it is damaged", "have it checked (fsck)")

_BY_NAME: Final = {
    "ENOSPC": _Words("no room is left on the disk", "make room, and try again"),
    "EDQUOT": _Words("the quota on the disk is used up", "free some of it or have it raised, and try again"),
    "EFBIG": _Words("a file would be larger than allowed", "raise the limit (`ulimit -f`), or use another disk"),
    "EMFILE": _Words("too many open files in this process", "raise the limit (`ulimit -n`)"),
    "ENFILE": _Words("too many open files on this machine", "end what opens so many, or raise fs.file-max"),
    "EACCES": _RIGHTS,
    "EPERM": _RIGHTS,
    "EROFS": _Words("the file system is read-only", "mount it for writing, or change a copy elsewhere"),
    "EIO": _Words(
        "the disk reports an error", "look into the system's log (dmesg), and copy the collection while it can be read"
    ),
    "EREMOTEIO": _AWAY,
    "ESTALE": _AWAY,
    "ENOTCONN": _AWAY,
    "EHOSTDOWN": _AWAY,
    "EUCLEAN": _BROKEN,
    "EBADMSG": _BROKEN,
    "ENOMEM": _Words("not enough memory", "end other programs, or raise the limit (`ulimit -v`, the container's)"),
    "EAGAIN": _Words("no more threads or processes may be started", "raise the limit (`ulimit -u`, the container's)"),
    "ENAMETOOLONG": _Words("the name is too long for the file system", "choose a shorter one"),
    "ENODEV": _Words("the file system maps no files into memory", "put the collection on another one"),
    "ENOLCK": _Words("the file system keeps no locks", "put the collection on a local disk"),
    "EBUSY": _Words("another program keeps it locked", "try again when that has finished"),
}
_BY_ERRNO: Final = {getattr(errno, name): words for name, words in _BY_NAME.items() if hasattr(errno, name)}
_OF_WRITING: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})

_NO_INODES: Final = _Words("no more files can be made on the disk (no free inodes)", "delete some, and try again")
_READ_ONLY: Final = _Words("it could only be opened for reading", "close the collection, and open it again")
_UNKNOWN: Final = _Words("the system refuses it", "look at its rights and at the disk")
_NO_TEMPORARY: Final = _Words("no folder for temporary files can be written to", "set TMPDIR to one that can")

_IN_TEXTS: Final = {
    **{os.strerror(number): number for number in _BY_ERRNO if number != errno.EBUSY},
    "bad_alloc": errno.ENOMEM,
    "bad allocation": errno.ENOMEM,
    "can't start new thread": errno.EAGAIN,
}
"""What libraries say that have no errno to give."""

_LACKS_TEMPORARY: Final = "No usable temporary directory"
"""What Python says of a lack of a folder for temporary files, under the errno of a file that is not there."""

_LEAST_BYTES: Final = 64 * 1024
"""A disk with less free room is full: SQLite could hardly open a database to write to it."""


def refusal(error: BaseException, path: str | os.PathLike[str]) -> SystemRefusal | None:
    """The error that says what the system refused, or None if it is not the system that refused something.

    That a file is not there is no refusal: within a collection that is damage.

    Args:
        error: What was raised.
        path: What was being read or written, in case that the error names no path.
    """
    if isinstance(error, SystemRefusal):
        return error
    match error:
        case sqlite3.Error():
            return _of_sqlite(error, Path(path))
        case OSError():
            if told := lack_of_temporary(error):
                return told
            number = error.errno
            # Of a copy, the second one is what is written.
            named = error.filename2 if number in _OF_WRITING and error.filename2 else error.filename
            if isinstance(named, str | bytes) and named:
                path = os.fsdecode(named)
        case MemoryError():
            number = errno.ENOMEM
        case _:
            number = next((known for text, known in _IN_TEXTS.items() if text in str(error)), None)
    return _told(number, Path(path)) if number in _BY_ERRNO else None


def lack_of_room(path: Path) -> SystemRefusal | None:
    """What is to be said if next to no room is left on the disk that a path is on; None if there is some."""
    disk = _disk_of(path)
    if disk is None or disk.f_bavail * disk.f_frsize >= _LEAST_BYTES or not disk.f_blocks:
        return None
    return SystemRefusal(str(path), *_BY_NAME["ENOSPC"])


def lack_of_temporary(error: BaseException) -> SystemRefusal | None:
    """What is to be said if an error says that no folder for temporary files can be written to; None if it does not."""
    if isinstance(error, FileNotFoundError) and _LACKS_TEMPORARY in str(error):
        return _no_temporary()
    return None


@contextmanager
def telling_refusals(path: str | os.PathLike[str]) -> Generator[None]:
    """Tell as that what the system refuses within the block; other errors are left as they are.

    Args:
        path: See `refusal`.

    Raises:
        SystemRefusal: The system refused something.
    """
    try:
        yield
    except Exception as error:
        if (told := refusal(error, path)) is not None and told is not error:
            raise told from error
        raise


def _told(number: int | None, path: Path) -> SystemRefusal:
    words = _BY_ERRNO.get(number or 0, _UNKNOWN)
    if number == errno.ENOSPC:
        full = _full(path)
        words = _NO_INODES if _has_no_inodes(full) else words
        if full != path:
            words = words._replace(remedy=f"{words.remedy}, or set TMPDIR to another folder")
        path = full
    elif words is _RIGHTS:
        path = _culprit(path, errno.EACCES)
        words = words._replace(lacking=f"no permission for {who()}")
    elif number == errno.EIO:
        path = _culprit(path, errno.EIO)
    return SystemRefusal(str(path), *words)


def _culprit(path: Path, number: int) -> Path:
    """Which file in a folder cannot be read, where a library does not say it; or the path itself."""
    with suppress(OSError):
        for each in path.rglob("*") if path.is_dir() else ():
            if ".sqlite" in each.name:  # see `_tried`
                continue
            try:
                with suppress(IsADirectoryError), each.open("rb") as file:
                    file.read(1)
            except OSError as error:
                if error.errno == number:
                    return each
    return path


def _of_sqlite(error: sqlite3.Error, path: Path) -> SystemRefusal | None:
    """SQLite tells of some refusals by codes that hide the errno: that is found out by trying."""
    code: int = getattr(error, "sqlite_errorcode", 0)  # errors of Python's own have none
    match code & 0xFF:
        case sqlite3.SQLITE_FULL:
            return _told(errno.ENOSPC, path)
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_PROTOCOL:
            return _told(errno.EBUSY, path)
        case sqlite3.SQLITE_NOMEM:
            return _told(errno.ENOMEM, path)
        case sqlite3.SQLITE_NOLFS:
            return _told(errno.EFBIG, path)
        case sqlite3.SQLITE_IOERR:
            return _of_input_and_output(code, path)
        case sqlite3.SQLITE_READONLY if code != sqlite3.SQLITE_READONLY_DBMOVED:
            return _tried(path, otherwise=_READ_ONLY)
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return _tried(path, otherwise=_UNKNOWN)
        case _:
            return None


def _of_input_and_output(code: int, path: Path) -> SystemRefusal | None:
    match code:
        case sqlite3.SQLITE_IOERR_NOMEM:
            return _told(errno.ENOMEM, path)
        case sqlite3.SQLITE_IOERR_GETTEMPPATH:
            return _no_temporary()
        case sqlite3.SQLITE_IOERR_SHORT_READ | sqlite3.SQLITE_IOERR_DATA:
            return None  # the file ends too early, or its checksums are wrong
        case _:
            return _tried(path, otherwise=_BY_NAME["EIO"])


def _tried(path: Path, *, otherwise: _Words) -> SystemRefusal:
    """What is refused when a database and what lies beside it is opened, and something written beside it.

    None of them is opened for that: closing one takes the locks of all who are connected to it in this process.
    """
    try:
        os.close(os.open(path.parent, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0)))
    except OSError as error:
        if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM):
            return _told(error.errno, path)
    for each in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm", "-journal"))):
        try:
            size = each.stat().st_size
        except FileNotFoundError:
            continue
        except OSError as error:
            return _told(error.errno, each)
        if not _may(each, os.R_OK):
            return _told(errno.EACCES, each)
        if (limit := _file_limit()) is not None and size + _LEAST_BYTES > limit:
            return _told(errno.EFBIG, each)
        if not _may(each, os.W_OK):
            return _told(errno.EROFS if _is_read_only(each) else errno.EACCES, each)
    trial = path.with_name(f".{path.name}.{os.getpid()}.trial")
    try:
        with trial.open("xb") as file:
            file.write(bytes(_LEAST_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return _told(error.errno, path)
    finally:
        with suppress(OSError):
            trial.unlink()
    return SystemRefusal(str(path), *otherwise)


def _may(path: Path, how: int) -> bool:
    return os.access(path, how, effective_ids=os.access in os.supports_effective_ids)


def _full(path: Path) -> Path:
    """What room is lacking for: a path, or the folder for temporary files if that alone is full."""
    temporary = _temporary()
    return temporary if _is_full(temporary) and not _is_full(path) else path


def _temporary() -> Path:
    return Path(os.environ.get("TMPDIR") or "/tmp")  # noqa: S108  # nothing is written there


def _no_temporary() -> SystemRefusal:
    return SystemRefusal(str(_temporary()), *_NO_TEMPORARY)


def _is_full(path: Path) -> bool:
    disk = _disk_of(path)
    return disk is not None and (disk.f_bavail * disk.f_frsize < _LEAST_BYTES or 0 == disk.f_favail < disk.f_files)


def _has_no_inodes(path: Path) -> bool:
    """Whether a disk is short of inodes rather than of bytes. What was just refused may have been tidied away since."""
    disk = _disk_of(path)
    return disk is not None and disk.f_favail * disk.f_blocks < disk.f_bavail * disk.f_files


def _is_read_only(path: Path) -> bool:
    disk = _disk_of(path)
    return disk is not None and bool(disk.f_flag & os.ST_RDONLY)


def _disk_of(path: Path) -> os.statvfs_result | None:
    for each in (path, *path.absolute().parents):
        with suppress(OSError):
            return os.statvfs(each)
    return None


def _file_limit() -> int | None:
    """How large a file of this process may become, in bytes."""
    limit, _ = resource.getrlimit(resource.RLIMIT_FSIZE)
    return None if limit == resource.RLIM_INFINITY else limit


def who() -> str:
    """The user that this process belongs to."""
    number = os.geteuid()
    try:
        return f"user {pwd.getpwuid(number).pw_name}"
    except KeyError:
        return f"user {number}"
