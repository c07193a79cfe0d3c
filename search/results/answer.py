"""From a question to a ranking, and from that to hits, each with its document, its highlights and its reason."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...corpus.document import Document, Note, Span
from ...corpus.fields import Fields, description_of
from ...index.constraints import AllOf, Holds, Not, Of
from ...index.encoding.floors import Floors
from ...index.reading.plan import Deadline
from ...index.reading.view import View
from ...index.units import Unit
from ..language.interpreter import Interpretation, interpret
from ..language.question import Question
from ..ranking.engine import Order, Ranking, rank
from ..ranking.legs.leg import ScoredQuery
from ..ranking.settings import Settings
from . import highlight
from .results import Explanation, Hit, MarkedNote, MarkedValue

LONGEST_TITLE = 1000
"""How many characters of a title are looked at for words of the question."""

MOST_VALUES = 500
"""How many values of a document's description are looked at for words that neither its passage nor its title has."""

MAX_COPIES = 10
"""How many of the documents that are folded under a hit are named; the others are only counted."""

_NO_FLOORS: Final = Floors(*(2 * [float(np.nextafter(0, 1))]))  # just above nothing


def answer(
    view: View, question: Question, settings: Settings, *, limit: int, offset: int = 0, floorless: bool = False
) -> "Answer":
    """The passages that answer a question, ranked.

    Args:
        view: The collection.
        question: The question.
        settings: How the answer is ranked.
        limit: How many passages are wanted.
        offset: How many of the best come before them.
        floorless: Whether what is nearest in meaning is wanted, by that alone and however far it is.

    Raises:
        QueryError: The question means nothing to the view.
        SearchTimeout: The time is over.
    """
    query, options = question.query, question.options
    mode: str = "meaning" if floorless else options["mode"]
    match: str = "most" if floorless else options["match"]
    # Where all words are demanded, other names of several words would let a longer question find more.
    variants = settings.variants and match != "all"
    meant = interpret(view, query, variants=variants, spellings=settings.spellings, deadline=question.deadline)
    constraint = meant.constraint
    if match == "all":
        constraint = AllOf((*constraint.constraints, *map(Holds, meant.free)))
    if question.document is not None:
        constraint = AllOf((*constraint.constraints, Of(question.document)))
    vector = view.encode(query.meaning) if query.meaning and mode != "keyword" else None
    scored = replace(meant, units=()) if mode == "meaning" and vector is not None else meant
    # Where no word is free, what is demanded says what matches: of "visit OR herring", either.
    any_word = match != "most" or not query.free
    scored_query = replace(_scored_query(view, query.meaning, scored, vector), any_word=any_word)
    if match == "all" and meant.units:
        scored_query = replace(scored_query, floors=Floors(-1, -1))  # the words alone decide, in every mode
    order = Order(
        sort=options["sort"] or ("relevance" if query.meaning or meant.units else "newest"),
        per_document=options["per_document"],
        fold=options["fold"],
        limit=limit,
        offset=offset,
    )
    if floorless:
        scored_query, order = replace(scored_query, floors=_NO_FLOORS), replace(order, sort="relevance")
    if not scored_query.units and vector is None and order.sort == "relevance":
        order = replace(order, sort="newest")  # only filtered: all is equally relevant
    elif order.sort != "relevance" and match == "most" and query.free:
        order = replace(order, answering=True)
    ranking = rank(
        view, scored_query, constraint, mode=mode, order=order, settings=settings, deadline=question.deadline
    )
    return Answer(view, ranking, meant, vector, settings)


def neighbours(
    view: View,
    own: NDArray[np.int64],
    document_id: str,
    settings: Settings,
    *,
    limit: int,
    per_document: bool,
    deadline: Deadline,
) -> "Answer":
    """The passages of other documents that are nearest in meaning to some passages of one document, taken together.

    Args:
        view: The collection.
        own: int64 [n], the numbers of the passages.
        document_id: Their document.
        settings: Of these, only the depth matters here.
        limit: How many passages to rank.
        per_document: Whether to keep only the nearest passage of each document.
        deadline: The end of the search.

    Raises:
        SearchTimeout: The time is over.
    """
    center = view.vectors(own).mean(axis=0)
    center /= max(float(np.linalg.norm(center)), 1e-9)
    nothing = Interpretation((), (), 0.0, AllOf(()), 0.0, ())
    scored_query = replace(_scored_query(view, "", nothing, center), floors=_NO_FLOORS)
    ranking = rank(
        view,
        scored_query,
        AllOf((Not(Of(document_id)),)),
        mode="meaning",
        order=Order("relevance", per_document, fold=False, limit=limit),
        settings=settings,
        deadline=deadline,
    )
    return Answer(view, ranking, nothing, center, settings)


def _scored_query(view: View, text: str, meant: Interpretation, vector: NDArray[np.float32] | None) -> ScoredQuery:
    return ScoredQuery(
        text,
        meant.units,
        meant.pairs,
        meant.prose,
        meant.known,
        vector,
        view.info.floors,
        meant.days,
        meant.optional,
        meant.faint,
        written=meant.written,
    )


class Answer:
    """A ranking of a view's passages, and what is needed to make hits of them.

    Args:
        view: The collection.
        ranking: Its passages that match, in order.
        meant: The question in the view's terms.
        meaning: float32 [dimension], the question's vector; None if the meaning leg took no part.
        settings: How it was ranked.
    """

    def __init__(
        self,
        view: View,
        ranking: Ranking,
        meant: Interpretation,
        meaning: NDArray[np.float32] | None,
        settings: Settings,
    ) -> None:
        self.collection = ""
        """What hits call the collection, if it is not one of several side by side."""
        self.ranking = ranking
        self.meant = meant
        """The question in the view's terms."""
        self._view = view
        self._units = meant.marked
        self.meaning = meaning
        """The question's vector, float32 [dimension]; None if the meaning leg took no part."""
        self._settings = settings

    def hits(self, *, explain: bool = False, highlights: bool = True) -> Iterator[Hit]:
        """The hits of the ranking, each read when it is taken.

        Args:
            explain: Whether to say of each hit how its score came about.
            highlights: Whether to mark why each hit is there.

        Raises:
            CollectionDamaged: A document has been compacted away in the meantime.
        """
        listing = self.ranking.listing
        numbers: list[int] = listing.numbers.tolist()
        weighed = self.ranking.candidates.weighed if explain else ()
        read = self._view.passages(numbers, weighed=weighed, bm25f=self._settings.bm25f)
        for position, (number, passage) in enumerate(zip(numbers, read, strict=True)):
            document, span, owner = passage.document, passage.span, passage.owner
            standing = self.ranking.standing(number)
            marks: list[highlight.Highlight] = []
            if highlights:
                text, sentences = document.text[span.start : span.end], passage.sentences[:, 0].tolist()
                marks = highlight.words(text, span.start, self._units, sentences=sentences, language=document.language)
                if self.meaning is not None and ("meaning" in standing.legs or not marks):
                    nearest = highlight.nearest_sentence(self.meaning, passage.sentences, passage.sentence_vectors)
                    marks += [nearest] if nearest else []
            folded = listing.copies(position, MAX_COPIES)
            yield Hit(
                rank=self.ranking.offset + position + 1,
                document=document,
                start=span.start,
                end=span.end,
                collection=owner.collection if owner else self.collection,
                label=owner.label if owner else "",
                generation=owner.generation if owner else self._view.info.generation,
                highlights=tuple(sorted(marks, key=lambda mark: (mark.start, -mark.end))),
                title_highlights=tuple(_in_title(document, self._units)) if highlights else (),
                notes=tuple(_marked(document.notes_in(span), self._units, document.language)) if highlights else (),
                described=tuple(_described(document, span, self._units, self._view.info.fields)) if highlights else (),
                copies=folded.first,
                copied=folded.count,
                more=int(listing.more[position]),
                standing=standing,
                explanation=Explanation(standing, passage.contributions) if explain else None,
            )


def _in_title(document: Document, units: Sequence[Unit]) -> list[highlight.Highlight]:
    """The words of the question in a document's title, as far as that is looked at."""
    return highlight.words(document.title[:LONGEST_TITLE], 0, units, "title", language=document.language)


def _described(document: Document, span: Span, units: Sequence[Unit], fields: Fields) -> Iterator[MarkedValue]:
    """The values of a document's description that hold what neither a passage nor its title and notes do."""
    language = document.language
    said = (
        ("title", document.title[:LONGEST_TITLE]),
        ("text", document.text[span.start : span.end]),
        *(("notes", note.text) for note in document.notes_in(span)),
    )
    missing = highlight.missing(said, units, language=language)
    for name, value in islice(description_of(document, fields), MOST_VALUES) if missing else ():
        if marks := highlight.words(value, 0, missing, "about", language=language):
            yield MarkedValue(name, value, tuple(marks))


def _marked(notes: Iterable[Note], units: Sequence[Unit], language: str) -> Iterator[MarkedNote]:
    """Those footnotes that hold words of the question."""
    for note in notes:
        if marks := highlight.words(note.text, 0, units, "notes", language=language):
            yield MarkedNote(note, tuple(marks))
