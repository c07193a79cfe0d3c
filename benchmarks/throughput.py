"""How many documents a second are indexed on one core, without the encoder, and where the time goes.

    python benchmarks/throughput.py SHARED [DOCUMENTS] [--save]

SHARED is the shared data. From it come archive documents as JSONL (`frus-dev/`), press releases as HTML without the
site around them (`modern/`), whole news pages as HTML (`clean/`) and three volumes as TEI (`tei/`). At most DOCUMENTS
of each are taken, 1,000 unless told otherwise. They go the way that `dragoman add` takes them: read, cleaned and
described, split into passages, analysed, inverted and written as a segment, and given a signature for near-duplicates;
only the vectors are empty.

Times are of the processor, so that whatever else the machine does changes them little. Steps within reading are
told apart by the profiler in a second run, which is slower, by their share of it; what a step asks of another is
counted with the latter.
"""

import cProfile
import json
import lzma
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
from record import Record, arguments

import dragoman
from dragoman.corpus.document import Document, Span
from dragoman.corpus.fields import FIELDS
from dragoman.corpus.readers.contract import Skipped
from dragoman.corpus.signatures import signature
from dragoman.corpus.splitting.passages import split_passages
from dragoman.index.segments.encoded_passage import EncodedPassage
from dragoman.index.segments.segment import SegmentWriter

STEPS = {
    "clean": ("cleaning/clean.py", "clean"),
    "find the article (trafilatura)": ("trafilatura/core.py", "bare_extraction"),
    "describe": ("description/describe.py", "describe"),
}
PARTS = {
    "language": ("description/languages.py", "detect_language"),
    "countries": ("description/describe.py", "find_countries"),
    "people": ("description/people.py", "find_people"),
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

    passages = [(version, each) for version, document in enumerate(found) for each in split_passages(document)]
    done("split into passages")
    writer = SegmentWriter(folder / "segment", 1, FIELDS)
    vector, none = np.ones(1, np.float32), np.zeros((0, 1), np.int8)
    for version, passage in passages:
        span = Span(passage.start, passage.end)
        writer.add(EncodedPassage(version, passage.document, span, [], vector, none))
    done("analyse")
    writer.close()
    done("invert, write the segment")
    for document in found:
        signature(document.text)
    done("signature for near-duplicates")
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


def measure(source: list[Path], limit: int) -> dict[str, str]:
    """One collection's figures by name, those of the steps in milliseconds of the processor a document."""
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
    return {
        "documents (characters in each)": f"{len(found):,} ({round(characters / len(found), -2):,.0f})",
        "documents a second": f"{len(found) / total:.0f}",
        "passages a second": f"{passages / total:.0f}",
        **{step: f"{1000 * seconds / len(found):.1f}" for step, seconds in steps.items()},
        **{f"of describing, {each}": f"{1000 * reading * part[each] / len(found):.1f}" for each in PARTS},
    }


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
    first, *others = arguments() or sys.exit(__doc__)
    shared, limit = Path(first), int(others[0]) if others else 1000
    found = {
        "JSONL, archive documents": measure([shared / "frus-dev" / "corpus.jsonl.xz"], limit),
        "TEI, three volumes": measure(sorted((shared / "tei").glob("*.xml.xz")), limit),
    }
    with tempfile.TemporaryDirectory() as folder:
        press_releases(shared, Path(folder), limit)
        found["HTML, press releases"] = measure([Path(folder)], limit)
    with tempfile.TemporaryDirectory() as folder:
        news_pages(shared, Path(folder))
        found["HTML, news pages"] = measure([Path(folder)], limit)
    with Record("throughput", ["", *found]) as record:
        for name in dict.fromkeys(name for each in found.values() for name in each):
            record.row(name, *(each.get(name, "–") for each in found.values()))


if __name__ == "__main__":
    main()
