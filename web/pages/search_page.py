"""The search page: the box, and below it the ranked passages with what they can be narrowed by."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple, cast

from flask import Blueprint, Response, make_response, redirect, request
from werkzeug.datastructures import MultiDict

from ...corpus.document import Document
from ...errors import NotFound, QueryError, SearchTimeout
from ...index.reading.tallies import Facets, FacetValue
from ...search.language import query as language
from ...search.language.parser import parse
from ...search.results.results import Results
from ..parameters import Choice, read
from ..site import address, site
from ..state import ASKED, MAX_OFFSET, MAX_SIMILAR, PAGE_SIZE, Asked, Chip, said
from .charts import chart
from .rendering import link_to, page

FACETS = {
    "country": "Country",
    "person": "Person",
    "place": "Place",
    "outlet": "Outlet",
    "kind": "Kind",
    "lang": "Language",
}
"""The columns by which a page offers to narrow, and their headings."""

SHOWN = 8
UNFOLDED = 50
"""How many values of a column are offered, at first and once more are asked for."""

_MORE = Choice(name="more", about="The column of which more values are listed.", choices=("", *FACETS))
_UNDATED = "-date:0001..9999"
_CONTEXT = 60  # characters shown on either side of a mistake in a question
_LOOKED_AT = 24  # documents, in search of a title that makes an example
_LONGEST_EXAMPLE = 70  # characters
_WAYS = 6  # constraints of which a page without hits says what there is without them

pages = Blueprint("pages", __name__)


@pages.get("/")
def search() -> Response:
    """The search box; below it the passages, or what there is to be asked."""
    try:
        given = read((*ASKED, _MORE), request.args)
        asked, more = Asked.of(given), given["more"]
    except QueryError as error:
        return _refused(Asked(q=request.args.get("q", "")), error)
    parameters = asked.parameters() | ({"more": more} if more else {})
    if not _same(parameters):
        return make_response(redirect(address("pages.search", **parameters)))
    if asked.is_blank:
        return _start(asked)
    try:
        results = asked.search(site(), facets=UNFOLDED if more else SHOWN)
    except QueryError as error:
        return _refused(asked, error)
    reached = MAX_SIMILAR if asked.similar else MAX_OFFSET + PAGE_SIZE
    last = max(1, -(-min(results.total, reached) // PAGE_SIZE))
    chips = [] if asked.similar else asked.chips()
    return page(
        "results.html",
        200 if asked.page <= last else 404,
        asked=asked,
        results=results,
        last=last,
        chips=chips,
        unconstrained=_unconstrained(asked),
        undated=asked.parameters(after="", before="", where=(*asked.where, _UNDATED), page=1),
        facets=list(_facets(asked, chips, results.facets, more)) if results.facets and results.total else [],
        chart=chart(results.facets.histogram, *asked.days) if results.facets else None,
        feed=asked.parameters(sort="relevance", page=1, per_document=False, unfold=False),
        **_described(asked, results),
        ways=[] if results.total or asked.similar else list(_ways(asked, chips)),
    )


def _start(asked: Asked) -> Response:
    status = site().collection.status()
    facets = site().collection.contents(SHOWN)
    return page(
        "start.html",
        asked=asked,
        documents=status.documents,
        passages=status.passages,
        chart=chart(facets.histogram),
        countries=facets.columns["country"].values,
        examples=list(_examples(facets)),
    )


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
    return sorted(_spelt(parameters).items(multi=True)) == sorted(request.args.items(multi=True))


def _spelt(parameters: dict[str, Any]) -> MultiDict[str, str]:
    """Parameters as they stand in a URL."""
    spelt = MultiDict[str, str]()
    for name, value in parameters.items():
        values = cast("list[Any]", value) if isinstance(value, list) else [value]
        spelt.setlist(name, [str(each) for each in values])
    return spelt


# What a page of results says besides its hits


def _described(asked: Asked, results: Results) -> dict[str, Any]:
    """What a page of results is called, and by what its passages were found."""
    if asked.similar:
        document, span = site().collection.named(asked.similar)
        near = {"title": document.title or document.id, "link": link_to(document, span)}
        return {"heading": f"Near to {near['title']}", "near": near, "by": "meaning"}
    ranked = any(hit.keyword or hit.meaning for hit in results) or not results.total
    by = {"hybrid": "keyword + meaning", "keyword": "keyword", "meaning": "meaning"}[results.mode]
    return {"heading": asked.q or "All that fits", "by": by if ranked else ""}


class _Row(NamedTuple):
    """A value to narrow by, and the parameters for that; `undo` are those that drop a choice that has been made.

    None stands for parameters that there are none of: see `Asked.narrow`.
    """

    counted: FacetValue
    share: float
    include: dict[str, Any] | None
    exclude: dict[str, Any] | None
    undo: dict[str, Any] | None


class _Facet(NamedTuple):
    """A column to narrow by. `more` tells whether there are values to unfold, `unfolded` whether they are shown."""

    name: str
    label: str
    rows: list[_Row]
    distinct: int
    more: bool
    unfolded: bool


def _facets(asked: Asked, chips: Sequence[Chip], facets: Facets, more: str) -> Iterator[_Facet]:
    """The columns that tell passages of the match set apart, or that it has been narrowed by."""
    chosen = {(chip.label, chip.text): chip.parameters_without for chip in chips}
    for name, label in FACETS.items():
        column, unfolded = facets.columns[name], more == name
        values = column.values if unfolded else column.values[:SHOWN]
        if column.distinct > 1 or any((name, value.value) in chosen for value in values):
            rows = [
                _Row(
                    value,
                    share=round(100 * value.passages / values[0].passages, 1),
                    include=asked.narrow(name, value.value),
                    exclude=asked.narrow(name, value.value, exclude=True),
                    undo=chosen.get((name, value.value)),
                )
                for value in values
            ]
            yield _Facet(name, label, rows, column.distinct, not unfolded and column.distinct > len(rows), unfolded)


# Where nothing is found


class _Way(NamedTuple):
    """A question near to one that finds nothing, and how many passages it finds."""

    lead: str
    label: str
    text: str
    parameters: dict[str, Any]
    total: int


def _ways(asked: Asked, chips: Sequence[Chip]) -> Iterator[_Way]:
    """Questions that find something where this one does not: with one constraint less, with none, by meaning too.

    As many as there is time to try: all of them together may take what a question may.
    """
    end = time.monotonic() + site().timeout
    tried = [("without", chip.label, chip.text, chip.parameters_without) for chip in chips[:_WAYS]]
    if len(chips) > 1:
        tried.append(("without any of these constraints", "", "", _unconstrained(asked)))
    if asked.mode != "hybrid":
        tried.append(("by words and by meaning", "", "", asked.parameters(mode="hybrid", page=1)))
    for lead, label, text, parameters in tried:
        other = Asked.read(_spelt(parameters))
        if other.is_blank:
            continue
        try:
            total = other.search(replace(site(), timeout=max(end - time.monotonic(), 0)), limit=0).total
        except SearchTimeout:
            return
        if total:
            yield _Way(lead, label, text, parameters, total)


def _unconstrained(asked: Asked) -> dict[str, Any]:
    """The parameters of the question without any of its constraints."""
    words = " ".join(word.text for word in parse(asked.q).free) if asked.q else ""
    return Asked(q=words, mode=asked.mode, sort=asked.sort, per_document=asked.per_document).parameters()


# The start page


def _examples(facets: Facets) -> Iterator[str]:
    """A few questions that this collection has an answer to: in words, by person and place, by date."""
    some = list(_first_documents(_LOOKED_AT))
    times = Counter(each.title for each in some)
    # A title that many documents bear says little of any of them, and of titles that begin alike one is enough.
    titles = [each.title for each in some if times[each.title] == 1 and len(each.title) < _LONGEST_EXAMPLE]
    unlike = {tuple(title.split()[:2]): title for title in reversed(list(filter(_parses, titles)))}
    yield from islice(reversed(unlike.values()), 3)
    for column in ("person", "place"):
        values = facets.columns[column].values
        if values and (example := said(language.Filter(column, values[0].value))):
            yield example
    if facets.histogram:
        best = max(facets.histogram.bars, key=lambda bar: bar.passages)
        yield (
            f"date:{best.first.isoformat()[:7]}"
            if facets.histogram.unit in ("day", "month")
            else f"date:{best.first.year:04}"
        )


def _first_documents(most: int) -> Iterator[Document]:
    collection = site().collection
    for document_id in islice(collection.document_ids(), most):
        with suppress(NotFound):  # removed since it was listed
            yield collection.document(document_id)


def _parses(question: str) -> bool:
    try:
        return bool(parse(question).free)
    except QueryError:
        return False
