"""The documents of a ledger that is being salvaged: which of them are live, which are lost, which are not as added."""

import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from ....corpus.document import Document
from ....errors import DragomanError
from ...ledger.document_hashes import is_as_added

_PAGE: Final = 64


class DocumentRows:
    """The rows of documents in a ledger that is being salvaged, with those of passages and deletions beside them.

    Args:
        target: The new ledger, with all rows that could be read.
        listed: The ids of live documents by version, as the index of these has them.
        is_complete: Whether all of that index could be read.
        next_number: Gives a number that no version ever had, another one each time.

    Attributes:
        lost: The documents that are lost, by id where that is known.
        altered: The ids of those that are not what was added.
    """

    def __init__(
        self,
        target: sqlite3.Connection,
        listed: Mapping[int, str],
        *,
        is_complete: bool,
        next_number: Callable[[], int],
    ) -> None:
        self.lost: list[str] = []
        self.altered: list[str] = []
        self._target = target
        self._listed = listed
        self._is_complete = is_complete
        self._next_number = next_number
        self._now = time.time()

    def settle(self, stray: Iterable[int]) -> None:
        """Let one version of each document be live, and none that was deleted.

        Args:
            stray: The versions of those whose rows nothing led to: they may be of the past.
        """
        for version in stray:
            if (self._is_complete and version not in self._listed) or self._is_deleted(version):
                self._retire(version)
        twice = "SELECT id FROM documents WHERE retired_at IS NULL GROUP BY id HAVING count(*) > 1"
        for (id_,) in self._target.execute(twice).fetchall():
            same = "SELECT version FROM documents WHERE id = ? AND retired_at IS NULL ORDER BY version DESC"
            for (version,) in self._target.execute(same, (id_,)).fetchall()[1:]:
                self._retire(version)

    def name_lost(self, id_of: Callable[[int], str]) -> None:
        """Name the documents whose rows are gone, and leave their passages a row that says that they are deleted.

        Args:
            id_of: The id of the document of a version, as far as a segment has it.
        """
        present = {version for (version,) in self._target.execute("SELECT version FROM documents")}
        indexed = {version for (version,) in self._target.execute("SELECT DISTINCT version FROM passages")}
        for version in sorted((self._listed.keys() | indexed) - present):
            id_ = shown(self._listed.get(version, "") or id_of(version))
            if version in self._listed or not (self._is_complete or self._is_deleted(version)):
                self.lost.append(id_ or _nameless(version))
            if version in indexed:
                gone = Document(id_ if id_.isprintable() and id_.strip() else f"lost {version}", "")
                row = version, gone.id, json.dumps(gone.description(), ensure_ascii=False), self._now
                self._target.execute("INSERT INTO documents VALUES (?, ?, '', ?, '', ?)", row)

    def renew_altered(self) -> None:
        """Renew each document whose content is not what its hash says, so that it is indexed as it is now."""
        altered: list[int] = []
        last = 0
        page = f"""SELECT version, id, hash, description, text FROM documents
            WHERE retired_at IS NULL AND version > ? ORDER BY version LIMIT {_PAGE}"""  # noqa: S608  # a number
        while found := self._target.execute(page, (last,)).fetchall():
            altered += [version for version, *row in found if not is_as_added(*row)]
            last = found[-1][0]
        for version in altered:
            if document := self.renew(version):
                self.altered.append(document.id)

    def renew(self, version: int) -> Document | None:
        """Give a live document a new version, and let the old one be deleted, so that it is indexed anew.

        One of which nothing can be read is lost; and where another of its id is live, it was of the past.
        """
        ((id_, description, text),) = self._target.execute(
            "SELECT id, description, text FROM documents WHERE version = ?", (version,)
        ).fetchall()
        self._retire(version)
        id_ = shown(self._listed.get(version, "") or id_)
        document = _readable(id_, description, text)
        if document is None:
            self.lost.append(id_ or _nameless(version))
            return None
        same = "SELECT 1 FROM documents WHERE id = ? AND retired_at IS NULL"
        if self._target.execute(same, (document.id,)).fetchone():
            return None
        kept = {name: value for name, value in document.description().items() if name != "cut"}
        number = self._next_number()
        row = number, document.id, document.content_hash, json.dumps(kept, ensure_ascii=False), document.text
        self._target.execute("INSERT INTO documents VALUES (?, ?, ?, ?, ?, NULL)", row)
        at = "SELECT ?1, ?1, at FROM arrivals WHERE last >= ?2 ORDER BY last LIMIT 1"
        self._target.execute(f"INSERT OR IGNORE INTO arrivals {at}", (number, version))
        self._target.execute("UPDATE OR IGNORE cuts SET version = ? WHERE version = ?", (number, version))
        return document

    def delete(self) -> None:
        """Have the passages of all documents that are not live count as deleted, and no others."""
        self._target.execute("DELETE FROM deletions")
        self._target.execute(
            """INSERT INTO deletions SELECT segment, ordinal FROM passages JOIN documents USING (version)
            WHERE retired_at IS NOT NULL"""
        )

    def _is_deleted(self, version: int) -> bool:
        """Whether the ledger said of all passages of a version that they are deleted."""
        found = self._target.execute(
            """SELECT count(*), count(deletions.segment) FROM passages LEFT JOIN deletions USING (segment, ordinal)
            WHERE version = ?""",
            (version,),
        ).fetchone()
        return found[0] == found[1] > 0

    def _retire(self, version: int) -> None:
        self._target.execute("UPDATE documents SET retired_at = ? WHERE version = ?", (self._now, version))


def shown(text: str) -> str:
    """A text with a sign where bytes of it are none."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _readable(id_: str, description: str, text: str) -> Document | None:
    """As much of a document as can be read; None if that is nothing."""
    if not text.strip():
        return None
    attempts: list[Callable[[], Document]] = []
    try:
        fields: dict[str, Any] = json.loads(description)
        attempts += [lambda: Document.from_description({**fields, "id": id_}, text)]
        attempts += [lambda: Document.from_description(fields, text)]
    except ValueError:
        pass  # its text is worth keeping by itself
    for attempt in (*attempts, lambda: Document(id_, text)):
        try:
            return attempt()
        except (DragomanError, ValueError, TypeError, LookupError, AttributeError):
            continue
    return None


def _nameless(version: int) -> str:
    return f"version {version}, of a document whose id is unknown"
