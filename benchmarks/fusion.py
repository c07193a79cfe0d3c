"""How good is the ranking? nDCG@10 and recall@100 of both legs and of ways to fuse them, on judged collections.

    python benchmarks/fusion.py NAME=FOLDER[:COLLECTION] …

A FOLDER holds corpus.jsonl, queries.jsonl and qrels.tsv in the BEIR layout, plain or as .xz. Its documents are indexed
into COLLECTION, or into a temporary one; a COLLECTION that exists is used as it is, and only queries with a relevant
document in it count. A document scores as its best passage does.
"""

import json
import lzma
import math
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import dragoman
from dragoman.errors import QueryError
from dragoman.search.engine import Mode

WEIGHTS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
RUNS: dict[str, tuple[Mode, dict[str, Any]]] = {
    "keyword": ("keyword", {}),
    "meaning": ("meaning", {}),
    "reciprocal rank": ("hybrid", {"fusion": "reciprocal-rank"}),
    **{
        f"min-max, keyword {weight}": ("hybrid", {"keyword_weight": weight})
        for weight in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
    },
}
QUERIES = 400
"""At most so many queries of a collection are asked, spread evenly over the file."""


def opened(folder: Path, name: str) -> IO[str]:
    """A file of a judged collection, compressed or not."""
    plain = folder / name
    return plain.open(encoding="utf-8") if plain.exists() else lzma.open(f"{plain}.xz", "rt", encoding="utf-8")


def judged(folder: Path) -> tuple[dict[str, str], dict[str, dict[str, int]]]:
    """The queries' texts, and for each query its relevant documents with their grades."""
    qrels: dict[str, dict[str, int]] = defaultdict(dict)
    with opened(folder, "qrels.tsv") as lines:
        for line in lines:
            query, document, grade = line.rstrip("\n").split("\t")[:3]
            if grade.isdecimal() and int(grade):
                qrels[query][document] = int(grade)
    with opened(folder, "queries.jsonl") as lines:
        records = (json.loads(line) for line in lines)
        texts = {str(record.get("id", record.get("_id"))): record["text"] for record in records}
    return texts, qrels


def documents(folder: Path) -> Iterator[dragoman.Document]:
    """The collection's documents: id, title and text."""
    with opened(folder, "corpus.jsonl") as lines:
        for record in map(json.loads, lines):
            identity = str(record.get("id", record.get("_id")))
            yield dragoman.Document(id=identity, title=record.get("title") or "", text=record["text"])


def ndcg(ranking: list[str], grades: dict[str, int], depth: int) -> float:
    """Normalised discounted cumulative gain, with exponential gain."""
    gains = [2 ** grades.get(document, 0) - 1 for document in ranking[:depth]]
    best = sorted((2**grade - 1 for grade in grades.values()), reverse=True)[:depth]

    def discounted(values: list[int]) -> float:
        return sum(value / math.log2(place + 2) for place, value in enumerate(values))

    return discounted(gains) / discounted(best)


def plain(text: str) -> str:
    """A query without the signs that our query language would read something into."""
    return " ".join(
        "".join(c if c.isalnum() or c in " .,'’-" else " " for c in text).replace(" -", " ").split()
    ).lower()


def measure(name: str, folder: Path, place: Path) -> None:
    """Print a table for one judged collection."""
    if not place.exists():
        began = time.perf_counter()
        with dragoman.create_collection(place) as collection:
            report = collection.add(documents(folder))
        print(f"{name}: {report.added} documents, {report.passages} passages in {time.perf_counter() - began:.0f} s")
    texts, qrels = judged(folder)
    with dragoman.open_collection(place) as collection:
        held = set(collection.document_ids())
    wanted = [query for query in texts if held & qrels.get(query, {}).keys()]
    wanted = wanted[:: max(1, len(wanted) // QUERIES)][:QUERIES]
    print(f"\n{name}: {len(wanted)} queries\n\n| | nDCG@10 | recall@100 | ms a query |\n|---|---|---|---|")
    for label, (mode, changes) in RUNS.items():
        gained, recalled, spent = [], [], 0.0
        with dragoman.open_collection(place, settings=dragoman.Settings(**changes)) as collection:
            for query in wanted:
                began = time.perf_counter()
                try:
                    results = collection.search(plain(texts[query]), mode=mode, limit=100, per_document=True)
                except QueryError as error:
                    sys.exit(f"{texts[query]!r}: {error}")
                spent += time.perf_counter() - began
                grades = {document: grade for document, grade in qrels[query].items() if document in held}
                ranking = [hit.document.id for hit in results]
                gained.append(ndcg(ranking, grades, 10))
                recalled.append(len(grades.keys() & set(ranking)) / len(grades))
        mean = [sum(values) / len(values) for values in (gained, recalled)]
        print(f"| {label} | {mean[0]:.3f} | {mean[1]:.3f} | {1000 * spent / len(wanted):.0f} |", flush=True)


def main() -> None:
    """Measure the collections named on the command line."""
    with tempfile.TemporaryDirectory() as temporary:
        for argument in sys.argv[1:] or sys.exit(__doc__):
            name, _, rest = argument.partition("=")
            folder, _, place = rest.partition(":")
            measure(name, Path(folder), Path(place) if place else Path(temporary) / name)


if __name__ == "__main__":
    main()
