"""Who may ask the tools over HTTP: for a host of ours, from no stranger's page, with a key, and not too often."""

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from anyio import to_thread
from mcp.server import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ...errors import DragomanError
from ...search.results import wire
from ..access.hosts import host_of
from ..access.keys import KeyNeeded, Keys
from ..access.limits import Limiter, client_at
from ..server.sockets import LOOPBACK

_LOG = logging.getLogger("dragoman.mcp")

HEALTH: Final = "/healthz"
_MAX_BODY: Final = 65_536  # bytes of a request
_MISDIRECTED: Final = HTTPStatus.MISDIRECTED_REQUEST


class Entry(NamedTuple):
    """Who may ask.

    Attributes:
        hosts: The names, as `host_name` has them, that the tools are reached by.
        origins: The sites whose pages may ask, beside those of this machine.
        keys: The keys, one of which each request must bring; None for none.
        limiter: How often a client may ask, by key or else by address; None for as often as it likes.
    """

    hosts: frozenset[str]
    origins: frozenset[str] = frozenset()
    keys: Keys | None = None
    limiter: Limiter | None = None


def http_app(tools: MCPServer[Any], entry: Entry, generation: Callable[[], int]) -> Starlette:
    """The tools as an ASGI app, at /mcp, with /healthz beside it.

    Args:
        tools: What answers.
        entry: Who may ask.
        generation: Gives the collection's generation, for whoever asks after its health.
    """
    app = tools.streamable_http_app(
        stateless_http=True,
        json_response=True,
        max_request_body_size=_MAX_BODY,
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),  # the gate sees to that
    )
    app.add_middleware(_Gate, entry=entry, generation=generation)
    if entry.origins:  # browsers ask first, and tell a page nothing unless its origin is named
        app.add_middleware(
            CORSMiddleware,
            allow_origins=list(entry.origins),
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=["*"],
            expose_headers=["Retry-After", "RateLimit", "RateLimit-Policy", "WWW-Authenticate"],
        )
    return app


class _Gate:
    """Passes on to an app what may be asked of it, and answers the rest: see `http_app`."""

    def __init__(self, app: ASGIApp, *, entry: Entry, generation: Callable[[], int]) -> None:
        self._app = app
        self._entry = entry
        self._generation = generation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, told = Headers(scope=scope), dict[str, str]()
        if scope["path"] == HEALTH:
            answer = await to_thread.run_sync(self._health)
        else:
            answer = self._turn_away(headers) or await to_thread.run_sync(self._check, headers, scope, told)

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                more = [(name.lower().encode(), value.encode()) for name, value in told.items()]
                message = {**message, "headers": [*message.get("headers", ()), *more]}
            await send(message)

        await (answer or self._app)(scope, receive, tell)

    def _health(self) -> Response:
        """Whether the collection can be read, and how often it has changed; under any host name, as of `serve`."""
        try:
            said = {"status": "ok", "generation": self._generation()}
        except DragomanError as error:
            return _refusal(error)
        return Response(wire.encode(said), media_type="application/json", headers={"Cache-Control": "no-store"})

    def _turn_away(self, headers: Headers) -> Response | None:
        """The answer to a request for another host, or from a stranger's page; None for any other."""
        named = headers.getlist("Host")
        name = host_of(named[0]) if len(named) == 1 else None
        if name not in self._entry.hosts:
            return _problem(_MISDIRECTED, f"This server does not answer for the host {(name or '')[:80]!r}.")
        origin = headers.get("Origin", "").lower()
        scheme, _, host = origin.partition("://")
        if origin and origin not in self._entry.origins and not (scheme == "http" and host_of(host) in LOOPBACK):
            return _problem(HTTPStatus.FORBIDDEN, "No page of that site may ask here: see --origin.")
        return None

    def _check(self, headers: Headers, scope: Scope, told: dict[str, str]) -> Response | None:
        """The answer to a request without a key, or one too many; None for any other.

        Args:
            headers: Its headers.
            scope: What else is known of it.
            told: Where what its client is told of its rate is put.
        """
        try:
            keys, limiter = self._entry.keys, self._entry.limiter
            holder = keys.check(headers.get("Authorization"), headers.get("X-API-Key")) if keys else None
            if limiter:
                address, _ = scope.get("client") or (None, 0)
                allowance = limiter.count(f"key {holder}" if holder else client_at(address))
                told.update(limiter.headers(allowance))
                limiter.check(allowance)
        except DragomanError as error:
            if isinstance(error, KeyNeeded):
                told["WWW-Authenticate"] = 'Bearer realm="dragoman"'
            return _refusal(error)
        return None


def _refusal(error: DragomanError) -> Response:
    if error.status == HTTPStatus.INTERNAL_SERVER_ERROR:
        _LOG.error("%s", error)  # for whoever runs the server: it names files
        return _problem(error.status, "The server failed to answer. Its log says what went wrong.")
    return _problem(error.status, str(error))


def _problem(status: int, detail: str) -> Response:
    """An error as the API has it (RFC 9457)."""
    said = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    headers = {"Cache-Control": "no-store"}
    return Response(wire.encode(said), status, headers, media_type="application/problem+json")
