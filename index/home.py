"""Where collections live: the one that is named, or else the user's own, first built from the briefs that ship."""

from pathlib import Path
from typing import TYPE_CHECKING

from .writing.store import LEDGER

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from .writing.tally import Progress


def default_collection() -> Path:
    """The folder of a user's own collection, which is meant if they name no other."""
    from platformdirs import user_data_path

    return user_data_path("dragoman") / "collection"


def briefs() -> list[Path]:
    """The files of the documents that ship with Dragoman, in order of their names."""
    return sorted((Path(__file__).parents[1] / "corpus" / "briefs").glob("*.md"))


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
        DragomanError: It cannot be written to the user's folder.
    """
    if collection is not None:
        return collection
    folder = default_collection()
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

    shipped = briefs()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with progress(len(shipped)) if progress else nullcontext() as shown, FileLock(folder.with_suffix(".lock")):
        if not (folder / LEDGER).exists():  # another first call may have been faster
            build(folder, read(shipped), progress=shown)
