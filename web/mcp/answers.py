"""What the tools answer with: structures, and a readable text of each.

In a text, every line from a document is marked as a quotation.
"""

import msgspec

from ...corpus.document import Document
from ...index.reading.facets import FacetValue
from ...search.results import wire
from ...search.results.citations import page_words
from ...search.results.printing import many


class Source(msgspec.Struct, frozen=True):
    """The document that something is quoted from. `date` is a day, two with `..` between them, or None."""

    document: str
    title: str
    outlet: str
    date: str | None
    url: str


class Passage(msgspec.Struct, frozen=True):
    """A passage that answers. `why` says which legs found it, and how high in each it stands.

    `pages` are what the pages of the printed original are called that it stands on, if that is known. `collection` says
    which collection it is from, if several are asked side by side.
    """

    rank: int
    id: str
    source: Source
    text: str
    why: str
    pages: list[str]
    collection: str | None = None


class Passages(msgspec.Struct, frozen=True):
    """The passages that answer, the best first. `total` counts all that match, and `documents` what they are of.

    `at_least` says that there may be more, since only the nearest in meaning are counted. `weaker` counts passages that
    match without answering the question, and are left out where the order is by date.
    `understood` is how the question was read, with all constraints that were applied. `suggestion` is the question with
    misspelt words mended. `undated` counts passages that would match if they had a date, which the question asks for.
    `unknown` are words that no passage holds. `notices` say what a searcher should know; some offer another question.
    `left_out` has what of the collection was not asked, since it is damaged.
    Where nothing is found, `nearest` has the passages that come nearest in meaning: they may not answer at all.
    """

    total: int
    documents: int
    at_least: bool
    weaker: int
    suggestion: str | None
    undated: int
    understood: wire.Understood
    unknown: list[str]
    left_out: list[wire.LeftOut]
    notices: list[wire.Notice]
    passages: list[Passage]
    nearest: list[Passage]


class FieldOverview(msgspec.Struct, frozen=True):
    """A field that documents can be filtered by: what it is, how many values there are, and the commonest of them."""

    name: str
    about: str
    distinct: int
    values: list[FacetValue]


class Overview(msgspec.Struct, frozen=True):
    """What is in the collection. All its dates lie between `first` and `last`, in whole years if there are many.

    Both are None if nothing is dated. `undated` counts passages without a date. `languages` are ISO 639-1 codes.
    """

    documents: int
    passages: int
    first: str | None
    last: str | None
    undated: int
    languages: list[str]
    fields: list[FieldOverview]


class Page(msgspec.Struct, frozen=True):
    """A stretch `[start, end)` of a document's text, in characters, out of `length`. `next` is where to read on."""

    source: Source
    place: str
    language: str
    countries: list[str]
    people: list[str]
    text: str
    start: int
    end: int
    length: int
    next: int | None


def source_of(document: Document) -> Source:
    """A document as what is quoted from it names it."""
    known = wire.source_of(document)
    return Source(document=known.id, title=known.title, outlet=known.outlet, date=known.date, url=known.url)


def summary(answer: Passages) -> str:
    """What was found in all, and what there is to know of it."""
    shown = len(answer.passages)
    lines = [f"{shown} of {answer.total:,} passages that match:" if shown else "Nothing found."]
    lines += (on_one_line(f"Not asked, since it is damaged: {each.part} ({each.reason}).") for each in answer.left_out)
    lines += (on_one_line(f"{each.text} {each.question or ''}") for each in answer.notices)
    if answer.understood.constraints:
        lines.append(on_one_line(f"Confined to: {' '.join(answer.understood.constraints)}"))
    return "\n".join(lines)


def contents(overview: Overview) -> str:
    """What is in the collection."""
    dated = f"dated {overview.first} to {overview.last}" if overview.first else "without dates"
    undated = f", {many(overview.undated, 'passage')} undated" if overview.undated and overview.first else ""
    lines = [
        f"{many(overview.documents, 'document')} in {many(overview.passages, 'passage')}, {dated}{undated}.",
        f"Languages: {', '.join(overview.languages) or 'none'}.",
        "Fields to filter by, each with its commonest values and how many passages have them, quoted from documents:",
    ]
    for field in overview.fields:
        values = "; ".join(f"{on_one_line(each.value)} ({each.passages:,})" for each in field.values)
        more = field.distinct - len(field.values)
        lines.append(f"> {field.name}: {values or 'none'}{f'; and {more:,} more' if more else ''}")
    return "\n".join(lines)


def entry(passage: Passage) -> str:
    """A passage with its source."""
    heading = f"{passage.rank}. {_imprint(passage.source)}\n   id: {passage.id}\n   why: {passage.why}"
    heading += f"\n   {page_words(passage.pages)}" if passage.pages else ""
    heading += f"\n   collection: {on_one_line(passage.collection)}" if passage.collection else ""
    return f"{heading}\n{_quotation(passage.text)}"


def excerpt(page: Page) -> str:
    """A stretch of a document with its source."""
    where = f"characters {page.start:,} to {page.end:,} of {page.length:,}"
    rest = (
        "" if page.next is None else f"\n{page.length - page.end:,} characters remain: read on with start={page.next}"
    )
    return f"{_imprint(page.source)}\n   id: {page.source.document}\n   {where}\n{_quotation(page.text)}{rest}"


def _imprint(source: Source) -> str:
    parts = (source.title or "(untitled)", source.outlet, source.date, source.url)
    return " · ".join(on_one_line(part) for part in parts if part)


def on_one_line(text: str) -> str:
    """A text without line breaks, and with one blank where there were several."""
    return " ".join(text.split())


def _quotation(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())
