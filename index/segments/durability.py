"""What makes a write last through a power cut.

What a file holds is on disk once the file is synced; its name, once the folder that it is in is. So whoever makes,
renames or exchanges something syncs the folder above it before anybody is told that it is done.
"""

import errno
import os
from pathlib import Path

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # of Linux: paths are as they are, and two of them change their names


def sync(path: Path) -> None:
    """Wait until a file's content, or a folder's list of files, is on disk.

    Args:
        path: A file or folder that exists.

    Raises:
        OSError: It cannot be opened, or the disk refuses.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some filesystems of networks know no syncing of folders.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP) or not path.is_dir():
            error.filename = str(path)  # which the system does not say
            raise
    finally:
        os.close(descriptor)


def make_folder(path: Path) -> None:
    """Make a folder and those above it where they are missing, and wait until their names are on disk.

    Args:
        path: A folder, or where there is to be one.

    Raises:
        OSError: One of them cannot be made, or the disk refuses.
    """
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(exist_ok=True)
    sync(path.parent)


def rename(path: Path, target: Path) -> None:
    """Give a file or folder another name in the same folder, and wait until that is on disk.

    Args:
        path: What has been synced, with all that is in it.
        target: Its name from then on.

    Raises:
        OSError: It cannot be renamed, or the disk refuses.
    """
    path.rename(target)
    sync(target.parent)


def exchange(one: Path, other: Path) -> None:
    """Let two files or folders change their names in one step, so that at no moment either of the names is free.

    Raises:
        OSError: The system or the filesystem knows no such step, or one of the two is missing.
    """
    import ctypes  # late: asking never needs it

    try:
        call = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError, TypeError) as error:  # another system than Linux, or an old library
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS)) from error
    if call(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(one), None, str(other))
