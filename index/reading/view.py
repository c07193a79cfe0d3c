"""What a search engine asks of a collection: a view, one generation of it, opened for reading.

The seam between asking and keeping. `snapshot.Snapshot` is the view of a folder, and the reference; whoever outgrows
one machine can put a cluster behind the same engine by answering the same three or four questions a search: which terms
there are, which passages are candidates, how their matches are listed, what stands in the ones that are shown. No
answer is as long as the collection. `tests/index/test_view_contract.py` says what every view must do.

A passage is known by a number, which need not mean anything outside of its view.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ...corpus.document import Document, Span
from ...corpus.fields import Fields
from ...corpus.scripts import OTHER_SCRIPTS
from ...frozen import frozen
from ..encoding.floors import Floors
from ..segments.bm25f import BM25F
from ..units import Unit, Word
from .facets import Facets
from .plan import Deadline, Lookup, Plan, Sort


class LeftOut(NamedTuple):
    """A part of a collection that is not as it was written, and so is not asked.

    Attributes:
        part: Its folder within the collection's, such as "segments/NAME", or "ledger.sqlite".
        passages: How many passages are in it, deleted ones included; 0 for a query encoder.
        reason: What is wrong with it.
    """

    part: str
    passages: int
    reason: str

    def __str__(self) -> str:
        """One line that says so, and how to mend it."""
        holding = f" ({self.passages:,} passages)" if self.passages else ""
        remedy = "" if "`dragoman " in self.reason else "; mend it with `dragoman doctor --repair`"
        return f"{self.part}{holding} is damaged and left out: {self.reason}{remedy}"


@frozen
class Info:
    """What a view says of itself.

    Attributes:
        generation: The number of changes made to the collection before it.
        passages: How many there are.
        languages: Their languages as ISO 639-1 codes; unknown ones count as English.
        fields: What documents can be filtered by.
        lacking: The names of those of the fields that the index was made without: only `reindex` brings them in.
        floors: How near a passage must be to a question to count as near in meaning.
        ranking: The settings of a tuned collection, as JSON has them, or None.
        varies_bm25f: Whether a plan may say how occurrences are weighed.
        variants: The groups of names that count as the same in it beside those that everywhere do, each a line.
        scripts: Those of `corpus.scripts.OTHER_SCRIPTS` in which there may be terms.
        left_out: The parts that are damaged, and are not asked.
        unencoded: How many of the passages have no vector yet, and are found by their words alone.
        lineage: What copies of the collection have in common, and any that has taken its place; empty if nobody says.
    """

    generation: int
    passages: int
    languages: frozenset[str]
    fields: Fields
    lacking: frozenset[str]
    floors: Floors
    ranking: Any
    varies_bm25f: bool = True
    variants: tuple[str, ...] = ()
    scripts: frozenset[str] = frozenset(OTHER_SCRIPTS)
    left_out: tuple[LeftOut, ...] = ()
    unencoded: int = 0
    lineage: str = ""

    @property
    def covered(self) -> float:
        """The share of the passages that meaning covers, from 0 to 1; 1 where there are none."""
        return 1 - self.unencoded / max(self.passages, 1)


class Weighed(NamedTuple):
    """A unit with what it is worth: `passages` is how many live passages hold it, `idf` follows from that."""

    unit: Unit
    passages: int
    idf: float


class Contribution(NamedTuple):
    """What one unit adds to a passage's keyword score: `impact` = `idf` × `saturated`; `counts` are by field."""

    weighed: Weighed
    counts: dict[str, int]
    saturated: float
    impact: float


@frozen
class Found:
    """What one leg says of the candidates.

    Attributes:
        evidence: float64 [rows, n]: what speaks for each; the rows are the leg's own.
        matching: bool [n]: which of them match by this leg.
        ranks: int64 [n]: the rank of each among those that this leg found, from 1; 0 if others found it.
    """

    evidence: NDArray[np.float64]
    matching: NDArray[np.bool_]
    ranks: NDArray[np.int64]


@frozen
class Folded:
    """The documents that were folded under a hit's: how many they are, and the first of them."""

    count: int
    first: tuple[Document, ...]


class Listing(Protocol):
    """The first of a match set in order, with what can be counted on all of it."""

    numbers: NDArray[np.int64]
    """int64: the passages that were asked for, best first."""

    total: int
    """How many hits there are to list: all that match except what was folded away, or one a document."""

    documents: int
    """Of how many documents the match set is."""

    more: NDArray[np.int64]
    """int64, beside `numbers`: how many other passages of its document each one has in the match set."""

    weaker: int
    """How many passages were left out because they do not answer the question, near-copies among them."""

    def facets(self, top: int) -> Facets:
        """The `top` commonest values of each field in the match set, and when its documents are dated."""
        ...

    def copies(self, position: int, most: int) -> Folded:
        """What was folded under the document of `numbers[position]`, at most `most` of it by name, best first."""
        ...


class Matches(Protocol):
    """All passages that match a plan."""

    def listed(
        self,
        scores: NDArray[np.float64],
        *,
        sort: Sort,
        per_document: bool,
        fold: bool,
        offset: int = 0,
        limit: int,
        answering: bool = False,
    ) -> Listing:
        """The matches in order: candidates by score, the others after them; or all of them by date.

        Args:
            scores: float64 [n], what each candidate is worth, not negative; -inf for one that comes last of all.
            sort: The order. Documents without a date come last in both orders by date; of those that came in together,
                the newest come first. Ties go by relevance, then by document id and start.
            per_document: Whether only the best passage of each document is listed.
            fold: Whether of near-identical documents only the one that ranks best is listed and counted.
            offset: How many of the first are passed over.
            limit: How many are wanted.
            answering: Whether only what answers the question is listed and counted: see `plan.which_answer`.

        Raises:
            SearchTimeout: The deadline of the search is over, as in all that its matches are asked.
        """
        ...


@frozen
class Candidates:
    """What may be ranked by score, a bounded number of passages, and a handle on all that match.

    Attributes:
        numbers: int64 [n], ascending: of each leg's best passages those that match.
        legs: What each leg of the plan says of them, by its name, in the plan's order.
        weighed: The units with their idf, most telling first.
        undated: How many passages only a date constraint leaves out, because they have no date.
        cut: Whether a leg looked at as many passages as it may and all match: then there may be more.
        matches: All that match.
    """

    numbers: NDArray[np.int64]
    legs: Mapping[str, Found]
    weighed: tuple[Weighed, ...]
    undated: int
    cut: bool
    matches: Matches


class Owner(NamedTuple):
    """Which of several collections a passage is in, where they are asked side by side.

    Attributes:
        collection: The collection's path or address.
        label: What tells it from the others: the end of that.
        generation: Its generation.
    """

    collection: str
    label: str
    generation: int


class Located(NamedTuple):
    """Where a passage is."""

    document_id: str
    start: int
    end: int


@frozen
class Opened:
    """A passage, read.

    Attributes:
        document: Its document.
        span: Where it stands in the document's text.
        sentences: int32 [n, 2], the spans of its sentences in the document's text.
        sentence_vectors: int8 [n, dimension], their coded vectors.
        contributions: What each unit adds to its keyword score, if that was asked for.
        owner: Its collection, if the view is of several.
    """

    document: Document
    span: Span
    sentences: NDArray[np.int32]
    sentence_vectors: NDArray[np.int8]
    contributions: tuple[Contribution, ...] = ()
    owner: Owner | None = None


class View(Protocol):
    """One generation of a collection, opened for reading. Safe to share among threads.

    Whatever takes a deadline raises SearchTimeout when the time is over.
    """

    @property
    def info(self) -> Info:
        """What it says of itself; known without asking anybody."""
        ...

    def terms(self, lookups: Sequence[Lookup], deadline: Deadline) -> list[Word]:
        """The terms in live passages that answer each lookup. Raises QueryError if they are too many.

        Beside such terms, a pattern's may include some that are in deleted passages alone, which match nothing.
        """
        ...

    def common_terms(self, lookup: Lookup, limit: int) -> list[tuple[str, int]]:
        """The `limit` terms that answer a lookup and are in most passages, most first, and how many these are."""
        ...

    def written(self, term: str) -> list[tuple[str, int]]:
        """How a surface term is written, in lower case, in most passages first, and how many these are."""
        ...

    def values(self, field: str, beginning: str, limit: int) -> list[tuple[str, int]]:
        """The values of a field in which a word begins so, in most passages first, and how many these are."""
        ...

    def candidates(self, plan: Plan, depth: int, deadline: Deadline) -> Candidates:
        """Each leg's best `depth` passages as far as they match, with what every leg says of them."""
        ...

    def passages(
        self, numbers: Iterable[int], *, weighed: Sequence[Weighed] = (), bm25f: BM25F | None = None
    ) -> Iterator[Opened]:
        """Passages, in the order in which they are asked for, each read when it is taken.

        Args:
            numbers: Which.
            weighed: The units whose contributions are wanted.
            bm25f: How occurrences of these are weighed; by default as everywhere.

        Raises:
            CollectionDamaged: The collection has changed so much that the view is no longer complete.
        """
        ...

    def locate(self, numbers: NDArray[np.int64]) -> list[Located]:
        """Where some passages are."""
        ...

    def find(self, document_id: str, span: Span | None = None) -> NDArray[np.int64]:
        """The numbers of a document's passages, in order, or of the one with that span; none if there is none."""
        ...

    def encode(self, text: str) -> NDArray[np.float32]:
        """The vector of a question's text, by the encoder that the passages' vectors belong to.

        Returns:
            float32 [dimension], of length 1; of that length for each encoder, where a view is of several.

        Raises:
            CollectionDamaged: The encoder is missing or not whole.
            CollectionMismatch: Another version of Dragoman's recipe made it.
        """
        ...

    def vectors(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors of some passages: float32 [n, dimension]; NaN for one that has none yet."""
        ...
