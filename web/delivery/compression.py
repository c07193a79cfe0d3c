"""Text in fewer bytes, for clients that take gzip.

An answer that holds a secret beside what a stranger has chosen would tell of the secret by its length. Ours hold none:
no cookie, no token and no key is ever in one.
"""

import gzip
import time
import zlib
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Final

from flask import Response, request

SMALLEST: Final = 1024
"""Answers of fewer bytes are sent as they are."""

_TEXT = ("json", "jsonl", "xml", "javascript", "x-bibtex", "x-research-info-systems")
_LEVEL = 6
_PAUSE = 1.0
"""For how many seconds of a file that is written as it is taken something may be held back."""


def wants_fewer_bytes() -> bool:
    """Whether the client of the present request takes gzip, and likes it no less than the answer as it is."""
    accepted = request.accept_encodings
    return accepted.quality("gzip") > 0 and accepted.quality("gzip") >= accepted.quality("identity")


def compress(response: Response) -> None:
    """Compress an answer, where it is text and its client wishes it, and say that it depends on that wish."""
    if response.status_code not in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED):
        return
    if response.status_code == HTTPStatus.OK and not _is_text(response.mimetype or ""):
        return
    response.vary.add("Accept-Encoding")
    if response.status_code != HTTPStatus.OK or "Content-Encoding" in response.headers or not wants_fewer_bytes():
        return
    if response.is_streamed and "Content-Length" not in response.headers:
        parts = response.response
        if close := getattr(parts, "close", None):
            response.call_on_close(close)
        response.response = _stream(response.iter_encoded())
    else:
        response.direct_passthrough = False
        data = response.get_data()
        if len(data) < SMALLEST:
            return
        response.set_data(gzip.compress(data, _LEVEL, mtime=0))
    response.headers["Content-Encoding"] = "gzip"
    tag, weak = response.get_etag()
    if tag and not weak:  # which would mean the very same bytes
        response.set_etag(tag, weak=True)


def _is_text(media_type: str) -> bool:
    return media_type.startswith("text/") or media_type.rpartition("/")[2].rpartition("+")[2] in _TEXT


def _stream(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The parts compressed, one after the other as they come: the first is not held back, nor any other for long."""
    packer = zlib.compressobj(_LEVEL, wbits=zlib.MAX_WBITS | 16)
    sent = float("-inf")
    for part in parts:
        data = packer.compress(part)
        if time.monotonic() > sent + _PAUSE:
            data += packer.flush(zlib.Z_SYNC_FLUSH)
        if data:
            sent = time.monotonic()
            yield data
    yield packer.flush()
