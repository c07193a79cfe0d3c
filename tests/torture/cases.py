"""One case: a collection is made ready, something is done to it, something goes wrong, and then it is looked at."""

import gc
import importlib
import json
import os
import random
import select
import shutil
import signal
import sqlite3
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from faults import Action, Faults, Kind
from looking import State, found_wrong, left_lying, state_of
from place import BACKUP, Act, Operation, Place, begin, documents
from power import Ext4, cut

from dragoman.errors import CollectionDamaged, CollectionNotFound, DragomanError
from dragoman.index.ledger.database import Database
from dragoman.index.writing.store import LEDGER
from dragoman.search.collection import open_collection

TOLD = (DragomanError, OSError, sqlite3.Error)
"""What the terminal shows in one line."""

_PATIENCE = 90.0

_ADDS = 0.25
"""In which part of the cases documents are added in the end."""


class Child(NamedTuple):
    """How a child ended: whether it was killed, what it said line by line, and what nobody foresaw."""

    killed: bool
    said: list[str]
    unforeseen: str


def run_child(act: Callable[[Callable[[str], None]], None]) -> Child:
    """Do something in a child.

    Args:
        act: Is given a function that says a line to this process.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        code = 1
        try:
            act(partial(_say, writing))
            code = 0
        except TOLD as error:
            _say(writing, f"told {type(error).__name__}: {' '.join(str(error).split())}")
            code = 0
        except BaseException:
            _say(writing, f"unforeseen {json.dumps(traceback.format_exc())}")
        finally:
            os._exit(code)
    os.close(writing)
    said, hung = _heard(reading, child)
    os.close(reading)
    status = os.waitpid(child, 0)[1]
    lines = said.decode(errors="replace").splitlines()
    unforeseen = [json.loads(line.partition(" ")[2]) for line in lines if line.startswith("unforeseen ")]
    if hung:
        unforeseen.append(f"it did not end within {_PATIENCE:.0f} s")
    elif os.WIFSIGNALED(status) and os.WTERMSIG(status) != signal.SIGKILL:
        unforeseen.append(f"it ended by signal {os.WTERMSIG(status)}")
    said = [line for line in lines if not line.startswith("unforeseen ")]
    return Child(os.WIFSIGNALED(status), said, "\n".join(unforeseen))


def _say(pipe: int, line: str) -> None:
    os.write(pipe, f"{line}\n".encode())


def _heard(pipe: int, child: int) -> tuple[bytes, bool]:
    """All that a child says until its end, and whether it had to be killed because that did not come."""
    said, until, hung = b"", time.monotonic() + _PATIENCE, False
    while True:
        ready = select.select([pipe], [], [], max(until - time.monotonic(), 0) if not hung else None)[0]
        if not ready:
            os.kill(child, signal.SIGKILL)
            hung = True
        elif part := os.read(pipe, 65536):
            said += part
        else:
            return said, hung


@dataclass
class Known:
    """What is known of an operation that nothing disturbs.

    Attributes:
        states: What its collections hold, in turn.
        least: By the number of acknowledgements, from which state on it must be.
        steps: How many steps it takes, by the kinds that a call may be of.
    """

    states: list[State] = field(default_factory=list)
    least: list[int] = field(default_factory=lambda: [0])
    steps: dict[Kind, int] = field(default_factory=dict)

    def count(self, kinds: Kind) -> int:
        """How many steps of some kinds it takes."""
        return sum(steps for kind, steps in self.steps.items() if kind in kinds)


class Fault(NamedTuple):
    """What is to go wrong. A power cut is a kill of which only `cut` says what is left: see `power.cut`."""

    kinds: Kind = Kind.ANY
    action: Action = Action.KILL
    at: int = 0
    error: int = 0
    cut: str = ""


class Torture:
    """A workshop: a folder with a collection that is made ready again and again.

    Args:
        work: The folder.
        models: The folders of two models.
        faults: The library.

    Attributes:
        chance: What decides.
        bytes: How much was looked through so far.
        lacks_ext4: Why nothing can be tried on ext4, if that is so.
    """

    def __init__(self, work: Path, models: tuple[Path, Path], faults: Faults) -> None:
        self.place = Place(work / "case", models)
        self.faults, self.chance = faults, random.Random()
        self.bytes = 0
        self._begun, self._durable = work / "begun", work / "durable"
        self._work = work
        work.mkdir()
        self._begun.mkdir()
        self._do("the beginning", lambda: (begin(self.place), found_wrong(self.place.collection)))
        self.place.folder.rename(self._begun / "anything")
        self._disk = Ext4(work / "disk.img", self.place.folder)
        self.lacks_ext4 = self._disk.lacking()
        gc.freeze()

    def _do(self, what: str, act: Callable[[], object]) -> None:
        """Do something in a child. What that has to load no later one has to load again."""

        def noting(say: Callable[[str], None]) -> None:
            before = set(sys.modules)
            act()
            for name in sorted(set(sys.modules) - before):
                say(f"loaded {name}")

        done = run_child(noting)
        if done.unforeseen or any(not line.startswith("loaded ") for line in done.said):
            raise RuntimeError(f"{what} failed: {done}")
        for line in done.said:
            with suppress(ImportError):
                importlib.import_module(line.split()[1])

    def learn(self, operation: Operation) -> Known:
        """What is known of an operation, which is done undisturbed for that."""
        known = Known()
        self.ready(operation)

        def count(say: Callable[[str], None]) -> None:
            self.faults.exchange(operation.exchanges)
            self.faults.arm(self.place.disk, self._durable, Kind.ANY, Action.COUNT)
            for _ in operation.act(self.place):
                pass
            say(json.dumps({int(kind): self.faults.steps(kind) for kind in Kind}))

        done = run_child(count)
        if done.unforeseen or not done.said or not done.said[-1].startswith("{"):
            raise RuntimeError(f"{operation.name} fails undisturbed: {done}")
        known.steps = {Kind(int(kind)): steps for kind, steps in json.loads(done.said[-1]).items()}
        self.ready(operation)

        def watch(say: Callable[[str], None]) -> None:
            change = Database.change

            def tell(changing: Path | None = None) -> None:
                say(json.dumps(state_of(self.place, operation, changing)))

            def changed(database: Database, **options: Any) -> Any:
                stack = ExitStack()
                # When the change is made. A first collection that cannot be built to its end may be kept as it is then.
                stack.callback(tell, database.path.parent if operation.begins_empty else None)
                stack.enter_context(change(database, **options))
                return stack

            tell()
            Database.change = changed  # pyright: ignore[reportAttributeAccessIssue]
            for _ in operation.act(self.place):
                tell()
                say("acknowledged")

        watched = run_child(watch)
        if watched.unforeseen:
            raise RuntimeError(f"{operation.name} fails when it is watched: {watched.unforeseen}")
        for line in watched.said:
            if line == "acknowledged":
                known.least.append(len(known.states) - 1)
            elif not known.states or known.states[-1] != json.loads(line):
                known.states.append(json.loads(line))
        return known

    def ready(self, operation: Operation) -> None:
        """Make all as it is before an operation."""
        begun = self._prepared(operation)
        shutil.rmtree(self.place.folder, ignore_errors=True)
        shutil.copytree(begun, self.place.folder, symlinks=True)

    def _prepared(self, operation: Operation) -> Path:
        """A copy of all as it is before an operation."""
        begun = self._begun / operation.name
        if not begun.exists():
            shutil.rmtree(self.place.folder, ignore_errors=True)
            shutil.copytree(self._begun / "anything", self.place.folder, symlinks=True)
            self._do(f"what comes before {operation.name}", lambda: operation.prepare(self.place))
            if operation.begins_empty:
                shutil.rmtree(self.place.collection)
            self.place.folder.rename(begun)
        return begun

    def try_out(self, operation: Operation, known: Known, fault: Fault, act: Act | None = None) -> list[str]:
        """What is wrong after an operation that a fault disturbs, a line each; `act` is how it is done for once."""
        self.ready(operation)
        if fault.cut:
            shutil.rmtree(self._durable, ignore_errors=True)
            self.faults.keep_all(self.place.folder, self._durable)
        done = self._disturbed(replace(operation, act=act or operation.act), fault)
        if fault.cut:
            cut(self.faults, self.place.folder, self._durable, self.chance if fault.cut == "some" else None)
        return self._judged(operation, known, done)

    def try_on_ext4(self, operation: Operation, known: Known, fault: Fault) -> list[str]:
        """The same on a filesystem that is copied while it is in use, and of which only the copy is left."""
        begun = self._prepared(operation)
        shutil.rmtree(self.place.folder, ignore_errors=True)
        with self._disk.mounted(anew=True):
            shutil.copytree(begun, self.place.folder, symlinks=True, dirs_exist_ok=True)
            self._disk.flush()
            done = self._disturbed(operation, fault, really=True)
            left = self._disk.copy(self._work / "left.img")
        with left.mounted():
            return self._judged(operation, known, done)

    def _disturbed(self, operation: Operation, fault: Fault, *, really: bool = False) -> Child:
        durable = None if really else self._durable
        self._durable.mkdir(exist_ok=True)

        def act(say: Callable[[str], None]) -> None:
            self.faults.exchange(operation.exchanges)
            self.faults.arm(self.place.disk, durable, fault.kinds, fault.action, fault.at, fault.error)
            for _ in operation.act(self.place):
                say("acknowledged")

        return run_child(act)

    def _judged(self, operation: Operation, known: Known, done: Child) -> list[str]:
        """What is wrong with what is left."""
        wrong = [f"an error that nobody foresaw: {_last_line(done.unforeseen)}"] if done.unforeseen else []
        return wrong + self.looked_at(operation, known, done.said.count("acknowledged"))

    def looked_at(
        self, operation: Operation, known: Known, acknowledged: int = 0, *, unchanged: bool = False
    ) -> list[str]:
        """What is wrong with what is there, a line each.

        Args:
            operation: What was done.
            known: What is known of it.
            acknowledged: How many parts of it were acknowledged.
            unchanged: Whether nothing may have changed.
        """
        allowed = known.states[:1] if unchanged else known.states[known.least[acknowledged] :]

        def look(say: Callable[[str], None]) -> None:
            self._look(operation, known, allowed, acknowledged == len(known.least) - 1, say)

        looked = run_child(look)
        wrong = [line for line in looked.said if not line.startswith("bytes ")]
        self.bytes += sum(int(line.split()[1]) for line in looked.said if line.startswith("bytes "))
        if looked.unforeseen:
            wrong.append(f"nobody foresaw: {_last_line(looked.unforeseen)}")
        return wrong

    def _look(
        self, operation: Operation, known: Known, allowed: list[State], is_done: bool, say: Callable[[str], None]
    ) -> None:
        place = self.place
        if is_done:
            for line in operation.traces(place):
                say(f"left of it: {line}")
        for name in operation.collections:
            # Whoever opens it finishes what is to be finished.
            with suppress(CollectionNotFound, *([CollectionDamaged] if operation.is_damaged else [])):
                open_collection(place.of(name)).close()
        state = state_of(place, operation)
        if state not in allowed:
            say(f"lost: it holds {_summary(state)}, and not {' or '.join(map(_summary, allowed))}")
            return
        if is_done or not operation.is_damaged:
            self._tell_wrong(operation, "wrong", say)
        self._age()
        if operation.goes_on or any(held is None and known.states[-1][name] for name, held in state.items()):
            for _ in operation.act(place):  # and nothing disturbs it now
                pass
            if (state := state_of(place, operation)) != known.states[-1]:
                say(f"lost when it went on: {_summary(state)}, and not {_summary(known.states[-1])}")
            for line in operation.traces(place):
                say(f"left of it later: {line}")
        adds = self.chance.random() < _ADDS
        for name in (each for each in operation.collections if each != BACKUP):
            with open_collection(place.of(name)) as collection:
                if adds:
                    collection.add(documents(90, 2))
                else:
                    collection.keep_variants([])  # sweeps as well, and takes less time
        for name in operation.collections:
            for line in left_lying(place.of(name)):
                say(f"left lying: {line}")
        if adds:
            self._tell_wrong(operation, "wrong later", say)
        say(f"bytes {sum(each.stat().st_size for each in place.disk.rglob('*') if each.is_file())}")

    def _tell_wrong(self, operation: Operation, how: str, say: Callable[[str], None]) -> None:
        for name in operation.collections:
            if (self.place.of(name) / LEDGER).is_file():
                for line in found_wrong(self.place.of(name)):
                    say(f"{how} with the {name}: {line}")

    def _age(self) -> None:
        """Let what lies beside the collections be from long ago."""
        for each in self.place.disk.glob("*/*"):
            if each.name != "it":
                os.utime(each, (0, 0))


def _summary(state: State) -> str:
    parts: list[str] = []
    for name, held in state.items():
        parts.append(f"{name}: {json.dumps(held)}" if held is not None else f"no {name}")
    return "; ".join(parts)


def _last_line(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    where = [line.strip() for line in lines if line.strip().startswith("File ")]
    return f"{lines[-1]} ({where[-1] if where else 'nowhere'})"
