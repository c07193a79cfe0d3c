"""CSV: one record a row under a row of names, plain or compressed, streamed. A bad record is skipped.

Commas, semicolons, tabs and bars are told apart by the first rows, or by Excel's line `sep=;` above them; cells may be
quoted and hold line breaks. A quotation that is never closed costs its own line and no other: the lines behind it are
read again as rows.
"""

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import BinaryIO, Final

from ...errors import UnreadableSource
from ..document import Remark
from .contract import LONGEST_RECORD, MEGABYTE, RawRecord, ReadOptions, Skipped, Source
from .support.decode import replaced
from .support.packed import DAMAGED, decompressed, looks_like
from .support.records import raw_record
from .support.text_lines import FOREIGN, Line, TextLines

_DELIMITERS: Final = (",", ";", "\t", "|")
_SEPARATOR = re.compile(r"\ufeff?\"?sep=(.)\"?\r?\n?", re.IGNORECASE)
_UNCLOSED: Final = "a quotation opens here and is never closed: close it, or double the quotation marks within a cell"


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """The records of a CSV file in order, and a `Skipped` with its line number for each bad row.

    Raises:
        UnreadableSource: If the file is damaged or has no row of names.
    """
    rows = _Rows(decompressed(source), source.encoding)
    try:
        names = [name.strip() for name in rows.names()]
        if twice := {name for name in names if name and names.count(name) > 1}:
            raise UnreadableSource(f"two columns are called {min(twice)!r}")
        records = 0
        for row in rows.below(len(names)):
            origin = f"{source.origin} line {row.line}"
            if row.wrong or any(cell.strip() for cell in row.cells):
                records += 1
                try:
                    record = raw_record(_record(names, row), origin, options)
                    yield replace(record, remarks=row.remarks) if row.remarks else record
                except UnreadableSource as error:
                    yield Skipped(origin, str(error))
        if not records:
            raise UnreadableSource("no rows under the names of its columns")
    except DAMAGED as error:
        raise UnreadableSource(f"damaged after line {rows.line}: {error}") from None


def _record(names: list[str], row: "_Row") -> dict[str, str]:
    if row.wrong:
        raise UnreadableSource(row.wrong)
    if len(row.cells) > len(names):
        said = f"{len(row.cells)} cells where {len(names)} columns are named"
        raise UnreadableSource(f"{said}: quote those that hold commas")
    # Programs leave out empty cells at the end of a row.
    return {name: cell for name, cell in zip(names, row.cells, strict=False) if name}


class _Row:
    """A row, or what is wrong with it; `line` is the number of the line on which it begins, or goes wrong."""

    def __init__(self, line: int, cells: list[str], wrong: str = "", remarks: tuple[Remark, ...] = ()) -> None:
        self.line = line
        self.cells = cells
        self.wrong = wrong
        self.remarks = remarks


class _Rows:
    """The rows of a CSV file; `line` is the number of the latest line that was read."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        # The limit belongs to the csv module, not to a reader; it is only ever raised.
        csv.field_size_limit(max(csv.field_size_limit(), LONGEST_RECORD))
        self._lines = TextLines(stream, encoding, "")
        head = self._lines.head
        if kind := looks_like(head):
            raise UnreadableSource(f"not CSV: it is {kind}")
        self._again = deque[Line]()
        self._delimiter = _delimiter(head.decode(self._lines.encoding, "ignore"))
        self.line = 0

    def names(self) -> list[str]:
        """The first row. Raises UnreadableSource if it names no columns."""
        row = self._next(0)
        if row and row.line == 1 and len(row.cells) < 3 and (said := _SEPARATOR.fullmatch(row.text)):
            self._delimiter = said[1]
            row = self._next(0)
        if row is None or not any(cell.strip() for cell in row.cells):
            raise UnreadableSource("empty")
        if row.wrong:
            raise UnreadableSource(f"from line {row.line} on it is no CSV: {row.wrong}")
        if len(row.cells) < 2:
            raise UnreadableSource(f"not CSV: its first line should name columns, and is {row.cells[0].strip()[:60]!r}")
        return row.cells
