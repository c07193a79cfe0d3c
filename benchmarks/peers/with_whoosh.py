"""Whoosh with its own scoring and its own files, which Dragoman uses for neither. By words alone."""

# requires: whoosh3 numpy

import re
from pathlib import Path
from typing import Any

from protocol import Corpus, Hit, run
from whoosh import fields, index, qparser
from whoosh.analysis import StemmingAnalyzer


class Whoosh:
    """See `protocol.Peer`."""

    def index(self, corpus: Corpus, folder: Path) -> None:
        """Its memory is limited as its documentation advises, and there is one process."""
        text = fields.TEXT(stored=True, analyzer=StemmingAnalyzer(cachesize=-1))
        schema = fields.Schema(number=fields.STORED, title=text, text=text)
        writer = index.create_in(folder, schema).writer(limitmb=256, procs=1)
        for passage in corpus.passages():
            writer.add_document(number=passage.number, title=passage.title, text=passage.text)
        writer.commit(optimize=True)

    def open(self, corpus: Corpus, folder: Path) -> None:
        """See `protocol.Peer`."""
        opened = index.open_dir(folder)
        self._searcher = opened.searcher()
        self._parser = qparser.MultifieldParser(["title", "text"], opened.schema, group=qparser.OrGroup)

    def _found(self, text: str, k: int) -> Any:
        return self._searcher.search(self._parser.parse(" ".join(re.findall(r"\w+", text.lower()))), limit=k)

    def keyword(self, text: str, vector: Any, k: int) -> list[Hit]:
        """BM25F, with numbers of its own, which are those of the passages as it has one segment."""
        return [Hit(number, score) for score, number in self._found(text, k).top_n]

    def by_words(self, text: str, vector: Any, k: int) -> list[Hit]:
        """By words, with texts."""
        return [Hit(hit["number"], hit.score, f"{hit['title']}\n{hit['text']}") for hit in self._found(text, k)]


if __name__ == "__main__":
    run(Whoosh())
