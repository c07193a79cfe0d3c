"""What a collection is fed from: its sources, and what was read of each of their files and URLs, kept in the ledger.

None of it bears on an answer, and so none of it raises the generation.
"""

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, astuple, fields
from typing import TYPE_CHECKING, Any, Final

from ...frozen import frozen
from .database import Database

if TYPE_CHECKING:
    from ...corpus.fetching.url_reader import Known

_PAGE: Final = 1000


@frozen
class FedSource:
    """A source that a collection is fed from.

    Attributes:
        name: An absolute path, an absolute pattern, or a URL.
        kind: "folder", "file", "pattern" or "url".
        options: Those it is read with, as JSON has them.
        added_at: When it was first read, in seconds since the epoch.
        read_at: When it was last read, in seconds since the epoch.
        documents: How many documents the last reading found.
        skipped: How many things the last reading could not read.
    """

    name: str
    kind: str
    options: Mapping[str, Any]
    added_at: float
    read_at: float
    documents: int
    skipped: int


@frozen
class KnownFile:
    """What was read of a file.

    Attributes:
        source: The source that it was last read for.
        reading: Stands for the options that it was read with, and for the version of its reader.
        size: Its size in bytes.
        modified_ns: When it was changed, in nanoseconds since the epoch.
        device: The number of the file system that it lies on.
        document: The id of the document that it holds alone; empty if it holds several or none.
        documents: How many documents were taken from it.
        skipped: How many things in it could not be read.
    """

    source: str
    reading: str
    size: int
    modified_ns: int
    device: int
    document: str
    documents: int
    skipped: int


_OF_FILE: Final = "document IN (SELECT value FROM json_each(?))"
_OF_URL: Final = "json_extract(known, '$.document') IN (SELECT value FROM json_each(?))"
"""What holds for those that hold one of some documents, given as JSON."""

_FILE: Final = ", ".join(field.name for field in fields(KnownFile))


class Origins:
    """What one collection is fed from. Changes belong within `Database.change`, or stand alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[FedSource]:
        """All sources, by name."""
        rows = self._database.rows(
            "SELECT source, kind, options, added_at, read_at, documents, skipped FROM sources ORDER BY source"
        )
        return [FedSource(name, kind, json.loads(options), *rest) for name, kind, options, *rest in rows]

    def holds(self, name: str) -> bool:
        """Whether the collection is fed from a source."""
        return bool(self._database.rows("SELECT 1 FROM sources WHERE source = ?", (name,)))

    def keep(self, name: str, kind: str, options: Mapping[str, Any], documents: int, skipped: int) -> None:
        """Remember a source that has just been read.

        Args:
            name: What `feeder.source_name` calls it.
            kind: What it is: see FedSource.
            options: How it is read, as JSON has it.
            documents: How many documents were taken from it.
            skipped: How many things in it could not be read.
        """
        now = time.time()
        self._database.note(
            """INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source) DO UPDATE SET
            kind = excluded.kind, options = excluded.options, read_at = excluded.read_at,
            documents = excluded.documents, skipped = excluded.skipped""",
            (name, kind, json.dumps(options), now, now, documents, skipped),
        )

    def has_below(self, name: str) -> bool:
        """Whether anything is remembered of a path, or of what lies below it."""
        below = (name, f"{name}/", f"{name}0")  # 0 is what comes after the slash
        return any(
            self._database.rows(f"SELECT 1 FROM {table} WHERE {key} = ? OR ({key} > ? AND {key} < ?) LIMIT 1", below)  # noqa: S608  # of these
            for table, key in (("sources", "source"), ("files", "path"))
        )

    def move(self, before: str, now: str) -> None:
        """Let a path, and all that lies below it, lie elsewhere. What is remembered of what lies there stays.

        Args:
            before: The path.
            now: The path that it has now.
        """
        below = {"before": before, "now": now, "from": f"{before}/", "to": f"{before}0"}
        for table, column in (("sources", "source"), ("files", "source"), ("files", "path"), ("files", "document")):
            concerned = f"{column} = :before OR ({column} > :from AND {column} < :to)"
            if column == "document":
                concerned += f" OR substr({column}, 1, length(:before) + 1) = :before || '!'"
            named = f":now || substr({column}, length(:before) + 1)"
            self._database.note(f"UPDATE OR IGNORE {table} SET {column} = {named} WHERE {concerned}", below)  # noqa: S608
            if table == "sources" or column == "path":  # what lies there already is remembered
                self._database.note(f"DELETE FROM {table} WHERE {concerned}", below)  # noqa: S608

    def forget(self, name: str) -> bool:
        """Forget a source and what was read of it; its documents stay. False if there is none of that name."""
        for table in ("files", "urls"):
            self._database.note(f"DELETE FROM {table} WHERE source = ?", (name,))  # noqa: S608  # one of these two
        return self._database.note("DELETE FROM sources WHERE source = ?", (name,)) > 0

    # Files

    def file(self, path: str) -> KnownFile | None:
        """What was read of the file of that absolute path, or None."""
        found = self._database.rows(f"SELECT {_FILE} FROM files WHERE path = ?", (path,))  # noqa: S608
        return KnownFile(*found[0]) if found else None

    def keep_file(self, path: str, file: KnownFile) -> None:
        """Remember what was read of a file."""
        self._database.note(
            f"INSERT OR REPLACE INTO files (path, {_FILE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
            (path, *astuple(file)),
        )

    def drop_file(self, path: str) -> None:
        """Forget a file. Another file that holds the same document is to be read again."""
        known = self.file(path)
        self._database.note("DELETE FROM files WHERE path = ?", (path,))
        if known and known.document:
            self._database.note("UPDATE files SET reading = '' WHERE document = ?", (known.document,))

    def holding(self, documents: Iterable[str]) -> list[str]:
        """The paths of files and the URLs that hold some documents, each one document alone."""
        asked = (json.dumps(list(documents)),)
        files = self._database.rows(f"SELECT path FROM files WHERE {_OF_FILE} ORDER BY path", asked)  # noqa: S608
        urls = self._database.rows(f"SELECT url FROM urls WHERE {_OF_URL} ORDER BY url", asked)  # noqa: S608
        return [name for (name,) in files + urls]

    def forget_documents(self, documents: Iterable[str]) -> None:
        """Forget the files and URLs that hold some documents, each one document alone."""
        asked = (json.dumps(list(documents)),)
        self._database.note(f"DELETE FROM files WHERE {_OF_FILE}", asked)  # noqa: S608
        self._database.note(f"DELETE FROM urls WHERE {_OF_URL}", asked)  # noqa: S608

    def is_held(self, document: str) -> bool:
        """Whether a file that is remembered holds that document alone."""
        return bool(self._database.rows("SELECT 1 FROM files WHERE document = ? LIMIT 1", (document,)))

    def files_below(self, folder: str) -> Iterator[tuple[str, KnownFile]]:
        """The files under a folder, by path. It does not matter which source they were read for."""
        first = folder.rstrip("/") + "/"
        return self._files("path > ? AND path < ?", first, first[:-1] + chr(ord("/") + 1))

    def files_of(self, source: str) -> Iterator[tuple[str, KnownFile]]:
        """The files that were last read for a source, by path."""
        return self._files("path > ? AND source = ?", "", source)

    def _files(self, condition: str, first: str, fixed: str) -> Iterator[tuple[str, KnownFile]]:
        page = f"SELECT path, {_FILE} FROM files WHERE {condition} ORDER BY path LIMIT {_PAGE}"  # noqa: S608
        while found := self._database.rows(page, (first, fixed)):
            yield from ((path, KnownFile(*rest)) for path, *rest in found)
            first = found[-1][0]

    def of_records(self) -> Iterator[tuple[str, KnownFile]]:
        """The files that hold several documents, by path."""
        return self._files("path > ? AND document = ?", "", "")

    # URLs

    def urls_of(self, source: str) -> list[tuple[str, str]]:
        """The URLs that were last read for a source, each with the id of the document that it holds alone, or ""."""
        found = self._database.rows(
            "SELECT url, coalesce(json_extract(known, '$.document'), '') FROM urls WHERE source = ?", (source,)
        )
        return [(url, document) for url, document in found]

    def url(self, url: str) -> "tuple[str, Known] | None":
        """What was read of a URL, in its canonical form, behind what stands for the way it was read; or None."""
        # Late, because a program that only asks questions need not load what fetches.
        from ...corpus.fetching.fetch import Validators
        from ...corpus.fetching.url_reader import Known

        found = self._database.rows("SELECT reading, known FROM urls WHERE url = ?", (url,))
        if not found:
            return None
        known = json.loads(found[0][1])
        validators = known.pop("validators")
        return found[0][0], Known(**known, validators=Validators(**validators) if validators else None)

    def keep_url(self, url: str, source: str, reading: str, known: "Known") -> None:
        """Remember what was read of a URL."""
        self._database.note(
            "INSERT OR REPLACE INTO urls VALUES (?, ?, ?, ?)", (url, source, reading, json.dumps(asdict(known)))
        )
