"""JSON: the records of an array, which is streamed, or those in an object, wherever it has them.

Programs that hand out records wrap them in many ways: `{"count": 2, "results": [{…}, {…}]}`, `{"hits": {"hits":
[{"_id": …, "_source": {…}}]}}`, `{"id-1": {…}, "id-2": {…}}`. One rule fits them all: an object that has a text is a
record, wherever it lies, and nothing is looked for within a record.
"""

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any, BinaryIO, Final, NamedTuple, cast

from ...errors import UnreadableSource
from . import jsonl
from .contract import LONGEST_RECORD, MEGABYTE, RawRecord, ReadOptions, Remark, Skipped, Source, member_id
from .support.decode import encoding_of, replaced
from .support.fields import Fields
from .support.packed import Borrowed, not_what_it_says
from .support.records import raw_record
from .support.text_lines import TextLines

_LARGEST_OBJECT: Final = 50 * MEGABYTE
"""The most characters of a file that is one object, which is parsed as a whole."""

_DEEPEST: Final = 8
"""How deep in an object records are looked for."""

_HEAD: Final = 64 * 1024
_NAMED: Final = 10
_NOTHING: Final[tuple[object, ...]] = (None, "", [], {})
_SPACE: Final = " \t\r\n\ufeff"


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """The records of a JSON file in order, and a `Skipped` for each that is none. JSONL is read as JSONL.

    Raises:
        UnreadableSource: If it is no JSON, damaged or without records.
    """
    stream = io.BufferedReader(Borrowed(source.stream), _HEAD)
    head = stream.peek(_HEAD)
    encoding = encoding_of(head, source.encoding)
    beginning = head.decode(encoding, "ignore").lstrip(_SPACE)
    if not beginning:
        raise UnreadableSource("empty")
    if beginning[0] not in "[{":
        raise not_what_it_says(head, "JSON")
    if beginning[0] == "{" and _has_record_a_line(beginning):
        yield from jsonl.read(replace(source, stream=cast("BinaryIO", stream), name=""), options)
        return
    text = _Text(TextLines(cast("BinaryIO", stream), source.encoding, ""))
    yield from _many(_arrays(text), text, source, options) if beginning[0] == "[" else _object(text, source, options)


def _has_record_a_line(beginning: str) -> bool:
    first, newline, rest = beginning.partition("\n")
    try:
        return bool(newline and rest.lstrip().startswith("{")) and isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def _many(
    values: Iterator[object], text: "_Text", source: Source, options: ReadOptions
) -> Iterator[RawRecord | Skipped]:
    """The records in many values, one after the other."""
    number = 0
    try:
        for number, item in enumerate(values, start=1):
            origin = f"{source.origin} record {number}"
            search = _Search(source, options, is_one_of_many=True)
            found = search.within(item)
            if not found and isinstance(item, dict):
                found = [_Found("", cast("dict[str, Any]", item))]
            if found:
                yield from search.read(found, origin, text.remarks())
            else:
                yield Skipped(origin, "not a record: an object is needed")
    except UnreadableSource as error:
        raise UnreadableSource(f"after record {number}: {error}" if number else str(error)) from None
    if not number:
        raise UnreadableSource("an array without records")


def _arrays(text: "_Text") -> Iterator[object]:
    """The items of an array, and of those behind it, as a program leaves them that adds to a file run by run."""
    while text.upcoming() == "[":
        text.pass_over("[")
        is_first = True
        while text.upcoming() != "]":
            if not is_first:
                text.pass_over(",")
            yield text.value(LONGEST_RECORD)
            is_first = False
        text.pass_over("]")
    if text.upcoming():
        raise UnreadableSource("not JSON: something follows the end of its array")


def _objects(first: object, text: "_Text") -> Iterator[object]:
    """An object, and those that stand behind it with nothing in between but space."""
    yield first
    while text.upcoming() == "{":
        yield text.value(LONGEST_RECORD)
    if text.upcoming():
        raise UnreadableSource("not JSON: something follows the end of an object")


def _object(text: "_Text", source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """The records in an object. If it is one itself, it need have no id: the file's will do."""
    value = text.value(_LARGEST_OBJECT)
    if text.upcoming() == "{":
        yield from _many(_objects(value, text), text, source, options)
        return
    if text.upcoming():
        raise UnreadableSource("not JSON: something follows the end of its object")
    search = _Search(source, options)
    found = search.within(value)
    if not found:
        raise UnreadableSource("no object in it has a text: name the field with text=KEY, if they have one")
    if len(found) == 1 and "[" not in found[0].path and not found[0].id:
        found = [found[0]._replace(id=source.id)]
    yield from search.read(found, source.origin, text.remarks())


class _Found(NamedTuple):
    """A record, where it lies in its object, and the id that it has if it says none itself."""

    path: str
    record: Mapping[str, Any]
    id: str = ""


class _Search:
    """A search for the records in a value, the only one of its file or one of many."""

    def __init__(self, source: Source, options: ReadOptions, *, is_one_of_many: bool = False) -> None:
        self._source = source
        self._options = options
        self._is_one_of_many = is_one_of_many
        # The keys of what is no record.
        self._beside: dict[str, None] = {}

    def within(self, value: object, path: str = "", depth: int = 1) -> list[_Found]:
        """The records in a value, in order."""
        if depth > _DEEPEST:
            return []
        if isinstance(value, list):
            return self._in_list(cast("list[object]", value), path, depth)
        return self._in_object(cast("dict[str, Any]", value), path, depth) if isinstance(value, dict) else []

    def read(self, found: list[_Found], origin: str, remarks: tuple[Remark, ...] = ()) -> Iterator[RawRecord | Skipped]:
        """What is found, as a reader gives it; the remarks, and what stands beside it, are told with the first."""
        if self._beside:
            named = ", ".join(list(self._beside)[:_NAMED]) + (" …" if len(self._beside) > _NAMED else "")
            remarks += (Remark("what stands beside the records was left out", named),)
        for path, record, key in found:
            where = f"{origin} {path}".rstrip()
            try:
                raw = raw_record(self._with_id(record, key), where, self._options)
            except UnreadableSource as error:
                yield Skipped(where, str(error))
                continue
            yield replace(raw, remarks=(*raw.remarks, *remarks))
            remarks = ()

    def _in_list(self, items: list[object], path: str, depth: int) -> list[_Found]:
        by_item = [self.within(item, f"{path}[{number}]", depth + 1) for number, item in enumerate(items)]
        if not any(by_item):
            return []
        # One that has no text is told, if others of the list have one.
        return [
            each
            for number, (item, found) in enumerate(zip(items, by_item, strict=True))
            for each in found or [_Found(f"{path}[{number}]", cast("dict[str, Any]", item))]
            if isinstance(item, dict | list)
        ]

    def _in_object(self, value: dict[str, Any], path: str, depth: int) -> list[_Found]:
        if self._has_text(value):
            return [_Found(path, value)]
        inside = {key: f"{path}.{key[:60]}" if path else key[:60] for key in value}
        records = {
            key
            for key, inner in value.items()
            if isinstance(inner, dict) and self._has_text(cast("dict[str, Any]", inner))
        }
        deeper = {key: self.within(value[key], inside[key], depth + 1) for key in value if key not in records}
        # What wraps a record tells of it, `{"_id": …, "_source": {…}}`; what only holds some tells of none of them.
        is_wrapped = len(records) == 1 and (bool(_id(value, self._options)) or not any(deeper.values()))
        told = {key: value[key] for key, found in deeper.items() if not found} if is_wrapped else {}
        found: list[_Found] = []
        for key, inner in value.items():
            if key in records:
                name = self._named(key, path, is_wrapped=is_wrapped)
                found.append(_Found(path if is_wrapped else inside[key], {**told, **inner}, name))
            elif len(deeper[key]) == 1 and deeper[key][0].path == inside[key] and not deeper[key][0].id:
                found.append(deeper[key][0]._replace(id=self._named(key, path, is_wrapped=False)))
            else:
                found += deeper[key]
        if found:
            left = (key for key in deeper if not deeper[key] and key not in told and value[key] not in _NOTHING)
            # No more of them are told, and there may be as many as there are records.
            self._beside = dict(islice((dict.fromkeys(inside[key] for key in left) | self._beside).items(), _NAMED + 1))
        return found

    def _named(self, key: str, path: str, *, is_wrapped: bool) -> str:
        """The id that a key makes for the record under it: one with a digit is an id, another only says what it is."""
        is_id = any(map(str.isdecimal, key))
        if self._is_one_of_many or "[" in path:
            return key if is_id and not is_wrapped else ""
        if is_id:
            return key
        return "" if is_wrapped and key.isidentifier() else member_id(self._source, key)

    def _has_text(self, value: Mapping[str, Any]) -> bool:
        fields = Fields(value, self._options.fields)
        return any(isinstance(fields.glance(name), str) for name in ("text", "html"))

    def _with_id(self, record: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        return (
            {**record, Fields(record, self._options.fields).key("id"): key}
            if key and not _id(record, self._options)
            else record
        )


def _id(record: Mapping[str, Any], options: ReadOptions) -> object:
    return Fields(record, options.fields).glance("id")


class _Text:
    """The text of a JSON file, from which one value after the other is taken."""

    def __init__(self, lines: TextLines) -> None:
        self._lines = lines
        self._replaced = 0
        self._text = ""
        self._at = 0
        # pandas writes what is missing as NaN, which is no JSON but is everywhere; so are line breaks in strings.
        self._decoder = json.JSONDecoder(parse_constant=lambda _: None, strict=False)

    def upcoming(self) -> str:
        """The next character that is no white space; "" at the end."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in _SPACE:
                    return self._text[self._at]
                self._at += 1
            if not self._fill():
                return ""

    def pass_over(self, sign: str) -> None:
        """Take a sign that must come next. Raises UnreadableSource if another does."""
        found = self.upcoming()
        if found != sign:
            raise UnreadableSource(f"not JSON: {sign!r} is missing" if found else "it is cut off")
        self._at += 1

    def value(self, most: int) -> Any:
        """Take a value. Raises UnreadableSource if there is none, or one of more than so many characters."""
        self.upcoming()
        enough = _HEAD
        while True:
            more = True
            while more and len(self._text) - self._at < enough:
                more = self._fill()
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
                if end < len(self._text) or not more:
                    self._at = end
                    return value
            except json.JSONDecodeError as error:
                if not more:
                    raise UnreadableSource(f"not JSON: {error.msg}, or it is cut off") from None
            except ValueError:
                raise UnreadableSource("not JSON: a number has too many digits") from None
            except RecursionError:
                raise UnreadableSource("not JSON that can be read: it is nested too deeply") from None
            if enough > most:
                raise UnreadableSource(
                    f"more than {most // MEGABYTE} million characters: write one record a line, as JSONL"
                )
            enough *= 4

    def _fill(self) -> bool:
        pieces: list[str] = []
        length = 0
        while length < max(_HEAD, len(self._text) - self._at):
            line = self._lines.read(_HEAD)
            if not line.text:
                break
            pieces.append(line.text)
            length += len(line.text)
            self._replaced += line.replaced
        self._text = self._text[self._at :] + "".join(pieces)
        self._at = 0
        return bool(pieces)

    def remarks(self) -> tuple[Remark, ...]:
        """What is to be told of what was read since this was last asked."""
        count, self._replaced = self._replaced, 0
        return (replaced(count, self._lines.encoding),) if count else ()
