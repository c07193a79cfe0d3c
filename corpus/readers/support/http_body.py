"""What a server sent, taken out of what it was packed in for the way: no further than is allowed."""

import zlib
from typing import Any, Final

from ....errors import MissingExtra, UnreadableSource

_MOST_LAYERS: Final = 3
_GZIP: Final = b"\x1f\x8b"


def unpacked(body: bytes, encodings: str, most: int) -> tuple[bytes, bool]:
    """Unpack a body.

    Args:
        body: As it was sent, chunks already put together.
        encodings: The header Content-Encoding: the names of what it was packed with, one after the other. Crawlers
            often write down a body that they have unpacked beside the header of the packed one, which is then as it is.
        most: How many bytes to give at most.

    Returns:
        The bytes, and whether they are all that there is.

    Raises:
        UnreadableSource: If it is packed in a way that nobody can unpack.
        MissingExtra: If the library that it takes is not installed.
    """
    names = [name for each in encodings.lower().split(",") if (name := each.strip()) not in ("", "identity")]
    is_whole = True
    for name in list(reversed(names))[:_MOST_LAYERS]:
        if name in ("gzip", "x-gzip"):
            body, whole = _gunzipped(body, most) if body.startswith(_GZIP) else (body, True)
        elif name == "deflate":
            body, whole = _deflated(body, most)
        elif name == "br":
            body, whole = _of_brotli(body, most)
        else:
            raise UnreadableSource(f"packed as {name[:20]}, which is not read")
        is_whole = is_whole and whole
    return body[:most], is_whole and len(body) <= most


def _inflated(body: bytes, window: int, most: int) -> tuple[bytes, bool]:
    """What zlib makes of a body, as far as it goes. Raises zlib.error if that is nothing."""
    found = bytearray()
    member = zlib.decompressobj(wbits=window)
    while body and len(found) < most:
        try:
            found += member.decompress(body, most - len(found))
        except zlib.error:
            if not found:
                raise
            return bytes(found), False
        if not member.eof:
            break
        body = member.unused_data
        if not body.startswith(_GZIP):
            return bytes(found), True
        member = zlib.decompressobj(wbits=window)
    return bytes(found), member.eof


def _gunzipped(body: bytes, most: int) -> tuple[bytes, bool]:
    try:
        return _inflated(body, zlib.MAX_WBITS | 16, most)
    except zlib.error:
        raise UnreadableSource("packed by gzip, and damaged") from None


def _deflated(body: bytes, most: int) -> tuple[bytes, bool]:
    """Deflate, which some servers send without zlib's header; else the body as it is."""
    for window in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        try:
            return _inflated(body, window, most)
        except zlib.error:
            continue
    return body, True


def _of_brotli(body: bytes, most: int) -> tuple[bytes, bool]:
    try:
        import brotli  # pyright: ignore[reportMissingTypeStubs]
    except ImportError:
        raise MissingExtra('packed by brotli: pip install "dragoman[warc]"', name="brotli") from None
    library: Any = brotli
    unpacker = library.Decompressor()
    found = bytearray()
    packed = body
    try:
        while len(found) < most and not unpacker.is_finished():
            piece = unpacker.process(packed, output_buffer_limit=most - len(found))
            if not piece and not packed:
                break
            found += piece
            packed = b""
    except library.error:
        # Unpacked by the crawler, or damaged.
        return (bytes(found), False) if found else (body, True)
    if body and not found and not unpacker.is_finished():
        raise UnreadableSource("packed by brotli, and damaged or cut off")
    return bytes(found), bool(unpacker.is_finished())
