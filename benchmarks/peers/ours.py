"""Dragoman, in the environment that runs the comparison."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from protocol import Corpus, Hit, run
from stored import stored

import dragoman
from dragoman.index.reading.plan import PASSAGE, Deadline, Meaning, Plan, Words
from dragoman.index.segments.bm25f import BM25F
from dragoman.index.writing.build import build
from dragoman.index.writing.store import Store
from dragoman.search.language.interpreter import interpret
from dragoman.search.language.question import Question
from dragoman.search.options import check_options
from dragoman.search.ranking.settings import settings_of
from dragoman.search.results.answer import answer
from dragoman.search.stores.addresses import open_store

COLLECTION = "ours.idx"


class Ours:
    """See `protocol.Peer`."""

    def index(self, corpus: Corpus, folder: Path) -> None:
        """Documents, passages and vectors are those of the collection that the corpus was taken out of."""
        source_folder, passages = (corpus.folder / "source").read_text().split("\n")
        with closing(Store(Path(source_folder))) as source:
            manifest = source.snapshot().manifest
            build(
                folder / COLLECTION,
                lambda writer: writer.take(stored(source, int(passages))),
                model=manifest.model,
                own=manifest.fields.own,
                precision=manifest.precision,
                in_steps=False,
            )

    def open(self, corpus: Corpus, folder: Path) -> None:
        """See `protocol.Peer`."""
        self._store = open_store(folder / COLLECTION)
        self._collection = dragoman.Collection(self._store)

    def before(self, text: str, vector: Any) -> None:
        """Make ready what is not to be counted.

        The encoder keeps a few vectors: so it is given them, as the others are. For its leg alone, words are looked up.
        """
        view = self._store.view
        view.encode(text)
        query = self._question(text).query
        units = interpret(view, query, variants=False, spellings=False, deadline=Deadline()).units
        self._words = Plan(legs={"keyword": Words(units, (), BM25F(), documents=False, any_word=True)})

    def _question(self, text: str) -> Question:
        options = check_options(mode="keyword", fold=False, literal=False, match="most", per_document=False, sort=None)
        return Question.parse(text, {**options, "timeout": None}, {}, self._store.view.info.fields)

    def leg(self, text: str, vector: Any, k: int) -> list[Hit]:
        """What an index of words does, and no more: BM25F of the question's own words in passages, best first."""
        found = self._store.view.candidates(self._words, k, Deadline())
        scores = found.legs["keyword"].evidence[PASSAGE]
        best = np.argsort(-scores, kind="stable")[:k]
        return [Hit(*pair) for pair in zip(found.numbers[best].tolist(), scores[best].tolist(), strict=True)]

    def keyword(self, text: str, vector: Any, k: int) -> list[Hit]:
        """All from the question's text to numbers and scores: other names, spellings, phrases, whole documents."""
        view = self._store.view
        settings = replace(settings_of(view.info.ranking), depth=k)
        ranking = answer(view, self._question(text), settings, limit=k).ranking
        numbers = ranking.listing.numbers
        scores = ranking.scores.parts.sum(axis=0)[np.searchsorted(ranking.candidates.numbers, numbers)]
        return [Hit(*pair) for pair in zip(numbers.tolist(), scores.tolist(), strict=True)]

    def vector(self, text: str, vector: Any, k: int) -> list[Hit]:
        """The leg alone."""
        found = self._store.view.candidates(Plan(legs={"meaning": Meaning(vector, floor=-1.0)}), k, Deadline())
        scores = found.legs["meaning"].evidence[0]
        best = np.argsort(-scores, kind="stable")[:k]
        return [Hit(*pair) for pair in zip(found.numbers[best].tolist(), scores[best].tolist(), strict=True)]

    def hybrid(self, text: str, vector: Any, k: int) -> Any:
        """What everybody gets who searches: hits with their documents, marked, without near-copies."""
        return self._collection.search(text, limit=k).hits

    def numbers(self, hits: Any) -> list[int]:
        """The numbers of hits' passages."""
        view = self._store.view
        if hits and isinstance(hits[0], Hit):
            return [hit.number for hit in hits]
        return [int(view.find(hit.document.id, dragoman.Span(hit.start, hit.end))[0]) for hit in hits]


if __name__ == "__main__":
    run(Ours())
