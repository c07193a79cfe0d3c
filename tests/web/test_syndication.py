"""What other programs take: the feed of a question, and the description that makes browsers add the site."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import feedparser
import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]  # compiled, and without stubs
from protego import Protego

from dragoman.corpus.document import DateInterval, Document
from dragoman.search.collection import Collection, open_collection
from dragoman.search.making import build_collection, create_collection
from dragoman.web.app import Dragoman, create_app
from dragoman.web.pages.syndication import ENTRIES

if TYPE_CHECKING:
    from conftest import MakeCollection

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
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
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
        for name in ("updated", "published"):
            assert all(RFC_3339.fullmatch(found.text) for found in each.findall(f"a:{name}", ATOM))
    assert root.find("a:author/a:name", ATOM).text
    assert len(root.findall("a:link[@rel='self']", ATOM)) == 1
    for entry in root.findall("a:entry", ATOM):
        assert len(entry.findall("a:summary", ATOM)) == 1
        terms = [each.get("term") for each in entry.findall("a:category", ATOM)]
        assert len(set(terms)) == len(terms)


def test_of_what_came_in_together_a_feed_has_the_newest_first(client: FlaskClient, collection: Collection) -> None:
    parsed = feed(client, q="Korea", mode="keyword")
    expected = collection.search("Korea", mode="keyword", sort="newest", limit=ENTRIES)
    assert [entry.summary for entry in parsed.entries] == [hit.text for hit in expected]
    assert len(parsed.entries) == ENTRIES
    days = [entry.published[:10] for entry in parsed.entries]
    assert days == [str(hit.document.dates.first) for hit in expected if hit.document.dates]
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
    assert all(each.startswith("urn:uuid:") for each in ids)
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
    assert "published" not in parsed.entries[0]
    address = urlsplit(parsed.entries[0].link)
    assert client.get(f"{address.path}?{address.query}").status_code == 200


@pytest.mark.parametrize("question", [f'"{ATTACK[:25]}"', "sultan\x00\x1f\ufffe", "sultan ]]> <b>&"])
def test_a_hostile_question_stays_text(client: FlaskClient, question: str) -> None:
    assert feed(client, q=question).feed.title.startswith(question[:6])


def test_dates_of_long_ago_are_dates(client: FlaskClient) -> None:
    [entry] = feed(client, document="old").entries
    assert entry.published == "0476-09-04T00:00:00Z"
    assert [link.href for link in entry.links if link.rel == "via"] == ["https://example.org/"]


def test_a_feed_of_nothing_is_a_feed(client: FlaskClient) -> None:
    parsed = feed(client, q="xqzzv", mode="keyword")
    assert parsed.entries == []
    assert parsed.feed.updated.startswith(f"{datetime.now(UTC):%F}")


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


def test_each_question_has_a_feed_of_its_own_under_whatever_address_it_is_fetched(client: FlaskClient) -> None:
    def ids(question: str, site: str) -> tuple[str, list[str]]:
        parsed = feedparser.parse(client.get("/feed.atom", query_string={"q": question}, base_url=site).data)
        return parsed.feed.id, [entry.id for entry in parsed.entries]

    first = ids("Korea", "http://archive.example:8080")
    assert first == ids("Korea", "https://archive.example") == ids("Korea", "http://10.0.0.7")
    assert first[0] != ids("Macron", "https://archive.example")[0]
    assert all(each.startswith("urn:uuid:") for each in (first[0], *first[1]))


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


def test_robots_may_read_documents_and_follow_no_question(collection: Collection) -> None:
    app = Flask("host")
    Dragoman(app, collection, url_prefix="/archive")
    said = app.test_client().get("/archive/robots.txt")
    assert said.mimetype == "text/plain"
    rules = Protego.parse(said.text)
    for path in ("/archive/?q=consul&after=1951", "/archive/api/v1/search?q=consul", "/archive/feed.atom?q=consul"):
        assert not rules.can_fetch(f"https://example.org{path}", "a robot"), path
    for path in ("/archive/", "/archive/documents/a", "/elsewhere"):
        assert rules.can_fetch(f"https://example.org{path}", "a robot"), path


NEW = date(2026, 3, 1)


@pytest.fixture
def growing(make_collection: "MakeCollection") -> Collection:
    """A collection into which documents came in one after the other."""
    collection = make_collection()
    collection.add([Document("young", "The consul wrote of trade.", dates=DateInterval(NEW, NEW))])
    collection.add([Document("undated", "The consul wrote of fish.")])
    collection.add(
        [Document("old", "The consul wrote of war.", dates=DateInterval(date(1951, 5, 2), date(1951, 5, 2)))]
    )
    return collection


def titles(collection: Collection, **parameters: Any) -> list[str]:
    return [entry.title for entry in feed(create_app(collection).test_client(), q="consul", **parameters).entries]


def test_a_feed_has_what_came_in_last_first_whatever_its_date(growing: Collection) -> None:
    began = datetime.now(UTC)
    assert titles(growing) == ["old", "undated", "young"]
    entries = feed(create_app(growing).test_client(), q="consul").entries
    assert entries[0].published == "1951-05-02T00:00:00Z"
    assert "published" not in entries[1]
    assert all(abs((began - datetime.fromisoformat(entry.updated)).total_seconds()) < 600 for entry in entries)
    assert titles(growing, mode="keyword", sort="oldest") == ["old", "undated", "young"]


def test_a_document_that_changes_comes_to_the_front_under_the_same_id(growing: Collection) -> None:
    client = create_app(growing).test_client()
    before = {entry.title: entry for entry in feed(client, q="consul").entries}
    growing.add([Document("undated", "The consul wrote of fish.", author="Rusk"), growing.document("young")])
    after = feed(client, q="consul").entries
    assert [entry.title for entry in after] == ["undated", "old", "young"]
    assert [entry.id for entry in after] == [before[entry.title].id for entry in after]
    assert after[0].updated >= before["undated"].updated
    assert [entry.updated for entry in after[1:]] == [before[entry.title].updated for entry in after[1:]]


def test_followers_see_only_what_is_new_when_a_collection_is_indexed_anew(
    tmp_path: Path, tiny_models: tuple[Path, Path]
) -> None:
    letters = tmp_path / "letters"
    letters.mkdir()
    for name in ("a", "b"):
        (letters / f"{name}.txt").write_text(f"The consul wrote {name}.")
    model = str(tiny_models[0])
    build_collection(tmp_path / "c", [letters], model=model)
    with open_collection(tmp_path / "c") as collection:
        client = create_app(collection).test_client()
        before = {entry.id: entry.updated for entry in feed(client, q="consul").entries}
        added = {each: collection.document(each).added for each in collection.document_ids()}
        (letters / "c.txt").write_text("The consul wrote more.")
        (letters / "b.txt").write_text("The consul wrote other things.")
        build_collection(tmp_path / "c", [letters], model=model, replace=True)
        entries = feed(client, q="consul").entries
        assert len(entries) == 3
        kept = [each for each in added if collection.document(each).added == added[each]]
        assert [each.rpartition("/")[2] for each in kept] == ["a.txt"]
        assert entries[-1].link.rpartition("/")[2].startswith("a.txt?")
        assert before[entries[-1].id] == entries[-1].updated


def test_other_collections_have_other_ids(make_collection: "MakeCollection", tiny_models: tuple[Path, Path]) -> None:
    first = make_collection([Document("a", "The consul wrote.")], name="first")
    create_collection(first.path.with_name("second"), model=str(tiny_models[0])).close()
    with open_collection(first.path.with_name("second")) as second:
        second.add([Document("a", "The consul wrote.")])
        ids = [feed(create_app(each).test_client(), q="consul").entries[0].id for each in (first, second)]
        assert ids[0] != ids[1]
        with open_collection([first.path, second.path]) as both:
            entries = feed(create_app(both).test_client(), q="consul").entries
            assert len({entry.id for entry in entries}) == 2
            assert both.search("consul", sort="added")[0].document.id == "second:a"


def test_a_kept_state_has_the_order_of_its_day(growing: Collection) -> None:
    growing.keep("then")
    growing.add([Document("last", "The consul wrote a last time.")])
    with growing.at("then") as then:
        assert titles(then) == ["old", "undated", "young"]
    assert titles(growing)[0] == "last"
