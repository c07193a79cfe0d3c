"""From judged questions to figures: ask them of a collection, in one system after the other, and measure.

A system is a mode with settings, or a run file that was saved before. Documents or passages may be judged:

- where only documents are judged, each document counts once, at the rank of its best passage;
- where passages are judged, a hit finds a judged passage if they share at least half of the shorter one. A hit that
  finds several stands for all of them, the best graded first; one that only finds passages that were found before is
  skipped. A judged document is then found by the first of its passages.

Near-copies are not folded, as each of them was judged. Judgments of documents and passages that the collection does not
hold are left out and counted, and so are questions that have no other judgments.
"""

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...corpus.document import parse_passage_id, passage_id
from ...errors import QueryError, UnreadableSource
from ...index.writing.store import SEGMENTS
from ..collection import Collection, open_collection
from ..language.input.plain import plain
from ..options import MAX_LIMIT
from ..ranking.engine import Mode
from ..ranking.settings import Settings
from ..stores.protocol import refuse_damaged
from .answer_cache import Answers, Location
from .judgments import JudgedSet, Question
from .measures import MEASURES, ROUNDS, measure, randomisation_test

MAIN = MEASURES[0]
"""The measure that systems are compared by."""


@dataclass(frozen=True, slots=True)
class System:
    """A way to answer questions.

    Attributes:
        name: What reports call it.
        mode: Which legs find and rank.
        settings: How they rank; None for the collection's own settings.
        saved: The rankings of a run file, by id of the question: then nothing is searched.
    """

    name: str
    mode: Mode = "hybrid"
    settings: Settings | None = None
    saved: Mapping[str, Sequence[str]] | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A question, with the judgments that a collection can be measured by.

    Attributes:
        question: The question, with all its judgments.
        grades: The grades of documents and passages that the collection holds, by id.
        spans: For each judged document, which spans of its text were judged, as (start, end, id); empty where only
            whole documents were.
    """

    question: Question
    grades: Mapping[str, int]
    spans: Mapping[str, Sequence[tuple[int, int, str]]]

    def judged(self, locations: Iterable[Location]) -> list[str]:
        """A ranking as ids of judged documents or passages, and of others where a result finds none: see the module."""
        if not self.spans:
            return list(dict.fromkeys(document for document, _, _ in locations))
        found: dict[str, None] = {}
        for document, start, end in locations:
            here = [
                identity
                for first, last, identity in self.spans.get(document, ())
                if 0 < min(last - first, end - start) <= 2 * (min(last, end) - max(first, start))
            ]
            here.sort(key=lambda identity: -self.grades[identity])
            found.update(dict.fromkeys(here or [passage_id(document, start, end)]))
        return list(found)


@dataclass(frozen=True, slots=True)
class Measured:
    """What one system achieved.

    Attributes:
        system: The system.
        locations: The ranking of each case.
        rankings: The same as ids of what was judged: see `Case.judged`.
        values: float64 [cases], by measure.
    """

    system: System
    locations: tuple[list[Location], ...]
    rankings: tuple[list[str], ...]
    values: Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Evaluation:
    """All figures of a judged set on a collection.

    Attributes:
        judged: The judged set.
        cases: The questions that were measured.
        unheld: The ids of questions none of whose answers the collection holds.
        missing: How many judged documents and passages the collection does not hold.
        depth: How many results count.
        condensed: The field by which rankings were condensed: see `evaluate`; empty if they were not.
        systems: What each system achieved, in the order of `cases`.
    """

    judged: JudgedSet
    cases: tuple[Case, ...]
    unheld: tuple[str, ...]
    missing: int
    depth: int
    condensed: str
    systems: tuple[Measured, ...] = ()

    @cached_property
    def groups(self) -> dict[str, NDArray[np.intp]]:
        """The rows of the cases of each class of questions, largest class first; empty if there are no classes."""
        names = np.array([case.question.group for case in self.cases])
        known, counts = np.unique(names, return_counts=True)
        if len(known) < 2 and not names[0]:
            return {}
        return {str(known[i]): np.flatnonzero(names == known[i]) for i in np.argsort(-counts, kind="stable")}


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a second system differs from a first one, question by question.

    Attributes:
        first: What the first achieved.
        second: What the second achieved.
        differences: Second minus first, float64 [cases], by measure.
        chances: How probable a mean difference as large would be by chance alone, by measure.
        group_chances: The same by class of questions, for the main measure.
        helped: The rows of the cases that gain most in the main measure, most first.
        hurt: The rows of those that lose most, most first.
    """

    first: Measured
    second: Measured
    differences: Mapping[str, NDArray[np.float64]]
    chances: Mapping[str, float]
    group_chances: Mapping[str, float]
    helped: tuple[int, ...]
    hurt: tuple[int, ...]


def evaluate(
    path: Path | None,
    judged: JudgedSet,
    systems: Sequence[System],
    *,
    depth: int = 100,
    condense: str = "",
    answers: Answers | None = None,
    progress: Callable[[System, int, int], None] | None = None,
) -> Evaluation:
    """Measure systems on a collection.

    Args:
        path: The collection's folder; None if all systems are saved runs.
        judged: The questions, and what answers them.
        systems: What to measure.
        depth: How many results count.
        condense: A field of the queries, or empty. Of each ranking only those documents stay whose id is one of the
            query's values in that field, or begins with one, followed by a sign such as a slash. So that enough are
            left, 1,000 results are asked for.
        answers: Where rankings are kept between runs, if anywhere.
        progress: Called with a system, how many questions it has answered, and how many there are.

    Raises:
        UnreadableSource: The collection holds no answer to any question, or no query has the field `condense`.
    """
    if condense and not any(question.values(condense) for question in judged.questions):
        raise UnreadableSource(f"no query of {judged.name} has a list or a string under {condense!r} to condense by")
    cases, unheld, missing = answerable(path, judged)
    own = None if path is None else _settings(path)
    configured = [replace(system, settings=system.settings or own) for system in systems]
    limit = MAX_LIMIT if condense else depth
    measured = [_measure_system(each, path, cases, limit, depth, condense, answers, progress) for each in configured]
    return Evaluation(judged, cases, unheld, missing, depth, condense, tuple(measured))


def answerable(path: Path | None, judged: JudgedSet) -> tuple[tuple[Case, ...], tuple[str, ...], int]:
    """The questions that a collection holds answers to.

    Args:
        path: The collection's folder; None to take all judgments as they are.
        judged: The questions, and what answers them.

    Returns:
        The questions; the ids of those none of whose answers it holds; how many judged documents and passages it does
        not hold.

    Raises:
        UnreadableSource: It holds no answer to any question.
    """
    held = None if path is None else _held(path, judged.questions)
    every = [_case(question, held) for question in judged.questions]
    cases = tuple(case for case in every if any(case.grades.values()))
    if not cases:
        raise UnreadableSource(
            f"{path} holds no document that {judged.name} judges to be an answer: is it the collection of these?"
        )
    unheld = tuple(case.question.id for case in every if not any(case.grades.values()))
    return cases, unheld, sum(len(case.question.grades) - len(case.grades) for case in every)


def _measure_system(
    system: System,
    path: Path | None,
    cases: Sequence[Case],
    limit: int,
    depth: int,
    condense: str,
    answers: Answers | None,
    progress: Callable[[System, int, int], None] | None,
) -> Measured:
    if system.saved is not None:
        locations = [_locations_of(case, system.saved.get(case.question.id, ())) for case in cases]
    elif path is not None:
        locations = _rank_cases(system, path, cases, limit, answers, progress)
    else:
        raise ValueError("measuring a mode needs a collection")
    if condense:
        locations = [
            _condense(each, case.question.values(condense)) for case, each in zip(cases, locations, strict=True)
        ]
    locations = [each[:depth] for each in locations]
    rankings = [case.judged(each) for case, each in zip(cases, locations, strict=True)]
    values = measure(rankings, [case.grades for case in cases])
    return Measured(system, tuple(locations), tuple(rankings), values)


def _rank_cases(
    system: System,
    path: Path,
    cases: Sequence[Case],
    limit: int,
    answers: Answers | None,
    progress: Callable[[System, int, int], None] | None,
) -> list[list[Location]]:
    """The rankings of all cases: those that are kept, and the others from the collection."""
    found: list[list[Location]] = []
    with open_collection(path, settings=system.settings) as collection:
        refuse_damaged(collection.left_out)
        state = [str(path.resolve()), collection.generation, sorted(each.name for each in (path / SEGMENTS).iterdir())]
        settings = asdict(collection.settings)
        keys = {
            per_document: answers.system(state, system.mode, settings, per_document) if answers else 0
            for per_document in {not case.spans for case in cases}
        }
        for number, case in enumerate(cases, 1):
            text, per_document = plain(case.question.text), not case.spans
            locations = answers.get(keys[per_document], text, limit) if answers else None
            if locations is None:
                locations = _answer(collection, system.mode, case.question, text, limit, per_document)
                if answers:
                    answers.keep(keys[per_document], text, limit, locations)
            found.append(locations)
            if progress:
                progress(system, number, len(cases))
    return found


def _answer(
    collection: Collection, mode: Mode, question: Question, text: str, limit: int, per_document: bool
) -> list[Location]:
    try:
        results = collection.search(
            text, mode=mode, limit=limit, per_document=per_document, fold=False, highlights=False
        )
    except QueryError as error:
        raise QueryError(f"query {question.id}: {error}") from error
    refuse_damaged(results.left_out)
    return [(hit.document.id, hit.start, hit.end) for hit in results]


def _settings(path: Path) -> Settings:
    """A collection's own settings."""
    with open_collection(path) as collection:
        return collection.settings


def _held(path: Path, questions: Iterable[Question]) -> frozenset[str]:
    """The judged documents that a collection holds."""
    wanted: set[str] = set()
    for question in questions:
        for identity in question.grades:
            named = parse_passage_id(identity)
            wanted.update((identity, named[0]) if named else (identity,))
    with open_collection(path) as collection:
        return frozenset(identity for identity in collection.document_ids() if identity in wanted)


def _case(question: Question, held: frozenset[str] | None) -> Case:
    """A question with the judgments of what is held; of all if that is None."""
    grades: dict[str, int] = {}
    spans: dict[str, list[tuple[int, int, str]]] = {}
    passages = False
    for identity, grade in question.grades.items():
        named = parse_passage_id(identity)
        if named and not (held is not None and identity in held):  # an id of a document may look like a passage's
            document, start, end = named
            passages = True
        else:
            document, start, end = identity, 0, sys.maxsize
        if held is None or document in held:
            grades[identity] = grade
            spans.setdefault(document, []).append((start, end, identity))
    return Case(question, grades, spans if passages else {})


def _locations_of(case: Case, identities: Sequence[str]) -> list[Location]:
    """A saved ranking as locations."""
    locations: list[Location] = []
    for identity in identities:
        named = None if identity in case.grades and not case.spans else parse_passage_id(identity)
        locations.append(named or (identity, 0, 0))
    return locations


def _condense(locations: Iterable[Location], values: Sequence[str]) -> list[Location]:
    """Those locations whose document belongs to one of the values; all of them if there are no values."""
    return [location for location in locations if not values or any(_belongs(location[0], value) for value in values)]


def _belongs(document: str, value: str) -> bool:
    return document.startswith(value) and not document[len(value) : len(value) + 1].isalnum()


def compare(
    evaluation: Evaluation, first: int, second: int, *, shown: int = 10, rounds: int = ROUNDS, seed: int = 0
) -> Comparison:
    """How two of an evaluation's systems differ.

    Args:
        evaluation: The evaluation.
        first: The position of the first system among those of the evaluation.
        second: The position of the second.
        shown: How many of the cases that gain or lose most to list, either way.
        rounds: See `measures.randomisation_test`.
        seed: Of its random numbers.
    """
    before, after = evaluation.systems[first], evaluation.systems[second]
    differences = {name: after.values[name] - before.values[name] for name in MEASURES}
    main = differences[MAIN]
    helped, hurt = np.argsort(-main, kind="stable")[:shown], np.argsort(main, kind="stable")[:shown]

    def chance(values: NDArray[np.float64]) -> float:
        return randomisation_test(values, rounds=rounds, seed=seed)

    return Comparison(
        first=before,
        second=after,
        differences=differences,
        chances={name: chance(values) for name, values in differences.items()},
        group_chances={name: chance(main[rows]) for name, rows in evaluation.groups.items()},
        helped=tuple(int(row) for row in helped if main[row] > 0),
        hurt=tuple(int(row) for row in hurt if main[row] < 0),
    )
