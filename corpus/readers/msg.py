"""Outlook messages (.msg): the text with subject, sender and date, and attachments, as of e-mail. Needs olefile.

Such a file is a file system of its own, in which each property of the message is a stream called by its number, and
each attachment a folder. A message that is attached is such a folder within that of the attachment.
"""

import io
import struct
from collections import defaultdict
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
_ATTACHED_DATA: Final = "__substg1.0_37010102"
_ATTACHED_MESSAGE: Final = "__substg1.0_3701000D"
_FIXED_FROM: Final = 32
_FIXED_FROM_WITHIN: Final = 24
_MOST_ATTACHMENTS: Final = 1_000
_DEEPEST: Final = 20
"""So deep messages may be attached to messages."""

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
        folders = _Folders(olefile.OleFileIO(io.BytesIO(data)), len(data))
        message = _Message(folders)
        (text, cut), members = message.text(), list(message.attachments())
        description = message.description()
    except UnreadableSource:
        raise
    except Exception as error:  # what the library raises over a file that is forged is not ours to list
        raise UnreadableSource(f"{_KIND} that is damaged: {type(error).__name__}") from None
    readable = [each for each in members if not each.refusal and format_of(each.name)]
    others = [*(each.name for each in members if each not in readable), *folders.unread]
    told = ", ".join(others[:_NAMED]) + (" …" if len(others) > _NAMED else "")
    if text:
        left = f"{len(others)} attachment{'s' * (len(others) > 1)} ({told})"
        remarks = (Remark("attachments were left out", left),) if others else ()
        if folders.left:
            rest = f"{folders.left:,}, for {_MOST_ATTACHMENTS:,} are the most, at most {_DEEPEST} deep"
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


class _Folders:
    """The file system of a message.

    Attributes:
        left: How many attachments are left out, because they are too many or too deep.
        unread: What attached messages are about whose text cannot be read, once `_Message.text` has tried.
    """

    def __init__(self, file: Any, size: int) -> None:
        self._file = file
        self.unread: list[str] = []
        # A stream whose pieces run in a circle would be read as long as it says that it is, and one that a thousand
        # entries share a thousand times. The first entry is the stream in which all small ones lie.
        stated = [each.size for each in file.direntries if each is not None]
        if sum(stated[1:]) > size or max(stated, default=0) > size:
            raise UnreadableSource(f"{_KIND} that is damaged: {_TOO_LARGE}")
        every = {
            "/".join(path[: at + 1])
            for path in file.listdir()
            for at, name in enumerate(path[: 2 * _DEEPEST + 1])
            if name.startswith(_ATTACHMENT)
        }
        allowed = [each for each in sorted(every) if each.count("/") < 2 * _DEEPEST][:_MOST_ATTACHMENTS]
        self.left = len(every) - len(allowed)
        self._attachments = defaultdict[str, list[str]](list)
        for each in allowed:
            self._attachments[each[: each.rfind("/") + 1]].append(f"{each}/")

    def attachments(self, at: str) -> list[str]:
        """The folders of the attachments of the message in a folder, each with a stroke at its end, in order."""
        return self._attachments[at]

    def has(self, path: str) -> bool:
        """Whether there is such a stream or folder."""
        return self._file.exists(path)

    def read(self, path: str) -> bytes:
        """The bytes of a stream; none if there is no such stream."""
        return self._file.openstream(path).read() if self._file.exists(path) else b""


class _Message:
    """The properties of a message.

    Args:
        folders: The file that it is in.
        at: The folder there, with a stroke at its end; empty for the one that is the file.
    """

    def __init__(self, folders: _Folders, at: str = "") -> None:
        self._folders = folders
        self._at = at
        self._fixed = self._fixed_properties()
        if not (at or self._fixed or self._has(_SUBJECT) or self._has(_BODY)):
            raise UnreadableSource(f"not {_KIND}, but another Office file")
        page = struct.unpack("<I", self._fixed[_CODE_PAGE][:4])[0] if _CODE_PAGE in self._fixed else 0
        self._encoding = (
            "utf-8" if page == 65001 else f"windows-{page}" if 1250 <= page <= 1258 else f"cp{page or 1252}"
        )

    def text(self) -> tuple[str, list[str]]:
        """What was written, here and in attached messages, and the lines that these have in another form alone.

        Raises:
            UnreadableSource: If it has nothing but rich text, and that is damaged.
        """
        text, cut = self._own_text()
        texts = [text]
        for each in self._messages():
            try:
                text, more = each.text()
            except UnreadableSource:
                self._folders.unread.append(each.description()["title"] or "a message")
                continue
            texts += [each.head(), text]
            cut += more
        return "\n\n".join(filter(None, texts)), cut

    def head(self) -> str:
        """Who wrote to whom, when and about what: a line each, of what there is."""
        found = (
            ("From", self._text(_SENDER)),
            ("To", self._text(_TO)),
            ("Cc", self._text(_CC)),
            ("Date", str(self._sent() or "")),
            ("Subject", self._text(_SUBJECT)),
        )
        return "\n".join(f"{name}: {' '.join(value.split())}" for name, value in found if value.strip())

    def _own_text(self) -> tuple[str, list[str]]:
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
        """Its attachments, and those of the messages among them, which are in the text themselves."""
        for number, folder in enumerate(self._folders.attachments(self._at), start=1):
            if self._is_message(folder):
                continue
            name = " ".join(
                (self._text("3707", folder) or self._text("3704", folder) or f"attachment {number}").split()
            )
            refusal = "" if self._folders.has(f"{folder}{_ATTACHED_DATA}") else "not a file"
            yield Member(name, lambda at=folder: io.BytesIO(self._folders.read(f"{at}{_ATTACHED_DATA}")), refusal)
        for each in self._messages():
            yield from each.attachments()

    def _messages(self) -> Iterator["_Message"]:
        for folder in filter(self._is_message, self._folders.attachments(self._at)):
            yield _Message(self._folders, f"{folder}{_ATTACHED_MESSAGE}/")

    def _is_message(self, folder: str) -> bool:
        return self._folders.has(f"{folder}{_ATTACHED_MESSAGE}/{_PROPERTIES}")

    def _has(self, number: str) -> bool:
        return any(self._folders.has(f"{self._at}__substg1.0_{number}{kind}") for kind in ("001F", "001E"))

    def _bytes(self, number: str, kind: str, folder: str = "") -> bytes:
        return self._folders.read(f"{folder or self._at}__substg1.0_{number}{kind}")

    def _text(self, number: str, folder: str = "") -> str:
        if wide := self._bytes(number, "001F", folder):
            return tidy(wide.decode("utf-16-le", "replace").rstrip("\0"))
        narrow = self._bytes(number, "001E", folder).rstrip(b"\0")
        return decode(narrow, self._encoding).text if narrow else ""

    def _fixed_properties(self) -> dict[int, bytes]:
        data = self._folders.read(f"{self._at}{_PROPERTIES}")
        first = _FIXED_FROM_WITHIN if self._at else _FIXED_FROM
        rows = (data[at : at + 16] for at in range(first, len(data) - 15, 16))
        return {struct.unpack("<H", row[2:4])[0]: row[8:] for row in rows}

    def _sent(self) -> date | None:
        """The day when it was sent, in UTC: the file does not say where."""
        ticks = next((found for each in _SENT if (found := struct.unpack("<Q", self._fixed.get(each, bytes(8)))[0])), 0)
        try:
            return (_EPOCH + timedelta(microseconds=ticks // 10)).date() if ticks else None
        except OverflowError:
            return None
