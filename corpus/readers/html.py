"""Web pages: the article of each, with what the page's metadata tell of it."""

import re
from collections.abc import Iterator

from .contract import Cleaning, RawRecord, ReadOptions, Skipped, Source
from .support.decode import read_text
from .support.web_page import page_content

_DECLARED = re.compile(rb"""(?:charset|encoding)\s{0,5}=\s{0,5}["']?([\w.:-]{2,30})""", re.IGNORECASE)


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """The one article of a web page.

    Raises:
        UnreadableSource: If the page has no text or cannot be read as one.
    """
    del options  # a page says what it says under names of its own
<<<<<<< HEAD
    text, cut, said, beside = page_content(read_text(source.stream, _DECLARED))
    yield RawRecord(
        text, source.origin, page=said, beside=beside, name=source.name, cleaning=Cleaning.SURROUNDINGS, cut=cut
=======
    whole, remarks = read_text(source, _DECLARED)
    text, cut, said = page_content(whole)
    yield RawRecord(
        text, source.origin, page=said, name=source.name, cleaning=Cleaning.SURROUNDINGS, cut=cut, remarks=remarks
>>>>>>> main
    )
