"""The server behind `dragoman serve`: waitress with threads, which finishes what it has begun before it stops."""

import logging
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable
from math import ceil
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol
from urllib.parse import quote

from flask import Flask
from werkzeug.exceptions import NotFound
from werkzeug.utils import redirect

from ...errors import DragomanError
from ..app import MAX_REQUEST_BYTES

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_LOG = logging.getLogger("dragoman.serving")

GRACE = 10.0
"""How many seconds the requests that have come in get to be answered once the server is to stop."""

_STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT)
_CONNECTIONS = 500
_SPARE = _CONNECTIONS // 10
_STEP, _MOST_STEPS = 0.001, 5
"""For how many seconds a connection is left to those with fewer, for each that they have less; and for how many."""
_FORWARDED = {f"x-forwarded-{each}" for each in ("for", "proto", "host", "port")}


class Proxies(NamedTuple):
    """The reverse proxies in front of a server.

    Attributes:
        number: How many there are. What they say about where a request came from is believed.
        prefix: The path that the site lies under, such as `/archive`; empty for none.
    """

    number: int = 0
    prefix: str = ""


NO_PROXIES: Final = Proxies()


class Patience(NamedTuple):
    """How long clients are waited for.

    Attributes:
        idle: After how many seconds a client that takes nothing of its answer, or sends nothing, is sent away.
        answer: How many seconds a client has to take an answer whole, however steadily it takes a little.
    """

    idle: float = 60
    answer: float = 300


PATIENCE: Final = Patience()


class Company(Protocol):
    """The other processes that answer on the same socket, and whoever watches over them."""

    def started(self) -> bool:
        """Say that this one is ready; whether it is the one that has to tell so."""
        ...

    def goes_on(self, connections: int) -> bool:
        """Give a sign of life, with the number of connections; whether to answer any longer."""
        ...

    def connections(self) -> int:
        """How many connections all of them have."""
        ...

    def excess(self) -> int:
        """How many connections this one has more than the one with the fewest."""
        ...


class Alone:
    """The company of a server that is the only process: none."""

    _connections = 0

    def started(self) -> bool:
        """See `Company.started`."""
        return True

    def goes_on(self, connections: int) -> bool:
        """See `Company.goes_on`."""
        self._connections = connections
        return True

    def connections(self) -> int:
        """See `Company.connections`."""
        return self._connections

    def excess(self) -> int:
        """See `Company.excess`."""
        return 0


def serve(
    app: Flask,
    listener: socket.socket,
    *,
    threads: int,
    proxies: Proxies = NO_PROXIES,
    patience: Patience = PATIENCE,
    company: Company | None = None,
    started: Callable[[], None] = lambda: None,
) -> None:
    """Answer on a socket until SIGTERM, SIGINT or SIGHUP comes. Call it in the main thread.

    Args:
        app: What answers.
        listener: The socket, already listening.
        threads: How many requests are answered at once.
        proxies: The reverse proxies in front.
        patience: How long clients are waited for.
        company: The other processes that answer on the socket, if there are any.
        started: Called as soon as the server can be stopped in an orderly way, in one of the processes.
    """
    from waitress import wasyncore
    from waitress.server import create_server

    from .channel import Channel

    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # that requests wait is no news
    logging.getLogger("waitress").addFilter(_tell_in_a_line)
    company = company or Alone()
    sockets: dict[int, Any] = {}
    forwarded: dict[str, Any] = {
        "trusted_proxy": "*",
        "trusted_proxy_count": proxies.number,
        "trusted_proxy_headers": _FORWARDED,
    }
    server: Any = create_server(
        _Under(app, proxies.prefix) if proxies.prefix else app,
        map=sockets,
        sockets=[_FairListener(listener, company)],
        threads=threads,
        ident="dragoman",
        connection_limit=_CONNECTIONS + _SPARE,
        channel_timeout=patience.idle,
        max_request_body_size=MAX_REQUEST_BYTES,
        max_request_header_size=MAX_REQUEST_BYTES,
        **(forwarded if proxies.number else {}),
    )
    server.channel_class = Channel
    stopping = threading.Event()

    def stop(*_: object) -> None:
        stopping.set()

    for number in _STOPPING:
        signal.signal(number, stop)
    if company.started():
        started()
    channels = server.active_channels
    while not stopping.is_set() and company.goes_on(len(channels)):
        try:
            wasyncore.loop(timeout=0.5, map=sockets, count=1, use_poll=True)
            _close_stalled(channels.values(), patience)
            if (total := company.connections()) > _CONNECTIONS:
                _make_room(channels.values(), ceil(_SPARE * len(channels) / total))
        except Exception:  # an error of one connection must not end the others
            _LOG.exception("unforeseen while serving")
            stopping.wait(0.5)  # so that it does not fill the log
    _drain(server, sockets, company)
    server.task_dispatcher.shutdown(timeout=1)
    wasyncore.close_all(sockets, ignore_all=True)
    for number in _STOPPING:
        signal.signal(number, signal.SIG_IGN)  # Python takes its handlers off before it has ended, and would be killed


def _drain(server: Any, sockets: dict[int, Any], company: Company) -> None:
    """Answer whoever has asked, also where the system has still kept the connection, and nobody who only connected."""
    from waitress import wasyncore

    channels, known = server.active_channels, -1
    while known < (known := len(channels)):
        wasyncore.loop(timeout=0.05, map=sockets, count=1, use_poll=True)
    for each in sockets.values():
        each.accepting = False
    tasks, end = server.task_dispatcher, time.monotonic() + GRACE
    while (tasks.queue or tasks.active_count or _is_sending(channels.values())) and time.monotonic() < end:
        company.goes_on(len(channels))
        wasyncore.loop(timeout=0.05, map=sockets, count=1, use_poll=True)


class _FairListener(socket.socket):
    """A listening socket of several processes, of which those that have fewer connections come first.

    Otherwise one of them might take all the clients that keep their connections, while the others are idle.
    """

    def __init__(self, listener: socket.socket, company: Company) -> None:
        super().__init__(listener.family, listener.type, listener.proto, listener.dup().detach())
        self._company = company

    def accept(self) -> tuple[socket.socket, Any]:
        """A connection. Raises BlockingIOError if another process has taken it."""
        if excess := self._company.excess():
            time.sleep(min(excess, _MOST_STEPS) * _STEP)
        return super().accept()


class _Under:
    """An app under a path, and nowhere else: each page has one address. Its health is told at the root, too."""

    def __init__(self, app: "WSGIApplication", prefix: str) -> None:
        self._app = app
        self._prefix = prefix
        self._path = prefix.encode().decode("latin-1")  # as WSGI has it

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request, as WSGI has it."""
        path = environ["PATH_INFO"]
        if path == self._path:
            query = environ.get("QUERY_STRING")
            answer: WSGIApplication = redirect(f"{quote(self._prefix)}/{f'?{query}' if query else ''}", 308)
        elif path.startswith(f"{self._path}/"):
            environ["SCRIPT_NAME"], environ["PATH_INFO"] = self._path, path.removeprefix(self._path)
            answer = self._app
        elif path == "/healthz":
            answer = self._app
        else:
            answer = NotFound(f"There is nothing at this address: all lies under {self._prefix}/.")
        return answer(environ, start_response)


def _tell_in_a_line(record: logging.LogRecord) -> bool:
    """An answer that breaks off for a reason that we know is told in a line, without a traceback."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, DragomanError):
        record.msg, record.args, record.exc_info = "%s: %s", (record.getMessage(), error), None
    return True


def _is_sending(channels: Iterable[Any]) -> bool:
    return any(each.total_outbufs_len for each in channels)


def _close_stalled(channels: Iterable[Any], patience: Patience) -> None:
    """Close connections whose clients take their answers too slowly: each may keep a thread and a view waiting."""
    now = time.time()
    for each in [each for each in channels if each.total_outbufs_len]:
        if each.last_activity < now - patience.idle or each.answering_since < now - patience.answer:
            each.handle_close()


def _make_room(channels: Iterable[Any], most: int) -> None:
    """Close the oldest connections of clients that have not asked anything whole, however busily they send: so many.

    Otherwise a few hundred that send a request byte by byte would keep everybody out.
    """
    silent = (each for each in channels if not each.requests and not each.total_outbufs_len)
    for each in sorted(silent, key=lambda channel: channel.creation_time)[:most]:
        each.handle_close()
