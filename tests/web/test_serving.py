"""`dragoman serve` as a process: what it answers, logs and counts, and how it stops."""

import re
import shutil
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPResponse
from pathlib import Path

import pytest

from dragoman.corpus.document import Document
from dragoman.index.writing import store
from dragoman.search.collection import open_collection
from dragoman.search.making import create_collection
from dragoman.web.access import keys
from dragoman.web.app import create_app
from dragoman.web.server.checks import CHECKED, Checks
from dragoman.web.server.shared_memory import Counts
from support.served import Server, make_letter

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_letter(tmp_path_factory.mktemp("serving"))


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    started = Server(folder)
    yield started
    started.close()


def test_the_log_has_a_line_a_request_and_no_question(server: Server) -> None:
    server.get("/?q=quarantine+secret")
    server.get("/no/such%0Apage")
    said = server.stop()
    assert re.search(r"127\.0\.0\.1 GET / 200 \d+ \d+ ms\n", said)
    assert re.search(r"127\.0\.0\.1 GET /no/such\\npage 404 \d+ \d+ ms\n", said)
    assert "secret" not in said


def test_the_log_may_be_left_out(folder: Path) -> None:
    server = Server(folder, "--no-log")
    try:
        server.get("/?q=quarantine")
        assert server.stop(signal.SIGINT).count("\n") == 1
    finally:
        server.close()


def test_requests_are_counted_by_what_was_asked(server: Server) -> None:
    for _ in range(3):
        server.get("/api/v1/search?q=quarantine")
    server.get("/api/v1/search?q=%22")
    server.get("/nowhere")
    answer, counts = server.get("/metrics")
    assert (answer.headers["Content-Type"] or "").startswith("text/plain")
    assert 'dragoman_requests_total{endpoint="api.search",status="200"} 3.0' in counts
    assert 'dragoman_requests_total{endpoint="api.search",status="400"} 1.0' in counts
    assert 'dragoman_requests_total{endpoint="none",status="404"} 1.0' in counts
    assert 'dragoman_request_seconds_count{endpoint="api.search"} 4.0' in counts
    assert "dragoman_documents 1.0" in counts


def test_a_new_commit_is_served_without_a_restart(tmp_path: Path) -> None:
    with create_collection(tmp_path / "collection") as made:
        made.add([Document(id="one", title="Letter", text="The consul reports on the quarantine of ships.")])
    server = Server(tmp_path / "collection")
    try:
        assert '"total": 0' in server.get("/api/v1/search?q=telegraph&mode=keyword")[1]
        with open_collection(tmp_path / "collection") as opened:
            opened.add([Document(id="two", title="Cable", text="The telegraph to Zanzibar was cut.")])
        assert '"total": 1' in server.get("/api/v1/search?q=telegraph&mode=keyword")[1]
        assert '"generation":4' in server.get("/healthz")[1]
    finally:
        server.close()


def test_damage_is_found_while_it_serves_and_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(store, "CHECKED_BYTES", 0)  # as if all files were too large to be looked at when it is opened
    with create_collection(tmp_path / "collection") as served:
        served.add([Document(id="one", text="The telegraph to Zanzibar was cut.")])
        served.add([Document(id="two", text="The telegraph to Lamu was cut.")])
        damaged = next((tmp_path / "collection" / "segments").glob("*/postings/lengths.npy"))
        damaged.write_bytes(damaged.read_bytes()[:-1] + b"!")
        counts = Counts()
        checks = Checks(served, counts, speed=1e12, pause=0.01)
        client = create_app(served, counts=counts).test_client()
        question, segment = "/api/v1/search?q=telegraph&mode=keyword", f"segments/{damaged.parts[-3]}"
        assert [client.get(question).get_json()[part] for part in ("total", "left_out")] == [2, []]
        assert "dragoman_checked_timestamp_seconds " not in client.get("/metrics").text
        with checks:
            while not (first := counts.all().get(CHECKED)):
                time.sleep(0.01)
            while (last := counts.all()[CHECKED]) == first:
                time.sleep(0.01)
        answer = client.get(question).get_json()
        assert (answer["total"], [each["part"] for each in answer["left_out"]]) == (1, [segment])
        shown = client.get("/?q=telegraph&mode=keyword").text
        assert f"A part of the collection is damaged and was not asked: {segment} (" in shown
        (line,) = [each.getMessage() for each in caplog.records if each.name == "dragoman.checks"]
        assert line.startswith(f"{segment}/postings/lengths.npy was altered")
        told = client.get("/metrics").text
        when = re.search(r"^dragoman_checked_timestamp_seconds (.+)$", told, re.MULTILINE)
        assert when
        assert float(when[1]) >= last
        assert "dragoman_left_out 1.0" in told


def test_checks_end_with_the_server_in_the_midst_of_a_round(folder: Path) -> None:
    with open_collection(folder) as opened:
        counts = Counts()
        with Checks(opened, counts, speed=1):  # a byte a second
            pass
        assert CHECKED not in counts.all()
        assert "checks" not in {thread.name for thread in threading.enumerate()}


def test_whoever_has_asked_is_answered_before_it_stops(folder: Path) -> None:
    server = Server(folder, "--threads", "1")
    try:
        connections = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(30)]
        for number, connection in enumerate(connections):
            request = f"GET /?q=quarantine+{number} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            connection.sendall(request.encode())
        time.sleep(0.2)  # for all to have come in; one thread has answered few of them
        server.process.send_signal(signal.SIGTERM)
        for connection in connections:
            with connection:
                answer = HTTPResponse(connection)
                answer.begin()
                assert answer.status == 200
                assert answer.read().rstrip().endswith(b"</html>")
        server.stop()
    finally:
        server.close()


def test_a_long_answer_is_sent_to_its_end_before_it_stops(tiny_models: tuple[Path, Path], tmp_path: Path) -> None:
    with create_collection(tmp_path / "collection", model=str(tiny_models[0])) as made:
        made.add([Document(id="long", text="The consul reports on the quarantine of ships. " * 20_000)])
    server = Server(tmp_path / "collection")
    try:
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(b"GET /api/v1/export?q=quarantine&limit=10000 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answer = HTTPResponse(connection)
            answer.begin()  # and more stands in buffers than a socket takes
            server.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            assert len(answer.read().splitlines()) > 1000
        server.stop()
    finally:
        server.close()


def test_clients_that_never_end_their_requests_keep_nobody_out(server: Server) -> None:
    slow = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(700)]
    try:
        for each in slow:
            with suppress(ConnectionError):  # some have been sent away by now
                each.sendall(b"GET /?q=quarantine HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        assert server.get("/?q=quarantine")[0].status == 200
        slow[-1].sendall(b"not so slow\r\n\r\n")
        assert slow[-1].recv(16).startswith(b"HTTP/1.1 200")
    finally:
        for each in slow:
            each.close()


def test_only_proxies_that_are_named_are_believed(folder: Path) -> None:
    forwarded = {"X_Forwarded_For": "203.0.113.7", "X_Forwarded_Host": "search.example.org"}
    server = Server(folder, "--proxies", "1", "--trusted-host", "search.example.org")
    plain = Server(folder)
    try:
        assert server.get("/", **forwarded)[0].status == 200
        assert server.get("/", **(forwarded | {"X_Forwarded_Host": "example.net"}))[0].status == 400
        assert plain.get("/", **forwarded)[0].status == 200
        assert "203.0.113.7 GET / 200" in server.stop()
        assert "203.0.113.7" not in plain.stop()
    finally:
        server.close()
        plain.close()


def test_a_site_may_lie_under_a_prefix_that_a_proxy_passes_on(folder: Path) -> None:
    server = Server(folder, "--prefix", "archive/")
    try:
        assert "/archive/" in server.said[0]
        answer, page = server.get("/archive/?q=quarantine")
        assert answer.status == 200
        links = re.findall(r'(?:href|src|action)="(/[^"]*)"', page)
        assert links
        assert all(link.startswith("/archive/") for link in links)
        assert server.get("/archive?q=quarantine")[0].headers["Location"] == "/archive/?q=quarantine"
        for elsewhere in ("/?q=quarantine", "/archives/", "/documents/one", "/api/v1/search?q=quarantine"):
            answer, said = server.get(elsewhere)
            assert (answer.status, "/archive/" in said) == (404, True), elsewhere
        assert server.get("/healthz")[0].status == server.get("/archive/healthz")[0].status == 200
    finally:
        server.close()


def test_metrics_tell_what_is_in_the_collection_now(tmp_path: Path) -> None:
    paragraphs = "\n\n".join(f"Paragraph {number}: the harbour dues were discussed again." * 4 for number in range(40))
    with create_collection(tmp_path / "collection") as made:
        for number in range(3):
            made.add([Document(id="long", title=f"Version {number}", text=paragraphs)])
        status = made.status()
    assert len({status.documents, status.passages, status.generation}) == 3
    server = Server(tmp_path / "collection")
    try:
        counts = server.get("/metrics")[1]
    finally:
        server.close()
    for name in ("documents", "passages", "generation"):
        assert f"dragoman_{name} {float(getattr(status, name))}\n" in counts


def test_addresses_are_those_that_the_proxy_was_asked_by(folder: Path) -> None:
    server = Server(folder, "--proxies", "1", "--trusted-host", "search.example.org")
    try:
        said = {"X_Forwarded_Proto": "https", "X_Forwarded_Host": "search.example.org", "X_Forwarded_For": "192.0.2.1"}
        description = server.get("/opensearch.xml", **said)[1]
    finally:
        server.close()
    templates = re.findall(r'template="([^"?]*)', description)
    assert templates
    assert all(template.startswith("https://search.example.org/") for template in templates)


@pytest.mark.parametrize(
    ("proxies", "headers", "address"),
    [
        (2, {"X_Forwarded_Proto": "https, http", "X_Forwarded_Port": "443, 8080"}, "https://search.example.org/"),
        (2, {"X_Forwarded_Proto": "https", "X_Forwarded_Port": "8443"}, "https://search.example.org:8443/"),
        (1, {"X_Forwarded_Proto": "http,https"}, "https://search.example.org/"),
        (
            2,
            {"X_Forwarded_Proto": "ftp, https,http", "X_Forwarded_Port": "1,8443 , 80"},
            "https://search.example.org:8443/",
        ),
        (0, {"X_Forwarded_Proto": "https, http", "X_Forwarded_Port": "1, 2"}, "http://search.example.org/"),
    ],
)
def test_what_proxies_list_is_read_as_many_as_there_are(
    folder: Path, proxies: int, headers: dict[str, str], address: str
) -> None:
    server = Server(folder, "--proxies", str(proxies), "--trusted-host", "search.example.org")
    try:
        description = server.get(
            "/opensearch.xml", Host="search.example.org", **headers, X_Forwarded_Host="search.example.org"
        )[1]
        assert server.get("/healthz", **headers)[0].status == 200
    finally:
        server.close()
    assert re.findall(r'template="([^"?]*)', description)[0] == address


def test_of_several_proxies_no_more_than_are_named_are_believed(folder: Path) -> None:
    server = Server(folder, "--proxies", "2")
    try:
        assert server.get("/", X_Forwarded_For="198.51.100.9, 203.0.113.7, 192.0.2.1")[0].status == 200
        assert "203.0.113.7 GET / 200" in server.stop()
    finally:
        server.close()


def test_two_servers_of_one_collection_know_each_others_answers(folder: Path) -> None:
    first, second, other = Server(folder), Server(folder), Server(folder, "--title", "The Reading Room")
    try:
        for path in ("/?q=quarantine", "/api/v1/search?q=quarantine", "/documents/one"):
            tag = first.get(path)[0].headers["ETag"]
            assert second.get(path, If_None_Match=str(tag))[0].status == 304
            assert other.get(path, If_None_Match=str(tag))[0].status == 200
    finally:
        for each in (first, second, other):
            each.close()


def test_copies_that_changed_each_for_itself_are_told_apart(folder: Path, tmp_path: Path) -> None:
    tags = set[str]()
    for name, text in (("first", "The telegraph to Zanzibar was cut."), ("second", "The cable to Aden was laid.")):
        shutil.copytree(folder, tmp_path / name)
        with open_collection(tmp_path / name) as opened:
            opened.add([Document(id="two", text=text)])
            tags.add(create_app(opened).test_client().get("/?q=quarantine").headers["ETag"])
    assert len(tags) == 2


def test_a_server_of_this_machine_is_reached_by_no_other_name(server: Server) -> None:
    for path in ("/", "/nowhere", "/api/v1/search?q=quarantine"):
        assert server.get(path, Host="rebound.example")[0].status == 400
    assert server.get("/", Host=f"localhost:{server.port}")[0].status == 200


def test_what_the_command_is_told_holds(folder: Path, tmp_path: Path) -> None:
    key = keys.new(tmp_path / "keys.txt", "reading-room")
    given = ("--keys", str(tmp_path / "keys.txt"), "--rate", "2/day", "--origin", "https://library.example")
    server = Server(folder, *given, "--title", "The Reading Room")
    try:
        assert "<title>The Reading Room</title>" in server.get("/")[1]
        assert server.get("/api/v1/search?q=quarantine")[0].status == 401
        opened = {"Authorization": f"Bearer {key}", "Origin": "https://library.example"}
        answers = [server.get("/api/v1/search?q=quarantine", **opened)[0] for _ in range(3)]
    finally:
        server.close()
    assert [answer.status for answer in answers] == [200, 200, 429]
    assert all(answer.headers["Access-Control-Allow-Origin"] == "https://library.example" for answer in answers)
