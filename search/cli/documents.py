"""The commands that read a collection without a question: `show`, `list` and `similar`."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...corpus.document import Span
from ..results.citations import page_words
from ..results.printing import many, moment, to_json, visible
from .layout import FORMATS, wrapped
from .options import at_option, bom_option, collections_option, format_option, opened, with_bom
from .terminal import echo_paged

if TYPE_CHECKING:
    from ...corpus.document import Document


@click.command()
@click.argument("identity", metavar="ID")
@collections_option
@at_option
@format_option(["text", "json"], "How to print it. JSON has the spans of its passages.")
@click.option("--cut", "only_cut", is_flag=True, help="The lines that cleaning cut from around it, and their number.")
def show(identity: str, collections: tuple[Path, ...], at: str | None, format_: str, only_cut: bool) -> None:
    """Show a document, or the one passage that ID names."""
    with opened(*collections, at=at) as read:
        document, span = read.named(identity)
        spans, fields = read.passages(document.id), read.fields
    text = document.text if span is None else document.text[slice(*span)]
    added = document.added and moment(document.added)
    if format_ == "json":
        click.echo(
            to_json(
                {
                    **document.description(),
                    "added": added,
                    "cut_lines": len(document.cut),
                    "text": text,
                    "passages": spans,
                }
            )
        )
        return
    if only_cut:
        counted = f"{many(len(document.cut), 'line')} cut"
        echo_paged("".join(f"{visible(line)}\n" for line in (counted, *document.cut)))
        return
    people = "; ".join(
        ", ".join(part for part in (person.name, person.role, person.country) if part) for person in document.people
    )
    by_field = {field.name: (field.label.lower(), "; ".join(filter(None, field.values(document)))) for field in fields}
    rows = {
        "title": document.title,
        "date": str(document.dates or ""),
        **dict((by_field | {"person": ("people", people)}).values()),
        "url": document.url,
        "pages": page_words([page.label for page in document.pages_of(span or Span(0, len(document.text)))]),
        "described": _provenance(document),
        "added": added or "",
        "id": document.id,
        "origin": document.origin,
    }
    sources = [" · ".join(part for part in asdict(reference).values() if part) for reference in document.references]
    lines = [(name, value) for name, value in (*rows.items(), *(("source", each) for each in sources)) if value]
    width = max(len(name) for name, _ in lines)
    description = "".join(f"{click.style(f'{name:<{width}}', dim=True)} {visible(value)}\n" for name, value in lines)
    if sys.stdout.isatty():
        text = "\n".join("\n".join(wrapped([(line, frozenset())], "")) for line in text.splitlines())
    echo_paged(f"{description}\n{visible(text)}\n")


def _provenance(document: "Document") -> str:
    """Which fields were given, extracted and inferred, as in "title, url given; place extracted; dates inferred"."""
    return "; ".join(f"{', '.join(fields)} {how}" for how, fields in document.by_provenance())


@click.command("list")
@click.argument("prefix", default="")
@collections_option
@at_option
def list_(prefix: str, collections: tuple[Path, ...], at: str | None) -> None:
    """List the ids of documents. With PREFIX, of those that begin with it."""
    with opened(*collections, at=at) as read:
        for document_id in read.document_ids(prefix):
            click.echo(document_id)


@click.command()
@click.argument("identity", metavar="ID")
@click.option("-n", "--limit", type=click.IntRange(1, 1000), default=5, show_default=True, metavar="N", help="Hits.")
@click.option("--per-document", is_flag=True, help="The best passage of each document only.")
@collections_option
@at_option
@format_option(FORMATS, "How to print the hits.")
@bom_option
@click.pass_context
def similar(
    context: click.Context,
    identity: str,
    limit: int,
    per_document: bool,
    collections: tuple[Path, ...],
    at: str | None,
    format_: str,
    bom: bool,
) -> None:
    """Find what is near in meaning to a passage or a document. The hits are passages of other documents."""
    with opened(*collections, at=at) as searched:
        results = searched.similar(identity, limit=limit, per_document=per_document)
    echo_paged(with_bom(FORMATS[format_](results), format_, bom))
    if not results.hits:
        context.exit(1)
