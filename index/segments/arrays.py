"""Arrays and lists of strings on disk: written once in a stream, then memory-mapped and never changed."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

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
        """Write the number of rows into the header and close the file."""
        with self._file:
            self._file.seek(0)
            self._write_header()


def save(path: Path, array: Array) -> None:
    """Write a whole array."""
    np.save(path, array, allow_pickle=False)


def load(path: Path) -> Array:
    """Map an array read-only.

    Raises:
        OSError: It cannot be read.
        ValueError: It is no array, or was cut short.
    """
    # As a plain array: np.memmap's own slicing is several times slower.
    return np.load(path, mmap_mode="r", allow_pickle=False).view(np.ndarray)


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


class Strings:
    """A list of strings on disk: their UTF-8 bytes end to end, and the offsets at which each begins.

    Args:
        folder: Where the list is.
        name: What its two files are called.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._bytes = load(folder / f"{name}.bytes.npy")
        self._offsets = load(folder / f"{name}.offsets.npy")

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

    def encodings(self) -> list[bytes]:
        """All strings as UTF-8, in order."""
        content, offsets = self._bytes.tobytes(), self._offsets.tolist()
        return [content[start:end] for start, end in pairwise(offsets)]

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

    def any_between(self, first: str, end: str) -> bool:
        """Whether there is a string from one on and before another, in a list that is sorted as for `find`."""
        number = bisect_left(range(len(self)), first.encode(), key=self.encoded)
        return number < len(self) and self.encoded(number) < end.encode()

    def find(self, string: str) -> int | None:
        """The number of a string, or None, in a list that is sorted by UTF-8 bytes (which is by code point)."""
        wanted = string.encode(errors="surrogatepass")
        number = bisect_left(range(len(self)), wanted, key=self.encoded)
        return number if number < len(self) and self.encoded(number) == wanted else None


def _batches(strings: Iterable[bytes], size: int = 65_536) -> Iterator[list[bytes]]:
    batch: list[bytes] = []
    for string in strings:
        batch.append(string)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
