"""The measures and the randomisation test, against others written from their definitions."""

import itertools
import math
import random
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pytest

from dragoman.search.evaluation.measures import MEASURES, measure, ndcg, randomisation_test

if TYPE_CHECKING:
    pass


def by_definition(ranking: Sequence[str], grades: Mapping[str, int]) -> dict[str, float]:
    """The four measures, straight from what they are."""
    relevant = {name for name, grade in grades.items() if grade > 0}
    ideal = sorted(grades.values(), reverse=True)[:10]
    first = next((1 / rank for rank, name in enumerate(ranking[:10], 1) if name in relevant), 0.0)

    def dcg(values: Sequence[int]) -> float:
        return sum((2**grade - 1) / math.log2(rank + 1) for rank, grade in enumerate(values, 1))

    return {
        "nDCG@10": dcg([grades.get(name, 0) for name in ranking[:10]]) / dcg(ideal),
        "Recall@100": len(relevant & set(ranking[:100])) / len(relevant),
        "MRR@10": first,
        "P@5": len(relevant & set(ranking[:5])) / 5,
        "P@1": float(bool(relevant & set(ranking[:1]))),
    }


def test_the_figures_are_what_their_definitions_say() -> None:
    made = random.Random(3)
    names = [f"document {number}" for number in range(200)]
    grades = [{name: made.randrange(5) for name in made.sample(names, 30)} | {"sure": 1} for _ in range(60)]
    rankings = [made.sample(names, length) for length in (0, 1, 3, 7, 12, 150) for _ in range(10)]
    values = measure(rankings, grades)
    for row, (ranking, known) in enumerate(zip(rankings, grades, strict=True)):
        assert {name: values[name][row] for name in MEASURES} == pytest.approx(by_definition(ranking, known))


def test_ndcg_on_arrays_is_the_same_measure() -> None:
    made = np.random.default_rng(5)
    judged = made.integers(0, 4, (40, 25))
    judged[3] = 0
    order = np.argsort(made.random((40, 25)), axis=1)
    ranked = np.take_along_axis(judged, order, axis=1)[:, :15]
    grades = [{str(number): int(grade) for number, grade in enumerate(row)} for row in judged]
    reported = measure([list(map(str, row[:15])) for row in order], grades)
    assert ndcg(ranked, judged) == pytest.approx(reported["nDCG@10"])
    assert ndcg(ranked, judged, 3)[0] != pytest.approx(reported["nDCG@10"][0])


def test_a_difference_by_chance_is_as_probable_as_all_outcomes_say() -> None:
    differences = np.array([0.3, -0.1, 0.25, 0.0, 0.4, -0.2, 0.1, 0.05, 0.15])
    sums = [np.dot(signs, differences) for signs in itertools.product((-1, 1), repeat=len(differences))]
    exact = np.mean(np.abs(sums) >= abs(differences.sum()) - 1e-9)
    assert randomisation_test(differences) == pytest.approx(exact, abs=0.01)
    assert randomisation_test(-differences) == pytest.approx(exact, abs=0.01)
    assert randomisation_test(differences) == randomisation_test(differences)
    assert randomisation_test(np.full(30, 0.01)) == pytest.approx(1 / 10_001)
    assert randomisation_test(np.zeros(30)) == 1
    assert randomisation_test(np.array([])) == 1
