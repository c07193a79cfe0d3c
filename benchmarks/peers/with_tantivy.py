"""Tantivy: Lucene's ways in Rust. By words alone; English stems, BM25 in each of two fields, summed."""

# requires: tantivy numpy

import re
from pathlib import Path
from typing import Any

import tantivy
from protocol import Corpus, Hit, run

FIELDS = ["title", "text"]


class Tantivy:
    """See `protocol.Peer`."""

    def index(self, corpus: Corpus, folder: Path) -> None:
        """Write with one thread, and merge into as few segments as it pleases."""
        schema = tantivy.SchemaBuilder()
        for field in FIELDS:
            schema.add_text_field(field, stored=True, tokenizer_name="en_stem")
        schema.add_integer_field("number", stored=True, fast=True)
        index = tantivy.Index(schema.build(), path=str(folder))
        writer = index.writer(heap_size=200_000_000, num_threads=1)
        for passage in corpus.passages():
            writer.add_document(tantivy.Document(title=passage.title, text=passage.text, number=passage.number))
        writer.commit()
        writer.wait_merging_threads()

    def open(self, corpus: Corpus, folder: Path) -> None:
        """See `protocol.Peer`."""
        self._index = tantivy.Index.open(str(folder))
        self._searcher = self._index.searcher()

    def _found(self, text: str, k: int) -> list[tuple[float, Any]]:
        query = self._index.parse_query(" ".join(re.findall(r"\w+", text.lower())), FIELDS)
        return self._searcher.search(query, k, count=False).hits

    def keyword(self, text: str, vector: Any, k: int) -> list[Hit]:
        """Numbers come from a column, so that no document is read."""
        hits = self._found(text, k)
        numbers = self._searcher.fast_field_values("number", [address for _, address in hits])
        return [Hit(number, score) for (score, _), number in zip(hits, numbers, strict=True)]

    def by_words(self, text: str, vector: Any, k: int) -> list[Hit]:
        """The same with texts, for a whole process."""
        hits: list[Hit] = []
        for score, address in self._found(text, k):
            document = self._searcher.doc(address)
            hits.append(Hit(document["number"][0], score, f"{document['title'][0]}\n{document['text'][0]}"))
        return hits


if __name__ == "__main__":
    run(Tantivy())
