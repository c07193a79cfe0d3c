"""How near must a passage lie to match by meaning beside words? Judged sets at several shares of the nearest's cosine.

    python benchmarks/nearness.py std-time std-scifact std-cranfield frus-dev=frus.idx …

The arguments are as those of benchmarks/ranking.py. For each share, 0 being no rule: the measures of the default
ranking, and how many passages a question matches at the median, of how many in all.
"""

import sys
from collections import defaultdict
from contextlib import closing
from pathlib import Path
from unittest.mock import patch

import numpy as np
from ranking import DEFAULT, MEASURES, judged_sets, put_to, ranked
from tqdm import tqdm

from dragoman.index.writing.store import Store
from dragoman.search.evaluation.evaluate import System, evaluate
from dragoman.search.evaluation.judgments import JudgedSet
from dragoman.search.ranking.legs import meaning

SHARES = (0.0, 0.4, meaning.NEARNESS, 0.6, 0.7)


def report(path: Path, judged: JudgedSet) -> None:
    """Print a judged set's row for each share."""
    found: dict[float, dict[str, list[str]]] = defaultdict(dict)
    matching: dict[float, list[int]] = defaultdict(list)
    with closing(Store(path)) as store:
        snapshot = store.snapshot()
        for question in tqdm(judged.questions, judged.name, unit=" questions", disable=None):
            put = put_to(snapshot, question)
            for share in SHARES:
                with patch.object(meaning, "NEARNESS", share):
                    answer = ranked(put, "hybrid", DEFAULT, limit=100, per_document=True)
                    every = ranked(put, "hybrid", DEFAULT, limit=0, per_document=False)
                located = snapshot.locate(answer.listing.numbers)
                found[share][question.id] = [each.document_id for each in located]
                matching[share].append(every.listing.total)
        count = snapshot.info.passages
    evaluation = evaluate(path, judged, [System(str(share), saved=found[share]) for share in SHARES])
    print(f"\n## {judged.name}: {len(evaluation.cases)} questions, {count:,} passages\n")
    print(f"| share | {' | '.join(MEASURES)} | passages that match |\n|---|---|---|---|")
    for share, measured in zip(SHARES, evaluation.systems, strict=True):
        figures = (f"{measured.values[each].mean():.3f}".removeprefix("0") for each in MEASURES)
        print(f"| {share} | {' | '.join(figures)} | {np.median(matching[share]):,.0f} |", flush=True)


def main() -> None:
    """Measure the judged sets named on the command line."""
    for argument in sys.argv[1:] or sys.exit(__doc__):
        for place, judged in judged_sets(argument):
            report(place, judged)


if __name__ == "__main__":
    main()
