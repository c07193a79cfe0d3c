"""The pages of the printed original where hits are shown: in a terminal, in files, in JSON, on the web."""

import csv
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from click.testing import CliRunner

from dragoman.__main__ import dragoman
from dragoman.corpus.document import Document, Page
from dragoman.search.cli.layout import text
from dragoman.search.results.formats import as_csv, as_markdown
from dragoman.web.app import create_app

if TYPE_CHECKING:
    from conftest import MakeCollection

    from dragoman.search.collection import Collection

FIRST = "The envoys met in Geneva and signed a treaty on fisheries. "
SECOND = "The ministers then agreed on a summit in Vienna."


@pytest.fixture
def collection(make_collection: "MakeCollection", tmp_path: Path) -> "Collection":
    pages = (Page("1474", 0), Page("1475", len(FIRST)))
    pdf = Document((tmp_path / "a b.pdf").as_posix(), FIRST + SECOND, title="Talks", pages=pages, origin="a b.pdf")
    return make_collection([pdf, Document("plain", "Leaders agreed on trade.", title="Trade")])


def test_a_hit_tells_its_pages(collection: "Collection", tmp_path: Path) -> None:
    found = collection.search("fisheries", mode="keyword")
    (hit,) = found
    assert hit.pages == ("1474", "1475")
    assert hit.to_dict()["pages"] == ["1474", "1475"]
    assert "   pp. 1474–1475\n" in text(found)
    assert f"{(tmp_path / 'a b.pdf').as_uri()}#page=1\n" in text(found)
    assert "pp. 1474–1475" in as_markdown(found)
    (row,) = csv.DictReader(io.StringIO(as_csv(found)))
    assert row["pages"] == "1474; 1475"
    (other,) = collection.search("trade", mode="keyword")
    assert (other.pages, other.to_dict()["pages"]) == ((), [])


def test_a_document_is_shown_with_its_pages(collection: "Collection", tmp_path: Path) -> None:
    identity = (tmp_path / "a b.pdf").as_posix()
    ran = CliRunner().invoke(dragoman, ["show", identity, "--collection", str(collection.path)])
    assert "pages" in ran.output
    assert "pp. 1474–1475" in ran.output
    described = CliRunner().invoke(dragoman, ["show", identity, "--json", "--collection", str(collection.path)])
    assert json.loads(described.output)["pages"] == [["1474", 0], ["1475", len(FIRST)]]


def test_the_web_tells_them_too(collection: "Collection") -> None:
    client = create_app(collection).test_client()
    assert "pp. 1474–1475" in client.get("/?q=fisheries&mode=keyword").text
    (hit,) = json.loads(client.get("/api/v1/search?q=fisheries&mode=keyword").text)["hits"]
    assert hit["pages"] == ["1474", "1475"]
    assert "pp. 1474–1475" in client.get(f"/documents/{quote(hit['document']['id'])}").text
    passage = json.loads(client.get(f"/api/v1/passages/{quote(hit['passage'])}").text)
    assert passage["pages"] == ["1474", "1475"]
    document = json.loads(client.get(f"/api/v1/documents/{quote(hit['document']['id'])}").text)
    assert document["pages"] == [["1474", 0], ["1475", len(FIRST)]]
