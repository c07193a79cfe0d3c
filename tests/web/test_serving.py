"""`dragoman serve` as a process: what it answers, logs and counts, and how it stops."""

import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from dragoman.corpus.document import Document
from dragoman.search.collection import open_collection
from dragoman.search.making import create_collection
from dragoman.web.access import keys

pytestmark = pytest.mark.process


class Server:
    """A running `dragoman serve` over a collection."""

    def __init__(self, collection: Path, *options: str) -> None:
        command = [sys.executable, "-m", "dragoman", "serve", "--collection", str(collection), "--port", "0", *options]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr
        self.said = [self.process.stderr.readline()]
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", self.said[0])
        if not found:
            self.process.kill()  # else there would be no end to what it says
        assert found, self.said[0] + self.process.stderr.read()
        self.port = int(found[1])
        self._reading = threading.Thread(target=lambda stream: self.said.extend(stream), args=[self.process.stderr])
        self._reading.start()

    def get(self, path: str, **headers: str) -> tuple[HTTPResponse, str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return answer, answer.read().decode()
        finally:
            connection.close()

    def stop(self, number: int = signal.SIGTERM) -> str:
        """End it; give what it said."""
        self.process.send_signal(number)
        assert self.process.wait(timeout=30) == 0
        self._reading.join()
        assert self.process.stderr
        self.process.stderr.close()
        return "".join(self.said)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
            self._reading.join()
        if self.process.stderr:
            self.process.stderr.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("serving") / "collection"
    with create_collection(place) as made:
        made.add([Document(id="one", title="Letter", text="The consul reports on the quarantine of ships.")])
    return place


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
        assert '"generation":2' in server.get("/healthz")[1]
    finally:
        server.close()


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


def test_a_long_answer_is_sent_to_its_end_before_it_stops(tmp_path: Path) -> None:
    with create_collection(tmp_path / "collection") as made:
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


def test_of_several_proxies_no_more_than_are_named_are_believed(folder: Path) -> None:
    server = Server(folder, "--proxies", "2")
    try:
        assert server.get("/", X_Forwarded_For="198.51.100.9, 203.0.113.7, 192.0.2.1")[0].status == 200
        assert "203.0.113.7 GET / 200" in server.stop()
    finally:
        server.close()


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
