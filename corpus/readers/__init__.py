"""Readers: from files, folders and streams to documents. One module a format, found by the registry here."""

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, Final

from ...errors import UnreadableSource
from ..document import Document
from .contract import LARGEST_FILE, MEGABYTE, Read, ReadOptions, Skipped, Source
from .sources import find_files, reason_of, shown_name

__all__ = ["FORMATS", "Format", "ReadOptions", "Skipped", "read"]


@dataclass(frozen=True, slots=True)
class Format:
    """A format that can be read: its name, the ends of its files' names, and the module here that reads it."""

    name: str
    extensions: tuple[str, ...]
    one_document: bool = True

    def reader(self) -> Read:
        """The format's reader, which is loaded when it is first needed."""
        return import_module(f".{self.name}", __package__).read


FORMATS: Final = (
    Format("text", (".txt",)),
    Format("markdown", (".md", ".markdown")),
    Format("html", (".html", ".htm")),
    Format(
        "jsonl",
        tuple(name + packed for name in (".jsonl", ".ndjson") for packed in ("", ".gz", ".xz")),
        one_document=False,
    ),
)
"""All formats. A new one is a module here with a function `read`, and a line in this table."""


def read(sources: Iterable[str | Path], *, options: ReadOptions | None = None) -> Iterator[Document | Skipped]:
    """The documents of files, folders, patterns and, for "-", standard input; and whatever could not be read.

    Nothing that lies in a source raises: bad content, a missing file and an unknown extension are each a `Skipped`.

    Raises UnreadableSource at once if the options name an unknown format.
    """
    options = options or ReadOptions()
    forced = _format_named(options.format) if options.format else None
    return _read_all(sources, options, forced)


def _read_all(
    sources: Iterable[str | Path], options: ReadOptions, forced: Format | None
) -> Iterator[Document | Skipped]:
    # With the format given, any name will do.
    extensions = ("",) if forced else tuple(end for each in FORMATS for end in each.extensions)
    for source in sources:
        if str(source) == "-":
            stream = Source(sys.stdin.buffer, "standard input")
            yield from _documents(stream, forced or FORMATS[0], options)
            continue
        for file in find_files(source, extensions):
            if isinstance(file, Skipped):
                yield file
            else:
                yield from _read_file(file, forced or _format_of(file), options)


def _read_file(path: Path, form: Format, options: ReadOptions) -> Iterator[Document | Skipped]:
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
        size = os.fstat(stream.fileno()).st_size
        if form.one_document and size > LARGEST_FILE:
            limit = f"{LARGEST_FILE // MEGABYTE} MB, the limit for a file of one document"
            yield Skipped(origin, f"{size / MEGABYTE:.0f} MB, more than {limit}")
            return
        # Not resolved: a document keeps its name when a folder above it becomes a link.
        id_ = Path(os.path.normpath(path.absolute())).as_posix()
        yield from _documents(Source(stream, origin, id_, path.name.lower()), form, options)


def _opened(path: Path) -> BinaryIO:
    """The file, opened without waiting for anybody who might write to it."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    kind = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(kind):
        os.close(descriptor)
        raise UnreadableSource("a folder" if stat.S_ISDIR(kind) else "not a file: pipe it in and name it -")
    return os.fdopen(descriptor, "rb")


def _documents(source: Source, form: Format, options: ReadOptions) -> Iterator[Document | Skipped]:
    try:
        yield from form.reader()(source, options)
    except UnreadableSource as error:
        yield Skipped(source.origin, str(error))
    except OSError as error:
        yield Skipped(source.origin, reason_of(error))


def _format_of(path: Path) -> Format:
    name = path.name.lower()
    return next(each for each in FORMATS if name.endswith(each.extensions))


def _format_named(name: str) -> Format:
    for each in FORMATS:
        if each.name == name:
            return each
    raise UnreadableSource(f"no format is called {name!r}: there are {', '.join(each.name for each in FORMATS)}")
