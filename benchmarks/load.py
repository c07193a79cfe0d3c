"""How `dragoman serve` bears many at once: median and 95th percentile, answers a second, processor time, errors.

    python benchmarks/load.py COLLECTION QUERIES.jsonl[.xz] [COUNT] [WORKERS] [--save]

QUERIES has an object with a `text` a line, and COUNT (200) of them are asked in each round, every one once, by 1, 8, 32
and 128 clients that each wait for an answer before they ask again: of one worker and of WORKERS (one for each core),
with nothing kept; then the same ones once more of servers that keep answers. Server and clients share the machine. An
answer other than 200, or one that is not whole, is an error. Processor time is the server's, for an answer. At the end
it says what memory a worker has for itself, beside the pages that it shares. On two cores it takes about five minutes.
"""

import os
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

CLIENTS = (1, 8, 32, 128)
WARM_UP = 40
PATHS = {
    "API, 10 hits": "/api/v1/search?q={}",
    "API, words only": "/api/v1/search?mode=keyword&q={}",
    "page with facets and histogram": "/?q={}",
}


@contextmanager
def served(collection: str, *options: str) -> "Iterator[tuple[int, int]]":
    """The port of a server that runs within the block, and its process."""
    command = [sys.executable, "-m", "dragoman", "serve", "--collection", collection, "--port", "0", "--no-log"]
    with subprocess.Popen([*command, *options], stderr=subprocess.PIPE, text=True) as server:
        try:
            said = server.stderr.readline() if server.stderr else ""
            found = re.search(r":(\d+)/$", said.strip())
            if found is None:
                sys.exit(said)
            yield int(found[1]), server.pid
        finally:
            server.terminate()


def processes(server: int) -> list[int]:
    """The server's first process and its workers."""
    return [server, *map(int, Path(f"/proc/{server}/task/{server}/children").read_text(encoding="ascii").split())]


def processor_seconds(server: int) -> float:
    """The processor time that a server has had so far."""
    ticks = 0
    for process in processes(server):
        fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def memory(process: int) -> tuple[float, float]:
    """How many MB are resident for a process, and how many of them are its own alone."""
    rollup = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    sizes = {name: int(value) / 1024 for name, value in re.findall(r"^(\w+): +(\d+) kB", rollup, re.MULTILINE)}
    return sizes["Rss"], sizes["Private_Clean"] + sizes["Private_Dirty"]


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
    folder, queries, *numbers = arguments()
    count, workers = int(numbers[0]) if numbers else 200, numbers[1] if len(numbers) > 1 else str(len(cores()))
    texts = [quote(text) for text in questions(Path(queries), count + WARM_UP)]
    with dragoman.open_collection(folder) as collection:
        status = collection.status()
    columns = ["asked", "workers", "clients", "p50 ms", "p95 ms", "answers a second", "processor ms", "errors"]
    with Record("load", columns) as record:
        for options, kept in ((("1", "0"), ""), ((workers, "0"), ""), ((workers, "64"), ", again")):
            with served(folder, "--workers", options[0], "--cache", options[1]) as (port, server):
                for name, path in PATHS.items():
                    round_of(port, [path.format(text) for text in texts[:WARM_UP]], 8)
                    paths = [path.format(text) for text in texts[WARM_UP:]]
                    if kept:  # so often that each worker has had each of them
                        round_of(port, paths * 4, 8)
                    for clients in CLIENTS:
                        began = processor_seconds(server)
                        seconds, errors, whole = round_of(port, paths, clients)
                        used = processor_seconds(server) - began
                        p50, p95 = np.percentile(np.array(seconds) * 1000, (50, 95))
                        rate, each = f"{len(seconds) / whole:.1f}", f"{used / len(seconds) * 1000:.1f}"
                        cells = (name + kept, options[0], str(clients), f"{p50:.0f}", f"{p95:.0f}", rate, each)
                        record.row(*cells, str(errors))
                resident, own = max(map(memory, processes(server)[-int(options[0]) :]))
                record.figure(f"MB of a worker, {options[0]} with a cache of {options[1]} MB", f"{resident:.0f}")
                record.figure(f"MB its own, {options[0]} with a cache of {options[1]} MB", f"{own:.0f}")
        record.figure("passages", f"{status.passages:,}")
        record.figure("segments", f"{status.segments:,}")
        record.figure("questions a round", f"{len(texts) - WARM_UP:,}")


def cores() -> set[int]:
    """The processor cores that this process may use."""
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))


if __name__ == "__main__":
    main()
