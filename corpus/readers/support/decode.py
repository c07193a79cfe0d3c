"""Bytes to text: byte order marks, UTF-8, a declared encoding, else the best guess; binary files are refused."""

import codecs
import re
from typing import BinaryIO, Final

from ....errors import UnreadableSource
from ..contract import LARGEST_FILE, MEGABYTE

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
_COMMON: Final = "cp1252"
_SEVEN_BIT: Final = ("iso-2022", "iso2022", "hz", "utf-7")
_CONTROLS = bytes(range(9)) + bytes(range(14, 27)) + bytes(range(28, 32))
_UNSHOWN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n?|[\x0b\x0c\x85\u2028]")


def read_text(stream: BinaryIO, declared: re.Pattern[bytes] | None = None) -> str:
    """Read all of a stream as tidy text.

    Args:
        stream: The stream, of at most LARGEST_FILE bytes.
        declared: Finds, in its first group, the encoding that the content names itself.

    Raises:
        UnreadableSource: If there is too much, if it is empty or binary, or if no encoding fits.
    """
    data = stream.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise UnreadableSource(f"larger than {LARGEST_FILE // MEGABYTE} MB, the limit for a file of one document")
    found = declared.search(data[:4096]) if declared else None
    text = decode_text(data, found[1].decode("ascii", "replace") if found else "")
    if not text.strip():
        raise UnreadableSource("empty")
    return text


def decode_text(data: bytes, named: str = "") -> str:
    """Decode bytes to tidy text.

    Args:
        data: The bytes.
        named: The encoding that they are said to be in, which is believed if it fits; empty if nothing is said.

    Raises:
        UnreadableSource: If they are binary, or if no encoding fits.
    """
    return tidy(_decoded(data, named))


def encoding_of(head: bytes) -> str:
    """The encoding of a file that is too long to be held, from its beginning, which may end within a character.

    Raises:
        UnreadableSource: If the file is binary, or if no encoding fits.
    """
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    if _is_binary(head):
        raise UnreadableSource("binary")
    # A byte that is wrong here or there makes no other encoding of it.
    text = head.decode("utf-8", "surrogateescape")
    wrong = len(_SURROGATE.findall(text, 0, len(text) - 3))
    right = sum(char > "\x7f" for char in text) - wrong
    return "utf-8" if wrong <= right else _best_guess(head)


def tidy(text: str) -> str:
    """The text with line feeds as its only line ends, without byte order marks, controls and lone surrogates.

    All other characters stay as they are.
    """
    text = _LINE_ENDS.sub("\n", text).replace("\u2029", "\n\n")
    return _UNSHOWN.sub("", text)


def _decoded(data: bytes, named: str) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                raise UnreadableSource(f"begins as {encoding.upper()} but is not") from None
    if data.startswith(_BINARY_BEGINNINGS) or _is_binary(data[:65536]):
        raise UnreadableSource("binary")
    # Seven-bit encodings are valid UTF-8 as well, and would come out as gibberish.
    for encoding in (named if named.lower().startswith(_SEVEN_BIT) else "", "utf-8", named):
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
    sample = data
    if len(data) > _GUESS_FROM:
        # A line's end is a character's end in every encoding that is left.
        sample = data[: data.rfind(b"\n", 0, _GUESS_FROM) + 1] or data[:_GUESS_FROM]
    try:
        return data.decode(_best_guess(sample))
    except UnicodeDecodeError:
        raise _no_encoding() from None


def _best_guess(sample: bytes) -> str:
    from charset_normalizer import from_bytes

    matches = from_bytes(sample)
    best = matches.best()
    if best is None:
        raise _no_encoding()
    # Western European and Central European text are often a draw, and the former is the more common by far.
    draw = {each.encoding for each in matches if each.chaos <= best.chaos and each.coherence >= best.coherence}
    return _COMMON if _COMMON in draw else best.encoding


def _no_encoding() -> UnreadableSource:
    return UnreadableSource("its encoding cannot be told: convert it to UTF-8")
