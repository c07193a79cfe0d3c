"""Pictures of pages, recognised as text (OCR): by RapidOCR, which brings its weights, or by the system's Tesseract.

Neither asks the network. RapidOCR reads Latin letters, Chinese and Japanese, Tesseract the languages that it has. Each
works in a process of its own, which is killed where one picture takes it too long. (In a program that is frozen into
one file there is none for RapidOCR: there nothing but the size of a picture bounds its time.)
"""

import atexit
import io
import logging
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from functools import cache
from importlib.util import find_spec
from itertools import pairwise
from typing import Any, Final, NamedTuple, cast

from ....errors import MissingExtra, UnreadableSource
from .apart import Apart
from .decode import decode, tidy
from .printed import Line

RESOLUTION: Final = 200
"""The dots an inch of a picture."""

LONGEST_SIDE: Final = 3_500
"""The most dots of a picture's longer side."""

_MOST_LANGUAGES: Final = 4
_LONGEST_SECONDS: Final = 180
"""How long one picture may take, by the clock."""

_MEMORY: Final = 64_000_000_000
"""As good as no limit: what runs the network reserves far more addresses than it takes memory."""

_LEAST_SURE: Final = 0.5
_COLUMN: Final = 5
"""A column has so many lines, or is none."""

Recognise = Callable[[Any], list[Line]]
"""What makes the lines of a picture (PIL's), in the order in which they are read; an UnreadableSource if that takes too
long."""


class Piece(NamedTuple):
    """A piece of text in a picture, with the box around it, in dots from the top left."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


@cache
def recogniser() -> Recognise:
    """What recognises text, on this machine.

    Raises:
        MissingExtra: If there is nothing.
    """
    if find_spec("rapidocr"):
        return _by_rapidocr
    if tesseract := shutil.which("tesseract"):
        return _by_tesseract(tesseract)
    told = 'rapidocr is not installed: pip install "dragoman[ocr]", or install Tesseract'
    raise MissingExtra(told, name="rapidocr")


def _by_rapidocr(picture: Any) -> list[Line]:
    # On many cores it takes that much of their time in a moment, and so the clock is what tells.
    with APART.lasting(_LONGEST_SECONDS * (os.cpu_count() or 1), patience=_LONGEST_SECONDS) as apart:
        try:
            pieces = apart.do(recognised, picture.size, picture.convert("L").tobytes())
        except UnreadableSource:
            told = f"it takes more than {_LONGEST_SECONDS} seconds, or breaks what recognises it"
            raise UnreadableSource(told) from None
    return [_line(piece, picture.height) for piece in as_read(pieces) if piece.text]


def recognised(size: tuple[int, int], dots: bytes) -> list[Piece]:
    """What RapidOCR recognises in a picture. It is a function of a module, so that it may run elsewhere: see `apart`.

    Args:
        size: The picture's width and height.
        dots: A byte of grey for each dot.
    """
    import numpy as np
    from PIL import Image

    found = _engine()(np.asarray(Image.frombytes("L", size, dots).convert("RGB")))
    if found.boxes is None:
        return []
    return [
        Piece(" ".join(tidy(text).split()), *map(float, (*box.min(axis=0), *box.max(axis=0))))
        for box, text, sure in zip(found.boxes, found.txts, found.scores, strict=True)
        if sure >= _LEAST_SURE
    ]


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    return cast("Any", RapidOCR)(params={"Global.log_level": "error"})


def _line(piece: Piece, height: float) -> Line:
    scale = 72 / RESOLUTION
    size = (piece.bottom - piece.top) * scale
    return Line(piece.text, piece.left * scale, piece.right * scale, (height - piece.bottom) * scale, size)


def as_read(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces in the order in which they are read: line after line, and column after column where there are two."""
    if len(pieces) < 2 * _COLUMN:
        return _by_lines(pieces)
    left, right = min(each.left for each in pieces), max(each.right for each in pieces)
    # What runs over most of the width stands above or below columns, never within.
    wide = [each for each in pieces if each.right - each.left > 0.6 * (right - left)]
    ordered: list[Piece] = []
    bounds = [float("-inf"), *sorted((each.top + each.bottom) / 2 for each in wide), float("inf")]
    for number, (above, below) in enumerate(pairwise(bounds)):
        if number:
            ordered += [each for each in wide if (each.top + each.bottom) / 2 == above and each not in ordered]
        narrow = [each for each in pieces if each not in wide and above < (each.top + each.bottom) / 2 <= below]
        ordered += _by_columns(narrow, left, right)
    return ordered


def _by_columns(pieces: list[Piece], left: float, right: float) -> list[Piece]:
    for tenth in range(35, 66, 5):
        gutter = left + (right - left) * tenth / 100
        one = [each for each in pieces if each.right <= gutter]
        two = [each for each in pieces if each.left >= gutter]
        is_column = min(len(one), len(two)) >= _COLUMN and len(one) + len(two) == len(pieces)
        # The cells of a table are short.
        if is_column and sum(each.right - each.left for each in pieces) > len(pieces) * (right - left) / 4:
            return _by_lines(one) + _by_lines(two)
    return _by_lines(pieces)


def _by_lines(pieces: Sequence[Piece]) -> list[Piece]:
    """From the top to the bottom; what stands side by side from left to right."""
    ordered: list[Piece] = []
    row: list[Piece] = []
    for piece in sorted(pieces, key=lambda each: (each.top + each.bottom) / 2):
        if row and (piece.top + piece.bottom) / 2 > row[0].bottom:
            ordered += sorted(row, key=lambda each: each.left)
            row = []
        row.append(piece)
    return ordered + sorted(row, key=lambda each: each.left)


def _by_tesseract(program: str) -> Recognise:
    listed = _run((program, "--list-langs"), b"").split()
    known = [each for each in (word.decode("ascii", "replace") for word in listed) if each.isalpha() and len(each) == 3]
    languages = sorted(set(known) - {"osd"}, key=lambda each: each != "eng")[:_MOST_LANGUAGES] or ["eng"]

    def recognise(picture: Any) -> list[Line]:
        data = io.BytesIO()
        picture.convert("L").save(data, "PNG")
        out = _run((program, "-", "-", "-l", "+".join(languages), "--dpi", str(RESOLUTION)), data.getvalue())
        lines = (" ".join(line.split()) for line in decode(out, "utf-8").text.split("\n")) if out.strip() else ()
        return [Line(line) for line in lines if line]

    return recognise


def _run(command: Sequence[str], data: bytes) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603  # the program is found by its name, and what it reads is a picture
            command,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_LONGEST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise UnreadableSource(f"it takes more than {_LONGEST_SECONDS} seconds") from None
    return done.stdout


APART: Final = Apart(_MEMORY)
"""The process in which RapidOCR works: of the one that reads files it would have to take the time and the memory."""

atexit.register(APART.end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=APART.forget)
