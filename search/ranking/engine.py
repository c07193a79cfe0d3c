"""The whole hybrid algorithm: from a query and its vector to a match set in order.

Read `rank` first; what it needs stands below it.
"""

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...index import constraints
from ...index.encoding.floors import Floors
from ...index.reading.selection import Deadline, KeywordMatches, Pair, Weighed
from ...index.units import Unit
from ..language.planner import Plan
from .backend import Index, Selection
from .folding import Folding, folded
from .fusion import FUSIONS, ranks
from .settings import Settings

Mode = Literal["hybrid", "keyword", "meaning"]
Sort = Literal["relevance", "newest", "oldest"]


@dataclass(frozen=True, slots=True)
class Leg:
    """A passage's place in one leg: its rank among the candidates, from 1, and its score there."""

    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class Standing:
    """How a candidate came to its place.

    Its score is `keyword_part` + `meaning_part`, what each leg adds after normalisation and weighting. `keyword` and
    `meaning` are its places in the legs, None where a leg did not find it. The keyword leg's own score is the sum of
    `passage`, `document` and `pairs`: what its own words, its whole document's and words side by side are worth.
    """

    keyword_part: float
    meaning_part: float
    keyword: Leg | None = None
    meaning: Leg | None = None
    passage: float = 0.0
    document: float = 0.0
    pairs: float = 0.0


@dataclass(frozen=True, slots=True)
class Ranked:
    """The match set of a query, and the first of it in order.

    `numbers` are the first passages, best first, as many as were asked for. `matches` is the match set, ascending:
    all that matches except what was folded away; totals, facets and the like are counted on it. `total` is how many
    hits there are to list: all of it, or one a document. `folding` says what was folded under what, if anything was.
    `standings` has those among `numbers` that were candidates. `weighed` are the units with their idf; `undated` counts
    what a date constraint left out only because it has no date. `cut` says whether the meaning leg's neighbours, of
    which there are `Settings.depth`, all lie near enough: then there may be more, and a filter brings them in.
    """

    numbers: NDArray[np.int64]
    matches: NDArray[np.int64]
    total: int
    folding: Folding | None
    standings: dict[int, Standing]
    weighed: tuple[Weighed, ...]
    undated: int
    cut: bool = False


class Evidence(NamedTuple):
    """All that candidates' scores follow from, before anything is weighted.

    `words` is float64 [3, n]: the BM25F of a passage's own words, of its whole document's, and of words that stand side
    by side as in the question. `meaning` [n] is the similarity. `both` says whether both legs were asked; what one that
    was not says is 0. `prose` is the question's: see Plan.
    """

    words: NDArray[np.float64]
    meaning: NDArray[np.float64]
    both: bool
    prose: float


class Candidates(NamedTuple):
    """What may be ranked by fused score: of each leg's best passages those that match, ascending, and what is known.

    `worded` and `near` are bool [n]: which are in the keyword leg's match set, and which reach the floor in meaning.
    `leading` are the keyword leg's best `depth`, best first; `words` is all of its answer.
    """

    numbers: NDArray[np.int64]
    evidence: Evidence
    worded: NDArray[np.bool_]
    near: NDArray[np.bool_]
    leading: NDArray[np.int64]
    words: KeywordMatches


def rank(  # noqa: PLR0913  # all that a search may be told, each by its name
    index: Index,
    plan: Plan,
    vector: NDArray[np.float32] | None,
    *,
    mode: Mode,
    sort: Sort,
    per_document: bool,
    fold: bool,
    limit: int,
    floors: Floors,
    settings: Settings,
    deadline: Deadline,
) -> Ranked:
    """The passages that a query matches, the first `limit` of them in order.

    `vector` is the query's, of length 1, or None if it says nothing to the meaning leg. The match set: the admitted
    passages with enough of the query's words (see `Selection.keyword`), and the admitted neighbours in meaning above
    the floor (see `gather`). Without words it is all that the constraints admit. `fold` leaves of near-copies only the
    best; `per_document` lists only the best of each document.
    """
    selection = index.select(plan.constraint, deadline)
    units = () if mode == "meaning" and vector is not None else plan.units
    if mode == "keyword":
        vector = None
    undated = _undated(index, plan, units, settings, deadline)
    if not units and vector is None:
        # Only filtered: by date, newest first unless the oldest are asked for.
        by_date: Sort = "newest" if sort == "relevance" else sort
        listed = _listed(index, selection.numbers, np.zeros(len(selection.numbers)), by_date, per_document, fold, limit)
        return Ranked(*listed, standings={}, weighed=(), undated=undated)

    # Each leg's best are the candidates; both legs score all of them, and fusion weighs what they say.
    near = selection.nearest(vector, settings.depth) if vector is not None else _NOTHING
    found = gather(index, selection, plan, units, vector, near, floors, settings)
    by_words, parts = fused(found.evidence, settings)

    # The rest of the match set follows by keyword score.
    matches, keys = _match_set(found, parts.sum(axis=0))
    listed = _listed(index, matches, keys, sort, per_document, fold, limit)
    standings = _standings(listed.numbers, found, by_words, parts)
    cut = len(near) == settings.depth and bool(np.isin(near[-1], found.numbers[found.near]))
    return Ranked(*listed, standings=standings, weighed=found.words.weighed, undated=undated, cut=cut)


_NOTHING = np.zeros(0, np.int64)
NEARNESS = 0.5
"""Beside words, which find a good deal by themselves, the meaning leg adds only what lies at least so near as its best.

Else a small collection, all of it about the same, would match as a whole: its totals and facets would say nothing.
"""


def gather(
    index: Index,
    selection: Selection,
    plan: Plan,
    units: tuple[Unit, ...],
    vector: NDArray[np.float32] | None,
    near: NDArray[np.int64],
    floors: Floors,
    settings: Settings,
) -> Candidates:
    """The candidates of a selection with the evidence for each; `near` are the meaning leg's best.

    Of the settings, `bm25f` and `depth` have a say; evidence whose weight is 0 is not looked for.
    """
    words = selection.keyword(units, settings.bm25f, near)
    leading = index.order(words.numbers, words.scores[words.numbers], settings.depth)
    numbers = np.union1d(leading, near)
    worded = np.isin(numbers, words.numbers, assume_unique=True)
    cosines = index.cosines(vector, numbers) if vector is not None else np.zeros(len(numbers))

    # What neither holds enough of the words nor lies near enough is no match.
    floor = floors.strict + plan.known * (floors.lenient - floors.strict)
    if units and vector is not None:
        floor = max(floor, NEARNESS * _nearest(index, plan, vector, cosines))
    lies_near = (cosines >= floor) & (vector is not None)
    matches = worded | lies_near
    numbers = numbers[matches]
    by_words = _by_words(selection, words, plan, numbers, settings)
    evidence = Evidence(by_words, cosines[matches], vector is not None and bool(units), plan.prose)
    return Candidates(numbers, evidence, worded[matches], lies_near[matches], leading, words)


def fused(evidence: Evidence, settings: Settings) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What candidates score: the keyword leg's weighted evidence [3, n], and each leg's part in the score [2, n]."""
    by_words = evidence.words * np.array([[1.0], [settings.document_weight], [settings.pair_weight]])
    keyword_scores = by_words.sum(axis=0)
    if not evidence.both:
        return by_words, np.stack([keyword_scores, evidence.meaning])
    weight = max(settings.keyword_weight - settings.prose_discount * evidence.prose, 0.0)
    return by_words, FUSIONS[settings.fusion](keyword_scores, evidence.meaning, weight)


def _nearest(index: Index, plan: Plan, vector: NDArray[np.float32], cosines: NDArray[np.float64]) -> float:
    """The highest similarity to a question in the whole index, where `cosines` are those of the candidates.

    Filters do not count: they choose from what a question matches, and what that is must not change with them.
    """
    if plan.constraint.constraints:
        cosines = index.cosines(vector, index.select(constraints.AllOf(())).nearest(vector, 1))
    return float(cosines.max(initial=0))


def _by_words(
    selection: Selection, words: KeywordMatches, plan: Plan, numbers: NDArray[np.int64], settings: Settings
) -> NDArray[np.float64]:
    """What speaks for some passages in the keyword leg: their own words, their documents', words side by side: [3, n].

    Passages' own words decide what is a candidate; the other evidence, weighted, decides among the candidates.
    """
    by_words = np.zeros((3, len(numbers)))
    by_words[0] = words.scores[numbers]
    if settings.document_weight:
        by_words[1] = selection.whole_documents(words.weighed, settings.bm25f, numbers)
    if settings.pair_weight:
        idf = {each.unit: each.idf for each in words.weighed if each.passages}
        sides = [(left, right) for left, right in plan.pairs if left in idf and right in idf]
        pairs = [Pair(Unit((a.places[-1], b.places[0])), (idf[a] + idf[b]) / 2) for a, b in sides]
        by_words[2] = selection.side_by_side(pairs, settings.bm25f, numbers)
    return by_words


def _match_set(found: Candidates, scores: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """All passages that match, ascending, and keys that are higher the better one is; candidates have `scores`."""
    by_words = found.words.numbers
    by_meaning_alone = found.numbers[~found.worded]
    matches = np.insert(by_words, np.searchsorted(by_words, by_meaning_alone), by_meaning_alone)
    # Below every candidate, whose scores are not negative, in the order of their keyword scores, which are above 0.
    keys = -1 / np.maximum(found.words.scores[matches], np.finfo(float).tiny)
    keys[np.searchsorted(matches, found.numbers)] = scores
    return matches, keys


class _Listed(NamedTuple):
    """The first of a match set in order, all of it, how many it lists, and what was folded."""

    numbers: NDArray[np.int64]
    matches: NDArray[np.int64]
    total: int
    folding: Folding | None


def _listed(
    index: Index, matches: NDArray[np.int64], keys: NDArray[Any], sort: Sort, per_document: bool, fold: bool, limit: int
) -> _Listed:
    """The first `limit` of a match set in that sort; `keys` are higher the more relevant a passage is."""
    if sort != "relevance":
        keys = _places(_recency(index, matches, sort)) * (len(matches) + 1) + _places(keys)
    folding = None
    copied = np.flatnonzero(index.copied(matches)) if fold else _NOTHING
    if len(copied):
        ranked = index.order(matches[copied], keys[copied], len(copied))
        folding = folded(index.groups(ranked), index.documents(ranked))
        kept = ~np.isin(matches, ranked[~folding.kept])
        matches, keys = matches[kept], keys[kept]
    best = _best_of_documents(index, matches, keys) if per_document else slice(None)
    return _Listed(index.order(matches[best], keys[best], limit), matches, len(matches[best]), folding)


def _best_of_documents(index: Index, numbers: NDArray[np.int64], keys: NDArray[Any]) -> NDArray[np.int64]:
    """The places of the best passage of each document."""
    documents = index.documents(numbers)
    best = np.lexsort((index.starts(numbers), -keys, documents))
    return best[np.flatnonzero(np.diff(documents[best], prepend=-1))]


def _standings(
    shown: NDArray[np.int64], found: Candidates, by_words: NDArray[np.float64], parts: NDArray[np.float64]
) -> dict[int, Standing]:
    """How those of some passages that were candidates came to their places."""
    by_meaning, keyword_scores = found.evidence.meaning, by_words.sum(axis=0)
    holding = by_words[0] > 0
    keyword_ranks, meaning_ranks = ranks(np.where(holding, keyword_scores, 0)).tolist(), ranks(by_meaning).tolist()
    standings: dict[int, Standing] = {}
    shown = shown[np.isin(shown, found.numbers)]
    for number, place in zip(shown.tolist(), np.searchsorted(found.numbers, shown).tolist(), strict=True):
        passage, document, pairs = by_words[:, place].tolist()
        standings[number] = Standing(
            keyword_part=float(parts[0, place]),
            meaning_part=float(parts[1, place]),
            keyword=Leg(keyword_ranks[place], float(keyword_scores[place])) if holding[place] else None,
            meaning=Leg(meaning_ranks[place], float(by_meaning[place])) if found.near[place] else None,
            passage=passage,
            document=document,
            pairs=pairs,
        )
    return standings


def _places(keys: NDArray[Any]) -> NDArray[np.int64]:
    """The place of each key among the different ones, the lowest at 0: integers in the same order."""
    return np.unique(keys, return_inverse=True)[1]


def _recency(index: Index, numbers: NDArray[np.int64], sort: Sort) -> NDArray[np.int64]:
    """Keys that are higher the earlier a passage comes in that sort; the undated come last in both."""
    days = index.days(numbers)
    return np.where(days > 0, -days, np.iinfo(np.int64).min + 1) if sort == "oldest" else days


def _undated(index: Index, plan: Plan, units: tuple[Unit, ...], settings: Settings, deadline: Deadline) -> int:
    parts = plan.constraint.constraints
    if not any(isinstance(part, constraints.Dated) for part in parts):
        return 0
    others = tuple(part for part in parts if not isinstance(part, constraints.Dated))
    selection: Selection = index.select(constraints.AllOf((*others, constraints.Undated())), deadline)
    return len(selection.keyword(units, settings.bm25f, _NOTHING).numbers if units else selection.numbers)
