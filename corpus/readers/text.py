"""Plain text: one article a file, with all that a scraper or a scanner left around and within it."""

import re
from collections.abc import Iterator

from .contract import Cleaning, RawRecord, ReadOptions, Skipped, Source
from .support.decode import read_text
from .support.typed_pages import whole_words, without_page_marks

_BEGINS_AS_PAGE = r"\A\ufeff?\s{0,100}(?:<\?xml[^<>]{0,200}\?>\s{0,100})?<(?:!doctype\s+html|html)\b"
_PAGE = re.compile(_BEGINS_AS_PAGE, re.IGNORECASE)
_DECLARED = re.compile(
    _BEGINS_AS_PAGE.replace(r"\ufeff", r"(?:\xef\xbb\xbf)").encode()
    + rb"""[\s\S]{0,4000}?charset\s{0,5}=\s{0,5}["']?([\w.:-]{2,30})""",
    re.IGNORECASE,
)


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """The one record of a plain text file, or of the web page that was saved as one.

    Raises:
        UnreadableSource: If there is no readable text.
    """
    text, remarks = read_text(source, _DECLARED)
    if _PAGE.match(text):
        # Late: its reader brings a parser with it.
        from .html import page_record

        yield page_record(text, source, remarks)
        return
    cut: tuple[str, ...] = ()
    if options.cleaning:
        text, cut = without_page_marks(text)
        text = whole_words(text)
    cleaning = Cleaning.SURROUNDINGS
    yield RawRecord(text, source.origin, name=source.name, cleaning=cleaning, cut=cut, remarks=remarks)
