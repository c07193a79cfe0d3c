"""The damaged segments of a collection, written anew from the ledger, with as little encoding as can be."""

from array import array
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ....corpus.document import Document, Passage, Span
from ....corpus.splitting.passages import split_passages
from ....errors import CollectionDamaged, CollectionMismatch
from ...encoding.passage_encoder import CHUNK
from ...encoding.vector_cache import CachedEncoder
from ...ledger.manifest import Manifest
from ...segments.encoded_passage import EncodedPassage
from ...segments.segment import Segment, open_vectors, with_parts
from ...segments.similarity.vectors import Vectors
from ...writing.store import Store, built_with
from ...writing.tally import Progress, Report
from ...writing.writer import Writer
from ..seals import Seal, faults
from .segment_rows import are_whole


class DamagedSegment(NamedTuple):
    """A segment that is not as it should be.

    Attributes:
        number: Its number in the ledger.
        name: Its folder's.
        faults: What is wrong, a line each.
        vectors: Its vectors, if these are whole.
        manifest: That of the state that it was found in, which may be a kept one.
    """

    number: int
    name: str
    faults: list[str]
    vectors: Vectors | None
    manifest: Manifest


def look_at(
    folder: Path,
    number: int,
    sealed: Seal,
    passages: int,
    manifest: Manifest,
    parts: Collection[tuple[Path, Seal]] = (),
    *,
    parts_too: bool = False,
) -> DamagedSegment | None:
    """What is wrong with a segment; None if nothing is.

    Args:
        folder: The segment's.
        number: Its number in the ledger.
        sealed: Its seal, empty if it has none.
        passages: How many passages it has by the ledger.
        manifest: That of a state that it belongs to.
        parts: The vectors that its passages were given since it was written, each with its seal.
        parts_too: Whether it counts as damaged where only these are.
    """
    told = [f"{each.file} {each.what}".strip() for each in faults(folder, sealed)] if sealed else []
    if not told:
        try:
            segment = Segment(folder)
            told = segment.problems()
            if len(segment) != passages:
                told.append(f"it has {len(segment):,} passages, and {passages:,} by the ledger")
        except CollectionDamaged as error:
            told = [str(error.__cause__ or error)]
    if not told and parts_too:
        told = [f"{beside.name}/{each.file} {each.what}" for beside, seal in parts for each in faults(beside, seal)]
    if not told:
        return None
    try:
        # Where no seal says that they are whole, they must at least have the sizes that they were written with.
        vectors = Vectors(folder / "vectors") if are_whole(folder, sealed, "vectors") else open_vectors(folder)
    except Exception:  # a damaged file can make NumPy and FAISS raise anything
        vectors = None
    if vectors is not None and (len(vectors) != passages or (sealed and not are_whole(folder, sealed, "vectors"))):
        vectors = None
    if vectors is not None:
        vectors = with_parts(vectors, parts)
    return DamagedSegment(number, folder.name, told, vectors, manifest)


class Mender:
    """Writes damaged segments of one collection anew, each in a commit of its own.

    Args:
        store: The collection, which is being written to.
        progress: Is told how far the work has come.
    """

    def __init__(self, store: Store, progress: Callable[[Progress], None] | None) -> None:
        self._store = store
        self._progress = progress
        self._manifest = store.ledger.manifest
        self._latest: tuple[int, Document, dict[tuple[int, int], Passage]] = (0, Document("none", ""), {})

    def mend(self, damaged: DamagedSegment) -> Report:
        """Write a segment anew: the same passages in the same order, so that nothing else in the ledger changes.

        The ledger must have all of its passages.

        Vectors that are whole are copied.

        Returns:
            How many passages were written, and for how many of them vectors were `copied`.

        Raises:
            CollectionDamaged: The ledger lacks a document.
            CollectionMismatch: The model is no longer the one that it was encoded with, or only a kept state of another
                Dragoman needs it.
            ModelNotFound: The model is gone, and a passage has to be encoded.
        """
        manifest = damaged.manifest
        if {"analyzer": manifest.analyzer, "splitting": dict(manifest.splitting)} != built_with():
            raise CollectionMismatch(
                "another Dragoman kept the state that needs it, and only that one can make it anew"
            )
        if self._manifest.encoder_json != manifest.encoder_json:
            self.__dict__.pop("_encoder", None)
        self._manifest = manifest
        rows = self._store.ledger.passages_in(damaged.number)
        writer = Writer(self._store, self._progress)
        copied = array("q", [0])
        writer.rewrite(damaged.number, manifest, self._passages(rows, damaged.vectors, copied))
        return replace(writer.committed, copied=copied[0])

    @cached_property
    def _encoder(self) -> CachedEncoder:
        return CachedEncoder(self._manifest.model, self._manifest.encoder)

    def _passages(
        self, rows: Iterable[tuple[int, int, int, int]], vectors: Vectors | None, copied: "array[int]"
    ) -> Iterator[EncodedPassage]:
        """The passages of a segment, by their rows; `copied` counts those whose vectors are not encoded."""
        waiting = iter(rows)
        while chunk := list(islice(waiting, CHUNK)):
            known = [self._copied(*row, vectors) for row in chunk]
            missing = [self._split(*row[1:]) for row, copy in zip(chunk, known, strict=True) if copy is None]
            encoded = self._encoder.encode(missing) if missing else iter(())
            for copy in known:
                copied[0] += copy is not None
                yield copy or next(encoded)

    def _copied(
        self, ordinal: int, version: int, start: int, end: int, vectors: Vectors | None
    ) -> EncodedPassage | None:
        """A passage with the vectors that it has already, or None if it has to be encoded."""
        document, _ = self._read(version)
        span = Span(start, end)
        if vectors is not None:
            vector = vectors.get(np.array([ordinal]))[0]
            sentences, coded = vectors.sentences(ordinal)
            if np.isfinite(vector).all() and ((sentences >= start) & (sentences <= end)).all():
                return EncodedPassage(version, document, span, sentences, vector, coded)
        if not document.text:  # it was lost, and its passages are deleted
            dimension = self._manifest.dimension
            nothing = np.zeros(dimension, np.float32)
            return EncodedPassage(version, document, span, [span], nothing, np.zeros((1, dimension), np.int8))
        return None

    def _split(self, version: int, start: int, end: int) -> tuple[int, Passage]:
        """A passage with its sentences; with one, if its document is split otherwise by now."""
        document, split = self._read(version)
        if not split:
            split.update(((each.start, each.end), each) for each in split_passages(document))
        return version, split.get((start, end)) or Passage(document, start, end, (Span(start, end),))

    def _read(self, version: int) -> tuple[Document, dict[tuple[int, int], Passage]]:
        """A document, and its passages by their spans once they are asked for. Quick for one after the other."""
        if self._latest[0] != version:
            document = self._store.ledger.document(version)
            if document is None:
                raise CollectionDamaged(f"version {version} of a document is missing from the ledger")
            self._latest = version, document, {}
        return self._latest[1:]
