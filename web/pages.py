"""The search page: the box, and below it the ranked passages."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from flask import Blueprint, Response, make_response, redirect, request

from ..errors import QueryError
from ..search import query as language
from .asking import MAX_OFFSET, PAGE_SIZE, Asked
from .rendering import page
from .site import address, site

_CONTEXT = 60  # characters shown on either side of a mistake in a question

pages = Blueprint("pages", __name__)


@pages.get("/")
def search() -> Response:
    """The search box; below it the passages, or what there is to be asked."""
    try:
        asked = Asked.read(request.args)
    except QueryError as error:
        return _refused(Asked(q=request.args.get("q", "")), error)
    parameters = asked.parameters()
    if not _same(parameters):
        return make_response(redirect(address("pages.search", **parameters)))
    if asked.is_blank:
        return page("start.html", asked=asked, examples=list(_examples()), **_counts())
    try:
        results = asked.search(site())
    except QueryError as error:
        return _refused(asked, error)
    last = max(1, -(-min(results.total, MAX_OFFSET + PAGE_SIZE) // PAGE_SIZE))
    return page("results.html", 200 if asked.page <= last else 404, asked=asked, results=results, last=last)


def _refused(asked: Asked, error: QueryError) -> Response:
    """The search box with what was wrong, and the place in the question where there is one."""
    place = None
    if error.column is not None:
        at = error.column - 1
        before, culprit, after = asked.q[max(at - _CONTEXT, 0) : at], asked.q[at : at + 1], asked.q[at + 1 :]
        place = ("…" if at > _CONTEXT else "") + before, culprit, after[:_CONTEXT] + "…" * (len(after) > _CONTEXT)
    return page("refused.html", error.status, asked=asked, error=error, place=place)


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
