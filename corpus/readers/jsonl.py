"""JSONL: one record a line, plain or compressed, streamed. A bad record is skipped and the rest goes in."""

import json
from collections.abc import Iterator
from typing import Any, Final, cast

from ...errors import UnreadableSource
from .contract import LONGEST_RECORD, MEGABYTE, RawRecord, ReadOptions, Skipped, Source
from .support.decode import replaced
from .support.packed import DAMAGED, decompressed
from .support.records import raw_record
from .support.text_lines import FOREIGN, Line, TextLines

_CHUNK: Final = MEGABYTE


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """The records of a JSONL file in order, and a `Skipped` with the line number for each bad record.

    Raises:
        UnreadableSource: If the file is damaged, or is JSON but has not a record a line.
    """
    empty = True
    for number, line, encoding in _lines(source):
        origin = f"{source.origin} line {number}"
        if line is None:
            yield Skipped(origin, f"larger than {LONGEST_RECORD // MEGABYTE} MB, the limit for a record")
        elif empty and line.text.strip() in ("[", "{"):
            raise UnreadableSource("JSON over many lines: one record a line is needed")
        elif line.text.strip():
            try:
                remarks = (replaced(line.replaced, encoding),) if line.replaced else ()
                yield raw_record(_record(line), origin, options, remarks)
            except UnreadableSource as error:
                yield Skipped(origin, str(error))
        else:
            continue
        empty = False
    if empty:
        raise UnreadableSource("empty")


def _record(line: Line) -> dict[str, Any]:
    if not line.fits:
        raise UnreadableSource(FOREIGN)
    try:
        # pandas writes what is missing as NaN, which is no JSON but is everywhere.
        record = json.loads(line.text.lstrip("\ufeff"), parse_constant=lambda _: None)
    except json.JSONDecodeError as error:
        raise UnreadableSource(f"not JSON: {error.msg} at column {error.colno}") from None
    except ValueError:
        raise UnreadableSource("not JSON: a number has too many digits") from None
    except RecursionError:
        raise UnreadableSource("not JSON that can be read: it is nested too deeply") from None
    if not isinstance(record, dict):
        raise UnreadableSource("not a record: each line is to hold one JSON object")
    return cast("dict[str, Any]", record)


def _lines(source: Source) -> Iterator[tuple[int, Line | None, str]]:
    """The lines with their numbers and their encoding; None for one that is too long, of which nothing is kept."""
    number = 0
    try:
        lines = TextLines(decompressed(source), source.encoding, "\n")
        while (line := lines.read(LONGEST_RECORD + 1)).text:
            number += 1
            if len(line.text) <= LONGEST_RECORD:
                yield number, line, lines.encoding
                continue
            while line.text and not line.text.endswith("\n"):
                line = lines.read(_CHUNK)
            yield number, None, lines.encoding
    except DAMAGED as error:
        raise UnreadableSource(f"damaged after line {number}: {error}") from None
