"""CSV: one record a row under a row of names, plain or compressed, streamed. A bad record is skipped.

Commas, semicolons, tabs and bars are told apart by the first rows; cells may be quoted and hold line breaks.
"""

import csv
import io
import re
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, Final

from ...errors import UnreadableSource
from .contract import LONGEST_RECORD, MEGABYTE, RawRecord, ReadOptions, Skipped, Source
from .support.decode import encoding_of
from .support.packed import DAMAGED, Borrowed, decompressed, looks_like
from .support.records import raw_record

_DELIMITERS: Final = (",", ";", "\t", "|")
_SAMPLE: Final = 64 * 1024
_SURROGATE = re.compile("[\ud800-\udfff]")


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """The records of a CSV file in order, and a `Skipped` with its line number for each bad row.

    Raises:
        UnreadableSource: If the file is damaged, has no row of names, or a quotation in it never ends.
    """
    stream = decompressed(source)
    rows = _Rows(stream)
    try:
        names = [name.strip() for name in next(rows, list[str]())]
        if not any(names):
            raise UnreadableSource("empty")
        if len(names) < 2:
            raise UnreadableSource(f"not CSV: its first line should name columns, and is {names[0][:60]!r}")
        if twice := {name for name in names if name and names.count(name) > 1}:
            raise UnreadableSource(f"two columns are called {min(twice)!r}")
        records = 0
        for row in rows:
            if any(cell.strip() for cell in row):
                records += 1
                origin = f"{source.origin} line {rows.line}"
                try:
                    yield raw_record(_record(names, row), origin, options)
                except UnreadableSource as error:
                    yield Skipped(origin, str(error))
        if not records:
            raise UnreadableSource("no rows under the names of its columns")
    except DAMAGED as error:
        raise UnreadableSource(f"damaged after line {rows.line}: {error}") from None


def _record(names: list[str], row: list[str]) -> dict[str, str]:
    if len(row) > len(names):
        raise UnreadableSource(f"{len(row)} cells where {len(names)} columns are named: quote those that hold commas")
    # Programs leave out empty cells at the end of a row.
    record = {name: cell for name, cell in zip(names, row, strict=False) if name}
    if any(_SURROGATE.search(cell) for cell in record.values()):
        raise UnreadableSource("not in the encoding that the file begins in: convert it to UTF-8")
    return record


class _Rows:
    """The rows of a CSV file; `line` is the number of the line on which the latest one begins."""

    def __init__(self, stream: BinaryIO) -> None:
        # The limit belongs to the csv module, not to a reader; it is only ever raised.
        csv.field_size_limit(max(csv.field_size_limit(), LONGEST_RECORD))
        buffered = io.BufferedReader(Borrowed(stream), _SAMPLE)
        head = buffered.peek(_SAMPLE)
        if kind := looks_like(head):
            raise UnreadableSource(f"not CSV: it is {kind}")
        encoding = encoding_of(head)
        self._text = io.TextIOWrapper(buffered, encoding, "surrogateescape", newline="")
        self._rows = csv.reader(self._lines(), delimiter=_delimiter(head.decode(encoding, "ignore")))
        self._held = 0
        self.line = 0

    def __iter__(self) -> "_Rows":
        return self

    def __next__(self) -> list[str]:
        begins = self._rows.line_num + 1
        self._held = 0
        try:
            row = next(self._rows)
        except csv.Error as error:
            raise UnreadableSource(f"from line {begins} on it is no CSV: {error}") from None
        self.line = begins
        return row

    def _lines(self) -> Iterator[str]:
        while line := self._text.readline(LONGEST_RECORD):
            self._held += len(line)
            if self._held > LONGEST_RECORD:
                limit = f"{LONGEST_RECORD // MEGABYTE} million characters"
                raise csv.Error(f"a row of more than {limit}, perhaps for want of a closing quote")
            yield line


def _delimiter(head: str) -> str:
    """The delimiter that cuts the first rows into the most cells, and all of them into the same number."""

    def cells(delimiter: str) -> tuple[bool, bool, int]:
        # The sample may end within a row, and a quotation in it may never end.
        rows = [len(row) for row in islice(csv.reader(io.StringIO(head, newline=""), delimiter=delimiter), 5) if row]
        first = rows[0] if rows else 0
        return first > 1, len(set(rows[:-1])) == 1, first

    return max(_DELIMITERS, key=cells)
