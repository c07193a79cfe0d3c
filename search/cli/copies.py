"""The commands for copies of a collection: `keep`, `backup`, `restore`, `pack` and `unpack`."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import click

from ..making import DEFAULT_MODEL, unpack
from ..making import restore as restore_collection
from ..results.printing import many, table
from .options import COLLECTION_VARIABLE, PathFromHome, collection_option, device_option, opened, wait_option
from .terminal import ProgressBar, drawn_bar

if TYPE_CHECKING:
    from tqdm import tqdm


@click.command()
@click.argument("name", required=False)
@click.option("--list", "listed", is_flag=True, help="List the states that are kept, and what each alone holds.")
@click.option("--drop", metavar="NAME", help="Keep that state no longer.")
@collection_option
@wait_option
def keep(name: str | None, listed: bool, drop: str | None, collection: Path | None, wait: float) -> None:
    """Keep what a collection is now under NAME, so that it can be asked later on: `search … --at NAME`.

    Documents that are changed or removed from now on stay on the disk until the state is dropped.
    """
    if sum((name is not None, listed, drop is not None)) != 1:
        raise click.UsageError("give a NAME to keep, or --list, or --drop NAME")
    with opened(collection) as changed:
        if name is not None:
            changed.keep(name, lock_timeout=wait)
            click.echo(f"kept as {name}: ask it with `search … --at {name}`")
        elif drop is not None:
            changed.drop(drop, lock_timeout=wait)
            click.echo(f"{drop} is kept no longer: what it alone held goes with a later change")
        else:
            rows = [
                (
                    state.name,
                    time.strftime("%F %T", time.localtime(state.kept_at)),
                    f"generation {state.generation}",
                    f"{state.bytes / 1e6:,.1f} MB",
                )
                for state in changed.kept()
            ]
            for line in table(rows, "<<<>"):
                click.echo(line)


class _Bytes:
    """A bar that shows how many bytes are done. Use it as a context."""

    def __init__(self, label: str) -> None:
        self._bar: tqdm[Any] = drawn_bar(desc=label, unit="B", unit_scale=True)

    def __call__(self, done: int, everything: int) -> None:
        """Show how far it has come."""
        self._bar.total = everything
        self._bar.update(done - self._bar.n)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()


@click.command()
@click.argument("place", metavar="DEST", type=PathFromHome())
@collection_option
@wait_option
def backup(place: Path, collection: Path | None, wait: float) -> None:
    """Copy a collection to DEST, a folder, while it is asked and written to.

    DEST can be asked like any collection. What it has of an earlier backup is verified and not copied again.
    """
    with opened(collection) as copied, _Bytes("backing up") as shown:
        made = copied.backup(place, progress=shown, lock_timeout=wait)
    counts = f"{made.copied / 1e6:,.1f} MB copied, {made.present / 1e6:,.1f} MB were there"
    click.echo(f"{many(made.documents, 'document')} (generation {made.generation}) in {place}: {counts}")
    if not made.is_remembered:
        click.echo("the collection cannot be written to, and so no purge of it will name this backup", err=True)


@click.command()
@click.argument("place", metavar="DEST", type=PathFromHome())
@collection_option
@wait_option
def restore(place: Path, collection: Path | None, wait: float) -> None:
    """Make a collection of the backup in DEST, all of which is verified. Nothing may be in its folder yet."""
    if collection is None:
        raise click.UsageError(f"where to? Give --collection DIR, or {COLLECTION_VARIABLE}")
    with _Bytes("restoring") as shown:
        made = restore_collection(place, collection, progress=shown, lock_timeout=wait)
    click.echo(f"{many(made.documents, 'document')} (generation {made.generation}) restored to {collection}")


@click.command()
@click.argument("file", type=PathFromHome(dir_okay=False))
@collection_option
def pack(file: Path, collection: Path | None) -> None:
    """Write a collection into FILE, to be passed on: documents, passages and vectors, and no code.

    Its settings go with it; its sources and its encoder do not. `dragoman unpack` makes a collection of it.
    """
    with opened(collection) as packed:
        documents, passages, _ = packed.pack(file)
    size = f"{file.stat().st_size / 1e6:,.1f} MB"
    click.echo(f"{many(documents, 'document')} in {many(passages, 'passage')} packed into {file} ({size})")


@click.command("unpack")
@click.argument("file", type=PathFromHome(exists=True, dir_okay=False))
@click.option(
    "--collection",
    metavar="DIR",
    type=PathFromHome(file_okay=False),
    required=True,
    help="The new collection's folder, which must not be there yet.",
)
@click.option(
    "--model",
    metavar="DIR",
    default=DEFAULT_MODEL,
    show_default=True,
    help="The model that made the pack's vectors, or the folder of one.",
)
@click.option("--reencode", is_flag=True, help="Split and encode all documents anew, with whichever model.")
@device_option
@wait_option
def unpack_(file: Path, collection: Path, model: str, reencode: bool, wait: float) -> None:
    """Make a collection of FILE, which `dragoman pack` has written. It may be a stranger's: nothing in it is run."""
    with ProgressBar("unpacking") as progress:
        report = unpack(file, collection, model=model, reencode=reencode, progress=progress, lock_timeout=wait)
    click.echo(f"{many(report.added, 'document')} in {many(report.passages, 'passage')} unpacked into {collection}")
