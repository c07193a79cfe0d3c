"""One record of a JSONL or CSV file, made into a document: from its text, or else from the web page that it holds."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ....errors import UnreadableSource
from ...cleaning.clean import clean
from ...description.describe import DESCRIBED, describe, given, without_title
from ...document import Document
from ..contract import ReadOptions
from .fields import Fields


def record_document(record: Mapping[str, Any], origin: str, options: ReadOptions) -> Document:
    """The document of a record, under the options' mapping of fields, with the rest of its description found.

    Raises UnreadableSource if it has no text or no id, or a field is not what it should be.
    """
    fields = Fields(record, options.fields)
    text = fields.raw_text("text")
    page = "" if text.strip() else fields.raw_text("html")
    if not text.strip() and not page:
        raise UnreadableSource(f"has no text: name its field with text=KEY if it is not {fields.key('text')!r}")
    document_id = fields.id()
    if not document_id:
        raise UnreadableSource(f"has no id: name its field with id=KEY if it is not {fields.key('id')!r}")
    if page:
        return _page_document(page, fields, origin, options)
    return describe(fields.document(text, id=document_id, origin=origin))


def _page_document(page: str, fields: Fields, origin: str, options: ReadOptions) -> Document:
    """The document of a web page or fragment; what its record says of it goes before what it says of itself."""
    # Late: most records are no web pages, whose reader brings a parser with it.
    from .web_page import page_content

    text, told = page_content(page)
    cut: tuple[str, ...] = ()
    if options.cleaning:
        cleaned = clean(text)
        text, cut = cleaned.text, cleaned.cut
    own = fields.document(text, id="", origin=origin)
    of_page = Fields(told).document(text, id=own.id, origin=origin)
    known = replace(own, cut=cut, **{name: getattr(own, name) or getattr(of_page, name) for name in DESCRIBED})
    document = describe(replace(known, provenance=given(known)), cut)
    text = without_title(document.text, document.title).strip()
    # Offsets into the markup are no places in the text: all footnotes belong to its end.
    return replace(document, text=text, notes=tuple(replace(note, at=len(text)) for note in document.notes))
