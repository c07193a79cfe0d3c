"""The pages: the search box with its ranked passages, and the reader."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from ..corpus.document import Document, Span
from ..errors import QueryError
from ..search import highlight
from ..search import query as language
from ..search.highlight import Piece
from ..search.results import Hit, MarkedNote
from .asking import MAX_OFFSET, PAGE_SIZE, Asked, check_names
from .reading import day_names, marks, paragraphs, parse_span
from .site import site

_ADDRESS = re.compile(r"https?://[^\s\x00-\x20]+", re.IGNORECASE)
_CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(127, 160)), "\N{REPLACEMENT CHARACTER}")
_CONTEXT = 60  # characters shown on either side of a mistake in a question

pages = Blueprint("pages", __name__)
pages.add_app_template_filter(day_names)


@pages.get("/")
def search() -> Response:
    """The search box; below it the passages, or what there is to be asked."""
    try:
        asked = Asked.read(request.args)
    except QueryError as error:
        return _refused(Asked(q=request.args.get("q", "")), error)
    parameters = asked.parameters()
    if not _same(parameters):
        return make_response(redirect(url_for(".search", **parameters)))
    if asked.is_blank:
        return make_response(render_template("start.html", asked=asked, examples=list(_examples()), **_counts()))
    try:
        results = asked.search(site())
    except QueryError as error:
        return _refused(asked, error)
    last = max(1, -(-min(results.total, MAX_OFFSET + PAGE_SIZE) // PAGE_SIZE))
    page = render_template("results.html", asked=asked, results=results, last=last)
    return make_response(page, 200 if asked.page <= last else 404)


@pages.get("/documents/<document:document_id>")
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
    page = render_template("document.html", document=found, paragraphs=shown, question=question, moved=moved)
    return make_response(page)


@pages.app_template_test("web_address")
def is_web_address(value: str) -> bool:
    """Whether a value from a document may become a link: `javascript:` and its like may not."""
    return _ADDRESS.fullmatch(value) is not None


@pages.app_template_filter()
def visible(text: str) -> str:
    """The text with a sign in the place of control characters, which HTML does not allow."""
    return text.translate(_CONTROLS)


@pages.app_template_filter()
def pieces(hit: Hit) -> Iterator[Piece]:
    """A hit's passage, cut where its marks begin and end."""
    return highlight.pieces(hit.text, hit.start, hit.highlights)


@pages.app_template_filter()
def note_pieces(marked: MarkedNote) -> Iterator[Piece]:
    """A footnote's text, cut where its marks begin and end."""
    return highlight.pieces(marked.note.text, 0, marked.highlights)


@pages.app_template_filter()
def link_to(document: Document, span: Span | None = None, question: str = "") -> str:
    """The address of a document in the reader, at a passage if there is one."""
    where: dict[str, Any] = {"passage": f"{span[0]}-{span[1]}", "_anchor": "passage"} if span else {}
    return url_for("pages.document", document_id=document.id, q=question or None, **where)


@pages.app_template_filter()
def search_for(value: str, field: str) -> str:
    """The address of a search for all that has a value in a field."""
    return url_for("pages.search", q=language.unparse(language.Filter(field, value)))


def _refused(asked: Asked, error: QueryError) -> Response:
    """The search box with what was wrong, and the place in the question where there is one."""
    place = None
    if error.column is not None:
        at = error.column - 1
        before, culprit, after = asked.q[max(at - _CONTEXT, 0) : at], asked.q[at : at + 1], asked.q[at + 1 :]
        place = ("…" if at > _CONTEXT else "") + before, culprit, after[:_CONTEXT] + "…" * (len(after) > _CONTEXT)
    return make_response(render_template("refused.html", asked=asked, error=error, place=place), error.status)


def _same(parameters: dict[str, Any]) -> bool:
    """Whether the URL says just these parameters: what a form sends besides is dropped, for a URL fit to be shared."""
    said = [
        (name, str(each))
        for name, value in parameters.items()
        for each in (value if isinstance(value, list) else [value])
    ]
    return sorted(said) == sorted(request.args.items(multi=True))


def _counts() -> dict[str, Any]:
    status = site().collection.status()
    return {"documents": status.documents, "passages": status.passages}


def _examples() -> Iterator[str]:
    """A few questions that this collection has an answer to: a question in words, by filter, by date, by phrase."""
    collection = site().collection
    some = [collection.document(document_id) for document_id in islice(collection.document_ids(), 12)]
    titles = [each.title for each in some if each.title and _parses(each.title)]
    yield from titles[:3]
    if country := next((each.countries[0] for each in some if each.countries), ""):
        yield language.unparse(language.Filter("country", country))
    if dates := next((each.dates for each in some if each.dates), None):
        yield f"date:{dates.first.isoformat()[:7]}"


def _parses(question: str) -> bool:
    try:
        return bool(language.parse(question).free)
    except QueryError:
        return False
