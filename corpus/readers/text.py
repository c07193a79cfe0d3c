"""Plain text: one article a file, with whatever a scraper left around it."""

from collections.abc import Iterator

from ..cleaning.clean import Cleaned, clean
from ..document import Document
from .contract import ReadOptions, Skipped, Source
from .support.article import article
from .support.decode import read_text


def read(source: Source, options: ReadOptions) -> Iterator[Document | Skipped]:
    """The one document of a plain text file, cleaned and described.

    Raises UnreadableSource if there is no readable text.
    """
    text = read_text(source.stream)
    yield article(text, {}, source, cleaned=clean(text) if options.cleaning else Cleaned(text, ()))
