"""How the engine ranks: its settings, by default, as users write them, and as `dragoman tune` keeps them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from itertools import repeat
from typing import Any, TypeVar, cast

from ...errors import CollectionMismatch, DragomanError, QueryError, UnreadableSource
from ...index.segments.bm25f import BM25F
from .fusion import FUSIONS
from .rerank import RERANKERS

_Settings = TypeVar("_Settings")


@dataclass(frozen=True, slots=True)
class Settings:
    """How the engine ranks. The defaults are what measured best on judged queries: see docs/relevance.md.

    `depth` is how many passages of each leg are candidates for fusion. `keyword_weight` is the keyword leg's share in
    the fused score, from 0 to 1; the meaning leg has the rest. `prose_discount`, times the share of function words
    among the question's words, is taken off that: a list of names wants keywords, a sentence wants its meaning found.
    In the keyword leg the passage's own BM25F has weight 1, `document_weight` is that of its whole document's and
    `pair_weight` that of words standing side by side as in the question. `variants` counts other names of the same as
    the same: see `search.language.variants`. `reranker` is the name of one of `rerank.RERANKERS`, which looks at the
    best `rerank_depth` passages once more, or empty.

    Raises QueryError if a value is out of its range.
    """

    depth: int = 1000
    fusion: str = "min-max"
    keyword_weight: float = 0.75
    prose_discount: float = 0.6
    bm25f: BM25F = field(default_factory=BM25F)
    document_weight: float = 1.3
    pair_weight: float = 0.8
    variants: bool = True
    reranker: str = ""
    rerank_depth: int = 100

    def __post_init__(self) -> None:
        if self.fusion not in FUSIONS:
            raise QueryError(f"fusion is {self.fusion!r}, and must be one of {', '.join(FUSIONS)}")
        if self.reranker and self.reranker not in RERANKERS:
            known = ", ".join(RERANKERS) or "there is none so far"
            raise QueryError(f"reranker is {self.reranker!r}, and must be empty or one of: {known}")
        shares = {"keyword_weight": self.keyword_weight, "prose_discount": self.prose_discount}
        if wrong := [name for name, value in shares.items() if not 0 <= value <= 1]:
            raise QueryError(f"{wrong[0]} is {shares[wrong[0]]}, and must be from 0 to 1")
        weights = {"document_weight": self.document_weight, "pair_weight": self.pair_weight}
        if wrong := [name for name, value in weights.items() if not 0 <= value < math.inf]:
            raise QueryError(f"{wrong[0]} is {weights[wrong[0]]}, and must be 0 or more")
        depths = {"depth": self.depth, "rerank_depth": self.rerank_depth}
        if wrong := [name for name, value in depths.items() if value < 1]:
            raise QueryError(f"{wrong[0]} is {depths[wrong[0]]}, and must be 1 or more")
        k1, b, by_field = self.bm25f.k1, self.bm25f.b, self.bm25f.weights
        if not (0 < k1 < math.inf and all(0 <= each <= 1 for each in b) and all(0 <= w < math.inf for w in by_field)):
            raise QueryError(f"{self.bm25f} needs a k1 above 0, every b from 0 to 1, and weights of 0 or more")


def settings_of(known: object) -> Settings:
    """How a collection ranks by its own settings, as its manifest has them: as it was tuned, or by default.

    Raises CollectionMismatch if what is kept there means nothing to this Dragoman.
    """
    try:
        if known is not None and not isinstance(known, dict):
            raise UnreadableSource(f"they are {str(known)[:80]!r}")
        return apply_changes(Settings(), cast("dict[str, Any]", known or {}))
    except DragomanError as error:
        mend = "take the defaults back with `dragoman tune --reset`"
        raise CollectionMismatch(
            f"the settings of the ranking in the collection cannot be used ({error}): {mend}"
        ) from error


def apply_changes(settings: _Settings, changes: Mapping[str, Any]) -> _Settings:
    """Settings with some values changed, as JSON gives them; settings within settings are changed likewise.

    Raises UnreadableSource for a name that there is not, or a value of another kind; for one that is out of its range,
    what the settings themselves raise.
    """
    if not is_dataclass(settings) or isinstance(settings, type):
        raise TypeError("settings are a dataclass")
    known = {each.name: getattr(settings, each.name) for each in fields(settings)}
    values: dict[str, Any] = {}
    for name, value in changes.items():
        if name not in known:
            raise UnreadableSource(f"there is no setting {name!r}: there are {', '.join(known)}")
        values[name] = _fitting(name, known[name], value)
    return replace(settings, **values)


def _fitting(name: str, known: Any, value: Any) -> Any:
    if is_dataclass(known) and isinstance(value, dict):
        return apply_changes(cast("Any", known), cast("dict[str, Any]", value))
    defaults, values = _elements(known, tuple), _elements(value, list)
    if values and len(values) == len(defaults):
        return tuple(map(_fitting, repeat(name), defaults, values))
    if isinstance(known, float) and type(value) is int:
        return float(value)
    if known is not None and type(value) is not type(known):
        raise UnreadableSource(f"the setting {name} is {known!r} by default, and cannot be {value!r}")
    return value


def _elements(value: Any, kind: type) -> list[Any]:
    return list(value) if isinstance(value, kind) else []
