# ruff: noqa: E501  # an input a line
"""What language models may send: over standard input, line by line, and over HTTP."""

import asyncio
import io
import json
import os
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, Final

from dragoman.search.collection import Collection
from dragoman.web.access.hosts import host_name
from dragoman.web.mcp import server
from dragoman.web.mcp.gate import Entry, http_app

from .questions import QUESTIONS

Sent = Callable[[int], bytes]
"""Makes the bytes that are sent, about so many."""

_HELLO: Final = {
    "jsonrpc": "2.0",
    "id": "hello",
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "a", "version": "1"}},
}


def _call(tool: str, number: object = 1, **arguments: Any) -> bytes:
    params = {"name": tool, "arguments": arguments}
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}).encode()


def _raw(arguments: str) -> bytes:
    return (
        b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search","arguments":'
        + arguments.encode()
        + b"}}"
    )


def _again(message: Callable[[int], bytes], joint: bytes = b"\n", begin: bytes = b"", end: bytes = b"") -> Sent:
    def make(size: int) -> bytes:
        one = message(1_000_000)
        return begin + joint.join(message(number) for number in range(size // len(one) + 1)) + end

    return make


def _searched(question: str, _: int) -> bytes:
    return _call("search", query=question[:4_000].encode("utf-8", "replace").decode())


BOMBS: Final[dict[str, Sent]] = {
    "one word": lambda size: b"a" * size,
    "blanks": lambda size: b" " * size,
    "zeros": lambda size: bytes(size),
    "no text": lambda size: b"\xff\xfe" * (size // 2),
    "lists in lists": lambda size: b"[" * size,
    "lists in lists, closed": lambda size: b"[" * (size // 2) + b"]" * (size // 2),
    "objects in objects": lambda size: b'{"a":' * (size // 5),
    "objects in arguments": lambda size: _raw('{"query":' + '{"a":' * (size // 6) + "1" + "}" * (size // 6) + "}"),
    "lists in arguments": lambda size: _raw('{"where":' + "[" * (size // 2) + "]" * (size // 2) + "}"),
    "many arguments": lambda size: _raw("{" + ",".join(f'"k{n}":1' for n in range(size // 10)) + "}"),
    "one argument again and again": lambda size: _raw("{" + ",".join(['"query":"a"'] * (size // 12)) + "}"),
    "many filters": lambda size: _raw('{"filters":{' + ",".join(f'"k{n}":["v"]' for n in range(size // 14)) + "}}"),
    "many values of a filter": lambda size: _raw('{"filters":{"country":[' + ",".join(['"v"'] * (size // 4)) + "]}}"),
    "many countries": lambda size: _raw('{"countries":[' + ",".join(['"v"'] * (size // 4)) + "]}"),
    "a long question": lambda size: _call("search", query="word " * (size // 5)),
    "a long id": lambda size: _call("read", id="a" * size),
    "a long name of a tool": lambda size: _call("a" * size),
    "a long method": lambda size: json.dumps({"jsonrpc": "2.0", "id": 1, "method": "a" * size}).encode(),
    "a long number of a request": lambda size: b'{"jsonrpc":"2.0","method":"tools/list","id":' + b"9" * size + b"}",
    "a long name of a request": lambda size: _call("overview", "n" * size),
    "a number of many digits": lambda size: _raw('{"limit":' + "9" * size + "}"),
    "numbers without bound": lambda _: _raw('{"query":"a","limit":1e999,"offset":-1e999}'),
    "numbers that are none": lambda _: _raw('{"query":"a","limit":NaN,"offset":Infinity}'),
    "a huge offset": lambda _: _call("search", query="envoy", offset=10**18, limit=10**18),
    "escapes": lambda size: _raw('{"query":"' + "\\u0041" * (size // 6) + '"}'),
    "surrogates": lambda size: _raw('{"query":"' + "\\ud800" * (size // 6) + '"}'),
    "a batch": _again(lambda number: _call("overview", number), b",", b"[", b"]"),
    "requests": _again(lambda number: _call("search", number, query=f"envoy {number}")),
    "requests of one number": _again(lambda number: _call("search", 7, query=f"envoy {number}")),
    "requests for nothing": _again(lambda number: json.dumps({"jsonrpc": "2.0", "id": number, "method": "ping"}).encode()),
    "messages that need no answer": _again(lambda number: json.dumps({"jsonrpc": "2.0", "method": "notifications/progress", "params": {"progressToken": number, "progress": 1}}).encode()),
    "requests given up": _again(lambda number: json.dumps({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": number}}).encode()),
    "answers that nobody asked for": _again(lambda number: json.dumps({"jsonrpc": "2.0", "id": number, "result": {}}).encode()),
    "blank lines": lambda size: b"\n" * size,
    "lines of nonsense": lambda size: b"x\n" * (size // 2),
    "greetings": _again(lambda number: json.dumps({**_HELLO, "id": number}).encode()),
    **{f"search: {name}": partial(_searched, text) for name, text in QUESTIONS.items()},
}  # fmt: skip
"""What is sent, by what it is much of."""


def over_lines(collection: Collection, folder: Path, sent: bytes) -> str:
    """Send something over standard input, after a greeting."""
    path, answers = folder / "asked", folder / "answered"
    path.write_bytes(
        json.dumps(_HELLO).encode() + b"\n" + b'{"jsonrpc":"2.0","method":"notifications/initialized"}\n' + sent + b"\n"
    )
    os.dup2(os.open(path, os.O_RDONLY), 0)
    os.dup2(os.open(answers, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
    sys.stdin, sys.stdout = (
        io.TextIOWrapper(os.fdopen(0, "rb", closefd=False)),
        io.TextIOWrapper(os.fdopen(1, "wb", closefd=False)),
    )
    server(collection).run("stdio")
    return _told(answers.read_bytes().splitlines()[1:])


def over_http(collection: Collection, sent: bytes) -> str:
    """Send something over HTTP, in pieces."""
    app = http_app(server(collection), Entry(frozenset({host_name("localhost")})), lambda: 1)
    said: list[dict[str, Any]] = []
    pieces = [sent[at : at + 65_536] for at in range(0, len(sent), 65_536)] or [b""]

    async def receive() -> dict[str, Any]:
        return (
            {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}
            if pieces
            else {"type": "http.disconnect"}
        )

    async def send(message: Any) -> None:
        said.append(message)

    async def ask() -> None:
        headers = {
            "host": "localhost",
            "content-type": "application/json",
            "accept": "application/json, text/event-stream",
        }
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "path": "/mcp",
            "raw_path": b"/mcp",
            "root_path": "",
            "scheme": "http",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("127.0.0.1", 1),
            "server": ("localhost", 80),
        }
        async with app.router.lifespan_context(app):
            await app(scope, receive, send)

    asyncio.run(ask())
    body = b"".join(each.get("body", b"") for each in said)
    return f"{said[0]['status']}: {_told([body])}"


def _told(answers: Iterable[bytes]) -> str:
    answers = list(answers)
    return f"{len(answers)} answers, {sum(map(len, answers)):,} bytes: {answers[-1][:90].decode('utf-8', 'replace') if answers else ''}"
