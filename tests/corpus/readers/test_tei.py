"""TEI of Foreign Relations of the United States: documents with dates, people and footnotes; bad XML is one line."""

import gzip
import json
import lzma
import re
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  # compiled, and without stubs

from dragoman.corpus.document import DateInterval, Document, Note, Page, Person
from dragoman.corpus.read import read
from dragoman.corpus.readers.contract import Skipped
from support.places import SHARED

TEI = "{http://www.tei-c.org/ns/1.0}"
XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
VOLUMES = {"frus1861": 349, "frus1958-60v18": 336, "frus1969-76v19p1": 172}

FRONT = """<front><titlePage><docTitle>A volume</docTitle></titlePage>
<div type="section" xml:id="persons"><head>Persons</head><list>
<item><persName xml:id="p_A">Abrams, Creighton W., Jr.</persName>, General, USA</item>
<item><persName xml:id="p_K">Kishi, Nobusuke</persName>, Prime Minister of Japan</item>
<item><persName xml:id="p_M">MacArthur, Douglas II</persName>, Ambassador to Japan</item>
<item><persName xml:id="p_P">Pak Chong-hui</persName>, President</item></list></div></front>"""

MEMORANDUM = """<div type="document" xml:id="d7" n="7">
<head>7. Memorandum of Conversation<note n="1" type="source">Source: Central Files. <hi>Secret</hi>.</note></head>
<opener><dateline><placeName>Tokyo</placeName>, <date from="1958-08-01" to="1958-08-02">August 1–2,
 1958</date>.</dateline></opener>
<list type="participants"><head>PARTICIPANTS</head><item>Ambassador <persName corresp="#p_M">MacArthur</persName></item>
<item>Mr. George Shimanouchi, Foreign Ministry</item><item>The Secretary</item></list>
<p>He met <persName corresp="#p_K">Kishi</persName>,<note n="2">See <ref>Document 1</ref>.</note> who
  agreed<pb n="12" xml:id="pg_12"/>.</p>
<list><label>1.</label><item><p>Trade<note n="3">Not printed.</note></p></item>
<label>2.</label><item>Peace</item></list>
<table><row><cell>1957</cell><cell>18.3<note n="4">Billion.</note></cell></row><row><cell><p>1958</p></cell>
<cell/></row></table>
<closer><signed>D. MacA.</signed></closer>
<frus:attachment><div type="document"><head>Enclosure</head>
<dateline>Seoul, <date when="1950-01-01">1950</date></dateline>
<p>From <persName type="from">Somebody</persName>.</p></div></frus:attachment></div>"""

TELEGRAM = """<div type="document" xml:id="d8"><head>8. Telegram From
 <persName type="from" corresp="#p_A">Abrams</persName> to <persName type="to">Rusk</persName></head>
<dateline><placeName>Saigon</placeName>, <date>undated</date>.</dateline><p>Received.</p></div>"""

NOTE = """<div type="document" xml:id="d9" subtype="editorial-note" frus:doc-dateTime-min="1958-09-01T00:00:00"
 frus:doc-dateTime-max="1958-09-03T23:59:59"><head>9. Editorial Note</head><p>In September they met.</p></div>"""

BACK = '<back><div type="section"><head>Index</head><div><p>Japan, 7</p></div></div></back>'


def volume(*documents: str, front: str = FRONT, back: str = BACK, before: str = "") -> str:
    body = '<div type="compilation"><head>Japan</head><div type="chapter"><head>Security<note n="1">x</note></head>'
    body += "".join(documents) + "</div></div>"
    space = 'xmlns="http://www.tei-c.org/ns/1.0" xmlns:frus="http://history.state.gov/frus/ns/1.0"'
    text = f"<text>{front}<body>{body}</body>{back}</text>"
    return f'<?xml version="1.0" encoding="UTF-8"?>{before}<TEI {space} xml:id="frus1958v01"><teiHeader/>{text}</TEI>'


def reading(path: Path, data: str | bytes) -> tuple[list[Document], list[str]]:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    found = list(read([path]))
    documents = [each for each in found if isinstance(each, Document)]
    return documents, [str(each).removeprefix(f"{path}") for each in found if isinstance(each, Skipped)]


def test_documents_are_the_units_of_a_volume(tmp_path: Path) -> None:
    documents, skipped = reading(tmp_path / "x.xml", volume(MEMORANDUM, TELEGRAM, NOTE))
    assert [each.id for each in documents] == ["frus1958v01/d7", "frus1958v01/d8", "frus1958v01/d9"]
    assert [each.kind for each in documents] == ["memorandum of conversation", "telegram", "editorial note"]
    assert skipped == [": 1 part of its front matter and 1 part of its back matter left out"]
    first = documents[0]
    assert first.title == "Memorandum of Conversation"
    assert first.url == "https://history.state.gov/historicaldocuments/frus1958v01/d7"
    assert (first.place, first.outlet) == ("Tokyo", "Foreign Relations of the United States")
    assert first.dates == DateInterval(date(1958, 8, 1), date(1958, 8, 2))
    assert first.topics == ("Japan", "Security")
    assert first.provenance["dates"] == "given"


def test_what_is_in_no_document_is_counted(tmp_path: Path) -> None:
    between = "<p>In this chapter,</p><list><item>two</item></list><div><head>More</head><p>papers.</p></div>"
    data = volume(f"<p>Before.</p>{MEMORANDUM}{between}", front="<front><p>By hand.</p></front>", back="")
    for content in (data, data.replace("frus1958v01", "other")):
        documents, skipped = reading(tmp_path / "x.xml", content)
        assert len(documents) == 1
        assert skipped == [": 1 part of its front matter and 4 parts of its body outside its documents left out"]


def test_text_keeps_its_lines_and_footnotes_are_apart(tmp_path: Path) -> None:
    document = reading(tmp_path / "x.xml", volume(MEMORANDUM))[0][0]
    assert document.text == (
        "Tokyo, August 1–2, 1958.\n\nPARTICIPANTS\nAmbassador MacArthur\nMr. George Shimanouchi, Foreign Ministry\n"
        "The Secretary\n\nHe met Kishi, who agreed.\n\n1. Trade\n2. Peace\n\n1957 | 18.3\n1958 |\n\nD. MacA.\n\n"
        "Enclosure\n\nSeoul, 1950\n\nFrom Somebody."
    )
    places = [document.text.index(" who agreed"), document.text.index("\n2. Peace"), document.text.index("\n1958")]
    assert document.notes == (
        Note("1", 0, "Source: Central Files. Secret."),
        Note("2", places[0], "See Document 1."),
        Note("3", places[1], "Not printed."),
        Note("4", places[2], "Billion."),
    )


def test_pages_are_marked_where_their_first_word_stands(tmp_path: Path) -> None:
    letter = """<pb n="40" xml:id="pg_40"/><div type="document" xml:id="d1"><head>1. Letter<pb n="41"/></head>
    <p>They met.<note n="1">A note that<pb xml:id="pg_42"/> runs.</note> Again they met, <pb n="[43]"/>and parted.</p>
    <pb xml:id="pg_44" n="44"/></div><div type="document" xml:id="d2"><head>2. Reply</head><p>Yes.</p></div>"""
    first, second = reading(tmp_path / "x.xml", volume(letter))[0]
    assert [(page.label, first.text[page.at :].split()[0]) for page in first.pages] == [
        ("41", "They"),
        ("42", "Again"),
        ("43", "and"),
    ]
    assert second.pages == (Page("44", 0),), "it begins on the page that the one before ended on"


def test_people_have_their_full_names_and_parts(tmp_path: Path) -> None:
    memorandum, telegram = reading(tmp_path / "x.xml", volume(MEMORANDUM, TELEGRAM))[0]
    assert memorandum.people == (
        Person("Douglas MacArthur II", "participant"),
        Person("George Shimanouchi", "participant"),
        Person("Nobusuke Kishi", ""),
    )
    assert telegram.people == (Person("Creighton W. Abrams, Jr.", "from"), Person("Rusk", "to"))
    assert telegram.title == "Telegram From Abrams to Rusk"


def test_the_volume_its_correspondents_and_what_the_source_note_states(tmp_path: Path) -> None:
    offices = """<div type="document" xml:id="d10"><head>10. Telegram From the <gloss type="from">Embassy in
 Japan<note n="1" type="source">Source: Box 3. Confidential File. Niact.</note></gloss> to the
 <gloss type="to"> Department of State</gloss> and <persName type="to" corresp="#p_A">Abrams</persName></head>
<p>Sent.</p><frus:attachment><div><head>From <persName type="from">Lane</persName></head>
<note type="source">Top Secret.</note><p>Enclosed.</p></div></frus:attachment></div>"""
    early = """<div type="document" xml:id="d11"><head>Mr. Lane to Mr. Pole</head>
<note type="source" rend="inline">[Confidential.]</note><p>Sir: I wrote.</p></div>"""
    memorandum, telegram, sent, letter = reading(tmp_path / "x.xml", volume(MEMORANDUM, TELEGRAM, offices, early))[0]
    assert {each.volume for each in (memorandum, telegram, sent, letter)} == {"frus1958v01"}
    assert (telegram.senders, telegram.recipients) == (("Creighton W. Abrams, Jr.",), ("Rusk",))
    assert (sent.senders, sent.recipients) == (
        ("Embassy in Japan",),
        ("Department of State", "Creighton W. Abrams, Jr."),
    )
    assert (memorandum.senders, memorandum.recipients) == ((), ())
    marks = [each.classification for each in (memorandum, telegram, sent, letter)]
    assert marks == ["Secret", "", "", "Confidential"]
    assert sent.provenance["senders"] == sent.provenance["volume"] == memorandum.provenance["classification"] == "given"
    unnamed = volume(NOTE).replace(' xml:id="frus1958v01"', "")
    assert reading(tmp_path / "Old Volume.xml", unnamed)[0][0].volume == "old volume"


def test_the_undated_and_what_editors_date(tmp_path: Path) -> None:
    telegram, note = reading(tmp_path / "x.xml", volume(TELEGRAM, NOTE))[0]
    assert telegram.dates is None
    assert note.dates == DateInterval(date(1958, 9, 1), date(1958, 9, 3))


def test_a_document_without_text_is_one_line(tmp_path: Path) -> None:
    withheld = '<div type="document" xml:id="d1"><head>1. Letter<note n="1">Not declassified.</note></head></div>'
    documents, skipped = reading(tmp_path / "x.xml", volume(withheld, NOTE, back=""))
    assert [each.id for each in documents] == ["frus1958v01/d9"]
    assert skipped[0] == " d1: a document without text: only its heading and notes are printed"


def test_volumes_may_be_packed(tmp_path: Path) -> None:
    for ending, pack in ((".gz", gzip.compress), (".xz", lzma.compress)):
        assert len(reading(tmp_path / f"x.xml{ending}", pack(volume(NOTE).encode()))[0]) == 1


LAUGHS = '<!DOCTYPE TEI [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
DECLARES = ": XML that declares entities of its own, which are not resolved: write them out"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("", ": empty"),
        ("<rss><channel/></rss>", ": XML, but not TEI, but a feed: its root is <rss>"),
        ("<html><p>Sign in</p></html>", ": XML, but not TEI: its root is <html>"),
        (volume(), ": TEI, but without documents as the volumes of Foreign Relations of the United States have them"),
        (volume(NOTE, before=LAUGHS), DECLARES),
        (volume(NOTE, before='<!DOCTYPE TEI [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), DECLARES),
        ("just text", ": not XML that can be read: Start tag expected, '<' not found (line 1)"),
        (volume("<div>" * 10_000 + "</div>" * 10_000), ": XML that is nested too deeply"),
    ],
)
def test_what_is_no_volume_is_one_line(tmp_path: Path, data: str, reason: str) -> None:
    assert reading(tmp_path / "x.xml", data) == ([], [reason])


def test_a_volume_that_is_cut_off_keeps_what_came_before(tmp_path: Path) -> None:
    whole = volume(MEMORANDUM, TELEGRAM, NOTE)
    documents, (reason,) = reading(tmp_path / "x.xml", whole[: whole.index("In September")])
    assert [each.id for each in documents] == ["frus1958v01/d7", "frus1958v01/d8"]
    assert reason.startswith(": not XML that can be read: ")
    packed = lzma.compress(whole.encode())
    assert reading(tmp_path / "x.xml.xz", packed[:-30])[1][0].startswith(": damaged: ")


READ_A_LONG_VOLUME = """
import resource, sys
from dragoman.corpus.read import read

def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024

documents = read(sys.argv[1:])
next(documents)  # what is loaded once does not count
before = peak()
print(sum(1 for _ in documents), peak() - before)
"""


@pytest.mark.process
def test_a_volume_is_streamed(tmp_path: Path) -> None:
    pages = '<pb n="1" facs="0001" corresp="an attribute that takes some place in memory and is not text"/>' * 3000
    documents = (f'<div type="document" xml:id="d{n}"><p>They met.{pages}</p></div>' for n in range(100))
    (tmp_path / "x.xml").write_text(volume(*documents))
    command = [sys.executable, "-c", READ_A_LONG_VOLUME, tmp_path / "x.xml"]
    number, megabytes = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert int(number) == 100  # 99 documents, and what was left out
    assert int(megabytes) < 20 < (tmp_path / "x.xml").stat().st_size / 1e6


# --------------------------------------------------------------------------------------------------- real volumes


@pytest.mark.shared("tei")
@pytest.mark.parametrize("name", VOLUMES)
def test_a_real_volume(name: str) -> None:
    found = list(read([SHARED / "tei" / f"{name}.xml.xz"]))
    documents = [each for each in found if isinstance(each, Document)]
    assert len(documents) == VOLUMES[name]
    assert len({each.id for each in documents}) == len(documents)
    assert [each.reason for each in found if isinstance(each, Skipped)] == [found[-1].reason]  # pyright: ignore[reportAttributeAccessIssue]
    dated = [each for each in documents if each.dates]
    assert len(dated) > 0.94 * len(documents)
    assert all(each.title and each.text and each.url for each in documents)
    assert not any(re.match(r"\d+\.\s", each.title) for each in documents)
    for each in documents:
        assert all(0 <= note.at <= len(each.text) and note.text for note in each.notes)
        assert "  " not in each.text


@pytest.mark.shared("tei")
@pytest.mark.parametrize("name", VOLUMES)
def test_every_word_of_a_real_volume_is_in_text_notes_or_title(name: str) -> None:
    path = SHARED / "tei" / f"{name}.xml.xz"
    documents = {each.id: each for each in read([path]) if isinstance(each, Document)}
    with lzma.open(path) as volume:
        divisions: list[Any] = [each for each in etree.parse(volume).iter(f"{TEI}div") if each.get(XML_ID)]
    for division in divisions:
        document = documents.get(f"{name}/{division.get(XML_ID)}")
        if document is None or division.getparent().get("type") == "document":
            continue  # front matter and chapters; an enclosure is looked at with what it is enclosed in
        kept = "".join((document.text, document.title, *(note.mark + note.text for note in document.notes)))
        # Words with markup within, such as glossed acronyms in the plural, grow together there and here.
        letters = Counter(re.findall(r"[^\W\d_]", kept.lower()))
        source = Counter(re.findall(r"[^\W\d_]", "".join(division.itertext()).lower()))
        assert not source - letters, document.id


@pytest.mark.shared("tei", "frus-dev")
def test_a_real_volume_agrees_with_another_conversion_of_it() -> None:
    """Titles, dates, places, chapters and every word of 304 documents; footnotes and the words before their marks."""

    def words(text: str) -> list[str]:
        return re.findall(r"\w+", text)

    ours = {each.id: each for each in read([SHARED / "tei" / "frus1958-60v18.xml.xz"]) if isinstance(each, Document)}
    with lzma.open(SHARED / "frus-dev" / "corpus.jsonl.xz", "rt", encoding="utf-8") as lines:
        theirs = [json.loads(line) for line in lines if line.startswith('{"id": "frus1958-60v18/')]
    assert len(theirs) == 304
    notes = agreed = 0
    for other in theirs:
        document = ours[other["id"]]
        assert words(document.text) == words(other["text"])
        assert words(document.title) == words(other["title"])
        assert (document.place, document.url) == (other["place"] or "", other["url"])
        assert str(document.dates or "") == (other["date"] or "")
        assert list(document.topics) == other["chapter"]
        footnotes = [note for note in document.notes if not note.text.lower().startswith("source")]
        for note, (mark, at, text) in zip(footnotes, other["notes"], strict=True):
            notes += 1
            assert (note.mark, words(note.text)) == (mark, words(text))
            agreed += words(document.text[: note.at])[-3:] == words(other["text"][:at])[-3:]
    assert notes == agreed == 863
