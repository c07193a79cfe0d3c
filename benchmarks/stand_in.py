"""Text without end, and an encoder that costs next to nothing: for measuring how a collection grows.

The texts are those of `../shared/frus-dev` and `../shared/scale`, first as they are. From then on they are dealt out
anew: the sentences of some hundreds of documents are shuffled among them, so that each new document has the length and
the words of such documents, and none is a near-copy of another.

The encoder takes a vector of random numbers for each piece of a word, and for a text the mean of those of its pieces.
It is a folder as Sentence Transformers has it, a BERT without layers, with the tokenizer and the dimension of the
default model. Vectors of texts that share words are near each other, and nothing else is to be expected of them: what
is found by meaning with it says nothing of quality.
"""

import json
import lzma
import random
import re
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from record import ROOT

from dragoman.index.encoding.model import resolve_model

SHARED = ROOT.parent / "shared"
TEXTS = ("frus-dev/corpus.jsonl.xz", "scale/ungdc.corpus.jsonl.xz")
DEALT = 500
"""Among so many documents sentences are shuffled."""
CHARACTERS = 880
"""Of a passage of these texts, on the average."""

_SENTENCES = re.compile(r"(?<=[.;:!?])\s+")


def documents(passages: int, shared: Path = SHARED, seed: int = 0) -> Iterator[dict[str, Any]]:
    """Records of documents that make about so many passages, the same each time; the shorter list begins the longer.

    Args:
        passages: How many.
        shared: The folder with the texts.
        seed: Of the shuffling.
    """
    left = passages * CHARACTERS
    for record in _endless(shared, random.Random(seed)):
        if left <= 0:
            return
        left -= len(record["text"])
        yield record


def _endless(shared: Path, chance: random.Random) -> Iterator[dict[str, Any]]:
    yield from _originals(shared)
    turn = 1
    while True:
        originals = _originals(shared)
        while dealt := list(islice(originals, DEALT)):
            sentences = [_SENTENCES.split(record["text"]) for record in dealt]
            every = [sentence for each in sentences for sentence in each]
            chance.shuffle(every)
            stock = iter(every)
            for record, own in zip(dealt, sentences, strict=True):
                yield record | {"id": f"{record['id']}~{turn}", "text": " ".join(islice(stock, len(own)))}
        turn += 1


def _originals(shared: Path) -> Iterator[dict[str, Any]]:
    """The records of both collections, one of each in turn, so that a small part has some of both."""
    with ExitStack() as stack:
        turns = [stack.enter_context(lzma.open(shared / name, "rt", encoding="utf-8")) for name in TEXTS]
        while turns:
            for file in list(turns):
                if line := file.readline():
                    record = json.loads(line)
                    yield {name: record[name] for name in ("id", "title", "date", "place", "source", "text")}
                else:
                    turns.remove(file)


def write_documents(path: Path, passages: int) -> None:
    """Write documents that make about so many passages, a line of JSON each."""
    with path.open("w", encoding="utf-8") as file:
        for record in documents(passages):
            file.write(json.dumps(record, ensure_ascii=False) + "\n")


def make_encoder(folder: Path, seed: int = 0) -> Path:
    """Make the encoder in a folder that does not exist yet, and give the folder back."""
    from safetensors.numpy import save_file

    original = resolve_model()
    folder.mkdir(parents=True)
    for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"):
        if (original / name).is_file():
            (folder / name).write_bytes((original / name).read_bytes())
    config = json.loads((original / "config.json").read_bytes()) | {"num_hidden_layers": 0}
    (folder / "config.json").write_text(json.dumps(config))
    width = config["hidden_size"]
    kept = {
        "embeddings.word_embeddings.weight": np.random.default_rng(seed).normal(size=(config["vocab_size"], width)),
        "embeddings.position_embeddings.weight": np.zeros((config["max_position_embeddings"], width)),
        "embeddings.token_type_embeddings.weight": np.zeros((config["type_vocab_size"], width)),
        "embeddings.LayerNorm.weight": np.ones(width),
        "embeddings.LayerNorm.bias": np.zeros(width),
    }
    save_file({name: array.astype(np.float32) for name, array in kept.items()}, folder / "model.safetensors")
    pooling = {"word_embedding_dimension": width, "pooling_mode_mean_tokens": True}
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    kinds = (("", "Transformer"), ("1_Pooling", "Pooling"))
    modules = [
        {"idx": number, "name": str(number), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for number, (path, kind) in enumerate(kinds)
    ]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": 256, "do_lower_case": False}))
    return folder
