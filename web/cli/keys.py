"""The commands that make and revoke keys to the API: `dragoman key`."""

from pathlib import Path

import click

from ...search.cli.options import PathFromHome
from ..access import keys

_file_option = click.option(
    "--file",
    "path",
    required=True,
    metavar="FILE",
    type=PathFromHome(dir_okay=False),
    help="Where the keys' hashes are kept.",
)


@click.group()
def key() -> None:
    """Make, list and revoke keys to the API: see `dragoman serve --keys`."""


@key.command()
@click.argument("name")
@_file_option
def new(name: str, path: Path) -> None:
    """Make a key and print it, this once: the file keeps only its hash, under NAME.

    A server that uses the file knows the key at once.
    """
    click.echo(keys.new(path, name))
    click.echo(f"{name}'s key is printed above, and cannot be shown again.", err=True)


@key.command("list")
@_file_option
def list_(path: Path) -> None:
    """Print the names of all keys."""
    for name in keys.holders(path):
        click.echo(name)


@key.command()
@click.argument("name")
@_file_option
def revoke(name: str, path: Path) -> None:
    """Take a key out of the file: from now on it opens nothing."""
    keys.revoke(path, name)
