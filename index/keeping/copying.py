"""Copying the folders of segments and encoders, each verified by its seal, so that it can be gone on with."""

import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath
from typing import Final

from ...errors import CollectionDamaged, DragomanError
from ..segments.durability import sync
from .seals import BLOCK, FileSeal, Seal, block_fault, faults, seal, total

LEDGER_SEAL: Final = "ledger.seal"
"""A ledger's own seal. Whoever writes the ledger's file anew takes it off first."""

_UNFINISHED = ".unfinished"


def copy_folder(source: Path, target: Path, sealed: Seal, tell: Callable[[int], object]) -> bool:
    """Have a folder at another place as well, on disk for good, unless it is there already, just as it was sealed.

    An interruption leaves what was copied beside it, for the next attempt, and nothing at the place itself.

    Args:
        source: The folder.
        target: Where it is to be.
        sealed: Its seal.
        tell: Is told how many bytes have been copied, or found to be there.

    Returns:
        Whether it had to be copied.

    Raises:
        CollectionDamaged: The folder is not as it was sealed.
        DragomanError: What was written is not what can be read.
        OSError: It cannot be read or written.
    """
    if target.exists() and next(faults(target, sealed), None) is None:
        tell(total(sealed))
        return False
    work = target.with_name(target.name + _UNFINISHED)
    for name in sealed:
        _copy_file(source, work, name, sealed, tell)
    for name in {path.relative_to(work).as_posix() for path in work.rglob("*") if not path.is_dir()} - sealed.keys():
        (work / name).unlink()
    for folder in [*(each for each in work.rglob("*") if each.is_dir()), work]:
        sync(folder)
    if fault := next(faults(work, sealed), None):
        if found := next(faults(source, sealed), None):
            raise CollectionDamaged(
                f"{source / found.file} {found.what}: nothing more is copied; `dragoman doctor` says what can be done"
            )
        raise DragomanError(f"{target / fault.file} {fault.what} although it was just written: is that disk failing?")
    if target.exists():  # not as it was sealed, or it would have stayed
        shutil.rmtree(target)
    work.rename(target)
    sync(target.parent)
    return True


def sealed_as_it_is(folder: Path) -> dict[str, FileSeal]:
    """The seal of a folder that has none: what an older Dragoman wrote. Raises CollectionDamaged if it is not there."""
    made = seal(folder)
    if not made:
        raise CollectionDamaged(f"{folder} is missing: `dragoman doctor` says what can be done")
    return made


def remove_others(folder: Path, wanted: Iterable[str]) -> None:
    """Remove from a folder all but some entries."""
    kept = set(wanted)
    for each in folder.iterdir():
        if each.name not in kept:
            shutil.rmtree(each, ignore_errors=True)


def within(name: str) -> str:
    """A path below a folder, as a ledger has it. Raises CollectionDamaged if it leads out of the folder."""
    path = PurePosixPath(name)
    if not path.parts or path.is_absolute() or ".." in path.parts or "\0" in name:
        raise CollectionDamaged(f"the ledger names a file {name!r}, which is no part of a collection")
    return name


def _copy_file(source: Path, target: Path, name: str, sealed: Seal, tell: Callable[[int], object]) -> None:
    """Copy one file of a folder, unless an earlier attempt did."""
    if _is_whole(target, name, sealed):
        tell(sealed[name].size)
        return
    file = target / within(name)
    file.parent.mkdir(parents=True, exist_ok=True)
    if (source / name).is_symlink() or source.is_symlink():
        raise CollectionDamaged(f"{source / name} is a link, and no part of a collection is one")
    try:
        with (source / name).open("rb") as read, file.open("wb") as written:
            while block := read.read(BLOCK):
                written.write(block)
                tell(len(block))
            written.flush()
            os.fsync(written.fileno())
            # So that what is verified is what the disk has, and not what the system remembers of it.
            os.posix_fadvise(written.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    except FileNotFoundError as error:
        if (source / name).exists():
            raise
        raise CollectionDamaged(f"{source / name} is missing: `dragoman doctor` says what can be done") from error


def _is_whole(folder: Path, name: str, sealed: Seal) -> bool:
    each, path = sealed[name], folder / name
    if not path.is_file() or path.stat().st_size != each.size:
        return False
    return all(block_fault(folder, sealed, name, block) is None for block in range(each.block_count))
