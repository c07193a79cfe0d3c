"""How well is the article of a page found? Word-level F1 of our readers and of others, on two gold sets.

    python benchmarks/extraction.py FOLDER [--save]

FOLDER holds news-full-text.tar.xz (pages with the article's full text) and pages-with-snippets.tar.xz (pages with
pieces of text that must and must not be there).

On full texts, words are runs of letters and digits in lower case, counted as a bag: what page and gold share, each
word as often as both have it, over all words found is the precision, over all of the gold's the recall. F1 is
computed for each page; all three are means over pages. On snippets, precision and recall are of the snippets that were
found, over all pages, with white space as one space.

The weights of our line classifier are fitted on the even half of the first set: the odd half is shown by itself.
"""

import gzip
import io
import json
import logging
import re
import sys
import tarfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import trafilatura
from record import Record, arguments

from dragoman.corpus.cleaning.clean import clean
from dragoman.corpus.document import Document
from dragoman.corpus.intake import read_stream
from dragoman.corpus.readers.contract import ReadOptions, Source
from dragoman.corpus.readers.registry import format_named
from dragoman.corpus.readers.support.decode import decode
from dragoman.corpus.readers.support.html_text import visible_text
from dragoman.errors import UnreadableSource

LONG = 100
"""How many characters a line has at least that the simplest baseline keeps."""


def words(text: str) -> list[str]:
    """Runs of letters and digits in lower case."""
    return re.findall(r"\w+", text.lower())


def news_pages(folder: Path) -> Iterator[tuple[str, str, str]]:
    """The name, page and gold text of the pages with full texts."""
    files = _unpacked(folder / "news-full-text.tar.xz")
    gold = json.loads(files["ground-truth.json"])
    for name in sorted(gold):
        page = gzip.decompress(files[f"html/{name}.html.gz"]).decode("utf-8", "replace")
        yield name, page, gold[name]["articleBody"]


def snippet_pages(folder: Path) -> Iterator[tuple[bytes, list[str], list[str]]]:
    """A page with the snippets that must and that must not be in its article."""
    files = _unpacked(folder / "pages-with-snippets.tar.xz")
    for record in json.loads(files["evaldata.json"]).values():
        page = next(files[path] for folder in ("cache", "eval") if (path := f"{folder}/{record['file']}") in files)
        yield page, record["with"] or [], record["without"] or []


def for_fitting(name: str) -> bool:
    """Whether a page of the first set is for fitting, and not for reporting."""
    return int(name, 16) % 2 == 0


def _unpacked(archive: Path) -> dict[str, bytes]:
    with tarfile.open(archive) as packed:
        members = [(each.name.removeprefix("./"), packed.extractfile(each)) for each in packed if each.isfile()]
        return {name: file.read() for name, file in members if file}


# ----------------------------------------------------------------------------------------------------- ways to extract


def our_reader(page: bytes) -> str:
    """Our HTML reader, as `dragoman add` uses it."""
    found = next(read_stream(Source(io.BytesIO(page), "page", "page"), format_named("html"), ReadOptions()))
    if not isinstance(found, Document):
        return ""
    # A title that was one of the text's lines is no longer among them.
    return f"{found.title}\n{found.text}" if found.provenance.get("title") == "extracted" else found.text


def trafilatura_default(page: bytes) -> str:
    """What trafilatura finds as it comes."""
    return trafilatura.extract(page) or ""


def stripped(page: bytes) -> str:
    """All text of the page, without its tags."""
    try:
        return visible_text(decode(page).text)
    except UnreadableSource:
        return visible_text(page.decode("utf-8", "replace"))


def stripped_and_cleaned(page: bytes) -> str:
    """The same through our cleaning of plain text."""
    return clean(stripped(page)).text


def longest_lines(page: bytes) -> str:
    """The lines of at least 100 characters."""
    return "\n".join(line for line in stripped(page).split("\n") if len(line) >= LONG)


WAYS: dict[str, Callable[[bytes], str]] = {
    "HTML: our reader": our_reader,
    "HTML: trafilatura's default": trafilatura_default,
    "tags stripped: our cleaning": stripped_and_cleaned,
    "tags stripped: lines of 100 characters and more": longest_lines,
    "tags stripped: as it is": stripped,
}


# ------------------------------------------------------------------------------------------------------------- measures


def overlap(found: str, gold: str) -> tuple[float, float, float]:
    """Precision, recall and F1 of a bag of words."""
    ours, theirs = Counter(words(found)), Counter(words(gold))
    shared = (ours & theirs).total()
    return _rates(shared, ours.total(), theirs.total())


def _rates(shared: int, found: int, wanted: int) -> tuple[float, float, float]:
    precision, recall = shared / max(found, 1), shared / max(wanted, 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def snippets(pages: list[tuple[bytes, list[str], list[str]]], way: Callable[[bytes], str]) -> tuple[float, ...]:
    """Precision, recall and F1 over all snippets."""
    right = wrong = wanted = 0
    for page, inside, outside in pages:
        text = " ".join(way(page).split())
        right += sum(" ".join(snippet.split()) in text for snippet in inside)
        wrong += sum(" ".join(snippet.split()) in text for snippet in outside)
        wanted += len(inside)
    return _rates(right, right + wrong, wanted)


def main() -> None:
    """Print a table."""
    folder = Path(arguments()[0]) if len(arguments()) == 1 else sys.exit(__doc__)
    logging.disable(logging.CRITICAL)
    news = [(name, page.encode(), gold) for name, page, gold in news_pages(folder)]
    unseen = [(page, gold) for name, page, gold in news if not for_fitting(name)]
    others = list(snippet_pages(folder))
    print(f"{len(news)} news pages, {len(unseen)} of them unseen; {len(others)} pages with snippets\n")
    measures = ("P", "R", "F1")
    columns = ["", *(f"{pages} P" if m == "P" else m for pages in ("all news", "unseen", "snippets") for m in measures)]
    spent: dict[str, float] = {}
    with Record("extraction", columns) as record:
        for name, way in WAYS.items():
            began = time.perf_counter()
            rows = [(overlap(way(page), gold), for_fitting(page_name)) for page_name, page, gold in news]
            spent[name] = 1000 * (time.perf_counter() - began) / len(news)
            scores = [row for row, _ in rows], [row for row, fitted in rows if not fitted]
            means = [sum(column) / len(each) for each in scores for column in zip(*each, strict=True)]
            cells = (f"{figure:.3f}".removeprefix("0") for figure in (*means, *snippets(others, way)))
            record.row(name, *cells)
        for name, each in spent.items():
            record.figure(f"ms a page, {name}", f"{each:.0f}")


if __name__ == "__main__":
    main()
