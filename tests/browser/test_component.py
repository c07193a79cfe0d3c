"""`<dragoman-search>` in somebody else's page: of another origin, under a strict Content Security Policy."""

from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from dragoman.corpus.document import Document

if TYPE_CHECKING:
    from browser.conftest import OpenPage
    from playwright.sync_api import Route

    from support.web_server import WebServer

expect = pytest.importorskip("playwright.sync_api", reason="no Playwright here: pip install playwright").expect

Gazette = Callable[..., str]


@pytest.fixture
def gazette(abroad: "WebServer", site: str) -> Gazette:
    """The URL of a page of somebody else's with the component in it, which has these attributes."""

    def page(attributes: str = "", lang: str = "en") -> str:
        body = f"""<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>The Gazette of Summits</title>
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">
            <script type="module" src="{site}embed.js"></script></head>
            <body><main><h1>The Gazette of Summits</h1>
            <dragoman-search src="{site}" limit="3" {attributes}><a href="{site}">Search</a></dragoman-search>
            </main></body></html>"""
        policy = f"default-src 'none'; script-src {site}embed.js; connect-src {site}api/; img-src data:"
        return abroad.page("/gazette.html", body, "text/html; charset=utf-8", Content_Security_Policy=policy)

    return page


def test_it_searches_and_leads_to_the_site(open_page: "OpenPage", gazette: Gazette, site: str) -> None:
    page = open_page(gazette())
    box = page.get_by_role("searchbox", name="Search")
    box.press_sequentially("strategic partnership Macron")
    hits = page.get_by_role("listitem")
    expect(hits).to_have_count(3)
    expect(page.get_by_role("status")).to_contain_text("passages")
    expect(page.locator("mark.keyword", has_text="strategic").first).to_be_visible()
    expect(box).to_be_focused()
    expect(page.get_by_role("link", name="All results")).to_have_attribute(
        "href", f"{site}?q=strategic+partnership+Macron"
    )
    expect(page.get_by_role("link", name="Search", exact=True)).to_be_hidden()  # what stands there without scripts
    box.press("ArrowDown")
    expect(hits.first.get_by_role("link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#passage")).to_be_in_viewport()
    assert page.url.startswith(f"{site}documents/")
    expect(page.locator("mark.keyword", has_text="strategic").first).to_be_visible()


def test_its_events_can_be_heard_and_answered(open_page: "OpenPage", gazette: Gazette, site: str) -> None:
    page = open_page(gazette())
    page.evaluate(
        """() => {
            window.heard = [];
            addEventListener("dragoman-results", ({ detail: { query, total, hits } }) => {
                heard.push([query, total > 0, hits.length]);
            });
            addEventListener("dragoman-open", (event) => { event.preventDefault(); heard.push(event.detail.url); });
        }"""
    )
    page.evaluate("document.querySelector('dragoman-search').search('shuttle Nara')")
    expect(page.get_by_role("listitem")).to_have_count(3)
    page.get_by_role("listitem").first.get_by_role("link").click()
    results, url = page.evaluate("window.heard")
    assert results == ["shuttle Nara", True, 3]
    assert url.startswith(f"{site}documents/briefs/")
    assert page.url.endswith("/gazette.html")


def test_a_late_answer_never_takes_the_place_of_a_newer_one(open_page: "OpenPage", gazette: Gazette, site: str) -> None:
    page = open_page(gazette())
    held: list[Route] = []
    page.route("**/search?q=Nara&*", lambda route: held.append(route))
    box = page.get_by_role("searchbox")
    with page.expect_request("**/search?q=Nara&*") as asked:
        box.fill("Nara")
    box.fill("quantum")
    expect(page.locator("mark.keyword", has_text="quantum").first).to_be_visible()
    said = page.get_by_role("status").text_content()
    held[0].fulfill(response=page.request.get(asked.value.url), headers={"Access-Control-Allow-Origin": "*"})
    again = f"fetch('{site}api/v1/search?q=summit').then(a => a.text()).then(() => new Promise(requestAnimationFrame))"
    page.evaluate(again)
    expect(page.get_by_role("status")).to_have_text(said or "")
    expect(page.locator("mark.keyword", has_text="quantum").first).to_be_visible()


def test_hostile_texts_are_only_shown(open_page: "OpenPage", gazette: Gazette, hostile: Document, attack: str) -> None:
    page = open_page(gazette(f"query='{quote(attack)} sherry reception'"))
    expect(page.get_by_role("link", name=hostile.title)).to_be_visible()
    page.get_by_role("searchbox").fill(f"sherry {attack}")
    expect(page.get_by_role("status")).to_contain_text("passage")
    expect(page.get_by_role("link", name=hostile.title)).to_be_visible()
    assert page.evaluate("window.taken") is None
    assert page.locator("dragoman-search").locator("script, img, [onload], [onerror]").count() == 0
    page.get_by_role("link", name=hostile.title).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(hostile.title)
    assert page.evaluate("window.taken") is None


@pytest.mark.parametrize(("lang", "said"), [("en", "cannot be reached"), ("de", "nicht erreichbar")])
def test_where_the_site_is_gone_it_says_so(open_page: "OpenPage", gazette: Gazette, lang: str, said: str) -> None:
    page = open_page(gazette(lang=lang), expected="net::ERR")
    page.route("**/api/v1/search?*", lambda route: route.abort())
    page.get_by_role("searchbox").fill("Nara")
    expect(page.get_by_role("status")).to_contain_text(said)
    page.unroute("**/api/v1/search?*")
    page.get_by_role("searchbox").press("Enter")
    expect(page.get_by_role("listitem")).to_have_count(3)


def test_a_page_that_the_site_does_not_know_gets_nothing(open_page: "OpenPage", gazette: Gazette) -> None:
    address = gazette("query='Nara'").replace("127.0.0.1", "localhost")
    page = open_page(address, expected="CORS|net::ERR|Cross-Origin")
    expect(page.get_by_role("listitem")).to_have_count(0)


def test_a_mistake_in_a_question_is_told(open_page: "OpenPage", gazette: Gazette) -> None:
    page = open_page(gazette("query='open^4'"), expected="status of 400")
    expect(page.get_by_role("status")).to_contain_text("means nothing here")


def test_a_better_spelling_is_offered(open_page: "OpenPage", gazette: Gazette) -> None:
    page = open_page(gazette("query='qantum'"))
    page.get_by_role("button", name="quantum").click()
    expect(page.get_by_role("searchbox")).to_have_value("quantum")
    expect(page.locator("mark.keyword", has_text="quantum").first).to_be_visible()


def test_a_language_that_is_none_does_no_harm(open_page: "OpenPage", gazette: Gazette) -> None:
    page = open_page(gazette("query='Nara' heading='2'", lang="en_US"))
    expect(page.get_by_role("status")).to_contain_text("passages")
    expect(page.get_by_role("heading", level=2)).to_have_count(3)
    page.evaluate("document.querySelector('dragoman-search').setAttribute('heading', '4')")
    expect(page.get_by_role("heading", level=4)).to_have_count(3)


def test_it_is_narrow_where_the_page_is(open_page: "OpenPage", gazette: Gazette) -> None:
    page = open_page(gazette("query='sherry reception' length='0'"), width=320)
    expect(page.get_by_role("listitem").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_it_wears_the_pages_colours(open_page: "OpenPage", gazette: Gazette) -> None:
    page = open_page(gazette("query='Nara'"), color_scheme="dark")
    ink = "e => getComputedStyle(e).color.match(/\\d+/g).slice(0, 3).map(Number).reduce((a, b) => a + b) / 765"
    passage = page.locator("blockquote").first
    assert passage.evaluate(ink) > 0.75
    page.emulate_media(color_scheme="light")
    assert passage.evaluate(ink) < 0.2
