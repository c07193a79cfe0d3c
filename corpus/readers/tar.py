"""TAR archives, plain or compressed: whatever in them is readable, each file in its own format, streamed."""

import tarfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any, BinaryIO, Final, cast

from ...errors import UnreadableSource
from .contract import RawRecord, ReadOptions, Skipped, Source
from .members import BROKEN, Careful, Member, opened, read_members
from .support.packed import decompressed, not_what_it_says

_SHORT_NAMES: Final = {".tgz": ".tar.gz", ".tbz": ".tar.bz2", ".tbz2": ".tar.bz2", ".txz": ".tar.xz"}
_LONGEST_HEADER: Final = 64 * 1024


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """What the files in an archive hold, in its order, and a `Skipped` for each that cannot be read.

    Raises:
        UnreadableSource: If it is no TAR archive, damaged, empty, or a bomb.
    """
    source, allowance = opened(source)
    name = next((source.name + long for short, long in _SHORT_NAMES.items() if source.name.endswith(short)), "")
    stream = decompressed(replace(source, name=name or source.name))
    try:
        careful = Careful(stream, _LONGEST_HEADER)
        archive = tarfile.open(fileobj=cast("Any", careful), mode="r:", errorlevel=1)  # noqa: SIM115  # it holds nothing open
    except BROKEN:
        source.stream.seek(0)
        raise not_what_it_says(source.stream.read(1024), "a TAR archive") from None
    yield from read_members(source, _members(archive), allowance, options)
    if not careful.latest or careful.latest.strip(b"\0"):
        raise UnreadableSource("it ends without its end mark: it may be cut off")


def _members(archive: tarfile.TarFile) -> Iterator[Member]:
    count = 0
    try:
        for each in archive:
            count += 1
            if each.isdir():
                continue
            refusal = "" if each.isreg() and each.sparse is None else "no file, but a link, a device or a sparse file"
            yield Member(each.name, cast("partial[BinaryIO]", partial(archive.extractfile, each)), refusal)
    except (*BROKEN, RecursionError):
        raise UnreadableSource(f"damaged after {count} of its files") from None
