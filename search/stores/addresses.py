"""Which store holds a collection, by its path or address, or those of several."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, cast

from ...errors import CollectionNotFound, InvalidArgument
from ..arguments import path_of
from .folder_store import folder_named, folder_store
from .protocol import Store
from .stores_side_by_side import StoresSideBySide

STORES: Final[dict[str, Callable[[str], Store]]] = {}
"""What opens a collection, by the scheme of its address. Empty: so far there are only folders."""


def open_store(named: object, at: str = "") -> Store:
    """The store of a collection, or of several side by side.

    Args:
        named: A folder, an address whose scheme is one of STORES, or a list of folders.
        at: Which of the kept states is asked; empty for that of today.

    Raises:
        InvalidArgument: It is no path, or one of several is given twice, or none is given.
        CollectionNotFound: There is no such collection, or it keeps no state of that name, or nothing opens such an
            address.
    """
    if not isinstance(named, list | tuple):
        return _store_named(path_of(named), at)
    paths = [path_of(each) for each in cast("Sequence[object]", named)]
    if not paths:
        raise InvalidArgument("no collection is named: give its path, or those of several")
    return _store_named(paths[0], at) if len(paths) == 1 else StoresSideBySide(paths, at)


def _store_named(name: str | Path, at: str) -> Store:
    scheme = str(name).partition("://")[0]
    if isinstance(name, str) and scheme != name and scheme in STORES:
        if at:
            raise CollectionNotFound(f"no state {at!r} is kept at {name}: only collections in folders keep states")
        return STORES[scheme](name)
    return folder_store(folder_named(name), at)
