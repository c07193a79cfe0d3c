"""How near must a passage lie to match by meaning beside words? Judged sets at several shares of the nearest's cosine.

    python benchmarks/nearness.py std-time std-scifact std-cranfield frus-dev=frus.idx … [--save]

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
from record import Record, arguments
from tqdm import tqdm

from dragoman.index.writing.store import Store
from dragoman.search.evaluation.evaluate import System, evaluate
from dragoman.search.evaluation.judgments import JudgedSet
from dragoman.search.ranking.legs import meaning

SHARES = (0.0, 0.4, meaning.NEARNESS, 0.6, 0.7)


def cells(path: Path, judged: JudgedSet) -> list[str]:
    """A judged set's cell for each share: nDCG@10 / Recall@100, and how many passages match at the median."""
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
    evaluation = evaluate(path, judged, [System(str(share), saved=found[share]) for share in SHARES])
    figures = (
        "/".join(f"{measured.values[each].mean():.3f}".removeprefix("0") for each in MEASURES)
        for measured in evaluation.systems
    )
    return [f"{each}, {np.median(matching[share]):,.0f}" for share, each in zip(SHARES, figures, strict=True)]


def main() -> None:
    """Measure the judged sets named on the command line."""
    sets = [each for argument in arguments() or sys.exit(__doc__) for each in judged_sets(argument)]
    columns = [cells(place, judged) for place, judged in sets]
    with Record("nearness", ["at least so near", *(judged.name for _, judged in sets)]) as record:
        for share, *row in zip(SHARES, *columns, strict=True):
            record.row(str(share) if share else "no rule", *row)


if __name__ == "__main__":
    main()
