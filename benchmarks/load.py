"""How `dragoman serve` bears many at once: median and 95th percentile, answers a second, and errors.

    python benchmarks/load.py COLLECTION QUERIES.jsonl[.xz] [COUNT] [--save]

QUERIES has an object with a `text` a line, and COUNT (400) of them are asked in each round, every one once, by 1, 8 and
32 clients that each wait for an answer before they ask again. Server and clients share the machine. An answer other
than 200, or one that is not whole, is an error.
"""

import queue
import re
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import numpy as np
from latency import questions
from record import Record, arguments

import dragoman

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENTS = (1, 8, 32)
WARM_UP = 40
PATHS = {
    "API, 10 hits": "/api/v1/search?q={}",
    "API, words only": "/api/v1/search?mode=keyword&q={}",
    "page with facets and histogram": "/?q={}",
}


@contextmanager
def served(collection: str) -> "Iterator[int]":
    """The port of a server that runs within the block."""
    command = [sys.executable, "-m", "dragoman", "serve", "--collection", collection, "--port", "0", "--no-log"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            said = server.stderr.readline() if server.stderr else ""
            found = re.search(r":(\d+)/$", said.strip())
            if found is None:
                sys.exit(said)
            yield int(found[1])
        finally:
            server.terminate()


def round_of(port: int, paths: list[str], clients: int) -> tuple[list[float], int, float]:
    """The seconds that each answer took, the number of errors, and the seconds of the whole."""
    waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
    for path in paths:
        waiting.put(path)
    seconds: list[float] = []
    errors: list[str] = []

    def client() -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=120)
        while True:
            try:
                path = waiting.get_nowait()
            except queue.Empty:
                return connection.close()
            began = time.perf_counter()
            try:
                connection.request("GET", path)
                answer = connection.getresponse()
                body = answer.read()
                if answer.status != 200 or not body.rstrip().endswith((b"}", b"</html>")):
                    errors.append(f"{answer.status} {path}")
            except (OSError, HTTPException) as error:
                errors.append(f"{error!r} {path}")
                connection.close()
            seconds.append(time.perf_counter() - began)

    threads = [threading.Thread(target=client) for _ in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for error in errors[:5]:
        print(error, file=sys.stderr)
    return seconds, len(errors), time.perf_counter() - began


def main() -> None:
    """Ask by each path, with ever more clients, and print how that went."""
    if len(arguments()) < 2:
        sys.exit(__doc__)
    folder, queries, *count = arguments()
    texts = [quote(text) for text in questions(Path(queries), (int(count[0]) if count else 400) + WARM_UP)]
    with dragoman.open_collection(folder) as collection:
        status = collection.status()
    columns = ["asked", "clients", "p50 ms", "p95 ms", "answers a second", "errors"]
    with served(folder) as port, Record("load", columns) as record:
        for name, path in PATHS.items():
            round_of(port, [path.format(text) for text in texts[:WARM_UP]], 4)
            for clients in CLIENTS:
                seconds, errors, whole = round_of(port, [path.format(text) for text in texts[WARM_UP:]], clients)
                p50, p95 = np.percentile(np.array(seconds) * 1000, (50, 95))
                rate = f"{len(seconds) / whole:.1f}"
                record.row(name, str(clients), f"{p50:.0f}", f"{p95:.0f}", rate, str(errors))
        record.figure("passages", f"{status.passages:,}")
        record.figure("segments", f"{status.segments:,}")
        record.figure("questions a round", f"{len(texts) - WARM_UP:,}")


if __name__ == "__main__":
    main()
