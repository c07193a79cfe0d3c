"""A thorough look at a collection: every file of its segments and of its query encoder, block by block, by their seals.

What the ledger itself is like, `ledger_seal` says.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from ..ledger.ledger import Ledger, State
from .kept import KeptStates
from .seals import BLOCK, Fault, Seal, block_fault, faults, total

REMEDY = "mend it with `dragoman doctor --repair`"


class Sealed(NamedTuple):
    """A folder that is to be as its seal says: a segment or query encoder, what it holds in words, and the remedy."""

    folder: str
    seal: Seal
    holding: str
    remedy: str = REMEDY


class Damage(NamedTuple):
    """A fault in one of a collection's folders, and what it means."""

    sealed: Sealed
    fault: Fault

    def __str__(self) -> str:
        """One line: the file, what is wrong, what that means, and the remedy."""
        return f"{self.sealed.folder}/{self.fault.file} {self.fault.what}: {self.sealed.holding}; {self.sealed.remedy}"


class Checked(NamedTuple):
    """How many bytes have just been looked at, and what is wrong with them, in one line; empty if nothing is."""

    size: int
    fault: str = ""


def sealed_folders(ledger: Ledger, kept: KeptStates, segments: str, encoders: str) -> list[Sealed]:
    """What of a collection has a seal and is in use, were it only by states that are kept.

    Args:
        ledger: The collection's.
        kept: Its kept states.
        segments: The folder of its segments, within its own.
        encoders: The folder of its query encoders.
    """
    found: list[Sealed] = []
    state = ledger.state()
    for number, name in state.segments:
        if sealed := ledger.seal_of(f"{segments}/{name}"):
            holding = f"its {ledger.count_in(number):,} passages are left out"
            found.append(Sealed(f"{segments}/{name}", sealed, holding))
        found += _parts(ledger, state, number, segments)
    folder = f"{encoders}/{state.settings.get('encoder_folder', '')}"
    if sealed := ledger.seal_of(folder):
        found.append(Sealed(folder, sealed, "no question can be asked by meaning"))
    known = {each.folder for each in found}
    for name in kept.names():
        past = kept.state(name)
        remedy = f"{REMEDY}, or give the state up with `dragoman keep --drop {name}`"
        for number, segment in past.segments:
            if (folder := f"{segments}/{segment}") not in known and (sealed := ledger.seal_of(folder)):
                holding = f"its {ledger.count_in(number):,} passages are left out of the kept state {name}"
                found.append(Sealed(folder, sealed, holding, remedy))
                known.add(folder)
            found += [each for each in _parts(ledger, past, number, segments) if each.folder not in known]
            known.update(each.folder for each in found)
        folder = f"{encoders}/{past.settings.get('encoder_folder', '')}"
        if folder not in known and (sealed := ledger.seal_of(folder)):
            holding = f"no question of the kept state {name} can be asked by meaning"
            found.append(Sealed(folder, sealed, holding, remedy))
            known.add(folder)
    return found


def _parts(ledger: Ledger, state: State, segment: int, segments: str) -> Iterator[Sealed]:
    """The vectors that passages of a segment were given after it had been written."""
    for name in state.parts.get(segment, ()):
        if sealed := ledger.seal_of(f"{segments}/{name}"):
            yield Sealed(f"{segments}/{name}", sealed, "its passages are found by their words alone")


def damage(collection: Path, sealed: list[Sealed], read: Callable[[int, int], object]) -> Iterator[Damage]:
    """All faults of some folders; `read` is told how many bytes have been looked at, of how many in all."""
    whole, done = sum(total(each.seal) for each in sealed), 0

    def count(size: int) -> None:
        nonlocal done
        done += size
        read(done, whole)

    for each in sealed:
        for fault in faults(collection / each.folder, each.seal, read=count):
            yield Damage(each, fault)


def blocks(folder: Path, seal: Seal) -> Iterator[tuple[int, Fault | None]]:
    """Look at the blocks of a folder's files, one whenever the caller goes on; with the first fault it is at its end.

    Yields:
        For each block how many bytes it has, and what is wrong with it.
    """
    for file, each in seal.items():
        for block in range(each.block_count):
            fault = block_fault(folder, seal, file, block)
            yield min(BLOCK, each.size - block * BLOCK), fault
            if fault:
                return
