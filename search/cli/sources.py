"""The commands for what a collection is fed from: `sources` and `watch`."""

import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...errors import DragomanError
from ..results.printing import many, table, to_json, visible
from .options import collection_option, device_option, format_option, opened, wait_option
from .reports import moved_summary, remark_lines, skipped_line, summary, unused_line
from .terminal import echo_if_possible, set_by_signals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...index.ledger.origins import FedSource
    from ...index.writing.tally import Report


@click.command()
@collection_option
@click.option("--forget", multiple=True, metavar="SOURCE", help="Forget a source; its documents stay. Several: each.")
@click.option("--remove", is_flag=True, help="With --forget, also remove the documents that came from it alone.")
@click.option(
    "--moved",
    nargs=2,
    metavar="OLD NEW",
    help="A file or folder lies elsewhere now: its documents get the names that they have there.",
)
@format_option(["text", "json"])
@wait_option
def sources(
    collection: Path | None,
    forget: tuple[str, ...],
    remove: bool,
    moved: tuple[str, str] | None,
    format_: str,
    wait: float,
) -> None:
    """List what a collection is fed from, and what was found there last.

    With --moved nothing is read or encoded, and documents came in when they did.
    """
    if remove and not forget:
        raise click.UsageError("--remove goes with --forget SOURCE; `dragoman remove` takes ids")
    with opened(collection) as fed:
        if moved:
            report = fed.move(*moved, lock_timeout=wait)
            click.echo(f"documents: {moved_summary(report)}", err=True)
        if forget:
            report = fed.forget(forget, remove=remove, lock_timeout=wait)
            if remove:
                click.echo(f"documents: {summary(report)}", err=True)
                for line in map(skipped_line, report.skipped):
                    click.echo(line, err=True)
        found = fed.sources()
    if format_ == "json":
        click.echo(to_json([_as_json(each) for each in found]))
    elif found:
        for line in table([("documents", "skipped", "last read", "kind", "source"), *map(_row, found)], ">><"):
            click.echo(line)
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
@device_option
@wait_option
def watch(paths: tuple[str, ...], collection: Path | None, every: float, urls_every: float, wait: float) -> None:
    """Keep a collection current, until Ctrl-C.

    With all that it is fed from, or with the files, folders, patterns and URLs that are named. A source is read with
    the options that it was added with. Each change is a line.
    """
    with opened(collection) as fed:
        watched: Sequence[object] = paths or fed.sources()
        if not watched:
            raise DragomanError(
                "the collection is not fed from anything yet: name what to watch: `dragoman watch FOLDER`"
            )
        echo_if_possible(f"Watching {many(len(watched), 'source')} of {fed.path} until Ctrl-C", err=True)
        # However it ends, a change that was not committed did not happen.
        with suppress(KeyboardInterrupt):
            fed.watch(
                paths,
                every=every,
                urls_every=urls_every,
                on_change=_ChangePrinter(),
                on_error=lambda line: echo_if_possible(f"dragoman: {visible(line)}", err=True),
                lock_timeout=wait,
                stop=set_by_signals(),
            )


class _ChangePrinter:
    """Prints a line for each change, and what is skipped or not used when that is news."""

    def __init__(self) -> None:
        self._printed: set[str] = set()

    def __call__(self, report: "Report") -> None:
        if report.added or report.updated or report.removed:
            echo_if_possible(
                f"{time.strftime('%Y-%m-%d %H:%M:%S')} {summary(replace(report, unchanged=0, skipped=()))}"
            )
        told = (*map(skipped_line, report.skipped), *remark_lines(report), *filter(None, [unused_line(report)]))
        told = (*told, *map(visible, report.elsewhere))
        lines = dict.fromkeys(told)
        for line in lines:
            if line not in self._printed:
                echo_if_possible(line, err=True)
        self._printed.update(lines)


def _as_json(source: "FedSource") -> dict[str, Any]:
    return {
        "source": source.name,
        "kind": source.kind,
        "options": source.options,
        "added": datetime.fromtimestamp(source.added_at, UTC).isoformat(timespec="seconds"),
        "read": datetime.fromtimestamp(source.read_at, UTC).isoformat(timespec="seconds"),
        "documents": source.documents,
        "skipped": source.skipped,
    }


def _row(source: "FedSource") -> tuple[str, ...]:
    read = time.strftime("%Y-%m-%d %H:%M", time.localtime(source.read_at))
    return f"{source.documents:,}", f"{source.skipped:,}", read, source.kind, visible(source.name)
