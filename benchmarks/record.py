"""What a benchmark measures, printed as a table and kept in a results file, from which the documentation takes it.

    python benchmarks/NAME.py ARGUMENTS --save             keep it in benchmarks/results
    python benchmarks/NAME.py ARGUMENTS --save=FOLDER      keep it elsewhere, to try this out

A results file says when, on what machine, of which commit and by which command its figures were measured; with `--save`
a script fills that in by itself.
"""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
FIELDS = ("date", "machine", "commit", "command")
"""What each results file must say of all its figures; null where nobody noted it."""
SAVE = "--save"
ENVIRONMENT = ("OMP_NUM_THREADS", "ONEDNN_MAX_CPU_ISA")
"""The variables that belong to a command where they are set."""


class Record:
    """A table that is printed row by row, and figures beside it; at the end of its `with` block they are kept.

    Nothing is kept without `--save` on the command line, or if the block ends with an error.
    """

    def __init__(self, name: str, columns: Sequence[str] = ()) -> None:
        """Print the head of the table.

        Args:
            name: The name of the results file, without its ending.
            columns: The heads of the table's columns; none if there are only single figures.
        """
        self.name, self.columns = name, list(columns)
        self.rows: list[list[str]] = []
        self.figures: dict[str, str] = {}

    def __enter__(self) -> Self:
        if self.columns:
            print("\n" + format_row(self.columns) + "\n" + "|---" * len(self.columns) + "|", flush=True)
        return self

    def row(self, *cells: str) -> None:
        """Add and print a row, its cells as they are to be shown.

        Raises:
            ValueError: If it has more or fewer cells than there are columns.
        """
        if len(cells) != len(self.columns):
            raise ValueError(f"{self.name}: {len(cells)} cells for {len(self.columns)} columns")
        self.rows.append(list(cells))
        print(format_row(cells), flush=True)

    def figure(self, name: str, value: str) -> None:
        """Add and print a figure that the text beside the table tells, as it is to be shown."""
        self.figures[name] = value
        print(f"{name}: {value}", flush=True)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        folder = find_folder()
        if kind is None and folder is not None:
            measured: dict[str, Any] = {**describe_run()}
            if self.figures:
                measured["figures"] = self.figures
            if self.columns:
                measured |= {"columns": self.columns, "rows": self.rows}
            path = folder / f"{self.name}.json"
            path.write_text(format_results(measured), encoding="utf-8")
            print(f"kept in {path}", file=sys.stderr)


def arguments() -> list[str]:
    """The script's arguments, without `--save`."""
    return [each for each in sys.argv[1:] if each.partition("=")[0] != SAVE]


def find_folder() -> Path | None:
    """The folder that results files go to, or None if none is to be written."""
    for argument in sys.argv[1:]:
        option, _, folder = argument.partition("=")
        if option == SAVE:
            return Path(folder) if folder else RESULTS
    return None


def describe_run() -> dict[str, str | None]:
    """Today's date, this machine, the commit, and the command without `--save`."""
    script = Path(sys.argv[0]).resolve()
    given = [f"{name}={os.environ[name]} " for name in ENVIRONMENT if os.environ.get(name)]
    command = ["python", str(script.relative_to(ROOT)) if script.is_relative_to(ROOT) else str(script), *arguments()]
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": describe_machine(),
        "commit": describe_commit(),
        "command": "".join(given) + " ".join(command),
    }


def describe_machine() -> str:
    """The machine in a line: cores, processor, memory, system and Python."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    parts = [f"{cores} cores", find_line(Path("/proc/cpuinfo"), "model name") or platform.machine()]
    if memory := find_line(Path("/proc/meminfo"), "MemTotal"):
        parts.append(f"{int(memory.split()[0]) / 2**20:.0f} GB")
    return ", ".join([*parts, platform.platform(), f"Python {platform.python_version()}"])


def find_line(path: Path, name: str) -> str:
    """What a file of `name : value` lines says of a name; nothing if there is no such file or line."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.partition(":")[0].strip() == name), "")


def describe_commit() -> str | None:
    """The commit that is checked out, with a word if files differ from it; None outside a repository."""
    command = ["git", "-C", str(ROOT), "describe", "--always", "--abbrev=12", "--exclude=*", "--dirty= with changes"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def format_row(cells: Sequence[str]) -> str:
    """Format a row of a Markdown table; an empty cell takes one space, as a person would write it."""
    return "|" + "|".join(f" {cell} " if cell else " " for cell in cells) + "|"


def format_results(results: dict[str, Any]) -> str:
    """Format the contents of a results file, each row of its table on a line."""
    parts: list[str] = []
    for key, value in results.items():
        text = json.dumps(value, ensure_ascii=False)
        if key == "rows":
            text = "[\n" + ",\n".join(f"    {json.dumps(row, ensure_ascii=False)}" for row in value) + "\n  ]"
        elif key == "figures":
            text = json.dumps(value, ensure_ascii=False, indent=4).removesuffix("}") + "  }"
        parts.append(f"  {json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def read_results(name: str) -> dict[str, Any]:
    """Read a results file.

    Args:
        name: The file's name below `benchmarks/results`, without its ending.

    Returns:
        `date`, `machine`, `commit` and `command`, each for all figures, null where nobody noted it; perhaps `note`,
        what else is known of where they come from. Then `columns`, the heads of a table, and `rows`, its cells as they
        are shown; or `figures`, those that a text tells, as they are shown, by name; or both.

    Raises:
        ValueError: If it says less or more than that, or has a row of another length.
    """
    results = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    shown = results.keys() - {*FIELDS, "note", "figures"}
    table = {"columns", "rows"}
    if not results.keys() >= set(FIELDS) or shown not in ([table, set()] if "figures" in results else [table]):
        raise ValueError(f"{name}.json: its keys must be {', '.join(FIELDS)}, and columns and rows or figures")
    if any(len(row) != len(results["columns"]) for row in results.get("rows", [])):
        raise ValueError(f"{name}.json: each row must have a cell for each column")
    return results


def find_figure(name: str, key: str) -> str:
    """Find a figure that a text tells.

    Args:
        name: The name of its results file.
        key: Its name among the file's figures; or `ROW / COLUMN`, a cell of the table by its row's first cell and its
            column's head.

    Returns:
        The figure as it is to be shown, without the stars of bold type.

    Raises:
        ValueError: If the file holds no such figure.
    """
    results = read_results(name)
    if key in results.get("figures", {}):
        return results["figures"][key]
    for row in results.get("rows", []):
        for column, cell in zip(results["columns"], row, strict=True):
            if f"{row[0]} / {column}".replace("*", "") == key:
                return cell.replace("*", "")
    raise ValueError(f"{name}.json holds no figure {key!r}")
