"""Whether search finds as well where passages are encoded in a way whose vectors are not those of float32.

    python benchmarks/encoders_quality.py JUDGED [--only=WAY] [--save]

JUDGED is a set in the BEIR layout. Its documents are indexed once for each way of `encoding_ways.inexact_models` that
can be had here, and once in float32 by ONNX Runtime, into temporary collections; what float32 makes is kept in the
user's vector cache, and taken from there. Questions are encoded as ever. Measured is the nDCG@10 of search by vectors
alone (meaning) and by both (hybrid), and how far it is off that of float32. `--only` names one way to try; the cosines
are of all passages' vectors as they are kept, in float16.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from unittest.mock import patch

import numpy as np
from encoding_ways import EXACT, encoding_by, inexact_models
from numpy.typing import NDArray
from record import Record, arguments
from stored import stored

import dragoman
from dragoman.index.encoding import export
from dragoman.index.writing.store import Store
from dragoman.search.evaluation.evaluate import System, evaluate
from dragoman.search.evaluation.judgments import JudgedSet, read_judged
from dragoman.search.ranking.engine import Mode

MODES: tuple[Mode, ...] = ("meaning", "hybrid")
ONLY = "--only="


def vectors(folder: Path) -> NDArray[np.float32]:
    """All passages' vectors of a collection, of unit length, in the order of the documents: float32 [passages, …]."""
    with closing(Store(folder)) as store:
        every = np.array([each.vector for _, together in stored(store, 1 << 40) for each in together], np.float32)
    return every / np.linalg.norm(every, axis=1, keepdims=True)


def measured(folder: Path, judged: JudgedSet) -> list[float]:
    """The nDCG@10 of a collection, in each mode."""
    found = evaluate(folder, judged, [System(mode, mode) for mode in MODES])
    return [float(each.values["nDCG@10"].mean()) for each in found.systems]


@contextmanager
def no_cache() -> Iterator[None]:
    """Within the block, the user's cache is an empty folder: there are no vectors of another way in it."""
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, {"XDG_CACHE_HOME": folder}):
        yield


def main() -> None:
    """Measure the set in each way."""
    given = [Path(each) for each in arguments() if not each.startswith(ONLY)]
    only = next((each.removeprefix(ONLY) for each in sys.argv if each.startswith(ONLY)), "")
    if len(given) != 1:
        sys.exit(__doc__)
    source, judged = given[0], read_judged(given[0])
    columns = ("encoded in", *(f"{mode}: {each}" for mode in MODES for each in ("nDCG@10", "more")))
    with (
        tempfile.TemporaryDirectory() as work,
        patch.object(export, "passage_precision", lambda: "float32"),
        Record(f"encoders-quality-{source.name}", (*columns, "least cosine", "mean cosine")) as record,
    ):
        exact: tuple[list[float], NDArray[np.float32]] | None = None
        models = {name: each for name, each in inexact_models().items() if only in ("", name)}
        for number, (name, way) in enumerate({EXACT: None, **models}.items()):
            folder, began = Path(work, str(number)), time.process_time()
            try:
                encoding = encoding_by(way[0](), way[1]) if way else nullcontext()
            except OSError as error:
                print(f"{name} is left out: {error}", file=sys.stderr)
                continue
            with encoding, no_cache() if way else nullcontext():
                dragoman.build_collection(folder, [judged.corpus or ""])
            print(f"indexed, {time.process_time() - began:.0f} s of processor time", file=sys.stderr, flush=True)
            gains, every = measured(folder, judged), vectors(folder)
            exact = exact or (gains, every)
            pairs = zip(gains, exact[0], strict=True)
            cells = [cell for own, its in pairs for cell in (f"{own:.4f}", f"{own - its:+.4f}")]
            cosines = (every * exact[1]).sum(axis=1)
            record.row(name, *cells, f"{cosines.min():.5f}", f"{cosines.mean():.5f}")
        record.figure("passages", f"{len(exact[1]) if exact else 0:,}")


if __name__ == "__main__":
    main()
