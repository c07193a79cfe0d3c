"""Fetching a URL of the web, politely and safely, by HTTP/1.1 and http.client.

Politely: under our own name, as robots.txt allows, with a pause between two visits to a host, and only what has
changed since the last time. Safely: every name is resolved once, the address is checked, and the connection goes to
that very address, redirects included, so that no page and no name server can lead us into a private network; every
size and every time has a limit. Proxies are not used: they would take the choice of the address out of our hands.
"""

import http.client
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from http import HTTPStatus
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin, urlsplit, urlunsplit

from ...errors import UnreadableSource
from ...version import __version__
from ..readers.contract import LARGEST_PACKAGE, MEGABYTE
from .urls import PORTS, canonical_url, is_public, plain_address

if TYPE_CHECKING:
    from protego import Protego

USER_AGENT: Final = f"Dragoman/{__version__}"

ANYWHERE: Final = ("0.0.0.0/0", "::/0")
"""Networks that hold every address: for a user who allows private ones."""

_LARGEST_ROBOTS: Final = 500 * 1024
"""The bytes of a robots.txt that count, the fewest that RFC 9309 allows."""

_LONGEST_PAUSE: Final = 30.0
"""Seconds: a robots.txt that asks for more between two visits gets this."""

_CHUNK: Final = 65_536
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})

_Address = tuple[socket.AddressFamily, Any]


@dataclass(frozen=True, slots=True)
class Limits:
    """How long is waited for a server, and how much is taken from it.

    Attributes:
        connect: Seconds until a connection is made.
        read: Seconds from one piece of an answer to the next.
        total: Seconds for one URL with all its redirects.
        largest: Bytes of an answer, packed or unpacked.
        redirects: How many are followed.
        pause: Seconds between two visits to the same host.
    """

    connect: float = 10.0
    read: float = 20.0
    total: float = 120.0
    largest: int = LARGEST_PACKAGE
    redirects: int = 5
    pause: float = 0.5


@dataclass(frozen=True, slots=True)
class Validators:
    """What tells a server which version of a URL we have: sent back, it answers that nothing has changed."""

    url: str
    etag: str = ""
    last_modified: str = ""

    def headers(self) -> dict[str, str]:
        """The headers of a conditional request."""
        named = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class Fetched:
    """What lay at a URL.

    Attributes:
        url: Where redirects ended.
        body: The content, unpacked, as bytes.
        media_type: What the server calls it, such as `text/html`; empty if it says nothing.
        charset: The encoding that the server names, empty if it names none.
        validators: What to send back next time; None if the server gave nothing of the kind.
    """

    url: str
    body: bytes
    media_type: str
    charset: str
    validators: Validators | None


@dataclass(frozen=True, slots=True)
class _Answer:
    url: str
    status: int
    headers: http.client.HTTPMessage
    body: bytes


class Fetcher:
    """Fetches URLs one after the other; to be used for one run, in which each robots.txt is read once.

    Only public addresses are connected to, and those in the networks `allowed` (`"10.0.0.0/8"`).
    """

    def __init__(self, *, limits: Limits | None = None, allowed: Sequence[str] = ()) -> None:
        self._limits = limits or Limits()
        self._allowed = [ip_network(each) for each in allowed]
        self._robots: dict[str, Protego | str] = {}
        self._visits: dict[str, float] = {}
        self._tls = ssl.create_default_context()

    def fetch(self, url: str, known: Validators | None = None) -> Fetched | None:
        """Fetch what lies at a URL, as its host's robots.txt allows.

        Args:
            url: The URL; redirects are followed.
            known: What the server told of the version that we have, if we have one.

        Returns:
            What lies there; None if it is still the known version.

        Raises:
            UnreadableSource: If it cannot be had, with the reason.
        """
        answer = self._follow(canonical_url(url), self._limits.largest, known=known, obey=True)
        if answer.status == HTTPStatus.NOT_MODIFIED and known:
            return None
        if answer.status != HTTPStatus.OK:
            raise UnreadableSource(f"the server answers {_status(answer)}")
        headers = answer.headers
        validators = Validators(answer.url, _to_send_back(headers, "ETag"), _to_send_back(headers, "Last-Modified"))
        return Fetched(
            url=answer.url,
            body=answer.body,
            media_type=headers.get_content_type() if "Content-Type" in headers else "",
            charset=headers.get_content_charset() or "",
            validators=validators if validators.headers() else None,
        )

    def _follow(self, url: str, largest: int, *, known: Validators | None = None, obey: bool) -> _Answer:
        """The answer where redirects end; `obey` heeds robots.txt, without which only robots.txt itself is read."""
        deadline = time.monotonic() + self._limits.total
        for _ in range(self._limits.redirects + 1):
            if obey:
                began = time.monotonic()
                self._heed_robots(url)
                deadline += time.monotonic() - began
            headers = known.headers() if known and known.url == url else {}
            answer = self._ask(url, headers, largest, deadline, cut=not obey)
            target = _location(answer)
            if not target:
                return answer
            try:
                url = canonical_url(urljoin(url, target))
            except ValueError:
                raise UnreadableSource("it redirects to what is no URL") from None
            except UnreadableSource as error:
                raise UnreadableSource(f"it redirects to where nothing is fetched: {error}") from None
        raise UnreadableSource(f"more than {self._limits.redirects} redirects")

    # robots.txt, as RFC 9309 has it

    def _heed_robots(self, url: str) -> None:
        """Wait as long as politeness asks. Raises UnreadableSource if the host does not want us there."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._robots:
            self._robots[origin] = self._read_robots(origin)
        robots = self._robots[origin]
        if isinstance(robots, str):
            raise UnreadableSource(robots)
        if not robots.can_fetch(url, USER_AGENT):
            raise UnreadableSource("the site's robots.txt asks not to fetch it")
        pause = min(max(self._limits.pause, robots.crawl_delay(USER_AGENT) or 0), _LONGEST_PAUSE)
        if origin in self._visits:
            time.sleep(max(0.0, self._visits[origin] + pause - time.monotonic()))
        self._visits[origin] = time.monotonic()

    def _read_robots(self, origin: str) -> "Protego | str":
        """What the host's robots.txt says; if it cannot be had, why nothing is fetched from there."""
        from protego import Protego

        try:
            answer = self._follow(f"{origin}/robots.txt", _LARGEST_ROBOTS, obey=False)
        except UnreadableSource as error:
            return str(error)
        if answer.status >= 500 or answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            return f"the site's robots.txt cannot be read, the server answers {_status(answer)}: try again later"
        rules = answer.body.decode("utf-8", "replace") if answer.status == HTTPStatus.OK else ""
        return Protego.parse(rules)

    # One request

    def _ask(self, url: str, headers: Mapping[str, str], largest: int, deadline: float, *, cut: bool) -> _Answer:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
        connection = _Pinned(
            host, port, self._addresses(host, port), self._limits, self._tls if parts.scheme == "https" else None
        )
        target = urlunsplit(("", "", parts.path, parts.query, ""))
        sent = {"User-Agent": USER_AGENT, "Accept-Encoding": "gzip", "Accept": "*/*", "Connection": "close", **headers}
        with closing(connection):
            try:
                connection.connect()
                with _Alarm(connection, deadline) as alarm:
                    connection.request("GET", target, headers=sent)
                    with connection.getresponse() as response:
                        wanted = response.status == HTTPStatus.OK
                        body = _body(response, largest, cut=cut) if wanted else b""
                        answer = _Answer(url, response.status, response.msg, body)
                    alarm.check()
            except (OSError, http.client.HTTPException, ValueError, zlib.error) as error:
                raise UnreadableSource(self._reason(error, late=time.monotonic() >= deadline)) from None
        return answer

    def _addresses(self, host: str, port: int) -> list[_Address]:
        """The addresses of a host that may be connected to."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise UnreadableSource(f"no address is known for the host {host}") from None
        # Only the checked address is ever used again: asked a second time, the name might give another one.
        fit = [(family, address) for family, _, _, _, address in found if self._may_connect(str(address[0]))]
        if not fit:
            shown = found[0][4][0]
            raise UnreadableSource(f"{host} has the private address {shown}: allow it with --allow-private")
        return fit

    def _may_connect(self, address: str) -> bool:
        return is_public(address) or any(plain_address(address) in network for network in self._allowed)

    def _reason(self, error: Exception, *, late: bool) -> str:
        if late:
            return f"not all of it came within {self._limits.total:g} seconds"
        match error:
            case TimeoutError():
                return f"the server does not answer (waited {self._limits.read:g} seconds)"
            case ssl.SSLCertVerificationError():
                return f"the server's certificate is not valid: {error.verify_message}"
            case ssl.SSLError():
                return f"no secure connection to the server: {error.reason or 'it broke off'}"
            case http.client.IncompleteRead() | ConnectionError() | EOFError():
                return "the connection broke off" if not isinstance(error, ConnectionRefusedError) else _refused(error)
            case OSError():
                return _refused(error)
            case zlib.error():
                return "damaged: it cannot be unpacked"
            case _:
                return f"the server's answer is not HTTP ({type(error).__name__})"


class _Pinned(http.client.HTTPConnection):
    """A connection to an address that has been checked, even if the host's name has come to mean another one."""

    def __init__(
        self, host: str, port: int, addresses: Sequence[_Address], limits: Limits, tls: ssl.SSLContext | None
    ) -> None:
        self.default_port = PORTS["https" if tls else "http"]  # which the Host header leaves out
        super().__init__(host, port)
        self._addresses = addresses
        self._limits = limits
        self._tls = tls

    def connect(self) -> None:
        """Connect to the first address that answers."""
        for family, address in self._addresses:
            self.sock = socket.socket(family, socket.SOCK_STREAM)
            try:
                self.sock.settimeout(self._limits.connect)
                self.sock.connect(address)
                break
            except OSError:
                self.sock.close()
                if address == self._addresses[-1][1]:
                    raise
        if self._tls:
            self.sock = self._tls.wrap_socket(self.sock, server_hostname=self.host)
        self.sock.settimeout(self._limits.read)


class _Alarm:
    """Breaks a connection off at a time: a server that sends a byte now and then never runs into a timeout."""

    def __init__(self, connection: http.client.HTTPConnection, deadline: float) -> None:
        self._socket = connection.sock
        self._rung = False
        self._timer = threading.Timer(max(0.0, deadline - time.monotonic()), self._ring)
        self._timer.daemon = True

    def _ring(self) -> None:
        self._rung = True
        with suppress(OSError):  # it may just have ended by itself
            # Below TLS, whose state the reading thread is using.
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def check(self) -> None:
        """Raises TimeoutError if it has rung: a connection that was broken off looks like one that has ended."""
        if self._rung:
            raise TimeoutError

    def __enter__(self) -> "_Alarm":
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()


def _body(response: http.client.HTTPResponse, largest: int, *, cut: bool) -> bytes:
    """The unpacked body. If it is larger than it may be, its beginning if `cut`, else an error."""
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise UnreadableSource(f"packed as {encoding}, which was not asked for")
    unpacker = _Gunzip() if encoding.endswith("gzip") else None
    body = bytearray()
    while len(body) <= largest and (chunk := response.read1(_CHUNK)):
        body += unpacker.unpack(chunk, largest + 1 - len(body)) if unpacker else chunk
    if len(body) > largest and not cut:
        raise UnreadableSource(f"larger than {largest / MEGABYTE:g} MB, the limit for what is fetched")
    if len(body) <= largest and (response.length or (unpacker and not unpacker.complete)):
        raise http.client.IncompleteRead(b"")
    return bytes(body[:largest])


class _Gunzip:
    """Unpacks gzip piece by piece, and never more than is asked for: a megabyte may stand for a gigabyte."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)

    @property
    def complete(self) -> bool:
        """Whether what was unpacked had an end."""
        return self._member.eof

    def unpack(self, data: bytes, most: int) -> bytes:
        """What a piece stands for, at most so many bytes."""
        found = bytearray()
        while data and len(found) < most:
            if self._member.eof:  # files packed one by one may stand end to end
                self._member = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
            found += self._member.decompress(data, most - len(found))
            data = self._member.unused_data
        return bytes(found)


def _to_send_back(headers: http.client.HTTPMessage, name: str) -> str:
    """A header's value, if a request may carry it."""
    value = headers.get(name, "").strip()
    return value if len(value) < 1000 and value.isascii() and value.isprintable() else ""


def _location(answer: _Answer) -> str:
    """Where a redirect leads to; "" if the answer is not a redirect."""
    if answer.status not in _REDIRECTS:
        return ""
    # Python reads headers as Latin-1, and servers write UTF-8.
    return answer.headers.get("Location", "").encode("latin-1", "replace").decode("utf-8", "replace")


def _status(answer: _Answer) -> str:
    try:
        return f"{answer.status} {HTTPStatus(answer.status).phrase}"
    except ValueError:
        return str(answer.status)


def _refused(error: OSError) -> str:
    return f"no connection to the server: {(error.strerror or str(error)).lower()}"
