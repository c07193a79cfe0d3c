"""Lines that recur across the documents of one outlet: its own name, its slogans, its disclaimers.

One document cannot tell that a line is its outlet's; several can. A line counts if most of an outlet's documents have
it near their beginning or end. Copies of one article share everything, and so count once; a short sentence ("Thank
you.") stays, however often it is said. Nothing is done for documents whose outlet is not known: an archive's "SECRET"
or "Participants:" recurs, too, and is its documents' own.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from hashlib import blake2b
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from ..description.describe import describe
from ..document import Document
from ..splitting.title_line import without_title
from .lines import ends_sentence, is_paragraph
from .page_marks import moved

FEWEST: Final = 5
"""In how many documents of an outlet a line must stand that is the outlet's."""

SHARE: Final = 0.6
"""And in what share of those read together. A spokesperson's name, who signs every second release, is not cut."""

WINDOW: Final = 256
"""How many documents are read together."""

LARGEST_WINDOW: Final = 10_000_000
"""The same in characters: a window is closed by whichever is reached first."""

_EDGE: Final = 30
"""How many lines at either end of a document are looked at."""

_OUTLETS: Final = 10_000
_LINES_OF_AN_OUTLET: Final = 50
_AGAIN: Final = ("title", "author", "countries", "people")
"""The fields that are looked for anew in a text from which something was cut."""


class RecurringLine(NamedTuple):
    """A line and the outlet that it recurs in, each as the eight bytes that stand for it."""

    outlet: bytes
    line: bytes


class RecurringLines:
    """The lines that were found to recur, by outlet; `known` are those found earlier.

    What is kept does not grow with the number of documents: there are at most 10,000 outlets and 50 lines of each.
    """

    def __init__(self, known: Iterable[RecurringLine] = ()) -> None:
        self._known: defaultdict[bytes, set[bytes]] = defaultdict(set)
        for outlet, line in known:
            self._known[outlet].add(line)

    def learn(self, documents: Iterable[Document]) -> list[RecurringLine]:
        """Find the lines that recur in some documents that are read together; those found before stay known.

        Returns what was not known.
        """
        by_outlet: defaultdict[bytes, list[Document]] = defaultdict(list)
        for document in documents:
            if outlet := _outlet(document):
                by_outlet[outlet].append(document)
        news: list[RecurringLine] = []
        for outlet, together in by_outlet.items():
            known = self._known.get(outlet, set())
            found = sorted(_recurring(together) - known)[: _LINES_OF_AN_OUTLET - len(known)]
            if found and (known or len(self._known) < _OUTLETS):
                self._known[outlet].update(found)
                news += (RecurringLine(outlet, line) for line in found)
        return news

    def without(self, document: Document, *, among: Iterable[str] | None = None) -> Document:
        """Take the lines of its outlet out of a document.

        Args:
            document: The document. Where its title, author, countries or people were found in the text, they are looked
                for again in what is left.
            among: If given, only lines that are among these are taken out.

        Returns:
            The document with those lines added to what was cut; the same object if it has none of them, or if they make
            up more than half of its text.
        """
        known = self._known.get(_outlet(document), set())
        if among is not None:
            known = known.intersection(map(_key, among))
        if not known:
            return document
        lines = _with_title(document)
        edges = [number for number in _edges(lines) if _key(lines[number]) in known]
        if not edges or 2 * sum(len(lines[number]) for number in edges) > sum(map(len, lines)):
            return document
        gone = set(edges)
        text = "\n".join(line for number, line in enumerate(lines) if number not in gone).strip("\n")
        cut = (*document.cut, *(lines[number].strip() for number in edges))
        blank = {each.name: each.default for each in fields(Document) if _is_found(document, each.name)}
        provenance = {name: how for name, how in document.provenance.items() if name not in blank}
        found = describe(replace(document, text=text, cut=cut, provenance=provenance, **blank), cut)
        left = without_title(found.text, found.title).strip()
        return replace(found, text=left, pages=moved(document.pages, document.text, left))


def _recurring(documents: Sequence[Document]) -> set[bytes]:
    if len(documents) < FEWEST:
        return set()
    times: Counter[bytes] = Counter()
    seen: set[bytes] = set()
    distinct = 0
    for document in documents:
        lines = _with_title(document)
        paragraphs = {key for line in lines if is_paragraph(line.strip()) and (key := _key(line))}
        is_copy = bool(paragraphs) and 2 * len(paragraphs & seen) > len(paragraphs) > 1
        seen |= paragraphs
        if not is_copy:
            distinct += 1
            times.update({key for number in _edges(lines) if (key := _key(lines[number]))})
    return {key for key, count in times.items() if count >= max(FEWEST, SHARE * distinct)}


def _with_title(document: Document) -> list[str]:
    """The lines of the text, and above them the title if it is one of them that was taken away."""
    lines = document.text.split("\n")
    taken = document.provenance.get("title") == "extracted" and document.title not in lines[:_EDGE]
    return [document.title, "", *lines] if taken else lines


def _edges(lines: Sequence[str]) -> list[int]:
    shown = [number for number, line in enumerate(lines) if line.strip()]
    return sorted({*shown[:_EDGE], *shown[-_EDGE:]})


def _key(line: str) -> bytes:
    """What stands for a line; nothing for a short sentence, which may be said again and again."""
    line = " ".join(line.split())
    return b"" if ends_sentence(line) and not is_paragraph(line) else _digest(line)


def _digest(text: str) -> bytes:
    return blake2b(text.casefold().encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _is_found(document: Document, field: str) -> bool:
    return field in _AGAIN and document.provenance.get(field) in ("extracted", "inferred")


def _outlet(document: Document) -> bytes:
    """What stands for the outlet, or where that is not known for the host of the document's address; else nothing."""
    if document.outlet:
        return _digest(document.outlet)
    try:
        host = urlsplit(document.url).hostname
    except ValueError:
        return b""
    return _digest(host) if host else b""
