"""By the keyboard alone."""

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from browser.conftest import OpenPage
    from playwright.sync_api import Locator, Page

expect = pytest.importorskip("playwright.sync_api", reason="no Playwright here: pip install playwright").expect


def titles(page: "Page") -> "Locator":
    return page.locator(".hit h2 a")


def test_from_a_question_to_a_passage_and_back_without_a_mouse(open_page: "OpenPage", site: str) -> None:
    page = open_page("?q=quantum")
    press = page.keyboard.press
    press("/")
    expect(page.get_by_role("combobox", name="Question")).to_be_focused()
    page.keyboard.type("pelican")  # over what stood there, which is selected
    press("Enter")
    expect(page).to_have_url(f"{site}?q=pelican")
    expect(page.locator("mark.keyword", has_text="pelican").first).to_be_visible()
    press("Escape")
    press("j")
    expect(titles(page).first).to_be_focused()
    press("j")
    expect(titles(page).nth(1)).to_be_focused()
    expect(titles(page).nth(1)).to_be_in_viewport()
    press("k")
    expect(titles(page).first).to_be_focused()
    press("o")
    expect(page).to_have_url(re.compile(r"/documents/long\?"))
    expect(page.locator("#passage")).to_be_in_viewport()
    page.wait_for_load_state()  # scripts and all
    press("n")
    expect(page).to_have_url(re.compile(r"#m\d$"))
    press("p")
    press("Escape")
    expect(page).to_have_url(f"{site}?q=pelican")


def test_enter_opens_the_passage_that_has_the_focus(open_page: "OpenPage") -> None:
    page = open_page("?q=pelican")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("A long despatch")
    page.wait_for_load_state()
    page.keyboard.press("u")
    expect(page.locator("#count")).to_be_visible()


def test_a_slash_leads_from_any_page_to_a_box(open_page: "OpenPage") -> None:
    page = open_page("documents/long?q=pelican")
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Question")).to_be_focused()


def test_k_leads_from_the_first_passage_to_the_box(open_page: "OpenPage") -> None:
    page = open_page("?q=quantum")
    page.keyboard.press("j")
    page.keyboard.press("k")
    expect(page.get_by_role("combobox", name="Question")).to_be_focused()


def test_c_copies_the_citation_of_a_passage(open_page: "OpenPage") -> None:
    page = open_page("?q=pelican", permissions=["clipboard-read", "clipboard-write"])
    page.keyboard.press("j")
    page.keyboard.press("c")
    expect(page.get_by_role("status")).to_have_text("Citation copied")
    assert "“A long despatch,” n.d." in page.evaluate("navigator.clipboard.readText()")


@pytest.mark.parametrize("path", ["", "?q=quantum", "documents/long?q=pelican", "api/v1/", "nowhere"])
def test_the_keys_are_told_and_the_focus_returns(open_page: "OpenPage", path: str) -> None:
    page = open_page(path, expected="status of 404")
    if path:
        page.locator("main a").first.focus()
    else:
        expect(page.get_by_role("combobox", name="Question")).to_be_focused()
        page.keyboard.press("Escape")  # out of the box
    before = page.evaluate_handle("document.activeElement")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    page.keyboard.press("j")  # which now is nobody's
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    # Where nothing had the focus, the button of the closed dialog keeps it until the page is next drawn.
    page.wait_for_function("before => before === document.activeElement", arg=before)
    page.get_by_role("button", name="Keys").click()
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Keys")).to_be_focused()


def test_the_keys_are_told_on_results_that_came_while_typing(page: "Page") -> None:
    page.get_by_role("combobox", name="Question").fill("quantum")
    expect(page.locator(".hit").first).to_be_visible()
    page.get_by_role("button", name="Keys").click()
    expect(page.get_by_role("dialog", name="Keys").get_by_text("read it in its document")).to_be_visible()


def test_keys_are_letters_in_the_box_and_in_dates(open_page: "OpenPage", site: str) -> None:
    page = open_page("?q=quantum")
    box = page.get_by_role("combobox", name="Question")
    box.fill("")
    page.keyboard.type("jkocnpu/?")
    expect(box).to_have_value("jkocnpu/?")
    expect(box).to_be_focused()
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.goto(f"{site}?q=quantum")
    dates = page.get_by_role("textbox", name="from")
    dates.focus()
    page.keyboard.type("j/?")
    expect(dates).to_have_value("j/?")
    expect(dates).to_be_focused()


def test_keys_with_a_modifier_are_the_browsers(open_page: "OpenPage", site: str) -> None:
    page = open_page("?q=quantum")
    page.keyboard.press("Escape")
    for keys in ("Control+j", "Alt+j", "Meta+k", "Control+/"):
        page.keyboard.press(keys)
        assert page.evaluate("document.activeElement === document.body"), keys


def test_tab_goes_from_the_skip_link_over_the_box_to_what_narrows_and_to_the_passages(open_page: "OpenPage") -> None:
    page = open_page("?q=summit&mode=keyword")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the results")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    groups = ["skip"]
    while groups[-1] != "hits":
        page.keyboard.press("Tab")
        group = page.evaluate(
            """() => {
                const present = document.activeElement;
                const { width, height } = present.getBoundingClientRect();
                const part = present.closest(".masthead, .ask, .controls, .time, .narrow, .hits, .pages, .colophon");
                return width && height ? part?.classList[0] : `nothing to be seen: ${present.outerHTML}`;
            }"""
        )
        if group != groups[-1]:
            groups.append(group)
        assert len(groups) < 8
    assert groups == ["skip", "masthead", "ask", "controls", "time", "narrow", "hits"]


def test_the_skip_link_leads_to_the_first_passage(open_page: "OpenPage") -> None:
    page = open_page()
    page.get_by_role("combobox", name="Question").fill("summit")
    expect(page.locator(".hit").first).to_be_visible()
    page.get_by_role("link", name="Skip to the results").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(titles(page).first).to_be_focused()


def test_what_has_the_focus_is_seen(open_page: "OpenPage") -> None:
    page = open_page("?q=summit")
    for _ in range(30):
        page.keyboard.press("Tab")
        ring = page.evaluate(
            """() => {
                const e = document.activeElement;
                const style = getComputedStyle(e);
                if (e.matches(".bars a")) return getComputedStyle(e.querySelector(".slot")).stroke !== "none";
                if (e.matches(".line input")) return true;  // the line below it changes its colour
                return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
            }"""
        )
        assert ring, page.evaluate("document.activeElement.outerHTML")


def test_the_focus_stays_near_what_was_clicked(open_page: "OpenPage") -> None:
    page = open_page("?q=summit&mode=keyword")
    link = page.get_by_role("region", name="Country", exact=True).get_by_role("link", name="China", exact=True)
    link.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="No longer only China")).to_be_focused()
    page.keyboard.press("Enter")
    expect(link).to_be_focused()
