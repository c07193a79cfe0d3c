"""How fast passages are encoded in each way that there is, and how near the vectors of these ways are.

    python benchmarks/encoders.py [PASSAGES] [ROUNDS] [--save]

The shipped briefs, again and again up to PASSAGES (200 unless told otherwise). The ways take turns, ROUNDS times (3),
each of these rounds all passages, on as many cores as they take by themselves; a rate is the median round's. Rates of
one run compare. A cosine is to the vectors of Sentence Transformers in float32.
"""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from unittest.mock import patch

import numpy as np
from record import Record, arguments

from dragoman.corpus.document import Passage
from dragoman.corpus.read import read
from dragoman.corpus.splitting.passages import split_passages
from dragoman.index.encoding import forward
from dragoman.index.encoding.model import DEFAULT_MODEL, resolve_model
from dragoman.index.encoding.passage_encoder import PassageEncoder

BRIEFS = Path(__file__).resolve().parents[1] / "corpus" / "briefs"
REFERENCE = "Sentence Transformers' own `encode`, float32"


def passages(count: int) -> list[tuple[int, Passage]]:
    """So many passages of the briefs, each with the number of its document."""
    given = [
        (number, passage)
        for number, each in enumerate(read(sorted(BRIEFS.glob("*.md"))))
        for passage in split_passages(each)  # pyright: ignore[reportArgumentType]  # none is skipped
    ]
    return list(islice(cycle(given), count))


def ways() -> dict[str, Callable[[list[tuple[int, Passage]]], np.ndarray]]:
    """What makes vectors of passages, float32 [passages, dimension], by its name."""
    with patch.object(forward, "is_graph", lambda *_: False):
        chain = forward.load(DEFAULT_MODEL, resolve_model(), "float32")
    assert isinstance(chain, forward.ChainModel)

    def plain(given: list[tuple[int, Passage]]) -> np.ndarray:
        texts = [f"{each.document.title}\n{each.text}" for _, each in given]
        return chain.chain.encode(texts, normalize_embeddings=True, show_progress_bar=False)  # pyright: ignore

    def encoder(precision: str, *, as_graph: bool = False) -> Callable[[list[tuple[int, Passage]]], np.ndarray]:
        with patch.object(forward, "is_graph", lambda *_: as_graph):
            made = PassageEncoder(info=replace(chain.info, precision=precision))
        return lambda given: np.stack([each.vector for each in made.encode(given)])

    made = {REFERENCE: plain, "Dragoman, float32, PyTorch": encoder("float32")}
    if forward.passage_precision() == "bfloat16":
        made["Dragoman, bfloat16, PyTorch"] = encoder("bfloat16")
    return made | {"Dragoman, float32, ONNX Runtime": encoder("float32", as_graph=True)}


def main() -> None:
    """Measure."""
    given = [int(each) for each in arguments()]
    count, rounds = (*given, *(200, 3)[len(given) :])
    some, made = passages(count), ways()
    times: dict[str, list[float]] = {name: [] for name in made}
    vectors: dict[str, np.ndarray] = {}
    for _ in range(rounds):
        for name, encode in made.items():
            began = time.perf_counter()
            vectors[name] = encode(some)
            times[name].append(time.perf_counter() - began)
    columns = ("way", "passages a second", "of the first", "least cosine")
    with Record("encoders", columns) as record:
        record.figure("cores", str(os.cpu_count()))
        record.figure("passages", str(count))
        for name in made:
            ratio = median(own / other for own, other in zip(times[REFERENCE], times[name], strict=True))
            cosine = (vectors[name] * vectors[REFERENCE]).sum(axis=1).min()
            record.row(name, f"{count / median(times[name]):.1f}", f"{ratio:.2f}", f"{cosine:.5f}")


if __name__ == "__main__":
    main()
