"""Dragoman within somebody else's Flask app: beside its pages, under a prefix, more than once, and in nobody's way."""

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Blueprint, Flask, render_template_string
from flask.testing import FlaskClient

from dragoman.corpus.document import Document
from dragoman.errors import DragomanError
from dragoman.search.collection import Collection, open_collection
from dragoman.search.making import create_collection
from dragoman.web import Dragoman, blueprint, create_app

LETTER = Document(id="//letters/1", title="Letter", text="The consul reports on the quarantine of ships.")
CABLE = Document(id="cable", title="Cable", text="The telegraph to Zanzibar was cut, and the consul protests.")


class Addresses(HTMLParser):
    """All that a page links to or loads."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {value for name, value in attrs if name in ("href", "src", "action") and value}


def made(place: Path, *documents: Document) -> Path:
    with create_collection(place) as collection:
        collection.add(documents)
    return place


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    with open_collection(made(tmp_path_factory.mktemp("mounted") / "letters", LETTER)) as opened:
        yield opened


@pytest.fixture(scope="module")
def cables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    with open_collection(made(tmp_path_factory.mktemp("mounted") / "cables", CABLE)) as opened:
        yield opened


@pytest.fixture
def host(letters: Collection, cables: Collection, tmp_path: Path) -> FlaskClient:
    """An app with a page, a template, a filter and an error page of its own, and two collections."""
    (tmp_path / "base.html").write_text("the host's own base")
    (tmp_path / "results.html").write_text("the host's own results")
    app = Flask("host", template_folder=str(tmp_path))
    app.add_template_filter(lambda _: "the filter of the host", "visible")
    app.register_error_handler(404, lambda _: ("the host's own 404", 404))

    @app.get("/")
    def home() -> str:
        return render_template_string("{{ 'x' | visible }}\n{% if true %}\nunstripped\n{% endif %}")

    Dragoman(app, letters, url_prefix="/archive/letters")
    Dragoman(app, cables, url_prefix="/archive/cables/", name="cables", title="Cables")
    return app.test_client()


def test_a_host_that_asks_for_a_password_is_asked_its_own_way(letters: Collection) -> None:
    app = Flask("host")
    app.before_request(lambda: ("who are you?", 401, {"WWW-Authenticate": 'Basic realm="intranet"'}))
    Dragoman(app, letters, url_prefix="/archive")
    for path in ("/archive/", "/archive/api/v1/search?q=consul"):
        assert app.test_client().get(path).headers.getlist("WWW-Authenticate") == ['Basic realm="intranet"']


def test_the_api_refuses_other_methods_itself(host: FlaskClient) -> None:
    for path in ("search", "documents/letters/1", "nowhere"):
        answer = host.post(f"/archive/letters/api/v1/{path}")
        assert (answer.status_code, answer.content_type) == (405, "application/problem+json")
        assert answer.headers["Allow"] == "GET, HEAD"


def test_a_prefix_with_a_variable_is_refused(letters: Collection) -> None:
    with pytest.raises(DragomanError, match="has a variable"):
        Dragoman(Flask("host"), letters, url_prefix="/<lang>/archive")


def test_the_host_stays_as_it_was(host: FlaskClient) -> None:
    answer = host.get("/")
    assert answer.text == "the filter of the host\n\nunstripped\n"
    assert "Content-Security-Policy" not in answer.headers
    assert host.get("/nowhere").text == "the host's own 404"


def test_each_mount_answers_of_its_own_collection(host: FlaskClient) -> None:
    for prefix, title in (("/archive/letters", "Letter"), ("/archive/cables", "Cable")):
        page = host.get(f"{prefix}/?q=consul")
        assert page.status_code == 200
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        hits = json.loads(host.get(f"{prefix}/api/v1/search?q=consul").data)["hits"]
        assert [hit["document"]["title"] for hit in hits] == [title]
    assert "<title>consul – Cables</title>" in host.get("/archive/cables/?q=consul").text


def test_all_that_a_page_names_is_there_under_the_prefix(host: FlaskClient) -> None:
    seen, waiting = set[str](), ["/archive/letters/", "/archive/letters/?q=consul", "/archive/letters/?q=zebra"]
    while waiting:
        path = waiting.pop()
        if path in seen or len(seen) > 150:
            continue
        seen.add(path)
        with host.get(path) as answer:
            assert answer.status_code in (200, 302), path
            if answer.mimetype != "text/html":
                continue
            for found in Addresses(answer.get_data(as_text=True)).found:
                target = urlsplit(urljoin(path, found))
                if not target.netloc:
                    assert target.path.startswith("/archive/letters/"), found
                    waiting.append(f"{target.path}?{target.query}")
    assert any("/documents/" in path for path in seen)
    assert any("/assets/" in path for path in seen)


def test_errors_under_the_prefix_are_ours(host: FlaskClient) -> None:
    assert "Dragoman" in host.get("/archive/letters/documents/nobody").text
    problem = host.get("/archive/letters/api/v1/documents/nobody")
    assert problem.content_type == "application/problem+json"


def test_an_id_that_begins_with_slashes_is_found_where_the_host_merges_them(host: FlaskClient) -> None:
    assert "quarantine" in host.get("/archive/letters/documents///letters/1").text


def test_a_factory_may_name_the_collection_in_its_settings(letters: Collection) -> None:
    extension, app = Dragoman(url_prefix="/s"), Flask("host")
    with pytest.raises(ValueError, match="DRAGOMAN_COLLECTION"):
        extension.init_app(app)
    app.config["DRAGOMAN_COLLECTION"] = str(letters.path)
    extension.init_app(app)
    assert app.test_client().get("/s/?q=consul").status_code == 200


def test_two_mounts_of_one_name_are_refused(letters: Collection) -> None:
    app = Flask("host")
    Dragoman(app, letters, url_prefix="/one")
    with pytest.raises(ValueError, match="name"):
        Dragoman(app, letters, url_prefix="/two")


def test_a_blueprint_may_lie_within_one_of_the_hosts_and_bear_another_name(letters: Collection) -> None:
    app, own = Flask("host"), Blueprint("own", "host")
    own.register_blueprint(blueprint(letters), url_prefix="/letters")
    app.register_blueprint(own, url_prefix="/own")
    app.register_blueprint(blueprint(letters), url_prefix="/again", name="again")
    for prefix in ("/own/letters", "/again"):
        page = app.test_client().get(f"{prefix}/?q=consul")
        assert page.status_code == 200
        assert any(found.startswith(f"{prefix}/documents/") for found in Addresses(page.text).found)


def test_an_app_is_left_alone_where_an_option_does_not_fit(letters: Collection) -> None:
    app = Flask("host")
    with pytest.raises(DragomanError, match="is no rate"):
        Dragoman(app, letters, rate="often")
    assert not app.blueprints


def test_the_app_itself_may_lie_behind_a_prefix(letters: Collection) -> None:
    client = create_app(letters).test_client()
    page = client.get("/?q=consul", environ_overrides={"SCRIPT_NAME": "/behind"})
    assert any(found.startswith("/behind/documents/") for found in Addresses(page.text).found)


def test_errors_that_the_host_leaves_to_flask_stay_flasks(letters: Collection) -> None:
    app, plain = Flask("host"), Flask("plain")
    Dragoman(app, letters, url_prefix="/letters")
    assert app.test_client().get("/nowhere").data == plain.test_client().get("/nowhere").data
