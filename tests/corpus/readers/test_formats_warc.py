"""WARC: each web page of a crawl is a document, what is no page is counted, and damage ends the file alone."""

import gzip
import zlib
from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pytest

from dragoman.corpus.document import DateInterval, Document, Remark
from dragoman.corpus.read import read
from dragoman.corpus.readers.contract import ReadOptions, Skipped

CAPTURED = "2025-12-24T10:00:00Z"
PARAGRAPH = "The two leaders met in {} on Monday and agreed to hold a further round of talks on trade in the spring. "


def page(place: str, published: str = "", charset: str = "") -> str:
    meta = f'<meta property="article:published_time" content="{published}">' if published else ""
    meta += f'<meta charset="{charset}">' if charset else ""
    body = f"<h1>Talks in {place}</h1><p>{PARAGRAPH.format(place) * 3}</p>"
    return f"<html><head><title>Talks in {place}</title>{meta}</head><body><article>{body}</article></body></html>"


def record(url: str, body: bytes, *, kind: str = "response", mime: str = "text/html", status: str = "200 OK") -> bytes:
    http = f"HTTP/1.1 {status}\r\nContent-Type: {mime}\r\n".encode()
    content = http + f"Content-Length: {len(body)}\r\n\r\n".encode() + body if kind == "response" else body
    head = f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: {CAPTURED}\r\n"
    head += f"WARC-Record-ID: <urn:uuid:{abs(hash(url))}>\r\nContent-Length: {len(content)}\r\n"
    http_type = "application/http; msgtype=response" if kind == "response" else mime
    return f"{head}Content-Type: {http_type}\r\n\r\n".encode() + content + b"\r\n\r\n"


CRAWL = [
    record("", b"software: a crawler\r\n", kind="warcinfo", mime="application/warc-fields"),
    record("https://example.org/a", page("Seoul", "2025-11-03").encode()),
    record("https://example.org/logo.png", b"\x89PNG", mime="image/png"),
    record("https://example.org/b", page("Paris").encode(), mime="text/html; charset=utf-8"),
    record("https://example.org/gone", b"<p>gone</p>", status="404 Not Found"),
    record("https://example.org/empty", b"<html></html>"),
    record("https://example.org/style.css", b"p {}", mime="text/css"),
    record("https://example.org/c", page("Tokyo").encode(), kind="resource"),
]


def reading(path: Path, data: bytes, **options: object) -> tuple[list[Document], list[str]]:
    path.write_bytes(data)
    found = list(read([path], options=ReadOptions(**options)))  # pyright: ignore[reportArgumentType]
    documents = [each for each in found if isinstance(each, Document)]
    return documents, [str(each).removeprefix(str(path)) for each in found if isinstance(each, Skipped)]


@pytest.mark.parametrize("name", ["x.warc", "x.warc.gz"])
def test_the_pages_of_a_crawl(tmp_path: Path, name: str) -> None:
    data = b"".join(gzip.compress(each) if name.endswith(".gz") else each for each in CRAWL)
    documents, skipped = reading(tmp_path / name, data)
    assert [each.id for each in documents] == [f"https://example.org/{name}" for name in "abc"]
    first = documents[0]
    assert (first.url, first.title) == ("https://example.org/a", "Talks in Seoul")
    assert PARAGRAPH.format("Seoul").strip() in first.text
    assert skipped == [
        f" https://example.org/empty captured {CAPTURED}: a page without text",
        ": left out: 1 image/png, 1 answered with status 404, 1 text/css",
    ]


def test_when_a_page_was_captured_is_not_when_it_was_published(tmp_path: Path) -> None:
    first, second, _ = reading(tmp_path / "x.warc", b"".join(CRAWL))[0]
    assert first.dates == DateInterval(date(2025, 11, 3), date(2025, 11, 3))
    assert second.dates is None
    assert second.origin == f"{tmp_path / 'x.warc'} https://example.org/b captured {CAPTURED}"


def test_the_server_says_which_encoding_a_page_is_in(tmp_path: Path) -> None:
    body = page("Łódź").encode("cp1250")
    ((document,), _) = reading(tmp_path / "x.warc", record("https://a.pl/", body, mime="text/html; charset=cp1250"))
    assert document.title == "Talks in Łódź"
    wrong = record("https://a.kr/", page("Séoul", charset="utf-8").encode(), mime="text/html; charset=utf-7x")
    assert "Séoul" in reading(tmp_path / "x.warc", wrong)[0][0].text


def test_pages_may_be_compressed_and_chunked(tmp_path: Path) -> None:
    body = gzip.compress(page("Seoul").encode())
    body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    warc = record("https://example.org/z", head + body, kind="resource").replace(b"resource", b"response")
    warc = warc.replace(b"Content-Type: text/html\r\n\r\n", b"Content-Type: application/http\r\n\r\n", 1)
    ((document,), skipped) = reading(tmp_path / "x.warc", warc)
    assert (document.title, skipped) == ("Talks in Seoul", [])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"<html><body>Not found</body></html>", "not a WARC: it is HTML"),
        (b"\0" * 100, "not a WARC, or damaged"),
    ],
)
def test_what_is_no_archive_is_one_line(tmp_path: Path, data: bytes, reason: str) -> None:
    assert reading(tmp_path / "x.warc", data) == ([], [f": {reason}"])


def test_an_archive_that_is_cut_off_keeps_what_came_before(tmp_path: Path) -> None:
    packed = [gzip.compress(each) for each in CRAWL]
    documents, skipped = reading(tmp_path / "x.warc.gz", b"".join(packed[:3]) + packed[3][:-200])
    assert documents[0].title == "Talks in Seoul"
    assert all("\n" not in each for each in skipped)
    junk = b"".join(packed[:2]) + b"\x1f\x8b" + bytes(400)
    documents, skipped = reading(tmp_path / "x.warc.gz", junk)
    assert (len(documents), len(skipped)) == (1, 1)
    assert "damaged after record" in skipped[0]


def test_a_page_that_unpacks_to_too_much_is_one_line(tmp_path: Path) -> None:
    body = gzip.compress(b"<p>" + b"a" * 30_000_000)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\n\r\n"
    bomb = record("https://example.org/bomb", head + body, kind="resource").replace(b"resource", b"response")
    bomb = bomb.replace(b"Content-Type: text/html\r\n\r\n", b"Content-Type: application/http\r\n\r\n", 1)
    documents, skipped = reading(tmp_path / "x.warc", bomb + CRAWL[1])
    assert [each.title for each in documents] == ["Talks in Seoul"]
    assert skipped == [f" https://example.org/bomb captured {CAPTURED}: a page larger than 20 MB"]


def test_a_page_without_an_address_is_left_out_alone(tmp_path: Path) -> None:
    crawl = [
        record("", page("Rome").encode(), kind="resource"),
        record("https://example.org/a", page("Seoul").encode()),
    ]
    documents, skipped = reading(tmp_path / "x.warc", b"".join(crawl))
    assert [each.id for each in documents] == ["https://example.org/a"]
    assert skipped == [f"  captured {CAPTURED}: has no id"]


def sent(url: str, body: bytes, *headers: str, mime: str = "text/html", truncated: str = "") -> bytes:
    """A record of what a server sent, with more headers of its answer."""
    lines = [f"HTTP/1.1 200 OK\r\nContent-Type: {mime}", *headers]
    content = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
    cut = f"WARC-Truncated: {truncated}\r\n" if truncated else ""
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: {CAPTURED}\r\n{cut}"
    head += f"WARC-Record-ID: <urn:uuid:{abs(hash(url))}>\r\nContent-Length: {len(content)}\r\n"
    return f"{head}Content-Type: application/http; msgtype=response\r\n\r\n".encode() + content + b"\r\n\r\n"


BODY = page("Seoul").encode()
ADDRESS = "https://example.org/z"


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (gzip.compress(BODY), "gzip"),
        (gzip.compress(BODY), "x-gzip"),
        (zlib.compress(BODY), "deflate"),
        (zlib.compress(BODY)[2:-4], "deflate"),
        (BODY, "gzip"),
        (BODY, "br"),
        (BODY, "identity"),
    ],
)
def test_a_page_is_taken_out_of_what_it_was_sent_in(tmp_path: Path, packed: bytes, encoding: str) -> None:
    ((document,), skipped) = reading(tmp_path / "x.warc", sent(ADDRESS, packed, f"Content-Encoding: {encoding}"))
    assert (document.title, document.remarks, skipped) == ("Talks in Seoul", (), [])


def test_brotli_is_read_and_other_ways_to_pack_are_named(tmp_path: Path) -> None:
    brotli = pytest.importorskip("brotli")
    packed = sent(ADDRESS, brotli.compress(BODY), "Content-Encoding: br")
    ((document,), skipped) = reading(tmp_path / "x.warc", packed)
    assert (document.title, skipped) == ("Talks in Seoul", [])
    bomb = sent(ADDRESS, brotli.compress(b"a" * 30_000_000), "Content-Encoding: br")
    assert "a page larger than 20 MB" in reading(tmp_path / "x.warc", bomb)[1][0]
    other = sent(ADDRESS, b"\x28\xb5\x2f\xfd", "Content-Encoding: zstd")
    assert "packed as zstd, which is not read" in reading(tmp_path / "x.warc", other)[1][0]


def test_one_gzip_may_be_around_all_records(tmp_path: Path) -> None:
    documents, _ = reading(tmp_path / "x.warc.gz", gzip.compress(b"".join(CRAWL)))
    assert [each.id for each in documents] == [f"https://example.org/{name}" for name in "abc"]


def test_utf8_goes_before_the_encoding_that_a_server_names(tmp_path: Path) -> None:
    for mime in ("text/html; charset=ISO-8859-1", "text/html; charset=windows-1251", "text/html"):
        ((document,), _) = reading(tmp_path / "x.warc", sent(ADDRESS, page("Łódź").encode(), mime=mime))
        assert document.title == "Talks in Łódź"
    wrong = page("Łódź").encode().replace(b"spring", b"spr\xffing")
    ((document,), _) = reading(tmp_path / "x.warc", sent(ADDRESS, wrong, mime="text/html; charset=ISO-8859-1"))
    assert "Łódź on Monday" in document.text
    assert [each.kind for each in document.remarks] == ["bytes that are no UTF-8 were replaced"]
    quoted = "The minister’s “envoys” met. " * 9
    latin = sent(ADDRESS, f"<p>{quoted}</p>".encode("cp1252"), mime="text/html; charset=ISO-8859-1")
    assert quoted.strip() in reading(tmp_path / "x.warc", latin)[0][0].text


def test_documents_of_other_formats_are_read_and_lists_of_robots_are_none(tmp_path: Path) -> None:
    crawl = [
        sent("https://example.org/a.txt", b"The two envoys met in Nara.", mime="text/plain"),
        sent("https://example.org/robots.txt", b"User-agent: *", mime="text/plain"),
        sent("https://example.org/b.eml", b"Subject: Talks\n\nThey met.", mime="message/rfc822"),
        sent("https://example.org/c.eml", b"Subject: Talks\n\nThey left.", mime="application/octet-stream"),
        sent("https://example.org/d.csv", b"id,text\n1,x\n", mime="text/csv"),
    ]
    documents, skipped = reading(tmp_path / "x.warc", b"".join(crawl))
    assert [(each.id, each.url) for each in documents] == [
        (url, url) for url in ("https://example.org/a.txt", "https://example.org/b.eml", "https://example.org/c.eml")
    ]
    assert skipped == [": left out: 1 text/plain, 1 text/csv"]


def test_a_page_of_which_only_a_part_was_captured_is_told(tmp_path: Path) -> None:
    cut = sent(ADDRESS, BODY, truncated="length")
    ((document,), _) = reading(tmp_path / "x.warc", cut)
    assert document.remarks == (Remark("only a part was captured", "length"),)
    half = sent(ADDRESS, gzip.compress(BODY)[:-20], "Content-Encoding: gzip")
    ((document,), _) = reading(tmp_path / "x.warc", half)
    assert document.remarks == (Remark("only a part was captured", "cut off"),)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br"])
@pytest.mark.parametrize(
    "body", [b"\x1f\x8b\x08\x00 and no more", gzip.compress(BODY)[:10] + b"\xff" * 99, b"\x1f\x8b"]
)
def test_a_page_that_is_packed_and_damaged_costs_no_other(tmp_path: Path, body: bytes, encoding: str) -> None:
    crawl = [CRAWL[1], sent(ADDRESS, body, f"Content-Encoding: {encoding}"), CRAWL[3]]
    documents, skipped = reading(tmp_path / "x.warc", b"".join(crawl))
    assert [each.id for each in documents] == ["https://example.org/a", "https://example.org/b"]
    assert len(skipped) == 1


def test_what_is_attached_to_a_captured_message_is_a_document_of_its_own(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["Subject"] = "Talks"
    mail.set_content("They met.")
    mail.add_attachment(b"They left.", maintype="text", subtype="plain", filename="a.txt")
    documents, _ = reading(tmp_path / "x.warc", sent(ADDRESS, bytes(mail), mime="message/rfc822"))
    assert [each.text for each in documents] == ["They met.", "They left."]
    assert documents[0].id == ADDRESS != documents[1].id
