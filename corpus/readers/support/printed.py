"""Pages as printed, made into running text: lines joined into paragraphs, running heads and page numbers set apart.

Only simple signs count. A line is page furniture if lines like it, with other numbers perhaps, stand in the same row
at the edge of many pages, or if it is a page number. A paragraph ends at a line that was not filled, if the line ends
as sentences do or a capital follows. What is taken for furniture is returned, so that a wrong guess loses nothing.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from statistics import median
from typing import Final, NamedTuple
from unicodedata import combining

from ...cleaning.page_marks import begun_by
from ...description.head.labels import is_label
from ...document import Page
from ...scripts import FULL_WIDTH_ENDS, LATIN_ENDS, UNSPACED_IN_PRINT
from .file_properties import names_kind

_EDGE: Final = 6
"""How many lines at the top and at the bottom of a page may be furniture."""

_SHORT: Final = 5
"""In a file of fewer pages a line is furniture if it stands, the very same, on all of them but one."""

_FULL: Final = 0.8
"""A line shorter than this part of the usual width was not filled, and so may end its paragraph."""

_ROOM: Final = 0.95
"""Of the usual width, so much has to be left for the next line's first word if a line was not filled."""

_WIDE_WORD: Final = 1.1
"""A word may be so much wider than its letters are usually."""

_LEADING: Final = 1.4
"""Lines that are so many times further apart than usual belong to two paragraphs."""

_LARGER: Final = 1.15
"""A line is a heading, or one of another paragraph, if its letters are so many times as large."""

_TITLE_ABOVE: Final = 30
"""How many lines of the first page may hold the title."""

_LONGEST_TITLE: Final = 300
_MOST_TITLE_LINES: Final = 8
_COLUMN: Final = 20
"""Lines that begin within so many points belong to one column."""

_BLOCK: Final = 5
"""So many lines at least tell how wide their column is."""

_DIGITS = re.compile(r"\d+|\b[ivxlc]+\b", re.IGNORECASE)
_NUMBERED_PAGE = re.compile(
    r"\W*(?:page|p\.|seite|página|стр\.?)\s*\d+(?:\s*(?:of|/|von|de|из)\s*\d+)?\W*", re.IGNORECASE
)
_ITEM = re.compile(r"(?:[•●▪■◦‣–—*-]|\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)])\s")
_ENDS = re.compile(rf"[{LATIN_ENDS}{FULL_WIDTH_ENDS}:;][\"'”’»)\]]*$")
_BROKEN = re.compile(r"(?<![^\W\d_])([^\W\d_]++)[-\u00ad\u2010]$")
_OPENS = re.compile(r"[^\W\d_]+")
_COMPOUND = re.compile(r"(?<![^\W\d_])[^\W\d_]++-[^\W\d_]++")
_UNSPACED = re.compile(f"[{UNSPACED_IN_PRINT}]")


class Line(str):
    """A line of a page: its text, and where it stands, in points.

    Attributes:
        begin: Where it begins, from the side where lines begin.
        end: Where it ends.
        base: How high it stands.
        size: How high its letters are; 0 if nothing of all this is known.
    """

    __slots__ = ("base", "begin", "end", "size")

    begin: float
    end: float
    base: float
    size: float

    def __new__(cls, text: str, begin: float = 0, end: float = 0, base: float = 0, size: float = 0) -> "Line":
        """A line of that text."""
        line = super().__new__(cls, text)
        line.begin, line.end, line.base, line.size = begin, end, base, size
        return line


def without_furniture(pages: Sequence[Sequence[str]]) -> tuple[list[list[str]], list[str]]:
    """The pages' lines without running heads, running feet and page numbers, and those, each kind of them once."""
    alike, same = Counter[tuple[int, str]](), Counter[tuple[int, str]]()
    for page in pages:
        alike.update((position, _shape(page[position])) for position in _edges(page))
        same.update((position, page[position]) for position in _edges(page))
    often = max(3, len(pages) // 10)
    # In a short file a line with another number may be the next item of a list.
    nearly_all = max(2, len(pages) - (len(pages) > 2)) if len(pages) <= _SHORT else often
    kept: list[list[str]] = []
    cut: dict[str, str] = {}
    for number, page in enumerate(pages, start=1):
        furniture = {
            position
            for position in _edges(page)
            if alike[position, _shape(page[position])] >= often
            or same[position, page[position]] >= nearly_all
            or _is_page_number(page[position], number)
        }
        first, last = 0, len(page)
        while first < last and first in furniture:
            first += 1
        while last > first and last - len(page) - 1 in furniture:
            last -= 1
        for line in [*page[:first], *page[last:]]:
            cut.setdefault(_shape(line), str(line))
        kept.append(list(page[first:last]))
    return kept, list(cut.values())


def heading(page: Sequence[str]) -> str:
    """The title of a file by its looks: the largest letters of its first page, above the text; "" if none are larger.

    Args:
        page: The lines of the first page, without furniture.
    """
    lines = [line for line in page if isinstance(line, Line) and line.size]
    usual = _usual_size(lines)
    best: list[Line] = []
    above = text_above = 0
    for size, group in groupby(lines[:_TITLE_ABOVE], key=_size):
        found = list(group)
        if size > max(_LARGER * usual, _size(best[0]) if best else 0) and _can_be_title(found):
            best, above = found, text_above
        text_above += sum(map(len, found)) if size <= usual else 0
    # What stands large within the text is something else's heading.
    if not best or above > _LONGEST_TITLE:
        return ""
    title = [str(best[0])]
    for line in best[1:]:
        _join(title, line, set())
    return "".join(title)


def _size(line: Line) -> float:
    return round(line.size, 1)


def _usual_size(lines: Sequence[str]) -> float:
    """How large most letters are; 0 if that is not known."""
    sizes = Counter[float]()
    for line in lines:
        if isinstance(line, Line):
            sizes[_size(line)] += len(line)
    return max(sizes, key=lambda size: sizes[size], default=0)


def paragraphs(pages: Sequence[Sequence[str]]) -> Iterator[str]:
    """The paragraphs of some pages; one may go on from page to page. Words broken at a line's end are whole again.

    A hyphen at the end of a line is a part of the word if the same word is written with it elsewhere, or if a capital
    follows.
    """
    lines = [line for page in pages for line in page if line.strip()]
    if not lines:
        return
    width = sorted(map(len, lines))[int(len(lines) * 0.9)]
    looks = _looks(lines)
    compounds = {found.lower() for line in lines for found in _COMPOUND.findall(line)}
    paragraph = [str(lines[0])]
    for at, (line, following) in enumerate(pairwise(lines)):
        filled = looks.is_filled(line, following, looks.margins[at])
        if filled is None:
            filled = len(line) >= _FULL * width or len(line) + _first_word(following) > _ROOM * width
        is_one = looks.join(line, following) or not _ends_paragraph(line, following, width, filled=filled)
        if looks.part(line, following) or not is_one:
            yield "".join(paragraph)
            paragraph = [str(following)]
        else:
            _join(paragraph, following, compounds)
    yield "".join(paragraph)


def beginnings(labels: Sequence[str], pages: Sequence[Sequence[str]], text: str) -> tuple[Page, ...]:
    """Where pages of these labels and lines begin in the text that was made of their paragraphs."""
    return begun_by(zip(labels, pages, strict=True), text)


def _can_be_title(group: Sequence[Line]) -> bool:
    title = " ".join(group)
    is_long = len(title) > _LONGEST_TITLE or len(group) > _MOST_TITLE_LINES
    return (
        sum(map(str.isalpha, title)) > 3
        and not is_long
        and (names_kind(title) or not (is_label(title) or all(map(is_label, group))))
    )


class _Looks(NamedTuple):
    """What the looks of lines say of paragraphs, where they are known.

    Attributes:
        leading: How far lines usually are apart, in their own size.
        margins: How far each line might go; 0 where that is not known.
        large: How large the letters of a heading are at least.
    """

    leading: float
    margins: Sequence[float]
    large: float

    def part(self, line: str, following: str) -> bool:
        """Whether two lines are no part of one paragraph."""
        if not (isinstance(line, Line) and isinstance(following, Line) and line.size and following.size):
            return False
        smaller, larger = sorted((line.size, following.size))
        step = (line.base - following.base) / line.size
        return larger > _LARGER * smaller or step > max(_LEADING * self.leading, self.leading + 0.3) > 0.3

    def join(self, line: str, following: str) -> bool:
        """Whether two lines are parts of one heading."""
        if not (isinstance(line, Line) and isinstance(following, Line)) or _ITEM.match(following):
            return False
        return min(line.size, following.size) >= self.large > 0

    def is_filled(self, line: str, following: str, margin: float) -> bool | None:
        """Whether a line has no room for the next one's first word; None if that cannot be told."""
        if not isinstance(line, Line) or not margin:
            return None
        width = (line.end - line.begin) / max(1, _places(line))
        return line.end + _first_word(following) * _WIDE_WORD * width > margin


def _looks(lines: Sequence[str]) -> _Looks:
    looks = _Looks(_leading(lines), (), _LARGER * _usual_size(lines))
    margins: list[float] = []
    blocks: list[list[str]] = [[lines[0]]]
    for line, following in pairwise(lines):
        if looks.part(line, following) or not _is_below(line, following):
            blocks.append([])
        blocks[-1].append(following)
    columns = _columns(lines)
    for block in blocks:
        margin = _margin(block)
        margins += [margin or (columns.get(_column(line), 0) if isinstance(line, Line) else 0) for line in block]
    return looks._replace(margins=margins)


def _is_below(line: str, following: str) -> bool:
    """Whether the second of two lines goes on in the column of the first."""
    if not (isinstance(line, Line) and isinstance(following, Line)):
        return False
    return following.base < line.base and following.begin < line.end and line.begin < following.end


def _margin(block: Sequence[str]) -> float:
    """How far the lines of a block go, if most go nearly as far, as in running text; else 0."""
    known = [line for line in block if isinstance(line, Line) and line.size]
    if len(known) < _BLOCK:
        return 0
    begin, margin = min(line.begin for line in known), max(line.end for line in known)
    nearly = sum(line.end - begin >= _FULL * (margin - begin) for line in known)
    return margin if 2 * nearly >= len(known) else 0


def _columns(lines: Sequence[str]) -> dict[int, float]:
    """How far lines go that begin at about the same place, by that place."""
    ends: dict[int, list[float]] = {}
    for line in lines:
        if isinstance(line, Line) and line.size:
            ends.setdefault(_column(line), []).append(line.end)
    return {begin: sorted(found)[int(len(found) * 0.95)] for begin, found in ends.items() if len(found) > 2}


def _column(line: Line) -> int:
    return round(line.begin / _COLUMN)


def _leading(lines: Sequence[str]) -> float:
    steps = [
        (line.base - following.base) / line.size
        for line, following in pairwise(lines)
        if isinstance(line, Line) and isinstance(following, Line) and line.size and line.base > following.base
    ]
    return median(steps) if steps else 0


def _first_word(line: str) -> int:
    """How many places the first word takes, with a blank before it."""
    return 1 if _UNSPACED.match(line) else _places(line.split(maxsplit=1)[0]) + 1


def _places(text: str) -> int:
    """How many letters stand side by side: marks stand upon them."""
    return len(text) if text.isascii() else sum(not combining(char) for char in text)


def _edges(page: Sequence[str]) -> Iterator[int]:
    """The positions of the lines at the edges: 0, 1, … from the top and -1, -2, … from the bottom."""
    inner = min(_EDGE, len(page))
    yield from range(inner)
    yield from range(-inner, 0)


def _is_page_number(line: str, number: int) -> bool:
    return line.strip(" -–—") == str(number) or _NUMBERED_PAGE.fullmatch(line) is not None


def _shape(line: str) -> str:
    return " ".join(_DIGITS.sub("#", line).lower().split())


def _ends_paragraph(line: str, following: str, width: int, *, filled: bool) -> bool:
    if _BROKEN.search(line) and _OPENS.match(following):
        return False
    if _ITEM.match(following):
        return bool(_ENDS.search(line)) or len(line) < _FULL * width or not line[-1].isalnum()
    if filled:
        return False
    return bool(_ENDS.search(line)) or not following[0].islower()


def _join(paragraph: list[str], following: str, compounds: set[str]) -> None:
    line = paragraph[-1]
    broken, opens = _BROKEN.search(line), _OPENS.match(following)
    if broken and opens:
        if opens[0][0].islower() and f"{broken[1]}-{opens[0]}".lower() not in compounds:
            paragraph[-1] = line[:-1]
    elif not (_UNSPACED.match(line[-1]) and _UNSPACED.match(following)):
        paragraph.append(" ")
    paragraph.append(following)
