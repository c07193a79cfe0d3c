"""The lines of a page of a PDF, as PDFium finds them, with where they stand and how large they are.

Two things are mended that PDFium leaves as they are printed: letters that are spaced apart come together again
("J O I N T"), and the raised number of a footnote comes off its word.
"""

import ctypes
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from statistics import median
from typing import Any, Final, NamedTuple

from ...scripts import WIDE
from .decode import tidy
from .printed import Line

_LIGATURES: Final = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
# PDFium takes out the break after a hyphen at the end of a line, and leaves one of the last two marks for both.
_LINE = re.compile("([^\r\n\ufffe\x02]*)(\r\n?|\n|[\ufffe\x02]|$)")
_BROKEN: Final = "\ufffe\x02"

_SPACED = re.compile(rf"(?<!\S)(?:\S{{1,2}}(?: \S{{1,2}}){{4,}}|[{WIDE}](?: [{WIDE}]){{2,}})(?!\S)")
_SINGLE: Final = 0.7
"""Letters are spaced apart where so many of a run's pieces are one letter."""

_WIDEST: Final = 0.9
"""Letters that stand further apart than this, in their own heights, are columns of a table."""

_WIDER: Final = 1.5
"""Where words end, the space is so many times as wide as between their letters."""

_MARK = re.compile(
    r"(?:(?<=[^\W\d_]{2})|(?<=[^\W\d_]{2}[.,;:!?»”\"’)\]])|(?<=[^\W\d_]{2}[.!?][»”\"’)\]])"
    r"|(?<=\b1[5-9]\d\d)|(?<=\b20\d\d))(\d{1,3})(?!\w)"
)
_UNIT = re.compile(r"\b(?:[kcmd]?m|ft|mi|yd)$")
_RAISED: Final = 0.12
"""A footnote's number stands higher than its word by so much of the word's height at least."""

_CLOSING: Final = ",.;:!?)]»”’"
_ONE_ROW: Final = 0.6
"""Lines that stand higher or lower than each other by less of their height are one."""

_GAP: Final = 0.2
"""So much of a line's height between two words is a space."""

_SAMPLED: Final = 300


class PageText(NamedTuple):
    """What a page shows.

    Attributes:
        lines: Its lines; none is empty.
        unknown: The share of its characters of which no font says what letters they are.
    """

    lines: list[Line]
    unknown: float


class _Box(NamedTuple):
    left: float
    right: float
    base: float
    size: float


def page_text(page: Any) -> PageText:
    """What a page of PDFium's shows."""
    textpage = page.get_textpage()
    try:
        text = textpage.get_text_range()
        return PageText(_rows(_Reader(textpage.raw).lines(text)), _unknown(textpage.raw, text))
    finally:
        textpage.close()


def _rows(lines: Iterable[tuple[Line, float]]) -> list[Line]:
    """The lines, of which PDFium has broken some where something raised stands in them.

    Args:
        lines: Each with the height at which its last character stands.
    """
    rows: list[Line] = []
    ended = 0.0
    for line, end_base in lines:
        last = rows[-1] if rows else None
        if last is None or not _goes_on(last, line):
            rows.append(line)
        else:
            size = max(last.size, line.size)
            rises = (line.base - ended) / size
            marks = (line[0].isdigit() and rises > _RAISED) or (last[-1].isdigit() and line[0].isalpha() and rises < 0)
            closes = line[0] in _CLOSING
            gap = " " * (marks or (not closes and line.begin - last.end > _GAP * size))
            rows[-1] = Line(f"{last}{gap}{line}", last.begin, line.end, last.base, size)
        ended = end_base
    return rows


def _goes_on(line: Line, following: Line) -> bool:
    """Whether what PDFium takes for two lines stands on one, and close together."""
    size = max(line.size, following.size)
    gap = following.begin - line.end
    return abs(following.base - line.base) < _ONE_ROW * size and -_GAP * size < gap < size


def _unknown(textpage: Any, text: str) -> float:
    import pypdfium2.raw as pdfium  # pyright: ignore[reportMissingTypeStubs]

    library: Any = pdfium
    count = library.FPDFText_CountChars(textpage)
    numbers = range(0, count, max(1, count // _SAMPLED)) if text.strip() else range(0)
    sampled = [at for at in numbers if not library.FPDFText_IsGenerated(textpage, at)]
    return sum(library.FPDFText_HasUnicodeMapError(textpage, at) == 1 for at in sampled) / max(1, len(sampled))


class _Reader:
    """Reads the text of one page, and asks where its characters stand."""

    def __init__(self, textpage: Any) -> None:
        import pypdfium2.raw as pdfium  # pyright: ignore[reportMissingTypeStubs]

        self._library: Any = pdfium
        self._textpage = textpage

    def lines(self, text: str) -> Iterator[tuple[Line, float]]:
        """The lines of the page's text, each with the height at which its last character stands."""
        for found in _LINE.finditer(text):
            line = found[1]
            if not line.strip():
                continue
            start = found.start() + len(line) - len(line.lstrip())
            first, last = self._box(start), self._box(found.start() + len(line.rstrip()) - 1)
            mended = self._without_marks(self._together(line, found.start()), line, found.start())
            shown = " ".join(tidy(mended.translate(_LIGATURES)).split())
            if shown:
                broken = "-" if found[2] and found[2] in _BROKEN else ""
                line = Line(_without_soft_hyphens(shown + broken), first.left, last.right, first.base, first.size)
                yield line, last.base

    def _together(self, line: str, at: int) -> str:
        """The line with the letters of each word that is spaced apart together again."""
        pieces: list[str] = []
        done = 0
        for run in _SPACED.finditer(line):
            if mended := self._word(run[0], at + run.start()):
                pieces += [line[done : run.start()], mended]
                done = run.end()
        return "".join([*pieces, line[done:]]) if pieces else line

    def _word(self, run: str, at: int) -> str:
        pieces = run.split(" ")
        letters = [(position, char) for position, char in enumerate(run) if char != " "]
        if sum(len(piece) == 1 for piece in pieces) < _SINGLE * len(pieces):
            return ""
        if sum(char.isalpha() for _, char in letters) < _SINGLE * len(letters):
            return ""
        places = [self._place(at + position) for position, _ in letters]
        gaps = [right[0] - left[1] for left, right in pairwise(places)]
        usual = median(gaps)
        if not 0 < usual < _WIDEST * self._box(at).size:
            return ""
        wide = [gap > _WIDER * usual for gap in gaps]
        # Most of these spaces are not in the file, and PDFium's own: then those that are there part words.
        if written := self._written_spaces(run, at):
            wide = [
                each or any(left[0] < space < right[0] for space in written)
                for each, (left, right) in zip(wide, pairwise(letters), strict=True)
            ]
        return letters[0][1] + "".join(" " * space + char for space, (_, char) in zip(wide, letters[1:], strict=True))

    def _written_spaces(self, run: str, at: int) -> list[int]:
        """The positions of the spaces that are in the file, if most are not."""
        spaces = [position for position, char in enumerate(run) if char == " "]
        written = [
            position
            for position in spaces
            if not self._library.FPDFText_IsGenerated(self._textpage, self._index(at + position))
        ]
        return written if 2 * len(written) < len(spaces) else []

    def _index(self, text_index: int) -> int:
        return self._library.FPDFText_GetCharIndexFromTextIndex(self._textpage, text_index)

    def _without_marks(self, mended: str, line: str, at: int) -> str:
        """The line with the marks of footnotes as words of their own."""
        if mended != line or not any(char.isdigit() for char in line):
            return mended
        for found in reversed(list(_MARK.finditer(line))):
            before = line[: found.start()]
            if _UNIT.search(before):
                continue
            mark, word = self._box(at + found.start()), self._box(at + found.start() - 1)
            if mark.base - word.base > _RAISED * word.size:
                line = f"{before} {line[found.start() :]}"
        return line

    def _place(self, text_index: int) -> tuple[float, float]:
        """From where to where a letter reaches, with the white around it that every letter has."""
        box = self._library.FS_RECTF()
        self._library.FPDFText_GetLooseCharBox(self._textpage, self._index(text_index), box)
        return box.left, box.right

    def _box(self, text_index: int) -> _Box:
        """Where a character of the text stands."""
        index = self._index(text_index)
        left, right, bottom, top, x, base = (ctypes.c_double() for _ in range(6))
        self._library.FPDFText_GetCharBox(self._textpage, index, left, right, bottom, top)
        self._library.FPDFText_GetCharOrigin(self._textpage, index, x, base)
        size = self._library.FPDFText_GetFontSize(self._textpage, index)
        return _Box(left.value, right.value, base.value, size)


def _without_soft_hyphens(line: str) -> str:
    """The line without the places where a word may be parted; one at the end is where it has been."""
    return line[:-1].replace("\u00ad", "") + line[-1:]
