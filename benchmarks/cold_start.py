"""How long a question takes from a cold process: `search` beside a short script that does without Dragoman.

    python benchmarks/cold_start.py [RUNS] [COLLECTION] [--save]
    python benchmarks/cold_start.py imports [RUNS] [COLLECTION] [--save]

The script loads the same model with Sentence Transformers, encodes the same passages' vectors from a FAISS file that
was made beforehand, and searches it. All are started anew for every run, in turn; medians are compared. With a
collection, `search` is measured on that too.

With `imports` it is measured what is imported meanwhile, by `python -X importtime`, and how long each library takes by
itself: the least of its runs for each module, as another program may disturb any of them.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

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


WAYS: Final = {"hybrid": [], "by words": ["--mode", "keyword"]}
LIBRARIES: Final = {
    "dragoman": "Dragoman", "numpy": "NumPy", "click": "click", "faiss": "FAISS", "onnxruntime": "ONNX Runtime",
    "tokenizers": "tokenizers",
}  # fmt: skip
PYTHON, OTHERS = "Python's own", "other libraries"


class Taken(NamedTuple):
    """What a process took, in seconds: by the clock, and of the processor."""

    wall: float
    processor: float


def take(command: Sequence[str], environment: Mapping[str, str]) -> Taken:
    """What a command takes that must succeed."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed")
    return Taken(wall, used.ru_utime + used.ru_stime)


def asking(collection: Path, way: str) -> list[str]:
    """The command that asks a collection in one of WAYS."""
    program = "from dragoman.programs import search; search()"
    return [sys.executable, "-c", program, QUESTION, "--collection", str(collection), *WAYS[way]]


def make_briefs(folder: Path) -> list[str]:
    """Make a collection of the shipped briefs. Returns the texts of its passages."""
    with dragoman.create_collection(folder) as collection:
        with briefs() as shipped:
            collection.add(dragoman.read(shipped))
        return [
            collection.document(identity).text[start:end]
            for identity in collection.document_ids()
            for start, end in collection.passages(identity)
        ]


def imported(command: Sequence[str], environment: Mapping[str, str], runs: int) -> dict[str, float]:
    """The milliseconds that each module which a command imports takes by itself, without those that it imports."""
    least: dict[str, float] = {}
    for _ in range(runs):
        watched = {**environment, "PYTHONPROFILEIMPORTTIME": "1"}
        said = subprocess.run(command, check=True, capture_output=True, text=True, env=watched).stderr
        for line in said.splitlines():
            taken, _, name = line.removeprefix("import time:").split("|") if line.count("|") == 2 else ("", "", "")
            if taken.strip().isdigit():
                least[name.strip()] = min(least.get(name.strip(), float("inf")), int(taken) / 1000)
    return least


def by_library(modules: Mapping[str, float]) -> dict[str, list[float]]:
    """The times of modules by whose they are."""
    found: defaultdict[str, list[float]] = defaultdict(list)
    for name, taken in modules.items():
        top = name.partition(".")[0]
        found[LIBRARIES.get(top) or (PYTHON if top in sys.stdlib_module_names else OTHERS)].append(taken)
    return found


def measure_imports(collection: Path, environment: Mapping[str, str], runs: int) -> None:
    """Print which libraries are imported to ask a collection, and how long that takes."""
    found = {way: by_library(imported(asking(collection, way), environment, runs)) for way in WAYS}
    heads = [head for way in WAYS for head in (f"{way}: modules", "ms")]
    with Record("cold-imports", ["", *heads]) as record:
        for library in [*LIBRARIES.values(), OTHERS, PYTHON]:
            each = [found[way].get(library, []) for way in WAYS]
            record.row(library, *(cell for one in each for cell in (str(len(one)), f"{sum(one):.0f}")))
        every = [[ms for one in found[way].values() for ms in one] for way in WAYS]
        record.row("all", *(cell for one in every for cell in (str(len(one)), f"{sum(one):.0f}")))


def main() -> None:
    """Measure all, in turn, and print medians and the ratio to the script's."""
    from dragoman.index.encoding.model import resolve_model

    given = arguments()
    only_imports = given[:1] == ["imports"]
    given = given[1:] if only_imports else given
    runs = int(given[0]) if given else 7
    # Where no bytecode is kept, most of the time would be Python's compiler's.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["HF_HUB_OFFLINE"] = "1"
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        own = folder / "briefs"
        if only_imports:
            if len(given) < 2:
                make_briefs(own)
            measure_imports(Path(given[1]) if len(given) > 1 else own, environment, runs)
            return
        (folder / "passages").write_text("\0".join(make_briefs(own)), encoding="utf-8")
        files = [str(resolve_model()), str(folder / "passages"), str(folder / "faiss")]
        take([sys.executable, "-c", PREPARE, *files], environment)
        commands = {OURS: asking(own, "hybrid"), f"{OURS}, by words": asking(own, "by words")}
        if len(given) > 1:
            with dragoman.open_collection(given[1]) as collection:
                name = f"`search` on {collection.status().passages:,} passages"
            commands |= {
                name: asking(Path(given[1]), "hybrid"),
                f"{name}, by words": asking(Path(given[1]), "by words"),
            }
        commands[THEIRS] = [sys.executable, "-c", BASELINE, *files, QUESTION]
        every = [{name: take(command, environment) for name, command in commands.items()} for _ in range(runs + 1)][1:]
    with Record("cold-start", ["", f"median of {runs}", "from – to", "of the processor"]) as record:
        for name in commands:
            walls = [each[name].wall for each in every]
            processor = statistics.median(each[name].processor for each in every)
            span = f"{min(walls):.2f} – {max(walls):.2f} s"
            record.row(name, f"{statistics.median(walls):.2f} s", span, f"{processor:.2f} s")
        ratio = statistics.median(each[THEIRS].wall / each[OURS].wall for each in every)
        record.figure("median ratio", f"{ratio:.1f}")


if __name__ == "__main__":
    main()
