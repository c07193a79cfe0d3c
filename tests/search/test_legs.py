"""What else may take part in a ranking: a third leg, a reranker, another fusion, each put into its table by a test."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dragoman.corpus.document import Document
from dragoman.errors import DragomanError, QueryError
from dragoman.index.reading.local_legs.local_leg import LOCAL_LEGS
from dragoman.index.reading.selection import Selection
from dragoman.index.reading.view import Found, Weighed
from dragoman.search.collection import Collection, open_collection
from dragoman.search.ranking.engine import LegStanding
from dragoman.search.ranking.fusion import FUSIONS, Scored, min_max
from dragoman.search.ranking.legs.leg import ScoredQuery
from dragoman.search.ranking.legs.leg_table import LEGS
from dragoman.search.ranking.rerank import RERANKERS, Ranked
from dragoman.search.ranking.settings import Settings
from dragoman.search.results.results import Hit

if TYPE_CHECKING:
    from conftest import MakeCollection

WORDS = "the summit leaders agreed treaty trade peace envoy minister signed talks hotline quota pact zeal fish".split()
QUERY = "summit treaty"
EVERYTHING: dict[str, Any] = {"limit": 1000, "fold": False}


@pytest.fixture
def collection(make_collection: "MakeCollection") -> Collection:
    """A collection of two segments, in which texts of some documents are the same."""
    made = random.Random(5)
    texts = [" ".join(made.choices(WORDS, k=made.randint(5, 40))).capitalize() + "." for _ in range(40)]
    opened = make_collection(Document(f"d{number:02}", text) for number, text in enumerate(texts))
    opened.add(Document(f"c{number:02}", text, "Summit") for number, text in enumerate(texts[:10]))
    opened.add(Document(f"e{number:02}", text) for number, text in enumerate(texts[:10]))
    opened.add(Document(f"o{number:02}", "Fish " * 40 * number, "Zeal") for number in (1, 2))
    return opened


# A third leg


@dataclass(frozen=True)
class Long:
    """What the toy leg looks for: passages of so many characters or more."""

    least: int


class LengthLeg:
    """The longer, the better."""

    name = "length"
    is_mode = True
    normalise = staticmethod(min_max)

    def request(self, query: ScoredQuery, settings: Settings) -> Long | None:
        return Long(150) if query.text else None

    def weight(self, query: ScoredQuery, evidence: Mapping[str, NDArray[np.float64]], settings: Settings) -> float:
        return 0.5

    def scores(self, evidence: NDArray[np.float64], settings: Settings) -> NDArray[np.float64]:
        return evidence[0]

    def found(self, said: Found) -> NDArray[np.bool_]:
        return said.matching

    def details(self, evidence: NDArray[np.float64], settings: Settings) -> dict[str, float]:
        return {"characters": float(evidence[0])}


class LocalLength:
    """What it finds in a stack."""

    weighed: tuple[Weighed, ...] = ()
    is_cut = False
    goes_last = False

    def __init__(self, selection: Selection, request: Long) -> None:
        columns = [segment.columns for segment in selection.stack.segments]
        self._stack = selection.stack
        self._lengths = np.concatenate([each.end - each.start for each in columns]).astype(np.float64)
        self.matches = np.flatnonzero(selection.admitted & (self._lengths >= request.least))

    def leading(self, depth: int, also: NDArray[np.int64]) -> NDArray[np.int64]:
        return self._stack.order(self.matches, self.keys(self.matches), depth)

    def matching(self, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
        return np.isin(numbers, self.matches)

    def keys(self, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        return self._lengths[numbers]

    def evidence(self, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        return self.keys(numbers)[np.newaxis]

    def worth(self, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.zeros(len(numbers))


@pytest.fixture
def with_length(monkeypatch: pytest.MonkeyPatch) -> None:
    """The toy leg is in both tables."""
    monkeypatch.setitem(LEGS, "length", LengthLeg())
    monkeypatch.setitem(LOCAL_LEGS, "length", LocalLength)


def passages(hits: Sequence[Hit]) -> list[str]:
    return [hit.passage for hit in hits]


def test_a_third_leg_is_fused_with_the_others(
    collection: Collection, with_length: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    hits = collection.search(QUERY, **EVERYTHING).hits
    long = {each for each in collection.document_ids() if len(collection.document(each).text) >= 150}
    assert {hit.document.id for hit in hits if "length" in hit.standing.legs} == long
    assert any(set(hit.standing.legs) == {"length"} for hit in hits), "what it alone finds matches"
    assert any("length" not in hit.standing.legs for hit in hits)
    lengths = sorted((len(hit.text) for hit in hits if "length" in hit.standing.legs), reverse=True)
    low, high = min(len(hit.text) for hit in hits), lengths[0]
    for hit in hits:
        standing = hit.standing
        assert set(standing.parts) == {"keyword", "meaning", "length"}
        assert hit.score == pytest.approx(sum(standing.parts.values()))
        assert standing.part("length") == pytest.approx(0.5 * (len(hit.text) - low) / (high - low))
        assert standing.detail("length", "characters") == len(hit.text)
        if hit.document.id in long:
            assert standing.legs["length"] == LegStanding(lengths.index(len(hit.text)) + 1, len(hit.text))
            assert hit.reason.split(" · ")[-1].startswith(f"length {standing.legs['length'].rank}")
        else:
            assert "length" not in hit.reason
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    # What the others say of a passage does not depend on who found it.
    said = {hit.passage: hit.standing.detail("keyword", "passage") for hit in hits}
    monkeypatch.undo()
    for hit in collection.search(QUERY, mode="keyword", **EVERYTHING):
        assert said[hit.passage] == hit.standing.detail("keyword", "passage")
    assert all("length" not in hit.standing.parts for hit in collection.search(QUERY, **EVERYTHING))


def test_a_third_leg_is_a_mode_of_its_own(
    collection: Collection, with_length: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    mode: Any = "length"
    found = collection.search(QUERY, mode=mode, **EVERYTHING)
    lengths = [len(hit.text) for hit in found]
    assert lengths == sorted(lengths, reverse=True)
    assert found.total == sum(len(collection.document(each).text) >= 150 for each in collection.document_ids())
    assert {name for hit in found for name in hit.standing.legs} == {"length"}
    assert found.hits[0].reason == "length 1st"
    assert collection.search(f"{QUERY} -summit", mode=mode).total < found.total
    monkeypatch.undo()
    with pytest.raises(QueryError, match="mode is 'length', and must be one of hybrid, keyword, meaning"):
        collection.search(QUERY, mode=mode)


# Reranking


def by_title_then_short(question: str, shown: Sequence[Ranked]) -> list[float]:
    """Entitled passages first, in three classes of length: so there are ties."""
    assert question == QUERY
    assert [each.score for each in shown] == sorted((each.score for each in shown), reverse=True)
    return [bool(each.title) - len(each.text) // 100 for each in shown]


def with_reranker(collection: Collection, **settings: Any) -> Collection:
    return open_collection(collection.path, settings=Settings(reranker="toy", **settings))


@pytest.mark.parametrize("depth", [1, 7, 1000])
def test_a_reranker_reorders_the_best(collection: Collection, monkeypatch: pytest.MonkeyPatch, depth: int) -> None:
    monkeypatch.setitem(RERANKERS, "toy", by_title_then_short)
    before = collection.search(QUERY, **EVERYTHING).hits
    best = sorted(before[:depth], key=lambda hit: (len(hit.text) // 100) - bool(hit.document.title))
    with with_reranker(collection, rerank_depth=depth) as reranking:
        after = reranking.search(QUERY, **EVERYTHING)
        assert passages(after.hits) == passages([*best, *before[depth:]])
        assert passages(after.hits) != passages(before) or depth == 1
        assert {hit.passage: hit.standing for hit in after} == {hit.passage: hit.standing for hit in before}
        offsets = range(0, after.total, 3)
        pages = [hit for n in offsets for hit in reranking.search(QUERY, limit=3, offset=n, fold=False)]
        assert passages(pages) == passages(after.hits)
        each = reranking.search(QUERY, per_document=True, **EVERYTHING)
        assert [hit.document.id for hit in each] == list(dict.fromkeys(hit.document.id for hit in after))
        assert passages(reranking.search("", where="-summit", **EVERYTHING).hits) == passages(
            collection.search("", where="-summit", **EVERYTHING).hits
        ), "a filter alone asks for nothing that could be weighed"


def test_a_reranker_looks_before_copies_are_folded(collection: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RERANKERS, "toy", lambda _, shown: [bool(each.title) for each in shown])
    with with_reranker(collection) as reranking:
        whole, folded = reranking.search(QUERY, **EVERYTHING), reranking.search(QUERY, limit=1000)
        assert folded.total < whole.total
        assert any(hit.copied for hit in folded)
        for hit in folded:
            assert not hit.copied or hit.document.title, "the one that ranks best now stands for the others"
        kept = set(passages(folded.hits))
        assert passages(folded.hits) == [each for each in passages(whole.hits) if each in kept]


def test_a_reranker_must_give_a_value_a_passage(collection: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RERANKERS, "toy", lambda _, shown: [1.0] * (len(shown) - 1))
    with (
        with_reranker(collection, rerank_depth=5) as reranking,
        pytest.raises(DragomanError, match="the reranker gave 4 values for 5 passages"),
    ):
        reranking.search(QUERY)


def test_a_reranker_that_there_is_not_is_an_error() -> None:
    with pytest.raises(QueryError, match="reranker is 'toy', and must be empty"):
        Settings(reranker="toy")


# Fusion


def test_another_fusion_is_used(collection: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    def worst(legs: Sequence[Scored]) -> NDArray[np.float64]:
        return np.stack([leg.weight * (1 - leg.normalise(leg.scores)) for leg in legs])

    monkeypatch.setitem(FUSIONS, "worst first", worst)
    usual = {hit.passage: hit.score for hit in collection.search(QUERY, **EVERYTHING)}
    with open_collection(collection.path, settings=Settings(fusion="worst first")) as upside_down:
        hits = upside_down.search(QUERY, **EVERYTHING).hits
    assert set(passages(hits)) == set(usual)
    assert [hit.score for hit in hits] == pytest.approx([1 - usual[hit.passage] for hit in hits])
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
