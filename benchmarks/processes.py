"""A process that is run to its end, and what it took.

A process counts what its parent had in memory when it began it as its own. So it is begun by one that has next to
nothing: this file, run as a script.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

LIMIT = 8 * 3600.0
"""After so many seconds a process is ended, for it waits for something that never comes."""


class Finished(NamedTuple):
    """A process that has ended well: its output, its seconds, those of all its threads, and its most memory in MB."""

    output: str
    seconds: float
    cpu: float
    peak: float


def finish(
    command: Sequence[object],
    environment: Mapping[str, str] | None = None,
    begin: Callable[[], object] | None = None,
    limit: float = LIMIT,
) -> Finished:
    """Run a command to its end.

    Args:
        command: It, with its arguments.
        environment: Its environment, if it is not that of this process.
        begin: What it does first, such as confining itself to one core.
        limit: The most seconds that it may take.

    Raises:
        OSError: It failed; says what it complained of last.
    """
    with tempfile.TemporaryDirectory() as temporary, tempfile.TemporaryFile("w+") as output:
        told, errors = Path(temporary) / "told", Path(temporary) / "errors"
        with errors.open("w") as complaints:
            beginner = [sys.executable, "-S", "-E", __file__, str(told), *map(str, command)]
            process = subprocess.Popen(
                beginner, stdout=output, stderr=complaints, env=environment, preexec_fn=begin, start_new_session=True
            )
            end = threading.Timer(limit, _end, [process.pid])
            end.start()
            try:
                process.wait()
            finally:
                end.cancel()
                _end(process.pid)
        code, took, cpu, peak = json.loads(told.read_text()) if told.exists() else (process.returncode, limit, 0, 0)
        if code:
            complaint = (errors.read_text(errors="replace").strip().splitlines() or [""])[-1]
            raise OSError(f"ended with {code} after {took:.0f} s: {complaint}")
        output.seek(0)
        return Finished(output.read(), took, cpu, peak)


def _end(group: int) -> None:
    """End a group of processes, if there is anything left of it."""
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


def main() -> None:
    """Run the command of the command line, and write into the file before it how it ended and what it took."""
    told, *command = sys.argv[1:]
    began = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ)
    _, status, used = os.wait4(child, 0)
    took = time.perf_counter() - began
    said = os.waitstatus_to_exitcode(status), took, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    Path(told).write_text(json.dumps(said))


if __name__ == "__main__":
    main()
