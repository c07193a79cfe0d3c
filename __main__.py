"""`dragoman`: everything but the question. Gathers the rooms' commands, each loaded when it is used."""

from importlib import import_module
from typing import NoReturn

import click

from .terminal import run

_MODULES = {
    "index.commands": ("index", "add", "remove", "list", "status", "compact", "reindex", "doctor"),
    "index.feeding_commands": ("sources", "watch"),
    "search.commands": ("show", "similar"),
    "search.judging_commands": ("eval",),
    "search.tuning_commands": ("tune",),
    "web.commands": ("serve",),
    "web.key_commands": ("key",),
    "web.mcp_commands": ("mcp",),
}
_BUILT_IN = ("list", "eval")  # names of Python's own, which a command's function does not take


class _Rooms(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for names in _MODULES.values() for name in names] + super().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        for module, names in _MODULES.items():
            if cmd_name in names:
                commands = import_module(f".{module}", __package__)
                return getattr(commands, f"{cmd_name}_" if cmd_name in _BUILT_IN else cmd_name)
        return super().get_command(ctx, cmd_name)


@click.group(cls=_Rooms, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="dragoman", message="%(version)s")
def dragoman() -> None:
    """Hybrid passage search for diplomatic text. To ask a question, use `search`."""


@dragoman.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what makes a shell complete options. See the README for where to put it."""
    from click.shell_completion import get_completion_class

    from .search.cli import search

    kind = get_completion_class(shell)
    for name, command in (("search", search), ("dragoman", dragoman)):
        if kind is not None:
            click.echo(kind(command, {}, name, f"_{name.upper()}_COMPLETE").source())


def main() -> NoReturn:
    """The program `dragoman`."""
    run(dragoman, "dragoman")


if __name__ == "__main__":
    main()
