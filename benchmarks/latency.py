"""How long questions take in an open collection: median and 95th percentile by mode and, of hybrid ones, by stage.

    python benchmarks/latency.py COLLECTION QUERIES.jsonl[.xz] [COUNT] [--processor] [--save]

QUERIES has an object with a `text` a line, and COUNT (500) of them are asked, spread evenly, after a warm-up: ten hits
each, with their documents read and their words marked. With --processor it is the processor time of the asking thread
that counts, which what else the machine does changes little.
"""

import json
import lzma
import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import numpy as np
from record import Record, arguments

import dragoman
from dragoman.errors import QueryError
from dragoman.search.ranking.engine import Mode
from dragoman.stages import measured

PROCESSOR = "--processor"
WARM_UP = 20


def questions(path: Path, count: int) -> list[str]:
    """The texts of about so many queries, without the signs that our query language would read something into."""
    with lzma.open(path, "rt") if path.suffix == ".xz" else path.open() as lines:
        texts = ["".join(c if c.isalnum() else " " for c in json.loads(line)["text"]) for line in lines]
    return texts[:: max(1, len(texts) // count)][:count]


def asked(collection: dragoman.Collection, text: str, mode: Mode, *, of_processor: bool) -> Mapping[str, float]:
    """The milliseconds of each stage of a question."""
    try:
        with measured(time.thread_time if of_processor else time.perf_counter):
            timing = collection.search(text, mode=mode, timing=True).timing
    except QueryError as error:
        sys.exit(f"{text!r}: {error}")
    assert timing is not None
    return timing


def shown(took: list[float]) -> tuple[str, str]:
    """The median and what 95 % are below."""
    return f"{np.percentile(took, 50):.1f}", f"{np.percentile(took, 95):.1f}"


def main() -> None:
    """Ask the questions in each mode and print how long they took."""
    given = [each for each in arguments() if each != PROCESSOR]
    if len(given) not in (2, 3):
        sys.exit(__doc__)
    folder, queries, *count = given
    texts = questions(Path(queries), int(count[0]) if count else 500)
    by_mode: dict[str, list[Mapping[str, float]]] = {}
    with dragoman.open_collection(folder) as collection:
        with Record("latency", ["mode", "p50 ms", "p95 ms"]) as record:
            for mode in get_args(Mode):
                every = texts[:WARM_UP] + texts
                by_mode[mode] = [asked(collection, each, mode, of_processor=PROCESSOR in sys.argv) for each in every]
                by_mode[mode] = by_mode[mode][-len(texts) :]
                record.row(mode, *shown([sum(each.values()) for each in by_mode[mode]]))
            status = collection.status()
            record.figure("documents", f"{status.documents:,}")
            record.figure("passages", f"{status.passages:,}")
            record.figure("segments", f"{status.segments:,}")
        by_stage: dict[str, list[float]] = defaultdict(list)
        for each in by_mode["hybrid"]:
            for name in dict.fromkeys(stage for timing in by_mode["hybrid"] for stage in timing):
                by_stage[name].append(each.get(name, 0.0))
        with Record("stages", ["stage", "p50 ms", "p95 ms"]) as record:
            for name, took in by_stage.items():
                record.row(name, *shown(took))


if __name__ == "__main__":
    main()
