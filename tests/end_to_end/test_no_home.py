"""Users without a home: a service's, one of a container, one whose home or cache is full, or cannot be written to.

A cache is a convenience: without one, asking and indexing go on. Where there is no place for the user's own collection,
one line names the variables that say where there is.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dragoman.errors import SystemRefusal
from dragoman.index.encoding.export import exported_query_encoder
from dragoman.index.encoding.query_encoder import FILES
from dragoman.refusals import telling_refusals
from support.disks import Disk, small_disk
from support.places import BRIEFS
from support.programs import Ran, only_line

if TYPE_CHECKING:
    from support.programs import Programs

pytestmark = [pytest.mark.process, pytest.mark.collection]

NOBODYS = "4242"
"""A user who has no entry in the system's list."""

# That Python itself may lie where only root can read is none of our business.
AS_NOBODY = [
    *("setpriv", "--reuid", NOBODYS, "--regid", NOBODYS, "--clear-groups"),
    *("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"),
]
LETTER = "The envoy arrived in Geneva. Talks on fisheries began."

RunAsNobody = Callable[..., Ran]


@pytest.fixture
def nobody(programs: "Programs", open_folder: Path) -> RunAsNobody:
    """Runs a program as a user whom nobody knows, with an environment of nothing but what is given."""
    if subprocess.run([*AS_NOBODY, "true"], capture_output=True, check=False).returncode:
        pytest.skip("only root can run programs as another user")
    open_folder.chmod(0o777)
    (open_folder / "letter.txt").write_text(LETTER)
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}

    def run(name: str, *arguments: str | Path, **variables: str) -> Ran:
        command = [*AS_NOBODY, *programs.command(name, *arguments)]
        ran = subprocess.run(
            command, env=kept | variables, cwd=open_folder, capture_output=True, check=False, text=True, timeout=300
        )
        return Ran(ran.returncode, ran.stdout, ran.stderr)

    return run


def test_a_user_without_a_home_indexes_and_asks(
    nobody: RunAsNobody, open_folder: Path, tiny_models: tuple[Path, Path]
) -> None:
    made = ("--collection", open_folder / "made")
    indexed = nobody("dragoman", "index", "letter.txt", *made, "--model", tiny_models[0])
    assert (indexed.code, indexed.err) == (0, "")
    assert len([*(open_folder / "made" / "encoders").iterdir()]) == 1
    for home in ({}, {"HOME": "/nonexistent"}):
        asked = nobody("search", "envoy", *made, **home)
        assert (asked.code, asked.err) == (0, "")
        assert "letter.txt#0-54" in asked.out
    assert sorted(each.name for each in open_folder.iterdir()) == ["letter.txt", "made"]


NO_PLACES = (
    {},
    {"HOME": "/nonexistent"},
    {"HOME": "relative"},
    {"HOME": str(BRIEFS)},
    {"XDG_DATA_HOME": str(BRIEFS)},
    {"XDG_DATA_HOME": __file__},
)


def test_a_collection_of_ones_own_that_has_no_place_is_told_with_the_variables_to_set(
    nobody: RunAsNobody, open_folder: Path
) -> None:
    asked = [only_line(nobody("search", "envoy", **variables)) for variables in NO_PLACES]
    indexed = [only_line(nobody("dragoman", "index", "letter.txt", **variables)) for variables in NO_PLACES[-2:]]
    for said in (*asked, *indexed):
        assert "set DRAGOMAN_COLLECTION to a" in said
        assert "XDG_DATA_HOME" in said
    assert [each.name for each in open_folder.iterdir()] == ["letter.txt"]


def test_measuring_keeps_no_answers_where_there_is_no_cache(
    nobody: RunAsNobody, programs: "Programs", open_folder: Path
) -> None:
    (open_folder / "judged.tsv").write_text("who met in Nara\tbriefs/nara-summit\n")
    shutil.copytree(programs.collection, open_folder / "briefs")
    measure = ("dragoman", "eval", "judged.tsv", "--mode", "keyword", "--collection", "briefs")
    ran = nobody(*measure)
    assert ran.code == 0
    assert "nDCG@10" in ran.out
    assert ran.err.startswith(
        "Answers are not kept for the next time: ~/.cache: user 4242 has no home folder: set XDG_"
    )
    (open_folder / "file").touch()
    assert "file: file exists" not in only_line(nobody("dragoman", "eval", "nowhere", XDG_CACHE_HOME="file"))


def test_the_documents_of_a_judged_set_need_a_cache(nobody: RunAsNobody, open_folder: Path) -> None:
    judged = open_folder / "set"
    judged.mkdir()
    (judged / "corpus.jsonl").write_text('{"_id": "a", "text": "The envoy arrived in Geneva."}\n')
    (judged / "queries.jsonl").write_text('{"_id": "q", "text": "envoy"}\n')
    (judged / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq\ta\t1\n")
    for variables in ({}, {"XDG_CACHE_HOME": str(BRIEFS)}):
        assert "set XDG_CACHE_HOME" in only_line(nobody("dragoman", "eval", judged, **variables))


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with small_disk(tmp_path / "disk") as disk:
        yield disk


def cache_is_a_file(folder: Path) -> None:
    folder.touch()


def cache_is_a_link_to_nowhere(folder: Path) -> None:
    folder.symlink_to("nowhere/at/all")


@pytest.mark.parametrize("spoil", [cache_is_a_file, cache_is_a_link_to_nowhere], ids=lambda each: each.__name__)
def test_a_cache_that_is_none_is_not_needed(
    spoil: Callable[[Path], None], tmp_path: Path, tiny_models: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil(tmp_path / "cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with exported_query_encoder(tmp_path / "collection", str(tiny_models[0])) as folder:
        assert {*FILES} <= {each.name for each in folder.iterdir()}
        assert folder.is_relative_to(tmp_path / "collection")
    assert not (tmp_path / "collection").exists()


def test_a_full_cache_is_not_needed_and_a_full_home_is_told(
    disk: Disk, programs: "Programs", tmp_path: Path, tiny_models: tuple[Path, Path]
) -> None:
    (tmp_path / "letter.txt").write_text(LETTER)
    disk.fill()
    index = ("dragoman", "index", tmp_path / "letter.txt", "--model", tiny_models[0])
    made = ("--collection", tmp_path / "made")
    assert programs(*index, *made, XDG_CACHE_HOME=str(disk.folder)).code == 0
    assert [each.name for each in disk.folder.rglob("*") if each.is_file()] == ["bytes"]
    said = only_line(programs(*index, XDG_DATA_HOME=str(disk.folder)))
    assert "no room is left on the disk: make room, and try again, or set DRAGOMAN_COLLECTION to another" in said


def test_a_lack_of_temporary_folders_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: ["/nonexistent"])
    with (
        pytest.raises(
            SystemRefusal, match="no folder for temporary files can be written to: set TMPDIR to one that can"
        ),
        telling_refusals("here"),
    ):
        tempfile.gettempdir()


def test_a_home_is_written_out_where_no_shell_does_so(programs: "Programs", tmp_path: Path) -> None:
    home = str(tmp_path)
    shutil.copytree(programs.collection, tmp_path / "briefs.idx")
    (tmp_path / "asked").write_text("Nara\n")
    (tmp_path / "judged.tsv").write_text("who met in Nara\tbriefs/nara-summit\n")
    asked = programs("search", "Nara", "--collection=~/briefs.idx", HOME=home)
    assert (asked.code, asked.err) == (0, "")
    again = programs("search", "--batch=~/asked", "--format=jsonl", DRAGOMAN_COLLECTION="~/briefs.idx", HOME=home)
    assert (again.code, again.err) == (0, "")
    judged = ("dragoman", "eval", "~/judged.tsv", "--mode=keyword", "--collection=~/briefs.idx", "--runs=~/runs")
    measured = programs(*judged, HOME=home)
    assert (measured.code, measured.err) == (0, "")
    assert (tmp_path / "runs").is_dir()
    for given in ("~nobody-here/briefs.idx", "~nobody-here"):
        said = only_line(programs("search", "Nara", f"--collection={given}", HOME=home))
        assert f"{given} names the home of nobody here: give the path in full" in said
