"""The parameters of URLs: each is declared once, and is read, checked and described by its declaration."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from ..errors import QueryError
from ..search.options import Option

LONGEST_VALUE = 500  # characters
MOST_VALUES = 20
"""How often a parameter that may be repeated can be given."""

_SHOWN = 40  # characters of a value that a message quotes
_TRUE = ("1", "true", "yes", "on")
_FALSE = ("0", "false", "no", "off")
_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text.

    Attributes:
        name: What the parameter is called.
        about: What it is for, in Markdown.
        example: A value for the documentation; empty for none.
        longest: How many characters it may have.
        required: Whether it must be given and may not be empty.
        repeatable: Whether it may be given several times.
    """

    name: str
    about: str
    example: str = ""
    longest: int = LONGEST_VALUE
    required: bool = False

    repeatable = False

    def read(self, values: Sequence[str]) -> Any:
        """The value that is given in a URL.

        Args:
            values: The texts that stand there under the parameter's name, in their order; a blank one counts as none.

        Raises:
            QueryError: They make no value of this parameter.
        """
        value = self.trim(values[0]) if values else ""
        if self.required and not value:
            raise QueryError(f"{self.name} is missing: give one, such as {self.name}={self.example}")
        return self.check(value)

    def trim(self, value: str) -> str:
        """The text without the blanks around it."""
        return value.strip()

    def check(self, value: str) -> str:
        """The text. Raises QueryError if it is too long."""
        if len(value) > self.longest:
            raise QueryError(f"{self.name} has {len(value)} characters, more than {self.longest}: shorten it")
        return value

    def schema(self) -> dict[str, Any]:
        """What may be given, as JSON Schema."""
        return {"type": "string", "maxLength": self.longest} | ({"minLength": 1} if self.required else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Verbatim(Text):
    """A text in which blanks count: an id, or a question, to whose columns messages refer."""

    def trim(self, value: str) -> str:
        """The text with the blanks around it; empty if it is nothing but blanks."""
        return value if value.strip() else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts(Text):
    """Several texts, each given by one more parameter of the same name; `most` says how many there may be."""

    most: int = MOST_VALUES

    repeatable = True

    def read(self, values: Sequence[str]) -> tuple[str, ...]:
        """The texts, without blank and repeated ones."""
        if len(values) > self.most:
            raise QueryError(f"{self.name} is given {len(values)} times: give it at most {self.most} times")
        return tuple(dict.fromkeys(self.check(value.strip()) for value in values if value.strip()))

    def schema(self) -> dict[str, Any]:
        """What may be given, as JSON Schema."""
        one = {"type": "string", "maxLength": self.longest}
        return {"type": "array", "items": one, "maxItems": self.most}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Text):
    """One of a few words: the first of `choices` if none is given."""

    choices: tuple[str, ...]

    def read(self, values: Sequence[str]) -> str:
        """The choice."""
        value = values[0].strip() if values else ""
        if value and value not in self.choices:
            raise QueryError(
                f"{self.name} is {value[:_SHOWN]!r}, and must be one of {', '.join(filter(None, self.choices))}"
            )
        return value or self.choices[0]

    def schema(self) -> dict[str, Any]:
        """What may be given, as JSON Schema."""
        return {"type": "string", "enum": list(self.choices), "default": self.choices[0]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Text):
    """A whole number from `low` to `high`; if none is given, `default`, which may be None."""

    low: int = 0
    high: int
    default: int | None = None

    def read(self, values: Sequence[str]) -> int | None:
        """The number."""
        value = values[0].strip() if values else ""
        if not value:
            return self.default
        if not _NUMBER.fullmatch(value) or not self.low <= int(value) <= self.high:
            raise QueryError(f"{self.name} is {value[:_SHOWN]!r}, and must be a number from {self.low} to {self.high}")
        return int(value)

    def schema(self) -> dict[str, Any]:
        """What may be given, as JSON Schema."""
        bounds = {"type": "integer", "minimum": self.low, "maximum": self.high}
        return bounds if self.default is None else {**bounds, "default": self.default}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Text):
    """Yes or no; no if it is not given."""

    def read(self, values: Sequence[str]) -> bool:
        """Whether it is yes."""
        value = values[0].strip().lower() if values else ""
        if value and value not in _TRUE + _FALSE:
            raise QueryError(f"{self.name} is {value[:_SHOWN]!r}, and must be 1 or 0")
        return value in _TRUE

    def schema(self) -> dict[str, Any]:
        """What may be given, as JSON Schema."""
        return {"type": "boolean", "default": False}


def parameter_of(option: Option) -> Text:
    """The parameter of a URL that says an option of a search; empty, it leaves the option as it is by default."""
    said: dict[str, Any] = {"name": option.name, "about": option.about, "example": option.example}
    match option.kind:
        case "choice":
            # A Choice falls back on its first one.
            return Choice(**said, choices=tuple(sorted(option.choices(), key=lambda each: each != option.default)))
        case "count":
            return Number(**said, low=option.low, high=option.high, default=option.default)
        case "flag":
            return Flag(**said)
        case "values" | "constraints":
            return Texts(**said, longest=option.longest)
        case "id":
            return Verbatim(**said, longest=option.longest)
        case _:
            return Text(**said, longest=option.longest)


def read(declared: Iterable[Text], given: MultiDict[str, str], *, strict: bool = True) -> dict[str, Any]:
    """The values of parameters, by name.

    Args:
        declared: All parameters that may be given.
        given: What is given in a URL.
        strict: Whether others are refused. Pages pass over them, as mail programs and networks add some to any link.

    Raises:
        QueryError: A parameter is unknown or given too often, or its value does not fit.
    """
    parameters = tuple(declared)
    names = [each.name for each in parameters]
    if not strict:
        given = MultiDict((name, value) for name, value in given.items(multi=True) if name in names)
    check_names(given, names, [each.name for each in parameters if each.repeatable])
    return {each.name: each.read(given.getlist(each.name)) for each in parameters}


def check_names(given: MultiDict[str, str], known: Sequence[str], repeatable: Collection[str] = ()) -> None:
    """Check that only known parameters are given, and none of them too often.

    Args:
        given: What is given in a URL.
        known: The names of all parameters that may be given.
        repeatable: The names of those that may be given several times.

    Raises:
        QueryError: One is unknown, or is given several times and may not be.
    """
    for name, values in given.lists():
        if name not in known:
            # If it were ignored, somebody might believe in a filter that is not there.
            hint = f"use {', '.join(known)}" if known else "there are none here"
            raise QueryError(f"unknown parameter {name[:_SHOWN]!r}: {hint}")
        if len(values) > 1 and name not in repeatable:
            raise QueryError(f"{name} is given {len(values)} times: give it once")
