"""From a question to a ranking, and from that to hits, each with its document, its highlights and its reason."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...corpus.document import Document, Note
from ...corpus.fields import description_of
from ...errors import CollectionDamaged
from ...index.analysis import Analysed
from ...index.constraints import AllOf, Holds, Not, Of
from ...index.encoding.floors import Floors
from ...index.reading.plan import Deadline
from ...index.reading.view import LeftOut, Opened, View
from ...stages import stage
from ..language.interpreter import Interpretation, interpret
from ..language.question import Question
from ..ranking.engine import Order, Ranking, Standing, rank
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
    with stage("words"):
        meant = interpret(view, query, variants=variants, spellings=settings.spellings, deadline=question.deadline)
    constraint = meant.constraint
    if match == "all":
        constraint = AllOf((*constraint.constraints, *map(Holds, meant.free)))
    if question.document is not None:
        constraint = AllOf((*constraint.constraints, Of(question.document)))
    vector, left_out = None, view.info.left_out
    if query.meaning and mode != "keyword" and (view.info.covered or not view.info.passages):
        try:
            with stage("encode"):
                vector = view.encode(query.meaning)
        except CollectionDamaged as error:
            if mode == "meaning":  # nothing else would answer
                raise
            left_out = (*left_out, LeftOut("the query encoder", 0, str(error)))
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
    return Answer(view, ranking, meant, vector, settings, left_out)


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
    center = _center(view, own)
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
    return Answer(view, ranking, nothing, center, settings, view.info.left_out)


def _center(view: View, own: NDArray[np.int64]) -> NDArray[np.float32]:
    """The middle of the vectors of some passages. As long as none of them has one, the first is asked as it reads."""
    vectors = view.vectors(own)
    known = vectors[~np.isnan(vectors).any(axis=1)]
    if len(known):
        return known.mean(axis=0)
    (passage,) = view.passages(own[:1].tolist())
    return view.encode(passage.document.text[passage.span.start : passage.span.end])


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
        left_out: What of the collection was not asked, since it is damaged.
    """

    def __init__(
        self,
        view: View,
        ranking: Ranking,
        meant: Interpretation,
        meaning: NDArray[np.float32] | None,
        settings: Settings,
        left_out: tuple[LeftOut, ...] = (),
    ) -> None:
        self.left_out = left_out
        """What of the collection was not asked, since it is damaged."""
        self.collection = ""
        """What hits call the collection, if it is not one of several side by side."""
        self.ranking = ranking
        self.meant = meant
        """The question in the view's terms."""
        self._view = view
        self._marker = highlight.Marker(meant.marked)
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
        for position, number in enumerate(numbers):
            with stage("read"):
                passage = next(read)
                folded = listing.copies(position, MAX_COPIES)
            document, span, owner = passage.document, passage.span, passage.owner
            standing = self.ranking.standing(number)
            with stage("mark"):
                marked = self._marked(passage, standing) if highlights else _UNMARKED
            yield Hit(
                rank=self.ranking.offset + position + 1,
                document=document,
                start=span.start,
                end=span.end,
                collection=owner.collection if owner else self.collection,
                label=owner.label if owner else "",
                generation=owner.generation if owner else self._view.info.generation,
                highlights=marked.text,
                title_highlights=marked.title,
                notes=marked.notes,
                described=marked.described,
                copies=folded.first,
                copied=folded.count,
                more=int(listing.more[position]),
                standing=standing,
                explanation=Explanation(standing, passage.contributions) if explain else None,
            )

    def _marked(self, passage: Opened, standing: Standing) -> "_Marked":
        """Why a passage is there."""
        document, span, language = passage.document, passage.span, passage.document.language
        text, sentences = Analysed(document.text[span.start : span.end]), passage.sentences[:, 0].tolist()
        title = highlight.analysed(document.title[:LONGEST_TITLE])
        notes = [(note, Analysed(note.text)) for note in document.notes_in(span)]
        marks = self._marker.words(text, span.start, sentences=sentences, language=language)
        if self.meaning is not None and ("meaning" in standing.legs or not marks):
            nearest = highlight.nearest_sentence(self.meaning, passage.sentences, passage.sentence_vectors)
            marks += [nearest] if nearest else []
        said = [("title", title), ("text", text), *(("notes", note) for _, note in notes)]
        return _Marked(
            tuple(sorted(marks, key=lambda mark: (mark.start, -mark.end))),
            tuple(self._marker.words(title, 0, "title", language=language)),
            tuple(self._marked_notes(notes, language)),
            tuple(self._described(document, said)),
        )

    def _marked_notes(self, notes: Iterable[tuple[Note, Analysed]], language: str) -> Iterator[MarkedNote]:
        """Those footnotes that hold words of the question."""
        for note, text in notes:
            if marks := self._marker.words(text, 0, "notes", language=language):
                yield MarkedNote(note, tuple(marks))

    def _described(self, document: Document, said: Sequence[tuple[str, Analysed]]) -> Iterator[MarkedValue]:
        """The values of a document's description that hold what neither a passage nor its title and notes do."""
        language = document.language
        others, fields = self._marker.lacking(said, language=language), self._view.info.fields
        for name, value in islice(description_of(document, fields), MOST_VALUES) if others.units else ():
            if marks := others.words(highlight.analysed(value), 0, "about", language=language):
                yield MarkedValue(name, value, tuple(marks))


class _Marked(NamedTuple):
    """What is marked of a hit: in the passage, in its document's title, footnotes and description."""

    text: tuple[highlight.Highlight, ...]
    title: tuple[highlight.Highlight, ...]
    notes: tuple[MarkedNote, ...]
    described: tuple[MarkedValue, ...]


_UNMARKED: Final = _Marked((), (), (), ())
