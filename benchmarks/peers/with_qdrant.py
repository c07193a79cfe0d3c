"""Qdrant Edge: Qdrant's storage in the process. HNSW, BM25 as sparse vectors, and its reciprocal rank fusion."""

# requires: qdrant-edge-py numpy

from pathlib import Path
from typing import Any

import qdrant_edge as q
from protocol import Corpus, Hit, leave, run

DEPTH = 100
"""So many passages of each leg are fused."""
FUSED = 2
"""The constant of its fusion, which is Qdrant's default."""


class Qdrant:
    """See `protocol.Peer`."""

    def __init__(self) -> None:
        self._words = q.Bm25()

    def index(self, corpus: Corpus, folder: Path) -> None:
        """Its settings are the default ones; with one thread to make the graph. Then it optimises, as it wants to."""
        config = q.EdgeConfig(
            vectors={"meaning": q.EdgeVectorParams(size=corpus.vectors.shape[1], distance=q.Distance.Cosine)},
            sparse_vectors={"words": q.EdgeSparseVectorParams(modifier=q.Modifier.Idf)},
            hnsw_config=q.HnswIndexConfig(16, 100, 10_000, max_indexing_threads=1),
        )
        shard = q.EdgeShard.create(str(folder), config)
        for passages, vectors in corpus.batches():
            points = [
                q.Point(
                    id=each.number,
                    vector={
                        "meaning": vector.tolist(),
                        "words": self._words.embed_document(f"{each.title}\n{each.text}"),
                    },
                    payload={"title": each.title, "text": each.text},
                )
                for each, vector in zip(passages, vectors, strict=True)
            ]
            shard.update(q.UpdateOperation.upsert_points(points))
        shard.optimize()
        shard.flush()
        shard.close()

    def open(self, corpus: Corpus, folder: Path) -> None:
        """See `protocol.Peer`."""
        self._shard = q.EdgeShard.load(str(folder))

    def _by_words(self, text: str) -> Any:
        return q.Query.Nearest(self._words.embed_query(text), using="words")

    def _by_vector(self, vector: Any) -> Any:
        return q.Query.Nearest(vector.tolist(), using="meaning")

    def _ask(self, k: int, query: Any, *, texts: bool = False, **more: Any) -> list[Hit]:
        points = self._shard.query(q.QueryRequest(limit=k, query=query, with_payload=texts, **more))
        if not texts:
            return [Hit(int(each.id), each.score) for each in points]
        return [Hit(int(each.id), each.score, f"{each.payload['title']}\n{each.payload['text']}") for each in points]

    def keyword(self, text: str, vector: Any, k: int) -> list[Hit]:
        """BM25 of title and text in one."""
        return self._ask(k, self._by_words(text))

    def vector(self, text: str, vector: Any, k: int) -> list[Hit]:
        """By its graph."""
        return self._ask(k, self._by_vector(vector))

    def exact(self, text: str, vector: Any, k: int) -> list[Hit]:
        """Past its graph."""
        return self._ask(k, self._by_vector(vector), params=q.SearchParams(exact=True))

    def hybrid(self, text: str, vector: Any, k: int) -> list[Hit]:
        """Reciprocal rank fusion of both."""
        legs = [q.Prefetch(limit=DEPTH, query=each) for each in (self._by_words(text), self._by_vector(vector))]
        return self._ask(k, q.Fusion.Rrf(k=FUSED), texts=True, prefetches=legs)

    def by_words(self, text: str, vector: Any, k: int) -> list[Hit]:
        """By words, with texts."""
        return self._ask(k, self._by_words(text), texts=True)


if __name__ == "__main__":
    run(Qdrant())
    leave()
