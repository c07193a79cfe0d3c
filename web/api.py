"""The JSON API: the same questions as the pages take, the same answers as `Collection` gives."""

import json
from typing import Any

from flask import Blueprint, Response, request

from ..errors import QueryError
from .asking import MAX_LIMIT, MAX_OFFSET, PAGE_SIZE, Asked, check_names, flag, number
from .site import site

api = Blueprint("api", __name__, url_prefix="/api/v1")


@api.get("/search")
def search() -> Response:
    """Ranked passages: `Results.to_dict()`. Beside the page's parameters: `limit`, `offset` or `page`, `explain`."""
    asked = Asked.read(request.args, also=("limit", "offset", "explain"))
    limit = number(request.args, "limit", PAGE_SIZE, low=0, high=MAX_LIMIT)
    offset = number(request.args, "offset", -1, low=0, high=MAX_OFFSET)
    if offset >= 0 and asked.page > 1:
        raise QueryError("offset and page say the same thing: give one of them")
    explain = flag(request.args, "explain")
    return _json(asked.search(site(), limit=limit, offset=offset if offset >= 0 else None, explain=explain).to_dict())


@api.get("/documents/<document:document_id>")
def document(document_id: str) -> Response:
    """A document: its description, its text and the spans of its passages."""
    check_names(request.args, ())
    collection = site().collection
    found = collection.document(document_id)
    described = found.description()
    del described["origin"]  # where a file lies on the server is nobody's business
    return _json({**described, "text": found.text, "passages": collection.passages(document_id)})


def _json(value: dict[str, Any]) -> Response:
    return Response(json.dumps(value, ensure_ascii=False), content_type="application/json")
