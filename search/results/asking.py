"""Asking an open collection: what answers a question, what is similar to a passage, what there is in all."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ...corpus.document import Document, Span, parse_passage_id
from ...errors import CollectionDamaged, DragomanError, NotFound, SearchTimeout
from ...frozen import frozen
from ...index.reading.facets import Facets
from ...index.reading.plan import Deadline, Plan
from ...index.reading.view import View
from ...stages import measured, stage
from ..advice.notices import Notice
from ..advice.nought import nought_notices
from ..advice.suggest import suggest
from ..advice.unknown import unknown_notices, unknown_words
from ..advice.values import value_notices
from ..language.query import Query
from ..language.question import Question
from ..language.unparser import understood
from ..ranking.settings import Settings, settings_of
from ..stores.protocol import Store, explained, no_document, refuse_damaged
from .answer import Answer, answer, neighbours
from .results import Hit, Results

if TYPE_CHECKING:
    from .explaining import QuestionExplanation

NEAREST = 5
"""Where nothing is found, so many passages are shown that come nearest."""


@frozen(kw_only=True)
class Page:
    """Which part of a ranking to return, and what to add to it.

    Attributes:
        limit: How many hits.
        offset: How many of the best hits to skip.
        facets: How many values of each column to count; 0 for none.
        highlights: Whether to mark why each hit is there.
        explain: Whether to say of each hit how its score came about.
        timing: Whether to say how long each stage took.
    """

    limit: int
    offset: int = 0
    facets: int = 0
    highlights: bool = True
    explain: bool = False
    timing: bool = False


class Asker:
    """Asks a store. Each answer comes from one view: the present one at the time."""

    __slots__ = ("_contents", "_settings", "_store")

    def __init__(self, store: Store, settings: Settings | None) -> None:
        """`settings`, if there are any, are used instead of the collection's own."""
        self._store = store
        self._settings = settings
        self._contents: tuple[str, int, Facets] | None = None

    @property
    def given_settings(self) -> Settings | None:
        """The settings that are used instead of the collection's own, if there are any."""
        return self._settings

    def settings(self, view: View) -> Settings:
        """How questions to a view are ranked. Raises CollectionMismatch if the view has settings that are not known."""
        return self._settings or settings_of(view.info.ranking)

    def search(self, text: str | None, options: Mapping[str, Any], filters: Mapping[str, Any], page: Page) -> Results:
        """The results of a question. Raises as `Collection.search` does.

        Args:
            text: What the user wrote.
            options: How it is answered: see `Question.parse`.
            filters: What it is confined to.
            page: Which part of the ranking to return.
        """

        def ask(view: View) -> Results:
            with stage("parse"):
                question = Question.parse(text, options, filters, view.info.fields)
            reply = self._answer(view, question, page)
            listing, candidates = reply.ranking.listing, reply.ranking.candidates
            with stage("suggest", whole=True):
                suggestion = suggest(view, question.query.text, reply.meant.unknown, question.deadline)
            unknown = unknown_words(question.query.text, reply.meant.unknown)
            with stage("nothing found", whole=True):
                nearest = self._nearest(view, question, reply, page)
                missed = tuple(self._missed(view, question, reply, page))
            facets = None
            if page.facets:
                with stage("facets"):
                    facets = listing.facets(page.facets)
            return Results(
                query=text or "",
                understood=understood(question.query),
                mode=question.options["mode"],
                total=listing.total,
                took_ms=0,
                suggestion=suggestion,
                undated=candidates.undated,
                hits=tuple(_in_time(reply.hits(explain=page.explain, highlights=page.highlights), question.deadline)),
                documents=listing.documents,
                facets=facets,
                at_least=candidates.cut,
                weaker=listing.weaker,
                notices=(
                    *question.query.notices,
                    *reply.meant.notices,
                    *_notices(suggestion, candidates.undated, listing.weaker),
                    *(words_first(view) if question.options["mode"] != "keyword" else ()),
                    *unknown_notices(unknown),
                    *missed,
                    *(_why_not_found(question, reply) if nearest else ()),
                ),
                explanation=_explained(view, question, reply) if page.explain else None,
                nearest=nearest,
                unknown=tuple(unknown),
                left_out=reply.left_out,
                covered=view.info.covered,
            )

        began = time.perf_counter()
        with measured() as watch:
            results = self._of_view(ask)
        timing = {name: round(each, 3) for name, each in watch.milliseconds.items()} if page.timing else None
        return replace(results, took_ms=_milliseconds_since(began), timing=timing)

    def export(
        self, text: str | None, options: Mapping[str, Any], filters: Mapping[str, Any], *, limit: int, highlights: bool
    ) -> Iterator[Hit]:
        """The first hits. They are ranked now, and their documents are read when they are taken."""
        view = self._store.view
        question = Question.parse(text, options, filters, view.info.fields)
        reply = self._answer(view, question, Page(limit=limit))
        refuse_damaged(reply.left_out)
        return self._explained(reply.hits(highlights=highlights))

    def _explained(self, hits: Iterator[Hit]) -> Iterator[Hit]:
        """The hits; an error of which damage is the cause says so."""
        with explained(self._store):
            yield from hits

    def similar(self, identity: str, *, limit: int, per_document: bool, timeout: float | None) -> Results:
        """The passages nearest in meaning to those that an id names. Raises NotFound if it names none."""
        began = time.perf_counter()
        deadline = Deadline(timeout)

        def ask(view: View) -> Results:
            own, document = self._named(view, identity)
            settings = self.settings(view)
            reply = neighbours(
                view, own, document.id, settings, limit=limit, per_document=per_document, deadline=deadline
            )
            reply.collection = self._store.name
            listing = reply.ranking.listing
            return Results(
                query=identity,
                understood={"similar": identity},
                mode="meaning",
                total=listing.total,
                took_ms=_milliseconds_since(began),
                suggestion=None,
                undated=0,
                hits=tuple(reply.hits()),
                documents=listing.documents,
                at_least=reply.ranking.candidates.cut,
                notices=tuple(words_first(view)),
                left_out=reply.left_out,
                covered=view.info.covered,
            )

        return self._of_view(ask)

    def contents(self, limit: int) -> Facets:
        """What the whole collection consists of, counted on the first call after a change."""
        stamp, view = self._store.stamp, self._store.view
        known = self._contents
        if known is None or known[:2] != (stamp, limit):
            with explained(self._store):
                every = view.candidates(Plan(), 1, Deadline()).matches
                listing = every.listed(np.zeros(0), sort="relevance", per_document=False, fold=False, limit=0)
                self._contents = known = stamp, limit, listing.facets(limit)
        return known[2]

    def _answer(self, view: View, question: Question, page: Page) -> Answer:
        if question.document is not None and not len(view.find(question.document)):
            raise no_document(question.document)
        reply = answer(view, question, self.settings(view), limit=page.limit, offset=page.offset)
        reply.collection = self._store.name
        return reply

    def _missed(self, view: View, question: Question, reply: Answer, page: Page) -> Iterator[Notice]:
        """What is said of filters whose value nothing has and, where nothing was found, of every constraint."""
        total, deadline = reply.ranking.listing.total, question.deadline
        if not page.limit:
            return
        query, constraint = question.query, reply.meant.constraint
        meant = dict(zip(query.must, constraint.constraints, strict=False))
        told = dict(value_notices(view, query, meant, total > 0, deadline))
        yield from told.values()
        if total:
            return

        def found(query: Query) -> int:
            other = replace(question, query=query)
            return answer(view, other, self.settings(view), limit=0).ranking.listing.total

        yield from nought_notices(view, query, constraint, found, deadline, told.keys())

    def _nearest(self, view: View, question: Question, reply: Answer, page: Page) -> tuple[Hit, ...]:
        """Where nothing was found, the passages that come nearest to an answer."""
        if reply.ranking.listing.total or not page.limit or reply.meaning is None or question.deadline.is_over:
            return ()
        try:
            nearest = answer(view, question, self.settings(view), limit=NEAREST, floorless=True)
        except SearchTimeout:
            return ()
        nearest.collection = self._store.name
        return tuple(nearest.hits(explain=page.explain, highlights=page.highlights))

    def _named(self, view: View, identity: str) -> tuple[NDArray[np.int64], Document]:
        """The passages that an id names, a passage's or a document's, and their document."""
        named = parse_passage_id(identity)
        for document_id, span in ((identity, None), *([(named[0], Span(*named[1:]))] if named else [])):
            document = self._store.document(document_id)
            if document is not None and len(numbers := view.find(document_id, span)):
                return numbers, document
        raise NotFound(f"no passage or document {identity!r} in the collection")

    def _of_view(self, ask: Callable[[View], Results]) -> Results:
        """An answer from the present view; if that has just been compacted away, from a fresh one.

        So it is if there is an error, and a part is found to be damaged: then from what is left.
        """
        with stage("open"):
            view = self._store.view
        try:
            return ask(view)
        except CollectionDamaged:
            if self._store.view is view and not self._store.damaged():
                raise
        except DragomanError:
            raise
        except Exception:
            if not self._store.damaged():
                raise
        return ask(self._store.view)


def _explained(view: View, question: Question, reply: Answer) -> "QuestionExplanation":
    from .explaining import explain  # late, as it is seldom wanted

    return explain(view, question, reply.meant)


def _why_not_found(question: Question, reply: Answer) -> Iterator[Notice]:
    """Why the passages that are shown where nothing was found do not count as found."""
    if question.options["match"] == "all" and reply.meant.free:
        yield Notice("near", "These come nearest in meaning, but none holds all the words; they may not answer at all.")
    else:
        yield Notice(
            "near", "These come nearest in meaning, but too far to count as found; they may not answer at all."
        )


def _notices(suggestion: str | None, undated: int, weaker: int) -> Iterator[Notice]:
    if undated:
        match = "passage matches" if undated == 1 else "passages match"
        yield Notice("undated", f"{undated:,} more {match}, but with no date to go by.")
    if weaker:
        match = "passage is" if weaker == 1 else "passages are"
        left_out = f"{weaker:,} more {match} about some of it, and left out by date"
        yield Notice("weaker", f"{left_out}: with “match any” {'it is' if weaker == 1 else 'they are'} listed too.")
    if suggestion:
        yield Notice("spelling", "Did you mean:", question=suggestion)


def words_first(view: View) -> Iterator[Notice]:
    """How much of the collection meaning covers, as long as that is not all."""
    if view.info.covered < 1:
        share = min(int(100 * view.info.covered), 99)
        yield Notice(
            "words-first",
            f"Meaning covers {share} % of the collection so far: other passages are found by their words alone.",
        )


def _in_time(hits: Iterator[Hit], deadline: Deadline) -> Iterator[Hit]:
    """The hits, as long as there is time: those of a pattern take long to mark."""
    for hit in hits:
        deadline.check()
        yield hit


def _milliseconds_since(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 1)
