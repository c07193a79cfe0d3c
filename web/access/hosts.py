"""The hosts and origins that a site is told about, brought into the form in which browsers send them."""

import re
from ipaddress import IPv6Address, ip_address

from ...errors import DragomanError

_NAME = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_HOST = re.compile(rf"(?:(?P<name>{_NAME.pattern})\.?|\[(?P<address>[0-9a-f:.]+)\])(?::(?P<port>[0-9]{{1,5}}))?")
_LAST_PORT = 65_535
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?")


def host_name(text: str) -> str:
    """A host's name or address, in lower case and without brackets. Raises DragomanError for anything else."""
    name = text.strip().lower()
    if _NAME.fullmatch(name):
        return name
    try:
        return str(ip_address(name.removeprefix("[").removesuffix("]")))
    except ValueError:
        hint = "write one such as search.example.org, without scheme and port, and as xn--… if it has other letters"
        raise DragomanError(f"{text[:80]!r} is no host's name: {hint}") from None


def host_of(header: str | None) -> str | None:
    """The host that a request is for, in the form of `host_name`.

    This check stands by itself, whatever a server or a library makes of the header: a name or an address, perhaps a
    port, and nothing else. A user's name before it, a second host, a blank or a letter beyond ASCII is no host.

    Args:
        header: The Host header; None if there is none.

    Returns:
        The name or address without the port, an IPv6 address without brackets; None for what is no host.
    """
    found = _HOST.fullmatch(header.lower()) if header and header.isascii() else None
    if found is None or int(found["port"] or 0) > _LAST_PORT:
        return None
    try:
        return found["name"] or str(IPv6Address(found["address"]))
    except ValueError:
        return None


def origin(text: str) -> str:
    """An origin in lower case, or `*` for all. Raises DragomanError for anything else, `null` included."""
    name = text.strip().rstrip("/").lower()
    if name != "*" and not _ORIGIN.fullmatch(name):
        raise DragomanError(f"{text[:80]!r} is no origin: write one such as https://example.org, or * for all")
    return name
