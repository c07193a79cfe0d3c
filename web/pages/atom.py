"""The passages that answer a question as an Atom feed (RFC 4287)."""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Final
from urllib.parse import quote, urlencode
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree

from ...corpus.document import Document
from ...search.results.citations import web_address
from ...search.results.printing import moment
from ...search.results.results import Hit
from ..site import address, site
from ..state import State
from .elements import add
from .rendering import link_to

MEDIA_TYPE: Final = "application/atom+xml"

_NAMESPACE = "http://www.w3.org/2005/Atom"
_RESERVED = "%/:?#[]@!$&'()*+,;=~"  # what an address keeps as it is (RFC 3986); the percent sign begins an escape


def atom_feed(state: State, hits: Sequence[Hit]) -> ElementTree.Element:
    """The feed of a question. Build it within a request: its links name the request's host.

    Args:
        state: The question that the feed answers: it gives the title and the links.
        hits: The feed's entries, in their order.

    Returns:
        The root element.
    """
    parameters = state.parameters(sort="relevance")  # a feed has what came in last first in any case
    root = ElementTree.Element("feed", xmlns=_NAMESPACE)
    add(root, "id", _identity(f"?{urlencode(parameters, doseq=True)}"))
    add(root, "title", f"{state.q or ', '.join(chip.text for chip in state.chips())} – {site().title}")
    add(root, "updated", moment(max((_came_in(hit.document) for hit in hits), default=_today())))
    for rel, kind, endpoint in (("self", MEDIA_TYPE, "syndication.feed"), ("alternate", "text/html", "pages.search")):
        add(root, "link", rel=rel, type=kind, href=address(endpoint, external=True, **parameters))
    add(add(root, "author"), "name", site().title)
    add(root, "generator", "Dragoman")
    for hit in hits:
        _entry(root, hit, state.q)
    return root


def _entry(root: ElementTree.Element, hit: Hit, question: str) -> None:
    document = hit.document
    entry = add(root, "entry")
    add(entry, "id", _identity(hit.passage))
    add(entry, "title", document.title or document.id, type="text")
    add(entry, "updated", moment(_came_in(document)))
    if document.dates:
        add(entry, "published", f"{document.dates.first.isoformat()}T00:00:00Z")
    add(entry, "link", rel="alternate", type="text/html", href=link_to(document, hit.span, question, external=True))
    if url := web_address(document.url):
        add(entry, "link", rel="via", href=quote(url, safe=_RESERVED))
    if author := document.author.strip() or document.outlet.strip():
        add(add(entry, "author"), "name", author)
    for term in dict.fromkeys((*document.countries, *document.topics)):
        add(entry, "category", term=term)
    add(entry, "summary", hit.text, type="text")


def _today() -> datetime:
    """The beginning of this day: until then nothing has come in that a feed without entries could list."""
    return datetime.combine(datetime.now(UTC), time.min, UTC)


def _came_in(document: Document) -> datetime:
    """When a document came in; of a collection that does not say that, its own date or, without one, long ago."""
    if document.added is not None:
        return document.added
    return datetime.combine(document.dates.last, time.min, UTC) if document.dates else datetime.fromtimestamp(0, UTC)


def _identity(of: str) -> str:
    """An id (RFC 4151 wants a host, this does not): the same under every address of the collection.

    Args:
        of: What it is of, within the collection.
    """
    collection = site().collection
    return uuid5(NAMESPACE_URL, f"dragoman {collection.lineage or collection.path} {of}").urn
