"""Whether documents are what was added: a ledger keeps a hash of each, made of its text and description."""

import json
from collections.abc import Iterator

from ...corpus.document import Document
from ...errors import DragomanError
from .database import Database

_PAGE = 64


def is_as_added(id_: str, known: str, description: str, text: str) -> bool:
    """Whether a document's row has the content that its hash says.

    Args:
        id_: The document's id.
        known: The hash.
        description: The document's description, as JSON.
        text: Its text.
    """
    try:
        fields = json.loads(description)
        document = Document.from_description(fields, text)
    except (DragomanError, ValueError, TypeError, LookupError, AttributeError):
        return False
    # Of those from which something was cut, an earlier format has another hash.
    return document.id == id_ and (document.content_hash == known or bool(fields.get("cut")))


def altered_documents(database: Database) -> Iterator[str]:
    """The ids of the live documents that are not as they were added; the ledger is read page by page."""
    page = f"""SELECT version, id, hash, description, text FROM documents
        WHERE retired_at IS NULL AND version > ? ORDER BY version LIMIT {_PAGE}"""  # noqa: S608  # a number
    last = 0
    while found := database.rows(page, (last,)):
        last = found[-1][0]
        yield from (row[0] for _, *row in found if not is_as_added(*row))
