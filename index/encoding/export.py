"""The query encoder's ONNX twin: what a collection carries so that its questions need no torch.

`export_query_encoder` makes it of a model, checks that it says the same as the model, and keeps it in a cache;
`query_encoder.py` reads it.
"""

import shutil
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np

from ...errors import DragomanError, ModelNotFound
from .model import DEFAULT_MODEL, Model, fingerprint, load, passage_precision, quiet, resolve_model
from .query_encoder import INFO_FILE, MODEL_FILE, RECIPE_VERSION, TOKENIZER_FILE, QueryEncoder, onnx_runtime, sha256

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

QUERY_PARITY = 0.98  # the mean cosine to the model itself that an int8 query encoder must reach
EXACT_PARITY = 0.999  # the same for a float32 one
STAGING = ".dragoman-encoder-"  # how the names of folders that are being written begin
STALE_SECONDS = 86_400.0  # after which such a folder's writer is dead

SAMPLES = (
    "Lee Macron strategic partnership",
    "What did the leaders agree on tariffs?",
    "denuclearization of the Korean Peninsula",
    "bilateral summit on the sidelines of the G20",
    "rare earth export controls and supply chains",
    "Why did China protest against the remarks on Taiwan?",
    "memorandum of understanding on nuclear energy cooperation",
    "state visit",
    "ambassador's despatch on the ceasefire negotiations, March 1950",
    "Who hosted the dinner for the delegation, and what was served?",
    "climate finance for developing countries",
    "visa waiver; cultural exchange; direct flights",
)
"""The questions that an exported query encoder is compared with its model on."""


def export_query_encoder(name: str = DEFAULT_MODEL, cache: Path | None = None) -> Path:
    """The folder of the query encoder of a model, made on first use and kept in a cache (the user's by default).

    It holds the files `query_encoder.FILES`, all of which a collection copies. Safe to call from several processes at
    once; an interrupted call leaves nothing that would be taken for an encoder.

    Raises ModelNotFound if there is no such model or if it cannot be exported, DragomanError if the cache cannot be
    written to.
    """
    from platformdirs import user_cache_dir

    source = resolve_model(name)
    precision = passage_precision()
    cache = cache or Path(user_cache_dir("dragoman")) / "encoders"
    folder = cache / f"{fingerprint(name, source, precision)[:16]}-{RECIPE_VERSION}"
    if _is_usable(folder):
        return folder
    staging = cache / f"{STAGING}{uuid4().hex}"
    discarded = staging.with_suffix(".old")
    try:
        staging.mkdir(parents=True)
        _sweep(cache)
        # The float32 weights, whatever precision the passages have: rounded ones would cost the query encoder too.
        model = load(name, source, "float32")
        _export(replace(model, info=replace(model.info, precision=precision)), staging)
        try:
            staging.rename(folder)
        except OSError:
            # Another process was faster, or what lies there is damaged.
            if not _is_usable(folder):
                folder.rename(discarded)
                staging.rename(folder)
    except OSError as error:
        raise DragomanError(f"the query encoder cannot be written to {cache} ({error.strerror})") from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        shutil.rmtree(discarded, ignore_errors=True)
    return folder


def _export(model: Model, folder: Path) -> None:
    """Write the query encoder of a model into an empty folder: in int8, or in float32 if int8 loses too much."""
    with quiet():
        import torch

        onnx_runtime()  # first, and privately
        from onnxruntime.quantization import QuantType, quantize_dynamic

        class Query(torch.nn.Module):
            """The whole module chain, as a function of two tensors."""

            def __init__(self, chain: "SentenceTransformer") -> None:
                super().__init__()
                self.chain = chain

            def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
                """The embedding of each row, of unit length."""
                features: dict[str, Any] = {"input_ids": input_ids, "attention_mask": attention_mask}
                return torch.nn.functional.normalize(self.chain(features)["sentence_embedding"], dim=1)

        chain = model.chain
        prompt = model.info.query_prompt
        expected = chain.encode([prompt + s for s in SAMPLES], normalize_embeddings=True, show_progress_bar=False)
        tokens = torch.tensor([model.tokenizer.encode(prompt + SAMPLES[0]).ids])
        exact = folder / "float32.onnx"
        axes = {0: "row", 1: "token"}
        try:
            torch.onnx.export(
                Query(chain),
                (tokens, torch.ones_like(tokens)),
                str(exact),
                input_names=["input_ids", "attention_mask"],
                output_names=["embedding"],
                dynamic_axes={"input_ids": axes, "attention_mask": axes, "embedding": {0: "row"}},
                opset_version=17,
                dynamo=False,
            )
            # The reduced range keeps CPUs without VNNI from overflowing: a collection goes from machine to machine.
            quantize_dynamic(
                exact, folder / MODEL_FILE, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8
            )
        except OSError:
            raise
        except Exception as error:
            reason = " ".join(str(error).split())[:300]
            raise ModelNotFound(f"the model {model.info.name} cannot be exported to ONNX: {reason}") from error
    _describe(model, folder)
    if _parity(folder, expected) < QUERY_PARITY:
        exact.replace(folder / MODEL_FILE)
        _describe(model, folder, "float32")
        if (parity := _parity(folder, expected)) < EXACT_PARITY:
            raise ModelNotFound(f"the model {model.info.name} changes when exported to ONNX (cosine {parity:.3f})")
    exact.unlink(missing_ok=True)


def _describe(model: Model, folder: Path, query_precision: str = "int8") -> None:
    """Write the tokenizer and the description beside a query encoder's model."""
    content = (folder / MODEL_FILE).read_bytes()
    tokenizer = model.tokenizer.to_str().encode()
    (folder / TOKENIZER_FILE).write_bytes(tokenizer)
    hashes = {"query_hash": sha256(content), "tokenizer_hash": sha256(tokenizer)}
    info = replace(model.info, query_precision=query_precision, **hashes)
    (folder / INFO_FILE).write_text(info.to_json(), encoding="utf-8")


def _parity(folder: Path, expected: np.ndarray) -> float:
    """The mean cosine of the `SAMPLES` as the query encoder in a folder encodes them to the expected vectors."""
    return float((QueryEncoder(folder).encode(SAMPLES) * expected).sum(axis=1).mean())


def _is_usable(folder: Path) -> bool:
    """Whether a query encoder lies in a folder, whole."""
    try:
        QueryEncoder(folder)
    except DragomanError:
        return False
    return True


def _sweep(cache: Path) -> None:
    """Remove what exports that were killed left behind."""
    for leftover in cache.glob(f"{STAGING}*"):
        with suppress(OSError):
            if time.time() - leftover.stat().st_mtime > STALE_SECONDS:
                shutil.rmtree(leftover)
