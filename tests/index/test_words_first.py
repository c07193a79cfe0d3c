"""Words first, meaning as it comes: what is read is found at once, and nothing is encoded twice.

Vectors that were made once are in the user's cache, whatever collection they were made for.
"""

import math
import random
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dragoman.corpus.document import Document, Passage, Span
from dragoman.corpus.splitting.passages import split_passages
from dragoman.errors import CollectionDamaged, DragomanError, ModelNotFound
from dragoman.index.encoding import vector_cache
from dragoman.index.encoding.passage_encoder import PassageEncoder
from dragoman.index.feeding.watcher import Watch
from dragoman.index.reading.snapshot import Snapshot
from dragoman.index.segments.encoded_passage import EncodedPassage
from dragoman.index.writing import writer
from dragoman.index.writing.tally import Progress, Report
from dragoman.search.collection import Collection, open_collection
from dragoman.search.making import build_collection, create_collection, repair_collection, restore
from dragoman.search.ranking.engine import Mode
from support.folders import add_words, folder_of

if TYPE_CHECKING:
    from conftest import MakeCollection

WORDS = "the summit leaders agreed treaty trade peace envoy minister signed talks river harbour quota wheat".split()


def documents(count: int, seed: int = 1) -> list[Document]:
    """Short documents of few words, all of them different."""
    choose = random.Random(seed)
    return [
        Document(f"{seed}-{n:03}", " ".join(choose.choices(WORDS, k=20)).capitalize() + f" in {seed}{n}.")
        for n in range(count)
    ]


FIRST, SECOND = documents(30), documents(30, seed=2)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_collections: object) -> Path:
    """A cache of vectors of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "dragoman" / "vectors" / "vectors.sqlite"


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that the model encodes from now on."""
    texts: list[str] = []
    encode = PassageEncoder.encode

    def counting(self: PassageEncoder, passages: Any) -> Iterator[Any]:
        given = list(passages)
        texts.extend(passage.text for _, passage in given)
        return encode(self, given)

    monkeypatch.setattr(PassageEncoder, "encode", counting)
    return texts


def answers(collection: Collection) -> list[Any]:
    """What a collection says to some questions, in all modes."""
    asked = ["treaty signed by the envoy", "wheat quota", "peace talks river", "minister -trade"]
    said: list[Any] = [[(hit.passage, hit.score) for hit in collection.similar("1-004", limit=5)]]
    for mode in ("hybrid", "keyword", "meaning"):
        for question in asked:
            found = collection.search(question, mode=mode, limit=20)
            said.append((found.total, [(hit.passage, hit.score, hit.highlights) for hit in found]))
    return said


def made(make_collection: "MakeCollection", added: list[Document], name: str = "collection") -> Collection:
    """A collection as everybody makes it: words first."""
    collection = make_collection(name=name)
    collection.add(added)
    return collection


def ranked(collection: Collection, question: str, mode: Mode = "hybrid") -> list[str]:
    return [hit.document.id for hit in collection.search(question, mode=mode, limit=100, fold=False)]


def test_what_is_read_is_found_by_its_words_before_it_is_encoded(make_collection: "MakeCollection") -> None:
    collection = make_collection()
    told: list[tuple[int, int]] = []

    def look(progress: Progress) -> None:
        if progress.to_encode and not told:
            told.append((progress.encoded, progress.to_encode))
            with open_collection(collection.path) as reader:
                found = reader.search("wheat quota", limit=5)
                assert found.total > 0
                assert found.covered == 0
                assert [notice.kind for notice in found.notices] == ["words-first"]

    report = collection.add(FIRST, progress=look)
    assert told == [(1, 30)]
    assert (report.added, report.encoded, report.unencoded) == (30, 30, 0)
    found = collection.search("wheat quota")
    assert (found.covered, found.notices) == (1, ())


def test_an_interruption_leaves_what_words_find_and_encode_goes_on(
    make_collection: "MakeCollection", encoded: list[str]
) -> None:
    whole = made(make_collection, FIRST, "whole")
    at_once = answers(whole)
    assert len(encoded) == 30
    halted = make_collection(name="halted")
    add_words(halted, FIRST)
    assert halted.status().unencoded == 30
    assert ranked(halted, "wheat quota") == ranked(whole, "wheat quota", "keyword")
    assert ranked(halted, "wheat quota", "meaning") == ranked(whole, "wheat quota", "keyword")  # better than nothing
    report = halted.encode()
    assert (report.encoded, report.unencoded, halted.status().unencoded) == (30, 0, 0)
    assert answers(halted) == at_once
    assert len(encoded) == 30, "the whole collection's are in the cache"
    assert halted.encode().encoded == 0


def test_a_kill_while_encoding_costs_one_batch_at_most(
    make_collection: "MakeCollection", encoded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_cache, "CHUNK", 10)
    collection = make_collection()

    def kill(progress: Progress) -> None:
        if progress.encoded == 21:
            raise SystemExit

    with pytest.raises(SystemExit):
        collection.add(FIRST, progress=kill)
    assert collection.status().unencoded == 30
    collection.encode()
    assert sorted(encoded) == sorted(each.text for each in FIRST)


def test_meaning_comes_in_several_commits_and_other_writers_in_between(
    make_collection: "MakeCollection", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "ENCODED_AT_ONCE", 7)
    at_once = answers(made(make_collection, [*FIRST, *SECOND], "whole"))
    monkeypatch.setattr(writer, "ENCODED_AT_ONCE", 4)
    monkeypatch.setattr(writer, "MOST_PARTS", 1000)
    collection = make_collection()
    add_words(collection, FIRST)
    covered: list[float] = []

    def look(progress: Progress) -> None:
        with open_collection(collection.path) as reader:
            share = reader.search("treaty").covered
        if covered and share > covered[-1] and len(covered) == 3:
            assert progress.encoded > 12
        covered.append(share)

    collection.encode(progress=look)
    collection.add(SECOND)
    assert len(set(covered)) == 8, "a commit for each four of thirty"
    assert answers(collection) == at_once
    collection.compact()
    assert answers(collection) == at_once
    folder = folder_of(collection)
    assert not folder.ledger.vector_parts() or folder.ledger.state().parts.keys().isdisjoint(
        number for number, _ in folder.ledger.segments()
    )


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit of vectors for each four passages."""
    monkeypatch.setattr(writer, "ENCODED_AT_ONCE", 4)
    monkeypatch.setattr(writer, "MOST_PARTS", 1000)


def test_once_all_is_encoded_a_segment_has_its_vectors_in_one_part(
    make_collection: "MakeCollection", few_at_once: None
) -> None:
    at_once = answers(made(make_collection, FIRST, "whole"))
    collection = make_collection()
    add_words(collection, FIRST)
    store = folder_of(collection)
    before: list[tuple[Snapshot, NDArray[np.float32]]] = []

    def look(progress: Progress) -> None:
        if progress.encoded == 21:
            ((names),) = store.ledger.vector_parts().values()
            assert len(names) == 5
            before.append((snapshot := store.snapshot(), snapshot.stack.segments[0].vectors.get(np.arange(20))))

    collection.encode(progress=look)
    ((name,),) = store.ledger.vector_parts().values()
    assert (collection.status().unencoded, answers(collection), collection.problems()) == (0, at_once, [])
    ((snapshot, vectors),) = before  # whoever asked before goes on with what there was
    assert (snapshot.stack.segments[0].vectors.get(np.arange(20)) == vectors).all()
    assert (store.snapshot().stack.segments[0].vectors.get(np.arange(20)) == vectors).all()
    assert all(part.folder.exists() for part in snapshot.stack.segments[0].vectors.parts)
    with store.writing(1), store.database.change():
        forgotten = store.ledger.collect(math.inf)
    assert name not in forgotten
    assert {part.folder.name for part in snapshot.stack.segments[0].vectors.parts[1:]} <= set(forgotten)
    assert (answers(collection), collection.problems()) == (at_once, [])


def test_no_damaged_vectors_go_into_that_part(make_collection: "MakeCollection", few_at_once: None) -> None:
    at_once = answers(made(make_collection, FIRST, "whole"))
    collection = make_collection()
    add_words(collection, FIRST)

    def damage(progress: Progress) -> None:
        if progress.encoded == 21 and not damaged:
            ((first, *_),) = folder_of(collection).ledger.vector_parts().values()
            damaged.append(path := collection.path / "segments" / first / "sentence_vectors.npy")
            content = bytearray(path.read_bytes())
            content[-40] ^= 8
            path.write_bytes(content)

    damaged: list[Path] = []
    report = collection.encode(progress=damage)
    assert (report.encoded, report.unencoded) == (34, 0)
    assert (answers(collection), collection.problems()) == (at_once, [])


def test_passages_without_a_vector_keep_their_order_by_words_among_the_others(
    make_collection: "MakeCollection",
) -> None:
    collection = made(make_collection, FIRST)
    add_words(collection, SECOND)
    for question in ("treaty signed by the envoy", "wheat quota", "What did the minister say of peace talks?"):
        by_words, both = ranked(collection, question, "keyword"), ranked(collection, question)
        late = [each for each in by_words if each.startswith("2-")]
        assert [each for each in both if each in late] == late
        share = [each.startswith("2-") for each in both[: len(both) // 2]]
        assert 0.2 < sum(share) / len(share) < 0.8, "they are neither all in front nor all behind"
    found = collection.search("wheat quota", limit=50)
    assert found.covered == 0.5
    assert "50 %" in found.notices[0].text
    assert found.to_dict()["covered"] == 0.5
    newest = collection.search("wheat quota", sort="newest", limit=100, fold=False)
    assert {hit.document.id[0] for hit in newest} == {"1", "2"}


def test_what_is_like_a_passage_that_is_not_encoded_is_found_all_the_same(make_collection: "MakeCollection") -> None:
    collection = made(make_collection, FIRST)
    add_words(collection, [Document("late", FIRST[7].text)])
    assert collection.similar("late", limit=1).hits[0].document.id == FIRST[7].id
    assert collection.search(FIRST[7].text, mode="keyword").hits[0].highlights


def test_a_hit_without_vectors_whose_title_alone_answers_is_shown(make_collection: "MakeCollection") -> None:
    collection = made(make_collection, FIRST)
    add_words(collection, [Document("late", "It rained all day. Nobody came.", title="Regatta at dawn")])
    (hit,) = collection.search("regatta", limit=1)
    assert (hit.document.id, hit.highlights) == ("late", ())


def test_replacing_encodes_only_what_is_new(
    tmp_path: Path, tiny_models: tuple[Path, Path], encoded: list[str], cache: Path
) -> None:
    source = tmp_path / "news"
    source.mkdir()
    for each in FIRST:
        (source / f"{each.id}.txt").write_text(each.text)
    build_collection(tmp_path / "c", [source], model=str(tiny_models[0]))
    count = len(encoded)
    assert count == 30
    cache.unlink()
    (source / "more.txt").write_text("One more treaty about wheat.")
    (source / f"{FIRST[0].id}.txt").write_text("All of it is different now.")
    report = build_collection(tmp_path / "c", [source], model=str(tiny_models[0]), replace=True)
    assert len(encoded) - count == 2
    assert (report.added, report.copied, report.encoded, report.unencoded) == (31, 29, 2, 0)


def test_the_replaced_collection_answers_until_the_new_one_is_encoded_or_read(
    tmp_path: Path, tiny_models: tuple[Path, Path]
) -> None:
    source = tmp_path / "news.txt"
    source.write_text("Old wheat.")
    path, model = tmp_path / "c", str(tiny_models[0])
    build_collection(path, [source], model=model)
    seen: list[str] = []

    def look(progress: Progress) -> None:
        if progress.to_encode:
            with open_collection(path) as reader:
                seen.append(reader.search("wheat").hits[0].text)

    source.write_text("New wheat.")
    build_collection(path, [source], model=model, replace=True, progress=look)
    source.write_text("Newer wheat.")
    build_collection(path, [source], model=model, replace=True, words_first=True, progress=look)
    assert seen == ["Old wheat.", "Newer wheat."]


def test_watching_goes_on_with_the_encoding_a_part_at_a_time(
    make_collection: "MakeCollection", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "ENCODED_AT_ONCE", 20)
    collection = make_collection()
    add_words(collection, FIRST)
    told: list[Report] = []
    complaints: list[str] = []
    watch = Watch(
        collection.path,
        (),
        every=1,
        urls_every=1,
        lock_timeout=1,
        tell=told.append,
        complain=complaints.append,
        stop=Event(),
    )
    assert [watch.look(), watch.look(), watch.look()] == [False, True, True]
    assert [(report.encoded, report.unencoded) for report in told] == [(20, 10), (10, 0)]
    assert complaints == []


def test_nothing_is_added_that_could_not_be_encoded(make_collection: "MakeCollection", tiny_models: object) -> None:
    collection = make_collection()
    folder = folder_of(collection)
    with folder.writing(1), folder.database.change():
        info = folder.database.settings()["encoder"]
        folder.database.set("encoder", {**info, "name": "/nowhere/at/all"})
        folder.database.set("model", "/nowhere/at/all")
    with pytest.raises(DragomanError) as error:
        collection.add(FIRST)
    assert isinstance(error.value, ModelNotFound)
    assert collection.status().documents == 0


def test_damaged_vectors_leave_the_words_and_are_mended(make_collection: "MakeCollection", cache: Path) -> None:
    collection = made(make_collection, FIRST)
    whole = answers(collection)
    names, *_ = folder_of(collection).ledger.vector_parts().values()
    part = collection.path / "segments" / names[0]
    content = bytearray((part / "vectors.faiss").read_bytes())
    content[len(content) // 2] ^= 8
    (part / "vectors.faiss").write_bytes(content)
    with open_collection(collection.path) as damaged:
        found = damaged.search("wheat quota")
        assert [each.part for each in found.left_out] == [f"segments/{names[0]}"]
        assert found.total > 0
        assert (found.covered, found.left_out[0].passages) == (0, 0)
        (problem, *_) = damaged.problems()
        assert "its passages are found by their words alone" in problem
    cache.unlink()
    repair = repair_collection(collection.path)
    assert not repair.lost
    assert not repair.remaining
    assert "30 passages encoded" in " ".join(repair.mended)
    with open_collection(collection.path) as mended:
        assert answers(mended) == whole
        assert mended.problems() == []


@pytest.mark.parametrize("after", [0, 10])
def test_a_repair_of_vectors_that_is_interrupted_is_known_and_goes_on(
    make_collection: "MakeCollection", cache: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    collection = made(make_collection, FIRST)
    whole = answers(collection)
    (path,) = collection.path.glob("segments/*/vectors.faiss")
    path.write_bytes(path.read_bytes()[:-40] + bytes(40))
    cache.unlink()
    monkeypatch.setattr(writer, "ENCODED_AT_ONCE", 4)
    monkeypatch.setattr(writer, "MOST_PARTS", 1_000)
    told: list[Progress] = []

    def interrupt(progress: Progress) -> None:
        told.append(progress)
        if len(told) > after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        repair_collection(collection.path, progress=interrupt)
    with open_collection(collection.path) as damaged:
        assert damaged.status().unencoded == 30 - after // 4 * 4
        assert damaged.problems()
    repair = repair_collection(collection.path)
    assert (repair.lost, repair.remaining) == ((), ())
    assert "passages encoded" in " ".join(repair.mended)
    with open_collection(collection.path) as mended:
        assert mended.status().unencoded == 0
        assert answers(mended) == whole
        assert mended.problems() == []


@pytest.mark.parametrize(
    ("file", "is_gone"), [("vectors.faiss", False), ("sentence_vectors.npy", True), ("part.json", False)]
)
def test_damaged_vectors_that_only_a_kept_state_needs_are_mended(
    make_collection: "MakeCollection", file: str, is_gone: bool
) -> None:
    collection = made(make_collection, FIRST)
    collection.add(SECOND)
    collection.keep("monday")
    collection.compact()

    def kept() -> tuple[Any, Any]:
        with open_collection(collection.path, at="monday") as monday:
            return monday.status().unencoded, answers(monday)

    now, whole = answers(collection), kept()
    path = max(collection.path.glob(f"segments/*/{file}"), key=lambda each: each.stat().st_size)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 8
    path.write_bytes(content)
    if is_gone:
        path.unlink()
    assert collection.problems()
    repair = repair_collection(collection.path)
    assert (repair.lost, repair.remaining) == ((), ())
    assert f"{path.parent.name}/{file}" in " ".join(repair.mended)
    with open_collection(collection.path) as mended:
        assert (answers(mended), kept()) == (now, whole)
        assert mended.problems() == []


def test_damaged_vectors_of_what_is_gone_are_no_lasting_fault(make_collection: "MakeCollection") -> None:
    collection = made(make_collection, FIRST)
    collection.add(SECOND)
    collection.remove([each.id for each in FIRST])
    names, *_ = folder_of(collection).ledger.vector_parts().values()
    (collection.path / "segments" / names[0] / "vectors.faiss").unlink()
    assert collection.problems()
    assert repair_collection(collection.path).remaining == ()
    with open_collection(collection.path) as mended:
        assert mended.problems() == []
        assert mended.search("wheat", limit=50).left_out == ()


def test_vectors_that_are_damaged_unseen_are_not_copied_and_encoding_them_anew_takes_them_away(
    make_collection: "MakeCollection",
) -> None:
    collection = made(make_collection, FIRST)
    collection.add(SECOND)
    whole = answers(collection)
    names = [each for names in folder_of(collection).ledger.vector_parts().values() for each in names]
    content = bytearray((collection.path / "segments" / names[0] / "sentence_vectors.npy").read_bytes())
    content[-40] ^= 8
    (collection.path / "segments" / names[0] / "sentence_vectors.npy").write_bytes(content)
    with pytest.raises(CollectionDamaged, match=names[0]):
        collection.compact()
    report = collection.encode()
    assert (report.encoded, report.unencoded) == (30, 0)
    assert answers(collection) == whole
    assert names[0] not in [each for names in folder_of(collection).ledger.vector_parts().values() for each in names]
    collection.compact()
    assert answers(collection) == whole
    assert collection.problems() == []


def test_copies_and_kept_states_have_the_vectors_too(make_collection: "MakeCollection", tmp_path: Path) -> None:
    collection = made(make_collection, FIRST)
    whole = answers(collection)
    collection.keep("then")
    collection.backup(tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "restored")
    collection.remove([each.id for each in FIRST[3:]])
    collection.add(SECOND)
    collection.compact()
    with open_collection(tmp_path / "backup") as backup, open_collection(tmp_path / "restored") as restored:
        assert answers(backup) == whole
        assert answers(restored) == whole
    with open_collection(collection.path, at="then") as kept:
        assert answers(kept) == whole


def test_a_pack_waits_for_the_vectors(make_collection: "MakeCollection", tmp_path: Path) -> None:
    collection = make_collection()
    add_words(collection, FIRST)
    with pytest.raises(DragomanError, match=r"30 passages have no vectors yet.*dragoman encode"):
        collection.pack(tmp_path / "p.zip")


# The cache


def test_the_cache_is_the_users_alone_and_loses_what_is_purged(
    make_collection: "MakeCollection", cache: Path, encoded: list[str]
) -> None:
    collection = made(make_collection, FIRST)
    assert stat.S_IMODE(cache.parent.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in cache.parent.iterdir()} == {0o600}
    collection.purge([FIRST[0].id, FIRST[1].id])
    with closing(sqlite3.connect(cache)) as opened:
        assert opened.execute("SELECT count(*) FROM vectors").fetchone() == (28,)
    made(make_collection, FIRST, "again")
    assert sorted(encoded[30:]) == sorted(each.text for each in FIRST[:2])


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: path.write_bytes(b"no database" * 1000),
        lambda path: path.write_bytes(path.read_bytes()[:5000]),
        lambda path: path.unlink() or path.mkdir(),
        lambda path: _change_all(path),
    ],
    ids=["something else", "cut off", "a folder", "other vectors"],
)
def test_a_damaged_cache_harms_nothing(
    make_collection: "MakeCollection", cache: Path, encoded: list[str], harm: Callable[[Path], object]
) -> None:
    whole = answers(made(make_collection, FIRST, "whole"))
    for end in ("-wal", "-shm"):
        cache.with_name(cache.name + end).unlink(missing_ok=True)
    harm(cache)
    assert answers(made(make_collection, FIRST, "again")) == whole
    assert len(encoded) == 60


def _change_all(path: Path) -> None:
    with closing(sqlite3.connect(path)) as opened, opened:
        opened.execute(
            "UPDATE vectors SET vectors = CAST(substr(vectors, 1, 20) || X'3F' || substr(vectors, 22) AS BLOB)"
        )
        assert {kind for (kind,) in opened.execute("SELECT typeof(vectors) FROM vectors")} == {"blob"}


def test_the_cache_is_bounded_and_what_was_not_used_for_longest_goes_first(cache: Path) -> None:
    generator = np.random.default_rng(3)
    every = [next(split_passages(Document(str(n), f"Report {n}. It is short. It says little."))) for n in range(400)]

    def vectors(passage: Passage) -> EncodedPassage:
        spans, size = passage.sentences, (len(passage.sentences), 384)
        coded = generator.integers(-127, 127, size).astype(np.int8)
        vector = generator.random(384).astype(np.float16).astype(np.float32)
        return EncodedPassage(1, passage.document, Span(passage.start, passage.end), spans, vector, coded)

    with closing(vector_cache.VectorCache("model", 384, most_bytes=400_000)) as kept:
        for start in range(0, 400, 20):
            kept.keep((each, vectors(each)) for each in every[start : start + 20])
            with closing(sqlite3.connect(cache)) as opened, opened:  # as if the next ones came an hour later
                opened.execute("UPDATE vectors SET used = used - 3600")
            assert all(kept.get(every[:5])), "what is used stays"
        known = [each is not None for each in kept.get(every)]
    assert cache.stat().st_size < 600_000
    assert 50 < sum(known) < 200
    assert known[:5] == [True] * 5
    assert known[5:200] == [False] * 195
    assert known[-40:] == [True] * 40


def test_another_model_finds_nothing_of_the_first_ones(
    make_collection: "MakeCollection", tmp_path: Path, tiny_models: tuple[Path, Path], encoded: list[str]
) -> None:
    made(make_collection, FIRST, "first")
    with create_collection(tmp_path / "other", model=str(tiny_models[1])) as other:
        other.add(FIRST)
    assert len(encoded) == 60
