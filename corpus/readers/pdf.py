"""PDF: the text layer of its pages, as running text. Needs pypdfium2, the extra `pdf`.

What a PDF says of itself is believed with care: its date is that of the file, not of what is written in it, and is left
alone; its title is often the name of another file.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from ...errors import MissingExtra, UnreadableSource
from ..cleaning.page_marks import begun_by
from .contract import LARGEST_TEXT, MEGABYTE, Cleaning, RawRecord, ReadOptions, Skipped, Source
from .support.decode import tidy
from .support.packed import not_what_it_says, read_all
from .support.printed import paragraphs, without_furniture

_MOST_PAGES: Final = 10_000
_WRONG_PASSWORD: Final = 4
_LIGATURES: Final = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
_LINE_END = re.compile(r"\r\n?|\n")
_FILE_NAME = re.compile(r"microsoft (?:word|powerpoint|excel)\b.*|.*\.\w{2,5}|untitled.*|\S*", re.IGNORECASE)


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
            pages = list(_pages(pdf))
            labels = _labels(pdf)
            metadata = pdf.get_metadata_dict()
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _WRONG_PASSWORD:
            raise UnreadableSource("protected by a password: save it without one") from None
        raise UnreadableSource("a PDF that is damaged or cut off") from None
    kept, cut = without_furniture(pages) if options.cleaning else (pages, [])
    text = "\n\n".join(paragraphs(kept))
    if not any(map(str.isalnum, text)):
        raise UnreadableSource("no text layer: it needs OCR")
    marks = list(begun_by(zip(labels, kept, strict=True), text))
    yield RawRecord(
        text,
        source.origin,
        {**_description(metadata), "pages": marks},
        name=source.name,
        cleaning=Cleaning.TITLE_LINE,
        cut=tuple(cut),
    )
    blank = sum(not page for page in pages)
    if blank:
        yield Skipped(source.origin, f"{blank} of its {len(pages)} pages have no text layer: if they hold any, OCR it")


def _pages(pdf: Any) -> Iterator[list[str]]:
    """The lines of each page."""
    if len(pdf) > _MOST_PAGES:
        raise UnreadableSource(f"a PDF of more than {_MOST_PAGES:,} pages")
    length = 0
    for page in pdf:
        textpage = page.get_textpage()
        text = textpage.get_text_range()
        textpage.close()
        page.close()
        length += len(text)
        if length > LARGEST_TEXT:
            raise UnreadableSource(f"more than {LARGEST_TEXT // MEGABYTE} million characters of text")
        # PDFium takes out the break after a hyphen at the end of a line, and leaves this mark for both.
        lines = _LINE_END.split(text.replace("\ufffe", "-\n").replace("\x02", "-\n").translate(_LIGATURES))
        shown = (" ".join(tidy(line).split()) for line in lines)
        yield [line for line in shown if line]


def _labels(pdf: Any) -> list[str]:
    """What each page is called: as the file says, which may begin with "i", else its number."""
    return [pdf.get_page_label(number) or str(number + 1) for number in range(len(pdf))]


def _description(metadata: dict[str, str]) -> dict[str, str]:
    """What the file says of itself, as far as it can be believed."""
    title, author = (" ".join(tidy(metadata.get(key, "")).split()) for key in ("Title", "Author"))
    return {
        "title": "" if _FILE_NAME.fullmatch(title) else title,
        "author": author if " " in author else "",  # one word is the name of a user's account
        "topics": metadata.get("Keywords", "").replace(";", ","),
    }
