"""Nothing leaves the machine: no name is looked up, nothing but loopback connected to, no file of a library's left.

Each program runs under `strace`, which sees what native libraries do as well, in a home of its own, with none of the
variables set that keep libraries from the network.
"""

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.programs import serving

if TYPE_CHECKING:
    from support.programs import Programs

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed: apt install strace")

_CALLS = "trace=connect,sendto,sendmsg,sendmmsg"
_OUTWARD = re.compile(r"sa_family=AF_INET6?, .*")
_LOOPBACK = re.compile(r'inet_addr\("127\.|inet_pton\(AF_INET6, "::1"')
_ASKS_FOR_A_NAME = re.compile(r"port=htons\((53|853)\)")


class Guarded:
    """Runs programs of Dragoman under the guard, in an empty home, where a collection of the briefs is made first."""

    def __init__(self, folder: Path, programs: "Programs") -> None:
        self.home = folder / "home"
        self.home.mkdir()
        self._record = folder / "calls"
        self._programs = programs
        kept = ("PATH", "LANG", "LC_ALL", "OMP_NUM_THREADS", "VIRTUAL_ENV")
        self.environment = {name: os.environ[name] for name in kept if name in os.environ} | {"HOME": str(self.home)}

    def command(self, *command: str | Path) -> list[str]:
        """A command line that is guarded."""
        return [
            "strace",
            "-f",
            "--seccomp-bpf",
            "-qq",
            "-e",
            "signal=none",
            "-e",
            _CALLS,
            "-o",
            str(self._record),
            *map(str, command),
        ]

    def dragoman(self, name: str, *arguments: str | Path) -> list[str]:
        """The guarded command line of one of our programs."""
        return self.command(*self._programs.command(name, *arguments))

    def run(self, command: list[str], stdin: str = "", **variables: str) -> str:
        """Run it to its end, and return what it wrote."""
        ran = subprocess.run(
            command,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            env=self.environment | variables,
            timeout=300,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    def outward(self) -> list[str]:
        """What was connected to or sent to that is not on this machine, and questions for names."""
        addressed = (each[0] for each in map(_OUTWARD.search, self._record.read_text().splitlines()) if each)
        return [each for each in addressed if not _LOOPBACK.search(each) or _ASKS_FOR_A_NAME.search(each)]

    def strangers(self) -> list[str]:
        """Files in the home that are not ours."""
        ours = {self.home / ".local/share/dragoman", self.home / ".cache/dragoman"}
        files = (path for path in self.home.rglob("*") if not path.is_dir())
        return sorted(str(path.relative_to(self.home)) for path in files if ours.isdisjoint(path.parents))

    def holds(self) -> bool:
        """Whether nothing left the machine and nothing of anybody else's came onto its disk."""
        assert self.outward() == []
        assert self.strangers() == []
        return True


@pytest.fixture
def guarded(tmp_path: Path, programs: "Programs") -> Guarded:
    """A guard with an empty home."""
    return Guarded(tmp_path, programs)


def test_the_guard_sees_a_look_up_and_a_connection(guarded: Guarded) -> None:
    code = "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(('192.0.2.1', 9))"
    guarded.run(guarded.command(sys.executable, "-c", code))
    assert len(guarded.outward()) == 1
    (guarded.home / "stranger").touch()
    assert guarded.strangers() == ["stranger"]


def test_a_first_question_builds_and_asks_in_private(guarded: Guarded) -> None:
    assert "Macron" in guarded.run(guarded.dragoman("search", "Lee Macron strategic partnership"))
    assert guarded.holds()


def test_documents_of_every_kind_are_indexed_in_private(guarded: Guarded, tmp_path: Path) -> None:
    documents = tmp_path / "documents"
    documents.mkdir()
    page = "<html><head><title>Talks</title><link rel=stylesheet href=http://192.0.2.1/a.css></head><body><article>"
    (documents / "page.html").write_text(f"{page}<p>The consul met the envoy of Siam in Bangkok.</p></article>")
    (documents / "note.md").write_text(
        "# Note\n\n![a picture](http://192.0.2.1/a.png) The consul dined with the envoy."
    )
    (documents / "tei.xml").write_text('<!DOCTYPE a SYSTEM "http://192.0.2.1/a.dtd"><a>The consul wrote home.</a>')
    (documents / "lines.jsonl").write_text('{"id": "1", "text": "The consul wrote home.", "url": "http://192.0.2.1/"}')
    guarded.run(guarded.dragoman("dragoman", "index", documents, "--collection", tmp_path / "made"))
    assert guarded.holds()
    assert "consul" in guarded.run(guarded.dragoman("search", "consul", "--collection", tmp_path / "made"))
    assert guarded.holds()


def test_a_server_answers_in_private(guarded: Guarded, programs: "Programs") -> None:
    command = guarded.dragoman("dragoman", "serve", "--port", "0", "--collection", programs.collection)
    with serving(command, guarded.environment) as site:
        for path in ("?q=Macron", "api/v1/search?q=what+did+Lee+propose"):
            with urllib.request.urlopen(site + path) as answer:
                assert answer.status == 200
        time.sleep(2)  # a report would be sent after a moment
    assert guarded.holds()


def test_an_mcp_server_answers_in_private(guarded: Guarded, programs: "Programs") -> None:
    pytest.importorskip("mcp", reason="the SDK is not installed: pip install 'dragoman[mcp]'")
    code = """
import asyncio, sys
from mcp import Client, StdioServerParameters, stdio_client
async def ask():
    server = stdio_client(StdioServerParameters(command=sys.argv[1], args=sys.argv[2:]))
    async with Client(server) as client:
        print(await client.call_tool("search", {"query": "Macron"}))
asyncio.run(ask())
"""
    server = programs.command("dragoman", "mcp", "--collection", programs.collection)
    assert "Macron" in guarded.run(guarded.command(sys.executable, "-c", code, *server))
    assert guarded.holds()


@pytest.mark.parametrize(
    ("module", "ask"),
    [
        ("dragoman", "dragoman.open_collection(sys.argv[1]).search('Macron').hits"),
        (
            "dragoman.search.langchain",
            "dragoman.search.langchain.DragomanRetriever(collection=sys.argv[1]).invoke('Nara')",
        ),
        ("dragoman.search.llamaindex", "dragoman.search.llamaindex.DragomanRetriever(sys.argv[1]).retrieve('Nara')"),
    ],
)
def test_a_host_program_asks_in_private(module: str, ask: str, guarded: Guarded, programs: "Programs") -> None:
    if module.endswith("langchain"):
        pytest.importorskip("langchain_core", reason="not installed: pip install 'dragoman[langchain]'")
    if module.endswith("llamaindex"):
        pytest.importorskip("llama_index.core", reason="not installed: pip install 'dragoman[llamaindex]'")
    code = f"import sys, {module}; print(bool({ask}))"
    assert guarded.run(guarded.command(sys.executable, "-c", code, programs.collection)).strip() == "True"
    assert guarded.holds()


def test_what_a_host_has_set_on_purpose_stays(guarded: Guarded, programs: "Programs") -> None:
    name, value = "ORT_DISABLE_TELEMETRY", "0"
    code = f"import os, sys, dragoman; dragoman.open_collection(sys.argv[1]).search('Lee'); print(os.environ['{name}'])"
    assert guarded.run([sys.executable, "-c", code, str(programs.collection)], **{name: value}).strip() == value
