"""How often a client may ask: a number of requests in a window of time, which begins with the first of them."""

import re
import threading
import time
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import NamedTuple

from cachetools import TTLCache

from ...errors import DragomanError
from ...index.forking import undisturbed

MOST_CLIENTS = 65_536
"""How many clients are remembered at a time. Beyond that, the earliest are forgotten."""

_RATE = re.compile(r"([1-9][0-9]{0,8}) ?/ ?(second|minute|hour|day)")
_BRACKETS = re.compile(r"\[(.*)\](?::[0-9]*)?")  # which proxies put around an IPv6 address, with a port
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}


class Allowance(NamedTuple):
    """What a client may still do.

    Attributes:
        granted: Whether the request that was counted may be answered.
        remaining: How many more it may make within the window.
        renewed_in: After how many seconds a new window begins.
    """

    granted: bool
    remaining: int
    renewed_in: int


@dataclass(slots=True)
class _Window:
    """The requests of one client since a point in time."""

    since: float
    requests: int = 0


class Limiter:
    """Counts clients' requests against a rate. Safe to share among threads.

    Args:
        rate: How often a client may ask, such as "60/minute".
        most_clients: How many clients are remembered at a time.

    Raises:
        DragomanError: That is no rate.
    """

    def __init__(self, rate: str, *, most_clients: int = MOST_CLIENTS) -> None:
        found = _RATE.fullmatch(rate.strip())
        if found is None:
            raise DragomanError(f"{rate[:40]!r} is no rate: write one such as 60/minute, 5/second or 10000/day")
        self.rate = rate.strip()
        self.requests = int(found[1])
        self.seconds = _SECONDS[found[2]]
        self._lock = threading.Lock()
        # An entry lives for the length of a window, however often it is looked up.
        self._windows: TTLCache[str, _Window] = TTLCache(most_clients, ttl=self.seconds, timer=time.monotonic)

    def count(self, client: str) -> Allowance:
        """Count a request of a client, and say whether it may be answered."""
        now = time.monotonic()
        with undisturbed(), self._lock:
            window = self._windows.get(client)
            if window is None:
                self._windows[client] = window = _Window(now)
            window.requests += 1
            requests = window.requests
        left = ceil(window.since + self.seconds - now)
        return Allowance(requests <= self.requests, max(self.requests - requests, 0), min(max(left, 1), self.seconds))


def client_at(address: str | None) -> str:
    """The client behind an address: the address itself, or for IPv6 its /64, the block that one subscriber gets."""
    try:
        found = ip_address(_BRACKETS.sub(r"\1", address or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or IPv6Address(int(found) >> 64 << 64))
