"""The lines of a text that is too long to be held, decoded as they come: those of files of records."""

import io
import re
from typing import BinaryIO, Final, NamedTuple

from .decode import encoding_of
from .encodings import UTF_8, guess, is_utf8
from .packed import Borrowed

FOREIGN: Final = "not in the encoding that the file begins in: convert it to UTF-8"
"""Why a record is skipped that has a line which does not fit."""

_HEAD: Final = 64 * 1024
_EVIDENCE: Final = 20_000
_WRONG = re.compile("[\udc80-\udcff]")
_REPLACED: Final = "\N{REPLACEMENT CHARACTER}"


class Line(NamedTuple):
    """A line, or the piece of one that was asked for.

    Attributes:
        text: With its end; empty where there is no more.
        replaced: How many bytes of it were wrong in their encoding, and replaced.
        fits: Whether it is in the encoding of the lines before it, but for these bytes.
    """

    text: str
    replaced: int = 0
    fits: bool = True


class TextLines:
    """The lines of a stream, in the encoding that its beginning shows.

    Where the beginning is ASCII, the first line that is not shows it, be it a million lines later.

    Args:
        stream: The stream, which somebody else closes.
        said: The encoding that it is said to be in; empty if nobody says.
        newline: What ends a line, as `open` has it.

    Raises:
        UnreadableSource: If the stream is binary, or if no encoding fits.
    """

    def __init__(self, stream: BinaryIO, said: str, newline: str) -> None:
        buffered = io.BufferedReader(Borrowed(stream), _HEAD)
        self.head = buffered.peek(_HEAD)
        self.encoding = encoding_of(self.head, said)
        errors = "surrogateescape" if self._is_utf8 else "replace"
        self._text = io.TextIOWrapper(buffered, self.encoding, errors, newline=newline)
        self._is_known = not (self._is_utf8 and self.head.isascii())
        self._foreign = b""

    @property
    def _is_utf8(self) -> bool:
        return self.encoding in (UTF_8, "utf-8-sig")

    def read(self, most: int) -> Line:
        """The next line, or so many characters of it."""
        text = self._text.readline(most)
        if text.isascii():
            return Line(text)
        if not self._is_utf8:
            return Line(text, text.count(_REPLACED))
        wrong = len(_WRONG.findall(text))
        if not wrong:
            self._is_known = True
            return Line(text)
        data = text.encode(UTF_8, "surrogateescape")
        if is_utf8(data) or (self._is_known and not self._foreign):
            self._is_known = True
            right = sum(map(str.isalpha, text))
            return Line(data.decode(UTF_8, "replace"), wrong, fits=wrong <= right)
        # All was ASCII so far.
        self._foreign = (self._foreign + data)[-_EVIDENCE:]
        self._is_known = True
        text = data.decode(guess(self._foreign), "replace")
        return Line(text, text.count(_REPLACED))
