"""The rows of a SQLite file, read page by page: those that are whole, whatever became of the pages around them.

SQLite ends a query at the first damaged page, and below a damaged inner page it reaches nothing. Its own recovery reads
pages as they lie, but Python's SQLite comes without it; so here is as much of the file format (sqlite.org/fileformat2)
as it takes to read one. Nothing here trusts what it reads: every number may be nonsense.
"""

import os
import struct
from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self, TypeAlias

Value: TypeAlias = int | float | str | bytes | None

_INNER_INDEX: Final = 0x02
_INNER_TABLE: Final = 0x05
_LEAF_INDEX: Final = 0x0A
_LEAF_TABLE: Final = 0x0D
_INNER: Final = (_INNER_INDEX, _INNER_TABLE)
_OF_INDEX: Final = (_INNER_INDEX, _LEAF_INDEX)
_OF_TABLE: Final = (_INNER_TABLE, _LEAF_TABLE)

_MAGIC: Final = b"SQLite format 3\0"
_DEFAULT_SIZE: Final = 4096
_DEEPEST: Final = 20
"""As many levels no tree of pages has."""

_INTEGERS: Final = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
"""How many bytes the integers of each serial type have."""


class Row(NamedTuple):
    """A row of a table or an index.

    Attributes:
        key: Its rowid; 0 in an index, and in a table without rowids.
        values: In the order in which they are stored. Text that is not UTF-8 has lone surrogates, as `surrogateescape`
            makes them.
    """

    key: int
    values: tuple[Value, ...]


class Log(NamedTuple):
    """A write-ahead log, as far as SQLite would read it.

    Attributes:
        pages: Where in the log the latest committed content of each page begins.
        lost: Whether a further commit was written into it, of which something is damaged.
    """

    pages: dict[int, int]
    lost: bool


class RawDatabase:
    """A SQLite file with its log, opened for reading what is whole of it. A context manager.

    Args:
        path: The file.
        log: Its write-ahead log, which need not exist.

    Attributes:
        log: What was found in the log.
        broken: How many pages and rows could not be read so far.
    """

    def __init__(self, path: Path, log: Path) -> None:
        self._files = ExitStack()
        self._file = self._files.enter_context(closing(_File(path)))
        self._log = self._files.enter_context(closing(_File(log)))
        head = self._file.read(0, 100)
        self.size = _page_size(head, self._log.read(0, 32))
        self.log = _read_log(self._log, self.size)
        self.count = max(self._file.size // self.size, max(self.log.pages, default=0))
        reserved = head[20] if head[:16] == _MAGIC else 0
        self._usable = self.size - (reserved if reserved <= 64 else 0)
        self._claimed = bytearray(self.count + 1)
        self.broken = 0
        for number in self._free():
            self._claimed[number] = 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._files.close()

    def roots(self) -> dict[str, int]:
        """The first page of each table and index, by name, as far as the schema can be read."""
        found: dict[str, int] = {}
        for _, values in self.rows(1, of_index=False):
            match values:
                case (str(), str(name), str(), int(root), *_):
                    found[name] = root
                case _:
                    self.broken += 1
        return found

    def rows(self, root: int, *, of_index: bool | None = None) -> Iterator[Row]:
        """The rows of a table or index, in no particular order. No page is read twice, whoever refers to it.

        Args:
            root: The number of its first page.
            of_index: Whether it is an index, or a table without rowids, which is kept as one; None if that is unknown.
        """
        kinds = _OF_INDEX if (self._kind(root) in _OF_INDEX if of_index is None else of_index) else _OF_TABLE
        waiting = [root]
        while waiting:
            number = waiting.pop()
            if self._kind(number) not in kinds or self._claimed[number]:
                self.broken += 1
                continue
            self._claimed[number] = 1
            waiting += self._children(number)
            yield from self._rows_on(number)

    def sample(self, root: int) -> list[Row]:
        """A few of the rows below a page; none if there is no table and no index."""
        for _ in range(_DEEPEST):
            if self._kind(root) not in _INNER:
                break
            root = next(iter(self._children(root)), 0)
        return list(islice(self._rows_on(root), 8))

    def stray(self) -> Iterator[Row]:
        """The rows on all pages that nobody led to, and that are not free."""
        for number in range(1, self.count + 1):
            if not self._claimed[number] and self._kind(number) in (*_OF_TABLE, _LEAF_INDEX, _INNER_INDEX):
                self._claimed[number] = 1
                yield from self._rows_on(number)

    # Pages

    def _page(self, number: int) -> bytes:
        """A page's bytes; fewer, or none, where the file ends."""
        if (start := self.log.pages.get(number)) is not None:
            return self._log.read(start, self.size)
        return self._file.read((number - 1) * self.size, self.size) if 0 < number <= self.count else b""

    def _kind(self, number: int) -> int | None:
        """Which kind of page of a table or an index it is; None if it is none, or not whole."""
        page = self._page(number)
        if len(page) < self.size:
            return None
        kind = page[100 if number == 1 else 0]
        return kind if kind in (*_OF_TABLE, *_OF_INDEX) else None

    def _cells(self, number: int, page: bytes) -> Iterator[int]:
        """Where the cells of a page begin."""
        head = 100 if number == 1 else 0
        start = head + (12 if page[head] in _INNER else 8)
        many = int.from_bytes(page[head + 3 : head + 5], "big")
        if start + 2 * many > self._usable:
            self.broken += 1
            many = 0
        for (at,) in struct.iter_unpack(">H", page[start : start + 2 * many]):
            if at < start + 2 * many or at >= self._usable:
                self.broken += 1
            else:
                yield at

    def _children(self, number: int) -> list[int]:
        if self._kind(number) not in _INNER:
            return []
        page = self._page(number)
        head = 100 if number == 1 else 0
        last = int.from_bytes(page[head + 8 : head + 12], "big")
        return [last, *(int.from_bytes(page[at : at + 4], "big") for at in self._cells(number, page))]

    def _rows_on(self, number: int) -> Iterator[Row]:
        kind, page = self._kind(number), self._page(number)
        if kind is None or kind == _INNER_TABLE:
            return
        for at in self._cells(number, page):
            try:
                yield self._row(kind, page, at + (4 if kind == _INNER_INDEX else 0))
            except (IndexError, ValueError, struct.error):
                self.broken += 1

    def _row(self, kind: int, page: bytes, at: int) -> Row:
        length, at = _varint(page, at)
        key = 0
        if kind == _LEAF_TABLE:
            key, at = _varint(page, at)
        if length > self._file.size + self._log.size:
            raise ValueError("longer than the file")
        return Row(key, tuple(_values(self._payload(kind, page, at, length))))

    def _payload(self, kind: int, page: bytes, at: int, length: int) -> bytes:
        """A row's bytes: those on its page, and those on the pages that it goes on on."""
        usable = self._usable
        most = usable - 35 if kind == _LEAF_TABLE else (usable - 12) * 64 // 255 - 23
        if length <= most:
            return page[at : at + length]
        least = (usable - 12) * 32 // 255 - 23
        here = least + (length - least) % (usable - 4)
        here = here if here <= most else least
        parts = [page[at : at + here]]
        further = int.from_bytes(page[at + here : at + here + 4], "big")
        missing = length - here
        while missing > 0:
            content = self._page(further)
            if len(content) < self.size:
                raise ValueError("a page of it is missing")
            parts.append(content[4 : 4 + min(missing, usable - 4)])
            missing -= usable - 4
            further = int.from_bytes(content[:4], "big")
        return b"".join(parts)

    def _free(self) -> Iterator[int]:
        """The pages that hold nothing, as far as the list of them can be read."""
        head = self._page(1)[:100]
        if head[:16] != _MAGIC:
            return
        trunk, left = int.from_bytes(head[32:36], "big"), self.count
        while 0 < trunk <= self.count and left > 0:
            page = self._page(trunk)
            if len(page) < self.size:
                return
            many = min(int.from_bytes(page[4:8], "big"), self._usable // 4 - 2)
            numbers = struct.unpack_from(f">{many}I", page, 8)
            yield from (number for number in (trunk, *numbers) if 0 < number <= self.count)
            trunk, left = int.from_bytes(page[:4], "big"), left - 1


class _File:
    """A file that is read in pieces; one that is not there is empty.

    It is not mapped: where a disk refuses to read, that would end the process.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
        except FileNotFoundError:
            self._descriptor, self.size = -1, 0
        else:
            self.size = os.fstat(self._descriptor).st_size

    def read(self, start: int, length: int) -> bytes:
        """Bytes from a position on; fewer, or none, where the file ends or cannot be read."""
        try:
            return os.pread(self._descriptor, length, start) if self._descriptor >= 0 else b""
        except OSError:
            return b""

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)


def _page_size(head: bytes, head_of_log: bytes) -> int:
    """The size of a page, as the file says or its log; that of every ledger, if neither does."""
    said = int.from_bytes(head[16:18], "big")
    of_log = int.from_bytes(head_of_log[8:12], "big")
    for size in (65536 if said == 1 else said, of_log):
        if 512 <= size <= 65536 and size & (size - 1) == 0:
            return size
    return _DEFAULT_SIZE


def _varint(content: bytes, at: int) -> tuple[int, int]:
    """A number of variable length, and where what follows it begins."""
    value = 0
    for position in range(at, at + 8):
        byte = content[position]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, position + 1
    value = value << 8 | content[at + 8]
    return value - (1 << 64) if value >> 63 else value, at + 9


def _values(payload: bytes) -> Iterator[Value]:
    """The values of a record. Raises ValueError or IndexError if it is none."""
    start, at = _varint(payload, 0)
    if not 0 < start <= len(payload):
        raise ValueError("no record")
    position = start
    while at < start:
        kind, at = _varint(payload, at)
        size = _INTEGERS.get(kind, 8 if kind == 7 else (kind - 12) // 2 if kind >= 12 else 0)
        content = payload[position : position + size]
        if len(content) != size or kind in (10, 11) or kind < 0:
            raise ValueError("no record")
        position += size
        if kind in _INTEGERS:
            yield int.from_bytes(content, "big", signed=True)
        elif kind == 7:
            yield struct.unpack(">d", content)[0]
        elif kind < 12:
            yield None if kind == 0 else kind - 8
        else:
            yield content.decode("utf-8", "surrogateescape") if kind % 2 else content
    if position != len(payload):
        raise ValueError("no record")


def _read_log(log: _File, size: int) -> Log:
    """What a write-ahead log holds, up to the last commit before the first frame that is not whole."""
    head = log.read(0, 32)
    if len(head) < 32:
        return Log({}, False)
    magic, _, page_size = struct.unpack_from(">3I", head)
    order = ">" if magic & 1 else "<"
    sums = _checksum(order, head[:24], (0, 0))
    step = 24 + size
    if magic >> 1 != 0x377F0682 >> 1 or page_size != size or sums != struct.unpack_from(">2I", head, 24):
        return Log({}, log.size >= 32 + step)
    salts = head[16:24]
    pages: dict[int, int] = {}
    pending: dict[int, int] = {}
    frames = range(32, log.size - step + 1, step)
    for at in frames:
        frame = log.read(at, step)
        if len(frame) < step:
            break
        number, commits = struct.unpack_from(">2I", frame)
        sums = _checksum(order, frame[24:], _checksum(order, frame[:8], sums))
        if frame[8:16] != salts or not number or sums != struct.unpack_from(">2I", frame, 16):
            # What was written into the log before it was begun anew has other salts.
            rest = (log.read(each, 16) for each in frames[frames.index(at) :])
            return Log(pages, any(each[8:] == salts and each[4:8] != bytes(4) for each in rest))
        pending[number] = at + 24
        if commits:
            pages |= pending
            pending = {}
    return Log(pages, False)


def _checksum(order: str, content: bytes, sums: tuple[int, int]) -> tuple[int, int]:
    first, second = sums
    for one, other in struct.iter_unpack(f"{order}2I", content):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + other + first) & 0xFFFFFFFF
    return first, second
