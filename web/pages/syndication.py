"""What is for other programs and sites: feeds, the search description, a search box to embed, what robots may read."""

from typing import Final

from flask import Blueprint, Response, request

from ...search.stores.protocol import refuse_damaged
from ..site import address, site
from ..state import State
from . import atom
from . import search_description as descriptions
from .assets import send_asset
from .elements import xml_response

ENTRIES: Final = 50
"""How many passages a feed has, at most."""

_HOUR = 3600

syndication = Blueprint("syndication", __name__)


@syndication.get("/feed.atom")
def feed() -> Response:
    """The passages that answer a question as an Atom feed, what came in last first."""
    state = State.read(request.args, site().collection.fields)
    state = state.but(page=1) if state.similar else state.but(page=1, sort="added")
    results = state.search(site(), limit=ENTRIES)
    refuse_damaged(results.left_out)  # a reader of feeds would take what comes later for news
    hits = results.hits
    return xml_response(atom.atom_feed(state, hits), atom.MEDIA_TYPE)


@syndication.get("/opensearch.xml", endpoint="opensearch")  # the name under which the metrics have always counted it
def search_description() -> Response:
    """The search description: the site as a search engine that browsers can add."""
    return xml_response(descriptions.search_description(site()), descriptions.MEDIA_TYPE)


@syndication.get("/robots.txt")
def robots() -> Response:
    """What crawlers are asked to leave: the answers to questions, which lead to ever more of them, and their files."""
    left = (f"{address('pages.search')}?", address("api.index"), address("syndication.feed"))
    return Response("\n".join(("User-agent: *", *(f"Disallow: {path}" for path in left), "")), mimetype="text/plain")


@syndication.get("/embed.js")
def embed() -> Response:
    """The search box that other sites may embed: an ES module."""
    return send_asset("embed.js", mimetype="text/javascript", max_age=_HOUR)
