"""From files, folders, patterns, URLs and standard input to documents."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from .cleaning.recurring import without_recurring_lines
from .document import Document
from .fetching.url_reader import UrlReader
from .readers.contract import ReadOptions, Skipped
from .readers.files import is_url
from .readers.registry import CLEANED, Format, find, format_named, read_file, read_standard_input


def read(sources: Iterable[str | Path], *, options: ReadOptions | None = None) -> Iterator[Document | Skipped]:
    """Read sources one after the other, as their documents are asked for.

    Args:
        sources: Files, folders, patterns (`"*.txt"`), URLs, and `"-"` for standard input.
        options: How they are read; by default as ReadOptions says.

    Returns:
        The documents, and a `Skipped` for all that could not be read: bad content, a missing file or an unknown
        extension raises nothing.

    Raises:
        UnreadableSource: At once, if the options name an unknown format.
    """
    options = options or ReadOptions()
    if options.format:
        format_named(options.format)
    return _read_all(sources, options)


def _read_all(sources: Iterable[str | Path], options: ReadOptions) -> Iterator[Document | Skipped]:
    for source in sources:
        if str(source) == "-":
            yield from read_standard_input(options)
        elif is_url(source):
            yield from UrlReader(options).read(str(source))
        else:
            for cleaned, files in groupby(find(source, options), _is_cleaned):
                found = (each for file in files for each in _read_found(file, options))
                yield from without_recurring_lines(found) if cleaned and options.cleaning else found


def _is_cleaned(file: tuple[Path, Format] | Skipped) -> bool:
    return isinstance(file, Skipped) or file[1].name in CLEANED


def _read_found(file: tuple[Path, Format] | Skipped, options: ReadOptions) -> Iterable[Document | Skipped]:
    return [file] if isinstance(file, Skipped) else read_file(*file, options)
