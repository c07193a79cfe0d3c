"""What a reranker is: a function that looks at the best passages' texts. See `rerank`."""

from collections.abc import Callable, Sequence
from typing import NamedTuple


class Ranked(NamedTuple):
    """What a reranker is shown of a passage, best first: its text, its document's title, its score so far."""

    text: str
    title: str
    score: float


Reranker = Callable[[str, Sequence[Ranked]], Sequence[float]]
"""From a question's text and the best passages to a value for each: the higher, the earlier it comes."""
