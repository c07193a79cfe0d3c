"""The search page as somebody without scripts uses it: every link leads to what its label says."""

import re
import shutil
from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask.testing import FlaskClient
from lxml import html

from dragoman.corpus.document import DateInterval, Document, Person
from dragoman.corpus.read import read
from dragoman.index.reading.facets import Bar, Histogram
from dragoman.search.collection import Collection, open_collection
from dragoman.search.making import create_collection
from dragoman.web.app import create_app
from dragoman.web.pages.charts import HEIGHT, MAX_TICKS, chart
from support.folders import add_words
from support.places import BRIEFS, ROOT

if TYPE_CHECKING:
    from conftest import MakeCollection

STATIC = ROOT / "web" / "static"

ATTACK = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> & ÷"
HOSTILE = Document(
    id="hostile/#?&=",
    text=f"A summit in Zanzibar. {ATTACK}",
    title="",
    place=ATTACK,
    outlet=ATTACK,
    kind=ATTACK,
    language="xx",
    countries=(ATTACK, "France", "W" * 300),
    people=(Person(ATTACK), Person("الملك فاروق")),
)
DESPATCHES = [
    Document(
        id=f"despatches/{number:02}",
        title=f"Despatch {number}",
        # Long enough for several passages; and each has words of its own, so that none is a copy of another.
        text="\n\n".join(
            f"Despatch {number}, part {part}. The summit on lighthouse tariffs resumed: matter {number * 3 + part}. "
            + " ".join(f"{chr(97 + number)}{chr(97 + part)}{word}" for word in range(140))
            for part in range(1 + number % 3)
        ),
        dates=DateInterval(date(1890 + number, 1, 1), date(1890 + number, 12, 31)) if number % 4 else None,
        outlet="Legation",
        language="en",
        countries=(f"Country {number}",),
    )
    for number in range(12)
]


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    with create_collection(tmp_path_factory.mktemp("pages") / "collection") as made:
        made.add([*(each for each in read([BRIEFS]) if isinstance(each, Document)), HOSTILE, *DESPATCHES])
        yield made


@pytest.fixture(scope="module")
def client(collection: Collection) -> FlaskClient:
    return create_app(collection).test_client()


class Shown:
    """A page that was answered, for looking into."""

    def __init__(self, client: FlaskClient, url: str, status: int = 200) -> None:
        answer = client.get(url)
        assert answer.status_code == status, (url, answer.status_code, answer.location)
        self.url = url
        self.tree = html.document_fromstring(answer.text)

    def find(self, path: str) -> list[Any]:
        return self.tree.xpath(path)

    def texts(self, path: str) -> list[str]:
        return [" ".join(each.text_content().split()) for each in self.find(path)]

    @property
    def total(self) -> int:
        """How many passages the page says there are."""
        [said] = self.texts("//*[@id='count']")
        found = re.match(r"([\d,]+) (?:passage|document)s?\b", said)
        assert found, said
        return int(found[1].replace(",", ""))

    @property
    def chips(self) -> list[str]:
        return self.texts("//ul[@class='chips']//a[@class='']|//ul[@class='chips']//a[not(@class)]")

    def facets(self) -> dict[str, list[Any]]:
        return {
            " ".join(section.find("h2").text_content().split()): section.findall("ul/li")
            for section in self.find("//section[@class='facet']")
        }


def count_in(row: Any) -> int:
    return int(row.find_class("count")[0].text_content().replace(",", ""))


QUESTIONS = ["summit", "country:France OR country:Japan -Lee"]


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_facet_leads_to_as_many_passages_as_it_counts(client: FlaskClient, question: str) -> None:
    page = Shown(client, "/?" + urlencode({"q": question, "mode": "keyword"}))
    facets = page.facets()
    assert {"Country", "Person", "Place"} <= facets.keys()
    for rows in facets.values():
        for row in rows[::2]:
            counted = count_in(row)
            [include] = row.find_class("include")
            narrowed = Shown(client, include.get("href"))
            assert narrowed.total == counted, include.get("href")
            assert len(narrowed.chips) == len(page.chips) + 1
            if excluded := row.find_class("exclude"):
                assert Shown(client, excluded[0].get("href")).total == page.total - counted


def test_where_documents_are_listed_a_facet_counts_documents(client: FlaskClient) -> None:
    page = Shown(client, "/?q=summit&mode=keyword&per_document=1")
    [row, *_] = page.facets()["Country"]
    narrowed = Shown(client, row.find_class("include")[0].get("href"))
    assert narrowed.total == count_in(row) < Shown(client, narrowed.url.replace("&per_document=1", "")).total


@pytest.mark.parametrize(
    ("question", "days"),
    [
        ("summit", ""),
        ("lighthouse", ""),
        ("date:1890..1899", ""),
        ("summit", "&after=2025-08-20&before=2025-11-15"),
        ("lighthouse", "&after=1893"),
    ],
)
def test_a_bar_leads_to_as_many_passages_as_it_counts(client: FlaskClient, question: str, days: str) -> None:
    page = Shown(client, "/?" + urlencode({"q": question, "mode": "keyword"}) + days)
    bars = page.find("//*[local-name()='svg']//a")
    assert len(bars) > 1
    for bar in bars:
        counted = int(bar.get("data-passages"))
        name = bar.get("aria-label")
        counts = f": {counted:,} passage" + "s" * (counted != 1)
        assert name.partition(",")[0].endswith(counts.partition(",")[0])
        share = re.search(rf"{re.escape(counts)}, ([\d.]+)% of (\d+)$", name)
        if share:
            assert float(share[1]) == pytest.approx(100 * counted / int(share[2]), rel=0.05)
        else:
            assert name.endswith(counts)
        narrowed = Shown(client, bar.get("href"))
        assert narrowed.total == counted, bar.get("href")
        if counted:
            assert {"from", "until"} <= {chip.split()[0] for chip in narrowed.chips}
            [back] = narrowed.find("//figcaption/a[.='all dates']") or [None]
            assert back is None or days or Shown(client, back.get("href")).total == page.total


def test_the_undated_are_counted_by_a_link_to_them(client: FlaskClient) -> None:
    page = Shown(client, "/?q=lighthouse&mode=keyword")
    [link] = page.find("//figcaption/a[contains(., 'undated')]")
    counted = int(link.text_content().split()[0])
    assert counted == sum(len(each.text.split("\n\n")) for each in DESPATCHES if each.dates is None)
    assert Shown(client, link.get("href")).total == counted


def test_more_from_a_document_is_as_much_as_is_said(client: FlaskClient) -> None:
    page = Shown(client, "/?q=lighthouse&mode=keyword")
    links = page.find("//a[contains(., 'more in this document')]")
    assert links
    for link in links:
        assert Shown(client, link.get("href")).total == int(link.text_content().split()[0]) + 1


EVERYTHING = {
    "q": 'summit -Zeppelin "South Korea" country:France date:2025..2026 (visit OR talks)',
    "where": ['person:="Lee Jae Myung"', "-kind:=phone", "title:talks OR title:summit"],
    "after": "2025-02",
    "before": "2026-12-31",
    "country": ["South Korea", "Japan"],
    "mode": "keyword",
    "sort": "oldest",
    "page": "1",
}


def test_each_chip_takes_away_one_constraint_and_nothing_else(client: FlaskClient) -> None:
    given = {name: value for name, value in EVERYTHING.items() if name != "page"}
    page = Shown(client, "/?" + urlencode(given, doseq=True))
    chips = page.chips
    assert len(chips) == 12
    for number, link in enumerate(page.find("//ul[@class='chips']//a[@data-key='chip'][not(@class)]")):
        without = Shown(client, link.get("href"))
        assert without.chips == chips[:number] + chips[number + 1 :]
        kept = parse_qs(urlsplit(link.get("href")).query)
        assert kept["mode"] == ["keyword"]
        assert kept["sort"] == ["oldest"]
        assert "summit" in kept["q"][0]
    [every] = page.find("//ul[@class='chips']//a[@class='all']")
    assert parse_qs(urlsplit(every.get("href")).query) == {"q": ["summit"], "mode": ["keyword"], "sort": ["oldest"]}


def test_a_chosen_value_is_shown_and_can_be_taken_back(client: FlaskClient) -> None:
    page = Shown(client, '/?q=summit&where=country:%3D"South+Korea"&mode=keyword')
    [chosen] = page.find("//section[@class='facet']//li[@class='chosen']")
    assert "South Korea" in chosen.text_content()
    [back] = chosen.find_class("include")
    assert back.get("aria-label") == "No longer only South Korea"
    assert back.get("href") == "/?q=summit&mode=keyword"
    assert not chosen.find_class("exclude")


def test_hostile_values_are_text_in_facets_and_chips(client: FlaskClient) -> None:
    page = Shown(client, "/?q=Zanzibar&mode=keyword")
    assert not page.find("//img|//*[@onerror]|//script[not(@src)]")
    # A column with one value tells nothing apart; one with several is offered.
    rows = page.facets()["Country"]
    [row] = [each for each in rows if ATTACK in each.text_content()]
    narrowed = Shown(client, row.find_class("include")[0].get("href"))
    assert narrowed.total == 1
    assert not narrowed.find("//img|//*[@onerror]|//script[not(@src)]")
    assert narrowed.chips == [f"country {ATTACK} ×"]
    assert Shown(client, row.find_class("exclude")[0].get("href")).total == 0
    assert "الملك فاروق" in page.tree.text_content()


def test_more_values_are_listed_on_request_and_fewer_again(client: FlaskClient) -> None:
    page = Shown(client, "/?q=summit&mode=keyword")
    assert len(page.facets()["Country"]) == 8
    [more] = page.find("//section[h2='Country']/a")
    unfolded = Shown(client, more.get("href"))
    rows = unfolded.facets()["Country"]
    assert 8 < len(rows) <= 50
    assert sorted(map(count_in, rows), reverse=True) == list(map(count_in, rows))
    assert len(unfolded.facets()["Person"]) == 8
    [fewer] = unfolded.find("//section[h2='Country']/a")
    assert fewer.text_content() == "fewer"
    assert fewer.get("href") == page.url
    assert client.get("/?q=summit&more=title").status_code == 400


def test_a_language_is_called_by_its_name(client: FlaskClient) -> None:
    page = Shown(client, "/?q=summit&mode=keyword")
    names = [row.find_class("include")[0].text_content() for row in page.facets()["Language"]]
    assert names == ["English", "xx"]


def test_a_page_without_hits_says_what_finds_something(client: FlaskClient) -> None:
    question = {"q": 'lighthouse country:Narnia "lighthouse tariffs"', "where": "outlet:=Legation", "mode": "keyword"}
    page = Shown(client, "/?" + urlencode(question))
    assert page.total == 0
    ways = page.find("//section[@class='nothing']//li")
    assert [each.find("a").text_content() for each in ways] == [
        "without country Narnia",
        "without any of these constraints",
    ]
    for way in ways:
        said = int(way.find("small").text_content().split()[0].replace(",", ""))
        assert Shown(client, way.find("a").get("href")).total == said > 0
    by_meaning = Shown(client, "/?q=beacons+for+ships+at+sea+and+the+tolls+on+them+zanzibarish&mode=keyword")
    if by_meaning.total == 0:
        assert by_meaning.texts("//section[@class='nothing']//li/a") in ([], ["by words and by meaning"])


def test_what_is_similar_has_its_pages_and_no_filters(client: FlaskClient) -> None:
    page = Shown(client, "/?q=lighthouse&mode=keyword")
    link = page.find("//a[.='similar']")[0].get("href")
    near = Shown(client, link)
    [said] = near.texts("//*[@id='count']")
    title = page.texts("//h2/a")[0]
    assert said.startswith(f"Passages nearest to {title} ")
    assert not near.find("//section[@class='facet']|//ul[@class='chips']|//div[@class='controls']")
    pages = 0
    while following := near.find("//a[@rel='next']"):
        near = Shown(client, following[0].get("href"))
        assert near.find("//li[@class='hit']")
        pages += 1
    assert pages > 1
    assert client.get("/?similar=nowhere").status_code == 404


def test_the_head_names_the_twin_the_feed_and_the_search_engine(client: FlaskClient) -> None:
    page = Shown(client, "/?q=summit&where=country:%3DFrance&sort=oldest&per_document=1")
    links = {each.get("type"): each.get("href") for each in page.find("//head/link[@type]")}
    for kind in ("application/json", "application/atom+xml", "application/opensearchdescription+xml"):
        answer = client.get(links[kind])
        assert answer.status_code == 200
        assert answer.content_type.split(";")[0] == kind
    assert client.get(links["application/json"]).get_json()["total"] == page.total


@pytest.mark.parametrize(
    "path",
    ["/", "/?q=summit", "/?q=Lee&page=2&where=-country:%3DFrance", "/?q=summit&more=person", "/?q=%22", "/nowhere"],
)
def test_nothing_on_a_page_needs_a_script_or_leads_nowhere(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    tree = html.document_fromstring(answer.text)
    # The style sheet hides what opens the help where no script has said that it runs.
    for button in tree.xpath("//button[not(ancestor::form[@action])][not(ancestor::dialog)][not(@data-opens)]"):
        assert button.get("hidden") is not None or button.getparent().get("hidden") is not None
    # What narrows is followed by other tests, a link at a time.
    targets = {link.get("href") for link in tree.xpath("//a[@href][not(@rel='nofollow')]|//link[@href]")}
    targets |= {script.get("src") for script in tree.xpath("//script")}
    for target in targets:
        if target.startswith("#"):
            assert tree.xpath(f"//*[@id='{target[1:]}']"), target
        else:
            with client.get(target) as led:
                assert led.status_code == 200, target
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    for field in tree.xpath("//input[not(@type='hidden')]"):
        assert tree.xpath(f"//label[@for='{field.get('id')}']")


def test_the_box_and_the_dates_keep_the_rest_of_the_question(client: FlaskClient) -> None:
    state = {"q": "summit", "mode": "keyword", "where": "country:=France", "per_document": "1", "after": "2025"}
    page = Shown(client, "/?" + urlencode(state))
    [box] = page.find("//form[@role='search']")
    assert dict(box.form_values()) == state
    [dates] = page.find("//form[@class='dates']")
    assert dict(dates.form_values()) == {**state, "before": ""}


def test_ways_of_asking_are_links_of_which_one_is_the_present(client: FlaskClient) -> None:
    page = Shown(client, "/?q=summit&mode=meaning&sort=newest&page=2")
    assert page.texts("//nav[@class='segments']//a[@aria-current]") == ["meaning", "newest", "most", "passages"]
    links = {each.text_content(): each.get("href") for each in page.find("//nav[@class='segments']//a")}
    assert links["keyword"] == "/?q=summit&mode=keyword&sort=newest"
    assert links["best"] == "/?q=summit&mode=meaning"
    assert links["documents"] == "/?q=summit&mode=meaning&sort=newest&per_document=1"


def test_a_question_with_operators_can_be_read_as_plain_text_and_back(client: FlaskClient) -> None:
    assert "plain text" not in Shown(client, "/?q=summit").texts("//nav[@class='segments']//a")
    links = Shown(client, "/?q=summit+-Korea").find("//nav[@class='segments']//a")
    [plain] = [each.get("href") for each in links if each.text_content() == "plain text"]
    assert plain == "/?q=summit+-Korea&literal=1"
    page = Shown(client, plain)
    assert "plain text" in page.texts("//nav[@class='segments']//a[@aria-current]")
    assert page.total > Shown(client, "/?q=summit+-Korea").total


def test_the_start_page_says_how_much_meaning_covers(make_collection: "MakeCollection") -> None:
    documents = [Document(str(number), f"The treaty of port {number}.") for number in range(6)]
    collection = make_collection()
    client = create_app(collection).test_client()

    def said() -> str:
        [standfirst] = Shown(client, "/").texts("//p[@class='standfirst']")
        return standfirst.partition(": ")[2]

    add_words(collection, documents[:4])
    assert said() == "4 passages, found by their words."
    collection.encode()
    assert said() == "4 passages, found by their words and by their meaning."
    add_words(collection, documents[4:])
    assert said() == "6 passages, found by their words and, 66 % of them so far, by their meaning."


def test_the_start_page_counts_what_its_links_lead_to(client: FlaskClient, collection: Collection) -> None:
    page = Shown(client, "/")
    status = collection.status()
    assert f"{status.documents:,} documents" in page.texts("//p[@class='standfirst']")[0]
    assert f"{status.passages:,} passages" in page.texts("//p[@class='standfirst']")[0]
    for row in page.find("//section[@class='countries']//li"):
        assert Shown(client, row.find("a").get("href") + "&unfold=1").total == int(row.find("small").text)
    for bar in page.find("//*[local-name()='svg']//a"):
        assert Shown(client, bar.get("href") + "&unfold=1").total == int(bar.get("data-passages"))


def test_an_empty_collection_has_a_start_page(tmp_path: Path) -> None:
    with create_collection(tmp_path / "empty") as empty:
        page = Shown(create_app(empty).test_client(), "/")
        assert "0 documents" in page.tree.text_content()
        assert not page.find("//*[local-name()='svg']")


def test_a_mistake_in_a_filter_leaves_the_words_to_be_searched_for(client: FlaskClient) -> None:
    page = Shown(client, "/?q=summit&where=loose+words", status=400)
    assert "/?q=summit" in [link.get("href") for link in page.find("//main//a")]


def test_pages_bear_descriptions_without_end(empty_collections: tuple[Path, Path], tmp_path: Path) -> None:
    shutil.copytree(empty_collections[0], tmp_path / "collection")
    endless = "quagga " * 100_000
    people = tuple(Person(f"{number} {endless}") for number in range(3))
    with open_collection(tmp_path / "collection") as opened:
        opened.add(
            Document(
                f"endless/{number}",
                f"A quagga was seen, number {number}.",
                **dict.fromkeys(("title", "outlet", "place", "author", "kind"), f"{number} {endless}"),
                people=people,
            )
            for number in range(5)
        )
        client = create_app(opened).test_client()
        for path in ("/", "/?q=quagga&mode=keyword", "/documents/endless/1", "/?similar=endless/1"):
            answer = client.get(path)
            assert answer.status_code == 200
            assert len(answer.text) < 100_000, path


# The histogram's geometry


def histogram(unit: Any, starts: list[date], counts: list[int]) -> Histogram:
    return Histogram(unit, tuple(Bar(day, day, count) for day, count in zip(starts, counts, strict=True)))


def test_bars_are_as_high_as_they_count_and_nothing_is_lost_to_the_eye() -> None:
    drawn = chart(histogram("year", [date(1900 + n, 1, 1) for n in range(4)], [10_000, 5_000, 1, 0]))
    assert drawn
    assert [bar.height for bar in drawn.bars] == [HEIGHT, HEIGHT / 2, 1.5, 0]
    assert all(bar.y + bar.height == HEIGHT for bar in drawn.bars)
    assert sum(bar.slot[1] for bar in drawn.bars) == pytest.approx(100)


@pytest.mark.parametrize(
    ("unit", "starts"),
    [
        ("day", [date.fromordinal(date(2025, 1, 20).toordinal() + n) for n in range(62)]),
        ("day", [date(2025, 11, 22), date(2025, 11, 23)]),
        ("month", [date(1999 + n // 12, n % 12 + 1, 1) for n in range(120)]),
        ("month", [date(1999 + n // 12, n % 12 + 1, 1) for n in range(13)]),
        ("year", [date(1861 + n, 1, 1) for n in range(150)]),
        ("decade", [date(10 * n, 1, 1) for n in range(1, 201)]),
        ("century", [date(100 * n, 1, 1) for n in range(1, 100)]),
        ("year", [date(1861, 1, 1), date(1862, 1, 1)]),
    ],
)
def test_labels_under_the_bars_are_few_and_apart(unit: Any, starts: list[date]) -> None:
    drawn = chart(histogram(unit, starts, [1] * len(starts)))
    assert drawn
    assert 1 <= len(drawn.ticks) <= MAX_TICKS
    wide = [tick.x for tick in drawn.ticks]
    narrow = [tick.x for tick in drawn.ticks if not tick.minor]
    assert 1 <= len(narrow) <= MAX_TICKS // 2
    # A label is at most "Nov 2025" wide: some 55 pixels, of 650 or of 280.
    assert all(right - left > 8 for left, right in pairwise(wide))
    assert all(right - left > 18 for left, right in pairwise(narrow))


def test_one_bar_is_no_chart() -> None:
    assert chart(None) is None
    assert chart(histogram("year", [date(1900, 1, 1)], [3])) is None


# Colours, which the sheet names in pairs: light, dark


def luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return sum(weight * each for weight, each in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("scheme", [0, 1])
def test_text_and_marks_stand_out_from_what_is_behind_them(scheme: int) -> None:
    """As WCAG 2.2 AA has it: 4.5 to 1 for text (1.4.3), 3 to 1 for what else has to be seen (1.4.11)."""
    sheet = (STATIC / "dragoman.css").read_text()
    named = {name: pair[scheme] for name, *pair in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", sheet)}
    text = [(front, back) for front in ("ink", "quiet", "seal") for back in ("paper", "raised", "cited")]
    text += [("ink", "word"), ("ink", "near"), ("paper", "ink")]
    lines = [("near-line", "near"), ("near-line", "paper"), ("bar", "paper"), ("bar", "cited")]
    for pairs, least in ((text, 4.5), (lines, 3.0)):
        for front, back in pairs:
            dark, light = sorted((luminance(named[front]), luminance(named[back])))
            assert (light + 0.05) / (dark + 0.05) >= least, (front, back)


def test_modules_import_only_what_is_served_beside_them() -> None:
    for module in STATIC.glob("*.js"):
        for imported in re.findall(r'from "([^"]+)"', module.read_text()):
            assert (STATIC / imported).is_file(), f"{module.name} imports {imported}"
            assert imported.startswith("./")
