# ruff: noqa: E501  # an input a line
"""Outlook messages whose file system leads in circles, nowhere, or again and again to the same."""

import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from .files import Bomb
from .runs import run

_FREE, _END, _FAT, _NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_SECTOR: Final = 4096
_A_SECTOR: Final = _SECTOR // 4
"""So many numbers are in a sector."""

Row = tuple[str, int, int, int, int, int, int]
"""An entry of the directory: its name, kind (1 a folder, 2 a stream), left, right, child, first sector, size."""


def _compound(rows: Sequence[Row], data: bytes, chains: Mapping[int, int] | None = None, first: int = 0) -> bytes:
    """A file of a directory and of data, which lies from sector 0 on; `chains` are links of sectors that mislead."""
    body = data.ljust(-(-len(data) // _SECTOR) * _SECTOR, b"\0")
    directory = b"".join(_entry(*row) for row in rows)
    directory = directory.ljust(-(-len(directory) // _SECTOR) * _SECTOR, b"\0")
    parts = [len(body) // _SECTOR, len(directory) // _SECTOR]
    links = list[int]()
    for count in parts:
        links += [*range(len(links) + 1, len(links) + count), _END] if count else []
    count = -(-(len(links) + 109) // _A_SECTOR)
    tables = [*range(len(links), len(links) + count)]
    links += [_FAT] * count
    for sector, target in (chains or {}).items():
        links[sector] = target
    links += [_FREE] * (count * _A_SECTOR - len(links))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 4, 0xFFFE, 12, 6)
    head += struct.pack("<9I", parts[1], count, first or parts[0], 0, 4096, _END, 0, _END, 0)
    head += struct.pack("<109I", *(tables + [_FREE] * (109 - len(tables))))
    return head.ljust(_SECTOR, b"\0") + body + directory + struct.pack(f"<{len(links)}I", *links)


def _entry(name: str, kind: int, left: int, right: int, child: int, start: int, size: int) -> bytes:
    data = (name + "\0").encode("utf-16-le")[:64]
    head = data.ljust(64, b"\0") + struct.pack("<HBB", len(data), kind, 1)
    return head + struct.pack("<III", left, right, child) + bytes(36) + struct.pack("<IQ", start, size)


def _root(child: int = 1) -> Row:
    return ("Root Entry", 5, _NONE, _NONE, child, _END, 0)


def _message(properties: Mapping[str, str | bytes], more: Sequence[Row] = ()) -> bytes:
    """A message of these properties, of any length; then other entries, the first of which is linked to the last."""
    data, rows = bytearray(), [_root()]
    for number, value in {"0037": "Talks", "1000": "They met.", **properties}.items():
        kind, content = ("001F", value.encode("utf-16-le")) if isinstance(value, str) else ("0102", value)
        content = content.ljust(_SECTOR, b"\0")
        rows.append((f"__substg1.0_{number}{kind}", 2, _NONE, len(rows) + 1, _NONE, len(data) // _SECTOR, len(content)))
        data += content.ljust(-(-len(content) // _SECTOR) * _SECTOR, b"\0")
    if not more:
        rows[-1] = (*rows[-1][:3], _NONE, *rows[-1][4:])
    # Each stream ends where the next begins: one chain that runs on is as good, as its size says where it ends.
    return _compound([*rows, *more], bytes(data))


def _property(number: str, unit: str) -> Callable[[int], bytes]:
    return lambda size: _message({number: run(unit, size // 2)})


def _balanced(names: Sequence[str], base: int, make: Callable[[int, str, int, int], Row]) -> list[Row]:
    """Entries as a tree of siblings, of which the first is the root: a list would be too deep for any reader."""
    return [
        make(
            at,
            name,
            base + 2 * at + 1 if 2 * at + 1 < len(names) else _NONE,
            base + 2 * at + 2 if 2 * at + 2 < len(names) else _NONE,
        )
        for at, name in enumerate(names)
    ]


def _streams(size: int) -> bytes:
    """Very many entries, all of the same bytes."""
    count = size // 128
    more = _balanced(
        [f"s{n}" for n in range(count)], 3, lambda _, name, left, right: (name, 2, left, right, _NONE, 0, 8192)
    )
    return _message({}, more)


def _attachments(size: int) -> bytes:
    """A thousand attachments that are all the same bytes, as large as the file."""
    text = run("They met in Nara. ", size).encode()
    name = "a.txt".encode("utf-16-le").ljust(_SECTOR, b"\0")
    data = name + text
    folders = 1_000
    more = _balanced(
        [f"__attach_version1.0_#{n:08X}" for n in range(folders)],
        1,
        lambda at, name, left, right: (name, 1, left, right, 1 + folders + 2 * at, 0, 0),
    )
    for at in range(folders):
        more.append(("__substg1.0_3704001F", 2, _NONE, 2 + folders + 2 * at, _NONE, 0, _SECTOR))
        more.append(("__substg1.0_37010102", 2, _NONE, _NONE, _NONE, 1, len(text)))
    more.append(("__substg1.0_1000001F", 2, _NONE, _NONE, _NONE, 0, _SECTOR))
    more[folders // 2] = (*more[folders // 2][:3], len(more), *more[folders // 2][4:])
    return _compound([_root(), *more], data)


def _folders(size: int) -> bytes:
    """Folders in folders."""
    count = size // 128
    rows = [("f", 1, _NONE, _NONE, at + 4 if at + 1 < count else _NONE, 0, 0) for at in range(count)]
    return _message({}, rows)


def _in_a_row(size: int) -> bytes:
    """Siblings that are a list."""
    count = size // 128
    return _message({}, [(f"s{at}", 1, _NONE, at + 4 if at + 1 < count else _NONE, _NONE, 0, 0) for at in range(count)])


MESSAGES: Final = [
    Bomb("a long text", ".msg", _property("1000", "word ")),
    Bomb("a long subject", ".msg", _property("0037", "word ")),
    Bomb("many recipients", ".msg", _property("0E04", "A;")),
    Bomb("many different recipients", ".msg", lambda size: _message({"0E04": "".join(f"Doe {n};" for n in range(size // 20))})),
    Bomb("a page of elements in elements", ".msg", lambda size: _message({"1000": "", "1013": b"<div>" * (size // 5)})),
    Bomb("a page of tables in tables", ".msg", lambda size: _message({"1000": "", "1013": b"<table><tr><td>a" * (size // 16)})),
    Bomb("streams of the same bytes", ".msg", _streams),
    Bomb("attachments of the same bytes", ".msg", _attachments),
    Bomb("folders in folders", ".msg", _folders),
    Bomb("siblings in a row", ".msg", _in_a_row),
    Bomb("a folder in itself", ".msg", lambda _: _message({}, [("f", 1, _NONE, _NONE, 3, 0, 0)])),
    Bomb("a folder in the root's place", ".msg", lambda _: _message({}, [("f", 1, _NONE, _NONE, 0, 0, 0)])),
    Bomb("siblings in a circle", ".msg", lambda _: _message({}, [("f", 1, _NONE, 4, _NONE, 0, 0), ("g", 1, 3, 3, _NONE, 0, 0)])),
    Bomb("attachments in a circle", ".msg", lambda _: _message({}, [("__attach_version1.0_#00000000", 1, _NONE, _NONE, 4, 0, 0), ("a", 1, _NONE, _NONE, 3, 0, 0)])),
    Bomb("a stream that runs in a circle", ".msg", lambda size: _compound([_root(), ("__substg1.0_1000001F", 2, _NONE, _NONE, _NONE, 0, 1 << 40)], run("They met. ", size).encode("utf-16-le"), {1: 0})),
    Bomb("a stream of a huge size", ".msg", lambda size: _compound([_root(), ("__substg1.0_1000001F", 2, _NONE, _NONE, _NONE, 0, (1 << 63) - 1)], run("They met. ", size).encode("utf-16-le"))),
    Bomb("a list of small pieces in a circle", ".msg", lambda size: (lambda made: made[:60] + struct.pack("<II", 1, 1 << 31) + made[68:])(_compound([_root()], bytes(size), {1: 1}))),
    Bomb("small pieces in a circle", ".msg", lambda size: _compound([("Root Entry", 5, _NONE, _NONE, 1, 1, 1 << 40), ("__substg1.0_1000001F", 2, _NONE, _NONE, _NONE, 0, 100)], bytes(size), {1: 1})),
    Bomb("a directory that runs in a circle", ".msg", lambda size: _compound([_root(), ("__substg1.0_1000001F", 2, _NONE, _NONE, _NONE, 0, 8192)], bytes(size), {size // _SECTOR + 1: 0})),
    Bomb("a directory of zeros", ".msg", lambda size: _compound([], bytes(size), first=0)),
    Bomb("sectors of a huge size", ".msg", lambda size: _compound([_root()], bytes(size)).replace(struct.pack("<HH", 12, 6), struct.pack("<HH", 31, 31), 1)),
    Bomb("tables without number", ".msg", lambda size: (lambda made: made[:44] + struct.pack("<I", 0xFFFFFFF0) + made[48:68] + struct.pack("<II", 0, 0xFFFFFFF0) + made[76:])(_compound([_root()], bytes(size)))),
]  # fmt: skip
"""All of them."""
