"""The documentation knows every command and every option. As a script, this prints docs/commands.md."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from dragoman.__main__ import dragoman
from dragoman.search.cli.search import search
from dragoman.search.language.parser import parse

ROOT = Path(__file__).resolve().parents[2]  # found without pytest, too: this is a script as well
COMMANDS = ROOT / "docs" / "commands.md"
INTRODUCTION = """# Commands

What `--help` says, of each program and command. This page is what `python tests/end_to_end/test_docs.py` prints; a test
fails when it is not up to date.

Both programs exit with 0 when all is well, 1 when a question finds nothing (or `dragoman doctor` something), 2 on an
error, which is one line on standard error, and 130 when they are interrupted.
"""


def contexts() -> Iterator[click.Context]:
    """Each command in the context that it has when it is typed. Click keeps the help option of the first context that
    a command was seen in, so a bare one would change what every later test sees."""
    for program in (search, dragoman):
        yield from _within(click.Context(program, info_name=program.name, **program.context_settings))


def _within(context: click.Context) -> Iterator[click.Context]:
    context.terminal_width = 100
    yield context
    if isinstance(group := context.command, click.Group):
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None, name
            yield from _within(click.Context(command, context, info_name=name))


def options(context: click.Context) -> Iterator[str]:
    """The names of a command's options, without former spellings that still work."""
    for parameter in context.command.get_params(context):
        if isinstance(parameter, click.Option) and not parameter.hidden:
            yield from (*parameter.opts, *parameter.secondary_opts)


def page() -> str:
    """docs/commands.md as it should be."""
    parts = [f"## {context.command_path}\n\n```text\n{context.get_help().rstrip()}\n```\n" for context in contexts()]
    return "\n".join([INTRODUCTION, *parts])


@pytest.mark.process
def test_the_page_of_commands_is_up_to_date() -> None:
    fresh = subprocess.run([sys.executable, __file__], capture_output=True, check=True, encoding="utf-8").stdout
    # Where lines are broken is Click's business, and another release may break them elsewhere.
    assert COMMANDS.read_text(encoding="utf-8").split() == fresh.split(), "run `python tests/end_to_end/test_docs.py`"


@pytest.mark.parametrize("path", [context.command_path for context in contexts()])
def test_each_command_is_documented_with_all_its_options(path: str) -> None:
    documentation = COMMANDS.read_text(encoding="utf-8")
    section = documentation.partition(f"## {path}\n")[2].partition("\n## ")[0]
    context = next(context for context in contexts() if context.command_path == path)
    missing = [option for option in options(context) if not re.search(rf"{option}\b", section)]
    assert section
    assert not missing


def test_the_readme_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    names = [name for name in (search.name, dragoman.name, *dragoman.list_commands(click.Context(dragoman))) if name]
    missing = [name for name in names if not re.search(rf"\b{name}\b", readme)]
    assert not missing


def test_every_option_that_the_documentation_names_exists() -> None:
    known = {option for context in contexts() for option in options(context)} | {"--help"}
    others = {"--constraint", "--editable", "--no-isolation", "--import-mode"}  # pip's and pytest's
    for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for program in re.findall(r"^ *(?:search|dragoman) .*$", path.read_text(encoding="utf-8"), re.MULTILINE):
            unknown = set(re.findall(r"(?<!\S)--[a-z-]+", program)) - known - others
            assert not unknown, f"{path.name}: {program}"


def test_every_question_on_the_page_of_asking_can_be_asked() -> None:
    text = (ROOT / "docs" / "asking.md").read_text(encoding="utf-8")
    tables = "\n".join(line for line in text.splitlines() if line.startswith("| `"))
    questions = [each for each in re.findall(r"`([^`]+)`", tables) if not each.startswith("search ")]
    assert len(questions) > 50
    for question in questions:
        query = parse(question)
        assert not query.notices, question


if __name__ == "__main__":
    sys.stdout.buffer.write(page().encode())
