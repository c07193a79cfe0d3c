"""Where collections live: the one that is named, or else the user's own, first built from the briefs that ship."""

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..user_folders import naming_variable, user_data
from .segments.durability import make_folder
from .writing.store import LEDGER

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from .writing.tally import Progress


_ELSEWHERE: Final = "set DRAGOMAN_COLLECTION to another collection, or XDG_DATA_HOME to a folder that can be written to"


@contextmanager
def own_collection() -> Generator[Path]:
    """The folder of a user's own collection, which is meant if they name no other, for a block that may write there.

    The folders above it are made.

    Raises:
        SystemRefusal: They have no folder for data, or it cannot be written to: which variable names another.
    """
    folder = user_data() / "collection"
    with naming_variable(folder, _ELSEWHERE):
        make_folder(folder.parent)
        yield folder


@contextmanager
def briefs() -> Generator[list[Path]]:
    """The files of the documents that ship with Dragoman, in order of their names, for as long as the block lasts.

    Where Dragoman itself lies in an archive, they are copies.
    """
    from importlib.resources import files  # late, as a collection that is there needs neither of these
    from tempfile import TemporaryDirectory

    shipped = files(f"{(__package__ or '').rpartition('.')[0]}.corpus.briefs")
    with ExitStack() as stack:
        folder = shipped
        if not isinstance(folder, Path):
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="dragoman-")))
            for each in shipped.iterdir():
                (folder / each.name).write_bytes(each.read_bytes() if each.is_file() else b"")
        yield sorted(folder.glob("*.md"))


def ready(
    collection: Path | None,
    progress: "Callable[[int], AbstractContextManager[Callable[[Progress], None]]] | None" = None,
) -> Path:
    """The folder of the collection to use. The user's own is built first if it is not there yet.

    Args:
        collection: The folder of the one that is named, or None for the user's own.
        progress: Is given the number of documents before these are indexed; what it returns is told how far that is.

    Raises:
        CollectionLocked: Another process is building it and does not finish in time.
        SystemRefusal: It cannot be written to the user's folder.
    """
    if collection is not None:
        return collection
    with own_collection() as folder:
        if not (folder / LEDGER).exists():
            _build_own(folder, progress)
        return folder


def _build_own(
    folder: Path, progress: "Callable[[int], AbstractContextManager[Callable[[Progress], None]]] | None"
) -> None:
    # Imported late: this happens once, and asking should not wait for what only building needs.
    from contextlib import nullcontext

    from filelock import FileLock

    from ..corpus.read import read
    from .writing.build import build
    from .writing.placing import finish_placing

    with briefs() as shipped, FileLock(folder.with_suffix(".lock")):
        finish_placing(folder)
        if not (folder / LEDGER).exists():  # another first call may have been faster
            with progress(len(shipped)) if progress else nullcontext() as shown:
                build(folder, read(shipped), in_steps=False, progress=shown)
