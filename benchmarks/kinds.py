"""Questions by kind, one line a kind: the share that is answered as it should be, before this was looked into and now.

    python benchmarks/kinds.py [MODULE …] [--save]

A mean over three hundred questions can be fine while every question of one kind fails. Each module of `kind_cases` asks
questions of a kind or two; without arguments all of them do. What the figures before were is kept in
`kind_cases/before.json`, measured with this very script and an older checkout as the package:

    git worktree add ../older/dragoman COMMIT
    PYTHONPATH=../older python benchmarks/kinds.py --as-before
"""

import importlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from kind_cases.share import Absent, Share
from record import Record, arguments, describe_run, format_results

import dragoman

BEFORE = Path(__file__).parent / "kind_cases" / "before.json"
AS_BEFORE = "--as-before"


def main() -> None:
    """Measure the modules that are named, or all."""
    as_before = AS_BEFORE in arguments()
    names = [each for each in arguments() if each != AS_BEFORE]
    folder = Path(__file__).parent / "kind_cases"
    names = names or sorted(file.stem for file in folder.glob("*.py") if file.stem not in ("__init__", "share"))
    shares = _measured(names)
    if as_before:
        known = _before()
        known.update({each.kind: _shown(each) for each in shares})
        _keep(known)
        return
    before = _before()
    with Record("kinds", ["kind", "asked", "before", "now"]) as record:
        for each in shares:
            record.row(each.kind, f"{each.asked:,}", before.get(each.kind, "–"), _shown(each))


def _measured(names: list[str]) -> Iterator[Share]:
    for name in names:
        module = importlib.import_module(f"kind_cases.{name}")
        with tempfile.TemporaryDirectory() as work:
            try:
                yield from module.measure(Path(work))
            except Absent as absence:
                print(f"{name}: left out, as {absence}", file=sys.stderr)


def _shown(share: Share) -> str:
    return f"{share.right / share.asked:.3f}".removeprefix("0")


def _before() -> dict[str, str]:
    if not BEFORE.exists():
        return {}
    return dict(json.loads(BEFORE.read_text("utf-8"))["rows"])


def _keep(known: dict[str, str]) -> None:
    package = Path(str(dragoman.__file__)).parent
    command = ["git", "-C", str(package), "rev-parse", "--short=12", "HEAD"]
    commit = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    rows = [[kind, right] for kind, right in sorted(known.items())]
    measured = {**describe_run(), "commit": commit, "columns": ["kind", "right"], "rows": rows}
    BEFORE.write_text(format_results(measured), encoding="utf-8")
    print(f"kept in {BEFORE}", file=sys.stderr)


if __name__ == "__main__":
    main()
