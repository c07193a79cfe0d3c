"""One folder, whatever it is called: moved, linked, mounted; and sources that go with what came from them."""

import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dragoman.errors import DragomanError
from dragoman.index.encoding.passage_encoder import PassageEncoder
from dragoman.search.collection import Collection

if TYPE_CHECKING:
    from conftest import MakeCollection

    from support.programs import Ran

LONG_AGO = 1_700_000_000


def write(path: Path, text: str) -> Path:
    """A file that has settled."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    """A folder with two texts, one of them in a folder within, an archive, and records that have ids of their own."""
    folder = tmp_path / "letters"
    write(folder / "a.txt", "The consul wrote of trade.")
    write(folder / "1951" / "b.txt", "The consul wrote of war.")
    write(folder / "records.csv", "id,text\nr1,The consul wrote of fish.\nr2,The consul wrote of salt.\n")
    with zipfile.ZipFile(folder / "packed.zip", "w") as packed:
        packed.writestr("c.txt", "The consul wrote of peace.")
    os.utime(folder / "packed.zip", (LONG_AGO, LONG_AGO))
    return folder


@pytest.fixture
def collection(make_collection: "MakeCollection", letters: Path) -> Collection:
    """A collection that is fed from it."""
    made = make_collection()
    made.feed([letters])
    return made


def ids(collection: Collection) -> list[str]:
    """The ids, from where all that the tests write lies."""
    return [each.removeprefix(f"{collection.path.parent}/") for each in collection.document_ids()]


def sources(collection: Collection) -> list[str]:
    return [each.name.removeprefix(f"{collection.path.parent}/") for each in collection.sources()]


LETTERS = ["letters/1951/b.txt", "letters/a.txt", "letters/packed.zip!c.txt", "r1", "r2"]
POST = [each.replace("letters", "post") for each in LETTERS]


# Moved


def test_a_folder_that_has_moved_is_told_and_made_one(
    collection: Collection, letters: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {each: collection.document(each).added for each in collection.document_ids()}
    post = letters.rename(letters.with_name("post"))
    monkeypatch.setattr(PassageEncoder, "encode", lambda *_: pytest.fail("something was encoded"))
    report = collection.move(letters, post)
    assert (report.updated, report.removed, report.copied) == (3, 0, 3)
    assert ids(collection) == POST
    assert sources(collection) == ["post"]
    assert {each.replace("/letters/", "/post/"): at for each, at in before.items()} == {
        each: collection.document(each).added for each in collection.document_ids()
    }
    assert collection.search("peace", mode="keyword")[0].document.origin == f"{post}/packed.zip!c.txt"
    again = collection.feed([post])
    assert (again.unchanged, again.added, again.updated, again.removed) == (5, 0, 0, 0)
    (post / "a.txt").unlink()
    assert collection.feed([post]).removed == 1
    assert collection.problems() == []


def test_who_adds_the_new_place_instead_is_told_and_can_mend_it(
    collection: Collection, letters: Path, command: "Callable[..., Ran]"
) -> None:
    post = letters.rename(letters.with_name("post"))
    report = collection.feed([post])
    assert (report.added, report.unchanged) == (3, 2)
    (line,) = report.elsewhere
    assert line.startswith(f"3 that were added are there already, from {letters}: ")
    remedy = f"dragoman sources --moved {letters} {post}"
    assert f"`{remedy}`" in line
    ran = command(*remedy.split()[1:], "--collection", collection.path)
    assert ran.code == 0
    assert "0 moved, 3 were there already" in ran.err
    assert ids(collection) == POST
    assert sources(collection) == ["post"]
    assert collection.feed([post]).elsewhere == ()


def test_a_file_an_archive_and_a_folder_within_move_by_themselves(collection: Collection, letters: Path) -> None:
    for old, new in (("a.txt", "first.txt"), ("packed.zip", "archive.zip"), ("1951", "fifties")):
        shutil.move(letters / old, letters / new)
        collection.move(letters / old, letters / new)
    assert ids(collection) == [
        "letters/archive.zip!c.txt", "letters/fifties/b.txt", "letters/first.txt", "r1", "r2",
    ]  # fmt: skip
    assert sources(collection) == ["letters"]
    report = collection.feed([letters])
    assert (report.added, report.updated, report.removed, report.unchanged) == (0, 0, 0, 5)


def test_a_folder_above_sources_and_patterns_moves_with_them(make_collection: "MakeCollection", tmp_path: Path) -> None:
    made = make_collection()
    write(tmp_path / "in" / "x" / "a.txt", "The consul wrote of trade.")
    write(tmp_path / "in" / "y" / "b.md", "The consul wrote of war.")
    write(tmp_path / "inn" / "c.txt", "The consul wrote of an inn.")
    made.feed([tmp_path / "in" / "x", str(tmp_path / "in" / "y" / "*.md"), tmp_path / "inn"])
    (tmp_path / "in").rename(tmp_path / "out")
    made.move(tmp_path / "in", tmp_path / "out")
    assert ids(made) == ["inn/c.txt", "out/x/a.txt", "out/y/b.md"]
    assert sources(made) == ["inn", "out/x", "out/y/*.md"]


def test_a_folder_may_move_into_itself(collection: Collection, letters: Path) -> None:
    aside = letters.rename(letters.with_name("aside"))
    letters.mkdir()
    aside.rename(letters / "old")
    collection.move(letters, letters / "old")
    assert ids(collection) == [each.replace("letters/", "letters/old/") for each in LETTERS]


def test_a_change_of_capitals_is_a_move(collection: Collection, letters: Path) -> None:
    capital = letters.rename(letters.with_name("Letters"))
    assert collection.feed([capital]).elsewhere
    collection.move(letters, capital)
    assert ids(collection) == [each.replace("letters", "Letters") for each in LETTERS]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("unknown", "letters", "nothing came in from"),
        ("letters", "nowhere", "there is nothing at"),
        ("letters", "letters", "are the same place"),
        ("https://example.org/a", "letters", "only files and folders move"),
        ("letter", "letters", "nothing came in from"),
    ],
)
def test_what_cannot_have_moved_is_told(collection: Collection, letters: Path, old: str, new: str, told: str) -> None:
    def named(each: str) -> str:
        return each if "://" in each else str(letters.with_name(each))

    with pytest.raises(DragomanError, match=told):
        collection.move(named(old), named(new))
    assert ids(collection) == LETTERS


def test_texts_that_only_resemble_others_are_no_move(collection: Collection, letters: Path) -> None:
    write(letters.with_name("post") / "a.txt", "The consul wrote of grain.")
    assert collection.feed([letters.with_name("post")]).elsewhere == ()


# Linked


def test_a_link_and_its_target_are_one_source(collection: Collection, letters: Path) -> None:
    link = letters.with_name("link")
    link.symlink_to(letters)
    for each in (link, link / "1951", link / "a.txt", f"{letters}/", letters / "1951" / "..", f"{link}/*.txt"):
        report = collection.feed([each])
        assert (report.added, report.updated, report.removed) == (0, 0, 0), each
    assert ids(collection) == LETTERS


def test_a_link_that_was_added_first_keeps_its_name_and_may_lead_elsewhere(
    make_collection: "MakeCollection", letters: Path
) -> None:
    made = make_collection()
    current = letters.with_name("current")
    current.symlink_to(letters)
    made.feed([current])
    assert ids(made) == [each.replace("letters", "current") for each in LETTERS]
    write(letters / "new.txt", "The consul wrote of news.")
    assert made.feed([letters]).added == 1
    assert sources(made) == ["current"]
    later = letters.with_name("later")
    write(later / "a.txt", "The consul wrote of other things.")
    current.unlink()
    current.symlink_to(later)
    report = made.feed([current])
    assert (report.updated, report.added) == (1, 0)
    assert "current/a.txt" in ids(made)


def test_links_to_files_and_to_folders_within_and_loops(make_collection: "MakeCollection", letters: Path) -> None:
    made = make_collection()
    link = letters.with_name("one.txt")
    link.symlink_to(letters / "a.txt")
    (letters / "1951" / "loop").symlink_to(letters)
    made.feed([link])
    made.feed([letters])
    made.feed([letters / "1951" / "loop" / "1951" / "loop"])
    assert sorted(ids(made)) == sorted(["one.txt", *(each for each in LETTERS if each != "letters/a.txt")])


def test_one_command_that_names_both_reads_one(make_collection: "MakeCollection", letters: Path) -> None:
    made = make_collection()
    link = letters.with_name("link")
    link.symlink_to(letters)
    made.feed([letters, link])
    assert ids(made) == LETTERS


def test_two_links_to_one_folder_are_one_source(make_collection: "MakeCollection", letters: Path) -> None:
    made = make_collection()
    for name in ("first", "second"):
        letters.with_name(name).symlink_to(letters)
        made.feed([letters.with_name(name)])
    assert sources(made) == ["first"]
    assert len(ids(made)) == len(LETTERS)


def test_a_folder_that_is_mounted_twice_is_one_source(collection: Collection, letters: Path) -> None:
    there = letters.with_name("there")
    there.mkdir()
    if subprocess.run(["mount", "--bind", letters, there], capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        assert collection.feed([there]).added == 0
    finally:
        subprocess.run(["umount", there], check=True)
    assert sources(collection) == ["letters"]


# Forgotten


def test_what_came_from_a_source_goes_with_it(collection: Collection, letters: Path) -> None:
    other = letters.with_name("other")
    write(other / "x.txt", "The consul wrote of nothing.")
    write(other / "more.csv", "id,text\nm1,The consul wrote more.\n")
    collection.feed([other])
    assert collection.forget([letters], remove=True).removed == 5
    assert ids(collection) == ["other/x.txt", "m1"]
    assert sources(collection) == ["other"]
    assert collection.feed([letters]).added == 5


def test_what_another_source_holds_stays(collection: Collection, letters: Path) -> None:
    collection.feed([letters / "1951", str(letters / "*.txt")])
    collection.forget([letters], remove=True)
    assert ids(collection) == ["letters/1951/b.txt", "letters/a.txt"]


def test_records_of_which_nobody_can_tell_where_they_came_from_stay(
    make_collection: "MakeCollection", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_collection()
    for name in ("x", "y"):
        write(tmp_path / name / "data" / "r.csv", f"id,text\n{name}1,The consul wrote {name}.\n")
        monkeypatch.chdir(tmp_path / name)
        made.feed(["data"])
    report = made.forget([tmp_path / "x" / "data"], remove=True)
    assert report.removed == 0
    assert "2 documents stay that may as well be from another file of that name" in report.skipped[0].reason
    assert ids(made) == ["x1", "y1"]


def test_forgetting_alone_removes_nothing(collection: Collection, letters: Path, command: "Callable[..., Ran]") -> None:
    assert collection.forget([letters]).removed == 0
    assert ids(collection) == LETTERS
    ran = command("sources", "--remove", "--collection", collection.path)
    assert ran.code == 2
    assert "--remove goes with --forget" in ran.err


def test_a_source_that_is_not_there_any_more_goes_with_its_documents(
    collection: Collection, letters: Path, command: "Callable[..., Ran]"
) -> None:
    shutil.rmtree(letters)
    ran = command("sources", "--forget", letters, "--remove", "--collection", collection.path)
    assert ran.code == 0
    assert "5 removed" in ran.err
    assert ids(collection) == []


# Missing


@pytest.mark.parametrize("missing", ["nowhere", "nowhere/*.txt", "letters/none.txt", "empty"])
def test_with_strict_a_source_that_is_missing_is_an_error(
    collection: Collection, letters: Path, missing: str, command: "Callable[..., Ran]"
) -> None:
    letters.with_name("empty").mkdir()
    write(letters / "new.txt", "The consul wrote of news.")
    named = letters.parent / missing
    ran = command("add", letters, named, "--strict", "--collection", collection.path)
    assert ran.code == 2
    assert ran.err.splitlines()[-1] == f"dragoman: nothing could be read from {named}"
    assert "letters/new.txt" in ids(collection)
    assert command("add", letters, named, "--collection", collection.path).code == 0
    assert command("add", letters, "--strict", "--collection", collection.path).code == 0
