"""The house: four rooms in one line, no circle of imports, nothing named twice, no room that nobody can look over.

Imports within functions and under TYPE_CHECKING count as well.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.places import ROOT

ROOMS = ("corpus", "index", "search", "web")
COMMON = ("cores", "docstrings", "errors", "frozen", "refusals", "shipped", "stages", "user_folders", "version")
"""What stands beside the rooms, and every one of them may import."""

MANY = ("corpus/readers", "corpus/briefs", "web/static", "web/templates")
MOST_ENTRIES = 14


def modules() -> dict[str, Path]:
    """Every module of the package by its name below `dragoman`; the face is the empty name."""
    files = [*ROOT.glob("*.py"), *(file for room in ROOMS for file in (ROOT / room).rglob("*.py"))]
    return {name_of(file): file for file in files}


def name_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(name: str, file: Path, known: dict[str, Path]) -> Iterator[str]:
    """The modules of ours that a module imports, wherever in it."""
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom) or not node.level:
            continue
        above = package.split(".") if package else []
        base = above[: len(above) - node.level + 1]
        target = ".".join([*base, *(node.module.split(".") if node.module else [])])
        for alias in node.names:
            within = f"{target}.{alias.name}" if target else alias.name
            yield within if within in known else target


@pytest.fixture(scope="module")
def graph() -> dict[str, set[str]]:
    known = modules()
    return {name: {each for each in imported(name, file, known) if each != name} for name, file in known.items()}


def test_a_room_imports_only_from_rooms_to_its_left(graph: dict[str, set[str]]) -> None:
    for name, others in graph.items():
        room = name.partition(".")[0]
        if room not in ROOMS:
            continue
        to_the_left = (*COMMON, *ROOMS[: ROOMS.index(room) + 1])
        wrong = {each for each in others if each.partition(".")[0] not in to_the_left}
        assert not wrong, f"{name} imports {wrong}"


def test_there_is_no_circle(graph: dict[str, set[str]]) -> None:
    # A package's own module that names its public face is imported with whatever lies below it: the face may look in.
    done: set[str] = set()

    def visit(name: str, way: list[str]) -> None:
        assert name not in way, " → ".join([*way[way.index(name) :], name])
        if name not in done:
            for each in sorted(graph[name]):
                visit(each, [*way, name])
            done.add(name)

    for name in graph:
        visit(name, [])


def test_nobody_imports_the_face_of_the_package(graph: dict[str, set[str]]) -> None:
    assert [name for name, others in graph.items() if "" in others] == []


def test_no_two_rooms_share_the_name_of_a_module() -> None:
    rooms: defaultdict[str, set[str]] = defaultdict(set)
    for name in modules():
        room, *folders = name.split(".")
        if room in ROOMS and folders and "cli" not in folders:
            rooms[folders[-1]].add(room)
    assert {name: found for name, found in rooms.items() if len(found) > 1} == {}


def test_no_folder_is_too_full() -> None:
    for room in ROOMS:
        for folder in [ROOT / room, *(each for each in (ROOT / room).rglob("*") if each.is_dir())]:
            if folder.name == "__pycache__" or folder.relative_to(ROOT).as_posix().startswith(MANY):
                continue
            entries = [each.name for each in folder.iterdir() if each.name not in ("__pycache__", "__init__.py")]
            assert entries, f"{folder} is empty"
            assert len(entries) <= MOST_ENTRIES, f"{folder.relative_to(ROOT)} has {len(entries)} entries"


def test_every_package_is_shipped() -> None:
    shipped = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    for name, file in modules().items():
        if file.name == "__init__.py":
            assert f'"dragoman.{name}"' in shipped or not name, name


def test_the_architecture_names_every_folder_and_nothing_that_is_not_there() -> None:
    told = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for path in re.findall(r"`((?:corpus|index|search|web)/[\w/.]*)`", told):
        assert (ROOT / path).exists(), path
    for name, file in modules().items():
        if file.name == "__init__.py" and name:
            assert f"{name.replace('.', '/')}/" in told, name
