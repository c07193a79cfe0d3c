"""JSONL: one record a line, plain or compressed, streamed. A bad record is skipped and the rest goes in."""

import json
from collections.abc import Iterator
from typing import Any, Final, cast

from ...errors import UnreadableSource
from .contract import LONGEST_RECORD, MEGABYTE, RawRecord, ReadOptions, Skipped, Source
from .support.packed import DAMAGED, decompressed
from .support.records import raw_record

_CHUNK: Final = MEGABYTE


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """The records of a JSONL file in order, and a `Skipped` with the line number for each bad record.

    Raises:
        UnreadableSource: If the file is damaged, or is JSON but has not a record a line.
    """
    empty = True
    for number, line in _lines(source):
        origin = f"{source.origin} line {number}"
        if line is None:
            yield Skipped(origin, f"larger than {LONGEST_RECORD // MEGABYTE} MB, the limit for a record")
        elif empty and line.strip() in (b"[", b"{"):
            raise UnreadableSource("JSON over many lines: one record a line is needed")
        elif line.strip():
            try:
                yield raw_record(_record(line), origin, options)
            except UnreadableSource as error:
                yield Skipped(origin, str(error))
        else:
            continue
        empty = False
    if empty:
        raise UnreadableSource("empty")


def _record(line: bytes) -> dict[str, Any]:
    try:
        # pandas writes what is missing as NaN, which is no JSON but is everywhere.
        record = json.loads(line.decode("utf-8-sig"), parse_constant=lambda _: None)
    except UnicodeDecodeError:
        raise UnreadableSource("not UTF-8") from None
    except json.JSONDecodeError as error:
        raise UnreadableSource(f"not JSON: {error.msg} at column {error.colno}") from None
    except ValueError:
        raise UnreadableSource("not JSON: a number has too many digits") from None
    except RecursionError:
        raise UnreadableSource("not JSON that can be read: it is nested too deeply") from None
    if not isinstance(record, dict):
        raise UnreadableSource("not a record: each line is to hold one JSON object")
    return cast("dict[str, Any]", record)


def _lines(source: Source) -> Iterator[tuple[int, bytes | None]]:
    """The lines with their numbers; None for one that is too long, which is passed over without being kept."""
    stream = decompressed(source)
    number = 0
    try:
        while line := stream.readline(LONGEST_RECORD + 1):
            number += 1
            if len(line) <= LONGEST_RECORD:
                yield number, line
                continue
            while line and not line.endswith(b"\n"):
                line = stream.readline(_CHUNK)
            yield number, None
    except DAMAGED as error:
        raise UnreadableSource(f"damaged after line {number}: {error}") from None
