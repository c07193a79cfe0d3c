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
        ("<script>if (a<b) '</p>'</script>a<style>b</style><!-- c > d -->e<svg><text>f</text></svg>", "a e"),
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
