"""Several workers behind one port: together they keep every limit, and none is missed for long."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from dragoman.corpus.document import Document
from dragoman.index.writing import store
from dragoman.search.collection import open_collection
from dragoman.search.making import create_collection
from dragoman.web.server.checks import Checks
from dragoman.web.server.shared_memory import Counts
from support.served import Server, make_letter

pytestmark = pytest.mark.process

SEARCH = "/api/v1/search?q=quarantine&mode=keyword"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_letter(tmp_path_factory.mktemp("workers"))


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    started = Server(folder, "--workers", "3")
    yield started
    started.close()


def asked_at_once(server: Server, path: str, times: int) -> list[tuple[HTTPResponse, str]]:
    """As many answers, each over a connection of its own, all of which are open at once: every worker has some."""
    connections = [HTTPConnection("127.0.0.1", server.port, timeout=120) for _ in range(times)]
    for connection in connections:
        connection.request("GET", path)
    answers = [(answer, answer.read().decode()) for answer in (each.getresponse() for each in connections)]
    for connection in connections:
        connection.close()
    return answers


def test_the_line_that_says_where_it_listens_comes_once_all_are_ready(server: Server) -> None:
    assert "dragoman_workers 3.0" in server.get("/metrics")[1].splitlines()
    assert "".join(server.said).count("Serving") == 1
    assert len(server.workers()) == 3


def test_as_many_as_a_rate_says_are_answered_by_all_of_them_together(folder: Path) -> None:
    server = Server(folder, "--workers", "3", "--rate", "7/day")
    try:
        answers = asked_at_once(server, SEARCH, 24)
    finally:
        server.close()
    assert sorted(answer.status for answer, _ in answers) == [200] * 7 + [429] * 17
    assert all("RateLimit" in answer.headers for answer, _ in answers)


def test_counts_are_those_of_all_of_them(server: Server) -> None:
    asked_at_once(server, SEARCH, 24)
    for _ in range(4):
        counts = server.get("/metrics")[1].splitlines()
        assert 'dragoman_requests_total{endpoint="api.search",status="200"} 24.0' in counts
        assert 'dragoman_request_seconds_count{endpoint="api.search"} 24.0' in counts
        assert 'dragoman_request_seconds_bucket{endpoint="api.search",le="+Inf"} 24.0' in counts


def test_what_threads_of_several_processes_count_in_several_places_at_once_is_all_there() -> None:
    """The system takes their waiting for each other for a deadlock, since it knows no threads: see `SharedMemory`."""
    places, times = [Counts(most=4) for _ in range(4)], 2_000

    def count(first: int, failures: list[OSError]) -> None:
        try:
            for number in range(times):
                places[(first + number) % len(places)].add({"asked": 1})
        except OSError as error:
            failures.append(error)

    children: list[int] = []
    for _ in range(3):
        if child := os.fork():
            children.append(child)
            continue
        failures: list[OSError] = []
        threads = [threading.Thread(target=count, args=(first, failures)) for first in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        os._exit(len(failures))
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0, 0]
    assert sum(place.all()["asked"] for place in places) == 3 * 4 * times


def test_one_that_is_killed_is_replaced_and_counted(server: Server) -> None:
    before = server.workers()
    lost = min(before)
    asked_at_once(server, SEARCH, 6)
    os.kill(lost, signal.SIGKILL)
    assert [answer.status for answer, _ in asked_at_once(server, SEARCH, 6)] == [200] * 6
    server.wait_for("dragoman_workers_lost_total 1.0")
    server.wait_for("dragoman_workers 3.0")
    assert len(server.workers() - before) == 1
    assert 'dragoman_requests_total{endpoint="api.search",status="200"} 12.0' in server.get("/metrics")[1]
    said = server.stop()
    assert f"(pid:{lost}) was sent SIGKILL" in said
    assert "Traceback" not in said


HANGING = """
import sys
from dragoman.search.collection import open_collection
from dragoman.web.app import create_app
from dragoman.web.server import serving, sockets, workers
from dragoman.web.server.shared_memory import Counts

listener, counts = sockets.listen("127.0.0.1", 0), Counts()
port = listener.getsockname()[1]

def answer(listener, company):
    with open_collection(sys.argv[1]) as collection:
        app = create_app(collection, counts=counts)
        serving.serve(app, listener, threads=2, company=company, started=lambda: print(port, flush=True))

workers.run(answer, listener, counts, workers=2, hanging=2)
"""


def test_one_that_hangs_is_replaced_and_nobody_waits_for_it(folder: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HANGING, str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout
        port = int(process.stdout.readline())
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        os.kill(int(children[0]), signal.SIGSTOP)
        answered = list[int]()
        for _ in range(5):  # whoever is in its queue alone would wait
            with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
                connection.request("GET", "/healthz")
                answered.append(connection.getresponse().status)
        assert answered == [200] * 5
        while children[0] in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
            time.sleep(0.05)
        process.terminate()
        said = process.communicate(timeout=60)[1]
        assert process.returncode == 0
        assert f"WORKER TIMEOUT (pid:{children[0]})" in said
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT])
def test_whoever_has_asked_is_answered_by_each_before_it_stops(folder: Path, number: int) -> None:
    server = Server(folder, "--workers", "2", "--threads", "1")
    try:
        connections = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(20)]
        for each, connection in enumerate(connections):
            request = f"GET /?q=quarantine+{each} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            connection.sendall(request.encode())
        time.sleep(0.3)
        os.killpg(server.process.pid, number)  # as from a terminal: to every process
        for connection in connections:
            with connection:
                answer = HTTPResponse(connection)
                answer.begin()
                assert answer.status == 200
                assert answer.read().rstrip().endswith(b"</html>")
        server.process.wait(timeout=30)
        assert "Traceback" not in server.stop()
    finally:
        server.close()


def test_none_is_left_where_the_first_process_is_killed(server: Server) -> None:
    workers = server.workers()
    server.process.kill()
    server.process.wait()
    deadline = time.monotonic() + 30
    while any(Path(f"/proc/{each}").exists() for each in workers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(Path(f"/proc/{each}").exists() for each in workers)


def test_a_commit_is_seen_by_all_of_them(tmp_path: Path) -> None:
    with create_collection(tmp_path / "collection") as made:
        made.add([Document(id="one", title="Letter", text="The consul reports on the quarantine of ships.")])
    server = Server(tmp_path / "collection", "--workers", "3")
    try:
        asked = "/api/v1/search?q=telegraph&mode=keyword"
        assert all('"total": 0' in text for _, text in asked_at_once(server, asked, 12))
        with open_collection(tmp_path / "collection") as opened:
            opened.add([Document(id="two", title="Cable", text="The telegraph to Zanzibar was cut.")])
        answers = asked_at_once(server, asked, 12)
        assert all('"total": 1' in text for _, text in answers)
        assert len({answer.headers["ETag"] for answer, _ in answers}) == 1
    finally:
        server.close()


def test_one_process_answers_where_one_is_asked_for(folder: Path) -> None:
    server = Server(folder, "--workers", "1")
    try:
        assert server.workers() == set()
        assert server.get(SEARCH)[0].status == 200
        assert "dragoman_workers" not in server.get("/metrics")[1]
    finally:
        server.close()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--rate", "often"), "'often' is no rate"),
        (("--keys", "nowhere.txt"), "cannot read the keys in nowhere.txt"),
        (("--trusted-host", "http://a/"), "is no host's name"),
        (("--host", "203.0.113.1"), "cannot listen on 203.0.113.1"),
    ],
)
def test_what_cannot_be_served_is_told_in_a_line_before_there_are_workers(
    folder: Path, options: tuple[str, str], told: str
) -> None:
    command = [sys.executable, "-m", "dragoman", "serve", "--collection", str(folder), "--port", "0", "--workers", "2"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 2
    assert told in done.stderr
    assert done.stderr.count("\n") == 1


def test_clients_that_take_connections_from_one_take_none_from_the_others(folder: Path) -> None:
    """Most connections are with one worker when the others come; and those who are slow are sent away by all."""
    server = Server(folder, "--workers", "2")
    try:
        slow = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(1200)]
        for each in slow:
            with suppress(ConnectionError):
                each.sendall(b"GET /?q=quarantine HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        assert server.get("/?q=quarantine")[0].status == 200
        kept = 0
        for each in slow:
            with suppress(ConnectionError):
                each.settimeout(0.01)
                with suppress(TimeoutError):
                    if each.recv(16) == b"":
                        continue
                kept += 1
        assert kept <= 550
        for each in slow:
            each.close()
    finally:
        server.close()


@pytest.mark.parametrize("may_be_written_to", [True, False])
def test_damage_that_one_has_found_is_left_out_by_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, may_be_written_to: bool
) -> None:
    monkeypatch.setattr(store, "CHECKED_BYTES", 0)  # as if all files were too large to be looked at when it is opened
    with create_collection(tmp_path / "collection") as made:
        made.add([Document(id="one", text="The telegraph to Zanzibar was cut.")])
        made.add([Document(id="two", text="The telegraph to Lamu was cut.")])
        made.backup(tmp_path / "backup")  # where nothing is noted
    served = tmp_path / ("collection" if may_be_written_to else "backup")
    damaged = next((served / "segments").glob("*/postings/lengths.npy"))
    content = damaged.read_bytes()
    damaged.unlink()
    damaged.write_bytes(content[:-1] + b"!")
    counts = Counts()
    ready, has_opened = os.pipe()
    if not (child := os.fork()):
        with open_collection(served) as opened:
            seen, opened_whole = time.monotonic() + 60, not opened.left_out
            os.read(ready, 1)  # for the other one to lead
            with Checks(opened, counts, speed=1, glance=0.02):
                while not opened.left_out and time.monotonic() < seen:
                    time.sleep(0.02)
            os._exit(0 if opened_whole and len(opened.left_out) == 1 else 1)
    assert counts.leads()
    with open_collection(served) as opened:
        os.write(has_opened, b"!")
        time.sleep(0.3)  # for the child to have looked at how much has been found: nothing
        with Checks(opened, counts, speed=1e12, pause=60):
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
            assert len(opened.left_out) == 1
    os.close(ready)
    os.close(has_opened)
