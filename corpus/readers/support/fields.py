"""The values of a description as front matter and JSONL records give it, each checked for what it should be."""

import ast
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Final, cast

from ....errors import UnreadableSource
from ...dates.stated import stated_dates
from ...document import DateInterval, Note, Page, Remark
from ...fields import LONGEST_TEXT_VALUE, LONGEST_VALUE, MOST_VALUES, RECORD_KEYS, RECORD_NAMES, FieldType
from .decode import tidy

_LONGEST_EXAMPLE: Final = 60
_LONGEST_LITERAL: Final = 10_000
_BETWEEN: Final = (";", "|", "\n", "、", "؛", ",")
_NAMES: Final = ("name", "title", "label")
_NO_NOTES: Final = "no list of [mark, offset, text]"
_LARGEST_EXPONENT: Final = 300  # as far as a float goes, nearly
_LONGEST_KEY: Final = 60
_LONGEST_LABEL: Final = 20
_MOST_MARKS: Final = 50_000
"""How many footnotes a document has at most, and how many pages."""

_PAGE_ID = re.compile(r"^(?:pg|pb|page|p)[-_. ]{0,2}(?=\d|[ivxlcIVXLC]+$)")
# What a message calls the types of JSON and YAML.
_KINDS: Final[dict[type[object], str]] = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "an object",
}


@lru_cache(maxsize=1024)
def _in_small_letters(key: str) -> str:
    return key.strip().lower()


class Fields:
    """The values of a record by our names for them. Empty values count as absent; `unused` tells what nobody took.

    A key may be written in capitals, too. A value that is not what it should be is left out, and `remarks` names it: it
    costs no document.

    Args:
        record: The values by their keys.
        names: Which key holds a field, where it is not one of RECORD_KEYS.
    """

    def __init__(self, record: Mapping[str, Any], names: Mapping[str, str] | None = None) -> None:
        self._record = record
        self._names = {RECORD_NAMES.get(ours, ours): theirs for ours, theirs in (names or {}).items()}
        # "Title" is the title as well: so a spreadsheet calls it.
        self._spelt: dict[str, str] = {}
        for key in record:
            if (small := _in_small_letters(key)) != key:
                self._spelt.setdefault(small, key)
        self._taken: set[str] = set()
        self._misfits: dict[str, Remark] = {}

    def key(self, name: str) -> str:
        """The key under which the record has the field, or should have it."""
        if name in self._names:
            return self._names[name]
        keys = RECORD_KEYS.get(name, (name,))
        if self._spelt:
            keys = (*keys, *(self._spelt[key] for key in keys if key in self._spelt))
        return next((key for key in keys if not _is_empty(self._record.get(key))), name)

    def values(self, name: str, kind: FieldType = "facet") -> tuple[str, ...]:
        """A field of any number of values, one or a list of them.

        Args:
            name: The field.
            kind: What its values are: numbers come out as decimals, dates as days or intervals in ISO 8601, and all
                else on one line.

        Returns:
            Those that fit, each once. What does not, such as an object, is left out, and `remarks` names it.
        """
        value = self.value(name)
        items = _listed(cast("object", value)) if isinstance(value, list) else [value]
        fitting: dict[str, None] = {}
        for item in items:
            if _is_empty(item):
                continue
            try:
                fitting[_spelt(item, kind)] = None
            except ValueError as error:
                self.misfit(name, str(error), item)
            if len(fitting) > MOST_VALUES:
                fitting.popitem()
                self.misfit(name, f"more than {MOST_VALUES:,} values")
                break
        return tuple(fitting)

    def single(self, name: str) -> str:
        """A field of one value, on one line; "" if it has none, or several, which `remarks` then names."""
        found = self.values(name)
        if len(found) > 1:
            self.misfit(name, "more than one value", found)
        return found[0] if len(found) == 1 else ""

    def misfit(self, name: str, reason: str, value: object = "") -> None:
        """Note that a value of a field was left out, and why. The document goes in without it."""
        key, example = self.key(name), "" if value == "" else repr(value)
        example = example if len(example) <= _LONGEST_EXAMPLE else example[:_LONGEST_EXAMPLE] + "…"
        self._misfits.setdefault(key, Remark(f"{_shown(key)} was left open ({reason})", example))

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """What was left out of what was asked for, and why: a remark a key."""
        return tuple(self._misfits[key] for key in self._record if key in self._misfits)

    def unused(self) -> tuple[str, ...]:
        """The keys that nobody asked for.

        Not the text, or the web page that it is taken from, nor keys that begin with "_", which by custom are a
        program's own business.
        """
        taken = self._taken | {self.key("html" if self.glance("text") is None else "text")}
        return tuple(
            _shown(key)
            for key, value in self._record.items()
            if not (key in taken or key.startswith("_") or _is_empty(value))
        )

    def text(self, name: str) -> str:
        """A field of one line: a string, a number, or the one of a list; "" for anything else, which is left out."""
        value = self.value(name)
        found = _one(value)
        if found is None:
            self.misfit(name, f"{_kind(value)}, not a text", value)
        return " ".join(tidy(found or "").split())

    def joined(self, name: str) -> str:
        """A field of one line that may be a list, of which all are named: "Jane Doe, John Roe"."""
        value = self.value(name)
        if not isinstance(value, list):
            return self.text(name)
        return ", ".join(self.texts(name))

    def dates(self) -> DateInterval | None:
        """The days of a record; None if it has none, or none that is beyond doubt, which is left out."""
        value = self.value("dates")
        try:
            found = stated_dates(value)
        except ValueError:
            self.misfit("dates", "no date beyond doubt", value)
            return None
        if found and found.last < found.first:
            self.misfit("dates", "it ends before it begins", value)
            return None
        return found

    def raw_text(self, name: str) -> str:
        """A field as it is, without control characters. Raises UnreadableSource if it is no string."""
        value = self.value(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise UnreadableSource(f"{self.key(name)} is {_kind(value)}, not a string")
        return tidy(value)

    def id(self) -> str:
        """The id, which may be given as a whole number. Raises UnreadableSource if it is anything else."""
        value = self.value("id")
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return " ".join(self.raw_text("id").split())

    def texts(self, name: str, is_one: Callable[[str], object] | None = None) -> tuple[str, ...]:
        """A list of texts, or a text that lists some (see `listed`). What is neither is left out."""
        found: dict[str, None] = {}
        for item in self._items(name, is_one):
            if isinstance(item, int | float) or (text := _one(item)) is None:
                self.misfit(name, f"{_kind(item)}, not a text", item)
            elif shown := " ".join(tidy(text).split()):
                found[shown] = None
        return tuple(found)

    def mappings(self, name: str, keys: tuple[str, ...], *, bare: str) -> Iterator[dict[str, str]]:
        """The mappings of a field that is a list of them.

        Args:
            name: The field.
            keys: The keys of each mapping that count; the others are left alone.
            bare: The key that a bare string in the list is the value of.

        Returns:
            The mappings in order, "" for each key that one lacks. Those that lack all are left out, as is all else.
        """
        for item in self._items(name):
            if not isinstance(item, str | dict):
                self.misfit(name, f"{_kind(item)}, where a {bare} should be", item)
                continue
            inner = Fields({bare: item} if isinstance(item, str) else cast("dict[str, Any]", item))
            found = {key: inner.text(key) for key in keys}
            if any(found.values()):
                yield found
            elif item and not isinstance(item, str):
                self.misfit(name, f"an object without a {bare}", cast("object", item))

    def _items(self, name: str, is_one: Callable[[str], object] | None = None) -> list[Any]:
        """The items of a field that is a list of them, or a text that lists them; one alone counts as a list."""
        value = self.value(name)
        if isinstance(value, str):
            return listed(value, is_one)
        return [] if value is None else _listed(cast("object", value)) or [value]

    def notes(self, text: str) -> Iterator[Note]:
        """A list of footnotes, each [mark, offset, text] or a mapping with `mark`, `at` and `text`.

        Offsets are into the record's own text, and come out as offsets into `text`, which was made of it by tidying;
        those beyond its end are moved there. A `notes` that is a string is no list of footnotes, and left alone; what
        is anything else is left out.
        """
        value = self.value("notes")
        if not isinstance(value, list | str | None):
            self.misfit("notes", _NO_NOTES, value)
        if isinstance(value, str):
            self._taken.discard(self.key("notes"))
        found: list[tuple[str, int, str]] = []
        for item in self._marks("notes", cast("object", value)):
            match _note_parts(item):
                case [str() | int() | None as mark, int() | str() | None as at, str() as said] if _is_offset(at):
                    found.append((tidy(str(mark or "")).strip(), int(at or 0), tidy(said).strip()))
                case _:
                    self.misfit("notes", _NO_NOTES, item)
        places = self._places([at for _, at, _ in found], text)
        for (mark, _, said), at in zip(found, places, strict=True):
            yield Note(mark, at, said)

    def pages(self, text: str) -> tuple[Page, ...]:
        """A list of pages, each [label, offset], as `notes` are. Anything else is left alone, and so unused.

        Editors give ids such as "pg_1474", of which the number is what is printed. A page among others whose label
        says nothing has none, and still ends the one before it.
        """
        found: list[tuple[str, int]] = []
        for item in self._marks("pages", self.value("pages")):
            match item:
                case [str() | int() as label, int() | str() as at] if _is_offset(at):
                    found.append((_label(label), int(at)))
                case _:
                    found.clear()
                    break
        if not any(label for label, _ in found):
            self._taken.discard(self.key("pages"))
            return ()
        places = self._places([at for _, at in found], text)
        pages = (Page(label, at) for (label, _), at in zip(found, places, strict=True))
        return tuple(sorted(pages, key=lambda page: page.at))

    def _marks(self, name: str, value: object) -> list[Any]:
        """The items of a list of marks in the text, of which there may be too many."""
        items = _listed(value)
        if len(items) > _MOST_MARKS:
            self.misfit(name, f"those beyond the first {_MOST_MARKS:,}")
        return items[:_MOST_MARKS]

    def _places(self, offsets: list[int], text: str) -> list[int]:
        """Offsets into the record's own text as offsets into the one that was made of it by tidying."""
        raw = self.glance("text")
        if not isinstance(raw, str) or raw == text:
            return [min(at, len(text)) for at in offsets]
        places: dict[int, int] = {}
        begin = length = 0
        for at in sorted(set(offsets)):
            # Both halves of a line end make one line feed: what is cut between them would be two.
            end = at + 1 if raw[at - 1 : at + 1] == "\r\n" else at
            length += len(tidy(raw[begin:end]))
            begin, places[at] = max(begin, end), length
        return [min(places[at], len(text)) for at in offsets]

    def value(self, name: str) -> Any:
        """A field as it is; None if it is absent or empty."""
        self._taken.add(self.key(name))
        return self.glance(name)

    def glance(self, name: str) -> Any:
        """The same, for one that is only looked at: it is unused none the less."""
        value = self._record.get(self.key(name))
        return None if _is_empty(value) else value


def listed(text: str, is_one: Callable[[str], object] | None = None) -> list[Any]:
    """What a text lists, such as the cell of a table: "Japan; South Korea", "a|b", "a, b", '["a", "b"]', "['a', 'b']".

    Semicolons go before bars, these before line ends, and commas come last: names may have them.

    Args:
        text: The text.
        is_one: Knows of a text with a comma whether it is one name for all that: "Korea, Republic of".
    """
    bare = text.strip()
    if bare[:1] == "[" and bare[-1:] == "]" and len(bare) < _LONGEST_LITERAL:
        for read in (json.loads, ast.literal_eval):
            with suppress(ValueError, SyntaxError, RecursionError, MemoryError):
                if isinstance(found := read(bare), list):
                    return cast("list[Any]", found)
    mark = next((mark for mark in _BETWEEN if mark in bare), "")
    parts = text.split(mark) if mark else [text]
    return _rejoined(parts, is_one) if mark == "," and is_one else parts


def _rejoined(parts: list[str], is_one: Callable[[str], object]) -> list[str]:
    """The parts between commas, those together that make one name."""
    whole: list[str] = []
    for part in parts:
        if whole and is_one(named := f"{whole[-1]},{part}"):
            whole[-1] = named
        else:
            whole.append(part)
    return whole


def _one(value: object) -> str | None:
    """A value as one text, if it is one: a text or a number, alone in a list, or the name in an object."""
    if isinstance(value, list) and len(alone := cast("list[object]", value)) == 1:
        value = alone[0]
    if isinstance(value, dict):
        named = cast("dict[str, object]", value)
        value = next((each for key in _NAMES if isinstance(each := named.get(key), str)), named)
    if value is None or isinstance(value, str):
        return value or ""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _kind(value: object) -> str:
    return _KINDS.get(type(value), type(value).__name__)


def _is_empty(value: object) -> bool:
    return value is None or value in ([], {}) or (isinstance(value, str) and not value.strip())


def _shown(key: str) -> str:
    key = " ".join(tidy(key[: _LONGEST_KEY + 1]).split())
    return key if len(key) <= _LONGEST_KEY else key[:_LONGEST_KEY] + "…"


def _spelt(item: object, kind: FieldType) -> str:
    """A value as a document has it. Raises ValueError, which says what it is that does not fit."""
    if isinstance(item, dict | list):
        raise ValueError("an object" if isinstance(item, dict) else "a list within a list")
    text = str(item).lower() if isinstance(item, bool) else " ".join(tidy(str(item)).split())
    longest = LONGEST_TEXT_VALUE if kind == "text" else LONGEST_VALUE
    if len(text) > longest:
        raise ValueError(f"longer than {longest:,} characters")
    if not text:
        raise ValueError("control characters alone")
    if kind == "number":
        return _decimal(text)
    if kind == "date":
        try:
            dates = stated_dates(text)
        except ValueError:
            dates = None
        if dates is None or dates.last < dates.first:
            raise ValueError("no date")
        return str(dates)
    return text


def _decimal(text: str) -> str:
    """A number without an exponent and needless zeros."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError("no number") from None
    if not number.is_finite() or (number and abs(number.adjusted()) > _LARGEST_EXPONENT):
        raise ValueError("no number")
    plain = f"{number:f}" if number else "0"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _listed(value: object) -> list[Any]:
    """A value of a record if it is a list, else an empty list."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def _note_parts(item: object) -> object:
    """Mark, offset and text of a footnote that may be a mapping; anything else as it is."""
    if not isinstance(item, dict):
        return item
    named = cast("dict[str, Any]", item)
    return [named.get(key) for key in ("mark", "at", "text")]


def _label(given: str | int) -> str:
    """What a page is called, of what a record calls it."""
    label = " ".join(tidy(str(given)).split()).strip("[]")
    return _PAGE_ID.sub("", label)[:_LONGEST_LABEL]


def _is_offset(value: int | str | None) -> bool:
    return value is None or (str(value).isdecimal() and len(str(value)) < 20)
