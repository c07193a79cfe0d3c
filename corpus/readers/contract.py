"""What every reader takes and gives: an open source in, raw records and what was skipped out.

A reader knows its format and nothing else: it finds the text and what the source says of it. How a text is cleaned and
described is the business of `intake`, which makes the documents.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, BinaryIO, Final

from ..document import Page as Page
from ..document import Remark
from ..fields import RECORD_NAMES, OwnField
from .allowance import Allowance

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


def unforeseen(origin: str, error: Exception, *, reader: str = "") -> Skipped:
    """Say that something is left out because of a fault in the program; the rest goes in.

    Args:
        origin: What was being read.
        error: What was raised. The log has its traceback, at the level of debugging.
        reader: The name of the format, if its reader is another package's.
    """
    _LOG.debug("unforeseen in %s", origin, exc_info=error)
    culprit = f"the reader {reader!r}" if reader else "Dragoman itself"
    message = " ".join(str(error).split())[:200]
    return Skipped(origin, f"a fault in {culprit} ({type(error).__name__}: {message}): please report it")


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How sources are read.

    Attributes:
        format: The format of every source. If it is empty, a file's name tells it, and standard input is text.
        fields: Which key of a JSONL record or column of a CSV file holds a field of ours: `{"id": "_id", "outlet":
            "source"}`.
        cleaning: Whether plain text and web pages lose what stands around the article.
        allow_private: Whether URLs may lead to private addresses: this machine, an intranet.
        ocr: Whether text is recognised in the pictures of pages that have none, which takes seconds a page.
        own: The collection's own fields, which records and front matter are looked through for: under the key that
            `fields` says, else under the field's.
    """

    format: str = ""
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    cleaning: bool = True
    allow_private: bool = False
    ocr: bool = False
    own: tuple[OwnField, ...] = ()

    @property
    def unknown(self) -> list[str]:
        """The names in `fields` that are neither ours for what a record has nor those of fields in `own`."""
        own = {each.name for each in self.own}
        return [name for name in self.fields if name not in RECORD_NAMES and name not in own]


@dataclass(frozen=True, slots=True)
class Source:
    """An open file or stream.

    Attributes:
        stream: Where its bytes are read from; the reader does not close it.
        origin: What a message calls it.
        id: The id of a document that is given none; empty where there is no path to make one of.
        name: Its file name, in lower case, or another name that tells as much; empty if it has none.
        allowance: What may still be taken out of the archive that it lies in; None if it lies in none.
        encoding: The encoding that its text is in by the word of a server or the like; empty if nobody says.
    """

    stream: BinaryIO
    origin: str
    id: str = ""
    name: str = ""
    allowance: Allowance | None = None
    encoding: str = ""


def member_id(holder: Source, name: str) -> str:
    """The id of what is called so in an archive, or among the attachments of a message."""
    return f"{holder.id or holder.origin}!{name}"


class Cleaning(Enum):
    """What is taken out of a record's text before it is a document's."""

    NONE = "none"
    """Nothing: it is the text as its author has it."""

    TITLE_LINE = "title line"
    """The first line where it only repeats the title."""

    SURROUNDINGS = "surroundings"
    """What a web site puts around an article, and then the title line. `ReadOptions.cleaning` turns off the former."""


@dataclass(frozen=True, slots=True)
class RawRecord:
    """What a reader found of one document, as it stands in the source.

    Attributes:
        text: The text, decoded and tidied (see `support.decode`) and otherwise untouched.
        origin: What a message calls the record: the source's `origin`, with a line number or the like where the source
            holds many.
        description: What the source says of the document, by the names of a document's fields (title, dates, author,
            people …). Values are those of front matter and JSON: strings, lists and mappings. Keys that nothing
            holds are named in `Document.unused`. An `id` in it goes before the one below.
        keys: Which key of `description` holds which field, where they are not called alike.
        page: What a web page within the record says of itself, by the names of fields; it counts where `description`
            says nothing.
        beside: What a web page shows around the text, by the names of fields: it counts where neither says anything.
        id: The document's id. If it is empty, a document that is a source of its own is named after the source.
        name: A file name or an address that may tell the date where nothing else does; empty if it must not.
        address: Where the document was found on the web: its URL unless it names one itself.
        cleaning: What is to be taken out of the text.
        cut: The lines that the reader set apart as no part of the text, such as the running heads of printed pages.
        remarks: What is to be told of a record that is read all the same, such as bytes that were replaced or parts
            left out: counted by kind and told with examples, see `document.Remark`. What is not read at all is a
            `Skipped` instead.
        is_recognised: Whether its text, or some of it, was recognised in pictures.
        is_member: Whether it is of a file within its source, such as an attachment.
    """

    text: str
    origin: str
    description: Mapping[str, Any] = field(default_factory=dict[str, Any])
    keys: Mapping[str, str] = field(default_factory=dict[str, str])
    page: Mapping[str, str] = field(default_factory=dict[str, str])
    beside: Mapping[str, str] = field(default_factory=dict[str, str])
    id: str = ""
    name: str = ""
    address: str = ""
    cleaning: Cleaning = Cleaning.NONE
    cut: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    is_recognised: bool = False
    is_member: bool = False


Read = Callable[[Source, ReadOptions], Iterator[RawRecord | Skipped]]
"""A reader: it raises UnreadableSource when there is nothing more to get from the source.

One whose library is not installed raises MissingExtra when it is first asked for a record.
"""


@dataclass(frozen=True, slots=True)
class Format:
    """A format that can be read.

    Attributes:
        name: What `--as` calls it.
        extensions: The ends of its files' names, in lower case and with their dots.
        read: Its reader.
        one_document: Whether a file of it holds one document, which may then be named after the file. If not, each
            record needs an id.
        largest: The most bytes of a file that holds one document; one of records may have any number.
        recurring: Whether its documents come with what stood around them, so that lines which recur from file to file
            are their outlet's and not theirs.
        holds_files: Whether it is an archive of files or messages, in which such lines are looked for as in a folder.
            It is not read again for the sake of what could not be read in it.
        package: The package that brings it, empty for our own. The registry fills it in.
        version: Stands for what it makes of a file, which is read again when that changes. The registry fills it in.
    """

    name: str
    extensions: tuple[str, ...]
    read: Read
    one_document: bool = True
    largest: int = LARGEST_FILE
    recurring: bool = False
    holds_files: bool = False
    package: str = ""
    version: str = ""
