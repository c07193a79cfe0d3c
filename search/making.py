"""Making a collection: an empty one, one from sources, the user's own, or one that exists already, indexed anew."""

from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import DragomanError, InvalidPack
from ..index.encoding.model import DEFAULT_MODEL as DEFAULT_MODEL
from ..index.home import own_collection as own_collection
from ..index.home import ready as ready
from ..index.writing.store import Store
from .collection import LOCK_TIMEOUT, Collection
from .language.words.variants import checked_variants
from .ranking.settings import Settings, settings_of
from .stores.folder_store import folder_named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ..corpus.fields import OwnField
    from ..corpus.readers.contract import ReadOptions
    from ..index.keeping.backup import Backup
    from ..index.keeping.repairs.repair import Repair
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
    words_first: bool = False,
    reading: "ReadOptions | None" = None,
    model: str = DEFAULT_MODEL,
    fields: "Sequence[OwnField]" = (),
    variants: "Sequence[str]" = (),
    progress: "Callable[[Progress], None] | None" = None,
    lock_timeout: float = LOCK_TIMEOUT,
) -> "Report":
    """Make a collection from files, folders, patterns and URLs, and remember them as its sources.

    It is built aside and put in its place when all documents are read. It answers by words from then on, and gains
    meaning while passages are encoded. If it is interrupted, what was committed by then is kept, unless that would
    replace something: `Collection.encode` goes on with the encoding.

    Args:
        path: The collection's folder.
        sources: What to feed it from; "-" is standard input.
        replace: Put it in the place of the collection that is in the folder, which answers until then.
        words_first: Do so as soon as all documents are read, so that words alone find what is not encoded yet. Where
            nothing is replaced, it is always so.
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
        words_first=words_first or not replace,
        progress=progress,
        lock_timeout=lock_timeout,
    )


def unpack(
    pack: str | Path,
    path: str | Path,
    *,
    model: str = DEFAULT_MODEL,
    reencode: bool = False,
    progress: "Callable[[Progress], None] | None" = None,
    lock_timeout: float = LOCK_TIMEOUT,
) -> "Report":
    """Make a collection of a pack, as `Collection.pack` writes it. A pack may be a stranger's: it has no code in it.

    Documents, passages and vectors are those of the pack, all else is made of them. The collection is built aside and
    put in its place when it is complete.

    Args:
        pack: The pack's file.
        path: The folder of the new collection, which does not exist or is empty.
        model: The model that made the pack's vectors: the folder of a Sentence Transformers model, or the name of the
            one that Dragoman comes with.
        reencode: Split and encode all documents anew, with whichever model.
        progress: Called again and again with how far it has come.
        lock_timeout: How many seconds to wait for another program that writes there.

    Returns:
        How many documents there are (`added`), in how many passages.

    Raises:
        CollectionExists: Something is in the folder.
        CollectionMismatch: The vectors were made with another model; or passages were split in another way.
        InvalidPack: It is no pack, or not in order.
        ModelNotFound: There is no such model.
    """
    from ..index.keeping.unpack import opened_pack
    from ..index.keeping.unpack import unpack as unpack_into

    with opened_pack(Path(pack)) as opened:
        try:
            settings_of(opened.ranking)
            opened.variants = list(checked_variants(opened.variants))
        except DragomanError as error:
            raise InvalidPack(f"{pack} is not a pack that can be unpacked: {error}") from error
        return unpack_into(
            opened, folder_named(path), model=model, reencode=reencode, progress=progress, lock_timeout=lock_timeout
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


def repair_collection(
    path: str | Path,
    *,
    progress: "Callable[[Progress], None] | None" = None,
    lock_timeout: float = LOCK_TIMEOUT,
) -> "Repair":
    """Mend what is damaged in a collection, from what is whole of it. One that is sound is not changed.

    Keyword parts are analysed anew, vectors copied or encoded anew, the query encoder is exported anew from the model;
    the rows of a damaged ledger go into a new one, as far as they can be read, and the damaged one stays beside it. The
    collection answers meanwhile as before.

    Args:
        path: The collection's folder.
        progress: Called again and again with how far it has come.
        lock_timeout: How many seconds to wait for another program that writes to the collection.

    Returns:
        What was mended, what is lost, and what is still damaged and why.

    Raises:
        CollectionNotFound: There is no collection in the folder.
        CollectionDamaged: There is no ledger, or nothing can be read from it.
        CollectionMismatch: It has to be indexed anew first.
        CollectionLocked: Another program did not finish in time.
    """
    from ..index.keeping.repairs.repair import repair

    return repair(folder_named(path), progress, lock_timeout)


def restore(
    backup: str | Path,
    path: str | Path,
    *,
    progress: "Callable[[int, int], object] | None" = None,
    lock_timeout: float = LOCK_TIMEOUT,
) -> "Backup":
    """Make a collection of a backup, all of which is verified: where something is wrong with it, nothing is restored.

    Args:
        backup: The backup's folder.
        path: The collection's, which does not exist or is empty.
        progress: Called again and again with how many bytes are done, and how many there are.
        lock_timeout: How many seconds to wait for what is being removed from the backup.

    Returns:
        What is in the collection.

    Raises:
        CollectionNotFound: There is no backup in that folder.
        CollectionExists: Something is in the collection's folder.
        CollectionDamaged: The backup is not as it was written.
        DragomanError: The collection cannot be written.
    """
    from ..index.keeping.backup import restore_backup

    return restore_backup(folder_named(backup), folder_named(path), timeout=lock_timeout, tell=progress)
