"""What a search gives back: ranked hits, each a passage with its document, its highlights and its reason."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, overload

from ...corpus.document import Document, Note, Span, passage_id
from ...frozen import frozen
from ...index.reading.facets import Facets
from ...index.reading.view import Contribution, LeftOut
from ..advice.notices import Notice
from ..ranking.engine import UNPLACED, LegStanding, Mode, Standing
from .citations import page_words
from .highlight import Highlight

if TYPE_CHECKING:
    from . import wire
    from .explaining import QuestionExplanation


@frozen
class Explanation:
    """How a hit's score came about.

    Attributes:
        standing: The parts of the score, one for each leg, and what they consist of.
        contributions: What each word or phrase of the question adds to the keyword score of the passage itself.
    """

    standing: Standing
    contributions: tuple[Contribution, ...]

    def to_wire(self) -> "wire.Explanation":
        """As it is written in JSON."""
        from . import wire  # late: printing text needs no msgspec, which takes 5 ms to load

        units = list(map(wire.unit_of, self.contributions))
        standing = self.standing
        return wire.Explanation(
            parts=dict(standing.parts),
            keyword_part=standing.part("keyword"),
            meaning_part=standing.part("meaning"),
            keyword_passage=standing.detail("keyword", "passage"),
            keyword_document=standing.detail("keyword", "document"),
            keyword_pairs=standing.detail("keyword", "pairs"),
            keyword_otherwise=standing.detail("keyword", "otherwise"),
            keyword_units=units,
        )


@dataclass(frozen=True, slots=True)
class MarkedNote:
    """A footnote that holds words of the question. The offsets of its highlights are into the note's own text."""

    note: Note
    highlights: tuple[Highlight, ...]


@dataclass(frozen=True, slots=True)
class MarkedValue:
    """A value of a document's description that holds words of the question, which neither passage nor title does.

    The offsets of its highlights are into the value; `field` is the name of the field that it is of.
    """

    field: str
    value: str
    highlights: tuple[Highlight, ...]


@frozen(eq=False)
class Hit:
    """A passage in a list of results. Two are equal if they are of the same passage, collection and generation.

    Attributes:
        rank: Its position in the list, from 1.
        document: The passage's document.
        start: Where the passage starts, as a character of `document.text`.
        end: Where it ends, the character itself excluded.
        highlights: The parts of the passage to mark, as characters of `document.text`.
        title_highlights: The words of the question in the title, as characters of `document.title`.
        standing: How it came to its score in each leg; before reranking, if there is a reranker.
        collection: The collection's path or address.
        generation: The collection's generation.
        label: What tells its collection from those that were asked beside it: the end of its path; empty if none were.
        notes: The passage's footnotes that hold words of the question.
        described: What its document's description says of the question that neither the passage nor the title does.
        copies: The first of the near-identical documents that match as well and are folded under this hit.
        copied: How many of these there are.
        more: How many further passages of its document match.
        explanation: How its score came about, if that was asked for.
    """

    rank: int
    document: Document
    start: int
    end: int
    highlights: tuple[Highlight, ...] = ()
    title_highlights: tuple[Highlight, ...] = ()
    standing: Standing = UNPLACED
    collection: str = ""
    generation: int = 0
    label: str = ""
    notes: tuple[MarkedNote, ...] = ()
    described: tuple[MarkedValue, ...] = ()
    copies: tuple[Document, ...] = ()
    copied: int = 0
    more: int = 0
    explanation: Explanation | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Hit) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    @property
    def _identity(self) -> tuple[str, int, str]:
        return self.collection, self.generation, self.passage

    @property
    def keyword(self) -> LegStanding | None:
        """Its standing in the keyword leg, None if that did not find it."""
        return self.standing.legs.get("keyword")

    @property
    def meaning(self) -> LegStanding | None:
        """Its standing in the meaning leg, None if that did not find it."""
        return self.standing.legs.get("meaning")

    @property
    def score(self) -> float:
        """A number that orders the hits of one list, and cannot be compared with those of another."""
        return self.standing.score

    @property
    def span(self) -> Span:
        """Where the passage stands in its document's text."""
        return Span(self.start, self.end)

    @property
    def passage(self) -> str:
        """The passage's id: its document's id and its span."""
        return passage_id(self.document.id, self.start, self.end)

    @property
    def text(self) -> str:
        """The passage's text."""
        return self.document.text[self.start : self.end]

    @property
    def pages(self) -> tuple[str, ...]:
        """What the pages of the printed original are called that the passage stands on; none if that is not known."""
        return tuple(page.label for page in self.document.pages_of(self.span))

    @property
    def reason(self) -> str:
        """Why the passage is here: "keyword 2nd · meaning 1st"."""
        legs = self.standing.legs.items()
        return " · ".join(f"{name} {ordinal(leg.rank)}" for name, leg in legs) or "matches the filters"

    def to_wire(self) -> "wire.Hit":
        """As it is written in JSON."""
        from . import wire

        return wire.Hit(
            rank=self.rank,
            passage=self.passage,
            document=wire.source_in_place_of(self.document),
            text=self.text,
            start=self.start,
            end=self.end,
            pages=list(self.pages),
            highlights=list(self.highlights),
            title_highlights=list(self.title_highlights),
            notes=[wire.MarkedNote(each.note.mark, each.note.text, list(each.highlights)) for each in self.notes],
            described=[wire.MarkedValue(each.field, each.value, list(each.highlights)) for each in self.described],
            copies=wire.Copies(self.copied, [wire.source_of(copy) for copy in self.copies]),
            more=self.more,
            legs=wire.legs_of(self.standing.legs),
            score=self.score,
            reason=self.reason,
            explanation=self.explanation.to_wire() if self.explanation else wire.UNSET,
            collection=self.label or wire.UNSET,
        )

    def to_dict(self) -> dict[str, Any]:
        """As JSON-ready values, with the keys that the JSON API documents."""
        from . import wire

        return wire.to_builtins(self.to_wire())


@frozen
class Results:
    """The answer to a question: a sequence of hits, to be iterated over, indexed and cut.

    Attributes:
        query: The question's text.
        understood: How it was read: see `wire.Understood`.
        mode: Which legs took part.
        total: The size of the match set, in passages; in documents if one hit of each was asked for.
        took_ms: How many milliseconds the search took.
        suggestion: The question with misspelt words mended, or None. It is offered, never applied.
        undated: How many passages would match if they had a date, which a constraint asks for.
        hits: The hits, best first.
        documents: How many documents the match set is of.
        facets: What the match set consists of, in passages, if that was asked for.
        at_least: Whether the meaning leg was cut at its depth, so that only its nearest passages are counted: a search
            that is confined to fewer passages may find more among them than were counted here.
        weaker: How many passages match without answering the question, and are not listed or counted, as the order is
            by date.
        notices: What a searcher should know of the question and the answer.
        explanation: How the question was understood, if that was asked for.
        nearest: Where nothing was found, at most five passages that come nearest in meaning. They are no hits: nothing
            counts them.
        unknown: The words of the question that no passage holds, as typed.
        left_out: What of the collection was not asked, since it is damaged.
        covered: The share of the collection's passages that meaning covers, from 0 to 1: the others have no vector
            yet, and are found by their words alone.
        timing: How many milliseconds each stage of the search took, by its name, if that was asked for.
    """

    query: str
    understood: dict[str, Any] = field(hash=False)
    mode: Mode
    total: int
    took_ms: float
    suggestion: str | None
    undated: int
    hits: tuple[Hit, ...]
    documents: int
    facets: Facets | None = field(default=None, hash=False)
    at_least: bool = False
    weaker: int = 0
    notices: tuple[Notice, ...] = ()
    explanation: "QuestionExplanation | None" = None
    nearest: tuple[Hit, ...] = ()
    unknown: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    covered: float = 1.0
    timing: Mapping[str, float] | None = field(default=None, hash=False)

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)

    @overload
    def __getitem__(self, index: int) -> Hit: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Hit, ...]: ...

    def __getitem__(self, index: int | slice) -> Hit | tuple[Hit, ...]:
        return self.hits[index]

    def to_wire(self) -> "wire.SearchAnswer":
        """As it is written in JSON."""
        from . import wire

        return wire.SearchAnswer(
            query=self.query,
            understood=wire.Understood(**self.understood),
            mode=self.mode,
            total=self.total,
            documents=self.documents,
            at_least=self.at_least,
            weaker=self.weaker,
            took_ms=self.took_ms,
            suggestion=self.suggestion,
            undated=self.undated,
            unknown=list(self.unknown),
            left_out=[wire.LeftOut(*each) for each in self.left_out],
            covered=self.covered,
            notices=[wire.notice_of(each) for each in self.notices],
            facets=wire.facets_of(self.facets) if self.facets else wire.UNSET,
            explanation=self.explanation.to_wire() if self.explanation else wire.UNSET,
            timing=wire.UNSET if self.timing is None else dict(self.timing),
            hits=[hit.to_wire() for hit in self.hits],
            nearest=[hit.to_wire() for hit in self.nearest],
        )

    def to_dict(self) -> dict[str, Any]:
        """As JSON-ready values, with the keys that the JSON API documents."""
        from . import wire

        return wire.to_builtins(self.to_wire())


def byline(hit: Hit) -> list[str]:
    """Who printed a hit's document, when and where, on which page, and which of several collections has it."""
    document, within = hit.document, f"in {hit.label}" if hit.label else ""
    known = document.outlet, str(document.dates or ""), document.place, page_words(hit.pages), within
    return [part for part in known if part]


def ordinal(number: int) -> str:
    """A number as an English ordinal: 1st, 2nd, 3rd."""
    suffix = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"
