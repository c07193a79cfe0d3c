# ruff: noqa: E501  # an input a line
"""Printed pages that are pictures, or draw the same again and again: cheap to write down, dear to draw."""

import zlib
from typing import Final

from .files import Bomb, zipped

_PAGE: Final = "/Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]"


def _document(objects: dict[int, bytes], pages: int = 1, page: str = "") -> bytes:
    """A PDF of pages that are all alike. Object 3 is their font, 4 their content; their resources are 5."""
    kids = " ".join(f"{1000 + n} 0 R" for n in range(pages))
    page = page or f"{_PAGE} /Contents 4 0 R"
    shown = f"<< {page} /Resources 5 0 R >>".encode()
    whole = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode(),
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        **objects,
        **{1000 + n: shown for n in range(pages)},
    }
    out, places = bytearray(b"%PDF-1.7\n"), dict[int, int]()
    for number, each in sorted(whole.items()):
        places[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    at, table = len(out), ["xref\n"]
    table += [f"{number} 1\n{place:010} 00000 n \n" for number, place in places.items()]
    return (
        bytes(out)
        + f"{''.join(table)}trailer\n<< /Size {1000 + pages} /Root 1 0 R >>\nstartxref\n{at}\n%%EOF\n".encode()
    )


def _stream(data: bytes, more: str = "") -> bytes:
    return f"<< /Length {len(data)} {more} >>\nstream\n".encode() + data + b"\nendstream"


def _picture(
    data: bytes,
    width: int,
    height: int,
    how: str,
    bits: int = 8,
    colours: str = "/DeviceGray",
    *,
    times: int = 1,
    pages: int = 1,
) -> bytes:
    """Pages that show one picture, again and again."""
    said = f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /BitsPerComponent {bits} /ColorSpace {colours} {how}"
    content = b"q 500 0 0 700 40 40 cm /I Do Q\n" * times
    return _document({4: _stream(content), 5: b"<< /XObject << /I 6 0 R >> >>", 6: _stream(data, said)}, pages)


_FLATE: Final = "/Filter /FlateDecode"


def _blank(count: int, times: int = 1) -> bytes:
    """So many zeros, packed so often."""
    packer = zlib.compressobj(9)
    piece = bytes(1 << 20)
    data = b"".join(packer.compress(piece) for _ in range(count >> 20)) + packer.flush()
    for _ in range(times - 1):
        data = zlib.compress(data, 9)
    return data


def _jpeg(width: int, height: int) -> bytes:
    """A JPEG that says that it is so large, and has nothing of it."""
    tables = b"\xff\xdb\x00\x43\x00" + b"\x01" * 64
    frame = b"\xff\xc0\x00\x0b\x08" + height.to_bytes(2, "big") + width.to_bytes(2, "big") + b"\x01\x01\x11\x00"
    codes = (
        b"\xff\xc4\x00\x14\x00"
        + b"\x01"
        + b"\x00" * 15
        + b"\x00"
        + b"\xff\xc4\x00\x14\x10"
        + b"\x01"
        + b"\x00" * 15
        + b"\x00"
    )
    return (
        b"\xff\xd8"
        + tables
        + frame
        + codes
        + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"
        + b"\x00" * 1000
        + b"\xff\xd9"
    )


def _jpeg2000(width: int, height: int) -> bytes:
    size = (
        b"\x00\x29\x00\x00"
        + b"".join(each.to_bytes(4, "big") for each in (width, height, 0, 0, width, height, 0, 0))
        + b"\x00\x01\x07\x01\x01"
    )
    how = b"\xff\x52\x00\x0c\x00\x00\x00\x01\x00\x05\x04\x04\x00\x00"
    steps = b"\xff\x5c\x00\x13\x40" + b"\x48" * 16
    return (
        b"\xff\x4f\xff\x51"
        + size
        + how
        + steps
        + b"\xff\x90\x00\x0a\x00\x00\x00\x00\x00\x00\x00\x01\xff\x93"
        + bytes(100)
        + b"\xff\xd9"
    )


def _forms(levels: int, times: int, inner: bytes) -> bytes:
    """Forms that each draw the next so often."""
    objects: dict[int, bytes] = {}
    for level in range(levels):
        content = inner if level == levels - 1 else b"/F Do\n" * times
        said = f"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> /XObject << /F {7 + level} 0 R >> >>"
        objects[6 + level] = _stream(content, said)
    objects[6 + levels] = _stream(b"", "/Type /XObject /Subtype /Form /BBox [0 0 1 1]")
    return _document({4: _stream(b"/F Do\n"), 5: b"<< /XObject << /F 6 0 R >> >>", **objects})


def _itself() -> bytes:
    said = "/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /XObject << /F 6 0 R >> >>"
    return _document({4: _stream(b"/F Do\n"), 5: b"<< /XObject << /F 6 0 R >> >>", 6: _stream(b"/F Do /F Do\n", said)})


def _tiles(step: str) -> bytes:
    said = f"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 10 10] /XStep {step} /YStep {step} /Resources << >>"
    content = b"/Pattern cs /P scn 0 0 595 842 re f\n"
    return _document({4: _stream(content * 20), 5: b"<< /Pattern << /P 6 0 R >> >>", 6: _stream(b"0 0 5 5 re f", said)})


def _masks(levels: int) -> bytes:
    """Pictures that are seen through pictures."""
    objects: dict[int, bytes] = {}
    for level in range(levels):
        said = f"/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Group << /S /Transparency >> /Resources << /XObject << /F {7 + level} 0 R >> /ExtGState << /G << /SMask << /S /Luminosity /G {7 + level} 0 R >> >> >> >>"
        objects[6 + level] = _stream(b"/G gs /F Do /F Do", said)
    objects[6 + levels] = _stream(
        b"0 0 595 842 re f", "/Type /XObject /Subtype /Form /BBox [0 0 595 842] /Group << /S /Transparency >>"
    )
    return _document({4: _stream(b"/F Do\n"), 5: b"<< /XObject << /F 6 0 R >> >>", **objects})


_WORDS: Final = b"BT /F1 11 Tf 40 700 Td (They met in Nara.) Tj ET\n"
_FONT: Final = b"<< /Font << /F1 3 0 R >> >>"

PICTURES: Final = [
    Bomb("a huge picture of black and white", ".pdf", lambda _: _picture(_blank(50_000 * 50_000 // 8), 50_000, 50_000, _FLATE, 1)),
    Bomb("a huge picture", ".pdf", lambda size: _picture(_blank(size * 500), 25_000, size * 500 // 25_000, _FLATE)),
    Bomb("a huge picture of colours", ".pdf", lambda size: _picture(_blank(size * 900), 30_000, size * 300 // 30_000, _FLATE, 8, "/DeviceRGB")),
    Bomb("a picture that says that it is huge", ".pdf", lambda _: _picture(_blank(1 << 20), 2_000_000_000, 2_000_000_000, _FLATE)),
    Bomb("a picture of one long row", ".pdf", lambda _: _picture(_blank(1 << 27), 1 << 27, 1, _FLATE)),
    Bomb("a picture packed again and again", ".pdf", lambda _: _picture(_blank(1 << 30, 4), 30_000, 30_000, "/Filter [" + "/FlateDecode " * 4 + "]")),
    Bomb("a JPEG that says that it is huge", ".pdf", lambda _: _picture(_jpeg(65_535, 65_535), 65_535, 65_535, "/Filter /DCTDecode")),
    Bomb("a JPEG 2000 that says that it is huge", ".pdf", lambda _: _picture(_jpeg2000(1 << 31, 1 << 31), 60_000, 60_000, "/Filter /JPXDecode")),
    Bomb("a JPEG 2000 that says that it is large", ".pdf", lambda _: _picture(_jpeg2000(40_000, 40_000), 40_000, 40_000, "/Filter /JPXDecode")),
    Bomb("a fax that says that it is huge", ".pdf", lambda _: _picture(bytes(1000), 60_000, 1_000_000, "/Filter /CCITTFaxDecode /DecodeParms << /K -1 /Columns 60000 /Rows 1000000 >>", 1)),
    Bomb("runs", ".pdf", lambda size: _picture(b"\x81\x00" * (size // 2), 8_000, size // 2 * 128 // 8_000, "/Filter /RunLengthDecode")),
    Bomb("LZW", ".pdf", lambda size: _picture(b"\x80\x0b" * (size // 2), 20_000, 20_000, "/Filter /LZWDecode")),
    Bomb("one picture again and again", ".pdf", lambda size: _picture(_blank(1 << 22), 2_048, 2_048, _FLATE, times=size // 100)),
    Bomb("pages of one huge picture", ".pdf", lambda _: _picture(_blank(1 << 28), 16_384, 16_384, _FLATE, pages=500)),
    Bomb("contents again and again", ".pdf", lambda size: _document({4: _stream(_WORDS * 2_000), 5: _FONT}, page=f"{_PAGE} /Contents [{'4 0 R ' * (size // 6)}]")),
    Bomb("contents of nothing, packed", ".pdf", lambda size: _document({4: _stream(_blank(size * 1_000), _FLATE), 5: _FONT})),
    Bomb("contents of words, packed", ".pdf", lambda size: _document({4: _stream(zlib.compress(_WORDS * (size * 100 // len(_WORDS))), _FLATE), 5: _FONT})),
    Bomb("contents packed again and again", ".pdf", lambda size: _document({4: _stream(_blank(size * 1_000, 3), "/Filter [/FlateDecode /FlateDecode /FlateDecode]"), 5: _FONT})),
    Bomb("a form that draws itself", ".pdf", lambda _: _itself()),
    Bomb("forms that draw forms", ".pdf", lambda _: _forms(8, 10, _WORDS)),
    Bomb("forms that draw many forms", ".pdf", lambda size: _forms(3, int(size**0.5) * 2, _WORDS)),
    Bomb("forms that draw forms of nothing", ".pdf", lambda _: _forms(12, 10, b"")),
    Bomb("tiles", ".pdf", lambda _: _tiles("0.001")),
    Bomb("tiles of no size", ".pdf", lambda _: _tiles("0")),
    Bomb("masks behind masks", ".pdf", lambda _: _masks(12)),
    Bomb("a PNG by the name of a PDF", ".pdf", lambda size: b"\x89PNG\r\n\x1a\n" + bytes(size)),
    Bomb("a TIFF by the name of a PDF", ".pdf", lambda size: b"II*\0\x08\0\0\0" + bytes(size)),
    Bomb("a GIF by the name of a book", ".epub", lambda size: b"GIF89a\xff\xff\xff\xff" + bytes(size)),
    Bomb("pictures in an archive", ".zip", lambda size: zipped({"a.txt": b"They met.", **{f"{n}.webp": bytes(size) for n in range(20)}})),
]  # fmt: skip
"""All of them. Each is read as it is, and with its pictures recognised."""
