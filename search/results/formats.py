"""Results as files: JSON, JSON lines, CSV, Markdown; the passages as citations for BibTeX or RIS.

Documents are hostile: Markdown's own signs are escaped, no cell of a CSV file begins like a formula, and where a format
does not escape a text, characters that would steer a terminal are removed from it.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable
from itertools import chain, islice
from typing import Final

from . import citations
from .highlight import pieces
from .printing import to_json, to_json_lines, visible
from .results import Hit, Results, byline

BOM: Final = "\ufeff"
"""The byte order mark, which tells Excel that a file is in UTF-8."""

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+|~!&])")
_LIST_ITEM = re.compile(r"^(\d*)([-.])")
_UNFIT_FOR_LINK = re.compile(r"[<>\s]")
_FORMULA = re.compile(r"[\s\xad\u180e\u200b-\u200f\u2060-\u206f\ufeff]*[=+\-@＝＋－＠]")  # after what is not seen


def as_json(results: Results) -> str:
    """One JSON object."""
    return to_json(results.to_dict(), indent=2) + "\n"


def as_jsonl(results: Iterable[Hit]) -> str:
    """One JSON object for each hit, each on its own line."""
    return to_json_lines(hit.to_dict() for hit in results)


def as_csv(results: Iterable[Hit], *, bom: bool = False) -> str:
    """A table with one row for each hit.

    Args:
        results: The hits.
        bom: Begin with a byte order mark, without which Excel does not take the file for UTF-8.
    """
    table = io.StringIO()
    table.write(BOM if bom else "")
    writer = csv.writer(table, lineterminator="\n")
    hits = iter(results)
    first = list(islice(hits, 1))
    writer.writerow(columns_of(several=any(hit.label for hit in first)))
    writer.writerows(map(table_row, chain(first, hits)))
    return table.getvalue()


_COLUMNS: Final = (
    "rank", "passage", "document", "title", "date", "outlet", "place", "url", "score", "reason", "text", "pages",
)  # fmt: skip


def columns_of(*, several: bool) -> tuple[str, ...]:
    """The names of a table's columns, with one for the collection if `several` are asked."""
    return (*_COLUMNS, "collection") if several else _COLUMNS


def table_row(hit: Hit) -> list[str]:
    """The cells of a hit in a table: see `columns_of`."""
    document = hit.document
    cells = [hit.passage, document.id, document.title, str(document.dates or ""), document.outlet, document.place]
    cells += [document.url, f"{hit.score:.6f}", hit.reason, hit.text, "; ".join(hit.pages)]
    cells += [hit.label] if hit.label else []
    return [str(hit.rank), *map(table_cell, cells)]


def table_cell(shown: str) -> str:
    """A text as a cell of a table: one that a spreadsheet does not take for a formula, and run."""
    plain = visible(shown)  # first, as it leaves blanks, which may stand before a formula
    return f"'{plain}" if _FORMULA.match(plain) else plain


def as_markdown(results: Results) -> str:
    """A numbered list of quotations with their sources, for a briefing."""
    blocks: list[str] = []
    for hit in results:
        document = hit.document
        title = _escaped(" ".join((document.title or document.id).split()))
        if document.url.startswith(("http://", "https://")):
            title = f"[{title}](<{_UNFIT_FOR_LINK.sub('', visible(document.url))}>)"
        described = "".join(f" · {_escaped(part)}" for part in byline(hit))
        quoted = "".join(
            f"**{_escaped(piece.text)}**" if "keyword" in piece.shades else _escaped(piece.text)
            for piece in pieces(hit.text, hit.start, hit.highlights)
        )
        quotation = _LIST_ITEM.sub(r"\1\\\2", " ".join(quoted.split()))
        source = " ".join(visible(hit.passage).replace("`", " ").split())
        blocks.append(f"{hit.rank}. **{title}**{described}\n\n   > {quotation}\n\n   `{source}`\n")
    return "\n".join(blocks)


def _escaped(shown: str) -> str:
    return _MARKDOWN.sub(r"\\\1", visible(shown))


def as_bibtex(results: Iterable[Hit]) -> str:
    """A BibTeX entry for each hit, which cites the passage."""
    return "\n".join(citations.bibtex(hit.document, hit.span) for hit in results)


def as_ris(results: Iterable[Hit]) -> str:
    """A RIS record for each hit, which cites the passage."""
    return "".join(citations.ris(hit.document, hit.span) for hit in results)


FORMATS: dict[str, Callable[[Results], str]] = {
    "json": as_json,
    "jsonl": as_jsonl,
    "csv": as_csv,
    "markdown": as_markdown,
    "bibtex": as_bibtex,
    "ris": as_ris,
}
"""The formats of files, by name."""
