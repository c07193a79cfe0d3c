"""What all printed text has in common: nothing in it steers a terminal, counts have their plural, columns line up."""

import json
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_GAP = "  "  # between two columns of a table


def visible(text: str) -> str:
    """The text with blanks for the characters that would steer a terminal or turn its reading direction."""
    return _STEERING.sub(" ", text)


def to_json(value: object, indent: int | None = None) -> str:
    """A value as JSON, with escapes for characters that would steer a terminal or that it cannot show."""
    dumped = json.dumps(value, ensure_ascii=not (sys.stdout.encoding or "").lower().startswith("utf"), indent=indent)
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", dumped)


def to_json_lines(values: Iterable[object]) -> str:
    """The JSON of each value on a line of its own: see `to_json`."""
    return "".join(f"{to_json(value)}\n" for value in values)


def columns(character: str) -> int:
    """How many columns of a terminal a character takes."""
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def many(count: int, one: str, more: str = "") -> str:
    """A count of things, as in "1 passage", "2,000 passages".

    Args:
        count: How many there are.
        one: What one of them is called.
        more: What several of them are called, if that is not `one` and an s.
    """
    return f"{count:,} {one if count == 1 else more or f'{one}s'}"


def table(rows: Sequence[Sequence[str]], alignment: str = "<>") -> Iterator[str]:
    """The rows of a table as lines, each column as wide as its longest cell, without blanks at the ends of lines.

    Args:
        rows: The cells of each row, as many in each; headings are a row like any other.
        alignment: For each column `<` (left) or `>` (right); the last one holds for all columns after it.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    signs = alignment.ljust(len(widths), alignment[-1])
    for row in rows:
        cells = (f"{cell:{sign}{width}}" for cell, sign, width in zip(row, signs, widths, strict=False))
        yield _GAP.join(cells).rstrip()


def moment(at: datetime) -> str:
    """A time in UTC, to the second, as RFC 3339 and Atom have it: 2026-11-29T08:15:00Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
