"""What is found afterwards: what collections hold, what is wrong with them, what was left lying."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from place import COLLECTION, Operation, Place

from dragoman.errors import CollectionDamaged
from dragoman.index.writing.store import LEDGER, Store
from dragoman.search.collection import Collection, open_collection

State = dict[str, dict[str, Any] | None]
"""What the collections of an operation hold, by which states are compared; None for one that is not there."""


def state_of(place: Place, operation: Operation, changing: Path | None = None) -> State:
    """What the collections of an operation hold.

    Args:
        place: Where they are.
        operation: What is done.
        changing: The folder that the changed one is in for the time being.
    """
    found: State = {}
    for name in operation.collections:
        folder = changing if changing and name == COLLECTION else place.of(name)
        try:
            held = _held(folder)
        except CollectionDamaged:
            if not operation.is_damaged:
                raise
            held = {}
        # Torture goes on in several folders at a time, and what happens in one must be known in all.
        found[name] = json.loads(json.dumps(held).replace(str(place.folder), ""))
    return found


def _held(folder: Path) -> dict[str, Any] | None:
    if not (folder / LEDGER).is_file():
        return None
    with closing(Store(folder, check=False)) as store:
        settings = store.database.settings()
        found: dict[str, Any] = {"documents": {each: _digest_in(store, each) for each in store.ledger.live_ids()}}
        found |= {name: settings.get(name) for name in ("ranking", "variants", "encoder_folder")}
        found["unencoded"] = store.snapshot().info.unencoded
        found["sources"] = sorted(each.name for each in store.origins.all())
        names = store.kept_states.names()
    for name in names:
        with open_collection(folder, at=name) as kept:
            found[f"kept as {name}"] = {each: _digest(kept.document(each).text) for each in kept.document_ids()}
            found[f"unencoded in {name}"] = kept.status().unencoded
    return found


def _digest_in(store: Store, document_id: str) -> str:
    document = store.ledger.live_document(document_id)
    return _digest(document.text) if document else "missing"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def found_wrong(folder: Path) -> list[str]:
    """What is wrong with the collection in a folder, a line each: what doctor says, and what a search does not find."""
    with open_collection(folder) as collection:
        wrong = [*collection.problems(), *_not_found(collection)]
        for state in collection.kept():
            with open_collection(folder, at=state.name) as kept:
                wrong += [f"in the kept state {state.name}, {each}" for each in _not_found(kept)]
    return wrong


def _not_found(collection: Collection) -> Iterator[str]:
    """The documents that are not found by a search as they are there."""
    texts: dict[str, list[tuple[int, str]]] = {}
    for hit in collection.search("-nothing", limit=1000, fold=False):
        texts.setdefault(hit.document.id, []).append((hit.start, hit.text))
    for document_id in collection.document_ids():
        found = " ".join(text for _, text in sorted(texts.pop(document_id, [])))
        if found.split() != collection.document(document_id).text.split():
            yield f"of {document_id} is found {found!r}"
    yield from (f"{document_id} is found and not there" for document_id in texts)


def left_lying(folder: Path) -> list[str]:
    """What lies in a collection, or beside it, that belongs to nothing: the next writer should have removed it."""
    with closing(Store(folder, check=False)) as store:
        known = {f"segments/{name}" for name in store.ledger.segment_names()}
    lying = [each for each in folder.glob("segments/*") if each.relative_to(folder).as_posix() not in known]
    lying += [*folder.glob("encoders/*.*"), *folder.glob("*.unfinished*")]
    lying += [each for each in folder.parent.iterdir() if each != folder]
    return [each.relative_to(folder.parent.parent).as_posix() for each in lying]
