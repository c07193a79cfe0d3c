"""What other programs take: the feed of a question, and the description that makes browsers add the site."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import feedparser
import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  # compiled, and without stubs

from dragoman.corpus.document import DateInterval, Document
from dragoman.search.collection import Collection, open_collection
from dragoman.web.app import Dragoman, create_app
from dragoman.web.pages.syndication import ENTRIES

ATTACK = "<script>alert(1)</script>]]>&amp;'\"<!-- \x00\x0b\x1b\x7f\ufffe\uffff \u202e\U0001f600"
HOSTILE = Document(
    id="hostile/<b>?x=1&y=%2F#z]]>",
    title=ATTACK,
    text=f"The sultan of Zanzibar said: {ATTACK}",
    outlet=ATTACK,
    author=ATTACK,
    countries=("Zanzibar", ATTACK),
    topics=("Zanzibar",),
    url="javascript:alert(1)",
)
ATOM = {"a": "http://www.w3.org/2005/Atom"}
SEARCH = {"o": "http://a9.com/-/spec/opensearch/1.1/"}


@pytest.fixture(scope="module")
def collection(
    empty_collections: tuple[Path, Path], briefs: list[Document], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Collection]:
    place = tmp_path_factory.mktemp("syndication") / "collection"
    shutil.copytree(empty_collections[0], place)
    old = DateInterval(date(476, 9, 4), date(476, 9, 4))
    with open_collection(place) as opened:
        opened.add(
            [*briefs, HOSTILE, Document("old", "Zanzibar was not yet heard of.", dates=old, url="https://example.org/")]
        )
        yield opened


@pytest.fixture
def client(collection: Collection) -> FlaskClient:
    return create_app(collection, title="The Reading Room of Letters").test_client()


def feed(client: FlaskClient, **parameters: Any) -> Any:
    """A feed as a feed reader has it, after a strict parser has found nothing wrong with it."""
    answer = client.get("/feed.atom", query_string=parameters)
    assert answer.status_code == 200, answer.text
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    root = etree.fromstring(answer.data)
    assert_atom(root)
    parsed = feedparser.parse(answer.data)
    assert not parsed.bozo
    assert parsed.version == "atom10"
    return parsed


def assert_atom(root: Any) -> None:
    """What RFC 4287 wants of a feed and of its entries."""
    for each in (root, *root.findall("a:entry", ATOM)):
        for name in ("id", "title", "updated"):
            [found] = each.findall(f"a:{name}", ATOM)
            assert found.text
        assert len(each.findall("a:link[@rel='alternate']", ATOM)) == 1
    assert root.find("a:author/a:name", ATOM).text
    assert len(root.findall("a:link[@rel='self']", ATOM)) == 1
    for entry in root.findall("a:entry", ATOM):
        assert len(entry.findall("a:summary", ATOM)) == 1
        terms = [each.get("term") for each in entry.findall("a:category", ATOM)]
        assert len(set(terms)) == len(terms)


def test_a_feed_has_the_newest_passages_first(client: FlaskClient, collection: Collection) -> None:
    parsed = feed(client, q="Korea", mode="keyword")
    expected = collection.search("Korea", mode="keyword", sort="newest", limit=ENTRIES)
    assert [entry.summary for entry in parsed.entries] == [hit.text for hit in expected]
    assert len(parsed.entries) == ENTRIES
    days = [entry.updated[:10] for entry in parsed.entries]
    assert days == [str(hit.document.dates.last) for hit in expected if hit.document.dates]
    assert parsed.feed.updated == max(entry.updated for entry in parsed.entries)
    assert parsed.feed.title == "Korea – The Reading Room of Letters"


def test_filters_hold_in_a_feed_and_order_and_page_do_not(client: FlaskClient, collection: Collection) -> None:
    parsed = feed(client, q="Korea", where='country:="France"', kind="summit", after="2025-09", sort="oldest", page="2")
    expected = collection.search("Korea", where='country:="France"', kind="summit", after="2025-09", sort="newest")
    assert [entry.title for entry in parsed.entries] == [hit.document.title for hit in expected]
    assert expected.hits
    assert feed(client, country="France").feed.title == "France – The Reading Room of Letters"


def test_entries_keep_their_ids_and_lead_to_the_passage(client: FlaskClient) -> None:
    first, again = feed(client, q="Korea Macron"), feed(client, q="Macron", mode="keyword")
    shared = {entry.id for entry in first.entries} & {entry.id for entry in again.entries}
    assert shared
    ids = [entry.id for entry in first.entries]
    assert len(set(ids)) == len(ids)
    assert all(each.startswith("tag:localhost,2025:dragoman:briefs%2F") for each in ids)
    for entry in first.entries[:5]:
        address = urlsplit(entry.link)
        assert client.get(f"{address.path}?{address.query}").status_code == 200
        assert parse_qs(address.query)["q"] == ["Korea Macron"]
        assert address.fragment == "passage"


def test_a_feed_knows_itself_and_its_page(client: FlaskClient) -> None:
    given = {"q": 'Korea & "Macron"', "mode": "keyword", "country": "France"}
    links = {link.rel: link.href for link in feed(client, **given).feed.links}
    for rel, path in (("self", "/feed.atom"), ("alternate", "/")):
        address = urlsplit(links[rel])
        assert (address.scheme, address.netloc, address.path) == ("http", "localhost", path)
        assert parse_qs(address.query) == {name: [value] for name, value in given.items()}


def test_what_is_near_a_passage_can_be_followed(client: FlaskClient, collection: Collection) -> None:
    near = collection.similar("briefs/lee-macron-johannesburg", limit=ENTRIES)
    parsed = feed(client, similar="briefs/lee-macron-johannesburg")
    assert [entry.summary for entry in parsed.entries] == [hit.text for hit in near]


def test_a_hostile_document_stays_text(client: FlaskClient) -> None:
    parsed = feed(client, q="sultan", mode="keyword")
    answer = client.get("/feed.atom?q=sultan&mode=keyword")
    [entry] = etree.fromstring(answer.data).findall("a:entry", ATOM)
    assert "<script" not in answer.text
    summary = entry.find("a:summary", ATOM)
    assert summary.text.startswith("The sultan of Zanzibar said: <script>alert(1)</script>]]>&amp;'\"<!-- ")
    assert "\N{REPLACEMENT CHARACTER}" * 3 in summary.text
    assert not len(summary)
    assert summary.get("type") == entry.find("a:title", ATOM).get("type") == "text"
    assert [link.get("rel") for link in entry.findall("a:link", ATOM)] == ["alternate"]
    assert parsed.entries[0].updated == "1970-01-01T00:00:00Z"
    address = urlsplit(parsed.entries[0].link)
    assert client.get(f"{address.path}?{address.query}").status_code == 200


@pytest.mark.parametrize("question", [f'"{ATTACK[:25]}"', "sultan\x00\x1f\ufffe", "sultan ]]> <b>&"])
def test_a_hostile_question_stays_text(client: FlaskClient, question: str) -> None:
    assert feed(client, q=question).feed.title.startswith(question[:6])


def test_dates_of_long_ago_are_dates(client: FlaskClient) -> None:
    [entry] = feed(client, document="old").entries
    assert entry.updated == "0476-09-04T00:00:00Z"
    assert [link.href for link in entry.links if link.rel == "via"] == ["https://example.org/"]


def test_a_feed_of_nothing_is_a_feed(client: FlaskClient) -> None:
    parsed = feed(client, q="xqzzv", mode="keyword")
    assert parsed.entries == []
    assert parsed.feed.updated == "1970-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("parameters", "status", "told"),
    [("", 400, "holds no word"), ("q=open%5E4", 400, "means nothing here")],
)
def test_what_cannot_be_followed_is_told(client: FlaskClient, parameters: str, status: int, told: str) -> None:
    answer = client.get(f"/feed.atom?{parameters}")
    assert answer.status_code == status
    assert told in answer.text


def test_an_unchanged_feed_is_not_sent_again(client: FlaskClient) -> None:
    tag = client.get("/feed.atom?q=Korea").headers["ETag"]
    assert client.get("/feed.atom?q=Korea", headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize(("prefix", "title"), [("", "Letters"), ("/archive", "The Reading Room of Letters")])
def test_a_browser_is_told_how_to_search_here(collection: Collection, prefix: str, title: str) -> None:
    app = Flask(__name__)
    Dragoman(app, collection, url_prefix=prefix, title=title)
    client = app.test_client()
    answer = client.get(f"{prefix}/opensearch.xml")
    assert answer.content_type == "application/opensearchdescription+xml; charset=utf-8"
    root = etree.fromstring(answer.data)
    [name] = root.findall("o:ShortName", SEARCH)
    assert 0 < len(name.text or "") <= 16
    assert root.findtext("o:LongName", namespaces=SEARCH) == title
    kinds = {}
    for each in root.findall("o:Url", SEARCH):
        template = each.get("template") or ""
        assert template.startswith(f"http://localhost{prefix}/")
        found = client.get(template.removeprefix("http://localhost").replace("{searchTerms}", "south%20kor"))
        assert found.status_code == 200
        assert found.mimetype == each.get("type")
        kinds[each.get("type")] = each.get("rel")
    assert kinds["text/html"] == "results"
    assert kinds["application/x-suggestions+json"] == "suggestions"
    with client.get(urlsplit(root.findtext("o:Image", namespaces=SEARCH) or "").path) as image:
        assert image.mimetype == "image/svg+xml"


def test_each_question_has_a_feed_of_its_own_whatever_the_port(client: FlaskClient) -> None:
    def ids(question: str, site: str) -> tuple[str, list[str]]:
        parsed = feedparser.parse(client.get("/feed.atom", query_string={"q": question}, base_url=site).data)
        return parsed.feed.id, [entry.id for entry in parsed.entries]

    first = ids("Korea", "http://archive.example:8080")
    assert first == ids("Korea", "https://archive.example")
    assert first[0] != ids("Macron", "https://archive.example")[0]
    assert all(each.startswith("tag:archive.example,2025:dragoman") for each in (first[0], *first[1]))


def test_an_entry_is_by_its_author_or_else_by_its_outlet(client: FlaskClient, collection: Collection) -> None:
    expected = collection.search("Korea", mode="keyword", sort="newest", limit=ENTRIES)
    authors = [hit.document.author or hit.document.outlet for hit in expected]
    assert any(authors)
    assert [entry.get("author", "") for entry in feed(client, q="Korea", mode="keyword").entries] == authors


def test_a_long_title_is_cut_to_what_browsers_take(collection: Collection) -> None:
    client = create_app(collection, title="The Reading Room of Letters " * 5).test_client()
    root = etree.fromstring(client.get("/opensearch.xml").data)
    assert len(root.findtext("o:LongName", namespaces=SEARCH)) == 48


def test_a_feed_lists_what_answers_its_question(client: FlaskClient, collection: Collection) -> None:
    question = "Macron visit to Korea"
    entries = feed(client, q=question, mode="keyword").entries
    assert 0 < len(entries) < collection.search(question, mode="keyword").total
    assert all("Macron" in entry.title + entry.summary for entry in entries)
    assert len(feed(client, q=question, mode="keyword", match="any").entries) > len(entries)
