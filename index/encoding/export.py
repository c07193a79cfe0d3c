"""The query encoder's ONNX twin: what a collection carries so that its questions need no torch.

`export_query_encoder` makes it from a model, checks that it gives the same vectors as the model, and keeps it in a
cache; `query_encoder.py` reads it.
"""

import shutil
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from ...errors import DragomanError, MissingExtra, ModelNotFound, SystemRefusal
from ...refusals import refusal
from ...user_folders import user_cache
from .adoption import ENCODERS
from .bert import NotABert, build_graph, read_bert
from .forward import ChainModel, Model, load, passage_precision, quiet
from .model import DEFAULT_MODEL, fingerprint, resolve_model
from .query_encoder import INFO_FILE, MODEL_FILE, RECIPE_VERSION, TOKENIZER_FILE, QueryEncoder, onnx_runtime, sha256
from .questions import sample_questions

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

QUERY_PARITY = 0.98  # the mean cosine to the model itself that an int8 query encoder must reach
EXACT_PARITY = 0.999  # the same for a float32 one
SAME = 0.99999  # the same for a graph that we build ourselves
_EXACT = "float32.onnx"
STAGING = ".dragoman-encoder-"  # how the names of folders that are being written begin
STALE_SECONDS = 86_400.0  # after which the writer of such a folder must be dead


@contextmanager
def exported_query_encoder(collection: Path, name: str = DEFAULT_MODEL) -> Generator[Path]:
    """The query encoder of a model for a collection, for as long as the block lasts: that in the user's cache.

    Where the cache cannot be used, that costs time and nothing else: then it is exported into the collection's folder.

    Args:
        collection: The folder of the collection that is to have it.
        name: DEFAULT_MODEL, or the path of a model's folder.

    Returns:
        The query encoder's folder, as `export_query_encoder` gives it.

    Raises:
        ModelNotFound: There is no such model, or it cannot be exported.
        MissingExtra: Only Sentence Transformers can run it, which is not installed.
        SystemRefusal: Neither the cache nor the collection can be written to.
    """
    with ExitStack() as stack:
        try:
            folder = export_query_encoder(name)
        except (ModelNotFound, MissingExtra):
            raise
        except DragomanError:  # a cache is a convenience
            folder = export_query_encoder(name, stack.enter_context(_scratch(collection)))
        yield folder


@contextmanager
def _scratch(collection: Path) -> Generator[Path]:
    """A folder within a collection's. If this process is killed, whoever next writes there sweeps it away."""
    made = [each for each in (collection / ENCODERS, collection) if not each.exists()]
    scratch = collection / ENCODERS / f"exported.{uuid4().hex}"
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        with suppress(OSError):  # something else is in it by now
            for each in made:
                each.rmdir()


def export_query_encoder(name: str = DEFAULT_MODEL, cache: Path | None = None) -> Path:
    """Export the query encoder of a model on first use, and keep it in a cache.

    Safe to call from several processes at once; an interrupted call leaves nothing that would be taken for an encoder.

    Args:
        name: DEFAULT_MODEL, or the path of a model's folder.
        cache: The folder to keep it in; the user's cache if there is none.

    Returns:
        The query encoder's folder, with the files `query_encoder.FILES`.

    Raises:
        ModelNotFound: There is no such model, or it cannot be exported.
        MissingExtra: Only Sentence Transformers can run it, which is not installed.
        SystemRefusal: The cache cannot be written to, or what is in it cannot be read.
    """
    source = resolve_model(name)
    precision = passage_precision()
    cache = cache or user_cache() / "encoders"
    folder = cache / f"{fingerprint(name, source, precision)[:16]}-{RECIPE_VERSION}"
    if _is_usable(folder):
        return folder
    staging = cache / f"{STAGING}{uuid4().hex}"
    discarded = staging.with_suffix(".old")
    try:
        staging.mkdir(parents=True)
        _sweep(cache)
        # The float32 weights, even if the passages are encoded in less: rounded ones would cost the query encoder too.
        model = load(name, source, "float32")
        model.info = replace(model.info, precision=precision)
        _export(model, source, staging)
        try:
            staging.rename(folder)
        except OSError:
            # Another process was faster, or what lies there is damaged.
            if not _is_usable(folder):
                folder.rename(discarded)
                staging.rename(folder)
    except OSError as error:
        if refused := refusal(error, cache):
            raise refused from error
        raise DragomanError(f"the query encoder cannot be written to {cache} ({error.strerror})") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        shutil.rmtree(discarded, ignore_errors=True)
    return folder


def _export(model: Model, source: Path, folder: Path) -> None:
    """Write the query encoder of a model into an empty folder: in int8, or in float32 if int8 loses too much."""
    samples = [model.tokenizer.encode(model.info.query_prompt + sample).ids for sample in sample_questions()]
    rows = [np.array([tokens], dtype=np.int64) for tokens in samples]
    expected = np.concatenate([model.embed(row, np.ones_like(row)) for row in rows])
    exact = folder / _EXACT
    if not _write_graph(model, source, folder, expected) and isinstance(model, ChainModel):
        _write_chain(model, folder)
    with quiet(), _telling_why(model, folder):
        onnx_runtime()  # first, and privately
        from onnxruntime import quantization  # pyright: ignore[reportMissingTypeStubs]  # it has none

        # The reduced range keeps CPUs without VNNI from overflowing: a collection goes from machine to machine.
        int8 = quantization.QuantType.QInt8
        quantization.quantize_dynamic(  # pyright: ignore[reportUnknownMemberType]
            exact, folder / MODEL_FILE, per_channel=True, reduce_range=True, weight_type=int8
        )
    _describe(model, folder)
    if _parity(folder, expected) < QUERY_PARITY:
        exact.replace(folder / MODEL_FILE)
        _describe(model, folder, "float32")
        if (parity := _parity(folder, expected)) < EXACT_PARITY:
            raise ModelNotFound(f"the model {model.info.name} changes when exported to ONNX (cosine {parity:.3f})")
    exact.unlink(missing_ok=True)


def _write_graph(model: Model, source: Path, folder: Path, expected: NDArray[np.float32]) -> bool:
    """Write the graph of a BERT, if the model is one, and gives the expected vectors: else there is only the chain."""
    try:
        content = build_graph(read_bert(source)).SerializeToString()
    except NotABert:
        return False
    (folder / MODEL_FILE).write_bytes(content)
    _describe(model, folder, "float32")
    if isinstance(model, ChainModel) and _parity(folder, expected) < SAME:
        return False
    (folder / MODEL_FILE).replace(folder / _EXACT)
    return True


def _write_chain(model: ChainModel, folder: Path) -> None:
    """Write a model's chain of modules as ONNX, whatever they are."""
    import torch

    class Query(torch.nn.Module):
        """The whole chain, as a function of two tensors."""

        def __init__(self, chain: "SentenceTransformer") -> None:
            super().__init__()
            self.chain = chain

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            """The embedding of each row, of unit length."""
            features: dict[str, Any] = {"input_ids": input_ids, "attention_mask": attention_mask}
            return torch.nn.functional.normalize(self.chain(features)["sentence_embedding"], dim=1)

    tokens = torch.tensor([model.tokenizer.encode(sample_questions()[0]).ids])
    axes = {0: "row", 1: "token"}
    with quiet(), _telling_why(model, folder):
        torch.onnx.export(  # pyright: ignore[reportUnknownMemberType]  # only partly typed
            Query(model.chain),
            (tokens, torch.ones_like(tokens)),
            str(folder / _EXACT),
            input_names=["input_ids", "attention_mask"],
            output_names=["embedding"],
            dynamic_axes={"input_ids": axes, "attention_mask": axes, "embedding": {0: "row"}},
            opset_version=17,
            dynamo=False,
        )


@contextmanager
def _telling_why(model: Model, folder: Path) -> Generator[None]:
    """Tell whatever the block raises as why a model cannot be exported, unless the system refuses something."""
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        if refused := refusal(error, folder):
            raise refused from error
        reason = " ".join(str(error).split())[:300]
        raise ModelNotFound(f"the model {model.info.name} cannot be exported to ONNX: {reason}") from error


def _describe(model: Model, folder: Path, query_precision: str = "int8") -> None:
    """Write the tokenizer and the description of a query encoder beside its model."""
    content = (folder / MODEL_FILE).read_bytes()
    tokenizer = model.tokenizer.to_str().encode()
    (folder / TOKENIZER_FILE).write_bytes(tokenizer)
    hashes = {"query_hash": sha256(content), "tokenizer_hash": sha256(tokenizer)}
    info = replace(model.info, query_precision=query_precision, **hashes)
    (folder / INFO_FILE).write_text(info.to_json(), encoding="utf-8")


def _parity(folder: Path, expected: NDArray[np.float32]) -> float:
    """The mean cosine of the sample questions, as the query encoder in a folder encodes them, to the expected vectors.

    `expected` is float32 [questions, dimension], each of unit length.
    """
    return float((QueryEncoder(folder).encode(sample_questions()) * expected).sum(axis=1).mean())


def _is_usable(folder: Path) -> bool:
    """Whether there is a whole query encoder in a folder."""
    try:
        QueryEncoder(folder)
    except SystemRefusal:
        raise
    except DragomanError:
        return False
    return True


def _sweep(cache: Path) -> None:
    """Remove what exports that were killed left behind."""
    for leftover in cache.glob(f"{STAGING}*"):
        with suppress(OSError):
            if time.time() - leftover.stat().st_mtime > STALE_SECONDS:
                shutil.rmtree(leftover)
