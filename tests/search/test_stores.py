"""A collection asks whatever holds it: a folder, or a store of another kind behind the same seam."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from dragoman.corpus.document import DateInterval, Document, Span
from dragoman.corpus.fields import Fields, OwnField
from dragoman.errors import CollectionNotFound, CollectionUnreachable, NotFound, SearchTimeout
from dragoman.index.encoding.floors import Floors
from dragoman.index.keeping.examination import Checked
from dragoman.index.keeping.kept import KeptState
from dragoman.index.writing.status import Status
from dragoman.search.collection import Collection, open_collection
from dragoman.search.making import build_collection, create_collection, reindex_collection
from dragoman.search.stores.addresses import STORES
from dragoman.web.app import create_app
from support.memory_view import MemoryView

WORDS: dict[str, Any] = {"mode": "keyword", "limit": 5}
DOCUMENTS = [
    Document(
        f"d{number}",
        f"The envoys signed treaty number {number} in Geneva.\nThey spoke of fish and of trade.",
        title=f"Treaty {number}",
        dates=DateInterval(date(2025, 1, number + 1), date(2025, 1, number + 1)),
        countries=("France",) if number % 2 else ("Japan",),
        senders=("Rusk",),
        extra={"desk": ("Asia",)},
    )
    for number in range(12)
]


class MemoryStore:
    """A store that holds documents in memory, and cannot be written to; `is_away` has its server away."""

    name = "memory://treaties"
    stamp = "1"
    generation = 1

    def __init__(self, *, is_away: bool = False) -> None:
        self.is_away = is_away
        self._view = MemoryView(DOCUMENTS, fields=Fields([OwnField("desk", "desk")]))

    @property
    def view(self) -> MemoryView:
        if self.is_away:
            raise CollectionUnreachable(f"{self.name} does not answer: is its server running?")
        return self._view

    def document(self, document_id: str) -> Document | None:
        return next((each for each in DOCUMENTS if each.id == document_id), None)

    def spans(self, document_id: str) -> list[Span] | None:
        located = self._view.locate(self._view.find(document_id))
        return [Span(each.start, each.end) for each in located] or None

    def document_ids(self, prefix: str = "", after: str = "") -> Iterator[str]:
        return iter(sorted(each.id for each in DOCUMENTS if each.id.startswith(prefix) and each.id > after))

    def sources(self) -> list[Any]:
        return []

    def status(self) -> Status:
        known = self.view.info
        return Status(
            self.name,
            1,
            len(DOCUMENTS),
            known.passages,
            1,
            0,
            ("en",),
            "made up",
            8,
            "float32",
            Floors(0.2, 0.1),
            False,
        )

    def problems(self) -> list[str]:
        return []

    def kept(self) -> list[KeptState]:
        return []

    def seal_rest(self) -> list[str]:
        return []

    def damaged(self) -> bool:
        return False

    def checks(self) -> Iterator[Checked]:
        return iter(())

    def writing(self, lock_timeout: float, progress: Any = None) -> Any:
        raise NotImplementedError

    def encode(self, lock_timeout: float, progress: Any = None) -> Any:
        raise NotImplementedError

    def close(self) -> None:
        pass


@pytest.fixture
def collection(monkeypatch: pytest.MonkeyPatch) -> Collection:
    monkeypatch.setitem(STORES, "memory", lambda _: MemoryStore())
    return open_collection("memory://treaties")


def test_a_store_of_another_kind_is_asked_as_a_folder_is(collection: Collection) -> None:
    results = collection.search(
        "treaty Geneva country:France desk:asia from:rusk", mode="keyword", facets=3, explain=True
    )
    assert results.total == len(results) == 6
    assert {hit.document.countries for hit in results} == {("France",)}
    assert results.facets
    assert [each.value for each in results.facets.columns["desk"].values] == ["Asia"]
    assert "1st" in results.hits[0].reason
    pages = [hit.passage for offset in range(0, 12, 5) for hit in collection.search("signed", **WORDS, offset=offset)]
    assert len(pages) == len(set(pages)) == 12
    assert [hit.passage for hit in collection.export("signed", mode="keyword")] == pages
    assert len(collection.similar("d3", limit=3)) == 3
    assert "d3" not in {hit.document.id for hit in collection.similar("d3", limit=50)}
    assert [each.text for each in collection.complete("desk:a")] == ["desk:=Asia"]
    assert collection.search("tretay").suggestion == "treaty"
    assert collection.contents().columns["country"].distinct == 2
    with pytest.raises(NotFound):
        collection.search("signed", document="nobody")
    with pytest.raises(SearchTimeout):
        collection.search("signed", timeout=0.0)


def test_its_pages_and_api_are_as_those_of_a_folder(collection: Collection) -> None:
    client = create_app(collection).test_client()
    for path in ("/", "/?q=treaty", "/?q=desk:asia&more=country", "/documents/d3?q=treaty", "/feed.atom?q=treaty"):
        assert client.get(path).status_code == 200, path
    answer = json.loads(client.get("/api/v1/search?q=signed&from=rusk&facets=2&mode=keyword").data)
    assert (answer["total"], answer["facets"]["desk"]["distinct"]) == (12, 1)


def test_a_server_that_is_away_is_named_in_one_line_in_every_face() -> None:
    store = MemoryStore()
    collection = Collection(store)
    client = create_app(collection).test_client()
    store.is_away = True
    with pytest.raises(CollectionUnreachable, match="memory://treaties does not answer"):
        collection.search("treaty")
    answer = client.get("/api/v1/search?q=treaty")
    assert (answer.status_code, json.loads(answer.data)["detail"]) == (503, str(_error(collection)))
    page = client.get("/?q=treaty")
    assert page.status_code == 503
    assert "does not answer: is its server running?" in page.text
    store.is_away = False
    assert client.get("/?q=treaty").status_code == 200


def test_an_address_that_nothing_opens_is_refused() -> None:
    for named in (open_collection, create_collection, reindex_collection):
        with pytest.raises(CollectionNotFound, match="is an address, and a collection is a folder here"):
            named("nosuch://host/index")
    with pytest.raises(CollectionNotFound, match="is an address"):
        build_collection("nosuch://host/index", ["."])


def _error(collection: Collection) -> CollectionUnreachable:
    with pytest.raises(CollectionUnreachable) as raised:
        collection.search("treaty")
    return raised.value
