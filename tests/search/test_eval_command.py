"""`dragoman eval`: what it says, writes and refuses."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dragoman.corpus.document import Document
from support.judged import DOCUMENTS
from support.programs import Ran

if TYPE_CHECKING:
    from conftest import MakeCollection


@pytest.fixture
def place(make_collection: "MakeCollection") -> Path:
    """A collection of a few documents."""
    return make_collection(DOCUMENTS).path


@pytest.fixture
def three_lines(tmp_path: Path) -> Path:
    """What somebody noted while reading."""
    path = tmp_path / "noted.tsv"
    path.write_text("who proposed a hotline?\tv1/hotline\t2\nfisheries\tv1/fish\nwhales\tsunk\n", encoding="utf-8")
    return path


def test_three_lines_are_enough(command: Callable[..., Ran], place: Path, three_lines: Path) -> None:
    ran = command("eval", three_lines, "--collection", place, "--mode", "keyword")
    assert (ran.code, ran.err) == (0, "")
    assert f"noted: 2 queries in {place}" in ran.out
    assert "Left out: 1 query whose answers the collection does not hold: 3" in ran.out
    assert "Left out: 1 judgment of what the collection does not hold" in ran.out
    assert ran.out.splitlines()[-1].split() == ["keyword", "1.000", "1.000", "1.000", "0.200", "1.000"]


def test_all_modes_unless_some_are_named(command: Callable[..., Ran], place: Path, three_lines: Path) -> None:
    ran = command("eval", three_lines, "--collection", place, "--format", "json")
    assert [each["name"] for each in json.loads(ran.out)["systems"]] == ["hybrid", "keyword", "meaning"]


def test_the_figures_as_json(command: Callable[..., Ran], place: Path, three_lines: Path) -> None:
    arguments = ("eval", three_lines, "--collection", place, "--compare", "keyword", 'hybrid:{"keyword_weight": 0}')
    found = json.loads(command(*arguments, "--format", "json").out)
    assert found["queries"] == 2
    assert found["unheld"] == ["3"]
    keyword, hybrid = found["systems"]
    assert keyword["measures"] == {"nDCG@10": 1.0, "Recall@100": 1.0, "MRR@10": 1.0, "P@5": 0.2, "P@1": 1.0}
    assert keyword["by_query"]["1"]["MRR@10"] == 1
    assert hybrid["settings"]["keyword_weight"] == 0
    comparison = found["comparison"]
    assert comparison["measures"]["nDCG@10"]["second"] == pytest.approx(hybrid["measures"]["nDCG@10"])
    assert 0 < comparison["measures"]["nDCG@10"]["p"] <= 1


def test_a_comparison_shows_why(command: Callable[..., Ran], place: Path, three_lines: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.run").write_text("1 Q0 v2/trade 1 9 x\n1 Q0 v1/hotline 2 8 x\n2 Q0 v1/fish 1 9 x\n")
    arguments = ("eval", three_lines, "--collection", place, "--compare", tmp_path / "mine.run", "keyword")
    told = command(*arguments).out
    assert "Most helped by keyword" in told
    assert "Most hurt" not in told
    helped = told.partition("Most helped")[2]
    assert "1. who proposed a hotline? (query 1)" in helped
    assert "nDCG@10 0.631 → 1.000" in helped
    assert "The minister proposed a hotline. The envoys welcomed the hotline." in helped
    assert f"[2] V1/Hotline (v1/hotline): 2nd in {tmp_path}/mine.run, 1st in keyword" in helped
    written = command(*arguments, "--format", "markdown").out
    assert "| nDCG@10 | " in written
    assert "    1. who proposed a hotline? (query 1)" in written


def test_runs_are_written_and_read_without_a_collection(
    command: Callable[..., Ran], place: Path, three_lines: Path, tmp_path: Path
) -> None:
    asked = command(
        "eval", three_lines, "--collection", place, "--mode", "keyword", "--mode", "hybrid", "--runs", tmp_path / "r"
    )
    assert asked.code == 0
    three_lines.write_text(three_lines.read_text().replace("whales\tsunk\n", ""))
    saved = command(
        "eval", three_lines, "--mode", tmp_path / "r" / "keyword.run", "--mode", tmp_path / "r" / "hybrid.run"
    )
    assert saved.code == 0
    assert [line.split()[1:] for line in saved.out.splitlines()[-2:]] == [
        line.split()[1:] for line in asked.out.splitlines()[-2:]
    ]


def test_a_hostile_text_steers_no_terminal(command: Callable[..., Ran], make_collection: "MakeCollection") -> None:
    evil = "\x1b[2J \x9b31m hotline \u202e | `x` <script>"
    collection = make_collection([Document(id="evil", title=evil, text=f"The hotline. {evil}"), *DOCUMENTS])
    judged = collection.path.with_name("judged.tsv")
    judged.write_text(f"hotline {evil}\tevil\n", encoding="utf-8")
    saved = collection.path.with_name("none.run")
    saved.write_text("1 Q0 v1/fish 1 1 x\n")
    for form in ("text", "markdown", "json"):
        arguments = ("--collection", collection.path, "--compare", saved, "keyword", "--format", form)
        ran = command("eval", judged, *arguments)
        assert ran.code == 0
        assert "evil" in ran.out
        assert not {"\x1b", "\x9b", "\u202e"} & set(ran.out)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--mode", "hybird"], "'hybird' is neither a mode (hybrid, keyword, meaning), nor a mode with settings"),
        (["--mode", "hybrid:{"], "the settings '{' are not JSON"),
        (["--mode", "hybrid:{" + " " * 100_000], "are of more than 100,000 bytes: they are not those of a ranking"),
        (["--mode", f'hybrid:{{"keyword_weight": -1{"0" * 400}}}'], "keyword_weight is -1000000.0, and must be from 0"),
        (["--mode", 'hybrid:{"weight": 1}'], "there is no setting 'weight': there are "),
        (["--mode", "hybrid:absent.json"], "absent.json: No such file or directory"),
        (["--compare", "hybrid"], "'--compare' requires 2 arguments"),
        (["--condense", "volumes"], "no query of noted has a list or a string under 'volumes'"),
        (["--qrels", "absent"], "'absent' does not exist"),
    ],
)
def test_what_cannot_be_measured_is_one_line(
    command: Callable[..., Ran], place: Path, three_lines: Path, arguments: list[str], message: str
) -> None:
    ran = command("eval", three_lines, "--collection", place, *arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert message in ran.err
    assert len(ran.err.splitlines()) == 1


def test_without_ir_measures_the_extra_is_named(
    command: Callable[..., Ran], place: Path, three_lines: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ir_measures", None)
    ran = command("eval", three_lines, "--collection", place)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "dragoman: measuring needs ir-measures: pip install 'dragoman[eval]'\n"
