"""`dragoman serve` as a process, for tests: asked over its port, and stopped as people stop it."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

from dragoman.corpus.document import Document
from dragoman.search.making import create_collection


def make_letter(folder: Path) -> Path:
    """Make a collection of one letter in a folder, and give its own back."""
    place = folder / "collection"
    with create_collection(place) as made:
        made.add([Document(id="one", title="Letter", text="The consul reports on the quarantine of ships.")])
    return place


class Server:
    """A running `dragoman serve` over a collection."""

    def __init__(self, collection: Path, *options: str) -> None:
        command = [sys.executable, "-m", "dragoman", "serve", "--collection", str(collection), "--port", "0", *options]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
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

    def workers(self) -> set[int]:
        """The processes that answer."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return set(map(int, children.split()))

    def wait_for(self, line: str) -> None:
        """Wait until /metrics has a line."""
        while line not in self.get("/metrics")[1].splitlines():
            time.sleep(0.05)

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
            os.killpg(self.process.pid, signal.SIGKILL)  # its workers, too
            self.process.wait()
            self._reading.join()
        if self.process.stderr:
            self.process.stderr.close()
