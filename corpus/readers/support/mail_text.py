"""The text of an e-mail message: all that it shows, its attached messages included, and what else comes with it."""

import base64
import binascii
import email.policy
import quopri
import re
from collections.abc import Callable, Iterable, Iterator
from email.headerregistry import HeaderRegistry
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.policy import Policy
from functools import cache
from itertools import count
from typing import Any, Final, cast

from ....errors import UnreadableSource
from ...scripts import WIDE
from ..contract import Remark
from .decode import Decoded, decode
from .html_text import visible_text

_SHOWN: Final = ("from", "to", "cc", "date", "subject")
"""The headers of an attached message that its text begins with."""

_ADDRESSES: Final = frozenset({"from", "to", "cc"})
_PLAIN: Final = frozenset({"text/plain", "text/markdown", "text/x-markdown", "text/rfc822-headers"})
_MARKED_UP: Final = frozenset({"text/html", "application/xhtml+xml", "text/enriched", "text/richtext"})
_ATTACHED_MESSAGE: Final = frozenset({"message/rfc822", "message/global"})
_DEEPEST: Final = 50
_SOFT_HYPHEN: Final = "\u00ad"
_LONGEST_NAME: Final = 100
_SAMPLE: Final = 2000
MOST_HEADERS: Final = 2_000
"""The most headers of a message, and of each of its parts."""

MOST_PARTS: Final = 10_000
"""The most parts of a message, with the messages in it and all of theirs."""

_LONGEST_HEADER: Final = 5_000
"""How much is read of a header, and of all headers of a name: the library takes ever longer over each."""

_LEAST_COUNTED: Final = 100
"""What a header counts towards that at least, however short it is."""

_LONGEST_OF_A_PART: Final = 2_000
"""The same of those that say what a part is, which are looked at again and again."""

_COVERED: Final = 0.7
"""The plain text is the message if it has so much of the words that the HTML beside it has."""

_RICHER: Final = 1.3
"""If it has less, the HTML is the message where it has so many times as many words."""

_OTHER: Final = 0.4
_LONGEST_STUB: Final = 60
_SHORTEST_MESSAGE: Final = 5
_STUB = re.compile(
    r"html|browser|web\s?mail|web\s?version|navegador|navigat(?:eur|ore)|(?:en|in) ligne|прочит|браузер|przegl[ąa]dar"
    r"|prohl[ií][žz]e[čc]|tarayıcı|متصفح|דפדפן|ブラウザ|浏览器|瀏覽器|브라우저",
    re.IGNORECASE,
)
"""How a plain part says that the message is to be looked at elsewhere. It counts where the HTML says other things."""

_ENCODED = re.compile(r"=\?([\w.:+-]{1,40})(?:\*[\w-]*)?\?([BbQq])\?([^?\s]*(?: [^?\s]+)*)\?=")
_ENCODED_RUN = re.compile(rf"{_ENCODED.pattern}(?:\s*=\?\1(?:\*[\w-]*)?\?\2\?[^?\s]*(?: [^?\s]+)*\?=)*")
_SOFT_BREAK = re.compile(rb"=\r?\n")
_QUOTED = re.compile(rb"=[0-9A-Fa-f]{2}")
_BASE64_LINE = re.compile(rb"[A-Za-z0-9+/]{0,1000}={0,2}\s*")
_WORD = re.compile(rf"[{WIDE}]|[^\W{WIDE}]+")
_registry = HeaderRegistry()


class _Part(EmailMessage):
    """A message or a part of one, with as many headers as one may have, and as much of each as is read."""

    def __init__(self, policy: Policy | None = None) -> None:
        super().__init__(policy)
        self._count = 0

    def set_raw(self, name: str, value: str) -> None:
        self._count += 1
        if self._count > MOST_HEADERS:
            raise UnreadableSource(f"a message of more than {MOST_HEADERS:,} headers: take out those without use")
        longest = _LONGEST_OF_A_PART if name[:8].lower() == "content-" else _LONGEST_HEADER
        cast("Any", super()).set_raw(name, value[:longest])


def parse_message(data: bytes) -> Message:
    """A message, with all its parts.

    The library raises anything for headers that are forged, when they are read or later when they are asked for.

    Raises:
        UnreadableSource: If it has too many parts or headers.
    """
    numbers = count(1)

    def make(policy: Policy) -> EmailMessage:
        # The parser makes one more to try this out.
        if next(numbers) > MOST_PARTS + 1:
            raise UnreadableSource(f"a message of more than {MOST_PARTS:,} parts: save what is in it as files")
        return _Part(policy)

    return BytesParser(cast("Any", make), policy=email.policy.default).parsebytes(data)


def payload(part: Message) -> bytes:
    """The bytes of a part, unpacked from what they were sent in."""
    data: Any = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def header(message: Message, name: str) -> Any:
    """A header of a message, as the standard library's header of that name; None if it has none."""
    return next(headers(message, name), None)


def headers(message: Message, name: str) -> Iterator[Any]:
    """All headers of that name. Raw UTF-8 is read as such (RFC 6532), and charsets as text is (`decode`)."""
    left = _LONGEST_HEADER

    @cache
    def sample() -> tuple[bytes, str]:
        return _sample(message)

    for key, value in message.raw_items():
        if key.lower() == name:
            unfolded = "".join(str(value).splitlines())
            shown = _readable(unfolded, sample).replace(_SOFT_HYPHEN, "")
            if name in _ADDRESSES and len(shown) > left:
                shown = shown[:left].rpartition(",")[0]  # the last of them would be half a name
            left -= max(len(shown), _LEAST_COUNTED)
            try:
                if shown or not value:
                    yield _registry(name, shown)
            except Exception:  # noqa: S112  # it raises anything over a header that is forged, which costs no message
                continue
            if left <= 0:
                return


class MailText:
    """What a message shows.

    Attributes:
        text: What was written.
        cut: The lines that the message has in another form beside its text and nowhere in that.
        attachments: The parts that are no text of it, by their names, or by their types where they have none. A name
            that came before has its number behind it.
        remarks: What is to be told of how its parts were decoded.
    """

    def __init__(self, message: Message) -> None:
        self.cut: list[str] = []
        self.attachments: dict[str, Message] = {}
        self.remarks = list[Remark]()
        self._numbers = dict[str, int]()  # the last one by which a name was told apart
        self.text = "\n\n".join(self._parts(message, 0))

    def _parts(self, part: Message, depth: int) -> Iterator[str]:
        """The texts of a part, in order; none is empty."""
        kind = part.get_content_type()
        inner: Any = part.get_payload()
        if depth > _DEEPEST or (part.get_content_disposition() == "attachment" and kind not in _ATTACHED_MESSAGE):
            self._attach(part)
        elif kind in _ATTACHED_MESSAGE and part.is_multipart():
            yield from self._attached(inner[0], depth, _transfer(part))
        elif part.is_multipart() and part.get_content_maintype() == "multipart":
            if kind == "multipart/alternative":
                yield from self._alternative(inner, depth)
            else:
                for each in inner:
                    yield from self._parts(each, depth + 1)
            self.cut += _lines(part.epilogue or "")
        elif kind in _PLAIN or kind in _MARKED_UP or part.get_content_maintype() == "multipart":
            text, remarks = _body(part)
            self.remarks += remarks
            shown = (visible_text(text) if kind in _MARKED_UP else text.replace(_SOFT_HYPHEN, "")).strip()
            if shown:
                yield shown
        else:
            self._attach(part)

    def _attach(self, part: Message) -> None:
        name = " ".join(str(part.get_filename() or part.get_content_type()).split())[-_LONGEST_NAME:]
        stem, dot, suffix = name.rpartition(".")
        number = self._numbers.get(name, 1)
        while (
            numbered := name if number == 1 else f"{stem or name} {number}{dot}{suffix * bool(dot)}"
        ) in self.attachments:
            number += 1
        self._numbers[name] = number
        self.attachments[numbered] = part

    def _attached(self, message: Message, depth: int, transfer: str) -> Iterator[str]:
        """An attached message, with the headers that a reader of mail is shown."""
        if transfer == "base64" and not message.keys():  # which it must not be, and some programs make it
            message = parse_message(_from_base64(str(message.get_payload()).encode("ascii", "replace")))
        found = ((name, str(header(message, name) or "").strip()) for name in _SHOWN)
        if lines := [f"{name.capitalize()}: {' '.join(value.split())}" for name, value in found if value]:
            yield "\n".join(lines)
        yield from self._parts(message, depth + 1)

    def _alternative(self, forms: list[Message], depth: int) -> Iterator[str]:
        """The form that tells most of the message: its plain text, unless that is little beside what the HTML has."""
        texts = [(form.get_content_type() in _PLAIN, "\n\n".join(self._parts(form, depth + 1))) for form in forms]
        text, beside = told_once(texts)
        self.cut += beside
        yield from filter(None, [text])


def told_once(forms: Iterable[tuple[bool, str]]) -> tuple[str, list[str]]:
    """Of the forms of one message the one that tells most, and the lines of the others that say something else.

    Args:
        forms: Their texts, and whether each is plain; the plain one is taken unless it is little beside what another
            has.
    """
    told = [each for each in forms if each[1]]
    chosen = told[0][1] if told else ""
    for is_plain, text in told[1:]:
        chosen = text if not is_plain and _tells_more(text, chosen) else chosen
    words = set(_words(chosen))
    others = (line for _, text in told if text is not chosen for line in _lines(text))
    return chosen, [line for line in others if not words.issuperset(_words(line))]


def _tells_more(marked_up: str, plain: str) -> bool:
    """Whether plain text is but a part of what stands beside it in HTML, or only says that there is HTML."""
    has, offers = _words(plain), _words(marked_up)
    known = set(has)
    covered = sum(word in known for word in offers) / max(1, len(offers))
    if covered < _OTHER and len(has) < _LONGEST_STUB and _STUB.search(plain):
        return len(offers) > _SHORTEST_MESSAGE
    return covered < _COVERED and len(offers) > _RICHER * len(has)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _body(part: Message) -> Decoded:
    """The text of a part, decoded as far as its sender's faults allow."""
    raw: Any = part.get_payload()
    transfer = _transfer(part)
    data: Any = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        data = str(raw).encode("utf-8", "surrogateescape")
    elif transfer == "base64":
        data = _from_base64(str(raw).encode("utf-8", "surrogateescape"))
    elif transfer in ("", "7bit", "8bit") and _SOFT_BREAK.search(data) and len(_QUOTED.findall(data)) > 2:
        data = quopri.decodestring(data)  # which the sender forgot to say
    return decode(data, part.get_content_charset() or "") if data.strip() else Decoded("")


def _transfer(part: Message) -> str:
    return str(part.get("content-transfer-encoding") or "").strip().lower()


def _from_base64(data: bytes) -> bytes:
    """What is encoded; and what a mailing list has put behind it as it is."""
    encoded: list[bytes] = []
    lines = data.splitlines(keepends=True)
    for at, line in enumerate(lines):
        if not _BASE64_LINE.fullmatch(line) or (encoded and encoded[-1].rstrip().endswith(b"=") and line.strip()):
            rest = b"".join(lines[at:])
            break
        encoded.append(line)
    else:
        rest = b""
    try:
        decoded = base64.b64decode(b"".join(encoded) + b"==")
    except binascii.Error:
        return data
    return decoded + b"\n\n" * bool(rest.strip()) + rest


def _sample(message: Message) -> tuple[bytes, str]:
    """How the first text of a message begins, and what its charset is said to be."""
    text = next((part for part in message.walk() if part.get_content_maintype() == "text"), message)
    body: Any = text.get_payload(decode=True)
    return body[:_SAMPLE] if isinstance(body, bytes) else b"", text.get_content_charset() or ""


def _readable(value: str, sample: Callable[[], tuple[bytes, str]]) -> str:
    """A header as the library understands it: its encoded words in UTF-8, and raw bytes decoded.

    Args:
        value: The header.
        sample: Gives what the text of its message begins with, and the charset.
    """
    value = _ENCODED_RUN.sub(_recoded, value)
    try:
        raw = value.encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        return value
    if raw.isascii():
        return value
    try:
        return raw.decode()  # whatever the text below is in: letters of another encoding are not UTF-8 by chance
    except UnicodeDecodeError:
        pass
    # A few bytes tell no encoding: it is that of the text below.
    more, charset = sample()
    return decode(raw + b"\n" + more, charset).text.partition("\n")[0]


def _recoded(found: re.Match[str]) -> str:
    """Encoded words in one charset, of which a character may be parted among two, as one encoded word in UTF-8."""
    data = b""
    for word in _ENCODED.finditer(found[0]):
        content = word[3].encode("ascii", "replace")
        try:
            data += base64.b64decode(content + b"==") if word[2] in "Bb" else quopri.decodestring(content, header=True)
        except binascii.Error:
            return found[0]
    try:
        text = decode(data, found[1]).text
    except Exception:
        return found[0]
    return f"=?utf-8?b?{base64.b64encode(' '.join(text.replace(_SOFT_HYPHEN, '').splitlines()).encode()).decode()}?="
