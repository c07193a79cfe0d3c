"""The tag of an answer (`ETag`), by which a client is told that what it has is still the present answer.

It depends on what is served and how, never on the server or the worker that answers. An answer that lacks more than
was known to be missing when the request came has none, since whoever lacks less would take it for its own.
"""

from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import urlencode

from flask import Response, g, request

from ...errors import CollectionNotFound
from ...index.reading.view import LeftOut
from ..site import site, site_at

_TAGGED = ("pages", "reader", "api", "syndication")
"""The parts whose answers a commit may change."""


def answer_unchanged() -> Response | None:
    """Answer 304, before anything is searched, where the client already has the present answer."""
    endpoint = (request.endpoint or "").removeprefix(f"{site().name}.")
    if endpoint.partition(".")[0] not in _TAGGED or endpoint == "syndication.embed":
        return None  # what no commit changes has tags of its own
    # The kept state that is asked may have another's name, which was dropped.
    at = request.args.get("at", "") if endpoint.startswith("api.") else ""
    try:
        asked = site_at(at)
    except CollectionNotFound:
        return None  # which will be told
    g.dragoman_tag = asked.version(_question())
    g.dragoman_left_out = asked.collection.left_out
    known = request.if_none_match
    if known.star_tag or not known.contains_weak(g.dragoman_tag):
        return None
    return Response(status=304)


def _question() -> str:
    """What is asked for: the path and the parameters, in whatever order these are given."""
    values = sorted(request.args.items(multi=True), key=lambda each: each[0])
    return f"{request.path}?{urlencode(values)}"


def tag(response: Response) -> None:
    """Give an answer its tag, and say how it may be kept."""
    if response.status_code >= HTTPStatus.BAD_REQUEST:
        response.headers["Cache-Control"] = "no-store"
    elif "dragoman_left_out" in g:
        response.headers["Cache-Control"] = "private, no-cache"
        if response.status_code in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED) and "dragoman_tag" in g:
            # Weak, because two answers of the same content differ in the time they took.
            response.set_etag(g.dragoman_tag, weak=True)


def leave_untagged() -> None:
    """Let an answer have no tag, since the same question may well be answered otherwise the next time."""
    g.pop("dragoman_tag", None)


def check_whole(left_out: Sequence[LeftOut]) -> None:
    """Let an answer have no tag if more is left out of it than was known before.

    Args:
        left_out: What is left out of it.
    """
    if tuple(left_out) != g.get("dragoman_left_out", ()):
        leave_untagged()
