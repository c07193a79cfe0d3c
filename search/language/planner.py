"""From a query to the plan of a search: what is scored and what is demanded, in the index's own terms."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from ...corpus.document import Span
from ...errors import QueryError
from ...index import constraints
from ...index.analysis import Token, analyze
from ...index.constraints import Constraint
from ...index.reading.selection import Deadline
from ...index.terms import STOP_WORDS
from ...index.units import Form, Unit
from ..ranking.backend import Index
from . import query as language
from .variants import name_at


@dataclass(frozen=True, slots=True)
class Plan:
    """A query in the index's own terms: what is scored, and what is demanded.

    `pairs` are units that stand side by side in it. `prose` is the share of function words among its free words.
    `known` is the share of its words that tell, function words aside, which the index has seen. `unknown` are the
    words that it has not, as spans of the query's text.
    """

    units: tuple[Unit, ...]
    pairs: tuple[tuple[Unit, Unit], ...]
    prose: float
    constraint: constraints.AllOf
    known: float
    unknown: tuple[Span, ...]


def make_plan(index: Index, query: language.Query, *, variants: bool = True, deadline: Deadline | None = None) -> Plan:
    """A query in the terms of an index; `variants` counts other names of the same as the same.

    Raises QueryError if a phrase or pattern in it holds no word, or a word is too long for others to be near it,
    SearchTimeout if the time is over before it is known what all patterns and fuzzy words stand for.
    """
    deadline = deadline or Deadline()
    units: list[Unit] = []
    pairs: list[tuple[Unit, Unit]] = []
    unknown: list[Span] = []
    terms: list[str] = []
    for run in _runs(query):
        terms += (token.term for token in run)
        words = list(_words(index, run, variants))
        units += (word.unit for word in words)
        pairs += pairwise(word.unit for word in words)
        unknown += (span for word in words if not _is_known(index, word.unit) for span in word.spans)
    for term in query.scoring_terms():
        if term in query.free:
            continue
        units += _units(index, term, deadline)
        if isinstance(term, language.Word | language.Phrase):
            start = query.text.find(term.text, max(term.column - 1, 0))
            unseen = [token for token in analyze(term.text) if not index.same_word(token.term)]
            unknown += [Span(start + token.start, start + token.end) for token in unseen if start >= 0]
    # Function words and initials say something only where there is nothing else.
    telling = [unit for unit in units if unit.tells]
    known = [_is_known(index, unit) for unit in telling]
    demanded = tuple(_constraint(index, node, deadline) for node in query.must)
    return Plan(
        units=tuple(dict.fromkeys(telling or units)),
        pairs=tuple(dict.fromkeys(pairs)),
        prose=sum(map(STOP_WORDS.__contains__, terms)) / max(len(terms), 1),
        constraint=constraints.AllOf(demanded),
        known=sum(known) / max(len(known), 1),
        unknown=tuple(unknown),
    )


def _is_known(index: Index, unit: Unit) -> bool:
    """Whether the index has seen all words of some way to write a unit."""
    return any(all(any(map(index.frequency, position)) for position in form) for form in unit.forms)


class _Placed(NamedTuple):
    """A word or name of a question: the unit that it stands for, and where it stands in the query's text."""

    unit: Unit
    spans: list[Span]


def _runs(query: language.Query) -> Iterator[list[Token]]:
    """The tokens of the free words, placed in the query's text, in runs that nothing but blanks and the like divide."""
    run: list[Token] = []
    for word in query.free:
        start = query.text.find(word.text, max(word.column - 1, 0))
        for token in analyze(word.text):
            placed = Token(token.term, start + token.start, start + token.end)
            if run and (start < 0 or not _UNDIVIDED.fullmatch(query.text, run[-1].end, placed.start)):
                yield run
                run = []
            run.append(placed)
    if run:
        yield run


_UNDIVIDED = re.compile(r"[\s\-‐‑'’&.]*")


def _words(index: Index, run: Sequence[Token], variants: bool) -> Iterator[_Placed]:
    """The units that a run of tokens stands for: known names, which may be several words, and words."""
    terms = [token.term for token in run]
    position = 0
    while position < len(run):
        name = name_at(terms, position) if variants else None
        here = run[position : position + (name.length if name else 1)]
        own = _form(index, [token.term for token in here])
        others = [_form(index, other) for other in (name.others if name else ()) if all(map(index.same_word, other))]
        # Single words share one position, so that none is counted twice.
        single = [form[0] for form in (own, *others) if len(form) == 1]
        word: Form = (frozenset[str]().union(*single),)
        names = tuple(dict.fromkeys(form for form in others if len(form) > 1))
        unit = Unit(word, variants=names) if len(own) == 1 else Unit(own, variants=(word, *names) if single else names)
        yield _Placed(unit, [Span(token.start, token.end) for token in here])
        position += len(here)


def _form(index: Index, terms: Iterable[str]) -> Form:
    """A way to write something: an unknown word stands for itself, and counts, for it is part of what was asked."""
    return tuple(index.same_word(term) or frozenset({term}) for term in terms)


def _units(index: Index, term: language.Term, deadline: Deadline) -> Iterator[Unit]:
    """The unit that a term stands for; none for a word of punctuation alone."""
    tokens = [token.term for token in analyze(term.text)]
    deadline.check()
    match term:
        case language.Pattern(text, name):
            yield Unit((index.like_pattern(text, name),), name)
        case language.Fuzzy(_, distance, name):
            if len(tokens) != 1:
                raise QueryError(f"{term.text}~ is not one word: put ~ after a single word", term.column or None)
            if len(tokens[0]) > _LONGEST_FUZZY:
                said = f"{term.text[:20]}… has {len(tokens[0])} letters, and ~ goes with {_LONGEST_FUZZY} at most"
                raise QueryError(said, term.column or None)
            yield Unit((index.like_spelling(tokens[0], _edits(tokens[0], distance), name),), name)
        case language.Word(_, name) | language.Phrase(_, name):
            if tokens:
                yield Unit(_form(index, tokens), name)


_LONGEST_FUZZY = 40  # letters: finding what is near takes longer than it has sense for longer ones


def _edits(term: str, asked: int | None) -> int:
    """How many edits a fuzzy word allows: as many as asked for, else 1 for a short word and 2 for a longer one."""
    return asked if asked is not None else 1 if len(term) < 6 else 2


def _constraint(index: Index, node: language.Node, deadline: Deadline) -> Constraint:
    match node:
        case language.Filter(column, value, exact):
            return constraints.Has(column, *((value, True) if exact else _value(column, value)))
        case language.Dates(first, last):
            return constraints.Dated(first, last)
        case language.Not(negated):
            return constraints.Not(_constraint(index, negated, deadline))
        case language.And(nodes):
            return constraints.AllOf(tuple(_constraint(index, each, deadline) for each in nodes))
        case language.Or(nodes):
            return constraints.AnyOf(tuple(_constraint(index, each, deadline) for each in nodes))
        case _:
            units = list(_units(index, node, deadline))
            if not units:
                raise QueryError(f"{node.text!r} holds no word: nothing can match it", node.column or None)
            return constraints.Holds(units[0])


def _value(column: str, value: str) -> tuple[str, bool]:
    """A filter's value as documents have it, and whether it must be the whole value."""
    if column == "country":
        from ...corpus.description.countries import canonical_country

        if name := canonical_country(value):
            return name, True
    if column == "lang":
        return value.lower(), True
    return value, False
