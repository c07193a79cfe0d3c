"""The pages in a real browser: what is seen, that nothing hostile runs, that a link lands on its passage.

Chromium is driven over its debugging pipe, so that no driver need be installed.
"""

import base64
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from dragoman.corpus.document import Document, Person, Reference
from dragoman.corpus.readers import read
from dragoman.search.collection import create_collection

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: install `chromium`")

BRIEFS = Path(__file__).parent.parent / "corpus" / "briefs"
PROMPT = 30.0  # seconds that a browser may take on a busy machine

ATTACK = '<script>document.title="taken"</script><img src=x onerror=document.title="taken">'
HOSTILE = Document(
    id='hostile/<img src=x onerror=document.title="taken">?#%"\'',
    title=f"A sherry reception {ATTACK}",
    text=f"The sherry at the reception {ATTACK} was dry. \x00 \u202eThe envoy\u202c left early.\n\n{ATTACK}",
    place='"><script>document.title="taken"</script>',
    url="javascript:document.title='taken'",
    countries=("France",),
    people=(Person(ATTACK, ATTACK, ATTACK),),
    topics=(ATTACK,),
    references=(Reference("Gazette", ATTACK, "JavaScript:document.title='taken'"), Reference(url="data:text/html,x")),
)
LONG = Document(
    id="long",
    title="A long despatch",
    text="\n\n".join(
        f"Paragraph {number}. The conversation turned to the harbour dues, and was resumed after dinner."
        + (" The consul then produced a stuffed pelican." if number == 90 else "")
        for number in range(120)
    ),
)


class Browser:
    """One page of a headless Chromium."""

    def __init__(self, profile: Path) -> None:
        assert CHROMIUM
        (to_read, self._out), (self._in, to_write) = os.pipe(), os.pipe()
        flags = (
            *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
            *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
            *("--remote-debugging-pipe", f"--user-data-dir={profile}"),
        )
        # It reads commands from descriptor 3 and writes to 4.
        line = f'exec "$0" "$@" 3<&{to_read} 4>&{to_write}'
        self._process = subprocess.Popen(
            ["/bin/bash", "-c", line, CHROMIUM, *flags],
            pass_fds=(to_read, to_write),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(to_write)
        self._buffer = b""
        self._count = 0
        self._session: str | None = None
        self.complaints: list[str] = []
        """What the browser's console says: violations of the content security policy, say."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Log", "Runtime"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> Any:
        self._count += 1
        message: dict[str, Any] = {"id": self._count, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + PROMPT
        while True:
            answer = self._receive(deadline)
            if answer.get("id") == self._count:
                assert "error" not in answer, answer
                return answer["result"]

    def open(self, url: str, width: int = 1280, height: int = 800, scheme: str = "light") -> None:
        size: dict[str, Any] = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.call("Emulation.setDeviceMetricsOverride", **size)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.complaints.clear()
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=url)
        deadline = time.monotonic() + PROMPT
        while not self.run(f"location.href !== 'about:blank' && document.readyState === 'complete' && {SCROLLED}"):
            assert time.monotonic() < deadline, f"{url} does not load"
            time.sleep(0.05)

    def run(self, expression: str) -> Any:
        """The value of an expression, evaluated from outside the page: its policy does not forbid that."""
        return self.call("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def picture(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.call("Page.captureScreenshot")["data"]))

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._out)
        os.close(self._in)

    def _receive(self, deadline: float) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._in], [], [], max(deadline - time.monotonic(), 0))
            assert ready, "Chromium does not answer"
            received = os.read(self._in, 1 << 20)
            assert received, "Chromium has gone"
            self._buffer += received
        message, _, self._buffer = self._buffer.partition(b"\0")
        answer = json.loads(message)
        if answer.get("method") == "Log.entryAdded":
            self.complaints.append(answer["params"]["entry"]["text"])
        if answer.get("method") in ("Runtime.exceptionThrown", "Page.javascriptDialogOpening"):
            self.complaints.append(json.dumps(answer["params"]))
        return answer


SCROLLED = "(!location.hash || !document.querySelector(location.hash) || scrollY > 0 || innerHeight > 2000)"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where `dragoman serve` serves the briefs and two documents of ours."""
    folder = tmp_path_factory.mktemp("browser") / "collection"
    with create_collection(folder) as collection:
        collection.add([*(each for each in read([BRIEFS]) if isinstance(each, Document)), HOSTILE, LONG])
    command = [sys.executable, "-m", "dragoman", "serve", "--collection", str(folder), "--port", "0"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert server.stderr
    try:
        said = server.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/", said)
        assert found, said
        yield found[0]
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=15) == 0
        assert server.stderr.read() == ""
    finally:
        server.kill()
        server.wait()
        server.stderr.close()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    opened = Browser(tmp_path_factory.mktemp("profile"))
    yield opened
    opened.close()


def test_hits_are_shown_with_both_kinds_of_mark(browser: Browser, address: str) -> None:
    browser.open(f"{address}?q=Lee+Macron+strategic+partnership")
    assert browser.run("document.querySelectorAll('.hit').length") == 10
    marked = browser.run("[...document.querySelectorAll('.hit mark.keyword')].map(e => e.textContent)")
    assert {"Lee", "Macron", "strategic partnership"} <= set(marked)
    assert browser.run("document.querySelectorAll('.hit mark.meaning').length") >= 1
    # Told apart without seeing colours: one is bold, the other underlined.
    weight = "getComputedStyle(document.querySelector('.hit mark.{}')).fontWeight"
    line = "getComputedStyle(document.querySelector('.hit mark.{}')).textDecorationLine"
    assert browser.run(weight.format("keyword")) == "700"
    assert browser.run(weight.format("meaning:not(.keyword)")) == "400"
    assert browser.run(line.format("meaning")) == "underline"
    assert browser.complaints == []


def test_a_search_from_the_box_lands_on_a_url_without_empty_parameters(browser: Browser, address: str) -> None:
    browser.open(address)
    assert browser.run("document.activeElement.id") == "q"
    browser.run("document.querySelector('#q').value = 'quantum'; document.querySelector('form').submit()")
    deadline = time.monotonic() + PROMPT
    while not browser.run("location.search !== '' && document.readyState === 'complete'"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert browser.run("location.href") == f"{address}?q=quantum"


@pytest.mark.parametrize("query", ["sherry reception", ATTACK, f'"{ATTACK}', f"country:{ATTACK}", "nobody said so ()"])
def test_hostile_words_are_only_shown(browser: Browser, address: str, query: str) -> None:
    browser.open(address + "?" + urlencode({"q": query, "person": ATTACK if "nobody" in query else ""}))
    assert browser.run("document.title").endswith("– Dragoman")
    assert browser.run("document.querySelectorAll('script, img, [onerror]').length") == 0
    assert browser.run("document.querySelector('#q').value") == query
    assert [each for each in browser.complaints if "400" not in each] == []


def test_a_hostile_document_is_only_shown(browser: Browser, address: str) -> None:
    browser.open(f"{address}documents/{quote(HOSTILE.id)}?" + urlencode({"q": "sherry <script>", "passage": "0-40"}))
    assert browser.run("document.title") == f"{HOSTILE.title} – Dragoman"
    assert browser.run("document.querySelector('h1').textContent") == HOSTILE.title
    assert browser.run("document.querySelectorAll('script, img, [onerror]').length") == 0
    assert browser.run("[...document.links].filter(a => !/^https?:$/.test(a.protocol)).length") == 0
    assert ATTACK in browser.run("document.querySelector('.text').textContent")
    assert browser.run("document.querySelector('.cited').textContent") == HOSTILE.text[:40]
    assert browser.complaints == []


@pytest.mark.parametrize("width", [320, 1280])
def test_a_hit_links_to_its_passage(browser: Browser, address: str, width: int) -> None:
    browser.open(f"{address}?q=stuffed+pelican", width)
    link = browser.run("document.querySelector('.hit h2 a').href")
    assert "/documents/long?" in link
    browser.open(link, width)
    box = browser.run("document.querySelector('#passage').getBoundingClientRect().toJSON()")
    assert 0 <= box["top"] < 400
    shown = browser.run("[...document.querySelectorAll('.cited')].map(e => e.textContent).join('')")
    assert "stuffed pelican" in shown
    assert browser.run("[...document.querySelectorAll('mark.keyword')].map(e => e.textContent)") == ["stuffed pelican"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["", "?q=Korea&country=France&after=2025", '?q="open', "?q=xqzzv", "documents/long"])
def test_no_page_is_wider_than_a_small_telephone(browser: Browser, address: str, path: str, scheme: str) -> None:
    browser.open(address + path, 320, 700, scheme)
    assert browser.run("document.documentElement.scrollWidth") <= 320
    if path and "documents" not in path:
        browser.run("document.querySelector('details').open = true")
        assert browser.run("document.documentElement.scrollWidth") <= 320
    paper = browser.run("getComputedStyle(document.documentElement).backgroundColor")
    brightness = sum(map(int, re.findall(r"\d+", paper)[:3]))
    assert brightness > 600 if scheme == "light" else brightness < 150
