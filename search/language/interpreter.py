"""From a query to a view's own terms: what is scored and what is demanded."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import NamedTuple

from ...corpus.document import Span
from ...corpus.fields import Field
from ...errors import QueryError
from ...index import constraints
from ...index.analysis import Token, analyze
from ...index.constraints import Constraint
from ...index.reading.plan import Deadline, Lookup, Pair, Pattern, SameWord, Spelling
from ...index.reading.view import View
from ...index.terms import STOP_WORDS
from ...index.units import Form, Unit
from ..advice.notices import Notice
from . import query as language
from .parser import parse_date_range, parse_number_range
from .variants import Name, name_at
from .word_forms import WordForms


@dataclass(frozen=True, slots=True)
class Interpretation:
    """A query in a view's own terms: what is scored, and what is demanded.

    Attributes:
        units: What is scored.
        pairs: Units that stand side by side in the query.
        prose: The share of function words among its free words.
        constraint: What is demanded.
        known: The share of its words that the view has seen, function words aside.
        unknown: The words that it has not, as spans of the query's text.
        notices: What a searcher should know of how the query was interpreted.
    """

    units: tuple[Unit, ...]
    pairs: tuple[Pair, ...]
    prose: float
    constraint: constraints.AllOf
    known: float
    unknown: tuple[Span, ...]
    notices: tuple[Notice, ...] = ()


def interpret(
    view: View, query: language.Query, *, variants: bool = True, deadline: Deadline | None = None
) -> Interpretation:
    """A query in the terms of a view, which is asked once for all that the query's words may stand for.

    Args:
        view: What is going to be asked.
        query: The parsed question.
        variants: Whether different names of the same thing count as the same.
        deadline: The end of the search; without it there is no limit.

    Raises:
        QueryError: A phrase or pattern holds no word, a fuzzy word is too long, or a value does not fit the
            type of its field.
        SearchTimeout: The time was over before all patterns and fuzzy words were looked up.
    """
    return _Interpreter(view, query, variants, deadline or Deadline()).interpretation()


class _Placed(NamedTuple):
    """A word or name of a question: the unit that it stands for, and where it stands in the query's text."""

    unit: Unit
    known: bool
    spans: list[Span]


class _Interpreter:
    """Interprets one query: what its words may stand for is looked up all at once, then units are made of it."""

    def __init__(self, view: View, query: language.Query, variants: bool, deadline: Deadline) -> None:
        self._info = view.info
        self._query = query
        self._runs = [(run, list(_named(run, variants))) for run in _runs(query)]
        lookups = list(dict.fromkeys([*self._lookups_of_runs(), *_lookups(query.must)]))
        written = {token.term: query.text[token.start : token.end] for token in analyze(query.text)}
        asked = [
            each._replace(written=written.get(each.term, "")) if isinstance(each, SameWord) else each
            for each in lookups
        ]
        answers = dict(zip(lookups, view.terms(asked, deadline), strict=True))
        words = [token for run, _ in self._runs for token in run]
        self._terms = WordForms(answers, words, query.text, self._info.languages)

    def _lookups_of_runs(self) -> Iterator[Lookup]:
        for run, named in self._runs:
            yield from (SameWord(token.term) for token in run)
            for _, name in named:
                yield from (SameWord(term) for other in (name.others if name else ()) for term in other)

    def interpretation(self) -> Interpretation:
        """See `interpret`."""
        query = self._query
        units: list[Unit] = []
        pairs: list[Pair] = []
        unknown: list[Span] = []
        known: dict[Unit, bool] = {}
        terms: list[str] = []
        for run, named in self._runs:
            terms += (token.term for token in run)
            words = list(self._words(run, named))
            units += (word.unit for word in words)
            known.update((word.unit, word.known) for word in words)
            pairs += (Pair(left.unit, right.unit) for left, right in pairwise(words))
            unknown += (span for word in words if not word.known for span in word.spans)
        for term in query.scoring_terms():
            if term in query.free:
                continue
            if unit := self._unit(term):
                units.append(unit)
                known[unit] = self._is_known(term)
            if isinstance(term, language.Word | language.Phrase):
                start = query.text.find(term.text, max(term.column - 1, 0))
                unseen = [token for token in analyze(term.text) if not self._terms[SameWord(token.term)]]
                unknown += [Span(start + token.start, start + token.end) for token in unseen if start >= 0]
        # Function words and initials are scored only where there is nothing else.
        telling = [unit for unit in units if self._terms.tells(unit)]
        return Interpretation(
            units=tuple(dict.fromkeys(telling or units)),
            pairs=tuple(dict.fromkeys(pairs)),
            prose=sum(map(STOP_WORDS.__contains__, terms)) / max(len(terms), 1),
            constraint=constraints.AllOf(tuple(map(self._constraint, query.must))),
            known=sum(known[unit] for unit in telling) / max(len(telling), 1),
            unknown=tuple(unknown),
        )

    def _words(self, run: Sequence[Token], named: Iterable[tuple[int, Name | None]]) -> Iterator[_Placed]:
        """The units that a run of tokens stands for: known names, which may be several words, and words."""
        for position, name in named:
            here = run[position : position + (name.length if name else 1)]
            own = [token.term for token in here]
            others = [self._form(other) for other in (name.others if name else ()) if self._all_seen(other)]
            # Single words share one position, so that none is counted twice.
            single = [form[0] for form in (self._form(own), *others) if len(form) == 1]
            word: Form = (frozenset[str]().union(*single),)
            names = tuple(dict.fromkeys(form for form in others if len(form) > 1))
            if len(own) == 1:
                unit = Unit(word, variants=names)
            else:
                unit = Unit(self._form(own), variants=(word, *names) if single else names)
            yield _Placed(unit, bool(others) or self._all_seen(own), [Span(token.start, token.end) for token in here])

    def _form(self, terms: Iterable[str]) -> Form:
        """One way to write a word or name. An unknown word stands for itself, as it is part of the question."""
        return tuple(self._terms[SameWord(term)] or frozenset({term}) for term in terms)

    def _all_seen(self, terms: Iterable[str]) -> bool:
        return all(self._terms[SameWord(term)] for term in terms)

    def _unit(self, term: language.Term) -> Unit | None:
        """The unit that a term stands for; None for a word of punctuation alone."""
        match term:
            case language.Word(_, field) | language.Phrase(_, field):
                tokens = analyze(term.text)
                return Unit(self._form(token.term for token in tokens), field) if tokens else None
            case _:
                return Unit((self._terms[_lookup(term)],), term.field)

    def _is_known(self, term: language.Term) -> bool:
        return all(self._terms[lookup] for lookup in _lookups([term]))

    def _constraint(self, node: language.Node) -> Constraint:
        match node:
            case language.Filter(name, value, exact):
                return self._filter(self._info.fields[name], value, exact)
            case language.Dates(first, last):
                return constraints.Dated(first, last)
            case language.Not(negated):
                return constraints.Not(self._constraint(negated))
            case language.And(nodes):
                return constraints.AllOf(tuple(map(self._constraint, nodes)))
            case language.Or(nodes):
                return constraints.AnyOf(tuple(map(self._constraint, nodes)))
            case _:
                unit = self._unit(node)
                if unit is None:
                    raise QueryError(f"{node.text!r} holds no word: nothing can match it", node.column or None)
                return constraints.Holds(unit)

    def _filter(self, field: Field, value: str, exact: bool) -> Constraint:
        if field.name in self._info.lacking:
            mend = "run `dragoman reindex`, then `dragoman add --reread PATH…` to fill it"
            raise QueryError(f"the collection's index has no field {field.name!r} yet: {mend}")
        if field.type == "number" and not exact:
            low, high = parse_number_range(field.name, value)
            return constraints.Between(field.name, low, high)
        if field.type == "date" and not exact:
            first, last = parse_date_range(value)
            return constraints.Between(
                field.name, first.toordinal() if first else -inf, last.toordinal() if last else inf, days=True
            )
        known = None if exact else field.canonical(value)
        return constraints.Has(field.name, value if known is None else known, exact or known is not None)


def _lookups(nodes: Iterable[language.Node]) -> Iterator[Lookup]:
    """All that has to be looked up for some nodes. Raises QueryError for a fuzzy term of many words or letters."""
    for node in nodes:
        match node:
            case language.Word() | language.Phrase():
                yield from (SameWord(token.term) for token in analyze(node.text))
            case language.Pattern() | language.Fuzzy():
                yield _lookup(node)
            case language.Not(negated):
                yield from _lookups([negated])
            case language.And(several) | language.Or(several):
                yield from _lookups(several)
            case _:
                pass


def _lookup(term: language.Pattern | language.Fuzzy) -> Lookup:
    if isinstance(term, language.Pattern):
        return Pattern(term.text, term.field)
    tokens = analyze(term.text)
    if len(tokens) != 1:
        raise QueryError(f"{term.text}~ is not one word: put ~ after a single word", term.column or None)
    word = tokens[0].term
    if len(word) > _LONGEST_FUZZY:
        said = f"{term.text[:20]}… has {len(word)} letters, and ~ goes with {_LONGEST_FUZZY} at most"
        raise QueryError(said, term.column or None)
    # As many edits as asked for, else 1 for a short word and 2 for a longer one.
    return Spelling(word, term.distance if term.distance is not None else 1 if len(word) < 6 else 2, term.field)


_LONGEST_FUZZY = 40  # letters: no language needs longer ones, and finding their neighbours takes too long


def _named(run: Sequence[Token], variants: bool) -> Iterator[tuple[int, Name | None]]:
    """The positions in a run at which a word or a known name begins, each with the name."""
    terms = [token.term for token in run]
    position = 0
    while position < len(run):
        name = name_at(terms, position) if variants else None
        yield position, name
        position += name.length if name else 1


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
