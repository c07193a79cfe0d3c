"""The programs on a full disk: they say so in one line, go on answering, and go on changing once there is room."""

import json
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest

from dragoman.corpus.document import Document
from dragoman.search.collection import open_collection
from support.disks import Disk, small_disk
from support.programs import only_line, serving

if TYPE_CHECKING:
    from support.programs import Programs

pytestmark = pytest.mark.process


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with small_disk(tmp_path / "disk") as disk:
        yield disk


@pytest.fixture
def folder(disk: Disk, empty_collections: tuple[Path, Path]) -> Path:
    """A collection of one letter on the small disk."""
    shutil.copytree(empty_collections[0], disk.folder / "collection")
    with open_collection(disk.folder / "collection") as collection:
        collection.add([Document(id="letter", text="The consul wrote to the ministry.")])
    return disk.folder / "collection"


def test_each_command_says_in_one_line_that_the_disk_is_full(
    programs: "Programs", disk: Disk, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "note.txt").write_text("The envoy arrived in Geneva.")
    disk.fill()
    asked = programs("search", "consul", "--collection", folder, "--format", "json")
    assert json.loads(asked.out)["total"] == 1
    for command in (["remove", "letter"], ["add", tmp_path / "note.txt"]):
        said = only_line(programs("dragoman", *command, "--collection", folder))
        assert re.fullmatch(f"{disk.folder}/.*: no room is left on the disk: make room, and try again", said)
    with (disk.folder / "out").open("wb") as out, programs.start("dragoman", "list", stdout=out) as listing:
        assert listing.stderr
        told = listing.stderr.read().decode()
    assert told == "dragoman: standard output: no room is left on the disk: make room, and try again\n"
    assert listing.returncode == 2


def test_a_server_on_a_full_disk_answers_and_its_log_may_lie_there(
    programs: "Programs", disk: Disk, folder: Path
) -> None:
    command = programs.command("dragoman", "serve", "--collection", folder, "--port", "0")
    told = disk.folder / "log"
    # Its standard error is read for its address, and goes to the full disk as well.
    shell = ["bash", "-c", '"$@" 2> >(tee "$0" >&2)', str(told), *command]
    disk.fill()
    with serving(shell, programs.environment) as address:
        for _ in range(3):
            with urlopen(f"{address}api/v1/search?q=consul") as answer:
                assert json.load(answer)["total"] == 1
        with urlopen(f"{address}?q=consul") as answer:
            assert "ministry" in answer.read().decode()


def test_a_watch_tells_of_a_full_disk_once_and_goes_on_when_there_is_room(
    programs: "Programs", disk: Disk, folder: Path, tmp_path: Path
) -> None:
    news = tmp_path / "news"
    news.mkdir()
    (news / "first.txt").write_text("The envoy arrived in Geneva.")
    told = disk.folder / "told"
    disk.fill()
    with told.open("wb") as out:  # what it tells of has no room either
        watching = programs.start(
            "dragoman", "watch", news, "--every", "0.1", "--collection", folder, stdout=out, stderr=out
        )
    try:
        time.sleep(3)
        assert watching.poll() is None
        disk.tidy()
        until = time.monotonic() + 120
        while time.monotonic() < until and watching.poll() is None:
            with open_collection(folder) as collection:
                if collection.search("envoy").total:
                    break
            time.sleep(0.2)
        assert watching.poll() is None
        with open_collection(folder) as collection:
            assert collection.search("envoy").total == 1
    finally:
        watching.terminate()
        watching.communicate(timeout=60)
