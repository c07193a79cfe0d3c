"""Office documents and books made by hand, of the parts that a test writes out."""

import io
import zipfile
from typing import Any

W = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
OFFICE = "urn:oasis:names:tc:opendocument:xmlns"
_RELATION = "http://schemas.openxmlformats.org/package/2006/relationships"
RELATIONS = (
    f'<Relationships xmlns="{_RELATION}"><Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="{}"/>'
    "</Relationships>"
)
CORE = (
    '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
    "<dc:title>{}</dc:title><dc:creator>Jane Doe</dc:creator><cp:keywords>trade; peace</cp:keywords>"
    "<dc:language>en-GB</dc:language><dcterms:created>2015-01-01T00:00:00Z</dcterms:created></cp:coreProperties>"
)
CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile '
    'full-path="OPS/book.opf" media-type="application/oebps-package+xml"/></rootfiles></container>'
)
OPF = (
    '<package xmlns="http://www.idpf.org/2007/opf" version="3.0">'
    '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">'
    "<dc:title>A History of Talks</dc:title><dc:creator>Jane Doe</dc:creator><dc:creator>John Roe</dc:creator>"
    "<dc:publisher>Archive Press</dc:publisher><dc:language>en</dc:language><dc:subject>treaties</dc:subject>"
    '<dc:date opf:event="modification">2020-05-05</dc:date><dc:date>1999-03</dc:date></metadata><manifest>'
    '<item id="n" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
    '<item id="b" href="b%20b.xhtml" media-type="application/xhtml+xml"/>'
    '<item id="a" href="text/a.xhtml" media-type="application/xhtml+xml"/>'
    '<item id="i" href="i.png" media-type="image/png"/></manifest>'
    '<spine><itemref idref="n"/><itemref idref="a"/><itemref idref="b"/><itemref idref="gone"/></spine></package>'
)


def zipped(members: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def docx(body: str, *, title: str = "", parts: dict[str, tuple[str, str | bytes]] | None = None, **named: str) -> bytes:
    """A Word document.

    Args:
        body: What stands in its body, as XML.
        title: What its properties say.
        parts: What the body refers to, by the ids of the references: the kind of each and what is in it. The kind
            "aFChunk/htm" is one of kind aFChunk in a file that ends in .htm.
        named: Parts that Word finds by their names, as XML.
    """
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": RELATIONS.format("word/document.xml"),
    }
    members["word/document.xml"] = f"<w:document {W}><w:body>{body}</w:body></w:document>"
    members["docProps/core.xml"] = CORE.format(title)
    references = ""
    for reference, (kind, content) in (parts or {}).items():
        kind, _, extension = kind.partition("/")
        name = f"{kind.lower()}-{reference}.{extension or 'xml'}"
        members[f"word/{name}"] = content
        references += f'<Relationship Id="{reference}" Type="http://x/{kind}" Target="{name}"/>'
    members["word/_rels/document.xml.rels"] = f'<Relationships xmlns="{_RELATION}">{references}</Relationships>'
    return zipped(members | {f"word/{name}.xml": content for name, content in named.items()})


def paragraph(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space='preserve'>{text}</w:t></w:r></w:p>"


def epub(chapters: dict[str, Any]) -> bytes:
    return zipped(
        {"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER, "OPS/book.opf": OPF} | chapters
    )


def rtf(
    body: str, head: str = r"\ansi\ansicpg1252\deff0{\fonttbl{\f0\fcharset0 Times;}{\f1\fcharset204 Arial;}}"
) -> bytes:
    return rf"{{\rtf1{head} {body}}}".encode("latin-1")


def odt(body: str, styles: str = "", manifest: str = "<m/>", kind: str = "text", around: str = "") -> bytes:
    """An OpenDocument text; `around` is what stands on its master page, such as heads and feet."""
    out = io.BytesIO()
    spaces = " ".join(f'xmlns:{each}="{OFFICE}:{each}:1.0"' for each in ("office", "text", "table", "style", "drawing"))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        archive.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:automatic-styles>{styles}</office:automatic-styles>"
            f"<office:body><office:text>{body}</office:text></office:body></office:document-content>",
        )
        page = f"<office:master-styles><style:master-page>{around}</style:master-page></office:master-styles>"
        archive.writestr("styles.xml", f"<office:document-styles {spaces}>{page}</office:document-styles>")
        archive.writestr("META-INF/manifest.xml", manifest)
    return out.getvalue()


def pptx(slides: dict[str, str], **parts: str) -> bytes:
    """A presentation. Each part belongs to each slide, and is of the kind that it is called by; a master belongs to the
    layout.
    """
    relation = '<Relationship Id="{}" Type="http://schemas.openxmlformats.org/x/{}" Target="{}"/>'
    spaces = 'xmlns:p="p" xmlns:a="a" xmlns:r="r" xmlns:c="c" xmlns:x="x" xmlns:z="z"'
    ids = "".join(f'<p:sldId r:id="{name}"/>' for name in slides)
    listed = "".join(relation.format(name, "slide", f"slides/{name}.xml") for name in slides)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ppt/presentation.xml", f"<p:p {spaces}><p:sldIdLst>{ids}</p:sldIdLst></p:p>")
        archive.writestr("ppt/_rels/presentation.xml.rels", f"<Relationships>{listed}</Relationships>")
        related = "".join(relation.format(kind, kind, f"../{kind}.xml") for kind in parts if kind != "slideMaster")
        master = relation.format("m", "slideMaster", "slideMaster.xml")
        archive.writestr("ppt/_rels/slideLayout.xml.rels", f"<Relationships>{master}</Relationships>")
        for name, content in slides.items():
            archive.writestr(f"ppt/slides/{name}.xml", f"<p:sld {spaces}>{content}</p:sld>")
            archive.writestr(f"ppt/slides/_rels/{name}.xml.rels", f"<Relationships>{related}</Relationships>")
        for kind, content in parts.items():
            archive.writestr(f"ppt/{kind}.xml", f"<x {spaces}>{content}</x>")
    return out.getvalue()


def shape(text: str, kind: str = "") -> str:
    holder = f'<p:nvSpPr><p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr>' if kind else ""
    return f"<p:sp>{holder}<p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"
