"""Who may call the API: keys and the commands that make them, rates, and other sites' pages."""

import hashlib
import json
import os
import re
import shutil
import signal
import stat
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dragoman.__main__ import dragoman
from dragoman.corpus.document import Document
from dragoman.errors import DragomanError, NotFound
from dragoman.search.collection import Collection, open_collection
from dragoman.web.access import keys, limits
from dragoman.web.access.keys import Keys
from dragoman.web.access.limits import Limiter, client_at
from dragoman.web.app import create_app

SEARCH = "/api/v1/search?q=consul"
OPEN = ("/", "/?q=consul", "/documents/a", "/feed.atom?q=consul", "/opensearch.xml", "/healthz", "/api/v1/")
OPEN_TOO = ("/api/v1/openapi.json", "/api/v1/suggest?q=con")


@pytest.fixture(scope="module")
def collection(empty_collections: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    place = tmp_path_factory.mktemp("limits") / "collection"
    shutil.copytree(empty_collections[0], place)
    with open_collection(place) as opened:
        opened.add([Document("a", "The consul wrote a despatch about the quarantine of ships.")])
        yield opened


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys.txt"


def problem(answer: TestResponse, status: int) -> str:
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert "\n" not in answer.json["detail"]  # type: ignore[index]
    return answer.json["detail"]  # type: ignore[index]


def bearer(value: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {value}"}


# Keys


def test_the_api_and_the_metrics_want_a_key_and_the_pages_none(collection: Collection, file: Path) -> None:
    value = keys.new(file, "reading-room")
    client = create_app(collection, keys=file).test_client()
    for path in (SEARCH, "/api/v1/documents", "/api/v1/documents/a", "/api/v1/export?q=consul", "/metrics"):
        answer = client.get(path)
        assert "Authorization: Bearer" in problem(answer, 401)
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="dragoman"'
        for wrong in (value[:-1], value + "x", "dgm_", "é"):
            assert "not known" in problem(client.get(path, headers=bearer(wrong)), 401)
            problem(client.get(path, headers={"X-API-Key": wrong}), 401)
        assert client.get(path, headers=bearer(value)).status_code == 200
        assert client.get(path, headers={"X-API-Key": value}).status_code == 200
    problem(client.get("/api/v1/nowhere"), 401)
    for path in (*OPEN, *OPEN_TOO):
        assert client.get(path).status_code == 200, path


def test_pages_stay_open_where_the_file_of_keys_cannot_be_read(collection: Collection, file: Path) -> None:
    client = create_app(collection, keys=_with_a_key(file)).test_client()
    file.write_text("mended badly\n")
    assert client.get("/?q=consul", headers=bearer("x")).status_code == 200
    assert client.get(SEARCH, headers=bearer("x")).status_code == 500


def _with_a_key(file: Path) -> Path:
    keys.new(file, "reading-room")
    return file


def test_no_cache_keeps_an_error(collection: Collection, file: Path) -> None:
    client = create_app(collection, keys=_with_a_key(file), rate="1/minute").test_client()
    for path, status in ((SEARCH, 401), ("/nowhere", 404), ("/documents/nowhere", 404), ("/?q=consul", 429)):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (status, "no-store")


@pytest.mark.parametrize("sent", ["Basic ZGdtXzp4", "Bearer", "Bearer ", "Digest a=b", "nonsense", "\udcff"])
def test_other_credentials_are_no_key(collection: Collection, file: Path, sent: str) -> None:
    value = keys.new(file, "a")
    client = create_app(collection, keys=file).test_client()
    problem(
        client.get(SEARCH, headers={"Authorization": sent.encode("utf-8", "surrogateescape").decode("latin-1")}), 401
    )
    # A login in front has its own header; the key then comes in the other one.
    assert client.get(SEARCH, headers={"Authorization": "Basic ZGdtXzp4", "X-API-Key": value}).status_code == 200


def test_a_key_in_an_address_is_refused(collection: Collection, file: Path) -> None:
    value = keys.new(file, "a")
    client = create_app(collection, keys=file).test_client()
    problem(client.get(f"{SEARCH}&key={value}"), 401)
    problem(client.get(f"{SEARCH}&key={value}", headers=bearer(value)), 400)


def test_nothing_is_called_unchanged_before_the_key_is_known(collection: Collection, file: Path) -> None:
    value = keys.new(file, "a")
    client = create_app(collection, keys=file).test_client()
    first = client.get(SEARCH, headers=bearer(value))
    assert {"Authorization", "X-API-Key"} <= set(first.vary)
    known = {"If-None-Match": first.headers["ETag"]}
    assert client.get(SEARCH, headers={**bearer(value), **known}).status_code == 304
    problem(client.get(SEARCH, headers=known), 401)
    problem(client.get(SEARCH, headers={**bearer("dgm_other"), **known}), 401)


def test_a_server_notices_new_and_revoked_keys(collection: Collection, file: Path) -> None:
    first = keys.new(file, "first")
    client = create_app(collection, keys=file).test_client()
    second = keys.new(file, "second")
    assert client.get(SEARCH, headers=bearer(second)).status_code == 200
    keys.revoke(file, "first")
    problem(client.get(SEARCH, headers=bearer(first)), 401)
    assert client.get(SEARCH, headers=bearer(second)).status_code == 200


def test_a_file_that_has_become_unreadable_lets_nobody_in(
    collection: Collection, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    value = keys.new(file, "a")
    client = create_app(collection, keys=file).test_client()
    file.write_text("nonsense")
    assert "keys.txt" not in problem(client.get(SEARCH, headers=bearer(value)), 500)
    assert "line 1" in caplog.text
    file.unlink()
    problem(client.get(SEARCH, headers=bearer(value)), 500)
    assert client.get("/").status_code == 200
    assert value not in caplog.text


def test_keys_are_never_logged(collection: Collection, file: Path, caplog: pytest.LogCaptureFixture) -> None:
    value = keys.new(file, "a")
    client = create_app(collection, keys=file).test_client()
    with caplog.at_level("DEBUG"):
        client.get(SEARCH, headers=bearer(value))
        client.get(SEARCH, headers={"X-API-Key": value + "x"})
    assert "/api/v1/search" in caplog.text
    assert value not in caplog.text


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(dragoman, ["key", *(str(each) for each in arguments)])


def test_the_commands_print_a_key_once_and_keep_only_its_hash(file: Path) -> None:
    made = run("new", "reading-room", "--file", file)
    value = made.stdout.strip()
    assert re.fullmatch(r"dgm_[\w-]{43}", value)
    assert file.read_text() == f"reading-room {hashlib.sha256(value.encode()).hexdigest()}\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert run("new", "other", "--file", file).stdout.strip() != value
    assert run("list", "--file", file).stdout == "reading-room\nother\n"
    assert Keys(file).holder(value) == "reading-room"
    assert run("revoke", "reading-room", "--file", file).exit_code == 0
    assert run("list", "--file", file).stdout == "other\n"
    assert Keys(file).holder(value) is None


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("new", "a"), "a has a key already"),
        (("new", "a b"), "is no name for a key"),
        (("new", "x" * 65), "is no name for a key"),
        (("revoke", "b"), "no key is called 'b'"),
    ],
)
def test_what_cannot_be_done_with_keys_is_told(file: Path, arguments: tuple[str, str], told: str) -> None:
    keys.new(file, "a")
    before = file.read_bytes()
    result = run(*arguments, "--file", file)
    assert isinstance(result.exception, DragomanError)
    assert told in str(result.exception)
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"reading-room abc\n", "line 1: not a name and a SHA-256"),
        (b"# comment\n\nx " + b"0" * 63 + b"g\n", "line 3"),
        (b"\xff\xfe", "not text"),
    ],
)
def test_a_file_of_something_else_is_refused(file: Path, content: bytes, told: str) -> None:
    file.write_bytes(content)
    for act in (Keys, keys.holders, lambda path: keys.new(path, "b"), lambda path: keys.revoke(path, "b")):
        with pytest.raises(DragomanError, match=told):
            act(file)
    assert file.read_bytes() == content


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    for act in (Keys, keys.holders, lambda path: keys.revoke(path, "a")):
        with pytest.raises(DragomanError, match="No such file"):
            act(tmp_path / "nowhere.txt")
    with pytest.raises(DragomanError, match="no such folder"):
        keys.new(tmp_path / "no" / "folder.txt", "a")


def test_comments_and_links_are_kept(file: Path, tmp_path: Path) -> None:
    keys.new(file, "a")
    file.write_text(f"# whose is whose\n\n{file.read_text()}")
    link = tmp_path / "link.txt"
    link.symlink_to(file)
    keys.new(link, "b")
    assert link.is_symlink()
    assert keys.holders(file) == ["a", "b"]
    assert file.read_text().startswith("# whose is whose\n\na ")
    with pytest.raises(NotFound):
        keys.revoke(link, "c")
    assert {each.name for each in file.parent.iterdir()} == {".keys.txt.lock", "keys.txt", "link.txt"}


# Rates


def ask(client: FlaskClient, path: str = SEARCH, address: str = "192.0.2.1", **headers: str) -> TestResponse:
    return client.get(path, environ_overrides={"REMOTE_ADDR": address}, headers=headers)


def test_whoever_asks_too_often_is_told_when_to_ask_again(collection: Collection) -> None:
    client = create_app(collection, rate="3/minute").test_client()
    for left in (2, 1, 0):
        answer = ask(client)
        assert answer.status_code == 200
        assert answer.headers["RateLimit-Policy"] == '"default";q=3;w=60'
        assert re.fullmatch(rf'"default";r={left};t=(60|5\d)', answer.headers["RateLimit"])
        assert "Retry-After" not in answer.headers
    refused = ask(client)
    assert re.fullmatch(r"more than 3/minute: ask again in \d+ seconds", problem(refused, 429))
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert "ETag" not in refused.headers
    page = ask(client, "/?q=consul")
    assert page.status_code == 429
    assert page.content_type == "text/html; charset=utf-8"
    assert ask(client, address="192.0.2.2").status_code == 200


def test_pages_reader_feeds_and_unchanged_answers_count_and_nothing_else_does(collection: Collection) -> None:
    client = create_app(collection, rate="100/hour").test_client()
    tag = ask(client).headers["ETag"]
    counted = ("/?q=consul", "/documents/a", "/feed.atom?q=consul", "/api/v1/suggest?q=c", "/api/v1/nowhere", "/?q=%22")
    for left, path in enumerate(reversed(counted)):
        answer = ask(client, path)
        assert f"r={98 - left};" in answer.headers["RateLimit"], path
    answer = ask(client, **{"If-None-Match": tag})
    assert answer.status_code == 304
    assert "r=92;" in answer.headers["RateLimit"]
    for path in ("/healthz", "/metrics", "/assets/0/dragoman.css", "/nowhere"):
        with ask(client, path) as other:
            assert "RateLimit" not in other.headers
    assert "r=91;" in ask(client).headers["RateLimit"]


def test_a_key_has_a_rate_of_its_own_wherever_it_asks_from(collection: Collection, file: Path) -> None:
    first, second = keys.new(file, "first"), keys.new(file, "second")
    client = create_app(collection, keys=file, rate="2/minute").test_client()
    assert ask(client, address="192.0.2.1", **bearer(first)).status_code == 200
    assert ask(client, address="192.0.2.2", **bearer(first)).status_code == 200
    problem(ask(client, address="192.0.2.3", **bearer(first)), 429)
    assert ask(client, address="192.0.2.3", **bearer(second)).status_code == 200
    assert ask(client, "/?q=consul", address="192.0.2.3").status_code == 200


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::"),
        ("2001:db8:1:2:bbbb::9%eth0", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("", "unknown"),
        (None, "unknown"),
        ("/run/socket", "unknown"),
        ("[2001:db8:1:2::5]:4711", "2001:db8:1:2::"),
        ("[2001:db8:1:2::6]", "2001:db8:1:2::"),
    ],
)
def test_a_client_is_an_address_or_a_network_of_one_subscriber(address: str | None, client: str) -> None:
    assert client_at(address) == client


def test_a_window_ends_and_begins_with_the_next_request(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(limits.time, "monotonic", lambda: now)
    limiter = Limiter("2/minute")
    assert [limiter.count("a") for _ in range(3)] == [(True, 1, 60), (True, 0, 60), (False, 0, 60)]
    now += 59.5
    assert limiter.count("a") == (False, 0, 1)
    assert limiter.count("b") == (True, 1, 60)
    now += 0.6
    assert limiter.count("a") == (True, 1, 60)
    assert limiter.count("b") == (True, 0, 60)


def test_no_number_of_clients_fills_the_memory() -> None:
    limiter = Limiter("1/day", most_clients=1000)
    for number in range(5000):
        assert limiter.count(str(number)).granted
    assert not limiter.count("4999").granted
    forgotten = sum(limiter.count(str(number)).granted for number in range(4999, -1, -1))
    assert 4000 <= forgotten < 5000  # in favour of later ones


@pytest.mark.parametrize("rate", ["", "0/minute", "60", "60/fortnight", "-1/minute", "1.5/second", "60/minute;drop"])
def test_what_is_no_rate_is_told(collection: Collection, rate: str) -> None:
    with pytest.raises(DragomanError, match="is no rate: write one such as 60/minute"):
        Limiter(rate)
    if rate:
        with pytest.raises(DragomanError, match="is no rate"):
            create_app(collection, rate=rate)


# Other sites' pages

HERS = "https://library.example"


def from_page(client: FlaskClient, path: str = SEARCH, origin: str = HERS, **options: Any) -> TestResponse:
    return client.open(path, headers={"Origin": origin, **options.pop("headers", {})}, **options)


def shared(answer: TestResponse) -> dict[str, str]:
    return {name: value for name, value in answer.headers if name.startswith("Access-Control-")}


def test_a_page_of_an_allowed_origin_may_read_the_api_and_nothing_else(collection: Collection) -> None:
    client = create_app(collection, origins=[HERS, "http://other.example:8080"]).test_client()
    for path in (SEARCH, "/api/v1/suggest?q=c", "/api/v1/nowhere", f"{SEARCH}&nonsense=1", "/api/v1/documents/none"):
        answer = from_page(client, path)
        assert answer.headers["Access-Control-Allow-Origin"] == HERS
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert "Retry-After" in answer.headers["Access-Control-Expose-Headers"]
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert "Origin" in answer.vary
    assert from_page(client, origin="http://other.example:8080").headers["Access-Control-Allow-Origin"]
    for path in ("/", "/?q=consul", "/documents/a", "/feed.atom?q=consul", "/healthz", "/metrics", "/nowhere"):
        answer = from_page(client, path)
        assert shared(answer) == {}
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "http://library.example",
        f"{HERS}:444",
        f"{HERS}.evil.example",
        "https://evil.example",
        f"{HERS}/",
        "*",
    ],
)
def test_other_origins_get_the_answer_without_leave_to_read_it(collection: Collection, origin: str) -> None:
    answer = from_page(create_app(collection, origins=[HERS]).test_client(), origin=origin)
    assert answer.status_code == 200
    assert shared(answer) == {}
    assert "Origin" in answer.vary


def test_all_origins_may_be_allowed(collection: Collection) -> None:
    client = create_app(collection, origins=["*"]).test_client()
    answer = from_page(client)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Origin" not in answer.vary
    assert shared(from_page(client, "/")) == {}


def test_without_origins_nothing_is_shared(collection: Collection) -> None:
    answer = from_page(create_app(collection).test_client())
    assert shared(answer) == {}
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_browser_may_ask_first_whether_it_may_send_a_key(collection: Collection, file: Path) -> None:
    value = keys.new(file, "a")
    client = create_app(collection, keys=file, origins=[HERS], rate="2/minute").test_client()
    wanted = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
    for _ in range(5):
        answer = from_page(client, method="OPTIONS", headers=wanted)
        assert answer.status_code == 204
        assert answer.headers["Access-Control-Allow-Origin"] == HERS
        assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD"
        assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert from_page(client, headers=bearer(value)).headers["Access-Control-Allow-Origin"] == HERS
    refused = from_page(client)
    problem(refused, 401)
    assert refused.headers["Access-Control-Allow-Origin"] == HERS  # so that the page can tell why


def test_no_other_question_before_the_question_is_answered(collection: Collection) -> None:
    client = create_app(collection, origins=[HERS]).test_client()
    wanted = {"Access-Control-Request-Method": "GET"}
    strange = from_page(client, origin="https://evil.example", method="OPTIONS", headers=wanted)
    problem(strange, 405)
    assert shared(strange) == {}
    assert from_page(client, "/", method="OPTIONS", headers=wanted).status_code == 405
    assert from_page(client, method="OPTIONS").status_code == 405


def test_the_box_to_embed_is_a_module_that_allowed_pages_may_load(collection: Collection) -> None:
    client = create_app(collection, origins=[HERS]).test_client()
    with from_page(client, "/embed.js") as answer:
        assert answer.status_code == 200
        assert answer.mimetype == "text/javascript"
        assert answer.headers["Access-Control-Allow-Origin"] == HERS
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    with create_app(collection).test_client().get("/embed.js") as alone:
        assert alone.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_the_search_box_to_embed_is_kept_for_an_hour_and_counts_for_nothing(collection: Collection) -> None:
    client = create_app(collection, origins=[HERS], rate="2/minute").test_client()
    for _ in range(3):
        client.get("/embed.js").close()
    with from_page(client, "/embed.js") as answer:
        assert answer.status_code == 200
        assert answer.cache_control.max_age == 3600
        assert "RateLimit" not in answer.headers
    with client.get("/embed.js", headers={"If-None-Match": answer.headers["ETag"]}) as again:
        assert again.status_code == 304
    assert client.get(SEARCH).status_code == 200


def test_the_openapi_document_says_which_guards_there_are(collection: Collection, file: Path) -> None:
    keys.new(file, "a")
    guarded = create_app(collection, keys=file, rate="9/minute").test_client().get("/api/v1/openapi.json").data
    described = json.loads(guarded)
    responses = described["paths"]["/search"]["get"]["responses"]
    assert {"401", "429"} <= set(responses)
    assert described["paths"]["/search"]["get"]["security"] == [{"bearer": []}, {"header": []}]
    assert "security" not in described["paths"]["/suggest"]["get"]
    plain = json.loads(create_app(collection).test_client().get("/api/v1/openapi.json").data)
    assert not {"401", "429"} & set(plain["paths"]["/search"]["get"]["responses"])
    assert "securitySchemes" not in plain["components"]


def test_who_has_read_the_file_of_keys_has_no_key(collection: Collection, file: Path) -> None:
    keys.new(file, "reading-room")
    client = create_app(collection, keys=file).test_client()
    for stolen in file.read_text().split():
        problem(client.get(SEARCH, headers=bearer(stolen)), 401)


def test_a_key_is_revoked_by_its_whole_name(file: Path) -> None:
    for name in ("reading-room", "reading", "reading.room"):
        keys.new(file, name)
    keys.revoke(file, "reading")
    assert keys.holders(file) == ["reading-room", "reading.room"]


def test_threads_may_count_at_once_while_clients_are_forgotten() -> None:
    limiter, present = Limiter("1/day", most_clients=16), sys.getswitchinterval()

    def count_all(_: int) -> list[bool]:
        return [limiter.count(str(number % 50)).granted for number in range(2000)]

    sys.setswitchinterval(1e-6)  # threads take turns within each other's counting
    try:
        with ThreadPoolExecutor(8) as pool:
            granted = list(pool.map(count_all, range(8)))
    finally:
        sys.setswitchinterval(present)
    assert all(len(each) == 2000 for each in granted)
    remembered = [str(number) for number in range(50) if not limiter.count(str(number)).granted]
    assert len(remembered) <= 16


def test_many_sites_in_a_process_take_hardly_any_descriptors() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    limiters = [Limiter("1/day") for _ in range(100)]
    assert all(each.count("a").granted and not each.count("a").granted for each in limiters)
    assert len(list(Path("/proc/self/fd").iterdir())) <= before + 1


@pytest.mark.parametrize("clients", [1, 3])
def test_processes_that_were_forked_count_together_and_one_that_is_killed_holds_nobody_up(clients: int) -> None:
    limiter, children = Limiter("500/hour"), list[int]()
    for worker in range(4):
        if not (child := os.fork()):
            if worker:
                for number in range(300):
                    limiter.count(str(number % clients))
            else:
                with limiter._memory.locked():
                    os.kill(os.getpid(), signal.SIGKILL)
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    counted = sum(500 - limiter.count(str(number)).remaining - 1 for number in range(clients))
    assert counted == (499 if clients == 1 else 900)


@pytest.mark.parametrize(
    ("rate", "seconds"), [("1/second", 1), ("1/minute", 60), ("1/hour", 3600), ("1 / day", 86_400)]
)
def test_a_unit_is_as_long_as_it_says(rate: str, seconds: int) -> None:
    assert Limiter(rate).count("a") == (True, 0, seconds)


def test_nobody_gets_more_by_claiming_to_be_somebody_else(collection: Collection) -> None:
    client = create_app(collection, rate="2/minute").test_client()
    claims = [{"X-Forwarded-For": f"203.0.113.{number}", "Forwarded": f"for=203.0.113.{number}"} for number in range(3)]
    assert [ask(client, **each).status_code for each in claims] == [200, 200, 429]
