"""What the API answers with, as types: the OpenAPI document is made of these, and tests hold the answers to them.

They describe what `to_dict` of results gives, and what `web.api` puts together itself. Their docstrings stand in the
document.
"""

from typing import Literal, NotRequired, TypedDict

from ...corpus.document import Note, Person, Reference
from ...index.reading.tallies import FacetValue
from ...search.completion import Completion
from ...search.ranking.engine import Leg, Mode
from ...search.results.highlight import Highlight


class Source(TypedDict):
    """A document, in short. `date` is a day, two days with `..` between them, or null."""

    id: str
    title: str
    date: str | None
    outlet: str
    url: str


class SourceInPlace(Source):
    """A document, in short, with the place, countries and people that it is about."""

    place: str
    countries: list[str]
    people: list[Person]


class MarkedNote(TypedDict):
    """A footnote with words of the question; the offsets of its highlights are into its own text."""

    mark: str
    text: str
    highlights: list[Highlight]


class Copies(TypedDict):
    """Near-identical documents that match as well and are folded under a hit: how many, and the first ten."""

    total: int
    documents: list[Source]


class Legs(TypedDict):
    """A passage's place in each of the two legs; null where a leg did not find it."""

    keyword: Leg | None
    meaning: Leg | None


class Unit(TypedDict):
    """What a word of the question, or a phrase of them, is worth in a passage."""

    words: list[list[str]]
    field: str | None
    passages: int
    idf: float
    counts: dict[str, float]
    saturated: float
    impact: float


class Explanation(TypedDict):
    """How a score came about: it is the sum of both legs' parts."""

    keyword_part: float
    meaning_part: float
    keyword_passage: float
    keyword_document: float
    keyword_pairs: float
    keyword_units: list[Unit]


class Hit(TypedDict):
    """A passage that was found, `[start, end)` in its document's text; `more` passages of that match as well.

    `highlights` may overlap. `score` orders the hits of one answer, and means nothing beyond it.
    """

    rank: int
    passage: str
    document: SourceInPlace
    text: str
    start: int
    end: int
    highlights: list[Highlight]
    notes: list[MarkedNote]
    copies: Copies
    more: int
    legs: Legs
    score: float
    reason: str
    explanation: NotRequired[Explanation]


class Understood(TypedDict, total=False):
    """The question as it was read: free words, constraints in canonical text, and what is sought by meaning.

    Where what is near something was asked for, only the id of that.
    """

    words: list[str]
    constraints: list[str]
    meaning: str
    similar: str


class Column(TypedDict):
    """The commonest values of a column in the match set, and how many different ones there are."""

    distinct: int
    values: list[FacetValue]


class Bar(TypedDict):
    """A stretch of time, first and last day included, and how many passages are of documents dated then."""

    first: str
    last: str
    passages: int


class Histogram(TypedDict):
    """The match set over time, in bars of one unit each, without gaps."""

    unit: Literal["day", "month", "year", "decade", "century"]
    bars: list[Bar]


class Facets(TypedDict):
    """What the match set consists of, in passages; `undated` counts those of documents without a date."""

    country: Column
    person: Column
    outlet: Column
    place: Column
    kind: Column
    lang: Column
    histogram: Histogram | None
    undated: int


class Found(TypedDict):
    """What a question found in all. `total` counts passages, or documents where one hit of each was asked for.

    `suggestion` is the question with misspelt words mended. `undated` counts passages that match but for a date
    constraint that they cannot satisfy for want of a date. `at_least`: the meaning leg was cut at its depth, so that
    confined to fewer passages the question may find more among them than were counted here.
    """

    query: str
    understood: Understood
    mode: Mode
    total: int
    documents: int
    at_least: bool
    took_ms: float
    suggestion: str | None
    undated: int


class SearchAnswer(Found):
    """The passages that answer a question, best first, with facets where they were asked for."""

    facets: NotRequired[Facets]
    hits: list[Hit]


class FacetsAnswer(Found):
    """What the passages that answer a question consist of."""

    facets: Facets


class SuggestAnswer(TypedDict):
    """Ways to complete the last word of a question; failing those, the question with misspelt words mended."""

    query: str
    completions: list[Completion]
    suggestion: str | None


class Description(TypedDict):
    """A document's description. `dates` are its first and last day.

    `provenance` says of each field whether it was given with the source, extracted from its text or inferred.
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
    references: list[Reference]
    provenance: dict[str, str]


class DocumentAnswer(Description):
    """A document: its description, its text with the footnotes, and the `[start, end)` of each of its passages.

    `cut` are the lines that cleaning took out of the source: they are in none of the passages.
    """

    notes: list[Note]
    cut: list[str]
    text: str
    passages: list[tuple[int, int]]


class DocumentsAnswer(TypedDict):
    """Documents in the order of their ids; `next` is what to give as `after` for those that follow, or null."""

    documents: list[Description]
    next: str | None


class PassageAnswer(TypedDict):
    """A passage, `[start, end)` in its document's text, with its footnotes and the ids of its neighbours."""

    id: str
    document: Description
    text: str
    start: int
    end: int
    notes: list[Note]
    previous: str | None
    next: str | None


class Problem(TypedDict):
    """An error (RFC 9457). `detail` says what is wrong and how to mend it; `column` where in the question, from 1."""

    type: str
    title: str
    status: int
    detail: str
    column: NotRequired[int]
