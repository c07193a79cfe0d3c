"""Who may call the API, from which sites, and how often.

Pages are open to all. Only the API and the metrics, which are for programs, ask for a key, if the site has keys. Two
parts of the API stay as open as the pages: its description, and the completions of the search box.
"""

from flask import Response, g, request

from ..site import site
from .keys import KeyNeeded
from .limits import client_at

_ALLOWED = {"Access-Control-Allow-Methods": "GET, HEAD", "Access-Control-Max-Age": "7200"}
_REQUEST_HEADERS = "Authorization, X-API-Key, If-None-Match"
_ANSWER_HEADERS = "ETag, Content-Disposition, Retry-After, RateLimit, RateLimit-Policy, WWW-Authenticate"

_WITH_KEY = ("api.", "telemetry.metrics")
_OPEN = ("api.index", "api.openapi", "api.suggest")
_COUNTED = ("pages", "reader", "api", "syndication")
_SCRIPT = "syndication.embed"  # a file that is fetched with every view of a page that embeds it


def answer_preflight() -> Response | None:
    """Answer what a browser asks before it lets another site's page send a key; None for any other request."""
    if request.method != "OPTIONS" or "Access-Control-Request-Method" not in request.headers or not _reader():
        return None
    return Response(status=204, headers={**_ALLOWED, "Access-Control-Allow-Headers": _REQUEST_HEADERS})


def check() -> None:
    """Check whether the present request may be answered.

    Raises:
        KeyNeeded: It needs a key, and came without one or with one that is not known.
        TooManyRequests: Its client has asked as often as it may.
    """
    holder = _check_key()
    limiter = site().limiter
    if limiter is None or _endpoint().partition(".")[0] not in _COUNTED or _endpoint() == _SCRIPT:
        return
    client = f"key {holder}" if holder else client_at(request.remote_addr)
    g.dragoman_allowance = allowance = limiter.count(client)
    limiter.check(allowance)


def finish(response: Response) -> Response:
    """Add the headers that say which sites' pages may read an answer, and how often its client may still ask."""
    current = site()
    endpoint = _endpoint()
    if current.keys and needs_key(endpoint):
        response.vary.update(("Authorization", "X-API-Key"))
    if "dragoman_key_needed" in g:  # a 401 of the host app's own is left alone
        response.headers["WWW-Authenticate"] = 'Bearer realm="dragoman"'
    if _is_shared(endpoint) and current.origins:
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        if "*" not in current.origins:
            response.vary.add("Origin")
        if reader := _reader():
            response.headers["Access-Control-Allow-Origin"] = reader
            response.headers["Access-Control-Expose-Headers"] = _ANSWER_HEADERS
    if current.limiter and "dragoman_allowance" in g:
        response.headers.update(current.limiter.headers(g.dragoman_allowance))
    return response


def needs_key(endpoint: str) -> bool:
    """Whether an endpoint, named within the site, asks for a key where there are keys."""
    return endpoint.startswith(_WITH_KEY) and endpoint not in _OPEN


def _check_key() -> str | None:
    """The name of the key's holder, or None where none is needed."""
    keys = site().keys
    if keys is None or not needs_key(_endpoint()):
        return None
    try:
        return keys.check(request.headers.get("Authorization"), request.headers.get("X-API-Key"))
    except KeyNeeded:
        g.dragoman_key_needed = True
        raise


def _reader() -> str:
    """The origin whose pages may read the answer, `*` for all, or an empty text where none may."""
    allowed, origin = site().origins, request.headers.get("Origin", "")
    if not _is_shared(_endpoint()):
        return ""
    return "*" if "*" in allowed else origin if origin.lower() in allowed else ""


def _is_shared(endpoint: str) -> bool:
    """Whether other sites' pages may read this, if they are allowed to: the API and the search box to embed."""
    return endpoint.startswith("api.") or endpoint == _SCRIPT


def _endpoint() -> str:
    """The endpoint's name within the site."""
    return (request.endpoint or "").removeprefix(f"{site().name}.")
