"""What JSONL and CSV share: the text of a record, or else the web page that it holds."""

from collections.abc import Mapping
from typing import Any, Final

from ....errors import UnreadableSource
from ..contract import Cleaning, RawRecord, ReadOptions, Remark
from .fields import Fields

NO_TEXT: Final = "has no text"


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
