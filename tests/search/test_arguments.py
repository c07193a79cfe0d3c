"""What whoever embeds a collection may give each method: None for nothing, one for a list; and what is refused."""

import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dragoman.corpus.document import Document
from dragoman.errors import CollectionNotFound, DragomanError, InvalidArgument, QueryError
from dragoman.search.collection import Collection, open_collection
from dragoman.search.making import create_collection

if TYPE_CHECKING:
    from conftest import MakeCollection

NO_TEXT: tuple[Any, ...] = (5, b"envoys", ["envoys"], object())


@pytest.fixture
def collection(make_collection: "MakeCollection") -> Collection:
    texts = {"a": "The envoys signed a treaty.", "b": "The envoys signed a pact.", "c": "The envoys left."}
    return make_collection([Document(name, text, title="A treaty, and envoys") for name, text in texts.items()])


@pytest.mark.parametrize("text", NO_TEXT)
def test_what_is_no_text_is_named(collection: Collection, text: Any) -> None:
    calls: tuple[Any, ...] = (
        collection.search,
        collection.facets,
        collection.export,
        collection.complete,
        collection.similar,
        collection.document,
        collection.named,
        collection.passages,
        collection.document_ids,
    )
    for call in calls:
        with pytest.raises(InvalidArgument, match=r"is .*, and must be a text"):
            call(text)


@pytest.mark.parametrize("lost", ["envoys \udce9", "\udcff envoys", "tr\udcc3 treaty"])
def test_bytes_that_are_no_text_are_never_another_question(collection: Collection, lost: str) -> None:
    for call in (collection.search, collection.facets, lambda text: list(collection.export(text))):
        with pytest.raises(QueryError, match="is no text in UTF-8"):
            call(lost)
    options: list[dict[str, Any]] = [{"country": lost}, {"where": [f'title:"{lost}"']}, {"document": lost}]
    for narrowed in options:
        with pytest.raises(QueryError, match="is no text in UTF-8"):
            collection.search("envoys", **narrowed)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"limit": "10"}, "limit is '10', and must be a whole number from 0 to 1000"),
        ({"offset": 1.0}, "offset is 1.0, and must be a whole number"),
        ({"mode": 3}, "mode is 3, and must be one of hybrid"),
        ({"mode": ["hybrid"]}, "mode is .*, and must be one of hybrid"),
        ({"sort": b"newest"}, "sort is b'newest', and must be one of"),
        ({"per_document": "no"}, "per_document is 'no', and must be True or False"),
        ({"fold": 0}, "fold is 0, and must be True or False"),
        ({"explain": "yes"}, "explain is 'yes', and must be True or False"),
        ({"timeout": True}, "timeout is True, and must be 0 or more seconds"),
        ({"timeout": float("nan")}, "timeout is nan, and must be 0 or more seconds"),
        ({"after": 2025}, "after is 2025, and must be a date, or a text such as 2025-11"),
        ({"before": b"2025"}, "before is b'2025', and must be a date"),
        ({"country": {"France": 1}}, "country takes texts"),
        ({"country": b"France"}, "country takes texts"),
        ({"where": 7}, "where takes texts"),
        ({"document": 7}, "document is 7, and must be the id of a document"),
    ],
)
def test_an_option_of_the_wrong_type_is_named(collection: Collection, options: dict[str, Any], said: str) -> None:
    with pytest.raises(QueryError, match=said):
        collection.search("envoys", **options)


def test_none_is_as_good_as_nothing(collection: Collection) -> None:
    options = dict.fromkeys(
        "limit offset mode sort per_document fold facets explain highlights timeout after before country person where "
        "document sender".split()
    )
    plain, none = collection.search("envoys"), collection.search("envoys", **options)
    assert [hit.passage for hit in none] == [hit.passage for hit in plain]
    assert none.hits[0].highlights == plain.hits[0].highlights
    assert (none.mode, none.facets) == ("hybrid", None)
    assert collection.search(None, document="a").total == 1
    assert [hit.passage for hit in collection.export("envoys", limit=None, mode=None)] == [h.passage for h in plain]
    assert collection.contents(None) == collection.contents()
    assert collection.facets("envoys", limit=None) == collection.facets("envoys")
    assert collection.complete("env", None) == collection.complete("env")
    assert len(collection.similar("a", limit=None, per_document=None, timeout=None)) == 2


def test_one_stands_for_a_list_of_one(collection: Collection, tmp_path: Path) -> None:
    assert collection.add(Document("d", "The consul left.")).added == 1  # pyright: ignore[reportArgumentType]
    assert collection.remove("d").removed == 1
    (tmp_path / "e.txt").write_text("The consul came back.\n", "utf-8")
    assert collection.feed(str(tmp_path / "e.txt")).added == 1


@pytest.mark.parametrize(
    ("method", "given"),
    [
        ("add", 5),
        ("add", [5]),
        ("add", "a text"),
        ("remove", 5),
        ("remove", [5]),
        ("remove", b"a"),
        ("feed", None),
        ("feed", [1]),
        ("forget", 3),
        ("keep_settings", {"depth": 10}),
    ],
)
def test_what_changes_a_collection_is_checked_as_well(collection: Collection, method: str, given: Any) -> None:
    generation = collection.generation
    with pytest.raises(InvalidArgument) as caught:
        getattr(collection, method)(given)
    assert "\n" not in str(caught.value)
    assert collection.generation == generation
    with pytest.raises(DragomanError, match="lock_timeout is '5', and must be 0 or more seconds"):
        collection.compact(lock_timeout="5")  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("path", [None, 5, b"briefs.idx", "", ["briefs.idx", 5], [["briefs.idx"]]])
def test_what_is_no_path_is_named(path: Any) -> None:
    with pytest.raises(InvalidArgument, match="a collection is named by"):
        open_collection(path)


def test_settings_are_settings(tmp_path: Path) -> None:
    create_collection(tmp_path / "c").close()
    with pytest.raises(InvalidArgument, match=r"must be dragoman\.Settings"):
        open_collection(tmp_path / "c", settings={"depth": 5})  # pyright: ignore[reportArgumentType]


def test_a_tilde_is_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    create_collection("~/mine.idx").close()
    assert (tmp_path / "mine.idx").is_dir()
    with open_collection("~/mine.idx") as first, open_collection(Path("~/mine.idx")) as second:
        assert first.path == second.path == tmp_path / "mine.idx"
    with pytest.raises(CollectionNotFound, match="names the home of nobody"):
        open_collection("~nobody-of-that-name/mine.idx")


def test_results_are_a_sequence(collection: Collection) -> None:
    results = collection.search("envoys")
    assert results[0] is results.hits[0]
    assert results[-1] is results.hits[-1]
    assert results[:2] == results.hits[:2]
    with pytest.raises(IndexError):
        results[3]
    assert len({*results, *collection.search("envoys")}) == 3
    assert len({results, results}) == 1


def test_results_and_collections_go_to_other_processes(collection: Collection) -> None:
    results = pickle.loads(pickle.dumps(collection.search("envoys", explain=True, facets=3)))
    assert results[0] == collection.search("envoys")[0]
    with pickle.loads(pickle.dumps(collection)) as opened:
        assert opened.search("envoys").total == 3
        assert opened.path == collection.path


def test_words_of_the_question_are_marked_in_titles(collection: Collection) -> None:
    [hit] = collection.search("treaties of envoys", limit=1)
    title = hit.document.title
    assert [title[mark.start : mark.end] for mark in hit.title_highlights] == ["treaty", "envoys"]
    assert hit.to_dict()["title_highlights"][0] == {"start": 2, "end": 8, "shade": "keyword"}
    assert not collection.search("treaty", limit=1, highlights=False)[0].title_highlights
    assert not collection.search("left", limit=1)[0].title_highlights
