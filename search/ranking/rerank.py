"""Reranking: a second look at the best passages, at their texts, before they are folded and paged.

To add a reranker, write a function in a module of its own and add a line to `RERANKERS`; `Settings.reranker` names the
one that is used.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...errors import DragomanError
from ...index.reading.plan import Deadline
from ...index.reading.view import View
from .reranker import Ranked, Reranker

RERANKERS: Final[dict[str, Reranker]] = {}
"""By name. So far Dragoman ships with none."""


def reranked(
    view: View,
    numbers: NDArray[np.int64],
    scores: NDArray[np.float64],
    *,
    best: NDArray[np.int64],
    reranker: Reranker,
    question: str,
    deadline: Deadline,
) -> NDArray[np.float64]:
    """The scores after reranking: the passages that the reranker saw come first, in its order, then all others.

    Passages to which it gives equal values keep their order.

    Args:
        view: Where the passages are read.
        numbers: int64 [n], the candidates, ascending.
        scores: float64 [n], their fused scores.
        best: int64 [k], the numbers of the passages to rerank, best first.
        reranker: Gives a value to each of them.
        question: The text of the question.
        deadline: The end of the search.

    Returns:
        float64 [n], the candidates' new scores. They only order, and mean nothing else.

    Raises:
        SearchTimeout: The time is over.
    """
    deadline.check()
    rows = np.searchsorted(numbers, best)
    shown = [
        Ranked(opened.document.text[opened.span.start : opened.span.end], opened.document.title, score)
        for opened, score in zip(view.passages(best.tolist()), scores[rows].tolist(), strict=True)
    ]
    deadline.check()
    values = np.asarray(reranker(question, shown), np.float64)
    deadline.check()
    if values.shape != (len(best),):
        raise DragomanError(
            f"the reranker gave {values.size} values for {len(best)} passages: it must give one for each"
        )
    after = scores.copy()
    after[rows[np.argsort(-values, kind="stable")]] = scores.max() + np.arange(len(best), 0, -1)
    return after
