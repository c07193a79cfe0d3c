"""Counts on the match set: every one of them is what searching again with that value or those days finds."""

import json
import random
import subprocess
import sysconfig
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from dragoman.corpus.document import DateInterval, Document
from dragoman.corpus.fields import FIELDS
from dragoman.errors import CollectionDamaged, NotFound, QueryError, SearchTimeout
from dragoman.index.reading.facets import MOST_BARS, Histogram
from dragoman.index.reading.plan import Deadline, Plan
from dragoman.index.reading.stack import Stack
from dragoman.index.reading.tallies import Tallies
from dragoman.index.writing import writer
from dragoman.search.collection import Collection, open_collection
from dragoman.search.language.query import Filter
from dragoman.search.language.unparser import unparse
from dragoman.search.results import wire
from dragoman.search.results.results import Results
from support.random_documents import RandomDocuments

if TYPE_CHECKING:
    from conftest import MakeCollection

    from dragoman.search.ranking.engine import Mode
    from support.shelf import Shelf

DOCUMENTS = RandomDocuments(
    words=(*["the", "of", "talks", "peace"] * 40, "treaty", "treaties", "envoy"),  # two passages of three hold each
    lines=range(1, 5),
    length=(180,),  # a passage holds one such sentence
    sentences=True,
    first=date(2024, 11, 1),
    within=250,
    lasting=(0, 0, 1, 40, 90),
    outlets=(
        "", "Le Monde", "The  Korea\nHerald", 'The "Times"', "***", "-dash", "=1", "A*", "Ünïted", "日本経済新聞",
        "x" * 200,
    ),
    places=("", "Seoul", "Paris"),
    kinds=("news", "despatch"),
    languages=("", "en", "fr"),
    countries=("France", "South Korea", "North Korea", "Türkiye", "Côte d'Ivoire"),
    people=("Lee Jae Myung", "Emmanuel Macron", "Recep Tayyip Erdoğan", "Lee Hsien Loong", "Seán O'Brien"),
)  # fmt: skip
QUERIES = ("envoy", "the", "treaty -envoy", "country:Korea", '"the envoy"', "trea*", "unheard")


@pytest.fixture(scope="module")
def collections(
    empty_collections: tuple[Path, Path], briefs: list[Document], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Collection]]:
    """The briefs; and made-up documents over several segments, of which some were changed and some deleted."""
    import shutil

    folder = tmp_path_factory.mktemp("facets")
    opened: dict[str, Collection] = {}
    for name in ("briefs", "made up"):
        shutil.copytree(empty_collections[0], folder / name)
        opened[name] = open_collection(folder / name)
    opened["briefs"].add(briefs)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer, "MAX_SEGMENTS", 4)
        patch.setattr(writer, "COMMIT_PASSAGES", 25)
        opened["made up"].add(DOCUMENTS.make_many(range(60)))
        opened["made up"].add(DOCUMENTS.make_many(range(0, 60, 9), seed=1))
        opened["made up"].remove(["d004", "d013", "d059"])
    assert opened["made up"].status().segments > 1
    yield opened
    for each in opened.values():
        each.close()


@pytest.fixture(params=["briefs", "made up"])
def collection(collections: dict[str, Collection], request: pytest.FixtureRequest) -> Collection:
    return collections[request.param]


def everything(collection: Collection, query: str, mode: "Mode" = "keyword", **options: Any) -> Results:
    return collection.search(query, mode=mode, fold=False, limit=1000, highlights=False, **options)


@pytest.mark.parametrize("query", [*QUERIES, "summit", "partnership"])
def test_facets_count_the_match_set(collection: Collection, query: str) -> None:
    found = everything(collection, query, facets=1000)
    assert found.facets
    assert set(found.facets.columns) == set(FIELDS.names)
    assert found.documents == len({hit.document.id for hit in found})
    for name, column in found.facets.columns.items():
        passages, documents = Counter[str](), dict[str, set[str]]()
        for hit in found:
            for value in {" ".join(each.split()) for each in FIELDS[name].values(hit.document) if each}:
                passages[value] += 1
                documents.setdefault(value, set()).add(hit.document.id)
        expected = sorted(((count, value) for value, count in passages.items()), key=lambda each: (-each[0], each[1]))
        assert [(each.passages, each.value) for each in column.values] == expected
        assert [each.documents for each in column.values] == [len(documents[value]) for _, value in expected]
        assert column.distinct == len(expected)
        some = collection.facets(query, mode="keyword", fold=False, limit=2).columns[name]
        assert (some.values, some.distinct) == (column.values[:2], column.distinct)


def test_the_contents_are_counted_on_everything_and_anew_after_a_change(make_collection: "MakeCollection") -> None:
    collection = make_collection(DOCUMENTS.make_many(range(20)))
    for limit in (3, 1000, 3):
        everywhere = collection.facets("", where="date:0001..9999 OR -date:0001..9999", fold=False, limit=limit)
        assert collection.contents(limit) == everywhere
    before = collection.contents(3)
    collection.add([replace(DOCUMENTS.make("d099"), kind="memorandum")])
    after = collection.contents(3)
    assert "memorandum" in [each.value for each in after.columns["kind"].values]
    assert after.columns["kind"].distinct == before.columns["kind"].distinct + 1
    collection.remove(list(collection.document_ids()))
    assert collection.contents().histogram is None
    with pytest.raises(QueryError, match="limit"):
        collection.contents(0)


@pytest.mark.parametrize(
    ("query", "mode"),
    [
        ("the", "keyword"),
        ("treaty -envoy", "keyword"),
        ("peace talks of the envoys on a treaty", "hybrid"),
        ("Lee Macron strategic partnership", "hybrid"),
        ("export controls on rare earths", "meaning"),
    ],
)
def test_each_value_and_each_bar_is_found_again(collection: Collection, query: str, mode: "Mode") -> None:
    facets = collection.facets(query, mode=mode, fold=False, limit=1000)
    for name, column in facets.columns.items():
        for each in column.values:
            narrower = everything(collection, query, mode, where=unparse(Filter(name, each.value, True)))
            assert (narrower.total, narrower.documents) == (each.passages, each.documents), each
    if facets.histogram:
        for bar in facets.histogram.bars:
            narrower = everything(collection, query, mode, after=bar.first, before=bar.last)
            assert (narrower.total, narrower.undated) == (bar.passages, facets.undated), bar
    assert facets.histogram or query[0] in "Le"  # of which the made-up texts know nothing


def test_facets_agree_with_what_is_listed(collections: dict[str, Collection]) -> None:
    collection = collections["made up"]
    for mode in ("hybrid", "keyword", "meaning"):
        whole = collection.search("treaty talks", mode=mode, limit=1000, facets=5)
        page = collection.search("treaty talks", mode=mode, limit=3, offset=2, facets=5)
        one_each = collection.search("treaty talks", mode=mode, limit=1000, per_document=True, facets=5)
        assert whole.facets
        assert whole.facets == page.facets == one_each.facets
        assert whole.documents == page.documents == one_each.documents == one_each.total
        passages = Counter(hit.document.id for hit in whole)
        assert sum(passages.values()) == whole.total
        for hit in (*whole, *page, *one_each):
            assert hit.more == passages[hit.document.id] - 1
    assert collection.search("treaty").facets is None
    assert collection.facets("unheard", mode="keyword").histogram is None


def test_what_is_folded_away_is_counted_nowhere(make_collection: "MakeCollection") -> None:
    rng = random.Random(1)
    text = " ".join(rng.choices("the treaty of envoys on peace talks in trade and summits".split(), k=120))
    copies = [Document(f"{n}", f"{text} {n}", outlet=f"outlet {n}", kind="news") for n in range(4)]
    collection = make_collection(copies)
    folded, unfolded = (collection.search("treaty", fold=fold, facets=9) for fold in (True, False))
    assert folded.facets
    assert unfolded.facets
    assert (folded.total, folded.documents, folded.hits[0].copied) == (1, 1, 3)
    assert [value.passages for value in folded.facets.columns["kind"].values] == [1]
    assert folded.facets.columns["outlet"].distinct == 1
    assert unfolded.facets.columns["outlet"].distinct == 4


def test_facets_as_json(collections: dict[str, Collection]) -> None:
    found = collections["briefs"].search("country:France summit", facets=1).to_dict()
    facets = found["facets"]
    assert list(facets) == [*FIELDS.names, "histogram", "undated"]
    assert facets["country"]["values"][0]["value"] == "France"
    assert facets["country"]["values"][0]["passages"] == found["total"]
    assert set(facets["histogram"]) == {"unit", "bars"}
    assert set(facets["histogram"]["bars"][0]) == {"first", "last", "passages", "of"}
    assert "facets" not in collections["briefs"].search("summit").to_dict()


@pytest.mark.process
def test_facets_in_a_terminal(collections: dict[str, Collection]) -> None:
    def said(*options: str) -> str:
        command = [Path(sysconfig.get_path("scripts")) / "search", "country:France", "--limit", "1", *options]
        command += ["--collection", collections["briefs"].path]
        return subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout

    facets = collections["briefs"].facets("country:France", limit=2)
    assert facets.histogram
    first, second = facets.columns["country"].values
    more = facets.columns["country"].distinct - 2
    lines = said("--facets", "2").splitlines()
    (countries,) = (line.split(maxsplit=1)[1] for line in lines if line.startswith("country  "))
    assert countries == f"France {first.passages} · {second.value} {second.passages} · and {more} more"
    (bars,) = (line for line in lines if line.startswith(facets.histogram.unit))
    assert "█" in bars
    assert len(bars.split(maxsplit=2)[2].rsplit(maxsplit=1)[0]) == len(facets.histogram.bars)
    assert json.loads(said("--facets", "2", "--format", "json"))["facets"] == wire.to_builtins(wire.facets_of(facets))
    assert "country  " not in said()


def histogram(shelf: "Shelf", *dates: tuple[str, str]) -> Histogram:
    shelf.add(*(
        Document(f"{n}", "treaty", dates=DateInterval(*map(date.fromisoformat, each))) for n, each in enumerate(dates)
    ))  # fmt: skip
    every = shelf.snapshot().candidates(Plan(), 1, Deadline()).matches
    listing = every.listed(np.zeros(0), sort="newest", per_document=False, fold=False, limit=0)
    found = listing.facets(10).histogram
    assert found
    return found


@pytest.mark.parametrize(
    ("first", "last", "unit", "bars"),
    [
        ("2025-11-22", "2025-11-22", "day", 1),
        ("2025-01-01", "2025-03-03", "day", 62),
        ("2025-01-01", "2025-03-04", "month", 3),
        ("2015-01-01", "2024-12-31", "month", 120),
        ("2015-01-01", "2025-01-01", "year", 11),
        ("1850-06-01", "1999-06-01", "year", 150),
        ("1850-06-01", "2000-01-01", "decade", 16),
        ("0001-01-01", "1999-12-31", "decade", 200),
        ("0001-01-01", "9999-12-31", "century", 100),
    ],
)
def test_the_unit_of_time_goes_by_the_span(shelf: "Shelf", first: str, last: str, unit: Any, bars: int) -> None:
    found = histogram(shelf, (first, first), (last, last))
    assert (found.unit, len(found.bars)) == (unit, bars)
    assert bars <= MOST_BARS[unit]
    assert found.bars[0].first <= date.fromisoformat(first) <= found.bars[0].last
    assert found.bars[-1].first <= date.fromisoformat(last) <= found.bars[-1].last
    assert all(later.first == bar.last + timedelta(1) for bar, later in zip(found.bars, found.bars[1:], strict=False))


def test_a_document_of_several_days_is_in_every_bar_that_they_touch(shelf: "Shelf") -> None:
    found = histogram(shelf, ("2025-01-31", "2025-03-01"), ("2025-05-02", "2025-05-02"), ("2025-03-31", "2025-03-31"))
    assert [bar.passages for bar in found.bars] == [1, 1, 2, 0, 1]
    assert [str(bar.first)[5:7] for bar in found.bars] == ["01", "02", "03", "04", "05"]
    decades = histogram(shelf, ("0003-01-01", "0009-12-31"), *[("1005-01-01", "1005-01-01")] * 2)
    assert (decades.bars[0].first, decades.bars[0].last) == (date(1, 1, 1), date(9, 12, 31))


def test_a_document_that_a_merge_split_over_two_segments_counts_once(shelf: "Shelf") -> None:
    day = DateInterval(date(2025, 1, 1), date(2025, 1, 1))
    shelf.add(Document("a", "treaty\ntalks", dates=day, countries=("France",)), Document("b", "treaty", dates=day))
    (segment,) = shelf.snapshot().stack.segments
    both = Stack([segment, segment], [np.zeros(0, np.int64)] * 2)
    facets = Tallies(both, FIELDS.names).facets(
        np.array([0, 4]), 5, Deadline()
    )  # the first line of "a", and the second one in the other segment
    (france,) = facets.columns["country"].values
    assert (france.passages, france.documents) == (2, 1)
    assert facets.histogram
    assert facets.histogram.bars[0].passages == 2


# Constraints that were not typed


def test_where_constrains_like_the_question(collections: dict[str, Collection]) -> None:
    collection = collections["made up"]

    def found(query: str, **options: Any) -> list[str]:
        return [hit.passage for hit in collection.search(query, limit=1000, fold=False, **options)]

    question = 'treaty country:="South Korea" -person:Lee'
    assert found("treaty", where=('country:="South Korea"', "-person:Lee")) == found(question) != found("treaty")
    assert found("", where="kind:=news") == found("kind:=news") != []
    assert found("treaty", kind="news", lang=["fr", "en"]) == found("treaty kind:news (lang:en OR lang:fr)") != []
    assert found("", where='person:="Lee"') == [], "Lee alone is nobody's whole name"
    understood = collection.search("treaty", where="-kind:=news").understood
    assert understood["constraints"] == ["-kind:=news"]
    for wrong, message in (("Korea", "constrains nothing"), ("country:", "needs a value"), ("", "no word")):
        with pytest.raises(QueryError, match=message) as caught:
            collection.search("treaty", where=["kind:news", wrong])
        assert caught.value.column is None
    with pytest.raises(QueryError, match="characters"):
        collection.search("treaty", where=["kind:news"] * 3000)
    with pytest.raises(QueryError, match="no filter 'contry'"):
        collection.search("treaty", contry="France")  # pyright: ignore[reportCallIssue]


def test_a_search_within_one_document_finds_its_passages_alone(collections: dict[str, Collection]) -> None:
    collection = collections["made up"]
    for document_id in ("d000", "d005", "d054"):
        spans = collection.passages(document_id)
        found = collection.search("", document=document_id, facets=3)
        assert [(hit.start, hit.end) for hit in found] == spans
        assert (found.total, found.documents) == (len(spans), 1)
        (best,) = collection.search("treaty", document=document_id, per_document=True)
        assert best.document.id == document_id
    for gone in ("d004", "d00", ""):
        with pytest.raises(NotFound):
            collection.search("treaty", document=gone)


# Export


def test_an_export_is_the_ranking_from_one_moment(make_collection: "MakeCollection") -> None:
    collection = make_collection(DOCUMENTS.make_many(range(20)))
    listed = collection.search("treaty", limit=1000, highlights=False, where="kind:=news")
    exported = collection.export("treaty", where="kind:=news")
    first = next(exported)
    collection.remove([hit.document.id for hit in listed])
    exported = [first, *exported]
    assert exported == list(listed)
    assert [(each.rank, each.standing) for each in exported] == [(each.rank, each.standing) for each in listed]
    assert list(collection.export("treaty", where="kind:=news")) == []
    assert len(list(collection.export("treaty", limit=3))) == 3
    assert any(hit.highlights for hit in collection.export("treaty", highlights=True))
    for options in ({"limit": 10_001}, {"where": "word"}, {"mode": "both"}):
        with pytest.raises(QueryError):
            collection.export("treaty", **options)  # pyright: ignore[reportArgumentType]
    with pytest.raises(SearchTimeout):
        collection.export("treaty", timeout=0)
    with pytest.raises(NotFound):
        collection.export("treaty", document="nobody")


def test_an_export_that_outlives_a_compaction_says_so(
    make_collection: "MakeCollection", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "GRACE_SECONDS", 0.0)
    collection = make_collection([Document("a", "A treaty."), Document("b", "The treaty of old.")])
    exported = collection.export("treaty")
    next(exported)
    collection.remove(["a", "b"])
    collection.compact()
    with pytest.raises(CollectionDamaged):
        list(exported)
