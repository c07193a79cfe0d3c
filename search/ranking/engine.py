"""The whole hybrid algorithm: from a question in a view's terms to hits in order.

Read `rank`: each leg says what it looks for, the view finds it, fusion makes one score of all legs' scores, a reranker
may look again, and the view lists what matches in that order.
"""

from collections.abc import Mapping
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...frozen import frozen
from ...index.constraints import AllOf
from ...index.reading.plan import Deadline, Plan, Request, Sort
from ...index.reading.view import Candidates, Listing, View
from ...stages import stage
from .fusion import FUSIONS, Scored, completed, ranks, share_of_best
from .legs.leg import ScoredQuery
from .legs.leg_table import HYBRID, LEGS
from .rerank import RERANKERS, reranked
from .settings import Settings

Mode: TypeAlias = Literal["hybrid", "keyword", "meaning"]


@frozen
class LegStanding:
    """A passage's standing in one leg: its rank among the candidates, from 1, and its score there."""

    rank: int
    score: float


@frozen
class Standing:
    """How a candidate came to its score.

    Attributes:
        parts: What each leg that took part adds to it, after normalisation and weighting, by the leg's name.
        legs: Its standing in each leg that found it.
        details: What its score in a leg consists of, for legs whose scores have parts.
    """

    parts: Mapping[str, float]
    legs: Mapping[str, LegStanding]
    details: Mapping[str, Mapping[str, float]]

    @property
    def score(self) -> float:
        """The sum of its parts."""
        return sum(self.parts.values(), 0.0)

    def part(self, leg: str) -> float:
        """What a leg adds to the fused score; 0 if it took no part."""
        return self.parts.get(leg, 0.0)

    def detail(self, leg: str, name: str) -> float:
        """What one part, by name, adds to the score in a leg; 0 if the leg took no part."""
        return self.details.get(leg, {}).get(name, 0.0)


UNPLACED = Standing({}, {}, {})
"""Of what was no candidate."""


@frozen
class Order:
    """In what order matches are listed, and which of them: see `view.Matches.listed`.

    Attributes:
        sort: By relevance, newest or oldest first, or what came in last first.
        per_document: Whether to list only the best passage of each document.
        fold: Whether to list only the best of near-identical reports.
        limit: How many to list.
        offset: How many of the first to leave out.
        answering: Whether to list only what answers the question, of all that matches: see `plan.which_answer`.
    """

    sort: Sort
    per_document: bool
    fold: bool
    limit: int
    offset: int = 0
    answering: bool = False


@frozen
class Ranking:
    """The matches of a question, listed, and how each candidate came to its rank.

    Attributes:
        listing: The first matches in order, with the totals of all matches.
        candidates: The passages that were scored.
        scores: What each of them scores.
        settings: How they were ranked.
        offset: How many come before those that are listed.
    """

    listing: Listing
    candidates: Candidates
    scores: "LegScores"
    settings: Settings
    offset: int

    def standing(self, number: int) -> Standing:
        """How a passage came to its rank. `number` is its number in the view."""
        at = int(np.searchsorted(self.candidates.numbers, number))
        if at == len(self.candidates.numbers) or self.candidates.numbers[at] != number:
            return UNPLACED
        names = list(self.candidates.legs)
        parts = {name: float(self.scores.parts[row, at]) for row, name in enumerate(names)}
        standings: dict[str, LegStanding] = {}
        details: dict[str, dict[str, float]] = {}
        for row, name in enumerate(names):
            evidence = self.candidates.legs[name].evidence[:, at]
            if self.scores.found[row, at]:
                standings[name] = LegStanding(int(self.scores.ranks[row, at]), float(self.scores.scores[row, at]))
            details[name] = LEGS[name].details(evidence, self.settings)
        return Standing(parts, standings, details)


@frozen
class LegScores:
    """What candidates score, leg by leg in the order of the plan: each is [legs, n].

    Attributes:
        scores: float64, in each leg.
        parts: float64, in the fused score, which is their sum.
        found: bool, whether the leg found it.
        ranks: int64, among those that the leg found, from 1.
    """

    scores: NDArray[np.float64]
    parts: NDArray[np.float64]
    found: NDArray[np.bool_]
    ranks: NDArray[np.int64]


def rank(
    view: View,
    query: ScoredQuery,
    constraint: AllOf,
    *,
    mode: str,
    order: Order,
    settings: Settings,
    deadline: Deadline,
) -> Ranking:
    """The passages that match a question, the first of them in order.

    The match set: what satisfies the constraint and matches by one of the legs (see each leg); where no leg has
    anything to look for, all that satisfies the constraint.

    Args:
        view: The collection.
        query: What passages are scored by.
        constraint: What every match satisfies.
        mode: HYBRID, or the name of the only leg to use. If the question holds nothing for it, the others are used.
        order: How the matches are listed.
        settings: How they are ranked.
        deadline: The end of the search.

    Raises:
        SearchTimeout: The time is over.
    """
    plan = Plan(constraint, requests(query, mode, settings))
    candidates = view.candidates(plan, settings.depth, deadline)
    evidence = {name: said.evidence for name, said in candidates.legs.items()}
    with stage("fuse"):
        parts, scores = fuse(evidence, query, settings)
    total = parts.sum(axis=0)
    wanted = order.sort == "relevance" and order.limit and len(candidates.numbers)
    if settings.reranker and query.text and wanted:
        shown = min(settings.rerank_depth, len(candidates.numbers))
        with stage("rerank", whole=True):
            matches, reranker = candidates.matches, RERANKERS[settings.reranker]
            best = matches.listed(total, sort="relevance", per_document=False, fold=False, limit=shown).numbers
            total = reranked(
                view, candidates.numbers, total, best=best, reranker=reranker, question=query.text, deadline=deadline
            )
    with stage("order and fold"):
        listing = candidates.matches.listed(
            total,
            sort=order.sort,
            per_document=order.per_document,
            fold=order.fold,
            offset=order.offset,
            limit=order.limit,
            answering=order.answering,
        )
    held = [LEGS[name].found(said) for name, said in candidates.legs.items()]
    by_rank = [ranks(np.where(has, score, -np.inf)) for has, score in zip(held, scores, strict=True)]
    shape = len(held), len(candidates.numbers)
    by_leg = LegScores(scores, parts, np.array(held, bool).reshape(shape), np.array(by_rank, np.int64).reshape(shape))
    return Ranking(listing, candidates, by_leg, settings, order.offset)


def requests(query: ScoredQuery, mode: str, settings: Settings) -> dict[str, Request]:
    """What each leg that takes part looks for, by its name.

    Args:
        query: What passages are scored by.
        mode: See `rank`.
        settings: They may spare a leg evidence that has no weight.
    """
    every = {name: leg.request(query, settings) for name, leg in LEGS.items()}
    said = {name: request for name, request in every.items() if request is not None}
    if mode == HYBRID or mode not in said:
        return said
    return {name: request for name, request in said.items() if name == mode or not LEGS[name].is_mode}


def fuse(
    evidence: Mapping[str, NDArray[np.float64]], query: ScoredQuery, settings: Settings
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What candidates score: each leg's part in the fused score, and their scores in each leg; both float64 [legs, n].

    Where only one leg takes part, its score is not normalised.

    Args:
        evidence: What each leg that took part found, by its name: see `view.Found`.
        query: What the legs looked for.
        settings: How the evidence is weighed.
    """
    if not evidence:
        return np.zeros((0, 0)), np.zeros((0, 0))
    legs = [LEGS[name] for name in evidence]
    said_by_each = zip(legs, evidence.values(), strict=True)
    scores = completed([leg.scores(said, settings) for leg, said in said_by_each], [leg.is_mode for leg in legs])
    if len(legs) == 1:
        return np.stack(scores), np.stack(scores)
    # Beside what is no mode, which is evidence of a size of its own, legs that are modes count as shares of the best
    # score, be it one or several: min-max would make all of the difference between two passages with much the same
    # words, so that no date could make up for a word more in a title. The only leg that is a mode counts in full.
    modes = [leg for leg in legs if leg.is_mode]
    only = modes[0] if len(modes) == 1 else None
    beside = len(modes) < len(legs)
    weighed = [
        Scored(
            score,
            share_of_best if beside and leg.is_mode else leg.normalise,
            1.0 if leg is only else leg.weight(query, evidence, settings),
        )
        for leg, score in zip(legs, scores, strict=True)
    ]
    return FUSIONS[settings.fusion](weighed), np.stack(scores)
