"""Reranking: a second look at the best passages, at their texts, before they are folded and paged.

A reranker more is one function, in a module of its own, and one line in `RERANKERS`; `Settings.reranker` names the one
that is used.
"""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...index.reading.plan import Deadline
from ...index.reading.view import View


class Ranked(NamedTuple):
    """What a reranker is shown of a passage, best first: its text, its document's title, its score so far."""

    text: str
    title: str
    score: float


Reranker = Callable[[str, Sequence[Ranked]], Sequence[float]]
"""From a question's text and the best passages to a value for each: the higher, the earlier it comes."""

RERANKERS: Final[dict[str, Reranker]] = {}
"""By name; Dragoman ships none so far."""


def reranked(
    view: View,
    numbers: NDArray[np.int64],
    scores: NDArray[np.float64],
    *,
    reranker: Reranker,
    question: str,
    depth: int,
    deadline: Deadline,
) -> NDArray[np.float64]:
    """The scores once a reranker has had its say: it hands those of the best passages out anew, in its own order.

    So what it does not see stays behind what it sees, and scores still order the whole match set. Passages to which it
    gives equal values keep their order.

    Args:
        view: Where the passages are read.
        numbers: int64 [n], the candidates, ascending.
        scores: float64 [n], their fused scores.
        reranker: Is asked.
        question: The text of the question.
        depth: How many of the best it sees.
        deadline: The end of the search.

    Returns:
        float64 [n]: the same scores, given to others.
    """
    best = np.lexsort((numbers, -scores))[:depth]
    deadline.check()
    shown = [
        Ranked(opened.document.text[opened.span.start : opened.span.end], opened.document.title, score)
        for opened, score in zip(view.passages(numbers[best].tolist()), scores[best].tolist(), strict=True)
    ]
    values = np.asarray(reranker(question, shown), np.float64)
    if values.shape != (len(best),):
        raise ValueError(f"a reranker gives a value a passage: {len(best)} were shown, and {values.shape} came back")
    order = best[np.argsort(-values, kind="stable")]
    after = scores.copy()
    after[order] = scores[best]
    return after
