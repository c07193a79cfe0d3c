"""Pages as printed, made into running text: lines joined into paragraphs, running heads and page numbers set apart.

Only simple signs count. A line is page furniture if lines like it, with other numbers perhaps, stand in the same row
at the edge of many pages, or if it is a page number. A paragraph ends at a line that was not filled, if the line ends
as sentences do or a capital follows. What is taken for furniture is returned, so that a wrong guess loses nothing.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from ...scripts import FULL_WIDTH_ENDS, LATIN_ENDS, UNSPACED_IN_PRINT

_EDGE: Final = 3
"""How many lines at the top and at the bottom of a page may be furniture."""

_FULL: Final = 0.8
"""A line shorter than this part of the usual width was not filled, and so may end its paragraph."""

_DIGITS = re.compile(r"\d+|\b[ivxlc]+\b", re.IGNORECASE)
_NUMBERED_PAGE = re.compile(
    r"\W*(?:page|p\.|seite|página|стр\.?)\s*\d+(?:\s*(?:of|/|von|de|из)\s*\d+)?\W*", re.IGNORECASE
)
_ITEM = re.compile(r"(?:[•●▪■◦‣–—*-]|\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)])\s")
_ENDS = re.compile(rf"[{LATIN_ENDS}{FULL_WIDTH_ENDS}:;][\"'”’»)\]]*$")
_BROKEN = re.compile(r"([^\W\d_]+)[-\u00ad\u2010]$")
_OPENS = re.compile(r"[^\W\d_]+")
_COMPOUND = re.compile(r"[^\W\d_]+-[^\W\d_]+")
_UNSPACED = re.compile(f"[{UNSPACED_IN_PRINT}]")


def without_furniture(pages: Sequence[Sequence[str]]) -> tuple[list[list[str]], list[str]]:
    """The pages' lines without running heads, running feet and page numbers, and those, each kind of them once."""
    counts: Counter[tuple[int, str]] = Counter()
    for page in pages:
        counts.update((position, _shape(page[position])) for position in _edges(page))
    often = max(3, len(pages) // 10)
    kept: list[list[str]] = []
    cut: dict[str, str] = {}
    for number, page in enumerate(pages, start=1):
        furniture = {
            position
            for position in _edges(page)
            if counts[position, _shape(page[position])] >= often or _is_page_number(page[position], number)
        }
        first, last = 0, len(page)
        while first < last and first in furniture:
            first += 1
        while last > first and last - len(page) - 1 in furniture:
            last -= 1
        for line in [*page[:first], *page[last:]]:
            cut.setdefault(_shape(line), line)
        kept.append(list(page[first:last]))
    return kept, list(cut.values())


def paragraphs(pages: Sequence[Sequence[str]]) -> Iterator[str]:
    """The paragraphs of some pages; one may go on from page to page. Words broken at a line's end are whole again.

    A hyphen at the end of a line is a part of the word if the same word is written with it elsewhere, or if a capital
    follows.
    """
    lines = [line for page in pages for line in page if line.strip()]
    if not lines:
        return
    width = sorted(map(len, lines))[int(len(lines) * 0.9)]
    compounds = {found.lower() for line in lines for found in _COMPOUND.findall(line)}
    paragraph = [lines[0]]
    for line, following in pairwise(lines):
        if _ends_paragraph(line, following, width):
            yield "".join(paragraph)
            paragraph = [following]
        else:
            _join(paragraph, following, compounds)
    yield "".join(paragraph)


def _edges(page: Sequence[str]) -> Iterator[int]:
    """The positions of the lines at the edges: 0, 1, … from the top and -1, -2, … from the bottom."""
    inner = min(_EDGE, len(page))
    yield from range(inner)
    yield from range(-inner, 0)


def _is_page_number(line: str, number: int) -> bool:
    return line.strip(" -–—") == str(number) or _NUMBERED_PAGE.fullmatch(line) is not None


def _shape(line: str) -> str:
    return " ".join(_DIGITS.sub("#", line).lower().split())


def _ends_paragraph(line: str, following: str, width: int) -> bool:
    if _BROKEN.search(line) and _OPENS.match(following):
        return False
    if _ITEM.match(following):
        return bool(_ENDS.search(line)) or len(line) < _FULL * width or not line[-1].isalnum()
    if len(line) >= _FULL * width:
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
