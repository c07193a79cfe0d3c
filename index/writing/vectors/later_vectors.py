"""Encoding what is in a collection and has no vectors yet: commit after commit, with room for other writers between."""

from collections.abc import Callable
from dataclasses import replace

from ....errors import SystemRefusal
from ..lock import LOCK_TIMEOUT
from ..store import Store
from ..tally import Progress, Report
from ..writer import Writer


def encode_rest(
    store: Store,
    *,
    progress: Callable[[Progress], None] | None = None,
    lock_timeout: float = LOCK_TIMEOUT,
) -> Report:
    """Give vectors to all passages that have none. An interruption costs no more than what was encoded last.

    Args:
        store: The collection. The right to write to it is taken for each commit anew.
        progress: Is told of every passage that is encoded.
        lock_timeout: How many seconds to wait for another writer.

    Returns:
        How many passages were `encoded`, and how many are `unencoded`: those of damaged segments.

    Raises:
        CollectionLocked: Another writer does not finish in time.
        CollectionMismatch: The model is no longer the one that the collection was built with.
        ModelNotFound: The model is gone.
    """
    writer = Writer(store, progress)
    try:
        while store.snapshot().info.unencoded:
            with store.writing(lock_timeout):
                if not writer.encode_next():
                    break
    except KeyboardInterrupt as end:
        raise KeyboardInterrupt(_remaining(store)) from end
    except SystemRefusal as error:
        raise SystemRefusal(error.path, error.lacking, f"{error.remedy}; {_remaining(store)}") from error
    return replace(writer.committed, unencoded=store.snapshot().info.unencoded)


def encode_some(store: Store, *, lock_timeout: float = LOCK_TIMEOUT) -> Report:
    """Give vectors to some of the passages that have none, in one commit: for who has other things to do in between.

    Args:
        store: The collection.
        lock_timeout: How many seconds to wait for another writer.

    Returns:
        As `encode_rest` does.

    Raises:
        DragomanError: As `encode_rest` does.
    """
    writer = Writer(store)
    if store.snapshot().info.unencoded:
        with store.writing(lock_timeout):
            writer.encode_next()
    return replace(writer.committed, unencoded=store.snapshot().info.unencoded)


def _remaining(store: Store) -> str:
    left = store.snapshot().info.unencoded
    return (
        f"{left:,} passages are not encoded yet, and are found by their words: go on with "
        f"`dragoman encode --collection {store.folder}`"
    )


def and_encoded(report: Report, encoding: Report) -> Report:
    """The report of a change with what was encoded after it.

    Args:
        report: Of the change.
        encoding: Of the encoding, as `encode_rest` gives it.
    """
    return replace(report, encoded=report.encoded + encoding.encoded, unencoded=encoding.unencoded)
