"""What only the API answers with: documents, passages, completions. For what a search gives see `wire`.

OpenAPI's schemas are made of these structs, and their docstrings stand in that document.
"""

import msgspec

from ...corpus.document import Document, Note, Person, Reference, Span, passage_id
from ...search.advice.completion import Completion
from ...search.results import wire
from ...search.results.printing import moment


class FacetsAnswer(wire.Summary, frozen=True):
    """What the passages that answer a question consist of."""

    facets: wire.Facets


class SuggestAnswer(msgspec.Struct, frozen=True):
    """Ways to complete the last word of a question; if there are none, the question with misspelt words mended."""

    query: str
    completions: list[Completion]
    suggestion: str | None


class Description(msgspec.Struct, frozen=True):
    """A document's description. `dates` are its first and last day.

    `provenance` says of each field whether it was given with the original, extracted from its text or inferred. `extra`
    has the values of the collection's own fields. `added` is when it came into the collection as it is now, in UTC.
    """

    id: str
    title: str
    dates: tuple[str, str] | None
    place: str
    outlet: str
    author: str
    url: str
    kind: str
    language: str
    countries: list[str]
    people: list[Person]
    topics: list[str]
    senders: list[str]
    recipients: list[str]
    volume: str
    classification: str
    references: list[Reference]
    provenance: dict[str, str]
    extra: dict[str, list[str]]
    added: str | None


class DocumentAnswer(Description, frozen=True):
    """A document: its description, its text with the footnotes, and the `[start, end)` of each of its passages.

    `cut` are the lines that cleaning took out of the original: they are in none of the passages. `pages` has, of each
    page of the printed original, what it is called and the offset in the text at which it begins.
    """

    notes: list[Note]
    pages: list[tuple[str, int]]
    cut: list[str]
    text: str
    passages: list[tuple[int, int]]


class DocumentsAnswer(msgspec.Struct, frozen=True):
    """Documents in the order of their ids; `next` is what to give as `after` for the following ones, or null."""

    documents: list[Description]
    next: str | None


class PassageAnswer(msgspec.Struct, frozen=True):
    """A passage, `[start, end)` in its document's text, with its footnotes and the ids of its neighbours.

    `pages` are what the pages of the printed original are called that it stands on, if that is known.
    """

    id: str
    document: Description
    text: str
    start: int
    end: int
    pages: list[str]
    notes: list[Note]
    previous: str | None
    next: str | None


def facets_answer(found: wire.SearchAnswer) -> FacetsAnswer:
    """The answer of a search without its hits, and what goes with them."""
    fields = msgspec.structs.asdict(found)
    return FacetsAnswer(**{name: fields[name] for name in FacetsAnswer.__struct_fields__})


def description(document: Document) -> Description:
    """A document's description, without what may be long, and without where its file lies, which is private."""
    return Description(
        id=document.id,
        title=document.title,
        dates=document.dates and (str(document.dates.first), str(document.dates.last)),
        place=document.place,
        outlet=document.outlet,
        author=document.author,
        url=document.url,
        kind=document.kind,
        language=document.language,
        countries=list(document.countries),
        people=list(document.people),
        topics=list(document.topics),
        senders=list(document.senders),
        recipients=list(document.recipients),
        volume=document.volume,
        classification=document.classification,
        references=list(document.references),
        provenance=dict(document.provenance),
        extra={name: list(values) for name, values in document.extra.items()},
        added=document.added and moment(document.added),
    )


def document_answer(document: Document, passages: list[Span]) -> DocumentAnswer:
    """A whole document, with the spans of its passages in their order."""
    return DocumentAnswer(
        **msgspec.structs.asdict(description(document)),
        notes=list(document.notes),
        pages=[(page.label, page.at) for page in document.pages],
        cut=list(document.cut),
        text=document.text,
        passages=[(span.start, span.end) for span in passages],
    )


def passage_answer(document: Document, passages: list[Span], span: Span) -> PassageAnswer:
    """One passage of a document.

    Args:
        document: The document.
        passages: The spans of all its passages, in their order.
        span: The span of the wanted one, which is among them.
    """
    position = passages.index(span)
    before, after = passages[max(position - 1, 0) : position], passages[position + 1 : position + 2]
    return PassageAnswer(
        id=passage_id(document.id, *span),
        document=description(document),
        text=document.text[span.start : span.end],
        start=span.start,
        end=span.end,
        pages=[page.label for page in document.pages_of(span)],
        notes=list(document.notes_in(span)),
        previous=passage_id(document.id, *before[0]) if before else None,
        next=passage_id(document.id, *after[0]) if after else None,
    )
