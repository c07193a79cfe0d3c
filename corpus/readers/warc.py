"""WARC, the archives of web crawlers: each web page in it is a document, read by the HTML reader. Needs warcio.

A page's id is its address, so that of several captures of one page the last in the archive counts. When a page was
captured is no statement on when it was published: it stands in the document's origin, and nowhere else.
"""

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from ...errors import MissingExtra, UnreadableSource
from . import html
from .contract import LARGEST_FILE, MEGABYTE, RawRecord, ReadOptions, Skipped, Source
from .support.decode import tidy
from .support.packed import DAMAGED, Borrowed, not_what_it_says

_PAGES: Final = frozenset({"text/html", "application/xhtml+xml"})
_HOLDING_PAGES: Final = frozenset({"response", "resource"})
_GZIP: Final = b"\x1f\x8b"


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """The pages of an archive in order, streamed, and at its end a `Skipped` that counts what else it holds.

    Raises:
        UnreadableSource: If it is no archive or damaged.
        MissingExtra: If the library that it needs is not installed.
    """
    try:
        from warcio.archiveiterator import ArchiveIterator  # pyright: ignore[reportMissingTypeStubs]
        from warcio.exceptions import ArchiveLoadFailed  # pyright: ignore[reportMissingTypeStubs]
    except ImportError:
        raise MissingExtra('warcio is not installed: pip install "dragoman[warc]"', name="warcio") from None
    stream = io.BufferedReader(Borrowed(source.stream))
    head = stream.peek(1024)
    if not head.startswith((b"WARC/", _GZIP)):
        raise not_what_it_says(head, "a WARC") if head else UnreadableSource("empty")
    left_out: Counter[str] = Counter()
    seen = 0
    try:
        for record in ArchiveIterator(stream):
            seen += 1
            yield from _page(record, source, options, left_out)
    except (ArchiveLoadFailed, *DAMAGED, OSError, ValueError) as error:
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise UnreadableSource(f"damaged after record {seen}: {reason}") from None
    if left_out:
        counted = ", ".join(f"{count} {what}" for what, count in left_out.most_common())
        yield Skipped(source.origin, f"left out: {counted}")


def _page(record: Any, source: Source, options: ReadOptions, left_out: Counter[str]) -> Iterator[RawRecord | Skipped]:
    """The page that a record of the archive holds, if it holds one; any other is counted."""
    if record.rec_type not in _HOLDING_PAGES:
        if record.rec_type == "revisit":
            left_out["unchanged since an earlier capture"] += 1
        return
    headers = record.http_headers or record.rec_headers
    status = headers.get_statuscode() if record.http_headers else "200"
    kind, _, parameters = (headers.get_header("Content-Type") or "").partition(";")
    kind = tidy(kind).strip().lower()[:60]
    if status != "200":
        left_out[f"answered with status {tidy(status)[:10]}"] += 1
        return
    if kind not in _PAGES:
        left_out[kind or "of no stated type"] += 1
        return
    url = tidy(record.rec_headers.get_header("WARC-Target-URI") or "").strip("<> ")
    captured = tidy(record.rec_headers.get_header("WARC-Date") or "")[:30]
    origin = f"{source.origin} {url[:300]}" + (f" captured {captured}" if captured else "")
    try:
        page = record.content_stream().read(LARGEST_FILE + 1)
        if len(page) > LARGEST_FILE:
            raise UnreadableSource(f"a page larger than {LARGEST_FILE // MEGABYTE} MB")
        page = _in_utf8(page, parameters)
        # The name may tell the day of publication, as those of files do.
        for each in html.read(Source(io.BytesIO(page), origin, name=url), options):
            yield replace(each, id=url, address=url) if isinstance(each, RawRecord) else each
    except UnreadableSource as error:
        yield Skipped(origin, str(error))


def _in_utf8(page: bytes, parameters: str) -> bytes:
    """The page in UTF-8 if the server named an encoding that fits; the page itself may say none, or a wrong one."""
    charset = parameters.lower().partition("charset=")[2].strip("\"' ").partition(";")[0]
    try:
        return page.decode(charset).encode() if charset else page
    except (LookupError, UnicodeError, ValueError):
        return page
