"""States that are kept: asked later as on their day, whatever became of the collection, and given up again."""

import gc
import pickle
import random
import sqlite3
import threading
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dragoman.corpus.document import Document
from dragoman.errors import CollectionDamaged, CollectionExists, CollectionMismatch, CollectionNotFound, DragomanError
from dragoman.index.writing import writer
from dragoman.search.collection import Collection, open_collection
from dragoman.search.making import build_collection, reindex_collection, repair_collection
from dragoman.search.ranking.settings import Settings
from support.folders import folder_of, unseal

if TYPE_CHECKING:
    from conftest import MakeCollection

STORY = " ".join(f"The delegates of country {n} signed the protocol on trade in goods." for n in range(12))
DOCUMENTS = [
    Document(
        "geneva", "The envoys met in Geneva. They signed the treaty.", title="Treaty signed", countries=("Swiss",)
    ),
    Document("seoul", "Leaders agreed on trade at the summit in Seoul.", countries=("South Korea",)),
    Document("story-1", STORY),
    Document("story-2", STORY + " So it was reported."),
    *(Document(f"note-{n}", f"Note number {n} of the treaty was left at the embassy.") for n in range(6)),
]
QUESTIONS: list[dict[str, Any]] = [
    {"query": "treaty"},
    {"query": "protocol trade"},
    {"query": "protocol trade", "fold": False},
    {"query": "tre* -Geneva", "mode": "keyword"},
    {"query": "an agreement about commerce", "mode": "meaning"},
    {"query": 'country:"South Korea"'},
    {"query": "envoy", "per_document": True},
]


def answers(collection: Collection) -> list[Any]:
    """All that a collection says to some questions, and all that can be read in it."""
    said: list[Any] = []
    for question in QUESTIONS:
        found = collection.search(limit=100, facets=5, **question)
        hits = [(hit.document, hit.start, hit.text, round(hit.score, 6)) for hit in found]
        said.append((found.total, found.documents, hits, [asdict(hit)["copies"] for hit in found], found.facets))
    ids = list(collection.document_ids())
    said += [ids, [collection.document(each) for each in ids], [collection.passages(each) for each in ids]]
    said += [collection.similar("geneva", limit=3).hits, collection.generation, collection.fields.names]
    return said


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is retired be collected by the very next change."""
    monkeypatch.setattr(writer, "GRACE_SECONDS", -1.0)


def change_all(collection: Collection) -> None:
    """Change, remove and add documents, compact, and change again, so that what was retired is collected."""
    collection.add([Document("geneva", "Nothing was signed."), Document("rome", "The treaty of Rome.")])
    collection.remove(["story-1", "note-3"])
    collection.compact()
    collection.add([Document("vienna", "Envoys signed a protocol in Vienna.")])
    collection.remove(["seoul"])
    collection.compact()
    collection.add([Document("oslo", "Talks in Oslo.")])


@pytest.mark.usefixtures("at_once")
def test_a_kept_state_is_asked_and_read_as_on_its_day(make_collection: "MakeCollection") -> None:
    collection = make_collection(DOCUMENTS)
    collection.add([Document("bonn", "The first treaty of Bonn.")])
    collection.remove(["bonn", "note-5"])
    before = answers(collection)
    collection.keep("spring")
    change_all(collection)
    assert answers(collection) != before
    with open_collection(collection.path, at="spring") as kept:
        assert answers(kept) == before
        assert kept.problems() == []
        assert kept.status().documents == len(DOCUMENTS) - 1
        assert list(kept.document_ids("note-", "note-2")) == ["note-3", "note-4"]
        with pytest.raises(DragomanError, match="no document 'bonn'"):
            kept.document("bonn")
        with pytest.raises(DragomanError, match="kept as it is"):
            kept.remove(["geneva"])
    assert collection.problems() == []
    assert "seoul" not in set(collection.document_ids())


@pytest.mark.usefixtures("at_once")
def test_it_has_its_own_settings_and_encoder(make_collection: "MakeCollection", tiny_models: tuple[Path, Path]) -> None:
    collection = make_collection(DOCUMENTS)
    collection.keep_settings(Settings(keyword_weight=0.9))
    before = answers(collection)
    collection.keep("first-model")
    reindex_collection(collection.path, model=str(tiny_models[1]))
    collection.keep_settings(None)
    collection.keep_variants(["treaty, protocol"])
    collection.add([Document("oslo", "Talks in Oslo.")])
    with open_collection(collection.path, at="first-model") as kept:
        assert answers(kept) == before
        assert (kept.settings.keyword_weight, kept.variants) == (0.9, ())
        assert kept.status().model == str(tiny_models[0])
    assert collection.status().model == str(tiny_models[1])
    assert collection.status().kept_bytes > sum(map(_size, (collection.path / "encoders").iterdir())) / 2


@pytest.mark.usefixtures("at_once")
def test_what_it_holds_is_counted_and_goes_with_a_change_after_it_is_dropped(make_collection: "MakeCollection") -> None:
    collection = make_collection(DOCUMENTS)
    collection.keep("one")
    collection.keep("two")
    assert [(state.name, state.generation, state.bytes) for state in collection.kept()] == [
        ("one", 1, 0),
        ("two", 1, 0),
    ]
    assert (collection.generation, collection.status().kept, collection.status().kept_bytes) == (1, ("one", "two"), 0)
    change_all(collection)
    segments = {each.name for each in (collection.path / "segments").iterdir()}
    held = collection.status().kept_bytes
    (first, second) = collection.kept()
    assert first.bytes == second.bytes == held > 10_000, "what both of them hold counts once"
    collection.drop("one")
    with pytest.raises(CollectionNotFound):
        open_collection(collection.path, at="one")
    collection.add([Document("lima", "Talks in Lima.")])
    assert segments <= {each.name for each in (collection.path / "segments").iterdir()}
    collection.drop("two")
    with pytest.raises(CollectionNotFound, match="no state 'two' is kept"):
        collection.drop("two")
    collection.remove(["lima"])
    assert not segments <= {each.name for each in (collection.path / "segments").iterdir()}
    assert (collection.status().kept, collection.status().kept_bytes) == ((), 0)
    with closing(sqlite3.connect(collection.path / "ledger.sqlite")) as ledger:
        texts = [text for (text,) in ledger.execute("SELECT text FROM documents")]
    assert not [text for text in texts if "Seoul" in text]


def test_who_has_it_open_may_finish_when_it_is_dropped(make_collection: "MakeCollection") -> None:
    collection = make_collection(DOCUMENTS)
    collection.keep("spring")
    collection.remove(["seoul"])
    collection.compact()
    unseal(collection.path)
    with closing(sqlite3.connect(collection.path / "ledger.sqlite")) as ledger, ledger:
        ledger.execute("UPDATE segments SET retired_at = 1 WHERE retired_at IS NOT NULL")  # long ago
        ledger.execute("UPDATE documents SET retired_at = 1 WHERE retired_at IS NOT NULL")
    with open_collection(collection.path, at="spring") as kept:
        hits = kept.export("Seoul")
        collection.drop("spring")
        collection.add([Document("oslo", "Talks in Oslo.")])
        assert "seoul" in {hit.document.id for hit in hits}
        with pytest.raises(CollectionNotFound):
            kept.search("Seoul")


def test_a_name_is_taken_once_and_may_be_used_again(make_collection: "MakeCollection") -> None:
    collection = make_collection(DOCUMENTS[:1])
    collection.keep("été-2026.1")
    with pytest.raises(CollectionExists, match=r"keep --drop été-2026\.1"):
        collection.keep("été-2026.1")
    for name in ("", ".", "-x", "a b", "a/b", "_", "x" * 101):
        with pytest.raises(DragomanError, match="no name for a state"):
            collection.keep(name)
    with open_collection(collection.path, at="été-2026.1") as kept:
        stamp = kept.version
        collection.drop("été-2026.1")
        collection.add(DOCUMENTS[1:2])
        collection.keep("été-2026.1")
        assert list(kept.document_ids()) == ["geneva", "seoul"], "the name stands for another state now"
        assert kept.version != stamp
        again = pickle.loads(pickle.dumps(kept))
        assert again.generation == kept.generation == 3
        again.close()


def test_a_collection_that_keeps_a_state_is_not_replaced(make_collection: "MakeCollection", tmp_path: Path) -> None:
    collection = make_collection(DOCUMENTS)
    collection.keep("spring")
    (tmp_path / "new.txt").write_text("A new text.\n")
    model = collection.status().model
    with pytest.raises(CollectionExists, match=r"keeps the states spring.*keep --drop NAME"):
        build_collection(collection.path, [tmp_path / "new.txt"], replace=True, model=model)
    assert len(list(collection.document_ids())) == len(DOCUMENTS)
    collection.drop("spring")
    build_collection(collection.path, [tmp_path / "new.txt"], replace=True, model=model)
    assert len(list(collection.document_ids())) == 1


def test_one_that_another_analyzer_made_is_refused(make_collection: "MakeCollection") -> None:
    collection = make_collection(DOCUMENTS)
    collection.keep("spring")
    unseal(collection.path)
    with closing(sqlite3.connect(collection.path / "ledger.sqlite")) as ledger, ledger:
        ledger.execute("UPDATE kept_states SET settings = json_set(settings, '$.analyzer', 1)")
    with pytest.raises(CollectionMismatch, match="'spring' was built with analyzer 1"):
        open_collection(collection.path, at="spring")


def test_states_of_several_collections_are_asked_side_by_side(make_collection: "MakeCollection") -> None:
    first, second = make_collection(DOCUMENTS[:1], "a"), make_collection(DOCUMENTS[1:], "b")
    first.keep("spring")
    first.keep("summer")
    second.keep("spring")
    first.remove(["geneva"])
    second.remove(["seoul"])
    with open_collection([first.path, second.path], at="spring") as both:
        assert {hit.document.id for hit in both.search("envoys OR summit", mode="keyword")} == {"geneva", "seoul"}
        assert [state.name for state in both.kept()] == ["spring"]
    with pytest.raises(CollectionNotFound):
        open_collection([first.path, second.path], at="summer")


@pytest.mark.usefixtures("at_once")
def test_it_is_asked_by_many_while_the_collection_changes(make_collection: "MakeCollection") -> None:
    collection = make_collection(DOCUMENTS)
    before = answers(collection)
    collection.keep("spring")
    wrong: list[object] = []
    done = threading.Event()

    def ask() -> None:
        try:
            with open_collection(collection.path, at="spring") as kept:
                while not done.is_set():
                    if answers(kept) != before:
                        wrong.append("another answer")
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    chance = random.Random(15)
    for n in range(6):
        collection.add([Document(f"note-{chance.randrange(6)}", f"Another note, {n}."), Document(f"x{n}", "A treaty.")])
        collection.remove([chance.choice(sorted(collection.document_ids()))])
        collection.compact()
    done.set()
    for thread in threads:
        thread.join()
    assert wrong == []


def _size(folder: Path) -> int:
    return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())


@pytest.fixture
def kept(make_collection: "MakeCollection", tiny_models: tuple[Path, Path]) -> Collection:
    """A collection with a state that needs a segment and an encoder which today's does not."""
    collection = make_collection(DOCUMENTS)
    collection.keep("spring")
    collection.remove(["geneva"])
    reindex_collection(collection.path, model=str(tiny_models[1]))
    return collection


def spoil(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x10
    path.write_bytes(content)


@pytest.mark.parametrize("file", ["vectors/vectors.faiss", "columns/start.npy", "../../encoders/*/query.onnx"])
def test_what_only_a_kept_state_needs_is_examined_and_mended(
    kept: Collection, tmp_path: Path, tiny_models: tuple[Path, Path], file: str
) -> None:
    with open_collection(kept.path, at="spring") as state:
        before = answers(state)
    kept.close()
    present = folder_of(kept := open_collection(kept.path)).ledger.state()
    now = {name for _, name in present.segments} | {present.settings["encoder_folder"]}
    within, pattern = ("segments", file) if "encoders" not in file else ("encoders", "query.onnx")
    past = next(each for each in (kept.path / within).iterdir() if each.name not in now)
    spoil(past / pattern)
    found = kept.problems()
    assert len(found) == 1
    assert f"{past.name}/{pattern} was altered" in found[0]
    assert "kept state spring" in found[0]
    assert "`dragoman keep --drop spring`" in found[0]
    with open_collection(kept.path, at="spring") as state:
        assert state.problems()
    done = repair_collection(kept.path)
    assert (len(done.mended), done.lost, done.remaining) == (1, (), ())
    with open_collection(kept.path) as mended, open_collection(kept.path, at="spring") as state:
        assert (mended.problems(), state.problems()) == ([], [])
        assert answers(state) == before
        mended.backup(tmp_path / "backup")
    kept.close()


def test_nothing_is_kept_of_what_is_damaged(make_collection: "MakeCollection") -> None:
    collection = make_collection(DOCUMENTS)
    collection.close()
    spoil(next(collection.path.glob("segments/*/vectors/vectors.faiss")))
    with open_collection(collection.path) as damaged:
        with pytest.raises(CollectionDamaged, match="left out"):
            damaged.keep("spring")
        assert damaged.kept() == []


@pytest.mark.usefixtures("at_once")
def test_a_name_that_is_kept_anew_after_a_replacement_is_what_is_there_now(
    make_collection: "MakeCollection", tmp_path: Path, tiny_models: tuple[Path, Path]
) -> None:
    collection = make_collection(DOCUMENTS)
    collection.keep("spring")
    held, alone = collection.at("spring"), open_collection(collection.path, at="spring")
    assert held.search("Geneva", mode="keyword").total == alone.search("Geneva", mode="keyword").total == 1
    with open_collection(collection.path) as other:
        other.drop("spring")
    (tmp_path / "new.txt").write_text("The treaty of Rome was signed.")
    build_collection(collection.path, [tmp_path / "new.txt"], model=str(tiny_models[0]), replace=True)
    for state in (held, alone):
        with pytest.raises(CollectionNotFound, match="no state 'spring' is kept"):
            state.search("Geneva")
    with pytest.raises(CollectionNotFound, match="no state 'spring' is kept"):
        collection.at("spring")
    with open_collection(collection.path) as other:
        other.keep("spring")
    for state in (held, alone, collection.at("spring")):
        assert [state.search(word, mode="keyword").total for word in ("Geneva", "Rome")] == [0, 1]
        state.close()


@pytest.mark.usefixtures("at_once")
def test_files_of_a_dropped_state_are_let_go_of(make_collection: "MakeCollection") -> None:
    collection = make_collection(DOCUMENTS)
    collection.keep("spring")
    collection.at("spring").search("treaty")
    collection.remove(["geneva"])
    collection.compact()
    collection.drop("spring")
    collection.add([Document("oslo", "Talks in Oslo.")])
    collection.search("treaty")
    gc.collect()
    mapped = [line for line in Path("/proc/self/maps").read_text().splitlines() if str(collection.path) in line]
    assert mapped
    assert not [line for line in mapped if "(deleted)" in line]


@pytest.mark.usefixtures("at_once")
def test_a_query_encoder_goes_when_no_state_needs_it(kept: Collection, tiny_models: tuple[Path, Path]) -> None:
    encoders = kept.path / "encoders"
    kept.add([Document("oslo", "Talks in Oslo.")])
    assert len(list(encoders.iterdir())) == 2
    kept.drop("spring")
    kept.add([Document("rome", "Talks in Rome.")])
    kept.add([Document("bonn", "Talks in Bonn.")])
    assert [each.name for each in encoders.iterdir()] == [folder_of(kept).ledger.manifest.encoder_folder]
    assert kept.problems() == []
    reindex_collection(kept.path, model=str(tiny_models[0]))
    reindex_collection(kept.path, model=str(tiny_models[1]))
    kept.add([Document("paris", "Talks in Paris.")])
    assert kept.problems() == []


def test_a_query_encoder_stays_for_a_while_for_who_asks(
    make_collection: "MakeCollection", tiny_models: tuple[Path, Path]
) -> None:
    collection = make_collection(DOCUMENTS)
    reindex_collection(collection.path, model=str(tiny_models[1]))
    for number in range(3):
        collection.add([Document(f"new-{number}", f"Talks number {number}.")])
    assert len(list((collection.path / "encoders").iterdir())) == 2
