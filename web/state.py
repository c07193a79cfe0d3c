"""From the parameters of a URL to a search, and back: the state of every page is in its URL."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, Final, NamedTuple, Self, cast, get_args

from werkzeug.datastructures import MultiDict

from ..corpus.document import MAX_ID_LENGTH, MAX_PASSAGE_ID_LENGTH
from ..errors import QueryError
from ..search.language import query as language
from ..search.language.parser import parse, parse_constraints, parse_date_range
from ..search.language.unparser import unparse
from ..search.options import MAX_LIMIT as MAX_SIMILAR
from ..search.ranking.engine import Mode, Sort
from ..search.results.results import Hit, Results
from .parameters import LONGEST_VALUE, MOST_VALUES, Choice, Flag, Number, Text, Texts, Verbatim, read
from .site import Site

PAGE_SIZE = 10
MAX_LIMIT = 100
MAX_OFFSET = 10_000

PARAMETERS: Final = (
    Verbatim(
        name="q",
        about="The question, in the query language. It may be left out where a filter is given.",
        example="Lee Macron strategic partnership",
        longest=language.MAX_QUERY_LENGTH,
    ),
    Choice(name="mode", about="Whether words, meaning or both find and rank.", choices=get_args(Mode)),
    Choice(
        name="sort",
        about="The order. By relevance, a question that only filters gives the newest first.",
        choices=get_args(Sort),
    ),
    Text(name="after", about="A day, month or year: documents of it or later ones.", example="2025-11", longest=40),
    Text(name="before", about="A day, month or year: documents of it or earlier ones.", example="2026", longest=40),
    Texts(name="country", about="Only documents with this country; of several, any.", example="France", longest=200),
    Texts(name="person", about="Only documents with this person; of several, any.", example="Macron", longest=200),
    Texts(name="outlet", about="Only documents of this outlet; of several, any.", example="Yonhap", longest=200),
    Texts(name="kind", about="Only documents of this kind; of several, any.", example="article", longest=200),
    Texts(name="lang", about="Only documents in this language; of several, any.", example="en", longest=200),
    Texts(
        name="where",
        about="A constraint in the query language; of several, all must hold.",
        example='country:="South Korea"',
    ),
    Verbatim(name="document", about="Only passages of the document of this id.", longest=MAX_ID_LENGTH),
    Verbatim(
        name="similar",
        about="The id of a passage or document: what is near it in meaning. Instead of `q` and every filter.",
        longest=MAX_PASSAGE_ID_LENGTH,
    ),
    Flag(name="per_document", about="The best passage of each document only."),
    Flag(name="unfold", about="Near-identical reports each by itself, not one for all."),
    Number(name="page", about="Which page of the hits.", low=1, high=MAX_OFFSET + 1, default=1),
)
"""The parameters of a question: what `State` is read from, in its order."""

_ANY_OF = ("country", "person", "outlet", "kind", "lang")
_SEVERAL = (*_ANY_OF, "where")
_WITH_SIMILAR = ("similar", "per_document", "page")


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
    """What a URL asks for: see `PARAMETERS`. One with an empty value counts as left out, because forms send those."""

    q: str = ""
    mode: Mode = "hybrid"
    sort: Sort = "relevance"
    after: str = ""
    before: str = ""
    country: tuple[str, ...] = ()
    person: tuple[str, ...] = ()
    outlet: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    lang: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    document: str = ""
    similar: str = ""
    per_document: bool = False
    unfold: bool = False
    page: int = 1

    @classmethod
    def read(cls, given: MultiDict[str, str]) -> Self:
        """The state that a URL's parameters say. Raises QueryError if one is unknown or does not fit."""
        return cls.of(read(PARAMETERS, given))

    @classmethod
    def of(cls, values: dict[str, Any]) -> Self:
        """The state that values of parameters make.

        Args:
            values: The values by the parameters' names; those of other parameters may be among them.

        Raises:
            QueryError: They do not go together.
        """
        state = cls(**{name: values[name] for name in cls.__slots__ if name in values})
        if state.similar:
            others = [name for name in state.parameters() if name not in _WITH_SIMILAR]
            if others:
                raise QueryError(
                    f"similar goes without {others[0]}: it finds what is near a passage, and filters nothing"
                )
        return state

    @property
    def is_blank(self) -> bool:
        """Whether nothing is asked for yet, neither words nor a filter."""
        return not (self.q or self.similar or self.narrowed)

    @property
    def narrowed(self) -> bool:
        """Whether there are filters beside the query itself."""
        filters = (self.after, self.before, self.where, self.document, *(getattr(self, name) for name in _ANY_OF))
        return any(filters)

    @property
    def days(self) -> tuple[date | None, date | None]:
        """The first and the last day that `after` and `before` leave. Raises QueryError if one is no date."""
        first = parse_date_range(self.after)[0] if self.after else None
        return first, parse_date_range(self.before)[1] if self.before else None

    def constraints(self) -> dict[str, Any]:
        """What is asked for, without the question's text and its paging: as options of `Collection.search`."""
        return {
            "mode": self.mode,
            # The collection's own default: the newest first where a query only filters.
            "sort": None if self.sort == "relevance" else self.sort,
            "after": self.after or None,
            "before": self.before or None,
            **{name: getattr(self, name) for name in _ANY_OF},
            "where": self.where,
            "document": self.document or None,
            "per_document": self.per_document,
            "fold": not self.unfold,
        }

    def search(
        self,
        site: Site,
        *,
        limit: int = PAGE_SIZE,
        offset: int | None = None,
        explain: bool = False,
        facets: int = 0,
    ) -> Results:
        """The answer, within the time that the site gives a search.

        Args:
            site: The site whose collection is asked.
            limit: How many hits to give, at most.
            offset: How many hits to pass over; None for as many as stand on the pages before.
            explain: Whether each hit says how its score came about.
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
            facets=facets,
            timeout=site.timeout,
            **self.constraints(),
        )

    def _near(self, site: Site, start: int, limit: int) -> Results:
        near = site.collection.similar(
            self.similar, limit=min(start + limit, MAX_SIMILAR), per_document=self.per_document
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

    # Other questions, each as the parameters of its URL

    def parameters(self, **changes: Any) -> dict[str, Any]:
        """The parameters of this state, as `url_for` takes them, without those that say nothing.

        Args:
            **changes: New values of fields, by their names.
        """
        changed, blank = replace(self, **changes), State()
        values: dict[str, Any] = {name: getattr(changed, name) for name in self.__slots__}
        return {name: _in_url(value) for name, value in values.items() if value != getattr(blank, name)}

    def without(self, name: str, value: str) -> dict[str, Any]:
        """The parameters without one of the filters, from the first page.

        Args:
            name: The filter's parameter.
            value: Which of its values to leave out, if it may have several.
        """
        rest = tuple(each for each in getattr(self, name) if each != value) if name in _SEVERAL else ""
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
        added = _constraint(column, value, exclude)
        where = tuple(dict.fromkeys((*self.where, added)))
        return self.parameters(page=1, where=where) if added and len(where) <= MOST_VALUES else None

    def between(self, first: date, last: date) -> dict[str, Any]:
        """The parameters of the same question within these days, both included."""
        return self.parameters(page=1, after=str(first), before=str(last))

    def chips(self) -> list[Chip]:
        """All constraints: those typed into the question, then those of the other parameters."""
        return [*self._typed_chips(), *self._chosen_chips()]

    def _typed_chips(self) -> Iterator[Chip]:
        try:
            query = parse(self.q) if self.q else language.Query("")
        except QueryError:
            return
        for index, node in enumerate(query.must):
            yield Chip(*_named(node), self.parameters(page=1, q=query.without(index)))

    def _chosen_chips(self) -> Iterator[Chip]:
        for where in self.where:
            nodes = _nodes(where)
            label, text = _named(nodes[0]) if len(nodes) == 1 else ("", where)
            yield Chip(label, text, self.without("where", where))
        for name, label in (("after", "from"), ("before", "until")):
            if value := getattr(self, name):
                yield Chip(label, value, self.without(name, value))
        for name in _ANY_OF:
            for value in getattr(self, name):
                yield Chip(name, value, self.without(name, value))
        for name, label in (("document", "document"), ("similar", "similar to")):
            if value := getattr(self, name):
                yield Chip(label, value, self.without(name, value))


def _in_url(value: Any) -> Any:
    """A field's value as `url_for` takes it."""
    if value is True:
        return 1
    return list(cast("tuple[str, ...]", value)) if isinstance(value, tuple) else value


def text_of(node: language.Node, longest: int = language.MAX_QUERY_LENGTH) -> str:
    """A constraint in the query language.

    Args:
        node: The constraint.
        longest: How many characters the text may have.

    Returns:
        The text; empty where it would be too long, or would not be read as the same constraint.
    """
    text = unparse(node)
    return text if len(text) <= longest and _nodes(text) == (node,) else ""


def _constraint(column: str, value: str, exclude: bool) -> str:
    filter_ = language.Filter(column, value, exact=True)
    return text_of(language.Not(filter_) if exclude else filter_, LONGEST_VALUE)


@lru_cache(maxsize=256)
def _nodes(where: str) -> tuple[language.Node, ...]:
    """The nodes of a constraint; empty for one that cannot be understood, of which the search will complain."""
    try:
        return parse_constraints(where)
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
        case language.Not(child):
            return "without", unparse(child)
        case _:
            return "", unparse(node)
