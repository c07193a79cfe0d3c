"""Answers as they leave the program: every shape of JSON that a search gives, declared once.

`Results.to_dict()`, `search --format json` and the JSON API all go through these structs. OpenAPI's schemas are made of
them, docstrings included. `Hit.to_wire` and `Results.to_wire` fill them.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, cast

import msgspec
from msgspec import UNSET as UNSET
from msgspec import UnsetType
from msgspec import to_builtins as to_builtins

from ...corpus.document import Document, Person
from ...corpus.fields import DECLARED
from ...docstrings import docstring
from ...index import units
from ...index.reading import facets as counts
from ...index.reading.view import Contribution
from ..advice import notices
from ..ranking import engine
from ..ranking.engine import Mode
from ..ranking.legs.leg_table import LEGS
from .highlight import Highlight

MOST_TERMS: Final = 64
"""How many terms of a word, and forms of a phrase, an explanation lists: `p*` may stand for thousands."""


class Source(msgspec.Struct, frozen=True):
    """A document, in short. `date` is a day, two days with `..` between them, or null."""

    id: str
    title: str
    date: str | None
    outlet: str
    url: str


class SourceInPlace(Source, frozen=True):
    """A document, in short, with its place and with the countries and people that it is about."""

    place: str
    countries: list[str]
    people: list[Person]


class MarkedNote(msgspec.Struct, frozen=True):
    """A footnote with words of the question; the offsets of its highlights are into its own text."""

    mark: str
    text: str
    highlights: list[Highlight]


class MarkedValue(msgspec.Struct, frozen=True):
    """A value of the document's description with words of the question that neither passage nor title has.

    The offsets of its highlights are into the value.
    """

    field: str
    value: str
    highlights: list[Highlight]


class Copies(msgspec.Struct, frozen=True):
    """Near-identical documents that match as well and are folded under a hit: how many, and the first ten."""

    total: int
    documents: list[Source]


class Leg(msgspec.Struct, frozen=True):
    """How a passage stands in one leg: its rank among the candidates, from 1, and its score there."""

    rank: int
    score: float


@cache
def legs_struct(names: tuple[str, ...]) -> type[msgspec.Struct]:
    """The struct of a passage's standings: an attribute for each leg, by its name."""
    about = "How a passage stands in each leg; null where a leg did not find it."
    namespace = {"__doc__": about, "__module__": __name__}
    return msgspec.defstruct("Legs", [(name, Leg | None) for name in names], namespace=namespace, frozen=True)


if TYPE_CHECKING:
    Legs: TypeAlias = msgspec.Struct
else:
    Legs = legs_struct(tuple(LEGS))


class Unit(msgspec.Struct, frozen=True):
    """What a word of the question, or a phrase of them, is worth in a passage.

    `words` has the first 64 terms that may stand for each word; `more` counts the others.
    """

    words: list[list[str]]
    more: int
    field: str | None
    passages: int
    idf: float
    counts: dict[str, float]
    saturated: float
    impact: float


class Explanation(msgspec.Struct, frozen=True):
    """How a score came about: it is the sum of the legs' `parts`."""

    parts: dict[str, float]
    keyword_part: float
    meaning_part: float
    keyword_passage: float
    keyword_document: float
    keyword_pairs: float
    keyword_otherwise: float
    keyword_units: list[Unit]


class Hit(msgspec.Struct, frozen=True):
    """A passage that answers, `[start, end)` in its document's text; `more` counts that document's further matches.

    `pages` are what the pages of the printed original are called that it stands on, if that is known. `highlights` may
    overlap; the offsets of `title_highlights` are into the document's title. `score` orders the hits
    of one answer, and means nothing beyond it. `collection` says which one it is from where several are asked.
    """

    rank: int
    passage: str
    document: SourceInPlace
    text: str
    start: int
    end: int
    pages: list[str]
    highlights: list[Highlight]
    title_highlights: list[Highlight]
    notes: list[MarkedNote]
    described: list[MarkedValue]
    copies: Copies
    more: int
    legs: Legs
    score: float
    reason: str
    explanation: Explanation | UnsetType = UNSET
    collection: str | UnsetType = UNSET


class Holding(msgspec.Struct, frozen=True):
    """What is sought for a word or phrase of a question, and what holds it within the question's filters.

    `forms` are the ways to write it: each a list of its words, each word a list of the terms that may stand for it.
    `more` counts the forms, and terms of those that are listed, that come after the first 64. `field` is the only one
    that counts, or null. `passages` and `documents` are null if the time was over before they were counted.
    """

    forms: list[list[list[str]]]
    more: int
    field: str | None
    passages: int | None
    documents: int | None


class QuestionExplanation(msgspec.Struct, frozen=True):
    """How a question was understood: in canonical text, its filters apart, and what there is within these.

    `filters` are those constraints that ask for no words; `passages` and `documents` count what satisfies them,
    or are null if the time was over before that.
    """

    expression: str
    filters: list[str]
    passages: int | None
    documents: int | None
    words: list[Holding]


class Understood(msgspec.Struct, frozen=True):
    """The question as it was read: free words, constraints in canonical text, and what is sought by meaning.

    For a search by likeness, only `similar`: the id of the passage or document that the hits are near.
    """

    words: list[str] | UnsetType = UNSET
    constraints: list[str] | UnsetType = UNSET
    meaning: str | UnsetType = UNSET
    similar: str | UnsetType = UNSET


class Column(msgspec.Struct, frozen=True):
    """The commonest values of a column in the match set, and how many different ones there are."""

    distinct: int
    values: list[counts.FacetValue]


class Bar(msgspec.Struct, frozen=True):
    """A stretch of time, first and last day included, and how many passages are of documents dated then.

    `of` counts all passages of the collection that are of that time.
    """

    first: str
    last: str
    passages: int
    of: int


class Histogram(msgspec.Struct, frozen=True):
    """The match set over time, in bars of one unit each, without gaps."""

    unit: Literal["day", "month", "year", "decade", "century"]
    bars: list[Bar]


@cache
def facets_struct(columns: tuple[str, ...]) -> type[msgspec.Struct]:
    """The struct of facets on these columns: an attribute for each, then `histogram` and `undated`."""
    about = "What the match set consists of, in passages; `undated` counts those of documents without a date."
    fields = [*((name, Column) for name in columns), ("histogram", Histogram | None), ("undated", int)]
    namespace = {"__doc__": about, "__module__": __name__}
    return msgspec.defstruct("Facets", fields, namespace=namespace, frozen=True)


if TYPE_CHECKING:
    Facets: TypeAlias = msgspec.Struct
else:
    Facets = facets_struct(tuple(field.name for field in DECLARED))


class Span(msgspec.Struct, frozen=True):
    """A part of a text, `[start, end)` in characters."""

    start: int
    end: int


class Notice(msgspec.Struct, frozen=True):
    """Something that a searcher should know: `text` is a sentence for people, `kind` a word for programs.

    `span` is the part of the question's text that it is about, or null. `question` may be asked instead, or is null; it
    follows the text, as after "Did you mean:".
    """

    kind: str
    text: str
    span: Span | None
    question: str | None


class LeftOut(msgspec.Struct, frozen=True):
    """A part of the collection that is damaged, and so was not asked: `dragoman doctor` says more.

    `passages` is how many are in it; 0 for the query encoder, without which only words are asked for.
    """

    part: str
    passages: int
    reason: str


class Summary(msgspec.Struct, frozen=True):
    """What a question found in all. `total` counts passages, or documents where one hit of each was asked for.

    `suggestion` is the question with misspelt words mended. `undated` counts passages that would match if they had a
    date, which a constraint asks for. `at_least` says that the meaning leg was cut at its depth: a question that is
    confined to fewer passages may find more among them than were counted here. `weaker` counts passages that an order
    by date leaves out, as they match without answering the question. `unknown` are words that no passage holds.
    `notices` say what a searcher should know. `left_out` has what was not asked, since it is damaged. `covered` is the
    share of the collection's passages that meaning covers, from 0 to 1: the others have no vector yet.
    """

    query: str
    understood: Understood
    mode: Mode
    total: int
    documents: int
    at_least: bool
    weaker: int
    took_ms: float
    suggestion: str | None
    undated: int
    unknown: list[str]
    left_out: list[LeftOut]
    covered: float
    notices: list[Notice]


class SearchAnswer(Summary, frozen=True, kw_only=True):
    """The passages that answer a question, best first, with facets where they were asked for.

    Where there are none, `nearest` has at most five that come nearest in meaning. They do not count as found. `timing`
    has the milliseconds of each stage of the search, where they were asked for.
    """

    facets: Facets | UnsetType = UNSET
    explanation: QuestionExplanation | UnsetType = UNSET
    timing: dict[str, float] | UnsetType = UNSET
    hits: list[Hit]
    nearest: list[Hit]


def source_of(document: Document) -> Source:
    """A document in short."""
    return Source(
        id=document.id,
        title=document.title,
        date=str(document.dates) if document.dates else None,
        outlet=document.outlet,
        url=document.url,
    )


def source_in_place_of(document: Document) -> SourceInPlace:
    """A document in short, with what it is about."""
    return SourceInPlace(
        **msgspec.structs.asdict(source_of(document)),
        place=document.place,
        countries=list(document.countries),
        people=list(document.people),
    )


def notice_of(notice: notices.Notice) -> Notice:
    """Something that a searcher should know."""
    return Notice(notice.kind, notice.text, notice.span and Span(*notice.span), notice.question)


def legs_of(standings: Mapping[str, engine.LegStanding]) -> Legs:
    """A passage's standing in each leg, by the leg's name."""
    known = {name: standings.get(name) for name in LEGS}
    return legs_struct(tuple(known))(
        **{name: standing and Leg(standing.rank, standing.score) for name, standing in known.items()}
    )


def unit_of(contribution: Contribution) -> Unit:
    """What a word or phrase adds to the score of a passage."""
    weighed = contribution.weighed
    words, more = _listed(weighed.unit.positions)
    return Unit(
        words=words,
        more=more,
        field=weighed.unit.field or None,
        passages=weighed.passages,
        idf=weighed.idf,
        counts=dict(contribution.counts),
        saturated=contribution.saturated,
        impact=contribution.impact,
    )


def holding_of(unit: units.Unit, *, passages: int | None, documents: int | None) -> Holding:
    """What is sought for a word or phrase, and what holds it."""
    forms = (unit.positions, *unit.variants)
    listed = [_listed(form) for form in forms[:MOST_TERMS]]
    more = sum(more for _, more in listed) + max(len(forms) - MOST_TERMS, 0)
    return Holding([words for words, _ in listed], more, unit.field or None, passages, documents)


def _listed(form: Iterable[units.Word]) -> tuple[list[list[str]], int]:
    """The first terms that may stand for each word of a form, and how many are left out."""
    words = list(map(units.terms_of, form))
    return [sorted(each)[:MOST_TERMS] for each in words], sum(max(len(each) - MOST_TERMS, 0) for each in words)


def facets_of(facets: counts.Facets) -> Facets:
    """The counts on a match set."""
    columns = {name: Column(column.distinct, list(column.values)) for name, column in facets.columns.items()}
    histogram = facets.histogram and Histogram(
        facets.histogram.unit,
        [Bar(str(bar.first), str(bar.last), bar.passages, bar.of) for bar in facets.histogram.bars],
    )
    return facets_struct(tuple(columns))(**columns, histogram=histogram, undated=facets.undated)


def encode(value: object) -> bytes:
    """JSON in UTF-8 on one line, with a blank after each comma and colon, as `json.dumps` writes it.

    Args:
        value: A struct, or values of Python that JSON knows.
    """
    return msgspec.json.format(msgspec.json.encode(value), indent=0)


def encode_lines(values: Iterable[object]) -> bytes:
    """The JSON of each value on a line of its own."""
    return b"".join(encode(value) + b"\n" for value in values)


def schemas(structs: Iterable[type[msgspec.Struct]], reference: str) -> dict[str, dict[str, Any]]:
    """JSON Schemas of structs and of the structs within them, by the names of their classes.

    Args:
        structs: The structs.
        reference: How one schema refers to another, as in `#/$defs/{name}`.
    """
    asked = tuple(dict.fromkeys(structs))
    _, components = msgspec.json.schema_components(asked, ref_template=reference)
    classes = _classes(asked)
    return {name: _complete(schema, docstring(classes[name])) for name, schema in sorted(components.items())}


def _without_false(schema: Any) -> Any:
    """A schema that does not say `items: false`, which makers of clients do not know: `maxItems` says the same."""
    if isinstance(schema, list):
        return [_without_false(each) for each in cast("list[Any]", schema)]
    if isinstance(schema, dict):
        given = cast("dict[str, Any]", schema).items()
        return {name: _without_false(value) for name, value in given if (name, value) != ("items", False)}
    return schema


def _classes(structs: Iterable[type[msgspec.Struct]]) -> dict[str, type]:
    """The classes of all that has a schema of its own, by name: structs, dataclasses, named tuples."""
    from msgspec import inspect  # late, because only descriptions need it

    found: dict[str, type] = {}
    waiting: list[Any] = [*inspect.multi_type_info(tuple(structs))]
    while waiting:
        each = waiting.pop()
        kind = getattr(each, "cls", None)
        if kind is not None and kind.__name__ not in found:
            found[kind.__name__] = kind
            waiting += [field.type for field in getattr(each, "fields", ())]
        waiting += [getattr(each, name) for name in ("type", "item_type", "value_type") if hasattr(each, name)]
        waiting += [*getattr(each, "types", ()), *getattr(each, "item_types", ())]
    return found


def _complete(schema: dict[str, Any], description: str) -> dict[str, Any]:
    """A schema that requires the fields with a default as well, for answers leave none of those out."""
    schema = _without_false(schema)
    properties = schema["properties"]
    required = [name for name in properties if name in schema["required"] or "default" in properties[name]]
    return {**schema, "description": description, "required": required}
