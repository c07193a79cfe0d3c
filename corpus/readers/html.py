"""Web pages: the article of each, with what the page's metadata tell of it."""

import re
from collections.abc import Iterator

from ..cleaning.clean import Cleaned, clean
from ..document import Document
from .contract import ReadOptions, Skipped, Source
from .support.article import article
from .support.decode import read_text
from .support.web_page import page_content

_DECLARED = re.compile(rb"""(?:charset|encoding)\s{0,5}=\s{0,5}["']?([\w.:-]{2,30})""", re.IGNORECASE)


def read(source: Source, options: ReadOptions) -> Iterator[Document | Skipped]:
    """The one article of a web page, cleaned and described.

    Raises UnreadableSource if the page has no text or cannot be read as one.
    """
    text, found = page_content(read_text(source.stream, _DECLARED))
    yield article(text, found, source, cleaned=clean(text) if options.cleaning else Cleaned(text, ()))
