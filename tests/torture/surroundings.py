"""What else goes wrong around a program: rights, paths that vanish, descriptors, clocks, readers beside a writer."""

import os
import resource
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cases import TOLD, Fault, Known, Torture, run_child
from faults import Action, Kind
from place import COLLECTION, Operation, Place

from dragoman.errors import CollectionNotFound
from dragoman.search.collection import open_collection

NOBODY = 65534
_YEAR = 365 * 86_400


def another_user(torture: Torture, operation: Operation, known: Known) -> list[str]:
    """A user who may only read does it: nothing has changed then, and asking works."""
    if os.geteuid():
        return []
    torture.ready(operation)
    for each in (torture.place.folder, *torture.place.folder.parents):
        each.chmod(each.stat().st_mode | 0o055)
    is_there = torture.place.collection.exists() and not operation.is_damaged

    def act(say: Callable[[str], None]) -> None:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        if is_there:
            with open_collection(torture.place.collection) as collection:
                say(f"found {collection.search('envoy').total}")
        for _ in operation.act(torture.place):
            say("acknowledged")

    done = run_child(act)
    wrong = [f"an error that nobody foresaw: {done.unforeseen.splitlines()[-1]}"] if done.unforeseen else []
    if is_there and not any(line.startswith("found ") and line != "found 0" for line in done.said):
        wrong.append(f"who may read cannot ask: {done.said}")
    if "acknowledged" in done.said:
        wrong.append("who may not write was told that it is done")
    return wrong + torture.looked_at(operation, known, unchanged=True)


def descriptors(torture: Torture, operation: Operation, known: Known) -> list[str]:
    """Only so many files can be open."""
    spare = torture.chance.randrange(2, 40)

    def limited(place: Place) -> Iterator[None]:
        most = sum(1 for _ in Path("/proc/self/fd").iterdir()) + spare
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        yield from operation.act(place)

    return torture.try_out(operation, known, Fault(), limited)


def clock(torture: Torture, operation: Operation, known: Known) -> list[str]:
    """The clock is years ahead or behind while it is done."""
    years = torture.chance.choice([-60, -20, -1, 1, 12, 60])

    def dated(place: Place) -> Iterator[None]:
        torture.faults.clock(years * _YEAR)
        yield from operation.act(place)

    return torture.try_out(operation, known, Fault(), dated)


def vanished(torture: Torture, operation: Operation, known: Known) -> list[str]:
    """A part of the collection is gone before it is done: it is told in one line, and nothing more is destroyed."""
    torture.ready(operation)
    folder = torture.place.collection
    if not folder.exists():
        return []
    parts = [
        "segments",
        "encoders",
        "ledger.sqlite",
        ".",
        *(f"segments/{each.name}" for each in folder.glob("segments/*")),
    ]
    part = folder / torture.chance.choice(parts)

    def act(say: Callable[[str], None]) -> None:
        held = torture.chance.random() < 0.5
        with open_collection(folder) as collection:
            if held:
                collection.search("envoy")
            _remove(part)
            try:
                for _ in operation.act(torture.place):
                    say("acknowledged")
            except TOLD as error:
                say(f"told {error}")
            try:
                say(f"found {collection.search('envoy').total}")
            except TOLD as error:
                say(f"told {error}")

    done = run_child(act)
    if done.unforeseen:
        return [f"without {part.relative_to(folder)}, nobody foresaw: {' '.join(done.unforeseen.splitlines()[-3:])}"]
    return []


def readers(torture: Torture, operation: Operation, known: Known) -> list[str]:
    """Readers ask all the while that a writer is killed: each answer is of one state."""
    if operation.is_damaged:  # of which not all can be asked
        return []
    torture.ready(operation)
    ends = torture.place.folder / "ends"
    readers: list[int] = []
    for _ in range(2):
        if reader := os.fork():
            readers.append(reader)
            continue
        code = 1
        try:
            code = _read(torture.place, [each[COLLECTION] for each in known.states], ends)
        finally:
            os._exit(code)
    at = torture.chance.randint(1, known.count(Kind.ANY))
    durable = torture.place.folder.with_name("durable")

    def act(say: Callable[[str], None]) -> None:
        torture.faults.arm(torture.place.disk, durable, Kind.ANY, Action.KILL, at)
        for _ in operation.act(torture.place):
            say("acknowledged")

    done = run_child(act)
    ends.touch()
    codes = [os.waitstatus_to_exitcode(os.waitpid(reader, 0)[1]) for reader in readers]
    wrong = [f"a reader ended with {code}" for code in codes if code]
    return wrong + torture.looked_at(operation, known, done.said.count("acknowledged"))


def _read(place: Place, states: list[dict[str, Any] | None], ends: Path) -> int:
    """Ask until a file is there. 3 if an answer is of no state, 4 if there is no collection at a moment."""
    held = {frozenset(state["documents"]) for state in states if state is not None}
    held |= {frozenset()} if None in states else set()
    while True:
        last = ends.exists()
        try:
            with open_collection(place.collection) as collection:
                found = frozenset(
                    hit.document.id.replace(str(place.folder), "")
                    for hit in collection.search("-nothing", limit=1000, fold=False)
                )
        except CollectionNotFound:
            if None not in states:
                return 4
        else:
            if found not in held:
                return 3
        if last:
            return 0


def _remove(part: Path) -> None:
    if part.is_dir():
        shutil.rmtree(part)
    else:
        part.unlink()


AROUND = {
    "another user": another_user,
    "few descriptors": descriptors,
    "wrong clock": clock,
    "a part vanishes": vanished,
    "readers beside": readers,
}
"""What is tried, by its name."""
