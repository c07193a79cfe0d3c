"""The real programs: as processes with folders of their own, or within this process, and what they did."""

import os
import re
import signal
import subprocess
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from dragoman.__main__ import dragoman
from dragoman.search.cli.terminal import run


class Ran(NamedTuple):
    """What a program did: its exit code, standard output and standard error."""

    code: int
    out: str
    err: str


class Programs:
    """The real `search` and `dragoman`, as processes with a data and a cache folder of their own."""

    def __init__(self, home: Path) -> None:
        strangers = (
            "DRAGOMAN_",
            "NO_COLOR",
            "FORCE_COLOR",
            "COLUMNS",
            "LINES",
            "LESS",
            "PAGER",
            "PYTHONIOENCODING",
            "PYTEST_",
        )
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(strangers)},
            "XDG_DATA_HOME": str(home / "data"),
            "XDG_CACHE_HOME": str(home / "cache"),
            "HF_HUB_OFFLINE": "1",
            "TERM": "xterm",
        }
        self.collection = home / "data" / "dragoman" / "collection"
        self.first_calls: list[Ran] = []

    def command(self, name: str, *arguments: str | Path) -> list[str]:
        """The command line of a program."""
        return [str(Path(sysconfig.get_path("scripts")) / name), *map(str, arguments)]

    def start(self, name: str, *arguments: str | Path, **options: Any) -> subprocess.Popen[Any]:
        """A program that runs."""
        pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
        settings: dict[str, Any] = {"env": self.environment, **pipes, **options}
        return subprocess.Popen(self.command(name, *arguments), **settings)

    def __call__(self, name: str, *arguments: str | Path, stdin: bytes = b"", **variables: str) -> Ran:
        """Run a program to its end, with these environment variables."""
        return finished(self.start(name, *arguments, env={**self.environment, **variables}), stdin)


def finished(process: subprocess.Popen[Any], stdin: bytes | None = None) -> Ran:
    """What a program did once it has ended; nothing that it writes is lost."""
    with process:
        out, err = process.communicate(stdin, timeout=300)
    return Ran(process.returncode, *((each or b"").decode("utf-8", "surrogateescape") for each in (out, err)))


def only_line(ran: Ran, code: int = 2) -> str:
    """The one line in which a program said what was wrong."""
    assert ran.code == code, ran
    assert ran.out == ""
    lines = ran.err.splitlines()
    assert len(lines) == 1, ran.err
    assert ran.err.endswith("\n")
    name, _, message = lines[0].partition(": ")
    assert name in ("search", "dragoman")
    assert message
    return message


@contextmanager
def serving(command: Sequence[str], environment: Mapping[str, str]) -> Iterator[str]:
    """The URL, with a slash at its end, at which a program says on standard error that it serves, while it does.

    It is ended as an operator would end it.
    """
    server = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True)
    assert server.stderr
    try:
        said = ""
        while not (found := re.search(r"http://127\.0\.0\.1:\d+/?", said)):
            line = server.stderr.readline()
            assert line, said
            said += line
        yield found[0].rstrip("/") + "/"
    finally:
        os.killpg(server.pid, signal.SIGTERM)  # the whole group: strace, which may watch it, heeds no signal itself
        server.communicate(timeout=60)


def run_here(capfd: pytest.CaptureFixture[str], *arguments: str | Path) -> Ran:
    """Run `dragoman` within this process, which has to load the model only once."""
    capfd.readouterr()
    with pytest.raises(SystemExit) as left:
        run(dragoman, "dragoman", [str(each) for each in arguments])
    out, err = capfd.readouterr()
    return Ran(int(left.value.code or 0), out, err)
