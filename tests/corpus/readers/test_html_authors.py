"""Who wrote a web page and in which language it is: what is not surely so is left open."""

from pathlib import Path

import pytest

from dragoman.corpus.document import Document
from dragoman.corpus.read import read

TITLE = "Ministers agree to resume fisheries talks"
STORY = "".join(
    f"<p>The two foreign ministers met in Nara on {day} and agreed to resume talks on fisheries, officials said.</p>"
    for day in ("Monday", "Tuesday", "Friday")
)


def described(tmp_path: Path, *, head: str = "", below: str = "", html: str = '<html lang="en">', story: str = STORY,
              title: str = TITLE) -> Document:  # fmt: skip
    page = (
        f"<!DOCTYPE html>{html}<head><title>{title} - Example Times</title>{head}</head><body>"
        f"<article><h1>{title}</h1>{below}{story}</article></body></html>"
    )
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    (document,) = read([tmp_path / "page.html"])
    assert isinstance(document, Document)
    return document


def data(author: str) -> str:
    return f'<script type="application/ld+json">{{"@type":"NewsArticle","author":{author}}}</script>'


@pytest.mark.parametrize(
    ("head", "author"),
    [
        ('<meta name="author" content="Jane Doe"><meta name="byl" content="By JANE DOE">', "Jane Doe"),
        ('<meta name="author" content="JANE DOE"><meta name="author" content="Jane Doe">', "Jane Doe"),
        ('<meta name="author" content="By Jane Doe and John Roe">', "Jane Doe; John Roe"),
        ('<meta name="author" content="Mac &amp; i">', "Mac & i"),
        ('<meta name="citation_author" content="Jane Doe"><meta name="citation_author" content="J. Roe">',
         "Jane Doe; J. Roe"),
        (data('{"@type":"Person","name":"Jane Doe"}'), "Jane Doe"),
        (data('[{"@type":"Person","name":"Jane Doe"},{"@type":"Organization","name":"Kyodo"}]'), "Jane Doe"),
        (data('{"@type":"Person","name":"Prof. Łukasz Żak, PhD"}'), "Prof. Łukasz Żak"),
        ('<meta name="author" content="Ursula von der Leyen">', "Ursula von der Leyen"),
    ],
)  # fmt: skip
def test_authors_in_the_head(tmp_path: Path, head: str, author: str) -> None:
    document = described(tmp_path, head=head)
    assert (document.author, document.provenance["author"]) == (author, "given")


@pytest.mark.parametrize(
    ("below", "author"),
    [
        ('<cite class="byline vcard"><span>By </span><span class="fn">JANE DOE</span> '
         "<abbr>March 11, 2015 3:46 PM</abbr></cite>", "Jane Doe"),
        ('<div class="byline">By Jane Doe July 3, 2025</div>', "Jane Doe"),
        ('<p class="meta">By Jane Doe | Jan 13, 2026</p>', "Jane Doe"),
        ("<p>Von Jürgen Müller und Anna Groß</p>", "Jürgen Müller; Anna Groß"),
        ("<p>Par Élodie Dupré, publié le 13 janvier 2026</p>", "Élodie Dupré"),
        ("<p>Por María García</p>", "María García"),
        ("<p>作者：王小明</p>", "王小明"),
        ('<p class="author">Jane Doe, Senior Correspondent</p>', "Jane Doe"),
        ('<p>Posted on 3 May by <a rel="author" href="/jane">Jane Doe</a></p>', "Jane Doe"),
    ],
)  # fmt: skip
def test_authors_beside_the_heading(tmp_path: Path, below: str, author: str) -> None:
    assert described(tmp_path, below=below).author == author


@pytest.mark.parametrize(
    "parts",
    [
        {"below": '<div class="author-date">Last Updated: January 7, 2025</div>'},
        {"below": '<button class="btn author" data-title="x">Follow Author</button>'},
        {"below": '<p class="byline">By Staff Reporter</p>'},
        {"below": '<p class="author">View all posts</p>'},
        {"below": '<p class="author">3 min read</p>'},
        {"below": '<p class="author">Example Times</p>'},
        {"head": '<meta name="author" content="admin">'},
        {"head": '<meta name="author" content="https://facebook.com/example">'},
        {"head": data('{"@type":"Organization","name":"Example Media Ltd"}')},
        {"head": data('{"@type":"Person","name":"Super User"}')},
        {"head": f'<meta name="author" content="{TITLE}">'},
    ],
)
def test_what_is_no_author_is_none(tmp_path: Path, parts: dict[str, str]) -> None:
    assert described(tmp_path, **parts).author == ""


GERMAN = (
    "<p>Die Außenminister beider Länder trafen sich am Dienstag in der alten Hauptstadt und kamen überein, Gespräche "
    "über die Fischerei wieder aufzunehmen, die im Frühjahr abgebrochen worden waren.</p>"
    "<p>Sie wollen binnen eines Monats Entwürfe austauschen und vor dem Gipfel einen Text paraphieren.</p>"
)
FRENCH = (
    "<p>Le ministre des Affaires étrangères a reçu à Paris son homologue sénégalais, avec qui il a évoqué le "
    "Sahel, l’accord de pêche et le sommet de la Francophonie prévu à l’été.</p>"
)
OLD = '<!--[if IE 7]><html class="ie7" lang="en"><![endif]--><!--[if gt IE 8]><!--><html lang="fr"><!--<![endif]-->'


@pytest.mark.parametrize(
    ("html", "story", "title", "language"),
    [
        ('<html lang="en">', GERMAN, "Minister treffen sich", "de"),
        ('<html lang="en-US">', FRENCH, "Les ministres se rencontrent", "fr"),
        ('<html lang="de">', STORY, TITLE, "en"),
        ('<html lang="en">', STORY, TITLE, "en"),
        ('<html lang="de-AT">', GERMAN, "Minister treffen sich", "de"),
        (OLD, FRENCH, "Les ministres se rencontrent", "fr"),
        ("<html>", GERMAN, "Minister treffen sich", "de"),
        ('<html lang="ru">', "<p>Nara, 13.</p>", "Nara", "ru"),
    ],
)
def test_the_language_that_a_page_states_is_held_against_its_text(
    tmp_path: Path, html: str, story: str, title: str, language: str
) -> None:
    assert described(tmp_path, html=html, story=story, title=title).language == language
