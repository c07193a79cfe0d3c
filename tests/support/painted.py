"""PDFs painted by hand, glyph by glyph: where each piece of text stands, how large it is, in which font."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

LATIN = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"

_ABOUT = (
    "/Type /FontDescriptor /FontName /X /Flags 4 /FontBBox [0 0 1000 1000] /ItalicAngle 0 /Ascent 800 /Descent -200 "
    "/CapHeight 700 /StemV 80"
)


class Piece(NamedTuple):
    """A piece of text: where it begins and stands, how large it is, its font, and what is put between its letters."""

    text: str
    x: float = 40
    y: float = 700
    size: float = 12
    font: str = "F1"
    spacing: float = 0


def lettered(letters: Sequence[str], *, narrow: str = "") -> tuple[str, str]:
    """A font of which each glyph stands for one of the letters by its code; all are as wide but the narrow ones.

    Returns:
        The font, without its last brackets, and which letters its glyphs are.
    """
    widths = " ".join("0" if letter in narrow else "600" for letter in letters)
    known = "\n".join(f"<{33 + at:02x}> <{ord(letter):04x}>" for at, letter in enumerate(letters))
    codes = f"1 begincodespacerange\n<00> <ff>\nendcodespacerange\n{len(letters)} beginbfchar\n{known}\nendbfchar"
    cmap = f"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n{codes}\nendcmap\nend\nend"
    font = f"<< /Type /Font /Subtype /TrueType /BaseFont /X /FontDescriptor << {_ABOUT} >> /FirstChar 33"
    return f"{font} /LastChar {32 + len(letters)} /Widths [{widths}]", cmap


def silent() -> str:
    """A font that does not say which letters its glyphs are: codes of two bytes, without ToUnicode."""
    within = (
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /X /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) "
        f"/Supplement 0 >> /DW 600 /FontDescriptor << {_ABOUT} >> >>"
    )
    return f"<< /Type /Font /Subtype /Type0 /BaseFont /X /Encoding /Identity-H /DescendantFonts [{within}] >>"


def painted(pages: Iterable[Sequence[Piece]], **fonts: str | tuple[str, str]) -> bytes:
    """A PDF of those pages; the font F1 is Latin unless another is given."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    named = ""
    for name, font in ({"F1": LATIN} | fonts).items():
        if isinstance(font, tuple):
            objects.append(f"<< /Length {len(font[1])} >>\nstream\n{font[1]}\nendstream")
            font = f"{font[0]} /ToUnicode {len(objects)} 0 R >>"
        objects.append(font)
        named += f"/{name} {len(objects)} 0 R "
    kids: list[str] = []
    for pieces in pages:
        content = "".join(
            f"BT /{each.font} {each.size} Tf {each.spacing} Tc 1 0 0 1 {each.x} {each.y} Tm "
            f"<{each.text.encode('cp1252').hex()}> Tj ET\n"
            for each in pieces
        )
        objects.append(f"<< /Length {len(content)} >>\nstream\n{content}\nendstream")
        used = f"/Contents {len(objects)} 0 R /Resources << /Font << {named}>> >>"
        objects.append(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] {used} >>")
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    out = b"%PDF-1.4\n"
    starts: list[int] = []
    for number, each in enumerate(objects, start=1):
        starts.append(len(out))
        out += f"{number} 0 obj\n{each}\nendobj\n".encode("latin-1")
    table = "".join(f"{start:010} 00000 n \n" for start in starts)
    head = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    return out + f"{head}trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n".encode()
