# ruff: noqa: E501, PT017  # an example a line; what an error says is looked at where there is one
"""Random input at every entry: what comes out is an answer or an error of ours, never a fault and never half a text.

A few examples each by default, always the same. `make fuzz` tries more, with a seed that it prints:
FUZZ_SEED and FUZZ_EXAMPLES say which and how many.
"""

import io
import json
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from dragoman.corpus.cleaning.clean import clean
from dragoman.corpus.dates.stated import stated_dates
from dragoman.corpus.document import Document
from dragoman.corpus.read import read
from dragoman.corpus.readers.contract import Skipped
from dragoman.corpus.splitting.passages import split_passages
from dragoman.errors import DragomanError
from dragoman.index.analysis import analyze
from dragoman.search.collection import open_collection
from dragoman.search.evaluation.judgments import read_judged
from dragoman.search.evaluation.runs import read_run
from dragoman.search.language.input.texts import read as read_question
from dragoman.search.language.words.variants import read_variants
from dragoman.search.results import citations
from dragoman.search.results.highlight import Highlight, pieces
from dragoman.web.app import create_app
from support.outlook import msg
from support.packages import docx, epub, paragraph, zipped
from support.places import ROOT

SEED = int(os.environ.get("FUZZ_SEED", "15"))
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "12"))
FIXTURES = ROOT / "tests" / "fixtures" / "formats"
MAIL = (
    b"From: Jane <a@b.c>\nTo: x@y.z\nSubject: =?utf-8?q?Talks?=\nDate: Tue, 13 Jan 2026 10:00:00 +0900\n"
    b'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/html\n\n<p>They met.'
    b'\n--b\nContent-Type: text/plain; name="a.txt"\nContent-Disposition: attachment\n\nA note.\n--b--\n'
)
WARC = (
    b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.b/\r\nWARC-Date: 2025-12-24T10:00:00Z\r\n"
    b"Content-Type: application/http; msgtype=response\r\nContent-Length: 62\r\n\r\n"
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>They met in.\r\n\r\n"
)
SMALL: dict[str, bytes] = {
    ".txt": b"SEOUL, Jan. 3 (Yonhap) -- Foreign Minister Cho Hyun met President Macron in Paris on 3 January 2025.\n\nHome\n",
    ".md": b"---\ntitle: Talks\ndate: 2025-01-03\n---\n# Talks\n\nThey [met](http://a.b) *twice*[^1].\n\n[^1]: A note.\n",
    ".html": b"<html><head><title>Talks</title><meta name=author content=Doe></head><body><p>They met<sup>1</sup>.</body>",
    ".jsonl": b'{"id": "1", "text": "They met.", "date": "c. 1951", "people": ["A"], "notes": [["1", 2, "b"]]}\n',
    ".json": b'[{"id": "1", "text": "They met.", "countries": "Japan; Korea", "pages": [["1", 2]]}]',
    ".csv": b'id,text,date\n1,"They ""met"", twice",2025-01-03\n2,"a\nb",x\n',
    ".eml": MAIL,
    ".mbox": b"From a@b.c Tue Jan 13 10:00:00 2026\n" + MAIL,
    ".warc": WARC,
    ".xml": b"<TEI><teiHeader/><text><body><div type='document' xml:id='d1'><head>1. A</head><p>They<note>b</note> met."
    b"</p></div></body></text></TEI>",
    ".docx": docx(paragraph("They met in Nara."), title="Talks"),
    ".epub": epub({"OPS/text/a.xhtml": "<html><body><p>They met.</p></body></html>"}),
    ".zip": zipped({"a.txt": "They met.", "b.eml": MAIL, "c.csv": "id,text\n1,They met.\n"}),
    ".msg": msg({"0037": "Talks", "1000": "They met."}, [{"3704": "a.txt", "3701": b"A note."}]),
}
PIECES = [
    b"",
    b"\0",
    b"\xff\xfe",
    b"\n",
    b"\r\n",
    b'"',
    b"<",
    b"&#x110000;",
    b"]]>",
    b"{",
    b"}",
    b"\\u99999 ",
    b"[",
    b"--b",
]
PIECES += [
    b"9" * 400,
    b"=?x?b?=?=",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b"\xed\xa0\x80",
    b"\\bin99 ",
    b"1e999",
    b"NaN",
    b"-1",
]
PACKED = (".docx", ".epub", ".zip", ".odt", ".pptx", ".xlsx", ".fodp")
QUESTION = st.lists(
    st.sampled_from('a bb "c d" ( ) - ~ * ? = : , .. OR AND NOT NEAR/5 NEAR/s date:2025 country:France ^2 + [ ] { } ! / \\ “'.split(" "))
    | st.text(max_size=6),
    max_size=40,
).map(lambda parts: " ".join(parts))  # fmt: skip
TEXT = st.lists(
    st.sampled_from(
        ["\n", "\n\n", ". ", "Mr. ", "SEOUL, ", "\u0301", "\u202e", "中", "😀", "\x00", "Home\n", "[1]", "Page 1\n"]
    )
    | st.text(max_size=20),
    max_size=60,
).map("".join)


def fuzzed(*strategies: st.SearchStrategy[Any], times: int = 1) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run a test with random input, a few times as often as others."""

    def wrapped(test: Callable[..., None]) -> Callable[..., None]:
        few = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
        chosen = settings(deadline=None, max_examples=EXAMPLES * times, database=None, suppress_health_check=few)
        return seed(SEED)(chosen(given(*strategies)(test)))

    return wrapped


def samples() -> dict[str, bytes]:
    """A small file of every format."""
    kept = {each.suffix: each.read_bytes() for each in FIXTURES.iterdir() if each.suffix not in (".md", ".pdf", ".doc")}
    return {**kept, **SMALL}


@st.composite
def mutations(draw: st.DrawFn) -> tuple[str, bytes]:
    """The end of a file's name, and a file of that format of which something is wrong."""
    suffix = draw(st.sampled_from(sorted(samples())))
    data = samples()[suffix]
    if suffix in PACKED and zipfile.is_zipfile(io.BytesIO(data)) and draw(st.booleans()):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members: dict[str, str | bytes] = {each: archive.read(each) for each in archive.namelist()}
        name = draw(st.sampled_from(sorted(members)))
        inner = members[name]
        assert isinstance(inner, bytes)
        return suffix, zipped({**members, name: _mutated(draw, inner)})
    return suffix, _mutated(draw, data)


def _mutated(draw: st.DrawFn, data: bytes) -> bytes:
    for _ in range(draw(st.integers(1, 4))):
        at, end = sorted((draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))))
        match draw(st.sampled_from(["put", "cut", "end", "twice", "flip", "short"])):
            case "put":
                data = data[:at] + draw(st.sampled_from(PIECES)) * draw(st.sampled_from([1, 3, 50])) + data[at:]
            case "cut":
                data = data[:at] + data[end:]
            case "end":
                data = data[:at]
            case "twice":
                data = data[:end] + data[at:]
            case "short":
                data = data[:at] + data[at + 1 :]
            case _:
                data = data[:at] + bytes(255 - each for each in data[at : at + 1]) + data[at + 1 :]
    return data


@pytest.fixture(scope="module")
def client(empty_collections: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    place = tmp_path_factory.mktemp("fuzzing") / "collection"
    shutil.copytree(empty_collections[0], place)
    with open_collection(place) as opened:
        opened.add([Document("a", "The consul of Freedonia wrote a despatch about the quarantine of ships.")])
        yield create_app(opened).test_client()


def check(document: Document) -> None:
    """What holds of every document, whatever it was read from."""
    size = len(document.text)
    json.dumps([document.text, document.title, document.author], ensure_ascii=False).encode()
    assert all(0 <= note.at <= size for note in document.notes)
    assert [page.at for page in document.pages] == sorted(page.at for page in document.pages)
    assert all(0 <= page.at <= size for page in document.pages)
    end = 0
    for passage in split_passages(document):
        assert end <= passage.start < passage.end <= size
        assert not document.text[end : passage.start].strip()
        end = passage.end
    assert not document.text[end:].strip()


@fuzzed(mutations(), times=12)
def test_a_broken_file_is_documents_and_lines_that_say_why_not(file: tuple[str, bytes]) -> None:
    suffix, data = file
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"x{suffix}"
        path.write_bytes(data)
        for each in read([path]):
            if isinstance(each, Skipped):
                assert "a fault in Dragoman" not in each.reason, each.reason
                assert "\n" not in each.reason
            else:
                check(each)


@fuzzed(QUESTION, times=6)
def test_a_question_is_understood_or_refused(text: str) -> None:
    try:
        read_question(text)
    except DragomanError as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize(
    "unit", ["(", ")", '"', "a* ", "a NEAR/5 ", "date:2025 ", "a~2 ", "-", "a OR ", "word ", "^2 ", "[", "a"]
)
def test_a_pasted_book_is_understood_or_refused(unit: str) -> None:
    try:
        read_question(unit * (5_000_000 // len(unit)))
    except DragomanError as error:
        assert len(str(error)) < 500


@fuzzed(TEXT, times=6)
def test_what_is_left_of_a_text_and_its_terms_stand_in_it(text: str) -> None:
    cleaned = clean(text)
    lines = {line.strip() for line in text.split("\n")}
    assert {line.strip() for line in cleaned.text.split("\n")} <= lines | {""}
    assert set(cleaned.cut) <= lines
    check(Document("a", text.replace("\x00", " ").encode("utf-8", "replace").decode() or "a"))
    end = 0
    for token in analyze(text):
        assert 0 <= token.start < token.end <= len(text)
        assert token.start >= end - 1
        end = token.start


@fuzzed(TEXT, st.lists(st.tuples(st.integers(-9, 99), st.integers(-9, 99))), st.integers(0, 9), times=4)
def test_a_marked_text_is_the_text(text: str, spans: list[tuple[int, int]], start: int) -> None:
    marks = [Highlight(min(each), max(each) + 1, "keyword") for each in spans]
    assert "".join(piece.text for piece in pieces(text, start, marks)) == text


@fuzzed(TEXT, TEXT, TEXT, times=2)
def test_a_citation_is_one_record(title: str, author: str, url: str) -> None:
    title, author, url = (each.encode("utf-8", "replace").decode() for each in (title, author, url))
    try:
        document = Document("a", "They met.", title=" ".join(title.split()), author=" ".join(author.split()), url=url)
    except DragomanError:
        return
    assert "\n" not in citations.text(document)
    assert citations.bibtex(document).count("\n@") == 0
    assert sum(line.startswith("ER  -") for line in citations.ris(document).splitlines()) == 1
    json.dumps(citations.csl(document)).encode()


@fuzzed(
    st.text(max_size=40)
    | st.lists(st.sampled_from("c. ca [ ] ( ) ? 1951 -52 1/13/2026 T10:00 to – 14".split())).map(" ".join)
)
def test_a_date_is_one_or_none(text: str) -> None:
    try:
        found = stated_dates(text)
    except ValueError:
        return
    assert found is None or found.first <= found.last


ROWS = st.lists(
    st.sampled_from(["1\tQ0\ta\t1\t0.5\tx\n", "1 0 a 1\n", "question\ta\t2\n", "\t", "\n", "NaN", "-", "9" * 5000, "ROK, South Korea\n", ","])
    | st.text(max_size=12),
    max_size=12,
).map("".join)  # fmt: skip


@fuzzed(ROWS, times=3)
def test_lists_that_people_bring_are_read_or_refused(text: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.tsv"
        path.write_bytes(text.encode("utf-8", "replace"))
        for bring in (read_judged, read_run, read_variants):
            try:
                bring(path)
            except DragomanError as error:
                assert "\n" not in str(error)


PARAMETERS = st.dictionaries(
    st.sampled_from("q limit offset mode country date sort facets cursor fields similar_to format x".split()),
    QUESTION | st.integers(-5, 10**12).map(str) | st.text(max_size=30),
    max_size=5,
)


@fuzzed(
    st.sampled_from(["/api/v1/search", "/api/v1/suggest", "/api/v1/documents/a", "/", "/feed.atom", "/api/v1/facets"]),
    PARAMETERS,
    times=3,
)
def test_every_request_is_answered_or_refused(client: FlaskClient, path: str, parameters: dict[str, str]) -> None:
    answer = client.get(path, query_string=parameters)
    assert answer.status_code < 500, answer.get_data(as_text=True)[:300]
    if path.startswith("/api/") and answer.status_code >= 400:
        assert "\n" not in json.loads(answer.get_data())["detail"]


@fuzzed(
    st.binary(max_size=200)
    | st.text(max_size=50).map(str.encode)
    | st.sampled_from([b"[" * 100_000, b'{"a":' * 50_000])
)
def test_a_body_that_nobody_asked_for_is_refused(client: FlaskClient, body: bytes) -> None:
    answer = client.post("/api/v1/search", data=body, content_type="application/json")
    assert 400 <= answer.status_code < 500
