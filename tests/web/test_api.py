"""The JSON API and the parameters of questions: every answer is what the collection says, every limit is told.

Run as a script, this writes the tables in docs/api.md anew.
"""

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from dragoman.corpus.document import DateInterval, Document, Note, Span
from dragoman.errors import QueryError
from dragoman.search.collection import Collection, open_collection
from dragoman.search.making import create_collection
from dragoman.search.results import citations
from dragoman.web.api.endpoints import Endpoint
from dragoman.web.api.handlers import ENDPOINTS
from dragoman.web.app import Dragoman, create_app
from dragoman.web.parameters import MOST_VALUES, Choice, Flag, Number, Text
from dragoman.web.state import PARAMETERS, State
from support.places import ROOT

if TYPE_CHECKING:
    from conftest import MakeCollection

DOCUMENTATION = ROOT / "docs" / "api.md"
MACRON = "briefs/lee-macron-johannesburg"
FORMULA = Document(
    id="=cmd|'/c calc'!A1",
    title='=HYPERLINK("http://evil.example","Zanzibar")',
    text="@SUM(1+1) Zanzibar\x00 said the sultan,\nand \u202eetsrever\u202c.",
    outlet="+1 Zanzibar",
    kind='<kind> "quoted"',
    url="javascript:alert(1)",
)
NOTED = Document(
    id="noted",
    text="The despatch came late. It was about Zanzibar.",
    notes=(Note("1", 23, "On the delay see the despatch of 3 May."),),
    dates=DateInterval(date(1890, 1, 1), date(1890, 1, 31)),
)


@pytest.fixture(scope="module")
def collection(
    empty_collections: tuple[Path, Path], briefs: list[Document], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Collection]:
    place = tmp_path_factory.mktemp("api") / "collection"
    shutil.copytree(empty_collections[0], place)
    with open_collection(place) as opened:
        opened.add([*briefs, FORMULA, NOTED])
        yield opened


@pytest.fixture
def client(collection: Collection) -> FlaskClient:
    return create_app(collection).test_client()


def said(answer: TestResponse, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    assert answer.content_type == ("application/json" if status == 200 else "application/problem+json")
    return json.loads(answer.data)


def same(given: dict[str, Any], expected: dict[str, Any]) -> bool:
    """Whether two answers are equal but for the time that they took."""
    plain = json.loads(json.dumps(expected))
    return {**given, "took_ms": 0} == {**plain, "took_ms": 0}


# A question in parameters


def state(**parameters: Any) -> State:
    return State.read(MultiDict(parameters))


def test_every_declared_parameter_is_read_and_said_again() -> None:
    given = {
        "q": "a",
        "sort": "newest",
        "where": ["b", "c"],
        "kind": ["d"],
        "document": "e",
        "unfold": "1",
        "page": "2",
        "place": ["f"],
        "from": ["g", "h"],
        "classification": ["secret"],
    }
    assert set(state(**given).values) == given.keys()
    assert state(**given).parameters() == {**given, "unfold": 1, "page": 2}


@pytest.mark.parametrize(
    ("parameters", "label", "text", "rest"),
    [
        ({"q": 'a "b c" d'}, "", '"b c"', {"q": "a d"}),
        ({"q": "a country:France d", "page": "3"}, "country", "France", {"q": "a d"}),
        ({"q": "a -person:Lee"}, "not person", "Lee", {"q": "a"}),
        ({"q": "a -b"}, "without", "b", {"q": "a"}),
        ({"q": "a date:2025-11"}, "date", "2025-11-01..2025-11-30", {"q": "a"}),
        ({"q": "a (b OR c)"}, "", "(b OR c)", {"q": "a"}),
        ({"q": "a", "where": ['country:="South Korea"']}, "country", "South Korea", {"q": "a"}),
        ({"q": "a", "where": ["-kind:=x", "b:c"]}, "not kind", "x", {"q": "a", "where": ["b:c"]}),
        ({"q": "a", "where": ["b:c", "kind:x"]}, "", "b:c", {"q": "a", "where": ["kind:x"]}),
        ({"q": "a", "after": "2025", "mode": "keyword"}, "from", "2025", {"q": "a", "mode": "keyword"}),
        ({"before": "2025"}, "until", "2025", {}),
        ({"outlet": ["A", "B"]}, "outlet", "A", {"outlet": ["B"]}),
        ({"document": "a/b"}, "document", "a/b", {}),
        ({"similar": "a/b", "page": "2"}, "similar to", "a/b", {}),
    ],
)
def test_a_chip_takes_just_its_constraint_away(
    parameters: dict[str, Any], label: str, text: str, rest: dict[str, Any]
) -> None:
    chip = state(**parameters).chips()[0]
    assert (chip.label, chip.text, chip.parameters_without) == (label, text, rest)


def test_chips_are_of_all_constraints_and_of_nothing_else() -> None:
    question = state(q='words "a b" lang:en', where=["kind:=x"], after="2025", before="2026", person=["C", "D"])
    assert [chip.label for chip in question.chips()] == ["", "lang", "kind", "from", "until", "person", "person"]
    assert state(q="only words").chips() == []
    assert [chip.label for chip in state(q='"unclosed', kind=["x"]).chips()] == ["kind"]


def test_narrowing_adds_one_exact_constraint_and_knows_it_again() -> None:
    question = state(q="a", where=["country:=France"], page="4")
    parameters = question.narrow("outlet", 'The "Daily" Post')
    assert parameters == {"q": "a", "where": ["country:=France", 'outlet:=“The "Daily" Post”']}
    narrowed = State.read(MultiDict(parameters))
    assert narrowed.narrow("country", "France") == parameters
    excluded = State.read(MultiDict(question.narrow("country", "Japan", exclude=True)))
    assert excluded["where"] == ("country:=France", "-country:=Japan")


def test_a_stretch_of_time_is_asked_for_by_its_first_and_last_day() -> None:
    between = state(q="a", after="1900", page="2").between(date(2025, 11, 1), date(2025, 11, 30))
    assert between == {"q": "a", "after": "2025-11-01", "before": "2025-11-30"}


def test_what_is_near_filters_nothing() -> None:
    for other in ({"q": "a"}, {"where": ["kind:x"]}, {"after": "2025"}, {"mode": "keyword"}, {"sort": "newest"}):
        with pytest.raises(QueryError, match=f"similar goes without {next(iter(other))}"):
            state(similar=MACRON, **other)
    assert state(similar=MACRON, q=" ", mode="hybrid", per_document="1").similar == MACRON


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({"where": [f"kind:{n}" for n in range(MOST_VALUES + 1)]}, "where is given 21 times: give it at most 20 times"),
        ({"country": ["x" * 201]}, "country has 201 characters, more than 200"),
        ({"document": "x" * 1025}, "document has 1025 characters, more than 1024"),
        ({"q": "x" * 20_001}, "q has 20001 characters, more than 20000"),
        ({"page": "10002"}, "page is '10002', and must be a number from 1 to 10001"),
        ({"document": ["a", "b"]}, "document is given 2 times"),
    ],
)
def test_every_bound_is_told_in_a_line(parameters: dict[str, Any], told: str) -> None:
    with pytest.raises(QueryError, match=re.escape(told)):
        state(**parameters)


# What the endpoints answer


@pytest.mark.parametrize(
    ("parameters", "options"),
    [
        ("q=Lee+Macron", {}),
        ("q=Korea&facets=5&limit=0", {"facets": 5, "limit": 0}),
        ("q=Korea&where=country:%3DFrance&where=-person:Lee", {"where": ("country:=France", "-person:Lee")}),
        ("kind=summit&kind=talks&limit=20", {"kind": ("summit", "talks"), "limit": 20}),
        ("q=Korea&lang=en&limit=3&explain=1", {"lang": ("en",), "limit": 3, "explain": True}),
        (f"q=Lee&document={MACRON}", {"document": MACRON}),
        ("q=Korea&limit=2&page=3", {"limit": 2, "offset": 4}),
    ],
)
def test_search_says_what_the_collection_says(
    client: FlaskClient, collection: Collection, parameters: str, options: dict[str, Any]
) -> None:
    given = said(client.get(f"/api/v1/search?{parameters}"))
    assert same(given, collection.search(given["query"], **options).to_dict())
    assert given["total"] > 0


def test_facets_are_those_of_the_search_without_its_hits(client: FlaskClient, collection: Collection) -> None:
    given = said(client.get("/api/v1/facets?q=Korea&country=France&limit=3"))
    expected = collection.search("Korea", country=["France"], limit=0, facets=3).to_dict()
    assert expected.pop("hits") == expected.pop("nearest") == []
    assert same(given, expected)
    assert len(given["facets"]["person"]["values"]) == 3


def test_a_facet_value_finds_as_many_as_it_counts(client: FlaskClient) -> None:
    counted = said(client.get("/api/v1/facets?q=Korea&mode=keyword&unfold=1&limit=20"))["facets"]
    for column in ("country", "kind"):
        for each in counted[column]["values"]:
            where = State.of({"q": "Korea", "mode": "keyword", "unfold": True}).narrow(column, each["value"])
            assert said(client.get("/api/v1/search", query_string=where))["total"] == each["passages"]


def test_suggestions_complete_or_mend(client: FlaskClient, collection: Collection) -> None:
    given = said(client.get("/api/v1/suggest?q=south+kor&limit=3"))
    assert given["completions"] == [asdict(each) for each in collection.complete("south kor", 3)] != []
    assert given["suggestion"] is None
    mended = said(client.get("/api/v1/suggest?q=strategic+partnershipp"))
    assert mended["completions"] == []
    assert mended["suggestion"] == "strategic partnership"


def test_suggestions_that_take_too_long_are_none(collection: Collection) -> None:
    client = create_app(collection, timeout=0).test_client()
    assert said(client.get("/api/v1/suggest?q=qantum+compting"))["suggestion"] is None
    assert client.get("/api/v1/search?q=quantum").status_code == 503


def test_a_score_of_likeness_is_not_explained(client: FlaskClient) -> None:
    assert "without explain" in said(client.get("/api/v1/search?similar=briefs/x&explain=1"), 400)["detail"]


def test_browsers_get_suggestions_in_the_form_that_they_want(client: FlaskClient) -> None:
    answer = client.get("/api/v1/suggest?q=south+kor&format=opensearch")
    assert answer.content_type == "application/x-suggestions+json"
    typed, texts, counts, links = json.loads(answer.data)
    assert typed == "south kor"
    assert len(texts) == len(counts) == len(links) > 1
    assert links[0] == f"http://localhost/?q={quote(texts[0]).replace('%20', '+')}"
    assert json.loads(client.get("/api/v1/suggest?q=&format=opensearch").data) == ["", [], [], []]


@pytest.mark.parametrize(
    "typed", ["", " ", '"', '"open', "-", "(", "a:", "country:", "((((", "a OR", "*", "\x00\ud7ff"]
)
def test_half_typed_questions_are_no_error(client: FlaskClient, typed: str) -> None:
    assert said(client.get("/api/v1/suggest", query_string={"q": typed}))["suggestion"] is None


def test_documents_come_page_by_page(client: FlaskClient, collection: Collection) -> None:
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        given = said(client.get("/api/v1/documents", query_string={"limit": 17, "after": after}))
        seen += [each["id"] for each in given["documents"]]
        after = given["next"]
    assert seen == list(collection.document_ids())
    given = said(client.get("/api/v1/documents?prefix=briefs/l&limit=100"))
    assert [each["id"] for each in given["documents"]] == list(collection.document_ids("briefs/l"))
    assert said(client.get("/api/v1/documents?prefix=nowhere")) == {"documents": [], "next": None}


@pytest.mark.parametrize("document_id", [MACRON, FORMULA.id, "noted"])
def test_a_document_is_whole_but_for_where_its_file_lies(
    client: FlaskClient, collection: Collection, document_id: str
) -> None:
    given = said(client.get(f"/api/v1/documents/{quote(document_id)}"))
    passages, text = given.pop("passages"), given.pop("text")
    expected = collection.document(document_id)
    assert "origin" not in given
    assert Document.from_description({**given, "origin": expected.origin}, text) == expected
    assert [tuple(span) for span in passages] == collection.passages(document_id)


def test_passages_lead_to_their_neighbours(client: FlaskClient, collection: Collection) -> None:
    document_id = max(collection.document_ids(), key=lambda each: len(collection.passages(each)))
    document, spans = collection.document(document_id), collection.passages(document_id)
    assert len(spans) > 1
    at: str | None = f"{document_id}#{spans[0].start}-{spans[0].end}"
    before = None
    for span in spans:
        assert at is not None
        given = said(client.get(f"/api/v1/passages/{quote(at)}"))
        assert (given["id"], given["previous"], given["document"]["id"]) == (at, before, document_id)
        assert (given["start"], given["end"], given["text"]) == (*span, document.text[slice(*span)])
        before, at = at, given["next"]
    assert at is None


def test_a_passage_has_its_footnotes(client: FlaskClient, collection: Collection) -> None:
    [span] = collection.passages("noted")
    given = said(client.get(f"/api/v1/passages/noted%23{span.start}-{span.end}"))
    assert given["notes"] == [{"mark": "1", "at": 23, "text": "On the delay see the despatch of 3 May."}]


def test_what_is_near_can_be_asked_in_three_ways(client: FlaskClient, collection: Collection) -> None:
    expected = collection.similar(MACRON, limit=4, per_document=True).to_dict()
    ways = (f"similar/{MACRON}?", f"similar?id={MACRON}&", f"search?similar={MACRON}&")
    for way in ways:
        assert same(said(client.get(f"/api/v1/{way}limit=4&per_document=1")), expected)
    paged = said(client.get(f"/api/v1/search?similar={MACRON}&limit=2&page=2&per_document=1"))
    assert paged["hits"] == json.loads(json.dumps(expected["hits"]))[2:]
    [span, *_] = collection.passages(MACRON)
    passage = quote(f"{MACRON}#{span.start}-{span.end}")
    assert said(client.get(f"/api/v1/similar/{passage}?limit=3"))["hits"]


# Export


def test_an_export_has_the_same_hits_in_the_same_order(client: FlaskClient, collection: Collection) -> None:
    expected = collection.search("Korea", limit=30, highlights=False)
    answer = client.get("/api/v1/export?q=Korea&limit=30&format=jsonl")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert lines == [json.loads(json.dumps(hit.to_dict())) for hit in expected]
    rows = list(csv.DictReader(io.StringIO(client.get("/api/v1/export?q=Korea&limit=30").text)))
    assert [row["passage"] for row in rows] == [hit.passage for hit in expected]
    assert [row["text"] for row in rows] == [hit.text for hit in expected]


@pytest.mark.parametrize(("name", "write"), [("ris", citations.ris), ("bibtex", citations.bibtex)])
def test_an_export_of_citations_cites_each_passage(
    client: FlaskClient, collection: Collection, name: str, write: Any
) -> None:
    answer = client.get(f"/api/v1/export?q=Korea&limit=12&format={name}")
    written = [write(hit.document, Span(hit.start, hit.end)) for hit in collection.search("Korea", limit=12)]
    assert answer.text.split() == "".join(written).split()


@pytest.mark.parametrize(
    ("name", "kind", "file"),
    [
        ("csv", "text/csv; charset=utf-8", "dragoman.csv"),
        ("jsonl", "application/jsonl", "dragoman.jsonl"),
        ("ris", "application/x-research-info-systems; charset=utf-8", "dragoman.ris"),
        ("bibtex", "application/x-bibtex; charset=utf-8", "dragoman.bib"),
    ],
)
def test_an_export_is_a_file(client: FlaskClient, name: str, kind: str, file: str) -> None:
    answer = client.get(f"/api/v1/export?q=Korea&format={name}")
    assert answer.content_type == kind
    assert answer.headers["Content-Disposition"] == f"attachment; filename={file}"


def test_an_export_of_nothing_is_a_table_without_rows(client: FlaskClient) -> None:
    assert client.get("/api/v1/export?q=xqzzv&mode=keyword").text.startswith("rank,passage,document,")
    assert client.get("/api/v1/export?q=xqzzv&mode=keyword&format=ris").text == ""


def test_no_cell_of_an_export_is_a_formula(client: FlaskClient) -> None:
    [row] = csv.DictReader(io.StringIO(client.get("/api/v1/export?q=sultan&mode=keyword").text))
    assert "Zanzibar" in row["title"]
    for cell in row.values():
        assert not re.match(r"\s*[=+\-@\t\r]", cell)
        assert "\x00" not in cell


def test_no_formula_hides_behind_what_is_not_seen(tmp_path: Path) -> None:
    unseen = ("\u202e", "\x00", "\u2066", "\u200b", "\ufeff", "\xad", "\x7f\u200b ")
    with create_collection(tmp_path / "collection") as made:
        made.add([Document(id=str(n), title=f"{sign}=1+1", text="The consul.") for n, sign in enumerate(unseen)])
        table = create_app(made).test_client().get("/api/v1/export?q=consul&unfold=1").text
    titles = [row["title"] for row in csv.DictReader(io.StringIO(table))]
    assert len(titles) == len(unseen)
    assert all(title.startswith("'") and title.endswith("=1+1") for title in titles)


def test_what_is_wrong_with_an_export_is_told_before_it_begins(client: FlaskClient) -> None:
    assert said(client.get("/api/v1/export?q=open%5E4"), 400)["column"] == 5
    assert "10000" in said(client.get("/api/v1/export?q=a&limit=10001"), 400)["detail"]
    assert "format" in said(client.get("/api/v1/export?q=a&format=xls"), 400)["detail"]


def test_a_kept_state_is_asked_by_its_name(make_collection: "MakeCollection") -> None:
    made = make_collection([Document("oslo", "The treaty of Oslo."), Document("rome", "The treaty of Rome.")])
    made.keep("spring")
    made.remove(["rome"])
    client = create_app(made).test_client()
    for path, now, then in (
        ("search?q=treaty", 1, 2),
        ("facets?q=treaty", 1, 2),
        ("documents?", 1, 2),
        ("similar?id=oslo", 0, 1),
        ("export?q=treaty&format=jsonl", 1, 2),
    ):
        for at, expected in (("", now), ("&at=spring", then)):
            answer = client.get(f"/api/v1/{path}{at}")
            if path.startswith("export"):
                assert len(answer.text.splitlines()) == expected
            else:
                found = said(answer)["documents"] if path.startswith("documents") else said(answer)["total"]
                assert (len(found) if isinstance(found, list) else found) == expected, path
    assert said(client.get("/api/v1/documents/rome?at=spring"))["text"] == "The treaty of Rome."
    assert said(client.get("/api/v1/passages/rome%230-19?at=spring"))["text"] == "The treaty of Rome."
    assert said(client.get("/api/v1/documents/rome"), 404)
    assert "no state 'summer' is kept" in said(client.get("/api/v1/search?q=a&at=summer"), 404)["detail"]
    made.drop("spring")
    assert "no state 'spring' is kept" in said(client.get("/api/v1/search?q=a&at=spring"), 404)["detail"]


# Errors


@pytest.mark.parametrize(
    ("path", "status", "told"),
    [
        ("search", 400, "holds no word"),
        ("search?where=free+words", 400, "constrains nothing"),
        ("search?q=a&where=nonsense:x", 400, "nonsense"),
        ("search?q=a&document=nowhere", 404, "nowhere"),
        ("search?q=a&facets=101", 400, "facets"),
        ("search?q=a&offset=3&page=2", 400, "give one of them"),
        (f"search?similar={MACRON}&facets=3", 400, "facets"),
        ("search?similar=nowhere", 404, "nowhere"),
        ("facets?q=a&page=2", 400, "unknown parameter 'page'"),
        ("facets?q=a&limit=0", 400, "limit"),
        ("suggest?q=" + "x" * 20_001, 400, "20000"),
        ("documents?limit=101", 400, "limit"),
        ("documents/nowhere", 404, "nowhere"),
        ("documents/" + MACRON + "?page=1", 400, "unknown parameter 'page': use at"),
        ("passages/" + MACRON, 404, "no passage's id"),
        ("passages/" + MACRON + "%230-1", 404, "has no passage 0-1"),
        ("passages/nowhere%230-1", 404, "nowhere"),
        ("similar", 400, "id is missing"),
        ("similar?id=nowhere", 404, "nowhere"),
        ("similar/nowhere", 404, "nowhere"),
        ("openapi.json?q=a", 400, "unknown parameter"),
        ("nowhere", 404, "/api/v1/"),
        ("documents/", 404, "/api/v1/"),
    ],
)
def test_mistakes_are_told_as_problems(client: FlaskClient, path: str, status: int, told: str) -> None:
    problem = said(client.get(f"/api/v1/{path}"), status)
    assert told in problem["detail"]
    assert problem["status"] == status


# Where it is mounted


def test_under_a_prefix_all_addresses_are_below_it(collection: Collection) -> None:
    app = Flask(__name__)
    Dragoman(app, collection, url_prefix="/archive")
    client = app.test_client()
    assert client.get("/archive/api/v1/openapi.json").json["servers"] == [{"url": "/archive/api/v1"}]  # type: ignore[index]
    links = set(re.findall(r'(?:href|src)="(/[^"]*)"', client.get("/archive/api/v1/").text))
    assert links
    assert not [link for link in links if not link.startswith("/archive/")]
    assert said(client.get("/archive/api/v1/nowhere"), 404)


def test_the_page_for_people_has_every_endpoint_parameter_and_schema(client: FlaskClient) -> None:
    answer = client.get("/api/v1/")
    assert answer.content_type == "text/html; charset=utf-8"
    described = client.get("/api/v1/openapi.json").json
    assert described
    for each in ENDPOINTS:
        assert f'<section id="{each.name}">' in answer.text
        for parameter in each.parameters:
            assert f"<code>{parameter.name}</code>" in answer.text
    for name in described["components"]["schemas"]:
        assert f'<section id="{name}">' in answer.text
    for link in re.findall(r'<a href="(/api/v1/[^"]+)"', answer.text):
        assert client.get(link.replace("&amp;", "&")).status_code == 200


# The documentation


def sections() -> list[str]:
    """The documentation cut before each heading."""
    return re.split(r"^(?=## )", DOCUMENTATION.read_text(encoding="utf-8"), flags=re.MULTILINE)


def heading(endpoint: Endpoint) -> str:
    """What the section on an endpoint begins with."""
    return f"## `GET /api/v1{endpoint.path}`\n"


def table(endpoint: Endpoint) -> str:
    """What may be given to an endpoint, as a table in Markdown."""
    parameters = [*([endpoint.path_parameter] if endpoint.path_parameter else []), *endpoint.parameters]
    shared = [each for each in PARAMETERS if each in parameters]
    rows = []
    if endpoint.name != "search" and len(shared) > len(PARAMETERS) // 2:
        left_out = ", ".join(f"`{each.name}`" for each in PARAMETERS if each not in shared)
        rows.append(f"| those of a search | all but {left_out} |")
        parameters = [each for each in parameters if each not in shared]
    rows += [f"| `{each.name}` | {each.about}{bounds(each)} |" for each in parameters]
    return "".join(f"{row}\n" for row in ("| parameter | meaning |", "|---|---|", *rows)) if rows else ""


def bounds(parameter: Text) -> str:
    """What a parameter may be, in so far as it is more than a text."""
    if isinstance(parameter, Choice):
        return f" {', '.join(f'`{each}`' for each in parameter.choices)}; without it `{parameter.choices[0]}`."
    if isinstance(parameter, Number):
        default = "" if parameter.default is None else f"; without it {parameter.default}"
        return f" From {parameter.low} to {parameter.high:,}{default}."
    if isinstance(parameter, Flag):
        return " `1` for yes."
    return f" Such as `{parameter.example}`." if parameter.example else ""


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: each.name)
def test_the_documentation_has_each_endpoint_with_its_parameters(endpoint: Endpoint) -> None:
    section = next((each for each in sections() if each.startswith(heading(endpoint))), "")
    assert section, f"docs/api.md has no section on {endpoint.path}"
    assert table(endpoint) in section, "run `python tests/test_api.py`"


def write_tables() -> None:
    """Write the tables in the documentation anew."""
    written = sections()
    for endpoint in ENDPOINTS:
        for at, section in enumerate(written):
            present = re.search(r"(?:^\|.*\n)+", section, re.MULTILINE)
            if section.startswith(heading(endpoint)) and present:
                written[at] = section.replace(present[0], table(endpoint), 1)
    DOCUMENTATION.write_text("".join(written), encoding="utf-8")


if __name__ == "__main__":
    write_tables()
