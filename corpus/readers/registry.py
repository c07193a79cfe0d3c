"""The formats that can be read, and the reading of a file or stream in one of them. Each has a module here."""

import os
import sqlite3
import stat
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, Final

from ...errors import MissingExtra, UnreadableSource
from ..document import Document
from .contract import LARGEST_FILE, LARGEST_PACKAGE, MEGABYTE, Read, ReadOptions, Skipped, Source, unforeseen
from .files import find_files, path_id, reason_of, shown_name


@dataclass(frozen=True, slots=True)
class Format:
    """A format that can be read: its name, the ends of its files' names, and the module here that reads it.

    A file that holds one document has at most `largest` bytes; one of records may have any number.
    """

    name: str
    extensions: tuple[str, ...]
    one_document: bool = True
    largest: int = LARGEST_FILE

    def reader(self) -> Read:
        """The format's reader, which is loaded when it is first needed."""
        return import_module(f".{self.name}", __package__).read


def _packed(*extensions: str) -> tuple[str, ...]:
    return tuple(name + packed for name in extensions for packed in ("", ".gz", ".xz"))


FORMATS: Final = (
    Format("text", (".txt",)),
    Format("markdown", (".md", ".markdown")),
    Format("html", (".html", ".htm", ".xhtml")),
    Format("jsonl", _packed(".jsonl", ".ndjson"), one_document=False),
    Format("csv", _packed(".csv", ".tsv"), one_document=False),
    Format("tei", _packed(".xml", ".tei"), one_document=False),
    Format("warc", (".warc", ".warc.gz"), one_document=False),
    Format("pdf", (".pdf",), largest=LARGEST_PACKAGE),
    Format("docx", (".docx",), largest=LARGEST_PACKAGE),
    Format("epub", (".epub",), largest=LARGEST_PACKAGE),
    Format("eml", (".eml",), largest=LARGEST_PACKAGE),
)
"""All formats. A new one is a module here with a function `read`, and a line in this table."""

CLEANED: Final = frozenset({"text", "html"})
"""The formats whose documents come with what stood around them."""


def find(source: str | Path, options: ReadOptions) -> Iterator[tuple[Path, Format] | Skipped]:
    """The files that a path or pattern names, each with the format to read it in, or a `Skipped` without one."""
    forced = format_named(options.format) if options.format else None
    # With the format given, any name will do.
    extensions = ("",) if forced else tuple(end for each in FORMATS for end in each.extensions)
    for file in find_files(source, extensions):
        yield file if isinstance(file, Skipped) else (file, forced or _format_of(file))


def read_standard_input(options: ReadOptions) -> Iterator[Document | Skipped]:
    """The documents of standard input, which is text unless the options say otherwise."""
    form = format_named(options.format or "text")
    return read_stream(Source(sys.stdin.buffer, "standard input"), form, options)


def read_file(path: Path, form: Format, options: ReadOptions) -> Iterator[Document | Skipped]:
    """The documents of one file, and a `Skipped` for what cannot be read."""
    origin = shown_name(path)
    try:
        stream = _opened(path)
    except (OSError, ValueError) as error:
        yield Skipped(origin, reason_of(error))
        return
    except UnreadableSource as error:
        yield Skipped(origin, str(error))
        return
    with closing(stream):
        before = os.fstat(stream.fileno())
        if form.one_document and before.st_size > form.largest:
            limit = f"{form.largest // MEGABYTE} MB, the limit for a file of one document"
            yield Skipped(origin, f"{before.st_size / MEGABYTE:.0f} MB, more than {limit}")
            return
        found = read_stream(Source(stream, origin, path_id(path), path.name.lower()), form, options)
        if form.one_document:
            # Nothing is given away before it is known that the file held still.
            found = list(found)
            if _changed(stream, before):
                found = [Skipped(origin, "it changed while it was read: add it again")]
        yield from found
        if not form.one_document and _changed(stream, before):
            yield Skipped(origin, "it changed while it was read: add it again, records may be missing")


def _changed(stream: BinaryIO, before: os.stat_result) -> bool:
    now = os.fstat(stream.fileno())
    return (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns)


def _opened(path: Path) -> BinaryIO:
    """The file, opened without waiting for anybody who might write to it."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    kind = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(kind):
        os.close(descriptor)
        raise UnreadableSource("a folder" if stat.S_ISDIR(kind) else "not a file: pipe it in and name it -")
    return os.fdopen(descriptor, "rb")


def read_stream(source: Source, form: Format, options: ReadOptions) -> Iterator[Document | Skipped]:
    """The documents of an open source, and a `Skipped` for what cannot be read."""
    try:
        yield from form.reader()(source, options)
    except (UnreadableSource, MissingExtra) as error:
        yield Skipped(source.origin, str(error))
    except OSError as error:
        yield Skipped(source.origin, reason_of(error))
    except (sqlite3.Error, MemoryError):
        raise
    except Exception as error:
        yield unforeseen(source.origin, error)


def _format_of(path: Path) -> Format:
    name = path.name.lower()
    return next(each for each in FORMATS if name.endswith(each.extensions))


def format_named(name: str) -> Format:
    """The format of that name. Raises UnreadableSource if there is none."""
    for each in FORMATS:
        if each.name == name:
            return each
    raise UnreadableSource(f"no format is called {name!r}: there are {', '.join(each.name for each in FORMATS)}")
