"""What strangers may try at the socket of `dragoman serve`: other hosts, large requests, answers that nobody takes."""

import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from http.client import HTTPConnection, IncompleteRead
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import url_for

from dragoman.corpus.document import Document
from dragoman.search.collection import open_collection
from dragoman.web.access import keys
from dragoman.web.access.hosts import host_of
from dragoman.web.app import create_app

pytestmark = pytest.mark.process

EXPORT = "/api/v1/export?q=quarantine&unfold=1&limit=100&format=jsonl"
PROGRAM = """
import logging, sys
from dragoman.search.collection import open_collection
from dragoman.web.app import create_app
from dragoman.web.server import serving, sockets

path, idle, answer, export = sys.argv[1], *map(float, sys.argv[2:])
logging.basicConfig(level=logging.INFO)
with open_collection(path) as collection, sockets.listen("127.0.0.1", 0) as listener:
    app = create_app(collection, trusted_hosts=["localhost", "127.0.0.1", "::1"], export_timeout=export)
    started = lambda: print(listener.getsockname()[1], flush=True)
    serving.serve(app, listener, threads=1, patience=serving.Patience(idle, answer), started=started)
"""


class Server:
    """A server with one thread, which waits so many seconds for a client that does nothing, takes little, exports."""

    def __init__(self, path: Path, idle: float = 60, answer: float = 300, export: float = 300) -> None:
        command = [sys.executable, "-c", PROGRAM, str(path), str(idle), str(answer), str(export)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.port = int(self.process.stdout.readline())

    def get(self, path: str) -> tuple[int, bytes]:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()

    def send(self, request: bytes) -> bytes:
        """The first line of what is answered to a request as it is."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
            with suppress(ConnectionError):  # it may have been answered before it was sent whole
                connection.sendall(request)
            return connection.makefile("rb").readline()

    def ask(self, path: str) -> socket.socket:
        """A connection that has asked for something, and whose own end holds little of what comes."""
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", self.port))
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        return connection

    def stop(self) -> str:
        """End it; give what it said."""
        self.process.terminate()
        return self.process.communicate(timeout=60)[1]


@pytest.fixture(scope="module")
def large(empty_collections: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection of which an export is larger than what a server keeps for a client, 16 MiB."""
    place = tmp_path_factory.mktemp("strangers") / "collection"
    shutil.copytree(empty_collections[0], place)
    text = "The consul reports on the quarantine of ships. " * 500
    with open_collection(place) as opened:
        opened.add([Document(id="long", url="https://example.org/" + "q" * 1024 * 1024, text=text)])
    return place


@pytest.fixture
def serve(large: Path) -> Iterator[Callable[..., Server]]:
    """Starts servers over the large collection."""
    started: list[Server] = []

    def start(**seconds: float) -> Server:
        started.append(Server(large, **seconds))
        return started[-1]

    yield start
    for each in started:
        if each.process.poll() is None:
            each.process.kill()
            each.process.communicate()


@pytest.fixture(scope="module")
def server(large: Path) -> Iterator[Server]:
    """A server with the patience that servers have."""
    started = Server(large)
    yield started
    started.stop()


# Clients that take their time


def test_whoever_takes_an_export_gets_all_of_it(server: Server) -> None:
    status, content = server.get(EXPORT)
    assert status == 200
    assert len(content) > 20 * 1024 * 1024
    assert content.endswith(b"}\n")


def test_whoever_stops_taking_an_export_gives_the_thread_back(serve: Callable[..., Server]) -> None:
    server = serve(idle=1)
    with server.ask(EXPORT) as stalled:
        assert stalled.recv(12) == b"HTTP/1.1 200"
        assert server.get("/?q=quarantine")[0] == 200


def test_whoever_takes_an_export_by_crumbs_gives_the_thread_back(serve: Callable[..., Server]) -> None:
    server, enough = serve(answer=2), threading.Event()
    with server.ask(EXPORT) as slow:

        def nibble() -> None:
            with suppress(ConnectionError):
                while slow.recv(1024) and not enough.wait(0.05):
                    pass

        thread = threading.Thread(target=nibble)
        thread.start()
        try:
            assert server.get("/?q=quarantine")[0] == 200
        finally:
            enough.set()
            thread.join()


def test_several_requests_at_once_get_no_more_time_than_one(serve: Callable[..., Server]) -> None:
    server = serve(answer=2)
    with server.ask(EXPORT) as slow:
        slow.sendall(f"GET {EXPORT} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() * 20)
        assert server.get("/?q=quarantine")[0] == 200


def test_an_export_that_takes_too_long_breaks_off_and_does_not_look_whole(serve: Callable[..., Server]) -> None:
    server = serve(export=0)
    with pytest.raises(IncompleteRead):
        server.get(EXPORT.replace("jsonl", "csv"))
    said = server.stop()
    assert "an export was broken off after 0 seconds: ask for fewer passages at a time\n" in said
    assert "Traceback" not in said


# What a request can change


def contents(*folders: Path) -> dict[Path, bytes]:
    """Every file below some folders; SQLite's memory shared among readers aside, which holds their locks."""
    files = (file for folder in folders for file in folder.rglob("*") if file.is_file())
    return {file: file.read_bytes() for file in files if not file.name.endswith("-shm")}


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"])
def test_no_request_changes_a_byte(large: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    for name in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "HOME", "TMPDIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
        (tmp_path / name).mkdir()
    key = keys.new(tmp_path / "keys.txt", "reading-room")
    values = {"document_id": "long", "passage_id": "long#0-10", "identity": "long", "version": "0"}
    values |= {"name": "search.js", "rest": "nowhere"}
    questions: list[dict[str, Any]] = [{}, {"q": "quarantine"}, {"id": "long", "delete": "1", "action": "purge"}]
    with open_collection(large) as collection:
        app = create_app(collection, keys=tmp_path / "keys.txt", rate="1000/minute")
        client, before = app.test_client(), contents(large, tmp_path)
        answered = set[int]()
        with app.test_request_context():
            urls = [
                url_for(rule.endpoint, **{**{each: values[each] for each in rule.arguments}, **more})
                for rule in app.url_map.iter_rules()
                for more in questions
            ]
        for url in urls:
            with client.open(url, method=method, data={}, headers={"Authorization": f"Bearer {key}"}) as answer:
                answered.add(answer.status_code)
                assert answer.status_code < 500, url
                answer.get_data()
        assert len({urlsplit(url).path for url in urls}) > 15
        assert contents(large, tmp_path) == before
    assert (200 in answered) == (method in ("GET", "HEAD"))


# Requests that are none


def test_only_a_request_for_a_host_of_ours_is_answered(server: Server) -> None:
    ours = ("localhost", "LOCALHOST:80", "127.0.0.1", "[::1]:8765", "[0:0:0:0:0:0:0:1]", "localhost.", " localhost\t")
    others = ("evil.example", "evil.example@127.0.0.1", "localhost@evil.example", "127.0.0.1.evil.example", "[::1", "")
    odd = ("localhost:", "localhost:x", "localhost:80:80", "localhost:65536", "local host", "localhost\t:80", "[::1]x")
    stranger = ("localhost,evil.example", "localhost/", "localhost#", "localhost\\", "l\xf6calhost", "[::1%lo]", "::1")
    for host in (*ours, *others, *odd, *stranger):
        said = server.send(f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode("latin-1"))
        assert said.startswith(b"HTTP/1.1 200" if host in ours else b"HTTP/1.1 400"), host


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ("GET / HTTP/1.1", 400),
        ("GET / HTTP/1.0", 400),
        ("GET /healthz HTTP/1.0", 200),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example", 400),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost", 400),
        ("GET / HTTP/1.1\r\nHost: localhost\r\n evil.example", 400),
        ("GET http://evil.example/ HTTP/1.1\r\nHost: localhost", 400),
        ("GET http://evil.example@localhost/ HTTP/1.1\r\nHost: localhost", 400),
        ("GET http:///healths HTTP/1.1\r\nHost: localhost", 400),
        ("GET http://[::1/ HTTP/1.1\r\nHost: localhost", 400),
        ("GET http://localhost/ HTTP/1.1\r\nHost: evil.example", 200),
        ("GET / HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-Host: evil.example", 200),
        ("GET / HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: localhost\r\nForwarded: host=localhost", 400),
    ],
)
def test_a_host_is_said_once_and_by_the_first_line_if_it_names_one(server: Server, request_: str, status: int) -> None:
    said = server.send(f"{request_}\r\n\r\n".encode())
    assert said.split(b" ")[1] == str(status).encode()


def test_large_requests_are_refused_before_they_are_read_whole(server: Server) -> None:
    head, much = b" HTTP/1.1\r\nHost: localhost\r\n", b"x" * 70_000
    for request, status in (
        (b"GET /?q=" + much + head + b"\r\n", b"431"),
        (b"GET /" + head + b"X-Much: " + much + b"\r\n\r\n", b"431"),
        (b"GET /" + head + b"X-Much: 1\r\n" * 7_000 + b"\r\n", b"431"),
        (b"POST /" + head + b"Content-Length: 70000\r\n\r\n" + much, b"413"),
        (b"POST /" + head + b"Transfer-Encoding: chunked\r\n\r\n11170\r\n" + much + b"\r\n0\r\n\r\n", b"413"),
        (b"POST /" + head + b"Content-Length: 9" + b"9" * 5_000 + b"\r\n\r\n", b"400"),
    ):
        assert server.send(request).split(b" ")[1] == status, request[:60]


@pytest.mark.parametrize("path", ["/", "/api/v1/search", "/api/v1/export", "/feed.atom", "/documents/long"])
@pytest.mark.parametrize(
    "query", ["q=quarantin%E9", "q=ships&country=%FF", "q=%ED%A0%80", "q=ships%C3", "%E9=1&q=ships"]
)
def test_bytes_that_are_no_text_are_never_another_question(server: Server, path: str, query: str) -> None:
    status, said = server.get(f"{path}?{query}")
    assert status == 400
    assert b"no text in UTF-8" in said


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Search.Example.ORG", "search.example.org"),
        ("xn--bcher-kva.example:443", "xn--bcher-kva.example"),
        ("192.0.2.1:0", "192.0.2.1"),
        ("[2001:DB8::0:1]", "2001:db8::1"),
        ("search.example.org.", "search.example.org"),
        ("boo\u212a.example", None),  # a sign for kelvin, of which lower case is a k
        ("a..example", None),
        (".example", None),
        ("search.example.org..", None),
        ("localhost\n", None),
        ("localhost:\u0661", None),  # a digit, elsewhere
        ("localhost:-1", None),
        ("[::1].evil.example", None),
        ("[::1]@evil.example", None),
        ("[1.2.3.4]", None),
        ("[]", None),
        (":80", None),
        (None, None),
    ],
)
def test_a_host_is_a_name_or_an_address_and_perhaps_a_port(header: str | None, name: str | None) -> None:
    assert host_of(header) == name
