"""The whole hybrid algorithm: from a question in a view's terms to hits in order.

Read `rank`: each leg says what it looks for, the view finds it, fusion makes one score of all legs' scores, a reranker
may look again, and the view lists what matches in that order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...index.constraints import AllOf
from ...index.reading.plan import Deadline, Plan, Request, Sort
from ...index.reading.view import Candidates, Listing, View
from .fusion import FUSIONS, Scored, ranks
from .legs.leg import Asked
from .legs.leg_table import HYBRID, LEGS
from .rerank import RERANKERS, reranked
from .settings import Settings

Mode: TypeAlias = Literal["hybrid", "keyword", "meaning"]


@dataclass(frozen=True, slots=True)
class Leg:
    """A passage's standing in one leg: its rank among the candidates, from 1, and its score there."""

    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class Standing:
    """How a candidate came to its score.

    Attributes:
        parts: What each leg that was asked adds to it, after normalisation and weighting, by the leg's name.
        legs: Its standing in each leg that found it.
        details: What its score in a leg consists of, for legs whose scores have parts.
    """

    parts: Mapping[str, float]
    legs: Mapping[str, Leg]
    details: Mapping[str, Mapping[str, float]]

    @property
    def score(self) -> float:
        """The sum of its parts."""
        return sum(self.parts.values(), 0.0)

    def part(self, leg: str) -> float:
        """What a leg adds to it; 0 if it was not asked."""
        return self.parts.get(leg, 0.0)

    def detail(self, leg: str, name: str) -> float:
        """What something adds to the score in a leg; 0 if the leg was not asked."""
        return self.details.get(leg, {}).get(name, 0.0)


UNPLACED = Standing({}, {}, {})
"""Of what was no candidate."""


@dataclass(frozen=True, slots=True)
class Order:
    """In what order matches are listed, and which of them: see `view.Matches.listed`."""

    sort: Sort
    per_document: bool
    fold: bool
    limit: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """The matches of a question, listed, and how each candidate came to its place."""

    listing: Listing
    found: Candidates
    fused: "Fused"
    settings: Settings

    def standing(self, number: int) -> Standing:
        """How a passage came to its place."""
        at = int(np.searchsorted(self.found.numbers, number))
        if at == len(self.found.numbers) or self.found.numbers[at] != number:
            return UNPLACED
        names = list(self.found.legs)
        parts = {name: float(self.fused.parts[row, at]) for row, name in enumerate(names)}
        standings: dict[str, Leg] = {}
        details: dict[str, dict[str, float]] = {}
        for row, name in enumerate(names):
            evidence = self.found.legs[name].evidence[:, at]
            if self.fused.found[row, at]:
                standings[name] = Leg(int(self.fused.ranks[row, at]), float(self.fused.scores[row, at]))
            details[name] = LEGS[name].details(evidence, self.settings)
        return Standing(parts, standings, details)


@dataclass(frozen=True, slots=True)
class Fused:
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
    view: View, asked: Asked, constraint: AllOf, *, mode: str, order: Order, settings: Settings, deadline: Deadline
) -> Ranking:
    """The passages that match a question, the first of them in order.

    The match set: what satisfies the constraint and matches by one of the legs (see each leg); where no leg has
    anything to look for, all that satisfies the constraint.

    Args:
        view: What is asked.
        asked: What is scored.
        constraint: What every match satisfies.
        mode: HYBRID, or the name of the only leg to be asked, if it has anything to look for.
        order: How the matches are listed.
        settings: How they are ranked.
        deadline: The end of the search.

    Raises:
        SearchTimeout: The time is over.
    """
    plan = Plan(constraint, requests(asked, mode, settings))
    found = view.candidates(plan, settings.depth, deadline)
    evidence = {name: said.evidence for name, said in found.legs.items()}
    parts, scores = fuse(evidence, asked, settings)
    total = parts.sum(axis=0)
    if settings.reranker and asked.text and len(found.numbers):
        shown = min(settings.rerank_depth, len(found.numbers))
        best = found.matches.listed(total, sort="relevance", per_document=False, fold=False, limit=shown).numbers
        reranker = RERANKERS[settings.reranker]
        total = reranked(
            view, found.numbers, total, best=best, reranker=reranker, question=asked.text, deadline=deadline
        )
    listing = found.matches.listed(
        total, sort=order.sort, per_document=order.per_document, fold=order.fold, limit=order.limit
    )
    held = [LEGS[name].found(said) for name, said in found.legs.items()]
    places = [ranks(np.where(has, score, -np.inf)) for has, score in zip(held, scores, strict=True)]
    shape = len(held), len(found.numbers)
    fused = Fused(scores, parts, np.array(held, bool).reshape(shape), np.array(places, np.int64).reshape(shape))
    return Ranking(listing, found, fused, settings)


def requests(asked: Asked, mode: str, settings: Settings) -> dict[str, Request]:
    """What each leg that is to be asked looks for, by its name."""
    every = {name: leg.request(asked, settings) for name, leg in LEGS.items()}
    said = {name: request for name, request in every.items() if request is not None}
    return said if mode == HYBRID or mode not in said else {mode: said[mode]}


def fuse(
    evidence: Mapping[str, NDArray[np.float64]], asked: Asked, settings: Settings
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What candidates score: each leg's part in the fused score, and their scores in each leg; both float64 [legs, n].

    The score of a leg that was asked alone is taken as it is.

    Args:
        evidence: What each leg that was asked has to say of them, by its name: see `view.Found`.
        asked: What was asked.
        settings: How the evidence is weighed.
    """
    if not evidence:
        return np.zeros((0, 0)), np.zeros((0, 0))
    legs = [LEGS[name] for name in evidence]
    scores = [leg.scores(said, settings) for leg, said in zip(legs, evidence.values(), strict=True)]
    if len(legs) == 1:
        return np.stack(scores), np.stack(scores)
    weighed = [
        Scored(score, leg.normalise, leg.weight(asked, settings)) for leg, score in zip(legs, scores, strict=True)
    ]
    return FUSIONS[settings.fusion](weighed), np.stack(scores)
