"""Results as text for a terminal, JSON, JSON lines, CSV or Markdown.

Documents are hostile until shown otherwise: control characters never reach the terminal, Markdown's own signs are
escaped, and no cell of a CSV file begins like a formula.
"""

import csv
import io
import json
import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby

import click

from ..corpus.document import Document
from .highlight import Piece, pieces
from .results import Hit, Results

_WIDEST = 100
_INDENT = "    "
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+|~!&])")
_UNFIT_FOR_LINK = re.compile(r"[<>\s]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def text(results: Results) -> str:
    """For reading in a terminal, in colours if standard output is one; elsewhere *asterisks* mark the words."""
    colours = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    style: Callable[..., str] = click.style if colours else lambda shown, **_: shown
    width = min(shutil.get_terminal_size((_WIDEST, 24)).columns, _WIDEST)
    lines: list[str] = [""]
    for hit in results:
        title = visible(hit.document.title or hit.document.id)
        lines.append(f"{style(f'{hit.rank:>2}', dim=True)}  {style(title, bold=True)}")
        if described := " · ".join(_described(hit.document)):
            lines.append(_INDENT + style(visible(described), fg="cyan"))
        lines.append("")
        cut = [Piece(visible(piece.text), piece.shades) for piece in pieces(hit.text, hit.start, hit.highlights)]
        lines += (_INDENT + line for line in _wrapped(cut, width - len(_INDENT), style if colours else None))
        lines += ["", _INDENT + style(f"{hit.reason} · {visible(hit.passage)}", dim=True)]
        if hit.document.url:
            lines.append(_INDENT + style(visible(hit.document.url), dim=True))
        lines += (_INDENT + style(line, dim=True) for line in _explained(hit))
        lines.append("")
    lines += _closing(results)
    return "\n".join(lines).lstrip("\n") + "\n"


def _closing(results: Results) -> Iterator[str]:
    if results.suggestion:
        yield f"Did you mean: {results.suggestion}"
    if results.undated:
        yield f"{results.undated:,} more match, but have no date to go by."
    if results.hits:
        shown = f"{results.hits[0].rank:,}–{results.hits[-1].rank:,} of {results.total:,}"
        yield f"{shown} · {results.mode} · {results.took_ms:g} ms"
    elif results.total:
        yield f"There is no such page: {results.total:,} match in all."
    else:
        yield "Nothing found."


def _described(document: Document) -> list[str]:
    return [part for part in (document.outlet, str(document.dates or ""), document.place) if part]


def _wrapped(cut: Iterable[Piece], width: int, style: Callable[..., str] | None) -> Iterator[str]:
    """A passage in lines of at most so many columns, its highlights styled, or marked with asterisks without style."""
    if style is None:
        cut = [Piece(f"*{text}*" if "keyword" in shades else text, frozenset()) for text, shades in cut]
    characters = [(character, shades) for text, shades in cut for character in text]
    # White space in any amount, line ends included, is one space.
    kept = [
        (" " if character.isspace() else character, shades)
        for place, (character, shades) in enumerate(characters)
        if not (character.isspace() and (place == 0 or characters[place - 1][0].isspace()))
    ]
    while kept:
        room, end, space = width, 0, 0
        while end < len(kept) and (room := room - _columns(kept[end][0])) >= 0:
            if kept[end][0] == " ":
                space = end
            end += 1
        if end < len(kept) and kept[end][0] != " " and space:
            end = space
        line, kept = kept[: max(end, 1)], kept[max(end, 1) :]
        while kept and kept[0][0] == " ":
            kept = kept[1:]
        runs = groupby(line, lambda each: each[1])
        yield "".join(
            _styled("".join(character for character, _ in run), shades, style) for shades, run in runs
        ).rstrip()


def _styled(shown: str, shades: frozenset[str], style: Callable[..., str] | None) -> str:
    if style is None or not shades:
        return shown
    if "keyword" in shades:
        return style(shown, fg="yellow", bold=True, underline="meaning" in shades or None)
    return style(shown, underline=True)


def _columns(character: str) -> int:
    """How many columns of a terminal a character takes."""
    return 0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _explained(hit: Hit) -> Iterator[str]:
    explanation = hit.explanation
    if explanation is None:
        return
    yield f"score {hit.score:.4f} = keyword {explanation.keyword_part:.4f} + meaning {explanation.meaning_part:.4f}"
    if hit.keyword:
        yield f"keyword {hit.keyword.score:.4f} is the sum of"
        for each in explanation.contributions:
            unit = each.weighed.unit
            words = " ".join(_alternatives(place) for place in unit.places)
            counts = ", ".join(f"{count} in {name}" for name, count in each.counts.items() if count) or "not here"
            yield (
                f"  {each.impact:.4f} = idf {each.weighed.idf:.4f} × {each.saturated:.4f} for {words} "
                f"({counts}; in {each.weighed.passages:,} passages)"
            )
    if hit.meaning:
        yield f"meaning {hit.meaning.score:.4f} is a cosine"


def _alternatives(place: frozenset[str]) -> str:
    shown = sorted(place)[:4]
    return "|".join(shown) + ("|…" if len(place) > len(shown) else "") if shown else "an unknown word"


def visible(shown: str) -> str:
    """The text without characters that would steer a terminal or turn its reading direction."""
    return _INVISIBLE.sub(" ", shown)


def as_json(results: Results) -> str:
    """One JSON object."""
    return json.dumps(results.to_dict(), ensure_ascii=False, indent=2) + "\n"


def as_jsonl(results: Results) -> str:
    """One JSON object a hit, a line each."""
    return "".join(json.dumps(hit.to_dict(), ensure_ascii=False) + "\n" for hit in results)


def as_csv(results: Results) -> str:
    """A table with a row a hit."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(
        ["rank", "passage", "document", "title", "date", "outlet", "place", "url", "score", "reason", "text"]
    )
    for hit in results:
        document = hit.document
        cells = [hit.passage, document.id, document.title, str(document.dates or ""), document.outlet, document.place]
        cells += [document.url, f"{hit.score:.6f}", hit.reason, hit.text]
        # A spreadsheet would run a cell that begins like a formula.
        writer.writerow([hit.rank, *(f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells)])
    return table.getvalue()


def as_markdown(results: Results) -> str:
    """A numbered list of quotations with their sources, for a briefing."""
    blocks = []
    for hit in results:
        document = hit.document
        title = _escaped(document.title or document.id)
        if document.url.startswith(("http://", "https://")):
            title = f"[{title}](<{_UNFIT_FOR_LINK.sub('', document.url)}>)"
        described = "".join(f" · {_escaped(part)}" for part in _described(document))
        quoted = "".join(
            f"**{_escaped(piece.text)}**" if "keyword" in piece.shades else _escaped(piece.text)
            for piece in pieces(hit.text, hit.start, hit.highlights)
        )
        quotation = "\n".join(f"   > {line}".rstrip() for line in quoted.splitlines())
        source = visible(hit.passage).replace("`", " ")
        blocks.append(f"{hit.rank}. **{title}**{described}\n\n{quotation}\n\n   `{source}`\n")
    return "\n".join(blocks)


def _escaped(shown: str) -> str:
    return _MARKDOWN.sub(r"\\\1", visible(shown))


FORMATS: dict[str, Callable[[Results], str]] = {
    "text": text,
    "json": as_json,
    "jsonl": as_jsonl,
    "csv": as_csv,
    "markdown": as_markdown,
}
"""The ways to print results, by name."""
