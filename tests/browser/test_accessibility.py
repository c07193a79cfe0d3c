"""Each page by axe-core, the checker of the WCAG: no violation at all, of whatever gravity.

`npm install --prefix tests` fetches axe-core; without it these tests are skipped.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from browser.conftest import OpenPage
    from playwright.sync_api import Page

    from support.web_server import WebServer

expect = pytest.importorskip("playwright.sync_api", reason="no Playwright here: pip install playwright").expect

AXE = Path(__file__).parent.parent / "node_modules" / "axe-core" / "axe.min.js"
pytestmark = pytest.mark.skipif(not AXE.exists(), reason="no axe-core here: npm install --prefix tests")

PAGES = {
    "start": "",
    "results": "?q=summit&where=country:%3DChina&where=-country:%3DJapan",
    "similar": "?similar=plain",
    "nothing": "?q=xqzzv+country:France",
    "refused": "?q=summit+%22open",
    "reader": "documents/long?q=pelican&passage=0-100",
    "reader of a brief": "documents/briefs/lee-macron-johannesburg?q=Macron",
    "error": "documents/there-is-none",
    "API": "api/v1/",
}
EXPECTED = "status of 40[04]"


def violations(page: "Page", *only: str) -> list[str]:
    """What axe-core finds, each with the elements that it found it at; by these rules only if any are named."""
    options: dict[str, Any] = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
    if only:
        options = {"resultTypes": ["violations"], "runOnly": list(only)}
    page.evaluate(AXE.read_text(encoding="utf-8"))
    # What is half faded in has the contrast of neither state.
    page.evaluate("Promise.all(document.getAnimations().map((each) => each.finished.catch(() => null)))")
    found = page.evaluate("async (options) => (await axe.run(document, options)).violations", options)
    return [
        f"{each['impact']}: {each['id']}: {each['help']}: " + json.dumps([node["html"][:200] for node in each["nodes"]])
        for each in found
    ]


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_a_page_wide_and_in_dark(open_page: "OpenPage", path: str) -> None:
    page = open_page(path, expected=EXPECTED)
    assert violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert violations(page, "color-contrast") == []


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_a_page_on_a_telephone(open_page: "OpenPage", path: str) -> None:
    page = open_page(path, width=390, expected=EXPECTED)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert violations(page) == []


def test_completions_and_the_help(open_page: "OpenPage") -> None:
    page = open_page()
    page.get_by_role("combobox", name="Question").press_sequentially("summit quan")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert violations(page) == []


def test_results_that_came_while_typing(open_page: "OpenPage") -> None:
    page = open_page()
    page.get_by_role("combobox", name="Question").fill("summit")
    expect(page.locator(".hit").first).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_component(open_page: "OpenPage", abroad: "WebServer", site: str, scheme: str) -> None:
    body = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The Gazette of Summits</title>
        <meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
        <style>html {{ color-scheme: light dark; background: light-dark(#fff, #111) }}</style>
        <script type="module" src="{site}embed.js"></script></head><body><main>
        <h1>The Gazette of Summits</h1><h2>From the archive</h2>
        <dragoman-search src="{site}" query="shuttle diplomacy"></dragoman-search></main></body></html>"""
    page = open_page(abroad.page("/axe.html", body, "text/html; charset=utf-8"), color_scheme=scheme)
    expect(page.get_by_role("listitem").first).to_be_visible()
    assert violations(page) == []
