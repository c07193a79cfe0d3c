"""What a document is: clean text with a description, and the passages and spans within it."""

import dataclasses
import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any, NamedTuple, cast

from ..errors import InvalidDocument

MAX_ID_LENGTH = 1024
"""The longest id of a document, in characters. Ids stand in URLs and in every result."""

MAX_PASSAGE_ID_LENGTH = MAX_ID_LENGTH + 32

_LATER = ("senders", "recipients", "volume", "classification", "extra", "pages")
# Documents have not always had these: where one is empty, the description leaves it out, so that the content hash of
# a document that has none of them is as it was before, and adding it again changes nothing.

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


class Span(NamedTuple):
    """A `[start, end)` pair of character offsets into a document's text."""

    start: int
    end: int

    def __str__(self) -> str:
        """START-END, as it stands in ids and links."""
        return f"{self.start}-{self.end}"


class DateInterval(NamedTuple):
    """The days that a document is about or was published on, first and last included.

    One day has `first == last`; "March 1950" runs from the 1st to the 31st. A document without a date has no
    interval at all, rather than an endless one.
    """

    first: date
    last: date

    def __str__(self) -> str:
        """`2025-11-22`, or `2025-11-22..2025-11-23`."""
        return str(self.first) if self.first == self.last else f"{self.first}..{self.last}"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom a document names.

    Attributes:
        name: The name in full, as the document has it.
        role: An office, or the part in the document (from, to, participant); empty if unknown.
        country: The country that they speak for, by its usual English name; empty if unknown.
    """

    name: str
    role: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a statement of the document comes from: one entry of its list of sources."""

    outlet: str = ""
    title: str = ""
    url: str = ""
    published: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote, kept apart from the text.

    Attributes:
        mark: Its mark as printed.
        at: Where in the text the mark stands, an offset in characters.
        text: What the footnote says.
    """

    mark: str
    at: int
    text: str


class Page(NamedTuple):
    """Where a page of the printed original begins.

    Attributes:
        label: What the page is called there: "1474", "xii"; empty if nobody says.
        at: An offset in characters into the document's text.
    """

    label: str
    at: int


class Remark(NamedTuple):
    """What a reader has to say of a document that it read all the same: bytes replaced, a field left open.

    Remarks are counted by their kind when documents are brought into a collection, and told with a few examples:
    "bytes that are no UTF-8 were replaced in 12 documents: a.html (1, in line 14), …".

    Attributes:
        kind: What was the matter, as it goes on with "in 12 documents"; the same words wherever it is the same matter.
        example: This case of it in a few words: "2, the first in line 14"; may be empty.
    """

    kind: str
    example: str = ""


def _at(page: Page) -> int:
    return page.at


@dataclass(frozen=True)
class Document:
    """One article, despatch or communiqué: clean text and its description.

    Attributes:
        id: Unique within a collection; at most 1,024 printable characters.
        text: Final: every span that Dragoman reports is a pair of offsets into it, in characters.
        title: The headline, on one line.
        dates: The days that it is about or was published on; None if unknown.
        place: Where it was written or filed.
        outlet: Who published it: a newspaper, an agency, a series.
        author: Who wrote it.
        url: Its address on the web.
        kind: What it is: telegram, memorandum of conversation, press release.
        language: An ISO 639-1 code.
        countries: Those that it is about, by their usual English short names.
        people: Those whom it names, senders and receivers first.
        topics: What it is filed under.
        senders: Who sent it, for a letter or telegram.
        recipients: To whom it was sent.
        volume: The volume of an edition that it is printed in.
        classification: Who might see it: one of `fields.CLASSIFICATIONS` where it is a usual one.
        references: What it cites as its sources.
        notes: Its footnotes, in the order of their marks.
        pages: Where the pages of the printed original begin, in order; of a PDF all pages, those included that have no
            text, so that the first is its first. What precedes the first is on no known page.
        cut: What cleaning took out of the source, in order: kept so that nothing is silently lost, and never searched.
        extra: The values of a collection's own fields, by their names: see `fields.OwnField`.
        provenance: Says of each field of the description that is not empty whether it was "given" with the source,
            "extracted" from its text or "inferred"; and of the text that it was "recognised", if that was in pictures.
        origin: Where it was read from, which plays no part in its content.
        unused: What its source says of it and nothing here holds: keys such as "chapter", and "votes: no number" for a
            value that is not what the field of a collection's own asks for. No part of the document: it is counted
            when documents are brought into a collection, and then forgotten.
        remarks: What its reader has to say of it. No part of the document either: see `Remark`.
        added: When it came into the collection that it was read from, as it is there: one that changes comes in anew.
            None for a document of no collection. It is no part of the document.

    Raises:
        InvalidDocument: If the id is empty, too long or holds a control character, if the date interval ends before it
            begins, if a page lacks its label or offset, or if the language is no code.
    """

    id: str
    text: str
    title: str = ""
    dates: DateInterval | None = None
    place: str = ""
    outlet: str = ""
    author: str = ""
    url: str = ""
    kind: str = ""
    language: str = ""
    countries: tuple[str, ...] = ()
    people: tuple[Person, ...] = ()
    topics: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    volume: str = ""
    classification: str = ""
    references: tuple[Reference, ...] = ()
    notes: tuple[Note, ...] = ()
    pages: tuple[Page, ...] = ()
    cut: tuple[str, ...] = ()
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]], hash=False)
    provenance: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)
    origin: str = ""
    unused: tuple[str, ...] = field(default=(), compare=False)
    remarks: tuple[Remark, ...] = field(default=(), compare=False)
    added: datetime | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if not self.id.strip():
            raise InvalidDocument("a document needs an id that is not empty")
        if len(self.id) > MAX_ID_LENGTH:
            raise InvalidDocument(f"a document's id has at most {MAX_ID_LENGTH} characters, this one {len(self.id)}")
        if not self.id.isprintable():
            raise InvalidDocument(f"the document id {self.id!r} holds control characters: use printable ones")
        extra = cast("Mapping[str, list[Any]]", self.extra)  # which whoever embeds us may have filled with anything
        for name, values in extra.items():
            if not isinstance(cast("object", values), tuple | list) or not all(
                isinstance(each, str) for each in values
            ):
                raise InvalidDocument(f"{self.id}: the field {name!r} has {str(values)[:40]!r}, and must have texts")
        object.__setattr__(self, "extra", {name: tuple(values) for name, values in extra.items()})
        try:
            pages = sorted((Page(*each) for each in self.pages), key=lambda page: page.at)
        except TypeError:
            raise InvalidDocument(f"{self.id}: each of its pages must have a label and an offset") from None
        object.__setattr__(self, "pages", tuple(pages))
        if self.dates is not None and self.dates.last < self.dates.first:
            raise InvalidDocument(f"{self.id}: the date interval {self.dates} ends before it begins")
        if self.language and not _LANGUAGE.fullmatch(self.language):
            said = f"the language is {self.language[:40]!r}, and must be a code such as en or fr, or empty"
            raise InvalidDocument(f"{self.id}: {said}")

    def description(self) -> dict[str, Any]:
        """What belongs to it beside the text, as JSON-ready values; `from_description` is the way back."""
        # By hand: `asdict` copies every value of every document, deeply.
        fields: dict[str, Any] = {each.name: getattr(self, each.name) for each in dataclasses.fields(self)}
        for name in ("text", "unused", "remarks", "added"):
            del fields[name]
        for name in ("people", "references", "notes"):
            fields[name] = tuple({key: getattr(each, key) for key in each.__slots__} for each in fields[name])
        fields["provenance"] = dict(self.provenance)
        fields["extra"] = {name: values for name, values in fields["extra"].items() if values}
        for name in _LATER:
            if not fields[name]:
                del fields[name]
        fields["dates"] = None if self.dates is None else [str(day) for day in self.dates]
        return fields

    @classmethod
    def from_description(cls, fields: dict[str, Any], text: str) -> "Document":
        """The document with that text and a description as `description` gives it."""
        known = dict(fields)
        if known["dates"] is not None:
            known["dates"] = DateInterval(*map(date.fromisoformat, known["dates"]))
        known["people"] = tuple(Person(**person) for person in known["people"])
        known["references"] = tuple(Reference(**reference) for reference in known["references"])
        for name in ("countries", "topics", "senders", "recipients", "cut"):
            known[name] = tuple(known.get(name, ()))
        known["notes"] = tuple(Note(**note) for note in known.get("notes", ()))
        known["pages"] = tuple(Page(*page) for page in known.get("pages", ()))
        known["extra"] = {name: tuple(values) for name, values in known.get("extra", {}).items()}
        return cls(text=text, **known)

    def notes_in(self, span: Span) -> tuple[Note, ...]:
        """The footnotes that belong to a passage: to what precedes their marks, or to the first if nothing does."""
        if not self.notes:
            return ()
        ends, numbers = self._marks
        first = 0 if span.start <= self._indent else bisect_right(ends, span.start)
        return tuple(self.notes[number] for number in sorted(numbers[first : bisect_right(ends, span.end)]))

    def pages_of(self, span: Span) -> tuple[Page, ...]:
        """The pages that a span stands on, in order, without those that have no label; none if that is not known."""
        first = max(0, bisect_right(self.pages, span.start, key=_at) - 1)
        found = self.pages[first : bisect_left(self.pages, max(span.end, span.start + 1), key=_at)]
        return tuple(page for page in found if page.label)

    def pdf_page(self, span: Span) -> int:
        """The number that the first page of a span has in the PDF which the document is of; 0 if it is of none."""
        is_pdf = self.origin.lower().endswith(".pdf")
        return bisect_right(self.pages, span.start, key=_at) if is_pdf else 0

    @cached_property
    def _marks(self) -> tuple[list[int], list[int]]:
        """Where the text ends that the mark of each footnote follows, ascending, and the numbers of these footnotes."""
        numbers = sorted(range(len(self.notes)), key=lambda number: self.notes[number].at)
        ends: list[int] = []
        before = end = 0
        for number in numbers:
            mark = here = min(self.notes[number].at, len(self.text))
            while here > before and self.text[here - 1].isspace():
                here -= 1
            # Where nothing but blanks stands between two marks, both follow the same text.
            before, end = mark, here if here > before else end
            ends.append(end)
        return ends, numbers

    @cached_property
    def _indent(self) -> int:
        """How many blanks the text begins with."""
        return len(self.text) - len(self.text.lstrip())

    def by_provenance(self) -> list[tuple[str, list[str]]]:
        """Which fields of the description were given, which extracted from the text, which inferred or recognised."""
        kinds = ("given", "extracted", "inferred", "recognised")
        groups = ((kind, [field for field, whence in self.provenance.items() if whence == kind]) for kind in kinds)
        return [(kind, fields) for kind, fields in groups if fields]

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of the text and the description: equal for a document that has not changed.

        Neither `origin` nor `cut` counts: a page whose menu has changed is the same document, with the hash that it
        had when what was cut did count and nothing was.
        """
        import hashlib  # late, as reading a document needs none, and it takes milliseconds to load

        fields = {**self.description(), "cut": ()}
        del fields["origin"]
        content = json.dumps([fields, self.text], sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(content.encode("ascii")).hexdigest()


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one document: what is indexed, ranked and shown.

    `sentences` are the spans of its sentences in the document's text, in order; the first starts where the passage
    starts and the last ends where it ends. `document.text[start:end] == text`.
    """

    document: Document
    start: int
    end: int
    sentences: tuple[Span, ...]

    @property
    def id(self) -> str:
        """The document's id and the span: the same after compaction, re-indexing or a copy."""
        return passage_id(self.document.id, self.start, self.end)

    @property
    def text(self) -> str:
        """The passage's own text."""
        return self.document.text[self.start : self.end]


def passage_id(document_id: str, start: int, end: int) -> str:
    """The id of the passage `[start, end)` of a document."""
    return f"{document_id}#{Span(start, end)}"


def parse_passage_id(value: str) -> tuple[str, int, int] | None:
    """The document id and the span that a passage id names, or None if it is no passage id."""
    document_id, hash_sign, span = value.rpartition("#")
    start, hyphen, end = span.partition("-")
    # isdecimal() alone admits digits of other scripts and int() a number of any length.
    if not (hash_sign and hyphen and span.isascii() and start.isdecimal() and end.isdecimal() and len(span) < 32):
        return None
    return document_id, int(start), int(end)
