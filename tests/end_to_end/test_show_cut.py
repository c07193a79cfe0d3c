"""What cleaning cut from a document is shown on demand, with its count."""

import json
from pathlib import Path

from click.testing import CliRunner

from dragoman.__main__ import dragoman
from dragoman.corpus.read import read
from dragoman.search.collection import Collection

STORY = "The two leaders met in Seoul on Monday and agreed to hold a further round of talks on trade in the spring."


def show(collection: Collection, *arguments: str) -> str:
    ran = CliRunner().invoke(dragoman, ["show", *arguments, "--collection", str(collection.path)])
    assert ran.exit_code == 0, ran.output
    return ran.output


def test_the_lines_that_were_cut_are_counted_and_shown_in_order(make_collection: object, tmp_path: Path) -> None:
    for name, text in {
        "two": f"Share this article\n{STORY}\nSubscribe to our newsletter\x1b[31m",
        "one": f"{STORY}\nAdvertisement",
        "none": STORY,
    }.items():
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    collection = make_collection(read([tmp_path / "*.txt"]))  # pyright: ignore[reportCallIssue]
    ids = {name: (tmp_path / f"{name}.txt").as_posix() for name in ("two", "one", "none")}
    assert show(collection, ids["two"], "--cut").split("\n")[:2] == ["2 lines cut", "Share this article"]
    assert "\x1b" not in show(collection, ids["two"], "--cut")
    assert show(collection, ids["one"], "--cut") == "1 line cut\nAdvertisement\n"
    assert show(collection, ids["none"], "--cut") == "0 lines cut\n"
    described = json.loads(show(collection, ids["one"], "--json"))
    assert (described["cut_lines"], described["cut"], described["text"]) == (1, ["Advertisement"], STORY)
    assert "Advertisement" not in show(collection, ids["one"])
