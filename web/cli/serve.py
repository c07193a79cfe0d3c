"""The web's own command: `serve`."""

import logging
from pathlib import Path

import click

from ...search.cli.options import collections_option, opened
from ..server.sockets import in_url, listen, own_names


@click.command()
@collections_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8765, show_default=True, type=click.IntRange(0, 65535), help="0 takes any free port.")
@click.option("--threads", default=8, show_default=True, type=click.IntRange(1, 64), help="Requests answered at once.")
@click.option("--title", default="Dragoman", show_default=True, help="What the pages call themselves.")
@click.option(
    "--trusted-host",
    "trusted_hosts",
    multiple=True,
    metavar="NAME",
    help="A name that the server is reached by; once for each. Requests for other names are refused.",
)
@click.option(
    "--origin",
    "origins",
    multiple=True,
    metavar="ORIGIN",
    help="A site whose pages may call the API, such as https://example.org; once for each. * allows all.",
)
@click.option(
    "--keys",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Answer the API, and /metrics, only with a key of this file: see `dragoman key`. Pages stay open.",
)
@click.option("--rate", metavar="RATE", help="How often one client may ask, such as 60/minute.")
@click.option(
    "--proxies",
    default=0,
    show_default=True,
    type=click.IntRange(0, 8),
    help="How many reverse proxies stand in front, whose X-Forwarded headers are to be believed.",
)
@click.option("--prefix", metavar="PATH", default="", help="The path that a proxy passes on, such as /archive.")
@click.option("--no-log", is_flag=True, help="Do not write a line for each request to standard error.")
def serve(
    collections: tuple[Path, ...],
    host: str,
    port: int,
    threads: int,
    title: str,
    trusted_hosts: tuple[str, ...],
    origins: tuple[str, ...],
    keys: Path | None,
    rate: str | None,
    proxies: int,
    prefix: str,
    no_log: bool,
) -> None:
    """Serve a collection, or several side by side, as web pages and a JSON API, until Ctrl-C.

    New commits are picked up as they come. On a loopback address, such as the default, it answers for localhost alone,
    and for the names given by --trusted-host. On any other address, give the names that it is reached by: without any,
    it answers for all. /healthz says whether it is well, /metrics has counts for Prometheus.
    """
    from ..app import create_app
    from ..server import serving

    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.WARNING if no_log else logging.INFO)
    names = {*trusted_hosts, *own_names(host)}
    with opened(*collections) as open_collection, listen(host, port) as listener:
        app = create_app(open_collection, trusted_hosts=names, origins=origins, title=title, keys=keys, rate=rate)
        open_collection.search("dragoman", limit=1, facets=1)  # spares the first visitor the loading
        prefix = f"/{prefix.strip('/')}" if prefix.strip("/") else ""
        ready = f"Serving {open_collection.path} at http://{in_url(host)}:{listener.getsockname()[1]}{prefix}/"
        serving.serve(
            app,
            listener,
            threads=threads,
            proxies=serving.Proxies(proxies, prefix),
            started=lambda: click.echo(ready, err=True),
        )
