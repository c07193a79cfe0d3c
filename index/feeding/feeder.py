"""Feeding a collection: from files, folders, patterns and URLs, of which only what has changed is read again.

A file whose size and time of change are those of the last reading is not even opened. One that is read again and has
the same content leaves its document as it is (see `writer`). A file that is gone from a folder or pattern takes its
document with it; records of a file that held many of them stay.
"""

import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final

from ...corpus.cleaning.recurring import LARGEST_WINDOW, WINDOW, RecurringLines
from ...corpus.document import Document
from ...corpus.fetching.fetch import ANYWHERE, Fetcher
from ...corpus.fetching.url_reader import Known, Memory, UrlReader
from ...corpus.fetching.urls import canonical_url
from ...corpus.fields import Fields
from ...corpus.readers.ahead import ReadingAhead
from ...corpus.readers.contract import Format, ReadOptions, Skipped, unforeseen
from ...corpus.readers.files import is_pattern, is_url, path_id, path_named, shown_name
from ...corpus.readers.opening import find, read_standard_input
from ...corpus.readers.registry import format_version
from ...errors import DragomanError, InvalidField, UnreadableSource
from ..ledger.database import Database
from ..ledger.ledger import Ledger
from ..ledger.manifest import fields_of
from ..ledger.origins import KnownFile, Origins
from ..ledger.recurring_lines import keep_lines, known_lines
from ..writing.tally import Report
from ..writing.writer import Writer
from .elsewhere import came_from_elsewhere
from .known_names import KnownNames

_LEFT_OUT: Final = "as before, some of what it holds was left out: `dragoman add --reread` tries and names it again"
_UNSETTLED_NS: Final = 2_000_000_000
"""A file changed so shortly before it was read may change again without its time showing it: FAT counts two seconds."""


@dataclass(frozen=True, slots=True)
class Feeding:
    """How a source is fed: how it is read, and whether documents stay whose files are gone (`keep`).

    `reread` reads all of it again, whether it seems changed or not; a collection does not remember that.
    """

    reading: ReadOptions = field(default_factory=ReadOptions)
    keep: bool = False
    reread: bool = False

    def options(self) -> dict[str, Any]:
        """What a collection remembers of it, as JSON has it; `from_options` is the way back."""
        options = {**asdict(self.reading), "keep": self.keep}
        del options["own"]  # the collection knows its own fields, and under which keys they are found as a rule
        as_a_rule = {each.name: each.key for each in self.reading.own}
        options["fields"] = {name: key for name, key in self.reading.fields.items() if as_a_rule.get(name) != key}
        return options

    @classmethod
    def from_options(cls, options: Mapping[str, Any]) -> "Feeding":
        """The feeding that has these options."""
        reading = {name: value for name, value in options.items() if name != "keep"}
        return cls(ReadOptions(**reading), keep=options["keep"])


def feed(writer: Writer, sources: Iterable[tuple[str, Feeding]]) -> Report:
    """Bring a collection up to date with sources; to be called within `store.writing`.

    Args:
        writer: The collection's.
        sources: Each with the way to feed the collection from it. A source is a file, a folder, a pattern, a URL, or
            "-" for standard input. All except standard input are remembered.

    Returns:
        What the change did. Files that were not even opened count as unchanged documents.
    """
    run = Run(writer.database)
    listed = [(run.names.source(source), feeding) for source, feeding in sources]
    with closing(run.documents(listed)) as documents:
        report = writer.add(documents)
    elsewhere = run.elsewhere() if report.added else ()
    report = writer.remove(run.gone(listed))
    return replace(
        report,
        unchanged=report.unchanged + run.passed_over,
        skipped=(*report.skipped, *run.stay),
        missing=tuple(run.missing),
        elsewhere=elsewhere,
    )


def remembered(origins: Origins, fields: Fields) -> list[tuple[str, Feeding]]:
    """All that a collection is fed from, ready to be fed again.

    Args:
        origins: What is remembered of its sources.
        fields: The collection's. What was said of others when a source was added means nothing any more.
    """
    return [
        (source_named(each.name), with_fields(Feeding.from_options(each.options), fields, strict=False))
        for each in origins.all()
    ]


def source_name(source: str) -> str:
    """What a collection calls a source: an absolute path or pattern, or a canonical URL."""
    if not is_url(source):
        return path_id(source)
    try:
        return canonical_url(source)
    except UnreadableSource:
        return source


def source_named(name: str) -> str:
    """The source that a collection calls so: the way back from `source_name`."""
    return name if is_url(name) else path_named(name)


def with_fields(feeding: Feeding, fields: Fields, *, strict: bool = True) -> Feeding:
    """The feeding with a collection's own fields, which its files are read for.

    Args:
        feeding: As somebody asked for it.
        fields: The collection's.
        strict: Whether a mapping of a field that the collection has not got is an error; otherwise it is left out.

    Raises:
        InvalidField: It maps a field that the collection has not got, and that is an error.
    """
    reading = replace(feeding.reading, own=fields.own)
    unknown = reading.unknown
    if unknown and not strict:
        known = {name: key for name, key in reading.fields.items() if name not in unknown}
        return replace(feeding, reading=replace(reading, fields=known))
    if unknown:
        raise InvalidField(
            f"the collection has no field {unknown[0]!r}: declare it when the collection is made, with "
            f"`dragoman index … --field {unknown[0]}=KEY`, or with `dragoman reindex --field {unknown[0]}=KEY`"
        )
    return replace(feeding, reading=reading)


def news(origins: Origins, source: str, feeding: Feeding) -> str:
    """Find out whether the files of a source have changed since they were last read, without opening any.

    Args:
        origins: What is remembered of the files.
        source: A path or pattern.
        feeding: How the collection is fed from it.

    Returns:
        A hash of the paths, sizes and times of all files that are new, changed or gone, or "" if there are none. Two
        calls give the same one if no file has changed in between.
    """
    digest = hashlib.sha256()
    unlike_any = digest.hexdigest()
    for each in _changed(origins, source, feeding):
        digest.update(repr(each).encode())
    return "" if digest.hexdigest() == unlike_any else digest.hexdigest()


def _changed(origins: Origins, source: str, feeding: Feeding) -> Iterator[tuple[str, int, int]]:
    """The path, size and time of change (ns) of each file that is new or changed; those that are gone have -1."""
    options, names = _stamp(feeding.reading), known_names(origins)
    source = names.source(source)
    for file in find(source, feeding.reading):
        if isinstance(file, Skipped) or (now := _stat(file.path)) is None:
            continue
        path = path_id(names.file(file.path))
        known = origins.file(path)
        if not (known and _is_as_it_was(known, _reading(file.form.version, options), now)):
            yield path, now.st_size, now.st_mtime_ns
    yield from (
        (path, -1, -1)
        for path, known in _lost(origins, source, feeding)
        if not _is_unmounted(path_named(path), known.device)
    )


def known_names(origins: Origins) -> KnownNames:
    """The names of all files and folders that a collection is fed from."""
    return KnownNames(each.name for each in origins.all() if each.kind in ("folder", "file"))


class Run:
    """One feeding: what it passes over, what stays although its file is gone, and which sources gave nothing at all."""

    def __init__(self, database: Database) -> None:
        self.missing: list[str] = []
        self.passed_over = 0
        self.stay: list[Skipped] = []
        self._database = database
        self._ledger = Ledger(database)
        self._origins = Origins(database)
        self.names = known_names(self._origins)
        self._newest = self._ledger.newest_version()
        self._new: list[str] = []
        self._replaced: list[str] = []
        self._fetcher = cache(_fetcher)

    def documents(self, sources: Iterable[tuple[str, Feeding]]) -> Generator[Document | Skipped]:
        """What is new or changed in the sources. What is known of each is kept as its documents are taken."""
        fields = fields_of(self._database.settings())
        for source, said in sources:
            feeding = with_fields(said, fields)
            if source == "-":
                yield from read_standard_input(feeding.reading)
                continue
            name, before = source_name(source), self.passed_over
            taken = skipped = 0
            for each in self._found(source, name, feeding):
                taken += isinstance(each, Document)
                skipped += isinstance(each, Skipped)
                yield each
            taken += self.passed_over - before
            kind = _kind(source)
            if skipped and not taken:
                self.missing.append(shown_name(source))
            if taken and kind != "url" and not self._origins.holds(name):
                self._new.append(name)
            if kind and (taken or kind == "folder" or self._origins.holds(name)):
                self._origins.keep(name, kind, feeding.options(), taken, skipped)

    def _found(self, source: str, name: str, feeding: Feeding) -> Iterator[Document | Skipped]:
        """What a source holds. What is unforeseen ends it, and no other."""
        try:
            yield from self._url(source, name, feeding) if is_url(source) else self._path(source, name, feeding)
        except (DragomanError, OSError, sqlite3.Error, MemoryError):
            raise
        except Exception as error:
            yield unforeseen(shown_name(source), error)

    def _path(self, source: str, name: str, feeding: Feeding) -> Iterator[Document | Skipped]:
        window: list[_ReadFile] = []
        size = 0
        with ReadingAhead() as ahead:
            for file, found in ahead.read(self._due(source, feeding), feeding.reading):
                if isinstance(file, Skipped):
                    yield file
                    continue
                if not (file.form.recurring and feeding.reading.cleaning):
                    yield from self._taken(replace(file, found=found), name, feeding)
                    continue
                window.append(replace(file, found=(together := list(found))))
                size += sum(len(each.text) for each in together if isinstance(each, Document))
                if len(window) >= WINDOW or size > LARGEST_WINDOW:
                    yield from self._window(window, name, feeding)
                    window, size = [], 0
            yield from self._window(window, name, feeding)

    def _due(self, source: str, feeding: Feeding) -> Iterator["_ReadFile | Skipped"]:
        """The files of a source that are to be read; the others are passed over."""
        options = _stamp(feeding.reading)
        for found in find(source, feeding.reading):
            if isinstance(found, Skipped):
                yield found
                continue
            path, form = self.names.file(found.path), found.form
            known, now = self._origins.file(path_id(path)), _stat(path)
            reading = _reading(form.version, options)
            if not (known and now and not feeding.reread and self._is_settled(known, form, reading, now)):
                yield _ReadFile(path, form, now, time.time_ns())
                continue
            self.passed_over += known.documents
            if known.skipped:
                yield Skipped(shown_name(path), _LEFT_OUT)

    def _window(self, window: list["_ReadFile"], source: str, feeding: Feeding) -> Iterator[Document | Skipped]:
        """The documents of files that were read together, without the lines that recur in their outlets."""
        if not window:
            return
        news = self._recurring.learn(each for file in window for each in file.found if isinstance(each, Document))
        keep_lines(self._database, news)
        for file in window:
            found = (self._cleaned(each, feeding) if isinstance(each, Document) else each for each in file.found)
            yield from self._taken(replace(file, found=found), source, feeding)

    def _cleaned(self, document: Document, feeding: Feeding) -> Document:
        cleaned = self._recurring.without(document)
        if cleaned is document or feeding.reread:
            return cleaned
        # A line that became known since then is no news of this document: it would seem to change by itself.
        live = self._ledger.live_document(document.id)
        before = self._recurring.without(document, among=live.cut) if live else None
        return before if live and before and before.content_hash == live.content_hash else cleaned

    @cached_property
    def _recurring(self) -> RecurringLines:
        return known_lines(self._database)

    def _is_settled(self, known: KnownFile, form: Format, reading: str, now: os.stat_result) -> bool:
        # What was skipped may be read now that a library is installed, and its line belongs into every report. A large
        # archive is not read again for the sake of a picture in it.
        is_complete = not known.skipped or (form.holds_files and known.documents > 0)
        return _is_as_it_was(known, reading, now) and is_complete and self._holds(known.document)

    def _taken(self, file: "_ReadFile", source: str, feeding: Feeding) -> Iterator[Document | Skipped]:
        """The documents of a file, which is remembered once they were taken as it was before it was read."""
        name, now = path_id(file.path), file.stat
        taken = skipped = 0
        document = ""
        for each in file.found:
            taken += isinstance(each, Document)
            skipped += isinstance(each, Skipped)
            if isinstance(each, Document) and file.form.one_document and not document:
                document = each.id
            yield each
        if not self._holds(document):  # it was not fit to be kept
            document, taken, skipped = "", 0, 1
        if now is None:
            return
        known = self._origins.file(name)
        before = known.document if known else ""
        self._origins.keep_file(
            name,
            KnownFile(
                source=source,
                reading=_reading(file.form.version, _stamp(feeding.reading)),
                size=now.st_size,
                modified_ns=now.st_mtime_ns if file.began - now.st_mtime_ns > _UNSETTLED_NS else 0,
                device=now.st_dev,
                document=document or before,
                documents=taken,
                skipped=skipped,
            ),
        )
        if document and before not in ("", document) and not feeding.keep:
            self._replaced.append(before)

    def _url(self, source: str, name: str, feeding: Feeding) -> Iterator[Document | Skipped]:
        memory = _UrlMemory(self._origins, self._holds, name, feeding)
        fetcher = self._fetcher(feeding.reading.allow_private)
        yield from UrlReader(feeding.reading, memory=memory, fetcher=fetcher).read(source)
        self.passed_over += memory.passed_over

    def gone(self, sources: Iterable[tuple[str, Feeding]]) -> Iterator[str]:
        """The ids of the documents whose files are gone, or now hold another document; their files are forgotten."""
        yield from filter(self._is_only_here, self._replaced)
        for source, feeding in sources:
            for path, known in _lost(self._origins, source, feeding):
                shown = shown_name(path_named(path))
                if _is_unmounted(path_named(path), known.device):
                    reason = "gone with all that lay beside it: if that is not just unmounted, remove it by its id"
                    self.stay.append(Skipped(shown, reason))
                    continue
                self._origins.drop_file(path)
                if known.document and self._is_only_here(known.document):
                    yield known.document
                    if known.documents > 1:
                        told = f"the file is gone, and {known.documents - 1:,} documents of its attachments stay"
                        self.stay.append(Skipped(shown, told))
                elif known.documents and not known.document:
                    self.stay.append(Skipped(shown, f"the file is gone, and its {known.documents:,} records stay"))

    def elsewhere(self) -> tuple[str, ...]:
        """What came in from new sources and was there already, from elsewhere: a line for each."""
        found = (came_from_elsewhere(self._database, name, self._newest) for name in self._new)
        return tuple(str(each) for each in found if each)

    def _holds(self, document: str) -> bool:
        """Whether the collection has that document, if it is any."""
        return not document or self._ledger.live_version(document) is not None

    def _is_only_here(self, document: str) -> bool:
        return not self._origins.is_held(document) and self._holds(document)


@dataclass(frozen=True, slots=True)
class _ReadFile:
    """A file that is read: how it was before that (`stat`), when that was (ns since the epoch), what is found."""

    path: Path
    form: Format
    stat: os.stat_result | None
    began: int
    found: Iterable[Document | Skipped] = ()


class _UrlMemory(Memory):
    """What the ledger knows of URLs, for one source."""

    def __init__(self, origins: Origins, holds: Callable[[str], bool], name: str, feeding: Feeding) -> None:
        self.passed_over = 0
        self._origins = origins
        self._holds = holds
        self._name = name
        self._options = _stamp(feeding.reading)
        self._reread = feeding.reread

    def recall(self, url: str) -> Known | None:
        found = None if self._reread else self._origins.url(url)
        if found is None:
            return None
        reading, known = found
        return known if reading == self._reading(known) and self._holds(known.document) else None

    def remember(self, url: str, known: Known) -> None:
        if self._holds(known.document):
            self._origins.keep_url(url, self._name, self._reading(known), known)

    def _reading(self, known: Known) -> str:
        return _reading(format_version(known.format), self._options)

    def unchanged(self, known: Known) -> None:
        self.passed_over += known.documents


def _fetcher(private: bool) -> Fetcher:
    return Fetcher(allowed=ANYWHERE if private else ())


def _kind(source: str) -> str:
    """Folder, file, pattern or url; empty for a path that leads nowhere or cannot be followed."""
    if is_url(source):
        return "url"
    try:
        if (path := Path(source)).exists():
            return "folder" if path.is_dir() else "file"
    except OSError:
        return ""
    return "pattern" if is_pattern(source) else ""


def _reading(version: str, options: str) -> str:
    """What changes whenever the same file might give another document.

    Args:
        version: The version of its format.
        options: The `_stamp` of the options that it is read with.
    """
    return f"{version} {options}"


def _stamp(reading: ReadOptions) -> str:
    """What stands for the options, of which those count that are not as they are by default."""
    default = asdict(ReadOptions())
    options = {name: value for name, value in asdict(reading).items() if value != default[name]}
    return hashlib.sha256(json.dumps(options, sort_keys=True).encode()).hexdigest()[:16]


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except (OSError, ValueError):
        return None


def _is_as_it_was(known: KnownFile, reading: str, now: os.stat_result) -> bool:
    return (known.reading, known.size, known.modified_ns) == (reading, now.st_size, now.st_mtime_ns)


def _lost(origins: Origins, source: str, feeding: Feeding) -> Iterator[tuple[str, KnownFile]]:
    """The files that a folder or pattern had, and that are gone. A folder that is itself gone has lost none."""
    kind = "" if feeding.keep or source == "-" else _kind(source)
    if kind not in ("folder", "pattern"):
        return
    name = source_name(source)
    for path, known in origins.files_below(name) if kind == "folder" else origins.files_of(name):
        try:
            Path(path_named(path)).lstat()
        except (FileNotFoundError, NotADirectoryError):
            yield path, known
        except OSError:  # it may well be there
            continue


def _is_unmounted(path: str, device: int) -> bool:
    """Whether a lost file seems to lie on a file system that is not mounted: where it was mounted, nothing is now."""
    try:
        folder = next(each for each in Path(path).parents if each.is_dir())
        return folder.stat().st_dev != device and not any(folder.iterdir())
    except OSError:  # who knows
        return True
