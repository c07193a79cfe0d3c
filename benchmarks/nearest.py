"""What is found of the nearest passages, and how soon, where short codes choose those that a question is compared with.

    OMP_NUM_THREADS=1 python benchmarks/nearest.py COLLECTION QUERIES.jsonl[.xz] [COUNT] [--save]

All vectors of a collection are written as one part with its codes, however few there are. COUNT (500) of the questions
are asked of it with and without the codes, for the hundred nearest passages and for the thousand that candidates are
made of: of all passages, and of a half, a third and a sixth of them, chosen at random. A recall is the share of these;
the times are processor time of the asking thread.
"""

import sys
import time
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import numpy as np
from latency import questions
from record import Record, arguments

from dragoman.index.segments.similarity import vectors_writer
from dragoman.index.segments.similarity.vector_rows import VectorPart
from dragoman.index.writing.store import Store

DEPTHS = (100, 1000)
LEFT = {1.0: "all", 1 / 2: "a half", 1 / 3: "a third", 1 / 6: "a sixth"}


def one_part(store: Store, folder: Path) -> VectorPart:
    """All vectors of a collection, with those of their sentences, as a part that has codes."""
    starts = [0]
    with patch.object(vectors_writer, "LEAST", 1):
        part = vectors_writer.PartWriter(folder, store.ledger.manifest.dimension)
        for _, segment in store.snapshot().stack:
            for ordinal in range(len(segment)):
                _, sentences = segment.vectors.sentences(ordinal)
                part.add(len(starts) - 1, segment.vectors.get(np.array([ordinal]))[0], sentences)
                starts.append(starts[-1] + len(sentences))
        part.close(len(starts) - 1)
    return VectorPart(folder, np.array(starts))


def main() -> None:
    """Ask the questions both ways."""
    given = arguments()
    if len(given) not in (2, 3):
        sys.exit(__doc__)
    store = Store(Path(given[0]))
    asked = store.encoder(store.ledger.manifest).encode(
        questions(Path(given[1]), int(given[2]) if len(given) == 3 else 500)
    )
    columns = ("passages left", "nearest", "recall", "ms", "ms, all compared")
    with TemporaryDirectory() as folder, Record("nearest", columns) as record:
        began = time.process_time()
        part = one_part(store, Path(folder))
        codes = part.codes
        assert codes is not None
        record.figure("passages", f"{part.count:,}")
        record.figure("questions", str(len(asked)))
        record.figure("recall on sentences", f"{codes.recall:.3f}")
        record.figure("bytes of codes a passage", f"{codes.codes.nbytes / part.count:.0f}")
        record.figure("seconds of processor time to write them", f"{time.process_time() - began:.0f}")
        for (share, left), depth in product(LEFT.items(), DEPTHS):
            admitted = np.random.default_rng(1).random(part.count) < share
            found, took = [], ([], [])
            for question in asked:
                near = []
                for way, choosing in enumerate((codes, None)):
                    part.codes = choosing
                    began = time.thread_time()
                    near.append(part.nearest(question, depth, admitted)[0])
                    took[way].append(time.thread_time() - began)
                found.append(len(np.intersect1d(*near)) / len(near[1]))
            few, every = (f"{1000 * np.median(each):.2f}" for each in took)
            record.row(left, f"{depth:,}", f"{np.mean(found):.4f}", few, every)


if __name__ == "__main__":
    main()
