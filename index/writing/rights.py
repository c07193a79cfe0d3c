"""Whose new files are: they take the rights of the collection's folder, whoever makes them, under whatever umask."""

import os
import stat
from contextlib import suppress
from pathlib import Path


def share(new: Path, folder: Path) -> None:
    """Give something new, and all that is in it, the mode and the group of a folder; its owner as well, as root.

    Files are never executable. What the system does not let one give stays as it is.

    Args:
        new: A file or a folder.
        folder: The collection's.
    """
    with suppress(OSError):
        rights = folder.stat()
        for each in [new, *new.rglob("*")]:
            with suppress(OSError):
                _give(each, rights)


def _give(path: Path, rights: os.stat_result) -> None:
    now = path.lstat()
    if stat.S_ISLNK(now.st_mode):
        return
    owner = rights.st_uid if os.geteuid() == 0 else now.st_uid
    if (now.st_uid, now.st_gid) != (owner, rights.st_gid):
        with suppress(OSError):  # only members of a group may give something to it
            os.chown(path, owner, rights.st_gid)
    mode = rights.st_mode & (0o2777 if stat.S_ISDIR(now.st_mode) else 0o666)
    if stat.S_IMODE(path.stat().st_mode) != mode:
        path.chmod(mode)
