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
from .support.records import check_columns, named_cells, raw_record
from .support.text_lines import FOREIGN, Line, TextLines
from .support.torn_rows import RowShapes, mended

_DELIMITERS: Final = (",", ";", "\t", "|")
_SEPARATOR = re.compile(r"\ufeff?\"?sep=(.)\"?\r?\n", re.IGNORECASE)
_LONGEST_MENDED: Final = 100_000
_MOST_LINES_MENDED: Final = 200
_MOST_ATTEMPTS: Final = 2_000
"""How often in a file lines are put together, in search of a row that they make."""

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
        check_columns(names)
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
    return named_cells(names, row.cells)


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
        self._shapes = RowShapes(self._delimiter, 0)
        self._attempts = 0
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
        self._shapes = RowShapes(self._delimiter, width)
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
        if len(held) > 1 and 0 < width != len(cells):
            self._shapes.learn(cells[:1])
            if all(len(self._cells(line.text)) == width and self._shapes.fit(line.text) for line in held[1:]):
                return self._left_open(held, 0, 0)
        self.line += len(held)
        if len(cells) == width:
            self._shapes.learn(cells)
        return self._row(first, cells, held)

    def _row(self, first: int, cells: list[str], held: list[Line], *remarks: Remark) -> _Row:
        count = sum(line.replaced for line in held)
        wrong = "" if all(line.fits for line in held) else FOREIGN
        return _Row(first, cells, wrong, (*remarks, *([replaced(count, self._lines.encoding)] if count else ())))

    def _torn(self, held: list[Line], width: int, error: csv.Error) -> _Row:
        """What to make of lines that are no row: a quotation in them is not closed where a cell ends."""
        first = self.line + 1
        text = "".join(line.text for line in held)
        opened = self._opened(text)
        if not text.startswith('"'):
            self._shapes.learn(self._cells(held[0].text)[:1])
        behind = held[opened + 1 :]
        if (next_row := self._next_row(behind)) < len(behind):
            return self._left_open(held, opened, next_row)
        if isinstance(error, _TooLong):
            raise UnreadableSource(f"from line {first + opened} on it is no CSV: {error}") from None
        if cells := self._mended(held, width):
            self.line += len(held)
            return self._row(first, cells, held, Remark(_UNDOUBLED))
        if len(held) == 1 and held[0].text.count('"') % 2 == 0:
            self.line += 1
            plain = held[0].text.rstrip("\r\n").split(self._delimiter)
            return self._row(first, plain, held, Remark(_UNDOUBLED))
        return self._left_open(held, opened, len(held) - opened - 1)

    def _mended(self, held: list[Line], width: int) -> list[str] | None:
        """The cells of a row whose quotes are not doubled; lines that belong to it are put among those held."""
        text = "".join(line.text for line in held)
        if len(text) < _LONGEST_MENDED and (cells := mended(text, self._delimiter, width)):
            return cells
        if len(held) == 1 and (cells := mended(text, self._delimiter, width, in_pairs=False)):
            return cells
        while len(held) < _MOST_LINES_MENDED and len(text) < _LONGEST_MENDED and width and (line := self._take()):
            if self._shapes.fit(line.text):
                self._again.appendleft(line)
                break
            held.append(line)
            text += line.text
            if '"' in line.text and self._attempts < _MOST_ATTEMPTS:
                self._attempts += 1
                if cells := mended(text, self._delimiter, width):
                    return cells
        return None

    def _next_row(self, lines: list[Line]) -> int:
        """Where among some lines the first stands that is a row; behind the last if none is."""
        return next((number for number, line in enumerate(lines) if self._shapes.fit(line.text)), len(lines))

    def _left_open(self, held: list[Line], opened: int, lost: int) -> _Row:
        """The row whose quotation swallows others, which are to be read again but for so many lines."""
        self.line += opened + 1
        row = self.line
        self.line += lost
        self._again.extendleft(reversed(held[opened + 1 + lost :]))
        lost = sum(not line.text.isspace() for line in held[opened + 1 : opened + 1 + lost])
        told = f", and the {lost:,} lines behind it are lost to it" if lost > 1 else ""
        return _Row(row, [], _UNCLOSED.format(row) + (told or ", and the line behind it is lost to it" * lost))

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


def _delimiter(head: str) -> str:
    """The delimiter that cuts the first rows into the most cells, and all of them into the same number."""

    def cells(delimiter: str) -> tuple[bool, bool, int]:
        # The sample may end within a row, and a quotation in it may never end.
        rows = [len(row) for row in islice(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter), 5) if row]
        first = rows[0] if rows else 0
        return first > 1, len(set(rows[:-1])) == 1, first

    return max(_DELIMITERS, key=cells)
