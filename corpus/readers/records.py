"""One record of a JSONL or CSV file, made into a document."""

from collections.abc import Mapping
from typing import Any

from ...errors import UnreadableSource
from ..describe import describe
from ..document import Document
from .contract import ReadOptions
from .fields import Fields


def record_document(record: Mapping[str, Any], origin: str, options: ReadOptions) -> Document:
    """The document of a record, under the options' mapping of fields, with the rest of its description found.

    Raises UnreadableSource if it has no text or no id, or a field is not what it should be.
    """
    fields = Fields(record, options.fields)
    text = fields.raw_text("text")
    if not text.strip():
        raise UnreadableSource(f"has no text: name its field with text=KEY if it is not {fields.key('text')!r}")
    document_id = fields.id()
    if not document_id:
        raise UnreadableSource(f"has no id: name its field with id=KEY if it is not {fields.key('id')!r}")
    return describe(fields.document(text, id=document_id, origin=origin))
