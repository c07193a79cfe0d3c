"""Sums over arrays that NumPy has as well, which would first load its masked arrays: the same answers."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dragoman.index.segments.arrays import distinct, grouped, quantile, singles

pytestmark = pytest.mark.unit

NUMBERS = st.lists(st.integers(-3, 3), max_size=20).map(lambda values: np.array(values, np.int64))


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(NUMBERS)
def test_what_is_alike_is_grouped_as_by_numpy(values: np.ndarray) -> None:
    every, first, numbers = np.unique(values, return_index=True, return_inverse=True)
    assert distinct(values).tolist() == every.tolist()
    found = grouped(values)
    assert [each.tolist() for each in found] == [first.tolist(), numbers.tolist()]


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(NUMBERS.filter(len), st.lists(st.floats(0, 1), max_size=4))
def test_quantiles_are_those_of_numpy(values: np.ndarray, shares: list[float]) -> None:
    assert quantile(values, shares) == pytest.approx(np.quantile(values, shares))


def test_halves_become_singles_as_by_numpy() -> None:
    every = np.arange(1 << 16, dtype=np.uint16).view(np.float16)[:, np.newaxis]
    made, wanted = singles(every), every.astype(np.float32)
    finite = np.isfinite(wanted)
    assert (made[finite].view(np.int32) == wanted[finite].view(np.int32)).all()
    assert np.isnan(made[~finite]).all()
    assert singles(every[:0]).shape == (0, 1)
