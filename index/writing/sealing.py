"""Sealing what a collection has: its segments and query encoders as they are written, and what is older."""

import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ...errors import CollectionDamaged, CollectionMismatch, DragomanError
from ..encoding.adoption import ENCODERS
from ..keeping.ledger_seal import NAME as SEAL
from ..keeping.ledger_seal import is_seal_damaged, is_sealed, seal_ledger
from ..keeping.open_segments import SEGMENTS
from ..keeping.seals import seal
from ..ledger.database import Database
from ..ledger.ledger import Ledger
from ..ledger.manifest import Manifest
from ..segments.segment import Segment
from ..segments.similarity.vectors import owner_of
from .lock import writer_lock
from .placing import LEDGER


class Sealing:
    """Seals what is in a collection's folder.

    Args:
        folder: The collection's.
        database: Its database.
        ledger: Its ledger, in that.
        encoder: Opens the query encoder of a generation, or raises a DragomanError.
    """

    def __init__(self, folder: Path, database: Database, ledger: Ledger, encoder: Callable[[Manifest], object]) -> None:
        self._folder = folder
        self._ledger = ledger
        self._database = database
        self._encoder = encoder

    def seal(self, kind: str, name: str) -> None:
        """Seal a segment or query encoder as it is: to be called by whoever has just written it.

        Args:
            kind: SEGMENTS or ENCODERS.
            name: Its folder's.
        """
        self._ledger.keep_seal(f"{kind}/{name}", seal(self._folder / kind / name))

    def seal_rest(self) -> list[str]:
        """Seal what has no seal: what is older, a ledger whose last writer was killed or whose seal is damaged.

        Returns:
            What was sealed now, a line each. Nothing is if the collection cannot be written to.
        """
        with suppress(DragomanError, OSError, sqlite3.Error):
            was_damaged = is_seal_damaged(self._database)
            unsealed = [LEDGER] if not is_sealed(self._database) else []
            unsealed += self._unsealed()
            if unsealed:
                with writer_lock(self._folder, 0):
                    self._database.migrate()
                    self.seal_unsealed()
                    seal_ledger(self._database, largest=sys.maxsize)
                left = {*self._unsealed(), *([] if is_sealed(self._database) else [LEDGER])}
                today = time.strftime("%F")
                said = {each: f"{each} had no seal: sealed as it is on {today}" for each in unsealed}
                if was_damaged:
                    said[LEDGER] = f"{SEAL} was damaged: made anew from the ledger as it is on {today}"
                return [said[each] for each in unsealed if each not in left]
        return []

    def seal_unsealed(self) -> None:
        """Seal the segments, and the query encoder, that have no seal, as long as they can be opened. For a writer."""
        for folder in self._unsealed():
            kind, _, name = folder.partition("/")
            with suppress(CollectionDamaged, CollectionMismatch):
                if owner := owner_of(self._folder / folder):
                    Segment(self._folder / SEGMENTS / owner).part(self._folder / folder, None)
                elif kind == SEGMENTS:
                    Segment(self._folder / folder)
                else:
                    self._encoder(self._ledger.manifest)
                self.seal(kind, name)

    def seal_ledger(self) -> None:
        """Seal the ledger, as a writer does at its end; where that fails it has no seal, until the next writer."""
        with suppress(OSError, sqlite3.Error, DragomanError):
            seal_ledger(self._database)

    def _unsealed(self) -> list[str]:
        """The live segments, and the query encoder, that have no seal."""
        sealed, encoder = self._ledger.seals(), self._database.settings().get("encoder_folder")
        parts = self._ledger.vector_parts()
        folders = [
            f"{SEGMENTS}/{each}" for number, name in self._ledger.segments() for each in (name, *parts.get(number, ()))
        ]
        folders += [f"{ENCODERS}/{encoder}"] if encoder else []
        return [folder for folder in folders if folder not in sealed]
