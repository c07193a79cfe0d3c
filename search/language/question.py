"""A question: its text, with the options of a search, which are checked, and filters, which become constraints."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Self, TypedDict

from ...corpus.fields import Fields
from ...errors import QueryError
from ...frozen import frozen
from ...index.reading.plan import Deadline
from ..arguments import check_decoded, check_text
from ..options import OPTIONS, Option, check_options
from . import query as language
from .date_values import parse_date_side
from .input.texts import read
from .parser import parse_constraints


class Filters(TypedDict, total=False):
    """What a search may be confined to, in addition to what the question itself says.

    The other attributes are fields: of several values one must fit, and a collection's own fields are given in the same
    way. `sender` and `recipient` are the fields `from` and `to`, since `from` is a keyword of Python.

    Attributes:
        after: Only documents of this time or later: a day, month or year (`2025-11`, "Nov 2025"), "last week", `1960s`.
        before: Only documents of this time or earlier.
        where: Constraints in the query language, such as `country:="South Korea"` or `-outlet:"News Agency"`. All must
            hold, and free words are not allowed.
        document: The id of the only document to search.
    """

    after: date | str | None
    before: date | str | None
    country: str | Sequence[str] | None
    person: str | Sequence[str] | None
    outlet: str | Sequence[str] | None
    place: str | Sequence[str] | None
    kind: str | Sequence[str] | None
    lang: str | Sequence[str] | None
    author: str | Sequence[str] | None
    topic: str | Sequence[str] | None
    sender: str | Sequence[str] | None
    recipient: str | Sequence[str] | None
    volume: str | Sequence[str] | None
    classification: str | Sequence[str] | None
    where: str | Sequence[str] | None
    document: str | None


@frozen
class Question:
    """A question, parsed, with the options that say how it is answered.

    Attributes:
        query: The parse of its text, and of the filters.
        document: The id of the only document to search; None for all.
        options: The values of the options that say how it is answered, by name: see `search.options`.
        deadline: The end of the search.
    """

    query: language.Query
    document: str | None
    options: Mapping[str, Any]
    deadline: Deadline

    @classmethod
    def parse(cls, text: str | None, options: Mapping[str, Any], filters: Mapping[str, Any], fields: Fields) -> Self:
        """Make a question of a text, options of a search and filters.

        Args:
            text: What somebody typed; None where there are only filters.
            options: Values of the options that say how it is answered, the timeout among them.
            filters: Those of Filters, with a collection's own fields among them.
            fields: Those that the collection has.

        Raises:
            QueryError: The text or a filter cannot be understood, no such filter exists, or an option is out of bounds.
        """
        text = "" if text is None else text
        check_text("the question", text)
        options = check_options(**options)
        check_options(**{name: filters.get(name) for name in ("after", "before", "where", "document")})
        deadline = Deadline(options["timeout"])
        query = parse_with_filters(text, filters, fields, literal=options.get("literal", False))
        for name, value in {"the question": text, **filters}.items():
            check_decoded(name, value)
        return cls(query, filters.get("document"), options, deadline)


def parse_with_filters(
    text: str, filters: Mapping[str, Any], fields: Fields, *, literal: bool = False
) -> language.Query:
    """Parse a text, and add the constraints of filters. Filters may also stand alone, without a text.

    Args:
        text: What somebody typed; it may be empty if there are filters.
        filters: Those of Filters, with a collection's own fields among them. What the query language has no word for
            (`document`) is ignored here.
        fields: Those that the collection has.
        literal: Whether the text is plain text, in which nothing is an operator.

    Raises:
        QueryError: The text or a filter cannot be understood, or there is no such filter.
    """
    nodes: list[language.Node] = []
    first, last = _day("after", filters.get("after"), 0), _day("before", filters.get("before"), 1)
    if first or last:
        if first and last and last < first:
            raise QueryError(f"nothing is both after {first} and before {last}: the first day comes first")
        nodes.append(language.Dates(first, last))
    given: dict[str, list[str]] = {name: [] for name in fields.names}
    for name, values in filters.items():
        if name in ("after", "before", "where", "document"):
            continue
        field = fields.called(name)
        if field is None:
            known = ", ".join(["after", "before", *fields.names, "where", "document"])
            raise QueryError(f"there is no filter {name!r}: use {known}")
        OPTIONS.get(field.name, _OWN).check(values)
        given[field.name] += _listed(values or ())
    for name, values in given.items():
        alternatives = tuple(language.Filter(name, value) for value in values)
        if alternatives:
            nodes.append(alternatives[0] if len(alternatives) == 1 else language.Or(alternatives))
    where = _listed(filters.get("where") or ())
    if (length := sum(map(len, where))) > language.MAX_QUERY_LENGTH:
        raise QueryError(f"the constraints have {length} characters, more than {language.MAX_QUERY_LENGTH}")
    for each in where:
        nodes += parse_constraints(each, fields)
    alone = not text.strip() and (nodes or filters.get("document") is not None)
    return (language.Query("") if alone else read(text, fields, literal=literal)).restricted(*nodes)


_OWN = Option(name="a field of the collection's own", kind="values", about="")


def _day(name: str, given: date | str | None, side: int) -> date | None:
    """The first or last day (0, 1) of an option's value."""
    if not isinstance(given, str):
        return given.date() if isinstance(given, datetime) else given
    return parse_date_side(name, given, side)


def _listed(given: str | Sequence[str]) -> Sequence[str]:
    return [given] if isinstance(given, str) else given
