"""CSV: one record a row under a row of names, plain or compressed, streamed. A bad record is skipped.

Commas, semicolons, tabs and bars are told apart by the first rows, or by Excel's line `sep=;` above them; cells may be
quoted and hold line breaks. A quotation that is never closed costs its own line and no other: the lines behind it are
read again as rows.
"""

import csv
import io
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, Final

from ...errors import UnreadableSource
from .contract import LONGEST_RECORD, MEGABYTE, RawRecord, ReadOptions, Remark, Skipped, Source
from .support.decode import replaced
from .support.packed import DAMAGED, decompressed, looks_like
from .support.records import raw_record
from .support.text_lines import FOREIGN, Line, TextLines

_DELIMITERS: Final = (",", ";", "\t", "|")
_SEPARATOR = re.compile(r"\ufeff?\"?sep=(.)\"?\r?\n", re.IGNORECASE)
_NO_END: Final = "unexpected end of data"
"""What the csv module says of a quotation that runs to the end of the text."""

_UNDOUBLED: Final = "quotes within a cell that are not doubled were read as they stand"
_UNCLOSED: Final = "the quote that opens in line {} is never closed: close it, or double the quotes within a cell"


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """The records of a CSV file in order, and a `Skipped` with its line number for each bad row.

    Raises:
        UnreadableSource: If the file is damaged or has no row of names.
    """
    rows = _Rows(decompressed(source), source.encoding)
    try:
        names = rows.names()
        if twice := {name for name in names if name and names.count(name) > 1}:
            raise UnreadableSource(f"two columns are called {min(twice)!r}")
        records = 0
        for row in rows.below(len(names)):
            origin = f"{source.origin} line {row.line}"
            if row.wrong or any(cell.strip() for cell in row.cells):
                records += 1
                try:
                    yield raw_record(_record(names, row), origin, options, row.remarks)
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


@dataclass(frozen=True, slots=True)
class _Row:
    """A row, or what is wrong with it; `line` is the number of the line on which it begins, or goes wrong."""

    line: int
    cells: list[str]
    wrong: str = ""
    remarks: tuple[Remark, ...] = ()


class _TooLong(csv.Error):
    """A row of more characters than may be held."""


class _Rows:
    """The rows of a CSV file; `line` is the number of the latest line that is done with."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        # The limit belongs to the csv module, not to a reader; it is only ever raised.
        csv.field_size_limit(max(csv.field_size_limit(), LONGEST_RECORD))
        lines = TextLines(stream, encoding, "")
        if kind := looks_like(lines.head):
            raise UnreadableSource(f"not CSV: it is {kind}")
        self._lines = lines
        self._again = deque[Line]()
        head = lines.head.decode(lines.encoding, "ignore")
        said = _SEPARATOR.match(head)
        self._delimiter = said[1] if said else _delimiter(head)
        edge = re.escape(self._delimiter)
        self._cell = re.compile(rf'(?:"(?:[^"]++|"")*+(?:"|\Z))?[^{edge}\n]*+(?:.|\n)?')
        self._undoubled = re.compile(rf'(?<![{edge}"])(?<!^)"(?!["{edge}\r\n]|\Z)')
        self.line = 0
        if said:
            self._take()
            self.line = 1

    def names(self) -> list[str]:
        """The first row. Raises UnreadableSource if it names no columns."""
        row = self._next(0)
        if row is None or not (row.wrong or any(cell.strip() for cell in row.cells)):
            raise UnreadableSource("empty")
        if row.wrong:
            raise UnreadableSource(row.wrong)
        if len(row.cells) < 2:
            raise UnreadableSource(f"not CSV: its first line should name columns, and is {row.cells[0].strip()[:60]!r}")
        return [name.strip() for name in row.cells]

    def below(self, width: int) -> Iterator[_Row]:
        """The rows under that of the names, of which there are so many."""
        while row := self._next(width):
            yield row

    def _next(self, width: int) -> _Row | None:
        held: list[Line] = []
        try:
            cells = next(self._parsed(self._held(held), strict=True), None)
        except csv.Error as error:
            return self._torn(held, width, error)
        if cells is None:
            return None
        first = self.line + 1
        if len(held) > 1 and 0 < width != len(cells) and self._all_are_rows(cells, held[1:], width):
            return self._left_open(held, 0)
        self.line += len(held)
        return self._row(first, cells, held)

    def _row(self, first: int, cells: list[str], held: list[Line], *remarks: Remark) -> _Row:
        count = sum(line.replaced for line in held)
        wrong = "" if all(line.fits for line in held) else FOREIGN
        return _Row(first, cells, wrong, (*remarks, *([replaced(count, self._lines.encoding)] if count else ())))

    def _torn(self, held: list[Line], width: int, error: csv.Error) -> _Row:
        """What to make of lines that are no row: a quotation in them is not closed where a cell ends."""
        first = self.line + 1
        opened = self._opened("".join(line.text for line in held))
        behind = held[opened + 1 :]
        if any(len(self._cells(line.text)) == width for line in behind):
            return self._left_open(held, opened)
        if isinstance(error, _TooLong):
            raise UnreadableSource(f"from line {first + opened} on it is no CSV: {error}") from None
        if opened == 0 and len(held) == 1 and str(error) != _NO_END:
            self.line += 1
            doubled = self._undoubled.sub('""', held[0].text)
            return self._row(first, self._cells(doubled), held, Remark(_UNDOUBLED))
        self.line += len(held)
        lost = f", and the {len(behind):,} lines behind it are lost to it" if len(behind) > 1 else ""
        return _Row(first + opened, [], _UNCLOSED.format(first + opened) + lost)

    def _left_open(self, held: list[Line], opened: int) -> _Row:
        """The row whose quotation swallows others, which are to be read again."""
        self.line += opened + 1
        self._again.extendleft(reversed(held[opened + 1 :]))
        return _Row(self.line, [], _UNCLOSED.format(self.line))

    def _all_are_rows(self, cells: list[str], lines: list[Line], width: int) -> bool:
        """Whether lines within a quotation are rows for all that one can see: as wide, and beginning alike."""
        rows = (self._cells(line.text) for line in lines)
        return all(len(row) == width and _shape(row[0]) == _shape(cells[0]) for row in rows)

    def _opened(self, text: str) -> int:
        """On which line of a text the last quotation begins, 0 for the first: the one that no cell's end closes."""
        at = opened = 0
        while at < len(text):
            opened = at if text[at] == '"' else opened
            found = self._cell.match(text, at)
            at = found.end() if found else len(text)
        return text.count("\n", 0, opened)

    def _cells(self, line: str) -> list[str]:
        """The cells of a line by itself, however it is quoted."""
        return next(self._parsed([line], strict=False), list[str]())

    def _parsed(self, lines: Iterable[str], *, strict: bool) -> Iterator[list[str]]:
        return csv.reader(lines, delimiter=self._delimiter, strict=strict)

    def _held(self, held: list[Line]) -> Iterator[str]:
        """The lines that are still to be read, each of which is put among those that are held."""
        size = 0
        while line := self._take():
            held.append(line)
            size += len(line.text)
            if size > LONGEST_RECORD:
                limit = f"{LONGEST_RECORD // MEGABYTE} million characters"
                raise _TooLong(f"a row of more than {limit}, perhaps for want of a closing quote")
            yield line.text

    def _take(self) -> Line | None:
        line = self._again.popleft() if self._again else self._lines.read(LONGEST_RECORD)
        return line if line.text else None


def _shape(cell: str) -> str:
    """What a cell looks like, whichever digits and letters it has."""
    return re.sub("[^\\W\\d]+", "a", re.sub(r"\d+", "0", cell[:80]))


def _delimiter(head: str) -> str:
    """The delimiter that cuts the first rows into the most cells, and all of them into the same number."""

    def cells(delimiter: str) -> tuple[bool, bool, int]:
        # The sample may end within a row, and a quotation in it may never end.
        rows = [len(row) for row in islice(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter), 5) if row]
        first = rows[0] if rows else 0
        return first > 1, len(set(rows[:-1])) == 1, first

    return max(_DELIMITERS, key=cells)
