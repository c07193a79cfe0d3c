"""Sums over arrays that NumPy has as well, which would first load its masked arrays: the same answers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.index.segments.arrays import distinct, grouped, quantile

pytestmark = pytest.mark.unit

NUMBERS = st.lists(st.integers(-3, 3), max_size=20).map(lambda values: np.array(values, np.int64))


@given(NUMBERS)
def test_what_is_alike_is_grouped_as_by_numpy(values: np.ndarray) -> None:
    every, first, numbers = np.unique(values, return_index=True, return_inverse=True)
    assert distinct(values).tolist() == every.tolist()
    found = grouped(values)
    assert [each.tolist() for each in found] == [first.tolist(), numbers.tolist()]


@given(NUMBERS.filter(len), st.lists(st.floats(0, 1), max_size=4))
def test_quantiles_are_those_of_numpy(values: np.ndarray, shares: list[float]) -> None:
    assert quantile(values, shares) == pytest.approx(np.quantile(values, shares))
