"""A query as a tree: words that only score, and nodes that constrain."""

from collections.abc import Iterable, Iterator
from dataclasses import field as attribute
from dataclasses import replace
from datetime import date
from typing import TypeAlias

from ...corpus.dates.mentions import DateMention
from ...frozen import frozen
from ..advice.notices import Notice

MAX_QUERY_LENGTH = 20_000  # characters: an article, as somebody may paste it
MAX_DEPTH = 32  # groups and negations within each other
MAX_CLAUSES = 256  # words, phrases, patterns, filters and dates
MAX_TERMS = 1_000  # of the words that are free: in a script without blanks one word has as many as it has letters
MAX_DISTANCE = 100  # words between two that count as near: half a passage


@frozen
class _Text:
    """`field` is a name of TEXT_FIELDS, or empty for all; `column` is 0 for what was never typed, and not compared."""

    text: str
    field: str = ""
    column: int = attribute(default=0, compare=False)


@frozen
class Word(_Text):
    """A run of characters without a space, as typed: its punctuation is left to the analyzer.

    If it is `exact` it stands for itself alone: no other form, spelling or name of the same.
    """

    exact: bool = False


@frozen
class Phrase(_Text):
    """Words in that order, one after the other: as typed between the quotes, with single spaces. See `phrases`.

    If it is `exact` its words are. `slop` is how far they may have strayed: see `index.units.Unit`.
    """

    exact: bool = False
    slop: int = 0


@frozen
class Pattern(_Text):
    """A word with wildcards: `*` stands for any characters, `?` for exactly one. No punctuation around it."""


@frozen
class Fuzzy:
    """A word and those within an edit distance of 1 or 2 of it; None leaves the distance to the engine."""

    text: str
    distance: int | None = None
    field: str = ""
    column: int = attribute(default=0, compare=False)


@frozen
class Near:
    """Two things that stand near each other, in either order: words, phrases, or alternatives of these.

    Attributes:
        left: The first one as typed.
        right: The second one.
        words: How many words at most stand between them; None if they stand in the same sentence instead.
        column: As of a word: that of the operator.
    """

    left: "Operand"
    right: "Operand"
    words: int | None
    column: int = attribute(default=0, compare=False)


@frozen
class Filter:
    """A value that the document must have in a field: one with all its words, or if `exact` the very value."""

    field: str
    value: str
    exact: bool = False


@frozen
class Dates:
    """The first and the last day, both included, that the document's dates must touch; None is an open side."""

    first: date | None = None
    last: date | None = None


@frozen
class Undated:
    """The document has no date."""


@frozen
class Not:
    """Everything that the node does not match."""

    node: "Node"


@frozen
class And:
    """What all nodes match."""

    nodes: "tuple[Node, ...]"


@frozen
class Or:
    """What at least one node matches."""

    nodes: "tuple[Node, ...]"


Term: TypeAlias = Word | Phrase | Pattern | Fuzzy
Operand: TypeAlias = Term | Or
Node: TypeAlias = Term | Near | Filter | Dates | Undated | Not | And | Or


@frozen
class Query:
    """A question, understood. `Query("", must=…)` is one that only filters.

    Attributes:
        text: The question as typed, with spaces for control characters.
        free: Words that only score, in the order of the question.
        must: Nodes that constrain: those that were typed, in the order of the question, and then those that were added.
        spans: Where in the text those nodes of `must` stand that were typed.
        whole: The text that the meaning leg takes whole; empty if that is what the terms say.
        notices: What a searcher should know of how it was read.
        dates: The dates among the free words.
    """

    text: str
    free: tuple[Word, ...] = ()
    must: tuple[Node, ...] = ()
    spans: tuple[tuple[int, int], ...] = attribute(default=(), compare=False)
    whole: str = ""
    notices: tuple[Notice, ...] = attribute(default=(), compare=False)
    dates: tuple[DateMention, ...] = attribute(default=(), compare=False)

    def scoring_terms(self) -> Iterator[Term | Near]:
        """All that a passage is scored by, in the order of the question: free words, and terms that are not negated."""
        terms = [*self.free, *_positive(self.must)]
        return iter(sorted(terms, key=lambda term: term.column or MAX_QUERY_LENGTH + 1))

    @property
    def meaning(self) -> str:
        """The question for the meaning leg: the scoring words and phrases as typed, or nothing."""
        terms = leaves(_positive(self.must) if self.whole else self.scoring_terms())
        texts = (term.text for term in terms if isinstance(term, Word | Phrase))
        return " ".join((self.whole, *texts) if self.whole else texts)

    def restricted(self, *nodes: Node) -> "Query":
        """The same question under more constraints."""
        return replace(self, must=self.must + nodes)

    def noted(self, *notices: Notice) -> "Query":
        """The same question with more that a searcher should know of how it was read."""
        return replace(self, notices=self.notices + notices)

    def without(self, index: int) -> str:
        """The question's text without `must[index]`, which was typed; empty if nothing else was asked."""
        if len(self.free) + len(self.spans) == 1:
            return ""
        start, end = self.spans[index]
        # A dash right behind it is punctuation, and must not become a minus.
        before, after = self.text[:start].rstrip(), self.text[end:].lstrip("-").lstrip()
        while before.endswith("(") and after.startswith(")"):  # around it alone
            before, after = before[:-1].rstrip(), after[1:].lstrip()
        gap = "" if before.endswith("(") or after.startswith(")") else " "
        return f"{before}{gap}{after}".strip()


def children(node: Node) -> tuple[Node, ...]:
    """The nodes that a node consists of: none if it is a term, a filter or a date."""
    match node:
        case Not(negated):
            return (negated,)
        case And(several) | Or(several):
            return several
        case Near(left, right):
            return left, right
        case _:
            return ()


def leaves(nodes: Iterable[Node]) -> Iterator[Term]:
    """The terms within some nodes that are not negated, in order."""
    for node in nodes:
        if isinstance(node, And | Or):
            yield from leaves(node.nodes)
        elif isinstance(node, Near):
            yield from leaves((node.left, node.right))
        elif isinstance(node, Word | Phrase | Pattern | Fuzzy):
            yield node


def _positive(nodes: Iterable[Node]) -> Iterator[Term | Near]:
    for node in nodes:
        if isinstance(node, And | Or):
            yield from _positive(node.nodes)
        elif isinstance(node, Word | Phrase | Pattern | Fuzzy | Near):
            yield node
