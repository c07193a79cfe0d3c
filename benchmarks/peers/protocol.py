"""How a peer is asked. Each runs in an environment and a process of its own, and needs this file and NumPy.

    python with_NAME.py index CORPUS FOLDER     index the corpus; a line of JSON says what it took
    python with_NAME.py once CORPUS FOLDER LEG  answer one question, as a process that is begun for it; its hits
    python with_NAME.py ask CORPUS FOLDER       a line of JSON on standard input is a request, one on output its answer

A request is {"leg", "first", "count", "k"}: ask that leg so many of the corpus's questions from the first on, for the k
best passages of each. Its answer has for each question the milliseconds, those of the processor, and the numbers of the
passages in their order; and the memory in use.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np

LEGS = ("leg", "keyword", "vector", "exact", "hybrid")
"""By words, of ours the bare leg as well; by vectors, as a peer does that by default; the same exactly, if
that is not the default; by both, with titles and texts. Of the others numbers and scores are wanted, and no text."""


class Passage(NamedTuple):
    """What is indexed. `number` counts from 0."""

    number: int
    title: str
    text: str


class Hit(NamedTuple):
    """A passage that was found; `text` is empty where none is wanted."""

    number: int
    score: float
    text: str = ""


@dataclass(frozen=True)
class Corpus:
    """The passages and the questions that all peers get, in a folder."""

    folder: Path

    def passages(self) -> Iterator[Passage]:
        """The passages, one after the other."""
        with (self.folder / "passages.jsonl").open(encoding="utf-8") as lines:
            for number, line in enumerate(lines):
                record = json.loads(line)
                yield Passage(number, record["title"], record["text"])

    def batches(self, size: int = 1000) -> Iterator[tuple[list[Passage], Any]]:
        """The passages in lists, each with their vectors: float32 [n, dimension], of length 1."""
        vectors, batch = self.vectors, list[Passage]()
        for passage in self.passages():
            batch.append(passage)
            if len(batch) == size:
                yield batch, np.array(vectors[batch[0].number : passage.number + 1])
                batch = []
        if batch:
            yield batch, np.array(vectors[batch[0].number :])

    @property
    def vectors(self) -> Any:
        """The vectors of all passages, mapped: float32 [passages, dimension]."""
        return np.load(self.folder / "vectors.npy", mmap_mode="r")

    def questions(self) -> tuple[list[str], Any]:
        """The questions, and their vectors: float32 [questions, dimension]."""
        texts = json.loads((self.folder / "questions.json").read_text(encoding="utf-8"))
        return texts, np.load(self.folder / "questions.npy")


class Peer(Protocol):
    """What is compared. It has those of the methods `keyword`, `vector`, `exact` and `hybrid` that it can do.

    Each takes a question's text, its vector, and how many passages are wanted; and gives them, best first. `by_words`
    is `keyword` with texts, for a whole process. `before`, if there is one, gets each question beforehand, and
    `numbers` makes numbers of hits afterwards: neither is counted.
    """

    def index(self, corpus: Corpus, folder: Path) -> None:
        """Index the passages and their vectors in an empty folder, in one go, and close it."""
        ...

    def open(self, corpus: Corpus, folder: Path) -> None:
        """Open what was indexed, to be asked. From the corpus nothing may be taken but the number of passages."""
        ...


def run(peer: Peer) -> None:
    """Do what the command line says."""
    what, corpus, folder = sys.argv[1], Corpus(Path(sys.argv[2])), Path(sys.argv[3])
    if what == "index":
        began, cpu = time.perf_counter(), time.process_time()
        peer.index(corpus, folder)
        print(json.dumps({"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu}))
    elif what == "once":
        peer.open(corpus, folder)
        (text, *_), (vector, *_) = corpus.questions()
        for hit in getattr(peer, sys.argv[4])(text, vector, 10):
            print(hit.number, hit.score, hit.text)
    else:
        peer.open(corpus, folder)
        texts, vectors = corpus.questions()
        print(json.dumps([leg for leg in LEGS if hasattr(peer, leg)]), flush=True)
        for line in sys.stdin:
            print(json.dumps(answer(peer, json.loads(line), texts, vectors)), flush=True)


def answer(peer: Peer, request: dict[str, Any], texts: list[str], vectors: Any) -> dict[str, Any]:
    """The answer to a request."""
    leg: Callable[[str, Any, int], list[Hit]] = getattr(peer, request["leg"])
    before: Callable[[str, Any], object] = getattr(peer, "before", lambda _text, _vector: None)
    numbers: Callable[[list[Hit]], list[int]] = getattr(peer, "numbers", lambda hits: [int(hit[0]) for hit in hits])
    took: list[float] = []
    cpu: list[float] = []
    found: list[list[int]] = []
    for number in range(request["first"], request["first"] + request["count"]):
        before(texts[number], vectors[number])
        began, busy = time.perf_counter(), time.process_time()
        hits = leg(texts[number], vectors[number], request["k"])
        took.append((time.perf_counter() - began) * 1000)
        cpu.append((time.process_time() - busy) * 1000)
        found.append(numbers(hits))
    return {"ms": took, "cpu": cpu, "found": found, "memory": memory()}


def memory() -> dict[str, float]:
    """The megabytes that the process holds in all, and those that are no pages of files."""
    lines = Path("/proc/self/status").read_text().splitlines()
    known = dict(line.split(":", 1) for line in lines)
    return {name: int(known[name].split()[0]) / 1024 for name in ("VmRSS", "RssAnon")}


def fuse_ranks(rankings: list[list[Hit]], k: int) -> list[int]:
    """Reciprocal rank fusion with the constant that its authors took, 60: the numbers of the k best passages."""
    worth: dict[int, float] = {}
    for ranking in rankings:
        for rank, hit in enumerate(ranking, 1):
            worth[hit[0]] = worth.get(hit[0], 0.0) + 1 / (60 + rank)
    return sorted(worth, key=lambda number: -worth[number])[:k]


def leave() -> None:
    """End at once: for libraries whose threads keep a process from ending."""
    sys.stdout.flush()
    os._exit(0)
