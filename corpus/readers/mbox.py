"""Mailboxes (mbox): each message in turn, read as an e-mail file is. A message is called by its Message-ID.

A message begins at a line "From …" that stands behind an empty line and before a header. What programs put before such
a line within a message, a ">", is taken off again.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO, Final

from ...errors import UnreadableSource
from .contract import LARGEST_PACKAGE, MEGABYTE, RawRecord, ReadOptions, Skipped, Source
from .guarded import read_records
from .registry import format_named
from .support.decode import tidy
from .support.packed import Borrowed, not_what_it_says

_CHUNK: Final = MEGABYTE
_LONGEST_ID: Final = 500
_BEGINS = re.compile(rb"From (?:.{0,500}\d\d:\d\d.{0,100}|[ \t]*)\r?\n")
_HEADER = re.compile(rb"[!-9;-~]{1,100}:|>?From ")
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_MESSAGE_ID = re.compile(rb"^message-id:\s*<?([^<>\s]{1,1000})>?\s*$", re.IGNORECASE | re.MULTILINE)
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """The messages of a mailbox in order, streamed, and a `Skipped` for each that cannot be read.

    Raises:
        UnreadableSource: If it is no mailbox.
    """
    form = format_named("eml")
    for number, data in enumerate(_messages(source.stream), start=1):
        origin = f"{source.origin} message {number}"
        if data is None:
            yield Skipped(origin, f"larger than {LARGEST_PACKAGE // MEGABYTE} MB, the limit for a message")
            continue
        name = _id(data) or f"{source.id or source.origin}!{number}"
        message = Source(io.BytesIO(data), origin, name, allowance=source.allowance)
        for each in read_records(message, form, options):
            yield replace(each, id=each.id or message.id) if isinstance(each, RawRecord) else each


def _id(data: bytes) -> str:
    end = _END_OF_HEADERS.search(data, 0, MEGABYTE)
    found = _MESSAGE_ID.search(data, 0, end.start() + 1 if end else MEGABYTE)
    return tidy(found[1].decode("utf-8", "replace"))[:_LONGEST_ID] if found else ""


def _messages(stream: BinaryIO) -> Iterator[bytes | None]:
    """The messages; None for one that is too large, which is passed over without being kept."""
    buffered = io.BufferedReader(Borrowed(stream), _CHUNK)
    line = buffered.readline(_CHUNK)
    if not _BEGINS.fullmatch(line):
        raise not_what_it_says(line, "a mailbox (mbox)") if line else UnreadableSource("empty")
    message: list[bytes] = []
    size = 0
    after_empty = False
    while line := buffered.readline(_CHUNK):
        if after_empty and _BEGINS.fullmatch(line) and _HEADER.match(buffered.peek(200)[:200]):
            yield _whole(message, size)
            message, size, after_empty = [], 0, False
            continue
        after_empty = line in (b"\n", b"\r\n")
        size += len(line)
        if size <= LARGEST_PACKAGE:
            message.append(line)
    yield _whole(message, size)


def _whole(message: list[bytes], size: int) -> bytes | None:
    return _QUOTED.sub(rb"\1", b"".join(message)) if size <= LARGEST_PACKAGE else None
