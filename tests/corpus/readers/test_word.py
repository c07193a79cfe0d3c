"""Word: what stands where in a document comes out where it stands, and what is shown beside the text is kept apart."""

import io
from typing import Any

import pytest

from dragoman.corpus.document import Document, Note, Remark
from dragoman.corpus.intake import read_stream
from dragoman.corpus.readers.contract import ReadOptions, Source
from dragoman.corpus.readers.registry import format_named
from support.packages import W, docx, paragraph


def reading(data: bytes) -> Document:
    (document,) = read_stream(Source(io.BytesIO(data), "x.docx", "x", "x.docx"), format_named("docx"), ReadOptions())
    assert isinstance(document, Document), document
    return document


def run(text: str) -> str:
    return f"<w:r><w:t xml:space='preserve'>{text}</w:t></w:r>"


def control(content: str) -> str:
    return f"<w:sdt><w:sdtPr/><w:sdtContent>{content}</w:sdtContent></w:sdt>"


@pytest.mark.parametrize("who", ["the Zebra Committee", "комитета «Зебра»", "斑马委员会"])
def test_a_form_s_fields_stand_in_their_sentences_and_cells(who: str) -> None:
    cell = f"<w:tc><w:p>{run('Party')}</w:p></w:tc>"
    row = f"<w:tr>{control(cell)}<w:tc>{control(f'<w:p>{run(who)}</w:p>')}</w:tc></w:tr>"
    body = f"<w:p>{run('Prepared for ')}{control(run(who))}{run(' on request.')}</w:p><w:tbl>{control(row)}</w:tbl>"
    assert reading(docx(body)).text == f"Prepared for {who} on request.\n\nParty | {who}"


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("aFChunk/htm", "<html><body><p>They met<br>in Nara.</p></body></html>"),
        ("aFChunk/txt", "They met\nin Nara."),
        ("aFChunk/mht", "MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n<p>They met<br>in Nara.</p>"),
        ("aFChunk/rtf", "{\\rtf1\\ansi They met\\line in Nara.\\par}"),
        ("aFChunk/docx", docx("<w:p><w:r><w:t>They met</w:t><w:br/><w:t>in Nara.</w:t></w:r></w:p>")),
    ],
)
def test_an_embedded_text_stands_where_it_belongs(kind: str, content: Any) -> None:
    body = paragraph("Before.") + "<w:altChunk r:id='c1'/>" + paragraph("After.")
    assert reading(docx(body, parts={"c1": (kind, content)})).text == "Before.\n\nThey met\nin Nara.\n\nAfter."


def test_the_notes_of_an_embedded_text_stay_at_their_marks() -> None:
    rtf = "{\\rtf1\\ansi They met{\\footnote In private.} in Nara.\\par Then they left.\\par}"
    document = reading(docx(paragraph("Before.") + "<w:altChunk r:id='c1'/>", parts={"c1": ("aFChunk/rtf", rtf)}))
    assert document.text == "Before.\n\nThey met in Nara.\n\nThen they left."
    assert document.notes == (Note("1", document.text.index(" in Nara"), "In private."),)


def test_raised_marks_of_notes_come_off_their_words() -> None:
    def set_to(align: str, text: str) -> str:
        return run(text).replace("<w:r>", f"<w:r><w:rPr><w:vertAlign w:val='{align}'/></w:rPr>")

    up, down = "superscript", "subscript"
    words = [run("In Nara"), set_to(up, "1"), run(" on 1"), set_to(up, "st"), run(" May, H"), set_to(down, "2")]
    words += [run("O, 5 km"), set_to(up, "2"), run(" and 10"), set_to(up, "6")]
    assert reading(docx(f"<w:p>{''.join(words)}</w:p>")).text == "In Nara 1 on 1st May, H2O, 5 km2 and 10^6"


def test_an_embedded_text_that_cannot_be_read_is_told() -> None:
    body = paragraph("Only this.") + "<w:altChunk r:id='c1'/><w:altChunk r:id='c2'/>"
    document = reading(docx(body, parts={"c2": ("aFChunk/docx", b"PK\x03\x04")}))
    assert document.text == "Only this."
    kind = "embedded parts (altChunk) were left out"
    assert document.remarks == (
        Remark(kind, "c1, which is not in the file"),
        Remark(kind, "afchunk-c2.docx: not a Word document (.docx), or damaged"),
    )


def test_what_word_shows_beside_the_text_is_cut() -> None:
    head = f"<w:hdr {W}><w:p>{run('Ministry')}</w:p></w:hdr>"
    said = f"<w:comments {W}><w:comment w:id='0'><w:p>{run('Check this.')}</w:p></w:comment></w:comments>"
    deleted = "<w:del><w:r><w:delText>never </w:delText></w:r></w:del>"
    hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>draft</w:t></w:r>"
    body = f"<w:p>{run('They ')}{deleted}{hidden}{run('met.')}</w:p>"
    parts: dict[str, tuple[str, str | bytes]] = {
        "h1": ("header", head),
        "h2": ("header", head),
        "f": ("footer", head.replace("Ministry", "Confidential")),
        "c": ("comments", said),
    }
    document = reading(docx(body, parts=parts))
    assert document.text == "They met."
    assert document.cut == ("never", "draft", "Ministry", "Confidential", "Check this.")


def test_words_are_not_grown_together_in_notes_rows_and_across_pages() -> None:
    note = "<w:footnote w:id='2'><w:p><w:r><w:t>See</w:t><w:tab/><w:t>file</w:t><w:br/><w:t>7.</w:t></w:r></w:p>"
    inner = f"<w:tbl><w:tr><w:tc><w:p>{run('x')}</w:p></w:tc><w:tc><w:p>{run('y')}</w:p></w:tc></w:tr></w:tbl>"
    body = (
        f"<w:p>{run('They met')}<w:r><w:br w:type='page'/></w:r>{run('again')}"
        "<w:r><w:footnoteReference w:id='2'/></w:r></w:p>"
        f"<w:tbl><w:tr><w:tc><w:p>{run('a')}</w:p>{inner}</w:tc><w:tc><w:p>{run('b')}</w:p></w:tc></w:tr></w:tbl>"
    )
    document = reading(docx(body, footnotes=f"<w:footnotes {W}>{note}</w:footnote></w:footnotes>"))
    assert document.text == "They met\nagain\n\na x | y | b"
    assert [each.text for each in document.notes] == ["See file 7."]


def test_symbols_hyphens_and_readings() -> None:
    symbol = "<w:r><w:sym w:font='{}' w:char='{}'/></w:r>"
    parted = " co\u00adope"
    ruby = f"<w:ruby><w:rt>{run('なら')}</w:rt><w:rubyBase>{run('奈良')}</w:rubyBase></w:ruby>"
    body = (
        f"<w:p>{run('The ')}{symbol.format('Symbol', 'F061')}{symbol.format('Wingdings', 'F0FC')}"
        f"{run(parted)}<w:r><w:softHyphen/></w:r>{run('rate')}<w:r><w:noBreakHyphen/></w:r>{run('in ')}"
        f"<w:r>{ruby}</w:r></w:p>"
    )
    assert reading(docx(body)).text == "The α• cooperate-in 奈良(なら)"


def test_a_water_mark_a_diagram_and_a_chart_have_words() -> None:
    drawing = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    lines = "".join(f"<a:p><a:r><a:t>{word}</a:t></a:r></a:p>" for word in ("Seoul", "Tokyo"))
    chart = "<c:strCache><c:pt><c:v>Exports</c:v></c:pt><c:pt><c:v>Imports</c:v></c:pt></c:strCache>"
    body = (
        "<w:p><w:r><w:pict><v:shape xmlns:v='v'><v:textpath string='DRAFT'/></v:shape></w:pict></w:r></w:p>"
        "<w:p><w:r><d:relIds xmlns:d='d' r:dm='d1'/><c:chart xmlns:c='c' r:id='c1'/></w:r></w:p>"
    )
    parts: dict[str, tuple[str, str | bytes]] = {
        "d1": ("diagramData", f"<x {drawing}>{lines}</x>"),
        "c1": ("chart", f"<c:x xmlns:c='c'>{chart}</c:x>"),
    }
    assert reading(docx(body, parts=parts)).text == "DRAFT\n\nSeoul\nTokyo\nExports\nImports"


@pytest.mark.parametrize(
    "title",
    [
        "Microsoft Word - letter_v3.doc",
        "Title",
        "Untitled",
        "Unbenannt 1",
        "Документ1",
        "memo.docx",
        "DOC0012",
        "無題",
        "[Title]",
        "Word Document",
        "New Microsoft Word Document",
        "Titre du document",
        "Dokumenttitel",
    ],
)
def test_a_program_s_title_is_none(title: str) -> None:
    body = paragraph("Joint Statement", "<w:pStyle w:val='Title'/>") + paragraph("They met in Nara and agreed.")
    assert reading(docx(body, title=title)).title == "Joint Statement"
    assert reading(docx(body, title="A Hotline")).title == "A Hotline"


def test_a_heading_at_the_top_is_the_title() -> None:
    styles = f"<w:styles {W}><w:style w:styleId='berschrift1'><w:name w:val='heading 1'/></w:style></w:styles>"
    heading = paragraph("Bericht", "<w:pStyle w:val='berschrift1'/>")
    text = paragraph("Die Minister sprachen am Dienstag in Nara.")
    assert reading(docx(heading + text, styles=styles)).title == "Bericht"
    assert reading(docx(text + heading, styles=styles)).title != "Bericht"


@pytest.mark.parametrize("kind", ["Memorandum", "Joint Statement", "Gemeinsame Erklärung", "Заявление", "共同声明"])
def test_the_kind_alone_above_the_text_is_the_title(kind: str) -> None:
    text = "The minister met the envoy and both agreed on the hotline between the capitals."
    body = paragraph("13 January 2026") + paragraph(text)
    assert reading(docx(paragraph(kind) + body, title="Microsoft Word - Template_letter_v3")).title == kind


def test_a_subject_below_the_kind_is_the_title() -> None:
    subject = paragraph("A Hotline between the Capitals, and What Will Come of It")
    text = paragraph("The minister met the envoy and both agreed on the hotline between the capitals.")
    assert reading(docx(paragraph("Memorandum") + subject + text)).title != "Memorandum"
