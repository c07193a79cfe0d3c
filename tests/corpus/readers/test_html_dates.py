"""When a web page was published: never when it was changed, fetched or expires, nor the date of another page."""

from pathlib import Path

import pytest

from dragoman.corpus.document import Document
from dragoman.corpus.read import read

TITLE = "Ministers agree to resume fisheries talks"
STORY = "".join(
    f"<p>The two foreign ministers met in Nara on {day} and agreed to resume talks on fisheries, officials said.</p>"
    for day in ("Monday", "Tuesday", "Friday")
)
RELATED = (
    '<aside class="related"><h2>Related</h2><article><h3><a href="/a">Talks break down</a></h3>'
    '<time datetime="2025-04-02T10:00:00Z">2 April 2025</time></article></aside>'
)


def described(tmp_path: Path, *, head: str = "", above: str = "", below: str = "", behind: str = "", lang: str = "en",
              story: str = STORY) -> Document:  # fmt: skip
    page = (
        f'<!DOCTYPE html><html lang="{lang}"><head><title>{TITLE} - Example Times</title>{head}</head><body>{above}'
        f"<article><h1>{TITLE}</h1>{below}{story}</article>{behind}{RELATED}</body></html>"
    )
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    (document,) = read([tmp_path / "page.html"])
    assert isinstance(document, Document)
    return document


def data(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


def meta(name: str, value: str) -> str:
    return f'<meta property="{name}" content="{value}">'


@pytest.mark.parametrize(
    "head",
    [
        meta("article:published_time", "2026-01-13T09:00:00Z") + meta("article:modified_time", "2026-02-15T00:00:00Z"),
        meta("og:updated_time", "2026-02-15") + data('{"@type":"NewsArticle","datePublished":"2026-01-13"}'),
        data('{"@graph":[{"@type":"WebPage","datePublished":"2026-01-13T14:15:42+00:00","dateModified":"2026-02-15"}]}'),
        data('{"@type":"ItemList","itemListElement":[{"@type":"NewsArticle","datePublished":"2024-02-02"}]}')
        + data('{"@type":["Article","NewsArticle"],"datePublished":"2026-01-13"}'),
        data('[{"@type":"WebSite"},{"@type":"BlogPosting","datePublished":"Tue, 13 Jan 2026 09:00:00 +0900"}]'),
        data(f'{{"@type":"NewsArticle","headline":"{TITLE}","datePublished":"2026-01-13"}}')
        + data('{"@type":"NewsArticle","headline":"Squid prices fall in Busan","datePublished":"2025-12-01"}'),
        '<meta name="DC.date.issued" content="2026-01-13"><meta name="last-modified" content="2026-02-15">',
        '<meta name="citation_publication_date" content="2026/01/13">',
        '<meta name="pubdate" content="20260113"><meta name="expires" content="2030-01-01">',
        '<meta itemprop="datePublished" content="2026-01-13"><meta itemprop="dateModified" content="2026-02-15">',
        data('/*<![CDATA[*/{"@type":"NewsArticle","datePublished":"2026-01-13",}/*]]>*/'),
    ],
)  # fmt: skip
def test_publication_goes_before_modification_in_the_head(tmp_path: Path, head: str) -> None:
    document = described(tmp_path, head=head)
    assert (str(document.dates), document.provenance["dates"]) == ("2026-01-13", "given")


@pytest.mark.parametrize(
    ("below", "lang"),
    [
        ('<time datetime="2026-01-13T09:00:00+09:00">on Tuesday</time>', "en"),
        ('<p class="byline">By Jane Doe | Jan 13, 2026</p>', "en"),
        ('<p class="date">入力 2026.01.13. 午前 9:00</p>', "ja"),
        ('<p class="date">입력 2026.01.13. 오전 9:00 수정 2026.01.14. 오전 10:00</p>', "ko"),
        ('<p class="date">13 января 2026, 09:00</p>', "ru"),
        ('<p class="fecha">13 de enero de 2026</p>', "es"),
        ("<p>Publié le 13 janvier 2026 à 09h00, mis à jour le 15 février 2026 à 10h00</p>", "fr"),
        ("<p>Mis à jour le 15/02/2026 - Publié le 13/01/2026</p>", "fr"),
        ("<p>Veröffentlicht am 13.01.2026 | Aktualisiert am 15.02.2026</p>", "de"),
        ("<p>Pubblicato il 13 gennaio 2026</p><p>Aggiornato il 15 febbraio 2026</p>", "it"),
        ("<dl><dt>Published</dt><dd>13 January 2026</dd><dt>Last updated</dt><dd>15 February 2026</dd></dl>", "en"),
        ("<dl><dt>Last updated</dt><dd>15 February 2026</dd><dt>Published</dt><dd>13 January 2026</dd></dl>", "en"),
        ('<abbr class="published" title="2026-01-13T10:00">Tuesday</abbr><p>Updated 15 February 2026</p>', "en"),
        ('<span itemprop="datePublished">January 13, 2026</span>', "en-US"),
        ("<p>Yayınlanma: 13 Ocak 2026 - Güncelleme: 15 Şubat 2026</p>", "tr"),
        ("<p>发布时间：2026年01月13日 09:00</p>", "zh"),
    ],
)  # fmt: skip
def test_publication_goes_before_modification_around_the_article(tmp_path: Path, below: str, lang: str) -> None:
    assert str(described(tmp_path, below=below, lang=lang).dates) == "2026-01-13"


@pytest.mark.parametrize(
    ("written", "lang", "day"),
    [
        ("05/01/2026", "en-GB", "2026-01-05"), ("05/01/2026", "fr", "2026-01-05"),
        ("05/01/2026", "es-MX", "2026-01-05"),
        ("05/01/2026", "en-US", "2026-05-01"), ("05/01/2026", "en", None), ("13/01/2026", "en", "2026-01-13"),
        ("01/13/2026", "en", "2026-01-13"), ("05.01.2026", "de", "2026-01-05"), ("05-01-2026", "nl", "2026-01-05"),
        ("2026/01/05", "en", "2026-01-05"),
    ],
)  # fmt: skip
def test_the_page_s_language_tells_the_day_from_the_month(
    tmp_path: Path, written: str, lang: str, day: str | None
) -> None:
    dates = described(tmp_path, below=f'<p class="date">{written}</p>', lang=lang).dates
    assert (dates and str(dates)) == day


@pytest.mark.parametrize(
    "parts",
    [
        {"head": '<meta name="expires" content="2030-01-01"><meta http-equiv="last-modified" content="7 Jan 2025">'},
        {"head": meta("article:modified_time", "2026-02-15")},
        {"head": data('{"@type":"ItemList","itemListElement":[{"@type":"NewsArticle","datePublished":"2024-02-02"}]}')},
        {"head": data('{"@type":"NewsArticle","headline":"Squid prices fall in Busan","datePublished":"2024-02-02"}')},
        {"head": "".join(data(f'{{"@type":"NewsArticle","datePublished":"2024-02-0{day}"}}') for day in (1, 2))},
        {"head": meta("article:published_time", "0101-01-01T00:00:00+00:00")},
        {"head": meta("article:published_time", "1970-01-01T00:00:00Z")},
        {"above": '<div class="topbar"><span class="date">Thursday, November 26, 2026</span></div>'},
        {"above": "<header><p>26 November 2026</p></header>"},
        {"below": '<div class="author-date">Last Updated: January 7, 2025</div>'},
        {"below": "<p>Deadline: 3 March 2026</p>"},
        {"below": "<p>Aktualisiert am 15.02.2026</p>"},
        {"below": "<blockquote>“It was a good day.”</blockquote><p>– Jane Doe, January 27, 2021</p>"},
        {"below": "<h2>Talks on fisheries of August 3, 2021</h2>"},
        {"behind": "<footer><p>Copyright 2026. Updated 3 March 2026</p></footer>"},
        {"behind": "<ul><li><a href=/x>Older story</a> <time datetime='2025-11-02'>2 November 2025</time></li></ul>"},
    ],
)  # fmt: skip
def test_other_dates_are_never_the_page_s(tmp_path: Path, parts: dict[str, str]) -> None:
    assert described(tmp_path, **parts).dates is None


def test_an_archive_s_dates_count(tmp_path: Path) -> None:
    assert str(described(tmp_path, head=meta("article:published_time", "1963-11-22")).dates) == "1963-11-22"
    assert str(described(tmp_path, below='<p class="date">November 22, 1963</p>').dates) == "1963-11-22"
    assert str(described(tmp_path, head='<meta name="dcterms.created" content="1848-02-24">').dates) == "1848-02-24"


def test_a_date_right_beside_the_heading_counts_whatever_its_box_is_called(tmp_path: Path) -> None:
    page = (
        "<html lang='de'><head><title>{title}</title></head><body><div class='teaser'><p>3. Mai 2019</p></div>"
        "<div class='content'><div class='sidebar-date'>26. Januar 2022</div><h1>{title}</h1><p>{text}</p></div></body>"
    )
    title = "Minister nehmen die Gespräche wieder auf"
    text = (
        "Die beiden Außenminister trafen sich am Dienstag und nahmen die Gespräche über den Fischfang wieder auf. " * 4
    )
    path = tmp_path / "page.html"
    path.write_text(page.format(title=title, text=text), encoding="utf-8")
    (document,) = read([path])
    assert isinstance(document, Document)
    assert str(document.dates) == "2022-01-26"
