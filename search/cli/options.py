"""The options that several commands have, and what opens the collection that one of them names."""

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from ...index.home import ready
from ...index.writing.lock import LOCK_TIMEOUT
from .terminal import ProgressBar

if TYPE_CHECKING:
    from ..collection import Collection

COLLECTION_VARIABLE = "DRAGOMAN_COLLECTION"

_Command = TypeVar("_Command", bound=Callable[..., object])

collection_option = click.option(
    "--collection",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    envvar=COLLECTION_VARIABLE,
    help=f"The collection's folder. Also {COLLECTION_VARIABLE}; else the user's own, in their data directory.",
)
"""The option that names a collection; the command's parameter `collection` is a Path or None."""

wait_option = click.option(
    "--wait",
    type=click.FloatRange(0),
    default=LOCK_TIMEOUT,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for another program that is writing to the collection.",
)
"""The option that bounds the wait for a lock; the command's parameter is `wait`."""


def format_option(names: Iterable[str], about: str = "How to print it.") -> Callable[[_Command], _Command]:
    """The option that chooses among formats of output, the first by default; the command's parameter is `format_`.

    Where JSON is among them, `--json` chooses it as well: a former spelling, which no help shows.
    """
    choices = list(names)
    chosen = click.option(
        "--format", "format_", type=click.Choice(choices), default=choices[0], show_default=True, help=about
    )
    formerly = click.option("--json", "format_", flag_value="json", default=choices[0], hidden=True)

    def decorated(command: _Command) -> _Command:
        return chosen(formerly(command) if "json" in choices else command)

    return decorated


@contextmanager
def opened(collection: Path | None) -> "Generator[Collection]":
    """The collection that a command is given, or else the user's own, opened as long as the block lasts.

    Raises CollectionNotFound, CollectionMismatch or CollectionDamaged.
    """
    from ..collection import open_collection  # late, so that help and errors in options need not wait for it

    with open_collection(folder_of(collection)) as found:
        yield found


def folder_of(collection: Path | None) -> Path:
    """The folder of the collection that a command is given, or else of the user's own, made if it is not there yet."""
    return ready(collection, _first_build)


def _first_build(documents: int) -> ProgressBar:
    """Say that the user's own collection is being made, which happens once; the bar that shows how it goes."""
    click.echo(f"First use: building your collection from {documents} shipped documents, once.", err=True)
    return ProgressBar("building", documents)
