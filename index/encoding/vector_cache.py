"""Vectors that were made once on this machine, by the content of passages: nothing is encoded twice.

An interrupted addition goes on where it was, a collection that is built anew copies what it had, a repair need not
encode. It is a SQLite file in the user's cache folder, which nobody else can read, bounded in size: what has not been
asked for longest goes first. It is never needed: where it cannot be read or written, passages are encoded.
"""

import os
import sqlite3
import struct
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import xxhash
from numpy.typing import NDArray

from ...corpus.document import Passage, Span
from ...errors import DragomanError
from ...user_folders import user_cache
from ..segments.encoded_passage import EncodedPassage
from .device import chosen_device
from .model import fingerprint, resolve_model
from .passage_encoder import CHUNK, TITLE_CHARACTERS, PassageEncoder, check_model
from .query_encoder import RECIPE_VERSION, EncoderInfo

MOST_BYTES: Final = 2_000_000_000
"""How large the file may become: that is some 400,000 passages of a model with 384 dimensions."""

_SWEPT_PART: Final = 0.1
"""How much of it is removed at once when it is full."""

_WAIT: Final = 5.0  # seconds, for another program that writes to it

_HEAD: Final = struct.Struct("<8sI")
"""What stands before a passage's vectors: their checksum, and how many sentences there are."""

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, used INTEGER NOT NULL, vectors BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS by_use ON vectors (used)
"""


class Vectors(NamedTuple):
    """A passage's vectors as a segment keeps them: float16 [dimension], and int8 [sentences, dimension]."""

    vector: NDArray[np.float16]
    sentences: NDArray[np.int8]


class VectorCache:
    """The cache of one way of encoding. Whatever goes wrong with its file, nothing is found and nothing is kept.

    Args:
        recipe: What else a passage's vectors depend on than the passage: see `recipe`.
        dimension: The number of components of a vector.
        most_bytes: How large the file may become.
    """

    def __init__(self, recipe: str, dimension: int, most_bytes: int = MOST_BYTES) -> None:
        self._recipe = recipe.encode()
        self._dimension = dimension
        self._most_bytes = most_bytes
        self._connection: sqlite3.Connection | None = None
        self._now = int(time.time())
        with suppress(OSError, sqlite3.Error, DragomanError):
            self._connection = _opened(cache_file())

    def key(self, passage: Passage) -> bytes:
        """What a passage is known by: all of it that is encoded, and where its sentences begin and end."""
        title = " ".join(passage.document.title.split())[:TITLE_CHARACTERS]
        spans = np.array(passage.sentences, np.int64).reshape(-1, 2) - passage.start
        parts = self._recipe, title.encode(*_UTF8), passage.text.encode(*_UTF8), spans.astype("<i8").tobytes()
        said = blake2b(digest_size=16)
        for part in parts:
            said.update(len(part).to_bytes(8, "little"))
            said.update(part)
        return said.digest()

    def get(self, passages: Sequence[Passage]) -> list[Vectors | None]:
        """The vectors of some passages, None for each that is not known. They count as used now."""
        if self._connection is None:
            return [None] * len(passages)
        found: list[Vectors | None] = []
        used: list[tuple[int, bytes]] = []
        try:
            for passage in passages:
                key = self.key(passage)
                row = self._connection.execute("SELECT vectors FROM vectors WHERE key = ?", (key,)).fetchone()
                vectors = self._decoded(row[0], len(passage.sentences)) if row else None
                found.append(vectors)
                if vectors:
                    used.append((self._now, key))
            if used:
                with self._connection:
                    self._connection.execute("BEGIN IMMEDIATE")  # or each row would be a transaction
                    self._connection.executemany("UPDATE vectors SET used = ? WHERE key = ?", used)
        except sqlite3.Error:
            self._give_up()
        return found + [None] * (len(passages) - len(found))

    def keep(self, encoded: Iterable[tuple[Passage, EncodedPassage]]) -> None:
        """Keep the vectors of passages that have just been encoded, on disk for good."""
        connection = self._connection
        if connection is None:
            return
        rows = [(self.key(passage), self._now, self._encoded(each)) for passage, each in encoded]
        try:
            with connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)
                self._sweep(connection, sum(len(row[2]) for row in rows))
        except sqlite3.Error:
            self._give_up()

    def forget(self, passages: Iterable[Passage]) -> None:
        """Leave nothing of some passages, as a purge wants it.

        Raises:
            sqlite3.Error: That is refused.
        """
        if self._connection is not None:
            keys = ((self.key(each),) for each in passages)
            self._connection.executemany("DELETE FROM vectors WHERE key = ?", keys)
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close its file. From then on, nothing is found and nothing is kept."""
        self._give_up()

    def _sweep(self, connection: sqlite3.Connection, added: int) -> None:
        """Where there is more than there may be, remove what has not been used for longest."""
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        (free,) = connection.execute("PRAGMA freelist_count").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        if (pages - free) * size <= self._most_bytes:
            return
        left = self._most_bytes * _SWEPT_PART + added
        gone: list[tuple[int]] = []
        for row, length in connection.execute("SELECT rowid, length(vectors) FROM vectors ORDER BY used, rowid"):
            gone.append((row,))
            left -= length
            if left <= 0:
                break
        connection.executemany("DELETE FROM vectors WHERE rowid = ?", gone)

    def _encoded(self, passage: EncodedPassage) -> bytes:
        content = passage.vector.astype("<f2").tobytes() + passage.sentence_vectors.tobytes()
        return _HEAD.pack(xxhash.xxh3_64_digest(content), len(passage.sentence_vectors)) + content

    def _decoded(self, value: bytes, sentences: int) -> Vectors | None:
        """The vectors in a row; None if it is not as it was written."""
        size = _HEAD.size + (2 + sentences) * self._dimension
        if len(value) != size:
            return None
        checksum, count = _HEAD.unpack_from(value)
        content = value[_HEAD.size :]
        if count != sentences or checksum != xxhash.xxh3_64_digest(content):
            return None
        vector = np.frombuffer(content, "<f2", self._dimension)
        coded = np.frombuffer(content, np.int8, offset=2 * self._dimension)
        return Vectors(vector, coded.reshape(-1, self._dimension))

    def _give_up(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None


class CachedEncoder:
    """Encodes passages as `PassageEncoder` does, but none twice on this machine. The model is loaded when it is needed.

    Args:
        name: DEFAULT_MODEL, or the path of a model's folder.
        info: What the collection's vectors were made with.

    Raises:
        ModelNotFound: There is no such model.
        CollectionMismatch: The model is not the one that `info` describes.
        MissingExtra: It can only be used by Sentence Transformers, which is not installed.
        DragomanError: There is no such device as this process is to encode on.
    """

    def __init__(self, name: str, info: EncoderInfo) -> None:
        self._device = chosen_device()
        check_model(name, info, self._device)
        self._name = name
        self._info = info
        self._recipe = recipe(name, info)
        self._encoder: PassageEncoder | None = None

    def encode(self, passages: Iterable[tuple[int, Passage]]) -> Iterator[EncodedPassage]:
        """See `PassageEncoder.encode`."""
        stream = iter(passages)
        with closing(VectorCache(self._recipe, self._info.dimension)) as cache:
            while chunk := list(islice(stream, CHUNK)):
                yield from self._encoded(chunk, cache)

    def _encoded(self, chunk: Sequence[tuple[int, Passage]], cache: VectorCache) -> Iterator[EncodedPassage]:
        known = cache.get([passage for _, passage in chunk])
        missing = [each for each, vectors in zip(chunk, known, strict=True) if vectors is None]
        encoded = list(self._loaded.encode(missing)) if missing else []
        cache.keep((passage, each) for (_, passage), each in zip(missing, encoded, strict=True))
        fresh = iter(encoded)
        for (version, passage), vectors in zip(chunk, known, strict=True):
            if vectors is None:
                yield next(fresh)
                continue
            span, vector = Span(passage.start, passage.end), vectors.vector.astype(np.float32)
            yield EncodedPassage(version, passage.document, span, passage.sentences, vector, vectors.sentences)

    @property
    def _loaded(self) -> PassageEncoder:
        if self._encoder is None:
            self._encoder = PassageEncoder(self._name, self._info, self._device)
        return self._encoder


def recipe(name: str, info: EncoderInfo) -> str:
    """What a passage's vectors depend on beside the passage: the model, its settings, the precision, our own way.

    Args:
        name: The model: DEFAULT_MODEL, or the path of its folder.
        info: What a collection's vectors are made with.

    Raises:
        ModelNotFound: There is no such model (any more).
    """
    return f"{RECIPE_VERSION} {fingerprint(name, resolve_model(name), info.precision)}"


def cache_file() -> Path:
    """Where the cache is, on this machine, for this user. Raises SystemRefusal if they have no cache folder."""
    return user_cache() / "vectors" / "vectors.sqlite"


_UTF8: Final = "utf-8", "surrogatepass"


def _opened(path: Path) -> sqlite3.Connection:
    """The cache's file, opened. One that is damaged gives way to an empty one; one that finds no room is not left."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.parent.chmod(0o700)  # much of a text can be told from its vectors
    was_there = path.exists()
    try:
        return _prepared(path)
    except sqlite3.DatabaseError as error:
        if not was_there or not isinstance(error, sqlite3.OperationalError):
            for end in ("", "-wal", "-shm"):
                path.with_name(path.name + end).unlink(missing_ok=True)
        if not was_there or isinstance(error, sqlite3.OperationalError):
            raise
        return _prepared(path)


def _prepared(path: Path) -> sqlite3.Connection:
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(path, timeout=_WAIT, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA secure_delete = ON")
        connection.executescript(_TABLES)
    except BaseException:
        connection.close()
        raise
    return connection
