"""From a query to a view's own terms: what is scored and what is demanded."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from itertools import accumulate, chain, pairwise
from typing import NamedTuple, cast

from ...corpus.document import Span
from ...errors import QueryError
from ...frozen import frozen
from ...index import constraints
from ...index.analysis import Token, analyze
from ...index.constraints import Constraint
from ...index.reading.plan import Days, Deadline, Lookup, Pair, Pattern, SameWord, Spelling
from ...index.reading.view import View
from ...index.terms import STOP_WORDS
from ...index.units import ANY_WORD, Confined, Form, Near, Unit, Word, terms_of
from ..advice.date_offers import date_offers
from ..advice.notices import Notice
from . import query as language
from .date_evidence import days_of
from .field_constraints import field_constraint
from .phrases import GAP, free_runs, parts, patterns_in, words_in
from .words.designations import varieties
from .words.word_forms import WordForms
from .words.wordings import Known, Switches, Way, Wording, wordings


@frozen
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
        days: The days that it names; None if it names none.
        optional: Those of the units that a match need not hold: words of dates, where other words tell.
        faint: Those of the units that are function words of the question's language.
        free: The units of its free words, but for these two: where all words are asked for, a match holds each of them.
        marked: What is worth a mark, of what is scored.
        written: How the query writes those of the units that are single words.
    """

    units: tuple[Unit, ...]
    pairs: tuple[Pair, ...]
    prose: float
    constraint: constraints.AllOf
    known: float
    unknown: tuple[Span, ...]
    notices: tuple[Notice, ...] = ()
    days: Days | None = None
    optional: frozenset[Unit] = frozenset()
    faint: frozenset[Unit] = frozenset()
    free: tuple[Unit, ...] = ()
    marked: tuple[Unit, ...] = ()
    written: Mapping[Unit, frozenset[str]] = field(default_factory=dict[Unit, frozenset[str]])


def interpret(
    view: View,
    query: language.Query,
    *,
    variants: bool = True,
    spellings: bool = True,
    deadline: Deadline | None = None,
) -> Interpretation:
    """A query in the terms of a view, which is asked once for all that the query's words may stand for.

    Args:
        view: What is going to be asked.
        query: The parsed question.
        variants: Whether different names of the same thing count as the same.
        spellings: Whether different spellings of the same word do.
        deadline: The end of the search; without it there is no limit.

    Raises:
        QueryError: A phrase or pattern holds no word, a fuzzy word is too long, or a value does not fit the
            type of its field.
        SearchTimeout: The time was over before all patterns and fuzzy words were looked up.
    """
    return _Interpreter(view, query, Switches(variants, spellings), deadline or Deadline()).interpretation()


class _Placed(NamedTuple):
    """A word or name of a question: the unit that it stands for, and where it stands in the query's text."""

    unit: Unit
    known: bool
    spans: list[Span]


class _Interpreter:
    """Interprets one query: what its words may stand for is looked up all at once, then units are made of it."""

    def __init__(self, view: View, query: language.Query, switches: Switches, deadline: Deadline) -> None:
        self._view = view
        self._info = view.info
        self._query = query
        self._switches = switches
        runs = [(run, list(self._wordings(run, query.text, switches))) for run in free_runs(query)]
        lookups = list(dict.fromkeys([*_lookups_of_runs(runs), *self._lookups(query.must)]))
        written = {token.term: query.text[token.start : token.end] for token in analyze(query.text)}
        asked = [
            each._replace(written=written.get(each.term, "")) if isinstance(each, SameWord) else each
            for each in lookups
        ]
        answers = dict(zip(lookups, view.terms(asked, deadline), strict=True))
        words = [token for run, _ in runs for token in run]
        self._terms = WordForms(answers, words, query.text, self._info.languages)
        self._ends = _ends_of_dates(query)
        self._runs = [(run, [one for each in every for one in self._settled(run, each)]) for run, every in runs]

    def _lookups(self, nodes: Iterable[language.Node]) -> Iterator[Lookup]:
        """All that has to be looked up for some nodes. Raises QueryError for a fuzzy term of many words or letters."""
        for node in nodes:
            match node:
                case language.Word() | language.Phrase():
                    tokens = words_in(node)
                    if len(tokens) > language.MAX_TERMS:
                        said = (
                            f"{node.text[:20]}… has {len(tokens):,} words, {language.MAX_TERMS:,} at most: shorten it"
                        )
                        raise QueryError(said, node.column or None)
                    yield from (SameWord(token.term) for token in tokens)
                    yield from _lookups_of_others(self._wordings_of(node, tokens))
                    yield from (Pattern(part, node.field) for part in patterns_in(node))
                case language.Pattern() | language.Fuzzy():
                    yield _lookup(node)
                case _:
                    yield from self._lookups(language.children(node))

    def _wordings(self, run: Sequence[Token], text: str, switches: Switches) -> Iterator[Wording]:
        return wordings(run, text, switches, Known(self._info.languages, self._info.scripts, self._info.variants))

    def _wordings_of(self, node: language.Word | language.Phrase, tokens: Sequence[Token]) -> list[Wording]:
        """What the words of a node stand for that is one unit: quotation marks and = say that they are spelt so."""
        if isinstance(node, language.Phrase) or node.exact:
            return [Wording(position, 1, ()) for position in range(len(tokens))]
        return list(self._wordings(tokens, node.text, self._switches._replace(variants=False)))

    def _settled(self, run: Sequence[Token], wording: Wording) -> Sequence[Wording]:
        """Some words as one thing, or one by one if nobody writes them so."""
        others = [other for other in wording.others if self._all_seen(other)] if wording.apart else []
        if not wording.apart or (others and not wording.share):
            return (wording,)
        own = [SameWord(token.term) for token in run[wording.start : wording.start + wording.length]]
        held = [_held(self._view, other[0]) for other in others if len(other) == 1 and isinstance(other[0], SameWord)]
        if held and sum(held) >= wording.share * min(_held(self._view, lookup) for lookup in own):
            return (wording,)
        return wording.apart

    def interpretation(self) -> Interpretation:
        """See `interpret`."""
        query = self._query
        units: list[Unit] = []
        pairs: list[Pair] = []
        unknown: list[Span] = []
        known: dict[Unit, bool] = {}
        terms: list[str] = []
        dated: set[Unit] = set()
        written: dict[Unit, frozenset[str]] = {}
        for run, every in self._runs:
            terms += (token.term for token in run if not self._is_of_date(token.start, token.end))
            words = [self._placed(run, each) for each in every]
            pairs += (
                Pair(left.unit, right.unit)
                for left, right in pairwise(words)
                if left.spans[-1].end <= right.spans[0].start
            )
            units += (word.unit for word in words)
            written |= _written(words, query.text, written)
            dated.update(word.unit for word in words if self._is_date(word))
            words = [word for word in words if not self._is_date(word)]
            known.update((word.unit, word.known) for word in words)
            unknown += (span for word in words if not word.known for span in word.spans)
        of_free_words = frozenset(units)
        free = frozenset(query.free)
        for term in query.scoring_terms():
            if term in free:
                continue
            for unit in self._units(term):
                units.append(unit)
                known[unit] = all(map(self._is_known, language.leaves([term])))
            for leaf in language.leaves([term]):
                if isinstance(leaf, language.Word | language.Phrase):
                    start = query.text.find(leaf.text, max(leaf.column - 1, 0))
                    words = self._words(leaf)
                    if leaf is term and len(words) == 1:
                        written |= _written([words[0]._replace(unit=units[-1])], leaf.text, written)
                    unseen = [span for word in words if not word.known for span in word.spans]
                    unknown += [Span(start + span.start, start + span.end) for span in unseen if start >= 0]
        # Function words and initials are scored only where there is nothing else.
        telling = [unit for unit in units if unit.tells]
        scored = tuple(dict.fromkeys(telling or units))
        worth_a_mark = tuple(filter(self._terms.is_worth_a_mark, scored))
        demanded = [unit for unit in telling if unit in known]
        optional = frozenset(dated.difference(known)) if demanded else frozenset[Unit]()
        return Interpretation(
            units=scored,
            marked=worth_a_mark or scored,
            pairs=tuple(dict.fromkeys(pairs)),
            prose=sum(map(STOP_WORDS.__contains__, terms)) / max(len(terms), 1),
            constraint=constraints.AllOf(tuple(map(self._constraint, query.must))),
            known=sum(known[unit] for unit in demanded) / max(len(demanded), 1),
            unknown=tuple(unknown),
            notices=(*date_offers(query), *self._cut()),
            days=days_of(query, alone=not demanded),
            optional=optional,
            faint=frozenset(scored).difference(worth_a_mark),
            free=tuple(unit for unit in worth_a_mark or scored if unit in of_free_words - optional),
            written={unit: spellings for unit, spellings in written.items() if len(unit.positions) == 1},
        )

    def _cut(self) -> Iterator[Notice]:
        if sum(len(run) for run, _ in self._runs) >= language.MAX_TERMS:
            said = f"Of so much the first {language.MAX_TERMS:,} words are searched for; the meaning is that of all."
            yield Notice("cut", said)

    def _is_date(self, word: _Placed) -> bool:
        return all(self._is_of_date(*span) for span in word.spans)

    def _is_of_date(self, start: int, end: int) -> bool:
        """Whether a span of the query's text is part of a date."""
        begun = bisect_right(self._ends, start, key=lambda each: each.start)
        return begun > 0 and end <= self._ends[begun - 1].end

    def _placed(self, run: Sequence[Token], wording: Wording) -> _Placed:
        """The unit that a name or word of a run stands for."""
        here = run[wording.start : wording.start + wording.length]
        own: Way = tuple(SameWord(token.term) for token in here)
        known = any(map(self._all_seen, (own, *wording.others)))
        return _Placed(self._any_of(own, wording.others), known, [Span(token.start, token.end) for token in here])

    def _any_of(self, own: Way, others: Iterable[Way]) -> Unit:
        """A unit that can be written in several ways."""
        forms = [self._form(other) for other in others if self._all_seen(other)]
        # Single words share one position, so that none is counted twice.
        single = [form[0] for form in (self._form(own), *forms) if len(form) == 1]
        word: Form = (frozenset[str]().union(*single),)
        several = tuple(dict.fromkeys(form for form in forms if len(form) > 1))
        if len(own) == 1:
            return Unit(word, variants=several)
        return Unit(self._form(own), variants=(word, *several) if single else several)

    def _form(self, way: Way) -> Form:
        """One way to write a word or name. An unknown word stands for itself, as it is part of the question."""
        return tuple(self._word(lookup) or frozenset({lookup[0]}) for lookup in way)

    def _all_seen(self, way: Way) -> bool:
        return all(map(self._word, way))

    def _word(self, lookup: SameWord | Pattern | Confined) -> Word:
        if isinstance(lookup, Confined):
            return frozenset({lookup}) if self._terms[SameWord(lookup.term)] else frozenset()
        word = self._terms[lookup]
        return varieties(terms_of(word), lookup.pattern) if isinstance(lookup, Pattern) else word

    def _units(self, term: language.Term | language.Near) -> list[Unit]:
        """The units that are scored for a term: of two that are near each other both, each where it is near."""
        if isinstance(term, language.Near):
            left, right = self._unit(term.left), self._unit(term.right)
            if not (left and right):
                return []
            return [left._replace(near=Near(right, term.words)), right._replace(near=Near(left, term.words))]
        unit = self._unit(term)
        return [unit] if unit else []

    def _unit(self, term: language.Operand) -> Unit | None:
        """The unit that a term or alternatives stand for; None for a word of punctuation alone."""
        match term:
            case language.Or(nodes):
                return self._alternatives(cast("Sequence[language.Operand]", nodes))
            case language.Pattern() | language.Fuzzy():
                return Unit((self._terms[_lookup(term)],), term.field)
            case language.Word():
                words = [word.unit for word in self._words(term)]
                if len(words) == 1:
                    return words[0]._replace(field=term.field)
                return Unit(tuple(chain.from_iterable(word.positions for word in words)), term.field) if words else None
            case language.Phrase():
                words = (word.unit.positions[0] for word in self._words(term))
                form = tuple(
                    next(words)
                    if isinstance(part, Token)
                    else ANY_WORD
                    if part == GAP
                    else self._terms[Pattern(part, term.field)]
                    for part in parts(term.text)
                )
                return Unit(form, term.field, slop=term.slop if len(form) > 1 else 0) if form else None

    def _alternatives(self, nodes: Iterable[language.Operand]) -> Unit | None:
        units = [unit for node in nodes if (unit := self._unit(node))]
        forms: list[Form] = [form for unit in units for form in (unit.positions, *unit.variants)]
        # Single words share one position, so that none is counted twice.
        single = [form[0] for form in forms if len(form) == 1]
        word: list[Form] = [(frozenset[str]().union(*single),)] if single else []
        every = [*word, *(form for form in forms if len(form) > 1)]
        return Unit(every[0], units[0].field, tuple(dict.fromkeys(every[1:]))) if every else None

    def _words(self, term: language.Word | language.Phrase) -> list[_Placed]:
        """What the words of a term stand for, one by one."""
        tokens = words_in(term)
        if not term.exact:
            every = (self._settled(tokens, each) for each in self._wordings_of(term, tokens))
            return [self._placed(tokens, each) for each in chain.from_iterable(every)]
        return [
            _Placed(
                Unit((frozenset({token.term}),)),
                token.term in terms_of(self._terms[SameWord(token.term)]),
                [Span(token.start, token.end)],
            )
            for token in tokens
        ]

    def _is_known(self, term: language.Term) -> bool:
        if isinstance(term, language.Pattern | language.Fuzzy):
            return bool(self._terms[_lookup(term)])
        patterns = (self._terms[Pattern(part, term.field)] for part in patterns_in(term))
        return all(word.known for word in self._words(term)) and all(patterns)

    def _constraint(self, node: language.Node) -> Constraint:
        match node:
            case language.Filter():
                return field_constraint(self._info, node, variants=self._switches.variants)
            case language.Dates(first, last):
                return constraints.Dated(first, last)
            case language.Undated():
                return constraints.Undated()
            case language.Not(negated):
                return constraints.Not(self._constraint(negated))
            case language.And(nodes):
                return constraints.AllOf(tuple(map(self._constraint, nodes)))
            case language.Or(nodes):
                return constraints.AnyOf(tuple(map(self._constraint, nodes)))
            case _:
                units = self._units(node)
                if not units:
                    said = "one side of NEAR" if isinstance(node, language.Near) else repr(node.text)
                    raise QueryError(f"{said} holds no word: nothing can match it", node.column or None)
                return constraints.Holds(units[0])


def _written(words: Iterable[_Placed], text: str, before: Mapping[Unit, frozenset[str]]) -> dict[Unit, frozenset[str]]:
    """How single words are written in a text, beside how they were written before."""
    return {
        word.unit: before.get(word.unit, frozenset()) | {text[slice(*word.spans[0])]}
        for word in words
        if len(word.spans) == 1
    }


def _lookups_of_runs(runs: Iterable[tuple[Sequence[Token], Sequence[Wording]]]) -> Iterator[Lookup]:
    for run, every in runs:
        yield from (SameWord(token.term) for token in run)
        yield from _lookups_of_others(every)


def _lookups_of_others(every: Iterable[Wording]) -> Iterator[Lookup]:
    for wording in every:
        for each in chain.from_iterable(wording.others):
            yield SameWord(each.term) if isinstance(each, Confined) else each
        yield from _lookups_of_others(wording.apart)


def _held(view: View, lookup: Lookup) -> int:
    """About how many passages hold what answers a lookup."""
    return sum(count for _, count in view.common_terms(lookup, _COUNTED))


_COUNTED = 8  # forms of a word that are counted: the others are rare


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


def _ends_of_dates(query: language.Query) -> list[Span]:
    """Where each date of a query starts, in order, and how far those reach that have started by then."""
    spans = sorted(each.span for each in query.dates)
    return [
        Span(each.start, end) for each, end in zip(spans, accumulate((each.end for each in spans), max), strict=True)
    ]
