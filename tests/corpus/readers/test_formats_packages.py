"""Word, EPUB and e-mail: what is kept of them and what is not, and that bombs and lies are one clear line each."""

import io
import zipfile
from datetime import date
from email.message import EmailMessage
from itertools import pairwise
from pathlib import Path

import pytest

from dragoman.corpus.document import DateInterval, Document, Note, Person, Remark
from dragoman.corpus.read import read
from dragoman.corpus.readers.contract import ReadOptions, Skipped
from support.packages import CONTAINER, OPF, RELATIONS, W, docx, epub, paragraph, zipped


def reading(path: Path, data: bytes, **options: object) -> tuple[list[Document], list[str]]:
    path.write_bytes(data)
    found = list(read([path], options=ReadOptions(**options)))  # pyright: ignore[reportArgumentType]
    documents = [each for each in found if isinstance(each, Document)]
    return documents, [str(each).removeprefix(f"{path}: ") for each in found if isinstance(each, Skipped)]


# ---------------------------------------------------------------------------------------------------------- Word


def test_a_word_document_with_lists_tables_and_footnotes(tmp_path: Path) -> None:
    item = "<w:numPr><w:ilvl w:val='0'/><w:numId w:val='1'/></w:numPr>"
    cell = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    rows = (("France", "Paris"), ("Korea", "Seoul"))
    table = "".join(f"<w:tr>{cell.format(left)}{cell.format(right)}</w:tr>" for left, right in rows)
    body = (
        paragraph("Joint Statement", "<w:pStyle w:val='Titel'/>")
        + paragraph("Background", "<w:pStyle w:val='berschrift1'/>")
        + "<w:p><w:r><w:t>They agreed</w:t></w:r><w:r><w:footnoteReference w:id='2'/></w:r>"
        + "<w:r><w:t xml:space='preserve'> at last</w:t><w:tab/><w:t>in</w:t><w:br/><w:t>Seoul</w:t></w:r>"
        + "<w:del><w:r><w:delText>never</w:delText></w:r></w:del>"
        + "<w:ins><w:r><w:t xml:space='preserve'> today</w:t></w:r></w:ins>"
        + "<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r><w:r><w:t>.</w:t></w:r></w:p>"
        + paragraph("trade", item)
        + paragraph("peace &amp; more", item)
        + f"<w:tbl>{table}</w:tbl>"
        + paragraph("\u200fשלום")
    )
    note = "<w:footnote w:id='2'><w:p><w:r><w:t>In principle.</w:t></w:r></w:p></w:footnote>"
    notes = f"<w:footnotes {W}>{note}</w:footnotes>"
    styles = f"<w:styles {W}><w:style w:styleId='Titel'><w:name w:val='Title'/></w:style></w:styles>"
    ((document,), skipped) = reading(tmp_path / "x.docx", docx(body, footnotes=notes, styles=styles))
    assert skipped == []
    assert document.text == (
        "Joint Statement\n\nBackground\n\nThey agreed at last in\nSeoul today.\n\n- trade\n- peace & more\n\n"
        "France | Paris\nKorea | Seoul\n\n\u200fשלום"
    )
    assert document.notes == (Note("1", document.text.index(" at last"), "In principle."),)
    assert (document.title, document.author, document.topics) == ("Joint Statement", "Jane Doe", ("trade", "peace"))
    assert (document.language, document.dates) == ("en", None)  # when a file was made is no date of publication
    ((document,), _) = reading(tmp_path / "x.docx", docx(body, title="Given"))
    assert document.title == "Given"


def test_text_in_a_box_is_told_once(tmp_path: Path) -> None:
    box = "<w:txbxContent>" + paragraph("In the box.") + "</w:txbxContent>"
    mc = "xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'"
    both = (
        f"<mc:AlternateContent {mc}><mc:Choice>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
    )
    ((document,), _) = reading(tmp_path / "x.docx", docx(f"<w:p><w:r>{both}</w:r><w:r><w:t>Outside.</w:t></w:r></w:p>"))
    assert document.text == "In the box.\n\nOutside."


# ---------------------------------------------------------------------------------------------------------- EPUB


def test_the_chapters_of_a_book_in_reading_order(tmp_path: Path) -> None:
    page = "<?xml version='1.0' encoding='{0}'?><html><head><title/></head><body>{1}</body></html>"
    first = page.format("iso-8859-1", "<h1>One</h1><p>Séoul&nbsp;agreed.</p><script>no</script>")
    chapters = {
        "OPS/nav.xhtml": page.format("utf-8", "<ol><li>Contents</li></ol>"),
        "OPS/text/a.xhtml": first.encode("latin-1"),
        "OPS/b b.xhtml": "<!DOCTYPE html [<!ENTITY x 'boom'>]><html><body><p>Two &x; more.</p></body></html>",
    }
    ((document,), skipped) = reading(tmp_path / "x.epub", epub(chapters))
    assert skipped == []
    assert document.text.startswith("One\nSéoul agreed.\n\n")
    assert document.text.endswith("more.")
    assert "boom" not in document.text
    assert "Contents" not in document.text
    assert (document.title, document.author) == ("A History of Talks", "Jane Doe, John Roe")
    assert (document.outlet, document.topics) == ("Archive Press", ("treaties",))
    assert document.dates == DateInterval(date(1999, 3, 1), date(1999, 3, 31))


def test_what_a_book_has_beside_its_chapters_is_cut_and_no_chapter_is_told_twice(tmp_path: Path) -> None:
    page = "<html><body><p>{}</p></body></html>"
    item = '<item id="{0}" href="{0}.xhtml" media-type="application/xhtml+xml"/>'
    opf = OPF.replace("</manifest>", item.format("note") + item.format("lost") + "</manifest>")
    opf = opf.replace('<itemref idref="b"/>', '<itemref idref="b"/><itemref idref="a"/>')
    chapters = {"text/a.xhtml": "They met.", "b b.xhtml": "They dined.", "note.xhtml": "A zebra."}
    members = {f"OPS/{name}": page.format(text) for name, text in chapters.items()}
    ((document,), skipped) = reading(tmp_path / "x.epub", epub({"OPS/book.opf": opf} | members))
    assert (document.text, document.cut, skipped) == ("They met.\n\nThey dined.", ("A zebra.",), [])


def test_a_book_has_the_pages_of_its_print(tmp_path: Path) -> None:
    chapter = (
        "<html><body><span epub:type='pagebreak' title='xii'/><h1>One</h1><p>They met in Seoul "
        "<span role='doc-pagebreak' aria-label='13'></span>and parted as fri<a id='page_14' epub:type='pagebreak'/>"
        "ends.</p><div epub:type='pagebreak' id='p15'></div><p>“Again” they met.</p></body></html>"
    )
    data = epub({"OPS/nav.xhtml": "", "OPS/text/a.xhtml": "<p>Preface.</p>", "OPS/b b.xhtml": chapter})
    ((document,), _) = reading(tmp_path / "x.epub", data)
    assert document.text == "Preface.\n\nOne\nThey met in Seoul and parted as friends.\n“Again” they met."
    assert [(page.label, document.text[page.at :].split()[0]) for page in document.pages] == [
        ("xii", "One"),
        ("13", "and"),
        ("14", "ends."),
        ("15", "“Again”"),
    ]


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ("<dc:date>9999-12-31</dc:date>", "None"),
        ("<dc:date>0101-01-01T00:00:00+00:00</dc:date><dc:date>2013-04-05</dc:date>", "None"),
        ("<dc:date>2013-04-05</dc:date>", "2013-04-05"),
        ('<dc:date>2013</dc:date><dc:date opf:event="publication">1999-03-02</dc:date>', "1999-03-02"),
        ('<dc:date opf:event="creation">2013-04-05</dc:date>', "None"),
        ("<dc:date>unknown</dc:date>", "None"),
    ],
)
def test_the_date_of_a_book_is_that_of_its_publication(tmp_path: Path, dates: str, expected: str) -> None:
    data = epub({"OPS/text/a.xhtml": "<html><body><p>They met.</p></body></html>"})
    before = '<dc:date opf:event="modification">2020-05-05</dc:date><dc:date>1999-03</dc:date>'
    members: dict[str, str | bytes] = {"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER}
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        members |= {name: book.read(name).decode().replace(before, dates) for name in book.namelist()}
    assert str(reading(tmp_path / "x.epub", zipped(members))[0][0].dates) == expected


def test_a_chapter_that_is_missing_or_locked_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "x.epub"
    good, other = "<html><body><p>They met.</p></body></html>", "OPS/b b.xhtml"
    ((document,), skipped) = reading(path, epub({"OPS/text/a.xhtml": good}))
    assert (document.text, skipped) == ("They met.", [f"{path} {other}: not an EPUB: it has no {other}"])
    lock = '<encryption><CipherReference URI="OPS/{}"/></encryption>'
    locked_in = {"OPS/text/a.xhtml": good, other: "noise", "META-INF/encryption.xml": lock.format("b%20b.xhtml")}
    documents, skipped = reading(path, epub(locked_in))
    assert (len(documents), skipped) == (1, [f"{path} {other}: locked by rights management"])
    only = {"OPS/text/a.xhtml": "noise", "META-INF/encryption.xml": lock.format("text/a.xhtml")}
    assert "locked by rights management" in reading(path, epub(only))[1][0]


# --------------------------------------------------------------------------------------------------- hostile zips


def text_of(content: str) -> str:
    return f"<w:document {W}><w:body><w:p><w:r><w:t>{content}</w:t></w:r></w:p></w:body></w:document>"


LAUGHS = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise("abcdefghi"))
BILLION_LAUGHS = f'<!DOCTYPE w [<!ENTITY a "ha">{LAUGHS}]>{text_of("&i;")}'
EXTERNAL = f'<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>{text_of("&x;")}'
NESTED = f"<w:document {W}><w:body>{'<w:sdt>' * 10_000}{'</w:sdt>' * 10_000}</w:body></w:document>"
ENTITIES = "XML that declares entities of its own, which are not resolved: write them out"
LOCKED = "protected by a password: save it without one"
WORD = "not a Word document (.docx)"


def word(document: str | bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    return zipped({"_rels/.rels": RELATIONS.format("word/document.xml"), "word/document.xml": document}, method)


def lying_about_sizes() -> bytes:
    """A bomb whose headers say that it is small."""
    data = bytearray(word(b" " * 50_000_000))
    for signature, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = data.rfind(signature)
        data[at + place : at + place + 4] = (1000).to_bytes(4, "little")
    return bytes(data)


def locked() -> bytes:
    data = bytearray(docx(paragraph("secret")))
    at = -1
    while (at := data.find(b"PK\x01\x02", at + 1)) >= 0:
        data[at + 8] |= 1
    return bytes(data)


def changed(data: bytes) -> bytes:
    """The archive with other bytes in the middle of its largest member."""
    at = data.find(b"word/document.xml") + 60
    return data[:at] + bytes(40) + data[at + 40 :]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (word(b" " * 50_000_000), "a zip bomb: it unpacks to more than 100 times its size"),
        (lying_about_sizes(), "damaged: word/document.xml cannot be unpacked"),
        (zipped({f"{n}": "" for n in range(10_001)}), "a zip archive of more than 10,000 members"),
        (locked(), LOCKED),
        (b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le"), LOCKED),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "an old Office file such as .doc: save it as .docx"),
        (word(BILLION_LAUGHS), ENTITIES),
        (word(EXTERNAL), ENTITIES),
        (zipped({"_rels/.rels": EXTERNAL, "word/document.xml": text_of("They met.")}), ENTITIES),
        (word(NESTED), "XML that is nested too deeply"),
        (word("<w:document>"), None),
        (word(f"<w:document {W}/>"), "no text"),
        (zipped({"a.txt": "hello"}), WORD),
        (zipped({"_rels/.rels": RELATIONS.format("xl/book.xml")}), f"{WORD}: its main part is 'xl/book.xml'"),
        (zipped({"_rels/.rels": RELATIONS.format("word/gone.xml")}), f"{WORD}: it has no word/gone.xml"),
        (word("<w/>", zipfile.ZIP_LZMA), f"_rels/.rels is compressed in a way that {WORD[4:]} should not be"),
        (docx(paragraph("They met."))[:-200], f"{WORD}, or damaged"),
        (changed(docx(paragraph("They met. " * 500))), "damaged: word/document.xml cannot be unpacked"),
        (b"<html><body>Sign in</body></html>", f"{WORD}: it is HTML"),
        (b"{\\rtf1 They met.}", f"{WORD}: it is RTF"),
        (b"PK", f"{WORD}, or damaged"),
        (b"", "empty"),
    ],
)  # fmt: skip
def test_a_hostile_word_file_is_one_line_and_the_rest_goes_in(tmp_path: Path, data: bytes, reason: str | None) -> None:
    (tmp_path / "a.txt").write_text("They met in Seoul.")
    (tmp_path / "x.docx").write_bytes(data)
    good, told = read([tmp_path])
    assert isinstance(good, Document)
    assert isinstance(told, Skipped)
    assert "\n" not in told.reason
    if reason is None:
        assert told.reason.startswith("not XML that can be read: ")
    else:
        assert told.reason == reason


def test_an_epub_bomb_is_one_line(tmp_path: Path) -> None:
    chapters = {f"OPS/{name}.xhtml": "<p>" + "a" * 60_000_000 for name in ("text/a", "b b")}
    documents, skipped = reading(tmp_path / "x.epub", epub(chapters))
    assert documents == []
    assert skipped == ["no text in it: a zip bomb: it unpacks to more than 100 times its size"]
    assert reading(tmp_path / "x.epub", b"<html>")[1] == ["not an EPUB: it is HTML"]
    assert reading(tmp_path / "x.epub", zipped({"a": "b"}))[1] == ["not an EPUB: it has no META-INF/container.xml"]


# -------------------------------------------------------------------------------------------------------- e-mail


def message(**headers: str) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = headers.get("subject", "Talks in Séoul")
    mail["From"] = '"Doe, Jane" <jane@example.org>'
    mail["To"] = "John Roe <john@example.org>, press@example.org"
    mail["Date"] = "Sat, 22 Nov 2025 23:30:00 -0500"
    return mail


def test_a_message_with_attachments(tmp_path: Path) -> None:
    mail = message()
    mail.set_content("Lee and Macron met.\n\nÀ bientôt,\nJane")
    mail.add_alternative("<p>In HTML</p>", subtype="html")
    mail.add_attachment(b"%PDF-", maintype="video", subtype="mp4", filename="statement.mp4")
    mail.add_attachment(b"x", maintype="image", subtype="png")
    ((document,), skipped) = reading(tmp_path / "x.eml", mail.as_bytes())
    assert document.text == "Lee and Macron met.\n\nÀ bientôt,\nJane"
    assert (document.title, document.author) == ("Talks in Séoul", "Doe, Jane")
    assert document.dates == DateInterval(date(2025, 11, 22), date(2025, 11, 22))  # where it was sent
    assert document.people == (Person("Doe, Jane", "from"), Person("John Roe", "to"))
    assert skipped == []
    assert document.remarks == (Remark("attachments were left out", "2 attachments (statement.mp4, image/png)"),)


def test_a_message_in_html_alone_and_one_forwarded(tmp_path: Path) -> None:
    mail = message()
    mail.set_content("<head><style>p {}</style></head><p>They&nbsp;met.</p><p>Twice.</p>", subtype="html")
    assert reading(tmp_path / "x.eml", mail.as_bytes())[0][0].text == "They met.\nTwice."
    outer = message(subject="Fwd: Talks")
    outer.set_content("See below.")
    outer.add_attachment(mail)
    ((document,), _) = reading(tmp_path / "x.eml", outer.as_bytes())
    assert document.text.startswith('See below.\n\nFrom: "Doe, Jane" <jane@example.org>\n')
    assert document.text.endswith("Subject: Talks in Séoul\n\nThey met.\nTwice.")
    assert (document.title, document.remarks) == ("Fwd: Talks", ())


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [("utf-8", "utf-8"), ("iso-2022-jp", "iso-2022-jp"), ("us-ascii", "utf-8"), ("x-none", "shift_jis")],
)
def test_charsets_true_and_false(tmp_path: Path, charset: str, encoding: str) -> None:
    said = "首相は東京でフランスの大統領と会談し、戦略的な協力について話し合った。" * 3
    head = f"From: a@b\nSubject: x\nContent-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n"
    assert reading(tmp_path / "x.eml", head.encode() + said.encode(encoding))[0][0].text == said


NEST = b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"just some text", "not an e-mail message, or damaged"),
        (b"%PDF-1.7", "not an e-mail message: it is a PDF"),
        (b"From: a@b\nSubject: x\n\n", "a message without text"),
        (b"From: a@b\nContent-Type: x/y; name=a.bin\n\nx", "a message without text, with 1 attachment (a.bin)"),
        (b"From: a@b\n" + b"".join(NEST % (n, n) for n in range(5000)), None),
    ],
)
def test_what_is_no_message_is_one_line(tmp_path: Path, data: bytes, reason: str | None) -> None:
    documents, (told,) = reading(tmp_path / "x.eml", data)
    assert documents == []
    assert told == reason or (reason is None and "message" in told)
