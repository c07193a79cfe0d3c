"""How a question was understood: its expression, what is sought for its words, and how much there is of each."""

from itertools import islice
from typing import TYPE_CHECKING, Final

import numpy as np

from ...errors import SearchTimeout
from ...frozen import frozen
from ...index.constraints import AllOf, Constraint, Holds, Of
from ...index.reading.plan import Deadline, Plan
from ...index.reading.view import View
from ...index.units import Unit
from ..language import query as language
from ..language.interpreter import Interpretation
from ..language.question import Question
from ..language.unparser import unparse

if TYPE_CHECKING:
    from . import wire

MOST_UNITS: Final = 64
"""How many words and phrases of a question are counted, at most: each is a question of its own."""


@frozen
class Holding:
    """How many passages, and of how many documents, hold a word or phrase of a question, within its filters.

    None where the time was over before they were counted.
    """

    unit: Unit
    passages: int | None
    documents: int | None


@frozen
class QuestionExplanation:
    """How a question was understood.

    Attributes:
        expression: The question in canonical text: its free words, then all that constrains.
        filters: Those of the constraints that ask for no words, in canonical text.
        passages: How many passages satisfy these filters; None if the time was over before they were counted.
        documents: How many documents they are of; None likewise.
        holdings: What is sought for its words and phrases, and how much there is of each within the filters.
    """

    expression: str
    filters: tuple[str, ...]
    passages: int | None
    documents: int | None
    holdings: tuple[Holding, ...]

    def to_wire(self) -> "wire.QuestionExplanation":
        """As it is written in JSON."""
        from . import wire

        words = [wire.holding_of(each.unit, passages=each.passages, documents=each.documents) for each in self.holdings]
        return wire.QuestionExplanation(self.expression, list(self.filters), self.passages, self.documents, words)


def explain(view: View, question: Question, meant: Interpretation) -> QuestionExplanation:
    """How a question was understood; what there is of it is counted as far as the question's time allows.

    Args:
        view: What was asked.
        question: The question.
        meant: The question in the view's terms.
    """
    query = question.query
    filters = [
        (node, constraint)
        for node, constraint in zip(query.must, meant.constraint.constraints, strict=False)
        if _only_filters(node)
    ]
    within: list[Constraint] = [constraint for _, constraint in filters]
    if question.document is not None:
        within.append(Of(question.document))
    deadline = question.deadline
    return QuestionExplanation(
        " ".join([*(word.text for word in query.free), *map(unparse, query.must)]),
        tuple(unparse(node) for node, _ in filters),
        *_count(view, within, deadline),
        tuple(
            Holding(unit, *_count(view, [*within, Holds(unit)], deadline)) for unit in islice(meant.units, MOST_UNITS)
        ),
    )


def _only_filters(node: language.Node) -> bool:
    """Whether a constraint asks for no words, but for what documents are."""
    match node:
        case language.Filter() | language.Dates():
            return True
        case language.Not(negated):
            return _only_filters(negated)
        case language.And(nodes) | language.Or(nodes):
            return all(map(_only_filters, nodes))
        case _:
            return False


def _count(view: View, constraints: list[Constraint], deadline: Deadline) -> tuple[int, int] | tuple[None, None]:
    """How many passages satisfy all constraints, and of how many documents they are; None once the time is over."""
    try:
        matches = view.candidates(Plan(AllOf(tuple(constraints))), 1, deadline).matches
    except SearchTimeout:  # the answer itself is there by now
        return None, None
    listing = matches.listed(np.zeros(0), sort="relevance", per_document=False, fold=False, limit=0)
    return listing.total, listing.documents
