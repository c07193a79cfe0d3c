"""What settings are worth on judged questions, to the last digit, without searching anew for each.

What a view finds for a question depends on few settings: those of BM25F, and the depth. So the evidence for its
candidates is gathered once for each BM25F, at the greatest depth (`View.candidates`). The other settings only weigh
that evidence (`engine.fuse`), which takes about a tenth of a millisecond.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...errors import DragomanError
from ...index.constraints import AllOf
from ...index.reading.plan import PASSAGE, Deadline, Plan
from ...index.reading.view import Candidates, Located, View
from ...index.segments.bm25f import BM25F
from ..language.input.plain import plain
from ..language.interpreter import interpret
from ..language.parser import parse
from ..ranking.engine import fuse, requests
from ..ranking.fusion import ranks
from ..ranking.legs.leg import ScoredQuery
from ..ranking.legs.leg_table import HYBRID
from ..ranking.settings import Settings
from .evaluate import Case
from .measures import ndcg

RESULTS = 10
"""How many results nDCG@10 looks at."""

_PASSAGES = 100  # how many hits `evaluate` looks at, because several of them may find the same judged passage


@dataclass(frozen=True, slots=True)
class _Question:
    """A judged question, and what the legs score for it."""

    case: Case
    query: ScoredQuery
    constraint: AllOf


@dataclass(frozen=True, slots=True)
class _Pool:
    """The passages that settings with one BM25F can rank high for a question, in the order in which ties break.

    `evidence` is each leg's, `within` says by depth which are candidates, and `rest` which follow them, by keyword
    score, if these give too few results. Of judged documents, `starts` are the positions of each one's first passage
    and `grades` what it is worth; of judged passages, `located` says where they are.
    """

    query: ScoredQuery
    evidence: Mapping[str, NDArray[np.float64]]
    within: Mapping[int, NDArray[np.bool_]]
    rest: Mapping[int, NDArray[np.bool_]]
    starts: NDArray[np.intp]
    grades: NDArray[np.int64]
    located: Sequence[Located]

    def keys(self, settings: Settings) -> NDArray[np.float64]:
        """What the passages are ranked by, float64 [n]: the fused score; less for what follows; -inf for no match."""
        within, rest = self.within[settings.depth], self.rest.get(settings.depth)
        keys = np.full(len(within), -np.inf)
        there = {name: said[:, within] for name, said in self.evidence.items()}
        keys[within] = fuse(there, self.query, settings)[0].sum(axis=0)
        if rest is not None and "keyword" in self.evidence:
            keys[rest] = -1.0 - ranks(self.evidence["keyword"][PASSAGE, rest])  # no similarity is as low
        return keys


class Trials:
    """The judged questions of a collection, and what settings are worth on them.

    Args:
        view: The collection as it is now.
        cases: The questions.
        depths: Those that settings may have.
        variants: As in Settings.
        spellings: As in Settings.

    Raises:
        DragomanError: The view cannot vary how occurrences are weighed.
    """

    def __init__(
        self,
        view: View,
        cases: Sequence[Case],
        depths: Iterable[int],
        *,
        variants: bool,
        spellings: bool = True,
    ) -> None:
        if not view.info.varies_bm25f:
            raise DragomanError("this collection cannot be tuned here: where it is kept, BM25's settings are fixed")
        self._view = view
        self._depths = sorted(set(depths))
        self._questions = [self._question(case, variants, spellings) for case in cases]
        self._pools: dict[BM25F, list[_Pool]] = {}
        self._values: dict[Settings, NDArray[np.float64]] = {}
        judged = [list(case.grades.values()) for case in cases]
        self._judged = np.zeros((len(cases), max(map(len, judged), default=0)), np.int64)
        for row, grades in zip(self._judged, judged, strict=True):
            row[: len(grades)] = grades

    def __len__(self) -> int:
        return len(self._questions)

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
        """Find out the values of these settings, except those that are known already.

        Args:
            settings: The settings.
            keep: The values of BM25F whose evidence to keep for the next call; all other evidence is dropped.
            progress: Called with the share that is done, from 0 to 1.
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
        for row, question in enumerate(self._questions if found else ()):
            pools = self._gather(question, missing) | {known: pools[row] for known, pools in self._pools.items()}
            for bm25f, many in by_bm25f.items():
                for each in many:
                    grades = self._grades(question.case, pools[bm25f], each)
                    found[each][row, : len(grades)] = grades
            for bm25f, rows in gathered.items():
                rows.append(pools[bm25f])
            if progress:
                progress((row + 1) / len(self))
        self._pools |= gathered
        self._values |= {each: ndcg(grades, self._judged, RESULTS) for each, grades in found.items()}

    def _question(self, case: Case, variants: bool, spellings: bool) -> _Question:
        query = parse(plain(case.question.text))
        meant = interpret(self._view, query, variants=variants, spellings=spellings)
        vector = self._view.encode(query.meaning) if query.meaning else None
        floors = self._view.info.floors
        scored_query = ScoredQuery(
            query.meaning,
            meant.units,
            meant.pairs,
            meant.prose,
            meant.known,
            vector,
            floors,
            meant.days,
            meant.optional,
            meant.faint,
            written=meant.written,
        )
        return _Question(case, scored_query, meant.constraint)

    def _gather(self, question: _Question, settings: Iterable[BM25F]) -> dict[BM25F, _Pool]:
        """The pools of a question by BM25F."""
        pools: dict[BM25F, _Pool] = {}
        for bm25f in settings:
            # Evidence is looked for unless its weight is 0.
            gathering = Settings(depth=self._depths[-1], bm25f=bm25f, document_weight=1, pair_weight=1)
            pools[bm25f] = self._pool(question, gathering)
        return pools

    def _pool(self, question: _Question, settings: Settings) -> _Pool:
        query, case = question.query, question.case
        found = self._candidates(case, Plan(question.constraint, requests(query, HYBRID, settings)))
        located = self._view.locate(found.numbers)
        evidence = {name: said.evidence for name, said in found.legs.items()}
        ranks_by_leg = {name: said.ranks for name, said in found.legs.items()}
        matching = found.legs["keyword"].matching if "keyword" in found.legs else np.zeros(len(located), bool)

        ties = sorted(range(len(located)), key=located.__getitem__)
        located = [located[row] for row in ties]
        evidence = {name: said[:, ties] for name, said in evidence.items()}
        ranks_by_leg = {name: each[ties] for name, each in ranks_by_leg.items()}
        matching = matching[ties]
        within: dict[int, NDArray[np.bool_]] = {}
        rest: dict[int, NDArray[np.bool_]] = {}
        for depth in self._depths:
            chosen = np.zeros(len(located), bool)
            for each in ranks_by_leg.values():
                chosen |= (each > 0) & (each <= depth)
            within[depth] = chosen
            if _results(case, [located[row] for row in np.flatnonzero(chosen)]) < _enough(case):
                rest[depth] = matching & ~chosen
        documents = [each.document_id for each in located]
        starts = np.flatnonzero([row == 0 or documents[row] != documents[row - 1] for row in range(len(documents))])
        grades = [case.grades.get(documents[row], 0) for row in starts]
        return _Pool(query, evidence, within, rest, starts, np.array(grades, np.int64), located)

    def _candidates(self, case: Case, plan: Plan) -> Candidates:
        """What is found at the greatest depth; deeper, if words find too few results there.

        In that case the rest of the match set follows by keyword score, and so must be found as well.
        """
        depth = self._depths[-1]
        while True:
            found = self._view.candidates(plan, depth, Deadline())
            if "keyword" not in found.legs:
                return found
            leading = found.numbers[found.legs["keyword"].ranks > 0]
            if len(leading) < depth or _results(case, self._view.locate(leading)) >= _enough(case):
                return found
            depth *= 4

    def _grades(self, case: Case, pool: _Pool, settings: Settings) -> NDArray[np.int64] | list[int]:
        """The grades of the first results."""
        if not pool.located:
            return []
        keys = pool.keys(settings)
        if not case.spans:
            best = np.maximum.reduceat(keys, pool.starts)
            order = np.argsort(-best, kind="stable")[:RESULTS]
            return pool.grades[order[best[order] > -np.inf]]
        order = np.argsort(-keys, kind="stable")[:_PASSAGES]
        rows: list[int] = order[keys[order] > -np.inf].tolist()
        ranked = [pool.located[row] for row in rows]
        return [case.grades.get(each, 0) for each in case.judged(ranked)[:RESULTS]]


def _enough(case: Case) -> int:
    """How many results are looked at."""
    return _PASSAGES if case.spans else RESULTS


def _results(case: Case, located: Sequence[Located]) -> int:
    """How many results some passages give: one for each passage, or one for each document."""
    return len(located) if case.spans else len({each.document_id for each in located})
