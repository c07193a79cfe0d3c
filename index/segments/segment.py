"""One segment: an immutable folder with the postings, columns and vectors of a set of passages.

A segment is written in a temporary folder, put on disk for good, and only then renamed to where it will be read.
Nothing in it ever changes afterwards.
"""

import json
import shutil
from array import array
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import suppress
from copy import copy
from itertools import accumulate, chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ...corpus.fields import Field
from ...errors import CollectionDamaged, DragomanError
from ...refusals import refusal
from ..analysis import FIELDS, MAX_TOKENS, Analysed, fold, lower
from ..keeping.seals import Seal, block_fault, faults
from ..terms import DEFAULT_LANGUAGE
from ..writing.rights import share
from .arrays import Strings, check_lengths
from .columns import Columns, ColumnsWriter
from .described import description_terms
from .durability import sync
from .encoded_passage import SegmentPassage
from .postings import Postings
from .similarity.vector_rows import FILE as VECTORS
from .similarity.vector_rows import VectorPart
from .similarity.vectors import Vectors, owner_of

if TYPE_CHECKING:
    from .postings_writer import TermPostings

VECTORS_FILE = f"vectors/{VECTORS}"
"""The file of the passages' vectors, within the segment."""

_MANIFEST = "segment.json"
_TEMPORARY = ".unfinished"

_WHOOSH = "whoosh"
"""Where Whoosh inverts the passages. Up to format 5 its files were left there, and nobody has read them since."""


class Segment:
    """A segment opened for reading; safe to share among threads. Its length is its number of passages.

    Args:
        folder: What a SegmentWriter wrote.
        sealed: Its seal. Without one, the sizes that are written down in the folder itself are trusted.
        content: The files of which every byte is compared with the seal, before anything else is made of them.

    Raises:
        CollectionDamaged: A file is missing, or is not as it was written, or they do not belong together.
        SystemRefusal: It cannot be read, although it may be whole.
    """

    def __init__(self, folder: Path, sealed: Seal | None = None, content: Container[str] = ()) -> None:
        self.folder = folder
        try:
            if sealed is None:
                _check_sizes(folder)
            else:
                _compare(folder, sealed, content)
            self.postings = Postings(folder / "postings")
            self.columns = Columns(folder / "columns")
            self.vectors = Vectors(folder / "vectors")
            check_lengths("columns, postings and vectors", len(self), self.postings.lengths, self.vectors)
        except Exception as error:  # a damaged file can make NumPy and FAISS raise anything
            raise _damaged(folder, error) from error

    def __len__(self) -> int:
        return len(self.columns)

    def part(self, folder: Path, sealed: Seal | None, content: Container[str] = ()) -> VectorPart:
        """Vectors that passages of it were given since, opened.

        Args:
            folder: What `write_vector_part` wrote.
            sealed: Its seal.
            content: The files of which every byte is compared with the seal.

        Raises:
            CollectionDamaged: They are not as they were written, or do not belong to this segment.
            SystemRefusal: They cannot be read, although they may be whole.
        """
        try:
            if sealed is not None:
                _compare(folder, sealed, content, VECTORS)
            if owner_of(folder) != self.folder.name:
                raise ValueError("it does not belong to its segment")
            return self.vectors.part(folder)
        except Exception as error:
            raise _damaged(folder, error) from error

    def extended(self, parts: Iterable[VectorPart]) -> "Segment":
        """The same with such vectors; both share what is mapped."""
        more = copy(self)
        more.vectors = self.vectors.extended(parts)
        return more

    def like_pattern(self, pattern: str, field: str = "") -> set[str]:
        """The terms that a pattern stands for: see `whoosh_index.expand_pattern`.

        Args:
            pattern: Folded like a term, with `*` for any characters and `?` for one.
            field: The only one of FIELDS that they may be in; empty if all of them do.

        Raises:
            CollectionDamaged: The terms cannot be read.
        """
        # Imported late: most questions have no pattern in them and never need Whoosh.
        from .whoosh_index import expand_pattern

        return self._expanded(lambda terms: expand_pattern(terms, pattern), field)

    def like_spelling(self, term: str, distance: int, field: str = "") -> set[str]:
        """The terms that are spelt like another: see `whoosh_index.expand_fuzzy`.

        Args:
            term: A surface term.
            distance: How many edits (Levenshtein) away they may be.
            field: The only one of FIELDS that they may be in; empty if all of them do.

        Raises:
            CollectionDamaged: The terms cannot be read.
        """
        from .whoosh_index import expand_fuzzy

        return self._expanded(lambda terms: expand_fuzzy(terms, term, distance), field)

    def _expanded(self, expand: Callable[[Strings], Iterator[int]], field: str) -> set[str]:
        try:
            return self.postings.expanded(expand, field)
        except Exception as error:  # damaged terms can make NumPy and Whoosh raise anything
            raise _damaged(self.folder, error) from error

    def problems(self) -> list[str]:
        """What a thorough look finds wrong, a line each: values that make no sense, though they may be as sealed."""
        try:
            self.postings.check()
            self.columns.check()
            self.vectors.check()
        except Exception as error:  # whatever may stand there
            return [f"{self.folder.name} makes no sense ({' '.join(str(error).split())})"]
        return []


def open_vectors(folder: Path, sealed: Seal | None = None) -> Vectors:
    """The vectors of a segment, of whose other files nothing is asked: they may be of another version, or damaged.

    Args:
        folder: The segment's.
        sealed: Its seal, if it has one.

    Raises:
        CollectionDamaged: They cannot be read, or have not the size that they were written with.
    """
    try:
        _check_sizes(folder, "vectors/")
        _check_vectors(folder, sealed)
        return Vectors(folder / "vectors")
    except Exception as error:
        raise _damaged(folder, error) from error


def with_parts(vectors: Vectors, parts: Iterable[tuple[Path, Seal]]) -> Vectors:
    """The vectors of a segment with those that passages were given since, of which every byte is looked at before.

    Args:
        vectors: Those that the segment was written with.
        parts: The folders of the others, each with its seal. One that is damaged counts as if it were not there.
    """
    for folder, sealed in parts:
        with suppress(Exception):  # a damaged file can make NumPy and FAISS raise anything
            if not any(faults(folder, sealed)):
                vectors = vectors.extended([vectors.part(folder)])
    return vectors


def open_columns(folder: Path) -> Columns:
    """The columns of a segment, as `open_vectors` opens its vectors."""
    try:
        _check_sizes(folder, "columns/")
        return Columns(folder / "columns")
    except Exception as error:
        raise _damaged(folder, error) from error


def _compare(folder: Path, sealed: Seal, content: Container[str], vectors: str = VECTORS_FILE) -> None:
    """Raise an error if a segment, or a part of one, is not as it was sealed, so far as it is looked at."""
    for fault in faults(folder, sealed, content=content):
        raise ValueError(f"{fault.file} {fault.what}")
    if vectors not in content:
        _check_vectors(folder, sealed, vectors)


def _check_vectors(folder: Path, sealed: Seal | None, vectors: str = VECTORS_FILE) -> None:
    """Raise an error if what FAISS is told of the vectors, at the beginning of their file, is not as it was sealed.

    Led astray, it would read beyond its memory.
    """
    if sealed and (fault := block_fault(folder, sealed, vectors, 0)):
        raise ValueError(f"{fault.file} {fault.what}")


def _check_sizes(folder: Path, part: str = "") -> None:
    """Raise an error unless the files of a segment, or of a part of it, have the sizes that they were written with."""
    sizes: dict[str, int] = json.loads((folder / _MANIFEST).read_text())["files"]
    ours = {name: size for name, size in sizes.items() if name.startswith(part) and not name.startswith(f"{_WHOOSH}/")}
    if wrong := [name for name, size in ours.items() if (folder / name).stat().st_size != size]:
        raise ValueError(f"{', '.join(wrong)} changed in size")


def _damaged(folder: Path, error: Exception) -> DragomanError:
    """What is wrong with a segment: the system refuses something, or else it is damaged."""
    if refused := refusal(error, folder):
        return refused
    reason = " ".join(str(error).split()) or type(error).__name__
    return CollectionDamaged(f"segment {folder.name} is damaged ({reason}): mend it with `dragoman doctor --repair`")


class _Spelt(NamedTuple):
    """A surface term, and another way to write it, in lower case."""

    term: str
    spelling: str


def _analyzed(text: str, language: str, spelt: list[_Spelt]) -> Analysed:
    """The tokens of a text. Those that are written otherwise than their terms are added to `spelt`."""
    analysed = Analysed(text)
    for term, written in analysed.spellings:
        if (word := lower(written, language)) != term and fold(word) == term:
            spelt.append(_Spelt(term, word))
    return analysed


class SegmentWriter:
    """Writes a segment, passage after passage, a document's passages together and in order.

    Args:
        folder: Where the segment will be; nothing is there until it is complete.
        dimension: The number of components of a vector.
        fields: The fields of documents that get a column each.
    """

    def __init__(self, folder: Path, dimension: int, fields: Iterable[Field]) -> None:
        # Imported late: asking does not need what writes.
        from .similarity.vectors_writer import VectorsWriter
        from .whoosh_index import KeywordWriter

        self.folder = folder
        self._work = folder.with_name(folder.name + _TEMPORARY)
        self._fields = tuple(fields)
        try:
            for part in (_WHOOSH, "postings", "columns", "vectors"):
                (self._work / part).mkdir(parents=True)
            self._keyword = KeywordWriter(self._work / _WHOOSH, self._write_postings)
            self._columns = ColumnsWriter(self._work / "columns", self._fields)
            self._vectors = VectorsWriter(self._work / "vectors", dimension)
        except BaseException:
            shutil.rmtree(self._work, ignore_errors=True)
            raise
        self._lengths = array("H")
        self._sentences = array("I")
        self._sentence_offsets = array("q", [0])
        self._languages: list[str] = []
        self._of_document: tuple[tuple[int, str], list[str], list[str], list[_Spelt]] = (-1, ""), [], [], []
        self._written: dict[str, dict[str, dict[str, array[int]]]] = {}

    def __len__(self) -> int:
        return len(self._sentence_offsets) - 1

    def add(self, passage: SegmentPassage) -> int:
        """Add a passage.

        Returns:
            Its ordinal in the segment.
        """
        document, span = passage.document, passage.span
        language = document.language or DEFAULT_LANGUAGE
        if self._of_document[0] != (passage.version, document.id):
            in_title: list[_Spelt] = []
            in_about: list[_Spelt] = []
            title = _analyzed(document.title, language, in_title).terms
            about = description_terms(document, self._fields, lambda value: _analyzed(value, language, in_about))
            said = frozenset(about)
            spelt = [*in_title, *(each for each in in_about if each.term in said)]
            self._of_document = (passage.version, document.id), title, about, spelt
        _, title, about, of_document = self._of_document
        spelt = [*of_document]
        text = _analyzed(document.text[span.start : span.end], language, spelt)
        notes = [_analyzed(note.text, language, spelt) for note in document.notes_in(span)]
        fields = [title, text.terms, [*chain.from_iterable(note.terms for note in notes)], about]
        written = self._written.setdefault(language, {})
        for term, spelling in spelt:
            written.setdefault(term, {}).setdefault(spelling, array("i")).append(len(self))
        self._keyword.add(fields)
        self._lengths.extend(min(len(terms), MAX_TOKENS) for terms in fields)
        begun = [text.index_at(start - span.start) for start, _ in passage.sentences]
        self._sentences.extend(_starts("text", begun, len(text)))
        self._sentences.extend(_starts("notes", accumulate(map(len, notes)), sum(map(len, notes))))
        self._sentence_offsets.append(len(self._sentences))
        self._columns.add(passage.version, document, span.start, span.end)
        self._vectors.add(passage)
        return len(self) - 1

    def close(self) -> Segment:
        """Write everything out, make sure that it is on disk, give the folder its name, and open it.

        Raises:
            OSError: The disk is full, or refuses.
        """
        self._languages = [language or DEFAULT_LANGUAGE for language in self._columns.close()]
        self._keyword.commit()
        self._vectors.close()
        # Whose files would be read by nobody, and have pickles in them.
        shutil.rmtree(self._work / _WHOOSH)

        files = [path for path in self._work.rglob("*") if path.is_file()]
        sizes = {path.relative_to(self._work).as_posix(): path.stat().st_size for path in files}
        manifest = self._work / _MANIFEST
        manifest.write_text(json.dumps({"passages": len(self), "files": sizes}, indent=1))
        share(self._work, self.folder.parents[1])
        for path in [*files, manifest, *(path for path in self._work.iterdir() if path.is_dir()), self._work]:
            sync(path)
        self._work.rename(self.folder)
        sync(self.folder.parent)
        return Segment(self.folder)

    def _write_postings(self, terms: "Iterator[TermPostings]") -> None:
        from .postings_writer import write_postings

        lengths = np.frombuffer(self._lengths, np.uint16).reshape(-1, len(FIELDS))
        sentences = np.frombuffer(self._sentence_offsets, np.int64), np.frombuffer(self._sentences, np.uint32)
        write_postings(self._work / "postings", terms, lengths, self._languages, self._written, *sentences)

    def cancel(self) -> None:
        """Leave nothing behind."""
        try:
            # What is still to be written out is refused once more where the disk is full.
            for cancel in (self._keyword.cancel, self._vectors.cancel):
                with suppress(OSError):
                    cancel()
        finally:
            shutil.rmtree(self._work, ignore_errors=True)


def _starts(field: str, positions: Iterable[int], length: int) -> list[int]:
    """Where sentences begin within a field of so many tokens, as `write_postings` takes it."""
    column = FIELDS.index(field) << 16
    return [column + position for position in sorted(set(positions)) if 0 < position < min(length, MAX_TOKENS)]
