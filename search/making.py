"""Making a collection: an empty one, one from sources, the user's own, or one that exists already, indexed anew."""

from pathlib import Path
from typing import TYPE_CHECKING

from ..index.encoding.model import DEFAULT_MODEL as DEFAULT_MODEL
from ..index.home import default_collection as default_collection
from ..index.home import ready as ready
from ..index.writing.store import Store
from .collection import LOCK_TIMEOUT, Collection
from .language.words.variants import checked_variants
from .ranking.settings import Settings
from .stores import folder_named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ..corpus.fields import OwnField
    from ..corpus.readers.contract import ReadOptions
    from ..index.writing.tally import Progress, Report


def create_collection(
    path: str | Path,
    *,
    model: str = DEFAULT_MODEL,
    fields: "Sequence[OwnField]" = (),
    variants: "Sequence[str]" = (),
    settings: Settings | None = None,
) -> Collection:
    """Make an empty collection, and open it.

    Args:
        path: A folder that does not exist or is empty.
        model: The folder of a Sentence Transformers model, or the name of the one that Dragoman comes with.
        fields: The collection's own fields, in addition to those that every collection has.
        variants: Its own groups of names: see `Collection.keep_variants`.
        settings: How to rank while it is open.

    Raises:
        CollectionExists: Something is in the folder.
        InvalidField: One of the fields is not allowed, for its name or its type.
        ModelNotFound: There is no such model.
        UnreadableSource: One of the groups of names is none.
    """
    Store.create(folder_named(path), model, fields, checked_variants(variants)).close()
    return Collection(path, settings=settings)


def build_collection(
    path: str | Path,
    sources: "Iterable[str | Path]",
    *,
    replace: bool = False,
    reading: "ReadOptions | None" = None,
    model: str = DEFAULT_MODEL,
    fields: "Sequence[OwnField]" = (),
    variants: "Sequence[str]" = (),
    progress: "Callable[[Progress], None] | None" = None,
    lock_timeout: float = LOCK_TIMEOUT,
) -> "Report":
    """Make a collection from files, folders, patterns and URLs, and remember them as its sources.

    It is built aside and put in its place when it is complete. If it is interrupted, what was committed by then is
    kept, unless that would replace something.

    Args:
        path: The collection's folder.
        sources: What to feed it from; "-" is standard input.
        replace: Put it in the place of the collection that is in the folder, which answers until then.
        reading: How the sources are read.
        model: The folder of a Sentence Transformers model, or the name of the one that Dragoman comes with.
        fields: The collection's own fields, in addition to those that every collection has.
        variants: Its own groups of names: see `Collection.keep_variants`.
        progress: Called again and again with how far it has come.
        lock_timeout: How many seconds to wait for another program that writes to the collection to be replaced.

    Returns:
        What was added, and what was skipped and why.

    Raises:
        CollectionExists: Something is in the folder that is not to be replaced.
        CollectionLocked: Another program did not finish in time.
        InvalidField: One of the fields is not allowed, for its name or its type.
        ModelNotFound: There is no such model.
        UnreadableSource: Not one document could be read, or one of the groups of names is none.
    """
    # Late, because whoever only creates or re-indexes a collection need not load what reads sources.
    from ..corpus.readers.contract import ReadOptions
    from ..index.feeding.feeder import Feeding, feed
    from ..index.writing.build import build

    feeding = Feeding(reading or ReadOptions())
    return build(
        folder_named(path),
        lambda writer: feed(writer, [(str(each), feeding) for each in sources]),
        model=model,
        own=fields,
        variants=checked_variants(variants),
        replace=replace,
        progress=progress,
        lock_timeout=lock_timeout,
    )


def reindex_collection(
    path: str | Path,
    *,
    model: str | None = None,
    fields: "Sequence[OwnField]" = (),
    progress: "Callable[[Progress], None] | None" = None,
    lock_timeout: float = LOCK_TIMEOUT,
) -> "Report":
    """Index all documents of a collection anew, with another model or after an upgrade of Dragoman.

    Passages that would get the same vectors again keep those that they have, which saves nearly all of the time. The
    collection answers as before until all is done.

    Args:
        path: The collection's folder.
        model: The folder of a Sentence Transformers model; without it, the collection keeps the one that it has.
        fields: Fields that its documents are to have from now on, beside those that they have.
        progress: Called again and again with how far it has come.
        lock_timeout: How many seconds to wait for another program that writes to the collection.

    Returns:
        How many documents there are (`updated`), in how many passages, how many of these were `copied` with their
        vectors instead of being encoded, and which fields get values only when sources are read again (`unfilled`).

    Raises:
        CollectionNotFound: There is no collection in the folder.
        CollectionLocked: Another program did not finish in time.
        InvalidField: One of the fields cannot be.
        ModelNotFound: There is no such model. If it is the collection's own that is gone, then only if a passage has
            to be encoded.
    """
    from ..index.writing.writer import Writer

    store = Store(folder_named(path), check=False)  # re-indexing mends what would be refused
    try:
        with store.writing(lock_timeout):
            return Writer(store, progress).reindex(model or store.ledger.manifest.model, fields)
    finally:
        store.close()
