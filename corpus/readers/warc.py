"""WARC, the archives of web crawlers: each document in it is read in the format that its server says. Needs warcio.

A document's id is its address, so that of several captures of one page the last in the archive counts. When a page was
captured is no statement on when it was published: it stands in the document's origin, and nowhere else.
"""

import io
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final, cast
from urllib.parse import urlsplit

from ...errors import MissingExtra, UnreadableSource
from .contract import MEGABYTE, Format, RawRecord, ReadOptions, Remark, Skipped, Source
from .guarded import read_records
from .media_types import FORMATS
from .registry import format_named, format_of
from .support.decode import tidy
from .support.http_body import unpacked
from .support.packed import DAMAGED, Borrowed, decompressed, looks_like, not_what_it_says

_HOLDING_PAGES: Final = frozenset({"response", "resource"})
_NO_ARTICLES: Final = frozenset({"/robots.txt", "/ads.txt", "/humans.txt", "/security.txt"})
_VAGUE: Final = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/force-download"})
_GZIP: Final = b"\x1f\x8b"


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """The documents of an archive in order, streamed, and at its end a `Skipped` that counts what else it holds.

    Raises:
        UnreadableSource: If it is no archive or damaged.
        MissingExtra: If the library that it needs is not installed.
    """
    try:
        from warcio.archiveiterator import ArchiveIterator  # pyright: ignore[reportMissingTypeStubs]
        from warcio.exceptions import ArchiveLoadFailed  # pyright: ignore[reportMissingTypeStubs]
    except ImportError:
        raise MissingExtra('warcio is not installed: pip install "dragoman[warc]"', name="warcio") from None
    held = io.BufferedReader(Borrowed(source.stream))
    stream: Any = held
    head = held.peek(1024)
    if not head.startswith((b"WARC/", _GZIP)):
        raise not_what_it_says(head, "a WARC") if head else UnreadableSource("empty")
    if head.startswith(_GZIP):  # whether it is around each record, as it should be, or around all of them
        # Step by step, so that what came before damage is not lost with what comes after it.
        stream = cast("io.BufferedReader", decompressed(replace(source, stream=held, name=".gz"))).detach()
    left_out: Counter[str] = Counter()
    seen = 0
    try:
        for record in _records(ArchiveIterator(stream)):
            seen += 1
            yield from _page(record, source, options, left_out)
    except (ArchiveLoadFailed, *DAMAGED, OSError, ValueError) as error:
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise UnreadableSource(f"damaged after record {seen}: {reason}") from None
    if left_out:
        counted = ", ".join(f"{count} {what}" for what, count in left_out.most_common())
        yield Skipped(source.origin, f"left out: {counted}")


def _records(archive: Iterable[Any]) -> Iterator[Any]:
    """The records of an archive. Raises ValueError where one lacks what its kind must say, as the address of a page."""
    try:
        yield from archive
    except (AttributeError, LookupError, TypeError):  # which is what the library makes of it
        raise ValueError("a record without the headers that it must have") from None


def _page(record: Any, source: Source, options: ReadOptions, left_out: Counter[str]) -> Iterator[RawRecord | Skipped]:
    """The document that a record of the archive holds, if it holds one; any other is counted."""
    if record.rec_type not in _HOLDING_PAGES:
        if record.rec_type == "revisit":
            left_out["unchanged since an earlier capture"] += 1
        return
    headers = record.http_headers or record.rec_headers
    status = headers.get_statuscode() if record.http_headers else "200"
    kind, _, parameters = (headers.get_header("Content-Type") or "").partition(";")
    kind = tidy(kind).strip().lower()[:60]
    url = tidy(record.rec_headers.get_header("WARC-Target-URI") or "").strip("<> ")
    if status != "200":
        left_out[f"answered with status {tidy(status)[:10]}"] += 1
        return
    form = _format(kind, url)
    if form is None:
        left_out[kind or "of no stated type"] += 1
        return
    captured = tidy(record.rec_headers.get_header("WARC-Date") or "")[:30]
    origin = f"{source.origin} {url[:300]}" + (f" captured {captured}" if captured else "")
    try:
        body, remarks = _body(record, form)
    except (UnreadableSource, MissingExtra) as error:
        yield Skipped(origin, str(error))
        return
    if not kind and form.name == "html" and looks_like(body) != "HTML":
        left_out["of no stated type"] += 1
        return
    charset = parameters.lower().partition("charset=")[2].partition(";")[0]
    # The name may tell the day of publication, as those of files do.
    for each in read_records(Source(io.BytesIO(body), origin, name=url, encoding=charset), form, options):
        if isinstance(each, RawRecord):
            each = replace(each, id=each.id if each.is_member else url, address=url, remarks=(*each.remarks, *remarks))
        yield each


def _format(kind: str, url: str) -> Format | None:
    """The format of what is one document, by its media type or its name; None for what is none, or holds many."""
    try:
        path = urlsplit(url).path.lower()
    except ValueError:
        path = ""
    form = None
    if kind in FORMATS and path not in _NO_ARTICLES:
        form = format_named(FORMATS[kind])
    elif kind in _VAGUE:
        form = format_of(path) or (None if kind else format_named("html"))
    return form if form and form.one_document else None


def _body(record: Any, form: Format) -> tuple[bytes, tuple[Remark, ...]]:
    """What a record holds, unpacked, and whether that is but a part of what there was."""
    from warcio.bufferedreaders import ChunkedDataReader  # pyright: ignore[reportMissingTypeStubs]

    stream: Any = record.raw_stream
    encodings = ""
    if record.http_headers:
        encodings = record.http_headers.get_header("Content-Encoding") or ""
        if (record.http_headers.get_header("Transfer-Encoding") or "").lower() == "chunked":
            stream = ChunkedDataReader(stream)  # which takes what is in no chunks as it is
    packed = stream.read(form.largest + 1)
    body, is_whole = unpacked(packed, encodings, form.largest + 1)
    if len(body) > form.largest:
        raise UnreadableSource(f"a page larger than {form.largest // MEGABYTE} MB")
    reason = tidy(record.rec_headers.get_header("WARC-Truncated") or "")[:40]
    if not is_whole:
        reason = reason or "cut off"
    return body, (Remark("only a part was captured", reason),) if reason else ()
