"""The vectors that a collection has already, for re-indexing: encoding takes hours, and copying minutes."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...corpus.document import Passage, Span
from ...errors import CollectionDamaged, CollectionMismatch
from ..ledger.ledger import Ledger
from ..ledger.manifest import Manifest
from ..segments.encoded_passage import EncodedPassage
from ..segments.segment import open_vectors

if TYPE_CHECKING:
    from ..segments.vectors import Vectors

_SAME = ("version", "model_hash", "tokenizer_hash", "dimension", "max_tokens", "passage_prompt", "normalised",
         "precision", "pooling")  # fmt: skip
"""What two descriptions of encoders must have in common, for both to give a passage the same vectors."""


class EarlierVectors:
    """The vectors of a collection as it was before a change, of all segments whose vectors can be read.

    Those of a passage are known by the version of its document, whose text and title never change, and by the spans
    of the passage and of its sentences. Nothing else is encoded but the prompt. A new version of a document with the
    same text and title may follow an earlier one (`follow`).

    Args:
        ledger: The collection's.
        segments: The folder that its segments are in.
    """

    def __init__(self, ledger: Ledger, segments: Path) -> None:
        self._ledger = ledger
        self._made_with = ledger.manifest
        self._by_segment: dict[int, Vectors] = {}
        for number, name in ledger.state().segments:
            try:
                self._by_segment[number] = open_vectors(segments / name)
            except CollectionDamaged:
                continue  # its passages are encoded
        self._version = 0
        self._rows: dict[tuple[int, int], tuple[int, int]] = {}
        self._followed: dict[int, int] = {}

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

    def of(self, version: int, passage: Passage) -> EncodedPassage | None:
        """A passage with the vectors that it has already. Quick for passages that come document by document.

        Args:
            version: The ledger's number for the version of its document.
            passage: As the document is split now.

        Returns:
            The passage with its vectors, or None if it was split in another way, or they cannot be read.
        """
        if version != self._version:
            rows = self._ledger.live_passages(self._followed.get(version, version))
            self._rows = {(each.start, each.end): (each.segment, each.ordinal) for each in rows}
            self._version = version
        segment, ordinal = self._rows.get((passage.start, passage.end), (0, 0))
        vectors = self._by_segment.get(segment)
        if vectors is None or ordinal >= len(vectors):
            return None
        vector = vectors.get(np.array([ordinal]))[0]
        sentences, sentence_vectors = vectors.sentences(ordinal)
        if not np.array_equal(sentences, np.array(passage.sentences).reshape(-1, 2)) or not np.isfinite(vector).all():
            return None
        span = Span(passage.start, passage.end)
        return EncodedPassage(version, passage.document, span, vector, sentences, sentence_vectors)
