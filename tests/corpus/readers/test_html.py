"""Web pages: the article is found, and strange, huge or hostile markup costs neither the article nor the time."""

import json
import lzma
import re
from pathlib import Path

import pytest

from dragoman.corpus.document import Document
from dragoman.corpus.read import read
from dragoman.corpus.readers.contract import ReadOptions, Skipped
from dragoman.corpus.readers.support.html_text import visible_text
from support.places import SHARED

MODERN = SHARED / "modern"

STORY = "The two leaders met in Seoul on Monday and agreed to hold a further round of talks on trade in the spring."
MENU = "".join(f"<li><a href='/{name}'>{name}</a></li>" for name in "Home World Asia Sport Search Login Share".split())


def article(tmp_path: Path, page: str | bytes, *, cleaning: bool = True) -> Document:
    path = tmp_path / "page.html"
    path.write_bytes(page.encode() if isinstance(page, str) else page)
    (found,) = read([path], options=ReadOptions(cleaning=cleaning))
    assert isinstance(found, Document), found
    return found


# ------------------------------------------------------------------------------------------------------- what is shown


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("<h1>A</h1><p>b <b>c</b>d<br>e", "A\nb cd\ne"),
        ("<td>1</td><td>2</td>", "1\n2"),
        ("<p title='a > b'>x</p>", "x"),
        ("<p class=it's>it's</p> isn't", "it's\nisn't"),
        ("a < b <3 & c &lt;i&gt; &amp;lt; &#8217;", "a < b <3 & c <i> &lt; ’"),
        (
            "<script>if (a<b) '</p>'</script>a<style>b</style><!-- c > d -->e<svg><title>g</title><text>f</text></svg>",
            "a e f",
        ),
        ("a<!-- never closed <p>b</p>", "a never closed\nb"),
        ("<style>never closed <p>a</p>", "never closed\na"),
        ("<TITLE>t</TITLE><NoScript>n</NoScript><P>a</P>", "a"),
        ("<!DOCTYPE html><?xml?><p>İstanbul</p><script>x</script>b", "İstanbul\nb"),
        ("<p>a\n\n  b\t c</p>", "a b c"),
        ("&#x110000; &#xD800; &#0;", "\ufffd \ufffd \ufffd"),
        ("", ""),
        ("<", "<"),
        ("<p", "<p"),
    ],
)
def test_the_text_that_a_page_shows(page: str, shown: str) -> None:
    assert visible_text(page) == shown


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 10_000 + "<p>x",
        "<!--" * 250_000,
        "<" * 1_000_000,
        '<a x="' * 150_000 + ">",
        "<a x='>" * 150_000,
        "<style>" * 150_000,
        "&#" + "9" * 1_000_000 + ";",
        "<a" * 500_000 + ">",
    ],
    ids=lambda page: page[:8],
)
def test_no_markup_is_too_much_for_it(page: str) -> None:
    assert len(visible_text(page)) <= len(page)


# ------------------------------------------------------------------------------------------------------------ fences


def test_a_page_that_is_nested_deeper_than_parsers_go_keeps_its_text(tmp_path: Path) -> None:
    for depth in (300, 10_000):
        story = "\n".join(STORY.replace("Monday", day) for day in ("Monday", "Tuesday", "Friday"))
        page = f"<html><body>{'<div>' * depth}<pre>{story}</pre>{'</div>' * depth}<p>They left.</p></body></html>"
        assert article(tmp_path, page).text.replace("\n", " ") == f"{story} They left.".replace("\n", " ")


@pytest.mark.parametrize(
    "markup",
    [
        f"<p {' '.join(f'a{number}=1' for number in range(20_000))}>{STORY}</p>",
        f"<table><tr><td>{STORY}</table>" * 1_100,
        f"<p>{STORY}</p>" * 30_000,
        "<p>" + STORY * 50_000,
    ],
    ids=["attributes", "tables", "tags", "characters"],
)
def test_more_markup_than_a_parser_can_take_in_a_few_seconds_is_not_parsed(tmp_path: Path, markup: str) -> None:
    assert article(tmp_path, f"<html><body>{markup}</body></html>").text.startswith(STORY)


def test_entities_cannot_be_declared_and_characters_that_are_none_are_gone(tmp_path: Path) -> None:
    bomb = "".join(f'<!ENTITY e{at + 1} "{f"&e{at};" * 10}">' for at in range(20))
    page = f'<!DOCTYPE html [<!ENTITY e0 "ha">{bomb}]><html><body><p>{STORY} &e20; &#0; &#xD800;</p></body></html>'
    text = article(tmp_path, page).text
    assert STORY in text
    assert len(text) < 3_000
    assert not re.search("[\x00\ud800-\udfff]", text)


def test_nul_bytes_are_left_out(tmp_path: Path) -> None:
    page = f"<html><body><p>{STORY}</p></body></html>".replace("Seoul", "Se\0oul")
    assert article(tmp_path, page).text == STORY


def test_a_false_declaration_of_the_encoding_does_no_harm(tmp_path: Path) -> None:
    story = STORY.replace("Seoul", "Séoul")
    page = f'<html><head><meta charset="utf-16"></head><body><p>{story}</p></body></html>'
    assert article(tmp_path, page).text == story


def test_what_is_no_whole_page_keeps_all_its_text(tmp_path: Path) -> None:
    names = [f"NAME{number} is a deputy minister." for number in range(30)]
    fragment = f"<p>{STORY}</p><ol>{''.join(f'<li>{name}</li>' for name in names)}</ol><p>They left.</p>"
    assert article(tmp_path, fragment).text.split("\n") == [STORY, *names, "They left."]


def test_what_our_cleaning_cuts_from_a_page_is_kept(tmp_path: Path) -> None:
    page = f"<html><body><article><p>{STORY}</p><p>Share this article</p><p>{STORY.upper()}</p></article></body></html>"
    document = article(tmp_path, page)
    assert document.text == f"{STORY}\n{STORY.upper()}"
    assert document.cut == ("Share this article",)
    assert article(tmp_path, page, cleaning=False).cut == ()


def test_a_page_that_the_extractor_makes_little_of_is_cleaned_by_us(tmp_path: Path) -> None:
    # So deep that no parser gets to the article: it is found among the menus by its lines.
    body = "".join(f"<p>{STORY.replace('Monday', day)}</p>" for day in ("Monday", "Tuesday", "Friday"))
    page = f"<html><body><ul>{MENU * 4}</ul>{'<div>' * 3_000}{body}{'</div>' * 3_000}<ul>{MENU}</ul></body></html>"
    document = article(tmp_path, page)
    assert document.text.count("two leaders") == 3
    assert document.text.startswith("The two")
    assert document.text.endswith("spring.")
    assert document.cut.count("Login") == 5


# ---------------------------------------------------------------------------------------------- what the extractor lost

STORIES = [STORY.replace("Monday", day) for day in "Monday Tuesday Thursday Friday".split()]
FIRST, *OTHERS = STORIES
PARAGRAPHS = "".join(f"<p>{each}</p>" for each in OTHERS)


@pytest.mark.parametrize(
    "body",
    [
        f"{FIRST}<p>{'<p>'.join(OTHERS)}",
        f"<font size=2>{FIRST}<p>{'<p>'.join(OTHERS)}</font>",
        f"<center><b>{FIRST}</b></center>{PARAGRAPHS}",
        f"<dl><dd>{FIRST}</dl>{PARAGRAPHS}",
        f"<blockquote>{FIRST}</blockquote>{PARAGRAPHS}",
        f'<p>{FIRST}</p><p aria-hidden="true">{OTHERS[0]}</p><p>{OTHERS[1]}</p><p>{OTHERS[2]}</p>',
        "<br><br>".join(STORIES),
        "<pre>" + "\n\n".join(STORIES) + "</pre>",
        f"<details><summary>{FIRST}</summary>{PARAGRAPHS}</details>",
    ],
    ids=["body", "font", "center", "dd", "quote", "aria-hidden", "br", "pre", "details"],
)
def test_the_first_paragraph_and_odd_ones_stay(tmp_path: Path, body: str) -> None:
    document = article(tmp_path, f"<html><head><title>T</title></head><body><ul>{MENU}</ul>{body}</body></html>")
    assert [line for line in document.text.split("\n") if line][-4:] == STORIES


def test_lists_and_cells_of_an_article_stay(tmp_path: Path) -> None:
    items = ["the hot line will be staffed by day and night", "the corridor will be surveyed again", "quotas stay"]
    table = (
        "<table><tr><th>Party</th><th>Undertakings</th></tr>"
        "<tr><td>Japan</td><td><ul><li>opens the corridor</li><li>pays</li></ul></td></tr>"
        "<tr><td>Korea</td><td>lifts the ban</td></tr></table>"
    )
    body = f"<p>{FIRST}</p>{PARAGRAPHS}<ul>{''.join(f'<li>{each}</li>' for each in items)}</ul>{table}"
    page = f"<html><body><nav><ul>{MENU}</ul></nav><h1>Talks</h1>{body}<p>They left at noon on Friday, all of them.</p>"
    document = article(tmp_path, page)
    rows = ["Party | Undertakings", "Japan", "opens the corridor", "pays", "Korea | lifts the ban"]
    assert document.text.split("\n")[-13:] == [*STORIES, *items, *rows, "They left at noon on Friday, all of them."]
    assert "Login" in document.cut


def test_sections_that_a_list_of_contents_names_stay(tmp_path: Path) -> None:
    contents = "<ul><li><a href='#1'>One</a><li><a href='#2'>Two</a></ul>"
    sections = f"<h3>One</h3>{FIRST}<hr><h3>Two</h3>{OTHERS[0]}<p>{OTHERS[1]}<p>{OTHERS[2]}"
    page = f"<html><head><title>T</title></head><body>{contents}<hr>{sections}</body></html>"
    text = article(tmp_path, page).text
    assert text.split("\n")[-6:] == ["One", FIRST, "Two", *OTHERS]


def test_a_table_that_only_lays_out_the_page_is_paragraphs(tmp_path: Path) -> None:
    side = '<td><a href="/">Home</a> <a href="/archive">Archive</a></td>'
    story = f"<td><h1>Talks on trade and fisheries</h1><p>{'<p>'.join(STORIES)}</td>"
    page = f"<html><head><title>Talks on trade and fisheries</title></head><body><table><tr>{side}{story}</tr></table>"
    document = article(tmp_path, page)
    assert document.text.split("\n") == STORIES
    assert document.cut == ("Home Archive",)


def test_an_article_that_only_a_program_would_show_is_read_too(tmp_path: Path) -> None:
    data = json.dumps({"@type": "NewsArticle", "articleBody": "\n".join(STORIES)})
    script = f'<script type="application/ld+json">{data}</script>'
    document = article(tmp_path, f"<html><head>{script}</head><body><ul>{MENU}</ul><div id=app></div></body></html>")
    assert all(each in document.text for each in STORIES)
    assert "Login" in document.cut


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("in Nara<sup>1</sup> on", "in Nara[1] on"),
        ('talks<a class="fn" href="#n2"><sup>2</sup></a> on', "talks[2] on"),
        ('spring<sup id="r3"><a href="#3">[3]</a></sup>, officials', "spring[3], officials"),
        ("the treaty of 1962<sup>12</sup> and", "the treaty of 1962[12] and"),
        ("signed.<sup>*</sup>", "signed.[*]"),
        ('in Nara<a href="#fn1" role="doc-noteref">1</a> on', "in Nara[1] on"),
        ("H<sub>2</sub>O and 10<sup>2</sup>, 5 km<sup>2</sup>, x<sup>2</sup>", "H2O and 10^2, 5 km2, x2"),
        ("10<sup>&minus;6</sup>, 10<sup><i>12</i></sup>, 101<sub>2</sub>", "10^−6, 10^12, 101_2"),
        ("3<sup>1</sup>/<sub>2</sub> hours, 5 <SUP>3</SUP>&frasl;<sub>4</sub> miles", "3 1/2 hours, 5 3⁄4 miles"),
        ("the 1<sup>st</sup> and 2<sup>nd</sup>, le 1<sup>er</sup>, M<sup>me</sup>", "the 1st and 2nd, le 1er, Mme"),
        ("<sup>1</sup> See above.", "1 See above."),
        ("Mi&shy;nis&shy;ters", "Ministers"),
        ("<ruby>東<rt>とう<rt></ruby>京", "東京"),
        ("<pre>SECRET\n1. He came.\n2. He left.</pre>", "SECRET\n1. He came.\n2. He left."),
    ],
)
def test_the_marks_of_notes_come_off_words_and_nothing_else_does(markup: str, shown: str) -> None:
    assert visible_text(f"<p>{markup}</p>") == shown


def test_soft_hyphens_are_gone_and_the_title_is_not_said_twice(tmp_path: Path) -> None:
    head = "<html><head><title>Talks on fisheries - Example Times</title></head>"
    page = f"{head}<body><h1>Talks on fish&shy;er&shy;ies</h1><p>{FIRST}</p>{PARAGRAPHS}</body></html>"
    document = article(tmp_path, page)
    assert document.title == "Talks on fisheries"
    assert document.text.split("\n") == STORIES


# --------------------------------------------------------------------------------------------------------- other names


@pytest.mark.parametrize("begin", ["<!DOCTYPE html>", "<HTML>", '\n<?xml version="1.0"?>\n<!doctype HTML>'])
def test_a_page_that_was_saved_as_text_is_read_as_a_page(tmp_path: Path, begin: str) -> None:
    path = tmp_path / "page.txt"
    page = f'{begin}<head><meta charset="windows-1251"><title>Встреча</title></head><body><p>{STORY}</p><p>Они уехали.'
    path.write_bytes(page.encode("cp1251"))
    (document,) = read([path])
    assert isinstance(document, Document)
    assert document.text == f"{STORY}\nОни уехали."


def test_a_text_that_speaks_of_markup_is_text(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("The tag <html> opens a page, and <p> a paragraph of it.", encoding="utf-8")
    (document,) = read([path])
    assert isinstance(document, Document)
    assert "<p> a paragraph" in document.text


# ------------------------------------------------------------------------------------------------------ press releases

NAVIGATION = re.compile(
    r"(?:home|menu|search|share|print|e-?mail|tweet|facebook|twitter|subscribe|sign up|log ?in|skip to .{1,30}|"
    r"cookies?|privacy policy|terms of use|related (?:articles|content)|read more|back to top|follow us.{0,40}|tags|"
    r"you are in:.{0,60}|(?:previous|next) (?:post|article))\W*",
    re.IGNORECASE,
)


@pytest.mark.shared("modern")
def test_press_releases_have_no_navigation_in_their_text_and_lose_none_of_it(tmp_path: Path) -> None:
    with lzma.open(MODERN / "statepr.raw_html.jsonl.xz", "rt") as lines:
        records = [json.loads(line) for line in lines][::10]
    for number, record in enumerate(records):
        (tmp_path / f"{number:04}.html").write_text(record["html"], encoding="utf-8")
    found = list(read([tmp_path]))
    assert [each for each in found if isinstance(each, Skipped)] == []
    assert len(found) == len(records) > 200
    for record, document in zip(records, found, strict=True):
        assert isinstance(document, Document)
        assert [line for line in document.text.split("\n") if NAVIGATION.fullmatch(line.strip())] == []
        assert "<" not in document.text or "&lt;" in record["html"]
        paragraphs = {re.sub(r"\W+", "", each) for each in visible_text(record["html"]).split("\n") if len(each) > 80}
        assert all(paragraph in re.sub(r"\W+", "", document.text) for paragraph in paragraphs), record["id"]


def test_the_heading_of_the_first_section_stays(tmp_path: Path) -> None:
    contents = "<ul><li><a href='#1'>Arms</a></li><li><a href='#2'>Trade</a></li></ul><hr>"
    more = "".join(f"<p>{STORY.replace('trade', matter)}" for matter in ("visas", "fish", "coal", "loans", "steel"))
    body = f"{contents}<h3>Arms</h3>{STORY.replace('trade', 'arms')}<hr><h3>Trade</h3>{STORY}{more}"
    lines = article(tmp_path, f"<html><head><title>Talks</title></head><body>{body}</body></html>").text.split("\n")
    assert [line for line in lines if line in ("Arms", "Trade")] == ["Arms", "Trade"]
    assert lines[0] == "Arms"
