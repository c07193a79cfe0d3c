"""Words first, meaning as it comes: how soon documents are found, and how well while they are encoded.

    python benchmarks/words_first.py JUDGED [--save]

JUDGED is a judged set in the BEIR layout. Its documents are indexed into a temporary collection, with no vector in any
cache, and encoded in quarters; after each the set is measured, by words and meaning (hybrid), as everybody asks it.
"""

import os
import sys
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path

from record import Record, arguments

import dragoman
from dragoman.index.writing import writer
from dragoman.index.writing.store import Store
from dragoman.index.writing.tally import Progress
from dragoman.index.writing.vectors.later_vectors import encode_some
from dragoman.search.evaluation.evaluate import System, evaluate
from dragoman.search.evaluation.judgments import JudgedSet, read_judged
from dragoman.search.ranking.engine import Mode

QUARTERS = 4


class Clock:
    """When documents were found by words, and when the last passage had its vector, in seconds since the beginning."""

    def __init__(self) -> None:
        self.began = time.perf_counter()
        self.passages = 0

    def interrupt(self, progress: Progress) -> None:
        """Go no further than until words find everything."""
        self.passages = progress.to_encode
        if self.passages:
            raise KeyboardInterrupt

    @property
    def seconds(self) -> float:
        """How many there are since the beginning."""
        return time.perf_counter() - self.began


def measured(folder: Path, judged: JudgedSet, mode: Mode = "hybrid") -> list[str]:
    """What a collection achieves, in words."""
    (found,) = evaluate(folder, judged, [System(mode, mode)]).systems
    return [f"{found.values[name].mean():.3f}" for name in ("nDCG@10", "Recall@100")]


def main() -> None:
    """Index, encode in quarters, and measure in between."""
    if len(arguments()) != 1:
        sys.exit(__doc__)
    source = Path(arguments()[0])
    judged = read_judged(source)
    columns = ["passages encoded", "mode", "nDCG@10", "Recall@100"]
    with tempfile.TemporaryDirectory() as work, Record(f"words-first-{source.name}", columns) as record:
        os.environ["XDG_CACHE_HOME"] = work
        folder, clock = Path(work, "collection"), Clock()
        with suppress(KeyboardInterrupt):
            dragoman.build_collection(folder, [judged.corpus or ""], progress=clock.interrupt)
        record.figure("seconds until words find all", f"{clock.seconds:.1f}")
        record.figure("passages", f"{clock.passages:,}")
        record.row("any", "keyword", *measured(folder, judged, "keyword"))
        record.row("0 %", "hybrid", *measured(folder, judged))
        encoding = 0.0
        writer.ENCODED_AT_ONCE = -(-clock.passages // QUARTERS)
        for quarter in range(1, QUARTERS + 1):
            clock = Clock()
            with closing(Store(folder)) as store:
                encode_some(store)
            encoding += clock.seconds
            record.row(f"{100 * quarter // QUARTERS} %", "hybrid", *measured(folder, judged))
        record.figure("seconds of encoding", f"{encoding:.1f}")


if __name__ == "__main__":
    main()
