"""Files that are much of one thing: each kind has a bound, and what is beyond it is a line that says so."""

import gzip
import json
import zipfile
from pathlib import Path

import pytest

from dragoman.corpus.document import Document
from dragoman.corpus.fetching.feed import MOST_TAGS, looks_like_feed, looks_like_page, parse_feed
from dragoman.corpus.fetching.urls import canonical_url
from dragoman.corpus.intake import MOST_LINES
from dragoman.corpus.read import read
from dragoman.corpus.readers.contract import Skipped
from dragoman.corpus.readers.support.apart import Apart
from dragoman.corpus.readers.support.mail_text import MOST_HEADERS, MOST_PARTS
from dragoman.corpus.readers.support.markdown_text import MOST_MARKS
from dragoman.corpus.readers.support.markup import forget, parse_xml
from dragoman.corpus.readers.support.records import MOST_COLUMNS
from dragoman.corpus.readers.support.typed_pages import whole_words
from dragoman.errors import UnreadableSource
from support.bounds import allowed
from support.outlook import msg
from support.packages import zipped

pytestmark = pytest.mark.unit

HEAD = "From: Jane Doe <a@b.c>\nSubject: Talks\n"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns"


def reading(path: Path, data: bytes) -> tuple[list[Document], list[str]]:
    path.write_bytes(data)
    found = list(read([path]))
    documents = [each for each in found if isinstance(each, Document)]
    return documents, [each.reason for each in found if isinstance(each, Skipped)]


def odt(body: str) -> bytes:
    spaces = " ".join(f'xmlns:{each}="{OFFICE}:{each}:1.0"' for each in ("office", "text", "drawing"))
    body = f"<office:body><office:text>{body}</office:text></office:body>"
    return zipped({"content.xml": f"<office:document-content {spaces}>{body}</office:document-content>"})


def test_a_table_has_no_more_columns_than_a_spreadsheet(tmp_path: Path) -> None:
    def table(columns: int) -> bytes:
        names = ["id", "text", *(f"c{number}" for number in range(columns - 2))]
        return f"{','.join(names)}\n1,They met.\n".encode()

    path = tmp_path / "x.csv"
    documents, skipped = reading(path, table(MOST_COLUMNS))
    assert ([each.text for each in documents], skipped) == (["They met."], [])
    told = f"{MOST_COLUMNS + 1:,} columns, and {MOST_COLUMNS:,} are the most: leave some out"
    assert reading(path, table(MOST_COLUMNS + 1)) == ([], [told])


@pytest.mark.parametrize("suffix", ["eml", "mhtml"])
@pytest.mark.parametrize("line", ["X-A: b\n", "To: \xe9\xe8 <a@b.c>\n", "X-A: b\n c\n"])
def test_a_message_has_no_more_headers_than_it_may_have(suffix: str, line: str, tmp_path: Path) -> None:
    rest = "Content-Type: text/html\n\n<p>The envoys met in Nara on Monday.</p>"
    path = tmp_path / f"x.{suffix}"
    head = HEAD.encode() + line.encode("latin-1") * (MOST_HEADERS - 3)
    documents, skipped = reading(path, head + rest.encode())
    assert ([each.text for each in documents], skipped) == (["The envoys met in Nara on Monday."], [])
    _, (told,) = reading(path, head + b"X-B: b\n" + rest.encode())
    assert told == f"a message of more than {MOST_HEADERS:,} headers: take out those without use"


def test_the_headers_of_each_part_are_counted_by_themselves(tmp_path: Path) -> None:
    parts = "".join(f"--b\nX-A: b\nX-A: b\n\nPart {number}.\n" for number in range(MOST_HEADERS))
    message = f'{HEAD}MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n{parts}--b--\n'
    ((document,), skipped) = reading(tmp_path / "x.eml", message.encode())
    assert (document.text.count("Part "), skipped) == (MOST_HEADERS, [])


@pytest.mark.parametrize("part", ["\nThey met.", "Content-Type: message/rfc822\n\nSubject: a\n\nThey met."])
def test_a_message_has_no_more_parts_than_it_may_have(part: str, tmp_path: Path) -> None:
    parts = f"--b\n{part}\n" * (MOST_PARTS + 1)
    message = f'{HEAD}MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n{parts}--b--\n'
    told = f"a message of more than {MOST_PARTS:,} parts: save what is in it as files"
    assert reading(tmp_path / "x.eml", message.encode()) == ([], [told])


@pytest.mark.parametrize(
    ("name", "value"),
    [("Content-Type", 'text/plain; a="' + '"' * 200_000)]
    + [("Content-Type", "text/plain" + "".join(f"; a*{number}=b" for number in range(20_000)))]
    + [(name, unit * 50_000) for name in ("To", "Date", "Message-ID") for unit in ("(", '"', "a.", "<a@b>, ")],
)  # fmt: skip
def test_of_an_endless_header_only_its_beginning_is_read(name: str, value: str, tmp_path: Path) -> None:
    ((document,), skipped) = reading(tmp_path / "x.eml", f"{HEAD}{name}: {value}\n\nThey met in Nara.\n".encode())
    assert (document.text, document.title, skipped) == ("They met in Nara.", "Talks", [])


def test_notes_within_notes_are_each_read_once(tmp_path: Path) -> None:
    deep = 60
    opened = "".join(f"<text:note><text:note-body><text:p>depth {number} " for number in range(deep))
    body = f"<text:p>They met.{opened}{'</text:p></text:note-body></text:note>' * deep}</text:p>"
    ((document,), skipped) = reading(tmp_path / "x.odt", odt(body))
    assert (document.text, skipped) == ("They met.", [])
    (note,) = document.notes
    assert [note.text.count(f"depth {number} ") for number in range(deep - 1)] == [1] * (deep - 1)


def test_comments_within_comments_are_each_read_once(tmp_path: Path) -> None:
    deep = 60
    body = "<text:p>They met." + "<office:annotation><text:p>a" * deep + "</text:p></office:annotation>" * deep
    ((document,), _) = reading(tmp_path / "x.odt", odt(body + "</text:p>"))
    assert (document.text, document.cut) == ("They met.", ("a",))


def test_the_box_of_a_note_stands_in_the_note_and_not_in_the_text(tmp_path: Path) -> None:
    box = "<drawing:text-box><text:p>in a box</text:p></drawing:text-box>"
    body = f"<text:p>They met.<text:note><text:note-body><text:p>a note {box}</text:p></text:note-body></text:note>"
    ((document,), _) = reading(tmp_path / "x.odt", odt(f"{body}</text:p><text:p>They parted.</text:p>"))
    assert (document.text, document.notes[0].text) == ("They met.\n\nThey parted.", "a note in a box")


@pytest.mark.parametrize("kind", ["response", "resource", "request", "revisit", "warcinfo", ""])
@pytest.mark.parametrize(
    "rest", ["", "\r\n\r\n", "\r\nContent-Length: x\r\n\r\n", "\r\nContent-Length: 5\r\n\r\nHTTP/"]
)
def test_a_record_of_a_crawl_that_lacks_what_it_must_say_is_damage(kind: str, rest: str, tmp_path: Path) -> None:
    documents, skipped = reading(tmp_path / "x.warc", f"WARC/1.0\r\nWARC-Type: {kind}{rest}".encode())
    assert documents == []
    assert not [each for each in skipped if "a fault in Dragoman" in each]


def overlapping(name: str, data: bytes, count: int) -> bytes:
    """A zip archive whose list names the same bytes again and again."""
    made = zipped({name: data})
    begin, end = made.index(b"PK\x01\x02"), made.index(b"PK\x05\x06")
    entry = made[begin:end]
    sizes = (len(entry) * count).to_bytes(4, "little") + begin.to_bytes(4, "little")
    return made[:begin] + entry * count + b"PK\x05\x06\0\0\0\0" + count.to_bytes(2, "little") * 2 + sizes + b"\0\0"


@pytest.mark.parametrize("suffix", ["zip", "docx", "odt", "epub", "pptx", "xlsx"])
def test_an_archive_whose_members_are_the_same_bytes_is_a_bomb(suffix: str, tmp_path: Path) -> None:
    data = overlapping("a.txt", bytes(range(256)) * 40, 100)
    assert len(zipfile.ZipFile(tmp_path / "x.zip", "w").infolist()) == 0
    assert reading(tmp_path / f"x.{suffix}", data) == ([], ["a zip bomb: its members overlap"])


def test_rows_of_which_only_a_cell_far_out_is_filled_are_a_bomb(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for number, values in enumerate((["id", "text"], *(["1", "They met."] for _ in range(300))), start=1):
        book.active.append(values)
        book.active.cell(row=number, column=16_384, value="far")
    book.save(tmp_path / "made.xlsx")
    documents, skipped = reading(tmp_path / "x.xlsx", (tmp_path / "made.xlsx").read_bytes())
    assert 0 < len(documents) < 300
    assert skipped == ["a zip bomb: it unpacks to more than 100 times its size"]


@pytest.mark.parametrize(("name", "kind"), [("x.jsonl.gz", "a compression bomb"), ("x.csv.gz", "a compression bomb")])
def test_a_few_kilobytes_give_some_megabytes_and_no_more(name: str, kind: str, tmp_path: Path) -> None:
    line = b'{"id": "1", "text": "They met."' + b" " * 900_000 + b"}\n"
    data = line * 40 if "json" in name else b"id,text\n" + (b"1," + b"a" * 900_000 + b"\n") * 40
    assert len(gzip.compress(data)) < 60_000
    documents, skipped = reading(tmp_path / name, gzip.compress(data))
    assert (len(documents) > 0, skipped) == (True, [f"{kind}: it unpacks to more than 250 times its size"])


def test_brackets_are_links_until_there_are_too_many_to_look_for_the_ends_of_all(tmp_path: Path) -> None:
    paragraph = "[" * 200 + "\n\n"
    data = "[The talks](http://a.b) in Nara.\n\n" + paragraph * 300 + "[Their end](http://a.b) in Kyoto.\n"
    ((document,), skipped) = reading(tmp_path / "x.md", data.encode())
    assert document.text.startswith("The talks in Nara.\n\n[[[")
    assert document.text.endswith("[[[\n\nTheir end in Kyoto.")
    assert (document.text.count("["), skipped) == (200 * 300, [])


@pytest.mark.parametrize("unit", ["*a ", "|-|-|\n", "a\n", "`", "[a](b) "])
def test_a_page_of_marks_alone_is_refused_beyond_so_many(unit: str, tmp_path: Path) -> None:
    told = f"Markdown of more than {MOST_MARKS:,} marks and lines: split it, or read it as text"
    assert reading(tmp_path / "x.md", (unit * (MOST_MARKS + 1)).encode()) == ([], [told])


@pytest.mark.parametrize(
    "stated",
    ["c " * 22 + "19511951x" + "[?]" * 11, "c." * 20 + "1951 x" + " T1:00" * 8, "[(" * 15 + "c 1951 x" + "?" * 20],
)
def test_what_stands_around_no_date_is_taken_off_once(stated: str, tmp_path: Path) -> None:
    record = {"id": "1", "text": "They met.", "date": stated}
    ((document,), skipped) = reading(tmp_path / "x.jsonl", json.dumps(record).encode())
    assert (document.dates, skipped) == (None, [])
    assert [each.kind for each in document.remarks] == ["date was left open (no date beyond doubt)"]


def test_a_text_of_more_lines_than_anybody_reads_is_refused(tmp_path: Path) -> None:
    told = f"a text of more than {MOST_LINES:,} lines: split it"
    assert reading(tmp_path / "x.jsonl", json.dumps({"id": "1", "text": "a\n" * MOST_LINES}).encode()) == ([], [told])


def with_changed(path: Path, name: str, old: bytes, new: bytes) -> bytes:
    """A zip archive with something else in one of its members."""
    with zipfile.ZipFile(path) as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    assert old in members[name]
    return zipped({each: data.replace(old, new) if each == name else data for each, data in members.items()})


def with_sizes(data: bytes, sizes: dict[str, int]) -> bytes:
    """An Outlook message whose streams say that they have other sizes."""
    for name, size in sizes.items():
        at = data.index((name + "\0").encode("utf-16-le"))
        data = data[: at + 120] + size.to_bytes(8, "little") + data[at + 128 :]
    return data


@pytest.mark.parametrize(
    "sizes",
    [
        {"__substg1.0_1000001F": 1 << 30},
        {"__substg1.0_1000001F": (1 << 32) - 1},
        {"Root Entry": 1 << 30},
        {"__substg1.0_37010102": 6_000, "__substg1.0_1000001F": 6_000},
    ],
)
def test_what_is_in_an_outlook_message_is_no_larger_than_the_file(sizes: dict[str, int], tmp_path: Path) -> None:
    pytest.importorskip("olefile")
    attachment = {"3704": "a.txt", "3701": b"The envoys met in Nara." * 100}
    data = msg({"0037": "Talks", "1000": "They met." * 200}, [attachment])
    assert 6_000 < len(data) < 12_000
    told = "an Outlook message (.msg) that is damaged: what is in it would be larger than the file"
    assert reading(tmp_path / "x.msg", with_sizes(data, sizes)) == ([], [told])
    assert reading(tmp_path / "x.msg", data)[0][0].text.startswith("They met.They met.")


def test_a_list_of_small_pieces_is_no_larger_than_the_file(tmp_path: Path) -> None:
    pytest.importorskip("olefile")
    data = msg({"0037": "Talks", "1000": "They met."}, [])
    data = data[:64] + (1 << 31).to_bytes(4, "little") + data[68:]
    told = "an Outlook message (.msg) that is damaged: what is in it would be larger than the file"
    assert reading(tmp_path / "x.msg", data) == ([], [told])


def test_attachments_beyond_the_most_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("olefile")
    monkeypatch.setattr("dragoman.corpus.readers.msg._MOST_ATTACHMENTS", 2)
    attachment = {"3704": "a.txt", "3701": b"The envoys met in Nara."}
    documents, _ = reading(tmp_path / "x.msg", msg({"0037": "Talks", "1000": "They met."}, [attachment] * 5))
    assert [(each.kind, each.example) for each in documents[0].remarks] == [
        ("attachments were not looked at", "3, for 2 are the most, at most 20 deep")
    ]


def drawing(content: bytes, form: bytes = b"", contents: str = "4 0 R") -> bytes:
    """A PDF of one page, whose form F may draw itself."""
    named = b"/Resources << /XObject << /F 5 0 R >> /Font << /A 6 0 R >> >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents [%b] %b >>" % (contents.encode(), named),
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content),
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] %b /Length %d >>\nstream\n%b\nendstream"
        % (named, len(form), form),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, starts = bytearray(b"%PDF-1.4\n"), list[int]()
    for number, each in enumerate(objects, 1):
        starts.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    table = "".join(f"{start:010} 00000 n \n" for start in starts)
    end = f"xref\n0 7\n0000000000 65535 f \n{table}trailer\n<< /Size 7 /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return bytes(out) + end.encode()


WORDS = b"BT /A 11 Tf 40 700 Td (The envoys met in Nara on Monday.) Tj ET\n"


@pytest.mark.process
@pytest.mark.parametrize(
    ("data", "memory"),
    [
        (drawing(b"/F Do", b"/F Do /F Do"), 200_000_000),
        (drawing(WORDS * 3_000, contents="4 0 R " * 30_000), 200_000_000),
        (drawing(b"/F Do", b"/F Do /F Do"), 8_000_000_000),
    ],
)
def test_a_pdf_that_draws_without_end_is_a_line_and_the_next_is_read(
    data: bytes, memory: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pypdfium2")
    apart = Apart(memory)
    monkeypatch.setattr("dragoman.corpus.readers.pdf.APART", apart)
    monkeypatch.setattr("dragoman.corpus.readers.pdf._LONGEST_SECONDS", 1)
    told = f"it takes more than 1 seconds or {memory / 1e9:g} GB, or breaks what reads it"
    assert reading(tmp_path / "x.pdf", data) == ([], [told])
    documents, skipped = reading(tmp_path / "x.pdf", drawing(WORDS))
    assert ([each.text for each in documents], skipped) == (["The envoys met in Nara on Monday."], [])
    apart.end()


@pytest.mark.parametrize("forged", ["worksheets/sheet1.xml", "/xl/worksheets/../worksheets/sheet1.xml"])
def test_one_part_of_a_workbook_is_no_more_than_one_sheet(forged: str, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    workbook = openpyxl.Workbook()
    for sheet in (workbook.active, workbook.create_sheet("More")):
        sheet.append(["id", "text"])
        sheet.append([sheet.title, "They met."])
    workbook.save(path := tmp_path / "x.xlsx")
    documents, skipped = reading(path, path.read_bytes())
    assert ([each.id for each in documents], skipped) == (["Sheet", "More"], [])
    made = with_changed(path, "xl/_rels/workbook.xml.rels", b"/xl/worksheets/sheet2.xml", forged.encode())
    assert reading(path, made) == ([], ["forged: several of its sheets are the same part of the file"])


def test_a_reference_of_a_workbook_is_no_more_than_one_sheet(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    workbook = openpyxl.Workbook()
    workbook.create_sheet("More")
    workbook.save(path := tmp_path / "x.xlsx")
    made = with_changed(path, "xl/workbook.xml", b'"rId2"', b'"rId1"')
    assert reading(path, made) == ([], ["forged: several of its sheets are the same part of the file"])


def test_what_is_wrong_with_xml_is_told_in_one_line() -> None:
    with pytest.raises(UnreadableSource, match=r"^not XML that can be read: [^\n]*\(line 1\)$"):
        parse_xml(b"<a>\x00</a>")


def test_an_element_that_is_forgotten_holds_nothing_and_its_neighbours_stay() -> None:
    root = parse_xml(b"<a><p><r><t/><t>b</t></r>c</p>d<p>e</p></a>")
    first, second = root
    run = first[0]
    forget(first)
    assert (len(first), first.text, first.tail, len(run)) == (0, None, None, 0)
    assert [each.text for each in root.iter("p")] == [None, "e"]
    assert root[1] is second


@pytest.mark.parametrize("unit", ["<?a?> ", "<!-- a -->", "<!DOCTYPE a>", "<?a?><!-- b --> "])
def test_what_stands_before_a_feed_is_read_in_one_way(unit: str) -> None:
    # Each piece might once be read as a part of a longer one: as many ways as there are pieces, and as many again.
    assert not looks_like_feed(unit * 600)
    assert not looks_like_page(unit * 600)
    assert looks_like_feed(f"\ufeff {unit * 600}<rss version='2.0'>")
    assert looks_like_page(f"{unit * 600}<html>")


@pytest.mark.parametrize("unit", ["<a>", "<b/>", "<item><title>", "<![CDATA[<p>]]>"])
def test_a_feed_of_very_many_tags_is_a_line(unit: str) -> None:
    feed = "<rss version='2.0'><channel><title>A</title><item><link>http://a.b/c</link></item>"
    (entry,) = parse_feed(f"{feed}</channel></rss>".encode(), "http://a.b/")
    assert entry.url == "http://a.b/c"
    told = f"a feed of more than {MOST_TAGS:,} tags: ask for one of fewer entries"
    with pytest.raises(UnreadableSource, match=f"^{told}$"):
        parse_feed((feed + unit * MOST_TAGS).encode(), "http://a.b/")


@pytest.mark.parametrize("text", ["a" * 300_000 + " wo-\nrd\n", "wo-\nrd " + "a-" + "\n" * 300_000])
def test_a_word_or_a_gap_without_an_end_beside_a_broken_word_is_read_once(text: str) -> None:
    with allowed(20):  # it took over ten minutes
        assert "word" in whole_words(text)


@pytest.mark.parametrize("tag", ["<a xml:base='c/'>", "<a base=c/>", "<A XML:BASE = 'c/'>"])
def test_the_addresses_that_links_of_a_feed_lie_below_do_not_pile_up(tag: str) -> None:
    feed = "<rss version='2.0' xml:base='http://a.b/'><channel><title>A</title><item><link>c</link></item>"
    told = "a feed whose links lie below addresses that are far too long"
    with allowed(20), pytest.raises(UnreadableSource, match=f"^{told} "):  # it took over ten minutes
        parse_feed((feed + tag * 50_000).encode(), "http://a.b/")
    with pytest.raises(UnreadableSource, match=f"^{told} "):
        parse_feed(feed.replace("a.b/", "a.b/" + "c" * 3_000).encode(), "http://a.b/")
    feed += "<item xml:base='http://a.b/c/'><link>d</link></item>" * 900
    entries = parse_feed(feed.encode(), "http://a.b/")
    assert [each.url for each in entries[:2]] == ["http://a.b/c", "http://a.b/c/d"]


@pytest.mark.parametrize("host", ["a", "é", "é.", "가", "."])
def test_a_host_is_no_longer_than_a_host_may_be(host: str) -> None:
    told = "a URL whose host has more than 253 characters" if host != "." else "a URL without a host"
    with allowed(20), pytest.raises(UnreadableSource, match=f"^{told}$"):  # it took over ten minutes
        canonical_url(f"http://{host * 20_000_000}.a.b/" if host != "." else f"http://{host * 20_000_000}/")
    assert canonical_url("http://münchen.a.b/") == "http://xn--mnchen-3ya.a.b/"
