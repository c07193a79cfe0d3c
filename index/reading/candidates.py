"""From a plan to what may be ranked: each leg's best passages, and what every leg says of all of them."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ...stages import stage
from .. import constraints
from ..segments.arrays import distinct
from .local_legs.local_leg import LOCAL_LEGS, LocalLeg
from .matches import Base, LocalMatches, Records
from .plan import Deadline, Plan
from .selection import Selection
from .view import Candidates, Found

_NOTHING = np.zeros(0, np.int64)


def find_candidates(base: Base, records: Records, plan: Plan, depth: int, deadline: Deadline) -> Candidates:
    """See `View.candidates`. The match set: what matches by one leg; without legs, all that the constraint admits.

    Args:
        base: What all match sets of the snapshot share.
        records: Where documents are read.
        plan: What is looked for.
        depth: How many passages of each leg may become candidates.
        deadline: The end of the search.
    """
    deadline.check()
    with stage("filters"):
        selection = Selection(base.stack, plan.constraint, deadline)
    made: dict[str, LocalLeg] = {}
    for name, request in plan.legs.items():
        with stage(name):
            made[name] = LOCAL_LEGS[name](selection, request)
    legs = dict(sorted(made.items(), key=lambda each: each[1].goes_last))
    undated = _undated(plan, selection)
    if not legs:
        every = selection.numbers
        matches = LocalMatches(base, records, every, _NOTHING, np.zeros(len(every)), deadline)
        return Candidates(_NOTHING, {}, (), undated, cut=False, matches=matches)

    leading: dict[str, NDArray[np.int64]] = {}
    numbers = _NOTHING
    for name, leg in legs.items():
        with stage(name):
            leading[name] = leg.leading(depth, numbers)
            numbers = distinct(np.append(numbers, leading[name]))
    matching: dict[str, NDArray[np.bool_]] = {}
    for name, leg in legs.items():
        with stage(f"evidence for {name}"):
            matching[name] = leg.matching(numbers)
    kept = np.logical_or.reduce(list(matching.values()))
    numbers = numbers[kept]
    found: dict[str, Found] = {}
    for name, leg in made.items():
        with stage(f"evidence for {name}"):
            found[name] = Found(leg.evidence(numbers), matching[name][kept], _ranks(leading[name], numbers))
    with stage("match set"):
        matches = _matches(base, records, numbers, legs, deadline)
    return Candidates(
        numbers,
        found,
        weighed=tuple(each for leg in legs.values() for each in leg.weighed),
        undated=undated,
        cut=any(leg.is_cut for leg in legs.values()),
        matches=matches,
    )


def _ranks(leading: NDArray[np.int64], numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """The rank, from 1, of each of some passages among the leading ones; 0 for one that is not among them."""
    found = np.zeros(len(numbers), np.int64)
    here = np.isin(leading, numbers, assume_unique=True)
    found[np.searchsorted(numbers, leading[here])] = np.flatnonzero(here) + 1
    return found


def _matches(
    base: Base,
    records: Records,
    candidates: NDArray[np.int64],
    legs: Mapping[str, LocalLeg],
    deadline: Deadline,
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

    return LocalMatches(base, records, numbers, candidates, keys, deadline, worth)


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
