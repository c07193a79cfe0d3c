"""The table of options and the table of fields, held against each face: Python, the command line, the API, the page."""

import inspect
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from flask.testing import FlaskClient
from lxml import html

from dragoman.corpus.document import Document, Person
from dragoman.corpus.fields import DECLARED, Field
from dragoman.errors import QueryError
from dragoman.search.cli.search import search
from dragoman.search.cli.terminal import run
from dragoman.search.collection import Collection, open_collection
from dragoman.search.language.question import Filters
from dragoman.search.options import MAX_EXPORT, OPTIONS, Option
from dragoman.search.results import wire
from dragoman.web.api.handlers import ENDPOINTS
from dragoman.web.app import create_app
from dragoman.web.state import PARAMETERS
from support.programs import Ran, only_line

TEXT = "The consul wrote a despatch about the quarantine of ships."
FULL = Document(
    "full",
    TEXT,
    countries=("France",),
    people=(Person("Ada Envoy"),),
    outlet="Amber Gazette",
    place="Port Amber",
    kind="telegram",
    language="fr",
    author="Kim Koo",
    topics=("harbour dues",),
    senders=("Dean Rusk",),
    recipients=("John Kennedy",),
    volume="v05",
    classification="Secret",
)
"""Has a value in every field."""

OTHER = Document(
    "other",
    TEXT,
    countries=("Japan",),
    people=(Person("B. Attaché"),),
    outlet="Courier",
    place="Nara",
    kind="memorandum",
    language="en",
    author="Lee Min",
    topics=("trade",),
    senders=("George Ball",),
    recipients=("Lyndon Baines",),
    volume="w06",
    classification="Confidential",
)
"""Has another one in every field."""

EMPTY = Document("empty", TEXT)

IN_PYTHON = {"from": "sender", "to": "recipient"}
"""What Python calls fields whose names are its own words."""

FLAGS = {"fold": "unfold"}
"""What a URL calls flags that are on by default."""


@pytest.fixture(scope="module")
def collection(empty_collections: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    place = tmp_path_factory.mktemp("options") / "collection"
    shutil.copytree(empty_collections[0], place)
    with open_collection(place) as opened:
        opened.add([FULL, OTHER, EMPTY])
        yield opened


@pytest.fixture(scope="module")
def client(collection: Collection) -> FlaskClient:
    return create_app(collection).test_client()


@pytest.fixture
def program(collection: Collection, capfd: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Runs `search` on the collection, within this process."""

    def ran(*arguments: str) -> Ran:
        with pytest.raises(SystemExit) as left:
            run(search, "search", [*arguments, "--collection", str(collection.path)])
        out, err = capfd.readouterr()
        return Ran(int(left.value.code or 0), out, err)

    return ran


def value_of(field: Field, document: Document = FULL) -> str:
    (value,) = field.values(document)
    return value


def switch(name: str) -> str:
    return f"--{name.replace('_', '-')}"


# The tables and the signatures


def defaults(function: Callable[..., Any]) -> dict[str, Any]:
    """The options of a method, in order, with what holds unless they are given."""
    parameters = inspect.signature(function).parameters.values()
    return {each.name: each.default for each in parameters if each.kind is inspect.Parameter.KEYWORD_ONLY}


def test_the_signature_of_search_is_what_the_table_says() -> None:
    parameters = [*inspect.signature(Collection.search).parameters.values()]
    assert [each.name for each in parameters[:2]] == ["self", "query"]
    assert (parameters[-1].name, parameters[-1].kind) == ("filters", inspect.Parameter.VAR_KEYWORD)
    declared = {each.name: each.default for each in OPTIONS.values() if not each.is_filter}
    assert list(defaults(Collection.search).items()) == list(declared.items())


@pytest.mark.parametrize(
    ("method", "others"),
    [
        (Collection.facets, {"limit": 10}),
        (Collection.export, {"limit": MAX_EXPORT, "highlights": False}),
        (Collection.similar, {}),
    ],
)
def test_other_methods_have_the_same_defaults(method: Callable[..., Any], others: dict[str, Any]) -> None:
    for name, default in defaults(method).items():
        assert default == others.get(name, OPTIONS[name].default), name


def test_the_filters_of_python_are_those_of_the_table() -> None:
    declared = [IN_PYTHON.get(each.name, each.name) for each in OPTIONS.values() if each.is_filter]
    assert list(Filters.__annotations__) == declared


# Options out of their bounds

LONG = "x" * 2000

WRONG: dict[str, list[str]] = {
    "choice": ["nonsense"],
    "day": ["2025-13", "someday", "2025..2026"],
    "constraints": ["summit", "country:", "colour:red"],
    "values": [],
    "id": [],
    "flag": [],
    "seconds": ["-1", "nan"],
}


def wrong(option: Option) -> list[str]:
    """Values that every face refuses, written as in a URL or a command."""
    if option.kind == "count":
        return [str(option.low - 1), str(option.high + 1)]
    return WRONG[option.kind]


REFUSED = [(option, value) for option in OPTIONS.values() for value in wrong(option)]


def names(cases: list[tuple[Option, str]]) -> list[str]:
    return [f"{option.name}={value[:20]}" for option, value in cases]


def in_python(option: Option, value: str) -> Any:
    return {"count": int, "seconds": float}.get(option.kind, str)(value)


def test_every_kind_of_option_but_texts_has_bounds() -> None:
    unbounded = {option.kind for option in OPTIONS.values()} - {option.kind for option, _ in REFUSED}
    assert unbounded == {"flag", "values", "id"}


def is_clear(message: str, option: Option, value: str) -> bool:
    """Whether a message is one line that names what is wrong: the option, or what it was given."""
    return "\n" not in message and (option.name in message or value in message)


@pytest.mark.parametrize(("option", "value"), REFUSED, ids=names(REFUSED))
def test_python_refuses_what_is_out_of_bounds(collection: Collection, option: Option, value: str) -> None:
    with pytest.raises(QueryError) as refusal:
        collection.search("consul", **{option.name: in_python(option, value)})
    assert is_clear(str(refusal.value), option, value), refusal.value


SWITCHES = {each.name for each in search.params if isinstance(each, click.Option)}
ON_THE_COMMAND_LINE = [case for case in REFUSED if case[0].name in SWITCHES]


def test_the_command_has_every_option_that_it_has_no_other_way_for() -> None:
    assert OPTIONS.keys() - SWITCHES == {"offset", "highlights", "timeout"}


@pytest.mark.parametrize(("option", "value"), ON_THE_COMMAND_LINE, ids=names(ON_THE_COMMAND_LINE))
def test_the_command_refuses_what_is_out_of_bounds(program: Callable[..., Ran], option: Option, value: str) -> None:
    message = only_line(program("consul", switch(option.name), value))
    assert is_clear(message, option, value), message


(API,) = (each for each in ENDPOINTS if each.path == "/search")
API_PARAMETERS = {each.name: each for each in API.parameters}
PAGE_PARAMETERS = {each.name: each for each in PARAMETERS}


def in_a_url(parameters: dict[str, Any]) -> list[tuple[Option, str]]:
    """What URLs refuse: the same, flags that say neither yes nor no, and texts that are too long."""
    cases = [*REFUSED, *((option, "maybe") for option in OPTIONS.values() if option.kind == "flag")]
    cases += [(option, LONG) for option in OPTIONS.values() if option.is_filter]
    return [case for case in cases if FLAGS.get(case[0].name, case[0].name) in parameters]


def test_the_api_has_every_option_that_it_does_not_decide_itself() -> None:
    assert {each for each in OPTIONS if FLAGS.get(each, each) not in API_PARAMETERS} == {"highlights", "timeout"}
    own = PAGE_PARAMETERS.keys() - {FLAGS.get(each, each) for each in OPTIONS}
    assert own == {"q", "similar", "page"}


@pytest.mark.parametrize(("option", "value"), in_a_url(API_PARAMETERS), ids=names(in_a_url(API_PARAMETERS)))
def test_the_api_refuses_what_is_out_of_bounds(client: FlaskClient, option: Option, value: str) -> None:
    answer = client.get("/api/v1/search", query_string={"q": "consul", FLAGS.get(option.name, option.name): value})
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert is_clear(json.loads(answer.data)["detail"], option, value)


@pytest.mark.parametrize(("option", "value"), in_a_url(PAGE_PARAMETERS), ids=names(in_a_url(PAGE_PARAMETERS)))
def test_the_page_refuses_what_is_out_of_bounds(client: FlaskClient, option: Option, value: str) -> None:
    answer = client.get("/", query_string={"q": "consul", FLAGS.get(option.name, option.name): value})
    assert answer.status_code == 400
    (alert,) = html.fromstring(answer.data).xpath("//*[@role='alert']")
    message = " ".join(alert.text_content().split())
    assert is_clear(message, option, value), message


# Fields

every_field = pytest.mark.parametrize("field", DECLARED, ids=[field.name for field in DECLARED])


@every_field
def test_a_field_filters_in_python(collection: Collection, field: Field) -> None:
    for name in {field.name, IN_PYTHON.get(field.name, field.name)}:
        given: dict[str, Any] = {name: value_of(field)}
        results = collection.search("", **given)
        assert [hit.document.id for hit in results] == ["full"], name
    either: dict[str, Any] = {field.name: [value_of(field), value_of(field, OTHER)]}
    assert {hit.document.id for hit in collection.search("consul", **either)} == {"full", "other"}


@every_field
def test_a_field_filters_in_a_question(collection: Collection, field: Field) -> None:
    for sign in ("", "="):
        results = collection.search(f'{field.name}:{sign}"{value_of(field)}"')
        assert [hit.document.id for hit in results] == ["full"], sign
    others = collection.search(f'consul -{field.name}:"{value_of(field)}"')
    assert {hit.document.id for hit in others} == {"other", "empty"}


@every_field
def test_a_field_filters_on_the_command_line(program: Callable[..., Ran], field: Field) -> None:
    ran = program(switch(field.name), value_of(field), "--format", "json")
    assert [hit["document"]["id"] for hit in json.loads(ran.out)["hits"]] == ["full"]


@every_field
def test_a_field_filters_in_the_api(client: FlaskClient, field: Field) -> None:
    assert API_PARAMETERS[field.name].repeatable
    answer = client.get("/api/v1/search", query_string={field.name: value_of(field)})
    assert [hit["document"]["id"] for hit in json.loads(answer.data)["hits"]] == ["full"]


@every_field
def test_a_field_filters_on_the_page(client: FlaskClient, field: Field) -> None:
    answer = client.get("/", query_string={field.name: value_of(field)})
    assert answer.status_code == 200
    links = {url.partition("?")[0].partition("#")[0] for *_, url, _ in html.fromstring(answer.data).iterlinks()}
    assert {each.id for each in (FULL, OTHER, EMPTY) if f"/documents/{each.id}" in links} == {"full"}


@every_field
def test_a_field_is_counted(collection: Collection, client: FlaskClient, field: Field) -> None:
    facets = collection.facets("consul")
    counted = {each.value: each.passages for each in facets.columns[field.name].values}
    assert counted == {value_of(field): 1, value_of(field, OTHER): 1}
    answer = json.loads(client.get("/api/v1/facets?q=consul").data)["facets"][field.name]
    assert answer == wire.to_builtins(wire.facets_of(facets))[field.name]


@every_field
def test_a_field_completes_its_values(collection: Collection, field: Field) -> None:
    offered = collection.complete(f"consul {field.name}:")
    assert {each.kind for each in offered} == {field.name}
    found = [{hit.document.id for hit in collection.search(each.text)} for each in offered]
    assert sorted(found, key=str) == [{"full"}, {"other"}]
    (mine,) = collection.complete(f"consul {field.name}:{value_of(field)[:2]}")
    assert value_of(field) in mine.text


def test_a_field_may_be_given_by_both_of_its_names(collection: Collection) -> None:
    given: dict[str, Any] = {"sender": "Dean Rusk", "from": "George Ball"}
    assert {hit.document.id for hit in collection.search("consul", **given)} == {"full", "other"}


def test_a_filter_that_does_not_exist_is_one_clear_line(collection: Collection) -> None:
    known = ["after", "before", *(field.name for field in DECLARED), "where", "document"]
    unknown: dict[str, Any] = {"colour": "red"}
    for ask in (collection.search, collection.facets, collection.export):
        with pytest.raises(QueryError) as refusal:
            ask("consul", **unknown)
        assert str(refusal.value) == f"there is no filter 'colour': use {', '.join(known)}"
