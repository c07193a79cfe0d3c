"""From the parameters of a URL to a search, and back: the state of every page is in its URL."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any, Final, NamedTuple, Self, cast

from werkzeug.datastructures import MultiDict

from ..corpus.document import MAX_PASSAGE_ID_LENGTH
from ..corpus.fields import FIELDS, Fields
from ..errors import QueryError
from ..search.language import query as language
from ..search.language.date_values import parse_date_range
from ..search.language.input.texts import read as read_question
from ..search.language.parser import parse_constraints
from ..search.language.unparser import unparse
from ..search.options import MAX_LIMIT as MAX_SIMILAR
from ..search.options import OPTIONS
from ..search.results.results import Hit, Results
from .parameters import LONGEST_VALUE, MOST_VALUES, Flag, Number, Verbatim, parameter_of, read
from .site import Site

PAGE_SIZE = 10
MAX_LIMIT = 100
MAX_OFFSET = 10_000

_SEARCHED_BY: Final = tuple(name for name, option in OPTIONS.items() if option.is_filter or option.in_url)
"""The options of a search that a URL says under their own names."""

PARAMETERS: Final = (
    Verbatim(
        name="q",
        about="The question, in the query language. It may be left out where a filter is given.",
        example="Lee Macron strategic partnership",
        longest=language.MAX_QUERY_LENGTH,
    ),
    *(parameter_of(OPTIONS[name]) for name in _SEARCHED_BY),
    Verbatim(
        name="similar",
        about="The id of a passage or document: what is near it in meaning. Instead of `q` and every filter.",
        longest=MAX_PASSAGE_ID_LENGTH,
    ),
    Flag(name="unfold", about="Near-identical reports each by itself, not one for all."),
    Number(name="page", about="Which page of the hits.", low=1, high=MAX_OFFSET + 1, default=1),
)
"""The parameters of a question: what `State` is read from, in its order."""

_BLANK: Final = {each.name: each.read(()) for each in PARAMETERS}
_SEVERAL: Final = frozenset(each.name for each in PARAMETERS if each.repeatable)
_WITH_SIMILAR: Final = ("similar", "per_document", "page")


class Chip(NamedTuple):
    """One constraint of a question.

    Attributes:
        label: What it is called, such as `country`; empty for what has no name.
        text: What it says.
        parameters_without: The parameters of the question without it.
    """

    label: str
    text: str
    parameters_without: dict[str, Any]


@dataclass(frozen=True, slots=True)
class State:
    """What a URL asks for.

    Attributes:
        values: The values of `PARAMETERS` that say something, by name, in their order. One with an empty value counts
            as left out, because forms send those.
        fields: What the collection's documents can be filtered by.
    """

    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    fields: Fields = FIELDS

    @classmethod
    def read(cls, given: MultiDict[str, str], fields: Fields = FIELDS) -> Self:
        """The state that the parameters of a page's URL say. Raises QueryError if one does not fit."""
        return cls.of(read(PARAMETERS, given, strict=False), fields)

    @classmethod
    def of(cls, values: Mapping[str, Any], fields: Fields = FIELDS) -> Self:
        """The state that values of parameters make.

        Args:
            values: The values by the parameters' names; those of other parameters may be among them.
            fields: What the collection's documents can be filtered by.

        Raises:
            QueryError: They do not go together.
        """
        said = {name: values[name] for name, blank in _BLANK.items() if values.get(name, blank) != blank}
        if "similar" in said and (others := [name for name in said if name not in _WITH_SIMILAR]):
            raise QueryError(f"similar goes without {others[0]}: it finds what is near a passage, and filters nothing")
        return cls(said, fields)

    def __getitem__(self, name: str) -> Any:
        """The value of a parameter, whether it says something or not."""
        return self.values.get(name, _BLANK[name])

    @property
    def q(self) -> str:
        """The question's text."""
        return self["q"]

    @property
    def similar(self) -> str:
        """The id of what the hits are to be near; empty for a question."""
        return self["similar"]

    @property
    def page(self) -> int:
        """Which page of the hits, from 1."""
        return self["page"]

    @property
    def is_blank(self) -> bool:
        """Whether nothing is asked for yet, neither words nor a filter."""
        return not (self.q or self.similar or self.narrowed)

    @property
    def narrowed(self) -> bool:
        """Whether there are filters beside the query itself."""
        return any(name in self.values for name, option in OPTIONS.items() if option.is_filter)

    @property
    def days(self) -> tuple[date | None, date | None]:
        """The first and the last day that `after` and `before` leave. Raises QueryError if one is no date."""
        after, before = self["after"], self["before"]
        first = parse_date_range(after)[0] if after else None
        return first, parse_date_range(before)[1] if before else None

    def constraints(self) -> dict[str, Any]:
        """What is asked for, without the question's text and its paging: as options of `Collection.search`."""
        # What says nothing is left to the collection: it gives the newest first where a question only filters.
        return {name: self[name] for name in _SEARCHED_BY if name in self.values} | {"fold": not self["unfold"]}

    def search(
        self,
        site: Site,
        *,
        limit: int = PAGE_SIZE,
        offset: int | None = None,
        explain: bool = False,
        timing: bool = False,
        facets: int = 0,
    ) -> Results:
        """The answer, within the time that the site gives a search.

        Args:
            site: The site whose collection is asked.
            limit: How many hits to give, at most.
            offset: How many hits to pass over; None for as many as stand on the pages before.
            explain: Whether each hit says how its score came about.
            timing: Whether the answer says how long each stage of the search took; of what is similar it does not.
            facets: How many values of each column to count; 0 for none.

        Raises:
            QueryError: The question cannot be understood, or its page lies beyond the last.
            SearchTimeout: It took longer than a question may take.
            NotFound: There is no such document or passage to find similar ones for.
        """
        start = (self.page - 1) * limit if offset is None else offset
        if start > MAX_OFFSET:
            raise QueryError(f"that is hit {start + 1:,}: pages end at {MAX_OFFSET:,} hits, narrow the question")
        if self.similar:
            return self._near(site, start, limit)
        return site.collection.search(
            self.q,
            limit=limit,
            offset=start,
            explain=explain,
            timing=timing,
            facets=facets,
            timeout=site.timeout,
            **self.constraints(),
        )

    def _near(self, site: Site, start: int, limit: int) -> Results:
        near = site.collection.similar(
            self.similar,
            limit=min(start + limit, MAX_SIMILAR),
            per_document=self["per_document"],
            timeout=site.timeout,
        )
        return replace(near, hits=near.hits[start:])

    def export(self, site: Site, limit: int) -> Iterator[Hit]:
        """The first hits, one by one.

        Args:
            site: The site whose collection is asked.
            limit: How many hits to give, at most.

        Raises:
            QueryError: The question cannot be understood.
            SearchTimeout: It took longer than a question may take.
        """
        return site.collection.export(self.q, limit=limit, timeout=site.timeout, **self.constraints())

    @property
    def query(self) -> language.Query:
        """The question's text as it is read. Raises QueryError if it cannot be understood."""
        return read_question(self.q, self.fields, literal=self["literal"]) if self.q else language.Query("")

    # Other questions, each as the parameters of its URL

    def but(self, **changes: Any) -> Self:
        """The same with other values of some parameters. Raises QueryError if they do not go together."""
        return self.of({**self.values, **changes}, self.fields)

    def parameters(self, **changes: Any) -> dict[str, Any]:
        """The parameters of this state, as `url_for` takes them, without those that say nothing.

        Args:
            **changes: New values of fields, by their names.
        """
        values = {**_BLANK, **self.values, **changes}
        return {name: _in_url(value) for name, value in values.items() if value != _BLANK[name]}

    def without(self, name: str, value: str) -> dict[str, Any]:
        """The parameters without one of the filters, from the first page.

        Args:
            name: The filter's parameter.
            value: Which of its values to leave out, if it may have several.
        """
        rest: Any = tuple(each for each in self[name] if each != value) if name in _SEVERAL else ""
        return self.parameters(page=1, **{name: rest})

    def narrow(self, column: str, value: str, exclude: bool = False) -> dict[str, Any] | None:
        """The parameters with one more constraint, from the first page.

        Args:
            column: The column that the constraint is on, such as `country`.
            value: The exact value.
            exclude: Whether that value is left out, rather than asked for.

        Returns:
            The parameters; None where a URL cannot say that, because the value is too long or cannot be quoted, or
            because there are too many constraints.
        """
        added = _constraint(column, value, exclude, self.fields)
        where = tuple(dict.fromkeys((*self["where"], added)))
        return self.parameters(page=1, where=where) if added and len(where) <= MOST_VALUES else None

    def between(self, first: date, last: date) -> dict[str, Any]:
        """The parameters of the same question within these days, both included."""
        return self.parameters(page=1, after=str(first), before=str(last))

    def chips(self) -> list[Chip]:
        """All constraints: those typed into the question, then those of the other parameters."""
        return [*self._typed_chips(), *self._chosen_chips()]

    def _typed_chips(self) -> Iterator[Chip]:
        try:
            query = self.query
        except QueryError:
            return
        for index, node in enumerate(query.must):
            yield Chip(*_named(node), self.parameters(page=1, q=query.without(index)))

    def _chosen_chips(self) -> Iterator[Chip]:
        for where in self["where"]:
            nodes = _nodes(where, self.fields)
            label, text = _named(nodes[0]) if len(nodes) == 1 else ("", where)
            yield Chip(label, text, self.without("where", where))
        for name, label in (("after", "from"), ("before", "until")):
            if value := self[name]:
                yield Chip(label, value, self.without(name, value))
        for name in FIELDS.names:
            for value in self[name]:
                yield Chip(name, value, self.without(name, value))
        for name, label in (("document", "document"), ("similar", "similar to")):
            if value := self[name]:
                yield Chip(label, value, self.without(name, value))


def _in_url(value: Any) -> Any:
    """A field's value as `url_for` takes it."""
    if value is True:
        return 1
    return list(cast("tuple[str, ...]", value)) if isinstance(value, tuple) else value


def text_of(node: language.Node, longest: int = language.MAX_QUERY_LENGTH, fields: Fields = FIELDS) -> str:
    """A constraint in the query language.

    Args:
        node: The constraint.
        longest: How many characters the text may have.
        fields: What the collection's documents can be filtered by.

    Returns:
        The text; empty where it would be too long, or would not be read as the same constraint.
    """
    text = unparse(node)
    return text if len(text) <= longest and _nodes(text, fields) == (node,) else ""


def _constraint(column: str, value: str, exclude: bool, fields: Fields) -> str:
    filter_ = language.Filter(column, value, exact=True)
    return text_of(language.Not(filter_) if exclude else filter_, LONGEST_VALUE, fields)


@lru_cache(maxsize=256)
def _nodes(where: str, fields: Fields) -> tuple[language.Node, ...]:
    """The nodes of a constraint; empty for one that cannot be understood, of which the search will complain."""
    try:
        return parse_constraints(where, fields)
    except QueryError:
        return ()


def _named(node: language.Node) -> tuple[str, str]:
    """What a constraint is called, and what it says."""
    match node:
        case language.Filter(field, value):
            return field, value
        case language.Not(language.Filter(field, value)):
            return f"not {field}", value
        case language.Dates(first, last) if first == last:
            return "date", str(first)
        case language.Dates(first, last):
            return "date", f"{first or ''}..{last or ''}"
        case language.Undated():
            return "date", "none"
        case language.Not(child):
            return "without", unparse(child)
        case _:
            return "", unparse(node)
