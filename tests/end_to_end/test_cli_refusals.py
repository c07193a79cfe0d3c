"""Sources that cannot be read and collections that cannot be used, in a line that says what mends it."""

import json
import os
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock

from dragoman.search.collection import open_collection
from support.folders import unseal
from support.places import SHIPPED
from support.programs import only_line

if TYPE_CHECKING:
    from support.programs import Programs, Ran


# Sources that cannot be read


def test_what_cannot_be_read_is_named_and_the_rest_goes_in(here: Callable[..., "Ran"], tmp_path: Path) -> None:
    news = tmp_path / "news"
    news.mkdir()
    (news / "good.txt").write_text("The envoy arrived in Geneva. Talks on fisheries began.")
    (news / "same.txt").write_text("The envoy arrived in Geneva. Talks on fisheries began.")
    (news / "latin.txt").write_bytes(
        "Le ministre a été reçu à l'Élysée par le président de la République.".encode("latin-1")
    )
    (news / "binary.txt").write_bytes(bytes(range(256)) * 50)
    (news / "empty.txt").touch()
    (news / "blank.txt").write_text(" \n\n\t ")
    (news / "huge.txt").write_bytes(b"The ministers met again. " * 2_200_000)
    (news / "lines.jsonl").write_text('{"id": "one", "text": "They signed a treaty."}\n{"id": "broken\n[1]\n')
    (news / "lost.txt").symlink_to(tmp_path / "nowhere")
    (news / "picture.jpg").write_bytes(b"\xff\xd8")
    os.mkfifo(news / "pipe.txt")
    ran = here("index", news, tmp_path / "missing.txt", "--collection", tmp_path / "c.idx")
    assert ran.code == 0
    assert re.match(r"documents: 4 added, \d+ skipped \(\d passages encoded\)\n", ran.out)
    skipped = dict(line.removeprefix("skipped ").split(": ", 1) for line in ran.err.splitlines())
    assert {Path(origin.split(",")[0]).name for origin in skipped} >= {
        *("binary.txt", "empty.txt", "blank.txt", "huge.txt", "lost.txt", "picture.jpg", "pipe.txt", "missing.txt"),
    }
    assert [reason for origin, reason in skipped.items() if "lines.jsonl" in origin]
    assert all(skipped.values())
    with open_collection(tmp_path / "c.idx") as collection:
        assert collection.search("reçu à l'Élysée").hits[0].document.id.endswith("latin.txt")

    ran = here("add", news, "--collection", tmp_path / "c.idx")
    assert ran.out.startswith("documents: 4 unchanged, ")


@pytest.mark.parametrize("command", ["index", "add"])
def test_nothing_comes_of_sources_without_a_document(
    programs: "Programs", tmp_path: Path, copy: Path, command: str
) -> None:
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "binary.txt").write_bytes(bytes(range(256)) * 50)
    (tmp_path / "empty").mkdir()
    new = tmp_path / "new.idx"
    for source in (tmp_path / "bad", tmp_path / "empty", tmp_path / "nowhere", tmp_path / "*.txt"):
        ran = programs("dragoman", command, source, "--collection", new if command == "index" else copy)
        assert ran.code == 2
        assert "not one document could be read" in ran.err
        assert "Traceback" not in ran.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad", "copy.idx", "empty"]
    assert programs("dragoman", "list", "--collection", copy).out.count("\n") == SHIPPED


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["index"], "Missing argument 'PATH…'"),
        (["add"], "Missing argument 'PATH…'"),
        (["remove"], "Missing argument 'ID…'"),
        (["remove", "briefs/nara-summit", "nobody"], "no document 'nobody' in the collection: nothing was removed"),
        (["show", "nobody"], "no document 'nobody' in the collection: `dragoman list` shows the ids of documents"),
        (["show", "briefs/nara-summit#1-2"], "has no passage 1-2"),
        (["similar", "nobody"], "no passage or document 'nobody'"),
        (["similar", "briefs/nara-summit#1-2"], "no passage or document"),
        (["index", "x", "--field", "id"], "is not NAME=KEY, as in id=_id"),
        (["index", "x", "--model", "/no/model"], "no model folder at '/no/model'"),
        (["status", "--collection", "pyproject.toml"], "is a file"),
        (["nonsense"], "No such command 'nonsense'"),
        (["completion", "tcsh"], "'bash', 'zsh', 'fish'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_command_that_cannot_be_done_is_one_line(
    programs: "Programs", tmp_path: Path, arguments: list[str], said: str
) -> None:
    if "index" in arguments and "--collection" not in arguments:
        arguments = [*arguments, "--collection", str(tmp_path / "new.idx")]
    assert said in only_line(programs("dragoman", *arguments))
    assert not list(tmp_path.iterdir())
    assert programs("dragoman", "list").out.count("\n") == SHIPPED


# Collections that cannot be used


def set_setting(collection: Path, key: str, change: Callable[[Any], Any]) -> None:
    unseal(collection)
    with closing(sqlite3.connect(collection / "ledger.sqlite")) as ledger, ledger:
        (value,) = ledger.execute("SELECT value FROM settings WHERE key = ?", (key,)).fetchone()
        ledger.execute("UPDATE settings SET value = ? WHERE key = ?", (json.dumps(change(json.loads(value))), key))


def spoil_nothing_but_the_name(collection: Path) -> None:
    collection.rename(collection.with_name("elsewhere"))


def spoil_by_emptying(collection: Path) -> None:
    shutil.rmtree(collection)
    collection.mkdir()


def spoil_all_but_the_ledger(collection: Path) -> None:
    shutil.rmtree(collection / "segments")
    shutil.rmtree(collection / "encoders")


def spoil_a_segment(collection: Path) -> None:
    largest = max((collection / "segments").rglob("*.npy"), key=lambda path: path.stat().st_size)
    os.truncate(largest, largest.stat().st_size // 2)


def spoil_the_ledger(collection: Path) -> None:
    os.truncate(collection / "ledger.sqlite", 5000)


def spoil_the_rest_of_the_ledger(collection: Path) -> None:
    content = bytearray((collection / "ledger.sqlite").read_bytes())
    content[3 * 4096 :] = bytes(len(content) - 3 * 4096)
    (collection / "ledger.sqlite").write_bytes(content)


def spoil_the_encoder(collection: Path) -> None:
    (weights,) = (collection / "encoders").rglob("query.onnx")
    os.truncate(weights, 1000)


def flip_a_bit_of_the_encoder(collection: Path) -> None:
    (weights,) = (collection / "encoders").rglob("query.onnx")
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1
    weights.write_bytes(content)


def garble_the_encoder(collection: Path) -> None:
    """Where names stand in it, so that ONNX Runtime would speak of them in what is no UTF-8."""
    (weights,) = (collection / "encoders").rglob("query.onnx")
    content = bytearray(weights.read_bytes())
    content[100:400] = bytes(range(128, 256)) + bytes(172)
    weights.write_bytes(content)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (spoil_nothing_but_the_name, "no collection at .*: make one with `dragoman index"),
        (spoil_by_emptying, "no collection at .*: make one with `dragoman index"),
        (spoil_the_ledger, "is not a ledger.*: mend it with `dragoman doctor --repair`"),
        (spoil_the_rest_of_the_ledger, "ledger.*: .*mend it with `dragoman doctor --repair`"),
        (lambda path: set_setting(path, "format", lambda _: 99), "has format 99, .*: upgrade dragoman"),
        (lambda path: set_setting(path, "analyzer", lambda _: 0), "mend it with `dragoman reindex"),
        (
            lambda path: set_setting(path, "encoder", lambda info: info | {"model_hash": "0" * 64}),
            "vectors were made with .* but the encoder in it is .*: mend it with `dragoman reindex",
        ),
    ],
)
def test_a_collection_that_cannot_be_used_says_what_mends_it(
    programs: "Programs", copy: Path, spoil: Callable[[Path], None], said: str
) -> None:
    spoil(copy)
    assert re.search(said, only_line(programs("search", "Nara", "summit", "--collection", copy)))
    # A thorough look ends just as well, and nothing that changes a collection harms it further.
    for command in (["doctor"], ["remove", "briefs/nara-summit"]):
        ran = programs("dragoman", *command, "--collection", copy)
        assert ran.code in (0, 1, 2)
        assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (spoil_all_but_the_ledger, "segments/.* is damaged and left out: .* is missing"),
        (spoil_a_segment, "segments/.* is damaged and left out: .*npy has .* bytes instead of"),
        (spoil_the_encoder, "the query encoder is damaged and left out: .*query.onnx has 1,000 bytes"),
        (
            flip_a_bit_of_the_encoder,
            "the query encoder is damaged and left out: .*query.onnx was altered within its bytes",
        ),
        (garble_the_encoder, "the query encoder is damaged and left out: .*query.onnx was altered within its bytes"),
    ],
)
def test_what_is_damaged_is_left_out_and_named(
    programs: "Programs", copy: Path, spoil: Callable[[Path], None], said: str
) -> None:
    spoil(copy)
    ran = programs("search", "Nara", "summit", "--format", "json", "--collection", copy)
    assert ran.code in (0, 1)  # where it left nothing to be found
    lines = ran.err.splitlines()
    assert re.search(said, lines[0])
    assert "mend it with `dragoman doctor --repair`" in lines[0]
    left_out = json.loads(ran.out)["left_out"]
    assert len(left_out) == len(lines)
    assert all(each["reason"] for each in left_out)
    # What must be whole refuses.
    assert "needs the whole collection" in only_line(
        programs("dragoman", "eval", "--generate", "names", "2", "--fresh", "--collection", copy)
    )
    ran = programs("dragoman", "doctor", "--collection", copy)
    assert ran.code == 1
    assert left_out[0]["reason"].partition(":")[0] in ran.out
    assert "Traceback" not in ran.err


def test_a_damaged_collection_may_be_replaced(here: Callable[..., "Ran"], copy: Path, tmp_path: Path) -> None:
    spoil_the_ledger(copy)
    (tmp_path / "note.txt").write_text("The envoy arrived in Geneva.")
    assert here("index", tmp_path / "note.txt", "--replace", "--collection", copy).code == 0
    with open_collection(copy) as collection:
        assert collection.search("Geneva").total == 1


def test_a_change_waits_for_another_writer_only_so_long(programs: "Programs", copy: Path) -> None:
    (copy / "writer.json").write_text('{"pid": 12345, "host": "elsewhere", "since": "2026-01-01 10:00:00"}')
    with FileLock(copy / "writer.lock"):
        for command in (
            ["remove", "briefs/nara-summit"],
            ["compact"],
            ["reindex"],
            ["add", copy],
            ["index", copy, "--replace"],
        ):
            message = only_line(programs("dragoman", *command, "--wait", "0", "--collection", copy))
            assert message.startswith(
                "the collection is being written by process 12345 on elsewhere since 2026-01-01 10"
            )
            assert message.endswith(": try again later")
        assert programs("search", "Nara", "--collection", copy).code == 0
    assert programs("dragoman", "remove", "briefs/nara-summit", "--collection", copy).code == 0
