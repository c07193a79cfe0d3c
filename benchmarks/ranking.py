"""How good is the ranking, and what does each part of it bring? Judged sets, asked in two dozen ways.

    python benchmarks/ranking.py std-time std-scifact std-cranfield frus-dev[=frus.idx] … [--save]

Each argument is a judged set in the BEIR layout and, after =, a collection of its documents; without one, they are
indexed once into the cache directory. `pip install 'dragoman[eval]'` gives the measures.

The first systems are textbook recipes: BM25 over whatever holds any word of the question, the cosine, and both fused,
by reciprocal rank or by min-max with equal weights. The second is the yardstick. The others are the engine itself: its
legs, its default, and the default with one thing changed. `difference` is what a system scores less the default, `p`
how probable so large a mean difference is by mere chance (a paired randomisation test).

If questions name the volumes that their judges looked at, as those from the indexes of *Foreign Relations of the United
States* do, there are two halves: weights were chosen looking at the volumes whose id has an even CRC-32; the others are
to report. Both are scored over the whole collection (full), and with only the question's volumes counted (condensed). A
file queries_nl.jsonl of questions in natural language is a set of its own.
"""

import re
import sys
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from record import Record, arguments
from tqdm import tqdm

from dragoman import open_collection
from dragoman.index.analysis import FIELDS
from dragoman.index.constraints import AllOf, Holds
from dragoman.index.reading.local_legs.by_meaning import LocalMeaning
from dragoman.index.reading.local_legs.by_words import LocalKeyword
from dragoman.index.reading.plan import DOCUMENT, Deadline, Lookup, Meaning, Plan, Words
from dragoman.index.reading.selection import Selection
from dragoman.index.reading.snapshot import Snapshot
from dragoman.index.reading.view import Candidates, Weighed
from dragoman.index.segments.bm25f import BM25F, idf
from dragoman.index.units import Unit, Word
from dragoman.index.writing.store import Store
from dragoman.search.evaluation.evaluate import Evaluation, System, evaluate
from dragoman.search.evaluation.judged_collection import collection_of
from dragoman.search.evaluation.judgments import JudgedSet, Question, read_judged
from dragoman.search.evaluation.measures import randomisation_test
from dragoman.search.language import query as language
from dragoman.search.language.input.plain import plain
from dragoman.search.language.interpreter import interpret
from dragoman.search.language.parser import parse
from dragoman.search.ranking.engine import Mode, Order, Ranking, rank
from dragoman.search.ranking.fusion import FUSIONS, Scored, min_max
from dragoman.search.ranking.legs.leg import ScoredQuery
from dragoman.search.ranking.settings import Settings

DEPTH = 1000
"""So many results are kept: of these, the first hundred that count are scored."""

CHECKED = 10
"""So many questions are also asked the way everybody does, by `Collection.search`: the answers must be the same."""

MEASURES = ("nDCG@10", "Recall@100")


class Remembering:
    """A view that is asked the same thing only once.

    What costs time is the same for most systems: which terms there are, and what speaks for the candidates. So two
    dozen systems cost little more than a few, and each is the engine as it is.
    """

    def __init__(self, view: Snapshot) -> None:
        self._view = view
        self._terms: dict[Lookup, Word] = {}
        self._candidates: dict[Any, Candidates] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._view, name)

    def terms(self, lookups: Sequence[Lookup], deadline: Deadline) -> list[Word]:
        """See `View.terms`."""
        missing = [each for each in dict.fromkeys(lookups) if each not in self._terms]
        self._terms.update(zip(missing, self._view.terms(missing, deadline), strict=True))
        return [self._terms[each] for each in lookups]

    def candidates(self, plan: Plan, depth: int, deadline: Deadline) -> Candidates:
        """See `View.candidates`."""
        requests = ((name, tuple(map(_hashable, _values(request)))) for name, request in plan.legs.items())
        key = plan.constraint, depth, *requests
        if key not in self._candidates:
            self._candidates[key] = self._view.candidates(plan, depth, deadline)
        return self._candidates[key]


def _values(request: Any) -> list[Any]:
    return [getattr(request, each.name) for each in fields(request)]


def _hashable(value: Any) -> Any:
    return value.tobytes() if isinstance(value, np.ndarray) else value


@dataclass(frozen=True, slots=True)
class Put:
    """A question put to a collection: what the query language makes of it, and its vector."""

    snapshot: Snapshot
    view: Any  # Remembering, which is a View
    query: language.Query
    vector: NDArray[np.float32]

    @property
    def everything(self) -> Selection:
        """All passages."""
        return Selection(self.snapshot.stack, AllOf(()), Deadline())


def put_to(snapshot: Snapshot, question: Question) -> Put:
    """A question, as `Collection.search` would ask it."""
    query = parse(plain(question.text))
    return Put(snapshot, Remembering(snapshot), query, snapshot.encode(query.meaning))


def ranked(put: Put, mode: Mode, settings: Settings, *, limit: int, per_document: bool) -> Ranking:
    """What the engine answers."""
    meant = interpret(put.view, put.query, variants=settings.variants, spellings=settings.spellings)
    return rank(
        put.view,
        ScoredQuery(
            text=put.query.meaning,
            units=() if mode == "meaning" else meant.units,
            pairs=meant.pairs,
            prose=meant.prose,
            known=meant.known,
            vector=None if mode == "keyword" else put.vector,
            floors=put.snapshot.info.floors,
        ),
        meant.constraint,
        mode=mode,
        order=Order("relevance", per_document, fold=False, limit=limit),
        settings=settings,
        deadline=Deadline(),
    )


def word_scores(put: Put, units: Sequence[Unit], bm25f: BM25F, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
    """The BM25F of some passages' own words: float64 [n]."""
    leg = LocalKeyword(put.everything, Words(tuple(units), (), bm25f, documents=False))
    leg.leading(0, numbers)
    return leg.keys(numbers)


def whole_documents(
    put: Put, weighed: Sequence[Weighed], bm25f: BM25F, numbers: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The BM25F of the whole document of each of some passages, for units of any weight: float64 [n]."""
    leg = LocalKeyword(put.everything, Words(tuple(each.unit for each in weighed), (), bm25f, documents=True))
    leg.leading(0, numbers)
    leg.weighed = tuple(weighed)
    return leg.evidence(numbers)[DOCUMENT]


def engine_ranking(mode: Mode, settings: Settings, put: Put) -> NDArray[np.int64]:
    """The best passage of each document, best first, by the engine."""
    return ranked(put, mode, settings, limit=DEPTH, per_document=True).listing.numbers


PLAIN = BM25F(k1=0.9, b=(0.4, 0.4, 0.4, 0.4), weights=(1.0, 1.0, 0.0, 0.0))
"""BM25 as it comes, on titles and text."""


def textbook_ranking(fuse: str | None, weight: float, put: Put) -> NDArray[np.int64]:
    """The same by a recipe without a match set, a floor, or anything but each passage's own words and its cosine.

    `weight` is the keyword leg's; without a way to fuse, it is that leg alone if it is 1, and the cosine if it is 0.
    """
    stack, everything = put.snapshot.stack, put.everything
    units = interpret(put.view, put.query, variants=False, spellings=False).units
    every = everything.numbers
    scores = np.zeros(len(stack))
    scores[every] = word_scores(put, units, PLAIN, every)
    by_words = stack.order(np.flatnonzero(scores), scores[scores > 0], DEPTH * (10 if fuse is None else 1))
    near = LocalMeaning(everything, Meaning(put.vector, -1.0)).leading(DEPTH, every)
    numbers = np.union1d(by_words, near) if fuse else near if weight == 0 else np.sort(by_words)
    legs = scores[numbers], stack.cosines(put.vector, numbers)
    weights = weight, 1 - weight
    scored = [Scored(leg, min_max, share) for leg, share in zip(legs, weights, strict=True)]
    keys = FUSIONS[fuse](scored).sum(axis=0) if fuse else legs[0] if weight else legs[1]
    numbers = stack.order(numbers, keys, len(numbers))
    return numbers[np.sort(np.unique(stack.documents(numbers), return_index=True)[1])][:DEPTH]


PLAIN_DOCUMENT = BM25F(k1=1.2, b=(0.75, 0.75, 0.75, 0.75), weights=PLAIN.weights)


def whole_document_ranking(put: Put) -> NDArray[np.int64]:
    """Documents by BM25 over the whole of each, as most reference figures are: a passage of each, best first."""
    stack, every = put.snapshot.stack, put.everything.numbers
    first = every[np.unique(stack.documents(every), return_index=True)[1]]
    units = interpret(put.view, put.query, variants=False, spellings=False).units
    scores = whole_documents(put, [by_documents(put, unit, len(first)) for unit in units], PLAIN_DOCUMENT, first)
    return stack.order(first[scores > 0], scores[scores > 0], DEPTH)


def by_documents(put: Put, unit: Unit, count: int) -> Weighed:
    """A unit with what it is worth by how many of all documents hold it, not by how many passages do."""
    stack = put.snapshot.stack
    documents = len(np.unique(stack.documents(Selection(stack, Holds(unit), Deadline()).numbers)))
    return Weighed(unit, documents, idf(count, documents) if documents else 0.0)


def _field_weights(**weights: float) -> BM25F:
    """The usual weights of fields with some others."""
    usual = dict(zip(FIELDS, BM25F().weights, strict=True))
    return replace(BM25F(), weights=tuple((usual | weights).values()))


DEFAULT = Settings()
_PLAIN_LEG = replace(DEFAULT, variants=False, spellings=False, document_weight=0.0, pair_weight=0.0, bm25f=PLAIN)
HYBRID = "**default hybrid**"
YARDSTICK = "textbook min-max, equal weights"
WEIGHTS = ((0.5, 0.0), (0.6, 0.0), (0.7, 0.0), (0.8, 0.0), (0.7, 0.4), (0.75, 0.5), (0.75, 0.6), (0.8, 0.6), (0.8, 0.8))

SYSTEMS: dict[str, Callable[[Put], NDArray[np.int64]]] = {
    "textbook BM25": partial(textbook_ranking, None, 1.0),
    "textbook BM25 of whole documents": whole_document_ranking,
    "textbook cosine": partial(textbook_ranking, None, 0.0),
    "textbook reciprocal rank": partial(textbook_ranking, "reciprocal-rank", 0.5),
    YARDSTICK: partial(textbook_ranking, "min-max", 0.5),
    "keyword leg, plain BM25": partial(engine_ranking, "keyword", _PLAIN_LEG),
    "keyword leg": partial(engine_ranking, "keyword", DEFAULT),
    "meaning leg": partial(engine_ranking, "meaning", DEFAULT),
    HYBRID: partial(engine_ranking, "hybrid", DEFAULT),
    **{
        name: partial(engine_ranking, "hybrid", replace(DEFAULT, **changes))
        for name, changes in {
            "reciprocal rank instead": {"fusion": "reciprocal-rank"},
            "no variants of names": {"variants": False},
            "no spellings of words": {"spellings": False},
            "no evidence of the document": {"document_weight": 0.0},
            "no words side by side": {"pair_weight": 0.0},
            "footnotes not scored": {"bm25f": _field_weights(notes=0.0)},
            "descriptions not scored": {"bm25f": _field_weights(about=0.0)},
            "titles not scored": {"bm25f": _field_weights(title=0.0)},
            "titles twice": {"bm25f": _field_weights(title=2.0)},
            "none of these": {
                "variants": False,
                "spellings": False,
                "document_weight": 0.0,
                "pair_weight": 0.0,
                "bm25f": PLAIN,
            },
            **{
                f"keyword weight {weight}" + f" less {discount} for prose" * (discount > 0): {
                    "keyword_weight": weight,
                    "prose_discount": discount,
                }
                for weight, discount in WEIGHTS
            },
        }.items()
    },
}


def rankings(path: Path, judged: JudgedSet) -> list[System]:
    """Every system's documents for every question, as the runs that `evaluate` measures."""
    found: dict[str, dict[str, list[str]]] = defaultdict(dict)
    ids: dict[int, str] = {}
    with closing(Store(path)) as store:
        snapshot = store.snapshot()
        for question in tqdm(judged.questions, judged.name, unit=" questions", disable=None):
            put = put_to(snapshot, question)
            for name, system in SYSTEMS.items():
                numbers = system(put)
                documents = snapshot.stack.documents(numbers).tolist()
                unseen = [row for row, document in enumerate(documents) if document not in ids]
                for row, located in zip(unseen, snapshot.locate(numbers[unseen]), strict=True):
                    ids[documents[row]] = located.document_id
                found[name][question.id] = [ids[document] for document in documents]
    check(path, judged.questions[:: max(1, len(judged.questions) // CHECKED)], found[HYBRID])
    return [System(name, saved=found[name]) for name in SYSTEMS]


def check(path: Path, questions: Sequence[Question], found: dict[str, list[str]]) -> None:
    """Exit if a search like any other has another answer."""
    with open_collection(path, settings=DEFAULT) as collection:
        for question in questions:
            hits = collection.search(plain(question.text), limit=100, per_document=True, fold=False, highlights=False)
            if [hit.document.id for hit in hits] != found[question.id][:100]:
                sys.exit(f"{question.text!r}: the collection's own answer is another one")


def tuned_on(question: Question) -> bool:
    """Whether weights were chosen looking at a question of this kind: see the module."""
    return zlib.crc32(question.values("volumes")[0].encode()) % 2 == 0


def parts(evaluation: Evaluation) -> Iterator[tuple[str, NDArray[np.intp]]]:
    """The parts of a judged set with figures of their own: a name, and the rows of the cases."""
    questions = [case.question for case in evaluation.cases]
    yield "", np.arange(len(questions))
    if questions[0].values("volumes"):
        tuned = np.array([tuned_on(question) for question in questions])
        yield ", the half to report", np.flatnonzero(~tuned)
        yield ", the half that weights were chosen on", np.flatnonzero(tuned)


def record_systems(name: str, evaluations: dict[str, Evaluation], rows: NDArray[np.intp]) -> None:
    """A table of all systems: for each way to score the measures, the difference to the default and its p."""
    columns = ["", *(f"{m}{way}" for way in evaluations for m in (*MEASURES, "difference", "p"))]
    names = list(SYSTEMS)
    with Record(name, columns) as record:
        for number, system in enumerate(names):
            cells: list[str] = []
            for evaluation in evaluations.values():
                values = evaluation.systems[number].values
                differences = (values[MEASURES[0]] - evaluation.systems[names.index(HYBRID)].values[MEASURES[0]])[rows]
                cells += [mean(values[measure][rows]) for measure in MEASURES]
                cells += ["", ""] if system == HYBRID else [f"{differences.mean():+.3f}", chance(differences)]
            record.row(system, *cells)


def record_classes(name: str, evaluation: Evaluation, rows: NDArray[np.intp]) -> None:
    """A table of nDCG@10 by class of questions; a star where a system differs from the default with p < 0.05."""
    groups = {group: here for group, of in evaluation.groups.items() if len(here := np.intersect1d(of, rows))}
    default = next(each for each in evaluation.systems if each.system.name == HYBRID).values[MEASURES[0]]
    with Record(name, ["", *(f"{group} ({len(of)})" for group, of in groups.items())]) as record:
        for each in evaluation.systems:
            values = each.values[MEASURES[0]]
            stars = ("\\*" * (randomisation_test((values - default)[of]) < 0.05) for of in groups.values())
            cells = (mean(values[of]) + star for of, star in zip(groups.values(), stars, strict=True))
            record.row(each.system.name, *cells)


def mean(values: NDArray[np.float64]) -> str:
    """The mean of a measure, for print."""
    return f"{values.mean():.3f}".removeprefix("0")


def chance(differences: NDArray[np.float64]) -> str:
    """The p of paired differences, for print."""
    p = randomisation_test(differences)
    return f"{p:.3f}".removeprefix("0") if p >= 0.001 else "<.001"


def report(path: Path, judged: JudgedSet) -> Evaluation:
    """Print and keep what there is to say of a judged set, `ranking-NAME` and so on, and give its evaluation."""
    systems = rankings(path, judged)
    condensable = bool(judged.questions[0].values("volumes"))
    evaluations = {"": evaluate(path, judged, systems)}
    if condensable:
        evaluations[" condensed"] = evaluate(path, judged, systems, condense="volumes")
    for part, rows in parts(evaluations[""]):
        print(f"\n## {judged.name}{part}: {len(rows)} questions", flush=True)
        name = "-".join(re.findall(r"\w+", f"ranking {judged.name}{part}"))
        record_systems(name, evaluations, rows)
        if evaluations[""].groups:
            record_classes(f"{name}-classes", evaluations[""], rows)
    return evaluations[""]


def judged_sets(argument: str) -> Iterator[tuple[Path, JudgedSet]]:
    """What FOLDER[=COLLECTION] names: the collection, with the folder's questions and then its natural ones."""
    folder, _, place = argument.partition("=")
    judged = read_judged(Path(folder))
    if not place:
        if judged.corpus is None:
            sys.exit(f"{folder} has no corpus.jsonl: name a collection of its documents, {folder}=COLLECTION")
        place = collection_of(judged.name, judged.corpus, Indexing)[0]
    yield Path(place), judged
    for natural in Path(folder).glob("queries_nl.jsonl*"):
        yield Path(place), replace(read_judged(Path(folder), queries=natural), name=f"{judged.name}, natural questions")


class Indexing:
    """A progress bar for indexing a corpus."""

    def __init__(self, place: Path) -> None:
        self._bar = tqdm(desc=f"indexing into {place}", unit=" passages", disable=None)

    def __enter__(self) -> Callable[[Any], None]:
        return self._show

    def _show(self, progress: Any) -> None:
        self._bar.update(progress.passages - self._bar.n)

    def __exit__(self, *_: object) -> None:
        self._bar.close()


def main() -> None:
    """Measure the judged sets named on the command line."""
    sets = [each for argument in arguments() or sys.exit(__doc__) for each in judged_sets(argument)]
    found = {judged.name: report(place, judged) for place, judged in sets}
    with Record(
        "ranking", ["nDCG@10 / Recall@100", *(f"{name} ({len(each.cases):,})" for name, each in found.items())]
    ) as record:
        for number, system in enumerate(SYSTEMS):
            measured = (each.systems[number].values for each in found.values())
            record.row(system, *("/".join(mean(values[measure]) for measure in MEASURES) for values in measured))


if __name__ == "__main__":
    main()
