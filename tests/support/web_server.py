"""A real HTTP server on this machine, for tests: what it answers is set path by path, what it was asked is kept."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TypeAlias

Answer: TypeAlias = Callable[[BaseHTTPRequestHandler], object]


class WebServer:
    """A server on a loopback address. Paths that nothing was set for are 404."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.closing = threading.Event()
        served = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                served.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                answer = served.answers.get(self.path)
                with suppress(BrokenPipeError, ConnectionResetError):  # whoever asked has seen enough
                    answer(self) if answer else self.send_error(404)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self._server = ThreadingHTTPServer((host, 0), Handler)
        self._server.daemon_threads = True
        self._server.closing = self.closing  # pyright: ignore[reportAttributeAccessIssue]
        self.host, self.port = host, self._server.server_port
        self.url = f"http://{host}:{self.port}"

    @property
    def paths(self) -> list[str]:
        """What was asked for, robots.txt aside."""
        return [path for path, _ in self.asked if path != "/robots.txt"]

    def page(self, path: str, body: str | bytes, media_type: str = "text/html", **headers: str) -> str:
        """Set what lies at a path, and give its URL back. With an ETag or Last-Modified, 304 is answered where due."""
        content = body.encode() if isinstance(body, str) else body
        headers = {name.replace("_", "-"): value for name, value in headers.items()}

        def answer(handler: BaseHTTPRequestHandler) -> None:
            pairs = (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified"))
            same = any(ours in headers and handler.headers.get(theirs) == headers[ours] for theirs, ours in pairs)
            handler.send_response(304 if same else 200)
            for name, value in headers.items():
                handler.send_header(name, value)
            if not same:
                handler.send_header("Content-Type", media_type)
                handler.send_header("Content-Length", str(len(content)))
            handler.end_headers()
            if not same:
                handler.wfile.write(content)

        self.answers[path] = answer
        return self.url + path

    def redirect(self, path: str, target: str, status: int = 302) -> str:
        """Let a path lead elsewhere."""

        def answer(handler: BaseHTTPRequestHandler) -> None:
            handler.send_response(status)
            handler.send_header("Location", target)
            handler.end_headers()

        self.answers[path] = answer
        return self.url + path

    def error(self, path: str, status: int) -> str:
        """Let a path fail."""
        self.answers[path] = lambda handler: handler.send_error(status)
        return self.url + path

    def serve(self) -> None:
        """Answer until `close`."""
        self._server.serve_forever(poll_interval=0.05)

    def close(self) -> None:
        """End, also what is being answered without end."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def web_server(host: str = "127.0.0.1") -> Iterator[WebServer]:
    """A server that runs within the block."""
    server = WebServer(host)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.close()
        thread.join()
