"""The command that serves language models: `dragoman mcp`."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...search.cli.options import collections_option, opened
from ...search.cli.terminal import leave_when_terminated
from ..access.hosts import host_name, origin
from ..server.sockets import LOOPBACK, in_url, listen

if TYPE_CHECKING:
    from mcp.server import MCPServer

_HOST = "127.0.0.1"
_PORT = 8766
_ALL_ADDRESSES = ("0.0.0.0", "::")  # noqa: S104  # nothing is bound here: no client calls a server by these
_MAX_BODY = 65_536  # bytes of a request
_MAX_CONNECTIONS = 128  # a client may hold one open for as long as it likes
_LAST_WORDS = 5  # seconds that an answer may still take when the server is told to stop


@click.command()
@collections_option
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
def mcp(
    collections: tuple[Path, ...],
    http: bool,
    host: str | None,
    port: int | None,
    trusted_hosts: tuple[str, ...],
    origins: tuple[str, ...],
) -> None:
    """Serve a collection, or several side by side, to language models, by the Model Context Protocol.

    On standard input and output, as programs that host models start it; or, with --http, at /mcp until Ctrl-C. The
    tools are overview, search, read and similar, and none of them changes anything.
    """
    if not http and (host is not None or port is not None or trusted_hosts or origins):
        raise click.UsageError("--host, --port, --trusted-host and --origin go with --http")
    from ..mcp import server

    with opened(*collections) as open_collection:
        tools = server(open_collection)
        if http:
            open_collection.search("dragoman", limit=1)  # spares the first client the loading
            trusted, sites = [host_name(each) for each in trusted_hosts], [origin(each) for each in origins]
            if "*" in sites:
                raise click.UsageError("--origin takes no *: name each site whose pages may ask")
            _serve(tools, host or _HOST, _PORT if port is None else port, trusted, sites)
        else:
            tools.run("stdio")


def _serve(tools: "MCPServer[Any]", host: str, port: int, trusted_hosts: Sequence[str], origins: Sequence[str]) -> None:
    import uvicorn
    from mcp.server.transport_security import TransportSecuritySettings
    from starlette.middleware.cors import CORSMiddleware

    names = [in_url(name) for name in (*LOOPBACK, *trusted_hosts, *(() if host in _ALL_ADDRESSES else (host,)))]
    allowed = [*(f"http://{in_url(name)}:*" for name in LOOPBACK), *origins]
    app = tools.streamable_http_app(
        stateless_http=True,
        json_response=True,
        max_request_body_size=_MAX_BODY,
        transport_security=TransportSecuritySettings(
            allowed_hosts=[*names, *(f"{name}:*" for name in names)], allowed_origins=allowed
        ),
    )
    if origins:  # browsers ask first, and tell a page nothing unless its origin is named
        app.add_middleware(
            CORSMiddleware, allow_origins=origins, allow_methods=["GET", "POST", "DELETE"], allow_headers=["*"]
        )
    with listen(host, port) as listener, suppress(KeyboardInterrupt):
        # Uvicorn ends well on either signal, and then lets it have its usual effect.
        leave_when_terminated()
        click.echo(f"Serving at http://{in_url(host)}:{listener.getsockname()[1]}/mcp", err=True)
        # Its own loggers would write to standard output.
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            lifespan="on",
            ws="none",
            limit_concurrency=_MAX_CONNECTIONS,
            timeout_graceful_shutdown=_LAST_WORDS,
        )
        uvicorn.Server(config).run(sockets=[listener])
