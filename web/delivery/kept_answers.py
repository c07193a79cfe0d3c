"""Answers that are kept for a while: how many, and which give way."""

import threading
from typing import NamedTuple

from cachetools import LRUCache

from ...index.forking import undisturbed

_OVERHEAD = 1024
"""How many bytes an answer counts for beside its own, so that a number of empty ones is bounded, too."""


class Kept(NamedTuple):
    """An answer, as it was sent."""

    body: bytes
    media_type: str
    encoding: str


class Answers:
    """Answers by their key, of which the ones least recently asked for give way. Safe to share among threads.

    Args:
        size: How many bytes they may have together.
    """

    def __init__(self, size: int) -> None:
        self._lock = threading.Lock()
        self._kept: LRUCache[str, Kept] = LRUCache(size, getsizeof=lambda kept: len(kept.body) + _OVERHEAD)

    def get(self, key: str) -> Kept | None:
        """The answer under a key, if it is there."""
        with undisturbed(), self._lock:
            return self._kept.get(key)

    def put(self, key: str, kept: Kept) -> None:
        """Keep an answer, unless it is larger than a tenth of all that may be kept."""
        with undisturbed(), self._lock:
            if self._kept.getsizeof(kept) <= self._kept.maxsize / 10:
                self._kept[key] = kept
