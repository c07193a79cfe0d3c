"""Newest that answer: of the shipped briefs, whether what is listed by date names whom the question names."""

from collections.abc import Iterator
from pathlib import Path

from dragoman import open_collection

from .names import indexed_briefs
from .share import Share

_PEOPLE = ("Macron", "Takaichi", "Carney", "Marcos", "Erdogan", "Merz", "Starmer", "Modi", "Lula", "Ishiba")
_MATTERS = ("visit", "summit and trade", "nuclear power", "talks on security", "agreement on minerals")
_LISTED = 50


def measure(work: Path) -> Iterator[Share]:
    """The share of the first passages, newest first, whose document names the person that the question names."""
    named = listed = 0
    with open_collection(indexed_briefs(work)) as opened:
        for person in _PEOPLE:
            for matter in _MATTERS:
                try:
                    hits = opened.search(f"{person} {matter}", sort="newest", limit=_LISTED).hits
                except Exception:  # a question that is refused is answered wrongly
                    listed += 1
                    continue
                listed += len(hits)
                named += sum(person in f"{hit.document.title} {hit.document.text}" for hit in hits)
    yield Share("newest that answer", named, listed)
