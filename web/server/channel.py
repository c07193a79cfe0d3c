"""A connection of waitress's, and how its requests are read."""

import time
from typing import Any

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError

_LISTS = ("X_FORWARDED_PROTO", "X_FORWARDED_PORT")


class _Parser(HTTPRequestParser):
    """A request; where its first line names a host, that is the host it is for (RFC 9112, 3.2.2).

    Of what proxies list, one after the other, the value counts that the first of those put there whom we believe.
    Waitress itself does so with addresses and hosts, and takes a list of schemes or ports for an error.
    """

    def parse_header(self, header_plus: bytes) -> None:
        """Read the first line and the headers. Raises ParsingError if they cannot be read."""
        try:
            super().parse_header(header_plus)
        except ValueError as error:  # of a first line with half an address, which waitress does not expect
            raise ParsingError("Bad URI") from error
        parsed: Any = self  # its stubs know less than it does
        if parsed.proxy_scheme or parsed.proxy_netloc:
            parsed.headers["HOST"] = parsed.proxy_netloc
        for name in _LISTS:
            if name in parsed.headers and (proxies := parsed.adj.trusted_proxy_count):
                parsed.headers[name] = parsed.headers[name].split(",")[-proxies:][0].strip()


class Channel(HTTPChannel):
    """A connection that knows since when its client has been taking what was answered."""

    parser_class: Any = _Parser
    answering_since = 0.0

    def service(self) -> None:
        """Answer a request."""
        if not self.total_outbufs_len:  # else several requests sent at once would each get the whole time
            self.answering_since = time.time()
        super().service()
