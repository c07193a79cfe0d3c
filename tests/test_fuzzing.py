# ruff: noqa: E501, PT017  # an example a line; what an error says is looked at where there is one
"""Random input at every entry: what comes out is an answer or an error of ours, never a fault and never half a text.

A few examples each by default, always the same. `make fuzz` tries more, with a seed that it prints:
FUZZ_SEED and FUZZ_EXAMPLES say which and how many.
"""

import asyncio
import io
import json
import logging
import re
import shutil
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import strategies as st

from dragoman.corpus.cleaning.clean import clean
from dragoman.corpus.dates.stated import stated_dates
from dragoman.corpus.document import Document, Note, Page, Person, Reference
from dragoman.corpus.fetching.fetch import Fetched, Fetcher, Validators
from dragoman.corpus.fetching.url_reader import Known, Memory, UrlReader
from dragoman.corpus.read import read
from dragoman.corpus.readers.contract import ReadOptions, Skipped
from dragoman.corpus.splitting.passages import split_passages
from dragoman.errors import DragomanError
from dragoman.index.analysis import analyze
from dragoman.search.collection import Collection, open_collection
from dragoman.search.evaluation.judgments import read_judged
from dragoman.search.evaluation.runs import read_run
from dragoman.search.language.input.texts import read as read_question
from dragoman.search.language.words.variants import read_variants
from dragoman.search.making import unpack
from dragoman.search.results import citations
from dragoman.search.results.highlight import Highlight, pieces
from dragoman.web.app import create_app
from support.fuzzing import damaged, fuzzed, mutated, mutations
from support.packages import zipped

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


@pytest.fixture(scope="module")
def collection(empty_collections: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    place = tmp_path_factory.mktemp("fuzzing") / "collection"
    shutil.copytree(empty_collections[0], place)
    with open_collection(place) as opened:
        opened.add([Document("a", "The consul of Freedonia wrote a despatch about the quarantine of ships.")])
        yield opened


@pytest.fixture(scope="module")
def client(collection: Collection) -> FlaskClient:
    return create_app(collection).test_client()


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


PACKED = [
    Document(
        "a", "Envoys signed a treaty. It ended a war.\n\nMore of it. " * 9, title="A treaty", countries=("France",),
        people=(Person("Ada Lee", "envoy", "Korea"),), references=(Reference("Le Monde", "Traité"),), origin="a.pdf",
        notes=(Note("1", 5, "An armistice."),), pages=(Page("xii", 0), Page("xiii", 40)), cut=("Menu",),
        provenance={"title": "given"},
    ),
    Document("b", "정상들이 서울에서 만났다. Leaders agreed on trade.", title="A summit", language="ko"),
]  # fmt: skip


@pytest.fixture(scope="module")
def pack(empty_collections: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("packs")
    shutil.copytree(empty_collections[0], place / "collection")
    with open_collection(place / "collection") as opened:
        opened.add(PACKED)
        opened.keep_variants(["accord, treaty"])
        opened.pack(place / "sound")
    return place / "sound"


def spoilt_pack(data: st.DataObject, sound: bytes) -> bytes:
    """A pack of which something is wrong: in the archive, in a file of it, or in a value in that."""
    how = data.draw(st.sampled_from(["archive", "file", "value", "value", "value"]))
    if how == "archive":
        return mutated(data.draw, sound)
    with zipfile.ZipFile(io.BytesIO(sound)) as archive:
        files: dict[str, Any] = {name: archive.read(name) for name in archive.namelist()}
    if how == "file":
        name = data.draw(st.sampled_from(sorted(files)))
        files[name] = mutated(data.draw, files[name])
    else:
        name = data.draw(st.sampled_from(["documents.jsonl", "pack.json"]))
        texts = files[name].splitlines() if name == "documents.jsonl" else [files[name]]
        values = damaged(data.draw, [*map(json.loads, texts)])
        files[name] = "".join(f"{json.dumps(each)}\n" for each in (values if isinstance(values, list) else [values]))
    return zipped(files)


@fuzzed(st.data(), st.booleans(), times=3)
def test_a_spoilt_pack_becomes_a_whole_collection_or_none(
    pack: Path, tiny_models: tuple[Path, Path], data: st.DataObject, reencode: bool
) -> None:
    with TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "spoilt").write_bytes(spoilt_pack(data, pack.read_bytes()))
        try:
            report = unpack(place / "spoilt", place / "copy", model=str(tiny_models[0]), reencode=reencode)
        except DragomanError as error:
            assert "\n" not in str(error)
            assert [each.name for each in place.iterdir()] == ["spoilt"]
            return
        with open_collection(place / "copy") as copy:
            assert copy.problems() == []
            ids = [*copy.document_ids()]
            assert report.added == len(ids)
            for each in map(copy.document, ids):
                check(each)
            for question in ("treaty", "-nothing", "country:France", "trade date:1950"):
                json.dumps(copy.search(question, fold=False).to_dict(), ensure_ascii=False).encode()
            copy.pack(place / "again")


FEED, STORY = (
    "https://news.example/feed.rss",
    "The two leaders met in Seoul on Monday and agreed to hold further talks. " * 4,
)
FEEDS = [
    '<?xml version="1.0"?><rss version="2.0"><channel><title>The Courier</title><item><title>Talks</title><link>'
    "https://news.example/1</link><author>a@b.c (Jane)</author><pubDate>Tue, 13 Jan 2026 10:00:00 +0900</pubDate>"
    "<description><![CDATA[<p>They met.</p>]]></description></item><item><link>/2</link></item></channel></rss>",
    '<feed xmlns="http://www.w3.org/2005/Atom"><title type="html">The &lt;b>Courier&lt;/b></title><entry><title>Talks'
    '</title><link rel="alternate" href="2"/><author><name>Jane</name></author><published>2026-01-13T10:00:00+09:00'
    "</published><updated>2026-01-14</updated></entry></feed>",
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc='
    '"http://purl.org/dc/elements/1.1/"><channel><title>The Courier</title></channel><item><title>Talks</title><link>'
    "https://news.example/3</link><dc:date>2026-01-13</dc:date><dc:creator>Jane</dc:creator></item></rdf:RDF>",
]
NAMES = st.sampled_from(
    "title link author name published updated pubDate dc:date guid source content version entries".split()
)
VALUES = st.sampled_from(
    "|x|0000-00-00T00:00:00Z|0000-01-01|99999-01-01|0001-01-01T00:00:00+14:00|Mon, 99 Jan 2020 99:99:99 GMT|Mon, 01 Jan 0000 00:00:00 GMT"
    "|http://[|//|https://news.example:99999999/|http://a@b/|javascript:x|https://news.example/\ud7ff%00|&#xD800;|&#0;|<b>x</b>|&lt;b|2026-W01|a\nb|\x00".split("|")
)  # fmt: skip


@st.composite
def feeds(draw: st.DrawFn) -> bytes:
    """A feed of which something is wrong, or that says what a library may take for its own findings."""
    feed = draw(st.sampled_from(FEEDS))
    for _ in range(draw(st.integers(0, 3))):
        start, end = draw(st.sampled_from([each.span() for each in re.finditer("(?<=>)[^<>]*(?=<)", feed)]))
        if draw(st.booleans()):
            name = draw(NAMES) + draw(st.sampled_from(["", "_detail", "_parsed"]))
            feed = (
                f"{feed[:end]}<{name} type='{draw(VALUES)}' href='{draw(VALUES)}'>{draw(VALUES)}</{name}>{feed[end:]}"
            )
        else:
            feed = feed[:start] + draw(VALUES) + feed[end:]
    raw = feed.encode()
    return mutated(draw, raw) if draw(st.integers(0, 3)) == 0 else raw


class Pages(Fetcher):
    """Has a feed at its URL, and a page at every other: where the links of a spoilt feed lead, nobody is to be asked."""

    def __init__(self, feed: bytes) -> None:
        super().__init__()
        self._feed = feed

    def fetch(self, url: str, known: Validators | None = None) -> Fetched | None:
        if url == FEED:
            return Fetched(url, self._feed, "application/rss+xml", "", None)
        return Fetched(url, f"<html><body><p>{STORY}</p></body></html>".encode(), "text/html", "", None)


class Noting(Memory):
    """What is remembered can be written down."""

    def remember(self, url: str, known: Known) -> None:
        json.dumps([url, known.document, known.stamp], ensure_ascii=False).encode()


@fuzzed(feeds(), times=8)
def test_a_spoilt_feed_is_documents_and_lines_that_say_why_not(feed: bytes) -> None:
    found = list(UrlReader(ReadOptions(), memory=Noting(), fetcher=Pages(feed)).read(FEED))
    assert found
    for each in found:
        if isinstance(each, Skipped):
            assert "a fault in Dragoman" not in each.reason, each.reason
            assert "\n" not in each.reason
        else:
            check(each)
            assert each.text in STORY


HELLO = [
    {"jsonrpc": "2.0", "id": "hello", "method": "initialize", "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "a test", "version": "1"}}},
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
]  # fmt: skip
ASKED = [
    *HELLO,
    {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}},
    {"jsonrpc": "2.0", "id": 2, "method": "ping"},
    {"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {"name": "overview", "arguments": {"values": 2}}},
    {"jsonrpc": "2.0", "id": 4, "method": "tools/call", "params": {"name": "similar", "arguments": {"id": "a", "limit": 2}}},
    {"jsonrpc": "2.0", "id": 5, "method": "tools/call", "params": {"name": "read", "arguments": {"id": "a", "start": 3, "limit": 300}}},
    {"jsonrpc": "2.0", "id": 6, "method": "tools/call", "params": {"name": "search", "arguments": {
        "query": "consul ships", "mode": "keyword", "limit": 3, "offset": 0, "sort": "newest", "match": "any", "after": "1900", "countries": ["France"],
        "filters": {"kind": ["letter"]}, "where": ["-ship"], "document": "a", "per_document": True, "literal": False}}},
    {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 6, "reason": "x"}},
    {"jsonrpc": "2.0", "id": 7, "result": {}},
]  # fmt: skip


@st.composite
def messages(draw: st.DrawFn) -> bytes:
    """A message to a server of the Model Context Protocol, of which mostly something is wrong."""
    message = draw(st.sampled_from(ASKED))
    for _ in range(draw(st.integers(0, 2))):
        message = damaged(draw, message)
    line = json.dumps(message).encode()
    return mutated(draw, line) if draw(st.integers(0, 3)) == 0 else line


def check_answer(answer: Any) -> None:
    """What holds of every answer of the protocol: one that is an error says in one line what is wrong."""
    assert answer["jsonrpc"] == "2.0"
    if "error" in answer:
        assert "\n" not in answer["error"]["message"]
        assert "Traceback" not in json.dumps(answer)
    elif answer["result"].get("isError"):
        assert "\n" not in answer["result"]["content"][0]["text"]


def demanded(line: bytes) -> list[Any]:
    """The ids of the answers that a line must have: None for what is no JSON, nothing for what may be no message."""
    text = line.decode("utf-8", "replace")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return [None] if text.strip() else []
    try:
        json.dumps(message, ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        return []
    match message:
        case {"jsonrpc": "2.0", "method": str(), "id": int() | str() as number, **more} if type(number) is not bool:
            return [number] if isinstance(more.get("params", {}), dict | None) else []
        case _:
            return []


@fuzzed(st.lists(messages(), max_size=8), times=4)
def test_every_line_that_a_model_sends_is_answered_or_refused(
    collection: Collection, caplog: pytest.LogCaptureFixture, sent: list[bytes]
) -> None:
    mcp = pytest.importorskip("dragoman.web.mcp", reason="the SDK is not installed: pip install 'dragoman[mcp]'")
    last = {"jsonrpc": "2.0", "id": "last", "method": "ping"}
    lines = [*(json.dumps(each).encode() for each in HELLO), *sent, json.dumps(last).encode()]
    asked = io.BytesIO(b"".join(each + b"\n" for each in lines))
    caplog.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.TextIOWrapper(asked))
        patch.setattr("sys.stdout", said := io.TextIOWrapper(out := io.BytesIO()))
        mcp.server(collection).run("stdio")
    said.flush()
    answers = [json.loads(line) for line in out.getvalue().splitlines()]
    for each in answers:
        check_answer(each)
    ids = [each["id"] for each in answers]
    assert {"hello", "last"} <= {*ids}
    if not any(b"cancelled" in each for each in sent):
        assert not Counter(number for line in b"\n".join(sent).split(b"\n") for number in demanded(line)) - Counter(ids)
    assert not [each for each in caplog.records if each.exc_info and each.levelno >= logging.WARNING]


HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "host": st.sampled_from(
            ["localhost", "localhost:80", "evil.example", "evil.example@127.0.0.1", "[::1", "", "\xe9"]
        ),
        "origin": st.sampled_from(["http://localhost", "null", "https://evil.example", "http://[", "\xe9"]),
        "content-type": st.sampled_from(["text/plain", "application/json; charset=x", "", "\xe9"]),
        "accept": st.sampled_from(["*/*", "text/event-stream", "", "\xe9", "application/json"]),
        "mcp-protocol-version": st.sampled_from(["2025-06-18", "x", "\xe9"]),
        "mcp-session-id": st.sampled_from(["x", "\xe9"]),
        "content-length": st.sampled_from(["-1", "x", "9" * 30, "1"]),
        "last-event-id": st.just("x"),
        "authorization": st.sampled_from(["Bearer", "Bearer \xe9", ""]),
    },
)


@fuzzed(messages(), HEADERS, st.sampled_from(["POST"] * 6 + ["DELETE", "PUT", "OPTIONS"]), times=4)
def test_every_request_that_a_model_sends_is_answered_or_refused(
    collection: Collection, caplog: pytest.LogCaptureFixture, body: bytes, headers: dict[str, str], method: str
) -> None:
    mcp = pytest.importorskip("dragoman.web.mcp", reason="the SDK is not installed: pip install 'dragoman[mcp]'")
    from dragoman.web.mcp.gate import Entry, http_app

    entry = Entry(frozenset({"localhost"}), frozenset({"https://gazette.example"}))
    app = http_app(mcp.server(collection), entry, lambda: 1)
    sent = {
        "host": "localhost",
        "content-type": "application/json",
        "accept": "application/json, text/event-stream",
        **headers,
    }
    said: list[dict[str, Any]] = []
    pieces = [{"type": "http.request", "body": body}, {"type": "http.disconnect"}]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "method": method, "path": "/mcp",
        "raw_path": b"/mcp", "root_path": "", "query_string": b"", "client": ("127.0.0.1", 1), "server": ("localhost", 80),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in sent.items()],
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return pieces.pop(0) if len(pieces) > 1 else pieces[0]

    async def send(message: Any) -> None:
        said.append(message)

    async def ask() -> None:
        async with app.router.lifespan_context(app):
            await app(scope, receive, send)

    caplog.clear()
    asyncio.run(ask())
    (start,) = (each for each in said if each["type"] == "http.response.start")
    content = b"".join(each.get("body", b"") for each in said if each["type"] == "http.response.body")
    assert start["status"] < 500, content
    if sent["host"] not in ("localhost", "localhost:80"):
        assert start["status"] == 421
    if start["status"] == 200 and method == "POST":
        check_answer(json.loads(content))
    assert not [each for each in caplog.records if each.exc_info and each.levelno >= logging.WARNING]
