"""The vectors that a collection has already, for re-indexing: encoding takes hours, and copying minutes."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ....corpus.document import Document, Passage, Span
from ....errors import CollectionDamaged, CollectionMismatch
from ...keeping.seals import Seal, faults, part
from ...ledger.ledger import Ledger
from ...ledger.manifest import Manifest
from ...segments.encoded_passage import EncodedPassage
from ...segments.segment import open_vectors, with_parts

if TYPE_CHECKING:
    from ...segments.similarity.vectors import Vectors

_SAME = ("version", "model_hash", "tokenizer_hash", "dimension", "max_tokens", "passage_prompt", "normalised",
         "precision", "pooling")  # fmt: skip
"""What two descriptions of encoders must have in common, for both to give a passage the same vectors."""


class EarlierVectors:
    """The vectors of a collection as it was before a change, or is replaced by, so far as they can be read.

    Those of a passage are known by the version of its document, whose text and title never change, and by the spans
    of the passage and of its sentences. Nothing else is encoded but the prompt. A new version of a document with the
    same text and title may follow an earlier one (`follow`).

    Args:
        ledger: The collection's.
        segments: The folder that its segments are in.
        is_other: Whether it is another collection than the one that is written to: then versions mean something else
            there, and only those that `follow` an earlier one have vectors.
    """

    def __init__(self, ledger: Ledger, segments: Path, *, is_other: bool = False) -> None:
        self._ledger = ledger
        self._is_other = is_other
        self._made_with = ledger.manifest
        self._by_segment: dict[int, Vectors] = {}
        self._unread: dict[int, tuple[Path, Seal]] = {}
        self._parts: dict[int, list[tuple[Path, Seal]]] = {}
        parts = ledger.vector_parts()
        for number, name in ledger.segments():
            sealed = ledger.seal_of(f"{segments.name}/{name}")
            try:
                self._by_segment[number] = open_vectors(segments / name, sealed)
            except CollectionDamaged:
                continue  # its passages are encoded
            self._unread[number] = segments / name / "vectors", part(sealed or {}, "vectors")
            folders = [(segments / each, ledger.seal_of(f"{segments.name}/{each}")) for each in parts.get(number, ())]
            self._parts[number] = [(folder, seal) for folder, seal in folders if seal]
        self._version = 0
        self._rows: dict[tuple[int, int], tuple[int, int]] = {}
        self._followed: dict[int, int] = {}

    def _whole(self, segment: int) -> "Vectors | None":
        """The vectors of a segment, every byte of which is looked at before the first of them is copied."""
        if segment in self._unread:
            folder, sealed = self._unread.pop(segment)
            if sealed and any(faults(folder, sealed)):
                self._by_segment.pop(segment, None)
            elif vectors := self._by_segment.get(segment):
                self._by_segment[segment] = with_parts(vectors, self._parts[segment])
        return self._by_segment.get(segment)

    def are_as_of(self, now: Manifest) -> bool:
        """Whether a passage that is encoded as the collection now says would get the same vectors."""
        before = self._made_with
        try:
            then, made = before.encoder, now.encoder
        except (CollectionMismatch, CollectionDamaged):
            return False
        # Settings beside the weights may have been edited: the folder's name stands for them, and so does the export.
        unedited = before.encoder_folder == now.encoder_folder or then.query_hash == made.query_hash
        return unedited and all(getattr(then, name) == getattr(made, name) for name in _SAME)

    def follow(self, before: int, version: int) -> None:
        """Give the passages of a version the vectors of an earlier one, which has the same text and title."""
        self._followed[version] = before

    def follow_if_alike(self, before: int, version: int, document: Document) -> None:
        """Let a version of a document follow an earlier one, if that has all that is encoded as this one has it."""
        earlier = self._ledger.document(before)
        if earlier is not None and (earlier.text, earlier.title) == (document.text, document.title):
            self.follow(before, version)

    def follow_live(self, version: int, document: Document) -> None:
        """The same, where the earlier one is the live one of that id, if there is any."""
        known = self._ledger.live_version(document.id)
        if known is not None:
            self.follow_if_alike(known.version, version, document)

    def of(self, version: int, passage: Passage) -> EncodedPassage | None:
        """A passage with the vectors that it has already. Quick for passages that come document by document.

        Args:
            version: The ledger's number for the version of its document.
            passage: As the document is split now.

        Returns:
            The passage with its vectors, or None if it was split in another way, or they cannot be read.
        """
        if version != self._version:
            before = self._followed.get(version, None if self._is_other else version)
            rows = [] if before is None else self._ledger.live_passages(before)
            self._rows = {(each.start, each.end): (each.segment, each.ordinal) for each in rows}
            self._version = version
        segment, ordinal = self._rows.get((passage.start, passage.end), (0, 0))
        vectors = self._whole(segment)
        if vectors is None or ordinal >= len(vectors):
            return None
        vector = vectors.get(np.array([ordinal]))[0]
        sentences, sentence_vectors = vectors.sentences(ordinal)
        if not np.array_equal(sentences, np.array(passage.sentences).reshape(-1, 2)) or not np.isfinite(vector).all():
            return None
        span = Span(passage.start, passage.end)
        return EncodedPassage(version, passage.document, span, sentences, vector, sentence_vectors)
