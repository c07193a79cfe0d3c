"""The contract of the JSON API and of the tools for models: answers as they were recorded, key by key, in their order.

Run as a script, this records them anew. A change in tests/web/recorded/ is a change of what programs out there read:
fields may be added within a version of the API, none renamed or removed.
"""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import pytest

from dragoman.corpus.document import DateInterval, Document, Note, Person, Reference
from dragoman.search.collection import Collection, open_collection
from dragoman.search.making import create_collection
from dragoman.web.app import create_app

RECORDED = Path(__file__).parent / "recorded"

DESPATCH = "The consul at Port Amber wrote that the harbour dues had doubled. The envoy thought them useless.\n\n"
DESCRIBED: dict[str, Any] = {
    "title": "On the “harbour dues” <1890>",
    "place": "Port Amber, Lemuria",
    "author": "A. Consul",
    "url": "https://example.org/despatches/1",
    "kind": "despatch",
    "language": "en",
    "countries": ("Lemuria", "Atlantis"),
    "people": (Person("Ada Consul", "consul", "Lemuria"), Person("B. Envoy")),
    "topics": ("trade",),
    "references": (Reference("Gazette", "The dues", "https://example.org/2", "1890-05-01"), Reference("Courier")),
    "notes": (Note("1", 20, "On harbour dues see the treaty of 1888."), Note("2", 40, "Not found.")),
    "cut": ("Related: cholera",),
    "provenance": {"title": "given", "countries": "extracted"},
    "origin": "/srv/private/1.md",
    "dates": DateInterval(date(1890, 5, 1), date(1890, 5, 31)),
}
DOCUMENTS = (
    Document("despatches/1", DESPATCH * 12, outlet="Foreign Office", **DESCRIBED),
    Document("despatches/2", DESPATCH * 12, outlet="Colonial Office", **DESCRIBED),
    Document('odd/"é" #1', "The harbour of Ys\x01 is\u202e said to lie under the sea \U0001f30a."),
)

CAME_IN = "2026-11-29T08:15:00Z"
WORDS = "mode=keyword"  # scores by meaning differ a little from machine to machine
ANSWERS = {
    "search": f"search?q=harbour+dues&{WORDS}&explain=1&facets=5&limit=2",
    "search-unfolded": f"search?q=dues+date:1890&{WORDS}&unfold=1&per_document=1&where=-country:Mu",
    "search-filtered": "search?country=Lemuria&limit=1",
    "search-mended": f"search?q=harbuor&{WORDS}",
    "search-signs": f"search?q=Ys&{WORDS}",
    "search-nothing": f"search?q=xqzzv&{WORDS}&facets=1",
    "search-page": f"search?q=consul&{WORDS}&limit=1&page=2&unfold=1",
    "similar": "similar?id=despatches/1&limit=1",
    "facets": f"facets?q=harbour&{WORDS}&limit=3",
    "suggest": "suggest?q=harb",
    "suggest-field": "suggest?q=country:",
    "suggest-opensearch": "suggest?q=harb&format=opensearch",
    "documents": "documents?limit=2",
    "document": "documents/despatches/1",
    "document-signs": f"documents/{quote(DOCUMENTS[2].id)}",
    "passage": "passages/{passage}",
    "export": f"export?q=harbour&{WORDS}&format=jsonl&limit=2",
    "problem": "search?q=dues+%2Bopen",
    "problem-parameter": "search?q=dues&wher=x",
    "problem-nowhere": "documents/nowhere",
    "openapi": "openapi.json",
}
TOOLS: dict[str, tuple[str, dict[str, Any]]] = {
    "mcp-search": ("search", {"query": "harbour dues", "mode": "keyword", "limit": 2}),
    "mcp-similar": ("similar", {"id": "despatches/1", "limit": 1}),
    "mcp-read": ("read", {"id": "despatches/1", "limit": 200}),
}


def answer(collection: Collection, name: str) -> Any:
    """An answer of the API, by its name in ANSWERS; of a file of JSON lines, the list of them."""
    [first, *_] = collection.passages("despatches/1")
    url = ANSWERS[name].replace("{passage}", quote(f"despatches/1#{first}"))
    given = create_app(collection).test_client().get(f"/api/v1/{url}")
    if name == "export":
        return [json.loads(line) for line in given.text.splitlines()]
    value = json.loads(given.data)
    return without_texts(value) if name == "openapi" else value


def called(collection: Collection, name: str) -> Any:
    """What a tool answers, as structure and as text, by its name in TOOLS; of `mcp-tools`, the schemas of that."""
    from mcp import Client

    from dragoman.web.mcp import server

    async def session() -> Any:
        async with Client(server(collection)) as client:
            if name == "mcp-tools":
                tools = (await client.list_tools()).tools
                return {each.name: without_texts(each.output_schema) for each in tools}
            tool, arguments = TOOLS[name]
            result: Any = await client.call_tool(tool, arguments)
            return {"structure": result.structured_content, "text": result.content[0].text.splitlines()}

    return asyncio.run(session())


def without_texts(schema: Any) -> Any:
    """A schema without its sentences, titles and version, which are not what programs rely on."""
    if isinstance(schema, list):
        return [without_texts(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    texts = ("title", "description", "summary", "version")
    # A property may be called `title`: its value is a schema, no text.
    return {
        key: without_texts(value) for key, value in schema.items() if key not in texts or not isinstance(value, str)
    }


def ordered(value: Any) -> Any:
    """A value in which the order of keys counts, not when something was, how long it took, nor last digits."""
    if isinstance(value, dict):
        return [(key, 0 if key == "took_ms" else ordered(each)) for key, each in without_times(value).items()]
    if isinstance(value, list):
        return [ordered(each) for each in value]
    return pytest.approx(value, rel=1e-6) if isinstance(value, float) else value


def without_times(value: Any) -> Any:
    """A value in which every document came in at the same moment."""
    if isinstance(value, list):
        return [without_times(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        key: CAME_IN if key == "added" and isinstance(each, str) else without_times(each) for key, each in value.items()
    }


def settled(name: str, value: Any) -> Any:
    """An answer without its scores by meaning, and without where the sentence nearest in meaning stands."""
    if name == "similar":
        for hit in value["hits"]:
            assert hit["score"] == hit["legs"]["meaning"]["score"]
            hit["score"] = hit["legs"]["meaning"]["score"] = 0.5
            hit["highlights"] = [{**mark, "start": 0, "end": 1} for mark in hit["highlights"]]
    return value


@pytest.fixture(scope="module")
def collection(empty_collections: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    folder = tmp_path_factory.mktemp("recorded") / "collection"
    shutil.copytree(empty_collections[0], folder)
    with open_collection(folder) as opened:
        opened.add(DOCUMENTS)
        yield opened


@pytest.mark.parametrize("name", ANSWERS)
def test_the_api_answers_as_recorded(collection: Collection, name: str) -> None:
    recorded = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    assert ordered(settled(name, answer(collection, name))) == ordered(recorded)


@pytest.mark.parametrize("name", [*TOOLS, "mcp-tools"])
def test_the_tools_for_models_answer_as_recorded(collection: Collection, name: str) -> None:
    pytest.importorskip("mcp", reason="the SDK is not installed: pip install 'dragoman[mcp]'")
    recorded = json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))
    assert ordered(called(collection, name)) == ordered(recorded)


def test_python_and_the_api_say_the_same(collection: Collection) -> None:
    results = collection.search("harbour dues", mode="keyword", explain=True, facets=5, limit=2)
    recorded = json.loads((RECORDED / "search.json").read_text(encoding="utf-8"))
    assert ordered(results.to_dict()) == ordered(recorded)
    assert [hit.to_dict() for hit in results] == results.to_dict()["hits"]


def test_an_answer_is_spaced_as_it_always_was(collection: Collection) -> None:
    """Programs should not care, but some compare answers as texts."""
    data = create_app(collection).test_client().get("/api/v1/documents?limit=2").data
    assert data.decode() == json.dumps(json.loads(data), ensure_ascii=False)


def test_everything_recorded_is_compared() -> None:
    assert {file.stem for file in RECORDED.iterdir()} == {*ANSWERS, *TOOLS, "mcp-tools"}


def record() -> None:
    """Record all answers anew."""
    from support.tiny_model import make_tiny_model

    RECORDED.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = str(Path(folder) / "cache")
        model = make_tiny_model(Path(folder) / "model", seed=1)
        with create_collection(Path(folder) / "collection", model=str(model)) as made:
            made.add(DOCUMENTS)
            values = {name: settled(name, answer(made, name)) for name in ANSWERS}
            values |= {name: called(made, name) for name in (*TOOLS, "mcp-tools")}
    for name, value in values.items():
        if isinstance(value, dict) and "took_ms" in value:
            value["took_ms"] = 0.0
        text = json.dumps(without_times(value), ensure_ascii=False, indent=1)
        (RECORDED / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    record()
