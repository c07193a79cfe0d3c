"""The torture itself: it finds nothing where all is well, and finds it where the disk forgets."""

import os
import shutil
import subprocess
import sys

import pytest

from support.places import ROOT

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(not (sys.platform == "linux" and shutil.which("cc")), reason="there is no C compiler (cc)"),
]


def torture(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "tests" / "torture"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ})


def test_an_operation_can_be_killed_at_every_step() -> None:
    ran = torture("--every", "pack", "--seed", "5")
    assert (ran.returncode, ran.stderr) == (0, "")
    kills = int(ran.stdout.split("kills: ")[1].split()[0])
    assert kills > 10
    assert f"faults: {kills}\n" in ran.stdout
    assert "lost: 0\n" in ran.stdout
    assert "seed: 5\n" in ran.stdout


def test_a_disk_that_forgets_what_it_was_to_keep_is_found_out() -> None:
    ran = torture("1", "--only", "remove", "--forget-syncs")
    assert ran.returncode == 1
    assert "a power cut when it is done, only what was synced left: lost: it holds" in ran.stderr
    assert "lost: 0\n" not in ran.stdout
