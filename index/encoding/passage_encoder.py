"""Passages → vectors for building: `PassageEncoder`, which encodes passages and their sentences."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import groupby, islice, pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...corpus.document import Passage, Span
from ...errors import CollectionMismatch
from ..segments.encoded_passage import EncodedPassage
from .device import PROCESSOR
from .forward import PRECISIONS, check_means, load, passage_precision
from .model import DEFAULT_MODEL, resolve_model, weights_hash
from .query_encoder import EncoderInfo, unit, whole_characters

BUCKET = 32  # tokens: every forward pass is a multiple of it long
CHUNK = 1024  # passages sorted by length at a time: more pads less and answers later
TITLE_CHARACTERS = 200


class _Window(NamedTuple):
    """The tokens of one row of a forward pass, and the bin that each token (or the row as a whole) is added to."""

    tokens: list[int]
    bins: list[int]


class PassageEncoder:
    """Encodes passages with a model.

    Args:
        name: DEFAULT_MODEL, or the path of a model's folder.
        info: What a collection's vectors were made with. Its precision is obeyed, also where another one would be
            faster. Without it the precision is the machine's best, and `.info` has no hashes of a query encoder.
        device: Where: see `device.chosen_device`.

    Raises:
        ModelNotFound: There is no such model.
        CollectionMismatch: The model is not the one that `info` describes.
        DragomanError: There is no such device.
    """

    def __init__(self, name: str = DEFAULT_MODEL, info: EncoderInfo | None = None, device: str = PROCESSOR) -> None:
        folder = check_model(name, info, device) if info else resolve_model(name)
        self._model = load(name, folder, info.precision if info else passage_precision(), device)
        if info is not None:
            _refuse_other_settings(self._model.info, info)
        self.info = info or self._model.info

    def encode(self, passages: Iterable[tuple[int, Passage]]) -> Iterator[EncodedPassage]:
        """Encode passages, in their order. Reads `CHUNK` passages ahead.

        A passage's vectors depend on nothing but the passage, bit for bit on the same machine: all forward passes have
        as many rows, and a length that follows from the passage's own. What overflows a window goes into a further one,
        and all windows count. A sentence without any token gets the passage's vector.

        Args:
            passages: Each with the ledger's number for the version of its document.
        """
        stream = iter(passages)
        while chunk := list(islice(stream, CHUNK)):
            yield from self._encode_chunk(chunk)

    def _encode_chunk(self, chunk: list[tuple[int, Passage]]) -> Iterator[EncodedPassage]:
        """Encode at most `CHUNK` passages.

        What is pooled is added up in bins: for each passage one for what belongs to no sentence, followed by one for
        each sentence.
        """
        mean = self.info.pooling == "mean"
        groups: defaultdict[tuple[bool, int], list[_Window]] = defaultdict(list)
        firsts = np.cumsum([0, *(1 + len(passage.sentences) for _, passage in chunk)])
        for first, (_, passage) in zip(firsts.tolist(), chunk, strict=False):
            for window in self._windows(passage, first):
                groups[self._shape(len(window.tokens))].append(window)
        pooled = np.zeros((firsts[-1], self.info.dimension), dtype=np.float32)
        # A passage's full windows come before its last one, so that its sums are always added in the same order.
        passes = (
            (windows[row : row + self._model.rows], length, partial)
            for (partial, length), windows in sorted(groups.items())
            for row in range(0, len(windows), self._model.rows)
        )
        for windows, values in self._embedded(passes):
            _add(windows, values.reshape(len(values), -1, self.info.dimension), pooled)
        for (version, passage), (first, end) in zip(chunk, pairwise(firsts), strict=True):
            vector = unit(pooled[first:end].sum(axis=0) if mean else pooled[first])
            sentences = pooled[first + 1 : end].copy()
            sentences[~sentences.any(axis=1)] = vector
            span = Span(passage.start, passage.end)
            yield EncodedPassage(version, passage.document, span, passage.sentences, vector, _coded(sentences))

    def _shape(self, tokens: int) -> tuple[bool, int]:
        """Whether a window is padded, and the length of its forward pass.

        A batch pads either every window or none: transformers drops the attention mask of a batch without any padding
        and takes another path. So lengths are rounded up beyond the next multiple, except those of full windows.
        """
        limit = self.info.max_tokens
        return tokens < limit, min((tokens // BUCKET + 1) * BUCKET, limit)

    def _windows(self, passage: Passage, first: int) -> Iterator[_Window]:
        """A passage's windows: `first` is its bin for what belongs to no sentence."""
        text, title = passage.text, " ".join(passage.document.title.split())[:TITLE_CHARACTERS]
        prefix = self.info.passage_prompt + (f"{title}\n" if title else "")
        if self.info.pooling == "mean":
            spans = np.array(passage.sentences, dtype=np.int64).reshape(-1, 2)
            starts, ends = spans.T - passage.start + len(prefix)
            for tokens, offsets in self._tokenize(prefix + text):
                # A token belongs where its last character stands: its first may be the blank before the sentence.
                last = offsets[:, 1] - 1
                sentence = np.searchsorted(starts, last, side="right") - 1
                inside = (sentence >= 0) & (offsets[:, 1] > offsets[:, 0])
                inside[inside] = last[inside] < ends[sentence[inside]]
                yield _Window(tokens, (first + np.where(inside, sentence + 1, 0)).tolist())
            return
        texts = (passage.document.text[start:end] for start, end in passage.sentences)
        sentences = [(number, each) for number, each in enumerate(texts, 1) if each.strip()]
        prefixed = [(0, prefix + text), *((number, self.info.passage_prompt + each) for number, each in sentences)]
        for number, each in prefixed:
            for tokens, _ in self._tokenize(each):
                yield _Window(tokens, [first + number])

    def _tokenize(self, text: str) -> Iterator[tuple[list[int], NDArray[np.int64]]]:
        """A text's windows: their tokens, and each token's `[start, end)` in the text, int64 `[tokens, 2]`."""
        encoding = self._model.tokenizer.encode(whole_characters(text))
        for window in (encoding, *encoding.overflowing):
            if window.ids:
                yield window.ids, np.array(window.offsets, dtype=np.int64)

    def _embedded(
        self, passes: Iterable[tuple[list[_Window], int, bool]]
    ) -> Iterator[tuple[list[_Window], NDArray[np.float32]]]:
        """The windows of each forward pass with their embeddings, in order; as many passes at once as the model takes.

        Args:
            passes: Each with its windows, its length, and whether these are padded.
        """
        at_once = self._model.at_once
        if at_once == 1:
            yield from ((windows, self._embed(windows, length, partial)) for windows, length, partial in passes)
            return
        with ThreadPoolExecutor(at_once, "encoding") as threads:
            begun: deque[tuple[list[_Window], Future[NDArray[np.float32]]]] = deque()
            try:
                for windows, length, partial in passes:
                    begun.append((windows, threads.submit(self._embed, windows, length, partial)))
                    if len(begun) > 2 * at_once:
                        windows, values = begun.popleft()
                        yield windows, values.result()
                yield from ((windows, values.result()) for windows, values in begun)
            finally:
                threads.shutdown(wait=False, cancel_futures=True)

    def _embed(self, windows: list[_Window], length: int, partial: bool) -> NDArray[np.float32]:
        """The embeddings of windows in one forward pass, which may have more rows.

        Returns:
            float32 `[rows, length, dimension]`, of each token; or `[rows, dimension]` if the model does not take their
            mean.
        """
        tokens = np.full((self._model.rows, length), self._model.padding, dtype=np.int64)
        mask = np.zeros((self._model.rows, length), dtype=np.int64)
        mask[len(windows) :, : 1 if partial else length] = 1  # a row that sees nothing would compute NaN
        for row, window in enumerate(windows):
            tokens[row, : len(window.tokens)] = window.tokens
            mask[row, : len(window.tokens)] = 1
        mean = self.info.pooling == "mean"
        return (self._model.embed_tokens if mean else self._model.embed)(tokens, mask)


def _add(windows: list[_Window], values: NDArray[np.float32], sums: NDArray[np.float32]) -> None:
    """Add the embeddings of some windows to their bins, one after the other: the same sums with any batch-mates.

    Args:
        windows: n of them.
        values: float32 `[n or more, length, dimension]`, of each window what its bins are for, and then padding.
        sums: float32 `[bins, dimension]`.
    """
    for window, embedded in zip(windows, values, strict=False):
        end = 0
        for number, run in groupby(window.bins):
            start, end = end, end + sum(1 for _ in run)
            total = sums[number]
            if end - start == 1 or not total.any():
                total += embedded[start:end].sum(axis=0)  # along this axis NumPy adds up in order
            else:
                for each in embedded[start:end]:
                    total += each


def _coded(vectors: NDArray[np.float32]) -> NDArray[np.int8]:
    """Vectors as int8 of the same shape, each with its largest component at ±127."""
    largest = np.abs(vectors).max(axis=1, keepdims=True, initial=np.finfo(np.float32).tiny)
    return np.rint(vectors / largest * 127).astype(np.int8)


def check_model(name: str, info: EncoderInfo, device: str = PROCESSOR) -> Path:
    """The folder of a collection's model, of which all is checked that can be without loading it.

    Args:
        name: DEFAULT_MODEL, or the path of a model's folder.
        info: What the collection's vectors were made with.
        device: Where it is to run.

    Raises:
        ModelNotFound: There is no such model.
        CollectionMismatch: The model is not the one that `info` describes.
        MissingExtra: It can only be used by Sentence Transformers, which is not installed.
        DragomanError: There is no such device.
    """
    folder = resolve_model(name)
    _refuse_other_weights(name, weights_hash(folder), info)
    if info.precision not in PRECISIONS:
        raise CollectionMismatch(
            f"the collection was built in an unknown precision, {info.precision!r}: use the Dragoman that "
            f"built it, or `dragoman reindex --model {name}`"
        )
    check_means(name, folder, info.precision, device)
    return folder


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
