"""Every limit of what is read stands in the table of docs/corpus.md, with the number that holds in the code."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.places import ROOT

UNITS = {"": 1, "KB": 1024, "MB": 1_000_000, "GB": 1_000_000_000, "million": 1_000_000, "times": 1, "s": 1}
TABLE = (ROOT / "docs" / "corpus.md").read_text("utf-8").partition("### Limits\n")[2].partition("\n### ")[0]
NUMBER = r"(?P<number>[\d,]+)(?: (?P<unit>KB|MB|GB|million|times|s))?"
ROW = re.compile(rf"\| .+ \| {NUMBER} \| `(?P<file>[\w/.]+) (?P<name>\w+)` \|")
ROWS = [found for line in TABLE.splitlines() if (found := ROW.fullmatch(line))]
LIMIT = re.compile(r"_?(?:MOST|LARGEST|LONGEST|DEEPEST|UNSUSPECTED|PACKAGE_RATIO|RATIO)(?:_\w+)?")
NONE = {"_MOST_AROUND"}
"""What decides whether something is refused, and is no size of what is read: what stands around a page that says no."""

SAID = ("UnreadableSource", "Skipped", "_end")


def module_of(file: str) -> Any:
    """The module of a file below corpus/."""
    return importlib.import_module("dragoman.corpus." + file.removesuffix(".py").replace("/", "."))


def limits(path: Path) -> Iterator[str]:
    """The names of the limits that decide in a module whether something is refused, or that it tells."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        looked: list[ast.AST] = [node] if isinstance(node, ast.Call) and _refuses(node) else []
        if isinstance(node, ast.If) and any(isinstance(each, ast.Raise) and _refuses(each.exc) for each in node.body):
            looked.append(node.test)
        for each in looked:
            for name in ast.walk(each):
                if isinstance(name, ast.Name) and LIMIT.fullmatch(name.id) and name.id not in NONE:
                    yield name.id


def _refuses(node: ast.AST | None) -> bool:
    name = getattr(getattr(node, "func", None), "id", getattr(getattr(node, "func", None), "attr", ""))
    return name in SAID


def test_the_table_has_rows() -> None:
    assert len(ROWS) == sum(line.count("`") == 2 for line in TABLE.splitlines() if line.startswith("| ")) > 30


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['file']} {row['name']}")
def test_a_limit_is_what_the_table_says(row: re.Match[str]) -> None:
    assert (
        getattr(module_of(row["file"]), row["name"]) == int(row["number"].replace(",", "")) * UNITS[row["unit"] or ""]
    )


def test_every_limit_that_refuses_something_stands_in_the_table() -> None:
    told = {(row["file"].rpartition("/")[2], row["name"]) for row in ROWS}
    shared = {name for _, name in told if not name.startswith("_")}
    for folder in ("readers", "readers/support"):
        for path in [*(ROOT / "corpus" / folder).glob("*.py"), ROOT / "corpus" / "intake.py"]:
            for name in limits(path):
                assert name in shared or (path.name, name) in told, f"{path.name} {name}"


def test_what_is_asked_over_mcp_has_the_limits_that_are_told() -> None:
    conversation = pytest.importorskip("dragoman.web.mcp.conversation")
    told = " ".join((ROOT / "docs" / "serving.md").read_text("utf-8").split())
    size, waiting = conversation.LARGEST_MESSAGE // UNITS["MB"], conversation.MOST_WAITING
    assert f"reads lines of at most {size} MB and answers {waiting} requests at a time" in told


def test_what_is_fetched_has_the_limits_that_are_told() -> None:
    page = (ROOT / "docs" / "corpus.md").read_text("utf-8")
    feed, urls = module_of("fetching/feed.py"), module_of("fetching/urls.py")
    assert f"| entries of a feed | {feed.MOST_ENTRIES:,} |" in page
    assert f"| tags of a feed | {feed.MOST_TAGS:,} |" in page
    assert f"| {feed._LONGEST_BASES:,} characters of relative ones, {feed.MAX_ID_LENGTH:,} of any |" in page
    assert f"| the name of a host | {urls._LONGEST_HOST} characters |" in page
