"""Excel workbooks (XLSX): one record a row under a row of names, as in CSV, on every sheet. Needs openpyxl.

What a formula gave when the workbook was last saved is its value. Macros are never looked at.
"""

import io
import warnings
from collections.abc import Iterator
from datetime import datetime, time
from typing import Any, Final

from ...errors import MissingExtra, UnreadableSource
from .contract import RawRecord, ReadOptions, Skipped, Source, member_id
from .support.fields import Fields
from .support.packed import Package, read_all
from .support.records import Identities, raw_record

_KIND: Final = "an Excel workbook (.xlsx)"
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_MOST_COLUMNS: Final = 1_000
_MOST_EMPTY: Final = 1_000
"""After so many empty rows a sheet has ended, whatever size it claims to have."""


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """The records of a workbook, sheet by sheet, and a `Skipped` for each bad row and each sheet without a text.

    Raises:
        UnreadableSource: If it is no workbook, damaged, protected by a password, or a bomb.
        MissingExtra: If the library that it needs is not installed.
    """
    try:
        import openpyxl  # pyright: ignore[reportMissingModuleSource]
    except ImportError:
        raise MissingExtra('openpyxl is not installed: pip install "dragoman[office]"', name="openpyxl") from None
    data = read_all(source.stream)
    if data.startswith(_OLD_OFFICE):
        encrypted = "protected by a password: save it without one"
        raise UnreadableSource(encrypted if _ENCRYPTED in data else "an old Office file such as .xls: save it as .xlsx")
    Package(data, _KIND).check()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about what it does not know, such as rules for colours
            workbook: Any = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            is_empty, identities = True, Identities()
            for sheet in workbook.worksheets:
                origin = source.origin if len(workbook.worksheets) == 1 else f"{source.origin} {sheet.title}"
                for each in _sheet(sheet, origin, options):
                    is_empty = False
                    is_record = isinstance(each, RawRecord)
                    yield identities.distinct(each, member_id(source, sheet.title)) if is_record else each
            if is_empty:
                raise UnreadableSource("empty")
    except (UnreadableSource, MemoryError):
        raise
    except Exception as error:  # what the library raises over a workbook that is forged is not ours to list
        raise UnreadableSource(f"not {_KIND} that can be read: {' '.join(str(error).split())[:120]}") from None


def _sheet(sheet: Any, origin: str, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    if sheet.sheet_state != "visible":
        yield Skipped(origin, "a hidden sheet: show it if it is to be read")
        return
    rows = _rows(sheet)
    number, first = next(rows, (0, list[str]()))
    names = [" ".join(cell.split()) for cell in first]
    if not any(names):
        return
    if twice := {name for name in names if name and names.count(name) > 1}:
        yield Skipped(origin, f"two columns are called {min(twice)!r}")
        return
    fields = Fields(dict.fromkeys(names, "-"), options.fields)
    if not any(fields.glance(name) for name in ("text", "html")):
        named = ", ".join(filter(None, names[:10]))[:200]
        yield Skipped(origin, f"no column in row {number} has a text: name it with text=COLUMN, of {named}")
        return
    is_empty = True
    for number, row in rows:
        is_empty = False
        where = f"{origin} row {number}"
        try:
            yield raw_record({name: cell for name, cell in zip(names, row, strict=False) if name}, where, options)
        except UnreadableSource as error:
            yield Skipped(where, str(error))
    if is_empty:
        yield Skipped(origin, "no rows under the names of its columns")


def _rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, with their numbers."""
    empty = 0
    sheet.reset_dimensions()  # which a program may have written wrongly
    for number, row in enumerate(sheet.iter_rows(max_col=_MOST_COLUMNS, values_only=True), start=1):
        cells = [_shown(cell) for cell in row]
        if any(cells):
            empty = 0
            yield number, cells
        elif (empty := empty + 1) > _MOST_EMPTY:
            return


def _shown(cell: object) -> str:
    """A cell as it is shown: days without a clock time have none, whole numbers no point."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return str(cell.date() if cell.time() == time.min else cell)
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell).strip()
