"""Segments are mapped into memory, and no file of theirs stays open: many collections fit into one process."""

import gc
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from dragoman.corpus.document import Document
from dragoman.index.segments.arrays import Array, ArrayWriter, load, save

if TYPE_CHECKING:
    from conftest import MakeCollection


def open_files() -> list[str]:
    """What this process has open."""
    return [each.readlink().as_posix() for each in Path("/proc/self/fd").iterdir() if each.is_symlink()]


def maps_of(path: Path) -> int:
    """How often a file is mapped into this process."""
    return Path("/proc/self/maps").read_text().count(str(path))


def test_a_collection_has_as_few_files_open_with_many_segments_as_with_one(
    make_collection: "MakeCollection", briefs: list[Document]
) -> None:
    opened: list[int] = []
    for name, segments in (("one", 1), ("many", 5)):
        collection = make_collection(name=name)
        for number in range(segments):
            collection.add([briefs[number]])
        assert collection.status().segments == segments
        assert collection.search("the", mode="keyword").total
        mine = [file for file in open_files() if str(collection.path) in file]
        assert not [file for file in mine if "/segments/" in file]
        opened.append(len(mine))
        collection.close()
    assert opened[0] == opened[1]


def test_forty_collections_are_asked_under_the_usual_limit_of_a_small_system(
    make_collection: "MakeCollection", briefs: list[Document]
) -> None:
    collection = make_collection(briefs[:1])
    for document in briefs[1:3]:
        collection.add([document])
    collection.close()
    ran = subprocess.run([sys.executable, "-c", _FORTY, str(collection.path)], capture_output=True, text=True)
    assert (ran.stdout, ran.stderr) == ("40\n", "")


_FORTY = """
import resource, sys
from dragoman import open_collection
resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
opened = [open_collection(sys.argv[1]) for _ in range(40)]
print(sum(bool(each.search("the", mode="keyword").total) for each in opened))
"""


def test_what_is_mapped_cannot_be_written_and_is_let_go_of(tmp_path: Path) -> None:
    save(path := tmp_path / "numbers.npy", np.arange(1000, dtype=np.int32))
    whole = load(path, np.int32)
    part = whole[10:20]
    with pytest.raises(ValueError, match="read-only"):
        whole[0] = 1
    with pytest.raises(ValueError, match="WRITEABLE"):
        whole.setflags(write=True)
    del whole
    gc.collect()
    assert (part.tolist(), maps_of(path)) == ([*range(10, 20)], 1)
    del part
    gc.collect()
    assert maps_of(path) == 0


def test_empty_arrays_and_those_of_two_dimensions_are_mapped(tmp_path: Path) -> None:
    for rows in (0, 1, 3):
        with ArrayWriter(path := tmp_path / f"{rows}.npy", np.uint16, 4) as writer:
            writer.append(np.ones((rows, 4)))
        assert load(path, np.uint16, 4).tolist() == [[1] * 4] * rows


@pytest.mark.parametrize("change", [-1, 1, 4096])
def test_an_array_whose_file_is_shorter_or_longer_is_refused(tmp_path: Path, change: int) -> None:
    save(path := tmp_path / "numbers.npy", np.arange(1000, dtype=np.int32))
    content = path.read_bytes()
    path.write_bytes(content[:change] if change < 0 else content + bytes(change))
    with pytest.raises(ValueError, match=r"numbers\.npy has not the size of its array"):
        load(path, np.int32)


@pytest.mark.parametrize(
    "array",
    [np.arange(10), np.zeros((5, 2), np.int32), np.array(7, np.int32), np.array(["one"], object)],
)
def test_an_array_of_another_kind_is_refused(tmp_path: Path, array: Array) -> None:
    np.save(path := tmp_path / "numbers.npy", array, allow_pickle=True)
    with pytest.raises(ValueError, match=r"numbers\.npy"):
        load(path, np.int32)
