"""A model that runs: tokens → embeddings, by Sentence Transformers or, for a BERT in float32, by ONNX Runtime alone.

Sentence Transformers takes any model and, where the processor computes in it, bfloat16. It brings PyTorch, gigabytes
on some systems and seconds to load; the graph of `bert.py` gives the same vectors but for the last bits.
"""

import logging
import warnings
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ...cores import cores
from ...docstrings import ARE_LEFT_OUT
from ...errors import DragomanError, MissingExtra, ModelNotFound
from ...refusals import refusal
from ..forking import is_child
from .bert import Bert, NotABert, build_graph, read_bert
from .device import PROCESSOR, check_seen
from .model import DEFAULT_MODEL, weights_hash
from .query_encoder import EncoderInfo, onnx_runtime

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

PRECISIONS = ("bfloat16", "float32")
_AT_ONCE = 4  # forward passes
MAX_WINDOW = 512  # tokens, also for models that take more: attention is quadratic, and a passage is shorter


class Model(Protocol):
    """A loaded model."""

    info: EncoderInfo
    """What the model is."""
    tokenizer: "Tokenizer"
    """Its tokenizer, which cuts a text into windows and does not pad."""
    padding: int
    """The id of the token that pads."""

    rows: int
    """How many rows each forward pass is to have."""
    at_once: int
    """How many forward passes are best asked for at once, in as many threads."""

    def embed_tokens(self, tokens: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """The embeddings of all tokens, before they are pooled.

        Args:
            tokens: int64 [rows, tokens].
            mask: int64 of the same shape: 0 for padding, 1 for all else.

        Returns:
            float32 [rows, tokens, dimension].
        """
        ...

    def embed(self, tokens: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """The embedding of each row, of unit length: float32 [rows, dimension]. For the rest, see `embed_tokens`."""
        ...


class ChainModel:
    """A model as Sentence Transformers runs it, module after module. Implements `Model`.

    Args:
        chain: It, on the device.
        tokenizer: Its tokenizer, made to cut.
        info: What it is.
        device: Where it runs. A graphics card takes more rows at once.
    """

    at_once = 1  # for which PyTorch takes all cores

    def __init__(
        self, chain: "SentenceTransformer", tokenizer: "Tokenizer", info: EncoderInfo, device: str = PROCESSOR
    ) -> None:
        self.chain = chain
        self.device = device
        self.rows = 16 if device == PROCESSOR else 128
        self.tokenizer = tokenizer
        self.padding: int = chain.tokenizer.pad_token_id or 0
        self.info = info

    def embed_tokens(self, tokens: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """See `Model`."""
        with self._running():
            embedded = self.chain[0](_features(tokens, mask, self.device))["token_embeddings"]
            return embedded.float().cpu().numpy()

    def embed(self, tokens: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """See `Model`."""
        import torch

        with self._running():
            pooled = self.chain(_features(tokens, mask, self.device))["sentence_embedding"].float()
            return torch.nn.functional.normalize(pooled).cpu().numpy()

    @contextmanager
    def _running(self) -> Generator[None]:
        """For a forward pass. What a graphics card lacks for it, such as memory, is told with what to do."""
        import torch

        try:
            with torch.inference_mode():
                yield
        except RuntimeError as error:
            if self.device == PROCESSOR:
                raise
            reason = " ".join(str(error).split())[:200]
            raise DragomanError(
                f"{self.device} cannot encode: {reason} (`dragoman encode --device cpu` encodes what is left)"
            ) from error


class GraphModel:
    """A BERT as ONNX Runtime runs it. Implements `Model`.

    Its passes are small ones, each on a core of its own: of many rows, more stay empty when little is encoded, and
    threads that share a pass wait for each other. What comes out is the same.
    """

    rows = 4

    def __init__(self, bert: Bert, tokenizer: "Tokenizer", info: EncoderInfo) -> None:
        self.tokenizer = tokenizer
        self.padding = bert.padding
        self.info = info
        count = 1 if is_child() else cores()
        self.at_once = min(count, _AT_ONCE)
        onnxruntime = onnx_runtime()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = count // self.at_once
        options.log_severity_level = 4  # errors come as exceptions, and nothing is printed
        graph = build_graph(bert).SerializeToString()
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def embed_tokens(self, tokens: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """See `Model`."""
        return self._session.run(["tokens"], {"input_ids": tokens, "attention_mask": mask})[0]

    def embed(self, tokens: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """See `Model`."""
        return self._session.run(["embedding"], {"input_ids": tokens, "attention_mask": mask})[0]


def passage_precision() -> str:
    """The precision to encode passages in: "bfloat16" if this machine's CPU computes in it, and PyTorch is there."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:  # not Linux
        return "float32"
    return "bfloat16" if {"amx_bf16", "avx512_bf16"} & set(flags.split()) and has_sentence_transformers() else "float32"


def has_sentence_transformers() -> bool:
    """Whether Sentence Transformers is installed, with PyTorch, and can be loaded: it reads docstrings of its own."""
    return not ARE_LEFT_OUT and all(find_spec(name) for name in ("sentence_transformers", "torch"))


def load(name: str, folder: Path, precision: str, device: str = PROCESSOR) -> Model:
    """Load a model.

    Args:
        name: DEFAULT_MODEL, or anything else for a model that is known by its folder.
        folder: The model's, from `resolve_model`.
        precision: One of PRECISIONS.
        device: Where it is to run: see `device.chosen_device`.

    Raises:
        ModelNotFound: It cannot be loaded or used.
        MissingExtra: It can only be used by Sentence Transformers, which is not installed.
        DragomanError: There is no such device.
    """
    check_means(name, folder, precision, device)
    if is_graph(name, precision, device):
        return _load_graph(name, folder)
    return _load_chain(name, folder, precision, device)


def is_graph(name: str, precision: str, device: str = PROCESSOR) -> bool:
    """Whether a model runs as a graph: the default one in float32, which is then as fast or faster, and loads sooner.

    Any other that can be does only where Sentence Transformers is not installed: it is the one to say how it runs. On a
    graphics card none does.
    """
    if not has_sentence_transformers():
        return True
    return name == DEFAULT_MODEL and precision == "float32" and device == PROCESSOR


def check_means(name: str, folder: Path, precision: str, device: str = PROCESSOR) -> None:
    """Raise MissingExtra or DragomanError if nothing here can run a model: see `load`. It is not loaded for that."""
    if has_sentence_transformers():
        if device != PROCESSOR:
            check_seen(device)
        return
    if device != PROCESSOR:
        raise MissingExtra(
            f"encoding on {device} takes Sentence Transformers: {_remedy()}, or leave --device out",
            name="sentence_transformers",
        )
    if precision != "float32":
        raise MissingExtra(
            f"encoding in {precision} takes Sentence Transformers: {_remedy()}, or encode all passages anew in float32 "
            f"with `dragoman reindex --model {name}`",
            name="sentence_transformers",
        )
    try:
        read_bert(folder)
    except NotABert as error:
        raise _not_ours(error, folder) from error
    except Exception as error:  # whatever its files may hold
        raise _unusable(error, folder) from error


def _not_ours(error: NotABert, folder: Path) -> MissingExtra:
    return MissingExtra(
        f"the model in {folder} {error}, which only Sentence Transformers can run: {_remedy()}",
        name="sentence_transformers",
    )


def _remedy() -> str:
    """What to do to have Sentence Transformers."""
    if not ARE_LEFT_OUT:
        return "`pip install sentence-transformers`"
    return "run Python without `-OO`, which leaves out docstrings that it reads"


def _load_graph(name: str, folder: Path) -> GraphModel:
    from tokenizers import Tokenizer

    model_hash = weights_hash(folder)
    try:
        bert = read_bert(folder)
        tokenizer = Tokenizer.from_file(str(bert.transformer / "tokenizer.json"))
        info = EncoderInfo(
            name=name if name == DEFAULT_MODEL else str(folder),
            model_hash=model_hash,
            dimension=bert.dimension,
            max_tokens=min(bert.max_tokens, MAX_WINDOW),
            query_prompt=_prompt(bert.prompts, "query"),
            passage_prompt=_prompt(bert.prompts, "passage"),
            normalised=True,
            precision="float32",
            pooling="mean" if bert.pooling == "mean" else "other",
            query_precision="",
            query_hash="",
            tokenizer_hash="",
        )
        return GraphModel(bert, _cutting(tokenizer, info.max_tokens), info)
    except NotABert as error:
        raise _not_ours(error, folder) from error
    except Exception as error:  # neither library has a base class for what it raises
        raise _unusable(error, folder) from error


def _load_chain(name: str, folder: Path, precision: str, device: str) -> ChainModel:
    model_hash = weights_hash(folder)
    with quiet(), _quiet_transformers():
        import torch
        from sentence_transformers import SentenceTransformer
        from tokenizers import Tokenizer

        if is_child():  # which has none of the threads that torch would wait for
            torch.set_num_threads(1)
        # A model's own code and files may raise anything: it always means that this model cannot be used.
        try:
            chain = SentenceTransformer(str(folder), device=device, local_files_only=True).eval()
            # To float32 as well: a checkpoint may be stored in less.
            chain.to(torch.bfloat16 if precision == "bfloat16" else torch.float32)
            tokenizer = Tokenizer.from_str(chain.tokenizer.backend_tokenizer.to_str())
            one = np.ones((1, 1), dtype=np.int64)
            with torch.inference_mode():
                dimension = chain(_features(one, one, device))["sentence_embedding"].shape[-1]
        except Exception as error:
            raise _unusable(error, folder) from error
    kinds = [type(module).__name__ for module in chain]
    pooling = next((module for module in chain if type(module).__name__ == "Pooling"), None)
    prompts = {side: _prompt(chain.prompts, side) for side in ("query", "passage")}
    if any(prompts.values()) and not getattr(pooling, "include_prompt", True):
        raise ModelNotFound(f"the model in {folder} leaves its prompt out when pooling, which Dragoman cannot do")
    plain = kinds in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
    info = EncoderInfo(
        name=name if name == DEFAULT_MODEL else str(folder),
        model_hash=model_hash,
        dimension=dimension,
        max_tokens=min(chain.max_seq_length or MAX_WINDOW, MAX_WINDOW),
        query_prompt=prompts["query"],
        passage_prompt=prompts["passage"],
        normalised=True,
        precision=precision,
        pooling="mean" if plain and _pooling_mode(pooling) == "mean" else "other",
        query_precision="",
        query_hash="",
        tokenizer_hash="",
    )
    return ChainModel(chain, _cutting(tokenizer, info.max_tokens), info, device)


@contextmanager
def quiet() -> Generator[None]:
    """Keep warnings, and what ONNX Runtime's quantiser logs as if it were the host, off the terminal."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        root = logging.getLogger()
        # It calls logging.info and logging.warning, which log on the root logger; with a handler in place, they install
        # none that would stay.
        handler = logging.NullHandler()
        root.addHandler(handler)
        root.addFilter(_is_of_the_host)
        try:
            yield
        finally:
            root.removeFilter(_is_of_the_host)
            root.removeHandler(handler)


def _is_of_the_host(record: logging.LogRecord) -> bool:
    """Whether a line of the root logger comes from somebody else than ONNX Runtime."""
    return "onnxruntime" not in Path(record.pathname).parts


@contextmanager
def _quiet_transformers() -> Generator[None]:
    """Keep that library's progress bars and warnings off the terminal."""
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


def _features(tokens: NDArray[np.int64], mask: NDArray[np.int64], device: str) -> dict[str, Any]:
    """The input of the first module of a chain."""
    import torch

    return {
        "input_ids": torch.as_tensor(tokens, device=device),
        "attention_mask": torch.as_tensor(mask, device=device),
    }


def _cutting(tokenizer: "Tokenizer", max_tokens: int) -> "Tokenizer":
    """The tokenizer, made to cut texts into windows and not to pad them."""
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)  # pyright: ignore[reportUnknownMemberType]  # its **kwargs have no type
    return tokenizer


def _prompt(prompts: Mapping[str, str | None], side: str) -> str:
    """The prompt that a model wants before a query or a passage; models name the latter in three ways."""
    names = ("query",) if side == "query" else ("document", "passage", "corpus")
    return next((prompt for name in names if (prompt := prompts.get(name))), "")


def _pooling_mode(pooling: Any) -> str:
    """A pooling module's mode, which Sentence Transformers 5 and 6 keep under different names."""
    mode = getattr(pooling, "pooling_mode", None)
    return mode if isinstance(mode, str) else getattr(pooling, "get_pooling_mode_str", str)()


def _unusable(error: Exception, folder: Path) -> Exception:
    """What is told of a model that raised an error."""
    reason = " ".join(str(error).split())[:300]
    return refusal(error, folder) or ModelNotFound(f"the model in {folder} cannot be used: {reason}")
