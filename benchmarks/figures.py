"""The tables of figures in the documentation, each written from its results file.

    python benchmarks/figures.py            write the tables
    python benchmarks/figures.py --check    only say which differ from their files; exit with 1 if any does

A table stands under a comment that names its file, `<!-- figures: NAME -->` for `benchmarks/results/NAME.json`, which
says when, on what machine, of which commit and by which command its figures were measured.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results"
TABLE = re.compile(r"^<!-- figures: (?P<name>[\w-]+) -->\n(?P<table>(?:\|.*\n)*)", re.MULTILINE)
FIELDS = {"date", "machine", "commit", "command", "columns", "rows"}


def read_results(name: str) -> dict[str, Any]:
    """Read a results file.

    Args:
        name: The file's name below `benchmarks/results`, without its ending.

    Returns:
        `date`, `machine`, `commit` (null if nobody noted it) and `command`, each for all figures; `columns`, the heads
        of the table; `rows`, its cells as they are shown.

    Raises:
        ValueError: If it says less or more than that, or has a row of another length.
    """
    results = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    if results.keys() != FIELDS:
        raise ValueError(f"{name}.json: its keys must be {', '.join(sorted(FIELDS))}")
    if any(len(row) != len(results["columns"]) for row in results["rows"]):
        raise ValueError(f"{name}.json: each row must have a cell for each column")
    return results


def format_table(name: str) -> str:
    """Format a results file's table as Markdown, with a line feed after each row."""
    results = read_results(name)
    rows = [results["columns"], *results["rows"]]
    lines = ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    # An empty head or cell takes one space, as a person would write it.
    lines = [re.sub(r"(?<=\|)  (?=\|)", " ", line) for line in lines]
    lines.insert(1, "|" + "---|" * len(results["columns"]))
    return "\n".join(lines) + "\n"


def write_tables(page: str) -> str:
    """Give a page with all its tables of figures written anew."""
    return TABLE.sub(lambda found: f"<!-- figures: {found['name']} -->\n{format_table(found['name'])}", page)


def find_names(page: str) -> set[str]:
    """The results files that a page's tables name."""
    return {found["name"] for found in TABLE.finditer(page)}


def main(arguments: list[str]) -> int:
    """Write the tables, or check them; the exit code."""
    check, wrong, named = "--check" in arguments, [], set[str]()
    for path in sorted((ROOT / "docs").glob("*.md")):
        page = path.read_text(encoding="utf-8")
        named |= find_names(page)
        if (fresh := write_tables(page)) != page:
            wrong.append(
                f"{path.relative_to(ROOT)} differs from benchmarks/results: run `python benchmarks/figures.py`"
            )
            if not check:
                path.write_text(fresh, encoding="utf-8")
    unused = {path.stem for path in RESULTS.glob("*.json")} - named
    missing = [f"no page shows benchmarks/results/{name}.json" for name in sorted(unused)]
    for line in [*(wrong if check else []), *missing]:
        print(line, file=sys.stderr)
    return 1 if missing or (check and wrong) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
