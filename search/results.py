"""What a search gives back: ranked hits, each a passage with its document, its highlights and its reason."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from ..corpus.document import Document, passage_id
from ..index.snapshot import Contribution
from .engine import Leg, Mode
from .highlight import Highlight


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a hit's score came about.

    `score` = `keyword_part` + `meaning_part`: each leg's share after normalisation and weighting. The keyword leg's
    own score is the sum of the `contributions`' impacts; the meaning leg's is a cosine.
    """

    keyword_part: float
    meaning_part: float
    contributions: tuple[Contribution, ...]

    def to_dict(self) -> dict[str, Any]:
        """As JSON-ready values."""
        units = [
            {
                "words": [sorted(place) for place in each.weighed.unit.places],
                "field": each.weighed.unit.field or None,
                "passages": each.weighed.passages,
                "idf": each.weighed.idf,
                "counts": each.counts,
                "saturated": each.saturated,
                "impact": each.impact,
            }
            for each in self.contributions
        ]
        return {"keyword_part": self.keyword_part, "meaning_part": self.meaning_part, "keyword_units": units}


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage in a list of results.

    `start` and `end`, like all offsets in the highlights, are characters of `document.text`. `keyword` and `meaning`
    are its places in the two legs, None where a leg did not find it. `score` orders hits within one list of results
    and means nothing outside of it.
    """

    rank: int
    document: Document
    start: int
    end: int
    highlights: tuple[Highlight, ...]
    keyword: Leg | None
    meaning: Leg | None
    score: float
    explanation: Explanation | None = None

    @property
    def passage(self) -> str:
        """The passage's id: its document's id and its span."""
        return passage_id(self.document.id, self.start, self.end)

    @property
    def text(self) -> str:
        """The passage's text."""
        return self.document.text[self.start : self.end]

    @property
    def reason(self) -> str:
        """Why the passage is here: "keyword 2nd · meaning 1st"."""
        legs = ("keyword", self.keyword), ("meaning", self.meaning)
        return " · ".join(f"{name} {ordinal(leg.rank)}" for name, leg in legs if leg) or "matches the filters"

    def to_dict(self) -> dict[str, Any]:
        """As JSON-ready values, with the keys that the JSON API documents."""
        document = self.document
        fields: dict[str, Any] = {
            "rank": self.rank,
            "passage": self.passage,
            "document": {
                "id": document.id,
                "title": document.title,
                "date": str(document.dates) if document.dates else None,
                "outlet": document.outlet,
                "url": document.url,
                "place": document.place,
                "countries": list(document.countries),
                "people": [asdict(person) for person in document.people],
            },
            "text": self.text,
            "start": self.start,
            "end": self.end,
            "highlights": [asdict(highlight) for highlight in self.highlights],
            "legs": {
                "keyword": asdict(self.keyword) if self.keyword else None,
                "meaning": asdict(self.meaning) if self.meaning else None,
            },
            "score": self.score,
            "reason": self.reason,
        }
        if self.explanation is not None:
            fields["explanation"] = self.explanation.to_dict()
        return fields


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to a question: iterate over it, or over `hits`.

    `total` is the size of the match set: of passages, or of documents where one hit a document was asked for.
    `suggestion` is the question with misspelt words mended, or None; it is offered, never applied. `undated` counts
    passages that match but for a date constraint, which they could not satisfy for want of a date.
    """

    query: str
    understood: dict[str, Any]
    mode: Mode
    total: int
    took_ms: float
    suggestion: str | None
    undated: int
    hits: tuple[Hit, ...]

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)

    def to_dict(self) -> dict[str, Any]:
        """As JSON-ready values, with the keys that the JSON API documents."""
        return {
            "query": self.query,
            "understood": self.understood,
            "mode": self.mode,
            "total": self.total,
            "took_ms": self.took_ms,
            "suggestion": self.suggestion,
            "undated": self.undated,
            "hits": [hit.to_dict() for hit in self.hits],
        }


def ordinal(number: int) -> str:
    """A number as one says it in English: 1st, 2nd, 3rd."""
    suffix = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"
