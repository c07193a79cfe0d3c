"""Nothing is silent: what is said where nothing is found, of words that no passage holds, of values nothing has."""

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from dragoman.corpus.document import Document, Person
from dragoman.corpus.fields import OwnField
from dragoman.index.encoding.query_encoder import QueryEncoder
from dragoman.index.reading.stack_view import StackView
from dragoman.search.cli.layout import NEAREST, text
from dragoman.search.collection import Collection
from dragoman.search.results.results import Results
from dragoman.web import create_app

if TYPE_CHECKING:
    from conftest import MakeCollection

FRANCE = {"countries": ("France",), "kind": "summit", "language": "en", "outlet": "The Herald"}
KOREA = {"countries": ("South Korea",), "people": (Person("Sanae Takaichi"),), "kind": "visit", "language": "fr"}


@pytest.fixture
def collection(make_collection: "MakeCollection") -> Collection:
    return make_collection(
        [
            Document(id="a", title="Harbour", text="The harbour of Brest was closed to the fleet.", **FRANCE),
            Document(id="b", title="Talks", text="Envoys spoke of fisheries in Seoul.", **KOREA),
            Document(id="c", title="Talks", text="Envoys spoke of the harbour in Busan.", **KOREA),
        ]
    )


def said(results: Results, kind: str) -> list[str]:
    return [str(notice) for notice in results.notices if notice.kind == kind]


def offered(results: Results, kind: str) -> list[str | None]:
    return [notice.question for notice in results.notices if notice.kind == kind]


# Words that no passage holds


def test_words_that_no_passage_holds_are_named_where_they_stand(collection: Collection) -> None:
    results = collection.search("Merkel closed the harbour", mode="keyword")
    assert results.total
    assert results.unknown == ("Merkel",)
    (notice,) = (each for each in results.notices if each.kind == "unknown")
    assert "“Merkel”" in notice.text
    assert notice.span == (0, 6)
    assert results.to_dict()["unknown"] == ["Merkel"]


def test_function_words_are_not_named_and_of_a_long_text_only_the_first_words(collection: Collection) -> None:
    assert collection.search("which harbour should they", mode="keyword").unknown == ()
    words = ["zeal", "quota", "pact", "Zeal", "embargo", "envoys", "tariff"]
    results = collection.search(" ".join(words), mode="keyword")
    assert results.unknown == ("zeal", "quota", "pact", "embargo", "tariff")
    assert len(said(results, "unknown")) == 4
    assert "2 other words" in said(results, "unknown")[-1]


def test_words_in_quotation_marks_and_fields_are_named_too(collection: Collection) -> None:
    assert collection.search('"harbour quota" title:zeal', mode="keyword").unknown == ("quota", "zeal")


# Values that nothing has


@pytest.mark.parametrize(
    ("question", "right"),
    [
        ("harbour country:Frannce", "harbour country:France"),
        ("country:Farnce harbour", "country:France harbour"),
        ('country:"South Corea" envoys', 'country:"South Korea" envoys'),
        ("envoys person:Takaichy", 'envoys person:"Sanae Takaichi"'),
        ("kind:summmit", "kind:summit"),
        ("harbour outlet:Heralt", 'harbour outlet:"The Herald"'),
        ("harbour lang:english", "harbour lang:en"),
        ("harbour language:en-US", "harbour lang:en"),
        ("harbour lang:French", "harbour lang:fr"),
        ("harbour lang:français", "harbour lang:fr"),
        ("harbour lang:Französisch", "harbour lang:fr"),
        ("harbour lang:английский", "harbour lang:en"),
        ("harbour country:Frankreich", "harbour country:France"),
        ('envoys country:"Corea del Sur"', 'envoys country:"South Korea"'),
        ("envoys country:Südkorea", 'envoys country:"South Korea"'),
        ("harbour country:=Frannce", "harbour country:=France"),
        ("(country:Frannce OR country:Japan) harbour", "(country:France OR country:Japan) harbour"),
    ],
)
def test_the_nearest_value_is_offered(collection: Collection, question: str, right: str) -> None:
    results = collection.search(question, mode="keyword")
    assert right in offered(results, "value")
    assert not [each for each in said(results, "nought") if "satisfies" in each and " OR " not in each]
    assert collection.search(right, mode="keyword").total


@pytest.mark.parametrize(
    ("question", "right"),
    [
        ("country:(Frannce OR Japan) harbour", "country:(France OR Japan) harbour"),
        ("harbour country:(Japan OR =Frannce)", "harbour country:(Japan OR =France)"),
        ('harbour country:("Frannce" Japan)', "harbour country:(France Japan)"),
        ("harbour country:(Japan OR (Frannce))", None),
    ],
)
def test_the_nearest_value_is_offered_within_a_group_or_not_at_all(
    collection: Collection, question: str, right: str | None
) -> None:
    results = collection.search(question, mode="keyword")
    assert [each for each in offered(results, "value") if each] == ([right] if right else [])
    assert any("“Frannce”" in each for each in said(results, "value"))


def test_values_are_helped_that_are_given_as_options(collection: Collection) -> None:
    results = collection.search("harbour", mode="keyword", country=["Frannce"], kind="summmit")
    assert offered(results, "value") == ["harbour country:France", "harbour kind:summit"]
    assert "“Frannce”" in said(results, "value")[0]


def test_a_value_among_others_is_helped_though_the_others_are_found(collection: Collection) -> None:
    results = collection.search("harbour -country:Frannce", mode="keyword")
    assert results.total
    assert offered(results, "value") == ["harbour -country:France"]
    results = collection.search("harbour", mode="keyword", country=["Frannce", "South Korea"])
    assert results.total
    assert said(results, "value")


def test_a_value_like_no_other_is_named_and_one_that_is_had_is_not(collection: Collection) -> None:
    (notice,) = (each for each in collection.search("kind:zebra").notices if each.kind == "value")
    assert "“zebra”" in notice.text
    assert notice.question is None
    assert not said(collection.search("fisheries country:France", mode="keyword"), "value")
    assert not said(collection.search("harbour country:France", mode="keyword"), "value")


def test_values_of_a_field_of_its_own_are_helped(tmp_path: Any, tiny_models: Any) -> None:
    from dragoman.search.making import create_collection

    with create_collection(tmp_path / "own", model=str(tiny_models[0]), fields=[OwnField("desk", "desk")]) as own:
        own.add([Document(id="a", text="The harbour.", extra={"desk": ("Central Asia",)})])
        results = own.search("harbour desk:Centrall", mode="keyword")
        assert offered(results, "value") == ['harbour desk:"Central Asia"']


# Nothing found


def test_what_each_constraint_that_is_left_out_would_give(collection: Collection) -> None:
    results = collection.search("harbour country:France person:Takaichi", mode="keyword")
    assert not results.total
    assert "by none together" in said(results, "nought")[0]
    assert offered(results, "nought")[1:] == ["harbour person:Takaichi", "harbour country:France"]
    for notice in results.notices:
        if notice.question:
            assert f"{collection.search(notice.question, mode='keyword').total} passage" in notice.text
            assert notice.span


def test_a_constraint_that_matches_nothing_by_itself_is_named(collection: Collection) -> None:
    results = collection.search('harbour "closed fleet" kind:summit', mode="keyword")
    assert said(results, "nought")[0] == 'No passage satisfies "closed fleet".'
    assert "harbour kind:summit" in offered(results, "nought")


def test_constraints_from_options_are_counted_but_not_typed(collection: Collection) -> None:
    results = collection.search("fisheries", mode="keyword", country="France", after="2020")
    texts = said(results, "nought")
    assert any("Without country:France" in each for each in texts) is False  # it has no date either
    results = collection.search("fisheries", mode="keyword", country="France")
    assert "Without country:France there is 1 passage." in said(results, "nought")
    assert "1 passage satisfies the constraints, but not with enough of the other words." in said(results, "nought")


@pytest.mark.parametrize("typed", ["date:2025", 'country:"Peru"', "-(harbour OR envoys)", "date:1960s", "harbor*s"])
def test_a_constraint_is_shown_as_it_was_typed(collection: Collection, typed: str) -> None:
    results = collection.search(f"fisheries {typed}", mode="keyword")
    texts = [*said(results, "nought"), *said(results, "value")]
    assert any(typed in each or "“Peru”" in each for each in texts), texts
    assert not any("2025-01-01" in each or "1960-01-01" in each for each in texts)


@pytest.mark.parametrize(
    ("question", "options"),
    [
        ("harbour country:Frannce", {}),
        ("harbour (country:Frannce OR country:Germanny)", {}),
        ("harbour", {"country": ["Frannce", "Germanny"]}),
        ("harbour kind:zebra", {}),
    ],
)
def test_a_cause_is_named_once(collection: Collection, question: str, options: dict[str, Any]) -> None:
    results = collection.search(question, mode="keyword", **options)
    assert said(results, "value")
    assert not [each for each in said(results, "nought") if "No passage satisfies" in each]
    assert [each for each in said(results, "nought") if each.startswith("Without ")]


def test_a_name_in_another_script_is_had(make_collection: "MakeCollection") -> None:
    people = (Person("Vladimir Putin"),)
    collection = make_collection([Document(id="a", text="The harbour was closed.", people=people)])
    assert collection.search("person:Путин").total
    results = collection.search("zebra person:Путин", mode="keyword")
    assert not results.total
    assert not said(results, "value")


class Work:
    """How often texts were encoded and plans carried out."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.encoded, self.planned = 0, 0
        window, candidates = QueryEncoder._encode_window, StackView.candidates

        def encode(encoder: QueryEncoder, tokens: Any) -> Any:
            self.encoded += 1
            return window(encoder, tokens)

        def carry_out(view: StackView, *arguments: Any, **options: Any) -> Any:
            self.planned += 1
            return candidates(view, *arguments, **options)

        monkeypatch.setattr(QueryEncoder, "_encode_window", encode)
        monkeypatch.setattr(StackView, "candidates", carry_out)


def test_to_find_nothing_costs_little_more_than_to_find_something(
    collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection.search("harbour")
    work = Work(monkeypatch)
    question = "zqqz truce country:France outlet:BBC lang:fr date:2025 place:Paris"
    assert not collection.search(question).total
    assert work.encoded <= 1
    assert work.planned <= 10
    work.encoded = work.planned = 0
    page = create_app(collection).test_client().get("/", query_string={"q": question})
    assert "Nothing found" in page.text
    assert work.encoded <= 1
    assert work.planned <= 12


def test_a_page_says_what_there_is_without_a_constraint(collection: Collection) -> None:
    client = create_app(collection).test_client()
    for query in ({"q": "harbour country:France person:Takaichi"}, {"q": "harbour country:France", "kind": "visit"}):
        page = client.get("/", query_string={"mode": "keyword", **query}).text
        ways = re.findall(r'<li><a href="([^"]+)">without <span.*?<small>(\d+) passage', page)
        assert len(ways) == 2
        for link, passages in ways:
            other = client.get(link.replace("&amp;", "&")).text
            assert re.search(rf'<p id="count">{passages} passage', other), link


def test_nothing_is_said_where_something_is_found_or_only_counted(collection: Collection) -> None:
    assert not said(collection.search("harbour country:France"), "nought")
    assert not said(collection.search("fisheries country:France", mode="keyword", limit=0), "nought")


# The nearest anyway


@pytest.fixture
def unanswered(collection: Collection) -> Callable[..., Results]:
    """Asks what nothing answers."""

    def ask(question: str = "zebra qzxv", **options: Any) -> Results:
        results = collection.search(question, **options)
        assert results.total == len(results) == 0
        return results

    return ask


def test_the_nearest_are_shown_apart(unanswered: Callable[..., Results]) -> None:
    results = unanswered(facets=3)
    assert [hit.rank for hit in results.nearest] == [1, 2, 3]
    assert all(hit.meaning and hit.highlights for hit in results.nearest)
    assert results.facets is not None
    assert not any(column.values for column in results.facets.columns.values())
    assert [hit["passage"] for hit in results.to_dict()["nearest"]] == [hit.passage for hit in results.nearest]
    shown = text(results)
    assert shown.index("Nothing found.") < shown.index(NEAREST) < shown.index(results.nearest[0].passage)


def test_the_nearest_obey_the_constraints(unanswered: Callable[..., Results]) -> None:
    assert {hit.document.id for hit in unanswered(country="South Korea").nearest} == {"b", "c"}
    assert not unanswered("zebra country:Peru").nearest


def test_there_are_no_nearest_where_something_is_found_or_meaning_was_not_asked(
    collection: Collection, unanswered: Callable[..., Results]
) -> None:
    assert not collection.search("harbour").nearest
    assert not unanswered(mode="keyword").nearest
    assert not unanswered("country:Peru").nearest
    assert not unanswered(limit=0).nearest


@pytest.mark.parametrize("question", ["harbour zebra", "fisheries harbour", "flotte harbour port"])
@pytest.mark.parametrize("mode", ["hybrid", "meaning"])
def test_it_is_said_why_the_nearest_do_not_count_as_found(
    collection: Collection, unanswered: Callable[..., Results], question: str, mode: str
) -> None:
    too_far = unanswered(mode=mode)
    assert "too far to count as found" in str(said(too_far, "near"))
    lacking = unanswered(question, match="all", mode=mode)
    assert lacking.nearest
    assert "none holds all the words" in str(said(lacking, "near"))
    assert not said(collection.search("harbour"), "near")
    assert not said(unanswered(mode="keyword"), "near")
    asked = {"q": question, "match": "all", "mode": mode}
    page = create_app(collection).test_client().get("/", query_string=asked, follow_redirects=True).text
    for shown in (text(lacking), page):
        assert "none holds all the words" in " ".join(shown.split())
        assert "too far" not in shown


def test_pages_and_api_show_the_nearest_apart(collection: Collection, unanswered: Callable[..., Results]) -> None:
    results = unanswered()
    client = create_app(collection).test_client()
    answer = json.loads(client.get("/api/v1/search", query_string={"q": "zebra qzxv"}).data)
    assert (answer["total"], answer["hits"]) == (0, [])
    assert [hit["passage"] for hit in answer["nearest"]] == [hit.passage for hit in results.nearest]
    assert answer["unknown"] == ["zebra", "qzxv"]
    page = client.get("/", query_string={"q": "zebra qzxv"}).text
    assert page.index("Nothing found") < page.index("Nearest in meaning") < page.index("The harbour of Brest")


def test_an_offered_value_takes_the_place_of_an_option_on_a_page(collection: Collection) -> None:
    client = create_app(collection).test_client()
    page = client.get("/", query_string={"q": "harbour", "country": "Frannce", "mode": "keyword"}).text
    offered = re.search(r'<p class="notice value">.*?href="([^"]+)"', page)
    assert offered
    assert "mode=keyword" in offered[1]
    assert "q=harbour+country:France" in unquote(offered[1])
    assert "Frannce" not in offered[1]
