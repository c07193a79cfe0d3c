"""bm25s: BM25 worked out beforehand, in sparse matrices. By words alone, title and text in one."""

# requires: bm25s PyStemmer numpy numba

import json
from pathlib import Path
from typing import Any

import bm25s
import Stemmer
from protocol import Corpus, Hit, run


class Bm25s:
    """See `protocol.Peer`."""

    def __init__(self) -> None:
        self._stemmer = Stemmer.Stemmer("english")

    def _tokens(self, texts: list[str]) -> Any:
        return bm25s.tokenize(texts, stopwords="en", stemmer=self._stemmer, show_progress=False)

    def index(self, corpus: Corpus, folder: Path) -> None:
        """It takes all texts at once."""
        passages = list(corpus.passages())
        index = bm25s.BM25(k1=1.2, b=0.75)
        index.index(self._tokens([f"{each.title}\n{each.text}" for each in passages]), show_progress=False)
        texts = [{"title": each.title, "text": each.text} for each in passages]
        index.save(str(folder), corpus=texts, show_progress=False)

    def open(self, corpus: Corpus, folder: Path) -> None:
        """Mapped, as is its corpus."""
        self._index = bm25s.BM25.load(str(folder), mmap=True, load_corpus=False, show_progress=False)
        self._folder = folder

    def keyword(self, text: str, vector: Any, k: int) -> list[Hit]:
        """One question at a time, without threads."""
        k = min(k, self._index.scores["num_docs"])
        numbers, scores = self._index.retrieve(self._tokens([text]), k=k, show_progress=False, n_threads=0)
        return [Hit(int(n), float(s)) for n, s in zip(numbers[0], scores[0], strict=True) if s > 0]

    def by_words(self, text: str, vector: Any, k: int) -> list[Hit]:
        """The texts come from its corpus, a file of lines with an index of where they begin."""
        texts = bm25s.utils.corpus.JsonlCorpus(str(self._folder / "corpus.jsonl"), show_progress=False)
        return [Hit(hit.number, hit.score, json.dumps(texts[hit.number])) for hit in self.keyword(text, vector, k)]


if __name__ == "__main__":
    run(Bm25s())
