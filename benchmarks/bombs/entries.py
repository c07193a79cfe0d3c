# ruff: noqa: E501  # an input a line
"""What is asked, sent and brought beside files: questions, requests, lists, settings, citations, marks, feeds, packs."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, NamedTuple

from flask.testing import FlaskClient

from dragoman.corpus.document import Document, Span
from dragoman.corpus.fetching.feed import looks_like_feed, looks_like_page, parse_feed
from dragoman.corpus.fetching.fetch import USER_AGENT
from dragoman.corpus.fetching.urls import canonical_url
from dragoman.errors import DragomanError
from dragoman.index.keeping.unpack import opened_pack
from dragoman.index.units import Unit
from dragoman.search.cli.batch import run_batch
from dragoman.search.collection import Collection, open_collection
from dragoman.search.evaluation.judgments import read_judged
from dragoman.search.evaluation.runs import read_run
from dragoman.search.language.words.variants import read_variants
from dragoman.search.ranking.settings import Settings, apply_changes, read_changes
from dragoman.search.results import citations
from dragoman.search.results.highlight import Highlight, Marker, pieces
from dragoman.web.access.keys import holders

from . import models
from .questions import MOST, QUESTIONS
from .runs import UNITS, run


class Scene(NamedTuple):
    """What is asked: a collection, its pages, and a folder for what is brought."""

    collection: Collection
    client: FlaskClient
    folder: Path


class Entry(NamedTuple):
    """Something that is asked, sent or brought.

    Attributes:
        kind: Where it comes in.
        name: What it is much of.
        work: Brings some million characters of it in, and says what becomes of it.
    """

    kind: str
    name: str
    work: Callable[[Scene, int], str]


def _asked(question: str) -> Callable[[Scene, int], str]:
    def work(scene: Scene, _: int) -> str:
        try:
            results = scene.collection.search(question[:MOST], facets=10)
        except DragomanError as error:
            return str(error)
        return f"{results.total} hits; {' '.join(map(str, results.notices))}"

    return work


def _of_words(pattern: str, joint: str = " ") -> Callable[[Scene, int], str]:
    """A question of the collection's own words, each put into a pattern."""

    def work(scene: Scene, _: int) -> str:
        text = " ".join(scene.collection.document(each).text for each in list(scene.collection.document_ids())[:5])
        known = [each for each in dict.fromkeys(text.split()) if each.isalpha()]
        return _asked(joint.join(pattern.format(word, word[:2]) for word in known[:250]))(scene, 0)

    return work


def _got(path: str, **parameters: Any) -> Callable[[Scene, int], str]:
    def work(scene: Scene, _: int) -> str:
        return _answer(scene.client.get(path, query_string=parameters))

    return work


def _many(path: str, pair: str, joint: str = "&") -> Callable[[Scene, int], str]:
    def work(scene: Scene, size: int) -> str:
        pairs = joint.join(pair.replace("%n", str(n)) for n in range(size // len(pair)))
        return _answer(scene.client.get(f"{path}?{pairs}"))

    return work


def _posted(path: str, body: Callable[[int], str]) -> Callable[[Scene, int], str]:
    def work(scene: Scene, size: int) -> str:
        return _answer(scene.client.post(path, data=body(size).encode(), content_type="application/json"))

    return work


def _answer(answer: Any) -> str:
    told = answer.get_data(as_text=True)
    if answer.status_code >= 500 and answer.status_code != HTTPStatus.SERVICE_UNAVAILABLE:  # that it took too long
        raise RuntimeError(told[:80])
    return f"{answer.status_code}: {' '.join(told.split())[:90]}"


_SEARCH: Final = "/api/v1/search"
_REQUESTS: Final = [
    *(Entry("API", name, _got(_SEARCH, q=text)) for name, text in QUESTIONS.items()),
    *(Entry("completion", name, _got("/api/v1/suggest", q=text)) for name, text in QUESTIONS.items()),
    *(Entry("page", name, _got("/", q=text)) for name, text in QUESTIONS.items()),
    Entry("API", "filters of one field", _many(_SEARCH, "country=c%n")),
    Entry("API", "one filter again and again", _many(_SEARCH, "country=France")),
    Entry("API", "filters", _many("/api/v1/facets", "person=p%n")),
    Entry("API", "parameters of many names", _many(_SEARCH, "a%n=b")),
    Entry("API", "questions", _many(_SEARCH, "q=a")),
    Entry("API", "ampersands", lambda scene, size: _answer(scene.client.get(f"{_SEARCH}?{chr(38) * size}"))),
    Entry("API", "percents", lambda scene, size: _answer(scene.client.get(f"{_SEARCH}?q={'%' * size}"))),
    *(Entry("API", f"{name} of many digits", _got(_SEARCH, q="a", **{name: "9" * 100_000})) for name in ("limit", "offset", "facets", "timeout", "since")),
    *(Entry("API", f"a long {name}", _got(_SEARCH, q="a", **{name: "x" * 100_000})) for name in ("mode", "country", "date", "sort", "cursor", "fields", "similar_to", "x")),
    Entry("API", "values of a date", _got(_SEARCH, q="a", date="2025.." * 20_000)),
    Entry("API", "a document of a long name", _got("/api/v1/documents/" + "a" * 100_000)),
    Entry("API", "a path of many steps", _got("/" + "a/" * 50_000)),
    Entry("API", "JSON in JSON", _posted(_SEARCH, lambda size: "[" * size)),
    Entry("API", "objects in objects", _posted(_SEARCH, lambda size: '{"a":' * (size // 5))),
    Entry("API", "many keys", _posted(_SEARCH, lambda size: "{" + ",".join(f'"k{n}":1' for n in range(size // 9)) + "}")),
    Entry("API", "one key again and again", _posted(_SEARCH, lambda size: "{" + ",".join(['"q":"a"'] * (size // 8)) + "}")),
    Entry("API", "a number of many digits", _posted(_SEARCH, lambda size: '{"limit":' + "9" * size + "}")),
    Entry("API", "a million filters", _posted(_SEARCH, lambda size: json.dumps({"q": "a", "country": ["France"] * (size // 10)}))),
]  # fmt: skip


def _brought(name: str, read: Callable[[Path], object], make: Callable[[int], bytes]) -> Callable[[Scene, int], str]:
    def work(scene: Scene, size: int) -> str:
        path = scene.folder / name
        path.write_bytes(make(size))
        try:
            found = read(path)
        except DragomanError as error:
            return str(error)
        return f"{len(found)}" if hasattr(found, "__len__") else str(found)  # pyright: ignore[reportArgumentType]

    return work


def _batch(make: Callable[[int], bytes]) -> Callable[[Scene, int], str]:
    def work(scene: Scene, size: int) -> str:
        def ask(question: str) -> Any:
            return scene.collection.search(question, limit=1)

        return _brought("questions.txt", lambda path: f"exit {run_batch(path, 'csv', ask, several=False)}", make)(scene, size)  # fmt: skip

    return work


def _lines(unit: str, begin: str = "", end: str = "") -> Callable[[int], bytes]:
    return lambda size: (begin + run(unit, size) + end).encode()


def _each(line: Callable[[int], str], size_of_one: int) -> Callable[[int], bytes]:
    return lambda size: "".join(line(n) for n in range(size // size_of_one)).encode()


def _ranked(make: Callable[[int], str]) -> Callable[[Scene, int], str]:
    """A file of settings of the ranking, and a question that is ranked by them."""

    def work(scene: Scene, size: int) -> str:
        path = scene.folder / "settings.json"
        path.write_text(make(size))
        try:
            settings = apply_changes(Settings(), read_changes(str(path)))
            with open_collection(scene.collection.path, settings=settings) as collection:
                return f"{collection.search('envoy', limit=1).total} hits"
        except DragomanError as error:
            return str(error)

    return work


_SETTINGS: Final = [
    Entry("settings", "blanks", _ranked(lambda size: "{" + " " * size)),
    Entry("settings", "objects in objects", _ranked(lambda size: '{"bm25f":' * (size // 9))),
    Entry("settings", "objects in objects, fewer", _ranked(lambda _: '{"bm25f":' * 10_000)),
    Entry("settings", "lists in lists", _ranked(lambda _: '{"bm25f":{"b":' + "[" * 49_000 + "]" * 49_000 + "}}")),
    Entry("settings", "names", _ranked(lambda _: json.dumps({f"k{n}": 1 for n in range(8_000)}))),
    Entry("settings", "one name again and again", _ranked(lambda _: "{" + ",".join(['"depth":1'] * 9_000) + "}")),
    Entry("settings", "a long name", _ranked(lambda _: json.dumps({"a" * 90_000: 1}))),
    Entry("settings", "a long value", _ranked(lambda _: json.dumps({"fusion": "a" * 90_000}))),
    Entry("settings", "weights", _ranked(lambda _: json.dumps({"bm25f": {"weights": [1] * 30_000}}))),
    *(Entry("settings", f"{name} of {what}", _ranked(lambda _, name=name, value=value: f'{{"{name}": {value}}}')) for name in ("depth", "rerank_depth", "document_weight") for what, value in {
        "many digits": "9" * 90_000, "fewer digits": "9" * 4_000, "300 digits": "9" * 300, "1e308": "1e308", "1e-308": "1e-308", "no number": "NaN"}.items()),
]  # fmt: skip


def _listed(lines: Callable[[int], str]) -> Callable[[Scene, int], str]:
    """A list of URLs, as a feed or a command brings them, of which none is fetched."""

    def work(_: Scene, size: int) -> str:
        told = dict[str, int]()
        for each in lines(size).split("\n"):
            try:
                canonical_url(each)
                said = "a URL"
            except DragomanError as error:
                said = str(error)
            told[said] = told.get(said, 0) + 1
        return "; ".join(f"{count} × {said}" for said, count in told.items())

    return work


def _obeyed(lines: Callable[[int], str]) -> Callable[[Scene, int], str]:
    """A robots.txt that is as long as one may be, and what it says of a long URL."""

    def work(_: Scene, size: int) -> str:
        from protego import Protego

        rules: Any = Protego.parse(lines(min(size, 500 * 1024))[: 500 * 1024])
        may = rules.can_fetch("http://a.b/" + "a" * 1_000, USER_AGENT)
        return f"fetched: {may}, after {rules.crawl_delay(USER_AGENT)} seconds"

    return work


_ALL: Final = "User-agent: *\n"
_URLS: Final = [
    Entry("URLs", "many", _listed(lambda size: "\n".join(f"http://a.b/{n}" for n in range(size // 16)))),
    *(Entry("URLs", f"one, {name}", _listed(lambda size, begin=begin, unit=unit: begin + run(unit, size))) for name, begin, unit in (
        ("a long path", "http://a.b/", "a"), ("steps", "http://a.b/", "../"), ("percents", "http://a.b/", "%"), ("letters abroad", "http://a.b/", "é"), ("a long host", "http://", "a"),
        ("a host of stops", "http://", "."), ("a host of labels", "http://", "a."), ("a host abroad", "http://", "é"), ("a host of labels abroad", "http://", "é."), ("an address", "http://[", ":"),
        ("digits of a port", "http://a.b:", "9"), ("names of users", "http://", "a@"), ("campaigns", "http://a.b/?", "utm_a=b&"), ("parameters", "http://a.b/?", "a=b&"), ("fragments", "http://a.b/", "#"), ("tabs", "http://a.b/", "\t"), ("blanks", " ", " "))),
    Entry("URLs", "hosts of labels abroad", _listed(lambda size: "\n".join("http://" + "é" * 60 + f"{n}.b/" for n in range(size // 140)))),
    *(Entry("robots.txt", name, _obeyed(lambda size, begin=begin, unit=unit, end=end: begin + run(unit, size - len(end)) + end)) for name, begin, unit, end in (
        ("rules", _ALL, "Disallow: /a\n", ""), ("stars", _ALL + "Disallow: /", "*", ""), ("stars apart", _ALL + "Disallow: /", "*a", "b$"), ("rules of stars", _ALL, "Disallow: /" + "*a" * 30 + "b$\n", ""),
        ("percents", _ALL + "Disallow: /", "%41", ""), ("agents", "", "User-agent: a\n", "Disallow: /\n"), ("groups", "", "User-agent: a\nDisallow: /\n", ""), ("a long agent", "User-agent: ", "a", "\nDisallow: /\n"),
        ("digits of a delay", _ALL + "Crawl-delay: ", "9", ""), ("colons", "", ":", ""), ("lines", "", "\n", ""), ("carriage returns", "", "\r", ""), ("remarks", _ALL, "#", ""), ("maps", "", "Sitemap: a\n", ""))),
]  # fmt: skip

_BLANKS: Final = gzip.compress(b"\n" * 50_000_000)
_LISTS: Final = [
    Entry("batch", "one line", _batch(_lines("word "))),
    Entry("batch", "one word", _batch(_lines("a"))),
    Entry("batch", "blank lines", _batch(_lines("\n"))),
    Entry("batch", "carriage returns", _batch(_lines("\r"))),
    Entry("batch", "lines too long", _batch(lambda size: (("a" * 30_000 + "\n") * (size // 30_001)).encode())),
    Entry("batch", "nothing that is text", _batch(lambda size: b"\xff\x00" * (size // 2))),
    Entry("batch", "UTF-32", _batch(lambda size: ("a" * (size // 4)).encode("utf-32"))),
    Entry("batch", "brackets", _batch(lambda size: (("(" * 10_000 + "\n") * (size // 10_001)).encode())),
    Entry("variants", "one line", _brought("v.txt", read_variants, _lines("Rome, "))),
    Entry("variants", "groups", _brought("v.txt", read_variants, _lines("Rome, Roma\n"))),
    Entry("variants", "groups, fewer", _brought("v.txt", read_variants, lambda _: "".join(f"a{n}, b{n}\n" for n in range(9_999)).encode())),
    Entry("variants", "groups of many names", _brought("v.txt", read_variants, lambda size: (",".join("abcdefgh" * 100) + "\n").encode() * (size // 1_600))),
    Entry("variants", "one name in all groups", _brought("v.txt", read_variants, lambda _: "".join(f"Rome, b{n}\n" for n in range(9_999)).encode())),
    Entry("variants", "a name of many words", _brought("v.txt", read_variants, _lines("a "))),
    Entry("variants", "commas", _brought("v.txt", read_variants, _lines(","))),
    Entry("variants", "letters of many marks", _brought("v.txt", read_variants, lambda size: ("e" + "\u0301" * 1_900 + ", b\n").encode() * (size // 3_900))),
    Entry("judged", "lines", _brought("j.tsv", read_judged, _each(lambda n: f"question {n}\td{n}\n", 18))),
    Entry("judged", "answers to one question", _brought("j.tsv", read_judged, _each(lambda n: f"question\td{n}\n", 14))),
    Entry("judged", "one line", _brought("j.tsv", read_judged, _lines("word "))),
    Entry("judged", "tabs", _brought("j.tsv", read_judged, _lines("\t"))),
    Entry("judged", "a grade of many digits", _brought("j.tsv", read_judged, _lines("9", "question\td\t"))),
    Entry("judged", "a packed bomb of blank lines", _brought("j.tsv.gz", read_judged, lambda _: _BLANKS)),
    Entry("judged", "a packed bomb of one line", _brought("j.tsv.gz", read_judged, lambda size: gzip.compress(b"a" * 50 * size))),
    Entry("judged", "questions that look for trouble", _brought("j.tsv", read_judged, lambda _: "".join(f"{text[:200]}\td\n" for text in QUESTIONS.values() if "\n" not in text).encode("utf-8", "replace"))),
    Entry("run", "lines", _brought("x.run", read_run, _each(lambda n: f"q{n} Q0 d 1 0.5 a\n", 18))),
    Entry("run", "answers to one question", _brought("x.run", read_run, _each(lambda n: f"q Q0 d{n} 1 0.5 a\n", 18))),
    Entry("run", "a rank of many digits", _brought("x.run", read_run, _lines("9", "q Q0 d ", " 0.5 a\n"))),
    Entry("run", "columns", _brought("x.run", read_run, _lines("a "))),
    Entry("keys", "lines", _brought("keys.txt", holders, _each(lambda n: f"{n:064x} name{n}\n", 75))),
    Entry("keys", "one line", _brought("keys.txt", holders, _lines("a"))),
]  # fmt: skip


def _cited(**values: str) -> Callable[[Scene, int], str]:
    def work(_: Scene, size: int) -> str:
        units: dict[str, Any] = {name: run(unit, min(size, 100_000)) for name, unit in values.items()}
        try:
            document = Document("a", "They met.\n\n" * 1_000, **units)
        except DragomanError as error:
            return str(error)[:90]
        span = Span(5_000, 5_010)
        made = (
            citations.text(document, span),
            citations.bibtex(document),
            citations.ris(document),
            str(citations.csl(document)),
            citations.key(document),
        )
        return f"{sum(map(len, made)):,} characters"

    return work


_CITED: Final = [
    Entry("citation", f"{field} of {name}", _cited(**{field: unit}))
    for field in ("title", "author", "outlet", "url", "place")
    for name, unit in UNITS.items()
    if "\n" not in unit and len(unit) < 100
]


def _marked(unit: str, *units: Unit) -> Callable[[Scene, int], str]:
    def work(_: Scene, size: int) -> str:
        text = run(unit, size)
        marks = Marker(units).words(text, 0, sentences=range(0, size, 200))
        return f"{len(marks)} marks, {sum(1 for _ in pieces(text, 0, marks))} pieces"

    return work


def _unit(*positions: str, **more: Any) -> Unit:
    return Unit(tuple(frozenset({each}) for each in positions), **more)


_MARKS: Final = [
    Entry("marks", "one long word", _marked("a", _unit("a"))),
    Entry("marks", "a word again and again", _marked("a b ", _unit("a"))),
    Entry("marks", "a word side by side", _marked("a ", _unit("a"))),
    Entry("marks", "a phrase again and again", _marked("a b ", _unit("a", "b"))),
    Entry("marks", "a long phrase", _marked("a ", _unit(*("a",) * 250))),
    Entry("marks", "a phrase far apart", _marked("a ", _unit("a", "b", slop=100))),
    Entry("marks", "a phrase far apart, often", _marked("a b ", _unit("a", "b", slop=100))),
    Entry("marks", "many words far apart", _marked("a b c d ", _unit("a", "b", "c", "d", slop=100))),
    Entry("marks", "marks over marks", lambda _, size: str(sum(1 for _ in pieces("a" * size, 0, [Highlight(n, size, "keyword") for n in range(0, size, 10)])))),
]  # fmt: skip


def _fed(begin: str, unit: str, end: str = "") -> Callable[[Scene, int], str]:
    def work(_: Scene, size: int) -> str:
        text = begin + run(unit, size) + end
        looks_like_feed(text)
        looks_like_page(text)
        try:
            return f"{len(parse_feed(text.encode(), 'http://a.b/'))} entries"
        except DragomanError as error:
            return str(error)

    return work


_RSS: Final = "<rss version='2.0'><channel><title>A</title>"
_FEEDS: Final = [
    Entry("feed", "entries", _fed(_RSS, "<item><link>http://a.b/c</link></item>", "</channel></rss>")),
    Entry("feed", "titles", _fed(_RSS + "<item>", "<title>a</title>", "</item></channel></rss>")),
    Entry("feed", "a long title", _fed(_RSS + "<item><title>", "&lt;b ", "</title></item></channel></rss>")),
    Entry("feed", "elements in elements", _fed(_RSS, "<a>")),
    Entry("feed", "elements in a title", _fed(_RSS + "<item><title>", "<b>")),
    Entry("feed", "a date of many words", _fed(_RSS + "<item><pubDate>", "Tue, ", "</pubDate></item></channel></rss>")),
    Entry("feed", "names of spaces", _fed("<feed xmlns='http://www.w3.org/2005/Atom' ", "xmlns:a='b' ", "/>")),
    Entry("feed", "instructions before", _fed("", "<?a?> ", _RSS)),
    Entry("feed", "instructions begun before", _fed("", "<?a", _RSS)),
    Entry("feed", "comments before", _fed("", "<!-- --> ", _RSS)),
    Entry("feed", "comments begun before", _fed("", "<!-- ", _RSS)),
    Entry("feed", "doctypes before", _fed("", "<!DOCTYPE a>", _RSS)),
    Entry("feed", "blanks before", _fed("", " ", _RSS)),
    Entry("feed", "references", _fed(_RSS + "<item><title>", "&amp;", "</title></item></channel></rss>")),
    Entry("feed", "addresses below addresses", _fed(_RSS, "<a xml:base='c/'>")),
    Entry("feed", "styles", _fed(_RSS + "<item><description>&lt;p style='", "a:b;", "'&gt;</description></item></channel></rss>")),
    Entry("feed", "a page within", _fed("<feed xmlns='http://www.w3.org/2005/Atom'><entry><content type='xhtml'>", "<div>", "</content></entry></feed>")),
]  # fmt: skip


def _packed(**members: Callable[[int], bytes]) -> Callable[[Scene, int], str]:
    def make(size: int) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            parts = {name.replace("__", "."): content for name, content in members.items()}
            for name, content in (
                {
                    name: lambda _: b""
                    for name in ("documents.jsonl", "vectors.npy", "sentence_vectors.npy", "pack.json")
                }
                | parts
            ).items():
                archive.writestr(name, content(size))
        return out.getvalue()

    def read(path: Path) -> str:
        with opened_pack(path) as pack:
            return f"{sum(1 for _ in pack.documents())} documents"

    return _brought("a.pack", read, make)


_PACKS: Final = [
    Entry("pack", "a manifest in itself", _packed(pack__json=lambda size: b"[" * size)),
    Entry("pack", "a manifest of many keys", _packed(pack__json=lambda size: json.dumps({f"k{n}": 1 for n in range(size // 10)}).encode())),
    Entry("pack", "a manifest of a huge number", _packed(pack__json=lambda size: b'{"documents":' + b"9" * size + b"}")),
    Entry("pack", "a large manifest", _packed(pack__json=lambda size: b" " * 50 * size)),
    Entry("pack", "members", lambda scene, size: _packed(**{f"m{n}": lambda _: b"" for n in range(size // 100)})(scene, size)),
    Entry("pack", "nothing", _brought("a.pack", lambda path: opened_pack(path).__enter__(), lambda size: b"\0" * size)),
]  # fmt: skip

_MODELS: Final = [
    *(Entry("MCP by lines", name, lambda scene, size, make=make: models.over_lines(scene.collection, scene.folder, make(size))) for name, make in models.BOMBS.items()),
    *(Entry("MCP over HTTP", name, lambda scene, size, make=make: models.over_http(scene.collection, make(size))) for name, make in models.BOMBS.items()),
]  # fmt: skip

ENTRIES: Final = [
    *(Entry("question", name, _asked(text)) for name, text in QUESTIONS.items()),
    *(Entry("question", f"the collection's words, {name}", _of_words(pattern, joint)) for name, pattern, joint in (
        ("plain", "{0}", " "), ("beginnings", "{1}*", " "), ("anywhere", "*{1}*", " "), ("about", "{0}~2", " "), ("phrases", '"{0} the"~50', " "),
        ("near", "{0}", " NEAR/100 "), ("all", "{0}", " AND "), ("any", "{0}", " OR "), ("none", "-{0}", " "), ("misspelt", "x{0}", " "), ("run together", "{0}", ""))),
    *_REQUESTS, *_LISTS, *_SETTINGS, *_URLS, *_CITED, *_MARKS, *_FEEDS, *_PACKS, *_MODELS,
]  # fmt: skip
"""All of them."""
