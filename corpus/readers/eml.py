"""E-mail (.eml): the text of one message with its subject, sender and date. Attachments are named, and left out."""

import re
from collections.abc import Iterator
from email.message import Message
from typing import Any, Final

from ...errors import UnreadableSource
from .contract import RawRecord, ReadOptions, Remark, Skipped, Source
from .support.mail_text import MailText, header, headers, parse_message
from .support.packed import looks_like, not_what_it_says, read_all

_NAMED: Final = 5
"""How many attachments are named."""

_MOST_PEOPLE: Final = 100
_HEADERS: Final = ("from", "subject", "date", "to", "received", "message-id")
_ENVELOPE: Final = re.compile(rb"From [^\r\n]{1,500}\r?\n")
_NEXT_MESSAGE: Final = re.compile(rb"\n\r?\nFrom [^\r\n]{1,500}\d{4}[^\r\n]{0,20}\r?\n(?=[A-Za-z-]{2,60}:[ \t])")


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """The one record of a message.

    Raises:
        UnreadableSource: If it is no message, several, or has no text.
    """
    del options  # a message has headers
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
    left_out = _named(mail.attachments)
    if not mail.text:
        raise UnreadableSource("a message without text" + (left_out and f", with {left_out}"))
    remarks = (*mail.remarks, *([Remark("attachments were left out", left_out)] if left_out else ()))
    yield RawRecord(mail.text, source.origin, description, cut=tuple(mail.cut), remarks=remarks)


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
