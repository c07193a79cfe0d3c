"""The reader: a whole document at the passage that a link names, with all that answers the question marked; citations.

Everything in it is bounded. What a bound leaves out is told on the page.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from flask import Blueprint, Response, request

from ...corpus.document import Document, Span
from ...errors import NotFound, QueryError, SearchTimeout
from ...search.language.plain import plain
from ...search.results import citations
from ...search.results.results import Hit
from ..parameters import Choice, Number, Text, read
from ..site import address, site
from ..state import ASKED, Asked
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
from .rendering import page

MOST_MATCHES = 100
"""So many of a document's matching passages are marked, the best."""

MARKING_BUDGET = 100_000_000
NOTE_COST = 1000
"""Characters that may be read to mark passages, for each brings its document: of a huge one fewer are marked. A
footnote costs as much as so many characters."""

SIMILAR = 5
LISTED = 60
"""So many people, countries, topics, sources and cut lines are listed."""

PASSAGE: Final = Text(name="passage", about="The span of the passage that is cited.", example="0-958", longest=40)
PART: Final = Number(name="part", about="Which part of a long document.", low=1, high=100_000)
AS: Final = Choice(name="as", about="The format.", choices=("text", "bibtex", "ris", "csl"))

reader = Blueprint("reader", __name__)


@reader.get("/documents/<dragoman_id:document_id>")
def document(document_id: str) -> Response:
    """A whole document, with `passage=START-END` set off and what answers the question marked."""
    given = read((*ASKED, PASSAGE, PART), request.args)
    asked, cited = Asked.of(given), parse_span(given["passage"])
    found = site().collection.document(document_id)
    answer = _answer(asked, found)
    if answer.hits:
        found = answer.hits[0].document  # of the same commit as the marks
    # A link may be older than the text: then there is nothing to land on.
    moved = cited is not None and not cited.start < cited.end <= len(found.text)
    cited = None if moved else cited
    shown = parts(found.text)
    number = given["part"] or (part_of(shown, cited.start) if cited else 1)
    if number > len(shown):
        raise NotFound(f"{document_id!r} has no part {number}: the last one is {len(shown)}")
    part = shown[number - 1]
    marked = matches(answer.hits)
    turn_parts = [part_of(shown, match.at) for match in marked]
    notes = notes_of(found, part)
    kept = dict(islice(notes.items(), MOST_NOTES))
    in_notes = {each.note: each.highlights for hit in answer.hits for each in hit.notes}
    annotations = Annotations(
        cited,
        marks=[mark for hit in answer.hits for mark in hit.highlights],
        anchors={match.at: turn for turn, match in enumerate(marked, 1)},
        notes=kept,
    )
    state = asked.parameters() | ({"passage": given["passage"]} if cited else {})

    def place(wanted: int, anchor: str | None = None) -> str:
        """The address of a part of this very page, or within it."""
        if anchor and wanted == number:
            return f"#{anchor}"
        return address("reader.document", document_id=document_id, **state, part=wanted, _anchor=anchor)

    return page(
        "document.html",
        asked=asked,
        document=found,
        cited=cited,
        moved=moved,
        answer=answer,
        paragraphs=paragraphs(found, annotations, part),
        notes={n: (note, note_pieces(note, in_notes.get(note, ()))) for n, note in kept.items()},
        unlisted_notes=len(notes) - len(kept),
        turns=[place(within, f"m{turn}") for turn, within in enumerate(turn_parts, 1)],
        turn_parts=turn_parts,
        present=next((turn for turn, match in enumerate(marked, 1) if match.span == cited), 0),
        part=number,
        parts=[place(each) for each in range(1, len(shown) + 1)],
        source=source_link(found, cited),
        citation=_citation(found, cited),
        described=found.by_provenance(),
        similar=_similar(found),
        search_words=_search_words,
        most=LISTED,
    )


@reader.get("/cite/<dragoman_id:document_id>")
def cite(document_id: str) -> Response:
    """The citation of a document, or of `passage=START-END` in it: `as` a note, for BibTeX, RIS, or as CSL-JSON."""
    given = read((AS, PASSAGE), request.args)
    found, cited = site().collection.document(document_id), parse_span(given["passage"])
    if cited and not cited.start < cited.end <= len(found.text):
        raise NotFound(f"{document_id!r} has no passage {given['passage']}")
    body, kind, ending = {
        "text": lambda: (citations.text(found, cited) + "\n", "text/plain; charset=utf-8", ""),
        "bibtex": lambda: (citations.bibtex(found, cited), "application/x-bibtex; charset=utf-8", "bib"),
        "ris": lambda: (citations.ris(found, cited), "application/x-research-info-systems; charset=utf-8", "ris"),
        "csl": lambda: (
            json.dumps([citations.csl(found, cited)], ensure_ascii=False, indent=2),
            "application/vnd.citationstyles.csl+json",
            "json",
        ),
    }[given["as"]]()
    response = Response(body, content_type=kind)
    if ending:
        response.headers["Content-Disposition"] = f'attachment; filename="{citations.key(found, cited)}.{ending}"'
    return response


@dataclass(frozen=True, slots=True)
class _Answer:
    """The best passages of a document for a question, and how many more there are; or why they are not known."""

    hits: tuple[Hit, ...] = ()
    unmarked: int = 0
    failure: str = ""


def _answer(asked: Asked, found: Document) -> _Answer:
    if not asked.q:
        return _Answer()
    options: dict[str, Any] = {
        **asked.constraints(),
        "sort": "relevance",
        "document": found.id,
        "per_document": False,
        "fold": False,
    }
    size = len(found.text) + NOTE_COST * len(found.notes)
    limit = max(min(MOST_MATCHES, MARKING_BUDGET // max(size, 1)), 1)
    try:
        results = site().collection.search(asked.q, limit=limit, timeout=site().timeout, **options)
    except (QueryError, SearchTimeout) as error:
        # The document can be read all the same.
        return _Answer(failure=str(error))
    return _Answer(results.hits, results.total - len(results.hits))


def _similar(found: Document) -> Sequence[Hit]:
    """The documents nearest in meaning; none for one without passages."""
    try:
        return site().collection.similar(found.id, limit=SIMILAR, per_document=True).hits
    except NotFound:
        return ()


@dataclass(frozen=True, slots=True)
class _Citation:
    """A citation in words, the addresses of its other formats by their names, and what stands in the page's head."""

    text: str
    links: dict[str, str]
    meta: list[tuple[str, str]]


def _citation(found: Document, cited: Span | None) -> _Citation:
    def link(format_name: str) -> str:
        parameters: dict[str, Any] = {"as": format_name, "passage": str(cited) if cited else None}
        return address("reader.cite", document_id=found.id, **parameters)

    links = {label: link(name) for label, name in (("BibTeX", "bibtex"), ("RIS", "ris"), ("CSL-JSON", "csl"))}
    return _Citation(citations.text(found, cited), links, list(_meta(found)))


def _meta(found: Document) -> list[tuple[str, str]]:
    """What Zotero and its like read out of a page's head: Highwire's names, with Zotero's own for the kind."""
    item = citations.csl(found)
    known = [
        ("citation_title", item["title"]),
        *(("citation_author", author["literal"]) for author in item.get("author", ())[:LISTED]),
        ("citation_publication_date", "/".join(map(str, item["issued"]["date-parts"][0])) if "issued" in item else ""),
        ("citation_journal_title", item.get("container-title", "")),
        ("citation_publisher", item.get("publisher", "")),
        ("citation_language", item.get("language", "")),
        ("citation_public_url", item.get("URL") or address("reader.document", external=True, document_id=found.id)),
        *(("citation_keywords", topic) for topic in found.topics[:LISTED]),
        ("z:itemType", citations.genre(found).zotero),
    ]
    return [(name, content) for name, content in known if content]


def _search_words(words: str) -> str:
    """The address of a search for words, whatever signs they have; empty if there is no word."""
    asked = plain(words)
    return address("pages.search", q=asked) if asked else ""
