"""Saved web pages with all that belongs to them (MHTML, .mht): the page itself, read by the HTML reader."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from email.message import Message
from itertools import islice
from typing import Final

from ...errors import UnreadableSource
from . import html
from .contract import RawRecord, ReadOptions, Remark, Skipped, Source
from .support.decode import tidy
from .support.mail_text import parse_message, payload
from .support.packed import looks_like, not_what_it_says, read_all

_KIND: Final = "a saved web page (MHTML)"
_PAGES: Final = frozenset({"text/html", "application/xhtml+xml"})
_MOST_PARTS: Final = 10_000
_ADDRESS = re.compile(r"https?://\S{1,2000}")


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """The one record of a saved page.

    Raises:
        UnreadableSource: If it is no saved page, or has no text.
    """
    data = read_all(source.stream)
    try:
        message = parse_message(data)
        pages = [part for part in islice(message.walk(), _MOST_PARTS) if part.get_content_type() in _PAGES]
        if looks_like(data) or not pages:
            raise not_what_it_says(data, _KIND)
        page = _page(message, pages)
        stream = io.BytesIO(payload(page))
        charset = page.get_content_charset() or ""
        address = _header(message, "snapshot-content-location") or _header(page, "content-location")
    except UnreadableSource:
        raise
    except RecursionError:
        raise UnreadableSource("a page that is nested too deeply") from None
    except Exception as error:  # the standard library's parser raises anything for headers that are forged
        raise UnreadableSource(f"{_KIND} that cannot be parsed: {type(error).__name__}") from None
    frames = len(pages) - 1
    remarks = (Remark("frames of a saved page were left out", str(frames)),) if frames else ()
    for each in html.read(replace(source, stream=stream, encoding=charset), options):
        if isinstance(each, RawRecord):
            found = _ADDRESS.fullmatch(address)
            each = replace(each, address=found[0] if found else "", remarks=(*each.remarks, *remarks))
        yield each


def _page(message: Message, pages: list[Message]) -> Message:
    """The part that is the page: the one that the message names as its start, or else the first."""
    start = str(message.get_param("start") or "").strip("<> ")
    named = (part for part in pages if start and str(part.get("content-id") or "").strip("<> ") == start)
    return next(named, pages[0])


def _header(part: Message, name: str) -> str:
    return "".join(tidy(str(part.get(name) or "")).split())
