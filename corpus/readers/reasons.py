"""What is skipped in an archive, told one by one as long as that helps anybody, and then counted by its reason."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from .contract import Skipped

_TOLD: Final = 20
_MOST_REASONS: Final = 100
_OTHER: Final = "for other reasons"


class Reasons:
    """What was skipped in an archive of up to a hundred thousand members.

    Args:
        origin: What a message calls the archive.
    """

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._counts: Counter[str] = Counter()

    def passed(self, skipped: Skipped) -> Iterator[Skipped]:
        """The same, if there were few before it of the same reason."""
        reason = skipped.reason if skipped.reason in self._counts or len(self._counts) < _MOST_REASONS else _OTHER
        self._counts[reason] += 1
        if self._counts[reason] <= _TOLD:
            yield skipped

    def counted(self) -> Iterator[Skipped]:
        """What was not passed on, counted by reason."""
        for reason, count in self._counts.items():
            if more := max(0, count - _TOLD):
                yield Skipped(self._origin, f"{more:,} more: {reason}")
