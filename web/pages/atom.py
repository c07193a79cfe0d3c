"""The passages that answer a question as an Atom feed (RFC 4287)."""

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote
from xml.etree import ElementTree

from flask import request

from ...corpus.document import Document
from ...search.results.citations import web_address
from ...search.results.results import Hit
from ..site import address, site
from ..state import State
from .elements import add
from .rendering import link_to

MEDIA_TYPE: Final = "application/atom+xml"

_NAMESPACE = "http://www.w3.org/2005/Atom"
_NEVER = "1970-01-01T00:00:00Z"  # an undated document must have some date in a feed
_RESERVED = "%/:?#[]@!$&'()*+,;=~"  # what an address keeps as it is (RFC 3986); the percent sign begins an escape


def atom_feed(state: State, hits: Sequence[Hit]) -> ElementTree.Element:
    """The feed of a question. Build it within a request: its links name the request's host.

    Args:
        state: The question that the feed answers: it gives the title and the links.
        hits: The feed's entries, in their order.

    Returns:
        The root element.
    """
    parameters = state.parameters(sort="relevance")  # a feed is by date in any case
    root = ElementTree.Element("feed", xmlns=_NAMESPACE)
    add(root, "id", _tag() + address("syndication.feed", **parameters))
    add(root, "title", f"{state.q or ', '.join(chip.text for chip in state.chips())} – {site().title}")
    add(root, "updated", max((_updated(hit.document) for hit in hits), default=_NEVER))
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
    add(entry, "id", f"{_tag()}:{quote(hit.passage, safe='')}")
    add(entry, "title", document.title or document.id, type="text")
    add(entry, "updated", _updated(document))
    add(entry, "link", rel="alternate", type="text/html", href=link_to(document, hit.span, question, external=True))
    if url := web_address(document.url):
        add(entry, "link", rel="via", href=quote(url, safe=_RESERVED))
    if author := document.author.strip() or document.outlet.strip():
        add(add(entry, "author"), "name", author)
    for term in dict.fromkeys((*document.countries, *document.topics)):
        add(entry, "category", term=term)
    add(entry, "summary", hit.text, type="text")


def _updated(document: Document) -> str:
    return f"{document.dates.last.isoformat()}T00:00:00Z" if document.dates else _NEVER


def _tag() -> str:
    """What the ids of entries begin with (RFC 4151): the site's host, and a year in which it was ours."""
    host = re.sub(r"[^A-Za-z0-9.-]", "", request.host.rpartition("@")[2].partition(":")[0]) or "localhost"
    return f"tag:{host.lower()},2025:dragoman"
