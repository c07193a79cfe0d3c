"""How long the stages of a question take: each by itself, so that together they are the whole.

What does a part of the work says `with stage("parse"):`. That costs nothing to speak of, and counts only where somebody
measures.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType

OTHER = "other"
"""What is in no stage."""

Clock = Callable[[], float]


class Stopwatch:
    """The milliseconds that stages have taken so far.

    Args:
        clock: Gives seconds.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._taken: dict[str, float] = {}
        self._stage = OTHER
        self._since = clock()

    def turn_to(self, stage: str) -> str:
        """Count for another stage from now on. Returns the one that it has counted for so far."""
        now, before = self.clock(), self._stage
        self._taken[before] = self._taken.get(before, 0.0) + now - self._since
        self._stage, self._since = stage, now
        return before

    @property
    def milliseconds(self) -> Mapping[str, float]:
        """By stage, in the order in which they were first left, what is in none of them last."""
        self.turn_to(self._stage)
        ordered = {name: taken for name, taken in self._taken.items() if name != OTHER}
        return {name: 1000 * taken for name, taken in {**ordered, OTHER: self._taken[OTHER]}.items()}


_running: ContextVar[Stopwatch | None] = ContextVar("running", default=None)


@contextmanager
def measured(clock: Clock | None = None) -> Iterator[Stopwatch]:
    """Measure the stages of what is done meanwhile in this thread.

    Args:
        clock: Gives seconds; by default that of a measurement in which this one takes place, or else the wall's.
    """
    around = _running.get()
    watch = Stopwatch(clock or (around.clock if around else time.perf_counter))
    token = _running.set(watch)
    try:
        yield watch
    finally:
        _running.reset(token)


class stage:  # noqa: N801  # used as a statement, like `contextlib.suppress`
    """What is done meanwhile is that stage's, and not that of the stage around it. Nothing may be yielded within.

    Args:
        name: What it is called.
        whole: Whether what is done within it is all its own, although it has stages of its own elsewhere.
    """

    __slots__ = ("_before", "_name", "_token", "_watch", "_whole")

    def __init__(self, name: str, *, whole: bool = False) -> None:
        self._name = name
        self._whole = whole

    def __enter__(self) -> None:
        self._watch = _running.get()
        if self._watch is not None:
            self._before = self._watch.turn_to(self._name)
            self._token = _running.set(None) if self._whole else None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if self._watch is not None:
            self._watch.turn_to(self._before)
            if self._token is not None:
                _running.reset(self._token)
