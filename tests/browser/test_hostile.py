"""Documents and questions that attack: on every page they are text, and nothing but text."""

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import pytest

from dragoman.corpus.document import Document

if TYPE_CHECKING:
    from browser.conftest import OpenPage
    from playwright.sync_api import Page

    from support.web_server import WebServer

expect = pytest.importorskip("playwright.sync_api", reason="no Playwright here: pip install playwright").expect

# `open_page` fails a test whose page complains: of a dialog, of a script's error, of a breach of its security policy.


def is_safe(page: "Page") -> None:
    """Nothing has run, no element has come in, and no link leads into a script."""
    assert page.evaluate("window.taken") is None
    assert page.locator("body :is(script, img, iframe, object, embed)").count() == 0
    assert page.evaluate("[...document.querySelectorAll('*')].filter(e => e.onerror || e.onload).length") == 0
    links = "[...document.querySelectorAll('a')].map(a => new URL(a.getAttribute('href'), location).protocol)"
    assert set(page.evaluate(links)) <= {"http:", "https:"}
    assert page.title().endswith("Dragoman")


def test_its_passage_facets_and_bars_are_only_shown(open_page: "OpenPage", attack: str, hostile: Document) -> None:
    page = open_page("?q=sherry&mode=keyword")
    is_safe(page)
    expect(page.locator(".hit h2", has_text=hostile.title)).to_be_visible()
    assert attack in (page.locator(".hit blockquote", has_text="The envoy").text_content() or "")
    for facet in ("Country", "Person", "Outlet", "Kind"):
        row = page.get_by_role("region", name=facet, exact=True).get_by_role("listitem").filter(has_text="<script>")
        value = row.locator(".include").text_content()
        row.locator(".include").click()
        expect(page.get_by_role("link", name=f"Remove {facet.lower()} {value}", exact=True)).to_be_visible()
        expect(page.locator("#count")).to_contain_text("1 passage in 1 document")
        is_safe(page)
        page.reload()
        is_safe(page)
        page.go_back()
        expect(page.locator("#count")).to_contain_text("2 passages")
    row.locator(".exclude").click()
    expect(page.get_by_role("link", name="Sherry for all").first).to_be_visible()
    expect(page.locator("#count")).to_contain_text("1 passage in 1 document")
    is_safe(page)
    page.go_back()
    expect(page.locator("#count")).to_contain_text("2 passages")
    page.locator(".bars a").first.click()
    expect(page.locator("#count")).to_contain_text("1 passage in 1 document")
    is_safe(page)


def test_its_page_is_only_text(open_page: "OpenPage", attack: str, hostile: Document) -> None:
    page = open_page(f"documents/{quote(hostile.id)}?" + urlencode({"q": "sherry", "passage": "0-40"}))
    is_safe(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(hostile.title)
    assert attack in (page.locator(".text").text_content() or "")
    assert attack in (page.locator("#citation").text_content() or "")
    assert attack in (page.get_by_role("complementary").text_content() or "")
    for details in page.locator("details").all():
        details.evaluate("e => e.open = true")
    page.keyboard.press("n")
    page.keyboard.press("c")
    is_safe(page)


def test_it_is_found_copied_and_cited_as_text(open_page: "OpenPage", site: str, attack: str, hostile: Document) -> None:
    page = open_page("?q=envoy+sherry", permissions=["clipboard-read", "clipboard-write"])
    hit = page.locator(".hit", has_text=attack).first
    hit.get_by_role("link", name="cite").click()
    expect(page.get_by_role("status")).to_have_text("Citation copied")
    assert "<script>" in page.evaluate("navigator.clipboard.readText()")
    hit.get_by_role("link", name="similar").click()
    expect(page.locator("#count")).to_contain_text(f"nearest to {hostile.title}")
    is_safe(page)
    for form in ("text", "bibtex", "ris", "csl"):
        answer = page.request.get(f"{site}cite/{quote(hostile.id)}?as={form}")
        assert answer.ok, form
        assert "html" not in answer.headers["content-type"]
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_completions_of_it_are_only_text(open_page: "OpenPage", hostile: Document) -> None:
    page = open_page()
    page.get_by_role("combobox", name="Question").press_sequentially("Sherringt")
    option = page.get_by_role("option").filter(has_text="<script>").first
    expect(option).to_be_visible()
    is_safe(page)
    page.keyboard.press("ArrowDown")
    option.click()
    expect(page.locator(".hit").first).to_be_visible()
    is_safe(page)


QUESTIONS = [
    "{}",
    '"{}"',
    '"{}',
    "country:{}",
    'country:="{}"',
    "title:{}",
    "date:{}",
    "-{}",
    "sherry {}~",
    "()",
    "javascript:window.taken=1",
    "</title><script>window.taken=1</script>",
    "\u202e\u2066{}",
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_hostile_question_is_only_shown(open_page: "OpenPage", attack: str, question: str) -> None:
    question = question.format(attack)
    page = open_page("?" + urlencode({"q": question}), expected="status of 400")
    is_safe(page)
    box = page.get_by_role("combobox", name="Question")
    expect(box).to_have_value(question)
    box.fill("")
    box.fill(question)
    box.press("Enter")
    expect(page.locator("#count, #mistake")).to_be_visible()
    is_safe(page)


@pytest.mark.parametrize(
    "name", ["where", "country", "person", "after", "mode", "document", "similar", "page", "strange"]
)
def test_a_hostile_parameter_is_only_shown(open_page: "OpenPage", attack: str, name: str) -> None:
    given = {name: attack} if name == "similar" else {"q": "sherry", name: attack}
    page = open_page("?" + urlencode(given), expected="status of 40[04]")
    is_safe(page)


@pytest.mark.parametrize(
    "path", ["{}", "documents/{}", "cite/{}", "documents/plain?passage={}", "feed.atom?q={}&mode={}"]
)
def test_a_hostile_address_is_only_shown(open_page: "OpenPage", attack: str, path: str) -> None:
    page = open_page(path.replace("{}", quote(attack)), expected="status of 40[04]")
    assert page.evaluate("window.taken") is None


def test_a_page_cannot_be_framed(open_page: "OpenPage", abroad: "WebServer", site: str) -> None:
    address = abroad.page("/frame.html", f'<!doctype html><title>Frame</title><iframe src="{site}"></iframe>')
    page = open_page(address, expected="frame-ancestors")
    frame = page.frames[1]
    assert frame.locator("#q").count() == 0
