"""The script that one writes in an afternoon: all vectors in a matrix, all texts in a list."""

# requires: numpy

import json
from pathlib import Path
from typing import Any

import numpy as np
from protocol import Corpus, Hit, run


class TwentyLines:
    """See `protocol.Peer`."""

    def index(self, corpus: Corpus, folder: Path) -> None:
        """Two files."""
        np.save(folder / "vectors.npy", corpus.vectors)
        texts = [f"{each.title}\n{each.text}" for each in corpus.passages()]
        (folder / "texts.json").write_text(json.dumps(texts), encoding="utf-8")

    def open(self, corpus: Corpus, folder: Path) -> None:
        """All of it is read."""
        self._vectors = np.load(folder / "vectors.npy")
        self._texts = json.loads((folder / "texts.json").read_text(encoding="utf-8"))

    def vector(self, text: str, vector: Any, k: int) -> list[Hit]:
        """Exact."""
        scores = self._vectors @ vector
        k = min(k, len(scores))
        best = np.argpartition(-scores, k - 1)[:k]
        return [Hit(int(n), float(scores[n])) for n in best[np.argsort(-scores[best])]]

    def hybrid(self, text: str, vector: Any, k: int) -> list[Hit]:
        """It knows no words: the nearest, with their texts."""
        return [Hit(hit.number, hit.score, self._texts[hit.number]) for hit in self.vector(text, vector, k)]


if __name__ == "__main__":
    run(TwentyLines())
