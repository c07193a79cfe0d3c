"""The documentation knows every command and every option. Run as a script, this writes docs/commands.md anew."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from dragoman.__main__ import dragoman
from dragoman.search.cli import search

ROOT = Path(__file__).resolve().parent.parent
COMMANDS = ROOT / "docs" / "commands.md"
INTRODUCTION = """# Commands

What `--help` says, of each program and command. This page is written by `python tests/test_docs.py`; a test fails when
it is not up to date.

Both programs exit with 0 when all is well, 1 when a question finds nothing (or `dragoman doctor` something), 2 on an
error, which is one line on standard error, and 130 when they are interrupted.
"""


def commands() -> Iterator[tuple[str, click.Command]]:
    """Each command with its name as one types it."""
    yield "search", search
    yield "dragoman", dragoman
    context = click.Context(dragoman)
    for name in dragoman.list_commands(context):
        command = dragoman.get_command(context, name)
        assert command is not None, name
        yield f"dragoman {name}", command


def options(command: click.Command) -> Iterator[str]:
    """The names of a command's options."""
    for parameter in command.get_params(click.Context(command)):
        if isinstance(parameter, click.Option):
            yield from (*parameter.opts, *parameter.secondary_opts)


def page() -> str:
    """docs/commands.md as it should be."""
    parts = [INTRODUCTION]
    for name, command in commands():
        program, _, rest = name.partition(" ")
        parent = click.Context(dragoman, info_name=program, terminal_width=100) if rest else None
        context = click.Context(command, parent, info_name=rest or program, terminal_width=100)
        context.help_option_names = ["-h", "--help"]
        parts.append(f"## {name}\n\n```text\n{command.get_help(context).rstrip()}\n```\n")
    return "\n".join(parts)


def test_the_page_of_commands_is_up_to_date() -> None:
    # Where lines are broken is Click's business, and another release may break them elsewhere.
    assert COMMANDS.read_text(encoding="utf-8").split() == page().split(), "run `python tests/test_docs.py`"


@pytest.mark.parametrize("name", [name for name, _ in commands()])
def test_each_command_is_documented_with_all_its_options(name: str) -> None:
    documentation = COMMANDS.read_text(encoding="utf-8")
    section = documentation.partition(f"## {name}\n")[2].partition("\n## ")[0]
    missing = [option for option in options(dict(commands())[name]) if not re.search(rf"{option}\b", section)]
    assert section
    assert not missing


def test_the_readme_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [name for name, _ in commands() if not re.search(rf"\b{name.split()[-1]}\b", readme)]
    assert not missing


def test_every_option_that_the_documentation_names_exists() -> None:
    known = {option for _, command in commands() for option in options(command)} | {"--help"}
    others = {"--constraint", "--editable", "--no-isolation", "--import-mode"}  # pip's and pytest's
    for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for program in re.findall(r"^ *(?:search|dragoman) .*$", path.read_text(encoding="utf-8"), re.MULTILINE):
            unknown = set(re.findall(r"(?<!\S)--[a-z-]+", program)) - known - others
            assert not unknown, f"{path.name}: {program}"


if __name__ == "__main__":
    COMMANDS.write_text(page(), encoding="utf-8")
