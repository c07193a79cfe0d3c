"""What lies under a collection that is kept in a folder."""

from dragoman.index.writing.store import Store
from dragoman.search.collection import Collection
from dragoman.search.stores import FolderStore


def folder_of(collection: Collection) -> Store:
    """The folder that a collection has open."""
    store = collection._store
    assert isinstance(store, FolderStore)
    return store.folder
