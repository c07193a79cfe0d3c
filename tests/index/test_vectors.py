"""The vectors of a segment: those nearest to a question, found with FAISS or, where they are few, without."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dragoman.corpus.document import Document, Span
from dragoman.index.segments.encoded_passage import EncodedPassage, SegmentPassage
from dragoman.index.segments.similarity.vector_rows import VectorPart
from dragoman.index.segments.similarity.vectors import Vectors
from dragoman.index.segments.similarity.vectors_writer import PartWriter, VectorsWriter

PASSAGES, DIMENSION = 400, 16


def units(count: int, seed: int) -> np.ndarray:
    made = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_of(units(PASSAGES, 1), tmp_path_factory.mktemp("vectors"))


def folder_of(vectors: np.ndarray, path: Path) -> Path:
    writer = VectorsWriter(path, DIMENSION)
    no_sentences = np.zeros((0, DIMENSION), np.int8)
    for vector in vectors:
        writer.add(EncodedPassage(1, Document("d", "Text."), Span(0, 5), [], vector, no_sentences))
    writer.close()
    return path


@pytest.mark.parametrize("admitted", [1, 7, 50, 51, 300, PASSAGES])
def test_the_nearest_are_those_of_the_greatest_cosine_however_many_may_be_found(folder: Path, admitted: int) -> None:
    vectors, question = Vectors(folder), units(1, 2)[0]
    may = np.zeros(PASSAGES, bool)
    may[np.random.default_rng(3).choice(PASSAGES, admitted, replace=False)] = True
    found, similar = vectors.nearest(question, 50, may)
    cosines = vectors.cosines(question, np.arange(PASSAGES))
    wanted = np.flatnonzero(may)[np.argsort(-cosines[may], kind="stable")[:50]]
    assert sorted(found.tolist()) == sorted(wanted.tolist())
    np.testing.assert_allclose(similar, cosines[found], atol=1e-5)


@pytest.mark.parametrize("together", [0, 5, 19, 20, 49, 50, 80, 100])
@pytest.mark.parametrize("share", [1.0, 0.3, 0.02])
def test_of_many_parts_none_keeps_any_of_the_nearest_back(tmp_path: Path, together: int, share: float) -> None:
    """Of so many parts each has few of the nearest, or one has most: so many lie right beside the question there."""
    parts, rows, depth = 8, 100, 50
    question, given = units(1, 2)[0], units(parts * rows, 5)
    near = question + 0.1 * units(together, 6)
    given[3 * rows : 3 * rows + together] = near / np.linalg.norm(near, axis=1, keepdims=True)
    (tmp_path / "none").mkdir()
    writer = VectorsWriter(tmp_path / "none", DIMENSION)
    for _ in given:
        writer.add(SegmentPassage(1, Document("d", "Text."), Span(0, 5), []))
    writer.close()
    vectors, later = Vectors(tmp_path / "none"), list[VectorPart]()
    for number in range(parts):
        (folder := tmp_path / str(number)).mkdir()
        part = PartWriter(folder, DIMENSION)
        for ordinal in range(number * rows, (number + 1) * rows):
            part.add(ordinal, given[ordinal], np.zeros((0, DIMENSION), np.int8))
        part.close(len(given))
        later.append(vectors.part(folder))
    vectors = vectors.extended(later)
    may = np.random.default_rng(7).random(len(given)) < share
    found, similar = vectors.nearest(question, depth, may)
    cosines = np.where(may, vectors.cosines(question, np.arange(len(given))), -1)
    wanted = np.argsort(-cosines, kind="stable")[: min(depth, int(may.sum()))]
    assert {*wanted.tolist()} <= {*found.tolist()}
    assert may[found].all()
    np.testing.assert_allclose(similar, cosines[found], atol=1e-5)


def test_nothing_admitted_is_nothing_found(folder: Path) -> None:
    found, similar = Vectors(folder).nearest(units(1, 2)[0], 50, np.zeros(PASSAGES, bool))
    assert (len(found), len(similar)) == (0, 0)


def test_vectors_are_read_as_they_were_written(folder: Path) -> None:
    vectors = Vectors(folder)
    assert (len(vectors), vectors.dimension) == (PASSAGES, DIMENSION)
    np.testing.assert_array_equal(vectors.get(np.arange(PASSAGES)), units(PASSAGES, 1).astype(np.float16))
    for nowhere in (-1, PASSAGES):
        with pytest.raises(IndexError):
            vectors.get(np.array([nowhere]))


def test_what_lies_between_two_halves_is_rounded_alike_on_every_processor(tmp_path: Path) -> None:
    below = np.random.default_rng(4).normal(size=(64, DIMENSION)).astype(np.float16)
    between = (below.astype(np.float32) + np.nextafter(below, np.float16(np.inf)).astype(np.float32)) / 2
    folder_of(between, tmp_path)
    np.testing.assert_array_equal(Vectors(tmp_path).get(np.arange(64)), between.astype(np.float16))


@pytest.mark.parametrize(("depth", "loaded"), [(PASSAGES, "False"), (PASSAGES - 1, "True")])
def test_faiss_is_loaded_only_for_more_vectors_than_are_wanted(folder: Path, depth: int, loaded: str) -> None:
    code = (
        "import sys, numpy as np\nfrom pathlib import Path\n"
        "from dragoman.index.segments.similarity.vectors import Vectors\n"
        f"vectors = Vectors(Path({str(folder)!r}))\n"
        f"vectors.nearest(np.ones({DIMENSION}, np.float32), {depth}, np.ones({PASSAGES}, bool))\n"
        "print('faiss' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == loaded
