"""Vectors that are many: a question is compared with those of which short codes say that they are near."""

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
from dragoman.index.segments.similarity import product_codes, vectors_writer
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


def test_the_nearest_are_found_by_comparing_few_and_what_share_is_told(folder: Path, middles: np.ndarray) -> None:
    vectors = Vectors(folder)
    codes = vectors.parts[0].codes
    assert codes is not None
    compared = codes.near(near(middles, 5)[0], 100)
    assert compared is not None
    assert 100 < len(compared) < PASSAGES / 4
    assert 0.98 <= vectors.recall <= 1
    assert recall(vectors, near(middles, 5), np.ones(PASSAGES, bool)) >= 0.98


@pytest.mark.parametrize("share", [0.9, 0.5, 0.15, 0.05])
def test_filters_cost_no_recall(folder: Path, middles: np.ndarray, share: float) -> None:
    admitted = np.random.default_rng(6).random(PASSAGES) < share
    questions = near(middles, 7)
    found = recall(Vectors(folder), questions, admitted)
    assert found == 1 if share < product_codes.EXACTLY else found >= 0.98
    ordinals, similar = Vectors(folder).nearest(questions[0], 100, admitted)
    assert admitted[ordinals].all()
    assert len(ordinals) == 100
    np.testing.assert_allclose(similar, Vectors(folder).cosines(questions[0], ordinals), atol=1e-5)


def test_what_is_left_is_found_where_filters_leave_out_all_that_is_near(folder: Path, middles: np.ndarray) -> None:
    vectors = Vectors(folder)
    for question in near(middles, 9)[:10]:
        similar = vectors.get(np.arange(PASSAGES)) @ question
        admitted = similar < np.quantile(similar, 0.6)
        assert recall(vectors, question[np.newaxis], admitted) == 1


def test_as_many_are_found_as_are_wanted_however_few_lie_near(folder: Path, middles: np.ndarray) -> None:
    vectors = Vectors(folder)
    for wanted in (1, 500, 1000, PASSAGES // 2, PASSAGES - 1, PASSAGES, 2 * PASSAGES):
        found, _ = vectors.nearest(near(middles, 8)[0], wanted, np.ones(PASSAGES, bool))
        assert len(np.unique(found)) == len(found) == min(wanted, PASSAGES)


@pytest.mark.parametrize(("passages", "dimension"), [(300, DIMENSION), (600, 7)])
def test_few_vectors_and_odd_ones_have_no_codes_and_all_are_compared(
    tmp_path: Path, passages: int, dimension: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors_writer, "LEAST", 500)
    writer = VectorsWriter(tmp_path, dimension)
    for vector in np.random.default_rng(1).normal(size=(passages, dimension)).astype(np.float32):
        writer.add(EncodedPassage(1, Document("d", "Text."), Span(0, 5), [], vector, np.zeros((0, dimension), np.int8)))
    writer.close()
    vectors = Vectors(tmp_path)
    assert (vectors.parts[0].codes, vectors.recall) == (None, 1)
    question = np.ones(dimension, np.float32)
    found, _ = vectors.nearest(question, 50, np.ones(passages, bool))
    assert {*found.tolist()} == {*np.argsort(-(vectors.get(np.arange(passages)) @ question))[:50].tolist()}


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("codes.npy", lambda array: array[:-1]),
        ("codes.npy", lambda array: array.astype(np.uint16)),
        ("codebook.npy", lambda array: array[:-1]),
        ("codebook.npy", lambda array: array.reshape(-1, 4)),
        ("codes_recall.npy", lambda array: array + 1.1),
        ("codes_recall.npy", lambda array: array - 1.1),
        ("codes_recall.npy", lambda array: array * np.nan),
        ("codes_recall.npy", lambda array: array[1:]),
    ],
)
def test_codes_that_cannot_be_are_refused(folder: Path, name: str, change: Callable[[np.ndarray], np.ndarray]) -> None:
    kept = (folder / name).read_bytes()
    try:
        np.save(folder / name, change(np.load(folder / name)))
        with pytest.raises(ValueError, match=r"codes|pairs|another kind|cannot be"):
            Vectors(folder)
    finally:
        (folder / name).write_bytes(kept)


def test_whatever_codes_say_similarities_are_those_of_the_vectors(folder: Path, middles: np.ndarray) -> None:
    kept = (folder / "codes.npy").read_bytes(), (folder / "codebook.npy").read_bytes()
    try:
        codes, codebook = np.load(folder / "codes.npy"), np.load(folder / "codebook.npy")
        np.save(folder / "codes.npy", np.random.default_rng(1).integers(256, size=codes.shape).astype(np.uint8))
        np.save(folder / "codebook.npy", np.full_like(codebook, np.nan))
        vectors, question = Vectors(folder), near(middles, 8)[0]
        found, similar = vectors.nearest(question, 100, np.ones(PASSAGES, bool))
        np.testing.assert_allclose(similar, vectors.cosines(question, found), atol=1e-5)
    finally:
        (folder / "codes.npy").write_bytes(kept[0])
        (folder / "codebook.npy").write_bytes(kept[1])


def test_a_sentence_of_nothing_is_no_question() -> None:
    import faiss

    rows = near(np.random.default_rng(1).normal(size=(2000, 8)), 2).astype(np.float16)
    index = faiss.IndexScalarQuantizer(8, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    index.add(rows.astype(np.float32))
    questions = np.concatenate([np.zeros((30, 8), np.float32), rows[:10].astype(np.float32)])
    assert product_codes.make_codes(faiss, index, rows, questions).recall >= 0.99
    assert product_codes.make_codes(faiss, index, rows, questions[:30]).recall == 1


def test_of_those_that_are_alike_any_will_do() -> None:
    import faiss

    rows = np.ones((2000, 8), np.float16) / np.float16(8**0.5)
    index = faiss.IndexScalarQuantizer(8, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    index.add(rows.astype(np.float32))
    assert product_codes.make_codes(faiss, index, rows, rows[:10].astype(np.float32)).recall == 1


def test_what_share_of_the_nearest_is_found_is_told_of_the_collection(
    make_collection: "MakeCollection", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors_writer, "LEAST", 300)
    monkeypatch.setattr(product_codes, "_FEWEST", 100)  # as coarse as if they were many
    chance = random.Random(1)
    words = [f"word{number}" for number in range(60)]
    documents = [Document(str(number), " ".join(chance.choices(words, k=6)) + ".") for number in range(400)]
    collection = make_collection(documents)
    (measured,) = (collection.path / "segments").rglob("codes_recall.npy")
    (told,) = np.load(measured).tolist()
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
