"""The commands that look after a collection: `status`, `compact`, `reindex` and `doctor`."""

from dataclasses import asdict
from pathlib import Path

import click

from ...errors import CollectionDamaged, InvalidField
from ..making import reindex_collection, repair_collection
from ..results.printing import many, table, to_json, visible
from .options import (
    collection_option,
    collections_option,
    device_option,
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
    if found.unencoded:
        rows.append(("meaning", f"of {found.covered} % of the passages so far (`dragoman encode` does the rest)"))
    if found.recall < 1:
        rows.append(("nearest", f"{100 * found.recall:.1f} % of a hundred are found, by comparing few (on a sample)"))
    if found.fields:
        rows.append(("own fields", ", ".join(found.fields)))
    if found.lacking:
        rows.append(("not yet", f"{', '.join(found.lacking)}: `dragoman reindex` makes columns of them"))
    if found.kept:
        rows.append(("kept states", f"{', '.join(found.kept)} ({found.kept_bytes / 1e6:,.1f} MB that only they hold)"))
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
@device_option
@wait_option
def encode(collection: Path | None, wait: float) -> None:
    """Encode passages that words alone find so far: what an interrupted `index` or `add` left.

    May be interrupted itself: it goes on where it was.
    """
    with opened(collection) as changed, ProgressBar("encoding") as progress:
        report = changed.encode(progress=progress, lock_timeout=wait)
    left = f", {report.unencoded:,} cannot be until the collection is mended" if report.unencoded else ""
    click.echo(f"{many(report.encoded, 'passage')} encoded{left}")


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
@device_option
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
@click.option("--repair", is_flag=True, help="Mend what is damaged, from what is whole; say what is lost.")
@device_option
@wait_option
@click.pass_context
def doctor(context: click.Context, collection: Path | None, *, repair: bool, wait: float) -> None:
    """Check a collection thoroughly. Says what is wrong with it; the exit code is 1 if something is.

    With --repair, what is damaged is made anew: keyword parts by analysis, vectors by encoding where they are not
    whole, the query encoder from its model, the ledger from all of its rows that can be read. The collection answers
    meanwhile. The exit code is 1 if something is lost or cannot be mended: each such thing has a line.

    Dates in documents that contradict what is said of them are suspects: listed for you to look at, but no fault of the
    collection's.
    """
    if repair:
        _repair(context, folder_of(collection), wait)
        return
    try:
        with opened(collection) as examined:
            problems = examined.problems()
            for line in (*problems, *examined.seal_rest()):
                click.echo(visible(line))
            for suspect in examined.suspects() if not problems else ():
                click.echo(visible(f"suspect: {suspect}"))
    except CollectionDamaged as error:
        problems = [str(error)]
        click.echo(visible(problems[0]))
    if problems:
        context.exit(1)
    click.echo("the collection is sound")


def _repair(context: click.Context, folder: Path, wait: float) -> None:
    with ProgressBar("mending") as progress:
        done = repair_collection(folder, progress=progress, lock_timeout=wait)
    for kind, lines in (("mended", done.mended), ("lost", done.lost), ("not mended", done.remaining)):
        for line in lines:
            click.echo(visible(f"{kind}: {line}"))
    if not (done.mended or done.lost or done.remaining):
        click.echo("nothing is damaged")
    elif done.lost or done.remaining:
        context.exit(1)
    else:
        click.echo("the collection is sound again")
