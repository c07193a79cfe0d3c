"""Vectors that are many: divided into cells, of which a question looks into those next to it."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner

from dragoman.__main__ import dragoman
from dragoman.corpus.document import Document, Span
from dragoman.index.segments.encoded_passage import EncodedPassage
from dragoman.index.segments.similarity import cells, vectors_writer
from dragoman.index.segments.similarity.vectors import Vectors
from dragoman.index.segments.similarity.vectors_writer import VectorsWriter

if TYPE_CHECKING:
    from conftest import MakeCollection

pytestmark = pytest.mark.unit

PASSAGES, DIMENSION, TOPICS = 6000, 24, 60


def near(middles: np.ndarray, seed: int) -> np.ndarray:
    made = middles + 0.5 * np.random.default_rng(seed).normal(size=middles.shape)
    return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def middles() -> np.ndarray:
    return np.random.default_rng(1).normal(size=(TOPICS, DIMENSION))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, middles: np.ndarray) -> Path:
    path = tmp_path_factory.mktemp("vectors")
    of = np.random.default_rng(2).integers(TOPICS, size=PASSAGES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vectors_writer, "LEAST", PASSAGES)
        writer = VectorsWriter(path, DIMENSION)
        for vector, sentence in zip(near(middles[of], 3), near(middles[of], 4), strict=True):
            coded = np.rint(sentence / np.abs(sentence).max() * 127).astype(np.int8)[np.newaxis]
            writer.add(EncodedPassage(1, Document("d", "Text."), Span(0, 5), [(0, 5)], vector, coded))
        writer.close()
    return path


def recall(vectors: Vectors, questions: np.ndarray, admitted: np.ndarray) -> float:
    found = 0
    rows = vectors.get(np.arange(PASSAGES))
    for question in questions:
        similar = np.where(admitted, rows @ question, -2)
        wanted = np.argpartition(-similar, 100)[:100]
        found += len(np.intersect1d(vectors.nearest(question, 100, admitted)[0], wanted))
    return found / (100 * len(questions))


def test_the_nearest_are_found_by_looking_at_few_and_how_many_is_told(folder: Path, middles: np.ndarray) -> None:
    vectors = Vectors(folder)
    part = vectors.parts[0]
    assert part.cells is not None
    compared = part.cells.near(near(middles, 5)[0])
    assert compared is not None
    assert compared.sum() < PASSAGES / 2
    assert 0.99 <= vectors.recall < 1
    assert recall(vectors, near(middles, 5), np.ones(PASSAGES, bool)) >= 0.98


@pytest.mark.parametrize("share", [0.5, 0.15, 0.05])
def test_filters_cost_no_recall(folder: Path, middles: np.ndarray, share: float) -> None:
    admitted = np.random.default_rng(6).random(PASSAGES) < share
    questions = near(middles, 7)
    found = recall(Vectors(folder), questions, admitted)
    assert found == 1 if share < 0.1 else found >= 0.98
    ordinals, similar = Vectors(folder).nearest(questions[0], 100, admitted)
    assert admitted[ordinals].all()
    assert len(ordinals) == 100
    np.testing.assert_allclose(similar, Vectors(folder).cosines(questions[0], ordinals), atol=1e-5)


def test_as_many_are_found_as_are_wanted_however_few_lie_near(folder: Path, middles: np.ndarray) -> None:
    vectors = Vectors(folder)
    assert len(vectors.nearest(near(middles, 8)[0], PASSAGES - 1, np.ones(PASSAGES, bool))[0]) == PASSAGES - 1


def test_few_vectors_have_no_cells_and_all_are_compared(folder: Path, tmp_path: Path) -> None:
    writer = VectorsWriter(tmp_path, DIMENSION)
    for vector in Vectors(folder).get(np.arange(300)):
        writer.add(EncodedPassage(1, Document("d", "Text."), Span(0, 5), [], vector, np.zeros((0, DIMENSION), np.int8)))
    writer.close()
    vectors = Vectors(tmp_path)
    assert (vectors.parts[0].cells, vectors.recall) == (None, 1)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("cells.npy", lambda array: array[:-1]),
        ("centroids.npy", lambda array: array[:, :-1].copy()),
        ("cells.npy", lambda array: array + 60_000),
        ("budgets.npy", lambda array: array * [1e6, 1e6, 1e6, 1e6, 1]),
        ("budgets.npy", lambda array: array * [-1, 1, 1, 1, 1]),
        ("budgets.npy", lambda array: array * [1, 1, 1, 1, 1.1]),
        ("budgets.npy", lambda array: array * [1, 1, 1, 1, -1]),
        ("budgets.npy", lambda array: array * np.nan),
        ("budgets.npy", lambda array: array[1:]),
    ],
)
def test_cells_that_cannot_be_are_refused(folder: Path, name: str, change: Callable[[np.ndarray], np.ndarray]) -> None:
    kept = (folder / name).read_bytes()
    try:
        np.save(folder / name, change(np.load(folder / name)))
        with pytest.raises(ValueError, match=r"cells|another kind|cannot be|not there"):
            Vectors(folder)
    finally:
        (folder / name).write_bytes(kept)


def test_a_sample_that_is_alike_needs_but_one_cell() -> None:
    import faiss

    rows = np.ones((2000, 8), np.float16) / np.float16(8**0.5)
    index = faiss.IndexScalarQuantizer(8, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    index.add(rows.astype(np.float32))
    made = cells.make_cells(faiss, index, rows, rows[:10].astype(np.float32))
    assert made.recall >= cells.RECALL


def test_what_share_of_the_nearest_is_found_is_told_of_the_collection(
    make_collection: "MakeCollection", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors_writer, "LEAST", 300)
    chance = random.Random(1)
    words = [f"word{number}" for number in range(60)]
    documents = [Document(str(number), " ".join(chance.choices(words, k=6)) + ".") for number in range(400)]
    collection = make_collection(documents)
    (budgets,) = (collection.path / "segments").rglob("budgets.npy")
    told = float(np.load(budgets)[-1])
    assert 0.5 < told < 1
    assert collection.status().recall == told
    ran = CliRunner().invoke(dragoman, ["status", "--collection", str(collection.path)])
    (line,) = (line for line in ran.output.splitlines() if line.startswith("nearest"))
    assert line.split(maxsplit=1)[1] == f"{100 * told:.1f} % of a hundred are found, by comparing few (on a sample)"
    # Another segment, all of whose vectors are compared, is found whole: what is told is of the worst.
    collection.add([Document("more", "The envoys met.")])
    assert collection.status().recall == told
    collection.remove([each.id for each in documents])
    collection.compact()
    assert collection.status().recall == 1
    ran = CliRunner().invoke(dragoman, ["status", "--collection", str(collection.path)])
    assert not [line for line in ran.output.splitlines() if line.startswith("nearest")]
