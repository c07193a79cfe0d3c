"""What is done to a collection, or makes one, while something goes wrong."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from unittest.mock import patch

from place import Operation, Place, documents

from dragoman.index.writing import writer
from dragoman.index.writing.tally import Progress
from dragoman.index.writing.vectors.later_vectors import encode_some
from dragoman.search.collection import open_collection
from dragoman.search.making import create_collection, reindex_collection
from support.folders import folder_of


def _create(place: Place) -> Iterator[None]:
    create_collection(place.collection, model=str(place.models[0])).close()
    yield


def _index(place: Place) -> Iterator[None]:
    place.build(documents(0, 5))
    yield


def _add(place: Place) -> Iterator[None]:
    with open_collection(place.collection) as collection:
        collection.add(documents(20, 5))
        yield
        collection.add(documents(30, 2))
        yield


def _add_by_words(place: Place) -> None:
    def interrupt(progress: Progress) -> None:
        if progress.to_encode:
            raise KeyboardInterrupt

    with open_collection(place.collection) as collection, suppress(KeyboardInterrupt):
        collection.add(documents(20, 10), progress=interrupt)


def _encode_some(place: Place) -> None:
    _add_by_words(place)
    with open_collection(place.collection) as collection, patch.object(writer, "ENCODED_AT_ONCE", 1):
        encode_some(folder_of(collection))


def _encode(place: Place) -> Iterator[None]:
    with open_collection(place.collection) as collection:
        collection.encode()
        yield


def _update(place: Place) -> Iterator[None]:
    with open_collection(place.collection) as collection:
        collection.add(documents(3, 3, "And stayed."))
        yield


def _remove(place: Place) -> Iterator[None]:
    with open_collection(place.collection) as collection:
        collection.remove(["d0", "d4"])
        yield


def _settings(place: Place) -> Iterator[None]:
    with open_collection(place.collection) as collection:
        collection.keep_settings(replace(collection.settings, depth=500))
        yield
        collection.keep_variants(["Blue House, Cheong Wa Dae"])
        yield


def _compact(place: Place) -> Iterator[None]:
    with open_collection(place.collection) as collection:
        collection.compact()
        yield


def _reindex(place: Place) -> Iterator[None]:
    reindex_collection(place.collection, model=str(place.models[1]))
    yield


def _replace(place: Place) -> Iterator[None]:
    place.build(documents(50, 4), replace=True)
    yield


def _feed(place: Place) -> Iterator[None]:
    (place.news / "one.txt").unlink(missing_ok=True)
    (place.news / "two.txt").write_text("The second envoy stayed at home.")
    (place.news / "three.txt").write_text("The third envoy came.")
    with open_collection(place.collection) as collection:
        collection.feed([place.news])
        yield


def _forget(place: Place) -> Iterator[None]:
    with open_collection(place.collection) as collection:
        collection.forget([each.name for each in collection.sources()])
        yield


def _keep(place: Place) -> Iterator[None]:
    with open_collection(place.collection) as collection:
        collection.keep("monday")
        yield
        collection.remove(["d0"])
        yield


def _keep_and_compact(place: Place) -> None:
    for _ in _keep(place):
        pass
    with open_collection(place.collection) as collection:
        collection.compact()


def _drop(place: Place) -> Iterator[None]:
    with open_collection(place.collection) as collection:
        collection.drop("monday")
        yield
        collection.keep("tuesday")
        yield


CHANGES = [
    Operation("create", _create, begins_empty=True),
    Operation("index", _index, begins_empty=True),
    Operation("add", _add),
    Operation("encode", _encode, prepare=_add_by_words),
    Operation("encode the rest", _encode, prepare=_encode_some),
    Operation("update", _update),
    Operation("remove", _remove),
    Operation("settings", _settings),
    Operation("compact", _compact),
    Operation("reindex", _reindex),
    Operation("replace", _replace),
    Operation("replace in turns", _replace, exchanges=False),
    Operation("feed", _feed),
    Operation("forget a source", _forget),
    Operation("keep", _keep),
    Operation("drop what was kept", _drop, prepare=_keep_and_compact),
]
"""What changes a collection, or makes one."""
