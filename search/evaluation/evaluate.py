"""From judged questions to figures: ask them of a collection, in one system after the other, and measure.

A system is a mode with settings, or a run file that was saved before. What is judged may be documents or passages:

- where only documents are judged, each document counts once, where its best passage stands;
- where passages are, a hit that shares at least half of the shorter of the two with a judged passage finds it. A hit
  that finds several stands for all of them, the best graded first; one that finds none but such as were found before
  is passed over. A judged document is then found by the first of its passages.

Near-copies are not folded: what was judged is each of them. Judgments of what the collection does not hold are left
out and counted, and so are questions that have no other.
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
from ..language.plain import plain
from ..options import MAX_LIMIT
from ..ranking.engine import Mode
from ..ranking.settings import Settings
from .answer_cache import Answers, Place
from .judgments import JudgedSet, Question
from .measures import MEASURES, ROUNDS, measure, randomisation_test

MAIN = MEASURES[0]
"""The measure that systems are compared by."""


@dataclass(frozen=True, slots=True)
class System:
    """A way to answer questions, under a name: a mode and settings, or else the rankings of a saved run file.

    Without settings, the collection's own.
    """

    name: str
    mode: Mode = "hybrid"
    settings: Settings | None = None
    saved: Mapping[str, Sequence[str]] | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A question as one collection can be asked it. `grades` are of what the collection holds.

    `spans` says for each judged document which spans of its text were judged and under what ids; it is empty where
    only whole documents were.
    """

    question: Question
    grades: Mapping[str, int]
    spans: Mapping[str, Sequence[tuple[int, int, str]]]

    def judged(self, places: Iterable[Place]) -> list[str]:
        """A ranking in terms of what was judged: see the module."""
        if not self.spans:
            return list(dict.fromkeys(document for document, _, _ in places))
        found: dict[str, None] = {}
        for document, start, end in places:
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
    """What one system achieved: a ranking a case, the same in terms of what was judged, and a value by measure."""

    system: System
    places: tuple[list[Place], ...]
    rankings: tuple[list[str], ...]
    values: Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True)
class Evaluation:
    """All figures of a judged set on a collection.

    `unheld` are the ids of questions none of whose answers the collection holds; `missing` counts the judged documents
    and passages that it does not hold. Values and rankings of `systems` are in the order of `cases`.
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

    `differences` are second minus first, by measure; `chances` is how probable a mean difference as large is by mere
    chance. `group_chances` has the same of each class of questions, by the main measure. `helped` and `hurt` are the
    cases with the largest differences either way in it, most first.
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
    """Measure systems on the collection in a folder, which may be None if all of them are saved runs.

    `depth` is how many results count. `condense` names a field of the queries: of each ranking only those documents
    stay whose id is, or begins with and then has a sign such as a slash, one of the query's values there; to be left
    with enough of them, 1,000 results are asked for. `progress` is told how many questions a system has answered, and
    of how many.

    Raises UnreadableSource if the collection holds no answer to any question, or no query has the field `condense`.
    """
    if condense and not any(question.values(condense) for question in judged.questions):
        raise UnreadableSource(f"no query of {judged.name} has a list or a string under {condense!r} to condense by")
    cases, unheld, missing = answerable(path, judged)
    own = None if path is None else _settings(path)
    asked = [replace(system, settings=system.settings or own) for system in systems]
    limit = MAX_LIMIT if condense else depth
    measured = [_measured(each, path, cases, limit, depth, condense, answers, progress) for each in asked]
    return Evaluation(judged, cases, unheld, missing, depth, condense, tuple(measured))


def answerable(path: Path | None, judged: JudgedSet) -> tuple[tuple[Case, ...], tuple[str, ...], int]:
    """The questions as the collection in a folder can be asked them; without one, with all their judgments.

    Besides, the ids of those none of whose answers it holds, and how many judged documents and passages it does not.

    Raises UnreadableSource if it holds no answer to any question.
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


def _measured(
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
        places = [_placed(case, system.saved.get(case.question.id, ())) for case in cases]
    elif path is not None:
        places = _asked(system, path, cases, limit, answers, progress)
    else:
        raise ValueError("a mode is asked of a collection, and none is given")
    if condense:
        places = [_condensed(each, case.question.values(condense)) for case, each in zip(cases, places, strict=True)]
    places = [each[:depth] for each in places]
    rankings = [case.judged(each) for case, each in zip(cases, places, strict=True)]
    values = measure(rankings, [case.grades for case in cases])
    return Measured(system, tuple(places), tuple(rankings), values)


def _asked(
    system: System,
    path: Path,
    cases: Sequence[Case],
    limit: int,
    answers: Answers | None,
    progress: Callable[[System, int, int], None] | None,
) -> list[list[Place]]:
    """The rankings of all cases: those that are kept, and the others from the collection."""
    found: list[list[Place]] = []
    with open_collection(path, settings=system.settings) as collection:
        state = [str(path.resolve()), collection.generation, sorted(each.name for each in (path / SEGMENTS).iterdir())]
        settings = asdict(collection.settings)
        keys = {
            per_document: answers.system(state, system.mode, settings, per_document) if answers else 0
            for per_document in {not case.spans for case in cases}
        }
        for number, case in enumerate(cases, 1):
            text, per_document = plain(case.question.text), not case.spans
            places = answers.get(keys[per_document], text, limit) if answers else None
            if places is None:
                places = _answer(collection, system.mode, case.question, text, limit, per_document)
                if answers:
                    answers.keep(keys[per_document], text, limit, places)
            found.append(places)
            if progress:
                progress(system, number, len(cases))
    return found


def _answer(
    collection: Collection, mode: Mode, question: Question, text: str, limit: int, per_document: bool
) -> list[Place]:
    try:
        results = collection.search(
            text, mode=mode, limit=limit, per_document=per_document, fold=False, highlights=False
        )
    except QueryError as error:
        raise QueryError(f"query {question.id}: {error}") from error
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


def _placed(case: Case, identities: Sequence[str]) -> list[Place]:
    """A saved ranking as places."""
    places: list[Place] = []
    for identity in identities:
        named = None if identity in case.grades and not case.spans else parse_passage_id(identity)
        places.append(named or (identity, 0, 0))
    return places


def _condensed(places: Iterable[Place], values: Sequence[str]) -> list[Place]:
    """Those places whose document belongs to one of the values; all of them if there are no values."""
    return [place for place in places if not values or any(_belongs(place[0], value) for value in values)]


def _belongs(document: str, value: str) -> bool:
    return document.startswith(value) and not document[len(value) : len(value) + 1].isalnum()


def compare(
    evaluation: Evaluation, first: int, second: int, *, shown: int = 10, rounds: int = ROUNDS, seed: int = 0
) -> Comparison:
    """How the second of an evaluation's systems differs from the first. `shown` is the most cases either way."""
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
