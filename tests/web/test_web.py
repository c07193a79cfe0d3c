"""The pages and the JSON API over a real, small collection: answers, state in URLs, errors, hostile words."""

import errno
import json
import re
import shutil
import socket
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from dragoman.__main__ import dragoman
from dragoman.corpus.document import DateInterval, Document, Person, Reference
from dragoman.corpus.read import read
from dragoman.errors import CollectionDamaged, CollectionNotFound, DragomanError, SearchTimeout, SystemRefusal
from dragoman.search.collection import Collection, open_collection
from dragoman.search.making import create_collection
from dragoman.web.app import create_app
from dragoman.web.server.sockets import LOOPBACK, own_names
from dragoman.web.state import State
from support.places import BRIEFS

MACRON = "briefs/lee-macron-johannesburg"

ATTACK = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
HOSTILE = Document(
    id="//hostile/a/../<b>?x=1&y=%2F#z",
    title=f"Zanzibar {ATTACK}",
    text=f"The sultan of Zanzibar said {ATTACK} to the consul.\x00\x1b[31m \u202eetsrever\u202c &amp;\n\n{ATTACK}",
    place=ATTACK,
    outlet=ATTACK,
    author=ATTACK,
    kind=ATTACK,
    language="en-x-odd",
    url="javascript:alert(1)",
    countries=(ATTACK,),
    people=(Person(ATTACK, ATTACK, ATTACK),),
    topics=(ATTACK,),
    references=(
        Reference("Safe", "A safe one", "https://example.org/?a=1&b=<2>"),
        *(
            Reference(ATTACK, ATTACK, url, ATTACK)
            for url in ("JAVASCRIPT:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)", "data:text/html,<b>")
        ),
        Reference(url="//example.org/no-scheme"),
        Reference(url="https://"),
    ),
    origin="/srv/private/hostile.md",
)
LETTERS = [
    Document(
        id=f"letters/{number:02}",
        title=f"Letter {number}",
        text=f"Letter {number} from the legation. The quarantine of ships was discussed again.",
        dates=DateInterval(date(1890, 1, 1 + number), date(1890, 1, 1 + number)) if number % 3 else None,
    )
    for number in range(25)
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("web") / "collection"
    with create_collection(place) as made:
        made.add([*(each for each in read([BRIEFS]) if isinstance(each, Document)), HOSTILE, *LETTERS])
    return place


@pytest.fixture(scope="module")
def collection(folder: Path) -> Iterator[Collection]:
    with open_collection(folder) as opened:
        yield opened


@pytest.fixture
def client(collection: Collection) -> FlaskClient:
    return create_app(collection).test_client()


def in_path(document_id: str) -> str:
    """A document's id as Flask writes it into a URL."""
    return quote(document_id, safe="/=&")


class Page(HTMLParser):
    """What a page holds, as a browser's parser sees it: elements, attributes and text."""

    def __init__(self, answer: TestResponse) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.html = answer.text
        self.feed(answer.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str, **wanted: str) -> list[dict[str, str | None]]:
        return [
            attributes
            for name, attributes in self.elements
            if name == tag and all(attributes.get(key.rstrip("_")) == value for key, value in wanted.items())
        ]

    def links(self) -> list[str]:
        return [each["href"] or "" for each in self.all("a")]


def stylesheet(client: FlaskClient) -> str:
    return Page(client.get("/?q=Korea")).all("link", rel="stylesheet")[0]["href"] or ""


def assert_harmless(page: Page) -> None:
    """Nothing in the page runs, and no link leads anywhere but to the web."""
    allowed = {"html", "head", "meta", "title", "link", "body", "header", "a", "main", "form", "div", "label", "input"}
    allowed |= {"button", "details", "summary", "select", "option", "ul", "ol", "li", "p", "mark", "h1", "h2", "bdi"}
    allowed |= {"article", "blockquote", "span", "nav", "aside", "dl", "dt", "dd", "small", "time", "section", "code"}
    allowed |= {"footer", "dialog", "table", "tr", "td", "kbd", "figure", "figcaption", "fieldset", "legend", "sup"}
    allowed |= {"svg", "g", "rect", "line", "text", "script", "wbr"}
    assert {tag for tag, _ in page.elements} <= allowed
    for tag, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert tag != "script" or re.fullmatch(r"/assets/[0-9a-f]+/[a-z]+\.js", attributes["src"] or "")
    assert not "".join(re.findall(r"<script[^>]*>(.*?)</script>", page.html, re.DOTALL))
    for link in page.links():
        assert re.match(r"https?://|/(?!/)|#[\w-]+$", link), link


def problem(answer: TestResponse, status: int) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    said = json.loads(answer.data)
    assert said["status"] == status
    assert said["title"]
    assert said["detail"]
    return said


# The search page


def test_the_start_page_says_what_is_there_and_its_examples_find_something(client: FlaskClient) -> None:
    answer = client.get("/")
    page = Page(answer)
    assert answer.status_code == 200
    assert f"{len(list(BRIEFS.glob('*.md'))) + 1 + len(LETTERS)} documents" in page.text
    examples = [link for link in page.links() if link.startswith("/?q=")]
    assert len(examples) >= 3
    for example in examples:
        assert Page(client.get(example)).all("li", class_="hit")
    assert page.all("input", name="q")[0].keys() >= {"autofocus"}


def test_a_hit_has_its_place_marks_reason_and_links(client: FlaskClient) -> None:
    page = Page(client.get("/?q=Lee+Macron+strategic+partnership"))
    assert "Lee hopes for strategic partnership with France in talks with Macron" in page.text
    assert "22 November 2025" in page.text
    assert "Johannesburg, South Africa" in page.text
    assert "keyword 1st · meaning 1st" in page.text
    assert re.search(r"\d+ passages in \d+ documents · \d+ ms · keyword \+ meaning", page.text)
    marks = {mark["class"] for mark in page.all("mark")}
    assert marks == {"keyword", "meaning", "keyword meaning"}
    to_reader, permalink = [link for link in page.links() if link.startswith(f"/documents/{MACRON}?")][:2]
    assert parse_qs(urlsplit(to_reader).query) == {"passage": ["0-958"], "q": ["Lee Macron strategic partnership"]}
    assert permalink == f"/documents/{MACRON}?passage=0-958#passage"


def test_marks_leave_the_text_as_it_is(client: FlaskClient, collection: Collection) -> None:
    shown = Page(client.get("/?q=Lee+Macron+strategic+partnership")).text
    for hit in collection.search("Lee Macron strategic partnership"):
        assert hit.text in shown


def test_pages_neither_repeat_nor_lose_a_hit_and_never_lead_beyond(client: FlaskClient, collection: Collection) -> None:
    seen: list[str] = []
    url = "/?q=quarantine+of+ships"
    for number in range(1, 99):
        page = Page(client.get(url))
        seen += [link for link in page.links() if link.endswith("#passage") and "q=" not in link]
        assert bool(page.all("a", rel="prev")) == (number > 1)
        if not (following := page.all("a", rel="next")):
            break
        url = following[0]["href"] or ""
    expected = collection.search("quarantine of ships", limit=100)
    assert len(expected) == expected.total > 20
    assert seen == [f"/documents/{in_path(hit.document.id)}?passage={hit.start}-{hit.end}#passage" for hit in expected]
    beyond = client.get("/?q=quarantine+of+ships&page=99")
    assert beyond.status_code == 404
    assert "There is no page 99" in beyond.text
    assert f"/?q=quarantine+of+ships&page={-(-expected.total // 10)}" in Page(beyond).links()


def test_all_state_is_kept_by_the_links_and_in_the_form(client: FlaskClient) -> None:
    state = "q=letter&mode=keyword&sort=oldest&after=1890-01-02&before=1890&per_document=1"
    page = Page(client.get(f"/?{state}&page=1"))  # page=1 says nothing, and is dropped
    assert not page.all("article")
    page = Page(client.get(f"/?{state}"))
    [following] = page.all("a", rel="next")
    assert parse_qs(urlsplit(following["href"] or "").query) == {**parse_qs(state), "page": ["2"]}
    assert page.all("input", name="after")[0]["value"] == "1890-01-02"
    assert {each["value"] for each in page.all("input", name="sort", type="hidden")} == {"oldest"}
    assert {each["value"] for each in page.all("input", name="per_document", type="hidden")} == {"1"}
    assert "16 documents" in page.text
    assert [link for link in page.links() if link == f"/?{state.replace('&before=1890', '')}"]


def test_filters_of_one_name_are_alternatives(client: FlaskClient) -> None:
    page = Page(client.get("/?q=Korea&country=France&country=Japan"))
    assert {each["value"] for each in page.all("input", name="country", type="hidden")} == {"France", "Japan"}
    assert "/?q=Korea&country=Japan" in page.links()


def test_what_a_form_leaves_empty_is_dropped_from_the_url(client: FlaskClient) -> None:
    answer = client.get("/?q=Korea&mode=hybrid&sort=relevance&after=&before=&country=&person=+&outlet=&per_document=on")
    assert answer.status_code == 302
    assert answer.location == "/?q=Korea&per_document=1"
    assert client.get("/?q=+++&mode=keyword").status_code == 302
    assert f"{len(list(BRIEFS.glob('*.md'))) + 1 + len(LETTERS)} documents" in client.get("/?mode=keyword").text


@pytest.mark.parametrize("match", ["all", "most", "any"])
def test_how_many_words_must_match_is_obeyed(client: FlaskClient, collection: Collection, match: Any) -> None:
    found = client.get(f"/api/v1/search?q=Korea+summit+Macron&match={match}").json
    assert found
    assert found["total"] == collection.search("Korea summit Macron", match=match).total


def test_what_others_add_to_a_link_is_passed_over(client: FlaskClient) -> None:
    added = "utm_source=news&fbclid=a1&utm_source=again"
    landed = client.get(f"/?q=Korea&country=France&{added}", follow_redirects=True)
    assert landed.status_code == 200
    assert landed.request.query_string.decode() == "q=Korea&country=France"
    document = "documents/briefs/lee-macron-johannesburg"
    for page in (f"{document}?q=Lee", f"cite/{document[10:]}?as=ris", "feed.atom?q=Korea", "opensearch.xml?"):
        assert client.get(f"/{page}&{added}").status_code == 200, page
    assert client.get(f"/api/v1/search?q=Korea&{added}").status_code == 400


def test_a_misspelt_word_is_mended_by_a_link_that_keeps_the_rest(client: FlaskClient) -> None:
    page = Page(client.get("/?q=shutle&mode=keyword"))
    assert "Nothing found" in page.text
    assert "/?q=shuttle&mode=keyword" in page.links()


def test_undated_passages_that_a_date_leaves_out_are_counted(client: FlaskClient) -> None:
    assert "9 more passages match, but with no date to go by" in client.get("/?q=quarantine&after=1880").text


def test_what_a_question_matches_does_not_change_with_a_filter(collection: Collection) -> None:
    question = "Lee Macron strategic partnership"
    found = collection.search(question, fold=False, facets=50)
    assert found.facets
    for each in found.facets.columns["country"].values:
        assert collection.search(question, fold=False, where=f'country:="{each.value}"').total == each.passages


def test_filters_may_stand_alone(client: FlaskClient, collection: Collection) -> None:
    with_filter = client.get("/api/v1/search?country=France").json
    assert with_filter is not None
    assert with_filter["total"] == collection.search("country:France").total > 0


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ("q=summit+%2Bstrategic", "(column 8)"),
        ("q=Korea%5E4", "(column 6)"),
        ("q=Korea&after=someday", "is no date"),
        ("q=" + "x" * 100_000, "20000"),
        ("q=Korea&page=0", "page"),
        ("q=Korea&page=1e3", "page"),
        ("q=Korea&page=1003", "narrow the question"),
        ("q=Korea&mode=psychic", "mode"),
        ("q=Korea&sort=best", "sort"),
        ("q=Korea&per_document=maybe", "per_document"),
        ("q=Korea&q=Japan", "given 2 times"),
    ],
)
def test_a_mistake_is_told_at_the_box(client: FlaskClient, parameters: str, said: str) -> None:
    answer = client.get(f"/?{parameters}")
    page = Page(answer)
    assert answer.status_code == 400
    assert said in page.text
    assert page.all("input", name="q")[0]["aria-invalid"] == "true"
    assert page.all("div", id="mistake")


def test_the_place_of_a_mistake_is_shown(client: FlaskClient) -> None:
    answer = client.get("/?q=" + "long-word-" * 10 + "a+%2Bb")
    assert re.search(r"…(\w+-)+a <mark>\+</mark>b</p>", answer.text)


# Hostile words


def test_a_hostile_document_is_shown_and_does_nothing(client: FlaskClient) -> None:
    found = Page(client.get("/?q=sultan+of+Zanzibar"))
    assert_harmless(found)
    assert HOSTILE.title in found.text
    link = next(link for link in found.links() if "hostile" in link)
    assert urlsplit(link).path == f"/documents/{in_path(HOSTILE.id).replace('/', '%2F')}"  # for it has dots
    answer = client.get(link)
    page = Page(answer)
    assert_harmless(page)
    assert ATTACK in page.text
    assert "\x00" not in answer.text
    assert "\x1b" not in answer.text
    assert [each for each in page.links() if each.startswith("http")] == ["https://example.org/?a=1&b=<2>"]


@pytest.mark.parametrize(
    "query",
    [
        ATTACK,
        f'"{ATTACK}"',
        '"unclosed ' + ATTACK,
        f"country:{ATTACK}",
        "\x00\x01 sultan \ud7ff \ufffe \u202e",
        "' OR 1=1 --",
        "{{ 7 * 7 }} {% raw %}",
        "../../etc/passwd",
        "((((((((((",
        "*",
        "-",
    ],
)
def test_a_hostile_question_is_shown_and_does_nothing(client: FlaskClient, query: str) -> None:
    for path in ("/", "/api/v1/search"):
        answer = client.get(path, query_string={"q": query})
        assert answer.status_code in (200, 400)
        if path == "/":
            page = Page(answer)
            assert_harmless(page)
            assert page.all("input", name="q")[0]["value"] == query
    for name in ("after", "before", "country", "person", "outlet", "mode", "page", ATTACK):
        answer = client.get("/", query_string={"q": "sultan", name: query}, follow_redirects=True)
        assert answer.status_code in (200, 400)
        assert_harmless(Page(answer))


def test_bytes_that_are_no_text_are_an_error_of_whoever_asks(client: FlaskClient) -> None:
    assert client.get("/?q=%ff%fe+sultan").status_code == 400
    assert client.get("/documents/%ff%fe").status_code == 404


def test_every_answer_has_the_headers_that_keep_it_safe(client: FlaskClient) -> None:
    for path in ("/", "/?q=Korea", "/?q=%22", "/nowhere", "/api/v1/search?q=Korea", "/api/nowhere", "/healthz"):
        headers = client.get(path).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
    with client.get(stylesheet(client)) as answer:
        assert answer.headers["Content-Security-Policy"]


def test_nothing_is_inline_and_the_sheet_needs_nothing_from_elsewhere(client: FlaskClient) -> None:
    with client.get(stylesheet(client)) as sheet:
        assert "url(" not in sheet.get_data(as_text=True)


def test_the_sheet_may_be_kept_for_good_under_a_name_that_changes_with_it(client: FlaskClient) -> None:
    path = stylesheet(client)
    with client.get(path) as sheet:
        assert sheet.cache_control.immutable
    with client.get(re.sub("/assets/[0-9a-f]+/", "/assets/0123/", path)) as older:
        assert older.status_code == 200
        assert older.cache_control.max_age == 0
    assert client.get("/assets/0/../app.py").status_code == 404


def test_only_trusted_hosts_are_answered(collection: Collection) -> None:
    client = create_app(collection, trusted_hosts=["localhost", "127.0.0.1", "::1", "Example.org"]).test_client()
    for host in ("localhost", "localhost:8765", "127.0.0.1:1", "[::1]:8765", "example.ORG"):
        assert client.get("/", headers={"Host": host}).status_code == 200, host
    for host in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "[::2]", "a b", "x" * 300, "["):
        problem(client.get("/", headers={"Host": host}), 400)
    assert client.get("/healthz", headers={"Host": "10.0.0.7:8765"}).status_code == 200  # who asks has no other name
    assert "is not a host's name" in problem(client.get("/", headers={"Host": "localhost,evil.example"}), 400)["detail"]


@pytest.mark.parametrize(
    "name", ["https://example.org", "example.org:80", "*.example.org", "", "a b", "bücher.example"]
)
def test_what_is_no_hosts_name_cannot_be_trusted(collection: Collection, name: str) -> None:
    with pytest.raises(DragomanError, match="is no host's name: write one such as"):
        create_app(collection, trusted_hosts=["localhost", name])


def test_a_server_on_a_loopback_address_answers_for_this_machine_alone() -> None:
    assert own_names("127.0.0.2") == own_names("localhost") | {"127.0.0.2"} == {*LOOPBACK, "127.0.0.2"}
    for host in ("192.0.2.1", "::", "example.org"):
        assert not own_names(host)


# The API


@pytest.mark.parametrize(
    ("parameters", "options"),
    [
        ("q=Lee+Macron", {}),
        ("q=Lee+Macron&limit=3&explain=1", {"limit": 3, "explain": True}),
        ("q=Korea&limit=2&page=3", {"limit": 2, "offset": 4}),
        ("q=Korea&limit=2&offset=5", {"limit": 2, "offset": 5}),
        ("q=Korea&limit=0", {"limit": 0}),
        ("q=Korea&mode=meaning&per_document=true", {"mode": "meaning", "per_document": True}),
        ("q=date:2025-11", {}),
        ("q=date:2025-11&sort=oldest", {"sort": "oldest"}),
        ("q=Korea&country=France&country=Japan&person=Lee", {"country": ["France", "Japan"], "person": "Lee"}),
        ("q=quarantine&after=1890-01-05&before=1890-01", {"after": "1890-01-05", "before": "1890-01"}),
        ("q=xqzzv", {}),
        ("q=sultan", {}),
    ],
)
def test_the_api_says_what_the_collection_says(
    client: FlaskClient, collection: Collection, parameters: str, options: dict[str, Any]
) -> None:
    answer = client.get(f"/api/v1/search?{parameters}")
    assert answer.status_code == 200
    assert answer.content_type == "application/json"
    said = json.loads(answer.data)
    expected = json.loads(json.dumps(collection.search(said["query"], **options).to_dict()))
    assert said.pop("took_ms") >= 0
    del expected["took_ms"]
    assert said == expected


@pytest.mark.parametrize("document_id", [MACRON, HOSTILE.id, "letters/00"])
def test_the_api_gives_a_document_but_not_where_it_was_read_from(
    client: FlaskClient, collection: Collection, document_id: str
) -> None:
    said = json.loads(client.get(f"/api/v1/documents/{quote(document_id)}").data)
    passages = said.pop("passages")
    assert "origin" not in said
    text = said.pop("text")
    expected = collection.document(document_id)
    assert Document.from_description({**said, "origin": expected.origin}, text) == expected
    assert [tuple(span) for span in passages] == collection.passages(document_id)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("search", 400),
        ("search?q=", 400),
        ("search?q=Korea&contry=France", 400),
        ("search?q=Korea&limit=101", 400),
        ("search?q=Korea&limit=-1", 400),
        ("search?q=Korea&limit=²", 400),
        ("search?q=Korea&offset=10001", 400),
        ("search?q=Korea&limit=100&page=102", 400),
        ("search?q=Korea&offset=10&page=2", 400),
        ("search?q=Korea&explain=perhaps", 400),
        ("search?q=" + "x" * 100_000, 400),
        ("documents/nowhere", 404),
        ("documents/", 404),
        ("documents/letters/00?passage=1-2", 400),
        ("nowhere", 404),
    ],
)
def test_the_api_answers_mistakes_with_problems(client: FlaskClient, path: str, status: int) -> None:
    problem(client.get(f"/api/v1/{path}"), status)


def test_a_mistake_in_the_question_has_a_column(client: FlaskClient) -> None:
    said = problem(client.get("/api/v1/search?q=summit+%2Bstrategic"), 400)
    assert said["column"] == 8
    assert "means nothing here" in said["detail"]
    assert said["question"] == 'summit "strategic"'


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_but_reading_is_allowed(client: FlaskClient, method: str) -> None:
    answer = client.open("/api/v1/search?q=Korea", method=method)
    problem(answer, 405)
    assert set(re.findall(r"\w+", answer.headers["Allow"])) == {"GET", "HEAD"}
    answer = client.open("/", method=method)
    assert answer.status_code == 405
    assert answer.content_type == "text/html; charset=utf-8"


def test_head_is_get_without_the_body(client: FlaskClient) -> None:
    for path in ("/", "/?q=Korea", f"/documents/{MACRON}", "/api/v1/search?q=Korea", "/healthz"):
        answer, full = client.head(path), client.get(path)
        assert answer.status_code == 200
        assert answer.data == b""
        assert answer.headers.get("ETag") == full.headers.get("ETag")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (SearchTimeout("too long"), 503),
        (CollectionDamaged("/srv/secret is gone"), 500),
        (ZeroDivisionError("/srv/secret"), 500),
        (SystemRefusal("/srv/secret/ledger.sqlite", "no room is left on the disk", "make room"), 503),
        (OSError(errno.EMFILE, "Too many open files", "/srv/secret/lengths.npy"), 503),
        (OSError(errno.EINVAL, "Invalid argument", "/srv/secret/lengths.npy"), 500),
        (MemoryError(), 503),
    ],
)
def test_a_failure_is_told_without_what_only_the_log_may_say(
    collection: Collection,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    status: int,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(Collection, "search", fail)
    client = create_app(collection).test_client()
    problem(client.get("/api/v1/search?q=Korea"), status)
    for path in ("/?q=Korea", "/api/v1/search?q=Korea"):
        answer = client.get(path)
        assert answer.status_code == status
        assert "secret" not in answer.text
        assert "Traceback" not in answer.text
        assert "ETag" not in answer.headers
    assert ("secret" in caplog.text) == ("secret" in str(error))


def test_what_the_system_refuses_is_told_to_visitors_with_its_remedy(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files", "/srv/secret/lengths.npy")

    monkeypatch.setattr(Collection, "search", fail)
    client = create_app(collection).test_client()
    said = "lengths.npy: too many open files in this process: raise the limit"
    assert said in problem(client.get("/api/v1/search?q=Korea"), 503)["detail"]
    assert said in client.get("/?q=Korea").text


def test_a_search_may_take_only_so_long(collection: Collection) -> None:
    said = problem(create_app(collection, timeout=0).test_client().get("/api/v1/search?q=Korea"), 503)
    assert "took longer" in said["detail"]


def test_an_unknown_document_and_an_unknown_page_are_told(client: FlaskClient) -> None:
    for path in ("/documents/nowhere", "/documents/", "/documents", "/nowhere", "/a//evil.example/"):
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert "URL" not in answer.text, path
        assert_harmless(Page(answer))


# Caching


@pytest.mark.parametrize("path", ["/", "/?q=Korea", f"/documents/{MACRON}", "/api/v1/search?q=Korea"])
def test_an_answer_that_has_not_changed_is_not_sent_again(client: FlaskClient, path: str) -> None:
    first = client.get(path)
    assert first.headers["Cache-Control"] == "private, no-cache"
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""
    assert again.headers["ETag"] == first.headers["ETag"]
    for other in ('W/"something"', "*", "nonsense"):
        assert client.get(path, headers={"If-None-Match": other}).status_code == 200


def test_urls_have_tags_of_their_own(client: FlaskClient) -> None:
    assert client.get("/?q=Korea").headers["ETag"] != client.get("/?q=Japan").headers["ETag"]
    assert "ETag" not in client.get("/?q=%22").headers
    assert "ETag" not in client.get("/documents/nowhere").headers


def test_a_commit_changes_answers_and_tags(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "copy")
    client = create_app(tmp_path / "copy").test_client()
    path = "/api/v1/search?q=hippopotamus&mode=keyword"
    before = client.get(path)
    assert json.loads(before.data)["total"] == 0
    with open_collection(tmp_path / "copy") as other:
        other.add([Document("new", "The ambassador was given a hippopotamus.")])
    after = client.get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert json.loads(after.data)["total"] == 1
    assert after.headers["ETag"] != before.headers["ETag"]
    assert "hippopotamus" in client.get("/documents/new").text
    client.application.extensions["dragoman"]["dragoman"].collection.close()


def test_health(client: FlaskClient, collection: Collection) -> None:
    assert json.loads(client.get("/healthz").data) == {"status": "ok", "generation": collection.generation}


# Apps and the command


def test_apps_share_nothing(collection: Collection, folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "copy")
    first = create_app(collection)
    second = create_app(tmp_path / "copy", trusted_hosts=["example.org"])
    assert first.extensions["dragoman"] is not second.extensions["dragoman"]
    assert first.test_client().get("/").status_code == 200
    assert second.test_client().get("/").status_code == 400
    second.extensions["dragoman"]["dragoman"].collection.close()


def test_a_place_without_a_collection_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CollectionNotFound):
        create_app(tmp_path / "nowhere")


def test_parameters_say_what_was_read() -> None:
    state = State.of({"q": "a", "sort": "newest", "country": ("b", "c"), "per_document": True, "page": 3})
    given: MultiDict[str, str] = MultiDict({"q": "a", "sort": "newest", "country": ["b", "c"], "per_document": "1"})
    given.add("page", "3")
    assert State.read(given) == state
    assert state.parameters(page=1) == {"q": "a", "sort": "newest", "country": ["b", "c"], "per_document": 1}


def test_a_port_that_is_taken_is_told(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(dragoman, ["serve", "--collection", str(folder), "--port", port])
    assert isinstance(result.exception, DragomanError)
    assert f"cannot listen on 127.0.0.1, port {port}" in str(result.exception)
