"""Where the torture happens: the folders of one case, and what an operation is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dragoman.corpus.document import Document
from dragoman.index.encoding import passage_encoder
from dragoman.index.writing import writer
from dragoman.index.writing.build import build
from dragoman.search.collection import open_collection

TEXTS = ("The envoy signed the treaty.", "Talks on trade began.", "The leaders agreed on peace. The minister left.")

COLLECTION, BACKUP, NEW = "collection", "backup", "new"
"""The collections that there may be: the one that is changed, its backup, and another that is made of something."""

writer.COMMIT_PASSAGES = 3  # so that a small addition is several commits,
writer.MAX_SEGMENTS = 4  # and that some of them are followed by a merge
writer.ENCODED_AT_ONCE, writer.MOST_PARTS = 4, 1_000  # and that meaning comes in several as well
passage_encoder.load = cache(passage_encoder.load)  # which a child has from its parent


@dataclass(frozen=True)
class Place:
    """All that one case has.

    Attributes:
        folder: Everything is below it.
        models: The folders of two models.
    """

    folder: Path
    models: tuple[Path, Path]

    @property
    def disk(self) -> Path:
        """What goes wrong goes wrong below it."""
        return self.folder / "disk"

    def of(self, name: str) -> Path:
        """Where a collection is, or is to be. Beside it lies nothing else."""
        return self.disk / name / "it"

    @property
    def collection(self) -> Path:
        """Where the one that is changed is, or is to be."""
        return self.of(COLLECTION)

    @property
    def pack(self) -> Path:
        """A pack of it."""
        return self.disk / "pack" / "it.pack"

    @property
    def news(self) -> Path:
        """A folder that it is fed from."""
        return self.folder / "news"

    def build(self, documents: list[Document], *, replace: bool = False) -> None:
        """Index documents anew at its place."""
        build(self.collection, documents, model=str(self.models[0]), replace=replace)


Act = Callable[[Place], Iterator[None]]


@dataclass(frozen=True)
class Operation:
    """Something that is done.

    Attributes:
        name: What it is called.
        act: Does it, and yields whenever something has been acknowledged.
        prepare: What is done before, when nothing goes wrong yet.
        begins_empty: Whether there is no collection before.
        is_damaged: Whether the collection is damaged before, and the operation mends it.
        exchanges: Whether the filesystem can exchange two folders.
        goes_on: Whether it can be done once more after a fault, and then finishes what it was to do.
        others: Which other collections belong to it.
        traces: What is left, a line each, that must not be there once it has been acknowledged.
    """

    name: str
    act: Act
    prepare: Callable[[Place], None] = lambda _: None
    begins_empty: bool = False
    is_damaged: bool = False
    exchanges: bool = True
    goes_on: bool = False
    others: tuple[str, ...] = ()
    traces: Callable[[Place], list[str]] = lambda _: []

    @property
    def collections(self) -> tuple[str, ...]:
        """Those that belong to it."""
        return (COLLECTION, *self.others)


def documents(first: int, count: int, edition: str = "") -> list[Document]:
    """Small documents with numbers in their ids."""
    numbers = range(first, first + count)
    return [Document(f"d{n}", f"{TEXTS[n % 3]} Number {n} came. {edition}".strip()) for n in numbers]


def begin(place: Place) -> None:
    """Make the collection that most operations change."""
    place.news.mkdir(parents=True)
    for name in ("one", "two"):
        (place.news / f"{name}.txt").write_text(f"The {name} envoy came to the summit and signed.")
    for folder in (*map(place.of, (COLLECTION, BACKUP, NEW)), place.pack):
        folder.parent.mkdir(parents=True)
    place.build(documents(0, 4))
    with open_collection(place.collection) as collection:
        collection.add(documents(4, 3))
        collection.feed([place.news])
        collection.remove(["d1"])
