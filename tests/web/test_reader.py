"""The reader over a real collection: the text whole, the passage and the matches marked, notes, parts, citations."""

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest
from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from dragoman.corpus.dates.wording import day_names
from dragoman.corpus.document import DateInterval, Document, Note, Person, Reference, Span
from dragoman.corpus.read import read
from dragoman.corpus.splitting import paragraphs as corpus_paragraphs
from dragoman.corpus.splitting.paragraphs import paragraph_numbers
from dragoman.corpus.splitting.paragraphs import paragraphs as split
from dragoman.search.collection import Collection, open_collection
from dragoman.search.making import create_collection
from dragoman.search.results import citations
from dragoman.search.results.highlight import Highlight
from dragoman.web.app import create_app
from dragoman.web.pages.reader_text import PART, Annotations, Run, paragraphs, part_of, parts, source_link
from support.places import BRIEFS

MACRON = "briefs/lee-macron-johannesburg"

ATTACK = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
HOSTILE = Document(
    id="//hostile/a/../<b>?x=1&y=%2F#z",
    text=f"The sultan of Zanzibar said {ATTACK} to the consul.\x00\x1b[31m \u202eetsrever\u202c &amp;\n\n{ATTACK}",
    **dict.fromkeys(("title", "place", "outlet", "author", "kind"), ATTACK),
    language="en-x-odd",
    url="javascript:alert(1)",
    countries=(ATTACK,),
    people=(Person(ATTACK, ATTACK, ATTACK),),
    topics=(ATTACK, '"'),
    references=(
        Reference("Safe", "A safe one", "https://example.org/?a=1&b=<2>"),
        *(
            Reference(ATTACK, ATTACK, url, ATTACK)
            for url in ("JAVASCRIPT:alert(1)", "java\nscript:x", "data:text/html,x")
        ),
    ),
    notes=(Note(ATTACK, 10, f"sultan {ATTACK}"), Note("\x00", 40, ATTACK)),
    cut=(ATTACK,) * 3,
    provenance={"title": ATTACK, ATTACK: "given"},
    origin="/srv/private/hostile.md",
)
MEMORANDUM = Document(
    id="archive/memorandum",
    title="Memorandum of Conversation",
    text=(
        "Bonn, March 15, 1960, 4 p.m.\n\nPARTICIPANTS\n\nThe Secretary\n\nAmbassador Grewe\n\n"
        "The Secretary spoke of the pelican that had been presented to him. It had been a surprise.\n\n"
        "The Ambassador asked after the health of the pelican, and was told that it was good."
    ),
    dates=DateInterval(date(1960, 3, 15), date(1960, 3, 15)),
    url="https://example.org/papers/12?a=1#top",
    outlet="Papers",
    notes=(
        Note("1", 28, "The place is not given in the source."),
        Note("*", 142, "For the pelican, see Document 12."),
        Note("1", 253, "Not printed."),
    ),
    cut=("Share this page", "Related"),
    provenance={"title": "given", "url": "given", "dates": "extracted"},
)
LONG = Document(
    id="long",
    title="A long despatch",
    text="\n\n".join(
        f"Paragraph {number}. The conversation turned to the harbour dues, and was resumed when all had dined."
        + (" The consul then produced a stuffed toucan." if number % 700 == 90 else "")
        for number in range(2800)
    ),
)


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    place = tmp_path_factory.mktemp("reader") / "collection"
    with create_collection(place) as made:
        briefs = [each for each in read([BRIEFS]) if isinstance(each, Document)]
        made.add([*briefs[:8], *(each for each in briefs[8:] if each.id == MACRON), HOSTILE, MEMORANDUM, LONG])
    with open_collection(place) as opened:
        yield opened


@pytest.fixture
def client(collection: Collection) -> FlaskClient:
    return create_app(collection).test_client()


class Page:
    """A page as a browser's parser sees it, asked by XPath."""

    def __init__(self, answer: TestResponse) -> None:
        assert answer.status_code == 200, answer.text[:2000]
        self.root = html.document_fromstring(answer.data)

    def all(self, path: str) -> list[Any]:
        return self.root.xpath(path)

    def text(self, path: str) -> list[str]:
        return [each.text_content() for each in self.all(path)]

    @property
    def body(self) -> list[str]:
        """The paragraphs of the document, without what is no part of them."""
        for extra in self.all('//*[@id="text"]//*[@class="turn" or @class="reference"]'):
            extra.drop_tree()
        return self.text('//*[@id="text"]/*')


def opened(client: FlaskClient, document_id: str, parameters: str = "") -> Page:
    return Page(client.get(f"/documents/{quote(document_id)}?{parameters}"))


# The text


def test_the_whole_document_is_shown_with_its_description(client: FlaskClient, collection: Collection) -> None:
    page, document = opened(client, MACRON), collection.document(MACRON)
    assert page.body == document.text.split("\n\n")
    beside = page.text("//aside")[0]
    said = [document.place, document.outlet, document.kind, *document.countries, *document.topics]
    said += [person.name for person in document.people] + [person.role for person in document.people]
    assert [each for each in said if each not in beside] == []
    outward = page.all('//aside//a[starts-with(@href, "http")]')
    assert [link.get("href") for link in outward] == [source.url for source in document.references]
    assert {link.get("rel") for link in outward} == {"noopener noreferrer"}
    assert not page.all("//mark")


def test_what_describes_a_document_is_a_search_that_finds_it(client: FlaskClient) -> None:
    page = opened(client, MACRON)
    links = page.all('//dl//a[starts-with(@href, "/?")]/@href')
    assert len(links) > 10
    for link in links:
        found = Page(client.get(f"{link}&per_document=1"))
        assert found.all(f'//li//a[starts-with(@href, "/documents/{MACRON}?")]'), link


def test_where_the_description_comes_from_is_told(client: FlaskClient) -> None:
    beside = " ".join(opened(client, MEMORANDUM.id).text("//aside")[0].split())
    assert "title, url given; dates extracted." in beside
    assert "2 lines that cleaning took out" in beside


def test_capitals_are_headings_and_short_lines_stand_together(client: FlaskClient) -> None:
    page = opened(client, MEMORANDUM.id)
    shown = [(each.tag, each.get("class")) for each in page.all('//*[@id="text"]/*')]
    assert shown == [("p", "dateline"), ("h2", "heading"), ("p", "line"), ("p", "line"), ("p", None), ("p", None)]


def test_the_passage_is_set_off(client: FlaskClient, collection: Collection) -> None:
    page = opened(client, MACRON, "passage=0-958&q=Macron")
    assert len(page.all('//*[@id="passage"]')) == 1
    for extra in page.all('//*[@class="turn"]'):
        extra.drop_tree()
    cited = "".join(page.text('//span[@class="cited"]'))
    assert cited == collection.document(MACRON).text[:958].replace("\n\n", "")


@pytest.mark.parametrize("passage", ["5-5", "9-3", "0-99999999"])
def test_a_passage_that_is_no_more_is_told(client: FlaskClient, passage: str) -> None:
    answer = client.get(f"/documents/{MACRON}?passage={passage}")
    assert answer.status_code == 200
    assert "no longer in this document" in answer.text
    assert "cited" not in answer.text


@pytest.mark.parametrize(
    "parameters", ["passage=abc", "passage=1-2-3", "passage=-1-4", "passage=٣-٤", "page=x", "part=0"]
)
def test_what_is_not_known_is_refused(client: FlaskClient, parameters: str) -> None:
    assert client.get(f"/documents/{MACRON}?{parameters}").status_code == 400


def test_every_passage_can_be_opened(client: FlaskClient, collection: Collection) -> None:
    for document_id in collection.document_ids():
        for start, end in collection.passages(document_id)[:20]:
            page = opened(client, document_id, f"passage={start}-{end}")
            assert len(page.all('//*[@id="passage"]')) == 1, (document_id, start, end)


def test_paragraphs_keep_every_letter_and_every_mark() -> None:
    text = "\n \nOne two.\nThree\n\t\n\n  Four five six  \n\nSeven\n"
    marks = [Highlight(found.start(), found.end(), "keyword") for found in re.finditer(r"two|ree|Four five|Sev", text)]
    marks += [Highlight(text.index("One"), text.index(end) + 3, "meaning") for end in ("One", "Three", "One")]
    cited = Span(text.index("two"), text.index("six"))
    shown = [paragraph.runs for paragraph in paragraphs(Document("a", text), Annotations(cited, marks))]

    def letters(runs: tuple[Run, ...]) -> str:
        return "".join(piece.text for run in runs for piece in run.pieces)

    assert [letters(runs) for runs in shown] == ["One two.\nThree", "Four five six", "Seven"]
    assert [letters(tuple(run for run in runs if run.cited)) for runs in shown] == ["two.\nThree", "Four five ", ""]
    assert [run.lands for runs in shown for run in runs] == [False, True, False, False, False]
    pieces = [piece for runs in shown for run in runs for piece in run.pieces]
    assert [piece.text for piece in pieces if "keyword" in piece.shades] == ["two", "r", "ee", "Four five", "Sev"]
    assert [piece.text for piece in pieces if "meaning" in piece.shades] == ["One ", "two", ".\nTh", "r"]


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2025-11-22", "2025-11-22", "22 November 2025"),
        ("2025-11-22", "2025-11-23", "22–23 November 2025"),
        ("2025-11-30", "2025-12-01", "30 November – 1 December 2025"),
        ("2025-12-31", "2026-01-01", "31 December 2025 – 1 January 2026"),
        ("1950-03-01", "1950-03-31", "March 1950"),
        ("1950-03-01", "1950-04-30", "March – April 1950"),
        ("1949-12-01", "1950-04-30", "December 1949 – April 1950"),
        ("1952-02-01", "1952-02-28", "1–28 February 1952"),
        ("1952-02-01", "1952-02-29", "February 1952"),
        ("1950-01-01", "1950-12-31", "1950"),
        ("1950-01-01", "1952-12-31", "1950–1952"),
        ("9999-12-01", "9999-12-31", "December 9999"),
        ("0476-09-04", "0476-09-04", "4 September 476"),
    ],
)
def test_dates_are_said_briefly(first: str, last: str, said: str) -> None:
    assert day_names(DateInterval(date.fromisoformat(first), date.fromisoformat(last))) == said


def test_a_span_without_a_paragraph_has_no_number() -> None:
    assert paragraph_numbers("\n\nOne.\n\nTwo.", Span(0, 2)) == (0, 0)
    assert paragraph_numbers("\n\nOne.\n\nTwo.", Span(6, 9)) == (2, 2)


def test_paragraphs_of_a_long_text_are_not_counted_anew_for_each_span(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "One line.\n \nAnother.\n\n\n" * 20_000
    each = len(text) // 20_000
    counted: list[Span] = []
    monkeypatch.setattr(corpus_paragraphs, "paragraphs", lambda *given: (counted.append(p) or p for p in split(*given)))
    for place in range(0, 20_000, 100):
        assert paragraph_numbers(text, Span(place * each, (place + 1) * each)) == (2 * place + 1, 2 * place + 2)
        assert paragraph_numbers(text, Span(place * each + 12, (place + 1) * each)) == (2 * place + 2, 2 * place + 2)
    assert len(counted) < 60 * 40_000  # half of them each time would be 200 times as many


# Matches


def test_the_marks_are_those_of_the_results(client: FlaskClient, collection: Collection) -> None:
    question = "Lee Macron strategic partnership"
    page = opened(client, MACRON, f"q={quote(question)}")
    expected = collection.search(question, document=MACRON, limit=50)
    assert len(expected) > 1
    for shade in ("keyword", "meaning"):
        shown = "".join(page.text(f'//mark[contains(@class, "{shade}")]')).replace("\n", "")
        marks = sorted({(m.start, m.end) for hit in expected for m in hit.highlights if m.shade == shade})
        text = expected.hits[0].document.text
        assert shown == "".join(text[start:end] for start, end in marks).replace("\n", "")
    assert set(page.all("//mark/@class")) == {"keyword", "meaning", "keyword meaning"}


def test_one_gets_from_match_to_match_by_links_alone(client: FlaskClient, collection: Collection) -> None:
    question = "Lee+Macron+strategic+partnership"
    total = collection.search("Lee Macron strategic partnership", document=MACRON).total
    page = opened(client, MACRON, f"q={question}")
    assert f"{total} matches" in page.text("//nav")[0]
    here = page.all('//nav//a[@rel="next"]/@href')[0]
    for number in range(1, total + 1):
        assert parse_qs(urlsplit(here).query)["q"] == [question.replace("+", " ")]
        page = Page(client.get(here))
        assert urlsplit(here).fragment == f"m{number}"
        assert f"Match {number} of {total}" in page.text("//nav")[0]
        [anchor] = page.all(f'//*[@id="m{number}"]')
        assert anchor.getnext().xpath("./mark")
        quoted = parse_qs(urlsplit(here).query)["passage"][0]
        assert set(page.all('//*[@class="cited"]/@data-within')) == {str(number)}
        assert all(f"passage={quoted}" in link for link in page.all('//*[@class="formats"]//a/@href'))
        following = anchor.xpath('./a[@title="Next match"]/@href')
        assert len(following) == (number < total)
        here = following[0] if following else ""
    first, *_ = collection.passages(MACRON)
    page = opened(client, MACRON, f"q={question}&passage={first.start}-{first.end}")
    assert f"Match 1 of {total}" in page.text("//nav")[0]
    assert [urlsplit(link).fragment for link in page.all('//nav//a[@rel="next"]/@href')] == ["m2"]


def test_the_way_back_keeps_the_question(client: FlaskClient) -> None:
    state = "q=Macron&mode=keyword&country=France&where=-outlet:Nobody&where=kind:summit&sort=oldest&page=2"
    [back] = opened(client, MACRON, f"{state}&passage=0-958").all("//a[@data-back]/@href")
    assert parse_qs(urlsplit(back).query) == parse_qs(state)
    assert not opened(client, MACRON).all("//a[@data-back]")


def test_only_what_holds_under_the_constraints_is_marked(client: FlaskClient) -> None:
    assert opened(client, MACRON, "q=Macron&country=France").all("//mark")
    assert not opened(client, MACRON, "q=Macron&country=Bolivia").all("//mark")


def test_a_question_with_a_mistake_marks_nothing_and_is_told(client: FlaskClient) -> None:
    page = opened(client, MACRON, "q=open%5E4")
    assert not page.all("//mark")
    assert "Nothing is marked" in page.text("//main")[0]


def test_a_search_that_takes_too_long_leaves_the_document_to_be_read(collection: Collection) -> None:
    page = opened(create_app(collection, timeout=0).test_client(), MACRON, "q=Macron")
    assert "took longer" in page.text("//main")[0]
    assert page.body == collection.document(MACRON).text.split("\n\n")


# Notes


def test_notes_lead_to_the_text_and_back(client: FlaskClient) -> None:
    page = opened(client, MEMORANDUM.id, "q=pelican")
    shown = page.all('//*[@role="doc-endnotes"]//li')
    assert [each.text_content().split(maxsplit=1)[1].strip() for each in shown] == [n.text for n in MEMORANDUM.notes]
    references = page.all('//*[@id="text"]//a[@role="doc-noteref"]')
    assert [each.text_content() for each in references] == ["1", "*", "1"]
    for reference, note in zip(references, shown, strict=True):
        assert reference.get("href") == f"#{note.get('id')}"
        assert note.xpath("./a/@href") == [f"#{reference.get('id')}"]
    ahead = [each.xpath("string(preceding::text()[1])") for each in references]
    assert [text[-12:] for text in ahead] == ["1960, 4 p.m.", "ented to him", "it was good."]
    assert page.text('//*[@role="doc-endnotes"]//mark') == ["pelican"]


# Long documents


def test_a_long_text_is_shown_in_parts_that_lose_nothing(client: FlaskClient) -> None:
    shown = parts(LONG.text)
    assert len(shown) > 2
    assert "".join(LONG.text[start:end] for start, end in shown) == LONG.text
    url, seen = f"/documents/{LONG.id}", list[str]()
    for number in range(1, len(shown) + 1):
        page = Page(client.get(url))
        assert f"Part {number} of {len(shown)}" in page.text("//article")[0]
        seen += page.body
        following = page.all('//head/link[@rel="next"]/@href')
        assert following[:1] == page.all('//nav[@class="leaves"]/a[@rel="next"]/@href')[:1]
        url = following[0] if following else ""
    assert not url
    assert seen == LONG.text.split("\n\n")
    assert client.get(f"/documents/{LONG.id}?part={len(shown) + 1}").status_code == 404


@pytest.mark.parametrize("text", ["x" * 250_000, "word " * 60_000, "line\n" * 60_000, "", "ab\n\n" * 80_000])
def test_any_text_can_be_parted(text: str) -> None:
    shown = parts(text)
    assert "".join(text[start:end] for start, end in shown) == text
    assert max(end - start for start, end in shown) <= PART * 5 // 4
    assert [part_of(shown, start) for start, _ in shown] == list(range(1, len(shown) + 1))


def test_matches_of_other_parts_are_reached_too(client: FlaskClient, collection: Collection) -> None:
    expected = collection.search("toucan", document=LONG.id, mode="keyword")
    assert expected.total == 4
    page = opened(client, LONG.id, "q=toucan&mode=keyword")
    places = [found.start() for found in re.finditer("toucan", LONG.text)]
    met: list[int] = []
    here = page.all('//nav//a[@rel="next"]/@href')[0]
    while here:
        if not here.startswith("#"):
            page = Page(client.get(here))
            anchored = list(map(int, page.all("//*[@data-match]/@data-match")))
            first, last = LONG.text.index(page.body[0]), LONG.text.index(page.body[-1])
            assert anchored == [n for n, at in enumerate(places, 1) if first <= at < last + 200]
            page = Page(client.get(here))
        number = int(here.rpartition("#m")[2])
        met.append(number)
        [anchor] = page.all(f'//*[@id="m{number}"]')
        assert anchor.getnext().xpath("string(./mark)") == "toucan"
        here = next(iter(anchor.xpath('./a[@title="Next match"]/@href')), "")
    assert met == [1, 2, 3, 4]


def test_the_part_that_holds_the_passage_is_shown(client: FlaskClient, collection: Collection) -> None:
    start, end = collection.passages(LONG.id)[-1]
    page = opened(client, LONG.id, f"passage={start}-{end}")
    assert page.all('//*[@id="passage"]')
    assert page.body[-1] == LONG.text.split("\n\n")[-1]


def test_what_is_not_marked_for_being_too_much_is_told(client: FlaskClient, collection: Collection) -> None:
    total = collection.search("harbour dues", document=LONG.id, mode="keyword").total
    page = opened(client, LONG.id, "q=harbour+dues&mode=keyword")
    assert total > 100
    assert f"The best 100 of {total:,} matching passages are marked" in page.text("//article")[0]
    assert "100 matches" in page.text("//nav")[0]


# The original, citations and what is near


@pytest.mark.parametrize(
    ("url", "passage", "link"),
    [
        ("https://a.org/", "Short - one, & two", "https://a.org/#:~:text=Short%20%2D%20one%2C%20%26%20two"),
        (
            "https://a.org/?x#top",
            "The first of many words that stand here.\n\nAnd the very last ones of them.",
            "https://a.org/?x#top:~:text=The%20first%20of%20many%20words%20that,the%20very%20last%20ones%20of%20them.",
        ),
        (
            "https://a.org/",
            "外" * 80,
            f"https://a.org/#:~:text={quote('外' * 15)},{quote('外' * 15)}",
        ),
        (
            # What begins a line and what ends it do not overlap: else a browser finds no end behind the beginning.
            "https://a.org/",
            "The Government of the Democratic People's Republic welcomed representatives.",
            "https://a.org/#:~:text=The%20Government%20of%20the,People%27s%20Republic%20welcomed%20representatives.",
        ),
        (
            "https://a.org/",
            f"北京电 {'外' * 80}",
            f"https://a.org/#:~:text={quote('北京电')},{quote('外' * 15)}",
        ),
        ("javascript:alert(1)", "Short", ""),
        ("", "Short", ""),
    ],
)
def test_the_link_to_the_original_finds_the_passage(url: str, passage: str, link: str) -> None:
    text = f"Before. {passage} After."
    start = text.index(passage)
    assert source_link(Document("a", text, url=url), Span(start, start + len(passage))) == link


def test_the_original_is_linked_at_the_passage(client: FlaskClient) -> None:
    start = MEMORANDUM.text.index("The Ambassador asked")
    page = opened(client, MEMORANDUM.id, f"passage={start}-{len(MEMORANDUM.text)}")
    [link] = page.all('//aside//a[starts-with(@href, "https://example.org/")]/@href')
    assert unquote(link).startswith("https://example.org/papers/12?a=1#top:~:text=The Ambassador asked after")
    assert opened(client, MEMORANDUM.id).all('//aside//a[starts-with(@href, "https:")]/@href') == [MEMORANDUM.url]


def test_the_citation_of_the_passage_stands_beside_it_in_every_format(
    client: FlaskClient, collection: Collection
) -> None:
    document, span = collection.document(MACRON), Span(0, 958)
    page = opened(client, MACRON, "passage=0-958&q=Macron")
    assert page.text('//*[@id="citation"]') == [citations.text(document, span)]
    links = {link.text_content(): link.get("href") for link in page.all('//aside//a[contains(@href, "/cite/")]')}
    assert links.keys() == {"BibTeX", "RIS", "CSL-JSON"}
    kinds = {
        "BibTeX": ("application/x-bibtex; charset=utf-8", citations.bibtex(document, span), "bib"),
        "RIS": ("application/x-research-info-systems; charset=utf-8", citations.ris(document, span), "ris"),
        "CSL-JSON": ("application/vnd.citationstyles.csl+json", [citations.csl(document, span)], "json"),
    }
    for label, (kind, body, ending) in kinds.items():
        answer = client.get(links[label])
        assert answer.content_type == kind
        assert (json.loads(answer.text) if label == "CSL-JSON" else answer.text) == body
        assert answer.headers["Content-Disposition"] == (
            f'attachment; filename="{citations.key(document, span)}.{ending}"'
        )
    answer = client.get(f"/cite/{MACRON}")
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.text == citations.text(document) + "\n"
    assert "Content-Disposition" not in answer.headers


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("nowhere", 404),
        (f"{MACRON}?passage=0-99999999", 404),
        (f"{MACRON}?passage=x", 400),
        (f"{MACRON}?as=word", 400),
    ],
)
def test_a_citation_of_nothing_is_refused(client: FlaskClient, path: str, status: int) -> None:
    assert client.get(f"/cite/{path}").status_code == status


def test_programs_read_the_description_out_of_the_head(client: FlaskClient) -> None:
    page = opened(client, MEMORANDUM.id)
    meta = {each.get("name"): each.get("content") for each in page.all("//head/meta[@name]")}
    del meta["viewport"], meta["color-scheme"]
    assert meta == {
        "citation_title": "Memorandum of Conversation",
        "citation_publication_date": "1960/3/15",
        "citation_publisher": "Papers",
        "citation_public_url": MEMORANDUM.url,
        "z:itemType": "manuscript",
    }
    assert page.all('//link[@rel="canonical"]/@href') == [f"http://localhost/documents/{MEMORANDUM.id}"]
    [twin] = page.all('//link[@rel="alternate"][@type="application/json"]/@href')
    twin_answer = client.get(twin).json
    assert twin_answer is not None
    assert twin_answer["text"] == MEMORANDUM.text


def test_what_is_near_is_linked(client: FlaskClient, collection: Collection) -> None:
    page = opened(client, MACRON)
    near = collection.similar(MACRON, limit=5, per_document=True)
    links = page.all('//*[@class="nearby"]//li/a/@href')
    assert links == [f"/documents/{quote(h.document.id, safe='/=&')}?passage={h.start}-{h.end}#passage" for h in near]
    [more] = page.all('//*[@class="nearby"]/p/a/@href')
    assert parse_qs(urlsplit(more).query) == {"similar": [MACRON]}


# Hostile words


def test_a_hostile_document_is_shown_and_does_nothing(client: FlaskClient) -> None:
    for parameters in ("", "q=sultan", f"q={quote(ATTACK)}", "q=sultan&passage=0-20"):
        page = opened(client, HOSTILE.id, parameters)
        assert page.text("//h1") == [ATTACK]
        assert page.body[-1] == ATTACK
        assert not page.all("//*[@style] | //style | //script[not(@src)] | //img | //*[@onerror or @onclick]")
        assert [src for src in page.all("//script/@src") if not src.startswith("/assets/")] == []
        strange = [link for link in page.all("//a/@href") if not re.match(r"https://|/(?!/)|#", link)]
        assert strange == []
        assert "private" not in page.text("//body")[0]
    for as_ in ("text", "bibtex", "ris", "csl"):
        answer = client.get(f"/cite/{quote(HOSTILE.id)}?as={as_}")
        assert answer.status_code == 200
        assert not re.search("[\x00\x1b\u202e]", answer.text)
        assert re.fullmatch(r'(attachment; filename="[\w.-]+")?', answer.headers.get("Content-Disposition", ""))
        assert "javascript" not in answer.text


def test_a_site_mounted_elsewhere_links_within_itself(collection: Collection) -> None:
    from flask import Flask

    from dragoman.web.app import Dragoman

    app = Flask("host")
    Dragoman(app, collection, url_prefix="/archive")
    client = app.test_client()
    answer = client.get(f"/archive/documents/{MACRON}?q=Macron&passage=0-958")
    page = Page(answer)
    inner = [link for link in page.all("//a/@href | //link/@href | //script/@src") if link.startswith("/")]
    assert len(inner) > 10
    assert [link for link in inner if not link.startswith("/archive/")] == []
    for link in page.all('//a[contains(@href, "/cite/")]/@href'):
        assert client.get(link).status_code == 200
