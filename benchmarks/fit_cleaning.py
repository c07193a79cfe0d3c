"""The weights of the classifier of lines in corpus/clean_lines.py, fitted on half of a gold set of news pages.

    python benchmarks/fit_cleaning.py FOLDER

FOLDER holds the gold set of `extraction.py`. Of its pages, the half with an even number is fitted on; `extraction.py`
reports on the other. Needs scikit-learn, which sentence-transformers brings. The weights are printed, to be written
into the module.
"""

import re
import sys
from pathlib import Path

import numpy as np
from extraction import for_fitting, news_pages, words
from sklearn.linear_model import LogisticRegression

from dragoman.corpus.cleaning.lines import WEIGHTS, measures
from dragoman.corpus.readers.support.html_text import visible_text

SHORT = 6
"""Lines of fewer words are the article's only if they stand among lines that are."""


def labels(lines: list[str], gold: str) -> list[bool]:
    """Which lines are the article's: those whose runs of four words are nearly all in the gold text."""
    told = words(gold)
    joined = f" {' '.join(told)} "
    runs = {tuple(told[at : at + 4]) for at in range(len(told) - 3)}
    found = []
    for line in lines:
        own = words(line)
        mine = [tuple(own[at : at + 4]) for at in range(len(own) - 3)]
        found.append(len(own) >= SHORT and sum(run in runs for run in mine) >= 0.6 * len(mine))
    if any(found):
        first, last = found.index(True), len(found) - found[::-1].index(True)
        for at in range(first, last):
            own = words(lines[at])
            found[at] = found[at] or (0 < len(own) < SHORT and f" {' '.join(own)} " in joined)
    return found


def main() -> None:
    """Fit and print."""
    folder = Path(sys.argv[1]) if len(sys.argv) == 2 else sys.exit(__doc__)
    rows: list[tuple[float, ...]] = []
    wanted: list[bool] = []
    for name, page, gold in news_pages(folder):
        if for_fitting(name):
            lines = [line for line in visible_text(page).split("\n") if re.search(r"\S", line)]
            rows += measures(lines)
            wanted += labels(lines, gold)
    table = np.array(rows)
    # A page has a hundred links and ten paragraphs: a line counts by its length.
    model = LogisticRegression(fit_intercept=False, max_iter=5000)
    model.fit(table, np.array(wanted), sample_weight=3 * table[:, 1] + 0.3)
    print(f"{len(rows)} lines, {sum(wanted)} of them articles'")
    for name, weight in zip(WEIGHTS, model.coef_[0], strict=True):
        print(f'    "{name}": {weight:.1f},')


if __name__ == "__main__":
    main()
