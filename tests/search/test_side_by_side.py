"""Several collections side by side: asked as one, with every hit naming its own."""

import json
import pickle
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dragoman.corpus.document import Document
from dragoman.corpus.fields import OwnField
from dragoman.errors import CollectionMismatch, CollectionNotFound, DragomanError, InvalidArgument, NotFound
from dragoman.index.encoding.floors import Floors
from dragoman.search.cli.search import search
from dragoman.search.collection import Collection, open_collection
from dragoman.search.making import create_collection
from dragoman.web.app import create_app
from support.folders import folder_of
from support.programs import Ran

QUESTIONS: list[tuple[str, dict[str, Any]]] = [
    ("summit", {}),
    ("Lee Macron strategic partnership", {}),
    ("Lee Macron strategic partnership", {"mode": "keyword"}),
    ("nuclear talks", {"mode": "meaning"}),
    ("visit of the president", {"sort": "newest"}),
    ("visit of the president", {"sort": "oldest", "per_document": True}),
    ("trade agreement", {"per_document": True}),
    ("trade agreement", {"offset": 5, "limit": 7}),
    ('"joint statement"', {}),
    ("minist* -France", {}),
    ("diplomasy~", {}),
    ("country:France", {}),
    ("cooperation", {"country": ["South Korea"]}),
    ("cooperation date:2025-11", {}),
    ("cooperation in November 2025", {}),
    ("leaders", {"after": "2025-06", "before": "2025-12", "fold": False}),
    ("peace NEAR/5 talks", {}),
    ("security OR defence", {"match": "any"}),
    ("security defence cooperation", {"match": "all"}),
    ("title:summit", {}),
    ("zyzzyva", {}),
]


def _set_floors(collection: Collection, floors: Floors) -> None:
    store = folder_of(collection)
    with store.writing(1), store.database.change():
        store.database.set("floors", floors)


def _search(*arguments: str | Path) -> Result:
    return CliRunner().invoke(search, [*map(str, arguments)])


@pytest.fixture
def parts(make_collection: Callable[..., Collection], briefs: list[Document]) -> list[Collection]:
    """A whole collection and its two halves, with the same floors."""
    made = [
        make_collection(briefs, "whole"),
        make_collection(briefs[::2], "even"),
        make_collection(briefs[1::2], "odd"),
    ]
    for each in made:
        _set_floors(each, Floors(0.5, 0.3))
    return made


@pytest.fixture
def pair(make_collection: Callable[..., Collection]) -> Iterator[Collection]:
    """Two collections that share the id of a document."""
    first = [Document("note", "The treaty was signed in Geneva."), Document("memo", "Herring is fished.")]
    second = [Document("note", "The treaty failed. Nobody came to Geneva."), Document("cable", "A treaty of peace.")]
    paths = [make_collection(documents, name).path for documents, name in ((first, "one"), (second, "two"))]
    with open_collection(paths) as both:
        yield both


def test_halves_answer_as_the_whole_does(parts: list[Collection]) -> None:
    whole, even, odd = parts
    with open_collection([even.path, odd.path]) as halves:
        assert halves.contents() == whole.contents()
        for text, options in QUESTIONS:
            expected, given = (each.search(text, facets=20, **options) for each in (whole, halves))
            assert [hit.passage for hit in given] == [hit.passage for hit in expected], text
            assert [hit.score for hit in given] == pytest.approx([hit.score for hit in expected]), text
            assert [hit.highlights for hit in given] == [hit.highlights for hit in expected], text
            assert [hit.more for hit in given] == [hit.more for hit in expected], text
            for name in ("total", "documents", "facets", "undated", "weaker", "unknown", "suggestion"):
                assert getattr(given, name) == getattr(expected, name), (text, name)
            own = {str(each.path): set(each.document_ids()) for each in (even, odd)}
            assert all(hit.document.id in own[hit.collection] for hit in given), text
        assert halves.complete("sum") == whole.complete("sum")
        (identity,) = [hit.passage for hit in whole.search("summit", limit=1)]
        assert [hit.passage for hit in halves.similar(identity)] == [hit.passage for hit in whole.similar(identity)]
        assert [hit.passage for hit in halves.export("summit")] == [hit.passage for hit in whole.export("summit")]
        assert list(halves.document_ids()) == list(whole.document_ids())
        assert halves.status().documents == whole.status().documents


def test_documents_of_one_id_are_told_apart(pair: Collection) -> None:
    hits = pair.search("treaty", mode="keyword").hits
    named = {hit.document.id: (Path(hit.collection).name, hit.label) for hit in hits}
    assert named == {"note": ("one", "one"), "two:note": ("two", "two"), "cable": ("two", "two")}
    assert pair.document("note").text.startswith("The treaty was signed")
    assert pair.document("two:note").text.startswith("The treaty failed")
    for hit in hits:
        document, span = pair.named(hit.passage)
        assert (document, span) == (hit.document, hit.span)
        assert {each.document.id for each in pair.search("treaty", document=document.id)} == {document.id}
        assert document.id not in {each.document.id for each in pair.similar(hit.passage)}
    for wrong in ("three:note", "one:nothing", "two:memo"):
        with pytest.raises(NotFound):
            pair.document(wrong)


def test_changes_in_one_of_them_are_seen(pair: Collection, tmp_path: Path) -> None:
    before = pair.version, pair.search("herring", mode="keyword").total
    with open_collection(tmp_path / "two") as second:
        second.add([Document("new", "More herring.")])
        second.remove(["note"])
    assert pair.version != before[0]
    assert pair.search("herring", mode="keyword").total == before[1] + 1
    assert {hit.document.id for hit in pair.search("treaty", mode="keyword")} == {"note", "cable"}


def test_copies_are_folded_within_each_alone(make_collection: Callable[..., Collection]) -> None:
    report = "The foreign ministers met in Geneva on Monday and agreed on a treaty about fishing rights. " * 12
    paths = [
        make_collection([Document(f"{name}{n}", f"{report} {n}") for n in range(2)], name).path for name in ("a", "b")
    ]
    with open_collection(paths) as both:
        found = both.search("treaty", mode="keyword", per_document=True)
    assert found.total == 2
    assert sorted((hit.label, hit.copied) for hit in found) == [("a", 1), ("b", 1)]
    assert all(copy.id.startswith(hit.label) for hit in found for copy in hit.copies)


def test_a_field_of_one_of_them_filters(
    make_collection: Callable[..., Collection], tmp_path: Path, tiny_models: tuple[Path, Path]
) -> None:
    plain = make_collection([Document("a", "A treaty.")], "plain")
    with create_collection(tmp_path / "own", model=str(tiny_models[0]), fields=[OwnField("desk", "desk")]) as own:
        own.add([Document("b", "A treaty, too.", extra={"desk": ("Asia",)})])
    with open_collection([plain.path, tmp_path / "own"]) as both:
        found = both.search("treaty", mode="keyword", facets=5)
        assert {hit.document.id for hit in found} == {"a", "b"}
        assert found.facets
        assert [each.value for each in found.facets.columns["desk"].values] == ["Asia"]
        assert [hit.document.id for hit in both.search("treaty desk:asia", mode="keyword")] == ["b"]
        assert [hit.document.id for hit in both.search("treaty -desk:asia", mode="keyword")] == ["a"]
    with create_collection(
        tmp_path / "other", model=str(tiny_models[0]), fields=[OwnField("desk", "desk", "number")]
    ) as other:
        other.add([Document("c", "A treaty.", extra={"desk": ("7",)})])
    with (
        open_collection([tmp_path / "own", tmp_path / "other"]) as both,
        pytest.raises(CollectionMismatch, match=r"'desk' is of type facet in .*own and number in .*other"),
    ):
        both.search("treaty")


def test_an_empty_one_changes_nothing(make_collection: Callable[..., Collection], briefs: list[Document]) -> None:
    full, empty = make_collection(briefs[:20], "full"), make_collection([], "empty")
    for paths in ([full.path, empty.path], [empty.path, full.path]):
        with open_collection(paths) as both:
            for mode in ("hybrid", "meaning"):
                expected, given = full.search("summit talks", mode=mode), both.search("summit talks", mode=mode)
                assert [hit.score for hit in given] == pytest.approx([hit.score for hit in expected])
                assert [hit.passage for hit in given] == [hit.passage for hit in expected]


def test_where_encoders_differ(
    make_collection: Callable[..., Collection],
    empty_collections: tuple[Path, Path],
    briefs: list[Document],
    tmp_path: Path,
) -> None:
    first = make_collection(briefs[:16:2], "first")
    shutil.copytree(empty_collections[1], tmp_path / "second")
    with open_collection(tmp_path / "second") as second:
        second.add(briefs[1:16:2])
        _set_floors(second, Floors(0.4, 0.2))
    _set_floors(first, Floors(0.5, 0.3))
    for paths in ([first.path, tmp_path / "second"], [tmp_path / "second", first.path]):
        with open_collection(paths) as both:
            words = [hit.document.id for hit in both.search("summit", mode="keyword", limit=100)]
            assert {hit.label for hit in both.search("summit", mode="keyword")} == {"first", "second"}
            assert set(words) <= {hit.document.id for hit in both.search("summit", limit=100)}
            asked: dict[str, Any] = {"query": "nuclear talks of the leaders", "mode": "meaning", "limit": 50}
            hits = both.search(**asked).hits
            assert {hit.label for hit in hits} == {"first", "second"}
            for path in paths:  # each keeps its own order
                with open_collection(path) as alone:
                    own = [hit.passage for hit in alone.search(**asked)]
                given = [hit.passage for hit in hits if hit.collection == str(path)]
                assert given == own[: len(given)]
            near = both.similar(briefs[2].id, limit=100).hits
            assert near
            assert {hit.label for hit in near} == {"first"}  # of vectors of another encoder nothing is known
            assert both.search("summit", explain=True, highlights=True).hits[0].explanation


def test_they_are_only_read(pair: Collection) -> None:
    for change in (lambda: pair.add([Document("x", "y")]), lambda: pair.remove(["note"]), lambda: pair.compact()):
        with pytest.raises(DragomanError, match="open the one that is to be changed by itself"):
            change()


def test_opening(pair: Collection, tmp_path: Path) -> None:
    again = pickle.loads(pickle.dumps(pair))
    assert again.search("treaty").total == pair.search("treaty").total
    again.close()
    with pytest.raises(InvalidArgument, match="given twice"):
        open_collection([tmp_path / "one", tmp_path / "two" / ".." / "one"])
    with pytest.raises(CollectionNotFound):
        open_collection([tmp_path / "one", tmp_path / "none"])
    with pytest.raises(InvalidArgument, match="no collection is named"):
        open_collection([])
    with open_collection([tmp_path / "one"]) as alone:
        assert alone.search("treaty").hits[0].label == ""


def test_labels_are_as_long_as_they_must_be(make_collection: Callable[..., Collection], tmp_path: Path) -> None:
    for year in ("2024", "2025"):
        (tmp_path / year).mkdir()
        make_collection([Document(year, "A treaty.")], f"{year}/news")
    with open_collection([tmp_path / "2024" / "news", tmp_path / "2025" / "news"]) as both:
        assert {hit.label for hit in both.search("treaty")} == {"2024/news", "2025/news"}


def test_in_the_terminal(pair: Collection, tmp_path: Path, command: Callable[..., Ran]) -> None:
    both = ("--collection", tmp_path / "one", "--collection", tmp_path / "two")
    shown = _search("treaty", *both)
    assert shown.exit_code == 0
    assert "in one" in shown.output
    assert "in two" in shown.output
    answered = json.loads(_search("treaty", *both, "--format", "json").output)
    assert {hit["collection"] for hit in answered["hits"]} == {"one", "two"}
    table = _search("treaty", *both, "--format", "csv").output.splitlines()
    assert table[0].endswith(",collection")
    assert {row.rpartition(",")[2] for row in table[1:]} == {"one", "two"}
    questions = tmp_path / "questions.txt"
    questions.write_text("treaty\n")
    batch = _search("--batch", questions, *both).output.splitlines()
    assert {row.rpartition(",")[2] for row in batch} == {"collection", "one", "two"}
    assert "collection" not in _search("treaty", *both[:2], "--format", "csv").output.splitlines()[0]
    assert "failed" in command("show", "two:note", *both).out
    refused = command("remove", "note", *both)
    assert refused.code == 2
    assert "takes one collection" in refused.err


def test_on_the_web(pair: Collection) -> None:
    client = create_app(pair).test_client()
    answered = client.get("/api/v1/search?q=treaty").json
    assert answered
    assert {hit["collection"] for hit in answered["hits"]} == {"one", "two"}
    assert str(pair.path.parent) not in json.dumps(answered)  # where they are is nobody's business
    page = client.get("/?q=treaty").text
    assert "in <bdi>one</bdi>" in page
    assert "in <bdi>two</bdi>" in page
    read = client.get("/documents/two:note?q=treaty").text
    assert "failed" in read
    assert "was signed" not in read.partition("<article")[2].partition("</article>")[0]
