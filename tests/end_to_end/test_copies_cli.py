"""The commands that keep a collection as it was, as they are typed."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from dragoman.corpus.document import Document
from dragoman.search.cli.search import search
from dragoman.search.collection import Collection

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import MakeCollection

    from support.programs import Ran


@pytest.fixture
def collection(make_collection: "MakeCollection") -> Collection:
    return make_collection([Document("oslo", "The treaty of Oslo."), Document("rome", "The treaty of Rome.")])


def test_a_state_is_kept_listed_asked_and_dropped(collection: Collection, command: "Callable[..., Ran]") -> None:
    place = ("--collection", collection.path)
    assert command("keep", "--list", *place).out == ""
    assert command("keep", "spring", *place).out == "kept as spring: ask it with `search … --at spring`\n"
    collection.remove(["rome"])
    listed = command("keep", "--list", *place).out
    assert listed.startswith("spring")
    assert "generation 1" in listed
    assert "kept states" in command("status", *place).out
    assert command("list", *place).out == "oslo\n"
    assert command("list", "--at", "spring", *place).out == "oslo\nrome\n"
    assert "Rome" in command("show", "rome", "--at", "spring", *place).out
    assert "Rome" in command("similar", "oslo", "--at", "spring", *place).out
    asked = CliRunner().invoke(search, ["Rome", "--at", "spring", "--collection", str(collection.path)])
    assert "The treaty of *Rome*" in asked.output
    assert command("keep", "--drop", "spring", *place).code == 0
    assert command("keep", "--list", *place).out == ""


def test_a_backup_is_made_brought_up_to_date_asked_and_restored(
    collection: Collection, command: "Callable[..., Ran]", tmp_path: Path
) -> None:
    place = ("--collection", collection.path)
    made = command("backup", tmp_path / "backup", *place)
    assert (made.code, made.err) == (0, "")
    assert f"2 documents (generation 1) in {tmp_path / 'backup'}: " in made.out
    assert made.out.endswith("copied, 0.0 MB were there\n")
    again = command("backup", tmp_path / "backup", *place)
    assert ": 0.0 MB copied, " in again.out
    assert command("list", "--collection", tmp_path / "backup").out == "oslo\nrome\n"
    restored = command("restore", tmp_path / "backup", "--collection", tmp_path / "new")
    assert restored.out == f"2 documents (generation 1) restored to {tmp_path / 'new'}\n"
    assert command("list", "--collection", tmp_path / "new").out == "oslo\nrome\n"
    for arguments, told in (
        (["backup", collection.path / "b", *place], "lie within one another"),
        (["restore", tmp_path / "backup", "--collection", tmp_path / "new"], "exists"),
        (["restore", tmp_path / "backup"], "where to? Give --collection DIR"),
        (["restore", tmp_path / "none", "--collection", tmp_path / "newer"], "no collection at"),
    ):
        refused = command(*arguments)
        assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1)
        assert told in refused.err


def test_a_purge_says_what_is_gone_and_what_may_still_hold_it(
    collection: Collection, command: "Callable[..., Ran]", tmp_path: Path
) -> None:
    place = ("--collection", collection.path)
    command("backup", tmp_path / "backup", *place)
    done = command("remove", "--purge", "rome", *place)
    assert (done.code, done.err) == (0, "")
    first, second = done.out.splitlines()
    assert first == "1 document removed, 1 document purged"
    assert second.startswith(f"a backup may still hold it: {tmp_path / 'backup'}, begun 20")
    again = command("remove", "--purge", "rome", *place)
    assert (again.code, again.err.count("\n")) == (1, 1)
    assert "rome: nothing of it was there" in again.err
    collection.keep("spring")
    refused = command("remove", "--purge", "oslo", *place)
    assert (refused.code, refused.out, refused.err.count("\n")) == (2, "", 1)
    assert "nothing was removed: spring; drop them with `dragoman keep --drop NAME`" in refused.err
    assert command("list", *place).out == "oslo\n"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["keep"], "give a NAME to keep, or --list, or --drop NAME"),
        (["keep", "spring", "--list"], "give a NAME to keep, or --list, or --drop NAME"),
        (["keep", "a/b"], "no name for a state"),
        (["keep", "winter"], "a state 'winter' is kept already: drop it with `dragoman keep --drop winter`"),
        (["keep", "--drop", "spring"], "no state 'spring' is kept of the collection: `dragoman keep --list` shows"),
        (["list", "--at", "spring"], "no state 'spring' is kept of the collection: `dragoman keep --list` shows"),
        (["index", __file__, "--replace"], "keeps the states winter, which would be lost: drop them with"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line(
    collection: Collection, command: "Callable[..., Ran]", arguments: list[str], told: str
) -> None:
    collection.keep("winter")
    ran = command(*arguments, "--collection", collection.path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert told in ran.err
