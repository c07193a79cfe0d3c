"""The article of a web page, found by trafilatura, and what the page's metadata tell of it.

What is not a whole page, such as the body of a press release out of a content system, has nothing around it: all that
it shows is its text. So is what trafilatura makes little or nothing of, and a page whose markup is too much for any
parser; our own cleaning of plain text comes after in each case.
"""

import logging
import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from ....errors import UnreadableSource
from ...description.languages import detect_language, language_code
from ...description.refusals import NEEDS_SCRIPT, asks_for_script, refusal
from .article import divide, parted, without_furniture
from .decode import tidy
from .html_text import Line, Shown, look_through
from .page_authors import shown_author, stated_author
from .page_data import PageData
from .page_dates import near, shown_date, stated_date
from .page_title import named

_DECLARED_TEXT = re.compile(r"""((?:charset|encoding)\s{0,5}=\s{0,5}["']?)[\w.:-]{2,30}""", re.IGNORECASE)
_BODY = re.compile("<body", re.IGNORECASE)
_PAGE = re.compile("<(?:html|head|body)\\b", re.IGNORECASE)
_TABLE = re.compile("<table", re.IGNORECASE)
_MOST_AROUND: Final = 5_000
"""A page with more text around an article than this is one, whatever it says in place of an article."""

_ENOUGH: Final = 200
"""Of so many characters at least half must be letters for a text to speak against what its page says."""

_FAMILIES: Final = (
    frozenset({"no", "nb", "nn", "da"}), frozenset({"hr", "sr", "bs", "sh", "sl"}), frozenset({"id", "ms"}),
    frozenset({"gl", "pt", "es", "ca", "oc", "an"}), frozenset({"cs", "sk"}), frozenset({"nl", "af"}),
    frozenset({"ru", "uk", "be", "bg", "mk"}), frozenset({"fa", "ar", "ur", "ps", "ku"}), frozenset({"hi", "mr", "ne"}),
    frozenset({"de", "lb"}), frozenset({"it", "co"}),
)  # fmt: skip
"""Languages so near to each other that the page knows better than the detector."""


class PageContent(NamedTuple):
    """What a web page holds.

    Attributes:
        text: The text of its article.
        cut: The lines that stand around the article, in order.
        said: What it states of itself, by the names of fields.
        beside: What it shows around its article, by the names of fields: a date, an author.
    """

    text: str
    cut: tuple[str, ...]
    said: dict[str, str]
    beside: dict[str, str]


LITTLE: Final = 200
"""Of fewer characters than this, an article was not found, and all that the page shows is taken."""

# Beyond these a parser takes more than a few seconds, for some in proportion to the square of the number.
_MOST_CHARACTERS: Final = 5_000_000
_MOST_TAGS: Final = 50_000
_MOST_ATTRIBUTES: Final = 2_000
_MOST_TABLES: Final = 1_000

# Its warnings would go to standard error where the host has set up no logging.
logging.getLogger("trafilatura").addHandler(logging.NullHandler())


def page_content(page: str) -> PageContent:
    """The article of a page or fragment, before cleaning, what stands around it, and what it says of itself.

    Raises:
        UnreadableSource: If the page has no text.
    """
    shown = look_through(page)
    is_page = _PAGE.search(page) is not None
    parsed = is_page and not _is_too_much(page, shown)
    found = _extracted(_prepared(page)) if parsed else ""
    if len(found) >= LITTLE:
        article = divide(shown.lines, found)
    elif is_page:
        article = without_furniture(shown.lines)
    else:
        article = parted(shown.lines, [True] * len(shown.lines))
    text = tidy(article.text)
    if not text.strip():
        raise UnreadableSource(NEEDS_SCRIPT if asks_for_script(page) else "a page without text")
    if not parsed:
        return PageContent(text, article.cut, {}, {})
    said, beside = _description(_prepared(page), shown.lines, article.mine, text)
    if (reason := refusal(said["title"], text)) and sum(map(len, article.cut)) < _MOST_AROUND:
        raise UnreadableSource(reason)
    return PageContent(text, article.cut, said, beside)


def _description(
    page: str, lines: Sequence[Line], mine: Sequence[bool], text: str
) -> tuple[dict[str, str], dict[str, str]]:
    """What a page states of its article, and what it shows beside it, by the names of fields."""
    data = PageData(page)
    said = named(data, page)
    around = near(lines, mine, said["title"])
    date = stated_date(data, lines, around)
    said["date"] = str(date or "")
    said["author"] = stated_author(data, said["outlet"])
    said["language"] = _language(data.language, text)
    beside = {
        "date": "" if date else str(shown_date(around, said["title"], data.language) or ""),
        "author": "" if said["author"] else shown_author(around, data, said["outlet"]),
    }
    return said, {key: value for key, value in beside.items() if value}


def _language(said: str, text: str) -> str:
    """The language that a page says it is in, unless its text is surely in another."""
    code = said[:2] if len(said.partition("-")[0]) == 2 else said.partition("-")[0]
    if sum(map(str.isalpha, text[:_ENOUGH])) < _ENOUGH // 2:
        return code
    found = detect_language(text)
    known = language_code(code) or code
    related = any({known, found} <= family for family in _FAMILIES)
    return code if not found or found == known or related else ""


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


def _extracted(page: str) -> str:
    """The article's text as trafilatura finds it; "" if it fails."""
    import trafilatura

    try:
        found = trafilatura.bare_extraction(page, include_comments=False)
    except Exception:  # what strange markup raises within a parser is not ours to list, and the page's text is at hand
        return ""
    text = getattr(found, "text", None)
    return text if isinstance(text, str) else ""
