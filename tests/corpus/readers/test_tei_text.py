"""TEI of any kind: one document a text, with the header's description; no word is lost, and none grows together."""

import re
from pathlib import Path

import pytest

from dragoman.corpus.document import Document
from dragoman.corpus.read import read
from dragoman.corpus.readers.contract import Skipped

HEADER = """<teiHeader><fileDesc><titleStmt><title>Letter to the <hi>Minister</hi></title><author>Jane Doe</author>
</titleStmt><publicationStmt><date when="2015">2015</date></publicationStmt><sourceDesc><bibl><date when="1871-03-05">
5 March</date></bibl></sourceDesc></fileDesc><profileDesc><langUsage><language ident="de">German</language></langUsage>
</profileDesc></teiHeader>"""
BODY = """<front><titlePage><docTitle><titlePart>Letters</titlePart></docTitle></titlePage></front><body><pb n="12"/>
<fw>LETTERS</fw><head>To the Minister</head><div><ab>Honoured <persName>Sir</persName>,</ab><ab>I <choice>
<sic>rote</sic><corr>wrote</corr></choice> on <del>Monday</del><add>Tuesday</add><note n="1">A squid.</note> of the
<hi>zebra</hi> corri<pb n="13" break="no"/>dor.</ab><lg><l>First line</l><l>Second line</l></lg><sp>
<speaker>Envoy</speaker>
<p>Quite.</p></sp><table><row><cell>Delegation</cell><cell>Members</cell></row>
<row><cell>Freedonia</cell><cell>seven</cell></row>
</table></div></body><back><p>An index.</p></back>"""
SPACE = 'xmlns="http://www.tei-c.org/ns/1.0"'


def reading(path: Path, content: str) -> tuple[list[Document], list[str]]:
    path.write_text(content, encoding="utf-8")
    found = list(read([path]))
    documents = [each for each in found if isinstance(each, Document)]
    return documents, [str(each).removeprefix(f"{path}: ") for each in found if isinstance(each, Skipped)]


def test_a_text_is_one_document_with_what_its_header_says(tmp_path: Path) -> None:
    path = tmp_path / "letter.xml"
    (document,), skipped = reading(path, f"<TEI {SPACE}>{HEADER}<text>{BODY}</text></TEI>")
    assert (document.id, document.title, document.author) == (str(path), "Letter to the Minister", "Jane Doe")
    assert (str(document.dates), document.language) == ("1871-03-05", "de")  # not 2015, when the edition was made
    assert document.text == (
        "Letters\n\nTo the Minister\n\nHonoured Sir,\n\nI wrote on Tuesday of the zebra corridor.\n\nFirst line\n"
        "Second line\n\nEnvoy\n\nQuite.\n\nDelegation | Members\nFreedonia | seven\n\nAn index."
    )
    assert [(note.mark, note.text, document.text[: note.at][-7:]) for note in document.notes] == [
        ("1", "A squid.", "Tuesday")
    ]
    assert set(document.cut) == {"LETTERS", "rote", "Monday"}
    assert [each.label for each in document.pages] == ["12", "13"]
    assert skipped == []


def test_divisions_around_a_text_that_is_read_are_not_left_out(tmp_path: Path) -> None:
    text = "<front><div><p>Before.</p></div></front><body><p>Amid.</p></body><back><div><p>Behind.</p></div></back>"
    (document,), skipped = reading(tmp_path / "x.xml", f"<TEI {SPACE}><text>{text}</text></TEI>")
    assert (document.text, skipped) == ("Before.\n\nAmid.\n\nBehind.", [])


def test_every_word_of_a_text_is_text_note_or_cut(tmp_path: Path) -> None:
    (document,), _ = reading(tmp_path / "x.tei", f"<TEI {SPACE}>{HEADER}<text>{BODY}</text></TEI>")
    kept = " ".join([document.text, *(note.text for note in document.notes), *document.cut])
    written = re.sub(r"<[^>]*>", " ", BODY.replace('corri<pb n="13" break="no"/>dor', "corridor"))
    assert set(re.findall(r"\w+", written)) - set(re.findall(r"\w+", kept)) == set()


@pytest.mark.parametrize("unnumbered", ['<pb facs="3.jpg"/>', '<pb n=""/>', '<pb n="[]"/>', "<pb/>"])
def test_a_page_without_a_number_ends_the_one_before(unnumbered: str, tmp_path: Path) -> None:
    text = f'<p><pb n="5"/>First {unnumbered} second <pb n="7"/> third</p>'
    whole = f"<TEI {SPACE}><text>{text}</text></TEI>"
    volume = (
        f'<TEI {SPACE} xml:id="frus1"><text><body><div type="document" xml:id="d1">{text}</div></body></text></TEI>'
    )
    for number, content in enumerate((whole, volume)):
        (document,), _ = reading(tmp_path / f"{number}.xml", content)
        assert [(each.label, document.text[each.at :].split()[0]) for each in document.pages] == [
            ("5", "First"),
            ("", "second"),
            ("7", "third"),
        ]


def test_each_text_of_a_corpus_is_a_document(tmp_path: Path) -> None:
    texts = "".join(
        f"<TEI{mark}><text><p>Letter {number}.</p></text></TEI>" for number, mark in ((1, ' xml:id="a"'), (2, ""))
    )
    documents, _ = reading(tmp_path / "x.xml", f"<teiCorpus {SPACE}>{texts}</teiCorpus>")
    assert [(each.id, each.text) for each in documents] == [
        ("a", "Letter 1."),
        (f"{tmp_path / 'x.xml'}!2", "Letter 2."),
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (f"<TEI {SPACE}>{HEADER}</TEI>", "TEI without a text"),
        (f"<TEI {SPACE}><text><body/></text></TEI>", "TEI without a text"),
        ("<html><p>no</p></html>", "XML, but not TEI"),
        (f'<!DOCTYPE TEI [<!ENTITY a "b">]><TEI {SPACE}><text><p>&a;</p></text></TEI>', "XML that declares entities"),
        (f"<TEI {SPACE}><text>{'<ab>' * 500}x{'</ab>' * 500}</text></TEI>", "XML that is nested too deeply"),
    ],
)
def test_what_is_no_text_is_one_line(content: str, reason: str, tmp_path: Path) -> None:
    documents, (skipped,) = reading(tmp_path / "x.xml", content)
    assert documents == []
    assert skipped.startswith(reason)
