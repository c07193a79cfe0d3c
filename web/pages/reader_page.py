"""The reader: a whole document at the passage that a link names, with all that answers the question marked; citations.

Everything in it is bounded, and the page says what a bound leaves out.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, Self

from flask import Blueprint, Response, request

from ...corpus.document import Document, Span
from ...corpus.fields import Field
from ...errors import NotFound, QueryError, SearchTimeout
from ...search.results import citations
from ...search.results.results import Hit
from ..delivery.tags import check_whole
from ..parameters import Choice, Number, Text, read
from ..site import address, site
from ..state import PARAMETERS, State
from .reader_text import (
    MOST_NOTES,
    Annotations,
    matches,
    note_pieces,
    notes_of,
    paragraphs,
    parse_span,
    part_of,
    parts,
    source_link,
)
from .rendering import link_to, page

MOST_MATCHES = 100
"""How many of a document's matching passages are marked, at most: the best ones."""

MARKING_BUDGET = 100_000_000
NOTE_COST = 1000
"""How many characters may be read to mark passages, and how many of them a footnote counts for.

Each passage brings its whole document with it, so of a huge document fewer are marked.
"""

SIMILAR = 5
_SHOWN_APART: Final = frozenset({"country", "person", "place", "lang"})
LISTED = 60
"""How many people, countries, topics, sources and cut lines are listed, at most."""

PASSAGE: Final = Text(name="passage", about="The span of the passage that is cited.", example="0-958", longest=40)
PART: Final = Number(name="part", about="Which part of a long document.", low=1, high=100_000)
AS: Final = Choice(name="as", about="The format.", choices=("text", "bibtex", "ris", "csl"))

reader = Blueprint("reader", __name__)


@reader.get("/documents/<dragoman_id:document_id>")
def document(document_id: str) -> Response:
    """A whole document, with `passage=START-END` set off and what answers the question marked."""
    values = read((*PARAMETERS, PASSAGE, PART), request.args, strict=False)
    state, cited = State.of(values, site().collection.fields), parse_span(values["passage"])
    document = site().collection.document(document_id)
    answer = _answer(state, document)
    if answer.hits:
        document = answer.hits[0].document  # of the same commit as the marks
    # A link may be older than the text: then there is nothing to land on.
    moved = cited is not None and not cited.start < cited.end <= len(document.text)
    cited = None if moved else cited
    part_spans = parts(document.text)
    number = values["part"] or (part_of(part_spans, cited.start) if cited else 1)
    if number > len(part_spans):
        raise NotFound(f"{document_id!r} has no part {number}: the last one is {len(part_spans)}")
    part = part_spans[number - 1]
    best_matches = matches(answer.hits)
    # The part that a match's mark is in is named where its span does not say so already.
    within = [(part_of(part_spans, match.at), part_of(part_spans, match.span.start)) for match in best_matches]
    named_parts = [its_own if its_own != implied else None for its_own, implied in within]
    notes = notes_of(document, part)
    page_notes = dict(islice(notes.items(), MOST_NOTES))
    in_notes = {each.note: each.highlights for hit in answer.hits for each in hit.notes}
    annotations = Annotations(
        cited,
        marks=[mark for hit in answer.hits for mark in hit.highlights],
        matches=best_matches,
        notes=page_notes,
    )

    def address_here(span: Span | None, part: int | None = None, anchor: str | None = None) -> str:
        """The address of a passage of this document, or of a part of it, for the same question."""
        where: dict[str, Any] = {"passage": str(span) if span else None, "part": part, "_anchor": anchor}
        return address("reader.document", document_id=document_id, **state.parameters(), **where)

    return page(
        "document.html",
        state=state,
        document=document,
        cited=cited,
        moved=moved,
        answer=answer,
        paragraphs=paragraphs(document, annotations, part),
        notes={n: (note, note_pieces(note, in_notes.get(note, ()))) for n, note in page_notes.items()},
        unlisted_notes=len(notes) - len(page_notes),
        turns=[
            address_here(match.span, within, f"m{turn}")
            for turn, (match, within) in enumerate(zip(best_matches, named_parts, strict=True), 1)
        ],
        turn_passages=[str(match.span) for match in best_matches],
        turn_parts=[within or "" for within in named_parts],
        quotations={
            turn: _Quotation.of(document, match.span)
            for turn, match in enumerate(best_matches, 1)
            if part_of(part_spans, match.at) == number
        },
        present=next((turn for turn, match in enumerate(best_matches, 1) if match.span == cited), 0),
        part=number,
        parts=[address_here(cited, each) for each in range(1, len(part_spans) + 1)],
        quotation=_Quotation.of(document, cited),
        meta=list(_meta(document)),
        fields=list(_plain_fields(document)),
        described=document.by_provenance(),
        similar=_similar(document),
        most=LISTED,
    )


@reader.get("/cite/<dragoman_id:document_id>")
def cite(document_id: str) -> Response:
    """The citation of a document, or of `passage=START-END` in it: `as` a note, for BibTeX, RIS, or as CSL-JSON."""
    values = read((AS, PASSAGE), request.args, strict=False)
    document, cited = site().collection.document(document_id), parse_span(values["passage"])
    if cited and not cited.start < cited.end <= len(document.text):
        raise NotFound(f"{document_id!r} has no passage {values['passage']}")
    body, kind, ending = {
        "text": lambda: (citations.text(document, cited) + "\n", "text/plain; charset=utf-8", ""),
        "bibtex": lambda: (citations.bibtex(document, cited), "application/x-bibtex; charset=utf-8", "bib"),
        "ris": lambda: (citations.ris(document, cited), "application/x-research-info-systems; charset=utf-8", "ris"),
        "csl": lambda: (
            json.dumps([citations.csl(document, cited)], ensure_ascii=False, indent=2),
            "application/vnd.citationstyles.csl+json",
            "json",
        ),
    }[values["as"]]()
    response = Response(body, content_type=kind)
    if ending:
        response.headers["Content-Disposition"] = f'attachment; filename="{citations.key(document, cited)}.{ending}"'
    return response


@dataclass(frozen=True, slots=True)
class _Answer:
    """The best passages of a document for a question and how many more there are, or why they are not known."""

    hits: tuple[Hit, ...] = ()
    unmarked: int = 0
    failure: str = ""


def _plain_fields(document: Document) -> Iterator[tuple[Field, list[str]]]:
    """The fields that the document has values in, except those that the page shows in a way of their own."""
    for field in site().collection.fields:
        values = [value for value in field.values(document) if value]
        if values and field.name not in _SHOWN_APART:
            yield field, values


def _answer(state: State, document: Document) -> _Answer:
    if not state.q:
        return _Answer()
    options: dict[str, Any] = {
        **state.constraints(),
        "sort": "relevance",
        "document": document.id,
        "per_document": False,
        "fold": False,
    }
    size = len(document.text) + NOTE_COST * len(document.notes)
    limit = max(min(MOST_MATCHES, MARKING_BUDGET // max(size, 1)), 1)
    try:
        results = site().collection.search(state.q, limit=limit, timeout=site().timeout, **options)
        check_whole(results.left_out)
    except (QueryError, SearchTimeout) as error:
        # The document can still be read.
        return _Answer(failure=str(error))
    return _Answer(results.hits, results.total - len(results.hits))


def _similar(document: Document) -> Sequence[Hit]:
    """The documents nearest in meaning; empty for a document without passages, and if there is no time to find them."""
    try:
        return site().collection.similar(document.id, limit=SIMILAR, per_document=True, timeout=site().timeout).hits
    except (NotFound, SearchTimeout):
        return ()


@dataclass(frozen=True, slots=True)
class _Quotation:
    """What somebody needs who quotes a passage, or cites the whole document.

    Attributes:
        passage: The passage's span as addresses have it; empty for the whole document.
        citation: The citation in words.
        exports: The addresses of its other formats, by their names.
        permalink: The address that leads to it without a question.
        source: The address of the original, at the passage; empty if the document has none.
    """

    passage: str
    citation: str
    exports: dict[str, str]
    permalink: str
    source: str

    @classmethod
    def of(cls, document: Document, span: Span | None) -> Self:
        """That of a passage, or without a span that of the document."""
        passage = str(span) if span else ""

        def link(format_name: str) -> str:
            parameters: dict[str, Any] = {"as": format_name, "passage": passage or None}
            return address("reader.cite", document_id=document.id, **parameters)

        exports = {label: link(name) for label, name in (("BibTeX", "bibtex"), ("RIS", "ris"), ("CSL-JSON", "csl"))}
        permalink = link_to(document, span)
        return cls(passage, citations.text(document, span), exports, permalink, source_link(document, span))


def _meta(document: Document) -> list[tuple[str, str]]:
    """What Zotero and similar programs read in a page's head: Highwire's names, and Zotero's own for the kind."""
    item = citations.csl(document)
    known = [
        ("citation_title", item["title"]),
        *(("citation_author", author["literal"]) for author in item.get("author", ())[:LISTED]),
        ("citation_publication_date", "/".join(map(str, item["issued"]["date-parts"][0])) if "issued" in item else ""),
        ("citation_journal_title", item.get("container-title", "")),
        ("citation_publisher", item.get("publisher", "")),
        ("citation_language", item.get("language", "")),
        ("citation_public_url", item.get("URL") or address("reader.document", external=True, document_id=document.id)),
        *(("citation_keywords", topic) for topic in document.topics[:LISTED]),
        ("z:itemType", citations.genre(document).zotero),
    ]
    return [(name, content) for name, content in known if content]
