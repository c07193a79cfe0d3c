"""The formats that can be read: ours, each with a module here, and those that other packages bring.

A package brings a format by an entry point of the group `dragoman.readers`, whose name is the format's and whose value
is a `contract.Format`:

    [project.entry-points."dragoman.readers"]
    minutes = "minutes_reader:FORMAT"

Its reader is a function as `contract.Read` says, which finds the texts and what the source says of them; cleaning and
describing are done here (`intake`). docs/embedding.md has a whole example. Nothing of other packages is looked for or
loaded before a file's name or a format's is unknown, or all formats are listed.
"""

import logging
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, cast

from ...errors import UnreadableSource
from .contract import LARGEST_PACKAGE, Format, RawRecord, Read, ReadOptions, Skipped, Source
from .support.decode import tidy
from .support.packed import COMPRESSED, DAMAGED, decompressed

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

READERS_VERSION: Final = 4
"""Raised whenever a file may be read otherwise than before: by a reader of ours, by cleaning or by description.

Then whatever a collection was fed from is read again with the next `add`. What comes out as it was is left alone, and
only what has another text or title is encoded.
"""

_LOG: Final = logging.getLogger("dragoman.reading")
_GROUP: Final = "dragoman.readers"


def _built_in(name: str, *extensions: str, **more: Any) -> Format:
    """The format whose reader is the function `read` of the module of that name, loaded when it is first needed."""

    def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
        return import_module(f".{name}", __package__).read(source, options)

    return Format(name, extensions, read, version=str(READERS_VERSION), **more)


def _packed(*extensions: str) -> tuple[str, ...]:
    return tuple(name + packed for name in extensions for packed in ("", ".gz", ".xz"))


_TARS: Final = (".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz")

BUILT_IN: Final = (
    _built_in("text", ".txt", recurring=True),
    _built_in("markdown", ".md", ".markdown"),
    _built_in("html", ".html", ".htm", ".xhtml", recurring=True),
    _built_in("jsonl", *_packed(".jsonl", ".ndjson"), one_document=False),
    _built_in("json", ".json", one_document=False),
    _built_in("csv", *_packed(".csv", ".tsv"), one_document=False),
    _built_in("xlsx", ".xlsx", ".xlsm", one_document=False),
    _built_in("tei", *_packed(".xml", ".tei"), one_document=False),
    _built_in("warc", ".warc", ".warc.gz", one_document=False),
    _built_in("pdf", ".pdf", largest=LARGEST_PACKAGE),
    _built_in("docx", ".docx", largest=LARGEST_PACKAGE),
    _built_in("doc", ".doc", ".dot", largest=LARGEST_PACKAGE),
    _built_in("pptx", ".pptx", largest=LARGEST_PACKAGE),
    _built_in("odt", ".odt", largest=LARGEST_PACKAGE),
    _built_in("rtf", ".rtf", largest=LARGEST_PACKAGE),
    _built_in("epub", ".epub", largest=LARGEST_PACKAGE),
    _built_in("mhtml", ".mhtml", ".mht", recurring=True, largest=LARGEST_PACKAGE),
    _built_in("eml", ".eml", largest=LARGEST_PACKAGE),
    _built_in("msg", ".msg", largest=LARGEST_PACKAGE),
    _built_in("mbox", ".mbox", one_document=False, holds_files=True),
    _built_in("zip", ".zip", one_document=False, holds_files=True),
    _built_in("tar", ".tar", *_TARS, one_document=False, holds_files=True),
)
"""Our own formats. A new one is a module here with a function `read`, and a line in this table."""


def format_named(name: str) -> Format:
    """The format of that name. Raises UnreadableSource if there is none."""
    found = _named(BUILT_IN, name) or _named(_from_packages(), name)
    if found is None:
        raise UnreadableSource(f"no format is called {name!r}: there are {', '.join(format_names())}")
    return found


def format_version(name: str) -> str:
    """The version of the format of that name; ours alone if there is none."""
    found = _named(BUILT_IN, name) or _named(_from_packages(), name)
    return found.version if found else str(READERS_VERSION)


def format_of(name: str) -> Format | None:
    """The format of a file, by the end of its name or its URL's path; None if no reader takes it."""
    if found := _for_file(BUILT_IN, name) or _for_file(_from_packages(), name):
        return found
    stem, dot, _ = name.rpartition(".")
    found = format_of(stem) if dot and name.lower().endswith(COMPRESSED) else None
    return found and unpacking(found, name)


def unpacking(form: Format, name: str) -> Format:
    """The format as a file of that name has it: unpacked before it is read, if it is compressed."""
    name = name.lower()
    if not name.endswith(COMPRESSED) or name.endswith(form.extensions):  # such a reader unpacks it itself
        return form

    def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
        try:
            plain = replace(source, stream=decompressed(source), name=source.name.rpartition(".")[0])
            yield from form.read(plain, options)
        except DAMAGED as error:
            raise UnreadableSource(f"damaged: {error}") from None

    return replace(form, read=read)


def format_names() -> tuple[str, ...]:
    """The names of all formats: first ours, then those of other packages."""
    return tuple(each.name for each in (*BUILT_IN, *_from_packages()))


def _named(formats: tuple[Format, ...], name: str) -> Format | None:
    return next((each for each in formats if each.name == name), None)


def _for_file(formats: tuple[Format, ...], name: str) -> Format | None:
    return next((each for each in formats if name.lower().endswith(each.extensions)), None)


@cache
def _from_packages() -> tuple[Format, ...]:
    """The formats of other packages. One that cannot be used is named in one line of the log, and left out."""
    # Late: with no such file and no such name there is no need to look through what is installed.
    from importlib.metadata import entry_points

    formats: tuple[Format, ...] = ()
    for point in sorted(entry_points(group=_GROUP), key=lambda each: each.name):
        package = point.dist.name if point.dist else "an unknown package"
        try:
            found = _from_package(point, (*BUILT_IN, *formats))
            theirs = point.dist.version if point.dist else ""
            formats += (replace(found, package=package, version=f"{READERS_VERSION} {package} {theirs}"),)
        except UnreadableSource as error:
            _LOG.warning("the reader %r of %s is left out: %s", point.name, package, error)
    return formats


def _from_package(point: "EntryPoint", known: tuple[Format, ...]) -> Format:
    """The format behind an entry point. Raises UnreadableSource if it cannot be used beside those that are known."""
    if _named(known, point.name):
        raise UnreadableSource("a format of that name is there already, and cannot be replaced")
    try:
        form = point.load()
    except (Exception, SystemExit) as error:  # a stranger's module may raise anything while it is imported
        raise UnreadableSource(f"{type(error).__name__}: {' '.join(str(error).split())[:200]}") from None
    if not isinstance(form, Format) or form.name != point.name:
        raise UnreadableSource(f"{point.value} is not a Format of the same name")
    extensions = cast("object", form.extensions)  # which nobody has checked
    if not isinstance(extensions, tuple) or not all(map(_is_extension, cast("tuple[object, ...]", extensions))):
        raise UnreadableSource("its extensions are not a tuple of such as '.txt', in lower case")
    if taken := [each for each in form.extensions if _for_file(known, each)]:
        raise UnreadableSource(f"files of {taken[0]} have a reader already, which cannot be replaced")
    return replace(form, read=_tidied(form.read))


def _is_extension(value: object) -> bool:
    return isinstance(value, str) and len(value) > 1 and value[0] == "." and value == value.lower()


def _tidied(read: Read) -> Read:
    """A stranger's reader, whose texts may hold what no document may: lone surrogates, controls, other line ends."""

    def tidied(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
        for each in read(source, options):
            yield replace(each, text=tidy(each.text)) if isinstance(each, RawRecord) else each

    return tidied
