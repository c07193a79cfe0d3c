"""Where collections live: the one that is named, or the user's own, which is built of the shipped briefs at first."""

from pathlib import Path
from typing import TYPE_CHECKING

from .writing.store import LEDGER

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from .writing.writer import Progress


def default_collection() -> Path:
    """Where a user's own collection lies if they name no other."""
    from platformdirs import user_data_path

    return user_data_path("dragoman") / "collection"


def briefs() -> list[Path]:
    """The documents that ship with Dragoman."""
    return sorted((Path(__file__).parents[1] / "corpus" / "briefs").glob("*.md"))


def ready(
    collection: Path | None,
    progress: "Callable[[int], AbstractContextManager[Callable[[Progress], None]]] | None" = None,
) -> Path:
    """The collection to use: the one named, or else the user's own, which is built first if it is not there yet.

    `progress` is given the number of documents before it is built, and shows how that goes.
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

    from ..corpus.readers.registry import read
    from .writing.build import build

    shipped = briefs()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with progress(len(shipped)) if progress else nullcontext() as shown, FileLock(folder.with_suffix(".lock")):
        if not (folder / LEDGER).exists():  # another first call may have been faster
            build(folder, read(shipped), progress=shown)
