"""Inputs that readers are easily wrong about come out right: each file of the test data's cases, by name."""

import pytest
from intake_cases import CASES, Case

from support.places import SHARED

FOLDER = SHARED / "cases" / "intake"


@pytest.mark.skipif(not FOLDER.exists(), reason=f"{FOLDER} is not here")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_input_is_read_rightly(case: Case) -> None:
    assert case.is_right(FOLDER)
