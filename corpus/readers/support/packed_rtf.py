"""RTF as Outlook keeps it within a message: compressed in a way of its own (MS-OXRTFCP)."""

import struct
from typing import Final

from ....errors import UnreadableSource
from ..contract import LARGEST_PACKAGE, MEGABYTE

_HEAD: Final = struct.Struct("<IIII")
_PACKED: Final = 0x75465A4C
_PLAIN: Final = 0x414C454D
_WINDOW: Final = 4096
KNOWN: Final = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    + b"\r\n"
    + rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
"""What stands before the first byte of all."""


def unpacked_rtf(data: bytes) -> bytes:
    """The RTF.

    Raises:
        UnreadableSource: If it is packed in another way, damaged, or larger than a file may be.
    """
    if len(data) < _HEAD.size:
        raise UnreadableSource("rich text that is damaged")
    _, size, kind, _ = _HEAD.unpack_from(data)
    if kind == _PLAIN:
        return data[_HEAD.size :][:size]
    if kind != _PACKED:
        raise UnreadableSource("rich text that is damaged")
    out = bytearray(KNOWN)
    at = _HEAD.size
    while at < len(data):
        if len(out) > LARGEST_PACKAGE:
            raise UnreadableSource(f"rich text that unpacks to more than {LARGEST_PACKAGE // MEGABYTE} MB")
        flags = data[at]
        at += 1
        for bit in range(8):
            if not flags >> bit & 1:
                out += data[at : at + 1]
                at += 1
                continue
            token = int.from_bytes(data[at : at + 2].ljust(2, b"\0"), "big")
            at += 2
            # The window is never read where it would be written next: that ends all.
            back = (len(out) - (token >> 4)) % _WINDOW
            if back == 0:
                return bytes(out[len(KNOWN) :])
            for _ in range((token & 15) + 2):
                out.append(out[-back] if back <= len(out) else 0)
    return bytes(out[len(KNOWN) :])
