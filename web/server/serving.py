"""The server behind `dragoman serve`: waitress with threads, which finishes what it has begun before it stops."""

import logging
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from flask import Flask

from ..app import MAX_REQUEST_BYTES

_LOG = logging.getLogger("dragoman.serving")

GRACE = 10.0
"""How many seconds the requests that have come in get to be answered once the server is to stop."""

_CONNECTIONS = 500
_SPARE = _CONNECTIONS // 10
_IDLE_SECONDS = 60
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


def serve(
    app: Flask,
    listener: socket.socket,
    *,
    threads: int,
    proxies: Proxies = NO_PROXIES,
    started: Callable[[], None] = lambda: None,
) -> None:
    """Answer on a socket until SIGTERM or SIGINT comes. Call it in the main thread.

    Args:
        app: What answers.
        listener: The socket, already listening.
        threads: How many requests are answered at once.
        proxies: The reverse proxies in front.
        started: Called as soon as the server can be stopped in an orderly way.
    """
    from waitress import wasyncore
    from waitress.server import create_server

    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # that requests wait is no news
    sockets: dict[int, Any] = {}
    forwarded: dict[str, Any] = {
        "trusted_proxy": "*",
        "trusted_proxy_count": proxies.number,
        "trusted_proxy_headers": _FORWARDED,
    }
    server: Any = create_server(
        app,
        map=sockets,
        sockets=[listener],
        threads=threads,
        ident="dragoman",
        url_prefix=proxies.prefix,
        connection_limit=_CONNECTIONS + _SPARE,
        channel_timeout=_IDLE_SECONDS,
        max_request_body_size=MAX_REQUEST_BYTES,
        max_request_header_size=MAX_REQUEST_BYTES,
        **(forwarded if proxies.number else {}),
    )
    stopping = threading.Event()

    def stop(*_: object) -> None:
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    started()
    channels = server.active_channels
    while not stopping.is_set():
        try:
            wasyncore.loop(timeout=0.5, map=sockets, count=1, use_poll=True)
            _close_stalled(channels.values())
            if len(channels) > _CONNECTIONS:
                _make_room(channels.values())
        except Exception:  # an error of one connection must not end the others
            _LOG.exception("unforeseen while serving")
            stopping.wait(0.5)  # so that it does not fill the log
    # Whoever has asked is answered; whoever has only connected is not.
    for each in sockets.values():
        each.accepting = False
    tasks, end = server.task_dispatcher, time.monotonic() + GRACE
    while (tasks.queue or tasks.active_count or _is_sending(channels.values())) and time.monotonic() < end:
        wasyncore.loop(timeout=0.05, map=sockets, count=1, use_poll=True)
    tasks.shutdown(timeout=1)
    wasyncore.close_all(sockets, ignore_all=True)


def _is_sending(channels: Iterable[Any]) -> bool:
    return any(each.total_outbufs_len for each in channels)


def _close_stalled(channels: Iterable[Any]) -> None:
    """Close connections whose clients have taken nothing of their answers for long: each may keep a thread waiting."""
    since = time.time() - _IDLE_SECONDS
    for each in [each for each in channels if each.total_outbufs_len and each.last_activity < since]:
        each.handle_close()


def _make_room(channels: Iterable[Any]) -> None:
    """Close the oldest connections of clients that have not asked anything whole, however busily they send.

    Otherwise a few hundred that send a request byte by byte would keep everybody out.
    """
    silent = (each for each in channels if not each.requests and not each.total_outbufs_len)
    for each in sorted(silent, key=lambda channel: channel.creation_time)[:_SPARE]:
        each.handle_close()
