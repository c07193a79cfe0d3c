"""What a segment takes: a passage as it is, or with its vectors, as the passage encoder gives it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...corpus.document import Document, Span


@dataclass(frozen=True, slots=True, eq=False)
class SegmentPassage:
    """A passage, which may be given its vectors later.

    Attributes:
        version: The ledger's number for this version of the document.
        document: The document that the passage is of.
        span: The passage's span in the document's text.
        sentences: The spans of its sentences in the document's text, in order: pairs, or int32 [sentences, 2].
    """

    version: int
    document: Document
    span: Span
    sentences: Sequence[tuple[int, int]] | NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class EncodedPassage(SegmentPassage):
    """A passage with its vectors.

    Attributes:
        vector: float32 [dimension], of unit length.
        sentence_vectors: int8 [sentences, dimension], each scaled so that its largest component is ±127. Only their
            direction means anything: compare them by cosine.
    """

    vector: NDArray[np.float32]
    sentence_vectors: NDArray[np.int8]
