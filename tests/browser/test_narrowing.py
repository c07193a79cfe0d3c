"""Narrowing by facets and by time, and the way back: each step is a URL."""

import re
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from dragoman.web.pages.search_page import SHOWN

if TYPE_CHECKING:
    from browser.conftest import OpenPage
    from playwright.sync_api import Locator, Page, Route

expect = pytest.importorskip("playwright.sync_api", reason="no Playwright here: pip install playwright").expect

SUMMIT = "?q=summit&mode=keyword"


def passages(page: "Page") -> int:
    """How many passages the page says that there are."""
    said = page.locator("#count").text_content() or ""
    found = re.match(r"\s*([\d,]+) passage", said)
    assert found, said
    return int(found[1].replace(",", ""))


def parameters(page: "Page") -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def value(page: "Page", facet: str, name: str) -> "Locator":
    """The row of a value in a facet."""
    rows = page.get_by_role("region", name=facet, exact=True).get_by_role("listitem")
    return rows.filter(has=page.get_by_role("link", name=name, exact=True))


def count_of(row: "Locator") -> int:
    return int((row.locator(".count").text_content() or "").replace(",", ""))


def chips(page: "Page") -> "Locator":
    return page.get_by_role("list", name="Constraints").get_by_role("link")


@pytest.mark.parametrize(("facet", "name"), [("Country", "China"), ("Person", "Xi Jinping"), ("Kind", "visit")])
def test_a_facet_narrows_to_as_many_passages_as_it_says(open_page: "OpenPage", facet: str, name: str) -> None:
    page = open_page(SUMMIT)
    page.evaluate("window.stayed = true")
    row, before = value(page, facet, name), passages(page)
    told = count_of(row)
    row.get_by_role("link", name=name, exact=True).click()
    expect(chips(page)).to_have_count(1)
    expect(chips(page)).to_have_accessible_name(f"Remove {facet.lower()} {name}")
    assert passages(page) == told < before
    assert parameters(page)["where"] == [f'{facet.lower()}:="{name}"' if " " in name else f"{facet.lower()}:={name}"]
    expect(page.get_by_role("combobox", name="Question")).to_have_value("summit")
    chips(page).click()
    expect(chips(page)).to_have_count(0)
    assert passages(page) == before
    assert "where" not in parameters(page)
    assert page.evaluate("window.stayed")


def test_a_value_can_be_left_out(open_page: "OpenPage") -> None:
    page = open_page(SUMMIT)
    row, before = value(page, "Country", "Japan"), passages(page)
    without = before - count_of(row)
    row.get_by_role("link", name="Leave out Japan").click()
    expect(chips(page)).to_have_accessible_name("Remove not country Japan")
    assert passages(page) == without
    expect(value(page, "Country", "Japan")).to_have_count(0)


def test_what_has_been_chosen_can_be_undone_where_it_was_chosen(open_page: "OpenPage") -> None:
    page = open_page(SUMMIT)
    before = passages(page)
    value(page, "Country", "China").get_by_role("link", name="China", exact=True).click()
    expect(chips(page)).to_have_count(1)
    value(page, "Country", "United States").get_by_role("link", name="United States", exact=True).click()
    expect(chips(page)).to_have_count(3)  # and one for both
    page.get_by_role("link", name="No longer only China").click()
    expect(page.get_by_role("link", name="Remove country United States")).to_be_visible()
    expect(chips(page)).to_have_count(1)
    page.get_by_role("link", name="No longer only United States").click()
    expect(chips(page)).to_have_count(0)
    assert passages(page) == before


def test_more_values_unfold_and_fold_again(open_page: "OpenPage") -> None:
    page = open_page(SUMMIT)
    countries = page.get_by_role("region", name="Country", exact=True)
    expect(countries.get_by_role("listitem")).to_have_count(SHOWN)
    countries.get_by_role("link", name="more of country").click()
    expect(countries.get_by_role("listitem")).not_to_have_count(SHOWN)
    assert countries.get_by_role("listitem").count() > SHOWN
    expect(countries.get_by_role("link", name="fewer")).to_be_focused()
    countries.get_by_role("link", name="fewer").click()
    expect(countries.get_by_role("listitem")).to_have_count(SHOWN)


def test_more_of_a_facet_unfolds_where_it_stands(open_page: "OpenPage") -> None:
    page = open_page("?q=summit")
    heading = page.locator("#facet-country")
    heading.evaluate("each => scrollBy(0, each.getBoundingClientRect().top - 60)")
    before = heading.bounding_box()
    page.get_by_role("link", name="more of country").click()
    expect(page.get_by_role("link", name="fewer")).to_be_visible()
    after = heading.bounding_box()
    assert before
    assert after
    assert before["y"] < 100  # the top of the answer is out of sight
    assert abs(after["y"] - before["y"]) < 2


def test_the_mode_and_the_order_are_links(open_page: "OpenPage") -> None:
    page = open_page("?q=summit")
    page.get_by_role("link", name="keyword", exact=True).click()
    expect(page.locator("#count")).to_contain_text(re.compile(r"· keyword$"))
    expect(page.locator("mark.meaning")).to_have_count(0)  # nor does the key to the marks speak of them
    page.get_by_role("link", name="oldest").click()
    expect(page.get_by_role("link", name="oldest")).to_have_attribute("aria-current", "true")
    dates = page.locator(".hit time").evaluate_all("times => times.map(e => e.dateTime).filter(Boolean)")
    assert dates == sorted(dates)
    said = re.search(r"in ([\d,]+) documents", page.locator("#count").text_content() or "")
    assert said
    page.get_by_role("link", name="documents", exact=True).click()
    expect(page.locator("#count")).to_contain_text(re.compile(f"^{said[1]} documents"))
    assert parameters(page) == {"q": ["summit"], "mode": ["keyword"], "sort": ["oldest"], "per_document": ["1"]}


# Over time


def bars(page: "Page") -> "Locator":
    return page.get_by_role("group", name=re.compile("^Passages by month")).get_by_role("link")


def month(bar: "Locator") -> str:
    return f"{date.fromisoformat(bar.get_attribute('data-first') or ''):%B %Y}"


def told(bar: "Locator") -> int:
    return int(bar.get_attribute("data-passages") or "")


def test_a_bar_narrows_to_its_month(open_page: "OpenPage") -> None:
    page = open_page(SUMMIT)
    october = bars(page).and_(page.get_by_role("link", name=re.compile("^October 2025")))
    expected = told(october)
    october.click()
    expect(page.get_by_role("link", name="Remove from 2025-10-01")).to_be_visible()
    assert passages(page) == expected
    assert (parameters(page)["after"], parameters(page)["before"]) == (["2025-10-01"], ["2025-10-31"])
    page.get_by_role("link", name="all dates").click()
    expect(page.get_by_role("link", name="all dates")).to_have_count(0)
    assert parameters(page) == {"q": ["summit"], "mode": ["keyword"]}


@pytest.mark.parametrize("leftwards", [False, True])
def test_dragging_over_bars_narrows_to_them(open_page: "OpenPage", leftwards: bool) -> None:
    page = open_page(SUMMIT)
    all_bars = bars(page).count()
    ends = [bars(page).nth(place) for place in (2, 5)]
    counts = [told(bars(page).nth(place)) for place in range(2, 6)]
    first, last = ends[0].get_attribute("data-first"), ends[1].get_attribute("data-last")
    boxes = [end.locator(".slot").bounding_box() for end in (reversed(ends) if leftwards else ends)]
    assert boxes[0]
    assert boxes[1]
    middle = [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes if box]
    page.mouse.move(*middle[0])
    page.mouse.down()
    page.mouse.move(*middle[1], steps=8)
    expect(page.locator(".bars .brushed")).to_have_count(4)
    expect(page.locator(".readout")).to_have_text(f"{month(ends[0])} – {month(ends[1])}: about {sum(counts)} passages")
    page.mouse.up()
    expect(page.get_by_role("link", name=f"Remove from {first}")).to_be_visible()
    assert (parameters(page)["after"], parameters(page)["before"]) == ([first], [last])
    # A meeting that goes on beyond the end of a month is in two bars.
    assert max(counts) <= passages(page) <= sum(counts)
    expect(bars(page)).not_to_have_count(all_bars)


def test_bars_are_one_stop_for_the_keyboard_and_brushed_with_shift(open_page: "OpenPage") -> None:
    page = open_page(SUMMIT)
    first, last = bars(page).nth(2), bars(page).nth(4)
    begin, end = first.get_attribute("data-first"), last.get_attribute("data-last")
    bars(page).first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(bars(page).nth(2)).to_be_focused()
    expect(page.locator(".readout")).to_have_text(re.compile(f"^{month(first)}: {told(first)} passage"))
    for _ in range(2):
        page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(".bars .brushed")).to_have_count(3)
    expect(page.locator(".readout")).to_have_text(re.compile(rf"^{month(first)} – {month(last)}: about \d+ passages$"))
    page.keyboard.press("Escape")
    expect(page.locator(".bars .brushed")).to_have_count(0)
    for _ in range(2):
        page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=f"Remove from {begin}")).to_be_visible()
    assert parameters(page)["before"] == [end]
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement !== document.body")
    assert page.locator('.bars a[tabindex="0"]').count() == 1


def test_a_bar_is_opened_by_enter(open_page: "OpenPage") -> None:
    page = open_page(SUMMIT)
    end = bars(page).last.get_attribute("data-last")
    bars(page).first.focus()
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=f"Remove until {end}")).to_be_visible()


def test_dates_can_be_typed(open_page: "OpenPage") -> None:
    page = open_page(SUMMIT)
    page.get_by_role("textbox", name="from").fill("2026")
    page.get_by_role("textbox", name="until").fill("2026-02")
    page.get_by_role("button", name="Set").click()
    expect(page.get_by_role("link", name="Remove until 2026-02")).to_be_visible()
    assert parameters(page) == {"q": ["summit"], "mode": ["keyword"], "after": ["2026"], "before": ["2026-02"]}
    expect(page.get_by_role("textbox", name="from")).to_have_value("2026")


# Back and forward


def test_back_and_forward_go_question_by_question_and_facet_by_facet(page: "Page", site: str) -> None:
    box = page.get_by_role("combobox", name="Question")
    box.press_sequentially("quantum")
    box.press("Enter")
    expect(page).to_have_url(f"{site}?q=quantum")
    expect(page.locator(".hit").first).to_be_visible()
    box.fill("summit")
    box.press("Enter")
    expect(page).to_have_url(f"{site}?q=summit")
    value(page, "Country", "China").get_by_role("link", name="China", exact=True).click()
    expect(chips(page)).to_have_count(1)
    narrowed, total = page.url, passages(page)

    page.go_back()
    expect(page).to_have_url(f"{site}?q=summit")
    expect(chips(page)).to_have_count(0)
    expect(box).to_have_value("summit")
    page.go_back()
    expect(page).to_have_url(f"{site}?q=quantum")
    expect(page.locator(".hit", has_text="quantum").first).to_be_visible()
    expect(box).to_have_value("quantum")
    page.go_back()
    expect(page).to_have_url(site)
    expect(page.get_by_role("heading", name="For example")).to_be_visible()
    expect(box).to_have_value("")
    for _ in range(3):
        page.go_forward()
    expect(page).to_have_url(narrowed)
    expect(chips(page)).to_have_count(1)
    assert passages(page) == total
    expect(box).to_have_value("summit")


def test_back_to_a_place_within_a_page_is_back_to_its_results(open_page: "OpenPage") -> None:
    page = open_page("?q=summit")
    total = passages(page)
    page.keyboard.press("Escape")
    page.evaluate("location.hash = 'hits'")
    value(page, "Country", "China").get_by_role("link", name="China", exact=True).click()
    expect(chips(page)).to_have_count(1)
    page.go_back()
    expect(page).to_have_url(re.compile(r"\?q=summit#hits$"))
    expect(chips(page)).to_have_count(0)
    assert passages(page) == total


def test_letters_are_no_steps_of_the_history(page: "Page", site: str) -> None:
    box = page.get_by_role("combobox", name="Question")
    for word in ("state", " visit", " to Seoul"):
        box.press_sequentially(word)
        expect(page.locator("#count")).to_be_visible()
        expect(page).to_have_url(f"{site}?q=" + box.input_value().replace(" ", "+"))
    page.go_back()
    expect(page).to_have_url(site)
    expect(box).to_have_value("")


def test_back_from_a_document_is_where_one_was(open_page: "OpenPage", site: str) -> None:
    page = open_page(SUMMIT)
    link = page.locator(".hit h2 a").nth(6)
    link.scroll_into_view_if_needed()
    place = page.evaluate("scrollY")
    assert place > 500
    link.click()
    expect(page).to_have_url(re.compile("/documents/"))
    page.go_back()
    expect(page).to_have_url(site + SUMMIT)
    expect(page.locator(".hit h2 a").nth(6)).to_be_in_viewport()


def test_back_is_where_one_was_however_long_the_server_takes(page: "Page", site: str) -> None:
    page.clock.install()
    page.goto(site + SUMMIT)
    page.get_by_role("link", name="Next →").click()
    expect(page.locator(".hit").first).to_have_attribute("value", "11")
    held: list[Route] = []
    page.route(site + SUMMIT, lambda route: held.append(route))
    with page.expect_request(site + SUMMIT):
        page.evaluate("scrollTo(0, 200); history.back()")
    page.clock.run_for(1000)  # in which it may remember the wrong place
    held[0].continue_()
    expect(page.locator(".hit").first).to_have_attribute("value", "1")
    expect(page.get_by_role("link", name="Next →")).to_be_in_viewport()


def test_back_from_the_second_page_is_where_one_was(open_page: "OpenPage", site: str) -> None:
    page = open_page(SUMMIT)
    page.get_by_role("link", name="Next →").click()
    expect(page).to_have_url(re.compile("page=2"))
    expect(page.locator(".hit").first).to_have_attribute("value", "11")
    expect(page.locator("#count")).to_be_in_viewport()
    page.go_back()
    expect(page.locator(".hit").first).to_have_attribute("value", "1")
    expect(page.get_by_role("link", name="Next →")).to_be_in_viewport()


@pytest.mark.parametrize(
    "path",
    [
        "?q=summit&mode=keyword&where=country%3A%3DChina&after=2025-08&sort=newest",
        "?q=summit&page=2",
        "?q=summit&more=country",
        "documents/long?q=pelican",
    ],
)
def test_a_url_shows_the_same_when_it_is_loaded_again(open_page: "OpenPage", path: str) -> None:
    page = open_page(path)
    fixed = "e => e.textContent.replace(/\\d+ ms/, '')"
    shown = page.locator("main").evaluate(fixed)
    url = page.url
    page.reload()
    assert page.url == url
    assert page.locator("main").evaluate(fixed) == shown
    other = open_page(url)
    assert other.locator("main").evaluate(fixed) == shown


def test_what_is_reached_by_clicks_is_what_its_url_shows(open_page: "OpenPage") -> None:
    page = open_page(SUMMIT)
    value(page, "Country", "China").get_by_role("link", name="China", exact=True).click()
    page.get_by_role("link", name="newest").click()
    expect(page.get_by_role("link", name="newest")).to_have_attribute("aria-current", "true")
    fixed = "e => e.outerHTML.replace(/\\d+ ms/, '').replace(/ tabindex=\"-?\\d\"/g, '')"
    shown = page.locator("#answer").evaluate(fixed)
    page.reload()
    assert page.locator("#answer").evaluate(fixed) == shown
