"""From a plan to what may be ranked: each leg's best passages, and what every leg says of all of them."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from .. import constraints
from .local_legs.local_leg import LOCAL_LEGS, LocalLeg
from .matches import Base, LocalMatches
from .plan import Deadline, Plan
from .selection import Selection
from .view import Candidates, Found

_NOTHING = np.zeros(0, np.int64)


def find_candidates(base: Base, plan: Plan, depth: int, deadline: Deadline) -> Candidates:
    """See `View.candidates`. The match set: what matches by one leg; without legs, all that the constraint admits.

    Args:
        base: What all match sets of the snapshot share.
        plan: What is looked for.
        depth: How many passages of each leg may become candidates.
        deadline: The end of the search.
    """
    deadline.check()
    selection = Selection(base.stack, plan.constraint, deadline)
    made = {name: LOCAL_LEGS[name](selection, request) for name, request in plan.legs.items()}
    legs = dict(sorted(made.items(), key=lambda each: each[1].goes_last))
    undated = _undated(plan, selection)
    if not legs:
        matches = LocalMatches(base, selection.numbers, _NOTHING, np.zeros(len(selection.numbers)), deadline)
        return Candidates(_NOTHING, {}, (), undated, cut=False, matches=matches)

    leading: dict[str, NDArray[np.int64]] = {}
    numbers = _NOTHING
    for name, leg in legs.items():
        leading[name] = leg.leading(depth, numbers)
        numbers = np.union1d(numbers, leading[name])
    matching = {name: leg.matching(numbers) for name, leg in legs.items()}
    kept = np.logical_or.reduce(list(matching.values()))
    numbers = numbers[kept]
    return Candidates(
        numbers,
        {
            name: Found(leg.evidence(numbers), matching[name][kept], _ranks(leading[name], numbers))
            for name, leg in made.items()
        },
        weighed=tuple(each for leg in legs.values() for each in leg.weighed),
        undated=undated,
        cut=any(leg.is_cut for leg in legs.values()),
        matches=_matches(base, numbers, legs, deadline),
    )


def _ranks(leading: NDArray[np.int64], numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """The rank, from 1, of each of some passages among the leading ones; 0 for one that is not among them."""
    found = np.zeros(len(numbers), np.int64)
    here = np.isin(leading, numbers)
    found[np.searchsorted(numbers, leading[here])] = np.flatnonzero(here) + 1
    return found


def _matches(
    base: Base, candidates: NDArray[np.int64], legs: Mapping[str, LocalLeg], deadline: Deadline
) -> LocalMatches:
    """All that match; what is no candidate is ordered by the last leg in which it matches."""
    numbers, keys = candidates, np.zeros(len(candidates))
    for leg in legs.values():
        if len(every := leg.matches):
            at = np.searchsorted(every, numbers)
            others = every[np.minimum(at, len(every) - 1)] != numbers
            at, more, their_keys = at[others], numbers[others], keys[others]
            numbers, keys = np.insert(every, at, more), np.insert(leg.keys(every), at, their_keys)

    def worth(matches: NDArray[np.int64]) -> NDArray[np.float64]:
        return sum((leg.worth(matches) for leg in legs.values()), np.zeros(len(matches)))

    return LocalMatches(base, numbers, candidates, keys, deadline, worth)


def _undated(plan: Plan, dated: Selection) -> int:
    """How many passages hold the words and satisfy all that is demanded, except that they have no date."""
    parts = plan.constraint.constraints
    if not any(isinstance(part, constraints.Dated) for part in parts):
        return 0
    others = tuple(part for part in parts if not isinstance(part, constraints.Dated))
    selection = dated.under(constraints.AllOf((*others, constraints.Undated())))
    if "keyword" not in plan.legs:
        return len(selection.numbers)
    words = LOCAL_LEGS["keyword"](selection, plan.legs["keyword"])
    words.leading(0, _NOTHING)
    return len(words.matches)
