"""Making a whole new collection: built aside, then put in its place, so that nothing is ever half there."""

import math
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import NoReturn

from ...corpus.document import Document
from ...corpus.fields import OwnField
from ...corpus.readers.contract import Skipped
from ...errors import (
    CollectionDamaged,
    CollectionExists,
    CollectionMismatch,
    DragomanError,
    SystemRefusal,
    UnreadableSource,
)
from ...refusals import telling_refusals
from ..encoding.model import DEFAULT_MODEL
from ..keeping.known_backups import known_backups, remember
from ..segments.durability import make_folder
from .lease import taking_away
from .lock import LOCK_TIMEOUT, writer_lock
from .placing import LEDGER, building_place, check_name, check_place, finish_placing, give_up, place, sweep_beside
from .rights import share
from .store import Store
from .succession import succeed
from .vectors.later_vectors import and_encoded, encode_rest
from .writer import Progress, Report, Writer


def build(  # noqa: PLR0913  # all that a collection is made with, each by its name
    folder: Path,
    documents: Iterable[Document | Skipped] | Callable[[Writer], Report],
    *,
    model: str = DEFAULT_MODEL,
    own: Sequence[OwnField] = (),
    variants: Sequence[str] = (),
    precision: str = "",
    replace: bool = False,
    in_steps: bool = True,
    words_first: bool | None = None,
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
        precision: See `Store.create`.
        replace: Whether a collection in the folder gives way to the new one, once that is complete.
        in_steps: Whether an interruption keeps anything at all; else the collection is there when all of it is.
        words_first: Whether the collection gets its place as soon as all documents are in it, and answers by words
            while they are encoded; by default if it replaces nothing, and an interruption may keep it.
        progress: Is told how far the building has come.
        lock_timeout: How many seconds to wait for a writer of the collection that is to be replaced.

    Raises:
        CollectionExists: Something is in the folder that is not to be replaced, or of which states are kept.
        CollectionLocked: The collection to be replaced is being written.
        ModelNotFound: There is no such model, or it cannot be exported.
        UnreadableSource: Not one document can be read.
        SystemRefusal: The folder cannot be written to.
    """
    words_first = in_steps and not replace if words_first is None else words_first
    folder = folder.resolve()  # a link stays one, and "." gets a name
    check_name(folder)
    finish_placing(folder)
    check_place(folder, replace=replace)
    work = building_place(folder)
    writer: Writer | None = None
    try:
        with telling_refusals(folder), ExitStack() as stack:
            make_folder(folder.parent)
            held = _hold(folder, lock_timeout, stack)
            sweep_beside(folder)
            try:
                with telling_refusals(folder):
                    created = Store.create(work, model, own, variants, precision)
                    with closing(created) as store, store.writing(lock_timeout):
                        if replace:
                            share(work, folder)
                        writer = Writer(store, progress)
                        report = _fill(writer, documents, folder if replace else None, words_first=words_first)
                        if replace and (folder / LEDGER).is_file():
                            succeed(folder, store)
                        if replace and report.added:  # until it has its place it is locked, or what gives way to it is
                            _wait_for_place(folder, writer, stack, lock_timeout, held=held)
            except (KeyboardInterrupt, SystemRefusal) as end:
                if replace or not in_steps or writer is None or not writer.committed.added:
                    raise
                _keep(work, folder, writer, end)
            if not report.added:
                raise UnreadableSource(_why_empty(report))
            remember(work, *known_backups(folder))  # they hold what was there
            place(work, folder, replace=replace)
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise DragomanError(f"no collection can be written to {folder}: {reason}") from error
    finally:
        give_up(work, folder)
    with suppress(DragomanError), writer_lock(folder, 0):  # else whoever writes there next does it
        sweep_beside(folder)
    with closing(Store(folder)) as store:
        return and_encoded(report, encode_rest(store, progress=progress, lock_timeout=lock_timeout))


def _fill(
    writer: Writer,
    documents: Iterable[Document | Skipped] | Callable[[Writer], Report],
    replaced: Path | None,
    *,
    words_first: bool,
) -> Report:
    """Put documents into a new collection. Vectors are copied from the one that it replaces, if that can be read."""
    with ExitStack() as stack:
        if replaced is not None and (replaced / LEDGER).is_file():
            with suppress(CollectionMismatch, CollectionDamaged, sqlite3.DatabaseError):
                writer.take_over(stack.enter_context(closing(Store(replaced, check=False))))
        report = documents(writer) if callable(documents) else writer.add(documents)
    while not words_first and writer.encode_next():
        pass
    return and_encoded(report, writer.committed)


def _keep(work: Path, folder: Path, writer: Writer, end: KeyboardInterrupt | SystemRefusal) -> NoReturn:
    """Give what was committed before an interruption its place, and say so with the interruption."""
    place(work, folder, replace=False)
    kept = f"{writer.committed.added:,} documents are in {folder}: go on with `dragoman add`"
    if isinstance(end, SystemRefusal):
        raise SystemRefusal(end.path, end.lacking, f"{end.remedy}; {kept}") from end
    raise KeyboardInterrupt(kept) from end


def _hold(folder: Path, timeout: float, stack: ExitStack) -> bool:
    """Take the right to write to what is to be replaced, if it is there, so that nobody adds to what will be gone."""
    if not (folder / LEDGER).is_file():
        return False
    stack.enter_context(writer_lock(folder, timeout))
    with suppress(CollectionMismatch, CollectionDamaged), closing(Store(folder, check=False)) as store:
        if kept := store.kept_states.names():
            raise CollectionExists(
                f"{folder} keeps the states {', '.join(kept)}, which would be lost: drop them with "
                f"`dragoman keep --drop NAME --collection {folder}`, or choose another place"
            )
    return True


def _wait_for_place(folder: Path, writer: Writer, stack: ExitStack, lock_timeout: float, *, held: bool) -> None:
    """Take the right to write to what is to be replaced, unless it is held, and let those finish who copy it.

    However long that takes: what was built is worth the wait.
    """
    if not held:  # there was none when this began
        _hold(folder, lock_timeout, stack)
    if (folder / LEDGER).is_file() and not stack.enter_context(taking_away(folder)):
        writer.tell_waiting(f"nobody copies the collection at {folder} any more")
        stack.enter_context(taking_away(folder, math.inf))


def _why_empty(report: Report) -> str:
    if not report.skipped:
        return "there is not one document to index: name files, folders or patterns such as 'news/*.txt'"
    first, *others = report.skipped
    more = f", and {len(others)} more" if others else ""
    return f"not one document could be read: {first.origin}: {first.reason}{more}"
