"""Every word that a Word document, Markdown, a book or TEI shows is in the text, a note or what was cut.

The sources are made at random of all that these formats put words in. Each word is made once, of letters alone, and
must come out as a word: neither lost nor grown together with its neighbour.
"""

from collections.abc import Callable
from random import Random

from hypothesis import given

from support.packages import W, docx, epub
from support.written_words import CHANCE, SOME, Writer, words_found

KEPT = "<w:t xml:space='preserve'>"
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'


# ---------------------------------------------------------------------------------------------------------- Word


class WordWriter(Writer):
    def __init__(self, chance: Random) -> None:
        super().__init__(chance)
        self.notes: dict[str, list[str]] = {"footnote": [], "endnote": []}
        self.comments: list[str] = []
        self.parts: dict[str, tuple[str, str | bytes]] = {}

    def run(self) -> str:
        return f"<w:r><w:t xml:space='preserve'> {self.phrase()} </w:t></w:r>"

    def parted(self) -> str:
        """One word in two runs, of which the second is another version's."""
        word = self.word()
        return f"<w:r>{KEPT} {word[:3]}</w:t></w:r><w:ins><w:r>{KEPT}{word[3:]} </w:t></w:r></w:ins>"

    def apart(self) -> str:
        gap = self.chance.choice(["<w:tab/>", "<w:br/>", "<w:br w:type='page'/>", "<w:noBreakHyphen/>", "<w:cr/>"])
        return f"<w:r>{KEPT} {self.word()}</w:t>{gap}{KEPT}{self.word()} </w:t></w:r>"

    def within(self) -> str:
        around = self.chance.choice(
            [
                "<w:sdt><w:sdtPr/><w:sdtContent>{}</w:sdtContent></w:sdt>",
                "<w:hyperlink r:id='x'>{}</w:hyperlink>",
                "<w:smartTag w:element='place'>{}</w:smartTag>",
                "<w:fldSimple w:instr='REF a'>{}</w:fldSimple>",
                "<w:ins>{}</w:ins>",
                "<w:moveTo>{}</w:moveTo>",
            ]
        )
        return around.format(self.inline(2))

    def deleted(self) -> str:
        return f"<w:del><w:r><w:delText>{self.phrase()}</w:delText></w:r></w:del>"

    def hidden(self) -> str:
        return f"<w:r><w:rPr><w:vanish/></w:rPr><w:t>{self.phrase()}</w:t></w:r>"

    def note(self) -> str:
        kind = self.chance.choice(["footnote", "endnote"])
        self.notes[kind].append("".join(f"<w:p>{self.run()}{self.apart()}</w:p>" for _ in range(2)))
        return f"<w:r><w:{kind}Reference w:id='{len(self.notes[kind])}'/></w:r>"

    def comment(self) -> str:
        self.comments.append(f"<w:p>{self.run()}</w:p>")
        return "<w:r><w:commentReference w:id='0'/></w:r>"

    def box(self) -> str:
        box = f"<w:txbxContent>{self.blocks(2)}</w:txbxContent>"
        both = f"<mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
        return f"<w:r><mc:AlternateContent {MC}>{both}</mc:AlternateContent></w:r>"

    def formula(self) -> str:
        over, under = (f"<m:r><m:t>{self.word()}</m:t></m:r>" for _ in range(2))
        return (
            f"<m:oMath xmlns:m='m'><m:f><m:num>{over}</m:num><m:den>{under}</m:den></m:f></m:oMath><w:r><w:tab/></w:r>"
        )

    def drawn(self) -> str:
        """A chart, with labels at several levels, or letters drawn as a picture."""
        if self.chance.random() < 0.5:
            return f"<w:r><w:pict><v:textpath xmlns:v='v' string='{self.phrase()}'/></w:pict></w:r>"
        reference = f"c{len(self.parts)}"
        level = f"<c:lvl><c:pt><c:v>{self.word()}</c:v></c:pt><c:pt><c:v>{self.word()}</c:v></c:pt></c:lvl>"
        text = (
            "<a:p xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main'><a:r><a:t>{}</a:t></a:r><a:br/><a:r>"
        )
        title = f"<c:rich>{text.format(self.word())}<a:t>{self.word()}</a:t></a:r></a:p></c:rich>"
        labels = f"<c:multiLvlStrCache>{level}</c:multiLvlStrCache><c:tx><c:v>{self.word()}</c:v></c:tx>"
        self.parts[reference] = ("chart", f"<c:chart xmlns:c='c'>{title}{labels}</c:chart>")
        return f"<w:r><w:drawing><c:chart xmlns:c='c' r:id='{reference}'/></w:drawing></w:r>"

    def inline(self, most: int = 4) -> str:
        makers = [self.run, self.run, self.parted, self.apart, self.within, self.deleted, self.hidden, self.note]
        rare = [self.box, self.formula, self.drawn] if self.chance.random() < 0.2 else []
        return self.some(*makers, self.comment, *rare, most=most)

    def paragraph(self) -> str:
        kind = self.chance.choice(["", "", "<w:pPr><w:numPr/></w:pPr>", "<w:pPr><w:pStyle w:val='Title'/></w:pPr>"])
        return f"<w:p>{kind}{self.inline()}</w:p>"

    def table(self) -> str:
        def row() -> str:
            return "<w:tr>" + self.some(cell, held_cell, most=3) + "</w:tr>"

        def cell() -> str:
            return f"<w:tc>{self.blocks(2)}</w:tc>"

        def held_cell() -> str:
            return f"<w:sdt><w:sdtContent>{cell()}</w:sdtContent></w:sdt>"

        def held_row() -> str:
            return f"<w:sdt><w:sdtContent>{row()}</w:sdtContent></w:sdt>"

        return f"<w:tbl>{self.some(row, held_row, most=3)}</w:tbl>"

    def held(self) -> str:
        return f"<w:sdt><w:sdtContent>{self.blocks(2)}</w:sdtContent></w:sdt>"

    def chunk(self) -> str:
        reference = f"c{len(self.parts)}"
        kind = self.chance.choice(["htm", "txt", "mht", "docx", "xml", "rtf"])
        content: str | bytes = self.phrase()
        if kind in ("htm", "mht"):
            content = f"<html><p>{content}</p><table><tr><td>{self.word()}<td>{self.word()}</table></html>"
        if kind == "mht":
            content = f"MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n{content}"
        if kind == "xml":
            body = f"<w:body><w:p><w:r><w:t>{content}</w:t></w:r></w:p></w:body>"
            content = f"<?xml version='1.0'?><x {W}>{body}</x>"
        if kind == "rtf":
            content = f"{{\\rtf1\\ansi {content}{{\\footnote {self.phrase()}}} {self.phrase()}\\par {self.word()}}}"
        if kind == "docx":
            head = f"<w:hdr {W}><w:p>{self.run()}</w:p></w:hdr>"
            content = docx(f"<w:p><w:r><w:t>{content}</w:t></w:r></w:p>", parts={"h": ("header", head)})
        self.parts[reference] = (f"aFChunk/{kind}", content)
        return f"<w:altChunk r:id='{reference}'/>"

    def blocks(self, most: int = 5) -> str:
        rare = [self.table, self.held, self.chunk] if self.chance.random() < 0.4 else []
        return self.some(self.paragraph, self.paragraph, *rare, most=most)

    def file(self) -> bytes:
        body = self.blocks() + f"<w:p>{self.run()}</w:p>"
        for kind in ("header", "footer"):
            self.parts[kind] = (kind, f"<w:hdr {W}>{self.blocks(2)}</w:hdr>")
        notes = {
            f"{kind}s": f"<w:{kind}s {W}>"
            + "".join(f"<w:{kind} w:id='{number}'>{text}</w:{kind}>" for number, text in enumerate(told, start=1))
            + f"</w:{kind}s>"
            for kind, told in self.notes.items()
        }
        said = "".join(f"<w:comment w:id='0'>{each}</w:comment>" for each in self.comments)
        self.parts["comments"] = ("comments", f"<w:comments {W}>{said}</w:comments>")
        return docx(body, parts=self.parts, **notes)


@SOME
@given(CHANCE)
def test_of_a_word_document(chance: Random) -> None:
    writer = WordWriter(chance)
    data = writer.file()
    assert writer.words - words_found("x.docx", data) == set()


# ------------------------------------------------------------------------------------------------------- Markdown


class MarkdownWriter(Writer):
    def __init__(self, chance: Random) -> None:
        super().__init__(chance)
        self.definitions: list[str] = []

    def inline(self) -> str:
        return self.some(
            self.phrase, self.marked, self.linked, self.noted, self.tagged, self.compared, most=4, between=" "
        )

    def marked(self) -> str:
        mark = self.chance.choice(["*", "**", "***", "_", "`", "~~", "=="])
        return f"{mark}{self.phrase()}{mark}"

    def linked(self) -> str:
        link = self.chance.choice(["[{}](http://e.org/(a) 'b')", "[[Page|{}]]", "[[{}]]", "![[{}]]", "![{}](a.png)"])
        return link.format(self.phrase())

    def noted(self) -> str:
        if self.chance.random() < 0.3:
            return f"{self.word()}^[{self.phrase()} *{self.word()}*]"
        label = f"n{len(self.definitions)}"
        self.definitions.append(f"[^{label}]: {self.phrase()}\n\n    {self.phrase()}\n")
        return f"{self.word()}[^{label}]" if self.chance.random() < 0.8 else self.word()

    def tagged(self) -> str:
        return f"<b class='x'>{self.phrase()}</b><br/>{self.word()}"

    def compared(self) -> str:
        return f"{self.word()}<{self.word()} and {self.word()}>{self.word()}"

    def paragraph(self) -> str:
        return self.inline() + self.chance.choice(["\n", "  \n", "\\\n"]) + self.inline()

    def heading(self) -> str:
        return self.chance.choice(["# {}", "### {} ###", "{}\n===", "{}\n---"]).format(self.phrase())

    def items(self) -> str:
        mark = self.chance.choice(["-", "*", "1.", "2)", "- [ ]"])
        indent = " " * (len(mark) + 1)
        items = [self.indented(indent, self.blocks(2))[len(indent) :] for _ in range(2)]
        return self.chance.choice(["\n", "\n\n"]).join(f"{mark} {item}" for item in items)

    def indented(self, indent: str, text: str) -> str:
        return "\n".join(indent + line for line in text.split("\n"))

    def quoted(self) -> str:
        kind = self.chance.choice(["", "[!note] ", "[!warning]- "])
        return self.indented("> ", kind + self.phrase() + "\n" + self.blocks(2))

    def table(self) -> str:
        cells = [f"| {self.phrase()} | {self.inline()} |".replace("\n", " ").replace("[[Page|", "[[") for _ in range(3)]
        return "\n".join([cells[0], "|---|---|", *cells[1:]])

    def code(self) -> str:
        code = f"def {self.word()}:\n    return <{self.word()}>  # [^{self.word()}]"
        return self.chance.choice([f"```py\n{code}\n```", f"~~~\n{code}\n~~~", self.indented("    ", code)])

    def page(self) -> str:
        held = f"<table><tr><td>{self.word()}</td><td>{self.word()}</td></tr></table>{self.word()}"
        kind = self.chance.choice(["<div>{}</div>", "<div>\n\n*{word}*\n\n{}\n</div>", "<{word}>\n{}"])
        return kind.format(held, word=self.word() if "word" in kind else "")

    def defined(self) -> str:
        return f"{self.phrase()}\n: {self.inline()}\n: {self.phrase()}"

    def blocks(self, most: int = 5) -> str:
        rare = [self.items, self.quoted, self.table, self.code, self.page, self.defined]
        return self.some(self.paragraph, self.heading, *self.chance.sample(rare, 2), most=most, between="\n\n")

    def file(self) -> bytes:
        blocks = f"{self.blocks()}\n\n{self.phrase()}"
        top = self.chance.choice(["", "---\nplace: Nara\n---\n", "+++\nplace = 'Nara'\n+++\n"])
        tags = f"\n\n#{self.word()} #{self.word()}/{self.word()}\n" if self.chance.random() < 0.3 else ""
        return (top + blocks + tags + "\n\n" + "\n".join(self.definitions)).encode()


@SOME
@given(CHANCE)
def test_of_a_page_of_markdown(chance: Random) -> None:
    writer = MarkdownWriter(chance)
    data = writer.file()
    assert writer.words - words_found("x.markdown", data) == set()


# ----------------------------------------------------------------------------------------------------------- book


class BookWriter(Writer):
    def inline(self) -> str:
        return self.some(
            self.phrase,
            lambda: f"<b>{self.word()}</b>, <i>{self.word()}</i>",
            lambda: f"{self.word()}<a epub:type='noteref' href='#n1'>1</a>",
            lambda: f"{self.word()}<br/>{self.word()}",
            between=" ",
        )

    def block(self) -> str:
        return self.some(
            lambda: f"<p>{self.inline()}</p>",
            lambda: f"<h2>{self.phrase()}</h2>{self.inline()}",
            lambda: f"<ul><li>{self.inline()}</li><li>{self.inline()}</li></ul>",
            lambda: f"<table><tr><td>{self.word()}</td><td>{self.word()}</td></tr></table>",
            lambda: f"<aside epub:type='footnote' id='n1'><p>{self.phrase()}</p></aside>",
            lambda: f"<div>{self.phrase()}<div>{self.phrase()}</div>{self.phrase()}</div>",
        )

    def file(self) -> bytes:
        space = 'xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"'
        names = ("OPS/nav.xhtml", "OPS/text/a.xhtml", "OPS/b b.xhtml")
        return epub({name: f"<html {space}><body>{self.block()}</body></html>" for name in names})


@SOME
@given(CHANCE)
def test_of_a_book(chance: Random) -> None:
    writer = BookWriter(chance)
    data = writer.file()
    assert writer.words - words_found("x.epub", data) == set()


# ------------------------------------------------------------------------------------------------------------ TEI


class TeiWriter(Writer):
    middles = ("<pb n='2' break='no'/>", "<lb break='no'/>", "<milestone/>", "<anchor/>")
    gaps = ("<lb/>", "<pb n='3'/>")

    def parted(self) -> str:
        word = self.word()
        return f"{word[:3]}{self.chance.choice(self.middles)}<hi>{word[3:]}</hi>"

    def apart(self) -> str:
        return self.word() + self.chance.choice(self.gaps) + self.word()

    def named(self) -> str:
        return self.chance.choice(["<persName>{}</persName>", "<date>{}</date>", "<q>{}</q>"]).format(self.phrase())

    def note(self) -> str:
        """A footnote, mostly of more than one paragraph."""
        kinds = ["<p>{}</p><p>{}</p>", "{} <hi>{}</hi>", "<list><item>{}</item><item>{}</item></list>"]
        kinds += ["<quote>{}</quote>{}", "{}<lb/>{}", "<p>{}<note n='8'>{}</note></p>"]
        return f"<note n='7'>{self.chance.choice(kinds).format(self.phrase(), self.phrase())}</note>"

    def beside(self) -> str:
        """What only editions of other kinds have, and is cut where it is no text."""
        kinds = [
            "<choice><sic>{}</sic><corr>{}</corr></choice>",
            "<del><p>{}</p><p>{}</p></del>",
            "<add>{} <unclear>{}</unclear></add>",
            "<figure><head>{}</head><figDesc>{}</figDesc></figure>",
            "<app><lem>{}</lem> <rdg>{}</rdg></app>",
            "<fw>{}</fw> <supplied>{}</supplied>",
        ]
        return self.chance.choice(kinds).format(self.phrase(), self.phrase())

    def inline(self) -> str:
        makers = [self.phrase, self.phrase, self.parted, self.apart, self.named, self.note]
        return self.some(*makers, *self.others(), between=" ")

    def others(self) -> list[Callable[[], str]]:
        return [self.beside]

    def table(self) -> str:
        row = f"<cell>{self.inline()}</cell><cell><p>{self.inline()}</p></cell>"
        return f"<table><row>{row}</row></table>"

    def items(self) -> str:
        parts = [f"<label>1.</label><item>{self.chance.choice(['{}', '<p>{}</p>']).format(self.inline())}</item>"]
        parts += [f"<item>{self.word()}<list><head>{self.word()}</head><item>{self.inline()}</item></list></item>"]
        return f"<list>{''.join(parts)}</list>"

    def block(self) -> str:
        kinds = [
            "<p>{}</p>",
            "<quote><p>{}</p></quote>",
            "<lg><l>{}</l></lg>",
            "<closer><signed>{}</signed></closer>",
            "<opener><salute>{}</salute></opener>",
            "<floatingText><body><p>{}</p></body></floatingText>",
        ]
        return self.chance.choice(kinds).format(self.inline())

    def blocks(self) -> str:
        return self.some(self.block, self.block, self.table, self.items) + f"<p>{self.phrase()}</p>"

    def file(self) -> bytes:
        front, back = f"<front><p>{self.inline()}</p></front>", f"<back><p>{self.inline()}</p></back>"
        body = f"<body><div><head>{self.inline()}</head>{self.blocks()}<div>{self.blocks()}</div></div></body>"
        return f"<TEI><teiHeader/><text>{front}{body}{back}</text></TEI>".encode()


class VolumeWriter(TeiWriter):
    """A volume of Foreign Relations: a document each division. A word may run on to the next page."""

    middles = ("<pb n='2'/>", "<anchor/>")
    gaps = ("<lb/>", " <pb n='3'/>")

    def others(self) -> list[Callable[[], str]]:
        return []

    def document(self, number: int) -> str:
        within = f"<head>{self.word()}</head>{self.blocks()}"
        head = f"<head>{number}. {self.phrase()}{self.note()}</head><dateline>{self.phrase()}</dateline>"
        enclosed = f"<attachment><div type='document'>{within}</div></attachment>"
        return f"<div type='document' xml:id='d{number}'>{head}{self.blocks()}{enclosed}</div>"

    def file(self) -> bytes:
        documents = "".join(map(self.document, range(1, 3)))
        return f"<TEI xml:id='frus1'><text><body><div>{documents}</div></body></text></TEI>".encode()


@SOME
@given(CHANCE)
def test_of_an_edition(chance: Random) -> None:
    for writer in (TeiWriter(chance), VolumeWriter(chance)):
        data = writer.file()
        assert writer.words - words_found("x.tei", data) == set(), data
