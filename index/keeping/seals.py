"""Seals: the checksums of a folder's files, block by block, by which it is seen later whether they are as written.

Segments and query encoders never change once they are written. A seal has for each of their files its size, and a
64-bit checksum (XXH3) for every block, so that large files can be checked in part. It tells faults of disks and copies;
it is no signature, since whoever can change a file on purpose can seal it anew.
"""

import errno
import os
import stat
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

import xxhash

from ...refusals import refusal

BLOCK: Final = 1 << 20
"""How many bytes one checksum is of; the last one of a file is of what remains."""

_DIGEST = 8


class FileSeal(NamedTuple):
    """A file's size, and the checksums of its blocks, eight bytes each, end to end."""

    size: int
    blocks: bytes

    @property
    def block_count(self) -> int:
        """How many blocks there are."""
        return len(self.blocks) // _DIGEST

    def checksum(self, block: int) -> bytes:
        """That of one block, counted from 0."""
        return self.blocks[block * _DIGEST : (block + 1) * _DIGEST]


Seal: TypeAlias = Mapping[str, FileSeal]
"""Of a folder: by the path of each file below it, written with slashes."""


class Fault(NamedTuple):
    """Where a folder is not as it was sealed.

    Attributes:
        file: The file's path within the folder.
        what: What is wrong with it, to be said after its name.
        block: Which of its blocks, counted from 0, if it is one of them.
    """

    file: str
    what: str
    block: int | None = None


def seal(folder: Path) -> dict[str, FileSeal]:
    """The seal of a folder as it is now.

    Args:
        folder: It and its files are not changed meanwhile.

    Raises:
        OSError: A file cannot be read.
    """
    return {name: file_seal(folder / name) for name in sorted(_files(folder))}


def total(sealed: Seal) -> int:
    """How many bytes a folder's files have in all."""
    return sum(each.size for each in sealed.values())


def part(sealed: Seal, folder: str) -> Seal:
    """The seal of a folder within a folder."""
    return {name.removeprefix(f"{folder}/"): each for name, each in sealed.items() if name.startswith(f"{folder}/")}


def faults(
    folder: Path,
    sealed: Seal,
    *,
    content: bool | Container[str] = True,
    listed: bool = True,
    read: Callable[[int], object] = lambda _: None,
) -> Iterator[Fault]:
    """Where a folder is not as it was sealed. A file of another size is one fault, and its blocks are not looked at.

    Args:
        folder: The folder. It need not be there.
        sealed: Its seal.
        content: Whether every byte is looked at, or of which files; of others only whether they are there, and their
            sizes.
        listed: Whether what else lies there is a fault.
        read: Is told how many bytes have been looked at, block after block.
    """
    try:
        present = set(_files(folder)) if listed else set[str]()
    except OSError as error:
        yield _unread(error, folder, "")
        return
    yield from (Fault(name, "does not belong there") for name in sorted(present - sealed.keys()))
    for name, each in sealed.items():
        if fault := _size_fault(folder, name, each):
            yield fault
        elif content is True or (content and name in content):
            yield from _changed(folder, name, each, read)


def block_fault(folder: Path, sealed: Seal, file: str, block: int) -> Fault | None:
    """What is wrong with one block of a file, if anything.

    Args:
        folder: The folder.
        sealed: Its seal.
        file: The file, by its path in the seal.
        block: The block's number, from 0 up to `FileSeal.block_count`.
    """
    each = sealed[file]
    if fault := _size_fault(folder, file, each):
        return fault
    try:
        with (folder / file).open("rb") as opened:
            opened.seek(block * BLOCK)
            same = xxhash.xxh3_64_digest(opened.read(BLOCK)) == each.checksum(block)
    except OSError as error:
        return _unread(error, folder, file, block)
    return None if same else altered(file, block)


def content_fault(name: str, content: bytes, sealed: FileSeal) -> Fault | None:
    """What is first found wrong with the content of a file that has been read.

    Args:
        name: The file's path within its folder.
        content: What was read.
        sealed: Its seal.
    """
    if len(content) != sealed.size:
        return _other_size(name, len(content), sealed)
    view = memoryview(content)
    for number in range(sealed.block_count):
        if xxhash.xxh3_64_digest(view[number * BLOCK : (number + 1) * BLOCK]) != sealed.checksum(number):
            return altered(name, number)
    return None


def _files(folder: str | Path, within: str = "") -> Iterator[str]:
    """The paths of what is no folder, below one. A folder that is not there has none."""
    try:
        entries = os.scandir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return
    with entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path, f"{within}{entry.name}/")
            elif not entry.name.startswith("."):  # what programs that show folders leave there
                yield within + entry.name


def file_seal(path: Path) -> FileSeal:
    """The seal of one file as it is now."""
    with path.open("rb") as opened:
        return seal_of(iter(lambda: opened.read(BLOCK), b""))


def seal_of(blocks: Iterable[bytes]) -> FileSeal:
    """The seal of a file whose blocks, of BLOCK bytes each, come one after the other."""
    size, digests = 0, bytearray()
    for block in blocks:
        size += len(block)
        digests += xxhash.xxh3_64_digest(block)
    return FileSeal(size, bytes(digests))


def _size_fault(folder: Path, name: str, sealed: FileSeal) -> Fault | None:
    try:
        found = os.stat(f"{folder}/{name}")  # noqa: PTH116  # there are some fifty files a segment
    except OSError as error:
        missing = isinstance(error, FileNotFoundError | NotADirectoryError)
        return Fault(name, "is missing") if missing else _unread(error, folder, name)
    if not stat.S_ISREG(found.st_mode):
        return Fault(name, "is no file")
    if found.st_size != sealed.size:
        return _other_size(name, found.st_size, sealed)
    return None


def _other_size(name: str, size: int, sealed: FileSeal) -> Fault:
    return Fault(name, f"has {size:,} bytes instead of {sealed.size:,}")


def _changed(folder: Path, name: str, sealed: FileSeal, read: Callable[[int], object]) -> Iterator[Fault]:
    try:
        with open(f"{folder}/{name}", "rb") as opened:  # noqa: PTH123
            for number in range(sealed.block_count):
                block = opened.read(BLOCK)
                if xxhash.xxh3_64_digest(block) != sealed.checksum(number):
                    yield altered(name, number)
                read(len(block))
    except OSError as error:
        yield _unread(error, folder, name)


def _unread(error: OSError, folder: Path, name: str, block: int | None = None) -> Fault:
    """The fault of what cannot be read because the disk fails. Raises SystemRefusal if only the system refuses it."""
    if error.errno != errno.EIO and (refused := refusal(error, folder / name)):
        raise refused from error
    return Fault(name, f"cannot be read ({error.strerror})", block)


def altered(name: str, block: int) -> Fault:
    """The fault of a block that is not as it was sealed."""
    return Fault(name, f"was altered within its bytes from {block * BLOCK:,} on", block)
