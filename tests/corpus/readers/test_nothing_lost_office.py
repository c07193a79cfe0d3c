"""Every word that other office formats and saved pages show is in the text, a note or what was cut: see the sources of
`test_nothing_lost`.
"""

import base64
import io
import quopri
from random import Random

import pytest
from hypothesis import given

from support.packages import odt, pptx, rtf
from support.written_words import CHANCE, SOME, Writer, words_found

# ------------------------------------------------------------------------------------------------------------ RTF


class RtfWriter(Writer):
    def parted(self) -> str:
        word = self.word()
        return self.chance.choice(["{}{{\\b {}}}", "{}{{\\f1 {}}}", "{}\\plain {}", "{}\r\n{}"]).format(
            word[:3], word[3:]
        )

    def apart(self) -> str:
        return self.word() + self.chance.choice(["\\tab ", "\\line ", "\\~", "\\emdash ", "\\par "]) + self.word()

    def aside(self) -> str:
        kinds = ["{{\\footnote \\pard {}}}", "{{\\footnote\\ftnalt {}}}", "{{\\*\\annotation {}}}", "{{\\v {}}}"]
        return self.chance.choice([*kinds, "{{\\deleted {}}}"]).format(self.phrase())

    def held(self) -> str:
        kinds = [
            '{{\\field{{\\*\\fldinst HYPERLINK "http://example.org"}}{{\\fldrslt {}}}}}',
            "{{\\shp{{\\*\\shpinst{{\\shptxt {}\\par}}}}}}",
            "{{\\*\\unknown{{\\x1 secret}}}}{}",
            "{{\\i {{\\ul {}}}}}",
        ]
        return self.chance.choice(kinds).format(self.phrase())

    def inline(self) -> str:
        return self.some(self.phrase, self.parted, self.apart, self.aside, self.held, between=" ")

    def row(self) -> str:
        cells = "".join(f"{self.inline()}\\cell " for _ in range(self.chance.randint(1, 3)))
        return f"\\trowd\\cellx1000\\cellx2000\\pard\\intbl {cells}\\row\\pard "

    def item(self) -> str:
        return f"\\pard{{\\listtext\\'b7\\tab}}{self.inline()}\\par "

    def file(self) -> bytes:
        body = self.some(lambda: f"\\pard {self.inline()}\\par ", self.row, self.item, most=6)
        margins = self.some(
            lambda: f"{{\\header {self.phrase()}}}", lambda: f"{{\\footerf {self.phrase()}}}", lambda: ""
        )
        return rtf(f"{margins}{body}{self.phrase()}")


@SOME
@given(CHANCE)
def test_of_rich_text(chance: Random) -> None:
    writer = RtfWriter(chance)
    data = writer.file()
    assert writer.words - words_found("x.rtf", data) == set(), data


# ----------------------------------------------------------------------------------------------------- OpenDocument


class TextWriter(Writer):
    def parted(self) -> str:
        word = self.word()
        return f"{word[:3]}<text:span>{word[3:]}</text:span>"

    def apart(self) -> str:
        return self.word() + self.chance.choice(["<text:s/>", "<text:tab/>", "<text:line-break/>"]) + self.word()

    def aside(self) -> str:
        kinds = [
            '<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation>'
            "<text:note-body><text:p>{}</text:p></text:note-body></text:note>",
            "<office:annotation><text:p>{}</text:p></office:annotation>",
            "<drawing:frame><drawing:text-box><text:p>{}</text:p></drawing:text-box></drawing:frame>",
            "<text:a>{}</text:a>",
            "<text:bookmark-ref>{}</text:bookmark-ref>",
        ]
        return self.chance.choice(kinds).format(self.phrase())

    def inline(self) -> str:
        return self.some(self.phrase, self.parted, self.apart, self.aside, between=" ")

    def paragraph(self) -> str:
        return self.chance.choice(["<text:p>{}</text:p>", "<text:h>{}</text:h>"]).format(self.inline())

    def items(self) -> str:
        item = f"<text:list-item>{self.blocks(2)}</text:list-item>"
        if self.chance.random() < 0.5:
            item = f"<text:list-header><text:p>{self.phrase()}</text:p></text:list-header>{item}"
        return f"<text:list>{item}</text:list>"

    def table(self) -> str:
        cells = "".join(f"<table:table-cell>{self.blocks(1)}</table:table-cell>" for _ in range(2))
        head = f"<table:table-header-rows><table:table-row>{cells}</table:table-row></table:table-header-rows>"
        row = f"<table:table-row><table:table-cell>{self.paragraph()}</table:table-cell></table:table-row>"
        return f"<table:table>{head}{row}</table:table>"

    def section(self) -> str:
        return f"<text:section>{self.blocks(2)}</text:section>"

    def blocks(self, most: int = 4) -> str:
        rare = [self.items, self.table, self.section]
        return self.some(self.paragraph, self.paragraph, self.chance.choice(rare), most=most)

    def file(self) -> bytes:
        return odt(self.blocks() + self.paragraph())


@SOME
@given(CHANCE)
def test_of_an_opendocument_text(chance: Random) -> None:
    writer = TextWriter(chance)
    data = writer.file()
    assert writer.words - words_found("x.odt", data) == set()


# --------------------------------------------------------------------------------------------------------- slides


class SlideWriter(Writer):
    def paragraph(self) -> str:
        word = self.word()
        runs = [
            f"<a:r><a:t>{self.phrase()} </a:t></a:r>",
            f"<a:r><a:t>{word[:3]}</a:t></a:r><a:r><a:t>{word[3:]} </a:t></a:r>",
            f"<a:r><a:t>{self.word()}</a:t></a:r><a:br/><a:fld><a:t>{self.word()}</a:t></a:fld>",
        ]
        return f"<a:p>{''.join(runs)}</a:p>"

    def shape(self) -> str:
        kind = self.chance.choice(["", "title", "body", "ftr", "dt", "sldNum"])
        holder = f'<p:nvSpPr><p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr>' if kind else ""
        return f"<p:sp>{holder}<p:txBody>{self.paragraph()}{self.paragraph()}</p:txBody></p:sp>"

    def table(self) -> str:
        cells = "".join(f"<a:tc><a:txBody>{self.paragraph()}</a:txBody></a:tc>" for _ in range(2))
        return f"<p:graphicFrame><a:tbl><a:tr>{cells}</a:tr></a:tbl></p:graphicFrame>"

    def group(self) -> str:
        return f"<p:grpSp>{self.shape()}{self.shape()}</p:grpSp>"

    def slide(self) -> str:
        return self.some(self.shape, self.table, self.group, self.hidden) + self.shape()

    def hidden(self) -> str:
        return f'<p:sp><p:nvSpPr><p:cNvPr hidden="1"/></p:nvSpPr><p:txBody>{self.paragraph()}</p:txBody></p:sp>'

    def file(self) -> bytes:
        notes = f"<p:cSld><p:sp><p:txBody>{self.paragraph()}</p:txBody></p:sp></p:cSld>"
        slides = {name: self.slide() for name in ("s1", "s2")}
        return pptx(slides, notesSlide=notes, diagramData=self.paragraph(), comments=self.comment())

    def comment(self) -> str:
        return f"<p:cm><p:text>{self.phrase()}</p:text></p:cm>"


@SOME
@given(CHANCE)
def test_of_a_presentation(chance: Random) -> None:
    writer = SlideWriter(chance)
    data = writer.file()
    assert writer.words - words_found("x.pptx", data) == set()


# ---------------------------------------------------------------------------------------------------------- rows


@SOME
@given(CHANCE)
def test_of_a_workbook(chance: Random) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    writer = Writer(chance)
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name in ("North", "South")[: chance.randint(1, 2)]:
        sheet = book.create_sheet(name)
        for _ in range(chance.randint(0, 2)):
            sheet.append([""])
        sheet.append(["Id", "Title", "Text", "Author", "Topics"])
        for _ in range(chance.randint(1, 4)):
            text = f"{writer.phrase()}\n\n{writer.phrase()}. {writer.phrase()}"
            sheet.append([writer.word(), writer.phrase(), text, "Jane Doe", writer.word()])
    out = io.BytesIO()
    book.save(out)
    assert writer.words - words_found("x.xlsx", out.getvalue()) == set()


# ---------------------------------------------------------------------------------------------------- saved pages


class PageWriter(Writer):
    def block(self) -> str:
        return self.some(
            lambda: f"<p>{self.phrase()}<br>{self.word()} <b>{self.word()}</b></p>",
            lambda: f"<ul><li>{self.phrase()}<li>{self.phrase()}</ul>",
            lambda: f"<div>{self.phrase()}<div>{self.phrase()}</div>{self.word()}</div>",
            lambda: f"<table><tr><td>{self.word()}<td>{self.phrase()}</table>",
            lambda: f"<h2>{self.phrase()}</h2>{self.word()}",
            lambda: f"<blockquote><p>{self.phrase()}</blockquote>",
        )

    def file(self) -> bytes:
        page = f"<html><head><title>Talks</title></head><body>{self.block()}<p>Élan: {self.phrase()}.</p></body></html>"
        encoding = self.chance.choice(["quoted-printable", "base64", "8bit"])
        body = {
            "quoted-printable": quopri.encodestring(page.encode()),
            "base64": base64.encodebytes(page.encode()),
            "8bit": page.encode(),
        }[encoding]
        head = (
            "From: <Saved by Blink>\r\nMIME-Version: 1.0\r\n"
            'Content-Type: multipart/related; type="text/html"; boundary="b"\r\n\r\n--b\r\n'
            f"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n"
            "Content-Location: http://example.org/talks\r\n\r\n"
        )
        return head.encode() + body + b"\r\n--b--\r\n"


@SOME
@given(CHANCE)
def test_of_a_saved_page(chance: Random) -> None:
    writer = PageWriter(chance)
    data = writer.file()
    assert writer.words - words_found("x.mhtml", data) == set()
