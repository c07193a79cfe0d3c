"""From a question to a ranking, and from that to hits, each with its document, its highlights and its reason."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from ...corpus.document import Note
from ...index.constraints import AllOf, Of
from ...index.reading.snapshot import Snapshot
from ...index.units import Unit
from ..language.planner import Plan, make_plan
from ..language.question import Question
from ..ranking.engine import Leg, Ranked, Standing, rank
from ..ranking.settings import Settings
from . import highlight
from .results import Explanation, Hit, MarkedNote

MAX_COPIES = 10
"""Of the documents that were folded under a hit's so many are named; the others are counted."""

_UNPLACED = Standing(0.0, 0.0)  # of what was no candidate


def answered(
    snapshot: Snapshot,
    question: Question,
    settings: Settings,
    limit: int,
    encode: Callable[[str], NDArray[np.float32]],
) -> "Answer":
    """The first `limit` passages that answer a question; `encode` gives a text's unit vector."""
    query, mode = question.query, question.mode
    plan = make_plan(snapshot, query, variants=settings.variants, deadline=question.deadline)
    if question.document is not None:
        plan = replace(plan, constraint=AllOf((*plan.constraint.constraints, Of(question.document))))
    meaning = encode(query.meaning) if query.meaning and mode != "keyword" else None
    ranked = rank(
        snapshot,
        plan,
        meaning,
        mode=mode,
        sort=question.sort or ("relevance" if query.meaning or plan.units else "newest"),
        per_document=question.per_document,
        fold=question.fold,
        limit=limit,
        floors=snapshot.manifest.floors,
        settings=settings,
        deadline=question.deadline,
    )
    return Answer(snapshot, ranked, plan, meaning, settings)


def neighbours(
    snapshot: Snapshot,
    own: NDArray[np.int64],
    left_out: NDArray[np.int64],
    settings: Settings,
    limit: int,
    per_document: bool,
) -> "Answer":
    """The passages nearest in meaning to what some say together, without those `left_out`."""
    center = snapshot.vectors(own).mean(axis=0)
    center /= max(float(np.linalg.norm(center)), 1e-9)
    near = snapshot.select(AllOf(())).nearest(center, settings.depth + len(left_out))
    near = near[~np.isin(near, left_out)]
    cosines = snapshot.cosines(center, near)
    near, cosines = near[cosines > 0], cosines[cosines > 0]
    matches = np.sort(near)
    if per_document:
        _, first = np.unique(snapshot.documents(near), return_index=True)
        near, cosines = near[np.sort(first)], cosines[np.sort(first)]
    legs = {int(n): Leg(place, float(c)) for place, (n, c) in enumerate(zip(near, cosines, strict=True), 1)}
    standings = {number: Standing(0.0, leg.score, meaning=leg) for number, leg in legs.items()}
    ranked = Ranked(near[:limit], matches, len(near), None, standings, weighed=(), undated=0)
    return Answer(snapshot, ranked, None, center, settings)


class Answer:
    """A ranking of passages of a snapshot, with what it was asked for: a plan and the meaning's vector, if any."""

    def __init__(
        self,
        snapshot: Snapshot,
        ranked: Ranked,
        plan: Plan | None,
        meaning: NDArray[np.float32] | None,
        settings: Settings,
    ) -> None:
        self.ranked = ranked
        self.unknown = plan.unknown if plan else ()
        """The words that the index has never seen, as spans of the question's text."""
        self.documents, self._own = snapshot.spread(ranked.matches, ranked.numbers)
        """`documents` is how many different ones the match set is of."""
        self._snapshot = snapshot
        self._units = plan.units if plan else ()
        self._meaning = meaning
        self._settings = settings

    def hits(self, offset: int = 0, *, explain: bool = False, highlights: bool = True) -> Iterator[Hit]:
        """The ranking's hits after the first `offset`.

        Raises CollectionDamaged if a document has been compacted away in the meantime.
        """
        placed = enumerate(zip(self.ranked.numbers.tolist(), self._own.tolist(), strict=True), 1)
        version, document = -1, None
        for place, (number, own) in islice(placed, offset, None):
            owner, span = self._snapshot.position(number)
            if document is None or owner != version:  # hits of one document often follow each other
                version, document = owner, self._snapshot.whole(owner)
            standing = self.ranked.standings.get(number, _UNPLACED)
            marks: list[highlight.Highlight] = []
            if highlights:
                marks = highlight.words(document.text[span.start : span.end], span.start, self._units)
                if self._meaning is not None and (standing.meaning or not marks):
                    nearest = highlight.nearest_sentence(self._meaning, *self._snapshot.sentences(number))
                    marks += [nearest] if nearest else []
            under = self.ranked.folding.under(version).tolist() if self.ranked.folding else ()
            yield Hit(
                rank=place,
                document=document,
                start=span.start,
                end=span.end,
                highlights=tuple(sorted(marks, key=lambda mark: (mark.start, -mark.end))),
                notes=tuple(_marked(document.notes_in(span), self._units)) if highlights else (),
                copies=tuple(self._snapshot.whole(int(copy)) for copy in under[:MAX_COPIES]),
                copied=len(under),
                more=own - 1,
                keyword=standing.keyword,
                meaning=standing.meaning,
                score=standing.keyword_part + standing.meaning_part,
                explanation=self._explained(number, standing) if explain else None,
            )

    def _explained(self, number: int, standing: Standing) -> Explanation:
        parts = self._snapshot.contributions(number, self.ranked.weighed, self._settings.bm25f)
        return Explanation(standing, tuple(parts))


def _marked(notes: Iterable[Note], units: Sequence[Unit]) -> Iterator[MarkedNote]:
    """Those footnotes that hold words of the question."""
    for note in notes:
        if marks := highlight.words(note.text, 0, units, "notes"):
            yield MarkedNote(note, tuple(marks))
