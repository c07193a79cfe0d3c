"""Office documents, as LibreOffice wrote them: all that they show is text, note or cut, and what they hide is not."""

import io
import re
import shutil
import zipfile
from pathlib import Path

import pytest

from dragoman.corpus.document import Document, Remark
from dragoman.corpus.read import read
from dragoman.corpus.readers import doc
from dragoman.corpus.readers.contract import Skipped
from support.packages import docx, odt, paragraph, pptx, rtf, shape
from support.places import ROOT

FIXTURES = ROOT / "tests" / "fixtures" / "formats"
TEXT = """Memorandum of Conversation

Nara, January 13, 2026. The two foreign ministers met for an hour and spoke of the zebra corridor. It ended late.
They dined.

- The first point concerned fisheries.
- The second point concerned visas.
- Visas for crews.

Delegation | Members
Freedonia (north) | seven

Remarks

Le ministre a répondu : « c’est naturel » — pour 5 €. 양국 장관은 나라에서 만났다. {}

A box about the lighthouse.

They parted at dusk.""".format("Министры встретились. 両大臣は奈良で会談した。")


def reading(path: Path, data: bytes | None = None) -> tuple[list[Document], list[str]]:
    if data is not None:
        path.write_bytes(data)
    found = list(read([path]))
    documents = [each for each in found if isinstance(each, Document)]
    return documents, [str(each).removeprefix(f"{path}: ") for each in found if isinstance(each, Skipped)]


@pytest.mark.parametrize("name", ["talks.odt", "talks.rtf"])
def test_a_memorandum_is_read_with_all_that_it_shows(name: str) -> None:
    (document,), skipped = reading(FIXTURES / name)
    assert document.text == TEXT
    assert document.title == "Memorandum on the fisheries talks"
    assert document.author == "Jane Doe"
    assert document.topics == ("fisheries", "Nara")
    assert [note.text for note in document.notes] == ["A squid was served.", "See the atlas."]
    assert [document.text[: note.at].split()[-1] for note in document.notes] == ["hour", "corridor"]
    assert {"Ministry of Herons", "Page 1", "Check the ostrich."} < set(document.cut)
    assert skipped == []


@pytest.mark.parametrize("name", ["talks.odt", "talks.rtf"])
def test_every_word_is_text_note_or_cut_and_no_hidden_one_is_text(name: str) -> None:
    (document,), _ = reading(FIXTURES / name)
    written = re.sub(
        r"<[^>]*>", " ", (FIXTURES / "talks.fodt").read_text(encoding="utf-8").partition("<office:body>")[2]
    )
    kept = set(re.findall(r"\w+", " ".join([document.text, *(note.text for note in document.notes), *document.cut])))
    of_changes = {"X", "Reviewer", "2026", "13T00", "00", "01", "1", "i"}
    assert set(re.findall(r"\w+", written)) - kept - of_changes == set()
    assert "walrus" not in document.text
    assert "pelican" not in document.text


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"caf\'e9 \u8364\'80 \u8220?quoted\u8221?", "café € “quoted”"),
        (r"{\f1 \'cc\'e8\'ed\'e8\'f1\'f2\'f0}", "Министр"),
        (r"\uc0\u1052\u1080\uc1{} and \u55357?\u56832?", "Ми and 😀"),
        (r"\uc2\u8364\'80\'80 each", "€ each"),
        (r"One.\par Two.\line Three.", "One.\n\nTwo.\nThree."),
        (r"a\~b well\_known soft\-ly \{braced\} back\\slash", "a b well-known softly {braced} back\\slash"),
        (r"\ldblquote He\rquote s gone\rdblquote \emdash so it seems", "“He’s gone”—so it seems"),
        (r"seen{\v hidden} {\deleted gone}{\*\unknownthing never}here", "seen here"),
        (r"{\field{\*\fldinst HYPERLINK http://a.example}{\fldrslt the link}} ends", "the link ends"),
        (r"{\pict\pngblip 89504e47}{\*\shppict{\pict ff}}picture", "picture"),
        ("\\bin5 {}\\{}text", "text"),
        (r"\trowd\pard\intbl A\par B\cell C\cell\row\trowd\intbl D\cell\cell\row\pard After", "A B | C\nD\n\nAfter"),
        (r"{\listtext 1.\tab}One\par{\listtext 2.\tab}Two\par\pard Three", "1. One\n2. Two\n\nThree"),
        ("broken\nin the\r\nsource\\\nline", "brokenin thesource\n\nline"),
    ],
)
def test_what_rtf_writes_in_its_own_way(body: str, text: str, tmp_path: Path) -> None:
    (document,), skipped = reading(tmp_path / "x.rtf", rtf(body))
    assert (document.text, skipped) == (text, [])


@pytest.mark.parametrize(
    ("head", "text", "shown"),
    [
        (r"\ansi\ansicpg1251", r"\'cd\'e0\'f0\'e0", "Нара"),
        (r"\mac", r"caf\'8e", "café"),
        (r"\ansi\deff1{\fonttbl{\f1\fnil\fcharset128 Mincho;}}", r"\'93\'de\'97\'c7", "奈良"),
        (r"\ansi\deff0{\fonttbl\f0\fcharset129 Batang;\f1\fcharset0 Times;}", r"\'b3\'aa\'b6\'f3", "나라"),
        (r"\ansi\ansicpg65001", r"\'c3\'a9t\'c3\'a9", "été"),
        (r"\ansi\ansicpg99999", r"\'e9t\'e9", "été"),
    ],
)
def test_the_code_pages_of_rtf(head: str, text: str, shown: str, tmp_path: Path) -> None:
    (document,), _ = reading(tmp_path / "x.rtf", rtf(text, head))
    assert document.text == shown


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"no RTF", "not RTF, or damaged"),
        (b"%PDF-1.7", "not RTF: it is a PDF"),
        (rtf(""), "no text"),
        (b"{\\rtf1 " + b"{" * 100_000, "RTF that is nested too deeply"),
    ],
)
def test_what_is_no_rtf_is_one_line(data: bytes, reason: str, tmp_path: Path) -> None:
    assert reading(tmp_path / "x.rtf", data) == ([], [reason])


def test_what_is_left_of_a_cut_off_rtf_file_is_read_and_that_is_told(tmp_path: Path) -> None:
    (document,), _ = reading(tmp_path / "x.rtf", rtf(r"{\b They met} in Nara.\par They")[:-1])
    assert document.text == "They met in Nara.\n\nThey"
    assert [each.kind for each in document.remarks] == ["the end of the file is missing"]


@pytest.mark.parametrize(
    ("behind", "text"),
    [
        (r"\par They dined.", "They met.\n\nThey dined."),
        (r"}\par One} two}", "They met.\n\nOne two"),
        (r"{\rtf1 \'c9lys\'e9e}", "They met.\n\nÉlysée"),
        (r"{\b bold} \u8364?", "They met.bold €"),
    ],
)
def test_what_stands_behind_the_last_brace_is_read_too(behind: str, text: str, tmp_path: Path) -> None:
    (document,), _ = reading(tmp_path / "x.rtf", rtf("They met.") + behind.encode())
    assert document.text == text
    assert [each.kind for each in document.remarks] == ["text behind the last brace was read too"]


@pytest.mark.parametrize("behind", [b"\0\0\0", b"\r\n}\r\n", b"\x1a", b"\x00\x01PNG\x02{text}"])
def test_what_is_no_text_behind_the_last_brace_is_nothing(behind: bytes, tmp_path: Path) -> None:
    (document,), _ = reading(tmp_path / "x.rtf", rtf("They met.") + behind)
    assert (document.text, document.remarks) == ("They met.", ())


@pytest.mark.parametrize("said", ["Zürich und Köln", "Сеул и Москва", "奈良で会談", "l’Élysée – 5 €"])
def test_letters_as_they_are_in_rtf_are_utf8(said: str, tmp_path: Path) -> None:
    (document,), _ = reading(tmp_path / "x.rtf", rf"{{\rtf1\ansi {said} caf\'e9 \u252ü{said}}}".encode())
    assert (document.text, document.remarks) == (f"{said} café ü{said}", ())
    if said.startswith("Z"):
        (document,), _ = reading(tmp_path / "x.rtf", rf"{{\rtf1\ansi {said}}}".encode("cp1252"))
        assert (document.text, document.remarks) == (said, ())


def test_bytes_that_are_wrong_in_rtf_are_counted(tmp_path: Path) -> None:
    (document,), _ = reading(tmp_path / "x.rtf", rtf(r"They met\'81 in Nara\'9d\'8d."))
    assert document.text == "They met\ufffd in Nara\ufffd\ufffd."
    assert [str(each) for each in document.remarks] == [
        str(Remark("bytes that are no windows-1252 were replaced", "3"))
    ]


def test_rtf_takes_time_in_proportion_to_its_length(tmp_path: Path) -> None:
    (document,), _ = reading(tmp_path / "x.rtf", rtf(r"{\b word\'20}{\i \u8364?}\par " * 100_000))
    assert document.text.count("word") == 100_000


def test_odd_corners_of_an_opendocument_text(tmp_path: Path) -> None:
    hidden = '<style:style style:name="H"><style:text-properties text:display="none"/></style:style>'
    body = (
        '<text:p>Shown<text:span text:style-name="H"> unseen</text:span><text:s text:c="2"/>too.</text:p>'
        '<text:section><text:p text:style-name="H">Unseen.</text:p><text:p>In a section.</text:p></text:section>'
        '<text:section text:display="none"><text:p>Unseen.</text:p></text:section>'
        "<text:table-of-content><text:index-body><text:p>Contents 1</text:p></text:index-body></text:table-of-content>"
        "<text:list><text:list-item/><text:list-item><text:p>An item</text:p><text:p>goes on.</text:p></text:list-item>"
        "</text:list><text:p><text:ruby><text:ruby-base>奈良</text:ruby-base><text:ruby-text>なら</text:ruby-text>"
        "</text:ruby></text:p><text:p>Note<text:note><text:note-citation>1</text:note-citation><text:note-body>"
        "<text:h>Head</text:h><text:p>Body</text:p></text:note-body></text:note></text:p>"
    )
    (document,), skipped = reading(tmp_path / "x.odt", odt(body, hidden))
    assert document.text == "Shown too.\n\nIn a section.\n\n- An item\ngoes on.\n\n奈良 (なら)\n\nNote"
    assert [(note.mark, note.text) for note in document.notes] == [("1", "Head Body")]
    assert (document.cut, skipped) == (("unseen", "Unseen.", "Contents 1"), [])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"no zip", "not an OpenDocument text (.odt), or damaged"),
        (odt(""), "no text"),
        (odt("<text:p>x</text:p>")[:-30], "not an OpenDocument text (.odt), or damaged"),
        (odt("<text:p>x"), "not XML that can be read"),
        (
            odt("<text:p>x</text:p>", manifest="<m><f><encryption-data/></f></m>"),
            "protected by a password: save it without one",
        ),
        (odt("<text:p>" + "x" * 30_000_000 + "</text:p>"), "a zip bomb"),
        (odt("<text:p>" * 1_000 + "x" + "</text:p>" * 1_000), "XML that is nested too deeply"),
    ],
)
def test_what_is_no_opendocument_text_is_one_line(data: bytes, reason: str, tmp_path: Path) -> None:
    documents, (skipped,) = reading(tmp_path / "x.odt", data)
    assert documents == []
    assert skipped.startswith(reason)


def test_a_spreadsheet_is_no_text_and_entities_are_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "word word">]><m>&b;</m>'
    documents, (skipped,) = reading(tmp_path / "x.odt", odt("<text:p>x</text:p>", manifest=bomb))
    assert (documents, "declares entities" in skipped) == ([], True)
    documents, (skipped,) = reading(tmp_path / "x.odt", odt("<text:p>x</text:p>", kind="spreadsheet"))
    assert (documents, skipped) == (
        [],
        "not an OpenDocument text (.odt): it is application/vnd.oasis.opendocument.spreadsheet",
    )


# -------------------------------------------------------------------------------------------------- Presentations


def test_a_presentation_is_one_document_with_a_page_a_slide() -> None:
    (document,), skipped = reading(FIXTURES / "talks.pptx")
    assert document.text == (
        "Fisheries talks in Nara\n\nThe zebra corridor opens\n양국 장관은 나라에서 만났다\n\n"
        "Delegation | Members\nFreedonia | seven\n\nA box about the lighthouse\nby the sea\n\nIts keeper"
    )
    assert (document.title, document.author) == ("Briefing on the fisheries talks", "Jane Doe")
    assert [(note.mark, note.text) for note in document.notes] == [("1", "Mention the squid.")]
    assert [(each.label, document.text[each.at :].split()[0]) for each in document.pages] == [
        ("1", "Fisheries"),
        ("2", "Delegation"),
    ]
    assert set(document.cut) == {"Ministry of Herons", "1", "A walrus nobody is shown"}
    assert skipped == []


def test_slides_come_in_the_order_of_the_show_with_diagrams_and_charts(tmp_path: Path) -> None:
    slides = {"b": shape("Second file, first slide", "ctrTitle"), "a": shape("Next") + shape("9", "sldNum")}
    chart = "<a:p><a:t>Catch</a:t></a:p><c><strCache><v>North</v><v>South</v></strCache></c>"
    diagram = "<a:p><a:t>Step one</a:t></a:p><a:p/>"
    (document,), _ = reading(tmp_path / "x.pptx", pptx(slides, chart=chart, diagramData=diagram))
    assert document.text.startswith("Second file, first slide\n\nCatch\nNorth\nSouth\n\nStep one\n\nNext\n\nCatch")
    assert (document.title, document.cut) == ("Second file, first slide", ("9",))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"no zip", "not a presentation (.pptx), or damaged"),
        (b"\xd0\xcf\x11\xe0old", "an old Office file such as .ppt: save it as .pptx"),
        (pptx({}), "no text"),
        (pptx({"a": shape("")}), "no text"),
        (pptx({"a": shape("x" * 30_000_000)}), "a zip bomb"),
        (pptx({"a": "<p:grpSp>" * 500 + shape("x") + "</p:grpSp>" * 500}), "XML that is nested too deeply"),
        (pptx({"a": shape("x")})[:-40], "not a presentation (.pptx), or damaged"),
    ],
)
def test_what_is_no_presentation_is_one_line(data: bytes, reason: str, tmp_path: Path) -> None:
    documents, (skipped,) = reading(tmp_path / "x.pptx", data)
    assert documents == []
    assert skipped.startswith(reason)


# ------------------------------------------------------------------------------------------------------ Workbooks


def test_each_row_of_a_workbook_is_a_document_as_in_csv() -> None:
    pytest.importorskip("openpyxl")
    documents, skipped = reading(FIXTURES / "releases.xlsx")
    csv, _ = reading(FIXTURES / "releases.csv")
    assert [(each.id, each.title, each.text, each.dates) for each in documents] == [
        (each.id, each.title, each.text, each.dates) for each in csv
    ]
    assert [each.id for each in documents] == ["r1", "7", "r3"]
    assert [str(each.dates) for each in documents] == ["2026-01-13", "2026-02-01", "2026-03-05"]
    assert [each.unused for each in documents] == [("votes",), ("votes",), ()]
    assert skipped == []


def workbook(sheets: dict[str, list[list[object]]], hidden: str = "") -> bytes:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.sheet_state = "hidden" if name == hidden else "visible"
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_every_sheet_with_a_column_of_texts_is_read(tmp_path: Path) -> None:
    sheets: dict[str, list[list[object]]] = {
        "Letters": [[], ["id", "text", "date"], [1, "One.", None], [], [2.0, "Two.", "1951"], [3, None, None]],
        "Notes": [["who", "what"], ["I", "made this"]],
        "More": [["id", "text"], ["m", "Three."]],
        "Old": [["id", "text"], ["o", "Nobody sees it."]],
        "Empty": [],
    }
    documents, skipped = reading(tmp_path / "x.xlsx", workbook(sheets, hidden="Old"))
    assert [(each.id, each.text) for each in documents] == [("1", "One."), ("2", "Two."), ("m", "Three.")]
    assert [each.removeprefix(str(tmp_path / "x.xlsx")) for each in skipped] == [
        " Letters row 6: has no text: name its field with text=KEY if it is not 'text'",
        " Notes: no column in row 1 has a text: name it with text=COLUMN, of who, what",
        " Old: a hidden sheet: show it if it is to be read",
    ]


def test_rows_and_columns_far_away_are_read(tmp_path: Path) -> None:
    rows: list[list[object]] = [["id", *[""] * 1_200, "text"], *[[]] * 3_000, ["a", *[""] * 1_200, "They met."]]
    (document,), skipped = reading(tmp_path / "x.xlsx", workbook({"A": rows}))
    assert (document.text, skipped) == ("They met.", [])


def test_a_sheet_that_claims_to_have_no_end_is_one_line(tmp_path: Path) -> None:
    good = workbook({"A": [["id", "text"], ["a", "One."], ["b", "Two."]]})
    with zipfile.ZipFile(io.BytesIO(good)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml")
    forged = with_member(good, "xl/worksheets/sheet1.xml", sheet.replace(b'r="3"', b'r="999999999"'))
    (document,), (skipped,) = reading(tmp_path / "x.xlsx", forged)
    assert document.text == "One."
    assert "more than 1,048,576 rows" in skipped


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!", "#VALUE!"])
def test_an_error_in_a_cell_is_no_value(error: str, tmp_path: Path) -> None:
    rows: list[list[object]] = [["id", "text", "title"], ["a", "They met.", error], ["b", error, "Talks"]]
    (document,), (skipped,) = reading(tmp_path / "x.xlsx", workbook({"A": rows}))
    assert (document.title, document.provenance["title"]) == ("They met", "inferred")
    assert document.remarks == (Remark("cells with an error were left open", f"title: {error}"),)
    assert "row 3: has no text: name" in skipped


def test_a_formula_that_was_never_computed_is_told_as_one(tmp_path: Path) -> None:
    rows: list[list[object]] = [["id", "text"], ["a", "They met."], ["b", '=CONCATENATE("They ", "dined.")']]
    (document,), (skipped,) = reading(tmp_path / "x.xlsx", workbook({"A": rows}))
    assert document.text == "They met."
    why = "has no text, or a formula that was never computed: open the workbook in a spreadsheet program, and save it"
    assert skipped == f"{tmp_path / 'x.xlsx'} row 3: {why}"


def test_character_data_in_a_workbook_declares_nothing(tmp_path: Path) -> None:
    good = workbook({"A": [["id", "text"], ["a", "One."]]})
    with zipfile.ZipFile(io.BytesIO(good)) as package:
        name = next(name for name in package.namelist() if b"One." in package.read(name))
        strings = package.read(name).replace(b"One.", b"<![CDATA[One & all.]]>")
    (document,), skipped = reading(tmp_path / "x.xlsx", with_member(good, name, strings))
    assert (document.text, skipped) == ("One & all.", [])


def test_a_workbook_without_rows_is_named_and_sheets_that_count_from_one_are_all_kept(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    assert [each.removeprefix(str(path)) for each in reading(path, workbook({"A": [], "B": []}))[1]] == ["empty"]
    documents, skipped = reading(path, workbook({"A": [["id", "text"]], "B": [["id", "text"], [1, "One."]]}))
    assert [each.removeprefix(str(path)) for each in skipped] == [" A: no rows under the names of its columns"]
    assert [each.id for each in documents] == ["1"]
    sheets: dict[str, list[list[object]]] = {
        year: [["id", "text"], [1, f"The treaty of {year}."], [2, "An act."]] for year in ("1950", "1951")
    }
    documents, _ = reading(path, workbook(sheets))
    assert {each.id.removeprefix(str(path)): each.text for each in documents} == {
        "1": "The treaty of 1950.",
        "2": "An act.",
        "!1951!1": "The treaty of 1951.",
    }


def with_member(data: bytes, name: str, content: bytes) -> bytes:
    """A package with a member added, or replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            if each != name:
                new.writestr(each, old.read(each))
        new.writestr(name, content)
    return out.getvalue()


def test_what_is_no_workbook_is_one_line(tmp_path: Path) -> None:
    good = workbook({"A": [["id", "text"], ["a", "One."]]})
    entities = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><sst>&b;</sst>'
    for data, reason in (
        (b"", "empty"),
        (b"no zip", "not an Excel workbook (.xlsx), or damaged"),
        (b"\xd0\xcf\x11\xe0old", "an old Office file such as .xls: save it as .xlsx"),
        (good[:-40], "not an Excel workbook (.xlsx), or damaged"),
        (with_member(good, "xl/sharedStrings.xml", entities), "XML that declares entities"),
        (with_member(good, "xl/sharedStrings.xml", entities.decode().encode("utf-16")), "XML that declares entities"),
        (with_member(good, "xl/media/image1.bin", b"0" * 30_000_000), "a zip bomb"),
        (with_member(good, "xl/workbook.xml", b"<x"), "not an Excel workbook (.xlsx) that can be read"),
        (odt("<text:p>x</text:p>"), "not an Excel workbook (.xlsx) that can be read"),
    ):
        documents, (skipped,) = reading(tmp_path / "x.xlsx", data)
        assert (documents, skipped[: len(reason)]) == ([], reason)


def test_macros_in_a_workbook_are_not_looked_at(tmp_path: Path) -> None:
    data = with_member(workbook({"A": [["id", "text"], ["a", "One."]]}), "xl/vbaProject.bin", b"Shell(evil)")
    documents, skipped = reading(tmp_path / "x.xlsm", data)
    assert ([each.text for each in documents], skipped) == (["One."], [])


# ------------------------------------------------------------------------------------------- Old Word documents


@pytest.mark.process
def test_an_old_word_document_is_read_where_libreoffice_is_there() -> None:
    if not shutil.which("soffice"):
        pytest.skip("needs LibreOffice")
    (document,), skipped = reading(FIXTURES / "talks.doc")
    assert document.text.replace("A box about the lighthouse.\n\n", "") == TEXT.replace(
        "A box about the lighthouse.\n\n", ""
    )
    assert [note.text for note in document.notes] == ["A squid was served.", "See the atlas."]
    assert (document.title, skipped) == ("Memorandum on the fisheries talks", [])


@pytest.mark.process
def test_an_old_word_document_is_read_where_antiword_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not (antiword := shutil.which("antiword")):
        pytest.skip("needs antiword")
    (tmp_path / "antiword").symlink_to(antiword)
    monkeypatch.setenv("PATH", str(tmp_path))
    (document,), _ = reading(FIXTURES / "talks.doc")
    assert "spoke of the zebra corridor" in document.text
    assert "양국 장관은 나라에서 만났다" in document.text
    damaged = tmp_path / "x.doc"
    assert reading(damaged, b"\xd0\xcf\x11\xe0" + b"x" * 600)[1] == [
        "antiword cannot convert it: it is damaged or protected by a password"
    ]


def test_without_a_program_an_old_word_document_is_a_line_with_advice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    advice = "an old Office file such as .doc: save it as .docx, or install LibreOffice or antiword"
    assert reading(FIXTURES / "talks.doc") == ([], [f"{advice}"])


@pytest.mark.process
def test_a_program_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "soffice").write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    (tmp_path / "soffice").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(doc, "_LONGEST_SECONDS", 0.2)
    documents, (skipped,) = reading(FIXTURES / "talks.doc")
    assert (documents, "seconds to convert" in skipped) == ([], True)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (rtf("They met."), "They met."),
        (b"<html><body><p>They met.</p></body></html>", "They met."),
        (docx(paragraph("They met.")), "They met."),
    ],
)
def test_what_is_only_called_doc_is_read_as_what_it_is(data: bytes, text: str, tmp_path: Path) -> None:
    (document,), skipped = reading(tmp_path / "x.doc", data)
    assert (document.text, skipped) == (text, [])


# ---------------------------------------------------------------------------------------------- Saved web pages


def test_a_saved_web_page_is_the_page(tmp_path: Path) -> None:
    (document,), skipped = reading(FIXTURES / "page.mhtml")
    assert (document.title, document.author, str(document.dates)) == (
        "Ministers open the zebra corridor",
        "Jane Doe",
        "2026-01-13",
    )
    assert document.text.startswith("The two foreign ministers met in Nara")
    assert "c’est naturel" in document.text
    assert document.url == "https://www.example.org/corridor"
    assert set(document.cut) >= {"Contact us"}
    assert [each.kind for each in document.remarks] == ["frames of a saved page were left out"]
    assert skipped == []


@pytest.mark.parametrize(
    ("header", "body", "text"),
    [
        ("Content-Type: text/html; charset=windows-1251", "Министры встретились в Наре.".encode("cp1251"), "Министры"),
        ("Content-Type: text/html", '<meta charset="euc-kr"><p>양국 장관'.encode("euc-kr"), "양국 장관"),
        ("Content-Type: text/html; charset=no-such", "<p>été".encode(), "été"),
    ],
)
def test_a_saved_page_is_in_the_encoding_that_it_names(header: str, body: bytes, text: str, tmp_path: Path) -> None:
    (document,), _ = reading(tmp_path / "x.mht", b"MIME-Version: 1.0\r\n" + header.encode() + b"\r\n\r\n" + body)
    assert document.text.startswith(text)


@pytest.mark.parametrize(
    "data", [b"", b"nothing", b"%PDF-1.7", b"MIME-Version: 1.0\n\nplain", b"From: a@b.c\n\nHello."]
)
def test_what_is_no_saved_page_is_one_line(data: bytes, tmp_path: Path) -> None:
    documents, skipped = reading(tmp_path / "x.mhtml", data)
    assert (documents, len(skipped)) == ([], 1)
