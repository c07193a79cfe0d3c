"""What is read of a PDF by libraries that a forged one could keep busy for ever: all of it, one file at a time.

These are functions of a module, so that they may run elsewhere: see `apart`. Each is of the file that `hold` was given.
"""

import time
from contextlib import suppress
from typing import Any, Final, NamedTuple

from ....errors import UnreadableSource
from ..contract import LARGEST_TEXT, MEGABYTE
from .ocr import LONGEST_SIDE, RESOLUTION
from .pdf_page import PageText, page_text
from .printed import Line
from .right_to_left import pages_as_read

_WRONG_PASSWORD: Final = 4


class Layer(NamedTuple):
    """The text of a PDF.

    Attributes:
        pages: What each page shows.
        labels: What each page is called: as the file says, which may begin with "i", else its number.
        metadata: What the file says of itself.
    """

    pages: list[PageText]
    labels: list[str]
    metadata: dict[str, str]


_held: dict[str, Any] = {}


def hold(data: bytes) -> None:
    """Take a file.

    Raises:
        UnreadableSource: It is damaged, or protected by a password.
    """
    import pypdfium2  # pyright: ignore[reportMissingTypeStubs]

    let_go()
    try:
        _held.update(data=data, pdf=pypdfium2.PdfDocument(data))
    except pypdfium2.PdfiumError as error:
        raise _unreadable(error) from None


def let_go() -> None:
    """Have no file any more."""
    if pdf := _held.pop("pdf", None):
        pdf.close()
    _held.clear()


def layer(most_pages: int) -> Layer:
    """The text of the file.

    Raises:
        UnreadableSource: It is damaged, or has too many pages or too much text.
    """
    import pypdfium2  # pyright: ignore[reportMissingTypeStubs]

    pdf = _held["pdf"]
    if len(pdf) > most_pages:
        raise UnreadableSource(f"a PDF of more than {most_pages:,} pages")
    pages: list[PageText] = []
    length = 0
    try:
        for page in pdf:
            found = page_text(page)
            page.close()
            length += sum(map(len, found.lines))
            if length > LARGEST_TEXT:
                raise UnreadableSource(f"more than {LARGEST_TEXT // MEGABYTE} million characters of text")
            pages.append(found)
        labels = [pdf.get_page_label(number) or str(number + 1) for number in range(len(pdf))]
        return Layer(pages, labels, pdf.get_metadata_dict())
    except pypdfium2.PdfiumError as error:
        raise _unreadable(error) from None


def as_read(numbers: set[int]) -> dict[int, list[Line]]:
    """The lines of some pages that run from right to left; of those from where the file is damaged, none."""
    found: dict[int, list[Line]] = {}
    with suppress(Exception):  # its parser raises anything
        found.update(pages_as_read(_held["data"], numbers))
    return found


def picture(number: int) -> tuple[tuple[int, int], bytes, float]:
    """The size of the picture of a page, which has no more than so many dots, its dots, and what it took to draw it.

    A dot is a byte of grey; what it took are seconds of a processor.

    Raises:
        UnreadableSource: It is damaged.
    """
    import pypdfium2  # pyright: ignore[reportMissingTypeStubs]

    began = time.process_time()
    try:
        page = _held["pdf"][number]
        scale = min(RESOLUTION / 72, LONGEST_SIDE / max(1, *page.get_size()))
        try:
            drawn = page.render(scale=scale, grayscale=True).to_pil()
        finally:
            page.close()
    except pypdfium2.PdfiumError as error:
        raise _unreadable(error) from None
    return drawn.size, drawn.convert("L").tobytes(), time.process_time() - began


def _unreadable(error: Any) -> UnreadableSource:
    if getattr(error, "err_code", None) == _WRONG_PASSWORD:
        return UnreadableSource("protected by a password: save it without one")
    return UnreadableSource("a PDF that is damaged or cut off")
