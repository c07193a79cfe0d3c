"""E-mail (.eml): the text of one message with its subject, sender and date, and its attachments.

An attachment that can be read is a document of its own, `path!name`; the others are named.
"""

import io
import mimetypes
import re
from collections.abc import Iterator
from email.message import Message
from typing import Any, Final

from ...errors import UnreadableSource
from .allowance import Allowance
from .contract import RawRecord, ReadOptions, Remark, Skipped, Source
from .members import Member, read_members
from .registry import format_of
from .support.mail_text import MailText, header, headers, parse_message, payload
from .support.packed import looks_like, not_what_it_says, read_all

_NAMED: Final = 5
"""How many attachments are named."""

_MOST_PEOPLE: Final = 100
_HEADERS: Final = ("from", "subject", "date", "to", "received", "message-id")
_ENVELOPE: Final = re.compile(rb"From [^\r\n]{1,500}\r?\n")
_NEXT_MESSAGE: Final = re.compile(rb"\n\r?\nFrom [^\r\n]{1,500}\d{4}[^\r\n]{0,20}\r?\n(?=[A-Za-z-]{2,60}:[ \t])")


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """The one record of a message, and those of its attachments.

    Raises:
        UnreadableSource: If it is no message, several, or has no text.
    """
    data = read_all(source.stream)
    if _ENVELOPE.match(data):
        if more := len(_NEXT_MESSAGE.findall(data)):
            raise UnreadableSource(f"an mbox of {more + 1} messages, not one message: name it .mbox")
        data = _ENVELOPE.sub(b"", data, count=1)
    try:
        message = parse_message(data)
        if looks_like(data) or not any(name in message for name in _HEADERS):
            raise not_what_it_says(data, "an e-mail message")
        mail, description = MailText(message), _description(message)
    except UnreadableSource:
        raise
    except RecursionError:
        raise UnreadableSource("a message that is nested too deeply") from None
    except Exception as error:  # the standard library's parser raises anything for headers that are forged
        raise UnreadableSource(f"a message that cannot be parsed: {type(error).__name__}") from None
    members = [_member(name, part) for name, part in mail.attachments.items()]
    readable = [each for each in members if each and format_of(each.name)]
    left_out = _named([name for name, each in zip(mail.attachments, members, strict=True) if each not in readable])
    if mail.text:
        remarks = (*mail.remarks, *([Remark("attachments were left out", left_out)] if left_out else ()))
        yield RawRecord(mail.text, source.origin, description, cut=tuple(mail.cut), remarks=remarks)
    elif readable:
        yield Skipped(source.origin, "a message without text" + (left_out and f", with {left_out}"))
    else:
        raise UnreadableSource("a message without text" + (left_out and f", with {left_out}"))
    if readable:
        yield from read_members(source, readable, source.allowance or Allowance(len(data)), options)


def _member(name: str, part: Message) -> Member | None:
    """An attachment as a member of its message, under a name that tells its format; None if it is a message itself."""
    if part.is_multipart():
        return None
    kind = part.get_content_type()
    if not format_of(name):
        name = name.replace("/", "-") + (mimetypes.guess_extension(kind) or "")
    return Member(name, lambda: io.BytesIO(payload(part)), encoding=part.get_content_charset() or "")


def _description(message: Message) -> dict[str, Any]:
    people: dict[str, str] = {}
    for role in ("from", "to", "cc"):
        for each in headers(message, role):
            for address in getattr(each, "addresses", ()):
                if address.display_name and len(people) < _MOST_PEOPLE:
                    people.setdefault(address.display_name, role)
    sender = next((name for name, role in people.items() if role == "from"), "")
    sent = getattr(header(message, "date"), "datetime", None)
    return {
        "title": str(header(message, "subject") or ""),
        "author": sender,
        # The day where it was sent.
        "dates": sent.date() if sent else None,
        "people": [{"name": name, "role": role} for name, role in people.items()],
    }


def _named(attachments: list[str]) -> str:
    if not attachments:
        return ""
    named = ", ".join(attachments[:_NAMED]) + (" …" if len(attachments) > _NAMED else "")
    return f"{len(attachments)} attachment{'s' * (len(attachments) > 1)} ({named})"
