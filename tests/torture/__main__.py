"""Torture: what becomes of a collection when programs are killed, the power fails or the disk refuses.

    python tests/torture 500                   500 kills, and about as many other faults
    python tests/torture 500 --seed 7          other ones, and the same ones again
    python tests/torture 50 --only purge       of one operation
    python tests/torture --every purge         a kill at every step of one operation
    python tests/torture 20 --forget-syncs     with a disk that forgets what it was to keep: it must find losses

A kill is at a numbered step, before a call that changes a file, or in the midst of a write. After each fault the
collection is opened, with its backup and what was made of it: doctor must find nothing, all that was acknowledged must
be there and nothing of it half, what was interrupted goes on, and the next writer must sweep what was left. It ends
with 1 if anything is lost or wrong. It needs Linux and a C compiler, and root for the power cuts on a real filesystem
and for another user.

Each program that is killed is forked from one that has everything loaded. It works in memory (/dev/shm) where there is
room: what a kill leaves does not depend on the disk; what a power cut leaves is made up, or a filesystem of its own.
"""

import argparse
import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "benchmarks")]

from faults import Faults, start_with_faults  # noqa: E402

_FOLDER = "DRAGOMAN_TORTURE"
_ROOM = 1 << 30


def main() -> int:
    """Do what the command line says.

    Returns:
        0 if nothing was lost or wrong, 1 if something was, 2 if it cannot be tried here.
    """
    parser = argparse.ArgumentParser(prog="torture", description="What becomes of a collection when something fails.")
    parser.add_argument("kills", type=int, nargs="?", default=500, help="how many programs are killed")
    parser.add_argument("--seed", type=int, default=1, help="decides what is chosen by chance")
    parser.add_argument("--only", action="append", help="an operation, such as replace, that is tried alone")
    parser.add_argument("--every", action="append", help="an operation that is killed at every step, and nothing else")
    parser.add_argument("--processes", type=int, default=os.cpu_count(), help="how many things are tried at a time")
    parser.add_argument("--minutes", type=float, default=0, help="begin nothing more after so many")
    parser.add_argument("--forget-syncs", action="store_true", help="let the disk forget what it was to keep")
    parser.add_argument("--save", nargs="?", const="", help="keep the figures: see benchmarks/README.md")
    wanted = parser.parse_args()
    if _FOLDER not in os.environ:
        os.environ[_FOLDER] = tempfile.mkdtemp(prefix="dragoman-torture-", dir=_roomy_folder())
        lacking = start_with_faults(Path(os.environ[_FOLDER]))
        print(f"torture: {lacking}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what is mounted is unmounted then
    folder = Path(os.environ[_FOLDER])
    os.environ["XDG_CACHE_HOME"] = str(folder / "cache")
    try:
        from operations import OPERATIONS  # what it imports must find the library loaded
        from work import run

        if unknown := {*(wanted.every or ()), *(wanted.only or ())} - OPERATIONS.keys():
            print(f"torture: {', '.join(unknown)}: there are {', '.join(OPERATIONS)}", file=sys.stderr)
            return 2
        return run(folder, Faults(), wanted)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _roomy_folder() -> Path | None:
    """Memory, if there is enough of it; None for where temporary files go."""
    memory = Path("/dev/shm")
    has_room = memory.is_dir() and shutil.disk_usage(memory).free > _ROOM and os.access(memory, os.W_OK)
    return memory if has_room else None


if __name__ == "__main__":
    sys.exit(main())
