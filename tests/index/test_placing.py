"""A collection gets its place at once and for good: whatever is killed in between, a whole one is there."""

import errno
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from dragoman.errors import CollectionExists, CollectionNotFound, DragomanError
from dragoman.index.ledger.database import Database
from dragoman.index.writing import placing
from dragoman.index.writing.lock import writer_lock
from dragoman.index.writing.placing import check_place, finish_placing, give_up, place, sweep_beside
from dragoman.index.writing.store import Store

STEPS = ("ctypes.dlsym", "os.rename", "os.remove", "os.rmdir")
"""What is done to files when a collection is put in its place, as Python's audit calls it."""

_listeners: list[Callable[[str], None]] = []
sys.addaudithook(lambda event, _: [each(event) for each in _listeners] and None)


def refuse(one: Path, other: Path) -> None:
    """What `exchange` says where the filesystem cannot."""
    raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(one), None, str(other))


@pytest.fixture(params=["at once", "in turns"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of replacing a collection: that of Linux, and that of all others."""
    if request.param == "in turns":
        monkeypatch.setattr(placing, "exchange", refuse)
    return request.param


def make(folder: Path, which: str) -> Path:
    """A collection that says which one it is, and has one more file, in a folder."""
    (folder / "parts" / "0").mkdir(parents=True)
    (folder / "parts" / "0" / "vectors").write_text(which)
    Database.create(folder / "ledger.sqlite", {"which": which}).close()
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The place of the old one; the new one is ready beside it."""
    make(tmp_path / ".it.0123456789ab.unfinished", "new")
    return make(tmp_path / "it", "old")


@pytest.fixture
def work(folder: Path) -> Path:
    return folder.with_name(".it.0123456789ab.unfinished")


def which(folder: Path) -> str:
    """Which collection whoever opens a folder finds, whole."""
    with closing(Store(folder, check=False)) as store:
        found = store.database.setting("which")
    assert (folder / "parts" / "0" / "vectors").read_text() == found
    return found


def replace(work: Path, folder: Path) -> None:
    with writer_lock(folder, 0):
        place(work, folder, replace=True)


def killed(step: int, work: Path, folder: Path) -> bool:
    """Replace in a child that is killed just before it does its nth step; False if it comes to its end before that."""
    child = os.fork()
    if not child:
        done = 0

        def listen(event: str) -> None:
            nonlocal done
            if event in STEPS:
                done += 1
                if done == step:
                    os.kill(os.getpid(), signal.SIGKILL)

        _listeners.append(listen)
        replace(work, folder)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def between(work: Path, folder: Path) -> None:
    """Leave what a program leaves that is killed when the old one has gone and the new one not come."""
    folder.rename(work.with_suffix(".old"))


def age(folder: Path) -> None:
    for leftover in folder.parent.glob(f".{folder.name}.*"):
        os.utime(leftover, (0, 0))


def beside(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.parent.iterdir() if each != folder)


@pytest.mark.usefixtures("way")
def test_a_kill_at_any_step_leaves_the_old_or_the_new(folder: Path, work: Path, tmp_path: Path) -> None:
    shutil.copytree(tmp_path, before := tmp_path.with_name(f"{tmp_path.name}-before"))
    seen, step = list[str](), 0
    while killed(step := step + 1, work, folder):
        seen.append(which(folder))
        age(folder)
        with closing(Store(folder, check=False)) as store, store.writing(0):  # which sweeps
            pass
        assert beside(folder) == []
        shutil.rmtree(tmp_path)
        shutil.copytree(before, tmp_path)
    assert which(folder) == "new"
    assert beside(folder) == []
    assert seen == sorted(seen, reverse=True), "first the old one is there, then the new one"
    assert set(seen) == {"old", "new"}


@pytest.mark.usefixtures("way")
def test_the_names_are_on_disk_before_anything_of_the_old_is_removed(
    folder: Path, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    monkeypatch.setattr(placing, "sync", lambda path: done.append(f"sync {path.name}"))
    _listeners.append(lambda event: done.append(event) if event in STEPS[1:] else None)
    try:
        replace(work, folder)
    finally:
        _listeners.pop()
    first = done.index(f"sync {folder.parent.name}")
    assert set(done[:first]) == {"os.rename"}
    assert "os.rename" not in done[first:]
    assert {"os.remove", "os.rmdir"} <= set(done[first:])


def test_whoever_opens_it_finishes_a_move(folder: Path, work: Path) -> None:
    between(work, folder)
    assert which(folder) == "new"
    assert beside(folder) == [".it.0123456789ab.old"], "what is spare is left to a writer"


def test_a_link_to_it_or_an_empty_folder_in_its_place_changes_nothing(folder: Path, work: Path) -> None:
    between(work, folder)
    folder.mkdir()
    folder.with_name("link").symlink_to("it")
    assert which(folder.with_name("link")) == "new"


def test_two_processes_finish_it_together(folder: Path, work: Path) -> None:
    between(work, folder)
    children = []
    for _ in range(4):
        if child := os.fork():
            children.append(child)
        else:
            os._exit(0 if which(folder) == "new" else 1)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 4


def test_a_move_that_is_being_made_is_waited_for(folder: Path, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placing, "LOCK_TIMEOUT", 0)
    with writer_lock(folder, 0):
        between(work, folder)
        with pytest.raises(DragomanError, match="being written by process"):
            which(folder)
        assert not folder.exists()
    assert which(folder) == "new"


@pytest.mark.parametrize("left", ["unfinished", "old"])
def test_one_leftover_alone_is_no_collection_and_is_not_removed_either(folder: Path, work: Path, left: str) -> None:
    shutil.rmtree(folder)  # by its owner
    work.rename(work.with_suffix(f".{left}"))
    age(folder)
    with pytest.raises(CollectionNotFound):
        which(folder)
    sweep_beside(folder)
    assert beside(folder) == [f".it.0123456789ab.{left}"]


def test_what_is_not_whole_or_belongs_to_others_is_told_apart(folder: Path, work: Path) -> None:
    others = [
        ".it.0123456789ab.txt",
        ".it.0123.unfinished",
        ".it.new.0123456789ab.unfinished",
        ".item.0123456789ab.old",
    ]
    for name in others:
        folder.with_name(name).mkdir()
    (work / "ledger.sqlite").unlink()
    age(folder)
    between(work, folder)
    with pytest.raises(CollectionNotFound):
        which(folder)
    sweep_beside(folder)
    assert beside(folder) == sorted([*others, ".it.0123456789ab.old"]), (
        "half a collection goes, the only whole one stays"
    )


def test_what_is_being_built_is_not_swept(folder: Path, work: Path) -> None:
    age(folder)
    with writer_lock(work, 0):
        os.utime(work, (0, 0))
        sweep_beside(folder)
        assert which(work) == "new"
    sweep_beside(folder)
    assert work.exists(), "whoever has built it puts it there in this moment"
    age(folder)
    sweep_beside(folder)
    assert beside(folder) == []


def test_a_damaged_collection_leaves_no_whole_one_to_be_swept(folder: Path, work: Path) -> None:
    (folder / "ledger.sqlite").write_bytes(b"no ledger at all")
    age(folder)
    sweep_beside(folder)
    assert which(work) == "new"


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError("the disk refuses")])
def test_an_interruption_between_two_steps_puts_the_old_one_back(
    folder: Path, work: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    monkeypatch.setattr(placing, "exchange", refuse)
    rename, renamed = Path.rename, 0

    def interrupt(path: Path, target: Path) -> None:
        nonlocal renamed
        renamed += 1
        if renamed == 2:
            raise error
        rename(path, target)

    monkeypatch.setattr(Path, "rename", interrupt)
    with pytest.raises(type(error) if isinstance(error, OSError) else KeyboardInterrupt):
        replace(work, folder)
    give_up(work, folder)
    assert which(folder) == "old"
    assert beside(folder) == []


def test_an_interruption_that_even_keeps_the_old_one_from_coming_back_loses_nothing(
    folder: Path, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placing, "exchange", refuse)
    rename, renamed = Path.rename, 0

    def fail(path: Path, target: Path) -> None:
        nonlocal renamed
        renamed += 1
        if renamed > 1:
            raise OSError("the disk refuses")
        rename(path, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", fail)
        with pytest.raises(OSError, match="the disk refuses"):
            replace(work, folder)
        give_up(work, folder)
    assert which(folder) == "new"


def test_a_disk_that_does_not_take_the_names_keeps_both(
    folder: Path, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))

    monkeypatch.setattr(placing, "sync", fail)
    with pytest.raises(DragomanError, match=r"the new collection is at .*Input/output.*lies beside it until something"):
        replace(work, folder)
    give_up(work, folder)
    assert which(folder) == "new"
    assert which(work.with_suffix(".old")) == "old"
    sweep_beside(folder)
    assert which(work.with_suffix(".old")) == "old", "as long as the names may still be lost"
    monkeypatch.undo()
    sweep_beside(folder)
    assert beside(folder) == []


def test_where_there_is_no_collection_nobody_is_told_to_add_to_it(folder: Path) -> None:
    begun = folder.with_name("begun")
    (begun / "segments").mkdir(parents=True)
    file = folder.with_name("file")
    file.touch()
    for each in (begun, file):
        for is_replaced in (True, False):
            with pytest.raises(CollectionExists, match="is not a collection, and is not replaced: choose"):
                check_place(each, replace=is_replaced)
    with pytest.raises(CollectionExists, match="add to it"):
        check_place(folder, replace=False)


def test_nothing_new_is_made_where_a_move_is_to_be_finished(folder: Path, work: Path) -> None:
    between(work, folder)
    with pytest.raises(CollectionExists):
        Store.create(folder, "no model")
    assert which(folder) == "new"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_whoever_may_not_write_is_told_who_can_finish_it(folder: Path, work: Path, open_folder: Path) -> None:
    shutil.copytree(folder.parent, open_folder / "here")
    (open_folder / "here").chmod(0o755)
    there = open_folder / "here" / "it"
    between(there.with_name(work.name), there)
    child = os.fork()
    if not child:
        os.setuid(65534)
        try:
            finish_placing(there)
        except DragomanError as error:
            os._exit(0 if "was being replaced when the program was killed" in str(error) else 2)
        os._exit(1)
    assert os.waitpid(child, 0)[1] == 0
    assert which(there) == "new"


def test_a_writer_finishes_a_move_and_sweeps(folder: Path, work: Path) -> None:
    between(work, folder)
    with closing(Store(folder, check=False)) as store, store.writing(0):
        assert time.time() - folder.stat().st_mtime < 3600
    assert which(folder) == "new"
    assert beside(folder) == []
