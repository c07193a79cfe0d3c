"""The options of a search: each is declared here, once, with its kind, default, bounds and help.

The options of `search`, the parameters of the API and of pages, their description and the checks of `Collection.search`
follow from this table; a test holds the signature of `Collection.search` and the keys of `Filters` against it. The
filters by field come from `corpus.fields`. Faces may be stricter than this: a page is shorter than an export.
"""

from collections.abc import Callable, Iterable, Mapping, Set
from datetime import date
from typing import Any, Final, Literal, TypeAlias, cast, get_args

from ..corpus.document import MAX_ID_LENGTH
from ..corpus.fields import DECLARED
from ..errors import QueryError
from ..frozen import frozen
from ..index.reading.plan import Sort
from .ranking.legs.leg_table import HYBRID, modes

Match: TypeAlias = Literal["all", "most", "any"]
"""How many of a question's free words a match holds."""

Kind: TypeAlias = Literal["choice", "count", "seconds", "flag", "day", "id", "values", "constraints"]
"""What an option takes.

A `choice` is one of a few words, a `count` a whole number, `seconds` a number that is not negative, a `flag` yes or no,
a `day` a day, month or year, an `id` a document's. `values` are texts of which any one suffices, `constraints` texts in
the query language which must all hold.
"""


@frozen(kw_only=True)
class Option:
    """An option of a search.

    Attributes:
        name: What every face calls it.
        kind: See Kind.
        about: What it is for, in a sentence, for help texts.
        default: Its value if it is not given.
        choices: Gives what a choice is one of.
        low: The least count.
        high: The greatest count.
        longest: The most characters of a text.
        example: A value for documentation.
        in_url: Whether it is kept in the address of a page, as filters always are.
    """

    name: str
    kind: Kind
    about: str
    default: Any = None
    choices: Callable[[], tuple[str, ...]] = tuple[str, ...]
    low: int = 0
    high: int = 0
    longest: int = 500
    example: str = ""
    in_url: bool = False

    @property
    def is_filter(self) -> bool:
        """Whether it confines a search, rather than saying how it is answered."""
        return self.kind in ("day", "values", "constraints", "id")

    def check(self, value: Any) -> None:
        """Raise QueryError if a value is out of bounds, or not of the option's kind. None is as good as no value."""
        if value is None:
            return
        shown = repr(value)[:_SHOWN]
        match self.kind:
            case "choice" if not isinstance(value, str) or value not in self.choices():
                raise QueryError(f"{self.name} is {shown}, and must be one of {', '.join(self.choices())}")
            case "values" | "constraints":
                texts = list(cast("Iterable[object]", value)) if isinstance(value, list | tuple | Set) else [value]
                if not all(isinstance(each, str) for each in texts):
                    raise QueryError(f"{self.name} takes texts, not {str(texts)[:_SHOWN]}")
            case "count":
                check_range(self.name, value, self.low, self.high)
            case "seconds":
                check_seconds(self.name, value)
            case "flag" if not isinstance(value, bool):
                raise QueryError(f"{self.name} is {shown}, and must be True or False")
            case "day" if not isinstance(value, str | date):
                raise QueryError(f"{self.name} is {shown}, and must be a date, or a text such as 2025-11")
            case "id" if not isinstance(value, str):
                raise QueryError(f"{self.name} is {shown}, and must be the id of a document, which is a text")
            case _:
                pass


_SHOWN: Final = 40  # characters of a value that an error quotes

MAX_LIMIT: Final = 1000
"""The most hits that one search gives."""

MAX_EXPORT: Final = 10_000
"""The most hits that one export gives."""

MAX_FACETS: Final = 1000
"""The most values of a field that are returned with their counts."""

DECLARED_OPTIONS: Final[tuple[Option, ...]] = (
    Option(name="limit", kind="count", about="How many hits, at most.", default=10, high=MAX_LIMIT),
    Option(name="offset", kind="count", about="How many hits to pass over.", default=0, high=1_000_000),
    Option(
        name="mode",
        kind="choice",
        in_url=True,
        about="Whether words, meaning or both find and rank.",
        default=HYBRID,
        choices=modes,
    ),
    Option(
        name="literal",
        kind="flag",
        in_url=True,
        about="Take the question as plain text, in which no sign is an operator.",
        default=False,
    ),
    Option(
        name="sort",
        kind="choice",
        in_url=True,
        about="The order: added has what came in last first. By relevance, what only filters gives the newest first.",
        choices=lambda: get_args(Sort),
    ),
    Option(
        name="match",
        kind="choice",
        in_url=True,
        about=(
            "How many of the words that tell a match holds: all; most, or it is near in meaning, and by date only what "
            "answers the question is listed; any."
        ),
        default="most",
        choices=lambda: get_args(Match),
    ),
    Option(
        name="after", kind="day", longest=40, example="2025-11",
        about="Only documents of this time or later: a day, month or year, as in Nov 2025, 22.11.2025, last week.",
    ),
    Option(
        name="before", kind="day", longest=40, example="2026",
        about="Only documents of this time or earlier.",
    ),
    *(
        Option(
            name=field.name,
            kind="values",
            about=f"Only documents {field.about}; of several, any.",
            default=(),
            longest=200,
            example=field.example,
        )
        for field in DECLARED
    ),
    Option(
        name="where",
        kind="constraints",
        about="A constraint in the query language; of several, all must hold.",
        default=(),
        example='country:="South Korea"',
    ),
    Option(name="document", kind="id", about="Only passages of the document of this id.", longest=MAX_ID_LENGTH),
    Option(
        name="per_document", kind="flag", about="The best passage of each document only.", default=False, in_url=True
    ),
    Option(
        name="fold", kind="flag", about="Near-identical reports as one, rather than each by itself.", default=True
    ),
    Option(
        name="facets", kind="count", about="How many values of each field to count.", default=0, high=MAX_FACETS
    ),
    Option(name="explain", kind="flag", about="Say of each hit how its score came about.", default=False),
    Option(name="highlights", kind="flag", about="Mark why each hit is there.", default=True),
    Option(name="timing", kind="flag", about="Say how many milliseconds each stage of the search took.", default=False),
    Option(name="timeout", kind="seconds", about="How many seconds it may take."),
)  # fmt: skip

OPTIONS: Final[Mapping[str, Option]] = {each.name: each for each in DECLARED_OPTIONS}
"""By name, in the order in which they are shown."""


def check_range(name: str, value: Any, low: int, high: int) -> None:
    """Check a number.

    Args:
        name: What the error calls it.
        value: The number.
        low: The least that it may be.
        high: The most that it may be.

    Raises:
        QueryError: It is out of these bounds.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise QueryError(f"{name} is {repr(value)[:_SHOWN]}, and must be a whole number from {low} to {high}")


def check_seconds(name: str, value: Any) -> None:
    """Raise QueryError if what `name` is called is not a number of seconds, 0 or more."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        raise QueryError(f"{name} is {repr(value)[:_SHOWN]}, and must be 0 or more seconds")


def check_options(**given: Any) -> dict[str, Any]:
    """Check the values of options, each given by its name.

    Returns:
        The values, with that by default for each that is None.

    Raises:
        QueryError: One is out of bounds, or not of its option's kind.
    """
    for name, value in given.items():
        OPTIONS[name].check(value)
    return {name: OPTIONS[name].default if value is None else value for name, value in given.items()}
