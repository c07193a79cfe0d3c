"""Text → vectors for asking: the query encoder that a collection carries with it.

It is a folder of three files: the model as ONNX, its tokenizer, and a description of both and of how the passages
were encoded. Reading it takes NumPy, ONNX Runtime and tokenizers. It needs no torch, no transformers and no network, so
that a question in a terminal takes only a third of a second. `export.py` writes these folders.
"""

import json
import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from ...errors import CollectionDamaged, CollectionMismatch
from ...frozen import frozen
from ...refusals import refusal
from ..keeping.seals import Seal, content_fault

RECIPE_VERSION = 1
"""Raised whenever the same model and passage would give another vector than before."""

INFO_FILE = "encoder.json"
TOKENIZER_FILE = "tokenizer.json"
MODEL_FILE = "query.onnx"
FILES = (INFO_FILE, TOKENIZER_FILE, MODEL_FILE)
"""All that a query encoder's folder holds."""

# Tokenizing goes by the whole text, so a text is cut before: no language spends 16 characters on an average token.
CHARACTERS_PER_TOKEN = 16

MOST_WINDOWS = 24
"""As much of a long question is taken for its meaning: an article, if it is not in a script of a token a character."""

_REPORTS_OFF = "ORT_DISABLE_TELEMETRY"

MEND = "mend it with `dragoman doctor --repair`"


@frozen
class EncoderInfo:
    """What a collection's vectors were made with: all that must agree before two vectors may be compared.

    Attributes:
        name: The model's name, or the path of its folder.
        model_hash: The SHA-256 of its weight file, or of the list of them if there are several.
        dimension: The number of components of a vector.
        max_tokens: The most tokens in a window, special ones included.
        query_prompt: What is put before every question.
        passage_prompt: What is put before every passage.
        normalised: Whether vectors have unit length.
        precision: That of the passages' forward pass, "bfloat16" or "float32".
        pooling: "mean", or "other" for anything else.
        query_precision: That of `query.onnx`, "int8" or "float32"; empty before the export.
        query_hash: The SHA-256 of `query.onnx`; empty before the export.
        tokenizer_hash: The SHA-256 of `tokenizer.json`; empty before the export.
        version: The RECIPE_VERSION that it was made by.
    """

    name: str
    model_hash: str
    dimension: int
    max_tokens: int
    query_prompt: str
    passage_prompt: str
    normalised: bool
    precision: str
    pooling: str
    query_precision: str
    query_hash: str
    tokenizer_hash: str
    version: int = RECIPE_VERSION

    def to_json(self) -> str:
        """The text of `encoder.json`."""
        return json.dumps(asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, content: str | bytes) -> "EncoderInfo":
        """The info that `to_json` wrote.

        Args:
            content: The content of `encoder.json`.

        Raises:
            CollectionMismatch: Another version of Dragoman's recipe wrote it.
            CollectionDamaged: It is not such a description.
        """
        try:
            values = json.loads(content)
            version = values["version"]
        except (ValueError, KeyError, TypeError) as error:
            raise CollectionDamaged(f"the description of the query encoder is not readable: {MEND}") from error
        if version != RECIPE_VERSION:
            raise CollectionMismatch(
                f"the query encoder was made by recipe {version!r} and this Dragoman follows recipe {RECIPE_VERSION}: "
                "use the Dragoman that made it, or `dragoman reindex --model NAME`"
            )
        known = {field.name: field.type for field in fields(cls)}
        if values.keys() != known.keys() or any(type(values[name]) is not kind for name, kind in known.items()):
            raise CollectionDamaged(f"the description of the query encoder has missing or wrong fields: {MEND}")
        return cls(**values)


_KEPT = 4  # questions whose vectors are known


class QueryEncoder:
    """The query encoder in a folder. Its answers never change, and it is safe to share among threads.

    Args:
        folder: Where FILES are.
        sealed: The folder's seal, if it has one: files that are as they were sealed are those of the description, and
            checksums are taken in a tenth of the time of its hashes.
        threads: How many threads a single question may use: one or two, since a question is too small for more.

    Raises:
        CollectionDamaged: A file is missing, unreadable or not the one that the folder's description names.
        CollectionMismatch: Another version of Dragoman's recipe made it.
    """

    def __init__(self, folder: Path, sealed: Seal | None = None, *, threads: int = 1) -> None:
        from tokenizers import Tokenizer

        onnxruntime = onnx_runtime()
        self._latest: tuple[tuple[str, NDArray[np.float32]], ...] = ()
        self.info = EncoderInfo.from_json(_read(folder / INFO_FILE))
        # Read once and loaded from memory: what was verified is what runs.
        model = _verified(folder / MODEL_FILE, self.info.query_hash, sealed)
        tokenizer = _verified(folder / TOKENIZER_FILE, self.info.tokenizer_hash, sealed)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 4  # errors come as exceptions, and nothing is printed
        # A model may name other files to take weights from: in a folder that cannot be there.
        options.add_session_config_entry("session.model_external_initializers_file_folder_path", os.devnull + "/none")
        with _telling_damage(folder / MODEL_FILE, "is not a model that can be run"):
            self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        with _telling_damage(folder / TOKENIZER_FILE, "is not a tokenizer"):
            self._tokenizer = Tokenizer.from_str(tokenizer.decode())
            # A tokenizer as published may pad, and truncate to another length than the model's own.
            self._tokenizer.no_padding()
            self._tokenizer.enable_truncation(  # pyright: ignore[reportUnknownMemberType]  # its **kwargs have no type
                self.info.max_tokens
            )
        with _telling_damage(folder / MODEL_FILE, "fails to encode a question"):
            trial = self._encode_one("")
        if trial.shape != (self.info.dimension,) or not np.isfinite(trial).all():
            raise CollectionDamaged(f"{folder / MODEL_FILE} is not a query encoder as it is described: {MEND}")

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode questions. A question's vector is always the same, and does not depend on the other texts.

        Args:
            texts: The questions. Of one that is longer than the encoder's window the vector is the mean of those of as
                many windows as it takes, MOST_WINDOWS at most, each by its length. An empty one gets what the model
                makes of its special tokens alone: a valid vector, near nothing in particular.

        Returns:
            float32 [texts, dimension], each of unit length.
        """
        vectors = np.empty((len(texts), self.info.dimension), dtype=np.float32)
        # One by one, although that costs throughput: int8 scales depend on the whole input, and so on batch-mates.
        for row, text in enumerate(texts):
            vectors[row] = self._recall(text)
        return vectors

    def _recall(self, text: str) -> NDArray[np.float32]:
        """The vector of one question, kept for a while: one that finds nothing is asked again, less constrained."""
        for known, vector in self._latest:
            if known == text:
                return vector
        vector = self._encode_one(text)
        self._latest = ((text, vector), *self._latest[: _KEPT - 1])  # replaced, so that threads need no lock
        return vector

    def _encode_one(self, text: str) -> NDArray[np.float32]:
        """The vector of one question: float32 `[dimension]`, of unit length."""
        text = whole_characters(text.strip()[: CHARACTERS_PER_TOKEN * self.info.max_tokens * MOST_WINDOWS])
        prompt = whole_characters(self.info.query_prompt)
        encoding = self._tokenizer.encode(prompt + text)
        further = encoding.overflowing[: MOST_WINDOWS - 1]
        if not further:
            return self._encode_window(encoding.ids)
        # Each window is tokenized by itself, for the prompt belongs before every one.
        begun = [min((start for start, end in each.offsets if end), default=0) for each in further]
        starts = [0, *(start - len(prompt) for start in begun if start > len(prompt))]
        pieces = [text[start:end] for start, end in pairwise([*starts, len(text)])]
        windows = [self._tokenizer.encode(prompt + piece).ids for piece in pieces]
        vectors = np.stack([self._encode_window(tokens) for tokens in windows])
        return unit(np.array([len(tokens) for tokens in windows], np.float32) @ vectors)

    def _encode_window(self, tokens: Sequence[int]) -> NDArray[np.float32]:
        """The vector of as many tokens as fit in a window: float32 `[dimension]`, of unit length."""
        # Token 0 stands in where there are not even special tokens, as with tokenizers that add none.
        input_ids = np.array([tokens or [0]], dtype=np.int64)
        output = self._session.run(["embedding"], {"input_ids": input_ids, "attention_mask": np.ones_like(input_ids)})
        return unit(np.asarray(output[0], dtype=np.float32)[0])


def onnx_runtime() -> ModuleType:
    """Import ONNX Runtime, with its reports to its makers turned off unless the host program has decided about them.

    When it is imported, it would write a lasting id of this machine and a queue of events into the user's cache, and
    look up where to send them. Only this variable, set before the import, stops all of that.
    """
    undecided = _REPORTS_OFF not in os.environ
    if undecided:
        os.environ[_REPORTS_OFF] = "1"
    import onnxruntime  # pyright: ignore[reportMissingTypeStubs]  # it has none

    if undecided:  # the host may have imported it already
        onnxruntime.disable_telemetry_events()  # pyright: ignore[reportUnknownMemberType]
    return onnxruntime


def unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """A vector scaled to unit length, float32 [dimension]. A zero vector, which has no direction, stays as it is."""
    norm = np.linalg.norm(vector)
    return (vector / norm).astype(np.float32, copy=False) if norm > 0 else vector


def whole_characters(text: str) -> str:
    """The text with `?` for each lone half of a surrogate pair, which UTF-8 cannot write. Its length stays the same."""
    return text.encode("utf-8", "replace").decode("utf-8")


def sha256(content: bytes) -> str:
    """SHA-256, in hexadecimal."""
    import hashlib  # late, as what reads descriptions alone needs none

    return hashlib.sha256(content).hexdigest()


@contextmanager
def _telling_damage(path: Path, what: str) -> Generator[None]:
    """Tell whatever the block raises as damage, unless the system refuses something."""
    try:
        yield
    except Exception as error:  # neither library has a base class for what it raises
        if refused := refusal(error, path):
            raise refused from error
        raise CollectionDamaged(f"{path} {what}: {MEND}") from error


def _verified(path: Path, expected: str, sealed: Seal | None) -> bytes:
    """A file's content. Raises CollectionDamaged unless it is as it was sealed or, without a seal, has the SHA-256."""
    content = _read(path)
    if sealed and path.name in sealed:
        if fault := content_fault(path.name, content, sealed[path.name]):
            raise CollectionDamaged(f"{'/'.join(path.parts[-3:])} {fault.what}: {MEND}")
    elif sha256(content) != expected:
        raise CollectionDamaged(f"{path} is not the file that the collection was made with: {MEND}")
    return content


def _read(path: Path) -> bytes:
    """A file's content. Raises CollectionDamaged if it is not there, and SystemRefusal if it may not be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        if refused := refusal(error, path):
            raise refused from error
        raise CollectionDamaged(f"{path} cannot be read ({error.strerror}): {MEND}") from error
