"""Segments whose seals are right and whose values make no sense: somebody made them so, or wrote them wrongly."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from dragoman.corpus.document import Document
from dragoman.index.segments.arrays import Array
from dragoman.search.collection import Collection, open_collection
from support.folders import folder_of

if TYPE_CHECKING:
    from conftest import MakeCollection

    from support.programs import Ran


@pytest.fixture
def collection(make_collection: "MakeCollection", briefs: list[Document]) -> Collection:
    made = make_collection(briefs[:3])
    made.add(briefs[3:5])
    return made


def rewrite(collection: Collection, name: str, change: Callable[[Array], None]) -> str:
    """Change the values of a file of the first segment, and seal it anew; the part that the segment is."""
    store = folder_of(collection)
    segment = store.ledger.segments()[0][1]
    path = Path(store.folder, "segments", segment, name)
    array = np.load(path)
    change(array)
    np.save(path, array)
    with store.writing(0), store.database.change():
        store.sealing.seal("segments", segment)
    collection.close()
    return f"segments/{segment}"


def all_max(array: Array) -> None:
    array[...] = np.iinfo(array.dtype).max


def backwards(array: Array) -> None:
    array[1:-1] = array[1:-1][::-1].copy()


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("columns/country.codes.npy", all_max),
        ("columns/country.bytes.npy", all_max),
        ("columns/outlet.starts.npy", backwards),
        ("postings/ordinals.npy", all_max),
        ("postings/starts.npy", backwards),
        ("postings/position_offsets.npy", all_max),
        ("postings/terms.offsets.npy", backwards),
        ("postings/stems.en.members.npy", all_max),
        ("vectors/sentence_starts.npy", backwards),
        ("columns/order.npy", all_max),
    ],
)
def test_values_that_make_no_sense_end_in_no_traceback_and_doctor_names_them(
    collection: Collection, command: "Callable[..., Ran]", name: str, change: Callable[[Array], None]
) -> None:
    part = rewrite(collection, name, change)
    with open_collection(collection.path) as opened:
        for mode in ("keyword", "meaning", "hybrid"):
            results = opened.search('"the" minster~ summ*', mode=mode, facets=5)
            assert {each.part for each in results.left_out} <= {part}
    ran = command("doctor", "--collection", collection.path)
    assert (ran.code, "makes no sense" in ran.out or f"{part} " in ran.out) == (1, True)
    ran = command("doctor", "--repair", "--collection", collection.path)
    assert ran.code == 0, ran
    assert command("doctor", "--collection", collection.path).out == "the collection is sound\n"


def test_an_error_that_nonsense_makes_leaves_the_segment_out_and_names_it(collection: Collection) -> None:
    part = rewrite(collection, "columns/country.codes.npy", all_max)
    with open_collection(collection.path) as opened:
        results = opened.search("-nothing", facets=5)
        assert [
            (each.part, "codes of country lead to what is not there" in each.reason) for each in results.left_out
        ] == [(part, True)]
        assert results.total
