"""What settings are worth on judged questions, to the last digit, without searching anew for each.

What the engine finds for a question depends on few settings: on BM25F's own, and on the depth. So all that speaks for
its candidates is gathered once for a BM25F and several depths (`engine.gather`), and other settings only weigh it anew
(`engine.fused`), some ten thousand times a second.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...index.reading.selection import Deadline
from ...index.segments.bm25f import BM25F
from ...index.writing.store import Store
from ..language.parser import parse
from ..language.plain import plain
from ..language.planner import Plan, make_plan
from ..ranking.engine import Candidates, Evidence, fused, gather
from ..ranking.fusion import ranks
from ..ranking.settings import Settings
from .answer_cache import Place
from .evaluate import Case
from .measures import ndcg

RESULTS = 10
"""nDCG@10 looks at so many results."""

_PASSAGES = 100  # a judged passage may be found by several hits, of which `evaluate` looks at so many


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question as the engine gets it. `near` has the meaning leg's best by depth; `versions` the judged documents."""

    case: Case
    plan: Plan
    vector: NDArray[np.float32] | None
    near: Mapping[int, NDArray[np.int64]]
    versions: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class _Pool:
    """The passages that settings with one BM25F can rank high for a question, in the order in which ties break.

    `within` says by depth which are candidates, and `rest` which follow them, by keyword score, if these give too few
    results. Of judged documents, `starts` are the places of each one's first passage and `grades` what it is worth; of
    judged passages, `numbers` are looked up.
    """

    evidence: Evidence
    within: Mapping[int, NDArray[np.bool_]]
    rest: Mapping[int, NDArray[np.bool_]]
    starts: NDArray[np.intp]
    grades: NDArray[np.int64]
    numbers: NDArray[np.int64]

    def keys(self, settings: Settings) -> NDArray[np.float64]:
        """What the passages are ranked by, float64 [n]: the fused score; less for what follows; -inf for no match."""
        within, rest = self.within[settings.depth], self.rest.get(settings.depth)
        evidence = self.evidence
        keys = np.full(len(within), -np.inf)
        there = evidence._replace(words=evidence.words[:, within], meaning=evidence.meaning[within])
        keys[within] = fused(there, settings)[1].sum(axis=0)
        if rest is not None:
            keys[rest] = -1.0 - ranks(evidence.words[0, rest])  # no score is as low: a similarity is at least -1
        return keys


class Trials:
    """The judged questions of a collection, and what settings are worth on them.

    `depths` are those that settings may have; `variants` is as in Settings. The collection is seen as it is now.
    """

    def __init__(self, store: Store, cases: Sequence[Case], depths: Iterable[int], *, variants: bool) -> None:
        self._snapshot = store.snapshot()
        self._depths = sorted(set(depths))
        self._floors = self._snapshot.manifest.floors
        self._ledger = store.ledger
        self._asked = [self._ask(store, case, variants) for case in cases]
        self._pools: dict[BM25F, list[_Pool]] = {}
        self._values: dict[Settings, NDArray[np.float64]] = {}
        self._places: dict[int, Place] = {}
        judged = [list(case.grades.values()) for case in cases]
        self._judged = np.zeros((len(cases), max(map(len, judged), default=0)), np.int64)
        for row, grades in zip(self._judged, judged, strict=True):
            row[: len(grades)] = grades

    def __len__(self) -> int:
        return len(self._asked)

    def values(self, settings: Settings) -> NDArray[np.float64]:
        """The nDCG@10 of each question, float64 [questions], as `evaluate` measures it."""
        if settings not in self._values:
            self.measure([settings])
        return self._values[settings]

    def measure(
        self,
        settings: Iterable[Settings],
        *,
        keep: Iterable[BM25F] = (),
        progress: Callable[[float], None] | None = None,
    ) -> None:
        """Find out the values of all these settings, as far as they are not known.

        What is gathered is forgotten again, except for the BM25F to `keep`. `progress` is told which share is done.
        """
        kept = set(keep)
        self._pools = {bm25f: pools for bm25f, pools in self._pools.items() if bm25f in kept}
        by_bm25f: dict[BM25F, list[Settings]] = {}
        for each in dict.fromkeys(settings):
            if each not in self._values:
                by_bm25f.setdefault(each.bm25f, []).append(each)
        missing = [bm25f for bm25f in by_bm25f if bm25f not in self._pools]
        found = {each: np.zeros((len(self), RESULTS), np.int64) for many in by_bm25f.values() for each in many}
        gathered: dict[BM25F, list[_Pool]] = {bm25f: [] for bm25f in missing if bm25f in kept}
        for row, asked in enumerate(self._asked if found else ()):
            pools = self._gathered(asked, missing) | {known: pools[row] for known, pools in self._pools.items()}
            for bm25f, many in by_bm25f.items():
                for each in many:
                    grades = self._grades(asked, pools[bm25f], each)
                    found[each][row, : len(grades)] = grades
            for bm25f, rows in gathered.items():
                rows.append(pools[bm25f])
            if progress:
                progress((row + 1) / len(self))
        self._pools |= gathered
        self._values |= {each: ndcg(grades, self._judged, RESULTS) for each, grades in found.items()}

    def _ask(self, store: Store, case: Case, variants: bool) -> _Asked:
        query = parse(plain(case.question.text))
        plan = make_plan(self._snapshot, query, variants=variants)
        meaning = query.meaning
        vector = store.encoder(self._snapshot).encode([meaning])[0] if meaning else None
        near = {depth: np.zeros(0, np.int64) for depth in self._depths}
        if vector is not None:
            selection = self._snapshot.select(plan.constraint)
            near = {depth: selection.nearest(vector, depth) for depth in self._depths}
        documents = case.spans or case.grades
        known = {each: self._ledger.live_version(each) for each in documents}
        return _Asked(case, plan, vector, near, {version[0]: each for each, version in known.items() if version})

    def _gathered(self, asked: _Asked, wanted: Iterable[BM25F]) -> dict[BM25F, _Pool]:
        """The pools of a question by BM25F."""
        selection = self._snapshot.select(asked.plan.constraint, Deadline())
        deepest, plan = self._depths[-1], asked.plan
        found: dict[BM25F, _Pool] = {}
        for bm25f in wanted:
            # Any weight but 0 has the evidence looked for.
            settings = Settings(depth=deepest, bm25f=bm25f, document_weight=1, pair_weight=1)
            near = asked.near[deepest]
            every = gather(self._snapshot, selection, plan, plan.units, asked.vector, near, self._floors, settings)
            found[bm25f] = self._pool(asked, every)
        return found

    def _pool(self, asked: _Asked, every: Candidates) -> _Pool:
        snapshot, words = self._snapshot, every.words
        enough = _PASSAGES if asked.case.spans else RESULTS
        beyond = np.zeros(0, np.int64)
        if _results(asked, snapshot.documents(every.numbers)) < enough:
            # Even at that depth the rest of the match set has a say: of each document the first will do.
            ordered = snapshot.order(words.numbers, words.scores[words.numbers], len(words.numbers))
            first = np.sort(np.unique(snapshot.documents(ordered), return_index=True)[1])[: 2 * enough]
            beyond = np.setdiff1d(ordered[first], every.numbers)
        numbers = np.concatenate([every.numbers, beyond])
        scores = np.zeros((4, len(numbers)))
        scores[:3, : len(every.numbers)] = every.evidence.words
        scores[3, : len(every.numbers)] = every.evidence.meaning
        scores[0, len(every.numbers) :] = words.scores[beyond]

        ordered = snapshot.order(numbers, np.zeros(len(numbers)), len(numbers))
        sorter = np.argsort(numbers)
        scores = scores[:, sorter[np.searchsorted(numbers, ordered, sorter=sorter)]]
        documents = snapshot.documents(ordered)
        worded = np.isin(ordered, words.numbers)
        within: dict[int, NDArray[np.bool_]] = {}
        rest: dict[int, NDArray[np.bool_]] = {}
        for depth in self._depths:
            chosen = np.isin(ordered, np.union1d(every.leading[:depth], asked.near[depth]))
            within[depth] = chosen
            if _results(asked, documents[chosen]) < enough:
                rest[depth] = worded & ~chosen
        starts = np.flatnonzero(np.diff(documents, prepend=-1))
        grades = [asked.case.grades.get(asked.versions.get(each, ""), 0) for each in documents[starts].tolist()]
        evidence = every.evidence._replace(words=scores[:3], meaning=scores[3])
        return _Pool(evidence, within, rest, starts, np.array(grades, np.int64), ordered)

    def _grades(self, asked: _Asked, pool: _Pool, settings: Settings) -> NDArray[np.int64] | list[int]:
        """The grades of the first results."""
        if not len(pool.numbers):
            return []
        keys = pool.keys(settings)
        if not asked.case.spans:
            best = np.maximum.reduceat(keys, pool.starts)
            order = np.argsort(-best, kind="stable")[:RESULTS]
            return pool.grades[order[best[order] > -np.inf]]
        order = np.argsort(-keys, kind="stable")[:_PASSAGES]
        numbers = pool.numbers[order[keys[order] > -np.inf]]
        documents = self._snapshot.documents(numbers).tolist()
        places = [
            self._place(number) if document in asked.versions else ("", number, number + 1)
            for number, document in zip(numbers.tolist(), documents, strict=True)
        ]
        return [asked.case.grades.get(each, 0) for each in asked.case.judged(places)[:RESULTS]]

    def _place(self, number: int) -> Place:
        if number not in self._places:
            document, span = self._snapshot.passage(number)
            self._places[number] = (document.id, span.start, span.end)
        return self._places[number]


def _results(asked: _Asked, documents: NDArray[np.int64]) -> int:
    """How many results passages of these documents give: each is one, or each document."""
    return len(documents) if asked.case.spans else len(np.unique(documents))
