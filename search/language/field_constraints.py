"""From a filter to a constraint on a field: the ranges of numbers and dates, and names in any of their spellings."""

from math import inf
from typing import Final

from ...errors import QueryError
from ...index import constraints
from ...index.constraints import Constraint
from ...index.reading.view import Info
from .date_values import parse_date_value
from .parser import parse_number_range
from .query import Filter
from .words.variants import values_like

_NAMES: Final = frozenset({"country", "person", "place", "author", "from", "to"})
"""The fields whose values are names, which may be written in other ways."""


def field_constraint(info: Info, asked: Filter, *, variants: bool) -> Constraint:
    """What a filter demands of a passage's document.

    Args:
        info: What is known of the view that is asked.
        asked: The filter.
        variants: Whether different names of the same thing count as the same.

    Raises:
        QueryError: The value does not fit the field's type, or the index was made without the field.
    """
    field, value, exact = info.fields[asked.field], asked.value, asked.exact
    if field.name in info.lacking:
        mend = "run `dragoman reindex`, then `dragoman add --reread PATH…` to fill it"
        raise QueryError(f"the collection's index has no field {field.name!r} yet: {mend}")
    if field.type == "number" and not exact:
        low, high = parse_number_range(field.name, value)
        return constraints.Between(field.name, low, high)
    if field.type == "date" and not exact:
        period = parse_date_value(value)
        first, last = period or (None, None)
        dated = constraints.Between(
            field.name, first.toordinal() if first else -inf, last.toordinal() if last else inf, days=True
        )
        return dated if period else constraints.Not(dated)
    known = None if exact else field.canonical(value)
    if not exact and known is None and variants and field.name in _NAMES:
        others = values_like(value, info.variants)
        canonical = [(other, field.canonical(other)) for other in others]
        named = [constraints.Has(field.name, own or other, own is not None) for other, own in canonical]
        if named:
            return constraints.AnyOf((constraints.Has(field.name, value), *dict.fromkeys(named)))
    return constraints.Has(field.name, value if known is None else known, exact or known is not None)
