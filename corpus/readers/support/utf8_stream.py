"""A long text in UTF-8, whatever it is in, for parsers that take bytes and nothing that is wrong in them."""

import codecs
import io
import re
from typing import BinaryIO, Final

from ..contract import Remark
from .decode import GUESSED, called, encoding_of, replaced
from .encodings import UTF_8, codec_of, is_seven_bit
from .packed import Borrowed

_HEAD: Final = 64 * 1024
_DECLARED = re.compile(rb"""<\?xml[^>]{0,100}?encoding\s{0,5}=\s{0,5}["']([\w.:-]{2,30})""")
_REPLACED: Final = "\N{REPLACEMENT CHARACTER}"
_THE_SAME: Final = _REPLACED.encode()


class Utf8Stream(io.RawIOBase):
    """The bytes of an XML document in UTF-8. What is wrong in its encoding is replaced, and counted.

    Args:
        stream: The document, which somebody else closes.

    Raises:
        UnreadableSource: If it is binary, or if no encoding fits.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = io.BufferedReader(Borrowed(stream), _HEAD)
        head = self._stream.peek(_HEAD)
        declared = _DECLARED.search(head[:300].replace(b"\0", b""))
        said = declared[1].decode("ascii") if declared else UTF_8
        self._encoding = encoding_of(head, said) if head else UTF_8
        is_sure = self._encoding.startswith("utf-") or is_seven_bit(self._encoding) or self._encoding == codec_of(said)
        self._guessed = () if is_sure else (Remark(GUESSED, called(self._encoding)),)
        self._decoder = codecs.getincrementaldecoder(self._encoding)("replace")
        self._ready = b""
        self._line = 1
        self._count = self._first = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Fill the buffer, or some of it; return how much."""
        while not self._ready:
            data = self._stream.read1(_HEAD)
            text = self._decoder.decode(data, final=not data)
            if not data and not text:
                return 0
            if _REPLACED in text:
                self._note(text, data.count(_THE_SAME) if self._encoding == UTF_8 else 0)
            self._line += text.count("\n")
            self._ready = text.encode(UTF_8, "replace")
        piece, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)

    def _note(self, text: str, meant: int) -> None:
        count = text.count(_REPLACED) - meant
        if count > 0:
            self._first = self._first or self._line + text.count("\n", 0, text.index(_REPLACED))
            self._count += count

    def remarks(self) -> tuple[Remark, ...]:
        """What is to be told of the encoding, and of what was replaced since this was last asked."""
        count, first, self._count, self._first = self._count, self._first, 0, 0
        return self._guessed + ((replaced(count, self._encoding, first),) if count else ())
