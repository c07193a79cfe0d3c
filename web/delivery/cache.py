"""A small cache of answers, so that what has just been asked is not searched again.

An answer is kept under its tag, which is made of the question with its options, of the state of the collection, of what
is left out of it, and of the day, as a question may say "last month". Who may ask is found out before, and never kept.
What lacks something that the next one may have, since time ran out or damage was found, has no tag, and is not kept.
"""

from http import HTTPStatus
from typing import Final

from flask import Response, g, request

from ..site import site
from .compression import wants_fewer_bytes
from .kept_answers import Kept

CACHED: Final = frozenset({"pages.search", "api.search", "api.facets", "api.suggest", "api.similar", "api.similar_to"})
"""The endpoints, named within the site, whose answers are kept: those that search. A file is written as it is taken."""


def answer_again() -> Response | None:
    """Answer what has been answered before, and is so still."""
    current = site()
    endpoint = (request.endpoint or "").removeprefix(f"{current.name}.")
    if current.answers is None or endpoint not in CACHED or "dragoman_tag" not in g:
        return None
    # Addresses in an answer name the host and the path that it was asked at.
    g.dragoman_key = f"{g.dragoman_tag} {current.name} {request.url_root} {wants_fewer_bytes()}"
    kept = current.answers.get(g.dragoman_key)
    current.metrics.count_cached(kept is not None)
    if kept is None:
        return None
    del g.dragoman_key
    response = Response(kept.body, content_type=kept.media_type)
    if kept.encoding:
        response.headers["Content-Encoding"] = kept.encoding
    return response


def keep(response: Response) -> None:
    """Keep an answer, if it is one to be kept. Call this when it has got its tag, and has been compressed."""
    current = site()
    if "dragoman_key" not in g or "dragoman_tag" not in g or current.answers is None:
        return
    if response.status_code == HTTPStatus.OK and not response.is_streamed:
        encoding = response.headers.get("Content-Encoding", "")
        current.answers.put(g.dragoman_key, Kept(response.get_data(), response.content_type or "", encoding))
