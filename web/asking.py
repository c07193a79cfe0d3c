"""From the parameters of a URL to a search, and back: the state of every page is in its URL."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self, cast, get_args

from werkzeug.datastructures import MultiDict

from ..errors import QueryError
from ..search.engine import Mode, Sort
from ..search.results import Results
from .site import Site

PAGE_SIZE = 10
MAX_LIMIT = 100
MAX_OFFSET = 10_000

_TRUE = ("1", "true", "yes", "on")
_FALSE = ("0", "false", "no", "off")
_REPEATABLE = ("country", "person", "outlet")
_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a URL asks for. A parameter with an empty value counts as left out, since forms send those."""

    q: str = ""
    mode: Mode = "hybrid"
    sort: Sort = "relevance"
    after: str = ""
    before: str = ""
    country: tuple[str, ...] = ()
    person: tuple[str, ...] = ()
    outlet: tuple[str, ...] = ()
    per_document: bool = False
    unfold: bool = False
    page: int = 1

    @classmethod
    def read(cls, given: "MultiDict[str, str]", also: Sequence[str] = ()) -> Self:
        """The question in a URL's parameters.

        Raises QueryError for a parameter that neither this class nor `also` names, for one that is given twice but
        takes one value, and for a value that is none.
        """
        check_names(given, (*cls.__slots__, *also), repeatable=_REPEATABLE)
        blank = cls()
        return cls(
            q=given.get("q", "") if given.get("q", "").strip() else "",
            mode=cast("Mode", _choice(given, "mode", get_args(Mode)) or blank.mode),
            sort=cast("Sort", _choice(given, "sort", get_args(Sort)) or blank.sort),
            after=given.get("after", "").strip(),
            before=given.get("before", "").strip(),
            country=_values(given, "country"),
            person=_values(given, "person"),
            outlet=_values(given, "outlet"),
            per_document=flag(given, "per_document"),
            unfold=flag(given, "unfold"),
            page=number(given, "page", 1, low=1, high=MAX_OFFSET + 1),
        )

    @property
    def is_blank(self) -> bool:
        """Whether nothing is asked for yet, neither words nor a filter."""
        return not (self.q or self.narrowed)

    @property
    def narrowed(self) -> bool:
        """Whether there are filters beside the query itself."""
        return bool(self.after or self.before or self.country or self.person or self.outlet)

    def search(
        self, site: Site, *, limit: int = PAGE_SIZE, offset: int | None = None, explain: bool = False
    ) -> Results:
        """The answer. Without an offset, the one that belongs to the page."""
        start = (self.page - 1) * limit if offset is None else offset
        if start > MAX_OFFSET:
            raise QueryError(f"that is hit {start + 1:,}: pages end at {MAX_OFFSET:,} hits, narrow the question")
        return site.collection.search(
            self.q,
            limit=limit,
            offset=start,
            mode=self.mode,
            # The collection's own default: the newest first where a query only filters.
            sort=None if self.sort == "relevance" else self.sort,
            after=self.after or None,
            before=self.before or None,
            country=self.country,
            person=self.person,
            outlet=self.outlet,
            per_document=self.per_document,
            fold=not self.unfold,
            explain=explain,
            timeout=site.timeout,
        )

    def parameters(self, **changes: Any) -> dict[str, Any]:
        """The parameters that say the same, with changes: the shortest such list, as `url_for` takes it."""
        changed, blank = replace(self, **changes), Asked()
        values = {name: getattr(changed, name) for name in self.__slots__}
        return {
            name: 1 if value is True else list(value) if isinstance(value, tuple) else value
            for name, value in values.items()
            if value != getattr(blank, name)
        }

    def without(self, name: str, value: str) -> dict[str, Any]:
        """The parameters without one of the filters, from the first page."""
        present = getattr(self, name)
        rest = tuple(each for each in present if each != value) if isinstance(present, tuple) else ""
        return self.parameters(page=1, **{name: rest})

    def filters(self) -> list[tuple[str, str]]:
        """The name and value of each filter."""
        single = [(name, getattr(self, name)) for name in ("after", "before") if getattr(self, name)]
        return single + [(name, value) for name in _REPEATABLE for value in getattr(self, name)]


def check_names(given: "MultiDict[str, str]", known: Sequence[str], repeatable: Sequence[str] = ()) -> None:
    """Raise QueryError for a parameter that is not known, or that is given twice and may not be."""
    for name, values in given.lists():
        if name not in known:
            # Ignored, it would be a filter that somebody believes in.
            raise QueryError(f"unknown parameter {name[:40]!r}: use {', '.join(known)}")
        if len(values) > 1 and name not in repeatable:
            raise QueryError(f"{name} is given {len(values)} times: give it once")


def number(given: "MultiDict[str, str]", name: str, default: int, *, low: int, high: int) -> int:
    """A whole number. Raises QueryError for anything else or one out of range."""
    value = given.get(name, "").strip()
    if not value:
        return default
    if not _NUMBER.fullmatch(value) or not low <= int(value) <= high:
        raise QueryError(f"{name} is {value[:40]!r}, and must be a number from {low} to {high}")
    return int(value)


def flag(given: "MultiDict[str, str]", name: str) -> bool:
    """Yes or no. Raises QueryError for anything else."""
    value = given.get(name, "").strip().lower()
    if value and value not in _TRUE + _FALSE:
        raise QueryError(f"{name} is {value[:40]!r}, and must be 1 or 0")
    return value in _TRUE


def _choice(given: "MultiDict[str, str]", name: str, choices: Sequence[str]) -> str:
    value = given.get(name, "").strip()
    if value and value not in choices:
        raise QueryError(f"{name} is {value[:40]!r}, and must be one of {', '.join(choices)}")
    return value


def _values(given: "MultiDict[str, str]", name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value.strip() for value in given.getlist(name) if value.strip()))
