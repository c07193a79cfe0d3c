"""txtai: embeddings that were made elsewhere, its own BM25, and its hybrid, which is a weighted sum of both."""

# requires: torch==2.13.0 txtai numpy

from pathlib import Path
from typing import Any

from protocol import Corpus, Hit, leave, run
from txtai.embeddings import Embeddings

SETTINGS = {"content": True, "hybrid": True, "method": "external", "normalize": True}


class Txtai:
    """See `protocol.Peer`."""

    def __init__(self) -> None:
        self._question: Any = None

    def index(self, corpus: Corpus, folder: Path) -> None:
        """It takes rows of an id, a text and tags; for the vectors it asks back, in the same order."""
        vectors, position = corpus.vectors, 0

        def transform(texts: list[Any]) -> Any:
            nonlocal position
            rows = vectors[position : position + len(texts)]
            position += len(texts)
            return rows

        embeddings = Embeddings({**SETTINGS, "transform": transform})
        embeddings.index((each.number, f"{each.title}\n{each.text}", None) for each in corpus.passages())
        embeddings.config.pop("transform")
        embeddings.save(str(folder))
        embeddings.close()

    def open(self, corpus: Corpus, folder: Path) -> None:
        """The vector of a question is given to it when it asks for it."""
        self._embeddings = Embeddings()
        self._embeddings.load(str(folder), config={"transform": lambda _texts: [self._question]})

    def keyword(self, text: str, vector: Any, k: int) -> list[Hit]:
        """Its scoring alone, which knows passages by their position."""
        return [Hit(int(number), score) for number, score in self._embeddings.scoring.search(text, k)]

    def vector(self, text: str, vector: Any, k: int) -> list[Hit]:
        """Its index of vectors alone, which it chooses by how many there are."""
        [found] = self._embeddings.ann.search(vector.reshape(1, -1), k)
        return [Hit(int(number), score) for number, score in found]

    def hybrid(self, text: str, vector: Any, k: int) -> list[Hit]:
        """Its search, with its content."""
        self._question = vector
        found = self._embeddings.search(text, k)
        return [Hit(int(each["id"]), each["score"], each["text"]) for each in found]


if __name__ == "__main__":
    run(Txtai())
    leave()
