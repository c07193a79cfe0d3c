"""Dragoman: hybrid passage search for diplomatic text.

    import dragoman

    with dragoman.open_collection("briefs.idx") as collection:
        for hit in collection.search('"strategic partnership" -Macron', limit=5):
            print(hit.document.title, hit.text)

The public names are loaded when they are first asked for, so that `import dragoman` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .corpus.document import DateInterval, Document, Passage, Person, Reference, Span
    from .corpus.read import read
    from .corpus.readers.contract import ReadOptions, Skipped
    from .errors import DragomanError
    from .index.reading.facets import Bar, FacetColumn, Facets, FacetValue, Histogram
    from .search.advice.completion import Completion
    from .search.collection import Collection, open_collection
    from .search.making import (
        build_collection,
        create_collection,
        reindex_collection,
        repair_collection,
        restore,
        unpack,
    )
    from .search.ranking.settings import Settings
    from .search.results.highlight import Highlight
    from .search.results.results import Hit, Results

from .version import __version__ as __version__

_HOMES = {
    "corpus.document": ("DateInterval", "Document", "Passage", "Person", "Reference", "Span"),
    "corpus.readers.contract": ("ReadOptions", "Skipped"),
    "corpus.read": ("read",),
    "errors": ("DragomanError",),
    "index.reading.facets": ("Bar", "FacetColumn", "FacetValue", "Facets", "Histogram"),
    "search.collection": ("Collection", "open_collection"),
    "search.advice.completion": ("Completion",),
    "search.making": (
        "build_collection",
        "create_collection",
        "reindex_collection",
        "repair_collection",
        "restore",
        "unpack",
    ),
    "search.ranking.settings": ("Settings",),
    "search.results.highlight": ("Highlight",),
    "search.results.results": ("Hit", "Results"),
}

__all__ = [
    "Bar",
    "Collection",
    "Completion",
    "DateInterval",
    "Document",
    "DragomanError",
    "FacetColumn",
    "FacetValue",
    "Facets",
    "Highlight",
    "Histogram",
    "Hit",
    "Passage",
    "Person",
    "ReadOptions",
    "Reference",
    "Results",
    "Settings",
    "Skipped",
    "Span",
    "build_collection",
    "create_collection",
    "open_collection",
    "read",
    "reindex_collection",
    "repair_collection",
    "restore",
    "unpack",
]


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f".{module}", __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
