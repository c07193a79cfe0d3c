"""An article that is a file of its own, made into a document."""

import hashlib
from dataclasses import replace

from ...cleaning.clean import Cleaned
from ...description.describe import describe, without_title
from ...document import Document
from ..contract import Source
from .fields import Fields


def article(text: str, given: dict[str, str], source: Source, cleaned: Cleaned) -> Document:
    """The document of a file that holds one, with the rest of its description found in its text.

    `text` is what was read: a source without a path is named after it.
    """
    document = Fields(given).document(cleaned.text, id=source.id or stream_id(text), origin=source.origin)
    described = describe(replace(document, cut=cleaned.cut), cleaned.cut, name=source.name)
    return Document.from_description(described.description(), without_title(described.text, described.title).strip())


def stream_id(text: str) -> str:
    """The id of a document that came without one, from a stream that has no path: made of its text."""
    return "stdin:" + hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]
