"""Plain text: one article a file, with all that a scraper left around it."""

from collections.abc import Iterator

from .contract import Cleaning, RawRecord, ReadOptions, Skipped, Source
from .support.decode import read_text


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """The one record of a plain text file.

    Raises:
        UnreadableSource: If there is no readable text.
    """
    del options  # a text has no fields that could be called otherwise
    text, remarks = read_text(source)
    yield RawRecord(text, source.origin, name=source.name, cleaning=Cleaning.SURROUNDINGS, remarks=remarks)
