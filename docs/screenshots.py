"""Takes the pictures in docs/pictures: the pages on the shipped briefs, each as far as its first screen, in Chromium.

    python docs/screenshots.py

wants Playwright (`pip install playwright`) and Debian's `chromium`. The briefs are indexed and served anew for it; the
time that a search took stands in the pictures, and is the one thing in them that changes from run to run.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

DOCS = Path(__file__).parent
PICTURES = DOCS / "pictures"
COMPONENT = DOCS.parent / "examples" / "component.html"
WIDE: ViewportSize = {"width": 1280, "height": 800}
NARROW: ViewportSize = {"width": 390, "height": 844}
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")

QUESTION = "?q=Lee+Macron+strategic+partnership"


class Files(SimpleHTTPRequestHandler):
    """Files of a folder, without a log."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing."""


@contextmanager
def served_files(folder: Path) -> Iterator[str]:
    """The URL of a folder."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Files, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@contextmanager
def served_briefs(origin: str) -> Iterator[str]:
    """The URL of a site that has the briefs, and that pages of an origin may call."""
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "dragoman", "serve", "--port", "0", "--no-log", "--origin", origin]
        environment = {**os.environ, "XDG_DATA_HOME": home}
        server = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        assert server.stderr
        try:
            said = ""
            while not (found := re.search(r"http://127\.0\.0\.1:\d+/", said)):
                line = server.stderr.readline()
                if not line:
                    raise SystemExit(said)
                said += line
            yield found[0]
        finally:
            server.terminate()
            server.communicate()


def open_page(browser: Browser, url: str, size: ViewportSize, dark: bool = False) -> Page:
    """A page in a window of that size."""
    page = browser.new_page(viewport=size, color_scheme="dark" if dark else "light", reduced_motion="reduce")
    page.goto(url)
    page.evaluate("scrollTo(0, 0)")
    return page


def take(page: Page, name: str) -> None:
    """Write what is in view."""
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path, animations="disabled")
    page.close()
    print(f"{path.relative_to(DOCS.parent)}: {path.stat().st_size / 1000:.0f} KB")


def main() -> None:
    """Take all of them."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        raise SystemExit("no Chromium on this machine: install Debian's `chromium`")
    PICTURES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        served_files(Path(folder)) as gazette,
        served_briefs(gazette) as site,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        results = site + QUESTION
        page = open_page(browser, results, WIDE)
        passage = page.locator(".hit h2 a").first.evaluate("link => link.href")
        take(page, "results")
        take(open_page(browser, results, WIDE, dark=True), "results-dark")
        take(open_page(browser, results, NARROW), "results-narrow")
        take(open_page(browser, passage, WIDE), "reader")
        take(open_page(browser, passage, WIDE, dark=True), "reader-dark")
        take(open_page(browser, passage, NARROW), "reader-narrow")
        take(open_page(browser, site, WIDE), "start")

        example = COMPONENT.read_text(encoding="utf-8").replace("http://127.0.0.1:8765/", site)
        (Path(folder) / COMPONENT.name).write_text(example, encoding="utf-8")
        page = open_page(browser, f"{gazette}/{COMPONENT.name}", WIDE)
        page.locator("dragoman-search mark").first.wait_for()
        take(page, "component")
        browser.close()


if __name__ == "__main__":
    main()
