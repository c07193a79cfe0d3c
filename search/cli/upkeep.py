"""The commands that make, change and look after a collection."""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import click

from ...corpus.readers.contract import ReadOptions, Skipped
from ...corpus.readers.registry import FORMATS
from ...errors import UnreadableSource
from ...index.encoding.model import DEFAULT_MODEL
from ...index.home import default_collection, ready
from ...index.writing.build import build
from ...index.writing.lock import LOCK_TIMEOUT
from ...index.writing.store import Store
from ...index.writing.writer import Report, Writer
from .terminal import ProgressBar, collection_option, first_build, to_json, visible

_sources = click.argument("paths", nargs=-1, required=True, metavar="PATH…")
_format = click.option(
    "--format",
    "format_",
    type=click.Choice([each.name for each in FORMATS]),
    help="Read every file in this format, whatever its name. Standard input is text unless this says otherwise.",
)
_fields = click.option(
    "--field",
    "fields",
    multiple=True,
    metavar="NAME=KEY",
    help="The record's key for a field of ours, as in id=_id or outlet=source. May be given several times.",
)
_allow_private = click.option(
    "--allow-private", is_flag=True, help="Fetch URLs from private addresses, too: this machine, an intranet."
)
_keep = click.option("--keep", is_flag=True, help="Keep documents whose files are gone.")
_model = click.option("--model", metavar="DIR", help="The folder of a Sentence Transformers model.")
wait_option = click.option(
    "--wait",
    type=click.FloatRange(0),
    default=LOCK_TIMEOUT,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for another program that is writing to the collection.",
)


@click.command()
@_sources
@collection_option
@click.option("--replace", is_flag=True, help="Replace the collection that is there, once the new one is complete.")
@click.option("--model", metavar="DIR", default=DEFAULT_MODEL, help="The folder of a Sentence Transformers model.")
@_format
@_fields
@_allow_private
@wait_option
def index(
    paths: tuple[str, ...],
    collection: Path | None,
    replace: bool,
    model: str,
    format_: str | None,
    fields: tuple[str, ...],
    allow_private: bool,
    wait: float,
) -> None:
    """Make a new collection of documents.

    PATHs are files, folders, patterns such as 'news/*.txt', URLs of pages and feeds, or - for standard input. What
    cannot be read is named and left out. The collection remembers what it is fed from; see `dragoman sources`.
    """
    from ...index.feeding.feeder import Feeding, feed

    feeding = Feeding(_options(format_, fields, allow_private))
    with ProgressBar("indexing") as progress:
        report = build(
            collection or default_collection(),
            lambda writer: feed(writer, [(path, feeding) for path in paths]),
            model=model,
            replace=replace,
            progress=progress,
            lock_timeout=wait,
        )
    _tell(report)


@click.command()
@_sources
@collection_option
@_format
@_fields
@_allow_private
@_keep
@click.option("--reread", is_flag=True, help="Read files again whose size and time of change are as they were.")
@wait_option
def add(
    paths: tuple[str, ...],
    collection: Path | None,
    format_: str | None,
    fields: tuple[str, ...],
    allow_private: bool,
    keep: bool,
    reread: bool,
    wait: float,
) -> None:
    """Add documents to a collection, or update them. Unchanged ones are left alone.

    PATHs are files, folders, patterns, URLs of pages and feeds, or - for standard input. Documents whose files are gone
    from a folder that was added before are removed.
    """
    from ...index.feeding.feeder import Feeding, feed

    feeding = Feeding(_options(format_, fields, allow_private), keep=keep, reread=reread)
    store = Store(ready(collection, first_build))
    try:
        with ProgressBar("adding") as progress, store.writing(wait):
            report = feed(Writer(store, progress), [(path, feeding) for path in paths])
    finally:
        store.close()
    _tell(report)
    if report.skipped and not (report.added or report.updated or report.unchanged or report.removed):
        raise UnreadableSource("nothing was added: not one document could be read")


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID…")
@collection_option
@wait_option
def remove(ids: tuple[str, ...], collection: Path | None, wait: float) -> None:
    """Remove documents by id. If one of them does not exist, none is removed."""
    store = Store(ready(collection, first_build))
    try:
        with store.writing(wait):
            report = Writer(store).remove(ids)
    finally:
        store.close()
    _tell(report)


@click.command()
@collection_option
@wait_option
def compact(collection: Path | None, wait: float) -> None:
    """Rewrite the index without what was deleted. It gets as few segments as there may be."""
    store = Store(ready(collection, first_build))
    try:
        before = store.snapshot().segments
        with store.writing(wait):
            Writer(store).compact()
        click.echo(f"{before} segments before, {store.snapshot().segments} now")
    finally:
        store.close()


@click.command()
@collection_option
@_model
@wait_option
def reindex(collection: Path | None, model: str | None, wait: float) -> None:
    """Encode all documents anew. With another model, or after an upgrade that asks for it."""
    store = Store(ready(collection, first_build), check=False)
    try:
        with ProgressBar("encoding", store.ledger.count_documents()) as progress, store.writing(wait):
            report = Writer(store, progress).reindex(model or store.ledger.manifest.model)
    finally:
        store.close()
    click.echo(f"{many(report.updated, 'document')} in {many(report.passages, 'passage')} encoded anew")


@click.command()
@collection_option
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
def status(collection: Path | None, as_json: bool) -> None:
    """Show what is in a collection, and what it was built with."""
    store = Store(ready(collection, first_build))
    try:
        found = store.status()
    finally:
        store.close()
    if as_json:
        click.echo(to_json(asdict(found)))
        return
    floors = f"{found.floors.strict:.3f} strict, {found.floors.lenient:.3f} lenient"
    rows = {
        "collection": found.path,
        "documents": f"{found.documents:,}",
        "passages": f"{found.passages:,} in {many(found.segments, 'segment')}",
        "on disk": f"{found.bytes / 1e6:,.1f} MB",
        "generation": found.generation,
        "languages": ", ".join(found.languages) or "none yet",
        "model": f"{found.model} ({found.dimension} dimensions, passages in {found.precision})",
        "floors": floors,
        **({"ranking": "tuned (`dragoman tune --reset` takes the defaults back)"} if found.tuned else {}),
    }
    for name, value in rows.items():
        click.echo(f"{name:<11} {value}")


@click.command("list")
@click.argument("prefix", default="")
@collection_option
def list_(prefix: str, collection: Path | None) -> None:
    """List the ids of documents. With PREFIX, of those that begin with it."""
    store = Store(ready(collection, first_build))
    try:
        for document_id in store.ledger.live_ids(prefix):
            click.echo(document_id)
    finally:
        store.close()


@click.command()
@collection_option
@click.pass_context
def doctor(context: click.Context, collection: Path | None) -> None:
    """Check a collection thoroughly. Says what is wrong with it; the exit code is 1 if something is.

    Dates in documents that contradict what is said of them are suspects: listed for you to look at, but no fault of the
    collection's.
    """
    from ...corpus.description.suspects import suspects

    store = Store(ready(collection, first_build))
    try:
        problems = store.problems()
        for document_id in store.ledger.live_ids() if not problems else ():
            document = store.ledger.live_document(document_id)
            for suspect in suspects(document) if document else ():
                click.echo(visible(f"suspect: {suspect}"))
    finally:
        store.close()
    for problem in problems:
        click.echo(visible(problem))
    if problems:
        context.exit(1)
    click.echo("the collection is sound")


def _options(format_: str | None, fields: Iterable[str], allow_private: bool) -> ReadOptions:
    mapping: dict[str, str] = {}
    for field in fields:
        name, equals, key = field.partition("=")
        if not (name and equals and key):
            raise click.BadParameter(f"{field!r} is not NAME=KEY, as in id=_id", param_hint="--field")
        mapping[name] = key
    return ReadOptions(format=format_ or "", fields=mapping, allow_private=allow_private)


def _tell(report: Report) -> None:
    """What a change did, in one line; what was skipped and why, a line each, on standard error."""
    click.echo(f"documents: {done(report)}")
    for each in report.skipped:
        click.echo(skipped_line(each), err=True)


def done(report: Report) -> str:
    """What a change did, as in "3 added, 1 removed (12 passages encoded)"."""
    counts = [
        f"{count:,} {what}"
        for count, what in (
            (report.added, "added"),
            (report.updated, "updated"),
            (report.unchanged, "unchanged"),
            (report.removed, "removed"),
            (len(report.skipped), "skipped"),
        )
        if count
    ]
    passages = f" ({many(report.passages, 'passage')} encoded)" if report.passages else ""
    return f"{', '.join(counts) or 'nothing to do'}{passages}"


def skipped_line(skipped: Skipped) -> str:
    """What was skipped and why, as a line."""
    return visible(" ".join(f"skipped {skipped.origin}: {skipped.reason}".split()))


def many(count: int, what: str) -> str:
    """As in "1 passage", "2 passages"."""
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
