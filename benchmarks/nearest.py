"""What is found of the nearest passages, and how soon, where a question is compared with those in the cells next to it.

    OMP_NUM_THREADS=1 python benchmarks/cells.py COLLECTION QUERIES.jsonl[.xz] [COUNT] [--save]

All vectors of a collection are written as one part with its cells, however few there are. COUNT (500) of the questions
are asked of it with and without the cells, a hundred passages each: of all passages, and of a half and a sixth of them,
chosen at random. A recall is the share of the nearest hundred; the times are processor time of the asking thread.
"""

import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import numpy as np
from latency import questions
from record import Record, arguments

from dragoman.index.segments.similarity import vectors_writer
from dragoman.index.segments.similarity.vector_rows import VectorPart
from dragoman.index.writing.store import Store

NEAREST = 100


def one_part(store: Store, folder: Path) -> VectorPart:
    """All vectors of a collection, with those of their sentences, as a part that has cells."""
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
    columns = ("passages left", "recall of 100", "compared", "ms", "ms, all compared")
    with TemporaryDirectory() as folder, Record("cells", columns) as record:
        began = time.process_time()
        part = one_part(store, Path(folder))
        cells = part.cells
        assert cells is not None
        record.figure("passages", f"{part.count:,}")
        record.figure("questions", str(len(asked)))
        record.figure("cells", f"{len(cells.centroids):,}")
        record.figure("recall on sentences", f"{cells.recall:.3f}")
        record.figure("seconds of processor time to make them", f"{time.process_time() - began:.0f}")
        for share, left in ((1.0, "all"), (1 / 2, "a half"), (1 / 6, "a sixth")):
            admitted = np.random.default_rng(1).random(part.count) < share
            found, compared, took = [], [], ([], [])
            for question in asked:
                near = []
                for way, narrowing in enumerate((cells, None)):
                    part.cells = narrowing
                    began = time.thread_time()
                    near.append(part.nearest(question, NEAREST, admitted)[0])
                    took[way].append(time.thread_time() - began)
                found.append(len(np.intersect1d(*near)) / len(near[1]))
                looked_at = cells.near(question, None if share == 1 else admitted)
                compared.append(admitted.mean() if looked_at is None else looked_at.mean())
            few, every = (f"{1000 * np.median(each):.2f}" for each in took)
            record.row(left, f"{np.mean(found):.3f}", f"{100 * np.mean(compared):.1f} %", few, every)


if __name__ == "__main__":
    main()
