"""The parameters of URLs: each is declared once, and read, refused and described from that."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from ..errors import QueryError

LONGEST_VALUE = 500  # characters
MOST_VALUES = 20
"""How often a parameter that may be repeated can be given."""

_SHOWN = 40  # characters of a value that a message quotes
_TRUE = ("1", "true", "yes", "on")
_FALSE = ("0", "false", "no", "off")
_NUMBER = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A text. `about` says what it is for, in Markdown; one that is `required` may not be empty."""

    name: str
    about: str
    example: str = ""
    longest: int = LONGEST_VALUE
    required: bool = False

    repeatable = False

    def read(self, values: Sequence[str]) -> Any:
        """The value that the texts in a URL say; blank ones say nothing. Raises QueryError for what cannot be one."""
        value = self.trim(values[0]) if values else ""
        if self.required and not value:
            raise QueryError(f"{self.name} is missing: give one, such as {self.name}={self.example}")
        return self.check(value)

    def trim(self, value: str) -> str:
        """The text without the blanks around it."""
        return value.strip()

    def check(self, value: str) -> str:
        """The text, unless it is too long."""
        if len(value) > self.longest:
            raise QueryError(f"{self.name} has {len(value)} characters, more than {self.longest}: shorten it")
        return value

    def schema(self) -> dict[str, Any]:
        """What may be given, as JSON Schema."""
        return {"type": "string", "maxLength": self.longest} | ({"minLength": 1} if self.required else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Verbatim(Text):
    """A text in which blanks count: a question, whose columns are told in messages, or an id."""

    def trim(self, value: str) -> str:
        """The text with the blanks around it, or nothing for blanks alone."""
        return value if value.strip() else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts(Text):
    """Texts, each given by one more parameter of the name."""

    most: int = MOST_VALUES

    repeatable = True

    def read(self, values: Sequence[str]) -> tuple[str, ...]:
        """The texts without blank and repeated ones."""
        if len(values) > self.most:
            raise QueryError(f"{self.name} is given {len(values)} times: give it at most {self.most} times")
        return tuple(dict.fromkeys(self.check(value.strip()) for value in values if value.strip()))

    def schema(self) -> dict[str, Any]:
        """What may be given, as JSON Schema."""
        one = {"type": "string", "maxLength": self.longest}
        return {"type": "array", "items": one, "maxItems": self.most}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Text):
    """One of a few words; the first if none is given."""

    choices: tuple[str, ...]

    def read(self, values: Sequence[str]) -> str:
        """The choice."""
        value = values[0].strip() if values else ""
        if value and value not in self.choices:
            raise QueryError(f"{self.name} is {value[:_SHOWN]!r}, and must be one of {', '.join(self.choices)}")
        return value or self.choices[0]

    def schema(self) -> dict[str, Any]:
        """What may be given, as JSON Schema."""
        return {"type": "string", "enum": list(self.choices), "default": self.choices[0]}


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Text):
    """A whole number from `low` to `high`; `default`, which may be None, if none is given."""

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


def read(declared: Iterable[Text], given: MultiDict[str, str]) -> dict[str, Any]:
    """The values of the declared parameters, by name.

    Raises QueryError for a parameter that is not declared, one that is given twice and may not be, and a value that
    cannot be one.
    """
    parameters = tuple(declared)
    check_names(given, [each.name for each in parameters], [each.name for each in parameters if each.repeatable])
    return {each.name: each.read(given.getlist(each.name)) for each in parameters}


def check_names(given: MultiDict[str, str], known: Sequence[str], repeatable: Collection[str] = ()) -> None:
    """Raise QueryError for a parameter that is not known, or that is given twice and may not be."""
    for name, values in given.lists():
        if name not in known:
            # Ignored, it would be a filter that somebody believes in.
            hint = f"use {', '.join(known)}" if known else "there are none here"
            raise QueryError(f"unknown parameter {name[:_SHOWN]!r}: {hint}")
        if len(values) > 1 and name not in repeatable:
            raise QueryError(f"{name} is given {len(values)} times: give it once")
