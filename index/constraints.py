"""What passages may be asked to satisfy, as data: the store evaluates these without knowing the query language."""

from datetime import date
from typing import NamedTuple, TypeAlias

from .units import Unit


class Holds(NamedTuple):
    """The passage holds a word or phrase."""

    unit: Unit


class Has(NamedTuple):
    """The passage's document has a value in a column: one with all words of `value`, or if `exact` that very value."""

    column: str
    value: str
    exact: bool = False


class Between(NamedTuple):
    """The passage's document has a number in a column, or days if `days`, that lie from `low` to `high` or overlap it.

    Days are counted as `date.toordinal` does; an open side is infinite.
    """

    column: str
    low: float
    high: float
    days: bool = False


class Of(NamedTuple):
    """The passage is of the document with that id."""

    document: str


class Dated(NamedTuple):
    """The document's dates overlap the days from `first` to `last`, either of which may be open."""

    first: date | None
    last: date | None


class Undated(NamedTuple):
    """The document has no date."""


class Not(NamedTuple):
    """The constraint does not hold."""

    constraint: "Constraint"


class AllOf(NamedTuple):
    """All constraints hold; none means that everything is admitted."""

    constraints: tuple["Constraint", ...]


class AnyOf(NamedTuple):
    """At least one of the constraints holds."""

    constraints: tuple["Constraint", ...]


Constraint: TypeAlias = Holds | Has | Between | Of | Dated | Undated | Not | AllOf | AnyOf
