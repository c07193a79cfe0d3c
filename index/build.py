"""Making a whole new collection: built aside, then put in its place, so that nothing is ever half there."""

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from uuid import uuid4

from ..corpus.document import Document
from ..corpus.readers import Skipped
from ..errors import CollectionExists, CollectionNotFound, DragomanError, UnreadableSource
from .encoder import DEFAULT_MODEL
from .ledger import Ledger
from .store import LEDGER, LOCK_TIMEOUT, Store
from .writer import Progress, Report, Writer


def build(
    folder: Path,
    documents: Iterable[Document | Skipped],
    *,
    model: str = DEFAULT_MODEL,
    replace: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Make a collection of some documents.

    What lies in the folder is replaced only if `replace` says so, if it is a collection, and once the new one is
    complete. An interruption keeps what was committed by then, unless it would replace something.

    Raises CollectionExists, ModelNotFound, or UnreadableSource if there is not one document to be read.
    """
    check_place(folder, replace=replace)
    work = folder.with_name(f".{folder.name}.{uuid4().hex[:12]}.unfinished")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        store = Store.create(work, model)
        try:
            with store.writing(LOCK_TIMEOUT):
                writer = Writer(store, progress)
                try:
                    report = writer.add(documents)
                except KeyboardInterrupt:
                    if writer.committed.added and not replace:
                        _place(work, folder, replace=False)
                    raise
        finally:
            store.close()
        if not report.added:
            raise UnreadableSource(_why_empty(report))
        _place(work, folder, replace=replace)
    except OSError as error:
        raise DragomanError(f"no collection can be written to {folder}: {error.strerror or error}") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return report


def check_place(folder: Path, *, replace: bool) -> None:
    """Raise CollectionExists if a new collection may not be put into that place."""
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not replace:
        raise CollectionExists(f"{folder} exists: add to it with `dragoman add`, or give --replace to start anew")
    try:
        Ledger(folder / LEDGER).close()
    except CollectionNotFound as error:
        raise CollectionExists(f"{folder} is not a collection, and is not replaced: choose another place") from error


def _place(work: Path, folder: Path, *, replace: bool) -> None:
    check_place(folder, replace=replace)  # it may have been taken meanwhile
    discarded = work.with_suffix(".old")
    if folder.exists():
        folder.rename(discarded)
    work.rename(folder)
    shutil.rmtree(discarded, ignore_errors=True)


def _why_empty(report: Report) -> str:
    if not report.skipped:
        return "there is not one document to index: name files, folders or patterns such as 'news/*.txt'"
    first, *others = report.skipped
    more = f", and {len(others)} more" if others else ""
    return f"not one document could be read: {first.origin}: {first.reason}{more}"
