"""Inputs that readers are easily wrong about come out right: each file of the test data's cases, by name."""

import sys

import pytest

from support.places import ROOT, SHARED

sys.path.insert(0, str(ROOT / "benchmarks"))
from intake_cases import CASES, Case  # noqa: E402: the script's folder has to be known first

FOLDER = SHARED / "cases" / "intake"


@pytest.mark.skipif(not FOLDER.exists(), reason=f"{FOLDER} is not here")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_input_is_read_rightly(case: Case) -> None:
    assert case.is_right(FOLDER)
