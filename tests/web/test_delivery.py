"""How answers get to their clients: from the cache where nothing has changed, and in fewer bytes."""

import gzip
import json
import re
import zlib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask.testing import FlaskClient

from dragoman.corpus.document import Document
from dragoman.errors import SearchTimeout
from dragoman.search.collection import Collection
from dragoman.web import site
from dragoman.web.access import keys
from dragoman.web.app import create_app
from dragoman.web.delivery.kept_answers import Answers, Kept

if TYPE_CHECKING:
    from conftest import MakeCollection

SEARCH = "/api/v1/search?q=telegraph&mode=keyword"
PAGE = "/?q=telegraph&mode=keyword"
GZIP = {"Accept-Encoding": "gzip"}


@pytest.fixture
def collection(make_collection: "MakeCollection") -> Collection:
    return make_collection([Document("one", "The telegraph to Zanzibar was cut. " * 20)])


@pytest.fixture
def client(collection: Collection) -> FlaskClient:
    return create_app(collection).test_client()


def cached(client: FlaskClient, **headers: str) -> tuple[int, int]:
    """How many questions were answered from the cache so far, and how many were not."""
    told = client.get("/metrics", headers=headers).text
    hits, misses = (
        re.findall(rf"^dragoman_cache_{each}_total (.+)$", told, re.MULTILINE) for each in ("hits", "misses")
    )
    return int(float(hits[0])), int(float(misses[0]))


# The cache


@pytest.mark.parametrize(
    "url",
    [
        SEARCH,
        PAGE,
        "/api/v1/facets?q=telegraph&mode=keyword",
        "/api/v1/suggest?q=tel",
        "/api/v1/similar?id=one&limit=3",
    ],
)
def test_what_was_asked_before_is_answered_again_with_the_same(client: FlaskClient, url: str) -> None:
    first, again = client.get(url), client.get(url)
    assert first.status_code == 200
    assert again.data == first.data  # the time it took included
    assert dict(again.headers) == dict(first.headers)
    assert cached(client) == (1, 1)
    assert client.head(url).headers["Content-Length"] == first.headers["Content-Length"]


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        ("/api/v1/search?mode=keyword&q=telegraph", True),
        ("/api/v1/search?mode=keyword&q=telegraph&limit=3", False),
        ("/api/v1/search?mode=keyword&q=Telegraph", False),
        ("/api/v1/search?q=telegraph", False),
        ("/api/v1/facets?q=telegraph&mode=keyword", False),
    ],
)
def test_alike_are_questions_whose_parameters_are_the_same_in_whatever_order(
    client: FlaskClient, other: str, is_same: bool
) -> None:
    client.get(SEARCH)
    client.get(other)
    assert cached(client) == ((1, 1) if is_same else (0, 2))


@pytest.mark.parametrize(
    "change",
    [
        lambda served: served.add([Document("two", "The telegraph to Lamu was cut.")]),
        lambda served: served.remove(["one"]),
        lambda served: served.keep_variants(["telegraph, wire"]),
    ],
)
def test_a_change_to_the_collection_ends_what_was_kept(
    collection: Collection, client: FlaskClient, change: Callable[[Collection], object]
) -> None:
    before = client.get(SEARCH)
    change(collection)
    after = client.get(SEARCH)
    assert after.headers["ETag"] != before.headers["ETag"]
    anew = create_app(collection, cache=0).test_client().get(SEARCH)
    assert json.loads(after.data) | {"took_ms": 0} == json.loads(anew.data) | {"took_ms": 0}
    assert cached(client) == (0, 2)


def test_what_is_kept_is_kept_for_a_day(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    class Tomorrow(date):
        @classmethod
        def today(cls) -> date:
            return date(2031, 5, 17)

    client.get("/api/v1/search?q=telegraph last week&mode=keyword")
    monkeypatch.setattr(site, "date", Tomorrow)
    client.get("/api/v1/search?q=telegraph last week&mode=keyword")
    assert cached(client) == (0, 2)


def test_who_may_ask_is_found_out_each_time(collection: Collection, tmp_path: Path) -> None:
    key = keys.new(tmp_path / "keys.txt", "reading-room")
    client = create_app(collection, keys=tmp_path / "keys.txt", rate="4/day").test_client()
    known = {"X-API-Key": key}
    assert [client.get(SEARCH, headers=known).status_code for _ in range(2)] == [200, 200]
    assert cached(client, **known) == (1, 1)
    assert client.get(SEARCH).status_code == 401
    assert client.get(SEARCH, headers={"X-API-Key": "dgm_other"}).status_code == 401
    answers = [client.get(SEARCH, headers=known) for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert answers[0].headers["RateLimit"] != answers[1].headers["RateLimit"]


def test_addresses_are_those_of_the_host_that_was_asked(client: FlaskClient) -> None:
    url = "/api/v1/suggest?q=tel&format=opensearch"
    for host in ("a.example", "b.example", "a.example"):
        assert f"http://{host}/" in client.get(url, base_url=f"http://{host}/").text
    assert cached(client) == (1, 2)


def test_what_ran_out_of_time_is_neither_kept_nor_tagged(collection: Collection) -> None:
    client = create_app(collection, timeout=0).test_client()
    for _ in range(2):
        answer = client.get("/api/v1/suggest?q=telegraf")
        assert answer.status_code == 200
        assert "ETag" not in answer.headers
    assert cached(client) == (0, 2)


@pytest.mark.parametrize(
    "url", ["/api/v1/export?q=telegraph", "/documents/one", "/api/v1/documents", "/feed.atom?q=cut"]
)
def test_files_and_documents_are_not_kept(client: FlaskClient, url: str) -> None:
    for _ in range(2):
        assert client.get(url).status_code == 200
    assert cached(client) == (0, 0)


def test_nothing_is_kept_where_nothing_is_to_be(collection: Collection) -> None:
    client = create_app(collection, cache=0).test_client()
    for _ in range(2):
        assert client.get(SEARCH).status_code == 200
    assert cached(client) == (0, 0)


def test_errors_are_not_kept(client: FlaskClient) -> None:
    for _ in range(2):
        assert client.get("/api/v1/search?q=%22").status_code == 400
        assert client.get("/?page=9&q=telegraph").status_code == 404
    assert cached(client)[0] == 0


def test_what_is_kept_is_bounded_in_bytes_and_number() -> None:
    answers = Answers(1_000_000)
    for number in range(5000):
        answers.put(str(number), Kept(b"x" * (number % 3 * 10_000), "text/plain", ""))
    kept = [each for number in range(5000) if (each := answers.get(str(number)))]
    assert 0 < sum(len(each.body) for each in kept) <= 1_000_000
    for number in range(5000):
        answers.put(str(number), Kept(b"", "text/plain", ""))
    assert sum(answers.get(str(number)) is not None for number in range(5000)) < 1000
    answers.put("large", Kept(b"x" * 200_000, "text/plain", ""))
    assert answers.get("large") is None
    assert answers.get("4999") is not None


# Fewer bytes


@pytest.mark.parametrize(
    "url",
    [
        SEARCH,
        PAGE,
        "/documents/one",
        "/api/v1/",
        "/api/v1/openapi.json",
        "/assets/0/dragoman.css",
        "/embed.js",
    ],
)
def test_text_is_compressed_for_those_who_take_it(client: FlaskClient, url: str) -> None:
    small, plain = client.get(url, headers=GZIP), client.get(url)
    assert small.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert len(small.data) == int(small.headers["Content-Length"]) < len(plain.data)
    told = gzip.decompress(small.data)
    assert told == plain.data or url in (SEARCH, PAGE)  # which say how long they took
    for answer in (small, plain):
        assert "Accept-Encoding" in answer.vary
    assert client.head(url, headers=GZIP).headers["Content-Encoding"] == "gzip"


def test_each_client_gets_from_the_cache_what_it_takes(client: FlaskClient) -> None:
    plain, small = client.get(SEARCH), client.get(SEARCH, headers=GZIP)
    for _ in range(2):
        assert client.get(SEARCH).data == plain.data
        assert client.get(SEARCH, headers=GZIP).data == small.data
    assert cached(client) == (4, 2)
    assert client.get(SEARCH, headers=GZIP).headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "gzip;q=0.5, identity;q=0.8", "deflate"])
def test_who_does_not_take_it_gets_the_text_as_it_is(client: FlaskClient, accepted: str) -> None:
    answer = client.get(PAGE, headers={"Accept-Encoding": accepted})
    assert "Content-Encoding" not in answer.headers
    assert answer.text.rstrip().endswith("</html>")


@pytest.mark.parametrize("accepted", ["gzip", "gzip, deflate, br", "*", "GZIP;q=0.2", "identity;q=0.1, gzip;q=0.1"])
def test_who_takes_it_among_others_gets_it(client: FlaskClient, accepted: str) -> None:
    assert client.get(PAGE, headers={"Accept-Encoding": accepted}).headers["Content-Encoding"] == "gzip"


@pytest.mark.parametrize("url", ["/healthz", "/robots.txt", "/nowhere", "/api/v1/nowhere", "/api/v1/search?q=%22"])
def test_what_is_small_or_an_error_is_sent_as_it_is(client: FlaskClient, url: str) -> None:
    assert "Content-Encoding" not in client.get(url, headers=GZIP).headers


def test_a_tag_never_means_the_same_bytes_where_they_are_others(client: FlaskClient) -> None:
    url = "/assets/0/dragoman.css"
    plain, small = client.get(url), client.get(url, headers=GZIP)
    assert not plain.get_etag()[1]
    assert small.get_etag() == (plain.get_etag()[0], True)
    for answer in (plain, small, client.get(PAGE), client.get(PAGE, headers=GZIP)):
        known = {**GZIP, "If-None-Match": answer.headers["ETag"]}
        unchanged = client.get(PAGE if "html" in answer.content_type else url, headers=known)
        assert unchanged.status_code == 304
        assert unchanged.data == b""
        assert "Accept-Encoding" in unchanged.vary
        assert "Content-Encoding" not in unchanged.headers


@pytest.mark.parametrize("format_", ["csv", "jsonl", "ris", "bibtex"])
def test_an_export_is_compressed_as_it_is_taken(make_collection: "MakeCollection", format_: str) -> None:
    texts = [Document(f"d{number}", f"The telegraph to Zanzibar was cut {number} times. " * 9) for number in range(40)]
    client = create_app(make_collection(texts)).test_client()
    url = f"/api/v1/export?q=telegraph&limit=1000&format={format_}&unfold=1"
    plain = client.get(url).data
    answer: Any = client.get(url, headers=GZIP, buffered=False)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "Content-Length" not in answer.headers
    unpacker, parts = zlib.decompressobj(wbits=31), list(answer.response)
    first = unpacker.decompress(parts[0])
    assert len(first) < len(plain) / 4  # what there is is sent, without waiting for the rest
    assert first or format_ != "csv"
    assert first + b"".join(unpacker.decompress(part) for part in parts[1:]) == plain
    assert unpacker.eof


def test_an_export_that_breaks_off_does_not_look_whole_compressed_either(collection: Collection) -> None:
    client = create_app(collection, export_timeout=0).test_client()
    answer: Any = client.get("/api/v1/export?q=telegraph&format=csv", headers=GZIP, buffered=False)
    unpacker = zlib.decompressobj(wbits=31)
    parts = map(unpacker.decompress, answer.response)
    assert next(parts)  # the head of the table
    with pytest.raises(SearchTimeout, match="broken off"):
        list(parts)
    assert not unpacker.eof
