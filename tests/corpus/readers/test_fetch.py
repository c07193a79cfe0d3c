"""Fetching from a real server: what comes back, what is refused, and that nothing makes it wait or take without end."""

import gzip
import http.server
import ipaddress
import socket
import ssl
import subprocess
import threading
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dragoman import __version__
from dragoman.corpus.fetching.fetch import ANYWHERE, Fetcher, Limits, Validators
from dragoman.corpus.fetching.urls import canonical_url, is_public
from dragoman.errors import UnreadableSource
from support.web_server import web_server

if TYPE_CHECKING:
    from support.web_server import WebServer


QUICK: dict[str, Any] = {"pause": 0.0, "read": 5.0, "connect": 5.0, "total": 20.0}


@pytest.fixture
def web() -> Iterator["WebServer"]:
    with web_server() as server:
        yield server


def fetcher(**limits: Any) -> Fetcher:
    return Fetcher(limits=Limits(**{**QUICK, **limits}), allowed=ANYWHERE)


def refused(url: str, by: Fetcher | None = None) -> str:
    with pytest.raises(UnreadableSource) as error:
        (by or fetcher()).fetch(url)
    assert "\n" not in str(error.value)
    return str(error.value)


def fetched(url: str, **limits: Any) -> Any:
    found = fetcher(**limits).fetch(url)
    assert found is not None
    return found


def without_end(piece: bytes, *, pause: float = 0.0, headers: str = "") -> Any:
    """An answer that goes on until the server is closed or nobody listens."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{headers}\r\n".encode())
        stopped = handler.server.closing  # pyright: ignore[reportAttributeAccessIssue]
        while not stopped.wait(pause) if pause else not stopped.is_set():
            handler.wfile.write(piece)

    return answer


# What comes back


def test_a_page_comes_with_what_its_server_says_of_it(web: "WebServer") -> None:
    url = web.page("/story?id=1", "<p>Bonjour é</p>".encode("latin-1"), "Text/HTML; charset=ISO-8859-1", ETag='"v1"')
    found = fetched(url + "#top")
    assert (found.url, found.media_type, found.charset) == (url, "text/html", "iso-8859-1")
    assert found.body.decode(found.charset) == "<p>Bonjour é</p>"
    assert found.validators == Validators(url, '"v1"', "")
    sent = dict(web.asked)["/story?id=1"]
    assert sent["user-agent"] == f"Dragoman/{__version__}"
    assert sent["host"] == f"127.0.0.1:{web.port}"


def test_what_has_not_changed_is_not_sent_again(web: "WebServer") -> None:
    tagged = web.page("/tagged", "one", ETag='"v1"')
    dated = web.page("/dated", "one", Last_Modified="Sun, 23 Nov 2025 10:00:00 GMT")
    bare = web.page("/bare", "one")
    for url in (tagged, dated):
        known = fetched(url).validators
        assert known is not None
        assert fetcher().fetch(url, known) is None
    assert fetched(bare).validators is None
    web.page("/tagged", "two", ETag='"v2"')
    changed = fetcher().fetch(tagged, Validators(tagged, '"v1"'))
    assert changed is not None
    assert changed.body == b"two"


def test_a_status_that_is_no_page_is_the_reason(web: "WebServer") -> None:
    assert refused(web.error("/gone", 404)) == "the server answers 404 Not Found"
    assert refused(web.error("/broken", 500)) == "the server answers 500 Internal Server Error"
    assert refused(web.error("/busy", 429)) == "the server answers 429 Too Many Requests"
    assert refused(web.error("/odd", 799)) == "the server answers 799"
    # Not what was asked for: nothing was known that could be unmodified.
    assert refused(web.error("/unasked", 304)) == "the server answers 304 Not Modified"


def test_packed_content_is_unpacked(web: "WebServer") -> None:
    story = b"The envoys met. " * 5000
    twice = gzip.compress(story) + gzip.compress(b"The end.")
    assert fetched(web.page("/one", gzip.compress(story), Content_Encoding="gzip")).body == story
    assert fetched(web.page("/two", twice, Content_Encoding="x-gzip")).body == story + b"The end."
    assert "packed as br" in refused(web.page("/br", b"...", Content_Encoding="br"))
    assert "cannot be unpacked" in refused(web.page("/lie", b"not packed at all", Content_Encoding="gzip"))
    assert "broke off" in refused(web.page("/half", gzip.compress(story)[:-20], Content_Encoding="gzip"))


# Sizes and times


def test_a_page_that_is_too_large_is_refused_whatever_it_says_of_its_size(web: "WebServer") -> None:
    web.answers["/endless"] = without_end(b"<p>More of it.</p>" * 1000)
    chunk = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
    web.answers["/chunks"] = without_end(chunk, headers="Transfer-Encoding: chunked\r\n")
    web.page("/large", b"x" * 2_000_001)
    for path in ("/endless", "/chunks", "/large"):
        assert refused(web.url + path, fetcher(largest=2_000_000)).startswith("larger than 2 MB")
    assert len(fetched(web.page("/fits", b"x" * 2_000_000), largest=2_000_000).body) == 2_000_000


def test_a_gzip_bomb_is_not_unpacked(web: "WebServer", monkeypatch: pytest.MonkeyPatch) -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join([packer.compress(bytes(1_000_000)) for _ in range(100)]) + packer.flush()
    assert len(bomb) < 100_000
    asked: list[int] = []
    real = zlib.decompressobj

    class Counting:
        def __init__(self, wbits: int) -> None:
            self._real = real(wbits=wbits)

        def decompress(self, data: bytes, most: int) -> bytes:
            found = self._real.decompress(data, most)
            asked.append(len(found))
            return found

        def __getattr__(self, name: str) -> Any:
            return getattr(self._real, name)

    monkeypatch.setattr(zlib, "decompressobj", Counting)
    url = web.page("/bomb", bomb, Content_Encoding="gzip")
    assert refused(url, fetcher(largest=2_000_000)).startswith("larger than 2 MB")
    assert 2_000_000 < sum(asked) < 2_100_000


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(without_end(b".", pause=0.2), id="a drip of content"),
        pytest.param(without_end(b"1\r\n.\r\n", pause=0.2, headers="Transfer-Encoding: chunked\r\n"), id="of chunks"),
        pytest.param(without_end(b".", pause=0.2, headers="X-Endless: "), id="of a header"),
        pytest.param(without_end(b"HTTP/1.1 100 Continue\r\n\r\n", headers=""), id="of interim answers"),
    ],
)
def test_a_slow_drip_is_cut_off(web: "WebServer", answer: Any) -> None:
    # Every single read gets its byte long before it would time out.
    web.answers["/drip"] = answer
    assert refused(web.url + "/drip", fetcher(total=1.0)) == "not all of it came within 1 seconds"


def test_a_silent_server_is_left(web: "WebServer") -> None:
    web.answers["/silent"] = lambda handler: web.closing.wait()
    assert refused(web.url + "/silent", fetcher(read=0.5)) == "the server does not answer (waited 0.5 seconds)"


def test_a_page_that_breaks_off_is_no_page(web: "WebServer") -> None:
    def cut(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<p>Only the beginning")

    web.answers["/cut"] = cut
    assert refused(web.url + "/cut") == "the connection broke off"
    web.answers["/closed"] = lambda handler: None
    assert refused(web.url + "/closed") == "the connection broke off"
    web.answers["/noise"] = lambda handler: handler.wfile.write(b"\x00\xff SSH-2.0-nothing\r\n\r\n")
    assert "is not HTTP" in refused(web.url + "/noise")


def test_a_port_where_nobody_listens_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert refused(f"http://127.0.0.1:{port}/") == "no connection to the server: connection refused"
    assert "no address is known for the host nowhere.invalid" in refused("http://nowhere.invalid/")


# Redirects and addresses


def test_redirects_are_followed_to_a_limit(web: "WebServer") -> None:
    web.page("/5", "here", ETag='"v1"')
    for step in range(5):
        web.redirect(f"/{step}", f"/{step + 1}", status=(301, 302, 303, 307, 308)[step])
    found = fetched(web.url + "/0")
    assert (found.url, found.body) == (web.url + "/5", b"here")
    # What is known is known of the last page, and asked for there.
    assert fetcher().fetch(web.url + "/0", found.validators) is None
    web.redirect("/before", "/0")
    assert refused(web.url + "/before") == "more than 5 redirects"
    assert refused(web.redirect("/loop", "/loop")) == "more than 5 redirects"
    assert refused(web.redirect("/lost", "")) == "the server answers 302 Found"


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://example.org/", "javascript:alert(1)", "http://u:p@h/"])
def test_a_redirect_to_what_is_no_page_is_refused(web: "WebServer", target: str) -> None:
    assert "redirects to where nothing is fetched" in refused(web.redirect("/away", target))


def test_a_redirect_into_a_private_network_is_refused(web: "WebServer") -> None:
    """127.0.0.2 stands for a public address, the only one that is allowed."""
    secret = web.page("/secret", "the keys")
    with web_server("127.0.0.2") as public:
        honest = Fetcher(limits=Limits(**QUICK), allowed=["127.0.0.2/32"])
        found = honest.fetch(public.page("/open", "hello"))
        assert found is not None
        assert found.body == b"hello"
        for target in (secret, secret.replace("127.0.0.1", "localhost"), secret.replace("127.0.0.1", "2130706433")):
            assert "private address" in refused(public.redirect("/trap", target), honest)
        # Its robots.txt is no way in, either.
        public.redirect("/robots.txt", secret)
        assert "private address" in refused(public.url + "/open", Fetcher(allowed=["127.0.0.2/32"]))
    assert web.asked == []


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1]", "[::ffff:127.0.0.1]"]
)
def test_no_way_of_writing_a_private_address_is_fetched(web: "WebServer", host: str) -> None:
    assert "allow it with --allow-private" in refused(f"http://{host}:{web.port}/", Fetcher())
    assert web.asked == []


def test_a_name_is_resolved_once_and_its_checked_address_is_connected_to(
    web: "WebServer", monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name server that gives a public address to the check and a private one to the connection gets nowhere."""
    web.page("/", "the keys")
    real = socket.getaddrinfo
    with web_server("127.0.0.2") as public:
        public.page("/", "hello")
        answers: list[str] = []

        def rebinding(host: Any, port: Any, *args: Any, **options: Any) -> Any:
            if host == "rebind.example":
                answers.append("127.0.0.2" if len(answers) % 2 == 0 else "127.0.0.1")
                return real(answers[-1], web.port if len(answers) % 2 == 0 else public.port, *args, **options)
            return real(host, port, *args, **options)

        monkeypatch.setattr(socket, "getaddrinfo", rebinding)
        by = Fetcher(limits=Limits(**QUICK), allowed=["127.0.0.2/32"])
        # The first answer is for robots.txt, the second, a private one, for the page.
        assert "private address" in refused("http://rebind.example/", by)
        found = by.fetch("http://rebind.example/")
        assert found is not None
        assert (found.body, answers) == (b"hello", ["127.0.0.2", "127.0.0.1", "127.0.0.2"])
    assert web.asked == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        *[(each, True) for each in ("8.8.8.8", "192.0.0.9", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808")],
        *[(each, False) for each in ("10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1")],
        *[(each, False) for each in ("0.0.0.0", "255.255.255.255", "224.0.0.1", "240.0.0.1", "192.0.2.1", "::", "::1")],
        *[(each, False) for each in ("fe80::1", "fe80::1%lo", "fc00::1", "ff02::1", "ff0e::1", "::ffff:10.0.0.1")],
        *[(each, False) for each in ("64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001:db8::1", "::7f00:1")],
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    if address == "192.0.0.9" and not ipaddress.ip_address(address).is_global:
        pytest.skip("this Python does not know yet that 192.0.0.9 is global")
    assert is_public(address) == public


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        ("HTTP://Example.ORG", "http://example.org/"),
        ("https://example.org:443/a?b=1#c", "https://example.org/a?b=1"),
        ("https://example.org:8443/a b/é?q=ü x", "https://example.org:8443/a%20b/%C3%A9?q=%C3%BC%20x"),
        ("https://example.org/a%20b?utm_source=x&id=1&utm_medium=y", "https://example.org/a%20b?id=1"),
        ("https://münchen.example./", "https://xn--mnchen-3ya.example/"),
        ("http://[::1]:80/", "http://[::1]/"),
    ],
)
def test_a_url_has_one_way_to_be_written(given: str, canonical: str) -> None:
    assert canonical_url(given) == canonical
    assert canonical_url(canonical) == canonical


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://example.org/", "only http and https"),
        ("file:///etc/passwd", "only http and https"),
        ("https://user:secret@example.org/", "user name or password"),
        ("https:///path", "without a host"),
        ("https://example.org:port/", "not a URL"),
        ("https://[::1/", "not a URL"),
        (f"https://{'ü' * 70}.example/", "not a URL"),
        (f"https://example.org/{'a' * 1100}", "more than 1024 characters"),
    ],
)
def test_what_is_no_url_is_refused(url: str, reason: str) -> None:
    assert reason in refused(url)


# robots.txt


def test_robots_txt_is_honoured_and_read_once(web: "WebServer") -> None:
    rules = "User-agent: *\nDisallow: /private\nDisallow: /*?print\n\nUser-agent: Other\nDisallow: /\n"
    web.page("/robots.txt", rules, "text/plain")
    for path in ("/", "/private/a", "/news?print=1", "/news"):
        web.page(path, "page")
    by = fetcher()
    assert by.fetch(web.url) is not None
    assert by.fetch(web.url + "/news") is not None
    assert refused(web.url + "/private/a", by) == "the site's robots.txt asks not to fetch it"
    assert "robots.txt" in refused(web.url + "/news?print=1", by)
    assert "robots.txt" in refused(web.redirect("/way", "/private/a"), by)
    assert [path for path, _ in web.asked] == ["/robots.txt", "/", "/news", "/way"]


def test_rules_for_us_by_name(web: "WebServer") -> None:
    web.page("/robots.txt", "User-agent: *\nAllow: /\n\nUser-agent: dragoman\nDisallow: /\n", "text/plain")
    assert "robots.txt" in refused(web.page("/", "page"))


def test_without_a_robots_txt_all_is_allowed_and_without_an_answer_nothing(web: "WebServer") -> None:
    page = web.page("/", "page")
    for status in (404, 401, 403, 410):
        web.error("/robots.txt", status)
        assert fetched(page).body == b"page"
    for status in (500, 503, 429):
        web.error("/robots.txt", status)
        assert refused(page).startswith(f"the site's robots.txt cannot be read, the server answers {status} ")
    web.page("/rules", "User-agent: *\nDisallow: /\n", "text/plain")
    web.redirect("/robots.txt", "/rules")
    assert "asks not to fetch" in refused(page)


def test_of_an_endless_robots_txt_the_beginning_counts(web: "WebServer") -> None:
    page, private = web.page("/", "page"), web.page("/private", "page")
    head = b"User-agent: *\nDisallow: /private\n"

    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n" + head)
        while not web.closing.is_set():
            handler.wfile.write(b"# and so on and on\n" * 1000)

    web.answers["/robots.txt"] = endless
    assert fetched(page).body == b"page"
    assert "robots.txt" in refused(private)


# HTTPS


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """The port of a server with a certificate for localhost, and the file of that certificate."""
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    subject = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
    made = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", *subject)
    try:
        subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("needs the program openssl, to make a certificate")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nsecret")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_: None  # pyright: ignore[reportAttributeAccessIssue]  # a refused certificate
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_port, certificate
        server.shutdown()
        thread.join()


@pytest.mark.process
def test_a_certificate_is_checked_against_the_host_that_was_asked_for(
    secure: tuple[int, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, certificate = secure
    assert "certificate is not valid: self-signed" in refused(f"https://localhost:{port}/")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert fetched(f"https://localhost:{port}/").body == b"secret"
    assert "certificate is not valid: IP address mismatch" in refused(f"https://127.0.0.1:{port}/")


def test_https_where_there_is_none_is_one_line(web: "WebServer") -> None:
    assert "no secure connection" in refused(web.url.replace("http:", "https:"))
