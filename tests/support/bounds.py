"""An end to what would go on for hours: for inputs whose cost must grow no faster than they do."""

import signal
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType


class TookFarTooLong(BaseException):
    """What was done takes a processor many times as long as it should, which no `except Exception` may hide."""


@contextmanager
def allowed(seconds: float) -> Generator[None]:
    """Let something take so many seconds of a processor: a hundred times what it needs."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TookFarTooLong(f"more than {seconds:g} seconds of a processor")

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
