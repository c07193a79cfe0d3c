"""What does each ingredient of the ranking cost? Processor time a query, with it and without it, in one run.

    python benchmarks/ingredients.py COLLECTION QUERIES [NUMBER] [--save]

COLLECTION is a collection's folder, QUERIES a file with a JSON record a line (plain or .xz) whose "text" is asked; of
those NUMBER (300) are asked, spread evenly over the file. Each question is asked with the default settings and with one
ingredient turned off, one right after the other, three times; of the three the least counts; and, for what they add,
with ten facets a column. Time is that of the asking thread alone, so that what else the machine does matters little.
"""

import json
import lzma
import sys
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

from record import Record, arguments

import dragoman
from dragoman.search.language.input.plain import plain

DEFAULT = dragoman.Settings()
WITHOUT = {
    "whole documents": replace(DEFAULT, document_weight=0.0),
    "words side by side": replace(DEFAULT, pair_weight=0.0),
    "other names": replace(DEFAULT, variants=False),
    "other spellings": replace(DEFAULT, spellings=False),
    "all of them": replace(DEFAULT, document_weight=0.0, pair_weight=0.0, variants=False, spellings=False),
}
ROUNDS = 3


def asked(collection: dragoman.Collection, question: str, facets: int = 0) -> float:
    """The milliseconds of processor time that one search takes, without reading or marking any hit."""
    began = time.thread_time()
    collection.search(question, limit=0, facets=facets)
    return 1000 * (time.thread_time() - began)


def main() -> None:
    """Ask, and print a table."""
    if len(arguments()) not in (2, 3):
        sys.exit(__doc__)
    place, file, number = Path(arguments()[0]), Path(arguments()[1]), int([*arguments(), 300][2])
    with lzma.open(file, "rt", encoding="utf-8") if file.suffix == ".xz" else file.open(encoding="utf-8") as lines:
        questions = [plain(json.loads(line)["text"]) for line in lines]
    questions = questions[:: max(1, len(questions) // number)][:number]
    variations = {name: dragoman.open_collection(place, settings=each) for name, each in WITHOUT.items()}
    spent: dict[str, list[float]] = {name: [] for name in (*variations, "facets")}
    whole: list[float] = []
    with dragoman.open_collection(place) as default:
        status = default.status()
        for question in questions:
            rounds = [
                (
                    asked(default, question),
                    asked(default, question, facets=10),
                    {name: asked(each, question) for name, each in variations.items()},
                )
                for _ in range(ROUNDS)
            ]
            least = min(mine for mine, *_ in rounds)
            whole.append(least)
            for name in variations:
                spent[name].append(least - min(each[name] for *_, each in rounds))
            spent["facets"].append(min(counted for _, counted, _ in rounds) - least)
    for each in variations.values():
        each.close()
    facets = spent.pop("facets")
    with Record("ingredients", ["ingredient", "median ms", "95 % below"]) as record:
        for name, times in spent.items():
            record.row(name, f"{median(times):.1f}", f"{most(times):.1f}")
        record.figure("passages", f"{status.passages:,}")
        record.figure("questions", f"{len(questions):,}")
        record.figure("a whole search, ms", f"{median(whole):.0f}")
        record.figure("facets, median ms", f"{median(facets):.1f}")
        record.figure("facets, 95 % below", f"{most(facets):.1f}")


def most(times: list[float]) -> float:
    """What 95 % of the times are below."""
    return sorted(times)[int(0.95 * len(times))]


if __name__ == "__main__":
    main()
