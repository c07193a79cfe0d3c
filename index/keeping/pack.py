"""A pack: a collection as one file without code in it, to be passed on.

It is a ZIP archive of JSON lines and arrays: documents, passages and vectors. What is made of these is left out, as
are the query encoder and the collection's sources, which are paths of this machine. docs/pack.md has the layout.
"""

import fcntl
import json
import re
import zipfile
from array import array
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path, PurePath
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple
from uuid import uuid4

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ...corpus.document import Document
from ...errors import CollectionDamaged, CollectionExists, DragomanError
from ..ledger.database import transaction
from ..ledger.manifest import Manifest
from ..segments.durability import sync
from ..writing.store import Store
from .ledger_seal import check_ledger

if TYPE_CHECKING:
    from ..segments.segment import Segment

VERSION: Final = 2
"""The version of the layout. Raised whenever an older Dragoman could not read what a newer one writes."""

VERSIONS: Final = (1, VERSION)
"""Those that are read. Version 1 does not say when documents came in."""

MANIFEST: Final = "pack.json"
DOCUMENTS: Final = "documents.jsonl"
VECTORS: Final = "vectors.npy"
SENTENCE_VECTORS: Final = "sentence_vectors.npy"
MEMBERS: Final = (DOCUMENTS, VECTORS, SENTENCE_VECTORS, MANIFEST)
"""The files in a pack, in their order."""

LONGEST_LINE: Final = 32 << 20
MOST_VALUES: Final = 1 << 21
"""A document with all that is said of it has at most so many bytes as JSON, and so many values in it.

A value of three bytes takes sixty or more in memory.
"""

_BATCH = 4096  # passages
_UNFINISHED: Final = ".unfinished"


class Packed(NamedTuple):
    """What is in a pack: how many documents, passages, and sentences of these."""

    documents: int
    passages: int
    sentences: int


def pack(store: Store, path: Path) -> Packed:
    """Write all documents of a collection into a pack, as of one moment. The same collection gives the same bytes.

    Args:
        store: The collection.
        path: The pack's file, which gets its name once it is complete and on disk.

    Raises:
        CollectionExists: Something is there already.
        CollectionDamaged: A document or a passage cannot be read, or is not what was added.
        DragomanError: There is no document, or one is too large; or the file cannot be written.
    """
    if path.exists() or path.is_symlink():
        raise CollectionExists(f"{path} exists: name another file")
    work = path.with_name(f".{path.name}.{uuid4().hex[:12]}{_UNFINISHED}")
    try:
        _sweep_beside(path)
        with work.open("xb") as file:
            with suppress(OSError):  # not every file system has locks
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # so that nobody sweeps it away
            # All that is read in one transaction is of one moment, and segments that are open are not gone.
            with transaction(store.database.connection, "BEGIN"), zipfile.ZipFile(file, "w") as archive:
                packed = _Packing(store, archive).write()
            file.flush()
            sync(work)
            work.rename(path)
        sync(path.parent)
    except OSError as error:
        raise DragomanError(f"no pack can be written to {path}: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            work.unlink(missing_ok=True)
    return packed


def _sweep_beside(path: Path) -> None:
    """Remove what programs left beside a pack that were killed while they wrote it."""
    ours = re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{12}}{re.escape(_UNFINISHED)}")
    leftovers: list[Path] = []
    with suppress(OSError):
        leftovers = [each for each in path.parent.iterdir() if ours.fullmatch(each.name) and not each.is_symlink()]
    for leftover in leftovers:
        with suppress(OSError), leftover.open("rb") as file:  # it is another's, it is gone, or somebody is writing it
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            leftover.unlink()


class _Packing:
    """One pack that is being written."""

    def __init__(self, store: Store, archive: zipfile.ZipFile) -> None:
        self._ledger = store.ledger
        self._archive = archive
        check_ledger(store.database)
        if problems := store.ledger.problems():
            raise CollectionDamaged(f"only a whole collection can be packed, and {problems[0]}: see `dragoman doctor`")
        state, snapshot = store.ledger.state(), store.uncommitted()
        if snapshot.info.left_out:
            raise CollectionDamaged(f"only a whole collection can be packed, and {snapshot.info.left_out[0]}")
        if unencoded := snapshot.info.unencoded:
            raise DragomanError(f"{unencoded:,} passages have no vectors yet: run `dragoman encode` first")
        self._manifest: Manifest = snapshot.manifest
        self._segments: dict[int, Segment] = dict(
            zip((number for number, _ in state.segments), snapshot.stack.segments, strict=True)
        )
        # Of each passage, the number of its segment and its ordinal there.
        self._places = array("q"), array("q")
        self._sentences = 0

    def write(self) -> Packed:
        documents = 0
        with self._member(DOCUMENTS, compressed=True) as member:
            for line in self._lines():
                member.write(line)
                documents += 1
        if not documents:
            raise DragomanError("there is not one document in the collection, and so nothing to pack")
        packed = Packed(documents, len(self._places[0]), self._sentences)
        dimension = self._manifest.dimension
        self._write_array(VECTORS, np.float16, (packed.passages, dimension), self._vectors())
        self._write_array(SENTENCE_VECTORS, np.int8, (packed.sentences, dimension), self._sentence_vectors())
        with self._member(MANIFEST, compressed=True) as member:
            said = _said(self._manifest, packed)
            member.write(json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True).encode())
        return packed

    def _member(self, name: str, *, compressed: bool) -> IO[bytes]:
        info = zipfile.ZipInfo(name)  # of 1980, whenever it is written
        info.compress_type = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
        info.external_attr = 0o644 << 16
        return self._archive.open(info, "w", force_zip64=True)

    def _lines(self) -> Iterator[bytes]:
        """Each document with its passages, in the order of ids."""
        for document_id in self._ledger.live_ids():
            known, document = self._ledger.live_version(document_id), self._ledger.live_document(document_id)
            rows = self._ledger.live_passages(known.version) if known else []
            if document is None or not rows:
                raise CollectionDamaged(f"document {document_id!r} has no text or no passages: see `dragoman doctor`")
            passages: list[Any] = []
            for row in rows:
                sentences = self._segments[row.segment].vectors.sentences(row.ordinal)[0].tolist()
                passages.append([row.start, row.end, sentences])
                self._places[0].append(row.segment)
                self._places[1].append(row.ordinal)
                self._sentences += len(sentences)
            yield _line(document, passages)

    def _batches(self) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        numbers, ordinals = (np.frombuffer(each, np.int64) for each in self._places)
        for start in range(0, len(numbers), _BATCH):
            yield numbers[start : start + _BATCH], ordinals[start : start + _BATCH]

    def _vectors(self) -> Iterator[NDArray[np.float16]]:
        for numbers, ordinals in self._batches():
            rows = np.empty((len(numbers), self._manifest.dimension), np.float16)
            for number in np.unique(numbers).tolist():
                here = numbers == number
                rows[here] = self._segments[number].vectors.get(ordinals[here])
            if not np.isfinite(rows).all():
                raise CollectionDamaged("a vector has components that are no numbers: see `dragoman doctor`")
            yield rows

    def _sentence_vectors(self) -> Iterator[NDArray[np.int8]]:
        for numbers, ordinals in self._batches():
            for number, ordinal in zip(numbers.tolist(), ordinals.tolist(), strict=True):
                yield self._segments[number].vectors.sentences(ordinal)[1]

    def _write_array(self, name: str, dtype: DTypeLike, shape: tuple[int, int], parts: Iterator[NDArray[Any]]) -> None:
        with self._member(name, compressed=False) as member:
            descr = np.lib.format.dtype_to_descr(np.dtype(dtype))
            header = {"descr": descr, "fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(member, header)
            for part in parts:
                member.write(np.ascontiguousarray(part, dtype).tobytes())


def _line(document: Document, passages: Sequence[Any]) -> bytes:
    added = document.added and document.added.isoformat()
    content = {"description": document.description(), "added": added, "text": document.text, "passages": passages}
    line = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    if len(line) > LONGEST_LINE:
        raise DragomanError(f"document {document.id!r} has {len(line):,} bytes, and {LONGEST_LINE:,} fit into a pack")
    if has_too_many_values(line):
        raise DragomanError(f"document {document.id!r} has more than the {MOST_VALUES:,} values that fit into a pack")
    return line


def has_too_many_values(line: bytes) -> bool:
    """Whether there are more values than may be in a line of JSON, which need not be parsed to know that."""
    if len(line) <= MOST_VALUES:
        return False
    outside = _STRING.sub(b"", line)
    return sum(map(outside.count, (b"[", b"{", b","))) > MOST_VALUES


_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)


def _said(manifest: Manifest, packed: Packed) -> dict[str, Any]:
    """What a pack says of itself."""
    made = manifest.encoder
    return {
        "pack": VERSION,
        **packed._asdict(),
        # Where the model lies on this machine is nobody's business.
        "encoder": asdict(replace(made, name=PurePath(made.name).name)),
        "splitting": dict(manifest.splitting),
        "fields": manifest.fields.settings(),
        "variants": list(manifest.variants),
        "ranking": manifest.ranking,
    }
