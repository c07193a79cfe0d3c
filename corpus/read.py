"""From files, folders, patterns, URLs and standard input to documents."""

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from ..errors import InvalidField
from .document import Document
from .fetching.url_reader import UrlReader
from .intake import without_recurring_lines
from .readers.ahead import ReadingAhead
from .readers.contract import ReadOptions, Skipped
from .readers.files import is_url
from .readers.opening import Found, find, read_standard_input
from .readers.registry import format_named


def read(sources: Iterable[str | Path], *, options: ReadOptions | None = None) -> Iterator[Document | Skipped]:
    """Read sources one after the other, as their documents are asked for.

    Args:
        sources: Files, folders, patterns (`"*.txt"`), URLs, and `"-"` for standard input.
        options: How they are read; by default as ReadOptions says.

    Returns:
        The documents, and a `Skipped` for all that could not be read: bad content, a missing file or an unknown
        extension raises nothing.

    Raises:
        InvalidField: At once, if the options name a field that there is none of.
        UnreadableSource: At once, if they name an unknown format.
    """
    return (each for _, each in read_with_formats(sources, options=options))


def read_with_formats(
    sources: Iterable[str | Path], *, options: ReadOptions | None = None
) -> Iterator[tuple[str, Document | Skipped]]:
    """The same as `read` gives, each behind the name of the format that it was read in; "" if it has none."""
    options = options or ReadOptions()
    if unknown := options.unknown:
        raise InvalidField(
            f"documents have no field {unknown[0]!r}: one of your own needs an OwnField in `ReadOptions.own`, as in "
            f"OwnField({unknown[0]!r}, {options.fields[unknown[0]]!r})"
        )
    if options.format:
        format_named(options.format)
    return _read_all(sources, options)


def _read_all(sources: Iterable[str | Path], options: ReadOptions) -> Iterator[tuple[str, Document | Skipped]]:
    with ReadingAhead() as ahead:
        for source in sources:
            if str(source) == "-":
                yield from ((options.format or "text", each) for each in read_standard_input(options))
            elif is_url(source):
                reader = UrlReader(options)
                yield from ((reader.format, each) for each in reader.read(str(source)))
            else:
                for recurring, files in groupby(find(source, options), _has_recurring_lines):
                    formats: deque[str] = deque()
                    results = _noted(ahead.read(files, options), formats)
                    # What comes out is as many and in the same order.
                    for each in without_recurring_lines(results) if recurring and options.cleaning else results:
                        yield formats.popleft(), each


def _noted(
    files: Iterable[tuple[Found | Skipped, Iterable[Document | Skipped]]], formats: deque[str]
) -> Iterator[Document | Skipped]:
    """What is in some files, with the format of each noted when it is given."""
    for file, found in files:
        for each in found:
            formats.append("" if isinstance(file, Skipped) else file.form.name)
            yield each


def _has_recurring_lines(file: Found | Skipped) -> bool:
    return isinstance(file, Skipped) or file.form.recurring
