"""Web pages: the article of the page, found by trafilatura, and what its metadata tells."""

import logging
import re
from collections.abc import Iterator
from typing import Any, Final

from ...errors import UnreadableSource
from ..clean import Cleaned, clean
from ..dates import parse_dates
from ..document import Document
from .contract import ReadOptions, Skipped, Source
from .decode import read_text, tidy
from .text import article

_DECLARED = re.compile(rb"""(?:charset|encoding)\s{0,5}=\s{0,5}["']?([\w.:-]{2,30})""", re.IGNORECASE)
_DECLARED_TEXT = re.compile(r"""((?:charset|encoding)\s{0,5}=\s{0,5}["']?)[\w.:-]{2,30}""", re.IGNORECASE)
_BODY = re.compile("<body", re.IGNORECASE)
_LANGUAGE = re.compile(r"""<html\b[^>]{0,300}?\blang\s{0,5}=\s{0,5}["']?([A-Za-z]{2,3})\b""", re.IGNORECASE)
_GIVEN: Final = ("title", "author", "url")

# Its warnings would go to standard error where the host has set up no logging.
logging.getLogger("trafilatura").addHandler(logging.NullHandler())
logging.getLogger("htmldate").addHandler(logging.NullHandler())


def read(source: Source, options: ReadOptions) -> Iterator[Document | Skipped]:
    """The one article of a web page, cleaned and described.

    Raises UnreadableSource if the page has no text or cannot be read as one.
    """
    page = read_text(source.stream, _DECLARED)
    found = _extracted(_prepared(page))
    text = tidy(found.pop("text"))
    if not text.strip():
        raise UnreadableSource("a page without text")
    if language := _LANGUAGE.search(page[:20_000]):
        found["language"] = language[1]
    yield article(text, found, source, cleaned=clean(text) if options.cleaning else Cleaned(text, ()))


def _prepared(page: str) -> str:
    """The page as the parser needs it: what was decoded says that it is UTF-8, and a fragment has a body."""
    page = _DECLARED_TEXT.sub(r"\1utf-8", page[:4096]) + page[4096:]
    return page if _BODY.search(page) else f"<html><body>{page}</body></html>"


def _extracted(page: str) -> dict[str, str]:
    """The article's text and what the page's own metadata say of it."""
    import trafilatura

    try:
        # A date is taken from the page's metadata or address only: one in the running text is not its date.
        page_ = trafilatura.bare_extraction(
            page,
            with_metadata=True,
            include_comments=False,
            date_extraction_params={"extensive_search": False, "original_date": True},
        )
        # The extractor gives up on very short pages; then all that the page says is its text.
        text = getattr(page_, "text", None) or trafilatura.html2txt(page)
    except Exception as error:  # what strange markup raises within a parser is not ours to list
        raise UnreadableSource(f"a page that cannot be parsed: {type(error).__name__}") from None
    return {"text": text} | _metadata(page_)


def _metadata(page: Any) -> dict[str, str]:
    found = {key: value for key in _GIVEN if isinstance(value := getattr(page, key, None), str)}
    found["outlet"] = getattr(page, "sitename", None) or ""
    try:
        found["date"] = str(parse_dates(getattr(page, "date", None)) or "")
    except ValueError:
        found["date"] = ""
    return found
