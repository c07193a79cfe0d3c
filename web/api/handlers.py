"""The JSON API: the same questions as the pages take, the same answers as `Collection` gives."""

import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from typing import Any, Final

from flask import Blueprint, Response

from ...corpus.document import MAX_ID_LENGTH, MAX_PASSAGE_ID_LENGTH, Span, parse_passage_id
from ...errors import NotFound, QueryError, SearchTimeout
from ...search.language.query import MAX_QUERY_LENGTH
from ...search.options import MAX_EXPORT
from ...search.results import wire
from ...search.results.results import Hit
from ..delivery.tags import check_whole, leave_untagged
from ..pages.rendering import page
from ..parameters import Choice, Flag, Number, Text, Verbatim
from ..site import address, site, site_at
from ..state import MAX_LIMIT, MAX_OFFSET, PAGE_SIZE, PARAMETERS, State
from . import answers
from .endpoints import JSON, Endpoint, endpoint
from .openapi import description

MAX_VALUES = 100
"""How many values of each column are listed, at most."""

_DOCUMENT = "briefs/lee-macron-johannesburg"
_LIMIT = Number(name="limit", about="How many, at most.", low=0, high=MAX_LIMIT, default=PAGE_SIZE)
_OFFSET = Number(name="offset", about="How many hits to pass over, rather than a `page`.", high=MAX_OFFSET)
_EXPLAIN = Flag(name="explain", about="How each score came about.")
_TIMING = Flag(name="timing", about="How many milliseconds each stage of the search took.")
_VALUES = Number(
    name="facets",
    about="How many values of each column to count on the match set; 0 for none.",
    high=MAX_VALUES,
    default=0,
)
_PER_DOCUMENT = Flag(name="per_document", about="The best passage of each document only.")
_IDENTITY = Verbatim(
    name="id",
    about="The id of a passage or a document. In a URL `#` is written `%23`.",
    example=_DOCUMENT,
    longest=MAX_PASSAGE_ID_LENGTH,
    required=True,
)
_AT = Text(name="at", about="A kept state of the collection, by its name, instead of that of today.", longest=100)
_FILES = {
    "csv": ("text/csv; charset=utf-8", "csv"),
    "jsonl": ("application/jsonl", "jsonl"),
    "ris": ("application/x-research-info-systems; charset=utf-8", "ris"),
    "bibtex": ("application/x-bibtex; charset=utf-8", "bib"),
}
_SUGGESTIONS = "application/x-suggestions+json"


@endpoint("/search", *PARAMETERS, _LIMIT, _OFFSET, _EXPLAIN, _TIMING, _VALUES, _AT, answers={JSON: wire.SearchAnswer})
def search(
    limit: int, offset: int | None, explain: bool, timing: bool, facets: int, at: str, **question: Any
) -> Response:
    """The passages that answer a question, best first.

    The same object that `search --format json` prints. Pages end at 10,000 hits: to have all, use `/export`.
    """
    asked = site_at(at)
    state = State.of(question, asked.collection.fields)
    if offset is not None and state.page > 1:
        raise QueryError("offset and page say the same thing: give one of them")
    if facets and state.similar:
        raise QueryError("similar goes without facets: what is near has no end, so there is nothing to count")
    if explain and state.similar:
        raise QueryError("similar goes without explain: a score is nothing but a similarity there")
    results = state.search(asked, limit=limit, offset=offset, explain=explain, timing=timing, facets=facets)
    check_whole(results.left_out)
    return _json(results.to_wire())


@endpoint(
    "/facets",
    *(each for each in PARAMETERS if each.name not in ("similar", "page", "sort")),
    Number(name="limit", about="How many values of each column.", low=1, high=MAX_VALUES, default=10),
    _AT,
    answers={JSON: answers.FacetsAnswer},
)
def facets(limit: int, at: str, **question: Any) -> Response:
    """What the passages that answer a question consist of: values of each column, and dates.

    The same counts as `/search` gives with `facets`, without hits. A value's `passages` is how many a search by words
    alone finds, unfolded, with that value as a further constraint, such as `where=country:="South Korea"`.
    """
    asked = site_at(at)
    results = State.of(question, asked.collection.fields).search(asked, limit=0, facets=limit)
    check_whole(results.left_out)
    return _json(answers.facets_answer(results.to_wire()))


@endpoint(
    "/suggest",
    Verbatim(name="q", about="What has been typed so far.", example="south kor", longest=MAX_QUERY_LENGTH),
    Number(name="limit", about="How many, at most.", low=1, high=20, default=8),
    Choice(name="format", about="`opensearch` is what browsers ask for.", choices=("json", "opensearch")),
    answers={JSON: answers.SuggestAnswer, _SUGGESTIONS: list[Any]},
)
def suggest(q: str, limit: int, format: str) -> Response:  # noqa: A002  # it is what the parameter is called
    """Ways to complete the last word of a question; if there are none, the question with misspelt words mended.

    A question that is only half typed is no error. No key is needed: this belongs to the search box.
    """
    collection = site().collection
    completions = collection.complete(q, limit)
    suggestion = None
    if q and not completions:
        try:
            suggestion = collection.search(q, mode="keyword", limit=0, timeout=site().timeout).suggestion
        except SearchTimeout:
            leave_untagged()
        except QueryError:
            pass
    if format == "json":
        return _json(answers.SuggestAnswer(q, completions, suggestion))
    texts = [each.text for each in completions] or ([suggestion] if suggestion else [])
    counted = [f"{each.passages:,} passages" if each.passages else "" for each in completions] or [""] * len(texts)
    leads = [address("pages.search", external=True, q=text) for text in texts]
    return _json([q, texts, counted, leads], _SUGGESTIONS)


@endpoint(
    "/documents",
    Verbatim(name="prefix", about="Only ids that begin so.", example="briefs/", longest=MAX_ID_LENGTH),
    Verbatim(
        name="after", about="Only ids that come after this one: the `next` of the page before.", longest=MAX_ID_LENGTH
    ),
    Number(name="limit", about="How many, at most.", low=1, high=MAX_LIMIT, default=PAGE_SIZE),
    _AT,
    answers={JSON: answers.DocumentsAnswer},
)
def documents(prefix: str, after: str, limit: int, at: str) -> Response:
    """The documents in the order of their ids, a page at a time."""
    collection = site_at(at).collection
    page_ids = list(islice(collection.document_ids(prefix, after), limit + 1))
    descriptions: list[answers.Description] = []
    for document_id in page_ids[:limit]:
        try:
            descriptions.append(answers.description(collection.document(document_id)))
        except NotFound:
            continue  # removed since it was listed
    return _json(answers.DocumentsAnswer(descriptions, page_ids[limit - 1] if len(page_ids) > limit else None))


@endpoint(
    "/documents/{document_id}",
    _AT,
    path_parameter=Text(
        name="document_id",
        about="The document's id as it is, slashes included.",
        example=_DOCUMENT,
        longest=MAX_ID_LENGTH,
    ),
    answers={JSON: answers.DocumentAnswer},
)
def document(document_id: str, at: str) -> Response:
    """A document: its description, its text and the spans of its passages."""
    collection = site_at(at).collection
    return _json(answers.document_answer(collection.document(document_id), collection.passages(document_id)))


@endpoint(
    "/passages/{passage_id}",
    _AT,
    path_parameter=Text(
        name="passage_id",
        about="The passage's id; `#` is written `%23`.",
        example=f"{_DOCUMENT}#0-958",
        longest=MAX_PASSAGE_ID_LENGTH,
    ),
    answers={JSON: answers.PassageAnswer},
)
def passage(passage_id: str, at: str) -> Response:
    """A passage: its text, its footnotes, its document's description, and the passages on either side."""
    named = parse_passage_id(passage_id)
    if named is None:
        raise NotFound(f"{passage_id[:80]!r} is no passage's id: it ends in #START-END, and in a path # is written %23")
    collection, span = site_at(at).collection, Span(*named[1:])
    document, passages = collection.document(named[0]), collection.passages(named[0])
    if span not in passages:
        raise NotFound(f"{document.id!r} has no passage {span}: its text may have changed")
    return _json(answers.passage_answer(document, passages, span))


@endpoint("/similar", _IDENTITY, _LIMIT, _PER_DOCUMENT, _AT, answers={JSON: wire.SearchAnswer})
def similar(id: str, limit: int, per_document: bool, at: str) -> Response:  # noqa: A002
    """The passages of other documents nearest in meaning to a passage or a document."""
    return _near(id, limit, per_document, at)


@endpoint(
    "/similar/{identity}",
    _LIMIT,
    _PER_DOCUMENT,
    path_parameter=Text(name="identity", about=_IDENTITY.about, example=_DOCUMENT, longest=MAX_PASSAGE_ID_LENGTH),
    answers={JSON: wire.SearchAnswer},
    deprecated=True,
)
def similar_to(identity: str, limit: int, per_document: bool) -> Response:
    """The same, with the id in the path."""
    return _near(identity, limit, per_document, "")


@endpoint(
    "/export",
    *(each for each in PARAMETERS if each.name not in ("similar", "page")),
    Choice(name="format", about="A table, JSON lines, or citations of the passages.", choices=tuple(_FILES)),
    Number(name="limit", about="How many, at most.", low=1, high=MAX_EXPORT, default=1000),
    Flag(name="bom", about="The table with a byte order mark first, so that Excel reads it as UTF-8."),
    _AT,
    answers={kind.partition(";")[0]: None for kind, _ in _FILES.values()},
)
def export(limit: int, format: str, bom: bool, at: str, **question: Any) -> Response:  # noqa: A002
    """The passages that answer a question as a file, in their order.

    In the table, a cell that would begin like a formula gets an apostrophe in front.
    """
    from ...search.results import formats as render

    kind, ending = _FILES[format]
    if bom and format != "csv":
        raise QueryError("bom goes with format=csv")
    writers = {
        "csv": partial(render.as_csv, bom=bom),
        "jsonl": _as_jsonl,
        "ris": render.as_ris,
        "bibtex": render.as_bibtex,
    }
    # Ranked before anything is sent, so that a question that is wrong gets the status of an error.
    asked = site_at(at)
    hits = State.of(question, asked.collection.fields).export(asked, limit)
    response = Response(_file(writers[format], hits, asked.export_timeout), content_type=kind)
    response.headers["Content-Disposition"] = f"attachment; filename=dragoman.{ending}"
    return response


@endpoint("/openapi.json", answers={JSON: dict[str, Any]})
def openapi() -> Response:
    """This API, described for programs: an OpenAPI 3.1 document."""
    return _json(description(ENDPOINTS, site()))


@endpoint("/", answers={"text/html": None})
def index() -> Response:
    """This API, described for people."""
    tries = {
        "search": address("api.search", q="Korea", limit=3, facets=5),
        "facets": address("api.facets", q="Korea"),
        "suggest": address("api.suggest", q="kor"),
        "documents": address("api.documents", limit=3),
        "export": address("api.export", q="Korea", limit=20),
        "openapi": address("api.openapi"),
    }
    return page("api.html", api=description(ENDPOINTS, site()), tries=tries)


ENDPOINTS: Final[tuple[Endpoint, ...]] = (
    search,
    facets,
    suggest,
    documents,
    document,
    passage,
    similar,
    similar_to,
    export,
    openapi,
    index,
)
"""All of them, in the order in which they are described."""

api = Blueprint("api", __name__, url_prefix="/api/v1")
for _each in ENDPOINTS:
    api.add_url_rule(_each.rule, endpoint=_each.name, view_func=_each.answer, methods=["GET"])


@api.route("/<path:rest>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def unknown(rest: str) -> Response:
    """Any other path or method under the API, so that the API's own answer is given, with its headers."""
    raise NotFound(f"the API has no path {rest[:80]!r}: see {address('api.index')}")


def _near(identity: str, limit: int, per_document: bool, at: str) -> Response:
    asked = site_at(at)
    found = asked.collection.similar(identity, limit=limit, per_document=per_document, timeout=asked.timeout)
    check_whole(found.left_out)
    return _json(found.to_wire())


def _as_jsonl(hits: Iterable[Hit]) -> str:
    """One JSON object a hit, a line each, just as it is: this is for programs, and no terminal is to be protected."""
    return wire.encode_lines(hit.to_wire() for hit in hits).decode()


_Writer = Callable[[Iterable[Hit]], str]


def _file(write: _Writer, hits: Iterable[Hit], seconds: float) -> Iterator[str]:
    """A file of hits in parts: first its head, if it has one, then hit by hit.

    Whoever takes longer than this many seconds over it gets no end: an answer that breaks off, and not one that looks
    whole. Else a client that takes a little now and then would keep a thread, and the view that is read, for ever.
    """
    end = time.monotonic() + seconds
    yield (head := write(()))
    for hit in hits:
        if time.monotonic() > end:
            raise SearchTimeout(f"an export was broken off after {seconds:g} seconds: ask for fewer passages at a time")
        yield write((hit,)).removeprefix(head)


def _json(value: Any, kind: str = JSON) -> Response:
    return Response(wire.encode(value), content_type=kind)
