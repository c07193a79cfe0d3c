"""A document as a page shows it: in parts of a bearable size, its paragraphs cut where marks and references stand.

A long document is shown a part at a time, and of many matching passages only the best are marked. The page says so, and
stays quick for any document.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from types import MappingProxyType
from typing import Literal, NamedTuple
from urllib.parse import quote

from ...corpus.document import Document, Note, Span
from ...corpus.scripts import FULL_WIDTH_ENDS, LATIN_ENDS
from ...corpus.splitting.paragraphs import paragraphs as split
from ...errors import QueryError
from ...search.results import highlight
from ...search.results.citations import source_address, web_address
from ...search.results.highlight import Highlight, Piece
from ...search.results.results import Hit, MarkedValue

PART = 100_000
"""How many characters of a document are shown at a time: some forty printed pages."""

MOST_NOTES = 400
LONGEST_NOTE = 4_000
"""How many footnotes of a part are shown, and how many characters of each."""

_SPAN = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")
_LONGEST_LINE = 70
_LONGEST_DATELINE = 100
_QUOTED_WORDS = 6
_QUOTED_CHARACTERS = 60

Kind = Literal["", "heading", "dateline", "line"]
"""What a paragraph looks like: prose; a heading, all in capitals; where and when it was written; a line of a list."""


class Match(NamedTuple):
    """A passage that answers the question: its span, and where its first mark stands."""

    span: Span
    at: int


class Run(NamedTuple):
    """A part of a paragraph, all of it inside the cited passage or all outside.

    `lands` says whether a link to the passage arrives here; `match` is the number of the match whose first mark stands
    here, and `within` that of the match that it is a part of, 0 if there is none; `notes` are the numbers of the
    footnotes whose marks follow.
    """

    pieces: tuple[Piece, ...]
    cited: bool = False
    lands: bool = False
    match: int = 0
    within: int = 0
    notes: tuple[int, ...] = ()


class Paragraph(NamedTuple):
    """A paragraph of a document, in runs that together hold all of its text."""

    kind: Kind
    runs: tuple[Run, ...]

    @property
    def holds(self) -> bool:
        """Whether some of the cited passage is in it."""
        return any(run.cited for run in self.runs)


class Annotations(NamedTuple):
    """What a page marks in a document's text. All offsets are characters of that text.

    Attributes:
        cited: The passage that a link names, if it names one.
        marks: What answers the question, in any order.
        matches: The matches in the order of the text, which is what they are numbered by, from 1.
        notes: The footnotes to show, by their number in the document.
    """

    cited: Span | None = None
    marks: Sequence[Highlight] = ()
    matches: Sequence[Match] = ()
    notes: Mapping[int, Note] = MappingProxyType({})


class Marks:
    """The marks of a document by where they stand. Those of one shade that overlap are one."""

    def __init__(self, marks: Iterable[Highlight]) -> None:
        self._shades: dict[str, list[Highlight]] = {}
        for mark in sorted(marks, key=lambda each: each.start):
            alike = self._shades.setdefault(mark.shade, [])
            if alike and mark.start < alike[-1].end:
                alike[-1] = replace(alike[-1], end=max(alike[-1].end, mark.end))
            else:
                alike.append(mark)
        self._ends = {shade: [mark.end for mark in alike] for shade, alike in self._shades.items()}

    def within(self, start: int, end: int) -> Iterator[Highlight]:
        """The marks that touch `[start, end)`."""
        for shade, alike in self._shades.items():
            first = bisect_right(self._ends[shade], start)
            yield from alike[first : bisect_left(alike, end, lo=first, key=lambda mark: mark.start)]


def parse_span(value: str) -> Span | None:
    """The span that `START-END` names, or None for an empty value. Raises QueryError for anything else."""
    if not value:
        return None
    found = _SPAN.fullmatch(value)
    if found is None:
        raise QueryError(f"passage is {value[:40]!r}, and must be START-END, such as 0-120")
    return Span(int(found[1]), int(found[2]))


def parts(text: str) -> list[Span]:
    """The parts that a text is shown in, at least one. Each ends with a paragraph, or else a line, or else a word."""
    cuts = [0]
    while len(text) - cuts[-1] > PART * 5 // 4:
        low, high = cuts[-1] + PART // 2, cuts[-1] + PART
        found = (text.rfind(sign, low, high) for sign in ("\n\n", "\n", " "))
        cuts.append(next((at for at in found if at > 0), high))
    return [Span(*edges) for edges in pairwise([*cuts, len(text)])] if text else [Span(0, 0)]


def part_of(spans: Sequence[Span], at: int) -> int:
    """The number, from 1, of the part that holds a character.

    Args:
        spans: The spans of all parts, in their order.
        at: The character's offset in the text.
    """
    return max(bisect_right(spans, at, key=lambda part: part.start), 1)


def matches(hits: Iterable[Hit]) -> list[Match]:
    """The hits of one document that have something to mark, in the order of its text."""
    found = {min(mark.start for mark in hit.highlights): hit for hit in hits if hit.highlights}
    return [Match(hit.span, at) for at, hit in sorted(found.items(), key=lambda item: item[0])]


def paragraphs(document: Document, annotations: Annotations, part: Span | None = None) -> Iterator[Paragraph]:
    """The paragraphs of a document, or of a part of it, cut where something is to be marked.

    Args:
        document: The document.
        annotations: What is to be marked.
        part: Which characters of its text are wanted; None for all.

    Yields:
        The paragraphs in their order.
    """
    cited = annotations.cited
    whole = part or Span(0, len(document.text))
    spans = list(split(document.text, *whole))
    numbers = _notes_by_paragraph(spans, annotations.notes)
    marks = Marks(annotations.marks)
    found = annotations.matches
    landed = False
    for index, (start, end) in enumerate(spans):
        # What begins in the white space before a paragraph begins with it.
        before = spans[index - 1].end if index else whole.start
        first, stop = (bisect_left(found, edge, key=lambda match: match.at) for edge in (before, end))
        opening = {max(found[row].at, start): row + 1 for row in range(first, stop)}
        marked = numbers.get(index, {})
        edges = {start, end, *opening, *marked}
        # One that has its first mark elsewhere may begin or end here as well.
        touching = found[max(first - 1, 0) : stop + 1]
        edges |= {min(max(edge, start), end) for match in touching for edge in match.span}
        if cited:
            edges |= {min(max(edge, start), end) for edge in cited}
        runs: list[Run] = []
        for left, right in pairwise(sorted(edges)):
            inside = cited is not None and cited.start <= left and right <= cited.end
            pieces = tuple(highlight.pieces(document.text[left:right], left, list(marks.within(left, right))))
            row = bisect_right(found, left, key=lambda match: match.span.start)
            within = row if row and right <= found[row - 1].span.end else 0
            notes = tuple(marked.get(right, ()))
            runs.append(Run(pieces, inside, inside and not landed, opening.get(left, 0), within, notes))
            landed = landed or inside
        if start in marked:  # above all of the text
            runs.insert(0, Run((), notes=tuple(marked[start])))
        opens = index == whole.start == 0
        yield Paragraph(_kind(document, spans[index], opens), tuple(runs))


def notes_of(document: Document, part: Span) -> dict[int, Note]:
    """The footnotes of a part by their number in the document, counted from 1: their marks may be the same.

    Args:
        document: The document.
        part: The span of the part.
    """
    return {
        number: note
        for number, note in enumerate(document.notes, 1)
        if part.start < note.at <= part.end or (part.start == 0 == note.at)
    }


def note_pieces(note: Note, marks: Sequence[Highlight]) -> Iterator[Piece]:
    """A footnote's text, as far as it is shown, cut where marks begin and end.

    Args:
        note: The footnote.
        marks: What to mark in it; their offsets are into its own text.
    """
    return highlight.pieces(note.text[:LONGEST_NOTE], 0, marks)


def value_pieces(marked: MarkedValue) -> Iterator[Piece]:
    """A value of a description, as far as it is shown, cut where marks begin and end."""
    return highlight.pieces(marked.value[:LONGEST_NOTE], 0, marked.highlights)


def source_link(document: Document, cited: Span | None) -> str:
    """The address of a document's original.

    Args:
        document: The document.
        cited: The passage at which a browser is to open it, by a text fragment as in
            https://wicg.github.io/scroll-to-text-fragment/; None for its beginning.

    Returns:
        The address; empty if the document has none.
    """
    address = source_address(document, cited) if cited else web_address(document.url)
    if "#page=" in address:  # of a PDF, which is opened at a page
        return address
    fragment = _text_fragment(document.text[slice(*cited)]) if address and cited else ""
    return address + ("" if not fragment else f":~:text={fragment}" if "#" in address else f"#:~:text={fragment}")


def _notes_by_paragraph(spans: Sequence[Span], notes: Mapping[int, Note]) -> dict[int, dict[int, list[int]]]:
    """The numbers of notes by the index of their paragraph and the offset that their marks follow."""
    numbers: dict[int, dict[int, list[int]]] = {}
    for number, note in notes.items() if spans else ():
        index = max(bisect_left(spans, note.at, key=lambda span: span.start) - 1, 0)
        at = min(max(note.at, spans[index].start), spans[index].end)
        numbers.setdefault(index, {}).setdefault(at, []).append(number)
    return numbers


def _kind(document: Document, span: Span, opens: bool) -> Kind:
    if span.end - span.start > _LONGEST_DATELINE:
        return ""
    text = document.text[slice(*span)]
    if "\n" in text:
        return ""
    if opens and span.end < len(document.text) and _is_dateline(document, text):
        return "dateline"
    if len(text) > _LONGEST_LINE or text[-1] in LATIN_ENDS + FULL_WIDTH_ENDS + "؟।”»":
        return ""
    return "heading" if text.isupper() and sum(map(str.isalpha, text)) > 3 else "line"


def _is_dateline(document: Document, text: str) -> bool:
    year = document.dates is not None and str(document.dates.first.year) in text
    return year or (bool(document.place) and document.place.split(",")[0] in text and text[-1] != "?")


def _text_fragment(passage: str) -> str:
    lines = [line.strip() for line in passage.splitlines() if line.strip()]
    if not lines:
        return ""
    if len(lines) == 1 and len(lines[0]) <= _QUOTED_CHARACTERS:
        return _percent_encoded(lines[0])
    # Beginning and end of a single line must not overlap, or the browser finds no end behind the beginning.
    most = min(_QUOTED_WORDS, max(len(lines[0].split()) // 2, 1)) if len(lines) == 1 else _QUOTED_WORDS
    return f"{_percent_encoded(_few(lines[0], most))},{_percent_encoded(_few(lines[-1], most, last=True))}"


def _few(line: str, most: int, *, last: bool = False) -> str:
    """The first or last few words of a line, `most` of them at most; characters of a word that is too long."""
    words = line.split()
    for count in range(min(most, len(words)), 0, -1):
        phrase = " ".join(words[-count:] if last else words[:count])
        if len(phrase) <= _QUOTED_CHARACTERS:
            return phrase
    return words[-1][-_QUOTED_CHARACTERS // 4 :] if last else words[0][: _QUOTED_CHARACTERS // 4]


def _percent_encoded(phrase: str) -> str:
    """A phrase for a text fragment, in which the minus has a meaning: `quote` would leave it as it is."""
    return quote(phrase, safe="", errors="replace").replace("-", "%2D")
