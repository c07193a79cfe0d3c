"""PDF: the text layer of its pages, as running text. Needs pypdfium2, the extra `pdf`.

What a PDF says of itself is believed with care: its date is that of the file, not of what is written in it, and is left
alone; its title is often the name of another file.
"""

from collections import Counter
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any, Final

from ...errors import MissingExtra, UnreadableSource
from .contract import MEGABYTE, Cleaning, RawRecord, ReadOptions, Remark, Skipped, Source
from .support import pdf_layer
from .support.apart import APART, Apart
from .support.file_properties import stated_author, stated_title
from .support.legible import is_legible
from .support.ocr import Recognise, recogniser
from .support.packed import not_what_it_says, read_all
from .support.pdf_page import PageText
from .support.printed import Line, beginnings, heading, paragraphs, without_furniture
from .support.right_to_left import RIGHT_TO_LEFT

_MOST_PAGES: Final = 10_000
_MOST_PICTURES: Final = 500
"""The most pages of one file that are recognised in their pictures."""

_LONGEST_SECONDS: Final = 60
_SECONDS_A_MEGABYTE: Final = 5
"""How long a processor may work at the text of a file, or at one picture: so long, and longer if it is large."""

_SECONDS_A_PICTURE: Final = 2
"""How long a processor may draw the pictures of a file for each page, beside what it may draw at one of them: whoever
has five hundred drawn waits as long for their letters, and not for hours."""

_MOST_SLOW: Final = 3
"""So many pages of a file may take too long to recognise: after the last of them no more are tried."""

_UNKNOWN: Final = 0.3
"""Nobody can read a page of which so many characters are unknown."""

_ADVICE: Final = 'it needs OCR: --ocr, with pip install "dragoman[ocr]"'
_NO_LETTERS: Final = f"its fonts do not say which letters they show (no ToUnicode): {_ADVICE}"
_WRONG_LETTERS: Final = f"gibberish: its fonts say of its letters that they are others: {_ADVICE}"


def read(source: Source, options: ReadOptions) -> Iterator[RawRecord | Skipped]:
    """The one record of a PDF, and a `Skipped` that counts its pages without text if there are some.

    Raises:
        UnreadableSource: If it is no PDF, damaged, protected by a password or without any text.
        MissingExtra: If the library that it needs is not installed.
    """
    if find_spec("pypdfium2") is None:
        raise MissingExtra('pypdfium2 is not installed: pip install "dragoman[pdf]"', name="pypdfium2")
    data = read_all(source.stream)
    if b"%PDF-" not in data[:1024]:
        raise not_what_it_says(data, "a PDF")
    with APART.lasting(_LONGEST_SECONDS + len(data) // MEGABYTE * _SECONDS_A_MEGABYTE) as apart:
        apart.do(pdf_layer.hold, data)
        found, labels, metadata = apart.do(pdf_layer.layer, _MOST_PAGES)
        seen = _Recognised(apart, found, enough=not options.ocr)
        wrong = ["" if number in seen.numbers else _wrong(page) for number, page in enumerate(found)]
        pages: list[list[Line]] = [[] if reason else page.lines for page, reason in zip(found, wrong, strict=True)]
        turned = _set_as_read(apart, pages)
        apart.do(pdf_layer.let_go)
    reasons = Counter(filter(None, wrong))
    if reasons and not any(pages):
        raise UnreadableSource(next(iter(reasons)))
    remarks = [Remark(f"pages left out: {reason}", f"{count} of {len(pages)}") for reason, count in reasons.items()]
    remarks += [*turned, *seen.remarks]
    kept, cut = without_furniture(pages) if options.cleaning else (pages, [])
    text = "\n\n".join(paragraphs(kept))
    if not any(map(str.isalnum, text)):
        raise UnreadableSource(seen.left or f"no text layer: {_ADVICE}")
    description = _description(metadata)
    # Of a picture it is not known how large its letters are.
    description["title"] = description["title"] or ("" if 0 in seen.numbers else heading(kept[0]))
    marks = list(beginnings(labels, kept, text))
    yield RawRecord(
        text,
        source.origin,
        {**description, "pages": marks},
        name=source.name,
        cleaning=Cleaning.TITLE_LINE,
        cut=tuple(cut),
        remarks=tuple(remarks),
        is_recognised=bool(seen.numbers),
    )
    blank = sum(not page.lines for page in found)
    if seen.left:
        yield Skipped(source.origin, seen.left)
    elif blank and not options.ocr:
        yield Skipped(
            source.origin, f"{blank} of its {len(pages)} pages have no text layer: if they hold any, {_ADVICE}"
        )


class _Recognised:
    """What is recognised in the pictures of pages that have no text, or none that is right; it becomes theirs.

    Attributes:
        numbers: Which pages were recognised, from 0.
        remarks: That they were.
        left: What was not, and why; empty if all was, or if that is `enough`.
    """

    def __init__(self, apart: Apart, pages: list[PageText], *, enough: bool) -> None:
        self.numbers: set[int] = set()
        self.remarks: list[Remark] = []
        self.left = ""
        wanted = [] if enough else [number for number, page in enumerate(pages) if not page.lines or _wrong(page)]
        try:
            recognise = recogniser() if wanted else _nothing
        except MissingExtra as error:
            self.left = str(error)
            return
        self._take_in(apart, pages, wanted[:_MOST_PICTURES], recognise)
        if self.numbers:
            told = f"{len(self.numbers)} of {len(pages)}"
            self.remarks.append(Remark("pages were recognised in their pictures (OCR)", told))
        elif wanted:
            self.left = self.left or "no text that could be recognised in its pages"
        if len(wanted) > _MOST_PICTURES:
            rest = len(wanted) - _MOST_PICTURES
            told = f"{rest:,} of its pages were not recognised: {_MOST_PICTURES} are the most, split it"
            self.left = f"{self.left}; {told}" if self.numbers and self.left else told

    def _take_in(self, apart: Apart, pages: list[PageText], wanted: list[int], recognise: Recognise) -> None:
        took, slow, why = 0.0, list[int](), ""
        for count, number in enumerate(wanted):
            try:
                if took > (most := _LONGEST_SECONDS + count * _SECONDS_A_PICTURE):
                    raise UnreadableSource(f"drawing those before took more than {most} seconds")
                if len(slow) == _MOST_SLOW:
                    raise UnreadableSource(f"recognising {_MOST_SLOW} of those before took too long")
                size, dots, seconds = apart.do(pdf_layer.picture, number)
                took += seconds
            except UnreadableSource as error:
                self.left = f"page {number + 1} and those after it were not recognised: {error}"
                break
            try:
                lines = recognise(_picture(size, dots))
            except UnreadableSource as error:  # which is its own fault: the next may do
                slow.append(number + 1)
                why = str(error)
                continue
            if lines:
                pages[number] = PageText(lines, 0)
                self.numbers.add(number)
        if slow:
            named = ", ".join(map(str, slow))
            told = f"{len(slow)} of its pages could not be recognised (page {named}): {why}"
            self.left = f"{told}; {self.left}" if self.left else told


def _nothing(_: Any) -> list[Line]:
    return []


def _picture(size: tuple[int, int], dots: bytes) -> Any:
    from PIL import Image

    return Image.frombytes("L", size, dots)


def _wrong(page: PageText) -> str:
    """Why the letters of a page are not what it shows; "" if they may be."""
    if page.unknown > _UNKNOWN:
        return _NO_LETTERS
    return "" if is_legible(" ".join(page.lines)) else _WRONG_LETTERS


def _set_as_read(apart: Apart, pages: list[list[Line]]) -> list[Remark]:
    """Put the lines of Arabic and Hebrew pages in the order in which they are read."""
    numbers = {number for number, page in enumerate(pages) if any(map(RIGHT_TO_LEFT.search, page))}
    if not numbers:
        return []
    if find_spec("pdfminer") is None:
        raise MissingExtra('pdfminer.six is not installed: pip install "dragoman[pdf]"', name="pdfminer")
    read = apart.do(pdf_layer.as_read, numbers)
    for number, lines in read.items():
        pages[number] = lines or pages[number]
    if rest := len(numbers) - len(read):  # its parser raises anything where a file is damaged
        return [Remark("words that run from right to left may be turned around", f"on {rest} pages")]
    return []


def _description(metadata: dict[str, str]) -> dict[str, str]:
    """What the file says of itself, as far as it can be believed."""
    return {
        "title": stated_title(metadata.get("Title", "")),
        "author": stated_author(metadata.get("Author", "")),
        "topics": metadata.get("Keywords", "").replace(";", ","),
    }
