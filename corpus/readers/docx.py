"""Word documents (DOCX): paragraphs, list items and table rows, with footnotes kept apart.

A Word document is a zip archive of XML files; `support.word_text` has the words of it.
"""

from collections.abc import Iterator
from typing import Final

from ...errors import UnreadableSource
from .contract import RawRecord, ReadOptions, Remark, Skipped, Source
from .support.file_properties import core_properties, kind_above
from .support.packed import Package, read_all
from .support.word_text import WORD, WordText

_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """The one record of a Word file.

    Raises:
        UnreadableSource: If it is not a Word document, damaged, protected by a password, a bomb, or without text.
    """
    del options  # a Word file has names of its own for what it says of itself
    data = read_all(source.stream)
    if data.startswith(_OLD_OFFICE):
        if _ENCRYPTED in data:
            raise UnreadableSource("protected by a password: save it without one")
        raise UnreadableSource("an old Office file such as .doc: save it as .docx")
    package = Package(data, WORD)
    document = WordText(package)
    text = document.flow.text
    if not text:
        raise UnreadableSource("; ".join(["no text", *document.left_out]))
    remarks = tuple(Remark("embedded parts (altChunk) were left out", each) for each in document.left_out)
    description = core_properties(package)
    description["title"] = description.get("title") or document.title or kind_above(text.split("\n"))
    description["notes"] = [[note.mark, note.at, note.text] for note in document.flow.notes]
    yield RawRecord(text, source.origin, description, name=source.name, cut=tuple(document.cut), remarks=remarks)
