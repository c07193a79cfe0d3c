"""The article of a web page, found by trafilatura, and what the page's metadata tell of it.

What is not a whole page, such as the body of a press release out of a content system, has nothing around it: all that
it shows is its text. So is what trafilatura makes little or nothing of, and a page whose markup is too much for any
parser; our own cleaning of plain text comes after in each case.
"""

import logging
import re
from typing import Any, Final, NamedTuple

from ....errors import UnreadableSource
from ...dates.records import parse_dates
from .article import article_text, divide, without_furniture
from .decode import tidy
from .html_text import Shown, look_through
from .page_title import page_title

_DECLARED_TEXT = re.compile(r"""((?:charset|encoding)\s{0,5}=\s{0,5}["']?)[\w.:-]{2,30}""", re.IGNORECASE)
_BODY = re.compile("<body", re.IGNORECASE)
_LANGUAGE = re.compile(r"""<html\b[^>]{0,300}?\blang\s{0,5}=\s{0,5}["']?([A-Za-z]{2,3})\b""", re.IGNORECASE)
_PAGE = re.compile("<(?:html|head|body)\\b", re.IGNORECASE)
_TABLE = re.compile("<table", re.IGNORECASE)
_GIVEN: Final = ("title", "author", "url")


class PageContent(NamedTuple):
    """What a web page holds.

    Attributes:
        text: The text of its article.
        cut: The lines that stand around the article, in order.
        said: What its metadata tell, by the names of fields.
    """

    text: str
    cut: tuple[str, ...]
    said: dict[str, str]


LITTLE: Final = 200
"""Of fewer characters than this, an article was not found, and all that the page shows is taken."""

# Beyond these a parser takes more than a few seconds, for some in proportion to the square of the number.
_MOST_CHARACTERS: Final = 5_000_000
_MOST_TAGS: Final = 50_000
_MOST_ATTRIBUTES: Final = 2_000
_MOST_TABLES: Final = 1_000

# Its warnings would go to standard error where the host has set up no logging.
logging.getLogger("trafilatura").addHandler(logging.NullHandler())
logging.getLogger("htmldate").addHandler(logging.NullHandler())


def page_content(page: str) -> PageContent:
    """The article of a page or fragment, before cleaning, what stands around it, and what its metadata tell.

    Raises:
        UnreadableSource: If the page has no text.
    """
    shown = look_through(page)
    is_page = _PAGE.search(page) is not None
    found = _extracted(_prepared(page)) if is_page and not _is_too_much(page, shown) else {}
    text, cut = found.pop("text", ""), ()
    if len(text) >= LITTLE:
        text, cut = divide(shown.lines, text)
    elif is_page:
        text, cut = without_furniture(shown.lines)
    else:
        text = article_text(shown.lines)
    text = tidy(text)
    if not text.strip():
        raise UnreadableSource("a page without text")
    if language := _LANGUAGE.search(page[:20_000]):
        found["language"] = language[1]
    return PageContent(text, cut, found)


def _is_too_much(page: str, shown: Shown) -> bool:
    return (
        len(page) > _MOST_CHARACTERS
        or shown.tags > _MOST_TAGS
        or shown.attributes > _MOST_ATTRIBUTES
        or sum(1 for _ in _TABLE.finditer(page)) > _MOST_TABLES
    )


def _prepared(page: str) -> str:
    """The page as the parser needs it: what was decoded says that it is UTF-8, and a fragment has a body."""
    page = _DECLARED_TEXT.sub(r"\1utf-8", page[:4096]) + page[4096:]
    return page if _BODY.search(page) else f"<html><body>{page}</body></html>"


def _extracted(page: str) -> dict[str, str]:
    """The article's text and what the page's own metadata say of it; nothing if the parser fails."""
    import trafilatura

    try:
        # A date is taken from the page's metadata or address only: one in the running text is not its date.
        found = trafilatura.bare_extraction(
            page,
            with_metadata=True,
            include_comments=False,
            date_extraction_params={"extensive_search": False, "original_date": True},
        )
    except Exception:  # what strange markup raises within a parser is not ours to list, and the page's text is at hand
        return {}
    text = getattr(found, "text", None)
    metadata = _metadata(found)
    metadata["title"] = page_title(page, title=metadata.get("title", ""), site=metadata["outlet"])
    return {"text": text if isinstance(text, str) else ""} | metadata


def _metadata(page: Any) -> dict[str, str]:
    found = {key: value for key in _GIVEN if isinstance(value := getattr(page, key, None), str)}
    found["outlet"] = getattr(page, "sitename", None) or ""
    try:
        found["date"] = str(parse_dates(getattr(page, "date", None)) or "")
    except ValueError:
        found["date"] = ""
    return found
