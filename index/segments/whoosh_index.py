"""Whoosh: the inverted index that everything is read from, and which terms a pattern or a misspelt word may mean.

Whoosh says *which terms*; which passages hold them, and in what order, is answered from the arrays that `postings`
reads out of this index once. A Whoosh reader is not safe to share among threads: open one for each.

Whoosh pickles its table of contents, so an index is trusted like program code: never open one from a stranger.
"""

from array import array
from collections.abc import Generator, Iterable, Iterator, Sequence
from functools import lru_cache
from heapq import merge
from itertools import chain, groupby, repeat
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from whoosh import fields, formats, index
from whoosh.codec.base import Automata
from whoosh.query.terms import Wildcard
from whoosh.reading import IndexReader

from ..analysis import FIELDS, MAX_TOKENS
from .postings_writer import FieldPostings

if TYPE_CHECKING:
    from whoosh.writing import SegmentWriter

_WRITER_MEGABYTES = 256


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


class KeywordWriter:
    """Writes a Whoosh index, passage after passage.

    Args:
        folder: An empty folder.
    """

    def __init__(self, folder: Path) -> None:
        created = index.create_in(str(folder), _schema())
        writer = created.writer(limitmb=_WRITER_MEGABYTES)  # pyright: ignore[reportUnknownMemberType]  # has no types
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
    """A reader of the index in a folder, for the calling thread alone.

    Raises:
        Exception: Files are missing or damaged. Whoosh raises many kinds of errors then.
    """
    # The schema that lies in the index is pickled, with the names that our classes had when it was written.
    return cast("IndexReader", index.open_dir(str(folder), readonly=True, schema=_schema()).reader())


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


def expand_pattern(reader: IndexReader, pattern: str, field: str = "") -> set[str]:
    """The terms that a pattern stands for.

    Args:
        reader: Of the calling thread.
        pattern: Folded like a term, with `*` for any characters and `?` for one. Others stand for themselves.
        field: One of FIELDS; empty for all of them.
    """
    # Whoosh reads [ as the start of a character class.
    escaped = pattern.replace("[", "[[]")
    return {
        term.decode()
        for name in _names(field)
        for _, term in Wildcard(name, escaped).existing_terms(reader, expand=True)
    }


def expand_fuzzy(reader: IndexReader, term: str, distance: int, *, prefix: int = 1, field: str = "") -> set[str]:
    """The terms that are spelt like another.

    Args:
        reader: Of the calling thread.
        term: A surface term.
        distance: How many edits (Levenshtein) away they may be.
        prefix: How many of its first characters they must share.
        field: One of FIELDS; empty for all of them.
    """
    near = _near(term, distance, prefix)
    cursors = (reader.cursor(name) for name in _names(field))
    matches = cast("Any", Automata).find_matches  # which has no types
    return set(chain.from_iterable(cast("Iterable[str]", matches(near, cursor)) for cursor in cursors))


@lru_cache(maxsize=64)
def _near(term: str, distance: int, prefix: int) -> Any:
    """The automaton that accepts what is near a term. Whoosh's own `terms_within` makes one a field and segment."""
    return cast("Any", Automata).levenshtein_dfa(term, distance, prefix)  # which has no types


def _names(field: str) -> tuple[str, ...]:
    return (field,) if field else FIELDS
