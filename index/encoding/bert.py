"""A BERT from its folder without PyTorch: its settings, its weights, and the ONNX graph that computes what it does.

The graph is Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers" (NAACL 2019), as Sentence
Transformers runs it: the mean of all tokens' embeddings, or that of the first token, scaled to unit length. What is
another model than that is refused with the reason, and needs Sentence Transformers itself.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto, TensorProto

OPSET: Final = 17  # the first with LayerNormalization
IR_VERSION: Final = 9
_KINDS: Final = (["Transformer"], ["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
_SETTINGS: Final = "sentence_bert_config.json"
_SIZES: Final = ("hidden_size", "num_hidden_layers", "num_attention_heads", "max_position_embeddings")
_POOLING: Final = {"": "mean", "pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}
_HIDDEN: Final = -1e9
"""What is added to the score of a token that is padding: its share of the attention becomes zero."""


class NotABert(Exception):
    """Why a model is none that this module knows: a clause that goes on after its name, such as "is no BERT"."""


@dataclass(frozen=True, slots=True)
class Bert:
    """What a model's folder says of it.

    Attributes:
        transformer: The folder with its weights and its tokenizer.
        config: Its `config.json`.
        pooling: "mean", or "cls" for the first token.
        max_tokens: The most tokens in a window, special ones included.
        padding: The id of the token that pads.
        prompts: What is put before a text, by the name of what the text is.
    """

    transformer: Path
    config: Mapping[str, Any]
    pooling: str
    max_tokens: int
    padding: int
    prompts: Mapping[str, str]

    @property
    def dimension(self) -> int:
        """The number of components of a vector."""
        return self.config["hidden_size"]


def read_bert(folder: Path) -> Bert:
    """What a Sentence Transformers model, or a bare transformer, says of itself.

    Args:
        folder: The model's.

    Raises:
        NotABert: It is another model than this module knows, or a file of it is not readable.
    """
    try:
        return _read_bert(folder)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        raise NotABert(f"has settings that cannot be read ({reason})") from error


def _read_bert(folder: Path) -> Bert:
    modules = _json(folder / "modules.json") or [{"type": "sentence_transformers.models.Transformer", "path": ""}]
    kinds = [module["type"].rpartition(".")[2] for module in modules]
    if kinds not in _KINDS:
        raise NotABert(f"is made of {', '.join(kinds)}")
    transformer = folder / modules[0]["path"]
    config, own = _json(transformer / "config.json"), _json(transformer / _SETTINGS)
    pooling: dict[str, Any] = _json(folder / modules[1]["path"] / "config.json") if len(modules) > 1 else {}
    wanted = {
        "model_type": "bert",
        "hidden_act": "gelu",
        "position_embedding_type": "absolute",
        "is_decoder": False,
        "add_cross_attention": False,
    }
    if different := [name for name, value in wanted.items() if config.get(name, value) != value]:
        raise NotABert(f"has {', '.join(f'{name} {config[name]!r}' for name in different)}")
    if not all(type(config[name]) is int and config[name] > 0 for name in _SIZES):
        raise NotABert("has settings that cannot be read")
    if own.get("do_lower_case"):
        raise NotABert("lowers the case of texts by itself")
    tokenizer = _json(transformer / "tokenizer_config.json")
    limits: list[int] = [
        int(limit) for limit in (config["max_position_embeddings"], tokenizer.get("model_max_length")) if limit
    ]
    return Bert(
        transformer=transformer,
        config=config,
        pooling=_pooling(pooling),
        max_tokens=int(own.get("max_seq_length") or min(limits)),
        padding=int(config.get("pad_token_id") or 0),
        prompts=_json(folder / "config_sentence_transformers.json").get("prompts") or {},
    )


def _pooling(settings: Mapping[str, Any]) -> str:
    """The one mode of a pooling module, which Sentence Transformers has written in two ways."""
    modes = [name for name, is_on in settings.items() if name.startswith("pooling_mode_") and is_on]
    one = settings.get("pooling_mode") or _POOLING.get(" ".join(modes))
    if one not in ("mean", "cls") or not settings.get("include_prompt", True):
        raise NotABert("pools tokens in another way than by their mean or the first")
    return one


def _json(path: Path) -> Any:
    """What a file of settings holds, or nothing if there is none."""
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}


def build_graph(bert: Bert) -> "ModelProto":
    """The model as ONNX.

    Its inputs are `input_ids` and `attention_mask`, both int64 [rows, tokens]; its outputs `tokens`, float32
    [rows, tokens, dimension], and `embedding`, float32 [rows, dimension], each of unit length.

    Args:
        bert: What `read_bert` gives.

    Raises:
        NotABert: Its weights are not those of a BERT, or not in a form that can be read.
    """
    weights = _Weights(bert)
    graph = _Graph()
    heads, size = bert.config["num_attention_heads"], bert.dimension // bert.config["num_attention_heads"]
    epsilon = float(bert.config.get("layer_norm_eps", 1e-12))

    def normalised(values: str, name: str) -> str:
        scale, shift = (graph.constant(weights[f"{name}.LayerNorm.{each}"]) for each in ("weight", "bias"))
        return graph.node("LayerNormalization", values, scale, shift, axis=-1, epsilon=epsilon)

    def linear(values: str, weight: NDArray[np.float32], bias: NDArray[np.float32]) -> str:
        product = graph.node("MatMul", values, graph.constant(np.ascontiguousarray(weight.T)))
        return graph.node("Add", product, graph.constant(bias))

    def dense(values: str, name: str) -> str:
        return linear(values, weights[f"{name}.weight"], weights[f"{name}.bias"])

    def split(values: str) -> str:
        """Heads apart: [rows, tokens, dimension] to [rows, heads, tokens, size]."""
        apart = graph.node("Reshape", values, graph.constant(np.array([0, 0, heads, size])))
        return graph.node("Transpose", apart, perm=[0, 2, 1, 3])

    words = graph.node("Gather", graph.constant(weights["embeddings.word_embeddings.weight"]), "input_ids")
    positions = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
    length = graph.node("Slice", graph.node("Shape", "input_ids"), graph.ints(1), graph.ints(2))
    first = graph.node("Slice", graph.constant(positions), graph.ints(0), length, graph.ints(0))
    state = normalised(graph.node("Add", words, first), "embeddings")

    mask = graph.node("Cast", "attention_mask", to=1)  # float32
    absent = graph.node("Mul", graph.node("Sub", graph.number(1), mask), graph.number(_HIDDEN))
    hidden = graph.node("Unsqueeze", absent, graph.ints(1, 2))

    for number in range(bert.config["num_hidden_layers"]):
        layer = f"encoder.layer.{number}"
        # The three in one product; the scale of the scores is in the query's weights already.
        scale = np.float32(size**-0.5)
        parts = [(f"{layer}.attention.self.{name}", scale if name == "query" else 1) for name in _ATTENTION]
        weight, bias = (
            np.concatenate([weights[f"{name}.{kind}"] * by for name, by in parts]).astype(np.float32)
            for kind in ("weight", "bias")
        )
        query, key, value = graph.nodes("Split", 3, linear(state, weight, bias), axis=-1)
        keys = graph.node("Transpose", split(key), perm=[0, 1, 3, 2])
        scores = graph.node("Add", graph.node("MatMul", split(query), keys), hidden)
        context = graph.node("MatMul", graph.node("Softmax", scores, axis=-1), split(value))
        together = graph.node("Transpose", context, perm=[0, 2, 1, 3])
        joined = graph.node("Reshape", together, graph.constant(np.array([0, 0, bert.dimension])))
        attention = graph.node("Add", dense(joined, f"{layer}.attention.output.dense"), state)
        state = normalised(attention, f"{layer}.attention.output")
        inner = graph.gelu(dense(state, f"{layer}.intermediate.dense"))
        state = normalised(graph.node("Add", dense(inner, f"{layer}.output.dense"), state), f"{layer}.output")

    if bert.pooling == "cls":
        pooled = graph.node("Gather", state, graph.constant(np.array(0)), axis=1)
    else:  # as long as the sum is, for it is scaled to unit length
        shown = graph.node("Mul", state, graph.node("Unsqueeze", mask, graph.ints(2)))
        pooled = graph.node("ReduceSum", shown, graph.ints(1), keepdims=0)
    graph.node("Identity", state, output="tokens")
    graph.node("LpNormalization", pooled, output="embedding", axis=-1, p=2)
    return graph.model(bert.dimension)


_ATTENTION: Final = ("query", "key", "value")
_OLD_NAMES: Final = (("LayerNorm.gamma", "LayerNorm.weight"), ("LayerNorm.beta", "LayerNorm.bias"))


class _Weights:
    """A BERT's weights by their names, as float32. Raises NotABert where one is missing or cannot be read."""

    def __init__(self, bert: Bert) -> None:
        from safetensors import SafetensorError, safe_open

        files = sorted(bert.transformer.glob("*.safetensors"))
        if not files:
            raise NotABert("has no weights as safetensors")
        self._arrays: dict[str, NDArray[np.float32]] = {}
        try:
            for path in files:
                with cast("Any", safe_open)(path, framework="np") as file:
                    for name in file.keys():  # noqa: SIM118  # it is no mapping
                        plain = name.removeprefix("bert.")
                        for old, new in _OLD_NAMES:
                            plain = plain.replace(old, new)
                        self._arrays[plain] = file.get_tensor(name).astype(np.float32)
        except (SafetensorError, TypeError, ValueError) as error:  # such as bfloat16, which NumPy does not know
            reason = " ".join(str(error).split())[:200]
            raise NotABert(f"has weights that cannot be read without PyTorch ({reason})") from error

    def __getitem__(self, name: str) -> NDArray[np.float32]:
        if name not in self._arrays:
            raise NotABert(f"has no weights called {name}")
        return self._arrays[name]


class _Graph:
    """An ONNX graph that grows by a node at a time; what a node gives has a name."""

    def __init__(self) -> None:
        self._nodes: list[NodeProto] = []
        self._constants: list[TensorProto] = []

    def nodes(self, kind: str, count: int, *inputs: str, **attributes: Any) -> list[str]:
        """The names of what a new node gives, which gives so many."""
        from onnx import helper

        names = [f"{kind}_{len(self._nodes)}_{number}" for number in range(count)]
        self._nodes.append(helper.make_node(kind, list(inputs), names, **attributes))
        return names

    def node(self, kind: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        """The name of what a new node gives: `output`, or one of its own."""
        from onnx import helper

        name = output or f"{kind}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def constant(self, array: NDArray[Any]) -> str:
        """The name of an array."""
        from onnx import numpy_helper

        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(array, name))
        return name

    def ints(self, *values: int) -> str:
        """The name of an int64 array."""
        return self.constant(np.array(values))

    def number(self, value: float) -> str:
        """The name of a float32."""
        return self.constant(np.array(value, dtype=np.float32))

    def gelu(self, values: str) -> str:
        """Hendrycks and Gimpel, "Gaussian Error Linear Units" (2016), in the shape that ONNX Runtime knows as one."""
        part = self.node("Erf", self.node("Div", values, self.number(2**0.5)))
        return self.node("Mul", self.node("Mul", values, self.node("Add", part, self.number(1))), self.number(0.5))

    def model(self, dimension: int) -> "ModelProto":
        """The whole, with the inputs and outputs that `build_graph` says."""
        from onnx import TensorProto, helper

        tokens, long, single = ["rows", "tokens"], int(TensorProto.INT64), int(TensorProto.FLOAT)
        inputs = [helper.make_tensor_value_info(name, long, tokens) for name in ("input_ids", "attention_mask")]
        outputs = [
            helper.make_tensor_value_info("tokens", single, [*tokens, dimension]),
            helper.make_tensor_value_info("embedding", single, ["rows", dimension]),
        ]
        graph = helper.make_graph(self._nodes, "bert", inputs, outputs, self._constants)
        opset = helper.make_opsetid("", OPSET)
        return helper.make_model(graph, ir_version=IR_VERSION, opset_imports=[opset])
