"""How long questions take in an open collection: median and 95th percentile by mode, ten hits each.

    python benchmarks/latency.py COLLECTION QUERIES.jsonl[.xz] [COUNT]

QUERIES has an object with a `text` a line, and COUNT (500) of them are asked, spread evenly, after a warm-up.
"""

import json
import lzma
import os
import platform
import sys
from pathlib import Path
from typing import get_args

import numpy as np

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
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    texts = questions(Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 500)
    with dragoman.open_collection(sys.argv[1]) as collection:
        status = collection.status()
        print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
        print(f"{status.passages:,} passages in {status.segments} segments, {len(texts)} questions")
        print("\n| mode | p50 ms | p95 ms |\n|---|---|---|")
        for mode in get_args(Mode):
            took: list[float] = []
            for number, text in enumerate(texts[:20] + texts):
                try:
                    results = collection.search(text, mode=mode)
                except QueryError as error:
                    sys.exit(f"{text!r}: {error}")
                if number >= 20:
                    took.append(results.took_ms)
            print(f"| {mode} | {np.percentile(took, 50):.1f} | {np.percentile(took, 95):.1f} |")


if __name__ == "__main__":
    main()
