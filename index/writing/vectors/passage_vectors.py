"""Where passages that are written get their vectors: copied where they are known, else encoded, at once or later."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import islice, starmap

from ....corpus.document import Document, Passage, Span
from ...encoding.device import chosen_device
from ...encoding.passage_encoder import CHUNK, check_model
from ...encoding.vector_cache import CachedEncoder
from ...ledger.ledger import LiveVersion
from ...segments.encoded_passage import EncodedPassage, SegmentPassage
from ..store import SEGMENTS, Store
from ..tally import Tally
from .earlier_vectors import EarlierVectors


class PassageVectors:
    """Gives the passages of a change their vectors.

    Args:
        store: The collection that is changed.
        tally: Counts what is copied and what is encoded.
    """

    def __init__(self, store: Store, tally: Tally) -> None:
        self._store = store
        self._tally = tally
        self._replaced: EarlierVectors | None = None
        self._is_model_checked = False

    @cached_property
    def encoder(self) -> CachedEncoder:
        """Encodes as the collection's vectors were made. Raises CollectionMismatch or ModelNotFound if nobody can."""
        manifest = self._store.ledger.manifest
        return CachedEncoder(manifest.model, manifest.encoder)

    @cached_property
    def earlier(self) -> EarlierVectors:
        """The vectors that there were before the change, in which it must be asked for first."""
        return EarlierVectors(self._store.ledger, self._store.folder / SEGMENTS)

    def take_over(self, replaced: Store) -> None:
        """Copy from a collection that this one takes the place of, where its vectors are the same; it stays open."""
        vectors = EarlierVectors(replaced.ledger, replaced.folder / SEGMENTS, is_other=True)
        if vectors.are_as_of(self._store.ledger.manifest):
            self._replaced = vectors

    def follow(self, known: LiveVersion | None, version: int, document: Document) -> None:
        """Let a new version of a document have the vectors of its earlier one, as far as both are alike.

        Args:
            known: The earlier one in this collection; if there is none, what is replaced may have one.
            version: The new one.
            document: As it is now.
        """
        if known is not None:
            self.earlier.follow_if_alike(known.version, version, document)
        elif self._replaced is not None:
            self._replaced.follow_live(version, document)

    def given(
        self, passages: Iterator[tuple[int, Passage]], *, copying: bool = True, encoding: bool = True
    ) -> Iterator[SegmentPassage]:
        """The passages, in order, with their vectors.

        Args:
            passages: Each with the version of its document.
            copying: Whether vectors that are known already would come out the same.
            encoding: Whether the others are encoded now; without, they have none yet.

        Raises:
            CollectionMismatch: The model is no longer the one that the collection was built with.
            ModelNotFound: The model is gone.
        """
        while chunk := list(islice(passages, CHUNK)):
            copies = [self._copied(*each) if copying else None for each in chunk]
            missing = [each for each, copy in zip(chunk, copies, strict=True) if copy is None]
            rest: Iterator[SegmentPassage]
            if encoding:
                rest = self.encoder.encode(missing) if missing else iter(())
                self._tally.encoded += len(missing)
            else:
                self._check_model(missing)
                rest = starmap(_unencoded, missing)
            for copy in copies:
                self._tally.copied += copy is not None
                yield copy or next(rest)

    def _copied(self, version: int, passage: Passage) -> EncodedPassage | None:
        copy = self.earlier.of(version, passage)
        if copy is None and self._replaced is not None:
            copy = self._replaced.of(version, passage)
        return copy

    def _check_model(self, missing: Sequence[object]) -> None:
        """Before anything is added that has to be encoded, make sure that it can be."""
        if missing and not self._is_model_checked:
            manifest = self._store.ledger.manifest
            check_model(manifest.model, manifest.encoder, chosen_device())
            self._is_model_checked = True


def _unencoded(version: int, passage: Passage) -> SegmentPassage:
    return SegmentPassage(version, passage.document, Span(passage.start, passage.end), passage.sentences)
