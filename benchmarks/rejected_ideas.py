"""What was tried for the ranking and is not in it: each idea measured on the engine's own candidates.

    python benchmarks/rejected_ideas.py frus-dev=frus.idx std-time=time.idx std-scifact=scifact.idx … [--save]

The arguments are as those of benchmarks/ranking.py. The first judged set is split as that says (by the questions' ids
where they name no volumes). On its tuning half the strength of each idea is chosen, under `at`, and the models are
trained; its other half and all other sets show what is left of the gain. An idea scores the passages that are
candidates for fusion, and starts from what the engine says of them. Figures are nDCG@10 of the default and what an idea
adds to it, with the p of a paired randomisation test. The models want scikit-learn.
"""

import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
from candidates import WINDOW, Pool, Values, pools
from numpy.typing import NDArray
from ranking import chance, judged_sets
from record import Record, arguments

from dragoman.index.writing.store import Store
from dragoman.search.evaluation.measures import ndcg
from dragoman.search.ranking.fusion import min_max

RERANKED = 100
"""So many of the default's best documents are what a model puts in order."""


# Ideas


def to_keyword(name: str, pool: Pool, strength: float) -> Values:
    """More evidence in the keyword leg."""
    return pool.fused(pool.keyword + strength * pool[name], pool["cosine"])


def to_meaning(name: str, pool: Pool, strength: float) -> Values:
    """More evidence in the meaning leg."""
    return pool.fused(pool.keyword, pool["cosine"] + strength * pool[name])


def to_score(name: str, pool: Pool, strength: float) -> Values:
    """Something added after fusion."""
    return pool.default + strength * pool[name]


def covering(pool: Pool, strength: float) -> Values:
    """Coverage, at a strength of what the best candidate scores in the keyword leg."""
    keyword = pool.keyword
    return pool.fused(keyword + strength * keyword.max(initial=0.0) * pool["coverage"], pool["cosine"])


def other_document(name: str, pool: Pool, strength: float) -> Values:
    """Another score of the whole document, by a share, in place of the default's."""
    keyword = pool.keyword + strength * (pool[name] - pool["document"])
    return pool.fused(keyword, pool["cosine"])


class Idea(NamedTuple):
    """An idea, and the strengths at which it is tried."""

    score: Callable[[Pool, float], Values]
    strengths: tuple[float, ...]

    def at(self, strength: float) -> Callable[[Pool], Values]:
        """The idea at one strength."""
        return lambda pool: self.score(pool, strength)


_USUAL = (0.1, 0.2, 0.4, 0.8, 1.6)

IDEAS: dict[str, Idea] = {
    f"words within {WINDOW} of each other": Idea(partial(to_keyword, "window"), _USUAL),
    "share of the question's idf in the passage": Idea(covering, (0.05, 0.1, 0.2, 0.4)),
    "neighbours' keyword score": Idea(partial(to_keyword, "neighbours' words"), _USUAL),
    "neighbours' cosine": Idea(partial(to_meaning, "neighbours' cosine"), _USUAL),
    "cosine of the whole document": Idea(partial(to_meaning, "document's cosine"), _USUAL),
    "long passages first, or short ones": Idea(partial(to_score, "length"), (-0.1, -0.05, -0.02, 0.02, 0.05, 0.1)),
    "feedback in vector space (Rocchio)": Idea(partial(to_meaning, "feedback"), _USUAL),
    "feedback by words (RM3)": Idea(partial(to_keyword, "RM3"), _USUAL),
    "title twice in the document's evidence": Idea(partial(other_document, "title 2"), (1.0,)),
    "title four times in it": Idea(partial(other_document, "title 4"), (1.0,)),
    "documents' own idf in it": Idea(partial(other_document, "documents' idf"), (1.0,)),
}


def scored(pools: Sequence[Pool], score: Callable[[Pool], Values]) -> Values:
    """The nDCG@10 of every question if candidates are scored so; a document counts by its best passage."""
    ranked, judged = np.zeros((len(pools), 10), np.int64), np.zeros((len(pools), 10), np.int64)
    for row, each in enumerate(pools):
        if len(each.starts):
            best = np.maximum.reduceat(score(each), each.starts)
            top = each.grades[np.argsort(-best, kind="stable")[:10]]
            ranked[row, : len(top)] = top
        judged[row, : len(each.judged)] = each.judged
    return ndcg(ranked, judged)


# Models

MODEL_FEATURES = (
    "passage", "document", "pairs", "cosine", "window", "coverage", "document's cosine", "neighbours' words",
    "neighbours' cosine", "feedback", "RM3", "length",
)  # fmt: skip


def rows(pool: Pool) -> tuple[NDArray[np.intp], Values]:
    """The best of the default's documents, and what a model sees of each: of its best passage, and of the question."""
    score = pool.default
    best = np.maximum.reduceat(score, pool.starts)
    documents = np.argsort(-best, kind="stable")[:RERANKED]
    ends = np.append(pool.starts, len(score))
    passages = [ends[d] + int(np.argmax(score[ends[d] : ends[d + 1]])) for d in documents]
    own = [score, *(min_max(pool[name]) for name in MODEL_FEATURES), pool["cosine"], pool.keyword]
    seen = np.stack(own, axis=1)[passages]
    return documents, np.hstack([seen, np.tile(pool.asked, (len(seen), 1))])


@dataclass(frozen=True, slots=True)
class Modelled:
    """Documents put in order by a scikit-learn model that has learned which of them the judges named."""

    model: Any

    def fit(self, pools: Sequence[Pool]) -> "Modelled":
        """Learn from some questions, each of which weighs as much as another."""
        seen, grades, weights = [], [], []
        for each in pools:
            if len(each.starts):
                documents, features = rows(each)
                seen.append(features)
                grades.append(each.grades[documents])
                weights.append(np.full(len(documents), 1 / max(1, int((grades[-1] > 0).sum()))))
        weight = np.concatenate(weights)
        self.model.fit(np.concatenate(seen), np.concatenate(grades) > 0, **{self._weight_name(): weight})
        return self

    def _weight_name(self) -> str:
        return f"{self.model.steps[-1][0]}__sample_weight" if hasattr(self.model, "steps") else "sample_weight"

    def __call__(self, pool: Pool) -> Values:
        """A score a candidate: what the model says of its document, the same for all of one."""
        documents, features = rows(pool)
        scores = np.full(len(pool.starts), -1.0)
        scores[documents] = self.model.predict_proba(features)[:, 1]
        return np.repeat(scores, np.diff(pool.starts, append=len(pool["passage"])))


def models(tuning: Sequence[Pool]) -> Iterator[tuple[str, Callable[[Pool], Values]]]:
    """The models, trained."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    yield (
        "logistic regression over all features",
        Modelled(make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))).fit(tuning),
    )
    trees = HistGradientBoostingClassifier(
        max_iter=150, learning_rate=0.05, max_leaf_nodes=15, min_samples_leaf=100, l2_regularization=1.0, random_state=0
    )
    yield "boosted trees over all features", Modelled(trees).fit(tuning)
    yield "keyword weight from six features", weighing(tuning)


def weighing(tuning: Sequence[Pool], rounds: int = 3000) -> Callable[[Pool], Values]:
    """The keyword weight as a linear function of what a question is like, found by hill climbing."""
    grid = np.arange(0.2, 0.96, 0.05)
    table = np.stack([scored(tuning, lambda p, w=w: weighted(p, float(w))) for w in grid], axis=1)
    about = np.stack([each.asked for each in tuning])
    mean, spread = about.mean(axis=0), about.std(axis=0) + 1e-9

    def weights(coefficients: Values, of: Values) -> Values:
        return np.clip(coefficients[0] + (of - mean) / spread @ coefficients[1:], grid[0], grid[-1])

    def worth(coefficients: Values) -> float:
        place = (weights(coefficients, about) - grid[0]) / (grid[1] - grid[0])
        low = np.minimum(place.astype(int), len(grid) - 2)
        part, row = place - low, np.arange(len(table))
        return float((table[row, low] * (1 - part) + table[row, low + 1] * part).mean())

    generator = np.random.default_rng(0)
    best = np.append(grid[table.mean(axis=0).argmax()], np.zeros(about.shape[1]))
    highest = worth(best)
    for step in range(rounds):
        tried = best + generator.normal(0, 0.08 * 0.5 ** (4 * step / rounds), len(best)) * (
            generator.random(len(best)) < 0.5
        )
        if (value := worth(tried)) > highest:
            best, highest = tried, value
    return lambda pool: weighted(pool, float(weights(best, pool.asked)))


def weighted(pool: Pool, weight: float) -> Values:
    """The default with another keyword weight."""
    return weight * min_max(pool.keyword) + (1 - weight) * min_max(pool["cosine"])


# Print


def measured(arguments: Sequence[str]) -> Iterator[tuple[str, list[Pool]]]:
    """The judged sets, the first one in two."""
    sets = ((path, judged) for argument in arguments for path, judged in judged_sets(argument))
    for number, (path, judged) in enumerate(sets):
        with closing(Store(path)) as store:
            found = pools(store, judged)
        if number:
            yield judged.name, found
        else:
            tuned = [zlib.crc32(each.group.encode()) % 2 == 0 for each in found]
            yield "tuning half", [each for each, chosen in zip(found, tuned, strict=True) if chosen]
            yield "report half", [each for each, chosen in zip(found, tuned, strict=True) if not chosen]


def main() -> None:
    """Measure all ideas on the judged sets named on the command line."""
    sets = dict(measured(arguments() or sys.exit(__doc__)))
    base = {name: scored(pools, attrgetter("default")) for name, pools in sets.items()}
    tuning = sets["tuning half"]
    with Record("rejected-ideas", ["", "at", *(f"{name} ({len(pools)})" for name, pools in sets.items())]) as record:
        record.row("default", "", *(f"{values.mean():.3f}" for values in base.values()))

        def show(name: str, strength: str, score: Callable[[Pool], Values]) -> None:
            gains = {each: scored(pools, score) - base[each] for each, pools in sets.items()}
            record.row(name, strength, *(f"{values.mean():+.3f} ({chance(values)})" for values in gains.values()))

        for name, idea in IDEAS.items():
            means = [scored(tuning, idea.at(each)).mean() for each in idea.strengths]
            strength = idea.strengths[int(np.argmax(means))]
            show(name, f"{strength:g}" if len(means) > 1 else "", idea.at(strength))
        for name, score in models(tuning):
            show(name, "", score)


if __name__ == "__main__":
    main()
