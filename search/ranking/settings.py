"""How the engine ranks: its settings, their defaults, and how to read them from JSON."""

import json
from collections.abc import Mapping
from dataclasses import field, fields, is_dataclass, replace
from itertools import repeat
from pathlib import Path
from typing import Any, TypeVar, cast

from ...errors import CollectionMismatch, DragomanError, QueryError, UnreadableSource
from ...frozen import frozen
from ...index.analysis import FIELDS
from ...index.segments.bm25f import BM25F
from .fusion import FUSIONS
from .rerank import RERANKERS

_Settings = TypeVar("_Settings")

_LARGEST_FILE = 100_000  # bytes of JSON: all settings are a thousand
_MOST = 1_000_000  # of any weight: far larger ones make scores that are no numbers


@frozen
class Settings:
    """How the engine ranks. The defaults are what measured best on judged queries: see docs/relevance.md.

    Attributes:
        depth: How many passages of each leg are candidates for fusion, 1 or more.
        fusion: How the legs' scores become one: a name in `fusion.FUSIONS`.
        keyword_weight: The keyword leg's share in the fused score, from 0 to 1; the meaning leg has the rest.
        prose_discount: What is taken off that share, from 0 to 1, times the share of function words in the question: a
            list of names is best found by its words, a sentence by its meaning.
        lack_discount: What is taken off the meaning leg's share, from 0 to 1, for a passage that lacks the question's
            rarest word, where this word is most of what the question says: a name outweighs a likeness.
        bm25f: How the keyword leg weighs occurrences.
        document_weight: What the BM25F of the whole document counts beside the passage's own, 0 or more.
        pair_weight: What words count that stand side by side as in the question, beside the passage's own BM25F.
        date_weight: What it adds to the fused score that a passage is of the days that the question names, 0 or more.
        variants: Whether different names of the same thing count as the same: see `search.language.words.variants`.
        spellings: Whether different spellings of the same word do: see `search.language.words.wordings`.
        reranker: A name in `rerank.RERANKERS`; empty for none.
        rerank_depth: How many of the best passages a reranker looks at, 1 or more.

    Raises:
        QueryError: A value is out of its range.
    """

    depth: int = 1000
    fusion: str = "min-max"
    keyword_weight: float = 0.75
    prose_discount: float = 0.6
    lack_discount: float = 0.9
    bm25f: BM25F = field(default_factory=BM25F)
    document_weight: float = 1.3
    pair_weight: float = 0.8
    date_weight: float = 0.3
    variants: bool = True
    spellings: bool = True
    reranker: str = ""
    rerank_depth: int = 100

    def __post_init__(self) -> None:
        if self.fusion not in FUSIONS:
            raise QueryError(f"fusion is {self.fusion[:40]!r}, and must be one of {', '.join(FUSIONS)}")
        if self.reranker and self.reranker not in RERANKERS:
            known = (
                f"empty or one of {', '.join(RERANKERS)}" if RERANKERS else "empty, since there are no rerankers yet"
            )
            raise QueryError(f"reranker is {self.reranker[:40]!r}, and must be {known}")
        shares = {name: getattr(self, name) for name in ("keyword_weight", "prose_discount", "lack_discount")}
        if wrong := [name for name, value in shares.items() if not 0 <= value <= 1]:
            raise QueryError(f"{wrong[0]} is {shares[wrong[0]]}, and must be from 0 to 1")
        weights = {name: getattr(self, name) for name in ("document_weight", "pair_weight", "date_weight")}
        if wrong := [name for name, value in weights.items() if not 0 <= value <= _MOST]:
            raise QueryError(f"{wrong[0]} is {weights[wrong[0]]:g}, and must be from 0 to {_MOST:,}")
        depths = {"depth": self.depth, "rerank_depth": self.rerank_depth}
        if wrong := [name for name, value in depths.items() if value < 1]:
            raise QueryError(f"{wrong[0]} is {depths[wrong[0]]}, and must be 1 or more")
        k1, b, by_field = self.bm25f.k1, self.bm25f.b, self.bm25f.weights
        if not len(b) == len(by_field) == len(FIELDS):
            raise QueryError(f"{self.bm25f} needs a b and a weight for each of {', '.join(FIELDS)}")
        if not (0 < k1 <= _MOST and all(0 <= each <= 1 for each in b) and all(0 <= each <= _MOST for each in by_field)):
            weighed = f"weights from 0 to {_MOST:,}"
            raise QueryError(f"{self.bm25f} needs a k1 above 0, up to {_MOST:,}, every b from 0 to 1, and {weighed}")


def settings_of(known: object) -> Settings:
    """The settings that a collection holds, or the defaults.

    Args:
        known: What the collection's manifest says of its ranking; None if it was not tuned.

    Raises:
        CollectionMismatch: This version of Dragoman does not know such settings.
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


def read_changes(written: str) -> dict[str, Any]:
    """Changes of settings, for `apply_changes`.

    Args:
        written: A JSON object, or the path of a file that holds one.

    Raises:
        UnreadableSource: It is none.
        OSError: There is no such file, or it cannot be read.
    """
    text, shown = written, f"the settings {written[:80]!r}"
    if not written.lstrip().startswith("{"):
        with Path(written).open("rb") as file:
            text = file.read(_LARGEST_FILE + 1).decode(errors="replace")
    if len(text) > _LARGEST_FILE:
        raise UnreadableSource(f"{shown} are of more than {_LARGEST_FILE:,} bytes: they are not those of a ranking")
    try:
        changes = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableSource(f"{shown} are not JSON: {error}") from None
    if not isinstance(changes, dict):
        raise UnreadableSource(f'{shown} are not an object such as {{"keyword_weight": 0.5}}')
    return cast("dict[str, Any]", changes)


def apply_changes(settings: _Settings, changes: Mapping[str, Any]) -> _Settings:
    """Settings with some values changed.

    Args:
        settings: A dataclass.
        changes: New values by name, as JSON gives them; an object changes settings within settings.

    Raises:
        UnreadableSource: There is no such setting, or the value is of another type.
        QueryError: A value is out of its range.
    """
    if not is_dataclass(settings) or isinstance(settings, type):
        raise TypeError("settings are a dataclass")
    known = {each.name: getattr(settings, each.name) for each in fields(settings)}
    values: dict[str, Any] = {}
    for name, value in changes.items():
        if name not in known:
            raise UnreadableSource(f"there is no setting {name[:40]!r}: there are {', '.join(known)}")
        values[name] = _fitting(name, known[name], value)
    return replace(settings, **values)


def _fitting(name: str, known: Any, value: Any) -> Any:
    if is_dataclass(known) and isinstance(value, dict):
        return apply_changes(cast("Any", known), cast("dict[str, Any]", value))
    defaults, values = _elements(known, tuple), _elements(value, list)
    if values and len(values) <= len(defaults):  # a collection may have been tuned when there were fewer fields
        values += defaults[len(values) :]
        return tuple(map(_fitting, repeat(name), defaults, values))
    if isinstance(known, float) and type(value) is int:
        # What is beyond may be no float, and is out of range in any case.
        return float(max(-_MOST, min(value, 10 * _MOST)))
    if known is not None and type(value) is not type(known):
        raise UnreadableSource(f"the setting {name} is {known!r} by default, and cannot be {repr(value)[:80]}")
    return value


def _elements(value: Any, kind: type) -> list[Any]:
    return list(value) if isinstance(value, kind) else []
