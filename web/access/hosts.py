"""The hosts and origins that a site is told about, brought into the form in which browsers send them."""

import re
from ipaddress import ip_address

from ...errors import DragomanError

_NAME = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
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


def origin(text: str) -> str:
    """An origin in lower case, or `*` for all. Raises DragomanError for anything else, `null` included."""
    name = text.strip().rstrip("/").lower()
    if name != "*" and not _ORIGIN.fullmatch(name):
        raise DragomanError(f"{text[:80]!r} is no origin: write one such as https://example.org, or * for all")
    return name
