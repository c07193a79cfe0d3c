"""The candidates of judged questions with all that an idea for the ranking may want to look at.

What the engine itself goes by, and besides: words near each other, neighbouring passages, whole documents, what the
first results have in common. `rejected_ideas.py` scores candidates by these.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ranking import DEFAULT, by_documents, put_to, ranked, whole_documents, word_scores
from tqdm import tqdm

from dragoman.index.analysis import analyze
from dragoman.index.constraints import Holds
from dragoman.index.reading.plan import Deadline
from dragoman.index.reading.selection import Selection
from dragoman.index.reading.snapshot import Snapshot
from dragoman.index.terms import stem, tells
from dragoman.index.units import Unit, terms_of
from dragoman.index.writing.store import Store
from dragoman.search.evaluation.judgments import JudgedSet, Question
from dragoman.search.language.input.plain import plain
from dragoman.search.language.interpreter import Interpretation, interpret
from dragoman.search.ranking.fusion import min_max

Values = NDArray[np.float64]

WINDOW = 8
FEEDBACK_PASSAGES = 10
FEEDBACK_TERMS = 20
FULL_LENGTH = 300


class Texts:
    """The words of every passage's text as numbers of their English stems: what feedback and windows are read from."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.numbers: dict[str, int] = {}
        stems: list[NDArray[np.int32]] = []
        known: dict[str, int] = {}
        every = snapshot.passages(range(len(snapshot.stack)))
        for opened in tqdm(every, "reading texts", len(snapshot.stack), unit=" passages", disable=None):
            terms = [token.term for token in analyze(opened.document.text[opened.span.start : opened.span.end])]
            for term in terms:
                if term not in known:
                    known[term] = self.numbers.setdefault(stem(term, "en"), len(self.numbers))
            stems.append(np.array([known[term] for term in terms], np.int32))
        self.lengths = np.array([len(each) for each in stems])
        self._ends = np.cumsum(self.lengths)
        self._stems = np.concatenate(stems)
        holding = np.unique(self._stems + np.repeat(np.arange(len(stems)), self.lengths) * len(self.numbers))
        frequency = np.bincount(holding % len(self.numbers), minlength=len(self.numbers))
        self.idf = np.log1p((len(stems) - frequency + 0.5) / (frequency + 0.5))
        names = list(self.numbers)
        self.telling = np.array([tells(name) and not name[0].isdigit() for name in names])

    def of(self, passages: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """The words of some passages, one passage after the other, and for each word which of the passages has it."""
        lengths = self.lengths[passages]
        owner = np.repeat(np.arange(len(passages)), lengths)
        begin = (self._ends - self.lengths)[passages]
        return self._stems[np.arange(len(owner)) + np.repeat(begin - (np.cumsum(lengths) - lengths), lengths)], owner

    def among(self, terms: Iterable[str]) -> NDArray[np.bool_]:
        """Which stems some terms have: bool [stems]."""
        member = np.zeros(len(self.numbers), bool)
        member[[self.numbers[s] for term in terms if (s := stem(term, "en")) in self.numbers]] = True
        return member


class Corpus:
    """What ideas look at beyond what the engine asks an index for, all in memory."""

    def __init__(self, snapshot: Snapshot) -> None:
        numbers = np.arange(len(snapshot.stack))
        self.documents = np.unique(snapshot.stack.documents(numbers), return_inverse=True)[1]
        self.first = np.unique(self.documents, return_index=True)[1]
        self.ids = [each.document_id for each in snapshot.locate(self.first)]
        self.vectors = snapshot.vectors(numbers)
        sums = np.zeros((len(self.ids), self.vectors.shape[1]), np.float32)
        np.add.at(sums, self.documents, self.vectors)
        self.means = sums / np.bincount(self.documents)[:, np.newaxis]
        order = np.lexsort((snapshot.stack.starts(numbers), self.documents))
        follows = self.documents[order[1:]] == self.documents[order[:-1]]
        self.before, self.after = numbers.copy(), numbers.copy()  # a passage at an end is its own neighbour
        self.before[order[1:][follows]] = order[:-1][follows]
        self.after[order[:-1][follows]] = order[1:][follows]
        self.texts = Texts(snapshot)


@dataclass(frozen=True, slots=True)
class Pool:
    """The candidates of one question, those of one document together.

    `features` has a value a candidate by name; `starts` is where each document's begin, `grades` its grade, `judged`
    all grades of the question. `weight` is the keyword leg's in the default; `asked` says what the question is like.
    """

    features: dict[str, Values]
    starts: NDArray[np.intp]
    grades: NDArray[np.int64]
    judged: tuple[int, ...]
    weight: float
    asked: Values
    group: str

    def __getitem__(self, name: str) -> Values:
        return self.features[name]

    @property
    def keyword(self) -> Values:
        """The keyword leg of the default."""
        return self["passage"] + self["document"] + self["pairs"]

    def fused(self, keyword: Values, meaning: Values) -> Values:
        """The default's fusion of two legs."""
        return self.weight * min_max(keyword) + (1 - self.weight) * min_max(meaning)

    @property
    def default(self) -> Values:
        """The engine's own score."""
        return self.fused(self.keyword, self["cosine"])


def pools(store: Store, judged: JudgedSet) -> list[Pool]:
    """The candidates of every question that has an answer in the collection."""
    snapshot = store.snapshot()
    corpus = Corpus(snapshot)
    place = {identity: number for number, identity in enumerate(corpus.ids)}
    questions = tqdm(judged.questions, judged.name, unit=" questions", disable=None)
    return [each for question in questions if (each := pool(snapshot, corpus, place, question))]


def pool(snapshot: Snapshot, corpus: Corpus, place: dict[str, int], question: Question) -> Pool | None:
    """The candidates of a question; None if it has no answer in the collection."""
    grades = {place[identity]: grade for identity, grade in question.grades.items() if identity in place}
    if not any(grades.values()):
        return None
    put = put_to(snapshot, question)
    reading = interpret(put.view, put.query)
    answer = ranked(put, "hybrid", DEFAULT, limit=len(corpus.documents), per_document=False)
    numbers = answer.candidates.numbers[np.argsort(corpus.documents[answer.candidates.numbers], kind="stable")]
    standings = [answer.standing(number) for number in numbers.tolist()]
    documents = corpus.documents[numbers]
    starts = np.flatnonzero(np.diff(documents, prepend=-1))

    features = {
        name: np.array([each.detail("keyword", name) for each in standings])
        for name in ("passage", "document", "pairs")
    }
    neighbours = corpus.before[numbers], corpus.after[numbers]
    scored = np.unique([numbers, *neighbours])
    scores = np.zeros(len(snapshot.stack))
    scores[scored] = word_scores(put, reading.units, DEFAULT.bm25f, scored)
    cosines = (corpus.vectors @ put.vector).astype(float)
    features["cosine"] = cosines[numbers]
    features["neighbours' words"] = scores[np.array(neighbours)].max(axis=0) if len(numbers) else scores[numbers]
    features["neighbours' cosine"] = cosines[np.array(neighbours)].max(axis=0) if len(numbers) else cosines[numbers]
    features["document's cosine"] = (corpus.means @ put.vector).astype(float)[documents]
    features["length"] = np.minimum(corpus.texts.lengths[numbers], FULL_LENGTH) / FULL_LENGTH
    known = [each for each in answer.candidates.weighed if each.passages]
    holding = [
        np.isin(numbers, Selection(snapshot.stack, Holds(each.unit), Deadline()).numbers) * each.idf for each in known
    ]
    total = sum(each.idf for each in known)
    features["coverage"] = np.sum(holding, axis=0) / total if known else np.zeros(len(numbers))
    own = [by_documents(put, each.unit, len(corpus.ids)) for each in known]
    features["documents' idf"] = DEFAULT.document_weight * whole_documents(put, own, DEFAULT.bm25f, numbers)
    for title in (2.0, 4.0):
        heavier = replace(DEFAULT.bm25f, weights=(title, *DEFAULT.bm25f.weights[1:]))
        whole = whole_documents(put, answer.candidates.weighed, heavier, numbers)
        features[f"title {title:g}"] = DEFAULT.document_weight * whole
    words = corpus.texts.of(numbers)
    features["window"] = windows(corpus.texts, *words, numbers, reading, {each.unit: each.idf for each in known})

    result = Pool(
        features=features,
        starts=starts,
        grades=np.array([grades.get(document, 0) for document in documents[starts].tolist()], np.int64),
        judged=tuple(sorted(grades.values(), reverse=True)[:10]),
        weight=max(DEFAULT.keyword_weight - DEFAULT.prose_discount * reading.prose, 0.0) if reading.units else 0.0,
        asked=np.array(
            [
                reading.prose,
                np.log1p(len(reading.units)),
                np.mean([word[0].isupper() for word in plain(question.text).split()]),
                cosines.max(),
                features["passage"].max(initial=0.0) / max(total, 1e-9),
                max((each.idf for each in known), default=0.0),
            ]
        ),
        group=(question.values("volumes") or (question.id,))[0],
    )
    best = numbers[np.argsort(-result.default, kind="stable")[:FEEDBACK_PASSAGES]]
    features["feedback"] = (corpus.vectors[numbers] @ corpus.vectors[best].mean(axis=0)).astype(float)
    features["RM3"] = relevance_model(corpus.texts, *words, numbers, result.keyword) * len(known)
    return result


def saturated(counts: NDArray[Any], lengths: NDArray[Any], average: float) -> Values:
    """BM25 of the text field alone: the counts' worth, up to 1."""
    k1, b = DEFAULT.bm25f.k1, DEFAULT.bm25f.b[1]
    frequency = counts / (1 - b + b * lengths / average)
    return frequency / (k1 + frequency)


def windows(
    texts: Texts,
    words: NDArray[np.int32],
    owner: NDArray[np.int64],
    numbers: NDArray[np.int64],
    reading: Interpretation,
    idf: dict[Unit, float],
) -> Values:
    """As the evidence of words side by side, for words in either order within WINDOW of each other.

    Metzler and Croft, "A Markov Random Field Model for Term Dependencies" (SIGIR 2005): the unordered windows.
    """
    scores = np.zeros(len(numbers))
    positions = np.arange(len(words)) + owner * WINDOW  # so that no window reaches into the next passage
    for left, right in reading.pairs:
        if left not in idf or right not in idf:
            continue
        first, second = (texts.among(terms_of(place))[words] for place in (left.positions[-1], right.positions[0]))
        others = positions[second]
        near = np.searchsorted(others, positions[first] + WINDOW) > np.searchsorted(others, positions[first] - WINDOW)
        counts = np.bincount(owner[first][near], minlength=len(numbers))
        worth = (idf[left] + idf[right]) / 2
        scores += worth * saturated(counts, texts.lengths[numbers], float(texts.lengths.mean()))
    return scores


def relevance_model(
    texts: Texts, words: NDArray[np.int32], owner: NDArray[np.int64], numbers: NDArray[np.int64], keyword: Values
) -> Values:
    """BM25 by the words that tell most of the passages best in the keyword leg, as RM3 weighs them.

    Lavrenko and Croft, "Relevance-Based Language Models" (SIGIR 2001); Abdul-Jaleel et al. (TREC 2004).
    """
    best = np.argsort(-keyword, kind="stable")[:FEEDBACK_PASSAGES]
    share = keyword / max(keyword[best].sum(), 1e-9) / np.maximum(texts.lengths[numbers], 1)
    here = np.isin(owner, best) & texts.telling[words]
    model = np.bincount(words[here], share[owner[here]], len(texts.idf))
    terms = np.argsort(-model, kind="stable")[:FEEDBACK_TERMS]
    column = np.full(len(model), -1)
    column[terms] = np.arange(len(terms))
    told = column[words] >= 0
    cells = owner[told] * len(terms) + column[words][told]
    counts = np.bincount(cells, minlength=len(numbers) * len(terms)).reshape(len(numbers), len(terms))
    impacts = saturated(counts, texts.lengths[numbers][:, np.newaxis], float(texts.lengths.mean())) * texts.idf[terms]
    return impacts @ (model[terms] / max(model[terms].sum(), 1e-9))
