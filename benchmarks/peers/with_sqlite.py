"""SQLite's FTS5 with Porter's stems, the extension sqlite-vec, and reciprocal rank fusion of both.

Through apsw, which brings an SQLite of today: that of some builds of Python loads no extensions.
"""

# requires: apsw sqlite-vec numpy

import re
from pathlib import Path
from typing import Any

import apsw
import sqlite_vec
from protocol import Corpus, Hit, fuse_ranks, run

DEPTH = 100
"""So many passages of each leg are fused."""


class Sqlite:
    """See `protocol.Peer`."""

    def _connect(self, folder: Path) -> apsw.Connection:
        connection = apsw.Connection(str(folder / "passages.sqlite"))
        connection.enable_load_extension(True)
        connection.load_extension(sqlite_vec.loadable_path())
        return connection

    def index(self, corpus: Corpus, folder: Path) -> None:
        """All of it in one transaction."""
        connection = self._connect(folder)
        width = corpus.vectors.shape[1]
        connection.execute("CREATE VIRTUAL TABLE words USING fts5(title, text, tokenize = 'porter unicode61')")
        connection.execute(f"CREATE VIRTUAL TABLE vectors USING vec0(vector float[{width}] distance_metric=cosine)")
        connection.execute("BEGIN")
        for passages, vectors in corpus.batches():
            rows = [(each.number, each.title, each.text) for each in passages]
            connection.executemany("INSERT INTO words (rowid, title, text) VALUES (?, ?, ?)", rows)
            pairs = [(each.number, vector.tobytes()) for each, vector in zip(passages, vectors, strict=True)]
            connection.executemany("INSERT INTO vectors (rowid, vector) VALUES (?, ?)", pairs)
        connection.execute("COMMIT")
        connection.execute("INSERT INTO words (words) VALUES ('optimize')")
        connection.close()

    def open(self, corpus: Corpus, folder: Path) -> None:
        """See `protocol.Peer`."""
        self._connection = self._connect(folder)

    def keyword(self, text: str, vector: Any, k: int) -> list[Hit]:
        """Any of the words will do, as it does to the others."""
        query = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", text.lower()))
        sql = "SELECT rowid, -rank FROM words WHERE words MATCH ? ORDER BY rank LIMIT ?"
        return [Hit(*row) for row in self._connection.execute(sql, (query, k))]

    def vector(self, text: str, vector: Any, k: int) -> list[Hit]:
        """It is exact: it has no approximate index."""
        sql = "SELECT rowid, 1 - distance FROM vectors WHERE vector MATCH ? AND k = ?"
        return [Hit(*row) for row in self._connection.execute(sql, (vector.tobytes(), k))]

    def hybrid(self, text: str, vector: Any, k: int) -> list[Hit]:
        """As its own documentation does it."""
        numbers = fuse_ranks([self.keyword(text, vector, DEPTH), self.vector(text, vector, DEPTH)], k)
        return [self._read(number) for number in numbers]

    def _read(self, number: int) -> Hit:
        sql = "SELECT title, text FROM words WHERE rowid = ?"
        [(title, text)] = self._connection.execute(sql, (number,))
        return Hit(number, 0.0, f"{title}\n{text}")

    def by_words(self, text: str, vector: Any, k: int) -> list[Hit]:
        """By words, with texts."""
        return [self._read(hit.number) for hit in self.keyword(text, vector, k)]


if __name__ == "__main__":
    run(Sqlite())
