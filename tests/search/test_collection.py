"""The public face, from adding documents to pages of hits; and that a collection's history does not show."""

import itertools
import random
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest

from dragoman.corpus.document import DateInterval, Document, Person, Span
from dragoman.corpus.readers.contract import Skipped
from dragoman.errors import NotFound, QueryError, SearchTimeout
from dragoman.index.writing import writer
from dragoman.search.collection import Collection, open_collection
from dragoman.search.making import create_collection
from dragoman.search.ranking.engine import Mode, Sort
from dragoman.search.ranking.settings import Settings
from dragoman.search.results.results import Results
from support.random_documents import RandomDocuments

if TYPE_CHECKING:
    from conftest import MakeCollection

MODES: tuple[Mode, ...] = get_args(Mode)
SORTS: tuple[Sort, ...] = get_args(Sort)


def day(text: str) -> DateInterval:
    return DateInterval(date.fromisoformat(text), date.fromisoformat(text))


def plain(results: Results) -> dict[str, Any]:
    """Everything that a user sees but for the time that it took."""
    return results.to_dict() | {"took_ms": 0}


# One commit or many (the real model)

QUERIES = (
    "Lee Macron strategic partnership",
    "what did France ask about quantum and space",
    '"strategic partnership" -Macron',
    "country:Japan date:2026-01",
    "date:2025-11..2025-12 summit",
    "shutle diplomasy",
    "xqzzv blorf",
    "28,500 troops",
    "wom?n OR summ*",
    "the",
    "US tariffs on cars",
    "person:Lee partnership~1",
    "title:summit G20",
    "bake sourdough bread",
    "outdatedword",
    "-Macron",
)


def everything_said(collection: Collection) -> dict[str, Any]:
    said: dict[str, Any] = {
        f"{query} {mode}": plain(collection.search(query, mode=mode, limit=30, explain=True))
        for query, mode in itertools.product(QUERIES, MODES)
    }
    # The order 'added' is by commits.
    for query, sort, per_document in itertools.product(QUERIES, set(SORTS) - {"added"}, (False, True)):
        found = collection.search(query, sort=sort, per_document=per_document, limit=5)
        said[f"{query} {sort} {per_document}"] = plain(found)
    for document_id in itertools.islice(collection.document_ids(), 0, None, 4):
        said[f"similar {document_id}"] = plain(collection.similar(document_id, limit=20))
        said[f"passages {document_id}"] = collection.passages(document_id)
    status = collection.status()
    said["status"] = [status.documents, status.passages, status.floors, status.languages]
    return said


def test_one_commit_or_many_with_changes_in_between_answer_the_same(
    tmp_path: Path, briefs: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "MAX_SEGMENTS", 3)
    monkeypatch.setattr(writer, "GRACE_SECONDS", 0.0)
    with create_collection(tmp_path / "one") as one, create_collection(tmp_path / "many") as many:
        one.add(briefs)
        expected = everything_said(one)
        assert sum(bool(each["total"]) for each in expected.values() if isinstance(each, dict)) > 100

        order = random.Random(3).sample(briefs, len(briefs))
        drafts = [
            replace(each, text=f"{each.text[300:]}\n\nOutdatedword.", title=f"Draft: {each.title}") for each in order
        ]
        gone = [Document(f"gone/{n}", f"Shutle diplomasy outdatedword {n}. {order[n].text}") for n in range(3)]
        # A commit for every document or two, with a merge after every call.
        monkeypatch.setattr(writer, "COMMIT_PASSAGES", 3)
        many.add([*drafts[:4], gone[0]])
        many.add([*order[4:], *gone[1:], *order[:2], drafts[2]])
        many.remove(["gone/1", "gone/0"])
        many.compact()
        many.add([*order[2:4], order[0]])
        many.remove(["gone/2"])
        assert many.status().generation > 10
        assert many.status().segments > 1
        assert everything_said(many) == expected
        many.compact()
        assert many.status().segments == 1
        assert everything_said(many) == expected
        assert many.problems() == []


# Adding


@pytest.mark.process
def test_unchanged_documents_change_nothing_and_need_no_model(make_collection: "MakeCollection") -> None:
    documents = [Document("a", "The treaty was signed.", origin="here"), Document("b", "Talks on peace.")]
    collection = make_collection(documents)
    generation = collection.status().generation
    code = (
        "import sys; from dragoman.corpus.document import Document as D\n"
        "from dragoman.search.collection import open_collection\n"
        "with open_collection(sys.argv[1]) as c:\n"
        "    report = c.add([D('a', 'The treaty was signed.', origin='there'), D('b', 'Talks on peace.')])\n"
        "print(report.unchanged, {'torch', 'transformers', 'sentence_transformers'} & set(sys.modules) or 'light')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(collection.path)], capture_output=True, text=True, check=False
    )
    assert done.stdout == "2 light\n", done.stderr
    assert collection.status().generation == generation
    report = collection.add([*documents, Skipped("file", "no reader")])
    assert (report.unchanged, report.added, report.updated, report.passages) == (2, 0, 0, 0)
    assert report.skipped == (Skipped("file", "no reader"),)
    assert collection.status().generation == generation


def test_a_changed_description_is_a_change(make_collection: "MakeCollection") -> None:
    collection = make_collection([Document("a", "The treaty was signed.")])
    assert collection.add([Document("a", "The treaty was signed.", countries=("France",))]).updated == 1
    assert collection.search("country:France").total == 1
    assert collection.status().passages == 1


def test_the_last_of_several_versions_in_one_addition_stays(make_collection: "MakeCollection") -> None:
    collection = make_collection()
    report = collection.add(
        [Document("a", "The first treaty."), Document("b", "Talks."), Document("a", "The second treaty.")]
    )
    assert (report.added, report.updated) == (2, 1)
    assert [hit.text for hit in collection.search("treaty", mode="keyword")] == ["The second treaty."]
    assert collection.search("first", mode="keyword").total == 0
    assert collection.status().passages == 2
    assert collection.problems() == []


def test_a_document_that_has_no_text_any_more_keeps_its_last(make_collection: "MakeCollection") -> None:
    collection = make_collection([Document("a", "The treaty was signed.", origin="a.txt")])
    report = collection.add([Document("a", " \n ", origin="a.txt")])
    assert report.skipped == (Skipped("a.txt", "it has no text"),)
    assert collection.document("a").text == "The treaty was signed."


def test_a_document_shrinks_and_grows(make_collection: "MakeCollection") -> None:
    long = "The envoy spoke at length of peace and trade. " * 150
    collection = make_collection([Document("a", long)])
    several = collection.status().passages
    assert several > 2
    collection.add([Document("a", "Short.")])
    assert collection.status().passages == 1
    assert collection.search("envoy", mode="keyword").total == 0
    collection.add([Document("a", long)])
    assert collection.status().passages == several


def test_text_that_cannot_be_written_down_is_skipped(make_collection: "MakeCollection") -> None:
    collection = make_collection()
    report = collection.add([Document("a", "half \ud800 a pair"), Document("b", "whole"), Document("c", "x", "\udfff")])
    assert [skipped.origin for skipped in report.skipped] == ["a", "c"]
    assert list(collection.document_ids()) == ["b"]


IDS = ("a b", "a/b", "a#b", "a#0-4", "é日𝕏", "%41", 'it\'s "quoted"', "-a", ".", "id;--", "x" * 1024)


def test_ids_of_all_kinds_name_documents_and_passages(make_collection: "MakeCollection") -> None:
    collection = make_collection([Document(each, f"Text of the envoy number {n}.") for n, each in enumerate(IDS)])
    assert list(collection.document_ids()) == sorted(IDS)
    assert list(collection.document_ids("a#")) == ["a#0-4", "a#b"]
    for n, each in enumerate(IDS):
        assert collection.document(each).text == f"Text of the envoy number {n}."
        (hit,) = collection.search(f"number {n}", mode="keyword", limit=1)
        assert hit.document.id == each
        assert collection.similar(hit.passage).total == collection.similar(each).total
        assert each not in {other.document.id for other in collection.similar(hit.passage)}
    assert collection.remove(IDS[:3]).removed == 3
    for missing in (*IDS[:3], "a#0-5", "nobody"):
        with pytest.raises(NotFound, match=r"no (document|passage)"):
            collection.similar(missing)
        with pytest.raises(NotFound):
            collection.document(missing)


def test_documents_with_nothing_and_with_everything(make_collection: "MakeCollection") -> None:
    bare = Document("bare", "Treaty.")
    full = Document(
        "full", "Treaty talks.", "Title word " * 40_000, day("2025-11-22"), "Seoul", "Le Monde", "Someone",
        "https://example.org/?a=1&b", "news", "fr", ("France", "South Korea"), (Person("Lee Jae Myung", "president"),),
        ("trade",),
    )  # fmt: skip
    collection = make_collection([bare, full])
    assert {hit.document for hit in collection.search("treaty")} == {bare, full}
    for query in (
        'title:"word title"',
        "lang:fr",
        "outlet:monde",
        "place:seoul",
        "kind:news",
        "person:lee",
        "date:2025",
    ):
        assert [hit.document.id for hit in collection.search(query)] == ["full"], query
    assert collection.search("treaty date:2025").undated == 1
    assert collection.status().languages == ("en", "fr")


def test_three_thousand_tiny_documents(make_collection: "MakeCollection") -> None:
    collection = make_collection(Document(f"d{n}", f"Envoy {n}.") for n in range(3000))
    assert collection.status().documents == collection.search("envoy", mode="keyword", limit=0).total == 3000
    assert [hit.document.id for hit in collection.search("1234", mode="keyword")] == ["d1234"]
    collection.remove(f"d{n}" for n in range(0, 3000, 2))
    assert collection.search("envoy", mode="keyword", limit=0).total == 1500
    with pytest.raises(QueryError, match="limit"):
        collection.search("envoy", limit=1001)


# Asking


@pytest.fixture(scope="module")
def asked(empty_collections: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collection]:
    """Seventy documents of up to three passages, in several segments, some of them alike and undated."""
    import shutil

    folder = tmp_path_factory.mktemp("asked") / "collection"
    shutil.copytree(empty_collections[0], folder)
    documents = RandomDocuments(
        words="the the summit treaty talks peace envoy trade signed leaders agreed minister".split(),
        lines=(1, 1, 40, 80),
        length=(8,),
        sentences=True,
        title=(0, 2),
        countries=("France", "Japan"),
    )
    with open_collection(folder, settings=Settings(depth=20)) as collection:
        collection.add(documents.make_many(range(40)))
        collection.add(documents.make_many(range(40, 70)))
        yield collection


@pytest.mark.parametrize("query", ["summit treaty", "the", "-treaty", '"the summit" peace', "country:France", "sum*"])
@pytest.mark.parametrize("size", [1, 3, 7])
def test_pages_put_together_are_the_whole(asked: Collection, query: str, size: int) -> None:
    for mode, sort, per_document in [
        ("hybrid", None, False), ("hybrid", None, True), ("keyword", "newest", False), ("hybrid", "oldest", True),
        ("meaning", None, False),
    ]:  # fmt: skip
        options: dict[str, Any] = {"mode": mode, "sort": sort, "per_document": per_document}
        whole = asked.search(query, limit=1000, **options)
        assert len(whole) == whole.total
        last = min(whole.total, 12 * size)
        pages = [asked.search(query, limit=size, offset=offset, **options) for offset in range(0, last, size)]
        assert {page.total for page in pages} <= {whole.total}
        assert [hit.to_dict() for page in pages for hit in page] == [hit.to_dict() for hit in whole][:last]
        assert [hit.rank for hit in whole] == list(range(1, whole.total + 1))
        assert asked.search(query, limit=size, offset=whole.total, **options).hits == ()


def test_the_undated_come_last_in_either_order(asked: Collection) -> None:
    for sort in ("newest", "oldest"):
        dates = [hit.document.dates for hit in asked.search("summit", sort=sort, limit=1000)]
        dated = [each for each in dates if each]
        assert dates[: len(dated)] == dated
        assert dated == sorted(dated, reverse=sort == "newest")
        assert len(dated) < len(dates)


def test_what_only_filters_is_listed_newest_first(asked: Collection) -> None:
    for mode in ("hybrid", "keyword", "meaning"):
        newest, oldest, default, relevance = (
            [hit.passage for hit in asked.search("-treaty", mode=mode, sort=sort, limit=1000)]
            for sort in ("newest", "oldest", None, "relevance")
        )
        assert default == relevance == newest != oldest


def test_options_constrain_like_the_query_language(asked: Collection) -> None:
    def found(query: str, **options: Any) -> list[str]:
        return [hit.passage for hit in asked.search(query, limit=1000, **options)]

    assert found("summit", country="France") == found("summit country:France") != found("summit")
    assert found("summit", country=["France", "Japan"]) == found("summit (country:France OR country:Japan)")
    assert found("summit", after="2025-02", before="2025-02") == found("summit date:2025-02")
    assert found("summit", after=date(2025, 3, 1)) == found("summit date:2025-03..")
    refused: list[dict[str, Any]] = [{"after": "2025-03", "before": "2025-02"}, {"limit": -1}, {"mode": "both"}]
    refused += [{"sort": "best"}, {"offset": -1}, {"after": "2025-02.."}, {"before": "..2025-02"}]
    for options in refused:
        with pytest.raises(QueryError):
            asked.search("summit", **options)


def test_a_search_out_of_time_says_so(asked: Collection) -> None:
    with pytest.raises(SearchTimeout):
        asked.search("summit", timeout=0)
    assert asked.search("summit", timeout=60).total


def test_highlights_are_offsets_into_the_document(asked: Collection) -> None:
    shades = set()
    for query in ("summits agreed", '"the summit"', "summ*", "the", "title:summit the treaty", "harvest of wheat"):
        for hit in asked.search(query, limit=50):
            assert hit.text == hit.document.text[hit.start : hit.end]
            for mark in hit.highlights:
                assert hit.start <= mark.start < mark.end <= hit.end
                text = hit.document.text[mark.start : mark.end]
                shades.add(mark.shade)
                if mark.shade == "meaning":
                    assert text.endswith(".")
                    assert text[0].isupper()
                elif query == '"the summit"':
                    assert set(text.lower().replace(".", "").split()) == {"the", "summit"}
    assert shades == {"keyword", "meaning"}


def test_an_explanation_adds_up(asked: Collection) -> None:
    for hit in asked.search("summit treaty", limit=20, explain=True):
        assert hit.explanation
        standing = hit.explanation.standing
        assert hit.score == pytest.approx(standing.part("keyword") + standing.part("meaning"))
        own_words = sum(part.impact for part in hit.explanation.contributions)
        assert own_words == pytest.approx(standing.detail("keyword", "passage"))
        if hit.keyword:
            assert hit.keyword.score == pytest.approx(sum(standing.details["keyword"].values()))


def test_similar_passages_are_of_other_documents_nearest_first(asked: Collection) -> None:
    hit = next(iter(asked.search("summit")))
    for per_document in (False, True):
        found = asked.similar(hit.passage, limit=30, per_document=per_document)
        cosines = [each.meaning.score for each in found if each.meaning]
        assert cosines == sorted(cosines, reverse=True)
        assert len(cosines) == len(found)
        ids = [each.document.id for each in found]
        assert hit.document.id not in ids
        assert not per_document or len(set(ids)) == len(ids)


def test_passages_make_up_the_document(asked: Collection) -> None:
    for document_id in itertools.islice(asked.document_ids(), 20):
        text, spans = asked.document(document_id).text, asked.passages(document_id)
        assert "".join(text[start:end] for start, end in spans).replace(" ", "") == text.replace(" ", "")
        assert spans == sorted(spans)
        assert isinstance(spans[0], Span)


def test_an_empty_collection_answers_with_nothing(make_collection: "MakeCollection") -> None:
    collection = make_collection()
    for query, mode in itertools.product(("summit", "-summit", '"a b"', "summ*", "date:2025"), MODES):
        assert collection.search(query, mode=mode).total == 0
    assert collection.status().passages == 0
    assert collection.problems() == []
    assert collection.compact().passages == 0
    collection.add([Document("a", "Treaty.")])
    collection.remove(["a"])
    assert collection.search("treaty").total == 0
    collection.compact()
    assert collection.status().segments == 0
    assert collection.search("treaty").total == 0
