"""Results laid out for reading in a terminal: in lines that fit, in colours or else with signs for highlights."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...index.reading.facets import Facets
from ...index.units import Unit, terms_of
from ..results.citations import source_address
from ..results.formats import FORMATS as FILE_FORMATS
from ..results.highlight import pieces
from ..results.printing import columns, many, table, visible
from ..results.results import Hit, MarkedNote, MarkedValue, Results, byline
from .terminal import colours

if TYPE_CHECKING:
    from ..results.explaining import QuestionExplanation

_WIDEST = 100
_AROUND = 120  # characters of a footnote that are shown on either side of its marks
_INDENT = "    "
_HEIGHTS = "·▁▂▃▄▅▆▇█"
_DATE_LENGTHS = {"day": 10, "month": 7}  # characters of a date that tell one bar of a histogram from another
_YEAR = 4  # and so many for years and what is longer
_STYLES: dict[str, dict[str, Any]] = {
    "meaning": {"underline": True},
    "keyword": {"fg": "yellow", "bold": True},
    "title": {"bold": True},
    "source": {"fg": "cyan"},
    "faint": {"dim": True},
}
_SIGNS = {"meaning": "_", "keyword": "*"}  # where there are no colours; the outer one first

NEAREST = "Nearest in meaning:"
"""Stands above passages that are shown where nothing was found."""

Run = tuple[str, frozenset[str]]
"""Characters that look the same, and the names of what they look like."""


def text(results: Results) -> str:
    """For reading in a terminal, in colours if standard output knows them; else *words* and _sentences_ have signs."""
    lines = [*_question(results.explanation), ""] if results.explanation else []
    lines += [line for hit in results for line in (*_hit(hit), "")]
    lines += _closing(results)
    if results.nearest:
        lines += ["", NEAREST, ""]
        lines += [line for hit in results.nearest for line in (*_hit(hit), "")][:-1]
    if results.facets:
        lines += ["", *_facets(results.facets)]
    return "".join(f"{line}\n" for line in lines)


def timed(results: Results) -> Iterator[str]:
    """The milliseconds of each stage, if the answer has them, and their sum."""
    if results.timing is not None:
        rows = [*results.timing.items(), ("in all", sum(results.timing.values()))]
        yield from table([(name, f"{taken:.1f} ms") for name, taken in rows])


def _hit(hit: Hit) -> Iterator[str]:
    cut = [(visible(piece.text), frozenset[str](piece.shades)) for piece in pieces(hit.text, hit.start, hit.highlights)]
    rank = styled(f"{hit.rank:>2}".ljust(len(_INDENT)), "faint")
    for line in wrapped(_title(hit)):
        yield rank + line
        rank = _INDENT
    yield from _block(" · ".join(byline(hit)), "source")
    yield ""
    yield from (_INDENT + line for line in wrapped(cut if colours() else _signed(cut)))
    yield ""
    for value in hit.described:
        yield from (_INDENT + line for line in wrapped(_value(value)))
        yield ""
    for marked in hit.notes:
        yield from (_INDENT + line for line in wrapped(_note(marked)))
        yield ""
    if hit.copied:
        yield from _block(_copies(hit), "source")
    yield from _block(hit.reason, "faint")
    # What somebody may want to copy stays in one piece.
    yield from (_INDENT + styled(visible(copied), "faint") for copied in (hit.passage, _original(hit)) if copied)
    for line in _explained(hit):
        yield from _block(line.strip(), "faint", _INDENT + " " * (len(line) - len(line.lstrip())))


def _original(hit: Hit) -> str:
    """Where a hit's original lies, on the web or, if it is a PDF, among one's own files, at its page."""
    document, page = hit.document, hit.document.pdf_page(hit.span)
    if page and not document.url:
        from ...corpus.readers.files import path_named  # late, as few documents are PDFs

        if (path := Path(path_named(document.id))).is_absolute():
            return f"{path.as_uri()}#page={page}"
    return source_address(document, hit.span) or document.url


def _title(hit: Hit) -> list[Run]:
    """A hit's title with the words of the question marked; its document's id if that has none."""
    title = hit.document.title
    if not title:
        return [(visible(hit.document.id), frozenset({"title"}))]
    cut = [(visible(piece.text), frozenset[str](piece.shades)) for piece in pieces(title, 0, hit.title_highlights)]
    return [(shown, shades | {"title"}) for shown, shades in (cut if colours() else _signed(cut))]


def _value(marked: MarkedValue) -> list[Run]:
    """A value of the description, after the name of its field."""
    cut = [(visible(piece.text), frozenset[str](piece.shades)) for piece in pieces(marked.value, 0, marked.highlights)]
    return [(f"{marked.field}: ", frozenset({"faint"})), *(cut if colours() else _signed(cut))]


def _note(marked: MarkedNote) -> list[Run]:
    """A footnote, from a little before its first mark to a little after its last one."""
    text, shown = marked.note.text, marked.highlights
    start = text.rfind(" ", 0, max(shown[0].start - _AROUND, 0)) + 1 if shown[0].start > _AROUND else 0
    end = text.find(" ", shown[-1].end + _AROUND)
    excerpt = text[start : end if end > 0 else len(text)]
    cut = [(visible(piece.text), frozenset[str](piece.shades)) for piece in pieces(excerpt, start, shown)]
    label = f"note {visible(marked.note.mark)}  " if marked.note.mark else "note  "
    before, after = "… " if start else "", " …" if end > 0 else ""
    faint = frozenset({"faint"})
    return [(label + before, faint), *(cut if colours() else _signed(cut)), (after, faint)]


def _copies(hit: Hit) -> str:
    named = [copy.outlet or copy.title or copy.id for copy in hit.copies]
    named += ["…"] if hit.copied > len(named) else []
    return f"{many(hit.copied, 'near-identical report')}: {', '.join(named)}"


def _closing(results: Results) -> Iterator[str]:
    if results.hits:
        first, last = results.hits[0].rank, results.hits[-1].rank
        shown = f"{first:,}–{last:,}" if last > first else f"{first:,}"
        yield f"{shown} of {results.total:,} · {results.mode} · {results.took_ms:g} ms"
    elif results.total:
        yield f"There is no such page: {results.total:,} match in all."
    else:
        yield "Nothing found."
    yield from _noticed(results)


def _noticed(results: Results) -> Iterator[str]:
    for notice in results.notices:
        said = [(visible(notice.text), frozenset[str]())]
        offered = [(" ", frozenset[str]()), (visible(notice.question), frozenset({"title"}))] if notice.question else []
        yield from wrapped([*said, *offered], "")


def _block(shown: str, name: str, indent: str = _INDENT) -> Iterator[str]:
    yield from (indent + line for line in wrapped([(visible(shown), frozenset({name}))], indent))


def _signed(cut: Iterable[Run]) -> Iterator[Run]:
    """The same text with signs where a highlight begins and ends."""
    before: frozenset[str] = frozenset()
    for shown, shades in (*cut, ("", before)):
        ends = (sign for shade, sign in reversed(_SIGNS.items()) if shade in before - shades)
        begins = (sign for shade, sign in _SIGNS.items() if shade in shades - before)
        yield "".join((*ends, *begins, shown)), frozenset()
        before = shades


def wrapped(runs: Iterable[Run], indent: str = _INDENT) -> Iterator[str]:
    """Runs in lines that fit into the terminal behind an indent; white space in any amount is one space."""
    width = min(shutil.get_terminal_size((_WIDEST, 24)).columns, _WIDEST) - len(indent)
    characters = [(character, shades) for shown, shades in runs for character in shown]
    kept = [
        (" " if character.isspace() else character, shades)
        for position, (character, shades) in enumerate(characters)
        if not (character.isspace() and (position == 0 or characters[position - 1][0].isspace()))
    ]
    while kept:
        room, end, space = width, 0, 0
        while end < len(kept) and (room := room - columns(kept[end][0])) >= 0:
            if kept[end][0] == " ":
                space = end
            end += 1
        if end < len(kept) and kept[end][0] != " " and space:
            end = space
        line, kept = kept[: max(end, 1)], kept[max(end, 1) :]
        while kept and kept[0][0] == " ":
            kept = kept[1:]
        while line and line[-1][0] == " ":
            line.pop()
        alike = groupby(line, lambda each: each[1])
        yield "".join(styled("".join(character for character, _ in run), *shades) for shades, run in alike)


def styled(shown: str, *names: str) -> str:
    """Text in the style of these names, where there are colours."""
    if not names or not colours():
        return shown
    style: dict[str, Any] = {}
    for name in names:
        style |= _STYLES[name]
    return click.style(shown, **style)


def _question(explanation: "QuestionExplanation") -> Iterator[str]:
    """How the question was understood: as an expression, and what there is of each of its words within its filters."""
    yield from wrapped([("question ", frozenset({"faint"})), (visible(explanation.expression), frozenset())], _INDENT)
    within = " ".join(explanation.filters) or "the whole collection"
    counted = " ".join(_counts(explanation.passages, explanation.documents))
    yield from wrapped([("within   ", frozenset({"faint"})), (visible(f"{within}: {counted}"), frozenset())], _INDENT)
    rows = [(visible(_forms(each.unit)), *_counts(each.passages, each.documents)) for each in explanation.holdings]
    width = min(shutil.get_terminal_size((_WIDEST, 24)).columns, _WIDEST) - len(_INDENT)
    for line in table(rows, "<>") if rows else ():
        fitting = [line] if sum(map(columns, line)) <= width else wrapped([(line, frozenset[str]())])
        yield from (_INDENT + each for each in fitting)


def _counts(passages: int | None, documents: int | None) -> tuple[str, str]:
    if passages is None or documents is None:
        return "not counted", "in time"
    return many(passages, "passage"), f"in {many(documents, 'document')}"


def _forms(unit: Unit) -> str:
    """All ways to write a word or phrase, each word with its forms; `title:` and the like before those of one field."""
    forms = " / ".join(
        " ".join(_alternatives(terms_of(word)) for word in form) for form in (unit.positions, *unit.variants)
    )
    return f"{unit.field}:{forms}" if unit.field else forms


def _explained(hit: Hit) -> Iterator[str]:
    explanation = hit.explanation
    if explanation is None:
        return
    standing = explanation.standing
    parts = standing.parts.items()
    if parts:
        yield f"score {hit.score:.4f} = {' + '.join(f'{name} {part:.4f}' for name, part in parts)}"
    otherwise = standing.detail("keyword", "otherwise")
    if hit.keyword:
        yield (
            f"keyword {hit.keyword.score:.4f} = passage {standing.detail('keyword', 'passage'):.4f} + "
            f"whole document {standing.detail('keyword', 'document'):.4f} + "
            f"words side by side {standing.detail('keyword', 'pairs'):.4f}"
            + (f" - words written otherwise {-otherwise:.4f}" if otherwise else "")
        )
        yield f"passage {standing.detail('keyword', 'passage'):.4f} is the sum of"
        for each in explanation.contributions:
            unit = each.weighed.unit
            words = " ".join(_alternatives(terms_of(word)) for word in unit.positions)
            counts = ", ".join(f"{count} in {name}" for name, count in each.counts.items() if count) or "not here"
            yield (
                f"  {each.impact:.4f} = idf {each.weighed.idf:.4f} × {each.saturated:.4f} for {words} "
                f"({counts}; passages that have it: {each.weighed.passages:,})"
            )
    if hit.meaning:
        yield f"meaning {hit.meaning.score:.4f} is a cosine"


def _alternatives(words: frozenset[str]) -> str:
    shown = sorted(words)[:4]
    return "|".join(shown) + ("|…" if len(words) > len(shown) else "") if shown else "an unknown word"


def _heights(values: Sequence[float]) -> str:
    """Values as bars of one character each; the highest is not 0."""
    highest = max(values)
    return "".join(_HEIGHTS[ceil(value * (len(_HEIGHTS) - 1) / highest)] for value in values)


def _facets(facets: Facets) -> Iterator[str]:
    """What the match set consists of: a paragraph a column, and over time."""
    rows: dict[str, str] = {}
    for name, column in facets.columns.items():
        named = [f"{visible(each.value)} {each.passages:,}" for each in column.values]
        more = column.distinct - len(named)
        rows[name] = " · ".join(named + ([f"and {more:,} more"] if more else []))
    if facets.histogram:
        unit, bars = facets.histogram.unit, facets.histogram.bars
        length = _DATE_LENGTHS.get(unit, _YEAR)
        first, last = str(bars[0].first)[:length], str(bars[-1].last)[:length]
        shares = [bar.passages / max(bar.of, 1) for bar in bars]
        rows[unit] = f"{first} {_heights([bar.passages for bar in bars])} {last}"
        rows["share"] = f"{first} {_heights(shares)} {last} · at most {max(shares):.1%} of a {unit}'s passages"
    rows = {name: row for name, row in rows.items() if row}
    margin = max(map(len, rows), default=0) + 2
    for name, row in rows.items():
        for number, line in enumerate(wrapped([(row, frozenset())], " " * margin)):
            yield f"{'' if number else name:<{margin}}{line}"


def kwic(results: Results) -> str:
    """Each occurrence of the question's words in a line as wide as the terminal, by date."""
    from ..results.kwic import DEFAULT_WIDTH, kwic_lines, occurrences  # late, as it is seldom wanted

    found = occurrences(results)
    lines = list(kwic_lines(found, shutil.get_terminal_size((DEFAULT_WIDTH, 24)).columns, _keyword))
    passages = f"{len({each.hit for each in found}):,} of {many(results.total, 'passage')}"
    lines += [*([""] if lines else []), f"{many(len(found), 'occurrence')} in {passages}"]
    lines += _noticed(results)
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _keyword(shown: str) -> str:
    return styled(shown, "keyword")


FORMATS: dict[str, Callable[[Results], str]] = {"text": text, "kwic": kwic, **FILE_FORMATS}
"""The ways to print results, by name."""
