"""The title of a web page: the article's, not the site's, a menu's or a comment form's."""

from pathlib import Path

import pytest

from dragoman.corpus.document import Document
from dragoman.corpus.read import read
from dragoman.corpus.readers.support.page_title import page_title

MENU = "<h2>Latest from around the world</h2><h2>Write a reply or comment</h2>"


@pytest.mark.parametrize(
    ("page", "extracted", "site", "title"),
    [
        (f"<title>Lee meets Macron | NationPress</title>{MENU}<h1>Lee meets Macron</h1>", "Write a reply or comment",
         "", "Lee meets Macron"),
        (f"<title>Lee meets Macron | NationPress</title>{MENU}", "Lee meets Macron | NationPress", "",
         "Lee meets Macron"),
        ("<title>Nation Press: Lee meets Macron again</title><h1>Nation Press</h1><h2>Lee meets Macron again</h2>",
         "Nation Press", "Nation Press", "Lee meets Macron again"),
        ("<meta property='og:title' content='Lee meets\n Macron'><h1>Lee <em>meets</em> Macron</h1>", "", "",
         "Lee meets Macron"),
        ("<title>Lee meets Macron - NationPress</title>", "", "NationPress", "Lee meets Macron"),
        ("<title>Trade - a long story of two nations and their many quarrels</title>",
         "Trade - a long story of two nations and their many quarrels", "",
         "Trade - a long story of two nations and their many quarrels"),
        ("<p>They met.", "", "", ""),
        ("<p>They met.", "They met", "", "They met"),
        ("<title>---------- | x</title><h1>----------</h1>", "Lee meets Macron", "", "Lee meets Macron"),
        ("", "Lee meets Macron", "", "Lee meets Macron"),
    ],
)  # fmt: skip
def test_titles(page: str, extracted: str, site: str, title: str) -> None:
    assert page_title(page, title=extracted, site=site) == title


def test_a_page_nested_ten_thousand_levels_deep_has_a_title_too() -> None:
    page = f"<title>Lee meets Macron</title>{'<div>' * 10_000}<h1>Lee meets Macron</h1>"
    assert page_title(page, title="", site="") == "Lee meets Macron"


def test_the_reader_of_pages_takes_the_article_s_title(tmp_path: Path) -> None:
    body = "<p>They met in the capital and spoke of trade, of peace and of the coming summit.</p>" * 5
    page = f"<html><head><title>Lee meets Macron | The Nation</title></head><body>{MENU}<h1>Lee meets Macron</h1>{body}"
    (tmp_path / "x.html").write_text(page, encoding="utf-8")
    (document,) = read([tmp_path / "x.html"])
    assert isinstance(document, Document)
    assert (document.title, document.provenance["title"]) == ("Lee meets Macron", "given")
