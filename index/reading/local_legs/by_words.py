"""The keyword leg in a stack: which passages hold enough of a question's words, and what these are worth (BM25F)."""

from collections.abc import Iterable, Sequence
from itertools import pairwise, takewhile

import numpy as np
from numpy.typing import NDArray

from ....stages import stage
from ...analysis import ABOUT, FIELDS, OF_DOCUMENTS
from ...segments.arrays import grouped, is_among, shared
from ...segments.bm25f import idf
from ...segments.postings import Occurrences
from ...units import Unit
from ..plan import DOCUMENT, FAINT, LACK, OTHERWISE, PAIRS, PASSAGE, Words, without_the_name
from ..selection import Selection
from ..view import Weighed
from .as_written import written_otherwise
from .word_scores import NOTHING, Scored, score_words

_COLUMNS = np.arange(len(FIELDS))
_ROUNDING = 1e-9  # of sums of idf, which are compared with what is wanted of them


class LocalKeyword:
    """What the keyword leg finds among the passages of a selection.

    A passage matches if it holds half of the units' idf, or as much as one and a half have on average: of a long
    question no passage holds half. A unit that no passage holds counts as much as the others do on average: it is part
    of what was asked. What holds enough of all units matches, and what holds enough of those that are not optional.

    Args:
        selection: The passages to look among.
        request: The units, and how they are scored.
    """

    goes_last = True

    def __init__(self, selection: Selection, request: Words) -> None:
        self._selection = selection
        self._stack = selection.stack
        self._request = request
        self._touched = NOTHING
        self.matches: NDArray[np.int64] = np.zeros(0, np.int64)
        self.weighed = tuple(sorted(map(self._weigh, request.units), key=lambda each: -each.idf))
        self._demanded = tuple(each for each in self.weighed if each.unit not in request.optional)

    def leading(self, depth: int, also: NDArray[np.int64]) -> NDArray[np.int64]:
        """See `LocalLeg.leading`. Here the passages of other legs (`also`) are scored on the way.

        Units are taken rarest first; once the rest weighs less than is wanted, a passage that held none so far can no
        longer match, so of a common word's long postings only those of passages already seen are looked at. That
        changes no score.
        """
        remaining, remaining_of_all = _known_idf(self._demanded), _known_idf(self.weighed)
        wanted, wanted_of_all = self._wanted(self._demanded), self._wanted(self.weighed)
        units: list[Scored] = []
        for each in self.weighed:
            is_optional = each.unit in self._request.optional
            is_open = remaining >= wanted or remaining_of_all >= wanted_of_all
            units.append(Scored(each.idf, self._occurrences(each), is_optional, is_open))
            remaining -= 0.0 if is_optional else each.idf
            remaining_of_all -= each.idf
        self._touched = touched = score_words(self._selection, units, also, self._request.bm25f)
        enough = (touched.mass >= wanted) & (touched.mass > 0)
        if self._request.optional:
            mass_of_all = touched.optional + touched.mass
            enough |= (mass_of_all >= wanted_of_all) & (mass_of_all > 0)
        self.matches = touched.numbers[enough]
        return self._stack.order(self.matches, touched.scores[enough], depth)

    def _occurrences(self, each: Weighed) -> Sequence[Occurrences]:
        return self._selection.holding(each.unit).occurrences

    def _wanted(self, units: Sequence[Weighed]) -> float:
        """The least sum of idf of some units that a match holds."""
        known = sum(each.passages > 0 for each in units)
        enough = _known_idf(units) / max(known, 1) * min(len(units) / 2, 1.5) - _ROUNDING
        return 0.0 if self._request.any_word else enough

    def matching(self, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
        """See `LocalLeg.matching`."""
        return is_among(numbers, self.matches)

    def keys(self, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """See `LocalLeg.keys`: what passages' own words are worth."""
        return self._touched.of(self._touched.scores, numbers)

    def evidence(self, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """See `LocalLeg.evidence`: float64 [5, n], the rows as `Words` has them."""
        rows = np.zeros((5, len(numbers)))
        rows[PASSAGE] = self.keys(numbers)
        if self._request.documents:
            with stage("whole documents"):
                rows[DOCUMENT] = self._whole_documents(numbers)
        if self._request.pairs:
            with stage("words side by side"):
                rows[PAIRS] = self._side_by_side(numbers)
        rows[LACK] = self._lack(numbers)
        rows[OTHERWISE] = self._otherwise(numbers)
        return rows

    def worth(self, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """See `LocalLeg.worth`: the share that they hold of the units' idf, less what they lack without the name."""
        share = self._touched.of(self._touched.mass, numbers) / max(sum(each.idf for each in self._demanded), _ROUNDING)
        return share - without_the_name(self._lack(numbers))

    @property
    def is_cut(self) -> bool:
        """See `LocalLeg.is_cut`: what holds the words is known completely."""
        return False

    def _weigh(self, unit: Unit) -> Weighed:
        stack, passages = self._stack, self._selection.holding(unit).passages
        weight = FAINT if unit in self._request.faint else 1.0
        return Weighed(unit, passages, weight * idf(stack.count, passages) if passages else 0.0)

    def _lack(self, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """What each of some passages lacks if it lacks the rarest known unit, or all of those that are as rare.

        What only its document's description has, the passage itself lacks. A unit that no passage holds counts as if
        one did: of a question of unknown words, the one that happens to be known is not what it is about.
        """
        if not self._demanded or not self._demanded[0].passages:
            return np.zeros(len(numbers))
        rarest, in_one_passage = self._demanded[0], idf(self._stack.count, 1)
        total = sum(each.idf if each.passages else in_one_passage for each in self._demanded)
        lacking = np.ones(len(numbers), bool)
        for each in takewhile(lambda other: other.idf == rarest.idf, self._demanded):
            for (base, _), found in zip(self._stack, self._occurrences(each), strict=True):
                if not len(found.ordinals):
                    continue
                # The rarest word may yet be a common one: only the rows of these passages are looked at.
                held = shared(found.ordinals, (numbers - base).astype(np.int32))
                itself = np.delete(found.counts[held], ABOUT, axis=1).any(axis=1)
                lacking[np.searchsorted(numbers, found.ordinals[held[itself]] + base)] = False
        return lacking * (rarest.idf / total) * (rarest.idf / in_one_passage)

    def _otherwise(self, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """What words add to the scores of some passages, in ascending order, that they write otherwise."""
        stack, scores = self._stack, np.zeros(len(numbers))
        edges = np.searchsorted(numbers, stack.bases).tolist()
        for each in self.weighed:
            if not each.passages or each.unit not in self._request.written:
                continue
            self._selection.deadline.check()
            otherwise = written_otherwise(stack, each.unit, self._request.written[each.unit], numbers)
            if not otherwise.any():
                continue
            for (base, segment), (start, stop) in zip(stack, pairwise(edges), strict=True):
                ordinals = (numbers[start:stop][otherwise[start:stop]] - base).astype(np.int32)
                found = segment.postings.occurrences(each.unit, ordinals)
                lengths = segment.postings.lengths[found.ordinals]
                saturated = self._request.bm25f.saturated(found.counts, lengths, stack.averages)
                scores[start + np.searchsorted(numbers[start:stop], base + found.ordinals)] += each.idf * saturated
        return scores

    def _whole_documents(self, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """The BM25F of the document of each of some passages, taken as a whole: what all its passages hold together."""
        table = self._stack.table
        owners = table.passages[numbers]
        first, owner = grouped(owners)
        documents = owners[first]
        row = np.full(len(table.sizes), -1, np.int32)
        row[documents] = np.arange(len(documents))
        scores = np.zeros(len(documents))
        for each in self.weighed:
            self._selection.deadline.check()
            counts = np.zeros((len(documents), len(FIELDS)))
            for (base, _), found in zip(self._stack, self._occurrences(each), strict=True):
                rows = row[table.passages[base : base + len(table.passages)][found.ordinals]]
                asked = np.flatnonzero(rows >= 0)
                rows, of_asked = rows[asked], found.counts[asked]
                places = rows[:, np.newaxis] * len(FIELDS) + _COLUMNS
                held = np.flatnonzero(of_asked)
                counts += np.bincount(places.ravel()[held], of_asked.ravel()[held], counts.size).reshape(counts.shape)
            counts[:, OF_DOCUMENTS] /= table.sizes[documents][:, np.newaxis]
            scores += each.idf * self._request.bm25f.saturated(counts, table.lengths[documents], table.averages)
        return scores[owner]

    def _side_by_side(self, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """What some passages, in ascending order, score for units that stand in them side by side as in the question.

        Each pair counts as a unit would that has the average idf of the two.
        """
        worth = {each.unit: each.idf for each in self.weighed if each.passages}
        pairs = [pair for pair in self._request.pairs if pair.left in worth and pair.right in worth]
        words = [(left.positions[-1], right.positions[0]) for left, right in pairs]
        scores = np.zeros(len(numbers))
        edges = np.searchsorted(numbers, self._stack.bases).tolist()
        for (base, segment), (start, stop) in zip(self._stack, pairwise(edges), strict=True):
            ordinals = (numbers[start:stop] - base).astype(np.int32)
            every = segment.postings.side_by_side(words, ordinals)
            for (left, right), found in zip(pairs, every, strict=True):
                self._selection.deadline.check()
                lengths = segment.postings.lengths[found.ordinals]
                saturated = self._request.bm25f.saturated(found.counts, lengths, self._stack.averages)
                scores[start + np.searchsorted(ordinals, found.ordinals)] += (
                    (worth[left] + worth[right]) / 2 * saturated
                )
        return scores


def _known_idf(units: Iterable[Weighed]) -> float:
    return sum(each.idf for each in units if each.passages)
