"""Re-indexing: passages whose vectors would come out the same keep them, and only the others are encoded.

Vectors that are turned round on disk show which were copied: a model would never make them.
"""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import faiss
import numpy as np
import pytest
from numpy.typing import NDArray

from dragoman.corpus.document import Document
from dragoman.index.writing.tally import Progress, Report
from dragoman.search.collection import Collection, open_collection
from dragoman.search.making import reindex_collection
from support.folders import folder_of, unseal

if TYPE_CHECKING:
    from conftest import MakeCollection

    from support.programs import Ran

FIRST = [
    Document(f"d{n}", f"The old treaty number {n} was signed. The envoy left.", title=f"Treaty {n}") for n in range(4)
]
THEN = [Document(f"e{n}", f"Talks number {n} on peace began at a new summit.") for n in range(3)]

_Vectors = dict[tuple[str, int], tuple[bytes, bytes, bytes]]


@pytest.fixture
def folder(
    make_collection: "MakeCollection", empty_collections: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A collection of two segments, closed."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(empty_collections[0].parent / "cache"))
    with make_collection(FIRST) as collection:
        collection.add(THEN)
    return collection.path


def vectors(collection: Collection) -> _Vectors:
    """What is stored of each passage: its vector, its sentences' spans, and their vectors."""
    snapshot = folder_of(collection).snapshot()
    numbers = np.flatnonzero(snapshot.stack.live)
    rows: NDArray[np.float32] = snapshot.vectors(numbers)
    stored: _Vectors = {}
    for row, passage in zip(rows, snapshot.passages(numbers.tolist()), strict=True):
        of_sentences = passage.sentences.tobytes(), passage.sentence_vectors.tobytes()
        stored[passage.document.id, passage.span.start] = row.tobytes(), *of_sentences
    return stored


def stored(folder: Path) -> _Vectors:
    with open_collection(folder) as collection:
        assert collection.problems() == []
        return vectors(collection)


def segments(folder: Path) -> list[Path]:
    """The folders of the live segments, oldest first."""
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as ledger:
        rows = ledger.execute("SELECT name FROM segments WHERE retired_at IS NULL ORDER BY number").fetchall()
    return [folder / "segments" / name for (name,) in rows]


def turn_round(folder: Path) -> None:
    for segment in segments(folder):
        path = str(segment / "vectors" / "vectors.faiss")
        index = faiss.read_index(path)
        rows = index.reconstruct_n(0, index.ntotal)
        index.reset()
        index.add(-rows)
        faiss.write_index(index, path)
    unseal(folder)


def change_setting(folder: Path, name: str, change: Callable[[Any], Any]) -> None:
    unseal(folder)
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as ledger, ledger:
        ((value,),) = ledger.execute("SELECT value FROM settings WHERE key = ?", (name,)).fetchall()
        changed = json.dumps(change(json.loads(value)))
        ledger.execute("UPDATE settings SET value = ? WHERE key = ?", (changed, name))


def counts(report: Report) -> tuple[int, int, int]:
    return report.updated, report.passages, report.copied


def test_vectors_are_copied_after_a_change_of_the_analyzer(folder: Path) -> None:
    encoded = stored(folder)
    turn_round(folder)
    turned = stored(folder)
    change_setting(folder, "analyzer", lambda _: 0)
    progress: list[Progress] = []
    assert counts(reindex_collection(folder, progress=progress.append)) == (7, 7, 7)
    assert progress[-1][:4] == (7, 7, 7, 7)
    assert stored(folder) == turned != encoded
    with open_collection(folder) as collection:
        assert collection.status().segments == 1
        assert {hit.document.id for hit in collection.search("treaties", mode="keyword")} == {"d0", "d1", "d2", "d3"}


def test_a_document_that_was_changed_meanwhile_keeps_the_vectors_of_its_new_text(folder: Path) -> None:
    with open_collection(folder) as collection:
        collection.add([Document("d1", "The envoys agreed on trade. Peace followed.", title="Trade")])
        before = vectors(collection)
    assert counts(reindex_collection(folder)) == (7, 7, 7)
    assert stored(folder) == before


def test_a_document_that_is_only_described_otherwise_keeps_its_vectors(folder: Path) -> None:
    turn_round(folder)
    turned = stored(folder)
    with open_collection(folder) as collection:
        described = [replace(each, place="Geneva", language="en") for each in FIRST]
        report = collection.add([*described, *THEN, Document("new", "Envoys met.")])
        assert (report.updated, report.unchanged, report.added) == (4, 3, 1)
        assert report.passages - report.copied == 1, "the new one's"
        assert {key: each for key, each in vectors(collection).items() if key[0] != "new"} == turned
        assert len(collection.search("place:geneva", mode="keyword", fold=False)) == 4
    assert {key: each for key, each in stored(folder).items() if key[0] != "new"} == turned


@pytest.mark.parametrize(
    "changed", [{"title": "Treaty of 1"}, {"text": "The old treaty number 1 was signed. It held."}]
)
def test_what_is_encoded_of_a_document_is_its_text_and_its_title(folder: Path, changed: dict[str, str]) -> None:
    with open_collection(folder) as collection:
        report = collection.add([replace(FIRST[0], place="Bern"), replace(FIRST[1], place="Bern", **changed)])
        assert (report.updated, report.passages, report.copied) == (2, 2, 1)


def test_of_one_document_that_changes_twice_in_a_row_each_version_counts(folder: Path) -> None:
    before = stored(folder)
    with open_collection(folder) as collection:
        other = replace(FIRST[0], text="Peace followed.")
        collection.add([replace(FIRST[0], place="Bern"), other, replace(other, place="Basel"), FIRST[0]])
        assert vectors(collection) == before
        assert collection.document("d0") == FIRST[0]
        assert collection.problems() == []


def test_what_is_split_otherwise_is_encoded(folder: Path) -> None:
    encoded = stored(folder)
    turn_round(folder)
    turned = stored(folder)
    unseal(folder)
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as ledger, ledger:
        ledger.execute("UPDATE passages SET end = end - 1 WHERE version = 2")  # d1
    sentences = segments(folder)[1] / "vectors" / "sentences.npy"
    spans = np.load(sentences)
    spans[-1, 1] -= 1  # e2
    np.save(sentences, spans)
    assert counts(reindex_collection(folder)) == (7, 7, 5)
    anew = {("d1", 0), ("e2", 0)}
    assert stored(folder) == {each: (encoded if each in anew else turned)[each] for each in encoded}


def test_another_model_encodes_everything(folder: Path, tiny_models: tuple[Path, Path]) -> None:
    encoded = stored(folder)
    assert counts(reindex_collection(folder, model=str(tiny_models[1]))) == (7, 7, 0)
    other = stored(folder)
    assert all(other[each][0] != encoded[each][0] for each in encoded)
    assert counts(reindex_collection(folder, model=str(tiny_models[0]))) == (7, 7, 0)
    assert stored(folder) == encoded


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("version", 0),
        ("model_hash", "0" * 64),
        ("tokenizer_hash", "0" * 64),
        ("max_tokens", 63),
        ("passage_prompt", "passage: "),
        ("normalised", False),
        ("precision", "float16"),
        ("pooling", "other"),
    ],
)
def test_vectors_that_were_made_in_another_way_are_not_copied(folder: Path, field: str, value: object) -> None:
    encoded = stored(folder)
    turn_round(folder)
    change_setting(folder, "encoder", lambda encoder: {**encoder, field: value})
    assert counts(reindex_collection(folder)) == (7, 7, 0)
    assert stored(folder) == encoded


def test_vectors_of_a_model_whose_settings_were_edited_are_not_copied(folder: Path) -> None:
    encoded = stored(folder)
    turn_round(folder)
    change_setting(folder, "encoder_folder", lambda _: "another")
    change_setting(folder, "encoder", lambda encoder: {**encoder, "query_hash": "0" * 64})
    assert counts(reindex_collection(folder)) == (7, 7, 0)
    assert stored(folder) == encoded


@pytest.mark.parametrize(
    ("damage", "copied"),
    [
        (lambda segment: (segment / "vectors" / "vectors.faiss").unlink(), 3),
        (lambda segment: (segment / "vectors" / "vectors.faiss").write_bytes(b"short"), 3),
        (lambda segment: (segment / "vectors" / "sentence_vectors.npy").write_bytes(b"short"), 3),
        (shutil.rmtree, 3),
        (lambda segment: shutil.rmtree(segment / "columns"), 7),
        (lambda segment: shutil.rmtree(segment / "postings"), 7),
    ],
)
def test_what_cannot_be_read_is_encoded(folder: Path, damage: Callable[[Path], object], copied: int) -> None:
    encoded = stored(folder)
    damage(segments(folder)[0])
    assert counts(reindex_collection(folder)) == (7, 7, copied)
    assert stored(folder) == encoded


def test_an_interruption_leaves_everything_as_it_was(folder: Path) -> None:
    before = stored(folder)
    change_setting(folder, "analyzer", lambda _: 0)

    def interrupt(progress: Progress) -> None:
        if progress.passages == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reindex_collection(folder, progress=interrupt)
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as ledger:
        assert ledger.execute("SELECT value FROM settings WHERE key = 'analyzer'").fetchall() == [("0",)]
    assert counts(reindex_collection(folder)) == (7, 7, 7)
    assert stored(folder) == before


def test_the_command_says_how_many_were_copied_and_how_many_encoded(folder: Path, here: "Callable[..., Ran]") -> None:
    shutil.rmtree(segments(folder)[1] / "vectors")
    ran = here("reindex", "--collection", folder)
    assert (ran.code, ran.out) == (0, "7 documents in 7 passages indexed anew: 4 copied, 3 encoded\n")
