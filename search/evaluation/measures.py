"""How good a ranking is, in numbers, and whether a difference between two is more than chance.

What is reported comes from ir-measures, so that it is what others report under the same names. `ndcg` is the same
measure on arrays, for code that computes it many thousands of times.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...errors import MissingExtra

MEASURES = ("nDCG@10", "Recall@100", "MRR@10", "P@5", "P@1")
"""What is measured, by name; the first is what systems are compared by.

nDCG has the exponential gain, 2^grade - 1, of Burges et al., "Learning to Rank using Gradient Descent" (ICML 2005), so
that a grade of 2 is worth three of 1. For the other measures, any grade above 0 is relevant.
"""

ROUNDS = 10_000


def check_available() -> None:
    """Raise MissingExtra, which says how to install it, if ir-measures is not installed."""
    try:
        import ir_measures  # noqa: F401  # pyright: ignore[reportUnusedImport]
    except ImportError:
        raise MissingExtra("measuring needs ir-measures: pip install 'dragoman[eval]'") from None


def measure(rankings: Sequence[Sequence[str]], grades: Sequence[Mapping[str, int]]) -> dict[str, NDArray[np.float64]]:
    """Measure rankings.

    Args:
        rankings: For each question the ids of its results, best first and none twice.
        grades: For each question the grades of judged documents or passages, by id.

    Returns:
        By measure, float64 [questions]. A question without results scores 0.

    Raises:
        MissingExtra: ir-measures is not installed.
    """
    check_available()
    import ir_measures
    from ir_measures import RR, P, R, nDCG

    top = max((grade for known in grades for grade in known.values()), default=1)
    gains: dict[int, int] = {grade: 2**grade - 1 for grade in range(top + 1)}
    wanted: dict[Any, str] = dict(zip((nDCG(gains=gains) @ 10, R @ 100, RR @ 10, P @ 5, P @ 1), MEASURES, strict=True))
    evaluator: Any = ir_measures.evaluator(  # pyright: ignore[reportUnknownMemberType]  # untyped
        wanted, {str(row): dict(known) for row, known in enumerate(grades)}
    )
    # Ranks as scores: no two are equal, so that no measure breaks ties in its own way.
    run = {
        str(row): {identity: float(-position) for position, identity in enumerate(ranking)}
        for row, ranking in enumerate(rankings)
    }
    values = {name: np.zeros(len(rankings)) for name in MEASURES}
    for each in evaluator.iter_calc(run):
        values[wanted[each.measure]][int(each.query_id)] = each.value
    return values


def ndcg(ranked: NDArray[np.integer[Any]], judged: NDArray[np.integer[Any]], depth: int = 10) -> NDArray[np.float64]:
    """Normalised discounted cumulative gain, float64 [questions], with the gain 2^grade - 1.

    A question without any grade above 0 scores 0.

    Args:
        ranked: [questions, results], the grades of the results in their order, padded with 0.
        judged: [questions, judgments], all grades of each question in any order, padded with 0.
        depth: How many results count.

    Järvelin and Kekäläinen, "Cumulated Gain-Based Evaluation of IR Techniques" (2002), discounted by log2(rank + 1).
    """
    best = _dcg(-np.sort(-judged, axis=1), depth)
    return np.divide(_dcg(ranked, depth), best, out=np.zeros(len(best)), where=best > 0)


def _dcg(grades: NDArray[np.integer[Any]], depth: int) -> NDArray[np.float64]:
    gains: NDArray[np.float64] = np.exp2(grades[:, :depth]) - 1
    discounts: NDArray[np.float64] = 1 / np.log2(np.arange(2, gains.shape[1] + 2, dtype=np.float64))
    return gains @ discounts


def randomisation_test(differences: NDArray[np.float64], *, rounds: int = ROUNDS, seed: int = 0) -> float:
    """How probable a mean difference at least this large would be if the two systems were equally good.

    In each round every difference keeps or changes its sign by a coin toss. The answer, two-sided, is the share of
    rounds with a mean at least as far from 0; the actual outcome counts as one of them.

    Args:
        differences: float64 [questions], one system's value minus the other's.
        rounds: How many rounds to play: more give more digits, and take longer.
        seed: Of the random numbers.

    Smucker, Allan and Carterette, "A Comparison of Statistical Significance Tests for Information Retrieval
    Evaluation" (CIKM 2007).
    """
    telling = differences[differences != 0]  # a difference of 0 stays one, whatever its sign
    if not len(telling):
        return 1.0
    observed = abs(telling.sum()) - 1e-9  # sums in another order differ in their last digits
    generator = np.random.default_rng(seed)
    as_far, block = 0, max(1, 4_000_000 // len(telling))
    for start in range(0, rounds, block):
        heads = generator.integers(0, 2, (min(block, rounds - start), len(telling)), dtype=np.int8)
        sums = 2 * (heads @ telling) - telling.sum()
        as_far += int((np.abs(sums) >= observed).sum())
    return (as_far + 1) / (rounds + 1)
