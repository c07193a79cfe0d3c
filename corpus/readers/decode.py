"""Bytes to text: byte order marks, UTF-8, a declared encoding, else the best guess; binary files are refused."""

import codecs
import re
from typing import BinaryIO, Final

from ...errors import UnreadableSource
from .contract import LARGEST_FILE, MEGABYTE

_GUESS_FROM: Final = 200_000
"""How many bytes the encoding is guessed from."""

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
_CONTROLS = bytes(range(9)) + bytes(range(14, 27)) + bytes(range(28, 32))
_UNSHOWN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff]")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028]")


def read_text(stream: BinaryIO, declared: re.Pattern[bytes] | None = None) -> str:
    """All of a stream as tidy text. `declared` finds, in its group, the encoding that the content names itself.

    Raises UnreadableSource if there is too much, if it is empty or binary, or if no encoding fits.
    """
    data = stream.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise UnreadableSource(f"larger than {LARGEST_FILE // MEGABYTE} MB, the limit for a file of one document")
    text = tidy(_decoded(data, declared))
    if not text.strip():
        raise UnreadableSource("empty")
    return text


def tidy(text: str) -> str:
    """The text with line feeds as its only line ends, without byte order marks, controls and lone surrogates.

    All other characters stay as they are.
    """
    text = _LINE_ENDS.sub("\n", text).replace("\u2029", "\n\n")
    return _UNSHOWN.sub("", text)


def _decoded(data: bytes, declared: re.Pattern[bytes] | None) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                raise UnreadableSource(f"begins as {encoding.upper()} but is not") from None
    if data.startswith(_BINARY_BEGINNINGS) or _is_binary(data[:65536]):
        raise UnreadableSource("binary")
    found = declared.search(data[:4096]) if declared else None
    for encoding in ("utf-8", found[1].decode("ascii", "replace") if found else ""):
        try:
            if encoding:
                return data.decode(encoding)
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    return _guessed(data)


def _is_binary(sample: bytes) -> bool:
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    return controls > max(3, len(sample) // 100)


def _guessed(data: bytes) -> str:
    from charset_normalizer import from_bytes

    sample = data
    if len(data) > _GUESS_FROM:
        # A line's end is a character's end in every encoding that is left.
        sample = data[: data.rfind(b"\n", 0, _GUESS_FROM) + 1] or data[:_GUESS_FROM]
    best = from_bytes(sample).best()
    if best is not None:
        try:
            return data.decode(best.encoding)
        except (UnicodeDecodeError, LookupError):
            pass
    raise UnreadableSource("its encoding cannot be told: convert it to UTF-8")
