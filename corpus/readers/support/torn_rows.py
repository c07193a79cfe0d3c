"""Rows of CSV whose quotes do not fit: what they must have been, and which lines are rows at all."""

import csv
import re
from collections.abc import Iterator
from typing import Final

_MOST_STEPS: Final = 500
_MOST_COLUMNS: Final = 200
_MOST_MARKS: Final = 2_000
_MOST_SEEN: Final = 100
_FEW: Final = 2
"""A column of more shapes has no shape of its own."""

_LETTERS = re.compile(r"[^\W\d]+")
_DIGITS = re.compile(r"\d+")


def mended(text: str, delimiter: str, width: int, *, in_pairs: bool = True) -> list[str] | None:
    """Read a row whose cells hold quotes that nobody doubled.

    A cell that begins with a quote is either quoted, `"He said "no" and left"`, or only begins so, `"Peace" talks`. In
    both its quotes come in pairs as a rule, and the row has as many cells as there are columns.

    Args:
        text: The row, which may have several lines.
        delimiter: What stands between cells.
        width: How many columns there are.
        in_pairs: Whether quotes must come in pairs; in `"a 5" gun"` they do not.

    Returns:
        The cells; None if it cannot be read in this way.
    """
    text = text.rstrip("\r\n")
    if width > _MOST_COLUMNS:
        return None
    steps = 0

    def cells_from(start: int, missing: int) -> list[str] | None:
        """The cells from a position on, of which there must be so many."""
        nonlocal steps
        for cell, end in _cells_at(text, start, delimiter, in_pairs=in_pairs):
            steps += 1
            if steps > _MOST_STEPS:
                return None
            if end == len(text):
                if missing == 1:
                    return [cell]
            elif missing > 1 and (rest := cells_from(end + 1, missing - 1)) is not None:
                return [cell, *rest]
        return None

    return cells_from(0, width)


def _cells_at(text: str, start: int, delimiter: str, *, in_pairs: bool) -> Iterator[tuple[str, int]]:
    """What the cell that begins at a position may be, the likeliest first, and where each ends."""
    end = text.find(delimiter, start)
    end = len(text) if end < 0 else end
    plain = text[start:end]
    is_plain = "\n" not in plain and "\r" not in plain
    if not text.startswith('"', start):
        if is_plain:
            yield plain, end
        return
    is_plain = is_plain and plain.count('"') % 2 == 0
    second = text.find('"', start + 1)
    # A quote behind a word closes what the first one opened.
    is_closed = second > start + 1 and not text[second - 1].isspace() and text[second + 1 : second + 2].isspace()
    if is_plain and is_closed:
        yield plain, end
    at, marks = start, 0
    while marks < _MOST_MARKS and (at := text.find('"', at + 1)) >= 0:
        if marks % 2 <= (not in_pairs) and text[at + 1 : at + 2] in ("", delimiter):
            yield text[start + 1 : at].replace('""', '"'), at + 1
        marks += 1
    if is_plain and not is_closed:
        yield plain, end


class RowShapes:
    """What the rows of a table look like, by which a line is told for one of them.

    Args:
        delimiter: What stands between cells.
        width: How many columns there are.
    """

    def __init__(self, delimiter: str, width: int) -> None:
        self._delimiter = delimiter
        self._shapes = [set[str]() for _ in range(width)]
        self._width = width
        self._seen = 0

    def learn(self, cells: list[str]) -> None:
        """Take notice of a row, or of the cells at its beginning."""
        if self._seen < _MOST_SEEN:
            self._seen += 1
            for shapes, cell in zip(self._shapes, cells, strict=False):
                shapes.add(_shape(cell))

    def fit(self, line: str) -> bool:
        """Whether a line is a row, or the beginning of one, for all that one can see: no wider, and of like cells."""
        cells = next(csv.reader([line], delimiter=self._delimiter), list[str]())
        if not 1 < len(cells) <= self._width:
            return False
        # Columns of single words tell: numbers, codes, dates. In prose anything may stand.
        pairs = zip(self._shapes, cells, strict=False)
        told = [(shapes, _shape(cell)) for shapes, cell in pairs if shapes and not any(" " in each for each in shapes)]
        if not told:
            return len(cells) == self._width
        shapes, first = told[0]
        has_digits = "0" in first or not all("0" in each for each in shapes)
        is_like = first in shapes or (len(shapes) > _FEW and has_digits)
        return is_like and not any(" " in shape for _, shape in told)


def _shape(cell: str) -> str:
    """What a cell looks like, whichever digits and letters it has."""
    return " ".join(_LETTERS.sub("a", _DIGITS.sub("0", cell[:80])).split())
