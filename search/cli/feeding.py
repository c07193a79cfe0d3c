"""The commands that bring documents into a collection and take them out: `index`, `add` and `remove`."""

import time
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from ...corpus.readers.contract import ReadOptions
from ...corpus.readers.registry import BUILT_IN, format_names
from ...errors import UnreadableSource
from ..language.words.variants import read_variants
from ..making import DEFAULT_MODEL, build_collection, own_collection
from ..results.printing import many, visible
from .options import (
    collection_option,
    device_option,
    field_types_option,
    keys_of,
    opened,
    own_fields,
    variants_option,
    wait_option,
)
from .reports import echo_report
from .terminal import ProgressBar

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_Command = TypeVar("_Command", bound=Callable[..., object])


class _FormatName(click.ParamType):  # pyright: ignore[reportMissingTypeArgument]  # generic from click 8.4 on
    """The name of a format. Those of other packages are only looked up for unknown names, and for the help."""

    name = "format"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name itself, if there is such a format."""
        if any(value == each.name for each in BUILT_IN):
            return value
        return click.Choice(format_names()).convert(value, param, ctx)

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        """All names."""
        del param, ctx
        return f"[{'|'.join(format_names())}]"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list["CompletionItem"]:
        """The names that begin so."""
        return click.Choice(format_names()).shell_complete(ctx, param, incomplete)


_FORMAT = _FormatName()

_paths = click.argument("paths", nargs=-1, required=True, metavar="PATH…")


_formerly = click.option("--format", "as_", type=_FORMAT, hidden=True)
"""The former spelling of --as."""


def reading_options(command: _Command) -> _Command:
    """The options that say how sources are read; the command's parameters are those of `read_options`."""
    for option in (
        click.option(
            "--allow-private", is_flag=True, help="Also fetch URLs from private addresses: this machine, an intranet."
        ),
        click.option(
            "--ocr", is_flag=True, help="Recognise text in the pictures of scanned pages, which takes seconds a page."
        ),
        click.option(
            "--field",
            "fields",
            multiple=True,
            metavar="NAME=KEY",
            help="Under which key records have a field, as in id=_id or outlet=source. May be given several times.",
        ),
        click.option(
            "--as",
            "as_",
            type=_FORMAT,
            help="Read every file in this format, whatever its name. Standard input is text by default.",
        ),
    ):
        command = option(command)
    return command


@click.command()
@_paths
@collection_option
@click.option("--replace", is_flag=True, help="Replace the collection that is there, once the new one is complete.")
@click.option(
    "--words-first", is_flag=True, help="With --replace, already once the new one is found by words: see below."
)
@click.option("--model", metavar="DIR", default=DEFAULT_MODEL, help="The folder of a Sentence Transformers model.")
@reading_options
@_formerly
@field_types_option
@variants_option
@device_option
@wait_option
def index(
    paths: tuple[str, ...],
    collection: Path | None,
    replace: bool,
    words_first: bool,
    model: str,
    as_: str | None,
    fields: tuple[str, ...],
    field_types: tuple[str, ...],
    variants: Path | None,
    allow_private: bool,
    ocr: bool,
    wait: float,
) -> None:
    """Make a new collection of documents.

    PATHs are files, folders, patterns such as 'news/*.txt', URLs of pages and feeds, or - for standard input. What
    cannot be read is named and left out. The collection remembers what it is fed from; see `dragoman sources`.

    As soon as all documents are read they are found by their words, and the longer the encoding goes on, the more of
    them by their meaning. What an interruption leaves is encoded by `dragoman encode`.

    A --field with a NAME that Dragoman does not know becomes a field of the collection: after --field desk=department,
    questions may say desk:Asia.
    """
    reading = read_options(as_, fields, allow_private, ocr)
    named = nullcontext(collection) if collection else own_collection()
    with ProgressBar("indexing") as progress, named as folder:
        report = build_collection(
            folder,
            paths,
            replace=replace,
            words_first=words_first,
            reading=reading,
            model=model,
            fields=own_fields(fields, field_types),
            variants=read_variants(variants) if variants else (),
            progress=progress,
            lock_timeout=wait,
        )
    echo_report(report)


@click.command()
@click.argument("paths", nargs=-1, metavar="PATH…")
@collection_option
@reading_options
@_formerly
@click.option("--keep", is_flag=True, help="Keep documents whose files are gone.")
@click.option("--reread", is_flag=True, help="Also read files whose size and time of change are as they were.")
@click.option("--strict", is_flag=True, help="Exit with 2 if a PATH gave nothing at all; the others are added.")
@variants_option
@device_option
@wait_option
def add(
    paths: tuple[str, ...],
    collection: Path | None,
    as_: str | None,
    fields: tuple[str, ...],
    allow_private: bool,
    ocr: bool,
    keep: bool,
    reread: bool,
    strict: bool,
    variants: Path | None,
    wait: float,
) -> None:
    """Add documents to a collection, or update them. Unchanged ones are left alone.

    PATHs are files, folders, patterns, URLs of pages and feeds, or - for standard input. Documents whose files are gone
    from a folder that was added before are removed. With --variants there may be none.
    """
    if not paths and not variants:
        raise click.MissingParameter(param_hint="'PATH…'", param_type="argument")
    groups = read_variants(variants) if variants else ()
    reading = read_options(as_, fields, allow_private, ocr)
    with opened(collection) as fed, ProgressBar("adding") as progress:
        if variants:
            fed.keep_variants(groups, lock_timeout=wait)
        if not paths:
            return
        report = fed.feed(paths, reading=reading, keep=keep, reread=reread, progress=progress, lock_timeout=wait)
    echo_report(report)
    if report.skipped and not (report.added or report.updated or report.unchanged or report.removed):
        raise UnreadableSource("nothing was added: not one document could be read")
    if strict and report.missing:
        raise UnreadableSource(f"nothing could be read from {', '.join(report.missing)}")


@click.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID…")
@click.option(
    "--purge",
    is_flag=True,
    help="Leave no text of theirs in any file of the collection, also of those that were removed earlier.",
)
@collection_option
@wait_option
@click.pass_context
def remove(context: click.Context, ids: tuple[str, ...], purge: bool, collection: Path | None, wait: float) -> None:
    """Remove documents by id. If one of them does not exist, none is removed.

    What is removed stays on the disk for a while, for whoever is reading. With --purge it is gone at once, in all its
    versions, and the exit code is 1 if there was nothing of one of the documents.
    """
    with opened(collection) as changed:
        if not purge:
            echo_report(changed.remove(ids, lock_timeout=wait))
            return
        done = changed.purge(ids, lock_timeout=wait)
    click.echo(f"{many(done.removed, 'document')} removed, {many(len(done.purged), 'document')} purged")
    for ledger in done.ledgers:
        click.echo(f"the damaged ledger that a repair had kept is gone too: {ledger}")
    for source in done.sources:
        click.echo(visible(f"its source is still there: {source} (if that is fed again, it comes back)"))
    for folder in done.beside:
        click.echo(visible(f"it may still be in {folder}, on which a program may be at work: purge it once more later"))
    for each in done.backups:
        made = time.strftime("%F %T", time.localtime(each.made_at))
        click.echo(
            visible(f"a backup may still hold it: {each.path}, begun {made} (back up there again, or delete it)")
        )
    for each in done.deleted:
        click.echo(visible(f"a backup is not there any more, and is named for the last time: {each.path}"))
    for unknown in done.unknown:
        told = "nothing of it was there; free parts of the ledger's file were cleared all the same"
        click.echo(visible(f"{unknown}: {told}"), err=True)
    if done.unknown:
        context.exit(1)


def read_options(as_: str | None, fields: Iterable[str], allow_private: bool, ocr: bool) -> ReadOptions:
    """How sources are read, as the options of a command say."""
    return ReadOptions(format=as_ or "", fields=keys_of(fields), allow_private=allow_private, ocr=ocr)
