"""The search page: the box, and below it the ranked passages with what they can be narrowed by."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from types import MappingProxyType
from typing import Any, NamedTuple, cast

from flask import Blueprint, Response, make_response, redirect, request
from werkzeug.datastructures import MultiDict

from ...corpus.document import Document, Span
from ...corpus.fields import Fields
from ...errors import NotFound, QueryError, SearchTimeout
from ...index.reading.facets import Facets, FacetValue
from ...search.language import query as language
from ...search.language.input.plain import plain
from ...search.language.parser import parse
from ...search.options import OPTIONS
from ...search.ranking.legs.leg_table import HYBRID, modes
from ...search.results.results import Results
from ..delivery.tags import check_whole, leave_untagged
from ..parameters import Choice, read
from ..site import address, site
from ..state import MAX_OFFSET, MAX_SIMILAR, PAGE_SIZE, PARAMETERS, Chip, State, text_of
from .charts import chart
from .rendering import link_to, page

SHOWN = 8
UNFOLDED = 50
"""How many values of a column are offered at first, and how many once a reader asks for more."""

_UNDATED = "date:none"
_CONTEXT = 60  # characters shown on either side of a mistake in a question
_LOOKED_AT = 24  # documents, in search of a title that makes an example
_LONGEST_EXAMPLE = 70  # characters
_WAYS = 6  # constraints of which a page without hits says what there is without them

pages = Blueprint("pages", __name__)


@pages.get("/")
def search() -> Response:
    """The search box; below it the passages or, before anything is asked, what the collection holds."""
    try:
        fields = site().collection.fields
        values = read((*PARAMETERS, _more_of(fields)), request.args, strict=False)
        state, more = State.of(values, fields), values["more"]
    except QueryError as error:
        return _refused(State({"q": request.args.get("q", "")}), error)
    parameters = state.parameters() | ({"more": more} if more else {})
    if not _same(parameters):
        return make_response(redirect(address("pages.search", **parameters)))
    if state.is_blank:
        return _start(state)
    try:
        results = state.search(site(), facets=UNFOLDED if more else SHOWN)
    except QueryError as error:
        return _refused(state, error)
    check_whole(results.left_out)
    reached = MAX_SIMILAR if state.similar else MAX_OFFSET + PAGE_SIZE
    last = max(1, -(-min(results.total, reached) // PAGE_SIZE))
    chips = [] if state.similar else state.chips()
    ways = [] if results.total or state.similar else list(_ways(state, chips, results))
    return page(
        "results.html",
        200 if state.page <= last else 404,
        state=state,
        results=results,
        last=last,
        chips=chips,
        unconstrained=_unconstrained(state),
        undated=state.parameters(after="", before="", where=(*state["where"], _UNDATED), page=1),
        facets=list(_facets(state, chips, results.facets, more)) if results.facets and results.total else [],
        chart=chart(results.facets.histogram, *state.days) if results.facets else None,
        feed=state.parameters(sort="relevance", page=1, per_document=False, unfold=False),
        **_heading(state, results),
        ways=ways,
        notices=list(_notices(state, results, bool(ways))),
    )


def _more_of(fields: Fields) -> Choice:
    """The parameter that names the field of which more values are listed."""
    counted = (each.name for each in fields if each.is_counted)
    return Choice(name="more", about="The field of which more values are listed.", choices=("", *counted))


def _start(state: State) -> Response:
    status = site().collection.status()
    facets = site().collection.contents(SHOWN)
    return page(
        "start.html",
        state=state,
        held=status,
        chart=chart(facets.histogram),
        countries=facets.columns["country"].values,
        examples=list(_examples(facets)),
    )


def _refused(state: State, error: QueryError) -> Response:
    """The search box with what was wrong, and the part of the question that it is about, if it is about one."""
    excerpt = None
    if error.column is not None:
        at = error.column - 1
        before, culprit, after = state.q[max(at - _CONTEXT, 0) : at], state.q[at : at + 1], state.q[at + 1 :]
        excerpt = ("…" if at > _CONTEXT else "") + before, culprit, after[:_CONTEXT] + "…" * (len(after) > _CONTEXT)
    offered = state.parameters(q=error.question, page=1)
    alone = bool(plain(state.q)) and excerpt is None
    return page("refused.html", error.status, state=state, error=error, excerpt=excerpt, offered=offered, alone=alone)


def _same(parameters: dict[str, Any]) -> bool:
    """Whether the URL has just these parameters. What else a form sends is dropped, so that the URL can be shared."""
    return sorted(_as_arguments(parameters).items(multi=True)) == sorted(request.args.items(multi=True))


def _as_arguments(parameters: dict[str, Any]) -> MultiDict[str, str]:
    """Parameters as they stand in a URL."""
    arguments = MultiDict[str, str]()
    for name, value in parameters.items():
        values = cast("list[Any]", value) if isinstance(value, list) else [value]
        arguments.setlist(name, [str(each) for each in values])
    return arguments


# What a page of results says besides its hits


def _heading(state: State, results: Results) -> dict[str, Any]:
    """What a page of results is called, and by what its passages were found."""
    if state.similar:
        document, span = site().collection.named(state.similar)
        near = {"title": document.title or document.id, "link": link_to(document, span)}
        return {"heading": f"Near {near['title']}", "near": near, "by": "meaning"}
    ranked = any(hit.standing.legs for hit in results) or not results.total
    by = " + ".join(modes()[1:]) if results.mode == HYBRID else results.mode
    return {"heading": state.q or "Everything that matches", "by": by if ranked else ""}


class _Line(NamedTuple):
    """What a searcher should know, and the text and parameters of a link to the question that is offered, if one is."""

    kind: str
    text: str
    link: str = ""
    parameters: Mapping[str, Any] = MappingProxyType({})


def _notices(state: State, results: Results, ways: bool) -> Iterator[_Line]:
    """What is left out since it is damaged, and each notice.

    What there is without a constraint is told by the ways from here, which know those of other parameters too. An
    offered value takes the place of the one that nothing has, also where that is not in the question's text.
    """
    for each in results.left_out:
        text = f"A part of the collection is damaged and was not asked: {each.part} ({each.reason})."
        yield _Line("damaged", text)
    for notice in results.notices:
        if notice.kind == "nought" and notice.passages and (notice.question or ways):
            continue
        changes: dict[str, Any] = {}
        if notice.kind == "value" and notice.question and notice.span is None:
            *_, last = parse(notice.question, state.fields).must
            changes = {last.field: ()} if isinstance(last, language.Filter) and last.field in OPTIONS else {}
        if notice.kind == "weaker":
            yield _Line(notice.kind, notice.text, "Match any", state.parameters(match="any", page=1))
        else:
            parameters = state.parameters(q=notice.question or state.q, page=1, **changes)
            yield _Line(notice.kind, notice.text, notice.question or "", parameters)


class _Row(NamedTuple):
    """A value to narrow by, and the parameters to ask for it, to leave it out, or to undo the choice of it.

    Parameters are None where a URL cannot say that: see `State.narrow`. `share` is in percent of the commonest value.
    """

    counted: FacetValue
    share: float
    include: dict[str, Any] | None
    exclude: dict[str, Any] | None
    undo: dict[str, Any] | None


class _Facet(NamedTuple):
    """A column to narrow by. `more` says whether there are more values to show, `unfolded` whether they are shown."""

    name: str
    label: str
    rows: list[_Row]
    distinct: int
    more: bool
    unfolded: bool


def _facets(state: State, chips: Sequence[Chip], facets: Facets, more: str) -> Iterator[_Facet]:
    """The columns in which passages of the match set differ, and those by which it has been narrowed."""
    choices = {(chip.label, chip.text): chip.parameters_without for chip in chips}
    for name, column in facets.columns.items():
        unfolded = more == name
        values = column.values if unfolded else column.values[:SHOWN]
        if column.distinct > 1 or any((name, value.value) in choices for value in values):
            rows = [
                _Row(
                    value,
                    share=round(100 * value.passages / values[0].passages, 1),
                    include=state.narrow(name, value.value),
                    exclude=state.narrow(name, value.value, exclude=True),
                    undo=choices.get((name, value.value)),
                )
                for value in values
            ]
            yield _Facet(
                name,
                state.fields[name].label,
                rows,
                column.distinct,
                not unfolded and column.distinct > len(rows),
                unfolded,
            )


# Where nothing is found


class _Way(NamedTuple):
    """A question that is near one that finds nothing, and how many passages it finds."""

    lead: str
    label: str
    text: str
    parameters: dict[str, Any]
    total: int


def _ways(state: State, chips: Sequence[Chip], results: Results) -> Iterator[_Way]:
    """Questions that find something where this one does not: with one constraint less, with none, by meaning too.

    What there is without one that was typed is known from the notices. Of the others, as many as there is time to try:
    together they may take as long as one question.
    """
    spans = state.query.spans
    typed = {each.span: each.passages for each in results.notices if each.kind == "nought" and each.passages}
    for span, chip in zip(spans, chips[:_WAYS], strict=False):
        if passages := typed.get(Span(*span)):
            yield _Way("without", chip.label, chip.text, chip.parameters_without, passages)
    end = time.monotonic() + site().timeout
    attempts = [("without", chip.label, chip.text, chip.parameters_without) for chip in chips[len(spans) : _WAYS]]
    if len(chips) > 1:
        attempts.append(("without any of these constraints", "", "", _unconstrained(state)))
    if state["mode"] != "hybrid":
        attempts.append(("by words and by meaning", "", "", state.parameters(mode="hybrid", page=1)))
    if state["match"] == "all":
        attempts.append(("with most of the words", "", "", state.parameters(match="most", page=1)))
    for lead, label, text, parameters in attempts:
        other = State.read(_as_arguments(parameters), state.fields)
        if other.is_blank:
            continue
        try:
            total = other.search(replace(site(), timeout=max(end - time.monotonic(), 0)), limit=0).total
        except SearchTimeout:
            leave_untagged()
            return
        if total:
            yield _Way(lead, label, text, parameters, total)


def _unconstrained(state: State) -> dict[str, Any]:
    """The parameters of the question without any of its constraints."""
    words = " ".join(word.text for word in state.query.free)
    kept = {name: state[name] for name in ("mode", "literal", "sort", "match", "per_document")}
    return State.of({"q": words, **kept}).parameters()


# The start page


def _examples(facets: Facets) -> Iterator[str]:
    """A few questions that this collection can answer: in words, by person and place, by date."""
    some = list(_first_documents(_LOOKED_AT))
    times = Counter(each.title for each in some)
    # A title that many documents share says little about any of them, and of titles that begin alike one is enough.
    titles = [each.title for each in some if times[each.title] == 1 and len(each.title) < _LONGEST_EXAMPLE]
    unlike = {tuple(title.split()[:2]): title for title in reversed(list(filter(_parses, titles)))}
    yield from islice(reversed(unlike.values()), 3)
    for column in ("person", "place"):
        values = facets.columns[column].values
        if values and (example := text_of(language.Filter(column, values[0].value))):
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
        query = parse(question, strict=True)
    except QueryError:
        return False
    return bool(query.free)
