"""Lines of Arabic and Hebrew in the order in which they are read, from pages that have them as they are painted.

A page says where each glyph stands and nothing of the order in which they are read. So they are sorted from left to
right, and the Unicode algorithm for bidirectional text (UAX 9) is run backwards: what a line shows is turned around,
and numbers and words of other scripts within it once more. pdfminer.six says how wide each glyph is, which PDFium does
not: without that, neither words nor the marks on their letters can be told apart.
"""

import io
import logging
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar, Final

from ....errors import MissingExtra
from .decode import tidy
from .printed import Line

RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")
"""A letter, sign or digit of a script that runs from right to left."""

_LETTER = re.compile("[\u05d0-\u05ea\u0620-\u064a\u066e-\u06d3\u0710-\u072f\u07ca-\u07ea\ufb1d-\ufdff\ufe70-\ufeff]")
_SHAPED = re.compile("[\ufb1d-\ufdff\ufe70-\ufeff]")
_MIRRORED: Final = dict(zip("()[]{}<>«»‹›", ")(][}{><»«›‹", strict=True))
_OPENING: Final = "([{«‹"
_CLOSING: Final = ")]}»›"
_GAP: Final = 0.15
"""So much of its height between two glyphs is a space."""

_APART: Final = 0.95
"""So much between them, and they stand in different columns."""

_LOOK_BACK: Final = 40

# Its warnings would go to standard error where the host has set up no logging.
logging.getLogger("pdfminer").addHandler(logging.NullHandler())


@dataclass(slots=True)
class _Glyph:
    text: str
    left: float
    right: float
    base: float
    size: float


@dataclass(slots=True)
class _Row:
    """Glyphs that stand on one line, in the order of the file."""

    glyphs: list[_Glyph]
    left: float
    right: float

    def touches(self, other: "_Row") -> bool:
        """Whether another stands on the same line, in or beside this."""
        mine, last = self.glyphs[-1], other.glyphs[0]
        size = max(mine.size, last.size)
        apart = _APART * size
        on_line = abs(mine.base - last.base) < 0.4 * size
        return on_line and other.left < self.right + apart and other.right > self.left - apart

    def add(self, other: "_Row") -> None:
        """Take another's glyphs."""
        self.left, self.right = min(self.left, other.left), max(self.right, other.right)
        self.glyphs += other.glyphs


def pages_as_read(data: bytes, numbers: Collection[int]) -> Iterator[tuple[int, list[Line]]]:
    """The lines of pages, in the order of the file, each as it is read.

    Args:
        data: The PDF. Whatever its parser raises where it is damaged is passed on.
        numbers: Which of its pages, counted from 0.

    Returns:
        Each page's number and lines, in the order of the pages.

    Raises:
        MissingExtra: If pdfminer.six is not installed.
    """
    for number, glyphs in _glyphs(data, numbers):
        yield number, list(_lines(glyphs))


def _lines(glyphs: Sequence[_Glyph]) -> Iterator[Line]:
    rows = _joined(_joined([_Row([glyph], glyph.left, glyph.right) for glyph in glyphs]))
    letters = "".join(glyph.text for glyph in glyphs)
    mostly = 2 * len(_LETTER.findall(letters)) > sum(map(str.isalpha, letters))
    for row in rows:
        text = " ".join(tidy(as_read(_visual(row.glyphs), mostly=mostly)).split())
        if text:
            begin, end = (-row.right, -row.left) if mostly else (row.left, row.right)
            yield Line(text, begin, end, row.glyphs[0].base, row.glyphs[0].size)


def _joined(rows: Sequence[_Row]) -> list[_Row]:
    """The rows, with those together that touch each other. A word that fills a gap may come after both its sides."""
    joined: list[_Row] = []
    for row in rows:
        if other := next((each for each in reversed(joined[-_LOOK_BACK:]) if each.touches(row)), None):
            other.add(row)
        else:
            joined.append(row)
    return joined


def as_read(visual: Sequence[str], *, mostly: bool) -> str:
    """Put a line in the order in which it is read.

    Args:
        visual: Its characters from left to right, each with the marks upon it.
        mostly: Whether the page is mostly written from right to left, and so the line is if it is at all.
    """
    rtl = sum(_LETTER.search(each) is not None for each in visual)
    if not rtl:
        return "".join(visual)
    if rtl > (0.3 if mostly else 0.5) * sum(each[:1].isalpha() for each in visual):
        return _better(visual)
    # A few words within a line of another script: from the first to the last of each run of them.
    line = "".join("R" if _LETTER.search(each) else "L" if each[:1].isalpha() else "-" for each in visual)
    read: list[str] = []
    at = 0
    for run in re.finditer("R(?:[R-]*R)?", line):
        read += [*visual[at : run.start()], _better(visual[run.start() : run.end()])]
        at = run.end()
    return "".join([*read, *visual[at:]])


def _better(visual: Sequence[str]) -> str:
    """The line turned around. Programs differ in whether a bracket is written as it looks, or as it is meant."""
    mirrored, plain = _turned(visual, mirrored=True), _turned(visual, mirrored=False)
    return min((mirrored, plain), key=_unopened)


def _unopened(text: str) -> int:
    """How many brackets are closed that were not opened."""
    depth = wrong = 0
    for char in text:
        depth += char in _OPENING
        if char in _CLOSING:
            wrong += depth == 0
            depth = max(0, depth - 1)
    return wrong + depth


def _turned(visual: Sequence[str], *, mirrored: bool) -> str:
    onward = _onward(visual)
    out: list[str] = []
    at = len(visual)
    while at > 0:
        start = at - 1
        if onward[start]:
            while start > 0 and onward[start - 1]:
                start -= 1
            out.extend(visual[start:at])
        else:
            out.append(_MIRRORED.get(visual[start], visual[start]) if mirrored else visual[start])
        at = start
    return "".join(out)


def _onward(visual: Sequence[str]) -> list[bool]:
    """Which characters of a line from right to left run from left to right all the same: numbers, other scripts."""
    kinds = ["N" if each[:1].isdigit() else unicodedata.bidirectional(each[:1]) if each else "" for each in visual]
    arabic = "AL" in kinds
    onward = [kind in ("L", "N") for kind in kinds]
    strong = [at for at, is_onward in enumerate(onward) if is_onward]
    for left, right in pairwise(strong):
        between = kinds[left + 1 : right]
        if kinds[left] == kinds[right] == "N":
            joined = len(between) == 1 and (between[0] == "CS" or (between[0] == "ES" and not arabic))
        else:
            joined = kinds[left] == "L" and not {"R", "AL"} & set(between)
        if joined:
            onward[left + 1 : right] = [True] * len(between)
    if not arabic:  # there signs of currency and percent go with their numbers
        for at, kind in enumerate(kinds):
            beside = kinds[max(0, at - 1) : at] + kinds[at + 1 : at + 2]
            onward[at] = onward[at] or (kind == "ET" and "N" in beside)
    return onward


def _visual(row: Sequence[_Glyph]) -> list[str]:
    """The characters of a row from left to right, each with its marks, and spaces where there is room for them."""
    letters = [glyph for glyph in row if _LETTER.search(glyph.text)]
    climbs = sum(b.left > a.left for a, b in pairwise(letters))
    is_painted = 2 * climbs >= len(letters) - 1  # from left to right; else in the order in which it is read
    clusters: list[tuple[_Glyph, str]] = []
    marks = ""
    for glyph in row:
        if all(unicodedata.category(char) == "Mn" for char in glyph.text) and not _SHAPED.search(glyph.text):
            if is_painted or not clusters:
                marks = glyph.text + marks
            else:
                clusters[-1] = (clusters[-1][0], clusters[-1][1] + glyph.text)
        else:
            clusters.append((glyph, _plain(glyph.text) + marks))
            marks = ""
    if marks and clusters:
        clusters[-1] = (clusters[-1][0], clusters[-1][1] + marks)
    clusters.sort(key=lambda each: each[0].left + each[0].right)
    visual: list[str] = []
    for at, (glyph, text) in enumerate(clusters):
        if at and glyph.left - clusters[at - 1][0].right > _GAP * glyph.size:
            visual.append(" ")
        visual.append(text)
    return visual


def _plain(text: str) -> str:
    """The letters of those that are written in the form that they have at the beginning, middle or end of a word."""
    return _SHAPED.sub(lambda found: unicodedata.normalize("NFKC", found[0]).strip(), text)


def _glyphs(data: bytes, numbers: Collection[int]) -> Iterator[tuple[int, list[_Glyph]]]:
    try:
        from pdfminer.converter import PDFLayoutAnalyzer
        from pdfminer.layout import LTChar, LTContainer
        from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
        from pdfminer.pdfpage import PDFPage
    except ImportError:
        raise MissingExtra('pdfminer.six is not installed: pip install "dragoman[pdf]"', name="pdfminer") from None

    def glyphs(items: Any) -> Iterator[_Glyph]:
        for item in items:
            if isinstance(item, LTChar):
                text = item.get_text()
                if not text.startswith("(cid:"):
                    yield _Glyph(text, item.x0, item.x1, item.matrix[5], item.size)
            elif isinstance(item, LTContainer):
                yield from glyphs(item)

    class Collector(PDFLayoutAnalyzer):
        found: ClassVar[list[_Glyph]] = []

        def receive_layout(self, ltpage: Any) -> None:
            self.found[:] = glyphs(ltpage)

    resources = PDFResourceManager()
    collector = Collector(resources, laparams=None)
    interpreter = PDFPageInterpreter(resources, collector)
    for number, page in zip(sorted(numbers), PDFPage.get_pages(io.BytesIO(data), pagenos=set(numbers)), strict=False):
        interpreter.process_page(page)
        yield number, list(collector.found)
