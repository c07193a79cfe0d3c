"""What goes with a question beside its text: the options of a search, checked, and made constraints of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self, TypedDict, cast, get_args

from ...errors import QueryError
from ...index.reading.selection import Deadline
from ..ranking.engine import Mode, Sort
from . import query as language
from .parser import parse, parse_constraints, parse_date_range


class Filters(TypedDict, total=False):
    """What a search may be confined to, beside what the question itself says.

    `after` and `before` are days, months or years (`2025-11`), themselves included. Of several countries (people,
    outlets, places, kinds, languages) one must fit. `where` are constraints in the query language, such as
    `country:="South Korea"` or `-outlet:"News Agency"`, which must all hold and may not be free words. `document` is
    the id of the only document whose passages are wanted.
    """

    after: date | str | None
    before: date | str | None
    country: str | Sequence[str]
    person: str | Sequence[str]
    outlet: str | Sequence[str]
    place: str | Sequence[str]
    kind: str | Sequence[str]
    lang: str | Sequence[str]
    where: str | Sequence[str]
    document: str | None


@dataclass(frozen=True, slots=True)
class Question:
    """A search that is understood, but not asked of any snapshot yet. `document` confines it to that document's id."""

    query: language.Query
    document: str | None
    mode: Mode
    sort: Sort | None
    per_document: bool
    fold: bool
    deadline: Deadline

    @classmethod
    def asked(
        cls,
        text: str,
        mode: Mode,
        sort: Sort | None,
        per_document: bool,
        fold: bool,
        timeout: float | None,
        filters: Filters,
    ) -> Self:
        """The question that a text and the options of `Collection.search` make. Raises QueryError."""
        deadline = Deadline(timeout)
        check_choice("mode", mode, Mode)
        check_choice("sort", sort or "relevance", Sort)
        query = constrained(text, **filters)
        return cls(query, filters.get("document"), mode, sort, per_document, fold, deadline)


def constrained(  # noqa: PLR0913  # those of Filters, each by its name
    text: str,
    *,
    after: date | str | None = None,
    before: date | str | None = None,
    where: str | Sequence[str] = (),
    document: str | None = None,
    country: str | Sequence[str] = (),
    person: str | Sequence[str] = (),
    outlet: str | Sequence[str] = (),
    place: str | Sequence[str] = (),
    kind: str | Sequence[str] = (),
    lang: str | Sequence[str] = (),
) -> language.Query:
    """The query under the constraints that Filters add, which may also stand alone.

    `document`, which the query language has no word for, is left to others. Raises QueryError.
    """
    values = {"country": country, "person": person, "outlet": outlet, "place": place, "kind": kind, "lang": lang}
    nodes: list[language.Node] = []
    first, last = _days("after", after)[0], _days("before", before)[1]
    if first or last:
        if first and last and last < first:
            raise QueryError(f"nothing is both after {first} and before {last}: the first day comes first")
        nodes.append(language.Dates(first, last))
    for field, given in values.items():
        alternatives = tuple(language.Filter(field, value) for value in _listed(given))
        if alternatives:
            nodes.append(alternatives[0] if len(alternatives) == 1 else language.Or(alternatives))
    if (length := sum(map(len, _listed(where)))) > language.MAX_QUERY_LENGTH:
        raise QueryError(f"the constraints have {length} characters, more than {language.MAX_QUERY_LENGTH}")
    for each in _listed(where):
        nodes += parse_constraints(each)
    alone = not text.strip() and (nodes or document is not None)
    return (language.Query("") if alone else parse(text)).restricted(*nodes)


def _days(name: str, given: date | str | None) -> tuple[date | None, date | None]:
    """The first and the last day of what an option says. A range is refused, as one of its ends would have no say."""
    if not isinstance(given, str):
        return given, given
    if ".." in given:
        raise QueryError(f"{name} is {given[:40]!r}, and must be a day, month or year, such as 2025-11")
    return parse_date_range(given)


def check_range(name: str, value: int, low: int, high: int) -> None:
    """Raise QueryError if the option of that name is out of its range."""
    if not low <= value <= high:
        raise QueryError(f"{name} is {value}, and must be from {low} to {high}")


def check_choice(name: str, value: str, choices: Any) -> None:
    """Raise QueryError if the option of that name is not one of the literals to choose from."""
    if value not in get_args(choices):
        known = cast("tuple[str, ...]", get_args(choices))
        raise QueryError(f"{name} is {value!r}, and must be one of {', '.join(known)}")


def _listed(given: str | Sequence[str]) -> Sequence[str]:
    return [given] if isinstance(given, str) else given
