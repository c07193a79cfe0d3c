"""One segment: an immutable folder with the Whoosh index, postings, columns and vectors of a set of passages.

A segment is written in a temporary folder, put on disk for good, and only then renamed to where it will be read.
Nothing in it ever changes afterwards.
"""

import json
import shutil
import threading
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable
from itertools import accumulate, chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from ...corpus.fields import Field
from ...errors import CollectionDamaged
from ..analysis import FIELDS, MAX_TOKENS, Token, analyze, fold, lower
from ..terms import DEFAULT_LANGUAGE
from .columns import Columns, ColumnsWriter
from .described import description_terms
from .durability import sync
from .encoded_passage import EncodedPassage
from .postings import Postings
from .postings_writer import write_postings
from .vectors import Vectors, VectorsWriter

if TYPE_CHECKING:
    from whoosh.reading import IndexReader

T = TypeVar("T")

_MANIFEST = "segment.json"
_TEMPORARY = ".unfinished"


class Segment:
    """A segment opened for reading; safe to share among threads. Its length is its number of passages.

    Args:
        folder: What a SegmentWriter wrote.

    Raises:
        CollectionDamaged: A file is missing, or is not of the size that it was written with.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            _check_sizes(folder)
            self.postings = Postings(folder / "postings")
            self.columns = Columns(folder / "columns")
            self.vectors = Vectors(folder / "vectors")
        except Exception as error:  # a damaged file can make NumPy and FAISS raise anything
            raise _damaged(folder, error) from error
        self._local = threading.local()

    def __len__(self) -> int:
        return len(self.columns)

    def like_pattern(self, pattern: str, field: str = "") -> set[str]:
        """The terms that a pattern stands for: see `whoosh_index.expand_pattern`.

        Args:
            pattern: Folded like a term, with `*` for any characters and `?` for one.
            field: One of FIELDS; empty for all of them.

        Raises:
            CollectionDamaged: Whoosh cannot read its index.
        """
        # Imported late: most questions have no pattern in them and never need Whoosh.
        from .whoosh_index import expand_pattern

        return self._ask_whoosh(lambda reader: expand_pattern(reader, pattern, field))

    def like_spelling(self, term: str, distance: int, field: str = "") -> set[str]:
        """The terms that are spelt like another: see `whoosh_index.expand_fuzzy`.

        Args:
            term: A surface term.
            distance: How many edits (Levenshtein) away they may be.
            field: One of FIELDS; empty for all of them.

        Raises:
            CollectionDamaged: Whoosh cannot read its index.
        """
        from .whoosh_index import expand_fuzzy

        return self._ask_whoosh(lambda reader: expand_fuzzy(reader, term, distance, field=field))

    def _ask_whoosh(self, ask: Callable[["IndexReader"], T]) -> T:
        """An answer from the Whoosh reader of the calling thread."""
        from .whoosh_index import open_reader

        try:
            if not hasattr(self._local, "reader"):
                self._local.reader = open_reader(self.folder / "whoosh")
            return ask(self._local.reader)
        except Exception as error:  # a damaged file can make Whoosh raise anything
            raise _damaged(self.folder, error) from error

    def problems(self) -> list[str]:
        """What a thorough look finds wrong, a line each: parts that disagree on how many passages there are.

        Raises:
            CollectionDamaged: Whoosh cannot read its index.
        """
        sizes = {
            "columns": len(self.columns),
            "vectors": len(self.vectors),
            "postings": len(self.postings.lengths),
            "whoosh": self._ask_whoosh(lambda reader: reader.doc_count_all()),
        }
        if len(set(sizes.values())) == 1:
            return []
        return [f"{self.folder.name}: its parts hold different numbers of passages: {sizes}"]


def open_vectors(folder: Path) -> Vectors:
    """The vectors of a segment, of whose other parts nothing is asked: they may be of another version, or damaged.

    Args:
        folder: The segment's.

    Raises:
        CollectionDamaged: They cannot be read, or have not the size that they were written with.
    """
    try:
        _check_sizes(folder, "vectors/")
        return Vectors(folder / "vectors")
    except Exception as error:
        raise _damaged(folder, error) from error


def open_columns(folder: Path) -> Columns:
    """The columns of a segment, as `open_vectors` opens its vectors."""
    try:
        _check_sizes(folder, "columns/")
        return Columns(folder / "columns")
    except Exception as error:
        raise _damaged(folder, error) from error


def _check_sizes(folder: Path, part: str = "") -> None:
    """Raise an error unless the files of a segment, or of a part of it, have the sizes that they were written with."""
    sizes: dict[str, int] = json.loads((folder / _MANIFEST).read_text())["files"]
    ours = {name: size for name, size in sizes.items() if name.startswith(part)}
    if wrong := [name for name, size in ours.items() if (folder / name).stat().st_size != size]:
        raise ValueError(f"{', '.join(wrong)} changed in size")


def _damaged(folder: Path, error: Exception) -> CollectionDamaged:
    reason = " ".join(str(error).split()) or type(error).__name__
    return CollectionDamaged(
        f"segment {folder.name} is damaged ({reason}): restore the collection from a copy, or index its sources anew"
    )


class _Spelt(NamedTuple):
    """A surface term, and another way to write it, in lower case."""

    term: str
    spelling: str


def _analyzed(text: str, language: str, spelt: list[_Spelt]) -> list[Token]:
    """The tokens of a text. Those that are written otherwise than their terms are added to `spelt`."""
    tokens = analyze(text)
    for term, start, end in tokens:
        word = text[start:end]
        if word != term and (word := lower(word, language)) != term and fold(word) == term:
            spelt.append(_Spelt(term, word))
    return tokens


def _terms(tokens: Iterable[Token]) -> list[str]:
    return [token.term for token in tokens]


class SegmentWriter:
    """Writes a segment, passage after passage, a document's passages together and in order.

    Args:
        folder: Where the segment will be; nothing is there until it is complete.
        dimension: The number of components of a vector.
        fields: The fields of documents that get a column each.
    """

    def __init__(self, folder: Path, dimension: int, fields: Iterable[Field]) -> None:
        # Imported late: asking does not need Whoosh's writer.
        from .whoosh_index import KeywordWriter

        self.folder = folder
        self._work = folder.with_name(folder.name + _TEMPORARY)
        for part in ("whoosh", "postings", "columns", "vectors"):
            (self._work / part).mkdir(parents=True)
        self._keyword = KeywordWriter(self._work / "whoosh")
        self._fields = tuple(fields)
        self._columns = ColumnsWriter(self._work / "columns", self._fields)
        self._vectors = VectorsWriter(self._work / "vectors", dimension)
        self._lengths: list[list[int]] = []
        self._sentences: list[list[int]] = []
        self._of_document: tuple[tuple[int, str], list[str], list[str], list[_Spelt]] = (-1, ""), [], [], []
        self._written: dict[str, dict[str, dict[str, array[int]]]] = {}

    def __len__(self) -> int:
        return len(self._lengths)

    def add(self, passage: EncodedPassage) -> int:
        """Add a passage.

        Returns:
            Its ordinal in the segment.
        """
        document, span = passage.document, passage.span
        language = document.language or DEFAULT_LANGUAGE
        if self._of_document[0] != (passage.version, document.id):
            in_title: list[_Spelt] = []
            in_about: list[_Spelt] = []
            title = _terms(_analyzed(document.title, language, in_title))
            about = description_terms(document, self._fields, lambda value: _analyzed(value, language, in_about))
            said = frozenset(about)
            spelt = [*in_title, *(each for each in in_about if each.term in said)]
            self._of_document = (passage.version, document.id), title, about, spelt
        _, title, about, of_document = self._of_document
        spelt = [*of_document]
        text = _analyzed(document.text[span.start : span.end], language, spelt)
        notes = [_analyzed(note.text, language, spelt) for note in document.notes_in(span)]
        fields = [title, _terms(text), _terms(chain.from_iterable(notes)), about]
        written = self._written.setdefault(language, {})
        for term, spelling in spelt:
            written.setdefault(term, {}).setdefault(spelling, array("i")).append(len(self))
        self._keyword.add(fields)
        self._lengths.append([min(len(terms), MAX_TOKENS) for terms in fields])
        begun = [bisect_left(text, start - span.start, key=lambda token: token.start) for start, _ in passage.sentences]
        self._sentences.append(
            [*_starts("text", begun, len(text)), *_starts("notes", accumulate(map(len, notes)), sum(map(len, notes)))]
        )
        self._columns.add(passage.version, document, span.start, span.end)
        self._vectors.add(passage)
        return len(self._lengths) - 1

    def close(self) -> Segment:
        """Write everything out, make sure that it is on disk, give the folder its name, and open it.

        Raises:
            OSError: The disk is full, or refuses.
        """
        from .whoosh_index import open_reader, read_postings

        self._keyword.commit()
        languages = [language or DEFAULT_LANGUAGE for language in self._columns.close()]
        self._vectors.close()
        lengths = np.array(self._lengths, np.uint16).reshape(-1, len(FIELDS))
        with open_reader(self._work / "whoosh") as reader:
            written, sentences = self._written, self._sentences
            write_postings(self._work / "postings", read_postings(reader), lengths, languages, written, sentences)

        files = [path for path in self._work.rglob("*") if path.is_file()]
        sizes = {path.relative_to(self._work).as_posix(): path.stat().st_size for path in files}
        manifest = self._work / _MANIFEST
        manifest.write_text(json.dumps({"passages": len(self._lengths), "files": sizes}, indent=1))
        for path in [*files, manifest, *(path for path in self._work.iterdir() if path.is_dir()), self._work]:
            sync(path)
        self._work.rename(self.folder)
        sync(self.folder.parent)
        return Segment(self.folder)

    def cancel(self) -> None:
        """Leave nothing behind."""
        try:
            self._keyword.cancel()
            self._vectors.cancel()
        finally:
            shutil.rmtree(self._work, ignore_errors=True)


def _starts(field: str, positions: Iterable[int], length: int) -> list[int]:
    """Where sentences begin within a field of so many tokens, as `write_postings` takes it."""
    column = FIELDS.index(field) << 16
    return [column + position for position in sorted(set(positions)) if 0 < position < min(length, MAX_TOKENS)]
