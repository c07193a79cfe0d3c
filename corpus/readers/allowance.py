"""How much may come out of an archive, with all archives within it: a few kilobytes can claim to hold terabytes."""

from typing import Final

from ...errors import UnreadableSource

MOST_MEMBERS: Final = 100_000
"""The most members of an archive, those of archives within it included."""

DEEPEST: Final = 2
"""How many archives may lie in one another: a ZIP of ZIPs is read, and what is packed deeper is named."""

_LARGEST: Final = 20_000_000_000
_RATIO: Final = 250
_UNSUSPECTED: Final = 32_000_000
"""An archive is a bomb once it has given so many bytes, and `_RATIO` times what it takes itself."""


class Allowance:
    """What may still be taken out of an archive. One goes with all that lies in it, however deep.

    Args:
        packed: How many bytes the outermost archive takes.
    """

    def __init__(self, packed: int) -> None:
        self.depth = 0
        """How many archives are open."""
        self.spent = ""
        """Why nothing more may be taken, once that is so."""
        self._packed = packed
        self._members = 0
        self._bytes = 0

    def take_member(self) -> None:
        """Count a member. Raises UnreadableSource if there are too many."""
        self._members += 1
        if self._members > MOST_MEMBERS:
            self._end(f"an archive of more than {MOST_MEMBERS:,} members")

    def take(self, count: int) -> None:
        """Count bytes that were unpacked. Raises UnreadableSource if they are too many."""
        self._bytes += count
        if self._bytes > _UNSUSPECTED and self._bytes > _RATIO * self._packed:
            self._end(f"an archive bomb: it unpacks to more than {_RATIO} times its size")
        if self._bytes > _LARGEST:
            self._end(f"an archive that unpacks to more than {_LARGEST // 10**9} GB")

    def _end(self, reason: str) -> None:
        self.spent = reason
        raise UnreadableSource(reason)
