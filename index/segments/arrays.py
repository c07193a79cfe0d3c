"""Arrays and lists of strings on disk: written once in a stream, then memory-mapped and never changed."""

import ctypes
import math
import mmap
import os
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sized
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

Array: TypeAlias = NDArray[Any]


class ArrayWriter:
    """Writes a `.npy` file row by row without knowing beforehand how many rows there will be. A context manager.

    Args:
        path: The file to write.
        dtype: Of the array.
        width: The number of columns, or None for an array of one dimension.
    """

    def __init__(self, path: Path, dtype: DTypeLike, width: int | None = None) -> None:
        self.rows = 0
        self._dtype = np.dtype(dtype)
        self._width = width
        self._file: BinaryIO = path.open("wb")
        self._write_header()

    def append(self, rows: Array) -> None:
        """Add rows.

        Args:
            rows: [n, width], or [n] if the array has no width; converted to the array's dtype, which must hold them.
        """
        self._file.write(np.ascontiguousarray(rows, dtype=self._dtype).tobytes())
        self.rows += len(rows)

    def _write_header(self) -> None:
        shape = (self.rows,) if self._width is None else (self.rows, self._width)
        # NumPy pads the header so that the first axis can grow in place.
        header = {"descr": np.lib.format.dtype_to_descr(self._dtype), "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(self._file, header)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Write the number of rows into the header and close the file, unless it is closed."""
        if self._file.closed:
            return
        with self._file:
            self._file.seek(0)
            self._write_header()


def save(path: Path, array: Array) -> None:
    """Write a whole array."""
    np.save(path, array, allow_pickle=False)


def load(path: Path, dtype: DTypeLike, width: int | None = None) -> Array:
    """Map an array read-only. No file is left open.

    Args:
        path: Its file.
        dtype: What it must be of.
        width: The number of columns that it must have, or None for an array of one dimension.

    Raises:
        OSError: It cannot be read.
        ValueError: It is no such array, or its file is shorter or longer than it.
    """
    with path.open("rb") as file:
        if np.lib.format.read_magic(file) != (1, 0):
            raise ValueError(f"{path.name} is written in another format")
        shape, is_transposed, found = np.lib.format.read_array_header_1_0(file)
        if found.hasobject:
            raise ValueError(f"{path.name} holds Python objects, and they are not loaded")
        if found != dtype or shape[1:] != (() if width is None else (width,)) or is_transposed:
            raise ValueError(f"{path.name} is an array of another kind")
        start, size = file.tell(), os.fstat(file.fileno()).st_size
        if len(shape) == 0 or min(shape) < 0 or start + math.prod(shape) * found.itemsize != size:
            raise ValueError(f"{path.name} has not the size of its array")
        return np.asarray(_Mapping(file.fileno(), size, start, shape, found))


def map_bytes(path: Path) -> NDArray[np.uint8]:
    """Map a whole file read-only. It is not left open.

    Raises:
        OSError: It cannot be read.
        ValueError: It is empty.
    """
    with path.open("rb") as file:
        if not (size := os.fstat(file.fileno()).st_size):
            raise ValueError(f"{path.name} is empty")
        return np.asarray(_Mapping(file.fileno(), size, 0, (size,), np.dtype(np.uint8)))


class _Mapping:
    """A file mapped into memory, as NumPy takes an array: it is let go of with the last array that is made of it.

    `mmap.mmap`, and with it `np.memmap`, keeps a descriptor of its own for each file as long as it is mapped, and a
    segment has more than seventy files. (From Python 3.13 on it need not.)
    """

    def __init__(self, descriptor: int, size: int, start: int, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        self._size = size
        self._address: int | None = _libc.mmap(None, size, mmap.PROT_READ, mmap.MAP_SHARED, descriptor, 0)
        if self._address == _MAP_FAILED:
            self._address = None
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        data = (self._address or 0) + start, True  # read-only
        self.__array_interface__ = {"version": 3, "data": data, "shape": shape, "typestr": dtype.str}

    def __del__(self) -> None:
        if self._address is not None:
            _libc.munmap(self._address, self._size)


_libc = ctypes.CDLL(None, use_errno=True)
_libc.mmap.restype = ctypes.c_void_p
_libc.mmap.argtypes = ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long
_libc.munmap.argtypes = ctypes.c_void_p, ctypes.c_size_t
_MAP_FAILED = ctypes.c_void_p(-1).value


def check_lengths(name: str, length: int, *arrays: Sized) -> None:
    """Raise ValueError unless arrays, which are named for the error, have a length each."""
    if any(len(array) != length for array in arrays):
        raise ValueError(f"{name} disagree about how many there are")


def check_offsets(name: str, offsets: Array, rows: int, end: int) -> None:
    """Raise ValueError unless offsets lead through so many rows from 0 to an end. What lies between is not looked at.

    Args:
        name: What they are called in the error.
        offsets: Where each row begins, and at last where the last one ends.
        rows: How many rows there are.
        end: How long what they point into is.
    """
    if len(offsets) != rows + 1 or offsets[0] != 0 or offsets[-1] != end:
        raise ValueError(f"{name} do not lead through what they point into")


def check_ascending(name: str, values: Array) -> None:
    """Raise ValueError if a value is less than the one before it."""
    for at in range(0, len(values), _BLOCK):
        part = values[at : at + _BLOCK + 1]
        if (part[1:] < part[:-1]).any():
            raise ValueError(f"{name} do not ascend")


def check_below(name: str, values: Array, end: int) -> None:
    """Raise ValueError unless all values are from 0 on and below an end."""
    for at in range(0, len(values), _BLOCK):
        part = values[at : at + _BLOCK]
        if part.min() < 0 or part.max() >= end:
            raise ValueError(f"{name} lead to what is not there")


_BLOCK = 1 << 20
"""So many values are looked at together."""


def distinct(values: Array) -> Array:
    """Each value once, ascending. `np.unique` does the same, and first loads NumPy's masked arrays."""
    ordered = np.sort(values)
    return ordered[_begins(ordered)]


def grouped(values: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """What is alike, together: where each value is first, by ascending value, and for each the number of its value.

    As `np.unique` with `return_index` and `return_inverse`, without NumPy's masked arrays.

    Returns:
        int64 [distinct values] and int64 [n].
    """
    order = np.argsort(values, kind="stable")
    begins = _begins(values[order])
    numbers = np.empty(len(values), np.int64)
    numbers[order] = np.cumsum(begins) - 1
    return order[begins], numbers


def quantile(values: NDArray[Any], share: ArrayLike) -> NDArray[np.float64]:
    """The values below which a share of all stand, between neighbours in proportion.

    As `np.quantile`, without NumPy's masked arrays.

    Args:
        values: [n], n at least 1.
        share: From 0 to 1: one or [m].
    """
    return np.interp(np.asarray(share) * (len(values) - 1), np.arange(len(values)), np.sort(values))


def _begins(ordered: NDArray[Any]) -> NDArray[np.bool_]:
    """Where in ascending values another one begins: bool [n]."""
    return np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]


def ranges(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers of several ranges, end to end.

    Args:
        starts: int64 [n], the first number of each range.
        lengths: int64 [n], how many numbers each has.

    Returns:
        int64 [sum of the lengths].
    """
    before = np.cumsum(lengths) - lengths
    return np.arange(int(lengths.sum())) + np.repeat(starts - before, lengths)


def singles(halves: Array) -> NDArray[np.float32]:
    """16-bit floats in single precision, as `astype` gives them, in a fraction of the time; what is not finite is NaN.

    Args:
        halves: float16 or their bits, [n, m].
    """
    # The sign, exponent and fraction go where they belong, and the exponent is as yet 112 too small.
    bits = halves.view(np.int16).astype(np.int32)
    bits <<= 13
    bits &= ~0x70000000
    numbers = bits.view(np.float32)
    numbers *= np.float32(2.0**112)
    # Of what is not finite the exponent is beyond that of the largest half, as if it were another one's.
    if numbers.size and (numbers.max() >= _NO_HALF or numbers.min() <= -_NO_HALF):
        numbers[np.abs(numbers) >= _NO_HALF] = np.nan
    return numbers


_NO_HALF = 65_536.0
"""The power of two beyond the largest 16-bit float."""


def is_among(some: Array, ascending: Array) -> NDArray[np.bool_]:
    """Which of some numbers are among others, which ascend: bool [n]. NumPy's own would sort them once more."""
    if not len(ascending):
        return np.zeros(len(some), bool)
    return ascending.take(np.searchsorted(ascending, some), mode="clip") == some


def shared(some: Array, others: Array) -> NDArray[np.int64]:
    """The positions in one list of what is in another; both ascend, without repeats: int64 [n], ascending."""
    if len(some) <= len(others):
        return np.flatnonzero(is_among(some, others))
    found = np.searchsorted(some, others)
    return found[some.take(found, mode="clip") == others]


class Strings:
    """A list of strings on disk: their UTF-8 bytes end to end, and the offsets at which each begins.

    Args:
        folder: Where the list is.
        name: What its two files are called.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._bytes = load(folder / f"{name}.bytes.npy", np.uint8)
        self._offsets = load(folder / f"{name}.offsets.npy", np.int64)
        check_offsets(f"offsets of {name}", self._offsets, len(self._offsets) - 1, len(self._bytes))

    def check(self) -> None:
        """Look at every string. Raises ValueError if one cannot be."""
        check_ascending("offsets of strings", self._offsets)
        for at in range(0, len(self), _BATCH):
            for each in self.encodings(range(at, min(at + _BATCH, len(self)))):
                each.decode()

    @staticmethod
    def save(folder: Path, name: str, strings: Iterable[bytes]) -> int:
        """Write a list of strings.

        Args:
            folder: Where to.
            name: What the list's two files are called.
            strings: The strings, as UTF-8.

        Returns:
            How many there are.
        """
        with (
            ArrayWriter(folder / f"{name}.bytes.npy", np.uint8) as content,
            ArrayWriter(folder / f"{name}.offsets.npy", np.int64) as offsets,
        ):
            offsets.append(np.zeros(1, np.int64))
            for batch in _batches(strings):
                lengths = np.fromiter(map(len, batch), np.int64, len(batch))
                offsets.append(content.rows + np.cumsum(lengths))
                content.append(np.frombuffer(b"".join(batch), np.uint8))
            return offsets.rows - 1

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, number: int) -> str:
        return self.encoded(number).decode()

    def __iter__(self) -> Iterator[str]:
        return (self[number] for number in range(len(self)))

    def encoded(self, number: int) -> bytes:
        """The string with that number, as UTF-8."""
        return self._bytes[self._offsets[number] : self._offsets[number + 1]].tobytes()

    def encodings(self, numbers: range | None = None) -> list[bytes]:
        """The strings with some consecutive numbers, or all of them, as UTF-8, in order."""
        offsets = self._offsets if numbers is None else self._offsets[numbers.start : numbers.stop + 1]
        content, ends = self._bytes[offsets[0] : offsets[-1]].tobytes(), (offsets - offsets[0]).tolist()
        return [content[start:end] for start, end in pairwise(ends)]

    def equal(self, string: str) -> NDArray[np.int64]:
        """The numbers of all strings that equal one, ascending: int64 [n]. The list need not be sorted."""
        wanted = string.encode(errors="surrogatepass")
        begins = self._offsets[:-1]
        numbers = np.flatnonzero(np.diff(self._offsets) == len(wanted))
        # From the end, where strings made after one pattern differ.
        for position in reversed(range(len(wanted))):
            if not len(numbers):
                break
            numbers = numbers[self._bytes[begins[numbers] + position] == wanted[position]]
        return numbers

    def beginning(self, prefix: str) -> range:
        """The numbers of the strings that begin with a prefix, in a list that is sorted as for `find`."""
        wanted, every = prefix.encode(errors="surrogatepass"), range(len(self))
        start = bisect_left(every, wanted, key=self.encoded)
        return range(start, bisect_left(every, wanted + b"\xff", lo=start, key=self.encoded))  # no UTF-8 has that byte

    def first(self, string: str, start: int = 0) -> int:
        """The number, from `start` on, of the first string that does not come before one, in a list as for `find`.

        Quick if that is near the start. If there is none, it is the length of the list.
        """
        wanted, step = string.encode(errors="surrogatepass"), 1
        end = start
        while end < len(self) and self.encoded(end) < wanted:
            start, end, step = end + 1, end + step, step * 2
        return bisect_left(range(len(self)), wanted, start, min(end, len(self)), key=self.encoded)

    def any_between(self, first: str, end: str) -> bool:
        """Whether there is a string from one on and before another, in a list that is sorted as for `find`."""
        number = bisect_left(range(len(self)), first.encode(), key=self.encoded)
        return number < len(self) and self.encoded(number) < end.encode()

    def find(self, string: str) -> int | None:
        """The number of a string, or None, in a list that is sorted by UTF-8 bytes (which is by code point)."""
        wanted = string.encode(errors="surrogatepass")
        number = bisect_left(range(len(self)), wanted, key=self.encoded)
        return number if number < len(self) and self.encoded(number) == wanted else None


_BATCH = 65_536


def _batches(strings: Iterable[bytes], size: int = _BATCH) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for string in strings:
        batch.append(string)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
