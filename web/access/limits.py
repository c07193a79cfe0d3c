"""How often a client may ask: a number of requests in a window of time, which begins with the first of them."""

import re
import secrets
import struct
import time
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import Final, NamedTuple

from ...errors import DragomanError
from ...search.results.printing import many
from ..server.shared_memory import SharedMemory

MOST_CLIENTS = 65_536
"""How many clients are remembered at a time. Beyond that, the earliest are forgotten."""

_RATE = re.compile(r"([1-9][0-9]{0,8}) ?/ ?(second|minute|hour|day)")
_BRACKETS = re.compile(r"\[([^\[\]]*+)\](?::[0-9]*)?")  # which proxies put around an IPv6 address, with a port
_PLACES: Final = 8
_WINDOW: Final = struct.Struct("16sdQ")
"""One client's requests: its hash, since when they count, and how many there were."""
_MOST_REQUESTS: Final = 2**63
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}


class TooManyRequests(DragomanError):
    """A client has asked more often than it may."""

    status = 429


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


class Limiter:
    """Counts clients' requests against a rate. Safe to share among threads, and among processes that were forked.

    Clients are remembered by a hash, each in one of a few places that its hash leads to. So finding one takes no longer
    the more there are; and which clients share places nobody can find out who does not know the key of the hash.

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
        self._key = secrets.token_bytes(16)
        self._sets = max(most_clients // _PLACES, 1)
        self._memory = SharedMemory(self._sets * _PLACES * _WINDOW.size)

    def count(self, client: str) -> Allowance:
        """Count a request of a client, and say whether it may be answered."""
        digest = blake2b(client.encode("utf-8", "surrogateescape"), digest_size=16, key=self._key).digest()
        begin = int.from_bytes(digest[:8], "little") % self._sets * _PLACES * _WINDOW.size
        now = time.monotonic()  # the same clock in all processes
        with self._memory.locked() as memory:
            windows = {
                place: _WINDOW.unpack_from(memory, place)
                for place in range(begin, begin + _PLACES * _WINDOW.size, _WINDOW.size)
            }
            running = {place: each for place, each in windows.items() if each[2] and now < each[1] + self.seconds}
            free = next((place for place in windows if place not in running), None)
            place = next((place for place, each in running.items() if each[0] == digest), free)
            if place is None:  # the earliest is forgotten
                place = min(running, key=lambda place: running[place][1])
            known = running.get(place)
            _, since, requests = known if known and known[0] == digest else (digest, now, 0)
            requests = min(requests + 1, _MOST_REQUESTS)
            _WINDOW.pack_into(memory, place, digest, since, requests)
        left = ceil(since + self.seconds - now)
        return Allowance(requests <= self.requests, max(self.requests - requests, 0), min(max(left, 1), self.seconds))

    def headers(self, allowance: Allowance) -> dict[str, str]:
        """What a client is told of its allowance: draft-ietf-httpapi-ratelimit-headers-10, and RFC 9110."""
        granted, remaining, renewed_in = allowance
        told = {
            "RateLimit-Policy": f'"default";q={self.requests};w={self.seconds}',
            "RateLimit": f'"default";r={remaining};t={renewed_in}',
        }
        return told if granted else {**told, "Retry-After": str(renewed_in)}

    def check(self, allowance: Allowance) -> None:
        """Raises TooManyRequests where the request that was counted may not be answered."""
        if not allowance.granted:
            wait = many(allowance.renewed_in, "second")
            raise TooManyRequests(f"more than {self.rate}: ask again in {wait}")


def client_at(address: str | None) -> str:
    """The client behind an address: the address itself, or for IPv6 its /64, the block that one subscriber gets."""
    try:
        found = ip_address(_BRACKETS.sub(r"\1", address or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or IPv6Address(int(found) >> 64 << 64))
