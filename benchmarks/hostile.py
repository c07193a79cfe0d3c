"""Inputs that mean no good: what each costs to read, clean, describe and split, and what becomes of it.

    python benchmarks/hostile.py [--size=MEGABYTES] [--bad] [WORDS …] [--save]
    python benchmarks/hostile.py --collection=DIR [--size=MEGABYTES] [--bad] [WORDS …] [--save]
    python benchmarks/hostile.py --patterns [--save]

Each is a process of its own, with a minute and three gigabytes. WORDS choose those whose kind or name holds one of
them; with `--bad` only those are shown that cost more than a second, or 50 MB, a megabyte.

With `--collection` what comes in beside files is tried: questions and requests to that collection, lists of questions,
judgments and names, citations, marks, feeds, packs.

With `--patterns` every regular expression of the package is attacked instead, and those are listed that take ever
longer over ever longer texts: where one is, whoever asks it must bound what it is given.
"""

import json
import os
import resource
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeAlias

from bombs.entries import ENTRIES, Entry, Scene
from bombs.files import FILES, Bomb
from bombs.outlook import MESSAGES
from bombs.packages import PACKAGES
from bombs.patterns import SIZES, slow_patterns
from bombs.pictures import PICTURES
from bombs.runs import UNITS, forms
from bombs.shapes import SHAPES
from record import Record, arguments

from dragoman.corpus.document import Document
from dragoman.corpus.readers.contract import ReadOptions, Skipped
from dragoman.corpus.readers.opening import read_file
from dragoman.corpus.readers.registry import format_of
from dragoman.corpus.readers.support import ocr
from dragoman.corpus.readers.support.apart import APART
from dragoman.corpus.signatures import signature
from dragoman.corpus.splitting.passages import split_passages
from dragoman.index.analysis import analyze
from dragoman.search.collection import open_collection
from dragoman.web.app import create_app

SECONDS, BYTES = 60, 3_000_000_000
RECOGNISED = "recognised picture"


class Cost(NamedTuple):
    """What an input cost, beyond what the process took before: seconds, megabytes, and what became of it."""

    seconds: float
    megabytes: float
    outcome: str


def cost(work: Callable[[], str]) -> Cost:
    """Do some work in a process of its own, within the limits."""
    reader, writer = os.pipe()
    began = time.monotonic()
    child = os.fork()
    if not child:
        signal.alarm(30 * SECONDS)  # on a busy machine
        resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + SECONDS, resource.RLIM_INFINITY))
        taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + BYTES, taken + BYTES))
        Path("/proc/self/clear_refs").write_text("5")
        before, began = peak(), time.process_time()
        try:
            outcome = work()
        except BaseException as error:  # whatever comes out is what became of it
            outcome = f"RAISED {type(error).__name__}: {str(error)[:80]}"
        for each in (APART, ocr.APART):  # what was done in another process counts as well
            each.end()
        theirs = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken = time.process_time() - began + theirs.ru_utime + theirs.ru_stime
        most = max(peak(), theirs.ru_maxrss / 1000) - before
        os.write(writer, json.dumps([taken, most, outcome]).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as said:
        answer = said.read()
    os.waitpid(child, 0)
    if not answer:
        return Cost(time.monotonic() - began, 0.0, "KILLED")
    return Cost(*json.loads(answer))


def peak() -> float:
    """The most memory that this process took so far, in megabytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1000
    return 0.0


def take_in(path: Path, *, recognise: bool = False) -> str:
    """Read a file as a collection would, but for the encoder; say what came of it."""
    form = format_of(path.name)
    assert form is not None, path.name
    documents = passages = 0
    skipped: list[str] = []
    for each in read_file(path, form, ReadOptions(ocr=recognise)):
        if isinstance(each, Skipped):
            skipped.append(each.reason)
            continue
        documents += 1
        signature(each.text)
        passages += pass_on(each)
    told = [f"{documents} documents of {passages} passages"] if documents else []
    if skipped:
        told.append(f"{len(skipped)} × {skipped[0]}" if len(skipped) > 1 else skipped[0])
    return "; ".join(told) or "nothing"


def pass_on(document: Document) -> int:
    """Split a document and make terms of its passages, as a writer does."""
    passages = 0
    analyze(document.title)
    for passage in split_passages(document):
        analyze(document.text[passage.start : passage.end])
        passages += 1
    return passages


def inputs(size: int) -> Iterator[tuple[str, str, str, Callable[[], bytes]]]:
    """The kind of each, its name, the end of its file's name, and what makes it."""
    bombs: list[Bomb] = [*FILES, *PACKAGES, *MESSAGES, *SHAPES]
    for bomb in bombs:
        yield bomb.suffix, bomb.name, bomb.suffix, lambda bomb=bomb: bomb.make(size)
    for bomb in PICTURES:
        for kind in (f"picture{bomb.suffix}", RECOGNISED):
            yield kind, bomb.name, bomb.suffix, lambda bomb=bomb: bomb.make(size)
    for suffix in (".txt", ".md", ".html"):
        for name, unit in UNITS.items():
            for form in ("", "in lines", "in paragraphs", "and something else"):
                yield (
                    f"run{suffix}",
                    f"{name} {form}".strip(),
                    suffix,
                    lambda unit=unit, form=form: forms(unit, size)[form].encode(),
                )


def warm() -> None:
    """Load what every reader needs, so that no input pays for it."""
    text = "SEOUL, Jan. 3 (Yonhap) -- Foreign Minister Cho Hyun of South Korea met in Geneva on 3 January 2025. " * 8
    with tempfile.TemporaryDirectory() as folder:
        for suffix, data in samples(text).items():
            path = Path(folder) / f"x{suffix}"
            path.write_bytes(data)
            take_in(path)
        for bomb in {each.suffix: each for each in reversed((*FILES, *PACKAGES, *MESSAGES))}.values():
            path = Path(folder) / f"y{bomb.suffix}"
            path.write_bytes(bomb.make(4_000))
            take_in(path)


def samples(text: str) -> dict[str, bytes]:
    """A small file of some formats and languages."""
    mail = f"From: Jane <a@b.c>\nTo: a@b.c\nSubject: Talks\nDate: Tue, 13 Jan 2026 10:00:00 +0900\n\n{text}"
    record = {"id": "1", "text": text, "people": ["A"], "countries": ["Japan"], "date": "2025-01-01"}
    french = "Le ministre des Affaires étrangères a rencontré son homologue à Paris. " * 8
    korean = "대한민국 외교부 장관이 2025년 1월 3일 서울에서 일본 총리를 만났다. " * 8
    return {
        ".txt": text.encode(),
        ".fr.txt": french.encode(),
        ".ko.txt": korean.encode(),
        ".md": f"---\ntitle: A\n---\n# A\n\n{text}".encode(),
        ".html": f"<html><body><h1>A</h1><article><p>{text}</p></article></body></html>".encode(),
        ".jsonl": json.dumps(record).encode(),
        ".csv": f"id,text\n1,{text.replace(',', '')}".encode(),
        ".eml": mail.encode(),
    }


def is_bad(found: Cost, megabytes: float) -> bool:
    """Whether an input of that size, or of a megabyte if it is smaller, cost more than it should, or came to no end."""
    least = max(1.0, megabytes)
    return found.outcome.startswith(("RAISED", "KILLED")) or found.seconds > least or found.megabytes > 50 * least


def main() -> None:
    """Try all inputs, or those that are named; or all patterns."""
    given = arguments()
    if "--patterns" in given:
        with Record("hostile-patterns", ["pattern", "asked by", "of", *(f"s, {size:,}" for size in SIZES)]) as record:
            for each in slow_patterns():
                record.row(each.where, each.how, f"`{each.unit}`", *(f"{seconds:.3f}" for seconds in each.seconds))
        return
    size = next((int(float(each.partition("=")[2]) * 1e6) for each in given if each.startswith("--size=")), 1_000_000)
    words = [each for each in given if not each.startswith("--")]
    only_bad = "--bad" in given
    named = next((each for each in given if each.startswith("--collection=")), "")
    chosen = entries if named else files
    with Record("hostile-collection" if named else "hostile", ["input", "bytes", "s", "MB", "outcome"]) as record:
        for name, work in chosen(size, named.partition("=")[2]):
            if words and not any(word in name for word in words):
                continue
            count, found = work()
            if not only_bad or is_bad(found, size / 1e6):
                outcome = " ".join(found.outcome.split())[:150].encode("utf-8", "replace").decode()
                record.row(name, f"{count:,}", f"{found.seconds:.2f}", f"{found.megabytes:.0f}", outcome)


Attempt: TypeAlias = Callable[[], tuple[int, Cost]]
"""Makes an input, and gives its size in bytes and what it cost."""


def files(size: int, _: str) -> Iterator[tuple[str, Attempt]]:
    """What is read: what each file is, and how it is tried."""
    warm()
    with tempfile.TemporaryDirectory() as folder:
        for kind, name, suffix, make in inputs(size):
            path = Path(folder) / f"x{suffix}"

            def work(path: Path = path, make: Callable[[], bytes] = make, kind: str = kind) -> tuple[int, Cost]:
                path.write_bytes(make())
                found = cost(lambda: take_in(path, recognise=kind == RECOGNISED))
                return path.stat().st_size, found._replace(outcome=found.outcome.replace(folder, ""))

            yield f"{kind}: {name}", work


def entries(size: int, named: str) -> Iterator[tuple[str, Attempt]]:
    """What comes in beside files, of a collection."""
    with open_collection(named) as collection, tempfile.TemporaryDirectory() as folder:
        client = create_app(collection).test_client()
        for address in ("/?q=envoy", "/api/v1/search?q=envoy&facets=3", "/api/v1/suggest?q=envoy"):
            client.get(address)
        scene = Scene(collection, client, Path(folder))
        for entry in ENTRIES:

            def work(entry: Entry = entry) -> tuple[int, Cost]:
                def quietly() -> str:
                    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
                    return entry.work(scene, size)

                return size, cost(quietly)

            yield f"{entry.kind}: {entry.name}", work


if __name__ == "__main__":
    main()
