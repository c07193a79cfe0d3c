"""What is in a collection, in numbers."""

import os
from contextlib import suppress
from pathlib import Path

from ...frozen import frozen
from ..encoding.floors import Floors


@frozen
class Status:
    """What is in a collection, and what its index was built with.

    Attributes:
        path: The collection's folder.
        generation: Raised by one with every commit.
        documents: How many documents there are, deleted ones not included.
        passages: How many passages they have.
        segments: How many segments these lie in.
        bytes: The size of all that is in the folder.
        languages: The passages' languages as ISO 639-1 codes, sorted.
        model: The encoder's name, or the path of its folder.
        dimension: The number of components of its vectors.
        precision: The precision that passages are encoded in, "bfloat16" or "float32".
        floors: How near a passage must be to a question to count as near in meaning.
        tuned: Whether its ranking is its own, rather than the default one.
        fields: The names of the fields that it has beside those that all collections have.
        lacking: The names of fields that its index was made without: `reindex` brings them in.
        kept: The names of its states that are kept.
        kept_bytes: How many of its bytes are there for nothing but these.
        unencoded: How many passages have no vectors yet, and are found by their words alone: `encode` gives them some.
        recall: The share of the hundred passages nearest to a question in meaning that are found, measured on a sample
            when the index was written, in its worst segment; 1 while all passages are compared, as most segments are.
    """

    path: str
    generation: int
    documents: int
    passages: int
    segments: int
    bytes: int
    languages: tuple[str, ...]
    model: str
    dimension: int
    precision: str
    floors: Floors
    tuned: bool
    fields: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    kept_bytes: int = 0
    unencoded: int = 0
    recall: float = 1.0

    @property
    def covered(self) -> int:
        """The share of the passages that meaning covers, in percent, rounded down."""
        return 100 * (self.passages - self.unencoded) // max(self.passages, 1)


def folder_size(folder: Path) -> int:
    """How many bytes lie in a folder and below. What a writer takes away meanwhile does not count."""
    size = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                size += Path(parent, name).stat().st_size
    return size
