"""Bytes to text: byte order marks, UTF-8, a stated encoding, else the best guess; binary files are refused.

Bytes that are wrong in their encoding are replaced, and counted in a remark. Text is tidy: `tidy` says how.
"""

import codecs
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Final, NamedTuple

from ....errors import UnreadableSource
from ...document import Remark
from ..contract import LARGEST_FILE, MEGABYTE, Source
from .encodings import UTF_8, WESTERN, codec_of, guess, is_seven_bit, is_utf8, unmarked_utf16

# UTF-32's mark begins with UTF-16's, and so comes first.
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY_BEGINNINGS: Final = (
    b"%PDF-", b"\x89PNG", b"PK\x03\x04", b"\x1f\x8b", b"\xfd7zXZ\x00", b"BZh", b"GIF8", b"\xff\xd8\xff", b"\x7fELF",
    b"\xd0\xcf\x11\xe0", b"{\\rtf", b"SQLite format 3", b"Rar!", b"7z\xbc\xaf", b"\x28\xb5\x2f\xfd",
)  # fmt: skip
_SAMPLE: Final = 65_536
_FEW: Final = 3
_SHARE: Final = 50
"""An encoding still fits if no more characters than a few are wrong in it, or one in so many of those beyond ASCII."""

_WESTERN_SHARE: Final = 0.4
"""With a greater share of its bytes beyond ASCII, no text is in a language of Western Europe."""

_CONTROLS = bytes(range(9)) + bytes(range(14, 27)) + bytes(range(28, 32))
_ASCII = bytes(range(0x80))
_UNSHOWN = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufeff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\u2028]")
_CONTROLS_OF_OLD = re.compile("[\x80-\x9f]")
_MEANT: Final = {code: bytes([code]).decode(WESTERN, "ignore") for code in range(0x80, 0xA0)}
GUESSED: Final = "the encoding was guessed"
_REPLACED: Final = "\N{REPLACEMENT CHARACTER}"


class Decoded(NamedTuple):
    """Tidy text, and what is to be told of how it was made of bytes: to be handed on in `RawRecord.remarks`."""

    text: str
    remarks: tuple[Remark, ...] = ()


def read_text(source: Source, declared: re.Pattern[bytes] | None = None) -> Decoded:
    """Read all of a source as tidy text.

    Args:
        source: The source, of at most LARGEST_FILE bytes. What its `encoding` says goes before what it says itself.
        declared: Finds, in its first group, the encoding that the content names itself.

    Raises:
        UnreadableSource: If there is too much, if it is empty or binary, or if no encoding fits.
    """
    data = source.stream.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise UnreadableSource(f"larger than {LARGEST_FILE // MEGABYTE} MB, the limit for a file of one document")
    found = declared.search(data[:4096]) if declared else None
    decoded = decode(data, source.encoding, found[1].decode("ascii", "replace") if found else "")
    if not decoded.text.strip():
        raise UnreadableSource("empty")
    return decoded


def decode(data: bytes, *said: str) -> Decoded:
    """Decode bytes to tidy text.

    Args:
        data: The bytes.
        said: Names of encodings that they are said to be in, whoever knows best first; empty ones say nothing. A byte
            order mark and UTF-8 go before them, for text of another encoding is not UTF-8 by chance.

    Raises:
        UnreadableSource: If they are binary, or if no encoding fits.
    """
    text, remarks = _decoded(data, [codec for name in said if (codec := codec_of(name))])
    return Decoded(tidy(text), remarks)


def encoding_of(head: bytes, *said: str) -> str:
    """The encoding of a file that is too long to be held, from its beginning, which may end within a character.

    Raises:
        UnreadableSource: If the file is binary, or if no encoding fits.
    """
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if codec := unmarked_utf16(head):
        return codec
    whole = (head[: head.rfind(b"\n") + 1] if len(head) >= _SAMPLE else b"") or head
    codecs_said = [codec for name in said if (codec := codec_of(name))]
    if codec := next(_seven_bit(whole, codecs_said), ""):
        return codec
    if _is_binary(head):
        raise UnreadableSource("binary")
    for codec in _credible(whole, codecs_said):
        with suppress(UnicodeError):
            _in_codec(whole, codec)
            return codec
    if codec := guess(whole):
        return codec
    raise _no_encoding()


def tidy(text: str) -> str:
    """The text with line feeds as its only line ends, without byte order marks, controls and lone surrogates.

    The second set of controls stands for what windows-1252 has in its place, as in every browser: nobody means the
    control, and many a program has taken a quotation mark for one. All other characters stay as they are.
    """
    text = _LINE_ENDS.sub("\n", text).replace("\u2029", "\n\n")
    if not text.isascii() and _CONTROLS_OF_OLD.search(text):
        if "\n" not in text and text.count("\x85") > 1:  # the line ends of a mainframe
            text = text.replace("\x85", "\n")
        text = text.translate(_MEANT)
    return _UNSHOWN.sub("", text)


def replaced(count: int, codec: str, line: int = 0) -> Remark:
    """The remark that so many bytes were replaced, the first of them in that line, if the line is not known anyhow."""
    where = f", {'the first ' * (count > 1)}in line {line:,}" if line else ""
    return Remark(f"bytes that are no {called(codec)} were replaced", f"{count:,}{where}")


def _decoded(data: bytes, said: list[str]) -> tuple[str, tuple[Remark, ...]]:
    for mark, codec in _MARKS:
        if data.startswith(mark):
            try:
                return _in_codec(data.removeprefix(codecs.BOM_UTF8), codec.removesuffix("-sig"))
            except UnicodeError:
                raise UnreadableSource(f"begins as {codec.upper()} but is not") from None
    if data.startswith(_BINARY_BEGINNINGS):
        raise UnreadableSource("binary")
    valid = _valid(data)
    if (valid is None or "\0" in valid) and (codec := unmarked_utf16(data)):
        return _in_codec(data, codec)
    for codec in _seven_bit(data, said):
        with suppress(UnicodeError):
            return _in_codec(data, codec)
    if _is_binary(data[:_SAMPLE]):
        raise UnreadableSource("binary")
    if valid is not None:
        return valid, ()
    for codec in _credible(data, said):
        with suppress(UnicodeError):
            return _in_codec(data, codec)
    return _guessed(data)


def _valid(data: bytes) -> str | None:
    """The text if it is in UTF-8, as nearly all that comes is; None if anything is wrong in it."""
    try:
        return data.decode(UTF_8)
    except UnicodeDecodeError:
        return None


def _guessed(data: bytes) -> tuple[str, tuple[Remark, ...]]:
    try:
        codec = guess(data)
        text, remarks = _in_codec(data, codec)
    except (UnicodeError, LookupError):
        raise _no_encoding() from None
    return text, (Remark(GUESSED, called(codec)), *remarks)


def _seven_bit(data: bytes, said: list[str]) -> Iterator[str]:
    """The codecs that bytes of ASCII may be in: they are valid UTF-8 as well, and would come out as gibberish."""
    yield from filter(is_seven_bit, said)
    if (b"\x1b" in data or b"~{" in data) and data.isascii() and is_seven_bit(codec := guess(data)):
        yield codec


def _credible(data: bytes, said: list[str]) -> Iterator[str]:
    """The codecs that bytes are in by all that is said and seen, the most credible first."""
    others = [codec for codec in said if codec != UTF_8 and not is_seven_bit(codec) and _is_credible(data, codec)]
    if is_utf8(data, is_declared=UTF_8 in said[:1], is_alone=not others):
        yield UTF_8
    yield from others


def _is_credible(data: bytes, codec: str) -> bool:
    """Whether an encoding may be meant: UTF-16 has zeros; and many a server says Latin-1 of whatever it has."""
    if codec.startswith(("utf-16", "utf-32")):
        return b"\0" in data[:_SAMPLE]
    beyond = len(data[:_SAMPLE].translate(None, _ASCII))
    return codec != WESTERN or beyond <= _WESTERN_SHARE * len(data[:_SAMPLE])


def _in_codec(data: bytes, codec: str) -> tuple[str, tuple[Remark, ...]]:
    """The text in that encoding, and a remark if something was replaced. Raises UnicodeError if too much would be."""
    try:
        return data.decode(codec), ()
    except UnicodeDecodeError as error:
        start = error.start
    text = data.decode(codec, "replace")
    if codec == UTF_8:
        count = len(_SURROGATE.findall(data.decode(codec, "surrogateescape")))
        line = data.count(b"\n", 0, start) + 1
    else:
        count = text.count(_REPLACED)
        beyond = sum(not char.isascii() for char in text) - count
        if count > max(_FEW, beyond // _SHARE) or (count > 1 and count > beyond):
            raise UnicodeError
        line = text.count("\n", 0, text.find(_REPLACED)) + 1
    return text, (replaced(count, codec, line),)


def called(codec: str) -> str:
    """The name of an encoding as people know it, by that of its codec."""
    return "UTF-8" if codec in (UTF_8, "utf-8-sig") else codec.replace("cp125", "windows-125")


def _is_binary(sample: bytes) -> bool:
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    return controls > max(3, len(sample) // 100)


def _no_encoding() -> UnreadableSource:
    return UnreadableSource("its encoding cannot be told: convert it to UTF-8")
