"""The web's own command: `serve`."""

import signal
import socket
import sys
from pathlib import Path

import click

from ..errors import DragomanError
from ..index.home import ready
from ..terminal import collection_option, first_build

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@click.command()
@collection_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8765, show_default=True, type=click.IntRange(0, 65535), help="0 takes any free port.")
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1, 64), help="Requests answered at once.")
@click.option(
    "--trusted-host",
    "trusted_hosts",
    multiple=True,
    metavar="NAME",
    help="A name that the server is reached by; once for each. Requests for other names are refused.",
)
def serve(collection: Path | None, host: str, port: int, threads: int, trusted_hosts: tuple[str, ...]) -> None:
    """Serve a collection as web pages and a JSON API, until Ctrl-C.

    On a loopback address, such as the default, it answers for localhost alone, besides the names that are trusted. On
    any other, name those that it is reached by: with none given, it answers for all.
    """
    from waitress.server import create_server

    from ..search.collection import open_collection
    from .app import MAX_REQUEST_BYTES, create_app

    names = {*trusted_hosts, *(_LOOPBACK if host in _LOOPBACK else ())}
    with open_collection(ready(collection, first_build)) as opened, _listening(host, port) as listener:
        opened.search("dragoman", limit=1)  # what is loaded now, the first visitor need not wait for
        server = create_server(
            create_app(opened, trusted_hosts=names),
            sockets=[listener],
            threads=threads,
            ident="dragoman",
            max_request_body_size=MAX_REQUEST_BYTES,
            max_request_header_size=MAX_REQUEST_BYTES,
        )
        # Waitress ends well on SystemExit, as on Ctrl-C: what it has begun to answer is answered.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        shown = f"[{host}]" if ":" in host else host
        click.echo(f"Serving {opened.path} at http://{shown}:{listener.getsockname()[1]}/", err=True)
        server.run()
        server.close()


def _listening(host: str, port: int) -> socket.socket:
    """A socket that listens there: on the IPv4 address of a name that has several."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = min(found, key=lambda each: each[0] != socket.AF_INET)
        return socket.create_server(address[:2], family=family)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DragomanError(f"cannot listen on {host}, port {port}: {reason}") from error
