"""Nothing that a web page shows is lost: each word is in its document's text, its title, its notes or what was cut."""

import io
import itertools
import json
import lzma
import re
import tarfile
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dragoman.corpus.document import Document
from dragoman.corpus.intake import read_stream
from dragoman.corpus.readers.contract import ReadOptions, Skipped, Source
from dragoman.corpus.readers.registry import format_named
from dragoman.corpus.readers.support.decode import decode
from dragoman.corpus.readers.support.html_text import visible_text
from support.places import SHARED

WORD = re.compile(r"\w+")


def read_page(page: bytes) -> Document | Skipped:
    return next(read_stream(Source(io.BytesIO(page), "x", "x"), format_named("html"), ReadOptions()))


def words(*texts: str) -> Counter[str]:
    return Counter(WORD.findall(" ".join(texts)))


def kept(document: Document) -> Counter[str]:
    """How often each word is in the document. A title that was the text's first line is not in the text any more."""
    return words(document.title, document.text, *document.cut, *(note.text for note in document.notes))


def lost(page: bytes) -> Counter[str]:
    document = read_page(page)
    assert isinstance(document, Document), document
    return words(visible_text(decode(page).text)) - kept(document)


# ------------------------------------------------------------------------------------------------------ generated pages

# A page is a tree of names and children; a number is a run of so many words, which no other has.
LEAVES = st.integers(1, 40)
INLINE = st.sampled_from("b i font span a strong sup sub center".split())
LISTS = st.sampled_from("ul ol dl".split())
BLOCKS = st.sampled_from(
    "p p p div div section article aside nav footer header blockquote details figure center font pre form td2 main "
    "related hidden button br br2 h1 h2 h3 p-open li-open aria template comment".split()
)
TREES = st.recursive(
    LEAVES,
    lambda children: st.one_of(
        st.tuples(BLOCKS, st.lists(children, max_size=5)),
        st.tuples(INLINE, st.lists(children, max_size=2)),
        st.tuples(LISTS, st.lists(children, max_size=4)),
        st.tuples(st.just("table"), st.lists(st.lists(children, max_size=3), max_size=3)),
    ),
    max_leaves=30,
)


class Page:
    """Writes a tree as markup, and remembers the words that are to be seen."""

    def __init__(self, *, old: bool) -> None:
        self.numbers = itertools.count(1)
        self.shown: list[str] = []
        self.old = old

    def write(self, tree: object, *, seen: bool = True) -> str:
        match tree:
            case int():
                run = [f"word{next(self.numbers)}" for _ in range(tree)]
                self.shown += run if seen else []
                return " ".join(run).capitalize().replace("Word", "word", 1) + ("." if tree > 6 else " ")
            case ("table", [*rows]):
                cells = [[f"<td>{self.write(cell, seen=seen)}" for cell in row] for row in rows]
                return "<table>" + "".join(f"<tr>{''.join(row)}</tr>" for row in cells) + "</table>"
            case ("template", [*children]):
                return f"<template>{self.many(children, seen=False)}</template>"
            case (str() as name, [*children]):
                more = 3 if name in ("figure", "details", "ol", "dl") else 0
                return self.element(name, self.many(children, seen=seen), more and self.write(more, seen=seen))
            case _:
                raise TypeError(tree)

    def many(self, children: list[object], *, seen: bool) -> str:
        return "".join(self.write(child, seen=seen) for child in children)

    def element(self, name: str, inside: str, more: object) -> str:
        forms = {
            "td2": f"<table border=0><tr><td width=100>{inside}</td></tr></table>",
            "related": f'<div class="related-posts">{inside}</div>',
            "hidden": f'<div style="display:none">{inside}</div>',
            "aria": f'<p aria-hidden="true">{inside}</p>',
            "br": f"{inside}<br>",
            "br2": f"{inside}<br/><br/>",
            "p-open": f"<p>{inside}",
            "li-open": f"<li>{inside}",
            "comment": f"<!-- never seen -->{inside}",
            "figure": f"<figure><img src=x>{inside}<figcaption>{more}</figcaption></figure>",
            "details": f"<details><summary>{more}</summary>{inside}</details>",
            "a": f'<a href="/x">{inside}</a>',
            "ul": f"<ul><li>{inside}</li></ul>",
            "ol": f"<ol><li>{inside}<li>{more}</ol>",
            "dl": f"<dl><dt>{more}<dd>{inside}</dl>",
        }
        markup = forms.get(name, f"<{name}>{inside}</{name}>")
        return markup.replace("<p>", "<P>").replace("<br>", "<BR>") if self.old else markup


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow], database=None
)
@given(trees=st.lists(TREES, min_size=1, max_size=8), old=st.booleans(), framed=st.booleans())
def test_no_word_of_a_page_is_lost(trees: list[object], old: bool, framed: bool) -> None:
    page = Page(old=old)
    body = "".join(page.write(tree) for tree in trees)
    menu = '<nav><ul><li><a href="/">Home</a></li><li><a href="/w">World</a></li></ul></nav>' if framed else ""
    head = "<HTML><HEAD><TITLE>t</TITLE></HEAD>" if old else "<!DOCTYPE html><html><head><title>t</title></head>"
    document = read_page(f"{head}<body>{menu}{body}".encode())
    if isinstance(document, Skipped):
        assert not page.shown or document.reason == "a page without text"
        assert not page.shown
        return
    assert not words(*page.shown) - kept(document)


# ----------------------------------------------------------------------------------------------------------- real pages


def clean_pages() -> Iterator[bytes]:
    """The pages of a set, as they were saved."""
    with tarfile.open(SHARED / "clean" / "pages-with-snippets.tar.xz") as packed:
        for each in packed:
            stream = packed.extractfile(each) if each.isfile() and each.name.endswith(".html") else None
            if stream:
                yield stream.read()


def released_pages() -> Iterator[bytes]:
    with lzma.open(SHARED / "modern" / "statepr.raw_html.jsonl.xz", "rt") as lines:
        for line in lines:
            yield json.loads(line)["html"].encode()


@pytest.mark.shared("clean")
def test_no_word_of_real_pages_is_lost() -> None:
    assert [at for at, page in enumerate(itertools.islice(clean_pages(), 0, None, 25)) if lost(page)] == []


@pytest.mark.shared("modern")
def test_no_word_of_press_releases_is_lost() -> None:
    assert [at for at, page in enumerate(itertools.islice(released_pages(), 0, None, 40)) if lost(page)] == []
