# ruff: noqa: E501  # an example a line
"""What fuzzing tries: small files of every format, and ways to spoil bytes and JSON. How often, the environment says."""

import io
import os
import zipfile
from collections.abc import Callable
from typing import Any, cast

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from support.outlook import msg
from support.packages import docx, epub, paragraph, zipped
from support.places import ROOT

SEED = int(os.environ.get("FUZZ_SEED", "15"))
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "12"))
FIXTURES = ROOT / "tests" / "fixtures" / "formats"
MAIL = (
    b"From: Jane <a@b.c>\nTo: x@y.z\nSubject: =?utf-8?q?Talks?=\nDate: Tue, 13 Jan 2026 10:00:00 +0900\n"
    b'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/html\n\n<p>They met.'
    b'\n--b\nContent-Type: text/plain; name="a.txt"\nContent-Disposition: attachment\n\nA note.\n--b--\n'
)
WARC = (
    b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://a.b/\r\nWARC-Date: 2025-12-24T10:00:00Z\r\n"
    b"Content-Type: application/http; msgtype=response\r\nContent-Length: 62\r\n\r\n"
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>They met in.\r\n\r\n"
)
SMALL: dict[str, bytes] = {
    ".txt": b"SEOUL, Jan. 3 (Yonhap) -- Foreign Minister Cho Hyun met President Macron in Paris on 3 January 2025.\n\nHome\n",
    ".md": b"---\ntitle: Talks\ndate: 2025-01-03\n---\n# Talks\n\nThey [met](http://a.b) *twice*[^1].\n\n[^1]: A note.\n",
    ".html": b"<html><head><title>Talks</title><meta name=author content=Doe></head><body><p>They met<sup>1</sup>.</body>",
    ".jsonl": b'{"id": "1", "text": "They met.", "date": "c. 1951", "people": ["A"], "notes": [["1", 2, "b"]]}\n',
    ".json": b'[{"id": "1", "text": "They met.", "countries": "Japan; Korea", "pages": [["1", 2]]}]',
    ".csv": b'id,text,date\n1,"They ""met"", twice",2025-01-03\n2,"a\nb",x\n',
    ".eml": MAIL,
    ".mbox": b"From a@b.c Tue Jan 13 10:00:00 2026\n" + MAIL,
    ".warc": WARC,
    ".xml": b"<TEI><teiHeader/><text><body><div type='document' xml:id='d1'><head>1. A</head><p>They<note>b</note> met."
    b"</p></div></body></text></TEI>",
    ".docx": docx(paragraph("They met in Nara."), title="Talks"),
    ".epub": epub({"OPS/text/a.xhtml": "<html><body><p>They met.</p></body></html>"}),
    ".zip": zipped({"a.txt": "They met.", "b.eml": MAIL, "c.csv": "id,text\n1,They met.\n"}),
    ".msg": msg({"0037": "Talks", "1000": "They met."}, [{"3704": "a.txt", "3701": b"A note."}]),
}
PIECES = [
    b"",
    b"\0",
    b"\xff\xfe",
    b"\n",
    b"\r\n",
    b'"',
    b"<",
    b"&#x110000;",
    b"]]>",
    b"{",
    b"}",
    b"\\u99999 ",
    b"[",
    b"--b",
]
PIECES += [
    b"9" * 400,
    b"=?x?b?=?=",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b"\xed\xa0\x80",
    b"\\bin99 ",
    b"1e999",
    b"NaN",
    b"-1",
]
Draw = Callable[[st.SearchStrategy[Any]], Any]
"""What gives an example of a strategy, within a composite one or within a test."""

_PACKED = (".docx", ".epub", ".zip", ".odt", ".pptx", ".xlsx", ".fodp")


def fuzzed(*strategies: st.SearchStrategy[Any], times: int = 1) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run a test with random input, a few times as often as others."""

    def wrapped(test: Callable[..., None]) -> Callable[..., None]:
        few = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]
        chosen = settings(deadline=None, max_examples=EXAMPLES * times, database=None, suppress_health_check=few)
        return seed(SEED)(chosen(given(*strategies)(test)))

    return wrapped


def samples() -> dict[str, bytes]:
    """A small file of every format."""
    kept = {each.suffix: each.read_bytes() for each in FIXTURES.iterdir() if each.suffix not in (".md", ".pdf", ".doc")}
    return {**kept, **SMALL}


@st.composite
def mutations(draw: st.DrawFn) -> tuple[str, bytes]:
    """The end of a file's name, and a file of that format of which something is wrong."""
    suffix = draw(st.sampled_from(sorted(samples())))
    data = samples()[suffix]
    if suffix in _PACKED and zipfile.is_zipfile(io.BytesIO(data)) and draw(st.booleans()):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members: dict[str, str | bytes] = {each: archive.read(each) for each in archive.namelist()}
        name = draw(st.sampled_from(sorted(members)))
        inner = members[name]
        assert isinstance(inner, bytes)
        return suffix, zipped({**members, name: mutated(draw, inner)})
    return suffix, mutated(draw, data)


def mutated(draw: Draw, data: bytes) -> bytes:
    """Bytes of which something is wrong."""
    for _ in range(draw(st.integers(1, 4))):
        at, end = sorted((draw(st.integers(0, len(data))), draw(st.integers(0, len(data)))))
        match draw(st.sampled_from(["put", "cut", "end", "twice", "flip", "short"])):
            case "put":
                data = data[:at] + draw(st.sampled_from(PIECES)) * draw(st.sampled_from([1, 3, 50])) + data[at:]
            case "cut":
                data = data[:at] + data[end:]
            case "end":
                data = data[:at]
            case "twice":
                data = data[:end] + data[at:]
            case "short":
                data = data[:at] + data[at + 1 :]
            case _:
                data = data[:at] + bytes(255 - each for each in data[at : at + 1]) + data[at + 1 :]
    return data


STRANGE = st.sampled_from([
    None, True, 0, -1, 7, 1 << 31, 1 << 63, -(1 << 63), 10**400, 0.5, 1e308, -0.0, float("nan"), float("inf"), "", " ", "a", "\ud800", "\0", "a\nb",
    "\u202e", "9" * 5000, "../x", "0000-00-00", "9999-12-31T23:59:59+00:00", "en", [], [[]], [None], [0, 0], {}, {"a": 1}, {"": []},
])  # fmt: skip
"""What stands where something else should."""


def damaged(draw: Draw, value: Any) -> Any:
    """A value out of JSON of which one part is another one, is missing, or is there twice."""
    how = draw(st.sampled_from(["within"] * 5 + ["without", "more", "other"]))
    if isinstance(value, dict) and value:
        known = cast("dict[str, Any]", value)
        key = draw(st.sampled_from(sorted(known)))
        match how:
            case "within":
                return {**known, key: damaged(draw, known[key])}
            case "without":
                return {name: each for name, each in known.items() if name != key}
            case "more":
                return {**known, draw(st.sampled_from(["", "a", "id", "__class__", "\ud800"])): draw(STRANGE)}
            case _:
                return draw(STRANGE)
    if isinstance(value, list) and value:
        each = cast("list[Any]", value)
        at = draw(st.integers(0, len(each) - 1))
        match how:
            case "within":
                return [*each[:at], damaged(draw, each[at]), *each[at + 1 :]]
            case "without":
                return [*each[:at], *each[at + 1 :]]
            case "more":
                return [*each[:at], each[at], *each[at:]]
            case _:
                return draw(STRANGE)
    if type(value) is int and how == "within":
        return value + draw(st.sampled_from([-1, 1, value, -2 * value]))
    return draw(STRANGE)
