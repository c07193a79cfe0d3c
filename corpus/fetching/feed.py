"""RSS and Atom feeds: which pages they link to, and what they say of each. The pages are read by `url_reader`."""

import io
import re
import sys
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date
from html import unescape
from time import struct_time
from typing import Any, Final, cast

from ...errors import UnreadableSource
from ..dates.records import parse_dates
from ..document import MAX_ID_LENGTH, DateInterval
from ..readers.contract import LARGEST_FILE, MEGABYTE
from ..readers.support.decode import decode, tidy

MOST_ENTRIES: Final = 1000
"""The entries of one feed that are followed. Feeds list their newest entries first."""

MOST_TAGS: Final = 100_000
"""The tags of one feed: what its parser takes for each adds up to seconds."""

_LONGEST_BASES: Final = 10_000
"""The characters of all addresses that links lie below (`xml:base`) and that are relative: they pile up, and the whole
pile is read again with each tag."""

_MARKUP_BEFORE: Final = (
    # Each piece ends where it first may, and is never read again as a part of a longer one.
    r"(?:\ufeff)?\s*+(?>(?:<\?.{0,500}?\?>|<!--.{0,5000}?-->|<!DOCTYPE[^>\[]{0,500}>)\s*+)*+"
)
_FEED = re.compile(rf"{_MARKUP_BEFORE}<(?:\w+:)?(?:rss|feed|RDF)[\s>]", re.DOTALL)
_PAGE = re.compile(rf"{_MARKUP_BEFORE}<(?:html|head|body)[\s>]", re.DOTALL | re.IGNORECASE)
_DECLARED_ENTITY = re.compile(rb"<!\s*ENTITY", re.IGNORECASE)
_DECLARED_ENCODING = re.compile(rb"""<\?xml[^>]{0,100}?encoding\s{0,5}=\s{0,5}["']([\w.:-]{2,30})""")
_BASE = re.compile(r"""\bbase\s*+=\s*+(?:"([^"]*+)|'([^']*+)|([^\s>]*+))""", re.IGNORECASE)
_REFERENCE = re.compile(r"&#(?:[xX]0*+([0-9a-fA-F]++)|0*+([0-9]++));?")
_SURROGATES: Final = range(0xD800, 0xE000)
_REPLACED: Final = "\N{REPLACEMENT CHARACTER}"
_ABSOLUTE: Final = ("http://", "https://")
_TAG = re.compile(r"<[^<>]{0,1000}>")


@dataclass(frozen=True, slots=True)
class Entry:
    """What a feed says of one page that it links to. `stamp` is another one as soon as the feed says otherwise."""

    url: str
    title: str
    author: str
    dates: DateInterval | None
    outlet: str
    stamp: str


def looks_like_feed(beginning: str) -> bool:
    """Whether a text that begins like this is a feed."""
    return _FEED.match(beginning) is not None


def looks_like_page(beginning: str) -> bool:
    """Whether a text that begins like this is a web page."""
    return _PAGE.match(beginning) is not None or beginning.lstrip("\ufeff \t\r\n")[:14].lower() == "<!doctype html"


def parse_feed(data: bytes, url: str, charset: str = "") -> list[Entry]:
    """Read the entries of a feed.

    Args:
        data: The feed as it was fetched, RSS or Atom.
        url: Its URL, with which links are made absolute.
        charset: The encoding that the server names, empty if it names none.

    Returns:
        The entries in the feed's order, at most MOST_ENTRIES of them.

    Raises:
        UnreadableSource: If it is not a feed, is far too large, or defines entities, which no honest feed does.
    """
    if len(data) > LARGEST_FILE:
        raise UnreadableSource(f"a feed of more than {LARGEST_FILE // MEGABYTE} MB")
    if _DECLARED_ENTITY.search(data.replace(b"\0", b"")):
        raise UnreadableSource("a feed that defines XML entities, which are never expanded")
    import feedparser  # pyright: ignore[reportMissingTypeStubs]

    library: Any = feedparser
    # Decoded here, so that one wrong byte does not make another encoding of it all.
    declared = _DECLARED_ENCODING.search(data[:300])
    text = decode(data, charset, declared[1].decode("ascii") if declared else "utf-8").text
    if text.count("<") > MOST_TAGS:
        raise UnreadableSource(f"a feed of more than {MOST_TAGS:,} tags: ask for one of fewer entries")
    bases = ["".join(found) for found in _BASE.findall(text)]
    pile = sum(len(each) for each in bases if not each.lower().startswith(_ABSOLUTE))
    if pile > _LONGEST_BASES or max(map(len, bases), default=0) > MAX_ID_LENGTH:
        raise UnreadableSource("a feed whose links lie below addresses that are far too long (xml:base)")
    # One to a character that there is not would cost its parser the whole feed.
    text = _REFERENCE.sub(_refers, text)
    headers = {"content-location": url, "content-type": "application/xml; charset=utf-8"}
    try:
        # A stream, because bytes might be taken for the name of a file.
        parsed = library.parse(io.BytesIO(text.encode()), response_headers=headers)
    except Exception as error:  # what strange markup raises within a parser is not ours to list
        raise UnreadableSource(f"a feed that cannot be parsed: {type(error).__name__}") from None
    if not parsed.get("version"):
        raise UnreadableSource("not a feed")
    outlet = _line(parsed.feed, "title")
    return [_entry(each, outlet) for each in parsed.entries[:MOST_ENTRIES]]


def _refers(found: re.Match[str]) -> str:
    """A reference to a character by its number; what stands for a bad character if there is none of that number."""
    digits, base = (found[1], 16) if found[1] else (found[2] or "0", 10)
    # No character has a number of more digits.
    number = int(digits, base) if len(digits) <= len(str(sys.maxunicode)) else sys.maxunicode + 1
    return _REPLACED if number > sys.maxunicode or number in _SURROGATES else found[0]


def _entry(entry: Any, outlet: str) -> Entry:
    title = _line(entry, "title")
    # As a plain dict: feedparser's own puts "published" for a missing "updated", with a warning.
    published, updated = (str(dict[str, Any].get(entry, name) or "") for name in ("published", "updated"))
    return Entry(
        url=str(dict[str, Any].get(entry, "link") or ""),
        title=title,
        author=_line(entry, "author"),
        dates=_dates(entry, published or updated),
        outlet=outlet,
        stamp=f"{published} {updated} {title}",
    )


def _line(found: Any, name: str) -> str:
    """A field as one line of plain text."""
    value = str(dict[str, Any].get(found, name) or "")
    # A feed may have elements that are called as feedparser calls what it finds out itself.
    detail = dict[str, Any].get(found, f"{name}_detail")
    if isinstance(detail, dict) and "html" in str(cast("dict[str, Any]", detail).get("type", "")):
        value = unescape(_TAG.sub("", value))
    return " ".join(tidy(value).split())[:1000]


def _dates(entry: Any, written: str) -> DateInterval | None:
    try:
        # The day where it was written; what feedparser parsed is the day in Greenwich.
        return parse_dates(written)
    except ValueError:
        parsed = dict[str, Any].get(entry, "published_parsed") or dict[str, Any].get(entry, "updated_parsed")
        if not isinstance(parsed, struct_time) or not MINYEAR <= parsed.tm_year <= MAXYEAR:
            return None
        day = date(*parsed[:3])
        return DateInterval(day, day)
