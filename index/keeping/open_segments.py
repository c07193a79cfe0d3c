"""The segments of a collection that are open, and which of them are left out since they are not as they were written.

Before a segment is opened, its files are compared with its seal: which there are, their sizes, and every byte of the
smallest up to CHECKED_BYTES in all. What is compared is sound when FAISS and NumPy map it; of what is not, their own
arrays tell most nonsense when they are opened.

What is left out is looked at again, every byte of it, as soon as its files are others than they were: somebody may have
put it right.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias, TypeVar

from ...errors import CollectionDamaged
from ..ledger.ledger import Ledger, State
from ..reading.view import LeftOut
from ..segments.segment import Segment
from ..segments.similarity.vector_rows import VectorPart
from .seals import FileSeal, Seal, faults

SEGMENTS: Final = "segments"
"""The folder within a collection's, with one folder for each segment."""

CHECKED_BYTES: Final = 32_000_000
"""Of so many bytes every one is looked at when a collection is opened."""


_T = TypeVar("_T")

_Looks: TypeAlias = Mapping[str, tuple[int, ...]]
"""By the paths of a folder's files, what is another number whenever somebody has changed one."""


class Opened(NamedTuple):
    """What of a generation can be asked: the state without what is left out, its segments in order, and the rest."""

    state: State
    segments: list[Segment]
    left_out: tuple[LeftOut, ...]


class OpenSegments:
    """See the module. Not safe to share among threads: the store takes care of that.

    Args:
        folder: The collection's.
        ledger: Its ledger.
    """

    def __init__(self, folder: Path, ledger: Ledger) -> None:
        self._folder = folder / SEGMENTS
        self._ledger = ledger
        self._open: dict[str, Segment] = {}
        self._open_parts: dict[str, VectorPart] = {}
        self._faulty: dict[str, str] = {}
        self._left: dict[str, _Looks] = {}
        self._disproved: dict[str, str | None] = {}

    def clear(self) -> None:
        """Let go of all files."""
        self._open.clear()
        self._open_parts.clear()

    def leave_out(self, name: str, reason: str) -> None:
        """Leave a segment, or a part of its vectors, out from now on, as long as it lies there as it does."""
        self._faulty[name] = reason
        self._left[name] = _looks(self._folder / name)
        for opened in (self._open, self._open_parts):
            opened.pop(name, None)  # what is mapped may lie elsewhere by then

    def may_be_mended(self, left_out: Iterable[LeftOut]) -> bool:
        """Whether something of what is left out is no longer as it was when it was left out."""
        names = (each.part.removeprefix(f"{SEGMENTS}/") for each in left_out)
        return any(_looks(self._folder / name) != self._left[name] for name in names)

    def of(self, state: State, *, present: bool = True, checked_bytes: int = CHECKED_BYTES) -> Opened:
        """The segments of a state, opened, as far as they are sound.

        Of passages whose vectors are damaged, and lie beside their segment, only the words are asked.

        Args:
            state: The present one, or one of the past.
            present: Whether it is the present one, so that segments which it has not are let go of.
            checked_bytes: Of how many bytes every one is looked at.
        """
        known = self._ledger.faults()
        names = [each for number, name in state.segments for each in (name, *state.parts.get(number, ()))]
        is_open = self._open.keys() | self._open_parts.keys()
        seals = {each: self._ledger.seal_of(f"{SEGMENTS}/{each}") for each in names if each not in is_open}
        checked = _smallest(seals, checked_bytes)
        segments: dict[str, Segment] = {}
        parts: dict[str, VectorPart] = {}
        kept: list[tuple[int, str]] = []
        opened: list[Segment] = []
        left_out: list[LeftOut] = []

        def attempt(name: str, passages: int, open_: Callable[[], _T]) -> _T | None:
            """What `open_` gives; where it is damaged, None, and then it is in `left_out`."""
            reason = self._reason(name, seals.get(name), known)
            if name not in self._faulty and (sealed := seals.get(name)) and checked[name] >= sealed.keys():
                reason = None  # it may have been put right since
            if reason is None:
                try:
                    return open_()
                except CollectionDamaged as error:
                    reason = str(error.__cause__ or error)
            self._left.setdefault(name, _looks(self._folder / name))
            left_out.append(LeftOut(f"{SEGMENTS}/{name}", passages, reason))
            return None

        def open_segment(number: int, name: str) -> Segment:
            segment = self._open.get(name) or Segment(self._folder / name, seals[name], checked[name])
            self._check(state, number, segment)
            return segment

        def open_part(name: str, segment: Segment) -> VectorPart:
            return self._open_parts.get(name) or segment.part(self._folder / name, seals[name], checked[name])

        for number, name in state.segments:
            segment = attempt(name, self._ledger.count_in(number), partial(open_segment, number, name))
            if segment is None:
                continue
            kept.append((number, name))
            segments[name] = segment
            sound = {each: attempt(each, 0, partial(open_part, each, segment)) for each in state.parts.get(number, ())}
            more = {each: part for each, part in sound.items() if part is not None}
            parts |= more
            opened.append(segment.extended(more.values()) if more else segment)
        if present:
            self._open, self._open_parts = segments, parts
        return Opened(state._replace(segments=kept), opened, tuple(left_out))

    def _reason(self, name: str, sealed: Seal | None, known: Mapping[str, str]) -> str | None:
        """Why a segment is left out, as far as that is known before it is opened."""
        said = known.get(f"{SEGMENTS}/{name}")
        if name in self._left and (looks := _looks(self._folder / name)) != self._left[name]:
            self._left[name] = looks
            if sealed and (fault := first_fault(self._folder / name, sealed)):
                self._faulty[name] = fault
            else:
                self._faulty.pop(name, None)
                self._disproved[name] = said
        return self._faulty.get(name) or (None if said == self._disproved.get(name) else said)

    def _check(self, state: State, number: int, segment: Segment) -> None:
        """Raise CollectionDamaged if a segment and the ledger cannot be of the same passages."""
        passages, gone = self._ledger.count_in(number), state.deleted[number]
        wrong = len(segment) != passages or (len(gone) and not 0 <= gone.min() <= gone.max() < passages)
        if wrong or (passages and segment.vectors.dimension != state.settings["encoder"]["dimension"]):
            raise CollectionDamaged("it does not agree with the ledger")


def first_fault(folder: Path, sealed: Seal) -> str | None:
    """What is first found wrong with a folder, every byte of which is looked at; None for nothing."""
    return next((f"{fault.file} {fault.what}" for fault in faults(folder, sealed)), None)


def _looks(folder: Path) -> _Looks:
    found: dict[str, tuple[int, ...]] = {}
    for within, _, names in os.walk(folder):
        for path in (f"{within}/{name}" for name in names):
            with suppress(OSError):
                status = os.stat(path)  # noqa: PTH116  # there are some eighty files a segment
                found[path] = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    return found


def _smallest(seals: Mapping[str, Mapping[str, FileSeal] | None], left: int) -> dict[str, set[str]]:
    """The files of several folders that are the smallest, up to so many bytes in all."""
    checked: dict[str, set[str]] = {name: set() for name in seals}
    for size, name, file in sorted(_sizes(seals)):
        left -= size
        if left < 0:
            break
        checked[name].add(file)
    return checked


def _sizes(seals: Mapping[str, Mapping[str, FileSeal] | None]) -> Iterable[tuple[int, str, str]]:
    return ((each.size, name, file) for name, sealed in seals.items() if sealed for file, each in sealed.items())
