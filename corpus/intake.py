"""From raw records to documents: identified, cleaned, described, and freed of the lines that recur in their outlet.

Documents of all formats come this way: a reader finds the text and what the source says of it
(`readers.contract.RawRecord`), and here is all that is made of that.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple, TypeVar

from ..errors import InvalidDocument, MissingExtra, SystemRefusal, UnreadableSource
from ..refusals import refusal
from .cleaning.clean import clean
from .cleaning.page_marks import moved
from .cleaning.recurring import LARGEST_WINDOW, WINDOW, RecurringLines
from .description.countries import canonical_country
from .description.describe import DESCRIBED, describe, given
from .description.languages import language_code
from .document import Document, Person, Reference
from .fields import canonical_classification, stated_classification
from .readers.contract import Cleaning, Format, RawRecord, ReadOptions, Skipped, Source, unforeseen
from .readers.files import text_id
from .readers.guarded import read_records
from .readers.support.fields import Fields
from .splitting.title_line import without_title

_PERSON: Final = ("name", "role", "country")
_REFERENCE: Final = ("outlet", "title", "url", "published")

MOST_LINES: Final = 500_000
"""The most lines of a document's text. Each is looked at by itself, and twenty megabytes may be ten million."""

_Other = TypeVar("_Other")


def read_stream(source: Source, form: Format, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Read an open source in a format.

    Args:
        source: The source. Its id becomes that of a document that is given none, if the format is one of one document.
        form: The format; the source's name does not count.
        options: How it is read.

    Returns:
        The documents as the reader finds them, and a `Skipped` for what cannot be read. A fault in a reader ends its
        source and no other. The files of an archive lose the lines that recur in their outlets, as those of a folder do
        where they are read together.
    """
    if form.holds_files and options.cleaning:
        for each in without_recurring_lines(_spared(source, form, options)):
            yield each.document if isinstance(each, _Spared) else each
        return
    for record in read_records(source, form, options):
        yield record if isinstance(record, Skipped) else _document_or_skipped(record, source, form, options)


class _Spared(NamedTuple):
    """A document that came without what stood around it, and loses no line."""

    document: Document

    @property
    def text(self) -> str:
        return self.document.text


def _spared(source: Source, form: Format, options: ReadOptions) -> Iterator[Document | _Spared | Skipped]:
    for record in read_records(source, form, options):
        if isinstance(record, Skipped):
            yield record
            continue
        found = _document_or_skipped(record, source, form, options)
        yield found if isinstance(found, Skipped) or record.cleaning is Cleaning.SURROUNDINGS else _Spared(found)


def without_recurring_lines(results: Iterable[Document | _Other]) -> Iterator[Document | _Other]:
    """Take the lines that recur in their outlets out of documents that are read together.

    Args:
        results: Documents, and anything else among them, which comes as it is.

    Returns:
        The same in the same order. At most WINDOW documents or some ten million characters are held back at a time.
    """
    recurring = RecurringLines()
    window: list[Document | _Other] = []
    size = 0
    for each in results:
        window.append(each)
        size += len(each.text) if isinstance(each, Document | _Spared) else 0
        if len(window) >= WINDOW or size > LARGEST_WINDOW:
            yield from _without_lines(window, recurring)
            window, size = [], 0
    yield from _without_lines(window, recurring)


def _without_lines(window: list[Document | _Other], recurring: RecurringLines) -> Iterator[Document | _Other]:
    recurring.learn(each for each in window if isinstance(each, Document))
    return (recurring.without(each) if isinstance(each, Document) else each for each in window)


def _document_or_skipped(record: RawRecord, source: Source, form: Format, options: ReadOptions) -> Document | Skipped:
    try:
        if record.text.count("\n") >= MOST_LINES:
            raise UnreadableSource(f"a text of more than {MOST_LINES:,} lines: split it")
        identified = _identified(record, source if form.one_document else None, options)
        cleaned = _cleaned(identified, record, options)
        return _finished(describe(cleaned, cleaned.cut[len(record.cut) :], name=record.name), record)
    except UnreadableSource as error:
        return Skipped(record.origin, str(error))
    except (SystemRefusal, sqlite3.Error, MemoryError, MissingExtra):
        raise
    except Exception as error:
        # Here no source is read any more: what the system refuses, it refuses for every document.
        if isinstance(error, OSError) and (refused := refusal(error, record.origin)):
            raise refused from error
        return unforeseen(record.origin, error)


def _identified(record: RawRecord, alone: Source | None, options: ReadOptions) -> Document:
    """The document with its id and all that is said of it; `alone` is its source if no other document is in that."""
    own = {each.name: options.fields.get(each.name, each.key) for each in options.own}
    fields = Fields(record.description, {**own, **record.keys})
    document_id = fields.id() or record.id or (alone and (alone.id or text_id(record.text)))
    if not document_id:
        raise UnreadableSource("has no id")
    document = _stated(fields, record, document_id)
    whence: dict[str, str] = {}
    for stated, how in ((record.page, "given"), (record.beside, "extracted")):
        if stated:
            page = _stated(Fields(stated), record, document_id)
            new = {name: value for name in DESCRIBED if not getattr(document, name) and (value := getattr(page, name))}
            document = replace(document, **new)
            whence |= dict.fromkeys(new, how)
    extra = {each.name: found for each in options.own if (found := fields.values(each.name, each.type))}
    said = {"unused": fields.unused(), "remarks": (*record.remarks, *fields.remarks)}
    recognised = {"text": "recognised"} if record.is_recognised else {}
    return replace(document, extra=extra, provenance=given(document) | whence | recognised, **said)


def _stated(fields: Fields, record: RawRecord, document_id: str) -> Document:
    """The document as a record or a page describes it.

    Raises:
        UnreadableSource: If it breaks an invariant of documents.
    """
    try:
        return Document(id=document_id, text=record.text, origin=record.origin, **_description(fields, record.text))
    except InvalidDocument as error:
        raise UnreadableSource(str(error)) from None


def _description(fields: Fields, text: str) -> dict[str, Any]:
    """The fields of a document, in the form that a document has them in."""
    language = fields.text("language")
    if language and not language_code(language):
        fields.misfit("language", "no language that is known", language)
    countries = (canonical_country(name) or name for name in fields.texts("countries", is_one=canonical_country))
    references = fields.mappings("references", _REFERENCE, bare="title")
    return {
        "title": fields.text("title"),
        "dates": fields.dates(),
        "place": fields.text("place"),
        "outlet": fields.text("outlet"),
        "author": fields.joined("author"),
        "url": fields.text("url"),
        "kind": fields.text("kind"),
        "language": language_code(language) or "",
        "countries": tuple(dict.fromkeys(countries)),
        "people": _people(fields),
        "topics": fields.texts("topics"),
        "senders": fields.values("senders"),
        "recipients": fields.values("recipients"),
        "volume": fields.single("volume"),
        "classification": _classification(fields),
        "references": tuple(Reference(**reference) for reference in references),
        "notes": tuple(fields.notes(text)),
        "pages": fields.pages(text),
    }


def _people(fields: Fields) -> tuple[Person, ...]:
    people = fields.mappings("people", _PERSON, bare="name")
    return tuple(_person(person) for person in people if person["name"])


def _classification(fields: Fields) -> str:
    """The classification that is given, else the one that the record's source note states."""
    if classification := fields.single("classification"):
        return canonical_classification(classification) or classification
    note = fields.glance("source_note")
    return stated_classification(note) if isinstance(note, str) else ""


def _person(person: Mapping[str, str]) -> Person:
    return Person(person["name"], person["role"], canonical_country(person["country"]) or person["country"])


def _cleaned(document: Document, record: RawRecord, options: ReadOptions) -> Document:
    """The document without what stands around it in its source; what is taken out is kept in `cut`."""
    if record.cleaning is not Cleaning.SURROUNDINGS or not options.cleaning:
        return replace(document, cut=record.cut)
    cleaned = clean(document.text)
    return replace(document, text=cleaned.text, cut=(*record.cut, *cleaned.cut))


def _finished(document: Document, record: RawRecord) -> Document:
    """The described document without its title's line, its pages marked in what is left, and at its address."""
    if record.cleaning is not Cleaning.NONE:
        document = replace(document, text=without_title(document.text, document.title).strip())
    if record.cleaning is Cleaning.SURROUNDINGS and document.notes:
        # Offsets into a page that was cleaned are no positions in the text: all footnotes belong to its end.
        document = replace(document, notes=tuple(replace(note, at=len(document.text)) for note in document.notes))
    document = replace(document, pages=moved(document.pages, record.text, document.text))
    if record.address:
        provenance = {"url": "given", **document.provenance}
        document = replace(document, url=document.url or record.address, provenance=provenance)
    return document
