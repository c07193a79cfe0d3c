"""The command that serves language models: `dragoman mcp`."""

import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from ...search.cli.options import PathFromHome, at_option, collections_option, opened
from ...search.cli.terminal import leave_when_terminated
from ..access.hosts import host_name, origin
from ..access.keys import Keys
from ..access.limits import Limiter
from ..server.sockets import LOOPBACK, in_url, listen

if TYPE_CHECKING:
    from mcp.server import MCPServer

_HOST = "127.0.0.1"
_PORT = 8766
_ALL_ADDRESSES = ("0.0.0.0", "::")  # noqa: S104  # nothing is bound here: no client calls a server by these
_MAX_CONNECTIONS = 128  # a client may hold one open for as long as it likes
_LAST_WORDS = 5  # seconds that an answer may still take when the server is told to stop


@click.command()
@collections_option
@at_option
@click.option("--http", is_flag=True, help="Over HTTP, for several clients, rather than on standard input and output.")
@click.option("--host", metavar="NAME", show_default=_HOST, help="With --http: the address to listen on.")
@click.option(
    "--port",
    metavar="NUMBER",
    show_default=str(_PORT),
    type=click.IntRange(0, 65535),
    help="With --http: the port; 0 takes any that is free.",
)
@click.option(
    "--trusted-host",
    "trusted_hosts",
    multiple=True,
    metavar="NAME",
    help="With --http: another name that the server is reached by; once for each. Other names are refused.",
)
@click.option(
    "--origin",
    "origins",
    multiple=True,
    metavar="URL",
    help="With --http: a web site whose pages may call it, as in https://example.org; once for each.",
)
@click.option(
    "--keys",
    "keys_file",
    metavar="FILE",
    type=PathFromHome(dir_okay=False),
    help="With --http: answer only with a key of this file, the same as of `serve --keys`: see `dragoman key`.",
)
@click.option("--rate", metavar="RATE", help="With --http: how often one client may ask, such as 60/minute.")
def mcp(
    collections: tuple[Path, ...],
    at: str | None,
    http: bool,
    host: str | None,
    port: int | None,
    trusted_hosts: tuple[str, ...],
    origins: tuple[str, ...],
    keys_file: Path | None,
    rate: str | None,
) -> None:
    """Serve a collection, or several side by side, to language models, by the Model Context Protocol.

    On standard input and output, as programs that host models start it; or, with --http, at /mcp until Ctrl-C, with
    /healthz beside it. The tools are overview, search, read and similar, and none of them changes anything.
    """
    of_http = (host, port, trusted_hosts or None, origins or None, keys_file, rate)
    if not http and any(each is not None for each in of_http):
        raise click.UsageError("--host, --port, --trusted-host, --origin, --keys and --rate go with --http")
    from ..mcp import server

    with opened(*collections, at=at) as open_collection:
        tools = server(open_collection)
        if not http:
            _converse(tools)
            return
        open_collection.search("dragoman", limit=1)  # spares the first client the loading
        from ..mcp.gate import Entry, http_app

        address, sites = host or _HOST, [origin(each) for each in origins]
        if "*" in sites:
            raise click.UsageError("--origin takes no *: name each site whose pages may ask")
        own = () if address in _ALL_ADDRESSES else (address,)
        entry = Entry(
            hosts=frozenset(map(host_name, (*LOOPBACK, *trusted_hosts, *own))),
            origins=frozenset(sites),
            keys=Keys(keys_file) if keys_file else None,
            limiter=Limiter(rate) if rate else None,
        )
        _serve(http_app(tools, entry, lambda: open_collection.generation), address, _PORT if port is None else port)


def _converse(tools: "MCPServer[Any]") -> None:
    """Answer on standard input and output until the input ends, or a signal comes."""

    def leave(*_: object) -> NoReturn:
        # At once, as nothing is being written: a thread that waits for input could not be ended. A container's first
        # process gets no signal but those that it asks for.
        os._exit(0)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    try:
        tools.run("stdio")
    except BaseExceptionGroup as errors:
        if errors.split(BrokenPipeError)[1] is not None:
            raise
        raise BrokenPipeError from None  # nobody listens any more: no error of ours


def _serve(app: Any, host: str, port: int) -> None:
    import uvicorn

    with listen(host, port) as listener, suppress(KeyboardInterrupt):
        # Uvicorn ends well on either signal, and then lets it have its usual effect.
        leave_when_terminated()
        click.echo(f"Serving at http://{in_url(host)}:{listener.getsockname()[1]}/mcp", err=True)
        # Its own loggers would write to standard output.
        config = uvicorn.Config(
            app,
            http="h11",
            log_config=None,
            access_log=False,
            proxy_headers=False,  # anybody on this machine could say where he comes from
            lifespan="on",
            ws="none",
            limit_concurrency=_MAX_CONNECTIONS,
            timeout_graceful_shutdown=_LAST_WORDS,
        )
        uvicorn.Server(config).run(sockets=[listener])
