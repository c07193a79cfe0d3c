"""The commands that look after a collection: `status`, `compact`, `reindex` and `doctor`."""

from dataclasses import asdict
from pathlib import Path

import click

from ...errors import InvalidField
from ..making import reindex_collection
from ..results.printing import many, table, to_json, visible
from .options import (
    collection_option,
    collections_option,
    field_types_option,
    folder_of,
    format_option,
    keys_of,
    opened,
    own_fields,
    wait_option,
)
from .terminal import ProgressBar


@click.command()
@collections_option
@format_option(["text", "json"])
def status(collections: tuple[Path, ...], format_: str) -> None:
    """Show what is in a collection, and what it was built with."""
    with opened(*collections) as shown:
        found = shown.status()
    if format_ == "json":
        click.echo(to_json(asdict(found)))
        return
    rows = [
        ("collection", found.path),
        ("documents", f"{found.documents:,}"),
        ("passages", f"{found.passages:,} in {many(found.segments, 'segment')}"),
        ("on disk", f"{found.bytes / 1e6:,.1f} MB"),
        ("generation", f"{found.generation}"),
        ("languages", ", ".join(found.languages) or "none yet"),
        ("model", f"{found.model} ({found.dimension} dimensions, passages in {found.precision})"),
        ("floors", f"{found.floors.strict:.3f} strict, {found.floors.lenient:.3f} lenient"),
    ]
    if found.fields:
        rows.append(("own fields", ", ".join(found.fields)))
    if found.lacking:
        rows.append(("not yet", f"{', '.join(found.lacking)}: `dragoman reindex` makes columns of them"))
    if found.tuned:
        rows.append(("ranking", "tuned (`dragoman tune --reset` takes the defaults back)"))
    for line in table(rows, "<"):
        click.echo(line)


@click.command()
@collection_option
@wait_option
def compact(collection: Path | None, wait: float) -> None:
    """Rewrite the index without what was deleted, in as few segments as possible."""
    with opened(collection) as changed:
        before = changed.status().segments
        changed.compact(lock_timeout=wait)
        click.echo(f"{before} segments before, {changed.status().segments} now")


@click.command()
@collection_option
@click.option("--model", metavar="DIR", help="The folder of a Sentence Transformers model.")
@click.option(
    "--field",
    "fields",
    multiple=True,
    metavar="NAME=KEY",
    help="A field for the collection to have, and under which key records have it. May be given several times.",
)
@field_types_option
@wait_option
def reindex(
    collection: Path | None, model: str | None, fields: tuple[str, ...], field_types: tuple[str, ...], wait: float
) -> None:
    """Index all documents anew. With another model, with other fields, or after an upgrade that asks for it.

    Passages are encoded only where their vectors would change: after an upgrade, most are copied.
    """
    own = own_fields(fields, field_types)
    if ours := [name for name in keys_of(fields) if name not in {each.name for each in own}]:
        raise InvalidField(f"every collection has the field {ours[0]!r}: --field here is for fields of its own")
    folder = folder_of(collection)
    with ProgressBar("indexing anew") as progress:
        report = reindex_collection(folder, model=model, fields=own, progress=progress, lock_timeout=wait)
    counts = f"{many(report.updated, 'document')} in {many(report.passages, 'passage')}"
    click.echo(f"{counts} indexed anew: {report.copied:,} copied, {report.passages - report.copied:,} encoded")
    if report.unfilled:
        mend = "`dragoman add --reread PATH…` fills in what files say of it"
        click.echo(f"still to be read: {', '.join(report.unfilled)} ({mend})")


@click.command()
@collection_option
@click.pass_context
def doctor(context: click.Context, collection: Path | None) -> None:
    """Check a collection thoroughly. Says what is wrong with it; the exit code is 1 if something is.

    Dates in documents that contradict what is said of them are suspects: listed for you to look at, but no fault of the
    collection's.
    """
    with opened(collection) as examined:
        problems = examined.problems()
        for suspect in examined.suspects() if not problems else ():
            click.echo(visible(f"suspect: {suspect}"))
    for problem in problems:
        click.echo(visible(problem))
    if problems:
        context.exit(1)
    click.echo("the collection is sound")
