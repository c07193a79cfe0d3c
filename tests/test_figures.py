"""The figures in the documentation are those of the results files."""

import subprocess
import sys

import pytest

from support.places import ROOT


@pytest.mark.process
def test_the_figures_of_the_documentation_are_those_that_were_measured() -> None:
    ran = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "figures.py", "--check"], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
