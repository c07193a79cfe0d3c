"""What copies a collection, mends it, or removes for good, while something goes wrong."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from place import BACKUP, NEW, Operation, Place, documents

from dragoman.corpus.document import Document
from dragoman.errors import DragomanError
from dragoman.index.writing.store import LEDGER
from dragoman.search.collection import Collection, open_collection
from dragoman.search.making import repair_collection, restore, unpack

_SECRETS = ("quillon", "zarathen", "morvane")
"""Words of documents that are purged: of one that is there, of an earlier text of it, and of one that was removed."""

_left_open: list[Collection] = []


def _back_up(place: Place) -> Iterator[None]:
    with open_collection(place.collection) as collection:
        collection.backup(place.of(BACKUP))
        yield


def _backed_up_and_changed(place: Place) -> None:
    for _ in _back_up(place):
        pass
    with open_collection(place.collection) as collection:
        collection.keep("monday")
        collection.add(documents(3, 3, "And stayed."))
        collection.remove(["d0"])
        collection.compact()


def _backed_up(place: Place) -> None:
    _backed_up_and_changed(place)
    for _ in _back_up(place):
        pass


def _restore(place: Place) -> Iterator[None]:
    restore(place.of(BACKUP), place.of(NEW))
    yield


def _pack(place: Place) -> Iterator[None]:
    if place.pack.exists():  # by an earlier attempt, and so it is whole
        unpack(place.pack, place.of(NEW), model=str(place.models[0]))
    else:
        with open_collection(place.collection) as collection:
            collection.pack(place.pack)
    yield


def _packed(place: Place) -> None:
    for _ in _pack(place):
        pass


def _beside_pack(place: Place) -> list[str]:
    return [each.name for each in place.pack.parent.iterdir() if each != place.pack]


def _unpack(place: Place) -> Iterator[None]:
    unpack(place.pack, place.of(NEW), model=str(place.models[0]))
    yield


def _with_secrets(place: Place) -> None:
    quillon, zarathen, morvane = (f"The {each} envoy came." for each in _SECRETS)
    collection = open_collection(place.collection)  # and not closed: the log is left, as by who was killed
    collection.add([Document("p1", zarathen), Document("p2", morvane), Document("p3", "The envoy left.")])
    collection.add([Document("p1", quillon)])
    collection.remove(["p2"])
    _left_open.append(collection)
    if {line.split()[0] for line in _secrets_in(place.collection)} != {*_SECRETS}:
        raise RuntimeError("what is to be purged would not be found")


def _purge(place: Place) -> Iterator[None]:
    with open_collection(place.collection) as collection:
        collection.purge(["p1", "p2"])
        yield


def _secrets_in(folder: Path) -> list[str]:
    """The words of purged documents that stand in files below a folder, each with one of these."""
    contents = {file: file.read_bytes().lower() for file in folder.rglob("*") if file.is_file()}
    return [
        f"{word} in {file.relative_to(folder)}"
        for file, content in contents.items()
        for word in _SECRETS
        if word.encode() in content
    ]


def _damage(part: str) -> Callable[[Place], None]:
    """What changes a byte in the middle of the largest file of a kind."""

    def damage(place: Place) -> None:
        file = max(place.collection.glob(part), key=lambda each: each.stat().st_size)
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 0xFF
        file.write_bytes(content)

    return damage


def _damage_vectors(place: Place) -> None:
    """Damage the vectors of a segment that was written with them: those of the others lie beside these."""
    with open_collection(place.collection) as collection:
        collection.compact()
    _damage("segments/*/vectors/vectors.faiss")(place)


def _damage_kept_vectors(place: Place) -> None:
    """Damage vectors that only a kept state needs."""
    with open_collection(place.collection) as collection:
        collection.keep("monday")
        collection.compact()
    _damage("segments/*/vectors.faiss")(place)


def _damage_ledger(place: Place) -> None:
    """Destroy a page of an index: the rows are whole."""
    ledger = place.collection / LEDGER
    with closing(sqlite3.connect(ledger)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        size = connection.execute("PRAGMA page_size").fetchone()[0]
        page = connection.execute("SELECT max(rootpage) FROM sqlite_master WHERE type = 'index'").fetchone()[0]
    content = bytearray(ledger.read_bytes())
    content[(page - 1) * size : page * size] = b"\xa5" * size
    ledger.write_bytes(content)


def _repair(place: Place) -> Iterator[None]:
    done = repair_collection(place.collection)
    if done.lost or done.remaining:
        raise DragomanError(f"not all was mended: {done}")  # as the terminal does
    yield


COPIES = [
    Operation("back up", _back_up, goes_on=True, others=(BACKUP,)),
    Operation("back up again", _back_up, _backed_up_and_changed, goes_on=True, others=(BACKUP,)),
    Operation("restore", _restore, _backed_up, others=(BACKUP, NEW)),
    Operation("pack", _pack, goes_on=True, traces=_beside_pack),
    Operation("unpack", _unpack, _packed, others=(NEW,)),
    Operation("purge", _purge, _with_secrets, goes_on=True, traces=lambda place: _secrets_in(place.disk)),
    Operation("repair a segment", _repair, _damage("segments/*/postings/*.npy"), is_damaged=True, goes_on=True),
    Operation("repair vectors", _repair, _damage_vectors, is_damaged=True, goes_on=True),
    Operation("repair vectors beside", _repair, _damage("segments/*/vectors.faiss"), is_damaged=True, goes_on=True),
    Operation("repair vectors of a kept state", _repair, _damage_kept_vectors, is_damaged=True, goes_on=True),
    Operation("repair the encoder", _repair, _damage("encoders/*/*.onnx"), is_damaged=True, goes_on=True),
    Operation("repair the ledger", _repair, _damage_ledger, is_damaged=True, goes_on=True),
]
"""What makes copies, purges and mends."""
