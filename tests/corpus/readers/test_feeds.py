"""URLs and feeds from a real server: which reader their content gets, whose pages are taken, and what comes of them."""

import gzip
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dragoman.corpus.document import DateInterval, Document
from dragoman.corpus.fetching.feed import MOST_ENTRIES, parse_feed
from dragoman.corpus.fetching.fetch import ANYWHERE, Fetcher, Limits
from dragoman.corpus.fetching.url_reader import Known, Memory, UrlReader
from dragoman.corpus.read import read
from dragoman.corpus.readers.contract import ReadOptions, Skipped
from dragoman.errors import UnreadableSource
from support.web_server import web_server

if TYPE_CHECKING:
    from support.web_server import WebServer


STORY = (
    "The two leaders met in Seoul on Monday and agreed to hold a further round of talks on trade in the spring. "
    "They also signed a treaty on fisheries, which had been discussed for a decade by envoys of both countries. "
    "A joint statement said that the ministers of trade would meet again before the end of the year in Geneva."
)


def page(text: str = STORY, head: str = "") -> str:
    return f"<!DOCTYPE html><html><head>{head}</head><body><article><p>{text}</p></article></body></html>"


def item(link: str, title: str = "Talks", more: str = "") -> str:
    return f"<item><title>{title}</title><link>{link}</link>{more}</item>"


def rss(*items: str, title: str = "The Courier") -> str:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>{"".join(items)}</channel></rss>'


@pytest.fixture
def web() -> Iterator["WebServer"]:
    with web_server() as server:
        yield server


class Remembering(Memory):
    """A memory for one test."""

    def __init__(self) -> None:
        self.known: dict[str, Known] = {}
        self.same = 0

    def recall(self, url: str) -> Known | None:
        return self.known.get(url)

    def remember(self, url: str, known: Known) -> None:
        self.known[url] = known

    def unchanged(self, known: Known) -> None:
        self.same += known.documents


def found(url: str, memory: Memory | None = None, **options: Any) -> tuple[list[Document], dict[str, str]]:
    """The documents of a URL, and the reason for each thing that was skipped."""
    quick = Fetcher(limits=Limits(pause=0.0), allowed=ANYWHERE)
    each = list(UrlReader(ReadOptions(**options), memory=memory, fetcher=quick).read(url))
    skipped = {one.origin: one.reason for one in each if isinstance(one, Skipped)}
    return [one for one in each if isinstance(one, Document)], skipped


# Single URLs


def test_a_page_is_a_document_with_its_canonical_url_as_its_id(web: "WebServer") -> None:
    head = '<title>Seoul talks</title><meta property="og:title" content="Seoul talks">'
    url = web.page("/news/1", page(head=head), "text/html; charset=utf-8")
    web.redirect("/short", "/news/1?utm_source=feed#top")
    web.page("/news/1?utm_source=feed", "should not be asked for")
    documents, skipped = found(web.url.replace("http", "HTTP") + "/short")
    assert skipped == {}
    (document,) = documents
    assert (document.id, document.url, document.origin) == (url, url, url)
    assert document.title == "Seoul talks"
    assert "agreed to hold a further round of talks" in document.text


@pytest.mark.parametrize(
    ("path", "media_type", "content", "text"),
    [
        ("/a", "text/html", page(), "The two leaders met"),
        ("/a", "application/xhtml+xml", page(), "The two leaders met"),
        ("/a", "", page(), "The two leaders met"),
        ("/notes.txt", "text/plain", STORY, "The two leaders met"),
        ("/notes.md", "text/plain", "# Talks\n\n*The* two leaders met.", "The two leaders met"),
        ("/notes.md", "application/octet-stream", "# Talks\n\n*The* two leaders met.", "The two leaders met"),
        ("/a", "text/markdown", "# Talks\n\n*The* two leaders met.", "The two leaders met"),
        ("/dump.jsonl", "application/json", json.dumps({"id": "1", "text": STORY}), "The two leaders met"),
        ("/dump", "application/x-ndjson", json.dumps({"id": "1", "text": STORY}), "The two leaders met"),
        ("/dump.jsonl.gz", "application/gzip", gzip.compress(json.dumps({"id": "1", "text": STORY}).encode()), "The"),
    ],
)
def test_the_content_type_and_else_the_name_picks_the_reader(
    web: "WebServer", path: str, media_type: str, content: str | bytes, text: str
) -> None:
    documents, skipped = found(web.page(path, content, media_type))
    assert skipped == {}
    assert documents[0].text.startswith(text)


def test_what_has_no_reader_is_a_line(web: "WebServer") -> None:
    url = web.page("/picture", b"\x89PNG", "image/png")
    assert found(url) == ([], {url: "no reader for image/png"})
    lost = web.error("/lost", 404)
    assert found(lost) == ([], {lost: "the server answers 404 Not Found"})
    assert found("http://user@example.org/")[1].keys() == {"http://user@example.org/"}
    (skipped,) = read([web.page("/page", page())])
    assert isinstance(skipped, Skipped)
    assert "allow it with --allow-private" in skipped.reason


def test_the_format_can_be_forced(web: "WebServer") -> None:
    url = web.page("/raw", STORY, "image/png")
    (document,) = found(url, format="text")[0]
    assert document.text == STORY


def test_the_charset_of_the_server_counts(web: "WebServer") -> None:
    russian = "Послы двух стран встретились в Женеве и подписали договор о торговле. " * 5
    for charset in ("windows-1251", "koi8-r", "utf-8"):
        url = web.page(f"/{charset}", page(russian).encode(charset), f"text/html; charset={charset}")
        assert "Послы двух стран" in found(url)[0][0].text
    # What the bytes alone would not tell.
    euros = "Le ministre a promis 500 € à chaque élève du pays, comme il l'avait annoncé la semaine dernière. " * 3
    url = web.page("/euros", page(euros).encode("iso-8859-15"), "text/html; charset=iso-8859-15")
    assert "500 € à chaque élève" in found(url)[0][0].text
    # A name that no one knows, and one that does not fit, leave it to the page.
    for charset in ("x-unheard-of", "ascii"):
        url = web.page(f"/{charset}", page(russian).encode(), f"text/html; charset={charset}")
        assert "Послы двух стран" in found(url)[0][0].text


# Feeds


def test_a_wrong_byte_in_what_was_fetched_costs_itself_alone(web: "WebServer") -> None:
    said = f"{STORY} L’envoyé spécial s’est rendu à Łódź."
    content = page(said).encode().replace(b"Geneva", b"Gen\xffeva")
    for media_type in ("text/html", "text/html; charset=utf-8", "text/html; charset=iso-8859-1"):
        (document,) = read([web.page("/wrong", content, media_type)], options=ReadOptions(allow_private=True))
        assert isinstance(document, Document)
        assert document.text == said.replace("Geneva", "Gen\N{REPLACEMENT CHARACTER}eva")
        assert [(each.kind, each.example) for each in document.remarks] == [
            ("bytes that are no UTF-8 were replaced", "1, in line 1")
        ]


@pytest.mark.parametrize("charset", ["", "utf-8", "iso-8859-1"])
def test_a_wrong_byte_in_a_feed_costs_itself_alone(charset: str) -> None:
    feed = rss(item("https://example.org/1", "L’accord de Łódź"), item("https://example.org/2", "Переговоры Q"))
    first, second = parse_feed(feed.encode().replace(b"Q", b"\xff"), "https://example.org/feed", charset)
    assert (first.title, second.title) == ("L’accord de Łódź", "Переговоры \N{REPLACEMENT CHARACTER}")


def test_a_feed_is_in_the_encoding_that_it_names() -> None:
    feed = rss(item("https://example.org/1", "Überraschung in Zürich – „ja“"))
    feed = feed.replace('version="1.0"?', 'version="1.0" encoding="iso-8859-1"?')
    (entry,) = parse_feed(feed.encode("cp1252"), "https://example.org/feed")
    assert entry.title == "Überraschung in Zürich – „ja“"


def test_the_pages_of_a_feed_are_read_and_one_that_fails_is_named(web: "WebServer") -> None:
    given = (
        "<pubDate>Sun, 23 Nov 2025 01:00:00 +0900</pubDate><dc:creator "
        'xmlns:dc="http://purl.org/dc/elements/1.1/">Jane Doe</dc:creator>'
    )
    web.page("/1", page())
    web.error("/2", 500)
    named = '<meta property="og:title" content="The page\'s own"><meta name="author" content="John Roe">'
    web.page("/3", page(head=named + '<meta property="article:published_time" content="2025-11-25">'))
    feed = rss(
        item("/1", "Talks &lt;i&gt;in&lt;/i&gt; Seoul &amp;amp; Tokyo", given),
        item(web.url + "/2"),
        item("/3?utm_campaign=x", "The feed's", given),
    )
    url = web.page("/feed", feed, "application/rss+xml")
    documents, skipped = found(url)
    assert skipped == {web.url + "/2": "the server answers 500 Internal Server Error"}
    first, third = documents
    assert (first.id, third.id) == (web.url + "/1", web.url + "/3")
    # The day is the one where the report was written; in Greenwich it was still the 22nd.
    assert first.dates == DateInterval(date(2025, 11, 23), date(2025, 11, 23))
    assert (first.title, first.author, first.outlet) == ("Talks in Seoul & Tokyo", "Jane Doe", "The Courier")
    assert {first.provenance[name] for name in ("title", "author", "dates", "outlet")} == {"given"}
    assert (third.title, third.author) == ("The page's own", "John Roe")
    assert third.dates == DateInterval(date(2025, 11, 25), date(2025, 11, 25))


def test_an_atom_feed_is_one_too_whatever_its_type_says(web: "WebServer") -> None:
    web.page("/1", page())
    feed = f"""<?xml version="1.0" encoding="utf-8"?><!-- made by hand -->
        <feed xmlns="http://www.w3.org/2005/Atom"><title>Dépêches</title><entry><title>Accord à Genève</title>
        <link rel="alternate" href="{web.url}/1"/><updated>2025-11-22T23:30:00-05:00</updated>
        <author><name>A. Nonyme</name></author></entry></feed>"""
    for media_type in ("application/atom+xml", "text/xml", "application/xml", "text/html", "text/plain", ""):
        (document,) = found(web.page("/atom", feed, media_type))[0]
        assert (document.title, document.outlet, document.author) == ("Accord à Genève", "Dépêches", "A. Nonyme")
        assert str(document.dates) == "2025-11-22"


@pytest.mark.parametrize(
    ("path", "media_type", "content", "reason"),
    [
        ("/feed", "application/rss+xml", page(), "a feed was expected here, and this is a web page"),
        ("/news.rss", "text/html", page(), "a feed was expected here, and this is a web page"),
        ("/feed/", "text/html", "<html><body>Log in</body></html>", "a feed was expected here"),
        ("/feed", "application/rss+xml", "nothing of the kind", "not a feed"),
        ("/feed", "application/rss+xml", rss(), "a feed without entries"),
        ("/feed", "application/atom+xml", "", "not a feed"),
    ],
)
def test_a_feed_that_is_none_is_a_line(web: "WebServer", path: str, media_type: str, content: str, reason: str) -> None:
    url = web.page(path, content, media_type)
    documents, skipped = found(url)
    assert documents == []
    assert list(skipped) == [url]
    assert skipped[url].startswith(reason)


def test_entities_of_a_feed_are_not_expanded(web: "WebServer", tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("the keys")
    bomb = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    outside = f'<!ENTITY a9 SYSTEM "file://{tmp_path}/secret">'
    for declared in (f'<!ENTITY a0 "ha">{bomb}', outside):
        for encoding in ("utf-8", "utf-16"):
            feed = (
                f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE rss [{declared}]>' + rss(item("/1", "&a9;"))[21:]
            )
            url = web.page("/feed.xml", feed.encode(encoding), "application/rss+xml")
            assert found(url) == ([], {url: "a feed that defines XML entities, which are never expanded"})
    assert web.paths == ["/feed.xml"] * 4


def test_entries_lead_nowhere_but_to_public_pages(web: "WebServer") -> None:
    """127.0.0.2 stands for a public address, the only one that is allowed."""
    secret = web.page("/secret", page("The keys are under the mat."))
    with web_server("127.0.0.2") as public:
        inner = public.page("/inner.xml", rss(item("/x")), "application/rss+xml")
        links = (secret, "file:///etc/passwd", "javascript:alert(1)", inner, "")
        feed = public.page("/feed", rss(*(item(link) for link in links)), "text/xml")
        fetcher = Fetcher(limits=Limits(pause=0.0), allowed=["127.0.0.2/32"])
        each = list(UrlReader(ReadOptions(), fetcher=fetcher).read(feed))
    reasons = [one.reason for one in each if isinstance(one, Skipped)]
    assert len(reasons) == len(each) == 5
    assert "private address" in reasons[0]
    assert reasons[1:3] == ["only http and https URLs are fetched"] * 2
    assert reasons[3:] == ["a feed that links to a feed", "an entry without a link"]
    assert web.asked == []


def test_a_feed_is_followed_to_a_limit_and_deep_nesting_does_no_harm() -> None:
    long = rss(*(item(f"https://example.org/{n}") for n in range(MOST_ENTRIES + 10)))
    assert len(parse_feed(long.encode(), "https://example.org/feed")) == MOST_ENTRIES
    deep = rss(item("https://example.org/1", more="<a>" * 10_000 + "</a>" * 10_000))
    assert [each.url for each in parse_feed(deep.encode(), "https://example.org/feed")] == ["https://example.org/1"]
    with pytest.raises(UnreadableSource, match="more than 20 MB"):
        parse_feed(b" " * 20_000_001, "https://example.org/feed")


@pytest.mark.parametrize(
    ("more", "dates"),
    [
        ("<title_detail>x</title_detail>", None),
        ("<author_detail>x</author_detail>", None),
        ("<pubDate>soon</pubDate><published_parsed>2026</published_parsed>", None),
        ("<pubDate>0000-01-01</pubDate>", None),
        ("<pubDate>0000-00-00T00:00:00Z</pubDate>", None),
        ("<pubDate>Sat, 01 Nov 2025 10:00:00 GMT</pubDate><published_parsed>x</published_parsed>", "2025-11-01"),
    ],
)
def test_what_a_feed_says_is_not_taken_for_what_the_library_finds(more: str, dates: str | None) -> None:
    feed = rss(item("https://example.org/1", "Talks", more), title="The Courier")
    (entry,) = parse_feed(feed.encode(), "https://example.org/feed")
    assert (entry.title, entry.outlet, entry.dates and str(entry.dates)) == ("Talks", "The Courier", dates)
    of_the_feed = feed.replace("<item>", f"{more}<item>")
    assert len(parse_feed(of_the_feed.encode(), "https://example.org/feed")) == 1


def test_bytes_that_name_a_file_are_no_feed(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_text(rss(item("https://example.org/1")))
    with pytest.raises(UnreadableSource, match="not a feed"):
        parse_feed(str(path).encode(), "https://example.org/feed")


# What is known is not fetched again


def test_only_what_changed_is_read_again(web: "WebServer") -> None:
    memory = Remembering()
    tagged, bare = web.page("/tagged", page(), ETag='"1"'), web.page("/bare", page())
    for url in (tagged, bare):
        assert len(found(url, memory)[0]) == 1
        assert found(url, memory) == ([], {})  # unmodified, and the same bytes once more
    assert memory.same == 2
    web.page("/tagged", page(STORY + " A treaty followed."), ETag='"2"')
    web.page("/bare", page(STORY + " A treaty followed."))
    for url in (tagged, bare):
        assert "A treaty followed." in found(url, memory)[0][0].text


def test_of_a_feed_only_new_and_failed_pages_are_fetched_again(web: "WebServer") -> None:
    memory = Remembering()
    web.page("/1", page())
    web.page("/2", page(), ETag='"1"')
    web.error("/3", 503)
    feed = web.page("/feed", rss(item("/1"), item("/2"), item("/3")), "text/xml", ETag='"1"')
    assert len(found(feed, memory)[0]) == 2

    web.page("/3", page())
    web.asked.clear()
    assert [each.id for each in found(feed, memory)[0]] == [web.url + "/3"]
    assert web.paths == ["/feed", "/2", "/3"]  # the second one can tell cheaply that nothing is new
    assert memory.same == 2

    web.asked.clear()
    assert found(feed, memory) == ([], {})
    assert web.paths == ["/feed"]
    assert memory.same == 2 + 3

    corrected = item("/1", more="<pubDate>Mon, 24 Nov 2025 10:00:00 GMT</pubDate>")
    web.page("/1", page(STORY + " This report was corrected."))
    web.page("/4", page())
    web.page("/feed", rss(item("/4"), corrected, item("/2"), item("/3")), "text/xml", ETag='"2"')
    web.asked.clear()
    assert [each.id for each in found(feed, memory)[0]] == [web.url + "/4", web.url + "/1"]
    assert web.paths == ["/feed", "/4", "/1", "/2"]


def test_a_feed_that_has_become_a_page_is_not_taken_for_one(web: "WebServer") -> None:
    memory = Remembering()
    web.page("/1", page())
    url = web.page("/updates", rss(item("/1")), "text/xml")
    found(url, memory)
    web.page("/updates", page("This feed has moved. " * 10))
    assert "a feed was expected here" in found(url, memory)[1][url]


@pytest.mark.parametrize(
    "number", ["xD800", "xDfff", "x110000", "55296", "99999999999", "x" + "0" * 9 + "D800", "9" * 5_000]
)
def test_a_reference_to_no_character_costs_that_character_and_not_the_feed(number: str) -> None:
    feed = (
        "<rss version='2.0'><channel><title>A</title>"
        f"<item><title>Talks &#{number}; in Nara &#233;&#x4e2d;&#{'0' * 9}65;</title><link>https://a.b/1</link></item>"
        f"<item><title><![CDATA[<b>End &#{number} of talks</b>]]></title><link>https://a.b/2?c=&#{number};</link></item>"
        "</channel></rss>"
    )
    first, second = parse_feed(feed.encode(), "https://a.b/")
    assert (first.title, first.url) == ("Talks \ufffd in Nara é中A", "https://a.b/1")
    assert (second.title, second.url) == ("End \ufffd of talks", "https://a.b/2?c=\ufffd")
