"""How long a question takes from a cold process: `search` beside a short script that does without Dragoman.

    python benchmarks/cold_start.py [RUNS] [--save]

The script loads the same model with Sentence Transformers, encodes the same passages' vectors from a FAISS file that
was made beforehand, and searches it. Both are started anew for every run, in turn; medians are compared.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from record import Record, arguments

import dragoman
from dragoman.index.home import briefs

QUESTION = "Lee Macron strategic partnership"

OURS = "`search` on the shipped briefs"
THEIRS = "ten lines that load the same model with Sentence Transformers and search the same passages with FAISS"

PREPARE = """
import sys, faiss
from sentence_transformers import SentenceTransformer
model = SentenceTransformer(sys.argv[1], device="cpu", local_files_only=True)
texts = open(sys.argv[2]).read().split("\\0")
index = faiss.IndexFlatIP(model.get_embedding_dimension())
index.add(model.encode(texts, normalize_embeddings=True, show_progress_bar=False))
faiss.write_index(index, sys.argv[3])
"""

BASELINE = """
import sys, faiss
from sentence_transformers import SentenceTransformer
model = SentenceTransformer(sys.argv[1], device="cpu", local_files_only=True)
texts = open(sys.argv[2]).read().split("\\0")
index = faiss.read_index(sys.argv[3])
question = model.encode([sys.argv[4]], normalize_embeddings=True, show_progress_bar=False)
for score, number in zip(*(row[0] for row in index.search(question, 5))):
    print(round(float(score), 3), texts[number])
"""


def seconds(command: list[str], environment: dict[str, str]) -> float:
    """How long a command takes that must succeed."""
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=environment)
    return time.perf_counter() - began


def main() -> None:
    """Measure both, in turn, and print medians and their ratio."""
    from dragoman.index.encoding.model import resolve_model

    runs = int(arguments()[0]) if arguments() else 7
    environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with dragoman.create_collection(folder / "briefs") as collection:
            collection.add(dragoman.read(briefs()))
            passages = [
                collection.document(identity).text[start:end]
                for identity in collection.document_ids()
                for start, end in collection.passages(identity)
            ]
        (folder / "passages").write_text("\0".join(passages), encoding="utf-8")
        files = [str(resolve_model()), str(folder / "passages"), str(folder / "faiss")]
        seconds([sys.executable, "-c", PREPARE, *files], environment)
        ours = [str(Path(sys.executable).with_name("search")), QUESTION, "--collection", str(folder / "briefs")]
        theirs = [sys.executable, "-c", BASELINE, *files, QUESTION]
        times = [(seconds(ours, environment), seconds(theirs, environment)) for _ in range(runs + 1)][1:]
    with Record("cold-start", ["", f"median of {runs}", "from – to"]) as record:
        for name, measured in zip((OURS, THEIRS), zip(*times, strict=True), strict=True):
            span = f"{min(measured):.2f} – {max(measured):.2f} s"
            record.row(name, f"{statistics.median(measured):.2f} s", span)
        record.figure("median ratio", f"{statistics.median(theirs / ours for ours, theirs in times):.1f}")


if __name__ == "__main__":
    main()
