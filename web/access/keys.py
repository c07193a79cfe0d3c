"""Keys to the API: a file with a line for each, its holder's name and the SHA-256 of the key.

A key is 256 random bits, which nobody can guess. So a fast hash protects it as well as a slow one would, and it has to
be fast, for it is computed with each request. Passwords, which people make up, would be another matter.
"""

import hashlib
import hmac
import os
import re
import secrets
import tempfile
import threading
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from ...errors import DragomanError, NotFound
from ...index.forking import undisturbed

PREFIX = "dgm_"
"""What every key begins with, so that one that is left lying about can be recognised."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_HASH = re.compile(r"[0-9a-f]{64}")
_LARGEST_FILE = 16 * 1024 * 1024


class KeyNeeded(DragomanError):
    """There are keys, and a request came without one, or with one that is not known."""

    status = 401


class _State(NamedTuple):
    """What tells whether a file has changed."""

    inode: int
    size: int
    changed: int


class Keys:
    """The keys of a file, which is read anew when it has changed. Safe to share among threads.

    Args:
        path: The file.

    Raises:
        DragomanError: The file cannot be read, or it holds a line that is no key's.
    """

    def __init__(self, path: str | Path) -> None:
        self._path = Path(os.path.expanduser(path))  # noqa: PTH111  # that of a Path fails where nobody has a home
        self._lock = threading.Lock()
        self._state, self._names = _read(self._path)

    def check(self, authorization: str | None, api_key: str | None) -> str:
        """The name of whoever sent a request, by the key in it.

        Args:
            authorization: Its Authorization header: `Bearer KEY`.
            api_key: Its X-API-Key header, which counts where the other one is no bearer's.

        Raises:
            KeyNeeded: There is no key in it, or one that is not known.
            DragomanError: The file has become unreadable.
        """
        scheme, _, token = (authorization or "").partition(" ")
        key = token.strip() if scheme.lower() == "bearer" else api_key
        if not key:
            raise KeyNeeded("a key is needed: send it as Authorization: Bearer KEY, or as X-API-Key")
        if (holder := self.holder(key)) is None:
            raise KeyNeeded("this key is not known: it may have been revoked")
        return holder

    def holder(self, key: str) -> str | None:
        """The name of whoever has this key, or None. Raises DragomanError if the file has become unreadable."""
        digest, holder = _hash(key), None
        # Compare with all of them, even after one fits, so that the time it takes reveals nothing.
        for known, name in self._current().items():
            if hmac.compare_digest(known, digest):
                holder = name
        return holder

    def _current(self) -> Mapping[str, str]:
        with undisturbed(), self._lock:
            if _state(self._path) != self._state:
                self._state, self._names = _read(self._path)
            return self._names


def new(path: Path, name: str) -> str:
    """Make a key for somebody and enter its hash into the file.

    Args:
        path: The file; it is made if it does not exist.
        name: Whose key it is: up to 64 letters, digits, dots, dashes and underscores.

    Returns:
        The key itself, which is stored nowhere.

    Raises:
        DragomanError: The name is taken or cannot be one, or the file cannot be written.
    """
    if not _NAME.fullmatch(name):
        raise DragomanError(f"{name[:40]!r} is no name for a key: use up to 64 letters, digits, dots, dashes and _")
    key = PREFIX + secrets.token_urlsafe(32)
    with _changing(path) as lines:
        if name in _parsed(path, lines).values():
            raise DragomanError(f"{name} has a key already: revoke it first, or take another name")
        lines.append(f"{name} {_hash(key)}")
    return key


def revoke(path: Path, name: str) -> None:
    """Take somebody's key out of the file.

    Args:
        path: The file.
        name: Whose key it is.

    Raises:
        NotFound: Nobody of that name has a key.
        DragomanError: The file cannot be read or written.
    """
    with _changing(path, must_exist=True) as lines:
        if name not in _parsed(path, lines).values():
            raise NotFound(f"no key is called {name[:40]!r}: `dragoman key list` shows those that there are")
        lines[:] = [line for line in lines if line.split()[:1] != [name]]


def holders(path: Path) -> list[str]:
    """The names in the file, in its order. Raises DragomanError if it cannot be read."""
    return list(_read(path)[1].values())


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


def _state(path: Path) -> _State:
    try:
        status = path.stat()
    except OSError as error:
        raise DragomanError(f"cannot read the keys in {path}: {error.strerror}") from error
    return _State(status.st_ino, status.st_size, status.st_mtime_ns)


def _read(path: Path) -> tuple[_State, dict[str, str]]:
    """A file's state, and the names by the hashes in it."""
    state = _state(path)  # before the content: if that changes in between, it is read once more
    return state, _parsed(path, _lines(path, state.size))


def _lines(path: Path, size: int) -> list[str]:
    if size > _LARGEST_FILE:
        raise DragomanError(f"{path} is no file of keys: it has {size:,} bytes")
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise DragomanError(f"cannot read the keys in {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DragomanError(f"{path} is no file of keys: it is not text") from error


def _parsed(path: Path, lines: Iterable[str]) -> dict[str, str]:
    names: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, digest = line.strip().partition(" ")
        if not (_NAME.fullmatch(name) and _HASH.fullmatch(digest)):
            raise DragomanError(f"{path}, line {number}: not a name and a SHA-256: mend it, or take it out")
        names[digest] = name
    return names


@contextmanager
def _changing(path: Path, must_exist: bool = False) -> Generator[list[str], None, None]:
    """The lines of the file, for the block to change; then written back whole or not at all, for its owner alone."""
    from filelock import FileLock

    path = path.resolve()  # otherwise a link would be replaced, and not what it leads to
    if not path.parent.is_dir():
        raise DragomanError(f"cannot write the keys to {path}: there is no such folder")
    try:
        with FileLock(path.with_name(f".{path.name}.lock")):
            lines = _lines(path, _state(path).size) if must_exist or path.exists() else []
            yield lines
            _write(path, "".join(f"{line}\n" for line in lines))
    except OSError as error:
        raise DragomanError(f"cannot write the keys to {path}: {error.strerror}") from error


def _write(path: Path, content: str) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # with mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
