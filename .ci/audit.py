"""Ask whether a weakness is known in what continuous integration installs: `make audit`, for who maintains this.

pip-audit asks the advisory service of the Python Package Index about each release that constraints-ci.txt and
constraints.txt name. `.ci/exceptions.toml` has those weaknesses that do not concern us, each with the reason.

It ends with 0 where nothing is known, with 1 where something is, with 2 where the exceptions need mending, and with 3
where the service could not be asked about everything, so that silence is never taken for good news.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
CONSTRAINTS = (HERE.parent / "constraints-ci.txt", HERE.parent / "constraints.txt")
CLEAN, KNOWN, WRONG, UNASKED = range(4)


def main() -> int:
    """Ask, print what is known, and give the exit code."""
    try:
        exceptions = tomllib.loads((HERE / "exceptions.toml").read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        print(f"exceptions.toml cannot be read: {error}")
        return WRONG
    if unexplained := [name for name, reason in exceptions.items() if not str(reason).strip()]:
        print(f"exceptions.toml gives no reason for {', '.join(unexplained)}: say why it does not concern us")
        return WRONG
    if not shutil.which("pip-audit"):
        print("pip-audit is not there: `make audit` installs it for itself")
        return WRONG
    asked = releases("\n".join(path.read_text(encoding="utf-8") for path in CONSTRAINTS))
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(asked))
        file.flush()
        ran = subprocess.run(
            [*("pip-audit", "--requirement", file.name, "--no-deps", "--disable-pip", "--aliases", "on"),
             *("--format", "json", "--progress-spinner", "off")],
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
    try:
        found = json.loads(ran.stdout)["dependencies"]
    except (ValueError, KeyError):
        last = (ran.stderr.strip().splitlines() or ["it said nothing"])[-1]
        print(f"the advisory service could not be asked, so nothing is known either way: {last[:300]}")
        return UNASKED
    code, lines = verdict(found, exceptions)
    print("\n".join(lines))
    return code


def releases(constraints: str) -> list[str]:
    """The lines of constraints that name a release, without their hashes."""
    return re.findall(r"^[A-Za-z0-9][^\s;\\]*==[^\s;\\]+", constraints, re.MULTILINE)


def verdict(found: Iterable[Mapping[str, Any]], exceptions: Mapping[str, str]) -> tuple[int, list[str]]:
    """What pip-audit found, as an exit code and the lines to print.

    Args:
        found: What it says of each release: its weaknesses, or why it was skipped.
        exceptions: Why a weakness does not concern us, by one of its names.
    """
    found = list(found)
    skipped = [each["name"] for each in found if "skip_reason" in each]
    if len(skipped) == len(found):
        return UNASKED, ["the advisory service could not be asked about anything, so nothing is known either way"]
    lines: list[str] = []
    met: set[str] = set()
    known = 0
    for release in found:
        for weakness in release.get("vulns", ()):
            names = [weakness["id"], *weakness.get("aliases", ())]
            if excepted := [name for name in names if name in exceptions]:
                met.update(excepted)
                continue
            known += 1
            mended = ", ".join(weakness.get("fix_versions", ())) or "no release"
            lines.append(f"{release['name']} {release['version']}: {', '.join(names)}; mended in {mended}")
    lines += [f"{name} is not found any more: take it out of exceptions.toml" for name in exceptions if name not in met]
    if skipped:
        lines.append(f"the advisory service could not be asked about {', '.join(skipped)}")
    if not lines:
        lines.append(f"no weakness is known but those that are excepted; asked about: {len(found)}")
    return KNOWN if known else UNASKED if skipped else CLEAN, lines


if __name__ == "__main__":
    sys.exit(main())
