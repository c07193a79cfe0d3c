"""Where nothing is found: which constraint matches nothing, and what each one that is left out would give."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from ...corpus.document import Span
from ...errors import SearchTimeout
from ...index.constraints import AllOf, Constraint
from ...index.reading.plan import Deadline, Plan
from ...index.reading.view import View
from ..language.query import Node, Query
from ..language.unparser import unparse
from .notices import Notice

_MOST: Final = 6  # constraints that are tried
_LONGEST: Final = 60  # characters of a constraint that are shown


def count(view: View, constraint: AllOf, deadline: Deadline) -> int:
    """How many passages satisfy a constraint, near-copies included."""
    matches = view.candidates(Plan(constraint), 1, deadline).matches
    return matches.listed(np.zeros(0), sort="relevance", per_document=False, fold=False, limit=0).total


def nought_notices(
    view: View, query: Query, constraint: AllOf, found: Callable[[Query], int], deadline: Deadline
) -> Iterator[Notice]:
    """What is to be said of a question that nothing answers. Once the time is over, nothing more is.

    Args:
        view: What was asked.
        query: The question.
        constraint: What its `must` demands, in the view's terms, in the same order.
        found: How many passages answer another query, asked in the same way.
        deadline: The end of the search.
    """
    try:
        yield from _together(view, query, constraint, deadline)
        for index, node in enumerate(query.must[:_MOST]):
            yield from _without(query, index, node, found)
    except SearchTimeout:
        return


def _together(view: View, query: Query, constraint: AllOf, deadline: Deadline) -> Iterator[Notice]:
    """Which constraints match nothing by themselves; or that together they do not, or that they do, without the words.

    The words are said to be what is missing only where there are constraints: else there is nothing to compare.
    """
    every: list[tuple[Node, Constraint]] = list(zip(query.must, constraint.constraints, strict=False))
    alone = [count(view, AllOf((each,)), deadline) for _, each in every[:_MOST]]
    for index, passages in enumerate(alone):
        if not passages:
            text = f"No passage satisfies {_shown(query.must[index])}."
            yield Notice("nought", text, _span(query, index))
    if not all(alone) or not every:
        return
    passages = count(view, constraint, deadline)
    if not passages:
        said = " and ".join(f"{_shown(node)} ({number:,})" for (node, _), number in zip(every, alone, strict=False))
        yield Notice("nought", f"Each constraint is satisfied by some passages, but by none together: {said}.")
    elif any(word for word in query.free):
        has = "passage satisfies" if passages == 1 else "passages satisfy"
        yield Notice("nought", f"{passages:,} {has} the constraints, but not with enough of the other words.")


def _without(query: Query, index: int, node: Node, found: Callable[[Query], int]) -> Iterator[Notice]:
    must = query.must[:index] + query.must[index + 1 :]
    typed = index < len(query.spans)
    rest = replace(query, must=must, spans=query.spans[:index] + query.spans[index + 1 :] if typed else query.spans)
    text = query.without(index) if typed else query.text
    if not (rest.free or rest.must) or not (passages := found(rest)):
        return
    said = f"Without {_shown(node)} there {'is 1 passage' if passages == 1 else f'are {passages:,} passages'}"
    if typed and text:
        yield Notice("nought", f"{said}:", _span(query, index), text)
    else:
        yield Notice("nought", f"{said}.", _span(query, index))


def _span(query: Query, index: int) -> Span | None:
    return Span(*query.spans[index]) if index < len(query.spans) else None


def _shown(node: Node) -> str:
    shown = unparse(node)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
