"""Every link that a page makes can be followed, whatever documents hold, as a browser would follow it."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, quote, urldefrag, urljoin, urlsplit

import pytest
from flask.testing import FlaskClient
from lxml import html

from dragoman.corpus.document import DateInterval, Document, Person
from dragoman.search.collection import Collection, open_collection
from dragoman.search.language.parser import parse
from dragoman.search.making import create_collection
from dragoman.web.app import create_app
from dragoman.web.state import State

SITE = "http://localhost/"
ENDLESS = "o" * 5000
QUOTED = '“”«»"'
STRANGE = [
    Document(
        id="letters/../reports/./a b",
        title="On heralds",
        text="The herald came to Ravenna. " * 150 + "He was not received.",
        dates=DateInterval(date(476, 9, 4), date(476, 9, 4)),
    ),
    *(
        Document(
            id=id_,
            title=f"Herald {place}",
            text=f"The herald number {place} came to Ravenna with letters.",
            outlet=value,
            place=value,
            kind=value,
            countries=(value, "  ", "*", "-", "=Guinea", "OR"),
            people=(Person(value), Person('"')),
            topics=(value,),
        )
        for place, (id_, value) in enumerate([(" blanks ", ENDLESS), ("../b", QUOTED), ("c//d/", '"'), ("e", "(")], 1)
    ),
]


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    folder: Path = tmp_path_factory.mktemp("links") / "collection"
    with create_collection(folder) as made:
        made.add(STRANGE)
    with open_collection(folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def client(collection: Collection) -> FlaskClient:
    return create_app(collection).test_client()


def linked(client: FlaskClient, url: str) -> set[str]:
    """The addresses within the site that a page leads to, with dots for ways up taken out, as browsers do."""
    answer = client.get(url)
    assert answer.status_code == 200, url
    links = (urldefrag(urljoin(SITE + url[1:], link))[0] for link in html.fromstring(answer.text).xpath("//a/@href"))
    return {link.removeprefix(SITE[:-1]) for link in links if link.startswith(SITE)}


@pytest.mark.parametrize(
    "url",
    [
        "/",
        "/?q=herald&unfold=1",
        "/?q=herald&more=country",
        "/?similar=e",
        "/?similar=e&per_document=1",
        *(f"/documents/{quote(each.id, safe='')}?q=herald" for each in STRANGE),
    ],
)
def test_every_link_can_be_followed(client: FlaskClient, url: str) -> None:
    links = linked(client, url)
    assert len(links) > 5
    for link in links:
        assert client.get(link).status_code == 200, link


def test_a_title_leads_to_its_document_whatever_its_id(client: FlaskClient) -> None:
    page = html.fromstring(client.get("/?q=herald&mode=keyword&unfold=1").text)
    titles = {each.text_content(): urljoin(SITE, each.get("href")) for each in page.xpath("//h2/a")}
    for document in STRANGE:
        found = html.fromstring(client.get(titles[document.title].removeprefix(SITE[:-1])).text)
        assert found.xpath("string(//*[@class='id'])") == document.id


def test_a_value_that_no_url_can_say_is_counted_without_a_link(client: FlaskClient) -> None:
    page = html.fromstring(client.get("/?q=herald&mode=keyword&unfold=1").text)
    outlets = page.xpath("//section[@aria-labelledby='facet-outlet']//li")
    unlinked = [each.xpath("string(*[@class='include'])") for each in outlets if not each.xpath("a")]
    assert sorted(unlinked) == sorted([f"{ENDLESS[:300]}…", QUOTED])
    assert len(outlets) == 4


def test_no_more_constraints_are_offered_than_a_url_may_have() -> None:
    full = State.of({"q": "herald", "where": tuple(f"country:={number}" for number in range(20))})
    assert full.narrow("country", "France") is None
    assert full.narrow("country", "7") is not None
    assert State.of({"q": "herald"}).narrow("country", "x" * 600) is None


def test_blanks_around_an_id_are_part_of_it(client: FlaskClient) -> None:
    assert json.loads(client.get("/api/v1/search?q=&document=%20blanks%20").text)["total"] == 1
    assert client.get("/api/v1/similar?id=%20blanks%20").status_code == 200
    listed, after = [], ""
    while after is not None:
        page = json.loads(client.get(f"/api/v1/documents?limit=1&after={quote(after)}").text)
        listed += [each["id"] for each in page["documents"]]
        after = page["next"]
    assert sorted(listed) == sorted(each.id for each in STRANGE)


def test_the_examples_of_the_start_page_are_questions(client: FlaskClient) -> None:
    page = html.fromstring(client.get("/").text)
    links = page.xpath("//section[@class='examples']//a/@href")
    assert links
    for link in links:
        assert parse(parse_qs(urlsplit(link).query)["q"][0])
    assert "/?q=date:0476-09" in links
