"""Light and dark, narrow and on paper: what is there can be read and hit everywhere."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from browser.conftest import OpenPage
    from playwright.sync_api import Page

expect = pytest.importorskip("playwright.sync_api", reason="no Playwright here: pip install playwright").expect

PAGES = {
    "start": "",
    "results": "?q=state+visit+Korea&where=country:%3DFrance&where=-country:%3DJapan&after=2025",
    "similar": "?similar=plain",
    "other scripts": "?q=%E5%B7%B4%E9%BB%8E",
    "hostile": "?q=sherry",
    "nothing": "?q=xqzzv+country:France",
    "refused": "?q=summit+%22open",
    "reader": "documents/long?q=pelican&passage=0-100",
    "hostile document": "documents/scripts?q=%E5%B7%B4%E9%BB%8E",
    "error": "documents/there-is-none",
    "API": "api/v1/",
}
EXPECTED = "status of 40[04]"  # of the pages that are refusals

every_page = pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)

# The least ratio of contrast of all text on the page to what is behind it, and the text that has it. Text that is large
# may have less, and is counted with half as much again.
CONTRAST = """() => {
    const numbers = (colour) => {
        const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number);
        if (!/^rgba?\\(/.test(colour)) throw new Error(colour);
        return [r, g, b, a];
    };
    const luminance = ([r, g, b]) => [r, g, b]
        .map((each) => each / 255)
        .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4))
        .reduce((sum, each, place) => sum + each * [0.2126, 0.7152, 0.0722][place], 0);
    const behind = (element) => {
        for (let each = element; each; each = each.parentElement) {
            const colour = numbers(getComputedStyle(each).backgroundColor);
            if (colour[3] === 1) return colour;
            if (colour[3] !== 0) throw new Error("half transparent");
        }
        throw new Error("nothing is behind it");
    };
    let [least, where] = [99, ""];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const element = texts.currentNode.parentElement;
        const style = getComputedStyle(element);
        const text = texts.currentNode.data.trim();
        if (!text || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
        if (element.closest("svg, noscript, .unseen, .skip")) continue;
        const [one, other] = [luminance(numbers(style.color)), luminance(behind(element))];
        const size = parseFloat(style.fontSize);
        const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
        const ratio = ((Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05)) * (large ? 1.5 : 1);
        if (ratio < least) [least, where] = [ratio, text];
    }
    return [least, where];
}"""


def brightness(page: "Page") -> float:
    """Of the paper: 0 is black, 1 is white."""
    paper = "getComputedStyle(document.documentElement).backgroundColor.match(/[\\d.]+/g).slice(0, 3).map(Number)"
    return sum(page.evaluate(paper)) / 765


def choose(page: "Page", theme: str) -> None:
    page.get_by_role("group", name="Colours").get_by_role("button", name=theme).click()


@every_page
def test_text_and_marks_stand_out_in_light_and_in_dark(open_page: "OpenPage", path: str) -> None:
    page = open_page(path, expected=EXPECTED)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert brightness(page) > 0.9 if scheme == "light" else brightness(page) < 0.15
        least, where = page.evaluate(CONTRAST)
        assert least >= 4.5, (scheme, where)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_are_told_apart_without_colours(open_page: "OpenPage", scheme: str) -> None:
    page = open_page("?q=Lee+Macron+strategic+partnership", color_scheme=scheme)
    marked = page.locator(".hit mark.keyword").all_text_contents()
    assert {"Lee", "Macron", "strategic partnership"} <= set(marked)
    expect(page.locator(".hit mark.keyword").first).to_have_css("font-weight", "700")
    meaning = page.locator(".hit mark.meaning:not(.keyword)").first
    expect(meaning).to_have_css("font-weight", "400")
    expect(meaning).to_have_css("text-decoration-line", "underline")


def test_a_chosen_theme_stays_over_pages_and_visits_and_never_flashes(open_page: "OpenPage", site: str) -> None:
    page = open_page("?q=summit", color_scheme="light")
    # What is worn when the first of what is to be painted comes in.
    page.context.add_init_script(
        """new MutationObserver((_, observer) => {
            if (!document.body) return;
            window.wornAtFirst = document.documentElement.dataset.theme ?? "auto";
            observer.disconnect();
        }).observe(document, { childList: true, subtree: true });"""
    )
    choose(page, "dark")
    assert brightness(page) < 0.15
    expect(page.get_by_role("button", name="dark")).to_have_attribute("aria-pressed", "true")
    page.locator(".hit h2 a").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for path in ("", "?q=summit", "api/v1/"):
        page.goto(site + path)
        assert brightness(page) < 0.15
        assert page.evaluate("window.wornAtFirst") == "dark"
    other = page.context.new_page()
    other.goto(site)
    choose(other, "light")
    expect(page.get_by_role("button", name="light")).to_have_attribute("aria-pressed", "true")  # in the other tab, too
    page.reload()
    assert brightness(page) > 0.9
    page.emulate_media(color_scheme="dark")
    assert brightness(page) > 0.9
    choose(page, "auto")
    assert brightness(page) < 0.15
    page.reload()
    assert page.evaluate("window.wornAtFirst") == "auto"
    page.emulate_media(color_scheme="light")
    assert brightness(page) > 0.9


def test_marks_are_seen_where_colours_are_forced(open_page: "OpenPage") -> None:
    page = open_page("?q=Lee+Macron+strategic+partnership", forced_colors="active")
    behind = "e => getComputedStyle(e).backgroundColor"
    assert page.locator("mark.keyword").first.evaluate(behind) != page.locator("html").evaluate(behind)


# Narrow


@every_page
def test_no_page_is_wider_than_a_small_telephone(open_page: "OpenPage", path: str) -> None:
    page = open_page(path, width=320, height=640, expected=EXPECTED)
    wide = "document.documentElement.scrollWidth"
    assert page.evaluate(wide) <= 320
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert page.evaluate(wide) <= 320
    page.get_by_role("button", name="Keys").click()
    expect(page.get_by_role("dialog")).to_be_in_viewport(ratio=0.99)
    assert page.evaluate(wide) <= 320


CONTROLS = {
    "": ["#q", ".line button", ".examples a", ".countries a", ".colophon a", ".colophon button"],
    PAGES["results"]: [
        *("#q", ".line button", ".segments a", ".chips a", ".narrow summary", ".facet .include", ".facet .exclude"),
        *(".facet .more", ".dates input:not([type=hidden])", ".dates button", ".hit h2 a", ".foot a", ".pages a"),
    ],
    PAGES["reader"]: [".back", ".turns a:not([hidden])", ".turn a", ".formats a", ".formats button"],
}


@pytest.mark.parametrize("path", CONTROLS)
def test_what_is_to_be_touched_is_large_enough(open_page: "OpenPage", path: str) -> None:
    page = open_page(path, width=390, has_touch=True)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    small = []
    for selector in CONTROLS[path]:
        boxes = [box for each in page.locator(selector).all() if (box := each.bounding_box())]
        small += [(selector, box) for box in boxes if min(box["width"], box["height"]) < 23.9]
    assert small == []


def test_a_finger_narrows_by_the_bars_and_still_scrolls(open_page: "OpenPage") -> None:
    page = open_page("?q=summit&mode=keyword", width=390, has_touch=True)
    bar = page.locator(".bars a").nth(4)
    first = bar.get_attribute("data-first")
    bar.tap()
    expect(page.get_by_role("link", name=f"Remove from {first}")).to_be_visible()
    expect(page.locator(".chart")).to_have_css("touch-action", "pan-y")


# On paper

ON_SCREEN_ALONE = ".masthead, .ask, .controls, .narrow, .time, .foot ul, .pages, .colophon, .bar, .formats, .nearby"


@pytest.mark.parametrize(("path", "text"), [("?q=summit", ".hit blockquote"), (PAGES["reader"], ".text p")])
def test_on_paper_there_is_the_text_and_no_furniture(open_page: "OpenPage", path: str, text: str) -> None:
    page = open_page(path, color_scheme="dark")
    choose(page, "dark")
    page.emulate_media(media="print")
    expect(page.locator(text).first).to_be_visible()
    for each in page.locator(ON_SCREEN_ALONE).all():
        expect(each).to_be_hidden()
    if "documents" in path:
        expect(page.locator("#citation")).to_be_visible()
        expect(page.locator(".turn").first).to_be_hidden()
    ink = page.locator(text).first.evaluate("e => getComputedStyle(e).color.match(/\\d+/g).slice(0, 3).map(Number)")
    assert sum(ink) < 200  # dark, on white paper, whatever the screen wears
