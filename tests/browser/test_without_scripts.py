"""Without JavaScript: every part of the search is a link or a form."""

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from browser.conftest import OpenPage
    from playwright.sync_api import Page

expect = pytest.importorskip("playwright.sync_api", reason="no Playwright here: pip install playwright").expect


@pytest.fixture
def plain(open_page: "OpenPage") -> "Page":
    """The start page in a browser that runs no scripts."""
    return open_page(java_script_enabled=False)


def ask(page: "Page", question: str) -> None:
    box = page.get_by_role("searchbox", name="Question")
    box.fill(question)
    box.press("Enter")
    expect(page.locator("#count")).to_be_visible()


def test_a_question_and_the_reader(plain: "Page", site: str) -> None:
    expect(plain.get_by_role("searchbox", name="Question")).to_be_focused()
    ask(plain, "shuttle diplomacy Nara")
    expect(plain).to_have_url(f"{site}?q=shuttle+diplomacy+Nara")
    expect(plain.locator(".hit mark.keyword").first).to_be_visible()
    plain.locator(".hit h2 a").first.click()
    expect(plain.locator("#passage")).to_be_in_viewport()
    plain.locator("[data-back]").click()
    expect(plain).to_have_url(f"{site}?q=shuttle+diplomacy+Nara")


def test_a_facet_a_chip_a_bar_and_the_second_page(plain: "Page", site: str) -> None:
    plain.goto(f"{site}?q=summit&mode=keyword")
    total = plain.locator("#count").text_content()
    countries = plain.get_by_role("region", name="Country", exact=True)
    row = countries.get_by_role("listitem").filter(has_text="China").first
    count = row.locator(".count").text_content()
    row.get_by_role("link", name="China", exact=True).click()
    expect(plain.locator("#count")).to_contain_text(f"{count} passages")
    plain.get_by_role("link", name="Remove country China").click()
    assert re.sub(r"\d+ ms", "", plain.locator("#count").text_content() or "") == re.sub(r"\d+ ms", "", total or "")
    bar = plain.locator(".bars a").nth(4)
    count = bar.get_attribute("data-passages")
    bar.click()
    expect(plain.locator("#count")).to_contain_text(f"{count} passages")
    plain.get_by_role("link", name="all dates").click()
    plain.get_by_role("link", name="Next →").click()
    expect(plain.locator(".hit").first).to_have_attribute("value", "11")
    plain.get_by_role("link", name="← Previous").click()
    expect(plain.locator(".hit").first).to_have_attribute("value", "1")


def test_the_form_keeps_what_narrows(plain: "Page", site: str) -> None:
    plain.goto(f"{site}?q=summit&mode=keyword&where=country%3A%3DChina")
    ask(plain, "visit")
    expect(plain).to_have_url(re.compile(r"\?q=visit&mode=keyword&where=country"))
    plain.get_by_role("textbox", name="from").fill("2026")
    plain.get_by_role("button", name="Set").click()
    expect(plain.get_by_role("link", name="Remove from 2026")).to_be_visible()
    expect(plain.get_by_role("link", name="Remove country China")).to_be_visible()


def test_facets_unfold_on_a_narrow_screen(open_page: "OpenPage") -> None:
    page = open_page("?q=summit&mode=keyword", width=390, java_script_enabled=False)
    country = page.get_by_role("link", name="China", exact=True)
    expect(country).to_be_hidden()
    page.get_by_text("Narrow", exact=True).click()
    country.click()
    expect(page.get_by_role("link", name="Remove country China")).to_be_visible()


def test_citations_similar_passages_and_a_link_to_keep(plain: "Page", site: str) -> None:
    ask(plain, "pelican")
    plain.get_by_role("link", name="cite", exact=True).first.click()
    expect(plain.locator("body")).to_contain_text("A long despatch")
    plain.go_back()
    plain.get_by_role("link", name="permalink").first.click()
    expect(plain.locator("#passage")).to_be_in_viewport()
    with plain.expect_download() as downloading:
        plain.get_by_role("link", name="RIS").click()
    assert "TI  - A long despatch" in downloading.value.path().read_text(encoding="utf-8")
    plain.go_back()
    plain.get_by_role("link", name="similar", exact=True).first.click()
    expect(plain.locator("#count")).to_contain_text("Passages nearest to A long despatch")


def test_nothing_is_offered_that_needs_a_script(plain: "Page", site: str) -> None:
    for path in ("", "?q=summit", "documents/long?q=pelican"):
        plain.goto(site + path)
        expect(plain.get_by_role("button", name="Keys")).to_be_hidden()
        expect(plain.get_by_role("group", name="Colours")).to_be_hidden()
        expect(plain.get_by_role("button", name="Copy")).to_be_hidden()
