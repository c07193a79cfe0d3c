"""PDF: the text layer of its pages, as running text. Needs pypdfium2, the extra `pdf`.

What a PDF says of itself is believed with care: its date is that of the file, not of what is written in it, and is left
alone; its title is often the name of another file.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

from ...errors import MissingExtra, UnreadableSource
from .contract import LARGEST_TEXT, MEGABYTE, Cleaning, RawRecord, ReadOptions, Remark, Skipped, Source
from .support.file_properties import stated_author, stated_title
from .support.legible import is_legible
from .support.ocr import LONGEST_SIDE, RESOLUTION, recogniser
from .support.packed import not_what_it_says, read_all
from .support.pdf_page import PageText, page_text
from .support.printed import Line, beginnings, heading, paragraphs, without_furniture
from .support.right_to_left import RIGHT_TO_LEFT, pages_as_read

_MOST_PAGES: Final = 10_000
_WRONG_PASSWORD: Final = 4
_MOST_PICTURES: Final = 500
"""The most pages of one file that are recognised in their pictures."""

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
    try:
        import pypdfium2  # pyright: ignore[reportMissingTypeStubs]
    except ImportError:
        raise MissingExtra('pypdfium2 is not installed: pip install "dragoman[pdf]"', name="pypdfium2") from None
    data = read_all(source.stream)
    if b"%PDF-" not in data[:1024]:
        raise not_what_it_says(data, "a PDF")
    try:
        with pypdfium2.PdfDocument(data) as pdf:
            found = list(_pages(pdf))
            seen = _Recognised(pdf, found, enough=not options.ocr)
            labels = _labels(pdf)
            metadata = pdf.get_metadata_dict()
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _WRONG_PASSWORD:
            raise UnreadableSource("protected by a password: save it without one") from None
        raise UnreadableSource("a PDF that is damaged or cut off") from None
    wrong = ["" if number in seen.numbers else _wrong(page) for number, page in enumerate(found)]
    pages: list[list[Line]] = [[] if reason else page.lines for page, reason in zip(found, wrong, strict=True)]
    reasons = Counter(filter(None, wrong))
    if reasons and not any(pages):
        raise UnreadableSource(next(iter(reasons)))
    remarks = [Remark(f"pages left out: {reason}", f"{count} of {len(pages)}") for reason, count in reasons.items()]
    remarks += _set_as_read(pages, data)
    remarks += seen.remarks
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


def _pages(pdf: Any) -> Iterator[PageText]:
    """What each page shows."""
    if len(pdf) > _MOST_PAGES:
        raise UnreadableSource(f"a PDF of more than {_MOST_PAGES:,} pages")
    length = 0
    for page in pdf:
        found = page_text(page)
        page.close()
        length += sum(map(len, found.lines))
        if length > LARGEST_TEXT:
            raise UnreadableSource(f"more than {LARGEST_TEXT // MEGABYTE} million characters of text")
        yield found


class _Recognised:
    """What is recognised in the pictures of pages that have no text, or none that is right; it becomes theirs.

    Attributes:
        numbers: Which pages were recognised, from 0.
        remarks: That they were.
        left: What was not, and why; empty if all was, or if that is `enough`.
    """

    def __init__(self, pdf: Any, pages: list[PageText], *, enough: bool) -> None:
        self.numbers: set[int] = set()
        self.remarks: list[Remark] = []
        self.left = ""
        wanted = [] if enough else [number for number, page in enumerate(pages) if not page.lines or _wrong(page)]
        try:
            recognise = recogniser() if wanted else None
        except MissingExtra as error:
            self.left = str(error)
            return
        for number in wanted[:_MOST_PICTURES]:
            if recognise and (lines := recognise(_picture(pdf, number))):
                pages[number] = PageText(lines, 0)
                self.numbers.add(number)
        if self.numbers:
            told = f"{len(self.numbers)} of {len(pages)}"
            self.remarks.append(Remark("pages were recognised in their pictures (OCR)", told))
        elif wanted:
            self.left = "no text that could be recognised in its pages"
        if len(wanted) > _MOST_PICTURES:
            rest = len(wanted) - _MOST_PICTURES
            self.left = f"{rest:,} of its pages were not recognised: {_MOST_PICTURES} are the most, split it"


def _picture(pdf: Any, number: int) -> Any:
    """The picture of a page, of no more than so many dots."""
    page = pdf[number]
    scale = min(RESOLUTION / 72, LONGEST_SIDE / max(1, *page.get_size()))
    try:
        return page.render(scale=scale, grayscale=True).to_pil()
    finally:
        page.close()


def _wrong(page: PageText) -> str:
    """Why the letters of a page are not what it shows; "" if they may be."""
    if page.unknown > _UNKNOWN:
        return _NO_LETTERS
    return "" if is_legible(" ".join(page.lines)) else _WRONG_LETTERS


def _set_as_read(pages: list[list[Line]], data: bytes) -> list[Remark]:
    """Put the lines of Arabic and Hebrew pages in the order in which they are read."""
    numbers = {number for number, page in enumerate(pages) if any(map(RIGHT_TO_LEFT.search, page))}
    if not numbers:
        return []
    try:
        for number, lines in pages_as_read(data, numbers):
            pages[number] = lines or pages[number]
            numbers.discard(number)
    except MissingExtra:
        raise
    except Exception:  # its parser raises anything where a file is damaged
        return [Remark("words that run from right to left may be turned around", f"on {len(numbers)} pages")]
    return []


def _labels(pdf: Any) -> list[str]:
    """What each page is called: as the file says, which may begin with "i", else its number."""
    return [pdf.get_page_label(number) or str(number + 1) for number in range(len(pdf))]


def _description(metadata: dict[str, str]) -> dict[str, str]:
    """What the file says of itself, as far as it can be believed."""
    return {
        "title": stated_title(metadata.get("Title", "")),
        "author": stated_author(metadata.get("Author", "")),
        "topics": metadata.get("Keywords", "").replace(";", ","),
    }
