"""What files of records share: a record's text, or else the web page that it holds, and ids that are taken twice."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import Any, Final

from ....errors import UnreadableSource
from ..contract import Cleaning, RawRecord, ReadOptions, Remark
from .fields import Fields

NO_TEXT: Final = "has no text"
MOST_COLUMNS: Final = 16_384
"""The most columns of a table: as many as spreadsheet programs have."""

_MOST_KNOWN: Final = 500_000


def check_columns(names: Sequence[str]) -> None:
    """Make sure that a row can name the columns of a table.

    Args:
        names: Its cells. A column without a name is called by its number: see `named_cells`.

    Raises:
        UnreadableSource: If they are too many, or if two have the same name.
    """
    if len(names) > MOST_COLUMNS:
        raise UnreadableSource(f"{len(names):,} columns, and {MOST_COLUMNS:,} are the most: leave some out")
    if twice := [name for name, count in Counter(names).items() if name and count > 1]:
        raise UnreadableSource(f"two columns are called {min(twice)!r}")


def named_cells(names: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """The cells of a row by the names of their columns, and "column 3" for one without a name: it is told as unused."""
    unnamed = {
        f"column {at}": cell for at, cell in enumerate(cells, start=1) if cell and not "".join(names[at - 1 : at])
    }
    return unnamed | {name: cell for name, cell in zip(names, cells, strict=False) if name}


def raw_record(
    values: Mapping[str, Any], origin: str, options: ReadOptions, remarks: tuple[Remark, ...] = ()
) -> RawRecord:
    """Find the text and the id of a record.

    Args:
        values: The record's values by their keys. What it says of itself goes before what its web page says.
        origin: What a message calls it.
        options: Their `fields` say which key holds which field.
        remarks: What is to be told of it, such as bytes that were replaced.

    Raises:
        UnreadableSource: If it has no text or no id, or one of them is not what it should be.
    """
    fields = Fields(values, options.fields)
    text = fields.raw_text("text")
    page = "" if text.strip() else fields.raw_text("html")
    if not text.strip() and not page:
        raise UnreadableSource(f"{NO_TEXT}: name its field with text=KEY if it is not {fields.key('text')!r}")
    if not fields.id():
        raise UnreadableSource(f"has no id: name its field with id=KEY if it is not {fields.key('id')!r}")
    if remarks and "\N{REPLACEMENT CHARACTER}" in fields.id():
        raise UnreadableSource("its id has bytes that are wrong in the file's encoding")
    if not page:
        return RawRecord(text, origin, values, options.fields, remarks=remarks)
    # Late: most records are no web pages, whose reader brings a parser with it.
    from .web_page import page_content

    found = page_content(page)
    return RawRecord(
        found.text,
        origin,
        values,
        options.fields,
        page=found.said,
        beside=found.beside,
        cleaning=Cleaning.SURROUNDINGS,
        cut=found.cut,
        remarks=remarks,
    )


class Identities:
    """The ids of the records in a file that holds several tables or files, each of which may count from 1."""

    def __init__(self) -> None:
        self._known: dict[bytes, tuple[str, bytes]] = {}

    def distinct(self, record: RawRecord, part: str) -> RawRecord:
        """The record; if one with another text has its id in another part of the file, then under an id of its own.

        Args:
            record: The record. One with an address is another capture of the same, whatever its text.
            part: What the part is called in which it stands.
        """
        fields = Fields(record.description, record.keys)
        try:
            name = fields.id() or record.id
        except UnreadableSource:  # which is told when it is identified
            return record
        if not name or record.address:
            return record
        key, text = _digest(name), _digest(record.text)
        if len(self._known) < _MOST_KNOWN:
            self._known.setdefault(key, (part, text))
        known, other = self._known.get(key, (part, text))
        if known == part or other == text:
            return record
        own = f"{part}!{name}"
        if fields.id():
            return replace(record, description={**record.description, fields.key("id"): own})
        return replace(record, id=own)


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
