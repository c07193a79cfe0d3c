"""How a collection grows: what takes how long at 1,000, 10,000, 100,000 and 1,000,000 passages.

    python benchmarks/scale.py [PASSAGES,PASSAGES,…] [--keep=FOLDER] [--save]

Each size is made anew, of the texts and with the encoder of `stand_in.py`: quick, for what is measured is everything
but encoding. Questions are 100 of `../shared/frus-dev`. What is done to the collection is done by commands, each a
process of its own. With `--keep`, collections are left in a folder, and those that lie there already are asked again
instead of being made anew. A million passages take some hours and 20 GB.

- searchable: from the start of `dragoman index` until a question by words is answered, whatever is still to be encoded
- one document more: `dragoman add`, from its start until a collection that is open all the time finds the document by
  its words, and by its meaning; and without the process and the model, `Collection.add` in a process that has added
  before
- compaction: `dragoman compact` after one document in a hundred has been removed

The exponent is the slope of the last three sizes where both scales are logarithmic: 1 is as much more as there is more.
What stands there for 10 and 100 million passages is reckoned and not measured: a straight line and a power go through
the last two sizes, and the higher of the two is taken, as is the last figure where less would be foretold; of what is
reckoned for each passage, there is only the power.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_args

import numpy as np
from latency import questions
from processes import Finished, finish
from record import Record, arguments
from stand_in import SHARED, make_encoder, write_documents

import dragoman
from dragoman.errors import DragomanError
from dragoman.index.writing.status import folder_size
from dragoman.search.ranking.engine import Mode

SIZES = (1_000, 10_000, 100_000, 1_000_000)
ON_PAPER = {10_000_000: "10 million, on paper", 100_000_000: "100 million, on paper"}
QUESTIONS = 100
WARM_UP = 20
COLD_RUNS = 5
GONE = 100
"""One document in so many is removed before compaction."""
WAIT = 0.02
"""Seconds between two looks for the new document."""
LONGEST_WAIT = 3600.0

WORD = "xylophonic"
"""A word that no passage has: that of the document more."""
NEWS = f"The {WORD} zebrafish protocol was initialled in Reykjavik. "


def run(*given: object) -> Finished:
    """Run a command of Dragoman to its end."""
    return finish([sys.executable, "-m", "dragoman", *given])


def build(texts: Path, model: Path, folder: Path) -> dict[str, float]:
    """Index the texts, and say what that took."""
    index = ["index", texts, "--model", model, "--field", "outlet=source", "--collection", folder]
    began, searchable = time.perf_counter(), 0.0
    with ThreadPoolExecutor(1) as beside:
        making = beside.submit(run, *index)
        while not making.done():
            time.sleep(WAIT)
            if not searchable and answers(folder):
                searchable = time.perf_counter() - began
        made = making.result()
    with dragoman.open_collection(folder) as collection:
        passages = collection.status().passages
    return {
        "searchable by words, s": searchable or made.seconds,
        "all indexed, s": made.seconds,
        "processor, ms a passage": made.cpu / passages * 1000,
        "peak of memory while indexing, MB": made.peak,
    }


def answers(folder: Path) -> bool:
    """Whether there is a collection that answers a question by words."""
    try:
        with dragoman.open_collection(folder) as collection:
            return collection.search("korea", mode="keyword", limit=1).total > 0
    except DragomanError:
        return False


def ask(folder: Path) -> dict[str, float]:
    """Ask an open collection, in a process that does nothing else, and in whole processes."""
    told = json.loads(finish([sys.executable, __file__, "--asking", folder]).output)
    search = [Path(sys.executable).with_name("search"), told.pop("question"), "--collection", folder]
    for mode in ("hybrid", "keyword"):
        times = [finish([*search, "--mode", mode]).seconds for _ in range(COLD_RUNS + 1)][1:]
        told[f"cold `search`, {mode}, ms"] = float(np.median(times)) * 1000
    return told


def asking(folder: Path) -> dict[str, Any]:
    """What it takes to open a collection and ask it; for a process that does nothing else."""
    texts = questions(SHARED / "frus-dev" / "queries.jsonl.xz", QUESTIONS)
    told: dict[str, Any] = {"question": texts[0]}
    began = time.perf_counter()
    with dragoman.open_collection(folder) as collection:
        collection.search(texts[0], mode="keyword")
        told["opening and the first question by words, ms"] = (time.perf_counter() - began) * 1000
        for mode in get_args(Mode):
            took: list[float] = []
            busy = 0.0
            for number, text in enumerate([*texts[:WARM_UP], *texts]):
                if number == WARM_UP:
                    busy = time.process_time()
                began = time.perf_counter()
                collection.search(text, mode=mode)
                if number >= WARM_UP:
                    took.append((time.perf_counter() - began) * 1000)
            told[f"{mode}, p50, ms"], told[f"{mode}, p95, ms"] = np.percentile(took, (50, 95)).tolist()
            told[f"{mode}, processor, ms"] = (time.process_time() - busy) / len(took) * 1000
    lines = Path("/proc/self/status").read_text().splitlines()
    told["memory while asking, no pages of files, MB"] = next(
        int(line.split()[1]) / 1024 for line in lines if line.startswith("RssAnon")
    )
    return told


def change(folder: Path) -> dict[str, float]:
    """Add a document, remove some, and compact. The collection is another one afterwards."""
    told: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as temporary, dragoman.open_collection(folder) as collection:
        path = Path(temporary) / "more.txt"
        path.write_text(f"Note on a protocol\n\n{NEWS * 3}")
        command = [sys.executable, "-m", "dragoman", "add", path, "--collection", folder]
        began = time.perf_counter()
        with subprocess.Popen([*map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as adding:
            looked: tuple[tuple[Mode, str], ...] = (("keyword", WORD), ("meaning", NEWS))
            for mode, question in looked:
                while not finds(collection, question, mode) and adding.poll() in (None, 0):
                    if time.perf_counter() - began > LONGEST_WAIT:
                        raise OSError("one document more was never found")
                    time.sleep(WAIT)
                told[f"one document more, `dragoman add` until found by {mode}, s"] = time.perf_counter() - began
            if adding.wait():
                raise OSError(adding.stderr.read().decode() if adding.stderr else "dragoman add failed")
        began = busy = 0.0
        for number in range(2):  # the first time it loads what takes long to load
            document = dragoman.Document(id=f"more/{number}", title="Note on a protocol", text=NEWS * (number + 4))
            began, busy = time.perf_counter(), time.process_time()
            collection.add([document])
        told["one document more, in a process that has added before, s"] = time.perf_counter() - began
        told["the processor's part of that, s"] = time.process_time() - busy
        gone = list(collection.document_ids())[::GONE]
        began = time.perf_counter()
        collection.remove(gone)
        passages = collection.status().passages
        told["removing one document in 100, s"] = time.perf_counter() - began
    compacted = run("compact", "--collection", folder)
    told["compaction, s"] = compacted.seconds
    told["compaction, processor, ms a passage"] = compacted.cpu / passages * 1000
    told["peak of memory while compacting, MB"] = compacted.peak
    return told


def finds(collection: dragoman.Collection, question: str, mode: Mode) -> bool:
    """Whether a collection finds the document more, before all else."""
    hits = collection.search(question, mode=mode, limit=1, highlights=False).hits
    return bool(hits) and WORD in hits[0].document.text


def measure(passages: int, folder: Path, model: Path) -> dict[str, float]:
    """All that is measured at one size, by name; `passages` is how many there are indeed."""
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["XDG_CACHE_HOME"] = str(folder / "cache")  # or what one size has encoded would cost the next one nothing
    made, known, texts = folder / "made.idx", folder / "built.json", folder / "texts.jsonl"
    if not texts.is_file():
        write_documents(texts, passages)
    if not known.is_file():
        shutil.rmtree(made, ignore_errors=True)
        known.write_text(json.dumps(build(texts, model, made)))
    told: dict[str, float] = json.loads(known.read_text())
    with dragoman.open_collection(made) as collection:
        told["passages"] = collection.status().passages
    encoder = folder_size(made / "encoders")
    told["on disk, MB"] = (folder_size(made) - encoder) / 1e6
    told |= ask(made)
    changed = folder / "changed.idx"
    shutil.rmtree(changed, ignore_errors=True)
    shutil.copytree(made, changed)
    told |= change(changed)
    shutil.rmtree(changed)
    return told


def exponent(sizes: list[float], values: list[float]) -> float:
    """The slope of the last three values over their sizes, both as logarithms."""
    known = [(size, value) for size, value in zip(sizes, values, strict=True) if value > 0][-3:]
    if len(known) < 2:
        return 1.0
    across, up = np.log(known).T
    return float(np.polyfit(across, up, 1)[0])


def foretell(sizes: list[float], values: list[float], size: float, *, straight: bool = True) -> float:
    """What is to be expected at a larger size, perhaps without a straight line: see the module."""
    (before, after), (low, high) = sizes[-2:], values[-2:]
    line = high + (high - low) / (after - before) * (size - after) if straight else 0.0
    power = high * (size / after) ** exponent([before, after], [low, high])
    return max(high, line, power)


def form(value: float) -> str:
    """A figure as it is shown: three digits that count, or all before the point."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


@contextmanager
def kept_in(given: str) -> Iterator[Path]:
    """The folder of that name, or one that is gone afterwards if there is none."""
    if given:
        yield Path(given)
    else:
        with tempfile.TemporaryDirectory(prefix="scale-") as temporary:
            yield Path(temporary)


def main() -> None:
    """Measure every size, and print what grows how."""
    if sys.argv[1:2] == ["--asking"]:
        print(json.dumps(asking(Path(sys.argv[2]))))
        return
    kept = next((each.partition("=")[2] for each in sys.argv if each.startswith("--keep=")), "")
    given = [each for each in arguments() if not each.startswith("--keep=")]
    wanted = [int(each) for each in given[0].split(",")] if given else list(SIZES)
    with kept_in(kept) as folder:
        model = folder / "encoder"
        if not model.is_dir():
            make_encoder(model)
        told: list[dict[str, float]] = []
        for passages in wanted:
            print(f"{passages:,} passages", file=sys.stderr, flush=True)
            told.append(measure(passages, folder / str(passages), model))
            print(json.dumps(told[-1], indent=1), file=sys.stderr, flush=True)
    sizes = [each["passages"] for each in told]
    heads = ["", *(f"{size:,.0f} passages" for size in sizes), "exponent", *ON_PAPER.values()]
    with Record("scale", heads) as record:
        for name in told[0]:
            if name == "passages":
                continue
            values = [each[name] for each in told]
            slope = exponent(sizes, values)
            straight = not name.endswith("a passage")
            paper = [
                form(foretell(sizes, values, size, straight=straight)) if len(sizes) > 1 else "–" for size in ON_PAPER
            ]
            record.row(name, *map(form, values), f"{slope:.2f}" if len(sizes) > 1 else "–", *paper)
        record.figure("largest", f"{sizes[-1]:,.0f}")


if __name__ == "__main__":
    main()
