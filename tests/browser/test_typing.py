"""Results while one types: in place, in order, without taking the box out of anybody's hands."""

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from browser.conftest import OpenPage
    from playwright.sync_api import Locator, Page, Route

expect = pytest.importorskip("playwright.sync_api", reason="no Playwright here: pip install playwright").expect


def box_of(page: "Page") -> "Locator":
    return page.get_by_role("combobox", name="Question")


def test_results_change_in_place_and_the_box_stays_as_it_is(page: "Page", site: str) -> None:
    page.evaluate("window.stayed = true")
    box = box_of(page)
    expect(box).to_be_focused()
    box.press_sequentially("shuttle Nara")
    expect(page.locator(".hit h2").first).to_contain_text("Nara")
    expect(page).to_have_url(f"{site}?q=shuttle+Nara")
    expect(page).to_have_title(re.compile("^shuttle Nara"))
    expect(box).to_be_focused()
    for _ in range(4):
        box.press("ArrowLeft")
    box.press_sequentially("diplomacy ")
    expect(page).to_have_url(f"{site}?q=shuttle+diplomacy+Nara")
    expect(page.locator("mark.keyword", has_text="diplomacy").first).to_be_visible()
    expect(box).to_have_value("shuttle diplomacy Nara")
    assert box.evaluate("e => [e.selectionStart, e.selectionEnd]") == [18, 18]
    expect(box).to_be_focused()
    assert page.evaluate("window.stayed")


def test_the_number_of_passages_is_told_to_those_who_do_not_see_it(page: "Page") -> None:
    box_of(page).press_sequentially("quantum")
    voice = page.get_by_role("status")
    expect(voice).to_contain_text(re.compile(r"^\d+ passages? in \d+ documents?"))
    assert voice.text_content() == (page.locator("#count").text_content() or "").strip()
    box_of(page).fill("xqzzv")
    expect(voice).to_contain_text("0 passages")


def test_a_late_answer_never_takes_the_place_of_a_newer_one(page: "Page", site: str) -> None:
    held: list[Route] = []
    page.route(f"{site}?q=Nara", lambda route: held.append(route))
    box = box_of(page)
    with page.expect_request(f"{site}?q=Nara"):
        box.fill("Nara")
    box.fill("quantum")
    expect(page).to_have_url(f"{site}?q=quantum")
    count = page.locator("#count").text_content()
    late = page.request.get(f"{site}?q=Nara")
    held[0].fulfill(response=late)
    # Whatever the late answer does, it has done when one that was asked for after it has come.
    page.evaluate("fetch('?q=summit').then(answer => answer.text()).then(() => new Promise(requestAnimationFrame))")
    expect(page).to_have_url(f"{site}?q=quantum")
    assert page.locator("#count").text_content() == count
    expect(page.locator(".hit", has_text="quantum").first).to_be_visible()
    expect(box).to_have_value("quantum")


def test_where_the_server_is_gone_the_old_results_stay_until_it_is_back(open_page: "OpenPage", site: str) -> None:
    page = open_page("?q=quantum", expected="net::ERR|status of 500")
    hits = page.locator(".hit").count()
    page.route("**/?q=*", lambda route: route.abort())
    box_of(page).fill("Nara")
    said = "The server cannot be reached."
    expect(page.locator(".pending")).to_have_text(said)
    expect(page.get_by_role("status")).to_have_text(said)
    expect(page.locator(".stale .hit")).to_have_count(hits)
    expect(page).to_have_url(f"{site}?q=quantum")
    page.unroute("**/?q=*")
    box_of(page).press("Enter")
    expect(page).to_have_url(f"{site}?q=Nara")
    expect(page.locator(".pending, .stale")).to_have_count(0)
    expect(page.locator(".hit", has_text="Nara").first).to_be_visible()


def test_an_answer_that_is_no_page_of_ours_is_told_calmly(open_page: "OpenPage", site: str) -> None:
    page = open_page("?q=quantum", expected="status of 502")
    page.route("**/?q=Nara", lambda route: route.fulfill(status=502, content_type="text/html", body="<h1>Bad</h1>"))
    box_of(page).fill("Nara")
    expect(page.locator(".pending")).not_to_be_empty()
    expect(page.locator(".stale .hit").first).to_be_visible()


def test_a_question_that_is_not_finished_yet_does_not_clear_the_page(open_page: "OpenPage") -> None:
    page = open_page("?q=quantum", expected="status of 400")
    box_of(page).fill("quantum date:202")
    expect(page.locator(".pending")).to_contain_text("is no date")
    expect(page.locator(".stale .hit").first).to_be_visible()
    box_of(page).press_sequentially("5")
    expect(page.locator(".pending, .stale")).to_have_count(0)
    expect(page).to_have_url(re.compile(r"\?q=quantum\+date.+2025$"))


def test_a_question_that_is_sent_and_not_understood_points_at_the_place(open_page: "OpenPage") -> None:
    page = open_page("?q=quantum", expected="status of 400")
    box_of(page).fill("summit date:yesterdayish")
    box_of(page).press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("yesterdayish")
    expect(page.get_by_role("alert").locator("mark")).to_have_text("y")
    expect(box_of(page)).to_have_attribute("aria-invalid", "true")


def test_an_emptied_box_is_the_start_page(open_page: "OpenPage", site: str) -> None:
    page = open_page("?q=quantum")
    box_of(page).fill("")
    expect(page).to_have_url(site)
    expect(page.get_by_role("heading", name="For example")).to_be_visible()
    expect(box_of(page)).to_be_focused()


def test_what_narrows_is_kept_while_one_types(open_page: "OpenPage", site: str) -> None:
    page = open_page("?q=summit&mode=keyword&where=country:=France")
    box_of(page).fill("visit")
    expect(page).to_have_url(re.compile(r"\?q=visit&mode=keyword&where=country"))
    expect(page.get_by_role("link", name="Remove country France")).to_be_visible()
    assert "France" in (page.locator(".chips").text_content() or "")


def test_a_form_sends_no_empty_parameters(page: "Page", site: str) -> None:
    box_of(page).fill("quantum")
    page.get_by_role("button", name="Search").click()
    expect(page).to_have_url(f"{site}?q=quantum")


# Completions


def test_completions_are_chosen_by_arrows_and_taken_by_enter(page: "Page", site: str) -> None:
    box = box_of(page)
    box.press_sequentially("summit quan")
    options = page.get_by_role("listbox", name="Completions").get_by_role("option")
    expect(options.first).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    chosen = options.first.get_attribute("id")
    assert chosen
    expect(box).to_have_attribute("aria-activedescendant", chosen)
    text = box.input_value()
    assert text.startswith("summit quan")
    assert len(text) > len("summit quan")
    box.press("ArrowUp")
    expect(box).to_have_value("summit quan")
    box.press("ArrowDown")
    box.press("Enter")
    expect(options).to_have_count(0)
    expect(box).to_have_attribute("aria-expanded", "false")
    expect(page).to_have_url(re.compile(re.escape(site) + r"\?q=summit\+quan\w+$"))


def test_escape_closes_the_completions_and_keeps_what_was_typed(page: "Page") -> None:
    box = box_of(page)
    box.press_sequentially("summit quan")
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    box.press("ArrowDown")
    box.press("Escape")
    expect(options).to_have_count(0)
    expect(box).to_have_value("summit quan")
    expect(box).to_be_focused()


def test_a_completion_is_taken_by_the_mouse(page: "Page", site: str) -> None:
    box_of(page).press_sequentially("summit quan")
    page.get_by_role("option").first.click()
    expect(page).to_have_url(re.compile(r"\?q=summit\+quan\w+"))
    expect(page.locator(".hit").first).to_be_visible()
    expect(page.get_by_role("option")).to_have_count(0)


def test_completions_that_come_after_enter_stay_away(page: "Page", site: str) -> None:
    held: list[Route] = []
    page.route("**/suggest?*", lambda route: held.append(route))
    box = box_of(page)
    with page.expect_request("**/suggest?*"):
        box.press_sequentially("summit quan")
    box.press("Enter")
    expect(page).to_have_url(f"{site}?q=summit+quan")
    late = page.request.get(f"{site}api/v1/suggest?q=summit+quan")
    assert late.json()["completions"]
    for route in held:
        route.fulfill(response=late)
    page.evaluate("fetch('?q=summit').then(answer => answer.text()).then(() => new Promise(requestAnimationFrame))")
    expect(page.get_by_role("option")).to_have_count(0)


def test_enter_without_a_choice_asks_what_was_typed(page: "Page", site: str) -> None:
    box = box_of(page)
    box.press_sequentially("summit quan")
    expect(page.get_by_role("option").first).to_be_visible()
    box.press("Enter")
    expect(page).to_have_url(f"{site}?q=summit+quan")
    expect(page.get_by_role("option")).to_have_count(0)
