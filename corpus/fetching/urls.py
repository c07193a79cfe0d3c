"""URLs and internet addresses: the one way to write a URL, and which addresses are public."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

from ...errors import UnreadableSource
from ..document import MAX_ID_LENGTH

PORTS: Final = {"http": 80, "https": 443}
"""The schemes that are fetched, and the port that each means if it names none."""

_LONGEST_HOST: Final = 253
"""The most characters of a host's name, in DNS and, as these only become more, in any script."""

_KEPT: Final = "/%:@!$&'()*+,;=~"
# NAT64 (RFC 6052): the address of an IPv4 host as a network without IPv4 sees it.
_NAT64: Final = ip_network("64:ff9b::/96")
_6TO4: Final = ip_network("2002::/16")


def canonical_url(url: str) -> str:
    """The one way to write a URL: what a document read from it is called.

    The scheme and the host are in lower case and ASCII; a fragment, campaign parameters (`utm_…`) and a port that goes
    without saying are left out.

    Raises:
        UnreadableSource: If it is not one that can be fetched.
    """
    try:
        parts = urlsplit(url.strip())
        scheme, host, port = parts.scheme.lower(), (parts.hostname or "").rstrip("."), parts.port
        if len(host) > _LONGEST_HOST:
            raise UnreadableSource(f"a URL whose host has more than {_LONGEST_HOST} characters")
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except ValueError:  # which UnicodeError is, too
        raise UnreadableSource("not a URL") from None
    if scheme not in PORTS:
        raise UnreadableSource("only http and https URLs are fetched")
    if parts.username is not None or parts.password is not None:
        raise UnreadableSource("a URL with a user name or password in it, which would be kept and shown: leave it out")
    if not host or not host.isprintable() or " " in host:
        raise UnreadableSource("a URL without a host")
    shown = f"[{host}]" if ":" in host else host
    netloc = shown if port in (None, PORTS[scheme]) else f"{shown}:{port}"
    asked = "&".join(each for each in parts.query.split("&") if not each.startswith("utm_"))
    path, query = quote(parts.path or "/", safe=_KEPT), quote(asked, safe=_KEPT + "?")
    canonical = urlunsplit((scheme, netloc, path, query, ""))
    if len(canonical) > MAX_ID_LENGTH:
        raise UnreadableSource(f"a URL of more than {MAX_ID_LENGTH} characters")
    return canonical


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet, and to one host there."""
    ip = plain_address(address)
    special = ip.is_multicast or ip.is_reserved or ip.is_unspecified or ip.is_loopback or ip.is_link_local
    return ip.is_global and not special and ip not in _6TO4


def plain_address(address: str) -> IPv4Address | IPv6Address:
    """The address; the IPv4 address within one of IPv6 that only stands for it."""
    ip = ip_address(address)
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped:
            return ip.ipv4_mapped
        if ip in _NAT64:
            return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip
