"""How many documents a second are indexed on one core, without the encoder, and where the time goes.

    python benchmarks/throughput.py SHARED [DOCUMENTS]

SHARED is the shared data. From it come archive documents as JSONL (`frus-dev/`), press releases as HTML without the
site around them (`modern/`), whole news pages as HTML (`clean/`) and three volumes as TEI (`tei/`). At most DOCUMENTS
of each are taken, 1,000 unless told otherwise. They go the way that `dragoman add` takes them: read, cleaned and
described, split into passages, analysed and written to Whoosh, read back as postings, and given a signature for
near-duplicates; only the vectors are empty.

Times are of the processor, so that whatever else the machine does changes them little. Steps within reading are
told apart by the profiler in a second run, which is slower, by their share of it; what a step asks of another is
counted with the latter.
"""

import cProfile
import json
import lzma
import os
import platform
import pstats
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from gzip import decompress
from itertools import islice
from pathlib import Path

import numpy as np

import dragoman
from dragoman.corpus.document import Document, Span
from dragoman.corpus.fields import FIELDS
from dragoman.corpus.readers.contract import Skipped
from dragoman.corpus.signatures import signature
from dragoman.corpus.splitting.passages import split_passages
from dragoman.index.segments.encoded_passage import EncodedPassage
from dragoman.index.segments.segment import SegmentWriter

STEPS = {
    "clean": ("corpus/cleaning/clean.py", "clean"),
    "find the article": ("trafilatura/core.py", "bare_extraction"),
    "describe": ("corpus/description/describe.py", "describe"),
}
PARTS = {
    "language": ("corpus/description/languages.py", "detect_language"),
    "countries": ("corpus/description/describe.py", "find_countries"),
    "people": ("corpus/description/people.py", "find_people"),
}
"""Parts of describing, whose times are part of its."""


def documents(source: list[Path], limit: int) -> Iterator[Document]:
    """The first documents of some files."""
    return islice((each for each in dragoman.read(source) if not isinstance(each, Skipped)), limit)


def indexed(found: list[Document], folder: Path) -> dict[str, float]:
    """Seconds of the processor for each step from documents to a segment without vectors."""
    times: dict[str, float] = {}
    began = time.process_time()

    def done(step: str) -> None:
        nonlocal began
        now = time.process_time()
        times[step] = now - began
        began = now

    passages = [passage for document in found for passage in split_passages(document)]
    done("split")
    writer = SegmentWriter(folder / "segment", 1, FIELDS)
    vector, none = np.ones(1, np.float32), np.zeros((0, 1), np.int8)
    for passage in passages:
        span = Span(passage.start, passage.end)
        writer.add(EncodedPassage(1, passage.document, span, vector, [], none))
    done("analyse, Whoosh")
    writer.close()
    done("commit, postings")
    for document in found:
        signature(document.text)
    done("near-duplicates")
    times["passages"] = len(passages)
    return times


def shares(source: list[Path], limit: int) -> dict[str, float]:
    """The share of each step and part in the time of reading, by the profiler."""
    profile = cProfile.Profile(time.process_time)
    profile.enable()
    for _ in documents(source, limit):
        pass
    profile.disable()
    stats = pstats.Stats(profile)
    total = stats.total_tt  # pyright: ignore[reportAttributeAccessIssue]
    found = stats.stats  # pyright: ignore[reportAttributeAccessIssue]
    return {
        name: sum(row[3] for (file, _, called), row in found.items() if called == function and file.endswith(ending))
        / total
        for name, (ending, function) in (STEPS | PARTS).items()
    }


def measure(name: str, source: list[Path], limit: int) -> None:
    """Print one collection's figures."""
    for _ in documents(source, 5):  # what is loaded once does not count
        pass
    began = time.process_time()
    found = list(documents(source, limit))
    reading = time.process_time() - began
    with tempfile.TemporaryDirectory() as folder:
        times = indexed(found, Path(folder))
    passages = times.pop("passages")
    part = shares(source, limit)
    steps = {step: reading * part[step] for step in STEPS if part[step] > 0.001}
    steps = {"read, parse": reading - sum(steps.values())} | steps | times
    total = sum(steps.values())
    characters = sum(len(document.text) for document in found)
    print(f"\n{name}: {len(found):,} documents, {characters / 1e6:.1f} million characters, {passages:,.0f} passages")
    rates = f"{len(found) / total:.0f} documents, {passages / total:.0f} passages"
    print(f"{rates}, {characters / total / 1e6:.2f} million characters a second")
    for step, seconds in steps.items():
        inner = ", ".join(f"{each} {reading * part[each] / total:.0%}" for each in PARTS)
        note = f"  ({inner})" if step == "describe" else ""
        print(f"  {step:18} {1000 * seconds / len(found):7.2f} ms a document {seconds / total:6.0%}{note}")


def press_releases(shared: Path, folder: Path, limit: int) -> None:
    """Write press releases into a folder, a page a file."""
    with lzma.open(shared / "modern" / "statepr.raw_html.jsonl.xz", "rt", encoding="utf-8") as lines:
        for number, line in enumerate(islice(lines, limit)):
            (folder / f"{number}.html").write_text(json.loads(line)["html"], encoding="utf-8")


def news_pages(shared: Path, folder: Path) -> None:
    """Write news pages into a folder, a page a file."""
    with tarfile.open(shared / "clean" / "news-full-text.tar.xz") as packed:
        for member in packed:
            file = packed.extractfile(member)
            if file and member.name.endswith(".html.gz"):
                (folder / Path(member.name).stem).write_bytes(decompress(file.read()))


def main() -> None:
    """Measure all four."""
    shared, limit = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    print(f"{platform.platform()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    measure("JSONL, archive documents", [shared / "frus-dev" / "corpus.jsonl.xz"], limit)
    measure("TEI, three volumes", sorted((shared / "tei").glob("*.xml.xz")), limit)
    with tempfile.TemporaryDirectory() as folder:
        press_releases(shared, Path(folder), limit)
        measure("HTML, press releases", [Path(folder)], limit)
    with tempfile.TemporaryDirectory() as folder:
        news_pages(shared, Path(folder))
        measure("HTML, news pages", [Path(folder)], limit)


if __name__ == "__main__":
    main()
