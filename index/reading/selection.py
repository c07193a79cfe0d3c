"""The passages of a stack that satisfy a constraint."""

from functools import reduce

import numpy as np
from numpy.typing import NDArray

from .. import constraints
from ..constraints import Constraint
from ..segments.segment import Segment
from ..units import Unit
from .plan import Deadline
from .stack import Holding, Stack


class Selection:
    """The live passages of a stack that satisfy a constraint; what retrieval looks among.

    Args:
        stack: The passages.
        constraint: What they are to satisfy.
        deadline: The end of the search.
        looked_up: What holds units and is known already, which is added to.

    Raises:
        SearchTimeout: The time is over.
    """

    def __init__(
        self,
        stack: Stack,
        constraint: Constraint,
        deadline: Deadline,
        looked_up: dict[Unit, Holding] | None = None,
    ) -> None:
        self.stack = stack
        self.deadline = deadline
        self._looked_up: dict[Unit, Holding] = {} if looked_up is None else looked_up
        # An AnyOf(()), which admits nothing, is equal to AllOf(()): both are tuples.
        self._admits_all = isinstance(constraint, constraints.AllOf) and not constraint.constraints
        self.admitted = stack.live if self._admits_all else stack.live & self._evaluate(constraint)
        """bool [size of the stack]; not to be written to."""

    @property
    def numbers(self) -> NDArray[np.int64]:
        """The passages' numbers, ascending."""
        return np.flatnonzero(self.admitted)

    @property
    def left_out(self) -> NDArray[np.bool_] | None:
        """The live passages that are not admitted, bool [size of the stack]; None if all are admitted."""
        return None if self._admits_all else self.stack.live & ~self.admitted

    def under(self, constraint: Constraint) -> "Selection":
        """Those that satisfy another constraint; words that were looked up for this one are known already."""
        return Selection(self.stack, constraint, self.deadline, self._looked_up)

    def _evaluate(self, constraint: Constraint) -> NDArray[np.bool_]:
        parts = [self._matching(index, segment, constraint) for index, segment in enumerate(self.stack.segments)]
        return np.concatenate([np.zeros(0, bool), *parts])

    def _matching(self, index: int, segment: Segment, constraint: Constraint) -> NDArray[np.bool_]:
        """Which passages of one segment, the one of that index, satisfy a constraint."""
        self.deadline.check()
        match constraint:
            case constraints.Holds(unit):
                admitted = np.zeros(len(segment), bool)
                admitted[self.holding(unit).occurrences[index].ordinals] = True
                return admitted
            case constraints.Has(column, value, exact):
                return segment.columns.having(column, value, exact=exact)
            case constraints.Between(column, low, high, days):
                return segment.columns.between(column, low, high, days=days)
            case constraints.Of(document):
                return self.stack.of(index, document)
            case constraints.Dated(first, last):
                return segment.columns.dated(first, last)
            case constraints.Undated():
                return segment.columns.undated()
            case constraints.Not(negated):
                return ~self._matching(index, segment, negated)
            case constraints.AllOf(parts):
                every = (self._matching(index, segment, part) for part in parts)
                return reduce(np.logical_and, every, np.ones(len(segment), bool))
            case constraints.AnyOf(parts):
                each = (self._matching(index, segment, part) for part in parts)
                return reduce(np.logical_or, each, np.zeros(len(segment), bool))

    def holding(self, unit: Unit) -> Holding:
        """What holds a unit, looked up once."""
        if (known := self._looked_up.get(unit)) is None:
            self.deadline.check()
            self._looked_up[unit] = known = self.stack.holding(unit)
        return known
