"""Making a collection of a pack, which may be a stranger's: nothing in it is carried out, and nothing is believed.

A pack is read in a stream, its files side by side, and never unpacked onto the disk. Each number in it is checked
against the others, each text and vector for what it must be, before it comes into the new collection, which is built
aside and put in its place when all of the pack has been read.
"""

import errno
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import IO, Any, Final, NamedTuple, cast

import numpy as np
from numpy.typing import DTypeLike, NDArray

from ...corpus.document import Document, Span
from ...corpus.fields import Fields, OwnField
from ...errors import CollectionMismatch, DragomanError, InvalidPack
from ..encoding.forward import PRECISIONS
from ..encoding.query_encoder import EncoderInfo
from ..ledger.manifest import RANKING, Manifest
from ..reading.snapshot import StoredPassage
from ..writing.build import build
from ..writing.lock import LOCK_TIMEOUT
from ..writing.store import built_with
from ..writing.tally import Progress, Report
from ..writing.writer import Writer
from .pack import (
    DOCUMENTS,
    LONGEST_LINE,
    MANIFEST,
    MEMBERS,
    SENTENCE_VECTORS,
    VECTORS,
    VERSIONS,
    Packed,
    has_too_many_values,
)

_LONGEST_MANIFEST: Final = 4 << 20
_LONGEST_DIRECTORY: Final = 1 << 12
"""The list of a ZIP archive's members is read whole, before anything else."""

_FREE: Final = 64 << 20
_DENSEST: Final = 100
"""A pack may hold so many bytes more than it has, and so many times as many: what holds more is a bomb."""

_LARGEST_DIMENSION: Final = 1 << 16

_SAME: Final = ("version", "model_hash", "tokenizer_hash", "dimension", "max_tokens", "passage_prompt", "normalised",
                "pooling")  # fmt: skip
"""What the encoder here must have in common with the pack's, for questions to be compared with its vectors."""


class Pack:
    """A pack, opened: see `opened_pack`.

    Attributes:
        packed: How much is in it.
        fields: The fields that its collection has of its own.
        variants: The groups of names that count as the same in it, as yet unchecked.
        ranking: How it is ranked if it was tuned, else None, as yet unchecked.
        splitting: How its documents were split into passages.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        content = _read_whole(archive, MANIFEST, _LONGEST_MANIFEST)
        said = _json(content, "pack.json")
        if not isinstance(said, dict) or "pack" not in said:
            raise ValueError("pack.json does not describe a pack")
        said = cast("dict[str, Any]", said)
        if said["pack"] not in VERSIONS:
            raise ValueError(f"it is of version {said['pack']!r}, and this Dragoman reads up to version {VERSIONS[-1]}")
        self._shape = _LINE if said["pack"] == 1 else _LINE | {"added": str}
        _demand(said, _MANIFEST, "pack.json")
        self.packed = Packed(said["documents"], said["passages"], said["sentences"])
        if not 1 <= self.packed.documents <= self.packed.passages <= self.packed.sentences < 1 << 40:
            raise ValueError("pack.json counts what cannot be")
        try:
            self.fields = Fields(OwnField(*each) for each in said["fields"])
        except DragomanError as error:
            raise ValueError(str(error)) from error
        self.variants: list[str] = said["variants"]
        self.ranking: object = said["ranking"]
        self.splitting: dict[str, Any] = said["splitting"]
        self._encoder: dict[str, Any] = said["encoder"]

    @property
    def encoder(self) -> EncoderInfo:
        """What its vectors were made with."""
        try:
            made = EncoderInfo.from_json(json.dumps(self._encoder))
        except DragomanError as error:
            raise ValueError(f"what it says of its encoder cannot be used ({str(error).split(':')[0]})") from error
        if not 1 <= made.dimension <= _LARGEST_DIMENSION or made.precision not in PRECISIONS:
            raise ValueError("what it says of its encoder cannot be")
        return made

    def documents(self) -> Iterator[tuple[Document, list["_Spans"]]]:
        """Its documents, in the order of their ids, with their passages. All of them are checked, at their end too."""
        before, passages, sentences = "", 0, 0
        with self._archive.open(DOCUMENTS) as member:
            lines = io.BufferedReader(cast("io.RawIOBase", member), 1 << 18)
            for number in range(1, self.packed.documents + 1):
                line = lines.readline(LONGEST_LINE + 1)
                if not line.endswith(b"\n"):
                    reason = "is longer than any may be" if len(line) > LONGEST_LINE else "is cut short"
                    raise ValueError(f"line {number} of {DOCUMENTS} {reason}")
                if has_too_many_values(line):
                    raise ValueError(f"line {number} of {DOCUMENTS} has more values than any may have")
                try:
                    document, spans = _document(_json(line, "it"), self._shape)
                except (ValueError, DragomanError) as error:
                    raise ValueError(f"line {number} of {DOCUMENTS}: {error}") from error
                if document.id <= before:
                    raise ValueError(f"line {number} of {DOCUMENTS}: its id comes twice, or out of order")
                before = document.id
                passages += len(spans)
                sentences += sum(len(each.sentences) for each in spans)
                yield document, spans
            if lines.read(1):
                raise ValueError(f"{DOCUMENTS} has more lines than there are documents")
        if (passages, sentences) != self.packed[1:]:
            raise ValueError("its documents have other numbers of passages and sentences than it says")

    def with_vectors(self) -> Iterator[tuple[Document, Iterator[StoredPassage]]]:
        """Its documents, each with its passages as they can be stored."""
        _, passages, sentences = self.packed
        dimension = self.encoder.dimension
        with (
            self._array(VECTORS, np.float16, (passages, dimension)) as vectors,
            self._array(SENTENCE_VECTORS, np.int8, (sentences, dimension)) as sentence_vectors,
        ):
            for document, spans in self.documents():
                rows = vectors.take(len(spans)).astype(np.float32)
                if not np.isfinite(rows).all() or np.einsum("ij,ij->i", rows, rows).max() > _UNIT:
                    raise ValueError(f"a vector of document {document.id!r} is none of unit length")
                coded = sentence_vectors.take(sum(len(each.sentences) for each in spans))
                yield document, _stored(spans, rows, coded)

    @contextmanager
    def _array(self, name: str, dtype: DTypeLike, shape: tuple[int, int]) -> Generator["_Rows"]:
        with self._archive.open(name) as member:
            rows = _Rows(member, np.dtype(dtype), shape[1])
            # NumPy would parse the head as Python; but it is known what it must be.
            head = f"{{'descr': {np.dtype(dtype).str!r}, 'fortran_order': False, 'shape': {shape}, }}"
            magic, length = member.read(8), int.from_bytes(member.read(2), "little")
            if magic != b"\x93NUMPY\x01\x00" or member.read(length).rstrip() != head.encode():
                raise ValueError(f"{name} is not an array of {shape[0]:,} by {shape[1]:,} numbers")
            yield rows
            if member.read(1):
                raise ValueError(f"{name} has more rows than it says")


@contextmanager
def opened_pack(path: Path) -> Generator[Pack]:
    """A pack, opened to be read once. What is wrong with it is found when that is read.

    Args:
        path: Its file.

    Raises:
        InvalidPack: It is no pack, damaged, or of another version. Likewise within the block.
        DragomanError: It cannot be read.
    """
    try:
        with path.open("rb") as file:
            _check_directory(file)
            with zipfile.ZipFile(file) as archive:
                _check_members(archive, file.seek(0, io.SEEK_END))
                yield Pack(archive)
    except _UNREADABLE as error:
        reason = str(error).rstrip(".") or type(error).__name__
        raise InvalidPack(f"{path} is not a pack that can be unpacked: {' '.join(reason.split())[:300]}") from error
    except OSError as error:
        if error.errno == errno.EINVAL:  # as of a place before its beginning
            raise InvalidPack(f"{path} is not a pack that can be unpacked: it refers to what it has not") from error
        raise DragomanError(f"{path} cannot be read: {error.strerror}") from error


def unpack(
    pack: Pack,
    folder: Path,
    *,
    model: str,
    reencode: bool = False,
    progress: Callable[[Progress], None] | None = None,
    lock_timeout: float = LOCK_TIMEOUT,
) -> Report:
    """Make a collection of a pack. It is there when all of it is.

    Args:
        pack: The pack.
        folder: Where to; empty, or not there yet.
        model: DEFAULT_MODEL, or the path of a model's folder: the one that made the pack's vectors, unless `reencode`.
        reencode: Whether passages are split and encoded anew.
        progress: Is told how far it has come.
        lock_timeout: How many seconds to wait for another writer.

    Raises:
        CollectionExists: Something is in the folder.
        CollectionMismatch: The model or the way of splitting passages is another one.
        ModelNotFound: There is no such model.
    """

    def bring_in(writer: Writer) -> Report:
        if reencode:
            report = writer.add((document for document, _ in pack.documents()), as_dated=True)
        else:
            _check_agreement(pack, Manifest.from_settings(writer.database.settings()).encoder)
            report = writer.take(pack.with_vectors())
        if pack.ranking is not None:
            with writer.database.change():
                writer.database.set(RANKING, pack.ranking)
        return report

    return build(
        folder,
        bring_in,
        model=model,
        own=pack.fields.own,
        variants=pack.variants,
        precision="" if reencode else pack.encoder.precision,
        in_steps=False,
        progress=progress,
        lock_timeout=lock_timeout,
    )


def _check_agreement(pack: Pack, here: EncoderInfo) -> None:
    made = pack.encoder
    if any(getattr(made, name) != getattr(here, name) for name in _SAME):
        raise CollectionMismatch(
            f"the pack's vectors were made with {made.name!r} ({made.model_hash[:12]}), and the model here is "
            f"{here.name!r} ({here.model_hash[:12]}): name the same one with --model, or give --reencode"
        )
    if pack.splitting != built_with()["splitting"]:
        raise CollectionMismatch("the pack's passages were split in another way than is done here: give --reencode")


_UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, struct.error, NotImplementedError, ValueError, RecursionError,
               KeyError)  # fmt: skip
"""What `zipfile`, NumPy and the checks below raise of an archive that is not as it should be."""

_UNIT: Final = 1.01
"""The square of a vector's length, at most: it was of unit length before it was rounded."""

_DESCRIPTION: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("id", "title", "place", "outlet", "author", "url", "kind", "language", "origin"), str),
    "countries": [str],
    "topics": [str],
    "cut": [str],
    "dates": (str, str),
    "people": [{"name": str, "role": str, "country": str}],
    "references": [dict.fromkeys(("outlet", "title", "url", "published"), str)],
    "notes": [{"mark": str, "at": int, "text": str}],
    "extra": {str: [str]},
    "provenance": {str: str},
    "volume": str,
    "classification": str,
    "senders": [str],
    "recipients": [str],
    "pages": [(str, int)],
}
"""Of what types a description is. Of a document that is not dated `dates` is null."""

_LATER: Final = frozenset(("volume", "classification", "senders", "recipients", "pages", "extra"))
"""What a description may lack."""

_LINE: Final = {"description": {str: object}, "text": str, "passages": [(int, int, [(int, int)])]}
_MANIFEST: Final = {
    "pack": int,
    **dict.fromkeys(("documents", "passages", "sentences"), int),
    "encoder": {str: object},
    "splitting": {str: object},
    "fields": [(str, str, str)],
    "variants": [str],
    "ranking": object,
}


class _Spans(NamedTuple):
    """Where a passage is in its document's text, and where its sentences are."""

    span: Span
    sentences: list[list[int]]


class _Rows:
    """The rows of an array, read in a stream."""

    def __init__(self, member: IO[bytes], dtype: np.dtype[Any], width: int) -> None:
        self._member = member
        self._dtype = dtype
        self._width = width

    def take(self, rows: int) -> NDArray[Any]:
        size = rows * self._width * self._dtype.itemsize
        content = self._member.read(size)
        if len(content) != size:
            raise ValueError("its vectors are cut short")
        return np.frombuffer(content, self._dtype).reshape(rows, self._width)


def _stored(spans: list[_Spans], rows: NDArray[np.float32], coded: NDArray[np.int8]) -> Iterator[StoredPassage]:
    start = 0
    for each, vector in zip(spans, rows, strict=True):
        end = start + len(each.sentences)
        yield StoredPassage(each.span, vector, np.array(each.sentences, np.int32), coded[start:end])
        start = end


def _document(line: object, shape_of_line: Mapping[str, Any]) -> tuple[Document, list[_Spans]]:
    """A document and its passages from what a line has. Raises ValueError or DragomanError unless all is in order."""
    _demand(line, shape_of_line, "it")
    known = cast("dict[str, Any]", line)
    description, text = known["description"], known["text"]
    lacking = _LATER - description.keys()
    dated = description.get("dates") is not None
    shape = {name: kind for name, kind in _DESCRIPTION.items() if name not in lacking and (dated or name != "dates")}
    _demand({name: each for name, each in description.items() if dated or name != "dates"}, shape, "its description")
    offsets = [note["at"] for note in description["notes"]] + [at for _, at in description.get("pages", ())]
    if any(not 0 <= at <= len(text) for at in offsets):
        raise ValueError("a note or a page lies outside of its text")
    if dated:
        for day in description["dates"]:
            date.fromisoformat(day)
    json.dumps(known, ensure_ascii=False).encode()  # which refuses lone surrogates
    document = Document.from_description({**description, "dates": description["dates"]}, text)
    if "added" in known:
        document = replace(document, added=_added(known["added"]))
    return document, list(_passages(known["passages"], len(text)))


def _added(text: str) -> datetime:
    """When a document came in. Raises ValueError for what no clock shows, or one that says not where it is."""
    added = datetime.fromisoformat(text)
    if added.tzinfo is None or not _FIRST < added < _LAST:
        raise ValueError(f"it came in at {text[:40]!r}, which cannot be")
    return added


_FIRST, _LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


def _passages(passages: list[Any], length: int) -> Iterator[_Spans]:
    if not passages:
        raise ValueError("it has no passages")
    before = 0
    for start, end, sentences in passages:
        bounds = [bound for sentence in sentences for bound in sentence]
        in_order = all(first <= then for first, then in pairwise(bounds))
        if not (before <= start < end <= length and bounds and in_order and (bounds[0], bounds[-1]) == (start, end)):
            raise ValueError(f"its passage {start}-{end} is not a run of sentences in its text behind the one before")
        if any(first == then for first, then in sentences):
            raise ValueError(f"a sentence of its passage {start}-{end} is empty")
        before = end
        yield _Spans(Span(start, end), sentences)


def _demand(value: object, shape: Any, what: str) -> None:
    """Raise ValueError unless a value out of JSON has the types that a shape has."""
    if not _fits(value, shape):
        raise ValueError(f"{what} lacks something, or has something of another type than it must be")


def _fits(value: Any, shape: Any) -> bool:
    if isinstance(shape, type):
        return shape is object or type(value) is shape
    if isinstance(shape, list):  # of any length, each like its one element
        return isinstance(value, list) and all(_fits(one, shape[0]) for one in cast("list[Any]", value))
    if isinstance(shape, tuple):  # a list with just these elements
        known, kinds = cast("list[Any]", value), cast("tuple[Any, ...]", shape)
        return isinstance(value, list) and len(known) == len(kinds) and all(map(_fits, known, kinds))
    if not isinstance(value, dict):
        return False
    values = cast("dict[str, Any]", value)
    if str in shape:  # with any keys
        return all(_fits(one, shape[str]) for one in values.values())
    return values.keys() == shape.keys() and all(_fits(values[name], each) for name, each in shape.items())


def _json(content: bytes, what: str) -> object:
    try:
        return json.loads(content.decode(), parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError(f"{what} is nested too deeply") from error
    except ValueError as error:
        raise ValueError(f"{what} is not JSON ({error})") from error


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is no number")


def _read_whole(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    with archive.open(name) as member:
        content = member.read(most + 1)
    if len(content) > most:
        raise ValueError(f"{name} is longer than it may be")
    return content


def _check_directory(file: IO[bytes]) -> None:
    """Refuse an archive with a list of members too long to be read, or with anything after its end."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(size - _END.size - _LOCATOR.size - _END_64.size, 0))
    tail = file.read()
    kind, *_, listed, _, comment = _END.unpack(tail[-_END.size :].ljust(_END.size))
    if kind != b"PK\x05\x06" or comment:
        raise ValueError("it is no ZIP archive, or is cut short")
    locator = tail[-_END.size - _LOCATOR.size : -_END.size]
    if locator.startswith(b"PK\x06\x07"):  # it is larger than 4 GB
        kind, *_, listed, _ = _END_64.unpack(tail[: _END_64.size])
        if kind != b"PK\x06\x06" or _LOCATOR.unpack(locator)[2] != size - len(tail):
            raise ValueError("its end is not as it should be")
    if listed > _LONGEST_DIRECTORY:
        raise ValueError("it lists more files than a pack has")


_END = struct.Struct("<4s4H2LH")
_LOCATOR = struct.Struct("<4sLQL")
_END_64 = struct.Struct("<4sQ2H2L4Q")
"""What stands at the end of a ZIP archive: see APPNOTE.TXT, 4.3.14 to 4.3.16."""


def _check_members(archive: zipfile.ZipFile, size: int) -> None:
    """Refuse an archive that has not the members of a pack, each once, as files of sizes that can be."""
    infos = archive.infolist()
    if sorted(info.filename for info in infos) != sorted(MEMBERS):
        raise ValueError(f"it has not just the files {', '.join(MEMBERS)}")
    for info in infos:
        is_file = (info.external_attr >> 16) & 0o170000 in (0, 0o100000) and not info.is_dir()
        if info.flag_bits & 1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or not is_file:
            raise ValueError(f"{info.filename} is encrypted, packed in another way, or no file")
    if sum(info.compress_size for info in infos) > size:
        raise ValueError("its files lie over each other")
    if sum(info.file_size for info in infos) > _FREE + _DENSEST * size:
        raise ValueError("it is packed more densely than any collection can be")
