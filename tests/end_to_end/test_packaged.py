"""Dragoman in a zip archive, and without docstrings: it asks, and shows and says the same."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from support.places import ROOT

if TYPE_CHECKING:
    from support.programs import Programs

pytestmark = pytest.mark.process

TOLD = """
import asyncio, json, re, sys
import click
import dragoman
from dragoman.__main__ import dragoman as programs
from dragoman.index.home import briefs
from dragoman.search.advice.known_words import is_known
from dragoman.search.cli.search import search
from dragoman.search.cli.terminal import with_help
from dragoman.search.evaluation.answer_cache import fingerprint
from dragoman.web import create_app
from importlib.resources import files

def helps(command, name):
    context = click.Context(command, info_name=name)
    told = {name: command.get_help(context)}
    for each in command.list_commands(context) if isinstance(command, click.Group) else ():
        told |= helps(command.get_command(context, each), f"{name} {each}")
    return told

told = helps(with_help(programs), "dragoman") | helps(with_help(search), "search")
with dragoman.open_collection(sys.argv[1]) as collection:
    told["hits"] = [[hit.passage, hit.reason] for hit in collection.search("Lee Macron strategic partnershp")]
    client = create_app(collection).test_client()
    told["description"] = client.get("/api/v1/openapi.json").json
    page = client.get("/?q=Macron").text
    told["assets"] = {path: len(client.get(path).data) for path in re.findall(r"/assets/[^\\"]+", page)}
    try:
        from dragoman.web.mcp.serving import server
    except ImportError:
        told["tools"] = []
    else:
        tools = asyncio.run(server(collection).list_tools())
        told["tools"] = [[tool.name, tool.description, tool.output_schema] for tool in tools]
with briefs() as shipped:
    told["briefs"] = [[path.name, path.stat().st_size] for path in shipped]
told["known"] = [is_known(word, ["en"]) for word in ("peace", "qzxqzx")]
told["program"] = fingerprint(files("dragoman"))
print(json.dumps({"at": dragoman.__file__, **told}))
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A zip archive with the package, as `python -m zipapp` makes it, without what it stands on."""
    path = tmp_path_factory.mktemp("packed") / "dragoman.pyz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        rooms = [each for room in ("corpus", "index", "search", "web") for each in (ROOT / room).rglob("*")]
        for each in sorted((*ROOT.glob("*.py"), *rooms)):
            if each.is_file() and each.suffix != ".pyc":
                packed.write(each, Path("dragoman") / each.relative_to(ROOT))
        packed.writestr("__main__.py", "from dragoman.__main__ import main\nmain()\n")
    return path


def told_by(programs: "Programs", *options: str, path: Path) -> dict[str, Any]:
    """What a Python with these options and this path tells of Dragoman."""
    ran = subprocess.run(
        [sys.executable, *options, "-c", TOLD, str(programs.collection)],
        env=programs.environment | {"PYTHONPATH": os.pathsep.join([str(path), os.environ.get("PYTHONPATH", "")])},
        cwd=path.parent,
        capture_output=True,
        check=False,
        text=True,
        timeout=300,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    return json.loads(ran.stdout)


def test_in_an_archive_and_without_docstrings_it_says_the_same(programs: "Programs", archive: Path) -> None:
    usual = told_by(programs, path=archive.with_name("nowhere"))
    packed = told_by(programs, "-OO", path=archive)
    assert packed.pop("at").startswith(str(archive))
    assert not usual.pop("at").startswith(str(archive))
    for name in usual:
        assert packed[name] == usual[name], name
    assert usual["known"] == [True, False]
    assert len(usual["briefs"]) > 80
    assert all(usual["assets"].values())


def test_the_archive_is_a_program(programs: "Programs", archive: Path) -> None:
    command = [sys.executable, archive, "status", "--collection", programs.collection]
    ran = subprocess.run(command, env=programs.environment, capture_output=True, check=False, text=True)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "documents   86" in ran.stdout


def test_encoding_goes_on_without_docstrings(programs: "Programs", tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("The envoy arrived in Geneva.")
    place = ("--collection", tmp_path / "made")

    def run(*arguments: object) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "-OO", "-m", "dragoman", *map(str, (*arguments, *place))]
        return subprocess.run(command, env=programs.environment, capture_output=True, check=False, text=True)

    made = run("index", tmp_path / "letter.txt")
    assert (made.returncode, made.stderr) == (0, "")
    assert "in float32" in run("status").stdout  # by ONNX Runtime: Transformers reads its own docstrings
    # A collection in bfloat16 takes it, which is told.
    rounded = (*place[:1], programs.collection)
    told = subprocess.run(
        [sys.executable, "-OO", "-m", "dragoman", "status", *map(str, rounded)],
        env=programs.environment,
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    if "in bfloat16" in told:
        place = rounded
        added = run("add", tmp_path / "letter.txt")
        assert (added.returncode, added.stdout, added.stderr.count("\n")) == (2, "", 1)
        assert "run Python without `-OO`" in added.stderr
