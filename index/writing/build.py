"""Making a whole new collection: built aside, then put in its place, so that nothing is ever half there."""

import errno
import glob
import shutil
import sqlite3
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from ...corpus.document import Document
from ...corpus.fields import OwnField
from ...corpus.readers.contract import Skipped
from ...errors import (
    CollectionDamaged,
    CollectionExists,
    CollectionLocked,
    CollectionMismatch,
    CollectionNotFound,
    DragomanError,
    UnreadableSource,
)
from ..encoding.model import DEFAULT_MODEL
from .lock import LOCK_TIMEOUT
from .store import LEDGER, Store, check_name
from .writer import Progress, Report, Writer

_BEGINNING_SECONDS = 60.0
"""Within this time a collection that is being built may not be locked yet."""


def build(
    folder: Path,
    documents: Iterable[Document | Skipped] | Callable[[Writer], Report],
    *,
    model: str = DEFAULT_MODEL,
    own: Sequence[OwnField] = (),
    variants: Sequence[str] = (),
    replace: bool = False,
    progress: Callable[[Progress], None] | None = None,
    lock_timeout: float = LOCK_TIMEOUT,
) -> Report:
    """Make a collection. An interruption keeps what was committed by then, unless that would replace something.

    Args:
        folder: Where to; empty, or not there yet, unless `replace`.
        documents: What to put into it, or a function that is given the writer and brings documents in with it.
        model: DEFAULT_MODEL, or the path of a model's folder.
        own: The fields that it is to have of its own.
        variants: The groups of names that count as the same in it.
        replace: Whether a collection in the folder gives way to the new one, once that is complete.
        progress: Is told how far the building has come.
        lock_timeout: How many seconds to wait for a writer of the collection that is to be replaced.

    Raises:
        CollectionExists: Something is in the folder that is not to be replaced.
        CollectionLocked: The collection to be replaced is being written.
        ModelNotFound: There is no such model, or it cannot be exported.
        UnreadableSource: Not one document can be read.
        DragomanError: The folder cannot be written to.
    """
    folder = folder.resolve()  # a link stays one, and "." gets a name
    check_place(folder, replace=replace)
    work = folder.with_name(f".{folder.name}.{uuid4().hex[:12]}.unfinished")
    writer: Writer | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        with _nobody_else_writing(folder, lock_timeout):
            with closing(Store.create(work, model, own, variants)) as store, store.writing(lock_timeout):
                writer = Writer(store, progress)
                report = documents(writer) if callable(documents) else writer.add(documents)
            if not report.added:
                raise UnreadableSource(_why_empty(report))
            _place(work, folder, replace=replace)
    except KeyboardInterrupt as interruption:
        if replace or writer is None or not writer.committed.added or not work.exists():
            raise
        _place(work, folder, replace=False)
        kept = f"{writer.committed.added:,} documents are in {folder}: go on with `dragoman add`"
        raise KeyboardInterrupt(kept) from interruption
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise DragomanError(f"no collection can be written to {folder}: {reason}") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return report


def check_place(folder: Path, *, replace: bool) -> None:
    """Refuse a folder that a new collection may not be put into.

    Args:
        folder: The collection's.
        replace: Whether a collection may be there, to be replaced.

    Raises:
        CollectionExists: Something else is in the folder.
        DragomanError: Its path is not UTF-8.
    """
    check_name(folder)
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not replace:
        raise CollectionExists(f"{folder} exists: add to it with `dragoman add`, or give --replace to start anew")
    if not (folder / LEDGER).is_file():
        raise CollectionExists(f"{folder} is not a collection, and is not replaced: choose another place")


def _sweep(folder: Path) -> None:
    """Remove what building a collection of that name left behind when it was killed."""
    for leftover in folder.parent.glob(f".{glob.escape(folder.name)}.*.unfinished"):
        if time.time() - leftover.stat().st_mtime < _BEGINNING_SECONDS:
            continue
        try:
            with closing(Store(leftover, check=False)) as store, store.writing(timeout=0):
                pass
        except CollectionLocked:
            continue  # somebody is at work on it
        except DragomanError:
            pass
        shutil.rmtree(leftover, ignore_errors=True)


@contextmanager
def _nobody_else_writing(folder: Path, timeout: float) -> Generator[None]:
    """Hold the right to write to a collection that is to be replaced, so that nobody adds to what will be gone."""
    with ExitStack() as stack:
        with suppress(CollectionNotFound, CollectionMismatch, CollectionDamaged):
            store = stack.enter_context(closing(Store(folder, check=False)))
            stack.enter_context(store.writing(timeout))
        yield


def _place(work: Path, folder: Path, *, replace: bool) -> None:
    """Give a complete collection its name; what had it is gone only then."""
    check_place(folder, replace=replace)  # it may have been taken meanwhile
    discarded = work.with_suffix(".old")
    if replace and folder.exists():
        folder.rename(discarded)
    try:
        work.rename(folder)
    except OSError as error:
        if discarded.exists():
            discarded.rename(folder)
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST):  # taken since it was checked
            check_place(folder, replace=False)
        raise
    shutil.rmtree(discarded, ignore_errors=True)


def _why_empty(report: Report) -> str:
    if not report.skipped:
        return "there is not one document to index: name files, folders or patterns such as 'news/*.txt'"
    first, *others = report.skipped
    more = f", and {len(others)} more" if others else ""
    return f"not one document could be read: {first.origin}: {first.reason}{more}"
