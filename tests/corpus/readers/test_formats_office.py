"""Office documents, as LibreOffice wrote them: all that they show is text, note or cut, and what they hide is not."""

import io
import re
import zipfile
from pathlib import Path

import pytest

from dragoman.corpus.document import Document
from dragoman.corpus.read import read
from dragoman.corpus.readers.contract import Skipped
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
OFFICE = "urn:oasis:names:tc:opendocument:xmlns"


def reading(path: Path, data: bytes | None = None) -> tuple[list[Document], list[str]]:
    if data is not None:
        path.write_bytes(data)
    found = list(read([path]))
    documents = [each for each in found if isinstance(each, Document)]
    return documents, [str(each).removeprefix(f"{path}: ") for each in found if isinstance(each, Skipped)]


def rtf(
    body: str, head: str = r"\ansi\ansicpg1252\deff0{\fonttbl{\f0\fcharset0 Times;}{\f1\fcharset204 Arial;}}"
) -> bytes:
    return rf"{{\rtf1{head} {body}}}".encode("latin-1")


def odt(body: str, styles: str = "", manifest: str = "<m/>", kind: str = "text") -> bytes:
    out = io.BytesIO()
    spaces = " ".join(f'xmlns:{each}="{OFFICE}:{each}:1.0"' for each in ("office", "text", "table", "style", "drawing"))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}")
        archive.writestr(
            "content.xml",
            f"<office:document-content {spaces}><office:automatic-styles>{styles}</office:automatic-styles>"
            f"<office:body><office:text>{body}</office:text></office:body></office:document-content>",
        )
        archive.writestr("META-INF/manifest.xml", manifest)
    return out.getvalue()


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
        "</text:ruby></text:p>"
    )
    (document,), skipped = reading(tmp_path / "x.odt", odt(body, hidden))
    assert document.text == "Shown too.\n\nIn a section.\n\n- An item\ngoes on.\n\n奈良 (なら)"
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
