"""The reader in a browser: a link lands on its passage, and one gets from match to match and away again."""

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from browser.conftest import OpenPage
    from playwright.sync_api import Page

expect = pytest.importorskip("playwright.sync_api", reason="no Playwright here: pip install playwright").expect

PELICANS = "documents/long?q=pelican&mode=keyword"


def top_of(page: "Page", selector: str) -> float:
    box = page.locator(selector).bounding_box()
    assert box
    return box["y"]


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("width", [320, 1280])
def test_a_hit_leads_to_its_passage(open_page: "OpenPage", width: int, scripts: bool) -> None:
    page = open_page('?q="stuffed+pelican"', width=width, java_script_enabled=scripts)
    page.get_by_role("link", name="A long despatch").first.click()
    expect(page).to_have_url(re.compile(r"/documents/long\?\S*#passage$"))
    expect(page.locator("#passage")).to_be_in_viewport()
    assert 0 <= top_of(page, "#passage") < 500
    cited = "".join(page.locator(".cited").all_text_contents())
    assert "stuffed pelican" in cited
    expect(page.locator("mark.keyword")).to_have_text(["stuffed pelican"])
    expect(page.locator("mark.keyword")).to_be_in_viewport()


def test_a_link_without_its_anchor_lands_on_the_passage_all_the_same(open_page: "OpenPage") -> None:
    link = open_page("?q=stuffed+pelican").get_by_role("link", name="A long despatch").first.get_attribute("href")
    assert link
    page = open_page(link.partition("#")[0])
    expect(page.locator("#passage")).to_be_in_viewport()


@pytest.mark.parametrize("by", ["keys", "links"])
def test_from_match_to_match(open_page: "OpenPage", by: str) -> None:
    page = open_page(PELICANS, reduced_motion="reduce")
    turns = page.locator(".turns")
    expect(turns).to_contain_text("3 matches")

    def turn(key: str, link: str) -> None:
        page.keyboard.press(key) if by == "keys" else turns.get_by_role("link", name=link).click()

    for number in (1, 2, 3):
        turn("n", "Next match")
        expect(turns).to_contain_text(f"Match {number} of 3")
        expect(page).to_have_url(re.compile(rf"#m{number}$"))
        expect(page.locator(f"#m{number}")).to_be_in_viewport()
        expect(page.get_by_role("status")).to_have_text(f"Match {number} of 3")
        assert 100 < top_of(page, f"#m{number}") < 500
    expect(turns.get_by_role("link", name="Next match")).to_be_hidden()
    turn("p", "Previous match")
    expect(turns).to_contain_text("Match 2 of 3")
    expect(page.locator("#m2")).to_be_in_viewport()


def test_the_ends_are_told(open_page: "OpenPage") -> None:
    page = open_page(PELICANS + "#m3")
    expect(page.locator(".turns")).to_contain_text("Match 3 of 3")
    page.keyboard.press("n")
    expect(page.get_by_role("status")).to_have_text("That was the last match")


def test_after_scrolling_away_the_next_match_is_the_next_one_below(open_page: "OpenPage") -> None:
    page = open_page(PELICANS + "#m1", reduced_motion="reduce")
    page.locator("#m2").evaluate("e => scrollTo(0, scrollY + e.getBoundingClientRect().top + 600)")
    expect(page.locator("#m1")).not_to_be_in_viewport()
    page.keyboard.press("n")
    expect(page.locator(".turns")).to_contain_text("Match 3 of 3")


def test_matches_can_be_walked_without_scripts(open_page: "OpenPage") -> None:
    page = open_page(PELICANS, java_script_enabled=False)
    page.locator(".turns").get_by_role("link", name="Next match").click()
    expect(page.locator("#m1")).to_be_in_viewport()
    page.locator("#m1").get_by_role("link", name="Next match").click()
    expect(page.locator("#m2")).to_be_in_viewport()
    expect(page.locator("mark.keyword", has_text="pelican").nth(1)).to_be_in_viewport()


@pytest.mark.parametrize("by", ["c", "button"])
def test_the_citation_is_copied(open_page: "OpenPage", by: str) -> None:
    page = open_page("documents/plain?passage=0-20", permissions=["clipboard-read", "clipboard-write"])
    citation = (page.locator("#citation").text_content() or "").strip()
    assert "“Sherry for all,” Evening Courier" in citation
    page.keyboard.press("c") if by == "c" else page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status")).to_have_text("The citation is copied")
    assert page.evaluate("navigator.clipboard.readText()").strip() == citation


def test_text_that_is_copied_is_the_text_alone(open_page: "OpenPage") -> None:
    page = open_page(PELICANS, permissions=["clipboard-read", "clipboard-write"])
    paragraph = page.locator(".text p", has_text="Paragraph 60.")
    expect(paragraph.locator(".turn")).to_have_count(1)
    paragraph.evaluate("e => getSelection().selectAllChildren(e)")
    page.keyboard.press("Control+c")
    copied = page.evaluate("navigator.clipboard.readText()").strip()
    whole = "Paragraph 60. The conversation turned to the harbour dues, and was resumed after dinner."
    assert copied == f"{whole} Nobody spoke of any pelican."


@pytest.mark.parametrize("by", ["keys", "links", "links without scripts"])
def test_what_is_cited_is_the_match_in_sight(open_page: "OpenPage", by: str) -> None:
    allowed = ["clipboard-read", "clipboard-write"]
    page = open_page(
        PELICANS, permissions=allowed, java_script_enabled=by != "links without scripts", reduced_motion="reduce"
    )
    passages: list[str] = []
    for number in (1, 2, 3, 2):
        forth = number > len(passages)
        if by == "keys":
            page.keyboard.press("n" if forth else "p")
        else:
            page.locator(".turns").get_by_role("link", name="Next match" if forth else "Previous match").click()
        expect(page).to_have_url(re.compile(rf"passage=\d+-\d+.*#m{number}$"))
        expect(page.locator(".cited", has=page.locator("mark"))).to_have_attribute("data-within", str(number))
        passage = re.findall(r"passage=(\d+-\d+)", page.url)[-1]
        passages.append(passage)
        citing = page.get_by_role("region", name="Cite this passage")
        for label in ("BibTeX", "RIS", "CSL-JSON", "Permalink"):
            link = citing.get_by_role("link", name=label).get_attribute("href") or ""
            assert f"passage={passage}" in link
        note = page.request.get(page.url.partition("documents/")[0] + f"cite/long?passage={passage}").text().strip()
        assert re.search(r", pars?\. \d+", note)
        expect(page.locator("#citation")).to_have_text(note)
        if by == "keys":
            page.keyboard.press("c")
            expect(page.get_by_role("status")).to_have_text("The citation is copied")
            assert page.evaluate("navigator.clipboard.readText()").strip() == note
    assert len(set(passages)) == 3


@pytest.mark.parametrize("scripts", [True, False])
def test_marks_of_notes_are_not_copied(open_page: "OpenPage", scripts: bool) -> None:
    page = open_page("documents/long", permissions=["clipboard-read", "clipboard-write"], java_script_enabled=scripts)
    expect(page.locator("#text .reference")).to_have_count(2)
    page.keyboard.press("Control+a")  # over the marks of two notes
    page.keyboard.press("Control+c")
    copied = open_page("documents/plain", permissions=["clipboard-read"]).evaluate("navigator.clipboard.readText()")
    whole = "Paragraph {}. The conversation turned to the harbour dues, and was resumed after dinner."
    assert "\n\n".join(whole.format(number) for number in range(4)) in copied


@pytest.mark.parametrize("label", ["BibTeX", "RIS", "CSL-JSON"])
def test_citations_are_files(open_page: "OpenPage", label: str) -> None:
    page = open_page("documents/plain")
    with page.expect_download() as downloading:
        page.get_by_role("link", name=label).click()
    assert re.fullmatch(r"[\w.-]+\.(bib|ris|json)", downloading.value.suggested_filename)
    assert "Sherry for all" in downloading.value.path().read_text(encoding="utf-8")


def test_notes_are_linked_both_ways(open_page: "OpenPage") -> None:
    page = open_page("documents/long")
    page.get_by_role("link", name="Note 2", exact=True).click()
    note = page.locator("#note-2")
    expect(note).to_be_in_viewport()
    expect(note).to_contain_text("A pelican is meant, no heron.")
    note.get_by_role("link", name="Back to note 2 in the text").click()
    expect(page.get_by_role("link", name="Note 2", exact=True)).to_be_in_viewport()


@pytest.mark.parametrize("by", ["u", "Escape", "link"])
def test_back_to_the_results_with_the_whole_question(open_page: "OpenPage", site: str, by: str) -> None:
    page = open_page("?q=summit&mode=keyword&sort=newest&where=country:%3DChina")
    question = page.url
    page.locator(".hit h2 a").first.click()
    expect(page).to_have_url(re.compile("/documents/"))
    page.wait_for_load_state()  # scripts and all
    page.locator("[data-back]").click() if by == "link" else page.keyboard.press(by)
    expect(page).to_have_url(question)
    expect(page.get_by_role("link", name="Remove country China")).to_be_visible()


def test_back_to_results_that_no_words_asked_for(open_page: "OpenPage") -> None:
    page = open_page("?where=country:%3DChina")
    question = page.url
    page.locator(".hit h2 a").first.click()
    page.get_by_role("link", name="Back to the Results").click()
    expect(page).to_have_url(question)


@pytest.mark.parametrize("anchor", ["m99", "m3"])
def test_an_anchor_of_a_match_that_is_none_is_passed_over(open_page: "OpenPage", anchor: str) -> None:
    page = open_page(f"{PELICANS}#m99" if anchor == "m99" else f"documents/long#{anchor}", reduced_motion="reduce")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()  # scripts live
    expect(page.get_by_text(re.compile("Match .* of"))).to_have_count(0)


def test_what_is_known_of_a_document_leads_to_more(open_page: "OpenPage") -> None:
    page = open_page("documents/plain")
    about = page.get_by_role("complementary", name="About this document")
    about.get_by_role("link", name="Lady Amontillado").click()
    expect(page.get_by_role("link", name="Sherry for all").first).to_be_visible()
    expect(page.locator(".hit")).to_have_count(1)
