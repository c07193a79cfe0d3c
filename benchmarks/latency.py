"""How long questions take in an open collection: median and 95th percentile by mode, ten hits each.

    python benchmarks/latency.py COLLECTION QUERIES.jsonl[.xz] [COUNT] [--save]

QUERIES has an object with a `text` a line, and COUNT (500) of them are asked, spread evenly, after a warm-up.
"""

import json
import lzma
import sys
from pathlib import Path
from typing import get_args

import numpy as np
from record import Record, arguments

import dragoman
from dragoman.errors import QueryError
from dragoman.search.ranking.engine import Mode


def questions(path: Path, count: int) -> list[str]:
    """The texts of about so many queries, without the signs that our query language would read something into."""
    with lzma.open(path, "rt") if path.suffix == ".xz" else path.open() as lines:
        texts = ["".join(c if c.isalnum() else " " for c in json.loads(line)["text"]) for line in lines]
    return texts[:: max(1, len(texts) // count)][:count]


def main() -> None:
    """Ask the questions in each mode and print how long they took."""
    if len(arguments()) < 2:
        sys.exit(__doc__)
    folder, queries, *count = arguments()
    texts = questions(Path(queries), int(count[0]) if count else 500)
    warm_up = texts[:20]
    with (
        dragoman.open_collection(folder) as collection,
        Record("latency", ["mode", "p50 ms", "p95 ms"]) as record,
    ):
        for mode in get_args(Mode):
            took: list[float] = []
            for number, text in enumerate(warm_up + texts):
                try:
                    results = collection.search(text, mode=mode)
                except QueryError as error:
                    sys.exit(f"{text!r}: {error}")
                if number >= len(warm_up):
                    took.append(results.took_ms)
            record.row(mode, f"{np.percentile(took, 50):.1f}", f"{np.percentile(took, 95):.1f}")
        status = collection.status()
        record.figure("documents", f"{status.documents:,}")
        record.figure("passages", f"{status.passages:,}")
        record.figure("segments", f"{status.segments:,}")


if __name__ == "__main__":
    main()
