"""Excel workbooks (XLSX): one record a row under a row of names, as in CSV, on every sheet. Needs openpyxl.

What a formula gave when the workbook was last saved is its value. Comments and boxes of text that lie on the cells are
counted. Macros are never looked at.
"""

import io
import re
import warnings
from collections.abc import Callable, Iterator
from datetime import datetime, time
from functools import cache
from typing import Any, Final

from ...errors import MissingExtra, UnreadableSource
from .contract import RawRecord, ReadOptions, Remark, Skipped, Source, member_id
from .support.fields import Fields
from .support.file_properties import related_parts, relation_of
from .support.markup import parse_xml, plain_text
from .support.packed import Package, read_all
from .support.records import NO_TEXT, Identities, check_columns, named_cells, raw_record

_KIND: Final = "an Excel workbook (.xlsx)"
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_MOST_ROWS: Final = 1_048_576
"""As many as the format allows; a forged one might claim any number."""

_BARE_FORMULA = re.compile(
    rb"<f\b[^<>]{0,500}(?:/>|>[^<]{0,9000}</f>)\s{0,9}(?:<v\s{0,9}/>|<v>\s{0,9}</v>)?\s{0,9}</c>"
)
_UNCOMPUTED: Final = (
    f"{NO_TEXT}, or a formula that was never computed: open the workbook in a spreadsheet program, and save it"
)
_MOST_CELLS: Final = 20_000_000
_ROW: Final = 20
_CELL: Final = 15
"""How many characters of XML a row and a cell take at least."""

_ERRORS: Final = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA"})


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
    package = Package(data, _KIND)
    package.check()
    parts = _sheet_parts(package)
    is_computed = cache(lambda: not _has_uncomputed(package))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about what it does not know, such as rules for colours
            workbook: Any = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            is_empty, identities = True, Identities()
            for sheet in workbook.worksheets:
                origin = source.origin if len(workbook.worksheets) == 1 else f"{source.origin} {sheet.title}"
                for each in _sheet(sheet, origin, options, package, is_computed):
                    is_empty = False
                    is_record = isinstance(each, RawRecord)
                    yield identities.distinct(each, member_id(source, sheet.title)) if is_record else each
                if sheet.title in parts and (count := _count_beside(package, parts[sheet.title])):
                    yield Skipped(origin, f"comments and boxes of text on its cells were left out: {count}")
            if is_empty:
                raise UnreadableSource("empty")
    except (UnreadableSource, MemoryError):
        raise
    except Exception as error:  # what the library raises over a workbook that is forged is not ours to list
        raise UnreadableSource(f"not {_KIND} that can be read: {' '.join(str(error).split())[:120]}") from None


def _sheet_parts(package: Package) -> dict[str, str]:
    """The parts of a workbook that are its sheets, by the sheets' names. The library reads each while it opens it.

    Raises:
        UnreadableSource: If one part is several sheets.
    """
    shown: list[tuple[str, str]] = []
    try:
        for workbook in [name for name in package if name.endswith(".xml") and not name.startswith("xl/worksheets/")]:
            parts = related_parts(package, workbook)
            if any(part.kind == "worksheet" for part in parts.values()):
                sheets = parse_xml(package.read(workbook)).iterfind("{*}sheets/{*}sheet")
                named = ((each.get("name") or "", parts.get(relation_of(each))) for each in sheets)
                shown += [(name, part.name) for name, part in named if part]
    except UnreadableSource as error:
        raise UnreadableSource(f"not {_KIND} that can be read: {error}") from None
    if len({part for _, part in shown}) < len(shown):
        raise UnreadableSource("forged: several of its sheets are the same part of the file")
    return dict(shown)


def _count_beside(package: Package, sheet: str) -> int:
    """How many comments and boxes of text lie on the cells of a sheet."""
    beside = {each.name for each in related_parts(package, sheet).values() if each.kind in ("comments", "drawing")}
    roots = [parse_xml(package.read(name)) for name in beside if name in package]
    return sum(
        any(map(plain_text, each.iter("{*}t"))) for root in roots for each in root.iter("{*}comment", "{*}txBody")
    )


def _has_uncomputed(package: Package) -> bool:
    """Whether it has a formula whose value was never saved, as programs write them that compute nothing."""
    sheets = (name for name in package if name.startswith("xl/worksheets/") and name.endswith(".xml"))
    return any(_BARE_FORMULA.search(package.read(name)) for name in sheets)


def _sheet(
    sheet: Any, origin: str, options: ReadOptions, package: Package, is_computed: Callable[[], bool]
) -> Iterator[RawRecord | Skipped]:
    if sheet.sheet_state != "visible":
        yield Skipped(origin, "a hidden sheet: show it if it is to be read")
        return
    rows = _rows(sheet, package)
    number, first = next(rows, (0, list[str]()))
    names = [" ".join(cell.split()) for cell in first]
    if not any(names):
        return
    try:
        check_columns(names)
    except UnreadableSource as error:
        yield Skipped(origin, str(error))
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
        values = named_cells(names, row)
        errors = [f"{name}: {cell}" for name, cell in values.items() if cell in _ERRORS]
        remarks = (Remark("cells with an error were left open", ", ".join(errors)[:200]),) if errors else ()
        try:
            shown = {name: "" if cell in _ERRORS else cell for name, cell in values.items()}
            yield raw_record(shown, where, options, remarks)
        except UnreadableSource as error:
            lacks = str(error).startswith(NO_TEXT) and not is_computed()
            yield Skipped(where, _UNCOMPUTED if lacks else str(error))
    if is_empty:
        yield Skipped(origin, "no rows under the names of its columns")


def _rows(sheet: Any, package: Package) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, with their numbers. Raises UnreadableSource if there are too many, or too wide."""
    count = 0
    sheet.reset_dimensions()  # which a program may have written wrongly
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        count += len(row)
        if number > _MOST_ROWS or count > _MOST_CELLS:
            raise UnreadableSource(f"more than {_MOST_ROWS:,} rows, or {_MOST_CELLS:,} cells: split it")
        cells = [_shown(cell) for cell in row]
        if any(cells):
            # One string, or one sheet, may be shown any number of times, and a cell far out makes all before it.
            package.take(_ROW + len(row) + sum(_CELL + len(cell) for cell in cells if cell))
            yield number, cells


def _shown(cell: object) -> str:
    """A cell as it is shown: days without a clock time have none, whole numbers no point."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return str(cell.date() if cell.time() == time.min else cell)
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell).strip()
