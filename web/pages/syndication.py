"""What other programs take from here: a feed of each question, a search engine for browsers, a search box to embed."""

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

from flask import Blueprint, Response, request, send_from_directory

from ...corpus.document import Document
from ...search.results.citations import web_address
from ...search.results.results import Hit
from ..parameters import check_names
from ..site import address, site
from ..state import Asked
from .rendering import link_to

ENTRIES = 50
"""How many passages a feed has."""

syndication = Blueprint("syndication", __name__)

_FOLDER = Path(__file__).parents[1] / "static"
_HOUR = 3600
_LONGEST_NAME = 16  # characters, as OpenSearch wants it
_ATOM = "http://www.w3.org/2005/Atom"
_OPENSEARCH = "http://a9.com/-/spec/opensearch/1.1/"
_RESERVED = "%/:?#[]@!$&'()*+,;=~"  # signs that stand for themselves in an address (RFC 3986), and those of escapes
_NEVER = "1970-01-01T00:00:00Z"  # of what has no date, and yet must have one in a feed
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_XML = '<?xml version="1.0" encoding="utf-8"?>\n'


@syndication.get("/feed.atom")
def feed() -> Response:
    """The passages that answer a question as an Atom feed (RFC 4287), the newest first."""
    asked = replace(Asked.read(request.args), page=1)
    if not asked.similar:
        asked = replace(asked, sort="newest")
    hits = asked.search(site(), limit=ENTRIES).hits
    parameters = asked.parameters(sort="relevance")
    root = ElementTree.Element("feed", xmlns=_ATOM)
    _add(root, "id", _tag() + address("syndication.feed", **parameters))
    _add(root, "title", f"{asked.q or ', '.join(chip.text for chip in asked.chips())} – {site().title}")
    _add(root, "updated", max((_updated(hit.document) for hit in hits), default=_NEVER))
    for rel, kind, endpoint in (
        ("self", "application/atom+xml", "syndication.feed"),
        ("alternate", "text/html", "pages.search"),
    ):
        _add(root, "link", rel=rel, type=kind, href=address(endpoint, external=True, **parameters))
    _add(_add(root, "author"), "name", site().title)
    _add(root, "generator", "Dragoman")
    for hit in hits:
        _entry(root, hit, asked.q)
    return _answer(root, "application/atom+xml")


@syndication.get("/opensearch.xml")
def opensearch() -> Response:
    """The site as a search engine that browsers can add (OpenSearch 1.1)."""
    check_names(request.args, ())
    title = site().title
    root = ElementTree.Element("OpenSearchDescription", xmlns=_OPENSEARCH)
    _add(root, "ShortName", title if len(title) <= _LONGEST_NAME else f"{title[: _LONGEST_NAME - 1].rstrip()}…")
    _add(root, "LongName", title[:48])
    _add(root, "Description", f"Passages by their words and by their meaning: {title}"[:1024])
    _add(root, "InputEncoding", "UTF-8")
    _add(root, "Image", address("assets.file", external=True, version="0", name="dragoman.svg"), type="image/svg+xml")
    for kind, rel, endpoint, more in (
        ("text/html", "results", "pages.search", ""),
        ("application/atom+xml", "results", "syndication.feed", ""),
        ("application/x-suggestions+json", "suggestions", "api.suggest", "&format=opensearch"),
    ):
        template = f"{address(endpoint, external=True)}?q={{searchTerms}}{more}"
        _add(root, "Url", type=kind, rel=rel, method="get", template=template)
    own = address("syndication.opensearch", external=True)
    _add(root, "Url", type="application/opensearchdescription+xml", rel="self", template=own)
    return _answer(root, "application/opensearchdescription+xml")


@syndication.get("/embed.js")
def embed() -> Response:
    """The search box that other sites may embed: an ES module."""
    return send_from_directory(_FOLDER, "embed.js", mimetype="text/javascript", max_age=_HOUR)


def _entry(root: ElementTree.Element, hit: Hit, question: str) -> None:
    document = hit.document
    entry = _add(root, "entry")
    _add(entry, "id", f"{_tag()}:{quote(hit.passage, safe='')}")
    _add(entry, "title", document.title or document.id, type="text")
    _add(entry, "updated", _updated(document))
    _add(entry, "link", rel="alternate", type="text/html", href=link_to(document, hit.span, question, external=True))
    if url := web_address(document.url):
        _add(entry, "link", rel="via", href=quote(url, safe=_RESERVED))
    if author := document.author.strip() or document.outlet.strip():
        _add(_add(entry, "author"), "name", author)
    for term in dict.fromkeys((*document.countries, *document.topics)):
        _add(entry, "category", term=term)
    _add(entry, "summary", hit.text, type="text")


def _add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
    """A new last child. XML escapes itself here; only what it forbids altogether is to be replaced."""
    child = ElementTree.SubElement(parent, name, {key: _without_controls(each) for key, each in attributes.items()})
    child.text = _without_controls(text) or None
    return child


def _without_controls(text: str) -> str:
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def _updated(document: Document) -> str:
    return f"{document.dates.last.isoformat()}T00:00:00Z" if document.dates else _NEVER


def _tag() -> str:
    """What ids of entries begin with (RFC 4151): the site's own name, and a date since when it has been ours."""
    host = re.sub(r"[^A-Za-z0-9.-]", "", request.host.rpartition("@")[2].partition(":")[0]) or "localhost"
    return f"tag:{host.lower()},2025:dragoman"


def _answer(root: ElementTree.Element, kind: str) -> Response:
    return Response(_XML + ElementTree.tostring(root, encoding="unicode"), content_type=f"{kind}; charset=utf-8")
