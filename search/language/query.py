"""The query language: from what somebody typed to words that score, nodes that constrain and text that means.

    words "a phrase" -Macron country:France person:="Xi Jinping" date:2025-11..2026-01 title:summit wild* fuzz~ (a OR b)

    sequence    := alternative*
    alternative := conjunction (OR conjunction)*
    conjunction := unary (AND unary)*
    unary       := ('-' | NOT) unary | '(' sequence ')' | field ':' ['='] value | phrase | pattern | fuzzy | word

A word stays free (it scores and excludes nothing) unless AND, OR, NOT or a field takes hold of it. Whatever cannot be
understood is a QueryError with the column of the culprit: nothing that was typed is skipped in silence but punctuation.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from datetime import date, timedelta
from typing import Any, NamedTuple, TypeAlias

from ...errors import QueryError
from ...index.analysis import BLANKS
from .scanning import FILTER_FIELDS, LETTER, NAME, Token, scan

MAX_QUERY_LENGTH = 4000  # characters
MAX_DEPTH = 32  # groups and negations within each other
MAX_CLAUSES = 256  # words, phrases, patterns, filters and dates
_WILDCARD = re.compile(r"\*|\?(?=[\w?*])")
_DAY = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")
_PLAIN_VALUE = re.compile(r"\w[\w.'’&+-]*")


@dataclass(frozen=True, slots=True)
class _Text:
    """`field` is a name of TEXT_FIELDS, or empty for all; `column` is 0 for what was never typed, and not compared."""

    text: str
    field: str = ""
    column: int = attribute(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Word(_Text):
    """A run of characters without a space, as typed: its punctuation is left to the analyzer."""


@dataclass(frozen=True, slots=True)
class Phrase(_Text):
    """Words in that order, one after the other: as typed between the quotes, but for single spaces."""


@dataclass(frozen=True, slots=True)
class Pattern(_Text):
    """A word with wildcards: `*` stands for any characters, `?` for exactly one. No punctuation around it."""


@dataclass(frozen=True, slots=True)
class Fuzzy:
    """A word and those within an edit distance of 1 or 2 of it; None leaves the distance to the engine."""

    text: str
    distance: int | None = None
    field: str = ""
    column: int = attribute(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Filter:
    """A value that the document must have in a field of FILTER_FIELDS: one with all its words, or if `exact` itself."""

    field: str
    value: str
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Dates:
    """The first and the last day, both included, that the document's dates must touch; None is an open side."""

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Not:
    """Whatever the node does not match."""

    node: "Node"


@dataclass(frozen=True, slots=True)
class And:
    """What all nodes match."""

    nodes: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """What at least one node matches."""

    nodes: "tuple[Node, ...]"


Term: TypeAlias = Word | Phrase | Pattern | Fuzzy
Node: TypeAlias = Term | Filter | Dates | Not | And | Or


@dataclass(frozen=True, slots=True)
class Query:
    """A question, understood. `Query("", must=…)` is one that only filters.

    `text` is the question as asked, with spaces for control characters. `free` words only score; every node of `must`
    constrains, and both keep the order of the question. `places` are the spans of the text in which those nodes of
    `must` stand that were typed.
    """

    text: str
    free: tuple[Word, ...] = ()
    must: tuple[Node, ...] = ()
    places: tuple[tuple[int, int], ...] = attribute(default=(), compare=False)

    def scoring_terms(self) -> Iterator[Term]:
        """All that a passage is scored by, in the order of the question: free words and every term not under a Not."""
        terms = [*self.free, *_positive(self.must)]
        return iter(sorted(terms, key=lambda term: term.column or MAX_QUERY_LENGTH + 1))

    @property
    def meaning(self) -> str:
        """The question for the meaning leg: the scoring words and phrases as typed, or nothing."""
        return " ".join(term.text for term in self.scoring_terms() if isinstance(term, Word | Phrase))

    def restricted(self, *nodes: Node) -> "Query":
        """The same question under more constraints."""
        return replace(self, must=self.must + nodes)

    def without(self, index: int) -> str:
        """The question's text without `must[index]`, which was typed; empty if nothing else was asked."""
        if len(self.free) + len(self.places) == 1:
            return ""
        start, end = self.places[index]
        before, after = self.text[:start].rstrip(), self.text[end:].lstrip()
        while before.endswith("(") and after.startswith(")"):  # around it alone
            before, after = before[:-1].rstrip(), after[1:].lstrip()
        gap = "" if before.endswith("(") or after.startswith(")") else " "
        return f"{before}{gap}{after}".strip()

    def understood(self) -> dict[str, Any]:
        """The question as parsed, in JSON-ready values: `words`, `constraints` in canonical text, `meaning`."""
        constraints = [unparse(node) for node in self.must]
        return {"words": [word.text for word in self.free], "constraints": constraints, "meaning": self.meaning}


def parse(text: str) -> Query:
    """The query that the text says. Raises QueryError, with the 1-based column of the culprit where there is one."""
    if len(text) > MAX_QUERY_LENGTH:
        raise QueryError(f"the query has {len(text)} characters, more than {MAX_QUERY_LENGTH}: shorten it")
    text = BLANKS.sub(" ", text)
    placed = list(_flat(_Parser(scan(text)).sequence()))
    if not placed:
        raise QueryError('the query holds no word: type one, or a "phrase", or a filter such as country:France')
    free = tuple(node for node, _ in placed if isinstance(node, Word) and not node.field)
    must = [each for each in placed if not isinstance(each.node, Word) or each.node.field]
    return Query(text, free, tuple(node for node, _ in must), tuple(place for _, place in must))


def parse_constraints(text: str) -> tuple[Node, ...]:
    """The nodes of a text that must only constrain: to be added to a question in which it was not typed.

    Raises QueryError, without a column, for it would point into another text than the question.
    """
    try:
        query = parse(text)
    except QueryError as error:
        raise QueryError(f"in the constraint {text[:80]!r}: {error}") from error
    if query.free:
        hint = "name a field, as in country:France, exclude it, as in -word, or quote it"
        raise QueryError(f"in the constraint {text[:80]!r}: {query.free[0].text[:40]!r} constrains nothing: {hint}")
    return tuple(map(_untyped, query.must))


def parse_dates(value: str, column: int | None = None) -> tuple[date | None, date | None]:
    """The first and last day of `2025`, `2025-11`, `2025-11-22` or a range of them such as `2025-11..2026-01`.

    The open side of `..2025-06` or `2025-11..` is None. Raises QueryError, at the given column, for anything else.
    """
    start, dots, end = value.strip().partition("..")
    try:
        first = _days(start)[0] if start or not end else None
        last = _days(end if dots else start)[1] if end or not dots else None
    except ValueError:
        forms = "2025, 2025-11, 2025-11-22 or a range such as 2025-11..2026-01, ..2025-06 or 2025-11.."
        raise QueryError(f"{value[:40]!r} is no date: write {forms}", column) from None
    if first and last and last < first:
        raise QueryError(f"the dates {value[:40]!r} end before they begin: write the earlier one first", column)
    return first, last


def unparse(node: Node) -> str:
    """The node's canonical text. Parsed again, within the limits, it gives the same node."""
    match node:
        case Not(child):
            return f"{'NOT ' if isinstance(child, Not) else '-'}{unparse(child)}"
        case And(nodes) | Or(nodes):
            operator = " AND " if isinstance(node, And) else " OR "
            return f"({operator.join(map(unparse, nodes))})"
        case Dates(first, last):
            return f"date:{first}" if first == last else f"date:{first or ''}..{last or ''}"
        case Filter(field, value, exact):
            return f"{field}:{'=' if exact else ''}{value if _PLAIN_VALUE.fullmatch(value) else _quoted(value)}"
        case Phrase(text, field):
            return f"{field}:{_quoted(text)}" if field else _quoted(text)
        case Fuzzy(text, distance, field):
            text = f"{text}~{distance or ''}"
        case Word(text, field) | Pattern(text, field):
            pass
    if field and text.startswith(("/", "=")):
        text = f"({text})"  # Right after the colon a slash would make a word of the whole, as in https://…
    return f"{field}:{text}" if field else text


def _positive(nodes: Iterable[Node]) -> Iterator[Term]:
    for node in nodes:
        if isinstance(node, And | Or):
            yield from _positive(node.nodes)
        elif isinstance(node, Word | Phrase | Pattern | Fuzzy):
            yield node


def _untyped(node: Node) -> Node:
    """The node as one that has no column in the question."""
    match node:
        case Not(child):
            return Not(_untyped(child))
        case And(nodes) | Or(nodes):
            return type(node)(tuple(map(_untyped, nodes)))
        case Filter() | Dates():
            return node
        case _:
            return replace(node, column=0)


def _quoted(text: str) -> str:
    opening, closing = next((pair for pair in ('""', "“”", "«»") if pair[1] not in text), '""')
    return opening + text.replace(closing, " ") + closing  # Whatever was typed fits one of them as it is.


def _days(text: str) -> tuple[date, date]:
    """The first and last day of a year, a month or a day."""
    found = _DAY.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    year, month, day = found.groups()
    first = date(int(year), int(month or 1), int(day or 1))
    if month and first.month < 12:
        return first, first if day else date(first.year, first.month + 1, 1) - timedelta(days=1)
    return first, first if day else date(first.year, 12, 31)


class _Placed(NamedTuple):
    """A node that no operator has taken hold of, and the span of the text in which it stands."""

    node: Node
    place: tuple[int, int]


# A plain group is a list until it is known whether an operator takes hold of it.
_Group: TypeAlias = "list[_Placed | _Group]"
_Parsed: TypeAlias = "Node | _Group"


def _flat(group: _Group) -> Iterator[_Placed]:
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


class _Parser:
    def __init__(self, tokens: Iterator[Token]) -> None:
        self._tokens = tokens
        self._before = Token("start", "", 0, 0)
        self._token = next(tokens)
        self._field = ""  # of the group that the parser is in
        self._exact = False  # whether that field's values are
        self._clauses = 0

    def _take(self) -> Token:
        self._before, self._token = self._token, next(self._tokens, self._token)
        return self._before

    def sequence(self, opening: Token | None = None, depth: int = 0) -> _Group:
        """The parts up to the parenthesis that closes `opening`, or all to the end."""
        parts: _Group = []
        while self._token.kind not in (")", "end"):
            start = self._token.column - 1
            part = self._chain("OR", depth)
            parts.append(part if isinstance(part, list) else _Placed(part, (start, self._before.end)))
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
            parts.append(self._chain("AND", depth) if operator == "OR" else self._unary(depth))
        kind = Or if operator == "OR" else And
        return parts[0] if len(parts) == 1 else kind(tuple(map(_settled, parts)))

    def _unary(self, depth: int) -> _Parsed:
        owner, token = self._before, self._take()
        if depth > MAX_DEPTH:
            raise QueryError(f"groups and negations are nested more than {MAX_DEPTH} deep", owner.column)
        if token.kind in ("-", "NOT"):
            return Not(_settled(self._unary(depth + 1)))
        if token.kind in (")", "end", "OR", "AND"):
            side, culprit = ("right", owner) if owner.kind in ("-", "OR", "AND", "NOT") else ("left", token)
            raise QueryError(f"{culprit.text} needs a word, phrase or group on its {side}", culprit.column)
        if token.kind == "(":
            return self.sequence(token, depth + 1)
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
        if kind == "value" and text.startswith("-"):
            raise QueryError(f"put the minus before the field: -{self._field}:{text.lstrip('-')[:40]}", column)
        if self._field == "date":
            return Dates(*parse_dates(text.rstrip(",;?"), column))
        if not LETTER.search(text) and "*" not in text and kind != "phrase":
            raise QueryError(f"{self._field}: needs a letter or digit, not {text[:40]!r} alone", column)
        term = Phrase(text, self._field, column) if kind == "phrase" else _term(text, self._field, column)
        if self._field not in FILTER_FIELDS:
            return term
        if isinstance(term, Pattern | Fuzzy):
            raise QueryError(f"{self._field}: takes no wildcard and no ~: write the value out, or quote it", column)
        return Filter(self._field, text if kind == "phrase" else text.rstrip(",;?"), self._exact)


def _term(run: str, field: str, column: int) -> Word | Pattern | Fuzzy:
    """A run of word characters as the term that it is."""
    if "://" in run and LETTER.search(run):
        return Word(run, field, column)  # An address: its ?, * and ~ are its own.
    # Off with the punctuation around it: a wildcard is none, nor a last ~, but a last ? is.
    marks = {character for character in run if unicodedata.category(character)[0] in "PS"}
    ended = run.rstrip("".join(marks - {"*", "~"}))
    core = ended.lstrip("".join(marks - {"*", "?"}))
    if NAME.match(core):
        core = ended  # What stands before "name:" keeps it from being a field.
    tail = core.rstrip("0123456789.")
    stem, distance = tail.rstrip("~"), core[len(tail) :]
    # "5~6" is a span, not a fuzzy 5.
    if stem != tail and LETTER.search(stem) and (not distance or any(map(str.isalpha, stem))):
        if _WILDCARD.search(stem):
            raise QueryError("a word has wildcards or is fuzzy, not both: leave out * and ?, or ~", column)
        if distance not in ("", "1", "2"):
            raise QueryError(f"~{distance} is no distance: write ~, ~1 or ~2", column + run.rindex("~"))
        return Fuzzy(stem, int(distance) if distance else None, field, column)
    if not _WILDCARD.search(core):
        return Word(run, field, column)
    if not LETTER.search(core):
        raise QueryError("a wildcard needs at least one letter or digit beside it", column)
    return Pattern(core, field, column)
