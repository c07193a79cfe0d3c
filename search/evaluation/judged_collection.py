"""A collection of a judged set's own documents, made once and kept in the user's cache directory."""

import json
from contextlib import AbstractContextManager, ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...corpus.read import read
from ...corpus.readers.contract import ReadOptions, Skipped
from ...errors import CollectionDamaged, CollectionMismatch
from ...index.encoding.model import DEFAULT_MODEL
from ...index.writing.build import build
from ...index.writing.lock import LOCK_TIMEOUT
from ...index.writing.store import LEDGER, Store
from ...index.writing.vectors.later_vectors import encode_rest
from ...index.writing.writer import Writer
from ...user_folders import naming_variable, user_cache
from .judgments import lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...index.writing.tally import Progress


def collection_of(
    name: str,
    corpus: Path,
    progress: "Callable[[Path], AbstractContextManager[Callable[[Progress], None]]]",
    *,
    folder: Path | None = None,
    model: str = DEFAULT_MODEL,
) -> tuple[Path, tuple[Skipped, ...]]:
    """The collection of a corpus, made if it is not there.

    It is made anew when the corpus has changed, or this program would build it differently. If that is interrupted, the
    next call goes on from there.

    Args:
        name: The first part of the name of its folder.
        corpus: The file of the documents.
        progress: Called with the folder only if there is something to make.
        folder: Where such collections are kept; in the user's cache directory if it is not given.
        model: As for `create_collection`.

    Returns:
        The collection's folder; what could not be read, if it was made now.
    """
    import hashlib

    from filelock import FileLock

    source = str(corpus.resolve())
    kept = folder or user_cache() / "judged"
    folder = kept / f"{name}-{hashlib.sha256(source.encode()).hexdigest()[:8]}"
    note = folder.with_suffix(".json")
    state = corpus.stat()
    stamp = {"corpus": source, "bytes": state.st_size, "modified": state.st_mtime_ns, "model": model}
    with naming_variable(kept, "set XDG_CACHE_HOME to another folder"), ExitStack() as stack:
        kept.mkdir(parents=True, exist_ok=True)
        stack.enter_context(FileLock(folder.with_suffix(".lock")))
        noted = _read_note(note)
        same = {key: noted.get(key) for key in stamp} == stamp and _is_usable(folder)
        if same and noted.get("complete"):
            return folder, ()
        note.write_text(json.dumps({**stamp, "complete": False}))
        documents = read([corpus], options=ReadOptions(fields=_keys(corpus)))
        with progress(folder) as shown:
            if same:
                with closing(Store(folder)) as store:
                    with store.writing(LOCK_TIMEOUT):
                        report = Writer(store, shown).add(documents)
                    encode_rest(store, progress=shown)
            else:
                report = build(folder, documents, model=model, replace=(folder / LEDGER).is_file(), progress=shown)
        note.write_text(json.dumps({**stamp, "complete": True}))
    return folder, report.skipped


def _read_note(note: Path) -> dict[str, Any]:
    try:
        return json.loads(note.read_text())
    except (OSError, ValueError):
        return {}


def _is_usable(folder: Path) -> bool:
    if not (folder / LEDGER).is_file():
        return False
    try:
        Store(folder).close()
    except (CollectionMismatch, CollectionDamaged):
        return False
    return True


def _keys(corpus: Path) -> dict[str, str]:
    """BEIR's own files call the id `_id`."""
    for _, line in lines(corpus):
        return {"id": "_id"} if '"_id"' in line else {}
    return {}
