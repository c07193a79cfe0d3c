"""Where nothing is found: which constraint matches nothing, and what each one that is left out would give."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from ...corpus.document import Span
from ...errors import SearchTimeout
from ...index.constraints import AllOf
from ...index.reading.plan import Deadline, Plan
from ...index.reading.view import View
from ..language.query import And, Filter, Node, Or, Query
from ..language.unparser import unparse
from .notices import Notice

_MOST: Final = 6  # constraints that are tried
_LONGEST: Final = 60  # characters of a constraint that are shown


def count(view: View, constraint: AllOf, deadline: Deadline) -> int:
    """How many passages satisfy a constraint, near-copies included.

    Args:
        view: What is asked.
        constraint: What they must satisfy.
        deadline: The end of the search.
    """
    matches = view.candidates(Plan(constraint), 1, deadline).matches
    return matches.listed(np.zeros(0), sort="relevance", per_document=False, fold=False, limit=0).total


def nought_notices(
    view: View,
    query: Query,
    constraint: AllOf,
    found: Callable[[Query], int],
    deadline: Deadline,
    told: Collection[Filter] = (),
) -> Iterator[Notice]:
    """What is to be said of a question that nothing answers. Once the time is over, nothing more is.

    Args:
        view: What was asked.
        query: The question.
        constraint: What its `must` demands, in the view's terms, in the same order.
        found: How many passages answer another query, asked in the same way.
        deadline: The end of the search.
        told: Filters of which it is said already that nothing has their value.
    """
    every = list(zip(query.must, constraint.constraints, strict=False))[:_MOST]
    try:
        alone = [0 if _is_told(node, told) else count(view, AllOf((each,)), deadline) for node, each in every]
        for index, (node, _) in enumerate(every):
            if not alone[index] and not _is_told(node, told):
                yield Notice("nought", f"No passage satisfies {_shown(query, index)}.", _span(query, index))
        if every and all(alone):
            yield from _together(view, query, constraint, alone, deadline)
        causes = [index for index, passages in enumerate(alone) if not passages] or range(len(every))
        # Where several match nothing, leaving out one of them still leaves another.
        for index in causes if all(alone) or len(causes) == 1 else ():
            yield from _without(query, index, found)
    except SearchTimeout:
        return


def _is_told(node: Node, told: Collection[Filter]) -> bool:
    """Whether a node matches nothing because of values of which that is said already."""
    match node:
        case Filter():
            return node in told
        case Or(nodes):
            return all(_is_told(each, told) for each in nodes)
        case And(nodes):
            return any(_is_told(each, told) for each in nodes)
        case _:
            return False


def _together(
    view: View, query: Query, constraint: AllOf, alone: Sequence[int], deadline: Deadline
) -> Iterator[Notice]:
    """That constraints match nothing together, though each does by itself; or that they do, without the words."""
    passages = count(view, constraint, deadline)
    if not passages:
        said = " and ".join(f"{_shown(query, index)} ({number:,})" for index, number in enumerate(alone))
        yield Notice("nought", f"Each constraint is satisfied by some passages, but by none together: {said}.")
    elif any(word for word in query.free):
        has = "passage satisfies" if passages == 1 else "passages satisfy"
        yield Notice("nought", f"{passages:,} {has} the constraints, but not with enough of the other words.")


def _without(query: Query, index: int, found: Callable[[Query], int]) -> Iterator[Notice]:
    must = query.must[:index] + query.must[index + 1 :]
    typed = index < len(query.spans)
    rest = replace(query, must=must, spans=query.spans[:index] + query.spans[index + 1 :] if typed else query.spans)
    text = query.without(index) if typed else query.text
    if not (rest.free or rest.must) or not (passages := found(rest)):
        return
    said = f"Without {_shown(query, index)} there {'is 1 passage' if passages == 1 else f'are {passages:,} passages'}"
    if typed and text:
        yield Notice("nought", f"{said}:", _span(query, index), text, passages=passages)
    else:
        yield Notice("nought", f"{said}.", _span(query, index), passages=passages)


def _span(query: Query, index: int) -> Span | None:
    return Span(*query.spans[index]) if index < len(query.spans) else None


def _shown(query: Query, index: int) -> str:
    """A constraint as it was typed, or else in canonical text."""
    span = _span(query, index)
    shown = query.text[span.start : span.end] if span else unparse(query.must[index])
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
