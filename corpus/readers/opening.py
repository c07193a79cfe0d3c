"""The files that a user names, each opened and read in its format; and standard input."""

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import BinaryIO, NamedTuple

from ...errors import UnreadableSource
from ..document import Document
from ..intake import read_stream
from .contract import MEGABYTE, Format, ReadOptions, Skipped, Source
from .files import find_files, path_id, reason_of, shown_name
from .registry import format_named, format_of, unpacking


class Found(NamedTuple):
    """A file, and the format that it is read in."""

    path: Path
    form: Format


def find(source: str | Path, options: ReadOptions) -> Iterator[Found | Skipped]:
    """Find the files that a path or pattern names, in a fixed order.

    Args:
        source: A file, a folder or a pattern.
        options: If they name a format, every file is read in it.

    Returns:
        Each file with its format, or a `Skipped` for one that has none.

    Raises:
        UnreadableSource: If the options name an unknown format.
    """
    forced = format_named(options.format) if options.format else None
    for path in find_files(source):
        if isinstance(path, Skipped):
            yield path
        elif form := unpacking(forced, path.name) if forced else format_of(path.name):
            yield Found(path, form)
        else:
            suffix = "".join(path.suffixes[-1:]) or "files without an extension"
            yield Skipped(shown_name(path), f"no reader for {suffix}")


def read_standard_input(options: ReadOptions) -> Iterator[Document | Skipped]:
    """Read the documents of standard input, which is text unless the options name a format."""
    form = format_named(options.format or "text")
    return read_stream(Source(sys.stdin.buffer, "standard input"), form, options)


def read_file(path: Path, form: Format, options: ReadOptions) -> Iterator[Document | Skipped]:
    """Read one file.

    Args:
        path: The file; nobody is waited for who might write to it.
        form: The format that it is in.
        options: How it is read.

    Returns:
        Its documents, and a `Skipped` for what cannot be read. A file that changes while it is read gives no document
        if it holds only one, and a `Skipped` after its records if it holds many.
    """
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
        results = read_stream(Source(stream, origin, path_id(path), path.name.lower()), form, options)
        if form.one_document:
            # Nothing is given away before it is known that the file held still.
            results = list(results)
            if _has_changed(stream, before):
                results = [Skipped(origin, "it changed while it was read: add it again")]
        yield from results
        if not form.one_document and _has_changed(stream, before):
            yield Skipped(origin, "it changed while it was read: add it again, records may be missing")


def _has_changed(stream: BinaryIO, before: os.stat_result) -> bool:
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
