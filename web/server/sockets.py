"""Where a server listens: its socket, and how the address is written in a URL."""

import socket
from ipaddress import ip_address
from typing import Final

from ...errors import DragomanError

LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
"""The names by which a machine calls itself, and nobody else calls it."""


def own_names(host: str) -> set[str]:
    """The names that are trusted by default where a server listens.

    Args:
        host: The address that it listens on.

    Returns:
        All names of this very machine if that is a loopback address; none if it is any other.
    """
    try:
        loopback = ip_address(host).is_loopback
    except ValueError:
        loopback = host.lower() in LOOPBACK
    return {*LOOPBACK, host} if loopback else set()


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Args:
        host: The address or name to listen on; of a name that has several addresses, the IPv4 one.
        port: The port; 0 for any that is free.

    Raises:
        DragomanError: It cannot listen there.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = min(found, key=lambda each: each[0] != socket.AF_INET)
        return socket.create_server(address[:2], family=family)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DragomanError(f"cannot listen on {host}, port {port}: {reason}") from error


def in_url(host: str) -> str:
    """A host as it stands in a URL: an IPv6 address within brackets."""
    return f"[{host}]" if ":" in host else host
