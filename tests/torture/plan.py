"""Which faults are tried, of which operations, and how many of each."""

import errno
import math
import random
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from cases import Fault, Known, Torture
from faults import Action, Kind
from operations import OPERATIONS
from surroundings import AROUND

ERRORS = {
    "a full disk": (Kind.WRITE | Kind.CREATE, Action.FAIL_FROM, errno.ENOSPC),
    "a call that fails (EIO)": (Kind.ANY, Action.FAIL, errno.EIO),
    "a disk that fails from then on": (Kind.ANY, Action.FAIL_FROM, errno.EIO),
    "a sync that fails": (Kind.SYNC, Action.FAIL, errno.EIO),
    "a rename that fails": (Kind.RENAME, Action.FAIL, errno.EIO),
    "a disk that becomes read-only": (Kind.ANY, Action.FAIL_FROM, errno.EROFS),
    "rights that are lacking": (Kind.CREATE | Kind.RENAME | Kind.REMOVE, Action.FAIL_FROM, errno.EACCES),
}
"""The calls that fail, whether one or all from one on, and with which error."""

KILL, TEAR = "a kill at a step", "a kill within a write"


class Trial(NamedTuple):
    """One thing that is tried.

    Attributes:
        name: What the fault is called.
        operation: What it disturbs, by its name.
        fault: What goes wrong, unless it is something around the program.
        is_on_ext4: Whether it happens on a real filesystem.
    """

    name: str
    operation: str
    fault: Fault | None
    is_on_ext4: bool = False

    def run(self, torture: Torture, known: Known) -> list[str]:
        """What is wrong afterwards, a line each."""
        operation = OPERATIONS[self.operation]
        if self.fault is None:
            return AROUND[self.name](torture, operation, known)
        return (torture.try_on_ext4 if self.is_on_ext4 else torture.try_out)(operation, known, self.fault)


class Plan:
    """All that is tried.

    Args:
        known: What is disturbed, by name, and what is known of it.
        kills: How many kills there are.
        chance: What decides.
    """

    def __init__(self, known: Mapping[str, Known], kills: int, chance: random.Random) -> None:
        self._known, self._kills, self._chance = known, kills, chance

    def trials(self, *, has_ext4: bool) -> list[Trial]:
        """As many kills as there are to be, and about as many other faults."""
        trials = [*self._killed(), *self._cut(), *(self._cut_on_ext4() if has_ext4 else ()), *self._failing()]
        for name in AROUND:
            trials += [Trial(name, operation, None) for operation in self._some(self._kills // 50)]
        return trials

    def every(self) -> list[Trial]:
        """A kill at every step."""
        return [
            Trial(KILL, name, Fault(at=at))
            for name, known in self._known.items()
            for at in range(1, known.count(Kind.ANY) + 1)
        ]

    def _some(self, count: int, least: int = 2) -> Iterable[str]:
        """So many operations, each as often as the others."""
        names = [*self._known]
        whole, rest = divmod(max(count, least), len(names))
        return names * whole + self._chance.sample(names, rest)

    def _steps(self, name: str, kinds: Kind, count: int) -> Iterator[int]:
        """So many steps of an operation, no one twice before each was there once."""
        last = self._known[name].count(kinds)
        whole, rest = divmod(count, last) if last else (0, 0)
        return iter([*range(1, last + 1)] * whole + self._chance.sample(range(1, last + 1), rest))

    def _killed(self) -> Iterator[Trial]:
        """One of six within a write. A long operation has more than a short one, and not so many more as its steps."""
        for name, kinds, action, count in (
            (TEAR, Kind.WRITE, Action.TEAR, self._kills // 6),
            (KILL, Kind.ANY, Action.KILL, self._kills - self._kills // 6),
        ):
            weights = {each: math.sqrt(known.count(kinds)) for each, known in self._known.items()}
            # Each at least once, if there are enough; what rounding leaves goes by chance.
            sure = {each: int(count * weight / sum(weights.values())) for each, weight in weights.items()}
            if count >= len(weights):
                sure = {each: max(number, 1) for each, number in sure.items()}
            while sum(sure.values()) > count:
                sure[max(sure, key=lambda each: sure[each])] -= 1
            for each in self._chance.choices([*weights], [*weights.values()], k=count - sum(sure.values())):
                sure[each] += 1
            for each, number in sure.items():
                for at in self._steps(each, kinds, number):
                    yield Trial(name, each, Fault(kinds, action, at))

    def _cut(self) -> Iterator[Trial]:
        for words, left in (("only what was synced", "none"), ("some of the rest", "some")):
            for operation in self._known:
                yield Trial(f"a power cut when it is done, {words} left", operation, Fault(cut=left))
            for operation in self._some(self._kills // 6):
                for at in self._steps(operation, Kind.ANY, 1):
                    yield Trial(f"a power cut at a step, {words} left", operation, Fault(at=at, cut=left))

    def _cut_on_ext4(self) -> Iterator[Trial]:
        for operation in self._some(self._kills // 20):
            yield Trial("a power cut on ext4, when it is done", operation, Fault(), is_on_ext4=True)
            for at in self._steps(operation, Kind.ANY, 1):
                yield Trial("a power cut on ext4, at a step", operation, Fault(at=at), is_on_ext4=True)

    def _failing(self) -> Iterator[Trial]:
        for name, (kinds, action, number) in ERRORS.items():
            for operation in self._some(self._kills // 20):
                for at in self._steps(operation, kinds, 1):
                    yield Trial(name, operation, Fault(kinds, action, at, number))
