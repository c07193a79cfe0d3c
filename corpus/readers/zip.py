"""ZIP archives: whatever in them is readable, each file in its own format."""

import io
import zipfile
from collections.abc import Iterator
from functools import partial
from typing import Any, BinaryIO, Final, cast

from .contract import MEGABYTE, RawRecord, ReadOptions, Skipped, Source
from .members import BROKEN, Careful, Member, opened, read_members
from .support.packed import check_members, not_what_it_says

_ENCRYPTED: Final = 0x1
_IN_UTF_8: Final = 0x800
_LONGEST_LIST: Final = 32 * MEGABYTE
"""The most bytes of an archive's list of its members, which is read as a whole."""


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """What the files in an archive hold, in the order of its list, and a `Skipped` for each that cannot be read.

    Raises:
        UnreadableSource: If it is no ZIP archive, damaged, empty, or a bomb.
    """
    source, allowance = opened(source)
    try:
        archive = zipfile.ZipFile(cast("Any", Careful(source.stream, _LONGEST_LIST)))
    except BROKEN:
        source.stream.seek(0)
        head = source.stream.read(1024)
        raise not_what_it_says(b"" if head.startswith(b"PK") else head, "a ZIP archive") from None
    check_members(archive, source.stream.seek(0, io.SEEK_END))
    yield from read_members(source, _members(archive), allowance, options)


def _members(archive: zipfile.ZipFile) -> Iterator[Member]:
    for each in archive.infolist():
        if not each.is_dir():
            refusal = "protected by a password: pack it without one" if each.flag_bits & _ENCRYPTED else ""
            yield Member(_name(each), cast("partial[BinaryIO]", partial(archive.open, each)), refusal)


def _name(member: zipfile.ZipInfo) -> str:
    """A member's name. Programs that do not say in which encoding it is mostly write UTF-8 all the same."""
    if member.flag_bits & _IN_UTF_8:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return member.filename
