"""What every reader takes and gives: a source of bytes in, documents and what was skipped out."""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from ..document import Document
from ..fields import OwnField

_LOG: Final = logging.getLogger("dragoman.reading")

MEGABYTE: Final = 1_000_000
LARGEST_FILE: Final = 20 * MEGABYTE
"""The most bytes of a file that holds one document. A larger one is no article, and is skipped."""

LARGEST_PACKAGE: Final = 100 * MEGABYTE
"""The most bytes of a file of one document in a format that holds pictures as well: PDF, Word, EPUB, e-mail."""

LARGEST_TEXT: Final = 20 * MEGABYTE
"""The most characters of one document's text, however it was packed."""

LONGEST_RECORD: Final = 20 * MEGABYTE
"""The most bytes of one line of JSONL, and the most characters of one cell of CSV."""

LARGEST_FRONT_MATTER: Final = 64 * 1024
"""The most characters of a Markdown file's front matter."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that no document was read from: where it lies, and why in a few words. The rest goes in without it."""

    origin: str
    reason: str

    def __str__(self) -> str:
        return f"{self.origin}: {self.reason}"


def unforeseen(origin: str, error: Exception) -> Skipped:
    """What a fault of the program's own in reading something comes to: that is left out, and the rest goes in.

    The log has the traceback, at the level of debugging.
    """
    _LOG.debug("unforeseen in %s", origin, exc_info=error)
    said = " ".join(str(error).split())[:200]
    return Skipped(origin, f"a fault in Dragoman itself ({type(error).__name__}: {said}): please report it")


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How sources are read.

    `format` is the format of every source, whatever its name; if it is empty, a file's name tells it, and standard
    input is text. `fields` says which key of a JSONL record or column of a CSV file holds a field of ours:
    `{"id": "_id", "outlet": "source"}`. `cleaning` may be turned off to keep plain text and web pages with all that
    stands around the article. `allow_private` lets URLs lead to private addresses: this machine, an intranet. `own` are
    the collection's own fields, which records and front matter are looked through for: under the key that `fields`
    says, else under the field's.
    """

    format: str = ""
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    cleaning: bool = True
    allow_private: bool = False
    own: tuple[OwnField, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """An open file or stream.

    `id` is the id of a document that is given none, empty where there is no path to make one of. `origin` is what a
    message calls the source. `name` is its file name.
    """

    stream: BinaryIO
    origin: str
    id: str = ""
    name: str = ""


Read = Callable[[Source, ReadOptions], Iterator[Document | Skipped]]
"""A reader: it raises UnreadableSource when there is nothing more to get from the source.

One whose library is not installed raises MissingExtra when it is first asked for a document.
"""
