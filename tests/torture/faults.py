"""The library of faults.c: compiled, loaded before all others, and told what to spoil."""

import ctypes
import os
import shutil
import subprocess
import sys
from enum import IntEnum, IntFlag
from pathlib import Path

_SOURCE = Path(__file__).with_name("faults.c")
_PRELOAD = "LD_PRELOAD"


class Kind(IntFlag):
    """What a call does to files."""

    WRITE = 1
    CREATE = 2
    RENAME = 4
    REMOVE = 8
    SYNC = 16
    ANY = 31


class Action(IntEnum):
    """What happens at the chosen step."""

    COUNT = 0
    KILL = 1
    TEAR = 2
    FAIL = 3
    FAIL_FROM = 4


class Faults:
    """The library in this process, which `start_with_faults` has loaded. A child that is forked has its own numbers."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(os.environ[_PRELOAD])
        self._library.faults_steps.restype = ctypes.c_long

    def arm(self, root: Path, durable: Path | None, kinds: Kind, action: Action, at: int = 0, error: int = 0) -> None:
        """From now on, let a step below a folder go wrong.

        Args:
            root: The folder.
            durable: Where what is synced is copied to, instead of being synced; None for the disk itself.
            kinds: Which calls count as steps.
            action: What happens.
            at: At which step, from 1 on.
            error: The error that a call fails with.
        """
        folders = os.fsencode(root), os.fsencode(durable or "")
        self._library.faults_arm(*folders, int(kinds), int(action), ctypes.c_long(at), error)

    def disarm(self) -> None:
        """Let nothing go wrong any more."""
        self._library.faults_disarm()

    def steps(self, kind: Kind) -> int:
        """How many of one kind there were since `arm`."""
        return self._library.faults_steps(int(kind))

    def keep_all(self, root: Path, durable: Path) -> None:
        """Copy all that is below a folder as if it had been synced."""
        durable.mkdir()
        self._library.faults_keep_all(os.fsencode(root), os.fsencode(durable))

    def key(self, path: Path) -> str:
        """What a file or folder is called among those that were synced, whatever its name."""
        found = ctypes.create_string_buffer(96)
        self._library.faults_key(os.fsencode(path), found)
        return found.value.decode()

    def forget_syncs(self) -> None:
        """Let syncs do nothing, so that whoever relies on them can be seen to find out."""
        self._library.faults_forget_syncs(1)

    def exchange(self, can: bool) -> None:
        """Whether two folders can be exchanged in one step."""
        self._library.faults_exchange(int(can))

    def clock(self, seconds: int) -> None:
        """Let the clock be ahead, or behind if it is negative."""
        self._library.faults_clock(ctypes.c_long(seconds))


def start_with_faults(folder: Path) -> str:
    """Start this program again with the library, unless it is loaded.

    Args:
        folder: Where to put the library.

    Returns:
        What is missing for that.
    """
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        return "it needs Linux and a C compiler (cc)"
    library = folder / "faults.so"
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(_SOURCE), "-ldl"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return f"its library cannot be compiled: {done.stderr.strip().splitlines()[0]}"
    # No thread but one, which is all that a forked process has.
    alone = {"OMP_NUM_THREADS": "1", "ORT_DISABLE_TELEMETRY": "1", "TOKENIZERS_PARALLELISM": "false"}
    environment = {**os.environ, _PRELOAD: str(library), "HF_HUB_OFFLINE": "1", **alone}
    return os.execve(sys.executable, [sys.executable, *sys.argv], environment)
