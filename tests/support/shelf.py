"""Segments and a ledger with made-up vectors: what the index and the engine are tried on without an encoder."""

import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from dragoman.corpus.document import Document, Span
from dragoman.corpus.fields import Fields, OwnField
from dragoman.index.encoding.query_encoder import EncoderInfo, QueryEncoder
from dragoman.index.ledger.database import Database
from dragoman.index.ledger.ledger import Ledger
from dragoman.index.ledger.manifest import FIELDS, Manifest
from dragoman.index.reading.snapshot import Snapshot
from dragoman.index.segments.encoded_passage import EncodedPassage
from dragoman.index.segments.segment import Segment, SegmentWriter
from dragoman.index.writing.store import built_with

DIMENSION = 8
SENTENCE = np.ones((1, DIMENSION), np.int8)


class Shelf:
    """Segments and a ledger without an encoder: every line of a document is a passage, its vector made up from it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        info = EncoderInfo("made up", "", DIMENSION, 64, "", "", True, "float32", "mean", "int8", "", "")
        settings: dict[str, Any] = {**built_with(), "encoder": asdict(info), "floors": [0.2, 0.1]}
        folder.mkdir()
        self.database = Database.create(folder / "ledger.sqlite", settings)
        self.ledger = Ledger(self.database)
        self._segments: dict[str, Segment] = {}

    def declare(self, *own: OwnField) -> None:
        """Have fields of its own; what is on it already has no columns for them."""
        with self.database.change():
            self.database.set(FIELDS, Fields(own).settings())

    def add(self, *documents: Document) -> None:
        """Write a segment of these documents, which replace those of the same ids."""
        with self.database.change():
            rows = []
            for document in documents:
                if known := self.ledger.live_version(document.id):
                    self.ledger.retire_document(known.version)
                version, start = self.ledger.add_document(document), 0
                for line in document.text.split("\n"):
                    rows.append((version, document, Span(start, start + len(line)), made_up_vector(document.id, line)))
                    start += len(line) + 1
            self._write(rows)

    def remove(self, *ids: str) -> None:
        """Delete documents."""
        with self.database.change():
            for document_id in ids:
                known = self.ledger.live_version(document_id)
                assert known
                self.ledger.retire_document(known.version)

    def compact(self) -> None:
        """Write all that is live into one new segment, the newest passages first."""
        snapshot = self.snapshot()
        with self.database.change():
            rows = []
            for number, _ in reversed(self.ledger.state().segments):
                for version, passages in snapshot.live_by_document(number):
                    document = self.ledger.document(version)
                    assert document
                    rows += [(version, document, stored.span, stored.vector) for stored in passages]
                self.ledger.retire_segment(number)
            self._write(rows)

    def snapshot(self) -> Snapshot:
        """What is on the shelf now."""
        state = self.ledger.state()
        return Snapshot(self.ledger, state, [self._segments[name] for _, name in state.segments], _encoder)

    def _write(self, rows: Iterable[tuple[int, Document, Span, NDArray[np.float32]]]) -> None:
        name = f"segment{len(self._segments)}"
        writer = SegmentWriter(self.folder / name, DIMENSION, self.ledger.manifest.fields)
        number = self.ledger.add_segment(name)
        kept = [
            (
                writer.add(EncodedPassage(version, document, span, spans, vector, SENTENCE.repeat(len(spans), 0))),
                version,
                span.start,
                span.end,
            )
            for version, document, span, vector in rows
            for spans in [list(_sentences(document.text, span))]
        ]
        self._segments[name] = writer.close()
        self.ledger.add_passages(number, kept)


def _sentences(text: str, span: Span) -> Iterator[Span]:
    """The sentences of a line, each of which ends in a full stop."""
    start = span.start
    for end in re.finditer(r"[.!?] |$", text[span.start : span.end]):
        yield Span(start, min(span.start + end.start() + 1, span.end))
        start = span.start + end.end()


class _MadeUp:
    """A query encoder without a model."""

    def encode(self, texts: Iterable[str]) -> NDArray[np.float32]:
        return np.stack([made_up_vector("", text) for text in texts])


def _encoder(_: Manifest) -> QueryEncoder:
    return cast("QueryEncoder", _MadeUp())


def made_up_vector(document_id: str, text: str) -> NDArray[np.float32]:
    """A unit vector that depends on nothing but the passage."""
    vector = np.random.default_rng(zlib.crc32(f"{document_id} {text}".encode())).standard_normal(DIMENSION)
    return (vector / np.linalg.norm(vector)).astype(np.float32)
