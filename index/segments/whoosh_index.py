"""Whoosh: inverts the passages, and says which terms a pattern or a misspelt word may mean.

Whoosh says *which terms*; which passages hold them, and in what order, is answered from the arrays of `postings`.

It is given blocks of passages, each of which is one document to it: the field's `index` finds with NumPy what a block
holds of each term, and Whoosh sorts the terms of all blocks, in runs on disk, and merges the runs. Its codecs are where
files of another kind take the place of its own, and ours hands each term on as it comes. So nothing that Whoosh writes
is read but the runs, by the process that has just written them: they are pickles, and unpickling runs whatever a
stranger has put there. Patterns and misspellings are expanded over the terms that `postings` has, with Whoosh's own
queries and automata.
"""

import errno
import os
from array import array
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import count, groupby, pairwise
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

import numpy as np
from whoosh import fields, formats
from whoosh.codec.base import Automata, Codec, FieldWriter, PerDocumentWriter, Segment
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex, LockError
from whoosh.query.terms import Wildcard

from ..analysis import FIELDS, MAX_TOKENS
from .arrays import ranges
from .postings_writer import POSTING, TermPostings

if TYPE_CHECKING:
    from whoosh.writing import SegmentWriter

    from .arrays import Strings

_POOL_MEGABYTES = 64
_BLOCK_TOKENS = 1 << 20
"""Passages make a block once they have so many tokens."""
_BATCH = 1 << 14  # terms that are read together

_FIELD = "term"


class _Block:
    """Passages that are inverted together.

    Args:
        first: The ordinal of the first of them.
    """

    def __init__(self, first: int) -> None:
        self._first = first
        self._numbers: defaultdict[str, int] = defaultdict(count().__next__)
        self._tokens = array("i")
        """The numbers of the terms, passage after passage and field after field."""
        self._lengths = array("H")
        """How many these are, of each field of each passage."""

    @property
    def passages(self) -> int:
        """How many there are."""
        return len(self._lengths) // len(FIELDS)

    @property
    def is_full(self) -> bool:
        """Whether another one should be begun."""
        return len(self._tokens) >= _BLOCK_TOKENS

    def add(self, passage: Sequence[Sequence[str]]) -> None:
        """Add a passage: see KeywordWriter."""
        for terms in passage:
            kept = terms if len(terms) <= MAX_TOKENS else terms[:MAX_TOKENS]
            self._tokens.extend(map(self._numbers.__getitem__, kept))
            self._lengths.append(len(kept))

    def inverted(self) -> Generator[tuple[bytes, int, float, bytes], Any, None]:
        """Every term in UTF-8, how often it stands here, in how many passages, and its postings, then its positions."""
        tokens, lengths = np.frombuffer(self._tokens, np.int32), np.frombuffer(self._lengths, np.uint16)
        order = np.argsort(tokens, kind="stable")
        tokens = tokens[order]
        place = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)[order]  # passage × fields + field
        passage, field = np.divmod(place, len(FIELDS))
        positions = ranges(np.zeros(len(lengths), np.int64), lengths.astype(np.int64)).astype(np.uint16)[order]
        is_term, is_posting = np.ones((2, len(tokens)), bool)
        is_term[1:] = tokens[1:] != tokens[:-1]
        is_posting[1:] = is_term[1:] | (passage[1:] != passage[:-1])
        posting = np.cumsum(is_posting) - 1
        postings = np.zeros(int(is_posting.sum()), POSTING)
        postings["ordinal"] = self._first + passage[is_posting]
        each = np.bincount(posting * len(FIELDS) + field, minlength=len(postings) * len(FIELDS))
        postings["counts"] = each.reshape(-1, len(FIELDS))
        begins = np.flatnonzero(is_term)
        of_postings, of_tokens = [*posting[begins].tolist(), len(postings)], [*begins.tolist(), len(tokens)]
        # The terms have their numbers in the order in which they first came.
        for term, (start, end), (first, last) in zip(
            self._numbers, pairwise(of_postings), pairwise(of_tokens), strict=True
        ):
            content = postings[start:end].tobytes() + positions[first:last].tobytes()
            yield term.encode(), last - first, float(end - start), content


class _Blocks(fields.FieldType):
    """A field whose value is a block of passages."""

    def __init__(self) -> None:
        super().__init__(formats.Existence(), None)  # pyright: ignore[reportArgumentType]  # analysed before it gets here

    def index(self, value: _Block, **_: Any) -> Generator[tuple[bytes, int, float, bytes], Any, None]:
        return value.inverted()


class _Segment(Segment):
    """What Whoosh knows of what has been inverted: nothing that outlasts it."""

    def should_assemble(self) -> bool:  # pyright: ignore[reportIncompatibleMethodOverride]  # has no types
        return False

    def set_doc_count(self, doccount: int) -> None:
        pass


class _Unstored(PerDocumentWriter):
    """Keeps nothing of a block as such."""

    is_closed = False

    def start_doc(self, docnum: int) -> None:
        pass

    def add_field(self, fieldname: str, fieldobj: object, value: object, length: int) -> None:
        pass


class _Inverted(FieldWriter):
    """Hands on every term with its postings."""

    is_closed = False

    def __init__(self, take: Callable[[Iterator[TermPostings]], None]) -> None:
        self._take = take

    def add_postings(self, schema: object, lengths: object, items: Iterable[tuple[Any, ...]]) -> None:  # noqa: ARG002
        try:
            self._take(_by_term(items))
        finally:
            if isinstance(items, Generator):  # its files are to be closed before Whoosh removes them
                items.close()


def _by_term(items: Iterable[tuple[Any, ...]]) -> Iterator[TermPostings]:
    for term, blocks in groupby(items, itemgetter(1)):
        postings: list[bytes] = []
        positions: list[bytes] = []
        for _, _, _, passages, content in blocks:
            end = int(passages) * POSTING.itemsize
            postings.append(content[:end])
            positions.append(content[end:])
        yield TermPostings(term, postings, positions)


class _Handing(Codec):
    """A codec that keeps nothing."""

    length_stats = False

    def __init__(self, take: Callable[[Iterator[TermPostings]], None]) -> None:
        self._take = take

    def per_document_writer(self, storage: object, segment: object) -> PerDocumentWriter:  # noqa: ARG002
        return _Unstored()

    def field_writer(self, storage: object, segment: object) -> FieldWriter:  # noqa: ARG002
        return _Inverted(self._take)

    def new_segment(self, storage: object, indexname: str) -> Segment:  # noqa: ARG002
        return _Segment(indexname)


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
    """Inverts passages, one after another.

    Args:
        folder: An empty folder, in which what is too much for memory is kept meanwhile.
        take: Is given every term with its postings once, in the order of the UTF-8 bytes.
    """

    def __init__(self, folder: Path, take: Callable[[Iterator[TermPostings]], None]) -> None:
        created = cast("Any", FileIndex).create(_Folder(str(folder)), fields.Schema(**{_FIELD: _Blocks()}))
        try:
            writer = created.writer(limitmb=_POOL_MEGABYTES, codec=_Handing(take))
        except LockError as error:  # nobody else has the folder
            raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK), str(folder)) from error
        self._writer = cast("SegmentWriter", writer)
        self._block = _Block(0)
        self._passages = 0

    def add(self, passage: Sequence[Sequence[str]]) -> None:
        """Add a passage. The first one's ordinal is 0, the next one's 1.

        Args:
            passage: The terms of each of FIELDS, in order.
        """
        self._block.add(passage)
        if self._block.is_full:
            self._flush()

    def _flush(self) -> None:
        self._passages += self._block.passages
        self._writer.add_document(**{_FIELD: self._block})
        self._block = _Block(self._passages)

    def commit(self) -> None:
        """Hand on what has been added. Nothing may be added afterwards."""
        self._flush()
        self._writer.commit(merge=False)  # pyright: ignore[reportUnknownMemberType]  # has no types

    def cancel(self) -> None:
        """Let go of what has been added, unless it has been handed on."""
        if not self._writer.is_closed:
            self._writer.cancel()


def expand_pattern(terms: "Strings", pattern: str) -> Iterator[int]:
    """The numbers of the terms that a pattern stands for, ascending.

    Args:
        terms: Sorted as for `Strings.find`.
        pattern: Folded like a term, with `*` for any characters and `?` for one. Others stand for themselves.
    """
    lexicon = _Lexicon(terms)
    # Whoosh reads [ as the start of a character class. It asks for one term after the other.
    for _ in Wildcard(_FIELD, pattern.replace("[", "[[]")).expanded_terms(cast("Any", lexicon)):
        yield lexicon.at


def expand_fuzzy(terms: "Strings", term: str, distance: int, *, prefix: int = 1) -> Iterator[int]:
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


class _Lexicon:
    """A sorted list of terms, as Whoosh's queries know a reader and its automata a cursor.

    Attributes:
        at: The number of the term that Whoosh has got last.
    """

    schema: ClassVar = {_FIELD: fields.KEYWORD()}

    def __init__(self, terms: "Strings") -> None:
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
