"""Every word that other office formats and saved pages show is in the text, a note or what was cut: see the sources of
`test_nothing_lost`.
"""

from random import Random

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
        gaps = ["tab ", "line ", "~", "emdash ", "par ", "page ", "column ", "sect ", "enspace ", "bullet ", "_", "\n"]
        return self.word() + "\\" + self.chance.choice(gaps) + self.word()

    def foreign(self) -> str:
        """A word with a letter that is no ASCII, with what stands behind it for programs that know no Unicode."""
        word = self.word()
        self.words = self.words - {word} | {f"{word[:3]}ж{word[3:]}"}
        letters = ["\\u1078?", "\\u1078\\'3f", "{\\uc2\\u1078 ab}", "{\\uc0\\u1078 }", "{\\f1 \\'e6}"]
        return f"{word[:3]}{self.chance.choice(letters)}{word[3:]}"

    def aside(self) -> str:
        kinds = ["{{\\footnote \\pard {}}}", "{{\\footnote\\ftnalt {}}}", "{{\\*\\annotation {}}}", "{{\\v {}}}"]
        return self.chance.choice([*kinds, "{{\\deleted {}}}"]).format(self.phrase())

    def held(self) -> str:
        kinds = [
            '{{\\field{{\\*\\fldinst HYPERLINK "http://example.org"}}{{\\fldrslt {}}}}}',
            "{{\\shp{{\\*\\shpinst{{\\shptxt {}\\par}}}}}}",
            "{{\\*\\unknown{{\\x1 secret}}}}{}",
            "{{\\i {{\\ul {}}}}}",
            "{{\\*\\do{{\\dptxbx{{\\dptxbxtext {}\\par}}}}}}",
            "{{\\object{{\\*\\objdata 0105}}{{\\result {{\\pard {}}}}}}}",
            "{{\\field{{\\*\\fldinst {{FORMTEXT}}{{\\*\\formfield{{\\*\\ffname f}}}}}}{{\\fldrslt {}}}}}",
            "{{\\mmath{{\\*\\moMath{{\\mr\\mscr0 {}}}}}{{\\mmathPict{{\\*\\shppict{{\\pict ff}}}}}}}}",
            "{{\\*\\shpinst{{\\sp{{\\sn gtextUNICODE}}{{\\sv {}}}}}{{\\sp{{\\sn wzName}}{{\\sv Frame 1}}}}}}",
            "{{\\*\\moMath{{\\mf{{\\mfPr{{\\mtype lin}}}}{{\\mnum{{\\mr {0}a}}}}{{\\mden{{\\mr {0}}}}}}}}}",
            "{{\\upr{{\\revised {}}}{{\\*\\ud{{never}}}}}}",
        ]
        return self.chance.choice(kinds).format(self.phrase())

    def inline(self) -> str:
        return self.some(self.phrase, self.parted, self.apart, self.foreign, self.aside, self.held, between=" ")

    def row(self) -> str:
        cells = "".join(f"{self.inline()}\\cell " for _ in range(self.chance.randint(1, 3)))
        if self.chance.random() < 0.3:
            inner = "".join(f"\\intbl\\itap2 {self.inline()}\\nestcell{{\\nonesttables\\par }}" for _ in range(2))
            cells += f"{inner}{{\\*\\nesttableprops\\trowd\\cellx9\\nestrow}}\\pard\\intbl {self.word()}\\cell "
        return f"\\trowd\\cellx1000\\cellx2000\\pard\\intbl {cells}\\row\\pard "

    def item(self) -> str:
        return f"\\pard{{\\listtext\\'b7\\tab}}{self.inline()}\\par "

    def file(self) -> bytes:
        body = self.some(lambda: f"\\pard {self.inline()}\\par ", self.row, self.item, most=6)
        margins = self.some(
            lambda: f"{{\\header {self.inline()}\\par}}",
            lambda: f"{{\\footerf {self.held()} {self.word()}}}",
            lambda: "",
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
        marks = ["<text:soft-page-break/>", '<text:bookmark text:name="b"/>', '<text:change-start text:change-id="c"/>']
        parts = ["{}<text:span>{}</text:span>", f"{{}}{self.chance.choice(marks)}{{}}", "<text:meta>{}</text:meta>{}"]
        return self.chance.choice(parts).format(word[:3], word[3:])

    def apart(self) -> str:
        return self.word() + self.chance.choice(["<text:s/>", "<text:tab/>", "<text:line-break/>"]) + self.word()

    def field(self) -> str:
        kinds = [
            "<text:a>{}</text:a>",
            "<text:bookmark-ref>{}</text:bookmark-ref>",
            "<text:conditional-text>{}</text:conditional-text>",
            "<text:ruby><text:ruby-base>{0}a</text:ruby-base><text:ruby-text>{0}</text:ruby-text></text:ruby>",
            '<text:span text:style-name="hidden">{}</text:span>',
            '<text:hidden-text text:is-hidden="true">{}</text:hidden-text>',
        ]
        return self.chance.choice(kinds).format(self.phrase())

    def aside(self) -> str:
        kinds = [
            '<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation>'
            "<text:note-body>{}</text:note-body></text:note>",
            "<office:annotation><text:list><text:list-item>{}</text:list-item></text:list></office:annotation>",
            "<drawing:frame><drawing:text-box>{}</drawing:text-box></drawing:frame>",
            "<drawing:g><drawing:custom-shape>{}</drawing:custom-shape></drawing:g>",
            "<drawing:frame><drawing:text-box><text:p><drawing:frame><drawing:image/></drawing:frame></text:p>{}"
            "</drawing:text-box></drawing:frame>",
        ]
        return self.chance.choice(kinds).format(self.blocks(1))

    def inline(self) -> str:
        rare = [self.aside] if self.chance.random() < 0.3 else []
        return self.some(self.phrase, self.parted, self.apart, self.field, *rare, between=" ")

    def paragraph(self) -> str:
        kinds = ["<text:p>{}</text:p>", "<text:h>{}</text:h>", '<text:p text:style-name="hidden">{}</text:p>']
        return self.chance.choice(kinds).format(self.inline())

    def items(self) -> str:
        item = f"<text:list-item>{self.blocks(2)}</text:list-item>"
        if self.chance.random() < 0.5:
            item = f"<text:list-header><text:p>{self.phrase()}</text:p></text:list-header>{item}"
        return f"<text:list>{item}</text:list>"

    def table(self) -> str:
        cells = "".join(f"<table:table-cell>{self.blocks(1)}</table:table-cell>" for _ in range(2))
        head = f"<table:table-header-rows><table:table-row>{cells}</table:table-row></table:table-header-rows>"
        row = (
            f'<table:table-row><table:table-cell table:number-columns-spanned="2">{self.blocks(1)}</table:table-cell>'
            "<table:covered-table-cell/></table:table-row>"
        )
        return f"<table:table>{head}{row}</table:table>"

    def section(self) -> str:
        kinds = [
            "<text:section>{}</text:section>",
            '<text:section text:display="none">{}</text:section>',
            "<text:table-of-content><text:index-body>{}</text:index-body></text:table-of-content>",
            "<text:numbered-paragraph>{}</text:numbered-paragraph>",
            "<drawing:frame><drawing:text-box>{}</drawing:text-box></drawing:frame>",
        ]
        return self.chance.choice(kinds).format(self.blocks(2))

    def blocks(self, most: int = 4) -> str:
        rare = [self.items, self.table, self.section] if self.chance.random() < 0.4 else []
        return self.some(self.paragraph, self.paragraph, *rare, most=most)

    def deleted(self) -> str:
        who = "<office:change-info><office:p>2026</office:p></office:change-info>"
        gone = f"<text:deletion>{who}{self.blocks(2)}</text:deletion>"
        return f"<text:tracked-changes><text:changed-region>{gone}</text:changed-region></text:tracked-changes>"

    def file(self) -> bytes:
        hidden = '<style:style style:name="hidden"><style:text-properties text:display="none"/></style:style>'
        around = f"<style:header>{self.blocks(2)}</style:header><style:footer>{self.paragraph()}</style:footer>"
        return odt(f"{self.deleted()}{self.blocks()}<text:p>{self.phrase()}</text:p>", hidden, around=around)


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
            f"<z:num><z:t> {self.word()}</z:t></z:num><z:den><z:t>{self.word()} </z:t></z:den>",
        ]
        return f"<a:p>{''.join(runs)}</a:p>"

    def shape(self, *kinds: str) -> str:
        kind = self.chance.choice(kinds or ("", "title", "body", "ftr", "dt", "sldNum"))
        holder = f'<p:nvSpPr><p:nvPr><p:ph type="{kind}"/></p:nvPr></p:nvSpPr>' if kind else ""
        return f"<p:sp>{holder}<p:txBody>{self.paragraph()}{self.paragraph()}</p:txBody></p:sp>"

    def table(self) -> str:
        cells = "".join(f"<a:tc><a:txBody>{self.paragraph()}</a:txBody></a:tc>" for _ in range(2))
        merged = f'<a:tr><a:tc gridSpan="2"><a:txBody>{self.paragraph()}</a:txBody></a:tc><a:tc hMerge="1"/></a:tr>'
        return f"<p:graphicFrame><a:tbl><a:tr>{cells}</a:tr>{merged}</a:tbl></p:graphicFrame>"

    def group(self) -> str:
        return f"<p:grpSp>{self.shapes(2)}</p:grpSp>"

    def either(self) -> str:
        """What newer programs show, and the same for older ones."""
        shape = self.shape()
        return f"<x:AlternateContent><x:Choice>{shape}</x:Choice><x:Fallback>{shape}</x:Fallback></x:AlternateContent>"

    def hidden(self) -> str:
        return f'<p:sp><p:nvSpPr><p:cNvPr hidden="1"/></p:nvSpPr><p:txBody>{self.paragraph()}</p:txBody></p:sp>'

    def shapes(self, most: int = 4) -> str:
        return self.some(self.shape, self.table, self.group, self.either, self.hidden, most=most)

    def chart(self) -> str:
        """A chart's title, the names of its rows, its labels at two levels and by themselves, and its numbers."""
        title = f"<c:title><c:tx><c:rich>{self.paragraph()}</c:rich></c:tx></c:title>"
        rows = f"<c:ser><c:tx><c:strRef><c:strCache><c:pt><c:v>{self.phrase()}</c:v></c:pt></c:strCache></c:strRef>"
        rows += f"</c:tx></c:ser><c:ser><c:tx><c:v>{self.word()}</c:v></c:tx></c:ser>"
        levels = "".join(f"<c:lvl><c:pt><c:v>{self.word()}</c:v></c:pt></c:lvl>" for _ in range(2))
        labels = f"<c:multiLvlStrCache>{levels}</c:multiLvlStrCache>"
        labels += f"<c:strLit><c:pt><c:v>{self.word()}</c:v></c:pt></c:strLit>"
        return f"{title}{rows}{labels}<c:numCache><c:pt><c:v>7</c:v></c:pt></c:numCache>"

    def new_chart(self) -> str:
        labels = f"<z:strDim><z:lvl><z:pt>{self.phrase()}</z:pt><z:pt>{self.word()}</z:pt></z:lvl></z:strDim>"
        return f"{labels}<z:tx><z:txData><z:v>{self.word()}</z:v></z:txData></z:tx>{self.paragraph()}"

    def file(self) -> bytes:
        slides = {name: self.shapes() + self.shape("title", "body") for name in ("s1", "s2")}
        return pptx(
            slides,
            notesSlide=f"<p:cSld>{self.shape('body', 'sldNum')}<p:grpSp>{self.shape('')}</p:grpSp></p:cSld>",
            diagramData=f"<p:pt>{self.paragraph()}</p:pt>",
            chart=self.chart(),
            chartEx=self.new_chart(),
            comments=f"<p:cm><p:text>{self.phrase()}</p:text></p:cm>",
            slideLayout=f"{self.shape('')}{self.table()}",
            slideMaster=f"<p:grpSp>{self.shape('')}</p:grpSp>",
        )


@SOME
@given(CHANCE)
def test_of_a_presentation(chance: Random) -> None:
    writer = SlideWriter(chance)
    data = writer.file()
    assert writer.words - words_found("x.pptx", data) == set()
