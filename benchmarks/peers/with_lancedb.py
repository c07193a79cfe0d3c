"""LanceDB: its own inverted index, its own vector index, and its hybrid query, which fuses ranks by default."""

# requires: lancedb numpy

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lancedb
import pyarrow as pa
from lancedb.index import FTS, IvfPq
from lancedb.rerankers import RRFReranker
from protocol import Corpus, Hit, leave, run

COLUMNS = ["title", "text"]


class Lance:
    """See `protocol.Peer`."""

    def index(self, corpus: Corpus, folder: Path) -> None:
        """Its default vector index is IVF_PQ; it trains on 256 vectors at least."""
        width = corpus.vectors.shape[1]
        vector = pa.list_(pa.float32(), width)
        schema = pa.schema([("number", pa.int64()), ("title", pa.string()), ("text", pa.string()), ("vector", vector)])

        def batches() -> Iterator[Any]:
            for passages, vectors in corpus.batches(5000):
                columns = [[each.number for each in passages], *([getattr(p, c) for p in passages] for c in COLUMNS)]
                lists = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), width)
                yield pa.record_batch([*map(pa.array, columns), lists], schema=schema)

        table = lancedb.connect(folder).create_table("passages", batches(), schema=schema)
        for column in COLUMNS:
            table.create_index(column, config=FTS())
        if len(corpus.vectors) >= 256:
            table.create_index("vector", config=IvfPq(distance_type="cosine"))

    def open(self, corpus: Corpus, folder: Path) -> None:
        """See `protocol.Peer`."""
        self._table = lancedb.connect(folder).open_table("passages")

    def keyword(self, text: str, vector: Any, k: int) -> list[Hit]:
        """Both columns; any of the words will do."""
        words = " ".join(re.findall(r"\w+", text.lower()))
        search = self._table.search(words, query_type="fts", fts_columns=COLUMNS)
        return _hits(search.select(["number", "_score"]).limit(k).to_arrow(), "_score")

    def vector(self, text: str, vector: Any, k: int) -> list[Hit]:
        """By its index, with as many probes as it takes by default."""
        search = self._table.search(vector, vector_column_name="vector").distance_type("cosine")
        return _hits(search.select(["number", "_distance"]).limit(k).to_arrow(), "_distance")

    def exact(self, text: str, vector: Any, k: int) -> list[Hit]:
        """Past its index."""
        search = self._table.search(vector, vector_column_name="vector").distance_type("cosine").bypass_vector_index()
        return _hits(search.select(["number", "_distance"]).limit(k).to_arrow(), "_distance")

    def hybrid(self, text: str, vector: Any, k: int) -> list[Hit]:
        """Its hybrid query, with its default reranker."""
        words = " ".join(re.findall(r"\w+", text.lower()))
        search = self._table.search(query_type="hybrid", vector_column_name="vector", fts_columns=COLUMNS)
        found = search.vector(vector).text(words).distance_type("cosine").rerank(RRFReranker()).limit(k)
        return _hits(found.to_arrow(), "_relevance_score", texts=True)

    def by_words(self, text: str, vector: Any, k: int) -> list[Hit]:
        """By words, with texts."""
        words = " ".join(re.findall(r"\w+", text.lower()))
        search = self._table.search(words, query_type="fts", fts_columns=COLUMNS)
        return _hits(search.select(["number", *COLUMNS, "_score"]).limit(k).to_arrow(), "_score", texts=True)


def _hits(table: Any, score: str, *, texts: bool = False) -> list[Hit]:
    numbers, scores = table["number"].to_pylist(), table[score].to_pylist()
    if not texts:
        return [Hit(*pair) for pair in zip(numbers, scores, strict=True)]
    rows = zip(numbers, scores, table["title"].to_pylist(), table["text"].to_pylist(), strict=True)
    return [Hit(number, value, f"{title}\n{text}") for number, value, title, text in rows]


if __name__ == "__main__":
    run(Lance())
    leave()
