"""Makes HTML of what a page says.

The templates have an environment of their own, so that Dragoman and an app that it is mounted in do not share filters,
names or settings.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from flask import Response
from jinja2 import Environment, PackageLoader

from ...corpus.dates.wording import day_names
from ...corpus.document import Document, Span
from ...search.language import query as language
from ...search.results import highlight
from ...search.results.citations import page_words, web_address
from ...search.results.highlight import Piece
from ...search.results.printing import many
from ...search.results.results import Hit
from ..site import address, site
from ..state import State, text_of
from .assets import asset
from .reader_text import LONGEST_NOTE, note_pieces, value_pieces

_CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(127, 160)), "\N{REPLACEMENT CHARACTER}")


def page(template: str, status: int = 200, **context: Any) -> Response:
    """A page, with every string in it escaped.

    Args:
        template: The name of its template.
        status: The HTTP status.
        **context: What the template shows.
    """
    html = _environment().get_template(template).render(site=site(), **context)
    return Response(html, status, content_type="text/html; charset=utf-8")


def visible(text: str) -> str:
    """The text, with a sign instead of each control character, which HTML does not allow."""
    return text.translate(_CONTROLS)


LONGEST_TITLE = 300


def brief(text: str, longest: int = LONGEST_TITLE) -> str:
    """The text, visible, and cut after `longest` characters: a title or a name may be of any length."""
    return visible(text) if len(text) <= longest else f"{visible(text[:longest]).rstrip()}…"


def pieces(hit: Hit) -> Iterator[Piece]:
    """A hit's passage, cut where its marks begin and end."""
    return highlight.pieces(hit.text, hit.start, hit.highlights)


def title_pieces(hit: Hit) -> Iterator[Piece]:
    """A hit's title, or the id of its document if it has none, as far as it is shown, cut where its marks are."""
    title = hit.document.title or hit.document.id
    marks = hit.title_highlights if hit.document.title else ()
    yield from highlight.pieces(title[:LONGEST_TITLE], 0, marks)
    if len(title) > LONGEST_TITLE:
        yield Piece("…", frozenset())


def thousands(number: int) -> str:
    """A number with its thousands set apart."""
    return f"{number:,}"


@cache
def language_name(code: str) -> str:
    """The English name of a language; the code itself where it has none."""
    import pycountry  # 40 ms, and few collections have languages to tell apart

    languages: Any = pycountry.languages
    known = languages.get(alpha_2=code) if len(code) == 2 else None
    return known.name.split(" (")[0].split(", ")[0] if known else code


def read_on(hit: Hit, state: State) -> str:
    """The address of a hit in the reader, with the whole question, which the reader marks and leads back to."""
    return address(
        "reader.document", document_id=hit.document.id, passage=str(hit.span), _anchor="passage", **state.parameters()
    )


def link_to(document: Document, span: Span | None = None, question: str = "", *, external: bool = False) -> str:
    """The address of a document in the reader.

    Args:
        document: The document.
        span: The passage to open it at, if any.
        question: What to mark in it, if anything.
        external: Whether the address names scheme and host as well.
    """
    where: dict[str, Any] = {"passage": str(span), "_anchor": "passage"} if span else {}
    return address("reader.document", external=external, document_id=document.id, q=question or None, **where)


def search_for(value: str, field: str) -> str:
    """The address of a search for all documents with a value in a field; empty where no question can say that."""
    question = text_of(language.Filter(field, value), fields=site().collection.fields)
    return address("pages.search", q=question) if question else ""


@cache
def _environment() -> Environment:
    templates = PackageLoader((__package__ or "").rpartition(".")[0])
    environment: Any = Environment(
        loader=templates, autoescape=True, trim_blocks=True, lstrip_blocks=True, auto_reload=False
    )
    environment.globals |= {
        "address": address,
        "field_names": lambda: site().collection.fields.names,
        "asset": asset,
        "note_pieces": note_pieces,
        "value_pieces": value_pieces,
        "longest_note": LONGEST_NOTE,
    }
    for each in (
        brief,
        many,
        day_names,
        language_name,
        link_to,
        page_words,
        pieces,
        read_on,
        search_for,
        thousands,
        title_pieces,
        visible,
    ):
        environment.filters[each.__name__] = each
    environment.tests["web_address"] = _has_web_address
    return environment


def _has_web_address(url: str) -> bool:
    return bool(web_address(url))
