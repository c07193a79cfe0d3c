"""`dragoman`: everything but the question. Gathers the rooms' commands, each loaded when it is used."""

from importlib import import_module
from typing import NoReturn

import click

from .terminal import run

_ROOMS = {
    "index": ("index", "add", "remove", "list", "status", "compact", "reindex", "doctor"),
    "search": ("show", "similar"),
    "web": ("serve",),
}


class _Rooms(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for names in _ROOMS.values() for name in names] + super().list_commands(ctx)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        for room, names in _ROOMS.items():
            if cmd_name in names:
                module = import_module(f".{room}.commands", __package__)
                return getattr(module, f"{cmd_name}_" if cmd_name == "list" else cmd_name)
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
