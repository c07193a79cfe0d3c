"""Bytes that a stranger packed: read whole, or unpacked, and no further than is allowed.

A few kilobytes can claim to hold terabytes, so nothing here believes a size that is written in a file: what comes out
is counted while it comes, and against what went in.
"""

import bz2
import gzip
import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final, TypeAlias

from ....errors import UnreadableSource
from ..allowance import Allowance
from ..contract import LARGEST_PACKAGE, MEGABYTE, Source

_RATIO: Final = 250
_UNSUSPECTED: Final = 32 * MEGABYTE
"""A compressed stream is a bomb once it has given so many bytes, and so many times what it takes itself. It may give
more than the largest record and file: that one is named, and what comes after it is read."""

_MOST_MEMBERS: Final = 10_000
_LARGEST_UNPACKED: Final = 200 * MEGABYTE
_PACKAGE_RATIO: Final = 100
_UNSUSPECTED_PACKAGE: Final = 3 * MEGABYTE
_CHUNK: Final = 64 * 1024
_DECLARATION = re.compile(rb"<!(?!--|\[CDATA\[)")
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED: Final = 0x1
_MEMBER: Final = b"PK\x01\x02"

COMPRESSED: Final = (".gz", ".bz2", ".xz")
"""The ends of the names of files that are compressed, whatever is in them."""

DAMAGED: Final = (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile)
"""What reading from `decompressed` may raise where the stream is damaged, beside UnreadableSource."""

_BEGINNINGS: Final = (
    (b"%PDF-", "a PDF"), (b"PK\x03\x04", "a zip archive"), (b"\xd0\xcf\x11\xe0", "an old Office file"),
    (b"{\\rtf", "RTF"), (b"\x1f\x8b", "compressed by gzip"), (b"\xfd7zXZ\x00", "compressed by xz"),
    (b"BZh", "compressed by bzip2"), (b"WARC/", "a WARC"), (b"<?xml", "XML"),
    (b"<!doctype html", "HTML"), (b"<html", "HTML"), (b"<head", "HTML"),
)  # fmt: skip


def looks_like(data: bytes) -> str:
    """What the first bytes of a file say it is: "HTML", "a PDF"; "" if they say nothing."""
    begins = data[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return next((kind for mark, kind in _BEGINNINGS if begins.startswith(mark.lower())), "")


def not_what_it_says(data: bytes, wanted: str) -> UnreadableSource:
    """The error of a file that is not what its name or its user says.

    Args:
        data: How the file begins.
        wanted: What it should be: "a PDF".
    """
    found = looks_like(data)
    return UnreadableSource(f"not {wanted}: it is {found}" if found else f"not {wanted}, or damaged")


def read_all(stream: BinaryIO, largest: int = LARGEST_PACKAGE) -> bytes:
    """All bytes of a stream. Raises UnreadableSource if there are none or too many."""
    data = stream.read(largest + 1)
    if not data:
        raise UnreadableSource("empty")
    if len(data) > largest:
        raise UnreadableSource(f"larger than {largest // MEGABYTE} MB, the limit for a file of one document")
    return data


def decompressed(source: Source) -> BinaryIO:
    """The source's bytes, unpacked if its name ends in one of COMPRESSED.

    Reading them raises one of DAMAGED if they are not what they should be, and UnreadableSource if they are a bomb.
    """
    if not source.name.endswith(COMPRESSED):
        return source.stream
    packed = Borrowed(source.stream)
    if source.name.endswith(".gz"):
        unpacked = gzip.GzipFile(fileobj=packed)
    elif source.name.endswith(".bz2"):
        unpacked = bz2.BZ2File(io.BufferedReader(packed))
    else:
        unpacked = lzma.LZMAFile(io.BufferedReader(packed))  # noqa: SIM115  # closed with what is built upon it
    return io.BufferedReader(_Unpacked(packed, unpacked, source.allowance), MEGABYTE)


class Borrowed(io.RawIOBase):
    """A stream that somebody else will close, not what is built upon it. `count` is how much was read from it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.count = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Fill the buffer, or some of it; return how much."""
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        self.count += len(data)
        return len(data)


_Decompressor: TypeAlias = gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile


class _Unpacked(io.RawIOBase):
    """What comes out of a compressed stream, as long as it is in proportion to what goes in."""

    def __init__(self, packed: Borrowed, unpacked: _Decompressor, allowance: Allowance | None) -> None:
        self._packed = packed
        self._unpacked = unpacked
        self._allowance = allowance
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        # Not more than one step: what came before damage is not lost with what comes after it.
        data = self._unpacked.read1(len(buffer))
        buffer[: len(data)] = data
        self._count += len(data)
        if self._allowance:
            self._allowance.take(len(data))
        if self._count > _UNSUSPECTED and self._count > _RATIO * self._packed.count:
            raise UnreadableSource(f"a compression bomb: it unpacks to more than {_RATIO} times its size")
        return len(data)


def check_members(archive: zipfile.ZipFile, size: int) -> None:
    """Make sure that no two members of an archive, which takes so many bytes, are the same bytes in it.

    Raises:
        UnreadableSource: If they are.
    """
    if sum(each.compress_size for each in archive.infolist()) > size:
        raise UnreadableSource("a zip bomb: its members overlap")


class Package:
    """A zip archive that is one document, such as DOCX and EPUB: its members, unpacked within limits.

    `kind` is what it should be, for messages. Raises UnreadableSource if it is no zip archive, has too many members
    or is protected by a password.
    """

    def __init__(self, data: bytes, kind: str) -> None:
        self._kind = kind
        self._packed = len(data)
        self._count = 0
        # The archive's list is read into memory as a whole, before anybody could ask how long it is.
        if data.count(_MEMBER) > _MOST_MEMBERS:
            raise UnreadableSource(f"a zip archive of more than {_MOST_MEMBERS:,} members")
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError, struct.error):
            raise not_what_it_says(b"" if data.startswith(b"PK") else data, kind) from None
        self._members = {each.filename: each for each in self._archive.infolist()}
        check_members(self._archive, len(data))
        if any(each.flag_bits & _ENCRYPTED for each in self._members.values()):
            raise UnreadableSource("protected by a password: save it without one")

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def check(self) -> None:
        """Make sure that others may unpack it: that it is no bomb, and none of its XML declares entities.

        Raises:
            UnreadableSource: If one is.
        """
        # None gives more than its declared size: zipfile ends it there.
        self.take(sum(each.file_size for each in self._members.values()))
        self._count = 0
        for name in self._members:
            # Whoever writes such a package declares nothing; in UTF-16 it would be between zero bytes.
            if name.endswith((".xml", ".rels")) and _DECLARATION.search(self._beginning(name).replace(b"\0", b"")):
                raise UnreadableSource("XML that declares entities of its own, which are not resolved: write them out")

    def _beginning(self, name: str) -> bytes:
        try:
            with self._archive.open(name) as stream:
                return stream.read(_CHUNK)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError, struct.error, *DAMAGED):
            raise UnreadableSource(f"damaged: {name} cannot be unpacked") from None

    def read(self, name: str) -> bytes:
        """One member's bytes. Raises UnreadableSource if it is missing, damaged or a bomb."""
        member = self._members.get(name)
        if member is None:
            raise UnreadableSource(f"not {self._kind}: it has no {name}")
        if member.compress_type not in _METHODS:
            raise UnreadableSource(f"{name} is compressed in a way that {self._kind} should not be")
        chunks: list[bytes] = []
        try:
            with self._archive.open(member) as stream:
                while chunk := stream.read(_CHUNK):
                    chunks.append(chunk)
                    self.take(len(chunk))
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError, struct.error, *DAMAGED):
            raise UnreadableSource(f"damaged: {name} cannot be unpacked") from None
        return b"".join(chunks)

    def take(self, count: int) -> None:
        """Count bytes that came out of it, or characters. Raises UnreadableSource if they are too many."""
        self._count += count
        if self._count > _LARGEST_UNPACKED:
            raise UnreadableSource(f"a zip bomb: it unpacks to more than {_LARGEST_UNPACKED // MEGABYTE} MB")
        if self._count > _UNSUSPECTED_PACKAGE and self._count > _PACKAGE_RATIO * self._packed:
            raise UnreadableSource(f"a zip bomb: it unpacks to more than {_PACKAGE_RATIO} times its size")
