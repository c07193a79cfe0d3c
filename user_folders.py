"""The folders that a user has for data and for caches: where they are, and which variable says so otherwise.

Not everybody has them: a service's user may have no home, or one that nobody can write to.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from .errors import SystemRefusal
from .refusals import telling_refusals, who


def user_data() -> Path:
    """Where a user's own collection is kept.

    Raises:
        SystemRefusal: They have no home, and XDG_DATA_HOME names no folder.
    """
    from platformdirs import user_data_dir  # late, as who names a collection needs none

    return _folder(user_data_dir, "~/.local/share", "set DRAGOMAN_COLLECTION to a collection, or XDG_DATA_HOME or HOME")


def user_cache() -> Path:
    """Where a user keeps what can be made again.

    Raises:
        SystemRefusal: They have no home, and XDG_CACHE_HOME names no folder.
    """
    from platformdirs import user_cache_dir

    return _folder(user_cache_dir, "~/.cache", "set XDG_CACHE_HOME or HOME")


def _folder(find: Callable[[str], str], usual: str, remedy: str) -> Path:
    try:
        folder = Path(find("dragoman"))
    except RuntimeError:
        folder = Path()
    if not folder.is_absolute():  # as older versions of platformdirs leave it
        raise SystemRefusal(usual, f"{who()} has no home folder", f"{remedy} to a folder that can be written to")
    return folder


@contextmanager
def naming_variable(folder: Path, remedy: str) -> Generator[None]:
    """Add to what the system refuses within the block, if it does so for a user's folder, how to use another one.

    Args:
        folder: The folder.
        remedy: How, as in "set XDG_DATA_HOME to another folder".

    Raises:
        SystemRefusal: The system refused something.
    """
    try:
        with telling_refusals(folder):
            yield
    except SystemRefusal as error:
        refused = Path(error.path)
        if not (refused.is_relative_to(folder.parent) or folder.is_relative_to(refused)):
            raise
        raise SystemRefusal(error.path, error.lacking, f"{error.remedy}, or {remedy}") from error
    except OSError as error:  # a file is where a folder should be, or a link leads nowhere
        reason = (error.strerror or str(error)).lower()
        raise SystemRefusal(str(error.filename or folder), reason, remedy) from error
