"""Makes Outlook messages (.msg): a file system in a file (MS-CFB), with a stream for each property."""

import struct
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final, TypeAlias, Union

_FREE, _END, _FAT, _NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_SECTOR: Final = 512
_MINI: Final = 64


Tree: TypeAlias = Mapping[str, Union[bytes, "Tree"]]
Properties: TypeAlias = Mapping[str, str | bytes | Tree]


def msg(properties: Properties, attachments: Sequence[Properties], ticks: int = 0, page: int = 0) -> bytes:
    """A message with these properties ("0037": "the subject") and attachments, sent at that time; its texts are in a
    code page if one is given.
    """
    return _compound(attached(properties, attachments, ticks, page, head=32))


def attached(
    properties: Properties, attachments: Sequence[Properties] = (), ticks: int = 0, page: int = 0, *, head: int = 24
) -> Tree:
    """The same as what is attached to another message: {"3701": attached(…)} is such an attachment."""
    fixed = bytes(head) + (struct.pack("<IIQ", 0x00390040, 6, ticks) if ticks else b"")
    fixed += struct.pack("<IIQ", 0x3FFD0003, 6, page) if page else b""
    tree = {"__properties_version1.0": fixed, **_streams(properties, page)}
    for number, each in enumerate(attachments):
        tree[f"__attach_version1.0_#{number:08X}"] = _streams(each, page)
    return tree


def _streams(properties: Properties, page: int) -> dict[str, bytes | Tree]:
    kind, encoding = ("001E", f"cp{page}") if page else ("001F", "utf-16-le")
    streams: dict[str, bytes | Tree] = {}
    for number, value in properties.items():
        if isinstance(value, str):
            streams[f"__substg1.0_{number}{kind}"] = value.encode(encoding)
        else:
            streams[f"__substg1.0_{number}{'0102' if isinstance(value, bytes) else '000D'}"] = value
    return streams


def packed_rtf(data: bytes, *, known: bytes) -> bytes:
    """RTF, compressed as within a message: what was there before is referred to, and what is `known` was."""
    window, at, end = known + data, len(known), len(known + data)
    out, flags, held, bits = bytearray(), 0, bytearray(), 0

    while at <= end:
        length = next(
            (n for n in range(17, 1, -1) if at + n <= end and window.find(window[at : at + n], 0, at) >= 0), 0
        )
        if length or at == end:
            place = window.find(window[at : at + length], 0, at) if length else end
            flags |= 1 << bits
            held += struct.pack(">H", place % 4096 << 4 | max(0, length - 2))
        else:
            held += window[at : at + 1]
        at, bits = at + (length or 1), bits + 1
        if bits == 8 or at > end:
            out += bytes([flags]) + held
            flags, held, bits = 0, bytearray(), 0
    return struct.pack("<IIII", len(out) + 12, len(data), 0x75465A4C, 0) + out


def _compound(tree: Tree) -> bytes:
    """The file. All streams are short ones, which lie in sectors of 64 bytes within the root's stream."""
    mini, mini_fat = bytearray(), list[int]()
    entries: list[list[object]] = [["Root Entry", 5, _NONE, _NONE, 0, 0]]  # name, kind, next, first child, start, size

    def add(name: str, content: bytes | Tree) -> int:
        at = len(entries)
        if not isinstance(content, bytes):
            entries.append([name, 1, _NONE, _NONE, 0, 0])
            entries[at][3] = add_all(content)
            return at
        count = -(-len(content) // _MINI)
        start = len(mini_fat) if count else _END
        mini_fat.extend([*range(len(mini_fat) + 1, len(mini_fat) + count), _END] if count else [])
        mini.extend(content.ljust(count * _MINI, b"\0"))
        entries.append([name, 2, _NONE, _NONE, start, len(content)])
        return at

    def add_all(content: Tree) -> int:
        numbers = [add(name, each) for name, each in content.items()]
        for one, other in pairwise(numbers):
            entries[one][2] = other
        return numbers[0] if numbers else _NONE

    entries[0][3] = add_all(tree)
    parts = [bytes(mini), struct.pack(f"<{len(mini_fat)}I", *mini_fat), b""]
    starts: list[int] = []
    sectors = 1  # the first is the list of all
    for number, part in enumerate(parts):
        if number == 2:
            entries[0][4], entries[0][5] = starts[0], len(mini)
            part = parts[2] = b"".join(map(_entry, entries))
        starts.append(sectors)
        parts[number] = part.ljust(-(-len(part) // _SECTOR) * _SECTOR, b"\xff" if number == 1 else b"\0")
        sectors += len(parts[number]) // _SECTOR
    fat = [_FAT]
    for part in parts:
        count = len(part) // _SECTOR
        fat += [*range(len(fat) + 1, len(fat) + count), _END] if count else []
    assert len(fat) <= _SECTOR // 4, "too long for this"
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    counts = (0, 1, starts[2], 0, 4096, starts[1], len(parts[1]) // _SECTOR, _END, 0, 0)
    head += struct.pack("<10I", *counts) + struct.pack("<108I", *[_FREE] * 108)
    return head + struct.pack("<128I", *(fat + [_FREE] * (128 - len(fat)))) + b"".join(parts)


def _entry(entry: list[object]) -> bytes:
    name, kind, following, child, start, size = entry
    assert isinstance(name, str)
    data = (name + "\0").encode("utf-16-le")
    head = data.ljust(64, b"\0") + struct.pack("<HBB", len(data), kind, 1)
    return head + struct.pack("<III", _NONE, following, child) + bytes(36) + struct.pack("<IQ", start, size)
