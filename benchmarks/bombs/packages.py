# ruff: noqa: E501  # an input a line
"""Files of office programs, books and printed pages: much of one thing in a package."""

from collections.abc import Callable
from typing import Final

from .files import PROSE, Bomb, zipped
from .runs import run

_W: Final = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_RELATION: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_RELATIONS: Final = f'<Relationships xmlns="{_RELATION}"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="{{}}"/></Relationships>'


def _docx(body: str, **parts: str) -> bytes:
    members = {
        "[Content_Types].xml": b"<Types/>",
        "_rels/.rels": _RELATIONS.format("word/document.xml").encode(),
        "word/document.xml": f"<w:document {_W}><w:body>{body}</w:body></w:document>".encode(),
    }
    return zipped(members | {f"word/{name}.xml": text.encode() for name, text in parts.items()})


def _p(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def _note(size: int) -> bytes:
    body = run('<w:r><w:footnoteReference w:id="1"/></w:r>', size // 43 * 43)
    return _docx(
        f"<w:p>{_p('a')}{body}</w:p>",
        footnotes=f'<w:footnotes {_W}><w:footnote w:id="1">{_p("Note. " * 200)}</w:footnote></w:footnotes>',
    )


def _many(unit: str, begin: str = "", end: str = "") -> Callable[[int], bytes]:
    return lambda size: _docx(begin + unit * (size // len(unit)) + end)


def _deep(opened: str, closed: str, middle: str) -> Callable[[int], bytes]:
    def make(size: int) -> bytes:
        count = size // (len(opened) + len(closed))
        return _docx(opened * count + middle + closed * count)

    return make


def _chunks(size: int) -> bytes:
    """A document that shows the same part again and again."""
    unit = '<w:altChunk r:id="c"/>'
    relations = f'<Relationships xmlns="{_RELATION}"><Relationship Id="c" Type="http://x/aFChunk" Target="c.htm"/></Relationships>'
    members = {
        "[Content_Types].xml": b"<Types/>",
        "_rels/.rels": _RELATIONS.format("word/document.xml").encode(),
        "word/document.xml": f"<w:document {_W}><w:body>{unit * (size // len(unit))}</w:body></w:document>".encode(),
        "word/_rels/document.xml.rels": relations.encode(),
        "word/c.htm": b"<p>" + PROSE.encode() * 100,
    }
    return zipped(members)


_WORDS: Final = [
    Bomb("short paragraphs", ".docx", _many(_p("a"))),
    Bomb("empty paragraphs", ".docx", _many("<w:p/>", _p("Text."))),
    Bomb("paragraphs", ".docx", _many(_p(PROSE))),
    Bomb("runs", ".docx", _many("<w:r><w:t>a</w:t></w:r>", "<w:p>", "</w:p>")),
    Bomb("breaks", ".docx", _many("<w:br/>", "<w:p><w:r><w:t>a</w:t>", "</w:r></w:p>")),
    Bomb("tabs", ".docx", _many("<w:tab/>", "<w:p><w:r><w:t>a</w:t>", "</w:r></w:p>")),
    Bomb("properties", ".docx", _many("<w:b/>", "<w:p><w:r><w:rPr>", "</w:rPr><w:t>a</w:t></w:r></w:p>")),
    Bomb("raised numbers", ".docx", _many('<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>1</w:t></w:r>', "<w:p>", "</w:p>")),
    Bomb("cells", ".docx", _many("<w:tc><w:p/></w:tc>", "<w:tbl><w:tr>", "</w:tr></w:tbl>")),
    Bomb("rows", ".docx", _many(f"<w:tr><w:tc>{_p('a')}</w:tc></w:tr>", "<w:tbl>", "</w:tbl>")),
    Bomb("tables in tables", ".docx", _deep("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>", _p("a"))),
    Bomb("boxes in boxes", ".docx", _deep("<w:p><w:r><w:txbxContent>", "</w:txbxContent></w:r></w:p>", _p("a"))),
    Bomb("boxes", ".docx", _many(f"<w:p><w:r><w:pict><w:txbxContent>{_p('a')}</w:txbxContent></w:pict></w:r></w:p>")),
    Bomb("boxes in one paragraph", ".docx", _many(f"<w:r><w:pict><w:txbxContent>{_p('a')}</w:txbxContent></w:pict></w:r>", "<w:p>", "</w:p>")),
    Bomb("footnotes referred to", ".docx", _note),
    Bomb("fields", ".docx", _many('<w:r><w:fldChar w:fldCharType="begin"/></w:r>', "<w:p>", "</w:p>")),
    Bomb("deletions", ".docx", _many("<w:del><w:r><w:delText>a</w:delText></w:r></w:del>", "<w:p>", "</w:p>")),
    Bomb("different deletions", ".docx", lambda size: _docx("<w:p>" + "".join(f"<w:del><w:r><w:delText>a{n}</w:delText></w:r></w:del>" for n in range(size // 55)) + "</w:p>")),
    Bomb("deletions in deletions", ".docx", _deep("<w:del>", "</w:del>", "<w:r><w:delText>a</w:delText></w:r>")),
    Bomb("symbols", ".docx", _many('<w:r><w:sym w:font="Symbol" w:char="F061"/></w:r>', "<w:p>", "</w:p>")),
    Bomb("parts shown again and again", ".docx", _chunks),
    Bomb("one text", ".docx", lambda size: _docx(_p(run("word ", size)))),
    Bomb("headings", ".docx", _many('<w:p><w:pPr><w:pStyle w:val="Title"/></w:pPr><w:r><w:t>a</w:t></w:r></w:p>')),
    Bomb("hidden runs", ".docx", _many("<w:r><w:rPr><w:vanish/></w:rPr><w:t>a</w:t></w:r>", "<w:p>", "</w:p>")),
    Bomb("choices", ".docx", _many(f"<w:p><w:r><w:AlternateContent><w:Choice/><w:Fallback>{_p('a')}</w:Fallback></w:AlternateContent></w:r></w:p>")),
    Bomb("comments", ".docx", lambda size: _docx(_p("a"), comments=f"<w:comments {_W}>" + run("<w:comment/>", size // 12 * 12) + "</w:comments>")),
    Bomb("attributes", ".docx", lambda size: _docx("<w:p " + "".join(f'a{n}="b" ' for n in range(size // 10)) + f">{_p('a')}</w:p>")),
]  # fmt: skip

_OFFICE: Final = "urn:oasis:names:tc:opendocument:xmlns"


def odt(body: str, styles: str = "", kind: str = "text") -> bytes:
    """A text, or slides, of an OpenDocument program."""
    spaces = " ".join(
        f'xmlns:{each}="{_OFFICE}:{each}:1.0"'
        for each in ("office", "text", "table", "style", "drawing", "presentation")
    )
    content = f"<office:document-content {spaces}><office:automatic-styles>{styles}</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    return zipped(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}".encode(),
            "content.xml": content.encode(),
            "META-INF/manifest.xml": b"<m/>",
        }
    )


def more(unit: str, begin: str = "", end: str = "") -> Callable[[int], bytes]:
    """A text of a unit again and again."""
    return lambda size: odt(begin + unit * (size // len(unit)) + end)


_TEXTS: Final = [
    Bomb("short paragraphs", ".odt", more("<text:p>a</text:p>")),
    Bomb("spans in spans", ".odt", lambda size: odt("<text:p>" + "<text:span>" * (size // 23) + "a" + "</text:span>" * (size // 23) + "</text:p>")),
    Bomb("blanks by number", ".odt", more('<text:s text:c="999999999"/>', "<text:p>a", "b</text:p>")),
    Bomb("cells by number", ".odt", more('<table:table-cell table:number-columns-repeated="999999"><text:p>a</text:p></table:table-cell>', "<table:table><table:table-row>", "</table:table-row></table:table>")),
    Bomb("rows by number", ".odt", more('<table:table-row table:number-rows-repeated="999999"><table:table-cell><text:p>a</text:p></table:table-cell></table:table-row>', "<table:table>", "</table:table>")),
    Bomb("notes", ".odt", more('<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>b</text:p></text:note-body></text:note>', "<text:p>a", "</text:p>")),
    Bomb("notes in notes", ".odt", lambda size: odt("<text:p>" + "<text:note><text:note-body><text:p>a" * (size // 70) + "</text:p></text:note-body></text:note>" * (size // 70) + "</text:p>")),
    Bomb("lists in lists", ".odt", lambda size: odt("<text:list><text:list-item>" * (size // 60) + "<text:p>a</text:p>" + "</text:list-item></text:list>" * (size // 60))),
    Bomb("styles", ".odt", lambda size: odt("<text:p text:style-name='s1'>a</text:p>", "".join(f"<style:style style:name='s{n}' style:parent-style-name='s{n + 1}'/>" for n in range(size // 60)))),
    Bomb("changes", ".odt", more('<text:tracked-changes><text:changed-region><text:deletion><text:p>a</text:p></text:deletion></text:changed-region></text:tracked-changes>', "", "<text:p>a</text:p>")),
    Bomb("breaks", ".odt", more("<text:line-break/>", "<text:p>a", "</text:p>")),
]  # fmt: skip

_P: Final = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'


def pptx(slides: list[str], shown: int = 0) -> bytes:
    """Slides."""
    relations = "".join(
        f'<Relationship Id="s{n}" Type="http://x/slide" Target="slides/slide{n}.xml"/>' for n in range(len(slides))
    )
    listed = "".join(f'<p:sldId id="{n + 256}" r:id="s{n % len(slides)}"/>' for n in range(shown or len(slides)))
    members = {
        "[Content_Types].xml": b"<Types/>",
        "_rels/.rels": _RELATIONS.format("ppt/presentation.xml").encode(),
        "ppt/presentation.xml": f"<p:presentation {_P}><p:sldIdLst>{listed}</p:sldIdLst></p:presentation>".encode(),
        "ppt/_rels/presentation.xml.rels": f'<Relationships xmlns="{_RELATION}">{relations}</Relationships>'.encode(),
    }
    return zipped(
        members
        | {
            f"ppt/slides/slide{n}.xml": f"<p:sld {_P}><p:cSld><p:spTree>{text}</p:spTree></p:cSld></p:sld>".encode()
            for n, text in enumerate(slides)
        }
    )


SHAPE: Final = "<p:sp><p:txBody><a:p><a:r><a:t>a</a:t></a:r></a:p></p:txBody></p:sp>"
_SLIDES: Final = [
    Bomb("slides", ".pptx", lambda size: pptx([SHAPE] * (size // 500))),
    Bomb("slides shown again and again", ".pptx", lambda size: pptx([SHAPE * 100], shown=size // 30)),
    Bomb("shapes", ".pptx", lambda size: pptx([SHAPE * (size // len(SHAPE))])),
    Bomb("groups in groups", ".pptx", lambda size: pptx(["<p:grpSp>" * (size // 19) + SHAPE + "</p:grpSp>" * (size // 19)])),
    Bomb("cells", ".pptx", lambda size: pptx(["<p:graphicFrame><a:graphic><a:graphicData><a:tbl><a:tr>" + "<a:tc><a:txBody><a:p><a:r><a:t>a</a:t></a:r></a:p></a:txBody></a:tc>" * (size // 72) + "</a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>"])),
    Bomb("runs", ".pptx", lambda size: pptx(["<p:sp><p:txBody><a:p>" + "<a:r><a:t>a</a:t></a:r>" * (size // 23) + "</a:p></p:txBody></p:sp>"])),
]  # fmt: skip

_S: Final = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'


def xlsx(rows: str, strings: str = "", more: str = "", sheets: int = 1, styles: str = "") -> bytes:
    """A workbook."""
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    listed = "".join(f'<sheet name="S{n}" sheetId="{n + 1}" r:id="r{n}"/>' for n in range(sheets))
    relations = "".join(
        f'<Relationship Id="r{n}" Type="{kinds}/worksheet" Target="worksheets/sheet1.xml"/>' for n in range(sheets)
    )
    content = "http://schemas.openxmlformats.org/package/2006/content-types"
    main = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    types = f'<Types xmlns="{content}"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{main}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="{main}.worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="{main}.sharedStrings+xml"/><Override PartName="/xl/styles.xml" ContentType="{main}.styles+xml"/></Types>'
    members = {
        "[Content_Types].xml": types.encode(),
        "_rels/.rels": _RELATIONS.format("xl/workbook.xml").encode(),
        "xl/workbook.xml": f"<workbook {_S}><sheets>{listed}</sheets>{more}</workbook>".encode(),
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATION}">{relations}<Relationship Id="z" Type="{kinds}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'.encode(),
        "xl/worksheets/sheet1.xml": f"<worksheet {_S}>{rows}</worksheet>".encode(),
        "xl/sharedStrings.xml": f"<sst {_S}>{strings}</sst>".encode(),
    }
    if styles:
        members["xl/styles.xml"] = f"<styleSheet {_S}>{styles}</styleSheet>".encode()
    return zipped(members)


def cell(place: str, text: str) -> str:
    """A cell of a sheet."""
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


NAMES: Final = f'<row r="1">{cell("A1", "id")}{cell("B1", "text")}</row>'


def _rows(size: int) -> str:
    return "".join(f'<row r="{n}">{cell(f"A{n}", str(n))}{cell(f"B{n}", "Text.")}</row>' for n in range(2, size // 120))


_SHEETS: Final = [
    Bomb("rows", ".xlsx", lambda size: xlsx(f"<sheetData>{NAMES}{_rows(size)}</sheetData>")),
    Bomb("columns", ".xlsx", lambda size: xlsx("<sheetData><row>" + "".join(f'<c t="inlineStr"><is><t>c{n}</t></is></c>' for n in range(size // 45)) + "</row></sheetData>")),
    Bomb("a far cell", ".xlsx", lambda _: xlsx(f'<sheetData>{NAMES}<row r="2">{cell("A2", "1")}{cell("XFD2", "a")}</row><row r="1048576">{cell("XFD1048576", "Text.")}</row></sheetData>')),
    Bomb("far cells", ".xlsx", lambda size: xlsx(f'<sheetData>{NAMES}' + "".join(f'<row r="{n}">{cell(f"XFD{n}", "a")}</row>' for n in range(2, size // 80)) + "</sheetData>")),
    Bomb("cells beyond any column", ".xlsx", lambda _: xlsx(f'<sheetData>{NAMES}<row r="2">{cell("A2", "1")}{cell("ZZZZZZ2", "a")}</row></sheetData>')),
    Bomb("a huge dimension", ".xlsx", lambda _: xlsx(f'<dimension ref="A1:XFD1048576"/><sheetData>{NAMES}<row r="2">{cell("A2", "1")}{cell("B2", "Text.")}</row></sheetData>')),
    Bomb("a row of a huge number", ".xlsx", lambda _: xlsx(f'<sheetData>{NAMES}<row r="999999999999">{cell("A999999999999", "1")}</row></sheetData>')),
    Bomb("shared strings", ".xlsx", lambda size: xlsx(f"<sheetData>{NAMES}</sheetData>", "<si><t>a</t></si>" * (size // 17))),
    Bomb("one string in many cells", ".xlsx", lambda size: xlsx(f"<sheetData>{NAMES}" + "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}" t="s"><v>0</v></c></row>' for n in range(2, size // 70)) + "</sheetData>", f"<si><t>{PROSE * 40}</t></si>")),
    Bomb("sheets", ".xlsx", lambda size: xlsx(f"<sheetData>{NAMES}</sheetData>", sheets=size // 200)),
    Bomb("sheets of the same rows", ".xlsx", lambda size: xlsx(f"<sheetData>{NAMES}{_rows(size // 4)}</sheetData>", sheets=500)),
    Bomb("defined names", ".xlsx", lambda size: xlsx(f"<sheetData>{NAMES}</sheetData>", more="<definedNames>" + "".join(f'<definedName name="n{n}">S0!$A$1</definedName>' for n in range(size // 50)) + "</definedNames>")),
    Bomb("a date of a huge number", ".xlsx", lambda _: xlsx(f'<sheetData>{NAMES}<row r="2"><c r="A2"><v>1e300</v></c><c r="B2" t="d"><v>99999999</v></c></row></sheetData>')),
    Bomb("rows of empty cells", ".xlsx", lambda size: xlsx(f"<sheetData>{NAMES}" + "<row/>" * (size // 6) + "</sheetData>")),
    Bomb("merged cells", ".xlsx", lambda size: xlsx(f"<sheetData>{NAMES}</sheetData><mergeCells>" + '<mergeCell ref="A1:XFD1048576"/>' * (size // 40) + "</mergeCells>")),
    Bomb("rich text", ".xlsx", lambda size: xlsx(f'<sheetData>{NAMES}<row r="2">{cell("A2", "1")}<c r="B2" t="inlineStr"><is>' + "<r><t>a</t></r>" * (size // 15) + "</is></c></row></sheetData>")),
]  # fmt: skip

_BOX: Final = '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="b.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'


def epub(chapters: list[str], shown: int = 0, metadata: str = "") -> bytes:
    """A book."""
    items = "".join(
        f'<item id="c{n}" href="c{n}.xhtml" media-type="application/xhtml+xml"/>' for n in range(len(chapters))
    )
    spine = "".join(f'<itemref idref="c{n % len(chapters)}"/>' for n in range(shown or len(chapters)))
    opf = f'<package xmlns="http://www.idpf.org/2007/opf" version="3.0"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>A</dc:title>{metadata}</metadata><manifest>{items}</manifest><spine>{spine}</spine></package>'
    members = {"mimetype": b"application/epub+zip", "META-INF/container.xml": _BOX.encode(), "b.opf": opf.encode()}
    return zipped(
        members
        | {
            f"c{n}.xhtml": f"<html xmlns='http://www.w3.org/1999/xhtml'><body>{text}</body></html>".encode()
            for n, text in enumerate(chapters)
        }
    )


_BOOKS: Final = [
    Bomb("chapters", ".epub", lambda size: epub(["<p>a</p>"] * (size // 300))),
    Bomb("a chapter shown again and again", ".epub", lambda size: epub([f"<p>{PROSE}</p>" * 100], shown=size // 25)),
    Bomb("paragraphs", ".epub", lambda size: epub(["<p>a</p>" * (size // 8)])),
    Bomb("elements in elements", ".epub", lambda size: epub(["<div>" * (size // 11) + "a" + "</div>" * (size // 11)])),
    Bomb("elements never closed", ".epub", lambda size: epub(["<div>" * (size // 5)])),
    Bomb("notes", ".epub", lambda size: epub(["".join(f'<p>a<a epub:type="noteref" href="#n{n}">1</a></p><aside id="n{n}" epub:type="footnote">b</aside>' for n in range(size // 110))])),
    Bomb("creators", ".epub", lambda size: epub(["<p>a</p>"], metadata="<dc:creator>Jane Doe</dc:creator>" * (size // 34))),
]  # fmt: skip


def _pdf(pages: list[bytes], box: str = "0 0 595 842", count: int = 0) -> bytes:
    """A PDF of some contents, each page shown `count` times."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids: list[int] = []
    for content in pages:
        objects.append(b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content))
        contents = len(objects)
        for _ in range(max(1, count)):
            kids.append(len(objects) + 1)
            objects.append(
                f"<< /Type /Page /Parent 2 0 R /MediaBox [{box}] /Contents {contents} 0 R /Resources << /Font << /F1 3 0 R >> >> >>".encode()
            )
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(f'{kid} 0 R' for kid in kids)}] /Count {len(kids)} >>".encode()
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, each in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    head = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    return (
        bytes(out)
        + f"{head}trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n".encode()
    )


def _shown(text: str, count: int) -> bytes:
    lines = "".join(f"1 0 0 1 40 {780 - n % 700} Tm ({text}) Tj\n" for n in range(count))
    return f"BT /F1 11 Tf\n{lines}ET".encode()


_PRINTED: Final = [
    Bomb("pages", ".pdf", lambda size: _pdf([_shown("They met in Nara.", 1)], count=size // 150)),
    Bomb("pages of one content", ".pdf", lambda size: _pdf([_shown("They met in Nara.", size // 400)], count=size // 300)),
    Bomb("lines", ".pdf", lambda size: _pdf([_shown("They met in Nara.", size // 40)])),
    Bomb("letters", ".pdf", lambda size: _pdf([b"BT /F1 11 Tf\n" + b"(a) Tj 1 0 Td\n" * (size // 14) + b"ET"])),
    Bomb("one long line", ".pdf", lambda size: _pdf([_shown("word " * (size // 5), 1)])),
    Bomb("letters in one place", ".pdf", lambda size: _pdf([b"BT /F1 11 Tf\n" + b"1 0 0 1 40 700 Tm (a) Tj\n" * (size // 25) + b"ET"])),
    Bomb("drawings", ".pdf", lambda size: _pdf([b"0 0 1 1 re f\n" * (size // 13) + _shown("They met.", 1)])),
    Bomb("states within states", ".pdf", lambda size: _pdf([b"q " * (size // 2) + _shown("They met.", 1)])),
    Bomb("a huge page", ".pdf", lambda _: _pdf([_shown("They met in Nara.", 5)], "0 0 99999999999 99999999999")),
    Bomb("a page of no size", ".pdf", lambda _: _pdf([_shown("They met in Nara.", 5)], "0 0 0 0")),
    Bomb("brackets", ".pdf", lambda size: _pdf([b"[" * size])),
    Bomb("pages within pages", ".pdf", lambda size: _pdf([_shown("They met.", 1)]).replace(b"/Kids [5 0 R]", b"/Kids [" + b"2 0 R " * (size // 6) + b"]")),
    Bomb("nothing but the sign", ".pdf", lambda size: b"%PDF-1.4\n" + b"1 0 obj << " * (size // 11)),
    Bomb("Arabic", ".pdf", lambda size: _pdf([_shown("\\331\\205", size // 40)])),
]  # fmt: skip

PACKAGES: Final = [*_WORDS, *_TEXTS, *_SLIDES, *_SHEETS, *_BOOKS, *_PRINTED]
"""All that is packed."""
