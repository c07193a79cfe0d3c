"""Outlook messages (.msg): the text with subject, sender and date, and attachments, as of e-mail. Needs olefile.

Such a file is a file system of its own, in which each property of the message is a stream called by its number.
"""

import io
import struct
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from ...errors import MissingExtra, UnreadableSource
from .allowance import Allowance
from .contract import RawRecord, ReadOptions, Remark, Skipped, Source
from .members import Member, read_members
from .registry import format_of
from .rtf import Body as RichText
from .support.decode import decode, tidy
from .support.html_text import visible_text
from .support.mail_text import told_once
from .support.packed import not_what_it_says, read_all
from .support.packed_rtf import unpacked_rtf

_KIND: Final = "an Outlook message (.msg)"
_OLE: Final = b"\xd0\xcf\x11\xe0"
_SUBJECT, _SENDER, _TO, _CC = "0037", "0C1A", "0E04", "0E03"
_BODY, _HTML, _RICH_TEXT = "1000", "1013", "1009"
_CODE_PAGE: Final = 0x3FFD
_SENT: Final = (0x0039, 0x0E06)
_ATTACHMENT: Final = "__attach_version1.0_"
_PROPERTIES: Final = "__properties_version1.0"
_MOST_ATTACHMENTS: Final = 1_000
_HEAD: Final = 512
_TOO_LARGE: Final = "what is in it would be larger than the file"
_NAMED: Final = 5
_EPOCH: Final = datetime(1601, 1, 1, tzinfo=UTC)


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """The one record of a message, and those of its attachments.

    Raises:
        UnreadableSource: If it is no message, damaged, or without text.
        MissingExtra: If the library that it needs is not installed.
    """
    try:
        import olefile  # pyright: ignore[reportMissingTypeStubs]
    except ImportError:
        raise MissingExtra('olefile is not installed: pip install "dragoman[office]"', name="olefile") from None
    data = read_all(source.stream)
    if not data.startswith(_OLE):
        raise not_what_it_says(data, _KIND)
    if len(data) >= _HEAD and _small_pieces(data) > len(data):
        raise UnreadableSource(f"{_KIND} that is damaged: {_TOO_LARGE}")
    try:
        message = _Message(olefile.OleFileIO(io.BytesIO(data)), len(data))
        (text, cut), members = message.text(), list(message.attachments())
        description = message.description()
    except UnreadableSource:
        raise
    except Exception as error:  # what the library raises over a file that is forged is not ours to list
        raise UnreadableSource(f"{_KIND} that is damaged: {type(error).__name__}") from None
    readable = [each for each in members if not each.refusal and format_of(each.name)]
    others = [each.name for each in members if each not in readable]
    told = ", ".join(others[:_NAMED]) + (" …" if len(others) > _NAMED else "")
    if text:
        left = f"{len(others)} attachment{'s' * (len(others) > 1)} ({told})"
        remarks = (Remark("attachments were left out", left),) if others else ()
        if message.attached > _MOST_ATTACHMENTS:
            rest = f"{message.attached - _MOST_ATTACHMENTS:,}, for {_MOST_ATTACHMENTS:,} are the most"
            remarks = (*remarks, Remark("attachments were not looked at", rest))
        yield RawRecord(text, source.origin, description, cut=tuple(cut), remarks=remarks)
    elif readable:
        yield Skipped(source.origin, "a message without text")
    else:
        raise UnreadableSource("a message without text" + (told and f", with {told}"))
    if readable:
        yield from read_members(source, readable, source.allowance or Allowance(len(data)), options)


def _small_pieces(data: bytes) -> int:
    """How large the list of small pieces is, as the head says: the library would read so much, be it in a circle."""
    (power,), (sectors,) = struct.unpack_from("<H", data, 30), struct.unpack_from("<I", data, 64)
    return sectors << min(power, 32)


class _Message:
    """The properties of a message.

    Attributes:
        attached: How many attachments it has.
    """

    def __init__(self, file: Any, size: int) -> None:
        self._file = file
        # A stream whose pieces run in a circle would be read as long as it says that it is, and one that a thousand
        # entries share a thousand times. The first entry is the stream in which all small ones lie.
        stated = [each.size for each in file.direntries if each is not None]
        if sum(stated[1:]) > size or max(stated, default=0) > size:
            raise UnreadableSource(f"{_KIND} that is damaged: {_TOO_LARGE}")
        self._attachments = sorted({path[0] for path in file.listdir() if path[0].startswith(_ATTACHMENT)})
        self.attached = len(self._attachments)
        self._fixed = self._fixed_properties()
        if not self._fixed and not self._has(_SUBJECT) and not self._has(_BODY):
            raise UnreadableSource(f"not {_KIND}, but another Office file")
        page = struct.unpack("<I", self._fixed[_CODE_PAGE][:4])[0] if _CODE_PAGE in self._fixed else 0
        self._encoding = (
            "utf-8" if page == 65001 else f"windows-{page}" if 1250 <= page <= 1258 else f"cp{page or 1252}"
        )

    def text(self) -> tuple[str, list[str]]:
        """What was written, and the lines that it has in another form alone.

        Raises:
            UnreadableSource: If it has nothing but rich text, and that is damaged.
        """
        page = self._bytes(_HTML, "0102")
        page = decode(page, self._encoding).text if page else self._text(_HTML)
        text, cut = told_once([(True, self._text(_BODY).strip()), (False, visible_text(page).strip())])
        if not text and (packed := self._bytes(_RICH_TEXT, "0102")):
            body = RichText(unpacked_rtf(packed))
            text, cut = body.flow.text, [*(note.text for note in body.flow.notes), *body.cut]
        return text, cut

    def description(self) -> dict[str, Any]:
        """What its properties say of it."""
        sender = " ".join(self._text(_SENDER).split())
        people = {sender: "from"} if sender and "@" not in sender else {}
        for number, role in ((_TO, "to"), (_CC, "cc")):
            for name in self._text(number).split(";"):
                if (name := " ".join(name.replace("'", "").split())) and "@" not in name:
                    people.setdefault(name, role)
        return {
            "title": " ".join(self._text(_SUBJECT).split()),
            "author": sender if "@" not in sender else "",
            "dates": self._sent(),
            "people": [{"name": name, "role": role} for name, role in list(people.items())[:100]],
        }

    def attachments(self) -> Iterator[Member]:
        """Its attachments; one that is a message itself is named only."""
        for number, folder in enumerate(self._attachments[:_MOST_ATTACHMENTS], start=1):
            name = " ".join(
                (self._text("3707", folder) or self._text("3704", folder) or f"attachment {number}").split()
            )
            refusal = "" if self._file.exists(f"{folder}/__substg1.0_37010102") else "a message"
            yield Member(name, lambda at=folder: io.BytesIO(self._bytes("3701", "0102", at)), refusal)

    def _has(self, number: str) -> bool:
        return any(self._file.exists(f"__substg1.0_{number}{kind}") for kind in ("001F", "001E"))

    def _bytes(self, number: str, kind: str, folder: str = "") -> bytes:
        path = f"{folder}/" * bool(folder) + f"__substg1.0_{number}{kind}"
        return self._file.openstream(path).read() if self._file.exists(path) else b""

    def _text(self, number: str, folder: str = "") -> str:
        if wide := self._bytes(number, "001F", folder):
            return tidy(wide.decode("utf-16-le", "replace").rstrip("\0"))
        narrow = self._bytes(number, "001E", folder).rstrip(b"\0")
        return decode(narrow, self._encoding).text if narrow else ""

    def _fixed_properties(self) -> dict[int, bytes]:
        if not self._file.exists(_PROPERTIES):
            return {}
        data = self._file.openstream(_PROPERTIES).read()
        rows = (data[at : at + 16] for at in range(32, len(data) - 15, 16))
        return {struct.unpack("<H", row[2:4])[0]: row[8:] for row in rows}

    def _sent(self) -> date | None:
        """The day when it was sent, in UTC: the file does not say where."""
        ticks = next((found for each in _SENT if (found := struct.unpack("<Q", self._fixed.get(each, bytes(8)))[0])), 0)
        try:
            return (_EPOCH + timedelta(microseconds=ticks // 10)).date() if ticks else None
        except OverflowError:
            return None
