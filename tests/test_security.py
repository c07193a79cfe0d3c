"""SECURITY.md names tests that are there, each file that CI installs has its hash, and silence is no good news."""

import json
import os
import re
import runpy
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.places import ROOT

AUDIT = ROOT / ".ci" / "audit.py"
CONSTRAINTS = (ROOT / "constraints-ci.txt").read_text(encoding="utf-8")

KNOWN = {"name": "flask", "version": "0.5", "vulns": [{"id": "PYSEC-1", "aliases": ["GHSA-2"], "fix_versions": ["1"]}]}
WELL = {"name": "click", "version": "8.1", "vulns": []}
SKIPPED = {"name": "lxml", "skip_reason": "Dependency not found on PyPI"}


def test_every_test_that_is_named_is_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", (ROOT / "SECURITY.md").read_text(encoding="utf-8"))
    assert len(named) > 20
    for file, test in named:
        assert (ROOT / file).is_file(), file
        assert f"def {test}" in (ROOT / file).read_text(encoding="utf-8"), f"{file}::{test}"


def test_every_file_is_installed_by_its_hash() -> None:
    lines = [line for line in CONSTRAINTS.splitlines() if not line.startswith("#")]
    releases = "\n".join(lines).replace(" \\\n    ", " ").splitlines()
    assert len(releases) > 150
    for release in releases:
        assert re.fullmatch(r"[a-z0-9-]+==[\w.+!]+(?: --hash=sha256:[0-9a-f]{64})+", release), release[:80]
    assert not re.search(r"^(torch|nvidia-|triton)", CONSTRAINTS, re.MULTILINE)


def test_nothing_that_is_written_down_names_an_index_of_ones_own() -> None:
    for name in ("constraints-ci.txt", "constraints.txt", "Makefile", ".ci/run", ".ci/audit.py"):
        assert not re.search(r"index-url|find-links|trusted-host|file://", (ROOT / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("found", "exceptions", "code", "said"),
    [
        ([WELL, WELL], {}, 0, "no weakness is known"),
        ([WELL, KNOWN], {}, 1, "flask 0.5: PYSEC-1, GHSA-2; mended in 1"),
        ([WELL, {**KNOWN, "vulns": [{"id": "PYSEC-9"}]}], {}, 1, "mended in no release"),
        ([WELL, KNOWN], {"GHSA-2": "not called"}, 0, "no weakness is known"),
        ([WELL, KNOWN], {"PYSEC-1": "not called"}, 0, "no weakness is known"),
        ([WELL, KNOWN], {"GHSA-3": "not called"}, 1, "GHSA-3 is not found any more"),
        ([SKIPPED, SKIPPED], {}, 3, "about anything"),
        ([], {}, 3, "about anything"),
        ([WELL, SKIPPED], {}, 3, "could not be asked about lxml"),
        ([KNOWN, SKIPPED], {}, 1, "could not be asked about lxml"),
    ],
)
def test_what_is_known_is_told_and_silence_is_no_good_news(
    found: list[Any], exceptions: dict[str, str], code: int, said: str
) -> None:
    got, lines = runpy.run_path(str(AUDIT))["verdict"](found, exceptions)
    assert (got, said in "\n".join(lines)) == (code, True), lines


@pytest.mark.parametrize(
    ("said", "code", "told"),
    [
        (json.dumps({"dependencies": [WELL]}), 0, "no weakness is known"),
        ("", 3, "the advisory service could not be asked, so nothing is known either way: No route to host"),
        ("<html>", 3, "could not be asked"),
    ],
)
@pytest.mark.process
def test_a_service_that_cannot_be_reached_is_one_line(tmp_path: Path, said: str, code: int, told: str) -> None:
    (tmp_path / "said").write_text(said)
    program = tmp_path / "pip-audit"
    program.write_text(f"#!/bin/sh\necho Traceback >&2; echo No route to host >&2; cat {tmp_path / 'said'}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    path = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    ran = subprocess.run([sys.executable, AUDIT], env=path, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout.count("\n"), ran.stderr) == (code, 1, "")
    assert told in ran.stdout
