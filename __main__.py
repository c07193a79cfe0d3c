"""`dragoman`: everything but the question. Gathers the rooms' commands, each loaded when it is used."""

from importlib import import_module
from typing import NoReturn

import click

from .programs import ending_at_once, without_collection
from .search.cli.terminal import run, with_help
from .version import __version__

_COMMANDS = {
    "inspect": "search.cli.inspect:inspect",
    "index": "search.cli.feeding:index",
    "add": "search.cli.feeding:add",
    "encode": "search.cli.upkeep:encode",
    "remove": "search.cli.feeding:remove",
    "list": "search.cli.documents:list_",
    "status": "search.cli.upkeep:status",
    "compact": "search.cli.upkeep:compact",
    "reindex": "search.cli.upkeep:reindex",
    "doctor": "search.cli.upkeep:doctor",
    "keep": "search.cli.copies:keep",
    "backup": "search.cli.copies:backup",
    "restore": "search.cli.copies:restore",
    "pack": "search.cli.copies:pack",
    "unpack": "search.cli.copies:unpack_",
    "sources": "search.cli.sources:sources",
    "watch": "search.cli.sources:watch",
    "show": "search.cli.documents:show",
    "similar": "search.cli.documents:similar",
    "eval": "search.cli.evaluation:eval_",
    "tune": "search.cli.tuning:tune",
    "serve": "web.cli.serve:serve",
    "key": "web.cli.keys:key",
    "mcp": "web.cli.mcp:mcp",
}
"""Where each command is: a module of ours, and the command in it, loaded when it is used."""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*_COMMANDS, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, _, name = _COMMANDS[cmd_name].partition(":")
        with without_collection():
            return with_help(getattr(import_module(f".{module}", __package__), name))


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(version)s")
def dragoman() -> None:
    """Hybrid passage search for diplomatic text. To ask a question, use `search`."""


_COMPINIT = "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i }"
"""What makes zsh complete at all, if nothing in `.zshrc` has done that before; `-i`, so that it asks nothing."""


@dragoman.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print what makes a shell complete options. See the README for where to put it."""
    from click.shell_completion import get_completion_class

    from .search.cli.search import search

    kind = get_completion_class(shell)
    if shell == "zsh":
        click.echo(_COMPINIT)
    for name, command in (("search", search), ("dragoman", dragoman)):
        if kind is not None:
            click.echo(kind(command, {}, name, f"_{name.upper()}_COMPLETE").source())


def main() -> NoReturn:
    """The program `dragoman`."""
    with ending_at_once():
        run(dragoman, "dragoman")


if __name__ == "__main__":
    main()
