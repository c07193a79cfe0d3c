"""Sources that a collection is no longer fed from, with or without the documents that came from them alone."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ...corpus.readers.contract import Skipped
from ...corpus.readers.files import find_files, is_url, path_id, path_named, shown_name
from ...errors import DragomanError
from ..ledger.ledger import Ledger
from ..ledger.origins import FedSource, Origins
from ..writing.tally import Report
from ..writing.writer import Writer
from .feeder import source_name

_ABOVE = re.compile(r"^(\.{0,2}/)+")


def forget(writer: Writer, names: Iterable[str], *, remove: bool = False) -> Report:
    """Feed a collection no longer from some sources; to be called within `store.writing`.

    Args:
        writer: The collection's.
        names: The sources, as they are remembered or as they were named.
        remove: Whether the documents go that came from them, and that no source which remains holds.

    Returns:
        What was removed. What may have come from there and stays, because nobody can tell, is among what was skipped.

    Raises:
        DragomanError: The collection is not fed from one of them. Then none is forgotten.
    """
    origins = Origins(writer.database)
    sources = {each.name: each for each in origins.all()}
    wanted: list[FedSource] = []
    for name in names:
        found = sources.get(name) or sources.get(source_name(name))
        if found is None:
            raise DragomanError(f"the collection is not fed from {name}: `dragoman sources` lists what it is fed from")
        wanted.append(found)
    came = _Came(writer, origins, wanted, [each for each in sources.values() if each not in wanted])
    documents = list(dict.fromkeys(came.documents())) if remove else []
    report = writer.remove(documents) if documents else Report()
    for each in wanted:
        origins.forget(each.name)
    return replace(report, skipped=(*report.skipped, *came.stay))


class _Came:
    """What came from some sources and from no others.

    Args:
        writer: The collection's.
        origins: What is remembered of its sources.
        wanted: The sources.
        others: Those that remain.
    """

    def __init__(
        self, writer: Writer, origins: Origins, wanted: Sequence[FedSource], others: Sequence[FedSource]
    ) -> None:
        self.stay: list[Skipped] = []
        self._ledger = Ledger(writer.database)
        self._origins = origins
        self._wanted = wanted
        self._folders = [f"{each.name.rstrip('/')}/" for each in others if each.kind == "folder"]
        self._files = {each.name for each in others if each.kind == "file"}
        for each in others:
            if each.kind == "pattern":
                self._files |= {path_id(path) for path in find_files(path_named(each.name)) if isinstance(path, Path)}

    def documents(self) -> Iterator[str]:
        """The ids of the documents."""
        records: set[str] = set()
        for source in self._wanted:
            if is_url(source.name):
                for url, document in self._origins.urls_of(source.name):
                    yield from filter(self._holds, [document])
                    records.add(url)
                continue
            for path, known in self._origins.files_of(source.name):
                if path in self._files or path.startswith(tuple(self._folders)):
                    continue
                yield from filter(self._holds, [known.document])
                yield from self._ledger.live_ids(f"{path}!")
                if known.documents and not known.document:
                    records.add(path)
        yield from self._of(records)

    def _holds(self, document: str) -> bool:
        return bool(document) and self._ledger.live_version(document) is not None

    def _of(self, wanted: set[str]) -> Iterator[str]:
        """The ids of the records of some files and URLs, as far as their origins say of which they are."""
        if not wanted:
            return
        holders: defaultdict[str, set[str]] = defaultdict(set)
        for path in (*wanted, *(path for path, known in self._origins.of_records() if known.documents)):
            shown = path if is_url(path) else shown_name(path_named(path))
            holders[shown].add(path)
            parts = [] if is_url(path) else shown.split("/")
            for start in range(1, len(parts)):  # an origin is a path as it was named, perhaps not from the root
                holders["/".join(parts[start:])].add(path)
        doubtful = 0
        for document, origin in self._ledger.live_origins():
            files = _holder(origin, holders)
            if files and files <= wanted:
                yield document
            elif files & wanted:
                doubtful += 1
        if doubtful:
            names = ", ".join(each.name for each in self._wanted)
            told = f"{doubtful:,} documents stay that may as well be from another file of that name: remove them by id"
            self.stay.append(Skipped(shown_name(names), told))


def _holder(origin: str, holders: "defaultdict[str, set[str]]") -> set[str]:
    """The files that an origin may name, such as "letters/b.csv line 2" or "letters.zip!b.csv line 2"."""
    rest = origin if origin.startswith("/") else _ABOVE.sub("", origin)
    while rest and rest not in holders:
        rest = rest[: max(rest.rfind(" "), rest.rfind("!"), 0)]
    return holders[rest] if rest else set()
