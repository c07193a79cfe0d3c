"""Whoosh: the inverted index that everything is read from, and which terms a pattern or a misspelt word may mean.

Whoosh says *which terms*; which passages hold them, and in what order, is answered from the arrays that `postings`
reads out of this index once. A Whoosh reader is not safe to share among threads: open one a thread.

Whoosh pickles its table of contents. An index must come from this machine's own hand, like program code.
"""

from array import array
from collections.abc import Generator, Iterator, Sequence
from functools import lru_cache
from heapq import merge
from itertools import groupby, repeat
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from whoosh import fields, formats, index
from whoosh.codec.base import Automata
from whoosh.query.terms import Wildcard
from whoosh.reading import IndexReader

from ..analysis import FIELDS, MAX_TOKENS

if TYPE_CHECKING:
    from whoosh.writing import SegmentWriter

_WRITER_MEGABYTES = 256


class _Places(formats.Positions):
    """Positions as an array of unsigned 16-bit integers, which NumPy reads as they are."""

    def decode_positions(self, valuestring: bytes) -> list[int]:
        return array("H", valuestring).tolist()

    def decode_frequency(self, valuestring: bytes) -> int:
        return len(valuestring) // 2


class _Terms(fields.FieldType):
    """A field whose value is a list of terms that our own analyzer has made already."""

    def __init__(self) -> None:
        super().__init__(_Places(), None)  # pyright: ignore[reportArgumentType]  # analysed before it gets here

    def index(self, value: Sequence[str], **_: Any) -> Generator[tuple[bytes, int, float | int, bytes], Any, None]:
        places: dict[str, array[int]] = {}
        for position, term in enumerate(value[:MAX_TOKENS]):
            places.setdefault(term, array("H")).append(position)
        for term, positions in places.items():
            yield term.encode(), len(positions), float(len(positions)), positions.tobytes()


def _schema() -> fields.Schema:
    return fields.Schema(**{name: _Terms() for name in FIELDS})


class KeywordWriter:
    """Writes a Whoosh index into an empty folder, passage after passage."""

    def __init__(self, folder: Path) -> None:
        self._writer = cast("SegmentWriter", index.create_in(str(folder), _schema()).writer(limitmb=_WRITER_MEGABYTES))

    def add(self, passage: Sequence[Sequence[str]]) -> None:
        """Add a passage: a list of terms for every one of FIELDS. The first passage's number is 0, the next one's 1."""
        self._writer.add_document(**dict(zip(FIELDS, passage, strict=True)))

    def commit(self) -> None:
        """Write the index out. Nothing may be added afterwards."""
        self._writer.commit(merge=False)

    def cancel(self) -> None:
        """Leave the index unwritten, unless it was written already."""
        if not self._writer.is_closed:
            self._writer.cancel()


def open_reader(folder: Path) -> IndexReader:
    """A reader of the index in that folder, for the calling thread alone."""
    # The schema that lies in the index is pickled, with the names that our classes had when it was written.
    return cast("IndexReader", index.open_dir(str(folder), readonly=True, schema=_schema()).reader())


def read_postings(reader: IndexReader) -> Iterator[tuple[bytes, list[tuple[int, list[int], list[bytes]]]]]:
    """Every term in byte order, with its postings in each field that has it.

    A field's postings are its number in FIELDS, the passages' numbers in ascending order, and for each the
    positions as unsigned 16-bit integers.
    """
    lexicons = [zip(reader.lexicon(name), repeat(number)) for number, name in enumerate(FIELDS)]
    for term, group in groupby(merge(*lexicons), itemgetter(0)):
        found = []
        for _, number in group:
            matcher = reader.postings(FIELDS[number], term)
            ordinals: list[int] = []
            places: list[bytes] = []
            while matcher.is_active():
                ordinals.append(matcher.id())
                places.append(matcher.value())
                matcher.next()
            found.append((number, ordinals, places))
        yield term, found


def expand_pattern(reader: IndexReader, pattern: str, field: str = "") -> set[str]:
    """The terms that a pattern with `*` and `?` stands for, in one field or in all.

    The pattern is folded like a term before it gets here. Other characters stand for themselves.
    """
    # Whoosh reads [ as the start of a character class.
    escaped = pattern.replace("[", "[[]")
    return {
        term.decode()
        for name in _names(field)
        for _, term in Wildcard(name, escaped).existing_terms(reader, expand=True)
    }


def expand_fuzzy(reader: IndexReader, term: str, distance: int, *, prefix: int = 1, field: str = "") -> set[str]:
    """The terms within so many edits (Levenshtein) of a term that begin with its first `prefix` letters."""
    near = _near(term, distance, prefix)
    return {found for name in _names(field) for found in Automata.find_matches(near, reader.cursor(name))}


@lru_cache(maxsize=64)
def _near(term: str, distance: int, prefix: int) -> Any:
    """The automaton of what is near a term. Whoosh's own `terms_within` makes one for each field of each segment."""
    return Automata.levenshtein_dfa(term, distance, prefix)


def _names(field: str) -> tuple[str, ...]:
    return (field,) if field else FIELDS
