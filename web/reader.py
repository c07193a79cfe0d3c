"""The reader: a whole document, at the passage that a link names."""

from flask import Blueprint, Response, request

from .asking import check_names
from .reading import marks, paragraphs, parse_span
from .rendering import page
from .site import site

reader = Blueprint("reader", __name__)


@reader.get("/documents/<document:document_id>")
def document(document_id: str) -> Response:
    """A whole document, with `passage=START-END` set off and the words of `q` marked."""
    check_names(request.args, ("passage", "q"))
    cited, question = parse_span(request.args.get("passage", "")), request.args.get("q", "")
    collection = site().collection
    found = collection.document(document_id)
    # A link may be older than the text: then there is nothing to land on.
    moved = cited is not None and not cited.start < cited.end <= len(found.text)
    cited = None if moved else cited
    shown = paragraphs(found, cited, marks(collection, question, found, cited) if question else [])
    return page("document.html", document=found, paragraphs=shown, question=question, moved=moved)
