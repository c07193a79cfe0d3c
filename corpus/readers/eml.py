"""E-mail (.eml): the text of one message with its subject, sender and date. Attachments are named, and left out."""

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any, Final

from ...errors import UnreadableSource
from .contract import RawRecord, ReadOptions, Skipped, Source
from .support.decode import Decoded, decode
from .support.html_text import visible_text
from .support.packed import looks_like, not_what_it_says, read_all

_NAMED: Final = 5
"""How many attachments are named."""

_MOST_PEOPLE: Final = 100
_FORWARDED: Final = "message/rfc822"
_HEADERS: Final = ("from", "subject", "date", "to", "received", "message-id")


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """The one record of a message, and a `Skipped` that counts and names its attachments if it has some.

    Raises:
        UnreadableSource: If it is no message, or has no text.
    """
    del options  # a message has headers
    data = read_all(source.stream)
    try:
        message = email.message_from_bytes(data, policy=email.policy.default)
        if looks_like(data) or not any(header in message for header in _HEADERS):
            raise not_what_it_says(data, "an e-mail message")
        (text, remarks), headers, attachments = _text(message), _headers(message), list(_attachments(message))
    except UnreadableSource:
        raise
    except RecursionError:
        raise UnreadableSource("a message that is nested too deeply") from None
    except Exception as error:  # the standard library's parser raises anything for headers that are forged
        raise UnreadableSource(f"a message that cannot be parsed: {type(error).__name__}") from None
    if not text:
        raise UnreadableSource("a message without text" + _left_out(attachments, ", with "))
    yield RawRecord(text, source.origin, headers, remarks=remarks)
    if attachments:
        yield Skipped(source.origin, _left_out(attachments) + " left out")


def _headers(message: EmailMessage) -> dict[str, Any]:
    people: dict[str, str] = {}
    for role in ("from", "to", "cc"):
        for header in message.get_all(role, []):
            for address in getattr(header, "addresses", ()):
                if address.display_name and len(people) < _MOST_PEOPLE:
                    people.setdefault(address.display_name, role)
    sender = next((name for name, role in people.items() if role == "from"), "")
    sent = getattr(message["date"], "datetime", None)
    return {
        "title": str(message["subject"] or ""),
        "author": sender,
        # The day where it was sent.
        "dates": sent.date() if sent else None,
        "people": [{"name": name, "role": role} for name, role in people.items()],
    }


def _text(message: EmailMessage) -> Decoded:
    """What was written: the plain part, or what the part in HTML shows."""
    for kind in ("plain", "html"):
        part = message.get_body(preferencelist=(kind,))
        if part is not None:
            payload = part.get_payload(decode=True)
            data = payload if isinstance(payload, bytes) else b""
            text, remarks = decode(data, part.get_content_charset() or "")
            shown = (text if kind == "plain" else visible_text(text)).strip()
            if shown:
                return Decoded(shown, remarks)
    return Decoded("")


def _attachments(message: EmailMessage) -> Iterator[str]:
    """The names of all parts that are not the text, or their types where they have no name."""
    bodies = [message.get_body(preferencelist=(kind,)) for kind in ("plain", "html")]
    waiting: list[Any] = [message]
    while waiting:
        part = waiting.pop()
        # A forwarded message is an attachment as a whole.
        if part.is_multipart() and part.get_content_type() != _FORWARDED:
            waiting.extend(reversed(part.get_payload()))
        elif not any(part is body for body in bodies):
            yield " ".join((part.get_filename() or part.get_content_type()).split())[:100]


def _left_out(attachments: list[str], before: str = "") -> str:
    if not attachments:
        return ""
    named = ", ".join(attachments[:_NAMED]) + (" …" if len(attachments) > _NAMED else "")
    return f"{before}{len(attachments)} attachment{'s' * (len(attachments) > 1)} ({named})"
