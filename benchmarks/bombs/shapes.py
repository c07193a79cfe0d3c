# ruff: noqa: E501  # an input a line
"""More shapes for each reader: deep, wide, long, unclosed and alternating, as `files` and `packages` have them not."""

import base64
from typing import Final

from .files import HEAD, Bomb, numbered, parts, text, warc
from .packages import NAMES, SHAPE, cell, epub, more, odt, pptx, xlsx
from .runs import run

_TEI: Final = "<TEI xmlns='http://www.tei-c.org/ns/1.0'><text><body>"
_TEI_ENDS: Final = "</body></text></TEI>"
_ENVELOPE: Final = "From a@b.c Tue Jan 13 10:00:00 2026\n"

SHAPES: Final[list[Bomb]] = [
    # RTF
    Bomb("groups around letters", ".rtf", text("{\\rtf1 ", "{a}", "}")),
    Bomb(
        "groups at the deepest",
        ".rtf",
        lambda size: ("{\\rtf1 " + "{" * 1900 + run("{\\b a}", size - 4000) + "}" * 1900 + "}").encode(),
    ),
    Bomb("hidden words", ".rtf", text("{\\rtf1 ", "{\\v a}b ", "}")),
    Bomb("boxes", ".rtf", text("{\\rtf1 ", "a{\\shptxt b\\par}", "\\par}")),
    Bomb(
        "boxes in boxes",
        ".rtf",
        lambda size: ("{\\rtf1 " + "{\\shptxt a " * min(1900, size // 12) + "}" * min(1900, size // 12) + "}").encode(),
    ),
    Bomb("cells without a row", ".rtf", text("{\\rtf1 ", "\\cell ", "a}")),
    Bomb("cells and letters", ".rtf", text("{\\rtf1 \\intbl ", "\\cell a", "}")),
    Bomb("labels", ".rtf", text("{\\rtf1 ", "{\\listtext 1.}a\\par ", "}")),
    Bomb("titles", ".rtf", text("{\\rtf1{\\stylesheet{\\s1 Title;}}\\s1 ", "a\\par ", "}")),
    Bomb("titles of nothing", ".rtf", text("{\\rtf1{\\stylesheet{\\s1 Title;}}\\s1 ", "\\~\\u160?\\par ", "}")),
    Bomb("styles", ".rtf", numbered("{\\rtf1{\\stylesheet", lambda n: f"{{\\s{n} A;}}", "}a}")),
    Bomb("unknown words", ".rtf", numbered("{\\rtf1 ", lambda n: f"\\x{'abcdefghij'[n % 10]}{n} ", "a}")),
    Bomb("one after another", ".rtf", text("", "{\\rtf1 a}")),
    Bomb("words in information", ".rtf", text("{\\rtf1{\\info", "{\\title a}", "}a}")),
    Bomb("one long line", ".rtf", text("{\\rtf1 ", "word ", "}")),
    Bomb("hidden paragraphs", ".rtf", text("{\\rtf1\\v ", "a\\par ", "\\v0 b}")),
    Bomb("comments in a line", ".rtf", text("{\\rtf1 ", "{\\*\\annotation a}", "b}")),
    # mbox
    Bomb("blanks after an envelope", ".mbox", text(_ENVELOPE + HEAD + "\n", "From " + " " * 2000 + "\n\n")),
    Bomb("one blank line of From", ".mbox", text(_ENVELOPE + HEAD + "\n\nFrom ", " ", "\n")),
    Bomb("quoted lines", ".mbox", text(_ENVELOPE + HEAD + "\n", ">>From a\n")),
    Bomb("one line of quotes", ".mbox", text(_ENVELOPE + HEAD + "\n", ">")),
    Bomb("ids", ".mbox", text(_ENVELOPE + HEAD, "Message-ID:\n", "\nThey met.\n")),
    Bomb("blanks after an id", ".mbox", text(_ENVELOPE + HEAD + "Message-ID:", " ", "<\n\nThey met.\n")),
    Bomb(
        "the same id",
        ".mbox",
        numbered("", lambda n: f"{_ENVELOPE}Message-ID: <a@b>\nFrom: a@b.c\n\nThey met {n}.\n\n"),
    ),
    Bomb("state headers", ".mbox", text(_ENVELOPE + HEAD, "X-Status: RO\n", "\nThey met.\n")),
    Bomb("torn envelopes", ".mbox", text(_ENVELOPE + HEAD + "\n", "From a Mon Jan 1 10:00\nx\n\n")),
    Bomb(
        "different messages",
        ".mbox",
        numbered("", lambda n: f"{_ENVELOPE}From: a@b.c\nSubject: s{n}\n\nThey met {n}.\n\n"),
    ),
    # TEI
    Bomb(
        "lines far down",
        ".xml",
        lambda size: (
            _TEI + "<div>" * 240 + run("<p/>a", size - 3000)[: (size - 3000) // 5 * 5] + "</div>" * 240 + _TEI_ENDS
        ).encode(),
    ),
    Bomb(
        "cells",
        ".xml",
        lambda size: (_TEI + "<table><row>" + "<cell>a</cell>" * (size // 14) + "</row></table>" + _TEI_ENDS).encode(),
    ),
    Bomb(
        "choices",
        ".xml",
        lambda size: (
            _TEI + "<p>" + "<choice><sic>a</sic><corr>b</corr></choice>" * (size // 45) + "</p>" + _TEI_ENDS
        ).encode(),
    ),
    Bomb(
        "one choice",
        ".xml",
        lambda size: (_TEI + "<p><choice>" + "<sic>a</sic>" * (size // 12) + "</choice></p>" + _TEI_ENDS).encode(),
    ),
    Bomb(
        "deletions",
        ".xml",
        lambda size: (
            _TEI + "<p>" + "".join(f"a<del>b{n}</del>" for n in range(size // 16)) + "</p>" + _TEI_ENDS
        ).encode(),
    ),
    Bomb(
        "notes in notes",
        ".xml",
        lambda size: (_TEI + "<p>" + ("<note>a" * 80 + "</note>" * 80) * (size // 1200) + "</p>" + _TEI_ENDS).encode(),
    ),
    Bomb(
        "texts",
        ".xml",
        lambda size: (
            "<teiCorpus xmlns='http://www.tei-c.org/ns/1.0'>"
            + "<TEI><text><p>a</p></text></TEI>" * (size // 33)
            + "</teiCorpus>"
        ).encode(),
    ),
    Bomb(
        "texts in a file",
        ".xml",
        lambda size: (
            "<TEI xmlns='http://www.tei-c.org/ns/1.0'>" + "<text><p>a</p></text>" * (size // 21) + "</TEI>"
        ).encode(),
    ),
    Bomb(
        "dates of the text",
        ".xml",
        lambda size: (
            "<TEI xmlns='http://www.tei-c.org/ns/1.0'><teiHeader><profileDesc><creation>"
            + "<date>Monday or 1 January</date>" * (size // 32)
            + "</creation></profileDesc></teiHeader><text><body><p>a</p></body></text></TEI>"
        ).encode(),
    ),
    Bomb("one long line", ".xml", text(_TEI + "<p>", "word ", "</p>" + _TEI_ENDS)),
    Bomb(
        "references to characters",
        ".xml",
        lambda size: (_TEI + "<p>" + "&#65;" * (size // 5) + "</p>" + _TEI_ENDS).encode(),
    ),
    Bomb(
        "terms",
        ".xml",
        lambda size: (
            "<TEI xmlns='http://www.tei-c.org/ns/1.0'><teiHeader><profileDesc><textClass>"
            + "<term>a</term>" * (size // 14)
            + "</textClass></profileDesc></teiHeader><text><body><p>a</p></body></text></TEI>"
        ).encode(),
    ),
    Bomb(
        "editors in documents in documents",
        ".xml",
        lambda size: (
            _TEI
            + "<div type='document' xml:id='a'>" * 100
            + "".join(f"<p>a{n}</p>" for n in range(size // 10))
            + "</div>" * 100
            + _TEI_ENDS
        ).encode(),
    ),
    # JSON
    Bomb(
        "what stands beside records",
        ".json",
        numbered('{"a":[1', lambda n: f',{{"x":{{"id":"{n}","text":"a"}},"y":{{"id":"y{n}","text":"a"}},"b":1}}', "]}"),
    ),
    Bomb("records under keys", ".json", numbered('{"a":1', lambda n: f',"k{n}":{{"text":"a"}}', "}")),
    Bomb("records under keys that wrap", ".json", numbered('{"a":1', lambda n: f',"k{n}":{{"x":{{"text":"a"}}}}', "}")),
    Bomb(
        "a record that is wrapped, and much beside",
        ".json",
        numbered('{"_id":"1","_source":{"text":"a"}', lambda n: f',"k{n}":1', "}"),
    ),
    Bomb("lists in lists of records", ".json", text('{"a":[{"id":"1","text":"a"}', ',[[{"text":"a"}]]', "]}")),
    Bomb("objects one after another", ".json", text("", '{"id":"1","text":"a"} ')),
    Bomb("arrays one after another", ".json", text("", '[{"id":"1","text":"a"}]')),
    Bomb(
        "keys in a record in an array",
        ".json",
        numbered('[{"id":"1","text":"a"', lambda n: f',"k{n}":{{"text":"b"}}', "}]"),
    ),
    Bomb("minus signs", ".json", text("[", "-1e5,", "1]")),
    Bomb("escaped quotes", ".json", text('[{"id":"1","text":"', '\\"', '"}]')),
    # MHTML
    Bomb(
        "base64",
        ".mhtml",
        lambda size: (
            (HEAD + "Content-Type: text/html\nContent-Transfer-Encoding: base64\n\n").encode()
            + base64.encodebytes(run("<p>word ", size * 3 // 4).encode())
        ),
    ),
    Bomb(
        "quoted printable",
        ".mhtml",
        text(HEAD + "Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n", "=3Cp=3E=\n"),
    ),
    Bomb(
        "pictures",
        ".mhtml",
        lambda size: parts(size, "related", "Content-Type: image/png\nContent-Location: http://a.b/c.png\n\nx"),
    ),
    Bomb("different header lines", ".mhtml", numbered(HEAD, lambda n: f"X-{n}: b\n", "\n<p>They met.\n")),
    Bomb("a long header", ".mhtml", text(HEAD + "Content-Location: ", "b", "\n\n<p>They met.\n")),
    Bomb(
        "boundaries",
        ".mhtml",
        lambda size: (
            HEAD + 'MIME-Version: 1.0\nContent-Type: multipart/related; boundary="b"\n\n' + run("--b\n", size)
        ).encode(),
    ),
    # base64 mail
    Bomb(
        "base64 of one line",
        ".eml",
        lambda size: (
            (HEAD + "Content-Transfer-Encoding: base64\n\n").encode()
            + base64.b64encode(run("word ", size * 3 // 4).encode())
        ),
    ),
    Bomb("base64 of blanks", ".eml", text(HEAD + "Content-Transfer-Encoding: base64\n\n", " \n")),
    Bomb("base64 of a sign a line", ".eml", text(HEAD + "Content-Transfer-Encoding: base64\n\n", "Q\n")),
    Bomb("base64 of equals", ".eml", text(HEAD + "Content-Transfer-Encoding: base64\n\n", "=")),
    Bomb("base64 of signs that are none", ".eml", text(HEAD + "Content-Transfer-Encoding: base64\n\n", "!\u00e9*")),
    Bomb(
        "parts of base64",
        ".eml",
        lambda size: parts(size, "mixed", "Content-Transfer-Encoding: base64\n\nVGhleSBtZXQu"),
    ),
    Bomb(
        "attached messages of base64",
        ".eml",
        lambda size: parts(
            size,
            "mixed",
            "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
            + base64.b64encode(HEAD.encode() + b"\nThey met.").decode(),
        ),
    ),
    Bomb(
        "an attachment of base64",
        ".eml",
        lambda size: (
            (
                HEAD
                + 'Content-Type: text/html; name="a.html"\nContent-Disposition: attachment; filename="a.html"\nContent-Transfer-Encoding: base64\n\n'
            ).encode()
            + base64.encodebytes(run("<p>word ", size * 3 // 4).encode())
        ),
    ),
    # WARC
    Bomb(
        "lines before a record",
        ".warc",
        lambda size: b"\r\n" * (size // 2) + warc(b"<p>They met in Nara on Monday.</p>"),
    ),
    Bomb(
        "records of no length",
        ".warc",
        lambda size: b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 0\r\n\r\n\r\n\r\n" * (size // 56),
    ),
    Bomb(
        "different header lines",
        ".warc",
        lambda size: warc(b"<p>a").replace(
            b"WARC-Date", "".join(f"X-{n}: b\r\n" for n in range(size // 12)).encode() + b"WARC-Date"
        ),
    ),
    Bomb(
        "folded header lines",
        ".warc",
        lambda size: warc(b"<p>a").replace(b"WARC-Date", b"X: a\r\n" + b" b\r\n" * (size // 4) + b"WARC-Date"),
    ),
    Bomb(
        "different chunks",
        ".warc",
        lambda size: warc(
            ("".join(f"1;a={n}\r\na\r\n" for n in range(size // 13)) + "0\r\n\r\n").encode(),
            "Transfer-Encoding: chunked\r\n",
        ),
    ),
    Bomb(
        "a chunk of a long size",
        ".warc",
        lambda size: warc(b"0" * size + b"1\r\na\r\n0\r\n\r\n", "Transfer-Encoding: chunked\r\n"),
    ),
    Bomb(
        "captures of one address",
        ".warc",
        lambda size: b"".join(warc(b"<p>They met in Nara on Monday %d.</p>" % n) for n in range(size // 350)),
    ),
    Bomb("nothing but heads", ".warc", lambda size: b"WARC/1.0\r\n\r\n" * (size // 12)),
    # CSV
    Bomb("lines that are empty", ".csv", text("id,text\n", "\n")),
    Bomb("returns", ".csv", text("id,text\n", "\r")),
    Bomb("quotes escaped", ".csv", text('id,text\n1,"', '""', '"\n')),
    Bomb("tabs and semicolons", ".csv", text("id\ttext\n", "1;2\t3|4\n")),
    Bomb("nulls", ".csv", text("id,text\n", "1,\x00a\n")),
    Bomb("a first line of everything", ".csv", text("", ',;\t|"a"')),
    Bomb("quotes never closed in turn", ".csv", text("id,text\n", '"a",b"\n"c,"d\n')),
    # XLSX
    Bomb(
        "strings in pieces",
        ".xlsx",
        lambda size: xlsx(
            f'<sheetData>{NAMES}<row r="2">{cell("A2", "1")}<c r="B2" t="inlineStr"><is>'
            + "<r><t>a</t></r>" * (size // 15)
            + "</is></c></row></sheetData>"
        ),
    ),
    Bomb(
        "rows in turn",
        ".xlsx",
        lambda size: xlsx(
            f"<sheetData>{NAMES}"
            + "".join(f'<row r="{2 + n % 2}">{cell(f"A{2 + n % 2}", "1")}</row>' for n in range(size // 60))
            + "</sheetData>"
        ),
    ),
    Bomb(
        "one row of many cells in one place",
        ".xlsx",
        lambda size: xlsx(f'<sheetData>{NAMES}<row r="2">' + cell("B2", "a") * (size // 50) + "</row></sheetData>"),
    ),
    Bomb(
        "attributes of a cell",
        ".xlsx",
        lambda size: xlsx(
            f'<sheetData>{NAMES}<row r="2"><c r="A2" '
            + "".join(f'a{n}="b" ' for n in range(size // 10))
            + "/></row></sheetData>"
        ),
    ),
    Bomb(
        "elements in elements",
        ".xlsx",
        lambda size: xlsx(f"<sheetData>{NAMES}</sheetData>" + "<x>" * (size // 7) + "</x>" * (size // 7)),
    ),
    Bomb(
        "formats",
        ".xlsx",
        lambda size: xlsx(
            f'<sheetData>{NAMES}<row r="2">{cell("A2", "1")}<c r="B2" s="1"><v>40000</v></c></row></sheetData>',
            styles="<numFmts>"
            + "".join(f'<numFmt numFmtId="{n + 200}" formatCode="yyyy"/>' for n in range(size // 50))
            + "</numFmts>",
        ),
    ),
    Bomb(
        "formulas",
        ".xlsx",
        lambda size: xlsx(
            f"<sheetData>{NAMES}"
            + "".join(
                f'<row r="{n}"><c r="A{n}"><f>A1+B1</f><v>1</v></c><c r="B{n}"><f>A1</f><v>2</v></c></row>'
                for n in range(2, size // 90)
            )
            + "</sheetData>"
        ),
    ),
    # PPTX
    Bomb(
        "paragraphs",
        ".pptx",
        lambda size: pptx(
            ["<p:sp><p:txBody>" + "<a:p><a:r><a:t>a</a:t></a:r></a:p>" * (size // 35) + "</p:txBody></p:sp>"]
        ),
    ),
    Bomb(
        "breaks",
        ".pptx",
        lambda size: pptx(
            ["<p:sp><p:txBody><a:p><a:r><a:t>a</a:t></a:r>" + "<a:br/>" * (size // 7) + "</a:p></p:txBody></p:sp>"]
        ),
    ),
    Bomb(
        "groups beside groups",
        ".pptx",
        lambda size: pptx([("<p:grpSp>" * 100 + SHAPE + "</p:grpSp>" * 100) * (size // 2000)]),
    ),
    Bomb("empty shapes", ".pptx", lambda size: pptx([SHAPE + "<p:sp/>" * (size // 7)])),
    Bomb(
        "titles",
        ".pptx",
        lambda size: pptx(
            [
                '<p:sp><p:nvSpPr><p:nvPr><p:ph type="title"/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>a</a:t></a:r></a:p></p:txBody></p:sp>'
                * (size // 130)
            ]
        ),
    ),
    Bomb(
        "attributes",
        ".pptx",
        lambda size: pptx([SHAPE.replace("<p:sp>", "<p:sp " + "".join(f'a{n}="b" ' for n in range(size // 10)) + ">")]),
    ),
    Bomb(
        "rows in tables in groups",
        ".pptx",
        lambda size: pptx(
            [
                "<p:grpSp>" * 100
                + "<p:graphicFrame><a:graphic><a:graphicData><a:tbl>"
                + "<a:tr><a:tc><a:txBody><a:p><a:r><a:t>a</a:t></a:r></a:p></a:txBody></a:tc></a:tr>" * (size // 82)
                + "</a:tbl></a:graphicData></a:graphic></p:graphicFrame>"
                + "</p:grpSp>" * 100
            ]
        ),
    ),
    # ODT
    Bomb("empty paragraphs", ".odt", more("<text:p/>", "<text:p>a</text:p>")),
    Bomb("tabs", ".odt", more("<text:tab/>", "<text:p>a", "b</text:p>")),
    Bomb(
        "paragraphs far down",
        ".odt",
        lambda size: odt("<text:section>" * 200 + "<text:p>a</text:p>" * (size // 18) + "</text:section>" * 200),
    ),
    Bomb(
        "tables in tables",
        ".odt",
        lambda size: odt(
            (
                "<table:table><table:table-row><table:table-cell>" * 60
                + "<text:p>a</text:p>"
                + "</table:table-cell></table:table-row></table:table>" * 60
            )
            * (size // 7000 + 1)
        ),
    ),
    Bomb(
        "rows",
        ".odt",
        more(
            "<table:table-row><table:table-cell><text:p>a</text:p></table:table-cell></table:table-row>",
            "<table:table>",
            "</table:table>",
        ),
    ),
    Bomb(
        "many attributes",
        ".odt",
        lambda size: odt("<text:p " + "".join(f'a{n}="b" ' for n in range(size // 10)) + ">a</text:p>"),
    ),
    Bomb(
        "annotations",
        ".odt",
        more("<office:annotation><text:p>b</text:p></office:annotation>", "<text:p>a", "</text:p>"),
    ),
    Bomb(
        "different annotations",
        ".odt",
        lambda size: odt(
            "<text:p>a"
            + "".join(f"<office:annotation><text:p>b{n}</text:p></office:annotation>" for n in range(size // 60))
            + "</text:p>"
        ),
    ),
    Bomb(
        "list items", ".odt", more("<text:list-item><text:p>a</text:p></text:list-item>", "<text:list>", "</text:list>")
    ),
    Bomb(
        "boxes in paragraphs",
        ".odt",
        more(
            "<drawing:frame><drawing:text-box><text:p>a</text:p></drawing:text-box></drawing:frame>",
            "<text:p>a",
            "</text:p>",
        ),
    ),
    Bomb(
        "hidden",
        ".odt",
        more('<text:hidden-text text:is-hidden="true" text:string-value="b"/>', "<text:p>a", "</text:p>"),
    ),
    # EPUB
    Bomb("elements far down", ".epub", lambda size: epub(["<div>" * 200 + "<p>a</p>" * (size // 8) + "</div>" * 200])),
    Bomb("links", ".epub", lambda size: epub(["<p>" + '<a href="#a">b</a> ' * (size // 20) + "</p>"])),
    Bomb("ids", ".epub", lambda size: epub(["".join(f'<p id="a{n}">b</p>' for n in range(size // 18))])),
    Bomb(
        "notes referred to",
        ".epub",
        lambda size: epub(
            [
                "<p>"
                + '<a epub:type="noteref" href="#n">1</a>' * (size // 40)
                + '</p><aside id="n" epub:type="footnote">b</aside>'
            ]
        ),
    ),
    Bomb(
        "many attributes",
        ".epub",
        lambda size: epub(["<p " + "".join(f'a{n}="b" ' for n in range(size // 10)) + ">a</p>"]),
    ),
    Bomb("headings", ".epub", lambda size: epub(["<h1>a</h1>" * (size // 10)])),
    Bomb(
        "subjects",
        ".epub",
        lambda size: epub(["<p>a</p>"], metadata="".join(f"<dc:subject>s{n}</dc:subject>" for n in range(size // 34))),
    ),
    Bomb("cells", ".epub", lambda size: epub(["<table><tr>" + "<td>a</td>" * (size // 10) + "</tr></table>"])),
]
"""By the end of the file's name."""
