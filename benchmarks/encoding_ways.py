"""The ways to make vectors of passages that `encoders.py` and `encoders_quality.py` measure.

The default model, its weights the same in all. What a way lacks is said in a line, and the way left out.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import cycle, islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray
from record import ROOT

from dragoman.corpus.document import Passage
from dragoman.corpus.read import read
from dragoman.corpus.splitting.passages import split_passages
from dragoman.index.encoding import forward, passage_encoder
from dragoman.index.encoding.bert import build_graph, read_bert
from dragoman.index.encoding.model import DEFAULT_MODEL, resolve_model
from dragoman.index.encoding.passage_encoder import PassageEncoder
from dragoman.index.encoding.query_encoder import onnx_runtime
from dragoman.user_folders import user_cache

Numbered = list[tuple[int, Passage]]
"""Passages, each with the number of its document."""

BRIEFS = ROOT / "corpus" / "briefs"
OPENVINO = "openvino==2026.4.1"
CORES = os.cpu_count() or 1
ROWS = 16
"""Of a forward pass, where a way has many."""


class Way(NamedTuple):
    """A way to make vectors.

    Attributes:
        encode: Makes those of passages: float32 [passages, dimension].
        elsewhere: How many seconds of processor time other processes took for it so far.
    """

    encode: Callable[[Numbered], NDArray[np.float32]]
    elsewhere: Callable[[], float] = lambda: 0.0


def passages(count: int) -> Numbered:
    """So many passages of the briefs."""
    given = [
        (number, passage)
        for number, each in enumerate(read(sorted(BRIEFS.glob("*.md"))))
        for passage in split_passages(each)  # pyright: ignore[reportArgumentType]  # none is skipped
    ]
    return list(islice(cycle(given), count))


def sentence_transformers() -> Way:
    """That library as anybody uses it."""
    chain = chain_model("float32").chain

    def encode(given: Numbered) -> NDArray[np.float32]:
        texts = [f"{each.document.title}\n{each.text}" for _, each in given]
        return chain.encode(texts, normalize_embeddings=True, show_progress_bar=False)  # pyright: ignore

    return Way(encode)


def ours(model: forward.Model, rows: int = 0, kind: type[PassageEncoder] = PassageEncoder) -> Way:
    """Our encoder with a model, in forward passes of so many rows; 0 for those that it has by itself."""
    with encoding_by(model, rows):
        made = kind(info=model.info)

    def encode(given: Numbered) -> NDArray[np.float32]:
        with encoding_by(model, rows):
            return np.stack([each.vector for each in made.encode(given)])

    return Way(encode)


@contextmanager
def encoding_by(model: forward.Model, rows: int = 0) -> Iterator[None]:
    """Within the block, passages are encoded by a model, in forward passes of so many rows: see `ours`."""
    model.rows = rows or model.rows
    with patch.object(passage_encoder, "load", lambda *_: model):
        yield


def chain_model(precision: str) -> forward.ChainModel:
    """The model as PyTorch runs it."""
    with patch.object(forward, "is_graph", lambda *_: False):
        model = forward.load(DEFAULT_MODEL, resolve_model(), precision)
    assert isinstance(model, forward.ChainModel)
    return model


def graph_model() -> forward.GraphModel:
    """The model as ONNX Runtime runs it, on all cores."""
    with patch.object(forward, "is_graph", lambda *_: True):
        model = forward.load(DEFAULT_MODEL, resolve_model(), "float32")
    assert isinstance(model, forward.GraphModel)
    return model


def bfloat16_model() -> forward.ChainModel:
    """The model in bfloat16. Raises OSError where the processor does not compute in it."""
    if forward.passage_precision() != "bfloat16":
        raise OSError("this processor does not compute in it")
    return chain_model("bfloat16")


def compiled_model() -> forward.ChainModel:
    """The model as `torch.compile` makes it, once for all shapes."""
    model = chain_model("float32")
    transformer: Any = model.chain[0]
    transformer.auto_model.compile(dynamic=True)
    return model


def int8_model() -> forward.GraphModel:
    """The model with its weights in int8, each channel by itself, and what they meet in int8 too, as it comes.

    As the query encoder has it: in the reduced range, as sums would overflow on a processor without VNNI.
    """
    with tempfile.TemporaryDirectory() as folder, forward.quiet():
        exact, int8 = Path(folder, "float32.onnx"), Path(folder, "int8.onnx")
        exact.write_bytes(graph())
        onnx_runtime()  # first, and privately
        from onnxruntime import quantization

        kind = quantization.QuantType.QInt8
        quantization.quantize_dynamic(exact, int8, per_channel=True, reduce_range=True, weight_type=kind)
        return with_graph(int8.read_bytes())


def with_graph(content: bytes, threads: int = 0) -> forward.GraphModel:
    """The model with another graph for ONNX Runtime: one pass at a time, by so many threads; 0 for one a core."""
    model, runtime = graph_model(), onnx_runtime()
    model.at_once = 1
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 4
    model._session = runtime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    return model


def graph() -> bytes:
    """The model's ONNX graph in float32."""
    return build_graph(read_bert(resolve_model())).SerializeToString()


def openvino_model(precision: str) -> forward.GraphModel:
    """The same graph as OpenVINO runs it.

    Raises:
        OSError: OpenVINO is not there, or this processor does not compute in that precision.
    """
    try:
        import openvino  # pyright: ignore[reportMissingImports]
    except ImportError:
        raise OSError("not installed: --with=openvino puts it (180 MB) into the user's cache") from None
    core = openvino.Core()
    if precision == "bf16" and "BF16" not in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        raise OSError("this processor does not compute in it")
    settings = {"INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": "LATENCY"}
    compiled = core.compile_model(core.read_model(graph()), "CPU", settings)

    class Session:
        """It, called as ONNX Runtime is."""

        def run(self, names: list[str], feeds: dict[str, NDArray[np.int64]]) -> list[NDArray[np.float32]]:
            """The named results."""
            results = compiled(feeds)
            return [results[name] for name in names]

    model = graph_model()
    model.at_once = 1
    model._session = Session()
    return model


def install_openvino() -> None:
    """Have OpenVINO to import, in the user's cache. Raises OSError if it cannot be installed; says why."""
    folder = user_cache() / f"{OPENVINO}-{sys.version_info.minor}"
    if not folder.exists():
        print(f"installing {OPENVINO} in {folder}", file=sys.stderr, flush=True)
        staging = folder.with_suffix(".unfinished")
        shutil.rmtree(staging, ignore_errors=True)
        # Without what else it asks for: that is NumPy, and a package that reports to its makers.
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        ran = subprocess.run([*pip, "--target", staging, OPENVINO], capture_output=True, text=True, check=False)
        if ran.returncode:
            raise OSError(f"cannot be installed: {ran.stderr.strip().splitlines()[-1]}")
        staging.rename(folder)
    sys.path.append(str(folder))


class _Row(NamedTuple):
    """The bins of the tokens of a row."""

    bins: list[int]


class PackedEncoder(PassageEncoder):
    """Several windows in one row of a forward pass, each seeing itself alone and counting its positions from 0.

    After Krell et al., "Efficient Sequence Packing without Cross-contamination" (2021): first fit, the longest first.
    """

    def _shape(self, tokens: int) -> tuple[bool, int]:  # noqa: ARG002  # whatever it is
        return True, self.info.max_tokens

    def _embedded(self, passes: Iterable[tuple[list[Any], int, bool]]) -> Iterator[tuple[list[Any], Any]]:
        import torch

        ((windows, length, _),) = passes
        rows: list[list[Any]] = []
        left: list[int] = []
        for window in sorted(windows, key=lambda each: -len(each.tokens)):
            size = len(window.tokens)
            row = next((number for number, room in enumerate(left) if room >= size), len(rows))
            if row == len(rows):
                rows.append([])
                left.append(length)
            rows[row].append(window)
            left[row] -= size
        model: Any = self._model
        for first in range(0, len(rows), ROWS):
            tokens, positions, owners = (np.zeros((ROWS, length), np.int64) for _ in range(3))
            tokens[:] = model.padding
            packed = rows[first : first + ROWS]
            for number, row in enumerate(packed):
                start = 0
                for owner, window in enumerate(row, 1):
                    end = start + len(window.tokens)
                    tokens[number, start:end], positions[number, start:end] = window.tokens, range(end - start)
                    owners[number, start:end] = owner
                    start = end
            seen = torch.as_tensor(owners[:, None, :, None] == owners[:, None, None, :])
            given = {"input_ids": torch.as_tensor(tokens), "position_ids": torch.as_tensor(positions)}
            with torch.inference_mode():
                values = model.chain[0].auto_model(attention_mask=seen, **given).last_hidden_state.numpy()
            yield [_Row([each for window in row for each in window.bins]) for row in packed], values


_encode_here: Callable[[Numbered], NDArray[np.float32]]
"""In a process of `process_a_core`, what it encodes with."""


def _begin() -> None:
    global _encode_here
    _encode_here = ours(with_graph(graph(), threads=1), ROWS).encode


def _encode(given: Numbered) -> tuple[NDArray[np.float32], float]:
    """The vectors, and the processor time that they took."""
    began = time.process_time()
    return _encode_here(given), time.process_time() - began


def process_a_core() -> Way:
    """The graph in as many processes as there are cores, each with one thread.

    Passages are dealt out by length, as many at a time as a forward pass has rows: each process has some of all.
    """
    pool = ProcessPoolExecutor(CORES, get_context("spawn"), _begin)
    spent = 0.0

    def encode(given: Numbered) -> NDArray[np.float32]:
        nonlocal spent
        order = np.argsort([len(each.text) for _, each in given], kind="stable")
        hands = [order[np.arange(len(order)) // ROWS % CORES == core] for core in range(CORES)]
        hands = [hand for hand in hands if hand.size]
        made = list(pool.map(_encode, [[given[number] for number in hand] for hand in hands]))
        spent += sum(took for _, took in made)
        return np.concatenate([vectors for vectors, _ in made])[np.argsort(np.concatenate(hands))]

    return Way(encode, lambda: spent)


REFERENCE = "Sentence Transformers' own `encode`, float32"
EXACT = "float32, ONNX Runtime"


def makers() -> dict[str, Callable[[], Way]]:
    """What makes each way, by its name. A maker may raise any error, which says what the way lacks."""
    return {
        REFERENCE: sentence_transformers,
        "float32, PyTorch": lambda: ours(chain_model("float32")),
        "float32, `torch.compile`": lambda: ours(compiled_model()),
        "float32, PyTorch, several passages a row": lambda: ours(chain_model("float32"), 1 << 30, PackedEncoder),
        EXACT: lambda: ours(graph_model()),
        f"{EXACT}, all threads for each pass, of 16 rows": lambda: ours(with_graph(graph()), ROWS),
        f"{EXACT}, all threads for each pass, of 4 rows": lambda: ours(with_graph(graph())),
        f"{EXACT}, a process of one thread a core, 16 rows": process_a_core,
        "float32, OpenVINO, 16 rows": lambda: ours(openvino_model("f32"), ROWS),
        "float32, OpenVINO, 4 rows": lambda: ours(openvino_model("f32")),
        "bfloat16, OpenVINO": lambda: ours(openvino_model("bf16")),
        **{name: partial(_make, *each) for name, each in inexact_models().items()},
    }


def inexact_models() -> dict[str, tuple[Callable[[], forward.Model], int]]:
    """Of the ways whose vectors are not those of float32: what makes the model, and the rows of a forward pass."""
    return {
        "bfloat16, PyTorch": (bfloat16_model, 0),
        "int8, ONNX Runtime, 16 rows": (int8_model, ROWS),
        "int8, ONNX Runtime, one row at a time": (int8_model, 1),
    }


def _make(model: Callable[[], forward.Model], rows: int) -> Way:
    return ours(model(), rows)
