"""Plain text: one article a file, with all that a scraper or a scanner left around and within it."""

from collections.abc import Iterator

from .contract import Cleaning, RawRecord, ReadOptions, Skipped, Source
from .support.decode import read_text
from .support.typed_pages import whole_words, without_page_marks


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """The one record of a plain text file.

    Raises:
        UnreadableSource: If there is no readable text.
    """
    text, remarks = read_text(source)
    cut: tuple[str, ...] = ()
    if options.cleaning:
        text, cut = without_page_marks(text)
        text = whole_words(text)
    cleaning = Cleaning.SURROUNDINGS
    yield RawRecord(text, source.origin, name=source.name, cleaning=cleaning, cut=cut, remarks=remarks)
