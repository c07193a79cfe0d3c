"""What lies in an archive or hangs on a message: each member read as if it were a file, and called `path!member`."""

import io
import posixpath
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, Final

from ...errors import UnreadableSource
from .allowance import DEEPEST, Allowance
from .contract import RawRecord, ReadOptions, Skipped, Source, member_id
from .files import spelled_out
from .guarded import read_records
from .reasons import Reasons
from .registry import format_of
from .support.packed import DAMAGED, read_all
from .support.records import Identities

BROKEN: Final = (*DAMAGED, zipfile.BadZipFile, tarfile.TarError, struct.error, RuntimeError, ValueError, OSError)
"""What the standard library may raise over an archive that is damaged or forged."""

_ARCHIVES: Final = frozenset({"zip", "tar"})
_MAILS: Final = frozenset({"eml", "mbox", "msg", "mhtml"})
_DEEPEST_MAIL: Final = 5
_CHUNK: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive.

    Attributes:
        name: What the archive calls it.
        open: Opens it.
        refusal: Why it is not read; empty if it is.
        encoding: The encoding that its text is said to be in; empty if nobody says.
    """

    name: str
    open: Callable[[], BinaryIO]
    refusal: str = ""
    encoding: str = ""


def read_members(
    holder: Source, members: Iterable[Member], allowance: Allowance, options: ReadOptions
) -> Iterator[RawRecord | Skipped]:
    """Read the members of an archive, each in the format that its name tells.

    Args:
        holder: What they lie in.
        members: They, as they are found. Hidden ones are left out, as in folders.
        allowance: What may still be taken out of the outermost archive.
        options: How they are read.

    Returns:
        Their records, and a `Skipped` for what cannot be read.

    Raises:
        UnreadableSource: If the archive is a bomb, or has no members.
    """
    count = hidden = 0
    taken: dict[str, int] = {}
    reasons, identities = Reasons(holder.origin), Identities()
    allowance.depth += 1
    try:
        for member in members:
            count += 1
            allowance.take_member()
            parts = [part for part in member.name.replace("\\", "/").split("/") if part not in ("", ".")]
            if any(part.startswith(".") and part != ".." for part in parts) or parts[:1] == ["__MACOSX"]:
                hidden += 1
                continue
            name = _numbered(spelled_out("/".join(parts)), taken)
            for each in _read(holder, replace(member, name=name), parts, allowance, options):
                if isinstance(each, Skipped):
                    yield from reasons.passed(each)
                else:
                    yield identities.distinct(each, member_id(holder, name))
            if allowance.spent:
                raise UnreadableSource(allowance.spent)
    except UnreadableSource:
        yield from reasons.counted()
        raise
    finally:
        allowance.depth -= 1
    yield from reasons.counted()
    if count == hidden:
        raise UnreadableSource("an archive of hidden files alone" if hidden else "an archive without files")


def opened(source: Source) -> tuple[Source, Allowance]:
    """An archive that can be read from any position, and what may be taken out of it."""
    stream = source.stream
    if source.allowance or not stream.seekable():
        stream = io.BytesIO(read_all(stream))
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    return replace(source, stream=stream), source.allowance or Allowance(size)


def _read(
    holder: Source, member: Member, parts: list[str], allowance: Allowance, options: ReadOptions
) -> Iterator[RawRecord | Skipped]:
    """What a member holds, whose name in the archive has these parts."""
    name = member.name
    form = format_of(parts[-1]) if parts else None
    origin = f"{holder.origin}!{name[:300]}"
    refusal = member.refusal
    if ".." in parts:
        refusal = "its name leads out of the archive"
    elif form is None:
        refusal = f"no reader for {posixpath.splitext(name)[1] or 'files without an extension'}"
    elif form.name in _ARCHIVES and allowance.depth >= DEEPEST:
        refusal = f"more than {DEEPEST} archives within one another: unpack the outermost"
    elif form.name in _MAILS and allowance.depth >= _DEEPEST_MAIL:
        refusal = f"more than {_DEEPEST_MAIL} messages and archives within one another: take out the outermost"
    if refusal or form is None:
        yield Skipped(origin, refusal)
        return
    try:
        stream = member.open()
    except BROKEN as error:
        yield Skipped(origin, _reason(error))
        return
    counted = io.BufferedReader(_Counted(stream, allowance), _CHUNK)
    identity = member_id(holder, name)
    inner = Source(counted, origin, identity, parts[-1].lower(), allowance, member.encoding)
    for each in read_records(inner, form, options):
        if isinstance(each, Skipped):
            yield each
        else:
            yield replace(each, id=each.id or (inner.id if form.one_document else ""), is_member=True)


def _numbered(name: str, taken: dict[str, int]) -> str:
    """A name that no member before had: an archive may have two files of one name, in which others may be written."""
    stem, suffix = posixpath.splitext(name)
    number = taken.get(name, 0) + 1
    while (free := name if number == 1 else f"{stem} {number}{suffix}") in taken:
        number += 1
    taken[name] = number
    taken.setdefault(free, 1)
    return free


def _reason(error: Exception) -> str:
    if isinstance(error, NotImplementedError):
        return "packed in a way that cannot be unpacked here: pack it anew"
    return "damaged: it cannot be unpacked"


class _Counted(io.RawIOBase):
    """The bytes of a member, counted against what may come out of its archive."""

    def __init__(self, stream: BinaryIO, allowance: Allowance) -> None:
        self._stream = stream
        self._allowance = allowance

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        try:
            data = self._stream.read(min(len(buffer), _CHUNK))
        except BROKEN as error:
            raise UnreadableSource(_reason(error)) from None
        buffer[: len(data)] = data
        self._allowance.take(len(data))
        return len(data)


class Careful:
    """A stream of which nobody reads much at once, as who believes the sizes that an archive claims would.

    Args:
        stream: What is read. If it cannot be read from any position, it is read from one further on.
        most: The most bytes to be read at once.
    """

    def __init__(self, stream: BinaryIO, most: int) -> None:
        self._stream = stream
        self._most = most
        self._seekable = stream.seekable()
        self._at = 0
        self.latest = b""
        """What was read last."""

    def read(self, size: int = -1) -> bytes:
        """So many bytes, or all that are left. Raises ValueError if they are more than one may ask for."""
        if size > self._most:
            raise ValueError("a size that cannot be true")
        self.latest = self._stream.read(size if size >= 0 else self._most)
        self._at += len(self.latest)
        return self.latest

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Where the next byte is read from."""
        return self._stream.tell() if self._seekable else self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a position."""
        if self._seekable:
            return self._stream.seek(offset, whence)
        if whence != 0 or offset < self._at:
            raise ValueError("a position that was passed")
        while self._at < offset and self.read(min(offset - self._at, self._most)):
            pass
        return self._at
