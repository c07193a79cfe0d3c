"""Corruption: what becomes of a small collection when bits of its files flip, blocks are lost, files change places.

    python benchmarks/corruption.py [N] [--seed N] [--collection DIR] [--verbose] [--save]

Each of N faults is made in a copy of its own, and in a process of its own the collection is asked a fixed set of
questions and then examined by `dragoman doctor`. An answer may be the same as before; it may leave out, and name, what
is damaged; it may be a clear error. It must not be another one without a word, end in a traceback, or end the process.
Doctor must find every fault; what changes only pages that SQLite has set free, or nothing, is drawn anew. The files by
which writers keep out of each other's way hold nothing: whatever becomes of them, nothing else may.

Without --collection one is made of briefs that ship with the package, in three commits, with a state that is kept. Of
either, a document is removed first, so that there are files of an earlier state to be put back.
"""

import argparse
import io
import json
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import traceback
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from record import ROOT, Record, arguments

from dragoman.__main__ import dragoman
from dragoman.corpus.document import Document
from dragoman.corpus.read import read
from dragoman.errors import DragomanError
from dragoman.search.collection import open_collection
from dragoman.search.making import create_collection

LEDGER = "ledger.sqlite"
QUESTIONS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("summit on trade", {}),
    ("the minister signed a treaty", {"mode": "keyword"}),
    ("talks", {"mode": "meaning"}),
    ('"the summit" OR agree* OR minster~', {"mode": "keyword", "match": "all"}),
    ("country:France OR country:Japan", {"sort": "newest", "per_document": True}),
    ("-nothing", {"facets": 10, "limit": 1000, "mode": "keyword"}),
)
"""What each damaged copy is asked: in all modes, with patterns, misspelt words, phrases, filters, facets; all hits."""

KINDS = ("flip", "zero", "swap", "cut", "lengthen", "delete", "another", "earlier")
"""A bit is another; bytes are zeros; two pieces are exchanged; the file ends early, or late, or is gone; a file that
belongs elsewhere lies there, or what lay there before the last change."""

LOCKS = ("writer.lock", "writer.json", "copying.lock")


class Fault(NamedTuple):
    """What is done to one file of a copy, and how it is told."""

    file: str
    kind: str
    content: bytes | None  # what the file has then, or None where it is gone

    def __str__(self) -> str:
        return f"{self.kind} {self.file}"


class Outcome(NamedTuple):
    """What became of one fault: what answers were like, what doctor said of it, and details where that is bad."""

    answers: str
    doctor: str
    detail: str = ""


def faults(folder: Path, seed: int, earlier: Path | None = None) -> Iterator[Fault]:
    """Faults without end, spread evenly over the kinds of files, each of which changes something that is in use.

    Args:
        folder: A collection.
        seed: Of chance.
        earlier: The collection as it was before.
    """
    dice = random.Random(seed)  # not for secrets
    by_kind: dict[str, list[Path]] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            by_kind.setdefault(kind_of(path.relative_to(folder)), []).append(path)
    free = free_bytes(folder / LEDGER)
    while True:
        of = dice.choice(sorted(by_kind))
        path, kind = dice.choice(by_kind[of]), dice.choice(KINDS)
        before, name = path.read_bytes(), path.relative_to(folder).as_posix()
        if kind in ("another", "earlier"):
            from_where = by_kind[of] if kind == "another" else [earlier / name] if earlier else []
            known = [each for each in from_where if each.is_file() and (kind == "earlier" or each.name == path.name)]
            others = known if len(known) > 1 or kind == "earlier" else from_where
            if not others:
                continue
            after = dice.choice(others).read_bytes()
        else:
            after = damaged(before, kind, dice)
        if after == before or (name.startswith(f"{LEDGER}-") and not before):
            continue
        if name == LEDGER and after is not None and len(after) == len(before):
            changed = [at for at, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
            if all(any(at in each for each in free) for at in changed):
                continue
        yield Fault(name, kind, after)


def damaged(content: bytes, kind: str, dice: random.Random) -> bytes | None:
    """The content of a file after a fault; None for one that is deleted."""
    if kind == "delete":
        return None
    if kind == "lengthen":
        return content + dice.randbytes(dice.randint(1, 4096))
    if not content:
        return content
    at = dice.randrange(len(content))
    if kind == "cut":
        return content[:at]
    if kind == "swap":
        size = min(dice.choice((1, 16, 512, 4096)), len(content) // 2)
        first, second = sorted(dice.sample(range(len(content) // size), 2)) if size else (0, 0)
        pieces = [content[start * size : (start + 1) * size] for start in (first, second)]
        between = content[(first + 1) * size : second * size]
        return content[: first * size] + pieces[1] + between + pieces[0] + content[(second + 1) * size :]
    changed = bytearray(content)
    if kind == "flip":
        changed[at] ^= 1 << dice.randrange(8)
    else:
        end = min(len(content), at + dice.choice((1, 16, 512, 4096)))
        changed[at:end] = bytes(end - at)
    return bytes(changed)


def free_bytes(ledger: Path) -> list[range]:
    """Where the free pages of a database lie, of which SQLite uses nothing but the list that they are in."""
    content = ledger.read_bytes()
    size = int.from_bytes(content[16:18], "big")
    trunk, found = int.from_bytes(content[32:36], "big"), list[range]()
    while trunk:
        start = (trunk - 1) * size
        count = int.from_bytes(content[start + 4 : start + 8], "big")
        leaves = [int.from_bytes(content[start + 8 + 4 * n : start + 12 + 4 * n], "big") for n in range(count)]
        found += [range((leaf - 1) * size, leaf * size) for leaf in leaves]
        found.append(range(start + 8 + 4 * count, start + size))
        trunk = int.from_bytes(content[start : start + 4], "big")
    return found


def kind_of(path: Path) -> str:
    """Files of one purpose are of one kind, so that no kind is rare because it has few of them."""
    if path.name in LOCKS:
        return "locks"
    if path.parts[0] == "segments":
        return "/".join(("segments", *path.parts[2:-1])) or path.name
    return path.parts[0] if path.parts[0] == "encoders" else path.name


def copied(folder: Path, to: Path, fault: Fault | None) -> None:
    """Copy a collection, with a fault in it. What nothing writes to is linked."""

    def copy(source: str, target: str) -> None:
        if Path(source).name.startswith(LEDGER) or "writer." in source:
            shutil.copy2(source, target)
        else:
            os.link(source, target)

    shutil.copytree(folder, to, copy_function=copy)
    if fault is not None:
        (to / fault.file).unlink()
        if fault.content is not None:
            (to / fault.file).write_bytes(fault.content)


def asked(folder: Path) -> list[str]:
    """The answers to QUESTIONS, to be compared; an error that is meant for people begins with "error"."""
    answers: list[str] = []
    try:
        with open_collection(folder) as collection:
            for text, options in QUESTIONS:
                try:
                    results = collection.search(text, **options)
                except (DragomanError, sqlite3.Error, OSError) as error:
                    answers.append(f"error: {error}")
                    continue
                found = [(hit.document, hit.start, hit.end, hit.highlights, hit.reason) for hit in results]
                said = repr((found, results.total, results.facets, results.suggestion))
                left_out = getattr(results, "left_out", ())
                answers.append(f"left out: {left_out[0]}" if left_out else said)
    except (DragomanError, sqlite3.Error, OSError) as error:
        return [f"error: {error}"] * len(QUESTIONS)
    return answers


def examined(folder: Path) -> tuple[int, str]:
    """What `dragoman doctor` says, and its exit code."""
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        try:
            code = dragoman.main(["doctor", "--collection", str(folder)], standalone_mode=False)
        except (DragomanError, sqlite3.Error, OSError) as error:  # of which the program makes one line
            print(error)
            code = 2
    return int(code or 0), said.getvalue().strip()


def outcome(folder: Path, before: list[str]) -> Outcome:
    """What becomes of a damaged collection."""
    detail: list[str] = []
    try:
        now = asked(folder)
    except Exception:
        answers = "traceback"
        detail.append(traceback.format_exc())
    else:
        pairs = [(a, b) for a, b in zip(before, now, strict=True) if a != b]
        if silent := [b for _, b in pairs if not b.startswith(("error: ", "left out: "))]:
            answers = "another, in silence"
            detail.append(silent[0][:300])
        elif any(b.startswith("left out: ") for _, b in pairs):
            answers = "left out and named"
        else:
            answers = "clear error" if pairs else "the same"
        detail += [b[:300] for _, b in pairs]
    try:
        code, said = examined(folder)
    except Exception:
        return Outcome(answers, "traceback", "\n".join([*detail, traceback.format_exc()]))
    # Without the ledger's seal a collection is as a killed writer may leave it: doctor makes another, and says so.
    is_found = code or "had no seal" in said
    return Outcome(answers, "found" if is_found else "missed", "\n".join([*detail, said]))


def in_child(folder: Path, before: list[str]) -> Outcome:
    """The outcome, found in a process of its own, which damage may end."""
    return begun(folder, before).result()


class Examination(NamedTuple):
    """A process that finds an outcome."""

    process: int
    told: int

    def result(self) -> Outcome:
        """What it found, once it has."""
        with os.fdopen(self.told) as told:
            said = told.read()
        _, status = os.waitpid(self.process, 0)
        return Outcome(*json.loads(said)) if said else Outcome("crash", "crash", f"status {status}")


def begun(folder: Path, before: list[str]) -> Examination:
    """Begin to find out, in a process forked from this one, which has loaded everything."""
    reading, writing = os.pipe()
    if child := os.fork():
        os.close(writing)
        return Examination(child, reading)
    os.close(reading)
    with os.fdopen(writing, "w") as out:
        json.dump(outcome(folder, before), out)
    os._exit(0)


def is_good(fault: Fault, each: Outcome) -> bool:
    """Whether nothing was wrong with what became of a fault."""
    if fault.file in LOCKS:
        return each.answers == "the same" and each.doctor in ("found", "missed")
    return each.answers in ("the same", "left out and named", "clear error") and each.doctor == "found"


def made(folder: Path) -> None:
    """Make a collection of briefs, in three commits, with a state that is kept."""
    briefs = sorted((each for each in read([ROOT / "corpus" / "briefs"]) if isinstance(each, Document)), key=_by_id)
    with create_collection(folder) as collection:
        for number in range(3):
            collection.add(briefs[number * 8 : number * 8 + 8])
            if number == 1:
                collection.keep("kept")


def _by_id(document: Document) -> str:
    return document.id


def changed(folder: Path, to: Path) -> None:
    """Copy a collection and change it, so that the other one is an earlier state. A writer seems killed."""
    copied(folder, to, None)
    with open_collection(to) as collection:
        collection.remove([next(iter(collection.search("-nothing", mode="keyword"))).document.id])
    (to / "writer.json").write_text(json.dumps({"pid": 1, "host": "elsewhere", "since": "2020-01-01 00:00:00"}))


def main() -> None:
    """Make the faults, and print a table of what became of them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", nargs="?", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=15)
    parser.add_argument("--collection", type=Path)
    parser.add_argument("--verbose", action="store_true", help="show what became of each fault that is not good")
    parser.add_argument("--all", action="store_true", help="show what became of every fault")
    parser.add_argument("--jobs", type=int, default=1, help="how many are examined at once")
    given = parser.parse_args(arguments())
    counted = ("the same", "left out and named", "clear error", "another, in silence")
    columns = ("what was done", "faults", *counted, "traceback or crash", "missed by doctor")
    beside = given.collection and given.collection.parent  # where files can be linked
    with tempfile.TemporaryDirectory(dir=beside) as scratch, Record("corruption", columns) as record:
        earlier, present = given.collection or Path(scratch, "earlier"), Path(scratch, "present")
        if not given.collection:
            made(earlier)
        changed(earlier, present)
        before = asked(present)
        assert not [each for each in before if each.startswith(("error: ", "left out: "))], before
        assert examined(present)[0] == 0  # which loads all that the children need
        outcomes: list[tuple[Fault, Outcome]] = []
        running: deque[tuple[Fault, Path, Examination]] = deque()
        drawn = islice(faults(present, given.seed, earlier), given.count)
        while (fault := next(drawn, None)) or running:
            if fault:
                copied(present, copy := Path(scratch, str(len(outcomes) + len(running))), fault)
                running.append((fault, copy, begun(copy, before)))
            if not fault or len(running) == given.jobs:
                fault, copy, examination = running.popleft()
                outcomes.append((fault, each := examination.result()))
                shutil.rmtree(copy)
                if given.all or (given.verbose and not is_good(fault, each)):
                    told = f"--- {fault}: {each.answers}; doctor: {each.doctor}\n{each.detail}"
                    print(told, file=sys.stderr, flush=True)
        for kind in (*KINDS, "all"):
            of = [(fault, each) for fault, each in outcomes if kind in (fault.kind, "all")]
            answers = Counter(each.answers for _, each in of)
            missed = sum(each.doctor == "missed" and fault.file not in LOCKS for fault, each in of)
            failed = sum("traceback" in each or "crash" in each for _, each in of)
            told = [answers[name] for name in counted]
            record.row(kind, *(f"{count:,}" for count in (len(of), *told, failed, missed)))
        record.figure("faults", f"{len(outcomes):,}")
        record.figure("seed", str(given.seed))
        bad = Counter((kind_of(Path(fault.file)), *each[:2]) for fault, each in outcomes if not is_good(fault, each))
        for (file, answered, said), count in bad.most_common():
            print(f"  {count:5} in {file}: answers {answered}, doctor {said}")
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
