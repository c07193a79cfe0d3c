"""The commands that read a collection otherwise than by a question."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from ..index.home import ready
from ..terminal import collection_option, first_build
from . import render


@click.command()
@click.argument("identity", metavar="ID")
@collection_option
@click.option("--json", "as_json", is_flag=True, help="As one JSON object, with the spans of its passages.")
def show(identity: str, collection: Path | None, as_json: bool) -> None:
    """Show a document with its description, or the one passage that ID names."""
    from ..corpus.document import parse_passage_id
    from ..errors import NotFound
    from .collection import open_collection

    with open_collection(ready(collection, first_build)) as opened:
        named = parse_passage_id(identity)
        span: tuple[int, int] | None = None
        try:
            document = opened.document(identity)
        except NotFound:
            if named is None:
                raise
            document, span = opened.document(named[0]), named[1:]
        spans = opened.passages(document.id)
    if span is not None and span not in spans:
        raise NotFound(f"{document.id!r} has no passage {span[0]}-{span[1]}")
    text = document.text if span is None else document.text[slice(*span)]
    if as_json:
        click.echo(json.dumps({**document.description(), "text": text, "passages": spans}, ensure_ascii=False))
        return
    people = (
        ", ".join(part for part in (person.name, person.role, person.country) if part) for person in document.people
    )
    rows = {
        "title": document.title,
        "date": str(document.dates or ""),
        "place": document.place,
        "outlet": document.outlet,
        "author": document.author,
        "kind": document.kind,
        "language": document.language,
        "countries": ", ".join(document.countries),
        "people": "; ".join(people),
        "topics": ", ".join(document.topics),
        "url": document.url,
        "id": document.id,
        "origin": document.origin,
    }
    for name, value in rows.items():
        if value:
            click.echo(f"{click.style(f'{name:<10}', dim=True)} {render.visible(value)}")
    for reference in document.references:
        parts = [part for part in asdict(reference).values() if part]
        click.echo(f"{click.style('source    ', dim=True)} {render.visible(' · '.join(parts))}")
    click.echo(f"\n{render.visible(text)}")


@click.command()
@click.argument("identity", metavar="ID")
@click.option("-n", "--limit", type=click.IntRange(1, 1000), default=5, show_default=True, help="How many hits.")
@click.option("--per-document", is_flag=True, help="The best passage of each document only.")
@collection_option
@click.option(
    "--format",
    "format_",
    type=click.Choice(list(render.FORMATS)),
    default="text",
    show_default=True,
    help="How to print the hits.",
)
@click.pass_context
def similar(
    context: click.Context, identity: str, limit: int, per_document: bool, collection: Path | None, format_: str
) -> None:
    """Find passages of other documents that are near in meaning to a passage or a document."""
    from .collection import open_collection

    with open_collection(ready(collection, first_build)) as opened:
        results = opened.similar(identity, limit=limit, per_document=per_document)
    click.echo(render.FORMATS[format_](results), nl=False)
    if not results.hits:
        context.exit(1)
