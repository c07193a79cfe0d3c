"""Whoosh: inverts the passages, and says which terms a pattern or a misspelt word may mean.

Whoosh says *which terms*; which passages hold them, and in what order, is answered from the arrays that `postings`
reads out of its index once. It keeps pickles in its files, and unpickling runs whatever a stranger has written into
them. So the index is opened only by the process that has just made it, and does not outlast that: patterns and
misspellings are expanded over the terms that `postings` has, with Whoosh's own queries and automata.
"""

import errno
import os
from array import array
from collections.abc import Generator, Iterator, Sequence
from functools import lru_cache
from heapq import merge
from itertools import groupby, repeat
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from whoosh import fields, formats
from whoosh.codec.base import Automata
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex, LockError
from whoosh.query.terms import Wildcard
from whoosh.reading import IndexReader

from ..analysis import FIELDS, MAX_TOKENS
from .arrays import Strings
from .postings_writer import FieldPostings

if TYPE_CHECKING:
    from whoosh.writing import SegmentWriter

_WRITER_MEGABYTES = 256
_BATCH = 1 << 14  # terms that are read together


class _Positions(formats.Positions):
    """Positions as an array of unsigned 16-bit integers, which NumPy reads as they are."""

    def decode_positions(self, valuestring: bytes) -> list[int]:
        return array("H", valuestring).tolist()

    def decode_frequency(self, valuestring: bytes) -> int:
        return len(valuestring) // 2


class _Terms(fields.FieldType):
    """A field whose value is a list of terms that our own analyzer has made."""

    def __init__(self) -> None:
        super().__init__(_Positions(), None)  # pyright: ignore[reportArgumentType]  # analysed before it gets here

    def index(self, value: Sequence[str], **_: Any) -> Generator[tuple[bytes, int, float | int, bytes], Any, None]:
        by_term: dict[str, array[int]] = {}
        for position, term in enumerate(value[:MAX_TOKENS]):
            by_term.setdefault(term, array("H")).append(position)
        for term, positions in by_term.items():
            yield term.encode(), len(positions), float(len(positions)), positions.tobytes()


def _schema() -> fields.Schema:
    return fields.Schema(**{name: _Terms() for name in FIELDS})


class _Folder(FileStorage):
    """A folder with an index, which raises what the system refuses.

    Whoosh takes a folder that it may not list, as when too many files are open, for an empty one without an index.
    """

    def list(self) -> list[str]:
        return [path.name for path in Path(cast("str", self.folder)).iterdir()]

    def temp_storage(self, name: str | None = None) -> "_Folder":
        made = super().temp_storage(name)  # pyright: ignore[reportUnknownMemberType]  # has no types
        return _Folder(made.folder)


class KeywordWriter:
    """Writes a Whoosh index, passage after passage.

    Args:
        folder: An empty folder.
    """

    def __init__(self, folder: Path) -> None:
        from whoosh.codec.whoosh3 import W3Codec  # late: who asks for a pattern does not need it

        created = cast("Any", FileIndex).create(_Folder(str(folder)), _schema())
        try:
            # What is read once and deleted is not worth compressing.
            writer = created.writer(limitmb=_WRITER_MEGABYTES, codec=W3Codec(compression=0))
        except LockError as error:  # nobody else has the folder
            raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK), str(folder)) from error
        self._writer = cast("SegmentWriter", writer)

    def add(self, passage: Sequence[Sequence[str]]) -> None:
        """Add a passage. The first one's ordinal is 0, the next one's 1.

        Args:
            passage: The terms of each of FIELDS, in order.
        """
        self._writer.add_document(**dict(zip(FIELDS, passage, strict=True)))

    def commit(self) -> None:
        """Write the index out. Nothing may be added afterwards."""
        self._writer.commit(merge=False)  # pyright: ignore[reportUnknownMemberType]  # has no types

    def cancel(self) -> None:
        """Leave the index unwritten, unless it has been committed."""
        if not self._writer.is_closed:
            self._writer.cancel()


def open_reader(folder: Path) -> IndexReader:
    """A reader of the index in a folder, which runs what is pickled there: it must be one of this process's own."""
    return cast("IndexReader", FileIndex(_Folder(str(folder), readonly=True)).reader())


def read_postings(reader: IndexReader) -> Iterator[tuple[bytes, list[FieldPostings]]]:
    """Every term in UTF-8, in byte order, with its postings in each field that has it."""
    lexicons = [zip(reader.lexicon(name), repeat(number)) for number, name in enumerate(FIELDS)]
    for term, group in groupby(merge(*lexicons), itemgetter(0)):
        by_field: list[FieldPostings] = []
        for _, number in group:
            matcher = reader.postings(FIELDS[number], term)
            ordinals: list[int] = []
            positions: list[bytes] = []
            while matcher.is_active():
                ordinals.append(matcher.id())
                positions.append(matcher.value())
                matcher.next()
            by_field.append(FieldPostings(number, ordinals, positions))
        yield term, by_field


def expand_pattern(terms: Strings, pattern: str) -> Iterator[int]:
    """The numbers of the terms that a pattern stands for, ascending.

    Args:
        terms: Sorted as for `Strings.find`.
        pattern: Folded like a term, with `*` for any characters and `?` for one. Others stand for themselves.
    """
    lexicon = _Lexicon(terms)
    # Whoosh reads [ as the start of a character class. It asks for one term after the other.
    for _ in Wildcard(_FIELD, pattern.replace("[", "[[]")).expanded_terms(cast("Any", lexicon)):
        yield lexicon.at


def expand_fuzzy(terms: Strings, term: str, distance: int, *, prefix: int = 1) -> Iterator[int]:
    """The numbers of the terms that are spelt like another, ascending.

    Args:
        terms: Sorted as for `Strings.find`.
        term: A surface term.
        distance: How many edits (Levenshtein) away they may be.
        prefix: How many of its first characters they must share.
    """
    lexicon = _Lexicon(terms)
    for _ in cast("Any", Automata).find_matches(_near(term, distance, prefix), lexicon):  # which has no types
        yield lexicon.at


@lru_cache(maxsize=64)
def _near(term: str, distance: int, prefix: int) -> Any:
    """The automaton that accepts what is near a term."""
    return cast("Any", Automata).levenshtein_dfa(term, distance, prefix)  # which has no types


_FIELD = "term"


class _Lexicon:
    """A sorted list of terms, as Whoosh's queries know a reader and its automata a cursor.

    Attributes:
        at: The number of the term that Whoosh has got last.
    """

    schema: ClassVar = {_FIELD: _Terms()}

    def __init__(self, terms: Strings) -> None:
        self._terms = terms
        self.at = 0

    def lexicon(self, _: str) -> Iterator[bytes]:
        return self._each(range(len(self._terms)))

    def expand_prefix(self, _: str, prefix: str) -> Iterator[bytes]:
        return self._each(self._terms.beginning(prefix))

    def _each(self, numbers: range) -> Iterator[bytes]:
        for start in range(0, len(numbers), _BATCH):
            batch = numbers[start : start + _BATCH]
            for number, term in zip(batch, self._terms.encodings(batch), strict=True):
                self.at = number
                yield term

    def text(self) -> str | None:
        return self._terms[self.at] if self.at < len(self._terms) else None

    def find(self, text: str) -> None:
        """Go on to the first term that does not come before a text."""
        self.at = self._terms.first(text, self.at)
