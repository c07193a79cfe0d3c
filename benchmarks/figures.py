"""The figures in the documentation, each written from its results file.

    python benchmarks/figures.py            write them
    python benchmarks/figures.py --check    only say which differ from their files; exit with 1 if any does

A table stands under a comment that names its file, `<!-- figures: NAME -->` for `benchmarks/results/NAME.json`. A
number in a sentence stands right before a comment that names its file and itself there, `2,425<!-- figure NAME: seconds
-->` but on one line, or `38.3<!-- figure NAME: hybrid / p50 ms -->` for the cell of a table. `growth.py` draws one
file, and is called here.
"""

import re
import sys
from pathlib import Path

from growth import draw
from record import RESULTS, ROOT, find_figure, format_row, read_results

TABLE = re.compile(r"^<!-- figures: (?P<name>[\w-]+) -->\n(?P<table>(?:\|.*\n)*)", re.MULTILINE)
FIGURE = re.compile(r"(?P<shown>[\d.,+-]*)<!-- figure (?P<name>[\w-]+): (?P<key>[^>\n]+) -->")
BEGINNINGS = re.compile("<!-- *figure")
PAGES = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "docs/*.md")
DRAWN, PICTURE = "scale", ROOT / "docs" / "pictures" / "growth.svg"


def format_table(name: str) -> str:
    """Format a results file's table as Markdown, with a line feed after each row."""
    results = read_results(name)
    lines = [format_row([str(cell) for cell in row]) for row in (results["columns"], *results["rows"])]
    lines.insert(1, "|" + "---|" * len(results["columns"]))
    return "\n".join(lines) + "\n"


def write_figures(page: str) -> str:
    """Give a page with all its tables and all figures of its sentences written anew.

    Raises:
        ValueError: If a comment is misspelt, stands without a number, or names what its file does not hold.
    """
    if len(BEGINNINGS.findall(page)) != len(TABLE.findall(page)) + len(FIGURE.findall(page)):
        raise ValueError("a comment on figures is not spelt as benchmarks/figures.py wants it")

    def write(found: re.Match[str]) -> str:
        if not found["shown"]:
            raise ValueError(f"no number stands before {found[0]}")
        return found[0].replace(found["shown"], find_figure(found["name"], found["key"]), 1)

    page = TABLE.sub(lambda found: f"<!-- figures: {found['name']} -->\n{format_table(found['name'])}", page)
    return FIGURE.sub(write, page)


def find_names(page: str) -> set[str]:
    """The results files that a page names."""
    return {found["name"] for pattern in (TABLE, FIGURE) for found in pattern.finditer(page)}


def main(arguments: list[str]) -> int:
    """Write the figures, or check them; the exit code."""
    check, wrong, named = "--check" in arguments, list[str](), set[str]()
    for path in sorted(path for pattern in PAGES for path in ROOT.glob(pattern)):
        page, name = path.read_text(encoding="utf-8"), path.relative_to(ROOT)
        named |= find_names(page)
        try:
            fresh = write_figures(page)
        except (ValueError, KeyError, FileNotFoundError) as error:
            wrong.append(f"{name}: {error}")
            continue
        if fresh != page and check:
            wrong += [
                f"{name}:{number} differs from benchmarks/results: run `python benchmarks/figures.py`"
                for number, (here, there) in enumerate(zip(page.split("\n"), fresh.split("\n"), strict=False), 1)
                if here != there
            ][:1]
        elif fresh != page:
            path.write_text(fresh, encoding="utf-8")
    wrong += write_picture(check=check)
    wrong += [f"no page shows benchmarks/results/{name}.json" for name in sorted(unused(named))]
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


def write_picture(*, check: bool) -> list[str]:
    """Draw how a collection grows, or only say in a line if the picture differs from its file."""
    if not (RESULTS / f"{DRAWN}.json").exists():
        return []
    fresh = draw(read_results(DRAWN))
    if PICTURE.exists() and PICTURE.read_text(encoding="utf-8") == fresh:
        return []
    if check:
        name = PICTURE.relative_to(ROOT)
        return [f"{name} differs from benchmarks/results/{DRAWN}.json: run `python benchmarks/figures.py`"]
    PICTURE.write_text(fresh, encoding="utf-8")
    return []


def unused(named: set[str]) -> set[str]:
    """The results files that are not among those named."""
    return {Path(path).stem for path in RESULTS.glob("*.json")} - named


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
