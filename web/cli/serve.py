"""The web's own command: `serve`."""

import logging
import socket
from contextlib import nullcontext
from pathlib import Path

import click

from ...cores import cores
from ...search.cli.options import PathFromHome, at_option, collections_option, folder_of
from ...search.cli.terminal import echo_if_possible
from ...search.collection import open_collection
from ..access.limits import Limiter
from ..server.sockets import in_url, listen, own_names


@click.command()
@collections_option
@at_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8765, show_default=True, type=click.IntRange(0, 65535), help="0 takes any free port.")
@click.option(
    "--workers",
    show_default="one for each core",
    type=click.IntRange(1, 256),
    help="Processes that answer, all on the same port.",
)
@click.option(
    "--threads", default=8, show_default=True, type=click.IntRange(1, 64), help="Requests each of them answers at once."
)
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
    type=PathFromHome(dir_okay=False),
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
@click.option(
    "--cache",
    metavar="MEGABYTES",
    default=16,
    show_default=True,
    type=click.IntRange(0, 4096),
    help="What each worker keeps of answers for those who ask the same; 0 for none.",
)
@click.option("--no-checks", is_flag=True, help="Do not look for damage to the collection's files in the background.")
@click.option("--no-log", is_flag=True, help="Do not write a line for each request to standard error.")
def serve(
    collections: tuple[Path, ...],
    at: str | None,
    host: str,
    port: int,
    workers: int | None,
    threads: int,
    title: str,
    trusted_hosts: tuple[str, ...],
    origins: tuple[str, ...],
    keys: Path | None,
    rate: str | None,
    proxies: int,
    prefix: str,
    cache: int,
    no_checks: bool,
    no_log: bool,
) -> None:
    """Serve a collection, or several side by side, as web pages and a JSON API, until Ctrl-C.

    New commits are picked up as they come. On a loopback address, such as the default, it answers for localhost alone,
    and for the names given by --trusted-host. On any other address, give the names that it is reached by: without any,
    it answers for all. /healthz says whether it is well, /metrics has counts for Prometheus.
    """
    from ..app import Options, create_app
    from ..server import serving
    from ..server.checks import Checks
    from ..server.shared_memory import Counts

    logging.raiseExceptions = False  # a log on a full disk ends no request, and is no news in itself
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.WARNING)
    logging.getLogger("dragoman").setLevel(logging.WARNING if no_log else logging.INFO)
    workers = workers or cores()
    prefix = f"/{prefix.strip('/')}" if prefix.strip("/") else ""
    folders, counts = [folder_of(each) for each in collections or (None,)], Counts()
    options = Options(
        trusted_hosts={*trusted_hosts, *own_names(host)},
        origins=origins,
        title=title,
        keys=keys,
        rate=Limiter(rate) if rate else None,
        counts=counts,
        cache=cache * 1024 * 1024,
    )

    def answer(listener: socket.socket, company: serving.Company) -> None:
        """What a worker does."""
        with open_collection(folders, at=at) as collection:
            app = create_app(collection, **options)
            collection.search("dragoman", limit=1, facets=1)  # spares the first visitor the loading
            ready = f"Serving {collection.path} at http://{in_url(host)}:{listener.getsockname()[1]}{prefix}/"
            with nullcontext() if no_checks else Checks(collection, counts):
                serving.serve(
                    app,
                    listener,
                    threads=threads,
                    proxies=serving.Proxies(proxies, prefix),
                    company=company,
                    started=lambda: echo_if_possible(ready, err=True),
                )

    if workers == 1:
        with listen(host, port) as listener:
            answer(listener, serving.Alone())
        return
    with open_collection(folders, at=at) as collection:
        create_app(collection, **options)  # what cannot be served is told before there are any workers
    from ..server.workers import run

    with listen(host, port) as listener:
        run(answer, listener, counts, workers=workers)
