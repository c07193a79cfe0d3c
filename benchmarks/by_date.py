"""What an order by date leaves out: of all that matches, how much answers, and how much of the answers is listed.

    python benchmarks/by_date.py ../shared/std-time[=time.idx] … [--save]

Each argument is a judged set in the BEIR layout and, after =, a collection of its documents; without one, they are
indexed once into the cache directory. Every question is asked by relevance, where all that matches is listed, and by
date, where only what answers is. Precision and recall are of documents, means over the questions; the last figure is
how many documents are listed at the median.
"""

import sys
from statistics import mean, median

from ranking import judged_sets
from record import Record, arguments
from tqdm import tqdm

from dragoman import Collection, open_collection
from dragoman.index.reading.plan import Sort
from dragoman.search.evaluation.judgments import Question

MOST = 1000
"""So many documents are listed at most."""

SORTS: tuple[Sort | None, ...] = (None, "newest")


def listed(collection: Collection, question: Question, sort: Sort | None) -> set[str]:
    """The documents that are listed for a question."""
    answer = collection.search(question.text, literal=True, sort=sort, per_document=True, highlights=False, limit=MOST)
    return {hit.document.id for hit in answer}


def shown(collection: Collection, questions: tuple[Question, ...], sort: Sort | None) -> str:
    """Precision, recall and how many are listed, in that order by date or by relevance."""
    precisions: list[float] = []
    recalls: list[float] = []
    sizes: list[int] = []
    for question in tqdm(questions, disable=None, leave=False):
        right = {document for document, grade in question.grades.items() if grade > 0}
        found = listed(collection, question, sort)
        precisions.append(len(found & right) / max(len(found), 1))
        recalls.append(len(found & right) / len(right))
        sizes.append(len(found))
    precision, recall = (f"{mean(each):.3f}".removeprefix("0") for each in (precisions, recalls))
    return f"{precision}/{recall}, {median(sizes):.0f}"


def main() -> None:
    """Measure the judged sets named on the command line."""
    with Record("by-date", ["", "all that matches", "by date"]) as record:
        for argument in arguments() or sys.exit(__doc__):
            for folder, judged in judged_sets(argument):
                with open_collection(folder) as collection:
                    every, newest = (shown(collection, judged.questions, sort) for sort in SORTS)
                record.row(judged.name, every, newest)


if __name__ == "__main__":
    main()
