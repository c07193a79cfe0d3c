"""What cleaning cut from a document is shown on demand, with its count."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from dragoman.__main__ import dragoman
from dragoman.corpus.document import Document
from dragoman.corpus.read import read
from dragoman.index.writing import writer
from dragoman.search.collection import Collection
from support.folders import folder_of

if TYPE_CHECKING:
    from conftest import MakeCollection

STORY = "The two leaders met in Seoul on Monday and agreed to hold a further round of talks on trade in the spring."


def show(collection: Collection, *arguments: str) -> str:
    ran = CliRunner().invoke(dragoman, ["show", *arguments, "--collection", str(collection.path)])
    assert ran.exit_code == 0, ran.output
    return ran.output


def test_the_lines_that_were_cut_are_counted_and_shown_in_order(
    make_collection: "MakeCollection", tmp_path: Path
) -> None:
    for name, text in {
        "two": f"Share this article\n{STORY}\nSubscribe to our newsletter\x1b[31m",
        "one": f"{STORY}\nAdvertisement",
        "none": STORY,
    }.items():
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    collection = make_collection(read([tmp_path / "*.txt"]))
    ids = {name: (tmp_path / f"{name}.txt").as_posix() for name in ("two", "one", "none")}
    assert show(collection, ids["two"], "--cut").split("\n")[:2] == ["2 lines cut", "Share this article"]
    assert "\x1b" not in show(collection, ids["two"], "--cut")
    assert show(collection, ids["one"], "--cut") == "1 line cut\nAdvertisement\n"
    assert show(collection, ids["none"], "--cut") == "0 lines cut\n"
    described = json.loads(show(collection, ids["one"], "--json"))
    assert (described["cut_lines"], described["cut"], described["text"]) == (1, ["Advertisement"], STORY)
    assert "Advertisement" not in show(collection, ids["one"])


def test_a_changed_menu_is_shown_and_encodes_nothing(make_collection: "MakeCollection", tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    collection = make_collection()
    for menu, done in (
        ("Share this article", "1 added (1 passage encoded)"),
        ("Subscribe to our newsletter", "1 unchanged"),
        ("", "1 unchanged"),
        ("Advertisement", "1 unchanged"),
    ):
        page.write_text(f"{menu}\n{STORY}", encoding="utf-8")
        ran = CliRunner().invoke(dragoman, ["add", str(page), "--collection", str(collection.path), "--reread"])
        assert ran.stdout == f"documents: {done}\n"
        shown = f"1 line cut\n{menu}\n" if menu else "0 lines cut\n"
        assert show(collection, page.as_posix(), "--cut") == shown


def test_what_was_cut_is_forgotten_with_its_document(
    make_collection: "MakeCollection", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "GRACE_SECONDS", -1.0)
    collection = make_collection([Document("a", STORY, cut=("Menu",)), Document("b", STORY, cut=("Top",))])
    collection.remove(["a"])
    collection.compact()
    rows = folder_of(collection).database.rows("SELECT lines FROM cuts")
    assert rows == [('["Top"]',)]
