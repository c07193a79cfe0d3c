"""Mailboxes (mbox): each message in turn, read as an e-mail file is. A message is called by its Message-ID.

A message begins at a line "From …" that stands before a header; where it has not both a sender and a date, it must
stand behind an empty line as well. What programs put before such a line within a message, a ">", is taken off again.
"""

import hashlib
import io
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO, Final

from ...errors import UnreadableSource
from .contract import LARGEST_PACKAGE, MEGABYTE, RawRecord, ReadOptions, Skipped, Source
from .guarded import read_records
from .reasons import Reasons
from .registry import format_named
from .support.decode import tidy
from .support.packed import Borrowed, not_what_it_says

_CHUNK: Final = MEGABYTE
_LONGEST_ID: Final = 500
_BEGINS = re.compile(rb"From (?:.{0,500}\d\d:\d\d.{0,100}|[ \t]*)\r?\n")
_ENVELOPE = re.compile(
    rb"From (?:\S{1,300} +)?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? +(?:[A-Z][a-z]{2} +\d{1,2}|\d{1,2} +[A-Z][a-z]{2}),? +"
    rb"(?:\d{4} +)?\d\d:\d\d.{0,100}\r?\n"
)
"""The line as programs write it, which stands in no text unless somebody pastes it there."""

_HEADER = re.compile(rb"[!-9;-~]{1,100}:|>?From ")
_KNOWN_HEADER = re.compile(
    rb"(?:from|to|cc|bcc|subject|date|received|references|sender|status|lines|"
    rb"[a-z0-9]{1,30}(?:-[a-z0-9]{1,30})+):|>?From ",
    re.IGNORECASE,
)
"""The headers that stand first, told from a word and a colon in a text."""

_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_MESSAGE_ID = re.compile(rb"^message-id:\s*<?([^<>\s]{1,1000})>?\s*$", re.IGNORECASE | re.MULTILINE)
_STATE = re.compile(
    rb"^(?:x-)?(?:status|mozilla-[a-z-]{1,30}|keywords|uid|uidl|imap|imapbase|gmail-labels):.*\n?",
    re.IGNORECASE | re.MULTILINE,
)
"""The headers in which a program keeps what became of a message: read, answered, moved."""

_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """The messages of a mailbox in order, streamed, and a `Skipped` for each that cannot be read.

    Raises:
        UnreadableSource: If it is no mailbox.
    """
    reasons = Reasons(source.origin)
    for each in _read(source, options):
        yield from reasons.passed(each) if isinstance(each, Skipped) else (each,)
    yield from reasons.counted()


def _read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    form = format_named("eml")
    known: dict[str, str] = {}
    for number, data in enumerate(_messages(source.stream), start=1):
        origin = f"{source.origin} message {number}"
        if data is None:
            yield Skipped(origin, f"larger than {LARGEST_PACKAGE // MEGABYTE} MB, the limit for a message")
            continue
        # What is called by its content keeps its name, whichever messages come before it.
        content = _digest(data)
        name = _id(data) or f"{source.id or source.origin}!{content}"
        if known.setdefault(name, content) != content:
            name = f"{name}!{content}"
        message = Source(io.BytesIO(data), origin, name, allowance=source.allowance)
        for each in read_records(message, form, options):
            yield replace(each, id=each.id or message.id) if isinstance(each, RawRecord) else each


def _digest(data: bytes) -> str:
    """What stands for a message, whatever a program notes on it and whether others come behind it."""
    end = _END_OF_HEADERS.search(data, 0, MEGABYTE)
    headers = _STATE.sub(b"", data[: end.start() if end else MEGABYTE])
    text = memoryview(data)[end.start() if end else MEGABYTE :]
    digest = hashlib.sha256(headers.rstrip())
    digest.update(bytes(text).rstrip())
    return digest.hexdigest()[:12]


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
    coming = deque[bytes]()
    while line := coming.popleft() if coming else buffered.readline(_CHUNK):
        if line.startswith(b"From ") and not coming:
            coming.append(buffered.readline(_CHUNK))
        if line.startswith(b"From ") and _begins(line, coming[0], after_empty=after_empty):
            yield _whole(message, size)
            message, size, after_empty = [], 0, False
            continue
        after_empty = line in (b"\n", b"\r\n")
        size += len(line)
        if size <= LARGEST_PACKAGE:
            message.append(line)
    yield _whole(message, size)


def _begins(line: bytes, following: bytes, *, after_empty: bool) -> bool:
    """Whether a message begins at a line, before a line that should be its first header."""
    if _ENVELOPE.fullmatch(line):
        return bool(_HEADER.match(following) if after_empty else _KNOWN_HEADER.match(following))
    return after_empty and bool(_BEGINS.fullmatch(line)) and bool(_KNOWN_HEADER.match(following))


def _whole(message: list[bytes], size: int) -> bytes | None:
    return _QUOTED.sub(rb"\1", b"".join(message)) if size <= LARGEST_PACKAGE else None
