"""Real Chromium on the real server: what the browser tests share. Without Playwright or Chromium they are skipped.

Every page is watched: what the browser complains of, be it an error of a script, something that the content security
policy forbids, or a dialog that opens, fails the test in the end.
"""

import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urljoin

import pytest

from dragoman.corpus.document import DateInterval, Document, Note, Person, Reference
from dragoman.search.collection import open_collection
from support.web_server import web_server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page

    from support.programs import Programs
    from support.web_server import WebServer

OpenPage: TypeAlias = "Callable[..., Page]"

TESTS = Path(__file__).parent.parent
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
PATIENCE = 20_000  # milliseconds that anything may take on a busy machine


ATTACK = '<script>window.taken=1</script><img src=x onerror="window.taken=1"><svg onload="window.taken=1">'
HOSTILE = Document(
    id='hostile/<img src=x onerror="window.taken=1">?#%"\'',
    title=f"A sherry reception {ATTACK}",
    text=f"The sherry at the reception {ATTACK} was dry. \x00 \u202eThe envoy\u202c left early.\n\n{ATTACK}",
    dates=DateInterval(date(1890, 5, 1), date(1890, 5, 1)),
    place=f'">{ATTACK}',
    outlet=f"Gazette {ATTACK}",
    author=ATTACK,
    kind=f"report {ATTACK}",
    url="javascript:window.taken=1",
    countries=(f"Francia {ATTACK}", "javascript:window.taken=1"),
    people=(Person(f"Sherrington {ATTACK}", ATTACK, ATTACK), Person('Count O\'Hare "the hare"')),
    topics=(ATTACK,),
    references=(Reference("Gazette", ATTACK, "JavaScript:window.taken=1"), Reference(url="data:text/html,x")),
    notes=(Note("1", 30, f"A note {ATTACK}"),),
    cut=(ATTACK,),
    provenance={"title": "given", "outlet": "extracted", "dates": "inferred"},
)
PLAIN = Document(
    id="plain",
    title="Sherry for all",
    text="At the second reception there was sherry for all, and nobody left early.",
    dates=DateInterval(date(1891, 2, 1), date(1891, 2, 28)),
    outlet="Evening Courier",
    kind="letter",
    countries=("France",),
    people=(Person("Lady Amontillado"),),
    language="en",
)
LONG = Document(
    id="long",
    title="A long despatch",
    text="\n\n".join(
        f"Paragraph {number}. The conversation turned to the harbour dues, and was resumed after dinner."
        + {30: " A pelican flew by.", 60: " Nobody spoke of any pelican.", 90: " He had a stuffed pelican."}.get(
            number, ""
        )
        for number in range(120)
    ),
    notes=(Note("1", 40, "Not printed here."), Note("2", 200, "A pelican is meant, no heron.")),
)
SCRIPTS = Document(
    id="scripts",
    title="زيارة الوزير إلى باريس",
    text="外交部长访问巴黎，讨论港口税。\n\n" + "Donaudampfschifffahrts" * 12,
    outlet="新华社",
    language="ar",
)


@pytest.fixture(scope="session")
def shelf_of_briefs(programs: "Programs", tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A collection of the shipped briefs, and of some documents that are not as tame."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: install Debian's `chromium`")
    folder = tmp_path_factory.mktemp("browser") / "collection"
    shutil.copytree(programs.collection, folder)
    with open_collection(folder) as collection:
        collection.add([HOSTILE, PLAIN, LONG, SCRIPTS])
    return folder


@pytest.fixture(scope="session")
def abroad() -> "Iterator[WebServer]":
    """The server of somebody else's pages: of another origin, from which ours may be called."""
    with web_server() as server:
        yield server


@pytest.fixture(scope="session")
def site(shelf_of_briefs: Path, abroad: "WebServer", programs: "Programs") -> Iterator[str]:
    """The URL at which `dragoman serve` serves the collection."""
    options = ("--collection", str(shelf_of_briefs), "--port", "0", "--no-log", "--origin", abroad.url)
    server = programs.start("dragoman", "serve", *options, stdin=subprocess.DEVNULL, text=True)
    assert server.stderr
    try:
        said = server.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/", said)
        assert found, said
        yield found[0]
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=30) == 0
        assert server.stderr.read() == ""
    finally:
        server.kill()
        server.communicate()


@pytest.fixture(scope="module")
def chromium() -> "Iterator[Browser]":
    """A headless Chromium. It ends with the module, since its event loop would be in the way of other tests'."""
    api = pytest.importorskip("playwright.sync_api", reason="no Playwright here: pip install playwright")
    api.expect.set_options(timeout=PATIENCE)
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: "Browser", site: str) -> Iterator[OpenPage]:
    """Opens a path of the site, or a URL, in a browser that knows nothing yet.

    Its options are those of Playwright's browser contexts; `expected` is what it may complain of, as a pattern.
    """
    complaints: list[str] = []

    def open_page(
        path: str = "", *, width: int = 1280, height: int = 800, expected: str = "", **options: Any
    ) -> "Page":
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(PATIENCE)

        def complain(said: str) -> None:
            if not expected or not re.search(expected, said):
                complaints.append(said)

        def listen(message: "ConsoleMessage") -> None:
            # Where no page names an icon, as with plain text, Chromium looks for one of its own accord.
            if message.type in ("error", "warning") and not message.location["url"].endswith("/favicon.ico"):
                complain(message.text)

        def refuse(dialog: "Dialog") -> None:
            complain(f"a dialog: {dialog.message}")
            dialog.dismiss()

        page = context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: complain(str(error)))
        page.on("dialog", refuse)
        page.goto(urljoin(site, path))
        return page

    yield open_page
    for context in chromium.contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(open_page: OpenPage) -> "Page":
    """The start page, in a wide window."""
    return open_page()


@pytest.fixture
def attack() -> str:
    """What would run if anybody forgot to escape it."""
    return ATTACK


@pytest.fixture
def hostile() -> Document:
    """A document that attacks in each of its fields."""
    return HOSTILE
