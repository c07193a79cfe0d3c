"""Web pages: the article of each, with what the page's metadata tell of it."""

import re
from collections.abc import Iterator

from .contract import Cleaning, RawRecord, ReadOptions, Remark, Skipped, Source
from .support.decode import read_text
from .support.web_page import page_content

_DECLARED = re.compile(rb"""(?:charset|encoding)\s{0,5}=\s{0,5}["']?([\w.:-]{2,30})""", re.IGNORECASE)


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """The one article of a web page.

    Raises:
        UnreadableSource: If the page has no text or cannot be read as one.
    """
    del options  # a page says what it says under names of its own
    page, remarks = read_text(source, _DECLARED)
    yield page_record(page, source, remarks)


def page_record(page: str, source: Source, remarks: tuple[Remark, ...]) -> RawRecord:
    """The record of a web page that is read already; `remarks` are those of its reading.

    Raises:
        UnreadableSource: If the page has no article.
    """
    found = page_content(page)
    return RawRecord(
        found.text,
        source.origin,
        page=found.said,
        beside=found.beside,
        name=source.name,
        cleaning=Cleaning.SURROUNDINGS,
        cut=found.cut,
        remarks=remarks,
    )
