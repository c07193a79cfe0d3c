"""Where collections live: the one that is named, or the user's own, which is built of the shipped briefs at first."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import CollectionExists
from .store import LEDGER

if TYPE_CHECKING:
    from .writer import Progress


def default_collection() -> Path:
    """Where a user's own collection lies if they name no other."""
    from platformdirs import user_data_path

    return user_data_path("dragoman") / "collection"


def briefs() -> list[Path]:
    """The documents that ship with Dragoman."""
    return sorted((Path(__file__).parent.parent / "corpus" / "briefs").glob("*.md"))


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

    from ..corpus.readers import read
    from .build import build

    shipped = briefs()
    try:
        with progress(len(shipped)) if progress else nullcontext() as shown:
            build(folder, read(shipped), progress=shown)
    except CollectionExists:
        # Another first call was faster. Anything else in that place is not ours to touch.
        if not (folder / LEDGER).exists():
            raise
