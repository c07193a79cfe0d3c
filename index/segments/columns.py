"""What is known of each passage besides its words: document, span, dates, country, person, outlet, and so on.

Memory-mapped arrays. What describes a document is kept once a document; a passage carries its document's number, so
that a choice of documents becomes a choice of passages by one look-up.
"""

import math
from array import array
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...corpus.document import Document
from ...corpus.fields import Field
from ..analysis import Analysed, one_line
from .arrays import Strings, check_ascending, check_below, check_lengths, check_offsets, load, save

_STARTS = ".starts.npy"

UNDATED = 0
"""Stands in the date columns for no date. Other days are counted as `date.toordinal` does, from 1 up."""


class Columns:
    """The columns of one segment, read-only; safe to share among threads. Its documents are numbered from 0.

    Args:
        folder: What a ColumnsWriter filled.
    """

    def __init__(self, folder: Path) -> None:
        self.document = load(folder / "document.npy", np.int32)
        """int32 [passages]: the number of the passage's document."""
        self.start = load(folder / "start.npy", np.int32)
        """int32 [passages]: where the passage starts in its document's text."""
        self.end = load(folder / "end.npy", np.int32)
        """int32 [passages]: where it ends."""
        self.order = load(folder / "order.npy", np.int32)
        """int32 [passages]: the passage's rank when all are sorted by document id, then start."""
        self.version = load(folder / "version.npy", np.int64)
        """int64 [documents]: the ledger's number for this version of the document."""
        self.first = load(folder / "first.npy", np.int32)
        """int32 [documents]: the first day of the document's dates, or UNDATED."""
        self.last = load(folder / "last.npy", np.int32)
        """int32 [documents]: the last day, or UNDATED."""
        self.ids = Strings(folder, "ids")
        """The ids of the documents, by their number."""
        names = (path.name.removesuffix(_STARTS) for path in folder.glob(f"*{_STARTS}"))
        self._values = {name: Values(folder, name) for name in names}
        check_lengths("columns of passages", len(self.document), self.start, self.end, self.order)
        documents = len(self.version)
        check_lengths("columns of documents", documents, self.first, self.last, self.ids)
        if len(self) and (self.document[0] != 0 or self.document[-1] != documents - 1):
            raise ValueError("document.npy numbers other documents than there are")
        for name, values in self._values.items():
            check_offsets(f"starts of {name}", values.starts, documents, len(values.codes))

    def __len__(self) -> int:
        return len(self.document)

    def check(self) -> None:
        """Look at every value. Raises ValueError if there is one that cannot be."""
        documents = len(self.version)
        check_ascending("document.npy", self.document)
        check_below("document.npy", self.document, documents)
        check_below("order.npy", self.order, len(self))
        if len(self) and np.bincount(self.order, minlength=len(self)).max() > 1:
            raise ValueError("order.npy names a passage twice")
        if ((self.start < 0) | (self.end < self.start)).any():
            raise ValueError("start.npy and end.npy are no spans")
        for name, days in (("first.npy", self.first), ("last.npy", self.last)):
            check_below(name, days, date.max.toordinal() + 1)
        if ((self.first == UNDATED) != (self.last == UNDATED)).any() or (self.last < self.first).any():
            raise ValueError("first.npy and last.npy are no dates")
        self.ids.check()
        for name, values in self._values.items():
            values.distinct.check()
            check_ascending(f"starts of {name}", values.starts)
            check_below(f"codes of {name}", values.codes, len(values.distinct))

    @property
    def fields(self) -> frozenset[str]:
        """The names of the fields that there are columns for."""
        return frozenset(self._values)

    def having(self, column: str, value: str, *, exact: bool = False) -> NDArray[np.bool_]:
        """Which passages' documents have a value in a column.

        Args:
            column: The name of a field; one that there is no column for has no values.
            value: What is asked for. "lee" is answered by "Lee Jae Myung", which has all of its words.
            exact: Whether only that very string will do.

        Returns:
            bool [passages].
        """
        if column not in self._values:
            return np.zeros(len(self), bool)
        return self._values[column].documents(value, exact=exact)[self.document]

    def between(self, column: str, low: float, high: float, *, days: bool) -> NDArray[np.bool_]:
        """Which passages' documents have a number, or days, in a column that lie within a range or overlap it.

        Args:
            column: The name of a field of type "number" or "date", as for `having`.
            low: The lowest number; or the first day, as `date.toordinal` counts.
            high: The highest number, or the last day, included.
            days: Whether the column's values are dates.

        Returns:
            bool [passages].
        """
        if column not in self._values:
            return np.zeros(len(self), bool)
        return self._values[column].between(low, high, days=days)[self.document]

    def values(self, column: str) -> "Values":
        """A column's values and who has them."""
        return self._values[column]

    def of(self, document_id: str) -> NDArray[np.bool_]:
        """Which passages belong to the document with that id, in any of its versions: bool [passages]."""
        documents = np.zeros(len(self.ids), bool)
        documents[self.ids.equal(document_id)] = True
        return documents[self.document]

    def dated(self, first: date | None, last: date | None) -> NDArray[np.bool_]:
        """Which passages' documents have a date interval that overlaps the days from one to another.

        Args:
            first: The first of the days, or None to leave the beginning open.
            last: The last of the days, or None to leave the end open.

        Returns:
            bool [passages].
        """
        fits = self.first != UNDATED
        if first is not None:
            fits &= self.last >= first.toordinal()
        if last is not None:
            fits &= self.first <= last.toordinal()
        return fits[self.document]

    def between_days(self, first: float, last: float) -> NDArray[np.bool_]:
        """As `dated`, for days as `date.toordinal` counts them; an open side is infinite."""
        return ((self.first != UNDATED) & (self.last >= first) & (self.first <= last))[self.document]

    def undated(self) -> NDArray[np.bool_]:
        """Which passages' documents have no date: bool [passages]."""
        return (self.first == UNDATED)[self.document]


class Values:
    """One column, with any number of values a document, each coded as its number in the list of distinct values.

    Args:
        folder: The segment's folder of columns.
        name: The column's.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.distinct = Strings(folder, name)
        """The values, sorted."""
        self.starts = load(folder / f"{name}{_STARTS}", np.int64)
        """int64 [documents + 1]: where among the codes those of each document begin."""
        self.codes = load(folder / f"{name}.codes.npy", np.int32)
        """int32 [values]: the number of each value among the distinct ones, document after document."""

    @cached_property
    def _words(self) -> list[frozenset[str]]:
        return [Analysed(value).held for value in self.distinct]

    def documents(self, value: str, *, exact: bool) -> NDArray[np.bool_]:
        """Which documents have a value, bool [documents]: see `Columns.having`."""
        chosen = np.zeros(len(self.distinct), bool)
        if exact:
            code = self.distinct.find(value)
            if code is not None:
                chosen[code] = True
        elif wanted := Analysed(value).held:
            chosen[:] = [wanted <= words for words in self._words]
        return self._holding(chosen)

    def between(self, low: float, high: float, *, days: bool) -> NDArray[np.bool_]:
        """Which documents have a value in a range, bool [documents]: see `Columns.between`."""
        lowest, highest = self._days if days else self._numbers
        return self._holding((highest >= low) & (lowest <= high))

    @cached_property
    def _numbers(self) -> NDArray[np.float64]:
        """Each distinct value as a number, twice over, NaN for what is none: float64 [2, distinct]."""
        numbers = [_number(value) for value in self.distinct]
        return np.array([numbers, numbers], np.float64)

    @cached_property
    def _days(self) -> NDArray[np.float64]:
        """The first and the last day that each distinct value means, NaN for what is no date: float64 [2, distinct]."""
        return np.array([_ordinals(value) for value in self.distinct], np.float64).reshape(-1, 2).T

    def _holding(self, chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which documents have one of the distinct values that are chosen."""
        documents = np.zeros(len(self.starts) - 1, bool)
        holder = np.repeat(np.arange(len(documents)), np.diff(self.starts))
        documents[holder[chosen[self.codes]]] = True
        return documents


def _number(value: str) -> float:
    try:
        return float(value)
    except ValueError:
        return math.nan


def _ordinals(value: str) -> tuple[float, float]:
    # Imported late: only filters of a field of dates ask for it, and its patterns take milliseconds to compile.
    from ...corpus.dates.records import parse_dates

    try:
        dates = parse_dates(value)
    except ValueError:
        dates = None
    return (dates.first.toordinal(), dates.last.toordinal()) if dates else (math.nan, math.nan)


class ValuesWriter:
    """Writes a column, document after document.

    Args:
        folder: The segment's folder of columns.
        name: The column's.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._numbers: defaultdict[str, int] = defaultdict(count().__next__)
        self._values = array("i")
        self._sizes = array("i")

    def add(self, values: Iterable[str]) -> None:
        """Add a document's values."""
        # As a question can say them: see the query language's exact values.
        spelt = {line for value in values if (line := one_line(value))}
        self._values.extend(self._numbers[value] for value in spelt)
        self._sizes.append(len(spelt))

    def close(self) -> None:
        """Write everything out."""
        distinct = sorted(self._numbers)
        Strings.save(self._folder, self._name, (value.encode() for value in distinct))
        code = np.zeros(len(distinct), np.int32)
        code[[self._numbers[value] for value in distinct]] = np.arange(len(distinct))
        sizes = np.frombuffer(self._sizes, np.int32)
        codes = code[np.frombuffer(self._values, np.int32)]
        ordered = codes[np.lexsort((codes, np.repeat(np.arange(len(sizes)), sizes)))]
        save(self._folder / f"{self._name}{_STARTS}", np.cumsum([0, *sizes], dtype=np.int64))
        save(self._folder / f"{self._name}.codes.npy", ordered)


class ColumnsWriter:
    """Writes the columns of a segment, passage after passage, a document's passages together.

    Args:
        folder: An empty folder.
        fields: Those that get a column each.
    """

    def __init__(self, folder: Path, fields: Iterable[Field]) -> None:
        self._folder = folder
        self._values = [(field, ValuesWriter(folder, field.name)) for field in fields]
        self._ids: list[str] = []
        self._languages: list[str] = []
        self._versions = array("q")
        self._days = array("i")
        self._passages = array("i")

    def add(self, version: int, document: Document, start: int, end: int) -> None:
        """Add a passage.

        Args:
            version: The ledger's number for this version of the document.
            document: The document that it is of.
            start: Where it starts in the document's text, in characters.
            end: Where it ends, exclusive.
        """
        if not self._versions or self._versions[-1] != version:
            self._ids.append(document.id)
            self._languages.append(document.language)
            self._versions.append(version)
            dates = document.dates
            self._days.extend((dates.first.toordinal(), dates.last.toordinal()) if dates else (UNDATED, UNDATED))
            for field, values in self._values:
                values.add(field.values(document))
        self._passages.extend((len(self._versions) - 1, start, end))

    def close(self) -> list[str]:
        """Write everything out.

        Returns:
            The language of each passage, as an ISO 639-1 code or empty.
        """
        folder = self._folder
        document, start, end = np.frombuffer(self._passages, np.int32).reshape(-1, 3).T
        # A document that was split over two segments may come in two parts when these are merged.
        ranks = {document_id: rank for rank, document_id in enumerate(sorted(set(self._ids)))}
        rank = np.array([ranks[document_id] for document_id in self._ids], np.int64)
        order = np.zeros(len(document), np.int32)
        order[np.lexsort((start, rank[document]))] = np.arange(len(document))
        first, last = np.frombuffer(self._days, np.int32).reshape(-1, 2).T
        arrays: dict[str, NDArray[Any]] = {
            "document": document,
            "start": start,
            "end": end,
            "order": order,
            "version": np.frombuffer(self._versions, np.int64),
            "first": first,
            "last": last,
        }
        for name, values in arrays.items():
            save(folder / f"{name}.npy", np.ascontiguousarray(values))
        Strings.save(folder, "ids", (document_id.encode() for document_id in self._ids))
        for _, values in self._values:
            values.close()
        return [self._languages[number] for number in document.tolist()]
