"""Run files of TREC: a line for each result, with query id, Q0, document or passage id, rank, score and a name.

Columns are written with tabs between, since ids of documents may hold spaces, and read with tabs or spaces. Scores
fall strictly with rank, so that programs that look at the score alone see the same order.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from ...refusals import telling_refusals
from .judgments import lines, wrong

_UNFIT = re.compile(r"[^\w.-]+")


def run_file(folder: Path, name: str) -> Path:
    """Where a system's run is written."""
    return folder / f"{_UNFIT.sub('-', name).strip('-.') or 'run'}.run"


def write_run(path: Path, rankings: Iterable[tuple[str, Sequence[str]]]) -> None:
    """Write a run file. Its folder is made if it is not there.

    Args:
        path: The file.
        rankings: For each query its id and the ids of its results, best first.
    """
    tag = path.stem
    with telling_refusals(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8") as file:
            for query, ranking in rankings:
                for rank, identity in enumerate(ranking, 1):
                    file.write(f"{query}\tQ0\t{identity}\t{rank}\t{1 / rank:.6f}\t{tag}\n")


def read_run(path: Path) -> dict[str, list[str]]:
    """The ranking of each query: by score, the highest first, and by rank where scores are equal.

    Raises UnreadableSource, with the number of the line, if it is not a run file.
    """
    found: dict[str, list[tuple[float, int, str]]] = defaultdict(list)
    for number, line in lines(path):
        cells = [cell.strip() for cell in line.split("\t")] if "\t" in line else line.split()
        try:
            query, _, identity, rank, score, _ = cells
            found[query].append((-float(score), int(rank), identity))
        except ValueError:
            raise wrong(path, number, "not query id, Q0, document id, rank, score and a name") from None
    return {query: list(dict.fromkeys(identity for *_, identity in sorted(rows))) for query, rows in found.items()}
