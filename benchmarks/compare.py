"""Dragoman beside its peers: the same passages and vectors, one thread each, in one run.

    python benchmarks/compare.py COLLECTION [PASSAGES] [QUESTIONS] [--only=NAME,NAME] [--processor] [--save]

The passages and vectors are taken out of a collection, of all its documents or of the first that have PASSAGES in all;
the QUESTIONS (100) are those of `../shared/frus-dev`, their vectors those that the collection's encoder makes. Each
peer is a file in `peers/`, whose head says what it is and what it requires; each has a virtual environment of its own,
made once in the user's cache, and a process of its own, on one core, with one thread wherever it asks how many. They
are asked in turn, so that whatever else the machine does disturbs all of them alike; on a busy machine that is not
enough, for what is short is over before it is disturbed: with `--processor` times are those of the processor. What
cannot be installed, or fails, is named with the reason.

- keyword: the numbers and scores of the 100 best passages, title and text alike; no text is read. Ours is all from the
  question's text on, with other names, spellings, words side by side and whole documents; the bare leg is BM25F of the
  question's own words, as the others have it
- vector: the same by vectors, as a peer does that by default, with the share of the truly nearest 10 and 100 in it;
  and exactly, where that is not the default
- hybrid: ten hits with titles and texts. The question's vector is given. Ours are hits as everybody gets them: of
  documents, marked, without near-copies
- cold: a whole new process that answers one question with ten hits, by words or by both. Ours loads its encoder and
  encodes the question, which the others are spared
- index: passages and vectors given, until all is on disk and the process has ended
- nDCG@10 on TIME 1963 (`../shared/std-time`) of hybrid search as the peer does it by default, with the same vectors; of
  search by words where there is no other
"""

import hashlib
import json
import lzma
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import processes
from latency import questions
from processes import Finished
from record import ROOT, Record, arguments
from stored import stored

import dragoman
from dragoman.index.writing.status import folder_size
from dragoman.index.writing.store import Store
from dragoman.user_folders import user_cache

PEERS = ROOT / "benchmarks" / "peers"
SHARED = ROOT.parent / "shared"
NAMES = {
    "ours": "Dragoman",
    "with_tantivy": "Tantivy",
    "with_bm25s": "bm25s",
    "with_whoosh": "Whoosh's own",
    "with_sqlite": "SQLite FTS5 + sqlite-vec",
    "with_lancedb": "LanceDB",
    "with_qdrant": "Qdrant Edge",
    "with_txtai": "txtai",
    "twenty_lines": "twenty lines of NumPy",
}
ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS", "TOKIO_WORKER_THREADS",
        "LANCE_CPU_THREADS", "NUMBA_NUM_THREADS",  # LanceDB waits for itself for ever with one LANCE_IO_THREADS
    ),
    "1",
)  # fmt: skip
DEPTH = 100
"""So many passages are wanted of a leg."""
WARM_UP = 10
CHUNK = 10
"""So many questions a peer is asked before it is the next one's turn."""
COLD_RUNS = 5
LIMIT = 3600.0
"""The most seconds that a peer may take to index."""
NONE = "–"
PROCESSOR = "--processor" in sys.argv
CLOCKS = {False: "ms", True: "cpu"}
FIRST = f"one thread each{', processor’s time' if PROCESSOR else ''}"
ASKING = (
    FIRST, "keyword, ms", "vector, ms", "recall@10 / @100", "exact vector, ms", "hybrid, ms",
    "cold by words, ms", "cold hybrid, ms",
)  # fmt: skip
KEEPING = (
    FIRST, "indexing, s", "on disk, MB", "peak of memory, MB", "resident while asking, MB",
    "of that no pages of files, MB", "nDCG@10 on TIME",
)  # fmt: skip


@dataclass
class Measured:
    """What is known of a peer: medians in milliseconds by leg, and the rest by the name of what it is."""

    name: str
    python: Path = Path(sys.executable)
    failure: str = ""
    ms: dict[str, list[float]] = field(default_factory=dict)
    found: dict[str, list[list[int]]] = field(default_factory=dict)
    figures: dict[str, float] = field(default_factory=dict)

    def median(self, leg: str) -> float | None:
        """Of how long the questions took."""
        return statistics.median(self.ms[leg]) if self.ms.get(leg) else None


def environment(peer: str) -> Path:
    """The Python of a peer's virtual environment, which is made if there is none for what the peer requires.

    Raises:
        OSError: It cannot be installed; says why.
    """
    required = re.search(r"^# requires: (.*)$", (PEERS / f"{peer}.py").read_text(encoding="utf-8"), re.MULTILINE)
    if required is None:
        return Path(sys.executable)
    named = f"{peer}-{hashlib.sha256(required[1].encode()).hexdigest()[:8]}-{sys.version_info.minor}"
    folder = user_cache() / "peers" / named
    python, done = folder / "bin" / "python", folder / "installed"
    if not done.exists():
        print(f"installing {required[1]} in {folder}", file=sys.stderr, flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True, env={**os.environ, "PYTHONPATH": ""})
        install = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *required[1].split()]
        ran = subprocess.run(install, capture_output=True, text=True, check=False)
        if ran.returncode:
            raise OSError(f"cannot be installed: {ran.stderr.strip().splitlines()[-1]}")
        done.touch()
    return python


def command(peer: Measured, *rest: object) -> list[str]:
    """What starts a peer."""
    return [str(peer.python), str(PEERS / f"{peer.name}.py"), *map(str, rest)]


def surroundings(peer: Measured) -> dict[str, Any]:
    """How a peer's process is started: with one thread, on one core."""
    environment = {**os.environ, **ONE_THREAD, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    here = [str(PEERS.parent), *filter(None, [os.environ.get("PYTHONPATH")])]  # of ours alone
    environment["PYTHONPATH"] = os.pathsep.join(here) if peer.name == "ours" else ""
    core = {max(os.sched_getaffinity(0))}
    return {"env": environment, "preexec_fn": lambda: os.sched_setaffinity(0, core), "text": True}


def finish(peer: Measured, started: Sequence[object]) -> Finished:
    """Run a process of a peer to its end. Raises OSError if it fails."""
    around = surroundings(peer)
    return processes.finish(started, around["env"], around["preexec_fn"], LIMIT)


def extract(source: Path, folder: Path, passages: int, texts: list[str]) -> list[str]:
    """Write a corpus for the peers: see `peers/protocol.py`.

    Args:
        source: The collection.
        folder: Where to.
        passages: How many at least.
        texts: The questions.

    Returns:
        The ids of the passages' documents.
    """
    folder.mkdir()
    (folder / "source").write_text(f"{source.resolve()}\n{passages}")
    owners: list[str] = []
    with closing(Store(source)) as store, (folder / "passages.jsonl").open("w", encoding="utf-8") as lines:
        vectors: list[Any] = []
        for document, together in stored(store, passages):
            for each in together:
                text = document.text[each.span.start : each.span.end]
                lines.write(json.dumps({"title": document.title, "text": text}, ensure_ascii=False) + "\n")
                vectors.append(each.vector)
                owners.append(document.id)
        every = np.array(vectors, np.float32)
        every /= np.linalg.norm(every, axis=1, keepdims=True)
        np.save(folder / "vectors.npy", every)
        view = store.snapshot()
        np.save(folder / "questions.npy", np.array([view.encode(text) for text in texts], np.float32))
    (folder / "questions.json").write_text(json.dumps(texts), encoding="utf-8")
    return owners


@contextmanager
def asked(peer: Measured, corpus: Path, folder: Path) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A process of a peer that answers within the block, and the legs that it has."""
    with (folder.parent / f"{peer.name}.log").open("w+") as errors:
        started = command(peer, "ask", corpus, folder)
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": errors}
        with subprocess.Popen(started, **pipes, **surroundings(peer)) as process:
            try:
                yield process, json.loads(said(process, errors))
            finally:
                process.kill()


def said(process: "subprocess.Popen[str]", errors: Any) -> str:
    """The next line of a peer. Raises OSError with what it complained of if there is none."""
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        errors.seek(0)
        raise OSError((errors.read().strip().splitlines() or ["ended"])[-1])
    return line


def ask(process: "subprocess.Popen[str]", errors: Any, **request: Any) -> dict[str, Any]:
    """A peer's answer to a request."""
    assert process.stdin
    process.stdin.write(json.dumps(request) + "\n")
    process.stdin.flush()
    return json.loads(said(process, errors))


def index(peers: list[Measured], corpus: Path, folder: Path) -> None:
    """Have every peer index the corpus in a folder of its own."""
    for peer in working(peers):
        own = folder / peer.name
        own.mkdir()
        with noted(peer, "index"):
            finished = finish(peer, command(peer, "index", corpus, own))
            peer.figures |= {"index": seconds(finished), "peak": finished.peak, "disk": folder_size(own) / 1e6}
            print(f"{NAMES[peer.name]}: indexed in {finished.seconds:.1f} s", file=sys.stderr, flush=True)


def seconds(finished: Finished) -> float:
    """How long a process took, by the clock that is used."""
    return finished.cpu if PROCESSOR else finished.seconds


def working(peers: list[Measured]) -> list[Measured]:
    """Those that have not failed."""
    return [peer for peer in peers if not peer.failure]


@contextmanager
def noted(peer: Measured, what: str) -> Iterator[None]:
    """Note of a peer what fails within the block: the others go on."""
    try:
        yield
    except (OSError, ValueError) as error:
        peer.failure = f"{what}: {error}"[:200]
        print(f"{NAMES[peer.name]}: {peer.failure}", file=sys.stderr, flush=True)


def ask_all(peers: list[Measured], corpus: Path, folder: Path, count: int) -> None:
    """Ask every peer all questions by every leg, in turn."""
    with ExitStack() as stack:
        open_: list[tuple[Measured, Any, Any, list[str]]] = []
        for peer in working(peers):
            with noted(peer, "open"):
                process, legs = stack.enter_context(asked(peer, corpus, folder / peer.name))
                errors = (folder / f"{peer.name}.log").open()
                stack.callback(errors.close)
                open_.append((peer, process, errors, legs))
        for leg, k in (("leg", DEPTH), ("keyword", DEPTH), ("vector", DEPTH), ("exact", DEPTH), ("hybrid", 10)):
            for first in (-1, *range(0, count, CHUNK)):
                for peer, process, errors, legs in open_:
                    if leg not in legs or peer.failure:
                        continue
                    size = WARM_UP if first < 0 else CHUNK
                    request = {"leg": leg, "first": max(first, 0), "count": min(size, count - max(first, 0)), "k": k}
                    with noted(peer, leg):
                        answer = ask(process, errors, **request)
                        if first >= 0:
                            peer.ms.setdefault(leg, []).extend(answer[CLOCKS[PROCESSOR]])
                            peer.found.setdefault(leg, []).extend(answer["found"])
                        peer.figures |= {
                            "resident": answer["memory"]["VmRSS"], "own memory": answer["memory"]["RssAnon"]
                        }  # fmt: skip


def ask_cold(peers: list[Measured], corpus: Path, folder: Path, question: str) -> None:
    """Ask the first question in a new process each, in turn."""
    for leg, mode in (("by_words", "keyword"), ("hybrid", "hybrid")):
        for _ in range(COLD_RUNS):
            for peer in working(peers):
                started: list[object] = [*command(peer, "once", corpus, folder / peer.name, leg)]
                if peer.name == "ours":
                    search = Path(sys.executable).with_name("search")
                    started = [search, question, "--collection", folder / peer.name / "ours.idx", "--mode", mode]
                elif f"def {leg}" not in (PEERS / f"{peer.name}.py").read_text(encoding="utf-8"):
                    continue
                with noted(peer, f"cold, {leg}"):
                    peer.ms.setdefault(f"cold {leg}", []).append(seconds(finish(peer, started)) * 1000)


def judge(peers: list[Measured], folder: Path) -> None:
    """Have every peer that searches by both answer the questions of TIME, and note its nDCG@10."""
    time_ = SHARED / "std-time"
    if not time_.is_dir():
        print(f"no {time_}: nothing is judged", file=sys.stderr)
        return
    collection = user_cache() / "peers" / "time.idx"
    if not collection.is_dir():
        dragoman.build_collection(collection, [time_ / "corpus.jsonl.xz"])
    with lzma.open(time_ / "queries.jsonl.xz", "rt") as lines:
        queries = [json.loads(line) for line in lines]
    with lzma.open(time_ / "qrels.tsv.xz", "rt") as lines:
        judged: dict[str, dict[str, int]] = {}
        for query, document, grade in (line.split() for line in list(lines)[1:]):
            judged.setdefault(query, {})[document] = int(grade)
    texts = ["".join(c if c.isalnum() else " " for c in each["text"]) for each in queries]
    corpus = folder / "time"
    owners = extract(collection, corpus, 1 << 40, texts)
    (folder / "judged").mkdir()
    relevant = [Measured(each.name, each.python) for each in working(peers)]
    index(relevant, corpus, folder / "judged")
    for peer, trial in zip(working(peers), relevant, strict=True):
        leg = "hybrid" if "hybrid" in peer.ms else "keyword"
        with noted(trial, "judged"), asked(trial, corpus, folder / "judged" / trial.name) as (process, _):
            with (folder / "judged" / f"{trial.name}.log").open() as errors:
                found = ask(process, errors, leg=leg, first=0, count=len(texts), k=DEPTH)["found"]
            gains = [
                ndcg([owners[number] for number in numbers], judged.get(query["id"], {}))
                for query, numbers in zip(queries, found, strict=True)
            ]
            peer.figures["nDCG"] = statistics.mean(gains)


def ndcg(documents: list[str], grades: dict[str, int], depth: int = 10) -> float:
    """The nDCG with exponential gains of a ranking of passages by their documents, each taken where it comes first."""
    ranked = list(dict.fromkeys(documents))[:depth]
    best = sorted(grades.values(), reverse=True)[:depth]
    gains, ideal = (
        sum((2**grade - 1) / np.log2(rank + 2) for rank, grade in enumerate(each))
        for each in ([grades.get(document, 0) for document in ranked], best)
    )
    return gains / ideal if ideal else 0.0


def recall(found: list[list[int]], corpus: Path, k: int) -> float:
    """How many of the truly nearest k passages are among the first k that were found, on the average."""
    vectors, asked_ = np.load(corpus / "vectors.npy"), np.load(corpus / "questions.npy")[: len(found)]
    nearest = np.argpartition(-(asked_ @ vectors.T), k - 1, axis=1)[:, :k]
    return statistics.mean(len({*row[:k]} & {*near}) / k for row, near in zip(found, nearest.tolist(), strict=True))


def show(peers: list[Measured], corpus: Path, counts: dict[str, str]) -> None:
    """Print both tables, and keep them."""
    ours, shown = peers[0], working(peers)
    with Record("peers-asking", ASKING) as record:
        if bare := ours.median("leg"):
            record.row("Dragoman, the bare leg", compared(bare, ours.median("keyword")), *[NONE] * (len(ASKING) - 2))
        for peer in shown:
            keyword, vector, exact, hybrid, *cold = (
                compared(peer.median(leg), ours.median(leg) or ours.median("vector"))
                for leg in ("keyword", "vector", "exact", "hybrid", "cold by_words", "cold hybrid")
            )
            found = peer.found.get("vector")
            shares = f"{recall(found, corpus, 10):.3f} / {recall(found, corpus, DEPTH):.3f}" if found else NONE
            record.row(NAMES[peer.name], keyword, vector, shares, exact, hybrid, *cold)
        for name, value in counts.items():
            record.figure(name, value)
        encoder = next(corpus.parent.glob("indexes/ours/*/encoders"), None)
        record.figure("MB of query encoder on our disk", f"{folder_size(encoder) / 1e6:.0f}" if encoder else "0")
    with Record("peers-keeping", KEEPING) as record:
        for peer in shown:
            kinds = ("index", "disk", "peak", "resident", "own memory")
            cells = (compared(peer.figures.get(kind), ours.figures.get(kind)) for kind in kinds)
            judged = f"{peer.figures['nDCG']:.3f}" if "nDCG" in peer.figures else NONE
            record.row(NAMES[peer.name], *cells, judged if "hybrid" in peer.ms else f"{judged}, by words")
        for peer in peers:
            if peer.failure:
                record.row(NAMES[peer.name], peer.failure, *[NONE] * (len(KEEPING) - 2))


def compared(value: float | None, ours: float | None) -> str:
    """A figure with its ratio to ours."""
    if value is None:
        return NONE
    shown = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return shown if ours is None or value == ours else f"{shown} ({value / ours:.2g} ×)"


def main() -> None:
    """Measure all peers and print what they took."""
    only = next((each.partition("=")[2] for each in sys.argv if each.startswith("--only=")), "")
    given = [each for each in arguments() if not each.startswith("--")]
    if not given:
        sys.exit(__doc__)
    source, passages, count = Path(given[0]), int((given[1:2] or [1 << 40])[0]), int((given[2:3] or [100])[0])
    chosen = [name for name in NAMES if name == "ours" or not only or name.removeprefix("with_") in only.split(",")]
    peers = [Measured(name) for name in chosen]
    for peer in peers:
        with noted(peer, "environment"):
            peer.python = environment(peer.name)
    texts = questions(SHARED / "frus-dev" / "queries.jsonl.xz", count)
    with tempfile.TemporaryDirectory(prefix="peers-") as temporary:
        folder = Path(temporary)
        corpus, indexes = folder / "corpus", folder / "indexes"
        indexes.mkdir()
        owners = extract(source, corpus, passages, texts)
        index(peers, corpus, indexes)
        ask_all(peers, corpus, indexes, len(texts))
        ask_cold(peers, corpus, indexes, texts[0])
        judge(peers, folder)
        counts = {"passages": f"{len(owners):,}", "documents": f"{len({*owners}):,}", "questions": f"{len(texts):,}"}
        show(peers, corpus, counts)


if __name__ == "__main__":
    main()
