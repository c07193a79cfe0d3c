"""The commands for what a collection is fed from: `sources` and `watch`."""

import signal
import sys
import time
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from ...errors import DragomanError
from ...index.feeding.feeder import source_name
from ...index.feeding.watcher import Watch
from ...index.home import ready
from ...index.ledger.origins import FedSource
from ...index.writing.store import Store
from ...index.writing.writer import Report
from .terminal import collection_option, first_build, to_json, visible
from .upkeep import done, many, skipped_line, wait_option


@click.command()
@collection_option
@click.option("--forget", multiple=True, metavar="SOURCE", help="Forget a source; its documents stay. Several: each.")
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
@wait_option
def sources(collection: Path | None, forget: tuple[str, ...], format_: str, wait: float) -> None:
    """List what a collection is fed from, and what was found there last."""
    with closing(Store(ready(collection, first_build))) as store:
        if forget:
            with store.writing(wait):
                _forget(store, forget)
        found = store.origins.all()
    if format_ == "json":
        click.echo(to_json([_as_json(each) for each in found]))
    elif found:
        _print_table(found)
    else:
        click.echo("the collection is not fed from anything: `dragoman add PATH…` remembers what it adds", err=True)


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]…")
@collection_option
@click.option(
    "--every",
    type=click.FloatRange(0.1),
    default=5.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait between two looks at files.",
)
@click.option(
    "--urls-every",
    type=click.FloatRange(1.0),
    default=900.0,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait until a URL is asked again.",
)
@wait_option
def watch(paths: tuple[str, ...], collection: Path | None, every: float, urls_every: float, wait: float) -> None:
    """Keep a collection current, until Ctrl-C.

    With all that it is fed from, or with the files, folders, patterns and URLs that are named. A source is read with
    the options that it was added with. Each change is a line.
    """
    folder = ready(collection, first_build)
    with closing(Store(folder)) as store:
        watched = paths or store.origins.all()
    if not watched:
        raise DragomanError("the collection is not fed from anything yet: name what to watch: `dragoman watch FOLDER`")
    watching = Watch(
        folder,
        paths,
        every=every,
        urls_every=urls_every,
        lock_timeout=wait,
        tell=_Teller(),
        complain=lambda line: click.echo(f"dragoman: {visible(line)}", err=True),
    )
    click.echo(f"Watching {many(len(watched), 'source')} of {folder} until Ctrl-C", err=True)
    # However it ends, a change that was not committed did not happen.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with suppress(KeyboardInterrupt):
        watching.run()


class _Teller:
    """Prints a line for each change, and what is skipped when that is news."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def __call__(self, report: Report) -> None:
        if report.added or report.updated or report.removed:
            click.echo(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {done(replace(report, unchanged=0, skipped=()))}")
        lines = dict.fromkeys(map(skipped_line, report.skipped))
        for line in lines:
            if line not in self._told:
                click.echo(line, err=True)
        self._told.update(lines)


def _forget(store: Store, names: Iterable[str]) -> None:
    known = store.origins
    wanted = [name if known.holds(name) else source_name(name) for name in names]
    for name in wanted:
        if not known.holds(name):
            raise DragomanError(f"the collection is not fed from {name}: `dragoman sources` lists what it is fed from")
    for name in wanted:
        known.forget(name)


def _as_json(source: FedSource) -> dict[str, Any]:
    return {
        "source": source.name,
        "kind": source.kind,
        "options": source.options,
        "added": datetime.fromtimestamp(source.added_at, UTC).isoformat(timespec="seconds"),
        "read": datetime.fromtimestamp(source.read_at, UTC).isoformat(timespec="seconds"),
        "documents": source.documents,
        "skipped": source.skipped,
    }


def _print_table(found: Iterable[FedSource]) -> None:
    rows = [("documents", "skipped", "last read", "kind", "source")]
    for each in found:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(each.read_at))
        rows.append((f"{each.documents:,}", f"{each.skipped:,}", when, each.kind, visible(each.name)))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for documents, skipped, when, kind, name in rows:
        numbers = f"{documents:>{widths[0]}}  {skipped:>{widths[1]}}"
        click.echo(f"{numbers}  {when:<{widths[2]}}  {kind:<{widths[3]}}  {name}")
