"""The query language: from what somebody typed to words that score and nodes that constrain.

    words "a phrase" -Macron country:France person:="Xi Jinping" date:2025-11..2026-01 title:summit wild* fuzz~ (a OR b)
    "a phrase"~5 "a * gap" "peace treat*" =exact a NEAR/5 b a NEAR/s b

    sequence    := alternative*
    alternative := conjunction (OR conjunction)*
    conjunction := vicinity (AND vicinity)*
    vicinity    := unary (NEAR/n unary)*
    unary       := ('-' | NOT) unary | '(' sequence ')' | field ':' ['='] value | ['='] (phrase ['~n'] | word)
                 | pattern | fuzzy

A word stays free (it scores and excludes nothing) unless an operator or a field takes hold of it. What cannot be
understood is a QueryError with the column of the culprit: only punctuation is ever skipped in silence.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from math import inf
from typing import NamedTuple, TypeAlias, TypeGuard, cast

from ...corpus.dates.periods import Period
from ...corpus.fields import FIELDS, Fields
from ...errors import QueryError
from ...index.analysis import BLANKS
from ..advice.notices import Notice
from .date_values import check_quoted, parse_date_value
from .date_words import dates_in
from .input.foreign import refuse_foreign
from .query import (
    MAX_CLAUSES,
    MAX_DEPTH,
    MAX_DISTANCE,
    MAX_QUERY_LENGTH,
    And,
    Dates,
    Filter,
    Fuzzy,
    Near,
    Node,
    Not,
    Operand,
    Or,
    Pattern,
    Phrase,
    Query,
    Undated,
    Word,
    leaves,
)
from .scanning import LETTER, NAME, Token, scan, without_emphasis

_DATES_CHECKED = 16  # whether they go on behind a blank, which takes its time

_WILDCARD = re.compile(r"\*|\?(?=[\w?*])")
_OPERAND = r"(?:\d[\d.,]*|[A-Za-z])"
_ITS_OWN = re.compile(rf"/|\?\w+=|^\d\*$|^{_OPERAND}(?:[*+=/]{_OPERAND})+$")
"""Words whose * and ? are no wildcards: paths and addresses, five stars (5*), products (2*3)."""


def parse(
    text: str, fields: Fields = FIELDS, today: date | None = None, *, strict: bool = False, dated: bool = True
) -> Query:
    """The query that a text says in the query language. Whatever somebody may have pasted is for `input.texts.read`.

    Args:
        text: What somebody typed.
        fields: Those that it may filter by: the collection's.
        today: The day from which "yesterday" and the like are told; by default the real one.
        strict: Whether a field that there is not, and a mark without a counterpart, are errors rather than text.
        dated: Whether the dates among the free words are looked for, which takes most of the time.

    Raises:
        QueryError: It cannot be understood; with the 1-based column of the culprit where there is one.
    """
    if len(text) > MAX_QUERY_LENGTH:
        raise QueryError(f"the query has {len(text)} characters, more than {MAX_QUERY_LENGTH}: shorten it")
    text = BLANKS.sub(" ", text)
    refuse_foreign(text if strict else without_emphasis(text))
    mended = list[Notice]()
    placed = list(_flat(_Parser(text, fields, today, None if strict else mended).sequence()))
    if not placed:
        raise QueryError('the query holds no word: type one, or a "phrase", or a filter such as country:France')
    free = tuple(node for node, _ in placed if isinstance(node, Word) and _is_free(node))
    must = [each for each in placed if not isinstance(each.node, Word) or not _is_free(each.node)]
    spans = tuple(span for _, span in must)
    dates = dates_in(text, spans, today) if free and dated else ()
    return Query(text, free, tuple(node for node, _ in must), spans, dates=dates, notices=tuple(mended))


def parse_constraints(text: str, fields: Fields = FIELDS) -> tuple[Node, ...]:
    """The nodes of a text that may only constrain, and is added to a question in which it was not typed.

    Args:
        text: Constraints in the query language.
        fields: Those that it may filter by.

    Raises:
        QueryError: It cannot be understood. The error has no column, as that would point into the question.
    """
    try:
        query = parse(text, fields, strict=True, dated=False)
    except QueryError as error:
        raise QueryError(f"in the constraint {text[:80]!r}: {error}") from error
    if query.free:
        hint = "name a field, as in country:France, exclude it, as in -word, or quote it"
        raise QueryError(f"in the constraint {text[:80]!r}: {query.free[0].text[:40]!r} constrains nothing: {hint}")
    return tuple(map(_untyped, query.must))


def parse_number_range(name: str, value: str, column: int | None = None) -> tuple[float, float]:
    """The lowest and the highest number that a question means.

    Args:
        name: What the field is called, for the error.
        value: A number, or two around `..`, of which one may be left out: then that side is infinite.
        column: The 1-based column of the question at which an error is to point, if it was typed there.

    Raises:
        QueryError: It is no such range.
    """
    first, dots, last = value.partition("..")
    try:
        low = float(first) if first or not dots else -inf
        high = float(last) if last else (inf if dots else low)
        if low <= high:
            return low, high
    except ValueError:
        pass
    raise QueryError(f"{name}: takes a number, or a range such as 10..20, 10.. or ..20, not {value[:40]!r}", column)


def _is_free(word: Word) -> bool:
    return not word.field and not word.exact


def _untyped(node: Node) -> Node:
    """The node as one that has no column in the question."""
    match node:
        case Near(left, right, words):
            return Near(cast("Operand", _untyped(left)), cast("Operand", _untyped(right)), words)
        case Not(child):
            return Not(_untyped(child))
        case And(nodes) | Or(nodes):
            return type(node)(tuple(map(_untyped, nodes)))
        case Filter() | Dates() | Undated():
            return node
        case _:
            return replace(node, column=0)


class _Typed(NamedTuple):
    """A node that no operator has taken hold of, and the span of the text in which it stands."""

    node: Node
    span: tuple[int, int]


# A plain group is a list until it is known whether an operator takes hold of it.
_Group: TypeAlias = "list[_Typed | _Group]"
_Parsed: TypeAlias = "Node | _Group"


def _flat(group: _Group) -> Iterator[_Typed]:
    for part in group:
        if isinstance(part, list):
            yield from _flat(part)
        else:
            yield part


def _settled(parsed: _Parsed) -> Node:
    """The node that a part is once it constrains: words side by side are all wanted."""
    if not isinstance(parsed, list):
        return parsed
    nodes = tuple(node for node, _ in _flat(parsed))
    return nodes[0] if len(nodes) == 1 else And(nodes)


def _is_operand(node: Node) -> TypeGuard[Operand]:
    """Whether NEAR may join a node with another: alternatives must stand in the same field."""
    if isinstance(node, Or):
        return all(map(_is_operand, node.nodes)) and len({term.field for term in leaves([node])}) == 1
    return isinstance(node, Word | Pattern | Fuzzy) or (isinstance(node, Phrase) and not node.slop)


def _words_between(operator: Token) -> int | None:
    distance = operator.text.partition("/")[2]
    if distance in "sS":
        return None
    if len(distance) > 3 or int(distance) > MAX_DISTANCE:
        raise QueryError(f"NEAR/{distance[:9]} is too far: write NEAR/{MAX_DISTANCE} at most", operator.column)
    return int(distance)


_BINARY = ("OR", "AND", "NEAR")


class _Parser:
    def __init__(self, text: str, fields: Fields, today: date | None, mended: list[Notice] | None) -> None:
        self._text = text
        self._today = today
        self._tokens = scan(text, fields, mended)
        self._fields = fields
        self._before = Token("start", "", 0, 0)
        self._token = next(self._tokens)
        self._field = ""  # of the group that the parser is in
        self._exact = False  # whether values of that field are exact ones
        self._clauses = 0
        self._dates = 0

    def _take(self) -> Token:
        self._before, self._token = self._token, next(self._tokens, self._token)
        return self._before

    def sequence(self, opening: Token | None = None, depth: int = 0) -> _Group:
        """The parts up to the parenthesis that closes `opening`, or all to the end."""
        parts: _Group = []
        while self._token.kind not in (")", "end"):
            start = self._token.column - 1
            part = self._chain("OR", depth)
            parts.append(part if isinstance(part, list) else _Typed(part, (start, self._before.end)))
        closed = self._take().kind == ")"
        if closed and not opening:
            raise QueryError("this parenthesis closes nothing: remove it or open one before it", self._before.column)
        if opening and not closed:
            raise QueryError("this parenthesis is never closed: add )", opening.column)
        if opening and not parts:
            raise QueryError("the group is empty: put a word between the parentheses", opening.column)
        return parts

    def _chain(self, operator: str, depth: int) -> _Parsed:
        """Alternatives, whose operands are conjunctions; or a conjunction, whose operands may be negated."""
        parts: list[_Parsed] = []
        while not parts or (self._token.kind == operator and self._take()):
            parts.append(self._chain("AND", depth) if operator == "OR" else self._vicinity(depth))
        kind = Or if operator == "OR" else And
        return parts[0] if len(parts) == 1 else kind(tuple(map(_settled, parts)))

    def _vicinity(self, depth: int) -> _Parsed:
        """What stands near something else, each of a chain near the next one; or a part that no NEAR follows."""
        parts = [self._unary(depth)]
        operators: list[Token] = []
        while self._token.kind == "NEAR":
            operators.append(self._take())
            parts.append(self._unary(depth))
        if not operators:
            return parts[0]
        nodes = list(map(_settled, parts))
        pairs: list[Node] = []
        for operator, (left, right) in zip(operators, pairwise(nodes), strict=True):
            if not (_is_operand(left) and _is_operand(right)):
                said = f"{operator.text} joins words, phrases and (groups OR of these): to exclude a pair, write -(…)"
                if any(isinstance(node, Phrase) and node.slop for node in (left, right)):
                    said = f"{operator.text} joins words and phrases, but none with ~: leave the ~ out"
                raise QueryError(said, operator.column)
            pairs.append(Near(left, right, _words_between(operator), operator.column))
        return pairs[0] if len(pairs) == 1 else And(tuple(pairs))

    def _unary(self, depth: int) -> _Parsed:
        owner, token = self._before, self._take()
        if depth > MAX_DEPTH:
            raise QueryError(f"groups and negations are nested more than {MAX_DEPTH} deep", owner.column)
        if token.kind in ("-", "NOT"):
            return Not(_settled(self._unary(depth + 1)))
        if token.kind == "~":
            raise QueryError("only the words of a phrase stand near others: leave out the ~", token.column)
        if token.kind in (")", "end", *_BINARY):
            side, culprit = ("right", owner) if owner.kind in ("-", "NOT", *_BINARY) else ("left", token)
            raise QueryError(f"{culprit.text} needs a word, phrase or group on its {side}", culprit.column)
        if token.kind == "(":
            return self.sequence(token, depth + 1)
        if token.kind == "=":
            if self._token.kind in ("field", "exact"):
                raise QueryError(f"put the = behind the colon: {self._token.text}:=…", token.column)
            return _exact(self._leaf(self._take()), token.column)
        if token.kind not in ("field", "exact"):
            return self._leaf(token)
        if self._field:
            raise QueryError(f"{token.text}: stands in a group of {self._field}: close that first", token.column)
        self._field, self._exact = token.text, token.kind == "exact"
        value = self._take()  # The scanner lets no field pass without one.
        node = _settled(self.sequence(value, depth + 1) if value.kind == "(" else self._leaf(value))
        self._field, self._exact = "", False
        return node

    def _leaf(self, token: Token) -> Node:
        self._clauses += 1
        if self._clauses > MAX_CLAUSES:
            raise QueryError(f"the query has more than {MAX_CLAUSES} words, phrases and filters", token.column)
        kind, text, column, _ = token
        if kind == "phrase" and not (text if self._exact else LETTER.search(text)):
            raise QueryError("the phrase holds no word: put some between the quotes or leave them out", column)
        own = self._fields[self._field].type if self._field in self._fields else ""
        if own in ("number", "date") and not self._exact:
            value = text.rstrip(",;?")
            # Only whether it can be one: what it means is found out when it is interpreted.
            _ = parse_number_range(self._field, value, column) if own == "number" else self._date(token)
            return Filter(self._field, value)
        if kind == "value" and text.startswith("-"):
            raise QueryError(f"put the minus before the field: -{self._field}:{text.lstrip('-')[:40]}", column)
        if self._field == "date":
            period = self._date(token)
            return Dates(*period) if period else Undated()
        if not LETTER.search(text) and "*" not in text and kind != "phrase":
            raise QueryError(f"{self._field}: needs a letter or digit, not {text[:40]!r} alone", column)
        term = Phrase(text, self._field, column) if kind == "phrase" else _term(text, self._field, column)
        if self._field in self._fields:
            if isinstance(term, Pattern | Fuzzy):
                raise QueryError(f"{self._field}: takes no wildcard and no ~: write the value out, or quote it", column)
            return Filter(self._field, text if kind == "phrase" else text.rstrip(",;?"), self._exact)
        if isinstance(term, Phrase) and self._token.kind == "~":
            term = replace(term, slop=int(self._take().text))
        return _exact(term, column) if self._exact else term

    def _date(self, token: Token) -> Period | None:
        """The days that a token means as the value of a date; None for no date at all."""
        self._dates += 1
        if token.kind != "phrase" and self._dates <= _DATES_CHECKED:
            check_quoted(self._field, self._text, token.column - 1, token.text, self._today)
        return parse_date_value(token.text.rstrip(",;?"), token.column, self._today)


def _exact(term: Node, column: int) -> Word | Phrase | Filter:
    """A word, phrase or value as the exact one."""
    if not isinstance(term, Word | Phrase | Filter):
        raise QueryError("= takes a word as it is written, so no wildcard and no ~: leave one out", column)
    return replace(term, exact=True)


def _term(run: str, field: str, column: int) -> Word | Pattern | Fuzzy:
    """A run of word characters as the term that it is."""
    if "://" in run and LETTER.search(run):
        return Word(run, field, column)  # An address: its ?, * and ~ are its own.
    # The punctuation around it goes, and so does a last ?; wildcards and a last ~ stay.
    marks = {character for character in run if unicodedata.category(character)[0] in "PS"}
    ended = run.rstrip("".join(marks - {"*", "~"}))
    core = ended.lstrip("".join(marks - {"*", "?"}))
    if NAME.match(core):
        core = ended  # The punctuation before "name:" keeps it from being a field.
    tail = core.rstrip("0123456789.")
    stem, distance = tail.rstrip("~"), core[len(tail) :]
    # "5~6" is a span, not a fuzzy 5.
    if stem != tail and LETTER.search(stem) and (not distance or any(map(str.isalpha, stem))):
        if _WILDCARD.search(stem):
            raise QueryError("a word has wildcards or is fuzzy, not both: leave out * and ?, or ~", column)
        if distance not in ("", "1", "2"):
            raise QueryError(f"~{distance} is no distance: write ~, ~1 or ~2", column + run.rindex("~"))
        return Fuzzy(stem, int(distance) if distance else None, field, column)
    if not _WILDCARD.search(core) or (LETTER.search(core) and _ITS_OWN.search(core)):
        return Word(run, field, column)
    if not LETTER.search(core):
        raise QueryError("a wildcard needs at least one letter or digit beside it", column)
    return Pattern(core, field, column)
